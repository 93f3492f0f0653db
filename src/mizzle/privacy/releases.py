"""The release of a wave: counted once, at its close, in groups that cannot be taken apart."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Any, NamedTuple

from mizzle.errors import MizzleError
from mizzle.estimate import Estimate, Interval
from mizzle.privacy.choosing import History, Published, choose_cells
from mizzle.privacy.groups import Atom, Path, Roster, atoms, called
from mizzle.privacy.rules import Cell, Rules

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

METHOD = "privacy.release/1"

ALIKE = 0.8
"""Likeness of two wordings beyond which they are one question."""


class Question(NamedTuple):
    """A question: a name by which it is counted, the words in which it is asked, and which answers are favourable."""

    key: str
    text: str = ""
    favourable: str = ""

    @property
    def words(self) -> str:
        """Its words without case, marks and double spaces."""
        plain = "".join(sign if sign.isalnum() else " " for sign in self.text.casefold())
        return " ".join(plain.split())


def same_question(one: Question, other: Question) -> bool:
    """Say whether two questions count as the same: same name, or wordings that are more than 80 % alike.

    Examples
    --------
    >>> then, now = Question("q1", "My team keeps its promises."), Question("q7", "My team keeps the promises!")
    >>> same_question(then, now)
    True
    """
    if one.key == other.key or not (one.words and other.words):
        return one.key == other.key
    return SequenceMatcher(None, one.words, other.words, autojunk=False).ratio() > ALIKE


@dataclass(frozen=True, slots=True)
class Plan:
    """What is fixed before a wave opens, and shown to everybody who is asked.

    Attributes
    ----------
    wave
        Its name; no two waves have the same.
    roster
        Who is invited, and in which unit of the one tree each is counted.
    questions
        What is asked.
    rules
        The promise.
    """

    wave: str
    roster: Roster
    questions: tuple[Question, ...]
    rules: Rules

    @property
    def digest(self) -> str:
        """Fingerprint of all of it, to be put on record before the wave opens."""
        return _digest(
            {
                "wave": self.wave,
                "people": {person: self.roster.counted_in(person) for person in sorted(self.roster.units)},
                "questions": [list(one) for one in self.questions],
                "rules": [self.rules.insiders, self.rules.strict],
            }
        )

    def group_of(self, person: str) -> tuple[Path, frozenset[str]]:
        """Give the unit in which a person is counted, and everybody counted in it with them."""
        unit = self.roster.counted_in(person)
        return unit, self.roster.leaves()[unit]

    def small(self) -> list[Path]:
        """List the units that have too few people for figures of their own, even if everybody answers."""
        return [unit for unit, people in self.roster.leaves().items() if len(people) < self.rules.least]


def plan(wave: str, roster: Roster, questions: Sequence[Question], rules: Rules | None = None) -> Plan:
    """Fix a wave before it opens.

    Parameters
    ----------
    wave
        Its name.
    roster
        Who is invited, in one tree.
    questions
        At least one; two of them must not be the same question.
    rules
        The promise; by default against one insider.

    Returns
    -------
    Plan
        With its digest and the group of each person.

    Raises
    ------
    MizzleError
        For no question, two that count as the same, or a wave without a name.

    Notes
    -----
    Formula: none; a plan is a promise.

    Assumes: that the roster is the truth. Groups padded with people who do not exist are found by those who see the
    names of their own group.

    Not for: reporting one question on two trees. Two cuts that overlap, and the bounds 0 to n, pin individuals.

    Examples
    --------
    >>> people = {f"p{i}": ("Sales",) for i in range(4)}
    >>> plan("spring", Roster(people), [Question("q1", "We hear the customer.")]).small()
    [('Sales',)]
    """
    if not wave.strip():
        raise MizzleError("A wave needs a name, such as 2027-spring.")
    if not questions:
        raise MizzleError("A wave needs at least one question.")
    for place, one in enumerate(questions):
        for other in questions[:place]:
            if same_question(one, other):
                raise MizzleError(f"{other.key} and {one.key} count as the same question. Ask one of them.")
    return Plan(wave, roster, tuple(questions), rules or Rules())


class Answers(NamedTuple):
    """What the people counted in one unit said, as counts: nothing of one person.

    Attributes
    ----------
    n
        How many took part.
    favourable, given
        For each question how many answered favourably, and how many answered at all.
    """

    n: int
    favourable: Mapping[str, int]
    given: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Released:
    """What may be shown of a wave: to everybody, in every form, for ever. Nothing else may leave.

    Attributes
    ----------
    wave, rules
        The wave, and the promise it was held under.
    questions
        What was asked.
    atoms
        The groups, in the order of the tree.
    cells
        For each question, in the order of the atoms: the cell in which the number of favourable answers lies, or None
        where the group says nothing.
    """

    wave: str
    rules: Rules
    questions: tuple[Question, ...]
    atoms: tuple[Atom, ...]
    cells: Mapping[str, tuple[Cell | None, ...]]

    @property
    def digest(self) -> str:
        """Fingerprint of the whole release."""
        return _digest(self.to_dict())

    def figure(self, question: str, unit: Path = ()) -> Estimate:
        """Give the share of favourable answers in a unit, or in the organisation.

        Parameters
        ----------
        question
            Its name.
        unit
            Names from the top down; the organisation where it is empty.

        Returns
        -------
        Estimate
            Share, 0 to 1: the middles of the cells of all atoms in the unit, over their answers. Its interval is no
            chance but a certainty: the count lies in it. Undefined where no atom is in the unit.

        Raises
        ------
        MizzleError
            For a question that was not asked.

        Notes
        -----
        Everything is arithmetic on cells: whoever has them has this figure.
        """
        found = [
            (atom.n, cell)
            for atom, cell in zip(self.atoms, self._of(question), strict=True)
            if atom.unit[: len(unit)] == unit and cell is not None
        ]
        return _share(found)

    def by_atom(self, question: str) -> dict[str, Estimate]:
        """Give the share of favourable answers of each atom; undefined where it says nothing."""
        told = zip(self.atoms, self._of(question), strict=True)
        return {atom.name: _share([(atom.n, cell)] if cell else []) for atom, cell in told}

    def units(self) -> list[Path]:
        """List the units that have figures: every unit above or at an atom."""
        return sorted({atom.unit[:depth] for atom in self.atoms for depth in range(len(atom.unit) + 1)})

    def published(self, question: str) -> list[Published]:
        """Give what this release said of a question, as the audit of later ones needs it."""
        told = zip(self.atoms, self._of(question), strict=True)
        return [Published(atom.people, atom.n, cell) for atom, cell in told if cell is not None]

    def to_dict(self) -> dict[str, Any]:
        """Give the release as JSON, with the staff lists of its groups; the same each time."""
        return {
            "wave": self.wave,
            "insiders": self.rules.insiders,
            "strict": self.rules.strict,
            "method": METHOD,
            "questions": [one._asdict() for one in self.questions],
            "atoms": [
                {"name": one.name, "unit": list(one.unit), "n": one.n, "people": sorted(one.people)}
                for one in self.atoms
            ],
            "cells": {key: [list(cell) if cell else None for cell in cells] for key, cells in self.cells.items()},
        }

    @classmethod
    def from_dict(cls, told: Mapping[str, Any]) -> Released:
        """Read a release that `to_dict` wrote.

        Raises
        ------
        MizzleError
            Where it is no such release.
        """
        try:
            return cls(
                str(told["wave"]),
                Rules(int(told["insiders"]), bool(told["strict"])),
                tuple(Question(str(one["key"]), str(one["text"]), str(one["favourable"])) for one in told["questions"]),
                tuple(
                    Atom(
                        str(one["name"]),
                        tuple(map(str, one["unit"])),
                        frozenset(map(str, one["people"])),
                        int(one["n"]),
                    )
                    for one in told["atoms"]
                ),
                {
                    str(key): tuple(Cell(int(cell[0]), int(cell[1])) if cell else None for cell in cells)
                    for key, cells in told["cells"].items()
                },
            )
        except (KeyError, TypeError, ValueError, IndexError, AttributeError) as problem:
            raise MizzleError(
                "This is no release that mizzle wrote, or it was changed. Take it from a backup: later releases rest on"
                " it."
            ) from problem

    def _of(self, question: str) -> tuple[Cell | None, ...]:
        if question not in self.cells:
            raise MizzleError(f"{question!r} was not asked in {self.wave}. Asked were: {', '.join(self.cells)}.")
        return self.cells[question]


def release(planned: Plan, answers: Mapping[Path, Answers], history: Sequence[Released] = ()) -> Released:
    """Count a wave, once, when it is closed.

    Parameters
    ----------
    planned
        What was fixed before it opened.
    answers
        What was said in each unit, as counts. A unit that is not named has no answers.
    history
        All earlier releases; every one of them, since a forgotten one can be combined with this.

    Returns
    -------
    Released
        The same, to the last byte, for the same counts.

    Raises
    ------
    MizzleError
        Where counts do not go together, or fewer people answered in the whole organisation than may be shown; where
        the wave was released already; and where an earlier one was promised more, or the same question was counted by
        other answers: then both could be subtracted.

    Notes
    -----
    Formula: units with at least k = 2c + 3 answers are atoms, smaller ones are pooled (`atoms`); for each atom and
    question the number of favourable answers is published as the cell that holds it (`choose_cells`), counted among
    all who took part: who left the question out counts as not favourable. A question that fewer than k of an atom
    answered is blank there.

    Assumes: c people of a group at most put their answers together. Somebody who reads everything, at all times, in
    all roles, who knows the staff lists, the rules and this code, and who took part, is allowed for.

    Missing data: see the formula.

    Interval: not a confidence interval: the band holds the count for certain.

    Not for: live results, filters by attributes, averages, or drivers of small groups; each of them can be combined
    into one person's answer.

    References
    ----------
    mizzle's own mechanism; the attacks in `mizzle.privacy.attack` try it, and `./run bench privacy` counts them.

    Examples
    --------
    >>> people = {f"p{i}": ("Sales",) for i in range(8)}
    >>> spring = plan("spring", Roster(people), [Question("q1")])
    >>> said = release(spring, {("Sales",): Answers(8, {"q1": 5}, {"q1": 8})})
    >>> said.cells["q1"], said.figure("q1").value
    ((Cell(low=5, high=5),), 0.625)
    """
    _check(planned, answers)
    _keeps_promises(planned, history)
    groups = atoms(planned.roster, {unit: one.n for unit, one in answers.items()}, planned.rules)
    if not groups:
        n = sum(one.n for one in answers.values())
        raise MizzleError(
            f"{n} people took part, and nothing is shown of fewer than {planned.rules.least}. Nothing is released; ask"
            " again when more can take part."
        )
    counted = _counted(planned, groups, answers)
    cells = {}
    for question in planned.questions:
        known = History(_same(question, history))
        chosen = []
        for atom, (favourable, given) in zip(groups, counted[question.key], strict=True):
            options = choose_cells(atom.people, atom.n, known, planned.rules)
            cell = next(one for one in options if one.low <= favourable <= one.high)
            shown = given >= planned.rules.least and len(options) > 1
            chosen.append(cell if shown else None)
            if shown:
                known.add(Published(atom.people, atom.n, cell))
        cells[question.key] = tuple(chosen)
    return Released(planned.wave, planned.rules, planned.questions, groups, cells)


def _same(question: Question, history: Sequence[Released]) -> list[Published]:
    return [
        one
        for earlier in history
        for asked in earlier.questions
        if same_question(question, asked)
        for one in earlier.published(asked.key)
    ]


def _keeps_promises(planned: Plan, history: Sequence[Released]) -> None:
    """Refuse a wave twice, rules that are weaker than those of an earlier one, and the same question counted anew."""
    for earlier in history:
        if earlier.wave == planned.wave:
            raise MizzleError(
                f"{planned.wave} was released already, and a wave is counted once. Give this one a name of its own."
            )
        if earlier.rules.insiders > planned.rules.insiders or earlier.rules.strict > planned.rules.strict:
            strict = ", strictly" if earlier.rules.strict else ""
            raise MizzleError(
                f"{earlier.wave} was promised against {earlier.rules.insiders} insiders{strict}. A promise is never"
                " lowered, since later figures can undo earlier ones: hold this wave under the same rules."
            )
        for asked in earlier.questions:
            for question in planned.questions:
                if same_question(question, asked) and question.favourable != asked.favourable:
                    raise MizzleError(
                        f"{question.key} was counted in {earlier.wave} with {asked.favourable or 'other answers'} as"
                        f" favourable, and now with {question.favourable or 'other answers'}. The two could be"
                        " subtracted. Count it as before."
                    )


def _counted(
    planned: Plan, groups: Sequence[Atom], answers: Mapping[Path, Answers]
) -> dict[str, list[tuple[int, int]]]:
    """Add up favourable and given answers of each question, atom by atom."""
    of = {person: place for place, atom in enumerate(groups) for person in atom.people}
    home = {unit: of[next(iter(people))] for unit, people in planned.roster.leaves().items()}
    found = {question.key: [(0, 0)] * len(groups) for question in planned.questions}
    for unit, said in answers.items():
        for key, counts in found.items():
            favourable, given = counts[home[unit]]
            counts[home[unit]] = favourable + said.favourable.get(key, 0), given + said.given.get(key, 0)
    return found


def _check(planned: Plan, answers: Mapping[Path, Answers]) -> None:
    asked = {question.key for question in planned.questions}
    for unit, said in answers.items():
        for key in {*said.favourable, *said.given}:
            if key not in asked:
                raise MizzleError(
                    f"{key!r} is answered and was not asked. The questions are fixed before a wave opens."
                )
            if not 0 <= said.favourable.get(key, 0) <= said.given.get(key, 0) <= said.n:
                raise MizzleError(
                    f"The counts of {key!r} in {called(unit)} do not go together: of {said.n} who took part"
                    f" {said.given.get(key, 0)} answered, {said.favourable.get(key, 0)} of them favourably."
                )


def _share(found: Sequence[tuple[int, Cell]]) -> Estimate:
    n = sum(one for one, _ in found)
    if not n:
        return Estimate(None, None, 0, "share", METHOD)
    low, high = sum(cell.low for _, cell in found), sum(cell.high for _, cell in found)
    middle = sum(cell.middle for _, cell in found)
    return Estimate(middle / n, Interval(low / n, high / n), n, "share", METHOD)


def _digest(told: Mapping[str, Any]) -> str:
    text = json.dumps(told, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()
