"""How the house is: one line for each thing that an operator looks after, and what to do where something is wrong."""

from __future__ import annotations

import os
import platform
import shutil
import smtplib
import ssl
import stat
from dataclasses import dataclass
from datetime import timedelta
from importlib.metadata import version
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from mizzle_web.jobs.models import Turn
from mizzle_web.journal.models import Entry, Parcel, ParcelKind, ParcelState
from mizzle_web.operation import place
from mizzle_web.operation.backup import last_failed, last_made_at

if TYPE_CHECKING:
    from datetime import datetime

LEAST_FREE = 1 << 30
LEAST_SHARE_FREE = 0.05
DRIFT = timedelta(minutes=5)
SILENCE = timedelta(minutes=10)
BACKUP_AGE = timedelta(days=7)
OLDEST_POSTGRESQL = 150000
PATIENCE_SECONDS = 5
LOOPBACK = ("127.0.0.1", "localhost", "::1")
FULL = 2


@dataclass(frozen=True, slots=True)
class Line:
    """What was found about one thing; `todo` is empty where nothing is to be done."""

    name: str
    title: str
    found: str
    todo: str = ""

    @property
    def is_fine(self) -> bool:
        """Whether nothing is to be done."""
        return not self.todo


def examine(*, at: datetime, thorough: bool = False) -> list[Line]:
    """Look at everything; `thorough` also reads the whole database and calls the mail server.

    Where the database does not answer, only that is said of it; the rest is looked at all the same.
    """
    found, can_ask = [_database()], False
    if is_reachable():
        if thorough:
            found.append(_whole())
        found.append(_migrations())
        can_ask = found[-1].is_fine
    if can_ask:
        found += [_clock(at), _worker(at)]
    found += [_disk(), _keys(), _address(), _mail(thorough=thorough, can_ask=can_ask), _backup(at, can_ask=can_ask)]
    found.append(_versions())
    return found


