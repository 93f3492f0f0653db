"""One case from its first event to its last, and agreed times against actual ones."""

from __future__ import annotations

import difflib
import tomllib
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import ibis

from mizzle.errors import MizzleError, NoSuchName
from mizzle.estimate import Estimate, Spread, wilson
from mizzle.journeys.distance import known_activities
from mizzle.journeys.expressions import HOUR, department_of, rows, spread, spreads
from mizzle.journeys.results import Agreed, Agreement, Step, Timeline
from mizzle.tables import Node

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    import ibis.expr.types as ir

    from mizzle.journeys.results import ProcessMap
    from mizzle.tables import Events

METHOD = "journeys.timeline/1"
AGREED = "journeys.agreed/1"


def timeline(
    events: Events,
    case_id: str,
    *,
    perception_points: Iterable[str] = (),
    agreements: Sequence[Agreement] = (),
) -> Timeline:
    """Lay out one case: touch and wait of each step, beside the same step over the whole log.

    Parameters
    ----------
    events
        An event table.
    case_id
        The case as the log names it.
    perception_points
        Activities at which the customer sees, hears or feels the service; marked in the steps.
    agreements
        Times agreed for departments and handovers (`read_agreements`), shown beside the actual ones.

    Returns
    -------
    Timeline
        Steps in order; hours. A wait between departments is owned by the handover, never by a person.

    Raises
    ------
    NoSuchName
        For a case that the log does not have; the message offers near ones.
    """
    points = known_activities(events, perception_points)
    chosen = rows(events.table.filter(events.table.case_id == case_id).order_by("seq"))
    if not chosen:
        raise NoSuchName(_no_case(events, case_id))
    return _lay_out(chosen, points, agreements, *_population(events, chosen))


def timeline_of(
    rows: Sequence[Mapping[str, Any]],
    *,
    perception_points: Iterable[str] = (),
    agreements: Sequence[Agreement] = (),
    population: ProcessMap | None = None,
) -> Timeline:
    """Lay out one case as `timeline` does, from its events and a map that was drawn up before, without an engine.

    Parameters
    ----------
    rows
        The events of the case in order (`mizzle.logs.case_events`).
    perception_points
        Activities at which the customer sees, hears or feels the service; marked in the steps. Names that do not occur
        in the case are no matter.
    agreements
        Times agreed for departments and handovers (`read_agreements`), shown beside the actual ones.
    population
        The process map of the whole log, with all its steps, for what is usual; None where that is not known.

    Returns
    -------
    Timeline
        Steps in order; hours. A wait between departments is owned by the handover, never by a person.

    Raises
    ------
    NoSuchName
        When there is no event.
    """
    if not rows:
        raise NoSuchName("The log has no such case, or its events are gone. Look for the case again.")
    nodes, edges = (population.nodes, population.edges) if population else ((), ())
    touches = {one.node: one.touch for one in nodes if one.touch is not None}
    waits = {(one.source, one.target): one.wait for one in edges}
    return _lay_out(rows, tuple(perception_points), agreements, touches, waits)


def agreed(events: Events, agreements: Sequence[Agreement]) -> tuple[Agreed, ...]:
    """Compare agreed times with actual ones.

    Parameters
    ----------
    events
        An event table.
    agreements
        Hours agreed for a department, or for the wait of a handover between two.

    Returns
    -------
    tuple of Agreed
        One for each agreement, in the order given: share of cases within it with Wilson's interval, and hours over.

    Raises
    ------
    NoSuchName
        For a department that the log does not have.

    Notes
    -----
    For a department: the hours of a case in its hands, which is the touch of its events (where the log has starts)
    and the waits between two of its consecutive events. For a handover: the longest wait of the case at it.
    """
    return tuple(_agreed(events, agreement) for agreement in agreements)


MOST_HOURS = 10_000_000
"""The longest time that can be agreed: a thousand years."""


