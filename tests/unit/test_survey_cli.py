"""Surveys on the command line: every measure answers, in one shape, and says what is wrong with what it is given."""

from __future__ import annotations

import json

import numpy as np
import pytest

from mizzle import survey
from mizzle.cli import run

ITEMS = ["A1", "A2", "A3", "A4"]
HEAD = ["id", *ITEMS, "team", "score", "answered", "site", "word1", "word2"]


@pytest.fixture
def answers(tmp_path):
    rng = np.random.default_rng(3)
    behind = rng.standard_normal((60, 1))
    points = np.clip(np.round(3.5 + behind + 0.7 * rng.standard_normal((60, 4))), 1, 6).astype(int)
    points[:, 0] = 7 - points[:, 0]
    rows = [HEAD]
    for place, row in enumerate(points.tolist()):
        score = "" if place == 59 else min(2 * row[1], 10)
        team, site = "abc"[place % 3] if place != 58 else "?", "NS"[place % 2]
        said = "yes" if place % 4 else "no"
        words = ["good" if row[1] > 3 else "bad", "" if place == 7 else "good" if row[2] > 3 else "bad"]
        rows.append([place, *row, team, score, said, site, *words])
    rows[5][2] = "NA"
    path = tmp_path / "answers.csv"
    path.write_text("\n".join(",".join(map(str, row)) for row in rows) + "\n")
    return path


@pytest.fixture
def ask(capsys):
    def asked(*words):
        code = run(["measure", *map(str, words), "--json"])
        printed = capsys.readouterr()
        assert code == 0, printed.err
        told = json.loads(printed.out)
        assert set(told) == {"measure", "method", "unit", "results", "set_aside", "warnings", "mizzle"}
        assert told["measure"] == words[0]
        return told

    return asked


@pytest.fixture
def refused(capsys):
    def asked(*words):
        try:
            code = run(["measure", *map(str, words)])
        except SystemExit as end:
            code = end.code
        printed = capsys.readouterr()
        assert code == 2, printed.out
        assert "Traceback" not in printed.err
        return printed.err

    return asked


def figures(told):
    return {one["name"]: one for one in told["results"]}


def of(told):
    return {one["name"]: one["value"] for one in told["results"]}


def columns(answers, *names):
    rows = [line.split(",") for line in answers.read_text().splitlines()]
    places = [HEAD.index(name) for name in names]
    return np.array(
        [[np.nan if row[place] in ("NA", "", "?") else float(row[place]) for place in places] for row in rows[1:]]
    )


def test_alpha_turns_items_round_and_says_what_it_took_for_the_scale(answers, ask):
    told = ask("alpha", answers, "--items", ",".join(ITEMS), "--reverse", "A1")
    table = columns(answers, *ITEMS)
    table[:, 0] = 7 - table[:, 0]
    found = survey.alpha(table, ITEMS)
    assert of(told)["alpha"] == pytest.approx(found.alpha.value)
    assert of(told)["alpha_if_dropped[A2]"] == pytest.approx(found.dropped["A2"].value)
    assert of(told)["item_rest[A1]"] == pytest.approx(found.item_rest["A1"].value)
    assert figures(told)["alpha"]["low"] == pytest.approx(found.alpha.interval.low)
    assert told["set_aside"] == [{"reason": "rows with a missing answer", "n": 1}]
    assert "from 1 to 6, the ends found in the data" in told["warnings"][0]
    sure = ask("alpha", answers, "--items", ",".join(ITEMS), "--reverse", "A1", "--low", 1, "--high", 6)
    assert sure["warnings"] == []


def test_an_item_that_goes_against_the_others_is_pointed_out(answers, ask):
    told = ask("item-rest", answers, "--items", ",".join(ITEMS))
    assert "These items go against the others: A1" in told["warnings"][0]
    assert of(told)["item_rest[A1]"] < 0


def test_where_several_items_go_against_the_others_the_smaller_camp_is_pointed_out(ask, tmp_path):
    rng = np.random.default_rng(6)
    one = rng.standard_normal((200, 1)) + 0.8 * rng.standard_normal((200, 5))
    for turned, told in (([3, 4], "D, E"), ([0], "A"), ([0, 1, 2], "D, E")):
        rows = one.copy()
        rows[:, turned] *= -1
        path = tmp_path / "camps.csv"
        np.savetxt(path, rows, delimiter=",", header="A,B,C,D,E", comments="")
        (said,) = ask("alpha", path, "--items", "A,B,C,D,E")["warnings"]
        assert said.startswith(f"These items go against the others: {told}. If they are worded so")


