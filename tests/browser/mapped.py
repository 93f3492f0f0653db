"""The journeys of a furnished house: one measured, with all that people said of it, one drawn by hand, and one bare."""

from __future__ import annotations

from datetime import timedelta

from mizzle_web.journeys.actions.agreements import agree_time, propose_time
from mizzle_web.journeys.actions.contacts import note_contact, take_back_contact
from mizzle_web.journeys.actions.journeys import open_journey
from mizzle_web.journeys.actions.ratings import rate
from mizzle_web.journeys.models import ContactKind, Journey, JourneyKind, Log, LogState
from web.drawings import a_drawing
from web.journeys.orders import orders, told

LONG = "Retroalimentación de los departamentos más alejados del cliente"
DRAWN = (
    ("Sales", "Take the order", True, "Within a day", None, 0.5),
    (LONG, "Plan " + "and plan again " * 5, False, "", 4, 1),
    ("Warehouse", "Pick", False, "", 12, 2),
    ("Transport", "Carry in", True, "In the promised window", 21.5, 0.5),
)


def journeys(lead, leader, units, at):
    """Open them, with everything at its longest; gives them by name."""
    by = {"by": lead.actor, "at": at}
    measured = open_journey(name="From order to delivery", kind=JourneyKind.MEASURED, **by)
    measured = _measured(measured, lead, leader, units, at)
    bare = open_journey(name=f"Devolución: {LONG}", kind=JourneyKind.MEASURED, **by)
    Log.objects.create(
        journey=bare, name=f"{'orders-' * 14}.csv", state=LogState.IMPORTING, by=lead.actor, created_at=at
    )
    return {"measured": measured, "bare": bare, "drawn": _drawn(lead, at)}


def _measured(journey, lead, leader, units, at):
    links = {"Warehouse": units["warehouse"], "Transport": units["transport"], "Sales": None}
    rows = [(*row[:2], LONG if row[2] == "Sales" else row[2], *row[3:]) for row in orders()]
    links[LONG] = links.pop("Sales")
    regions = {row[0]: "North" if row[0][-1] in "0123" else LONG for row in rows}
    agreed = (("Warehouse", "Transport", 8.0), ("Warehouse", "", 4.0))
    found = told(journey, at, rows, agreed=agreed, links=links, regions=regions)
    Log.objects.create(
        journey=found,
        name=f"{'orders-' * 12}.csv",
        digest="d" * 64,
        n_bytes=12_345_678,
        state=LogState.IMPORTED,
        mapping={"case": "order", "activity": "step", "department": "team", "end": "done"},
        look={"format": "CSV, separated by ;", "notes": []},
        counts={"rows": 369, "rejected": 3, "events": 366, "cases": 90, "repeated": 12, "reasons": {"no activity": 3}},
        by=lead.actor,
        created_at=at,
        imported_at=at,
    )
    propose_time(journey=found, department=LONG, to_department="Warehouse", hours=3.5, version=0, by=lead.actor, at=at)
    proposed = propose_time(
        journey=found, department="Transport", to_department="", hours=30.0, version=0, by=leader.actor, at=at
    )
    agree_time(agreement=proposed, by=lead.actor, at=at)
    propose_time(
        journey=found, department="Transport", to_department=LONG, hours=2.0, version=0, by=leader.actor, at=at
    )
    for days, kind in enumerate(ContactKind):
        noted = note_contact(
            journey=found,
            department="Warehouse",
            kind=kind,
            on=(at - timedelta(days=30 * days + 5)).date(),
            minutes=90,
            n_people=6,
            by=lead.actor,
            at=at,
        )
    take_back_contact(contact=noted, by=lead.actor, at=at)
    return Journey.objects.get(pk=found.pk)


def _drawn(lead, at):
    drawn = a_drawing(at, DRAWN)
    door = drawn.steps.get(activity="Carry in")
    for side in ("provider", "served"):
        for number in range(8):
            rate(journey=drawn, side=side, levels={door.public_id: 2 + number % 5}, by=f"m{number}", at=at)
    return drawn
