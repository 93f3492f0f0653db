"""Writes of several threads in one commit: one sync for all, nobody is told before it, and no one spoils another's."""

from __future__ import annotations

import threading
import time

import pytest
from django.db import DatabaseError, IntegrityError, OperationalError

from mizzle_web.config.sqlite import base, library
from web.connecting import Stumbling, add, in_thread, names, queue_of, writer_of_wrapper, writing


class Watched:
    """A writing connection whose commits are counted, and wait until they may go on."""

    def __init__(self, connection):
        self._connection = connection
        self.n_commits = 0
        self.began, self.may_go_on = threading.Event(), threading.Event()

    def __getattr__(self, name):
        return getattr(self._connection, name)

    def execute(self, statement, *more):
        if statement == "COMMIT":
            self.n_commits += 1
            self.began.set()
            assert self.may_go_on.wait(10)
        return self._connection.execute(statement, *more)


@pytest.fixture
def watched(connect):
    """A file that has been written once, so that its writing connection is there and can be watched."""
    first = connect()
    with writing(first):
        add(first, "first")
    writer = writer_of_wrapper(first)
    writer._connection = Watched(writer._connection)
    yield writer._connection
    writer._connection.may_go_on.set()


def until(is_so):
    end = time.monotonic() + 10
    while not is_so():
        assert time.monotonic() < end
        time.sleep(0.001)


def write(wrapper, name, told, then=None):
    """Write a name in a thread of its own, and note what became of it."""

    def go():
        try:
            with writing(wrapper):
                add(wrapper, name)
                if then is not None:
                    then()
            told.append((name, "kept"))
        except Exception as problem:  # noqa: BLE001 - what it was is what the test asks
            told.append((name, type(problem)))

    return in_thread(go)


def held_up(watched, connect, told):
    """Begin a commit that does not end, so that all who write meanwhile come into one group; gives its thread."""
    thread = write(connect(), "zero", told)
    assert watched.began.wait(10)
    return thread


def test_those_who_write_during_a_commit_share_the_next_one_and_nobody_is_told_before_it(connect, watched):
    told, threads = [], []
    threads.append(held_up(watched, connect, told))
    wrappers = [connect() for _ in range(5)]
    threads += [write(wrapper, f"n{number}", told) for number, wrapper in enumerate(wrappers)]
    until(lambda: len(queue_of(wrappers[0])) == 6)
    assert told == []
    assert names(wrappers[0]) == ["first"], "what is not committed is not seen"
    watched.may_go_on.set()
    for thread in threads:
        thread.join(10)
    assert dict(told) == dict.fromkeys(("n0", "n1", "n2", "n3", "n4", "zero"), "kept")
    assert watched.n_commits == 2
    assert names(wrappers[0]) == ["first", "n0", "n1", "n2", "n3", "n4", "zero"]


def test_one_that_is_refused_spoils_nothing_of_the_others_in_its_group(connect, watched):
    def refuse():
        raise ZeroDivisionError

    told, threads = [], []
    threads.append(held_up(watched, connect, told))
    wrappers = [connect() for _ in range(4)]
    for number, (name, then) in enumerate((("a", None), ("lost", refuse), ("first", None), ("b", None))):
        threads.append(write(wrappers[number], name, told, then))
        until(lambda n=number: len(queue_of(wrappers[0])) == n + 2)
    watched.may_go_on.set()
    for thread in threads:
        thread.join(10)
    assert dict(told) == {
        "zero": "kept", "a": "kept", "lost": ZeroDivisionError, "first": IntegrityError, "b": "kept",
    }  # fmt: skip
    assert names(wrappers[0]) == ["a", "b", "first", "zero"]
    assert watched.n_commits == 2


def test_a_broken_reference_is_found_in_its_own_turn_and_not_at_the_commit_of_all(connect, watched):
    told, threads = [], []
    one, two = connect(), connect()
    with one.cursor() as cursor:
        column = "INTEGER " + base.SchemaEditor.sql_create_inline_fk % {"to_table": "leaf", "to_column": "name"}
        cursor.execute(f"CREATE TABLE twig (leaf {column})")

    def break_it():
        with one.cursor() as cursor:
            cursor.execute("INSERT INTO twig VALUES ('nothing of that name')")

    threads.append(held_up(watched, connect, told))
    threads.append(write(one, "broken", told, break_it))
    until(lambda: len(queue_of(one)) == 2)
    threads.append(write(two, "whole", told))
    until(lambda: len(queue_of(one)) == 3)
    watched.may_go_on.set()
    for thread in threads:
        thread.join(10)
    assert dict(told) == {"zero": "kept", "broken": IntegrityError, "whole": "kept"}
    assert names(two) == ["first", "whole", "zero"]


