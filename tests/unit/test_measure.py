"""`mizzle measure`: one list, one way to ask, one shape of answer."""

from __future__ import annotations

import argparse
import json
from importlib import import_module
from pathlib import Path

import pytest

from mizzle.answer import Answer, Figure, SetAside, figures_of
from mizzle.cli import _Parser, run
from mizzle.cli.measure import HOLDS_FROM, Measure, Option, measures, parser_of, shown, with_caution
from mizzle.cli.measure.given import names
from mizzle.estimate import Estimate, Interval


def estimate(value, unit="share"):
    return Estimate(value, None if value is None else Interval(value, value), 9, unit, "m/1")


def test_every_measure_has_a_name_of_its_own_and_one_sentence():
    listed = [one for _, one in measures()]
    assert len({one.name for one in listed}) == len(listed) > 0
    assert [one.name for one in listed if one.sentence[-1] != "." or one.sentence.count(". ")] == []


def test_every_measure_is_documented_by_a_function_of_the_library():
    for _, one in measures():
        module, _, function = one.documents.rpartition(".")
        assert getattr(import_module(module), function).__doc__, one.name


def test_the_list_names_them_all(capsys):
    for words in (["measure", "--list"], ["measure"], ["measure", "--help"]):
        assert run(words) == 0
        out = capsys.readouterr().out
        assert all(one.name in out for _, one in measures())
    assert run(["measure", "--list", "--json"]) == 0
    assert {one["name"] for one in json.loads(capsys.readouterr().out)} == {one.name for _, one in measures()}


def test_an_option_of_all_measures_is_one_option():
    """What several measures ask alike has one name, and a name means the column or the number everywhere."""
    kinds = {}
    for _, one in measures():
        for option in one.options:
            kinds.setdefault(option.flag, set()).add((option.metavar, getattr(option.kind, "__name__", "str")))
    shared = (
        "--group",
        "--unit",
        "--date",
        "--seed",
        "--person",
        "--items",
        "--on",
        "--least",
        "--time-unit",
        "--dates",
    )
    assert [flag for flag in shared if len({kind for _, kind in kinds[flag]}) != 1] == []
    units = [option.metavar for _, one in measures() for option in one.options if option.flag == "--unit"]
    assert set(units) == {"COLUMN"}, "--unit is for units of the organisation"


def test_an_unknown_measure_is_answered_with_near_ones(capsys):
    assert run(["measure", "relaese"]) == 2
    assert "Did you mean release?" in capsys.readouterr().err
    assert run(["measure", "zzz"]) == 2
    assert "There is no measure called 'zzz'. See" in capsys.readouterr().err


@pytest.mark.parametrize("name", [one.name for _, one in measures()])
def test_every_measure_has_help(name, capsys):
    with pytest.raises(SystemExit) as ended:
        run(["measure", name, "--help"])
    assert ended.value.code == 0
    assert f"mizzle measure {name}" in capsys.readouterr().out


@pytest.mark.parametrize("name", [one.name for _, one in measures() if one.files])
def test_every_measure_tells_in_a_sentence_that_a_file_is_not_there(name, capsys, tmp_path):
    one = next(one for _, one in measures() if one.name == name)
    missing = str(tmp_path / "missing.csv")
    words = [missing for _ in one.files]
    for option in one.options:
        if option.required:
            values = ("1", "2027-01-01")
            words += [
                option.flag,
                str(next(iter(option.choices))) if option.choices else _fitting(option, missing, values),
            ]
    code = run(["measure", name, *words])
    told = capsys.readouterr()
    assert (code, told.out) == (2, "")
    assert "Traceback" not in told.err
    assert "defect" not in told.err


def _fitting(option, missing, values):
    """Give something that the option takes."""
    for text in (missing, *values):
        try:
            (option.kind or str)(text)
        except (ValueError, argparse.ArgumentTypeError):
            continue
        return text
    return "x"


def test_names_are_given_with_commas_and_once():
    assert names("a,b") == ["a", "b"]
    assert names('"a, b", c [x],d "e"') == ["a, b", "c [x]", 'd "e"']
    for text in ("", "a,a"):
        with pytest.raises(argparse.ArgumentTypeError):
            names(text)


def test_a_measure_may_take_several_files():
    one = Measure("m", "s.", "d", lambda _: None, (Option("--flag", "a flag"),), ("FIRST.csv", "SECOND.csv"))
    told = parser_of(one, _Parser).parse_args(["a", "b", "--flag"])
    assert (told.file.name, told.file_2.name, told.flag) == ("a", "b", True)
    many = Measure("m", "s.", "d", lambda _: None, (), ("FILE...",))
    assert [path.name for path in parser_of(many, _Parser).parse_args(["a", "b"]).files] == ["a", "b"]


