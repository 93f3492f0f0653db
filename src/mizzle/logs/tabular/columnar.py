"""Reads a Parquet file of any origin as a stream of text columns."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from mizzle.errors import MizzleError, UnreadableLog
from mizzle.logs.batches import LONGEST_FIELD, ROW, Batch, Facts, Mark, Reason, Rejected
from mizzle.logs.source import open_source
from mizzle.logs.tabular.delimited import chosen, named

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path
    from types import TracebackType

BATCH_ROWS = 65_536
"""Rows of one batch at most."""

BATCH_BYTES = 32 << 20
"""Bytes of one batch, as the file counts them."""

_SHOWN_COLUMNS = 20
_ZERO_FRACTION = r"\.0+$"


class Columnar:
    """A Parquet file, open for reading.

    Parameters
    ----------
    path
        The file.
    batch_rows
        Rows of one batch at most.

    Attributes
    ----------
    facts, columns
        What was found out about the file, and the names of its columns.

    Raises
    ------
    UnreadableLog
        For a file that is damaged, encrypted or has no columns of plain values.
    """

    def __init__(self, path: Path, *, batch_rows: int = BATCH_ROWS) -> None:
        open_source(path).close()
        self._path = path
        with _Reading(path):
            self._file = pq.ParquetFile(path, memory_map=False, pre_buffer=False)
            schema, about = self._file.schema_arrow, self._file.metadata
            groups = [about.row_group(group) for group in range(about.num_row_groups)]
            # A row group may hold few but huge rows: batches are counted in bytes as well.
            widest = max((group.total_byte_size / max(1, group.num_rows) for group in groups), default=0)
        self._batch_rows = max(1, min(batch_rows, int(BATCH_BYTES / max(1, widest))))
        flat = [place for place, field in enumerate(schema) if not pa.types.is_nested(field.type)]
        left_out = [field.name for field in schema if pa.types.is_nested(field.type)]
        if not flat:
            self._file.close()
            raise UnreadableLog(f"{path.name} has no columns of plain values. Export the log with one row per event.")
        self.columns, renamed = named(schema.field(place).name for place in flat)
        self._places = dict(zip(self.columns, flat, strict=True))
        self._schema = schema
        notes = [f"rows: {about.num_rows:,}"]
        if left_out:
            notes.append(f"left out, since they hold lists or tables: {', '.join(left_out[:_SHOWN_COLUMNS])}")
        self.facts = Facts("Parquet", (*notes, *renamed))

    def batches(self, columns: Sequence[str] | None = None, after: Mark | None = None) -> Iterator[Batch]:
        """Read the file as a stream of batches; it is always read from its beginning.

        Instants with a time zone come as ISO text in UTC (``"2024-03-01T09:00:00Z"``), others as they stand; a null
        stays null.

        Parameters
        ----------
        columns
            Names of the columns wanted; all where none are named.
        after
            Always None: batches of this format have no mark.

        Yields
        ------
        Batch
            Rows as text columns.

        Raises
        ------
        UnreadableLog
            Where the file turns out to be damaged.
        UnclearMapping
            For a name that is no column.
        """
        if after is not None:
            raise ValueError("a Parquet file is always read from its beginning: its batches have no mark")
        wanted = chosen(columns, self.columns)
        names = [self._schema.field(self._places[name]).name for name in wanted]
        is_unique = len(set(self._schema.names)) == len(self._schema.names)
        total = max(1, self._file.metadata.num_rows)
        with _Reading(self._path):
            parts = self._file.iter_batches(self._batch_rows, columns=names if is_unique else None, use_threads=False)
        row = 0
        while True:
            with _Reading(self._path):
                part = next(parts, None)
                if part is None:
                    return
                arrays = [
                    part.column(name if is_unique else self._places[new])
                    for name, new in zip(names, wanted, strict=True)
                ]
                batch = _batch(arrays, wanted, row, part.num_rows)
            row += part.num_rows
            yield Batch(batch.table, batch.rejected, None, min(1.0, row / total))

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()


class _Reading:
    """While Parquet is read: one plain sentence for whatever goes wrong inside Arrow."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __enter__(self) -> None:
        return

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if isinstance(error, Exception) and not isinstance(error, MizzleError):
            raise UnreadableLog(
                f"{self._path.name} is not a Parquet file that can be read: it breaks off, is damaged or encrypted."
                " Copy or export it again."
            ) from error


def open_columnar(path: Path) -> Columnar:
    """Open a Parquet file of any origin.

    Raises
    ------
    UnreadableLog
        For a file that is damaged, encrypted or has no columns of plain values.
    """
    return Columnar(path)


def _batch(arrays: list[pa.Array], names: list[str], row: int, size: int) -> Batch:
    """Turn some rows into text, setting aside those with over-long fields or bytes that are no text."""
    texts, reasons = [], dict[int, str]()
    for array in arrays:
        text, unreadable = _as_text(array)
        reasons |= dict.fromkeys(unreadable, Reason.ENCODING)
        longest = pc.max(pc.binary_length(text)).as_py()
        if longest is not None and longest > LONGEST_FIELD:
            too_long = pc.fill_null(pc.greater(pc.utf8_length(text), LONGEST_FIELD), fill_value=False)
            reasons |= dict.fromkeys(pc.indices_nonzero(too_long).to_pylist(), Reason.LONG_FIELD)
        texts.append(text)
    numbers = pa.array(range(row + 1, row + size + 1), pa.int64())
    table = pa.table([*texts, numbers], names=[*names, ROW])
    if reasons:
        table = table.filter(pa.array([place not in reasons for place in range(size)], pa.bool_()))
    rejected = [Rejected(row + place + 1, reasons[place], None) for place in sorted(reasons)]
    return Batch(table, tuple(rejected))


def _as_text(array: pa.Array) -> tuple[pa.Array, list[int]]:
    """Give a column as text, and the places of values that are none."""
    kind = array.type
    if pa.types.is_dictionary(kind):
        array = array.cast(kind.value_type)
        kind = array.type
    if pa.types.is_timestamp(kind):
        text = array.cast(pa.timestamp(kind.unit, kind.tz and "UTC")).cast(pa.timestamp(kind.unit)).cast(pa.string())
        text = pc.replace_substring_regex(text, _ZERO_FRACTION, "")
        text = pc.replace_substring(text, " ", "T")
        return (pc.binary_join_element_wise(text, "Z", "") if kind.tz else text), []
    if pa.types.is_duration(kind):
        return array.cast(pa.int64()).cast(pa.string()), []
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        array = array.cast(pa.large_binary())  # a damaged file calls bytes a text that are none; nobody has looked yet
    try:
        return array.cast(pa.string()), []
    except pa.ArrowInvalid:
        return _decoded(array.to_pylist())


def _decoded(values: list[bytes | None]) -> tuple[pa.Array, list[int]]:
    """Decode bytes one by one, where some are no text."""
    texts: list[str | None] = []
    unreadable = []
    for place, value in enumerate(values):
        try:
            texts.append(None if value is None else value.decode())
        except UnicodeDecodeError:
            texts.append(None)
            unreadable.append(place)
    return pa.array(texts, pa.string()), unreadable
