"""The figures of journeys, for programs: the same that the page shows and its files hold."""

from __future__ import annotations

from datetime import date, datetime  # noqa: TC003 - schemas are read at run time
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID  # noqa: TC003 - the same

from django.utils.translation import gettext as _
from ninja import Query, Status
from pydantic import Field

from mizzle_web.journeys.actions.figure_sets import ask_for_figures
from mizzle_web.journeys.api.journeys import journey_of
from mizzle_web.journeys.figures.asked import asked
from mizzle_web.journeys.figures.kept import FEWEST_CASES, find
from mizzle_web.journeys.figures.view import MONTH
from mizzle_web.page.api import Given, Openings, Scope, Told
from mizzle_web.page.refused import Refused

if TYPE_CHECKING:
    from mizzle.estimate import Estimate, Spread
    from mizzle.journeys.results import DepartmentDistance, DepartmentWay
    from mizzle_web.journeys.figures.kept import Kept
    from mizzle_web.journeys.models import Journey
    from mizzle_web.page.visit import Visit

openings = Openings("Figures of journeys")

Month = Annotated[str, Field(pattern=f"^{MONTH.pattern}$")]
From = Annotated[Month | None, Query(alias="from", description="First month (UTC) in which the cases ended.")]
Until = Annotated[Month | None, Query(description="Last month in which the cases ended.")]
Attribute = Annotated[str | None, Query(max_length=100, description="A case attribute; goes with `value`.")]
Value = Annotated[str | None, Query(max_length=100, description="The value that it has.")]


class EstimateTold(Told):
    """A figure with its 95 % interval and how many observations it rests on."""

    value: float | None
    low: float | None
    high: float | None
    n: int


class SpreadTold(Told):
    """Mean, median and 90th percentile."""

    mean: float | None
    median: float | None
    p90: float | None


class DepartmentTold(Told):
    """How far a department is from the customer; nothing is told of one with fewer than 5 cases."""

    department: str
    month: date | None
    events: int | None
    cases: int | None
    contact_share: EstimateTold | None
    handovers_to_customer: EstimateTold | None
    handovers_median: float | None
    handovers_p90: float | None
    hours_to_customer: EstimateTold | None
    hours_median: float | None
    hours_p90: float | None
    touch_hours: EstimateTold | None
    wait_hours: EstimateTold | None
    unheard_share: EstimateTold | None


class Measured(Told):
    """What figures rest on."""

    method: str
    computed_at: datetime
    is_current: bool = Field(description="Whether logs, points and agreed times are still as they were then.")


class DepartmentsTold(Measured):
    """The departments in order of distance."""

    cases: int
    events: int
    perception_points: list[str]
    departments: list[DepartmentTold]


class MonthsTold(Measured):
    """The departments in every month."""

    months: list[DepartmentTold]


class HandoverTold(Told):
    """Work that passes from one department to another, and how long it waits, in hours."""

    source: str
    target: str
    count: int
    wait_hours: SpreadTold


class HandoversTold(Measured):
    """Handovers by falling count; those of fewer than 5 are left out."""

    handovers: list[HandoverTold]


class NodeTold(Told):
    """An activity of a department."""

    department: str
    activity: str


class StepTold(Told):
    """What directly follows what, and how long it waits, in hours."""

    source: NodeTold
    target: NodeTold
    count: int
    wait_hours: SpreadTold


class StepsTold(Measured):
    """The process map by falling count; steps of fewer than 5 are left out."""

    steps: list[StepTold]


class ViewGiven(Given):
    """Which cases are to be looked at."""

    first: Month | None = Field(default=None, description="First month (UTC) in which the cases ended.")
    last: Month | None = None
    attribute: str | None = Field(default=None, max_length=100)
    value: str | None = Field(default=None, max_length=100)


class ViewTold(Told):
    """How far the figures of some cases are."""

    is_current: bool
    jobs: list[UUID] = Field(description="Background work that makes them.")


def _kept(journey: Journey, first: str | None, last: str | None, attribute: str | None, value: str | None) -> Kept:
    view = asked(journey, first or "", last or "", attribute or "", value or "")
    kept = find(journey, view) if journey.has_table else None
    if kept is None:
        raise Refused(
            "not_measured",
            _("Nobody has looked at these cases yet. Ask for them with POST on /journeys/{journey_id}/views."),
            field="from",
        )
    return kept


def _about(kept: Kept, method: str) -> dict[str, Any]:
    return {"method": method, "computed_at": kept.figures.computed_at, "is_current": kept.is_current}


def estimate_told(one: Estimate) -> EstimateTold:
    """Tell an estimate with its interval."""
    low, high = one.interval or (None, None)
    return EstimateTold(value=one.value, low=low, high=high, n=one.n)


def spread_told(one: Spread) -> SpreadTold:
    """Tell a spread."""
    return SpreadTold(mean=one.mean, median=one.median, p90=one.p90)


