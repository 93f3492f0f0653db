"""Give the sample organisation its orders: a journey of eighteen months, with what people would have said of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db import transaction

from mizzle_web.jobs.actions import start
from mizzle_web.journal.actions import SYSTEM, record
from mizzle_web.journeys.actions.figure_sets import ask_for_figures
from mizzle_web.journeys.actions.journeys import table_of, thing
from mizzle_web.journeys.actions.tables import events_path
from mizzle_web.journeys.models import (
    Agreement,
    Contact,
    ContactKind,
    DepartmentLink,
    Journey,
    JourneyKind,
    Log,
    LogState,
)
from mizzle_web.people.models import Unit

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from mizzle.journeys.results import Agreement as Agreed

KIND = "journeys.sample"
NAME = "From order to delivery"
FILE = "orders.parquet"
AGREED_BEFORE = timedelta(days=400)
ORDERS = 24_000
CONTACTS = (
    ("Warehouse", ContactKind.VISIT, 140, 120, 6),
    ("Warehouse", ContactKind.LISTENING, 126, 30, 14),
    ("Claims", ContactKind.LISTENING, 133, 45, 5),
    ("Warehouse", ContactKind.ROTATION, 98, 420, 3),
    ("Claims", ContactKind.JOINT_CASE, 91, 90, 4),
    ("Billing", ContactKind.LISTENING, 77, 30, 6),
    ("Warehouse", ContactKind.LISTENING, 63, 30, 18),
    ("Transport", ContactKind.JOINT_CASE, 56, 60, 8),
    ("Claims", ContactKind.VISIT, 42, 150, 3),
    ("IT", ContactKind.VISIT, 35, 180, 4),
    ("Warehouse", ContactKind.VISIT, 21, 120, 9),
    ("Order planning", ContactKind.LISTENING, 12, 30, 7),
)
"""Department, kind, days ago, minutes of each person, people."""


@dataclass(frozen=True, slots=True)
class Orders:
    """The orders as they came out of their import.

    Attributes
    ----------
    facts, digest
        What is in the event table, and its digest.
    counts
        Rows and events of the log.
    """

    facts: Mapping[str, Any]
    digest: str
    counts: Mapping[str, Any]


def ask_for_orders(*, seed: int, at: datetime) -> None:
    """Begin to make the orders of the sample organisation, in the transaction that loads it."""
    journey = Journey.objects.create(name=NAME, kind=JourneyKind.MEASURED, by=SYSTEM, created_at=at)
    arguments = {"journey": str(journey.public_id), "seed": seed, "until": at.date().isoformat()}
    start(kind=KIND, arguments=arguments, by=SYSTEM, at=at)


def take_in_orders(
    *,
    journey: Journey,
    orders: Orders,
    table: Path,
    points: Sequence[str],
    agreed: Sequence[Agreed],
    at: datetime,
) -> None:
    """Put the orders in their place, and let people have said what they mean; begun twice it is done once."""
    with transaction.atomic():
        found = Journey.objects.select_for_update().get(pk=journey.pk)
        if found.has_table:
            return
        found.table_facts, found.table_digest, found.points = dict(orders.facts), orders.digest, sorted(points)
        found.version += 1
        found.save()
        log = Log.objects.create(
            journey=found,
            name=FILE,
            digest=orders.digest,
            n_bytes=table.stat().st_size,
            state=LogState.IMPORTED,
            counts=dict(orders.counts),
            by=SYSTEM,
            created_at=at,
            imported_at=at,
        )
        own = events_path(log)
        own.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        table.rename(own)
        table_of(found).unlink(missing_ok=True)
        table_of(found).hardlink_to(own)
        _link(found, at)
        _agree(found, agreed, at)
        Contact.objects.bulk_create(
            Contact(
                journey=found,
                department=department,
                kind=kind,
                on=(at - timedelta(days=days)).date(),
                minutes=minutes,
                n_people=people,
                by=SYSTEM,
                at=at,
            )
            for department, kind, days, minutes, people in CONTACTS
        )
        counts = {"events": orders.counts.get("events", 0)}
        record(by=SYSTEM, verb="journey.sample_taken_in", thing=thing(found), at=at, details=counts)
        ask_for_figures(journey=found, by=SYSTEM, at=at)


def _link(journey: Journey, at: datetime) -> None:
    """Link every department of the orders to the unit of its name."""
    names = journey.table_facts["departments"]
    periods = Unit.objects.filter(periods__name__in=names, periods__until_on__isnull=True)
    units = dict(periods.values_list("periods__name", "pk"))
    DepartmentLink.objects.bulk_create(
        DepartmentLink(journey=journey, department=name, unit_id=units[name], by=SYSTEM, at=at)
        for name in names
        if name in units
    )


def _agree(journey: Journey, agreed: Sequence[Agreed], at: datetime) -> None:
    then = at - AGREED_BEFORE
    Agreement.objects.bulk_create(
        Agreement(
            journey=journey,
            department=one.department,
            to_department=one.to or "",
            hours=one.hours,
            proposed_by=SYSTEM,
            proposed_at=then,
            agreed_by=SYSTEM,
            agreed_at=then,
        )
        for one in agreed
    )
