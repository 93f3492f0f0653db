"""The orders of Larkmoor Home Delivery: eighteen months of them, from the slot that is offered to the invoice.

What is put in, to be found again, stands in `changes`; the times that the departments agreed on stand in `agreed`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mizzle.simulate.changes import delivery_changes, months_before
from mizzle.simulate.larkmoor import DAY
from mizzle.simulate.opening import Opening
from mizzle.simulate.orders import SCHEMA
from mizzle.simulate.passage import CODES, OPENINGS, PEOPLE, WORK, Passage

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from mizzle.simulate.changes import DeliveryChanges

    Codes = NDArray[np.int64]
    Hours = NDArray[np.float64]

DELIVERY_PERCEPTION = (
    "Offer a slot",
    "Confirm order",
    "Agree the day",
    "Ring about access",
    "Call ahead",
    "Carry in",
    "Settle a claim",
    "Invoice",
)
"""What the customers of Larkmoor Home Delivery see or hear."""

_MONTHS = 18
_SEASON = 0.015  # by how much of the time orders come closer together before Christmas than in summer

_SHOP, _ONLINE, _PARTNER = range(3)
_CHANNELS = ("shop", "online", "partner")
_CHANNEL_SHARES = (0.33, 0.52, 0.15)
_CHANNEL_OPENINGS = (
    Opening((0, 5, 9, 20), (6, 6, 10, 18)),
    Opening((0, 6, 6.5, 24)),
    Opening((0, 4, 8, 17)),
)
_REGIONS, _REGION_SHARES = ("north", "south"), (0.46, 0.54)
_TWO_PERSON = 2
_GOODS, _GOODS_SHARES = ("parcel", "furniture", "two-person"), (0.37, 0.27, 0.36)

# In which share of orders, or of those that it is about, something happens.
_CHANGED, _WRONG_ADDRESS = 0.08, 0.14
_PAID_ONLINE = 0.7
_SHORT_OF_HANDS, _SHORT_OF_DRIVERS = 0.15, 0.8
_LABELS_BY_HAND, _SWAPPED, _RELEASED = 0.45, 0.2, 0.48
_SIGNED_OFF, _CLOSED = 0.5, 0.85
_CLAIMED, _APPROVED = 0.08, 0.75
_WITHOUT_DEPARTMENT = 0.012

_DOCK = (4.15, 9.22)  # hours of Transport's day that become 12 and 21.5 on the clock, as found by trying
_DOCK_SPREAD, _EARLY = 0.4, 1.8  # sigma of these hours, and how much rather vans are loaded early in their day
_YARD = 3.2  # hours of Transport's day where an order comes to it from others than the Warehouse
_NEXT_SLOT = 36.0  # hours of Transport's day until a second attempt


def deliveries(orders: int, rng: np.random.Generator, *, until: date = DAY) -> pa.Table:
    """Draw the event log of Larkmoor Home Delivery over eighteen months, as an export has it (by end).

    Nine departments, some 14 events an order, some 75 hours from the first event to the invoice in the typical case,
    4 of which are work. `delivery_changes` says what is put in, to be found again; apart from it, nothing changes.

    Parameters
    ----------
    orders
        How many orders come in; of a very late one, the log may not have the first event yet.
    rng
        The source of chance; the same state gives the same log.
    until
        The day before which the log ends: it has whatever was done before, and the last orders are open.

    Returns
    -------
    pyarrow.Table
        The columns of `mizzle.tables.RAW_EVENTS`, the department empty in a few events; then the attributes of the
        order: `x_channel` (shop, online, partner), `x_region` (north, south) and `x_goods` (parcel, furniture,
        two-person). Resources are codes without meaning. Each department works in its hours of the week, in UTC.

    Raises
    ------
    ValueError
        For a negative number of orders.

    Examples
    --------
    >>> import numpy as np
    >>> log = deliveries(1_000, np.random.default_rng(1))
    >>> log["case_id"][0].as_py(), log["activity"][0].as_py(), log.column_names[-3:]
    ('LK0000001', 'Offer a slot', ['x_channel', 'x_region', 'x_goods'])
    """
    if orders < 0:
        raise ValueError(f"orders must be at least 0, not {orders}")
    days = _Days.before(until)
    book = _Book.draw(orders, rng, days)
    passage = Passage(book.at, rng)
    _ask(passage, book)
    _plan(passage, book)
    changes = delivery_changes(until)
    _stage(passage, book, changes, days)
    _bring(passage, book, changes, days, rng)
    _settle(passage, book, changes, days)
    passage.do(book.rows, "Invoice")
    return _table(passage, book, days, rng)


class _Days(NamedTuple):
    """The days of the log, and the Monday from whose midnight its hours are counted."""

    monday: date
    first: date
    until: date

    @classmethod
    def before(cls, until: date) -> _Days:
        first = months_before(until, _MONTHS)
        return cls(first - timedelta(days=first.weekday()), first, until)

    def hours(self, day: date) -> float:
        return 24.0 * (day - self.monday).days

    def grown(self, at: Hours, from_on: date, until_on: date) -> Hours:
        """Say for each moment how much of a growth is done: 0 before it, 1 after it; at once where it took no day."""
        if from_on == until_on:
            return (at >= self.hours(from_on)).astype(np.float64)
        return np.interp(at, [self.hours(from_on), self.hours(until_on)], [0.0, 1.0])


@dataclass(frozen=True, slots=True)
class _Book:
    """The order book: when each order comes in, how, where to, and of what."""

    at: Hours
    channel: Codes
    region: Codes
    goods: Codes

    @classmethod
    def draw(cls, orders: int, rng: np.random.Generator, days: _Days) -> _Book:
        channel, region, goods = (
            np.searchsorted(np.cumsum(shares)[:-1], rng.random(orders), side="right")
            for shares in (_CHANNEL_SHARES, _REGION_SHARES, _GOODS_SHARES)
        )
        place = (np.arange(orders) + rng.random(orders)) / max(orders, 1)
        place += _SEASON * np.sin(2 * np.pi * place * _MONTHS / 12)
        ends = np.array([days.hours(days.first), days.hours(days.until)])
        at = np.empty(orders)
        for code, opening in enumerate(_CHANNEL_OPENINGS):
            rows = np.flatnonzero(channel == code)
            first, last = opening.worked(ends)
            at[rows] = opening.clock(first + place[rows] * (last - first))
        order = np.argsort(at, kind="stable")
        return cls(at[order], channel[order], region[order], goods[order])

    @property
    def rows(self) -> Codes:
        return np.arange(len(self.at))


def _ask(passage: Passage, book: _Book) -> None:
    """In the shop somebody asks for a slot first; elsewhere it is offered at once."""
    in_shop = np.flatnonzero(book.channel == _SHOP)
    passage.begin(in_shop, "Take the enquiry")
    passage.do(in_shop, "Find a slot")
    passage.do(in_shop, "Offer a slot")
    passage.begin(np.flatnonzero(book.channel != _SHOP), "Offer a slot")
    passage.do(book.rows, "Confirm order")
    passage.do(passage.some(book.rows, _CHANGED), "Change the order")


def _plan(passage: Passage, book: _Book) -> None:
    passage.do(passage.some(np.flatnonzero(book.channel == _ONLINE), _PAID_ONLINE), "Check the payment")
    passage.do(np.flatnonzero(book.channel == _PARTNER), "Check the credit")
    passage.do(book.rows, "Plan the route")
    wrong = passage.some(book.rows, _WRONG_ADDRESS)
    passage.do(wrong, "Correct the address")
    passage.do(wrong, "Plan the route")
    # Two-person deliveries have crews of their own, and their customers hear of the day once it is planned. Whatever
    # the warehouse does for them later is therefore no nearer to anybody else.
    short = passage.some(np.flatnonzero(book.goods != _TWO_PERSON), _SHORT_OF_HANDS)
    passage.do(passage.some(short, _SHORT_OF_DRIVERS), "Ask for a crew")
    passage.do(short, "Fill shifts")
    passage.do(np.flatnonzero(book.goods == _TWO_PERSON), "Agree the day")


def _stage(passage: Passage, book: _Book, changes: DeliveryChanges, days: _Days) -> None:
    passage.do(book.rows, "Pick")
    rings = changes.warehouse
    two_person = np.flatnonzero(book.goods == _TWO_PERSON)
    share = rings.share * days.grown(passage.at[two_person], rings.from_on, rings.until_on)
    passage.do(passage.some(two_person, share), "Ring about access")
    passage.do(passage.some(book.rows, _LABELS_BY_HAND), "Print labels")
    passage.do(book.rows, "Stage at dock")
    passage.do(np.flatnonzero(book.channel == _PARTNER), "Ask for release")
    passage.do(passage.some(book.rows, _SWAPPED), "Swap the van")


def _bring(passage: Passage, book: _Book, changes: DeliveryChanges, days: _Days, rng: np.random.Generator) -> None:
    waits, (short, long) = changes.waits, _DOCK
    is_direct = passage.by == CODES[waits.source]
    passage.do(np.flatnonzero(~is_direct), "Load the van", _YARD)
    at_the_dock = np.flatnonzero(is_direct)
    grown = days.grown(passage.at[at_the_dock], waits.from_on, waits.until_on)
    passage.after(at_the_dock, "Load the van", _dock(short + (long - short) * grown, rng))
    passage.do(passage.some(book.rows, _RELEASED), "Release the round")
    passage.do(book.rows, "Call ahead")
    again = passage.some(book.rows, changes.late.share)
    passage.do(again, changes.late.activity)
    passage.do(again, "Agree the day")
    passage.do(again, "Plan the route")
    passage.do(again, "Load the van", _NEXT_SLOT)
    passage.do(again, "Call ahead")
    passage.do(book.rows, "Carry in")


def _dock(hours: Hours, rng: np.random.Generator) -> Hours:
    """Draw waits of about so many hours of Transport's day, each a whole number of days and then some.

    Only the number of days depends on the hours. So the vans are loaded at the same times of the day however long the
    waits are, and whatever comes after is done at the same times too: no other wait grows with these.
    """
    day = OPENINGS["Load the van"].hours / 6
    some = day * rng.random(len(hours)) ** _EARLY
    drawn = hours * np.exp(_DOCK_SPREAD * rng.standard_normal(len(hours)))
    return some + day * np.maximum(np.rint((drawn - some) / day), 0.0)


def _settle(passage: Passage, book: _Book, changes: DeliveryChanges, days: _Days) -> None:
    alone, claims = changes.claims, passage.some(book.rows, _CLAIMED)
    # A claim is made at the door, so what becomes of it is no nearer to anybody who worked on the order before.
    signed_off = passage.some(np.setdiff1d(book.rows, claims, assume_unique=True), _SIGNED_OFF)
    passage.do(signed_off, "Sign off the round")
    passage.do(passage.some(signed_off, _CLOSED), "Close the round")
    passage.do(claims, "Open a claim")
    share = alone.share * days.grown(passage.at[claims], alone.from_on, alone.until_on)
    through_billing = np.setdiff1d(claims, passage.some(claims, share), assume_unique=True)
    passage.do(through_billing, "Check the invoice")
    passage.do(through_billing, "Assess the damage")
    passage.do(passage.some(through_billing, _APPROVED), "Approve the sum")
    passage.do(claims, "Settle a claim")


def _table(passage: Passage, book: _Book, days: _Days, rng: np.random.Generator) -> pa.Table:
    """Put everything that was done before the last day into rows, by end."""
    activities = {activity: code for code, activity in enumerate(WORK)}
    seconds = np.rint(3600 * np.concatenate([one.end for one in passage.done])).astype(np.int64)
    order = np.argsort(seconds, kind="stable")
    order = order[: np.searchsorted(seconds[order], 3600 * int(days.hours(days.until)))]
    starts = np.rint(3600 * np.concatenate([one.start for one in passage.done])[order]).astype(np.int64)
    case = np.concatenate([one.rows for one in passage.done])[order]
    codes = [activities[one.activity] for one in passage.done]
    activity = np.repeat(codes, [len(one.rows) for one in passage.done])[order]
    department = np.array([CODES[work.department] for work in WORK.values()])[activity]
    n = len(order)
    missing = rng.random(n) < _WITHOUT_DEPARTMENT
    # A leading 1 keeps the zeros in front; it then becomes the letters.
    numbers = pc.cast(pa.array(case + 1 + 10 ** max(7, len(str(len(book.at))))), pa.string())
    columns = [
        pc.binary_replace_slice(numbers, 0, 1, "LK"),
        _named(tuple(WORK), activity),
        _named(tuple(CODES), np.where(missing, -1, department)),
        _instants(starts, days),
        _instants(seconds[order], days),
        _resources(department, rng),
        pa.array(np.arange(1, n + 1)),
        _named(_CHANNELS, book.channel[case]),
        _named(_REGIONS, book.region[case]),
        _named(_GOODS, book.goods[case]),
    ]
    return pa.table(columns, schema=DELIVERY_SCHEMA)


DELIVERY_SCHEMA = pa.schema([*SCHEMA, *(pa.field(name, pa.string()) for name in ("x_channel", "x_region", "x_goods"))])
"""Arrow schema of the deliveries: `mizzle.tables.RAW_EVENTS` and the attributes of the order."""


def _resources(department: Codes, rng: np.random.Generator) -> pa.Array:
    """Let somebody of the department do it; the square of a uniform number, since some do far more than others."""
    people = np.array(PEOPLE)
    first = np.cumsum(people) - people
    somebody = first[department] + (rng.random(len(department)) ** 2 * people[department]).astype(np.int64)
    return _named(tuple(f"R{number:04d}" for number in range(people.sum())), somebody)


def _named(names: tuple[str, ...], codes: Codes) -> pa.Array:
    return pa.array(names, pa.string()).take(pa.array(codes, mask=codes < 0))


def _instants(seconds: Codes, days: _Days) -> pa.Array:
    midnight = (days.monday - date(1970, 1, 1)).days * 86_400
    return pa.array((seconds + midnight) * 1_000_000).cast(pa.timestamp("us", tz="UTC"))
