"""How a delimited file is written: its encoding, separator and quotes, and where its records begin and end."""

from __future__ import annotations

import codecs
import csv
import re
from collections import Counter
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from mizzle.errors import UnreadableLog
from mizzle.logs.batches import LONGEST_FIELD, Reason
from mizzle.logs.source import HEAD, utf16

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

SEPARATORS = {b",": "comma", b";": "semicolon", b"\t": "tab", b"|": "bar"}
_SAMPLE = 200
_LEAST_AGREEMENT = 0.2
_FEW = 10
BOM = b"\xef\xbb\xbf"
NEWLINE = re.compile(rb"\r\n|\n|\r")
_A_LOG = "A log is a table: a first line with the names of the columns, then one row per event with at least its case,"
_A_LOG += " what was done and when, with commas, semicolons, tabs or bars between the cells."
_SHORT = 10_000
_LEAST_LEAD, _KIND, _FOLLOWS = 0xC2, 0xC0, 0x80  # of a character of several bytes: the first byte, and the others
# One line of cells, each quoted as it should be or not beginning with a quote.
_PLAIN_CELL = rb"(?:%(q)s[^%(q)s\r\n]*+(?:%(q)s%(q)s[^%(q)s\r\n]*+)*+%(q)s|[^%(q)s%(s)s\r\n][^%(s)s\r\n]*+|)"
_PLAIN_LINE = _PLAIN_CELL + rb"(?:%(s)s" + _PLAIN_CELL + rb")*+"
_UNDEFINED = b"\x81\x8d\x8f\x90\x9d"  # Windows-1252 has no character for these; they are kept as control characters
_WINDOWS = "".join(chr(byte) if byte in _UNDEFINED else bytes([byte]).decode("cp1252") for byte in range(256))
_TO_WINDOWS = codecs.charmap_build(_WINDOWS)
# Characters of UTF-8 that nobody means as the letters which Windows-1252 has for their bytes, as `Ã¥` for `å`. One
# letter before signs may be meant, as in `CAFÉ”` or `payé »`: from 0xC4 on, one character alone proves little.
_NOT_WINDOWS = re.compile(
    rb"[\xc2\xc3][\x80-\xbf]|(?:[\xc4-\xdf][\x80-\xbf]){2}|[\xc4-\xdf][\x81\x8d\x8f\x90\x9d]"
    rb"|\xe2[\x80-\x84][\x80-\xbf]|(?:[\xe0-\xef][\x80-\xbf]{2}){2}|\xf0\x9f[\x80-\xbf]{2}"
)
_SINGLE_QUOTED = re.compile(rb"(?:^|[,;\t|])'[^'\r\n]*'(?=[,;\t|\r\n]|\Z)", re.MULTILINE)


class Dialect(NamedTuple):
    """How a delimited file separates and quotes its cells, each one byte."""

    separator: bytes
    quote: bytes


class Span(NamedTuple):
    """One record in a block: its start and end, where reading goes on, and why it cannot be read, if so."""

    start: int
    end: int
    after: int
    reason: Reason | None


