"""How high the lanes and how wide the columns must be for what runs through them, in pixels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mizzle.journeys.blueprint import routes
from mizzle.journeys.blueprint.text import clean, shorten, width, wrap

if TYPE_CHECKING:
    from mizzle.journeys.blueprint.choice import Choice, Lane
    from mizzle.journeys.blueprint.text import Words

MANY_LANES = 14
NODE_SIZE, NODE_LEADING = 13.5, 14.5
NARROWEST, WIDEST, PAGE = 70.0, 100.0, 1278.0  # nodes are as wide as lets the drawing fit on a page
NAME_SIZE, NAME_LEADING, SMALL = 15.0, 16.5, 13.0
NAMES_AT_LEAST, NAMES_AT_MOST, NAME_MARGIN = 140.0, 204.0, 20.0
EDGE_PITCH, CORRIDOR_PITCH, PORT_PITCH, PORT_END = 7.5, 7.0, 6.5, 7.0
GUTTER, MARGIN = 22.0, 10.0
HEAD, CUSTOMER, GAP, PILL = 34.0, 56.0, 30.0, 30.0


@dataclass(frozen=True, slots=True)
class Names:
    """What is written: names and distances of the lanes, texts of the nodes, and the room they are given."""

    room: float
    node: float
    lanes: tuple[tuple[str, ...], ...]
    distances: tuple[str, ...]
    nodes: tuple[tuple[str, ...], ...]

    @classmethod
    def of(cls, choice: Choice, words: Words) -> Names:
        """Set every text in the lines it is given."""
        many = len(choice.lanes) > MANY_LANES
        distances = [distance_words(lane, words) for lane in choice.lanes]
        lanes = tuple(_name(lane, 1 if many else 2) for lane in choice.lanes)
        wide = [width(line, NAME_SIZE, bold=True) for lines in lanes for line in lines]
        wide += [width(text, SMALL) for text in [*distances, words.line]]
        room = min(NAMES_AT_MOST, max([NAMES_AT_LEAST, *(text + NAME_MARGIN for text in wide)]))
        columns = max(choice.column_of, default=0) + 1
        node = max(NARROWEST, min(WIDEST, (PAGE - room - MARGIN) / columns - GUTTER - 4))
        return cls(
            room,
            node,
            lanes,
            tuple(shorten(text, SMALL, room - NAME_MARGIN + 8) for text in distances),
            tuple(
                wrap(clean(n.node.activity), NODE_SIZE, node - 10, 2 if many else 3, bold=True) for n in choice.nodes
            ),
        )


def _name(lane: Lane, lines: int) -> tuple[str, ...]:
    name, room = clean(lane.department), NAMES_AT_MOST - NAME_MARGIN
    return wrap(name, NAME_SIZE, room, lines, bold=True) if lines > 1 else (shorten(name, NAME_SIZE, room, bold=True),)


def distance_words(lane: Lane, words: Words) -> str:
    """Say how far a lane is from the customer, or why that is not said."""
    if not lane.is_told:
        return words.few
    if lane.distance is None or lane.distance.handovers_to_customer.value is None:
        return words.unheard
    handovers = words.fixed(lane.distance.handovers_to_customer.value)
    hours = lane.distance.hours_to_customer.value
    if hours is None:  # drawn by hand, and not every hour was given
        return words.lane_without_hours.format(handovers=handovers)
    return words.lane.format(handovers=handovers, hours=words.duration(hours))


@dataclass(frozen=True, slots=True)
class Heights:
    """From top to bottom: lanes, the middle line of each, how far nodes reach above and below it, the visibility."""

    tops: list[float]
    middles: list[float]
    heights: list[float]
    reach: list[tuple[float, float]]
    below: float
    visibility: float
    end: float

    def y(self, level: routes.Level) -> float:
        """Say where a level lies."""
        if level.in_corridor:
            top = self.tops[level.lane - 1] if level.lane <= len(self.tops) else self.below
            return top + CORRIDOR_PITCH * (level.slot + 1)
        if not level.lane:
            return HEAD + CUSTOMER / 2
        return self.middles[level.lane - 1] + PORT_PITCH * level.slot

    @classmethod
    def of(cls, choice: Choice, names: Names, found: list[routes.Route], contacts: list[routes.Contact]) -> Heights:
        """Make every node as high as its ports ask for, and every lane as its nodes, names and corridor."""
        levels = [level for route in found for level in route.levels]
        levels += [level for contact in contacts for level in contact.levels]
        many = len(choice.lanes) > MANY_LANES
        reach = _reach(names, found, contacts, 1 if many else 2)
        tops: list[float] = []
        middles: list[float] = []
        heights: list[float] = []
        at = HEAD + CUSTOMER
        visibility = at + GAP / 2
        for k, lane in enumerate(choice.lanes):
            if lane.is_below and not (k and choice.lanes[k - 1].is_below):
                visibility = at + GAP / 2
                at += GAP
            slots = [level.slot for level in levels if level.lane == k + 1 and not level.in_corridor]
            inside = [reach[node] for node, place in enumerate(choice.lane_of) if place == k]
            text = (NAME_LEADING * len(names.lanes[k]) + SMALL) / 2 + 4
            up = max([text - 7, *(above for above, _ in inside), *(4 - PORT_PITCH * slot for slot in slots)])
            down = max([text - 7, *(under for _, under in inside), *(4 + PORT_PITCH * slot for slot in slots)])
            pad = 7.0 if many else 11.0
            above = up + max(pad, CORRIDOR_PITCH * _tracks(levels, k + 1) + 7)
            tops.append(at)
            middles.append(at + above)
            heights.append(above + down + pad)
            at += heights[k]
        if choice.lanes and not choice.lanes[-1].is_below:
            visibility = at + GAP / 2
            at += GAP
        below = at
        tracks = _tracks(levels, len(choice.lanes) + 1)
        at += CORRIDOR_PITCH * (tracks + 1) if tracks else 0
        return cls(tops, middles, heights, reach, below, visibility, at + 4)


def _tracks(levels: list[routes.Level], corridor: int) -> int:
    return max((level.slot + 1 for level in levels if level.in_corridor and level.lane == corridor), default=0)


def _reach(
    names: Names, found: list[routes.Route], contacts: list[routes.Contact], lines_at_least: int
) -> list[tuple[float, float]]:
    """Say for each node how far it reaches above and below the middle of its row."""
    slots: list[list[int]] = [[0] for _ in names.nodes]
    for route in found:
        slots[route.source].append(route.levels[0].slot)
        slots[route.target].append(route.levels[-1].slot)
    for contact in contacts:
        for node, level in zip(contact.others, contact.levels[1:], strict=False):
            slots[node].append(level.slot)
    half = [(9 + NODE_LEADING * max(len(lines), lines_at_least)) / 2 for lines in names.nodes]
    return [
        (max(h, PORT_END - PORT_PITCH * min(ports)), max(h, PORT_END + PORT_PITCH * max(ports)))
        for h, ports in zip(half, slots, strict=True)
    ]


@dataclass(frozen=True, slots=True)
class Widths:
    """From left to right: where each gutter begins, how wide it is, and how many tracks it has."""

    node: float
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
        cls, names: Names, n_columns: int, found: list[routes.Route], contacts: list[routes.Contact], down: Heights
    ) -> Widths:
        """Make every gutter as wide as the uprights in it ask for."""
        uprights = [upright for route in found for upright in route.uprights]
        uprights += [contact.upright for contact in contacts if contact.upright]
        gutters: list[float] = []
        widths: list[float] = []
        tracks: list[int] = []
        at = names.room
        for gutter in range(n_columns + 1):
            count = routes.settle_gutter([upright for upright in uprights if upright.gutter == gutter], down.y)
            least = 6.0 if gutter in {0, n_columns} else GUTTER
            gutters.append(at)
            tracks.append(count)
            widths.append(max(least, GUTTER + EDGE_PITCH * (count - 1) if count else 0))
            at += widths[gutter] + (names.node if gutter < n_columns else 0)
        return cls(names.node, gutters, widths, tracks, at + MARGIN)
