"""A journey that people drew by hand: the same map and distances as from a log, out of a table of steps."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from mizzle.errors import MizzleError
from mizzle.estimate import Estimate, Spread
from mizzle.journeys.distance import nearness
from mizzle.journeys.results import DepartmentDistance, Distance, MapEdge, MapNode, ProcessMap
from mizzle.tables import Node

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

METHOD = "journeys.drawn/1"


@dataclass(frozen=True, slots=True)
class DrawnStep:
    """One step of a journey, as people who know it describe it.

    Attributes
    ----------
    department, activity
        Whose work it is, and what is done.
    is_point
        Whether the customer sees, hears or feels it.
    wait_hours, touch_hours
        Hours that are expected to pass before the step, and during it; None where nobody said.
    """

    department: str
    activity: str
    is_point: bool = False
    wait_hours: float | None = None
    touch_hours: float | None = None


def drawn(steps: Sequence[DrawnStep]) -> tuple[ProcessMap, Distance]:
    """Draw up the process map and the distances of a journey from its steps, as if it were a log of one case.

    Parameters
    ----------
    steps
        The steps in the order of the work.

    Returns
    -------
    tuple of ProcessMap and Distance
        As `process_map` and `distance` give them of a log, with one case; every step counts once, no figure has an
        interval. Waits, touch and distances in hours.

    Raises
    ------
    MizzleError
        For a step without a department or an activity, hours below zero, or an activity that is a perception point at
        one step and not at another: the drawing could not tell them apart.

    Notes
    -----
    Handovers to the customer of a step: the changes of department from it to the next perception point at or after it;
    0 if it is one; undefined if none follows. Hours to the customer: the waits before the steps after it up to that
    point, and the touch of those in between. A department's distance is the mean over its steps that a point follows.
    Its hours are undefined as soon as one of the hours on these ways was not given: a mean over the rest would look
    nearer than it is. Nothing here was measured; do not set it beside figures from a log as if it had been.

    References
    ----------
    The definitions of `process_map` and `distance`. Checked against answers by hand (tests/spec), and against both of
    them on a log of one case with the same hours (tests/property).

    Examples
    --------
    >>> from mizzle.journeys.drawn import DrawnStep
    >>> steps = [DrawnStep("Store", "Pick"), DrawnStep("Transport", "Deliver", True, wait_hours=2.0)]
    >>> process_map, distance = drawn(steps)
    >>> distance.departments[1].department, distance.departments[1].hours_to_customer.value
    ('Store', 2.0)
    """
    points = _checked(steps)
    nodes, edges = _nodes(steps), _edges(steps)
    process_map = ProcessMap(
        nodes=nodes,
        edges=edges,
        cases=min(len(steps), 1),
        cases_shown=min(len(steps), 1),
        nodes_total=len(nodes),
        edges_total=len(edges),
        method=METHOD,
    )
    ways = _ways(steps)
    departments = (_department(name, steps, ways) for name in dict.fromkeys(step.department for step in steps))
    distance = Distance(
        cases=process_map.cases,
        events=len(steps),
        events_without_department=0,
        perception_points=points,
        departments=tuple(sorted(departments, key=nearness)),
        months=(),
        method=METHOD,
    )
    return process_map, distance


def _checked(steps: Sequence[DrawnStep]) -> tuple[str, ...]:
    """Give the names of the perception points, each once."""
    marked: dict[str, bool] = {}
    for number, step in enumerate(steps, 1):
        if not step.department or not step.activity:
            raise MizzleError(f"Step {number} needs a department and an activity.")
        for hours in (step.wait_hours, step.touch_hours):
            if hours is not None and not (math.isfinite(hours) and hours >= 0):
                raise MizzleError(f"Step {number} has {hours} hours. Hours are numbers from 0 on.")
        if marked.setdefault(step.activity, step.is_point) != step.is_point:
            raise MizzleError(
                f"{step.activity!r} is a perception point at one step and not at another."
                " Give one of them another name."
            )
    return tuple(name for name, is_point in marked.items() if is_point)


def _node(step: DrawnStep) -> Node:
    return Node(step.department, step.activity)


def _nodes(steps: Sequence[DrawnStep]) -> tuple[MapNode, ...]:
    places: dict[Node, list[int]] = {}
    for place, step in enumerate(steps):
        places.setdefault(_node(step), []).append(place)
    found = [
        MapNode(
            node=node,
            count=len(at),
            cases=1,
            touch=_spread(steps[place].touch_hours for place in at),
            repeats=sum(_left_between(steps, before, place) for before, place in itertools.pairwise(at)),
            starts=int(at[0] == 0),
            ends=int(at[-1] == len(steps) - 1),
        )
        for node, at in places.items()
    ]
    return tuple(sorted(found, key=lambda one: (-one.count, one.node)))


def _left_between(steps: Sequence[DrawnStep], before: int, place: int) -> bool:
    """Say whether another department works between two steps of one department."""
    return any(step.department != steps[place].department for step in steps[before:place])


def _edges(steps: Sequence[DrawnStep]) -> tuple[MapEdge, ...]:
    waits: dict[tuple[Node, Node], list[float | None]] = {}
    for before, step in itertools.pairwise(steps):
        waits.setdefault((_node(before), _node(step)), []).append(step.wait_hours)
    found = [MapEdge(source, target, len(hours), _spread(hours)) for (source, target), hours in waits.items()]
    return tuple(sorted(found, key=lambda one: (-one.count, one.source, one.target)))


def _spread(hours: Iterable[float | None]) -> Spread:
    given = [one for one in hours if one is not None]
    mean, median, p90 = _summary(given)
    return Spread(mean, median, p90, n=len(given), unit="h", method=METHOD)


def _summary(values: Sequence[float]) -> tuple[float | None, float | None, float | None]:
    """Give mean, median and 90th percentile, as of a sample from a log; None of nothing."""
    if not values:
        return None, None, None
    median, p90 = np.quantile(values, [0.5, 0.9])
    return math.fsum(values) / len(values), float(median), float(p90)


def _ways(steps: Sequence[DrawnStep]) -> list[tuple[float, float | None] | None]:
    """Give handovers and hours to the customer of each step; None where no perception point follows."""
    found: list[tuple[float, float | None] | None] = []
    for place in range(len(steps)):
        point = next((k for k in range(place, len(steps)) if steps[k].is_point), None)
        if point is None:
            found.append(None)
            continue
        onward = steps[place : point + 1]
        handovers = sum(a.department != b.department for a, b in itertools.pairwise(onward))
        hours = [one.wait_hours for one in onward[1:]] + [one.touch_hours for one in onward[1:-1]]
        known = [one for one in hours if one is not None]
        found.append((float(handovers), math.fsum(known) if len(known) == len(hours) else None))
    return found


def _department(
    name: str, steps: Sequence[DrawnStep], ways: Sequence[tuple[float, float | None] | None]
) -> DepartmentDistance:
    own = [(step, way) for step, way in zip(steps, ways, strict=True) if step.department == name]
    heard = [way for _, way in own if way is not None]
    known = [hours for _, hours in heard if hours is not None]
    hours = known if len(known) == len(heard) else []
    h = [_estimate(value, len(heard), "handovers") for value in _summary([handovers for handovers, _ in heard])]
    t = [_estimate(value, len(hours), "h") for value in _summary(hours)]
    return DepartmentDistance(
        department=name,
        month=None,
        events=len(own),
        cases=1,
        contact_share=_estimate(sum(step.is_point for step, _ in own) / len(own), len(own), "share"),
        handovers_to_customer=h[0],
        handovers_median=h[1],
        handovers_p90=h[2],
        hours_to_customer=t[0],
        hours_median=t[1],
        hours_p90=t[2],
        unheard_share=_estimate(1 - len(heard) / len(own), len(own), "share"),
    )


def _estimate(value: float | None, n: int, unit: str) -> Estimate:
    return Estimate(value, None, n, unit, METHOD)
