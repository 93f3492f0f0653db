"""A house on PostgreSQL, in a cluster that is thrown away: it goes away and comes back; backup and restore."""

from __future__ import annotations

import json
import subprocess
import sys
import time
import zipfile

import pytest

from web.benchmarks import cluster as clusters
from web.benchmarks import killing

pytestmark = pytest.mark.skipif(clusters.PROGRAMS is None, reason="PostgreSQL is not installed here")

COUNT = "SET search_path = SCHEMA; SELECT count(*) FROM people_member WHERE name LIKE 'P %'"
IN_ORDER = """
SELECT replace(m.name, ' ', '_') FROM journal_entry e
JOIN people_member m ON e.thing = 'member:' || m.public_id
WHERE e.verb = 'member.added' AND m.name LIKE 'P %' ORDER BY e.number
"""


@pytest.fixture(autouse=True)
def at():
    """Let the clock run: this is about real processes."""


@pytest.fixture
def cluster():
    with clusters.running() as made:
        yield made


@pytest.fixture
def house(cluster, tmp_path):
    made = killing.House(tmp_path / "data", cluster.database("house"))
    made.open()
    yield made
    made.kill()


def mizzle(house, *words):
    command = [sys.executable, "-m", "mizzle_web", *map(str, words)]
    return subprocess.run(command, env=house.environment, capture_output=True, text=True, check=False, timeout=60)


def test_a_database_that_goes_away_is_said_and_comes_back_and_a_backup_is_put_back(house, cluster, tmp_path):
    house.begin()
    cluster.stop()
    status, headers = house.ask("GET", "/people/")
    said = {name.lower(): value for name, value in headers.items()}
    assert (status, said["retry-after"]) == (503, "20")
    assert house.ask("POST", "/people/new", {"name": "P 1", "key": "P 1"})[0] == 503
    assert house.ask("GET", "/health")[0] == 503
    cluster.start()
    end = time.monotonic() + 30  # it tries to come back more and more seldom
    while house.ask("POST", "/people/new", {"name": "P 1", "key": "P 1"})[0] == 503:
        assert time.monotonic() < end
    file = tmp_path / "backup.zip"
    done = mizzle(house, "backup", file)
    assert done.returncode == 0, done.stderr
    with zipfile.ZipFile(file) as bundle:
        assert json.loads(bundle.read("manifest.json"))["rows"]["django_session"] == 0
        (tmp_path / "dump").write_bytes(bundle.read("database"))
    listed = subprocess.run(
        [clusters.PROGRAMS / "pg_restore", "--data-only", "--table=django_session", "--file=-", tmp_path / "dump"],
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    assert cluster.ask("SELECT count(*) FROM django_session", "house") != ["0"]
    assert "COPY" not in listed.stdout, "nobody comes in by a session that a backup held"
    assert house.ask("POST", "/people/new", {"name": "P 2", "key": "P 2"})[0] == 302
    refused = mizzle(house, "restore", file)
    assert (refused.returncode, "mizzle is running" in refused.stderr) == (2, True)
    house.kill()
    done = mizzle(house, "restore", file)
    assert done.returncode == 0, done.stderr
    assert house.found() == (True, ["P 1"])
    (kept,) = cluster.ask("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'mizzle%'", "house")
    (found,) = [word for word in cluster.ask(COUNT.replace("SCHEMA", kept), "house") if word != "SET"]
    assert found == "2"


def test_a_backup_under_load_and_its_restore_are_a_prefix_of_what_was_acknowledged(house, cluster, tmp_path):
    house.begin()
    told = killing.Told()
    load = killing.Load(house, told, "load")
    end = time.monotonic() + 30
    while len(told.acknowledged) < 20:
        assert time.monotonic() < end
        time.sleep(0.01)
    before = list(told.acknowledged)
    file = tmp_path / "backup.zip"
    done = mizzle(house, "backup", file)
    assert done.returncode == 0, done.stderr
    after = len(told.acknowledged)
    while len(told.acknowledged) < after + 20:
        assert time.monotonic() < end
        time.sleep(0.01)
    load.end()
    assert not told.strange
    written = cluster.ask(IN_ORDER, "house")
    assert set(written) == {name.replace(" ", "_") for name in told.acknowledged}
    house.kill()
    done = mizzle(house, "restore", file)
    assert done.returncode == 0, done.stderr
    found = cluster.ask(IN_ORDER, "house")
    assert found == written[: len(found)]
    assert {name.replace(" ", "_") for name in before} <= set(found), "what was acknowledged before it began is in it"
    assert len(found) < len(written), "the load went on after the copy was made"
    assert house.found()[0], "the chain of the journal holds"
