"""BG/BB: on each of a row of occasions a customer comes or not, until the customer stops for good before one."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy.special import betaln, psi, zeta

from mizzle.loyalty.bases import UnfitCustomers
from mizzle.loyalty.fitted import Fitted, fitted
from mizzle.loyalty.maximum import SHAPE, Height, highest, mixture
from mizzle.samples import as_numbers

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import ArrayLike, NDArray

    Numbers = NDArray[np.float64]


class Histories(NamedTuple):
    """Different histories: times come, the last of them, occasions, and how many customers have each."""

    x: Numbers
    last: Numbers
    occasions: Numbers
    weight: Numbers


FEWEST = 5
MOST_OCCASIONS = 2000
NOTHING = -1e300
STARTS = ((1.0, 1.0, 0.5, 3.0), (0.5, 0.5, 1.0, 10.0), (2.0, 5.0, 0.2, 0.5))


def bg_bb(
    frequency: ArrayLike, recency: ArrayLike, occasions: ArrayLike, *, customers: ArrayLike | None = None
) -> Fitted:
    """Say how often customers come and how soon they stop, where they can come on given occasions only (BG/BB).

    Parameters
    ----------
    frequency
        Per customer or history: on how many occasions after the first purchase the customer came.
    recency
        Per customer or history: the number of the last of these occasions, from 1; 0 where there was none.
    occasions
        Per customer or history: how many occasions there were.
    customers
        How many customers have each history; one where it is not given.

    Returns
    -------
    Fitted
        alpha and beta (the chance to come is beta-distributed with mean alpha / (alpha + beta)), gamma and delta (the
        chance to stop before an occasion, with mean gamma / (gamma + delta)), each with a 95 % interval, and LL.

    Raises
    ------
    UnfitCustomers
        For histories that cannot be, or fewer than five customers who came again.

    Notes
    -----
    Formula: L = B(alpha+x, beta+n-x) B(gamma, delta+n) / (B(alpha, beta) B(gamma, delta)) + the sum over i from 0 to
    n-t_x-1 of B(alpha+x, beta+t_x-x+i) B(gamma+1, delta+t_x+i) / (B(alpha, beta) B(gamma, delta)).

    Assumes: a customer who is alive comes with the same chance on each occasion, and stops with the same chance before
    each; the two are independent across customers.

    Missing data: none is filled in; leave a customer out whose history is not known.

    Interval: 95 %, normal on the logarithm of a parameter, from the inverse of the second derivatives at the top. None
    where it has no top that fixes the parameter, which is said in a warning.
    It covers 93 to 97 % at 4,000 customers with six occasions.

    Not for: purchases at any time (use BG/NBD), or several on one occasion.

    References
    ----------
    Fader, Hardie and Shang (2010), Customer-base analysis in a discrete-time noncontractual setting, Marketing Science
    29, 1086-1108. Checked against its donors: tests/golden/proofs/loyalty.py.

    Examples
    --------
    >>> found = bg_bb([0, 1, 1, 2, 3], [0, 1, 3, 3, 3], [3] * 5, customers=[60, 10, 8, 12, 30])
    >>> round(found.log_likelihood.value, 2)
    -177.93
    """
    rows = _histories(frequency, recency, occasions, customers)
    top = highest(surface(rows), STARTS, [SHAPE] * 4)
    return fitted("bg-bb", top, round(float(rows.weight.sum())), top.value, [1.0] * 4)


def _histories(
    frequency: ArrayLike, recency: ArrayLike, occasions: ArrayLike, customers: ArrayLike | None
) -> Histories:
    """Check histories, and put equal ones together."""
    given = [np.atleast_1d(as_numbers(one)) for one in (frequency, recency, occasions)]
    weight = np.ones(given[0].shape) if customers is None else np.atleast_1d(as_numbers(customers))
    if not all(one.shape == given[0].shape and one.ndim == 1 for one in (*given, weight)) or not len(weight):
        raise UnfitCustomers("Frequency, recency, occasions and customers need one number each for every history.")
    if not all(
        np.isfinite(one).all() and (one >= 0).all() and (one == np.floor(one)).all() for one in (*given, weight)
    ):
        raise UnfitCustomers("Histories are whole numbers from 0 on: times come, the last occasion of them, occasions.")
    x, last, n = given
    wrong = (x > last) | (last > n) | ((x == 0) != (last == 0))
    if wrong.any():
        place = int(np.flatnonzero(wrong)[0])
        raise UnfitCustomers(
            f"History {place + 1} cannot be: {x[place]:g} times, the last on occasion {last[place]:g} of {n[place]:g}."
        )
    if n.max() > MOST_OCCASIONS:
        raise UnfitCustomers(f"{n.max():g} occasions are too many for rounds; use BG/NBD, which knows time.")
    if weight[x > 0].sum() < FEWEST:
        raise UnfitCustomers(f"Fewer than {FEWEST} customers came again, so nothing says how often customers return.")
    different, places = np.unique(np.column_stack(given)[weight > 0], axis=0, return_inverse=True)
    counts = np.bincount(places.ravel(), weight[weight > 0]).astype(float)
    return Histories(different[:, 0], different[:, 1], different[:, 2], counts)


def surface(rows: Histories) -> Callable[[Numbers], Height]:
    """Give the log-likelihood of histories as a function of the parameters, with its derivatives."""
    n = float(rows.weight.sum())

    def at(parameters: Numbers) -> Height:
        alpha, beta, gamma, delta = (float(one) for one in parameters)
        total = -n * (betaln(alpha, beta) + betaln(gamma, delta))
        slope, bend = np.zeros(4), np.zeros((4, 4))
        for place, one, other in ((0, alpha, beta), (2, gamma, delta)):
            pair = slice(place, place + 2)
            slope[pair] = n * (psi(one + other) - np.array([psi(one), psi(other)]))
            bend[pair, pair] = n * (zeta(2, one + other) - np.diag([zeta(2, one), zeta(2, other)]))
        sums = mixture(_ways(rows, parameters), rows.weight, *_derivatives(rows, parameters))
        return Height(float(total + sums.value), slope + sums.slope, bend + sums.bend)

    return at


def _lives(rows: Histories) -> tuple[Numbers, Numbers, NDArray[np.bool_]]:
    """Give, for each history and end of it, the occasions lived and whether the life ended; and which ends can be.

    The first column is a life beyond the last occasion.
    """
    longest = int((rows.occasions - rows.last).max())
    lived = np.concatenate([rows.occasions[:, None], rows.last[:, None] + np.arange(longest)], axis=1)
    ended = np.concatenate([np.zeros((len(rows.x), 1)), np.ones((len(rows.x), longest))], axis=1)
    return lived, ended, (lived < rows.occasions[:, None]) | (ended == 0)


def _ways(rows: Histories, parameters: Numbers) -> Numbers:
    alpha, beta, gamma, delta = (float(one) for one in parameters)
    lived, ended, possible = _lives(rows)
    x = rows.x[:, None]
    logs = betaln(alpha + x, beta + lived - x) + betaln(gamma + ended, delta + lived)
    return np.where(possible, logs, NOTHING)


def _derivatives(rows: Histories, parameters: Numbers) -> tuple[list[Numbers], dict[tuple[int, int], Numbers]]:
    alpha, beta, gamma, delta = (float(one) for one in parameters)
    lived, ended, _ = _lives(rows)
    x = rows.x[:, None]
    came, stayed, tried = alpha + x, beta + lived - x, alpha + beta + lived
    gone, alive, past = gamma + ended, delta + lived, gamma + ended + delta + lived
    scores = [psi(came) - psi(tried), psi(stayed) - psi(tried), psi(gone) - psi(past), psi(alive) - psi(past)]
    bends = {
        (0, 0): zeta(2, came) - zeta(2, tried),
        (0, 1): -zeta(2, tried),
        (1, 1): zeta(2, stayed) - zeta(2, tried),
        (2, 2): zeta(2, gone) - zeta(2, past),
        (2, 3): -zeta(2, past),
        (3, 3): zeta(2, alive) - zeta(2, past),
    }
    return scores, bends


def p_alive(parameters: Numbers, x: Numbers, last: Numbers, occasions: Numbers) -> Numbers:
    """Give the chance that each customer will be alive on the occasion that comes next."""
    gamma, delta = float(parameters[2]), float(parameters[3])
    logs = _ways(Histories(x, last, occasions, np.ones(len(x))), parameters)
    shares = np.exp(logs - logs.max(axis=1, keepdims=True))
    found: Numbers = shares[:, 0] / shares.sum(axis=1) * (delta + occasions) / (gamma + delta + occasions)
    return found


def expected(parameters: Numbers, x: Numbers, last: Numbers, occasions: Numbers, horizon: float) -> Numbers:
    """Give on how many of the coming occasions to expect each customer."""
    alpha, beta, gamma, delta = (float(one) for one in parameters)
    alive = p_alive(parameters, x, last, occasions)
    later = np.arange(1, int(horizon))
    steps = (delta + occasions[:, None] + later) / (gamma + delta + occasions[:, None] + later)
    lasting = 1 + np.cumprod(steps, axis=1).sum(axis=1) if horizon >= 1 else 0.0
    found: Numbers = alive * (alpha + x) / (alpha + beta + occasions) * lasting
    return found


def expected_new(parameters: Numbers, horizon: float) -> float:
    """Give on how many of the first occasions after the first purchase to expect a new customer."""
    zero = np.zeros(1)
    return float(expected(parameters, zero, zero, zero, horizon)[0])
