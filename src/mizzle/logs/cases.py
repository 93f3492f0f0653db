"""One case out of a large event table: found by the statistics of its row groups, without opening an engine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from mizzle.errors import TooLarge
from mizzle.logs.store import open_table
from mizzle.tables import EVENTS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import pyarrow.parquet as pq


def case_events(path: Path, case_id: str, *, most: int | None = None) -> list[dict[str, Any]]:
    """Read the events of one case.

    Parameters
    ----------
    path
        An event table (`mizzle.logs.import_log`).
    case_id
        The case as the log names it.
    most
        A case with more events than this is not read, since each becomes a dictionary; without, any is.

    Returns
    -------
    list of dict
        The events in order, each with the columns of `mizzle.tables.EVENTS`, and `start_us` and `end_us` (microseconds
        since 1970 UTC, `start_us` falling back on `end_us`); none where the log has no such case.

    Raises
    ------
    UnreadableLog
        When the file is no event table of mizzle, or of a form that this version cannot read.
    TooLarge
        When the case has more than `most` events.
    """
    with open_table(path) as file:
        for group in _groups(file, case_id, case_id):
            ids = file.read_row_group(group, columns=["case_id"])["case_id"].combine_chunks()
            rows = pc.indices_nonzero(pc.equal(ids, case_id))
            if most is not None and len(rows) > most:
                raise TooLarge(f"The case has {len(rows):,} events, and no more than {most:,} are told one by one.")
            if len(rows):
                # A row group holds whole cases, in order: the case is one slice of one of them.
                table = file.read_row_group(group, columns=list(EVENTS.names))
                return _rows(table.slice(rows[0].as_py(), len(rows)))
    return []


def case_ids_like(path: Path, text: str, most: int = 20) -> list[str]:
    """Find cases whose names begin with a text.

    Parameters
    ----------
    path
        An event table.
    text
        How their names begin; every case for an empty text.
    most
        How many are given at most.

    Returns
    -------
    list of str
        Names of cases as the log has them, in their order.

    Raises
    ------
    UnreadableLog
        As `case_events`.
    """
    found: list[str] = []
    with open_table(path) as file:
        for group in _groups(file, text, text + _LAST):
            ids = file.read_row_group(group, columns=["case_id"])["case_id"]
            found += ids.filter(pc.starts_with(ids, text)).unique().slice(0, most - len(found)).to_pylist()
            if len(found) >= most:
                break
    return found


_LAST = "\U0010ffff"
"""The last character there is: what begins with a text comes before the text with this behind it."""


def _groups(file: pq.ParquetFile, first: str, last: str) -> Iterator[int]:
    """Row groups that may hold cases from one name to another, by their statistics; those without any may hold all."""
    place = file.schema_arrow.get_field_index("case_id")
    for group in range(file.metadata.num_row_groups):
        statistics = file.metadata.row_group(group).column(place).statistics
        if statistics is None or not statistics.has_min_max or (statistics.min <= last and statistics.max >= first):
            yield group


def _rows(table: pa.Table) -> list[dict[str, Any]]:
    end_us = table["end"].cast(pa.int64())
    start_us = pc.coalesce(table["start"].cast(pa.int64()), end_us)
    rows: list[dict[str, Any]] = table.append_column("start_us", start_us).append_column("end_us", end_us).to_pylist()
    return rows