def is_reachable() -> bool:
    """Tell whether the database answers."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            return bool(cursor.fetchone() == (1,))
    except DatabaseError:
        return False


def _database() -> Line:
    title = _("Database")
    try:
        return _postgresql() if connection.vendor == "postgresql" else _sqlite()
    except DatabaseError as problem:
        reason = str(problem).strip().splitlines()[0] if str(problem).strip() else type(problem).__name__
        todo = _("Start the database, or look at MIZZLE_DATABASE_URL and at the rights in the data folder.")
        return Line("database", title, _("It does not answer: %(reason)s") % {"reason": reason}, todo)


def _sqlite() -> Line:
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA journal_mode")
        (mode,) = cursor.fetchone()
        cursor.execute("PRAGMA synchronous")
        (synced,) = cursor.fetchone()
    number = connection.Database.sqlite_version  # type: ignore[attr-defined] # of the wrapper of SQLite
    found = f"SQLite {number}, journal_mode={mode}, synchronous={'FULL' if synced == FULL else synced}"
    if synced != FULL:  # the backend refuses to open such a connection; this is the second lock on that door
        return Line("database", _("Database"), found, _("Use the database settings that mizzle comes with."))
    return Line("database", _("Database"), found, str(getattr(connection, "caution", "")))


def _postgresql() -> Line:
    wanted = ("fsync", "full_page_writes", "synchronous_commit")
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version_num")
        number = int(cursor.fetchone()[0])
        states = {}
        for name in wanted:
            cursor.execute(f"SHOW {name}")
            (states[name],) = cursor.fetchone()
    found = f"PostgreSQL {number // 10000}.{number % 10000}, " + ", ".join(f"{k}={v}" for k, v in states.items())
    off = [name for name, value in states.items() if value == "off"]
    todo = ""
    if number < OLDEST_POSTGRESQL:
        todo = _("Move to PostgreSQL 15 or later.")
    elif off:
        said = _("Switch on in PostgreSQL, or a power cut loses what was confirmed: %(names)s.")
        todo = said % {"names": ", ".join(off)}
    return Line("database", _("Database"), found, todo)


def unsafe_settings() -> str:
    """Say which settings of PostgreSQL would lose confirmed writes; empty where none does, and on SQLite."""
    return _postgresql().todo if connection.vendor == "postgresql" else ""


def _whole() -> Line:
    title = _("Integrity")
    if connection.vendor == "postgresql":
        return Line("whole", title, _("PostgreSQL checks its pages by itself when they are read."))
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA quick_check(1)")
        (found,) = cursor.fetchone()
    todo = "" if found == "ok" else _("The database file is damaged. Stop mizzle and restore the last backup.")
    return Line("whole", title, str(found), todo)


def _migrations() -> Line:
    executor = MigrationExecutor(connection)
    pending = executor.migration_plan(executor.loader.graph.leaf_nodes())
    known = set(executor.loader.disk_migrations)
    strange = sorted(key for key in executor.loader.applied_migrations if key not in known)
    title = _("Database schema")
    if strange:
        said = _("It was used by a later version of mizzle (%(name)s).") % {"name": ".".join(strange[0])}
        return Line("migrations", title, said, _("Install that version again, or restore a backup made by this one."))
    if pending:
        said = ngettext("%(n)d step is missing.", "%(n)d steps are missing.", len(pending)) % {"n": len(pending)}
        return Line("migrations", title, said, _("Run: mizzle migrate"))
    return Line("migrations", title, _("That of this version."))


def _clock(at: datetime) -> Line:
    title = _("Clock")
    newest = Entry.objects.order_by("-number").values_list("at", flat=True).first()
    if newest is not None and newest - at > DRIFT:
        said = _("The newest entry of the journal is of %(then)s, which is still to come.") % {"then": _when(newest)}
        return Line("clock", title, said, _("Set the clock of the server, and let it follow a time server."))
    return Line("clock", title, _when(at))


def _when(instant: datetime) -> str:
    return f"{date_format(instant, 'SHORT_DATETIME_FORMAT')} UTC"


def _worker(at: datetime) -> Line:
    title = _("Worker")
    todo = _("Start one: mizzle serve, or mizzle worker beside mizzle web.")
    dues = list(Turn.objects.values_list("next_at", "n_failed"))
    if not dues:
        return Line("worker", title, _("None has ever run here."), todo)
    late = at - min(due for due, _failed in dues)
    if late > SILENCE:
        minutes = int(late.total_seconds() // 60)
        return Line("worker", title, _("None has given a sign of life for %(n)d minutes.") % {"n": minutes}, todo)
    failing = Turn.objects.failing().order_by("path").values_list("path", flat=True)
    if failing:
        said = _("One is running, but this failed the last time: %(names)s.") % {"names": ", ".join(failing)}
        return Line("worker", title, said, _("Look into the log of the worker for the reason."))
    return Line("worker", title, _("One is running."))


def _disk() -> Line:
    try:
        usage = shutil.disk_usage(place.data())
    except OSError as problem:
        return Line("disk", _("Disk"), str(problem.strerror), _("Make the data folder readable again."))
    said = _("%(free)s of %(total)s free") % {"free": _bytes(usage.free), "total": _bytes(usage.total)}
    is_low = usage.free < min(LEAST_FREE, usage.total // 4) or usage.free / usage.total < LEAST_SHARE_FREE
    todo = _("Make room, or move the data folder to a larger disk. When it is full, nothing can be saved.")
    if not os.access(place.data(), os.W_OK):
        return Line("disk", _("Disk"), said, _("Make the data folder writable for the user of the server."))
    return Line("disk", _("Disk"), said, todo if is_low else "")


def _bytes(number: float) -> str:
    for unit in ("B", "kB", "MB", "GB"):
        if number < 1000:  # noqa: PLR2004 - the step of the units
            return f"{number:.0f} {unit}"
        number /= 1000
    return f"{number:.1f} TB"


def _keys() -> Line:
    folder = place.data() / place.KEYS
    title = _("Keys")
    if not folder.is_dir():
        return Line("keys", title, _("They come from the environment."))
    loose = [path.name for path in (folder, *sorted(folder.iterdir())) if stat.S_IMODE(path.stat().st_mode) & 0o077]
    if loose:
        said = _("Others on this machine can read: %(names)s.") % {"names": ", ".join(loose)}
        return Line("keys", title, said, f"chmod -R go-rwx {folder}")
    return Line("keys", title, _("Only the user of the server reads them. Keep a copy of %(folder)s in a safe place.")
                % {"folder": folder})  # fmt: skip


def _address() -> Line:
    url = settings.ENVIRONMENT.url
    parts = urlsplit(url)
    if parts.scheme == "http" and parts.hostname not in LOOPBACK:
        todo = _("Put a proxy with https in front, and set MIZZLE_URL to its address: passwords go unprotected now.")
        return Line("address", _("Address"), url, todo)
    return Line("address", _("Address"), url)


def _mail(*, thorough: bool, can_ask: bool) -> Line:
    title, url = _("Mail"), settings.ENVIRONMENT.mail_url
    dead = Parcel.objects.filter(state=ParcelState.DEAD).count() if can_ask else 0
    if not url:
        said = _("None is sent: MIZZLE_MAIL_URL is not set. Links are shown on the page instead.")
        waiting = Parcel.objects.filter(kind=ParcelKind.MAIL, state=ParcelState.WAITING).count() if can_ask else 0
        if not waiting:
            return Line("mail", title, said)
        said = ngettext(
            "%(n)d mail waits: MIZZLE_MAIL_URL is not set.", "%(n)d mails wait: MIZZLE_MAIL_URL is not set.", waiting
        ) % {"n": waiting}
        return Line("mail", title, said, _("Set MIZZLE_MAIL_URL to your mail server, and start mizzle again."))
    host = urlsplit(url).hostname or ""
    if thorough:
        problem = _call(url)
        if problem:
            said = _("%(host)s does not answer: %(problem)s") % {"host": host, "problem": problem}
            return Line("mail", title, said, _("Look at MIZZLE_MAIL_URL, and whether the mail server is up."))
    if dead:
        said = ngettext("%(n)d delivery did not arrive.", "%(n)d deliveries did not arrive.", dead) % {"n": dead}
        return Line("mail", title, said, _("Look at them under Deliveries, and send them again."))
    return Line("mail", title, _("It goes to %(host)s.") % {"host": host})


def _call(url: str) -> str:
    """Sign in to the mail server and leave again; give what went wrong."""
    parts = urlsplit(url)
    try:
        trust = ssl.create_default_context()
        if parts.scheme == "smtps":
            server: smtplib.SMTP = smtplib.SMTP_SSL(
                parts.hostname or "", parts.port or 465, timeout=PATIENCE_SECONDS, context=trust
            )
        else:
            server = smtplib.SMTP(parts.hostname or "", parts.port or 587, timeout=PATIENCE_SECONDS)
        with server:
            server.ehlo()
            if parts.scheme == "smtp" and server.has_extn("starttls"):
                server.starttls(context=trust)
            if parts.username:
                server.login(parts.username, parts.password or "")
    except (OSError, smtplib.SMTPException) as problem:
        return str(problem).splitlines()[0] if str(problem) else type(problem).__name__
    return ""


def _backup(at: datetime, *, can_ask: bool) -> Line:
    title, last = _("Backup"), last_made_at()
    failed = last_failed() if can_ask else None
    if failed is not None and (last is None or failed.created_at > last):
        said = _("The last one was not made: %(reason)s") % {"reason": failed.error}
        return Line("backup", title, said, _("Look into the log of the worker, then make one under Backup."))
    todo = _("Make one: mizzle backup FILE, and keep it on another machine.")
    if last is None:
        return Line("backup", title, _("None has been made yet."), todo)
    found = _("The last one is of %(then)s.") % {"then": _when(last)}
    return Line("backup", title, found, todo if at - last > BACKUP_AGE else "")


def _versions() -> Line:
    names = ("mizzle", "django", "uvicorn", "cryptography")
    found = ", ".join(f"{name} {version(name)}" for name in names)
    return Line("versions", _("Versions"), f"{found}, Python {platform.python_version()}")
