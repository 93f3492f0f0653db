"""Measures of loyalty in the shell: what is asked, what is answered, and what is refused with a sentence."""

from __future__ import annotations

import json

import numpy as np
import pyarrow.csv
import pyarrow.parquet
import pytest

from golden.proofs.loyalty import DONATIONS
from mizzle import simulate
from mizzle.cli import run

COLUMNS = ("--customer", "customer", "--date", "date", "--amount", "amount")
FAST = ("--samples", "0")


@pytest.fixture(scope="module")
def bought(tmp_path_factory):
    path = tmp_path_factory.mktemp("bought") / "bought.csv"
    pyarrow.csv.write_csv(simulate.purchases(700, np.random.default_rng(1)), path)
    return path


@pytest.fixture
def ask(capsys):
    """Ask a measure; give its answer, or the code and the sentence of a refusal."""

    def asked(*words):
        try:
            code = run(["measure", *(str(word) for word in words), "--json"])
        except SystemExit as ended:
            code = ended.code
        out, err = capsys.readouterr()
        if code:
            assert "Traceback" not in err
            assert "defect" not in err
            return code, " ".join(err.split())
        answer = json.loads(out, parse_constant=lambda name: pytest.fail(f"{name} is no figure"))
        return {one["name"]: one for one in answer["results"]}, answer

    return asked


@pytest.fixture
def write(tmp_path):
    def written(text, name="table.csv"):
        path = tmp_path / name
        path.write_text(text)
        return path

    return written


def summary(path, rows):
    path.write_text("who,x,t_x,T,z\n" + "\n".join(",".join(map(str, row)) for row in rows))
    return path


@pytest.fixture
def summarised(tmp_path):
    drawn = simulate.buyers(500, np.random.default_rng(2))
    rows = [(f"C{place}", int(x), t, age, z) for place, (x, t, age, z) in enumerate(zip(*drawn, strict=True))]
    return summary(tmp_path / "summary.csv", rows)


def test_transactions_say_how_loyal_customers_are(bought, ask):
    found, answer = ask("loyalty", bought, *COLUMNS, "--samples", 20, "--margin", 0.4)
    assert answer["method"] == "loyalty.bg_nbd/1"
    for name in ("r", "alpha", "a", "b", "P(alive)", "expected_purchases", "p", "q", "v", "mean_value"):
        assert found[name]["low"] < found[name]["value"] < found[name]["high"], name
    assert found["residual_value"]["low"] < found["residual_value"]["value"]
    assert found["LL"]["value"] < 0
    assert any("a margin of 0.4" in one for one in answer["warnings"])
    again, _ = ask("loyalty", bought, *COLUMNS, "--samples", 20, "--margin", 0.4)
    assert again["residual_value"] == found["residual_value"]
    other, _ = ask("loyalty", bought, *COLUMNS, "--samples", 20, "--margin", 0.4, "--seed", 2)
    assert other["residual_value"]["low"] != found["residual_value"]["low"]


def test_what_was_held_out_stands_beside_what_was_expected(bought, ask):
    found, answer = ask("loyalty", bought, *COLUMNS, *FAST, "--split", "2023-09-30", "--until", "2023-12-30")
    assert found["held_out_purchases"]["value"] == pytest.approx(found["expected_purchases_total"]["value"], rel=0.5)
    assert any("coming 13 weeks" in one for one in answer["warnings"])


@pytest.mark.parametrize("model", ["pareto-nbd", "mbg-cnbd-k"])
def test_other_models_are_asked_by_name(bought, ask, model):
    found, answer = ask("loyalty", bought, *COLUMNS[:4], "--model", model, "--time-unit", "day", "--horizon", 90)
    assert "residual_value" not in found
    assert any("coming 90 days" in one for one in answer["warnings"])
    assert ("k" in found) == (model == "mbg-cnbd-k")


