"""What is put into the orders of the company that never was, to be found again: when, where, and how much."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from mizzle.simulate.larkmoor import DAY


@dataclass(frozen=True, slots=True)
class WaitGrew:
    """A handover at which orders came to wait longer, evenly from a day until another one.

    Attributes
    ----------
    source, target
        The departments between which they wait.
    from_on, until_on
        The first day of the growth, and the day from which on it stayed as it was.
    hours_before, hours_after
        Median wait before and after, in hours.
    """

    source: str
    target: str
    from_on: date
    until_on: date
    hours_before: float
    hours_after: float


@dataclass(frozen=True, slots=True)
class CameCloser:
    """A department that came closer to the customer, by something that it began to do.

    Attributes
    ----------
    department, mechanism
        Which department, and what it began to do, in words.
    of, share
        Of which orders, in words, and in which share of them it does so in the end.
    from_on, until_on
        The day on which it began, and the day from which on the share stayed as it was; the same day where the share
        did not grow.
    handovers_before, handovers_after
        Distance of the department from the customer before and after, as found in 600,000 orders.
    """

    department: str
    mechanism: str
    of: str
    share: float
    from_on: date
    until_on: date
    handovers_before: float
    handovers_after: float


@dataclass(frozen=True, slots=True)
class MadeLate:
    """What makes orders late: an activity that most of the slowest tenth of orders have, and few others.

    Attributes
    ----------
    activity, share
        The activity, and in which share of all orders it happens.
    share_of_slowest
        In which share of the slowest tenth it happened, as found in 600,000 orders.
    """

    activity: str
    share: float
    share_of_slowest: float


@dataclass(frozen=True, slots=True)
class DeliveryChanges:
    """Everything that was put in.

    Attributes
    ----------
    waits
        The one handover at which waits grew.
    claims, warehouse
        The two departments that came closer to the customer.
    late
        What makes the slowest tenth of orders late.
    """

    waits: WaitGrew
    claims: CameCloser
    warehouse: CameCloser
    late: MadeLate


def delivery_changes(until: date = DAY) -> DeliveryChanges:
    """Tell what is put into the `deliveries` that end before a day. Nothing else changes over their time.

    What follows from it does: the Warehouse holds an order an hour or so longer where it rings before it stages it.

    Parameters
    ----------
    until
        The day before which the orders end; every date lies so many whole months before it.

    Returns
    -------
    DeliveryChanges
        Dates are first days of months.

    Examples
    --------
    >>> delivery_changes().waits.from_on.isoformat()
    '2024-12-01'
    """
    quarter_on, closer_on = _month_before(until, 3), _month_before(until, 5)
    return DeliveryChanges(
        waits=WaitGrew("Warehouse", "Transport", _month_before(until, 12), quarter_on, 12.0, 21.5),
        claims=CameCloser(
            department="Claims",
            mechanism="settles a claim itself on the first call, and does not send it through Billing",
            of="claims",
            share=0.42,
            from_on=closer_on,
            until_on=quarter_on,
            handovers_before=1.64,
            handovers_after=1.11,
        ),
        warehouse=CameCloser(
            department="Warehouse",
            mechanism="rings the customer about access",
            of="two-person deliveries",
            share=0.45,
            from_on=closer_on,
            until_on=closer_on,
            handovers_before=2.73,
            handovers_after=2.29,
        ),
        late=MadeLate("Find nobody in", share=0.08, share_of_slowest=0.76),
    )


def _month_before(until: date, months: int) -> date:
    return months_before(until, months).replace(day=1)


def months_before(until: date, months: int) -> date:
    """Go back so many months, to the same day of the month or its 28th.

    Examples
    --------
    >>> months_before(date(2025, 12, 31), 18).isoformat()
    '2024-06-28'
    """
    month = until.year * 12 + until.month - 1 - months
    return date(month // 12, month % 12 + 1, min(until.day, 28))


DELIVERY_CHANGES = delivery_changes()
"""What is put into the orders that end before the company's day."""
