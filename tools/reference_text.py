"""The hand-kept words of the reference: what figures mean beyond their docstrings, and the keys of `--json`.

Tests hold them to the code: real answers have exactly these keys, and every method number has its measure.
"""

from __future__ import annotations

from typing import NamedTuple


class Figure(NamedTuple):
    """A figure of a measure."""

    name: str
    definition: str
    unit: str
    interval: str


class Measure(NamedTuple):
    """A function of `mizzle.journeys`, the constant with its method number, its figures, and when not to use it."""

    function: str
    method: str | None
    figures: tuple[Figure, ...]
    not_for: str


_NONE = "none"
_RATIO = "95 %, cases as the sampling unit (`ratio_interval`), not below 0"
_SHARE = "95 %, Wilson with the effective number of events (`share_interval`)"
_WILSON = "95 %, Wilson (`wilson`)"
_SPREAD = "mean, exact median, exact 90th percentile (linear interpolation)"

MEASURES = (
    Measure(
        "distance",
        "METHOD",
        (
            Figure(
                "handovers to the customer",
                "of an event: handovers between it and the next perception point of the case at or after it; 0 if it"
                " is one; undefined if none follows. Of a department: the mean over its events",
                "handovers",
                _RATIO,
            ),
            Figure("handovers, median and p90", "the same over the events of the department", "handovers", _NONE),
            Figure(
                "hours to the customer",
                "of an event: start (end where there is no start) of that perception point minus the end of the event,"
                " at least 0. Of a department: the mean over its events",
                "h",
                _RATIO,
            ),
            Figure("hours, median and p90", "the same over the events of the department", "h", _NONE),
            Figure("contact share", "perception points among the department's events", "share, 0 to 1", _SHARE),
            Figure(
                "unheard share",
                "events of the department after which no perception point of the case follows",
                "share, 0 to 1",
                _SHARE,
            ),
        ),
        "Not to rank people or to reward departments: a long way to the customer is a property of the process. Not for"
        " a department with a handful of cases; its interval, or the lack of one, says so.",
    ),
    Measure(
        "ways",
        "METHOD",
        (
            Figure(
                "touch",
                "of a heard event: end minus start, summed over the events of its case after it and before its next"
                " perception point. Of a department: the mean over its heard events; undefined where the log has no"
                " starts",
                "h",
                _RATIO,
            ),
            Figure(
                "wait",
                "of a heard event: hours to the customer minus that touch, at least 0. Of a department: the mean over"
                " its heard events",
                "h",
                _RATIO,
            ),
            Figure(
                "becomes",
                "heard events of the department whose next perception point is this activity of this department",
                "share, 0 to 1",
                _SHARE,
            ),
        ),
        "Not to blame those who work in between for the wait: nobody has it in hand. Where a log has no starts, the"
        " wait holds all work as well.",
    ),
    Measure(
        "process_map",
        "METHOD",
        (
            Figure("count of a node", "events of this activity of this department", "events", _NONE),
            Figure("cases of a node", "cases with at least one such event", "cases", _NONE),
            Figure("touch", f"end minus start of its events, where the log has starts: {_SPREAD}", "h", _NONE),
            Figure("repeats", "events that repeat it after another department worked in between", "events", _NONE),
            Figure("count of an edge", "places at which the second node directly follows the first", "steps", _NONE),
            Figure("wait of an edge", f"next start minus this end, at least 0: {_SPREAD}", "h", _NONE),
        ),
        "Not to compare counts with a tool that orders by completion, where work overlaps. A map reduced by coverage"
        " shows the usual, not the possible: ask for all steps before concluding that something never happens.",
    ),
    Measure(
        "handovers",
        "HANDOVERS",
        (
            Figure("count", "steps from a node of one department to a node of another, directed", "steps", _NONE),
            Figure("cases", "cases with at least one such step", "cases", _NONE),
            Figure("wait", f"next start minus this end, at least 0: {_SPREAD}", "h", _NONE),
        ),
        "Not to blame either side: the wait belongs to the handover. Where a log has no starts, the wait holds the"
        " work of the receiving event as well.",
    ),
    Measure(
        "rework",
        "REWORK",
        (
            Figure(
                "rework share",
                "cases in which an activity of one department recurs after another department worked in between",
                "share, 0 to 1",
                _WILSON,
            ),
        ),
        "Not where activities are states that a case passes through again by design; look at the repeats of each node"
        " first.",
    ),
    Measure(
        "throughput",
        "THROUGHPUT",
        (
            Figure(
                "hours of a case",
                f"last end minus first start (end where there is no start): {_SPREAD}",
                "h",
                "95 %, Student's t over cases, not below 0, for the mean",
            ),
            Figure(
                "touch of a case",
                "end minus start, summed over its events, also those without a department; over the cases that have a"
                f" start: {_SPREAD}",
                "h",
                "95 %, Student's t over cases, not below 0, for the mean",
            ),
        ),
        "Not for a log that was cut by date: cases that were open at the cut look shorter than they were.",
    ),
    Measure(
        "timeline",
        "METHOD",
        (
            Figure("touch of a step", "end minus start, where the log has starts", "h", _NONE),
            Figure("wait of a step", "start minus the end of the event before, at least 0", "h", _NONE),
            Figure("in all", "last end minus first start of the case", "h", _NONE),
            Figure("usually", f"the same node, or the same step, over the whole log: {_SPREAD}", "h", _NONE),
        ),
        "Not as evidence about how a department works: it is one case.",
    ),
    Measure(
        "agreed",
        "AGREED",
        (
            Figure("within", "cases within the agreed hours", "share, 0 to 1", _WILSON),
            Figure("actual", f"hours of those cases: {_SPREAD}", "h", _NONE),
            Figure("over", f"hours beyond the agreed time, over the cases that went beyond: {_SPREAD}", "h", _NONE),
        ),
        "Not for a time that one side set alone: an agreement has two.",
    ),
    Measure(
        "select",
        None,
        (
            Figure(
                "chosen cases",
                "whole cases whose last end is at or after the one instant and before the other, and whose attributes"
                " have the values asked for",
                "cases",
                _NONE,
            ),
        ),
        "Not to compare a period that has just ended with those before: the slow cases that began in it are still open"
        " and will end later.",
    ),
    Measure(
        "by_pace",
        None,
        (
            Figure(
                "late cases",
                "cases that took longer than the 90th percentile of `throughput` (for a tenth); all others are typical",
                "cases",
                _NONE,
            ),
            Figure("late from", "that percentile, with linear interpolation", "h", _NONE),
        ),
        "Not to find out whether late cases take longer: they do, by choice. Ask what else differs in them.",
    ),
    Measure(
        "attribute_values",
        None,
        (
            Figure(
                "cases of a value",
                "cases whose last event with this attribute has this value",
                "cases",
                _NONE,
            ),
        ),
        "Not for an attribute that changes along a case: only its last value is counted.",
    ),
    Measure(
        "drawn",
        "METHOD",
        (
            Figure("counts", "how often a step stands in the drawing; a drawing is one case", "steps", _NONE),
            Figure("touch, wait", f"hours that people expect, where they gave them: {_SPREAD}", "h", _NONE),
            Figure(
                "handovers to the customer",
                "of a step: changes of department from it to the next perception point at or after it; 0 if it is one;"
                " undefined if none follows. Of a department: the mean over its steps",
                "handovers",
                _NONE,
            ),
            Figure(
                "hours to the customer",
                "of a step: waits before the steps after it up to that point, and touch of those in between. Of a"
                " department: the mean over its steps; undefined as soon as one of these hours was not given",
                "h",
                _NONE,
            ),
        ),
        "Not as a measurement: it is what people expect. Not beside figures from a log without saying so.",
    ),
    Measure(
        "suggest_perception_points",
        None,
        (Figure("score", "how much speaks for a perception point; it only ranks", "0 to 1", _NONE),),
        "Never without a person who knows the work: a suggestion is a question.",
    ),
)

