"""Background work survives the worker that does it: killed, closed, or without a database."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading

import pytest
from django.db import connections

from mizzle_web.jobs import kinds
from mizzle_web.jobs.actions import start
from mizzle_web.jobs.models import Job, JobState
from web.workers import empty_journal, until, worker_process


@pytest.fixture
def slow(transactional_db, monkeypatch, tmp_path, at):
    """Begin slow work, which writes down the process that does it."""
    monkeypatch.setitem(kinds._known, "test.slow", kinds.Kind("test.slow", "Slow", lambda *_: {}))

    def go(steps):
        arguments = {"file": str(tmp_path / "pids"), "steps": steps}
        return start(kind="test.slow", arguments=arguments, by="ida", at=at)

    yield go
    empty_journal()


@pytest.fixture
def workers():
    """Start workers, and end them with the test."""
    began = []

    def go(n=1):
        made = [worker_process() for _ in range(n)]
        began.extend(made)
        return made

    yield go
    for one in began:
        one.kill()
        one.wait()
    connections.close_all()


def test_a_job_whose_worker_is_killed_is_done_by_another(slow, workers, tmp_path):
    job = slow(100)
    two = {one.pid: one for one in workers(2)}
    until(lambda: Job.objects.filter(pk=job.pk, share_done__gt=0.0))
    first = int((tmp_path / "pids").read_text().split()[0])
    os.kill(first, signal.SIGKILL)
    two[first].wait()
    done = until(lambda: Job.objects.filter(pk=job.pk, state=JobState.DONE).first())
    pids = [int(line) for line in (tmp_path / "pids").read_text().split()]
    assert (len(pids), set(pids), pids[0]) == (2, set(two), first)
    assert (done.n_tries, done.share_done, done.result) == (2, 1.0, {"sentence": "All steps were taken."})


def test_a_worker_that_is_asked_to_close_does_so_soon_and_the_next_one_begins_again(slow, workers, tmp_path):
    job = slow(60)
    (first,) = workers()
    until(lambda: Job.objects.filter(pk=job.pk, share_done__gt=0.0))
    first.send_signal(signal.SIGTERM)
    assert first.wait(5) == 0
    given_back = Job.objects.get(pk=job.pk)
    assert (given_back.state, given_back.n_tries) == (JobState.WAITING, 0)
    workers()
    until(lambda: Job.objects.filter(pk=job.pk, state=JobState.DONE, n_tries=1).exists())
    assert len((tmp_path / "pids").read_text().split()) == 2


def test_the_command_waits_for_a_database_that_is_not_there_yet_and_closes_when_asked(tmp_path):
    given = {name: value for name, value in os.environ.items() if not name.startswith("MIZZLE_")}
    words = [sys.executable, "-c", "from mizzle_web.command import main; main()", "worker"]
    process = subprocess.Popen(words, env=given | {"MIZZLE_DATA": str(tmp_path)}, stderr=subprocess.PIPE, text=True)
    watch = threading.Timer(30, process.kill)
    watch.start()
    heard = []
    for line in process.stderr:
        heard.append(line)
        if "goes on trying" in line:
            break
    process.send_signal(signal.SIGTERM)
    assert process.wait(10) == 0
    watch.cancel()
    process.stderr.close()
    assert heard[0] == "mizzle works here. Press Ctrl+C to close.\n"
