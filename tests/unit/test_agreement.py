"""Twin cards and lags: figures by hand, baselines that know that both like fives, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest

from mizzle.agreement import lagged, twin_cards, weighted_kappa
from mizzle.agreement.kappa import paired
from mizzle.errors import MizzleError
from mizzle.simulate.twins import cards, sessions


def rng():
    return np.random.default_rng(1)


def test_kappa_by_hand():
    first, second = [1, 1, 2, 2, 3, 3], [1, 2, 2, 2, 3, 1]
    assert weighted_kappa(first, second, "none").value == pytest.approx((4 / 6 - 1 / 3) / (1 - 1 / 3))
    observed, expected = (1 + 2) / 6, (2 * (0 + 1 * 3 + 2 * 1) + 2 * (2 + 0 + 1) + 2 * (2 * 2 + 3)) / 36
    assert weighted_kappa(first, second).value == pytest.approx(1 - observed / expected)


def test_two_who_always_agree_have_kappa_1_without_an_interval():
    found = weighted_kappa([1, 2, 3, 4], [1, 2, 3, 4])
    assert (found.value, found.interval) == (1.0, None)


def test_two_who_always_say_the_same_one_thing_have_no_kappa():
    assert weighted_kappa([5, 5, 5], [5, 5, 5]).value is None
    cards_of_fives = twin_cards([5, 5, 5, 5], [5, 5, 5, 5], rng=rng())
    assert cards_of_fives.kappa_linear.observed.value is None
    assert cards_of_fives.kappa_linear.as_high is None
    assert cards_of_fives.icc.observed.value is None
    assert cards_of_fives.within_one.observed.value == cards_of_fives.within_one.baseline.value == 1.0
    assert (cards_of_fives.signed_gap.value, cards_of_fives.signed_gap.interval) == (0.0, None)


def test_a_single_pair_and_a_single_odd_one_have_no_interval():
    assert weighted_kappa([1, 2], [1, 3]).interval is None
    assert weighted_kappa([1, 1, 1, 2], [1, 1, 1, 2], "none").interval is None
    assert weighted_kappa([1, 1, 1], [1, 1, 2]).interval is None


def test_both_like_fives_is_no_synchrony():
    draw = rng()
    fives = draw.choice([4.0, 5.0, 6.0], p=[0.2, 0.7, 0.1], size=(2, 300))
    found = twin_cards(*fives, rng=rng())
    assert found.within_one.observed.value > 0.9
    assert found.within_one.baseline.value == pytest.approx(found.within_one.observed.value, abs=0.03)
    assert found.within_one.as_high > 0.05
    assert found.icc.baseline.value == pytest.approx(0, abs=0.02)


def test_servers_who_know_lie_above_the_baseline():
    found = twin_cards(*cards(200, rng(), knowing=0.7), rng=rng())
    for one in (found.kappa_linear, found.kappa_quadratic, found.icc, found.within_one):
        assert one.observed.value > one.baseline.interval.high
        assert one.as_high == pytest.approx(1 / 1001)
    assert (found.n, found.shuffles) == (200, 1000)


def test_the_baseline_is_that_of_partners_drawn_by_lot():
    customers, servers = cards(60, rng(), knowing=0.5)
    found = twin_cards(customers, servers, rng=rng(), shuffles=4000)
    draw = rng()
    near, kappas = [], []
    for _ in range(800):
        partners = draw.permutation(servers)
        near.append(np.mean(np.abs(customers - partners) <= 1))
        kappas.append(weighted_kappa(customers, partners).value)
    assert found.within_one.baseline.value == pytest.approx(np.mean(near), abs=0.01)
    assert found.kappa_linear.baseline.value == pytest.approx(np.mean(kappas), abs=0.01)
    assert found.kappa_linear.baseline.interval.high == pytest.approx(np.quantile(kappas, 0.975), abs=0.04)


def test_the_shuffled_icc_is_that_of_shuffled_cards():
    from mizzle.survey.intraclass import icc_agreement

    customers, servers = cards(40, rng(), knowing=0.5)
    draw = rng()
    by_hand = [icc_agreement(np.column_stack([customers, draw.permutation(servers)])).value for _ in range(400)]
    found = twin_cards(customers, servers, rng=rng()).icc
    assert found.baseline.value == pytest.approx(np.mean(by_hand), abs=0.03)
    assert found.baseline.interval.high == pytest.approx(np.quantile(by_hand, 0.975), abs=0.06)


def test_the_signed_gap_keeps_its_sign_and_leaves_out_single_cards():
    found = twin_cards([3, 4, np.nan, 5, 2], [4, 4, 6, 6, np.nan], rng=rng())
    assert found.signed_gap.value == pytest.approx(2 / 3)
    assert found.n == 3


@pytest.mark.parametrize(
    ("customers", "servers", "said"),
    [
        ([1, 2], [1, 2], "2 whole pairs"),
        ([1, 2, 3], [1, 2], "pair by pair"),
        ([np.nan], [1], "No pair"),
        ([np.inf, 1, 2], [1, 2, 3], "endless"),
        ([1, np.inf, 2], [1, 2, -np.inf], "endless"),
        (np.arange(100) / 7, np.arange(100) / 7, "too many"),
    ],
)
def test_cards_that_are_no_pairs_are_refused(customers, servers, said):
    with pytest.raises(MizzleError, match=said):
        twin_cards(customers, servers, rng=rng())


def test_at_least_one_shuffle_is_needed():
    with pytest.raises(MizzleError, match="at least once"):
        twin_cards([1, 2, 3], [1, 2, 3], rng=rng(), shuffles=0)


def test_the_table_of_pairs_has_a_row_for_each_answer_of_the_first():
    found = paired([2, 5, 5], [2, 2, 5])
    assert found.levels.tolist() == [2, 5]
    assert found.table.tolist() == [[1, 0], [1, 1]]


def test_lagged_correlations_are_those_of_numpy():
    levels, moods = sessions(80, rng(), follows=0.6)
    found = lagged(levels, moods, np.arange(80))
    assert found.same_session.value == pytest.approx(np.corrcoef(levels, moods)[0, 1])
    assert found.level_after_mood.value == pytest.approx(np.corrcoef(levels[1:], moods[:-1])[0, 1])
    assert found.mood_after_level.value == pytest.approx(np.corrcoef(moods[1:], levels[:-1])[0, 1])
    assert found.level_after_mood.interval.low > 0.3
    assert (found.sessions, found.units, found.level_after_mood.n) == (80, 1, 79)


def test_units_do_not_follow_one_another_and_keep_their_own_mean():
    levels, moods = sessions(60, rng())
    one = lagged(levels, moods, np.arange(60))
    shifted = np.concatenate([levels, levels + 10]), np.concatenate([moods, moods - 5])
    two = lagged(*shifted, np.tile(np.arange(60), 2), ["a"] * 60 + ["b"] * 60)
    assert two.same_session.value == pytest.approx(one.same_session.value)
    assert (two.units, two.level_after_mood.n) == (2, 118)


def test_rows_of_one_session_are_averaged_and_order_does_not_matter():
    found = lagged([3, 5, 2, 6, 4], [1, 3, 2, 4, 3], [1, 1, 2, 3, 4])
    other = lagged([4, 2, 6, 3, 5], [3, 2, 4, 1, 3], [4, 2, 3, 1, 1])
    assert found == other
    assert found.sessions == 4


def test_sessions_can_be_instants():
    days = np.array(["2026-01-01", "2026-01-03", "NaT", "2026-01-02", "2026-01-04"], "datetime64[D]")
    found = lagged([1, 3, 9, 2, 5], [2, 4, 9, 3, 1], days)
    assert found.sessions == 4
    assert found.same_session.value == pytest.approx(np.corrcoef([1, 2, 3, 5], [2, 3, 4, 1])[0, 1])


def test_what_does_not_vary_has_no_correlation():
    found = lagged([4, 4, 4], [1, 2, 3], [1, 2, 3])
    assert (found.same_session.value, found.level_after_mood.value) == (None, None)
    alone = lagged([4], [1], [1])
    assert alone.same_session.value is None
    few = lagged([1, 2, 4], [2, 1, 3], [1, 2, 3])
    assert few.same_session.value is not None
    assert few.same_session.interval is None


def test_sessions_without_both_or_of_unequal_length_are_refused():
    with pytest.raises(MizzleError, match="both a level and a mood"):
        lagged([np.nan, 1], [1, np.nan], [1, 2])
    with pytest.raises(MizzleError, match="for each row"):
        lagged([1, 2], [1, 2], [1])
    with pytest.raises(MizzleError, match="endless or beyond"):
        lagged([1, 1e300], [1, 2], [1, 2])
    with pytest.raises(MizzleError, match="endless or beyond"):
        lagged([1, 3], [-1e300, 2], [1, 2])
    with pytest.raises(MizzleError, match="for each row"):
        lagged([1, 2], [1, 2], [1, 2], ["a"])
    with pytest.raises(MizzleError, match="both a level and a mood"):
        lagged([1, 2], [1, 2], [1, 2], [None, None])


def test_a_figure_that_is_undefined_has_a_baseline_and_no_rank():
    from mizzle.agreement.twins import _against
    from mizzle.estimate import Estimate

    assert _against(Estimate(None, None, 3, "", "m/1"), np.array([0.1, 0.3])).as_high is None


def test_tables_by_lot_keep_both_sides_where_answers_are_missing_on_one():
    found = twin_cards([5, 5, 5, 5, 5], [5, 5, 4, 5, 2], rng=rng())
    assert found.within_one.baseline.value == pytest.approx(0.8)
    assert found.kappa_linear.observed.value == pytest.approx(0)
