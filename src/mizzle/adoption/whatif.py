"""What if? Simulations of how a practice could spread. They show what is possible, and measure nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from mizzle.errors import MizzleError
from mizzle.estimate import Estimate, share_of
from mizzle.samples import drawn_mean

if TYPE_CHECKING:
    import numpy.typing as npt

    Numbers = npt.NDArray[np.float64]

THRESHOLDS = "adoption.thresholds/1"
COMMITTED = "adoption.committed_minority/1"
WHAT_IF = "A what-if, no measurement: it follows from its assumptions, and people need not follow them."
NEW, OLD, BOTH = 0, 1, 2
MOST_AGENTS, MOST_STEPS = 100_000, 5_000_000
SLACK = 1e-12
MOST = 1e6
"""A mean or deviation of thresholds, as a share, beyond which it is a slip."""

CARRIED = 0.9
"""Share of people from which the others count as carried along."""

PAIR = 2
"""People whom a meeting takes."""


@dataclass(frozen=True, slots=True)
class Cascade:
    """How far a practice spreads among people who each wait until enough others do it.

    Attributes
    ----------
    shares
        Share of people in it, step by step, until nobody joins any more.
    end
        The last of them.
    what_if
        What it is not.
    """

    shares: tuple[float, ...]
    end: float
    what_if: str = WHAT_IF


@dataclass(frozen=True, slots=True)
class Thresholds:
    """The same, for thresholds drawn again and again.

    Attributes
    ----------
    end
        Mean share in the end; its ends hold 95 % of the runs, and are no interval of a truth.
    carried
        Share of the runs in which at least nine in ten joined, with Wilson's interval.
    runs
        How many runs.
    what_if
        What it is not.
    """

    end: Estimate
    carried: Estimate
    runs: int
    what_if: str = WHAT_IF


@dataclass(frozen=True, slots=True)
class CommittedMinority:
    """How often a minority that never gives in carries the others along.

    Attributes
    ----------
    carried
        Share of the runs in which all ended with the new practice, with Wilson's interval.
    end
        Mean share of people with the new practice alone at the end; its ends hold 95 % of the runs.
    rounds
        Median of the rounds that it took, where it was carried; undefined where it never was.
    runs
        How many runs.
    what_if
        What it is not.
    """

    carried: Estimate
    end: Estimate
    rounds: Estimate
    runs: int
    what_if: str = WHAT_IF


def cascade(thresholds: npt.ArrayLike, *, start: float = 0.0) -> Cascade:
    """Follow a practice among people who each join once enough others have.

    Parameters
    ----------
    thresholds
        For each person, the share of people (0 to 1) that must do it before this person does; 0 for who begins.
    start
        Share of people who do it anyway, to begin with.

    Returns
    -------
    Cascade
        Shares step by step.

    Raises
    ------
    MizzleError
        For no person, or shares outside 0 and 1 (a threshold above 1 is never reached, and is allowed).

    Notes
    -----
    Formula: the share of the next step is that of people whose threshold is at most the share of this one.

    Assumes: each sees all others, decides by their number alone, and never stops.

    Missing data: people without a threshold are left out.

    Interval: none; it follows from the thresholds.

    Not for: a forecast. A crowd of one other threshold can end wholly elsewhere, which is its lesson.

    References
    ----------
    Granovetter, M. (1978), Threshold models of collective behavior, American Journal of Sociology 83, 1420-1443.
    Checked against his two crowds of 100: tests/golden.

    Examples
    --------
    >>> cascade([one / 100 for one in range(100)]).end
    1.0
    >>> cascade([0, 0.02] + [one / 100 for one in range(2, 100)]).end
    0.01
    """
    told = np.asarray(thresholds, float).ravel()
    told = np.sort(told[~np.isnan(told)])
    if not len(told):
        raise MizzleError("Nobody has a threshold. Give the share of others that each person waits for.")
    if told[0] < 0 or not 0 <= start <= 1:
        raise MizzleError("A threshold or a start is outside 0 and 1. Give shares: 0.25 for a quarter.")
    shares = [start]
    while True:
        share = max(int(np.searchsorted(told, shares[-1] + SLACK, side="right")) / len(told), start)
        if share <= shares[-1]:
            return Cascade(tuple(shares), shares[-1])
        shares.append(share)


def thresholds(
    people: int, mean: float, deviation: float, *, rng: np.random.Generator, runs: int = 1000, start: float = 0.0
) -> Thresholds:
    """Follow a practice among people whose thresholds are drawn by chance, again and again.

    Parameters
    ----------
    people
        How many people.
    mean, deviation
        Mean and standard deviation of the thresholds, as shares of people; normally distributed. Whoever is drawn below
        0 begins, whoever is drawn above 1 never joins.
    rng
        Where chance comes from.
    runs
        How often thresholds are drawn.
    start
        Share of people who do it anyway.

    Returns
    -------
    Thresholds
        Mean share in the end, and how often nearly all joined.

    Raises
    ------
    MizzleError
        For no people, no runs, a deviation below 0, or more than can be drawn.

    Notes
    -----
    Formula: as `cascade`, for each run.

    Assumes: the same as `cascade`, and normally distributed thresholds.

    Missing data: none; nothing is observed.

    Interval: the ends hold 95 % of the runs. They say how chance plays within the assumptions, not how sure these are.

    Not for: a forecast.

    References
    ----------
    Granovetter (1978): with thresholds of mean 25 in 100, the end leaps at a deviation of about 12.2. Checked:
    tests/golden.

    Examples
    --------
    >>> thresholds(100, 0.25, 0.05, rng=np.random.default_rng(1), runs=50).end.value < 0.05
    True
    """
    _check_size(people, runs, runs * people)
    if not 0 <= deviation <= MOST or not 0 <= start <= 1 or not abs(mean) <= MOST:
        raise MizzleError("Give mean and start as shares, and a deviation of at least 0.")
    drawn = np.sort(rng.normal(mean, deviation, (runs, people)), axis=1)
    in_before = np.maximum(np.arange(people) / people, start)
    waits = drawn > in_before + SLACK
    first = np.where(waits.any(axis=1), waits.argmax(axis=1), people)
    ends = np.maximum(first / people, start)
    carried = share_of(int((ends >= CARRIED).sum()), runs, THRESHOLDS)
    return Thresholds(drawn_mean(ends, runs, "share", THRESHOLDS), carried, runs)


def committed_minority(
    people: int, committed: float, *, rng: np.random.Generator, rounds: int = 200, runs: int = 100
) -> CommittedMinority:
    """Follow a naming game in which a minority never gives in.

    Parameters
    ----------
    people
        How many people.
    committed
        Share of them who hold on to the new practice whatever the others do; the rest begin with the old one.
    rng
        Where chance comes from.
    rounds
        Rounds; in one, as many meetings of two take place as there are people.
    runs
        How often it is played.

    Returns
    -------
    CommittedMinority
        How often all ended with the new practice, and how long it took.

    Raises
    ------
    MizzleError
        For fewer than two people, a share outside 0 and 1, or more meetings than can be played.

    Notes
    -----
    Formula: one of two who meet shows a practice that he or she knows. Who knows it too keeps that one alone, and so
    does who showed it; who does not know it knows both from then on. The committed never learn.

    Assumes: all meet alike, and one meeting is enough to learn.

    Missing data: none; nothing is observed.

    Interval: Wilson's for the share of runs; the ends of the mean hold 95 % of the runs. They say how chance plays
    within the assumptions, not how sure these are.

    Not for: a forecast, nor as the share that you need: in this game about 10 % are enough, in Centola's experiment
    25 %.

    References
    ----------
    Xie, J. et al. (2011), Social consensus through the influence of committed minorities, Physical Review E 84, 011130:
    the critical share is 0.0979 where all meet alike. Checked on both sides of it: tests/golden.

    Examples
    --------
    >>> committed_minority(50, 0.3, rng=np.random.default_rng(1), runs=20).carried.value
    1.0
    """
    _check_size(people, runs, rounds * people)
    if people < PAIR or rounds < 1 or not 0 <= committed <= 1:
        raise MizzleError("Give at least two people, one round, and the committed as a share between 0 and 1.")
    zealots = round(committed * people)
    knows = np.full((runs, people), OLD, np.int8)
    knows[:, :zealots] = NEW
    took = np.full(runs, np.nan)
    took[np.full(runs, zealots == people)] = 0
    row = np.arange(runs)
    for number in range(1, rounds + 1):
        speakers, others = rng.integers(0, people, (2, people, runs))
        others = np.where(others == speakers, (others + 1) % people, others)
        coins = rng.integers(0, 2, (people, runs), dtype=np.int8)
        for speaker, other, coin in zip(speakers, others, coins, strict=True):
            _meet(knows, row, speaker, other, coin, zealots)
        done = np.isnan(took) & (knows == NEW).all(axis=1)
        took[done] = number
        if not np.isnan(took).any():
            break
    carried = int((~np.isnan(took)).sum())
    median = Estimate(float(np.nanmedian(took)) if carried else None, None, carried, "rounds", COMMITTED)
    ends = (knows == NEW).mean(axis=1)
    return CommittedMinority(
        share_of(carried, runs, COMMITTED), drawn_mean(ends, len(ends), "share", COMMITTED), median, runs
    )


def _meet(
    knows: npt.NDArray[np.int8],
    row: npt.NDArray[np.int64],
    speaker: npt.NDArray[np.int64],
    other: npt.NDArray[np.int64],
    coin: npt.NDArray[np.int8],
    zealots: int,
) -> None:
    """Let two meet in each run."""
    shown = knows[row, speaker]
    shown = np.where(shown == BOTH, coin, shown)
    had = knows[row, other]
    known = (had == shown) | (had == BOTH)
    learns = other >= zealots
    knows[row, other] = np.where(learns, np.where(known, shown, BOTH), had)
    settles = known & (speaker >= zealots)
    knows[row, speaker] = np.where(settles, shown, knows[row, speaker])


def _check_size(people: int, runs: int, steps: int) -> None:
    if not 1 <= people <= MOST_AGENTS or runs < 1 or steps > MOST_STEPS:
        raise MizzleError(
            f"Give 1 to {MOST_AGENTS:,} people and at least one run; together not more than {MOST_STEPS:,} steps."
        )
