"""Organisations that never were, wave after wave: people join, leave and move, and some do not answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mizzle.privacy.groups import Path, Roster
from mizzle.privacy.releases import Answers, Question

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np


@dataclass(frozen=True, slots=True)
class Wave:
    """One wave of an organisation, with the truth that nobody else has.

    Attributes
    ----------
    name
        Of the wave.
    roster
        Who was invited, where.
    questions
        What was asked.
    answered
        Who answered.
    favourable
        For each question who of them answered favourably.
    """

    name: str
    roster: Roster
    questions: tuple[Question, ...]
    answered: frozenset[str]
    favourable: dict[str, frozenset[str]]

    def answers(self) -> dict[Path, Answers]:
        """Count the answers by unit, as a wave does when it is closed."""
        return {
            unit: Answers(
                len(people & self.answered),
                {key: len(people & liked) for key, liked in self.favourable.items()},
                {key: len(people & self.answered) for key in self.favourable},
            )
            for unit, people in self.roster.leaves().items()
        }


def workforce(
    rng: np.random.Generator,
    *,
    waves: int = 1,
    teams: int = 12,
    questions: int = 1,
    response: tuple[float, float] = (0.6, 1.0),
    change: float = 0.0,
    turnover: float = 0.3,
    moving: float = 0.15,
    leaning: tuple[float, float] = (1.2, 0.8),
) -> Iterator[Wave]:
    """Make the waves of one organisation, in order.

    Parameters
    ----------
    rng
        Decides everything.
    waves, teams, questions
        How many. Teams have 3 to 15 people, in departments of two to five.
    response
        Between which shares of a team answer.
    change
        The share of people who answer anew in a wave, instead of repeating their answer.
    turnover
        How many people join, and as many leave, for each team and wave, on average.
    moving
        How many people of each team move to another one in a wave, on average.
    leaning
        The two parameters of the beta distribution from which each team's share of favourable answers is drawn; as it
        is, many teams are nearly of one mind.

    Yields
    ------
    Wave
        With everybody's true answer.

    Examples
    --------
    >>> import numpy as np
    >>> first, second = workforce(np.random.Generator(np.random.PCG64(1)), waves=2, teams=4)
    >>> len(first.roster.units) > 10, len(set(first.roster.units) & set(second.roster.units)) > 10
    (True, True)
    """
    units = _units(rng, teams)
    home: dict[str, Path] = {}
    likes: dict[str, list[bool]] = {}
    shares = rng.beta(*leaning, (len(units), questions))
    asked = tuple(Question(f"q{number + 1}") for number in range(questions))

    def join(team: int) -> None:
        person = f"p{len(likes):05d}"
        home[person] = units[team]
        likes[person] = list(rng.random(questions) < shares[team])

    for team in range(len(units)):
        for _ in range(rng.integers(3, 16)):
            join(team)
    for number in range(waves):
        if number:
            _turn(rng, home, units, turnover, moving)
            for team in range(len(units)):
                for _ in range(rng.poisson(turnover)):
                    join(team)
            for person in home:
                if rng.random() < change:
                    likes[person] = list(rng.random(questions) < shares[units.index(home[person])])
        share = dict(zip(units, rng.uniform(*response, len(units)), strict=True))
        answered = frozenset(person for person, unit in home.items() if rng.random() < share[unit])
        favourable = {
            question.key: frozenset(person for person in answered if likes[person][place])
            for place, question in enumerate(asked)
        }
        yield Wave(f"wave {number + 1}", Roster(home), asked, answered, favourable)


def _units(rng: np.random.Generator, teams: int) -> list[Path]:
    found: list[Path] = []
    department = 0
    while len(found) < teams:
        department += 1
        size = min(int(rng.integers(2, 6)), teams - len(found))
        found += [(f"Department {department}", f"Team {len(found) + one + 1}") for one in range(size)]
    return found


def _turn(rng: np.random.Generator, home: dict[str, Path], units: list[Path], turnover: float, moving: float) -> None:
    """Let people leave and move."""
    for unit in units:
        there = [person for person, place in home.items() if place == unit]
        for person in rng.permutation(there)[: rng.poisson(turnover)]:
            del home[str(person)]
        there = [person for person in there if person in home]
        for person in rng.permutation(there)[: rng.poisson(moving)]:
            home[str(person)] = units[int(rng.integers(len(units)))]