def test_answers_that_are_all_alike_do_not_show_the_scale(ask, tmp_path, capsys):
    path = tmp_path / "alike.csv"
    path.write_text("A,B,team\n2,2,x\n2,2,x\n2,2,y\n2,2,y\n")
    for words in (["alpha", "--reverse", "B"], ["as-we", "--group", "team"]):
        assert run(["measure", words[0], str(path), "--items", "A,B", *words[1:]]) == 2
        assert "Every answer is 2, which does not show the scale. Give its ends" in capsys.readouterr().err
    assert ask("as-we", path, "--items", "A,B", "--group", "team", "--low", 1, "--high", 5)["warnings"]


def test_omega_of_one_factor_and_of_groups_of_items(answers, ask, tmp_path):
    reverse = ["--reverse", "A1", "--low", "1", "--high", "6"]
    told = ask("omega", answers, "--items", ",".join(ITEMS), *reverse)
    assert 0.7 < of(told)["omega"] < 1
    assert {"lambda[A1]", "theta[A4]"} <= set(of(told))
    rng = np.random.default_rng(4)
    behind = rng.standard_normal((90, 3))
    rows = np.repeat(behind[:, :2], 3, axis=1) + behind[:, 2:] + 0.8 * rng.standard_normal((90, 6))
    path = tmp_path / "six.csv"
    np.savetxt(path, rows, delimiter=",", header="a,b,c,d,e,f", comments="")
    two = ask("omega", path, "--items", "a,b,c,d,e,f", "--factors", 2)
    assert [one["name"] for one in two["results"]] == ["omega_total", "omega_h", "omega_lim"]


def test_omega_warns_of_an_item_that_has_nothing_of_its_own(tmp_path, ask):
    rng = np.random.default_rng(5)
    behind = rng.standard_normal((200, 1))
    rows = np.hstack([behind, 0.3 * behind + rng.standard_normal((200, 3))])
    rows[:, 0] += 0.9 * rows[:, 1:].mean(axis=1)
    path = tmp_path / "heywood.csv"
    np.savetxt(path, rows, delimiter=",", header="a,b,c,d", comments="")
    told = ask("omega", path, "--items", "a,b,c,d")
    assert "Heywood" in told["warnings"][0]
    assert figures(told)["omega"]["low"] is None


def test_favourable_of_items_and_of_groups(answers, ask):
    told = ask("favourable", answers, "--items", "A2,A3")
    assert [one["name"] for one in told["results"]] == ["favourable", "favourable[A2]", "favourable[A3]"]
    table = columns(answers, "A2")
    assert of(told)["favourable[A2]"] == pytest.approx((table >= 4).sum() / (~np.isnan(table)).sum())
    by = ask("favourable", answers, "--items", "A2,A3", "--group", "team", "--at-least", "5")
    assert [one["name"] for one in by["results"]] == ["favourable", *(f"favourable[{team}]" for team in "abc")]
    one = ask("favourable", answers, "--items", "A2")
    assert len(one["results"]) == 1
    assert one["set_aside"] == [{"reason": "rows without any answer", "n": 1}]


def test_response_rates_of_yes_and_no_and_of_anything_said(answers, ask, refused):
    assert of(ask("response-rate", answers, "--answered", "answered"))["response_rate"] == 0.75
    assert of(ask("response-rate", answers, "--answered", "score"))["response_rate"] == 59 / 60
    assert of(ask("response-rate", answers, "--answered", "A2,score", "--invited", "80"))["response_rate"] == 0.75
    by = ask("response-rate", answers, "--answered", "answered", "--group", "site")
    assert set(of(by)) == {"response_rate", "response_rate[N]", "response_rate[S]"}
    assert "one number for all" in refused(
        "response-rate", answers, "--answered", "id", "--invited", 80, "--group", "site"
    )
    assert "cannot have answered" in refused("response-rate", answers, "--answered", "id", "--invited", 5)
    assert "whole number from 1" in refused("response-rate", answers, "--answered", "id", "--invited", "many")


