"""Which of day, month and year comes first in the dates of a column: decided from all of them, or asked."""

from __future__ import annotations

import re
from datetime import date
from itertools import combinations
from typing import TYPE_CHECKING, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mizzle.errors import UnclearMapping

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

ORDERS: Final = ("dmy", "mdy", "ymd")
"""The orders that dates are written in."""

CENTURY_TURNS = 70
"""Two-digit years from here to 99 are of the last century, those before of this one, as POSIX has it."""

_MONTH_NAMES = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_DAY_PART, _MONTH_PART = "(?:0?[1-9]|[12][0-9]|3[01])", "(?:0?[1-9]|1[0-2])"


class DateOrders:
    """Which orders of day, month and year the dates of a column allow, with an example of each combination.

    A combination is a set of orders as bits: 1 for the first of `orders`, 2 for the second, and so on.
    """

    def __init__(self, orders: tuple[str, ...], year: str) -> None:
        self.orders = orders
        parts = {"d": _DAY_PART, "m": _MONTH_PART, "y": year}
        self._patterns = [f"^{'[-/.]'.join(parts[part] for part in order)}(?:[^0-9]|$)" for order in orders]
        self._seen: dict[int, tuple[int, str]] = {}
        self._differing: dict[tuple[str, str], str] = {}

    def add(self, texts: pa.Array, at: NDArray[np.int64]) -> None:
        """Take in values, and keep the first of each combination."""
        allowed = np.zeros(len(texts), dtype=np.int64)
        for bit, pattern in enumerate(self._patterns):
            allowed |= _matching(texts, pattern) << bit
        for combination in np.unique(allowed[allowed > 0]).tolist():
            places = np.flatnonzero(allowed == combination)
            self._seen.setdefault(combination, (int(at[places[0]]), _date_of(texts[int(places[0])].as_py())))
            pairs = set(combinations(self._in(combination), 2)) - set(self._differing)
            if pairs:
                self._look_for_differing(pairs, pc.unique(texts.take(pa.array(places))).to_pylist())

    def _look_for_differing(self, pairs: set[tuple[str, str]], texts: list[str]) -> None:
        """Keep the first date that is another day in each order of a pair: 03/03/2016 asks nothing."""
        for text in texts:
            written = _date_of(text)
            for pair in sorted(pairs):
                if len({day for order in pair if (day := _day_of(written, order))}) > 1:
                    self._differing[pair] = written
                    pairs.discard(pair)
            if not pairs:
                return

    def _in(self, combination: int) -> list[str]:
        return [order for bit, order in enumerate(self.orders) if combination & 1 << bit]

    def decide(self, column: str, order: str | None) -> str:
        """Name the order, or raise the question."""
        if order in self.orders:
            return str(order)
        common = (1 << len(self.orders)) - 1
        for combination in self._seen:
            common &= combination
        possible = self._in(common)
        if not possible:
            raise self._contradiction(column)
        asked = next((text for pair, text in self._differing.items() if set(pair) <= set(possible)), None)
        if asked is None:
            return possible[0]
        days = [day for one in possible if (day := _day_of(asked, one))]
        with_year = len({day.year for day in days}) > 1
        words = list(dict.fromkeys(f"the {_said(day, with_year=with_year)}" for day in days))
        question = f"Is {asked} in column {column} {', '.join(words[:-1])} or {words[-1]}?"
        raise UnclearMapping(f"{question} Say {_say(possible)}.")

    def _contradiction(self, column: str) -> UnclearMapping:
        seen = sorted(self._seen, key=lambda combination: (combination.bit_count(), combination))
        pair = next(((one, other) for one, other in combinations(seen, 2) if not one & other), tuple(seen))
        proofs = []
        for combination in pair:
            row, text = self._seen[combination]
            proofs.append(f"{text} in row {row} is {' or '.join(_ORDER_WORDS[one] for one in self._in(combination))}")
        return UnclearMapping(
            f"Column {column} mixes orders of day and month: {', but '.join(proofs)}."
            f" Say {_say(self.orders)}; rows of another order are then set aside."
        )


def _say(orders: Sequence[str]) -> str:
    return " or ".join(f"--dates {order}" for order in orders)


_ORDER_WORDS = {"dmy": "day first", "mdy": "month first", "ymd": "year first"}


def _matching(texts: pa.Array, pattern: str) -> NDArray[np.int64]:
    found = pc.match_substring_regex(texts, pattern).fill_null(False)
    return np.asarray(found.to_numpy(zero_copy_only=False), dtype=np.int64)


def _date_of(text: str) -> str:
    """Cut the date from the beginning of a value that matches one of the patterns."""
    return "".join(re.split("([-/.]|[^0-9])", text)[:5])


def _said(day: date, *, with_year: bool) -> str:
    return f"{day.day} {_MONTH_NAMES[day.month - 1]}" + (f" {day.year}" if with_year else "")


def _day_of(text: str, order: str) -> date | None:
    """Give the day that a date is in one order of its parts, if it is one."""
    parts = dict(zip(order, re.split("[^0-9]", text), strict=True))
    year = int(parts["y"])
    if len(parts["y"]) == len("yy"):
        year += 2000 if year < CENTURY_TURNS else 1900
    try:
        return date(year, int(parts["m"]), int(parts["d"]))
    except ValueError:
        return None
