"""Answers as a table of numbers: a row for each person, a column for each item, NaN where nothing was said."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from mizzle.errors import MizzleError
from mizzle.estimate import Estimate, Interval
from mizzle.samples import as_numbers, in_order

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt
    from numpy.typing import NDArray

    Numbers = NDArray[np.float64]

TOTAL_IS_ZERO = 1e-14
"""Share of the sum of squares about zero below which a spread is rounding."""

SHOWN = 5
"""Names in a message."""


def as_column(values: npt.ArrayLike, what: str = "answers") -> Numbers:
    """Give one column of numbers; NaN where nothing was said.

    Raises
    ------
    MizzleError
        For what is no list of numbers, or holds endless or absurd ones.
    """
    found = as_numbers(values, what)
    if found.ndim != 1:
        raise MizzleError(f"The {what} must be one column of numbers, not a table of shape {found.shape}.")
    return found


def as_table(values: npt.ArrayLike, names: Sequence[str] | None = None, *, least: int = 2) -> tuple[Numbers, list[str]]:
    """Give a table of numbers with the names of its columns; NaN where nothing was said.

    Raises
    ------
    MizzleError
        For what is no table of numbers, has fewer than `least` columns, or names that do not fit it.
    """
    found = as_numbers(values, "answers")
    if found.ndim != 2:  # noqa: PLR2004 - rows and columns
        raise MizzleError("The answers must be a table: a row for each person, a column for each item.")
    if found.shape[1] < least:
        raise MizzleError(f"At least {least} items are needed; there is {found.shape[1]}. Name more columns.")
    told = [str(place) for place in range(1, found.shape[1] + 1)] if names is None else list(names)
    if len(told) != found.shape[1]:
        raise MizzleError(f"There are {found.shape[1]} columns and {len(told)} names; give one name for each column.")
    return found, told


def complete(table: Numbers, least: int = 3) -> tuple[Numbers, int]:
    """Give the rows without a gap, and how many had one.

    Raises
    ------
    MizzleError
        Where fewer than `least` are left.
    """
    # Usually nothing is missing, which one sum tells.
    kept = table if math.isfinite(float(table.sum())) else table[np.isfinite(table).all(axis=1)]
    if len(kept) < least:
        raise MizzleError(
            f"Only {len(kept)} of {len(table)} rows have an answer to every item, and at least {least} are needed."
            " Give more rows, or name fewer items."
        )
    return kept, len(table) - len(kept)


def as_groups(groups: Sequence[object] | NDArray[Any], n: int) -> tuple[NDArray[np.intp], list[str]]:
    """Give the group of each row as a code, -1 for none, with the groups' names in their order.

    Whole numbers below 0, None, NaN and empty words stand for no group.

    Raises
    ------
    MizzleError
        Where there is not one for each of the `n` rows.
    """
    found = np.asarray(groups)
    if found.ndim != 1 or len(found) != n:
        raise MizzleError(f"There are {n} rows of answers and {len(found)} groups; give the group of each row.")
    if found.dtype.kind in "iu":
        names, codes = np.unique(found, return_inverse=True)
        below = int(np.searchsorted(names, 0))
        return np.where(codes < below, -1, codes - below), [str(name) for name in names[below:]]
    told = ["" if one is None or one != one else str(one).strip() for one in found.tolist()]  # noqa: PLR0124 - NaN
    found_names, codes = np.unique(np.array(told, dtype=str), return_inverse=True)
    words = [str(name) for name in found_names if name]
    order = in_order(words)
    rank = np.full(len(words) + 1, -1, np.intp)
    rank[order] = np.arange(len(words))
    return rank[codes - (len(found_names) - len(words))], [words[place] for place in order]


def varying(table: Numbers, names: Sequence[str], *, in_place: bool = False) -> tuple[Numbers, Numbers]:
    """Give the table about the means of its columns, and the means; `in_place` for a table that nobody else has.

    Raises
    ------
    MizzleError
        Where a column has the same answer in every row.
    """
    means: Numbers = np.ones(len(table)) @ table / len(table)
    about = np.subtract(table, means, out=table if in_place else None)
    refuse_flat(np.einsum("ij,ij->j", about, about), len(table) * means * means, names)
    return about, means


def refuse_flat(spread: Numbers, squares: Numbers, names: Sequence[str]) -> None:
    """Refuse columns whose spread is rounding beside the squares of their mean.

    Raises
    ------
    MizzleError
        Where a column has the same answer in every row.
    """
    flat = np.flatnonzero(spread <= TOTAL_IS_ZERO * squares)
    if len(flat):
        told = listed([names[place] for place in flat.tolist()])
        raise MizzleError(
            f"The answer is the same in every complete row for: {told}. What does not vary cannot go together with"
            " anything; leave it out."
        )


def listed(names: Sequence[str]) -> str:
    """List names, not more than a sentence takes.

    Examples
    --------
    >>> listed(["a", "b"]), listed(list("abcdefg"))
    ('a, b', 'a, b, c, d, e and 2 more')
    """
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return ", ".join(names[:SHOWN]) + more


def estimate(
    value: float | None, ends: tuple[float, float] | None, n: int, method: str, *, unit: str = "", within: float = 1.0
) -> Estimate:
    """Make an estimate whose interval holds its value, whatever rounding did; without one where an end is no number.

    `within` is the most that value and ends can be; a coefficient is at most 1.
    """
    if value is None or not math.isfinite(value):
        return Estimate(None, None, n, unit, method)
    value = min(float(value), within)
    if ends is None or not all(math.isfinite(end) for end in ends):
        return Estimate(value, None, n, unit, method)
    low, high = min(float(ends[0]), value), min(max(float(ends[1]), value), within)
    return Estimate(value, Interval(low, high), n, unit, method)
