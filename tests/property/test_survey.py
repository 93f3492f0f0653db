"""What must hold of surveys whatever people answer: order, scale, names, doubling, limits."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from mizzle import survey
from mizzle.errors import MizzleError

few = settings(max_examples=50, deadline=None)


def points(rows, columns, high=6):
    return arrays(np.int64, st.tuples(rows, columns), elements=st.integers(1, high)).map(lambda one: one.astype(float))


scales = points(st.integers(5, 30), st.integers(2, 5))


def asked(measure, *given_, **named):
    """Ask, or say that there is nothing to say."""
    try:
        return measure(*given_, **named)
    except MizzleError:
        return None


def shown(one):
    return (one.value, *(one.interval or ()))


@few
@given(scales, st.randoms(use_true_random=False))
def test_alpha_minds_neither_the_order_of_people_nor_that_of_items_nor_the_scale(answers, chance):
    found = asked(survey.alpha, answers)
    if found is None:
        return
    people, items = list(range(len(answers))), list(range(answers.shape[1]))
    chance.shuffle(people)
    chance.shuffle(items)
    turned = survey.alpha(answers[people][:, items] * 10 - 3)
    assert shown(turned.alpha) == pytest.approx(shown(found.alpha), abs=1e-6)
    assert shown(turned.standardised) == pytest.approx(shown(found.standardised), abs=1e-6)
    assert found.alpha.value <= 1
    assert all(-1 <= one.value <= 1 for one in found.item_rest.values() if one.value is not None)


@few
@given(scales)
def test_everybody_twice_has_the_same_alpha_but_for_what_n_minus_1_does_and_a_shorter_interval(answers):
    found = asked(survey.alpha, answers)
    if found is None or found.alpha.interval is None:
        return
    twice = survey.alpha(np.vstack([answers, answers]))
    assert twice.alpha.value == pytest.approx(found.alpha.value, abs=1e-9)
    assert twice.alpha.interval is not None


@few
@given(points(st.integers(12, 30), st.integers(3, 5)))
def test_omega_lies_between_0_and_1_and_minds_no_order(answers):
    found = asked(survey.omega, answers)
    if found is None:
        return
    assert 0 <= found.omega.value <= 1
    again = survey.omega(answers[::-1] * 2 + 1)
    is_scale = all(one.value > 0 for one in survey.item_rest(answers).values())
    if is_scale and not found.is_heywood:  # what is no scale may be read in two ways that are as good
        assert again.omega.value == pytest.approx(found.omega.value, abs=1e-3)


@few
@given(points(st.integers(6, 30), st.just(1)), st.integers(2, 5))
def test_icc_minds_neither_names_nor_order_nor_scale(answers, many):
    values, groups = answers[:, 0], np.arange(len(answers)) % many
    found = asked(survey.icc, values, groups)
    if found is None:
        return
    turned = survey.icc(values[::-1] * 3 + 7, [f"team {code}" for code in groups[::-1]])
    assert shown(turned.icc1) == pytest.approx(shown(found.icc1), abs=1e-6)
    assert found.icc1.value <= 1


@few
@given(points(st.integers(4, 30), st.integers(1, 4), 5))
def test_agreement_inside_a_group_lies_between_0_and_1(answers):
    found = survey.rwg(answers, ["a"] * len(answers), by_chance=2).groups["a"].value
    assert 0 <= found <= 1
    alike = survey.rwg(np.repeat(answers[:1], 5, axis=0), ["a"] * 5, by_chance=2).groups["a"].value
    assert alike == 1
    assert survey.ad(answers, ["a"] * len(answers)).groups["a"].value <= 2
    middle = survey.ad(answers, ["a"] * len(answers), around_median=True).groups["a"].value
    assert middle <= survey.ad(answers, ["a"] * len(answers)).groups["a"].value + 1e-9


@few
@given(points(st.integers(4, 20), st.integers(2, 4), 4), st.sampled_from(["nominal", "ordinal", "interval", "ratio"]))
def test_krippendorff_minds_neither_the_order_of_units_nor_of_raters(ratings, level):
    found = survey.krippendorff(ratings, level=level)
    turned = survey.krippendorff(ratings[::-1, ::-1], level=level)
    if found.alpha.value is None:
        assert turned.alpha.value is None
        return
    assert shown(turned.alpha) == pytest.approx(shown(found.alpha), abs=1e-9)
    assert found.alpha.value <= 1
    if level in ("nominal", "ordinal"):
        stretched = survey.krippendorff(ratings**3, level=level)
        assert stretched.alpha.value == pytest.approx(found.alpha.value)
    if level == "ratio":
        assert survey.krippendorff(ratings * 7, level=level).alpha.value == pytest.approx(found.alpha.value)


@few
@given(points(st.integers(8, 30), st.integers(2, 5)))
def test_parts_add_up_and_mind_neither_scale_nor_order(rows):
    rng = np.random.default_rng(1)
    found = asked(survey.importance, rows[:, -1], rows[:, :-1], rng=rng, replicates=0)
    if found is None:
        return
    parts = np.array([one.value for one in found.lmg.values()])
    assert parts.sum() == pytest.approx(found.r2.value, abs=1e-9)
    assert (parts >= -1e-9).all()
    turned = survey.importance(10 - rows[:, -1] * 2, rows[:, -2::-1] * 5, rng=rng, replicates=0)
    np.testing.assert_allclose([one.value for one in turned.lmg.values()][::-1], parts, atol=1e-8)


@few
@given(st.lists(st.integers(0, 10), min_size=1, max_size=60), st.integers(9, 10))
def test_a_promoter_more_never_lowers_the_score(answers, more):
    found, after = survey.nps(answers).score, survey.nps([*answers, more]).score
    assert after.value >= found.value
    assert after.interval.high >= found.interval.high - 1e-6
    assert -100 <= found.interval.low <= found.value <= found.interval.high <= 100
    twice = survey.nps(answers * 2)
    assert twice.score.value == pytest.approx(found.value)
    assert twice.score.interval.high - twice.score.interval.low <= found.interval.high - found.interval.low + 1e-9


@few
@given(st.lists(st.sampled_from("abc"), min_size=3, max_size=40), st.integers(1, 9), st.integers(1, 9))
def test_weights_have_the_mean_1_and_cost_answers(team, one, two):
    names = sorted(set(team))
    wanted = {name: 1 + place * one + two for place, name in enumerate(names)}
    found = survey.raking({"team": team}, {"team": wanted}, trim=None)
    assert found.weights.mean() == pytest.approx(1)
    assert found.is_met
    assert found.n_effective.value <= len(team) + 1e-9
