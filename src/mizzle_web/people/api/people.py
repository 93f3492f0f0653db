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
from pydantic import AfterValidator, Field, WithJsonSchema

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
from mizzle_web.people.api.calls import made, today
from mizzle_web.people.forms.door import zones
from mizzle_web.people.models import Grant, Member, MemberQuerySet, Placement, Unit
from mizzle_web.people.roles import POWERFUL, Role

if TYPE_CHECKING:
    from mizzle_web.page.visit import Visit

openings = Openings("People")


@lru_cache
def _zones() -> frozenset[str]:
    return frozenset(name for name, _label in zones())


def _zone(text: str) -> str:
    if text not in _zones():
        raise ValueError(_("Give a time zone such as Europe/Oslo."))
    return text


def _no_address(text: str) -> str:
    if "@" in text:
        raise ValueError(_("A personal code has no @ in it. Choose a different one."))
    return text


PersonalCode = Annotated[
    Code,
    AfterValidator(_no_address),
    WithJsonSchema(
        {
            "type": "string",
            "minLength": 1,
            "maxLength": 40,
            "pattern": r"^[^@\x00-\x1f\x7f]*[^@\s\x00-\x1f\x7f][^@\x00-\x1f\x7f]*$",
        }
    ),
]
Language = Literal["en", "es", "nb"]
_SIGN_IN = ("email", "code")
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
    code: PersonalCode | None = None
    language: Language | None = None
    unit: UUID | None = None


class PersonChange(Given):
    """What is to be different about somebody. What is left out stays as it is."""

    version: Version
    name: Name = LEFT_OUT
    email: Email | None = LEFT_OUT
    code: PersonalCode | None = LEFT_OUT
    language: Language | None = LEFT_OUT
    timezone: Zone | None = LEFT_OUT
    unit: UUID | None = LEFT_OUT


def _with_place_and_roles(people: MemberQuerySet, on: date) -> MemberQuerySet:
    there = Placement.objects.filter(figures.on_day(on)).select_related("unit")
    held = Grant.objects.filter(ended_at__isnull=True).select_related("unit").order_by("role", "pk")
    return people.prefetch_related(Prefetch("placements", there), Prefetch("grants", held))


def _within(reader: Member, permission: Permission, on: date) -> MemberQuerySet:
    """Give the people for whom a reader has a permission; those who left only to who manages people everywhere."""
    found = figures.members_within(figures.reach(reader, permission, on), on)
    return found if reader.may(Permission.MANAGE_PEOPLE) else found.present()


def _told(one: Member, reader: Member) -> PersonTold:
    unit = next((placement.unit for placement in one.placements.all()), None)
    roles = [
        RoleOfPerson(role=str(grant.role), unit=grant.unit.public_id if grant.unit else None)
        for grant in one.grants.all()
    ]
    return _told_of(one, reader, unit, roles)


def _told_of(one: Member, reader: Member, unit: Unit | None, roles: list[RoleOfPerson]) -> PersonTold:
    return PersonTold(
        id=one.public_id,
        name=one.name,
        email=one.email,
        code=one.code if reader.may(Permission.MANAGE_PEOPLE) else None,
        language=one.language or None,
        timezone=one.timezone or None,
        unit=UnitOfPerson(id=unit.public_id, code=unit.code) if unit else None,
        roles=roles,
        joined_at=one.joined_at,
        left_at=one.left_at,
        version=one.version,
    )


def _told_anew(request: Visit, one: Member) -> PersonTold:
    """Tell of somebody as they stand after a change, even where they have left the reach of who made it."""
    found = _with_place_and_roles(Member.objects.filter(pk=one.pk), today(request)).get()
    return _told(found, request.user)


def _one(request: Visit, person_id: UUID, permission: Permission) -> Member:
    """Find one person; the same answer for everybody out of reach as for nobody."""
    on = today(request)
    people = _within(request.user, permission, on).filter(public_id=person_id)
    found = _with_place_and_roles(people, on).first()
    if found is None:
        raise Http404
    return found


def _unit(request: Visit, public_id: UUID | None) -> Unit | None:
    """Find the unit in which somebody is to work, among those whose people the caller manages."""
    on = today(request)
    reach = figures.reach(request.user, Permission.MANAGE_PEOPLE, on)
    if public_id is None:
        if reach is not None:
            sentence = _("You manage the people of some units. Name one of these.")
            raise Refused("unit_needed", sentence, field="unit")
        return None
    unit = Unit.objects.filter(Q(ended_on__isnull=True) | Q(ended_on__gt=on), public_id=public_id).first()
    if unit is None or (reach is not None and unit.pk not in reach):
        raise Refused("no_such_unit", _("There is no such unit now. Look it up in the list of units."), field="unit")
    return unit


