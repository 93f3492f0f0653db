"""The page on which people say at which activities the customer perceives the service."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from django.core.exceptions import BadRequest
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from mizzle_web.journeys.actions.journeys import mark_points
from mizzle_web.journeys.figures.chosen import choice, fingerprint
from mizzle_web.journeys.figures.reasons import in_one_line
from mizzle_web.journeys.forms.points import MarkPoints, looked_for
from mizzle_web.journeys.views.measured import measured
from mizzle_web.journeys.views.shown import shown
from mizzle_web.page.access import needs
from mizzle_web.page.notices import tell
from mizzle_web.page.permissions import Permission
from mizzle_web.page.refused import Changed, Refused
from mizzle_web.page.sheets import sheet

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from typing import Any
    from uuid import UUID

    from django.http import HttpResponse, HttpResponseBase

    from mizzle_web.journeys.models import Journey
    from mizzle_web.page.visit import Visit


@needs(Permission.MANAGE_JOURNEYS)
@require_http_methods(["GET", "HEAD", "POST"])
def points(request: Visit, public_id: UUID) -> HttpResponse:
    """Show the activities with a box each, look among them without losing a tick, and save what is ticked."""
    journey = measured(request, public_id)
    if request.method != "POST":
        return _show(request, journey, journey.points, *looked_for(request.GET))
    form = MarkPoints(request.POST)
    if not form.is_valid():
        raise BadRequest
    if "save" in request.POST:
        return _save(request, journey, form)
    words, page = ("", 1) if "all" in request.POST else looked_for(request.POST)
    if set(form.ticked) == set(journey.points):  # nothing to carry along, so the search has an address of its own
        asked = {name: value for name, value in (("q", words), ("page", page if page > 1 else "")) if value}
        address = reverse("journeys:points", args=(journey.public_id,))
        return redirect(f"{address}?{urlencode(asked)}" if asked else address)
    return _show(request, journey, form.ticked, words, page, began=form.cleaned_data)


def _save(request: Visit, journey: Journey, form: MarkPoints) -> HttpResponse:
    """Save the ticks; where a log went away with an activity, or somebody else was quicker, none of them is lost."""
    ticked, began = form.ticked, form.cleaned_data
    gone = [name for name in ticked if name not in journey.table_facts.get("activities", {})]
    if gone:
        problem = ngettext(
            "%(names)s is in no log of this journey any more. The other ticks are kept: look at them, and save again.",
            "%(names)s are in no log of this journey any more. The other ticks are kept: look at them, and save again.",
            len(gone),
        )
        sentence = problem % {"names": ", ".join(f"“{name}”" for name in gone)}
        kept = [name for name in ticked if name not in gone]
        return _show(request, journey, kept, "", 1, began=began, problem=sentence)
    try:
        _mark(request, journey, ticked, began)
    except Changed as refusal:
        return _both(request, journey, ticked, refusal)
    except Refused as refusal:
        return _show(request, journey, ticked, "", 1, began=began, problem=refusal.sentence)
    if not ticked:
        return tell(redirect("journeys:map", journey.public_id), _("No activity is a perception point now."))
    n = ngettext(
        "%(n)d perception point. The figures are being worked out.",
        "%(n)d perception points. The figures are being worked out.",
        len(ticked),
    )
    return tell(redirect("journeys:map", journey.public_id), n % {"n": len(ticked)})


def _mark(request: Visit, journey: Journey, ticked: list[str], began: dict[str, Any]) -> None:
    """Write the ticks; another change of the journey in the meantime is no conflict, nor are the same ticks again."""
    by, at = request.user.actor, request.at
    try:
        mark_points(journey=journey, points=ticked, version=began["version"], by=by, at=at)
    except Changed as refusal:
        now = measured(request, journey.public_id)
        if set(now.points) == set(ticked):
            return
        if fingerprint(now.points) != began["was"] or refusal.version is None:
            raise
        mark_points(journey=journey, points=ticked, version=refusal.version, by=by, at=at)


def _both(request: Visit, journey: Journey, ticked: list[str], refusal: Changed) -> HttpResponse:
    """Show the ticks beside those of somebody else, where the two differ."""
    theirs = set(measured(request, journey.public_id).points)
    mine, other = (", ".join(sorted(some)) for some in (set(ticked) - theirs, theirs - set(ticked)))
    again = [("save", "1"), ("was", fingerprint(theirs)), ("kept", json.dumps(ticked))]
    context = {
        "sentence": refusal.sentence,
        "both": [(_("Perception points in which the two differ"), mine, other)],
        "again": again,
        "version": refusal.version,
        "back": request.path,
    }
    return render(request, "page/changed.html", context, status=409)


def _show(
    request: Visit,
    journey: Journey,
    ticked: Collection[str],
    words: str,
    page: int,
    *,
    began: dict[str, Any] | None = None,
    problem: str = "",
) -> HttpResponse:
    """Show the boxes; `began` is what the ticks began from, where they are not yet saved."""
    found = choice(journey, ticked, words=words, page=page)
    context = shown(
        request,
        journey,
        choice=found,
        kept=json.dumps(found.kept),
        version=began["version"] if began else journey.version,
        was=began["was"] if began else fingerprint(journey.points),
        words=words,
        problem=problem,
        is_unsaved=began is not None,
        may_bring=request.user.may(Permission.BRING_LOGS),
    )
    return render(request, "journeys/points.html", context, status=422 if problem else 200)


@needs(Permission.MANAGE_JOURNEYS)
@require_safe
def points_table(request: Visit, public_id: UUID) -> HttpResponseBase:
    """Give every activity as CSV: how often it is, whether it is a perception point, and why it is suggested."""
    journey = measured(request, public_id)
    return sheet(f"{journey.name} perception-points", _lines(journey))


def _lines(journey: Journey) -> Iterator[list[str | int]]:
    yield [_("Activity"), _("Events"), _("Perception point"), _("Suggested, since"), _("In the logs")]
    yes, no = _("yes"), _("no")
    counts: dict[str, int] = journey.table_facts.get("activities", {})
    why = {one["activity"]: in_one_line(one["reasons"]) for one in journey.table_facts.get("suggestions", ())}
    chosen = set(journey.points)
    for name in sorted({*counts, *chosen}):
        is_point, is_there = (yes if held else no for held in (name in chosen, name in counts))
        yield [name, counts.get(name, 0), is_point, why.get(name, ""), is_there]
