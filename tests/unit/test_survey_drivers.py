"""Drivers, shares, scores and weights: by hand, by the long way round, and at their limits."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest

from mizzle import survey
from mizzle.errors import MizzleError
from mizzle.estimate import wilson
from mizzle.simulate import drivers_and_outcome, scale_answers
from mizzle.survey import drivers, orderings, resampling
from mizzle.survey.promoters import _distance

NAN = float("nan")


@pytest.fixture
def rng():
    return np.random.default_rng(7)


def table(rng, n, p):
    return rng.standard_normal((n, p + 1)) @ rng.standard_normal((p + 1, p + 1))


def long_way(x, y):
    """R² of every subset by least squares, and the mean over all orders of what a predictor adds."""
    p = x.shape[1]

    def r2(places):
        design = np.column_stack([np.ones(len(y)), x[:, sorted(places)]])
        left = y - design @ np.linalg.lstsq(design, y, rcond=None)[0]
        return 1 - left @ left / ((y - y.mean()) @ (y - y.mean()))

    orders = list(itertools.permutations(range(p)))
    parts = [
        np.mean([r2(order[: order.index(place) + 1]) - r2(order[: order.index(place)]) for order in orders])
        for place in range(p)
    ]
    last = [r2(range(p)) - r2(set(range(p)) - {place}) for place in range(p)]
    return np.array(parts), np.array(last), r2(range(p))


def test_parts_are_the_mean_over_all_orders(rng):
    rows = table(rng, 60, 4)
    found = survey.importance(rows[:, 4], rows[:, :4], list("abcd"), rng=rng, replicates=0)
    parts, last, whole = long_way(rows[:, :4], rows[:, 4])
    np.testing.assert_allclose([one.value for one in found.lmg.values()], parts)
    np.testing.assert_allclose(list(found.last.values()), last)
    assert found.r2.value == pytest.approx(whole)
    for way in ("genizi", "pratt", "car"):
        assert sum(getattr(found, way).values()) == pytest.approx(whole)
    assert sum(one.value for one in found.shares.values()) == pytest.approx(1.0)
    assert found.lmg["a"].interval is None
    assert (found.replicates, found.permutations, found.is_collinear) == (0, 0, False)
    assert found.performance["b"].value == pytest.approx(rows[:, 1].mean())


def test_predictors_that_are_made_of_others_share_what_they_have_in_common(rng):
    rows = table(rng, 80, 2)
    x = np.column_stack([rows[:, :2], rows[:, 0], rows[:, 0] + rows[:, 1]])
    found = survey.importance(rows[:, 2], x, list("abcd"), rng=rng, replicates=300)
    parts, last, whole = long_way(x, rows[:, 2])
    np.testing.assert_allclose([one.value for one in found.lmg.values()], parts, atol=1e-9)
    np.testing.assert_allclose(list(found.last.values()), last, atol=1e-9)
    assert found.is_collinear
    assert found.r2.value == pytest.approx(whole)
    assert found.lmg["a"].value == pytest.approx(found.lmg["c"].value)
    assert all(np.isfinite(one.interval).all() for one in found.lmg.values())


def test_intervals_rest_on_samples_drawn_again(rng):
    x, y = drivers_and_outcome(rng, 300, [[1, 0.3, 0.5], [0.3, 1, 0.3], [0.5, 0.3, 1]], [-1, 0, 1])
    found = survey.importance([*y, NAN], [*x, [1, NAN]], rng=np.random.default_rng(1))
    again = survey.importance([*y, NAN], [*x, [1, NAN]], rng=np.random.default_rng(1))
    assert found == again
    assert (found.replicates, found.incomplete) == (1000, 1)
    for one in (found.r2, *found.lmg.values(), *found.shares.values(), *found.correlations.values()):
        assert one.interval.low <= one.value <= one.interval.high
    assert survey.importance(y, x, rng=rng, replicates=50).lmg["1"].interval is None


def test_more_predictors_than_subsets_can_be_counted_are_drawn_in_orders(rng, monkeypatch):
    rows = table(rng, 200, 6)
    exact = survey.importance(rows[:, 6], rows[:, :6], rng=rng, replicates=0)
    monkeypatch.setattr(drivers, "MOST_PREDICTORS", 5)
    monkeypatch.setattr(orderings, "CELLS", 36 * 1000)
    drawn = survey.importance(rows[:, 6], rows[:, :6], rng=rng)
    for name, one in exact.lmg.items():
        assert drawn.lmg[name].value == pytest.approx(one.value, abs=0.01)
    assert (drawn.permutations, drawn.replicates) == (4096, 0)
    assert drawn.lmg["1"].interval is None


def test_bags_add_up_to_all_rows(rng, monkeypatch):
    rows = rng.standard_normal((103, 3))
    with_one = np.column_stack([rows, np.ones(103)])
    assert resampling.bags(rows, rng).shape == (103, 4, 4)
    monkeypatch.setattr(resampling, "BAGS", 10)
    few = resampling.bags(rows, rng)
    assert len(few) <= 10
    np.testing.assert_allclose(few.sum(axis=0), with_one.T @ with_one)


def test_a_bag_is_drawn_as_poisson_says():
    shares = np.bincount(resampling.TIMES.astype(int)) / len(resampling.TIMES)
    np.testing.assert_allclose(shares, [math.exp(-1) / math.factorial(k) for k in range(9)], atol=2e-5)
    assert resampling.TIMES.mean() == pytest.approx(1, abs=1e-4)


def test_one_predictor_has_it_all(rng):
    x = np.arange(10.0)
    found = survey.importance(x + rng.standard_normal(10), x[:, None], ["only"], rng=rng, replicates=0)
    assert found.lmg["only"].value == pytest.approx(found.r2.value)
    assert found.last["only"] == pytest.approx(found.first["only"])


def test_what_cannot_be_told_apart_is_refused(rng):
    x = np.arange(12.0).reshape(6, 2) ** 2
    for outcome, predictors, message in (
        ([1, 2], x, "2 outcomes and 6 rows"),
        ([1, 2, 3, 4, 5, 5], x[:, [0, 0, 0, 0]], "Only 6 of 6"),
        ([2] * 6, x, "the outcome"),
        ([1, 2, 3, 4, 5, 5], np.ones((6, 2)), "The answer is the same"),
        ([NAN] * 6, x, "Only 0 of 6"),
        ([1, 2, 3, 4, 5, 5], np.ones((6, 0)), "At least 1 items"),
    ):
        with pytest.raises(MizzleError, match=message):
            survey.importance(outcome, predictors, rng=rng)


def test_favourable_shares_by_hand():
    found = survey.favourable([[5, 4], [3, 4], [2, NAN], [4, NAN], [NAN, NAN]], ["help", "pace"])
    assert found.items["help"].value == 0.5
    assert found.items["pace"].value == 1.0
    assert (found.overall.value, found.overall.n, found.people) == (pytest.approx(4 / 6), 6, 4)
    assert found.items["help"].interval == wilson(0.5, 4)


def test_answers_of_one_person_go_together_and_widen_the_interval(rng):
    once = np.where(rng.random((50, 1)) < 0.6, 5.0, 1.0)
    five = np.repeat(once, 5, axis=1)
    assert survey.favourable(five).overall.interval == pytest.approx(survey.favourable(once).overall.interval, abs=0.01)
    apart = scale_answers(rng, 50, [0.0] * 5)
    assert survey.favourable(apart, at_least=0).overall.interval.high < 0.62


def test_shares_of_nothing_and_of_all():
    nobody = survey.favourable([[NAN, NAN]])
    assert (nobody.overall.value, nobody.items["1"].value, nobody.people) == (None, None, 0)
    everybody = survey.favourable([[5, 5], [4, 4]])
    assert everybody.overall.interval == wilson(1.0, 2)
    one = survey.favourable([[5, 1]])
    assert one.overall.interval == wilson(0.5, 1)
    alike = survey.favourable([[5, 1], [1, 5]])
    assert alike.overall.interval == wilson(0.5, 4)


def test_the_response_rate_is_of_those_invited():
    assert survey.response_rate(3, 4).interval == wilson(0.75, 4)
    for answered, invited, message in ((1, 0, "Nobody was invited"), (5, 4, "cannot have answered"), (-1, 4, "cannot")):
        with pytest.raises(MizzleError, match=message):
            survey.response_rate(answered, invited)


def test_scores_of_satisfaction_and_effort():
    assert survey.csat([5, 4, 3, NAN]).value == pytest.approx(2 / 3)
    assert survey.csat([NAN]).value is None
    found = survey.ces([7, 5, 3, NAN])
    assert (found.score.value, found.easy.value) == (5.0, pytest.approx(2 / 3))
    assert found.score.interval == pytest.approx((5 - 4.9683, 5 + 4.9683), abs=1e-3)
    assert survey.ces([4]).score.interval is None
    assert survey.ces([NAN]).score.value is None


def test_the_net_promoter_score_by_hand():
    found = survey.nps([10, 9, 8, 6, 0, NAN])
    assert found.score.value == 0.0
    assert found.standard_error.value == pytest.approx(100 * math.sqrt(0.8 / 5))
    assert (found.promoters.value, found.passives.value, found.detractors.value) == (0.4, 0.2, 0.4)
    low, high = found.score.interval
    assert low == pytest.approx(-high)
    nothing = survey.nps([NAN])
    assert (nothing.score.value, nothing.standard_error.value, nothing.promoters.value) == (None, None, None)


@pytest.mark.parametrize("bad", [11, -1, 7.5])
def test_a_recommendation_is_a_whole_number_from_0_to_10(bad):
    with pytest.raises(MizzleError, match="whole number from 0 to 10"):
        survey.nps([10, bad])


def test_the_ends_of_the_score_are_where_its_test_stops():
    found = survey.nps([10] * 12 + [8] * 5 + [3] * 8).score.interval
    assert _distance(12, 8, 25, found.high / 100) == pytest.approx(1.96, abs=1e-3)
    assert _distance(8, 12, 25, -found.low / 100) == pytest.approx(1.96, abs=1e-3)
    assert _distance(5, 0, 5, 1.0) == math.inf
    assert survey.nps([10] * 5).score.interval.high == 100


def test_weights_bring_the_shares_of_the_roster(rng):
    answered = {"team": rng.choice(list("abc"), 400, p=[0.6, 0.3, 0.1]), "site": rng.choice(["N", "S"], 400)}
    wanted = {"team": {"a": 30, "b": 30, "c": 30, "d": 0}, "site": {"N": 1, "S": 3}}
    found = survey.raking(answered, wanted, trim=None)
    for margin, shares in wanted.items():
        for name, share in shares.items():
            weighted = found.weights[answered[margin] == name].sum() / 400
            assert weighted == pytest.approx(share / sum(shares.values()), abs=1e-8)
    assert found.is_met
    assert found.weights.mean() == pytest.approx(1)
    effective = found.weights.sum() ** 2 / (found.weights**2).sum()
    assert found.n_effective.value == pytest.approx(effective)
    assert found.design_effect.value == pytest.approx(400 / effective)
    assert found.trimmed == 0


def test_weights_stay_within_their_limits(rng):
    answered = {"team": ["a"] * 95 + ["b"] * 5}
    found = survey.raking(answered, {"team": {"a": 0.5, "b": 0.5}}, trim=3)
    assert found.greatest.value == pytest.approx(3)
    assert found.weights.mean() == pytest.approx(1)
    assert (found.trimmed, found.is_met) == (5, False)
    assert found.gap.value == pytest.approx(0.35)


def test_rows_of_an_unknown_category_have_no_weight():
    found = survey.raking({"team": ["a", "b", None, ""]}, {"team": {"a": 1, "b": 1}})
    assert np.isnan(found.weights[2:]).all()
    assert (found.incomplete, found.weights[0]) == (2, 1.0)


def test_margins_that_do_not_fit_are_refused():
    for answered, wanted, trim, message in (
        ({"t": ["a"]}, {"t": {"a": 1}}, 1, "above 1"),
        ({"t": ["a"]}, {"s": {"a": 1}}, 5, "same margins"),
        ({}, {}, 5, "same margins"),
        ({"t": ["a"], "s": ["a", "b"]}, {"t": {"a": 1}, "s": {"a": 1}}, 5, "lengths differ"),
        ({"t": [None]}, {"t": {"a": 1}}, 5, "No row has a category"),
        ({"t": ["a", "b"]}, {"t": {"a": 1}}, 5, "The roster has nobody in these categories of 't': b"),
        ({"t": ["a"]}, {"t": {"a": 1, "b": 2}}, 5, "Nobody answered from these categories of 't': b"),
        ({"t": ["a"]}, {"t": {"a": -1}}, 5, "counts or shares"),
        ({"t": ["a"]}, {"t": {"a": 0}}, 5, "counts or shares"),
    ):
        with pytest.raises(MizzleError, match=message):
            survey.raking(answered, wanted, trim=trim)


def test_margins_that_pull_apart_end_all_the_same(monkeypatch):
    answered = {"team": list("aaab"), "site": list("NNNS")}
    wanted = {"team": {"a": 1, "b": 1}, "site": {"N": 3, "S": 1}}
    assert not survey.raking(answered, wanted).is_met
    monkeypatch.setattr("mizzle.survey.weights.TURNS", 1)
    slow = {"team": list("aabbb"), "site": list("NSNNS")}
    assert not survey.raking(slow, {"team": {"a": 1, "b": 5}, "site": {"N": 1, "S": 2}}).is_met