KINDS = {
    "text, count, number": "a JSON string; a whole number; a number",
    "instant": "text in ISO 8601, UTC",
    "E": "an estimate, `{value, low, high, n}`: value, 95 % interval and number of observations; null where undefined",
    "S": "a spread, `{mean, median, p90}` in hours; null where there is nothing to average",
    "E and S": "both in one object",
    "table": "an object whose keys depend on the log",
    "mapping": "the fields of the mapping file",
}

_Keys = dict[str, tuple[str, str]]

_COUNTED: _Keys = {
    "rows": ("count", "rows read"),
    "rejected": ("count", "rows that could not be read"),
    "reasons": ("table", "why, with the number of rows of each reason"),
    "events": ("count", "events in the event table"),
    "cases": ("count", "cases in it"),
    "events_without_department": ("count", "events that name no department"),
    "duplicates": ("count", "events equal to an earlier one in all but the row; they are kept"),
    "first": ("instant", "earliest start"),
    "last": ("instant", "latest end"),
}

_DEPARTMENT: _Keys = {
    "department": ("text", "whose work"),
    "events": ("count", "its events"),
    "cases": ("count", "cases they belong to"),
    "contact_share": ("E", "share of its events that are perception points"),
    "handovers_to_customer": ("E", "handovers to the next perception point, mean"),
    "handovers_median": ("number", "the same, median; null where undefined"),
    "handovers_p90": ("number", "the same, 90th percentile"),
    "hours_to_customer": ("E", "hours to the next perception point, mean"),
    "hours_median": ("number", "the same, median"),
    "hours_p90": ("number", "the same, 90th percentile"),
    "unheard_share": ("E", "share of its events after which no perception point follows"),
}

_SUGGESTED: _Keys = {
    "suggested_perception_points[].activity": ("text", "where none were named: an activity that may be one"),
    "suggested_perception_points[].score": ("number", "0 to 1; it only ranks"),
    "suggested_perception_points[].events": ("count", "events of this activity"),
    "suggested_perception_points[].reasons[]": ("text", "why it may be one"),
}

_VERSION: _Keys = {"mizzle": ("text", "version of mizzle")}