@openings.get("/people", scope=Scope.PEOPLE_READ, answer=PeopleTold, summary="List people")
def list_people(
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
    on = today(request)
    reader: Member = request.user
    if state != "present" and not reader.may(Permission.MANAGE_PEOPLE):
        raise PermissionDenied(_("Who has left is told to those who manage people. Leave `state` out."))
    found = _within(reader, Permission.SEE_PEOPLE, on)
    if state != "all":
        found = found.filter(left_at__isnull=state == "present")
    if text:
        whole = Q(email__iexact=text)
        if reader.may(Permission.MANAGE_PEOPLE):
            whole |= Q(code__iexact=text)
        found = found.filter(Q(name__icontains=text) | whole)
    if unit is not None:
        found = found.filter(pk__in=_in_unit(unit, on, is_deep=below).values("pk"))
    if role is not None and role != Role.COLLEAGUE:
        found = found.filter(pk__in=Grant.objects.filter(role=role, ended_at__isnull=True).values("member"))
    rows, following = page_of(_with_place_and_roles(found, on), cursor=cursor, limit=limit)
    return PeopleTold(items=[_told(one, reader) for one in rows], next=following)


def _in_unit(public_id: UUID, on: date, *, is_deep: bool) -> MemberQuerySet:
    """Give who works in a unit on a day, and where asked in all that is under it."""
    branches = figures.tree(on)
    units = frozenset(branch.pk for branch in branches if branch.public_id == str(public_id))
    return figures.members_within(figures.under(branches, units) if is_deep else units, on)


@openings.get("/people/{person_id}", scope=Scope.PEOPLE_READ, answer=PersonTold, summary="Read one person")
def read_person(request: Visit, person_id: UUID) -> PersonTold:
    """Tell of one person."""
    return _told(_one(request, person_id, Permission.SEE_PEOPLE), request.user)


@openings.post("/people", scope=Scope.PEOPLE_WRITE, answer=PersonTold, summary="Add a person")
def add_person(request: Visit, given: NewPerson, key: Key = None) -> Status[Any]:
    """Add a person. They have no way to sign in before they are invited."""

    def make() -> PersonTold:
        new = NewMember(
            name=given.name,
            email=given.email,
            code=given.code,
            language=given.language or "",
            unit=_unit(request, given.unit),
        )
        one = add_member(member=new, by=request.user.actor, at=request.at)
        return _told_anew(request, one) if new.unit else _told_of(one, request.user, None, [])

    return made(request, key, given, make)


@openings.patch("/people/{person_id}", scope=Scope.PEOPLE_WRITE, answer=PersonTold, summary="Change a person")
def change_person(request: Visit, person_id: UUID, given: PersonChange) -> PersonTold | HttpResponse:
    """Change what is known of somebody, as they stood at a version; 409 with both texts where that has passed."""
    one = _one(request, person_id, Permission.MANAGE_PEOPLE)
    if one.left_at is not None:
        raise Refused("has_left", _("This person has left. Nothing of theirs is changed any more."))
    is_moving = "unit" in given.model_fields_set
    sent = given.model_dump(exclude_unset=True, exclude={"version", "unit"})
    changes = {name: value if name in ("email", "code") else value or "" for name, value in sent.items()}
    if one.roles() & POWERFUL and any(name in changes and changes[name] != getattr(one, name) for name in _SIGN_IN):
        raise Refused(
            "powerful",
            _("This person holds a role with many rights. Change their e-mail address or code on their page."),
        )
    by, at = request.user.actor, request.at
    try:
        with transaction.atomic():
            one = change_member(member=one, version=given.version, by=by, at=at, **changes)
            if is_moving:
                place(member=one, unit=_unit(request, given.unit), on=today(request), by=by, at=at)
    except Changed as refusal:
        now = _told_anew(request, one)
        yours = {name: str(value or "") for name, value in sent.items()}
        refusal.theirs = {name: str(getattr(now, name) or "") for name in sent}
        if is_moving:
            yours["unit"] = str(given.unit or "")
            refusal.theirs["unit"] = str(now.unit.id) if now.unit else ""
        return problem.refused(refusal, version=now.version, yours=yours)
    return _told_anew(request, one)
