"""Passwords, PINs and second factors: what somebody signs in with."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import get_default_password_validators, validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from mizzle_web.journal.actions import record
from mizzle_web.page.refused import Refused
from mizzle_web.people import secrets
from mizzle_web.people.actions.roles import end_sessions, guard_powers
from mizzle_web.people.actions.tokens import end_tokens
from mizzle_web.people.models import Invitation, Member, Organisation

if TYPE_CHECKING:
    from datetime import datetime

SHORTEST_PASSWORD = 12
N_RECOVERY_CODES = 8
PIN_DIGITS = 6
FEWEST_DIGITS = 3
"""A PIN is made of at least so many different digits."""
COMMON = frozenset(
    ("112233", "223344", "147258", "258369", "147369", "159753", "159357", "789456", "456123", "123654", "102030")
)
"""Further PINs that lie in the way of a finger."""


def _thing(member: Member) -> str:
    return f"member:{member.public_id}"


def set_password(*, member: Member, password: str, by: str, at: datetime) -> None:
    """Set a password; every other session of the member ends, and no link that was sent before works any more."""
    weakness = _weakness(password, member)
    if weakness:
        raise Refused("weak_password", weakness, field="password")
    with transaction.atomic():
        member.password = make_password(password)
        member.save(update_fields=("password",))
        Invitation.objects.filter(member=member).usable(at).update(expires_at=at)
        record(by=by, verb="member.password_set", thing=_thing(member), at=at)


def _weakness(password: str, member: Member) -> str:
    """Say what is wrong with a password; nothing where it may be taken."""
    shortest = Organisation.objects.values_list("shortest_password", flat=True).first() or SHORTEST_PASSWORD
    if len(password) < shortest:
        return _("Use at least %(n)d characters. Four words are easy to remember.") % {"n": shortest}
    try:
        validate_password(password, member, get_default_password_validators())
    except ValidationError as problem:
        return " ".join(problem.messages)
    return ""


def set_pin(*, member: Member, pin: str, by: str, at: datetime) -> None:
    """Set the PIN for shared tablets; every other session of the member ends."""
    guard_powers(member=member, by=by)
    if not member.code:
        raise Refused(
            "no_code", _("A PIN goes with a personal code. Ask whoever looks after people to give you one first.")
        )
    if len(pin) != PIN_DIGITS or not (pin.isascii() and pin.isdigit()):
        raise Refused("weak_pin", _("Use six digits."), field="pin")
    if is_trivial(pin=pin, code=member.code):
        raise Refused("weak_pin", _("Anybody would try this one first. Use six digits without a pattern."), field="pin")
    with transaction.atomic():
        member.pin = make_password(pin)
        member.save(update_fields=("pin",))
        record(by=by, verb="member.pin_set", thing=_thing(member), at=at)


def give_pin(*, member: Member, by: str, at: datetime) -> str:
    """Draw a PIN for somebody, and tell it once."""
    pin = secrets.new_pin()
    while is_trivial(pin=pin, code=member.code or ""):
        pin = secrets.new_pin()
    set_pin(member=member, pin=pin, by=by, at=at)
    return pin


def remove_pin(*, member: Member, by: str, at: datetime) -> None:
    """Take the PIN away: no shared tablet lets the member in any more."""
    with transaction.atomic():
        member.pin = ""
        member.save(update_fields=("pin",))
        record(by=by, verb="member.pin_removed", thing=_thing(member), at=at)


def is_trivial(*, pin: str, code: str) -> bool:
    """Whether six digits are among those that are tried first: a pattern, a run, or the personal code itself."""
    digits = [int(sign) for sign in pin]
    steps = {(later - earlier) % 10 for earlier, later in pairwise(digits)}
    repeats = any(pin == pin[:size] * (len(pin) // size) for size in (1, 2, 3))
    mirrored = pin[:3] == pin[:2:-1]
    is_own_code = pin in code or (len(code) > FEWEST_DIGITS and code in pin)
    return len(set(pin)) < FEWEST_DIGITS or len(steps) == 1 or repeats or mirrored or pin in COMMON or is_own_code


def add_second_factor(
    *, member: Member, key: str, code: str, by: str, at: datetime, instead: bool = False
) -> tuple[str, ...]:
    """Add a second factor whose first code was typed, or put it in the place of the present one.

    Gives the recovery codes: this is the one time that they are told. Every other session of the member ends.
    """
    step = secrets.step_of(secrets.plain(code), key, at)
    if step is None:
        sentence = _("This code does not fit. Check that the clock of your phone is right, and type the newest one.")
        raise Refused("wrong_code", sentence, field="code")
    with transaction.atomic():
        kept = Member.objects.select_for_update().get(pk=member.pk)
        if kept.second_factor and not instead:
            raise Refused("has_one", _("You have a second factor already. Nothing was changed."))
        kept.second_factor = secrets.sealed(key)
        kept.second_factor_step = step
        codes = _new_codes(kept)
        kept.save(update_fields=("second_factor", "second_factor_step", "recovery_codes"))
        end_sessions(kept)
        record(by=by, verb="member.second_factor_added", thing=_thing(kept), at=at, details={"instead": instead})
    return codes


def _new_codes(member: Member) -> tuple[str, ...]:
    codes = tuple(secrets.new_recovery_code() for _number in range(N_RECOVERY_CODES))
    member.recovery_codes = [secrets.hashed(secrets.plain(code)) for code in codes]
    return codes


def new_recovery_codes(*, member: Member, by: str, at: datetime) -> tuple[str, ...]:
    """Make new recovery codes and tell them once; the ones before work no more."""
    with transaction.atomic():
        kept = Member.objects.select_for_update().get(pk=member.pk)
        if not kept.second_factor:
            raise Refused("has_none", _("Recovery codes go with a second factor. Add that first."))
        codes = _new_codes(kept)
        kept.save(update_fields=("recovery_codes",))
        record(by=by, verb="member.recovery_codes_made", thing=_thing(kept), at=at)
    return codes


def remove_second_factor(*, member: Member, by: str, at: datetime) -> None:
    """Take one's own second factor away, where no role needs it. Every other session of the member ends."""
    with transaction.atomic():
        kept = Member.objects.select_for_update().get(pk=member.pk)
        if kept.needs_second_factor and not Organisation.objects.filter(is_sample=True).exists():
            raise Refused(
                "role_needs_it",
                _("Your role needs a second factor. You can move it to another phone, or hand back the role first."),
            )
        _forget_factor(kept)
        record(by=by, verb="member.second_factor_removed", thing=_thing(kept), at=at)


def reset_second_factor(*, member: Member, by: str, at: datetime) -> None:
    """Take away the second factor of somebody who has lost it and the recovery codes too."""
    if by == member.actor:
        raise Refused("own", _("Your own second factor is changed on your own page. Go to Yourself in the settings."))
    guard_powers(member=member, by=by)
    with transaction.atomic():
        kept = Member.objects.select_for_update().get(pk=member.pk)
        if not kept.second_factor:
            return
        _forget_factor(kept)
        end_tokens(member=kept, by=by, at=at)
        record(by=by, verb="member.second_factor_reset", thing=_thing(kept), at=at)


def _forget_factor(member: Member) -> None:
    member.second_factor, member.second_factor_step, member.recovery_codes = "", 0, []
    member.save(update_fields=("second_factor", "second_factor_step", "recovery_codes"))
    end_sessions(member)


def sign_out_everywhere(*, member: Member, by: str, at: datetime) -> None:
    """End every session of a member, on every device, and every token."""
    with transaction.atomic():
        end_sessions(member)
        end_tokens(member=member, by=by, at=at)
        record(by=by, verb="member.signed_out_everywhere", thing=_thing(member), at=at)
