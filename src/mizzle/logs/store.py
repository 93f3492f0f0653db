"""The event table on disk: one Parquet file, sorted by case and time, with its dictionaries in its metadata."""

from __future__ import annotations

import itertools
import json
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from mizzle.errors import INTERRUPTED, MizzleError, UnreadableLog
from mizzle.logs.steps import ORDER, Chain, bounded
from mizzle.tables import ACTIVITY_BITS, EVENTS, MOST_ACTIVITIES, RAW_EVENTS, Events

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from mizzle.engines import Engine

KEY = b"mizzle"
FORM = 1
"""Number of the form of the file; another number cannot be read and says so."""


@dataclass(frozen=True, slots=True)
class Counts:
    """What is in an event table, kept in its metadata.

    Attributes
    ----------
    events, cases, without_department, duplicates
        How many; a duplicate equals an earlier event of its case in all but its row, and is kept.
    first_us, last_us
        Earliest start and latest end in microseconds since 1970 UTC; None for an empty table.
    """

    events: int
    cases: int
    without_department: int
    duplicates: int
    first_us: int | None
    last_us: int | None


def is_event_table(path: Path) -> bool:
    """Whether a file is an event table of mizzle, told from its first bytes and its metadata."""
    try:
        with path.open("rb") as file:
            if file.read(4) != b"PAR1":
                return False
        return KEY in (pq.read_metadata(path).metadata or {})
    except (OSError, pa.ArrowException):
        return False


def with_moment(raw: pa.Table) -> pa.Table:
    """Add `moment`, by which events are ordered: the start, or the end where there is no start."""
    return raw.append_column("moment", pc.coalesce(raw["start"], raw["end"]))


def write_events(batches: Iterable[pa.RecordBatch], path: Path) -> Counts:
    """Write an event table from raw events that come sorted (see `mizzle.logs.steps.ORDER`).

    The same events give the same bytes. Each row group holds whole cases.

    Raises
    ------
    UnreadableLog
        When there is no event, or a case is larger than can be held at once (see `mizzle.logs.steps.bounded`).
    """
    chain = Chain()
    return _write(chain.follow(batches), chain, path)


def append_events(existing: Path, batches: Iterable[pa.RecordBatch], path: Path) -> Counts:
    """Write an event table that holds the events of an existing one and raw events that come sorted.

    Row groups whose cases no new event touches are taken over as they are, but for the code of the case; the others
    are put in a chain anew. New rows are numbered after those that are there.
    """
    metadata = read_metadata(existing)
    chain = Chain.again(metadata["departments"], metadata["activities"])
    with or_damaged(existing), pq.ParquetFile(existing) as file:
        return _write(_merged(file, batches, chain), chain, path)


def _merged(file: pq.ParquetFile, batches: Iterable[pa.RecordBatch], chain: Chain) -> Iterator[pa.Table]:
    fresh = _Fresh(bounded(batches), highest_row(file))
    for group in range(file.num_row_groups):
        old = file.read_row_group(group)
        end = None if group == file.num_row_groups - 1 else old["case_id"][-1].as_py()
        new = fresh.up_to(end)
        if new is None:
            yield chain.take_over(old)
            continue
        names = [name for name in old.column_names if name in RAW_EVENTS.names or name.startswith("x_")]
        raw = pa.concat_tables([with_moment(old.select(names)), new], promote_options="default")
        yield from chain.follow(raw.sort_by([(name, "ascending") for name in ORDER]).combine_chunks().to_batches())


def highest_row(file: pq.ParquetFile) -> int:
    """Find the highest row number of an event table, by the statistics of its row groups."""
    place = file.schema_arrow.get_field_index("row")
    groups = (file.metadata.row_group(group).column(place).statistics for group in range(file.num_row_groups))
    return max(int(statistics.max) for statistics in groups)


