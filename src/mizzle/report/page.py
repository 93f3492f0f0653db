"""Builds the report: every figure of the drawing, the distances and the handovers in one self-contained HTML file."""

from __future__ import annotations

import base64
from functools import cache
from importlib.resources import files
from itertools import groupby
from typing import TYPE_CHECKING, Any

import jinja2
from markupsafe import Markup

import mizzle
from mizzle.journeys.blueprint import blueprint
from mizzle.journeys.blueprint.text import clean
from mizzle.report import findings
from mizzle.report.language import language as speak

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime

    from mizzle.estimate import Estimate, Spread
    from mizzle.journeys.blueprint import Blueprint, Onward
    from mizzle.journeys.results import (
        DepartmentDistance,
        Distance,
        Handover,
        ProcessMap,
        Step,
        Throughput,
        Timeline,
    )
    from mizzle.report.language import Language

    Row = dict[str, Any]

FONT = "source-sans-3-latin-wght-normal.woff2"
HANDOVERS_SHOWN = 12
INDENT = 5.0  # rem between the customer and the deepest step of the list form


def report(
    *,
    log_name: str,
    distance: Distance,
    process_map: ProcessMap,
    handovers: Sequence[Handover],
    rework: Estimate,
    throughput: Throughput,
    timeline: Timeline | None = None,
    language: str = "en",
    period: tuple[date, date] | None = None,
    agreed: Mapping[tuple[str, str], float] | None = None,
) -> str:
    """Write the report as one HTML file: no script, no request to anywhere, its own font, light, dark and on paper.

    Parameters
    ----------
    log_name
        What the log is called, as a title.
    distance, process_map, handovers, rework, throughput
        The measures of one log.
    timeline
        The value chain of one case, to be shown beside them.
    language
        ``"en"``, ``"es"`` or ``"nb"``.
    period
        First and last day of the log, if they should be named.
    agreed
        Agreed hours by handover; longer waits stand out.

    Returns
    -------
    str
        The whole file. Names from the log are escaped, whatever they hold.

    Raises
    ------
    MizzleError
        For a language that the report does not speak.
    """
    tongue = speak(language)
    agreed = dict(agreed or {})
    drawing = blueprint(process_map, distance, over=agreed, words=tongue.words)
    context = {
        "say": tongue.say,
        "style": Markup(_style()),  # noqa: S704 - our own style sheet and font, nothing from a log
        "head": _head(tongue, log_name, period, distance, handovers, throughput),
        "stats": _stats(tongue, distance, process_map, rework, throughput),
        "map": _map(tongue, drawing, distance, process_map),
        "walk": _walk(tongue, drawing),
        "distances": _distances(tongue, distance),
        "waits": _waits(tongue, handovers, agreed),
        "months": _months(tongue, distance),
        "case": _case(tongue, timeline) if timeline else None,
        "tables": _tables(tongue, distance, process_map, handovers),
        "left_out": _left_out(tongue, distance, process_map),
        "method": _method(tongue, distance, process_map, rework, throughput, timeline),
    }
    return _template().render(context)


