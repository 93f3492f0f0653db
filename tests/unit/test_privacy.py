"""Rules, groups and releases: what may be said of whom."""

from __future__ import annotations

import json

import numpy as np
import pytest

from mizzle.errors import MizzleError
from mizzle.privacy import (
    Answers,
    Cell,
    Question,
    Released,
    Roster,
    Rules,
    atoms,
    comments,
    complete,
    participation,
    plan,
    release,
    same_question,
)
from mizzle.privacy.thresholds import solved

ASKED = (Question("q1", "We hear the customer."),)


def people(unit, n, prefix=None):
    return {f"{prefix or '-'.join(unit)}{place}": unit for place in range(n)}


def everybody(roster):
    return {unit: len(there) for unit, there in roster.leaves().items()}


def said(roster, favourable, question="q1"):
    """Everybody answers; in each unit so many favourably."""
    return {
        unit: Answers(len(there), {question: favourable.get(unit, 0)}, {question: len(there)})
        for unit, there in roster.leaves().items()
    }


# --- rules -----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("insiders", "least"), [(1, 5), (2, 7)])
def test_the_least_group_follows_from_the_insiders_it_stands_against(insiders, least):
    assert Rules(insiders).least == least


def test_other_settings_are_not_offered():
    with pytest.raises(MizzleError, match="1 or 2 insiders, not 0"):
        Rules(0)


@pytest.mark.parametrize("insiders", [1, 2])
@pytest.mark.parametrize("n", range(5, 30))
def test_cells_hold_every_count_once_and_never_nobody_or_everybody_alone(insiders, n):
    rules = Rules(insiders)
    if n < rules.least:
        with pytest.raises(MizzleError, match="Nothing is said"):
            rules.cells(n)
        return
    cells = rules.cells(n)
    assert [count for cell in cells for count in range(cell.low, cell.high + 1)] == list(range(n + 1))
    assert cells[0].high > insiders
    assert n - cells[-1].low > insiders


# --- groups ----------------------------------------------------------------------------------------------------------
def test_a_leader_is_counted_one_level_up():
    roster = Roster(people(("A", "B"), 3), leads={"A-B0": ("A", "B"), "A-B1": ("C",)})
    assert [roster.counted_in(f"A-B{place}") for place in range(3)] == [("A",), ("A", "B"), ("A", "B")]


def test_a_roster_needs_people_and_leaders_that_are_on_it():
    with pytest.raises(MizzleError, match="no people"):
        Roster({})
    with pytest.raises(MizzleError, match="'x' leads a unit"):
        Roster(people(("A",), 1), leads={"x": ("A",)})


def test_small_units_are_pooled_at_the_nearest_unit_above_where_there_are_enough():
    units = people(("A", "one"), 6) | people(("A", "two"), 3) | people(("A", "three"), 2) | people(("B", "four"), 9)
    found = atoms(Roster(units), everybody(Roster(units)), Rules())
    assert [(one.name, one.unit, one.n) for one in found] == [
        ("A / others", ("A",), 5),
        ("A / one", ("A", "one"), 6),
        ("B / four", ("B", "four"), 9),
    ]


def test_what_is_too_small_even_at_the_top_is_joined_to_the_smallest_atom():
    units = people(("A", "one"), 6) | people(("B", "two"), 8) | people(("C",), 2) | people((), 1)
    (first, second) = atoms(Roster(units), everybody(Roster(units)), Rules())
    assert (first.name, first.unit, first.n) == ("A / one + others", (), 9)
    assert first.people | second.people == set(units)


def test_an_organisation_that_is_too_small_has_no_atom():
    assert atoms(Roster(people(("A",), 4)), {("A",): 4}, Rules()) == ()


@pytest.mark.parametrize("answered", [{("A",): 7}, {("B",): 1}, {("A",): -1}])
def test_counts_that_cannot_be_are_refused(answered):
    with pytest.raises(MizzleError, match="Check roster and answers"):
        atoms(Roster(people(("A",), 6)), answered, Rules())


# --- plans -----------------------------------------------------------------------------------------------------------
def test_a_plan_names_the_group_of_each_person_and_the_units_that_are_too_small():
    roster = Roster(people(("A",), 6) | people(("B",), 2))
    planned = plan("spring", roster, ASKED)
    assert planned.group_of("B0") == (("B",), frozenset({"B0", "B1"}))
    assert planned.small() == [("B",)]


def test_the_digest_of_a_plan_changes_with_what_it_promises():
    roster = Roster(people(("A",), 6))
    digests = {
        plan("spring", roster, ASKED).digest,
        plan("autumn", roster, ASKED).digest,
        plan("spring", Roster(people(("B",), 6)), ASKED).digest,
        plan("spring", roster, [Question("q2", "Other words")]).digest,
        plan("spring", roster, ASKED, Rules(2)).digest,
        plan("spring", roster, ASKED, Rules(strict=True)).digest,
    }
    assert len(digests) == 6
    assert plan("spring", roster, ASKED).digest in digests


