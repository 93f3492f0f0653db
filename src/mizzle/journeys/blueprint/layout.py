"""Where everything stands in the drawing, in pixels: lanes, nodes, edges with their tracks, contact lines, labels."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from mizzle.journeys.blueprint import labels, routes
from mizzle.journeys.blueprint.choice import is_over
from mizzle.journeys.blueprint.text import clean, shorten, width, wrap

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mizzle.journeys.blueprint.choice import Choice, Lane
    from mizzle.journeys.blueprint.text import Words
    from mizzle.journeys.results import MapEdge, MapNode

    Point = tuple[float, float]

MANY_LANES = 14
NODE_WIDTH, NODE_SIZE, NODE_LEADING = 88.0, 13.5, 14.5
NAME_SIZE, NAME_LEADING, SMALL = 15.0, 16.5, 13.0
EDGE_PITCH, CORRIDOR_PITCH, PORT_PITCH = 7.5, 7.0, 6.5
GUTTER, MARGIN, HEAD, GAP, PILL = 30.0, 12.0, 34.0, 30.0, 30.0
_CUSTOMER = 56.0
_NAMES_AT_LEAST, _NAMES_AT_MOST = 150.0, 200.0


class Box(NamedTuple):
    """A rectangle: left, top, width, height."""

    x: float
    y: float
    w: float
    h: float

    def meets(self, other: Box, clear: float = 0.0) -> bool:
        """Say whether two boxes come closer than `clear`."""
        return (
            self.x < other.x + other.w + clear
            and other.x < self.x + self.w + clear
            and self.y < other.y + other.h + clear
            and other.y < self.y + self.h + clear
        )


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
    down = _Down.of(choice, levels, words)
    across = _Across.of(choice, grid, found, contacts, down)
    nodes = tuple(_node(choice, k, down, across) for k in range(len(choice.nodes)))
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
        across.names,
        Box(0, HEAD, across.end, _CUSTOMER),
        tuple(_lane(choice, k, down, across, words) for k in range(len(choice.lanes))),
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


@dataclass(frozen=True, slots=True)
class _Down:
    """Heights: the top and bottom of each lane, the middle of its row, the corridors above it."""

    tops: list[float]
    middles: list[float]
    heights: list[float]
    boxes: list[float]
    names: list[tuple[str, ...]]
    texts: list[tuple[str, ...]]
    below: float
    visibility: float
    end: float

    def y(self, level: routes.Level) -> float:
        """Say where a level lies."""
        if level.in_corridor:
            top = self.tops[level.lane - 1] if level.lane <= len(self.tops) else self.below
            return top + CORRIDOR_PITCH * (level.slot + 1)
        if not level.lane:
            return HEAD + _CUSTOMER / 2
        return self.middles[level.lane - 1] + PORT_PITCH * level.slot

    @classmethod
    def of(cls, choice: Choice, levels: list[routes.Level], words: Words) -> _Down:
        """Make every lane as high as its nodes, its names and its corridor ask for."""
        many = len(choice.lanes) > MANY_LANES
        texts = [
            wrap(clean(node.node.activity), NODE_SIZE, NODE_WIDTH - 10, 2 if many else 3, bold=True)
            for node in choice.nodes
        ]
        names = [_name(lane, 1 if many else 2) for lane in choice.lanes]
        tops, middles, heights, boxes = [], [], [], []
        at = HEAD + _CUSTOMER
        visibility = at + GAP / 2
        for k, lane in enumerate(choice.lanes):
            if lane.is_below and not (k and choice.lanes[k - 1].is_below):
                visibility = at + GAP / 2
                at += GAP
            lines = max((len(texts[n]) for n, place in enumerate(choice.lane_of) if place == k), default=1)
            reach = max((abs(level.slot) for level in levels if level.lane == k + 1 and not level.in_corridor), default=0)
            box = max(10 + NODE_LEADING * max(lines, 1 if many else 2) - (1 if lines > 1 else 0), 2 * PORT_PITCH * reach + 12)
            pad = max(7.0 if many else 11.0, (NAME_LEADING * len(names[k]) + SMALL + 14 - box) / 2)
            above = max(pad, CORRIDOR_PITCH * _tracks(levels, k + 1) + 7)
            tops.append(at)
            boxes.append(box)
            middles.append(at + above + box / 2)
            heights.append(above + box + pad)
            at += heights[k]
        if choice.lanes and not choice.lanes[-1].is_below:
            visibility = at + GAP / 2
            at += GAP
        below = at
        at += CORRIDOR_PITCH * (tracks + 1) if (tracks := _tracks(levels, len(choice.lanes) + 1)) else 0
        return cls(tops, middles, heights, boxes, names, texts, below, visibility, at + 4)


def _tracks(levels: list[routes.Level], corridor: int) -> int:
    return max((level.slot + 1 for level in levels if level.in_corridor and level.lane == corridor), default=0)


def _name(lane: Lane, lines: int) -> tuple[str, ...]:
    name = clean(lane.department)
    room = _NAMES_AT_MOST - 24
    return wrap(name, NAME_SIZE, room, lines, bold=True) if lines > 1 else (shorten(name, NAME_SIZE, room, bold=True),)


@dataclass(frozen=True, slots=True)
class _Across:
    """Widths: where the names end, and where each gutter and each column begins."""

    names: float
    gutters: list[float]
    widths: list[float]
    tracks: list[int]
    end: float

    def column(self, column: int) -> float:
        """Say where the nodes of a column begin."""
        return self.gutters[column] + self.widths[column]

    def x(self, upright: routes.Upright) -> float:
        """Say where an upright stands."""
        gutter = upright.gutter
        free = self.widths[gutter] - EDGE_PITCH * (self.tracks[gutter] - 1)
        return self.gutters[gutter] + free / 2 + EDGE_PITCH * upright.track

    @classmethod
    def of(
        cls,
        choice: Choice,
        grid: routes.Grid,
        found: list[routes.Route],
        contacts: list[routes.Contact],
        down: _Down,
    ) -> _Across:
        """Make every gutter as wide as the uprights in it ask for."""
        uprights = [upright for route in found for upright in route.uprights]
        uprights += [contact.upright for contact in contacts if contact.upright]
        lines = [width(line, NAME_SIZE, bold=True) for name in down.names for line in name]
        names = min(_NAMES_AT_MOST, max([_NAMES_AT_LEAST, *(line + 24 for line in lines)]))
        gutters, widths, tracks = [], [], []
        at = names
        for gutter in range(grid.n_columns + 1):
            count = routes.settle_gutter([upright for upright in uprights if upright.gutter == gutter], down.y)
            is_edge = gutter in {0, grid.n_columns}
            gutters.append(at)
            tracks.append(count)
            widths.append(max(8.0 if is_edge else GUTTER, 22 + EDGE_PITCH * (count - 1) if count else 0))
            at += widths[gutter] + (NODE_WIDTH if gutter < grid.n_columns else 0)
        return cls(names, gutters, widths, tracks, at + MARGIN)


def _lane(choice: Choice, k: int, down: _Down, across: _Across, words: Words) -> DrawnLane:
    lane = choice.lanes[k]
    below = [place for place, other in enumerate(choice.lanes) if other.is_below]
    deep = (below.index(k) + 1) / len(below) if lane.is_below else 0.0
    return DrawnLane(
        Box(0, down.tops[k], across.end, down.heights[k]),
        down.middles[k],
        clean(lane.department),
        down.names[k],
        shorten(distance_words(lane, words), SMALL, across.names - 18),
        deep,
    )


def distance_words(lane: Lane, words: Words) -> str:
    """Say how far a lane is from the customer, or that the customer never follows."""
    if lane.distance is None or lane.distance.handovers_to_customer.value is None:
        return words.unheard
    hours = lane.distance.hours_to_customer.value
    return words.lane.format(
        handovers=words.fixed(lane.distance.handovers_to_customer.value), hours=words.duration(hours or 0.0)
    )


def _node(choice: Choice, k: int, down: _Down, across: _Across) -> DrawnNode:
    lane, column = choice.lane_of[k], choice.column_of[k]
    height = down.boxes[lane]
    return DrawnNode(
        Box(across.column(column), down.middles[lane] - height / 2, NODE_WIDTH, height),
        down.texts[k],
        choice.nodes[k],
        lane,
        column,
        k in choice.points,
        k in choice.way,
        k in choice.repeated,
    )


def _corners(
    route: routes.Route, nodes: tuple[DrawnNode, ...], down: _Down, across: _Across
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
    down: _Down,
    across: _Across,
    words: Words,
) -> DrawnContact:
    boxes = [nodes[node].box for node in contact.nodes]
    pill = Box(boxes[0].x + 6, HEAD + (_CUSTOMER - PILL) / 2, NODE_WIDTH - 12, PILL)
    middle = pill.x + pill.w / 2
    lines = [((middle, pill.y + pill.h), (middle, boxes[0].y))] if contact.top is not None else []
    if contact.upright:
        x = across.x(contact.upright)
        start, deepest = contact.levels[0], contact.levels[-1]
        lines.append(((pill.x, down.y(start)), (x, down.y(start)), (x, down.y(deepest)), (boxes[-1].x, down.y(deepest))))
        lines += [((x, down.y(level)), (boxes[-1].x, down.y(level))) for level in contact.levels[1:-1]]
    shares = sorted({node.cases for node in (choice.nodes[k] for k in contact.nodes)})
    is_on_way = any(node in choice.way for node in contact.nodes)
    return DrawnContact(pill, _moment(shares, choice.cases, words), tuple(lines), contact.nodes, is_on_way)


def _moment(cases: list[int], of: int, words: Words) -> str:
    """Say in which share of the cases the customer meets the moments of one column."""
    low, high = words.share(cases[0] / max(of, 1)), words.share(cases[-1] / max(of, 1))
    if low == high:
        return low
    return words.percent.format(n=f"{_bare(low, words)}–{_bare(high, words)}")


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
        layout.width, layout.height, layout.names, layout.customer, layout.lanes, layout.visibility,
        layout.nodes, layout.edges, layout.contacts, placed,
    )
