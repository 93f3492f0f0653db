"""A figure is finite, holds its interval, and is undefined rather than wrong."""

from __future__ import annotations

import math

import numpy as np
import pytest

from mizzle.errors import MizzleError, TooManyRejected
from mizzle.estimate import DIFFERENCE, Estimate, Interval, difference, wilson
from mizzle.journeys.intervals import ratio_interval


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_a_figure_is_finite(value):
    with pytest.raises(ValueError, match="must be finite"):
        Estimate(value, None, 1, "h", "m/1")


def test_an_interval_holds_its_value():
    with pytest.raises(ValueError, match="outside its interval"):
        Estimate(2.0, Interval(0.0, 1.0), 1, "h", "m/1")


def test_an_undefined_value_has_no_interval():
    with pytest.raises(ValueError, match="no interval"):
        Estimate(None, Interval(0.0, 1.0), 0, "h", "m/1")
    assert Estimate(None, None, 0, "h", "m/1").value is None


def test_n_counts():
    with pytest.raises(ValueError, match="n counts"):
        Estimate(1.0, None, -1, "h", "m/1")


def test_an_error_is_its_sentence_and_ends_with_two():
    problem = TooManyRejected(3, 10, "3 of 10 rows cannot be read.")
    assert (str(problem), problem.exit_code) == ("3 of 10 rows cannot be read.", 2)
    assert isinstance(problem, MizzleError)


def share(count, n):
    return Estimate(count / n, wilson(count / n, n), n, "share", "m/1")


@pytest.mark.parametrize(
    ("after", "before", "low", "high"),
    [
        ((56, 70), (48, 80), 0.0524, 0.3339),
        ((9, 10), (3, 10), 0.1705, 0.8090),
        ((6, 7), (2, 7), 0.0582, 0.8062),
        ((5, 56), (0, 29), -0.0381, 0.1926),
        ((0, 10), (0, 20), -0.1611, 0.2775),
        ((0, 10), (0, 10), -0.2775, 0.2775),
        ((10, 10), (0, 20), 0.6791, 1.0),
        ((10, 10), (0, 10), 0.6075, 1.0),
    ],
)
def test_a_difference_of_shares_reproduces_newcombes_table(after, before, low, high):
    found = difference(share(*after), share(*before))
    assert (round(found.interval.low, 4), round(found.interval.high, 4)) == (low, high)
    assert (found.n, found.unit, found.method) == (min(after[1], before[1]), "share", DIFFERENCE)


def test_a_difference_is_after_minus_before_with_both_doubts():
    after = Estimate(10.0, Interval(7.0, 14.0), 5, "h", "m/1")
    before = Estimate(6.0, Interval(3.0, 10.0), 9, "h", "m/1")
    # The lower ends lie 3 and the upper end of the other 4 away, so 5 in all; likewise upwards, 4 and 3.
    wanted = Estimate(4.0, Interval(-1.0, 9.0), 5, "h", "journeys.change/1")
    assert difference(after, before, "journeys.change/1") == wanted
    assert difference(before, after).interval == Interval(-9.0, 1.0)


def test_a_difference_is_undefined_where_one_side_is_and_has_no_interval_where_one_has_none():
    known, alone = Estimate(2.0, Interval(1.0, 3.0), 8, "h", "m/1"), Estimate(5.0, None, 1, "h", "m/1")
    nothing = Estimate(None, None, 0, "h", "m/1")
    assert (difference(known, nothing).value, difference(nothing, known).value) == (None, None)
    assert difference(known, nothing).n == 0
    assert (difference(alone, known).value, difference(alone, known).interval) == (3.0, None)
    assert difference(known, alone).interval is None


def test_figures_of_different_units_have_no_difference():
    with pytest.raises(ValueError, match="in h cannot be compared with one in share"):
        difference(Estimate(2.0, None, 1, "h", "m/1"), share(1, 2))


def test_the_interval_of_a_difference_holds_the_true_one_about_as_often_as_it_says():
    draw, held, tries = np.random.default_rng(7), 0, 1_000
    for _ in range(tries):
        sides = []
        for cases, scale in ((60, 3.0), (90, 2.0)):
            hours = draw.lognormal(0.0, 0.8, cases) * scale  # skewed, as waits are
            ratio = ratio_interval(hours, np.ones(cases))
            sides.append(Estimate(ratio.value, ratio.interval, cases, "h", "m/1"))
        low, high = difference(*sides).interval
        held += low <= math.exp(0.32) <= high
    assert 0.93 <= held / tries <= 0.97
