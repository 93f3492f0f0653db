"""What work writes down of logs: what was found in them, their events, and the event table of a journey."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import timedelta
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from mizzle_web.jobs.models import Job
from mizzle_web.journal.actions import SYSTEM, record
from mizzle_web.journeys.actions.figure_sets import ask_for_figures
from mizzle_web.journeys.actions.journeys import folder_of, table_of
from mizzle_web.journeys.models import Journey, Log, LogState
from mizzle_web.page.refused import Refused

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from pathlib import Path

KEPT = timedelta(days=30)
"""So long are rejected rows kept, and files that nobody imports."""
WAITING = (LogState.NEW, LogState.READY, LogState.IMPORTING)
TOO_OLD = "The file was not imported within 30 days, so it was deleted. Bring it again."
"""In English, as all reasons are kept; see `mizzle_web.journeys.figures.words`."""
ENDINGS = frozenset(
    (
        *(".csv", ".tsv", ".txt", ".gz", ".xlsx", ".xlsm", ".xls", ".parquet", ".xes", ".xml", ".json", ".jsonocel"),
        *(".xmlocel", ".sqlite", ".db"),
    )
)
"""Endings of a name that say something to those who read logs; the rest of a name is none of theirs."""


def _file(log: Log, ending: str) -> Path:
    return folder_of(log.journey) / "logs" / f"{log.public_id}{ending}"


def sent_path(log: Log) -> Path:
    """Give where what was sent lies until it is imported: it holds names of people."""
    suffixes = [one.lower() for one in PurePath(log.name).suffixes[-2:]]
    return _file(log, "-sent" + "".join(one for one in suffixes if one in ENDINGS))


def events_path(log: Log) -> Path:
    """Give where the event table of one log lies."""
    return _file(log, ".parquet")


def aside_path(log: Log) -> Path:
    """Give the folder of the rows that could not be read."""
    return _file(log, "-aside")


def rejected_file(log: Log) -> Path | None:
    """Find the file of the rows that could not be read; None where there is none any more."""
    return next(aside_path(log).glob("*.rejected.csv"), None)


def remove_files(*, log: Log, but_events: bool = False, but_rejected: bool = False) -> None:
    """Remove the files of a log, but never one that lies elsewhere on the server."""
    events = events_path(log)
    sent_path(log).unlink(missing_ok=True)
    shutil.rmtree(events.with_name(events.name + ".partial"), ignore_errors=True)
    events.with_name(events.name + ".lock").unlink(missing_ok=True)
    if not but_events:
        events.unlink(missing_ok=True)
    if not but_rejected or rejected_file(log) is None:
        shutil.rmtree(aside_path(log), ignore_errors=True)


def _changed(log: Log, was: LogState | None, **values: Any) -> Log:
    """Write fields of a log that still is in a state; inside a transaction."""
    found = Log.objects.select_for_update().filter(pk=log.pk, journey__ended_at__isnull=True).first()
    if found is None or (was is not None and found.state != was):
        raise Refused("deleted", _("This log was deleted or changed in the meantime."))
    for name, value in values.items():
        setattr(found, name, value)
    found.save(update_fields=tuple(values))
    return found


def keep_look(*, log: Log, seen: dict[str, Any], goes_on: bool, at: datetime) -> Log:
    """Keep what was found in a file; with `goes_on` its import follows, unless something is asked."""
    seen = dict(seen)
    mapping = seen.pop("mapping", None) or {}
    about = {name: seen.pop(name) for name in ("digest", "n_bytes") if name in seen}
    is_asked = "question" in seen
    # What was chosen is kept apart only as long as it has not become part of what is known.
    options = seen.pop("options", log.look.get("options", {}))
    chosen = {"answers": log.look.get("answers", {}), "options": {} if mapping else options}
    if log.look.get("dates", {}).get("chosen") and mapping.get("end") == log.mapping.get("end"):
        seen.setdefault("dates", log.look["dates"])
    values = about | {"look": chosen | seen, "mapping": mapping, "problem": ""}
    with transaction.atomic():
        state = log.state if goes_on and not is_asked else LogState.READY
        found = _changed(log, LogState(log.state), state=state, **values)
        details = {"n_columns": len(seen["columns"]), "asks": seen["question"]["field"] if is_asked else ""}
        record(by=SYSTEM, verb="log.looked_at", thing=f"log:{log.public_id}", at=at, details=details)
    return found


def refuse_log(*, log: Log, sentence: str, at: datetime) -> None:
    """Note that a file cannot be read, and why; it is not kept."""
    longest = Log._meta.get_field("problem").max_length or 0  # noqa: SLF001 - Django's way to its fields
    with transaction.atomic():
        _changed(log, LogState(log.state), state=LogState.REFUSED, problem=sentence[:longest], look={}, mapping={})
        record(by=SYSTEM, verb="log.refused", thing=f"log:{log.public_id}", at=at)
        transaction.on_commit(lambda: remove_files(log=log))


def hold_back(*, log: Log, counts: dict[str, Any], at: datetime) -> None:
    """Let a log wait for a word, since many of its rows cannot be read."""
    with transaction.atomic():
        _changed(log, LogState.IMPORTING, state=LogState.READY, counts=counts)
        details = {"n_rows": counts["rows"], "n_rejected": counts["rejected"]}
        record(by=SYSTEM, verb="log.held_back", thing=f"log:{log.public_id}", at=at, details=details)


def keep_counts(*, log: Log, counts: dict[str, Any], mapping: dict[str, Any]) -> Log:
    """Keep what an import of one log came to, before its events become part of the journey."""
    with transaction.atomic():
        return _changed(log, LogState.IMPORTING, counts=counts, mapping=log.mapping | mapping)


def joined_logs(journey: Journey, *, log: Log) -> list[Log]:
    """Give the logs whose events make the table of a journey once work on one of them is done, in their order."""
    there = [one for one in journey.logs.imported() if one.pk != log.pk]
    return [*there, log] if log.state == LogState.IMPORTING else there


@dataclass(frozen=True, slots=True)
class Made:
    """A joined event table that waits to take its place: its file, its digest, and what is in it."""

    file: Path
    digest: str
    facts: dict[str, Any]


def keep_table(*, log: Log, logs: Sequence[Log], made: Made | None, by: str, at: datetime) -> bool:
    """Put the joined event table of a journey in the place of that of before, in one transaction.

    Gives False where other logs came in or went in the meantime, so that they have to be joined anew.
    """
    with transaction.atomic():
        journey = Journey.objects.select_for_update().present().filter(pk=log.journey_id).first()
        if journey is None:
            raise Refused("put_away", _("This journey was put away in the meantime."))
        if [one.pk for one in joined_logs(journey, log=log)] != [one.pk for one in logs]:
            return False
        is_new = log.state == LogState.IMPORTING
        old = table_of(journey) if journey.has_table else None
        journey.table_digest, journey.table_facts = (made.digest, made.facts) if made else ("", {})
        journey.save(update_fields=("table_digest", "table_facts"))
        for one, n in zip(logs, made.facts["repeated"] if made else (), strict=True):
            _changed(one, None, counts=one.counts | {"repeated": n})
        if is_new:
            found = _changed(log, LogState.IMPORTING, state=LogState.IMPORTED, imported_at=at, look=_shown(log))
            details = {name: found.counts[name] for name in ("rows", "rejected", "events", "cases", "repeated")}
            record(by=by, verb="log.imported", thing=f"log:{log.public_id}", at=at, details=details)
        else:
            _changed(log, LogState.DELETING).delete()
            journey.figure_sets.all().delete()
            record(by=by, verb="log.deleted", thing=f"log:{log.public_id}", at=at)
        new = table_of(journey) if made else None
        if made and new:
            made.file.replace(new)
        ask_for_figures(journey=journey, by=by, at=at)
        transaction.on_commit(lambda: _tidy(log, old, new, is_new=is_new))
    return True


def _tidy(log: Log, old: Path | None, new: Path | None, *, is_new: bool) -> None:
    """Remove what nobody needs any more, names of people first."""
    remove_files(log=log, but_events=is_new, but_rejected=is_new)
    if old is not None and old != new:
        old.unlink(missing_ok=True)


def _shown(log: Log) -> dict[str, Any]:
    """Keep of a look what says nothing of the rows."""
    return {name: log.look[name] for name in ("format", "notes", "answers", "sheet") if name in log.look}


def forget_rows(*, at: datetime) -> int:
    """Forget rejected rows, and files that nobody imported, after a while; give of how many logs."""
    before, n = at - KEPT, 0
    busy = Job.objects.unfinished().values("public_id")
    waiting = Log.objects.filter(state__in=WAITING, created_at__lt=before).exclude(job__in=busy)
    for log in waiting.select_related("journey"):
        refuse_log(log=log, sentence=TOO_OLD, at=at)
        n += 1
    over = Q(state=LogState.IMPORTED, imported_at__lt=before) | Q(state=LogState.REFUSED, created_at__lt=before)
    for log in Log.objects.filter(over).select_related("journey"):
        if aside_path(log).exists() or sent_path(log).exists():
            remove_files(log=log, but_events=True)
            n += 1
    return n
