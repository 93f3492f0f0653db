"""Connections to SQLite files of one test, written from threads of their own."""

from __future__ import annotations

import threading

import pytest
from django.db import connections, transaction
from django.db.utils import ConnectionHandler

from mizzle_web.config.sqlite.base import DatabaseWrapper
from mizzle_web.config.sqlite.writer import writer_of


def settings_of(path, timeout=5):
    given = {"ENGINE": "mizzle_web.config.sqlite", "NAME": str(path)}
    given["OPTIONS"] = {"transaction_mode": "IMMEDIATE", "timeout": timeout}
    handler = ConnectionHandler({"default": given})
    return handler.configure_settings({"default": given})["default"]


@pytest.fixture
def connect(tmp_path, django_db_blocker):
    """Open connections to files of this test, and close them at its end."""
    made = []

    def go(name="one.sqlite3", **more):
        wrapper = DatabaseWrapper(settings_of(tmp_path / name, **more), alias=f"made-{len(made)}")
        wrapper.inc_thread_sharing()
        made.append(wrapper)
        with wrapper.cursor() as cursor:
            cursor.execute("CREATE TABLE IF NOT EXISTS leaf (name TEXT PRIMARY KEY)")
        return wrapper

    with django_db_blocker.unblock():
        yield go
        for wrapper in made:
            wrapper.close()


def writing(wrapper):
    """Open a transaction; a connection is known by its name in one thread only, so that the name is told first."""
    connections[wrapper.alias] = wrapper
    return transaction.atomic(using=wrapper.alias)


def names(wrapper):
    with wrapper.cursor() as cursor:
        return sorted(name for (name,) in cursor.execute("SELECT name FROM leaf"))


def queue_of(wrapper):
    return writer_of_wrapper(wrapper).queue


def writer_of_wrapper(wrapper):
    return writer_of(wrapper.settings_dict["NAME"])


def add(wrapper, name):
    with wrapper.cursor() as cursor:
        cursor.execute("INSERT INTO leaf VALUES (%s)", [name])


def in_thread(action):
    thread = threading.Thread(target=action)
    thread.start()
    return thread


class Stumbling:
    """A writing connection that stumbles at a statement, once."""

    def __init__(self, connection, statement, problem):
        self._connection, self._statement, self._problem = connection, statement, problem

    def __getattr__(self, name):
        return getattr(self._connection, name)

    def execute(self, statement, *more):
        if statement == self._statement:
            self._statement = None
            raise self._problem
        return self._connection.execute(statement, *more)


def stumbles(wrapper, statement, problem):
    writer = writer_of_wrapper(wrapper)
    writer._connection = Stumbling(writer._connection, statement, problem)