def read_agreements(path: Path) -> tuple[Agreement, ...]:
    """Read agreed times from a TOML file.

    Parameters
    ----------
    path
        A file of ``[[agreement]]`` tables, each with ``department`` and ``hours``, or ``from``, ``to`` and ``hours``.

    Raises
    ------
    MizzleError
        When the file is missing, is no TOML, a table in it is incomplete or of a handover from a department to itself,
        or two tables agree on the same.
    """
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as problem:
        raise MizzleError(f"The agreed times in {path} cannot be opened: {problem.strerror or problem}.") from problem
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as problem:
        raise MizzleError(f"{path} is no valid TOML: {problem}.") from problem
    tables = found.get("agreement")
    if not isinstance(tables, list) or not tables:
        raise MizzleError(f"{path} holds no agreed time. Write one as: [[agreement]] department = 'Sales' hours = 8")
    agreements: dict[tuple[str, str | None], Agreement] = {}
    for place, table in enumerate(tables, 1):
        one = _agreement(table, place, path)
        what = (one.department, one.to)
        if what in agreements:
            before = list(agreements).index(what) + 1
            about = f"the handover from {one.department!r} to {one.to!r}" if one.to else repr(one.department)
            raise MizzleError(
                f"Agreements {before} and {place} in {path} are both for {about}. Keep the one that holds."
            )
        agreements[what] = one
    return tuple(agreements.values())


def _agreement(table: Any, place: int, path: Path) -> Agreement:
    hours = table.get("hours") if isinstance(table, dict) else None
    if isinstance(hours, bool) or not isinstance(hours, int | float) or not 0 <= hours <= MOST_HOURS:
        raise MizzleError(f"Agreement {place} in {path} needs hours = a number from 0 to {MOST_HOURS:,}.")
    names = [table.get(key) for key in ("department", "from", "to")]
    match names:
        case [str(department), None, None]:
            return Agreement(department, None, float(hours))
        case [None, str(source), str(target)] if source != target:
            return Agreement(source, target, float(hours))
        case [None, str(source), str()]:
            raise MizzleError(
                f"Agreement {place} in {path} is from {source!r} to itself, which is no handover. Name another"
                " department after to, or write department = '...' for the hours in its hands."
            )
    raise MizzleError(f"Agreement {place} in {path} needs either department = '...', or from = '...' and to = '...'.")


def _no_case(events: Events, case_id: str) -> str:
    some = rows(events.table.select("case_id").distinct().order_by("case_id").limit(2_000))
    names = [row["case_id"] for row in some]
    near = difflib.get_close_matches(case_id, names, n=3, cutoff=0.6) or names[:3]
    return f"No case of this log is called {case_id!r}. It has {events.n_cases:,} cases, such as {', '.join(near)}."


def _population(
    events: Events, chosen: Sequence[Mapping[str, Any]]
) -> tuple[dict[Node, Spread], dict[tuple[Node, Node], Spread]]:
    """Touch per node and wait per step over the whole log, for what occurs in one case."""
    nodes, node_of = sorted({row["node"] for row in chosen if row["node"] is not None}), events.nodes()
    if not nodes:
        return {}, {}
    table = events.table.filter(events.table.node.isin(nodes))
    touches = {}
    if events.has_start:
        timed = table.filter(table.start.notnull())
        found = rows(timed.group_by("node").aggregate(**spreads(timed.end_us - timed.start_us)))
        touches = {node_of(row["node"]): spread(row, METHOD) for row in found}
    steps = table.filter(table.previous.isin(nodes))
    found = rows(steps.group_by(["previous", "node"]).aggregate(**spreads(steps.wait)))
    return touches, {(node_of(row["previous"]), node_of(row["node"])): spread(row, METHOD) for row in found}


