"""BG/NBD: customers buy at random until, after one of their purchases, they stop for good."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.special import gammaln, hyp2f1, psi, zeta

from mizzle.loyalty.bases import Base, base_of
from mizzle.loyalty.fitted import Fitted, fitted
from mizzle.loyalty.maximum import SCALE, SHAPE, Height, highest
from mizzle.loyalty.reaching import reached

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import ArrayLike, NDArray

    Numbers = NDArray[np.float64]

BOUNDS = (SHAPE, SCALE, SHAPE, SHAPE)
SAMPLED = 10_000
"""Rows of a sample that is fitted first, where there are many more."""

ROUGH = 1e-6
NEAR_ONE = 1e-5
"""How near to a pole of the closed form the mean of its two sides is taken."""


def bg_nbd(frequency: ArrayLike, recency: ArrayLike, age: ArrayLike) -> Fitted:
    """Say how often customers return and how soon they stop, from how often and how lately each bought (BG/NBD).

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
        r and alpha (purchase rates are gamma-distributed with mean r / alpha per unit of time), a and b (the chance to
        stop after a purchase is beta-distributed with mean a / (a + b)), each with a 95 % interval, and LL.

    Raises
    ------
    UnfitCustomers
        For histories that cannot be, or fewer than five customers who bought again.

    Notes
    -----
    Formula: L(r, alpha, a, b) = A1 A2 (A3 + [x > 0] A4) with A1 = Γ(r+x) alpha^r / Γ(r), A2 = Γ(a+b) Γ(b+x) / (Γ(b)
    Γ(a+b+x)), A3 = (alpha+T)^-(r+x), A4 = a / (b+x-1) (alpha+t_x)^-(r+x); maximised by Newton's method with the
    second derivatives in closed form, over the different rows of the data only.

    Assumes: a customer buys as a Poisson process of constant rate while alive, may stop only after a repeat purchase,
    and rate and chance to stop are independent across customers. One cohort, no season.

    Missing data: none is filled in; leave a customer out whose history is not known.

    Interval: 95 %, normal on the logarithm of a parameter, from the inverse of the second derivatives at the top. None
    where it has no top that fixes the parameter, which is said in a warning.
    It covers 93 to 97 % from 1,000 customers on whose repeats look like CDNOW's.

    Not for: contracts that are ended openly (use sBG), purchases in fixed rounds (use BG/BB), or customers who buy at
    regular gaps (use MBG/CNBD-k).

    References
    ----------
    Fader, Hardie and Lee (2005), Counting your customers the easy way, Marketing Science 24, 275-284. Checked against
    its CDNOW figures: tests/golden/proofs/loyalty.py.

    Examples
    --------
    >>> import numpy as np
    >>> from mizzle.loyalty import draw, given
    >>> known = given("bg-nbd", {"r": 0.25, "alpha": 4.5, "a": 0.8, "b": 2.5})
    >>> drawn = draw(known, np.full(4000, 39.0), np.random.default_rng(1))
    >>> found = bg_nbd(*drawn)
    >>> {name: round(one.value, 2) for name, one in found.parameters.items()}
    {'r': 0.25, 'alpha': 4.42, 'a': 0.81, 'b': 2.42}
    """
    return fit(base_of(frequency, recency, age))


def fit(base: Base, near: Sequence[Sequence[float]] = ()) -> Fitted:
    """Fit the model to customers that are put together already; `near` is where to look first."""
    starts = [*_scaled(near, base.scale), *_starts(base)]
    if len(base.x) - base.once > 2 * SAMPLED:
        starts = [list(highest(surface(base.sample(SAMPLED)), starts, BOUNDS).at), *starts]
    top = highest(surface(base), starts, BOUNDS)
    value = top.value - base.repeats * float(np.log(base.scale))
    return fitted("bg-nbd", top, base.n, value, [1.0, base.scale, 1.0, 1.0])


def _scaled(near: Sequence[Sequence[float]], scale: float) -> list[list[float]]:
    return [[one[0], one[1] / scale, *one[2:]] for one in near]


def _starts(base: Base) -> list[list[float]]:
    rate = base.repeats / max(float(base.age @ base.weight), 1e-9)
    return [[0.7, 0.7 / rate, 0.8, 2.5], [2.0, 2.0 / rate, 0.2, 2.0], [0.3, 0.1, 3.0, 10.0]]


def surface(base: Base) -> Callable[[Numbers], Height]:
    """Give the log-likelihood of customers as a function of the parameters, with its derivatives."""
    values, counts = base.counts()
    once = slice(0, base.once)

    def at(parameters: Numbers) -> Height:
        r, alpha, a, b = (float(one) for one in parameters)
        slope, bend = np.zeros(4), np.zeros((4, 4))
        total = _by_count(values, counts, base.weight, parameters, slope, bend)
        total += _never_again(base.age[once], base.weight[once], r, alpha, slope, bend)
        for part in base.parts(base.once):
            rows = base.x[part], base.tx[part], base.age[part], base.weight[part]
            total += _returned(*rows, (r, alpha, a, b), slope, bend)
        bend += np.triu(bend, 1).T
        return Height(total, slope, bend)

    return at


def _by_count(
    values: Numbers, counts: Numbers, weight: Numbers, parameters: Numbers, slope: Numbers, bend: Numbers
) -> float:
    """Add what depends on the number of repeats only."""
    r, alpha, a, b = (float(one) for one in parameters)
    n = float(weight.sum())
    total = counts @ (gammaln(r + values) + gammaln(b + values) - gammaln(a + b + values))
    total += n * (gammaln(a + b) - gammaln(b) - gammaln(r) + r * np.log(alpha))
    more_r, more_b, more_ab = psi(r + values), psi(b + values), psi(a + b + values)
    slope[0] += counts @ more_r - n * (psi(r) - np.log(alpha))
    slope[1] += n * r / alpha
    slope[2] += n * psi(a + b) - counts @ more_ab
    slope[3] += counts @ (more_b - more_ab) + n * (psi(a + b) - psi(b))
    both = n * zeta(2, a + b) - counts @ zeta(2, a + b + values)
    bend[0, 0] += counts @ zeta(2, r + values) - n * zeta(2, r)
    bend[0, 1] += n / alpha
    bend[1, 1] -= n * r / alpha**2
    bend[2, 2] += both
    bend[2, 3] += both
    bend[3, 3] += both + counts @ zeta(2, b + values) - n * zeta(2, b)
    return float(total)


def _never_again(age: Numbers, weight: Numbers, r: float, alpha: float, slope: Numbers, bend: Numbers) -> float:
    """Add the time without a purchase of those who bought once."""
    over = weight / (alpha + age)
    first = float(weight @ np.log(alpha + age))
    slope[0] -= first
    slope[1] -= r * over.sum()
    bend[0, 1] -= over.sum()
    bend[1, 1] += r * (over / (alpha + age)).sum()
    return -r * first


def _returned(
    x: Numbers,
    tx: Numbers,
    age: Numbers,
    weight: Numbers,
    parameters: tuple[float, float, float, float],
    slope: Numbers,
    bend: Numbers,
) -> float:
    """Add the times of those who came back, who may have stopped at their last purchase or be silent since."""
    r, alpha, a, b = parameters
    m, whole, last, stay = r + x, 1 / (alpha + age), 1 / (alpha + tx), 1 / (b + x - 1)
    until = np.log(alpha + age)
    longer = until - np.log(alpha + tx)
    odds = np.log(a) + np.log(stay) + m * longer
    small = np.exp(-np.abs(odds))
    gone = np.where(odds >= 0, 1.0, small) / (1 + small)
    wp = weight * gone
    wq = wp * np.where(odds >= 0, small, 1.0) / (1 + small)
    sooner = whole - last
    by_alpha = m * sooner
    wm = weight * m * whole
    slope[0] += wp @ longer - weight @ until
    slope[1] += wp @ by_alpha - wm.sum()
    slope[2] += wp.sum() / a
    slope[3] -= wp @ stay
    by_r, across = wq * longer, wq * by_alpha
    bend[0, 0] += by_r @ longer
    bend[0, 1] += by_r @ by_alpha + wp @ sooner - weight @ whole
    bend[0, 2] += by_r.sum() / a
    bend[0, 3] -= by_r @ stay
    bend[1, 1] += across @ by_alpha - (wp * by_alpha) @ (whole + last) + wm @ whole
    bend[1, 2] += across.sum() / a
    bend[1, 3] -= across @ stay
    staying = wq @ stay
    bend[2, 2] += (wq.sum() - wp.sum()) / a**2
    bend[2, 3] -= staying / a
    bend[3, 3] += (wq + wp) @ (stay * stay)
    return float(weight @ (np.maximum(odds, 0.0) + np.log1p(small) - m * until))


def p_alive(parameters: Numbers, x: Numbers, tx: Numbers, age: Numbers) -> Numbers:
    """Give the chance that each customer has not stopped; 1 for those who bought once, who cannot have stopped yet."""
    r, alpha, a, b = parameters
    safe = np.maximum(x, 1.0)
    odds = np.log(a) - np.log(b + safe - 1) + (r + x) * (np.log(alpha + age) - np.log(alpha + tx))
    found: Numbers = np.where(x > 0, 1 / (1 + np.exp(np.minimum(odds, 700.0))), 1.0)
    return found


def expected(parameters: Numbers, x: Numbers, tx: Numbers, age: Numbers, horizon: float) -> Numbers:
    """Give the purchases to expect of each customer in the coming time."""
    r, alpha, a, b = parameters
    share = horizon / (alpha + age + horizon)
    return p_alive(parameters, x, tx, age) * purchases_if_alive(r + x, a, b + x, share)


def purchases_if_alive(rate: Numbers, a: float, b: Numbers, share: Numbers) -> Numbers:
    """Give the purchases to expect of a customer who is alive.

    Parameters
    ----------
    rate
        Shape of the gamma distribution of the purchase rate.
    a, b
        Of the beta distribution of the chance to stop after a purchase.
    share
        The coming time as a share of itself and the rate's other parameter.

    Notes
    -----
    (a + b - 1) / (a - 1) · [1 - (1 - z)^(a-1) 2F1(a + b - 1 - rate, a - 1; a + b - 1; z)], which is the published
    form after Euler's transformation: it neither overflows nor cancels for those who bought a thousand times; where a
    is larger than their rate, it is the published form itself. Where its digits are lost all the same, which shows
    since it then lies outside of what is possible, the sum over purchases is taken. At its poles (a = 1, a + b = 1)
    the mean of both sides is taken, since the figure itself passes smoothly.
    """
    pairs, places = np.unique(rate + 1j * share, return_inverse=True)
    if len(pairs) < len(rate):
        first = np.empty(len(pairs), np.int64)
        first[places] = np.arange(len(rate))
        found: Numbers = _if_alive(rate[first], a, b[first], share[first])[places]
        return found
    return _if_alive(rate, a, b, share)


def _if_alive(rate: Numbers, a: float, b: Numbers, share: Numbers) -> Numbers:
    if abs(a - 1) < NEAR_ONE:
        return (_beside(rate, 1 + NEAR_ONE, b, share) + _beside(rate, 1 - NEAR_ONE, b, share)) / 2
    return _beside(rate, a, b, share)


def _beside(rate: Numbers, a: float, b: Numbers, share: Numbers) -> Numbers:
    pole = np.abs(a + b - 1) < NEAR_ONE
    if not pole.any():
        return _closed(rate, a, b, share)
    sides = [_closed(rate, a, np.where(pole, 1 - a + sign * NEAR_ONE, b), share) for sign in (1, -1)]
    return (sides[0] + sides[1]) / 2


def _closed(rate: Numbers, a: float, b: Numbers, share: Numbers) -> Numbers:
    over, less = a + b - 1, np.minimum(rate, a - 1)
    with np.errstate(over="ignore", invalid="ignore"):
        series = np.where(rate < a - 1, hyp2f1(rate, b, over, share), hyp2f1(over - rate, a - 1, over, share))
        found: Numbers = over / (a - 1) * (1 - np.exp(less * np.log1p(-share)) * series)
    least, most = -np.expm1(rate * np.log1p(-share)), rate * share / (1 - share)
    lost = ~((found >= least * (1 - ROUGH)) & (found <= most * (1 + ROUGH)))
    if lost.any():
        found[lost] = reached(rate[lost], a, b[lost], share[lost], np.ones((int(lost.sum()), 1)))
    return found


def expected_new(parameters: Numbers, horizon: float) -> float:
    """Give the repeat purchases to expect of a new customer in the time after the first one."""
    zero = np.zeros(1)
    return float(expected(parameters, zero, zero, zero, horizon)[0])
