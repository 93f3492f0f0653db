"""The choice of cells over time: against a plain enumeration of everything that can be, and against attackers."""

from __future__ import annotations

from itertools import combinations, product

import numpy as np
import pytest

from mizzle.privacy import (
    Answers,
    Cell,
    History,
    Published,
    Question,
    Roster,
    Rules,
    audit,
    choose_cells,
    choosing,
    determined_in_one_wave,
    following,
    plan,
    release,
)
from mizzle.privacy.attack import Checks, certain
from mizzle.privacy.choosing import World
from mizzle.simulate.workforce import workforce


def worlds(published):
    """Every way in which everybody may have answered, one answer each in all releases."""
    everybody = sorted(frozenset().union(*(one.people for one in published)))
    for answers in product((0, 1), repeat=len(everybody)):
        of = dict(zip(everybody, answers, strict=True))
        sums = [sum(of[person] for person in one.people) for one in published]
        if all(
            one.cell.low <= total <= one.cell.high + one.skipped for one, total in zip(published, sums, strict=True)
        ):
            yield of


def pinned_by_enumeration(published, insiders):
    """Whether some insiders, whoever they are and whatever they answered, make somebody else's answer certain."""
    every = list(worlds(published))
    if not every:
        return False
    everybody = sorted(every[0])
    for number in range(insiders + 1):
        for given in combinations(everybody, number):
            for said in {tuple(of[person] for person in given) for of in every}:
                left = [of for of in every if tuple(of[person] for person in given) == said]
                if any(len({of[person] for of in left}) == 1 for person in everybody if person not in given):
                    return True
    return False


def random_history(rng):
    """A few small releases that share people."""
    names = [f"p{place}" for place in range(int(rng.integers(6, 10)))]
    found = []
    for _ in range(int(rng.integers(2, 4))):
        people = frozenset(rng.choice(names, int(rng.integers(5, len(names) + 1)), replace=False).tolist())
        n = len(people) - int(rng.integers(0, 2)) * (len(people) > 5)
        low = int(rng.integers(0, n + 1))
        found.append(Published(people, n, Cell(low, int(rng.integers(low, n + 1)))))
    return found


@pytest.mark.parametrize(
    ("seed", "insiders"), [*((seed, 1) for seed in range(12)), *((seed, 2) for seed in range(12, 18))]
)
def test_what_pins_somebody_is_what_an_enumeration_of_all_worlds_finds(seed, insiders):
    *earlier, now = random_history(np.random.default_rng(seed))
    found = World.of([*earlier, now._replace(cell=Cell(0, now.n))]).outcomes(insiders)
    for low in range(now.n + 1):
        for high in (low, min(low + 2, now.n)):
            asked = [*earlier, now._replace(cell=Cell(low, high))]
            possible = next(worlds(asked), None) is not None
            told = found.judge(low, high + now.skipped)
            assert told == (possible, pinned_by_enumeration(asked, insiders)), (low, high)


@pytest.mark.parametrize("seed", range(12))
def test_the_attacker_finds_those_whom_an_enumeration_finds(seed):
    published = random_history(np.random.default_rng(100 + seed))
    every = list(worlds(published))
    alike = {person for person in every[0] if len({of[person] for of in every}) == 1} if every else set()
    assert certain(published) == alike


def test_a_joiner_is_not_told_apart():
    team = frozenset(f"p{place}" for place in range(8))
    history = History([Published(team, 8, Cell(4, 4))])
    cells = choose_cells(team | {"new"}, 9, history, Rules())
    assert not any(cell in cells for cell in (Cell(4, 4), Cell(5, 5)))
    assert any(cell.low <= 4 and cell.high >= 5 for cell in cells)


def test_a_group_that_was_never_published_has_the_plain_cells():
    assert choose_cells(frozenset("abcdefgh"), 8, History(), Rules()) == Rules().cells(8)


def test_strict_rules_merge_everything_that_an_earlier_release_makes_possible():
    team = frozenset("abcdefghij")
    history = History([Published(team, 9, Cell(5, 5))])
    assert choose_cells(team, 8, history, Rules(strict=True)) == (Cell(0, 8),)
    assert choose_cells(team, 10, history, Rules(strict=True)) == (
        Cell(0, 2),
        Cell(3, 3),
        Cell(4, 7),
        Cell(8, 10),
    )


@pytest.mark.parametrize(("name", "most"), [*(("MOST_STATES", most) for most in range(4)), ("MOST_BYTES", 1)])
def test_what_is_too_much_to_follow_is_decided_by_the_plain_rule(monkeypatch, name, most):
    team = frozenset("abcdefghijkl")
    history = History([Published(team, 12, Cell(5, 7))])
    assert len(choose_cells(team | {"new"}, 13, history, Rules())) > 3
    monkeypatch.setattr(following, name, most)
    # The new person, and an insider who answers otherwise.
    assert choose_cells(team | {"new"}, 13, history, Rules()) == (
        Cell(0, 2),
        Cell(3, 3),
        Cell(4, 9),
        Cell(10, 10),
        Cell(11, 13),
    )


