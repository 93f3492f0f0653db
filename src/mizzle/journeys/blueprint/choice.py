"""What is drawn of a process map, and in which column: lanes by distance, activities by count, order by position."""

from __future__ import annotations

import heapq
import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mizzle.journeys.results import DepartmentDistance, Distance, MapEdge, MapNode, ProcessMap
    from mizzle.tables import Node

LANES_AT_MOST = 40
EDGES_PER_NODE = 1.2
EDGES_ALWAYS = 24
DAMPING = 0.95  # a case that never began would make the positions undefined; loops count a little less than they are


@dataclass(frozen=True, slots=True)
class Lane:
    """A department of the drawing.

    Attributes
    ----------
    department, distance
        Its name, and its row in the distance; None where it has none.
    is_below
        Whether it lies below the line of visibility: neither it nor any deeper lane has a perception point.
    is_told
        Whether enough cases tell of it for its distance to be written.
    """

    department: str
    distance: DepartmentDistance | None
    is_below: bool
    is_told: bool = True


@dataclass(frozen=True, slots=True)
class Choice:
    """What is drawn: lanes from near to far, nodes with lane and column, edges, and the most frequent way through."""

    lanes: tuple[Lane, ...]
    nodes: tuple[MapNode, ...]
    lane_of: tuple[int, ...]
    column_of: tuple[int, ...]
    points: frozenset[int]
    edges: tuple[tuple[int, int, MapEdge], ...]
    repeated: frozenset[int]
    way: tuple[int, ...]
    cases: int


def choose(
    process_map: ProcessMap,
    distance: Distance,
    *,
    over: Mapping[tuple[str, str], float],
    nodes_at_most: int,
    fewest: int = 0,
) -> Choice:
    """Choose lanes, nodes and edges, and give every node its lane and column."""
    nodes, departments = _nodes(process_map, distance, nodes_at_most)
    lanes = _lanes(departments, nodes, distance, fewest)
    row = {lane.department: place for place, lane in enumerate(lanes)}
    lane_of = tuple(row[node.node.department] for node in nodes)
    number = {node.node: place for place, node in enumerate(nodes)}
    inner = [
        (number[edge.source], number[edge.target], edge)
        for edge in sorted(process_map.edges, key=_by_count)
        if edge.source in number and edge.target in number
    ]
    steps = [step for step in inner if step[0] != step[1]]
    edges = _edges(steps, len(nodes), over)
    way = _way(nodes, edges)
    place = _positions(nodes, steps)
    column_of = _columns(lane_of, edges, way, place)
    points = frozenset(k for k, node in enumerate(nodes) if node.node.activity in distance.perception_points)
    repeated = frozenset(source for source, target, _ in inner if source == target)
    return Choice(lanes, nodes, lane_of, column_of, points, edges, repeated, way, process_map.cases)


def _by_count(edge: MapEdge) -> tuple[int, Node, Node]:
    return (-edge.count, edge.source, edge.target)


def _nodes(process_map: ProcessMap, distance: Distance, at_most: int) -> tuple[tuple[MapNode, ...], tuple[str, ...]]:
    """Take the most frequent activity of every department first, then the most frequent of all."""
    ranked = sorted(process_map.nodes, key=lambda node: (-node.count, node.node))
    first: dict[str, MapNode] = {}
    for node in ranked:
        first.setdefault(node.node.department, node)
    known = [row.department for row in distance.departments if row.department in first]
    known += sorted(set(first) - set(known))
    busy = sorted(known, key=lambda name: (-first[name].count, name))[: min(LANES_AT_MOST, at_most)]
    kept = [first[name] for name in busy]
    kept += [node for node in ranked if node.node.department in busy and node not in kept][: at_most - len(kept)]
    return (
        tuple(sorted(kept, key=lambda node: (-node.count, node.node))),
        tuple(name for name in known if name in busy),
    )


def _lanes(departments: Sequence[str], nodes: Sequence[MapNode], distance: Distance, fewest: int) -> tuple[Lane, ...]:
    """Put the line of visibility below the last lane that has any perception point."""
    rows = {row.department: row for row in distance.departments}
    drawn = {node.node.department for node in nodes if node.node.activity in distance.perception_points}
    touching = [name in drawn or (name in rows and (rows[name].contact_share.value or 0) > 0) for name in departments]
    last = max((place for place, touches in enumerate(touching) if touches), default=-1)
    few = {row.department for row in distance.departments if row.cases < fewest}
    return tuple(Lane(name, rows.get(name), place > last, name not in few) for place, name in enumerate(departments))


