"""What people do with the logs of a journey: bring one, say what its columns mean, have it imported, delete it."""

from __future__ import annotations

import hashlib
import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import transaction
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from mizzle_web.jobs.actions import ask_cancel, start
from mizzle_web.jobs.models import Job
from mizzle_web.journal.actions import record
from mizzle_web.journeys.actions.tables import remove_files, sent_path
from mizzle_web.journeys.figures.columns import changes_of, question_of, words_of
from mizzle_web.journeys.models import NAME, Journey, Log, LogState
from mizzle_web.page.refused import Changed, Refused

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from mizzle_web.journeys.models import LogQuerySet

LOOK, BRING, REMOVE = "journeys.look", "journeys.bring", "journeys.remove"
KINDS = {LogState.NEW: LOOK, LogState.IMPORTING: BRING, LogState.DELETING: REMOVE}
"""The work that goes on while a log is in one of these states."""
OPEN = (LogState.NEW, LogState.READY, LogState.IMPORTING)


def thing(log: Log) -> str:
    """Name a log in the journal."""
    return f"log:{log.public_id}"


def job_of(log: Log) -> Job | None:
    """Find the work that is or was done on a log last."""
    return Job.objects.filter(public_id=log.job).first() if log.job else None


def is_busy(log: Log) -> bool:
    """Whether work on a log goes on."""
    job = job_of(log) if log.state in KINDS else None
    return job is not None and not job.is_over


def is_stopped(log: Log) -> bool:
    """Whether work on a log was broken off, and waits for a word to go on."""
    return log.state in KINDS and not is_busy(log)


def send_log(*, journey: Journey, blocks: Iterable[bytes], name: str, by: str, at: datetime) -> Log:
    """Keep a file that somebody sent, and have it looked at; one that is being worked on already is given as it is."""
    log = Log(journey=journey, name=_shown(name), by=by, created_at=at)
    path = sent_path(log)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    digest = hashlib.sha256()
    try:
        with os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as kept:
            for block in _limited(blocks):
                log.n_bytes += len(block)
                digest.update(block)
                kept.write(block)
        log.digest = digest.hexdigest()
        found = _add(log, journey.logs.filter(digest=log.digest), by=by, at=at)
        if found.pk != log.pk:
            path.unlink()
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return found


def name_log(*, journey: Journey, path: str, by: str, at: datetime) -> Log:
    """Have a file looked at that lies on the server; it stays where it is."""
    file = server_file(path)
    log = Log(journey=journey, name=_shown(file.name), path=str(file), n_bytes=file.stat().st_size, by=by)
    log.created_at = at
    return _add(log, journey.logs.filter(path=log.path).exclude(state=LogState.IMPORTED), by=by, at=at)


def server_file(path: str) -> Path:
    """Find a file on the server in a folder that the operator has opened; links do not lead out of it.

    Raises
    ------
    Refused
        For whatever is no plain file in such a folder; what lies elsewhere is not even said to be there.
    """
    try:
        file = Path(path.strip())
        file = file.resolve() if file.is_absolute() else Path("/nowhere")
        is_inside = any(file.is_relative_to(folder) for folder in settings.ENVIRONMENT.log_folders)
        if not is_inside or not stat.S_ISREG(file.stat().st_mode):
            raise FileNotFoundError(path)
    except (OSError, ValueError, RuntimeError) as problem:  # as for a name with a NUL, or links in a ring
        sentence = _("There is no file of that name in the folders of logs. Write its whole path, from the root on.")
        raise Refused("no_such_file", sentence, field="path") from problem
    return file


def _add(log: Log, same: LogQuerySet, *, by: str, at: datetime) -> Log:
    """Add a log to its journey, unless the same file is there already."""
    with transaction.atomic():
        journey = Journey.objects.select_for_update().present().filter(pk=log.journey_id).first()
        if journey is None or journey.is_drawn:
            raise Refused("put_away", _("This journey was put away in the meantime."))
        before = same.exclude(state=LogState.DELETING).order_by("-pk").first()
        if before is not None and before.state == LogState.IMPORTED:
            raise there_already(before, field="path" if log.path else "file")
        if before is not None and before.state in OPEN:
            return before
        if before is not None:  # it could not be read, and is tried anew
            _forget(before)
        log.save(force_insert=True)
        details = {"n_bytes": log.n_bytes, "digest": log.digest, "journey": str(journey.public_id)}
        record(by=by, verb="log.named" if log.path else "log.sent", thing=thing(log), at=at, details=details)
        _begin(log, by=by, at=at)
    return log


def there_already(log: Log, *, field: str) -> Refused:
    """Refuse a file that is part of the journey already."""
    said = _(
        "This very file is part of the journey already: “%(name)s”, imported on %(day)s. Nothing is taken in twice."
    )
    day = date_format(log.imported_at, "DATE_FORMAT") if log.imported_at else ""
    return Refused("there_already", said % {"name": log.name, "day": day}, field=field)


