"""The service blueprint: the process map in lanes ordered by distance from the customer, drawn on the server."""

from __future__ import annotations

from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from mizzle.journeys.blueprint import drawing
from mizzle.journeys.blueprint.spacing import distance_words
from mizzle.journeys.blueprint.text import ENGLISH, Words, clean

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mizzle.journeys.blueprint.choice import Choice
    from mizzle.journeys.blueprint.layout import Layout
    from mizzle.journeys.results import Distance, MapEdge, ProcessMap

__all__ = ["Blueprint", "LeftOut", "Onward", "WalkStep", "Words", "blueprint"]

NODES_AT_MOST = 60


@dataclass(frozen=True, slots=True)
class Onward:
    """What follows a step in the list form: where to, how often, how long it waits (hours, median), what was agreed."""

    department: str
    activity: str
    count: int
    hours: float | None
    agreed: float | None
    is_over: bool


@dataclass(frozen=True, slots=True)
class WalkStep:
    """One step of the list form, which phones show instead of the drawing.

    Attributes
    ----------
    department, activity, count, cases
        Which, in how many events of how many cases.
    depth
        Handovers to the customer of its department (mean); None where no perception point follows its work.
    is_point, is_on_way, is_below
        Whether it is a perception point, lies on the most frequent way, lies below the line of visibility.
    onward
        The steps drawn from here, the most frequent first.
    """

    department: str
    activity: str
    count: int
    cases: int
    depth: float | None
    is_point: bool
    is_on_way: bool
    is_below: bool
    onward: tuple[Onward, ...]


@dataclass(frozen=True, slots=True)
class LeftOut:
    """How much of the log is drawn: departments, activities and steps between them, each of how many."""

    lanes: int
    lanes_total: int
    nodes: int
    nodes_total: int
    edges: int
    edges_total: int


@dataclass(frozen=True, slots=True)
class Blueprint:
    """A service blueprint, laid out: write it as SVG, in sentences, or as a list.

    Attributes
    ----------
    layout
        Where everything stands, in pixels.
    left_out
        How much of the log is drawn.
    """

    layout: Layout
    left_out: LeftOut
    title: str
    words: Words
    _choice: Choice
    _over: Mapping[tuple[str, str], float]

    def svg(self, *, standalone: bool = False) -> str:
        """Draw it.

        Parameters
        ----------
        standalone
            Whether the drawing is a file of its own: it then brings its colours, light and dark. Otherwise the page
            has the style sheet (classes `bp-...`), and the drawing no style at all.

        Returns
        -------
        str
            One ``<svg>`` element; every name in it is escaped.
        """
        return drawing.write(self.layout, self.words, title=self.title, description=self.text(), standalone=standalone)

    def names_svg(self) -> str:
        """Draw the names of the lanes alone, as wide as their column, to lie over the drawing while it is scrolled."""
        return drawing.write_names(self.layout, self.words)

    def text(self) -> str:
        """Say in sentences what the drawing shows."""
        choice, words = self._choice, self.words
        lanes = "; ".join(f"{clean(lane.department)} ({distance_words(lane, words)})" for lane in choice.lanes)
        points = [clean(choice.nodes[k].node.activity) for k in sorted(choice.points)]
        names = ", ".join(dict.fromkeys(points))
        sentences = [
            words.described.format(departments=words.number(len(choice.lanes), 0), names=lanes or "—"),
            words.contacts.format(names=names) if names else words.no_contacts,
        ]
        if len(choice.way) > 1:
            way = ", ".join(self._step(k) for k in choice.way)
            sentences.append(words.way.format(names=way))
        longest = max(choice.edges, key=lambda step: step[2].wait.median or 0.0, default=None)
        if longest is not None and longest[2].wait.median:
            source, target, edge = longest
            sentences.append(
                words.wait.format(
                    hours=words.duration(edge.wait.median or 0.0), source=self._step(source), target=self._step(target)
                )
            )
        sentences.append(self.caption())
        return " ".join(sentences)

    def caption(self) -> str:
        """Say how many activities, and steps between them, are drawn of how many."""
        numbers = {
            name: self.words.number(getattr(self.left_out, name), 0)
            for name in ("lanes", "lanes_total", "nodes", "nodes_total", "edges", "edges_total")
        }
        return self.words.left_out.format(**numbers)

    def _step(self, k: int) -> str:
        node = self._choice.nodes[k].node
        return self.words.step.format(department=clean(node.department), activity=clean(node.activity))

    def walk(self) -> list[WalkStep]:
        """List the steps from left to right, each with what follows it and how long that waits."""
        choice = self._choice
        order = sorted(range(len(choice.nodes)), key=lambda k: (choice.column_of[k], choice.lane_of[k]))
        steps = []
        for k in order:
            node, lane = choice.nodes[k], choice.lanes[choice.lane_of[k]]
            row = lane.distance
            steps.append(
                WalkStep(
                    clean(node.node.department),
                    clean(node.node.activity),
                    node.count,
                    node.cases,
                    row.handovers_to_customer.value if row and lane.is_told else None,
                    k in choice.points,
                    k in choice.way,
                    lane.is_below,
                    tuple(self._onward(edge) for source, _, edge in choice.edges if source == k),
                )
            )
        return steps

    def _onward(self, edge: MapEdge) -> Onward:
        agreed = self._over.get((edge.source.department, edge.target.department))
        hours = edge.wait.median
        return Onward(
            clean(edge.target.department),
            clean(edge.target.activity),
            edge.count,
            hours,
            agreed,
            agreed is not None and hours is not None and hours > agreed,
        )


