"""Amounts by hand, with intervals where there are any, and sentences for what is no amount."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from mizzle.economics import (
    Assumption,
    acquire_or_keep,
    compare,
    cost_of_unsatisfied,
    ledger,
    lock,
    margin_at_risk,
    margin_multiple,
)
from mizzle.economics.amounts import Amount, mean_of, money, product, ratio
from mizzle.economics.customers import WARNING
from mizzle.economics.forecasts import kept
from mizzle.economics.ledgers import _value, key_of
from mizzle.errors import MizzleError
from mizzle.estimate import Estimate, Interval, difference, wilson
from mizzle.simulate.ledgers import leaving_customers

NAN = float("nan")


def rng():
    return np.random.default_rng(1)


def known(value, low=None, high=None, n=30):
    return Estimate(value, None if low is None else Interval(low, high), n, "EUR", "m/1")


def test_every_part_of_a_cost_is_listed_beside_the_sum():
    found = cost_of_unsatisfied(
        minutes=[30, 90, NAN, 60], hourly_rate=40, compensation=[0, 50, 10, 10], rework=[5, 5, 5, 20], currency="NOK"
    )
    assert {name: one.estimate.value for name, one in found.parts.items()} == {
        "staff time": 40.0,
        "compensation": 20.0,
        "rework": 10.0,
    }
    assert found.total.estimate.value == 70.0
    assert (found.total.unit, found.total.estimate.unit, found.set_aside) == ("NOK per case", "NOK per case", 1)
    assert found.total.leaves_out[0] == "the margin that is lost when they leave"
    assert found.total.estimate.interval.low < 70 < found.total.estimate.interval.high


def test_the_margin_at_risk_is_a_part_with_its_own_doubt():
    alone = cost_of_unsatisfied(compensation=[10, 20, 40, 10])
    sure = cost_of_unsatisfied(compensation=[10, 20, 40, 10], margin_at_risk=known(100, 100, 100))
    unsure = cost_of_unsatisfied(compensation=[10, 20, 40, 10], margin_at_risk=known(100, 50, 200))
    assert sure.total.estimate.value == alone.total.estimate.value + 100
    assert sure.total.estimate.interval.high == pytest.approx(alone.total.estimate.interval.high + 100)
    assert unsure.total.estimate.interval.high > sure.total.estimate.interval.high
    assert "the margin that is lost when they leave" not in unsure.total.leaves_out
    assert "staff time" in unsure.total.leaves_out
    assert cost_of_unsatisfied(compensation=[1, 2], margin_at_risk=known(None)).total.estimate.value is None
    assert cost_of_unsatisfied(compensation=[1, 2], margin_at_risk=known(5)).total.estimate.interval is None


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, "No part"),
        ({"minutes": [1]}, "hourly rate"),
        ({"hourly_rate": 3}, "hourly rate"),
        ({"rework": [1], "compensation": [1, 2]}, "different numbers"),
        ({"rework": [-1]}, "below 0"),
        ({"rework": [NAN]}, "No case"),
        ({"rework": [1e300]}, "amounts of rework is endless"),
    ],
)
def test_costs_that_are_none_are_refused(given, said):
    with pytest.raises(MizzleError, match=said):
        cost_of_unsatisfied(**given)


def test_the_margin_at_risk_by_hand():
    found = margin_at_risk(
        [1, 1, 1, 1, 0, 0, 0, 0, 1], [1, 1, 1, 0, 1, 0, 0, 0, 1], [100, 200, 100, 200, 9, 9, 9, 9, NAN]
    )
    assert (found.leave_unsatisfied.value, found.leave_satisfied.value) == (0.75, 0.25)
    assert found.excess == difference(found.leave_unsatisfied, found.leave_satisfied, "economics.margin_at_risk/1")
    assert (found.per_customer.estimate.value, found.in_all.estimate.value) == (75.0, 300.0)
    assert found.in_all.estimate.interval.low == pytest.approx(4 * found.per_customer.estimate.interval.low)
    assert (found.risk_ratio.value, found.set_aside) == (pytest.approx(3.0), 1)
    assert (found.per_customer.currency, found.per_customer.period) == ("EUR", "per customer")
    assert found.per_customer.leaves_out


def test_the_value_can_be_that_of_all():
    found = margin_at_risk([1, 1, 0, 0], [1, 1, 0, 0], [100, 100, 300, 300], value_of="all")
    assert found.residual_value.value == 200
    assert found.per_customer.estimate.value == 200


def test_shares_of_0_have_no_ratio_or_no_interval_of_one():
    nobody = margin_at_risk([1, 1, 0, 0], [1, 0, 0, 0], [1, 2, 3, 4])
    assert nobody.risk_ratio.value is None
    turned = margin_at_risk([1, 1, 0, 0], [0, 0, 1, 0], [1, 2, 3, 4])
    assert (turned.risk_ratio.value, turned.risk_ratio.interval) == (0.0, None)
    assert turned.per_customer.estimate.value == -0.75
    low, high = turned.per_customer.estimate.interval
    assert low < -0.75 < high


def test_one_unsatisfied_customer_has_no_interval_and_equal_values_have_that_of_the_shares():
    alone = margin_at_risk([1, 0, 0], [1, 0, 1], [100, 1, 1])
    assert (alone.per_customer.estimate.value, alone.per_customer.estimate.interval) == (50.0, None)
    assert alone.in_all.estimate.interval is None
    equal = margin_at_risk([1, 1, 1, 0, 0, 0], [1, 1, 0, 0, 0, 1], [10] * 6)
    assert equal.per_customer.estimate.interval.high == pytest.approx(10 * equal.excess.interval.high)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (([1, 1], [1, 0], [1, 2]), "No customer is satisfied"),
        (([0, 0], [1, 0], [1, 2]), "No customer is unsatisfied"),
        (([NAN], [1], [1]), "No customer is unsatisfied"),
        (([2, 0], [1, 0], [1, 2]), "1 and 0"),
        (([1, 0], [1, 7], [1, 2]), "1 and 0"),
        (([1, 0], [1, 0], [1]), "as many"),
        (([1, 0], [1, 0], [1, 1e200]), "endless or beyond"),
    ],
)
def test_customers_that_cannot_be_compared_are_refused(given, said):
    with pytest.raises(MizzleError, match=said):
        margin_at_risk(*given)


def test_the_simulated_margin_at_risk_is_found_again():
    world = leaving_customers(4000, 8000, rng())
    found = margin_at_risk(world.unsatisfied, world.left, world.value).per_customer.estimate
    assert found.value == pytest.approx(world.margin_at_risk, rel=0.06)


def test_winning_is_divided_by_serving():
    found = acquire_or_keep([300, 500, 400, NAN], [90, 110, 100])
    assert found.value == 4.0
    assert found.interval.low < 4 < found.interval.high
    assert acquire_or_keep([300], [100]).interval is None
    assert acquire_or_keep([300, 400], [0, 0]).value is None
    assert acquire_or_keep([300, 400], [0.1, 100]).interval is None
    for sides in (([], [1]), ([1], [NAN]), ([-1], [1])):
        with pytest.raises(MizzleError, match="at least one amount"):
            acquire_or_keep(*sides)


def test_a_multiple_carries_the_interval_of_its_retention():
    share = Estimate(0.8, wilson(0.8, 100), 100, "share", "m/1")
    found = margin_multiple(share, 0.1)
    assert found.value == pytest.approx(0.8 / 0.3)
    assert found.interval.low == pytest.approx(share.interval.low / (1.1 - share.interval.low))
    assert margin_multiple(known(None), 0.1).value is None
    assert margin_multiple(0, 0.1).value == 0
    assert "too low" in WARNING


@pytest.mark.parametrize(
    ("retention", "discount"), [(1.2, 0.5), (-0.1, 0.1), (0.9, -0.1), (1.0, 0.0), (0.9, float("inf"))]
)
def test_retentions_that_are_none_are_refused(retention, discount):
    with pytest.raises(MizzleError):
        margin_multiple(retention, discount)


def test_a_product_reaches_as_far_as_its_factors():
    one, other = known(2.0, 1.0, 4.0), known(10.0, 8.0, 13.0)
    found = product(one, other, 0.0, "EUR", "m/1")
    assert found.interval == pytest.approx((20 - np.hypot(10, 4), 20 + np.hypot(20, 6)))
    assert product(one, other, 1.0, "EUR", "m/1").interval == pytest.approx((20 - 14, 20 + 26))
    turned = product(known(-2.0, -4.0, -1.0), other, 0.0, "EUR", "m/1")
    assert turned.interval == pytest.approx((-found.interval.high, -found.interval.low))
    assert product(known(None), other, 0, "EUR", "m/1").value is None
    assert product(one, known(3.0), 0, "EUR", "m/1").interval is None


def test_a_ratio_has_no_end_where_its_denominator_may_be_nothing():
    assert ratio(known(4.0, 3.0, 5.0), known(2.0, -1.0, 5.0), "x", "m/1").interval is None
    assert ratio(known(4.0, -3.0, 5.0), known(2.0, 1.0, 3.0), "x", "m/1").interval is None
    assert ratio(known(4.0, 3.0, 5.0), known(2.0, 1.9, 4.5), "x", "m/1").interval is None
    assert ratio(known(4.0), known(2.0, 1.0, 3.0), "x", "m/1").interval is None
    assert ratio(known(4.0, 3.0, 5.0), known(-2.0), "x", "m/1").value is None
    assert ratio(known(None), known(2.0), "x", "m/1").value is None
    low, high = ratio(known(4.0, 4.0, 4.0), known(2.0, 1.0, 3.0), "x", "m/1").interval
    assert (low, high) == pytest.approx((4 / 3, 4.0))


def test_a_mean_of_nothing_of_one_and_of_equals_has_no_interval():
    assert mean_of(np.array([]), "EUR", "m/1").value is None
    assert mean_of(np.array([3.0]), "EUR", "m/1").interval is None
    assert mean_of(np.array([3.0, 3.0]), "EUR", "m/1").interval is None
    assert mean_of(np.array([0.0, 0.0]), "EUR", "m/1").value == 0.0
    huge = mean_of(np.array([1e14, 2e14, 4e14]), "EUR", "m/1")
    small = mean_of(np.array([1.0, 2.0, 4.0]), "EUR", "m/1")
    assert huge.interval.high == pytest.approx(1e14 * small.interval.high)
    assert money([NAN, 1], "x")[1] == 1
    assert Amount(small, "EUR", "per year").unit == "EUR per year"


LINES = [Assumption("Hours saved", 80, 100, 150), Assumption("rate", 40, 50, 60), Assumption("cost", 900, 1000, 2000)]


def test_a_ledger_follows_its_formula_and_says_where_the_doubt_comes_from():
    found = ledger(LINES, formula="Hours_saved * rate - cost / 2 * -1 - 0.5 * cost * 2", rng=rng(), leaves_out=["tax"])
    assert found.base.value == 100 * 50 - 1000 / 2
    low, high = found.result.estimate.interval
    assert low < found.result.estimate.value < high
    parts = {name: one.value for name, one in found.contributions.items()}
    assert parts["Hours saved"] > parts["rate"] > parts["cost"]
    assert 0.9 < sum(parts.values()) <= 1.01
    assert found.result.leaves_out == ("tax",)
    assert found.above_zero.value > 0.99
    assert found == ledger(
        LINES, formula="Hours_saved * rate - cost / 2 * -1 - 0.5 * cost * 2", rng=rng(), leaves_out=["tax"]
    )


@pytest.mark.parametrize(("shape", "mean", "variance"), [("triangular", 30, 1400 / 9), ("pert", 25, 500 / 7 * 15 / 10)])
def test_each_shape_has_its_moments(shape, mean, variance):
    found = ledger([Assumption("one", 10, 20, 60)], rng=rng(), shape=shape, draws=200_000)
    assert found.mean.value == pytest.approx(mean, abs=0.1)
    low, high = found.result.estimate.interval
    assert 3 * variance**0.5 < high - low < 4.2 * variance**0.5
    assert found.mean.method == f"economics.ledger_{shape}/1"


def test_assumptions_that_are_sure_add_no_spread():
    found = ledger([Assumption("a", 5, 5, 5), Assumption("b", 1, 2, 3)], rng=rng(), draws=500)
    assert (found.contributions["a"].value, found.base.value) == (0.0, 7.0)
    assert found.contributions["b"].value == pytest.approx(1.0)
    sure = ledger([Assumption("a", 5, 5, 5)], rng=rng(), draws=5)
    assert (sure.result.estimate.interval, sure.contributions["a"].value) == ((5.0, 5.0), 0.0)
    constant = ledger([Assumption("a", 1, 2, 3)], formula="4", rng=rng(), draws=5)
    assert constant.base.value == 4


@pytest.mark.parametrize(
    ("lines", "given", "said"),
    [
        ([], {}, "no assumption"),
        ([Assumption("a", 1, 2, 3), Assumption("a", 1, 2, 3)], {}, "another name"),
        ([Assumption(" ", 1, 2, 3)], {}, "another name"),
        ([Assumption("a", 1, 4, 3)], {}, "between low and high"),
        ([Assumption("a", 1, NAN, 3)], {}, "are needed"),
        ([Assumption("a", 1, 2, 1e16)], {}, "are needed"),
        ([Assumption("a", 0, 0, 0)], {"formula": "1 / a"}, "divides by 0"),
        ([Assumption("a", 1e14, 1e14, 1e14)], {"formula": "a * a * a"}, "larger than"),
        ([Assumption("a", 1, 2, 3)], {"formula": "b"}, "these names: a"),
        ([Assumption("a", 1, 2, 3)], {"formula": "a **"}, "cannot be read"),
        ([Assumption("a", 1, 2, 3)], {"formula": "a ** 99"}, "cannot be read"),
        ([Assumption("a", 1, 2, 3)], {"formula": "__import__('os')"}, "cannot be read"),
        ([Assumption("a", 1, 2, 3)], {"formula": "True"}, "cannot be read"),
        ([Assumption("a", 1, 2, 3)], {"formula": "a + " * 600 + "a"}, "cannot be read"),
        ([Assumption("a", 1, 2, 3)], {"formula": "a\0"}, "cannot be read"),
        ([Assumption("a", 1, 2, 3)], {"formula": ""}, "cannot be read"),
        ([Assumption("a", 1, 2, 3)], {"shape": "flat"}, "no shape"),
        ([Assumption("a", 1, 2, 3)], {"draws": 0}, "at least once"),
        ([Assumption("a", 1, 2, 3)], {"draws": 10**9}, "at most"),
    ],
)
def test_ledgers_that_cannot_be_worked_out_are_refused(lines, given, said):
    with pytest.raises(MizzleError, match=said):
        ledger(lines, rng=rng(), **given)


def test_names_are_written_with_underscores_in_a_formula():
    assert [key_of(name) for name in ("a b", "2nd year", "ø-1")] == ["a_b", "_2nd_year", "ø_1"]
    with pytest.raises(MizzleError):
        _value(None, {})


def test_a_locked_forecast_is_compared_with_what_came():
    locked = lock("fewer complaints", known(100, 60, 150), assumptions=["same volume"])
    came = compare(locked, 160)
    assert (came.error.value, came.relative_error.value, came.is_inside, came.is_unchanged) == (60, 0.6, False, True)
    assert compare(locked, 60).is_inside
    assert compare(lock("none", known(0, -1, 1)), 1).relative_error.value is None
    assert locked == lock("fewer complaints", known(100, 60, 150), assumptions=["same volume"])
    assert len(locked.digest) == 64


@pytest.mark.parametrize(
    "change", [{"low": 10.0}, {"value": 90.0}, {"name": "x"}, {"assumptions": ()}, {"currency": "NOK"}]
)
def test_a_forecast_that_was_bettered_afterwards_is_found_out(change):
    locked = lock("fewer complaints", known(100, 60, 150), assumptions=["same volume"])
    assert not compare(dataclasses.replace(locked, **change), 100).is_unchanged


def test_a_forecast_needs_an_interval_and_an_outcome_a_number():
    for one in (known(100), known(None)):
        with pytest.raises(MizzleError, match="cannot be wrong"):
            lock("x", one)
    with pytest.raises(MizzleError, match="no number"):
        compare(lock("x", known(1, 0, 2)), NAN)


def test_forecasts_that_came_true_are_counted():
    locked = lock("x", known(1, 0, 2))
    found = kept([compare(locked, one) for one in (0.5, 1.5, 7.0, 1.0)])
    assert (found.value, found.n) == (0.75, 4)
    assert kept([]).value is None
