"""Models of customers: what must not matter does not, and what must grow grows."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mizzle import loyalty
from mizzle.simulate import CUSTOMERS, buyers, cohort

quick = settings(max_examples=12, deadline=None)
seeds = st.integers(0, 2**32 - 1)
MODELS = st.sampled_from(["bg-nbd", "pareto-nbd", "mbg-cnbd-k"])


def fit(model, frequency, recency, age):
    if model == "mbg-cnbd-k":
        return loyalty.mbg_cnbd_k(frequency, recency, age, k=1)
    return (loyalty.bg_nbd if model == "bg-nbd" else loyalty.pareto_nbd)(frequency, recency, age)


def drawn(model, seed, customers=600):
    rng = np.random.default_rng(seed)
    return buyers(customers, rng, model=model), rng


@quick
@given(MODELS, seeds)
def test_the_order_of_customers_does_not_matter(model, seed):
    found, rng = drawn(model, seed)
    order = rng.permutation(len(found.age))
    one, other = (fit(model, *(column[places] for column in found[:3])) for places in (order, slice(None)))
    assert one.log_likelihood.value == pytest.approx(other.log_likelihood.value, rel=1e-7)


@quick
@given(MODELS, seeds, st.floats(0.01, 1000))
def test_the_unit_of_time_moves_scales_alone(model, seed, unit):
    (x, tx, age, _), _ = drawn(model, seed)
    weeks, others = fit(model, x, tx, age), fit(model, x, tx * unit, age * unit)
    expected = weeks.log_likelihood.value - x.sum() * np.log(unit)
    assert others.log_likelihood.value == pytest.approx(expected, rel=1e-7, abs=1e-4)
    ahead = [
        loyalty.outlook(one, x, tx * by, age * by, 20 * by).expected_purchases.value
        for one, by in ((weeks, 1), (others, unit))
    ]
    assert ahead[0] == pytest.approx(ahead[1], rel=1e-3)


@quick
@given(MODELS, seeds)
def test_twice_the_customers_leave_parameters_and_halve_variances(model, seed):
    (x, tx, age, _), _ = drawn(model, seed)
    once, twice = fit(model, x, tx, age), fit(model, *(np.tile(one, 2) for one in (x, tx, age)))
    assert twice.log_likelihood.value == pytest.approx(2 * once.log_likelihood.value, rel=1e-7)
    if once.standard_errors["r"] and not once.warnings and not twice.warnings:
        ratio = once.standard_errors["r"] / twice.standard_errors["r"]
        assert ratio == pytest.approx(np.sqrt(2), rel=1e-3)


@quick
@given(MODELS, st.floats(1, 38), st.integers(1, 40), st.floats(0.5, 60))
def test_a_later_purchase_makes_it_likelier_that_a_customer_is_still_one(model, recency, x, horizon):
    known = loyalty.given(model, CUSTOMERS[model])
    rows = ([x, x], [recency, recency + 1], [39, 39])
    early, late = loyalty.p_alive(known, *rows)
    assert 0 <= early <= late <= 1
    soon, later = (loyalty.expected_purchases(known, *rows, one) for one in (horizon, 2 * horizon))
    assert (soon <= later + 1e-12).all()


@quick
@given(st.integers(1, 60), st.floats(5, 50), st.integers(1, 11))
def test_the_more_regular_a_rhythm_the_sooner_silence_tells(x, recency, k):
    shares = [
        loyalty.p_alive(
            loyalty.given("mbg-cnbd-k", {"r": 2.0 * x, "alpha": 2.0 * recency / one, "a": 0.5, "b": 1.5}, k=one),
            *([x], [recency], [recency + 4 * recency / x]),
        )[0]
        for one in (k, k + 1)
    ]
    assert shares[1] <= shares[0] + 1e-9


@quick
@given(seeds, st.floats(0.01, 1000))
def test_the_currency_moves_the_scale_of_amounts_alone(seed, rate):
    found, _ = drawn("bg-nbd", seed)
    one, other = (loyalty.gamma_gamma(found.frequency, found.monetary * by) for by in (1, rate))
    if not one.warnings:
        assert other.parameters["p"].value == pytest.approx(one.parameters["p"].value, rel=1e-4)
        assert loyalty.mean_value(other).value == pytest.approx(rate * loyalty.mean_value(one).value, rel=1e-4)


@quick
@given(seeds, st.integers(1, 6))
def test_more_customers_in_equal_shares_leave_retention_as_it_is(seed, times):
    counts = cohort(400, np.random.default_rng(seed))
    one, other = loyalty.sbg(counts), loyalty.sbg(counts * times)
    assert loyalty.retention(one, 9).value == pytest.approx(loyalty.retention(other, 9).value, abs=1e-4)


@quick
@given(seeds)
def test_rows_that_stand_for_many_are_as_many_rows(seed):
    found = buyers(300, np.random.default_rng(seed), model="bg-bb", time=5)
    rows = np.column_stack(found[:3])
    different, counts = np.unique(rows, axis=0, return_counts=True)
    one = loyalty.bg_bb(*rows.T)
    other = loyalty.bg_bb(*different.T, customers=counts)
    assert one.log_likelihood.value == pytest.approx(other.log_likelihood.value, rel=1e-7)


@quick
@given(seeds)
def test_the_order_of_transactions_does_not_matter(seed):
    rng = np.random.default_rng(seed)
    n = 60
    customers = rng.choice(["Ann", "Bo", "Cy", "Di"], n)
    dates = np.datetime64("2024-01-01") + rng.integers(0, 90, n)
    amounts = rng.choice([5.0, 7.5, 9.0, 12.0], n) + rng.integers(0, 3, n)
    order = rng.permutation(n)
    one = loyalty.summarise(loyalty.clean(customers, dates, amounts))
    other = loyalty.summarise(loyalty.clean(customers[order], dates[order], amounts[order]))
    assert one.customers == other.customers
    assert one.monetary == pytest.approx(other.monetary)
    assert one.frequency.tolist() == other.frequency.tolist()
