"""How many purchases are reached in a time: a sum over purchases, whose tail is an integral where it is long."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.special import betainc, betaln

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Numbers = NDArray[np.float64]

ONE_BY_ONE = 64
"""Purchases whose chances are added one by one; the chances beyond them change slowly from one to the next."""

ENOUGH = 1e-12
WIDE = 12.0
"""Standard deviations around the mean within which a number of steps lies."""

SLOW, STEEP = np.polynomial.legendre.leggauss(24), np.polynomial.legendre.leggauss(64)
"""Nodes for the stretch on which chances fall slowly, and for the one on which they fall from 1 to 0."""


def reached(rate: Numbers, a: float, b: Numbers, share: Numbers, steps: Numbers) -> Numbers:
    """Give the purchases to expect of a customer who is alive.

    Parameters
    ----------
    rate
        Shape of the gamma distribution of the rate of steps.
    a, b
        Of the beta distribution of the chance to stop after a purchase.
    share
        The coming time as a share of itself and the rate's other parameter.
    steps
        A row for each customer: how likely it is that so many steps were made since the last purchase. There are as
        many columns as a purchase takes steps.

    Notes
    -----
    The i-th purchase of k steps each takes i k - j more where j were made: the chance of so many is an incomplete beta
    function, that of not stopping before it a ratio of beta functions. Chances are added up for 64 purchases; beyond,
    their sum is the integral from half a purchase earlier on, over what the law of the number of steps leaves room for.
    """
    total, going = np.zeros(len(rate)), np.ones(len(rate))
    rows = np.arange(len(rate))
    for i in range(1, ONE_BY_ONE + 1):
        added = going[rows] * _chance(np.full((len(rows), 1), float(i)), rate[rows], share[rows], steps[rows])[:, 0]
        total[rows] += added
        going[rows] *= (b[rows] + i - 1) / (a + b[rows] + i - 1)
        rows = rows[added > ENOUGH * np.maximum(total[rows], ENOUGH)]
        if not len(rows):
            return total
    total[rows] += _beyond(rate[rows], a, b[rows], share[rows], steps[rows])
    return total


def _chance(purchases: Numbers, rate: Numbers, share: Numbers, steps: Numbers) -> Numbers:
    """Give the chance that each number of purchases is reached by one who never stops."""
    k = steps.shape[1]
    found: Numbers = np.zeros(purchases.shape)
    for j in range(k):
        of_rate = rate[:, None] + j
        found += steps[:, j : j + 1] * betainc(np.maximum(purchases * k - j, 1e-9), of_rate, share[:, None])
    return found


def _beyond(rate: Numbers, a: float, b: Numbers, share: Numbers, steps: Numbers) -> Numbers:
    k = steps.shape[1]
    odds = share / (1 - share)
    mean, spread = rate * odds, np.sqrt(rate * odds * (1 + odds))
    first = ONE_BY_ONE + 0.5
    low = np.maximum((mean - WIDE * spread) / k, first)
    high = np.maximum((mean + WIDE * spread) / k + k, low + 1)
    long, longer = np.log(low / first)[:, None], np.log(high / low)[:, None]
    slow = first * np.exp(long * (SLOW[0] + 1) / 2)
    steep = low[:, None] * np.exp(longer * (STEEP[0] + 1) / 2)
    places = np.concatenate([slow, steep], axis=1)
    weights = places * np.concatenate([long * SLOW[1] / 2, longer * STEEP[1] / 2], axis=1)
    going = np.exp(betaln(a, b[:, None] + places - 1) - betaln(a, b)[:, None])
    return np.asarray((weights * going * _chance(places, rate, share, steps)).sum(axis=1))
