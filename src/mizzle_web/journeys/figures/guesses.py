"""Which unit of the organisation a department of a log may be: by its name, its code, and what other journeys say."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from mizzle_web.journeys.figures.likeness import folded, is_like
from mizzle_web.journeys.figures.places import heirs
from mizzle_web.journeys.models import DepartmentLink
from mizzle_web.people.figures import tree
from mizzle_web.people.models import Succession, UnitPeriod

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from mizzle_web.journeys.models import Journey
    from mizzle_web.people.figures import Branch


@dataclass(frozen=True, slots=True)
class Guess:
    """What a department may be.

    Attributes
    ----------
    units
        Units that it may be, the likely one first; one alone is offered as the answer.
    is_outside
        Another journey says that it is outside the organisation.
    why
        The reason, in a sentence.
    """

    units: tuple[int, ...] = ()
    is_outside: bool = False
    why: str = ""

    @property
    def is_clear(self) -> bool:
        """Whether there is one answer to offer."""
        return self.is_outside or len(self.units) == 1


@dataclass(slots=True)
class House:
    """The units of a day, and what became of those that are no more."""

    branches: tuple[Branch, ...]
    names: dict[int, str] = field(default_factory=dict)
    """Of the units of the day."""
    past_names: dict[int, str] = field(default_factory=dict)
    """Of units that have ended: how they were called last."""
    codes: dict[int, str] = field(default_factory=dict)
    """Of all of them."""
    called: dict[str, list[int]] = field(default_factory=dict)
    """Units of the day by their folded names and codes."""
    near: dict[str, list[str]] = field(default_factory=dict)
    """The same folded names by their first letters."""
    before: dict[str, list[int]] = field(default_factory=dict)
    """Units, of the day or ended, by folded names that they no longer have."""
    ended: dict[int, date] = field(default_factory=dict)
    merged: dict[int, Succession] = field(default_factory=dict)
    parts: dict[int, list[int]] = field(default_factory=dict)
    """What came out of a unit that was split and ended."""

    def label(self, unit: int) -> str:
        """Name a unit with its code, and say so where it is closed."""
        if unit in self.names:
            return f"{self.names[unit]} ({self.codes[unit]})"
        told = {"unit": self.past_names.get(unit, ""), "code": self.codes.get(unit, "")}
        return _("%(unit)s (%(code)s), closed") % told


ALIKE_FROM = 3
"""Names that differ only in one or several begin with so many same letters."""


def house(on: date) -> House:
    """Read the units of a day once, for any number of departments."""
    found = House(tree(on), merged=heirs(on))
    for one in found.branches:
        found.names[one.pk], found.codes[one.pk] = one.name, one.code
        for name in dict.fromkeys((folded(one.name), folded(one.code))):
            found.called.setdefault(name, []).append(one.pk)
    for name in found.called:
        found.near.setdefault(name[:ALIKE_FROM], []).append(name)
    for period in UnitPeriod.objects.filter(from_on__lte=on).select_related("unit").order_by("-from_on"):
        _look_back(period, found)
    for split in Succession.objects.filter(kind="split", on__lte=on, earlier__in=found.ended).order_by("pk"):
        if split.later_id in found.names:
            found.parts.setdefault(split.earlier_id, []).append(split.later_id)
    return found


def _look_back(period: UnitPeriod, found: House) -> None:
    """Take in how a unit was called, the latest period first."""
    unit, names = period.unit_id, [folded(period.name)]
    if unit not in found.names:
        found.past_names.setdefault(unit, period.name)
        found.codes[unit] = period.unit.code
        names.append(folded(period.unit.code))
        if period.unit.ended_on is not None:
            found.ended[unit] = period.unit.ended_on
    for name in names:
        if unit not in found.called.get(name, ()) and unit not in found.before.setdefault(name, []):
            found.before[name].append(unit)


def day(on: date) -> str:
    """Write a day in a sentence."""
    return date_format(on, "DATE_FORMAT", use_l10n=True)


def now(unit: int, inside: House) -> Guess:
    """Say what a unit is now: itself, what it became part of, what came out of it, or nothing any more."""
    if unit in inside.names:
        return Guess((unit,))
    name = {"unit": inside.past_names.get(unit, "")}
    if unit in inside.merged and (later := inside.merged[unit]).later_id in inside.names:
        told = {"later": inside.names[later.later_id], "day": day(later.on)} | name
        return Guess((later.later_id,), why=_("%(unit)s became part of %(later)s on %(day)s.") % told)
    if unit in inside.parts:
        names = ", ".join(inside.names[one] for one in inside.parts[unit])
        return Guess(
            tuple(inside.parts[unit]),
            why=_("%(unit)s was split into: %(later)s. Choose one.") % (name | {"later": names}),
        )
    if unit in inside.ended:
        sentence = _("%(unit)s is closed since %(day)s, and nothing came after it.")
        return Guess(why=sentence % (name | {"day": day(inside.ended[unit])}))
    return Guess()


def guess_each(departments: Iterable[str], journey: Journey, inside: House) -> dict[str, Guess]:
    """Guess for each department; one without any likeness is left out."""
    remembered = _remembered(journey)
    found = {}
    for department in departments:
        name = folded(department)
        if name and (guess := _guess(name, remembered, inside)) is not None:
            found[department] = guess
    return found


def _remembered(journey: Journey) -> dict[str, DepartmentLink]:
    """Give the latest link of each name in other journeys."""
    links = DepartmentLink.objects.exclude(journey=journey).select_related("journey").order_by("at", "pk")
    return {folded(one.department): one for one in links}


def _guess(name: str, remembered: dict[str, DepartmentLink], inside: House) -> Guess | None:
    return _as_elsewhere(remembered.get(name), inside) or _by_name(name, inside) or _by_earlier_name(name, inside)


def _as_elsewhere(link: DepartmentLink | None, inside: House) -> Guess | None:
    """Guess what was said of the same name in another journey."""
    if link is None:
        return None
    told = _("As in the journey “%(journey)s”.") % {"journey": link.journey.name}
    if link.unit_id is None:
        return Guess(is_outside=True, why=told)
    became = now(link.unit_id, inside)
    return Guess(became.units, why=f"{told} {became.why}".strip()) if became.units else None


def _by_name(name: str, inside: House) -> Guess | None:
    """Guess a unit that is called so today, or has this code, or differs only in one or several."""
    if units := inside.called.get(name):
        return _alike(units, _("Called the same."))
    like = (other for other in inside.near.get(name[:ALIKE_FROM], ()) if is_like(name, other))
    if near := [unit for other in like for unit in inside.called[other]]:
        return _alike(list(dict.fromkeys(near)), _("Called nearly the same."))
    return None


def _by_earlier_name(name: str, inside: House) -> Guess | None:
    """Guess what a unit that was called so is now."""
    for unit in inside.before.get(name, ()):
        became = now(unit, inside)
        if became.units != (unit,):
            return became
        return Guess(became.units, why=_("%(unit)s was called so before.") % {"unit": inside.names[unit]})
    return None


def _alike(units: list[int], why: str) -> Guess:
    if len(units) == 1:
        return Guess(tuple(units), why=why)
    return Guess(tuple(units), why=_("%(n)d units are called so. Choose one.") % {"n": len(units)})
