"""A file of transactions made fit for models of customers: everything that is set aside is named and counted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from mizzle.answer import SetAside
from mizzle.errors import MizzleError
from mizzle.samples import as_numbers

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray

    Numbers = NDArray[np.float64]
    Codes = NDArray[np.int64]
    Days = NDArray[np.datetime64]

UNITS = {"day": 1.0, "week": 7.0}
"""Units of time, in days."""

CENTS = 10_000
"""Parts of an amount within which a return matches a purchase."""

DAY = np.timedelta64(1, "D")
LARGEST = 1e15


class UnfitTransactions(MizzleError):
    """Transactions that say nothing of what is asked, or of which a question must be answered first."""


@dataclass(frozen=True, slots=True)
class Purchases:
    """Purchases that can be counted on.

    Attributes
    ----------
    customers
        Names of the customers.
    customer
        For each purchase, the place of its customer among the names.
    day
        For each purchase, its day.
    amount
        For each purchase, its amount; zero where no amounts were given.
    has_amounts
        Whether amounts were given.
    until
        The last day of observation.
    set_aside
        What was left out, with the reason.
    notes
        Sentences to read before the figures are used.
    """

    customers: tuple[str, ...]
    customer: Codes
    day: Days
    amount: Numbers
    has_amounts: bool
    until: np.datetime64
    set_aside: tuple[SetAside, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Summary:
    """What models of customers are fitted to: one number each for every customer.

    Attributes
    ----------
    customers
        Names.
    frequency
        Days with a purchase after the first one.
    recency, age
        Time from the first purchase to the last, and to the end of observation, in units.
    monetary
        Mean amount of a day with a purchase, the first day not counted; 0 without a repeat.
    log_gaps
        Sum of the natural logarithms of the times between days with a purchase, in units.
    held_out
        Days with a purchase after the split, up to the end; empty without a split.
    held_out_for
        The time between split and end, in units; 0 without a split.
    set_aside, notes
        As in `Purchases`.
    """

    customers: tuple[str, ...]
    frequency: Numbers
    recency: Numbers
    age: Numbers
    monetary: Numbers
    log_gaps: Numbers
    held_out: Numbers
    held_out_for: float
    set_aside: tuple[SetAside, ...]
    notes: tuple[str, ...]


def clean(
    customers: Sequence[str | None] | Codes,
    dates: ArrayLike,
    amounts: ArrayLike | None = None,
    *,
    names: Sequence[str] = (),
    currencies: Sequence[str | None] | None = None,
    currency: str | None = None,
    until: np.datetime64 | None = None,
    repeated: str = "keep",
) -> Purchases:
    """Make transactions fit for models of customers, and say what was set aside.

    Parameters
    ----------
    customers
        Per transaction, whose it is; None or empty where that is not known. Or whole numbers that are places among
        `names`, below zero where it is not known.
    dates
        Per transaction, when it was, as instants in UTC or days; not-a-time where that is not known.
    amounts
        Per transaction, its amount, below zero for a return; NaN where it is not known.
    names
        Names of the customers, where `customers` are places.
    currencies
        Per transaction, the currency of its amount.
    currency
        The currency to keep, where there are several.
    until
        The last day of observation; the last day with a transaction where it is not given.
    repeated
        What becomes of a row that repeats an earlier one (same customer, moment and amount): ``"keep"`` or
        ``"aside"``. A repeated row whose moment has a time of day is always set aside.

    Returns
    -------
    Purchases
        What is left, in the order of customers and days, and what was set aside, by reason.

    Raises
    ------
    UnfitTransactions
        For columns of different length, several currencies of which none was chosen, a currency that is not there, or
        where nothing is left.

    Notes
    -----
    Formula: in this order, rows are set aside that have no customer, no date, a date after the end, no amount or one
    beyond reason, another currency, or that repeat an earlier row. Then returns (amounts below zero): one takes away
    the latest earlier purchase of the same customer of the same amount, and both are set aside; one without such a
    purchase is set aside by itself, since it may return part of a purchase or one from before the file begins.

    Assumes: a day is one occasion: all that a customer buys on one day counts as one purchase, of the sum of its
    amounts. An amount of zero is a purchase (it was made), of no value; how many there are is noted.

    Missing data: set aside and counted; nothing is filled in.

    Interval: none; these are counts.

    Not for: finding out why something was returned.

    References
    ----------
    Checked against the published summary of CDNOW, which it makes from the transactions for all 2,357 customers:
    tests/unit/test_loyalty_cleaning.py.

    Examples
    --------
    >>> import numpy as np
    >>> days = np.array(["2024-01-01", "2024-01-08", "2024-01-09", "NaT"], "datetime64[D]")
    >>> found = clean(["Ann", "Ann", "Ann", "Bo"], days, [10.0, 5.0, -5.0, 8.0])
    >>> [(one.reason, one.n) for one in found.set_aside]
    [('transactions without a date that can be read', 1), ('returns, with as many purchases that they take back', 2)]
    """
    codes, named = _customers(customers, names)
    moments = np.atleast_1d(np.asarray(dates)).astype("datetime64[us]")
    has_amounts = amounts is not None
    spent = np.zeros(len(codes)) if amounts is None else np.atleast_1d(as_numbers(amounts))
    if not codes.shape == moments.shape == spent.shape:
        raise UnfitTransactions("Customers, dates and amounts need one value each for every transaction.")
    sieve = _Sieve(len(codes))
    sieve.keep(codes >= 0, "transactions without a customer")
    sieve.keep(~np.isnat(moments), "transactions without a date that can be read")
    days = moments.astype("datetime64[D]")
    end = _end(days[sieve.left], until)
    sieve.keep(~(days > end), f"transactions after the end of observation, {end}")
    sieve.keep(np.isfinite(spent), "transactions without an amount that can be read")
    sieve.keep(~(np.abs(spent) > LARGEST), "transactions with an amount beyond reason")
    if currencies is not None:
        sieve.keep(_currency(currencies, currency, sieve.left), "transactions in another currency than asked for")
    notes = _repeated(sieve, codes, moments, spent, keep=repeated == "keep", has_amounts=has_amounts)
    _returns(sieve, codes, moments, spent)
    left = np.flatnonzero(sieve.left)
    if not len(left):
        reasons = "; ".join(f"{one.n:,} {one.reason}" for one in sieve.told)
        raise UnfitTransactions(
            f"No transaction is left to count. Set aside: {reasons or 'nothing, the file is empty'}."
        )
    free = int(np.count_nonzero(spent[left] == 0)) if has_amounts else 0
    if free:
        notes.append(f"{free:,} purchases have an amount of zero; they count as purchases, of no value.")
    order = left[np.lexsort((days[left], codes[left]))]
    used, places = np.unique(codes[order], return_inverse=True)
    return Purchases(
        tuple(named[one] for one in used),
        places,
        days[order],
        spent[order],
        has_amounts,
        end,
        tuple(sieve.told),
        tuple(notes),
    )


class _Sieve:
    """Which rows are left, and what was set aside."""

    def __init__(self, n: int) -> None:
        self.left = np.ones(n, dtype=bool)
        self.told: list[SetAside] = []

    def keep(self, fits: NDArray[np.bool_], reason: str) -> None:
        """Keep the rows that fit, and count the others."""
        n = int(np.count_nonzero(self.left & ~fits))
        if n:
            self.left &= fits
            self.told.append(SetAside(reason, n))


def _customers(customers: Sequence[str | None] | Codes, names: Sequence[str]) -> tuple[Codes, Sequence[str]]:
    if isinstance(customers, np.ndarray) and customers.dtype.kind in "iu":
        if names:
            return customers.astype(np.int64), names
        used, places = np.unique(customers, return_inverse=True)
        return np.where(customers < 0, -1, places), [str(one) for one in used]
    words = ["" if one is None else str(one).strip() for one in customers]
    found, places = np.unique(np.array(words, dtype=str), return_inverse=True)
    return np.where(found == "", -1, np.arange(len(found)))[places].astype(np.int64), [str(one) for one in found]


def _end(days: Days, until: np.datetime64 | None) -> np.datetime64:
    if until is not None:
        day: np.datetime64 = until.astype("datetime64[D]")
        return day
    if not len(days):
        raise UnfitTransactions("No transaction has a customer and a date that can be read. Look at both columns.")
    latest: np.datetime64 = np.datetime64(int(days.astype(np.int64).max()), "D")
    return latest


def _currency(currencies: Sequence[str | None], wanted: str | None, left: NDArray[np.bool_]) -> NDArray[np.bool_]:
    found = np.array(["" if one is None else str(one).strip().upper() for one in currencies])
    if found.shape != left.shape:
        raise UnfitTransactions("Currencies need one value for every transaction.")
    there, counts = np.unique(found[left], return_counts=True)
    listed = ", ".join(f"{name or 'none named'} ({n:,})" for name, n in zip(there, counts, strict=True))
    if wanted is None:
        if len(there) > 1:
            raise UnfitTransactions(
                f"Amounts are in several currencies, which are never added up: {listed}. Choose one of them (in the "
                "shell: --currency EUR)."
            )
        return np.ones(len(found), dtype=bool)
    if wanted.strip().upper() not in there:
        raise UnfitTransactions(f"No amount is in {wanted}. There are: {listed}.")
    return np.asarray(found == wanted.strip().upper())


def _repeated(
    sieve: _Sieve, codes: Codes, moments: Days, spent: Numbers, *, keep: bool, has_amounts: bool
) -> list[str]:
    """Set repeated rows aside; those of a day without a time are kept where that is wanted, and noted."""
    left = np.flatnonzero(sieve.left)
    order = left[np.lexsort((left, spent[left], moments[left], codes[left]))]
    same = np.zeros(len(codes), dtype=bool)
    pairs = [one[order[1:]] == one[order[:-1]] for one in (codes, moments, spent)]
    same[order[1:]] = pairs[0] & pairs[1] & pairs[2]
    timed = moments != moments.astype("datetime64[D]")
    sieve.keep(~(same & timed), "rows that repeat an earlier one (same customer, moment and amount)")
    same &= ~timed
    if not keep:
        sieve.keep(~same, "rows that repeat an earlier one (same customer, day and amount)")
        return []
    n = int(same.sum())
    if not n or not has_amounts:
        return []
    told = (
        f"{n:,} rows repeat an earlier one (same customer, day and amount). Without a time of day they may be two "
        "purchases, so their amounts are added; set them aside if your file has rows twice."
    )
    return [told]


def _returns(sieve: _Sieve, codes: Codes, moments: Days, spent: Numbers) -> None:
    """Set returns aside, each with the latest earlier purchase of the same customer and amount."""
    left = np.flatnonzero(sieve.left)
    returns = left[spent[left] < 0]
    if not len(returns):
        return
    left = left[np.isin(codes[left], codes[returns])]
    cents = np.rint(np.abs(spent) * CENTS)
    _, keys = np.unique(np.stack([codes[left].astype(float), cents[left]]), axis=1, return_inverse=True)
    key = np.full(len(codes), -1)
    key[left] = keys.ravel()
    concerned = left[np.isin(key[left], key[returns])]
    order = concerned[np.lexsort((spent[concerned] < 0, moments[concerned], key[concerned]))]
    matched, alone = np.zeros(len(codes), dtype=bool), np.zeros(len(codes), dtype=bool)
    waiting: list[int] = []
    for before, place in zip([-1, *order[:-1].tolist()], order.tolist(), strict=True):
        if before < 0 or key[before] != key[place]:
            waiting = []
        if spent[place] >= 0:
            waiting.append(place)
        elif waiting:
            matched[[place, waiting.pop()]] = True
        else:
            alone[place] = True
    sieve.keep(~matched, "returns, with as many purchases that they take back")
    sieve.keep(~alone, "returns without an earlier purchase of the same amount")


def summarise(purchases: Purchases, unit: str = "week", *, split: np.datetime64 | None = None) -> Summary:
    """Sum purchases up to what models of customers are fitted to: how often, how lately, how long, how much.

    Parameters
    ----------
    purchases
        As `clean` gives them.
    unit
        ``"week"`` or ``"day"``.
    split
        The last day of calibration: what comes after is held out, to compare an expectation with.

    Returns
    -------
    Summary
        One number each for every customer who came until the split.

    Raises
    ------
    UnfitTransactions
        For another unit, or a split that leaves nothing on one side.

    Notes
    -----
    Formula: frequency = days with a purchase less one; recency = last day less first; age = end (or split) less first;
    monetary = mean of the sums of days but the first.

    Assumes: as `clean`.

    Missing data: customers whose first purchase comes after the split are set aside and counted.

    Interval: none; these are counts.

    Not for: customers whose first purchase lies before the file begins: their age is not known. Where a file begins
    in the middle, take those who came first after its beginning.

    References
    ----------
    Checked against the published summary of CDNOW: tests/unit/test_loyalty_cleaning.py.

    Examples
    --------
    >>> import numpy as np
    >>> days = np.array(["2024-01-01", "2024-01-08", "2024-01-15"], "datetime64[D]")
    >>> found = summarise(clean(["Ann", "Ann", "Bo"], days, [10.0, 5.0, 8.0]))
    >>> found.customers, found.frequency, found.recency, found.age, found.monetary
    (('Ann', 'Bo'), array([1., 0.]), array([1., 0.]), array([2., 0.]), array([5., 0.]))
    """
    if unit not in UNITS:
        raise UnfitTransactions(f"Time is counted in one of: {', '.join(UNITS)}.")
    days = purchases.day
    end = purchases.until if split is None else split.astype("datetime64[D]")
    if split is not None and not days.min() <= end < purchases.until:
        raise UnfitTransactions(
            f"The split must lie between the first day, {days.min()}, and the end of observation, {purchases.until}."
        )
    new = np.r_[True, (purchases.customer[1:] != purchases.customer[:-1]) | (days[1:] != days[:-1])]
    starts = np.flatnonzero(new)
    who, day, sums = purchases.customer[starts], days[starts], np.add.reduceat(purchases.amount, starts)
    later = day > end
    held_out = np.bincount(who[later], minlength=len(purchases.customers)).astype(float)
    who, day, sums = who[~later], day[~later], sums[~later]
    known = np.zeros(len(purchases.customers), dtype=bool)
    known[who] = True
    aside = [*purchases.set_aside]
    if not known.all():
        aside.append(SetAside("customers who first came after the split", int((~known).sum())))
    frequency, recency, age, monetary, log_gaps = _columns(who, day, sums, end, UNITS[unit])
    between = 0.0 if split is None else float((purchases.until - end) / DAY) / UNITS[unit]
    return Summary(
        tuple(name for name, there in zip(purchases.customers, known, strict=True) if there),
        frequency,
        recency,
        age,
        monetary,
        log_gaps,
        held_out[known] if split is not None else np.zeros(0),
        between,
        tuple(aside),
        purchases.notes,
    )


def _columns(who: Codes, day: Days, sums: Numbers, end: np.datetime64, unit: float) -> tuple[Numbers, ...]:
    """Give frequency, recency, age, monetary and log_gaps of customers whose days stand in order."""
    first = np.flatnonzero(np.r_[True, who[1:] != who[:-1]])
    counts = np.diff(np.r_[first, len(who)])
    frequency = (counts - 1).astype(float)
    last = first + counts - 1
    gaps = np.zeros(len(who))
    gaps[1:] = (day[1:] - day[:-1]) / DAY / unit
    gaps[first] = 1.0
    again = sums.copy()
    again[first] = 0.0
    monetary = np.add.reduceat(again, first) / np.maximum(frequency, 1)
    return (
        frequency,
        (day[last] - day[first]) / DAY / unit,
        (end - day[first]) / DAY / unit,
        monetary,
        np.add.reduceat(np.log(gaps), first),
    )
