"""Two groups of levels, kinds of value, departments that rate each other: by hand, and at the edges."""

from __future__ import annotations

import numpy as np
import pytest

from mizzle.errors import MizzleError
from mizzle.level import KINDS, blind_spot, internal_service, superiority, superiority_of_counts
from mizzle.level.internal import reciprocity


def test_half_of_the_ties_count():
    found = superiority([4, 5], [4, 4, 3])
    assert found.probability.value == pytest.approx((2 * 0.5 + 1 + 3) / 6)
    assert (found.higher, found.equal, found.lower) == pytest.approx((4 / 6, 2 / 6, 0))


def test_turning_the_groups_around_turns_the_answer_around():
    a, b = [1, 2, 2, 3, 6] * 6, [3, 4, 4, 5, 5] * 6
    one, other = superiority(a, b).probability, superiority(b, a).probability
    assert one.value == pytest.approx(1 - other.value)
    assert one.interval == pytest.approx((1 - other.interval.high, 1 - other.interval.low))


def test_groups_that_lie_wholly_apart_keep_a_doubt():
    found = superiority([5] * 30, [2] * 30)
    assert (found.probability.value, found.statistic, found.df, found.standard_error) == (1.0, None, None, 0.0)
    assert 0.9 < found.probability.interval.low < 1
    assert found.probability.interval.high == 1.0


def test_groups_that_are_all_alike_are_even_and_keep_a_doubt():
    found = superiority([3] * 30, [3] * 30)
    assert (found.probability.value, found.equal) == (0.5, 1.0)
    assert found.probability.interval.low < 0.4


def test_a_single_answer_has_no_standard_error():
    found = superiority([5], [2, 3, 4])
    assert (found.probability.value, found.standard_error, found.statistic) == (1.0, None, None)
    assert found.probability.interval.low < 0.5


def test_the_interval_of_many_answers_is_that_of_brunner_and_munzel_on_log_odds():
    found = superiority(np.tile([1, 2, 3, 4], 20), np.tile([2, 3, 4, 5], 20))
    low, high = found.probability.interval
    odds = [np.log(one / (1 - one)) for one in (low, found.probability.value, high)]
    assert odds[1] - odds[0] == pytest.approx(odds[2] - odds[1])


@pytest.mark.parametrize("sides", [([], [1]), ([1], [np.nan]), ([np.inf], [1])])
def test_groups_without_answers_are_refused(sides):
    with pytest.raises(MizzleError):
        superiority(*sides)


@pytest.mark.parametrize(
    "sides", [([0, 0], [1, 0]), ([1, 0], [0, 0]), ([1], [1, 0]), ([-1, 2], [1, 0]), ([1, 0], [1, -1]), ([[1]], [[1]])]
)
def test_counts_that_cannot_be_compared_are_refused(sides):
    with pytest.raises(MizzleError):
        superiority_of_counts(*sides)


def test_a_blind_spot_is_the_share_in_the_voice_less_that_in_the_ideas():
    found = blind_spot({"ease_of_getting_it": 3, "attitude": 1}, {"ease_of_getting_it": 1, "price": 1})
    assert list(found) == [*KINDS, "price"]
    assert found["ease_of_getting_it"].blind_spot.value == 0.25
    assert found["price"].blind_spot.value == -0.5
    assert found["relationship"].blind_spot.value == 0
    assert sum(one.blind_spot.value for one in found.values()) == pytest.approx(0)


@pytest.mark.parametrize(
    ("voice", "ideas", "said"),
    [
        ({}, {"ease": 1}, "customers' voice"),
        ({"ease": 1}, {"ease": 0}, "our ideas"),
        ({"ease": -1}, {"ease": 1}, "below zero"),
    ],
)
def test_a_blind_spot_needs_both_sides(voice, ideas, said):
    with pytest.raises(MizzleError, match=said):
        blind_spot(voice, ideas)


def test_departments_rate_each_other_in_a_matrix():
    found = internal_service(
        ["A", "A", "B", "A", None, "B", "C", "C"], ["B", "B", "A", "A", "B", None, "A", "B"], [4, 6, 2, 6, 3, 3, 0, 5]
    )
    assert found.departments == ("A", "B", "C")
    assert found.cells["A", "B"].median == 5.0
    assert list(found.received) == ["A", "B"]
    assert (found.received["B"].n, found.pairs, found.of_themselves) == (3, 1, 1)
    assert (found.reciprocity.value, found.reciprocity.n) == (None, 1)


def test_reciprocity_does_not_depend_on_how_departments_are_sorted():
    rng = np.random.default_rng(3)
    matrix = rng.integers(1, 7, (7, 7)).astype(float)
    matrix[0, 1] = np.nan
    order = rng.permutation(7)
    one, other = reciprocity(matrix), reciprocity(matrix[np.ix_(order, order)])
    assert one.value == pytest.approx(other.value)
    assert one.interval == pytest.approx(other.interval)
    assert one.n == 20


def test_reciprocity_is_the_correlation_of_all_pairs_in_either_order():
    rng = np.random.default_rng(4)
    matrix = rng.normal(size=(6, 6))
    up, down = matrix[np.triu_indices(6, 1)], matrix.T[np.triu_indices(6, 1)]
    expected = np.corrcoef(np.concatenate([up, down]), np.concatenate([down, up]))[0, 1]
    assert reciprocity(matrix).value == pytest.approx(expected)


def test_reciprocity_without_spread_or_with_few_departments_has_no_interval():
    assert reciprocity(np.full((5, 5), 3.0)).value is None
    assert reciprocity([[0, 5, 2], [4, 0, 4], [3, 4, 0]]).interval is None
    symmetric = np.arange(25.0).reshape(5, 5)
    assert reciprocity(symmetric + symmetric.T).interval is None
    star = np.full((5, 5), np.nan)
    star[0, 1:], star[1:, 0] = [1, 2, 3, 4], [2, 1, 3, 5]
    assert reciprocity(star).value is not None
    assert reciprocity(star).interval is None


@pytest.mark.parametrize(
    ("raters", "rated", "levels", "said"),
    [
        (["A"], ["B", "C"], [1], "as many"),
        (["A"], ["B"], [7], "whole number"),
        (["A"], ["A"], [4], "No department"),
        (["A"], ["B"], [2.5], "whole"),
    ],
)
def test_ratings_that_make_no_matrix_are_refused(raters, rated, levels, said):
    with pytest.raises(MizzleError, match=said):
        internal_service(raters, rated, levels)
