"""What customers are worth: margin at risk, acquire or keep, and the margin multiple."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from mizzle.economics.amounts import Amount, mean_of, money, product, ratio
from mizzle.errors import MizzleError
from mizzle.estimate import Z95, Estimate, Interval, difference, share_of
from mizzle.samples import as_numbers

if TYPE_CHECKING:
    import numpy.typing as npt

    Numbers = npt.NDArray[np.float64]
    Flags = npt.NDArray[np.bool_]

RISK = "economics.margin_at_risk/1"
ACQUIRE = "economics.acquire_or_keep/1"
MULTIPLE = "economics.margin_multiple/1"
WARNING = (
    "A constant retention r makes this too low: those who are likely to leave go first, so those who stay leave less"
    " and less. Where there are transactions, take the residual value from them."
)
LEFT_OUT = ("what leavers tell others", "the cost of winning new ones", "leaving for other reasons at the same time")


@dataclass(frozen=True, slots=True)
class MarginAtRisk:
    """What is at risk with an unsatisfied customer.

    Attributes
    ----------
    per_customer
        (P(leave | unsatisfied) - P(leave | satisfied)) · residual value of an unsatisfied customer.
    in_all
        The same for all unsatisfied customers of the table.
    leave_unsatisfied, leave_satisfied
        Shares that left.
    excess
        Their difference.
    risk_ratio
        Their ratio; undefined where no satisfied customer left.
    residual_value
        Mean value of the customers it is of.
    set_aside
        Customers that lack one of the three.
    """

    per_customer: Amount
    in_all: Amount
    leave_unsatisfied: Estimate
    leave_satisfied: Estimate
    excess: Estimate
    risk_ratio: Estimate
    residual_value: Estimate
    set_aside: int


def margin_at_risk(
    unsatisfied: npt.ArrayLike,
    left: npt.ArrayLike,
    value: npt.ArrayLike,
    *,
    currency: str = "EUR",
    period: str = "per customer",
    value_of: Literal["unsatisfied", "all"] = "unsatisfied",
) -> MarginAtRisk:
    """Say how much margin is at risk with an unsatisfied customer.

    Parameters
    ----------
    unsatisfied, left
        Of each customer: whether he or she was unsatisfied, and left afterwards. 1, 0, or NaN where not known.
    value
        Residual value of each customer before leaving was known, in the currency.
    currency, period
        Of the value.
    value_of
        Whose mean value is at risk: that of the unsatisfied (the default), or of all customers.

    Returns
    -------
    MarginAtRisk
        The amount per unsatisfied customer and in all, with every part of it.

    Raises
    ------
    MizzleError
        Where nobody is unsatisfied, or nobody satisfied, or an answer is neither 0 nor 1.

    Notes
    -----
    Formula: (P(leave | unsatisfied) - P(leave | satisfied)) · mean residual value.

    Assumes: the unsatisfied would have left as seldom as the satisfied, had they been satisfied; customers are
    independent.

    Missing data: a customer that lacks one of the three is set aside.

    Interval: Newcombe's for the difference of shares, Hall's for the mean value, and MOVER for their product, with the
    correlation of leaving and value among the unsatisfied. Covers 93 to 97 % from 50 customers of either kind on.

    Not for: saying that dissatisfaction is the cause. Not with a value that was counted after they left: it is then low
    because they left.

    References
    ----------
    Newcombe, R. G. (1998), Statistics in Medicine 17, 873-890. Zou, G. Y., Huang, W. and Zhang, X. (2009),
    Computational Statistics and Data Analysis 53, 1080-1085. Checked against counts of UCI 563: tests/golden.

    Examples
    --------
    >>> found = margin_at_risk([1, 1, 1, 1, 0, 0, 0, 0], [1, 1, 1, 0, 1, 0, 0, 0], [100] * 8)
    >>> found.excess.value, found.per_customer.estimate.value
    (0.5, 50.0)
    """
    said, went = (_yes_or_no(one, name) for one, name in ((unsatisfied, "unsatisfied"), (left, "left")))
    worth = money(value, "residual value")
    if not len(said) == len(went) == len(worth):
        raise MizzleError("Give for each customer whether unsatisfied, whether left, and the value: as many of each.")
    whole = ~(np.isnan(said) | np.isnan(went) | np.isnan(worth))
    told = int(whole.sum())
    u, gone, worth = said[whole] > 0, went[whole] > 0, worth[whole]
    n_un, n_sat = int(u.sum()), int((~u).sum())
    if not n_un or not n_sat:
        side = "unsatisfied" if not n_un else "satisfied"
        raise MizzleError(f"No customer is {side}, so there is nothing to compare. Take customers of either kind.")
    bad, good = share_of(int(gone[u].sum()), n_un, RISK), share_of(int(gone[~u].sum()), n_sat, RISK)
    excess = difference(bad, good, RISK)
    of = u if value_of == "unsatisfied" else np.ones(told, np.bool_)
    unit = f"{currency} {period}"
    mean = mean_of(worth[of], unit, RISK)
    if mean.interval is None and len(worth[of]) > 1:
        mean = Estimate(mean.value, Interval(worth[of].min(), worth[of].max()), mean.n, unit, RISK)
    each = product(excess, mean, _correlation(u, gone, worth, of), unit, RISK)
    low_high = None if each.interval is None else Interval(each.interval.low * n_un, each.interval.high * n_un)
    whole_value = None if each.value is None else each.value * n_un
    in_all = Estimate(whole_value, low_high, n_un, currency, RISK)
    return MarginAtRisk(
        per_customer=Amount(each, currency, period, LEFT_OUT),
        in_all=Amount(in_all, currency, f"for {n_un} unsatisfied customers", LEFT_OUT),
        leave_unsatisfied=bad,
        leave_satisfied=good,
        excess=excess,
        risk_ratio=_risk_ratio(int(gone[u].sum()), n_un, int(gone[~u].sum()), n_sat),
        residual_value=mean,
        set_aside=len(whole) - told,
    )


def acquire_or_keep(acquisition: npt.ArrayLike, serving: npt.ArrayLike) -> Estimate:
    """Say how many years a regular customer could be served for what it costs to win a new one.

    Parameters
    ----------
    acquisition
        Of each new customer (or campaign): what it cost to win one.
    serving
        Of each regular customer: what it costs to serve one for a year.

    Returns
    -------
    Estimate
        Mean cost to win one over mean yearly cost to serve one; a ratio, above 1 where winning costs more than a year.

    Raises
    ------
    MizzleError
        Where a side has no amount, or one below 0.

    Notes
    -----
    Formula: mean of acquisition / mean of serving.

    Assumes: both in the same currency and of the same year; customers are independent.

    Missing data: a customer without an amount is left out.

    Interval: Hall's for both means, and MOVER for their ratio. Covers 93 to 97 % from 30 of either kind on. None where
    the cost to serve may well be 0.

    Not for: deciding alone: it says nothing of what either kind brings in.

    References
    ----------
    Donner, A. and Zou, G. Y. (2012), Statistical Methods in Medical Research 21, 347-359. Checked by hand (tests/unit).

    Examples
    --------
    >>> acquire_or_keep([300, 500, 400], [90, 110, 100]).value
    4.0
    """
    sides = []
    for amounts, name in ((acquisition, "winning customers"), (serving, "serving customers")):
        told = money(amounts, name)
        told = told[~np.isnan(told)]
        if not len(told) or (told < 0).any():
            raise MizzleError(f"The cost of {name} needs at least one amount, and none below 0.")
        sides.append(mean_of(told, "money", ACQUIRE))
    return ratio(sides[0], sides[1], "years of serving", ACQUIRE)


def margin_multiple(retention: float | Estimate, discount: float) -> Estimate:
    """Say how many yearly margins a customer is still worth, if the same share is kept each year.

    Parameters
    ----------
    retention
        Share of customers kept from one period to the next, 0 to 1, or an estimate of it.
    discount
        What money costs for one period, as a share: 0.1 for 10 %.

    Returns
    -------
    Estimate
        The multiple of a period's margin; with an interval where the retention has one.

    Raises
    ------
    MizzleError
        For a retention outside 0 and 1, a discount below 0, or both such that the value is endless.

    Notes
    -----
    Formula: r / (1 + i - r).

    Assumes: the same margin and the same retention in each period, for ever; the first margin comes after one period.

    Missing data: undefined where the retention is.

    Interval: that of the retention, carried through; it grows with it.

    Not for: customers who differ. A constant r makes it too low: those who are likely to leave go first, and those who
    stay leave less and less.

    References
    ----------
    Gupta, S. and Lehmann, D. R. (2003), Customers as assets, Journal of Interactive Marketing 17, 9-24. Checked against
    the formula: tests/golden.

    Examples
    --------
    >>> round(margin_multiple(0.9, 0.12).value, 4)
    4.0909
    """
    one = Estimate(retention, None, 0, "share", MULTIPLE) if isinstance(retention, int | float) else retention
    if not 0 <= discount < math.inf:
        raise MizzleError("The discount is a share of at least 0: 0.1 for 10 %.")
    if one.value is None:
        return Estimate(None, None, one.n, "margins", MULTIPLE)
    ends = (one.value, *(one.interval or ()))
    if min(ends) < 0 or max(ends) > 1 or max(ends) >= 1 + discount:
        raise MizzleError("The retention is a share from 0 to 1, and below 1 where money costs nothing.")
    value, *interval = (r / (1 + discount - r) for r in ends)
    return Estimate(value, Interval(*interval) if interval else None, one.n, "margins", MULTIPLE)


def _yes_or_no(values: npt.ArrayLike, name: str) -> Numbers:
    found = as_numbers(values).ravel()
    if not np.isin(found[~np.isnan(found)], (0.0, 1.0)).all():
        raise MizzleError(f"Whether a customer was {name} is told by 1 and 0, or left empty.")
    return found


def _correlation(
    u: npt.NDArray[np.bool_], gone: npt.NDArray[np.bool_], worth: Numbers, of: npt.NDArray[np.bool_]
) -> float:
    """Correlate the difference of shares with the mean value, as estimates of one sample."""
    n_un, n_sat = int(u.sum()), int((~u).sum())
    share = np.where(u, (gone - gone[u].mean()) / n_un, -(gone - gone[~u].mean()) / n_sat)
    value = np.where(of, (worth - worth[of].mean()) / int(of.sum()), 0.0)
    size = math.sqrt(float(share @ share)) * math.sqrt(float(value @ value))
    return min(max(float(share @ value) / size, -1.0), 1.0) if size > 0 else 0.0


def _risk_ratio(a: int, n: int, b: int, m: int) -> Estimate:
    """Give the ratio of two shares with Katz's interval; undefined where the second is 0."""
    if not b:
        return Estimate(None, None, n + m, "ratio", RISK)
    value = (a / n) / (b / m)
    if not a:
        return Estimate(value, None, n + m, "ratio", RISK)
    error = math.sqrt(max(1 / a - 1 / n + 1 / b - 1 / m, 0.0))
    by = math.exp(Z95 * error)
    return Estimate(value, Interval(value / by, value * by), n + m, "ratio", RISK)
