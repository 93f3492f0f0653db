"""`mizzle measure release`: a wave from two files, kept beside the earlier ones."""

from __future__ import annotations

import json

import pytest

from mizzle.cli import run

TEAMS = {"North": 9, "South": 3, "Dock": 12, "Van": 6, "Desk": 3}
DEPARTMENTS = {"North": "Sales", "South": "Sales", "Dock": "Ops", "Van": "Ops", "Desk": "Ops"}


def write(path, rows):
    path.write_text("\n".join(",".join(map(str, row)) for row in rows) + "\n", "utf-8")
    return str(path)


@pytest.fixture
def there(tmp_path):
    staff = [(f"{team}{place}", DEPARTMENTS[team], team) for team, n in TEAMS.items() for place in range(n)]
    roster = write(tmp_path / "roster.csv", [("person", "department", "team"), *staff])
    answers = write(
        tmp_path / "spring.csv",
        [("person", "q1", "q2"), *((name, 1 + len(name + team) % 5, 4) for name, _, team in staff)],
    )
    return tmp_path, roster, answers


def asked(*words):
    return run(["measure", "release", *map(str, words)])


def told(capsys):
    return json.loads(capsys.readouterr().out)


def test_a_wave_is_released_with_its_groups_and_kept(there, capsys):
    folder, roster, answers = there
    assert asked(answers, "--roster", roster, "--history", folder / "kept", "--json") == 0
    answer = told(capsys)
    assert (answer["measure"], answer["method"], answer["unit"]) == ("release", "privacy.release/1", "share")
    figures = {one["name"]: one for one in answer["results"]}
    assert {name for name in figures if name.startswith("q1")} == {
        "q1", "q1[Ops]", "q1[Sales]", "q1[others]", "q1[Ops / Dock]", "q1[Ops / Van]", "q1[Sales / North]",
    }  # fmt: skip
    assert figures["q2"]["high"] == 1.0 > figures["q2"]["value"] > figures["q2"]["low"]
    assert figures["n[others]"] == {"name": "n[others]", "value": 6.0, "low": 6, "high": 6, "n": 6, "unit": "people"}
    assert answer["set_aside"] == []
    assert json.loads((folder / "kept" / "spring.json").read_text("utf-8"))["wave"] == "spring"


def test_the_same_again_is_the_same_release_and_other_answers_are_refused(there, capsys):
    folder, roster, answers = there
    kept = folder / "kept"
    assert asked(answers, "--roster", roster, "--history", kept) == 0
    before = (kept / "spring.json").read_bytes()
    assert asked(answers, "--roster", roster, "--history", kept) == 0
    capsys.readouterr()
    changed = write(folder / "late.csv", [("person", "q1", "q2"), *((f"Dock{place}", 5, 5) for place in range(12))])
    assert asked(changed, "--roster", roster, "--history", kept, "--wave", "spring") == 2
    assert "late answers belong to the next wave" in capsys.readouterr().err
    assert (kept / "spring.json").read_bytes() == before
    assert [path.name for path in kept.iterdir()] == ["spring.json"]


def test_a_later_wave_is_released_with_the_earlier_one_in_mind(there, capsys):
    folder, roster, answers = there
    kept = folder / "kept"
    for wave in ("spring", "autumn", "winter"):
        assert asked(answers, "--roster", roster, "--history", kept, "--wave", wave, "--json") == 0
        assert f"Released as {wave}, after" in told(capsys)["warnings"][1]
    assert asked(answers, "--roster", roster, "--history", kept, "--wave", "autumn", "--json") == 0
    assert "after 1 earlier" in told(capsys)["warnings"][1]


def test_a_group_that_must_stay_blank_is_counted_in_a_warning(tmp_path, capsys):
    for first in range(4):
        staff = [f"p{place}" for place in range(first, first + 5)]
        roster = write(tmp_path / "roster.csv", [("person", "unit"), *((one, "A") for one in staff)])
        rows = [(one, 5 if place < 3 else 1) for place, one in enumerate(staff)]
        answers = write(tmp_path / f"w{first}.csv", [("person", "q1"), *rows])
        assert asked(answers, "--roster", roster, "--history", tmp_path / "kept", "--json") == 0
    assert "1 figures of groups say nothing" in capsys.readouterr().out


