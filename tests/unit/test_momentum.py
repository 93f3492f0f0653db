"""Control charts, runs, turns and held gains, by hand and in samples whose truth is known."""

from __future__ import annotations

import numpy as np
import pytest

from mizzle.errors import MizzleError
from mizzle.momentum import chart, chart_of_groups, held_gain, runs, turns
from mizzle.momentum.runs import limits


def test_limits_of_single_values_are_three_moving_ranges_away():
    found = chart([1, 3, 1, 3, 12], baseline=4)
    assert (found.centre, found.sigma, found.baseline) == (2, 2 / 1.128, 4)
    assert found.upper[0] == pytest.approx(2 + 6 / 1.128)
    assert found.beyond == (4,)


def test_equal_values_have_nothing_outside():
    for found in (chart([0.1] * 5), chart([7.0] * 5, kind="c"), chart([0.0] * 5, [3.0] * 5, kind="pp")):
        assert found.beyond == ()
    assert chart([0.1] * 5).sigma == 0


def test_limits_of_shares_end_at_nothing_and_at_all():
    found = chart([9, 10, 9, 10, 10], [10] * 5, kind="p")
    assert max(found.upper) == 1
    assert chart([1, 0, 1, 0], [10] * 4, kind="u").lower[0] == 0


def test_laneys_limits_follow_the_spread_that_is_seen():
    rng = np.random.default_rng(1)
    n = np.full(40, 50_000.0)
    x = rng.binomial(50_000, np.clip(rng.normal(0.3, 0.02, 40), 0, 1))
    plain, laney = chart(x, n, kind="p"), chart(x, n, kind="pp")
    assert len(plain.beyond) > 20
    assert len(laney.beyond) <= 1
    assert laney.sigma > 5
    even = chart(rng.binomial(50, 0.3, 400), np.full(400, 50.0), kind="pp")
    assert even.sigma == pytest.approx(1, abs=0.15)


def test_points_in_control_seldom_lie_outside():
    rng = np.random.default_rng(2)
    outside = [len(chart(rng.normal(size=100)).beyond) for _ in range(200)]
    assert 0.001 < np.mean(outside) / 100 < 0.008


def test_groups_are_charted_by_mean_and_range():
    groups = [[1.0, 2.0], [2.0, 1.0], [1.0, 3.0], [9.0, 9.5]]
    means = chart_of_groups(groups, baseline=3)
    assert means.centre == pytest.approx(5 / 3)
    assert means.beyond == (3,)
    assert chart_of_groups(groups, kind="r").centre == pytest.approx(4.5 / 4)


@pytest.mark.parametrize(
    ("ask", "says"),
    [
        (lambda: chart([1, 2]), "at least 3 points"),
        (lambda: chart([1, 2, np.nan]), "missing"),
        (lambda: chart([1, 2, 1e200]), "endless or beyond"),
        (lambda: chart([1, 2, 3], kind="xbar"), "no chart 'xbar' of single points"),
        (lambda: chart([1, 2, 3], baseline=2), "not from 2"),
        (lambda: chart([1, 2, -3], kind="c"), "below 0"),
        (lambda: chart([1, 2, 3], kind="p"), "needs a size"),
        (lambda: chart([1, 2, 3], [4, 4, 0], kind="u"), "not above 0"),
        (lambda: chart([1, 2, 5], [4, 4, 4], kind="p"), "above its size"),
        (lambda: chart_of_groups([[1, 2]] * 3, kind="p"), "no chart 'p' of groups"),
        (lambda: chart_of_groups([[1], [2], [3]]), "2 to 25 members"),
        (lambda: chart_of_groups([[1, np.nan], [2, 3], [3, 4]]), "missing"),
        (lambda: runs([]), "series of numbers"),
        (lambda: runs([1, np.nan]), "series of numbers"),
        (lambda: runs([1, 2], centre=np.inf), "middle of a series"),
        (lambda: turns([1, 2, 3]), "6 to 20,000 points"),
        (lambda: turns([1, 2, 3, 4, 5, np.nan]), "missing"),
        (lambda: turns([1, 2, 3, 4, 5, 1e200]), "endless or beyond"),
        (lambda: turns([1, 2, 3, 4, 5, 6], shortest=0.7), "half of a series"),
        (lambda: held_gain([1, 2], [1]), "a day for each value"),
        (lambda: held_gain([1, 2, 3], [-1, 0, 1]), "2 points before"),
    ],
)
def test_what_cannot_be_charted_is_refused(ask, says):
    with pytest.raises(MizzleError, match=says):
        ask()


