"""The columns of a file, as a measure needs them: numbers, words and days, or a sentence that says what is wrong."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mizzle.answer import SetAside
from mizzle.errors import MizzleError, UnclearMapping, UnreadableLog
from mizzle.logs.batches import ROW
from mizzle.logs.readers import open_reader
from mizzle.logs.tabular.dialect import SEPARATORS
from mizzle.logs.times.moments import TimeProfile, as_texts
from mizzle.samples import in_order

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    Numbers = NDArray[np.float64]

MISSING = (
    *("", "?", "-", ".", "na", "n/a", "nan", "null", "none", "missing", "#n/a"),
    *("no answer", "not answered", "did not answer"),
)
"""What stands for no answer, whatever its case."""

_UNBROKEN = "[\u00a0\u202f]"
_COMMAS = r"^[+-]?[0-9]+,[0-9]+$"
_THOUSANDS = r"^[+-]?[1-9][0-9]{0,2},[0-9]{3}$"
_POINT = r"^([+-]?[0-9]+)\.0$"
_NUMBER = r"^[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,5})?$"
_MONTH = r"^[0-9]{4}[-/.](?:0[1-9]|1[0-2])$"
LARGEST, LEAST = 1e50, 1e-50
"""Sizes of numbers that can be reckoned with; what is nearer to nothing than the least is 0."""

NAMED = 30
"""Columns named in a message."""


class UnfitColumn(MizzleError):
    """A column cannot be read as the measure needs it; the message names the row, the value and what would fit."""


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of one file, as text until a measure asks for more.

    Attributes
    ----------
    path
        The file.
    table
        Its columns as text, with the position of each row in the file beside them; null where a cell says nothing.
    set_aside
        Rows that could not be read, by reason.
    by_commas
        Whether commas stand between its cells, so that those within a number hardly are its decimals.
    """

    path: Path
    table: pa.Table
    set_aside: Sequence[SetAside] = field(default=())
    by_commas: bool = True

    @property
    def names(self) -> list[str]:
        """The names of the columns, in the order of the file."""
        return [name for name in self.table.column_names if name != ROW]

    @property
    def n(self) -> int:
        """How many rows could be read."""
        return int(self.table.num_rows)

    def words(self, name: str) -> list[str | None]:
        """Give a column as text, trimmed; None where a cell says nothing. Whole numbers are told without a point."""
        found: list[str | None] = _without_points(self._cells(name)).to_pylist()
        return found

    def codes(self, name: str) -> tuple[NDArray[np.int64], list[str]]:
        """Give a column as codes into its different words, in their order; -1 where a cell says nothing."""
        encoded = _without_points(self._cells(name)).dictionary_encode()
        names: list[str] = encoded.dictionary.to_pylist()
        order = in_order(names)
        rank = np.full(len(names) + 1, -1, np.int64)
        rank[order] = np.arange(len(names))
        places = encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)
        return rank[places], [names[place] for place in order]

    def numbers(
        self, name: str, *, low: float | None = None, high: float | None = None, strict: bool = True
    ) -> Numbers:
        """Give a column as numbers; NaN where a cell says nothing.

        Parameters
        ----------
        name
            The column.
        low, high
            The least and the greatest number that can be meant.
        strict
            Whether a cell that is no number is refused; NaN stands for it otherwise.

        Raises
        ------
        UnfitColumn
            For no such column, a cell that is no number, one beyond 1e50, or impossible; with its row and value.
        """
        cells = self._cells(name)
        if _with_commas(cells):
            in_thousands = pc.match_substring_regex(cells, _THOUSANDS)
            if self.by_commas and pc.all(pc.or_(in_thousands, pc.invert(pc.match_substring(cells, ",")))).as_py():
                self._refuse(
                    name,
                    pc.fill_null(pc.invert(in_thousands), True),
                    "has a comma that may stand for thousands or for decimals",
                )
            cells = pc.replace_substring(cells, ",", ".")
        fits = pc.fill_null(pc.match_substring_regex(cells, _NUMBER), True)
        if strict and not pc.all(fits).as_py():
            self._refuse(name, fits, "is no number")
        found = pc.cast(pc.if_else(fits, cells, pa.scalar(None, pa.string())), pa.float64())
        values: Numbers = found.fill_null(np.nan).to_numpy(zero_copy_only=False)
        if not strict:
            values = np.where(np.abs(values) > LARGEST, np.nan, values)
        self._within(name, ~(np.abs(values) > LARGEST), "is too large to be a number that is meant")
        values = np.where(np.abs(values) < LEAST, 0.0, values)
        if low is not None:
            self._within(name, ~(values < low), f"is below {low:g}, the least that can be meant")
        if high is not None:
            self._within(name, ~(values > high), f"is above {high:g}, the most that can be meant")
        return values

    def matrix(self, names: Sequence[str], *, low: float | None = None, high: float | None = None) -> Numbers:
        """Give several columns as one table of numbers, a row for each of the file; NaN where a cell says nothing."""
        return np.column_stack([self.numbers(name, low=low, high=high) for name in names])

    def instants(self, name: str, *, dates: str | None = None, strict: bool = True) -> NDArray[np.datetime64]:
        """Give a column as instants in UTC, in microseconds; not-a-time where a cell says nothing.

        Parameters
        ----------
        name
            The column, in any spelling that logs may have (`mizzle.logs.times.moments.TimeFormat`).
        dates
            ``"dmy"`` or ``"mdy"``, where the column leaves open which is the day.
        strict
            Whether a cell that is no date is refused; not-a-time stands for it otherwise.

        Raises
        ------
        UnfitColumn
            For no such column, a cell that is no date, or a column that can be read in two ways.
        """
        cells = self._cells(name)
        if pc.all(pc.match_substring_regex(cells, _MONTH)).as_py():  # a month is told by its first day
            parts = (pc.utf8_slice_codeunits(cells, first, last) for first, last in ((0, 4), (5, 7)))
            cells = pc.binary_join_element_wise(*parts, "01", "-")
        if not strict and cells.null_count == len(cells):
            return np.full(len(cells), np.datetime64("NaT", "us"))
        profile = TimeProfile(())
        profile.add(cells, self.table[ROW])
        try:
            read = profile.decide(name, dates).read(cells)
        except UnclearMapping as unclear:  # which speaks of the options of a log
            asked, hint, _ = str(unclear).partition(" Name the column of times")
            raise UnfitColumn(asked + (" Name another column, or mend this one." if hint else "")) from None
        fits = pc.or_(pc.is_valid(read), pc.is_null(cells))
        if strict and not pc.all(fits).as_py():
            self._refuse(name, fits, "is no date that goes with the others of the column")
        found: NDArray[np.datetime64] = read.cast(pa.timestamp("us")).to_numpy(zero_copy_only=False)
        return found

    def _cells(self, name: str) -> pa.Array:
        if name not in self.names:
            raise _no_column(self.path, name, self.names)
        cells = as_texts(self.table[name])
        if pc.any(pc.match_substring_regex(cells, _UNBROKEN)).as_py():  # nobody can type them where a name is asked for
            cells = pc.replace_substring_regex(cells, _UNBROKEN, " ")
        cells = pc.utf8_trim_whitespace(cells)
        said = pc.invert(pc.is_in(pc.utf8_lower(cells), pa.array(MISSING)))
        return pc.if_else(said, cells, pa.scalar(None, pa.string()))

    def _within(self, name: str, fits: NDArray[np.bool_], what: str) -> None:
        if not fits.all():
            self._refuse(name, pa.array(fits), what)

    def _refuse(self, name: str, fits: pa.Array, what: str) -> None:
        place = int(np.flatnonzero(~fits.to_numpy(zero_copy_only=False))[0])
        row, value = self.table[ROW][place].as_py(), self.table[name][place].as_py()
        shown = value if len(value) <= 40 else f"{value[:37]}…"  # noqa: PLR2004 - as much as a sentence takes
        raise UnfitColumn(
            f"{self.path.name}, row {row}: {shown!r} in the column {name!r} {what}. Mend it, leave the cell empty, or"
            " name another column."
        )


