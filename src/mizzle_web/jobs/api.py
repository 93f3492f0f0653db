"""Background work, for programs: one's own, and nobody else's."""

from __future__ import annotations

from datetime import datetime  # noqa: TC003 - schemas are read at run time
from typing import TYPE_CHECKING, Annotated
from uuid import UUID  # noqa: TC003 - the same

from django.http import Http404
from ninja import Query
from pydantic import Field

from mizzle_web.jobs.models import Job, JobState
from mizzle_web.page.api import Limit, Openings, Place, Scope, Told, page_of

if TYPE_CHECKING:
    from mizzle_web.page.visit import Visit

openings = Openings("Background work")


class JobTold(Told):
    """One piece of background work."""

    id: UUID
    kind: str
    state: JobState
    share_done: float = Field(description="From 0 to 1.")
    stage: str
    error: str
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None


class JobsTold(Told):
    """One page of background work."""

    items: list[JobTold]
    next: str | None = Field(description="The cursor of the next page; None on the last one.")


def _told(job: Job) -> JobTold:
    return JobTold(
        id=job.public_id,
        kind=job.kind,
        state=JobState(job.state),
        share_done=job.share_done,
        stage=job.stage,
        error=job.error,
        created_at=job.created_at,
        started_at=job.started_at,
        ended_at=job.ended_at,
    )


@openings.get("/jobs", scope=Scope.JOBS_READ, answer=JobsTold, summary="List your background work")
def list_jobs(
    request: Visit,
    cursor: Place = None,
    limit: Limit = 50,
    state: Annotated[JobState | None, Query(description="Only what is in this state.")] = None,
) -> JobsTold:
    """List the background work that the member of the token began, the newest first."""
    found = Job.objects.of(request.user.actor)
    if state is not None:
        found = found.filter(state=state)
    rows, following = page_of(found, cursor=cursor, limit=limit, newest_first=True)
    return JobsTold(items=[_told(job) for job in rows], next=following)


@openings.get("/jobs/{job_id}", scope=Scope.JOBS_READ, answer=JobTold, summary="Read one piece of background work")
def read_job(request: Visit, job_id: UUID) -> JobTold:
    """Tell how far one piece of the member's background work has come."""
    job = Job.objects.of(request.user.actor).filter(public_id=job_id).first()
    if job is None:
        raise Http404
    return _told(job)
