"""The company that never was: its departments and teams, how they changed, and the people who work there.

Larkmoor Home Delivery brings furniture to homes. Whoever works there is invented, and so is every name.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from mizzle.simulate.larkmoor import (
    DAY,
    DEPARTMENTS,
    FORMER_NAME,
    INTO,
    KNOWN,
    MERGED,
    NAME,
    RENAMED,
    TABLET,
    TOP,
    YEARS,
    Department,
    Team,
)
from mizzle.simulate.names import draw, in_address

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date

    import numpy as np

DOMAIN = "larkmoor.example"

_YEARS_OF_JOINING = 8
_LEAVERS = 18  # people who left in the year before the day
_MOVED = 0.15  # share of people who came from another team of their department
_CAME_BY_MERGER = 0.3  # share of the team that took another one in
_SETTLED_DAYS = 500  # whoever is there for less has not moved
_WITHOUT_ADDRESS = 0.62  # share of the people on the floor and on the road who have no e-mail address
_YEAR_DAYS = 365.25


@dataclass(frozen=True, slots=True)
class Period:
    """How a unit was called and under which other one it stood, from a day until before another."""

    name: str
    parent: str | None
    from_on: date
    until_on: date | None = None


@dataclass(frozen=True, slots=True)
class Unit:
    """A part of the company, by its code; what it was before, and which unit took it in."""

    code: str
    site: str
    shift: str
    periods: tuple[Period, ...]
    merged_into: str | None = None

    @property
    def began_on(self) -> date:
        """The day on which it was opened."""
        return self.periods[0].from_on

    @property
    def ended_on(self) -> date | None:
        """The day from which on it was no more."""
        return self.periods[-1].until_on


@dataclass(frozen=True, slots=True)
class Stay:
    """In which unit somebody worked, from a day until before another."""

    unit: str
    from_on: date
    until_on: date | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """A role, for the whole company or for one unit and what is under it."""

    role: str
    unit: str | None = None


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who works there, or did."""

    number: int
    name: str
    email: str | None
    code: str | None
    language: str
    joined_on: date
    stays: tuple[Stay, ...]
    left_on: date | None = None
    parts: tuple[Part, ...] = ()


@dataclass(frozen=True, slots=True)
class Company:
    """The whole company on a day, with what it was before."""

    name: str
    language: str
    timezone: str
    on: date
    units: tuple[Unit, ...]
    people: tuple[Person, ...]
    guides: Mapping[str, Person]
    """For each role, and for the shared tablet, somebody through whose eyes to look; the same for every seed."""


def company(rng: np.random.Generator, *, on: date = DAY) -> Company:
    """Draw the company: units in a tree of three levels, 412 people who are there, and some who have left.

    Parameters
    ----------
    rng
        The source of chance; the same state gives the same company.
    on
        The day on which one looks; people joined over the eight years before it, and in the year before it one team
        was merged into another and one was renamed.

    Returns
    -------
    Company
        Units by code, parents before what is under them; people with unique names, each with an e-mail address, a
        personal code, or both.

    Examples
    --------
    >>> import numpy as np
    >>> larkmoor = company(np.random.default_rng(1))
    >>> len(larkmoor.units), larkmoor.guides["host"].name
    (41, 'Torvald Nesvang')
    """
    units = tuple(_units(on))
    drawing = _Drawing(rng, on, {in_address(known.name) for known in KNOWN}, set())
    people = _with_roles(drawing, list(drawing.everybody()))
    by_name = {person.name: person for person in people}
    guides = {known.role: by_name[known.name] for known in KNOWN}
    return Company(NAME, "en", "Europe/Dublin", on, units, tuple(people), guides)


def _ago(on: date, years: float) -> date:
    return on - timedelta(days=round(years * _YEAR_DAYS))


def _merged_on(on: date) -> date:
    return _ago(on, 0.6).replace(day=1)


def _units(on: date) -> Iterator[Unit]:
    top = (Period(TOP.name, None, _ago(on, TOP.opened)),)
    yield Unit(TOP.code, TOP.site, TOP.shift, top)
    renamed_on = _ago(on, 0.8).replace(day=1)
    for department in DEPARTMENTS:
        began = (Period(department.name, TOP.code, _ago(on, YEARS)),)
        yield Unit(department.code, "Main hall", "day", began)
        for team in department.teams:
            now = Period(team.name, department.code, _ago(on, team.opened))
            periods: tuple[Period, ...] = (now,)
            if team.code == RENAMED:
                periods = (
                    replace(now, name=FORMER_NAME, until_on=renamed_on),
                    replace(now, from_on=renamed_on),
                )
            yield Unit(team.code, team.site, team.shift, periods)
    gone = Period(MERGED.name, "WH", _ago(on, MERGED.opened), _merged_on(on))
    yield Unit(MERGED.code, MERGED.site, MERGED.shift, (gone,), merged_into=INTO)


