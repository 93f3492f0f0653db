"""What the pages of a measured journey share: the journey, and tables to take away."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import Http404, StreamingHttpResponse
from django.utils.text import slugify
from django.utils.translation import gettext as _

from mizzle_web.journeys.models import Journey, JourneyKind
from mizzle_web.page.refused import Refused
from mizzle_web.page.sheets import written

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID

    from mizzle_web.page.visit import Visit


def measured(request: Visit, public_id: UUID) -> Journey:
    """Find a journey that is measured from logs; who was at work on one that was put away is told so."""
    found = Journey.objects.filter(public_id=public_id, kind=JourneyKind.MEASURED).first()
    if found is None or (found.ended_at is not None and request.method != "POST"):
        raise Http404
    if found.ended_at is not None:
        raise Refused("put_away", _("This journey was put away in the meantime."))
    return found


def sheet(journey: Journey, name: str, lines: Iterable[Iterable[Any]]) -> StreamingHttpResponse:
    """Send a table of a journey as CSV, in which no cell is a formula to a spreadsheet."""
    file = "-".join(filter(None, (slugify(journey.name)[:60], name)))
    headers = {"Content-Disposition": f'attachment; filename="{file}.csv"'}
    return StreamingHttpResponse(written(lines), content_type="text/csv; charset=utf-8", headers=headers)