@pytest.mark.parametrize(
    ("wave", "asked", "why"),
    [
        (" ", ASKED, "needs a name"),
        ("spring", [], "at least one question"),
        ("spring", [*ASKED, Question("q9", "We hear the customers!")], "q1 and q9 count as the same"),
    ],
)
def test_a_plan_that_cannot_be_kept_is_refused(wave, asked, why):
    with pytest.raises(MizzleError, match=why):
        plan(wave, Roster(people(("A",), 6)), asked)


def test_questions_without_words_are_the_same_by_name_only():
    assert not same_question(Question("q1"), Question("q11"))
    assert same_question(Question("q1"), Question("q1", "Words."))


# --- releases --------------------------------------------------------------------------------------------------------
UNITS = people(("A", "one"), 8) | people(("A", "two"), 5) | people(("B",), 7)
FAVOURABLE = {("A", "one"): 4, ("A", "two"): 5, ("B",): 0}


def test_a_release_says_cells_and_sums_of_cells():
    roster = Roster(UNITS)
    made = release(plan("spring", roster, ASKED), said(roster, FAVOURABLE))
    assert made.cells["q1"] == (Cell(4, 4), Cell(3, 5), Cell(0, 2))
    whole = made.figure("q1")
    assert (whole.value, whole.interval, whole.n) == (pytest.approx(9 / 20), (7 / 20, 11 / 20), 20)
    assert made.figure("q1", ("A",)).value == pytest.approx(8 / 13)
    assert made.figure("q1", ("C",)).value is None
    assert {name: one.value for name, one in made.by_atom("q1").items()} == {"A / one": 0.5, "A / two": 0.8, "B": 1 / 7}
    assert made.units() == [(), ("A",), ("A", "one"), ("A", "two"), ("B",)]


def test_a_unit_called_as_a_pool_is_counted_by_itself():
    units = people(("others",), 12) | people(("x",), 3) | people(("y",), 3) | people(("z",), 12)
    roster = Roster(units | people(("everybody",), 7) | {f"c{n}": () for n in range(6)})
    liked = {("others",): 3, ("x",): 3, ("y",): 3, ("z",): 6, ("everybody",): 2, (): 4}
    made = release(plan("spring", roster, ASKED), said(roster, liked))
    cells = dict(zip((atom.name for atom in made.atoms), made.cells["q1"], strict=True))
    assert cells == {
        "everybody": Cell(0, 2), "everybody, together": Cell(4, 6),
        "others": Cell(3, 3), "others, together": Cell(4, 6), "z": Cell(6, 6),
    }  # fmt: skip
    assert len(made.by_atom("q1")) == len(made.atoms)


def test_units_whose_names_have_the_sign_between_names_are_told_apart():
    roster = Roster(people(("A / B",), 8) | people(("A", "B"), 9))
    made = release(plan("spring", roster, ASKED), said(roster, {("A / B",): 4, ("A", "B"): 5}))
    assert {atom.name: cell.low for atom, cell in zip(made.atoms, made.cells["q1"], strict=True)} == {
        "A / B": 5,
        '"A / B"': 4,
    }


def test_a_promise_is_never_lowered():
    roster = Roster(UNITS)
    first = release(plan("w1", roster, ASKED, Rules(2, strict=True)), said(roster, FAVOURABLE))
    for rules in (Rules(1, strict=True), Rules(2)):
        with pytest.raises(MizzleError, match=r"w1 was promised against 2 insiders, strictly"):
            release(plan("w2", roster, ASKED, rules), said(roster, FAVOURABLE), [first])
    looser = release(plan("w1", roster, ASKED), said(roster, FAVOURABLE))
    assert release(plan("w2", roster, ASKED, Rules(2)), said(roster, FAVOURABLE), [looser]).rules.insiders == 2


def test_a_wave_is_counted_once():
    roster = Roster(UNITS)
    first = release(plan("w1", roster, ASKED), said(roster, FAVOURABLE))
    with pytest.raises(MizzleError, match=r"w1 was released already"):
        release(plan("w1", roster, ASKED), said(roster, FAVOURABLE), [first])


def test_the_same_question_is_not_counted_by_other_answers():
    roster = Roster(UNITS)
    fives, most = (Question("q1", "We hear the customer.", answers) for answers in ("5", "4 to 5"))
    first = release(plan("w1", roster, [most]), said(roster, FAVOURABLE))
    with pytest.raises(MizzleError, match=r"q1 was counted in w1 with 4 to 5 as favourable, and now with 5\."):
        release(plan("w2", roster, [fives]), said(roster, FAVOURABLE), [first])
    assert release(plan("w2", roster, [most]), said(roster, FAVOURABLE), [first]).questions == (most,)


def test_everybody_and_everybody_but_one_look_the_same():
    roster = Roster(people(("A",), 9))
    one, other = (release(plan("w", roster, ASKED), said(roster, {("A",): n})) for n in (9, 8))
    assert one.digest == other.digest


def test_a_release_is_the_same_each_time_and_comes_back_whole_from_json():
    roster = Roster(UNITS)
    made = [release(plan("spring", roster, ASKED), said(roster, FAVOURABLE)) for _ in range(2)]
    assert made[0].digest == made[1].digest
    assert Released.from_dict(json.loads(json.dumps(made[0].to_dict()))) == made[0]


