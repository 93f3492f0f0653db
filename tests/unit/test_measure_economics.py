"""`mizzle measure` of money: answers as JSON, and sentences for what cannot be measured."""

from __future__ import annotations

import pytest

CASES = "case,talk,desk,paid,again\n1,10,20,0,5\n2,30,60,50,5\n3,20,40,10,20\n4,,1,2,3\n"


def test_the_parts_of_a_cost_are_listed(ask_table):
    told, _ = ask_table(
        "unsatisfied",
        CASES,
        *("--minutes", "talk,desk", "--rate", 40, "--compensation", "paid", "--rework", "again"),
        *("--margin-at-risk", "80,100,150", "--currency", "NOK"),
    )
    found = {name: one["value"] for name, one in told["results"].items()}
    assert found == {"staff_time": 40, "compensation": 20, "rework": 10, "margin_at_risk": 100, "total": 170}
    assert told["unit"] == "NOK per case"
    assert told["set_aside"] == [{"reason": "cases that lack a part", "n": 1}]
    assert "what they tell others" in told["warnings"][0]


def test_one_part_is_enough(ask_table):
    told, _ = ask_table("unsatisfied", CASES, "--compensation", "paid")
    assert told["results"]["total"]["value"] == 15.5
    assert told["set_aside"] == []


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "at least one part"),
        (("--minutes", "talk"), "hourly rate"),
        (("--compensation", "price"), "no column called 'price'"),
        (("--compensation", "paid", "--margin-at-risk", "many"), "an amount, as VALUE"),
        (("--compensation", "paid", "--margin-at-risk", "9,5,7"), "an amount, as VALUE"),
        (("--compensation", "paid", "--margin-at-risk", "1e30"), "an amount, as VALUE"),
    ],
)
def test_costs_that_cannot_be_told_are_refused(ask_table, words, said):
    told, code = ask_table("unsatisfied", CASES, *words)
    assert (code, said in told) == (2, True)


CUSTOMERS = "complained,gone,worth\nyes,1,100\nyes,1,200\nyes,1,100\nyes,0,200\nno,1,9\nno,0,9\nno,0,9\nno,0,9\n,0,9\n"
RISK = ("--unsatisfied", "complained", "--left", "gone", "--value", "worth")


def test_margin_at_risk_comes_with_its_parts(ask_table):
    told, _ = ask_table("margin-at-risk", CUSTOMERS, *RISK)
    found = {name: one["value"] for name, one in told["results"].items()}
    assert found["margin_at_risk"] == 75
    assert found["margin_at_risk_total"] == 300
    assert (found["P(leave | unsatisfied)"], found["P(leave | satisfied)"]) == (0.75, 0.25)
    assert found["mean_value_left"] == pytest.approx(409 / 4)
    assert told["set_aside"] == [{"reason": "customers that lack one of the three", "n": 1}]
    told, _ = ask_table("margin-at-risk", CUSTOMERS.replace(",0,9\n,0,9", ",0,9"), *RISK, "--value-of", "all")
    assert told["results"]["residual_value"]["value"] < 100


def test_customers_without_a_gap_have_nothing_set_aside(ask_table):
    told, _ = ask_table("margin-at-risk", "complained,gone,worth\n1,1,10\n0,0,10\n", *RISK)
    assert told["set_aside"] == []
    assert told["results"]["risk_ratio"]["value"] is None


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ("1,1,5\n1,0,6", "No customer is satisfied"),
        ("2,1,5\n0,0,6", "1 and 0"),
        ("1,1,a\n0,0,6", "is no number"),
        (",,\n,,", "unsatisfied"),
    ],
)
def test_customers_that_cannot_be_compared_are_refused(ask_table, rows, said):
    told, code = ask_table("margin-at-risk", f"complained,gone,worth\n{rows}\n", *RISK)
    assert (code, said in told) == (2, True)


def test_winning_stands_beside_serving(ask_table):
    told, _ = ask_table(
        "acquire-or-keep", "win,serve\n300,90\n500,110\n400,100\n,100\n", "--acquire", "win", "--serve", "serve"
    )
    assert told["results"]["acquire_or_keep"]["value"] == 4
    assert told["results"]["cost_to_win"]["value"] == 400
    assert told["results"]["cost_to_serve"]["n"] == 4
    said, code = ask_table("acquire-or-keep", "win,serve\n,90\n,80\n", "--acquire", "win", "--serve", "serve")
    assert (code, "at least one amount" in said) == (2, True)


