"""Time that people of departments spent close to customers, for programs: how many and how long, never who."""

from __future__ import annotations

from datetime import date, datetime  # noqa: TC003 - schemas are read at run time
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID  # noqa: TC003 - the same

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils.translation import gettext as _
from ninja import Query, Status
from pydantic import Field

from mizzle_web.journeys.actions import contacts as actions
from mizzle_web.journeys.actions.figure_sets import standing_views
from mizzle_web.journeys.api.figures import EstimateTold, estimate_told
from mizzle_web.journeys.api.journeys import WITHOUT_NUL, Department, OneDepartment, measured_of
from mizzle_web.journeys.figures import contacts as figures
from mizzle_web.journeys.models import NAME, Contact, ContactKind
from mizzle_web.page.api import Given, Key, Limit, Openings, Place, Scope, Told, page_of, part_of
from mizzle_web.people.api.calls import made, today

if TYPE_CHECKING:
    from mizzle_web.journeys.figures.contacts import Beside
    from mizzle_web.journeys.models import Journey
    from mizzle_web.page.visit import Visit

openings = Openings("Contact with customers")


class ContactTold(Told):
    """Time that people of a department spent close to customers."""

    id: UUID
    department: str
    kind: ContactKind
    on: date
    minutes: int = Field(description="Of each person.")
    n_people: int
    person_minutes: int = Field(description="Of all of them together.")
    taken_back_at: datetime | None = Field(description="What was taken back counts no more.")


class ContactsTold(Told):
    """One page of contact, in the order in which it was noted; also what was taken back."""

    items: list[ContactTold]
    next: str | None = Field(description="The cursor of the next page; None on the last one.")


class ContactOfYear(Told):
    """The contact of a department in the last twelve months."""

    department: str
    person_minutes: int
    times: int
    last_on: date | None
    is_in_log: bool


class ContactOfYearTold(Told):
    """One page of departments, by name."""

    items: list[ContactOfYear]
    next: str | None = Field(description="The cursor of the next page; None on the last one.")


class MonthOfContact(Told):
    """The contact of one month."""

    month: str
    person_minutes: int
    times: int


class BesideTold(Told):
    """A department and itself half a year earlier; side by side, and no more is said by that."""

    department: str
    months: list[MonthOfContact] = Field(description="The twelve months up to now.")
    first: str | None = Field(description="Months of now; None: all of the log.")
    last: str | None
    before_first: str | None = Field(description="Months of then; None where the log does not go so far back.")
    before_last: str | None
    person_minutes: int = Field(description="Contact in the months of now.")
    person_minutes_before: int
    cases: int | None = Field(description="None where it is not worked out, or of fewer than 5; so are the figures.")
    handovers_to_customer: EstimateTold | None
    hours_to_customer: EstimateTold | None
    handovers_before: EstimateTold | None
    hours_before: EstimateTold | None
    handovers_change: EstimateTold | None = Field(description="Now less then.")
    hours_change: EstimateTold | None


class NewContact(Given):
    """What is to be noted. There is no field for a name."""

    department: Department
    kind: ContactKind
    on: date
    minutes: int = Field(ge=1, le=actions.MOST_MINUTES, description="Of each person.")
    n_people: int = Field(ge=1, le=actions.MOST_PEOPLE)


def _told(one: Contact) -> ContactTold:
    return ContactTold(
        id=one.public_id,
        department=one.department,
        kind=ContactKind(one.kind),
        on=one.on,
        minutes=one.minutes,
        n_people=one.n_people,
        person_minutes=one.person_minutes,
        taken_back_at=one.withdrawn_at,
    )


def _refuse_out_of_reach(request: Visit, journey: Journey, department: str) -> None:
    within = figures.in_reach(journey, request.user, today(request))
    if within is not None and department not in within:
        raise PermissionDenied(_("The member of this token does not note contact for this department."))


@openings.get("/journeys/{journey_id}/contacts", scope=Scope.JOURNEYS_READ, answer=ContactsTold, summary="List contact")
def list_contacts(
    request: Visit,  # noqa: ARG001 - every member may
    journey_id: UUID,
    department: OneDepartment = None,
    cursor: Place = None,
    limit: Limit = 50,
) -> ContactsTold:
    """List what was noted, of all departments or of one."""
    found = Contact.objects.filter(journey=measured_of(journey_id))
    if department is not None:
        found = found.filter(department=department)
    rows, following = page_of(found, cursor=cursor, limit=limit)
    return ContactsTold(items=[_told(one) for one in rows], next=following)


