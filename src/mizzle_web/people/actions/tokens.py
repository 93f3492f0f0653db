"""Make and end the tokens by which programs come in, and note when each was last used.

A call does not write. Whoever answers calls keeps in memory which tokens were used, and writes it down beside them:
each process for itself, since nobody else can see its memory.
"""

from __future__ import annotations

import json
import logging
import threading
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import DatabaseError, connections, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from mizzle_web.journal.actions import once, record
from mizzle_web.page.api import Scope
from mizzle_web.page.refused import Refused
from mizzle_web.people import arrivals
from mizzle_web.people.models import Member, Token
from mizzle_web.people.secrets import hashed, new_link

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import date, datetime

log = logging.getLogger(__name__)

PREFIX = "mzl_"
"""How every token begins, so that it is known for one where it lies about."""
LONGEST_DAYS = 365
MOST = 20
"""So many tokens a member may have at a time."""
NOTED_EVERY = 15 * 60.0
"""Seconds between two looks at what was used."""
PATIENCE = 5.0

_uses: dict[int, date] = {}
_uses_lock = threading.Lock()


def make_token(
    *, member: Member, name: str, scopes: Sequence[str], days: int, key: str, by: str, at: datetime
) -> tuple[Token, str] | None:
    """Make a token; give it with its text, which nobody can be shown again since only its hash is kept.

    Gives None where the form with this key has made one before.
    """
    if not scopes:
        raise Refused("no_scope", _("Choose at least one thing that the token may do."), field="scopes")
    if not 1 <= days <= LONGEST_DAYS:
        raise Refused("bad_expiry", _("A token lasts from one day to a year. Choose when it ends."), field="days")
    made: list[tuple[Token, str]] = []

    def make() -> dict[str, str]:
        Member.objects.select_for_update().get(pk=member.pk)
        if Token.objects.usable(at).filter(member=member).count() >= MOST:
            raise Refused(
                "too_many", _("You have %(n)d tokens. End one that is not needed, then make this one.") % {"n": MOST}
            )
        text = PREFIX + new_link()
        token = Token.objects.create(
            member=member,
            name=name,
            digest=hashed(text),
            scopes=sorted({str(Scope(scope)) for scope in scopes}),
            created_at=at,
            expires_at=at + timedelta(days=days),
        )
        details = {"member": str(member.public_id), "scopes": token.scopes, "days": days}
        record(by=by, verb="token.made", thing=f"token:{token.public_id}", at=at, details=details)
        made.append((token, text))
        return {"token": str(token.public_id)}

    content = json.dumps([name, sorted(map(str, scopes)), days])
    once(key=f"token:{key}", content=content, do=make, by=by, at=at)
    return made[0] if made else None


def end_token(*, token: Token, by: str, at: datetime) -> None:
    """End a token; what uses it is refused from now on."""
    with transaction.atomic():
        token = Token.objects.select_for_update().get(pk=token.pk)
        if token.ended_at is not None:
            return
        token.ended_at = at
        token.save(update_fields=("ended_at",))
        record(by=by, verb="token.ended", thing=f"token:{token.public_id}", at=at)


def end_tokens(*, member: Member, by: str, at: datetime) -> None:
    """End every token of a member."""
    for token in Token.objects.usable(at).filter(member=member):
        end_token(token=token, by=by, at=at)


def use_token(*, text: str, at: datetime) -> Token | None:
    """Find the token of a text that somebody sends; None where it opens nothing.

    Reading never writes: the day of the use is kept in memory until `note_uses`, which `noting` calls.
    """
    if not text.startswith(PREFIX):
        return None
    token = arrivals.token(hashed(text), at)
    if token is not None and token.used_on != at.date():
        with _uses_lock:
            _uses[token.pk] = at.date()
    return token


def note_uses(*, at: datetime) -> int:
    """Write down on which day each token was last used, as far as this process has seen it; give how many changed."""
    with _uses_lock:
        seen = dict(_uses)
        _uses.clear()
    try:
        with transaction.atomic():
            return sum(
                Token.objects.filter(Q(used_on__isnull=True) | Q(used_on__lt=on), pk=pk).update(used_on=on)
                for pk, on in seen.items()
                if on <= at.date()
            )
    except Exception:
        with _uses_lock:  # the next time must not miss them
            for pk, on in seen.items():
                _uses.setdefault(pk, on)
        raise


@contextmanager
def noting(*, clock: Callable[[], datetime], every: float = NOTED_EVERY) -> Iterator[None]:
    """Write down now and then, in a thread of its own, what this process has seen; and once more at the end."""
    is_over = threading.Event()

    def go() -> None:
        is_last = False
        while not is_last:
            is_last = is_over.wait(every)
            try:
                if _uses:
                    note_uses(at=clock())
            except DatabaseError as problem:
                log.warning("Which tokens were used is written down later, since the database refuses: %s", problem)
            finally:
                connections.close_all()

    thread = threading.Thread(target=go, name="uses of tokens", daemon=True)
    thread.start()
    try:
        yield
    finally:
        is_over.set()
        thread.join(PATIENCE)
