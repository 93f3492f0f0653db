"""SQLite as the house uses it: synced writes, a safe journal, and a queue of writers that never stands still."""

from __future__ import annotations

import time

import pytest
from django.db import DatabaseError, IntegrityError, OperationalError

from mizzle_web.config import sqlite
from mizzle_web.config.sqlite.base import DatabaseWrapper
from mizzle_web.config.sqlite.queue import Queue, TooLong
from web.connecting import add, in_thread, names, queue_of, stumbles, writing


def test_every_connection_syncs_fully_and_keeps_a_safe_journal(connect):
    with connect().cursor() as cursor:
        mode = cursor.execute("PRAGMA journal_mode").fetchone()[0]
        synced = cursor.execute("PRAGMA synchronous").fetchone()[0]
    assert (mode, synced) == (sqlite.journal_mode(), 2)


def test_a_library_with_the_bug_takes_the_safe_journal_and_says_why(connect, monkeypatch):
    monkeypatch.setattr(sqlite, "is_repaired", lambda: False)
    wrapper = connect()
    with wrapper.cursor() as cursor:
        assert cursor.execute("PRAGMA journal_mode").fetchone()[0] == "truncate"
    assert "pysqlite3" in wrapper.caution


def test_a_repaired_library_gives_no_reason_to_be_careful(connect, monkeypatch):
    monkeypatch.setattr(sqlite, "is_repaired", lambda: True)
    assert connect().caution == ""


def test_a_file_left_in_wal_mode_is_taken_over_by_the_safe_journal(connect, monkeypatch):
    monkeypatch.setattr(sqlite, "is_repaired", lambda: True)
    first = connect()
    add(first, "a")
    first.close()
    monkeypatch.setattr(sqlite, "is_repaired", lambda: False)
    second = connect()
    with second.cursor() as cursor:
        assert cursor.execute("PRAGMA journal_mode").fetchone()[0] == "truncate"
    assert names(second) == ["a"]


def test_nested_transactions_wait_for_nobody(connect):
    wrapper = connect()
    with writing(wrapper):
        add(wrapper, "outer")
        with pytest.raises(IntegrityError), writing(wrapper):
            add(wrapper, "outer")
        with writing(wrapper):
            add(wrapper, "inner")
    assert names(wrapper) == ["inner", "outer"]
    assert len(queue_of(wrapper)) == 0


def test_an_error_in_a_transaction_lets_the_next_writer_pass(connect):
    one, two = connect(), connect()
    with pytest.raises(ZeroDivisionError), writing(one):  # noqa: PT012 - the end of the transaction is what is tested
        add(one, "lost")
        raise ZeroDivisionError
    with writing(two):
        add(two, "kept")
    assert names(one) == ["kept"]


def test_an_error_at_begin_lets_the_next_writer_pass(connect, tmp_path):
    one, two = connect(timeout=0.2), connect()
    stranger = sqlite.library().connect(tmp_path / "one.sqlite3", isolation_level=None)  # as another process would
    stranger.execute("BEGIN IMMEDIATE")
    with pytest.raises(OperationalError), writing(one):
        add(one, "never")
    stranger.execute("ROLLBACK")
    stranger.close()
    with writing(two):
        add(two, "kept")
    assert names(two) == ["kept"]


@pytest.mark.parametrize("statement", ["RELEASE turn", "COMMIT"])
def test_a_commit_that_is_interrupted_lets_the_next_writer_pass(connect, statement):
    one, two = connect(), connect()
    with pytest.raises(KeyboardInterrupt), writing(one):  # noqa: PT012 - the same
        add(one, "lost")
        stumbles(one, statement, KeyboardInterrupt())
    assert len(queue_of(one)) == 0
    with writing(two):
        add(two, "kept")
    assert names(one) == names(two) == ["kept"]


def test_closing_inside_a_transaction_lets_the_next_writer_pass(connect):
    one, two = connect(), connect()
    with pytest.raises(DatabaseError), writing(one):  # noqa: PT012 - the same
        add(one, "lost")
        one.close()
        add(one, "never")
    with writing(two):
        add(two, "kept")
    assert names(two) == ["kept"]


def test_two_databases_are_written_in_one_another_by_two_threads(connect):
    pairs = [(connect("a.sqlite3"), connect("b.sqlite3")) for _ in range(2)]

    def write(first, second, mark):
        for n in range(20):
            with writing(first):
                add(first, f"{mark}{n}")
            with writing(second):
                add(second, f"{mark}{n}")

    threads = [
        in_thread(lambda: write(*pairs[0], "x")),
        in_thread(lambda: write(*reversed(pairs[1]), "y")),
    ]
    for thread in threads:
        thread.join(10)
    assert len(names(pairs[0][0])) == len(names(pairs[0][1])) == 40


def test_a_thread_that_dies_in_a_transaction_is_not_waited_for_and_leaves_nothing(connect):
    two = connect(timeout=5)

    def die():
        one = DatabaseWrapper(two.settings_dict, alias="dying")  # known to this thread alone, and gone with it
        writing(one).__enter__()
        add(one, "lost")

    in_thread(die).join()
    began = time.monotonic()
    with writing(two):
        add(two, "kept")
    assert time.monotonic() - began < 2
    assert names(two) == ["kept"]


def test_a_writer_that_waits_for_itself_is_told_after_its_patience(connect):
    one, two = connect(timeout=0.3), connect(timeout=0.3)
    with writing(one):
        add(one, "kept")
        with pytest.raises(OperationalError, match="locked"), writing(two):
            add(two, "never")
    with writing(two):
        add(two, "later")
    assert names(one) == ["kept", "later"]


def test_many_threads_lose_nothing_and_leave_an_empty_queue(connect):
    wrappers = [connect(timeout=20) for _ in range(6)]

    def write(number):
        for n in range(25):
            with writing(wrappers[number]):
                add(wrappers[number], f"{number}-{n}")

    threads = [in_thread(lambda number=number: write(number)) for number in range(6)]
    for thread in threads:
        thread.join(20)
    assert len(names(wrappers[0])) == 150
    assert len(queue_of(wrappers[0])) == 0


class Owner:
    """Somebody in a queue."""


def test_those_who_wait_pass_in_the_order_in_which_they_came():
    queue, passed, owners = Queue(), [], [Owner() for _ in range(5)]
    first = queue.enter(owners[0], 1)

    def wait(number):
        place = queue.enter(owners[number], 5)
        passed.append(number)
        queue.leave(place)

    threads = []
    for number in range(1, 5):
        threads.append(in_thread(lambda number=number: wait(number)))
        while len(queue) <= number:
            time.sleep(0.001)
    queue.leave(first)
    queue.leave(first)
    for thread in threads:
        thread.join(5)
    assert passed == [1, 2, 3, 4]


def test_a_place_whose_connection_is_gone_is_passed_over():
    queue, owner, other = Queue(), Owner(), Owner()
    queue.enter(owner, 1)
    with pytest.raises(TooLong):
        queue.enter(other, 0.05)
    del owner
    queue.leave(queue.enter(other, 1))
    assert len(queue) == 0
