"""Walk the chain of the journal and say where it first breaks; in constant memory, however long the chain is."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from mizzle_web.journal.chain import digest
from mizzle_web.journal.models import NOBODY, Entry, Head
from mizzle_web.page.refused import Refused

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

BATCH = 1000
SHORT = 20_000
"""Up to so many entries the check is a matter of a second or two, and a page may do it at once."""
_ANCHOR = re.compile(r"(?:(\d{1,18}):)?([0-9a-f]{64})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Anchor:
    """A head of the chain that somebody has kept elsewhere; the number may be unknown."""

    number: int | None
    digest: str


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check has found: where the chain ends, and, where it breaks, at which entry and how."""

    number: int
    """The last entry that fits."""
    digest: str
    broken_at: int | None = None
    reason: str = ""

    @property
    def is_intact(self) -> bool:
        """Whether nothing was changed, removed, reordered or cut."""
        return self.broken_at is None

    @property
    def head(self) -> str:
        """The head to keep elsewhere."""
        return f"{self.number}:{self.digest}"


def anchor(text: str) -> Anchor | None:
    """Read a head as a person keeps it: its hash, with or without its number before it; None where there is none."""
    if not text.strip():
        return None
    found = _ANCHOR.fullmatch(text.strip().lower())
    if found is None:
        raise Refused(
            "bad_head",
            _("A head has 64 characters, 0 to 9 and a to f, perhaps with a number and a colon before them."),
            field="head",
        )
    return Anchor(int(found[1]) if found[1] else None, found[2])


def check(*, kept: Anchor | None = None) -> Finding:
    """Check the journal of this house, against its own head and against one that was kept elsewhere."""
    before = Head.objects.filter(pk=1).first() or Head()
    finding = examine(entries(), head=Anchor(before.number, before.digest), kept=kept)
    after = Head.objects.filter(pk=1).first() or Head()
    if finding.is_intact and finding.number > after.number:  # an entry and its head are written together
        return _broken(
            finding.number,
            finding.digest,
            after.number + 1,
            _("Entry %(n)d was put behind the end of the chain by something other than mizzle."),
        )
    return finding


def entries(batch: int = BATCH) -> Iterator[Entry]:
    """Give every entry in the order of their numbers, a batch at a time."""
    last = -1
    while True:
        found = list(Entry.objects.filter(number__gt=last).order_by("number")[:batch])
        yield from found
        if len(found) < batch:
            return
        last = found[-1].number


def examine(  # noqa: PLR0911 - one way out for each way to break
    chain: Iterable[Entry], *, head: Anchor, kept: Anchor | None = None
) -> Finding:
    """Follow a chain from its first entry, and say where it first breaks.

    Parameters
    ----------
    chain
        The entries, in order.
    head
        What the database says of its last entry; further entries may follow that were written in the meantime.
    kept
        A head that was kept elsewhere. It shows what a change of entries, hashes and head together would hide.
    """
    number, last = 0, NOBODY
    is_kept_seen = kept is None or kept.digest == NOBODY
    for entry in chain:
        due = number + 1
        if entry.number != due:
            gone = _("Entry %(n)d is missing: it was removed or has another number now.")
            return _broken(number, last, due, gone)
        if entry.before != last:
            reason = _("Entry %(n)d does not follow the one before it: either was changed, or the order was.")
            return _broken(number, last, due, reason)
        if digest(entry) != entry.digest:
            return _broken(number, last, due, _("Entry %(n)d was changed after it was written."))
        if entry.number == head.number and entry.digest != head.digest:
            return _broken(number, last, due, _("Entry %(n)d is not the one that the head of the journal names."))
        if kept is not None and entry.number == kept.number and entry.digest != kept.digest:
            return _broken(
                number, last, due, _("Entry %(n)d is not the one that was kept: the chain was written anew.")
            )
        is_kept_seen = is_kept_seen or (
            kept is not None and entry.digest == kept.digest and kept.number in (None, entry.number)
        )
        number, last = entry.number, entry.digest
    if head.number is not None and number < head.number:
        reason = _("Entry %(n)d is missing: the end of the chain was cut off there.")
        return _broken(number, last, number + 1, reason)
    if not is_kept_seen:
        reason = _(
            "The head that was kept is nowhere in the chain: from entry %(n)d on at the latest it was cut or rewritten."
        )
        return _broken(number, last, number + 1, reason)
    return Finding(number, last)


def _broken(number: int, last: str, at: int, reason: str) -> Finding:
    return Finding(number, last, broken_at=at, reason=reason % {"n": at})
