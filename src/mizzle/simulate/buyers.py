"""Customers who never were: how often they come back and what they spend is drawn from models that are known."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pyarrow as pa

from mizzle.loyalty.drawing import draw, draw_means
from mizzle.loyalty.fitted import given

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    Numbers = NDArray[np.float64]

CUSTOMERS: Mapping[str, Mapping[str, float]] = {
    "bg-nbd": {"r": 0.243, "alpha": 4.414, "a": 0.793, "b": 2.426},
    "pareto-nbd": {"r": 0.553, "alpha": 10.58, "s": 0.606, "beta": 11.67},
    "mbg-cnbd-k": {"r": 1.329, "alpha": 2.813, "a": 0.425, "b": 0.79},
    "bg-bb": {"alpha": 1.204, "beta": 0.75, "gamma": 0.657, "delta": 2.783},
    "gamma-gamma": {"p": 6.25, "q": 3.74, "v": 15.44},
    "sbg": {"alpha": 0.704, "beta": 1.182},
}
"""Models with the parameters that were published for real customers; times in weeks."""

FIRST_DAY = np.datetime64("2023-01-01")
NEWCOMING = 12
"""Weeks in which customers come first."""

DAYS_A_WEEK = 7


class Buyers(NamedTuple):
    """Customers: repeats, time of the last one, time observed, mean amount of the repeats (0 without one)."""

    frequency: Numbers
    recency: Numbers
    age: Numbers
    monetary: Numbers


def buyers(
    customers: int, rng: np.random.Generator, *, model: str = "bg-nbd", time: float = 39.0, k: int = 1
) -> Buyers:
    """Draw customers from a known model.

    Parameters
    ----------
    customers
        How many.
    rng
        Where the chance comes from.
    model
        ``"bg-nbd"``, ``"pareto-nbd"``, ``"mbg-cnbd-k"`` or ``"bg-bb"``, with the parameters of `CUSTOMERS`.
    time
        The longest time observed, in weeks; customers come first in its first twelve weeks, or third of it. For
        BG/BB the number of occasions, the same for all.
    k
        Regularity of purchases, for MBG/CNBD-k.

    Returns
    -------
    Buyers
        With amounts from the gamma-gamma model of `CUSTOMERS`.

    Examples
    --------
    >>> found = buyers(1000, np.random.default_rng(1))
    >>> len(found.frequency), bool((found.recency <= found.age).all())
    (1000, True)
    """
    age = np.full(customers, float(time))
    if model != "bg-bb":
        age -= rng.uniform(0, min(NEWCOMING, time / 3), customers)
    drawn = draw(given(model, CUSTOMERS[model], k=k), age, rng)
    return Buyers(*drawn, draw_means(given("gamma-gamma", CUSTOMERS["gamma-gamma"]), drawn.frequency, rng))


def purchases(customers: int, rng: np.random.Generator, *, weeks: int = 52) -> pa.Table:
    """Draw a file of transactions: who bought, on which day, for how much.

    Parameters
    ----------
    customers
        How many.
    rng
        Where the chance comes from.
    weeks
        How long they are observed, from 1 January 2023; they come first in the first twelve weeks.

    Returns
    -------
    pyarrow.Table
        ``customer`` (text), ``date`` (day), ``amount`` (number); in the order of customers and days.

    Examples
    --------
    >>> table = purchases(100, np.random.default_rng(1))
    >>> table.column_names, table.num_rows >= 100
    (['customer', 'date', 'amount'], True)
    """
    known, money = CUSTOMERS["bg-nbd"], CUSTOMERS["gamma-gamma"]
    age = weeks - rng.uniform(0, min(NEWCOMING, weeks / 3), customers)
    rate = rng.gamma(known["r"], 1 / known["alpha"], customers)
    stop = np.clip(rng.beta(known["a"], known["b"], customers), 1e-9, 1.0)
    steps = rng.poisson(rate * age)
    who = np.repeat(np.arange(customers), steps)
    when = rng.uniform(0, age[who])
    order = np.lexsort((when, who))
    who, when = who[order], when[order]
    place = np.arange(len(who)) - (np.cumsum(steps) - steps)[who] + 1
    lasting = place <= rng.geometric(stop)[who]
    who, when = np.r_[np.arange(customers), who[lasting]], np.r_[np.zeros(customers), when[lasting]]
    order = np.lexsort((when, who))
    who, when = who[order], when[order]
    spend = np.maximum(rng.gamma(money["q"], 1 / money["v"], customers), 1e-9)
    amount = np.maximum(rng.gamma(money["p"], 1.0, len(who)) / spend[who], 0.01)
    day = np.minimum((weeks - age[who] + when) * DAYS_A_WEEK, weeks * DAYS_A_WEEK - 1).astype(np.int64)
    names = np.char.add("C", np.char.zfill((who + 1).astype(str), 6))
    columns = [pa.array(names), pa.array(FIRST_DAY + day), pa.array(amount.round(2))]
    return pa.table(dict(zip(("customer", "date", "amount"), columns, strict=True)))


def cohort(customers: int, rng: np.random.Generator, *, renewals: int = 7) -> NDArray[np.int64]:
    """Draw how many customers of a contract are left at the start and after each renewal.

    Parameters
    ----------
    customers
        How many there are at the start.
    rng
        Where the chance comes from.
    renewals
        How many renewals are observed.

    Returns
    -------
    ndarray
        Numbers of customers, one more than there are renewals; by the sBG model of `CUSTOMERS`.

    Examples
    --------
    >>> left = cohort(1000, np.random.default_rng(1))
    >>> int(left[0]), len(left)
    (1000, 8)
    """
    known = CUSTOMERS["sbg"]
    leaves = rng.geometric(np.clip(rng.beta(known["alpha"], known["beta"], customers), 1e-9, 1.0))
    return np.array([int((leaves > period).sum()) for period in range(renewals + 1)])
