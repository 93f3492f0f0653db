"""A figure with its doubt: value, interval, sample size, unit and method, never a bare number."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple


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
