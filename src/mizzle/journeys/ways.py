"""The way from a department's work to the customer: how long it is touched, how long it waits, what it becomes."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

import ibis

from mizzle.estimate import Estimate
from mizzle.journeys.distance import known_activities, mean_per_event, stretches, within
from mizzle.journeys.expressions import HOUR, department_of, rows
from mizzle.journeys.intervals import RatioSums, share_interval
from mizzle.journeys.results import Becomes, DepartmentWay

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import ibis.expr.types as ir

    from mizzle.tables import Events

METHOD = "journeys.ways/1"

CASE_BITS, DEPARTMENT_BITS = 32, 16
"""A case and a place in it, or a case and a department, are packed into one number: engines group by it faster."""


def ways(events: Events, perception_points: Iterable[str]) -> tuple[DepartmentWay, ...]:
    """Say what lies between each department's work and the customer.

    Parameters
    ----------
    events
        An event table (`mizzle.logs.open_events`).
    perception_points
        Names of the activities at which the customer sees, hears or feels the service.

    Returns
    -------
    tuple of DepartmentWay
        One for each department that has events, by falling number of heard events, then by name; hours, and shares
        from 0 to 1.

    Raises
    ------
    NoSuchName
        For a perception point that is no activity of the log; the message offers near names.

    Notes
    -----
    It speaks of the same events as `distance`: those of a department that a perception point of their case follows, or
    that are one; `n` is their number. Touch of an event is the sum of end minus start over the events of its case
    that come after it and before that perception point, also those without a department; wait is the hours to the
    customer minus that, at least 0. So the mean hours to the customer are touch plus wait, but where work overlaps:
    there touch can be more than the hours that passed, and the sum is more. Where a log has no starts, touch is
    undefined, and all hours are wait. Means have the interval of a ratio over cases (`ratio_interval`), shares
    Wilson's with the effective number of events (`share_interval`).

    References
    ----------
    mizzle's own measure. Checked against answers by hand (tests/spec) and a plain Python reference (tests/property).
    """
    points = known_activities(events, perception_points)
    ahead = stretches(events, points).cache()
    try:
        parts = _parts(events, ahead).cache()
    finally:
        ahead.release()
    try:
        found = rows(_summed(parts))
    finally:
        parts.release()
    table = events.table.filter(events.table.node.notnull())
    by_department: dict[int, list[Mapping[str, Any]]] = {
        row["department"]: [] for row in rows(table.select(department=department_of(table.node)).distinct())
    }
    for row in found:
        by_department[row["department"]].append(row)
    answer = [_way(events, code, own) for code, own in by_department.items()]
    return tuple(sorted(answer, key=lambda one: (-one.events, one.department)))


def _parts(events: Events, ahead: ir.Table) -> ir.Table:
    """Per case, department and perception point that its events become: how many, and hours touched and waited."""
    table = events.table
    found = table.inner_join(ahead, within(table, ahead))
    hours = found.begins - found.end_us
    heard = found.select(
        stretch=(found.case.cast("int64") << CASE_BITS) + found["last"],
        seq=found.seq,
        node=found.node,
        point=found.point,
        # What the point itself takes comes after the customer has been reached.
        own=(found.seq == found["last"]).ifelse(0, found.end_us - found.start_us),
        hours=(hours < 0).ifelse(0, hours),
    )
    onward = ibis.cumulative_window(group_by=heard.stretch, order_by=heard.seq.desc())
    heard = heard.mutate(touch=heard.own.sum().over(onward).cast("int64") - heard.own)
    heard = heard.filter(heard.node.notnull())
    wait = heard.hours - heard.touch
    return heard.group_by(
        who=((heard.stretch >> CASE_BITS) << DEPARTMENT_BITS) + department_of(heard.node), point=heard.point
    ).aggregate(
        n=heard.count().cast("float64"),
        touch=heard.touch.cast("float64").sum() / HOUR,
        wait=(wait < 0).ifelse(0, wait).cast("float64").sum() / HOUR,
    )


def _summed(parts: ir.Table) -> ir.Table:
    """Per department and perception point: sums over cases, such that those of a department add up over its points.

    The square of what a case has in all is each of its parts times the whole, added up.
    """
    whole = parts.group_by("who").aggregate(m=parts.n.sum(), touched=parts.touch.sum(), waited=parts.wait.sum())
    both = parts.join(whole, "who")
    n, m = both.n, both.m
    return both.group_by(department=both.who & ((1 << DEPARTMENT_BITS) - 1), point=both.point).aggregate(
        heard_cases=(n / m).sum(),
        heard=n.sum(),
        nn=(n * n).sum(),
        mm=(n * m).sum(),
        mmm=(n * m * m).sum(),
        **_powers("touch", both.touch, both.touched, m),
        **_powers("wait", both.wait, both.waited, m),
    )


def _powers(name: str, part: ir.FloatingColumn, whole: ir.FloatingColumn, m: ir.FloatingColumn) -> dict[str, ir.Scalar]:
    """Sum over cases what the mean of a whole per m needs, from its parts; `mean_per_event` reads them."""
    return {
        name: part.sum(),
        f"{name}y": (part * whole).sum(),
        f"{name}m": (part * m).sum(),
        f"{name}yy": (part * whole * whole).sum(),
        f"{name}ym": (part * whole * m).sum(),
        f"{name}mm": (part * m * m).sum(),
    }


def _way(events: Events, code: int, parts: Sequence[Mapping[str, Any]]) -> DepartmentWay:
    whole: defaultdict[str, float] = defaultdict(float)
    for part in parts:
        for name, value in part.items():
            whole[name] += value
    cases = whole["heard_cases"] = round(whole["heard_cases"])
    touch = mean_per_event(whole, "touch", "h", METHOD) if events.has_start else Estimate(None, None, 0, "h", METHOD)
    becomes = [_becomes(events, part, whole) for part in parts]
    return DepartmentWay(
        department=events.departments[code],
        events=int(whole["heard"]),
        cases=cases,
        touch_hours=touch,
        wait_hours=mean_per_event(whole, "wait", "h", METHOD),
        becomes=tuple(sorted(becomes, key=lambda one: (-one.n, one.activity, one.department))),
    )


def _becomes(events: Events, part: Mapping[str, Any], whole: Mapping[str, float]) -> Becomes:
    point = events.nodes()(part["point"])
    sums = RatioSums(int(whole["heard_cases"]), part["heard"], whole["heard"], part["nn"], part["mm"], whole["mm"])
    share = Estimate(part["heard"] / whole["heard"], share_interval(sums), int(whole["heard"]), "share", METHOD)
    return Becomes(point.activity, point.department, share, int(part["heard"]))
