"""The backup of the day is a job like any other: the duty only asks for it, on both databases."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from mizzle_web.jobs.models import Job, JobState
from mizzle_web.jobs.schedule import Round, declared
from mizzle_web.jobs.worker import Worker
from mizzle_web.journal.actions import SYSTEM
from mizzle_web.operation import backup, work


@pytest.fixture
def made(db, monkeypatch):
    """A house in which a backup takes no time; gives those that were made."""
    found = []

    def make(*, target, by, at, tell):
        tell(0.5, "Packing the database")
        found.append(target.name)
        return backup.Backup(Path(target), at, 1, "0" * 64)

    monkeypatch.setattr(backup, "make_backup", make)
    monkeypatch.setattr(backup, "last_made_at", lambda: None)
    return found


def test_the_duty_asks_and_the_worker_makes(made, at):
    (duty,) = [one for one in declared() if one.function is work.daily_backup]
    due = Round(worker="w", lease=timedelta(seconds=10), clock=lambda: at)
    assert (due.go([duty]), made, Job.objects.get().state) == (1, [], JobState.WAITING)
    assert Worker().once()
    job = Job.objects.get()
    assert (made, job.state, job.by) == ([backup.name_at(at)], JobState.DONE, SYSTEM)
    assert "is made and checked" in job.result["sentence"]


def test_one_that_waits_is_not_asked_for_twice(made, at):
    for hours in range(0, 72, 24):
        work.daily_backup(at=at + timedelta(hours=hours))
    assert Job.objects.count() == 1


def test_one_that_a_member_asks_for_is_not_refused_for_want_of_room(made, at, monkeypatch):
    monkeypatch.setattr(work, "SPARE", 1e15)
    backup.ask_for_backup(by="ida", at=at)
    assert Worker().once()
    work.daily_backup(at=at + timedelta(days=1))
    assert Worker(clock=lambda: at + timedelta(days=1)).once()
    assert list(Job.objects.order_by("created_at").values_list("state", flat=True)) == ["done", "failed"]
