"""Reads a file of people, CSV or Excel, as a stream of rows of text in little memory, and refuses every other file.

The readers of the ground floor are made for event logs of many gigabytes, and load a hundred megabytes of libraries
for it; the rows of a people file are few and small.
"""

from __future__ import annotations

import codecs
import csv
import warnings
import zipfile
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any, TextIO

import openpyxl

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

HEAD = 1 << 16
MOST_COLUMNS = 200
MOST_ROWS = 1_000_000
LONGEST_CELL = 1000
LONGEST_ROW = 1 << 20
"""Characters that a row of a CSV file may have, over all its lines."""
LARGEST_WORKBOOK = 300 << 20
"""Bytes that a workbook may have, unpacked; one of 100,000 people has some 40 MB."""
LARGEST_PART = 64 << 20
"""Bytes that a part which is held whole (all but the sheets) may have, unpacked."""
BOMB_BYTES, BOMB_RATIO = 20 << 20, 100
"""A workbook may be packed as tightly as it likes up to so many bytes, and beyond that only so tightly."""
MOST_PARTS = 2000
SEPARATORS = ",;\t|"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_BINARY = (b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"{\\rtf", b"\x7fELF", b"PAR1", b"SQLite", b"7z\xbc\xaf")
_PACKED = (b"\x1f\x8b", b"BZh", b"Rar!", b"\xfd7zXZ")

Row = tuple[int, list[str]]
"""The number of a row, as a spreadsheet counts, and its cells."""


class Unreadable(Exception):
    """The file is not one that people can be read from; `code` says why, see `mizzle_web.people.roster.words`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def rows(path: Path) -> Iterator[Row]:
    """Read the rows that are not empty, the titles first.

    Raises
    ------
    Unreadable
        For whatever is not a table in CSV or Excel.
    """
    with path.open("rb") as file:
        head = file.read(HEAD)
    if not head.strip():
        raise Unreadable("empty")
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        yield from _numbered(_excel(path))
        return
    _refuse_foreign(head)
    yield from _numbered(_delimited(path, head))


def _numbered(found: Iterator[tuple[int, Sequence[Any]]]) -> Iterator[Row]:
    is_first = True
    for number, cells in found:
        if number > MOST_ROWS + 1:
            raise Unreadable("too_many_rows")
        if any(cells[MOST_COLUMNS:]):
            raise Unreadable("not_people")
        texts = [text(cell) for cell in cells[:MOST_COLUMNS]]
        while texts and not texts[-1]:
            texts.pop()
        if not texts:
            continue
        is_first = False
        yield number, texts
    if is_first:
        raise Unreadable("empty")


def text(value: object) -> str:
    """Give a cell as text, trimmed and without what cannot be seen.

    Examples
    --------
    >>> text(12.0), text(datetime(2026, 3, 1)), text("  Ida  Lead ")
    ('12', '2026-03-01', 'Ida Lead')
    """
    if value is None:
        return ""
    if isinstance(value, str) and len(value) <= LONGEST_CELL and value.isprintable():
        return " ".join(value.split())  # nearly every cell
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, datetime) and value.time() == time():
        value = value.date()
    if isinstance(value, datetime | date):
        return value.isoformat()
    seen = "".join(one if one.isprintable() else " " for one in str(value)[: LONGEST_CELL * 2])
    return " ".join(seen.split())[:LONGEST_CELL]


def _refuse_foreign(head: bytes) -> None:
    if head.startswith(_OLE):
        encrypted = "EncryptedPackage".encode("utf-16-le") in head
        raise Unreadable("encrypted" if encrypted else "old_excel")
    if head.startswith(_PACKED):
        raise Unreadable("packed")
    if head.startswith(_BINARY):
        raise Unreadable("not_people")
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    if start.startswith((b"<", b"{")):
        raise Unreadable("not_people")


def _encoding(path: Path, head: bytes) -> str:
    """Find out the encoding: by its mark, by zero bytes, by whether the whole file is UTF-8."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if even or odd:
        if min(even, odd) > max(even, odd) // 10 or max(even, odd) * 4 < len(head) // 2:
            raise Unreadable("not_people")
        return "utf-16-le" if odd > even else "utf-16-be"
    decoder = codecs.getincrementaldecoder("utf-8")()
    with path.open("rb") as file:
        try:
            while block := file.read(1 << 20):
                decoder.decode(block)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return "windows-1252"
    return "utf-8-sig"


