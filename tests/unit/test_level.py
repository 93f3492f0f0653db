"""The six levels of service: medians, shares and the gap between two sides, by hand."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mizzle.errors import MizzleError
from mizzle.estimate import Estimate, wilson
from mizzle.level import LEVEL_NAMES, level_of_service, perception_gap, perception_gaps, read_levels

counted = st.lists(st.integers(0, 40), min_size=6, max_size=6)


def test_the_shares_above_and_below_have_wilsons_interval():
    found = level_of_service([1, 2, 3, 4, 5, 6])
    assert (found.n, found.counts) == (21, (1, 2, 3, 4, 5, 6))
    assert found.wished_for == Estimate(15 / 21, wilson(15 / 21, 21), 21, "share", "level.level_of_service/1")
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
    assert perception_gap(high, low) == Estimate(1.5, None, 8, "levels", "level.perception_gap/1")
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


def test_every_level_has_its_share_with_an_interval():
    found = level_of_service([1, 0, 3, 0, 0, 0]).shares
    assert [one.value for one in found] == [0.25, 0, 0.75, 0, 0, 0]
    assert found[2].interval == wilson(0.75, 4)
    assert level_of_service([0] * 6).shares[0].value is None


def test_points_that_one_side_alone_has_rated_are_listed_and_not_averaged():
    served, provider = [0, 0, 8, 0, 0, 0], [0, 0, 0, 0, 8, 0]
    found = perception_gaps(
        {
            "Call": (provider, served),
            "Bill": ([0] * 6, served),
            "Visit": (provider, [0] * 6),
            "Nobody": ([0] * 6, [0] * 6),
        }
    )
    assert list(found.both) == ["Call"]
    assert (found.both["Call"].gap.value, found.both["Call"].seen_higher.value) == (2.0, 1.0)
    assert found.both["Call"].seen_higher.interval.low > 0.5
    assert (found.provider_only, found.served_only) == (("Visit",), ("Bill",))


def test_levels_are_read_by_number_or_by_name():
    assert read_levels(["1", "6.0", "3,0", None, " wished-for ", "UNFORGETTABLE", "wished_for"]).tolist() == [
        1,
        6,
        3,
        0,
        4,
        6,
        4,
    ]
    assert read_levels(list(LEVEL_NAMES)).tolist() == [1, 2, 3, 4, 5, 6]


@pytest.mark.parametrize("word", ["0", "7", "2.5", "great", "1E999999999999", "inf", "nan"])
def test_what_is_no_level_is_refused_with_the_six_names(word):
    with pytest.raises(MizzleError, match="1 Broken, 2 Bare"):
        read_levels([word])
