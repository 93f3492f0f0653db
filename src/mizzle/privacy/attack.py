"""Attacks on releases, with everything known: lists of staff, rules, code, all releases, and a few people's answers.

The mechanism must hold with all of it in the open, so its attackers are part of the library.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from mizzle.privacy.releases import same_question

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from numpy.typing import NDArray

    from mizzle.privacy.choosing import Published
    from mizzle.privacy.releases import Question, Released
    from mizzle.privacy.rules import Cell


class Checks(NamedTuple):
    """What an attack found: how many answers it tried to find out, and how many are certain."""

    tried: int
    certain: int

    def __add__(self, other: tuple[object, ...]) -> Checks:
        """Add the checks of another attack."""
        tried, certain = other
        return Checks(self.tried + int(str(tried)), self.certain + int(str(certain)))


def determined_in_one_wave(groups: Sequence[tuple[int, Cell]], insiders: int) -> Checks:
    """Try every person of every group, with every choice of insiders and every way in which those may have answered.

    Parameters
    ----------
    groups
        For each group and question: how many answered, and the cell that was published.
    insiders
        How many people of the group put their own answers together; from nobody up to this number are tried.

    Returns
    -------
    Checks
        An answer is certain where, with the answers of the insiders taken away, all others must have answered alike.

    Notes
    -----
    Formula: of n answers with a count from low to high, i of them given away with f favourable, n - i are left with a
    count from max(0, low - f) to min(n - i, high - f); all alike where the lower is n - i, or the higher 0. Groups of a
    wave are disjoint, so nothing else that is published of them says more.

    Not for: several waves; there, `audit`.

    References
    ----------
    `./run bench privacy`.

    Examples
    --------
    >>> from mizzle.privacy.rules import Cell
    >>> determined_in_one_wave([(8, Cell(6, 8))], 1), determined_in_one_wave([(8, Cell(7, 7))], 1)
    (Checks(tried=22, certain=0), Checks(tried=22, certain=7))
    """
    n, low, high = np.array([(size, *cell) for size, cell in groups], np.int64).reshape(-1, 3).T
    found = Checks(0, 0)
    for given in range(insiders + 1):
        left = n - given
        for liked in range(given + 1):
            least, most = np.maximum(low - liked, 0), np.minimum(high - liked, left)
            possible = (least <= most) & (left > 0)
            alike = possible & ((least == left) | (most == 0))
            found = Checks(found.tried + int(left[possible].sum()), found.certain + int(left[alike].sum()))
    return found


def audit(
    releases: Sequence[Released], *, insiders: int = 0, most: int | None = None, rng: np.random.Generator | None = None
) -> dict[str, frozenset[str]]:
    """Find everybody whose answer is certain from all releases together, if people repeat their answers.

    Parameters
    ----------
    releases
        All of them.
    insiders
        0 or 1: whether one person's answer is given away, each in turn.
    most
        Of the insiders, how many kinds are tried for each part of the organisation; all where None.
    rng
        Chooses those.

    Returns
    -------
    dict
        For each question, by its name in the first release that asked it, the people whose answer is certain.

    Notes
    -----
    Formula: everybody has one unknown answer to a question in all releases; each release bounds the number of
    favourable ones in its group, of which those who did not answer may be any. An answer is certain where no
    whole-number solution has it otherwise: found exactly, by integer programming, apart from the way in which cells
    are chosen.

    Assumes: repeated answers. People who change their minds only make the attacker's conclusions wrong.

    Not for: an attacker who knows who did not answer; `certain` takes those who did.

    References
    ----------
    `./run bench privacy`.
    """
    kinds: list[tuple[str, list[Published]]] = []
    seen: list[Question] = []
    for one in releases:
        for question in one.questions:
            place = next((at for at, known in enumerate(seen) if same_question(known, question)), None)
            if place is None:
                seen.append(question)
                kinds.append((question.key, []))
                place = -1
            kinds[place][1].extend(one.published(question.key))
    return {key: certain(published, insiders=insiders, most=most, rng=rng) for key, published in kinds}


def certain(
    published: Iterable[Published],
    *,
    insiders: int = 0,
    most: int | None = None,
    rng: np.random.Generator | None = None,
) -> frozenset[str]:
    """Find everybody whose answer to one question is certain; see `audit`.

    Parameters
    ----------
    published
        What was said of the question. For an attacker who knows who answered, each with exactly those people.
    insiders, most, rng
        As in `audit`.

    Returns
    -------
    frozenset of str
        The people.
    """
    found: set[str] = set()
    for part in _parts(list(published)):
        system = _System.of(part)
        found |= system.people_of(system.pinned(None))
        if not insiders:
            continue
        kinds = np.flatnonzero(system.sizes > 0)
        if most is not None and rng is not None and len(kinds) > most:
            kinds = rng.choice(kinds, most, replace=False)
        for kind in kinds:
            for favourable in (False, True):
                found |= system.people_of(system.pinned((int(kind), favourable)))
    return frozenset(found)


def _parts(published: list[Published]) -> Iterator[list[Published]]:
    """Cut the releases into parts that share nobody."""
    of: dict[str, list[int]] = defaultdict(list)
    for place, one in enumerate(published):
        for person in one.people:
            of[person].append(place)
    left = set(range(len(published)))
    while left:
        inside, border = set(), {min(left)}
        while border:
            inside |= border
            border = {near for place in border for person in published[place].people for near in of[person]} - inside
        left -= inside
        yield [published[place] for place in sorted(inside)]


class _System(NamedTuple):
    """One part as whole-number bounds: people of one pattern of releases are one unknown."""

    people: list[list[str]]
    sizes: NDArray[np.int64]
    member: NDArray[np.int64]
    low: NDArray[np.int64]
    high: NDArray[np.int64]

    @classmethod
    def of(cls, part: Sequence[Published]) -> _System:
        patterns: dict[tuple[int, ...], list[str]] = defaultdict(list)
        inside: dict[str, list[int]] = defaultdict(list)
        for place, one in enumerate(part):
            for person in sorted(one.people):
                inside[person].append(place)
        for person, mine in inside.items():
            patterns[tuple(mine)].append(person)
        member = np.zeros((len(part), len(patterns)), np.int64)
        for column, places in enumerate(patterns):
            member[list(places), column] = 1
        low = np.array([one.cell.low for one in part])
        high = np.array([one.cell.high + one.skipped for one in part])
        return cls(list(patterns.values()), np.array([len(one) for one in patterns.values()]), member, low, high)

    def people_of(self, pinned: NDArray[np.int64]) -> set[str]:
        """Give the people of patterns; of one who is given away, everybody else of it."""
        return {person for pattern in pinned for person in self.people[pattern]}

    def pinned(self, insider: tuple[int, bool] | None) -> NDArray[np.int64]:
        """Find the patterns in which everybody else must have answered alike."""
        sizes, low, high = self.sizes.copy(), self.low.copy(), self.high.copy()
        if insider is not None:
            kind, favourable = insider
            sizes[kind] -= 1
            low -= self.member[:, kind] * favourable
            high -= self.member[:, kind] * favourable
        open_ = np.flatnonzero(sizes > 0)
        one_way = self._unreached(sizes, low, high, open_, liked=True)
        if one_way is None:
            return np.zeros(0, np.int64)
        other = self._unreached(sizes, low, high, open_, liked=False)
        return np.union1d(one_way, other if other is not None else one_way)

    def _unreached(
        self,
        sizes: NDArray[np.int64],
        low: NDArray[np.int64],
        high: NDArray[np.int64],
        wanted: NDArray[np.int64],
        *,
        liked: bool,
    ) -> NDArray[np.int64] | None:
        """Find the patterns in which nobody can have answered favourably (or not); None if nothing is possible.

        Each solution reaches as many of the patterns that are left as one solution can; when it reaches none, none of
        them can be reached.
        """
        from scipy.optimize import Bounds, LinearConstraint, milp
        from scipy.sparse import csr_array, eye_array, hstack, vstack

        n, left = len(sizes), wanted
        while len(left):
            marks = len(left)
            pick = csr_array((np.ones(marks), (np.arange(marks), left)), shape=(marks, n))
            sums = hstack([csr_array(self.member.astype(float)), csr_array((len(low), marks))])
            sign = 1 if liked else -1
            reach = hstack([sign * pick, -eye_array(marks)])
            least = np.zeros(marks) if liked else -sizes[left].astype(float)
            found = milp(
                np.concatenate((np.zeros(n), -np.ones(marks))),
                constraints=LinearConstraint(
                    vstack([sums, reach]).tocsr(),
                    np.concatenate((low, least)),
                    np.concatenate((high, np.full(marks, np.inf))),
                ),
                integrality=np.ones(n + marks),
                bounds=Bounds(0, np.concatenate((sizes, np.ones(marks)))),
            )
            if found.x is None:
                return None
            reached = np.round(found.x[n:]) > 0
            if not reached.any():
                return left
            left = left[~reached]
        return left
