"""`mizzle measure survival` as an analyst asks for it."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest


@pytest.fixture
def ask(ask):
    """Ask for JSON; give the exit code, and the answer or what was said."""
    return partial(ask, "survival")


@pytest.fixture
def rows(tmp_path):
    rng = np.random.default_rng(1)
    lines = [
        f"{rng.exponential(10 + 10 * b):.3f},{'yes' if rng.random() < 0.8 else 'no'},{'AB'[b]},{rng.normal():.3f},{b}"
        for b in [0, 1] * 450
    ]
    path = tmp_path / "rows.csv"
    path.write_text("\n".join(["weeks,over,team,x,b", *lines, ",yes,A,1,1", "3,,A,1,1", "3,no,,1,1"]) + "\n")
    return path


def figures(answer):
    return {one["name"]: one for one in answer["results"]}


NAMED = ["--duration", "weeks", "--event", "over", "--time-unit", "weeks"]


def test_medians_by_group_with_the_log_rank_test(ask, rows):
    code, answer = ask(rows, *NAMED, "--group", "team")
    assert code == 0
    found = figures(answer)
    assert found["median[A]"]["value"] < found["median"]["value"] < found["median[B]"]["value"]
    assert found["log_rank_p"]["value"] < 0.001
    assert found["expected[A]"]["n"] == 450
    assert answer["set_aside"][0]["n"] == 3


def test_a_median_that_is_not_there_yet_is_explained(ask, tmp_path):
    path = tmp_path / "young.csv"
    path.write_text("weeks,over,team\n" + "1,1,A\n9,0,A\n9,0,A\n2,1,B\n3,1,B\n9,0,B\n")
    _, answer = ask(path, *NAMED, "--group", "team")
    assert "last seen: median[A]." in answer["warnings"][1]
    assert not any("last seen" in one for one in ask(path, "--duration", "weeks")[1]["warnings"])


def test_cox_with_hazard_ratios(ask, rows):
    code, answer = ask(rows, *NAMED, "--on", "x,b")
    assert code == 0
    found = figures(answer)
    assert found["beta[b]"]["high"] < 0
    assert found["hazard_ratio[b]"]["value"] == pytest.approx(np.exp(found["beta[b]"]["value"]))
    assert 0.5 < found["concordance"]["value"] < 1


def test_a_ratio_beyond_all_numbers_is_left_out(ask, tmp_path):
    path = tmp_path / "tiny.csv"
    path.write_text("t,x\n" + "".join(f"{n},{(n * 7 % 10) * 1e-9}\n" for n in range(1, 11)))
    code, answer = ask(path, "--duration", "t", "--on", "x")
    assert code == 0
    assert "beta[x]" in figures(answer)
    assert "hazard_ratio[x]" not in figures(answer)


def test_the_whole_curve_in_so_many_steps(ask, rows):
    code, answer = ask(rows, *NAMED, "--curve")
    assert code == 0
    shares = [one["value"] for name, one in figures(answer).items() if name.startswith("survival[")]
    assert 300 < len(shares) <= 451
    assert shares == sorted(shares, reverse=True)


def test_without_an_event_all_have_ended(ask, tmp_path):
    path = tmp_path / "all.csv"
    path.write_text("t\n1\n2\n3\n")
    code, answer = ask(path, "--duration", "t")
    assert code == 0
    assert figures(answer)["ended"]["value"] == 3
    assert answer["set_aside"] == []


@pytest.mark.parametrize(
    ("cells", "words", "says"),
    [
        ("1,2\n2,1", [], "1 (yes) or 0"),
        ("1,maybe\n2,1", [], "is no number"),
        ("-1,1\n2,1", [], "below 0"),
        (",1\n,0", [], "no row with all"),
        ("1,1\n2,1", ["--group", "e"], "Two groups"),
        ("1,1\n2,1", ["--on", "e"], "same in every row"),
    ],
)
def test_what_cannot_be_answered_is_said_in_a_sentence(ask, tmp_path, cells, words, says):
    path = tmp_path / "odd.csv"
    path.write_text(f"t,e\n{cells}\n")
    code, said = ask(path, "--duration", "t", "--event", "e", *words)
    assert code == 2
    assert says in said
