"""How the house is: each line is fine, or says what to do."""

from __future__ import annotations

import argparse
import dataclasses
import json
from datetime import timedelta

import pytest
from django.conf import settings
from django.db import OperationalError, connection

from mizzle_web.config import upkeep
from mizzle_web.config.sqlite.base import DatabaseWrapper
from mizzle_web.jobs.models import Turn
from mizzle_web.journal.actions import SYSTEM, record, send
from mizzle_web.journal.models import Parcel, ParcelState
from mizzle_web.operation import backup, health, place
from web import houses

pytestmark = pytest.mark.skipif(connection.vendor != "sqlite", reason="needs a house on a file of its own")


@pytest.fixture
def folder(tmp_path, monkeypatch, django_db_blocker):
    with django_db_blocker.unblock():
        yield houses.moved_in(tmp_path / "data", monkeypatch)
        houses.left()


@pytest.fixture
def ida(folder, at):
    return houses.founded(at)


@pytest.fixture
def well(ida, at, monkeypatch):
    """A house in which nothing needs doing."""
    Turn.objects.create(path="journal.work.deliver", next_at=at)
    backup.make_backup(target=place.backups() / backup.name_at(at), by=SYSTEM, at=at)
    monkeypatch.setattr(health.shutil, "disk_usage", lambda _: argparse.Namespace(free=5 << 30, total=10 << 30))


def with_setting(monkeypatch, **changes):
    monkeypatch.setattr(settings, "ENVIRONMENT", dataclasses.replace(settings.ENVIRONMENT, **changes))


def todo(at, **more):
    return {line.name: line.todo for line in health.examine(at=at, **more) if not line.is_fine}


def test_a_house_that_is_well_has_nothing_to_do(well, at):
    lines = health.examine(at=at, thorough=True)
    assert [line.name for line in lines if not line.is_fine] == []
    assert {line.name for line in lines} >= {
        "database",
        "whole",
        "migrations",
        "clock",
        "disk",
        "keys",
        "mail",
        "backup",
    }
    found = {line.name: line.found for line in lines}
    assert ("synchronous=FULL" in found["database"], "5 GB of 11 GB" in found["disk"]) == (True, True)


def test_each_thing_that_is_wrong_says_what_to_do(well, at, folder, monkeypatch):
    with monkeypatch.context() as one:
        one.setattr(DatabaseWrapper, "caution", property(lambda _: "Install the package pysqlite3."), raising=False)
        assert "pysqlite3" in todo(at)["database"]
    with monkeypatch.context() as one:
        one.setattr(health.shutil, "disk_usage", lambda _: argparse.Namespace(free=1 << 20, total=10 << 30))
        assert "Make room" in todo(at)["disk"]
    with monkeypatch.context() as one:
        with_setting(one, url="http://mizzle.larkmoor.example")
        assert "https" in todo(at)["address"]
    with monkeypatch.context() as one:
        with_setting(one, mail_url="smtp://someone:hidden-word@127.0.0.1:1")
        assert (todo(at), list(todo(at, thorough=True))) == ({}, ["mail"])
        assert "hidden-word" not in str(health.examine(at=at, thorough=True))
        send(kind="mail", target="x@larkmoor.example", content={}, at=at)
        Parcel.objects.update(state=ParcelState.DEAD)
        assert "send them again" in todo(at)["mail"]
    assert "mizzle worker" in todo(at + timedelta(minutes=11))["worker"]
    assert "mizzle backup" in todo(at + timedelta(days=8))["backup"]
    (folder / "keys").mkdir(mode=0o700)
    (folder / "keys" / "secret").write_text("x")
    (folder / "keys" / "secret").chmod(0o644)
    assert todo(at)["keys"] == f"chmod -R go-rwx {folder / 'keys'}"
    record(by=SYSTEM, verb="test.written", thing="test", at=at + timedelta(hours=2))
    assert "clock" in todo(at)["clock"]


def test_mail_that_waits_without_a_server_says_what_to_do(well, at):
    assert "mail" not in todo(at)
    send(kind="mail", target="x@larkmoor.example", content={}, at=at)
    assert "Set MIZZLE_MAIL_URL" in todo(at)["mail"]


def test_a_worker_whose_work_fails_is_named(well, at):
    Turn.objects.update(n_failed=2)
    lines = {line.name: line for line in health.examine(at=at)}
    assert ("journal.work.deliver" in lines["worker"].found, bool(lines["worker"].todo)) == (True, True)


def test_a_database_that_lacks_a_step_or_comes_from_later_is_told(well, at):
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO django_migrations (app, name, applied) VALUES ('people', '0099_later', %s)", [at])
    assert "later version" in {line.name: line.found for line in health.examine(at=at)}["migrations"]
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM django_migrations WHERE name IN ('0099_later') OR app = 'operation' OR app = 'jobs'"
        )
    assert todo(at)["migrations"] == "Run: mizzle migrate"


def test_an_empty_database_is_told_and_no_fault(folder, at):
    houses.left()
    (folder / "mizzle.sqlite3").unlink()
    assert todo(at)["migrations"] == "Run: mizzle migrate"


def test_a_database_that_is_away_or_damaged_is_told_and_the_rest_is_looked_at(well, at, folder, client):
    assert (client.get("/health").status_code, client.get("/health").content) == (200, b"ok\n")
    houses.left()
    (folder / "mizzle.sqlite3").write_bytes(b"no database at all" * 500)
    for side in folder.glob("mizzle.sqlite3-*"):
        side.unlink()
    found = todo(at, thorough=True)
    assert ("Start the database" in found["database"], "disk" in found) == (True, False)
    client.raise_request_exception = False
    answer = client.get("/health")
    assert answer.status_code == 503
    assert b"no database" not in answer.content.lower()


def test_damage_inside_the_database_is_found_by_the_thorough_look(well, at, folder):
    houses.left()
    file = folder / "mizzle.sqlite3"
    content = bytearray(file.read_bytes())
    size = 4096
    for page in range(len(content) // size // 2, len(content) // size):  # the second half of the file
        content[page * size : page * size + 8] = b"\xff" * 8
    file.write_bytes(content)
    found = todo(at, thorough=True)
    assert any("restore the last backup" in one for one in found.values()) or "database" in found, found


def test_the_page_and_the_command_say_the_same(well, at, ida, browser_of, capsys):
    page = browser_of(ida).get("/operation/").content.decode()
    assert "Everything is fine." in page
    assert upkeep.doctor(argparse.Namespace(json=False)) == 0
    assert "fine   Database" in capsys.readouterr().out
    Turn.objects.all().delete()
    page = browser_of(ida).get("/operation/").content.decode()
    assert ("1 thing needs doing" in page, "mizzle worker" in page) == (True, True)
    assert upkeep.doctor(argparse.Namespace(json=True)) == 1
    said = json.loads(capsys.readouterr().out)
    assert [one["name"] for one in said["checks"] if not one["is_fine"]] == ["worker"]


def test_a_page_never_calls_the_mail_server(well, at, monkeypatch):
    with_setting(monkeypatch, mail_url="smtp://127.0.0.1:1")
    monkeypatch.setattr(health, "_call", lambda _: pytest.fail("called"))
    assert todo(at) == {}


def test_a_database_that_answers_an_error_is_no_trace_for_the_reader(ida, client, monkeypatch):
    def away(*_args, **_kwargs):
        raise OperationalError("secret inner words")

    monkeypatch.setattr(DatabaseWrapper, "cursor", away)
    client.raise_request_exception = False
    answer = client.get("/health")
    assert (answer.status_code, b"secret inner" in answer.content) == (503, False)
    assert answer.headers["Retry-After"]