def test_each_customer_has_figures_where_that_is_asked(bought, ask):
    found, _ = ask("loyalty", bought, *COLUMNS, *FAST, "--per-customer")
    assert found["P(alive)[C000001]"]["value"] <= 1
    assert found["expected_purchases[C000001]"]["value"] > 0
    assert found["residual_value[C000001]"]["value"] > 0
    without, _ = ask("loyalty", bought, *COLUMNS[:4], "--per-customer")
    assert "residual_value[C000001]" not in without


def test_the_cleaning_is_shown_by_itself(bought, ask):
    found, _ = ask("transactions", bought, *COLUMNS, "--per-customer", "--split", "2023-09-30")
    assert found["customers"]["value"] == 700
    assert found["held_out_purchases"]["value"] > 0
    assert found["frequency[C000001]"]["value"] >= 0
    assert found["monetary[C000001]"]["value"] >= 0
    bare, _ = ask("transactions", bought, *COLUMNS[:4], "--per-customer")
    assert "monetary" not in bare
    assert "monetary[C000001]" not in bare


def test_dirt_is_set_aside_and_counted(write, ask):
    path = write(
        "customer;date;amount;currency\n"
        "Ann;03/01/2024;10,50;EUR\n"
        "Ann;17/01/2024;5;EUR\n"
        "Ann;18/01/2024;-5;EUR\n"
        ";18/01/2024;4;EUR\n"
        "Bo;soon;4;EUR\n"
        "Bo;20/01/2024;lots;EUR\n"
        "Bo;25/01/2024;?;EUR\n"
        "Bo;26/01/2024;7;EUR\n"
    )
    found, answer = ask("transactions", path, *COLUMNS)
    assert found["customers"]["value"] == 2
    assert answer["set_aside"] == [
        {"reason": "transactions without a customer", "n": 1},
        {"reason": "transactions without a date that can be read", "n": 1},
        {"reason": "transactions without an amount that can be read", "n": 2},
        {"reason": "returns, with as many purchases that they take back", "n": 2},
    ]


def test_several_currencies_are_asked_about(write, ask):
    rows = "".join(f"C{n},2024-0{1 + n % 3}-1{n % 9},{n + 1},{'EUR' if n % 3 else 'NOK'}\n" for n in range(30))
    path = write("customer,date,amount,Currency\n" + rows)
    code, said = ask("transactions", path, *COLUMNS)
    assert code == 2
    assert "EUR (20), NOK (10). Choose one" in said
    assert "--currency" in said
    found, answer = ask("transactions", path, *COLUMNS, "--currency", "NOK")
    assert found["customers"]["value"] == 10
    assert answer["set_aside"][0]["n"] == 20
    only, _ = ask(
        "transactions", write("customer,date,amount,Currency\nAnn,2024-01-01,5,sek\nAnn,2024-02-01,5,SEK\n"), *COLUMNS
    )
    assert only["monetary"]["unit"] == "SEK"


def test_a_summary_is_enough(summarised, ask):
    names = ("--frequency", "x", "--recency", "t_x", "--age", "T")
    found, _ = ask(
        "loyalty-summary", summarised, *names, "--monetary", "z", *FAST, "--per-customer", "--customer", "who"
    )
    assert found["residual_value"]["value"] > 0
    assert "P(alive)[C3]" in found
    k, _ = ask("loyalty-summary", summarised, *names, "--model", "mbg-cnbd-k", "--k", 2, "--per-customer")
    assert k["k"]["value"] == 2
    assert k["LL"]["value"] is None
    assert "P(alive)[3]" in k
    code, said = ask("loyalty-summary", summarised, *names, "--model", "mbg-cnbd-k")
    assert (code, "Give k" in said) == (2, True)


def test_customers_of_whom_a_number_is_missing_are_set_aside(tmp_path, ask):
    rows = [(n, n % 5, 10 if n % 5 else 0, 39, 5 + n if n % 5 else "") for n in range(60)] + [("x", 1, "?", 39, 5)]
    rows += [("y", 1, 4, 39, "NA")]
    path = summary(tmp_path / "gaps.csv", rows)
    names = ("--frequency", "x", "--recency", "t_x", "--age", "T", "--monetary", "z", *FAST)
    found, answer = ask("loyalty-summary", path, *names)
    assert answer["set_aside"] == [{"reason": "customers of whom a number is missing", "n": 2}]
    assert found["LL"]["n"] == 60


