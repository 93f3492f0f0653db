"""The six levels of service: medians, shares and the gap between two sides, by hand."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mizzle.errors import MizzleError
from mizzle.estimate import Estimate
from mizzle.journeys import level_of_service, perception_gap
from mizzle.journeys.intervals import wilson

counted = st.lists(st.integers(0, 40), min_size=6, max_size=6)


def test_the_shares_above_and_below_have_wilsons_interval():
    found = level_of_service([1, 2, 3, 4, 5, 6])
    assert (found.n, found.counts) == (21, (1, 2, 3, 4, 5, 6))
    assert found.wished_for == Estimate(15 / 21, wilson(15 / 21, 21), 21, "share", "journeys.level_of_service/1")
    assert found.below_expected.value == 3 / 21


@pytest.mark.parametrize(
    ("counts", "median"),
    [
        ([8, 0, 0, 0, 0, 0], 1.0),
        ([0, 0, 0, 0, 0, 1], 6.0),
        ([0, 0, 4, 4, 0, 0], 3.5),
        ([4, 0, 0, 0, 0, 4], 3.5),
        ([0, 1, 4, 3, 0, 0], 3.0),
        ([0, 0, 3, 0, 4, 0], 5.0),
    ],
)
def test_the_median_is_the_level_in_the_middle(counts, median):
    assert level_of_service(counts).median == median


def test_without_answers_nothing_is_said():
    found = level_of_service([0] * 6)
    assert (found.n, found.median, found.wished_for.value, found.wished_for.interval) == (0, None, None, None)
    full = level_of_service([0, 0, 8, 0, 0, 0])
    assert perception_gap(found, full).value is None
    assert perception_gap(full, found).value is None


def test_the_gap_keeps_its_sign():
    high, low = level_of_service([0, 0, 0, 0, 9, 0]), level_of_service([0, 0, 4, 4, 0, 0])
    assert perception_gap(high, low) == Estimate(1.5, None, 8, "levels", "journeys.perception_gap/1")
    assert perception_gap(low, high).value == -1.5


@pytest.mark.parametrize("counts", [[1, 2, 3], [0, 0, 0, 0, 0, -1], [0] * 7])
def test_what_is_no_count_of_six_levels_is_refused(counts):
    with pytest.raises(MizzleError, match="6 levels"):
        level_of_service(counts)


@given(counted)
def test_the_median_has_half_of_the_answers_on_each_side(counts):
    found = level_of_service(counts)
    if found.n:
        below = sum(counts[: int(found.median - 0.5)])
        above = sum(counts[int(found.median + 0.5) :])
        assert below <= found.n / 2
        assert above <= found.n / 2
        assert 1 <= found.median <= 6