@pytest.mark.parametrize("is_undone", [True, False], ids=["undone by SQLite", "left open"])
def test_a_commit_that_fails_is_told_to_everybody_in_it_and_the_next_one_is_whole(connect, is_undone):
    wrappers = [connect() for _ in range(3)]
    with writing(wrappers[0]):
        add(wrappers[0], "first")
    writer = writer_of_wrapper(wrappers[0])
    raw = writer._connection

    class Full(Stumbling):
        def execute(self, statement, *more):
            if statement == "COMMIT" and self._statement and is_undone:
                raw.execute("ROLLBACK")
            return super().execute(statement, *more)

    told = []
    blocked = writer.enter(wrappers[0], 1)
    writer._connection = Full(raw, "COMMIT", library().OperationalError("database or disk is full"))
    threads = []
    for number, wrapper in enumerate(wrappers):
        threads.append(write(wrapper, f"n{number}", told))
        until(lambda n=number: len(queue_of(wrappers[0])) == n + 2)
    writer.leave(blocked)
    for thread in threads:
        thread.join(10)
    assert {what for _name, what in told} == {OperationalError}
    assert names(wrappers[0]) == ["first"]
    with writing(wrappers[1]):
        add(wrappers[1], "after")
    assert names(wrappers[0]) == ["after", "first"]


def test_what_sqlite_undoes_in_the_middle_of_a_turn_is_told_to_all_of_the_group(connect, watched):
    told, threads = [], []
    wrappers = [connect(), connect()]

    def undo():
        watched._connection.execute("ROLLBACK")  # as SQLite does by itself where the disk is full
        raise library().OperationalError("database or disk is full")

    threads.append(held_up(watched, connect, told))
    threads.append(write(wrappers[0], "before", told))
    until(lambda: len(queue_of(wrappers[0])) == 2)
    threads.append(write(wrappers[1], "undone", told, undo))
    until(lambda: len(queue_of(wrappers[0])) == 3)
    watched.may_go_on.set()
    for thread in threads:
        thread.join(10)
    assert dict(told)["zero"] == "kept"
    assert issubclass(dict(told)["before"], DatabaseError)
    assert names(wrappers[0]) == ["first", "zero"]


def test_who_dies_in_their_turn_takes_nobody_along(connect, watched):
    told, threads = [], []
    wrapper = connect()
    watched.may_go_on.set()

    def die():
        one = base.DatabaseWrapper(wrapper.settings_dict, alias="dying")
        writing(one).__enter__()
        add(one, "lost")
        threads.append(write(wrapper, "kept", told))
        until(lambda: len(queue_of(wrapper)) == 2)

    in_thread(die).join(10)
    threads[0].join(10)
    assert told == [("kept", "kept")]
    assert names(wrapper) == ["first", "kept"]


def test_a_group_whose_last_one_dies_is_committed_by_those_who_wait(connect, watched):
    told, threads = [], []
    wrapper = connect()
    threads.append(held_up(watched, connect, told))
    threads.append(write(wrapper, "waits", told))
    until(lambda: len(queue_of(wrapper)) == 2)

    def die():
        one = base.DatabaseWrapper(wrapper.settings_dict, alias="dying")
        writing(one).__enter__()
        add(one, "lost")

    dying = in_thread(die)
    until(lambda: len(queue_of(wrapper)) == 3)
    watched.may_go_on.set()
    for thread in (dying, *threads):
        thread.join(10)
    assert dict(told) == {"zero": "kept", "waits": "kept"}
    assert names(wrapper) == ["first", "waits", "zero"]


def test_who_took_long_goes_alone_the_next_time_so_that_nobody_waits_for_them(connect, monkeypatch):
    monkeypatch.setattr(base, "LONG_SECONDS", 0.0)
    one = connect()
    for name, is_alone in (("a", False), ("b", True)):
        with writing(one):
            add(one, name)
            assert (one._own is None) == is_alone
    assert names(one) == ["a", "b"]


def test_who_lets_references_be_writes_by_themselves(connect):
    one = connect()
    with one.constraint_checks_disabled(), writing(one):
        assert one._own is None
        with one.cursor() as cursor:
            assert cursor.execute("PRAGMA foreign_keys").fetchone()[0] == 0
    with writing(one), one.cursor() as cursor:
        assert cursor.execute("PRAGMA foreign_keys").fetchone()[0] == 1


def test_every_group_is_synced_fully_as_single_writes_are(connect):
    with writing(one := connect()), one.cursor() as cursor:
        assert cursor.execute("PRAGMA synchronous").fetchone()[0] == 2
        assert cursor.execute("PRAGMA foreign_keys").fetchone()[0] == 1


def test_a_file_that_was_put_in_the_place_of_another_is_the_one_that_is_written(connect, tmp_path):
    one = connect("one.sqlite3")
    with writing(one):
        add(one, "old")
    for file in tmp_path.glob("one.sqlite3*"):  # under the hands of somebody who has it open
        file.unlink()
    two = connect("one.sqlite3")
    with writing(two):
        add(two, "new")
    assert names(two) == ["new"]


def test_the_writing_connection_is_closed_with_the_last_one_that_reads(connect):
    one, two = connect(), connect()
    with writing(one):
        add(one, "kept")
    writer = writer_of_wrapper(one)
    one.close()
    assert writer._connection is not None
    two.close()
    assert writer._connection is None