def test_leaders_are_counted_one_level_up(there, capsys):
    folder, _, answers = there
    staff = [(f"{team}{place}", DEPARTMENTS[team], team) for team, n in TEAMS.items() for place in range(n)]
    led = [(*row, {"Dock0": "Ops/Dock", "Van0": "Van", "North0": "Sales"}.get(row[0], "")) for row in staff]
    roster = write(folder / "led.csv", [("person", "department", "team", "leads"), *led])
    assert asked(answers, "--roster", roster, "--history", folder / "kept", "--leads", "leads", "--json") == 0
    figures = {one["name"]: one for one in told(capsys)["results"]}
    assert figures["n[Ops / Dock]"]["value"] == 11
    assert figures["n[Sales / North]"]["value"] == 8


@pytest.mark.parametrize("lead", ["Nowhere", "Team"])
def test_a_leader_of_no_unit_or_of_one_of_several_is_asked_about(tmp_path, lead, capsys):
    rows = [(f"{unit}{place}", unit, "Team", "") for unit in "AB" for place in range(6)]
    rows[0] = (*rows[0][:3], lead)
    roster = write(tmp_path / "roster.csv", [("person", "unit", "team", "leads"), *rows])
    answers = write(tmp_path / "w.csv", [("person", "q1"), *((row[0], 4) for row in rows)])
    assert asked(answers, "--roster", roster, "--history", tmp_path / "kept", "--leads", "leads") == 2
    assert "Write it with the units above it" in capsys.readouterr().err


def test_the_words_of_questions_are_read_from_a_file(there):
    folder, roster, answers = there
    words = write(folder / "words.csv", [("question", "text"), ("q1", "We hear the customer."), ("q2", "")])
    kept = folder / "kept"
    assert asked(answers, "--roster", roster, "--history", kept, "--wording", words, "--strict", "--insiders", 2) == 0
    released = json.loads((kept / "spring.json").read_text("utf-8"))
    assert released["questions"][0]["text"] == "We hear the customer."
    assert (released["strict"], released["insiders"]) == (True, 2)


def test_answers_that_cannot_be_counted_are_set_aside_and_named(there, capsys):
    folder, roster, _ = there
    rows = [*((f"Dock{place}", 4) for place in range(9)), ("", 3), ("Stranger", 3), ("Van0", "")]
    answers = write(folder / "w.csv", [("person", "q1"), *rows])
    assert asked(answers, "--roster", roster, "--history", folder / "kept", "--json") == 0
    assert [one["n"] for one in told(capsys)["set_aside"]] == [1, 1, 1]


@pytest.mark.parametrize(
    ("rows", "why"),
    [
        (
            [("person", "q1"), *((f"Dock{place}", "4") for place in range(9)), ("Dock0", "3")],
            "'Dock0' answered twice: rows 1 and 10",
        ),
        ([("person", "q1"), ("Dock0", "four")], "'four' in the column 'q1' is no number"),
        ([("person", "q1"), ("Dock0", "1E999")], "too large"),
        ([("name", "q1"), ("Dock0", "4")], "no column called 'person'"),
        ([("person", "q1"), ("Dock0", "4")], "1 people took part"),
        ([("person", "q1")], "no row"),
    ],
)
def test_a_file_of_answers_that_is_wrong_is_told_in_a_sentence(there, capsys, rows, why):
    folder, roster, _ = there
    answers = write(folder / "w.csv", rows)
    assert asked(answers, "--roster", roster, "--history", folder / "kept") == 2
    assert why in capsys.readouterr().err
    assert not list((folder / "kept").glob("*")) if (folder / "kept").exists() else True


