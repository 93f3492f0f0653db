"""A figure with its doubt: value, interval, sample size, unit and method, never a bare number."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

DIFFERENCE = "estimate.difference/1"
Z95 = 1.959963984540054
"""The 97.5 % point of the normal distribution, to the last digit that a float has."""
ENDLESS = 1e15
"""Beyond it, a number that people wrote down is a slip, and sums of squares lose their digits."""


class Interval(NamedTuple):
    """The two ends of a 95 % interval, in the unit of the estimate."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Estimate:
    """One figure that mizzle may show.

    Parameters
    ----------
    value
        The figure, or None where it is undefined (nothing to average); never NaN or infinite.
    interval
        The 95 % interval, or None where none is stated (medians, counts, or a sample of one).
    n
        How many observations the value rests on (the denominator of a mean or a share).
    unit
        What one is: ``"h"`` (hours), ``"handovers"``, ``"share"`` (0 to 1), ``"cases"``.
    method
        Module, measure and number of the formula, as ``"journeys.distance/1"``; a changed formula is a new number.

    Raises
    ------
    ValueError
        For a value or interval that is not finite, an interval that does not hold the value, or a negative n.

    Examples
    --------
    >>> Estimate(0.5, Interval(0.3, 0.7), n=20, unit="share", method="journeys.rework/1").value
    0.5
    """

    value: float | None
    interval: Interval | None
    n: int
    unit: str
    method: str

    def __post_init__(self) -> None:
        if self.n < 0:
            raise ValueError(f"n counts observations, so it cannot be {self.n}")
        if self.value is None:
            if self.interval is not None:
                raise ValueError("an undefined value has no interval")
            return
        if not math.isfinite(self.value):
            raise ValueError(f"a figure must be finite, not {self.value}; use None where it is undefined")
        if self.interval is not None and not self.interval.low <= self.value <= self.interval.high:
            raise ValueError(f"{self.value} lies outside its interval {tuple(self.interval)}")


@dataclass(frozen=True, slots=True)
class Spread:
    """Mean, median and 90th percentile of one sample, exact (linear interpolation), as the spread of waits or touch.

    Each is None where the sample is empty (`n` = 0).
    """

    mean: float | None
    median: float | None
    p90: float | None
    n: int
    unit: str
    method: str


def wilson(share: float, n: float) -> Interval:
    """Wilson's score interval for a share of n independent observations.

    Parameters
    ----------
    share
        The share observed, 0 to 1.
    n
        How many observations, above 0; it need not be whole.

    Returns
    -------
    Interval
        The 95 % interval, within 0 and 1; it holds the share.

    References
    ----------
    Wilson (1927); the example is Newcombe (1998), Statistics in Medicine 17, table I, 81 of 263, method 3.

    Examples
    --------
    >>> interval = wilson(81 / 263, 263)
    >>> round(interval.low, 4), round(interval.high, 4)
    (0.2553, 0.3662)
    """
    z2 = Z95 * Z95
    centre = (share + z2 / (2 * n)) / (1 + z2 / n)
    half = math.sqrt(z2 * (share * (1 - share) / n + z2 / (4 * n * n))) / (1 + z2 / n)
    return Interval(min(max(centre - half, 0.0), share), max(min(centre + half, 1.0), share))


def student(df: float) -> float:
    """Give the 97.5 % point of Student's t with so many degrees of freedom; the normal one for endless degrees.

    Examples
    --------
    >>> round(student(9), 4), student(math.inf) == Z95
    (2.2622, True)
    """
    if math.isinf(df):
        return Z95
    from scipy.special import stdtrit

    return float(stdtrit(df, 0.975))


def fisher(r: float, half: float) -> Interval:
    """Give the interval of a correlation that reaches half of its width to either side on Fisher's z scale.

    Parameters
    ----------
    r
        The correlation, between -1 and 1 and neither of them.
    half
        Half of the interval's width on that scale: a standard error times the quantile.

    Returns
    -------
    Interval
        Within -1 and 1; it holds r.

    References
    ----------
    Fisher, R. A. (1921), On the probable error of a coefficient of correlation, Metron 1, 3-32.

    Examples
    --------
    >>> interval = fisher(0.5, Z95 / math.sqrt(50 - 3))
    >>> round(interval.low, 3), round(interval.high, 3)
    (0.257, 0.683)
    """
    centre = math.atanh(r)
    return Interval(min(math.tanh(centre - half), r), max(math.tanh(centre + half), r))


