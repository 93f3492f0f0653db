"""Which unit of the organisation each department of a journey is, for programs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal
from uuid import UUID  # noqa: TC003 - schemas are read at run time

from pydantic import Field

from mizzle_web.journeys.api.journeys import measured_of
from mizzle_web.journeys.figures.likeness import folded
from mizzle_web.journeys.figures.places import units_of
from mizzle_web.journeys.models import DepartmentLink
from mizzle_web.page.api import Limit, Openings, Place, Scope, Told, part_of
from mizzle_web.people.api.calls import today

if TYPE_CHECKING:
    from mizzle_web.page.visit import Visit

openings = Openings("Departments of journeys")


class LinkTold(Told):
    """A department and its unit."""

    department: str
    state: Literal["linked", "outside", "open"] = Field(
        description="`outside`: outside the organisation; `open`: nobody has said yet."
    )
    unit: UUID | None = Field(description="The unit that was said to be it.")
    unit_now: UUID | None = Field(description="The unit that it is part of today, where it was merged.")
    is_in_log: bool = Field(description="Whether a log has the department now.")


class LinksTold(Told):
    """One page of departments, by name."""

    items: list[LinkTold]
    next: str | None = Field(description="The cursor of the next page; None on the last one.")


@openings.get(
    "/journeys/{journey_id}/links",
    scope=Scope.JOURNEYS_LINKS,
    answer=LinksTold,
    summary="Read which unit each department is",
)
def list_links(request: Visit, journey_id: UUID, cursor: Place = None, limit: Limit = 50) -> LinksTold:
    """Tell of every department the unit that it is; also of those that no log has any more."""
    journey = measured_of(journey_id)
    saved = dict(DepartmentLink.objects.filter(journey=journey).values_list("department", "unit__public_id"))
    known, now = set(journey.table_facts.get("departments", ())), units_of(journey, today(request))
    rows, following = part_of(sorted({*known, *saved}, key=folded), cursor=cursor, limit=limit)
    items = []
    for department in rows:
        unit, unit_now = saved.get(department), now.get(department)
        items.append(
            LinkTold(
                department=department,
                state="linked" if unit else "outside" if department in saved else "open",
                unit=unit,
                unit_now=unit_now.public_id if unit_now else None,
                is_in_log=department in known,
            )
        )
    return LinksTold(items=items, next=following)