def blueprint(
    process_map: ProcessMap,
    distance: Distance,
    *,
    over: Mapping[tuple[str, str], float] | None = None,
    title: str | None = None,
    words: Words = ENGLISH,
    nodes_at_most: int = NODES_AT_MOST,
    fewest: int = 0,
) -> Blueprint:
    """Lay out a process map as a service blueprint.

    One lane per department, the nearest to the customer on top, below the customer's own lane. Every perception
    point is tied to the customer by a line. The line of visibility runs below the last lane that has any: no
    department below it has a moment that the customer sees, hears or feels. Activities stand in the usual order of
    the work, from left to right; dotted lines are waits, the longer the larger the dots. The most frequent way (from
    the most frequent beginning, always the most frequent next step) stands out.

    Parameters
    ----------
    process_map, distance
        The map and the distances of the same log.
    over
        Agreed hours by handover; a step that waits longer at the median stands out.
    title
        Name of the drawing; the words of the language where none is given.
    words
        What the drawing says, in one language.
    nodes_at_most
        How many activities are drawn: the most frequent one of each department, then the most frequent of all.
    fewest
        Of a department with fewer cases no distance is written, and of a step that is there fewer times no wait.

    Returns
    -------
    Blueprint
        At most 40 departments and `nodes_at_most` activities; `left_out` says how many of how many.

    Raises
    ------
    ValueError
        For fewer than one activity to draw.
    """
    if nodes_at_most < 1:
        raise ValueError(f"a drawing needs room for an activity, not for {nodes_at_most}")
    from mizzle.journeys.blueprint.choice import choose
    from mizzle.journeys.blueprint.layout import lay_out

    agreed = MappingProxyType(dict(over or {}))
    process_map = replace(process_map, edges=tuple(_without_wait(edge, fewest) for edge in process_map.edges))
    choice = choose(process_map, distance, over=agreed, nodes_at_most=nodes_at_most, fewest=fewest)
    known = {row.department for row in distance.departments} | {node.node.department for node in process_map.nodes}
    shown = sum(edge.source == edge.target for edge in process_map.edges if _is_drawn(edge, choice))
    left_out = LeftOut(
        len(choice.lanes),
        len(known),
        len(choice.nodes),
        process_map.nodes_total,
        len(choice.edges) + shown,
        process_map.edges_total,
    )
    return Blueprint(lay_out(choice, words, agreed), left_out, clean(title or words.title), words, choice, agreed)


def _without_wait(edge: MapEdge, fewest: int) -> MapEdge:
    if edge.count >= fewest:
        return edge
    return replace(edge, wait=replace(edge.wait, mean=None, median=None, p90=None))


def _is_drawn(edge: MapEdge, choice: Choice) -> bool:
    return any(node.node == edge.source for node in choice.nodes)
