"""Intervals over cases, and Wilson's for shares."""

from __future__ import annotations

import pytest

from mizzle.estimate import wilson
from mizzle.journeys.intervals import RatioSums, not_below_zero, ratio_from_sums, ratio_interval, share_interval


def test_cases_without_events_do_not_count():
    assert ratio_interval([1, 5, 0], [1, 2, 0]) == ratio_interval([1, 5], [1, 2])


def test_one_case_has_a_mean_and_no_interval():
    ratio = ratio_interval([4], [2])
    assert (ratio.value, ratio.interval, not_below_zero(ratio)) == (2.0, None, None)


def test_no_case_has_nothing():
    assert ratio_interval([], []) == (None, None, None)
    assert share_interval(RatioSums(0, 0, 0, 0, 0, 0)) is None


def test_equal_cases_have_no_doubt_even_when_rounding_says_less_than_none():
    ratio = ratio_from_sums(RatioSums(3, 0.3, 3, 0.03 - 1e-18, 0.3, 3))
    assert ratio.interval.low == pytest.approx(0.1)
    assert ratio.interval.high == pytest.approx(0.1)


def test_a_share_of_none_or_all_rests_on_the_number_of_cases():
    assert share_interval(RatioSums(20, 0, 100, 0, 0, 500)) == wilson(0.0, 20)
    assert share_interval(RatioSums(20, 100, 100, 500, 500, 500)).low == pytest.approx(wilson(1.0, 20).low)


def test_a_share_that_every_case_has_alike_rests_on_the_events():
    # ten cases of two events, one of each kind: no spread between cases, but still only twenty events
    assert share_interval(RatioSums(10, 10, 20, 10, 20, 40)) == wilson(0.5, 20)


def test_events_of_one_case_that_are_alike_count_for_less():
    # ten cases of ten events: five all of the kind, five none; that is worth about ten observations, not a hundred
    interval = share_interval(RatioSums(10, 50, 100, 500, 500, 1000))
    assert interval == pytest.approx(wilson(0.5, 9))
    assert interval.high - interval.low > wilson(0.5, 100).high - wilson(0.5, 100).low


@pytest.mark.parametrize(
    ("successes", "n", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_wilson_reproduces_newcombes_table(successes, n, low, high):
    interval = wilson(successes / n, n)
    assert (round(interval.low, 4), round(interval.high, 4)) == (low, high)


def test_a_few_slow_cases_shift_the_interval_upwards():
    even, skewed = ratio_interval([1, 2, 3, 4] * 5, [1] * 20), ratio_interval([1, 1, 1, 7] * 5, [1] * 20)
    assert even.interval.high - even.value == pytest.approx(even.value - even.interval.low)
    assert skewed.interval.high - skewed.value > 1.2 * (skewed.value - skewed.interval.low)


def test_the_interval_holds_its_value_however_skewed_the_cases():
    ratio = ratio_interval([0] * 49 + [1000], [1] * 50)
    assert ratio.interval.low <= ratio.value <= ratio.interval.high
