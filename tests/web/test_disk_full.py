"""The disk is full, or the database away: nothing acknowledged is lost, and all goes on without a restart."""

from __future__ import annotations

import errno
import http.client
import os
import subprocess
import sys

import pytest
from django.db import connection, transaction

from mizzle_web.people.models import Member
from web import houses
from web.benchmarks import killing

pytestmark = pytest.mark.skipif(connection.vendor != "sqlite", reason="needs a house on a file of its own")


@pytest.fixture
def ida(tmp_path, monkeypatch, django_db_blocker, at):
    with django_db_blocker.unblock():
        houses.moved_in(tmp_path / "data", monkeypatch)
        yield houses.founded(at)
        houses.left()


def limit(pages):
    with transaction.atomic(), connection.cursor() as cursor:  # on the connection that writes
        cursor.execute(f"PRAGMA max_page_count = {pages}")


def take_in(browser, number):
    return browser.post("/people/new", {"name": f"P {number}", "key": f"P {number}"}).status_code


def test_a_full_disk_is_said_plainly_loses_nothing_and_is_over_when_there_is_room(ida, browser_of):
    browser = browser_of(ida)
    browser.raise_request_exception = False
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA page_count")
        limit(cursor.fetchone()[0] + 4)
    told = {}
    while list(told.values()).count(507) < 5:
        told[len(told)] = take_in(browser, len(told))
        assert len(told) < 300
    assert set(told.values()) == {302, 507}
    assert browser.get("/people/").status_code == 200, "reading goes on"
    there = set(Member.objects.filter(name__startswith="P ").values_list("name", flat=True))
    assert there == {f"P {number}" for number, status in told.items() if status == 302}
    full = next(number for number, status in told.items() if status == 507)
    page = browser.post("/people/new", {"name": f"P {full}", "key": f"P {full}"})
    assert (page.status_code, b"No room to save this" in page.content) == (507, True)
    assert (b"sqlite" in page.content.lower(), b"Traceback" in page.content) == (False, False)
    limit(1_000_000)
    assert take_in(browser, full) == 302
    assert Member.objects.filter(name=f"P {full}").count() == 1


def test_a_session_that_cannot_be_kept_is_no_trace_either(ida, client):
    client.raise_request_exception = False
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA page_count")
        limit(cursor.fetchone()[0])
    answers = {
        client.post("/sign-in", {"name": "ida@larkmoor.example", "password": "wrong words"}).status_code
        for _ in range(60)
    }
    assert answers <= {422, 507}


def _mounted(folder):
    if sys.platform != "linux" or os.geteuid() != 0:
        return False
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=6m", "tmpfs", str(folder)], capture_output=True, check=False
    )
    return done.returncode == 0


@pytest.fixture
def small_disk(tmp_path):
    """A file system of 6 MB, where one may be made."""
    folder = tmp_path / "small"
    folder.mkdir()
    if not _mounted(folder):
        pytest.skip("only root may mount a small file system")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


def fill(path):
    with path.open("wb", buffering=0) as file:
        try:
            while file.write(b"x" * 4096):
                pass
        except OSError as problem:
            assert problem.errno == errno.ENOSPC  # noqa: PT017 - the end of a loop, not what is tested


def test_a_server_on_a_disk_that_fills_and_empties_loses_nothing(small_disk):
    house, done = killing.House(small_disk / "data"), {}
    try:
        house.open()
        house.begin()
        line = http.client.HTTPConnection("127.0.0.1", house.port, timeout=30)

        def send(number):
            form = {"name": f"P {number}", "key": f"P {number}"}
            done[number] = house.ask("POST", "/people/new", form, line)[0]
            return done[number]

        assert send(0) == 302
        filler = small_disk / "filler"
        fill(filler)
        number = 1
        while send(number) != 507:
            number += 1
            assert number < 500
        assert send(number + 1) in (302, 507)
        filler.unlink()
        assert send(number) == 302
        assert send(number + 2) == 302
    finally:
        house.kill()
    is_intact, names = house.found()
    assert (is_intact, sorted(names)) == (True, sorted(f"P {n}" for n, status in done.items() if status == 302))
