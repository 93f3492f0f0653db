"""Where everything stands in the drawing, in pixels: lanes, nodes, edges with their tracks, contact lines, labels."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from mizzle.journeys.blueprint import labels, routes
from mizzle.journeys.blueprint.choice import is_over
from mizzle.journeys.blueprint.spacing import CUSTOMER, HEAD, PILL, Heights, Names, Widths
from mizzle.journeys.blueprint.text import clean

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mizzle.journeys.blueprint.choice import Choice
    from mizzle.journeys.blueprint.text import Words
    from mizzle.journeys.results import MapEdge, MapNode

    Point = tuple[float, float]


class Box(NamedTuple):
    """A rectangle: left, top, width, height."""

    x: float
    y: float
    w: float
    h: float


@dataclass(frozen=True, slots=True)
class DrawnLane:
    """A lane: its box, the lines of its name, its distance in words, and how deep it lies (0 to 1)."""

    box: Box
    middle: float
    name: str
    lines: tuple[str, ...]
    distance: str
    deep: float


@dataclass(frozen=True, slots=True)
class DrawnNode:
    """A node: its box, the lines of its text, and what it is."""

    box: Box
    lines: tuple[str, ...]
    node: MapNode
    lane: int
    column: int
    is_point: bool
    is_on_way: bool
    is_repeated: bool


@dataclass(frozen=True, slots=True)
class DrawnEdge:
    """An edge: its corners, and the nodes it joins."""

    points: tuple[Point, ...]
    source: int
    target: int
    edge: MapEdge
    is_on_way: bool
    is_over: bool


@dataclass(frozen=True, slots=True)
class DrawnContact:
    """A moment of contact: a pill in the customer's lane, its text, and the lines to the perception points."""

    pill: Box
    text: str
    lines: tuple[tuple[Point, ...], ...]
    nodes: tuple[int, ...]
    is_on_way: bool


@dataclass(frozen=True, slots=True)
class Layout:
    """The whole drawing in pixels."""

    width: float
    height: float
    names: float
    customer: Box
    lanes: tuple[DrawnLane, ...]
    visibility: float
    nodes: tuple[DrawnNode, ...]
    edges: tuple[DrawnEdge, ...]
    contacts: tuple[DrawnContact, ...]
    labels: tuple[labels.Label, ...] = field(default=())


def lay_out(choice: Choice, words: Words, over: Mapping[tuple[str, str], float]) -> Layout:
    """Find a place for everything that was chosen."""
    grid = routes.Grid(
        [lane + 1 for lane in choice.lane_of],
        choice.column_of,
        len(choice.lanes) + 1,
        max(choice.column_of, default=-1) + 1,
    )
    found, contacts = routes.find_routes(grid, _in_turn(choice), choice.points)
    levels = [level for route in found for level in route.levels]
    levels += [level for contact in contacts for level in contact.levels]
    routes.settle_rows([level for level in levels if not level.in_corridor])
    routes.settle_corridors([level for level in levels if level.in_corridor])
    names = Names.of(choice, words)
    down = Heights.of(choice, names, found, contacts)
    across = Widths.of(names, grid.n_columns, found, contacts, down)
    nodes = tuple(_node(choice, k, names, down, across) for k in range(len(choice.nodes)))
    by_pair = {(source, target): edge for source, target, edge in choice.edges}
    way = set(zip(choice.way, choice.way[1:], strict=False))
    edges = tuple(
        DrawnEdge(
            _corners(route, nodes, down, across),
            route.source,
            route.target,
            by_pair[route.source, route.target],
            (route.source, route.target) in way,
            is_over(by_pair[route.source, route.target], over),
        )
        for route in found
    )
    layout = Layout(
        across.end,
        down.end,
        names.room,
        Box(0, HEAD, across.end, CUSTOMER),
        tuple(_lane(choice, k, names, down, across) for k in range(len(choice.lanes))),
        down.visibility,
        nodes,
        edges,
        tuple(_contact(contact, choice, nodes, down, across, words) for contact in contacts),
    )
    return _with_labels(layout, words)


def _in_turn(choice: Choice) -> list[tuple[int, int]]:
    """Edges in the order in which they choose their way: those of the most frequent way first, then by count."""
    way = set(zip(choice.way, choice.way[1:], strict=False))
    pairs = [(source, target) for source, target, _ in choice.edges]
    return sorted(pairs, key=lambda pair: pair not in way)


