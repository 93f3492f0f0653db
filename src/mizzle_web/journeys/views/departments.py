"""The page on which the departments of a journey are linked to units of the organisation, in one step."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from django.core.exceptions import BadRequest
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from mizzle_web.journeys.actions.departments import link_departments
from mizzle_web.journeys.figures.guesses import house
from mizzle_web.journeys.figures.likeness import folded
from mizzle_web.journeys.figures.linking import OUTSIDE, UNIT, linking, stored
from mizzle_web.journeys.forms.departments import LinkDepartments
from mizzle_web.journeys.forms.points import looked_for
from mizzle_web.journeys.views.measured import measured
from mizzle_web.journeys.views.shown import shown
from mizzle_web.page.access import needs
from mizzle_web.page.notices import tell
from mizzle_web.page.permissions import Permission
from mizzle_web.page.refused import Changed, Refused
from mizzle_web.page.sheets import sheet

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date
    from uuid import UUID

    from django.http import HttpResponse, HttpResponseBase

    from mizzle_web.journeys.models import Journey
    from mizzle_web.page.visit import Visit

NAMED = 40
"""Departments that are named one by one where two people linked them at once."""


@needs(Permission.MANAGE_JOURNEYS)
@require_http_methods(["GET", "HEAD", "POST"])
def departments(request: Visit, public_id: UUID) -> HttpResponse:
    """Show every department with what it is guessed to be, look among them, and save all choices with one button."""
    journey = measured(request, public_id)
    if request.method != "POST":
        return _show(request, journey, None, *looked_for(request.GET))
    form = LinkDepartments(request.POST)
    if not form.is_valid():
        raise BadRequest
    if "save" in request.POST:
        return _save(request, journey, form)
    words, page = ("", 1) if "all" in request.POST else looked_for(request.POST)
    return _show(request, journey, form, words, page)


def _save(request: Visit, journey: Journey, form: LinkDepartments) -> HttpResponse:
    choices, seen = form.choices, form.cleaned_data["seen"]
    try:
        n = link_departments(journey=journey, choices=choices, seen=seen, by=request.user.actor, at=request.at)
    except Changed as refusal:
        return _both(request, form, refusal)
    except Refused as refusal:
        if refusal.field is None:
            raise
        return _show(request, journey, form, "", 1, problem=refusal)
    said = ngettext("%(n)d link changed.", "%(n)d links changed.", n) % {"n": n}
    gone = len(set(choices) - set(journey.table_facts.get("departments", ())))
    if gone:
        more = ngettext(
            "%(n)d department is in no log any more, and was left as it is.",
            "%(n)d departments are in no log any more, and were left as they are.",
            gone,
        )
        said = f"{said} {more % {'n': gone}}"
    return tell(redirect("journeys:departments", journey.public_id), said)


def _both(request: Visit, form: LinkDepartments, refusal: Changed) -> HttpResponse:
    """Show both links of each department that two people linked at once."""
    inside = house(_today(request))
    names = {UNIT + code: inside.label(unit) for unit, code in inside.codes.items()}
    names |= {OUTSIDE: _("Outside our organisation"), "": _("Not linked yet")}
    mine = form.choices
    both = [
        (department, names.get(mine[department], ""), names.get(theirs, ""))
        for department, theirs in sorted(refusal.theirs.items())[:NAMED]
    ]
    again = [
        ("save", "1"),
        ("kept", json.dumps(mine)),
        ("seen", json.dumps(form.cleaned_data["seen"] | refusal.theirs)),
    ]
    context = {
        "sentence": refusal.sentence,
        "both": both,
        "again": again,
        "version": refusal.version,
        "back": request.path,
    }
    return render(request, "page/changed.html", context, status=409)


def _show(
    request: Visit,
    journey: Journey,
    form: LinkDepartments | None,
    words: str,
    page: int,
    *,
    problem: Refused | None = None,
) -> HttpResponse:
    """Show the choices; those of a form are not yet saved."""
    found = linking(
        journey,
        _today(request),
        chosen=form.choices if form else None,
        seen=form.cleaned_data["seen"] if form else None,
        words=words,
        page=page,
    )
    context = shown(
        request,
        journey,
        linking=found,
        groups=_groups(found),
        kept=json.dumps(found.kept),
        seen=json.dumps(found.seen),
        outside=OUTSIDE,
        words=words,
        problem=problem,
        is_unsaved=form is not None,
        may_bring=request.user.may(Permission.BRING_LOGS),
        units=reverse("people:units") if request.user.may(Permission.SEE_PEOPLE) else "",
    )
    return render(request, "journeys/departments.html", context, status=422 if problem else 200)


def _groups(found: Any) -> list[tuple[str, str, str, Any]]:
    titles = {
        "open": (_("To be linked"), _("What is chosen here is a guess until you save it.")),
        "linked": (_("Linked"), ""),
        "outside": (_("Outside our organisation"), ""),
    }
    return [(name, *said, found.group(name)) for name, said in titles.items() if found.group(name)]


def _today(request: Visit) -> date:
    return timezone.localdate(request.at)


@needs(Permission.MANAGE_JOURNEYS)
@require_safe
def departments_table(request: Visit, public_id: UUID) -> HttpResponseBase:
    """Give every department and its unit as CSV."""
    journey = measured(request, public_id)
    return sheet(f"{journey.name} departments", _lines(journey, _today(request)))


def _lines(journey: Journey, on: date) -> Iterator[list[str]]:
    yield [_("Department"), _("Linked"), _("Code of the unit"), _("Unit"), _("Unit as of today"), _("In the logs")]
    inside, saved = house(on), stored(journey)
    by_code = {code: unit for unit, code in inside.codes.items()}
    known = set(journey.table_facts.get("departments", ()))
    yes, no = _("yes"), _("no")
    for department in sorted({*known, *saved}, key=folded):
        choice, is_there = saved.get(department, ""), yes if department in known else no
        unit = by_code.get(choice.removeprefix(UNIT))
        if unit is None:
            state = _("outside") if choice == OUTSIDE else no
            yield [department, state, "", "", "", is_there]
            continue
        now = inside.merged[unit].later_id if unit in inside.merged else unit
        name = inside.names.get(unit) or inside.past_names.get(unit, "")
        yield [department, yes, inside.codes[unit], name, inside.names.get(now, ""), is_there]
