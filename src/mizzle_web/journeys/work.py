"""Long work of the map room; what reads or measures logs runs in a process apart."""

from __future__ import annotations

import shutil
import time
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mizzle.journeys.results import Agreement
from mizzle_web.jobs.kinds import kind
from mizzle_web.journeys.actions import logs, sample, tables
from mizzle_web.journeys.actions.figure_sets import KIND, keep_figures, renew_figures
from mizzle_web.journeys.actions.journeys import folder_of, table_of
from mizzle_web.journeys.figures import apart
from mizzle_web.journeys.figures.columns import question_of
from mizzle_web.journeys.figures.kept import agreements_of, digest_of, find
from mizzle_web.journeys.figures.reading import asked_in
from mizzle_web.journeys.figures.view import View
from mizzle_web.journeys.models import NAME, Journey, Log, LogState
from mizzle_web.page import clock
from mizzle_web.page.refused import Refused
from mizzle_web.people.models import Organisation

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from mizzle_web.jobs.kinds import Progress


def present_journey(public_id: str) -> Journey:
    """Find a journey that was not put away."""
    found = Journey.objects.present().filter(public_id=public_id).first()
    if found is None:
        raise Refused("put_away", _("This journey was put away in the meantime."))
    return found


@kind(KIND, title=gettext_lazy("Working out the figures of a journey"))
def measure(arguments: dict[str, Any], tell: Progress) -> dict[str, Any]:
    """Work out the figures of one view, as the journey is now."""
    journey = present_journey(arguments["journey"])
    view = View.of_key(arguments["view"])
    digest, kept = digest_of(journey, view), find(journey, view)
    if journey.has_table and not (kept and kept.is_current and kept.is_whole()):
        began = time.monotonic()
        parts = apart.run(
            "measure",
            tell,
            table=str(table_of(journey)),
            points=[name for name in journey.points if name in journey.table_facts.get("activities", {})],
            agreements=agreements_of(journey),
            view=asdict(view),
            languages=[code for code, _name in settings.LANGUAGES],
        )
        seconds = time.monotonic() - began
        keep_figures(journey=journey, view=view, digest=digest, parts=parts, seconds=seconds, at=clock.now())
    address = f"{reverse('journeys:map', args=(journey.public_id,))}?{view.query}"
    return {"sentence": _("The figures are worked out."), "address": address, "address_title": journey.name}


@kind(sample.KIND, title=gettext_lazy("Making the orders of the sample organisation"))
def make_sample(arguments: dict[str, Any], tell: Progress) -> dict[str, Any]:
    """Draw the orders, import them as a log is imported, and let people have said what they mean."""
    journey = present_journey(arguments["journey"])
    folder = folder_of(journey)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    table = folder / "sample.parquet"
    if not journey.has_table:
        found = apart.run(
            "sample", tell, out=str(table), orders=sample.ORDERS, seed=arguments["seed"], until=arguments["until"]
        )
        orders = sample.Orders(facts_of(found), found["digest"], found["counts"])
        agreed = [Agreement(**one) for one in found["agreed"]]
        sample.take_in_orders(
            journey=journey, orders=orders, table=table, points=found["points"], agreed=agreed, at=clock.now()
        )
    return {"sentence": _("The orders are there."), "address": reverse("journeys:map", args=(journey.public_id,))}


def facts_of(found: dict[str, Any]) -> dict[str, Any]:
    """Give what is kept of an event table beside it: what a page needs to know without opening it."""
    counts = found["counts"]
    first, last = (datetime.fromtimestamp(counts[name] / 1e6, UTC).isoformat() for name in ("first_us", "last_us"))
    kept = ("counts", "ended", "has_start", "departments", "activities", "attributes", "suggestions", "repeated")
    return {"first_at": first, "last_at": last} | {name: found[name] for name in kept}


@kind(logs.LOOK, title=gettext_lazy("Looking at a log"))
def look(arguments: dict[str, Any], tell: Progress) -> dict[str, Any]:
    """Find out what a file is, and what its columns mean."""
    log = _log(arguments)
    if log.state != LogState.NEW:
        return _result(log, _("The log was looked at."))
    with _kept_tidy(log):
        return _looked_at(log, tell, goes_on=False) or _result(
            log, _("The log was looked at. Say whether its columns are understood.")
        )


