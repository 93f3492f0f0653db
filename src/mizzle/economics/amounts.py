"""An amount of money is never a bare number."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from mizzle.estimate import ENDLESS, Estimate, Interval
from mizzle.samples import as_numbers

if TYPE_CHECKING:
    import numpy.typing as npt

    Numbers = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Amount:
    """An amount of money.

    Attributes
    ----------
    estimate
        Its value and interval, in the currency.
    currency
        As ISO 4217 writes it: ``"EUR"``.
    period
        What one amount is for: ``"per case"``, ``"per year"``.
    leaves_out
        What is not in it, in words.
    """

    estimate: Estimate
    currency: str
    period: str
    leaves_out: tuple[str, ...] = ()

    @property
    def unit(self) -> str:
        """The unit in words, as ``"EUR per case"``."""
        return f"{self.currency} {self.period}"


def money(values: npt.ArrayLike, what: str) -> Numbers:
    """Check amounts: finite numbers, NaN where one is not known.

    Examples
    --------
    >>> money([1, 2.5], "compensation").tolist()
    [1.0, 2.5]
    """
    return as_numbers(values, f"amounts of {what}", ENDLESS).ravel()


def mean_of(values: Numbers, unit: str, method: str) -> Estimate:
    """Give the mean of independent amounts, with the interval of a skewed mean; none where all are equal or alone.

    Examples
    --------
    >>> mean_of(np.array([1.0, 2.0, 6.0]), "EUR", "economics.cost/1").value
    3.0
    """
    from mizzle.journeys.intervals import ratio_interval

    n = len(values)
    if not n:
        return Estimate(None, None, 0, unit, method)
    # Sums of cubes would run over for amounts in small units, so one amount is measured in the largest.
    scale = float(np.abs(values).max()) or 1.0
    found = ratio_interval(values / scale, np.ones(n))
    mean = float(values.mean())
    if found.interval is None or n == 1:
        return Estimate(mean, None, n, unit, method)
    low, high = (end * scale for end in found.interval)
    return Estimate(mean, Interval(min(low, mean), max(high, mean)) if high > low else None, n, unit, method)


def product(one: Estimate, other: Estimate, correlation: float, unit: str, method: str) -> Estimate:
    """Multiply two estimates of the same sample, with the interval that theirs and their correlation give.

    Parameters
    ----------
    one, other
        The factors, each with its interval.
    correlation
        Of the two as estimates, -1 to 1; 0 for independent samples.
    unit, method
        Of the product.

    Returns
    -------
    Estimate
        Undefined where a factor is; without an interval where one has none.

    Notes
    -----
    Formula: MOVER for a product: to either side, the root of (b·da)² + (a·db)² + 2r·(b·da)(a·db), where da and db are
    how far the factors' intervals reach in the direction that moves the product to that side.

    References
    ----------
    Zou, G. Y., Huang, W. and Zhang, X. (2009), Computational Statistics and Data Analysis 53, 1080-1085.
    """
    n = min(one.n, other.n)
    if one.value is None or other.value is None:
        return Estimate(None, None, n, unit, method)
    value = one.value * other.value
    if one.interval is None or other.interval is None:
        return Estimate(value, None, n, unit, method)
    reach = []
    for is_up in (False, True):
        first = other.value * _toward(one, is_up=is_up == (other.value >= 0))
        second = one.value * _toward(other, is_up=is_up == (one.value >= 0))
        reach.append(math.sqrt(max(first**2 + second**2 + 2 * correlation * first * second, 0.0)))
    return Estimate(value, Interval(value - reach[0], value + reach[1]), n, unit, method)


def ratio(one: Estimate, other: Estimate, unit: str, method: str) -> Estimate:
    """Divide two independent estimates above 0, with the interval that theirs give.

    Parameters
    ----------
    one, other
        Numerator and denominator, each with its interval.
    unit, method
        Of the ratio.

    Returns
    -------
    Estimate
        Undefined where a part is, or the denominator is not above 0; without an interval where the denominator may well
        be 0, or a part has none.

    Notes
    -----
    Formula: MOVER for a ratio.

    References
    ----------
    Donner, A. and Zou, G. Y. (2012), Statistical Methods in Medical Research 21, 347-359.
    """
    n = min(one.n, other.n)
    if one.value is None or other.value is None or other.value <= 0:
        return Estimate(None, None, n, unit, method)
    value = one.value / other.value
    if one.interval is None or other.interval is None or other.interval.low <= 0 or one.interval.low < 0:
        return Estimate(value, None, n, unit, method)
    a, b = one.value, other.value
    (low_a, high_a), (low_b, high_b) = one.interval, other.interval
    low = _end(a * b, low_a * (2 * a - low_a), high_b * (2 * b - high_b), sign=-1)
    high = _end(a * b, high_a * (2 * a - high_a), low_b * (2 * b - low_b), sign=1)
    if low is None or high is None:
        return Estimate(value, None, n, unit, method)
    return Estimate(value, Interval(min(low, value), max(high, value)), n, unit, method)


def _end(both: float, above: float, below: float, sign: int) -> float | None:
    """Give one end of a ratio; None where the denominator may well be 0."""
    inside = both * both - above * below
    return (both + sign * math.sqrt(inside)) / below if below > 0 and inside >= 0 else None


def _toward(one: Estimate, *, is_up: bool) -> float:
    """Say how far an interval reaches to a side, with its sign."""
    low, high = one.interval or (0.0, 0.0)
    value = one.value or 0.0
    return high - value if is_up else low - value