@pytest.mark.parametrize(
    ("rows", "why"),
    [
        ([("person", "team"), ("a", "A"), ("a", "B")], "'a' is on the roster twice"),
        ([("person", "team"), ("a", "A"), ("", "B")], "Row 2 of the roster names nobody"),
        ([("person", "leads"), ("a", "A")], "names no unit"),
    ],
)
def test_a_roster_that_is_wrong_is_told_in_a_sentence(there, capsys, rows, why):
    folder, _, answers = there
    roster = write(folder / "r.csv", rows)
    assert asked(answers, "--roster", roster, "--history", folder / "kept") == 2
    assert why in capsys.readouterr().err


@pytest.mark.parametrize("favourable", ["x", "5-4", "4-x"])
def test_a_range_that_is_none_is_refused(there, capsys, favourable):
    folder, roster, answers = there
    with pytest.raises(SystemExit) as ended:
        asked(answers, "--roster", roster, "--history", folder / "kept", "--favourable", favourable)
    assert ended.value.code == 2
    assert "a range of answers, as 4-5, is wanted" in capsys.readouterr().err


def test_a_wave_cannot_be_named_as_a_folder(there, capsys):
    folder, roster, answers = there
    assert asked(answers, "--roster", roster, "--history", folder / "kept", "--wave", "a/b") == 2
    assert "without slashes" in capsys.readouterr().err


@pytest.mark.parametrize("text", ["{}", "not json", '{"place": 0}', '{"place": "x"}'])
def test_a_folder_with_something_else_in_it_is_not_built_upon(there, capsys, text):
    folder, roster, answers = there
    (folder / "kept").mkdir()
    (folder / "kept" / "x.json").write_text(text, "utf-8")
    assert asked(answers, "--roster", roster, "--history", folder / "kept") == 2
    assert "no release that mizzle wrote" in capsys.readouterr().err


def test_a_folder_in_which_a_release_is_missing_is_not_built_upon(there, capsys):
    folder, roster, answers = there
    for wave in ("one", "two"):
        asked(answers, "--roster", roster, "--history", folder / "kept", "--wave", wave)
    (folder / "kept" / "one.json").unlink()
    capsys.readouterr()
    assert asked(answers, "--roster", roster, "--history", folder / "kept", "--wave", "three") == 2
    assert "A release is missing" in capsys.readouterr().err


def test_it_is_shown_as_a_table(there, capsys):
    folder, roster, answers = there
    assert asked(answers, "--roster", roster, "--history", folder / "kept") == 0
    out = capsys.readouterr().out
    assert "q1[Ops / Dock]" in out
    assert "no confidence interval" in out


def test_other_answers_cannot_be_counted_later_and_subtracted(there, capsys):
    folder, roster, answers = there
    base = (answers, "--roster", roster, "--history", folder / "kept")
    assert asked(*base) == 0
    assert asked(*base, "--wave", "again", "--favourable", "1-2") == 2
    assert "with 4 to 5 as favourable, and now with 1 to 2" in " ".join(capsys.readouterr().err.split())


def test_a_release_that_was_changed_is_noticed(there, capsys):
    folder, roster, answers = there
    base = (answers, "--roster", roster, "--history", folder / "kept")
    assert asked(*base) == 0
    path = folder / "kept" / "spring.json"
    kept = json.loads(path.read_text("utf-8"))
    kept["atoms"][0]["people"] = []
    path.write_text(json.dumps(kept), "utf-8")
    assert asked(*base, "--wave", "summer") == 2
    assert "was changed since mizzle wrote it" in " ".join(capsys.readouterr().err.split())


def test_people_written_in_another_way_are_named_side_by_side(there, capsys):
    folder, roster, _ = there
    answers = write(folder / "other.csv", [("person", "q1"), ("north0@example.org", 5), ("north1@example.org", 4)])
    assert asked(answers, "--roster", roster, "--history", folder / "kept") == 2
    assert "other.csv has 'north0@example.org', the roster 'North0'" in " ".join(capsys.readouterr().err.split())
