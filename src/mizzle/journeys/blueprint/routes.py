"""How the edges run: sideways in rows and corridors between rows, up and down in gutters between columns.

Every piece of an edge has a track of its own, so that two edges may cross but never lie on one another, and none
passes through a node: rows are entered only where their cells are empty, corridors and gutters hold no nodes.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

CLEAR = 9.0  # pixels between the ends of two pieces that share a track


@dataclass(slots=True, eq=False)
class Level:
    """A piece that runs sideways, from gutter `first` to gutter `last`.

    Attributes
    ----------
    lane, in_corridor
        The row in which it runs, or (in a corridor) the row above which it runs.
    lean
        -1 where it goes on upwards, 1 downwards, 0 straight.
    slot
        Its track: in a row around 0 (the middle of the nodes), in a corridor from 0 at the top.
    """

    lane: int
    first: int
    last: int
    lean: int = 0
    in_corridor: bool = False
    slot: int = 0


@dataclass(slots=True, eq=False)
class Upright:
    """A piece that runs up or down in a gutter.

    Attributes
    ----------
    gutter, ends
        Where, and the levels it meets, each with the side to which that level leaves: -1 left, 1 right.
    track
        Its place in the gutter, from 0 at the left.
    """

    gutter: int
    ends: tuple[tuple[Level, int], ...]
    track: int = 0

    def span(self, y: Callable[[Level], float]) -> tuple[float, float]:
        """Give its upper and lower end, for a function that says where a level lies."""
        heights = [y(level) for level, _ in self.ends]
        return min(heights), max(heights)


@dataclass(slots=True)
class Route:
    """One edge: level, upright, level, ... from the right side of its source to the left side of its target."""

    source: int
    target: int
    levels: tuple[Level, ...]
    uprights: tuple[Upright, ...]


@dataclass(slots=True)
class Contact:
    """The line that ties the perception points of one column to the customer.

    Attributes
    ----------
    column, nodes
        Where, and which perception points.
    top
        The one that the line reaches straight from above, if the cells between are empty.
    upright, levels
        The line in the gutter for all others: levels[0] at the customer, then one per node of `others`.
    """

    column: int
    nodes: tuple[int, ...]
    top: int | None
    others: tuple[int, ...] = ()
    upright: Upright | None = None
    levels: tuple[Level, ...] = ()


@dataclass(slots=True)
class Grid:
    """Which cells hold a node. Row 0 is the customer's, row k the k-th lane."""

    rows: Sequence[int]
    columns: Sequence[int]
    n_rows: int
    n_columns: int
    taken: set[tuple[int, int]] = field(default_factory=set)

    def is_free(self, row: int, first: int, last: int) -> bool:
        """Say whether the cells of a row from gutter `first` to gutter `last` are empty."""
        return all((row, column) not in self.taken for column in range(first, last))


def find_routes(
    grid: Grid, edges: Sequence[tuple[int, int]], points: Iterable[int]
) -> tuple[list[Route], list[Contact]]:
    """Find a way for every edge, the first ones first, and the contact lines of the perception points."""
    grid.taken = set(zip(grid.rows, grid.columns, strict=True))
    contacts = _contacts(grid, points)
    load: dict[tuple[str, int], list[tuple[int, int]]] = {}
    for contact in contacts:
        if contact.upright:
            rows = [level.lane for level in contact.levels]
            load.setdefault(("gutter", contact.column), []).append((min(rows), max(rows)))
    routes = []
    for source, target in edges:
        route = _route(grid, source, target, load)
        routes.append(route)
        for upright in route.uprights:
            rows = [level.lane for level, _ in upright.ends]
            load.setdefault(("gutter", upright.gutter), []).append((min(rows), max(rows)))
        for level in route.levels:
            kind = "corridor" if level.in_corridor else "row"
            load.setdefault((kind, level.lane), []).append((level.first, level.last))
    return routes, contacts


def _busy(load: dict[tuple[str, int], list[tuple[int, int]]], kind: str, where: int, low: int, high: int) -> int:
    return sum(a <= high and low <= b for a, b in load.get((kind, where), ()))


