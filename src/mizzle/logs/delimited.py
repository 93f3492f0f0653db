"""Reads CSV and its kin as a stream: finds out encoding, separator, quotes and header, and sets bad rows aside."""

from __future__ import annotations

import codecs
import csv
import re
from collections import Counter
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.csv

from mizzle.errors import UnclearMapping, UnreadableLog
from mizzle.logs.batches import LONGEST_FIELD, LONGEST_ROW, ROW, Batch, Facts, Mark, Reason, Rejected
from mizzle.logs.source import HEAD, Source, open_source, utf16

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

BLOCK = 4 << 20
"""Bytes of the file that make one batch."""

MOST_COLUMNS = 10_000
"""Columns beyond which a file is no table of events."""

_SEPARATORS = {b",": "comma", b";": "semicolon", b"\t": "tab", b"|": "bar"}
_SAMPLE = 200
_LONGEST_NAME = 200
_SHOWN_NOTES = 5
_TEXT = 1000
_BOM = b"\xef\xbb\xbf"
_NEWLINE = re.compile(rb"\r\n|\n|\r")
_SEP_LINE = re.compile(rb'[ \t]*"?sep=([^"\r\n])"?[ \t]*(?:\r\n|\n|\r)', re.IGNORECASE)
_SINGLE_QUOTED = re.compile(rb"(?:^|[,;\t|])'[^'\r\n]*'(?=[,;\t|\r\n]|\Z)", re.MULTILINE)
_UNDEFINED = b"\x81\x8d\x8f\x90\x9d"  # Windows-1252 has no character for these; they are kept as control characters
_WINDOWS = "".join(chr(byte) if byte in _UNDEFINED else bytes([byte]).decode("cp1252") for byte in range(256))
_A_LOG = "A log is a table: a first line with the names of the columns, then one row per event with at least its case,"
_A_LOG += " what was done and when, with commas, semicolons, tabs or bars between the cells."


class Dialect(NamedTuple):
    """How a delimited file separates and quotes its cells, each one byte."""

    separator: bytes
    quote: bytes


class Span(NamedTuple):
    """One record in a block: where it starts and ends, where the next one starts, and why it cannot be read, if so."""

    start: int
    end: int
    next: int
    reason: Reason | None


class _Parsed(NamedTuple):
    """What one block holds: how far it was read, its rows as columns, and their numbers counted from 0."""

    consumed: int
    table: pa.Table
    rows: np.ndarray
    rejected: list[Rejected]
    count: int


class _Cursor:
    """A window on the file that moves forward: raw bytes from an offset on, and the same as UTF-8."""

    def __init__(self, source: Source, encoding: str, offset: int) -> None:
        source.skip(offset)
        self.source, self.encoding, self.offset = source, encoding, offset
        self.ended = False
        self._raw = b""

    def fill(self, n: int) -> None:
        """Read until the window has `n` raw bytes, or the file ends."""
        while len(self._raw) < n and not self.ended:
            more = self.source.read(n - len(self._raw))
            self.ended = not more
            self._raw += more

    def text(self) -> bytes:
        """Give the window as UTF-8; what was not valid before is not valid after."""
        if self.encoding == "windows-1252" and not self._raw.isascii():
            return codecs.charmap_decode(self._raw, "strict", _WINDOWS)[0].encode()
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
            newline = _NEWLINE.search(text)
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

    def __init__(self, path: Path, *, fast: bool = True, block: int = BLOCK, longest_row: int = LONGEST_ROW) -> None:
        self._path, self._fast, self._block, self._longest_row = path, fast, block, longest_row
        self._open: list[Source] = []
        with open_source(path) as source:
            head = source.read(HEAD)
            self._encoding, start, said = _encoding(head, whole=len(head) < HEAD)
            cursor = _Cursor(source, self._encoding, start)
            cursor.fill(HEAD)
            text = self._first_line(cursor)
            given = _SEP_LINE.match(text)
            if given:
                cursor.advance(text[: given.end()])
                text = text[given.end() :]
            self.dialect = Dialect(given.group(1), b'"') if given else _dialect(path, text, whole=cursor.ended)
            header = next(spans(text, self.dialect, final=True), None)
            self.columns, renamed = self._header(text, header)
            cursor.advance(text[: header.next if header else len(text)])
            self._start = Mark(cursor.offset, 0)
        separator = _SEPARATORS.get(self.dialect.separator, repr(self.dialect.separator.decode("utf-8", "replace")))
        notes = [f"encoding: {said}", f"separator: {separator}" + (" (as its first line says)" if given else "")]
        if self.dialect.quote != b'"':
            notes.append("quotes: single")
        self.facts = Facts("CSV", (*notes, *renamed))

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
                parsed = self._parse(text, wanted, final=cursor.ended)
                if parsed.consumed == 0:
                    if len(text) <= self._longest_row:
                        size += self._block
                        continue
                    row += 1
                    long = Rejected(row, Reason.LONG_ROW, _shown(text))
                    cursor.skip_line()
                    yield self._batch(cursor, parsed._replace(rejected=[]), row, [long])
                else:
                    cursor.advance(text[: parsed.consumed])
                    rejected = [bad._replace(row=row + bad.row + 1) for bad in parsed.rejected]
                    parsed = parsed._replace(rows=parsed.rows + (row + 1))
                    row += parsed.count
                    if parsed.count:
                        yield self._batch(cursor, parsed, row, rejected)
                size = self._block

    def close(self) -> None:
        """Let go of the file."""
        while self._open:
            self._open.pop().close()

    def _batch(self, cursor: _Cursor, parsed: _Parsed, row: int, rejected: list[Rejected]) -> Batch:
        table = parsed.table.append_column(ROW, pa.array(parsed.rows, pa.int64()))
        return Batch(table, tuple(rejected), Mark(cursor.offset, row), cursor.source.done)

    def _parse(self, text: bytes, wanted: list[str], *, final: bool) -> _Parsed:
        if self._fast:
            parsed = _parse_fast(text, self.dialect, self.columns, wanted, final=final)
            if parsed is not None:
                return parsed
        return _parse_exact(text, self.dialect, self.columns, wanted, final=final, longest_row=self._longest_row)

    def _first_line(self, cursor: _Cursor) -> bytes:
        """Give the head of the file with its whole first line."""
        size = HEAD
        while True:
            text = cursor.text()
            newline = _NEWLINE.search(text)
            if (newline.start() if newline else len(text)) > self._longest_row:
                raise UnreadableLog(
                    f"{self._path.name} is not a table: its first line has more than {self._longest_row:,} bytes."
                    " Export the log again, with one line per event."
                )
            if newline or cursor.ended:
                return text
            size += BLOCK
            cursor.fill(size)

    def _header(self, text: bytes, header: Span | None) -> tuple[tuple[str, ...], tuple[str, ...]]:
        if header is None:
            raise UnreadableLog(f"{self._path.name} holds nothing but empty lines. Export the log again.")
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
        cells = next(_cells([line.decode("utf-8", "replace")], self.dialect))
        if len(cells) < 2:  # noqa: PLR2004 - a log has a case and an activity
            raise _plain_text(self._path)
        return named(cells)


