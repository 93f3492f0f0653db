"""Where the work of one member meets the customer: the department in which they work, in every journey that has it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models.fields.json import KeyTransform

from mizzle_web.journeys.figures.kept import FEWEST_CASES, Unreadable, find
from mizzle_web.journeys.figures.places import departments_near
from mizzle_web.journeys.figures.view import first_view
from mizzle_web.journeys.models import Journey, JourneyKind
from mizzle_web.page.permissions import Permission

if TYPE_CHECKING:
    from datetime import date

    from mizzle_web.journeys.figures.measured import Near
    from mizzle_web.journeys.models import JourneyQuerySet
    from mizzle_web.people.models import Member

MOST_JOURNEYS = 5


@dataclass(frozen=True, slots=True)
class Line:
    """One journey, the department of a member in it, and what is told of that.

    Attributes
    ----------
    near
        Its figures; None where they are not worked out.
    is_current
        Whether they are of the logs, points and agreements of now.
    """

    journey: Journey
    department: str
    near: Near | None
    is_current: bool

    @property
    def is_told(self) -> bool:
        """Whether enough cases tell of the department."""
        return self.near is not None and self.near.cases >= FEWEST_CASES

    @property
    def waited(self) -> float | None:
        """Hours of waiting among those to the customer; None where the log does not tell touch from wait."""
        near = self.near
        if near is None or near.wait is None or near.touch is None or near.touch.value is None:
            return None
        return near.wait.value


def lines(member: Member, on: date) -> list[Line]:
    """Tell where the work of a member meets the customer, journey by journey; nothing where no department is theirs.

    Of a journey only what is needed is read: all that its logs told may be much, and this stands on the first page.
    """
    near_by = departments_near(member, on)
    journeys = _measured().filter(pk__in=near_by).exclude(table_digest="").order_by("name")
    names = ("departments", "first_at", "last_at", "ended")
    told = [KeyTransform(name, "table_facts") for name in names]
    facts = {pk: dict(zip(names, rest, strict=True)) for pk, *rest in journeys.values_list("pk", *told)}
    found: list[Line] = []
    for journey in journeys.defer("table_facts"):
        known = facts[journey.pk]
        department = next((one for one in near_by[journey.pk] if one in known["departments"]), None)
        if department is None:
            continue
        kept = find(journey, first_view(known))
        try:
            near = kept.near(department) if kept else None
        except Unreadable:
            kept = near = None
        if kept is None or near is not None:
            found.append(Line(journey, department, near, kept is not None and kept.is_current))
    return found[:MOST_JOURNEYS]


@dataclass(frozen=True, slots=True)
class Next:
    """The smallest next step towards knowing where work meets the customer: its name, and the journey it is about."""

    name: str
    journey: Journey | None = None


def next_step(member: Member) -> Next | None:
    """Find the smallest next step, for who can take it; None for anybody else, and where nothing is left to do."""
    journey = _measured().defer("table_facts").order_by("name").first()
    if journey is None:
        found, needs = Next("open"), Permission.MANAGE_JOURNEYS
    elif not journey.has_table:
        found, needs = Next("log", journey), Permission.BRING_LOGS
    elif not journey.points:
        found, needs = Next("points", journey), Permission.MANAGE_JOURNEYS
    else:
        found, needs = Next("departments", journey), Permission.MANAGE_JOURNEYS
    return found if member.may(needs) and not _is_done(found) else None


def _is_done(step: Next) -> bool:
    """Whether somebody began with it: a log is on its way, or some departments are linked."""
    if step.journey is None:
        return False
    if step.name == "log":
        return step.journey.logs.exists()
    return step.name == "departments" and step.journey.links.exists()


def _measured() -> JourneyQuerySet:
    return Journey.objects.present().filter(kind=JourneyKind.MEASURED)
