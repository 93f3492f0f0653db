"""Open journeys, rename them, mark their perception points, and put them away."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from mizzle_web.journal.actions import record
from mizzle_web.journeys.actions.figure_sets import ask_for_figures
from mizzle_web.journeys.models import Journey, JourneyKind
from mizzle_web.page.refused import Changed, Refused

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from pathlib import Path


def folder_of(journey: Journey) -> Path:
    """Give where the event tables of a journey are kept."""
    return settings.ENVIRONMENT.data / "journeys" / str(journey.public_id)


def table_of(journey: Journey) -> Path:
    """Give the event table of all logs of a journey; named by its digest, since another may be measured still."""
    return folder_of(journey) / f"events-{journey.table_digest[:16]}.parquet"


def forget_every_table() -> None:
    """Delete the events of all journeys, where nothing of them is left in the database."""
    shutil.rmtree(settings.ENVIRONMENT.data / "journeys", ignore_errors=True)


def open_journey(*, name: str, kind: str, by: str, at: datetime) -> Journey:
    """Open a journey: to measure it from logs, or to draw it by hand."""
    try:
        with transaction.atomic():
            journey = Journey.objects.create(name=_name(name), kind=JourneyKind(kind), by=by, created_at=at)
            record(by=by, verb="journey.opened", thing=thing(journey), at=at, details={"kind": journey.kind})
    except IntegrityError:
        raise _taken() from None
    return journey


def rename_journey(*, journey: Journey, name: str, version: int, by: str, at: datetime) -> Journey:
    """Give a journey another name."""
    try:
        with transaction.atomic():
            found = change(journey=journey, version=version, theirs=lambda one: {"name": one.name}, name=_name(name))
            record(by=by, verb="journey.renamed", thing=thing(found), at=at)
    except IntegrityError:
        raise _taken() from None
    return found


def mark_points(*, journey: Journey, points: Sequence[str], version: int, by: str, at: datetime) -> Journey:
    """Say at which activities the customer sees, hears or feels the service."""
    known = journey.table_facts.get("activities", {})
    chosen = sorted(set(points))
    strange = [name for name in chosen if name not in known]
    if strange:
        raise Refused(
            "no_such_activity",
            _("No log of this journey has the activity “%(name)s” now. Load the page again.") % {"name": strange[0]},
            field="points",
        )
    with transaction.atomic():
        found = change(
            journey=journey,
            version=version,
            theirs=lambda one: {"points": ", ".join(one.points)},
            points=chosen,
        )
        details = {"n_points": len(chosen)}
        record(by=by, verb="journey.points_marked", thing=thing(found), at=at, details=details)
        ask_for_figures(journey=found, by=by, at=at)
    return found


def put_away(*, journey: Journey, by: str, at: datetime) -> None:
    """End a journey and delete every event of it; what was agreed stays in the journal."""
    with transaction.atomic():
        found = Journey.objects.select_for_update().get(pk=journey.pk)
        if found.ended_at is not None:
            return
        found.logs.all().delete()
        found.figure_sets.all().delete()
        found.ended_at, found.table_digest, found.table_facts = at, "", {}
        found.save()
        record(by=by, verb="journey.put_away", thing=thing(found), at=at)
        transaction.on_commit(lambda: shutil.rmtree(folder_of(found), ignore_errors=True))


def change(*, journey: Journey, version: int, theirs: Any, **values: Any) -> Journey:
    """Write fields of a journey that still is as somebody saw it; inside a transaction."""
    found = Journey.objects.select_for_update().present().filter(pk=journey.pk).first()
    if found is None:
        raise Refused("put_away", _("This journey was put away in the meantime."))
    if found.version != version:
        sentence = _(
            "Somebody else changed this journey while you were at it. Nothing is lost: choose what is to stand."
        )
        raise Changed(sentence, theirs=theirs(found), version=found.version)
    for name, value in values.items():
        setattr(found, name, value)
    found.version += 1
    found.save(update_fields=(*values, "version"))
    return found


def thing(journey: Journey) -> str:
    """Name a journey in the journal."""
    return f"journey:{journey.public_id}"


def _name(name: str) -> str:
    name = " ".join(name.split())
    if not name:
        raise Refused(
            "name_needed", _("Give the journey a name, as people call it: “From order to delivery”."), field="name"
        )
    return name


def _taken() -> Refused:
    return Refused("name_taken", _("Another journey has this name. Choose one that tells them apart."), field="name")
