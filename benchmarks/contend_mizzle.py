"""Mizzle through its public functions, a bare DuckDB beside it, and the makers of generated data."""

from __future__ import annotations

import re
import shutil
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from contend import edges_answer, main

if TYPE_CHECKING:
    from contend import Check, Work
    from mizzle.journeys.results import ProcessMap
    from mizzle.logs.batches import Reader
    from mizzle.tables import Node

SEED = 20_240_101
DEPARTMENTS = 40
EVENTS_PER_CASE = 13.7
MONTH = (datetime(2024, 5, 1, tzinfo=UTC), datetime(2024, 6, 1, tzinfo=UTC))
KEY = b"a secret of the benchmark"
HOUR = 3_600_000_000
MAPPING = {
    "case": "case_id",
    "activity": "activity",
    "department": "department",
    "start": "start",
    "end": "end",
    "resource": "resource",
}


def label(node: Node) -> str:
    """Name a node as the peers see it, who know activities only."""
    return f"{node.department}: {node.activity}"


# --- generated data -------------------------------------------------------------------------------------------------


def make_log(out: str, events: int) -> tuple[Work, Check]:
    """Write a raw log as Parquet."""
    import numpy as np
    import pyarrow.parquet as pq

    from mizzle import simulate

    def work() -> int:
        batches = simulate.event_log_batches(
            round(events / EVENTS_PER_CASE), DEPARTMENTS, np.random.default_rng(SEED), events_per_case=EVENTS_PER_CASE
        )
        rows = 0
        with pq.ParquetWriter(out, simulate.SCHEMA, compression="zstd") as writer:
            for batch in batches:
                writer.write_batch(batch)
                rows += batch.num_rows
        return rows

    return work, lambda rows: {"events": rows}


def make_csv(out: str, events: int) -> tuple[Work, Check]:
    """Write a raw log as CSV."""
    import pyarrow.csv as pc

    log = _log(events)
    return (lambda: pc.write_csv(log.drop_columns(["row"]), out)), lambda _: {"events": len(log)}


def make_xes(out: str, events: int, plain: bool = True) -> tuple[Work, Check]:  # noqa: FBT001, FBT002 - comes as JSON
    """Write a raw log as XES; where not plain, with single quotes, an entity and an attribute inside another."""
    from mizzle import simulate

    log = _log(events)

    def work() -> None:
        with Path(out).open("wb") as file:
            file.writelines(piece if plain else _crooked(piece) for piece in simulate.xes_text(log))

    return work, lambda _: {"events": len(log)}


def _log(events: int) -> Any:
    import numpy as np

    from mizzle import simulate

    return simulate.event_log(round(events / EVENTS_PER_CASE), DEPARTMENTS, np.random.default_rng(SEED))


def _crooked(piece: bytes) -> bytes:
    nested = b'<string key="org:group" value="\\1"><string key="floor" value="2"/></string>'
    piece = re.sub(rb'<string key="org:group" value="([^"]*)"/>', nested, piece)
    piece = re.sub(rb'key="concept:name" value="([^"\']*)"', rb"key='concept:name' value='\1'", piece)
    return piece.replace(b"Register the order", b"Register &amp; sort the order")


def make_peer_rows(out: str, path: str) -> tuple[Work, Check]:
    """Write an imported event table as the peers want it: their names, nodes as activities, in our order."""
    import duckdb

    sql = f"""copy (
        select case_id as "case:concept:name", department || ': ' || activity as "concept:name",
            department as "org:group", "end" as "time:timestamp", start as start_timestamp
        from '{path}' where node is not null order by "case", seq
    ) to '{out}' (format parquet, compression zstd)"""  # noqa: S608 - our own paths
    return (lambda: duckdb.sql("set TimeZone = 'UTC'") or duckdb.sql(sql)), lambda _: {}


def import_log(path: str, out: str) -> tuple[Work, Check]:
    """Import a log into an event table, from the beginning."""
    from mizzle.logs.importing import import_log

    target = Path(out)
    target.unlink(missing_ok=True)
    shutil.rmtree(target.with_name(target.name + ".partial"), ignore_errors=True)

    def check(done: Any) -> dict[str, Any]:
        return {"events": done.counts.events, "rejected": done.rejected}

    return (lambda: import_log([Path(path)], target, options=MAPPING, key=KEY)), check


def read_xes(path: str) -> tuple[Work, Check]:
    """Read an XES to its end, all columns of it."""
    from mizzle.logs.xes.reader import open_xes

    return (lambda: _count(open_xes(Path(path)))), lambda events: {"events": events}


def read_log(path: str) -> tuple[Work, Check]:
    """Read a log of any format to its end, the columns of its mapping, with its times understood."""
    import mizzle.logs.tabular.delimited
    import mizzle.logs.xes.reader  # which `understand` loads where it needs them  # noqa: F401
    from mizzle.logs.meaning.convert import convert
    from mizzle.logs.readers import understand

    def work() -> int:
        found = understand(Path(path), None, {})
        batches = found.reader.batches(found.mapping.columns())
        return sum(convert(batch, found.mapping, found.formats, KEY).table.num_rows for batch in batches)

    return work, lambda events: {"events": events}


