"""An import that is killed in the middle begins again, and ends as if nothing had been."""

from __future__ import annotations

import os
import signal
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.db import connections

from mizzle_web.jobs.models import Job, JobState
from mizzle_web.jobs.worker import Worker
from mizzle_web.journeys.actions import logs as actions
from mizzle_web.journeys.actions.figure_sets import KIND as MEASURE
from mizzle_web.journeys.actions.journeys import open_journey, table_of
from mizzle_web.journeys.actions.tables import events_path
from mizzle_web.journeys.figures.columns import values_of
from mizzle_web.journeys.models import Journey, JourneyKind, Log, LogState
from web.journeys.bringing import log_of
from web.workers import empty_journal, until, worker_process

N_CASES = 66_000
"""So many that their rows are read in two parts."""


@pytest.fixture(autouse=True)
def at():
    """Let the clock run: workers in processes of their own have no other one."""
    return datetime.now(UTC)


@pytest.fixture
def ready(transactional_db, lead, at, house_folder, monkeypatch):
    """Give logs that were looked at, each in a journey of its own, with the same events."""
    monkeypatch.setenv("MIZZLE_DATA", str(house_folder))  # workers in processes of their own read it there
    content = log_of(N_CASES)
    made = []
    for name in ("undisturbed", "killed"):
        journey = open_journey(name=name, kind=JourneyKind.MEASURED, by=lead.actor, at=at)
        made.append(actions.send_log(journey=journey, blocks=[content], name="orders.csv", by=lead.actor, at=at))
    while Worker().once():
        pass
    yield [Log.objects.get(pk=log.pk) for log in made]
    empty_journal()


@pytest.fixture
def workers():
    """Start workers, and end them with the test."""
    began = []

    def go():
        began.append(worker_process())
        return began[-1]

    yield go
    for one in began:
        one.kill()
        one.wait()
    connections.close_all()


def begin(log, by, at):
    answers = {name: value for name, value in values_of(log).items() if name != "version" and value}
    actions.choose_columns(log=log, answers=answers, version=log.version, imports=True, by=by, at=at)


def undisturbed(log, by, at):
    """What comes of an import that nobody kills: the digest of its table, and what was counted."""
    begin(log, by, at)
    Worker().once()
    Job.objects.unfinished().filter(kind=MEASURE).delete()
    return found(log)


def found(log):
    log.refresh_from_db()
    journey = Journey.objects.get(pk=log.journey_id)
    return log.state, journey.table_digest, log.counts, journey.table_facts, table_of(journey).exists()


def children(pid):
    """The processes that a process has begun."""
    return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def is_half_read(log):
    """Whether the first part of a log lies on the disk, from where an import can go on."""
    events = events_path(log)
    return (events.with_name(f"{events.name}.partial") / "state.json").exists()


def is_gone(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return Path(f"/proc/{pid}/stat").read_text().split()[2] == "Z"


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="finds processes in /proc")
@pytest.mark.parametrize("who", ["worker", "reader"])
def test_an_import_that_is_killed_ends_as_one_that_is_not(ready, workers, lead, at, house_folder, who):
    expected = undisturbed(ready[0], lead.actor, at)
    assert expected[0] == LogState.IMPORTED
    begin(ready[1], lead.actor, at)
    worker = workers()
    until(lambda: is_half_read(ready[1]), 60)
    (reader,) = children(worker.pid)
    os.kill(worker.pid if who == "worker" else reader, signal.SIGKILL)
    until(lambda: is_gone(reader))
    if who == "worker":
        worker.wait()
        workers()
    mine = Job.objects.filter(public_id=Log.objects.get(pk=ready[1].pk).job)
    job = until(lambda: mine.filter(state=JobState.DONE).first(), 120)
    assert job.n_tries == (2 if who == "worker" else 1)
    assert found(ready[1]) == expected
    assert not list(house_folder.rglob("*-sent*"))
