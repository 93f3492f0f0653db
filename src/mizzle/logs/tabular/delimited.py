"""Reads CSV and its kin as a stream: finds out encoding, separator, quotes and header, and sets bad rows aside."""

from __future__ import annotations

import codecs
import re
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.csv

from mizzle.errors import UnclearMapping, UnreadableLog
from mizzle.logs.batches import LONGEST_FIELD, LONGEST_ROW, ROW, Batch, Facts, Mark, Reason, Rejected
from mizzle.logs.source import HEAD, Source, open_source
from mizzle.logs.tabular.dialect import (
    BOM,
    NEWLINE,
    SEPARATORS,
    Dialect,
    Span,
    as_utf8,
    cells,
    find_dialect,
    find_encoding,
    from_windows,
    is_mixed,
    is_utf8,
    plain_text,
    spans,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

BLOCK = 4 << 20
"""Bytes of the file that make one batch."""

MOST_COLUMNS = 10_000
"""Columns beyond which a file is no table of events."""

_LONGEST_NAME = 200
_SHOWN_NOTES = 5
_TEXT = 1000
_MOMENT = re.compile(r"[ \t]*[0-9]{1,4}([-/.])[0-9]{1,2}\1[0-9]{1,4}(?:[ T][ ]*[0-9]{1,2}:[0-9]{2}.*)?")
_MOMENTS = 2  # of an event: its start and its end; a header with more is that of a calendar
_SEP_LINE = re.compile(rb'"?sep=([ \t!#-/:-@\[-`{-~])"?[ \t]*(?:\r\n|\n|\r)', re.IGNORECASE)
_MIXED = f"{Reason.MIXED}: this row is UTF-8, the file is Windows-1252"


class _Parsed(NamedTuple):
    """What one block holds: how far it was read, its rows as columns, and their numbers counted from 0."""

    consumed: int
    table: pa.Table
    numbers: np.ndarray
    rejected: list[Rejected]
    total: int


class _Cursor:
    """A window on the file that moves forward: raw bytes from an offset on, and the same as UTF-8."""

    def __init__(self, source: Source, encoding: str, offset: int) -> None:
        source.skip(offset)
        self.source, self.encoding, self.offset = source, encoding, offset
        self.ended = self.is_mixed = False
        self._raw = b""

    def fill(self, n: int) -> None:
        """Read until the window has `n` raw bytes, or the file ends."""
        while len(self._raw) < n and not self.ended:
            more = self.source.read(n - len(self._raw))
            self.ended = not more
            self._raw += more

    def text(self) -> bytes:
        """Give the window as UTF-8; what was not valid before is not valid after.

        Whether something in it is UTF-8 where Windows-1252 is read is kept in `is_mixed`.
        """
        is_windows = self.encoding == "windows-1252" and not self._raw.isascii()
        self.is_mixed = is_windows and is_mixed(self._raw)
        if is_windows:
            return from_windows(self._raw).encode()
        if self.encoding.startswith("utf-16"):
            text, used = _DECODE[self.encoding](self._raw, "surrogatepass", self.ended and len(self._raw) % 2 == 0)
            odd = b"\xff" if self.ended and used < len(self._raw) else b""  # half a character at the end of the file
            return text.encode("utf-8", "surrogatepass") + odd
        return self._raw

    def advance(self, text: bytes) -> None:
        """Move the window on by what was read of its UTF-8."""
        size = len(text)
        if self.encoding == "windows-1252" and not text.isascii():
            size = len(text.decode())
        elif self.encoding.startswith("utf-16"):
            size = len(self._raw)
            if not text.endswith(b"\xff"):
                size = len(text.decode("utf-8", "surrogatepass").encode("utf-16-le", "surrogatepass"))
        self._raw = self._raw[size:]
        self.offset += size

    def skip_line(self) -> None:
        """Move past the end of the line without keeping it."""
        while True:
            text = self.text()
            newline = NEWLINE.search(text)
            self.advance(text[: newline.end()] if newline else text)
            if newline or self.ended:
                return
            self.fill(len(self._raw) + HEAD)


_DECODE = {"utf-16-le": codecs.utf_16_le_decode, "utf-16-be": codecs.utf_16_be_decode}


class Delimited:
    """A delimited text file, open for reading.

    Parameters
    ----------
    path
        The file; gzip may wrap it.
    fast
        Whether blocks without oddities are parsed by Arrow; the answer is the same without, only slower.
    block
        Raw bytes that make one batch.
    longest_row
        Bytes in one row beyond which it is set aside.
    least_columns
        Columns below which it is taken for plain text; a log has at least a case and an activity.

    Attributes
    ----------
    facts, columns
        What was found out about the file, and the names of its columns.
    dialect
        How it separates and quotes its cells.

    Raises
    ------
    UnreadableLog
        For a file that is no table.
    """

    def __init__(
        self,
        path: Path,
        *,
        fast: bool = True,
        block: int = BLOCK,
        longest_row: int = LONGEST_ROW,
        least_columns: int = 2,
    ) -> None:
        self._path, self._fast, self._block, self._longest_row = path, fast, block, longest_row
        self._least_columns = least_columns
        self._open: list[Source] = []
        with open_source(path) as source:
            head = source.read(HEAD)
            self._encoding, start, said = find_encoding(head, whole=len(head) < HEAD)
            cursor = _Cursor(source, self._encoding, start)
            cursor.fill(HEAD)
            text = self._first_line(cursor)
            given = _SEP_LINE.match(text)
            if given:
                cursor.advance(text[: given.end()])
                text = text[given.end() :]
            if not text.strip(b" \r\n"):
                raise UnreadableLog(f"{path.name} begins with nothing but empty lines. Export the log again.")
            self.dialect = (
                Dialect(given.group(1), b'"')
                if given
                else find_dialect(path, text, whole=cursor.ended, least_columns=least_columns)
            )
            header = next(span for span in spans(text, self.dialect, final=True) if span.end > span.start)
            self.columns, renamed = self._header(text, header)
            cursor.advance(text[: header.after])
            self._start = Mark(cursor.offset, 0)
        separator = SEPARATORS.get(self.dialect.separator, repr(self.dialect.separator.decode("utf-8", "replace")))
        notes = [f"encoding: {said}", f"separator: {separator}" + (" (as its first line says)" if given else "")]
        if self.dialect.quote != b'"':
            notes.append("quotes: single")
        self.facts = Facts("CSV", (*notes, *renamed), separator=separator)

    def batches(self, columns: Sequence[str] | None = None, after: Mark | None = None) -> Iterator[Batch]:
        """Read the file as a stream of batches, from the beginning or after a mark.

        Parameters
        ----------
        columns
            Names of the columns wanted; all where none are named.
        after
            The mark of the batch to go on after; what follows is the same as without the break.

        Yields
        ------
        Batch
            Rows as text columns, an empty cell as ``""``, with the rows set aside among them.

        Raises
        ------
        UnreadableLog
            Where the file breaks off or is damaged.
        UnclearMapping
            For a name that is no column.
        """
        wanted = chosen(columns, self.columns)
        offset, row = after or self._start
        with open_source(self._path) as source:
            self._open.append(source)
            cursor = _Cursor(source, self._encoding, offset)
            size = self._block
            while True:
                cursor.fill(size)
                text = cursor.text()
                if cursor.ended and not text:
                    return
                parsed = self._parse(text, wanted, final=cursor.ended, mixed=cursor.is_mixed)
                if parsed.consumed == 0:
                    if len(text) <= self._longest_row:
                        size *= 2
                        continue
                    row += 1
                    cursor.skip_line()
                    yield self._batch(cursor, parsed, row, [Rejected(row, Reason.LONG_ROW, _shown(text))])
                else:
                    cursor.advance(text[: parsed.consumed])
                    rejected = [bad._replace(row=row + bad.row + 1) for bad in parsed.rejected]
                    parsed = parsed._replace(numbers=parsed.numbers + (row + 1))
                    row += parsed.total
                    if parsed.total:
                        yield self._batch(cursor, parsed, row, rejected)
                size = self._block

    def close(self) -> None:
        """Let go of the file."""
        while self._open:
            self._open.pop().close()

    def _batch(self, cursor: _Cursor, parsed: _Parsed, row: int, rejected: list[Rejected]) -> Batch:
        # Not pa.array: it would import pandas for an array of numpy.
        numbers = pa.Array.from_buffers(pa.int64(), len(parsed.numbers), [None, pa.py_buffer(parsed.numbers)])
        table = pa.table([*parsed.table.columns, numbers], names=[*parsed.table.column_names, ROW])
        return Batch(table, tuple(rejected), Mark(cursor.offset, row), cursor.source.done)

    def _parse(self, text: bytes, wanted: list[str], *, final: bool, mixed: bool) -> _Parsed:
        if self._fast and not mixed:
            parsed = _parse_fast(text, self.dialect, self.columns, wanted, final=final)
            if parsed is not None:
                return parsed
        longest = self._longest_row
        return _parse_exact(text, self.dialect, self.columns, wanted, final=final, longest_row=longest, mixed=mixed)

    def _first_line(self, cursor: _Cursor) -> bytes:
        """Give the head of the file with its whole first line."""
        size = HEAD
        while True:
            text = cursor.text()
            newline = NEWLINE.search(text)
            if (newline.start() if newline else len(text)) > self._longest_row:
                raise UnreadableLog(
                    f"{self._path.name} is not a table: its first line has more than {self._longest_row:,} bytes."
                    " Export the log again, with one line per event."
                )
            if newline or cursor.ended:
                return text
            size += BLOCK
            cursor.fill(size)

    def _header(self, text: bytes, header: Span) -> tuple[tuple[str, ...], tuple[str, ...]]:
        if header.reason is not None:
            raise UnreadableLog(
                f"{self._path.name} is not a table: a quote in its first line is never closed. Mend that line."
            )
        line = text[header.start : header.end]
        if line.count(self.dialect.separator) >= MOST_COLUMNS:
            raise UnreadableLog(
                f"{self._path.name} is not a table of events: it has more than {MOST_COLUMNS:,} columns."
                " Export it with one row per event."
            )
        (titles,) = cells([line], self.dialect)
        if len(titles) < self._least_columns:
            raise plain_text(self._path)
        moments = [title.strip() for title in titles if _MOMENT.fullmatch(title)]
        if 0 < len(moments) <= _MOMENTS:
            raise UnreadableLog(
                f"The first line of {self._path.name} is an event ({moments[0]}) where the names of the columns should"
                " be. Write a line with their names above it, as case,activity,department,end."
            )
        return named(titles)


def open_delimited(path: Path, least_columns: int = 2) -> Delimited:
    """Open a delimited text file (CSV, TSV; gzip may wrap it) and find out how it is written.

    Parameters
    ----------
    path
        The file.
    least_columns
        1 where a file of one column is a table, too; otherwise it is taken for plain text.

    Raises
    ------
    UnreadableLog
        For a file that is no table.
    """
    return Delimited(path, least_columns=least_columns)


def chosen(wanted: Sequence[str] | None, columns: Sequence[str]) -> list[str]:
    """Check the names of the columns wanted, each once; all where none are named.

    Raises
    ------
    UnclearMapping
        For a name that is no column.
    """
    for name in wanted or ():
        if name not in columns:
            raise UnclearMapping(f"There is no column called {name!r}. The columns are: {', '.join(columns[:50])}.")
    return list(columns if wanted is None else dict.fromkeys(wanted))


def named(cells: Iterable[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Make the cells of a header into names that differ, and say what was changed.

    Examples
    --------
    >>> named(["case", "", "case"])[0]
    ('case', 'column_2', 'case_2')
    >>> named(["case", "", "case"])[1][1]
    'column 3 is also named case: called case_2'
    """
    cleaned = [" ".join(cell.replace("\0", "").replace("\ufeff", "").split())[:_LONGEST_NAME] for cell in cells]
    taken = set(cleaned)
    names: dict[str, None] = {}
    latest: dict[str, int] = {}
    notes = []
    for place, name in enumerate(cleaned, 1):
        given = new = name or f"column_{place}"
        while new in names or (new != name and new in taken):
            latest[given] = latest.get(given, 1) + 1
            new = f"{given}_{latest[given]}"
        names[new] = None
        if new != name:
            notes.append(f"column {place} " + (f"is also named {name}" if name else "has no name") + f": called {new}")
    if len(notes) > _SHOWN_NOTES:
        notes[_SHOWN_NOTES:] = [f"{len(notes) - _SHOWN_NOTES} more columns have no name, or one that came before"]
    return tuple(names), tuple(notes)


def _parse_exact(
    data: bytes,
    dialect: Dialect,
    names: Sequence[str],
    wanted: list[str],
    *,
    final: bool,
    longest_row: int,
    mixed: bool,
) -> _Parsed:
    """Parse a block record by record, whatever is in it."""
    records: list[bytes] = []
    numbers: list[int] = []
    rejected: list[Rejected] = []
    number = consumed = 0
    is_clean = b"\0" not in data and is_utf8(data)
    for start, end, after, reason in spans(data, dialect, final=final):
        consumed = after
        if start == end:
            continue
        record = data[start:end]
        is_plain = is_clean and reason is None and end - start <= longest_row
        wrong: str | None = None if is_plain else _unreadable(record, reason, longest_row)
        if mixed and wrong is None and (meant := as_utf8(record)):
            wrong, record = _MIXED, meant
        if wrong is None:
            records.append(record)
            numbers.append(number)
        else:
            rejected.append(Rejected(number, wrong, _shown(record)))
        number += 1
    rows, kept = [], []
    for row, number_of_row, record in zip(cells(records, dialect), numbers, records, strict=True):
        unfit = _unfit(row, record, len(names))
        if unfit is None:
            rows.append(row)
            kept.append(number_of_row)
        else:
            rejected.append(Rejected(number_of_row, unfit, _shown(record)))
    places = [names.index(name) for name in wanted]
    columns = [pa.array([row[place] for row in rows], pa.string()) for place in places]
    table = pa.table(columns, names=wanted)
    # Numbers count from 0 within the block; the reader knows how many rows came before it.
    return _Parsed(consumed, table, np.array(kept, np.int64), sorted(rejected), number)


def _unreadable(record: bytes, reason: Reason | None, longest_row: int) -> Reason | None:
    """Say why a record cannot be split into cells, if so."""
    if len(record) > longest_row:
        return Reason.LONG_ROW
    if b"\0" in record:
        return Reason.NUL
    return reason if is_utf8(record) else Reason.ENCODING


def _unfit(row: list[str], record: bytes, expected: int) -> str | None:
    """Say why the cells of a record are no row of the table, if so."""
    if len(record) > LONGEST_FIELD and max(map(len, row)) > LONGEST_FIELD:
        return Reason.LONG_FIELD
    return None if len(row) == expected else f"{Reason.CELLS}: {len(row)} instead of {expected}"


def _parse_fast(
    data: bytes, dialect: Dialect, names: Sequence[str], wanted: list[str], *, final: bool
) -> _Parsed | None:
    """Parse a block with Arrow; None where it holds anything that Arrow and the exact way might see differently."""
    cut, lines_in_cells = _plain_end(data, dialect, final=final)
    if cut <= 0 or b"\0" in data or data.startswith(BOM):
        return None
    block = data[:cut]
    if not (block.isascii() or is_utf8(block)):
        return None
    bad: list[tuple[int, int, str]] = []

    def keep(row: pyarrow.csv.InvalidRow) -> str:
        bad.append((row.number - 1, row.actual_columns, row.text))
        return "skip"

    table = pyarrow.csv.read_csv(
        pa.py_buffer(block),
        read_options=pyarrow.csv.ReadOptions(use_threads=False, column_names=list(names), block_size=len(block) + 1),
        parse_options=pyarrow.csv.ParseOptions(
            delimiter=dialect.separator.decode(),
            quote_char=dialect.quote.decode(),
            newlines_in_values=lines_in_cells,
            invalid_row_handler=keep,
        ),
        convert_options=pyarrow.csv.ConvertOptions(
            check_utf8=False,
            column_types=dict.fromkeys(names, pa.string()),
            include_columns=wanted or [names[0]],
            strings_can_be_null=False,
            quoted_strings_can_be_null=False,
        ),
    )
    if any(not text.strip(" ") for _, _, text in bad):
        return None  # lines of blanks are no rows, which only the exact way knows
    count = table.num_rows + len(bad)
    rows = np.delete(np.arange(count), [number for number, _, _ in bad])
    rejected = [
        Rejected(number, f"{Reason.CELLS}: {cells} instead of {len(names)}", text[:_TEXT])
        for number, cells, text in bad
    ]
    return _Parsed(cut, table.select(wanted), rows, rejected, count)


def _plain_end(data: bytes, dialect: Dialect, *, final: bool) -> tuple[int, bool]:
    """Find where the last whole record of a block ends, and whether cells hold line ends; 0 where that is not plain.

    Plain means that every quote either opens a cell, closes one or is doubled inside one, so that counting quotes
    tells what is inside them; and that no record is long.
    """
    if dialect.quote not in data:
        if any(NEWLINE.search(data, at, at + LONGEST_FIELD // 2) is None for at in _places(data)):
            return 0, False
        return (len(data) if final else max(data.rfind(b"\n"), data.rfind(b"\r")) + 1), False
    array = np.frombuffer(data, np.uint8)
    quotes = np.flatnonzero(array == dialect.quote[0])
    is_edge = np.zeros(256, np.bool_)
    is_edge[list(dialect.separator + dialect.quote + b"\r\n")] = True
    opening, closing = quotes[0::2], quotes[1::2]
    before = is_edge[array[opening[opening > 0] - 1]]
    after = is_edge[array[closing[closing < len(data) - 1] + 1]]
    if not (before.all() and after.all()) or (final and len(quotes) % 2):
        return 0, False
    newlines = np.flatnonzero((array == ord("\n")) | (array == ord("\r")))
    is_inside = np.searchsorted(quotes, newlines) % 2 == 1
    ends = newlines[~is_inside] + 1
    if final:
        ends = np.append(ends, len(data))
    if not len(ends) or np.diff(ends, prepend=0).max() > LONGEST_FIELD:
        return 0, False
    return int(ends[-1]), bool(is_inside.any())


def _places(data: bytes) -> range:
    """Beginnings of the windows of which each must hold a line end, lest a line be too long."""
    window = LONGEST_FIELD // 2
    return range(0, len(data) - window, window)


def _shown(record: bytes) -> str:
    return record[: 4 * _TEXT].decode("utf-8", "replace")[:_TEXT]
