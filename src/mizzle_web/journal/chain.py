"""The chain itself: the hash of an entry, and how entries are put at its end."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC
from typing import TYPE_CHECKING

from django.db import connection, models

from mizzle_web.journal.models import Entry, Head
from mizzle_web.page.prepared import Addition, Blank, Change, Search

if TYPE_CHECKING:
    from collections.abc import Sequence

as_text = json.JSONEncoder(ensure_ascii=True, sort_keys=True, separators=(",", ":")).encode
"""Writes JSON in the one way in which it is hashed."""
_HEAD = Search(Head, lambda: Head.objects.select_for_update().filter(pk=1))
_MOVE_HEAD = Change(
    lambda: Head.objects.filter(pk=1),
    number=Blank("number", models.PositiveBigIntegerField()),
    digest=Blank("digest", models.CharField()),
)
_ENTER = Addition(Entry)
_AT_ONCE = """
WITH held AS (SELECT number, digest, n_hooks FROM journal_head WHERE id = 1 FOR UPDATE),
told AS (
    INSERT INTO journal_entry (number, at, by, verb, thing, details, before, digest)
    SELECT number + 1, %s, %s, %s, %s, %s, digest,
        encode(sha256(convert_to('[' || (number + 1) || %s || digest || '"]', 'UTF8')), 'hex')
    FROM held RETURNING number, before, digest
),
moved AS (UPDATE journal_head SET number = told.number, digest = told.digest FROM told WHERE id = 1)
SELECT told.number, told.before, told.digest, held.n_hooks FROM told, held
"""
"""Everything that the head is locked for, in one journey to the database. Whoever writes waits for that lock, and
it is held until the commit is on the disk: each further journey in between would be waited for by all."""


def digest(entry: Entry) -> str:
    """Compute the hash of an entry from its content and the hash before it."""
    return hashlib.sha256(_hashed_text(entry).encode()).hexdigest()


def _hashed_text(entry: Entry) -> str:
    content = [
        entry.number,
        entry.at.astimezone(UTC).isoformat(timespec="microseconds"),
        entry.by,
        entry.verb,
        entry.thing,
        entry.details,
        entry.before,
    ]
    return as_text(content)


def append(entries: Sequence[Entry]) -> int:
    """Put entries at the end of the chain, in the transaction that is open; give how many hooks listen.

    Their numbers and hashes are given here, while nobody else can put one there.
    """
    if len(entries) == 1 and connection.vendor == "postgresql":
        n_hooks = _append_at_once(entries[0])
        if n_hooks is not None:
            return n_hooks
    head = _HEAD.first() or _first_head()
    number, before = head.number, head.digest
    for entry in entries:
        number += 1
        entry.number, entry.before = number, before
        before = entry.digest = digest(entry)
    if len(entries) == 1:
        _ENTER(entries[0])
    else:
        _ENTER.many(entries)
    _MOVE_HEAD(number=number, digest=before)
    return head.n_hooks


def _first_head() -> Head:
    Head.objects.get_or_create(pk=1)  # two may come at once
    return Head.objects.select_for_update().get(pk=1)


def _append_at_once(entry: Entry) -> int | None:
    """Let PostgreSQL compute number and hash where it holds the head; None where there is no head yet."""
    entry.number, entry.before = 0, ""
    middle = _hashed_text(entry).removeprefix("[0").removesuffix('"]')
    fields = {field.attname: field for field in Entry._meta.concrete_fields}  # noqa: SLF001 - Django's public way to it
    told = ("at", "by", "verb", "thing", "details")
    values = [fields[name].get_db_prep_save(getattr(entry, name), connection) for name in told]
    with connection.cursor() as cursor:
        cursor.execute(_AT_ONCE, [*values, middle])
        row = cursor.fetchone()
    if row is None:
        return None
    entry.number, entry.before, entry.digest, n_hooks = row
    entry._state.adding, entry._state.db = False, connection.alias  # noqa: SLF001 - what `save` notes there, too
    return int(n_hooks)
