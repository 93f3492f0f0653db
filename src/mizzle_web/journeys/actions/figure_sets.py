"""Have figures worked out, and keep them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from mizzle_web.jobs.actions import start
from mizzle_web.jobs.models import Job
from mizzle_web.journal.actions import SYSTEM, record
from mizzle_web.journeys.figures.kept import digest_of
from mizzle_web.journeys.figures.view import View, first_view
from mizzle_web.journeys.models import FigurePart, FigureSet, Journey

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

KIND = "journeys.measure"
MOST_SETS = 60
"""So many views of a journey are kept; the oldest goes first."""


def standing_views(journey: Journey) -> tuple[View, ...]:
    """Give the views that are always kept ready: all cases, and the one with which a journey opens."""
    facts = journey.table_facts
    if not facts.get("first_at"):
        return (View(),)
    return tuple(dict.fromkeys((first_view(facts), View())))


def ask_for_figures(
    *, journey: Journey, by: str, at: datetime, views: Iterable[View] | None = None, anew: bool = False
) -> list[Job]:
    """Begin to work out the views of a journey whose figures are missing or of before; one job at a time for each.

    With `anew` the work also looks whether those that are there can be read.
    """
    if not journey.has_table:
        return []
    begun = []
    for view in standing_views(journey) if views is None else views:
        arguments = _arguments(journey, view)
        if not anew and FigureSet.objects.filter(journey=journey, view=view.key, digest=arguments["digest"]).exists():
            continue
        waiting = Job.objects.unfinished().filter(kind=KIND, arguments=arguments).first()
        begun.append(waiting or start(kind=KIND, arguments=arguments, by=by, at=at))
    return begun


def _arguments(journey: Journey, view: View) -> dict[str, str]:
    return {"journey": str(journey.public_id), "view": view.key, "digest": digest_of(journey, view)}


def renew_figures(*, at: datetime) -> int:
    """Ask for the figures that are always kept ready where they are missing, as after mizzle itself has changed.

    Only what was never asked for: what failed or was stopped waits for a person. Gives how much was begun.
    """
    n = 0
    for journey in Journey.objects.present().exclude(table_digest=""):
        for view in standing_views(journey):
            if not Job.objects.filter(kind=KIND, arguments=_arguments(journey, view)).exists():
                n += len(ask_for_figures(journey=journey, views=(view,), by=SYSTEM, at=at))
    return n


def keep_figures(
    *, journey: Journey, view: View, digest: str, parts: list[tuple[str, str, str]], seconds: float, at: datetime
) -> None:
    """Keep the figures of a view in the place of those of before, unless what they rest on has changed meanwhile."""
    with transaction.atomic():
        if digest_of(Journey.objects.select_for_update().get(pk=journey.pk), view) != digest:
            return  # as when a log was deleted: nothing that came from it may stand here again
        FigureSet.objects.filter(journey=journey, view=view.key).delete()
        figures = FigureSet.objects.create(
            journey=journey, view=view.key, digest=digest, computed_at=at, seconds=seconds
        )
        FigurePart.objects.bulk_create(
            FigurePart(figures=figures, name=name, language=language, body=body) for name, language, body in parts
        )
        standing = [one.key for one in standing_views(journey)]
        old = FigureSet.objects.filter(journey=journey).exclude(view__in=standing).order_by("-computed_at")
        FigureSet.objects.filter(pk__in=[one.pk for one in old[MOST_SETS:]]).delete()
        details = {"digest": digest, "milliseconds": round(1000 * seconds)}
        record(by=SYSTEM, verb="journey.measured", thing=f"journey:{journey.public_id}", at=at, details=details)
