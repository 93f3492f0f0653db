"""Choose cells that, with everything published before, leave nobody's answer certain if all others repeat theirs.

The choice rests on staff lists and published cells only, never on the answers of this wave: that a cell is wide, or a
group blank, tells nothing.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from mizzle.privacy.following import Outcomes, follow
from mizzle.privacy.rules import Cell

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from mizzle.privacy.rules import Rules

    Whole = NDArray[np.int64]


MOST_RELEASES = 30
"""All that hangs together with a group is looked at where it is no more than this; else two steps."""


class Published(NamedTuple):
    """What an earlier release said of one question and one group.

    Attributes
    ----------
    people
        Who was invited and counted in the group.
    n
        How many of them answered.
    cell
        What was published of the number of favourable answers.
    """

    people: frozenset[str]
    n: int
    cell: Cell

    @property
    def skipped(self) -> int:
        """How many did not answer."""
        return len(self.people) - self.n


class History:
    """Earlier releases of one question, found by the people in them.

    Parameters
    ----------
    published
        The releases, of all waves and of all questions that count as the same.
    """

    def __init__(self, published: Iterable[Published] = ()) -> None:
        self.releases: list[Published] = []
        self._of: dict[str, list[int]] = defaultdict(list)
        for one in published:
            self.add(one)

    def add(self, one: Published) -> None:
        """Take one more release in."""
        for person in one.people:
            self._of[person].append(len(self.releases))
        self.releases.append(one)

    def sharing(self, people: Iterable[str]) -> set[int]:
        """Give the places of the releases that share somebody with these people."""
        return {place for person in people for place in self._of.get(person, ())}

    def around(self, people: frozenset[str]) -> tuple[list[Published], list[Published]]:
        """Give the releases two steps away from these people, and all that hang together with them, where few do."""
        near = wide = self._wider(self.sharing(people))
        while len(wider := self._wider(wide)) <= MOST_RELEASES and wider != wide:
            wide = wider
        first, second = ([self.releases[place] for place in sorted(places)] for places in (near, wide))
        return first, second

    def _wider(self, near: set[int]) -> set[int]:
        """Add the releases that share somebody with one of these."""
        return near | self.sharing(person for place in near for person in self.releases[place].people)

    def touching(self, people: frozenset[str]) -> list[Published]:
        """Give the releases that meet these people."""
        return [self.releases[place] for place in sorted(self.sharing(people))]


def choose_cells(people: frozenset[str], n: int, history: History, rules: Rules) -> tuple[Cell, ...]:
    """Choose the cells in which a group's number of favourable answers is published.

    Parameters
    ----------
    people
        Everybody invited who is counted in the group.
    n
        How many answered.
    history
        All earlier releases of the question, those of this wave that are chosen already included.
    rules
        The promise of the wave.

    Returns
    -------
    tuple of Cell
        All counts from 0 to n in order; one cell alone means that nothing is said.

    Notes
    -----
    Formula: start with `rules.cells(n)`; as long as a cell is possible and pins somebody, merge it with a neighbour:
    with one whose union is safe, if there is one, else one that is possible, else the narrower. A cell pins where,
    everybody repeating their answer in all releases, some people must all have answered the same way; with the answers
    of as many insiders given away as the rules say, whichever they are. All releases that hang together with the group
    are looked at, up to `MOST_RELEASES`; beyond, those that share people with the group and those that share people
    with these: two steps. Where somebody farther away must have answered otherwise since, the later release of a group
    counts there, and two steps where even that cannot all be true. Where two steps cannot, where there are more than
    `following.MOST_STATES` partial sums, and always in strict mode, the plain rule decides: every cell that an earlier
    release of some of the same people makes possible, whatever insiders say now, is merged into one, so that it says
    nothing new.

    What it does not stand against: in the normal mode an insider who answers otherwise than before, or leaves the
    question out, and so learns of a joiner; and more than `MOST_RELEASES` releases, or some that cannot all be true,
    that say together what those of two steps do not, as where all teams of a large organisation are halved and put
    together anew. Strict mode stands against both as far as was tried.

    References
    ----------
    Kenthapadi, K., Mishra, N. and Nissim, K. (2005), Simulatable auditing, PODS: what is refused must not depend on
    the hidden answers.
    """
    cells = list(rules.cells(n))
    if not history.sharing(people):
        return tuple(cells)
    if not rules.strict:
        chosen = _audited(people, n, history, rules, cells)
        if chosen is not None:
            return tuple(chosen)
    return tuple(_plain(people, n, history, cells, rules.insiders))


def _plain(people: frozenset[str], n: int, history: History, cells: list[Cell], insiders: int) -> list[Cell]:
    """Merge what each earlier release makes possible, so that what is published is known before.

    Insiders need not repeat their answers, which they know.
    """
    skipped = len(people) - n
    for one in history.touching(people):
        turned = min(insiders, len(one.people & people))
        low = one.cell.low - len(one.people - people) - skipped - turned
        high = one.cell.high + len(people - one.people) + one.skipped + turned
        first = next(place for place, cell in enumerate(cells) if cell.high >= min(max(low, 0), n))
        last = next(place for place, cell in enumerate(cells) if cell.high >= max(min(high, n), 0))
        cells[first : last + 1] = [Cell(cells[first].low, cells[last].high)]
    return cells


def _audited(people: frozenset[str], n: int, history: History, rules: Rules, cells: list[Cell]) -> list[Cell] | None:
    """Merge cells until none pins anybody; None where there is too much to follow, or some answer has changed."""
    found = _outcomes(Published(people, n, Cell(0, n)), history, rules.insiders)
    if found is None:
        return None
    skipped = len(people) - n
    judged: dict[Cell, tuple[bool, bool]] = {}

    def judge(cell: Cell) -> tuple[bool, bool]:
        """Whether a cell is possible, and whether it pins."""
        if cell not in judged:
            judged[cell] = found.judge(cell.low, cell.high + skipped)
        return judged[cell]

    while len(cells) > 1:
        bad = next((place for place, cell in enumerate(cells) if judge(cell)[1]), None)
        if bad is None:
            break
        unions = []
        for first in (bad - 1, bad):
            if 0 <= first < len(cells) - 1:
                union = Cell(cells[first].low, cells[first + 1].high)
                other = cells[first + 1 if first == bad else first]
                unions.append((judge(union)[1], not judge(other)[0], union.high - union.low, first, union))
        *_, first, union = min(unions)
        cells[first : first + 2] = [union]
    return cells


def _outcomes(asked: Published, history: History, insiders: int) -> Outcomes | None:
    """Follow what can be true of a group, with all that is looked at; None where the plain rule has to decide.

    That less can be followed than what hangs together proves nothing. Where it cannot all be true, somebody has changed
    an answer: near by, so that nothing is known for certain, or far away, where a group's later word then counts.
    """
    near, wide = history.around(asked.people)
    found = World.of([*wide, asked]).outcomes(insiders)
    if found is None or len(found.counts):
        return found
    nearby = World.of([*near, asked]).outcomes(insiders) if len(near) < len(wide) else found
    if nearby is None or not len(nearby.counts):
        return None
    later = World.of([*wide, asked], is_changing=True).outcomes(insiders)
    return later if later is None or len(later.counts) else nearby


class World(NamedTuple):
    """People by the releases that they are in: everything that matters of them where everybody repeats their answer.

    Attributes
    ----------
    sizes
        How many people have each pattern.
    member
        Which pattern is in which release; the last release is the one to be chosen.
    low, high
        Fewest and most favourable people of each release.
    """

    sizes: Whole
    member: NDArray[np.bool_]
    low: Whole
    high: Whole

    @classmethod
    def of(cls, releases: Sequence[Published], *, is_changing: bool = False) -> World:
        """Sort people by pattern; releases of the same people are one.

        Where `is_changing`, a later release of the same people replaces earlier ones that cannot be true with it.
        """
        bounds: dict[frozenset[str], tuple[int, int]] = {}
        last = releases[-1].people
        for one in releases:
            least, most = bounds.pop(one.people, (0, len(one.people)))
            own = one.cell.low, one.cell.high + one.skipped
            both = max(least, own[0]), min(most, own[1])
            bounds[one.people] = own if is_changing and both[0] > both[1] else both
        telling = {people: found for people, found in bounds.items() if people == last or found != (0, len(people))}
        patterns: dict[tuple[int, ...], int] = defaultdict(int)
        inside: dict[str, list[int]] = defaultdict(list)
        for place, people in enumerate(telling):
            for person in people:
                inside[person].append(place)
        for mine in inside.values():
            patterns[tuple(mine)] += 1
        order = _order(list(patterns), len(telling))
        member = np.zeros((len(order), len(telling)), bool)
        for row, places in enumerate(order):
            member[row, list(places)] = True
        low, high = np.array(list(telling.values()), np.int64).T
        return cls(np.array([patterns[places] for places in order], np.int64), member, low, high)

    def outcomes(self, insiders: int) -> Outcomes | None:
        """Follow all partial sums; None where there are too many."""
        return follow(self.sizes, self.member, self.low, self.high, insiders)


def _order(patterns: list[tuple[int, ...]], releases: int) -> list[tuple[int, ...]]:
    """Order patterns so that releases are complete soon: what is complete need not be followed any further."""
    left = sorted(patterns, key=lambda places: (-len(places), places))
    found: list[tuple[int, ...]] = []
    open_ = set(range(releases - 1))
    while open_:
        begun = {place for places in found for place in places} & open_
        counts = {place: sum(place in places for places in left) for place in sorted(begun or open_)}
        place = min(counts, key=lambda one: (counts[one], one))
        found += [places for places in left if place in places]
        left = [places for places in left if place not in places]
        open_.discard(place)
    return found + left
