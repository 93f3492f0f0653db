"""Journeys that people drew, for programs: their steps, and how both sides rate their perception points."""

from __future__ import annotations

from datetime import date  # noqa: TC003 - schemas are read at run time
from typing import TYPE_CHECKING
from uuid import UUID  # noqa: TC003 - the same

from pydantic import Field

from mizzle_web.journeys.api.figures import EstimateTold, estimate_told
from mizzle_web.journeys.api.journeys import drawn_of
from mizzle_web.journeys.figures.drawn import distance_of
from mizzle_web.journeys.figures.ratings import results
from mizzle_web.page.api import Openings, Scope, Told

if TYPE_CHECKING:
    from mizzle_web.journeys.figures.ratings import Point, Seen
    from mizzle_web.page.visit import Visit

openings = Openings("Drawn journeys")


class DrawnStepTold(Told):
    """A step as people drew it; hours are what they expect, not what was measured."""

    id: UUID
    step: int
    department: str
    activity: str
    is_perception_point: bool
    promise: str | None
    wait_hours: float | None = Field(description="Before it.")
    touch_hours: float | None


class DrawnDepartmentTold(Told):
    """How far a department is from the customer in the drawing; None where nobody said enough."""

    department: str
    steps: int
    handovers_to_customer: float | None
    hours_to_customer: float | None


class DrawnTold(Told):
    """The steps of a journey in order, and its departments in order of distance."""

    version: int
    steps: list[DrawnStepTold]
    departments: list[DrawnDepartmentTold]


class SeenTold(Told):
    """What one side says of a perception point, of full blocks of answers alone."""

    answers: int
    asked: int = Field(description="How many of them are of customers whom somebody asked.")
    counts: list[int] = Field(description="Answers by level, from Broken to Unforgettable.")
    median: float | None = Field(description="The level in the middle, 1 to 6.")
    wished_for: EstimateTold = Field(description="Share at Wished for or above.")
    first_on: date
    last_on: date


class WornTold(Told):
    """A level of the served that fell, in words."""

    first: str
    first_on: date
    last: str
    last_on: date


class RatedTold(Told):
    """A perception point; a side of which nothing may be shown yet is None."""

    step_id: UUID
    department: str
    activity: str
    provider: SeenTold | None
    served: SeenTold | None
    gap_levels: float | None = Field(description="Median of those who serve less that of those who are served.")
    worn: WornTold | None


class RatingsTold(Told):
    """The perception points in the order of the journey."""

    points: list[RatedTold]


@openings.get(
    "/journeys/{journey_id}/drawn",
    scope=Scope.JOURNEYS_READ,
    answer=DrawnTold,
    summary="Read the steps of a drawn journey",
)
def read_drawn(request: Visit, journey_id: UUID) -> DrawnTold:  # noqa: ARG001 - every member may
    """Tell the steps that people drew, and what they say of the distance of each department."""
    journey = drawn_of(journey_id)
    steps = list(journey.steps.all())
    distance = distance_of(steps)
    return DrawnTold(
        version=journey.version,
        steps=[
            DrawnStepTold(
                id=one.public_id,
                step=one.position + 1,
                department=one.department,
                activity=one.activity,
                is_perception_point=one.is_point,
                promise=one.promise or None,
                wait_hours=one.wait_hours,
                touch_hours=one.touch_hours,
            )
            for one in steps
        ],
        departments=[
            DrawnDepartmentTold(
                department=one.department,
                steps=one.events,
                handovers_to_customer=one.handovers_to_customer.value,
                hours_to_customer=one.hours_to_customer.value,
            )
            for one in (distance.departments if distance else ())
        ],
    )


def _seen(one: Seen | None) -> SeenTold | None:
    if one is None:
        return None
    return SeenTold(
        answers=one.level.n,
        asked=one.n_asked,
        counts=list(one.level.counts),
        median=one.level.median,
        wished_for=estimate_told(one.level.wished_for),
        first_on=one.first_on,
        last_on=one.last_on,
    )


def _rated(point: Point) -> RatedTold:
    worn = point.worn
    return RatedTold(
        step_id=point.step.public_id,
        department=point.step.department,
        activity=point.step.activity,
        provider=_seen(point.provider),
        served=_seen(point.served),
        gap_levels=point.gap.levels.value if point.gap else None,
        worn=WornTold(first=worn.first, first_on=worn.first_on, last=worn.last, last_on=worn.last_on) if worn else None,
    )


@openings.get(
    "/journeys/{journey_id}/ratings",
    scope=Scope.JOURNEYS_READ,
    answer=RatingsTold,
    summary="Read how both sides rate a drawn journey",
)
def read_ratings(request: Visit, journey_id: UUID) -> RatingsTold:  # noqa: ARG001 - every member may
    """Tell how both sides rate each perception point, as far as enough people have."""
    found = results(drawn_of(journey_id))
    points = sorted((*found.shown, *found.neither), key=lambda one: one.step.position)
    return RatingsTold(points=[_rated(one) for one in points])
