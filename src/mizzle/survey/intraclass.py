"""Intraclass correlations: how far members of a group, or raters of a target, say the same."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from scipy.special import fdtri, gammaincinv

from mizzle.errors import MizzleError
from mizzle.estimate import Estimate
from mizzle.survey.answers import TOTAL_IS_ZERO, as_column, as_groups, as_table, estimate

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy.typing as npt
    from numpy.typing import NDArray

    from mizzle.survey.answers import Numbers

ICC = "survey.icc/1"
SHROUT_FLEISS = "survey.shrout_fleiss/1"
AGREEMENT = "survey.icc_agreement/1"

UPPER = 0.975

LEAST_RATIO = 1 - 1e-9
"""How near to its least, -1 over the largest size, a ratio of variances is looked for."""

POINTS, PLASTIC = 4096, 1.2207440846057596
"""How many points fill a cube, and the root of x⁴ = x + 1, by whose powers they step."""

HALVINGS = 100
"""Steps of a bisection."""


@dataclass(frozen=True, slots=True)
class GroupIntraclass:
    """How much of what people say is their group's.

    Attributes
    ----------
    icc1
        ICC(1): the share of the variance of single answers that lies between groups.
    icc2
        ICC(2): how reliable the mean of a group of average size is.
    groups
        How many groups there are.
    size
        People in a group, on average.
    mean_square_between, mean_square_within
        Of the one-way analysis of variance.
    """

    icc1: Estimate
    icc2: Estimate
    groups: int
    size: float
    mean_square_between: float
    mean_square_within: float


class _TwoWay(NamedTuple):
    """Mean squares of targets by raters."""

    n: int
    k: int
    targets: float
    raters: float
    error: float
    within: float


def icc(answers: npt.ArrayLike, groups: Sequence[object] | NDArray[Any]) -> GroupIntraclass:
    """Say how much of people's answers is their group's, and how reliable the groups' means are: ICC(1) and ICC(2).

    Parameters
    ----------
    answers
        One number for each person, in points of the scale; NaN where nothing was said.
    groups
        The group of each person; None, an empty word or a whole number below 0 for none.

    Returns
    -------
    GroupIntraclass
        ICC(1) and ICC(2), at most 1; below 0 where groups differ less than chance makes them.

    Raises
    ------
    MizzleError
        For fewer than two groups, no group with two people, or answers that are all the same.

    Notes
    -----
    Formula: with the mean squares between (MSB) and within (MSW) of the one-way analysis of variance and k the average
    size of a group, ICC(1) = (MSB - MSW) / (MSB + (k - 1) MSW) and ICC(2) = (MSB - MSW) / MSB.

    Assumes: groups are a sample of groups, and people within one are interchangeable. Answers spread about as much in
    one group as in another.

    Missing data: people without an answer or without a group are left out. A group of one is kept: it says something
    of the spread between groups.

    Interval: Wald's, exact for normal answers and groups of any sizes: the ratios of variances at which the means of
    the groups, each weighted by what it is then worth, spread as the F distribution lets them. ICC(2) has the same ends
    for a group of average size. With strongly skewed answers and groups of very unequal sizes it holds 92 %.

    Not for: deciding about one group (`rwg` says how far that group agrees), or fewer than about 10 groups, where the
    interval is nearly as wide as the scale.

    References
    ----------
    Checked against R's multilevel (bh1996): tests/golden/proofs/survey.py. Wald, A. (1940), A note on the analysis of
    variance with unequal class frequencies, Ann. Math. Statist. 11, 96-100.

    Examples
    --------
    >>> found = icc([1, 2, 1, 4, 5, 5, 3, 3, 2], list("aaabbbccc"))
    >>> round(found.icc1.value, 3), round(found.icc2.value, 3)
    (0.89, 0.961)
    """
    values = as_column(answers)
    codes, _ = as_groups(groups, len(values))
    kept = (codes >= 0) & ~np.isnan(values)
    values, codes = values[kept], codes[kept]
    sizes: Numbers = np.bincount(codes).astype(float)
    present = sizes > 0
    g, n = int(present.sum()), len(values)
    if g < 2 or n <= g:  # noqa: PLR2004 - a difference needs two groups
        raise MizzleError(
            f"There are {n} answers in {g} groups. At least two groups are needed, and one with two answers: name"
            " another column of groups."
        )
    centred = values - values.mean()
    sums, sizes = np.bincount(codes, centred, len(sizes))[present], sizes[present]
    means = sums / sizes
    total, between = float(centred @ centred), float(sums @ means)
    if total <= TOTAL_IS_ZERO * float(values @ values):
        raise MizzleError("All answers are the same, so nothing can be said of how groups differ.")
    msb, msw = between / (g - 1), max(total - between, 0.0) / (n - g)
    size = n / g
    if msw <= TOTAL_IS_ZERO * total / n:
        one = Estimate(1.0, None, n, "", ICC)
        return GroupIntraclass(one, one, g, size, msb, 0.0)
    f = msb / msw
    limits = float(fdtri(g - 1, n - g, UPPER)), 1 / float(fdtri(n - g, g - 1, UPPER))
    low, high = (_ratio_at(means, sizes, limit * msw * (g - 1)) for limit in limits)
    averaged = tuple(size * end / (1 + size * end) if size * end > -1 else math.nan for end in (low, high))
    return GroupIntraclass(
        icc1=estimate(_single(f, size), (low / (1 + low), high / (1 + high)), n, ICC),
        icc2=estimate(1 - 1 / f if f > 0 else None, (averaged[0], averaged[1]), n, ICC),
        groups=g,
        size=size,
        mean_square_between=msb,
        mean_square_within=msw,
    )


def shrout_fleiss(ratings: npt.ArrayLike) -> Mapping[str, Estimate]:
    """Say how far raters give the same targets the same ratings: the six intraclass correlations of Shrout and Fleiss.

    Parameters
    ----------
    ratings
        A row for each target, a column for each rater, in points of the scale; NaN where nothing was said.

    Returns
    -------
    Mapping of str to Estimate
        ``ICC(1,1)``, ``ICC(2,1)``, ``ICC(3,1)`` of a single rater and ``ICC(1,k)``, ``ICC(2,k)``, ``ICC(3,k)`` of the
        mean of all k, at most 1. `n` counts targets.

    Raises
    ------
    MizzleError
        For fewer than two raters or three complete targets, or ratings that are all the same.

    Notes
    -----
    Formula: with the mean squares of targets (BMS), within targets (WMS), of raters (JMS) and of error (EMS), n
    targets and k raters: ICC(1,1) = (BMS - WMS) / (BMS + (k - 1) WMS); ICC(2,1) = (BMS - EMS) / (BMS + (k - 1) EMS +
    k (JMS - EMS) / n); ICC(3,1) = (BMS - EMS) / (BMS + (k - 1) EMS); of the mean of k the same without the factors
    k - 1 and with JMS - EMS over n.

    Assumes: targets are a sample. (1, ·) each target has raters of its own; (2, ·) the raters are a sample and their
    level counts; (3, ·) these raters and no others, whose level does not count.

    Missing data: targets that a rater has not rated are left out.

    Interval: the exact F intervals of Shrout and Fleiss; for (2, ·) the generalised one of `icc_agreement`, which holds
    where theirs does not.

    Not for: categories without an order (see `krippendorff`), or raters who use a scale of their own.

    References
    ----------
    Shrout, P. E. and Fleiss, J. L. (1979), Intraclass correlations, Psychological Bulletin 86, 420-428; its table 4 is
    checked: tests/golden/proofs/survey.py.

    Examples
    --------
    >>> ratings = [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]]
    >>> {name: round(one.value, 2) for name, one in shrout_fleiss(ratings).items()}
    {'ICC(1,1)': 0.17, 'ICC(2,1)': 0.29, 'ICC(3,1)': 0.71, 'ICC(1,k)': 0.44, 'ICC(2,k)': 0.62, 'ICC(3,k)': 0.91}
    """
    found = _two_way(ratings)
    n, k = found.n, found.k
    one = _of_one(found.targets, found.within, k, (n - 1, n * (k - 1)))
    two = _agreement(found)
    three = _of_one(found.targets, found.error, k, (n - 1, (n - 1) * (k - 1)))
    single = {"ICC(1,1)": one, "ICC(2,1)": two, "ICC(3,1)": three}
    mean = {name.replace(",1", ",k"): tuple(_spearman_brown(x, k) for x in ends) for name, ends in single.items()}
    return {name: estimate(ends[0], (ends[1], ends[2]), n, SHROUT_FLEISS) for name, ends in (single | mean).items()}


def icc_agreement(ratings: npt.ArrayLike) -> Estimate:
    """Say how far two or more raters give the same rating to the same target: ICC(A,1).

    Parameters
    ----------
    ratings
        A row for each target (an encounter, a case), a column for each rater, in points of the scale; NaN where
        nothing was said.

    Returns
    -------
    Estimate
        At most 1; 0 where knowing one rating says nothing of another. `n` counts targets.

    Raises
    ------
    MizzleError
        For fewer than two raters or three complete targets, or ratings that are all the same.

    Notes
    -----
    Formula: with the mean squares of targets (MSR), raters (MSC) and error (MSE), n targets and k raters,
    (MSR - MSE) / (MSR + (k - 1) MSE + k (MSC - MSE) / n), which is ICC(2,1) of Shrout and Fleiss. Unlike a
    correlation it falls when one rater is always higher.

    Assumes: targets and raters are samples, and errors spread alike over the scale.

    Missing data: targets that a rater has not rated are left out.

    Interval: generalised (Weerahandi's): what the figure is where each mean square stands at its place in its own
    chi-squared distribution, over 4,096 evenly spread places. It holds from 20 targets on, with two raters too, where
    the F interval of McGraw and Wong falls to 83 %. With two raters whose levels differ it is wide, as it has to be:
    two levels say little of the spread of levels.

    Not for: a scale that is used only at one end; both raters then agree without telling anything, and the figure is
    low all the same.

    References
    ----------
    McGraw, K. O. and Wong, S. P. (1996), Forming inferences about some intraclass correlation coefficients,
    Psychological Methods 1, 30-46. Checked against table 4 of Shrout and Fleiss (1979): tests/golden/proofs/survey.py.

    Examples
    --------
    >>> found = icc_agreement([[4, 4], [2, 3], [5, 5], [1, 2], [3, 3]])
    >>> round(found.value, 3)
    0.897
    """
    found = _two_way(ratings)
    value, low, high = _agreement(found)
    return estimate(value, (low, high), found.n, AGREEMENT)


def _ratio_at(means: Numbers, sizes: Numbers, wanted: float) -> float:
    """Find the ratio of variances, between over within, at which the weighted means spread as much as wanted."""

    def spread(ratio: float) -> float:
        weights = sizes / (1 + sizes * ratio)
        about = means - float(weights @ means) / float(weights.sum())
        return float(weights @ (about * about))

    low, high = -LEAST_RATIO / float(sizes.max()), 1.0
    while spread(high) > wanted:
        high *= 2
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        if spread(middle) > wanted:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def _two_way(ratings: npt.ArrayLike) -> _TwoWay:
    table, _ = as_table(ratings)
    table = table[~np.isnan(table).any(axis=1)]
    n, k = table.shape
    if n < 3:  # noqa: PLR2004 - two targets leave no spread to speak of
        raise MizzleError(f"{n} targets have a rating from each of {k} raters; at least 3 are needed.")
    about = table - table.mean()
    total = float((about * about).sum())
    if total <= TOTAL_IS_ZERO * float((table * table).sum()):
        raise MizzleError("All ratings are the same, so nothing can be said of how far raters agree on differences.")
    rows, columns = about.mean(axis=1), about.mean(axis=0)
    targets, raters = k * float(rows @ rows), n * float(columns @ columns)
    rounding = TOTAL_IS_ZERO * total
    error = total - targets - raters
    return _TwoWay(
        n,
        k,
        targets / (n - 1),
        raters / (k - 1),
        0.0 if error <= rounding else error / ((n - 1) * (k - 1)),
        0.0 if total - targets <= rounding else (total - targets) / (n * (k - 1)),
    )


def _of_one(targets: float, error: float, k: int, df: tuple[int, int]) -> tuple[float, float, float]:
    """Give value and ends of a coefficient that depends on one ratio of mean squares."""
    if error <= 0:
        return 1.0, math.nan, math.nan
    low, high = _ends(targets / error, *df)
    return _single(targets / error, k), _single(low, k), _single(high, k)


def _agreement(found: _TwoWay) -> tuple[float, float, float]:
    """Give value and ends of ICC(A,1)."""
    n, k, msr, msc, mse = found.n, found.k, found.targets, found.raters, found.error
    value = (msr - mse) / (msr + (k - 1) * mse + k * (msc - mse) / n)
    if value >= 1:
        return value, math.nan, math.nan
    of_targets, of_raters, of_error = (
        df * square / _chi_squared(df, place)
        for place, (df, square) in enumerate(((n - 1, msr), (k - 1, msc), ((n - 1) * (k - 1), mse)))
    )
    between = np.maximum(of_targets - of_error, 0.0) / k
    whole = between + np.maximum(of_raters - of_error, 0.0) / n + of_error
    low, high = np.quantile(between / whole, (1 - UPPER, UPPER))
    return value, float(low), float(high)


@lru_cache(maxsize=64)
def _chi_squared(df: int, axis: int) -> Numbers:
    """Give chi-squared numbers at evenly spread places: along one axis of Roberts' additive recurrence."""
    places = (0.5 + np.arange(1, POINTS + 1) / PLASTIC ** (axis + 1)) % 1
    found: Numbers = 2 * gammaincinv(df / 2, places)
    return found


def _ends(f: float, between: int, within: int) -> tuple[float, float]:
    """Give the ends of the interval of a ratio of mean squares over what it would be without groups."""
    return f / float(fdtri(between, within, UPPER)), f * float(fdtri(within, between, UPPER))


def _single(f: float, k: float) -> float:
    """Give the correlation of two members of a group of k, from the ratio of mean squares."""
    return (f - 1) / (f + k - 1)


def _spearman_brown(single: float, k: float) -> float:
    """Give the reliability of a mean of k, from that of one."""
    return k * single / (1 + (k - 1) * single) if 1 + (k - 1) * single > 0 else math.nan
