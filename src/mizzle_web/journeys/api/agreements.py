"""Agreed times, for programs: what stands and how it is kept, and to propose, agree, withdraw and end."""

from __future__ import annotations

from datetime import datetime  # noqa: TC003 - schemas are read at run time
from typing import TYPE_CHECKING, Annotated, Any, Literal
from uuid import UUID  # noqa: TC003 - the same

from django.http import Http404, HttpResponse
from ninja import Status
from pydantic import Field

from mizzle_web.journeys.actions import agreements as actions
from mizzle_web.journeys.actions.figure_sets import standing_views
from mizzle_web.journeys.api.figures import EstimateTold, HandoverTold, estimate_told, spread_told
from mizzle_web.journeys.api.journeys import Department, measured_of
from mizzle_web.journeys.figures import agreed_times as figures
from mizzle_web.journeys.models import Agreement
from mizzle_web.page import problem
from mizzle_web.page.api import LARGEST_ID, Given, Key, Limit, Openings, Place, Scope, Told, page_of
from mizzle_web.page.refused import Changed
from mizzle_web.people.api.calls import made, today

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from mizzle_web.journeys.figures.agreed_times import Standing
    from mizzle_web.page.visit import Visit

openings = Openings("Agreed times")

Who = Annotated[
    str | None,
    Field(
        description="By name to who may see them, where the token reads people too (people:read); else by their unit."
    ),
]
Outcome = Literal["proposed", "holds", "replaced", "ended", "changed", "withdrawn"]


class TimeTold(Told):
    """Hours that were proposed, and agreed where both sides said yes."""

    id: UUID
    department: str
    to_department: str | None = Field(description="None: the department's own part of a case.")
    hours: float
    proposed_at: datetime
    proposed_by: Who
    agreed_at: datetime | None
    agreed_by: Who
    ended_at: datetime | None
    ended_by: Who


class PastTimeTold(TimeTold):
    """A time of the history."""

    hours_before: float | None = Field(description="What held until it; None where nothing did.")
    outcome: Outcome
    is_in_log: bool = Field(description="Whether the logs have its departments now.")


class KeptTold(Told):
    """How an agreed time is kept."""

    cases: int
    within: EstimateTold = Field(description="Share of these cases within the agreed time.")


class StandingTold(Told):
    """What stands for a handover, or for a department's own part of a case."""

    department: str
    to_department: str | None
    holding: TimeTold | None
    waiting: TimeTold | None = Field(description="What is proposed, and waits for a yes.")
    kept: KeptTold | None = Field(description="None where it is not worked out, or of fewer than 5 cases.")
    is_in_log: bool
    version: int = Field(description="What a proposal for the same names as its version.")


class AgreementsTold(Told):
    """Everything that stands: what waits for a yes first."""

    items: list[StandingTold]
    worth_agreeing: list[HandoverTold] = Field(description="Where most is waited in all, and nothing is agreed.")


class PastTimesTold(Told):
    """One page of the history, the latest first."""

    items: list[PastTimeTold]
    next: str | None = Field(description="The cursor of the next page; None on the last one.")


class NewTime(Given):
    """A time that is proposed."""

    department: Department
    to_department: Department | None = Field(default=None, description="None: the department's own part of a case.")
    hours: float = Field(ge=0, le=actions.MOST_HOURS, allow_inf_nan=False, description="Above nothing.")
    version: int = Field(default=0, ge=0, le=LARGEST_ID, description="`version` of what stands there; 0 of nothing.")


def _who(request: Visit, some: Iterable[Agreement]) -> dict[str, str]:
    actors = {by for one in some for by in (one.proposed_by, one.agreed_by, one.ended_by) if by}
    may_name = Scope.PEOPLE_READ in request.auth.scopes  # type: ignore[attr-defined] # the token of this call
    return figures.people_of(actors, request.user, today(request), may_name=may_name)


def _fields(one: Agreement, who: dict[str, str]) -> dict[str, Any]:
    return {
        "id": one.public_id,
        "department": one.department,
        "to_department": one.to_department or None,
        "hours": one.hours,
        "proposed_at": one.proposed_at,
        "proposed_by": who.get(one.proposed_by),
        "agreed_at": one.agreed_at,
        "agreed_by": who.get(one.agreed_by),
        "ended_at": one.ended_at,
        "ended_by": who.get(one.ended_by),
    }


def _told(request: Visit, one: Agreement) -> TimeTold:
    return TimeTold(**_fields(one, _who(request, [one])))


def _standing(time: Standing, who: dict[str, str]) -> StandingTold:
    actual = time.actual
    return StandingTold(
        department=time.department,
        to_department=time.to_department or None,
        holding=TimeTold(**_fields(time.holding, who)) if time.holding else None,
        waiting=TimeTold(**_fields(time.waiting, who)) if time.waiting else None,
        kept=KeptTold(cases=actual.cases, within=estimate_told(actual.within)) if actual else None,
        is_in_log=time.is_in_log,
        version=time.turn,
    )