@openings.get(
    "/journeys/{journey_id}/contacts/departments",
    scope=Scope.JOURNEYS_READ,
    answer=ContactOfYearTold,
    summary="Read the contact of each department in a year",
)
def list_contact_of_departments(
    request: Visit, journey_id: UUID, cursor: Place = None, limit: Limit = 50
) -> ContactOfYearTold:
    """Tell of every department how much contact it had in the last twelve months."""
    lines = figures.overview(measured_of(journey_id), today(request))
    rows, following = part_of(lines, cursor=cursor, limit=limit)
    return ContactOfYearTold(
        items=[
            ContactOfYear(
                department=one.department,
                person_minutes=one.minutes,
                times=one.n,
                last_on=one.last_on,
                is_in_log=one.is_in_log,
            )
            for one in rows
        ],
        next=following,
    )


def _distances(beside: Beside) -> dict[str, Any]:
    """Tell the distance of now and of then, where enough cases tell of them."""
    near = beside.near if beside.is_told else None
    compared = near.compared if near else None
    told: dict[str, Any] = {"cases": near.cases if near else None}
    now = (near.handovers, near.hours) if near else (None, None)
    for name, one in zip(("handovers_to_customer", "hours_to_customer"), now, strict=True):
        told[name] = estimate_told(one) if one else None
    for name in ("handovers_before", "hours_before", "handovers_change", "hours_change"):
        told[name] = estimate_told(getattr(compared, name)) if compared else None
    return told


@openings.get(
    "/journeys/{journey_id}/contacts/beside",
    scope=Scope.JOURNEYS_READ,
    answer=BesideTold,
    summary="Read the contact of a department beside its distance",
)
def read_contact_beside(
    request: Visit,
    journey_id: UUID,
    department: Annotated[str, Query(min_length=1, max_length=NAME, pattern=WITHOUT_NUL)],
) -> BesideTold:
    """Tell the contact and the distance of one department, now and half a year earlier."""
    journey = measured_of(journey_id)
    noted = Contact.objects.filter(journey=journey, department=department)
    if department not in journey.table_facts.get("departments", ()) and not noted.exists():
        raise Http404
    kept = list(noted.kept())
    beside = figures.beside(journey, standing_views(journey)[0], department, kept)
    return BesideTold(
        department=department,
        months=[
            MonthOfContact(month=one.month, person_minutes=one.minutes, times=one.n)
            for one in figures.months(kept, today(request))
        ],
        first=beside.first or None,
        last=beside.last or None,
        before_first=beside.before_first or None,
        before_last=beside.before_last or None,
        person_minutes=beside.minutes,
        person_minutes_before=beside.minutes_before,
        **_distances(beside),
    )


@openings.post(
    "/journeys/{journey_id}/contacts", scope=Scope.JOURNEYS_CONTACT, answer=ContactTold, summary="Note contact"
)
def note_contact(request: Visit, journey_id: UUID, given: NewContact, key: Key = None) -> Status[ContactTold]:
    """Note that so many people of a department spent so many minutes each close to customers."""
    journey = measured_of(journey_id)
    _refuse_out_of_reach(request, journey, given.department)
    by, at = request.user.actor, request.at

    def make() -> ContactTold:
        return _told(actions.note_contact(journey=journey, **given.model_dump(), by=by, at=at))

    return made(request, key, given, make)


@openings.post(
    "/journeys/{journey_id}/contacts/{contact_id}/take-back",
    scope=Scope.JOURNEYS_CONTACT,
    answer=ContactTold,
    summary="Take contact back",
)
def take_back_contact(request: Visit, journey_id: UUID, contact_id: UUID) -> Status[ContactTold]:
    """Take back what was noted wrongly: it counts no more, and the history keeps it."""
    journey = measured_of(journey_id)
    found = Contact.objects.filter(journey=journey, public_id=contact_id).first()
    if found is None:
        raise Http404
    _refuse_out_of_reach(request, journey, found.department)
    return Status(201, _told(actions.take_back_contact(contact=found, by=request.user.actor, at=request.at)))
