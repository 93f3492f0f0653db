"""Every figure of the map as CSV: the same that the page and the API tell."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from django.http import Http404, HttpResponse
from django.views.decorators.http import require_safe

from mizzle_web.journeys.figures import files
from mizzle_web.journeys.figures.kept import find
from mizzle_web.journeys.views.maps import ALL, pace_of, view_of
from mizzle_web.journeys.views.shown import journey_or_404
from mizzle_web.page.access import member
from mizzle_web.page.sheets import sheet

if TYPE_CHECKING:
    from uuid import UUID

    from mizzle_web.page.visit import Visit


@member
@require_safe
def file(request: Visit, public_id: UUID, table: str) -> HttpResponse:
    """Give one table of the map as a CSV file."""
    journey = journey_or_404(public_id)
    rows = files.TABLES.get(table)
    kept = find(journey, view_of(request, journey)) if rows and journey.has_table else None
    if rows is None or kept is None:
        raise Http404
    pace = ALL if table in files.OF_ALL_CASES else pace_of(request)
    head, lines = rows(kept, pace)
    return sheet(" ".join((journey.name, table, *([] if pace == ALL else [pace]))), chain([head], lines))
