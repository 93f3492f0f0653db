"""The journal, for programs."""

from __future__ import annotations

from datetime import datetime  # noqa: TC003 - schemas are read at run time
from typing import TYPE_CHECKING, Annotated, Any, Literal

from ninja import Query
from pydantic import Field

from mizzle_web.journal.models import Entry
from mizzle_web.page.api import LARGEST_ID, Limit, Openings, Place, Scope, Sought, Told, page_of

if TYPE_CHECKING:
    from mizzle_web.page.visit import Visit

openings = Openings("Journal")


class EntryTold(Told):
    """One thing that was done. With `before` and `digest` a reader can check the chain without trusting mizzle."""

    number: int
    at: datetime
    by: str = Field(description="Id of the member who did it, or `system`.")
    verb: str
    thing: str
    details: dict[str, Any]
    before: str
    digest: str


class EntriesTold(Told):
    """One page of the journal."""

    items: list[EntryTold]
    next: str | None = Field(description="The cursor of the next page; None on the last one.")


@openings.get("/journal", scope=Scope.JOURNAL_READ, answer=EntriesTold, summary="Read the journal")
def list_entries(
    request: Visit,  # noqa: ARG001 - every view is given the request
    cursor: Place = None,
    limit: Limit = 50,
    order: Annotated[Literal["newest", "oldest"], Query(description="Which entry comes first.")] = "newest",
    above: Annotated[
        int | None, Query(ge=0, le=LARGEST_ID, description="Only entries with a higher number than this.")
    ] = None,
    verb: Annotated[Sought | None, Query(description="Only this, as `member.added`.")] = None,
    thing: Annotated[Sought | None, Query(description="Only what was done to this thing.")] = None,
    by: Annotated[Sought | None, Query(description="Only what this member did.")] = None,
) -> EntriesTold:
    """Tell who did what to what, when."""
    found = Entry.objects.all()
    if above is not None:
        found = found.filter(number__gt=above)
    for name, value in (("verb", verb), ("thing", thing), ("by", by)):
        if value is not None:
            found = found.filter(**{name: value})
    rows, following = page_of(found, cursor=cursor, limit=limit, newest_first=order == "newest")
    return EntriesTold(
        items=[
            EntryTold(
                number=one.number,
                at=one.at,
                by=one.by,
                verb=one.verb,
                thing=one.thing,
                details=one.details,
                before=one.before,
                digest=one.digest,
            )
            for one in rows
        ],
        next=following,
    )