def test_a_multiple_has_its_warning_and_an_interval_where_it_was_counted(ask_table):
    told, _ = ask_table("margin-multiple", None, "--retention", 0.9, "--discount", 0.12)
    assert told["results"]["margin_multiple"]["value"] == pytest.approx(4.0909090909)
    assert told["results"]["margin_multiple"]["low"] is None
    assert "too low" in told["warnings"][0]
    told, _ = ask_table("margin-multiple", None, "--retention", 0.9, "--discount", 0.12, "--customers", 200)
    assert told["results"]["margin_multiple"]["low"] < 4.09 < told["results"]["margin_multiple"]["high"]
    for words in (("--retention", 1.9, "--discount", 0.1), ("--retention", 1.9, "--discount", 0.1, "--customers", 9)):
        said, code = ask_table("margin-multiple", None, *words)
        assert (code, "share from 0 to 1" in said) == (2, True)


LEDGER = "name,low,base,high\nHours saved,80,100,150\nrate,40,50,60\n,,,\n"


def test_a_ledger_is_worked_out_with_a_seed(ask_table):
    told, _ = ask_table("ledger", LEDGER, "--formula", "Hours_saved * rate", "--shape", "pert", "--draws", 2000)
    again, _ = ask_table(
        "ledger", LEDGER, "--formula", "Hours_saved * rate", "--shape", "pert", "--draws", 2000, "--seed", 1
    )
    other, _ = ask_table("ledger", LEDGER, "--formula", "Hours_saved * rate", "--leaves-out", "tax,rent", "--seed", 2)
    assert told == again
    assert told["results"]["base"]["value"] == 5000
    assert told["results"]["contribution[Hours saved]"]["value"] > 0.4
    assert other["warnings"][1] == "Leaves out: tax, rent."
    assert told["results"]["result"]["value"] != other["results"]["result"]["value"]
    added, _ = ask_table("ledger", LEDGER, "--draws", 100)
    assert added["results"]["base"]["value"] == 150


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ("a,1,,3", "are needed"),
        (",1,2,3", "another name"),
        ("a,3,2,1", "between low and high"),
        ("a,x,2,1", "no number"),
    ],
)
def test_ledgers_that_are_not_whole_are_refused(ask_table, rows, said):
    told, code = ask_table("ledger", f"name,low,base,high\n{rows}\nb,1,2,3\n")
    assert (code, said in told) == (2, True)


FORECASTS = "name,value,low,high\nFewer calls,100,60,150\nMore orders,10,5,20\n,1,0,2\n"


def test_forecasts_are_locked_and_later_compared(ask_table):
    told, _ = ask_table("forecast", FORECASTS)
    digests = [sentence.split("sha256 ")[1].split(".")[0] for sentence in told["warnings"]]
    assert told["results"]["forecast[Fewer calls]"]["low"] == 60
    assert told["set_aside"] == [{"reason": "rows that lack a name, a value or an end", "n": 1}]
    rows = f"Fewer calls,100,60,150,160,{digests[0]}\nMore orders,10,5,20,12,{digests[1].upper()}\nLater,1,0,2,,\n"
    later, _ = ask_table(
        "forecast", f"name,value,low,high,came,digest\n{rows}", "--actual", "came", "--digest", "digest"
    )
    found = {name: one["value"] for name, one in later["results"].items()}
    assert found["kept"] == 0.5
    assert (found["error[Fewer calls]"], found["inside[Fewer calls]"], found["inside[More orders]"]) == (60, 0, 1)
    assert later["warnings"] == []
    assert later["set_aside"] == [{"reason": "forecasts of which nothing came yet", "n": 1}]
    bettered = rows.replace("60,150", "60,170")
    later, _ = ask_table(
        "forecast", f"name,value,low,high,came,digest\n{bettered}", "--actual", "came", "--digest", "digest"
    )
    assert later["warnings"] == ["Changed after it was locked, by its digest: Fewer calls."]


def test_without_digests_nobody_can_tell(ask_table):
    told, _ = ask_table("forecast", "name,value,low,high,came\nx,1,0,2,1\n", "--actual", "came")
    assert "nobody can tell" in told["warnings"][0]
    said, code = ask_table("forecast", "name,value,low,high\nx,5,0,2\n")
    assert (code, "between low and high" in said) == (2, True)
