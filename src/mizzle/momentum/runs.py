"""Runs around the middle of a series: a shift that stays shows in them before a point lies outside."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from mizzle.errors import MizzleError
from mizzle.samples import as_numbers

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

METHOD = "momentum.runs/1"
LEAST = 10
"""Useful points below which the rules say nothing."""
RARE = 0.05


@dataclass(frozen=True, slots=True)
class Runs:
    """Runs of a series around its middle.

    Attributes
    ----------
    centre
        The middle: the median, or what was given.
    n_useful
        Points that are not on it.
    longest_run, longest_run_max
        The longest run of points on one side, and the longest that chance leaves unnoticed.
    crossings, crossings_min
        How often the series crosses the middle, and the fewest times that chance leaves unnoticed.
    is_signal
        Whether one of the two limits is broken; None for fewer than 10 useful points, of which nothing is said.
    """

    centre: float
    n_useful: int
    longest_run: int
    longest_run_max: int
    crossings: int
    crossings_min: int
    is_signal: bool | None


def runs(values: ArrayLike, *, centre: float | None = None) -> Runs:
    """Say whether a series shifts or drifts more than chance would.

    Parameters
    ----------
    values
        One number per point in time.
    centre
        The middle; the median where None.

    Returns
    -------
    Runs
        The longest run and the crossings beside their limits.

    Raises
    ------
    MizzleError
        For no point, or one that is missing.

    Notes
    -----
    Formula: points on the middle are left out; a signal is a longest run above round(log2 n) + 3, or fewer crossings
    than the 5 % quantile of a binomial distribution of n - 1 throws of a coin, n being the useful points.

    Assumes: points are independent of each other, and half of them lie on each side. False alarms: of series without a
    shift 1 % (10 points) to 5 % (100 points) around their own median, 5 to 7 % around a middle that is known.

    Missing data: none may be missing.

    Interval: none.

    Not for: fewer than 10 useful points: `is_signal` is then None.

    References
    ----------
    Anhøj and Olesen (2014), run charts revisited, PLoS ONE 9(11). Checked against qicharts2 (tests/golden,
    control_charts).

    Examples
    --------
    >>> found = runs([1, 2, 1, 2, 1, 2, 1, 5, 6, 5, 6, 5, 6, 5], centre=3)
    >>> found.longest_run, found.crossings, found.is_signal
    (7, 1, True)
    """
    x = as_numbers(values)
    if x.ndim != 1 or not len(x) or not np.isfinite(x).all():
        raise MizzleError("Runs need a series of numbers, none of them missing. Leave such points out.")
    middle = float(np.median(x)) if centre is None else float(centre)
    if not math.isfinite(middle):
        raise MizzleError(f"The middle of a series is a number, not {middle}.")
    sides = np.sign(x[x != middle] - middle)
    n = len(sides)
    turned = np.flatnonzero(np.diff(sides))
    lengths = np.diff(np.concatenate([[-1], turned, [n - 1]])) if n else np.zeros(1, int)
    longest_max, crossings_min = limits(n)
    longest, crossings = int(lengths.max()), len(turned)
    signal = longest > longest_max or crossings < crossings_min
    return Runs(middle, n, longest, longest_max, crossings, crossings_min, signal if n >= LEAST else None)


def limits(n: int) -> tuple[int, int]:
    """Give the longest run and the fewest crossings that chance leaves unnoticed among n useful points.

    Parameters
    ----------
    n
        Points that are not on the middle.

    Returns
    -------
    tuple of int
        The longest run and the fewest crossings; both 0 for no point.

    Examples
    --------
    >>> limits(24)
    (8, 8)
    """
    if n < 1:
        return 0, 0
    from scipy.special import bdtr

    below = bdtr(np.arange(n), n - 1, 0.5)
    return round(math.log2(n)) + 3, int(np.searchsorted(below, RARE))
