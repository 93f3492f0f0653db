"""The customers of a model: how often, how lately and how long they have been seen, with equal ones put together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from mizzle.errors import MizzleError
from mizzle.samples import LARGEST

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import ArrayLike, NDArray

    Numbers = NDArray[np.float64]

GRAINS = (1.0, 7.0, 100.0, 10.0, 1000.0, 24.0, 30.0, 365.0, 168.0, 10000.0)
"""Parts of a unit of time that times may be whole numbers of: days of a week, hundredths, hours."""

MOST_BITS = 62
GLANCE = 256
PART = 1 << 14
"""Rows that are worked on at once: what fits beside each other into the cache of a processor."""


class UnfitCustomers(MizzleError):
    """Figures of customers that cannot be, or that say nothing of what is asked; the message says which."""


@dataclass(frozen=True, slots=True)
class Base:
    """Customers in a model's own order: those without a repeat first, equal ones once with their number.

    Attributes
    ----------
    x, tx, age
        Repeats, time of the last one since the first purchase, and time observed; times as shares of `scale`.
    weight
        How many customers a row stands for.
    scale
        The longest time observed, in the unit of the caller.
    n, once, repeats
        Customers; rows without a repeat; repeats of all customers together.
    """

    x: Numbers
    tx: Numbers
    age: Numbers
    weight: Numbers
    scale: float
    n: int
    once: int
    repeats: float

    def parts(self, begin: int = 0, size: int = PART) -> Iterator[slice]:
        """Cut the rows from `begin` on into parts."""
        for at in range(begin, len(self.x), size):
            yield slice(at, min(at + size, len(self.x)))

    def counts(self) -> tuple[Numbers, Numbers]:
        """Give the different numbers of repeats, and how many customers have each."""
        values, places = np.unique(self.x, return_inverse=True)
        return values, np.bincount(places, self.weight, len(values)).astype(float)

    def sample(self, rows: int) -> Base:
        """Give about so many rows that stand for all: every row without a repeat, and every so-many-th other."""
        every = -(-(len(self.x) - self.once) // rows)
        chosen = np.r_[0 : self.once, self.once + every // 2 : len(self.x) : every]
        weight = self.weight[chosen].copy()
        weight[: self.once] /= every
        x = self.x[chosen]
        n = int(weight.sum())
        return Base(x, self.tx[chosen], self.age[chosen], weight, self.scale, n, self.once, float(x @ weight))


def checked(frequency: ArrayLike, recency: ArrayLike, age: ArrayLike) -> tuple[Numbers, Numbers, Numbers]:
    """Give three columns of customers as numbers, or say what is wrong with them.

    Parameters
    ----------
    frequency, recency, age
        Repeats, time of the last one since the first purchase, time observed since the first purchase.

    Raises
    ------
    UnfitCustomers
        For columns of different lengths, no customer, numbers missing, or a history that cannot be.
    """
    x, tx, observed = (np.atleast_1d(np.asarray(one, dtype=float)) for one in (frequency, recency, age))
    if not x.shape == tx.shape == observed.shape or x.ndim != 1:
        raise UnfitCustomers("Frequency, recency and age need one number each for every customer, in the same order.")
    if not len(x):
        raise UnfitCustomers("There is no customer. Give at least the customers of one period, with their purchases.")
    for name, one in (("frequency", x), ("recency", tx), ("age", observed)):
        _fits(np.isfinite(one), one, name, "is no number; leave out customers without one")
        _fits(one >= 0, one, name, "is below zero")
        _fits(one < LARGEST, one, name, "is larger than any can be")
    _fits(x == np.floor(x), x, "frequency", "is no whole number of repeat purchases")
    _fits(tx <= observed * (1 + 1e-12), tx, "recency", "is later than the customer was observed (recency > age)")
    _fits((tx > 0) | (x == 0), x, "frequency", "has repeats, but the last of them at time 0; count a day once")
    _fits((x > 0) | (tx == 0), tx, "recency", "is given without a repeat; it must be 0 where frequency is 0")
    return x, np.minimum(tx, observed), observed


def _fits(fits: NDArray[np.bool_], column: Numbers, name: str, what: str) -> None:
    if not fits.all():
        place = int(np.flatnonzero(~fits)[0])
        more = f" (and {int((~fits).sum()) - 1} more)" if int((~fits).sum()) > 1 else ""
        raise UnfitCustomers(f"Customer {place + 1}: {name} {column[place]:g} {what}{more}.")


def base_of(frequency: ArrayLike, recency: ArrayLike, age: ArrayLike) -> Base:
    """Check customers, and put equal ones together.

    Raises
    ------
    UnfitCustomers
        As `checked`; and where nobody bought a second time, or nobody was observed for any time.
    """
    x, tx, observed = checked(frequency, recency, age)
    if not x.any():
        raise UnfitCustomers(
            "Nobody bought a second time, so nothing says how often customers return. "
            "Observe for longer, or take in customers who came earlier."
        )
    returned = int(np.count_nonzero(x))
    if returned < FEWEST:
        raise UnfitCustomers(
            f"Only {returned} of {len(x)} customers bought a second time; a model of returning needs at least {FEWEST}."
        )
    scale, repeats, n = float(observed.max()), float(x.sum()), len(x)
    x, tx, observed, weight = compressed(x, tx, observed)
    return Base(x, tx / scale, observed / scale, weight, scale, n, int(np.count_nonzero(x == 0)), repeats)


FEWEST = 5
"""Customers with a repeat below which four parameters mean nothing."""


def compressed(x: Numbers, tx: Numbers, age: Numbers) -> tuple[Numbers, Numbers, Numbers, Numbers]:
    """Put equal customers together: those without a repeat first, and how many customers each row stands for.

    Notes
    -----
    Where all times are whole numbers of a common part of the unit, a customer is packed into one whole number, and
    one sort of these finds the equal ones; otherwise every customer stays a row of its own. Nothing is rounded.
    """
    grain = _grain(tx, age)
    sizes = [] if grain is None else [int(x.max()), round(float(tx.max()) * grain), round(float(age.max()) * grain)]
    bits = [size.bit_length() for size in sizes]
    if grain is None or sum(bits) > MOST_BITS:
        order = np.argsort(x > 0, kind="stable")
        return x[order], tx[order], age[order], np.ones(len(x))
    packed = x.astype(np.int64)
    packed <<= bits[1]
    packed |= np.rint(tx * grain).astype(np.int64)
    packed <<= bits[2]
    packed |= np.rint(age * grain).astype(np.int64)
    packed.sort()
    starts = np.flatnonzero(np.concatenate(([True], packed[1:] != packed[:-1])))
    kept = packed[starts]
    weight = np.diff(np.append(starts, len(packed))).astype(float)
    ages = (kept & ((1 << bits[2]) - 1)) / grain
    kept >>= bits[2]
    last = (kept & ((1 << bits[1]) - 1)) / grain
    return (kept >> bits[1]).astype(float), last, ages, weight


def _grain(tx: Numbers, age: Numbers) -> float | None:
    """Find the part of the unit that all times are whole numbers of, to the last digit; None where there is none."""
    for grain in GRAINS:
        if all(_whole(one[:GLANCE], grain) for one in (tx, age)) and all(_whole(one, grain) for one in (tx, age)):
            return grain
    return None


def _whole(times: Numbers, grain: float) -> bool:
    scaled = times * grain
    np.rint(scaled, out=scaled)
    scaled /= grain
    return bool((scaled == times).all())