def open_delimited(path: Path) -> Delimited:
    """Open a delimited text file (CSV, TSV; gzip may wrap it) and find out how it is written.

    Raises
    ------
    UnreadableLog
        For a file that is no table.
    """
    return Delimited(path)


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
    >>> named(["case", "", "case"])
    (('case', 'column_2', 'case_2'), ('column 2 has no name: called column_2', 'column 3 is also named case: called case_2'))
    """
    cleaned = [" ".join(cell.replace("\0", "").replace("\ufeff", "").split())[:_LONGEST_NAME] for cell in cells]
    taken, seen, names, notes = set(cleaned), Counter[str](), [], []
    for place, name in enumerate(cleaned, 1):
        given = name or f"column_{place}"
        seen[given] += 1
        if not name or seen[given] > 1:
            new = given
            while new in taken:
                seen[given] += seen[given] < 2  # noqa: PLR2004 - the second of a name is name_2
                new = f"{given}_{seen[given]}"
                seen[given] += new in taken
            taken.add(new)
            notes.append(f"column {place} " + (f"is also named {name}" if name else "has no name") + f": called {new}")
            given = new
        names.append(given)
    if len(notes) > _SHOWN_NOTES:
        notes = [*notes[:_SHOWN_NOTES], f"{len(notes) - _SHOWN_NOTES} more columns have no name, or one that came before"]
    return tuple(names), tuple(notes)


def spans(data: bytes, dialect: Dialect, *, final: bool) -> Iterator[Span]:
    """Find the records in a block of UTF-8, without the empty lines; a record that may go on after it is left out.

    A quoted cell may hold line ends. Where its quote is never closed, or closed only lines later in the midst of
    other text, its line is a record that cannot be read, and reading goes on with the line after it.

    Parameters
    ----------
    data
        UTF-8 from the beginning of a record on.
    dialect
        Separator and quote.
    final
        Whether the file ends with the block.
    """
    start, size = 0, len(data)
    edge = re.compile(b"[" + re.escape(dialect.separator) + b"\r\n]")
    while start < size:
        line = _NEWLINE.search(data, start)
        span = Span(start, line.start(), line.end(), None) if line else Span(start, size, size, None)
        if data.find(dialect.quote, start, span.end) >= 0:
            quoted = _quoted(data, start, dialect, edge, final=final)
            if quoted is None:
                return
            span = quoted
        elif line is None and not final:
            return
        if data[span.start : span.end].strip(b" "):
            yield span
        start = span.next


def _quoted(data: bytes, start: int, dialect: Dialect, edge: re.Pattern[bytes], *, final: bool) -> Span | None:
    """Find the end of a record that has quotes; None where it may go on after the block."""
    at, size = start, len(data)
    while True:
        if data.startswith(dialect.quote, at):
            limit = min(size, at + 4 * LONGEST_FIELD)  # a character has at most four bytes
            close = _closing(data, at + 1, limit, dialect.quote)
            newline = _NEWLINE.search(data, at, close if close >= 0 else limit)
            if close < 0 and limit == size and not final:
                return None
            if 0 <= close == size - 1 and not final:
                return None  # the next byte decides whether the quote closes the cell
            if newline and (close < 0 or not _closes_well(data, at, close, edge)):
                return Span(start, newline.start(), newline.end(), Reason.QUOTES)
            if close < 0:
                # One line: without a line end there is nothing to go on after but the next one.
                line = _NEWLINE.search(data, limit)
                if line is None and not final:
                    return None
                reason = Reason.QUOTES if limit == size else Reason.LONG_FIELD
                return Span(start, line.start(), line.end(), reason) if line else Span(start, size, size, reason)
            at = close + 1
        found = edge.search(data, at)
        if found is None:
            return Span(start, size, size, None) if final else None
        if found.group() == dialect.separator:
            at = found.end()
            continue
        end = found.start()
        return Span(start, end, end + (2 if data.startswith(b"\r\n", end) else 1), None)


def _closing(data: bytes, at: int, limit: int, quote: bytes) -> int:
    """Find the quote that closes a cell, passing over doubled ones; -1 where there is none before the limit."""
    while True:
        close = data.find(quote, at, limit)
        if close < 0 or not data.startswith(quote, close + 1):
            return close
        at = close + 2


def _closes_well(data: bytes, opened: int, close: int, edge: re.Pattern[bytes]) -> bool:
    """Tell whether a quoted cell of several lines ends as one should: at a separator or line end, not too long."""
    if close + 1 < len(data) and not edge.match(data, close + 1):
        return False
    return close - opened <= LONGEST_FIELD or len(data[opened:close].decode("utf-8", "replace")) <= LONGEST_FIELD


def _cells(lines: Iterable[str], dialect: Dialect) -> Iterator[list[str]]:
    """Split each record into its cells."""
    before = csv.field_size_limit(LONGEST_ROW + 4)
    try:
        separator, quote = dialect.separator.decode("latin-1"), dialect.quote.decode("latin-1")
        for line in lines:
            yield next(csv.reader([line], delimiter=separator, quotechar=quote), [])
    finally:
        csv.field_size_limit(before)


def _parse_exact(
    data: bytes, dialect: Dialect, names: Sequence[str], wanted: list[str], *, final: bool, longest_row: int
) -> _Parsed:
    """Parse a block record by record, whatever is in it."""
    rows: list[list[str]] = []
    numbers: list[int] = []
    rejected: list[Rejected] = []
    number = consumed = 0
    places = [names.index(name) for name in wanted]
    for number, span in enumerate(spans(data, dialect, final=final), 1):  # noqa: B007 - counted on after the loop
        consumed = span.next
        record = data[span.start : span.end]
        cells, reason = _read(record, span.reason, dialect, len(names), longest_row)
        if reason is None:
            rows.append([cells[place] for place in places])
            numbers.append(number - 1)
        else:
            rejected.append(Rejected(number - 1, reason, _shown(record)))
    rest = data[consumed:]
    if final or not rest.strip(b" \r\n"):
        consumed = len(data)
    columns = [pa.array([row[place] for row in rows], pa.string()) for place in range(len(wanted))]
    table = pa.table(columns, names=wanted)
    return _Parsed(consumed, table, np.array(numbers, np.int64), rejected, number)


def _read(
    record: bytes, reason: Reason | None, dialect: Dialect, expected: int, longest_row: int
) -> tuple[list[str], str | None]:
    """Split one record into its cells, or say why that cannot be done."""
    if len(record) > longest_row:
        return [], Reason.LONG_ROW
    if b"\0" in record:
        return [], Reason.NUL
    try:
        text = record.decode()
    except UnicodeDecodeError:
        return [], Reason.ENCODING
    if reason is not None:
        return [], reason
    cells = next(_cells([text], dialect))
    if len(record) > LONGEST_FIELD and max(map(len, cells)) > LONGEST_FIELD:
        return [], Reason.LONG_FIELD
    if len(cells) != expected:
        return [], f"{Reason.CELLS}: {len(cells)} instead of {expected}"
    return cells, None


def _parse_fast(
    data: bytes, dialect: Dialect, names: Sequence[str], wanted: list[str], *, final: bool
) -> _Parsed | None:
    """Parse a block with Arrow; None where it holds anything that Arrow and the exact way might see differently."""
    cut, lines_in_cells = _plain_end(data, dialect, final=final)
    if cut <= 0 or b"\0" in data or data.startswith(_BOM):
        return None
    block = data[:cut]
    try:
        _ = block.isascii() or block.decode()
    except UnicodeDecodeError:
        return None
    bad: list[tuple[int, int, str]] = []

    def keep(row: pyarrow.csv.InvalidRow) -> str:
        if row.text.strip(" "):
            bad.append((row.number, row.actual_columns, row.text))
        else:
            blank.append(row.number)
        return "skip"

    blank: list[int] = []
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
    ).select(wanted)
    return _numbered(table, block, bad, blank, len(names))
