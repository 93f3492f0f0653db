"""Pareto/NBD: customers buy at random until they stop for good, at any time, not only after a purchase."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.special import gammaln, psi, zeta

from mizzle.loyalty.bases import Base, base_of
from mizzle.loyalty.fitted import Fitted, fitted
from mizzle.loyalty.maximum import SCALE, SHAPE, Height, highest, mixture

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import ArrayLike, NDArray

    Numbers = NDArray[np.float64]

BOUNDS = (SHAPE, SCALE, SHAPE, SHAPE + 2.5)
NODES = 32
AT, BY = np.polynomial.legendre.leggauss(NODES)
AT, BY = (AT + 1) / 2, BY / 2
FADED = 45.0
"""Powers of e by which an integrand has fallen where the rest of it no longer counts."""

ROWS = 1024
NOTHING = -1e300


def pareto_nbd(frequency: ArrayLike, recency: ArrayLike, age: ArrayLike) -> Fitted:
    """Say how often customers return and how soon they stop, where they may stop at any time (Pareto/NBD).

    Parameters
    ----------
    frequency
        Per customer: repeat purchases, the first one not counted.
    recency
        Per customer: time from the first purchase to the last, in any unit; 0 without a repeat.
    age
        Per customer: time from the first purchase to the end of observation, in the same unit.

    Returns
    -------
    Fitted
        r and alpha (purchase rates are gamma-distributed with mean r / alpha per unit of time), s and beta (rates of
        stopping are gamma-distributed with mean s / beta), each with a 95 % interval, and LL.

    Raises
    ------
    UnfitCustomers
        For histories that cannot be, or fewer than five customers who bought again.

    Notes
    -----
    Formula: L = Γ(r+x) alpha^r beta^s / Γ(r) [(alpha+T)^-(r+x) (beta+T)^-s + s ∫ (alpha+u)^-(r+x) (beta+u)^-(s+1) du],
    u from t_x to T. The integral, whose closed form has two hypergeometric functions that lose their digits, is taken
    by 32 Gauss-Legendre nodes in the logarithm of u, to twelve digits, and differentiated under its sign.

    Assumes: a customer buys as a Poisson process of constant rate during an exponential lifetime; the two rates are
    independent across customers. One cohort, no season.

    Missing data: none is filled in; leave a customer out whose history is not known.

    Interval: 95 %, normal on the logarithm of a parameter, from the inverse of the second derivatives at the top. None
    where it has no top that fixes the parameter, which is said in a warning.
    It covers 93 to 97 % at 4,000 customers whose repeats look like CDNOW's.

    Not for: contracts that are ended openly (use sBG), purchases in fixed rounds (use BG/BB).

    References
    ----------
    Schmittlein, Morrison and Colombo (1987), Management Science 33, 1-24; Fader and Hardie (2005), A note on deriving
    the Pareto/NBD model. Checked against the CDNOW figures of the latter: tests/golden/proofs/loyalty.py.

    Examples
    --------
    >>> import numpy as np
    >>> from mizzle.loyalty import draw, given
    >>> known = given("pareto-nbd", {"r": 0.55, "alpha": 10.5, "s": 0.6, "beta": 11.5})
    >>> drawn = draw(known, np.full(4000, 39.0), np.random.default_rng(1))
    >>> found = pareto_nbd(*drawn)
    >>> {name: round(one.value, 2) for name, one in found.parameters.items()}
    {'r': 0.57, 'alpha': 11.03, 's': 0.61, 'beta': 11.17}
    """
    return fit(base_of(frequency, recency, age))


def fit(base: Base, near: Sequence[Sequence[float]] = ()) -> Fitted:
    """Fit the model to customers that are put together already; `near` is where to look first."""
    units = np.array([1.0, base.scale, 1.0, base.scale])
    top = highest(surface(base), [*(list(np.asarray(one) / units) for one in near), *_starts(base)], BOUNDS)
    value = top.value - base.repeats * float(np.log(base.scale))
    return fitted("pareto-nbd", top, base.n, value, [1.0, base.scale, 1.0, base.scale])


def _starts(base: Base) -> list[list[float]]:
    rate = base.repeats / max(float(base.age @ base.weight), 1e-9)
    return [[0.7, 0.5 / rate, 0.7, 0.5], [2.0, 2.0 / rate, 1.0, 2.0], [0.3, 0.1, 0.3, 0.05]]


def surface(base: Base) -> Callable[[Numbers], Height]:
    """Give the log-likelihood of customers as a function of the parameters, with its derivatives."""
    values, counts = base.counts()
    n = float(base.weight.sum())

    def at(parameters: Numbers) -> Height:
        r, alpha, s, beta = (float(one) for one in parameters)
        total = float(counts @ gammaln(r + values)) + n * (r * np.log(alpha) - gammaln(r) + s * np.log(beta))
        slope = np.zeros(4)
        slope[0] = counts @ psi(r + values) + n * (np.log(alpha) - psi(r))
        slope[1], slope[2], slope[3] = n * r / alpha, n * np.log(beta), n * s / beta
        bend = np.zeros((4, 4))
        bend[0, 0] = counts @ zeta(2, r + values) - n * zeta(2, r)
        bend[0, 1] = bend[1, 0] = n / alpha
        bend[1, 1], bend[3, 3] = -n * r / alpha**2, -n * s / beta**2
        bend[2, 3] = bend[3, 2] = n / beta
        for part in base.parts(size=ROWS):
            sums = mixture(*_lives(base.x[part], base.tx[part], base.age[part], base.weight[part], parameters))
            total, slope, bend = total + sums.value, slope + sums.slope, bend + sums.bend
        return Height(float(total), slope, bend)

    return at


def _ends(x: Numbers, tx: Numbers, age: Numbers, parameters: Numbers) -> tuple[Numbers, Numbers, Numbers]:
    """Give alpha + u and beta + u at the nodes of the integral and at T, and the logarithm of what each adds.

    The first column is a life beyond T, the others are lives that ended between t_x and T.
    """
    r, alpha, s, beta = (float(one) for one in parameters)
    m, least = (r + x)[:, None], min(alpha, beta)
    last, until = tx[:, None], age[:, None]
    long = np.log(least + until) - np.log(least + last)
    by_rate = np.log1p((alpha + last) * np.expm1(np.minimum(FADED / m, 600.0)) / (least + last))
    by_life = np.log1p((beta + last) * np.expm1(min(FADED / s, 600.0)) / (least + last))
    long = np.minimum(long, np.minimum(by_rate, by_life))
    later = (least + last) * np.expm1(long * AT)
    rate = np.concatenate([alpha + until, alpha + last + later], axis=1)
    life = np.concatenate([beta + until, beta + last + later], axis=1)
    log_rate, log_life = np.log(rate), np.log(life)
    logs = -m * log_rate - s * log_life
    step = np.where(long > 0, np.log(np.maximum(long, 1e-300)), NOTHING) + np.log(BY * s)
    smaller = log_rate if alpha <= beta else log_life
    logs[:, 1:] += smaller[:, 1:] - log_life[:, 1:] + step
    return rate, life, logs


def _lives(
    x: Numbers, tx: Numbers, age: Numbers, weight: Numbers, parameters: Numbers
) -> tuple[Numbers, Numbers, list[Numbers], dict[tuple[int, int], Numbers]]:
    """Give the parts of a likelihood, as `mixture` wants them."""
    s = float(parameters[2])
    rate, life, logs = _ends(x, tx, age, parameters)
    m = (float(parameters[0]) + x)[:, None]
    ended = np.ones(NODES + 1)
    ended[0] = 0.0
    inverse_rate, inverse_life = 1 / rate, 1 / life
    scores = [-np.log(rate), -m * inverse_rate, ended / s - np.log(life), -(s + ended) * inverse_life]
    bends = {
        (0, 1): -inverse_rate,
        (1, 1): m * inverse_rate**2,
        (2, 2): np.broadcast_to(-ended / s**2, life.shape),
        (2, 3): -inverse_life,
        (3, 3): (s + ended) * inverse_life**2,
    }
    return logs, weight, scores, bends


def p_alive(parameters: Numbers, x: Numbers, tx: Numbers, age: Numbers) -> Numbers:
    """Give the chance that each customer has not stopped."""
    found = np.empty(len(x))
    scale = max(float(age.max(initial=0.0)), 1e-9)
    scaled = parameters * np.array([1.0, 1 / scale, 1.0, 1 / scale])
    for at in range(0, len(x), ROWS):
        part = slice(at, at + ROWS)
        _, _, logs = _ends(x[part], tx[part] / scale, age[part] / scale, scaled)
        shares = np.exp(logs - logs.max(axis=1, keepdims=True))
        found[part] = shares[:, 0] / shares.sum(axis=1)
    return found


def expected(parameters: Numbers, x: Numbers, tx: Numbers, age: Numbers, horizon: float) -> Numbers:
    """Give the purchases to expect of each customer in the coming time."""
    r, alpha, s, beta = parameters
    longer = np.log1p(horizon / (beta + age))
    lasting = longer if s == 1 else -np.expm1(-(s - 1) * longer) / (s - 1)
    found: Numbers = p_alive(parameters, x, tx, age) * (r + x) * (beta + age) / (alpha + age) * lasting
    return found


def expected_new(parameters: Numbers, horizon: float) -> float:
    """Give the repeat purchases to expect of a new customer in the time after the first one."""
    r, alpha, s, beta = (float(one) for one in parameters)
    longer = np.log1p(horizon / beta)
    lasting = longer if s == 1 else -np.expm1(-(s - 1) * longer) / (s - 1)
    return float(r / alpha * beta * lasting)
