"""Put everything back as a backup has it, while the house is closed; what was there before is kept aside."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC
from pathlib import Path
from typing import TYPE_CHECKING

from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.db import DatabaseError, connection, connections
from django.db.migrations.loader import MigrationLoader
from django.utils.translation import gettext as _

from mizzle_web.journal import checker
from mizzle_web.journal.actions import SYSTEM, record
from mizzle_web.operation import archive, place, snapshot
from mizzle_web.operation.backup import fingerprints, quiet
from mizzle_web.page.refused import Refused

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

GOING_SECONDS = 5
"""So long may connections take to go that were closed a moment ago."""
_LIVE_ENDINGS = ("", "-wal", "-shm", "-journal")


@dataclass(frozen=True, slots=True)
class Restored:
    """What was put back, and where that is which was there before."""

    manifest: archive.Manifest
    aside: str
    warnings: list[str] = field(default_factory=list)


def restore(*, file: Path, at: datetime, tell: Callable[[float, str], None] = quiet) -> Restored:
    """Put a backup back: check it, keep the present state aside, bring the copy to this version, check its journal.

    Raises
    ------
    Refused
        While the house is open, or when the file is not whole or not for this house; nothing has changed then.
    """
    with place.closed_house():
        manifest = archive.read_manifest(file)
        _fits(manifest)
        with tempfile.TemporaryDirectory(prefix=".mizzle-restore-", dir=place.data()) as name:
            folder = Path(name)
            archive.unpack(file, manifest, folder, tell)
            if manifest.vendor == "sqlite":
                _is_the_same(manifest, snapshot.facts_of_file(folder / archive.DATABASE))
            aside = place.data() / place.ASIDE / f"{at.astimezone(UTC):%Y%m%dT%H%M%S}Z"
            aside.mkdir(mode=0o700, parents=True)
            exchange = _exchange_sqlite if manifest.vendor == "sqlite" else _exchange_postgresql
            tell(1.0, _("Putting it in place"))
            with exchange(folder / archive.DATABASE, aside):
                _bring_up_to_date(manifest)
                Session.objects.all().delete()  # nobody comes in by a session that had ended meanwhile
                details = {"number": manifest.head_number, "mizzle": manifest.mizzle}
                record(by=SYSTEM, verb="backup.restored", thing="operation", at=at, details=details)
            _put_files(folder, aside)
            connections.close_all()
    return Restored(manifest, str(aside), _warnings(manifest))


def _fits(manifest: archive.Manifest) -> None:
    if manifest.vendor != connection.vendor:
        said = _("This backup is of %(theirs)s, and the settings name %(ours)s. Set MIZZLE_DATABASE_URL to fit.")
        names = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
        theirs = names.get(manifest.vendor, "?")
        raise Refused("other_database", said % {"theirs": theirs, "ours": names[connection.vendor]})
    known = {f"{app}.{name}" for app, name in MigrationLoader(None).disk_migrations}
    if set(manifest.migrations) - known:
        said = _("This backup was made by mizzle %(version)s. Install that version or a later one.")
        raise Refused("too_new", said % {"version": manifest.mizzle})


def _is_the_same(manifest: archive.Manifest, found: snapshot.Facts) -> None:
    same = (found.rows, found.head_number, found.head_digest) == (
        manifest.rows,
        manifest.head_number,
        manifest.head_digest,
    )
    if not same:
        raise Refused("spoilt", _("The database in this backup is not the one that its manifest describes."))


@contextmanager
def _exchange_sqlite(copy: Path, aside: Path) -> Iterator[None]:
    """Put a copy in the place of the database file; if what follows fails, put the former one back."""
    live = Path(str(connection.settings_dict["NAME"]))
    with suppress(DatabaseError), connection.cursor() as cursor:  # one that is damaged is kept as it is
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connections.close_all()
    _move_database(live, aside / live.name)
    copy.replace(live)
    try:
        yield
    except BaseException:
        connections.close_all()
        for ending in _LIVE_ENDINGS:
            live.with_name(live.name + ending).unlink(missing_ok=True)
        _move_database(aside / live.name, live)
        raise
    handle = os.open(live.parent, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _move_database(source: Path, target: Path) -> None:
    for ending in reversed(_LIVE_ENDINGS):  # the log before the file, which would be another one with the wrong log
        part = source.with_name(source.name + ending)
        if part.exists():
            part.replace(target.with_name(target.name + ending))


@contextmanager
def _exchange_postgresql(copy: Path, aside: Path) -> Iterator[None]:
    """Put a copy into the schema `public`; the former one is kept beside it under another name."""
    put_back = snapshot.program("pg_restore")
    kept = f"mizzle_before_{aside.name.lower()}"
    _wait_until_alone()
    with connection.cursor() as cursor:
        cursor.execute("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'mizzle\\_before\\_%%'")
        former = [name for (name,) in cursor.fetchall()]
        cursor.execute(f'ALTER SCHEMA public RENAME TO "{kept}"')
    try:
        name = str(connection.settings_dict["NAME"])
        snapshot.run([put_back, "--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction",
                      f"--dbname={name}", str(copy)])  # fmt: skip
        yield
    except BaseException:
        with connection.cursor() as cursor:
            cursor.execute("DROP SCHEMA IF EXISTS public CASCADE")
            cursor.execute(f'ALTER SCHEMA "{kept}" RENAME TO public')
        raise
    with connection.cursor() as cursor:
        for old in former:
            cursor.execute(f'DROP SCHEMA "{old}" CASCADE')


def _wait_until_alone() -> None:
    """Make sure that no house on another machine is open, which the lock in this data folder does not see."""
    ours = f"mizzle restore {os.getpid()}"  # the pool opens more than one connection, and none of them is in the way
    connections.close_all()
    connection.close_pool()  # type: ignore[attr-defined] # of the wrapper of PostgreSQL
    os.environ["PGAPPNAME"] = ours
    end = time.monotonic() + GOING_SECONDS
    while True:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name <> %s "
                "AND backend_type = 'client backend'",
                [ours],
            )
            if not cursor.fetchone()[0]:
                return
        if time.monotonic() > end:
            raise Refused("house_is_open", _("Something else is connected to this database. Close it first."))
        time.sleep(0.1)


def _bring_up_to_date(manifest: archive.Manifest) -> None:
    call_command("migrate", interactive=False, verbosity=0)
    known = checker.anchor(f"{manifest.head_number}:{manifest.head_digest}") if manifest.head_digest else None
    finding = checker.check(kept=known)
    if not finding.is_intact:
        said = _("The journal in this backup was tampered with: %(reason)s Use another backup; nothing was changed.")
        raise Refused("tampered", said % {"reason": finding.reason})


def _put_files(folder: Path, aside: Path) -> None:
    for top in place.uploaded():
        shutil.move(top, aside / top.name)
    packed = folder / archive.FILES.strip("/")
    for top in sorted(packed.iterdir()) if packed.is_dir() else ():
        shutil.move(top, place.data() / top.name)
    keys = folder / archive.KEYS.strip("/")
    if keys.is_dir():
        live = place.data() / place.KEYS
        if live.is_dir():
            live.replace(aside / place.KEYS)
        keys.chmod(0o700)
        keys.replace(live)


def _warnings(manifest: archive.Manifest) -> list[str]:
    if manifest.has_keys:
        return [_("The keys of the backup are in place. Keys that the environment names win over them.")]
    if not set(manifest.keys_needed) & set(fingerprints()):
        return [
            _(
                "The keys here are not those of the backup, which holds none. Put the former file keys/fields "
                "back into the data folder, or second factors and webhooks must be set up anew."
            )
        ]
    return []
