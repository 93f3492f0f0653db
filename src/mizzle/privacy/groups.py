"""The reporting tree, who is in which group, and the atoms: the smallest groups of which anything is said."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mizzle.errors import MizzleError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from mizzle.privacy.rules import Rules

Path = tuple[str, ...]
"""A unit, as the names from the top of the tree down to it; the empty path is the whole organisation."""

OTHERS = "others"
WHOLE = "everybody"
BELOW = " / "
"""Stands between the names of a unit and of the one above it."""


def called(unit: Path) -> str:
    """Write a unit as one name; a part that has the sign between names in it stands in double quotes.

    Examples
    --------
    >>> called(("Sales", "North")), called(("Sales / North",)), called(())
    ('Sales / North', '"Sales / North"', 'everybody')
    """
    return BELOW.join(f'"{part}"' if BELOW in part else part for part in unit) or WHOLE


@dataclass(frozen=True, slots=True)
class Roster:
    """The people who are invited, and the unit in which each is counted.

    Parameters
    ----------
    units
        For each person the unit, as names from the top down. All of a wave's figures are of groups of this one tree.
    leads
        For each leader the unit that this person leads, and whose figures they read. They are counted one level up:
        nobody is in the group that they read.

    Raises
    ------
    MizzleError
        For a roster without people, or a leader who is not on it.

    Examples
    --------
    >>> roster = Roster({"p1": ("Sales", "North"), "p2": ("Sales", "North")}, leads={"p2": ("Sales", "North")})
    >>> roster.counted_in("p2")
    ('Sales',)
    """

    units: Mapping[str, Path]
    leads: Mapping[str, Path]

    def __init__(self, units: Mapping[str, Path], leads: Mapping[str, Path] | None = None) -> None:
        object.__setattr__(self, "units", dict(units))
        object.__setattr__(self, "leads", dict(leads or {}))
        if not self.units:
            raise MizzleError("The roster has no people. Give everybody who was invited, with the unit of each.")
        strange = sorted(set(self.leads) - set(self.units))
        if strange:
            raise MizzleError(
                f"{strange[0]!r} leads a unit and is not on the roster. Add the person, or leave the lead out."
            )

    def counted_in(self, person: str) -> Path:
        """Give the unit in which a person is counted: their own, or the one above where they lead it."""
        unit, leads = self.units[person], self.leads.get(person)
        if leads is not None and unit[: len(leads)] == leads:
            return leads[:-1]
        return unit

    def leaves(self) -> dict[Path, frozenset[str]]:
        """Give the people counted in each unit directly, without the units below it."""
        found = defaultdict(set)
        for person in self.units:
            found[self.counted_in(person)].add(person)
        return {unit: frozenset(people) for unit, people in sorted(found.items())}


@dataclass(frozen=True, slots=True)
class Atom:
    """A group of which figures are shown, and no part of which is ever told apart.

    Attributes
    ----------
    name
        The unit, or the pool it stands in: ``"Sales / North"``, ``"Sales / others"``. No two atoms, and no atom and
        another unit, have the same.
    unit
        The unit under which it is reported.
    people
        Everybody invited who is counted in it.
    n
        How many of them answered.
    """

    name: str
    unit: Path
    people: frozenset[str]
    n: int


def atoms(roster: Roster, answered: Mapping[Path, int], rules: Rules) -> tuple[Atom, ...]:
    """Cut the organisation into atoms.

    Parameters
    ----------
    roster
        Who was invited, and where each is counted.
    answered
        For each unit how many of those counted in it answered; nobody where it is not named. Who did, and what they
        said, is not asked.
    rules
        How many answers an atom takes.

    Returns
    -------
    tuple of Atom
        Disjoint groups in the order of the tree, each with at least `rules.least` answers, in which everybody invited
        is counted; none where the whole organisation has fewer.

    Notes
    -----
    Formula: a unit with enough answers is an atom. Smaller ones are pooled under the nearest unit above in which the
    pool has enough; what is left at the top is joined to the smallest atom.

    References
    ----------
    Chin, F. Y. and Ozsoyoglu, G. (1981), Statistical database design, ACM Trans. Database Syst. 6, 113-139: answers
    about unions of disjoint atoms cannot be combined into one about less than an atom.

    Raises
    ------
    MizzleError
        Where more people answered than were invited, or of a unit that nobody is counted in.

    Examples
    --------
    >>> from mizzle.privacy.rules import Rules
    >>> units = {f"a{i}": ("A",) for i in range(6)} | {f"b{i}": ("B",) for i in range(3)} | {"c": ("C",), "d": ("D",)}
    >>> answered = {("A",): 6, ("B",): 3, ("C",): 1, ("D",): 1}
    >>> [(one.name, one.n) for one in atoms(Roster(units), answered, Rules())]
    [('others', 5), ('A', 6)]
    """
    leaves = roster.leaves()
    _check(leaves, answered)
    taken = {called(unit[:depth]) for unit in leaves for depth in range(1, len(unit) + 1)}
    found: list[Atom] = []
    small: dict[Path, frozenset[str]] = {}
    for unit, people in leaves.items():
        n = answered.get(unit, 0)
        if n >= rules.least:
            found.append(Atom(called(unit) if unit else _free(WHOLE, taken), unit, people, n))
        else:
            small[unit] = people
    for above in sorted(set(_above(small)), key=lambda unit: (-len(unit), unit)):
        under = [unit for unit in small if unit[: len(above)] == above]
        n = sum(answered.get(unit, 0) for unit in under)
        if n >= rules.least:
            found.append(Atom(_free(called((*above, OTHERS)), taken), above, _together(small, under), n))
            for unit in under:
                del small[unit]
    if small and found:
        place = min(range(len(found)), key=lambda at: (found[at].n, found[at].name))
        one = found[place]
        found[place] = Atom(
            _free(f"{one.name} + {OTHERS}", taken),
            _common(one.unit, small),
            one.people | _together(small, small),
            one.n + sum(answered.get(unit, 0) for unit in small),
        )
    return tuple(sorted(found, key=lambda one: (one.unit, one.name)))


def _free(name: str, taken: set[str]) -> str:
    """Give a name for a pool, another one where a unit has it."""
    while name in taken:
        name += ", together"
    taken.add(name)
    return name


def _check(leaves: Mapping[Path, frozenset[str]], answered: Mapping[Path, int]) -> None:
    for unit, n in answered.items():
        invited = len(leaves.get(unit, ()))
        if not 0 <= n <= invited:
            raise MizzleError(
                f"{n} answers are counted in {called(unit)}, where {invited} people are. Check roster and answers."
            )


def _together(leaves: Mapping[Path, frozenset[str]], units: Iterable[Path]) -> frozenset[str]:
    return frozenset(person for unit in units for person in leaves[unit])


def _above(units: Iterable[Path]) -> Iterator[Path]:
    """Give every unit in which one of these stands, itself included."""
    for unit in units:
        for depth in range(len(unit) + 1):
            yield unit[:depth]


def _common(unit: Path, others: Iterable[Path]) -> Path:
    """Give the lowest unit in which all of these stand."""
    for other in others:
        while other[: len(unit)] != unit:
            unit = unit[:-1]
    return unit
