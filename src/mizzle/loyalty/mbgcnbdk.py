"""MBG/CNBD-k: customers buy with some regularity until, after any purchase, they stop for good."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import gammaln, psi, zeta

from mizzle.loyalty.bases import Base, UnfitCustomers, base_of
from mizzle.loyalty.bgnbd import purchases_if_alive
from mizzle.loyalty.fitted import Fitted, UnfitModel, fitted
from mizzle.loyalty.maximum import SCALE, SHAPE, Height, highest, mixture
from mizzle.loyalty.reaching import reached
from mizzle.samples import as_numbers

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import ArrayLike, NDArray

    from mizzle.loyalty.maximum import Top

    Numbers = NDArray[np.float64]

BOUNDS = (SHAPE, SCALE, SHAPE, SHAPE)
MOST_REGULAR = 12
"""The largest k that is tried."""

ROWS = 8192
NOTHING = -1e300


def mbg_cnbd_k(
    frequency: ArrayLike,
    recency: ArrayLike,
    age: ArrayLike,
    *,
    log_gaps: ArrayLike | None = None,
    k: int | None = None,
) -> Fitted:
    """Say how often and how regularly customers return and how soon they stop (MBG/CNBD-k).

    Parameters
    ----------
    frequency
        Per customer: repeat purchases, the first one not counted.
    recency
        Per customer: time from the first purchase to the last, in any unit; 0 without a repeat.
    age
        Per customer: time from the first purchase to the end of observation, in the same unit.
    log_gaps
        Per customer: the sum of the natural logarithms of the times between purchases; 0 without a repeat. Needed to
        choose k, and for LL where k is above 1.
    k
        How regular purchases are: 1 is random, more is more regular. Chosen by likelihood where none is given.

    Returns
    -------
    Fitted
        r and alpha (rates of steps, k to a purchase, are gamma-distributed), a and b (the chance to stop after a
        purchase is beta-distributed), each with a 95 % interval; k; LL (undefined without `log_gaps` where k > 1).

    Raises
    ------
    UnfitCustomers
        For histories that cannot be, or fewer than five customers who bought again.
    UnfitModel
        Without k and without `log_gaps`: then nothing tells how regular purchases are.

    Notes
    -----
    Formula: L = Π gaps^(k-1) / Γ(k)^x · B(a, b+x+1) / B(a, b) · alpha^r Γ(r+kx) / Γ(r) · (alpha+T)^-(r+kx) · (S1 + S2),
    S1 = a / (b+x) ((alpha+T) / (alpha+t_x))^(r+kx), S2 = Σ over j < k of (r+kx)_j (T-t_x)^j / (j! (alpha+T)^j);
    P(alive) = S2 / (S1 + S2). k is the first whose successor has a lower LL, at most 12.

    Assumes: gaps of a customer are Erlang-k of constant rate; after each purchase, the first included, the customer
    stops with the same chance; rate and chance are independent across customers.

    Missing data: none is filled in; leave a customer out whose history is not known.

    Interval: 95 %, normal on the logarithm of a parameter, from the inverse of the second derivatives at the top, for
    the k that was chosen as if it had been known. It covers 93 to 97 % at 1,000 customers with k = 2.

    Not for: contracts that are ended openly (use sBG), or gaps that bear the rhythm of a calendar more than the
    customer's own.

    References
    ----------
    Platzer and Reutterer (2016), Ticking away the moments: timing regularity helps to better predict customer
    activity, Marketing Science 35, 779-799; the R package BTYDplus. Checked against P(alive) of its grocery data:
    tests/golden/proofs/loyalty.py.

    Examples
    --------
    >>> import numpy as np
    >>> from mizzle.loyalty import draw, given
    >>> known = given("mbg-cnbd-k", {"r": 1.3, "alpha": 2.8, "a": 0.4, "b": 0.8}, k=2)
    >>> drawn = draw(known, np.full(4000, 52.0), np.random.default_rng(1))
    >>> found = mbg_cnbd_k(*drawn, k=2)
    >>> {name: round(one.value, 2) for name, one in found.parameters.items()}
    {'r': 1.33, 'alpha': 2.89, 'a': 0.41, 'b': 0.8}
    """
    base = base_of(frequency, recency, age)
    gaps = _gaps(log_gaps, frequency)
    if k is not None:
        if not 1 <= k <= MOST_REGULAR or k != int(k):
            raise UnfitModel(f"k is a whole number from 1 to {MOST_REGULAR}.")
        return fit(base, k, gaps=gaps)
    if gaps is None:
        raise UnfitModel("Without the times between purchases nothing tells k. Give k, or the transactions themselves.")
    tops = [highest(surface(base, 1), _starts(base, 1), BOUNDS)]
    for more in range(2, MOST_REGULAR + 1):
        before = list(tops[-1].at * np.array([1.0, more / (more - 1), 1.0, 1.0]))
        tops.append(highest(surface(base, more), [before, *_starts(base, more)], BOUNDS))
        if _whole_value(base, tops[-1], more, gaps) < _whole_value(base, tops[-2], more - 1, gaps):
            tops.pop()
            break
    return _told(base, tops[-1], len(tops), gaps)


def fit(base: Base, k: int, near: Sequence[Sequence[float]] = (), *, gaps: float | None = None) -> Fitted:
    """Fit the model of one k to customers that are put together already; `near` is where to look first."""
    units = np.array([1.0, base.scale, 1.0, 1.0])
    starts = [*(list(np.asarray(one) / units) for one in near), *_starts(base, k)]
    return _told(base, highest(surface(base, k), starts, BOUNDS), k, gaps)


def _gaps(log_gaps: ArrayLike | None, frequency: ArrayLike) -> float | None:
    if log_gaps is None:
        return None
    each = as_numbers(log_gaps)
    if each.shape != np.atleast_1d(np.asarray(frequency)).shape or not np.isfinite(each).all():
        raise UnfitCustomers(
            "The sums of the logarithms of gaps need one number for every customer; 0 without a repeat."
        )
    return float(each.sum())


def _whole_value(base: Base, top: Top, k: int, gaps: float) -> float:
    return float(top.value - k * base.repeats * math.log(base.scale) + (k - 1) * gaps - base.repeats * gammaln(k))


def _told(base: Base, top: Top, k: int, gaps: float | None) -> Fitted:
    warnings = []
    if k == MOST_REGULAR and gaps is not None:
        warnings.append(f"k is {MOST_REGULAR}, the largest that is tried: purchases are as regular as a calendar.")
    known = gaps is not None or k == 1
    value = _whole_value(base, top, k, gaps or 0.0)
    found = fitted("mbg-cnbd-k", top, base.n, value, [1.0, base.scale, 1.0, 1.0], k=k, warnings=warnings)
    if known:
        return found
    from dataclasses import replace

    return replace(found, log_likelihood=replace(found.log_likelihood, value=None))


def _starts(base: Base, k: int) -> list[list[float]]:
    rate = k * base.repeats / max(float(base.age @ base.weight), 1e-9)
    return [[1.0, 1.0 / rate, 0.6, 1.5], [2.0, 2.0 / rate, 0.2, 2.0], [0.5, 0.1, 2.0, 5.0]]


def surface(base: Base, k: int) -> Callable[[Numbers], Height]:
    """Give the log-likelihood of customers as a function of the parameters, with its derivatives; without the gaps."""
    n = float(base.weight.sum())

    def at(parameters: Numbers) -> Height:
        r, alpha, a, b = (float(one) for one in parameters)
        total = n * (r * np.log(alpha) - gammaln(r) - gammaln(a) - gammaln(b) + gammaln(a + b))
        slope = n * np.array([np.log(alpha) - psi(r), r / alpha, psi(a + b) - psi(a), psi(a + b) - psi(b)])
        both = zeta(2, a + b)
        bend = n * np.array(
            [
                [-zeta(2, r), 1 / alpha, 0.0, 0.0],
                [1 / alpha, -r / alpha**2, 0.0, 0.0],
                [0.0, 0.0, both - zeta(2, a), both],
                [0.0, 0.0, both, both - zeta(2, b)],
            ]
        )
        for part in base.parts(size=ROWS):
            rows = base.x[part], base.tx[part], base.age[part]
            sums = mixture(_ways(*rows, parameters, k), base.weight[part], *_derivatives(*rows, parameters, k))
            total, slope, bend = total + sums.value, slope + sums.slope, bend + sums.bend
        return Height(float(total), slope, bend)

    return at


def _ways(x: Numbers, tx: Numbers, age: Numbers, parameters: Numbers, k: int) -> Numbers:
    """Give the logarithm of each way to this history: stopped at the last purchase; or alive, j steps on since."""
    r, alpha, a, b = (float(one) for one in parameters)
    m = r + k * x
    logs = np.empty((len(x), k + 1))
    beta = gammaln(b + x) - gammaln(a + b + x + 1)
    since = age - tx
    step = np.where(since > 0, np.log(np.maximum(since, 1e-300)), NOTHING) - np.log(alpha + age)
    logs[:, 0] = gammaln(m) - m * np.log(alpha + tx) + gammaln(a + 1) + beta
    logs[:, 1] = gammaln(m) - m * np.log(alpha + age) + gammaln(a) + np.log(b + x) + beta
    for j in range(1, k):
        logs[:, j + 1] = logs[:, j] + np.log(m + j - 1) + step - np.log(j)
    return logs


def _derivatives(
    x: Numbers, tx: Numbers, age: Numbers, parameters: Numbers, k: int
) -> tuple[list[Numbers], dict[tuple[int, int], Numbers]]:
    """Give the derivatives of those logarithms, as `mixture` wants them."""
    r, alpha, a, b = (float(one) for one in parameters)
    j = np.concatenate([[0.0], np.arange(k)])
    alive = np.ones(k + 1)
    alive[0] = 0.0
    m = (r + k * x)[:, None]
    until = alpha + np.concatenate([tx[:, None], np.repeat(age[:, None], k, axis=1)], axis=1)
    over, both = psi(a + b + x + 1)[:, None], zeta(2, a + b + x + 1)[:, None]
    first, second = psi(m) * np.ones(k + 1), zeta(2, m) * np.ones(k + 1)
    for i in range(1, k):
        first[:, i + 1] = first[:, i] + 1 / (m[:, 0] + i - 1)
        second[:, i + 1] = second[:, i] - 1 / (m[:, 0] + i - 1) ** 2
    stay = (b + x)[:, None]
    scores = [
        first - np.log(until),
        -(m + j) / until,
        (psi(a) + (1 - alive) / a) - over,
        psi(stay) + alive / stay - over,
    ]
    bends = {
        (0, 0): second,
        (0, 1): -1 / until,
        (1, 1): (m + j) / until**2,
        (2, 2): zeta(2, a) - (1 - alive) / a**2 - both,
        (2, 3): -both,
        (3, 3): zeta(2, stay) - alive / stay**2 - both,
    }
    return scores, bends


def _since(parameters: Numbers, x: Numbers, tx: Numbers, age: Numbers, k: int) -> Numbers:
    """Give the share of each way to a history; see `_ways`."""
    logs = _ways(x, tx, age, parameters, k)
    shares = np.exp(logs - logs.max(axis=1, keepdims=True))
    found: Numbers = shares / shares.sum(axis=1, keepdims=True)
    return found


def p_alive(parameters: Numbers, x: Numbers, tx: Numbers, age: Numbers, k: int) -> Numbers:
    """Give the chance that each customer has not stopped."""
    found: Numbers = _since(parameters, x, tx, age, k)[:, 1:].sum(axis=1)
    return found


def expected(parameters: Numbers, x: Numbers, tx: Numbers, age: Numbers, horizon: float, k: int) -> Numbers:
    """Give the purchases to expect of each customer in the coming time, for every k; see `reached`."""
    r, alpha, a, b = (float(one) for one in parameters)
    shares = _since(parameters, x, tx, age, k)
    share = horizon / (alpha + age + horizon)
    if k == 1:
        return np.asarray(shares[:, 1] * purchases_if_alive(r + x, a, b + x + 1, share))
    alive = shares[:, 1:].sum(axis=1)
    steps = shares[:, 1:] / np.maximum(alive, 1e-300)[:, None]
    return np.asarray(alive * reached(r + k * x, a, b + x + 1, share, steps))


def expected_new(parameters: Numbers, horizon: float, k: int) -> float:
    """Give the repeat purchases to expect of a new customer in the time after the first one."""
    zero = np.zeros(1)
    return float(expected(parameters, zero, zero, zero, horizon, k)[0])
