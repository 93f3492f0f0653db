"""sBG: of those who began a contract together, how many renew it, and why the share that does rises."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.special import betaln

from mizzle.loyalty.bases import UnfitCustomers
from mizzle.loyalty.fitted import Fitted, UnfitModel, fitted
from mizzle.loyalty.maximum import SHAPE, Height, highest
from mizzle.samples import as_numbers

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import ArrayLike, NDArray

    from mizzle.estimate import Estimate

    Numbers = NDArray[np.float64]

FEWEST_PERIODS = 3
LONGEST = 100_000


def sbg(customers: ArrayLike) -> Fitted:
    """Say how many customers of a contract stay, from how many were left at each renewal (shifted beta-geometric).

    Parameters
    ----------
    customers
        How many customers there were at the start and after each renewal, none of which is more than the one before.
        Numbers of people, not shares: the interval rests on how many they are.

    Returns
    -------
    Fitted
        alpha and beta (the chance to leave at a renewal is beta-distributed with mean alpha / (alpha + beta)), each
        with a 95 % interval, and LL.

    Raises
    ------
    UnfitCustomers
        For fewer than three counts, counts that rise or are below zero, or where nobody left or all did at once.

    Notes
    -----
    Formula: of those who renewed t - 1 times, the share (beta+t-1) / (alpha+beta+t-1) renews; LL adds the logarithms
    over all who left and all who stayed. The share rises with t since those likely to leave go first, not since
    anyone grows loyal.

    Assumes: each customer leaves with the same chance at every renewal; customers differ in that chance.

    Missing data: those who leave by moving or dying count as having left, unless taken out of every count.

    Interval: 95 %, normal on the logarithm of a parameter, from the inverse of the second derivatives at the top. None
    where the likelihood has no top inside: where the share that stays does not rise, customers do not differ.
    It covers 93 to 97 % from 200 customers on with seven renewals.

    Not for: customers who can go silent without ending anything (use BG/NBD), or cohorts of different ages in one row.

    References
    ----------
    Fader and Hardie (2007), How to project customer retention, Journal of Interactive Marketing 21, 76-90. Checked
    against both of its segments: tests/golden/proofs/loyalty.py.

    Examples
    --------
    >>> found = sbg([1000, 631, 468, 382, 326, 289, 262, 241])
    >>> [round(one.value, 3) for one in found.parameters.values()], round(found.log_likelihood.value, 2)
    ([0.704, 1.182], -1680.27)
    """
    left = _counts(customers)
    top = highest(surface(left), [[0.7, 1.5], [5.0, 20.0], [0.2, 0.2]], [SHAPE] * 2)
    return fitted("sbg", top, round(float(left[0])), top.value, [1.0, 1.0])


def _counts(customers: ArrayLike) -> Numbers:
    left = np.atleast_1d(as_numbers(customers))
    if left.ndim != 1 or len(left) < FEWEST_PERIODS:
        raise UnfitCustomers("Give the number of customers at the start and after at least two renewals.")
    if not np.isfinite(left).all() or (left < 0).any():
        raise UnfitCustomers("Numbers of customers cannot be missing or below zero.")
    if (np.diff(left) > 0).any():
        place = int(np.flatnonzero(np.diff(left) > 0)[0])
        raise UnfitCustomers(
            f"The number of customers rises from {left[place]:g} to {left[place + 1]:g} after renewal {place + 1}. "
            "Count one cohort: those who began together, without later ones."
        )
    if left[0] < 1 or left[0] == left[-1]:
        raise UnfitCustomers("Nobody left, so nothing says how many will. Wait for a renewal at which somebody leaves.")
    if left[1] == 0:
        raise UnfitCustomers("All left at the first renewal, so nothing says how customers differ.")
    return left


def surface(left: Numbers) -> Callable[[Numbers], Height]:
    """Give the log-likelihood of counts as a function of the parameters, with its derivatives."""
    gone, stayed = -np.diff(left), left[1:]
    before = np.arange(len(stayed), dtype=float)

    def at(parameters: Numbers) -> Height:
        alpha, beta = (float(one) for one in parameters)
        both, whole = gone + stayed, alpha + beta + before
        value = gone.sum() * np.log(alpha) + stayed @ np.log(beta + before) - both @ np.log(whole)
        shared = float(both @ (1 / whole))
        slope = np.array([gone.sum() / alpha - shared, stayed @ (1 / (beta + before)) - shared])
        curve = float(both @ (1 / whole**2))
        bend = np.array(
            [[curve - gone.sum() / alpha**2, curve], [curve, curve - float(stayed @ (1 / (beta + before) ** 2))]]
        )
        return Height(float(value), slope, bend)

    return at


def survival(contract: Fitted, periods: Sequence[int]) -> list[Estimate]:
    """Say which share of a cohort is left after so many renewals.

    Parameters
    ----------
    contract
        An sBG model.
    periods
        Numbers of renewals, from 0 on.

    Returns
    -------
    list of Estimate
        A share of the start for each.

    Raises
    ------
    UnfitModel
        For another model, or a number below zero.

    Notes
    -----
    Formula: B(alpha, beta + t) / B(alpha, beta).

    Assumes: as `sbg`.

    Missing data: as `sbg`.

    Interval: 95 %, by the delta method on the logit, from the parameters' covariance: of the share to expect, not of
    the share that a small cohort will happen to have.

    Not for: years far beyond those seen, without saying so.

    References
    ----------
    Fader and Hardie (2007), as `sbg`; its hold-out years are in tests/golden/proofs/loyalty.py.

    Examples
    --------
    >>> found = sbg([1000, 631, 468, 382, 326, 289, 262, 241])
    >>> round(survival(found, [12])[0].value, 3)
    0.17
    """
    _is_contract(contract)
    if any(one < 0 for one in periods):
        raise UnfitModel("Renewals are counted from 0 on.")
    return [_survives(contract, one) for one in periods]


def _survives(contract: Fitted, period: int) -> Estimate:
    def share(at: Numbers) -> float:
        return float(np.exp(betaln(at[0], at[1] + period) - betaln(at[0], at[1])))

    return contract.estimate(share, "share", "logit")


def retention(contract: Fitted, period: int) -> Estimate:
    """Say which share of those who are still there renews at the renewal with this number.

    Parameters
    ----------
    contract
        An sBG model.
    period
        The number of the renewal, from 1.

    Returns
    -------
    Estimate
        A share of those who renewed every time before.

    Raises
    ------
    UnfitModel
        For another model, or a number below one.

    Notes
    -----
    Formula: (beta + t - 1) / (alpha + beta + t - 1).

    Assumes: as `sbg`.

    Missing data: as `sbg`.

    Interval: 95 %, by the delta method on the logit, from the parameters' covariance.

    Not for: a single customer, whose own chance does not change with time.

    References
    ----------
    Fader and Hardie (2007), as `sbg`.

    Examples
    --------
    >>> round(retention(sbg([1000, 631, 468, 382, 326, 289, 262, 241]), 8).value, 3)
    0.921
    """
    _is_contract(contract)
    if period < 1:
        raise UnfitModel("Renewals at which somebody can leave are counted from 1 on.")
    return contract.estimate(lambda at: float((at[1] + period - 1) / (at[0] + at[1] + period - 1)), "share", "logit")


def residual_periods(contract: Fitted, renewed: int, *, discount: float = 0.1, most: int = LONGEST) -> Estimate:
    """Say for how many more periods a customer can be expected to pay, later ones counting for less.

    Parameters
    ----------
    contract
        An sBG model.
    renewed
        How many times the customer has renewed so far.
    discount
        Rate of discount for one period, above zero: 0.1 takes a tenth.
    most
        Periods after which nothing is counted.

    Returns
    -------
    Estimate
        Discounted periods to come, the next renewal being the first; times the margin of a period it is the residual
        value of the customer.

    Raises
    ------
    UnfitModel
        For another model, a rate that is not above zero, or renewals below zero.

    Notes
    -----
    Formula: the sum over t of S(n+t) / S(n) / (1+d)^(t-1), for t from 1 on, n renewals made.

    Assumes: as `sbg`; the margin of a period does not change.

    Missing data: as `sbg`.

    Interval: 95 %, by the delta method on the logarithm, from the parameters' covariance.

    Not for: a retention rate that is held constant, which gives too low a value since the share that stays rises.

    References
    ----------
    Fader and Hardie (2010), Customer-base valuation in a contractual setting, Marketing Science 29, 85-93.

    Examples
    --------
    >>> round(residual_periods(sbg([1000, 631, 468, 382, 326, 289, 262, 241]), 0).value, 2)
    2.96
    """
    _is_contract(contract)
    if not (np.isfinite(discount) and discount > 0) or renewed < 0:
        raise UnfitModel("The rate of discount is above zero, as 0.1 for a tenth a period, and renewals are 0 or more.")
    t = np.arange(1, min(most, int(60 / np.log1p(discount)) + 2), dtype=float)
    weight = np.exp(-(t - 1) * np.log1p(discount))

    def periods(at: Numbers) -> float:
        return float(weight @ np.exp(betaln(at[0], at[1] + renewed + t) - betaln(at[0], at[1] + renewed)))

    return contract.estimate(periods, "periods")


def _is_contract(contract: Fitted) -> None:
    if contract.model != "sbg":
        raise UnfitModel(f"An sBG model speaks of contracts; this is {contract.model}.")
