"""Turns of a series: when its level changed, by how much, and how much of a gain was held."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from mizzle.errors import MizzleError
from mizzle.estimate import Estimate, Interval, student
from mizzle.samples import as_numbers

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray

    Numbers = NDArray[np.float64]

METHOD = "momentum.turns/1"
HELD = "momentum.held_gain/1"
SHORTEST = 0.15
"""Share of a series that a level lasts at least."""
MOST = 5
"""Turns that are looked for."""
FEWEST = 6
LONGEST = 20_000
DAYS = (90, 180, 365)
WINDOW = 28
"""Days over which a level is averaged."""


@dataclass(frozen=True, slots=True)
class Turn:
    """A turn.

    Attributes
    ----------
    last
        Place of the last point before it, from 0.
    before, after
        Mean levels on its two sides, up to the next turns.
    step
        After minus before, with its interval.
    """

    last: int
    before: float
    after: float
    step: Estimate


@dataclass(frozen=True, slots=True)
class Turns:
    """The turns of a series.

    Attributes
    ----------
    turns
        In the order of time; none where one level fits best.
    rss, bic
        Sum of squares and information criterion by number of turns, from none on; the least criterion was taken.
    sup_f
        The greatest F of one turn against none.
    """

    turns: tuple[Turn, ...]
    rss: tuple[float, ...]
    bic: tuple[float, ...]
    sup_f: Estimate


def turns(values: ArrayLike, *, shortest: float = SHORTEST, most: int = MOST) -> Turns:
    """Say when the level of a series changed, and by how much.

    Parameters
    ----------
    values
        One number per point in time, in order.
    shortest
        Share of the series that a level lasts at least, above 0 and up to a half.
    most
        The greatest number of turns that is looked for.

    Returns
    -------
    Turns
        Dated turns with the size of the step.

    Raises
    ------
    MizzleError
        For fewer than 6 points, more than 20,000, missing ones, or a share or number that cannot be.

    Notes
    -----
    Formula: for each number of turns the levels with the least sum of squares (optimal partitioning, exact), each at
    least `shortest` of the series; of these the one with the least BIC = n (ln(RSS / n) + 1 + ln 2π) + (2 m + 2) ln n.

    Assumes: independent errors of one spread around constant levels; a trend is taken for several steps.

    Missing data: none may be missing; leave such points out, and date the rest.

    Interval: of the step, Student's t with the spread within levels, as if the dates were known. It covers 93 to 97 %
    for steps from 2 spreads on with 20 points on each side; smaller steps are dated and sized too well.

    Not for: series with a season, or whose points depend on each other.

    References
    ----------
    Bai and Perron (2003), J. Applied Econometrics 18; Zeileis et al. (2003), strucchange. Checked against strucchange
    on the Nile (tests/golden, change_points).

    Examples
    --------
    >>> found = turns([1.0, 1.2, 0.9, 1.1, 1.0, 3.0, 3.1, 2.9, 3.2, 3.0])
    >>> found.turns[0].last, round(found.turns[0].step.value, 2)
    (4, 2.0)
    """
    x = _series(values)
    if not 0 < shortest <= 0.5 or most < 1:  # noqa: PLR2004 - a half leaves two levels
        raise MizzleError("A level lasts above 0 and up to half of a series, and at least one turn is looked for.")
    n = len(x)
    least = max(int(shortest * n), 2)
    scale = float(np.ptp(x)) or 1.0
    cuts, rss = _partitions((x - x.mean()) / scale, least, min(most, n // least - 1))
    rss = [one * scale * scale for one in rss]
    tiny = np.finfo(float).tiny
    bic = [
        n * (np.log(max(one / n, tiny)) + 1 + np.log(2 * np.pi)) + (2 * m + 2) * np.log(n) for m, one in enumerate(rss)
    ]
    best = 0 if np.ptp(x) == 0 else int(np.argmin(bic))
    edges = [0, *(cut + 1 for cut in cuts[best]), n]
    levels = [float(x[start:end].mean()) for start, end in pairwise(edges)]
    spread = rss[best] / max(n - len(levels), 1)
    told = tuple(
        Turn(edge - 1, levels[place], levels[place + 1], _step(levels, edges, place, spread))
        for place, edge in enumerate(edges[1:-1])
    )
    against = (rss[0] - rss[1]) / (rss[1] / (n - 2)) if rss[1] > 0 else None
    return Turns(told, tuple(rss), tuple(map(float, bic)), Estimate(against, None, n, "F", METHOD))


def _step(levels: Sequence[float], edges: Sequence[int], place: int, spread: float) -> Estimate:
    sizes = edges[place + 1] - edges[place], edges[place + 2] - edges[place + 1]
    value = levels[place + 1] - levels[place]
    q = student(edges[-1] - len(levels))
    half = q * (spread * (1 / sizes[0] + 1 / sizes[1])) ** 0.5
    return Estimate(value, Interval(value - half, value + half), sum(sizes), "", METHOD)


def _partitions(x: Numbers, least: int, most: int) -> tuple[list[list[int]], list[float]]:
    """Give for each number of turns the last places of all levels but one, and the sum of squares."""
    n = len(x)
    total, square = np.append(0.0, np.cumsum(x)), np.append(0.0, np.cumsum(x * x))

    def cost(starts: NDArray[np.int64], end: int) -> Numbers:
        found: Numbers = square[end] - square[starts] - (total[end] - total[starts]) ** 2 / (end - starts)
        return np.maximum(found, 0.0)

    best = np.full((most + 1, n + 1), np.inf)
    came = np.zeros((most + 1, n + 1), np.int64)
    for end in range(least, n + 1):
        best[0, end] = cost(np.zeros(1, np.int64), end)[0]
        starts = np.arange(least, end - least + 1)
        if len(starts):
            whole = best[:most, starts] + cost(starts, end)
            places = whole.argmin(axis=1)
            best[1:, end] = whole[np.arange(most), places]
            came[1:, end] = starts[places]
    cuts = []
    for m in range(most + 1):
        end, found = n, []
        for level in range(m, 0, -1):
            end = int(came[level, end])
            found.append(end - 1)
        cuts.append(found[::-1])
    return cuts, [float(one) for one in best[:, n]]


def _series(values: ArrayLike) -> Numbers:
    x = as_numbers(values)
    if x.ndim != 1 or not FEWEST <= len(x) <= LONGEST:
        raise MizzleError(f"Turns need {FEWEST} to {LONGEST:,} points, one after another; there are {x.size:,}.")
    if not np.isfinite(x).all():
        raise MizzleError("A point is missing. Leave it out, or fill it.")
    return x


@dataclass(frozen=True, slots=True)
class Held:
    """What is left of a gain.

    Attributes
    ----------
    days
        How long after the improvement.
    share
        Share of the gain that is still there: 1 all of it, 0 none, below 0 worse than before. Undefined where nothing
        was measured then, or where the gain itself is not beyond chance.
    """

    days: int
    share: Estimate


def held_gain(
    values: ArrayLike, days: ArrayLike, *, after: Sequence[int] = DAYS, window: float = WINDOW
) -> tuple[Estimate, tuple[Held, ...]]:
    """Say which share of a gain is still there some time after an improvement.

    Parameters
    ----------
    values
        One number per point in time.
    days
        Of each point, days since the improvement: below 0 before it.
    after
        Days after which one looks.
    window
        Days over which a level is averaged: the first ones after the improvement, and those around each look.

    Returns
    -------
    tuple
        The gain with its interval, and what was held of it at each look.

    Raises
    ------
    MizzleError
        For fewer than 2 points before or in the first window after, or columns that do not fit.

    Notes
    -----
    Formula: gain = mean of the first `window` days after, less the mean before; held = (mean of the `window` days
    around the look, less the mean before) / gain.

    Assumes: independent points of one spread around the levels.

    Missing data: looks without a point have no share.

    Interval: Student's t for the gain; Fieller's for the share, which has none where the gain is not beyond chance.
    Both cover 93 to 97 % from 5 points at each level on.

    Not for: a gain that came by chance: a series that is looked at because it was extreme falls back by itself.

    References
    ----------
    Fieller (1954), some problems in interval estimation, J. R. Statist. Soc. B 16. Checked against sums by hand
    (tests/unit).

    Examples
    --------
    >>> values = [10.0, 11, 9, 10, 20, 21, 19, 20, 15, 14, 16, 15]
    >>> gain, (held,) = held_gain(values, [-4, -3, -2, -1, 0, 1, 2, 3, 88, 89, 91, 92], after=(90,))
    >>> gain.value, held.share.value
    (10.0, 0.5)
    """
    x, when = as_numbers(values), as_numbers(days)
    if x.shape != when.shape or x.ndim != 1 or not (np.isfinite(x) & np.isfinite(when)).all():
        raise MizzleError("Give a day for each value, and none that is missing.")
    before, first = x[when < 0], x[(when >= 0) & (when < window)]
    if min(len(before), len(first)) < 2:  # noqa: PLR2004 - of one point no spread is known
        raise MizzleError(
            f"At least 2 points before and in the first {window:g} days after the improvement are needed."
        )
    looks = [x[(np.abs(when - day) <= window / 2) & (when >= window)] for day in after]
    gain = _gain(before, first)
    return gain, tuple(Held(day, _held(before, first, then)) for day, then in zip(after, looks, strict=True))


def _pooled(groups: Sequence[Numbers]) -> tuple[float, float]:
    """Give the variance within groups, and Student's quantile for its degrees of freedom."""
    freedom = sum(len(group) - 1 for group in groups)
    squares = sum(float(((group - group.mean()) ** 2).sum()) for group in groups)
    return squares / freedom, student(freedom)


def _gain(before: Numbers, first: Numbers) -> Estimate:
    variance, q = _pooled([before, first])
    value = float(first.mean() - before.mean())
    half = q * (variance * (1 / len(first) + 1 / len(before))) ** 0.5
    return Estimate(value, Interval(value - half, value + half), len(first) + len(before), "", HELD)


def _held(before: Numbers, first: Numbers, then: Numbers) -> Estimate:
    if not len(then):
        return Estimate(None, None, 0, "share", HELD)
    variance, q = _pooled([before, first, then])
    gain, left = float(first.mean() - before.mean()), float(then.mean() - before.mean())
    shared = variance / len(before)
    v_gain, v_left = variance / len(first) + shared, variance / len(then) + shared
    firm = gain * gain - q * q * v_gain
    if firm <= 0:
        return Estimate(None, None, len(then), "share", HELD)
    value, cross = left / gain, gain * left - q * q * shared
    half = max(cross * cross - firm * (left * left - q * q * v_left), 0.0) ** 0.5
    low, high = sorted(((cross - half) / firm, (cross + half) / firm))
    return Estimate(value, Interval(min(low, value), max(high, value)), len(then), "share", HELD)
