"""The process map: what follows what, how often, and how long it waits; handovers, rework and throughput."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, NamedTuple

import ibis
import pyarrow as pa

from mizzle.engines import in_engine
from mizzle.errors import MizzleError
from mizzle.estimate import Estimate, wilson
from mizzle.journeys.expressions import HOUR, department_of, rows, spread, spreads
from mizzle.journeys.intervals import RatioSums, not_below_zero, ratio_from_sums
from mizzle.journeys.results import Handover, MapEdge, MapNode, ProcessMap, Throughput

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    import ibis.expr.types as ir

    from mizzle.estimate import Spread
    from mizzle.tables import Events, Node

METHOD = "journeys.process_map/1"
HANDOVERS = "journeys.handovers/1"
REWORK = "journeys.rework/1"
THROUGHPUT = "journeys.throughput/1"


def process_map(events: Events, coverage: float | None = None) -> ProcessMap:
    """Draw up the process map: activities of departments, and the steps between them with their waits.

    Parameters
    ----------
    events
        An event table (`mizzle.logs.open_events`).
    coverage
        Share of cases, 0 to 1, whose every step shall be on the map; None or 1 for all steps. The strongest way into
        and out of each node is always kept, and the map hangs together wherever the whole log does.

    Returns
    -------
    ProcessMap
        Nodes and edges by falling count; touch and waits in hours, exact quantiles.

    Raises
    ------
    MizzleError
        For a coverage outside 0 to 1.

    Notes
    -----
    Steps are between consecutive events of a case, ordered by start (end where there is no start), then end, then
    position in the file. Tools that order by completion count other edges where work overlaps. A wait is the next
    start minus this end, at least 0. Events without a department stand outside.

    References
    ----------
    Definition: docs/reference/measures. Checked against tests/golden (directly-follows counts of a real log) and, for
    the same order, against pm4py by `./run bench journeys`.
    """
    if coverage is not None and not 0 <= coverage <= 1:
        raise MizzleError(f"The coverage is a share of cases from 0 to 1, not {coverage}. Try 0.9.")
    node_of = events.nodes()
    steps = events.table.filter(events.table.previous.notnull())
    found = rows(steps.group_by(["previous", "node"]).aggregate(**spreads(steps.wait)))
    found.sort(key=lambda row: (-row["n"], node_of(row["previous"]), node_of(row["node"])))
    edges = [_Edge(row["previous"], row["node"], row["n"]) for row in found]
    nodes = _nodes(events, node_of, edges)
    n_cases, kept, shown = _reduced(events, nodes, edges, coverage)
    return ProcessMap(
        nodes=nodes,
        edges=tuple(
            MapEdge(node_of(row["previous"]), node_of(row["node"]), row["n"], spread(row, METHOD))
            for row, keep in zip(found, kept, strict=True)
            if keep
        ),
        cases=n_cases,
        cases_shown=shown,
        nodes_total=len(nodes),
        edges_total=len(edges),
        method=METHOD,
    )


def handovers(events: Events) -> tuple[Handover, ...]:
    """Count the work that passes between departments, directed, with its waits.

    Parameters
    ----------
    events
        An event table.

    Returns
    -------
    tuple of Handover
        By falling count; waits in hours, owned by the handover, never by a person.

    Notes
    -----
    A handover is a step between two consecutive events of a case whose departments differ.

    References
    ----------
    Checked against tests/golden: 9,748 handovers in 829 directed pairs of groups in the ITSM log.
    """
    table = events.table.filter(events.table.previous.notnull())
    passed = table.select(source=department_of(table.previous), target=department_of(table.node), wait=table.wait)
    passed = passed.filter(passed.source != passed.target)
    found = rows(passed.group_by(["source", "target"]).aggregate(**spreads(passed.wait)))
    result = [
        Handover(
            events.departments[row["source"]],
            events.departments[row["target"]],
            row["n"],
            spread(row, HANDOVERS),
        )
        for row in found
    ]
    return tuple(sorted(result, key=lambda one: (-one.count, one.source, one.target)))


def rework(events: Events) -> Estimate:
    """Share of cases in which an activity of one department recurs after another department has worked in between.

    Parameters
    ----------
    events
        An event table.

    Returns
    -------
    Estimate
        Share from 0 to 1 of the cases with at least one event of a department, with Wilson's interval.
    """
    table = events.table.filter(events.table.node.notnull())
    per_case = table.group_by("case").aggregate(again=table.repeats.ifelse(1, 0).max())
    (row,) = rows(per_case.aggregate(n=per_case.count(), again=per_case.again.sum()))
    n = int(row["n"])
    share = int(row["again"]) / n if n else None
    return Estimate(share, None if share is None else wilson(share, n), n, "share", REWORK)


def throughput(events: Events) -> Throughput:
    """Time that a case takes, from its first start (end where there is no start) to its last end, and its touch.

    Parameters
    ----------
    events
        An event table; events without a department count here, since the customer waits for them as well.

    Returns
    -------
    Throughput
        Hours in all, and hours touched: mean with a 95 % interval over cases (Student's t), exact median and 90th
        percentile.

    Notes
    -----
    The touch of a case is the sum of end minus start over its events. It counts work that was done at the same time
    twice, so it can be more than the hours in all. Cases without any start have no touch and are left out of it.
    """
    table = events.table
    touched = table.start.notnull().ifelse(table.end_us - table.start_us, ibis.null("int64"))
    per_case = table.group_by("case").aggregate(
        took=table.end_us.max() - table.start_us.min(), touched=touched.sum().cast("int64")
    )
    parts = ("took", "touched") if events.has_start else ("took",)
    (row,) = rows(per_case.aggregate(**{key: value for part in parts for key, value in _summed(per_case, part)}))
    hours, whole = _over_cases(row, "took")
    touch_hours, touch = _over_cases(row, "touched") if events.has_start else (None, None)
    return Throughput(hours=hours, spread=whole, cases=hours.n, touch=touch, touch_hours=touch_hours)


def _summed(per_case: ir.Table, part: str) -> Iterator[tuple[str, ir.Scalar]]:
    """Name the aggregates for a mean over cases and its spread; read back with `_over_cases`."""
    hours = per_case[part] / HOUR
    for key, value in {"squares": (hours * hours).sum(), "total": hours.sum(), **spreads(per_case[part])}.items():
        yield f"{part}_{key}", value


def _over_cases(row: Mapping[str, Any], part: str) -> tuple[Estimate, Spread]:
    found = {key.removeprefix(f"{part}_"): value for key, value in row.items() if key.startswith(f"{part}_")}
    n = int(found["n"])
    ratio = ratio_from_sums(RatioSums(n, found["total"], n, found["squares"], found["total"], n))
    return Estimate(ratio.value, not_below_zero(ratio), n, "h", THROUGHPUT), spread(found, THROUGHPUT)


class _Edge(NamedTuple):
    source: int
    target: int
    n: int


def _nodes(events: Events, node_of: Callable[[int], Node], edges: Sequence[_Edge]) -> tuple[MapNode, ...]:
    table = events.table.filter(events.table.node.notnull())
    touched = table.start.notnull().ifelse(table.end_us - table.start_us, ibis.null("int64"))
    found = rows(
        table.group_by("node").aggregate(
            count=table.count(),
            cases=(table.occurrence == 0).ifelse(1, 0).sum(),
            again=table.repeats.ifelse(1, 0).sum(),
            starts=table.previous.isnull().ifelse(1, 0).sum(),
            **(spreads(touched) if events.has_start else {}),
        )
    )
    left: Counter[int] = Counter()
    for edge in edges:
        left[edge.source] += edge.n
    nodes = [
        MapNode(
            node=node_of(row["node"]),
            count=row["count"],
            cases=row["cases"],
            touch=spread(row, METHOD) if events.has_start else None,
            repeats=row["again"],
            starts=row["starts"],
            ends=row["count"] - left[row["node"]],
        )
        for row in found
    ]
    return tuple(sorted(nodes, key=lambda one: (-one.count, one.node)))


def _reduced(
    events: Events, nodes: Sequence[MapNode], edges: Sequence[_Edge], coverage: float | None
) -> tuple[int, list[bool], int]:
    """Choose the edges to show: how many cases there are, which edges stay, and how many cases they cover whole."""
    if coverage is None or coverage == 1:
        n_cases = sum(node.starts for node in nodes)
        return n_cases, [True] * len(edges), n_cases
    always = _backbone(edges)
    # An edge has the rank at which it comes in; a case is covered from the highest rank among its steps on.
    rank = {edge[:2]: 0 if kept else place for place, (edge, kept) in enumerate(zip(edges, always, strict=True), 1)}
    covered = _cases_by_rank(events.table.filter(events.table.node.notnull()), rank)
    n_cases = sum(covered.values())
    shown, highest = 0, 0
    for place in sorted(covered):
        if place > 0 and shown >= coverage * n_cases:
            break
        shown, highest = shown + covered[place], place
    return n_cases, [rank[edge[:2]] <= highest for edge in edges], shown


def _cases_by_rank(table: ir.Table, rank: Mapping[tuple[int, int], int]) -> dict[int, int]:
    """How many cases have this as the highest rank among their steps; 0 for those on the backbone alone."""
    ranks = pa.table(
        {
            "edge_source": pa.array([source for source, _ in rank], pa.int32()),
            "edge_target": pa.array([target for _, target in rank], pa.int32()),
            "edge_rank": pa.array(rank.values(), pa.int32()),
        }
    )
    steps = in_engine(table.get_backend(), ranks)
    ranked = table.left_join(steps, [table.previous == steps.edge_source, table.node == steps.edge_target])
    per_case = ranked.group_by("case").aggregate(highest=ranked.edge_rank.fill_null(0).max())
    found = rows(per_case.group_by("highest").aggregate(n=per_case.count()))
    return {int(row["highest"]): int(row["n"]) for row in found}


def _backbone(edges: Sequence[_Edge]) -> list[bool]:
    """Keep each node's strongest way in and way out, and what else it takes for the map to hang together.

    Edges come by falling count, so the first one seen of each kind is the strongest.
    """
    into: set[int] = set()
    out: set[int] = set()
    joined: dict[int, int] = {}
    kept = []
    for edge in edges:
        strongest = edge.target not in into or edge.source not in out
        into.add(edge.target)
        out.add(edge.source)
        kept.append(strongest)
    for keep, edge in zip(kept, edges, strict=True):
        if keep:
            _join(joined, edge)
    return [_join(joined, edge) or keep for keep, edge in zip(kept, edges, strict=True)]


def _join(joined: dict[int, int], edge: _Edge) -> bool:
    """Join the parts that two nodes belong to; True when they were apart."""
    a, b = _root(joined, edge.source), _root(joined, edge.target)
    joined[a] = b
    return a != b


def _root(joined: dict[int, int], node: int) -> int:
    while joined.setdefault(node, node) != node:
        joined[node] = joined[joined[node]]
        node = joined[node]
    return node


def connected(nodes: Iterable[Node], edges: Iterable[tuple[Node, Node]]) -> int:
    """Count the parts into which a map falls; 1 when it hangs together."""
    places = {node: place for place, node in enumerate(nodes)}
    joined = {place: place for place in places.values()}
    for source, target in edges:
        _join(joined, _Edge(places[source], places[target], 0))
    return len({_root(joined, place) for place in joined})