def test_groups_agree_or_do_not(answers, ask, refused):
    told = ask("rwg", answers, "--items", "A2", "--group", "team", "--points", "6")
    assert {"mean_r_wg", "median_r_wg", "r_wg[a]", "r_wg[b]", "r_wg[c]"} == set(of(told))
    several = ask("rwg", answers, "--items", "A2,A3", "--group", "team", "--variance", "2.5")
    assert "r_wg(j)[a]" in of(several)
    guessed = ask("rwg", answers, "--items", "A2", "--group", "team")
    assert "from 1 to 6" in guessed["warnings"][0]
    assert of(guessed) == of(told)
    assert told["set_aside"] == [{"reason": "rows with a missing answer or group", "n": 2}]
    both = ["--points", "6", "--variance", "2"]
    assert "not both" in refused("rwg", answers, "--items", "A2", "--group", "team", *both)
    assert "above 0" in refused("rwg", answers, "--items", "A2", "--group", "team", "--variance", "0")
    assert "a number is wanted" in refused("rwg", answers, "--items", "A2", "--group", "team", "--variance", "inf")
    assert "a number is wanted" in refused("rwg", answers, "--items", "A2", "--group", "team", "--variance", "two")
    assert "from 2 on" in refused("rwg", answers, "--items", "A2", "--group", "team", "--points", "1")


def test_points_of_a_scale_are_not_guessed_where_answers_do_not_show_them(tmp_path, refused):
    for place, text in enumerate(("1.5,a\n2,a", "3,a\n3,a", "?,a\n?,a")):
        path = tmp_path / f"{place}.csv"
        path.write_text(f"x,team\n{text}\n")
        assert "do not show" in refused("rwg", path, "--items", "x", "--group", "team")


def test_a_scale_may_be_told_by_its_points_or_by_its_ends(answers, ask, refused):
    rwg = ["rwg", answers, "--items", "A2", "--group", "team"]
    by_ends = ask(*rwg, "--low", "1", "--high", "7")
    assert (of(by_ends), by_ends["warnings"]) == (of(ask(*rwg, "--points", "7")), [])
    by_one = ask(*rwg, "--low", "0")
    assert of(by_one) == of(by_ends)
    assert "from 0 to 6, the ends found" in by_one["warnings"][0]
    assert "not both" in refused(*rwg, "--points", "7", "--low", "1")
    assert "not both" in refused(*rwg, "--low", "1", "--variance", "2")
    for ends in (["--high", "5"], ["--low", "2"], ["--low", "2", "--high", "9"]):
        assert "Answers go from 1 to 6" in refused(*rwg, *ends)
    assert "do not show" in refused(*rwg, "--low", "0.5")
    limited = ask("ad", *rwg[1:], "--low", "1", "--high", "6")
    assert limited == ask("ad", *rwg[1:], "--points", "6")


def test_deviations_and_their_limit(answers, ask):
    told = ask("ad", answers, "--items", "A2", "--group", "team", "--points", "3")
    assert {"mean_AD", "median_AD", "AD[a]"} <= set(of(told))
    assert "3 of 3 groups lie beyond 0.5" in told["warnings"][0]
    assert ask("ad", answers, "--items", "A2", "--group", "team", "--around", "median")["warnings"] == []


def test_icc_of_one_item_and_of_several(answers, ask, refused):
    told = ask("icc", answers, "--items", "A2", "--group", "team")
    assert set(of(told)) == {"ICC(1)", "ICC(2)"}
    assert "3 groups say little" in told["warnings"][0]
    assert told["set_aside"][0]["n"] == 2
    many = ask("icc", answers, "--items", "A2,A3", "--group", "team")
    assert set(of(many)) == {"ICC(1)[A2]", "ICC(2)[A2]", "ICC(1)[A3]", "ICC(2)[A3]"}
    assert "59 answers in 59 groups" in refused("icc", answers, "--items", "A2", "--group", "id")


def test_many_groups_need_no_warning(tmp_path, ask):
    path = tmp_path / "groups.csv"
    path.write_text("x,team\n" + "\n".join(f"{place % 7},{place % 12}" for place in range(48)) + "\n")
    assert ask("icc", path, "--items", "x", "--group", "team")["warnings"] == []


def test_which_means_may_be_shown(answers, ask, refused):
    told = ask("as-we", answers, "--items", "A2,A3", "--group", "team")
    assert {"agreement[a]", "agreement[b]", "agreement[c]"} <= set(of(told))
    assert "from 1 to 6, the ends found in the data" in told["warnings"][0]
    few = ask("as-we", answers, "--items", "A2", "--group", "team", "--low", 1, "--high", 6, "--least", 30)
    assert len(few["warnings"]) == 3
    assert set(of(few)) == {"agreement[a]", "agreement[b]", "agreement[c]"}
    split = ask("as-we", answers, "--items", "A2", "--group", "site", "--low", 1, "--high", 6)
    assert {"share_low[N]", "share_middle[N]", "share_high[N]"} <= set(of(split))
    agreed = ask("as-we", answers, "--items", "A1,A2", "--group", "site", "--low", 1, "--high", 6)
    assert "mean[S]" in of(agreed)
    assert "No row has an answer" in refused("as-we", empty(answers), "--items", "A2", "--group", "team")


