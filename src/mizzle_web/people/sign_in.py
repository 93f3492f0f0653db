"""Who is it? Passwords, PINs and one-time codes, and the throttle in front of them.

Failures are counted per name that was typed *and* network it came from, so that nobody locks out somebody else by
typing their name; and, with a higher limit, per network alone. Only the code of a second factor is counted per member
too, with a higher limit: whoever gets that far has typed the right password.
"""

from __future__ import annotations

import ipaddress
import unicodedata
from datetime import timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.auth import login, update_session_auth_hash
from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction
from django.db.models import Case, Q, When
from django.urls import reverse
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from mizzle_web.journal.actions import record
from mizzle_web.page.refused import Refused
from mizzle_web.people import secrets
from mizzle_web.people.actions.invitations import send_reset_link
from mizzle_web.people.door import SIGNED_IN_AT, TABLET
from mizzle_web.people.models import Member, Throttle

if TYPE_CHECKING:
    from datetime import datetime

    from mizzle_web.page.visit import Visit

FREE_TRIES = 5
"""So many failures cost nothing; each further one doubles the wait."""
FREE_TRIES_OF_A_NETWORK = 50
FREE_CODES_OF_A_MEMBER = 20
FREE_LINKS = 3
FREE_LINKS_OF_A_NETWORK = 20
LONGEST_WAIT = timedelta(minutes=15)
FORGOTTEN_AFTER = timedelta(hours=1)
HALF_WAY = "half_way"
HALF_WAY_LASTS = timedelta(minutes=10)
_NOBODY = make_password("nobody has this password")
"""A hash that fits nothing: a name that nobody has takes as long as one that somebody has, from the first try on."""


def address_of(request: Visit) -> str:
    """Tell from which address a request comes; behind a proxy of ours, the one that the proxy has seen."""
    seen = str(request.META.get("REMOTE_ADDR", ""))
    if settings.ENVIRONMENT.behind_proxy:
        forwarded = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip()
        return forwarded or seen
    return seen


def network(address: str) -> str:
    """Give the network of an address: what one person can change at will is left off."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"
    if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped:
        found = found.ipv4_mapped
    return str(ipaddress.ip_network((found, 24 if found.version == 4 else 48), strict=False))  # noqa: PLR2004 - IPv4


def find(name: str) -> Member | None:
    """Find a member by e-mail address or else by personal code; None where there is none, or where they have left.

    Nobody comes between somebody and their address by a code that reads like it.
    """
    name = name.strip()
    found = Member.objects.present().filter(Q(email__iexact=name) | Q(code__iexact=name))
    return found.order_by(Case(When(email__iexact=name, then=0), default=1), "pk").first() if name else None


def _folded(name: str) -> str:
    """Write all ways to type a name as one, so that the throttle counts them together."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold()).strip()


def check(*, name: str, secret: str, kind: str, address: str, at: datetime) -> Member:
    """Tell who signs in, by the ``password`` or the ``pin`` (as `kind` says).

    Takes as long for a name that nobody has as for one that somebody has.

    Raises
    ------
    Refused
        ``wrong`` for any pair that does not belong together, ``wait`` after too many of them.
    """
    member = find(name)
    who = f"member:{member.pk}" if member else f"name:{_folded(name)}"  # the address and the code count as one
    own = secrets.keyed(f"{kind}:{who}:{network(address)}")
    keys = {own: FREE_TRIES, secrets.keyed(f"{kind}:{network(address)}"): FREE_TRIES_OF_A_NETWORK}
    _wait(keys, at)
    kept = getattr(member, kind) if member else ""
    if not check_password(secret, kept or _NOBODY) or not kept or member is None:
        _failed(keys, at)
        raise Refused("wrong", _("That did not match. Check both, and try again."))
    Throttle.objects.filter(key=own).delete()
    return member


def check_again(*, member: Member, password: str, address: str, at: datetime) -> None:
    """Ask somebody who is in for the password once more, before something that a borrowed device must not do."""
    keys = {secrets.keyed(f"again:{member.pk}:{network(address)}"): FREE_TRIES}
    _wait(keys, at)
    if not check_password(password, member.password):
        _failed(keys, at)
        raise Refused("wrong", _("This is not your present password. Try again."), field="present")
    Throttle.objects.filter(key__in=keys).delete()