_DISTANCE: _Keys = {
    "cases": ("count", "cases of the log"),
    "events": ("count", "events of the log"),
    "events_without_department": ("count", "events that stand outside, since they name no department"),
    "perception_points[]": ("text", "the activities that were named"),
    **{f"departments[].{key}": about for key, about in _DEPARTMENT.items()},
    **_SUGGESTED,
}

ANSWERS: dict[str, _Keys] = {
    "mizzle log check": {
        "file": ("text", "name of the file"),
        "format": ("text", "its format"),
        "found_out[]": ("text", "what else was found out about it"),
        "columns[]": ("text", "its columns"),
        "mapping": ("mapping", "what the columns mean"),
        "why": ("table", "the reason for each role, and for columns left out"),
        "examples_rejected[].row": ("count", "position of a row that cannot be read, from 1"),
        "examples_rejected[].reason": ("text", "why"),
        "examples_rejected[].text": ("text", "the row as it stands in the file, shortened"),
        **_COUNTED,
        **_VERSION,
    },
    "mizzle log import": {
        "out": ("text", "the event table that was written"),
        "mapping": ("mapping", "what the columns mean"),
        "rejected_files[]": ("text", "files with the rows that could not be read"),
        **_COUNTED,
        **_VERSION,
    },
    "mizzle distance": {
        **_DISTANCE,
        "months[].month": ("text", "with --by-month: the month, as 2016-03; the other keys as for departments"),
        **{f"months[].{key}": about for key, about in _DEPARTMENT.items()},
        "method": ("text", "method number"),
        **_VERSION,
    },
    "mizzle map": {
        **_DISTANCE,
        "months[].month": ("text", "with --out: the month; the other keys as for departments"),
        **{f"months[].{key}": about for key, about in _DEPARTMENT.items()},
        "nodes[].department": ("text", "a node of the map: an activity of a department"),
        "nodes[].activity": ("text", "its activity"),
        "nodes[].count": ("count", "its events"),
        "nodes[].cases": ("count", "cases with such an event"),
        "nodes[].touch_hours": ("S", "end minus start; null where the log has no starts"),
        "nodes[].repeats": ("count", "events that repeat it after another department"),
        "nodes[].starts": ("count", "cases that begin with it"),
        "nodes[].ends": ("count", "cases that end with it"),
        "edges[].from.department": ("text", "a step of the map: from this node"),
        "edges[].from.activity": ("text", "its activity"),
        "edges[].to.department": ("text", "to this node"),
        "edges[].to.activity": ("text", "its activity"),
        "edges[].count": ("count", "how often"),
        "edges[].wait_hours": ("S", "wait between the two"),
        "nodes_total": ("count", "nodes in the whole log"),
        "edges_total": ("count", "kinds of steps in the whole log"),
        "cases_shown": ("count", "cases whose every step is among the edges"),
        "handovers[].from": ("text", "department that hands over"),
        "handovers[].to": ("text", "department that takes over"),
        "handovers[].count": ("count", "how often"),
        "handovers[].wait_hours": ("S", "wait at this handover"),
        "rework_share": ("E", "share of cases with rework"),
        "throughput_hours": ("E and S", "hours from the first start to the last end of a case"),
        "method.distance": ("text", "method number of the distance"),
        "method.map": ("text", "method number of the map"),
        **_VERSION,
    },
    "mizzle timeline": {
        "case_id": ("text", "the case"),
        "touch_hours": ("number", "hours touched; null where the log has no starts"),
        "wait_hours": ("number", "hours between steps"),
        "total_hours": ("number", "hours from the first start to the last end"),
        "steps[].activity": ("text", "what was done"),
        "steps[].department": ("text", "by which department; null where the log does not say"),
        "steps[].start": ("instant", "when it began; null where the log has no starts"),
        "steps[].end": ("instant", "when it was done"),
        "steps[].perception_point": ("true or false", "whether it was named as a perception point"),
        "steps[].touch_hours": ("number", "end minus start"),
        "steps[].wait_hours": ("number", "hours since the step before; null at the first"),
        "steps[].handover.from": ("text", "where the department changed: who handed over; handover is null elsewhere"),
        "steps[].handover.to": ("text", "who took over"),
        "steps[].touch_population": ("S", "touch of the same node over the whole log"),
        "steps[].wait_population": ("S", "wait of the same step over the whole log"),
        "steps[].agreed_touch_hours": ("number", "what was agreed for the department"),
        "steps[].agreed_wait_hours": ("number", "what was agreed for the handover"),
        "agreed[].department": ("text", "an agreement for a department"),
        "agreed[].from": ("text", "or for a handover: who hands over"),
        "agreed[].to": ("text", "who takes over"),
        "agreed[].hours": ("number", "what was agreed"),
        "agreed[].cases": ("count", "cases it applies to, over the whole log"),
        "agreed[].within": ("E", "share of them within it"),
        "agreed[].actual_hours": ("S", "hours of those cases"),
        "agreed[].over_hours": ("S", "hours beyond it, over the cases that went beyond"),
        "method": ("text", "method number"),
        **_VERSION,
    },
}
