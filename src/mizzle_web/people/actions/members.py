"""Take members in, change them, place them in units, let them go."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from mizzle_web.journal.actions import record
from mizzle_web.page.prepared import Addition
from mizzle_web.page.refused import Changed, Refused
from mizzle_web.people.actions.places import settle
from mizzle_web.people.actions.roles import end_sessions, guard_powers, keep_an_owner
from mizzle_web.people.models import Grant, Invitation, Member, Placement, Token, Unit
from mizzle_web.people.roles import Role

if TYPE_CHECKING:
    from datetime import date, datetime


_take_in_unless_there = Addition(Member, unless_there=True)
take_in = Addition(Member)
"""Puts the row of a member into the table; an action around it sees to the rest."""


def no_password() -> str:
    """Give a hash that no password has, as Django makes it, and much faster."""
    return UNUSABLE_PASSWORD_PREFIX + secrets.token_urlsafe(30)


@dataclass(frozen=True, slots=True)
class NewMember:
    """What is known of somebody who joins; a member needs no e-mail address."""

    name: str
    email: str | None = None
    code: str | None = None
    language: str = ""
    unit: Unit | None = None


def add_member(*, member: NewMember, by: str, at: datetime) -> Member:
    """Add a person."""
    _check_code(member.code)
    made = Member(
        name=member.name,
        email=(member.email or "").strip() or None,
        code=(member.code or "").strip() or None,
        language=member.language,
        joined_at=at,
        password=no_password(),
    )
    with transaction.atomic(savepoint=False):
        is_new = _take_in_unless_there(made)
        if is_new:
            if member.unit is not None:
                settle(made.pk, member.unit, max(at.date(), member.unit.began_on))
            record(by=by, verb="member.added", thing=f"member:{made.public_id}", at=at)
    if not is_new:
        has_code = made.code and Member.objects.filter(code__iexact=made.code).exists()
        raise _taken("code" if has_code else "email")
    return made


def _check_code(code: str | None) -> None:
    if "@" in (code or ""):  # it could be the address of somebody else, who then signs in as nobody knows whom
        raise Refused("bad_code", _("A personal code has no @ in it. Choose a different one."), field="code")


def _taken(said: str) -> Refused:
    if "code" in said:
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
                sentence = _("Somebody else has changed this in the meantime.")
                raise Changed(sentence, theirs=theirs, version=member.version)
            changed = [name for name, value in changes.items() if getattr(member, name) != value]
            if not changed:
                return member
            if {"email", "code"} & set(changed):
                guard_powers(member=member, by=by)
            if "code" in changed:
                _check_code(changes["code"])
            if "email" in changed:  # what was sent to the address from before opens nothing any more
                Invitation.objects.filter(member=member).usable(at).update(expires_at=at)
            for name in changed:
                setattr(member, name, changes[name])
            member.version += 1
            member.save()
            details = {"fields": sorted(changed)}
            record(by=by, verb="member.changed", thing=f"member:{member.public_id}", at=at, details=details)
    except IntegrityError as problem:
        raise _taken(str(problem)) from problem
    return member


def place(*, member: Member, unit: Unit | None, on: date, by: str, at: datetime) -> None:
    """Let a member work in a unit from a day on, or in none; a later change that is already known stays."""
    if member.left_at is not None:
        raise Refused("left", _("This person has left. Nobody who has left can be placed."))
    if unit is not None and (on < unit.began_on or (unit.ended_on is not None and on >= unit.ended_on)):
        raise Refused("not_open", _("On this day the unit is not open. Choose another day or unit."), field="unit")
    with transaction.atomic():
        if settle(member.pk, unit, on):
            details = {"unit": str(unit.public_id) if unit else None, "on": str(on)}
            record(by=by, verb="member.placed", thing=f"member:{member.public_id}", at=at, details=details)


def let_go(*, member: Member, by: str, at: datetime, left_at: datetime | None = None) -> None:
    """Let a member leave: they can no longer sign in, and hold no role. They may have left at an earlier instant."""
    left_at = left_at or at
    with transaction.atomic():
        member = Member.objects.select_for_update().get(pk=member.pk)
        if member.left_at is not None:
            return
        guard_powers(member=member, by=by)
        if Role.SERVICE_LEAD in member.roles():
            keep_an_owner(member)
        member.left_at = left_at
        member.version += 1
        member.save()
        end_sessions(member)
        Grant.objects.filter(member=member, ended_at__isnull=True).update(ended_at=at)
        Token.objects.filter(member=member, ended_at__isnull=True).update(ended_at=at)
        placements = Placement.objects.filter(Q(until_on__isnull=True) | Q(until_on__gt=left_at.date()), member=member)
        placements.filter(from_on__gte=left_at.date()).delete()
        placements.update(until_on=left_at.date())
        record(by=by, verb="member.left", thing=f"member:{member.public_id}", at=at)
