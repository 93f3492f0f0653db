"""Journeys that tests draw by hand, and the map that comes of them."""

from __future__ import annotations

from mizzle_web.journal.actions import SYSTEM
from mizzle_web.journeys.actions.drawn import draw_steps
from mizzle_web.journeys.actions.journeys import open_journey
from mizzle_web.journeys.figures.drawn import Step
from mizzle_web.journeys.models import JourneyKind

ORDER = (
    ("Sales", "Take the order", True, "Within a day", None, 0.5),
    ("Planning", "Plan the route", False, "", 4, 1),
    ("Warehouse", "Pick", False, "", 12, 2),
    ("Transport", "Carry in", True, "In the promised window", 21.5, 0.5),
    ("Billing", "Send the invoice", True, "", 24, 0.25),
)


def steps_of(rows):
    """New steps of tuples: department, activity, point, promise, wait, touch."""
    return [Step(None, *row) for row in rows]


def a_drawing(at, rows=ORDER, name="A wardrobe, carried in"):
    """A journey that somebody drew."""
    journey = open_journey(name=name, kind=JourneyKind.DRAWN, by=SYSTEM, at=at)
    return draw_steps(journey=journey, steps=steps_of(rows), version=1, by=SYSTEM, at=at) if rows else journey


def map_of(browser, journey):
    """The page of its map, as a member sees it."""
    page = browser.get(f"/map/{journey.public_id}/")
    assert page.status_code == 200
    return page.content.decode()


def typed(rows, *, version, do="save", **more):
    """A table of steps as a browser sends it; each row as a dictionary of what was typed."""
    names = ("id", "department", "activity", "promise", "wait", "touch")
    columns = {name: [str(row.get(name, "")) for row in rows] for name in names}
    points = [str(number) for number, row in enumerate(rows) if row.get("point")]
    return {**columns, "point": points, "version": version, "do": do, **more}


def shown_rows(journey):
    """The rows of a journey as its form shows them."""
    from mizzle_web.journeys.forms.drawn import Table

    table = Table.of_steps(journey.steps.all(), journey.version)
    return [
        {
            "id": row.id,
            "department": row.department,
            "activity": row.activity,
            "point": row.is_point,
            "promise": row.promise,
            "wait": row.wait,
            "touch": row.touch,
        }
        for row in table.rows
    ]