@pytest.mark.parametrize("spoilt", [{}, {"wave": "x", "insiders": 7}, [], {"wave": "x", "insiders": "a", "strict": 0}])
def test_what_is_no_release_is_refused(spoilt):
    with pytest.raises(MizzleError):
        Released.from_dict(spoilt)


def test_a_question_that_few_of_a_group_answered_is_blank_there_and_left_out_of_sums():
    roster = Roster(UNITS)
    answers = said(roster, FAVOURABLE) | {("B",): Answers(7, {"q1": 3}, {"q1": 4})}
    made = release(plan("spring", roster, ASKED), answers)
    assert made.cells["q1"][2] is None
    assert made.figure("q1").n == 13
    assert made.by_atom("q1")["B"].value is None
    assert len(made.published("q1")) == 2


def test_who_took_part_and_left_a_question_out_counts_as_not_favourable():
    roster = Roster(people(("A",), 9))
    made = release(plan("w", roster, ASKED), {("A",): Answers(9, {"q1": 4}, {"q1": 6})})
    assert made.cells["q1"] == (Cell(4, 4),)


def test_too_few_answers_are_not_released():
    with pytest.raises(MizzleError, match="4 people took part"):
        release(plan("w", Roster(people(("A",), 9)), ASKED), {("A",): Answers(4, {"q1": 1}, {"q1": 4})})


@pytest.mark.parametrize(
    ("counts", "why"),
    [
        (Answers(9, {"q2": 1}, {}), "'q2' is answered and was not asked"),
        (Answers(9, {"q1": 5}, {"q1": 4}), "do not go together"),
        (Answers(9, {"q1": 5}, {"q1": 10}), "do not go together"),
    ],
)
def test_counts_that_do_not_go_together_are_refused(counts, why):
    with pytest.raises(MizzleError, match=why):
        release(plan("w", Roster(people(("A",), 9)), ASKED), {("A",): counts})


def test_a_question_that_was_not_asked_is_named_with_those_that_were():
    roster = Roster(UNITS)
    made = release(plan("spring", roster, ASKED), said(roster, FAVOURABLE))
    with pytest.raises(MizzleError, match="Asked were: q1"):
        made.figure("q7")


# --- comments, participation, feeds ----------------------------------------------------------------------------------
def test_comments_of_small_units_go_up_until_ten_people_stand_behind_them():
    told = {("A", "one"): ["a"], ("A", "two"): ["b"], ("B",): ["c"], ("C", "x"): ["d", "e"]}
    counts = {("A", "one"): 6, ("A", "two"): 5, ("B",): 3, ("C", "x"): 30}
    shown = comments(told, counts, np.random.default_rng(1))
    assert {unit: sorted(texts) for unit, texts in shown.items()} == {("A",): ["a", "b"], ("C", "x"): ["d", "e"]}


def test_comments_come_in_an_order_that_tells_nothing():
    told = {("A",): [f"comment {place}" for place in range(30)]}
    orders = [comments(told, {("A",): 30}, np.random.default_rng(seed))[("A",)] for seed in range(3)]
    assert len({tuple(order) for order in orders} | {tuple(told[("A",)])}) == 4


@pytest.mark.parametrize(
    ("invited", "answered", "is_open", "told"),
    [
        (39, 20, True, None),
        (39, 20, False, "50 %"),
        (40, 0, True, "0 %"),
        (40, 36, True, "90 %"),
        (100, 91, True, "over 90 %"),
    ],
)
def test_participation_is_said_in_steps(invited, answered, is_open, told):
    assert participation(invited, answered, is_open=is_open) == told


@pytest.mark.parametrize(("invited", "answered"), [(0, 0), (3, 4), (3, -1)])
def test_participation_that_cannot_be_is_refused(invited, answered):
    with pytest.raises(MizzleError, match="Check the two numbers"):
        participation(invited, answered, is_open=False)


def test_a_feed_moves_only_when_a_block_is_complete():
    assert complete([1] * 6, Rules(2)) == []
    assert [len(block) for block in complete([1] * 15, Rules(2))] == [7, 7]


# --- what thresholds let through -------------------------------------------------------------------------------------
def test_a_remainder_rule_stops_the_first_step_and_not_the_second():
    team, tenure = [0] * 6 + [1] * 6, [0] * 5 + [1] + [0] * 6
    attributes = np.column_stack((team, tenure))
    assert solved(attributes, 5).sum() == 1
    assert solved(attributes, 5, remainder=True).sum() == 0


def test_nobody_is_found_out_where_nothing_is_shown():
    assert solved(np.zeros((4, 1), int), 5).sum() == 0


def test_a_wave_asks_several_questions_and_answers_each_apart():
    roster = Roster(people(("A",), 9))
    asked = [*ASKED, Question("q2", "My work has a plan.")]
    answers = {("A",): Answers(9, {"q1": 4, "q2": 9}, {"q1": 9, "q2": 9})}
    made = release(plan("spring", roster, asked), answers)
    assert dict(made.cells) == {"q1": (Cell(4, 4),), "q2": (Cell(7, 9),)}
