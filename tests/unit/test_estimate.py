"""A figure is finite, holds its interval, and is undefined rather than wrong."""

from __future__ import annotations

import math

import pytest

from mizzle.errors import MizzleError, TooManyRejected
from mizzle.estimate import Estimate, Interval


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
