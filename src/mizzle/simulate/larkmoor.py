"""How Larkmoor Home Delivery is made up: departments, teams, and those whom one meets first."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

NAME = "Larkmoor Home Delivery"
DAY = date(2025, 12, 9)
"""The day on which one looks at the company, unless another one is asked for."""
TABLET = "tablet"
"""The part of whoever signs in at a shared tablet, by personal code and PIN."""
YEARS = 9
"""Age of the company."""


class Team(NamedTuple):
    """A team, before anybody works in it."""

    code: str
    name: str
    size: int
    site: str = "Main hall"
    shift: str = "day"
    opened: float = YEARS  # years ago


class Department(NamedTuple):
    """A department and its teams."""

    code: str
    name: str
    office: int  # people who belong to the department and to no team of it; the first of them leads it
    teams: tuple[Team, ...]
    is_on_foot: bool = False  # most work away from a desk: many have a personal code and no address


DEPARTMENTS = (
    Department(
        "FD",
        "Front desk",
        2,
        (
            Team("FD-AM", "Front desk, morning", 13, shift="morning"),
            Team("FD-PM", "Front desk, afternoon", 13, shift="afternoon"),
            Team("FD-WE", "Front desk, weekend", 10, shift="weekend", opened=5),
        ),
    ),
    Department(
        "TR",
        "Transport",
        4,
        (
            Team("TR-N", "Transport, north", 30, "North yard", "morning"),
            Team("TR-S", "Transport, south", 31, "South yard", "morning"),
            Team("TR-2", "Transport, two-person crews", 30, "South yard"),
            Team("TR-NI", "Transport, night", 12, "North yard", "night", opened=4),
            Team("TR-W", "Transport, workshop", 8, "North yard"),
        ),
        is_on_foot=True,
    ),
    Department(
        "SA",
        "Sales",
        2,
        (
            Team("SA-SH", "Sales, shops", 14, "Town"),
            Team("SA-ON", "Sales, online", 9),
            Team("SA-PA", "Sales, partners", 6),
        ),
    ),
    Department("CL", "Claims", 1, (Team("CL-DA", "Claims, damage", 9), Team("CL-RE", "Claims, returns", 6))),
    Department("BI", "Billing", 1, (Team("BI-IN", "Billing, invoices", 7), Team("BI-PA", "Billing, payments", 4))),
    Department(
        "OP",
        "Order planning",
        1,
        (
            Team("OP-RO", "Order planning, routes", 13),
            Team("OP-SL", "Order planning, slots", 8),
            Team("OP-NI", "Order planning, night desk", 5, shift="night", opened=3),
        ),
    ),
    Department(
        "WH",
        "Warehouse",
        3,
        (
            Team("WH-DAY", "Warehouse, day", 40),
            Team("WH-EVE", "Warehouse, evening", 28, shift="evening"),
            Team("WH-NI", "Warehouse, night sort", 20, shift="night"),
            Team("WH-IN", "Warehouse, goods in", 16, shift="morning"),
            Team("WH-RE", "Warehouse, returns", 10),
            Team("WH-NO", "Warehouse, north hub", 14, "North yard", opened=4),
        ),
        is_on_foot=True,
    ),
    Department(
        "IT",
        "IT",
        1,
        (
            Team("IT-SD", "IT, service desk", 8),
            Team("IT-SY", "IT, systems", 8),
            Team("IT-DA", "IT, data", 5, opened=2),
        ),
    ),
    Department(
        "PE",
        "People",
        1,
        (
            Team("PE-HI", "People, hiring", 5),
            Team("PE-LE", "People, learning", 5),
            Team("PE-PA", "People, pay and time", 6),
        ),
    ),
)
TOP = Team("LK", NAME, 3)
MERGED, INTO = Team("WH-SM", "Warehouse, small parcels", 0), "WH-DAY"
RENAMED, FORMER_NAME = "SA-ON", "Sales, web shop"


class Known(NamedTuple):
    """Somebody who is the same for every seed: those whom one meets first."""

    name: str
    unit: str
    role: str
    language: str = ""


KNOWN = (
    Known("Amara Kelholt", "WH-DAY", "colleague"),
    Known("Torvald Nesvang", "WH-DAY", "host", "nb"),
    Known("Dalia Penwick", "BI", "leader"),
    Known("Sunniva Haugmyr", "PE-LE", "service_lead"),
    Known("Ines Rociana Olmedera", "PE-HI", "people_partner"),
    Known("Hodan Roobdoon", "LK", "executive"),
    Known("Linh Sương Lam", "IT-DA", "analyst"),
    Known("Oskar Lyngvang", "IT-SY", "operator"),
    Known("Marek Kłosowski", "WH-EVE", "observer"),
    Known("Mateo Brumales Fresnedo", "TR-S", TABLET, "es"),
)