def empty(answers):
    path = answers.with_name("empty.csv")
    path.write_text(",".join(HEAD) + "\n" + "\n".join(f"{place}" + "," * (len(HEAD) - 1) for place in range(5)) + "\n")
    return path


def test_raters_on_a_scale_and_in_words(answers, ask, refused):
    told = ask("shrout-fleiss", answers, "--raters", "A2,A3,A4")
    assert set(of(told)) == {f"ICC({kind},{of_})" for kind in "123" for of_ in "1k"}
    assert told["set_aside"] == [{"reason": "rows that a rater has not rated", "n": 1}]
    assert ask("shrout-fleiss", answers, "--raters", "A3,A4")["set_aside"] == []
    words = ask("krippendorff", answers, "--raters", "word1,word2")
    assert 0.3 < of(words)["alpha"] < 1
    assert words["set_aside"] == [{"reason": "rows with fewer than two ratings", "n": 1}]
    table = columns(answers, "A2", "A3")
    ordinal = ask("krippendorff", answers, "--raters", "A2,A3", "--scale", "ordinal")
    assert of(ordinal)["alpha"] == pytest.approx(survey.krippendorff(table, level="ordinal").alpha.value)
    assert ask("krippendorff", answers, "--raters", "A2,A3")["method"] == "survey.krippendorff/1"
    assert "is no number" in refused("krippendorff", answers, "--raters", "word1,word2", "--scale", "ordinal")


def test_ratings_that_are_all_the_same_leave_alpha_undefined(tmp_path, ask):
    path = tmp_path / "same.csv"
    path.write_text("a,b\n" + "2,2\n" * 6)
    told = ask("krippendorff", path, "--raters", "a,b")
    assert of(told)["alpha"] is None
    assert "cannot be told from habit" in told["warnings"][0]


def test_weights_by_cell_with_what_they_cost(answers, ask, tmp_path):
    roster = tmp_path / "roster.csv"
    roster.write_text("team,site\n" + "a,N\n" * 50 + "b,S\n" * 30 + "c,S\n" * 20)
    told = ask("raking", answers, roster, "--on", "team,site", "--untrimmed")
    assert {"n_eff", "design_effect", "greatest_weight", "least_weight", "gap", "weight[team=a, site=N]"} <= set(
        of(told)
    )
    assert of(told)["n_eff"] < 59
    assert told["warnings"] == []
    assert told["set_aside"] == [{"reason": "rows with an unknown category, which have no weight", "n": 1}]
    trimmed = ask("raking", answers, roster, "--on", "team,site", "--trim", "1.2")
    assert of(trimmed)["greatest_weight"] <= 1.2 + 1e-9
    assert "Not every margin is met" in trimmed["warnings"][0]


def test_importance_with_all_that_it_must_say(answers, ask, refused):
    told = ask("importance", answers, "--outcome", "score", "--on", "A1,A3,A4")
    assert sum(of(told)[f"LMG[{name}]"] for name in ("A1", "A3", "A4")) == pytest.approx(of(told)["R2"])
    assert figures(told)["performance[A3]"]["unit"] == "points"
    assert {"share[A1]", "r[A1]", "first[A1]", "last[A1]", "genizi[A1]", "pratt[A1]", "betasq[A1]", "car[A1]"} <= set(
        of(told)
    )
    assert told["warnings"][0].startswith("Association, not cause")
    assert "lower score for: A1" in told["warnings"][1]
    assert "59 rows are few" in told["warnings"][2]
    assert len(ask("importance", answers, "--outcome", "score", "--on", "A3,A4")["warnings"]) == 2
    assert told == ask("importance", answers, "--outcome", "score", "--on", "A1,A3,A4", "--seed", "1")
    other = ask("importance", answers, "--outcome", "score", "--on", "A1,A3,A4", "--seed", "0")
    assert figures(other)["LMG[A1]"]["low"] != figures(told)["LMG[A1]"]["low"]
    one = ("importance", answers, "--outcome", "A1", "--on", "A2")
    assert "whole number from 200" in refused(*one, "--samples", "50")
    assert "cannot go with itself" in refused("importance", answers, "--outcome", "A1", "--on", "A1,A2")


