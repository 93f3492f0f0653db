"""How well the words of the common language are remembered: FSRS behind a small face, and the language of a unit.

A state goes in with a review, a state comes out: nothing here keeps anything. What one person remembers is for that
person alone; of a unit there is one mean, and only of enough people.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from mizzle.errors import MizzleError
from mizzle.estimate import Estimate, Interval, share_of

if TYPE_CHECKING:
    from collections.abc import Hashable, Sequence

    from fsrs import Scheduler
    from numpy.typing import ArrayLike, NDArray

METHOD = "memory.retrievability/1"
LANGUAGE = "memory.language/1"
CALIBRATION = "memory.calibration/1"
LEAST = 5
"""The least number of people of whom a mean is said."""
AGAIN, HARD, GOOD, EASY = 1, 2, 3, 4
PARAMETERS = (
    0.212, 1.2931, 2.3065, 8.2956, 6.4133, 0.8334, 3.0194, 0.001, 1.8722, 0.1666, 0.796, 1.4835, 0.0614, 0.2629, 1.6483,
    0.6014, 1.8729, 0.5425, 0.0912, 0.0658, 0.1542,
)  # fmt: skip
"""The published parameters of FSRS-6."""
MOST_DAYS = 36_500
"""The longest interval of FSRS itself; whoever schedules sets a lower cap, since a word that is never met is lost."""
BINS = 10
TINY = 1e-12
"""The least probability of forgetting of which a logarithm is taken."""


@dataclass(frozen=True, slots=True)
class Rules:
    """How reviews are scheduled.

    Attributes
    ----------
    parameters
        The 21 weights of FSRS-6.
    retention
        The share that should still be recalled when a card is due.
    most_days
        The cap on the interval, in days.
    """

    parameters: tuple[float, ...] = PARAMETERS
    retention: float = 0.9
    most_days: int = MOST_DAYS


RULES = Rules()


@dataclass(frozen=True, slots=True)
class Memory:
    """What is known of one card in one head after its last review.

    Attributes
    ----------
    stability
        Days until R has fallen to 90 %.
    difficulty
        From 1 (easy) to 10.
    last, due
        When it was reviewed, and when it should be reviewed next (UTC).
    phase
        1 being learned, 2 known, 3 being learned again.
    step
        Of learning; None where it is known.
    """

    stability: float
    difficulty: float
    last: datetime
    due: datetime
    phase: int
    step: int | None

    @property
    def interval_days(self) -> int:
        """Whole days from the last review to the next."""
        return (self.due - self.last).days


def review(before: Memory | None, rating: int, at: datetime, rules: Rules = RULES) -> Memory:
    """Say what is remembered after a review: state in, review in, state out.

    Parameters
    ----------
    before
        The state before; None for a card that is met for the first time.
    rating
        1 forgotten, 2 hard, 3 good, 4 easy.
    at
        When it was reviewed, with its zone.
    rules
        How reviews are scheduled.

    Returns
    -------
    Memory
        The state after, with the instant at which the card is due.

    Raises
    ------
    MizzleError
        For a rating that is none, an instant without a zone or before the last review, or rules that cannot be.

    Notes
    -----
    Formula: FSRS-6, as the package fsrs has it, without its fuzz: stability grows with a recall, the more the lower R
    was, and falls with forgetting; the next interval is that at which R falls to the retention, at most `most_days`.

    Assumes: cards do not help each other; the published parameters, learned from many learners, fit this one.

    Missing data: none.

    Interval: none; `calibration` says how well R foretells recall.

    Not for: the cadence of a team's ritual. What expands there dies out.

    References
    ----------
    Ye, Su and Cao (2022), a stochastic shortest path algorithm for optimizing spaced repetition scheduling, KDD;
    py-fsrs 6.3. Checked against the intervals of its tests (tests/golden, spaced_repetition_fsrs).

    Examples
    --------
    >>> at = datetime(2026, 1, 1, tzinfo=UTC)
    >>> first = review(None, GOOD, at)
    >>> second = review(first, GOOD, first.due)
    >>> second.interval_days, round(retrievability(second, second.due), 2)
    (2, 0.91)
    """
    from fsrs import Card, Rating, State

    scheduler = _scheduler(rules)
    if rating not in (AGAIN, HARD, GOOD, EASY):
        raise MizzleError(f"A rating is 1 (forgotten), 2 (hard), 3 (good) or 4 (easy), not {rating}.")
    if at.tzinfo is None:
        raise MizzleError(f"{at.isoformat()} has no zone. Give instants in UTC.")
    at = at.astimezone(UTC)
    if before is None:
        card = Card(card_id=0, due=at)
    elif at < before.last:
        raise MizzleError(f"The review at {at.isoformat()} is before the last one. Give reviews in their order.")
    else:
        card = Card(
            card_id=0,
            state=State(before.phase),
            step=before.step,
            stability=before.stability,
            difficulty=before.difficulty,
            due=before.due,
            last_review=before.last,
        )
    after, _ = scheduler.review_card(card, Rating(int(rating)), at)
    return Memory(
        stability=float(after.stability or 0.0),
        difficulty=float(after.difficulty or 0.0),
        last=at,
        due=after.due,
        phase=int(after.state),
        step=after.step,
    )


@cache
def _scheduler(rules: Rules) -> Scheduler:
    from fsrs import Scheduler

    if not 0 < rules.retention < 1:
        raise MizzleError(f"The share to be recalled lies between 0 and 1, not at {rules.retention}.")
    if rules.most_days < 1:
        raise MizzleError(f"The longest interval is at least a day, not {rules.most_days}.")
    try:
        return Scheduler(
            rules.parameters,
            desired_retention=rules.retention,
            maximum_interval=rules.most_days,
            enable_fuzzing=False,
        )
    except ValueError as error:
        raise MizzleError(f"These are no parameters of FSRS-6. {error}") from error


def retrievability(memory: Memory | None, at: datetime, rules: Rules = RULES) -> float:
    """Say how likely a card is recalled at an instant: R.

    Parameters
    ----------
    memory
        The state after the last review; None for a card never met.
    at
        The instant, with its zone.
    rules
        Whose decay is used.

    Returns
    -------
    float
        From 0 (never met) to 1.

    Notes
    -----
    Formula: R = (1 + f · days / stability)^(-decay), f such that R = 0.9 at days = stability; whole days since the last
    review, as FSRS counts them.

    Assumes: as `review`.

    Missing data: a card never met has R = 0.

    Interval: none.

    Not for: single answers; it is a probability.

    References
    ----------
    As `review`. Checked against py-fsrs (tests/unit).

    Examples
    --------
    >>> retrievability(None, datetime(2026, 1, 1, tzinfo=UTC))
    0.0
    """
    if memory is None:
        return 0.0
    days = max((at - memory.last).days, 0)
    return float(retrievabilities([memory.stability], [days], rules)[0])


def retrievabilities(stability: ArrayLike, days: ArrayLike, rules: Rules = RULES) -> NDArray[np.float64]:
    """Say how likely cards are recalled some days after their last review.

    Parameters
    ----------
    stability, days
        Of each card, in days; days from 0 on.
    rules
        Whose decay is used.

    Returns
    -------
    ndarray
        R of each, 0 to 1.

    Examples
    --------
    >>> retrievabilities([10.0, 10.0], [0, 10]).round(3).tolist()
    [1.0, 0.9]
    """
    decay = -rules.parameters[20]
    factor = 0.9 ** (1 / decay) - 1
    found: NDArray[np.float64] = (1 + factor * np.asarray(days, float) / np.asarray(stability, float)) ** decay
    return found


def replay(
    keys: Sequence[Hashable],
    ratings: Sequence[int],
    times: Sequence[datetime],
    *,
    until: datetime | None = None,
    rules: Rules = RULES,
) -> dict[Hashable, Memory]:
    """Say what is remembered after many reviews.

    Parameters
    ----------
    keys
        What was reviewed, as a card or a pair of person and card; one per review.
    ratings, times
        Of each review; in any order.
    until
        Reviews after this instant are left out; None takes all.
    rules
        How reviews are scheduled.

    Returns
    -------
    dict
        The state of each key after its last review.

    Raises
    ------
    MizzleError
        As `review`, and for columns of different lengths.

    Examples
    --------
    >>> from datetime import timedelta
    >>> at = datetime(2026, 1, 1, tzinfo=UTC)
    >>> known = replay(["quay", "quay"], [3, 3], [at, at + timedelta(minutes=10)])
    >>> known["quay"].interval_days
    2
    """
    states: dict[Hashable, Memory] = {}
    for key, _, rating, at in _in_order(keys, ratings, times):
        if until is None or at <= until:
            states[key] = review(states.get(key), rating, at, rules)
    return states


def _in_order(
    keys: Sequence[Hashable], ratings: Sequence[int], times: Sequence[datetime]
) -> list[tuple[Hashable, int, int, datetime]]:
    """Give reviews by time, those of one instant as they were given."""
    if not len(keys) == len(ratings) == len(times):
        raise MizzleError(f"There are {len(keys)} cards, {len(ratings)} ratings and {len(times)} times; give one each.")
    rows = zip(keys, range(len(keys)), ratings, times, strict=True)
    return sorted(rows, key=lambda row: (row[3], row[1]))


def language_of_unit(recall: ArrayLike, *, least: int = LEAST) -> Estimate:
    """Say which share of the common language the people of a unit would recall right now.

    Parameters
    ----------
    recall
        R of each person (row) and each concept of the common language (column); NaN where a person never met it.
    least
        The least number of people of whom a mean is said.

    Returns
    -------
    Estimate
        Mean R, 0 to 1; undefined for fewer than `least` people. `n` is the number of people.

    Raises
    ------
    MizzleError
        Where it is no table, or an R is not from 0 to 1.

    Notes
    -----
    Formula: the mean of R over people and concepts; a concept that was never met counts 0.

    Assumes: people remember independently of each other.

    Missing data: what was never met is not missing, it is not known: 0.

    Interval: over the means of people, in Wilson's form with Student's t: it leans towards the middle where the mean is
    near 0 or 1. It covers 93 to 97 % from 5 people on for a mean from 0.15 to 0.85, and from 30 people on up to 0.95.

    Not for: a person. What one person remembers is shown to that person alone, card by card, by `retrievability`.

    References
    ----------
    mizzle's own measure. Checked against means by hand (tests/unit).

    Examples
    --------
    >>> found = language_of_unit([[0.9, 0.8], [0.7, np.nan], [1.0, 0.5], [0.6, 0.6], [0.9, 0.9]])
    >>> round(found.value, 2), found.n
    (0.69, 5)
    """
    table = np.asarray(recall, float)
    if table.ndim != 2 or not table.shape[1]:  # noqa: PLR2004 - people and concepts
        raise MizzleError("Give a table of R: a row for each person, a column for each concept.")
    known = np.nan_to_num(table, nan=0.0, posinf=2.0)
    if ((known < 0) | (known > 1)).any():
        raise MizzleError("R is a probability, from 0 to 1; something else is in the table.")
    n = len(known)
    if n < max(least, 1):
        return Estimate(None, None, n, "share", LANGUAGE)
    people = known.mean(axis=1)
    value = float(people.mean())
    if n == 1:
        return Estimate(value, None, n, "share", LANGUAGE)
    from scipy.special import stdtrit

    t2 = float(stdtrit(n - 1, 0.975)) ** 2
    spread = float(people.var(ddof=1)) / n
    if spread <= 0:
        return Estimate(value, Interval(value, value), n, "share", LANGUAGE)
    share = spread / (value * (1 - value))  # one over the answers of yes or no that would vary as much
    centre = (value + t2 * share / 2) / (1 + t2 * share)
    half = (t2 * (spread + t2 * share * share / 4)) ** 0.5 / (1 + t2 * share)
    return Estimate(value, Interval(max(centre - half, 0.0), min(centre + half, 1.0)), n, "share", LANGUAGE)


@dataclass(frozen=True, slots=True)
class Bin:
    """Reviews of nearly the same predicted R.

    Attributes
    ----------
    low, high
        The least and the greatest predicted R among them.
    predicted
        Their mean predicted R.
    recalled
        The share that was recalled, with Wilson's interval.
    """

    low: float
    high: float
    predicted: float
    recalled: Estimate


@dataclass(frozen=True, slots=True)
class Calibration:
    """How well predicted R goes with what was recalled.

    Attributes
    ----------
    bins
        By predicted R, the lowest first, of nearly equal numbers of reviews.
    predicted
        Mean predicted R.
    recalled
        Share recalled, with Wilson's interval.
    log_loss
        Mean of -ln of the probability that was given to what happened: less is better.
    uninformed
        The log loss of always saying the share recalled: what has to be beaten.
    rmse
        Root of the mean squared difference of predicted and recalled over the bins, weighted by their reviews.
    first, same_day
        Reviews that are not in it: the first of a card, and those on the day of the one before.
    """

    bins: tuple[Bin, ...]
    predicted: Estimate
    recalled: Estimate
    log_loss: Estimate
    uninformed: Estimate
    rmse: Estimate
    first: int
    same_day: int


def calibration(
    keys: Sequence[Hashable],
    ratings: Sequence[int],
    times: Sequence[datetime],
    *,
    rules: Rules = RULES,
    bins: int = BINS,
) -> Calibration:
    """Say how well R foretells what is recalled.

    Parameters
    ----------
    keys, ratings, times
        As `replay`.
    rules
        Whose R is looked at.
    bins
        Into how many groups of nearly equal size the reviews are put.

    Returns
    -------
    Calibration
        A table with shares of 0 to 1, log loss in nats and the root mean squared error over the bins.

    Raises
    ------
    MizzleError
        As `replay`; where no card was reviewed on a later day; for fewer than one bin.

    Notes
    -----
    Formula: before each review R is foretold from the reviews so far; a rating of 2 to 4 is a recall. Log loss is the
    mean of -ln R where it was recalled and of -ln(1 - R) where not; the bins are cut at quantiles of R, equal R
    together.

    Assumes: nothing; it describes these reviews. Reviews of one card are not independent, so the intervals of the bins
    are somewhat narrow.

    Missing data: first reviews and those less than a whole day after the one before foretell nothing and are left out.

    Interval: Wilson's for the share recalled; it covers 93 to 97 % from 100 reviews on, where they are independent.

    Not for: comparing learners.

    References
    ----------
    The benchmark of open-spaced-repetition. Checked against sums by hand (tests/unit).

    Examples
    --------
    >>> days = [datetime(2026, 1, day, tzinfo=UTC) for day in (1, 3, 9, 20)]
    >>> found = calibration(["a"] * 4, [3, 3, 1, 3], days, bins=1)
    >>> found.recalled.n, round(found.recalled.value, 2), found.first
    (3, 0.67, 1)
    """
    if bins < 1:
        raise MizzleError(f"At least one bin is needed, not {bins}.")
    states: dict[Hashable, Memory] = {}
    predicted, recalled, first = [], [], 0
    for key, _, rating, at in _in_order(keys, ratings, times):
        before = states.get(key)
        if before is None:
            first += 1
        elif (at - before.last).days >= 1:
            predicted.append(retrievability(before, at, rules))
            recalled.append(rating != AGAIN)
        states[key] = review(before, rating, at, rules)
    if not predicted:
        raise MizzleError("No card was reviewed again on a later day, so nothing was foretold. Give a longer log.")
    foretold, came = np.array(predicted), np.array(recalled)
    n = len(foretold)
    share = share_of(int(came.sum()), n, CALIBRATION)
    lost = float(-np.log(np.where(came, foretold, np.maximum(1 - foretold, TINY))).mean())
    told = _binned(foretold, came, bins)
    squares = sum(one.recalled.n * (one.predicted - (one.recalled.value or 0.0)) ** 2 for one in told)
    part = float(came.mean())
    plain = -sum(one * float(np.log(one)) for one in (part, 1 - part) if one > 0)
    return Calibration(
        bins=told,
        predicted=Estimate(float(foretold.mean()), None, n, "share", CALIBRATION),
        recalled=share,
        log_loss=Estimate(lost, None, n, "nats", CALIBRATION),
        uninformed=Estimate(plain, None, n, "nats", CALIBRATION),
        rmse=Estimate((squares / n) ** 0.5, None, n, "share", CALIBRATION),
        first=first,
        same_day=len(keys) - first - n,
    )


def _binned(foretold: NDArray[np.float64], came: NDArray[np.bool_], bins: int) -> tuple[Bin, ...]:
    """Cut reviews at quantiles of R; equal R stay together."""
    edges = np.quantile(foretold, np.arange(1, bins) / bins)
    places = np.searchsorted(edges, foretold, side="right")
    found = []
    for place in np.unique(places):
        theirs = foretold[places == place]
        recalled = share_of(int(came[places == place].sum()), len(theirs), CALIBRATION)
        mean = min(max(float(theirs.mean()), float(theirs.min())), float(theirs.max()))
        found.append(Bin(float(theirs.min()), float(theirs.max()), mean, recalled))
    return tuple(found)
