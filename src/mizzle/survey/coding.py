"""Krippendorff's alpha: how far raters who put units into categories, or on a scale, agree beyond chance."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np

from mizzle.errors import MizzleError
from mizzle.estimate import Estimate
from mizzle.survey.answers import as_table, estimate
from mizzle.survey.reliability import below_one

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy.typing as npt
    from numpy.typing import NDArray

    from mizzle.survey.answers import Numbers

METHOD = "survey.krippendorff/1"

Level = Literal["nominal", "ordinal", "interval", "ratio"]

BLOCK = 1 << 22
"""Cells of a table that are worked on at a time."""

MOST_VALUES = 2000
"""Different values of which every pair is looked at."""

ROUNDING = 1e-12
"""Share of a disagreement below which what is left of it is rounding."""

FEWEST_UNITS = 3
"""Units below which leaving one out says nothing."""


@dataclass(frozen=True, slots=True)
class Krippendorff:
    """How far raters agree beyond chance.

    Attributes
    ----------
    alpha
        1 where all agree, 0 where they agree as by chance. `n` counts units.
    units, ratings
        Units with at least two ratings, and the ratings in them.
    single
        Units left out since fewer than two raters rated them.
    """

    alpha: Estimate
    units: int
    ratings: int
    single: int


class _Coded(NamedTuple):
    """Ratings of units that have at least two: the unit of each, its value as a code, and the values."""

    unit: NDArray[np.intp]
    code: NDArray[np.intp]
    values: Numbers
    sizes: Numbers


class _Parts(NamedTuple):
    """Disagreement found in each unit, and disagreement expected, whole and without each unit in turn."""

    found: float
    expected: float
    found_without: Numbers
    expected_without: Numbers


def krippendorff(ratings: npt.ArrayLike, *, level: Level = "nominal") -> Krippendorff:
    """Say how far raters agree on units beyond chance, with any number of raters and gaps: Krippendorff's alpha.

    Parameters
    ----------
    ratings
        A row for each unit (a comment, a case), a column for each rater; numbers that stand for categories or points;
        NaN where a rater did not rate the unit.
    level
        What the numbers are: ``"nominal"`` (categories), ``"ordinal"`` (in order), ``"interval"`` (with equal steps),
        ``"ratio"`` (amounts from 0 on).

    Returns
    -------
    Krippendorff
        Alpha, at most 1; below 0 where raters disagree more than chance makes them. Undefined where every rating is
        the same: nobody can tell agreement from habit then.

    Raises
    ------
    MizzleError
        For fewer than two raters, fewer than two units with two ratings, an unknown level, or a ratio below 0.

    Notes
    -----
    Formula: 1 - D found / D expected, D being the mean of δ² over pairs of ratings: within units, a unit of m ratings
    weighing m, and over all pairs of ratings. δ² is 0 or 1 (nominal), the square of the difference of mean ranks
    (ordinal) or of values (interval), or ((a - b) / (a + b))² (ratio).

    Assumes: units are a sample, and raters rated alone.

    Missing data: units with fewer than two ratings are left out; of the others every rating counts.

    Interval: leave one unit out (jackknife), on the scale of log(1 - alpha), with Student's t on units - 1 degrees of
    freedom; it draws nothing at random. It holds from 20 units on where no category has most of the ratings, and from
    50 on where one has 80 % of them; it is a little too wide where fewer than some ten units are in dispute. None
    where agreement is perfect.

    Not for: fewer than 20 units, or one category that nearly all ratings are in: alpha is then low whatever raters do.

    References
    ----------
    Krippendorff, K. (2011), Computing Krippendorff's alpha-reliability. Its example with four observers and twelve
    units is checked: tests/golden/proofs/survey.py.

    Examples
    --------
    >>> found = krippendorff([[1, 1], [2, 2], [3, 3], [3, 2], [1, 1]], level="nominal")
    >>> round(found.alpha.value, 3), found.units
    (0.727, 5)
    """
    if level not in ("nominal", "ordinal", "interval", "ratio"):
        raise MizzleError(f"{level!r} is no level of measurement; take nominal, ordinal, interval or ratio.")
    table, _ = as_table(ratings)
    given = ~np.isnan(table)
    rated = given.sum(axis=1)
    paired = rated > 1
    units, single = int(paired.sum()), int((~paired).sum())
    if units < 2:  # noqa: PLR2004 - one unit says nothing of chance
        raise MizzleError(f"{units} units have two ratings or more; at least 2 are needed. Give more units or raters.")
    told = table[given & paired[:, None]] if single else table[given]
    values = np.unique(told)
    code = np.searchsorted(values, told)
    if level == "ratio" and values[0] < 0:
        raise MizzleError(f"A ratio scale starts at 0, and {values[0]:g} is below; take the level interval.")
    sizes = rated[paired]
    coded = _Coded(np.repeat(np.arange(units), sizes), code, values, sizes.astype(float))
    if len(values) == 1:
        return Krippendorff(Estimate(None, None, units, "", METHOD), units, len(code), single)
    parts = _parts(coded, level)
    value = 1 - parts.found / parts.expected
    return Krippendorff(estimate(value, _ends(value, parts, units), units, METHOD), units, len(code), single)


def _parts(coded: _Coded, level: Level) -> _Parts:
    if level == "ratio":
        return _ratios(coded)
    if level == "nominal":
        return _nominal(coded)
    if level == "interval":
        return _scored(coded, coded.values[coded.code])
    if len(coded.values) <= MOST_VALUES:
        return _ordinal(coded)
    return _scored(coded, _ranks(np.bincount(coded.code).astype(float))[coded.code])


def _ranks(counts: Numbers) -> Numbers:
    """Give the mean rank of each value, the values in lines."""
    ranks: Numbers = np.cumsum(counts, axis=0) - counts / 2
    return ranks


def _scored(coded: _Coded, scores: Numbers) -> _Parts:
    """Work out squared differences of scores, from sums alone."""
    sizes, n = coded.sizes, float(len(scores))
    scores = scores - scores.mean()
    sums, squares = np.bincount(coded.unit, scores), np.bincount(coded.unit, scores * scores)
    own = 2 * np.maximum(sizes * squares - sums * sums, 0.0) / (sizes - 1)
    rest, whole = n - sizes, float(squares.sum())
    # All pairs of the ratings that are left: twice the number times the squares, less twice the square of the sum.
    left = 2 * (rest * (whole - squares) - (float(sums.sum()) - sums) ** 2)
    return _Parts(
        float(own.sum()) / n,
        2 * whole / (n - 1),
        _over(float(own.sum()) - own, rest),
        _over(left, rest * (rest - 1)),
    )


def _nominal(coded: _Coded) -> _Parts:
    """Count pairs of different categories."""
    sizes, n, v = coded.sizes, float(len(coded.code)), len(coded.values)
    cells, counts = np.unique(coded.unit * v + coded.code, return_counts=True)
    unit, code, counts = cells // v, cells % v, counts.astype(float)
    same = np.bincount(unit, counts * counts)
    own = (sizes * sizes - same) / (sizes - 1)
    totals = np.bincount(coded.code, minlength=v).astype(float)
    squares = float(totals @ totals)
    without = squares - 2 * np.bincount(unit, counts * totals[code]) + same
    rest = n - sizes
    return _Parts(
        float(own.sum()) / n,
        (n * n - squares) / (n * (n - 1)),
        _over(float(own.sum()) - own, rest),
        _over(rest * rest - without, rest * (rest - 1)),
    )


def _ordinal(coded: _Coded) -> _Parts:
    """Work out squared differences of mean ranks, which change when a unit is left out."""
    sizes, n, v = coded.sizes, float(len(coded.code)), len(coded.values)
    totals = np.bincount(coded.code, minlength=v).astype(float)
    weights = 1 / (sizes - 1)
    pairs = np.zeros((v, v))  # coincidences of values within units
    for counts, part in _by_unit(coded):
        pairs += (counts * weights[part]) @ counts.T - np.diag(counts @ weights[part])
    whole = _ranks(totals)
    found = float((pairs * (whole[:, None] - whole) ** 2).sum()) / n
    expected = _expected(totals, whole)
    found_without, expected_without = np.empty(len(sizes)), np.empty(len(sizes))
    for counts, part in _by_unit(coded):
        left = totals[:, None] - counts
        ranks = _ranks(left)
        inner = (counts * ranks).sum(axis=0) ** 2 - (counts * ranks * ranks).sum(axis=0)
        across = ((pairs @ ranks) * ranks).sum(axis=0) - inner * weights[part]
        found_without[part] = _over(2 * ((left * ranks * ranks).sum(axis=0) - across), n - sizes[part])
        expected_without[part] = _expected(left, ranks)
    return _Parts(found, float(expected), found_without, expected_without)


def _expected(counts: Numbers, scores: Numbers) -> Numbers:
    """Give the mean squared difference of all pairs of ratings, from how often each score is there."""
    n = counts.sum(axis=0)
    spread = n * (counts * scores * scores).sum(axis=0) - (counts * scores).sum(axis=0) ** 2
    return _over(2 * spread, n * (n - 1))


def _ratios(coded: _Coded) -> _Parts:
    """Look at every pair of amounts."""
    sizes, n, v = coded.sizes, float(len(coded.code)), len(coded.values)
    if v > MOST_VALUES:
        raise MizzleError(
            f"There are {v} different amounts, too many to compare each with each. Round them, or take level interval."
        )
    sums = coded.values[:, None] + coded.values
    distances = ((coded.values[:, None] - coded.values) / np.where(sums > 0, sums, 1.0)) ** 2
    totals = np.bincount(coded.code, minlength=v).astype(float)
    by_value = distances @ totals
    whole = float(totals @ by_value)
    inner, left = np.empty(len(sizes)), np.empty(len(sizes))
    for counts, part in _by_unit(coded):
        inner[part] = ((distances @ counts) * counts).sum(axis=0)
        left[part] = whole - 2 * (by_value @ counts) + inner[part]
    own, rest = inner / (sizes - 1), n - sizes
    return _Parts(
        float(own.sum()) / n,
        whole / (n * (n - 1)),
        _over(float(own.sum()) - own, rest),
        _over(left, rest * (rest - 1)),
    )


def _by_unit(coded: _Coded) -> Iterator[tuple[Numbers, slice]]:
    """Give how often each value is in each unit, a line for each value, for some units at a time."""
    units, v = len(coded.sizes), len(coded.values)
    starts = np.concatenate([[0], np.cumsum(coded.sizes).astype(int)])
    many = max(BLOCK // v, 1)
    for start in range(0, units, many):
        stop = min(start + many, units)
        rows = slice(starts[start], starts[stop])
        cells = coded.code[rows] * (stop - start) + coded.unit[rows] - start
        yield np.bincount(cells, minlength=v * (stop - start)).reshape(v, -1).astype(float), slice(start, stop)


def _over(above: Numbers, below: Numbers) -> Numbers:
    """Divide, where there is something to divide by."""
    found: Numbers = np.divide(above, below, out=np.full(np.shape(above), np.nan), where=np.asarray(below) > 0)
    return found


def _ends(value: float, parts: _Parts, units: int) -> tuple[float, float] | None:
    """Give the ends by leaving one unit out after the other; none where agreement is perfect or hangs on one unit."""
    found = np.where(parts.found_without > ROUNDING * parts.found, parts.found_without, 0.0)
    below = _over(found, np.where(parts.expected_without > ROUNDING * parts.expected, parts.expected_without, 0.0))
    if value >= 1 or units < FEWEST_UNITS or not np.isfinite(below).all():
        return None
    # Where one unit alone disagrees, nothing does without it, and there is no logarithm: then of alpha itself.
    spread = np.var(np.log(below)) if below.min() > 0 else np.var(below) / (1 - value) ** 2
    return below_one(value, math.sqrt((units - 1) * float(spread)), units)
