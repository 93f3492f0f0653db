"""Opens a log of any format, and finds out what its columns mean before anything is imported."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from mizzle.errors import UnclearMapping, UnreadableLog
from mizzle.logs import source
from mizzle.logs.batches import ROW
from mizzle.logs.meaning.guess import guess
from mizzle.logs.meaning.looks import look_at
from mizzle.logs.meaning.mapping import Mapping, mapping_path
from mizzle.logs.meaning.transitions import find_transition
from mizzle.logs.times.moments import TimeFormat, TimeProfile

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from mizzle.logs.batches import Facts, Reader

SAMPLE_ROWS = 10_000
"""Rows from which columns are guessed; a whole column is looked at only where these leave the dates in doubt."""


@dataclass(frozen=True, slots=True)
class Understood:
    """One log, opened, with what is known about it.

    Attributes
    ----------
    log, reader
        The file, and its open reader.
    mapping, formats
        What the columns mean, and how the times of end and start are written.
    first
        The first rows as text, to be shown beside the mapping.
    """

    log: Path
    reader: Reader
    mapping: Mapping
    formats: tuple[TimeFormat, TimeFormat | None]
    first: pa.Table

    @property
    def facts(self) -> Facts:
        """What was found out about the file."""
        facts, notes = self.reader.facts, list(self.reader.facts.notes)
        if self.mapping.transition:
            column = self.mapping.transition
            notes.append(f"rows for the start and the end of the same work become one event: column {column}")
        return replace(facts, notes=tuple(notes))


def open_reader(
    log: Path, *, object_type: str | None = None, sheet: str | None = None, least_columns: int = 2
) -> Reader:
    """Open a log with the reader of its format, told from its content.

    Parameters
    ----------
    log
        A CSV, Parquet, Excel, XES or OCEL 2.0 file; CSV, XES and OCEL may be compressed with gzip.
    object_type
        For OCEL: the kind of object that is the case.
    sheet
        For Excel: the sheet; the first with data where None.
    least_columns
        For CSV and Excel: 1 where a file of one column is a table, too.

    Raises
    ------
    UnreadableLog
        When it is none of these.
    """
    kind = source.kind(log)
    if kind == "csv":
        from mizzle.logs.tabular.delimited import open_delimited

        return open_delimited(log, least_columns)
    if kind == "excel":
        from mizzle.logs.tabular.excel import open_excel

        return open_excel(log, sheet, least_columns)
    if kind == "parquet":
        from mizzle.logs.tabular.columnar import open_columnar

        return open_columnar(log)
    if kind == "xes":
        from mizzle.logs.xes.reader import open_xes

        return open_xes(log)
    from mizzle.logs.ocel import open_ocel

    return open_ocel(log, object_type)


def understand(log: Path, mapping: Mapping | None, options: dict[str, Any]) -> Understood:
    """Open a log and find out what its columns mean.

    Parameters
    ----------
    log
        The file.
    mapping
        What the columns mean, where that is known; otherwise the TOML saved beside the log, otherwise a guess.
    options
        Fields of the mapping that were given one by one; they win over mapping and guess. `dates` may be ``"dmy"`` or
        ``"mdy"``, and `sheet` the sheet of a workbook.

    Raises
    ------
    UnreadableLog, UnclearMapping
        When the file cannot be read, or it is unclear what its columns mean; the message asks what decides it.
    """
    options = dict(options)
    dates, sheet = options.pop("dates", None), options.pop("sheet", None)
    if mapping is None and mapping_path(log).exists():
        mapping = Mapping.load(mapping_path(log))
    object_type = options.get("case")
    if mapping and mapping.object_type and object_type in (None, mapping.case):
        object_type = mapping.object_type
    reader = open_reader(log, object_type=object_type, sheet=sheet)
    try:
        if object_type in reader.facts.choices:
            options["case"] = reader.facts.known["case"]
        if reader.facts.object_type:
            options["object_type"] = reader.facts.object_type
        first = _sample(reader, log)
        if mapping is None:
            mapping = guess(reader.columns, first, reader.facts, options)
        else:
            mapping = mapping.with_options(**options)
        mapping.check(reader.columns)
        mapping = _with_transition(mapping, first, reader.facts)
        end = _format(reader, mapping.end, mapping.end_format, first, dates)
        start = _starts(reader, mapping, first, dates)
    except BaseException:
        reader.close()
        raise
    is_empty = mapping.start is not None and start is None
    mapping = replace(
        mapping,
        end_format=str(end),
        start=mapping.start if start else None,
        start_format=str(start) if start else None,
        reasons=mapping.reasons | ({"start": "no column says when an event began"} if is_empty else {}),
    )
    return Understood(log, reader, mapping, (end, start), first)


def _with_transition(mapping: Mapping, first: pa.Table, facts: Facts) -> Mapping:
    """Find out which column tells starts from ends, where the mapping says nothing of it."""
    column = find_transition(first, mapping, facts) if mapping.transition is None else None
    return mapping if column is None else _with_column(mapping, column)


def _with_column(mapping: Mapping, column: str) -> Mapping:
    return replace(
        mapping,
        transition=column,
        extras=tuple(name for name in mapping.extras if name != column),
        reasons=mapping.reasons | {"transition": "by its content"},
    )


def alike(understood: Sequence[Understood]) -> list[Understood]:
    """Let logs of one import keep the same columns, though one by itself may show nothing in some of them.

    A free attribute may be the same throughout one of the files, and one of them may have no starts. What is about
    people in a file is not kept of it for the sake of another.
    """
    extras = dict.fromkeys(name for one in understood for name in one.mapping.extras)
    column = next((one.mapping.transition for one in understood if one.mapping.transition), None)
    return [replace(one, mapping=_alike(one, extras, column)) for one in understood]


def _alike(one: Understood, extras: Iterable[str], column: str | None) -> Mapping:
    mapping = one.mapping
    taken = {*mapping.columns(), column}
    more = [name for name in extras if name in one.reader.columns and name not in taken]
    more = [name for name in more if not look_at(name, one.first[name]).person]
    mapping = replace(mapping, extras=(*mapping.extras, *more))
    if column and mapping.transition is None and column in one.reader.columns and not one.reader.facts.known:
        return _with_column(mapping, column)
    return mapping


def _sample(reader: Reader, log: Path) -> pa.Table:
    tables, rows = [], 0
    for batch in reader.batches():
        tables.append(batch.table)
        rows += batch.table.num_rows
        if rows >= SAMPLE_ROWS:
            break
    if not rows:
        raise UnreadableLog(f"{log.name} has not one row that can be read. Export it again with its events.")
    return pa.concat_tables(tables, promote_options="default").slice(0, SAMPLE_ROWS)


def _starts(reader: Reader, mapping: Mapping, first: pa.Table, dates: str | None) -> TimeFormat | None:
    """Decide how starts are written; None where no row says when it began."""
    if mapping.start is None:
        return None
    if not _is_filled(first, mapping.start) and not any(
        _is_filled(batch.table, mapping.start) for batch in reader.batches([mapping.start])
    ):
        return None
    return _format(reader, mapping.start, mapping.start_format, first, dates)


def _is_filled(table: pa.Table, column: str) -> bool:
    return any(value and value.strip() for value in table[column].unique().to_pylist())


def _format(reader: Reader, column: str, written: str | None, first: pa.Table, dates: str | None) -> TimeFormat:
    """Decide how a column writes its times: as the mapping says, from the first rows, or from the whole column.

    Where day and month can be mistaken for one another, the whole column decides: the first rows may all say one
    thing, and a later one prove the other.
    """
    if written and dates is None:
        return TimeFormat(written)
    profile = TimeProfile()
    profile.add(first[column], first[ROW])
    try:
        found = profile.decide(column, dates)
    except UnclearMapping:
        if first.num_rows < SAMPLE_ROWS:
            raise
    else:
        if first.num_rows < SAMPLE_ROWS or not str(found).startswith(("dd", "mm")):
            return found
    profile = TimeProfile()
    for batch in reader.batches([column]):
        profile.add(batch.table[column], batch.table[ROW])
    return profile.decide(column, dates)
