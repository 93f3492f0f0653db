"""On which day a token was last used: known to the process that answers calls, and written down by it."""

from __future__ import annotations

import http.client
import socket
import subprocess
import sys
from datetime import UTC, datetime

import pytest
from django.db import DatabaseError, connection, connections

from mizzle_web.jobs.schedule import declared
from mizzle_web.journal.actions import SYSTEM
from mizzle_web.people.actions import tokens
from mizzle_web.people.actions.members import NewMember, add_member
from mizzle_web.people.actions.organisation import found_organisation
from mizzle_web.people.actions.roles import give_role
from mizzle_web.people.actions.tokens import noting
from mizzle_web.people.models import Token
from mizzle_web.people.roles import Role
from web.calls import token_of
from web.workers import empty_journal, until


@pytest.fixture(autouse=True)
def at():
    """Let the clock run: the server of these tests has one of its own."""
    return datetime.now(UTC)


@pytest.fixture(autouse=True)
def nothing_noted():
    tokens._uses.clear()
    yield
    tokens._uses.clear()


def test_uses_are_written_beside_the_calls_and_once_more_at_the_end(monkeypatch, at):
    written = []
    monkeypatch.setattr(
        tokens, "note_uses", lambda *, at: written.append((at, dict(tokens._uses), tokens._uses.clear()))
    )
    tokens._uses[1] = at.date()
    with noting(clock=lambda: at, every=0.01):
        until(lambda: written)
        tokens._uses[2] = at.date()
        until(lambda: len(written) == 2)
    with noting(clock=lambda: at, every=600):
        tokens._uses[3] = at.date()
    assert [list(seen) for _at, seen, _none in written] == [[1], [2], [3]]


def test_a_database_that_is_away_stops_nothing_but_waits(monkeypatch, at, caplog):
    tries = []

    def note(*, at):
        tries.append(at)
        if len(tries) == 1:
            raise DatabaseError("away")
        tokens._uses.clear()

    monkeypatch.setattr(tokens, "note_uses", note)
    tokens._uses[1] = at.date()
    with noting(clock=lambda: at, every=0.01):
        until(lambda: len(tries) == 2)
    assert "written down later" in caplog.text


WEB = """
import sys
from django.conf import settings
settings.DATABASES["default"]["NAME"] = sys.argv[1]
import django
django.setup()
from mizzle_web import command
from mizzle_web.operation import health
health.unsafe_settings = lambda: ""  # the PostgreSQL of these tests is quick and careless
command.main(["web", "--port", sys.argv[2]])
"""


@pytest.fixture
def a_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def test_the_web_alone_writes_which_tokens_were_used_without_a_worker(transactional_db, a_port, at):
    found_organisation(name="Larkmoor", language="en", timezone="UTC", at=at, by=SYSTEM)
    member = add_member(member=NewMember(name="Odd Operator", email="odd@larkmoor.example"), by=SYSTEM, at=at)
    give_role(member=member, role=Role.OPERATOR, by=SYSTEM, at=at)
    text = token_of(member, at=at)[1]
    web = subprocess.Popen([sys.executable, "-c", WEB, str(connection.settings_dict["NAME"]), str(a_port)])

    def answered():
        line = http.client.HTTPConnection("127.0.0.1", a_port, timeout=10)
        try:
            line.request("GET", "/api/v1/organisation", headers={"Authorization": f"Bearer {text}"})
            return line.getresponse().status
        except OSError:
            return None
        finally:
            line.close()

    try:
        assert until(answered) == 200
        assert Token.objects.get().used_on is None  # the call itself has written nothing
        web.terminate()
        web.wait(20)
        assert Token.objects.get().used_on == at.date()
    finally:
        web.kill()
        web.wait()
        connections.close_all()
        empty_journal()


def test_no_worker_writes_what_it_cannot_see():
    assert "note_uses" not in {one.function.__name__ for one in declared()}