@dataclass(slots=True)
class _Drawing:
    """What is drawn from while people are made."""

    rng: np.random.Generator
    on: date
    taken: set[str]  # names as they stand in addresses
    met: set[str]  # of those whom one meets first, who has been made
    number: int = 0

    def everybody(self) -> Iterator[Person]:
        """Draw everybody, department by department, and then those who have left."""
        for _ in range(TOP.size):
            yield self._person(TOP, None)
        for department in DEPARTMENTS:
            for _ in range(department.office):
                yield self._person(Team(department.code, department.name, 1), None)
            for team in department.teams:
                for _ in range(team.size):
                    yield self._person(team, department)
        oldest = [(team, department) for department in DEPARTMENTS for team in department.teams if team.opened == YEARS]
        for place in self.rng.integers(len(oldest), size=_LEAVERS):
            team, department = oldest[place]
            yield self._leaver(self._person(team, department))

    def _person(self, team: Team, department: Department | None) -> Person:
        self.number += 1
        known = next((one for one in KNOWN if one.unit == team.code and one.name not in self.met), None)
        if known is not None:
            self.met.add(known.name)
            name, language = known.name, known.language
        else:
            name, language = self._name()
        is_on_foot = department is not None and department.is_on_foot
        has_no_address = is_on_foot and self.rng.random() < _WITHOUT_ADDRESS
        if known is not None:
            has_no_address = known.role == TABLET
        # Whoever came with the company's first year is rarer than whoever came with its last.
        joined_on = _ago(self.on, 0.05 + _YEARS_OF_JOINING * 0.99 * float(self.rng.beta(1.1, 1.8)))
        return Person(
            number=self.number,
            name=name,
            email=None if has_no_address else f"{in_address(name)}@{DOMAIN}",
            code=f"{team.code[:2]}{self.number:03d}" if is_on_foot else None,
            language=language,
            joined_on=joined_on,
            stays=self._stays(team, department, joined_on),
        )

    def _name(self) -> tuple[str, str]:
        name, language = draw(self.rng)
        while in_address(name) in self.taken:
            name, language = draw(self.rng)
        self.taken.add(in_address(name))
        return name, language

    def _stays(self, team: Team, department: Department | None, joined_on: date) -> tuple[Stay, ...]:
        """Say where somebody worked: most in one team, some in another one before."""
        opened_on, merged_on = _ago(self.on, team.opened), _merged_on(self.on)
        days = (self.on - joined_on).days
        earlier, changed_on = "", self.on
        if department is not None:
            others = [one for one in department.teams if one.code != team.code and one.opened == YEARS]
            other = others[int(self.rng.integers(len(others)))].code
            if joined_on < opened_on:
                earlier, changed_on = other, opened_on
            elif team.code == INTO and joined_on < merged_on and self.rng.random() < _CAME_BY_MERGER:
                earlier, changed_on = MERGED.code, merged_on
            elif days > _SETTLED_DAYS and self.rng.random() < _MOVED:
                after = int(self.rng.integers(180, days - 100))
                earlier, changed_on = other, joined_on + timedelta(days=after)
        if earlier:
            return Stay(earlier, joined_on, changed_on), Stay(team.code, changed_on)
        return (Stay(team.code, joined_on),)

    def _leaver(self, person: Person) -> Person:
        """Let somebody leave in the last year, from the team in which they were for at least a month."""
        last = replace(person.stays[-1], from_on=min(person.stays[-1].from_on, _ago(self.on, 1.2)))
        left_on = self.on - timedelta(days=int(self.rng.integers(5, 360)))
        return replace(
            person,
            joined_on=last.from_on,
            left_on=left_on,
            stays=(replace(last, until_on=left_on),),
        )


def _with_roles(drawing: _Drawing, people: list[Person]) -> list[Person]:
    """Give roles: a leader to each department, hosts to each team, and the rare ones to those whom one meets first."""
    rare = {known.name: known.role for known in KNOWN}
    parts: dict[int, tuple[Part, ...]] = {}
    teams: dict[str, list[Person]] = {}
    for person in people:
        if person.left_on is None:
            teams.setdefault(person.stays[-1].unit, []).append(person)
    departments = {department.code for department in DEPARTMENTS}
    for unit, there in teams.items():
        free = [person for person in there if person.name not in rare or rare[person.name] == "host"]
        if unit == TOP.code:
            parts |= {person.number: (Part("executive"),) for person in there}
        elif unit in departments:
            parts[there[0].number] = (Part("leader", unit),)
        else:
            hosts = drawing.rng.permutation(len(free))[: 1 + len(there) // 20]
            chosen = [free[place] for place in hosts]
            chosen += [person for person in free if rare.get(person.name) == "host" and person not in chosen]
            parts |= {person.number: (Part("host", unit),) for person in chosen}
    second = next(person for person in teams["PE-HI"] if person.name not in rare)
    parts[second.number] = (Part("people_partner"),)
    for person in people:
        role = rare.get(person.name)
        if role in ("service_lead", "people_partner", "analyst", "operator", "observer"):
            parts[person.number] = (Part(role),)
    return [replace(person, parts=parts.get(person.number, ())) for person in people]
