from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest

from mizzle.errors import UnclearMapping
from mizzle.logs.meaning.mapping import DEFAULT, Mapping, listed, mapping_path

PLAIN = Mapping("number", "state", "group", "updated_at")
FULL = Mapping(
    'a "case"',
    "back\\slash",
    None,
    "end\ttab\u2028",
    "inicio ñ",
    "navn",
    timezone="Europe/Oslo",
    extras=("x", "y, z"),
    missing=("", "?"),
    end_format="dd/mm/yyyy HH:MM",
    start_format="ISO 8601",
    object_type="order",
    reasons={"case": "its name says so", "left out: opened at": 'why "not"'},
)


@pytest.mark.parametrize("mapping", [PLAIN, FULL])
def test_a_saved_mapping_is_read_back_the_same(tmp_path, mapping):
    path = tmp_path / "log.csv.mapping.toml"
    mapping.save(path)
    assert Mapping.load(path) == mapping


def test_the_saved_file_explains_itself_and_says_on_purpose_that_there_is_no_department(tmp_path):
    path = tmp_path / "a.toml"
    FULL.save(path)
    text = path.read_text(encoding="utf-8")
    assert text.startswith("# How mizzle reads this log.")
    assert 'department = ""  # who did it' in text
    assert tomllib.loads(text)["reasons"]["left out: opened at"] == 'why "not"'


def test_a_mapping_stands_beside_its_log():
    assert mapping_path(Path("logs/a.csv.gz")) == Path("logs/a.csv.gz.mapping.toml")


def test_a_short_file_by_hand_is_enough(tmp_path):
    path = tmp_path / "a.toml"
    path.write_text('case = "number"\nactivity = "state"\ndepartment = "group"\nend = "updated_at"\nstart = ""\n')
    assert Mapping.load(path) == PLAIN
    assert PLAIN.missing == DEFAULT


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('case = "a', "no valid TOML: .*line 1"),
        ('cases = "a"', "says 'cases', which mizzle does not know. Did you mean case?"),
        ('zzz = "a"', "does not know. It may say: case, activity"),
        ('case = "a"\nactivity = "b"', 'does not say department and end. Add it. Write department = "" for'),
        ('case = "a"\nactivity = "b"\ndepartment = "c"', "does not say end. Add it.$"),
        ('case = ""\nactivity = "b"\ndepartment = "c"\nend = "d"', "Every log needs a column for case"),
        ("case = 3", "case must be text in quotes"),
        ('extras = "a"', "extras must be a list"),
        ("missing = [1]", "missing must be a list"),
        ('reasons = "a"', "reasons must be a table of texts"),
        ("[reasons]\na = 1", "reasons must be a table of texts"),
        ('case="a"\nactivity="b"\ndepartment="c"\nend="d"\ntimezone="Mars"', "no time zone called 'Mars'"),
        ('case="a"\nactivity="b"\ndepartment="c"\nend="d"\nend_format="often"', "'often' is no spelling of times"),
    ],
)
def test_a_faulty_file_is_refused_with_what_to_mend(tmp_path, text, message):
    path = tmp_path / "a.toml"
    path.write_text(text)
    with pytest.raises(UnclearMapping, match=message):
        Mapping.load(path)


def test_a_file_that_is_missing_or_no_text_is_refused(tmp_path):
    with pytest.raises(UnclearMapping, match="There is no mapping to read"):
        Mapping.load(tmp_path / "no.toml")
    path = tmp_path / "a.toml"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(UnclearMapping, match="no UTF-8 text"):
        Mapping.load(path)


def test_the_column_of_transitions_is_read_and_is_nothing_else():
    said = Mapping("a", "b", None, "d", extras=("x",), transition="t")
    assert said.columns() == ("a", "b", "d", "t", "x")
    assert Mapping("a", "b", None, "d", transition="").columns() == ("a", "b", "d")
    with pytest.raises(UnclearMapping, match=r"no column called 't'.*out of transition"):
        said.check(["a", "b", "d", "x"])
    assert said.with_options(department="t").transition is None
    assert said.with_options(department="b").transition == "t"


def test_the_columns_to_read_are_those_with_a_role_and_the_extras_each_once():
    assert Mapping("a", "b", None, "d", "a", extras=("x", "b")).columns() == ("a", "b", "d", "x")
    assert FULL.roles["start"] == "inicio ñ"
    assert "department" not in FULL.roles


def test_a_mapping_can_be_written_as_json():
    assert json.loads(json.dumps(FULL.to_dict())) == FULL.to_dict()


def test_a_column_that_the_file_does_not_have_is_named_with_near_ones():
    PLAIN.check(["number", "state", "group", "updated_at"])
    with pytest.raises(UnclearMapping, match=r"no column called 'number'. Did you mean 'Number'[?] .* --case"):
        PLAIN.check(["Number", "state", "group", "updated_at"])
    with pytest.raises(
        UnclearMapping, match=r"no column called 'updated_at'. It has: number, state and group. .* --end"
    ):
        PLAIN.check(["number", "state", "group"])
    with pytest.raises(UnclearMapping, match=r"no column called 'x'.*out of extras"):
        Mapping("a", "b", "c", "d", extras=("a", "x")).check(["a", "b", "c", "d"])


@pytest.mark.parametrize(
    ("roles", "message"),
    [
        ({"activity": "case"}, "for both case and activity, and cannot say both. Name another one with --activity."),
        ({"department": "case"}, """Name another one with --department, or say --department "" if the log has none."""),
        ({"start": "end"}, "Column 'end' is named for both end and start"),
        ({"end": "activity"}, "Name another one with --end."),
    ],
)
def test_a_column_that_is_to_mean_two_things_is_refused(roles, message):
    given = {"case": "case", "activity": "activity", "department": "team", "end": "end"} | roles
    with pytest.raises(UnclearMapping) as caught:
        Mapping(**given).check(["case", "activity", "team", "end"])
    assert message in str(caught.value)


def test_a_team_may_be_a_step_and_a_person_a_team_or_a_case():
    for roles in ({"activity": "team"}, {"resource": "team"}, {"resource": "case"}):
        Mapping(**{"case": "case", "activity": "activity", "department": "team", "end": "end"} | roles).check(
            ["case", "activity", "team", "end"]
        )


def test_options_win_over_the_mapping_and_none_leaves_it_alone():
    changed = FULL.with_options(case="x", start="", department="group", timezone=None)
    assert (changed.case, changed.start, changed.department) == ("x", None, "group")
    assert changed.timezone == "Europe/Oslo"
    assert changed.extras == ("y, z",)
    assert changed.reasons["case"] == "named on the command line"
    assert FULL.with_options(extras=["a"], missing=["?"], timezone="UTC").extras == ("a",)


def test_another_column_of_times_is_understood_anew():
    assert FULL.with_options(end="other").end_format is None
    assert FULL.with_options(end=FULL.end).end_format == "dd/mm/yyyy HH:MM"
    assert FULL.with_options(start="other", start_format="yyyymmdd").start_format == "yyyymmdd"


def test_a_case_cannot_be_taken_away():
    with pytest.raises(UnclearMapping, match=r"Every log needs a column for end .when it was done.. Say --end"):
        PLAIN.with_options(end="")


def test_long_lists_are_cut_short():
    assert listed(["a"]) == "a"
    assert listed(["a", "b", "c"]) == "a, b and c"
    assert listed(["a", "b", "c", "d"], 2) == "a, b and 2 more"
