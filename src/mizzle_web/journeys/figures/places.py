"""Which unit of the organisation a department of a journey is, and in which department of it a member works."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mizzle_web.journeys.models import DepartmentLink
from mizzle_web.people.figures import on_day
from mizzle_web.people.models import Placement, Succession, Unit, UnitPeriod

if TYPE_CHECKING:
    from datetime import date

    from mizzle_web.journeys.models import Journey
    from mizzle_web.people.models import Member


def heirs(on: date | None = None) -> dict[int, Succession]:
    """Give for each unit that was merged, until a day or ever, what it became part of last."""
    merged = Succession.objects.filter(kind="merged").select_related("later").order_by("on", "pk")
    found = {one.earlier_id: one for one in (merged.filter(on__lte=on) if on else merged)}
    return {unit: _last(unit, found) for unit in found}


def _last(unit: int, found: dict[int, Succession]) -> Succession:
    """Follow merged units to the end; a unit ends when it is merged, so the way has one."""
    passed = {unit}
    last = found[unit]
    while last.later_id in found and last.later_id not in passed:
        passed.add(last.later_id)
        last = found[last.later_id]
    return last


def units_of(journey: Journey, on: date | None = None) -> dict[str, Unit]:
    """Give the unit of each department that is linked to one; of a merged unit, the one that it is part of now.

    Without a day, every merging is followed that is known. Departments outside the organisation are left out.
    """
    links = DepartmentLink.objects.filter(journey=journey, unit__isnull=False).select_related("unit")
    merged = heirs(on)
    return {
        one.department: merged[unit.pk].later if unit.pk in merged else unit
        for one in links.order_by("department")
        if (unit := one.unit) is not None
    }


def department_of(journey: Journey, member: Member, on: date) -> str | None:
    """Find the department in which a member works on a day: that of their unit, or of the nearest unit above it.

    Only departments that the logs have now. Where several are the same unit, it is the first by name.
    """
    known = set(journey.table_facts.get("departments", ()))
    return next((one for one in departments_near(member, on).get(journey.pk, ()) if one in known), None)


def departments_near(member: Member, on: date) -> dict[int, list[str]]:
    """Give for each journey the departments that are the unit of a member on a day, or one above it; nearest first."""
    place = {unit: number for number, unit in enumerate(_upwards(member, on))}
    if not place:
        return {}
    place |= {unit: place[one.later_id] for unit, one in heirs(on).items() if one.later_id in place}
    links = DepartmentLink.objects.filter(unit__in=place).values_list("journey", "department", "unit")
    found: dict[int, list[str]] = {}
    for journey, department, _unit in sorted(links, key=lambda one: (place[one[2]], one[1])):
        found.setdefault(journey, []).append(department)
    return found


def _upwards(member: Member, on: date) -> list[int]:
    """Give the unit in which a member works on a day, and all above it."""
    here = Placement.objects.filter(on_day(on), member=member).values_list("unit_id", flat=True).first()
    above = dict(UnitPeriod.objects.filter(on_day(on)).values_list("unit_id", "parent_id")) if here else {}
    passed: list[int] = []
    while here is not None and here not in passed:
        passed.append(here)
        here = above.get(here)
    return passed
