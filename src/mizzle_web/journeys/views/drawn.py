"""Pages of a journey that people draw by hand: its map, and the table of its steps."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from mizzle_web.journeys.actions.drawn import draw_steps
from mizzle_web.journeys.figures.drawn import draw, in_lines
from mizzle_web.journeys.forms.drawn import Problem, Table
from mizzle_web.journeys.views.shown import journey_or_404, shown
from mizzle_web.page.access import member, needs
from mizzle_web.page.notices import tell
from mizzle_web.page.permissions import Permission
from mizzle_web.page.refused import Changed, Refused
from mizzle_web.page.sheets import sheet
from mizzle_web.people.figures import tree

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from mizzle_web.journeys.figures.drawn import Step
    from mizzle_web.journeys.models import DrawnStep, Journey
    from mizzle_web.page.visit import Visit

    Cell = str | float | None


def show_map(request: Visit, journey: Journey) -> HttpResponse:
    """Show the map of a drawn journey; the page of all maps leads here."""
    context = {
        "drawn": draw(journey),
        "may_draw": request.user.may(Permission.DRAW_JOURNEYS),
        "may_manage": request.user.may(Permission.MANAGE_JOURNEYS),
    }
    return render(request, "journeys/drawn_map.html", shown(request, journey, **context))


@needs(Permission.DRAW_JOURNEYS)
@require_http_methods(["GET", "HEAD", "POST"])
def steps(request: Visit, public_id: UUID) -> HttpResponse:
    """Write down the steps: every button sends the whole table, and only one of them saves it."""
    journey = drawn_or_404(public_id)
    if request.method != "POST":
        return _show_table(request, journey, Table.of_steps(journey.steps.all(), journey.version))
    table = Table.of_post(request.POST)
    what = request.POST.get("do", "save")
    if what != "save":
        table.do(what)
        return _show_table(request, journey, table, is_saved=False)
    given = table.steps()
    if not table.problems:
        try:
            draw_steps(journey=journey, steps=given, version=table.version, by=request.user.actor, at=request.at)
        except Changed as refusal:
            return _show_both(request, given, refusal)
        except Refused as refusal:
            table.problems.append(Problem("steps", refusal.sentence))
        else:
            return tell(redirect("journeys:map", journey.public_id), _("Saved."))
    return _show_table(request, journey, table, is_saved=False)


def _show_table(request: Visit, journey: Journey, table: Table, *, is_saved: bool = True) -> HttpResponse:
    units = {one.name for one in tree(request.at.date())}
    departments = sorted(units | {row.department.strip() for row in table.rows if row.department.strip()})
    context = {"table": table, "departments": departments, "is_saved": is_saved}
    status = 422 if table.problems else 200
    return render(request, "journeys/drawn_steps.html", shown(request, journey, **context), status=status)


def _show_both(request: Visit, given: Sequence[Step], refusal: Changed) -> HttpResponse:
    """Show both tables side by side, each as lines that can be pasted; nothing of either is lost."""
    again = [
        (name, value)
        for name, values in request.POST.lists()
        if name not in ("csrfmiddlewaretoken", "version")
        for value in values
    ]
    context = {
        "sentence": refusal.sentence,
        "both": [(_("Steps"), in_lines(given), refusal.theirs["steps"])],
        "again": again,
        "version": refusal.version,
        "back": request.path,
    }
    return render(request, "page/changed.html", context, status=409)


@member
@require_safe
def steps_csv(_request: Visit, public_id: UUID) -> HttpResponse:
    """Send the steps as CSV; every line says that they are drawn."""
    journey = drawn_or_404(public_id)
    return sheet(f"{journey.name} drawn", [_titles(), *map(_cells, journey.steps.all())])


def _titles() -> list[str]:
    return [
        *(_("Step"), _("Department"), _("Activity"), _("Perception point"), _("Promise to the customer")),
        *(_("Expected wait before it, hours"), _("Expected touch, hours"), _("Where it is known from")),
    ]


def _cells(step: DrawnStep) -> list[Cell]:
    names = (step.department, step.activity, _("yes") if step.is_point else _("no"), step.promise)
    return [step.position + 1, *names, step.wait_hours, step.touch_hours, _("drawn, not measured")]


def drawn_or_404(public_id: UUID) -> Journey:
    """Find a journey that is drawn by hand."""
    journey = journey_or_404(public_id)
    if not journey.is_drawn:
        raise Http404
    return journey