@cache
def _template() -> jinja2.Template:
    rooms = jinja2.Environment(
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    return rooms.from_string(files("mizzle.report").joinpath("report.html.j2").read_text("utf-8"))


@cache
def _style() -> str:
    """Give the style sheet with the font inside it."""
    font = base64.b64encode(files("mizzle.report").joinpath(f"fonts/{FONT}").read_bytes()).decode("ascii")
    return files("mizzle.report").joinpath("report.css").read_text("utf-8").replace("FONT_DATA", font)


def _head(
    tongue: Language,
    log_name: str,
    period: tuple[date, date] | None,
    distance: Distance,
    handovers: Sequence[Handover],
    throughput: Throughput,
) -> Row:
    name = findings.brief(log_name)
    when = tongue.say("period", first=tongue.day(period[0]), last=tongue.day(period[1])) if period else ""
    return {"log": name, "period": when, "lead": findings.lead(tongue, distance, handovers, throughput)}


def _stats(
    tongue: Language, distance: Distance, process_map: ProcessMap, rework: Estimate, throughput: Throughput
) -> list[Row]:
    rows: list[Row] = [
        {"value": tongue.count(distance.cases), "name": tongue.say("stat_cases"), "note": ""},
        {"value": tongue.count(distance.events), "name": tongue.say("stat_events"), "note": ""},
        {"value": tongue.count(len(distance.departments)), "name": tongue.say("stat_departments"), "note": ""},
    ]
    if throughput.spread.median is not None:
        note = tongue.say("stat_time_note", hours=tongue.hours(throughput.spread.p90))
        rows.append({"value": tongue.hours(throughput.spread.median), "name": tongue.say("stat_time"), "note": note})
    if rework.value is not None and process_map.cases:
        share = tongue.words.share(rework.value)
        rows.append({"value": share, "name": tongue.say("stat_rework"), "note": tongue.interval(rework)})
    return rows


def _map(tongue: Language, drawing: Blueprint, distance: Distance, process_map: ProcessMap) -> Row:
    covered = tongue.words.share(process_map.cases_shown / max(process_map.cases, 1))
    source = tongue.say(
        "blueprint_source",
        cases=tongue.count(process_map.cases),
        events=tongue.count(distance.events),
        share=covered,
    )
    return {
        "svg": Markup(drawing.svg()),  # noqa: S704 - every name in it is escaped where it is drawn
        "names": Markup(drawing.names_svg()),  # noqa: S704 - as above
        "title": findings.blueprint_title(tongue, distance),
        "source": f"{source} {drawing.caption()}",
        "line": tongue.words.line,
        "unheard": tongue.words.unheard,
        "has_over": any(edge.is_over for edge in drawing.layout.edges),
    }


def _walk(tongue: Language, drawing: Blueprint) -> Row:
    steps = drawing.walk()
    deepest = max((step.depth or 0.0 for step in steps), default=0.0)
    scale = INDENT / max(deepest, INDENT / 2.25)
    depth = {id(step): deepest if step.depth is None else step.depth for step in steps}
    above = [depth[id(step)] for step in steps if not step.is_below]
    under = [depth[id(step)] for step in steps if step.is_below]
    line = (max(above, default=0.0) + min(under)) / 2 * scale + 0.25 if under else None
    rows = [
        {
            "text": tongue.words.step.format(department=step.department, activity=step.activity),
            "is_point": step.is_point,
            "is_on_way": step.is_on_way,
            "indent": f"{depth[id(step)] * scale:.2f}",
            "onward": [_onward(tongue, onward) for onward in step.onward],
        }
        for step in steps
    ]
    return {"steps": rows, "line": None if line is None else f"{line:.2f}"}


def _onward(tongue: Language, onward: Onward) -> Row:
    step = tongue.words.step.format(department=onward.department, activity=onward.activity)
    if onward.hours is None:
        return {"text": tongue.say("walk_next", step=step), "is_over": False}
    hours = tongue.hours(onward.hours)
    if onward.agreed is None:
        return {"text": tongue.say("walk_then", hours=hours, step=step), "is_over": False}
    text = tongue.say("walk_then_agreed", hours=hours, agreed=tongue.hours(onward.agreed), step=step)
    return {"text": text, "is_over": onward.is_over}


def _distances(tongue: Language, distance: Distance) -> Row:
    means = [row.handovers_to_customer for row in distance.departments]
    highest = max((m.interval.high if m.interval else m.value or 0.0 for m in means), default=0.0) or 1.0
    rows = []
    for row in distance.departments:
        mean = row.handovers_to_customer
        counts = f"{tongue.counted('n_events', row.events)}, {tongue.counted('n_cases', row.cases)}"
        bar = {
            "name": findings.brief(row.department),
            "counts": counts,
            "value": tongue.handovers(mean.value),
            "at": None,
        }
        if mean.value is not None:
            low, high = mean.interval or (mean.value, mean.value)
            bar |= {"at": _percent(mean.value, highest), "low": _percent(max(0.0, low), highest)}
            bar |= {"wide": _percent(high - max(0.0, low), highest)}
        rows.append(bar)
    return {"title": findings.distance_title(tongue, distance), "rows": rows}


def _percent(value: float, of: float) -> str:
    return f"{100 * value / of:.2f}%"


def _waits(tongue: Language, handovers: Sequence[Handover], agreed: Mapping[tuple[str, str], float]) -> Row:
    ranked = findings.telling(handovers)
    shown = ranked[:HANDOVERS_SHOWN]
    limits = [agreed.get((h.source, h.target)) for h in shown]
    highest = max([*(h.wait.median or 0.0 for h in shown), *(limit for limit in limits if limit)], default=0.0) or 1.0
    rows = []
    for handover, limit in zip(shown, limits, strict=True):
        median = handover.wait.median or 0.0
        note = tongue.counted("n_times", handover.count)
        if limit is not None:
            note = tongue.say("handover_of_agreed", hours=tongue.hours(limit))
        rows.append(
            {
                "pair": tongue.say(
                    "handover_pair", source=findings.brief(handover.source), target=findings.brief(handover.target)
                ),
                "value": tongue.hours(median),
                "note": note,
                "wide": _percent(median, highest),
                "agreed": None if limit is None else _percent(limit, highest),
                "is_over": limit is not None and median > limit,
            }
        )
    fill = {"shown": tongue.count(len(shown)), "all": tongue.count(len(ranked)), "least": findings.LEAST}
    source = "handover_none" if not shown else "handover_all" if len(shown) == len(ranked) else "handover_source"
    return {
        "title": findings.handover_title(tongue, handovers),
        "rows": rows,
        "source": tongue.say(source, **fill),
        "has_agreed": any(limit is not None for limit in limits),
    }


def _months(tongue: Language, distance: Distance) -> Row | None:
    """Draw one small line per department, all on one scale, leaving out months with few cases."""
    kept = [
        row
        for row in distance.months
        if row.month is not None and row.handovers_to_customer.value is not None and row.cases >= findings.LEAST
    ]
    if len({row.month for row in kept}) < 2:  # noqa: PLR2004 - one month shows no change
        return None
    months = sorted({row.month for row in kept if row.month})
    highest = max(row.handovers_to_customer.value or 0.0 for row in kept) or 1.0
    place = {row.department: k for k, row in enumerate(distance.departments)}
    kept.sort(key=lambda row: (place.get(row.department, len(place)), row.department, row.month))
    rows = [
        _month_line(tongue, department, list(group), months, highest)
        for department, group in groupby(kept, key=lambda row: row.department)
    ]
    how = tongue.say("months_how", high=tongue.handovers(highest), least=findings.LEAST)
    ends = [tongue.month(months[0]), tongue.month(months[-1])]
    return {"rows": rows, "how": how, "first": ends[0], "last": ends[1]}


def _month_line(
    tongue: Language, department: str, rows: list[DepartmentDistance], months: list[date], highest: float
) -> Row:
    spots = []
    for row in rows:
        x = 4 + 192 * months.index(row.month) / (len(months) - 1) if row.month else 0.0
        spots.append((x, 32 - 28 * (row.handovers_to_customer.value or 0.0) / highest))
    first, last = (tongue.handovers(row.handovers_to_customer.value) for row in (rows[0], rows[-1]))
    label = tongue.say(
        "months_row",
        department=clean(department),
        first=first,
        first_month=tongue.month(rows[0].month) if rows[0].month else "",
        last=last,
        last_month=tongue.month(rows[-1].month) if rows[-1].month else "",
    )
    return {
        "name": findings.brief(department),
        "change": tongue.say("months_change", first=first, last=last) if len(rows) > 1 else first,
        "label": label,
        "path": "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in spots),
        "end": f"M{spots[-1][0]:.1f} {spots[-1][1]:.1f}h.01",
    }


def _case(tongue: Language, timeline: Timeline) -> Row:
    first = min((_begins(step) for step in timeline.steps), default=None)
    total = timeline.total_hours or 1.0
    rows = []
    for step in timeline.steps:
        begin, end = _since(first, _begins(step)), _since(first, step.end)
        wait = step.wait_hours or 0.0
        between = ""
        if step.handover:
            pair = {"source": clean(step.handover[0]), "target": clean(step.handover[1])}
            between = tongue.say("timeline_between", **pair)
        cell = tongue.say("timeline_cell", first=tongue.words.number(begin), last=tongue.words.number(end))
        limit = step.agreed_wait_hours
        rows.append(
            {
                "activity": clean(step.activity),
                "department": clean(step.department or "—"),
                "between": between,
                "touch": tongue.hours(step.touch_hours),
                "wait": tongue.hours(step.wait_hours),
                "usual": tongue.hours(step.wait_population.median if step.wait_population else None),
                "wait_at": _percent(max(0.0, begin - wait), total),
                "wait_wide": _percent(min(wait, begin), total),
                "touch_at": _percent(begin, total),
                "touch_wide": _percent(end - begin, total),
                "is_over": limit is not None and wait > limit,
                "cell": cell,
            }
        )
    whole = {"total": tongue.long_hours(timeline.total_hours), "wait": tongue.long_hours(timeline.wait_hours)}
    title = tongue.say("timeline_title", case=findings.brief(timeline.case_id))
    return {"title": title, "rows": rows, "total": tongue.say("timeline_total", **whole)}


def _begins(step: Step) -> datetime:
    return step.start or step.end


def _since(first: datetime | None, instant: datetime) -> float:
    return 0.0 if first is None else (instant - first).total_seconds() / 3600


def _tables(
    tongue: Language, distance: Distance, process_map: ProcessMap, handovers: Sequence[Handover]
) -> dict[str, list[Row]]:
    departments = [_department_row(tongue, row) for row in distance.departments]
    pairs = [
        {"from": clean(h.source), "to": clean(h.target), "count": tongue.count(h.count)} | _spread(tongue, h.wait)
        for h in sorted(handovers, key=lambda h: (-h.count, h.source, h.target))
    ]
    activities = [
        {
            "department": clean(node.node.department),
            "activity": clean(node.node.activity),
            "count": tongue.count(node.count),
            "cases": tongue.count(node.cases),
            "repeats": tongue.count(node.repeats),
            "touch": tongue.hours(node.touch.median if node.touch else None),
        }
        for node in process_map.nodes
    ]
    return {"departments": departments, "handovers": pairs, "activities": activities}


def _department_row(tongue: Language, row: DepartmentDistance) -> Row:
    def share(estimate: Estimate) -> str:
        return "—" if estimate.value is None else tongue.words.share(estimate.value)

    return {
        "name": clean(row.department),
        "events": tongue.count(row.events),
        "cases": tongue.count(row.cases),
        "contact": (share(row.contact_share), tongue.interval(row.contact_share)),
        "handovers": (tongue.handovers(row.handovers_to_customer.value), tongue.interval(row.handovers_to_customer)),
        "handovers_median": tongue.handovers(row.handovers_median.value),
        "handovers_p90": tongue.handovers(row.handovers_p90.value),
        "hours": (tongue.hours(row.hours_to_customer.value), tongue.interval(row.hours_to_customer)),
        "hours_median": tongue.hours(row.hours_median.value),
        "hours_p90": tongue.hours(row.hours_p90.value),
        "unheard": (share(row.unheard_share), tongue.interval(row.unheard_share)),
    }


def _spread(tongue: Language, spread: Spread) -> Row:
    return {"mean": tongue.hours(spread.mean), "median": tongue.hours(spread.median), "p90": tongue.hours(spread.p90)}


def _left_out(tongue: Language, distance: Distance, process_map: ProcessMap) -> list[str]:
    missing = distance.events_without_department
    kind = {0: "left_departments_none", 1: "left_departments_one"}.get(missing, "left_departments_many")
    return [
        tongue.say(kind, n=tongue.count(missing)),
        tongue.say(
            "left_coverage",
            edges=tongue.count(len(process_map.edges)),
            edges_total=tongue.count(process_map.edges_total),
            cases=tongue.count(process_map.cases_shown),
            cases_total=tongue.count(process_map.cases),
        ),
        tongue.say("left_unheard"),
        tongue.say("left_order"),
    ]


def _method(
    tongue: Language,
    distance: Distance,
    process_map: ProcessMap,
    rework: Estimate,
    throughput: Throughput,
    timeline: Timeline | None,
) -> list[str]:
    methods = [distance.method, process_map.method, rework.method, throughput.spread.method]
    methods += [timeline.method] if timeline else []
    points = ", ".join(clean(name) for name in distance.perception_points)
    return [
        tongue.say("method_points", names=points) if points else tongue.say("method_points_none"),
        tongue.say("method_names", names=", ".join(dict.fromkeys(methods))),
        tongue.say("method_version", version=mizzle.__version__),
    ]
