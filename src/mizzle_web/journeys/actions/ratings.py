"""Rate perception points: answers go into blocks of counts, and nothing says who gave which."""

from __future__ import annotations

from datetime import UTC, date
from typing import TYPE_CHECKING, NamedTuple

from django.db import transaction
from django.utils.crypto import salted_hmac
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from mizzle_web.journal.actions import SYSTEM, first_time, record
from mizzle_web.journeys.actions.journeys import thing
from mizzle_web.journeys.models import LEVELS, DrawnStep, RatingBlock, RatingReceipt, Side
from mizzle_web.page.refused import Refused

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from mizzle_web.journeys.models import Journey

BLOCK = 8
"""So many different people fill a block; of fewer no distribution is shown."""
MOST_ASKED = 100_000
SALT = "mizzle.journeys.ratings"


class Counted(NamedTuple):
    """How many of the ratings that came were counted, and how many not, since their member had rated before."""

    new: int
    before: int


def rate(*, journey: Journey, side: str, levels: Mapping[UUID, int], by: str, at: datetime) -> Counted:
    """Count ratings of perception points from one side.

    A member counts once a month for a point and side, and once in a block: otherwise a few who come back would fill
    one, and be seen. Of a rating nothing is written down but the count: no journal entry, no instant, no member.

    Parameters
    ----------
    levels
        By the id of the point, a level from 1 to 6.
    """
    if not levels or set(levels.values()) - set(range(1, LEVELS + 1)) or side not in Side.values:
        raise Refused("no_level", _("Choose a level for at least one point."), field="levels")
    month = at.astimezone(UTC).date().replace(day=1)
    n_new = n_filled = 0
    with transaction.atomic():
        RatingReceipt.objects.filter(month_on__lt=month).delete()
        for step in _held(journey, levels):
            block = _open_block(step, side)
            marks = mark(by, step, side, f"{month:%Y-%m}"), mark(by, step, side, f"block {block.number}")
            if RatingReceipt.objects.filter(pk__in=marks).exists():
                continue
            n_new += 1
            n_filled += _count(block, levels[step.public_id], at)
            RatingReceipt.objects.create(mark=marks[0], month_on=month)
            if block.filled_on is None:
                RatingReceipt.objects.create(mark=marks[1], block=block)
        if n_filled:
            details = {"n_blocks": n_filled, "n_each": BLOCK}
            record(by=SYSTEM, verb="journey.ratings_shown", thing=thing(journey), at=at, details=details)
    return Counted(n_new, len(levels) - n_new)


def _held(journey: Journey, wanted: Collection[UUID]) -> list[DrawnStep]:
    """Find perception points of a journey by their ids, and hold them until the transaction ends."""
    points = DrawnStep.objects.select_for_update().filter(journey=journey, is_point=True)
    found = list(
        points.filter(public_id__in=list(wanted)).order_by("pk")
    )  # in one order, so that nobody waits in a ring
    if len(found) != len(wanted):
        raise Refused("no_such_point", _("Somebody changed the steps in the meantime. Load the page again."))
    return found


def _open_block(step: DrawnStep, side: str) -> RatingBlock:
    """Give the block that is being filled, a new one where all are full; the step is held."""
    blocks = RatingBlock.objects.filter(step=step, side=side, is_asked=False)
    found = blocks.filter(filled_on__isnull=True).first()
    return found or RatingBlock(step=step, side=side, number=blocks.count() + 1, counts=[0] * LEVELS)


def mark(member: str, step: DrawnStep, side: str, when: str) -> str:
    """Give the mark that a member leaves: without the key of the house it cannot be told from any other."""
    text = "\0".join((member, str(step.public_id), side, when))
    return salted_hmac(SALT, text, algorithm="sha256").hexdigest()


def _count(block: RatingBlock, level: int, at: datetime) -> bool:
    """Count a level, and tell whether the block is full now."""
    counts = list(block.counts)
    counts[level - 1] += 1
    block.counts, block.n = counts, block.n + 1
    is_full = block.n >= BLOCK
    if is_full:
        block.filled_on = at.astimezone(UTC).date()  # of no zone, which would tell something of who came last
        block.receipts.all().delete()
    block.save()
    return is_full


def bring_counts(
    *, journey: Journey, point: UUID, counts: Sequence[int], on: date, key: str, by: str, at: datetime
) -> None:
    """Enter what customers said who were asked elsewhere, all at once; sent twice it is entered once."""
    told = list(counts)
    if len(told) != LEVELS or min(told) < 0 or sum(told) < BLOCK:
        raise Refused(
            "too_few",
            _("Ask at least %(n)d customers. Of fewer, nothing can be shown without showing who said what.")
            % {"n": BLOCK},
            field="level_1",
        )
    if sum(told) > MOST_ASKED:
        raise Refused("too_many", _("That is too many customers for one question."), field="level_1")
    if on > localdate(at):
        raise Refused("not_yet", _("Give a day that has come."), field="on")
    with transaction.atomic():
        content = {"point": str(point), "counts": told, "on": on.isoformat()}
        if not first_time(key=f"asked:{key}", content=content, by=by, at=at):
            return
        (step,) = _held(journey, [point])
        last = RatingBlock.objects.filter(step=step, side=Side.SERVED, is_asked=True).order_by("number").last()
        RatingBlock.objects.create(
            step=step,
            side=Side.SERVED,
            is_asked=True,
            number=last.number + 1 if last else 1,
            counts=told,
            n=sum(told),
            filled_on=on,
        )
        details = {"point": str(point), "n_answers": sum(told)}
        record(by=by, verb="journey.customers_asked", thing=thing(journey), at=at, details=details)


def take_back_counts(*, journey: Journey, point: UUID, number: int, by: str, at: datetime) -> None:
    """Take back what was entered of customers who were asked, as a whole; taken back twice it is gone once."""
    with transaction.atomic():
        (step,) = _held(journey, [point])
        found = RatingBlock.objects.select_for_update().filter(
            step=step, side=Side.SERVED, is_asked=True, number=number
        )
        block = found.first()
        if block is None:
            return
        details = {"point": str(point), "n_answers": block.n}
        block.delete()
        record(by=by, verb="journey.customers_taken_back", thing=thing(journey), at=at, details=details)
