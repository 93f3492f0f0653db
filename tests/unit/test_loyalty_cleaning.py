"""Transactions made fit: what is set aside is named and counted, and what is left is what was published."""

from __future__ import annotations

import numpy as np
import pytest

from golden.proofs import Absent, rows
from golden.proofs.loyalty import transactions
from mizzle import simulate
from mizzle.answer import SetAside
from mizzle.loyalty import clean, summarise
from mizzle.loyalty.cleaning import UnfitTransactions

DAYS = np.array(["2024-01-01", "2024-01-08", "2024-01-15", "2024-02-05"], "datetime64[D]")


def day(text):
    return np.datetime64(text)


def aside(found):
    return {one.reason: one.n for one in found.set_aside}


def test_the_published_summary_is_made_from_the_transactions():
    try:
        found, published = transactions(), rows("transactions/cdnow_summary_monetary.csv.gz")
    except Absent as absent:
        pytest.skip(f"the data are not on this machine: {absent}")
    ours = {name: place for place, name in enumerate(found.customers)}
    assert len(published) == len(ours) == 2357
    for row in published:
        place = ours[row["ID"]]
        seen = (found.frequency[place], found.recency[place], found.age[place], found.monetary[place])
        assert seen == pytest.approx([float(row[name]) for name in ("x", "t_x", "T", "zbar")], abs=0.0051)
    assert found.held_out.sum() == 1882
    assert found.held_out_for == 39.0
    assert aside(found) == {}


def test_all_that_cannot_be_counted_is_named():
    customers = ["Ann", None, " ", "Ann", "Bo", "Bo", "Cy", "Cy"]
    dates = np.array(
        ["2024-01-01", "2024-01-02", "2024-01-02", "NaT", "2024-01-03", "2024-01-09", "2024-01-04", "2024-03-01"]
    )
    amounts = [5.0, 5.0, 5.0, 5.0, np.nan, 8.0, 1e16, 4.0]
    found = clean(customers, dates.astype("datetime64[D]"), amounts, until=day("2024-02-01"))
    assert found.set_aside == (
        SetAside("transactions without a customer", 2),
        SetAside("transactions without a date that can be read", 1),
        SetAside("transactions after the end of observation, 2024-02-01", 1),
        SetAside("transactions without an amount that can be read", 1),
        SetAside("transactions with an amount beyond reason", 1),
    )
    assert found.customers == ("Ann", "Bo")
    assert found.amount.tolist() == [5.0, 8.0]
    assert found.until == day("2024-02-01")


def test_the_last_day_of_the_file_ends_the_observation():
    found = clean(["Ann", "Bo", None], np.array(["2024-01-01", "2024-01-31", "2024-03-31"], "datetime64[D]"))
    assert found.until == day("2024-01-31")
    assert not found.has_amounts


def test_a_return_takes_back_the_latest_purchase_of_its_amount():
    found = clean(["Ann"] * 4, DAYS, [5.0, 5.0, -5.0, 7.0])
    assert found.day.tolist() == [DAYS[0].item(), DAYS[3].item()]
    assert aside(found) == {"returns, with as many purchases that they take back": 2}


def test_a_return_without_its_purchase_is_set_aside_alone():
    customers = ["Ann", "Ann", "Bo", "Bo"]
    found = clean(customers, DAYS, [-5.0, 5.0, 5.0, -4.0])
    assert found.amount.tolist() == [5.0, 5.0]
    assert aside(found) == {"returns without an earlier purchase of the same amount": 2}


def test_a_return_on_the_day_of_its_purchase_is_matched():
    found = clean(["Ann", "Ann", "Bo"], DAYS[[0, 0, 1]], [-5.0, 5.0, 3.0])
    assert found.customers == ("Bo",)


def test_each_return_takes_one_purchase_only():
    found = clean(["Ann"] * 4, DAYS, [5.0, -5.0, -5.0, 9.0])
    assert aside(found) == {
        "returns, with as many purchases that they take back": 2,
        "returns without an earlier purchase of the same amount": 1,
    }


def test_currencies_are_never_mixed():
    with pytest.raises(
        UnfitTransactions,
        match=r"several currencies, which are never added up: none named \(1\), EUR \(2\), NOK \(1\)\.",
    ):
        clean(["Ann"] * 4, DAYS, [1, 2, 3, 4], currencies=["EUR", "eur", "NOK", None])
    found = clean(["Ann"] * 4, DAYS, [1, 2, 3, 4], currencies=["EUR", "eur", "NOK", None], currency="eur")
    assert found.amount.tolist() == [1, 2]
    assert aside(found) == {"transactions in another currency than asked for": 2}
    assert clean(["Ann"] * 4, DAYS, [1, 2, 3, 4], currencies=["EUR"] * 4).amount.sum() == 10
    with pytest.raises(UnfitTransactions, match="No amount is in USD"):
        clean(["Ann"] * 4, DAYS, [1, 2, 3, 4], currencies=["EUR"] * 4, currency="USD")
    with pytest.raises(UnfitTransactions, match="one value for every transaction"):
        clean(["Ann"] * 4, DAYS, [1, 2, 3, 4], currencies=["EUR"])