def _department(one: DepartmentDistance, way: DepartmentWay | None = None) -> DepartmentTold:
    if one.cases < FEWEST_CASES:
        hidden: dict[str, Any] = dict.fromkeys(DepartmentTold.model_fields)
        return DepartmentTold(**hidden | {"department": one.department, "month": one.month})
    return DepartmentTold(
        department=one.department,
        month=one.month,
        events=one.events,
        cases=one.cases,
        contact_share=estimate_told(one.contact_share),
        handovers_to_customer=estimate_told(one.handovers_to_customer),
        handovers_median=one.handovers_median.value,
        handovers_p90=one.handovers_p90.value,
        hours_to_customer=estimate_told(one.hours_to_customer),
        hours_median=one.hours_median.value,
        hours_p90=one.hours_p90.value,
        touch_hours=estimate_told(way.touch_hours) if way else None,
        wait_hours=estimate_told(way.wait_hours) if way else None,
        unheard_share=estimate_told(one.unheard_share),
    )


@openings.get(
    "/journeys/{journey_id}/departments",
    scope=Scope.JOURNEYS_READ,
    answer=DepartmentsTold,
    summary="Read how far each department is from the customer",
)
def read_departments(
    request: Visit,  # noqa: ARG001 - everybody may read them
    journey_id: UUID,
    first: From = None,
    until: Until = None,
    attribute: Attribute = None,
    value: Value = None,
) -> DepartmentsTold:
    """Tell the distance of every department, of all cases or of some; times in hours."""
    kept = _kept(journey_of(journey_id), first, until, attribute, value)
    page = kept.page()
    ways = {one.department: one for one in page.ways}
    return DepartmentsTold(
        cases=page.cases,
        events=page.events,
        perception_points=list(page.distance.perception_points),
        departments=[_department(one, ways.get(one.department)) for one in page.distance.departments],
        **_about(kept, page.distance.method),
    )


@openings.get(
    "/journeys/{journey_id}/months",
    scope=Scope.JOURNEYS_READ,
    answer=MonthsTold,
    summary="Read the distance of each department by month",
)
def read_months(
    request: Visit,  # noqa: ARG001 - everybody may read them
    journey_id: UUID,
    first: From = None,
    until: Until = None,
    attribute: Attribute = None,
    value: Value = None,
) -> MonthsTold:
    """Tell the distance of every department in every month (UTC)."""
    kept = _kept(journey_of(journey_id), first, until, attribute, value)
    return MonthsTold(months=[_department(one) for one in kept.months], **_about(kept, kept.page().distance.method))


@openings.get(
    "/journeys/{journey_id}/handovers",
    scope=Scope.JOURNEYS_READ,
    answer=HandoversTold,
    summary="Read the handovers between departments",
)
def read_handovers(
    request: Visit,  # noqa: ARG001 - everybody may read them
    journey_id: UUID,
    first: From = None,
    until: Until = None,
    attribute: Attribute = None,
    value: Value = None,
) -> HandoversTold:
    """Tell the most frequent handovers and how long they wait."""
    kept = _kept(journey_of(journey_id), first, until, attribute, value)
    told = [one for one in kept.page().handovers if one.count >= FEWEST_CASES]
    return HandoversTold(
        handovers=[
            HandoverTold(source=one.source, target=one.target, count=one.count, wait_hours=spread_told(one.wait))
            for one in told
        ],
        **_about(kept, "journeys.handovers/1"),
    )


@openings.get(
    "/journeys/{journey_id}/steps",
    scope=Scope.JOURNEYS_READ,
    answer=StepsTold,
    summary="Read the process map",
)
def read_steps(
    request: Visit,  # noqa: ARG001 - everybody may read them
    journey_id: UUID,
    first: From = None,
    until: Until = None,
    attribute: Attribute = None,
    value: Value = None,
) -> StepsTold:
    """Tell what directly follows what."""
    kept = _kept(journey_of(journey_id), first, until, attribute, value)
    return StepsTold(
        steps=[
            StepTold(
                source=NodeTold(**one.source._asdict()),
                target=NodeTold(**one.target._asdict()),
                count=one.count,
                wait_hours=spread_told(one.wait),
            )
            for one in kept.steps.edges
            if one.count >= FEWEST_CASES
        ],
        **_about(kept, kept.steps.method),
    )


@openings.post(
    "/journeys/{journey_id}/views",
    scope=Scope.JOURNEYS_WRITE,
    answer=ViewTold,
    summary="Have the figures of some cases worked out",
)
def ask_for_view(request: Visit, journey_id: UUID, given: ViewGiven) -> Status[ViewTold]:
    """Begin to work out the figures of some cases, where they are missing or of before."""
    journey = journey_of(journey_id)
    view = asked(journey, given.first or "", given.last or "", given.attribute or "", given.value or "")
    begun = ask_for_figures(journey=journey, views=(view,), by=request.user.actor, at=request.at)
    kept = find(journey, view)
    return Status(201, ViewTold(is_current=bool(kept and kept.is_current), jobs=[one.public_id for one in begun]))
