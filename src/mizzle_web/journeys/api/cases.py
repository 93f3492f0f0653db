"""The timeline of one case, for programs: the same that its page and its file say, and nobody of those at work."""

from __future__ import annotations

from datetime import datetime  # noqa: TC003 - schemas are read at run time
from typing import TYPE_CHECKING, Annotated
from uuid import UUID  # noqa: TC003 - the same

from django.http import Http404
from django.utils.translation import gettext as _
from ninja import Query
from pydantic import Field

from mizzle.errors import MizzleError
from mizzle_web.journeys.actions.journeys import table_of
from mizzle_web.journeys.api.journeys import WITHOUT_NUL, measured_of
from mizzle_web.journeys.figures import cases as figures
from mizzle_web.page.api import Limit, Openings, Place, Scope, Told, part_of
from mizzle_web.page.refused import Refused

if TYPE_CHECKING:
    from mizzle.estimate import Spread
    from mizzle_web.journeys.figures.cases import Case, Found, Row
    from mizzle_web.journeys.models import Journey
    from mizzle_web.page.visit import Visit

openings = Openings("Cases of journeys")

# An id may hold slashes, which no part of a path carries, so it is asked for behind the question mark.
CaseId = Annotated[
    str,
    Query(
        alias="id",
        min_length=1,
        max_length=figures.LONGEST_ID,
        pattern=WITHOUT_NUL,
        description="The id of the case as the log has it; spaces that came along are forgiven.",
    ),
]
Begin = Annotated[
    str,
    Query(min_length=1, max_length=figures.LONGEST_ID, pattern=WITHOUT_NUL, description="An id, or how it begins."),
]


class CasesTold(Told):
    """Ids of cases that a text leads to."""

    ids: list[str] = Field(description="The one with this id; else the first 20 that begin so.")


class UsualTold(Told):
    """What is usual over all cases, in hours."""

    median: float | None
    p90: float | None
    n: int


class CaseStepTold(Told):
    """One step of a case, and the wait before it; times in hours."""

    step: int
    activity: str
    department: str | None
    is_perception_point: bool
    start: datetime | None
    end: datetime
    touch_hours: float | None
    touch_usual: UsualTold | None = Field(description="None where fewer than 5 cases tell of it.")
    agreed_touch_hours: float | None
    wait_hours: float | None
    handover_from: str | None
    handover_to: str | None
    wait_usual: UsualTold | None = Field(description="None where fewer than 5 cases tell of it.")
    agreed_wait_hours: float | None


class CaseTold(Told):
    """A case with one page of its steps."""

    case_id: str
    method: str
    touch_hours: float | None
    wait_hours: float
    total_hours: float
    longest_wait_before: int | None = Field(description="The step before which it waited longest; None of none or two.")
    usual_is_current: bool | None = Field(
        description="Whether what is usual is of the logs of now; None where it is still being worked out."
    )
    steps: list[CaseStepTold]
    next: str | None = Field(description="The cursor of the next page; None on the last one.")


def _look_up(journey: Journey, text: str, field: str) -> Found:
    if not journey.has_table:
        return figures.Found(text)
    try:
        return figures.look_up(table_of(journey), text)
    except (OSError, MizzleError):  # the table of before is gone as soon as there is a new one
        sentence = _("The events of this journey are being put together anew. Ask again in a minute.")
        raise Refused("no_table_now", sentence, field=field) from None


def _usual(one: Spread | None) -> UsualTold | None:
    return None if one is None else UsualTold(median=one.median, p90=one.p90, n=one.n)


def _step(row: Row) -> CaseStepTold:
    step = row.step
    source, target = step.handover or (None, None)
    return CaseStepTold(
        step=row.number,
        activity=step.activity,
        department=step.department,
        is_perception_point=step.is_perception_point,
        start=step.start,
        end=step.end,
        touch_hours=step.touch_hours,
        touch_usual=_usual(row.touch_usual),
        agreed_touch_hours=step.agreed_touch_hours,
        wait_hours=step.wait_hours,
        handover_from=source,
        handover_to=target,
        wait_usual=_usual(row.wait_usual),
        agreed_wait_hours=step.agreed_wait_hours,
    )


def _told(case: Case, cursor: str | None, limit: int, *, is_current: bool | None) -> CaseTold:
    rows, following = part_of(case.rows, cursor=cursor, limit=limit)
    return CaseTold(
        case_id=case.timeline.case_id,
        method=case.timeline.method,
        touch_hours=case.timeline.touch_hours,
        wait_hours=case.timeline.wait_hours,
        total_hours=case.timeline.total_hours,
        longest_wait_before=case.longest.number if case.longest else None,
        usual_is_current=is_current,
        steps=[_step(row) for row in rows],
        next=following,
    )


@openings.get("/journeys/{journey_id}/cases", scope=Scope.JOURNEYS_READ, answer=CasesTold, summary="Find cases")
def find_cases(request: Visit, journey_id: UUID, begin: Begin) -> CasesTold:  # noqa: ARG001 - every member may
    """Find a case by its id, or the first ones whose ids begin so."""
    found = _look_up(measured_of(journey_id), begin, "begin")
    return CasesTold(ids=[found.text] if found.events else list(found.like))


@openings.get(
    "/journeys/{journey_id}/case", scope=Scope.JOURNEYS_READ, answer=CaseTold, summary="Read the timeline of a case"
)
def read_case(
    request: Visit,  # noqa: ARG001 - every member may
    journey_id: UUID,
    case_id: CaseId,
    cursor: Place = None,
    limit: Limit = 200,
) -> CaseTold:
    """Tell each step of one case beside what is usual and what was agreed."""
    journey = measured_of(journey_id)
    found = _look_up(journey, case_id, "id")
    if not found.events:
        raise Http404
    usual = figures.usual_of(journey, found.events)
    case = figures.lay_out(journey, found.events, usual)
    return _told(case, cursor, limit, is_current=usual.is_current if usual else None)
