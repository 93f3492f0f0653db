"""Levels of service of a world in which the truth is known: two groups, acts that wear off, departments."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

CUTS = (-3.0, -1.6, 0.0, 1.4, 2.8)
"""Cut-points between the six levels, in log odds."""


@dataclass(frozen=True, slots=True)
class SlidingLevels:
    """Ratings of acts: level 1 to 6, repeat number, age in days, and the act."""

    levels: npt.NDArray[np.int64]
    repeats: npt.NDArray[np.int64]
    ages: npt.NDArray[np.float64]
    acts: npt.NDArray[np.int64]


def sliding_levels(
    n: int,
    rng: np.random.Generator,
    *,
    per_repeat: float = -0.4,
    per_day: float = -0.01,
    acts: int | None = None,
    between_acts: float = 0.0,
) -> SlidingLevels:
    """Draw ratings of acts whose level falls by known log odds.

    Parameters
    ----------
    n
        Ratings.
    rng
        Where chance comes from.
    per_repeat, per_day
        Change of the log odds of a higher level per repeat, and per day of age.
    acts
        Acts that the ratings belong to; one for each rating where None.
    between_acts
        Standard deviation of the acts' own levels, in log odds.

    Returns
    -------
    SlidingLevels
        Levels, repeats 1 to 6, ages of 0 to 120 days, and acts.

    Examples
    --------
    >>> sliding_levels(5, np.random.default_rng(1)).levels.shape
    (5,)
    """
    of = np.arange(n) if acts is None else np.arange(n) % acts
    repeats = rng.integers(1, 7, n)
    ages = rng.uniform(0, 120, n)
    own = rng.normal(0.0, between_acts, int(of.max()) + 1)[of] if between_acts else 0.0
    latent = per_repeat * (repeats - 1) + per_day * ages + 1.5 + own + rng.logistic(size=n)
    return SlidingLevels(np.searchsorted(CUTS, latent) + 1, repeats, ages, of)


def counted_levels(n: int, chances: Sequence[float], rng: np.random.Generator) -> npt.NDArray[np.int64]:
    """Draw how many of n answers fall on each level.

    Parameters
    ----------
    n
        Answers.
    chances
        The chance of each level, which add up to 1.
    rng
        Where chance comes from.

    Returns
    -------
    numpy.ndarray
        Counts, from the lowest level to the highest.

    Examples
    --------
    >>> counted_levels(4, [0, 0, 1, 0, 0, 0], np.random.default_rng(1)).tolist()
    [0, 0, 4, 0, 0, 0]
    """
    return rng.multinomial(n, chances)


def rating_departments(
    n: int, rng: np.random.Generator, *, mutual: float = 0.5, own: float = 0.0
) -> npt.NDArray[np.float64]:
    """Draw how n departments rate one another.

    Parameters
    ----------
    n
        Departments.
    rng
        Where chance comes from.
    mutual
        Correlation of what one gives another with what it gets back, apart from what is their own.
    own
        Standard deviation of how high a department rates all others, and of how high it is rated by all; beside 1 of
        what lies between two. The correlation of the triangles is then mutual / (1 + 2 own²).

    Returns
    -------
    numpy.ndarray
        A row for who rates, a column for who is rated; the diagonal is NaN.

    Examples
    --------
    >>> rating_departments(3, np.random.default_rng(1)).shape
    (3, 3)
    """
    up, other = np.triu_indices(n, 1), rng.normal(size=(2, n * (n - 1) // 2))
    found = np.full((n, n), np.nan)
    found[up] = other[0]
    found.T[up] = mutual * other[0] + np.sqrt(1 - mutual**2) * other[1]
    return 4 + found + own * (rng.normal(size=(n, 1)) + rng.normal(size=n))