def _delimited(path: Path, head: bytes) -> Iterator[tuple[int, list[str]]]:
    encoding = _encoding(path, head)
    with path.open(encoding=encoding, errors="replace", newline="") as file:
        sample = file.read(HEAD // 2)
        separator = _separator(sample)
        file.seek(0)
        start = 0
        if sample[:4].lower() == "sep=":
            file.readline(HEAD)
            start = 1
        lines = _Lines(file)
        reader = csv.reader(lines, delimiter=separator)
        try:
            for number, cells in enumerate(reader, start + 1):
                lines.n_read = 0
                yield number, cells
        except csv.Error as problem:
            raise Unreadable("quotes") from problem


class _Lines:
    """The lines of a file, as long as those of one row are no longer than a row of people can be."""

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self.n_read = 0
        """Characters read since a row ended; whoever takes the row sets it back."""

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._file.readline(LONGEST_ROW + 1)
        self.n_read += len(line)
        if self.n_read > LONGEST_ROW:
            raise Unreadable("long_row")
        if not line:
            raise StopIteration
        return line


def _separator(sample: str) -> str:
    """Find the separator by which most rows have as many cells as the titles, and the titles most cells."""
    first, _newline, _rest = sample.partition("\n")
    if first[:4].lower() == "sep=" and len(first.strip()) > len("sep="):
        return first[4]
    lines = [line for line in sample.splitlines() if line.strip()][:50]
    best, agreeing = "", (0.0, 0)
    for separator in SEPARATORS:
        try:
            sizes = [len(cells) for cells in csv.reader(lines, delimiter=separator)]
        except csv.Error:
            continue
        share = sum(size == sizes[0] for size in sizes) / len(sizes) if sizes else 0.0
        if sizes and sizes[0] > 1 and (share, sizes[0]) > agreeing:
            best, agreeing = separator, (share, sizes[0])
    if not best:
        raise Unreadable("one_column" if any(ch.isalpha() for ch in sample) else "not_people")
    return best


def _excel(path: Path) -> Iterator[tuple[int, Sequence[Any]]]:
    _refuse_harm(path)
    with path.open("rb") as file:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # about styles, which nobody sees here
                book = openpyxl.load_workbook(file, read_only=True, data_only=True, keep_links=False)
            for sheet in book.worksheets:
                sheet.reset_dimensions()  # some programs write a size that is not true
                is_filled = False
                found = sheet.iter_rows(values_only=True, max_col=MOST_COLUMNS + 1, max_row=MOST_ROWS + 2)
                for number, cells in enumerate(found, 1):
                    width = 0 if cells.count(None) == len(cells) else len(cells)
                    while width and cells[width - 1] is None:
                        width -= 1
                    is_filled = is_filled or width > 0
                    yield number, cells[:width]
                if is_filled:
                    return
        except (GeneratorExit, Unreadable):
            raise
        except Exception as problem:  # openpyxl lets through whatever a broken part makes it stumble over
            raise Unreadable("damaged") from problem


def _refuse_harm(path: Path) -> None:
    """Look at the parts of a workbook before any is unpacked: no other archive, none too large, none with entities."""
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
            names = {part.filename for part in parts}
            if "xl/workbook.bin" in names:
                raise Unreadable("old_excel")
            if "xl/workbook.xml" not in names:
                raise Unreadable("packed")
            if any(part.flag_bits & 1 for part in parts):
                raise Unreadable("encrypted")
            unpacked = sum(part.file_size for part in parts)
            tight = unpacked > BOMB_BYTES and unpacked > BOMB_RATIO * path.stat().st_size
            held = any(part.file_size > LARGEST_PART and "worksheets/" not in part.filename for part in parts)
            if tight or held or unpacked > LARGEST_WORKBOOK or len(parts) > MOST_PARTS:
                raise Unreadable("bomb")
            for part in parts:
                if part.filename.lower().endswith((".xml", ".rels")):
                    with archive.open(part) as opened:
                        start = opened.read(HEAD).replace(b"\0", b"")
                    if b"<!DOCTYPE" in start or b"<!ENTITY" in start:
                        raise Unreadable("bomb")
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, EOFError, zipfile.LargeZipFile) as problem:
        raise Unreadable("damaged") from problem
