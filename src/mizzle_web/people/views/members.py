"""Pages of people: the list, one person, and every change of them."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

from django.core.paginator import Paginator
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.html import escape
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from mizzle_web.journal.actions import first_time
from mizzle_web.page import both
from mizzle_web.page.access import needs
from mizzle_web.page.notices import tell
from mizzle_web.page.permissions import Permission
from mizzle_web.page.refused import Changed, Refused
from mizzle_web.people import figures
from mizzle_web.people.actions.members import NewMember, add_member, change_member, let_go, place
from mizzle_web.people.forms.members import ChangePerson, NewPerson, PlacePerson
from mizzle_web.people.forms.units import unit_choices
from mizzle_web.people.models import Member, Unit
from mizzle_web.people.roles import Role
from mizzle_web.people.views.units import today

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from uuid import UUID

    from mizzle_web.page.visit import Visit
    from mizzle_web.people.figures import Branch
    from mizzle_web.people.models import MemberQuerySet

A_PAGE = 50


@needs(Permission.SEE_PEOPLE)
@require_safe
def members(request: Visit) -> HttpResponse:
    """List people: those whom the reader may see, found by words, unit and role, 50 a page."""
    on = today(request)
    branches = figures.tree(on)
    reach = figures.reach(request.user, Permission.SEE_PEOPLE, on)
    branches = tuple(one for one in branches if reach is None or one.pk in reach)
    asked = {name: request.GET.get(name, "").strip()[:100] for name in ("q", "unit", "role", "left")}
    may_manage = request.user.may(Permission.MANAGE_PEOPLE)
    if not may_manage:
        asked["left"] = ""
    chosen = _asked_for(figures.members_within(reach, on), branches, asked, on, by_code=may_manage)
    page = Paginator(figures.with_place_and_roles(chosen, on).order_by("name", "pk"), A_PAGE).get_page(
        request.GET.get("page")
    )
    names = {one.pk: one.name for one in branches}
    context = {
        "page": page,
        "rows": [_row(one, names) for one in page],
        "asked": asked,
        "units": unit_choices(branches),
        "roles": [(role.value, role.label) for role in Role if role != Role.COLLEAGUE],
        "query": "&".join(f"{name}={value}" for name, value in asked.items() if value and name != "q"),
        "may_manage": may_manage,
    }
    return render(request, "people/members.html", context)


def _asked_for(
    chosen: MemberQuerySet, branches: Sequence[Branch], asked: dict[str, str], on: date, *, by_code: bool
) -> MemberQuerySet:
    chosen = chosen.filter(left_at__isnull=not asked["left"])
    chosen = figures.matching(chosen, asked["q"], by_code=by_code)
    if asked["unit"]:
        roots = {one.pk for one in branches if one.public_id == asked["unit"]}
        within = figures.members_within(figures.under(branches, roots), on)
        chosen = chosen.filter(pk__in=within.values("pk"))
    if asked["role"] in Role.values:
        chosen = chosen.filter(pk__in=Member.objects.holding(Role(asked["role"])).values("pk"))
    return chosen


def _row(member: Any, names: dict[int, str]) -> dict[str, Any]:
    held = {one.role for one in member.held}
    return {
        "member": member,
        "unit": next((names.get(one.unit_id, "") for one in member.here), ""),
        "roles": [role.label for role in Role if role in held],
    }


@needs(Permission.SEE_PEOPLE)
@require_safe
def person(request: Visit, public_id: UUID) -> HttpResponse:
    """Show one person: where they work and worked, and which roles they hold."""
    on = today(request)
    found = seen(request, public_id)
    placements = list(found.placements.order_by("-from_on"))
    grants = list(found.grants.filter(ended_at__isnull=True).select_related("unit").order_by("role"))
    names = figures.names_of_units(
        {one.unit_id for one in placements} | {one.unit_id for one in grants if one.unit_id}, on
    )
    reach = figures.reach(request.user, Permission.SEE_PEOPLE, on)
    if reach is not None:  # what lies outside is not named, not even where somebody worked before
        names = {unit: told for unit, told in names.items() if unit in reach}
    codes = dict(Unit.objects.filter(pk__in=names).values_list("pk", "public_id"))
    may_manage = request.user.may(Permission.MANAGE_PEOPLE)
    context = {
        "person": found,
        "places": [(one, names.get(one.unit_id, ""), codes.get(one.unit_id)) for one in placements],
        "here": next((names.get(one.unit_id, "") for one in placements if on_day(one, on)), ""),
        "held": [
            (one, Role(one.role).label, names.get(one.unit_id, _("another unit")) if one.unit_id else "")
            for one in grants
        ],
        "shows_code": may_manage,
        "may_manage": may_manage and found.left_at is None,
        "may_give_roles": request.user.may(Permission.GIVE_ROLES) and found.left_at is None,
        "may_help": request.user.may(Permission.MANAGE_SIGN_IN) and found.left_at is None,
    }
    return render(request, "people/person.html", context)


@needs(Permission.SEE_PEOPLE)
@require_safe
def name(request: Visit, public_id: UUID) -> HttpResponse:
    """Name one person, for the pages of other rooms that know only their id."""
    return HttpResponse(escape(seen(request, public_id).name))


def on_day(placement: Any, day: date) -> bool:
    """Whether a placement holds on a day."""
    return placement.from_on <= day and (placement.until_on is None or placement.until_on > day)


@needs(Permission.MANAGE_PEOPLE)
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: Visit) -> HttpResponse:
    """Add a person."""
    shown = {"key": secrets.token_urlsafe(12), "unit": request.GET.get("unit", "")}
    form = NewPerson(_sent(request), units=lambda: unit_choices(figures.tree(today(request))), initial=shown)
    if request.method == "POST" and form.is_valid():
        given = dict(form.cleaned_data)
        key = given.pop("key")
        told = {name: str(value or "") for name, value in given.items()}
        try:
            with transaction.atomic():
                is_new = first_time(key=key, content=told, by=request.user.actor, at=request.at)
                if is_new:
                    made = add_member(member=NewMember(**given), by=request.user.actor, at=request.at)
        except Refused as refusal:
            form.refuse(refusal)
        else:
            return (
                redirect("people:members")
                if not is_new
                else tell(redirect("people:person", made.public_id), _("Person added."))
            )
    context = {"form": form, "title": _("Add a person"), "button": _("Add the person")}
    return render(request, "people/person_form.html", context, status=422 if form.errors else 200)


@needs(Permission.MANAGE_PEOPLE)
@require_http_methods(["GET", "HEAD", "POST"])
def change(request: Visit, public_id: UUID) -> HttpResponse:
    """Change name, address, code, language or zone of somebody."""
    found = _present(request, public_id)
    names = ("name", "email", "code", "language", "timezone", "version")
    form = ChangePerson(_sent(request), initial={name: getattr(found, name) for name in names})
    if request.method == "POST" and form.is_valid():
        given = dict(form.cleaned_data)
        given |= {name: given[name].strip() or None for name in ("email", "code")}
        try:
            change_member(member=found, **given, by=request.user.actor, at=request.at)
        except Changed as refusal:
            return both.show(request, form, refusal)
        except Refused as refusal:
            form.refuse(refusal)
        else:
            return tell(redirect("people:person", found.public_id), _("Saved."))
    title = _("Change %(name)s") % {"name": found.name}
    context = {"form": form, "person": found, "title": title, "button": _("Save")}
    return render(request, "people/person_form.html", context, status=422 if form.errors else 200)


@needs(Permission.MANAGE_PEOPLE)
@require_http_methods(["GET", "HEAD", "POST"])
def move(request: Visit, public_id: UUID) -> HttpResponse:
    """Let somebody work in another unit from a day on."""
    found = _present(request, public_id)
    on = today(request)
    here = next((one.unit.public_id for one in found.placements.select_related("unit") if on_day(one, on)), "")
    shown = {"on": on, "unit": str(here)}
    form = PlacePerson(_sent(request), units=lambda: unit_choices(figures.tree(on)), initial=shown)
    if request.method == "POST" and form.is_valid():
        try:
            place(member=found, **form.cleaned_data, by=request.user.actor, at=request.at)
        except Refused as refusal:
            form.refuse(refusal)
        else:
            return tell(redirect("people:person", found.public_id), _("Saved."))
    title = _("Move %(name)s to a unit") % {"name": found.name}
    context = {"form": form, "person": found, "title": title, "button": _("Move")}
    return render(request, "people/person_form.html", context, status=422 if form.errors else 200)


@needs(Permission.MANAGE_PEOPLE)
@require_http_methods(["GET", "HEAD", "POST"])
def leave(request: Visit, public_id: UUID) -> HttpResponse:
    """Ask whether somebody has left, and end what they held here."""
    found = _present(request, public_id)
    refusal = None
    if request.method == "POST":
        try:
            let_go(member=found, by=request.user.actor, at=request.at)
        except Refused as problem:
            refusal = problem
        else:
            return tell(redirect("people:members"), _("They can no longer sign in. Their history stays."))
    status = 409 if refusal else 200
    return render(request, "people/leave.html", {"person": found, "refusal": refusal}, status=status)


def seen(request: Visit, public_id: UUID) -> Member:
    """Find somebody whom the reader may see; the same answer for everybody else as for nobody."""
    on = today(request)
    reach = figures.reach(request.user, Permission.SEE_PEOPLE, on)
    found = figures.members_within(reach, on).filter(public_id=public_id).first()
    if found is None:
        raise Http404
    return found


def _present(request: Visit, public_id: UUID) -> Member:
    found = seen(request, public_id)
    if found.left_at is not None:
        raise Http404
    return found


def _sent(request: Visit) -> Any:
    return request.POST if request.method == "POST" else None
