"""Reads a sheet of an Excel workbook as a stream of rows of text, and refuses workbooks made to do harm."""

from __future__ import annotations

import datetime as dt
import warnings
import zipfile
from itertools import islice
from typing import TYPE_CHECKING, Any

import openpyxl
import pyarrow as pa

from mizzle.errors import MizzleError, UnreadableLog
from mizzle.logs.batches import LONGEST_FIELD, ROW, Batch, Facts, Mark, Reason, Rejected
from mizzle.logs.source import archive_entries, open_source
from mizzle.logs.tabular.delimited import MOST_COLUMNS, chosen, named

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

BATCH_ROWS = 50_000
"""Rows of one batch."""

LARGEST_WORKBOOK = 2 << 30
"""Bytes that the parts of a workbook may have, unpacked."""

LARGEST_PART = 256 << 20
"""Bytes that a part which has to be held whole (all but the sheets) may have, unpacked."""

BOMB_BYTES = 100 << 20
"""Unpacked bytes up to which a workbook may be packed as tightly as it likes."""

BOMB_RATIO = 200
"""How many times its packed size a workbook may have beyond `BOMB_BYTES`."""

MOST_ROWS = 1_048_576
"""Rows that a sheet of Excel can have."""

_PROLOGUE = 65_536
_LONGEST_SHOWN = 1000
_EXACT = 1e15  # Excel keeps fifteen digits
_SHOWN_SHEETS = 20


