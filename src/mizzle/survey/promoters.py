"""Scores of single questions that organisations know: the Net Promoter Score and the Customer Effort Score."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from mizzle.errors import MizzleError
from mizzle.estimate import Z95, Estimate, Interval, student_mean
from mizzle.survey.answers import as_column
from mizzle.survey.shares import share

if TYPE_CHECKING:
    import numpy.typing as npt

NPS = "survey.nps/1"
CES = "survey.ces/1"

PROMOTER, DETRACTOR, HIGHEST = 9, 6, 10
EASY = 5
"""The least answer of seven that calls something easy."""

HALVINGS = 60
"""Steps of a bisection; the ends are then right to the last digit."""


@dataclass(frozen=True, slots=True)
class NetPromoters:
    """A Net Promoter Score with what it is made of.

    Attributes
    ----------
    score
        Promoters less detractors, in points from -100 to 100.
    standard_error
        Of the score, in points.
    promoters, passives, detractors
        Shares of those who answered.
    """

    score: Estimate
    standard_error: Estimate
    promoters: Estimate
    passives: Estimate
    detractors: Estimate


@dataclass(frozen=True, slots=True)
class Effort:
    """How easy it was for customers.

    Attributes
    ----------
    score
        The mean answer, in points of the scale.
    easy
        Share of answers that call it easy.
    """

    score: Estimate
    easy: Estimate


def nps(answers: npt.ArrayLike) -> NetPromoters:
    """Say how many more customers would recommend the service than would not: the Net Promoter Score.

    Parameters
    ----------
    answers
        One answer for each customer, a whole number from 0 to 10; NaN where nothing was said.

    Returns
    -------
    NetPromoters
        The score in points from -100 to 100, with its standard error and the three shares; undefined without answers.

    Raises
    ------
    MizzleError
        For an answer that is no whole number from 0 to 10.

    Notes
    -----
    Formula: 100 · (share of 9 and 10 - share of 0 to 6). Standard error: the exact one of the multinomial
    distribution, 100 · √((p + d - (p - d)²) / n), with p promoters and d detractors.

    Assumes: one answer for each customer, given independently.

    Missing data: left out.

    Interval: score interval of the difference of two shares of one sample (Tango): all differences that a test with
    the multinomial variance, worked out under the difference itself, does not reject. The plain one, score ± 1.96
    standard errors, is too short for few answers and cannot be told at all where all answer alike.

    Not for: comparing countries, whose habits of using a scale differ, or one team's month with 20 answers: its
    interval is then about 60 points wide.

    References
    ----------
    Tango, T. (1998), Equivalence test and confidence interval for the difference in proportions for the paired-sample
    design, Statistics in Medicine 17, 891-908. Rocks, B. (2016), Interval estimation for the Net Promoter Score, The
    American Statistician 70, 365-372.

    Examples
    --------
    >>> found = nps([10, 9, 9, 8, 7, 6, 3, 10])
    >>> found.score.value, round(found.standard_error.value, 2)
    (25.0, 29.32)
    """
    values = as_column(answers)
    values = values[~np.isnan(values)]
    n = len(values)
    if ((values < 0) | (values > HIGHEST) | (values != np.floor(values))).any():
        raise MizzleError(
            "The question of the Net Promoter Score is answered by a whole number from 0 to 10, and some answers are"
            " not. Mend or leave out those, or name another column."
        )
    up, down = int((values >= PROMOTER).sum()), int((values <= DETRACTOR).sum())
    shares = [share(part, n, NPS) for part in (up, n - up - down, down)]
    if not n:
        nothing = Estimate(None, None, 0, "points", NPS)
        return NetPromoters(nothing, nothing, *shares)
    score = 100 * (up - down) / n
    error = 100 * math.sqrt((up + down - (up - down) ** 2 / n) / n / n)
    low, high = _difference(up, down, n)
    return NetPromoters(
        Estimate(score, Interval(min(100 * low, score), max(100 * high, score)), n, "points", NPS),
        Estimate(error, None, n, "points", NPS),
        *shares,
    )


def _difference(up: int, down: int, n: int) -> tuple[float, float]:
    """Find the differences of two shares of one sample that its score test does not reject at 5 %."""
    high = _end(up, down, n)
    return -_end(down, up, n), high


def _end(up: int, down: int, n: int) -> float:
    """Find the upper end, by bisection between the difference found and 1."""
    found = (up - down) / n
    inside, outside = found, 1.0
    for _ in range(HALVINGS):
        middle = (inside + outside) / 2
        if _distance(up, down, n, middle) <= Z95:
            inside = middle
        else:
            outside = middle
    return inside


def _distance(up: int, down: int, n: int, difference: float) -> float:
    """Say how many standard errors the difference found lies below a supposed one."""
    # The share of detractors that is most likely if the difference is as supposed: a root of a quadratic equation.
    b = -up - down + (2 * n - up + down) * difference
    c = -down * difference * (1 - difference)
    detractors = (math.sqrt(max(b * b - 8 * n * c, 0.0)) - b) / (4 * n)
    variance = n * (2 * detractors + difference * (1 - difference))
    return (n * difference - up + down) / math.sqrt(variance) if variance > 0 else math.inf


def ces(answers: npt.ArrayLike, *, at_least: float = EASY) -> Effort:
    """Say how easy it was for customers: the Customer Effort Score.

    Parameters
    ----------
    answers
        One answer for each customer, in points of a scale on which more is easier (usually 1 to 7); NaN where nothing
        was said.
    at_least
        The least answer that calls it easy: 5 of seven.

    Returns
    -------
    Effort
        The mean in points, and the share that calls it easy; undefined without answers.

    Raises
    ------
    MizzleError
        For what is no column of numbers.

    Notes
    -----
    Formula: mean of the answers; answers of at least `at_least` ÷ answers given.

    Assumes: one answer for each customer, given independently. The mean takes the steps of the scale as equal, as the
    score is defined; the share does not.

    Missing data: left out.

    Interval: of the mean Student's t, from two answers on; of the share Wilson's.

    Not for: scales on which more means more effort: turn those round first (`reverse`).

    References
    ----------
    A definition. Wilson's interval as in `favourable`.

    Examples
    --------
    >>> found = ces([7, 6, 5, 2, 7, 4])
    >>> round(found.score.value, 3), round(found.easy.value, 3)
    (5.167, 0.667)
    """
    values = as_column(answers)
    values = values[~np.isnan(values)]
    n = len(values)
    easy = share(int((values >= at_least).sum()), n, CES)
    if not n:
        return Effort(Estimate(None, None, 0, "points", CES), easy)
    sd = float(values.std(ddof=min(n - 1, 1)))
    return Effort(student_mean(float(values.mean()), sd, n, "points", CES), easy)
