"""The database of every released version comes to the present one with every row as it was, and its people sign in."""

from __future__ import annotations

import gzip
import importlib.util
import json
import os
import sqlite3
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from django.conf import settings
from django.db import connection

ROOT = Path(__file__).parents[2]
FIXTURES = sorted((ROOT / "tests" / "web" / "fixtures").glob("release-*"))
VENDOR = connection.vendor
ALLOWED_BYTES = 200_000

GONE: dict[tuple[str, str], str] = {}
"""Columns that a later version gave up, as table and column, or "*" for the whole table; each with its reason."""

SIGN_IN = """
import json, sys, time
import django
django.setup()
import pyotp
from django.test import Client
facts = json.load(open(sys.argv[1]))
lead, shop = facts["lead"], facts["shop"]
client = Client(HTTP_HOST="127.0.0.1")
first = client.post("/sign-in", {"name": lead["name"], "password": lead["password"]})
second = client.post("/sign-in/code", {"code": pyotp.TOTP(lead["key"]).now()})
tablet = Client(HTTP_HOST="127.0.0.1")
third = tablet.post("/tablet", {"name": shop["name"], "pin": shop["pin"]})
pages = [client.get(path).status_code for path in ("/", "/people/", "/units/?on=2026-01-20", "/journal/", "/jobs/")]
print(json.dumps([[one.headers.get("Location") for one in (first, second, third)], pages, tablet.get("/").status_code]))
"""


@pytest.fixture(autouse=True)
def at():
    """Let the clock run: this is about real processes."""