def test_amounts_that_fit_no_model_leave_the_rest(tmp_path, ask):
    rows = [(n, n % 4, 10 if n % 4 else 0, 39, 5) for n in range(80)]
    names = ("--frequency", "x", "--recency", "t_x", "--age", "T", "--monetary", "z")
    found, answer = ask("loyalty-summary", summary(tmp_path / "same.csv", rows), *names, "--per-customer")
    assert "residual_value" not in found
    assert any("All customers spend 5" in one for one in answer["warnings"])


def test_amounts_that_go_with_repeats_are_warned_of(tmp_path, ask):
    rows = [(n, 1 + n % 6, 20 + n % 10, 39, 5 * (1 + n % 6) + n % 3) for n in range(120)]
    rows += [(n, 0, 0, 39, 0) for n in range(200)]
    names = ("--frequency", "x", "--recency", "t_x", "--age", "T", "--monetary", "z", *FAST)
    _, answer = ask("loyalty-summary", summary(tmp_path / "related.csv", rows), *names)
    assert any("go together (correlation" in one for one in answer["warnings"])
    once = [(n, 1 if n < 60 else 0, 20 + n % 10 if n < 60 else 0, 39, 5 + n) for n in range(120)]
    _, plain = ask("loyalty-summary", summary(tmp_path / "once.csv", once), *names, "--horizon", 100)
    assert not any("go together" in one for one in plain["warnings"])
    assert any("more than twice the 39 weeks" in one for one in plain["warnings"])


def test_a_contract_is_a_column_of_counts(write, ask):
    path = write("left\n1000\n631\n468\n382\n326\n289\n262\n241\n")
    found, _ = ask("retention", path, "--customers", "left", "--horizon", 5)
    assert found["alpha"]["value"] == pytest.approx(0.70408, abs=1e-5)
    assert found["beta"]["value"] == pytest.approx(1.18204, abs=1e-5)
    assert found["survival[12]"]["value"] == pytest.approx(0.173, abs=0.005)
    _, answer = ask("retention", write("left\n100\n63.1\n46.8\n"), "--customers", "left")
    assert any("not whole numbers of people" in one for one in answer["warnings"])


def test_rounds_are_histories_with_counts(write, ask):
    rows = "".join(f"{x},{last},6,{n}\n" for x, last, n in DONATIONS)
    path = write("x,t_x,n,donors\n" + rows)
    names = ("--frequency", "x", "--recency", "t_x", "--occasions", "n")
    found, _ = ask("bg-bb", path, *names, "--customers", "donors", "--horizon", 5, "--per-history")
    assert found["alpha"]["value"] == pytest.approx(1.204, abs=0.001)
    assert found["expected_purchases[x=6, t_x=6, n=6]"]["value"] == pytest.approx(3.75, abs=0.01)
    donors = {f"x={x}, t_x={last}, n=6": n for x, last, n in DONATIONS}
    total = sum(n * found[f"expected_purchases[{of}]"]["value"] for of, n in donors.items())
    assert found["expected_purchases_total"]["value"] == pytest.approx(total)
    alive = sum(n * found[f"P(alive)[{of}]"]["value"] for of, n in donors.items()) / sum(donors.values())
    assert found["P(alive)"]["value"] == pytest.approx(alive)
    each, answer = ask("bg-bb", path, *names)
    assert each["alpha"]["n"] == 22
    assert answer["warnings"][-2].startswith("Expected purchases are those of the next occasion;")
    assert answer["warnings"][-1].startswith("With 22 customers the intervals may be too narrow")


def test_parquet_is_read_too(tmp_path, ask):
    path = tmp_path / "bought.parquet"
    pyarrow.parquet.write_table(simulate.purchases(300, np.random.default_rng(3)), path)
    found, _ = ask("transactions", path, *COLUMNS)
    assert found["customers"]["value"] == 300


