"""A copy of the whole database at one instant, while others go on writing."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from django.db import connection, connections
from django.utils.translation import gettext as _

from mizzle_web.page.refused import Refused

if TYPE_CHECKING:
    from pathlib import Path

LONGEST_SECONDS = 6 * 3600
SESSIONS = "django_session"
"""The table that is left empty in every copy."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What a copy holds, counted at its own instant."""

    migrations: list[str]
    rows: dict[str, int]
    head_number: int
    head_digest: str


def take(target: Path) -> Facts:
    """Write a copy of the database into a file."""
    return _of_postgresql(target) if connection.vendor == "postgresql" else _of_sqlite(target)


def _of_sqlite(target: Path) -> Facts:
    # A connection of its own, made by the library that Django uses: two libraries would undo each other's locks.
    # VACUUM INTO reads at one instant and lets others write; what was deleted is not in the copy.
    first = target.with_name(f"{target.name}.first")
    _copy(connection.settings_dict["NAME"], first)
    # Keys of sessions let their holder in. Deleted rows leave bytes behind in a file, so it is written once more.
    _copy(first, target, before=f"DELETE FROM {SESSIONS}")  # noqa: S608 - a name of ours
    first.unlink()
    return facts_of_file(target)


def _copy(source: Path | str, target: Path, *, before: str = "") -> None:
    live = _library().connect(source, timeout=60, isolation_level=None)
    try:
        if before:
            live.execute(before)
        live.execute("VACUUM INTO ?", [str(target)])
    finally:
        live.close()
    target.chmod(0o600)


def _library() -> Any:
    return connection.Database  # type: ignore[attr-defined] # of the wrapper of SQLite


def facts_of_file(path: Path) -> Facts:
    """Read what a copy of SQLite holds, and check that it is whole.

    Raises
    ------
    Refused
        When SQLite finds damage in it.
    """
    copy = _library().connect(f"file:{path}?mode=ro&immutable=1", uri=True, isolation_level=None)
    try:
        (found,) = copy.execute("PRAGMA quick_check(1)").fetchone()
        if found != "ok":
            raise Refused("spoilt", _("The copy of the database is damaged (%(found)s).") % {"found": found})
        names = copy.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
        )
        tables = sorted(name for (name,) in names)
        return _facts(copy.cursor(), tables)
    except _library().DatabaseError as problem:
        raise Refused("spoilt", _("The copy of the database cannot be read.")) from problem
    finally:
        copy.close()


def _facts(cursor: Any, tables: list[str]) -> Facts:
    def ask(sql: str) -> list[Any]:
        cursor.execute(sql)
        return list(cursor.fetchall())

    rows = {name: ask(f'SELECT count(*) FROM "{name}"')[0][0] for name in tables}  # noqa: S608 - names of our tables
    migrations = [f"{app}.{name}" for app, name in ask("SELECT app, name FROM django_migrations ORDER BY app, name")]
    head = ask("SELECT number, digest FROM journal_head") or [(0, "")]
    return Facts(migrations, rows, *head[0])


def program(name: str) -> str:
    """Find a program of PostgreSQL.

    Raises
    ------
    Refused
        Where it is not installed.
    """
    found = shutil.which(name)
    if found is None:
        said = _("A backup of PostgreSQL needs the program %(name)s. Install the client of your PostgreSQL version.")
        raise Refused("no_program", said % {"name": name})
    return found


def run(command: list[str]) -> None:
    """Run a program of PostgreSQL on the database of the settings; the password goes by the environment, not argv."""
    given = connection.settings_dict
    names = {"PGDATABASE": "NAME", "PGUSER": "USER", "PGPASSWORD": "PASSWORD", "PGHOST": "HOST", "PGPORT": "PORT"}
    ours = {name: str(given[key]) for name, key in names.items() if given.get(key)}
    done = subprocess.run(  # noqa: S603 - a program of PostgreSQL with words of ours
        command, env=os.environ | ours, capture_output=True, text=True, check=False, timeout=LONGEST_SECONDS
    )
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["?"])[-1]
        raise Refused("program_failed", _("PostgreSQL refuses: %(said)s") % {"said": last})


def _of_postgresql(target: Path) -> Facts:
    dump = program("pg_dump")
    own = connections.create_connection("default")
    try:
        own.set_autocommit(False)
        with own.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            cursor.execute("SELECT pg_export_snapshot()")
            (name,) = cursor.fetchone()
            cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename")
            facts = _facts(cursor, [table for (table,) in cursor.fetchall()])
            run([dump, "--format=custom", "--schema=public", "--no-owner", "--no-privileges", f"--snapshot={name}",
                 f"--exclude-table-data=public.{SESSIONS}", f"--file={target}"])  # fmt: skip
        own.rollback()
    finally:
        own.close()
    target.chmod(0o600)
    return replace(facts, rows=facts.rows | {SESSIONS: 0})