def _wait(keys: dict[str, int], at: datetime) -> None:
    for one in Throttle.objects.filter(key__in=keys, open_at__gt=at):
        minutes = -int(-(one.open_at - at).total_seconds() // 60)
        sentence = ngettext(
            "Too many tries. Wait %(n)d minute, then try again.",
            "Too many tries. Wait %(n)d minutes, then try again.",
            minutes,
        )
        raise Refused("wait", sentence % {"n": minutes})


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


def forget_failures(*, at: datetime) -> int:
    """Remove what the throttle need not know any more; gives how many rows those were."""
    return Throttle.objects.filter(failed_at__lt=at - FORGOTTEN_AFTER, open_at__lt=at).delete()[0]


def check_second_factor(*, member: Member, code: str, address: str, at: datetime) -> None:
    """Accept a one-time code of the member's app, or one of the recovery codes; each of either works once."""
    keys = {
        secrets.keyed(f"code:{member.pk}:{network(address)}"): FREE_TRIES,
        secrets.keyed(f"code:{member.pk}"): FREE_CODES_OF_A_MEMBER,
    }
    _wait(keys, at)
    if not _uses_up(member, secrets.plain(code), at):
        _failed(keys, at)
        raise Refused(
            "wrong_code", _("This code does not fit, or was used before. Wait for the next one."), field="code"
        )
    Throttle.objects.filter(key__in=keys).delete()


def _uses_up(member: Member, code: str, at: datetime) -> bool:
    with transaction.atomic():
        kept = Member.objects.select_for_update().get(pk=member.pk)
        digest = secrets.hashed(code)
        if digest in kept.recovery_codes:
            kept.recovery_codes = [one for one in kept.recovery_codes if one != digest]
            kept.save(update_fields=("recovery_codes",))
            details = {"left": len(kept.recovery_codes)}
            thing = f"member:{kept.public_id}"
            record(by=kept.actor, verb="member.recovery_code_used", thing=thing, at=at, details=details)
            return True
        step = secrets.step_of(code, secrets.opened(kept.second_factor), at) if kept.second_factor else None
        if step is None or step <= kept.second_factor_step:
            return False
        kept.second_factor_step = step
        kept.save(update_fields=("second_factor_step",))
        return True


def arrive(request: Visit, member: Member, *, target: str, how: str) -> str:
    """Let somebody in whose password was right, or half-way where a second factor is asked; gives where to go on."""
    if not member.second_factor:
        enter(request, member, at=request.at, how=how)
        return target
    request.session.flush()
    request.session[HALF_WAY] = {
        "member": member.pk,
        "since": request.at.timestamp(),
        "bound": member.get_session_auth_hash(),  # a new password or a reset in between ends this too
        "target": target,
        "how": how,
    }
    return reverse("people:code")


def half_way(request: Visit) -> Member | None:
    """Tell who has typed the right password lately and still owes the code; None where nobody does."""
    kept = request.session.get(HALF_WAY)
    if not kept or not 0 <= request.at.timestamp() - kept["since"] <= HALF_WAY_LASTS.total_seconds():
        return None
    member = Member.objects.present().filter(pk=kept["member"]).first()
    if member is None or not constant_time_compare(member.get_session_auth_hash(), kept["bound"]):
        return None
    return member


def go_on(request: Visit, member: Member) -> str:
    """Let somebody in who has given the second factor; gives where they were going."""
    kept = request.session.pop(HALF_WAY)
    enter(request, member, at=request.at, how=f"{kept['how']} and code")
    return str(kept["target"])


def enter(request: Visit, member: Member, *, at: datetime, is_tablet: bool = False, how: str = "password") -> None:
    """Begin a session: a new id, bound to the member's password and generation."""
    login(request, member, backend="mizzle_web.people.door.Backend")
    request.session[SIGNED_IN_AT] = at.timestamp()
    request.session[TABLET] = is_tablet
    if is_tablet:
        request.session.set_expiry(0)  # the browser forgets it when it is closed
    details = {"how": "tablet" if is_tablet else how}
    record(by=member.actor, verb="member.signed_in", thing=f"member:{member.public_id}", at=at, details=details)


def keep_session(request: Visit) -> None:
    """Bind this session, under a new id, to what was changed; the member's other sessions have ended by it."""
    request.user.refresh_from_db()
    update_session_auth_hash(request, request.user)


def ask_for_link(*, email: str, address: str, at: datetime) -> None:
    """Send a link for a new password where somebody has this address. Nobody learns here whether that is so."""
    email = email.strip()
    keys = {
        secrets.keyed(f"link:{_folded(email)}:{network(address)}"): FREE_LINKS,
        secrets.keyed(f"link:{network(address)}"): FREE_LINKS_OF_A_NETWORK,
    }
    with transaction.atomic():
        _wait(keys, at)
        _failed(keys, at)
        send_reset_link(email=email, at=at)
