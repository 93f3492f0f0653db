"""What measures do with samples, whatever they are of: code groups, sum up what was drawn, leave out one by one."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from mizzle.errors import MizzleError
from mizzle.estimate import Estimate, Interval

if TYPE_CHECKING:
    from collections.abc import Hashable, Sequence

    from numpy.typing import ArrayLike, NDArray

    Numbers = NDArray[np.float64]

LARGEST = 1e100
"""Beyond this a square or a product of numbers may no longer be one."""


def as_numbers(values: ArrayLike, what: str = "numbers", most: float = LARGEST) -> Numbers:
    """Give an array of numbers; NaN where nothing was said.

    Parameters
    ----------
    values
        Numbers, in any shape.
    what
        What they are, for a message: a word for several.
    most
        What none of them reaches, to either side of zero.

    Returns
    -------
    array
        Of the same shape.

    Raises
    ------
    MizzleError
        For what is no number, or one that is endless or too large.

    Examples
    --------
    >>> as_numbers([1, None, 3])
    array([ 1., nan,  3.])
    """
    try:
        found: Numbers = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError, OverflowError) as problem:
        raise MizzleError(f"The {what} must be numbers, with NaN or None where nothing was said: {problem}.") from None
    # One pass tells that all is well in the usual case: nothing missing, nothing absurd.
    axes = "ijklmn"[: found.ndim]
    squares = float(np.einsum(f"{axes},{axes}->", found, found))
    if not squares < most and (
        max(np.fmax.reduce(found, axis=None, initial=0.0), -np.fmin.reduce(found, axis=None, initial=0.0)) >= most
    ):
        raise MizzleError(f"One of the {what} is endless or beyond {most:g}. Mend it, or leave it empty.")
    return found


def codes_of(names: Sequence[Hashable | None]) -> NDArray[np.int64]:
    """Give each different name a number, in the order in which they come; -1 for None.

    Examples
    --------
    >>> codes_of(["b", "a", None, "b"]).tolist()
    [0, 1, -1, 0]
    """
    known: dict[Hashable, int] = {}
    return np.array([-1 if name is None else known.setdefault(name, len(known)) for name in names], np.int64)


def in_order(names: Sequence[str]) -> list[int]:
    """Say in which order names are told: by number where all are numbers, and else by letter.

    Examples
    --------
    >>> in_order(["10", "9", "1"]), in_order(["10", "9", "x"])
    ([2, 1, 0], [0, 1, 2])
    """
    numbers = [_number(name) for name in names]
    if not all(math.isfinite(one) for one in numbers):
        return sorted(range(len(names)), key=names.__getitem__)
    return sorted(range(len(names)), key=lambda place: (numbers[place], names[place]))


def _number(name: str) -> float:
    try:
        return float(name)
    except ValueError:
        return math.nan


def drawn_mean(drawn: Numbers, n: int, unit: str, method: str) -> Estimate:
    """Give the mean of what was drawn, between the ends that hold 95 % of it.

    Parameters
    ----------
    drawn
        One figure for each draw.
    n
        On how many observations, or draws, the mean rests.
    unit, method
        Of the estimate.

    Returns
    -------
    Estimate
        Its interval says where draws lie, and holds the mean.

    Examples
    --------
    >>> drawn_mean(np.arange(101.0), 101, "share", "adoption.thresholds/1").interval
    Interval(low=2.5, high=97.5)
    """
    low, high = np.quantile(drawn, [0.025, 0.975]).tolist()
    mean = float(drawn.mean())
    return Estimate(mean, Interval(min(low, mean), max(high, mean)), n, unit, method)


def jackknife_error(without: ArrayLike, times: ArrayLike | None = None) -> float:
    """Give the standard error of a figure from what it is without each observation in turn.

    Parameters
    ----------
    without
        The figure without one observation, for each of them, or for each kind of them.
    times
        How many observations are of each kind; one each where None.

    Returns
    -------
    float
        The root of (n - 1) / n times the sum of squares about the mean.

    References
    ----------
    Tukey, J. W. (1958), Bias and confidence in not-quite large samples, Annals of Mathematical Statistics 29, 614.

    Examples
    --------
    >>> x = np.array([1.0, 2.0, 6.0])
    >>> error = jackknife_error([x[1:].mean(), x[[0, 2]].mean(), x[:2].mean()])  # of a mean: its standard error
    >>> round(error, 6) == round(float(x.std(ddof=1)) / 3**0.5, 6)
    True
    """
    found = np.asarray(without, float)
    weight = np.ones(len(found)) if times is None else np.asarray(times, float)
    n = float(weight.sum())
    centre = float(weight @ found) / n
    return math.sqrt((n - 1) / n * float(weight @ (found - centre) ** 2))
