"""FSRS behind a small face, the language of a unit, and calibration, by hand and beside py-fsrs."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import numpy as np
import pytest
from fsrs import Card, Rating, Scheduler

from mizzle.errors import MizzleError
from mizzle.memory import (
    PARAMETERS,
    Rules,
    calibration,
    language_of_unit,
    replay,
    retrievabilities,
    retrievability,
    review,
)
from mizzle.simulate import reviews

AT = datetime(2026, 1, 1, 9, tzinfo=UTC)


def day(n):
    return AT + timedelta(days=n)


def test_states_and_recall_are_those_of_py_fsrs():
    rng = np.random.default_rng(1)
    scheduler, card, state, at = Scheduler(enable_fuzzing=False), Card(card_id=1, due=AT), None, AT
    for _ in range(40):
        rating = int(rng.integers(1, 5))
        card, _ = scheduler.review_card(card, Rating(rating), at)
        state = review(state, rating, at)
        assert (state.stability, state.difficulty, state.due) == (card.stability, card.difficulty, card.due)
        at += timedelta(hours=float(rng.exponential(80)))
        assert retrievability(state, at) == pytest.approx(scheduler.get_card_retrievability(card, at), abs=1e-15)


def test_the_cap_holds_the_interval():
    state = None
    for n in range(6):
        state = review(state, 4, day(30 * n), Rules(most_days=60))
    assert state.interval_days == 60


def test_an_instant_of_another_zone_is_the_same_instant():
    elsewhere = AT.astimezone(timezone(timedelta(hours=5)))
    assert review(None, 3, elsewhere) == review(None, 3, AT)


def test_before_the_last_review_nothing_is_forgotten():
    assert retrievability(review(None, 3, AT), AT - timedelta(days=9)) == 1
    assert retrievability(None, AT) == 0


@pytest.mark.parametrize(
    ("rating", "at", "rules", "says"),
    [
        (5, AT, Rules(), "A rating is 1"),
        (2.5, AT, Rules(), "A rating is 1"),
        (3, datetime(2026, 1, 1), Rules(), "no zone"),  # noqa: DTZ001 - what must be refused
        (3, AT, Rules(retention=1.0), "between 0 and 1"),
        (3, AT, Rules(most_days=0), "at least a day"),
        (3, AT, Rules(parameters=(1.0,)), "no parameters of FSRS-6"),
        (3, AT, Rules(parameters=(-1.0, *PARAMETERS[1:])), "no parameters of FSRS-6"),
    ],
)
def test_what_is_no_review_is_refused(rating, at, rules, says):
    with pytest.raises(MizzleError, match=says):
        review(None, rating, at, rules)


def test_reviews_come_in_their_order():
    with pytest.raises(MizzleError, match="before the last one"):
        review(review(None, 3, day(2)), 3, day(1))
    mixed = replay(["a", "b", "a"], [3, 1, 4], [day(5), day(1), AT])
    assert mixed["a"] == review(review(None, 4, AT), 3, day(5))
    assert replay(["a", "b", "a"], [3, 1, 4], [day(5), day(1), AT], until=day(0)) == {"a": review(None, 4, AT)}
    with pytest.raises(MizzleError, match="give one each"):
        replay(["a"], [], [])


def test_the_language_of_a_unit_is_a_mean_of_enough_people():
    found = language_of_unit([[1.0, 0.5], [0.5, np.nan], [1, 1], [0, 0], [0.5, 0.5]])
    assert (found.value, found.n) == (pytest.approx(0.5), 5)
    assert found.interval.low < 0.5 < found.interval.high
    assert language_of_unit([[0.9]] * 4).value is None
    assert language_of_unit([[0.9]], least=1).interval is None
    assert language_of_unit([[1.0]] * 5).interval == (1, 1)


@pytest.mark.parametrize("table", [[0.5], [[]], [[1.5]] * 5, [[-0.1]] * 5, [[np.inf]] * 5])
def test_what_is_no_table_of_recall_is_refused(table):
    with pytest.raises(MizzleError, match="R"):
        language_of_unit(table)


def test_calibration_by_hand():
    times = [AT, day(2), day(9), day(9) + timedelta(hours=2), day(30)]
    found = calibration(["a"] * 5, [3, 3, 1, 3, 3], times, bins=1)
    states = [review(None, 3, AT)]
    for rating, at in zip([3, 1, 3], times[1:], strict=False):
        states.append(review(states[-1], rating, at))
    told = [
        retrievability(states[0], times[1]),
        retrievability(states[1], times[2]),
        retrievability(states[3], times[4]),
    ]
    lost = -(np.log(told[0]) + np.log(1 - told[1]) + np.log(told[2])) / 3
    assert found.log_loss.value == pytest.approx(lost)
    assert found.predicted.value == pytest.approx(np.mean(told))
    assert found.rmse.value == pytest.approx(abs(np.mean(told) - 2 / 3))
    assert found.uninformed.value == pytest.approx(-(2 * np.log(2 / 3) + np.log(1 / 3)) / 3)
    assert (found.recalled.value, found.first, found.same_day) == (2 / 3, 1, 1)


def test_where_recall_happens_as_foretold_the_bins_agree():
    drawn = reviews(10, 10, 150, rng=np.random.default_rng(1))
    keys = [(one.person, one.card) for one in drawn]
    found = calibration(keys, [one.rating for one in drawn], [one.at for one in drawn])
    assert found.rmse.value < 0.06
    assert found.log_loss.value < found.uninformed.value
    inside = sum(one.recalled.interval.low <= one.predicted <= one.recalled.interval.high for one in found.bins)
    assert inside >= len(found.bins) - 2
    assert [one.low for one in found.bins] == sorted(one.low for one in found.bins)


def test_all_recalled_costs_nothing_to_say():
    found = calibration(["a", "a"], [3, 3], [AT, day(2)])
    assert found.uninformed.value == 0
    assert len(found.bins) == 1


def test_without_a_later_day_nothing_is_foretold():
    with pytest.raises(MizzleError, match="longer log"):
        calibration(["a", "a"], [3, 3], [AT, AT + timedelta(hours=3)])
    with pytest.raises(MizzleError, match="At least one bin"):
        calibration([], [], [], bins=0)


def test_many_at_once_are_as_one_by_one():
    found = retrievabilities([1.0, 5.0], [3, 40], Rules(parameters=(*PARAMETERS[:20], 0.3)))
    assert (np.diff(found) < 0).all()
    assert retrievabilities([7.0], [7], Rules(parameters=(*PARAMETERS[:20], 0.3)))[0] == pytest.approx(0.9)
