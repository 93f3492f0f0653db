"""`mizzle measure chart`, `runs`, `turns` and `held-gain` as an analyst asks for them."""

from __future__ import annotations

import numpy as np
import pytest

from mizzle.cli import run


@pytest.fixture
def series(tmp_path):
    rng = np.random.default_rng(1)
    days = np.arange("2025-01-01", "2026-03-01", dtype="datetime64[D]")
    level = np.where(days < np.datetime64("2025-07-01"), 10, 15)
    values = level + rng.normal(size=len(days))
    lines = [
        f"{day},{value:.4f},{int(value)},{40 + n % 7},{n // 5}"
        for n, (day, value) in enumerate(zip(days, values, strict=True))
    ]
    lines.reverse()
    path = tmp_path / "series.csv"
    path.write_text("\n".join(["day,value,count,size,week", *lines[:-4], ",1,1,1,", "2026-03-05,,,,"]) + "\n")
    return path


def figures(answer):
    return {one["name"]: one for one in answer["results"]}


def test_a_chart_of_single_values_in_the_order_of_time(ask, series):
    code, answer = ask("chart", series, "--value", "value", "--date", "day", "--baseline", "150")
    assert code == 0
    found = figures(answer)
    assert found["centre"]["value"] == pytest.approx(10, abs=0.3)
    assert found["points_beyond"]["value"] > 100
    assert "beyond[2026-02-28]" in found
    assert list(found).index("beyond[2026-02-28]") < list(found).index("upper_limit")
    assert answer["set_aside"] == [{"reason": "rows that lack a number or a date", "n": 2}]
    assert answer["warnings"] == []


@pytest.mark.parametrize("kind", ["p", "pp", "u", "up"])
def test_a_chart_of_shares_and_rates(ask, series, kind):
    code, answer = ask("chart", series, "--value", "count", "--n", "size", "--kind", kind, "--date", "day")
    assert code == 0
    found = figures(answer)
    assert answer["unit"] == ("share" if kind in ("p", "pp") else "rate")
    assert ("sigma" in found) == (kind in ("pp", "up"))
    assert found["upper_limit[2026-02-28]"]["value"] > found["centre"]["value"]


def test_a_chart_of_counts_warns_where_points_are_few(ask, tmp_path):
    path = tmp_path / "few.csv"
    path.write_text("n\n3\n4\n5\n")
    code, answer = ask("chart", path, "--value", "n", "--kind", "c")
    assert code == 0
    assert figures(answer)["upper_limit"]["value"] == pytest.approx(10)
    assert "3 points" in answer["warnings"][0]


def test_groups_may_be_columns_or_rows(ask, series, tmp_path):
    code, answer = ask("chart", series, "--value", "count,size", "--kind", "xbar")
    assert code == 0
    path = tmp_path / "groups.csv"
    path.write_text("g,x,y\n" + "".join(f"{n // 2},{n % 3},{n % 2}\n" for n in range(24)) + ",1,1\n")
    code, answer = ask("chart", path, "--value", "x", "--group", "g", "--kind", "r")
    assert code == 0
    assert answer["set_aside"] == [{"reason": "rows without a number or a group", "n": 1}]
    path.write_text("g,x\n" + "".join(f"{n // 2},{n % 3}\n" for n in range(24)))
    assert ask("chart", path, "--value", "x", "--group", "g", "--kind", "r")[1]["set_aside"] == []
    path.write_text("g,x\n" + "".join(f"{n // 2},{n % 3}\n" for n in range(23)))
    assert "not of one size" in ask("chart", path, "--value", "x", "--group", "g", "--kind", "xbar")[1]


def test_runs_around_the_median_the_mean_and_a_number(ask, series):
    named = ["--value", "value", "--date", "day"]
    code, answer = ask("runs", series, *named)
    assert code == 0
    assert figures(answer)["signal"]["value"] == 1
    mean = figures(ask("runs", series, *named, "--mean")[1])["centre"]["value"]
    assert 10 < mean < 15
    assert figures(ask("runs", series, *named, "--centre", "12.5")[1])["centre"]["value"] == 12.5
    rate = figures(ask("runs", series, "--value", "count", "--n", "size", "--mean")[1])["centre"]["value"]
    assert 0.2 < rate < 0.4


def test_runs_of_a_few_points_say_nothing(ask, tmp_path):
    path = tmp_path / "few.csv"
    path.write_text("n,size\n3,1\n4,1\n5,0\n")
    code, answer = ask("runs", path, "--value", "n")
    assert code == 0
    assert figures(answer)["signal"]["value"] is None
    assert answer["warnings"]
    assert "not above 0" in ask("runs", path, "--value", "n", "--n", "size")[1]


