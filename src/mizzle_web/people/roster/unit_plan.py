"""Which units a file of people names: those that are there, those to open, and those that cannot be."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from mizzle_web.people.models import Unit, UnitPeriod
from mizzle_web.people.roster.columns import plain

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

LONGEST_NAME, LONGEST_CODE = 120, 40
Named = tuple[str, str, str]
"""Code, name and unit above, as a row gives them."""


@dataclass(slots=True)
class Opening:
    """A unit to open: its code and name, and the code of the unit it belongs to."""

    code: str
    name: str
    above: str = ""  # as the file names it
    parent: str = ""  # its code


@dataclass(slots=True)
class UnitPlan:
    """What the units of a file come to.

    Attributes
    ----------
    openings
        Units to open, each after the one it belongs to.
    problems
        Why rows that name a unit are left out, by the code of the unit: a code of `words.ROWS` and its detail.
    """

    on: date
    may_open: bool
    openings: list[Opening] = field(default_factory=list)
    problems: dict[str, tuple[str, str]] = field(default_factory=dict)
    _codes: dict[str, str] = field(default_factory=dict)  # of units that are there, by what they are compared by
    _names: dict[str, list[str]] = field(default_factory=dict)
    _new: dict[str, Opening] = field(default_factory=dict)  # by code
    _new_names: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        there = {}
        for unit in Unit.objects.values_list("pk", "code", "began_on", "ended_on"):
            pk, code, began, ended = unit
            self._codes[code.casefold()] = code
            if began <= self.on and (ended is None or ended > self.on):
                there[pk] = code
            else:
                self.problems[code] = ("unit_closed", code)
        periods = UnitPeriod.objects.filter(from_on__lte=self.on).exclude(until_on__lte=self.on)
        for pk, name in periods.values_list("unit_id", "name"):
            if pk in there:
                self._names.setdefault(name.casefold(), []).append(there[pk])

    def take(self, named: Iterable[Named]) -> None:
        """Look at all units that the rows of a file name."""
        ordered = sorted(dict.fromkeys(named), key=lambda one: not one[0])  # those with a code first
        for code, name, above in ordered:
            found = self.find(code, name)
            if (
                found is None
                and self.may_open
                and len(code) <= LONGEST_CODE
                and len(name) <= LONGEST_NAME
                and (code or name)
            ):
                found = self._open(code, name)
            if found in self._new and above and len(above) <= LONGEST_NAME and not self._new[found].above:
                self._new[found].above = above
        for opening in list(self._new.values()):
            if opening.above:
                opening.parent = self.find("", opening.above) or self.find(opening.above, "") or ""
                opening.parent = opening.parent or self._open("", opening.above)
        self._order()

    def find(self, code: str, name: str) -> str | None:
        """Give the code of the unit that a row means; None where there is none, and an empty one for two of a name."""
        if code:
            known = self._codes.get(code.casefold())
            return known or (code.casefold() if code.casefold() in self._new else None)
        codes = self._names.get(name.casefold())
        if codes:
            return codes[0] if len(codes) == 1 else ""
        return self._new_names.get(name.casefold()) or self._codes.get(name.casefold())

    def code_of(self, key: str) -> str:
        """Give the code as it is written of what `find` gave."""
        return self._new[key].code if key in self._new else key

    def problem(self, code: str, name: str) -> tuple[str, str] | None:
        """Say why a row that names this unit is left out; None where it is not."""
        if len(code) > LONGEST_CODE or len(name) > LONGEST_NAME:
            return "bad_unit", ""
        found = self.find(code, name)
        if found is None:
            return "no_unit", name or code
        if not found:
            return "two_units", name
        return self.problems.get(found)

    def _open(self, code: str, name: str) -> str:
        code = code or self._free_code(name)
        key = code.casefold()
        self._new[key] = Opening(code, name or code)
        self._new_names.setdefault((name or code).casefold(), key)
        return key

    def _free_code(self, name: str) -> str:
        base = plain(name).replace(" ", "-")[: LONGEST_CODE - 4] or "unit"
        code, number = base, 1
        while code.casefold() in self._codes or code.casefold() in self._new:
            number += 1
            code = f"{base}-{number}"
        return code

    def _order(self) -> None:
        """Put each unit after the one it belongs to; a circle is a problem, and so is what is under it."""
        placed: set[str] = set()
        waiting = dict(self._new)
        while waiting:
            ready = [
                key
                for key, one in waiting.items()
                if not one.parent or one.parent in placed or (one.parent not in self._new)
            ]
            if not ready:
                self.problems |= {key: ("cycle", one.name) for key, one in waiting.items()}
                return
            for key in ready:
                opening = waiting.pop(key)
                above = self.problems.get(opening.parent) if opening.parent else None
                if above is not None:
                    self.problems[key] = above
                else:
                    opening.parent = self.code_of(opening.parent) if opening.parent else ""
                    self.openings.append(opening)
                placed.add(key)
