"""Distance from the customer: handovers and hours between a department's work and the next perception point."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Any

import ibis

from mizzle.errors import NoSuchName
from mizzle.estimate import Estimate
from mizzle.journeys.expressions import HOUR, department_of, either, is_point, rows
from mizzle.journeys.intervals import RatioSums, not_below_zero, ratio_from_sums, share_interval
from mizzle.journeys.results import DepartmentDistance, Distance

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import ibis.expr.types as ir

    from mizzle.tables import Events

METHOD = "journeys.distance/1"


def distance(events: Events, perception_points: Iterable[str], *, by_month: bool = False) -> Distance:
    """Measure how far every department is from the customer.

    Parameters
    ----------
    events
        An event table (`mizzle.logs.open_events`).
    perception_points
        Names of the activities at which the customer sees, hears or feels the service. None of them is a valid
        answer: every distance is then undefined, and all work is unheard.
    by_month
        Whether to measure each month as well, by the month (UTC) in which an event ended.

    Returns
    -------
    Distance
        Departments from near to far by mean handovers, then mean hours, then name; handovers in handovers, hours in
        hours, shares from 0 to 1.

    Raises
    ------
    NoSuchName
        For a perception point that is no activity of the log; the message offers near names.

    Notes
    -----
    For an event: handovers to the customer is the number of steps between two consecutive events of its case with
    different departments, from it to the next perception point at or after it; 0 if it is one; undefined if none
    follows. Hours to the customer is the start (end where there is no start) of that perception point minus the end
    of the event, at least 0. A department's distance is the mean over its events for which it is defined, with a
    ratio estimator over cases (`mizzle.journeys.intervals.ratio_interval`); `n` is the number of those events. Events
    without a department stand outside. Contact share and unheard share have Wilson's interval with the effective
    number of events (`share_interval`). Do not read it for departments that work beside the flow of cases: they are
    not far, they are not in the log.

    References
    ----------
    mizzle's own measure. Checked against answers by hand (tests/spec) and a plain Python reference (tests/property);
    coverage of the intervals by `./run bench coverage`.
    """
    points = known_activities(events, perception_points)
    found = stretches(events, points).cache()
    reach = _reach(events, found, points, by_month=by_month).cache()
    found.release()
    try:
        whole = _departments(events, reach, ["department"])
        months = _departments(events, reach, ["department", "month"]) if by_month else []
    finally:
        reach.release()
    return Distance(
        cases=events.n_cases,
        events=events.n_events,
        events_without_department=events.n_without_department,
        perception_points=points,
        departments=tuple(sorted(whole, key=nearness)),
        months=tuple(sorted(months, key=lambda one: (one.month, *nearness(one)))),
        method=METHOD,
    )


def known_activities(events: Events, names: Iterable[str]) -> tuple[str, ...]:
    """Take names of activities, each once, in the order given; raise `NoSuchName` for one that the log lacks."""
    chosen = tuple(dict.fromkeys(names))
    for name in chosen:
        if name not in events.activities:
            near = difflib.get_close_matches(name, events.activities, n=3, cutoff=0.5) or list(events.activities)[:5]
            raise NoSuchName(f"No activity of this log is called {name!r}. Did you mean {either(near)}?")
    return chosen


def nearness(one: DepartmentDistance) -> tuple[bool, float, float, str]:
    """Sort key: near before far, undefined last, then by name."""
    handovers, hours = one.handovers_to_customer.value, one.hours_to_customer.value
    return (handovers is None, handovers or 0.0, hours or 0.0, one.department)


BLOCK_BITS = 5
"""An event looks for its perception point in its block of so many bits, 32 events of its case."""


def stretches(events: Events, points: Sequence[str]) -> ir.Table:
    """Per perception point the stretch of its case that it answers for: from the one before it, not included, to it.

    A stretch is cut at the borders of blocks, so that a log in which everything is one case of a million points costs
    the join no more than any other.
    """
    table = events.table.filter(events.table.node.notnull())
    marks = table.filter(is_point(events, table.node, points))
    before = marks.seq.lag().over(group_by=marks.case, order_by=marks.seq)
    found = marks.select(
        of=marks.case,
        first=ibis.coalesce(before, -1) + 1,
        last=marks.seq,
        passed=marks.handovers,
        begins=marks.start_us,
        point=marks.node,
    )
    return found.mutate(block=ibis.range(found["first"] >> BLOCK_BITS, (found["last"] >> BLOCK_BITS) + 1).unnest())


def within(table: ir.Table, found: ir.Table) -> list[ir.BooleanValue]:
    """Say when an event lies in a stretch, to join the two."""
    return [
        table.case == found["of"],
        (table.seq >> BLOCK_BITS).cast("int64") == found.block,
        table.seq >= found["first"],
        table.seq <= found["last"],
    ]


def _reach(events: Events, ahead: ir.Table, points: Sequence[str], *, by_month: bool) -> ir.Table:
    """Per event of a department: handovers and microseconds to the next perception point of its case.

    Found by a join with the stretches, which takes half as long as a window over all events.
    """
    table = events.table.filter(events.table.node.notnull())
    found = table.left_join(ahead, within(table, ahead))
    wait = found.begins - found.end_us
    columns = {
        "case": found.case,
        "department": department_of(found.node).cast("int16"),
        "point": is_point(events, found.node, points).ifelse(1, 0).cast("int8"),
        "handovers": (found.passed - found.handovers).cast("int32"),
        "wait": (wait < 0).ifelse(0, wait),
    }
    if by_month:
        columns["month"] = found.end.truncate("M").date()
    return found.select(**columns)


def _departments(events: Events, reach: ir.Table, by: Sequence[str]) -> list[DepartmentDistance]:
    per_case = reach.group_by(["case", *by]).aggregate(
        events=reach.count(),
        heard=reach.handovers.count(),
        points=reach.point.cast("float64").sum(),
        h=reach.handovers.cast("float64").sum(),
        t=reach.wait.cast("float64").sum() / HOUR,
    )
    sums = {_key(row, by): row for row in rows(per_case.group_by(by).aggregate(**_sums(per_case)))}
    waits = rows(reach.group_by(by).aggregate(waits=reach.wait.quantile([0.5, 0.9])))
    heard = reach.filter(reach.handovers.notnull())
    counts: dict[tuple[Any, ...], dict[int, int]] = {}
    for row in rows(heard.group_by([*by, "handovers"]).aggregate(n=heard.count())):
        counts.setdefault(_key(row, by), {})[row["handovers"]] = row["n"]
    return [_department(events, row, counts.get(key, {}), sums[key]) for row in waits for key in [_key(row, by)]]


def _key(row: Mapping[str, Any], by: Sequence[str]) -> tuple[Any, ...]:
    return tuple(row[name] for name in by)


def quantile(counts: Mapping[int, int], share: float) -> float | None:
    """Exact quantile of whole numbers from how often each occurs, with linear interpolation; None of none.

    Examples
    --------
    >>> quantile({0: 2, 3: 1, 10: 1}, 0.5), quantile({0: 2, 3: 1, 10: 2}, 0.75)
    (1.5, 10.0)
    """
    if not counts:
        return None
    place = (sum(counts.values()) - 1) * share
    below, values = 0, sorted(counts)
    for value, following in zip(values, [*values[1:], values[-1]], strict=True):
        below += counts[value]
        if place <= below - 1:
            return float(value)
        if place < below:
            return value + (following - value) * (place - (below - 1))
    raise ValueError(f"a quantile lies between 0 and 1, not at {share}")


def _sums(per_case: ir.Table) -> dict[str, ir.Scalar]:
    """Sum over cases for the four ratios: h and t per heard event, points and unheard per event."""
    m, k = per_case.heard.cast("float64"), per_case.events.cast("float64")
    h, t = per_case.h.fill_null(0).cast("float64"), per_case.t.fill_null(0.0)
    p, u = per_case.points.cast("float64"), k - m
    return {
        "events": per_case.events.sum(),
        "cases": per_case.count(),
        "heard": per_case.heard.sum(),
        "heard_cases": (per_case.heard > 0).ifelse(1, 0).sum(),
        "points": per_case.points.sum(),
        "mm": (m * m).sum(),
        "mmm": (m * m * m).sum(),
        **_powers("h", h, m),
        **_powers("t", t, m),
        "kk": (k * k).sum(),
        "pp": (p * p).sum(),
        "pk": (p * k).sum(),
        "uu": (u * u).sum(),
        "uk": (u * k).sum(),
    }


def _powers(name: str, y: ir.FloatingColumn, m: ir.FloatingColumn) -> dict[str, ir.Scalar]:
    """Sum over cases what a ratio of y to m needs beside the powers of m; `mean_per_event` reads them."""
    return {
        name: y.sum(),
        f"{name}y": (y * y).sum(),
        f"{name}m": (y * m).sum(),
        f"{name}yy": (y * y * y).sum(),
        f"{name}ym": (y * y * m).sum(),
        f"{name}mm": (y * m * m).sum(),
    }


def mean_per_event(row: Mapping[str, float], name: str, unit: str, method: str) -> Estimate:
    """Mean per heard event with its interval over cases, from a row with `powers` and the sums over cases of m."""
    y = {power: row[name + power] for power in ("", "y", "m", "yy", "ym", "mm")}
    squares, cubes = (y["y"], y["m"], row["mm"]), (y["yy"], y["ym"], y["mm"], row["mmm"])
    ratio = ratio_from_sums(RatioSums(int(row["heard_cases"]), y[""], row["heard"], *squares, *cubes))
    return Estimate(ratio.value, not_below_zero(ratio), int(row["heard"]), unit, method)


def _department(
    log: Events, place: Mapping[str, Any], handovers: Mapping[int, int], row: Mapping[str, float]
) -> DepartmentDistance:
    heard, events, cases = int(row["heard"]), int(row["events"]), int(row["cases"])
    median, p90 = place["waits"] or (None, None)

    def share(count: int, square: float, product: float) -> Estimate:
        sums = RatioSums(cases, count, events, square, product, row["kk"])
        return Estimate(count / events, share_interval(sums), events, "share", METHOD)

    def exact(value: float | None, unit: str, one: int = 1) -> Estimate:
        return Estimate(None if value is None else float(value) / one, None, heard, unit, METHOD)

    return DepartmentDistance(
        department=log.departments[place["department"]],
        month=place.get("month"),
        events=events,
        cases=cases,
        contact_share=share(int(row["points"]), row["pp"], row["pk"]),
        handovers_to_customer=mean_per_event(row, "h", "handovers", METHOD),
        handovers_median=exact(quantile(handovers, 0.5), "handovers"),
        handovers_p90=exact(quantile(handovers, 0.9), "handovers"),
        hours_to_customer=mean_per_event(row, "t", "h", METHOD),
        hours_median=exact(median, "h", HOUR),
        hours_p90=exact(p90, "h", HOUR),
        unheard_share=share(events - heard, row["uu"], row["uk"]),
    )
