"""How somebody else signs in, for those who look after people: invitation, link, PIN, lost second factor."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from django.conf import settings
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from mizzle_web.page import notices
from mizzle_web.page.access import needs
from mizzle_web.page.permissions import Permission
from mizzle_web.people import sign_in as door
from mizzle_web.people.actions import credentials, invitations
from mizzle_web.people.forms.members import Whom
from mizzle_web.people.models import Invitation, Member
from mizzle_web.people.roles import POWERFUL

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpResponse

    from mizzle_web.page.visit import Visit


def _member(public_id: UUID) -> Member:
    found = Member.objects.present().filter(public_id=public_id).first()
    if found is None:
        raise Http404
    return found


@needs(Permission.SEE_PEOPLE)
@require_safe
def keys(request: Visit, public_id: UUID) -> HttpResponse:
    """Show how somebody signs in, and what the reader may do for them."""
    may = request.user.may
    if not (may(Permission.MANAGE_PEOPLE) or may(Permission.MANAGE_SIGN_IN)):
        raise Http404  # whoever only sees people learns nothing here, not even who is there
    who = _member(public_id)
    way = {"back": reverse("people:person", args=[who.public_id]), "back_title": who.name, "shows_reach": True}
    return render(request, "people/keys.html", _state(request, who) | way)


@needs(Permission.MANAGE_SIGN_IN)
@require_http_methods(["GET", "HEAD", "POST"])
def help_sign_in(request: Visit) -> HttpResponse:
    """Ask whom to help, by the address or code that they say; who runs the house need not see everybody for it."""
    form = Whom(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        who = door.find(form.cleaned_data["name"])
        if who is not None:
            return redirect("people:help_one", public_id=who.public_id)
        form.add_error("name", _("Nobody here has this address or code. Ask for it once more, letter by letter."))
    return render(request, "people/help_sign_in.html", {"form": form}, status=422 if form.errors else 200)


@needs(Permission.MANAGE_SIGN_IN)
@require_safe
def help_one(request: Visit, public_id: UUID) -> HttpResponse:
    """Show what can be done for somebody who cannot sign in; nothing else about them."""
    way = {"back": reverse("people:help_sign_in"), "back_title": _("Help somebody sign in"), "shows_reach": False}
    return render(request, "people/keys.html", _state(request, _member(public_id)) | way)


def _state(request: Visit, who: Member) -> dict[str, object]:
    may = request.user.may
    is_mine, is_closed = who.pk == request.user.pk, not may(Permission.GIVE_ROLES) and bool(who.roles() & POWERFUL)
    return {
        "who": who,
        "has_password": who.has_usable_password(),
        "link": Invitation.objects.filter(member=who).usable(request.at).order_by("-created_at").first(),
        "pin_closed": door.pin_closed_until(member=who, at=request.at),
        "form_key": uuid.uuid4(),
        "may_invite": may(Permission.MANAGE_PEOPLE),
        "may_reset": may(Permission.MANAGE_SIGN_IN) and (is_mine or not is_closed),
        "by_mail_only": _by_mail_only(request, who),
        "may_reset_factor": may(Permission.MANAGE_SIGN_IN) and not is_mine and not is_closed,
        "is_powerful": is_closed and not is_mine,
    }


@needs(Permission.MANAGE_PEOPLE)
@require_POST
def invite(request: Visit, public_id: UUID) -> HttpResponse:
    """Invite somebody; the link is shown this once."""
    who = _member(public_id)
    address = invitations.invite(member=who, by=request.user.actor, at=request.at, key=_form_key(request))
    words = {"who": who, "address": address, "is_reset": False, "back": _page_of(request, who)}
    return render(request, "people/link.html", words)


@needs(Permission.MANAGE_SIGN_IN)
@require_POST
def reset(request: Visit, public_id: UUID) -> HttpResponse:
    """Make a link by which somebody sets a new password; it is shown this once, or goes to their address alone."""
    who = _member(public_id)
    address = invitations.make_reset_link(member=who, by=request.user.actor, at=request.at, key=_form_key(request))
    if _by_mail_only(request, who):
        return notices.tell(redirect(_page_of(request, who)), _("The link is on its way to their e-mail address."))
    words = {"who": who, "address": address, "is_reset": True, "back": _page_of(request, who)}
    return render(request, "people/link.html", words)


def _page_of(request: Visit, who: Member) -> str:
    """Give the page about how somebody signs in that is open to the reader."""
    sees = request.user.may(Permission.SEE_PEOPLE)
    return reverse("people:keys" if sees else "people:help_one", args=[who.public_id])


def _by_mail_only(request: Visit, who: Member) -> bool:
    """Whether a link for a new password is kept from who made it: it would let them in as somebody else."""
    return bool(who.email and settings.ENVIRONMENT.mail_url) and not request.user.may(Permission.GIVE_ROLES)


def _form_key(request: Visit) -> str:
    """Give the key of the form, under the name of its sender, so that nobody uses up another's."""
    key = request.POST.get("form_key", "")[:36]
    return f"link:{request.user.pk}:{key}" if key else ""


@needs(Permission.MANAGE_PEOPLE)
@require_POST
def give_pin(request: Visit, public_id: UUID) -> HttpResponse:
    """Draw a PIN for somebody; it is shown this once."""
    who = _member(public_id)
    pin = credentials.give_pin(member=who, by=request.user.actor, at=request.at)
    return render(request, "people/given_pin.html", {"who": who, "pin": pin})


@needs(Permission.MANAGE_SIGN_IN)
@require_POST
def reset_factor(request: Visit, public_id: UUID) -> HttpResponse:
    """Take away the second factor of somebody who has lost it."""
    who = _member(public_id)
    credentials.reset_second_factor(member=who, by=request.user.actor, at=request.at)
    answer = redirect(_page_of(request, who))
    return notices.tell(answer, _("The second factor is removed. They sign in with the password, and add a new one."))
