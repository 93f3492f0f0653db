"""Pages of all journeys: list them, open one, rename it, put it away."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from mizzle_web.journeys.actions import journeys as actions
from mizzle_web.journeys.forms.journeys import OpenJourney, RenameJourney
from mizzle_web.journeys.models import Journey, JourneyKind
from mizzle_web.journeys.views.shown import journey_or_404, shown
from mizzle_web.page import both
from mizzle_web.page.access import member, needs
from mizzle_web.page.notices import tell
from mizzle_web.page.permissions import Permission
from mizzle_web.page.refused import Changed, Refused

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpResponse

    from mizzle_web.page.visit import Visit


@member
@require_safe
def journeys(request: Visit) -> HttpResponse:
    """List the journeys."""
    found = Journey.objects.present().order_by("name")
    context = {"journeys": found, "may_manage": request.user.may(Permission.MANAGE_JOURNEYS)}
    return render(request, "journeys/journeys.html", context)


@needs(Permission.MANAGE_JOURNEYS)
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: Visit) -> HttpResponse:
    """Open a journey."""
    form = OpenJourney(request.POST if request.method == "POST" else None, initial={"kind": JourneyKind.MEASURED})
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.open_journey(**form.cleaned_data, by=request.user.actor, at=request.at)
        except Refused as refusal:
            form.refuse(refusal)
        else:
            return tell(redirect("journeys:map", made.public_id), _("The journey is open."))
    return render(request, "journeys/new.html", {"form": form}, status=422 if form.errors else 200)


@needs(Permission.MANAGE_JOURNEYS)
@require_http_methods(["GET", "HEAD", "POST"])
def change(request: Visit, public_id: UUID) -> HttpResponse:
    """Rename a journey, or put it away."""
    journey = journey_or_404(public_id)
    sent = request.POST if request.method == "POST" else None
    form = RenameJourney(sent, initial={"name": journey.name, "version": journey.version})
    if request.method == "POST" and form.is_valid():
        try:
            actions.rename_journey(journey=journey, **form.cleaned_data, by=request.user.actor, at=request.at)
        except Changed as refusal:
            return both.show(request, form, refusal)
        except Refused as refusal:
            form.refuse(refusal)
        else:
            return tell(redirect("journeys:map", journey.public_id), _("Renamed."))
    context = shown(request, journey, form=form)
    return render(request, "journeys/change.html", context, status=422 if form.errors else 200)


@needs(Permission.MANAGE_JOURNEYS)
@require_POST
def put_away(request: Visit, public_id: UUID) -> HttpResponse:
    """Put a journey away, with every event of it."""
    actions.put_away(journey=journey_or_404(public_id), by=request.user.actor, at=request.at)
    return tell(redirect("journeys:journeys"), _("The journey is put away, and its events are deleted."))
