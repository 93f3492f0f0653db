"""What is one's own: the page about oneself, one's password and PIN, and the fragments on Today."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth import logout
from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from mizzle_web.page import notices
from mizzle_web.page.access import member
from mizzle_web.page.refused import Changed, Refused
from mizzle_web.page.views import changed
from mizzle_web.people import sign_in as door
from mizzle_web.people.actions import credentials
from mizzle_web.people.actions.members import change_member
from mizzle_web.people.forms.me import HOUSE, Habits, NewPassword, NewPin
from mizzle_web.people.models import Invitation
from mizzle_web.people.roles import Role

if TYPE_CHECKING:
    from django.http import HttpResponse

    from mizzle_web.page.visit import Visit
    from mizzle_web.people.models import Member

MOST_INVITATIONS = 20


@member
@require_http_methods(["GET", "HEAD", "POST"])
def me(request: Visit) -> HttpResponse:
    """Show the signed-in person what the house knows of them; take language and time zone."""
    who = request.user
    now = {"language": who.language or HOUSE, "timezone": who.timezone or HOUSE, "version": who.version}
    form = Habits(request.POST or None, initial=now)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            change_member(member=who, by=who.actor, at=request.at, **given)
        except Changed as both:
            return changed(request, both, form)
        return notices.tell(redirect("people:me"), _("Saved."))
    words = {
        "form": form,
        "roles": _roles(who),
        "due": who.second_factor_due_at(request.organisation),
        "n_recovery_codes": len(who.recovery_codes),
        "invitations": _invitations(request),
    }
    return render(request, "people/me.html", words, status=422 if form.errors else 200)


def _roles(who: Member) -> list[str]:
    return [str(Role(role).label) for role in Role.values if role in who.roles()]


def _invitations(request: Visit) -> list[tuple[Invitation, str]]:
    """Give the links that the reader has made, the latest first, each with how it stands."""
    found = []
    links = Invitation.objects.filter(by=request.user).select_related("member").order_by("-created_at", "-pk")
    for link in links[:MOST_INVITATIONS]:
        state = "used" if link.used_at else "open" if link.expires_at > request.at else "over"
        found.append((link, state))
    return found


@member
@require_http_methods(["GET", "HEAD", "POST"])
def password(request: Visit) -> HttpResponse:
    """Change one's password; other sessions end, this one stays."""
    who = request.user
    form = NewPassword(request.POST or None, shortest=request.organisation.shortest_password)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            door.check_again(member=who, password=given["present"], address=door.address_of(request), at=request.at)
            credentials.set_password(member=who, password=given["password"], by=who.actor, at=request.at)
        except Refused as refusal:
            form.refuse(refusal)
        else:
            door.keep_session(request)
            return notices.tell(redirect("people:me"), _("Password changed. You are signed out everywhere else."))
    return render(request, "people/password.html", {"form": form}, status=422 if form.errors else 200)


@member
@require_http_methods(["GET", "HEAD", "POST"])
def pin(request: Visit) -> HttpResponse:
    """Set the PIN for shared tablets, or take it away."""
    who = request.user
    form = NewPin(request.POST or None)
    if request.method == "POST" and "remove" in request.POST:
        credentials.remove_pin(member=who, by=who.actor, at=request.at)
        door.keep_session(request)
        return notices.tell(redirect("people:me"), _("PIN removed. You can no longer sign in at a shared tablet."))
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            door.check_again(member=who, password=given["present"], address=door.address_of(request), at=request.at)
            credentials.set_pin(member=who, pin=given["pin"], by=who.actor, at=request.at)
        except Refused as refusal:
            form.refuse(refusal)
        else:
            door.keep_session(request)
            return notices.tell(redirect("people:me"), _("PIN set. You are signed out everywhere else."))
    return render(request, "people/pin.html", {"form": form}, status=422 if form.errors else 200)


@member
@require_http_methods(["GET", "HEAD", "POST"])
def everywhere(request: Visit) -> HttpResponse:
    """Sign out on every device, this one too."""
    if request.method == "POST" and request.POST.get("sure") == "yes":
        credentials.sign_out_everywhere(member=request.user, by=request.user.actor, at=request.at)
        logout(request)
        return notices.tell(redirect("people:sign_in"), _("You are signed out everywhere."))
    return render(request, "people/everywhere.html", status=200 if request.method == "GET" else 422)


@member
@require_safe
def waiting(request: Visit) -> HttpResponse:
    """Show on Today what of the house itself waits for the reader."""
    due = request.user.second_factor_due_at(request.organisation)
    over = Invitation.objects.filter(
        by=request.user,
        used_at__isnull=True,
        expires_at__lte=request.at,
        member__left_at__isnull=True,
        member__password__startswith=UNUSABLE_PASSWORD_PREFIX,
    )
    words = {"due": due, "n_over": over.values("member").distinct().count()}
    return render(request, "people/waiting.html", words)


@member
@require_safe
def my_place(request: Visit) -> HttpResponse:
    """Show on Today who the reader is here."""
    return render(request, "people/my_place.html", {"roles": _roles(request.user)})
