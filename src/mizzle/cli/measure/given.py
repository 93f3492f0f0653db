"""What is given on the command line, as measures read it: names, numbers, shares and days, or a sentence that helps."""

from __future__ import annotations

import argparse
import math
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np

LARGEST = 10**15
"""The largest number that can be meant; what is smaller than one over it is 0."""


def column(text: str) -> str:
    r"""Read the name of a column as readers of files write it: without spaces at its ends, and with single ones.

    Examples
    --------
    >>> column(" Call  Failure")
    'Call Failure'
    """
    return " ".join(text.split())


def names(text: str) -> list[str]:
    """Read a list of names, with commas between them; a name that has a comma itself stands in double quotes.

    Examples
    --------
    >>> names("A1, A2,A3")
    ['A1', 'A2', 'A3']
    >>> names('"Kind, and quick",A2,The "us" feeling')
    ['Kind, and quick', 'A2', 'The "us" feeling']
    """
    import csv

    found = [part.strip() for part in next(csv.reader([column(text)], skipinitialspace=True), []) if part.strip()]
    if not found:
        raise _wanted("a list of names with commas between them", text)
    if len(set(found)) < len(found):
        raise argparse.ArgumentTypeError(f"a name is given twice in {text!r}")
    return found


def number(text: str) -> float:
    """Read a number that has an end.

    Examples
    --------
    >>> number("-2.5")
    -2.5
    """
    return _finite(text, "a number")


def above_zero(text: str) -> float:
    """Read a number above zero.

    Examples
    --------
    >>> above_zero("52")
    52.0
    """
    return _finite(text, "a number above zero", lambda found: found > 0)


def share(text: str) -> float:
    """Read a share from 0 to 1.

    Examples
    --------
    >>> share("0.1")
    0.1
    """
    return _finite(text, "a share from 0 to 1, where 0.1 is ten per cent,", lambda found: 0 <= found <= 1)


def whole(least: int = 0, most: int = LARGEST) -> Callable[[str], int]:
    """Give what reads a whole number between two ends.

    Examples
    --------
    >>> whole(1, 12)("2")
    2
    """
    to = f"from {least:,} on" if most == LARGEST else f"from {least:,} to {most:,}"

    def read(text: str) -> int:
        if text.isascii() and text.isdigit() and len(text) <= len(str(LARGEST)) and least <= int(text) <= most:
            return int(text)
        raise _wanted(f"a whole number {to}", text)

    return read


def samples(least: int, most: int = 100_000) -> Callable[[str], int]:
    """Give what reads how many samples are drawn for an interval: 0 for none, or enough of them.

    Examples
    --------
    >>> samples(20)("0"), samples(20)("200")
    (0, 200)
    """

    def read(text: str) -> int:
        if text == "0":
            return 0
        try:
            return whole(least, most)(text)
        except argparse.ArgumentTypeError:
            raise _wanted(f"0 for no interval, or a whole number from {least:,} to {most:,},", text) from None

    return read


seed = whole()
"""Read where chance begins."""


def whole_numbers(text: str) -> list[int]:
    """Read whole numbers with commas between them, each once and the smallest first.

    Examples
    --------
    >>> whole_numbers("90,30")
    [30, 90]
    """
    read = whole()
    try:
        return sorted({read(part) for part in names(text)})
    except argparse.ArgumentTypeError:
        raise _wanted("a list of whole numbers with commas between them", text) from None


def numbers(text: str) -> list[float]:
    """Read numbers with commas or spaces between them.

    Examples
    --------
    >>> numbers("0.2, 1.3")
    [0.2, 1.3]
    """
    return [number(part) for part in text.replace(",", " ").split()]


def span(text: str) -> tuple[float, float]:
    """Read a range as its low and its high end, with a comma between them.

    Examples
    --------
    >>> span("0.01, 0.05")
    (0.01, 0.05)
    """
    try:
        low, high = numbers(text)
    except (ValueError, argparse.ArgumentTypeError):
        raise _wanted("a range, as LOW,HIGH,", text) from None
    return low, high


def answers(text: str) -> tuple[float, float]:
    """Read which answers are meant: a range such as 4-5, or one number.

    Examples
    --------
    >>> answers("4-5"), answers("1")
    ((4.0, 5.0), (1.0, 1.0))
    """
    low, _, high = text.partition("-")
    try:
        found = number(low), number(high or low)
    except argparse.ArgumentTypeError:
        found = (1.0, 0.0)
    if found[0] > found[1]:
        raise _wanted("a range of answers, as 4-5,", text)
    return found


def amount(text: str) -> tuple[float, float, float]:
    """Read an amount, or its low end, value and high end with commas between them.

    Examples
    --------
    >>> amount("120"), amount("80,120,200")
    ((120.0, 120.0, 120.0), (80.0, 120.0, 200.0))
    """
    try:
        told = numbers(text)
        low, value, high = told * 3 if len(told) == 1 else told
    except (ValueError, argparse.ArgumentTypeError):
        low, value, high = 0.0, -1.0, 0.0
    if not -LARGEST < low <= value <= high < LARGEST:
        raise _wanted("an amount, as VALUE or LOW,VALUE,HIGH,", text)
    return low, value, high


def day(text: str) -> np.datetime64:
    """Read a day, as 2024-12-31.

    Examples
    --------
    >>> str(day("2024-12-31"))
    '2024-12-31'
    """
    import numpy as np

    try:
        return np.datetime64(date.fromisoformat(text), "D")
    except ValueError:
        raise _wanted("a day such as 2024-12-31", text) from None


def moment(text: str) -> datetime:
    """Read a moment, as 2024-12-31T16:00; in UTC where it names no other zone.

    Examples
    --------
    >>> str(moment("2024-12-31T16:00"))
    '2024-12-31 16:00:00+00:00'
    """
    try:
        found = datetime.fromisoformat(text)
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError):
        raise _wanted("a moment such as 2024-12-31T16:00", text) from None


def _finite(text: str, what: str, fits: Callable[[float], bool] = lambda _: True) -> float:
    try:
        found = float(text)
    except ValueError:
        found = math.nan
    found = 0.0 if abs(found) < 1 / LARGEST else found
    if not (abs(found) <= LARGEST and fits(found)):
        raise _wanted(what, text)
    return found


def _wanted(what: str, text: str) -> argparse.ArgumentTypeError:
    shown = text if len(text) <= 40 else f"{text[:37]}…"  # noqa: PLR2004 - as much as a sentence takes
    return argparse.ArgumentTypeError(f"{what} is wanted, not {shown!r}")
