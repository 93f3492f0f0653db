"""What customers are still worth: the purchases to expect of them times what they spend, in today's money."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from mizzle.estimate import Z95, Estimate, Interval
from mizzle.loyalty import bgnbd, mbgcnbdk, paretonbd, spending
from mizzle.loyalty.bases import UnfitCustomers, base_of, checked
from mizzle.loyalty.drawing import draw, draw_means
from mizzle.loyalty.fitted import Fitted, UnfitModel
from mizzle.loyalty.outlook import coming
from mizzle.samples import as_numbers

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import ArrayLike, NDArray

    Numbers = NDArray[np.float64]

METHOD = "loyalty.residual_value/1"
NODES = 6
MOST_DRAWN = 10_000
"""Customers of a bootstrap sample; of more, so many stand for all, and the spread is shrunk to the whole number."""

FEWEST_DRAWS = 20
LOST = 0.1
"""Share of bootstrap samples without an answer beyond which no interval is told."""

MODELS = ("bg-nbd", "pareto-nbd", "mbg-cnbd-k")


@dataclass(frozen=True, slots=True)
class ResidualValue:
    """What a customer base is still worth.

    Attributes
    ----------
    mean
        For a customer.
    total
        Of all of them.
    each
        For every customer, in their order, without an interval.
    warnings
        Sentences to read before the figures are used.
    """

    mean: Estimate
    total: Estimate
    each: tuple[float, ...]
    warnings: tuple[str, ...]


def residual_value(
    model: Fitted,
    amounts: Fitted,
    frequency: ArrayLike,
    recency: ArrayLike,
    age: ArrayLike,
    monetary: ArrayLike,
    *,
    horizon: float,
    discount: float,
    rng: np.random.Generator,
    margin: float = 1.0,
    replicates: int = 200,
) -> ResidualValue:
    """Say what customers are still worth, from what each bought, in today's money.

    Parameters
    ----------
    model
        BG/NBD, Pareto/NBD or MBG/CNBD-k, fitted to these customers.
    amounts
        Gamma-gamma, fitted to these customers.
    frequency, recency, age
        Per customer, as for the model.
    monetary
        Per customer: the mean amount of the repeat purchases.
    horizon
        The coming time that is counted, in the unit of the model.
    discount
        Rate of discount for one unit of time: with weeks and 10 % a year, 1.1 ** (1 / 52.18) - 1.
    rng
        Where the chance of the interval comes from.
    margin
        Share of an amount that is earned; 1 for turnover.
    replicates
        Bootstrap samples; 0 for no interval.

    Returns
    -------
    ResidualValue
        In the currency of the amounts: mean, total, and a value for each customer.

    Raises
    ------
    UnfitCustomers
        For histories that cannot be.
    UnfitModel
        For other models, a horizon that is not above zero, a rate or margin that cannot be, or too few samples.

    Notes
    -----
    Formula: margin · E(amount | x, z) · ∫ (1 + d)^-t dE(purchases until t | x, t_x, T), t from 0 to the horizon,
    integrated by parts over six Gauss-Legendre nodes.

    Assumes: as the models; in particular that what customers spend has nothing to do with how often they come. It
    leaves out purchases beyond the horizon, customers they bring along, costs to serve, and growth.

    Missing data: a customer without a repeat is expected to spend as all do.

    Interval: 95 %, by a parametric bootstrap: histories and amounts of the same customers are drawn from the fitted
    models, the models fitted again, and these customers valued anew; the spread of the logarithm of that value is
    taken as normal. Of more than 10,000 customers, 10,000 are drawn and the spread shrunk by the root of their share.

    Not for: promising what one customer will bring; or prices of a business, without its costs.

    References
    ----------
    Fader, Hardie and Lee (2005), RFM and CLV: using iso-value curves for customer base analysis, Journal of Marketing
    Research 42, 415-430; Efron and Tibshirani (1993), An Introduction to the Bootstrap, section 6.5.

    Examples
    --------
    >>> import numpy as np
    >>> from mizzle.loyalty.fitted import given
    >>> model = given("bg-nbd", {"r": 0.2426, "alpha": 4.4135, "a": 0.7929, "b": 2.4258})
    >>> amounts = given("gamma-gamma", {"p": 6.25, "q": 3.74, "v": 15.44})
    >>> found = residual_value(model, amounts, [2, 0], [30.43, 0], [38.86, 38.86], [22.35, 0], horizon=39,
    ...     discount=0.002, rng=np.random.Generator(np.random.PCG64(1)), replicates=0)
    >>> round(found.mean.value, 2), [round(one, 2) for one in found.each]
    (17.88, [29.15, 6.61])
    """
    _fits(model, amounts, horizon, discount, margin)
    if replicates and replicates < FEWEST_DRAWS:
        raise UnfitModel(f"An interval takes at least {FEWEST_DRAWS} samples; 0 asks for none.")
    x, tx, observed = checked(frequency, recency, age)
    z = np.atleast_1d(as_numbers(monetary))
    if z.shape != x.shape or not np.isfinite(z[x > 0]).all() or (z[x > 0] < 0).any():
        raise UnfitCustomers("Every customer who came again needs a mean amount, not below zero.")
    money = _Money(horizon, math.log1p(discount), margin)
    each = _worth(model, model.values, amounts.values, (x, tx, observed, z), money)
    n, value = len(x), float(each.mean())
    spread, warnings = None, []
    if replicates:
        found = list(_again(model, amounts, (x, tx, observed, z), money, rng, replicates))
        if len(found) < (1 - LOST) * replicates or value <= 0:
            warnings.append("The residual value has no interval: too many samples of such customers fit no model.")
        else:
            spread = float(np.std(np.log(found), ddof=1)) * math.sqrt(min(n, MOST_DRAWN) / n)
    return ResidualValue(
        _around(value, spread, n, 1), _around(value, spread, n, n), tuple(float(one) for one in each), tuple(warnings)
    )


@dataclass(frozen=True, slots=True)
class _Money:
    """The coming time that is counted, the force of interest, and the share of an amount that is earned."""

    horizon: float
    force: float
    margin: float


def _fits(model: Fitted, amounts: Fitted, horizon: float, discount: float, margin: float) -> None:
    if model.model not in MODELS or amounts.model != "gamma-gamma":
        raise UnfitModel(f"A residual value takes one of {', '.join(MODELS)}, and gamma-gamma for the amounts.")
    if not (math.isfinite(horizon) and horizon > 0):
        raise UnfitModel("The coming time is a number above zero, in the unit of the model.")
    if not (0 <= discount <= 1 and 0 < margin <= 1):
        raise UnfitModel("The rate of discount lies between 0 and 1, and the margin is a share above 0, up to 1.")


def _worth(
    model: Fitted,
    parameters: Numbers,
    amounts: Numbers,
    rows: tuple[Numbers, Numbers, Numbers, Numbers],
    money: _Money,
) -> Numbers:
    """Give the value of each customer: discounted purchases to come, times the expected amount."""
    x, tx, age, z = rows
    nodes, shares = np.polynomial.legendre.leggauss(NODES)
    total = math.exp(-money.force * money.horizon) * coming(model, parameters, x, tx, age, money.horizon)
    if money.force:
        for node, share in zip((nodes + 1) / 2 * money.horizon, shares / 2 * money.horizon, strict=True):
            weight = money.force * share * math.exp(-money.force * node)
            total = total + weight * coming(model, parameters, x, tx, age, float(node))
    return np.asarray(money.margin * total * spending.of_each(amounts, x, z))


def _again(
    model: Fitted,
    amounts: Fitted,
    rows: tuple[Numbers, Numbers, Numbers, Numbers],
    money: _Money,
    rng: np.random.Generator,
    replicates: int,
) -> Iterator[float]:
    """Value the same customers by models that are fitted to samples drawn from these models."""
    n = len(rows[0])
    if n > MOST_DRAWN:
        chosen = np.sort(rng.choice(n, MOST_DRAWN, replace=False))
        x, tx, age, z = (one[chosen] for one in rows)
        rows = (x, tx, age, z)
    for _ in range(replicates):
        drawn = draw(model, rows[2], rng)
        try:
            means = draw_means(amounts, drawn.frequency, rng)
            found = _refitted(model, drawn.frequency, drawn.recency, drawn.age)
            spent = spending.gamma_gamma(drawn.frequency, means).values
            value = float(_worth(model, found, spent, rows, money).mean())
        except (UnfitCustomers, UnfitModel):
            continue
        yield value


def _refitted(model: Fitted, x: Numbers, tx: Numbers, age: Numbers) -> Numbers:
    base, near = base_of(x, tx, age), [list(model.values)]
    if model.model == "bg-nbd":
        return bgnbd.fit(base, near).values
    if model.model == "pareto-nbd":
        return paretonbd.fit(base, near).values
    return mbgcnbdk.fit(base, model.k, near).values


def _around(value: float, spread: float | None, n: int, times: int) -> Estimate:
    interval = None
    if spread is not None:
        interval = Interval(times * value * math.exp(-Z95 * spread), times * value * math.exp(Z95 * spread))
    return Estimate(times * value, interval, n, "currency", METHOD)
