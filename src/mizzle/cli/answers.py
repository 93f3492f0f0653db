"""The answers as JSON. Names and keys are a contract: other programs rely on them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mizzle.estimate import Estimate, Spread
    from mizzle.journeys.results import (
        Agreed,
        DepartmentDistance,
        Distance,
        Handover,
        MapEdge,
        MapNode,
        ProcessMap,
        Step,
        Suggestion,
        Throughput,
        Timeline,
    )
    from mizzle.logs import Imported
    from mizzle.tables import Node

Answer = dict[str, Any]


def moment(micros: int | None) -> str | None:
    """Write an instant, given in microseconds since 1970 UTC, in ISO 8601."""
    if micros is None:
        return None
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=micros)).isoformat()


def checked(done: Imported) -> Answer:
    """Answer of `mizzle log check`."""
    one = done.understood[0]
    return {
        "file": one.log.name,
        "format": one.facts.format,
        "found_out": list(one.facts.notes),
        "columns": list(one.reader.columns),
        "mapping": one.mapping.to_dict(),
        "why": dict(one.mapping.reasons),
        "examples_rejected": [example._asdict() for example in done.examples],
        **_counted(done),
    }


def imported(done: Imported) -> Answer:
    """Answer of `mizzle log import`."""
    return {
        "out": str(done.out),
        "mapping": done.understood[0].mapping.to_dict(),
        "rejected_files": [str(file) for file in done.rejected_files],
        **_counted(done),
    }


def _counted(done: Imported) -> Answer:
    return {
        "rows": done.rows,
        "rejected": done.rejected,
        "reasons": done.reasons,
        "events": done.counts.events,
        "cases": done.counts.cases,
        "events_without_department": done.counts.without_department,
        "duplicates": done.counts.duplicates,
        "first": moment(done.counts.first_us),
        "last": moment(done.counts.last_us),
    }


def distance(found: Distance, hints: Sequence[Suggestion]) -> Answer:
    """Answer of `mizzle distance`."""
    answer: Answer = {
        "cases": found.cases,
        "events": found.events,
        "events_without_department": found.events_without_department,
        "perception_points": list(found.perception_points),
        "departments": [_department(one) for one in found.departments],
        "method": found.method,
    }
    if found.months:
        answer["months"] = [{"month": f"{one.month:%Y-%m}", **_department(one)} for one in found.months]
    if hints:
        answer["suggested_perception_points"] = [
            {"activity": one.activity, "score": one.score, "events": one.events, "reasons": list(one.reasons)}
            for one in hints
        ]
    return answer


def _department(one: DepartmentDistance) -> Answer:
    return {
        "department": one.department,
        "events": one.events,
        "cases": one.cases,
        "contact_share": estimate(one.contact_share),
        "handovers_to_customer": estimate(one.handovers_to_customer),
        "handovers_median": one.handovers_median.value,
        "handovers_p90": one.handovers_p90.value,
        "hours_to_customer": estimate(one.hours_to_customer),
        "hours_median": one.hours_median.value,
        "hours_p90": one.hours_p90.value,
        "unheard_share": estimate(one.unheard_share),
    }


def mapped(
    found: Distance,
    drawn: ProcessMap,
    passed: Sequence[Handover],
    again: Estimate,
    took: Throughput,
    hints: Sequence[Suggestion],
) -> Answer:
    """Answer of `mizzle map`: that of `mizzle distance`, and the map."""
    return distance(found, hints) | {
        "nodes": [_node(one) for one in drawn.nodes],
        "edges": [_edge(one) for one in drawn.edges],
        "nodes_total": drawn.nodes_total,
        "edges_total": drawn.edges_total,
        "cases_shown": drawn.cases_shown,
        "handovers": [
            {
                "from": one.source,
                "to": one.target,
                "count": one.count,
                "wait_hours": spread(one.wait),
            }
            for one in passed
        ],
        "rework_share": estimate(again),
        "throughput_hours": estimate(took.hours) | spread(took.spread),
        "method": {"distance": found.method, "map": drawn.method},
    }


def timeline(found: Timeline, compared: Sequence[Agreed]) -> Answer:
    """Answer of `mizzle timeline`."""
    return {
        "case_id": found.case_id,
        "touch_hours": found.touch_hours,
        "wait_hours": found.wait_hours,
        "total_hours": found.total_hours,
        "steps": [_step(one) for one in found.steps],
        "agreed": [
            {
                "department" if one.agreement.to is None else "from": one.agreement.department,
                **({} if one.agreement.to is None else {"to": one.agreement.to}),
                "hours": one.agreement.hours,
                "cases": one.cases,
                "within": estimate(one.within),
                "actual_hours": spread(one.actual),
                "over_hours": spread(one.over),
            }
            for one in compared
        ],
        "method": found.method,
    }


def _step(one: Step) -> Answer:
    return {
        "activity": one.activity,
        "department": one.department,
        "start": None if one.start is None else one.start.isoformat(),
        "end": one.end.isoformat(),
        "perception_point": one.is_perception_point,
        "touch_hours": one.touch_hours,
        "wait_hours": one.wait_hours,
        "handover": None if one.handover is None else {"from": one.handover[0], "to": one.handover[1]},
        "touch_population": None if one.touch_population is None else spread(one.touch_population),
        "wait_population": None if one.wait_population is None else spread(one.wait_population),
        "agreed_touch_hours": one.agreed_touch_hours,
        "agreed_wait_hours": one.agreed_wait_hours,
    }


def _node(one: MapNode) -> Answer:
    return {
        **_name(one.node),
        "count": one.count,
        "cases": one.cases,
        "touch_hours": None if one.touch is None else spread(one.touch),
        "repeats": one.repeats,
        "starts": one.starts,
        "ends": one.ends,
    }


def _edge(one: MapEdge) -> Answer:
    return {"from": _name(one.source), "to": _name(one.target), "count": one.count, "wait_hours": spread(one.wait)}


def _name(node: Node) -> Answer:
    return {"department": node.department, "activity": node.activity}


def estimate(one: Estimate) -> Answer:
    """Write an estimate: value, low, high and n; null where undefined."""
    low, high = one.interval or (None, None)
    return {"value": one.value, "low": low, "high": high, "n": one.n}


def spread(one: Spread) -> Answer:
    """Write a spread: mean, median and 90th percentile."""
    return {"mean": one.mean, "median": one.median, "p90": one.p90}