def _count(reader: Reader) -> int:
    try:
        return sum(batch.table.num_rows for batch in reader.batches())
    finally:
        reader.close()


# --- the map --------------------------------------------------------------------------------------------------------


def duckdb_window(path: str) -> tuple[Work, Check]:
    """Measure the yardstick: plain SQL with a window over the integer codes, and both aggregations."""
    import duckdb

    found = duckdb.sql(f"select distinct node, department, activity from '{path}' where node is not null").fetchall()  # noqa: S608
    places = {name: place for place, name in enumerate(sorted({department for _, department, _ in found}))}
    codes = ", ".join(f"({node}, {places[department]})" for node, department, _ in found)
    told = {node: f"{department}: {activity}" for node, department, activity in found}
    quantities = "count(*), avg(wait), quantile_cont(wait, [0.5, 0.9])"

    def work() -> tuple[list[Any], list[Any]]:
        base = duckdb.connect()
        base.sql(f"""create temp table pairs as select before, node, greatest(begin - done, 0) as wait from (
            select lag(node) over steps as before, node, lag(epoch_us("end")) over steps as done,
                epoch_us(coalesce(start, "end")) as begin
            from '{path}' where node is not null window steps as (partition by "case" order by seq)
        ) where before is not null""")  # noqa: S608 - our own path
        base.sql(f"create temp table codes as select * from (values {codes}) as t(node, department)")  # noqa: S608
        edges = base.sql(f"select before, node, {quantities} from pairs group by all").fetchall()  # noqa: S608
        handovers = base.sql(
            f"select a.department, b.department, {quantities} from pairs join codes a on pairs.before = a.node"  # noqa: S608
            " join codes b on pairs.node = b.node where a.department <> b.department group by all"
        ).fetchall()
        return edges, handovers

    def check(answer: tuple[list[Any], list[Any]]) -> dict[str, Any]:
        edges, handovers = answer
        return edges_answer(
            ((told[a], told[b], n) for a, b, n, _, _ in edges),
            handovers=sum(row[2] for row in handovers),
            mean=sum(mean * n for _, _, n, mean, _ in edges) / HOUR,
            median=sum(quantiles[0] for *_, quantiles in edges) / HOUR,
            p90=sum(quantiles[1] for *_, quantiles in edges) / HOUR,
        )

    return work, check


def map_and_handovers(path: str, month: bool = False) -> tuple[Work, Check]:  # noqa: FBT001, FBT002 - comes as JSON
    """`process_map` and `handovers` from the imported file; of one month only, where asked."""
    from mizzle.engines import open_engine
    from mizzle.journeys import handovers, process_map
    from mizzle.logs.store import open_events

    with open_engine("duckdb") as engine:
        engine.backend.sql("select 1 as one").to_pyarrow()  # loads the modules of the engine

    def work() -> tuple[ProcessMap, Any]:
        with open_engine("duckdb") as engine:
            events = open_events(Path(path), engine)
            if month:
                table = events.table
                events = replace(events, table=table.filter((table.end >= MONTH[0]) & (table.end < MONTH[1])))
            return process_map(events, coverage=None), handovers(events)

    return work, _map_answer


def _map_answer(answer: tuple[ProcessMap, Any]) -> dict[str, Any]:
    drawn, handovers = answer
    return edges_answer(
        ((label(edge.source), label(edge.target), edge.count) for edge in drawn.edges),
        handovers=sum(handover.count for handover in handovers),
        mean=sum((edge.wait.mean or 0.0) * edge.count for edge in drawn.edges),
        median=sum(edge.wait.median or 0.0 for edge in drawn.edges),
        p90=sum(edge.wait.p90 or 0.0 for edge in drawn.edges),
    )


def distances(path: str, also_map: bool = False) -> tuple[Work, Check]:  # noqa: FBT001, FBT002 - comes as JSON
    """`distance` from the imported file; with the map in the same process, where asked."""
    from mizzle import simulate
    from mizzle.engines import open_engine
    from mizzle.journeys import distance, process_map
    from mizzle.logs.store import open_events

    with open_engine("duckdb") as engine:
        engine.backend.sql("select 1 as one").to_pyarrow()  # loads the modules of the engine

    def work() -> tuple[Any, ProcessMap | None]:
        with open_engine("duckdb") as engine:
            events = open_events(Path(path), engine)
            found = distance(events, simulate.PERCEPTION)
            return found, process_map(events, coverage=None) if also_map else None

    return work, lambda answer: {"departments": len(answer[0].departments)}


if __name__ == "__main__":
    main(
        {
            "make-log": make_log,
            "make-csv": make_csv,
            "make-xes": make_xes,
            "make-peer-rows": make_peer_rows,
            "import-log": import_log,
            "read-xes": read_xes,
            "read-log": read_log,
            "duckdb-window": duckdb_window,
            "map-and-handovers": map_and_handovers,
            "distances": distances,
        }
    )