class Excel:
    """One sheet of a workbook, open for reading.

    Parameters
    ----------
    path
        An .xlsx or .xlsm file.
    sheet
        The sheet; the first that has data where None.
    batch_rows
        Rows of one batch.

    Attributes
    ----------
    facts, columns
        What was found out about the workbook, and the names of the columns.
    sheet, sheets
        The sheet that is read, and the names of all of them.

    Raises
    ------
    UnreadableLog
        For a file that is damaged, no workbook, made to do harm, or has no table in the sheet.
    """

    def __init__(
        self, path: Path, sheet: str | None = None, *, batch_rows: int = BATCH_ROWS, least_columns: int = 2
    ) -> None:
        self._least_columns = least_columns
        open_source(path).close()
        _refuse_harm(path)
        self._path, self._batch_rows = path, batch_rows
        self._file = path.open("rb")
        try:
            with self._reading():
                self._book = openpyxl.load_workbook(self._file, read_only=True, data_only=True, keep_links=False)
                self._sheets = {page.title: page for page in self._book.worksheets}
                # What a sheet says of its size is not always true, but good enough for a progress bar.
                self._sizes = {page.title: page.max_row for page in self._book.worksheets}
            self.sheets = tuple(self._sheets)
            self.sheet, header = self._choose(sheet)
            self.columns, renamed = self._header(header)
        except MizzleError:
            self._file.close()
            raise
        others = [name for name in self._sheets if name != self.sheet]
        notes = [f"sheet: {self.sheet}", *([f"other sheets: {', '.join(others[:_SHOWN_SHEETS])}"] if others else [])]
        self.facts = Facts("Excel", (*notes, *renamed))

    def batches(self, columns: Sequence[str] | None = None, after: Mark | None = None) -> Iterator[Batch]:
        """Read the sheet as a stream of batches; a workbook can only be read from its beginning.

        Dates come as ISO text, whole numbers without decimals, truth as ``"true"`` and ``"false"``, an error as its
        name (``"#REF!"``), an empty cell as null. Empty rows are passed over.

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
            Where the workbook turns out to be damaged.
        UnclearMapping
            For a name that is no column.
        """
        if after is not None:
            raise ValueError("a workbook is always read from its beginning: its batches have no mark")
        wanted = chosen(columns, self.columns)
        rows = self._rows(self.sheet)
        with self._reading():
            next(rows)
        number = 0
        while True:
            with self._reading():
                part = list(islice(rows, self._batch_rows))
            if not part:
                return
            yield self._batch(part, number, wanted)
            number += len(part)

    def close(self) -> None:
        """Let go of the file."""
        self._book.close()
        self._file.close()

    def _reading(self) -> _Reading:
        return _Reading(self._path)

    def _rows(self, name: str) -> Iterator[tuple[Any, ...]]:
        """Give the rows of a sheet that are not empty, each as wide as it is filled."""
        sheet = self._sheets[name]
        sheet.reset_dimensions()  # some programs write a size that is not true
        for row in sheet.iter_rows(max_row=MOST_ROWS, values_only=True):
            if row and any(value is not None for value in row):
                yield row

    def _choose(self, sheet: str | None) -> tuple[str, tuple[Any, ...]]:
        """Find the sheet and its first filled row."""
        if sheet is not None and sheet not in self._sheets:
            names = ", ".join(list(self._sheets)[:_SHOWN_SHEETS])
            raise UnreadableLog(f"{self._path.name} has no sheet called {sheet!r}. Its sheets are: {names}.")
        for name in self._sheets if sheet is None else [sheet]:
            with self._reading():
                first = next(self._rows(name), None)
            if first is not None:
                return name, first
        where = f"The sheet {sheet} of {self._path.name}" if sheet is not None else self._path.name
        raise UnreadableLog(f"{where} holds no data. Name a sheet that does, or export the log again.")

    def _header(self, first: tuple[Any, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
        titles = [_text(value) or "" for value in first]
        while titles and not titles[-1].strip():
            titles.pop()
        if len(titles) < self._least_columns:
            raise UnreadableLog(
                f"The first row of sheet {self.sheet} in {self._path.name} does not name the columns."
                " Delete what stands above the table, or name another sheet."
            )
        if len(titles) > MOST_COLUMNS:
            raise UnreadableLog(
                f"{self._path.name} is not a table of events: it has more than {MOST_COLUMNS:,} columns."
                " Export it with one row per event."
            )
        return named(titles)

    def _batch(self, part: list[tuple[Any, ...]], number: int, wanted: list[str]) -> Batch:
        rows, numbers, rejected = [], [], []
        width = len(self.columns)
        for place, values in enumerate(part, number + 1):
            row = [_text(value) for value in values[:width]]
            if any(cell is not None and len(cell) > LONGEST_FIELD for cell in row):
                text = ",".join(cell[:_LONGEST_SHOWN] for cell in row if cell)
                rejected.append(Rejected(place, Reason.LONG_FIELD, text[:_LONGEST_SHOWN]))
                continue
            rows.append(row + [None] * (width - len(row)))
            numbers.append(place)
        places = [self.columns.index(name) for name in wanted]
        columns = [pa.array([row[place] for row in rows], pa.string()) for place in places]
        table = pa.table([*columns, pa.array(numbers, pa.int64())], names=[*wanted, ROW])
        return Batch(
            table, tuple(rejected), None, min(1.0, (number + len(part)) / (self._sizes[self.sheet] or MOST_ROWS))
        )


class _Reading:
    """While a workbook is read: no warnings about styles, and one plain sentence for whatever goes wrong."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._quiet = warnings.catch_warnings()

    def __enter__(self) -> None:
        self._quiet.__enter__()
        warnings.simplefilter("ignore")

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: object) -> None:
        # typeshed wants all three of these or none, which a call cannot say
        self._quiet.__exit__(kind, error, at)  # type: ignore[arg-type]
        # openpyxl lets through whatever a broken part makes it stumble over, so every ordinary error means the same.
        if isinstance(error, Exception):
            raise UnreadableLog(
                f"{self._path.name} is not a workbook that can be read: a part of it is missing or damaged."
                " Open it in Excel and save it again, or export the log as CSV."
            ) from error


def open_excel(path: Path, sheet: str | None = None, least_columns: int = 2) -> Excel:
    """Open a sheet of an Excel workbook (.xlsx, .xlsm).

    Parameters
    ----------
    path
        The workbook.
    sheet
        The sheet; the first that has data where None.

    Raises
    ------
    UnreadableLog
        For a file that is damaged, no workbook, made to do harm, or has no table in the sheet.
    """
    return Excel(path, sheet, least_columns=least_columns)


def _refuse_harm(path: Path) -> None:
    """Look at the parts of a workbook before any is unpacked whole: none too large, none with entities."""
    entries = archive_entries(path)
    unpacked = sum(entry.file_size for entry in entries)
    packed = sum(entry.compress_size for entry in entries)
    if unpacked > LARGEST_WORKBOOK or (unpacked > BOMB_BYTES and unpacked > BOMB_RATIO * packed):
        raise UnreadableLog(f"{path.name} unpacks to {unpacked:,} bytes, as no workbook should. Export the log as CSV.")
    if any(entry.file_size > LARGEST_PART and "worksheets/" not in entry.filename for entry in entries):
        raise UnreadableLog(f"{path.name} holds a part too large to be read at once. Export the log as CSV.")
    with _Reading(path), zipfile.ZipFile(path) as archive:
        forbidden = any(
            _has_doctype(archive, entry) for entry in entries if entry.filename.lower().endswith((".xml", ".rels"))
        )
    if forbidden:
        raise UnreadableLog(f"{path.name} declares entities inside, as no workbook does. Do not trust this file.")


def _has_doctype(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bool:
    with archive.open(entry) as part:
        prologue = part.read(_PROLOGUE).replace(b"\0", b"")  # with the zero bytes gone, UTF-16 reads like ASCII
    return b"<!DOCTYPE" in prologue or b"<!ENTITY" in prologue


def _text(value: object) -> str | None:
    """Give the value of a cell as text.

    Examples
    --------
    >>> _text(12.0), _text(True), _text(dt.datetime(2024, 3, 1, 9))
    ('12', 'true', '2024-03-01T09:00:00')
    """
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < _EXACT else f"{value:.15g}"
    if isinstance(value, dt.datetime | dt.date | dt.time):
        return value.isoformat()
    return str(value)
