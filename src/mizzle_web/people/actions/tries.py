"""Count tries before anything is looked at, so that a burst of them gains nothing, and say how long to wait after many.

What is counted stands under hashes that only this server can compute. A name that was typed is closed for the network
from which it was typed wrongly; a network is never closed, since others sit there as well: after many failures it only
leaves each name a single try before the wait. Where guesses come from many networks, the name is closed in all of them
but those from which its member came in lately.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Q
from django.utils.translation import ngettext

from mizzle_web.page.refused import Refused
from mizzle_web.people.models import Throttle

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

FIRST_WAIT = timedelta(seconds=30)
MOST_DOUBLINGS = 10
KNOWN_FOR = timedelta(days=30)
"""So long after somebody came in from a network do tries in others not close their name there."""


def too_many(minutes: int) -> str:
    """Say how long to wait."""
    sentence = ngettext(
        "Too many tries. Wait %(n)d minute, then try again.",
        "Too many tries. Wait %(n)d minutes, then try again.",
        minutes,
    )
    return sentence % {"n": minutes}


def too_many_pins(minutes: int) -> str:
    """Say how long to wait, and who can help at once: a new PIN has a count of its own."""
    sentence = ngettext(
        "Too many wrong PINs were typed for this code. Wait %(n)d minute, or ask whoever looks after people for a "
        "new PIN, which works at once.",
        "Too many wrong PINs were typed for this code. Wait %(n)d minutes, or ask whoever looks after people for a "
        "new PIN, which works at once.",
        minutes,
    )
    return sentence % {"n": minutes}


@dataclass(frozen=True, slots=True)
class Limit:
    """So many tries cost nothing; each further one doubles the wait."""

    key: str
    free: int
    longest: timedelta = timedelta(minutes=15)
    kept: timedelta = timedelta(hours=1)
    """After so long without a further try the count begins anew."""
    say: Callable[[int], str] = too_many


@dataclass(frozen=True, slots=True)
class Limits:
    """What stands in front of one secret."""

    own: Limit
    """Of one name, typed in one network."""
    network: Limit | None = None
    """Of all names typed in one network; beyond it each of them has one free try."""
    everywhere: Limit | None = None
    """Of one name, in whatever network."""

    def each(self) -> list[Limit]:
        """Give those that there are."""
        return [one for one in (self.own, self.network, self.everywhere) if one is not None]


@dataclass(frozen=True, slots=True)
class Try:
    """A try that was counted as if it had failed: the name in its network first."""

    counted: tuple[Limit, ...]

    @property
    def keys(self) -> list[str]:
        """Under what it was counted."""
        return [one.key for one in self.counted]


def count(*, limits: Limits, at: datetime) -> Try:
    """Count a try before it is made.

    Raises
    ------
    Refused
        ``wait`` where it may not be made now; then it is not counted.
    """
    with transaction.atomic():
        rows = _held(limits, at)
        own, network = rows[limits.own.key], limits.network
        is_hot = network is not None and _n_failed(rows[network.key], at) >= network.free
        closing = [limits.own]
        if limits.everywhere is not None and (is_hot or not _is_known(own, at)):
            closing.append(limits.everywhere)
        _wait([(rows[limit.key], limit) for limit in closing], at)
        for limit in closing:
            _raise(rows[limit.key], limit, at, free=1 if is_hot and limit is limits.own else limit.free)
        if network is not None:
            _note(rows[network.key], network, at)
    return Try((*closing, network) if network is not None else tuple(closing))


def _held(limits: Limits, at: datetime) -> dict[str, Throttle]:
    """Give the rows of these limits, made where they are missing; nobody else counts on them meanwhile."""
    keys = sorted(one.key for one in limits.each())
    while True:  # a row may be swept away between the two steps, and is made once more then
        new = [Throttle(key=key, open_at=at, forget_at=at) for key in keys]
        Throttle.objects.bulk_create(new, ignore_conflicts=True)
        rows = {row.key: row for row in Throttle.objects.select_for_update().filter(key__in=keys).order_by("key")}
        if len(rows) == len(keys):
            return rows


def _n_failed(row: Throttle, at: datetime) -> int:
    return row.n_failed if row.forget_at > at else 0


def _is_known(row: Throttle, at: datetime) -> bool:
    return row.came_in_on is not None and row.came_in_on > (at - KNOWN_FOR).date()


def _wait(closing: list[tuple[Throttle, Limit]], at: datetime) -> None:
    row, limit = max(closing, key=lambda one: one[0].open_at)
    if row.open_at > at:
        raise Refused("wait", limit.say(-int(-(row.open_at - at).total_seconds() // 60)))


def _raise(row: Throttle, limit: Limit, at: datetime, *, free: int) -> None:
    row.n_failed = _n_failed(row, at) + 1
    if row.n_failed >= free:
        row.open_at = at + min(limit.longest, FIRST_WAIT * 2 ** min(row.n_failed - free, MOST_DOUBLINGS))
    row.forget_at = max(row.open_at, at) + limit.kept
    row.save(update_fields=("n_failed", "open_at", "forget_at"))


def _note(row: Throttle, limit: Limit, at: datetime) -> None:
    """Count for the network in stretches, so that a busy one begins anew as well."""
    if row.forget_at <= at:
        row.n_failed, row.forget_at = 0, at + limit.kept
    row.n_failed += 1
    row.save(update_fields=("n_failed", "forget_at"))


def succeed(*, made: Try, at: datetime) -> None:
    """Take back what was counted for a try that was right: the name begins anew here, and this place is known."""
    own = made.counted[0].key
    with transaction.atomic():
        for row in Throttle.objects.select_for_update().filter(key__in=made.keys).order_by("key"):
            row.n_failed, row.open_at = max(0, row.n_failed - 1), at
            if row.key == own:
                row.n_failed, row.came_in_on = 0, at.date()
            row.save(update_fields=("n_failed", "open_at", "came_in_on"))


def closed_until(*, key: str, at: datetime) -> datetime | None:
    """Tell until when what stands under a key is closed; None where it is open."""
    row = Throttle.objects.filter(key=key, open_at__gt=at).first()
    return row.open_at if row else None


def forget_failures(*, at: datetime) -> int:
    """Remove what need not be known any more; gives how many rows those were."""
    is_strange = Q(came_in_on__isnull=True) | Q(came_in_on__lte=(at - KNOWN_FOR).date())
    return Throttle.objects.filter(is_strange, forget_at__lt=at, open_at__lte=at).delete()[0]