class _Fresh:
    """Sorted new events, given out up to a case."""

    def __init__(self, batches: Iterable[pa.RecordBatch], last_row: int) -> None:
        self._batches = iter(batches)
        self._last_row = last_row
        self._held: pa.Table | None = None

    def up_to(self, case_id: str | None) -> pa.Table | None:
        """Give the next events with case ids up to this one (all that are left for None); None where there are none."""
        taken = []
        while (table := self._next()) is not None:
            n = table.num_rows if case_id is None else pc.sum(pc.less_equal(table["case_id"], case_id)).as_py()
            if n:
                taken.append(table.slice(0, n))
            self._held = table.slice(n) if n < table.num_rows else None
            if self._held is not None:
                break
        return pa.concat_tables(taken) if taken else None

    def _next(self) -> pa.Table | None:
        if self._held is not None:
            return self._held
        batch = next(self._batches, None)
        if batch is None:
            return None
        table = pa.Table.from_batches([batch])
        place = table.schema.get_field_index("row")
        return table.set_column(place, "row", pc.add(table["row"], self._last_row))


def _write(tables: Iterator[pa.Table], chain: Chain, path: Path) -> Counts:
    first = next(tables, None)
    if first is None:
        raise UnreadableLog("Not one event could be read, so there is nothing to keep.")
    schema, texts = first.schema, _texts(first.schema)
    # A quarter larger than with zstd, and a map is drawn a fifth sooner.
    with pq.ParquetWriter(path, schema, compression="lz4", use_dictionary=texts) as writer:
        for table in itertools.chain([first], tables):
            writer.write_table(table.select(schema.names), row_group_size=table.num_rows)
        writer.add_key_value_metadata({KEY.decode(): json.dumps(_metadata(chain), ensure_ascii=False)})
    return counts(_metadata(chain))


def events_in_memory(raw: pa.Table, engine: Engine) -> Events:
    """Make an event table from raw events in memory (columns of `mizzle.tables.RAW_EVENTS`), in any order.

    Raises
    ------
    UnreadableLog
        When there is no event.
    """
    if raw.num_rows == 0:
        raise UnreadableLog("There is no event in this table, so nothing can be measured.")
    ordered = with_moment(raw).sort_by([(name, "ascending") for name in ORDER])
    chain = Chain()
    table = pa.concat_tables(chain.follow(ordered.combine_chunks().to_batches()))
    return _events(engine, table, _metadata(chain))


def open_events(path: Path, engine: Engine) -> Events:
    """Open an imported event table on an engine.

    Parameters
    ----------
    path
        A Parquet file written by `import_log`.
    engine
        An open engine (`mizzle.engines.open_engine`); the table is read as it is needed, not into memory.

    Raises
    ------
    UnreadableLog
        When the file is no event table of mizzle, or of a form that this version cannot read.
    """
    return _events(engine, path, read_metadata(path))


@contextmanager
def or_damaged(path: Path) -> Iterator[None]:
    """While an event table is measured: say in one sentence where the file turns out to be damaged.

    Each engine words that in its own way, or stumbles over codes that mean nothing. So nobody's words are asked: where
    anything goes wrong, the file is read once more, and whole.

    Parameters
    ----------
    path
        The event table.

    Raises
    ------
    UnreadableLog
        Where something went wrong, and the file cannot be read as a whole.
    """
    try:
        yield
    except MizzleError:
        raise
    except Exception as problem:
        if str(problem) == INTERRUPTED or _is_whole(path):
            raise
        raise UnreadableLog(f"{path} is damaged: a part of it cannot be read. Import the log again.") from problem


def _is_whole(path: Path) -> bool:
    """Whether all of an event table can be read, and its values are those that the rest of the file tells of."""
    try:
        with open_table(path) as file:
            known = _metadata_of(file, path)
            for group in range(file.num_row_groups):
                table = file.read_row_group(group)
                table.validate(full=True)
                about = file.metadata.row_group(group)
                told = (about.column(place).statistics for place in range(table.num_columns))
                if not all(map(_is_as_told, table.columns, told)) or not _has_names(table, known):
                    return False
    except MemoryError:
        return True  # not to be told, and more likely
    except OSError as problem:
        return problem.errno is not None  # the disk or the system, and not what stands in the file
    except (pa.ArrowException, UnreadableLog):
        return False
    return True