def _lay_out(
    chosen: Sequence[Mapping[str, Any]],
    points: Sequence[str],
    agreements: Sequence[Agreement],
    touches: Mapping[Node, Spread],
    waits: Mapping[tuple[Node, Node], Spread],
) -> Timeline:
    hours = {(one.department, one.to): one.hours for one in agreements}
    steps: list[Step] = []
    before: Node | None = None
    for row in chosen:
        node = None if row["department"] is None else Node(row["department"], row["activity"])
        usual = (None, None) if node is None else (touches.get(node), waits.get((before, node)) if before else None)
        steps.append(_step(row, before, usual, hours, is_point=row["activity"] in points))
        before = node or before  # an event without a department stands outside the chain
    touched = [step.touch_hours for step in steps if step.touch_hours is not None]
    return Timeline(
        case_id=chosen[0]["case_id"],
        steps=tuple(steps),
        touch_hours=sum(touched) if touched else None,
        wait_hours=sum(step.wait_hours for step in steps if step.wait_hours is not None),
        total_hours=(max(row["end_us"] for row in chosen) - min(row["start_us"] for row in chosen)) / HOUR,
        method=METHOD,
    )


def _as_usual(found: Spread | None) -> Spread | None:
    """Say what a map says of a node or step as a timeline does: nothing where nothing was measured."""
    return None if found is None or found.n == 0 else replace(found, method=METHOD)


def _step(
    row: Mapping[str, Any],
    before: Node | None,
    usual: tuple[Spread | None, Spread | None],
    hours: Mapping[tuple[str, str | None], float],
    *,
    is_point: bool,
) -> Step:
    department, handover = row["department"], None
    if before is not None and department is not None and before.department != department:
        handover = (before.department, department)
    return Step(
        seq=row["seq"],
        activity=row["activity"],
        department=department,
        start=row["start"],
        end=row["end"],
        is_perception_point=is_point,
        touch_hours=None if row["start"] is None else (row["end_us"] - row["start_us"]) / HOUR,
        wait_hours=None if row["wait"] is None else row["wait"] / HOUR,
        handover=handover,
        touch_population=_as_usual(usual[0]),
        wait_population=_as_usual(usual[1]),
        agreed_touch_hours=hours.get((department, None)),
        agreed_wait_hours=hours.get(handover) if handover else None,
    )


def _agreed(events: Events, agreement: Agreement) -> Agreed:
    places = {name: code for code, name in enumerate(events.departments)}
    for name in (agreement.department, agreement.to):
        if name is not None and name not in places:
            near = difflib.get_close_matches(name, places, n=3, cutoff=0.4) or sorted(places)[:3]
            raise NoSuchName(f"No department of this log is called {name!r}. Did you mean {' or '.join(near)}?")
    per_case = _actual(events, places, agreement)
    limit = round(agreement.hours * HOUR)
    beyond = (per_case.took > limit).ifelse(per_case.took - limit, ibis.null("int64"))
    (row,) = rows(per_case.aggregate(**spreads(per_case.took)))
    (over,) = rows(per_case.aggregate(**spreads(beyond)))
    n, n_over = int(row["n"]), int(over["n"])
    share = (n - n_over) / n if n else None
    within = Estimate(share, None if share is None else wilson(share, n), n, "share", AGREED)
    return Agreed(agreement, n, within, spread(row, AGREED), spread(over, AGREED))


def _actual(events: Events, places: Mapping[str, int], agreement: Agreement) -> ir.Table:
    """Microseconds that each case took: in the hands of a department, or at a handover."""
    table = events.table.filter(department_of(events.table.node) == places[agreement.to or agreement.department])
    from_here = department_of(table.previous) == places[agreement.department]
    if agreement.to is not None:
        return table.filter(from_here).group_by("case").aggregate(took=lambda kept: kept.wait.max())
    inside = from_here.fill_null(False).ifelse(table.wait, 0)
    return table.group_by("case").aggregate(took=(inside + table.end_us - table.start_us).sum().cast("int64"))
