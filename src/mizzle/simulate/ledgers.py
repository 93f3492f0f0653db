"""Customers, cases and costs of a world in which it is known what they are worth."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    Numbers = npt.NDArray[np.float64]

SPREAD = 0.8
"""Standard deviation of the logarithms of skewed amounts."""


@dataclass(frozen=True, slots=True)
class LeavingCustomers:
    """Customers: whether unsatisfied, whether they left, and their residual value; with the true margin at risk."""

    unsatisfied: Numbers
    left: Numbers
    value: Numbers
    margin_at_risk: float


def leaving_customers(
    unsatisfied: int,
    satisfied: int,
    rng: np.random.Generator,
    *,
    leave_unsatisfied: float = 0.5,
    leave_satisfied: float = 0.15,
    loyal_are_worth: float = 0.5,
) -> LeavingCustomers:
    """Draw customers of whom the more valuable ones leave less often.

    Parameters
    ----------
    unsatisfied, satisfied
        How many of either kind.
    rng
        Where chance comes from.
    leave_unsatisfied, leave_satisfied
        Shares that leave.
    loyal_are_worth
        How much larger, in logarithms, the value of who stays is than that of who leaves.

    Returns
    -------
    LeavingCustomers
        Values are lognormal, those of leavers with mean 100.

    Examples
    --------
    >>> round(leaving_customers(10, 20, np.random.default_rng(1), loyal_are_worth=0.0).margin_at_risk, 6)
    35.0
    """
    u = np.repeat([1.0, 0.0], [unsatisfied, satisfied])
    left = (rng.random(len(u)) < np.where(u > 0, leave_unsatisfied, leave_satisfied)).astype(float)
    value = skewed(len(u), rng) * np.where(left > 0, 1.0, np.exp(loyal_are_worth))
    mean = 100 * (leave_unsatisfied + (1 - leave_unsatisfied) * float(np.exp(loyal_are_worth)))
    return LeavingCustomers(u, left, value, (leave_unsatisfied - leave_satisfied) * mean)


def skewed(n: int, rng: np.random.Generator, *, mean: float = 100.0) -> Numbers:
    """Draw skewed amounts: lognormal, with a known mean.

    Parameters
    ----------
    n
        How many.
    rng
        Where chance comes from.
    mean
        Their mean.

    Returns
    -------
    numpy.ndarray
        Amounts above 0.

    Examples
    --------
    >>> skewed(3, np.random.default_rng(1)).shape
    (3,)
    """
    return rng.lognormal(float(np.log(mean)) - SPREAD**2 / 2, SPREAD, n)