@pytest.fixture(scope="module")
def released():
    """The tool that keeps these databases; it also tells how they are compared."""
    spec = importlib.util.spec_from_file_location("released", ROOT / "tools" / "released.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class House:
    """A data folder with the database of a version, in which commands run as an operator runs them."""

    def __init__(self, folder, fixture, url):
        self.facts_file = fixture / f"{VENDOR}.json"
        self.facts = json.loads(self.facts_file.read_text("utf-8"))
        self.sql = gzip.decompress((fixture / f"{VENDOR}.sql.gz").read_bytes()).decode()
        self.file, self.url = folder / "mizzle.sqlite3", url
        kept = {name: value for name, value in os.environ.items() if not name.startswith("MIZZLE_")}
        self.environment = kept | {"MIZZLE_DATA": str(folder), "MIZZLE_FIELD_KEYS": self.facts["field_key"]}
        self.environment |= {"DJANGO_SETTINGS_MODULE": "mizzle_web.config.settings", "TZ": "UTC"}
        self.environment |= {"MIZZLE_DATABASE_URL": url} if url else {}
        self.environment["PYTHONPATH"] = os.pathsep.join(path for path in sys.path if path)

    @contextmanager
    def opened(self):
        """Open the database by its bare driver."""
        if self.url:
            made = psycopg.connect(self.url, autocommit=True)
            made.execute("SET TIME ZONE 'UTC'")
        else:
            made = sqlite3.connect(self.file, isolation_level=None)
        try:
            yield made.cursor()
        finally:
            made.close()

    def load(self):
        with self.opened() as cursor:
            (cursor.execute if self.url else cursor.executescript)(self.sql)

    def run(self, *words):
        done = subprocess.run(
            [sys.executable, *words], env=self.environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, (words[:3], done.stdout[-500:], done.stderr[-2000:])
        return done.stdout

    def command(self, *words):
        return self.run("-m", "mizzle_web", *words)

    def state(self, released, gone=()):
        """What stands in the columns that were kept, but for those that a later version gave up."""
        found = {}
        with self.opened() as cursor:
            there = released.names(cursor, VENDOR)
            for table, kept in self.facts["tables"].items():
                columns = [one for one in kept["columns"] if (table, one) not in gone]
                if (table, "*") in gone:
                    continue
                missing = sorted(set(columns) - set(there.get(table, ())))
                found[table] = missing or released.content(cursor, table, columns)
        return found

    def as_kept(self):
        """What stood there when the version was released."""
        return {
            table: {name: kept[name] for name in ("rows", "digest")} for table, kept in self.facts["tables"].items()
        }


def database_url(name):
    given = connection.settings_dict
    parts = urlsplit(settings.ENVIRONMENT.database_url)
    return urlunsplit((parts.scheme, parts.netloc, f"/{name or given['NAME']}", parts.query, ""))


@pytest.fixture(params=FIXTURES, ids=lambda path: path.name)
def house(request, tmp_path):
    """The house of a version, on a database of its own."""
    folder = tmp_path / "data"
    folder.mkdir(mode=0o700)
    if VENDOR == "sqlite":
        made = House(folder, request.param, "")
        made.load()
        yield made
        return
    name = f"released_{os.getpid()}"
    with psycopg.connect(settings.ENVIRONMENT.database_url, autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name} TEMPLATE template0")
        try:
            made = House(folder, request.param, database_url(name))
            made.load()
            yield made
        finally:
            server.execute(f"DROP DATABASE {name} WITH (FORCE)")


def test_there_is_one_for_this_version_or_an_earlier_one_and_it_is_small():
    assert FIXTURES
    for fixture in FIXTURES:
        assert {path.name for path in fixture.iterdir()} == {
            f"{vendor}.{end}" for vendor in ("sqlite", "postgresql") for end in ("json", "sql.gz")
        }
        assert sum(path.stat().st_size for path in fixture.iterdir()) < ALLOWED_BYTES


def test_it_holds_something_in_every_table_that_it_has(house):
    assert [table for table, kept in house.facts["tables"].items() if not kept["rows"]] == []


def test_it_comes_to_the_present_version_with_every_row_an_intact_journal_and_people_who_sign_in(house, released):
    assert house.state(released) == house.as_kept()
    before = house.state(released, GONE)
    house.command("migrate")
    assert house.state(released, GONE) == before
    assert house.command("migrate") == ""  # a second time there is nothing to do
    assert "The journal is intact" in house.command("journal", "check", "--head", house.facts["head"])
    places, pages, tablet = json.loads(house.run("-c", SIGN_IN, str(house.facts_file)))
    assert places == ["/sign-in/code", "/", "/"]
    assert (set(pages), tablet) == ({200}, 200)
    assert "The journal is intact" in house.command("journal", "check", "--head", house.facts["head"])


@pytest.mark.parametrize(
    "harm",
    [
        "DELETE FROM people_placement WHERE id = (SELECT max(id) FROM people_placement)",
        "UPDATE people_member SET name = 'Somebody' WHERE code = 'k-104'",
        "UPDATE jobs_job SET result = '{}'",
        "INSERT INTO django_session VALUES ('b', 'c', '2026-01-01 00:00:00')",
        "ALTER TABLE people_token RENAME COLUMN scopes TO reach",
        "DROP TABLE people_throttle",
    ],
)
def test_a_step_that_lost_or_changed_anything_would_be_found(house, released, harm):
    with house.opened() as cursor:
        cursor.execute(harm)
    after, kept = house.state(released), house.as_kept()
    assert sum(after[table] != kept[table] for table in kept) == 1


def test_a_journal_that_was_changed_on_the_way_would_be_found(house):
    house.command("migrate")
    trigger = "ALTER TABLE journal_entry DISABLE TRIGGER USER"
    with house.opened() as cursor:
        if house.url:
            cursor.execute(trigger)
        else:
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
            for (name,) in cursor.fetchall():
                cursor.execute(f'DROP TRIGGER "{name}"')
        cursor.execute("UPDATE journal_entry SET verb = 'member.praised' WHERE number = 7")
    with pytest.raises(AssertionError, match="broken"):
        house.command("journal", "check", "--head", house.facts["head"])
