"""A PostgreSQL that is thrown away: on loopback, in a folder of its own, and as careful with the disk as it is."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

PROGRAMS = max(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name), default=None)


class Cluster:
    """A server of PostgreSQL."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._as_user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = int(free.getsockname()[1])
        self.run("initdb", "-D", folder / "data", "-U", "mizzle", "-A", "trust", "--no-sync", "-E", "UTF8")
        self.start()

    def run(self, name: str, *words: object) -> None:
        """Run a program of PostgreSQL, as the user that it may run as."""
        command = [*self._as_user, str(PROGRAMS / name if PROGRAMS else name), *map(str, words)]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd="/")

    def start(self) -> None:
        """Start the server, and wait until it answers."""
        where = f"-c listen_addresses=127.0.0.1 -p {self.port} -k {self.folder}"
        self.run("pg_ctl", "-D", self.folder / "data", "-w", "-l", self.folder / "log", "-o", where, "start")

    def stop(self) -> None:
        """Stop the server as a fault of the machine would."""
        self.run("pg_ctl", "-D", self.folder / "data", "-m", "immediate", "stop")

    def database(self, name: str) -> str:
        """Make an empty database; gives its address."""
        self.run("createdb", "-h", "127.0.0.1", "-p", self.port, "-U", "mizzle", name)
        return f"postgresql://mizzle:x@127.0.0.1:{self.port}/{name}"

    def ask(self, sql: str, database: str) -> list[str]:
        """Ask a database by SQL; gives the words of the answer."""
        words = ["-At", "-h", "127.0.0.1", "-p", str(self.port), "-U", "mizzle", database, "-c", sql]
        return subprocess.run(["psql", *words], check=True, capture_output=True, text=True).stdout.split()


@contextmanager
def running() -> Iterator[Cluster]:
    """Run a server for as long as something else is done."""
    # Short, and open to the user of PostgreSQL: its socket lies there.
    folder = Path(tempfile.mkdtemp(prefix="mizzle-pg-"))
    folder.chmod(0o711)
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres")
    try:
        made = Cluster(folder)
        try:
            yield made
        finally:
            if (folder / "data" / "postmaster.pid").exists():
                made.stop()
    finally:
        shutil.rmtree(folder)
