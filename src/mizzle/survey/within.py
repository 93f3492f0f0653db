"""Agreement inside groups: how alike the members of each answered, and when their mean may be shown as "we"."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from mizzle.errors import MizzleError
from mizzle.estimate import Estimate, student_mean
from mizzle.survey.answers import as_groups, as_table, estimate

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy.typing as npt
    from numpy.typing import NDArray

    from mizzle.survey.answers import Numbers

RWG = "survey.rwg/1"
AD = "survey.ad/1"
AS_WE = "survey.as_we/1"

MODERATE = 0.51
"""The least agreement that LeBreton and Senter call moderate."""

FEWEST = 5
"""The least size of a group that may be shown."""


@dataclass(frozen=True, slots=True)
class Within:
    """How alike the members of groups answered.

    Attributes
    ----------
    groups
        The agreement of each group; undefined where fewer than two members answered all items.
    mean, median
        Over the groups that have one; `n` counts those.
    items
        How many items it rests on.
    by_chance
        The variance (r_wg) or deviation (AD) of people who answer at random.
    incomplete
        Rows left out since an answer or the group is missing.
    """

    groups: Mapping[str, Estimate]
    mean: Estimate
    median: Estimate
    items: int
    by_chance: float
    incomplete: int


@dataclass(frozen=True, slots=True)
class AsWe:
    """Whether the mean of a group may be shown as what "we" say.

    Attributes
    ----------
    is_we
        True where the group is large enough and agrees at least moderately.
    agreement
        r_wg, or r_wg(j) of several items; undefined where the group is too small, whose size is not told either.
    mean
        The mean of the group, in points; None where it is not to be shown.
    split
        Shares of members whose mean lies in the low, middle and high third of the scale, where the group is large
        enough and does not agree; None otherwise.
    reason
        Why, in a sentence.
    """

    is_we: bool
    agreement: Estimate
    mean: Estimate | None
    split: tuple[float, float, float] | None
    reason: str


class _Grouped(NamedTuple):
    """Complete answers with the group of each."""

    table: Numbers
    codes: NDArray[np.intp]
    names: list[str]
    sizes: Numbers
    incomplete: int


def rwg(answers: npt.ArrayLike, groups: Sequence[object] | NDArray[Any], *, by_chance: float) -> Within:
    """Say how alike the members of each group answered: r_wg for one item, r_wg(j) for several.

    Parameters
    ----------
    answers
        A row for each person, a column for each item (or one column), in points of one scale; NaN where nothing was
        said.
    groups
        The group of each person; None, an empty word or a whole number below 0 for none.
    by_chance
        The variance of people who answer at random, in points²; (A² - 1) / 12 for a scale of A points (`uniform`).

    Returns
    -------
    Within
        0 (as if at random, or worse) to 1 (all alike), by group.

    Raises
    ------
    MizzleError
        For a variance by chance that is not above 0, or where no group has two complete members.

    Notes
    -----
    Formula: r_wg = 1 - s² / by_chance, and 0 where that is below. With J items and m the mean of s² / by_chance over
    them, r_wg(j) = J (1 - m) / (J (1 - m) + m), and 0 where m is above 1.

    Assumes: people who do not agree would use all points of the scale alike. They seldom do: most answer high, which
    makes a group look more in agreement than it is. Take the variance of a skewed distribution where that is known.

    Missing data: people who missed an item, or have no group, are left out.

    Interval: none for a group; a variance of few answers on few points has none that holds. The mean over groups has
    Student's t, with groups as the sampling unit.

    Not for: groups below about 5, where chance gives any value, or comparing scales with different numbers of items.

    References
    ----------
    James, L. R., Demaree, R. G. and Wolf, G. (1984), Estimating within-group interrater reliability with and without
    response bias, J. Applied Psychology 69, 85-98. Checked against R's multilevel: tests/golden/proofs/survey.py.

    Examples
    --------
    >>> found = rwg([[4], [3], [2], [3], [4], [3]], ["a"] * 6, by_chance=2)
    >>> round(found.groups["a"].value, 4)
    0.7167
    """
    if not 0 < by_chance < math.inf:
        raise MizzleError("The variance of answers at random must be above 0; give the number of points of the scale.")
    given = _grouped(answers, groups)
    j = given.table.shape[1]
    means = _sums(given, given.table) / np.maximum(given.sizes, 1)[:, None]
    about = given.table - means[given.codes]
    variances = _sums(given, about * about) / np.maximum(given.sizes - 1, 1)[:, None]
    share = np.minimum(variances.mean(axis=1) / by_chance, 1.0)
    values = 1 - share if j == 1 else j * (1 - share) / (j * (1 - share) + share)
    return _within(given, values, RWG, "", by_chance)


def uniform(points: int) -> float:
    """Give the variance of people who answer at random on a scale of so many points, each alike.

    Parameters
    ----------
    points
        How many points the scale has; at least two.

    Returns
    -------
    float
        (points² - 1) / 12, in points².

    Raises
    ------
    MizzleError
        For fewer than two points.

    Examples
    --------
    >>> uniform(5)
    2.0
    """
    if points < 2:  # noqa: PLR2004 - one point leaves no choice
        raise MizzleError(f"A scale has at least two points, not {points}.")
    return (points * points - 1) / 12


def ad(
    answers: npt.ArrayLike,
    groups: Sequence[object] | NDArray[Any],
    *,
    points: int | None = None,
    around_median: bool = False,
) -> Within:
    """Say how far the members of each group are from its middle: the average deviation AD.

    Parameters
    ----------
    answers
        A row for each person, a column for each item (or one column), in points of one scale; NaN where nothing was
        said.
    groups
        The group of each person; None, an empty word or a whole number below 0 for none.
    points
        How many points the scale has, where the deviation that still counts as agreement is wanted.
    around_median
        Deviations from the median instead of the mean.

    Returns
    -------
    Within
        In points of the scale, from 0 (all alike), by group; `by_chance` is the upper limit of agreement, points / 6,
        or 0 where `points` is None.

    Raises
    ------
    MizzleError
        Where no group has two complete members.

    Notes
    -----
    Formula: mean over members of |answer - mean of the group|, then mean over items.

    Assumes: the steps of the scale are alike.

    Missing data: people who missed an item, or have no group, are left out.

    Interval: none for a group, as for `rwg`. The mean over groups has Student's t, with groups as the sampling unit.

    Not for: comparing scales with different numbers of points.

    References
    ----------
    Burke, M. J., Finkelstein, L. M. and Dusig, M. S. (1999), On average deviation indices for estimating interrater
    agreement, Organizational Research Methods 2, 49-68; the limit is Burke and Dunlap (2002), same journal 5, 159-172.

    Examples
    --------
    >>> ad([[4], [3], [2], [3]], ["a"] * 4).groups["a"].value
    0.5
    """
    given = _grouped(answers, groups)
    sizes = np.maximum(given.sizes, 1)[:, None]
    middle = _medians(given) if around_median else _sums(given, given.table) / sizes
    values = (_sums(given, np.abs(given.table - middle[given.codes])) / sizes).mean(axis=1)
    return _within(given, values, AD, "points", 0.0 if points is None else points / 6)


def as_we(
    answers: npt.ArrayLike,
    groups: Sequence[object] | NDArray[Any],
    *,
    low: float,
    high: float,
    fewest: int = FEWEST,
    least: float = MODERATE,
) -> Mapping[str, AsWe]:
    """Say of which groups the mean may be shown as "we", and how the others split.

    Parameters
    ----------
    answers
        A row for each person, a column for each item (or one column), in points of one scale of whole numbers; NaN
        where nothing was said.
    groups
        The group of each person; None, an empty word or a whole number below 0 for none.
    low, high
        The ends of the scale, in points.
    fewest
        The least number of members who answered all items.
    least
        The least agreement; 0.51 is moderate.

    Returns
    -------
    Mapping of str to AsWe
        By group: the mean in points with its interval, or the shares (0 to 1) of members low, in the middle and high.

    Raises
    ------
    MizzleError
        For ends the wrong way round, an answer beyond them, or where no group has two complete members.

    Notes
    -----
    Formula: "we" where members ≥ `fewest` and r_wg (r_wg(j) of several items), against answers at random on all
    points, ≥ `least`. The split counts members by the third of the scale in which the mean of their answers lies.

    Assumes: what `rwg` assumes; a mean stands for a group only where its members see the same thing.

    Missing data: people who missed an item, or have no group, are left out.

    Interval: of a mean Student's t over members; of a split none.

    Not for: protecting people: what may leave the organisation is decided elsewhere, by the release of results.

    References
    ----------
    LeBreton, J. M. and Senter, J. L. (2008), Answers to 20 questions about interrater reliability and interrater
    agreement, Organizational Research Methods 11, 815-852, for the words "weak" and "moderate".

    Examples
    --------
    >>> found = as_we([[4], [4], [5], [4], [5], [1], [5], [1], [5], [1]], list("aaaaabbbbb"), low=1, high=5)
    >>> found["a"].mean.value, found["b"].split
    (4.4, (0.6, 0.0, 0.4))
    """
    if not low < high:
        raise MizzleError(f"A scale goes from its low end to its high end; {low:g} is not below {high:g}.")
    given = _grouped(answers, groups)
    if given.table.min() < low or given.table.max() > high:
        raise MizzleError(f"An answer lies beyond the scale from {low:g} to {high:g}. Give the ends of the question.")
    agreement = rwg(answers, groups, by_chance=uniform(round(high - low) + 1)).groups
    persons = given.table.mean(axis=1)
    order = np.argsort(given.codes, kind="stable")
    ends = np.cumsum(given.sizes).astype(int)
    thirds = low + (high - low) / 3, high - (high - low) / 3
    told = {}
    for place, name in enumerate(given.names):
        members = persons[order[ends[place] - int(given.sizes[place]) : ends[place]]]
        told[name] = _as_we(members, agreement[name], thirds, fewest, least)
    return told


def _as_we(members: Numbers, agreement: Estimate, thirds: tuple[float, float], fewest: int, least: float) -> AsWe:
    n = len(members)
    if n < fewest:
        nothing = Estimate(None, None, 0, "", AS_WE)
        return AsWe(False, nothing, None, None, f"Fewer than {fewest} members answered, so nothing is said of them.")
    if agreement.value is not None and agreement.value >= least:
        return AsWe(True, agreement, _mean(members, AS_WE, "points"), None, "The members see it alike.")
    low, high = float((members < thirds[0]).mean()), float((members > thirds[1]).mean())
    split = (low, float(((members >= thirds[0]) & (members <= thirds[1])).mean()), high)
    return AsWe(False, agreement, None, split, "The members see it differently; the split says more than a mean.")


def _grouped(answers: npt.ArrayLike, groups: Sequence[object] | NDArray[Any]) -> _Grouped:
    found = np.asarray(answers)
    table, _ = as_table(found[:, None] if found.ndim == 1 else found, least=1)
    codes, names = as_groups(groups, len(table))
    kept = (codes >= 0) & ~np.isnan(table).any(axis=1)
    sizes = np.bincount(codes[kept], minlength=len(names)).astype(float)
    if not len(sizes) or sizes.max() < 2:  # noqa: PLR2004 - one alone always agrees
        raise MizzleError(
            "No group has two members who answered every item. Name fewer items, or another column of groups."
        )
    return _Grouped(table[kept], codes[kept], names, sizes, int((~kept).sum()))


def _sums(given: _Grouped, values: Numbers) -> Numbers:
    """Add up by group and item."""
    return np.column_stack([np.bincount(given.codes, one, len(given.names)) for one in values.T])


def _medians(given: _Grouped) -> Numbers:
    found = np.zeros((len(given.names), given.table.shape[1]))
    starts = np.concatenate([[0], np.cumsum(given.sizes).astype(int)])
    present = np.flatnonzero(given.sizes)
    lower, upper = (starts[present] + ((given.sizes[present] - back) // 2).astype(int) for back in (1, 0))
    for place, column in enumerate(given.table.T):
        ordered = column[np.lexsort((column, given.codes))]
        found[present, place] = (ordered[lower] + ordered[upper]) / 2
    return found


def _within(given: _Grouped, values: Numbers, method: str, unit: str, by_chance: float) -> Within:
    within = math.inf if unit else 1.0
    told = {}
    for name, value, size in zip(given.names, values.tolist(), given.sizes.astype(int).tolist(), strict=True):
        told[name] = estimate(value if size > 1 else None, None, size, method, unit=unit, within=within)
    there = values[given.sizes > 1]
    median = estimate(float(np.median(there)), None, len(there), method, unit=unit, within=within)
    mean = _mean(there, method, unit, (0.0, within))
    return Within(told, mean, median, given.table.shape[1], by_chance, given.incomplete)


def _mean(values: Numbers, method: str, unit: str, limits: tuple[float, float] = (-math.inf, math.inf)) -> Estimate:
    """Give a mean with Student's interval, within its limits; without one of a single value."""
    n = len(values)
    return student_mean(float(values.mean()), float(values.std(ddof=min(n - 1, 1))), n, unit, method, limits)