def test_runs_leave_out_points_on_the_middle():
    found = runs([1, 2, 2, 3, 3, 2, 1])
    assert (found.centre, found.n_useful, found.longest_run, found.crossings, found.is_signal) == (2, 4, 2, 2, None)
    empty = runs([2, 2, 2])
    assert (empty.n_useful, empty.longest_run, empty.longest_run_max, empty.is_signal) == (0, 0, 0, None)
    assert limits(1) == (3, 0)


@pytest.mark.parametrize(("n", "own", "known"), [(10, 0.01, 0.05), (50, 0.045, 0.07)])
def test_runs_give_as_few_false_alarms_as_they_say(n, own, known):
    rng = np.random.default_rng(n)
    series = [rng.normal(size=n) for _ in range(1000)]
    assert np.mean([runs(one).is_signal for one in series]) == pytest.approx(own, abs=0.02)
    assert np.mean([runs(one, centre=0.0).is_signal for one in series]) == pytest.approx(known, abs=0.025)


def test_a_shift_shows_in_runs_before_a_point_lies_outside():
    rng = np.random.default_rng(4)
    x = np.concatenate([rng.normal(0, 1, 15), rng.normal(2.5, 1, 15)])
    assert runs(x).is_signal


def test_two_turns_are_dated_and_sized():
    rng = np.random.default_rng(1)
    x = np.concatenate([rng.normal(0, 1, 40), rng.normal(4, 1, 30), rng.normal(2, 1, 50)])
    found = turns(x).turns
    assert [one.last for one in found] == pytest.approx([39, 69], abs=1)
    assert [one.step.value for one in found] == pytest.approx([4, -2], abs=0.8)
    assert found[0].after == found[1].before


def test_a_level_series_has_no_turn():
    assert turns([5.0] * 20).turns == ()
    assert turns([5.0] * 20).sup_f.value is None
    rng = np.random.default_rng(3)
    false = [bool(turns(rng.normal(size=60)).turns) for _ in range(100)]
    assert np.mean(false) < 0.15


def test_a_step_without_noise_is_exact():
    (one,) = turns([1e9 + 1.0] * 8 + [1e9 + 3.0] * 8).turns
    assert (one.last, one.step.value) == (7, 2)


def test_what_is_held_of_a_gain():
    rng = np.random.default_rng(1)
    days = np.arange(-60, 400)
    x = rng.normal(10, 1, len(days)) + np.where(days >= 0, 5, 0) - np.where(days > 150, 2.5, 0)
    gain, (first, half, year) = held_gain(x, days)
    assert gain.value == pytest.approx(5, abs=0.7)
    assert first.share.value == pytest.approx(1, abs=0.2)
    assert half.share.value == pytest.approx(0.5, abs=0.2)
    assert half.share.interval.low < 0.5 < half.share.interval.high
    assert year.days == 365


def test_where_there_is_no_gain_nothing_is_held():
    x, days = [1, 2, 1, 2, 1, 2, 2, 1, 1.5], [-4, -3, -2, -1, 0, 1, 2, 3, 90]
    gain, (held, none) = held_gain(x, days, after=(90, 180))
    assert (held.share.value, held.share.n) == (None, 1)
    assert (none.share.value, none.share.n) == (None, 0)
    assert gain.interval.low < 0 < gain.interval.high
