"""Links that let somebody in for the first time, or again after a password was lost."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from mizzle_web.journal.actions import record, send
from mizzle_web.journal.models import Receipt
from mizzle_web.page.refused import Refused
from mizzle_web.people import secrets
from mizzle_web.people.actions.credentials import set_password
from mizzle_web.people.actions.roles import guard_powers
from mizzle_web.people.actions.tokens import end_tokens
from mizzle_web.people.models import Invitation, Member, Organisation

if TYPE_CHECKING:
    from datetime import datetime

INVITE, RESET = "invite", "reset"
LASTS = {INVITE: timedelta(days=14), RESET: timedelta(days=1)}
MOST_IN_AN_HOUR = 3
"""So many links are sent to one address at most, whoever asks for them."""


def invite(*, member: Member, by: str, at: datetime, key: str = "") -> str:
    """Invite somebody who has not been here yet; gives the address of the link, which is told this once.

    Where the member has an e-mail address, the link goes there as well. The same form sent twice, by its `key`, makes
    one link.
    """
    if member.has_usable_password():
        sentence = _("This member has a password already. Make a link for a new password instead.")
        raise Refused("is_in", sentence)
    return _make(member=member, purpose=INVITE, by=by, at=at, key=key)


def make_reset_link(*, member: Member, by: str, at: datetime, key: str = "") -> str:
    """Make a link by which somebody sets a new password; gives its address, which is told this once."""
    return _make(member=member, purpose=RESET, by=by, at=at, key=key)


def _make(*, member: Member, purpose: str, by: str, at: datetime, key: str) -> str:
    if member.left_at is not None:
        raise Refused("left", _("This member has left, and cannot sign in."))
    guard_powers(member=member, by=by)
    with transaction.atomic():
        if key:
            _once(key=key, by=by, purpose=purpose, member=member, at=at)
        Invitation.objects.filter(member=member).usable(at).update(expires_at=at)  # the newest link works, no other
        helper = Member.objects.filter(public_id=by).first() if _is_id(by) else None
        token = _keep(member=member, purpose=purpose, helper=helper, at=at)
        verb = "member.invited" if purpose == INVITE else "member.reset_link_made"
        record(by=by, verb=verb, thing=f"member:{member.public_id}", at=at)
        if member.email:
            _mail(member=member, purpose=purpose, token=token, helper=helper, at=at)
    return address_of(token=token)


def _once(*, key: str, by: str, purpose: str, member: Member, at: datetime) -> None:
    try:
        with transaction.atomic():
            Receipt.objects.create(key=key, by=by, digest=secrets.hashed(f"{purpose}:{member.public_id}"), at=at)
    except IntegrityError as problem:
        raise Refused("twice", _("This link was made already, and is shown only once. Make a new one.")) from problem


def _is_id(by: str) -> bool:
    try:
        uuid.UUID(by)
    except ValueError:
        return False
    return True


def _keep(*, member: Member, purpose: str, helper: Member | None, at: datetime) -> str:
    token = secrets.new_link()
    Invitation.objects.create(
        member_id=member.pk,
        by=helper,
        purpose=purpose,
        digest=secrets.hashed(token),
        created_at=at,
        expires_at=at + LASTS[purpose],
    )
    return token


def address_of(*, token: str) -> str:
    """Give the address of a link, as the operator said that this house is reached; never as a request claims."""
    return f"{settings.ENVIRONMENT.url}{reverse('people:invitation', args=[token])}"


def _mail(*, member: Member, purpose: str, token: str, helper: Member | None, at: datetime) -> None:
    organisation = Organisation.objects.get()
    with translation.override(member.language or organisation.language):
        words = {
            "name": member.name,
            "organisation": organisation.name,
            "helper": helper.name if helper else organisation.name,
            "address": address_of(token=token),
        }
        if purpose == INVITE:
            subject = _("Invitation to %(organisation)s") % words
            text = _(
                "Hello %(name)s,\n\n%(helper)s invites you to join %(organisation)s on mizzle. Choose a password "
                "here:\n\n%(address)s\n\nThe link works once, for 14 days."
            )
        else:
            subject = _("A new password for %(organisation)s") % words
            text = _(
                "Hello %(name)s,\n\nSet a new password here:\n\n%(address)s\n\nThe link works once, for one day. "
                "If you did not ask for it, leave it alone: your password stays as it is."
            )
        content = {"subject": subject, "text": text % words}
    send(kind="mail", target=member.email or "", content=content, at=at)


def send_reset_link(*, email: str, at: datetime) -> None:
    """Send a link for a new password to the member with this address, if there is one.

    Where there is none, the same is done for nobody and taken back, so that the answer takes as long.
    """
    member = Member.objects.present().filter(email__iexact=email).first()
    lately = Invitation.objects.filter(member=member, by__isnull=True, created_at__gt=at - timedelta(hours=1)).count()
    anybody = Member.objects.order_by("pk").values_list("pk", flat=True).first()
    for_whom = member or Member(pk=anybody, name="nobody", email=email)  # a row that is there, for one taken back
    with transaction.atomic():
        token = _keep(member=for_whom, purpose=RESET, helper=None, at=at)
        _mail(member=for_whom, purpose=RESET, token=token, helper=None, at=at)
        record(by=for_whom.actor, verb="member.reset_link_sent", thing=f"member:{for_whom.public_id}", at=at)
        if member is None or lately >= MOST_IN_AN_HOUR:
            transaction.set_rollback(True)


def come_in(*, token: str, password: str, at: datetime) -> Member:
    """Use a link: set the password of the member whom it lets in."""
    with transaction.atomic():
        link = Invitation.objects.select_for_update().behind(token).usable(at).first()
        if link is None:
            raise Refused("dead_link", _("This link no longer works. Ask for a new one."))
        member = Member.objects.get(pk=link.member_id)
        if link.by is not None:  # who made the link may have kept it until a role was given
            try:
                guard_powers(member=member, by=link.by.actor)
            except Refused as problem:
                raise Refused("dead_link", _("This link no longer works. Ask for a new one.")) from problem
        set_password(member=member, password=password, by=member.actor, at=at)
        if link.purpose == RESET:  # somebody else may have had the password, and have made tokens with it
            end_tokens(member=member, by=member.actor, at=at)
        link.used_at = at
        link.save(update_fields=("used_at",))
        record(by=member.actor, verb="member.came_in", thing=f"member:{member.public_id}", at=at)
    return member
