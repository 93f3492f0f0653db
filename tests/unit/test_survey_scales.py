"""Scales: alpha, omega and items beside the rest, by hand and at their limits."""

from __future__ import annotations

import numpy as np
import pytest

from mizzle import survey
from mizzle.errors import MizzleError
from mizzle.simulate import scale_answers
from mizzle.survey import bifactor, factors, reliability
from mizzle.survey.answers import as_column, as_groups, as_table, estimate

FIVE = [[1, 2, 1], [2, 2, 3], [4, 3, 4], [5, 5, 4], [3, 4, 3]]
NAN = float("nan")


@pytest.fixture
def rng():
    return np.random.default_rng(5)


def test_alpha_of_two_items_by_hand():
    answers = np.array([[1, 2], [2, 4], [3, 3], [4, 5]], dtype=float)
    covariances = np.cov(answers.T)
    found = survey.alpha(answers, ["a", "b"])
    assert found.alpha.value == pytest.approx(2 * (1 - np.trace(covariances) / covariances.sum()))
    assert found.dropped == {}
    assert found.item_rest["a"].value == pytest.approx(np.corrcoef(answers.T)[0, 1])
    assert found.alpha.interval.low < found.alpha.value < found.alpha.interval.high


def test_the_same_item_twice_has_alpha_1_and_no_interval():
    found = survey.alpha([[1, 1], [2, 2], [4, 4], [5, 5]])
    assert (found.alpha.value, found.alpha.interval) == (pytest.approx(1.0), None)
    assert (found.item_rest["1"].value, found.item_rest["1"].interval) == (pytest.approx(1.0), None)
    assert found.g6.value == pytest.approx(1.0)


def test_an_item_made_of_another_shares_all_with_it():
    rows = np.array(FIVE, dtype=float)
    found = survey.alpha(np.column_stack([rows, 10 - 2 * rows[:, 0] + 3 * rows[:, 0]]))
    assert found.g6.value < 1


def test_rows_with_a_gap_are_left_out_and_counted():
    with_gap = [*FIVE, [NAN, 3, 4], [2, NAN, NAN]]
    found = survey.alpha(with_gap)
    assert found.incomplete == 2
    assert found.alpha == survey.alpha(FIVE).alpha


def test_items_whose_rest_does_not_vary_have_no_figure():
    answers = [[1, 5, 1], [2, 4, 2], [3, 3, 4], [4, 2, 3], [5, 1, 5]]
    found = survey.alpha(answers, ["up", "down", "other"])
    assert found.dropped["other"].value is None
    assert found.item_rest["other"].value is None
    assert found.dropped["up"].value is not None


def test_what_cannot_be_a_scale_is_refused():
    for answers, message in (
        ([[1], [2], [3]], "At least 2 items"),
        ([[1, 2], [NAN, 2], [2, 1]], "Only 2 of 3 rows"),
        ([[3, 1], [3, 2], [3, 4]], "The answer is the same in every complete row for: 1"),
        ([[1, 5], [2, 4], [5, 1]], "cancel out"),
        ([1, 2, 3], "must be a table"),
        ([["a", "b"]], "must be numbers"),
        ([[1, float("inf")], [2, 3], [4, 5]], "endless"),
        ([[1, -1e200], [2, 3], [4, 5]], "beyond 1e"),
        ([[NAN, NAN]] * 3, "Only 0 of 3"),
    ):
        with pytest.raises(MizzleError, match=message):
            survey.alpha(answers)
    with pytest.raises(MizzleError, match="one name for each column"):
        survey.alpha(FIVE, ["a"])


def test_influence_says_what_leaving_out_says(rng):
    for loadings in ([0.8, 0.6, 0.4, 0.7], [0.7, 0.5]):
        answers = scale_answers(rng, 3000, loadings, [-1, 0, 1])
        moments = reliability._moments(answers, ["x"] * 4)
        left_out, influence = reliability._left_out(answers, moments), reliability._influence(answers, moments)
        np.testing.assert_allclose(influence, left_out, rtol=5e-3)