@kind(logs.BRING, title=gettext_lazy("Importing a log"))
def bring(arguments: dict[str, Any], tell: Progress) -> dict[str, Any]:
    """Make events of a log, and join them to those of the journey. Killed and begun again, it ends the same."""
    log = _log(arguments)
    if log.state == LogState.IMPORTED:  # and the process was killed before it said so
        tables.remove_files(log=log, but_events=True, but_rejected=True)
    if log.state != LogState.IMPORTING:
        return _result(log, _("The log is imported."))
    with _kept_tidy(log):
        if log.look.get("options") or question_of(log):
            _forget_parts(log)
            asks = _looked_at(log, tell, goes_on=True)
            if asks:
                return asks
            log.refresh_from_db()
        if "events" not in log.counts or not tables.events_path(log).exists():
            stops = _events_of(log, tell)
            if stops:
                return stops
            log.refresh_from_db()
        try:
            _join(log, arguments["by"], tell)
        except apart.Unmeasurable as problem:  # as when all logs together have too many activities
            return _stopped(log, tell, problem)
    return _result(log, _("The log is imported."))


@kind(logs.REMOVE, title=gettext_lazy("Deleting a log"))
def remove(arguments: dict[str, Any], tell: Progress) -> dict[str, Any]:
    """Take the events of a log out of its journey, and delete all that came from it."""
    log = Log.objects.filter(public_id=arguments["log"]).select_related("journey").first()
    if log is not None and log.state == LogState.DELETING:
        with _kept_tidy(log):
            _join(log, arguments["by"], tell)
    return {"sentence": _("The log is deleted, and every event of it.")}


def _log(arguments: dict[str, Any]) -> Log:
    found = Log.objects.filter(public_id=arguments["log"], journey__ended_at__isnull=True).first()
    if found is None:
        raise Refused("deleted", _("This log was deleted in the meantime."))
    return found


def _result(log: Log, sentence: str) -> dict[str, Any]:
    address = reverse("journeys:log", args=(log.journey.public_id, log.public_id))
    return {"sentence": sentence, "address": address, "address_title": _("The log")}


@contextmanager
def _kept_tidy(log: Log) -> Iterator[None]:
    """Leave no file of a log or a journey behind that was deleted while it was worked on."""
    journey = log.journey
    try:
        yield
    finally:
        if not Journey.objects.present().filter(pk=journey.pk).exists():
            shutil.rmtree(folder_of(journey), ignore_errors=True)
        elif not Log.objects.filter(public_id=log.public_id).exists():
            tables.remove_files(log=log)


def _source(log: Log) -> Path:
    """Find the file of a log; one on the server must still lie where the operator allows it."""
    return logs.server_file(log.path) if log.path else tables.sent_path(log)


def _sentence(log: Log, problem: apart.Unmeasurable) -> str:
    """Give what `mizzle` said with the name of the file as people know it."""
    path = _source(log)
    return problem.sentence.replace(str(path), log.name).replace(path.name, log.name)


def _forget_parts(log: Log) -> None:
    """Forget what was read of a file in another way."""
    events = tables.events_path(log)
    shutil.rmtree(events.with_name(events.name + ".partial"), ignore_errors=True)


def _looked_at(log: Log, tell: Progress, *, goes_on: bool) -> dict[str, Any] | None:
    """Look at a file, and keep what was found; give the result of the job where it ends there."""
    options = dict(log.look.get("options", {}))
    if log.look.get("sheet"):
        options.setdefault("sheet", log.look["sheet"])
    try:
        seen = apart.run(
            "look",
            tell,
            path=str(_source(log)),
            mapping=log.mapping or None,
            options=options,
            zone=Organisation.objects.values_list("timezone", flat=True).get(),
            longest=NAME,
            digest=not log.digest,
        )
    except apart.Unmeasurable as problem:
        return _refused(log, problem)
    if not log.digest and _is_there_already(log, seen["digest"]):
        return _result(log, _("This file is part of the journey already."))
    found = tables.keep_look(log=log, seen=seen, goes_on=goes_on, at=clock.now())
    return _result(log, _("mizzle asks something about the log.")) if question_of(found) else None


