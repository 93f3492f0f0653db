"""How somebody else signs in, for those who look after people: invitation, link, PIN, lost second factor."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from django.conf import settings
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from mizzle_web.page import notices
from mizzle_web.page.access import needs
from mizzle_web.page.permissions import Permission
from mizzle_web.people.actions import credentials, invitations
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
    words = {
        "who": who,
        "has_password": who.has_usable_password(),
        "link": Invitation.objects.filter(member=who).usable(request.at).order_by("-created_at").first(),
        "form_key": uuid.uuid4(),
        "may_invite": may(Permission.MANAGE_PEOPLE),
        "may_reset": may(Permission.MANAGE_SIGN_IN)
        and (may(Permission.GIVE_ROLES) or who.pk == request.user.pk or not who.roles() & POWERFUL),
        "by_mail_only": _by_mail_only(request, who),
        "may_reset_factor": may(Permission.GIVE_ROLES) and who.pk != request.user.pk,
    }
    return render(request, "people/keys.html", words)


@needs(Permission.MANAGE_PEOPLE)
@require_POST
def invite(request: Visit, public_id: UUID) -> HttpResponse:
    """Invite somebody; the link is shown this once."""
    who = _member(public_id)
    address = invitations.invite(member=who, by=request.user.actor, at=request.at, key=_form_key(request))
    return render(request, "people/link.html", {"who": who, "address": address, "is_reset": False})


@needs(Permission.MANAGE_SIGN_IN)
@require_POST
def reset(request: Visit, public_id: UUID) -> HttpResponse:
    """Make a link by which somebody sets a new password; it is shown this once, or goes to their address alone."""
    who = _member(public_id)
    address = invitations.make_reset_link(member=who, by=request.user.actor, at=request.at, key=_form_key(request))
    if _by_mail_only(request, who):
        sees = request.user.may(Permission.SEE_PEOPLE)  # who runs the house may not see the page on which this began
        answer = redirect("people:keys", public_id=who.public_id) if sees else redirect("today:today")
        return notices.tell(answer, _("The link is on its way to their e-mail address."))
    return render(request, "people/link.html", {"who": who, "address": address, "is_reset": True})


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


@needs(Permission.GIVE_ROLES)
@require_POST
def reset_factor(request: Visit, public_id: UUID) -> HttpResponse:
    """Take away the second factor of somebody who has lost it."""
    who = _member(public_id)
    credentials.reset_second_factor(member=who, by=request.user.actor, at=request.at)
    answer = redirect("people:keys", public_id=who.public_id)
    return notices.tell(answer, _("The second factor is removed. They sign in with the password, and add a new one."))
