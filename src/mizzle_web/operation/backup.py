"""Copy everything into one file while the house stays open, and look after the files that came of it."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import connection, transaction
from django.utils.translation import gettext as _

from mizzle_web.jobs.actions import start
from mizzle_web.jobs.models import Job, JobState
from mizzle_web.journal.actions import record
from mizzle_web.operation import archive, place, snapshot
from mizzle_web.page.refused import Refused

if TYPE_CHECKING:
    from collections.abc import Callable

KIND = "operation.backup"
KEPT = 14
"""So many backups stay in the data folder; older ones make room."""
_TEMPORARY = ".mizzle-backup-"
_NAME = re.compile(r"mizzle-(\d{8}T\d{6})Z\.zip")


@dataclass(frozen=True, slots=True)
class Backup:
    """A file that holds a backup."""

    path: Path
    made_at: datetime
    n_bytes: int
    digest: str
    """SHA-256, as `sha256sum` prints it; empty where nobody wrote it down."""

    @property
    def name(self) -> str:
        """The name of the file."""
        return self.path.name


def quiet(_share: float, _stage: str) -> None:
    """Tell nobody how far it is."""


def fingerprints() -> list[str]:
    """Name the keys that open what is encrypted in the database, without giving them away."""
    return [hashlib.sha256(b"mizzle key " + key.encode()).hexdigest()[:16] for key in settings.FIELD_KEYS]


def name_at(at: datetime) -> str:
    """Name a backup by the instant at which it was asked for."""
    return f"mizzle-{at.astimezone(UTC):%Y%m%dT%H%M%S}Z.zip"


def make_backup(
    *, target: Path, by: str, at: datetime, with_keys: bool = False, tell: Callable[[float, str], None] = quiet
) -> Backup:
    """Copy database, uploaded files and a manifest into one new file; keys only where they are asked for.

    Raises
    ------
    Refused
        When the file is there already, or something needed for it is not.
    """
    if target.exists():
        raise Refused("exists", _("There is a file %(file)s already. Choose another name.") % {"file": target})
    if not target.parent.is_dir():
        raise Refused("no_folder", _("There is no folder %(folder)s. Make it first.") % {"folder": target.parent})
    with tempfile.TemporaryDirectory(prefix=_TEMPORARY, dir=target.parent) as name:
        folder = Path(name)
        tell(0.02, _("Copying the database"))
        facts = snapshot.take(folder / archive.DATABASE)
        writer = archive.Writer(folder / "part.zip")
        try:
            _fill(writer, folder / archive.DATABASE, with_keys=with_keys, tell=tell)
            writer.close(_manifest(facts, writer, at, has_keys=with_keys))
        except BaseException:
            writer.abandon()
            raise
        tell(0.95, _("Checking the copy"))
        digest = archive.digest_of(folder / "part.zip")
        (folder / "part.zip").replace(target)
    _sync(target.parent)
    made = Backup(target, at, target.stat().st_size, digest)
    _note(made)
    details = {"digest": digest, "bytes": made.n_bytes, "number": facts.head_number, "with_keys": with_keys}
    record(by=by, verb="backup.made", thing=f"backup:{digest[:16]}", at=at, details=details)
    return made


def _fill(writer: archive.Writer, database: Path, *, with_keys: bool, tell: Callable[[float, str], None]) -> None:
    parts = [(archive.DATABASE, database, _("Packing the database"))]
    parts += [
        (archive.FILES + path.relative_to(place.data()).as_posix(), path, _("Packing uploaded files"))
        for path in place.uploaded_files()
    ]
    sizes = [path.stat().st_size if path.exists() else 0 for _name, path, _stage in parts]
    total, before = max(1, sum(sizes)), 0
    for (name, path, stage), size in zip(parts, sizes, strict=True):
        told = partial(_tell, tell, stage, before, total)
        told(0)
        writer.add(name, path, told)
        before += size
    if with_keys:
        for path in sorted((place.data() / place.KEYS).glob("*")):
            writer.add(archive.KEYS + path.name, path)


def _tell(tell: Callable[[float, str], None], stage: str, before: int, total: int, n_bytes: int) -> None:
    tell(0.4 + 0.5 * min(1.0, (before + n_bytes) / total), stage)


def _manifest(facts: snapshot.Facts, writer: archive.Writer, at: datetime, *, has_keys: bool) -> archive.Manifest:
    return archive.Manifest(
        mizzle=version("mizzle"),
        made_at=at.isoformat(),
        vendor=connection.vendor,
        migrations=facts.migrations,
        rows=facts.rows,
        head_number=facts.head_number,
        head_digest=facts.head_digest,
        keys_needed=fingerprints(),
        has_keys=has_keys,
        files=writer.files,
    )


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _note(made: Backup) -> None:
    """Write down when the last backup was made, wherever it lies, and the digest of one in the data folder."""
    said = {"made_at": made.made_at.isoformat(), "bytes": made.n_bytes, "digest": made.digest}
    (place.data() / place.HEARD).write_text(json.dumps(said))
    if made.path.parent == place.data() / place.BACKUPS:
        made.path.with_suffix(".sha256").write_text(f"{made.digest}  {made.name}\n")


def last_made_at() -> datetime | None:
    """Tell when the last backup was made; None where none is known."""
    try:
        return datetime.fromisoformat(json.loads((place.data() / place.HEARD).read_text())["made_at"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def kept() -> list[Backup]:
    """List the backups in the data folder, the newest first."""
    found = []
    folder = place.data() / place.BACKUPS
    for path in folder.glob("mizzle-*.zip") if folder.is_dir() else ():
        match = _NAME.fullmatch(path.name)
        if match is None:
            continue
        side = path.with_suffix(".sha256")
        digest = side.read_text().split()[0] if side.exists() else ""
        made_at = datetime.strptime(match[1], "%Y%m%dT%H%M%S").replace(tzinfo=UTC)
        found.append(Backup(path, made_at, path.stat().st_size, digest))
    return sorted(found, key=lambda one: one.name, reverse=True)


def find(name: str) -> Backup | None:
    """Find a backup in the data folder by its name."""
    return next((one for one in kept() if one.name == name), None)


def make_room() -> int:
    """Remove backups beyond the newest `KEPT`, and what broken-off ones left; give how many backups went."""
    old = kept()[KEPT:]
    for one in old:
        one.path.unlink(missing_ok=True)
        one.path.with_suffix(".sha256").unlink(missing_ok=True)
    for left in place.backups().glob(f"{_TEMPORARY}*"):
        shutil.rmtree(left, ignore_errors=True)
    return len(old)


def under_way() -> Job | None:
    """Give the backup that is being made or waits for a worker, whoever asked for it."""
    return Job.objects.unfinished().filter(kind=KIND).order_by("created_at").first()


def last_failed() -> Job | None:
    """Give the last backup that a worker tried, where that was not made."""
    last = (
        Job.objects.filter(kind=KIND, state__in=(JobState.DONE, JobState.FAILED)).order_by("-ended_at", "-pk").first()
    )
    return last if last is not None and last.state == JobState.FAILED else None


def ask_for_backup(*, by: str, at: datetime, key: str = "", is_daily: bool = False) -> Job:
    """Let a worker make a backup; while one is being made, give that one."""
    arguments = {"name": name_at(at), "by": by} | ({"is_daily": True} if is_daily else {})
    with transaction.atomic():
        return under_way() or start(kind=KIND, arguments=arguments, by=by, at=at, key=key)


def note_taken(*, backup: Backup, by: str, at: datetime) -> None:
    """Write into the journal that somebody took a backup with them."""
    record(by=by, verb="backup.taken", thing=f"backup:{backup.digest[:16]}", at=at, details={"bytes": backup.n_bytes})