def _route(grid: Grid, source: int, target: int, load: dict[tuple[str, int], list[tuple[int, int]]]) -> Route:
    row, aim = grid.rows[source], grid.rows[target]
    first, last = grid.columns[source] + 1, grid.columns[target]
    if row == aim and first <= last and grid.is_free(row, first, last):
        return Route(source, target, (Level(row, first, last),), ())
    if row != aim and first <= last:
        open_gutters = [
            gutter
            for gutter in range(first, last + 1)
            if grid.is_free(row, first, gutter) and grid.is_free(aim, gutter, last)
        ]
        if open_gutters:
            low, high = min(row, aim), max(row, aim)
            best = min(
                open_gutters,
                key=lambda gutter: (
                    _busy(load, "gutter", gutter, low, high)
                    + 0.5 * _busy(load, "row", row, first, gutter)
                    + 0.5 * _busy(load, "row", aim, gutter, last),
                    -gutter,
                ),
            )
            lean = 1 if aim > row else -1
            away, home = Level(row, first, best, lean), Level(aim, best, last, -lean)
            return Route(source, target, (away, home), (Upright(best, ((away, -1), (home, 1))),))
    low, high = min(first, last), max(first, last)
    corridors = range(min(row, aim) + 1, max(row, aim) + 1) if row != aim else (row + 1, row)
    corridor = min(
        (k for k in corridors if k >= 1),
        key=lambda k: (_busy(load, "corridor", k, low, high), abs(k - aim)),
    )
    away = Level(row, first, first, 1 if corridor > row else -1)
    along = Level(corridor, low, high, in_corridor=True)
    home = Level(aim, last, last, 1 if corridor > aim else -1)
    side = 1 if last > first else -1
    uprights = (Upright(first, ((away, -1), (along, side))), Upright(last, ((along, -side), (home, 1))))
    return Route(source, target, (away, along, home), uprights)


def _contacts(grid: Grid, points: Iterable[int]) -> list[Contact]:
    by_column: dict[int, list[int]] = {}
    for node in sorted(points, key=lambda node: grid.rows[node]):
        by_column.setdefault(grid.columns[node], []).append(node)
    contacts = []
    for column, nodes in sorted(by_column.items()):
        above = [(row, column) in grid.taken for row in range(1, grid.rows[nodes[0]])]
        top = None if any(above) else nodes[0]
        others = tuple(node for node in nodes if node != top)
        contact = Contact(column, tuple(nodes), top, others)
        if others:
            start = Level(0, column, column, 1)
            contact.levels = (start, *(Level(grid.rows[node], column, column, -1) for node in others))
            contact.upright = Upright(column, tuple((level, 1) for level in contact.levels))
        contacts.append(contact)
    return contacts


def settle_rows(levels: Sequence[Level]) -> None:
    """Give every level of a row a track: straight ones in the middle, the others towards where they go on."""
    placed: dict[tuple[int, int], list[Level]] = {}
    for level in sorted(levels, key=lambda level: (level.lane, abs(level.lean), level.first - level.last)):
        tracks = (
            itertools.chain([0], itertools.chain.from_iterable((k, -k) for k in itertools.count(1)))
            if not level.lean
            else itertools.count(0, level.lean)
        )
        level.slot = next(track for track in tracks if _fits(level, placed.get((level.lane, track), ())))
        placed.setdefault((level.lane, level.slot), []).append(level)


def settle_corridors(levels: Sequence[Level]) -> None:
    """Give every level of a corridor a track from the top, the longest first."""
    placed: dict[tuple[int, int], list[Level]] = {}
    for level in sorted(levels, key=lambda level: (level.lane, level.first - level.last, level.first)):
        level.slot = next(track for track in itertools.count() if _fits(level, placed.get((level.lane, track), ())))
        placed.setdefault((level.lane, level.slot), []).append(level)


def _fits(level: Level, others: Iterable[Level]) -> bool:
    return all(level.last < other.first or other.last < level.first for other in others)


def settle_gutter(uprights: Sequence[Upright], y: Callable[[Level], float]) -> int:
    """Order the uprights of one gutter so that few lines cross, pack them into tracks, and count the tracks."""
    order = sorted(uprights, key=lambda upright: upright.span(y))
    cost = {(a, b): _crossings(a, b, y) for a, b in itertools.permutations(order, 2)}
    for _ in range(len(order)):
        moved = False
        for k in range(len(order) - 1):
            a, b = order[k], order[k + 1]
            if cost[b, a] < cost[a, b]:
                order[k], order[k + 1] = b, a
                moved = True
        if not moved:
            break
    for k, upright in enumerate(order):
        low, high = upright.span(y)
        beside = [
            other.track + 1
            for other in order[:k]
            if other.span(y)[0] <= high + CLEAR and low <= other.span(y)[1] + CLEAR
        ]
        upright.track = max(beside, default=0)
    return max((upright.track + 1 for upright in order), default=0)


def _crossings(left: Upright, right: Upright, y: Callable[[Level], float]) -> int:
    """Count the crossings of two uprights in one gutter when the first stands left of the second."""
    (left_low, left_high), (right_low, right_high) = left.span(y), right.span(y)
    out = sum(right_low <= y(level) <= right_high for level, side in left.ends if side > 0)
    back = sum(left_low <= y(level) <= left_high for level, side in right.ends if side < 0)
    return out + back
