"""Give roles, and take them back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from mizzle_web.journal.actions import SYSTEM, record
from mizzle_web.page.permissions import Permission
from mizzle_web.page.refused import Refused
from mizzle_web.people.actions.tokens import end_tokens
from mizzle_web.people.models import Grant, Invitation, Member, Organisation, Unit
from mizzle_web.people.roles import MAY, POWERFUL, Role

if TYPE_CHECKING:
    from datetime import datetime


FOR_A_UNIT = frozenset({Role.HOST, Role.LEADER})
"""Roles that can be held for one unit and what is under it; all others are for the whole organisation."""


def give_role(*, member: Member, role: Role, by: str, at: datetime, unit: Unit | None = None) -> Grant:
    """Give a member a role; every session of theirs ends, so that they sign in again with it."""
    if member.left_at is not None:
        raise Refused("left", _("This person has left. Nobody who has left can hold a role."))
    if role == Role.COLLEAGUE:
        raise Refused("always_held", _("Everybody is a colleague. Choose another role."), field="role")
    if unit is not None and role not in FOR_A_UNIT:
        raise Refused(
            "not_for_a_unit", _("This role is for the whole organisation. Leave the unit empty."), field="unit"
        )
    with transaction.atomic():
        held = Grant.objects.filter(member=member, role=role, unit=unit, ended_at__isnull=True).first()
        if held is not None:
            return held
        grant = Grant.objects.create(member=member, role=role, unit=unit, given_at=at)
        if role in POWERFUL:  # whoever holds a link from before must not come in by it with the role
            Invitation.objects.filter(member=member).usable(at).update(expires_at=at)
        end_sessions(member)
        details = {"role": str(role), "unit": str(unit.public_id) if unit else None}
        record(by=by, verb="role.given", thing=f"member:{member.public_id}", at=at, details=details)
    return grant


def end_role(*, grant: Grant, by: str, at: datetime) -> None:
    """Take a role back. The last service lead keeps theirs: somebody must be able to give roles."""
    with transaction.atomic():
        Member.objects.select_for_update().get(pk=grant.member_id)  # first, as where members are let go
        grant = Grant.objects.select_for_update().get(pk=grant.pk)
        if grant.ended_at is not None:
            return
        if grant.role == Role.SERVICE_LEAD:
            keep_an_owner(grant.member)
        grant.ended_at = at
        grant.save()
        end_sessions(grant.member)
        if Permission.MANAGE_API in MAY[Role(grant.role)]:
            end_tokens(member=grant.member, by=by, at=at)
        record(by=by, verb="role.ended", thing=f"member:{grant.member.public_id}", at=at, details={"role": grant.role})


def guard_powers(*, member: Member, by: str) -> None:
    """Refuse that somebody who may not give roles touches what a powerful member signs in with, or lets them go."""
    if by in (SYSTEM, member.actor) or not member.roles() & POWERFUL:
        return
    acting = Member.objects.present().filter(public_id=by).first()
    if acting is None or not acting.may(Permission.GIVE_ROLES):
        raise Refused(
            "powerful", _("This person holds a role with many rights. Only a service lead can change this for them.")
        )


def keep_an_owner(member: Member) -> None:
    """Refuse where nobody else could give roles any more."""
    Organisation.objects.select_for_update().get()  # two who go at once wait here, so that the second sees the first
    if not Member.objects.holding(Role.SERVICE_LEAD).exclude(pk=member.pk).exists():
        raise Refused(
            "last_owner",
            _(
                "This is the last service lead. Make somebody else service lead first, "
                "so that roles can still be given."
            ),
        )


def end_sessions(member: Member) -> None:
    """End every session of a member."""
    Member.objects.filter(pk=member.pk).update(generation=F("generation") + 1)