def test_sums_of_many_releases_at_once_are_told_apart_as_those_of_few(monkeypatch):
    published = random_history(np.random.default_rng(7))
    plain = World.of(published).outcomes(1)
    monkeypatch.setattr(following, "PACKED", 1)
    packed = World.of(published).outcomes(1)
    assert sorted(plain.counts) == sorted(packed.counts)


def test_where_somebody_has_changed_the_plain_rule_decides():
    """Of a team that said 4 and then 5, a joiner would be the difference to the latest of the two."""
    team = frozenset("abcdefghi")
    history = History([Published(team, 9, Cell(4, 4)), Published(team, 9, Cell(5, 5))])
    assert certain(history.releases) == frozenset()
    cells = choose_cells(team | {"new"}, 10, history, Rules())
    assert next(cell for cell in cells if cell.low <= 5 <= cell.high) == Cell(3, 7)


def repeated(waves, liked):
    """Release waves, each given as the team of everybody, of people who all answer and repeat their answer."""
    history = []
    for number, teams in enumerate(waves):
        roster = Roster({person: (team,) for person, team in teams.items()})
        answers = {
            unit: Answers(len(people), {"q1": len(people & liked)}, {"q1": len(people)})
            for unit, people in roster.leaves().items()
        }
        history.append(release(plan(f"w{number}", roster, [Question("q1")]), answers, history))
    return history


def block(number, size=4, name="b"):
    return [f"{name}{number}-{place}" for place in range(size)]


def put_together(*waves):
    """Give the team of everybody where teams are made of blocks of four people."""
    return [
        {person: f"Team {team}" for team, inside in enumerate(teams) for number in inside for person in block(number)}
        for teams in waves
    ]


RING = put_together([(0, 1), (2, 3), (4, 5)], [(1, 2), (3, 4), (5, 6)], [(6, 0)])
"""Teams that are halved and put together anew, until the last is made of the two ends."""

LIKED = {person for number, n in enumerate((0, 4, 1, 3, 2, 2, 2)) for person in block(number)[:n]}


def test_what_hangs_together_over_many_steps_gives_nobody_away(monkeypatch):
    history = repeated(RING, LIKED)
    assert not audit(history, insiders=1)["q1"]
    monkeypatch.setattr(choosing, "MOST_RELEASES", 2)
    history = repeated(RING, LIKED)
    assert len(audit(history)["q1"]) == 8


def test_that_near_releases_can_be_followed_proves_nothing_where_all_of_them_cannot():
    """A department whose teams were dealt anew hangs together with the teams above, and is too much to follow."""
    rng = np.random.default_rng(1)
    dealt = [list(range(32)), rng.permutation(32).tolist()]
    waves = [
        {person: f"Dealt {place // 4:02d}" for place, number in enumerate(order) for person in block(number, 2, "d")}
        | teams
        for order, teams in zip(dealt, RING, strict=False)
    ]
    waves[1] |= dict.fromkeys(block(0, 2, "d"), "Team 1")
    liked = LIKED | {person for number in range(32) for person in block(number, 2, "d") if rng.random() < 0.5}
    history = repeated([*waves, RING[2]], liked)
    assert not audit(history)["q1"]


def far_away(*said):
    """Choose the cells of a team, three steps away from releases that say this of others."""
    a, b, c, d, e = (frozenset(f"{block}{place}" for place in range(6)) for block in "abcde")
    near = [Published(a | b, 12, Cell(5, 5)), Published(b | c, 12, Cell(6, 6)), Published(c | d, 12, Cell(6, 6))]
    far = [Published((d | e) - set(left), 12 - len(left), Cell(told, told)) for left, told in said]
    return choose_cells(a | {"new"}, 7, History([*near, *far]), Rules())


def test_where_a_group_far_away_has_changed_its_later_word_counts():
    assert far_away(((), 2), ((), 9)) == far_away(((), 9)) != far_away(((), 2))


def test_where_far_releases_cannot_be_true_together_those_near_decide():
    assert far_away(((), 2), (("e0",), 9)) == far_away()


@pytest.mark.parametrize("insiders", [1, 2])
def test_strict_rules_stand_against_insiders_who_answer_otherwise(insiders):
    """Whatever the insiders say now, the joiner's answer must not be what is left."""
    team = frozenset("abcdefghijk")
    for told in range(4, 8):
        history = History([Published(team, 11, Cell(told, told))])
        cells = choose_cells(team | {"new"}, 12, history, Rules(insiders, strict=True))
        counts = {told + turned + joined for turned in range(-insiders, insiders + 1) for joined in (0, 1)}
        assert sum(any(cell.low <= one <= cell.high for one in counts) for cell in cells) == 1