def read_columns(path: Path, names: Sequence[str] | None = None, *, sheet: str | None = None) -> Columns:
    """Read a table from a CSV (also gzipped), Parquet or Excel file.

    Parameters
    ----------
    path
        The file; encoding, separator and quotes are found out.
    names
        The columns that are needed; all where None.
    sheet
        Of a workbook; the first with data where None.

    Returns
    -------
    Columns
        With the rows that could not be read set aside and counted.

    Raises
    ------
    UnreadableLog
        Where it is no such file, is empty, broken, encrypted or hostile.
    UnfitColumn
        For a name that is no column, or a file without rows.
    """
    reader = open_reader(path, sheet=sheet, least_columns=1)

    try:
        if reader.facts.known:
            raise UnreadableLog(f"{path} is an event log, and this measure wants a table: CSV, Parquet or Excel.")
        for name in names or ():
            if name not in reader.columns:
                raise _no_column(path, name, reader.columns)
        wanted = list(dict.fromkeys(names)) if names is not None else None
        tables, rejected = [], Counter[str]()
        for batch in reader.batches(wanted):
            tables.append(batch.table)
            rejected.update(one.reason.partition(":")[0] for one in batch.rejected)
        twice = [
            name for name in names or () if any(f"is also named {name}: called" in one for one in reader.facts.notes)
        ]
    finally:
        reader.close()
    if twice:
        raise UnfitColumn(f"{path.name} has several columns called {twice[0]!r}. Give each a name of its own.")
    whole = pa.concat_tables(tables) if tables else None
    if whole is None or not whole.num_rows:
        raise UnfitColumn(f"{path.name} has a header and no row that could be read. Give a file with data.")
    left = tuple(SetAside(f"row not readable: {reason}", n) for reason, n in rejected.items())
    return Columns(path, whole, left, by_commas=reader.facts.separator in ("", SEPARATORS[b","]))


def _without_points(cells: pa.Array) -> pa.Array:
    """Tell whole numbers without a point, where the column writes all of its numbers with ``.0``."""
    numbers = pc.match_substring_regex(cells, _NUMBER)
    whole = pc.match_substring_regex(cells, _POINT)
    if not pc.any(whole).as_py() or not pc.all(pc.or_(whole, pc.invert(numbers))).as_py():
        return cells
    return pc.replace_substring_regex(cells, _POINT, r"\1")


def _with_commas(cells: pa.Array) -> bool:
    """Whether a column writes its decimals with a comma: some value does, and none has a point."""
    commas = pc.match_substring_regex(cells, _COMMAS)
    return bool(pc.any(commas).as_py()) and not pc.any(pc.match_substring(cells, ".")).as_py()


def _no_column(path: Path, name: str, columns: Sequence[str]) -> UnfitColumn:
    more = f" and {len(columns) - NAMED} more" if len(columns) > NAMED else ""
    listed = ", ".join(columns[:NAMED]) + more
    hint = (
        " In a list of names, one with a comma stands in double quotes." if any("," in one for one in columns) else ""
    )
    return UnfitColumn(f"{path.name} has no column called {name!r}. Its columns are: {listed}.{hint}")
