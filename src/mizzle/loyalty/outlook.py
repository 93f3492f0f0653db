"""What a fitted model says of customers: who is still one, and how often they can be expected to come."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from mizzle.estimate import Estimate, Interval
from mizzle.loyalty import bgbb, bgnbd, mbgcnbdk, paretonbd
from mizzle.loyalty.bases import checked, compressed
from mizzle.loyalty.fitted import Fitted, UnfitModel
from mizzle.samples import as_numbers

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import ArrayLike, NDArray

    Numbers = NDArray[np.float64]

ALIVE, EXPECTED = "loyalty.p_alive/1", "loyalty.expected_purchases/1"


@dataclass(frozen=True, slots=True)
class Outlook:
    """What to expect of a customer base.

    Attributes
    ----------
    p_alive
        Mean chance to be still a customer.
    expected_purchases
        Purchases to expect of a customer in the coming time, in the mean.
    expected_total
        Purchases to expect of all of them.
    """

    p_alive: Estimate
    expected_purchases: Estimate
    expected_total: Estimate


@dataclass(frozen=True, slots=True)
class Customer:
    """What to expect of one customer: the chance to be still one, and the purchases in the coming time."""

    p_alive: Estimate
    expected_purchases: Estimate


def p_alive(model: Fitted, frequency: ArrayLike, recency: ArrayLike, age: ArrayLike) -> Numbers:
    """Say for each customer how likely it is that they are still one.

    Parameters
    ----------
    model
        BG/NBD, Pareto/NBD, MBG/CNBD-k or BG/BB, fitted or given.
    frequency
        Per customer: repeat purchases, the first one not counted.
    recency
        Per customer: time from the first purchase to the last; 0 without a repeat.
    age
        Per customer: time from the first purchase to the end of observation, in the unit of the model; for BG/BB the
        number of occasions.

    Returns
    -------
    ndarray
        A chance from 0 to 1 for each.

    Raises
    ------
    UnfitCustomers
        For histories that cannot be.
    UnfitModel
        For a model that does not speak of customers who go silent.

    Notes
    -----
    Formula: as each model's; BG/BB's is the chance to be alive on the occasion that comes next. In BG/NBD a customer
    without a repeat is alive for certain, since only a repeat purchase can be the last: read those with care.

    Assumes: as the model.

    Missing data: as the model.

    Interval: none here; `customers` and `outlook` have one.

    Not for: deciding on a single person alone; a chance of 0.2 means that one such customer in five is still there.

    References
    ----------
    As the models. Checked against Platzer and Reutterer's grocery data: tests/golden/proofs/loyalty.py.

    Examples
    --------
    >>> from mizzle.loyalty.fitted import given
    >>> known = given("mbg-cnbd-k", {"r": 1.3292, "alpha": 2.8126, "a": 0.4247, "b": 0.79}, k=2)
    >>> p_alive(known, [1, 2, 3], [12] * 3, [52] * 3).round(4)
    array([0.1564, 0.0292, 0.0039])
    """
    rows = checked(frequency, recency, age)
    return _alive(model)(model.values, *rows)


def expected_purchases(
    model: Fitted, frequency: ArrayLike, recency: ArrayLike, age: ArrayLike, horizon: float
) -> Numbers:
    """Say for each customer how many purchases to expect in the coming time.

    Parameters
    ----------
    model
        BG/NBD, Pareto/NBD, MBG/CNBD-k or BG/BB, fitted or given.
    frequency, recency, age
        As for `p_alive`.
    horizon
        The coming time, in the unit of the model; for BG/BB a whole number of occasions.

    Returns
    -------
    ndarray
        Purchases for each.

    Raises
    ------
    UnfitCustomers
        For histories that cannot be.
    UnfitModel
        For a model that does not speak of customers who go silent, or a horizon that is not above zero.

    Notes
    -----
    Formula: as each model's conditional expectation; for MBG/CNBD-k with k above 1 the sum over purchases of the
    chance, an incomplete beta function, that each is reached in time.

    Assumes: as the model, and that the coming time is like the time observed.

    Missing data: as the model.

    Interval: none here; `customers` and `outlook` have one.

    Not for: a date on which a customer will come.

    References
    ----------
    Fader, Hardie and Lee (2005), equation 10. Checked against their example (1.226): tests/golden/proofs/loyalty.py.

    Examples
    --------
    >>> from mizzle.loyalty.fitted import given
    >>> known = given("bg-nbd", {"r": 0.2426, "alpha": 4.4135, "a": 0.7929, "b": 2.4258})
    >>> expected_purchases(known, [2], [30.43], [38.86], 39).round(3)
    array([1.226])
    """
    rows = checked(frequency, recency, age)
    return _expected(model, _horizon(horizon))(model.values, *rows)


def expected_purchases_new(model: Fitted, horizon: float) -> Estimate:
    """Say how many repeat purchases to expect of a new customer in the time after the first purchase.

    Parameters
    ----------
    model
        BG/NBD, Pareto/NBD, MBG/CNBD-k or BG/BB, fitted or given.
    horizon
        The time, in the unit of the model; for BG/BB a whole number of occasions.

    Returns
    -------
    Estimate
        In purchases.

    Raises
    ------
    UnfitModel
        For a model that does not speak of customers who go silent, or a horizon that is not above zero.

    Notes
    -----
    Formula: as each model's expectation over its distributions of rates.

    Assumes: as the model, and that new customers are like those it was fitted to.

    Missing data: as the model.

    Interval: 95 %, by the delta method on the logarithm, from the parameters' covariance: of the expectation, around
    which a single customer varies far more.

    Not for: customers who were already observed; see `expected_purchases`.

    References
    ----------
    Fader, Hardie and Lee (2005), equation 9. Checked against CDNOW: tests/golden/proofs/loyalty.py.

    Examples
    --------
    >>> from mizzle.loyalty.fitted import given
    >>> known = given("bg-nbd", {"r": 0.2426, "alpha": 4.4135, "a": 0.7929, "b": 2.4258})
    >>> round(expected_purchases_new(known, 39).value, 3)
    1.195
    """
    horizon, k = _horizon(horizon), model.k
    new: dict[str, Callable[[Numbers], float]] = {
        "bg-nbd": lambda at: bgnbd.expected_new(at, horizon),
        "pareto-nbd": lambda at: paretonbd.expected_new(at, horizon),
        "mbg-cnbd-k": lambda at: mbgcnbdk.expected_new(at, horizon, k),
        "bg-bb": lambda at: bgbb.expected_new(at, horizon),
    }
    found = model.estimate(_named(new, model), "purchases")
    return Estimate(found.value, found.interval, found.n, "purchases", EXPECTED)


def outlook(
    model: Fitted,
    frequency: ArrayLike,
    recency: ArrayLike,
    age: ArrayLike,
    horizon: float,
    *,
    customers: ArrayLike | None = None,
) -> Outlook:
    """Say what to expect of a whole customer base in the coming time.

    Parameters
    ----------
    model
        BG/NBD, Pareto/NBD, MBG/CNBD-k or BG/BB, fitted or given.
    frequency, recency, age, horizon
        As for `expected_purchases`.
    customers
        How many customers have each history; one where it is not given.

    Returns
    -------
    Outlook
        Mean chance to be still a customer; purchases to expect of a customer in the mean, and of all.

    Raises
    ------
    UnfitCustomers
        For histories that cannot be.
    UnfitModel
        For a model that does not speak of customers who go silent, or a horizon that is not above zero.

    Notes
    -----
    Formula: means and sum of `p_alive` and `expected_purchases`.

    Assumes: as the model, and that the coming time is like the time observed.

    Missing data: as the model.

    Interval: 95 %, by the delta method (on the logit for the chance, on the logarithm for purchases) from the
    parameters' covariance, for these customers: of the expectation, not of what will happen to come.

    Not for: customers who are still to come; see `expected_purchases_new`.

    References
    ----------
    As the models.

    Examples
    --------
    >>> from mizzle.loyalty.fitted import given
    >>> known = given("bg-nbd", {"r": 0.2426, "alpha": 4.4135, "a": 0.7929, "b": 2.4258})
    >>> found = outlook(known, [2, 0], [30.43, 0], [38.86, 38.86], 39)
    >>> round(found.expected_total.value, 2), round(found.p_alive.value, 2)
    (1.42, 0.86)
    """
    x, tx, observed = checked(frequency, recency, age)
    if customers is None:
        n = len(x)
        x, tx, observed, weight = compressed(x, tx, observed)
    else:
        weight = as_numbers(customers)
        n = round(float(weight.sum()))
    alive, coming = _alive(model), _expected(model, _horizon(horizon))

    def mean_alive(at: Numbers) -> float:
        return float(np.average(np.clip(alive(at, x, tx, observed), 0, 1), weights=weight))

    def mean_coming(at: Numbers) -> float:
        return float(np.average(coming(at, x, tx, observed), weights=weight))

    chance, each = model.estimate(mean_alive, "share", "logit"), model.estimate(mean_coming, "purchases")
    total = None if each.value is None else each.value * n
    around = None if each.interval is None else Interval(each.interval.low * n, each.interval.high * n)
    return Outlook(
        Estimate(chance.value, chance.interval, n, "share", ALIVE),
        Estimate(each.value, each.interval, n, "purchases", EXPECTED),
        Estimate(total, around, n, "purchases", EXPECTED),
    )


def customers(
    model: Fitted, frequency: ArrayLike, recency: ArrayLike, age: ArrayLike, horizon: float
) -> list[Customer]:
    """Say for each customer what to expect, with intervals.

    Parameters
    ----------
    model
        BG/NBD, Pareto/NBD, MBG/CNBD-k or BG/BB, fitted or given.
    frequency, recency, age, horizon
        As for `expected_purchases`.

    Returns
    -------
    list of Customer
        In the order of the customers.

    Raises
    ------
    UnfitCustomers
        For histories that cannot be.
    UnfitModel
        For a model that does not speak of customers who go silent, or a horizon that is not above zero.

    Notes
    -----
    Formula: as `p_alive` and `expected_purchases`.

    Assumes: as the model, and that the coming time is like the time observed.

    Missing data: as the model.

    Interval: 95 %, by the delta method (on the logit for the chance, on the logarithm for purchases) from the
    parameters' covariance: how well the expectation of such a customer is known, not how far this one may stray.

    Not for: deciding on a single person alone.

    References
    ----------
    As the models.

    Examples
    --------
    >>> from mizzle.loyalty.fitted import given
    >>> known = given("bg-nbd", {"r": 0.2426, "alpha": 4.4135, "a": 0.7929, "b": 2.4258})
    >>> round(customers(known, [2], [30.43], [38.86], 39)[0].p_alive.value, 4)
    0.7266
    """
    x, tx, observed = checked(frequency, recency, age)
    alive, coming = _alive(model), _expected(model, _horizon(horizon))
    chance = _each(model, lambda at: np.clip(alive(at, x, tx, observed), 0, 1), "share", ALIVE)
    each = _each(model, lambda at: coming(at, x, tx, observed), "purchases", EXPECTED)
    return [Customer(*pair) for pair in zip(chance, each, strict=True)]


def _each(model: Fitted, figures: Callable[[Numbers], Numbers], unit: str, method: str) -> list[Estimate]:
    values = figures(model.values)
    if not model.covariance:
        return [Estimate(float(one), None, model.n, unit, method) for one in values]
    low, high = model.spread(figures, "logit" if unit == "share" else "log")
    rows = zip(values, np.minimum(low, values), np.maximum(high, values), strict=True)
    return [Estimate(float(one), Interval(float(a), float(b)), model.n, unit, method) for one, a, b in rows]


def _horizon(horizon: float) -> float:
    if not (math.isfinite(horizon) and horizon > 0):
        raise UnfitModel("The coming time is a number above zero, in the unit of the model.")
    return float(horizon)


def _alive(model: Fitted) -> Callable[..., Numbers]:
    k = model.k
    known: dict[str, Callable[..., Numbers]] = {
        "bg-nbd": bgnbd.p_alive,
        "pareto-nbd": paretonbd.p_alive,
        "mbg-cnbd-k": lambda at, x, tx, age: mbgcnbdk.p_alive(at, x, tx, age, k),
        "bg-bb": bgbb.p_alive,
    }
    return _named(known, model)


def _expected(model: Fitted, horizon: float) -> Callable[..., Numbers]:
    k = model.k
    known: dict[str, Callable[..., Numbers]] = {
        "bg-nbd": lambda at, x, tx, age: bgnbd.expected(at, x, tx, age, horizon),
        "pareto-nbd": lambda at, x, tx, age: paretonbd.expected(at, x, tx, age, horizon),
        "mbg-cnbd-k": lambda at, x, tx, age: mbgcnbdk.expected(at, x, tx, age, horizon, k),
        "bg-bb": lambda at, x, tx, age: bgbb.expected(at, x, tx, age, horizon),
    }
    return _named(known, model)


def _named(known: dict[str, Callable[..., Any]], model: Fitted) -> Callable[..., Any]:
    if model.model not in known:
        raise UnfitModel(f"{model.model} does not speak of customers who go silent. These do: {', '.join(known)}.")
    return known[model.model]


def coming(model: Fitted, parameters: Numbers, x: Numbers, tx: Numbers, age: Numbers, horizon: float) -> Numbers:
    """Give the purchases to expect of customers that are checked already, at other parameters than the fitted ones."""
    return _expected(model, horizon)(parameters, x, tx, age)
