"""Take members in, change them, place them in units, let them go."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from mizzle_web.journal.actions import record
from mizzle_web.page.refused import Changed, Refused
from mizzle_web.people.actions.roles import end_sessions, keep_an_owner
from mizzle_web.people.models import Grant, Member, Placement, Unit
from mizzle_web.people.roles import Role

if TYPE_CHECKING:
    from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class NewMember:
    """What is known of somebody who joins; a member needs no e-mail address."""

    name: str
    email: str | None = None
    code: str | None = None
    language: str = ""
    unit: Unit | None = None


def add_member(*, member: NewMember, by: str, at: datetime) -> Member:
    """Take somebody in."""
    try:
        with transaction.atomic():
            made = Member(
                name=member.name,
                email=(member.email or "").strip() or None,
                code=(member.code or "").strip() or None,
                language=member.language,
                joined_at=at,
            )
            made.set_unusable_password()
            made.save()
            if member.unit is not None:
                settle(made.pk, member.unit, max(at.date(), member.unit.began_on))
            record(by=by, verb="member.added", thing=f"member:{made.public_id}", at=at)
    except IntegrityError as problem:
        raise _taken(problem) from problem
    return made


def _taken(problem: IntegrityError) -> Refused:
    if "code" in str(problem):
        return Refused("code_taken", _("Another member has this personal code. Choose a different one."), field="code")
    return Refused(
        "email_taken", _("Another member has this e-mail address. Look for them in the list."), field="email"
    )


def change_member(*, member: Member, version: int, by: str, at: datetime, **changes: str | None) -> Member:
    """Change name, address, code, language or zone of a member, as they stood at a version."""
    try:
        with transaction.atomic():
            member = Member.objects.select_for_update().get(pk=member.pk)
            if member.version != version:
                theirs = {name: str(getattr(member, name) or "") for name in changes}
                raise Changed(_("Somebody else has changed this in the meantime."), theirs=theirs)
            changed = [name for name, value in changes.items() if getattr(member, name) != value]
            for name in changed:
                setattr(member, name, changes[name])
            member.version += 1
            member.save()
            if changed:
                record(
                    by=by, verb="member.changed", thing=f"member:{member.public_id}", at=at, details={"fields": changed}
                )
    except IntegrityError as problem:
        raise _taken(problem) from problem
    return member


def let_go(*, member: Member, by: str, at: datetime) -> None:
    """Let a member leave: they can no longer sign in, and hold no role."""
    with transaction.atomic():
        member = Member.objects.select_for_update().get(pk=member.pk)
        if member.left_at is not None:
            return
        if Role.SERVICE_LEAD in member.roles():
            keep_an_owner(member)
        member.left_at = at
        member.version += 1
        member.save()
        end_sessions(member)
        Grant.objects.filter(member=member, ended_at__isnull=True).update(ended_at=at)
        Placement.objects.filter(member=member, until_on__isnull=True, from_on__lt=at.date()).update(until_on=at.date())
        Placement.objects.filter(member=member, until_on__isnull=True).delete()
        record(by=by, verb="member.left", thing=f"member:{member.public_id}", at=at)
