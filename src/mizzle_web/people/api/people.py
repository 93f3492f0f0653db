"""People, for programs."""

from __future__ import annotations

from datetime import date, datetime  # noqa: TC003 - schemas are read at run time
from functools import lru_cache
from typing import TYPE_CHECKING, Annotated, Any, Literal
from uuid import UUID  # noqa: TC003 - the same

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Prefetch, Q
from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _
from ninja import Query, Status
from pydantic import AfterValidator, Field

from mizzle_web.page import problem
from mizzle_web.page.api import (
    LEFT_OUT,
    Code,
    Email,
    Given,
    Key,
    Limit,
    Name,
    Openings,
    Place,
    Scope,
    Sought,
    Told,
    Version,
    page_of,
)
from mizzle_web.page.permissions import Permission
from mizzle_web.page.refused import Changed, Refused
from mizzle_web.people import figures
from mizzle_web.people.actions.members import NewMember, add_member, change_member, place
from mizzle_web.people.api.calls import made
from mizzle_web.people.forms.door import zones
from mizzle_web.people.models import Grant, Member, MemberQuerySet, Placement, Unit
from mizzle_web.people.roles import Role

if TYPE_CHECKING:
    from mizzle_web.page.visit import Visit

openings = Openings("People")


@lru_cache
def _zones() -> frozenset[str]:
    return frozenset(name for name, _label in zones())


def _zone(text: str) -> str:
    if text not in _zones():
        raise ValueError(_("Give a time zone as Europe/Oslo."))
    return text


Language = Literal["en", "es", "nb"]
Zone = Annotated[Sought, AfterValidator(_zone)]


class UnitOfPerson(Told):
    """Where somebody works."""

    id: UUID
    code: str


class RoleOfPerson(Told):
    """A role that somebody holds, for one unit and what is under it, or everywhere."""

    role: str
    unit: UUID | None


class PersonTold(Told):
    """Somebody of the organisation."""

    id: UUID
    name: str
    email: str | None
    code: str | None = Field(description="What they sign in with at a shared tablet; only for who may manage people.")
    language: str | None = Field(description="None: as the organisation.")
    timezone: str | None = Field(description="None: as the organisation.")
    unit: UnitOfPerson | None
    roles: list[RoleOfPerson]
    joined_at: datetime
    left_at: datetime | None
    version: int


class PeopleTold(Told):
    """One page of people."""

    items: list[PersonTold]
    next: str | None = Field(description="The cursor of the next page; None on the last one.")


class NewPerson(Given):
    """Somebody who joins."""

    name: Name
    email: Email | None = None
    code: Code | None = None
    language: Language | None = None
    unit: UUID | None = None


class PersonChange(Given):
    """What is to be different about somebody. What is left out stays as it is."""

    version: Version
    name: Name = LEFT_OUT
    email: Email | None = LEFT_OUT
    code: Code | None = LEFT_OUT
    language: Language | None = LEFT_OUT
    timezone: Zone | None = LEFT_OUT
    unit: UUID | None = LEFT_OUT


def _seen_by(reader: Member, on: date) -> MemberQuerySet:
    """Give the people that a reader may see, with what is told of them."""
    there = Placement.objects.filter(from_on__lte=on).exclude(until_on__lte=on).select_related("unit")
    held = Grant.objects.filter(ended_at__isnull=True).select_related("unit").order_by("role", "pk")
    seen = Member.objects.all() if reader.may(Permission.MANAGE_PEOPLE) else Member.objects.present()
    return seen.prefetch_related(Prefetch("placements", there), Prefetch("grants", held))


def _told(one: Member, reader: Member) -> PersonTold:
    unit = next((placement.unit for placement in one.placements.all()), None)
    return PersonTold(
        id=one.public_id,
        name=one.name,
        email=one.email,
        code=one.code if reader.may(Permission.MANAGE_PEOPLE) else None,
        language=one.language or None,
        timezone=one.timezone or None,
        unit=UnitOfPerson(id=unit.public_id, code=unit.code) if unit else None,
        roles=[
            RoleOfPerson(role=str(grant.role), unit=grant.unit.public_id if grant.unit else None)
            for grant in one.grants.all()
        ],
        joined_at=one.joined_at,
        left_at=one.left_at,
        version=one.version,
    )


def _one(request: Visit, person_id: UUID) -> Member:
    found = _seen_by(request.user, request.at.date()).filter(public_id=person_id).first()
    if found is None:
        raise Http404
    return found


def _unit(public_id: UUID | None) -> Unit | None:
    """Find a unit that is named in what was sent."""
    if public_id is None:
        return None
    unit = Unit.objects.filter(public_id=public_id, ended_on__isnull=True).first()
    if unit is None:
        raise Refused("no_such_unit", _("There is no such unit now. Look it up in the list of units."), field="unit")
    return unit


