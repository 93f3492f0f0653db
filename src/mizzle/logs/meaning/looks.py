"""What a column looks like in the first rows of a file: how full, how varied, times, numbers, names of people."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mizzle.errors import UnclearMapping
from mizzle.logs.meaning.rolenames import GIVEN_NAMES, is_person
from mizzle.logs.times.moments import MISSING, TimeProfile, as_texts

if TYPE_CHECKING:
    from numpy.typing import NDArray

_MOST_TIMES = 0.8  # share of values that look like times
_MOST_NUMBERS, _PEOPLE = 0.9, 0.3  # shares of values
_LONG_TEXT = 60  # letters of the average value of free text
_LOOKED_AT = 2_000  # distinct values looked at one by one


@dataclass(frozen=True, slots=True, eq=False)
class Look:
    """One column, as the first rows show it.

    Attributes
    ----------
    name, rows, filled, distinct
        Its name, the rows looked at, how many hold a value, and how many different ones.
    codes
        A number for each distinct value, by row; -1 where there is none.
    is_time, counted
        Whether the values are times, and whether they are bare numbers that could also be something else.
    micros
        The times in microseconds, by row; NaN where there is none.
    is_number, has_digits, is_long
        Whether the values are numbers or truth values; mostly hold digits; are free text.
    person
        Why it seems to be about a person; empty where it does not.
    """

    name: str
    rows: int
    filled: int
    distinct: int
    codes: NDArray[np.int32]
    is_time: bool
    counted: bool
    micros: NDArray[np.float64]
    is_number: bool
    has_digits: bool
    is_long: bool
    person: str

    @property
    def share_filled(self) -> float:
        """Share of the rows that hold a value."""
        return self.filled / self.rows if self.rows else 0.0

    def same_as(self, other: Look) -> bool:
        """Whether both hold the same times, or part the rows in the same way, so that either would do."""
        if self.is_time and other.is_time:
            return np.array_equal(self.micros, other.micros, equal_nan=True)
        both = np.unique(np.stack([self.codes, other.codes]), axis=1).shape[1]
        return self.distinct == other.distinct and both == len(np.unique(self.codes)) == len(np.unique(other.codes))

    def before(self, other: Look) -> float:
        """Share of the rows with both times in which this one is not after the other; 0 without any."""
        both = ~np.isnan(self.micros) & ~np.isnan(other.micros)
        return float(np.mean(self.micros[both] <= other.micros[both])) if both.any() else 0.0


def look_at(name: str, column: pa.ChunkedArray | pa.Array) -> Look:
    """Look at one column of the first rows."""
    texts = pc.utf8_trim_whitespace(as_texts(column))
    texts = pc.if_else(pc.is_in(texts, value_set=pa.array(MISSING, pa.string())), pa.scalar(None, pa.string()), texts)
    coded = texts.dictionary_encode()
    profile = TimeProfile()
    profile.add(texts)
    is_time = profile.share >= _MOST_TIMES
    values = coded.dictionary.slice(0, _LOOKED_AT)
    return Look(
        name=name,
        rows=len(texts),
        filled=len(texts) - texts.null_count,
        distinct=len(coded.dictionary),
        codes=coded.indices.fill_null(-1).to_numpy(zero_copy_only=False),
        is_time=is_time,
        counted=profile.is_counted,
        micros=_micros(texts, profile, name) if is_time else np.full(len(texts), np.nan),
        is_number=_share(values, r"^(?:[+-]?[0-9]+(?:[.,][0-9]+)?|(?i:true|false|yes|no|ja|nei|si|sí))$")
        > _MOST_NUMBERS,
        has_digits=_share(values, "[0-9]") > _MOST_NUMBERS,
        is_long=bool(len(values)) and pc.mean(pc.utf8_length(values)).as_py() > _LONG_TEXT,
        person=_person(name, values),
    )


def _micros(texts: pa.Array, profile: TimeProfile, name: str) -> NDArray[np.float64]:
    """Read the times; where day and month cannot be told apart yet, either order will do to compare them."""
    try:
        spelling = profile.decide(name)
    except UnclearMapping:
        spelling = profile.decide(name, "dmy")
    micros = spelling.read(texts).cast(pa.int64())
    return np.asarray(micros.to_numpy(zero_copy_only=False), dtype=np.float64)


def _person(name: str, values: pa.Array) -> str:
    if is_person(name):
        return "its name says that it is about a person"
    if _share(values, r"^[^@\s]+@[^@\s]+\.[^@\s]+$") > _PEOPLE:
        return "it holds mail addresses"
    if _share(values, r"^(?i:user|caller|agent|employee|usuario|empleado|bruker|ansatt)[ _.-]*[0-9]+$") > _PEOPLE:
        return "it holds the numbers of people"
    names = [part for value in values.to_pylist() if (part := value.replace(",", " ").casefold().split())]
    people = sum(len(part) > 1 and bool(GIVEN_NAMES & {part[0], part[1]}) for part in names)
    return "it holds names of people" if people > _PEOPLE * max(len(names), 1) else ""


def _share(values: pa.Array, pattern: str) -> float:
    if not len(values):
        return 0.0
    return float(pc.mean(pc.match_substring_regex(values, pattern).cast(pa.float64())).as_py())


class Steps:
    """Pairs of rows that follow each other within a case, in the order of the file.

    Parameters
    ----------
    codes
        The case of each row; -1 where there is none.
    """

    def __init__(self, codes: NDArray[np.int32]) -> None:
        order = np.argsort(codes, kind="stable")
        order = order[codes[order] >= 0]
        same = codes[order[1:]] == codes[order[:-1]]
        self._earlier, self._later = order[:-1][same], order[1:][same]
        self._case = codes[self._later]
        self.cases = len(np.unique(self._case))

    def varies(self, values: NDArray[np.int32]) -> float:
        """Share of the cases with several rows in which the values are not all the same; 0 without such cases."""
        changed = values[self._later] != values[self._earlier]
        return len(np.unique(self._case[changed])) / self.cases if self.cases else 0.0

    def changes(self, values: NDArray[np.int32]) -> float:
        """Share of the steps at which the value changes."""
        return float(np.mean(values[self._later] != values[self._earlier])) if self.cases else 0.0

    def rising(self, micros: NDArray[np.float64]) -> float:
        """Share of the steps at which a time does not go back."""
        return float(np.mean(micros[self._later] >= micros[self._earlier])) if self.cases else 0.0
