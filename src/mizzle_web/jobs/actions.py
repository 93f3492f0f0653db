"""Every change of state of background work, and of the turns of what is done again and again.

A worker holds a job by a lease, under its own name and the number of the try; whatever it writes counts only as long
as both still stand in the row. So a job that was given to another worker can no longer be spoilt by the first.
"""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _

from mizzle_web.jobs import kinds
from mizzle_web.jobs.models import Job, JobState, Turn
from mizzle_web.journal.actions import SYSTEM, record
from mizzle_web.page.refused import Refused

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import datetime

    from mizzle_web.jobs.models import JobQuerySet

MOST_TRIES = 3
"""So often is work begun whose worker died or whose database went away."""
KEPT_DAYS = 90
"""So long can a member look up what became of their work."""
GLANCE = 10


class Lost(BaseException):
    """The work is no longer this worker's: another has taken it over. No `Exception`, as `Cancelled`."""


def start(
    *,
    kind: str,
    arguments: Mapping[str, Any],
    by: str,
    at: datetime,
    not_before: datetime | None = None,
    key: str = "",
) -> Job:
    """Begin work of a kind, in the transaction of what asked for it.

    A `key` is that of the form or call: the same one sent twice begins one job, and gives it both times.
    """
    if kinds.find(kind) is None:
        raise LookupError(f"There is no work of kind {kind}. Declare it in a module `work` with @kind.")
    job = Job(
        kind=kind,
        arguments=dict(arguments),
        by=by,
        key=key,
        language=get_language() or settings.LANGUAGE_CODE,
        created_at=at,
        not_before=not_before or at,
    )
    try:
        with transaction.atomic():
            job.save(force_insert=True)
            record(by=by, verb="job.started", thing=f"job:{job.public_id}", at=at, details={"kind": kind})
    except IntegrityError:
        begun = Job.objects.filter(by=by, key=key).first() if key else None
        if begun is None:
            raise
        if (begun.kind, begun.arguments) != (kind, json.loads(json.dumps(dict(arguments)))):
            raise Refused(
                "key_used", _("This form was sent before with other content. Load it again and send it once more.")
            ) from None
        return begun
    return job


def ask_cancel(*, job: Job, by: str, at: datetime) -> Job:
    """Stop work: at once where it waits, at its next stage where it runs, and not at all where it is over."""
    with transaction.atomic():
        job = Job.objects.select_for_update().get(pk=job.pk)
        if job.is_over or job.cancel_asked_at is not None:
            return job
        job.cancel_asked_at = at
        if job.state == JobState.WAITING:
            job.state = JobState.CANCELLED
            job.ended_at = at
        job.save(update_fields=("state", "ended_at", "cancel_asked_at"))
        record(by=by, verb="job.cancel_asked", thing=f"job:{job.public_id}", at=at, details={"kind": job.kind})
    return job


def claim(*, worker: str, lease: timedelta, at: datetime) -> Job | None:
    """Take the oldest job that is free, so that no other worker has it."""
    for job in Job.objects.free(at)[:GLANCE]:
        still_free = Job.objects.free(at).held_as(job)
        if job.cancel_asked_at is not None:
            _end_left(job, still_free, JobState.CANCELLED, at)
        elif job.n_tries >= MOST_TRIES:
            _end_left(job, still_free, JobState.FAILED, at)
        else:
            taken = {
                "state": JobState.RUNNING,
                "worker": worker,
                "n_tries": job.n_tries + 1,
                "started_at": at,
                "leased_until": at + lease,
            }
            with transaction.atomic():
                is_taken = still_free.filter(cancel_asked_at__isnull=True).update(**taken)
            if is_taken:
                for name, value in taken.items():
                    setattr(job, name, value)
                return job
    return None


def _end_left(job: Job, still_free: JobQuerySet, state: JobState, at: datetime) -> None:
    """End what a worker left behind when it died, in words of the language of its reader."""
    error = ""
    if state == JobState.FAILED:
        with override(job.language or settings.LANGUAGE_CODE):
            error = _(
                "This was started %(n)d times and interrupted each time. Tell your operator, then start it again."
            )
            error %= {"n": job.n_tries}
    try:
        _end(job=job, rows=still_free, state=state, at=at, error=error)
    except Lost:  # another worker was faster
        return


