"""Which logs a journey has and how far they are, for programs: no row of them, and nobody who brought one."""

from __future__ import annotations

from datetime import datetime  # noqa: TC003 - schemas are read at run time
from typing import TYPE_CHECKING
from uuid import UUID  # noqa: TC003 - the same

from pydantic import Field

from mizzle_web.journeys.api.journeys import measured_of
from mizzle_web.journeys.models import Log, LogState
from mizzle_web.page.api import Limit, Openings, Place, Scope, Told, page_of

if TYPE_CHECKING:
    from mizzle_web.page.visit import Visit

openings = Openings("Logs of journeys")


class LogTold(Told):
    """A log. Why it was refused and what stands in it is on its page alone, since both may quote rows."""

    id: UUID
    name: str = Field(description="Of the file, as it was sent.")
    state: LogState
    n_bytes: int
    rows: int | None = Field(description="None where it is not known yet; the same for the other counts.")
    events: int | None
    cases: int | None
    rejected: int | None = Field(description="Rows that were set aside, since they could not be read.")
    repeated: int | None = Field(description="Events that another log of the journey had already.")
    created_at: datetime
    imported_at: datetime | None
    version: int


class LogsTold(Told):
    """One page of logs, the newest first."""

    items: list[LogTold]
    next: str | None = Field(description="The cursor of the next page; None on the last one.")


COUNTS = ("rows", "events", "cases", "rejected", "repeated")


def _told(log: Log) -> LogTold:
    return LogTold(
        id=log.public_id,
        name=log.name,
        state=LogState(log.state),
        n_bytes=log.n_bytes,
        created_at=log.created_at,
        imported_at=log.imported_at,
        version=log.version,
        **{name: log.counts.get(name) for name in COUNTS},
    )


@openings.get("/journeys/{journey_id}/logs", scope=Scope.JOURNEYS_LOGS, answer=LogsTold, summary="List logs")
def list_logs(
    request: Visit,  # noqa: ARG001 - everybody with the scope may
    journey_id: UUID,
    cursor: Place = None,
    limit: Limit = 50,
) -> LogsTold:
    """List the logs of a journey."""
    found = Log.objects.filter(journey=measured_of(journey_id))
    rows, following = page_of(found, cursor=cursor, limit=limit, newest_first=True)
    return LogsTold(items=[_told(one) for one in rows], next=following)