@openings.get(
    "/journeys/{journey_id}/agreements",
    scope=Scope.JOURNEYS_READ,
    answer=AgreementsTold,
    summary="Read the agreed times that stand",
)
def read_agreements(request: Visit, journey_id: UUID) -> AgreementsTold:
    """Tell what is agreed, how it is kept, what waits for a yes, and where agreeing is worth the while."""
    journey = measured_of(journey_id)
    view = standing_views(journey)[0]
    standing = figures.standing(journey, view)
    who = _who(request, [one for time in standing for one in (time.waiting, time.holding) if one])
    return AgreementsTold(
        items=[_standing(time, who) for time in standing],
        worth_agreeing=[
            HandoverTold(source=one.source, target=one.target, count=one.count, wait_hours=spread_told(one.wait))
            for one in figures.worth_agreeing(journey, view)
        ],
    )


@openings.get(
    "/journeys/{journey_id}/agreements/history",
    scope=Scope.JOURNEYS_READ,
    answer=PastTimesTold,
    summary="Read every time that was ever proposed",
)
def read_agreement_history(request: Visit, journey_id: UUID, cursor: Place = None, limit: Limit = 50) -> PastTimesTold:
    """Tell every time, what it was before, and what became of it."""
    journey = measured_of(journey_id)
    rows, following = page_of(Agreement.objects.filter(journey=journey), cursor=cursor, limit=limit, newest_first=True)
    here, who = {one.pk for one in rows}, _who(request, rows)
    lines = sorted(
        (line for line in figures.history(journey) if line.agreement.pk in here), key=lambda line: -line.agreement.pk
    )
    return PastTimesTold(
        items=[
            PastTimeTold(
                hours_before=line.before,
                outcome=line.outcome,  # type: ignore[arg-type] # one of the six
                is_in_log=line.is_in_log,
                **_fields(line.agreement, who),
            )
            for line in lines
        ],
        next=following,
    )


@openings.post(
    "/journeys/{journey_id}/agreements", scope=Scope.JOURNEYS_AGREE, answer=TimeTold, summary="Propose a time"
)
def propose_agreement(
    request: Visit, journey_id: UUID, given: NewTime, key: Key = None
) -> Status[TimeTold] | HttpResponse:
    """Propose hours for a handover, or for a department's own part; it holds once somebody else agrees."""
    journey = measured_of(journey_id)

    def make() -> TimeTold:
        proposed = actions.propose_time(
            journey=journey,
            department=given.department,
            to_department=given.to_department or "",
            hours=round(given.hours, 4),
            version=given.version,
            by=request.user.actor,
            at=request.at,
        )
        return _told(request, proposed)

    try:
        return made(request, key, given, make)
    except Changed as refusal:
        return problem.refused(
            refusal, version=refusal.version, yours={"hours": figures.exact_hours(round(given.hours, 4))}
        )


def _do(request: Visit, journey_id: UUID, agreement_id: UUID, act: Callable[..., Agreement]) -> Status[TimeTold]:
    journey = measured_of(journey_id)
    found = Agreement.objects.filter(journey=journey, public_id=agreement_id).select_related("journey").first()
    if found is None:
        raise Http404
    return Status(201, _told(request, act(agreement=found, by=request.user.actor, at=request.at)))


@openings.post(
    "/journeys/{journey_id}/agreements/{agreement_id}/agree",
    scope=Scope.JOURNEYS_AGREE,
    answer=TimeTold,
    summary="Agree to a time",
)
def agree_agreement(request: Visit, journey_id: UUID, agreement_id: UUID) -> Status[TimeTold]:
    """Say yes to a time that somebody else proposed; the figures are worked out anew."""
    return _do(request, journey_id, agreement_id, actions.agree_time)


@openings.post(
    "/journeys/{journey_id}/agreements/{agreement_id}/withdraw",
    scope=Scope.JOURNEYS_AGREE,
    answer=TimeTold,
    summary="Withdraw a proposed time",
)
def withdraw_agreement(request: Visit, journey_id: UUID, agreement_id: UUID) -> Status[TimeTold]:
    """Take a proposal back; what was agreed before still holds."""
    return _do(request, journey_id, agreement_id, actions.withdraw_time)


@openings.post(
    "/journeys/{journey_id}/agreements/{agreement_id}/end",
    scope=Scope.JOURNEYS_AGREE,
    answer=TimeTold,
    summary="End an agreed time",
)
def end_agreement(request: Visit, journey_id: UUID, agreement_id: UUID) -> Status[TimeTold]:
    """End an agreed time; the history keeps it."""
    return _do(request, journey_id, agreement_id, actions.end_time)