def _begin(log: Log, *, by: str, at: datetime) -> None:
    """Begin the work that belongs to the state of a log."""
    arguments = {"log": str(log.public_id), "by": by}
    log.job = start(kind=KINDS[LogState(log.state)], arguments=arguments, by=by, at=at).public_id
    log.save(update_fields=("state", "job", "look", "mapping", "accepts_rejects", "counts", "problem", "version"))


def choose_columns(*, log: Log, answers: dict[str, Any], version: int, imports: bool, by: str, at: datetime) -> Log:
    """Say what the columns of a log mean, and have it imported, or looked at once more.

    Whatever differs from what was found out is checked by reading the file, before anything is imported.
    """
    with transaction.atomic():
        found = _locked(log)
        if found.look.get("answers") == answers and (is_busy(found) or found.state == LogState.IMPORTED):
            return found  # the same form, sent twice
        if is_busy(found) or found.state not in OPEN:
            raise Refused("not_open", _("This log is being worked on, or is imported already. Load the page again."))
        if found.version != version:
            sentence = _("Somebody else changed how this log is read while you were at it.")
            raise Changed(sentence, theirs=words_of(found), version=found.version)
        from_nothing, options = changes_of(found, answers)
        if from_nothing:
            found.mapping = {}
        found.look = found.look | {"answers": answers, "options": options}
        found.state = LogState.IMPORTING if imports else LogState.NEW
        found.accepts_rejects, found.counts, found.problem = False, {}, ""
        found.version += 1
        _begin(found, by=by, at=at)
        details = {"n_changed": len(options), "imports": imports}
        record(by=by, verb="log.columns_chosen", thing=thing(found), at=at, details=details)
    return found


def import_without(*, log: Log, version: int, by: str, at: datetime) -> Log:
    """Import a log without the many rows that cannot be read."""
    with transaction.atomic():
        found = _locked(log)
        if found.accepts_rejects and found.state in (LogState.IMPORTING, LogState.IMPORTED):
            return found
        if found.state != LogState.READY or not found.counts.get("too_many") or question_of(found):
            raise Refused("not_open", _("This log is being worked on, or is imported already. Load the page again."))
        if found.version != version:
            sentence = _("Somebody else changed how this log is read while you were at it.")
            raise Changed(sentence, theirs=words_of(found), version=found.version)
        details = {"n_rejected": found.counts["rejected"], "n_rows": found.counts["rows"]}
        found.state, found.accepts_rejects = LogState.IMPORTING, True
        found.version += 1
        _begin(found, by=by, at=at)
        record(by=by, verb="log.rejects_accepted", thing=thing(found), at=at, details=details)
    return found


def go_on(*, log: Log, by: str, at: datetime) -> Log:
    """Take up work that was broken off."""
    with transaction.atomic():
        found = _locked(log)
        if is_stopped(found):
            _begin(found, by=by, at=at)
            record(by=by, verb="log.taken_up", thing=thing(found), at=at, details={"state": found.state})
    return found


def delete_log(*, log: Log, by: str, at: datetime) -> bool:
    """Delete a log and everything from it; give whether that takes a while, since events have to be joined anew."""
    with transaction.atomic():
        found = _locked(log)
        if found.state == LogState.DELETING:
            return True
        record(by=by, verb="log.delete_asked", thing=thing(found), at=at, details={"state": found.state})
        if found.state == LogState.IMPORTED:
            found.state = LogState.DELETING
            _begin(found, by=by, at=at)
            return True
        job = job_of(found)
        if job is not None:
            ask_cancel(job=job, by=by, at=at)
        _forget(found)
        record(by=by, verb="log.deleted", thing=thing(found), at=at)
    return False


def _forget(log: Log) -> None:
    """Delete a log of which no event is in the journey, with its files."""
    log.delete()
    transaction.on_commit(lambda: remove_files(log=log))


def _locked(log: Log) -> Log:
    found = Log.objects.select_for_update().filter(pk=log.pk, journey__ended_at__isnull=True).first()
    if found is None:
        raise Refused("deleted", _("This log was deleted in the meantime."))
    return found


def _shown(name: str) -> str:
    """Give the name of a file as it is shown, without folders and signs that cannot be shown."""
    last = os.path.basename(name.replace("\\", "/"))  # noqa: PTH119 - a name, no path of ours
    return "".join(sign for sign in last if sign.isprintable())[-NAME:] or "?"


def _limited(blocks: Iterable[bytes]) -> Iterator[bytes]:
    """Pass blocks on until they are too many."""
    most, n_bytes = settings.ENVIRONMENT.upload_megabytes << 20, 0
    for block in blocks:
        n_bytes += len(block)
        if n_bytes > most:
            sentence = _(
                "The file is larger than the limit. Send it in parts, or ask your operator to raise the limit."
            )
            raise Refused("too_large", sentence, field="file")
        yield block
