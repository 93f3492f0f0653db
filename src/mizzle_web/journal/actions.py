"""Write to the journal, and hand over what is to be sent."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from django.db import transaction

from mizzle_web.journal.models import Entry, Head, Parcel

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

SYSTEM = "system"
"""Who acts where no person does: schedules, and commands in the shell."""


def record(*, by: str, verb: str, thing: str, at: datetime, details: Mapping[str, Any] | None = None) -> Entry:
    """Add an entry to the chain, in the transaction of what it tells.

    Parameters
    ----------
    by
        Public id of the member who did it, or `SYSTEM`. Never a name.
    verb
        What was done, as ``member.invited``.
    thing
        What it was done to, as ``member:`` and its public id.
    details
        Numbers, codes and ids that say more; no text that people wrote, no address, no name.
    """
    with transaction.atomic():
        head = Head.objects.select_for_update().get_or_create(pk=1)[0]
        entry = Entry(
            number=head.number + 1,
            at=at,
            by=by,
            verb=verb,
            thing=thing,
            details=dict(details or {}),
            before=head.digest,
        )
        entry.digest = digest(entry)
        entry.save(force_insert=True)
        Head.objects.filter(pk=1).update(number=entry.number, digest=entry.digest)
    return entry


def digest(entry: Entry) -> str:
    """Compute the hash of an entry from its content and the hash before it."""
    content = [
        entry.number,
        entry.at.isoformat(timespec="microseconds"),
        entry.by,
        entry.verb,
        entry.thing,
        entry.details,
        entry.before,
    ]
    text = json.dumps(content, ensure_ascii=True, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def send(*, kind: str, target: str, content: Mapping[str, Any], at: datetime) -> Parcel:
    """Put a mail or a webhook call into the outbox, in the transaction of what it tells."""
    return Parcel.objects.create(kind=kind, target=target, content=dict(content), created_at=at, next_at=at)
