"""Intervals that treat the case, not the event, as the sampling unit."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from mizzle.estimate import Interval, student, wilson

if TYPE_CHECKING:
    import numpy.typing as npt


LEAST_SKEWNESS = 1e-6
"""Skewness below which Hall's transformation is the identity to the last digit."""

MOST_SKEWED = 0.9
"""Skewness times q beyond which the transformation is not followed: an end lies at most 1.8 times as far as without."""

ROUNDING = 1e-12
"""Share of a sum of squares below which a difference of such sums is rounding."""


class RatioSums(NamedTuple):
    """Sums over cases of a total y and a count m: all that a ratio, its variance and its skewness need.

    Attributes
    ----------
    cases
        Cases with m > 0.
    y, m, yy, ym, mm
        Sums over cases of y, m, y², y·m and m².
    yyy, yym, ymm, mmm
        Sums over cases of y³, y²·m, y·m² and m³.
    """

    cases: int
    y: float
    m: float
    yy: float
    ym: float
    mm: float
    yyy: float = 0.0
    yym: float = 0.0
    ymm: float = 0.0
    mmm: float = 0.0


class Ratio(NamedTuple):
    """A mean per event with its interval; None where undefined (no event, or no interval from a single case)."""

    value: float | None
    interval: Interval | None
    variance: float | None


def ratio_interval(totals: npt.ArrayLike, counts: npt.ArrayLike) -> Ratio:
    """Mean per event from sums per case, with the 95 % interval of a ratio estimator.

    Parameters
    ----------
    totals, counts
        Per case: the sum of the values of its events, and how many events that are. Cases with no event are ignored.

    Returns
    -------
    Ratio
        Value R = Σy / Σm, in the unit of `totals` per event.

    Notes
    -----
    Linearised variance n/(n-1) · Σ(y - R·m)² / (Σm)², n the number of cases: events of one case resemble each other,
    so an interval over events would be too narrow. Student's t on n - 1 degrees of freedom, taken through Hall's
    monotone cubic transformation, which shifts the interval to where a skewed mean lies: a few very slow cases carry
    much of a mean wait, and the plain interval then misses on one side.

    References
    ----------
    Cochran, W. G. (1977), Sampling Techniques, 3rd ed., section 6.5 and chapter 9A (clusters of unequal size).
    Hall, P. (1992), On the removal of skewness by transformation, J. R. Statist. Soc. B 54, 221-228.
    Coverage in simulation: `./run bench coverage`.

    Examples
    --------
    >>> ratio = ratio_interval([2.0, 6.0, 4.0], [1, 2, 1])
    >>> round(ratio.value, 3), round(ratio.interval.low, 3), round(ratio.interval.high, 3)
    (3.0, 1.137, 4.863)
    """
    y, m = np.asarray(totals, dtype=float), np.asarray(counts, dtype=float)
    y, m = y[m > 0], m[m > 0]
    squares, cubes = (y @ y, y @ m, m @ m), (y @ (y * y), y @ (y * m), y @ (m * m), m @ (m * m))
    sums = RatioSums(len(m), float(y.sum()), float(m.sum()), *map(float, squares), *map(float, cubes))
    return ratio_from_sums(sums)


def ratio_from_sums(sums: RatioSums) -> Ratio:
    """Mean per event from the sums that an engine worked out; see `ratio_interval`."""
    if sums.m <= 0:
        return Ratio(None, None, None)
    r, n = sums.y / sums.m, sums.cases
    if n < 2:  # noqa: PLR2004 - one case says nothing of how cases differ
        return Ratio(r, None, None)
    squares = max(sums.yy - 2 * r * sums.ym + r * r * sums.mm, 0.0)
    variance = n / (n - 1) * squares / sums.m**2
    q = student(n - 1) / math.sqrt(n)
    skewness = _skewness(sums, r, squares)
    scale = math.sqrt(variance * n)
    low, high = scale * _unskewed(q, skewness, n), scale * _unskewed(-q, skewness, n)
    return Ratio(r, Interval(r - max(low, 0.0), r - min(high, 0.0)), variance)


def _skewness(sums: RatioSums, r: float, squares: float) -> float:
    """Skewness of the residuals y - R·m over cases; 0 where they do not differ."""
    if squares <= ROUNDING * (sums.yy + r * r * sums.mm):
        return 0.0
    cubes = sums.yyy - 3 * r * sums.yym + 3 * r * r * sums.ymm - r**3 * sums.mmm
    return float(cubes * math.sqrt(sums.cases) / squares**1.5)


def _unskewed(q: float, skewness: float, n: int) -> float:
    """Inverse of Hall's transformation, by which a skewed mean becomes nearly normal; q itself without skewness.

    The inverse is steep where 1 + skewness · q nears zero; a handful of cases cannot tell such a skewness.
    """
    skewness = math.copysign(min(abs(skewness), MOST_SKEWED / abs(q)), skewness)
    if abs(skewness) < LEAST_SKEWNESS:
        return q
    return 3 / skewness * (math.cbrt(1 + skewness * (q - skewness / (6 * n))) - 1)


def not_below_zero(ratio: Ratio) -> Interval | None:
    """Cut an interval at zero, for quantities that cannot be negative."""
    return None if ratio.interval is None else Interval(max(ratio.interval.low, 0.0), ratio.interval.high)


def share_interval(sums: RatioSums) -> Interval | None:
    """Wilson's interval for a share of events, with the number of events that the spread between cases leaves.

    The effective number is p(1-p) / variance, the variance being that of the ratio estimator over cases, and at most
    the number of events; for a share of 0 or 1, where that variance says nothing, it is the number of cases.
    """
    ratio = ratio_from_sums(sums)
    if ratio.value is None or ratio.variance is None:
        return None
    spread = ratio.value * (1 - ratio.value)
    if spread <= 0:
        effective = float(sums.cases)
    else:
        effective = sums.m if ratio.variance == 0 else min(spread / ratio.variance, sums.m)
    return wilson(min(max(ratio.value, 0.0), 1.0), effective)
