"""Units, for programs."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

from django.db import transaction
from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _
from ninja import Query, Status
from pydantic import Field

from mizzle_web.page import problem
from mizzle_web.page.api import (
    LEFT_OUT,
    Code,
    Given,
    Key,
    Name,
    Openings,
    Scope,
    Told,
    Version,
)
from mizzle_web.page.permissions import Permission
from mizzle_web.page.refused import Changed, Refused
from mizzle_web.people import figures
from mizzle_web.people.actions.units import close_unit, move_unit, open_unit, rename_unit
from mizzle_web.people.api.calls import made, today
from mizzle_web.people.models import Unit

if TYPE_CHECKING:
    from mizzle_web.page.visit import Visit

openings = Openings("Units")
Day = Annotated[date | None, Query(description="The day that is asked about; left out: today.")]


class UnitTold(Told):
    """A unit, as it stands on a day."""

    id: UUID
    code: str
    name: str
    parent: UUID | None = Field(description="The unit that it belongs to; None at the top.")
    began_on: date
    ended_on: date | None
    version: int


class BranchTold(Told):
    """A unit in the tree of a day."""

    id: UUID
    code: str
    name: str
    parent: UUID | None
    depth: int
    n_people: int
    version: int


class TreeTold(Told):
    """The units of a day in the order of the tree, each after the one it belongs to."""

    on: date
    items: list[BranchTold]


class PeriodTold(Told):
    """How a unit was called and where it stood, from a day until before another."""

    name: str
    parent: UUID | None
    from_on: date
    until_on: date | None


class SuccessionTold(Told):
    """What became of a unit that was merged or split, or what it came from."""

    unit: UUID
    kind: str
    on: date


class HistoryTold(Told):
    """What became of a unit over time."""

    items: list[PeriodTold]
    came_from: list[SuccessionTold]
    became: list[SuccessionTold]


class NewUnit(Given):
    """A unit that is opened."""

    code: Code
    name: Name
    parent: UUID | None = None
    on: date | None = Field(default=None, description="The first day of the unit; left out: today.")


class UnitChange(Given):
    """What is to be different about a unit from a day on. What is left out stays as it is."""

    version: Version
    on: date | None = Field(default=None, description="From which day on; left out: today.")
    name: Name = LEFT_OUT
    parent: UUID | None = LEFT_OUT
    ended_on: Annotated[date, Field(description="The first day without it; it must be empty by then.")] = LEFT_OUT


def _one(request: Visit, unit_id: UUID, on: date, permission: Permission) -> Unit:
    """Find one unit; the same answer for one out of reach as for none."""
    unit = Unit.objects.filter(public_id=unit_id).first()
    reach = figures.reach(request.user, permission, on)
    if unit is None or (reach is not None and unit.pk not in reach):
        raise Http404
    return unit


def _told(unit: Unit, on: date) -> UnitTold:
    """Tell of a unit on a day; of one that is not there yet or any more, as it began or ended."""
    periods = list(unit.periods.select_related("parent").order_by("from_on"))
    period = next((one for one in reversed(periods) if one.from_on <= on), periods[0])
    return UnitTold(
        id=unit.public_id,
        code=unit.code,
        name=period.name,
        parent=period.parent.public_id if period.parent else None,
        began_on=unit.began_on,
        ended_on=unit.ended_on,
        version=unit.version,
    )


@openings.get("/units", scope=Scope.UNITS_READ, answer=TreeTold, summary="List the units of a day")
def list_units(request: Visit, on: Day = None) -> TreeTold:
    """List the whole tree of a day, as far as the member of the token may see it."""
    day = on or today(request)
    reach = figures.reach(request.user, Permission.SEE_PEOPLE, day)
    branches = [branch for branch in figures.tree(day) if reach is None or branch.pk in reach]
    ids = {branch.pk: UUID(branch.public_id) for branch in branches}
    return TreeTold(
        on=day,
        items=[
            BranchTold(
                id=ids[branch.pk],
                code=branch.code,
                name=branch.name,
                parent=ids.get(branch.parent) if branch.parent is not None else None,
                depth=branch.depth,
                n_people=branch.n_members,
                version=branch.version,
            )
            for branch in branches
        ],
    )


@openings.get("/units/{unit_id}", scope=Scope.UNITS_READ, answer=UnitTold, summary="Read one unit")
def read_unit(request: Visit, unit_id: UUID, on: Day = None) -> UnitTold:
    """Tell of one unit on a day."""
    day = on or today(request)
    return _told(_one(request, unit_id, day, Permission.SEE_PEOPLE), day)


@openings.get(
    "/units/{unit_id}/history", scope=Scope.UNITS_READ, answer=HistoryTold, summary="Read what became of a unit"
)
def read_unit_history(request: Visit, unit_id: UUID) -> HistoryTold:
    """Tell how a unit was called and where it stood over time, the earliest first."""
    unit = _one(request, unit_id, today(request), Permission.SEE_PEOPLE)
    periods = unit.periods.select_related("parent").order_by("from_on")
    kin = figures.successions(unit)
    return HistoryTold(
        items=[
            PeriodTold(
                name=one.name,
                parent=one.parent.public_id if one.parent else None,
                from_on=one.from_on,
                until_on=one.until_on,
            )
            for one in periods
        ],
        came_from=[
            SuccessionTold(unit=one.earlier.public_id, kind=one.kind, on=one.on)
            for one in kin
            if one.later_id == unit.pk
        ],
        became=[
            SuccessionTold(unit=one.later.public_id, kind=one.kind, on=one.on)
            for one in kin
            if one.earlier_id == unit.pk
        ],
    )


def _parent(request: Visit, public_id: UUID | None, on: date) -> Unit | None:
    """Find the unit to which another one is to belong, among those that the caller manages."""
    reach = figures.reach(request.user, Permission.MANAGE_UNITS, on)
    if public_id is None:
        if reach is not None:
            raise Refused("parent_needed", _("You manage some units. Name one of these."), field="parent")
        return None
    parent = Unit.objects.filter(public_id=public_id).first()
    if parent is None or (reach is not None and parent.pk not in reach):
        raise Refused("no_such_unit", _("There is no such unit now. Look it up in the list of units."), field="parent")
    return parent


@openings.post("/units", scope=Scope.UNITS_WRITE, answer=UnitTold, summary="Open a unit")
def add_unit(request: Visit, given: NewUnit, key: Key = None) -> Status[Any]:
    """Open a unit from a day on, under another one or at the top."""

    def make() -> UnitTold:
        day = given.on or today(request)
        parent = _parent(request, given.parent, day)
        by, at = request.user.actor, request.at
        return _told(open_unit(code=given.code, name=given.name, parent=parent, on=day, by=by, at=at), day)

    return made(request, key, given, make)


@openings.patch("/units/{unit_id}", scope=Scope.UNITS_WRITE, answer=UnitTold, summary="Rename, move or close a unit")
def change_unit(request: Visit, unit_id: UUID, given: UnitChange) -> UnitTold | HttpResponse:
    """Change a unit from a day on, as it stood at a version; 409 with both texts where that has passed."""
    day = given.on or today(request)
    unit = _one(request, unit_id, day, Permission.MANAGE_UNITS)
    by, at = request.user.actor, request.at
    sent = given.model_dump(exclude_unset=True, exclude={"version", "on"})
    version = given.version
    try:
        with transaction.atomic():
            if "name" in sent:
                version = rename_unit(unit=unit, name=given.name, on=day, version=version, by=by, at=at).version
            if "parent" in sent:
                parent = _parent(request, given.parent, day)
                version = move_unit(unit=unit, parent=parent, on=day, version=version, by=by, at=at).version
            if "ended_on" in sent:
                close_unit(unit=unit, on=given.ended_on, version=version, by=by, at=at)
    except Changed as refusal:
        now = _told(Unit.objects.get(pk=unit.pk), day)
        refusal.theirs = {name: str(getattr(now, name) or "") for name in sent}
        yours = {name: str(value or "") for name, value in sent.items()}
        return problem.refused(refusal, version=now.version, yours=yours)
    return _told(Unit.objects.get(pk=unit.pk), day)
