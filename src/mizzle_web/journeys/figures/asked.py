"""Which cases of a journey somebody asks for: open ends are those of its logs, and what no log has is left out."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from mizzle_web.journeys.figures.view import View, month_of, n_months, shifted

if TYPE_CHECKING:
    from mizzle_web.journeys.models import Journey


def span(journey: Journey) -> tuple[datetime, datetime]:
    """Give the first and the last instant of the events of a journey that has some."""
    facts = journey.table_facts
    return datetime.fromisoformat(facts["first_at"]), datetime.fromisoformat(facts["last_at"])


def months(journey: Journey) -> list[str]:
    """Name every month in which the events of a journey ended."""
    first, last = (month_of(one) for one in span(journey))
    return [shifted(first, by) for by in range(n_months(first, last))]


def asked(journey: Journey, first: str, last: str, attribute: str = "", value: str = "") -> View:
    """Give the view of some months and cases; where only one end is named, the other is that of the logs."""
    if journey.has_table and (first or last):
        begin, end = (month_of(one) for one in span(journey))
        first, last = first or min(begin, last), last or max(end, first)
    return View.of({"from": first, "until": last, "attribute": attribute, "value": value})


def known(journey: Journey, view: View) -> View:
    """Leave out of a view what the logs cannot tell of: months without an event, values that nobody offers."""
    begin, end = (month_of(one) for one in span(journey))
    first, last = max(view.first, begin), min(view.last, end)
    if not view.first or first > last:
        first, last = "", ""
    offered = {one for one, _n in journey.table_facts.get("attributes", {}).get(view.attribute, ())}
    is_offered = view.value in offered
    return View(first, last, view.attribute if is_offered else "", view.value if is_offered else "")
