"""What holds of survival whatever the durations are."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from mizzle.survival import cox, kaplan_meier, log_rank

fast = settings(max_examples=50, deadline=None)
lives = st.lists(st.tuples(st.integers(0, 20), st.booleans(), st.sampled_from("ab")), min_size=2, max_size=40)


def columns(told):
    return [one[0] for one in told], [one[1] for one in told], [one[2] for one in told]


@fast
@given(lives, st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(told, random):
    t, d, groups = columns(told)
    mixed = columns(random.sample(told, len(told)))
    assert kaplan_meier(t, d) == kaplan_meier(*mixed[:2])
    if len(set(groups)) == 2:
        one, other = log_rank(t, d, groups), log_rank(*mixed)
        assert one.ended == other.ended
        assert (one.p.value is None) == (other.p.value is None)


@fast
@given(lives)
def test_the_curve_falls_from_one_and_never_below_nothing(told):
    shares = [one.value for one in kaplan_meier(*columns(told)[:2]).surviving]
    assert all(1 >= before >= after >= 0 for before, after in zip([1, *shares], shares, strict=False))


@fast
@given(lives)
def test_where_all_end_the_curve_is_the_share_that_lasts_longer(told):
    t = np.array([one[0] for one in told])
    found = kaplan_meier(t, np.ones(len(t)))
    assert np.allclose([one.value for one in found.surviving], [(t > time).mean() for time in found.times])
    assert abs(found.median.value - np.median(t)) < 1e-9


@fast
@given(lives, st.sampled_from([2.0, 0.5, 7.0]))
def test_another_unit_of_time_changes_the_median_alone(told, scale):
    t, d, groups = columns(told)
    plain, other = kaplan_meier(t, d), kaplan_meier(np.array(t) * scale, d)
    assert [one.value for one in plain.surviving] == [one.value for one in other.surviving]
    assert (plain.median.value is None) == (other.median.value is None)
    if plain.median.value is not None:
        assert abs(other.median.value - plain.median.value * scale) < 1e-9
    if len(set(groups)) == 2:
        assert log_rank(t, d, groups).p == log_rank(np.array(t) * scale, d, groups).p


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 1000), st.sampled_from([0.1, 4.0]))
def test_another_unit_of_a_covariate_changes_its_coefficient_alone(seed, scale):
    rng = np.random.default_rng(seed)
    t, x = rng.exponential(size=40), rng.normal(size=(40, 1))
    d = rng.random(40) < 0.8
    plain, other = cox(t, d, x, ["x"]), cox(t, d, scale * x + 3, ["x"])
    assert abs(plain.coefficients["x"].value - scale * other.coefficients["x"].value) < 1e-6
    assert abs(plain.log_likelihood - other.log_likelihood) < 1e-8
