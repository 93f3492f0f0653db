"""How levels wear off: slopes that are found again, gifts that are worn, and what cannot be fitted."""

from __future__ import annotations

import numpy as np
import pytest

from mizzle.errors import MizzleError
from mizzle.level import slide, sliding, worn_gifts
from mizzle.level.sliding import proportional_odds
from mizzle.simulate.levels import sliding_levels


def test_the_slope_of_a_known_world_is_found_again():
    world = sliding_levels(4000, np.random.default_rng(1), per_repeat=-0.4, per_day=-0.01)
    found = slide(world.levels, world.repeats, world.ages)
    assert found.slopes["repeat"].value == pytest.approx(-0.4, abs=0.06)
    assert found.slopes["age"].value == pytest.approx(-0.01, abs=0.003)
    assert found.odds_ratios["repeat"].value == pytest.approx(np.exp(found.slopes["repeat"].value))
    assert (found.n, found.n_acts, found.levels) == (4000, None, (1, 2, 3, 4, 5, 6))


def test_ratings_of_one_act_resemble_each_other_so_the_interval_is_wider():
    world = sliding_levels(600, np.random.default_rng(2), acts=30, between_acts=1.5)
    alone = slide(world.levels, world.repeats).slopes["repeat"]
    together = slide(world.levels, world.repeats, acts=world.acts.tolist())
    assert together.n_acts == 30
    assert together.slopes["repeat"].value == alone.value
    assert together.slopes["repeat"].interval != alone.interval


def test_a_unit_changes_the_slope_and_nothing_else():
    world = sliding_levels(300, np.random.default_rng(3))
    days, weeks = slide(world.levels, world.repeats, world.ages), slide(world.levels, world.repeats, world.ages / 7)
    assert weeks.slopes["age"].value == pytest.approx(7 * days.slopes["age"].value)
    assert weeks.log_likelihood == pytest.approx(days.log_likelihood)
    assert weeks.cuts == pytest.approx(days.cuts)


def test_the_gradient_is_the_slope_of_the_likelihood():
    from mizzle.level.sliding import _Model

    rng = np.random.default_rng(4)
    model = _Model(rng.integers(0, 4, 50), rng.normal(size=(50, 2)), np.ones(50), 4)
    at = np.array([-1.0, 0.2, 1.1, 0.3, -0.4])
    gradient, information = model.derivatives(at)
    for place in range(5):
        step = np.zeros(5)
        step[place] = 1e-5
        numeric = (model.log_likelihood(at + step) - model.log_likelihood(at - step)) / 2e-5
        assert gradient[place] == pytest.approx(numeric, abs=1e-4)
        slope = (model.derivatives(at + step)[0] - model.derivatives(at - step)[0]) / 2e-5
        assert information[place] == pytest.approx(-slope, abs=1e-4)
    assert model.log_likelihood(at[[1, 0, 2, 3, 4]]) == -np.inf


def test_ratings_that_lack_something_are_left_out():
    levels, repeats = [6, 5, np.nan, 4, 3, 4, 5, 6, 4, 5], [1, 2, 3, np.nan, 4, 3, 2, 1, 1, 3]
    found = slide(levels, repeats, acts=[*"aabbcca", None, *"cb"])
    assert (found.n, found.n_acts) == (7, 3)


@pytest.mark.parametrize(
    ("levels", "repeats", "ages", "acts", "said"),
    [
        ([4, 4, 4], [1, 2, 3], None, None, "same level"),
        ([], [], None, None, "same level"),
        ([4, 5, 4], [1, 1, 1], None, None, "repeat is the same"),
        ([4, 5, 4, 6], [1, 2, 3, 2], [2, 4, 6, 4], None, "say the same"),
        ([6, 5, 4, 3], [1, 2, 3, 4], None, None, "without a doubt by repeat"),
        ([4, 5], [1, 2, 3], None, None, "as many"),
        ([4, 5, 4], [1, 2, 3], None, ["a"], "as many"),
        ([4, 5, 4], [1, 2, np.inf], None, None, "endless"),
        ([4, 5, 4, 4, 5], [1, 2, 3, 2, 3], None, list("aaaaa"), "one act"),
    ],
)
def test_what_cannot_be_fitted_is_refused(levels, repeats, ages, acts, said):
    with pytest.raises(MizzleError, match=said):
        slide(levels, repeats, ages, acts=acts)


def test_a_column_without_a_name_is_named_by_its_place():
    with pytest.raises(MizzleError, match="column 2"):
        proportional_odds([1, 2, 1], [[1, 3], [2, 3], [3, 3]])


def test_a_slope_that_is_endless_says_so_without_a_name():
    with pytest.raises(MizzleError, match="the columns"):
        proportional_odds([1, 1, 2, 2], [[1], [2], [3], [4]])


def test_a_climb_that_does_not_arrive_is_no_answer(monkeypatch):
    monkeypatch.setattr(sliding, "STEPS", 1)
    with pytest.raises(MizzleError, match="no slope"):
        slide([6, 5, 4, 5, 3], [1, 2, 3, 4, 5])


def test_weights_are_repeated_rows():
    y, x, w = [1, 2, 3, 2, 1, 3], [[0.0], [1], [2], [0], [1], [1]], [1, 2, 1, 3, 1, 2]
    one = proportional_odds(y, x, weights=w)
    other = proportional_odds(np.repeat(y, w), np.repeat(x, w, axis=0))
    assert one.slopes == pytest.approx(other.slopes)
    assert one.covariance == pytest.approx(other.covariance)


def test_gifts_that_fell_are_named_the_furthest_first():
    found = worn_gifts(
        [6, 4, 5, 2, 4, 4, 3, 5, np.nan, 6, 3],
        [1, 2, 1, 3, 1, 2, 1, 4, 1, np.nan, 1],
        ["a", "a", "b", "b", "c", "c", "d", "d", "e", "f", "g"],
    )
    assert found.worn == ("b", "a")
    assert found.falls == {"a": 2.0, "b": 3.0, "c": 0.0, "d": -2.0}
    assert (found.share.value, found.share.n, found.once) == (0.5, 4, 1)


def test_without_a_second_repeat_nothing_is_worn():
    found = worn_gifts([5, 4], [1, 1], ["a", None])
    assert (found.share.value, found.worn, found.once) == (None, (), 1)
    with pytest.raises(MizzleError, match="as many"):
        worn_gifts([5], [1, 2], ["a"])