def test_rows_that_repeat_are_kept_by_day_and_set_aside_by_the_minute():
    kept = clean(["Ann", "Ann", "Bo"], DAYS[[0, 0, 1]], [5.0, 5.0, 1.0])
    assert kept.amount.tolist() == [5.0, 5.0, 1.0]
    assert "1 rows repeat an earlier one" in kept.notes[0]
    out = clean(["Ann", "Ann", "Bo"], DAYS[[0, 0, 1]], [5.0, 5.0, 1.0], repeated="aside")
    assert out.amount.tolist() == [5.0, 1.0]
    assert aside(out) == {"rows that repeat an earlier one (same customer, day and amount)": 1}
    timed = clean(["Ann", "Ann"], np.array(["2024-01-01T10:30"] * 2, "datetime64[m]"), [5.0, 5.0])
    assert timed.amount.tolist() == [5.0]
    assert aside(timed) == {"rows that repeat an earlier one (same customer, moment and amount)": 1}
    assert clean(["Ann", "Ann"], DAYS[[0, 0]]).notes == ()


def test_an_amount_of_zero_is_a_purchase():
    found = clean(["Ann", "Ann"], DAYS[:2], [0.0, 5.0])
    assert len(found.amount) == 2
    assert found.notes == ("1 purchases have an amount of zero; they count as purchases, of no value.",)


def test_customers_can_be_places_among_names():
    found = clean(np.array([1, -1, 0, 1]), DAYS, names=["Ann", "Bo"])
    assert found.customers == ("Ann", "Bo")
    assert aside(found) == {"transactions without a customer": 1}
    numbers = clean(np.array([7, -1, 3, 7]), DAYS)
    assert numbers.customers == ("3", "7")


def test_nothing_left_says_what_was_set_aside():
    with pytest.raises(UnfitTransactions, match=r"No transaction is left to count\. Set aside: 1 returns without"):
        clean(["Ann"], DAYS[:1], [-5.0])
    with pytest.raises(UnfitTransactions, match="nothing, the file is empty"):
        clean([], np.array([], "datetime64[D]"), [], until=day("2024-01-01"))
    with pytest.raises(UnfitTransactions, match="No transaction has a customer and a date"):
        clean([None], DAYS[:1])
    with pytest.raises(UnfitTransactions, match="one value each"):
        clean(["Ann"], DAYS)


def test_a_day_counts_once_and_its_amounts_are_added():
    moments = np.array(["2024-01-01T08", "2024-01-01T18", "2024-01-08T09", "2024-01-08T10"], "datetime64[h]")
    found = summarise(clean(["Ann"] * 4, moments, [1.0, 2.0, 3.0, 4.0], until=day("2024-01-15")))
    assert (found.frequency[0], found.recency[0], found.age[0], found.monetary[0]) == (1.0, 1.0, 2.0, 7.0)
    days = summarise(clean(["Ann"] * 4, moments, [1.0, 2.0, 3.0, 4.0], until=day("2024-01-15")), "day")
    assert (days.recency[0], days.age[0], days.log_gaps[0]) == (7.0, 14.0, pytest.approx(np.log(7)))


def test_what_comes_after_the_split_is_held_out():
    found = summarise(clean(["Ann", "Ann", "Bo", "Ann"], DAYS[[0, 1, 2, 3]]), "week", split=day("2024-01-10"))
    assert found.customers == ("Ann",)
    assert found.held_out.tolist() == [1.0]
    assert found.held_out_for == pytest.approx(26 / 7)
    assert aside(found) == {"customers who first came after the split": 1}


@pytest.mark.parametrize("split", ["2023-12-31", "2024-02-05"])
def test_a_split_leaves_something_on_both_sides(split):
    with pytest.raises(UnfitTransactions, match="The split must lie between"):
        summarise(clean(["Ann"] * 4, DAYS), split=day(split))


def test_time_is_counted_in_known_units():
    with pytest.raises(UnfitTransactions, match="day, week"):
        summarise(clean(["Ann"] * 4, DAYS), "month")


def test_drawn_transactions_have_the_parameters_that_they_were_drawn_with():
    table = simulate.purchases(4000, np.random.default_rng(1))
    dates, amounts = table["date"].to_numpy(), table["amount"].to_numpy()
    found = summarise(clean(table["customer"].to_pylist(), dates, amounts, until=day("2023-12-30")))
    assert len(found.customers) == 4000
    from mizzle.loyalty import bg_nbd, gamma_gamma

    model, money = bg_nbd(found.frequency, found.recency, found.age), gamma_gamma(found.frequency, found.monetary)
    for name, value in simulate.CUSTOMERS["bg-nbd"].items():
        assert model.parameters[name].value == pytest.approx(value, rel=0.5)
    assert money.parameters["q"].value == pytest.approx(3.74, rel=0.2)