def _lane(choice: Choice, k: int, names: Names, down: Heights, across: Widths) -> DrawnLane:
    lane = choice.lanes[k]
    below = [place for place, other in enumerate(choice.lanes) if other.is_below]
    deep = (below.index(k) + 1) / len(below) if lane.is_below else 0.0
    return DrawnLane(
        Box(0, down.tops[k], across.end, down.heights[k]),
        down.middles[k],
        clean(lane.department),
        names.lanes[k],
        names.distances[k],
        deep,
    )


def _node(choice: Choice, k: int, names: Names, down: Heights, across: Widths) -> DrawnNode:
    lane, column = choice.lane_of[k], choice.column_of[k]
    above, under = down.reach[k]
    return DrawnNode(
        Box(across.column(column), down.middles[lane] - above, across.node, above + under),
        names.nodes[k],
        choice.nodes[k],
        lane,
        column,
        k in choice.points,
        k in choice.way,
        k in choice.repeated,
    )


def _corners(
    route: routes.Route, nodes: tuple[DrawnNode, ...], down: Heights, across: Widths
) -> tuple[tuple[float, float], ...]:
    begin, end = nodes[route.source].box, nodes[route.target].box
    points = [(begin.x + begin.w, down.y(route.levels[0]))]
    for level, upright, following in zip(route.levels, route.uprights, route.levels[1:], strict=False):
        points += [(across.x(upright), down.y(level)), (across.x(upright), down.y(following))]
    return (*points, (end.x, down.y(route.levels[-1])))


def _contact(
    contact: routes.Contact,
    choice: Choice,
    nodes: tuple[DrawnNode, ...],
    down: Heights,
    across: Widths,
    words: Words,
) -> DrawnContact:
    boxes = [nodes[node].box for node in contact.nodes]
    pill = Box(boxes[0].x + 6, HEAD + (CUSTOMER - PILL) / 2, across.node - 12, PILL)
    middle = pill.x + pill.w / 2
    lines: list[tuple[Point, ...]] = []
    if contact.top is not None:
        lines.append(((middle, pill.y + pill.h), (middle, boxes[0].y)))
    if contact.upright:
        x = across.x(contact.upright)
        start, deepest = contact.levels[0], contact.levels[-1]
        lines.append(
            ((pill.x, down.y(start)), (x, down.y(start)), (x, down.y(deepest)), (boxes[-1].x, down.y(deepest)))
        )
        lines += [((x, down.y(level)), (boxes[-1].x, down.y(level))) for level in contact.levels[1:-1]]
    shares = sorted({node.cases for node in (choice.nodes[k] for k in contact.nodes)})
    is_on_way = any(node in choice.way for node in contact.nodes)
    return DrawnContact(pill, _moment(shares, choice.cases, words), tuple(lines), contact.nodes, is_on_way)


def _moment(cases: list[int], of: int, words: Words) -> str:
    """Say in which share of the cases the customer meets the moments of one column."""
    low, high = words.share(cases[0] / max(of, 1)), words.share(cases[-1] / max(of, 1))
    if low == high:
        return low
    return words.percent.format(n=f"{_bare(low, words)}\u2013{_bare(high, words)}")


def _bare(share: str, words: Words) -> str:
    return share.removesuffix(words.percent.removeprefix("{n}"))


def _with_labels(layout: Layout, words: Words) -> Layout:
    """Place the wait of each edge where it hides nothing, the most frequent way first."""
    wishes = [
        labels.Wish(k, words.duration(edge.edge.wait.median), edge.points, edge.is_on_way or edge.is_over)
        for k, edge in enumerate(layout.edges)
        if edge.edge.wait.median is not None
    ]
    wishes.sort(key=lambda wish: (not wish.is_urgent, -layout.edges[wish.edge].edge.count, wish.edge))
    solid = [node.box for node in layout.nodes] + [contact.pill for contact in layout.contacts]
    solid += [Box(node.box.x + node.box.w - 30, node.box.y - 9, 24, 9) for node in layout.nodes if node.is_repeated]
    solid += [Box(0, 0, layout.names, layout.height), Box(0, 0, layout.width, HEAD)]
    lines = {k: [edge.points] for k, edge in enumerate(layout.edges)}
    lines[-1] = [line for contact in layout.contacts for line in contact.lines]
    lines[-1].append(((0, layout.visibility), (layout.width, layout.visibility)))
    placed = labels.place(wishes, solid, lines, (layout.width, layout.height))
    return Layout(
        layout.width,
        layout.height,
        layout.names,
        layout.customer,
        layout.lanes,
        layout.visibility,
        layout.nodes,
        layout.edges,
        layout.contacts,
        placed,
    )