@openings.get("/people", scope=Scope.PEOPLE_READ, answer=PeopleTold, summary="List people")
def list_people(  # noqa: PLR0913 - each filter has its name
    request: Visit,
    cursor: Place = None,
    limit: Limit = 50,
    text: Annotated[Sought | None, Query(description="Part of a name, or a whole address or code.")] = None,
    unit: Annotated[UUID | None, Query(description="Only who works in this unit.")] = None,
    below: Annotated[bool, Query(description="With `unit`: and in the units below it.")] = False,  # noqa: FBT002 - a query
    role: Annotated[Role | None, Query(description="Only who holds this role.")] = None,
    state: Annotated[
        Literal["present", "left", "all"], Query(description="`left` and `all`: only for who may manage people.")
    ] = "present",
) -> PeopleTold:
    """List people in the order in which they were added."""
    on = request.at.date()
    found = _seen_by(request.user, on)
    if state != "present" and not request.user.may(Permission.MANAGE_PEOPLE):
        raise PermissionDenied(_("Who has left is told to those who manage people. Leave `state` out."))
    if state != "all":
        found = found.filter(left_at__isnull=state == "present")
    if text:
        whole = Q(email__iexact=text)
        if request.user.may(Permission.MANAGE_PEOPLE):
            whole |= Q(code__iexact=text)
        found = found.filter(Q(name__icontains=text) | whole)
    if unit is not None:
        there = Placement.objects.filter(unit__in=_with_below(unit, on, is_deep=below), from_on__lte=on)
        found = found.filter(pk__in=there.exclude(until_on__lte=on).values("member"))
    if role is not None and role != Role.COLLEAGUE:
        found = found.filter(pk__in=Grant.objects.filter(role=role, ended_at__isnull=True).values("member"))
    rows, following = page_of(found, cursor=cursor, limit=limit)
    return PeopleTold(items=[_told(one, request.user) for one in rows], next=following)


def _with_below(public_id: UUID, on: date, *, is_deep: bool) -> list[int]:
    """Give the keys of a unit and, where asked, of all that is under it on a day."""
    branches = figures.tree(on)
    keys = [branch.pk for branch in branches if branch.public_id == str(public_id)]
    if is_deep:
        for branch in branches:  # in the order of the tree: what stands above comes first
            if branch.parent in keys:
                keys.append(branch.pk)
    return keys


@openings.get("/people/{person_id}", scope=Scope.PEOPLE_READ, answer=PersonTold, summary="Read one person")
def read_person(request: Visit, person_id: UUID) -> PersonTold:
    """Tell of one person."""
    return _told(_one(request, person_id), request.user)


@openings.post("/people", scope=Scope.PEOPLE_WRITE, answer=PersonTold, summary="Add a person")
def add_person(request: Visit, given: NewPerson, key: Key = None) -> Status[Any]:
    """Take somebody in. They have no way to sign in before they are invited."""

    def make() -> PersonTold:
        new = NewMember(
            name=given.name,
            email=given.email,
            code=given.code,
            language=given.language or "",
            unit=_unit(given.unit),
        )
        one = add_member(member=new, by=request.user.actor, at=request.at)
        return _told(_one(request, one.public_id), request.user)

    return made(request, key, given, make)


@openings.patch("/people/{person_id}", scope=Scope.PEOPLE_WRITE, answer=PersonTold, summary="Change a person")
def change_person(request: Visit, person_id: UUID, given: PersonChange) -> PersonTold | HttpResponse:
    """Change what is known of somebody, as they stood at a version; 409 with both texts where that has passed."""
    one = _one(request, person_id)
    if one.left_at is not None:
        raise Refused("has_left", _("This person has left. Nothing of theirs is changed any more."))
    sent = given.model_dump(exclude_unset=True, exclude={"version", "unit"})
    changes = {name: value if name in ("email", "code") else value or "" for name, value in sent.items()}
    by, at = request.user.actor, request.at
    try:
        with transaction.atomic():
            change_member(member=one, version=given.version, by=by, at=at, **changes)
            if "unit" in given.model_fields_set:
                place(member=one, unit=_unit(given.unit), on=at.date(), by=by, at=at)
    except Changed as refusal:
        now = _told(_one(request, person_id), request.user)
        refusal.theirs = {name: str(getattr(now, name) or "") for name in sent}
        yours = {name: str(value or "") for name, value in sent.items()}
        if "unit" in given.model_fields_set:
            refusal.theirs["unit"] = str(now.unit.id) if now.unit else ""
            yours["unit"] = str(given.unit or "")
        return problem.refused(refusal, version=now.version, yours=yours)
    return _told(_one(request, person_id), request.user)
