"""The timeline of one case: found by its id, laid out as a chain, as a table, and as a file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from mizzle.errors import MizzleError
from mizzle_web.journeys.actions.journeys import table_of
from mizzle_web.journeys.figures import cases as figures
from mizzle_web.journeys.forms.cases import FindCase
from mizzle_web.journeys.views.measured import measured
from mizzle_web.journeys.views.shown import shown
from mizzle_web.page.access import member
from mizzle_web.page.refused import Refused
from mizzle_web.page.sheets import sheet

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpResponse, HttpResponseBase

    from mizzle_web.journeys.figures.cases import Found
    from mizzle_web.journeys.models import Journey
    from mizzle_web.page.visit import Visit

STEPS_OF_A_PAGE = 100


@member
@require_safe
def cases(request: Visit, public_id: UUID) -> HttpResponse:
    """Find a case, and show its steps; ids of cases say something of customers, so not on a screen that all pass."""
    journey = measured(request, public_id)
    if request.user.is_on_tablet:
        return render(request, "journeys/cases.html", shown(request, journey, is_on_tablet=True), status=403)
    form = FindCase(request.GET if "case" in request.GET else None)
    found = _look_up(journey, form.cleaned_data["case"]) if journey.has_table and form.is_valid() else None
    context: dict[str, Any] = {"form": form, "found": found, "like": _like(found), "most_like": figures.MOST_LIKE}
    if found is None or not found.events:
        status = 422 if form.errors else 200
        return render(request, "journeys/cases.html", shown(request, journey, **context), status=status)
    return render(request, "journeys/case.html", shown(request, journey, **context, **_case(request, journey, found)))


def _like(found: Found | None) -> list[tuple[str, str]]:
    return [(one, urlencode({"case": one})) for one in found.like] if found else []


def _look_up(journey: Journey, text: str) -> Found:
    try:
        return figures.look_up(table_of(journey), text)
    except (OSError, MizzleError):  # the table of before is gone as soon as there is a new one
        sentence = _("The events of this journey are being put together anew. Load the page again in a minute.")
        raise Refused("no_table_now", sentence) from None


def _case(request: Visit, journey: Journey, found: Found) -> dict[str, Any]:
    usual = figures.usual_of(journey, found.events)
    case = figures.lay_out(journey, found.events, usual)
    page = Paginator(case.rows, STEPS_OF_A_PAGE).get_page(request.GET.get("page"))
    return {
        "case": case,
        "page": page,
        "begins_at": min(row.begins_at for row in case.rows),
        "usual": usual,
        "query": urlencode({"case": case.timeline.case_id}),
        "zone": timezone.get_current_timezone_name(),
    }


@member
@require_safe
def case_table(request: Visit, public_id: UUID) -> HttpResponseBase:
    """Give every step of one case as CSV."""
    journey = measured(request, public_id)
    if request.user.is_on_tablet or not journey.has_table:
        raise Http404
    found = _look_up(journey, request.GET.get("case", ""))
    if not found.events:
        raise Http404
    case = figures.lay_out(journey, found.events, figures.usual_of(journey, found.events))
    return sheet(f"{journey.name} case", figures.lines(case))
