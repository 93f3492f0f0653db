"""When the departments of the company that never was are at work, week after week."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

WEEK = 168.0
"""Hours of a week."""


class Opening:
    """Opening hours of a week, which repeats; instants are hours since the midnight before some Monday.

    Parameters
    ----------
    spans
        First day, last day (0 is Monday), hour of opening, hour of closing; no two of them on the same day.

    Attributes
    ----------
    hours
        Hours of work in a week.

    Examples
    --------
    >>> office = Opening((0, 4, 9, 17))
    >>> office.hours
    40.0
    """

    def __init__(self, *spans: tuple[int, int, float, float]) -> None:
        days = sorted(
            (24.0 * day + opens, 24.0 * day + closes)
            for first, last, opens, closes in spans
            for day in range(first, last + 1)
        )
        self._clock = np.array(days).ravel()
        spent = np.cumsum([closes - opens for opens, closes in days])
        self._worked = np.stack([np.append(0.0, spent[:-1]), spent], axis=1).ravel()
        self.hours = float(spent[-1])

    def worked(self, at: NDArray[np.float64]) -> NDArray[np.float64]:
        """Count the hours of work up to each instant.

        Examples
        --------
        >>> Opening((0, 4, 9, 17)).worked(np.array([8.0, 10.0, 24.0, 168.0])).tolist()
        [0.0, 1.0, 8.0, 40.0]
        """
        weeks = np.floor(at / WEEK)
        done: NDArray[np.float64] = weeks * self.hours + np.interp(at - weeks * WEEK, self._clock, self._worked)
        return done

    def clock(self, worked: NDArray[np.float64]) -> NDArray[np.float64]:
        """Find the instants at which so many hours of work are done: the inverse of `worked` while it is open.

        Examples
        --------
        >>> Opening((0, 4, 9, 17)).clock(np.array([1.0, 9.0, 41.0])).tolist()
        [10.0, 34.0, 178.0]
        """
        weeks = np.floor(worked / self.hours)
        at: NDArray[np.float64] = weeks * WEEK + np.interp(worked - weeks * self.hours, self._worked, self._clock)
        return at

    def after(self, at: NDArray[np.float64], hours: NDArray[np.float64]) -> NDArray[np.float64]:
        """Go on from each instant by so many hours of work; never back, whatever rounding does.

        Examples
        --------
        >>> Opening((0, 4, 9, 17)).after(np.array([16.0, 20.0]), np.array([2.0, 2.0])).tolist()
        [34.0, 35.0]
        """
        return np.maximum(self.clock(self.worked(at) + hours), at)
