"""`mizzle measure` of taking hold: answers as JSON, and sentences for what cannot be measured."""

from __future__ import annotations

import pytest

PRACTICE = "person,team,w1,w2,w3\na,North,1,0,1\nb,North,yes,Yes,no\nc,South,0,0,1\nd,South,?,,1\ne,,1,1,1\n"
VCR = "year,sales\n" + "\n".join(
    f"{1979 + t},{n}" for t, n in enumerate([840, 1470, 2110, 4000, 7590, 10950, 10530, 9470, 7790, 5890], 1)
)


def test_practising_people_are_counted_for_all_and_for_each_group(ask_table):
    told, _ = ask_table("practising", PRACTICE, "--windows", "w1,w2,w3", "--group", "team")
    assert told["results"]["practising"]["value"] == 0.75
    assert told["results"]["practising[North]"]["value"] == 1.0
    assert told["results"]["practising[South]"]["n"] == 1
    assert told["set_aside"] == [{"reason": "people with too few windows observed to say", "n": 1}]


def test_a_group_of_which_nothing_is_known_says_so(ask_table):
    text = "team,w1,w2,w3\nNorth,2,1,0\nSouth,,,1\n"
    told, _ = ask_table("practising", text, "--windows", "w1,w2,w3", "--group", "team")
    assert told["warnings"][0].startswith("South: Of nobody")
    alone, _ = ask_table("practising", "team,w1,w2,w3\nNorth,2,1,0\n", "--windows", "w1,w2,w3")
    assert alone["set_aside"] == []


def test_critical_mass_stands_beside_its_band(ask_table):
    told, _ = ask_table("critical-mass", PRACTICE, "--windows", "w1,w2,w3")
    assert (told["results"]["mark"]["value"], told["results"]["band_high"]["value"]) == (0.25, 0.4)
    assert "above the band, but its interval reaches further" in told["warnings"][0]
    assert told["set_aside"][0]["n"] == 1
    sure = "w1,w2,w3\n" + "1,1,1\n" * 40
    told, _ = ask_table("critical-mass", sure, "--windows", "w1,w2,w3")
    assert "with its whole interval" in told["warnings"][0]
    assert told["set_aside"] == []


def test_a_bass_curve_names_its_form(ask_table):
    told, _ = ask_table("bass", VCR, "--adopters", "sales", "--horizon", "2")
    found = told["results"]
    assert found["m"]["value"] == pytest.approx(67981, abs=1)
    assert (found["p"]["value"], found["q"]["value"]) == pytest.approx((0.006594, 0.63809), rel=1e-4)
    assert found["standard_error_m"]["value"] == pytest.approx(3127.5, abs=0.5)
    assert {
        "m[differences]",
        "q[ols]",
        "adopters[period 11]",
        "adopters[period 12]",
        "t_peak",
        "residual_standard_error",
    } <= set(found)
    assert "Form nls" in told["warnings"][0]
    assert told["method"] == "adoption.bass_nls/1"


def test_periods_before_the_start_are_pointed_out(ask_table):
    told, _ = ask_table("bass", VCR.replace("\n", "\n1900,0\n1901,0\n", 1), "--adopters", "sales")
    assert any(one.startswith("The first 2 periods have nobody.") for one in told["warnings"])
    told, _ = ask_table("bass", VCR, "--adopters", "sales")
    assert not any("have nobody" in one for one in told["warnings"])


def test_a_running_total_in_any_order_is_the_same_curve(ask_table):
    one, _ = ask_table("bass", VCR, "--adopters", "sales")
    rows, total = [], 0
    for line in VCR.splitlines()[1:]:
        year, sales = line.split(",")
        total += int(sales)
        rows.append(f"{year},{total}")
    text = "\n".join(["year,total", *reversed(rows)])
    other, _ = ask_table("bass", text, "--adopters", "total", "--cumulative", "--date", "year")
    assert other["results"]["m"]["value"] == pytest.approx(one["results"]["m"]["value"])


def test_a_running_total_that_falls_is_named_with_its_period(ask_table):
    told, code = ask_table("bass", "total\n1\n3\n2.5\n4\n5\n6\n", "--adopters", "total", "--cumulative")
    assert code == 2
    assert "The running total falls in period 3, to 2.5." in told


def test_a_series_alone_in_its_file_is_read(ask_table):
    text = "\n".join(line.split(",")[1] for line in VCR.splitlines())
    told, _ = ask_table("bass", text, "--adopters", "sales", "--form", "ols")
    assert {"a", "b", "c"} <= set(told["results"])


def test_priors_are_given_together(ask_table):
    half = "\n".join(VCR.splitlines()[:6])
    said, code = ask_table("bass", half, "--adopters", "sales")
    assert (code, "not passed its peak" in said) == (2, True)
    told, _ = ask_table("bass", half, "--adopters", "sales", "--prior-p", "0.001,0.05", "--prior-q", "0.2,0.9")
    assert "ranges for p and q" in told["warnings"][1]
    said, code = ask_table("bass", VCR, "--adopters", "sales", "--prior-p", "0.001,0.05")
    assert (code, "together" in said) == (2, True)
    said, code = ask_table("bass", VCR, "--adopters", "sales", "--prior-p", "0.001")
    assert (code, "a range, as LOW,HIGH" in said) == (2, True)


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ("1,2\n2,3\n3,1", "at least 5"),
        ("1,\n2,\n3,", "0 periods"),
        ("1,a\n2,3\n", "is no number"),
        ("1,1E999999999999\n2,3\n", "no number"),
        ("1,5\n2,3\n,4\n3,2\n4,1\n5,1", "place in the series"),
        ("1,0\n2,0\n3,0\n4,0\n5,0\n6,0", "Nobody adopted"),
    ],
)
def test_series_that_have_no_curve_are_refused(ask_table, rows, said):
    told, code = ask_table("bass", f"year,sales\n{rows}\n", "--adopters", "sales", "--date", "year")
    assert (code, said in told) == (2, True)


def test_thresholds_are_a_what_if(ask_table):
    text = "who,waits\n" + "\n".join(f"p{one},{one}" for one in range(100)) + "\nq,\n"
    told, _ = ask_table("thresholds", text, "--threshold", "waits", "--per-cent", "--runs", "50")
    assert told["results"]["end"]["value"] == 1.0
    assert told["results"]["steps"]["value"] == 100
    assert "no measurement" in told["warnings"][0]
    assert told["set_aside"] == [{"reason": "people without a threshold", "n": 1}]
    said, code = ask_table("thresholds", "who,waits\na,\n", "--threshold", "waits")
    assert (code, "Nobody has a threshold" in said) == (2, True)


def test_a_committed_minority_is_a_what_if(ask_table):
    told, _ = ask_table("committed-minority", None, "--people", 40, "--committed", 0.3, "--runs", 5)
    assert told["results"]["carried"]["value"] == 1.0
    assert "no measurement" in told["warnings"][0]
    said, code = ask_table("committed-minority", None, "--people", 40, "--committed", 3)
    assert (code, "a share from 0 to 1" in said) == (2, True)


def test_a_peak_that_is_barely_passed_is_warned_of(ask_table):
    passed = VCR.splitlines()
    told, _ = ask_table("bass", "\n".join(passed[:8]), "--adopters", "sales")
    assert "The peak lies in the last two periods" in " ".join(told["warnings"])
    told, _ = ask_table("bass", VCR, "--adopters", "sales")
    assert "The peak lies in the last two periods" not in " ".join(told["warnings"])
