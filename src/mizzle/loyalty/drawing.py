"""Customers drawn from a model: what another sample of the same customers could have looked like."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from mizzle.loyalty.fitted import Fitted, UnfitModel
from mizzle.samples import as_numbers

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Numbers = NDArray[np.float64]


class Drawn(NamedTuple):
    """Histories of customers: repeats, time of the last one, and the time observed."""

    frequency: Numbers
    recency: Numbers
    age: Numbers


LEAST_CHANCE = 1e-12
MOST_PURCHASES = 1e9
"""More are drawn as this many: no customer buys a thousand million times."""


def draw(model: Fitted, age: ArrayLike, rng: np.random.Generator) -> Drawn:
    """Draw customers from a model, one for each time observed.

    Parameters
    ----------
    model
        BG/NBD, Pareto/NBD, MBG/CNBD-k or BG/BB, fitted or given.
    age
        Per customer: the time observed since the first purchase; for BG/BB the number of occasions.
    rng
        Where the chance comes from.

    Returns
    -------
    Drawn
        Histories, in the order of `age`.

    Raises
    ------
    UnfitModel
        For a model that does not speak of customers who go silent.

    Notes
    -----
    Formula: the number of steps in the time observed is drawn first, then which purchase is the last, then when that
    one was: an order statistic of uniform times, which a beta distribution gives without drawing the others.

    Assumes: as the model.

    Missing data: none.

    Interval: none.

    Not for: what real customers did.

    References
    ----------
    David and Nagaraja (2003), Order Statistics, section 2.1.

    Examples
    --------
    >>> import numpy as np
    >>> from mizzle.loyalty.fitted import given
    >>> known = given("bg-nbd", {"r": 0.2426, "alpha": 4.4135, "a": 0.7929, "b": 2.4258})
    >>> drawn = draw(known, np.full(1000, 39.0), np.random.Generator(np.random.PCG64(1)))
    >>> bool((drawn.recency <= 39).all()), int(drawn.frequency.sum()) > 0
    (True, True)
    """
    observed = np.atleast_1d(as_numbers(age))
    if model.model == "pareto-nbd":
        return _pareto(model.values, observed, rng)
    if model.model == "bg-bb":
        return _rounds(model.values, observed, rng)
    if model.model in ("bg-nbd", "mbg-cnbd-k"):
        return _steps(model, observed, rng)
    raise UnfitModel(f"{model.model} does not speak of customers who go silent, so it draws no histories.")


def _steps(model: Fitted, age: Numbers, rng: np.random.Generator) -> Drawn:
    r, alpha, a, b = (float(one) for one in model.values)
    n = len(age)
    steps = rng.poisson(np.minimum(rng.gamma(r, 1 / alpha, n) * age, MOST_PURCHASES)).astype(float)
    chance = np.clip(rng.beta(a, b, n), LEAST_CHANCE, 1.0)
    last = rng.geometric(chance).astype(float) - (model.model == "mbg-cnbd-k")
    x = np.minimum(steps // model.k, last)
    bought = x > 0
    place = model.k * x[bought]
    recency = np.zeros(n)
    recency[bought] = age[bought] * rng.beta(place, steps[bought] - place + 1)
    return Drawn(x, recency, age)


def _pareto(parameters: Numbers, age: Numbers, rng: np.random.Generator) -> Drawn:
    r, alpha, s, beta = (float(one) for one in parameters)
    n = len(age)
    rate = np.maximum(rng.gamma(s, 1 / beta, n), LEAST_CHANCE)
    lived = np.minimum(rng.exponential(1 / rate), age)
    x = rng.poisson(np.minimum(rng.gamma(r, 1 / alpha, n) * lived, MOST_PURCHASES)).astype(float)
    recency = np.zeros(n)
    recency[x > 0] = lived[x > 0] * rng.beta(x[x > 0], 1.0)
    return Drawn(x, recency, age)


def _rounds(parameters: Numbers, occasions: Numbers, rng: np.random.Generator) -> Drawn:
    alpha, beta, gamma, delta = (float(one) for one in parameters)
    n, most = len(occasions), int(occasions.max(initial=0))
    lived = rng.geometric(np.clip(rng.beta(gamma, delta, n), LEAST_CHANCE, 1.0)) - 1
    numbers = np.arange(1, most + 1)
    came = rng.random((n, most)) < rng.beta(alpha, beta, n)[:, None]
    came &= numbers <= np.minimum(lived, occasions)[:, None]
    return Drawn(came.sum(axis=1).astype(float), (came * numbers).max(axis=1, initial=0).astype(float), occasions)


def draw_means(spending: Fitted, frequency: Numbers, rng: np.random.Generator) -> Numbers:
    """Draw the mean amount of each customer's purchases from a gamma-gamma model; 0 where there was none."""
    p, q, v = (float(one) for one in spending.values)
    rate = np.maximum(rng.gamma(q, 1 / v, len(frequency)), LEAST_CHANCE)
    means = np.zeros(len(frequency))
    x = frequency[frequency > 0]
    means[frequency > 0] = rng.gamma(p * x) / (x * rate[frequency > 0])
    return means
