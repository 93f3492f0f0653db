"""What is done again and again: once for all workers, once for all that was missed, and never twice at a time."""

from __future__ import annotations

import sys
import threading
from datetime import timedelta
from types import ModuleType

import pytest
from django.db import connections

from mizzle_web.jobs import actions, schedule, work
from mizzle_web.jobs.models import Turn
from mizzle_web.jobs.schedule import Regular, Round
from mizzle_web.jobs.worker import Worker
from web.workers import until

LEASE = timedelta(seconds=10)
done = []


def deliver(*, at):
    done.append(at)


@pytest.fixture(autouse=True)
def nothing_done():
    done.clear()


@pytest.fixture
def instants(at):
    return [at]


@pytest.fixture
def a_round(instants):
    """Give a worker's way through what is due, at the instant that the test has come to."""

    def go(worker="w"):
        return Round(worker=worker, lease=LEASE, clock=lambda: instants[-1])

    return go


FIVE = Regular(5, deliver)


@pytest.mark.django_db
def test_it_is_done_at_once_and_then_each_time_the_seconds_have_passed(a_round, instants, at):
    for seconds in (0, 1, 4.9, 5, 6, 9.9, 10):
        instants.append(at + timedelta(seconds=seconds))
        a_round().go([FIVE])
    assert [(one - at).total_seconds() for one in done] == [0, 5, 10]


@pytest.mark.django_db
def test_what_was_missed_while_nobody_worked_is_done_once(a_round, instants, at):
    a_round().go([FIVE])
    instants.append(at + timedelta(days=3))
    assert [a_round().go([FIVE]) for _ in range(3)] == [1, 0, 0]
    assert Turn.objects.get().next_at == instants[-1] + timedelta(seconds=5)


@pytest.mark.django_db
def test_two_workers_never_take_the_same_turn(a_round, instants, at):
    for seconds in range(0, 60, 5):
        instants.append(at + timedelta(seconds=seconds))
        assert a_round("one").go([FIVE]) + a_round("two").go([FIVE]) == 1
    assert len(done) == len(set(done)) == 12


@pytest.mark.django_db
def test_a_worker_that_saw_a_turn_due_but_was_slower_does_not_get_it(at, monkeypatch):
    Turn.objects.create(path="p", next_at=at)
    asked = {"path": "p", "seconds": 5, "lease": LEASE, "at": at}
    free, taken = type(Turn.objects.all()).free, []

    def meanwhile(self, instant):
        if not taken:
            taken.append(None)
            taken[0] = actions.take_turn(worker="faster", **asked)
            actions.end_turn(path="p", worker="faster", has_failed=False, at=at)
        return free(self, instant)

    monkeypatch.setattr(type(Turn.objects.all()), "free", meanwhile)
    assert actions.take_turn(worker="slower", **asked) is False
    assert (taken, Turn.objects.get().worker) == ([True], "faster")


@pytest.mark.django_db
def test_what_takes_longer_than_its_interval_does_not_begin_a_second_time_meanwhile(a_round, instants, at):
    inner = []

    def slow(*, at):
        instants.append(at + timedelta(seconds=8))
        one.hold()
        instants.append(at + timedelta(seconds=16))
        inner.append(a_round("other").go([regular]))

    regular = Regular(5, slow)
    one = a_round("one")
    assert (one.go([regular]), inner) == (1, [0])
    assert a_round("other").go([regular]) == 1


@pytest.mark.django_db
def test_a_turn_whose_worker_died_is_taken_by_another_when_its_lease_has_passed(a_round, instants, at):
    assert actions.take_turn(path=FIVE.path, seconds=5, worker="dead", lease=LEASE, at=at)
    instants.append(at + timedelta(seconds=9))
    assert a_round().go([FIVE]) == 0
    instants.append(at + timedelta(seconds=11))
    assert a_round().go([FIVE]) == 1


@pytest.mark.django_db
def test_a_clock_that_was_set_back_does_not_stop_it_for_long(a_round, instants, at):
    a_round().go([FIVE])
    instants.append(at - timedelta(days=1))
    assert [a_round().go([FIVE]) for _ in range(2)] == [1, 0]


@pytest.mark.django_db
def test_what_fails_is_logged_and_counted_and_does_not_keep_the_rest_from_being_done(a_round, instants, at, caplog):
    faults = [True, True, False]

    def fail(*, at):
        if faults.pop(0):
            raise ValueError("no")

    regular = Regular(5, fail)
    counts = []
    for n in range(3):
        instants.append(at + timedelta(seconds=5 * n))
        assert a_round().go([regular, FIVE]) == 2
        counts.append(Turn.objects.get(path=regular.path).n_failed)
    assert (counts, len(done)) == ([1, 2, 0], 3)
    assert caplog.text.count("is tried again in 5 s") == 2
    assert not Turn.objects.failing().exists()


def test_every_room_may_declare_what_is_due_and_needs_nothing_of_this_one(monkeypatch):
    module = ModuleType("mizzle_web.page.work")
    module.EVERY = ((7, deliver),)
    monkeypatch.setitem(sys.modules, "mizzle_web.page.work", module)
    found = {(one.path, one.seconds) for one in schedule.declared()}
    assert {(f"{__name__}.deliver", 7), ("mizzle_web.jobs.work.forget_old_work", 3600)} <= found


@pytest.mark.django_db
def test_what_this_room_declares_can_be_done(a_round):
    assert a_round().go([Regular(*one) for one in work.EVERY]) == 1
    assert not Turn.objects.failing().exists()


def test_two_running_workers_share_what_is_due(transactional_db, monkeypatch):
    monkeypatch.setattr(schedule, "declared", lambda: [FIVE])
    workers = [Worker(pause=0.02) for _ in range(2)]
    threads = [threading.Thread(target=worker.run) for worker in workers]
    for thread in threads:
        thread.start()
    until(lambda: done)
    threading.Event().wait(0.2)  # in which the other could take the same turn
    for worker in workers:
        worker.stop()
    for thread in threads:
        thread.join(5)
    connections.close_all()
    assert len(done) == 1
    assert Turn.objects.get().leased_until is None


def test_what_no_room_declares_any_more_is_forgotten_when_a_worker_starts(db, at):
    Turn.objects.create(path="of.an.earlier.version", next_at=at - timedelta(days=3))
    Turn.objects.create(path="of.an.earlier.version.at.work", next_at=at, leased_until=at + LEASE)
    worker = Worker(clock=lambda: at)
    assert worker._due([FIVE]) == 1
    assert set(Turn.objects.values_list("path", flat=True)) == {FIVE.path, "of.an.earlier.version.at.work"}
    Turn.objects.create(path="of.a.later.version", next_at=at)
    worker._due([FIVE])
    assert Turn.objects.filter(path="of.a.later.version").exists()
