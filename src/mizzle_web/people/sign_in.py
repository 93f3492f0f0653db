"""Who is it? Passwords, PINs and one-time codes, and the throttle in front of them.

Failures are counted per name that was typed *and* network it came from, so that nobody locks out somebody else by
typing their name; and, with a higher limit, per network alone.
"""

from __future__ import annotations

import ipaddress
from datetime import timedelta
from typing import TYPE_CHECKING

from django.contrib.auth import login
from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from mizzle_web.journal.actions import record
from mizzle_web.page.refused import Refused
from mizzle_web.people import secrets
from mizzle_web.people.door import SIGNED_IN_AT, TABLET
from mizzle_web.people.models import Member, Throttle

if TYPE_CHECKING:
    from datetime import datetime

    from mizzle_web.page.visit import Visit

FREE_TRIES = 5
"""So many failures cost nothing; each further one doubles the wait."""
FREE_TRIES_OF_A_NETWORK = 50
LONGEST_WAIT = timedelta(minutes=15)
FORGOTTEN_AFTER = timedelta(hours=1)
_NOBODY = make_password("nobody has this password")


def network(address: str) -> str:
    """Give the network of an address: what one person can change at will is left off."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"
    return str(ipaddress.ip_network((found, 24 if found.version == 4 else 48), strict=False))  # noqa: PLR2004 - IPv4


def find(name: str) -> Member | None:
    """Find a member by e-mail address or personal code; None where there is none, or where they have left."""
    name = name.strip()
    return Member.objects.present().filter(Q(email__iexact=name) | Q(code__iexact=name)).first() if name else None


def check(*, name: str, secret: str, kind: str, address: str, at: datetime) -> Member:
    """Tell who signs in, by the ``password`` or the ``pin`` (as `kind` says).

    Takes as long for a name that nobody has as for one that somebody has.

    Raises
    ------
    Refused
        ``wrong`` for any pair that does not belong together, ``wait`` after too many of them.
    """
    keys = {
        secrets.keyed(f"{kind}:{name.strip().lower()}:{network(address)}"): FREE_TRIES,
        secrets.keyed(f"{kind}:{network(address)}"): FREE_TRIES_OF_A_NETWORK,
    }
    _wait(keys, at)
    member = find(name)
    kept = getattr(member, kind) if member else ""
    if not check_password(secret, kept or _NOBODY) or not kept or member is None:
        _failed(keys, at)
        raise Refused("wrong", _("That did not match. Check both, and try again."))
    Throttle.objects.filter(key=next(iter(keys))).delete()
    return member


def _wait(keys: dict[str, int], at: datetime) -> None:
    for one in Throttle.objects.filter(key__in=keys, open_at__gt=at):
        minutes = -int(-(one.open_at - at).total_seconds() // 60)
        raise Refused("wait", _("Too many tries. Wait %(n)d minutes, then try again.") % {"n": minutes})


def _failed(keys: dict[str, int], at: datetime) -> None:
    with transaction.atomic():
        for key, free in keys.items():
            one, _made = Throttle.objects.select_for_update().get_or_create(
                key=key, defaults={"failed_at": at, "open_at": at}
            )
            if at - one.failed_at > FORGOTTEN_AFTER:
                one.n_failed = 0
            one.n_failed += 1
            one.failed_at = at
            if one.n_failed >= free:
                one.open_at = at + min(LONGEST_WAIT, timedelta(seconds=30 * 2 ** min(one.n_failed - free, 10)))
            one.save()


def check_second_factor(*, member: Member, code: str, at: datetime) -> None:
    """Accept a one-time code of the member's app, or one of the recovery codes; each of either works once."""
    code = code.replace(" ", "").replace("-", "").lower()
    with transaction.atomic():
        member = Member.objects.select_for_update().get(pk=member.pk)
        digest = secrets.hashed(code)
        if digest in member.recovery_codes:
            member.recovery_codes = [kept for kept in member.recovery_codes if kept != digest]
            member.save(update_fields=("recovery_codes",))
            record(by=member.actor, verb="member.recovery_code_used", thing=f"member:{member.public_id}", at=at)
            return
        step = secrets.step_of(code, secrets.opened(member.second_factor), at)
        if step is None or step <= member.second_factor_step:
            raise Refused(
                "wrong_code", _("This code does not fit, or was used before. Wait for the next one."), field="code"
            )
        member.second_factor_step = step
        member.save(update_fields=("second_factor_step",))


def enter(request: Visit, member: Member, *, at: datetime, is_tablet: bool = False) -> None:
    """Begin a session: a new id, bound to the member's password and generation."""
    login(request, member, backend="mizzle_web.people.door.Backend")
    request.session[SIGNED_IN_AT] = at.timestamp()
    request.session[TABLET] = is_tablet
    how = "tablet" if is_tablet else "password"
    record(by=member.actor, verb="member.signed_in", thing=f"member:{member.public_id}", at=at, details={"how": how})