def test_where_one_item_drowns_the_others_each_person_is_left_out(rng):
    answers = scale_answers(rng, 400, [0.8, 0.6, 0.4])
    for times, tolerance in ((1, 0.05), (20, 0.05), (1e4, 0)):
        stretched = answers * [1, 1, times]
        moments = reliability._moments(stretched, ["x"] * 3)
        left_out, influence = reliability._left_out(stretched, moments), reliability._influence(stretched, moments)
        np.testing.assert_allclose(influence, left_out, rtol=tolerance)


def test_many_people_are_worked_on_by_their_influence(rng, monkeypatch):
    answers = scale_answers(rng, 300, [0.8, 0.6, 0.4])
    left_out = survey.alpha(answers)
    monkeypatch.setattr(reliability, "LEFT_OUT", 10)
    monkeypatch.setattr(reliability, "BLOCK", 64)
    influence = survey.alpha(answers)
    assert influence.alpha.interval.low == pytest.approx(left_out.alpha.interval.low, abs=0.01)
    assert influence.item_rest["1"].interval.high == pytest.approx(left_out.item_rest["1"].interval.high, abs=0.01)


def test_items_are_turned_round_between_the_ends_of_the_scale():
    np.testing.assert_array_equal(survey.reverse([1, 4, NAN], 1, 6), [6, 3, NAN])
    with pytest.raises(MizzleError, match="beyond the scale"):
        survey.reverse([0, 4], 1, 6)
    with pytest.raises(MizzleError, match="beyond the scale"):
        survey.reverse([7, 4], 1, 6)
    with pytest.raises(MizzleError, match="not below"):
        survey.reverse([1], 6, 1)


def test_item_rest_says_what_alpha_says_of_the_items():
    alone, beside = survey.item_rest(FIVE), survey.alpha(FIVE).item_rest
    assert {name: one.value for name, one in alone.items()} == {name: one.value for name, one in beside.items()}
    assert alone["1"].method == "survey.item_rest/1"


def test_omega_finds_the_loadings_that_are_there(rng):
    loadings = np.array([0.9, 0.8, 0.6, 0.5])
    found = survey.omega(scale_answers(rng, 100_000, loadings))
    np.testing.assert_allclose([one.value for one in found.loadings.values()], loadings, atol=0.02)
    true = loadings.sum() ** 2 / (loadings.sum() ** 2 + (1 - loadings**2).sum())
    assert found.omega.value == pytest.approx(true, abs=0.005)
    assert found.omega.interval.low < true < found.omega.interval.high


def test_three_items_are_fitted_without_a_rest():
    rows = [[1, 2, 1], [2, 2, 3], [4, 3, 4], [5, 5, 4], [3, 4, 3], [2, 1, 1], [4, 4, 5], [3, 2, 3]]
    found = survey.omega(rows, list("abc"))
    loadings = np.array([one.value for one in found.loadings.values()])
    covariances = np.cov(np.array(rows).T, ddof=0)
    assert loadings[0] * loadings[1] == pytest.approx(covariances[0, 1])
    assert loadings[1] * loadings[2] == pytest.approx(covariances[1, 2])


def test_an_item_that_is_the_factor_itself_leaves_omega_without_an_interval(rng):
    behind = rng.standard_normal((200, 1))
    answers = np.hstack([behind, 0.3 * behind + rng.standard_normal((200, 3))])
    answers[:, 0] += 0.9 * answers[:, 1:].mean(axis=1)
    found = survey.omega(answers)
    assert found.is_heywood
    assert found.omega.interval is None
    assert 0 < found.omega.value < 1


def test_omega_refuses_what_it_cannot_tell():
    rows = np.array([[1, 2, 1], [2, 2, 3], [4, 3, 4], [5, 5, 4], [3, 4, 3], [2, 1, 1]], dtype=float)
    for answers, message in (
        (rows[:, :2], "at least 3 items"),
        (rows[:3], "Only 3 of 3"),
        (np.column_stack([rows, rows[:, 0]]), "made of the others"),
    ):
        with pytest.raises(MizzleError, match=message):
            survey.omega(answers)


