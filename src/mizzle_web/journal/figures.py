"""What pages ask of the journal and of the outbox, in words and in tables."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from mizzle_web.journal.models import Parcel, ParcelState
from mizzle_web.page.sheets import written

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mizzle_web.journal.models import Entry, EntryQuerySet

COLUMNS = ("number", "at", "by", "verb", "thing", "details", "before", "digest")
BATCH = 1000
ID_LENGTH = 36


def lines(entries: EntryQuerySet) -> Iterator[str]:
    """Write entries as lines of CSV, the oldest first, a batch at a time; nothing in them runs as a formula."""
    return written(_rows(entries), inside=False)


def _rows(entries: EntryQuerySet) -> Iterator[Sequence[str]]:
    yield COLUMNS
    last = -1
    while True:
        found = list(entries.filter(number__gt=last).order_by("number")[:BATCH])
        yield from map(_cells, found)
        if len(found) < BATCH:
            return
        last = found[-1].number


def _cells(entry: Entry) -> list[str]:
    details = json.dumps(entry.details, ensure_ascii=False, sort_keys=True)
    at = entry.at.isoformat()
    return [str(entry.number), at, entry.by, entry.verb, entry.thing, details, entry.before, entry.digest]


def short(name: str) -> str:
    """Shorten the long id in the name of a thing or of an actor, as ``member:0a1b2c3d``."""
    kind, colon, ident = name.rpartition(":")
    return f"{kind}{colon}{ident[:8]}" if colon or len(ident) == ID_LENGTH else name


def masked(address: str) -> str:
    """Hide who an address belongs to; where it leads still shows."""
    name, at, host = address.rpartition("@")
    return f"{name[:1]}…{at}{host}"


def counts() -> dict[str, int]:
    """Count what waits, was sent and was given up."""
    return {str(state): Parcel.objects.filter(state=state).count() for state in ParcelState}


def reason(code: str) -> str:
    """Say in words why a delivery failed, and what to do; empty where it did not."""
    if not code:
        return ""
    kind, _colon, number = code.partition(":")
    sentence = {
        "address": _("The address leads into a private network, which mizzle does not call. Use a public one."),
        "port": _("Only ports 80, 443 and 8443 are called. Change the address of the webhook."),
        "unresolved": _("The name of the server could not be found. Check the address of the webhook."),
        "connection": _("The server does not take calls. Check that it runs."),
        "tls": _("The certificate of the server is not valid for its name. Renew it there."),
        "timeout": _("The server took longer than 10 seconds to answer. It must answer first and work later."),
        "answer": _("What answered there does not speak HTTP. Check the address of the webhook."),
        "status": _("The server answered with status %(number)s."),
        "hook_gone": _("The webhook it was for has been removed."),
        "recipient": _("The mail server refuses this address (code %(number)s). Check the address."),
        "mail": _("The mail server refuses this mail (code %(number)s)."),
        "mail_server": _("The mail server does not answer, or refuses the password. Check the mail settings."),
        "unreadable": _("This mail cannot be put together. Tell your operator."),
    }.get(kind, code)
    return sentence % {"number": number} if number else sentence
