"""Long work of the map room; what reads or measures logs runs in a process apart."""

from __future__ import annotations

import time
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mizzle.journeys.results import Agreement
from mizzle_web.jobs.kinds import kind
from mizzle_web.journeys.actions import sample
from mizzle_web.journeys.actions.figure_sets import KIND, keep_figures
from mizzle_web.journeys.actions.journeys import folder_of, table_of
from mizzle_web.journeys.figures import apart
from mizzle_web.journeys.figures.kept import agreements_of, digest_of
from mizzle_web.journeys.figures.view import View
from mizzle_web.journeys.models import FigureSet, Journey
from mizzle_web.page import clock
from mizzle_web.page.refused import Refused

if TYPE_CHECKING:
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
    digest = digest_of(journey, view)
    if journey.has_table and not FigureSet.objects.filter(journey=journey, view=view.key, digest=digest).exists():
        began = time.monotonic()
        parts = apart.run(
            "measure",
            tell,
            table=str(table_of(journey)),
            points=journey.points,
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
    kept = ("counts", "has_start", "departments", "activities", "attributes", "suggestions", "repeated")
    return {"first_at": first, "last_at": last} | {name: found[name] for name in kept}