def test_a_group_may_be_left_blank_when_anything_would_say_too_much():
    """All but one of a team were published as alike as may be; what remains is one person."""
    waves = [
        Roster({f"p{place}": ("A",) for place in people})
        for people in (range(5), range(1, 6), range(2, 7), range(3, 8))
    ]
    history = []
    for number, roster in enumerate(waves):
        planned = plan(f"wave {number}", roster, [Question("q1")])
        history.append(release(planned, {("A",): Answers(5, {"q1": 3}, {"q1": 5})}, history))
    blank = [one.cells["q1"][0] is None for one in history]
    assert blank[0] is False
    assert any(blank)
    assert audit(history) == {"q1": frozenset()}


def test_a_clone_of_a_question_counts_as_the_same():
    roster = Roster({f"p{place}": ("A",) for place in range(8)})
    other = Roster({f"p{place}": ("Long served",) for place in range(9)})
    first = release(
        plan("w1", roster, [Question("q1", "We hear the customer.")]), {("A",): Answers(8, {"q1": 4}, {"q1": 8})}
    )
    for text, is_same in (("We hear our customer", True), ("I sleep well at night", False)):
        made = release(
            plan("w2", other, [Question("x", text)]), {("Long served",): Answers(9, {"x": 4}, {"x": 9})}, [first]
        )
        assert (made.cells["x"] != (Cell(4, 4),)) is is_same
        assert len(audit([first, made])) == 2 - is_same


# --- the attacks, on fewer organisations than `./run bench privacy` --------------------------------------------------
@pytest.mark.parametrize("insiders", [1, 2])
def test_in_one_wave_no_answer_is_certain_to_any_insider(insiders):
    found = Checks(0, 0)
    for seed in range(500):
        (wave,) = workforce(np.random.default_rng([11, seed]), teams=8)
        made = release(plan(wave.name, wave.roster, wave.questions, Rules(insiders)), wave.answers())
        found += determined_in_one_wave(
            [(atom.n, cell) for atom, cell in zip(made.atoms, made.cells["q1"], strict=True)], insiders
        )
    assert found.tried > 50_000
    assert found.certain == 0


def test_one_insider_more_than_the_rules_stand_against_finds_somebody():
    assert determined_in_one_wave([(8, Cell(0, 2))], 1).certain == 0
    assert determined_in_one_wave([(8, Cell(0, 2))], 2).certain > 0


@pytest.mark.parametrize("seed", range(30))
def test_over_six_waves_no_answer_is_certain_with_or_without_an_insider(seed):
    rng = np.random.default_rng([12, seed])
    history = []
    for wave in workforce(rng, waves=6, teams=6):
        history.append(release(plan(wave.name, wave.roster, wave.questions), wave.answers(), history))
    assert audit(history) == {"q1": frozenset()}
    if not seed % 6:
        assert audit(history, insiders=1, most=1, rng=rng) == {"q1": frozenset()}


def test_exact_counts_above_a_threshold_give_joiners_away():
    """The attacker does find people, where there is something to find: what others publish."""
    team = frozenset(f"p{place}" for place in range(8))
    published = [Published(team, 8, Cell(5, 5)), Published(team | {"new"}, 9, Cell(6, 6))]
    assert certain(published) == {"new"}
    assert certain(published, insiders=1) >= {"new"}


def test_without_the_audit_over_time_people_are_found_out(monkeypatch):
    found = 0
    with monkeypatch.context() as patch:
        patch.setattr(choosing.History, "sharing", lambda *_: set())
        for seed in range(5):
            history = []
            for wave in workforce(np.random.default_rng([13, seed]), waves=6, teams=6):
                history.append(release(plan(wave.name, wave.roster, wave.questions), wave.answers(), history))
            found += len(audit(history)["q1"])
    assert found > 0


def test_an_attacker_who_knows_who_did_not_answer_finds_nobody_under_strict_rules():
    known = []
    for seed in range(5):
        history = []
        for wave in workforce(np.random.default_rng([14, seed]), waves=5, teams=6, response=(0.85, 0.85)):
            history.append(
                release(plan(wave.name, wave.roster, wave.questions, Rules(strict=True)), wave.answers(), history)
            )
            for one in history[-1].published("q1"):
                there = frozenset(f"{seed} {person}" for person in one.people & wave.answered)
                known.append(Published(there, len(there), one.cell))
    assert certain(known) == frozenset()


def test_people_who_change_their_minds_are_no_trouble():
    history = []
    for wave in workforce(np.random.default_rng(3), waves=3, teams=5, change=0.5):
        history.append(release(plan(wave.name, wave.roster, wave.questions), wave.answers(), history))
    assert len(history) == 3
