"""Units, for programs."""

from __future__ import annotations

from datetime import date  # noqa: TC003 - schemas are read at run time
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID  # noqa: TC003 - the same

from django.http import Http404
from django.utils.translation import gettext as _
from ninja import Query, Status
from pydantic import Field

from mizzle_web.page.api import Code, Given, Key, Name, Openings, Scope, Told
from mizzle_web.page.refused import Refused
from mizzle_web.people import figures
from mizzle_web.people.actions.units import open_unit
from mizzle_web.people.api.calls import made
from mizzle_web.people.models import Succession, Unit, UnitPeriod

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


def _one(public_id: UUID) -> Unit:
    unit = Unit.objects.filter(public_id=public_id).first()
    if unit is None:
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
    """List the whole tree of a day."""
    day = on or request.at.date()
    branches = figures.tree(day)
    ids = {branch.pk: branch.public_id for branch in branches}
    return TreeTold(
        on=day,
        items=[
            BranchTold(
                id=UUID(branch.public_id),
                code=branch.code,
                name=branch.name,
                parent=UUID(ids[branch.parent]) if branch.parent is not None else None,
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
    return _told(_one(unit_id), on or request.at.date())


@openings.get("/units/{unit_id}/history", scope=Scope.UNITS_READ, answer=HistoryTold, summary="Read what became of a unit")
def read_unit_history(request: Visit, unit_id: UUID) -> HistoryTold:  # noqa: ARG001 - every view is given the request
    """Tell how a unit was called and where it stood over time."""
    unit = _one(unit_id)
    periods = UnitPeriod.objects.filter(unit=unit).select_related("parent").order_by("from_on")
    earlier = Succession.objects.filter(later=unit).select_related("earlier").order_by("on", "pk")
    later = Succession.objects.filter(earlier=unit).select_related("later").order_by("on", "pk")
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
        came_from=[SuccessionTold(unit=one.earlier.public_id, kind=one.kind, on=one.on) for one in earlier],
        became=[SuccessionTold(unit=one.later.public_id, kind=one.kind, on=one.on) for one in later],
    )


def _parent(public_id: UUID | None) -> Unit | None:
    """Find the unit that another one is to belong to."""
    if public_id is None:
        return None
    parent = Unit.objects.filter(public_id=public_id, ended_on__isnull=True).first()
    if parent is None:
        raise Refused("no_such_unit", _("There is no such unit now. Look it up in the list of units."), field="parent")
    return parent


@openings.post("/units", scope=Scope.UNITS_WRITE, answer=UnitTold, summary="Open a unit")
def add_unit(request: Visit, given: NewUnit, key: Key = None) -> Status[Any]:
    """Open a unit from a day on, under another one or at the top."""

    def make() -> UnitTold:
        day = given.on or request.at.date()
        parent = _parent(given.parent)
        unit = open_unit(
            code=given.code, name=given.name, parent=parent, on=day, by=request.user.actor, at=request.at
        )
        return _told(unit, day)

    return made(request, key, given, make)