def hold(*, job: Job, lease: timedelta, share: float, stage: str, at: datetime) -> bool:
    """Save progress and hold the job for longer; give whether it was asked to stop."""
    mine = Job.objects.held_as(job).filter(state=JobState.RUNNING)
    with transaction.atomic():
        if not mine.update(leased_until=at + lease, share_done=share, stage=stage):
            raise Lost
    return mine.filter(cancel_asked_at__isnull=False).exists()


def finish(*, job: Job, result: Mapping[str, Any], at: datetime) -> None:
    """Keep the result of work that is done."""
    rows = Job.objects.held_as(job).filter(state=JobState.RUNNING)
    _end(job=job, rows=rows, state=JobState.DONE, at=at, result=dict(result), share_done=1.0)


def fail(*, job: Job, error: str, at: datetime) -> None:
    """Say in plain words why work was not done."""
    rows = Job.objects.held_as(job).filter(state=JobState.RUNNING)
    _end(job=job, rows=rows, state=JobState.FAILED, at=at, error=_cut(error))


def cancel(*, job: Job, at: datetime) -> None:
    """End work that was asked to stop and did."""
    rows = Job.objects.held_as(job).filter(state=JobState.RUNNING)
    _end(job=job, rows=rows, state=JobState.CANCELLED, at=at)


def _end(*, job: Job, rows: JobQuerySet, state: JobState, at: datetime, **more: Any) -> None:
    details = {"kind": job.kind, "n_tries": job.n_tries}
    with transaction.atomic():
        if not rows.update(state=state, ended_at=at, leased_until=None, **more):
            raise Lost
        record(by=SYSTEM, verb=f"job.{state}", thing=f"job:{job.public_id}", at=at, details=details)


def _cut(sentence: str) -> str:
    longest = Job._meta.get_field("error").max_length or 0  # noqa: SLF001 - Django's way to its fields
    return sentence if len(sentence) <= longest else f"{sentence[: longest - 1]}…"


def give_back(*, job: Job, not_before: datetime, is_a_try: bool) -> None:
    """Let a job wait again: its worker closes, or cannot go on for now; the former is not counted as a try."""
    rows = Job.objects.held_as(job).filter(state=JobState.RUNNING)
    with transaction.atomic():
        if not rows.update(
            state=JobState.WAITING,
            worker="",
            leased_until=None,
            not_before=not_before,
            share_done=0.0,
            stage="",
            n_tries=F("n_tries") if is_a_try else F("n_tries") - 1,
        ):
            raise Lost


def forget(*, at: datetime) -> int:
    """Forget work that was over long ago; give how much."""
    with transaction.atomic():
        n, _by_table = Job.objects.ended_before(at - timedelta(days=KEPT_DAYS)).delete()
    return n


def take_turn(*, path: str, seconds: float, worker: str, lease: timedelta, at: datetime) -> bool:
    """Take the turn of something that is due; give whether it is this worker's. What was missed is done once."""
    turn = Turn.objects.filter(path=path).first()
    if turn is None:
        Turn.objects.bulk_create([Turn(path=path, next_at=at)], ignore_conflicts=True)
        turn = Turn.objects.get(path=path)
    following = at + timedelta(seconds=seconds)
    if at < turn.next_at <= following:  # beyond the following instant lies only what a clock that was set back left
        return False
    with transaction.atomic():
        return bool(
            Turn.objects.free(at)
            .filter(path=path, next_at=turn.next_at)
            .update(next_at=following, began_at=at, worker=worker, leased_until=at + lease)
        )


def hold_turn(*, path: str, worker: str, lease: timedelta, at: datetime) -> None:
    """Keep a turn for longer than a lease."""
    with transaction.atomic():
        Turn.objects.filter(path=path, worker=worker, leased_until__isnull=False).update(leased_until=at + lease)


def end_turn(*, path: str, worker: str, has_failed: bool, at: datetime) -> None:
    """Leave a turn to whoever comes next."""
    n_failed = F("n_failed") + 1 if has_failed else 0
    with transaction.atomic():
        Turn.objects.filter(path=path, worker=worker).update(leased_until=None, ended_at=at, n_failed=n_failed)


def forget_turns(*, but: Collection[str], at: datetime) -> int:
    """Forget the turns of what no room declares any more, which nobody will take again; give how many."""
    with transaction.atomic():
        return Turn.objects.free(at).exclude(path__in=but).delete()[0]