def _refused(log: Log, problem: apart.Unmeasurable) -> dict[str, Any]:
    if problem.kind == "DiskFull":  # the log waits until somebody has made room, and says to go on
        sentence = _("The disk of the server is full. Your operator must make room; then go on.")
        raise Refused("disk_full", sentence) from problem
    tables.refuse_log(log=log, sentence=_sentence(log, problem), at=clock.now())
    return _result(log, _("The file cannot be read as a log. Its page says why."))


def _is_there_already(log: Log, digest: str) -> bool:
    """Whether a file on the server was brought before, perhaps under another name; then nothing is taken in twice."""
    before = Log.objects.imported().filter(journey=log.journey, digest=digest).first()
    if before is not None:
        tables.refuse_log(log=log, sentence=f"This file is part of the journey already: {before.name}.", at=clock.now())
    return before is not None


def _events_of(log: Log, tell: Progress) -> dict[str, Any] | None:
    """Import a log into an event table of its own; give the result of the job where it ends there."""
    tables.events_path(log).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    given = {
        "path": str(_source(log)),
        "out": str(tables.events_path(log)),
        "mapping": log.mapping,
        "sheet": log.look.get("sheet") or None,
        "key": str(settings.ENVIRONMENT.data / "keys" / "pseudonyms"),
        "accept_rejects": log.accepts_rejects,
        "folder": str(tables.aside_path(log)),
        "longest": NAME,
    }
    try:
        done = _again("bring", lambda share, stage: tell(0.8 * share, stage), **given)
    except apart.Unmeasurable as problem:
        return _stopped(log, tell, problem)
    counts = {name: done[name] for name in ("rows", "rejected", "reasons")}
    if "too_many" in done:
        tables.hold_back(log=log, counts=counts | {"too_many": True}, at=clock.now())
        return _result(log, _("Many rows cannot be read. See why, and say how to go on."))
    tables.keep_counts(log=log, counts=counts | done["counts"], mapping=done["mapping"])
    return None


def _stopped(log: Log, tell: Progress, problem: apart.Unmeasurable) -> dict[str, Any]:
    """Ask for another answer, where that may help, now that the file was read; its columns may be others by now."""
    question = asked_in(_sentence(log, problem), log.mapping.get("start"))
    if question is None:
        return _refused(log, problem)
    asks = _looked_at(log, tell, goes_on=False)
    if asks is None:
        log.refresh_from_db()
        seen = {"columns": [], **log.look, "question": question, "mapping": log.mapping}
        tables.keep_look(log=log, seen=seen, goes_on=False, at=clock.now())
    return asks or _result(log, _("mizzle asks something about the log."))


def _join(log: Log, by: str, tell: Progress) -> None:
    """Join the events of all logs of a journey anew, until nobody has brought or deleted another one meanwhile."""
    is_done = False
    while not is_done:
        together = tables.joined_logs(log.journey, log=log)
        file = folder_of(log.journey) / f"joining-{log.public_id}.parquet"
        joined = None
        if together:
            events = [str(tables.events_path(one)) for one in together]
            joined = _again("join", lambda share, stage: tell(0.8 + 0.2 * share, stage), tables=events, out=str(file))
        made = tables.Made(file, joined["digest"], facts_of(joined)) if joined else None
        is_done = tables.keep_table(log=log, logs=together, made=made, by=by, at=clock.now())
    file.with_name(file.name + ".lock").unlink(missing_ok=True)


def _again(task: str, tell: Progress, **given: Any) -> dict[str, Any]:
    """Do a task apart; where its process was killed, once more, and on from where it was."""
    try:
        return dict(apart.run(task, tell, **given))
    except RuntimeError:
        return dict(apart.run(task, tell, **given))


def forget_old_rows(*, at: datetime) -> None:
    """Forget rows that were set aside long ago, and files that nobody imported."""
    tables.forget_rows(at=at)


def renew_old_figures(*, at: datetime) -> None:
    """Have figures worked out anew that an earlier version of mizzle has kept."""
    renew_figures(at=at)


EVERY = ((24 * 3600, forget_old_rows), (600, renew_old_figures))
