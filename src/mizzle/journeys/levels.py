"""The level of service at a perception point: six ordered levels, as counted by those who serve and who are served."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mizzle.errors import MizzleError
from mizzle.estimate import Estimate
from mizzle.journeys.intervals import wilson

if TYPE_CHECKING:
    from collections.abc import Sequence

METHOD = "journeys.level_of_service/1"
GAP = "journeys.perception_gap/1"
LEVELS = 6
"""Broken, Bare, Expected, Wished for, Surprising, Unforgettable: numbered from 1."""
EXPECTED, WISHED = 3, 4


@dataclass(frozen=True, slots=True)
class LevelOfService:
    """How a perception point was rated from one side.

    Attributes
    ----------
    counts
        How many answers each level had, from the lowest to the highest.
    n
        How many answers there are.
    median
        The level in the middle, 1 to 6; half-way between two where the middle lies there. None of no answer.
    wished_for
        Share of answers at level 4 (Wished for) or above, with Wilson's interval.
    below_expected
        Share of answers below level 3 (Expected), with Wilson's interval.
    """

    counts: tuple[int, ...]
    n: int
    median: float | None
    wished_for: Estimate
    below_expected: Estimate


def level_of_service(counts: Sequence[int]) -> LevelOfService:
    """Say how a perception point was rated from one side.

    Parameters
    ----------
    counts
        Six whole numbers: how many answers each level had, from the lowest (1, Broken) to the highest
        (6, Unforgettable).

    Returns
    -------
    LevelOfService
        Distribution, median level, and the shares of 0 to 1 at Wished for or above and below Expected.

    Raises
    ------
    MizzleError
        For counts that are not six, or below zero.

    Notes
    -----
    The levels are ordered and no more: the distance between two neighbours is not the same everywhere, so there is no
    mean. Each answer counts once; those who answer are not all who could. Not for fewer answers than may be shown:
    that is for whoever shows them to know.

    References
    ----------
    Wilson's interval as in `mizzle.journeys.intervals.wilson`.

    Examples
    --------
    >>> found = level_of_service([0, 1, 3, 2, 2, 0])
    >>> found.n, found.median, found.wished_for.value
    (8, 3.5, 0.5)
    """
    told = tuple(counts)
    if len(told) != LEVELS or min(told) < 0:
        raise MizzleError(f"There are {LEVELS} levels, each with a count from 0 on; these are not: {told}.")
    n = sum(told)
    return LevelOfService(
        counts=told,
        n=n,
        median=_median(told, n),
        wished_for=_share(sum(told[WISHED - 1 :]), n),
        below_expected=_share(sum(told[: EXPECTED - 1]), n),
    )


def perception_gap(provider: LevelOfService, served: LevelOfService) -> Estimate:
    """Say how much higher those who serve see a perception point than those who are served.

    Parameters
    ----------
    provider, served
        How it was rated from the two sides.

    Returns
    -------
    Estimate
        The provider's median level less that of the served, in levels, sign kept: above 0 where those who serve see it
        higher. Undefined where a side has no answer. `n` is the smaller number of answers.

    Notes
    -----
    A difference of two medians of ordered levels, without an interval. Points that only one side has rated have no
    gap, and are not to be averaged with those that have.

    References
    ----------
    mizzle's own measure. Checked against answers by hand (tests/unit).

    Examples
    --------
    >>> perception_gap(level_of_service([0, 0, 0, 8, 0, 0]), level_of_service([0, 0, 8, 0, 0, 0])).value
    1.0
    """
    n = min(provider.n, served.n)
    if provider.median is None or served.median is None:
        return Estimate(None, None, n, "levels", GAP)
    return Estimate(provider.median - served.median, None, n, "levels", GAP)


def _median(counts: Sequence[int], n: int) -> float | None:
    if not n:
        return None
    upto = list(itertools.accumulate(counts))
    middle = [next(level for level, total in enumerate(upto, 1) if total > place) for place in ((n - 1) // 2, n // 2)]
    return sum(middle) / len(middle)


def _share(part: int, n: int) -> Estimate:
    share = part / n if n else None
    return Estimate(share, None if share is None else wilson(share, n), n, "share", METHOD)