def _is_as_told(column: pa.ChunkedArray, told: pq.Statistics | None) -> bool:
    """Whether the least and the greatest value of a column are those of its statistics, where it has any."""
    found = pc.min_max(column).as_py()
    return told is None or not told.has_min_max or (found["min"], found["max"]) == (told.min, told.max)


def _has_names(table: pa.Table, known: dict[str, Any]) -> bool:
    """Whether all codes of nodes stand for a department and an activity."""
    for name in ("node", "previous"):
        codes = table[name].drop_null().to_numpy()
        departments, activities = codes >> ACTIVITY_BITS, codes % MOST_ACTIVITIES
        if (departments >= len(known["departments"])).any() or (activities >= len(known["activities"])).any():
            return False
    return True


def read_metadata(path: Path) -> dict[str, Any]:
    """Read what the file says of itself: counts, dictionary, names of the free attributes."""
    with open_table(path) as file:
        return _metadata_of(file, path)


def open_table(path: Path) -> pq.ParquetFile:
    """Open an event table as a Parquet file, to be closed by the caller; raise `UnreadableLog` for any other file."""
    try:
        file = pq.ParquetFile(path)
    except (OSError, pa.ArrowException) as problem:
        raise UnreadableLog(_no_table(path)) from problem
    try:
        _metadata_of(file, path)
    except UnreadableLog:
        file.close()
        raise
    return file


def _metadata_of(file: pq.ParquetFile, path: Path) -> dict[str, Any]:
    said = (file.metadata.metadata or {}).get(KEY)
    if said is None:
        raise UnreadableLog(_no_table(path))
    try:
        found: dict[str, Any] = json.loads(said)
        form = found.get("form")
    except (ValueError, AttributeError):
        form = "unknown"
    if form != FORM:
        raise UnreadableLog(
            f"{path.name} was written in form {form}, this mizzle reads form {FORM}. Import the log again."
        )
    there = file.schema_arrow.names
    missing = [name for name in EVENTS.names if name not in there]
    if missing or not {"counts", "has_start", "departments", "activities"} <= found.keys():
        raise UnreadableLog(
            f"{path.name} says that it is an event table, but parts of one are missing. Import the log again."
        )
    return found


def _no_table(path: Path) -> str:
    return f"{path} is no imported event table. Import the log first: mizzle log import {path}"


def counts(metadata: dict[str, Any]) -> Counts:
    """Take the counts out of a file's metadata."""
    return Counts(**metadata["counts"])


def _metadata(chain: Chain) -> dict[str, Any]:
    return {
        "form": FORM,
        "counts": {
            "events": chain.n_events,
            "cases": chain.n_cases,
            "without_department": chain.n_without_department,
            "duplicates": chain.n_duplicates,
            "first_us": chain.first_us,
            "last_us": chain.last_us,
        },
        "has_start": chain.n_starts > 0,
        "departments": list(chain.departments),
        "activities": chain.activities,
    }


def _events(engine: Engine, source: Path | pa.Table, metadata: dict[str, Any]) -> Events:
    table = engine.events(source)
    found = counts(metadata)
    return Events(
        table=table,
        departments=tuple(metadata["departments"]),
        activities=metadata["activities"],
        has_start=metadata["has_start"],
        n_events=found.events,
        n_cases=found.cases,
        n_without_department=found.without_department,
        attributes=tuple(name.removeprefix("x_") for name in table.columns if name.startswith("x_")),
    )


def _texts(schema: pa.Schema) -> list[str]:
    """Columns worth a dictionary in the file: texts, but for the case ids, which hardly repeat across row groups."""
    return [field.name for field in schema if pa.types.is_string(field.type) and field.name not in EVENTS.names[:2]]
