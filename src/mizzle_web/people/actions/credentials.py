"""Passwords, PINs, second factors, invitations: what somebody signs in with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import get_default_password_validators, validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from mizzle_web.journal.actions import record
from mizzle_web.page.refused import Refused
from mizzle_web.people.models import Member, Organisation

if TYPE_CHECKING:
    from datetime import datetime


def set_password(*, member: Member, password: str, by: str, at: datetime) -> None:
    """Set a password; every other session of the member ends."""
    shortest = Organisation.objects.values_list("shortest_password", flat=True).first() or 12
    try:
        if len(password) < shortest:
            raise ValidationError(
                _("Take at least %(n)d characters. Four words are easy to remember.") % {"n": shortest}
            )
        validate_password(password, member, get_default_password_validators())
    except ValidationError as problem:
        raise Refused("weak_password", " ".join(problem.messages), field="password") from problem
    with transaction.atomic():
        member.password = make_password(password)
        member.save(update_fields=("password",))
        record(by=by, verb="member.password_set", thing=f"member:{member.public_id}", at=at)