def test_a_turn_is_dated(ask, series):
    code, answer = ask("turns", series, "--value", "value", "--date", "day")
    assert code == 0
    found = figures(answer)
    assert found["turns"]["value"] == 1
    assert found["step[2025-06-30]"]["value"] == pytest.approx(5, abs=0.4)


def test_a_turn_is_named_by_its_year_or_its_place(ask, tmp_path):
    path = tmp_path / "years.csv"
    path.write_text("year,x\n" + "".join(f"{1990 + n},{(n > 9) * 5 + n % 2}\n" for n in range(20)))
    assert "step[1999]" in figures(ask("turns", path, "--value", "x", "--date", "year")[1])
    assert "step[10]" in figures(ask("turns", path, "--value", "x")[1])


def test_turns_and_gains_of_counts_are_those_of_rates(ask, tmp_path):
    path = tmp_path / "rates.csv"
    rows = [
        f"2025-{month:02}-01,{n * (2 - month % 2)},{10 * (2 - month % 2)}"
        for month, n in zip(range(1, 13), [9] * 6 + [3] * 6, strict=True)
    ]
    path.write_text("\n".join(["month,n,days", *rows, "2026-01-01,3,"]))
    named = [path, "--value", "n", "--n", "days", "--date", "month"]
    assert figures(ask("turns", *named)[1])["step[2025-06-01]"]["value"] == pytest.approx(-0.6)
    found = figures(ask("held-gain", *named, "--since", "2025-07-01", "--window", "92", "--after", "90")[1])
    assert found["gain"]["value"] == pytest.approx(-0.6)


def test_a_gain_is_held(ask, series):
    named = ["--value", "value", "--date", "day", "--since", "2025-07-01"]
    code, answer = ask("held-gain", series, *named)
    assert code == 0
    found = figures(answer)
    assert found["held[90 days]"]["value"] == pytest.approx(1, abs=0.1)
    assert found["held[365 days]"]["value"] is None
    assert answer["warnings"]
    code, answer = ask("held-gain", series, *named[:-1], "2025-07-01T00:00+00:00", "--after", "60")
    assert code == 0
    assert answer["warnings"] == []
    path = series.with_name("whole.csv")
    path.write_text(
        "\n".join(line for line in series.read_text().splitlines() if ",," not in line and not line.startswith(","))
    )
    assert ask("held-gain", path, *named)[1]["set_aside"] == []


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["chart", "--value", "value", "--kind", "p"], "needs the column of sizes"),
        (["chart", "--value", "value", "--n", "size"], "leave out --n"),
        (["chart", "--value", "value", "--kind", "xbar"], "several columns"),
        (["chart", "--value", "value,count"], "one column in --value"),
        (["chart", "--value", "nowhere"], "no column called"),
        (["chart", "--value", "day"], "is no number"),
        (["held-gain", "--value", "value", "--date", "day", "--since", "2020-01-01"], "2 points before"),
    ],
)
def test_what_cannot_be_answered_is_said_in_a_sentence(ask, series, words, says):
    code, said = ask(words[0], series, *words[1:])
    assert code == 2
    assert says in said


def test_days_that_are_none_are_refused(series, capsys):
    with pytest.raises(SystemExit) as left:
        run(
            [
                "measure",
                "held-gain",
                str(series),
                "--value",
                "value",
                "--date",
                "day",
                "--since",
                "2025-07-01",
                "--after",
                "x",
            ]
        )
    assert left.value.code == 2
    assert "--after" in capsys.readouterr().err


def test_a_file_without_a_number_is_refused(ask, tmp_path):
    path = tmp_path / "none.csv"
    path.write_text("day,x\n2026-01-01,\n2026-01-02,na\n")
    assert "no row with all of x" in ask("chart", path, "--value", "x")[1]
    assert "no row with a number" in ask("held-gain", path, "--value", "x", "--date", "day", "--since", "2026-01-01")[1]


def test_days_that_can_be_read_in_two_ways_are_read_as_told(ask, tmp_path):
    path = tmp_path / "series.csv"
    days = [(f"01/{month:02}/2025", f"{month:02}/01/2025") for month in range(1, 13)]
    path.write_text("dmy,mdy,value\n" + "\n".join(f"{one},{other},{n}" for n, (one, other) in enumerate(days)))
    assert "Say --dates dmy or --dates mdy" in ask("chart", path, "--value", "value", "--date", "dmy")[1]
    told = [
        ask("chart", path, "--value", "value", "--date", one, "--dates", one)[1]["results"] for one in ("dmy", "mdy")
    ]
    assert [row["value"] for row in told[0]] == [row["value"] for row in told[1]]
    named = ("--value", "value", "--date", "dmy", "--dates", "dmy", "--since", "2025-06-01", "--window", "92")
    assert ask("held-gain", path, *named, "--after", "90")[0] == 0
