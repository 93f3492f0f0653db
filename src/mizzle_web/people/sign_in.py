"""Who is it? Passwords, PINs and one-time codes, and the throttle in front of them.

Tries are counted per name that was typed *and* network it came from, so that nobody locks out somebody else by typing
their name elsewhere. Many failures in one network leave each name there a single free try, and close it for nobody.
PINs, which are short, and codes of a second factor are counted per member too; see `actions.tries`.
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

from mizzle_web.journal.actions import record
from mizzle_web.page.refused import Refused
from mizzle_web.people import secrets
from mizzle_web.people.actions import tries
from mizzle_web.people.actions.invitations import send_reset_link
from mizzle_web.people.actions.tries import Limit, Limits
from mizzle_web.people.door import SIGNED_IN_AT, TABLET
from mizzle_web.people.models import Member

if TYPE_CHECKING:
    from datetime import datetime

    from mizzle_web.page.visit import Visit

FREE_TRIES = 5
"""So many tries cost nothing; each further one doubles the wait."""
FREE_TRIES_OF_A_NETWORK = 50
FREE_CODES_OF_A_MEMBER = 20
FREE_LINKS = 3
FREE_LINKS_OF_A_NETWORK = 20
FREE_PINS_OF_A_MEMBER = 10
LONGEST_WAIT_OF_A_PIN = timedelta(hours=1)
PINS_KEPT_FOR = timedelta(days=1)
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
    kept = getattr(member, kind) if member else ""
    made = tries.count(limits=_limits(kind, member, name, kept, address), at=at)
    if not check_password(secret, kept or _NOBODY) or not kept or member is None:
        raise Refused("wrong", _("That did not match. Check both, and try again."))
    tries.succeed(made=made, at=at)
    return member


def _limits(kind: str, member: Member | None, name: str, kept: str, address: str) -> Limits:
    """Give what stands in front of a password or PIN; a new one begins with a count of its own."""
    who = f"member:{member.pk}" if member else f"name:{_folded(name)}"  # the address and the code count as one
    place = network(address)
    return Limits(
        own=Limit(secrets.keyed(f"{kind}:{who}:{kept}:{place}"), FREE_TRIES),
        network=Limit(secrets.keyed(f"{kind}:{place}"), FREE_TRIES_OF_A_NETWORK),
        everywhere=_everywhere(who, kept) if kind == "pin" else None,
    )


def _everywhere(who: str, kept: str) -> Limit:
    """Give what stands in front of one PIN in all networks together: six digits are few."""
    key = secrets.keyed(f"pin:{who}:{kept}")
    return Limit(key, FREE_PINS_OF_A_MEMBER, LONGEST_WAIT_OF_A_PIN, PINS_KEPT_FOR, tries.too_many_pins)


def pin_closed_until(*, member: Member, at: datetime) -> datetime | None:
    """Tell until when a PIN is closed after wrong ones in several networks; None where it is open."""
    return tries.closed_until(key=_everywhere(f"member:{member.pk}", member.pin).key, at=at) if member.pin else None


def check_again(*, member: Member, password: str, address: str, at: datetime) -> None:
    """Ask somebody who is in for the password once more, before something that a borrowed device must not do."""
    key = secrets.keyed(f"again:{member.pk}:{network(address)}")
    made = tries.count(limits=Limits(own=Limit(key, FREE_TRIES)), at=at)
    if not check_password(password, member.password):
        raise Refused("wrong", _("This is not your present password. Try again."), field="present")
    tries.succeed(made=made, at=at)


def check_second_factor(*, member: Member, code: str, address: str, at: datetime) -> None:
    """Accept a one-time code of the member's app, or one of the recovery codes; each of either works once."""
    who = f"{member.pk}:{member.get_session_auth_hash()}"  # a new password or factor has a count of its own
    limits = Limits(
        own=Limit(secrets.keyed(f"code:{who}:{network(address)}"), FREE_TRIES),
        everywhere=Limit(secrets.keyed(f"code:{who}"), FREE_CODES_OF_A_MEMBER),
    )
    made = tries.count(limits=limits, at=at)
    if not _uses_up(member, secrets.plain(code), at):
        raise Refused(
            "wrong_code", _("This code does not fit, or was used before. Wait for the next one."), field="code"
        )
    tries.succeed(made=made, at=at)


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
    place = network(address)
    limits = Limits(
        own=Limit(secrets.keyed(f"link:{_folded(email)}:{place}"), FREE_LINKS),
        network=Limit(secrets.keyed(f"link:{place}"), FREE_LINKS_OF_A_NETWORK),
    )
    tries.count(limits=limits, at=at)
    send_reset_link(email=email, at=at)
