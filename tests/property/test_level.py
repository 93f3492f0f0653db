"""What holds of levels and of agreement, whatever the answers."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mizzle.agreement import twin_cards, weighted_kappa
from mizzle.errors import MizzleError
from mizzle.level import blind_spot, level_of_service, slide, superiority
from mizzle.level.internal import reciprocity

few = settings(max_examples=50, deadline=None)
levels = st.lists(st.integers(1, 6), min_size=1, max_size=40)
pairs = st.lists(st.tuples(st.integers(1, 6), st.integers(1, 6)), min_size=3, max_size=40)


@few
@given(levels, levels, st.randoms())
def test_the_order_of_answers_does_not_matter(x, y, chance):
    mixed = list(x)
    chance.shuffle(mixed)
    assert superiority(mixed, y) == superiority(x, y)


@few
@given(levels, levels)
def test_only_the_order_of_levels_counts(x, y):
    stretched = {1: 1, 2: 5, 3: 7, 4: 100, 5: 101, 6: 1000}
    one = superiority(x, y)
    assert superiority([stretched[a] for a in x], [stretched[a] for a in y]) == one
    assert one.higher + one.equal + one.lower == pytest.approx(1)
    low, high = one.probability.interval
    assert 0 <= low <= one.probability.value <= high <= 1


@few
@given(levels, levels)
def test_swapping_groups_and_turning_the_scale_are_mirrors(x, y):
    one, other = superiority(x, y), superiority(y, x)
    assert one.probability.value == pytest.approx(1 - other.probability.value)
    assert one.probability.interval.low == pytest.approx(1 - other.probability.interval.high, abs=1e-9)
    assert superiority([-a for a in x], [-a for a in y]).probability.value == pytest.approx(other.probability.value)


@few
@given(levels, levels)
def test_telling_everything_twice_keeps_the_value_and_narrows_the_interval(x, y):
    one, twice = superiority(x, y).probability, superiority(x * 2, y * 2).probability
    assert twice.value == pytest.approx(one.value)
    if len(x) >= 20 and len(y) >= 20 and 0.02 < one.value < 0.98:
        assert twice.interval.high - twice.interval.low < one.interval.high - one.interval.low


@few
@given(levels, levels, st.integers(0, 39))
def test_a_higher_answer_never_makes_a_group_lower(x, y, place):
    raised = list(x)
    raised[place % len(x)] = 6
    assert superiority(raised, y).probability.value >= superiority(x, y).probability.value - 1e-12


@few
@given(st.lists(st.integers(0, 30), min_size=6, max_size=6))
def test_the_shares_of_the_levels_add_up(counts):
    found = level_of_service(counts)
    if found.n:
        assert sum(one.value for one in found.shares) == pytest.approx(1)
        assert found.wished_for.value + found.below_expected.value + found.shares[2].value == pytest.approx(1)


@few
@given(*[st.dictionaries(st.sampled_from("abcd"), st.integers(0, 20), min_size=1)] * 2)
def test_blind_spots_add_up_to_nothing_and_change_sign_with_the_sides(voice, ideas):
    if not sum(voice.values()) or not sum(ideas.values()):
        with pytest.raises(MizzleError):
            blind_spot(voice, ideas)
        return
    one, other = blind_spot(voice, ideas), blind_spot(ideas, voice)
    assert sum(spot.blind_spot.value for spot in one.values()) == pytest.approx(0, abs=1e-9)
    assert all(one[kind].blind_spot.value == pytest.approx(-other[kind].blind_spot.value) for kind in one)


@few
@given(st.integers(4, 8), st.integers(0, 2**32 - 1), st.floats(0.1, 50), st.floats(-100, 100))
def test_reciprocity_knows_no_scale_and_no_names(n, seed, scale, shift):
    rng = np.random.default_rng(seed)
    matrix, order = rng.normal(size=(n, n)), rng.permutation(n)
    one, other = reciprocity(matrix), reciprocity(scale * matrix[np.ix_(order, order)] + shift)
    assert other.value == pytest.approx(one.value, abs=1e-6)
    assert reciprocity(matrix.T).value == pytest.approx(one.value)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_turning_the_scale_turns_the_slide(seed):
    rng = np.random.default_rng(seed)
    y, x = rng.integers(1, 7, 60), rng.integers(1, 5, 60)
    one, other = slide(y, x), slide(7 - y, x)
    assert other.slopes["repeat"].value == pytest.approx(-one.slopes["repeat"].value, abs=1e-6)
    assert slide(10 * y + 3, x).slopes["repeat"].value == pytest.approx(one.slopes["repeat"].value)


@few
@given(pairs)
def test_kappa_knows_no_order_no_shift_and_no_sides(cards):
    a, b = (np.array(side) for side in zip(*cards, strict=True))
    one = weighted_kappa(a, b, "quadratic")
    for other in (
        weighted_kappa(b, a, "quadratic"),
        weighted_kappa(10 * a - 4, 10 * b - 4, "quadratic"),
        weighted_kappa(a[::-1], b[::-1], "quadratic"),
    ):
        assert other.value == (None if one.value is None else pytest.approx(one.value))
    assert one.value is None or -1 <= one.value <= 1


@settings(max_examples=8, deadline=None)
@given(pairs)
def test_no_baseline_depends_on_who_met_whom(cards):
    a, b = (np.array(side) for side in zip(*cards, strict=True))
    one = twin_cards(a, b, rng=np.random.default_rng(1), shuffles=50)
    other = twin_cards(a, np.sort(b), rng=np.random.default_rng(1), shuffles=50)
    assert one.within_one.baseline == other.within_one.baseline
    assert one.signed_gap.value == pytest.approx(other.signed_gap.value)
