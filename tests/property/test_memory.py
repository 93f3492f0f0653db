"""What holds of memory whatever the reviews are."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from mizzle.memory import Rules, calibration, language_of_unit, replay, retrievabilities, review

AT = datetime(2026, 1, 1, tzinfo=UTC)
fast = settings(max_examples=50, deadline=None)
logs = st.lists(
    st.tuples(st.sampled_from("ab"), st.integers(1, 4), st.integers(0, 5000)),
    min_size=1,
    max_size=25,
    unique_by=lambda one: one[2],
)


def columns(log):
    return [one[0] for one in log], [one[1] for one in log], [AT + timedelta(hours=one[2]) for one in log]


@fast
@given(logs, st.randoms(use_true_random=False))
def test_the_order_in_which_reviews_are_given_does_not_matter(log, random):
    assert replay(*columns(log)) == replay(*columns(random.sample(log, len(log))))


@fast
@given(logs, st.integers(1, 400))
def test_no_interval_is_above_its_cap(log, most):
    states = replay(*columns(log), rules=Rules(most_days=most))
    assert all(
        state.interval_days <= most and 1 <= state.difficulty <= 10 and state.stability > 0 for state in states.values()
    )


@fast
@given(st.floats(0.001, 1e5), st.lists(st.integers(0, 10**5), min_size=2, max_size=10))
def test_r_falls_with_time_and_stays_a_probability(stability, days):
    found = retrievabilities([stability] * len(days), sorted(days))
    assert (np.diff(found) <= 0).all()
    assert ((found > 0) & (found <= 1)).all()


@fast
@given(st.integers(1, 4), st.integers(1, 300))
def test_a_better_answer_never_leaves_a_weaker_memory(first, days):
    before = review(None, first, AT)
    better = [review(before, rating, AT + timedelta(days=days)).stability for rating in (1, 2, 3, 4)]
    assert better == sorted(better)


@fast
@given(
    st.lists(st.lists(st.floats(0, 1), min_size=3, max_size=3), min_size=5, max_size=12),
    st.randoms(use_true_random=False),
)
def test_the_language_of_a_unit_does_not_depend_on_the_order_of_its_people(table, random):
    plain, mixed = language_of_unit(table), language_of_unit(random.sample(table, len(table)))
    assert abs(plain.value - mixed.value) < 1e-12
    assert 0 <= plain.interval.low <= plain.value <= plain.interval.high <= 1


@fast
@given(logs)
def test_every_review_is_foretold_or_counted_among_those_that_are_not(log):
    keys, ratings, times = columns([*log, ("a", 3, 6000), ("a", 3, 6100)])
    found = calibration(keys, ratings, times)
    assert found.recalled.n + found.first + found.same_day == len(keys)
    assert sum(one.recalled.n for one in found.bins) == found.recalled.n
