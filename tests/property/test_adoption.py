"""What holds of taking hold, whatever the series and the crowd."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mizzle.adoption import bass, cascade, critical_mass, practising
from mizzle.simulate.spreading import spreading

few = settings(max_examples=50, deadline=None)
shares = st.lists(st.floats(0, 1.2), min_size=1, max_size=40)


@few
@given(st.lists(st.tuples(*[st.sampled_from([0, 1, 2])] * 3), min_size=1, max_size=30), st.randoms())
def test_the_order_of_people_does_not_matter_and_everybody_twice_keeps_the_share(people, chance):
    mixed = list(people)
    chance.shuffle(mixed)
    one = practising(people).share
    assert practising(mixed).share == one
    assert practising(people * 2).share.value == pytest.approx(one.value)


@few
@given(st.integers(0, 50), st.integers(50, 200))
def test_more_people_never_lower_the_share(many, people):
    one, more = critical_mass(many, people).share, critical_mass(min(many + 1, people), people).share
    assert more.value >= one.value
    assert 0 <= one.interval.low <= one.value <= one.interval.high <= 1


@few
@given(shares, st.integers(0, 39), st.floats(0, 1))
def test_who_waits_for_fewer_never_stops_a_crowd(waits, place, start):
    eager = list(waits)
    eager[place % len(waits)] = 0.0
    assert cascade(eager, start=start).end >= cascade(waits, start=start).end
    assert cascade(waits, start=start).end >= cascade(waits).end
    assert cascade(waits[::-1]).shares == cascade(waits).shares


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 2**32 - 1), st.floats(0.01, 1e6))
def test_a_curve_knows_no_unit_of_adopters(seed, scale):
    series = spreading(20, np.random.default_rng(seed), noise=0.02)
    one, other = bass(series), bass(series * scale)
    assert other.m.value == pytest.approx(scale * one.m.value, rel=1e-4)
    assert other.q.value == pytest.approx(one.q.value, rel=1e-4)
    assert one.m.interval.low < one.m.value < one.m.interval.high


@settings(max_examples=10, deadline=None)
@given(st.floats(0.005, 0.05), st.floats(0.3, 0.8))
def test_without_errors_the_truth_is_found(p, q):
    found = bass(spreading(30, np.random.default_rng(1), p=p, q=q, noise=0.0))
    assert (found.p.value, found.q.value, found.m.value) == pytest.approx((p, q, 1000.0), rel=1e-4)
