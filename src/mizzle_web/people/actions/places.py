"""Write down who works in which unit from a day on, inside the transactions of other actions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mizzle_web.people import timeline
from mizzle_web.people.models import Placement, Succession
from mizzle_web.people.timeline import Span

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from mizzle_web.people.models import Unit

NOWHERE = -1
"""Stands for a unit where somebody works in none."""


def settle(member: int, unit: Unit | None, on: date) -> bool:
    """Place a member in a unit, and later in the one it is merged into; say whether that changed anything."""
    is_changed = put(member, unit.pk if unit else None, on, until_on=unit.ended_on if unit else None)
    while unit is not None and unit.ended_on is not None:
        heir = Succession.objects.filter(earlier=unit, kind="merged").select_related("later").first()
        if heir is None or not put(
            member, heir.later_id, unit.ended_on, only_from=NOWHERE, until_on=heir.later.ended_on
        ):
            break
        unit = heir.later
    return is_changed


def put(member: int, unit: int | None, on: date, *, only_from: int | None = None, until_on: date | None = None) -> bool:
    """Write a placement down, inside the transaction of another action; say whether anything changed.

    With `only_from` nothing is written where the member does not work there on that day.
    """
    there = list(Placement.objects.select_for_update().filter(member_id=member).order_by("from_on"))
    now = next((one.unit_id for one in there if Span(one.from_on, one.until_on, None).holds(on)), NOWHERE)
    if only_from is not None and now != only_from:
        return False
    spans = after([Span(one.from_on, one.until_on, one.unit_id) for one in there], unit, on, until_on)
    wanted = {(span.from_on, span.until_on, span.value) for span in spans}
    kept = {(one.from_on, one.until_on, one.unit_id): one.pk for one in there}
    gone = [pk for values, pk in kept.items() if values not in wanted]
    Placement.objects.filter(pk__in=gone).delete()
    new = sorted(wanted - kept.keys(), key=lambda one: one[0])
    Placement.objects.bulk_create(
        Placement(member_id=member, unit_id=value, from_on=start, until_on=end) for start, end, value in new
    )
    return bool(gone or new)


def after(spans: Sequence[Span[int]], unit: int | None, on: date, until_on: date | None = None) -> list[Span[int]]:
    """Give the placements of somebody who works in a unit, or in none, from a day on; it may end when the unit does."""
    whole: list[Span[int | None]] = timeline.filled(list(spans), None)  # type: ignore[arg-type] # None is a gap
    found = timeline.changed(whole, on, unit)
    if until_on is not None:
        found = [
            span._replace(until_on=until_on)
            if span.holds(on) and (span.until_on is None or span.until_on > until_on)
            else span
            for span in found
        ]
    return [Span(span.from_on, span.until_on, span.value) for span in found if span.value is not None]