def test_a_search_that_goes_too_far_turns_back(rng, monkeypatch):
    answers = scale_answers(rng, 40, [0.9, 0.5, 0.2, 0.7])
    right = survey.omega(answers).omega.value
    monkeypatch.setattr(factors, "LONGEST_STEP", 50.0)
    assert survey.omega(answers).omega.value == pytest.approx(right, abs=1e-6)
    monkeypatch.setattr(factors, "STEPS", 2)
    assert 0 < survey.omega(answers).omega.value < 1


def test_groups_of_items_are_told_from_what_all_share():
    r = np.full((9, 9), 0.25)
    for place in range(0, 9, 3):
        r[place : place + 3, place : place + 3] = 0.5
    np.fill_diagonal(r, 1.0)
    found = survey.bifactor_omega(r, 300)
    # Loadings √.5 on three factors that go together by one half.
    np.testing.assert_allclose(found.general, 0.5, atol=1e-3)
    assert found.hierarchical.value == pytest.approx(4.5**2 / r.sum(), abs=1e-3)
    assert found.total.value == pytest.approx(1 - 9 * 0.5 / r.sum(), abs=1e-3)
    assert found.limit.value == pytest.approx(found.hierarchical.value / found.total.value)
    two = survey.bifactor_omega(r[:6, :6], 300, factors=2)
    assert two.hierarchical.value == pytest.approx(3.0**2 / r[:6, :6].sum(), abs=1e-3)


def test_a_rotation_that_is_cut_short_still_answers(monkeypatch):
    monkeypatch.setattr(bifactor, "TURNS", 2)
    monkeypatch.setattr(bifactor, "HALVINGS", 1)
    r = np.full((6, 6), 0.3)
    r[:3, :3] = r[3:, 3:] = 0.6
    np.fill_diagonal(r, 1.0)
    assert survey.bifactor_omega(r, 200, factors=2).total.value == pytest.approx(0.871, abs=1e-3)


def test_what_are_no_correlations_is_refused():
    good = np.full((6, 6), 0.3) + 0.7 * np.eye(6)
    against = np.array([[1.0, -0.9], [-0.9, 1.0]])
    for r, factors_, message in (
        ([[1, 0.2, 0.3]], 2, "square table"),
        (good * 2, 2, "lie between -1 and 1"),
        (good, 3, "too few"),
        (good, 1, "too few"),
        (np.kron(np.eye(3), against) - 0.2 * (1 - np.kron(np.eye(3), np.ones((2, 2)))), 2, "cancel out"),
    ):
        with pytest.raises(MizzleError, match=message):
            survey.bifactor_omega(r, 100, factors=factors_)


def test_groups_are_coded_whatever_they_are_written_as():
    codes, names = as_groups(["b", None, " a ", "", NAN], 5)
    assert (codes.tolist(), names) == ([1, -1, 0, -1, -1], ["a", "b"])
    codes, names = as_groups(["10", "9", None], 3)
    assert (codes.tolist(), names) == ([1, 0, -1], ["9", "10"])
    codes, names = as_groups([7, -1, 3], 3)
    assert (codes.tolist(), names) == ([1, -1, 0], ["3", "7"])
    codes, names = as_groups([], 0)
    assert (codes.tolist(), names) == ([], [])
    with pytest.raises(MizzleError, match="2 groups"):
        as_groups(["a", "b"], 3)


def test_an_estimate_holds_its_value_or_has_none():
    assert estimate(NAN, (0, 1), 3, "m/1").value is None
    assert estimate(0.5, (0.6, NAN), 3, "m/1").interval is None
    assert estimate(0.5, (0.6, 0.4), 3, "m/1").interval == (0.5, 0.5)


def test_a_column_is_no_table():
    assert as_column([1, None]).tolist()[0] == 1.0
    with pytest.raises(MizzleError, match="one column"):
        as_column([[1, 2]])
    assert as_table([[1], [2]], least=1)[1] == ["1"]
