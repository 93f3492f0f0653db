"""`mizzle measure agreement` and `lagged`: answers as JSON, and sentences for what cannot be measured."""

from __future__ import annotations

import json

import pytest

from mizzle.cli import run


@pytest.fixture
def ask(capsys, tmp_path):
    def asked(measure, text, *words):
        path = tmp_path / "pairs.csv"
        path.write_text(text, "utf-8")
        capsys.readouterr()
        code = run(["measure", measure, str(path), *words, "--json"])
        told = capsys.readouterr()
        return (json.loads(told.out), 0) if not code else (told.err, code)

    return asked


PAIRS = "customer,server,unit\n3,4,North\n4,4,North\n5,5,North\nwished for,5,South\n2,3,South\n,4,South\n3,2,\n"


def test_twin_cards_stand_beside_their_baseline(ask):
    told, _ = ask("agreement", PAIRS, "--customer", "customer", "--server", "server")
    found = {one["name"]: one for one in told["results"]}
    assert found["signed_gap"]["value"] == pytest.approx(2 / 6)
    assert (found["within_one"]["value"], found["within_one"]["n"], found["within_one"]["unit"]) == (1, 6, "share")
    for name in ("kappa_linear", "kappa_quadratic", "ICC(A,1)", "within_one"):
        assert {name, f"baseline_{name}", f"shuffles_as_high_{name}"} <= set(found)
    assert told["set_aside"] == [{"reason": "pairs that lack one of the two cards", "n": 1}]
    again, _ = ask("agreement", PAIRS, "--customer", "customer", "--server", "server", "--seed", "1")
    assert again == told


def test_each_unit_has_its_own_figures_where_it_has_pairs_enough(ask):
    told, _ = ask("agreement", PAIRS, "--customer", "customer", "--server", "server", "--unit", "unit")
    names = {one["name"] for one in told["results"]}
    assert "signed_gap[North]" in names
    assert "signed_gap[South]" not in names
    assert any(one.startswith("South: There are 2 whole pairs") for one in told["warnings"])
    assert told["set_aside"][-1] == {"reason": "pairs without a unit: they are in the whole only", "n": 1}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("customer,server\n3,4\n4,4\n", "At least 3"),
        ("customer,server\n,\n?,4\n", "No pair"),
        ("customer,server\nbad,4\n4,4\n", "is no number"),
        ("customer,server\n1E999999999999,4\n4,4\n", "no number"),
        ("customer,serving\n3,4\n4,4\n", "no column called 'server'"),
    ],
)
def test_what_is_no_pair_is_refused(ask, text, said):
    told, code = ask("agreement", text, "--customer", "customer", "--server", "server")
    assert (code, said in told) == (2, True)


NUMBERS = ("1", "2", "3", "4", "")
DAYS = ("2026-01-01", "2026-01-02", "2026-01-03", "2026-01-09", "")


@pytest.mark.parametrize("when", [NUMBERS, DAYS])
def test_lags_are_ordered_by_numbers_or_days(ask, when):
    rows = [f"{level},{mood},{day},T" for level, mood, day in zip("35243", "24315", when, strict=True)]
    text = "\n".join(["level,mood,session,team", *rows, f"4,4,{when[0]},"])
    told, _ = ask("lagged", text, "--level", "level", "--mood", "mood", "--session", "session", "--unit", "team")
    found = {one["name"]: one for one in told["results"]}
    assert found["same_session"]["n"] == 4
    assert found["level_after_mood"]["n"] == 3
    assert "4 sessions of 1 units" in told["warnings"][0]


def test_lags_need_no_units(ask):
    text = "level,mood,session\n3,2,1\n4,3,2\n5,4,3\n"
    told, _ = ask("lagged", text, "--level", "level", "--mood", "mood", "--session", "session")
    assert told["results"][0]["value"] == pytest.approx(1.0)
    text = "level,mood,session\n,2,1\n"
    said, code = ask("lagged", text, "--level", "level", "--mood", "mood", "--session", "session")
    assert (code, "both a level and a mood" in said) == (2, True)
