"""A house on PostgreSQL, in a cluster that is thrown away: it goes away and comes back; backup and restore."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
PROGRAMS = max(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name), default=None)
pytestmark = pytest.mark.skipif(PROGRAMS is None, reason="PostgreSQL is not installed here")

COUNT = "SET search_path = SCHEMA; SELECT count(*) FROM people_member WHERE name LIKE 'P %'"


@pytest.fixture(autouse=True)
def at():
    """Let the clock run: this is about real processes."""


class Cluster:
    """A server of PostgreSQL with an empty database."""

    def __init__(self, folder):
        self.folder = folder
        self.as_user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.url = f"postgresql://mizzle:x@127.0.0.1:{self.port}/house"
        self._run("initdb", "-D", folder / "data", "-U", "mizzle", "-A", "trust", "--no-sync", "-E", "UTF8")
        self.start()
        self._run("createdb", "-h", "127.0.0.1", "-p", self.port, "-U", "mizzle", "house")

    def _run(self, name, *words):
        command = [*self.as_user, str(PROGRAMS / name), *map(str, words)]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd="/")

    def start(self):
        where = f"-c listen_addresses=127.0.0.1 -p {self.port} -k {self.folder}"
        self._run("pg_ctl", "-D", self.folder / "data", "-w", "-l", self.folder / "log", "-o", where, "start")

    def stop(self):
        self._run("pg_ctl", "-D", self.folder / "data", "-m", "immediate", "stop")

    def ask(self, sql):
        words = ["-At", "-h", "127.0.0.1", "-p", str(self.port), "-U", "mizzle", "house", "-c", sql]
        return subprocess.run(["psql", *words], check=True, capture_output=True, text=True).stdout.split()


@pytest.fixture
def cluster(tmp_path):
    folder = Path(tempfile.gettempdir()) / f"mizzle-pg-{os.getpid()}"  # short, and open to the user of PostgreSQL
    folder.mkdir(mode=0o711)
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres")
    made = Cluster(folder)
    yield made
    if (folder / "data" / "postmaster.pid").exists():
        made.stop()
    shutil.rmtree(folder)


@pytest.fixture
def house(cluster, tmp_path):
    sys.path.insert(0, str(BENCHMARKS))
    try:
        import killing
    finally:
        sys.path.remove(str(BENCHMARKS))
    made = killing.House(tmp_path / "data", cluster.url)
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
    assert house.ask("POST", "/people/new", {"name": "P 1", "key": "P 1"})[0] == 302
    file = tmp_path / "backup.zip"
    done = mizzle(house, "backup", file)
    assert done.returncode == 0, done.stderr
    with zipfile.ZipFile(file) as bundle:
        assert json.loads(bundle.read("manifest.json"))["rows"]["django_session"] == 0
        (tmp_path / "dump").write_bytes(bundle.read("database"))
    listed = subprocess.run(
        [PROGRAMS / "pg_restore", "--data-only", "--table=django_session", "--file=-", tmp_path / "dump"],
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    assert cluster.ask("SELECT count(*) FROM django_session") != ["0"]
    assert "COPY" not in listed.stdout, "nobody comes in by a session that a backup held"
    assert house.ask("POST", "/people/new", {"name": "P 2", "key": "P 2"})[0] == 302
    refused = mizzle(house, "restore", file)
    assert (refused.returncode, "mizzle is running" in refused.stderr) == (2, True)
    house.kill()
    done = mizzle(house, "restore", file)
    assert done.returncode == 0, done.stderr
    assert house.found() == (True, ["P 1"])
    (kept,) = cluster.ask("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'mizzle%'")
    (found,) = [word for word in cluster.ask(COUNT.replace("SCHEMA", kept)) if word != "SET"]
    assert found == "2"
