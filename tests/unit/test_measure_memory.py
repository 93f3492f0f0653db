"""`mizzle measure memory` and `calibration` as an analyst asks for them."""

from __future__ import annotations

import numpy as np
import pytest

from mizzle.simulate import reviews

HEAD = "who,unit,card,rating,at"
COLUMNS = ["--card", "card", "--rating", "rating", "--date", "at"]


@pytest.fixture
def log(tmp_path):
    drawn = reviews(8, 3, 60, rng=np.random.default_rng(1))
    units = {f"p{n}": "North" if n < 6 else "South" for n in range(8)}
    lines = [f"{one.person},{units[one.person]},{one.card},{one.rating},{one.at.isoformat()}" for one in drawn]
    path = tmp_path / "reviews.csv"
    path.write_text(
        "\n".join([HEAD, *lines, ",North,c1,3,2026-01-05T10:00:00+00:00", "p1,,c1,3,", "p1,,c1,3,2026-06-01T10:00:00Z"])
        + "\n"
    )
    return path


def figures(answer):
    return {one["name"]: one for one in answer["results"]}


def test_one_learners_cards(ask, tmp_path):
    path = tmp_path / "own.csv"
    path.write_text(
        "card,rating,at\nquay,good,2026-01-01 10:00\nquay,Good,2026-01-01 10:10\nberth,again,2026-01-02 10:00\n"
    )
    code, answer = ask("memory", path, *COLUMNS, "--at", "2026-01-03T11:00")
    assert code == 0
    found = figures(answer)
    assert found["interval_days[quay]"]["value"] == 2
    assert found["R[quay]"]["value"] == pytest.approx(0.9135, abs=0.01)
    assert found["mean_R"]["n"] == 2
    assert found["stability[berth]"]["unit"] == "days"
    code, answer = ask("memory", path, *COLUMNS, "--at", "2026-01-01T18:00:00+02:00")
    assert list(figures(answer)) == ["mean_R", "R[quay]", "stability[quay]", "difficulty[quay]", "interval_days[quay]"]
    assert answer["set_aside"][0]["n"] == 1


def test_a_unit_of_enough_people_and_no_other(ask, log):
    code, answer = ask("memory", log, *COLUMNS, "--person", "who", "--unit", "unit")
    assert code == 0
    found = figures(answer)
    assert list(found) == ["language", "language[North]"]
    assert found["language"]["n"] == found["language[North]"]["n"] == 6
    reasons = {one["reason"]: one["n"] for one in answer["set_aside"]}
    assert reasons == {
        "reviews without a card, rating or date": 1,
        "reviews without a person": 1,
        "people of units with fewer than 5: nothing is said of them": 2,
    }


def test_all_people_as_one_and_too_few_as_none(ask, log):
    code, answer = ask("memory", log, *COLUMNS, "--person", "who")
    assert code == 0
    assert figures(answer)["language"]["n"] == 8
    code, answer = ask("memory", log, *COLUMNS, "--person", "who", "--least", "9")
    assert code == 0
    assert answer["results"] == []


def test_one_person_sees_what_is_theirs(ask, log):
    code, answer = ask("memory", log, *COLUMNS, "--person", "who", "--only", "p2")
    assert code == 0
    assert {"R[c0]", "R[c1]", "R[c2]"} <= set(figures(answer))
    assert "p2 alone" in answer["warnings"][1]


def test_calibration_of_a_log(ask, log):
    code, answer = ask("calibration", log, *COLUMNS, "--person", "who", "--bins", "4")
    assert code == 0
    found = figures(answer)
    assert 0 < found["log_loss"]["value"] < 1
    assert sum(name.startswith("recalled[") for name in found) == 4
    assert any("first reviews" in one["reason"] for one in answer["set_aside"])
    weights = "0.3,1.3,2.3,8.3,6.4,0.8,3,0.001,1.9,0.2,0.8,1.5,0.06,0.26"
    more = ask("calibration", log, *COLUMNS, "--parameters", f"{weights},1.6,0.6,1.9,0.5,0.09,0.07,0.2")[1]
    assert figures(more)["log_loss"]["value"] != found["log_loss"]["value"]
    assert any("less than a day" in one["reason"] for one in more["set_aside"])


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--person", "who", "--only", "p99"], "no review of p99"),
        (["--unit", "unit"], "--person"),
        (["--at", "2020-01-01"], "no review of anybody"),
        (["--retention", "2"], "a share from 0 to 1"),
        (["--parameters", "1 2 3"], "no parameters"),
    ],
)
def test_what_cannot_be_answered_is_said_in_a_sentence(ask, log, words, says):
    code, said = ask("memory", log, *COLUMNS, *words)
    assert code == 2
    assert says in said


@pytest.mark.parametrize(
    ("cells", "says"),
    [
        ("a,2.5,2026-01-01\nb,3,2026-01-02", "not whole"),
        ("a,7,2026-01-01\nb,3,2026-01-02", "above 4"),
        ("a,3,sometime\nb,3,2026-01-02", "at"),
        (",,\n,,", ""),
    ],
)
def test_columns_that_do_not_fit_are_named(ask, tmp_path, cells, says):
    path = tmp_path / "odd.csv"
    path.write_text(f"card,rating,at\n{cells}\n")
    code, said = ask("memory", path, *COLUMNS)
    assert code == 2
    assert says in said


def test_a_file_without_a_whole_review_is_refused(ask, tmp_path):
    path = tmp_path / "empty.csv"
    path.write_text("card,rating,at\na,,2026-01-01\n,3,2026-01-02\n")
    code, said = ask("memory", path, *COLUMNS)
    assert code == 2
    assert "no review with a card" in said