def test_an_answer_is_a_table_for_people(bought, capsys):
    assert run(["measure", "loyalty", str(bought), *COLUMNS, *FAST]) == 0
    assert "residual_value" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("customer,date,amount\nAnn,2024-01-01,5\nBo,2024-01-05,6\nCy,2024-02-01,7\n", "Nobody bought a second time"),
        ("customer,date,amount\nAnn,2024-01-01,1E999999999999\nBo,2024-01-05,1E999999999999\n", "is no number"),
        ("customer,date,amount\nAnn,2024-01-01,1e400\nBo,2024-01-05,1e400\n", "too large"),
        ("customer,date,amount\nAnn,2024-01-01,five\nBo,2024-01-05,six\n", "is no number"),
        ("customer,date,amount\nAnn,yesterday,5\nBo,today,6\n", "date"),
        ("customer,date,amount\n,2024-01-01,5\n,2024-01-02,5\n", "No transaction has a customer"),
        ("customer,date,amount\nAnn,,5\nBo,,5\n", "No transaction has a customer and a date"),
        ("customer,date,amount\n", "no row"),
        ("who,date,amount\nAnn,2024-01-01,5\nAnn,2024-01-02,5\n", "no column called 'customer'"),
        ("customer,date,amount\nAnn,2024-01-01,-5\nBo,2024-01-02,-5\n", "No transaction is left"),
    ],
)
def test_transactions_that_say_nothing_are_refused_with_a_sentence(text, says, write, ask):
    code, said = ask("loyalty", write(text), *COLUMNS)
    assert code == 2
    assert says in said


@pytest.mark.parametrize(
    "wrong",
    [
        ("--horizon", "0"),
        ("--horizon", "soon"),
        ("--horizon", "1e999"),
        ("--discount", "2"),
        ("--discount", "ten"),
        ("--until", "31.12.2023"),
        ("--until", ""),
        ("--k", "13"),
        ("--samples", "7"),
        ("--samples", "-1"),
        ("--samples", "9999999999999999999999"),
        ("--seed", "x"),
        ("--margin", "nan"),
        ("--margin", "0"),
        ("--split", "2020-01-01"),
        ("--currency", "EUR", *FAST),
        ("--currency-column", "money"),
        ("--until", "2001-01-01"),
    ],
)
def test_options_that_cannot_be_are_refused_with_a_sentence(wrong, bought, ask):
    found, answer = ask("loyalty", bought, *COLUMNS, *wrong)
    if wrong == ("--margin", "0"):
        assert any("margin is a share" in one for one in answer["warnings"])
    elif wrong[0] == "--currency":
        assert found["mean_value"]["unit"] == "EUR"
    else:
        assert found == 2
        assert len(answer) > 20


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("left\n1000\n600\n", "two renewals"),
        ("left\n1000\n600\n700\n", "rises"),
        ("left\n5\n5\n5\n", "Nobody left"),
        ("left\n?\n?\n?\n", "missing"),
        ("left\nmany\nsome\nfew\n", "is no number"),
        ("left\n1000\n-5\n-6\n", "is below 0"),
    ],
)
def test_counts_that_say_nothing_are_refused_with_a_sentence(text, says, write, ask):
    code, said = ask("retention", write(text), "--customers", "left")
    assert code == 2
    assert says in said


def test_rounds_that_say_nothing_are_refused_with_a_sentence(write, ask):
    names = ("--frequency", "x", "--recency", "t_x", "--occasions", "n")
    for text, says in (("x,t_x,n\n0,0,6\n1,7,6\n", "cannot be"), ("x,t_x,n\n0,0,6\n0,0,6\n", "came again")):
        code, said = ask("bg-bb", write(text), *names)
        assert (code, says in said) == (2, True)
    assert ask("bg-bb", write("x,t_x,n\n0,0,6\n"), *names, "--horizon", 0)[0] == 2