def student_mean(
    mean: float, sd: float, n: int, unit: str, method: str, limits: tuple[float, float] = (-math.inf, math.inf)
) -> Estimate:
    """Give a mean of n independent observations with Student's interval.

    Parameters
    ----------
    mean, sd
        Mean and standard deviation of the observations, the latter of n - 1 degrees of freedom.
    n
        How many they are.
    unit, method
        Of the estimate.
    limits
        The least and the greatest value that a mean can have.

    Returns
    -------
    Estimate
        Without an interval for one observation, which has no spread.

    Examples
    --------
    >>> found = student_mean(3.0, 1.0, 25, "points", "survey.ces/1", (1.0, 5.0))
    >>> round(found.interval.low, 3), round(found.interval.high, 3)
    (2.587, 3.413)
    """
    if n < 2:  # noqa: PLR2004 - one value has no spread
        return Estimate(mean, None, n, unit, method)
    half = student(n - 1) * sd / math.sqrt(n)
    low, high = max(mean - half, limits[0]), min(mean + half, limits[1])
    return Estimate(mean, Interval(min(low, mean), max(high, mean)), n, unit, method)


def share_of(part: int, n: int, method: str) -> Estimate:
    """Give the share of `part` in `n` with Wilson's interval; undefined where n is 0.

    Examples
    --------
    >>> share_of(0, 0, "level.distribution/1").value is None
    True
    """
    share = part / n if n else None
    return Estimate(share, None if share is None else wilson(share, n), n, "share", method)


def difference(after: Estimate, before: Estimate, method: str = DIFFERENCE) -> Estimate:
    """Say by how much a figure changed between two independent samples.

    Parameters
    ----------
    after, before
        The same figure of the two samples, which share no case.
    method
        Method number of the answer.

    Returns
    -------
    Estimate
        After minus before, with a 95 % interval; undefined where one of the two is, without an interval where one has
        none. `n` is the smaller of the two: a difference is no better known than its weaker side.

    Raises
    ------
    ValueError
        For figures of different units.

    Notes
    -----
    MOVER, the method of variance estimates recovery: with intervals (l, u) of a and of b, the lower end is a - b less
    the root of (a - l of a)² + (u of b - b)², the upper end a - b plus the root of (u of a - a)² + (b - l of b)². It
    needs no more than the two intervals and follows their skewness.

    References
    ----------
    Zou, G. Y. and Donner, A. (2008), Construction of confidence limits about effect measures: a general approach,
    Statistics in Medicine 27, 1693-1702. With Wilson's intervals it is method 10 of Newcombe (1998), Statistics in
    Medicine 17, 873-890, whose table II the tests reproduce.

    Examples
    --------
    >>> now = Estimate(0.9, Interval(0.5958, 0.9821), n=10, unit="share", method="m/1")
    >>> then = Estimate(0.3, Interval(0.1078, 0.6032), n=10, unit="share", method="m/1")
    >>> gain = difference(now, then)
    >>> round(gain.value, 2), round(gain.interval.low, 2), round(gain.interval.high, 2)
    (0.6, 0.17, 0.81)
    """
    if after.unit != before.unit:
        raise ValueError(f"a figure in {after.unit} cannot be compared with one in {before.unit}")
    n = min(after.n, before.n)
    if after.value is None or before.value is None:
        return Estimate(None, None, n, after.unit, method)
    value = after.value - before.value
    if after.interval is None or before.interval is None:
        return Estimate(value, None, n, after.unit, method)
    down = math.hypot(after.value - after.interval.low, before.interval.high - before.value)
    up = math.hypot(after.interval.high - after.value, before.value - before.interval.low)
    return Estimate(value, Interval(value - down, value + up), n, after.unit, method)