@pytest.mark.parametrize(
    ("p", "sentence"), [(17, "rest on 200 samples"), (21, "no intervals"), (25, "drawn at random")]
)
def test_many_predictors_have_fewer_samples_or_none(tmp_path, ask, monkeypatch, p, sentence):
    monkeypatch.setattr("mizzle.survey.drivers.MOST_PREDICTORS", 12)
    monkeypatch.setattr("mizzle.survey.drivers.sampled", lambda r, _rng: r[:-1, -1] ** 2)
    if p == 17:
        monkeypatch.setattr("mizzle.cli.measure.survey.MANY", 2)
        p = 4
    rng = np.random.default_rng(2)
    rows = rng.standard_normal((120, p + 1))
    rows[:, 1] = rows[:, 0]
    path = tmp_path / "wide.csv"
    names = [f"x{place}" for place in range(p)]
    np.savetxt(path, rows, delimiter=",", header=",".join([*names, "y"]), comments="")
    told = ask("importance", path, "--outcome", "y", "--on", ",".join(names))
    assert any(sentence in one for one in told["warnings"])
    assert any("made of others" in one for one in told["warnings"])


def test_scores_of_single_questions(answers, ask):
    told = ask("nps", answers, "--score", "score", "--group", "team")
    assert {"NPS", "standard_error", "promoters", "passives", "detractors", "NPS[a]"} <= set(of(told))
    assert of(told)["NPS"] == pytest.approx(survey.nps(columns(answers, "score")[:, 0]).score.value)
    assert set(of(ask("nps", answers, "--score", "score"))) & {"NPS[a]"} == set()
    satisfied = ask("csat", answers, "--score", "A3", "--group", "team")
    assert {"CSAT", "CSAT[a]"} <= set(of(satisfied))
    assert "beyond the usual 5" in satisfied["warnings"][0]
    easy = ask("ces", answers, "--score", "A3", "--group", "site", "--at-least", 4)
    assert {"CES", "easy", "CES[N]", "easy[S]"} <= set(of(easy))
    assert easy["warnings"] == []


@pytest.mark.parametrize(
    "words",
    [
        ["favourable", "--items", "A2"],
        ["alpha", "--items", "A1,A2"],
        ["omega", "--items", "A1,A2,A3"],
        ["item-rest", "--items", "A1,A2"],
        ["rwg", "--items", "A1", "--group", "team", "--points", "5"],
        ["ad", "--items", "A1", "--group", "team"],
        ["icc", "--items", "A1", "--group", "team"],
        ["shrout-fleiss", "--raters", "A1,A2"],
        ["krippendorff", "--raters", "A1,A2"],
        ["importance", "--outcome", "A1", "--on", "A2,A3"],
        ["nps", "--score", "score"],
        ["csat", "--score", "score"],
        ["ces", "--score", "score"],
    ],
)
def test_nothing_answered_and_wrong_columns_are_told(answers, refused, words):
    name, *rest = words
    assert refused(name, empty(answers), *rest).startswith("mizzle: ")
    wrong = ["nowhere" if word in ("A1", "A2", "score", "A1,A2", "A1,A2,A3") else word for word in rest]
    assert "no column called 'nowhere'" in refused(name, answers, *wrong)


@pytest.mark.parametrize("cell", ["often", "1E999999999999", "1e400"])
def test_what_is_no_number_is_told_with_its_row(tmp_path, refused, cell):
    path = tmp_path / "odd.csv"
    path.write_text(f"a,b\n1,2\n2,3\n{cell},4\n4,5\n")
    assert "row" in refused("alpha", path, "--items", "a,b")


def test_three_rows_one_group_and_constant_items_are_told(tmp_path, refused):
    path = tmp_path / "few.csv"
    path.write_text("a,b,team,same\n1,2,x,4\n2,1,x,4\n3,5,x,4\n")
    assert "At least two groups" in refused("icc", path, "--items", "a", "--group", "team")
    assert "The answer is the same" in refused("alpha", path, "--items", "a,same")
    assert "Only 3 of 3 rows" in refused("omega", path, "--items", "a,b,same")
    assert "Only 3 of 3 rows" in refused("importance", path, "--outcome", "a", "--on", "b,same")
    assert "which --items does not" in refused("alpha", path, "--items", "a,b", "--reverse", "same")
    assert "beyond the scale" in refused("alpha", path, "--items", "a,b", "--reverse", "b", "--low", 1, "--high", 3)
    assert "0 to 10" in refused("nps", few(tmp_path), "--score", "a")


def few(tmp_path):
    path = tmp_path / "scores.csv"
    path.write_text("a,b\n11,1\n3,2\n")
    return path


def test_an_answer_is_shown_to_people_too(answers, capsys):
    assert run(["measure", "alpha", str(answers), "--items", "A2,A3,A4"]) == 0
    assert "alpha" in capsys.readouterr().out
