"""Shares of people: who finds something good, who answered, who is satisfied."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from mizzle.errors import MizzleError
from mizzle.estimate import Estimate, wilson
from mizzle.survey.answers import as_column, as_table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy.typing as npt

FAVOURABLE = "survey.favourable/1"
RESPONSE_RATE = "survey.response_rate/1"
CSAT = "survey.csat/1"

GOOD = 4
"""The least answer that counts as good on a scale of five or six points."""


@dataclass(frozen=True, slots=True)
class Favourable:
    """How many answers are favourable.

    Attributes
    ----------
    overall
        Share of all answers given, over all items; its interval treats the person, not the answer, as the sampling
        unit. `n` counts answers.
    items
        The share for each item. `n` counts those who answered it.
    people
        How many people gave an answer.
    """

    overall: Estimate
    items: Mapping[str, Estimate]
    people: int


def share(part: int, n: int, method: str) -> Estimate:
    """Give a share with Wilson's interval; undefined where there is nothing to share."""
    if not n:
        return Estimate(None, None, 0, "share", method)
    return Estimate(part / n, wilson(part / n, n), n, "share", method)


def favourable(answers: npt.ArrayLike, items: Sequence[str] | None = None, *, at_least: float = GOOD) -> Favourable:
    """Say which share of the answers given are favourable.

    Parameters
    ----------
    answers
        A row for each person, a column for each item, in points of the scale; NaN where nothing was said.
    items
        Names of the items; numbers from 1 where None.
    at_least
        The least answer that counts as favourable, in points: 4 on scales of five or six.

    Returns
    -------
    Favourable
        Shares of 0 to 1, of each item and overall; undefined where nobody answered.

    Raises
    ------
    MizzleError
        For what is no table of numbers.

    Notes
    -----
    Formula: answers of at least `at_least` ÷ answers given.

    Assumes: people answered independently of each other; their answers to several items need not be.

    Missing data: a missing answer counts neither as favourable nor in the denominator.

    Interval: Wilson's. Overall it rests on the number of answers that the spread between people leaves: p (1 - p) over
    the variance of the ratio of a person's favourable answers to answers given, at most all answers.

    Not for: people who answered out of all who could have (see `raking`), or the level of an answer: a scale that is
    always just short of good shows 0.

    References
    ----------
    Wilson, E. B. (1927); the interval is checked against Newcombe (1998), Statistics in Medicine 17, table I:
    tests/golden/proofs/survey.py.

    Examples
    --------
    >>> found = favourable([[5, 4], [3, 4], [2, 6], [4, float("nan")]], ["help", "pace"])
    >>> found.items["help"].value, found.items["pace"].value, round(found.overall.value, 3)
    (0.5, 1.0, 0.714)
    """
    table, names = as_table(answers, items, least=1)
    given = ~np.isnan(table)
    good = table >= at_least
    told = {
        name: share(int(good[:, place].sum()), int(given[:, place].sum()), FAVOURABLE)
        for place, name in enumerate(names)
    }
    by_person, of_person = good.sum(axis=1).astype(float), given.sum(axis=1).astype(float)
    people, n = int((of_person > 0).sum()), int(of_person.sum())
    return Favourable(_overall(by_person, of_person, people, n), told, people)


def _overall(good: npt.NDArray[np.float64], given: npt.NDArray[np.float64], people: int, n: int) -> Estimate:
    if not n:
        return Estimate(None, None, 0, "share", FAVOURABLE)
    p = float(good.sum()) / n
    effective = float(people)
    if 0 < p < 1 and people > 1:
        residuals = good - p * given
        variance = people / (people - 1) * float(residuals @ residuals) / n**2
        effective = n if variance <= 0 else min(p * (1 - p) / variance, n)
    return Estimate(p, wilson(p, effective), n, "share", FAVOURABLE)


def response_rate(answered: int, invited: int) -> Estimate:
    """Say which share of the people who were invited answered.

    Parameters
    ----------
    answered, invited
        Numbers of people.

    Returns
    -------
    Estimate
        A share of 0 to 1. `n` counts those invited.

    Raises
    ------
    MizzleError
        For nobody invited, or more answers than invitations.

    Notes
    -----
    Formula: answered ÷ invited.

    Assumes: every invitation reached somebody; those that bounced are to be taken out first.

    Missing data: whoever gave no answer at all has not answered.

    Interval: Wilson's, for the willingness of people like these to answer. Of this roster the rate itself is exact.

    Not for: proof that those who answered stand for all; a high rate can be one-sided, a low one need not be.

    References
    ----------
    A definition. Wilson's interval as in `favourable`.

    Examples
    --------
    >>> response_rate(42, 60).value
    0.7
    """
    if invited < 1:
        raise MizzleError("Nobody was invited, so there is no response rate. Give the number of people invited.")
    if not 0 <= answered <= invited:
        raise MizzleError(f"{answered} of {invited} cannot have answered. Count each person once on both sides.")
    return share(answered, invited, RESPONSE_RATE)


def csat(answers: npt.ArrayLike, *, at_least: float = GOOD) -> Estimate:
    """Say which share of the customers who answered are satisfied: CSAT.

    Parameters
    ----------
    answers
        One answer for each customer, in points of the scale; NaN where nothing was said.
    at_least
        The least answer that counts as satisfied: 4 on a scale of five.

    Returns
    -------
    Estimate
        A share of 0 to 1; undefined without an answer. `n` counts answers.

    Raises
    ------
    MizzleError
        For what is no column of numbers.

    Notes
    -----
    Formula: answers of at least `at_least` ÷ answers given; the two highest points of five, as is usual.

    Assumes: one answer for each customer, given independently.

    Missing data: left out.

    Interval: Wilson's.

    Not for: comparing scales of different length, or customers who were chosen by those they rate.

    References
    ----------
    A definition. Wilson's interval as in `favourable`.

    Examples
    --------
    >>> csat([5, 4, 3, 5, 2, 4, 4, 1]).value
    0.625
    """
    values = as_column(answers)
    return share(int((values >= at_least).sum()), int((~np.isnan(values)).sum()), CSAT)
