"""Come closer: time that people of departments spent close to customers, beside the distance of before and of now."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.core.paginator import Paginator
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from mizzle_web.journal.actions import first_time
from mizzle_web.journeys.actions import contacts as actions
from mizzle_web.journeys.actions.figure_sets import standing_views
from mizzle_web.journeys.figures import contacts as figures
from mizzle_web.journeys.forms.contacts import NoteContact
from mizzle_web.journeys.models import Contact
from mizzle_web.journeys.views.measured import measured
from mizzle_web.journeys.views.shown import shown
from mizzle_web.page.access import member, needs
from mizzle_web.page.notices import tell
from mizzle_web.page.permissions import Permission
from mizzle_web.page.refused import Refused
from mizzle_web.page.sheets import sheet
from mizzle_web.page.views import forbidden

if TYPE_CHECKING:
    from datetime import date

    from django.http import HttpResponseBase

    from mizzle_web.journeys.models import Journey
    from mizzle_web.page.visit import Visit

A_PAGE = 30
MANY = 40
"""From so many departments on one can look for one."""


@member
@require_safe
def contacts(request: Visit, public_id: UUID) -> HttpResponse:
    """List the departments with their contact of a year, or show one of them."""
    journey = measured(request, public_id)
    department = request.GET.get("department", "")
    if department:
        return _department(request, journey, department)
    words = request.GET.get("q", "").strip()[:100]
    found = figures.overview(journey, _today(request), words)
    context = {
        "lines": found,
        "words": words,
        "is_long": bool(words) or len(found) > MANY,
        "may_note": _may_note(request),
        "to_note": figures.to_note(journey, _within(request, journey)),
        "may_link": request.user.may(Permission.MANAGE_JOURNEYS),
    }
    return render(request, "journeys/contacts.html", shown(request, journey, **context))


def _department(request: Visit, journey: Journey, department: str) -> HttpResponse:
    noted = Contact.objects.filter(journey=journey, department=department).order_by("-on", "-pk")
    kept = list(noted.kept())
    is_in_log = department in journey.table_facts.get("departments", ())
    if not is_in_log and not noted.exists():
        raise Http404
    within = _within(request, journey)
    may = _may_note(request) and (within is None or department in within)
    beside = figures.beside(journey, standing_views(journey)[0], department, kept)
    compared = beside.near.compared if beside.near else None
    context: dict[str, Any] = {
        "department": department,
        "is_in_log": is_in_log,
        "may_note": may,
        "months": figures.months(kept, _today(request)),
        "beside": beside,
        "title": figures.title(beside.near),
        "handovers_change": figures.change_words(compared.handovers_change) if compared else ("", ""),
        "hours_change": figures.change_words(compared.hours_change) if compared else ("", ""),
        "page": Paginator(noted, A_PAGE).get_page(request.GET.get("page")),
        "n_kept": len(kept),
        "query": urlencode({"department": department}),
    }
    return render(request, "journeys/contact.html", shown(request, journey, **context))


@needs(Permission.NOTE_CONTACT)
@require_http_methods(["GET", "HEAD", "POST"])
def note(request: Visit, public_id: UUID) -> HttpResponse:
    """Note contact for a department in reach; `?again=` fills in what was taken back."""
    journey = measured(request, public_id)
    departments = figures.to_note(journey, _within(request, journey))
    if not departments:
        return redirect("journeys:contacts", journey.public_id)
    sent = request.POST if request.method == "POST" else None
    form = NoteContact(sent, departments=departments, initial=_first(request, journey))
    if request.method == "POST" and form.is_valid():
        given = dict(form.cleaned_data)
        key = given.pop("key")
        told = {name: str(value) for name, value in given.items()}
        try:
            with transaction.atomic():
                if first_time(key=key, content=told, by=request.user.actor, at=request.at):
                    actions.note_contact(journey=journey, **given, by=request.user.actor, at=request.at)
        except Refused as refusal:
            form.refuse(refusal)
        else:
            return tell(redirect(_address(journey, given["department"])), _("Noted."))
    return render(
        request, "journeys/contact_note.html", shown(request, journey, form=form), status=422 if form.errors else 200
    )


def _first(request: Visit, journey: Journey) -> dict[str, Any]:
    """Give what an empty form shows."""
    shown_first: dict[str, Any] = {
        "key": secrets.token_urlsafe(12),
        "department": request.GET.get("department", ""),
        "on": _today(request),
    }
    before = _noted(journey, request.GET.get("again", ""))
    if before is not None:
        names = ("department", "kind", "on", "minutes", "n_people")
        shown_first |= {name: getattr(before, name) for name in names}
    return shown_first


def _noted(journey: Journey, number: str) -> Contact | None:
    """Find what was noted by its public id, as an address names it."""
    try:
        return Contact.objects.filter(journey=journey, public_id=UUID(number)).first()
    except ValueError:
        return None


@needs(Permission.NOTE_CONTACT)
@require_POST
def take_back(request: Visit, public_id: UUID, id: UUID) -> HttpResponse:  # noqa: A002 - as the address calls it
    """Take back what was noted for a department in reach."""
    journey = measured(request, public_id)
    found = Contact.objects.filter(journey=journey, public_id=id).select_related("journey").first()
    if found is None:
        raise Http404
    within = _within(request, journey)
    if within is not None and found.department not in within:
        return forbidden(request)
    actions.take_back_contact(contact=found, by=request.user.actor, at=request.at)
    return tell(redirect(_address(journey, found.department)), _("Taken back. The history keeps it."))


@member
@require_safe
def contacts_table(request: Visit, public_id: UUID) -> HttpResponseBase:
    """Give contact as CSV: of one department, or of all; also what was taken back."""
    journey = measured(request, public_id)
    found = Contact.objects.filter(journey=journey).order_by("department", "on", "pk")
    department = request.GET.get("department", "")
    return sheet(f"{journey.name} contact", figures.lines(found.filter(department=department) if department else found))


def _address(journey: Journey, department: str) -> str:
    return f"{reverse('journeys:contacts', args=(journey.public_id,))}?{urlencode({'department': department})}"


def _may_note(request: Visit) -> bool:
    return bool(request.user.may(Permission.NOTE_CONTACT))


def _within(request: Visit, journey: Journey) -> frozenset[str] | None:
    return figures.in_reach(journey, request.user, _today(request))


def _today(request: Visit) -> date:
    return timezone.localdate(request.at)
