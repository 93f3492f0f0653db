"""What pages ask about units and members, on a day."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mizzle_web.people.models import Placement, UnitPeriod

if TYPE_CHECKING:
    from datetime import date

    from mizzle_web.people.models import Member


@dataclass(frozen=True, slots=True)
class Branch:
    """A unit in the tree of a day."""

    pk: int
    public_id: str
    code: str
    name: str
    depth: int
    parent: int | None
    n_members: int
    version: int


def tree(on: date) -> tuple[Branch, ...]:
    """Give the units of a day in the order of the tree, each after the one it belongs to."""
    periods = list(
        UnitPeriod.objects.filter(from_on__lte=on)
        .exclude(until_on__lte=on)
        .exclude(unit__ended_on__lte=on)
        .select_related("unit")
        .order_by("name")
    )
    there = {period.unit_id for period in periods}
    children: dict[int | None, list[UnitPeriod]] = {}
    for period in periods:
        children.setdefault(period.parent_id if period.parent_id in there else None, []).append(period)
    counts: dict[int, int] = {}
    for unit in Placement.objects.filter(until_on__isnull=True).values_list("unit_id", flat=True):
        counts[unit] = counts.get(unit, 0) + 1
    found: list[Branch] = []
    waiting = [(period, 0) for period in reversed(children.get(None, []))]
    while waiting:
        period, depth = waiting.pop()
        unit = period.unit
        parent = period.parent_id if period.parent_id in there else None
        found.append(
            Branch(
                unit.pk,
                str(unit.public_id),
                unit.code,
                period.name,
                depth,
                parent,
                counts.get(unit.pk, 0),
                unit.version,
            )
        )
        waiting += [(below, depth + 1) for below in reversed(children.get(unit.pk, []))]
    return tuple(found)


def unit_name(member: Member, on: date) -> str:
    """Name the unit in which a member works on a day; empty where there is none."""
    period = (
        UnitPeriod.objects.filter(
            unit__in=Placement.objects.filter(member=member, until_on__isnull=True).values("unit")
        )
        .filter(from_on__lte=on)
        .exclude(until_on__lte=on)
        .first()
    )
    return period.name if period else ""