def _edges(
    steps: Sequence[tuple[int, int, MapEdge]], n: int, over: Mapping[tuple[str, str], float]
) -> tuple[tuple[int, int, MapEdge], ...]:
    """Keep the strongest way into and out of each node and what waits longer than agreed, then the most frequent."""
    reached: set[int] = set()
    left: set[int] = set()
    kept: list[tuple[int, int, MapEdge]] = []
    rest: list[tuple[int, int, MapEdge]] = []
    for step in steps:
        source, target, edge = step
        if source not in left or target not in reached or is_over(edge, over):
            kept.append(step)
            left.add(source)
            reached.add(target)
        else:
            rest.append(step)
    kept += rest[: max(0, max(EDGES_ALWAYS, int(EDGES_PER_NODE * n)) - len(kept))]
    return tuple(sorted(kept, key=lambda step: _by_count(step[2])))


def is_over(edge: MapEdge, over: Mapping[tuple[str, str], float]) -> bool:
    """Say whether the median wait of a step is longer than agreed for its handover."""
    agreed = over.get((edge.source.department, edge.target.department))
    return agreed is not None and edge.wait.median is not None and edge.wait.median > agreed


def _way(nodes: Sequence[MapNode], edges: Sequence[tuple[int, int, MapEdge]]) -> tuple[int, ...]:
    """Walk from the most frequent beginning, always along the most frequent step to somewhere new."""
    if not nodes:
        return ()
    at = max(range(len(nodes)), key=lambda k: (nodes[k].starts, nodes[k].count, -k))
    way = [at]
    while True:
        onward = [(edge.count, target) for source, target, edge in edges if source == at and target not in way]
        count, following = max(onward, key=lambda step: (step[0], -step[1]), default=(0, -1))
        if count <= nodes[at].ends:
            return tuple(way)
        at = following
        way.append(at)


def _positions(nodes: Sequence[MapNode], steps: Sequence[tuple[int, int, MapEdge]]) -> list[float]:
    """Mean number of steps from the beginning of a case to each node, along the counted steps."""
    n = len(nodes)
    flow = np.zeros((n, n))
    for source, target, edge in steps:
        flow[target, source] += edge.count
    arriving = flow.sum(axis=1) + np.array([node.starts for node in nodes], dtype=float)
    share = DAMPING * flow / np.maximum(arriving, 1)[:, None]
    return [float(value) for value in np.linalg.solve(np.eye(n) - share, share.sum(axis=1))]


def _columns(
    lane_of: Sequence[int], edges: Sequence[tuple[int, int, MapEdge]], way: Sequence[int], place: Sequence[float]
) -> tuple[int, ...]:
    """Give every node a column: behind the nodes that mostly come before it, one node per lane and column."""
    before = _order(edges, way, place)
    after: list[list[int]] = [[] for _ in place]
    for node, earlier in enumerate(before):
        for source in earlier:
            after[source].append(node)
    column = [0] * len(place)
    taken: set[tuple[int, int]] = set()
    waiting = [len(earlier) for earlier in before]
    ready = [(place[node], node) for node, count in enumerate(waiting) if not count]
    heapq.heapify(ready)
    while ready:
        _, node = heapq.heappop(ready)
        column[node] = max((column[source] + 1 for source in before[node]), default=0)
        while (lane_of[node], column[node]) in taken:
            column[node] += 1
        taken.add((lane_of[node], column[node]))
        for target in after[node]:
            waiting[target] -= 1
            if not waiting[target]:
                heapq.heappush(ready, (place[target], target))
    for node, earlier in enumerate(before):  # what begins late stands beside what follows it
        if not earlier and after[node]:
            late = min(column[target] for target in after[node]) - 1
            free = [c for c in range(late, column[node], -1) if (lane_of[node], c) not in taken]
            if free:
                taken.remove((lane_of[node], column[node]))
                column[node] = free[0]
                taken.add((lane_of[node], free[0]))
    used = {c: k for k, c in enumerate(sorted(set(column)))}
    return tuple(used[c] for c in column)


def _order(edges: Sequence[tuple[int, int, MapEdge]], way: Sequence[int], place: Sequence[float]) -> list[set[int]]:
    """For each node, the nodes drawn to its left: the way first, then the strongest steps that close no circle."""
    before: list[set[int]] = [set() for _ in place]
    ancestors: list[set[int]] = [set() for _ in place]
    reached: set[int] = set()
    left: set[int] = set()
    forward = [(s, t) for s, t, _ in edges if place[s] < place[t]]
    strongest = []
    for source, target in forward:
        if source not in left or target not in reached:
            strongest.append((source, target))
            left.add(source)
            reached.add(target)
    for source, target in [*itertools.pairwise(way), *strongest]:
        if target in ancestors[source]:
            continue
        before[target].add(source)
        gained = ancestors[source] | {source}
        for node in range(len(place)):
            if node == target or target in ancestors[node]:
                ancestors[node] |= gained
    return before
