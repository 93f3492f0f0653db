"""The worker: takes one job at a time, keeps its lease while it runs, and does beside it what is due.

Three threads, each with its own connection to the database: one works, one lets its heart beat (so that others see
that it lives), one does what is done again and again, so that no mail waits for a long import.
"""

from __future__ import annotations

import logging
import os
import secrets
import socket
import threading
import time
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import DatabaseError, InterfaceError, OperationalError, close_old_connections, connection, connections
from django.utils import translation
from django.utils.translation import gettext as _

from mizzle_web.jobs import actions, kinds, schedule
from mizzle_web.jobs.actions import MOST_TRIES, Lost
from mizzle_web.jobs.kinds import Cancelled
from mizzle_web.page.clock import now
from mizzle_web.page.refused import Refused

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import datetime

    from mizzle_web.jobs.kinds import Work
    from mizzle_web.jobs.models import Job
    from mizzle_web.jobs.schedule import Regular

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=10)
"""So long after its last sign of life is a worker taken for dead."""
BEATS = 3
"""Signs of life in the time of a lease."""
PAUSE = 0.5
"""Seconds between two looks for work."""
LONGEST_PAUSE = 20.0
"""The same, while the database is away."""
SAVED_EVERY = 0.5
"""Seconds between two savings of progress."""
PATIENCE = 5.0
"""Seconds that a worker is given to close."""


class Closing(BaseException):
    """The worker closes and gives its job back. No `Exception`, as `Cancelled`."""


class Telling:
    """What a job says while it runs, and what it is told: to stop, or that it is no longer ours."""

    def __init__(self, job: Job, *, lease: timedelta, clock: Callable[[], datetime], closing: threading.Event) -> None:
        self.job = job
        self.lease = lease
        self.clock = clock
        self.closing = closing
        self.share, self.stage = 0.0, ""
        self.is_cancelled = self.is_lost = False
        self._saved_at = float("-inf")

    def __call__(self, share: float, stage: str) -> None:
        """Tell how far the work is, at most twice a second to the database."""
        self.share, self.stage = max(0.0, min(1.0, share)), str(stage)[:200]
        if time.monotonic() - self._saved_at >= SAVED_EVERY and _may_save():
            self.save()
        if self.is_lost:
            raise Lost
        if self.is_cancelled:
            raise Cancelled
        if self.closing.is_set():
            raise Closing

    def save(self) -> None:
        """Save progress and hold the lease; called by the work and by the heartbeat."""
        self._saved_at = time.monotonic()
        try:
            self.is_cancelled = actions.hold(
                job=self.job, lease=self.lease, share=self.share, stage=self.stage, at=self.clock()
            )
        except Lost:
            self.is_lost = True


def _may_save() -> bool:
    """Whether progress may be saved on the connection of the work.

    Inside its transaction not on PostgreSQL, where the row would stay locked, and the heart could not beat. On SQLite
    nobody else writes in the meantime anyway, and the lease is then committed together with what the work wrote.
    """
    return connection.vendor == "sqlite" or not connection.in_atomic_block


