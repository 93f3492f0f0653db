"""Background work: begun once, done once, told in words, stopped when asked."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import OperationalError, connection, connections, transaction
from django.utils import translation

from mizzle_web.jobs import actions, kinds
from mizzle_web.jobs.actions import ask_cancel, start
from mizzle_web.jobs.models import Job, JobQuerySet, JobState
from mizzle_web.jobs.worker import Telling, Worker
from mizzle_web.journal.models import Entry
from mizzle_web.page.refused import Refused
from web.workers import empty_journal

LEASE = timedelta(seconds=10)


@pytest.fixture
def declare(monkeypatch):
    """Declare a kind of work for one test."""

    def go(work, name="test.work"):
        monkeypatch.setitem(kinds._known, name, kinds.Kind(name, "Testing", work))
        return work

    return go


@pytest.fixture
def threads(transactional_db):
    """Let several threads see the database; the journal, which refuses to be emptied, is emptied behind its back."""
    yield
    empty_journal()


@pytest.fixture
def begin(at):
    """Begin work of the kind that the test declared."""

    def go(by="ida", kind="test.work", **more):
        return start(**{"kind": kind, "arguments": {}, "by": by, "at": at} | more)

    return go


def again(job):
    return Job.objects.get(pk=job.pk)


def verbs(job):
    return list(Entry.objects.filter(thing=f"job:{job.public_id}").values_list("verb", "by"))


@pytest.mark.django_db
def test_work_is_done_and_its_result_kept(declare, begin, at):
    declare(lambda arguments, _tell: {"sentence": f"{arguments['n']} rows were read."})
    job = begin(arguments={"n": 3})
    assert Worker().once()
    job = again(job)
    assert (job.state, job.share_done, job.result) == (JobState.DONE, 1.0, {"sentence": "3 rows were read."})
    assert (job.started_at, job.ended_at, job.leased_until, job.n_tries) == (at, at, None, 1)
    assert verbs(job) == [("job.started", "ida"), ("job.done", "system")]
    assert not Worker().once()


@pytest.mark.django_db
def test_work_of_a_kind_that_nobody_declared_is_not_begun(begin):
    with pytest.raises(LookupError, match="no work of kind"):
        begin(kind="test.unheard_of")
    assert not Job.objects.exists()


@pytest.mark.django_db
def test_work_of_a_kind_that_a_later_version_dropped_ends_with_a_sentence(declare, begin, monkeypatch):
    declare(lambda *_: {})
    job = begin()
    monkeypatch.delitem(kinds._known, "test.work")
    assert Worker().once()
    assert (again(job).state, "no longer knows" in again(job).error) == (JobState.FAILED, True)


@pytest.mark.django_db
def test_a_form_sent_twice_begins_one_job_and_other_content_is_refused(declare, begin):
    declare(lambda *_: {})
    first = begin(key="form-1", arguments={"rows": (1, 2)})
    assert begin(key="form-1", arguments={"rows": (1, 2)}) == first
    with pytest.raises(Refused, match="other content"):
        begin(key="form-1", arguments={"rows": [1]})
    assert begin(key="form-1", by="per", arguments={"rows": [1]}) != first
    assert (Job.objects.count(), len(verbs(first))) == (2, 1)


@pytest.mark.django_db
def test_the_oldest_job_comes_first_and_none_before_its_time(declare, begin, at):
    done = []
    declare(lambda arguments, _tell: done.append(arguments["n"]) or {})
    begin(arguments={"n": 2}, at=at - timedelta(hours=1))
    begin(arguments={"n": 1}, at=at - timedelta(hours=2))
    begin(arguments={"n": 3}, not_before=at + timedelta(minutes=5))
    worker = Worker()
    while worker.once():
        pass
    assert done == [1, 2]
    assert Worker(clock=lambda: at + timedelta(minutes=5)).once()
    assert done == [1, 2, 3]


@pytest.mark.django_db
def test_a_refusal_is_told_in_its_own_words_in_the_language_of_who_began_it(declare, begin):
    def work(arguments, tell):
        raise Refused("empty", f"The file is empty ({translation.get_language()}).")

    declare(work)
    with translation.override("nb"):
        job = begin()
    assert Worker().once()
    assert (again(job).state, again(job).error) == (JobState.FAILED, "The file is empty (nb).")
    assert verbs(job)[-1] == ("job.failed", "system")


@pytest.mark.django_db
@pytest.mark.parametrize("fault", [ValueError("the address of somebody"), SystemExit(3)])
def test_a_fault_is_told_in_plain_words_and_logged_for_the_operator(declare, begin, caplog, fault):
    def work(arguments, tell):
        raise fault

    declare(work)
    job = begin()
    assert Worker().once()
    job = again(job)
    assert job.error == f"mizzle could not finish this. Your operator finds more in the log, under {job.public_id}."
    assert str(job.public_id) in caplog.text
    assert job.n_tries == 1


@pytest.mark.django_db
def test_a_result_that_cannot_be_kept_is_a_fault_and_not_a_job_that_never_ends(declare, begin, caplog):
    declare(lambda *_: {"rows": {1, 2}})
    job = begin()
    assert Worker().once()
    assert (again(job).state, again(job).result) == (JobState.FAILED, {})


@pytest.mark.django_db
def test_a_sentence_too_long_for_its_place_is_cut_and_not_lost(declare, begin):
    def work(arguments, tell):
        raise Refused("long", "word " * 200)

    declare(work)
    job = begin()
    assert Worker().once()
    assert (len(again(job).error), again(job).error[-1]) == (500, "…")


@pytest.mark.usefixtures("threads")
def test_progress_is_saved_at_once_and_then_at_most_twice_a_second(declare, begin, monkeypatch):
    seen, clock = [], [100.0]
    monkeypatch.setattr("mizzle_web.jobs.worker.time.monotonic", lambda: clock[0])

    def work(arguments, tell):
        for n in range(1, 6):
            tell(n / 5, f"Row {n}")
            clock[0] += 0.2
            seen.append((Job.objects.get().share_done, Job.objects.get().stage))
        tell(7, "beyond")
        return {}

    declare(work)
    begin()
    assert Worker().once()
    assert seen == [(0.2, "Row 1"), (0.2, "Row 1"), (0.2, "Row 1"), (0.8, "Row 4"), (0.8, "Row 4")]


@pytest.mark.django_db
def test_work_that_waits_is_cancelled_at_once_and_never_begun(declare, begin, at):
    ran = []
    declare(lambda *_: ran.append(1) or {})
    job = ask_cancel(job=begin(), by="ida", at=at)
    assert (job.state, job.ended_at) == (JobState.CANCELLED, at)
    assert (Worker().once(), ran) == (False, [])
    assert ask_cancel(job=job, by="ida", at=at + timedelta(hours=1)).ended_at == at
    assert verbs(job) == [("job.started", "ida"), ("job.cancel_asked", "ida")]


@pytest.mark.usefixtures("threads")
def test_work_that_runs_stops_at_its_next_stage_when_asked(declare, begin, at):
    reached = []

    def work(arguments, tell):
        tell(0.1, "first")
        ask_cancel(job=Job.objects.get(), by="ida", at=at)
        try:
            for n in range(2_000_000):
                tell(0.2, "second")
                reached.append(n)
        except Exception:  # noqa: BLE001 - as careless work does; it must not swallow the wish
            reached.append("went on")

    declare(work)
    job = begin()
    assert Worker().once()
    assert again(job).state == JobState.CANCELLED
    assert 0 < len(reached) < 2_000_000
    assert "went on" not in reached
    assert [verb for verb, _by in verbs(job)] == ["job.started", "job.cancel_asked", "job.cancelled"]


@pytest.mark.django_db
def test_a_wish_to_cancel_what_is_over_changes_nothing(declare, begin, at):
    declare(lambda *_: {})
    job = begin()
    assert Worker().once()
    assert ask_cancel(job=job, by="ida", at=at).state == JobState.DONE
    assert again(job).cancel_asked_at is None


@pytest.mark.django_db
def test_a_job_whose_worker_died_is_begun_again_three_times_and_then_failed(declare, begin, at):
    declare(lambda *_: {})
    job = begin()
    for n in range(actions.MOST_TRIES):
        instant = at + n * 2 * LEASE
        taken = actions.claim(worker=f"w{n}", lease=LEASE, at=instant)
        assert (taken.pk, taken.n_tries) == (job.pk, n + 1)
        assert actions.claim(worker="other", lease=LEASE, at=instant + LEASE) is None
    end = at + 10 * LEASE
    assert actions.claim(worker="last", lease=LEASE, at=end) is None
    job = again(job)
    assert (job.state, job.ended_at, "started 3 times" in job.error) == (JobState.FAILED, end, True)
    assert verbs(job)[-1] == ("job.failed", "system")


@pytest.mark.django_db
def test_a_job_that_was_to_stop_when_its_worker_died_is_cancelled_and_not_begun_again(declare, begin, at):
    declare(lambda *_: {})
    job = begin()
    actions.claim(worker="dead", lease=LEASE, at=at)
    ask_cancel(job=job, by="ida", at=at)
    assert actions.claim(worker="next", lease=LEASE, at=at + 2 * LEASE) is None
    assert again(job).state == JobState.CANCELLED


@pytest.mark.django_db
def test_a_worker_that_comes_back_too_late_cannot_spoil_the_work_of_the_next(declare, begin, at):
    declare(lambda *_: {})
    begin()
    first = actions.claim(worker="slow", lease=LEASE, at=at)
    later = at + 2 * LEASE
    second = actions.claim(worker="next", lease=LEASE, at=later)
    for late in (
        lambda: actions.finish(job=first, result={"from": "slow"}, at=later),
        lambda: actions.fail(job=first, error="slow", at=later),
        lambda: actions.give_back(job=first, not_before=later, is_a_try=True),
        lambda: actions.hold(job=first, lease=LEASE, share=0.9, stage="slow", at=later),
    ):
        with pytest.raises(actions.Lost):
            late()
    actions.finish(job=second, result={"from": "next"}, at=later)
    assert Job.objects.get().result == {"from": "next"}


@pytest.mark.usefixtures("threads")
def test_work_that_was_taken_over_stops_at_its_next_stage(declare, begin, at, caplog):
    stopped = []

    def work(arguments, tell):
        tell(0.1, "mine")
        Job.objects.update(worker="another")
        try:
            for _ in range(2_000_000):
                tell(0.2, "still mine?")
        finally:
            stopped.append(1)

    declare(work)
    job = begin()
    assert Worker().once()
    assert (stopped, again(job).state, again(job).worker) == ([1], JobState.RUNNING, "another")


@pytest.mark.django_db
def test_two_workers_that_see_the_same_free_job_do_not_both_get_it(declare, begin, at, monkeypatch):
    declare(lambda *_: {})
    begin()
    held_as, others = JobQuerySet.held_as, []

    def meanwhile(self, job):
        if not others:
            others.append(None)
            others[0] = actions.claim(worker="faster", lease=LEASE, at=at)
        return held_as(self, job)

    monkeypatch.setattr(JobQuerySet, "held_as", meanwhile)
    assert actions.claim(worker="slower", lease=LEASE, at=at) is None
    assert (others[0].worker, Job.objects.get().worker, Job.objects.get().n_tries) == ("faster", "faster", 1)


@pytest.mark.usefixtures("threads")
def test_workers_in_threads_do_every_job_once(declare, begin):
    done = []
    declare(lambda arguments, _tell: done.append(arguments["n"]) or {})
    for n in range(24):
        begin(arguments={"n": n})
    together = threading.Barrier(2)

    def work_off():
        worker = Worker()
        together.wait()
        try:
            while worker.once():
                pass
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work_off) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(done) == list(range(24))
    assert Job.objects.filter(state=JobState.DONE, n_tries=1).count() == 24
    assert Job.objects.values("worker").distinct().count() == 2


@pytest.mark.usefixtures("threads")
def test_a_worker_that_closes_gives_its_job_back_and_the_try_is_not_counted(declare, begin):
    begun = threading.Event()

    def work(arguments, tell):
        for _ in range(3_000):
            tell(0.5, "half")
            begun.set()
            threading.Event().wait(0.01)
        return {}

    declare(work)
    job = begin()
    worker = Worker(pause=0.02)
    thread = threading.Thread(target=worker.run)
    thread.start()
    assert begun.wait(5)
    worker.stop()
    thread.join(5)
    assert not thread.is_alive()
    job = again(job)
    assert (job.state, job.worker, job.n_tries, job.share_done, job.leased_until) == (
        JobState.WAITING,
        "",
        0,
        0.0,
        None,
    )


@pytest.mark.usefixtures("threads")
def test_the_heart_beats_for_work_that_says_nothing(declare, begin, at):
    instants = [at]
    leases = []

    def work(arguments, tell):
        instants.append(at + timedelta(seconds=30))
        for _ in range(200):
            leases.append(Job.objects.get(kind="test.work").leased_until)
            if leases[-1] != leases[0]:
                break
            threading.Event().wait(0.02)
        return {}

    declare(work)
    begin()
    worker = Worker(lease=timedelta(seconds=0.3), pause=0.02, clock=lambda: instants[-1])
    thread = threading.Thread(target=worker.run)
    thread.start()
    for _ in range(250):
        if Job.objects.filter(kind="test.work", state=JobState.DONE).exists():
            break
        threading.Event().wait(0.02)
    worker.stop()
    thread.join(5)
    assert leases[-1] == at + timedelta(seconds=30.3)


@pytest.mark.django_db
def test_work_whose_database_went_away_is_tried_again_later_and_at_last_failed(declare, begin, at, caplog):
    def work(arguments, tell):
        raise OperationalError("server closed the connection")

    declare(work)
    job = begin()
    instants = [at]
    worker = Worker(clock=lambda: instants[-1])
    waits = []
    for _ in range(actions.MOST_TRIES):
        assert worker.once()
        assert not worker.once()
        waits.append((again(job).state, (again(job).not_before - instants[-1]).total_seconds()))
        instants.append(instants[-1] + timedelta(minutes=5))
    assert waits[:2] == [(JobState.WAITING, 5), (JobState.WAITING, 25)]
    assert (again(job).state, again(job).n_tries) == (JobState.FAILED, 3)


@pytest.mark.usefixtures("threads")
def test_a_worker_outlives_a_database_that_is_away(declare, begin, monkeypatch, caplog):
    done = threading.Event()
    declare(lambda *_: done.set() or {})
    begin()
    claim, falls = actions.claim, []

    def away(**asked):
        if len(falls) < 3:
            falls.append(1)
            raise OperationalError("could not connect")
        return claim(**asked)

    monkeypatch.setattr(actions, "claim", away)
    worker = Worker(pause=0.01)
    thread = threading.Thread(target=worker.run)
    thread.start()
    assert done.wait(5)
    worker.stop()
    thread.join(5)
    assert caplog.text.count("goes on trying") == 1


@pytest.mark.usefixtures("threads")
def test_telling_inside_a_transaction_of_the_work_keeps_the_row_free_for_the_heart(declare, begin, at):
    declare(lambda *_: {})
    begin()
    job = actions.claim(worker="w", lease=LEASE, at=at)
    tell = Telling(job, lease=LEASE, clock=lambda: at + LEASE, closing=threading.Event())
    with transaction.atomic():
        tell(0.5, "half")
        locked = again(job).leased_until == at + 2 * LEASE
    assert locked is (connection.vendor == "sqlite")
    assert (tell.share, tell.stage) == (0.5, "half")


def test_a_kind_is_declared_once(monkeypatch):
    monkeypatch.setitem(kinds._known, "test.twice", kinds.Kind("test.twice", "Twice", lambda *_: {}))
    with pytest.raises(ValueError, match="declared twice"):
        kinds.kind("test.twice", title="Twice")(lambda *_: {})


@pytest.mark.django_db
def test_what_is_over_for_long_is_forgotten_and_nothing_else(declare, begin, at):
    declare(lambda *_: {})
    job, waiting = begin(), begin(not_before=at + timedelta(days=400))
    assert Worker().once()
    assert actions.forget(at=at + timedelta(days=actions.KEPT_DAYS)) == 0
    assert actions.forget(at=at + timedelta(days=actions.KEPT_DAYS, seconds=1)) == 1
    assert list(Job.objects.all()) == [waiting]
    assert verbs(job)[-1] == ("job.done", "system")
