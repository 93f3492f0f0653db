"""What holds of amounts, whatever they are."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mizzle.economics import Assumption, cost_of_unsatisfied, ledger, margin_at_risk, margin_multiple

few = settings(max_examples=50, deadline=None)
amounts = st.lists(st.floats(0, 1e6), min_size=2, max_size=30)


@few
@given(amounts, st.floats(0.01, 100), st.randoms())
def test_a_cost_knows_no_order_and_grows_with_its_unit(told, scale, chance):
    mixed = list(told)
    chance.shuffle(mixed)
    one = cost_of_unsatisfied(rework=told).total.estimate
    other = cost_of_unsatisfied(rework=np.array(mixed) * scale).total.estimate
    assert other.value == pytest.approx(one.value * scale, rel=1e-9, abs=1e-9)
    if one.interval is not None and other.interval is not None:
        assert other.interval.high == pytest.approx(one.interval.high * scale, rel=1e-4, abs=1e-6)


@few
@given(st.integers(0, 2**32 - 1), st.floats(0.01, 100))
def test_the_margin_at_risk_grows_with_the_currency(seed, scale):
    rng = np.random.default_rng(seed)
    u = np.array([1, 1, 1, 0, 0, 0, *rng.integers(0, 2, 20)])
    left, value = rng.integers(0, 2, 26), rng.lognormal(3, 1, 26)
    one, other = margin_at_risk(u, left, value), margin_at_risk(u, left, value * scale)
    assert other.per_customer.estimate.value == pytest.approx(one.per_customer.estimate.value * scale)
    twice = margin_at_risk(np.tile(u, 2), np.tile(left, 2), np.tile(value, 2)).per_customer.estimate
    assert twice.value == pytest.approx(one.per_customer.estimate.value)
    swapped = margin_at_risk(1 - u, left, value, value_of="all").per_customer.estimate
    assert swapped.value == pytest.approx(-margin_at_risk(u, left, value, value_of="all").per_customer.estimate.value)


@few
@given(st.floats(0, 0.98), st.floats(0.01, 1), st.floats(0, 0.01))
def test_a_multiple_grows_with_retention_and_falls_with_the_price_of_money(r, i, step):
    assert margin_multiple(r + step, i).value >= margin_multiple(r, i).value
    assert margin_multiple(r, i + step).value <= margin_multiple(r, i).value


@settings(max_examples=20, deadline=None)
@given(st.floats(-100, 100), st.floats(0, 50), st.floats(0, 50), st.sampled_from(["triangular", "pert"]))
def test_the_result_of_one_line_lies_between_its_ends(base, down, up, shape):
    line = Assumption("one", base - down, base, base + up)
    found = ledger([line], rng=np.random.default_rng(1), shape=shape, draws=300)
    low, high = found.result.estimate.interval
    assert line.low - 1e-9 <= low <= high <= line.high + 1e-9
    assert found.base.value == base