class Worker:
    """One worker. `run` works until another thread calls `stop`."""

    def __init__(self, *, lease: timedelta = LEASE, pause: float = PAUSE, clock: Callable[[], datetime] = now) -> None:
        self.lease = lease
        self.pause = pause
        self.clock = clock
        self.name = f"{socket.gethostname()[:40]}:{os.getpid()}:{secrets.token_hex(4)}"
        self.closing = threading.Event()
        self.round = schedule.Round(worker=self.name, lease=lease, clock=clock)
        self._telling: Telling | None = None
        self._is_swept = False

    def stop(self) -> None:
        """Take nothing more, and give back what runs at its next stage."""
        self.closing.set()

    def run(self) -> None:
        """Work until stopped."""
        regulars = schedule.declared()
        beat = self.lease.total_seconds() / BEATS
        threads = (
            threading.Thread(target=self._again, args=(self._beat, beat, beat), name="heartbeat", daemon=True),
            threading.Thread(target=self._again, args=(lambda: self._due(regulars), 1.0), name="due", daemon=True),
        )
        for thread in threads:
            thread.start()
        try:
            self._again(self.once, self.pause)
        finally:
            self.closing.set()
            for thread in threads:
                thread.join(PATIENCE)

    def _again(self, step: Callable[[], int | bool | None], pause: float, longest: float = LONGEST_PAUSE) -> None:
        """Do a step again and again; at once where it found something, and more seldom while the database is away."""
        wait, is_well = pause, True
        try:
            while not self.closing.is_set():
                has_found: int | bool | None = False
                try:
                    close_old_connections()
                    has_found = step()
                    close_old_connections()
                    wait, is_well = pause, True
                except DatabaseError as problem:
                    if is_well:
                        log.warning("The database does not answer the worker, which goes on trying: %s", problem)
                    wait, is_well = min(2 * wait, longest), False
                except Exception:  # whatever it was, the other work must not wait for ever
                    log.exception("A worker stumbled and goes on")
                    wait, is_well = min(2 * wait, longest), False
                if not has_found:
                    self.closing.wait(wait)
        finally:
            connections.close_all()

    def _due(self, regulars: Sequence[Regular]) -> int:
        """Do what is due; at first also forget what an earlier version did, so that nobody waits for it."""
        if not self._is_swept:
            actions.forget_turns(but={one.path for one in regulars}, at=self.clock())
            self._is_swept = True
        return self.round.go(regulars)

    def _beat(self) -> None:
        """Show that this worker lives."""
        telling = self._telling
        if telling is not None:
            telling.save()
        self.round.hold()

    def once(self) -> bool:
        """Do one job in this thread, if one is free; give whether there was one."""
        job = actions.claim(worker=self.name, lease=self.lease, at=self.clock())
        if job is None:
            return False
        self._telling = tell = Telling(job, lease=self.lease, clock=self.clock, closing=self.closing)
        try:
            with translation.override(job.language or settings.LANGUAGE_CODE):
                self._do(job, tell)
        except Lost:
            log.warning("job %s went to another worker, since this one was not heard of in time", job.public_id)
        finally:
            self._telling = None
        return True

    def _do(self, job: Job, tell: Telling) -> None:
        """Do a job and end it in one of the ways there are."""
        try:
            actions.finish(job=job, result=_work_of(job)(job.arguments, tell), at=self.clock())
        except Cancelled:
            actions.cancel(job=job, at=self.clock())
        except Closing:
            actions.give_back(job=job, not_before=job.not_before, is_a_try=False)
        except Refused as refusal:
            actions.fail(job=job, error=refusal.sentence, at=self.clock())
        except (OperationalError, InterfaceError) as problem:
            log.warning("job %s broke off, since the database did not answer: %s", job.public_id, problem)
            if job.n_tries >= MOST_TRIES:
                self._fail(job)
            else:
                later = self.clock() + timedelta(seconds=5.0**job.n_tries)
                actions.give_back(job=job, not_before=later, is_a_try=True)
        except (Exception, SystemExit):  # a fault of the work must not take the worker with it
            log.exception("job %s of kind %s failed", job.public_id, job.kind)
            self._fail(job)

    def _fail(self, job: Job) -> None:
        sentence = _("mizzle could not finish this. Your operator finds more in the log, under %(id)s.")
        actions.fail(job=job, error=sentence % {"id": job.public_id}, at=self.clock())


def _work_of(job: Job) -> Work:
    found = kinds.find(job.kind)
    if found is None:
        sentence = _("This version of mizzle no longer knows this work. Start it again from its page.")
        raise Refused("unknown_kind", sentence)
    return found.work


@contextmanager
def beside() -> Iterator[Worker]:
    """Let a worker run in a thread of its own, for as long as something else does in this one."""
    worker = Worker()
    thread = threading.Thread(target=worker.run, name="worker", daemon=True)
    thread.start()
    try:
        yield worker
    finally:
        worker.stop()
        thread.join(PATIENCE)  # what does not stop by then ends with the process, and is begun again by the next one
