"""The tables of the map as rows of plain numbers, under the names that the command line gives them in JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mizzle_web.journeys.figures.kept import FEWEST_CASES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from mizzle.estimate import Estimate, Spread
    from mizzle.journeys.results import DepartmentDistance, DepartmentWay
    from mizzle_web.journeys.figures.kept import Kept

    Rows = tuple[tuple[str, ...], Iterable[list[Any]]]

ENDS = ("", "_low", "_high", "_n")
DISTANCE = ("contact_share", "handovers_to_customer", "hours_to_customer", "unheard_share")
EXACT = ("handovers_median", "handovers_p90", "hours_median", "hours_p90")
WAY = ("touch_hours", "wait_hours")
SPREAD = ("mean", "median", "p90")


def estimate(one: Estimate | None) -> list[float | int | None]:
    """Give an estimate as its value, the ends of its interval, and its n."""
    if one is None:
        return [None] * len(ENDS)
    low, high = one.interval or (None, None)
    return [one.value, low, high, one.n]


def _spread(one: Spread | None) -> list[float | None]:
    return [None] * len(SPREAD) if one is None else [one.mean, one.median, one.p90]


def _named(names: Iterable[str]) -> Iterator[str]:
    return (name + end for name in names for end in ENDS)


def _distance(one: DepartmentDistance) -> list[Any]:
    """Give the figures of a department, or nothing where only a few cases tell of it."""
    is_told = one.cases >= FEWEST_CASES
    cells: list[Any] = [one.events if is_told else None, one.cases if is_told else None]
    for name in DISTANCE:
        cells += estimate(getattr(one, name) if is_told else None)
    return cells + [getattr(one, name).value if is_told else None for name in EXACT]


HEAD = ("events", "cases", *_named(DISTANCE), *EXACT)


def departments(kept: Kept, pace: str) -> Rows:
    """Tell the distance of every department, in order, and what lies between it and the customer."""
    page = kept.page(pace)
    ways: dict[str, DepartmentWay] = {one.department: one for one in page.ways}

    def cells(one: DepartmentDistance) -> list[Any]:
        way = ways.get(one.department) if one.cases >= FEWEST_CASES else None
        between = [cell for name in WAY for cell in estimate(getattr(way, name) if way else None)]
        return [one.department, *_distance(one), *between]

    return ("department", *HEAD, *_named(WAY)), map(cells, page.distance.departments)


def months(kept: Kept, _pace: str) -> Rows:
    """Tell the distance of every department in every month; of all cases, whatever their pace."""
    return ("month", "department", *HEAD), ([one.month, one.department, *_distance(one)] for one in kept.months)


def handovers(kept: Kept, pace: str) -> Rows:
    """Tell every handover of the view, with its waits in hours."""
    told = (
        [one.source, one.target, one.count, *_spread(one.wait)]
        for one in kept.page(pace).handovers
        if one.count >= FEWEST_CASES
    )
    return ("from", "to", "count", *(f"wait_hours_{name}" for name in SPREAD)), told


def steps(kept: Kept, _pace: str) -> Rows:
    """Tell every step from one activity of a department to another, with its waits in hours; of all cases."""
    head = ("from_department", "from_activity", "to_department", "to_activity", "count")
    told = (
        [*one.source, *one.target, one.count, *_spread(one.wait)]
        for one in kept.steps.edges
        if one.count >= FEWEST_CASES
    )
    return (*head, *(f"wait_hours_{name}" for name in SPREAD)), told


TABLES: dict[str, Callable[[Kept, str], Rows]] = {
    "departments": departments,
    "months": months,
    "handovers": handovers,
    "steps": steps,
}
OF_ALL_CASES = frozenset(("months", "steps"))
"""Tables that are kept of all cases only; the others are told of typical and of late cases, too."""
