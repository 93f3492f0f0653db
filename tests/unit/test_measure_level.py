"""`mizzle measure` of levels: answers as JSON, and sentences for what cannot be measured."""

from __future__ import annotations

import json

import pytest

from mizzle.cli import run


@pytest.fixture
def ask(capsys):
    def asked(*words):
        capsys.readouterr()
        code = run(["measure", *map(str, words), "--json"])
        told = capsys.readouterr()
        return {one["name"]: one for one in json.loads(told.out)["results"]} if not code else told.err, told.out, code

    return asked


@pytest.fixture
def write(tmp_path):
    def written(text, name="answers.csv"):
        path = tmp_path / name
        path.write_text(text.strip() + "\n", "utf-8")
        return path

    return written


ANSWERS = """
level,team
4,North
5,North
2,South
Expected,South
,South
6,
"""


def test_levels_are_spread_over_six_for_all_and_for_each_group(ask, write):
    found, out, _ = ask("level", write(ANSWERS), "--level", "level", "--group", "team")
    assert found["wished_for_or_above"] | {"low": 0, "high": 0} == {
        "name": "wished_for_or_above",
        "value": 0.6,
        "low": 0,
        "high": 0,
        "n": 5,
    }
    assert found["below_expected[South]"]["value"] == 0.5
    assert found["median[North]"]["value"] == 4.5
    assert found["count_expected"]["value"] == 1
    assert found["share_unforgettable"]["value"] == 0.2
    aside = {one["reason"]: one["n"] for one in json.loads(out)["set_aside"]}
    assert aside == {"rows without a level": 1, "rows without a group: they are in the whole only": 1}


def test_a_column_without_any_answer_says_so(ask, write):
    said, _, code = ask("level", write("level,x\n,1\n?,2"), "--level", "level")
    assert code == 2
    assert "has a level in 'level'" in said


def test_a_long_word_that_is_no_level_is_shown_short(ask, write):
    said, _, code = ask("level", write(f"level\n4\n{'9' * 400}"), "--level", "level")
    assert (code, "9" * 39 + "…" in said, "9" * 40 in said) == (2, True, False)


@pytest.mark.parametrize("value", ["great", "1E999999999999", "0", "7"])
def test_what_is_no_level_is_refused(ask, write, value):
    said, _, code = ask("level", write(f"level\n4\n{value}"), "--level", "level")
    assert (code, "Broken" in said) == (2, True)


def test_two_groups_are_compared(ask, write):
    found, out, _ = ask("superiority", write(ANSWERS), "--level", "level", "--group", "team")
    assert found["probability_of_superiority"]["value"] == 1.0
    assert (found["higher"]["value"], found["equal"]["value"], found["lower"]["value"]) == (1, 0, 0)
    assert "X is North" in json.loads(out)["warnings"][0]
    turned, _, _ = ask("superiority", write(ANSWERS), "--level", "level", "--group", "team", "--first", "South")
    assert turned["probability_of_superiority"]["value"] == 0.0


def test_any_ordered_numbers_can_be_compared(ask, write):
    found, _, _ = ask(
        "superiority", write("score,side\n10,a\n9.5,a\n0,b\n1e3,b"), "--level", "score", "--group", "side"
    )
    assert found["probability_of_superiority"]["value"] == 0.5


@pytest.mark.parametrize(
    ("rows", "more", "said"),
    [
        ("4,a\n5,b\n6,c", (), "Two are compared"),
        ("4,a\n5,a", (), "Two are compared"),
        ("4,a\n5,b", ("--first", "z"), "has no 'z'"),
        ("4,a\n5,b", ("--first", "a", "--second", "a"), "with itself"),
        ("4,a\n,b", (), "no answer"),
        ("4,a\nword,b", (), "is no number"),
    ],
)
def test_groups_that_cannot_be_compared_are_refused(ask, write, rows, more, said):
    told, _, code = ask("superiority", write(f"level,team\n{rows}"), "--level", "level", "--group", "team", *more)
    assert (code, said in told) == (2, True)


RATINGS = "level,repeat,age,act\n" + "\n".join(
    f"{level},{repeat},{age},{act}"
    for level, repeat, age, act in zip(
        [6, 5, 5, 4, 5, 3, 4, 3, 2, 3, "", 4],
        [1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 1, 2],
        [1, 9, 4, 12, 2, 8, 20, 15, 3, 7, 8, 5],
        [*"abab", *"cdcd", *"efgg"],
        strict=True,
    )
)


def test_a_slide_has_slopes_and_worn_gifts(ask, write):
    found, out, _ = ask(
        "slide", write(RATINGS), "--level", "level", "--repeat", "repeat", "--age", "age", "--act", "act"
    )
    assert found["repeat"]["high"] < 0
    assert found["odds_ratio_repeat"]["value"] < 1
    assert {"age", "odds_ratio_age", "LL"} <= set(found)
    assert (found["worn_gifts"]["value"], found["worn_gifts"]["n"]) == (0.75, 4)
    assert found["fall[a]"]["value"] == 1
    assert json.loads(out)["set_aside"][0]["n"] == 1


