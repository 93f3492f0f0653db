"""The door: begin, sign in, sign out, choose a language."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.auth import logout
from django.db import transaction
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from mizzle_web.journal.actions import SYSTEM
from mizzle_web.page import notices
from mizzle_web.page.access import anyone
from mizzle_web.page.refused import Refused
from mizzle_web.people import sign_in as door
from mizzle_web.people.actions import start_code
from mizzle_web.people.actions.credentials import set_password
from mizzle_web.people.actions.invitations import come_in
from mizzle_web.people.actions.members import NewMember, add_member, change_member
from mizzle_web.people.actions.organisation import found_organisation
from mizzle_web.people.actions.roles import give_role
from mizzle_web.people.actions.start_code import KNOWS_START_CODE
from mizzle_web.people.actions.units import open_unit
from mizzle_web.people.door import TABLET
from mizzle_web.people.forms.door import (
    ComeIn,
    Forgotten,
    OneTimeCode,
    RecoveryCode,
    SignIn,
    Start,
    StartFromElsewhere,
    Tablet,
)
from mizzle_web.people.models import Invitation, Member
from mizzle_web.people.roles import Role

if TYPE_CHECKING:
    from django.http import HttpResponse

    from mizzle_web.page.visit import Visit

YEAR_SECONDS = 365 * 24 * 3600


def safe_target(request: Visit, target: str) -> str:
    """Give an address of this house to go on to; the first page for any other."""
    return target if url_has_allowed_host_and_scheme(target, {request.get_host()}, request.is_secure()) else "/"


@anyone
@require_http_methods(["GET", "HEAD", "POST"])
def start(request: Visit) -> HttpResponse:
    """Begin: from an empty house to an organisation with units and an owner; from elsewhere, by the start code."""
    if request.organisation is not None:
        return redirect("people:sign_in")
    is_needed = start_code.is_needed(request)
    shape = StartFromElsewhere if is_needed else Start
    known = {"language": request.LANGUAGE_CODE, "timezone": settings.TIME_ZONE}
    if request.session.get(KNOWS_START_CODE):
        known["code"] = start_code.kept()
    form = shape(request.POST or None, initial=known)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            if is_needed:
                place = door.network(door.address_of(request))
                start_code.check(given=given["code"], network=place, at=request.at)
            with transaction.atomic():
                owner = _found(request, given)
        except Refused as refusal:
            form.refuse(refusal)
        else:
            request.session.pop(KNOWS_START_CODE, None)
            door.enter(request, owner, at=request.at)
            return redirect("today:today")
    return render(
        request, "people/start.html", {"form": form, "is_needed": is_needed}, status=422 if form.errors else 200
    )


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
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: Visit) -> HttpResponse:
    """Come in with an e-mail address or personal code, and a password."""
    if request.organisation is None:
        return redirect("people:start")
    target = safe_target(request, request.GET.get("next", "/"))
    if request.user.is_authenticated:
        return redirect(target)
    form = SignIn(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            found = door.check(
                name=form.cleaned_data["name"],
                secret=form.cleaned_data["password"],
                kind="password",
                address=door.address_of(request),
                at=request.at,
            )
        except Refused as refusal:
            form.refuse(refusal)
        else:
            return redirect(door.arrive(request, found, target=target, how="password"))
    return render(request, "people/sign_in.html", {"form": form}, status=422 if form.errors else 200)


@anyone
@require_http_methods(["GET", "HEAD", "POST"])
def code(request: Visit) -> HttpResponse:
    """Give the code of the second factor, after the password was right."""
    member = door.half_way(request)
    if member is None:
        was_there = door.HALF_WAY in request.session
        sentence = _("That took more than 10 minutes. Sign in once more.")
        answer = redirect("people:sign_in")
        return notices.tell(answer, sentence) if was_there else answer
    shape = RecoveryCode if request.GET.get("with") == "recovery" else OneTimeCode
    form = shape(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            door.check_second_factor(
                member=member, code=form.cleaned_data["code"], address=door.address_of(request), at=request.at
            )
        except Refused as refusal:
            form.refuse(refusal)
        else:
            return redirect(door.go_on(request, member))
    has_recovery = shape is RecoveryCode
    status = 422 if form.errors else 200
    return render(request, "people/code.html", {"form": form, "has_recovery": has_recovery}, status=status)


@anyone
@require_http_methods(["GET", "HEAD", "POST"])
def tablet(request: Visit) -> HttpResponse:
    """Come in at a shared tablet, with a personal code and a PIN."""
    if request.organisation is None:
        return redirect("people:start")
    if request.user.is_authenticated:
        return redirect("today:today")
    form = Tablet(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            found = door.check(
                name=form.cleaned_data["name"],
                secret=form.cleaned_data["pin"],
                kind="pin",
                address=door.address_of(request),
                at=request.at,
            )
        except Refused as refusal:
            form.refuse(refusal)
        else:
            door.enter(request, found, at=request.at, is_tablet=True)
            return redirect("today:today")
    words = {"form": form, "has_ended": "ended" in request.GET and request.method == "GET"}
    return render(request, "people/tablet.html", words, status=422 if form.errors else 200)


@anyone
@require_http_methods(["GET", "HEAD", "POST"])
def forgotten(request: Visit) -> HttpResponse:
    """Ask for a link to a new password. The answer is the same whether or not somebody has the address."""
    if request.organisation is None:
        return redirect("people:start")
    form = Forgotten(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            door.ask_for_link(email=form.cleaned_data["email"], address=door.address_of(request), at=request.at)
        except Refused as refusal:
            form.refuse(refusal)
        else:
            sentence = _("If somebody here has this address, a link is on its way to it. It works for one day.")
            return notices.tell(redirect("people:sign_in"), sentence)
    words = {"form": form, "sends_mail": bool(settings.ENVIRONMENT.mail_url)}
    return render(request, "people/forgotten.html", words, status=422 if form.errors else 200)


@anyone
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: Visit, token: str) -> HttpResponse:
    """Come in by a link: see who is meant, choose a password. Looking at it changes nothing."""
    link = Invitation.objects.behind(token).usable(request.at).select_related("member", "by").first()
    if link is None:
        return _only_origin(render(request, "people/dead_link.html", status=404))
    form = ComeIn(request.POST or None, shortest=request.organisation.shortest_password)
    if request.method == "POST" and form.is_valid():
        try:
            member = come_in(token=token, password=form.cleaned_data["password"], at=request.at)
        except Refused as refusal:
            if refusal.code == "dead_link":
                return _only_origin(render(request, "people/dead_link.html", status=404))
            form.refuse(refusal)
        else:
            return redirect(door.arrive(request, member, target="/", how=link.purpose))
    words = {"form": form, "link": link, "is_reset": link.purpose == "reset"}
    return _only_origin(render(request, "people/invitation.html", words, status=422 if form.errors else 200))


def _only_origin(response: HttpResponse) -> HttpResponse:
    """Keep the link out of every Referer. With ``no-referrer`` browsers would send forms with the origin ``null``."""
    response.headers["Referrer-Policy"] = "strict-origin"
    return response


@anyone
@require_POST
def sign_out(request: Visit) -> HttpResponse:
    """Leave; the session is gone from the server as well."""
    was_on_tablet = request.session.get(TABLET)
    logout(request)
    return redirect("people:tablet" if was_on_tablet else "people:sign_in")


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
        if not request.session.get(TABLET):  # who comes next to a shared tablet reads in their own language
            response.set_cookie(
                settings.LANGUAGE_COOKIE_NAME,
                chosen,
                max_age=YEAR_SECONDS,
                httponly=True,
                secure=settings.LANGUAGE_COOKIE_SECURE,
                samesite="Lax",
            )
    return response