def test_an_answer_names_groups_units_and_what_was_set_aside():
    figures = [
        *figures_of({"A": estimate(0.5)}, "share"),
        Figure("n", estimate(3.0, "people")),
        Figure("x", estimate(None)),
    ]
    told = Answer("m", "m/1", "share", figures, [SetAside("late", 2)], ["Look."]).to_dict("1")
    assert told == {
        "measure": "m",
        "method": "m/1",
        "unit": "share",
        "results": [
            {"name": "share[A]", "value": 0.5, "low": 0.5, "high": 0.5, "n": 9},
            {"name": "n", "value": 3.0, "low": 3.0, "high": 3.0, "n": 9, "unit": "people"},
            {"name": "x", "value": None, "low": None, "high": None, "n": 9},
        ],
        "set_aside": [{"reason": "late", "n": 2}],
        "warnings": ["Look."],
        "mizzle": "1",
    }


def test_a_long_answer_is_shown_in_part_and_says_so(capsys):
    many = [Figure("P(alive)", estimate(0.5), str(place)) for place in range(shown.MOST_ROWS + 7)]
    shown.answer(
        Answer("m", "m/1", "", [Figure("r", estimate(2.0)), *many, Figure("x", estimate(None))], [SetAside("late", 2)])
    )
    out = capsys.readouterr().out
    assert "7 more figures are in the answer with --json" in out
    assert "Set aside: 2 late." in out
    assert shown.NOTHING in out


def test_a_long_answer_is_shown_in_part_too_where_figures_of_two_names_take_turns(capsys):
    names = [name for name in ("agreement", "mean") for _ in range(shown.MOST_ROWS + 3)]
    turns = sorted(range(len(names)), key=lambda place: place % (shown.MOST_ROWS + 3))
    shown.answer(Answer("m", "m/1", "", [Figure(names[place], estimate(0.5), str(place)) for place in turns]))
    out = capsys.readouterr().out
    assert "6 more figures are in the answer with --json" in out
    assert (out.count("agreement["), out.count("mean[")) == (shown.MOST_ROWS, shown.MOST_ROWS)


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, shown.NOTHING), (12.0, "12"), (1e9, "1e+09"), (0.00001234, "1.234e-05"), (-3.14159, "-3.142"), (0.0, "0")],
)
def test_numbers_are_shown_with_four_digits(value, text):
    assert shown.number(value) == text


def test_a_screen_of_its_own_width_is_kept(monkeypatch):
    class Terminal(shown.Console):
        def __init__(self, **options):
            super().__init__(**options, force_terminal=True, width=90)

    monkeypatch.setattr(shown, "Console", Terminal)
    assert shown._out().width == 90


def resting_on(n, *, measure="slide", of="", interval=Interval(0.1, 0.9)):  # noqa: B008 - a constant
    return Answer(measure, "m/1", "", [Figure("x", Estimate(0.5, interval, n, "", "m/1"), of)], warnings=["Look."])


def test_an_interval_that_rests_on_too_few_says_so():
    told = with_caution(resting_on(12)).warnings
    assert told == ["Look.", "With 12 ratings the intervals may be too narrow: they are known to hold from 40 on."]
    for enough in (resting_on(40), resting_on(12, interval=None), resting_on(12, of="a"), resting_on(2, measure="nps")):
        assert with_caution(enough) is enough


def test_a_caution_counts_what_the_measure_rests_on():
    def told(measure, *figures):
        ends = Interval(0.1, 0.9)
        made = [Figure(name, Estimate(0.5, ends, n, "", "m/1")) for name, n in figures]
        return with_caution(Answer(measure, "m/1", "", made)).warnings

    assert not told("loyalty", ("r", 1200), ("p", 899))
    assert not told("slide", ("repeat", 160), ("worn_gifts", 28))
    kinds = (("P(leave | unsatisfied)", 63), ("P(leave | satisfied)", 87))
    assert not told("margin-at-risk", ("margin_at_risk", 63), *kinds, ("residual_value", 47))
    assert "With 12 customers of a kind" in told("margin-at-risk", *kinds[:1], ("P(leave | satisfied)", 12))[0]


def test_from_how_many_on_intervals_hold_is_what_the_catalogue_says():
    pages = Path(__file__).parents[2] / "docs" / "reference" / "measures"
    parts = "".join(page.read_text("utf-8") for page in pages.glob("*.md")).split("\n## ")
    said = {part.partition("\n")[0]: part for part in parts}
    for name, (least, _) in HOLDS_FROM.items():
        assert f"{least:,} " in said["loyalty" if name == "loyalty-summary" else name], name
