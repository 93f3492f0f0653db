"""A share of independent observations with Wilson's interval."""

from __future__ import annotations

import math

from mizzle.estimate import Estimate, Interval

Z = 1.959963984540054
"""The 97.5 % point of the normal distribution."""


def wilson(part: float, n: float) -> Interval:
    """Give Wilson's 95 % score interval for a share of n independent observations.

    Parameters
    ----------
    part, n
        How many of how many; n is above 0.

    Returns
    -------
    Interval
        From 0 to 1, around part / n.

    References
    ----------
    Wilson (1927). Checked against Newcombe (1998), Statistics in Medicine 17, table I, method 3.

    Examples
    --------
    >>> low, high = wilson(81, 263)
    >>> round(low, 4), round(high, 4)
    (0.2553, 0.3662)
    """
    share, z2 = part / n, Z * Z
    centre = (share + z2 / (2 * n)) / (1 + z2 / n)
    half = math.sqrt(z2 * (share * (1 - share) / n + z2 / (4 * n * n))) / (1 + z2 / n)
    return Interval(min(max(centre - half, 0.0), share), max(min(centre + half, 1.0), share))


def share_of(part: int, n: int, method: str) -> Estimate:
    """Give a share with Wilson's interval; undefined where there is nothing to share.

    Parameters
    ----------
    part, n
        How many of how many.
    method
        Method number of the answer.

    Returns
    -------
    Estimate
        From 0 to 1.

    Examples
    --------
    >>> share_of(1, 2, "language.uptake/1").value
    0.5
    """
    return Estimate(part / n, wilson(part, n), n, "share", method) if n else Estimate(None, None, 0, "share", method)
