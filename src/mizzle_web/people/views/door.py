"""The door: begin, sign in, sign out, choose a language."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.auth import logout
from django.db import transaction
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods, require_POST

from mizzle_web.journal.actions import SYSTEM
from mizzle_web.page.access import anyone
from mizzle_web.page.refused import Refused
from mizzle_web.people import sign_in as door
from mizzle_web.people.actions.credentials import set_password
from mizzle_web.people.actions.members import NewMember, add_member, change_member
from mizzle_web.people.actions.organisation import found_organisation
from mizzle_web.people.actions.roles import give_role
from mizzle_web.people.actions.units import open_unit
from mizzle_web.people.forms.door import SignIn, Start
from mizzle_web.people.models import Member
from mizzle_web.people.roles import Role

if TYPE_CHECKING:
    from django.http import HttpResponse

    from mizzle_web.page.visit import Visit

YEAR_SECONDS = 365 * 24 * 3600


def safe_target(request: Visit, target: str) -> str:
    """Give an address of this house to go on to; the first page for any other."""
    return target if url_has_allowed_host_and_scheme(target, {request.get_host()}, request.is_secure()) else "/"


@anyone
@require_http_methods(["GET", "POST"])
def start(request: Visit) -> HttpResponse:
    """Begin: from an empty house to an organisation with units and an owner."""
    if request.organisation is not None:
        return redirect("people:sign_in")
    form = Start(request.POST or None, initial={"language": request.LANGUAGE_CODE, "timezone": settings.TIME_ZONE})
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            with transaction.atomic():
                owner = _found(request, given)
        except Refused as refusal:
            form.refuse(refusal)
        else:
            door.enter(request, owner, at=request.at)
            return redirect("today:today")
    return render(request, "people/start.html", {"form": form}, status=422 if form.errors else 200)


def _found(request: Visit, given: dict[str, str]) -> Member:
    at = request.at
    found_organisation(
        name=given["organisation"], language=given["language"], timezone=given["timezone"], at=at, by=SYSTEM
    )
    names = dict.fromkeys(line.strip()[:120] for line in given["units"].splitlines() if line.strip())
    for number, name in enumerate(names, 1):
        open_unit(code=f"u{number}", name=name, parent=None, on=at.date(), by=SYSTEM, at=at)
    new = NewMember(name=given["name"], email=given["email"], language=given["language"])
    owner = add_member(member=new, by=SYSTEM, at=at)
    set_password(member=owner, password=given["password"], by=owner.actor, at=at)
    for role in (Role.SERVICE_LEAD, Role.OPERATOR):
        give_role(member=owner, role=role, by=SYSTEM, at=at)
    return Member.objects.get(pk=owner.pk)


@anyone
@require_http_methods(["GET", "POST"])
def sign_in(request: Visit) -> HttpResponse:
    """Come in with an e-mail address and a password."""
    if request.organisation is None:
        return redirect("people:start")
    target = safe_target(request, request.GET.get("next", "/"))
    if request.user.is_authenticated:
        return redirect(target)
    form = SignIn(request.POST or None)
    if request.method == "POST" and form.is_valid():
        address = request.META.get("REMOTE_ADDR", "")
        try:
            found = door.check(
                name=form.cleaned_data["name"],
                secret=form.cleaned_data["password"],
                kind="password",
                address=address,
                at=request.at,
            )
        except Refused as refusal:
            form.refuse(refusal)
        else:
            door.enter(request, found, at=request.at)
            return redirect(target)
    return render(request, "people/sign_in.html", {"form": form}, status=422 if form.errors else 200)


@anyone
@require_POST
def sign_out(request: Visit) -> HttpResponse:
    """Leave; the session is gone from the server as well."""
    logout(request)
    return redirect("people:sign_in")


@anyone
@require_POST
def language(request: Visit) -> HttpResponse:
    """Choose a language: for this browser before the door, for oneself behind it."""
    chosen = request.POST.get("language", "")
    response = redirect(safe_target(request, request.POST.get("next", "/")))
    if chosen in dict(settings.LANGUAGES):
        if request.user.is_authenticated:
            me = request.user
            change_member(member=me, version=me.version, by=me.actor, at=request.at, language=chosen)
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            chosen,
            max_age=YEAR_SECONDS,
            httponly=True,
            secure=settings.LANGUAGE_COOKIE_SECURE,
            samesite="Lax",
        )
    return response
