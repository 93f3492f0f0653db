"""Open, rename, move, merge, split and close units, each from a day on; what was before stays as it was."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.db.models import F, Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from mizzle_web.journal.actions import record
from mizzle_web.page.refused import Changed, Refused
from mizzle_web.people import timeline
from mizzle_web.people.actions.places import put
from mizzle_web.people.models import Placement, Succession, Unit, UnitPeriod
from mizzle_web.people.timeline import Span

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from mizzle_web.people.models import Member


@dataclass(frozen=True, slots=True)
class Part:
    """A unit that comes out of another: its code and name, and who goes with it."""

    code: str
    name: str
    members: tuple[Member, ...] = ()


def open_unit(*, code: str, name: str, parent: Unit | None, on: date, by: str, at: datetime) -> Unit:
    """Open a unit from a day on, under another one or at the top."""
    if parent is not None:
        _there(parent, on, field="parent")
    try:
        with transaction.atomic():
            unit = Unit.objects.create(code=code, began_on=on)
            UnitPeriod.objects.create(
                unit=unit, name=name, parent=parent, from_on=on, until_on=parent.ended_on if parent else None
            )
            if parent is not None and parent.ended_on is not None:
                UnitPeriod.objects.create(unit=unit, name=name, parent=None, from_on=parent.ended_on)
            record(by=by, verb="unit.opened", thing=f"unit:{unit.public_id}", at=at, details={"on": str(on)})
    except IntegrityError as problem:
        raise Refused("code_taken", _("Another unit has this code. Choose a different one."), field="code") from problem
    return unit


def rename_unit(*, unit: Unit, name: str, on: date, version: int, by: str, at: datetime) -> Unit:
    """Give a unit another name from a day on, until the next change of its name that is already known."""
    with transaction.atomic():
        unit = _locked(unit, version)
        _there(unit, on)
        names, parents = _histories(unit)
        _keep(unit, timeline.changed(names, on, name), parents)
        record(by=by, verb="unit.renamed", thing=f"unit:{unit.public_id}", at=at, details={"on": str(on)})
    return unit


def move_unit(*, unit: Unit, parent: Unit | None, on: date, version: int, by: str, at: datetime) -> Unit:
    """Put a unit under another one, or at the top, from a day on until its next move that is already known."""
    with transaction.atomic():
        unit = _locked(unit, version)
        _there(unit, on)
        if parent is not None:
            _there(parent, on, field="parent")
        _move(unit, parent, on)
        details = {"on": str(on), "parent": str(parent.public_id) if parent else None}
        record(by=by, verb="unit.moved", thing=f"unit:{unit.public_id}", at=at, details=details)
    return unit


def merge_units(*, units: Sequence[Unit], versions: Sequence[int], into: Unit, on: date, by: str, at: datetime) -> Unit:
    """Merge units into one from a day on: their people, and the units under them, go with them."""
    with transaction.atomic():
        into = Unit.objects.select_for_update().get(pk=into.pk)
        _there(into, on, field="into")
        for one, version in zip(units, versions, strict=True):
            if one.pk == into.pk:
                raise Refused("same_unit", _("A unit cannot be merged into itself. Choose another one."), field="into")
            gone = _locked(one, version)
            _there(gone, on)
            if _is_under(into, gone, on):
                sentence = _("The unit that stays is part of one that goes. Move it out first, then merge.")
                raise Refused("part_of_it", sentence, field="into")
            _hand_over(gone, into, on)
            _end(gone, on)
            Succession.objects.create(earlier=gone, later=into, on=on, kind="merged")
            details = {"on": str(on), "into": str(into.public_id)}
            record(by=by, verb="unit.merged", thing=f"unit:{gone.public_id}", at=at, details=details)
        Unit.objects.filter(pk=into.pk).update(version=F("version") + 1)
    return into


def split_unit(
    *, unit: Unit, parts: Sequence[Part], on: date, version: int, by: str, at: datetime, ends: bool = False
) -> list[Unit]:
    """Let new units come out of one from a day on; it goes on beside them, or ends where everybody has left it."""
    with transaction.atomic():
        unit = _locked(unit, version)
        _there(unit, on)
        parent = timeline.at(_histories(unit)[1], on)
        made = []
        for part in parts:
            new = open_unit(
                code=part.code,
                name=part.name,
                parent=Unit.objects.get(pk=parent) if parent else None,
                on=on,
                by=by,
                at=at,
            )
            Succession.objects.create(earlier=unit, later=new, on=on, kind="split")
            for member in part.members:
                put(member.pk, new.pk, on, only_from=unit.pk)
            made.append(new)
        if ends:
            _empty(unit, on)
            _end(unit, on)
        details = {"on": str(on), "into": [str(new.public_id) for new in made], "ends": ends}
        record(by=by, verb="unit.split", thing=f"unit:{unit.public_id}", at=at, details=details)
    return made


def close_unit(*, unit: Unit, on: date, version: int, by: str, at: datetime) -> Unit:
    """Close a unit from a day on; nobody works there then, and no unit is under it."""
    with transaction.atomic():
        unit = _locked(unit, version)
        _there(unit, on)
        _empty(unit, on)
        _end(unit, on)
        record(by=by, verb="unit.closed", thing=f"unit:{unit.public_id}", at=at, details={"on": str(on)})
    return unit


def _locked(unit: Unit, version: int) -> Unit:
    """Take the unit as it stood at a version, and count the version up."""
    unit = Unit.objects.select_for_update().get(pk=unit.pk)
    if unit.version != version:
        now = unit.periods.order_by("-from_on").first()
        theirs = {"name": now.name if now else "", "ended_on": str(unit.ended_on or "")}
        raise Changed(_("Somebody else has changed this in the meantime."), theirs=theirs, version=unit.version)
    Unit.objects.filter(pk=unit.pk).update(version=F("version") + 1)
    unit.version += 1
    return unit


def _there(unit: Unit, on: date, *, field: str = "on") -> None:
    """Refuse a day on which the unit does not exist."""
    if on < unit.began_on:
        sentence = _("On %(day)s this unit was not open yet. Choose a day from %(began)s on.")
        raise Refused(
            "not_yet_open", sentence % {"day": on.isoformat(), "began": unit.began_on.isoformat()}, field=field
        )
    if unit.ended_on is not None and on >= unit.ended_on:
        sentence = _("This unit is closed from %(day)s on. Choose an earlier day, or another unit.")
        raise Refused("closed", sentence % {"day": unit.ended_on.isoformat()}, field=field)


def _histories(unit: Unit) -> tuple[list[Span[str]], list[Span[int | None]]]:
    """Give the timeline of the names of a unit, and that of what it is under."""
    periods = list(unit.periods.order_by("from_on"))
    names = [Span(one.from_on, one.until_on, one.name) for one in periods]
    return timeline.joined(names), timeline.joined(Span(one.from_on, one.until_on, one.parent_id) for one in periods)


def _keep(unit: Unit, names: Sequence[Span[str]], parents: Sequence[Span[int | None]]) -> None:
    """Write both timelines down, and touch only what they change."""
    wanted = {(span.from_on, span.until_on, *span.value) for span in timeline.together(names, parents)}
    there = {(one.from_on, one.until_on, one.name, one.parent_id): one.pk for one in unit.periods.all()}
    UnitPeriod.objects.filter(pk__in=[pk for values, pk in there.items() if values not in wanted]).delete()
    UnitPeriod.objects.bulk_create(
        UnitPeriod(unit=unit, from_on=start, until_on=end, name=name, parent_id=parent)
        for start, end, name, parent in sorted(wanted - there.keys(), key=lambda one: one[0])
    )


def _move(unit: Unit, parent: Unit | None, on: date) -> None:
    if parent is not None and parent.pk == unit.pk:
        raise _cycle(on)
    names, parents = _histories(unit)
    parents = timeline.changed(parents, on, parent.pk if parent else None)
    if parent is not None and parent.ended_on is not None:
        until = next(span.until_on for span in parents if span.holds(on))
        if until is None or until > parent.ended_on:
            sentence = _("The unit above closes on %(day)s, and this one would still be under it. Choose another one.")
            raise Refused("closes_before", sentence % {"day": parent.ended_on.isoformat()}, field="parent")
    _keep(unit, names, parents)
    _refuse_cycle(unit, on)


def _refuse_cycle(unit: Unit, on: date) -> None:
    """Refuse where a unit would be under itself on any day from this one on."""
    above: dict[int, list[tuple[date, date | None, int | None]]] = {}
    days = {on}
    for one, start, end, parent in UnitPeriod.objects.values_list("unit_id", "from_on", "until_on", "parent_id"):
        above.setdefault(one, []).append((start, end, parent))
        if start > on:
            days.add(start)
    for day in sorted(days):
        place: int | None = unit.pk
        while place is not None:
            place = next(
                (parent for start, end, parent in above[place] if start <= day and (end is None or day < end)), None
            )
            if place == unit.pk:
                raise _cycle(day)


def _cycle(day: date) -> Refused:
    sentence = _("On %(day)s the unit would be under itself. Choose a unit that is not part of it.")
    return Refused("cycle", sentence % {"day": day.isoformat()}, field="parent")


def _is_under(unit: Unit, other: Unit, on: date) -> bool:
    """Whether a unit is part of another on a day or at any time after it."""
    inside, found = {other.pk}, {other.pk}
    later = UnitPeriod.objects.filter(Q(until_on__isnull=True) | Q(until_on__gt=on))
    while found:
        found = set(later.filter(parent__in=found).values_list("unit_id", flat=True)) - inside
        inside |= found
    return unit.pk in inside


def _hand_over(gone: Unit, into: Unit, on: date) -> None:
    """Give the people and the units under one unit to another, from a day on."""
    for place in Placement.objects.filter(unit=gone).filter(Q(until_on__isnull=True) | Q(until_on__gt=on)):
        put(place.member_id, into.pk, max(on, place.from_on), only_from=gone.pk)
    later = UnitPeriod.objects.filter(Q(until_on__isnull=True) | Q(until_on__gt=on), parent=gone)
    for period in later.select_related("unit").order_by("from_on"):
        _move(period.unit, into, max(on, period.from_on))
        Unit.objects.filter(pk=period.unit_id).update(version=F("version") + 1)


def _empty(unit: Unit, on: date) -> None:
    """Refuse where somebody still works in a unit on a day or later, or a unit is under it."""
    lasting = Q(until_on__isnull=True) | Q(until_on__gt=on)
    n_units = UnitPeriod.objects.filter(lasting, parent=unit).values("unit").distinct().count()
    if n_units:
        sentence = ngettext(
            "%(n)d unit is still under it. Move or close it first.",
            "%(n)d units are still under it. Move or close them first.",
            n_units,
        )
        raise Refused("has_units", sentence % {"n": n_units})
    n_people = Placement.objects.filter(lasting, unit=unit).values("member").distinct().count()
    if n_people:
        sentence = ngettext(
            "%(n)d person still works there. Place them in another unit first, or merge this one into another.",
            "%(n)d people still work there. Place them in another unit first, or merge this one into another.",
            n_people,
        )
        raise Refused("has_people", sentence % {"n": n_people})


def _end(unit: Unit, on: date) -> None:
    """Let a unit end; what was planned for it after that day falls away."""
    if on == unit.began_on:
        sentence = _("The unit opened on this very day. Choose a later one.")
        raise Refused("no_day", sentence, field="on")
    unit.periods.filter(from_on__gte=on).delete()
    unit.periods.filter(Q(until_on__isnull=True) | Q(until_on__gt=on)).update(until_on=on)
    Unit.objects.filter(pk=unit.pk).update(ended_on=on, version=F("version") + 1)
