"""The map of a journey: where the work of each department meets the customer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode

from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from mizzle_web.jobs.models import Job
from mizzle_web.journeys.actions.figure_sets import KIND, ask_for_figures
from mizzle_web.journeys.figures import findings, rows, said
from mizzle_web.journeys.figures.asked import asked, known, months
from mizzle_web.journeys.figures.kept import FEWEST_CASES, Unreadable, digest_of, find, is_kept
from mizzle_web.journeys.figures.measured import PACES
from mizzle_web.journeys.figures.places import department_of
from mizzle_web.journeys.figures.view import View, first_view
from mizzle_web.journeys.forms.maps import BETWEEN, ChooseCases
from mizzle_web.journeys.models import LogState
from mizzle_web.journeys.views import drawn
from mizzle_web.journeys.views.shown import journey_or_404, shown
from mizzle_web.page.access import member
from mizzle_web.page.permissions import Permission

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpResponse

    from mizzle_web.journeys.figures.kept import Kept
    from mizzle_web.journeys.figures.rows import DepartmentRow
    from mizzle_web.journeys.models import Journey
    from mizzle_web.page.visit import Visit

ALL = "all"


@member
@require_safe
def show(request: Visit, public_id: UUID) -> HttpResponse:
    """Show the map: of the cases in the address, or of those with which a journey opens."""
    journey = journey_or_404(public_id)
    if journey.is_drawn:
        return drawn.show_map(request, journey)
    if not journey.has_table:
        return render(request, "journeys/map_empty.html", shown(request, journey, **_empty(request, journey)))
    view = view_of(request, journey)
    kept, figures = _found(request, journey, view)
    job = None if kept and kept.is_current else _job(journey, view)
    context = shown(
        request,
        journey,
        view=view,
        cases=_cases_in_words(view),
        form=_form(journey, view),
        may_manage=request.user.may(Permission.MANAGE_JOURNEYS),
        may_agree=request.user.may(Permission.AGREE_TIMES),
        job=job,
        is_my_job=job is not None and job.by == request.user.actor,
        kept=kept,
        is_unreadable=kept is None and is_kept(journey, view),
    )
    return render(request, "journeys/map.html", context | figures)


def _found(request: Visit, journey: Journey, view: View) -> tuple[Kept | None, dict[str, Any]]:
    """Find the figures of a view, and what the page shows of them; those that cannot be read are as good as none."""
    kept = find(journey, view)
    try:
        return kept, _figures(request, journey, view, kept) if kept else {}
    except Unreadable:
        return None, {}


@member
@require_POST
def choose(request: Visit, public_id: UUID) -> HttpResponse:
    """Choose which cases to look at; their figures are worked out where they are missing."""
    journey = journey_or_404(public_id)
    if not journey.has_table:
        return redirect("journeys:map", journey.public_id)
    form = _form(journey, View(), request.POST)
    view = View()
    if form.is_valid():
        given = form.cleaned_data
        attribute, _between, value = given.get("having", "").partition(BETWEEN)
        view = asked(journey, given["first"], given["last"], attribute, value)
    anew = bool(request.POST.get("anew"))
    ask_for_figures(journey=journey, views=(view,), by=request.user.actor, at=request.at, anew=anew)
    return redirect(_address(journey, view))


def view_of(request: Visit, journey: Journey) -> View:
    """Read from the address which cases are meant; where it does not say, those with which a journey opens."""
    if request.GET.get("cases") == ALL:
        return View()
    given = known(journey, View.of(request.GET))
    if given.key:
        return given
    return first_view(journey.table_facts)


def pace_of(request: Visit) -> str:
    """Read from the address whether all cases are meant, the typical or the late ones."""
    pace = request.GET.get("pace", ALL)
    return pace if pace in PACES else ALL


def _form(journey: Journey, view: View, given: Any = None) -> ChooseCases:
    attributes = journey.table_facts.get("attributes", {})
    return ChooseCases(given, months=months(journey), attributes=attributes, initial=ChooseCases.shows(view))


def _address(journey: Journey, view: View, **more: str) -> str:
    further = urlencode({name: value for name, value in more.items() if value})
    return f"{reverse('journeys:map', args=(journey.public_id,))}?{'&'.join(filter(None, (view.query, further)))}"


def _cases_in_words(view: View) -> str:
    """Say which cases the page speaks of."""
    told = said.months(view.first, view.last) if view.first else _("all months")
    if view.attribute:
        told = _("%(months)s, %(attribute)s: %(value)s") % {
            "months": told,
            "attribute": view.attribute,
            "value": view.value,
        }
    return told


def _job(journey: Journey, view: View) -> Job | None:
    """Find the work that is making the figures of a view."""
    arguments = {"journey": str(journey.public_id), "view": view.key, "digest": digest_of(journey, view)}
    return Job.objects.unfinished().filter(kind=KIND, arguments=arguments).first()


def _empty(request: Visit, journey: Journey) -> dict[str, Any]:
    return {
        "waiting": journey.logs.exclude(state__in=(LogState.REFUSED, LogState.DELETING)).order_by("pk"),
        "may_bring": request.user.may(Permission.BRING_LOGS),
        "may_manage": request.user.may(Permission.MANAGE_JOURNEYS),
    }


def _figures(request: Visit, journey: Journey, view: View, kept: Kept) -> dict[str, Any]:
    """Give what the page shows of the figures that are kept."""
    pace = pace_of(request)
    whole = kept.page()
    page = whole if pace == ALL else kept.page(pace)
    everyone = rows.departments(whole)
    told = everyone if pace == ALL else rows.departments(whole, page)
    chosen = next((one for one in told if one.name == request.GET.get("department")), None)
    wanted = chosen.name if chosen else ""
    own = department_of(journey, request.user, timezone.localdate(request.at))
    mine = next((one for one in told if one.name == own), None)
    shown_one = chosen or mine or _telling(told)
    words = request.GET.get("q", "").strip().casefold()[:100]
    found = [one for one in told if words in one.name.casefold()] if words else told
    query = _address(journey, view, pace="" if pace == ALL else pace).partition("?")[2]
    titles = {ALL: _("All cases"), "typical": _("Typical cases"), "late": _("Late cases")}
    return {
        "pace": pace,
        "paces": [
            (title, _address(journey, view, pace="" if name == ALL else name, department=wanted), name == pace, None)
            for name, title in titles.items()
        ],
        "page": page,
        "whole": whole,
        "lead": "" if page.cases < FEWEST_CASES else findings.lead(page),
        "is_few": page.cases < FEWEST_CASES,
        "drawing": kept.drawing(pace, get_language() or "en"),
        "departments": found[: rows.MOST_DEPARTMENTS],
        "n_found": len(found),
        "n_departments": len(told),
        "is_long": len(told) > rows.A_LONG_TABLE,
        "words": words,
        "chosen": shown_one,
        "is_mine": shown_one is not None and shown_one is mine,
        "is_chosen": chosen is not None,
        "closed": _address(journey, view, pace="" if pace == ALL else pace),
        "query": query,
        "kept_query": parse_qsl(query),
        "pace_title": titles[pace] if pace != ALL else "",
        "moves": rows.moves(everyone),
        "closer_title": findings.closer_title(whole) if whole.compared else "",
        "waits": rows.waits(page),
        "agreed_title": findings.agreed_title(page.agreed),
        "has_agreed": any(one.agreement.to for one in page.agreed),
        "has_points": bool(whole.distance.perception_points),
    }


def _telling(told: list[DepartmentRow]) -> DepartmentRow | None:
    """Choose the department that is shown before the reader chooses: the furthest of those that many cases tell of."""
    known = [one for one in told if one.handovers is not None and one.handovers.value is not None]
    return known[-1] if known else None
