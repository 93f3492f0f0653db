"""Journeys, for programs."""

from __future__ import annotations

from datetime import datetime  # noqa: TC003 - schemas are read at run time
from typing import TYPE_CHECKING, Annotated
from uuid import UUID  # noqa: TC003 - the same

from django.http import Http404, HttpResponse
from ninja import Query, Status
from pydantic import Field, StringConstraints

from mizzle_web.journeys.actions.journeys import mark_points, open_journey
from mizzle_web.journeys.models import NAME, Journey, JourneyKind
from mizzle_web.page import problem
from mizzle_web.page.api import Given, Key, Limit, Name, Openings, Place, Scope, Told, Version, page_of
from mizzle_web.page.refused import Changed, Refused
from mizzle_web.people.api.calls import made

if TYPE_CHECKING:
    from mizzle_web.page.visit import Visit

openings = Openings("Journeys")

WITHOUT_NUL = r"^[^\x00]*$"
"""Names and ids of logs may hold anything but the sign that no database keeps."""
Department = Annotated[str, StringConstraints(min_length=1, max_length=NAME, pattern=WITHOUT_NUL)]
OneDepartment = Annotated[
    str | None, Query(max_length=NAME, pattern=WITHOUT_NUL, description="Only of this department.")
]
Activity = Annotated[str, StringConstraints(min_length=1, max_length=NAME)]


class JourneyTold(Told):
    """A way of cases through departments to the customer."""

    id: UUID
    name: str
    kind: JourneyKind
    perception_points: list[str] = Field(
        description="Activities at which the customer sees, hears or feels the service."
    )
    cases: int
    events: int
    departments: list[str]
    first_at: datetime | None
    last_at: datetime | None
    version: int


class JourneysTold(Told):
    """One page of journeys."""

    items: list[JourneyTold]
    next: str | None = Field(description="The cursor of the next page; None on the last one.")


class NewJourney(Given):
    """A journey to be opened."""

    name: Name
    kind: JourneyKind = JourneyKind.MEASURED


class Points(Given):
    """The perception points of a journey, all of them."""

    perception_points: list[Activity] = Field(max_length=1000)
    version: Version


def journey_of(journey_id: UUID) -> Journey:
    """Find a journey that was not put away."""
    found = Journey.objects.present().filter(public_id=journey_id).first()
    if found is None:
        raise Http404
    return found


def measured_of(journey_id: UUID) -> Journey:
    """Find a journey that is measured from logs, as the pages of cases, times, contact, departments and logs do."""
    return _of_kind(journey_id, JourneyKind.MEASURED)


def drawn_of(journey_id: UUID) -> Journey:
    """Find a journey that is drawn by hand."""
    return _of_kind(journey_id, JourneyKind.DRAWN)


def _of_kind(journey_id: UUID, kind: JourneyKind) -> Journey:
    found = journey_of(journey_id)
    if found.kind != kind:
        raise Http404
    return found


def _told(journey: Journey) -> JourneyTold:
    facts = journey.table_facts
    counts = facts.get("counts", {})
    return JourneyTold(
        id=journey.public_id,
        name=journey.name,
        kind=JourneyKind(journey.kind),
        perception_points=journey.points,
        cases=counts.get("cases", 0),
        events=counts.get("events", 0),
        departments=facts.get("departments", []),
        first_at=facts.get("first_at"),
        last_at=facts.get("last_at"),
        version=journey.version,
    )


@openings.get("/journeys", scope=Scope.JOURNEYS_READ, answer=JourneysTold, summary="List journeys")
def list_journeys(request: Visit, cursor: Place = None, limit: Limit = 50) -> JourneysTold:  # noqa: ARG001 - the same
    """List the journeys that were not put away."""
    rows, following = page_of(Journey.objects.present(), cursor=cursor, limit=limit)
    return JourneysTold(items=[_told(one) for one in rows], next=following)


@openings.get("/journeys/{journey_id}", scope=Scope.JOURNEYS_READ, answer=JourneyTold, summary="Read a journey")
def read_journey(request: Visit, journey_id: UUID) -> JourneyTold:  # noqa: ARG001 - everybody may read it
    """Tell of one journey."""
    return _told(journey_of(journey_id))


@openings.post("/journeys", scope=Scope.JOURNEYS_WRITE, answer=JourneyTold, summary="Open a journey")
def add_journey(request: Visit, given: NewJourney, key: Key = None) -> Status[JourneyTold]:
    """Open a journey, to measure it from logs or to draw it."""
    by, at = request.user.actor, request.at
    return made(request, key, given, lambda: _told(open_journey(name=given.name, kind=given.kind, by=by, at=at)))


@openings.patch(
    "/journeys/{journey_id}/points",
    scope=Scope.JOURNEYS_WRITE,
    answer=JourneyTold,
    summary="Mark the perception points of a journey",
)
def change_points(request: Visit, journey_id: UUID, given: Points) -> JourneyTold | HttpResponse:
    """Say at which activities the customer sees, hears or feels the service; its figures are worked out anew."""
    journey = journey_of(journey_id)
    by, at = request.user.actor, request.at
    try:
        return _told(mark_points(journey=journey, points=given.perception_points, version=given.version, by=by, at=at))
    except Changed as refusal:
        now = Journey.objects.get(pk=journey.pk)
        refusal.theirs = {"perception_points": ", ".join(now.points)}
        yours = {"perception_points": ", ".join(given.perception_points)}
        return problem.refused(refusal, version=now.version, yours=yours)
    except Refused as refusal:
        field = "perception_points" if refusal.field else None  # as programs call it; pages have another name for it
        raise Refused(refusal.code, refusal.sentence, field=field) from None
