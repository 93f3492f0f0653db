"""The map of a journey: where the work of each department meets the customer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from mizzle_web.journeys.actions.figures import ask_for_figures
from mizzle_web.journeys.figures.kept import find
from mizzle_web.journeys.figures.view import View
from mizzle_web.journeys.views.shown import journey_or_404, shown
from mizzle_web.page.access import member

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpResponse

    from mizzle_web.page.visit import Visit


@member
@require_safe
def show(request: Visit, public_id: UUID) -> HttpResponse:
    """Show the map."""
    journey = journey_or_404(public_id)
    view = View.of(request.GET)
    kept = find(journey, view)
    return render(request, "journeys/map.html", shown(request, journey, view=view, kept=kept))


@member
@require_POST
def choose(request: Visit, public_id: UUID) -> HttpResponse:
    """Choose which cases to look at; their figures are worked out where they are missing."""
    journey = journey_or_404(public_id)
    view = View.of(request.POST)
    ask_for_figures(journey=journey, views=(view,), by=request.user.actor, at=request.at)
    return redirect(reverse("journeys:map", args=(journey.public_id,)) + (f"?{view.key}" if view.key else ""))