def spans(data: bytes, dialect: Dialect, *, final: bool) -> Iterator[Span]:
    """Find the records in a block of UTF-8, empty lines as empty ones; a record that may go on after it is left out.

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
    separator, quote = re.escape(dialect.separator), re.escape(dialect.quote)
    edge = re.compile(b"[" + separator + b"\r\n]")
    plain = re.compile(_PLAIN_LINE % {b"s": separator, b"q": quote})
    while start < size:
        line = NEWLINE.search(data, start)
        span = Span(start, line.start(), line.end(), None) if line else Span(start, size, size, None)
        if data.find(dialect.quote, start, span.end) >= 0 and (
            line is None or span.end - start > _SHORT or not plain.fullmatch(data, start, span.end)
        ):
            quoted = _quoted(data, start, dialect, edge, final=final)
            if quoted is None:
                return
            span = quoted
        elif line is None and not final:
            return
        is_empty = not data[start : span.end].strip(b" ")
        yield span._replace(end=start) if is_empty else span
        start = span.after


def _quoted(data: bytes, start: int, dialect: Dialect, edge: re.Pattern[bytes], *, final: bool) -> Span | None:
    """Find the end of a record that has quotes; None where it may go on after the block."""
    at, size = start, len(data)
    while True:
        if data.startswith(dialect.quote, at):
            passed = _pass_cell(data, start, at, dialect, edge, final=final)
            if not isinstance(passed, int):
                return passed
            at = passed
        found = edge.search(data, at)
        if found is None:
            return Span(start, size, size, None) if final else None
        if found.group() != dialect.separator:
            end = found.start()
            return Span(start, end, end + (2 if data.startswith(b"\r\n", end) else 1), None)
        at = found.end()


def _pass_cell(
    data: bytes, start: int, at: int, dialect: Dialect, edge: re.Pattern[bytes], *, final: bool
) -> int | Span | None:
    """Pass over a quoted cell: the place after it, a record that cannot be read, or None where it may go on."""
    size = len(data)
    limit = min(size, at + 4 * LONGEST_FIELD)  # a character has at most four bytes
    close = _closing(data, at + 1, limit, dialect.quote)
    if not final and (close == size - 1 or (close < 0 and limit == size)):
        return None  # what follows decides
    line = NEWLINE.search(data, at, close if close >= 0 else limit)
    if line and (close < 0 or not _closes_well(data, at, close, edge)):
        return Span(start, line.start(), line.end(), Reason.QUOTES)
    if close >= 0:
        return close + 1
    line = NEWLINE.search(data, limit)
    if line is None and not final:
        return None
    end, after = (line.start(), line.end()) if line else (size, size)
    return Span(start, end, after, Reason.QUOTES if limit == size else Reason.LONG_FIELD)


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


def cells(records: Sequence[bytes], dialect: Dialect) -> list[list[str]]:
    """Split records, as `spans` finds them, into their cells."""
    longest = max(map(len, records), default=0)
    lines = (record.decode("utf-8", "replace") for record in records)
    rows = csv.reader(lines, delimiter=dialect.separator.decode(), quotechar=dialect.quote.decode())
    before = csv.field_size_limit()
    if longest <= before:
        return list(rows)
    csv.field_size_limit(longest)
    try:
        return list(rows)
    finally:
        csv.field_size_limit(before)


def find_encoding(head: bytes, *, whole: bool) -> tuple[str, int, str]:
    """Find out the encoding from the head of a file: its name, how many bytes mark it, and words for it."""
    wide = utf16(head)
    if wide is not None:
        return wide, 2 if head.startswith((b"\xff\xfe", b"\xfe\xff")) else 0, "UTF-16"
    if head.startswith(BOM):
        return "utf-8", len(BOM), "UTF-8 with a byte order mark"
    try:
        codecs.utf_8_decode(head, "strict", whole)
    except UnicodeDecodeError as error:
        lines = [line for line in head.splitlines()[: None if whole else -1] if not line.isascii()]
        unreadable = sum(not is_utf8(line) for line in lines)
        row = len(NEWLINE.findall(head, 0, error.start))
        where = f"row {row}" if row else "the header"
        if 2 * unreadable > len(lines) or not lines:
            return "windows-1252", 0, f"Windows-1252 (bytes outside UTF-8 in {where})"
        return "utf-8", 0, f"UTF-8, but {where} is not"
    return "utf-8", 0, "UTF-8"


def from_windows(raw: bytes) -> str:
    """Read Windows-1252."""
    return codecs.charmap_decode(raw, "strict", _WINDOWS)[0]


def is_mixed(raw: bytes) -> bool:
    """Tell whether bytes read as Windows-1252 hold anything that looks like UTF-8; it may be only a row of them."""
    array = np.frombuffer(raw, np.uint8)
    pairs = (array[:-1] >= _LEAST_LEAD) & (array[1:] & _KIND == _FOLLOWS)  # sees ten times as fast that there is none
    return bool(pairs.any()) and _NOT_WINDOWS.search(raw) is not None


def as_utf8(record: bytes) -> bytes | None:
    """Give the bytes of a record that was read as Windows-1252 and is UTF-8; None where it is what the file says.

    Examples
    --------
    >>> as_utf8("BlÃ¥".encode()).decode(), as_utf8("Blå".encode()), as_utf8("Blå, BlÃ¥".encode())
    ('Blå', None, None)
    """
    if record.isascii():
        return None
    raw = codecs.charmap_encode(record.decode(), "strict", _TO_WINDOWS)[0]
    return raw if is_utf8(raw) and _NOT_WINDOWS.search(raw) else None


def is_utf8(line: bytes) -> bool:
    """Tell whether bytes are valid UTF-8."""
    try:
        line.decode()
    except UnicodeDecodeError:
        return False
    return True


def find_dialect(path: Path, text: bytes, *, whole: bool, least_columns: int = 2) -> Dialect:
    """Choose the separator for which the rows have as many cells as the header, and the quote."""
    lines = NEWLINE.split(text[:HEAD], _SAMPLE)[:_SAMPLE]
    singles = sum(bool(_SINGLE_QUOTED.search(line)) for line in lines)
    quote = b"'" if b'"' not in text and 2 * singles > len(lines) else b'"'
    best, agreeing, sizes = None, (0.0, 0), [0]
    for separator in SEPARATORS:
        dialect = Dialect(separator, quote)
        header, *rows = _sizes(text, dialect, whole=whole) or [0]
        share = sum(size == header for size in rows) / len(rows) if rows else 1.0
        if header > 1 and (share, header) > agreeing:
            best, agreeing, sizes = dialect, (share, header), rows
        elif header == 1 and best is None and len(rows) > 1 and Counter(rows).most_common(1)[0][0] > 1:
            sizes = rows
    if best is not None and (agreeing[0] >= _LEAST_AGREEMENT or len(sizes) < _FEW):
        return best
    usual = Counter(sizes).most_common(1)[0][0]
    if usual > 1:
        raise UnreadableLog(
            f"The first line of {path.name} does not name the columns: it has {max(1, agreeing[1])} cells, and most"
            f" rows have {usual}. Let the file begin with the line of column names."
        )
    if least_columns == 1:
        return Dialect(b",", quote)
    raise plain_text(path)


def _sizes(text: bytes, dialect: Dialect, *, whole: bool) -> list[int]:
    """Count the cells of the first records."""
    sizes = []
    for start, end, _, reason in islice(spans(text, dialect, final=whole), _SAMPLE):
        record = text[start:end]
        if record and reason is None:
            size = 1 + record.count(dialect.separator)
            sizes.append(len(cells([record], dialect)[0]) if dialect.quote in record else size)
    return sizes


def plain_text(path: Path) -> UnreadableLog:
    """Word the refusal of a file whose lines have no cells."""
    return UnreadableLog(f"{path.name} looks like plain text, not like a log: its lines have no cells. {_A_LOG}")