def test_without_acts_a_slide_says_that_ratings_count_as_independent(ask, write):
    found, out, _ = ask("slide", write(RATINGS), "--level", "level", "--repeat", "repeat")
    assert "worn_gifts" not in found
    assert "independent" in json.loads(out)["warnings"][1]


@pytest.mark.parametrize("rows", ["4,1\n4,2\n4,3", "4,1\n5,1", "6,1\n4,2\n2,3", ",1\n,2"])
def test_what_has_no_slope_is_refused(ask, write, rows):
    said, _, code = ask("slide", write(f"level,repeat\n{rows}"), "--level", "level", "--repeat", "repeat")
    assert (code, said.count("Traceback")) == (2, 0)


SIDES = """
level,point,side
5,Call,us
5,Call,us
3,Call,them
3,Call,them
4,Bill,them
6,Visit,us
,Call,us
4,Call,else
4,,us
"""


def test_gaps_are_told_for_points_that_both_sides_have_rated(ask, write):
    found, out, _ = ask(
        "perception-gap",
        write(SIDES),
        *("--level", "level", "--point", "point", "--side", "side", "--provider", "us", "--served", "them"),
    )
    assert found["perception_gap[Call]"]["value"] == 2
    assert found["seen_higher_by_provider[Call]"]["value"] == 1
    assert "perception_gap[Bill]" not in found
    reasons = [one["reason"] for one in json.loads(out)["set_aside"]]
    assert reasons[-2:] == ["points that only us has rated: Visit", "points that only them has rated: Bill"]


def test_a_side_that_rated_every_point_leaves_none_out(ask, write):
    rows = "level,point,side\n4,Bill,served\n5,Bill,provider\n3,Call,served"
    _, out, _ = ask("perception-gap", write(rows), "--level", "level", "--point", "point", "--side", "side")
    assert json.loads(out)["set_aside"] == [{"reason": "points that only served has rated: Call", "n": 1}]


def test_without_a_common_point_there_is_no_gap(ask, write):
    rows = "level,point,side\n4,Bill,served\n5,Call,provider"
    found, out, _ = ask("perception-gap", write(rows), "--level", "level", "--point", "point", "--side", "side")
    assert found == {}
    assert "No point was rated from both sides" in json.loads(out)["warnings"][1]


def test_blind_spots_know_the_four_kinds_by_their_names(ask, write):
    voice = write("kind,x\nease-of-getting-it,1\nEASE,2\nthe_thing_itself,3\nprice,4\n,5", "voice.csv")
    ideas = write("what,x\nAttitude,1\nrelationship,2\n,3", "ideas.csv")
    found, out, _ = ask("blind-spot", voice, ideas, "--kind", "kind", "--ideas-kind", "what")
    assert found["blind_spot[ease_of_getting_it]"]["value"] == 0.5
    assert found["share_in_voice[price]"]["value"] == 0.25
    assert found["share_in_ideas[attitude]"]["value"] == 0.5
    assert [one["reason"] for one in json.loads(out)["set_aside"]] == [
        "statements without a kind",
        "ideas without a kind",
    ]


def test_departments_rate_one_another(ask, write):
    rows = "who,whom,level\n" + "\n".join(
        f"{who},{whom},{1 + (ord(who) * 3 + ord(whom) * 2) % 6}" for who in "ABCDE" for whom in "ABCDE"
    )
    found, out, _ = ask("internal-service", write(rows), "--rater", "who", "--rated", "whom", "--level", "level")
    assert found["reciprocity"]["n"] == 10
    assert found["received_median[A]"]["n"] == 4
    assert 1 <= found["median[A of B]"]["value"] <= 6
    assert {"reason": "ratings of a department by itself", "n": 5} in json.loads(out)["set_aside"]


def test_few_departments_have_no_interval(ask, write):
    rows = "who,whom,level\nA,B,4\nB,A,5\n,B,3"
    found, out, _ = ask("internal-service", write(rows), "--rater", "who", "--rated", "whom", "--level", "level")
    assert found["reciprocity"]["value"] is None
    assert "too few departments" in json.loads(out)["warnings"][0]


def test_a_column_that_is_not_there_is_named(ask, write):
    said, _, code = ask("level", write(ANSWERS), "--level", "grade")
    assert (code, "no column called 'grade'" in said) == (2, True)


def test_an_answer_is_a_table_for_people(write, capsys):
    assert run(["measure", "level", str(write(ANSWERS)), "--level", "level"]) == 0
    assert "wished_for_or_above" in capsys.readouterr().out
