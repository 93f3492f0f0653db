"""Six ordered levels of service, as counted by those who serve and by those who are served."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mizzle.errors import MizzleError
from mizzle.estimate import Estimate, share_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np
    from numpy.typing import NDArray

METHOD = "level.level_of_service/1"
GAP = "level.perception_gap/1"
LEVEL_NAMES = ("Broken", "Bare", "Expected", "Wished for", "Surprising", "Unforgettable")
"""The six levels, from 1 to 6."""
LEVELS = len(LEVEL_NAMES)
SHOWN = 40
"""Letters of a word that a message shows."""
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

    @property
    def shares(self) -> tuple[Estimate, ...]:
        """The share of answers at each of the six levels, with Wilson's interval, from the lowest to the highest."""
        return tuple(share_of(count, self.n, METHOD) for count in self.counts)


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
    Formula: a share is the answers at these levels over all answers. The median is the level of the answer in the
    middle; half-way between two levels where the middle lies between them.

    Assumes: the answers are independent, and each counts once. The levels are ordered and no more: the distance between
    two neighbours is not the same everywhere, so there is no mean.

    Missing data: only answers that were given are counted; those who answer are not all who could.

    Interval: Wilson's score interval for a share. Covers 93 to 97 % from 50 answers on, for shares of 10 to 90 %; with
    fewer it covers up to 99 %. The median states none.

    Not for: fewer answers than may be shown; that is for whoever shows them to know. Not to compare two groups, whose
    shares differ by chance, too: ask `superiority`.

    References
    ----------
    Wilson, E. B. (1927), J. Am. Stat. Assoc. 22, 209-212. Checked against Newcombe (1998), table I: tests/golden.

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
        wished_for=share_of(sum(told[WISHED - 1 :]), n, METHOD),
        below_expected=share_of(sum(told[: EXPECTED - 1]), n, METHOD),
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
    Formula: median level of those who serve minus median level of those who are served.

    Assumes: both sides speak of the same point and the same time.

    Missing data: undefined where a side has no answer.

    Interval: none, since medians of six levels move in steps; `perception_gaps` gives the probability that those who
    serve see a point higher, with its interval.

    Not for: averaging over perception points, nor for points that only one side has rated.

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


@dataclass(frozen=True, slots=True)
class PointGap:
    """How two sides see one perception point.

    Attributes
    ----------
    provider, served
        The level as each side sees it.
    gap
        Median of the provider less that of the served, in levels.
    seen_higher
        Probability that one who serves sees it higher than one who is served (half of the ties), with its interval.
    """

    provider: LevelOfService
    served: LevelOfService
    gap: Estimate
    seen_higher: Estimate


@dataclass(frozen=True, slots=True)
class PointGaps:
    """The gaps of a journey: points that both sides have rated, and those that only one side has, by name."""

    both: dict[str, PointGap]
    provider_only: tuple[str, ...]
    served_only: tuple[str, ...]


def perception_gaps(points: Mapping[str, tuple[Sequence[int], Sequence[int]]]) -> PointGaps:
    """Say of each perception point how much higher those who serve see it than those who are served.

    Parameters
    ----------
    points
        By name of the point: six counts of those who serve, and six of those who are served. A side that has not rated
        it has six zeros.

    Returns
    -------
    PointGaps
        Gaps in levels, sign kept, with the probability that those who serve see the point higher; points that only one
        side has rated are named, and in no gap. A point without any answer is left out.

    Raises
    ------
    MizzleError
        For counts that are not six, or below zero.

    Notes
    -----
    Formula: gap as in `perception_gap`; probability P(X>Y) + P(X=Y)/2 as in `superiority`, X of those who serve.

    Assumes: the answers are independent, and both sides speak of the same point.

    Missing data: a point that one side has not rated is listed, never counted as a gap of 0.

    Interval: that of `superiority` for the probability; the gap itself states none.

    Not for: averaging over points: a point that is seen too high does not make up for one that is seen too low.

    References
    ----------
    mizzle's own measure. Checked against answers by hand (tests/unit).

    Examples
    --------
    >>> sides = {"Call": ([0, 0, 0, 8, 0, 0], [0, 0, 8, 0, 0, 0]), "Bill": ([0] * 6, [1, 0, 0, 0, 0, 0])}
    >>> found = perception_gaps(sides)
    >>> found.both["Call"].gap.value, found.served_only
    (1.0, ('Bill',))
    """
    from mizzle.level.superior import superiority_of_counts

    both, provider_only, served_only = {}, [], []
    for name, sides in points.items():
        provider, served = (level_of_service(counts) for counts in sides)
        if provider.n and served.n:
            higher = superiority_of_counts(provider.counts, served.counts).probability
            both[name] = PointGap(provider, served, perception_gap(provider, served), higher)
        elif provider.n:
            provider_only.append(name)
        elif served.n:
            served_only.append(name)
    return PointGaps(both, tuple(provider_only), tuple(served_only))


def read_levels(words: Sequence[str | None]) -> NDArray[np.int64]:
    """Read levels that are written as numbers 1 to 6 or by their names.

    Parameters
    ----------
    words
        What the cells say; None where one says nothing.

    Returns
    -------
    numpy.ndarray
        Levels 1 to 6; 0 where a cell says nothing.

    Raises
    ------
    MizzleError
        For a word that is no level.

    Notes
    -----
    Missing data: 0, which no measure counts.

    Examples
    --------
    >>> read_levels(["4", "wished for", None, "6.0"]).tolist()
    [4, 4, 0, 6]
    """
    import numpy as np

    known: dict[str | None, int] = {None: 0}
    for word in dict.fromkeys(words):
        if word is not None:
            known[word] = _level(word)
    return np.array([known[word] for word in words], np.int64)


def _level(word: str) -> int:
    plain = " ".join(word.replace("_", " ").replace("-", " ").lower().split())
    for level, name in enumerate(LEVEL_NAMES, 1):
        if plain == name.lower():
            return level
    try:
        number = float(word.replace(",", "."))
    except ValueError:
        number = 0.0
    if not 1 <= number <= LEVELS or number != int(number):
        named = ", ".join(f"{level} {name}" for level, name in enumerate(LEVEL_NAMES, 1))
        word = word if len(word) <= SHOWN else f"{word[: SHOWN - 1]}…"
        raise MizzleError(f"{word!r} is no level of service. Write a number or a name of these: {named}.")
    return int(number)


def _median(counts: Sequence[int], n: int) -> float | None:
    if not n:
        return None
    upto = list(itertools.accumulate(counts))
    middle = [next(level for level, total in enumerate(upto, 1) if total > place) for place in ((n - 1) // 2, n // 2)]
    return sum(middle) / len(middle)
