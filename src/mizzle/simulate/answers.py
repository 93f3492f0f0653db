"""Answers of people who never were, with what is true of them: scales, teams, coders, drivers of an outcome."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt
    from numpy.typing import NDArray

    Numbers = NDArray[np.float64]


def scale_answers(
    rng: np.random.Generator, n: int, loadings: Sequence[float], cuts: Sequence[float] | None = None
) -> Numbers:
    """Draw answers to a scale behind which there is one thing.

    Parameters
    ----------
    rng
        Draws them.
    n
        People.
    loadings
        Of the items on what is behind them, each from 0 to 1; a standardised item has that correlation with it.
    cuts
        Where the steps of the answers lie, in standard deviations: five cuts make six points. Cuts that are not
        symmetric make skewed answers. None for answers without steps.

    Returns
    -------
    array
        A row for each person, a column for each item. Without steps and with all loadings l, the true alpha of k items
        is k l² / (1 + (k - 1) l²), and for any loadings the true omega is (Σ l)² / ((Σ l)² + Σ (1 - l²)).

    Examples
    --------
    >>> scale_answers(np.random.default_rng(1), 1000, [0.8] * 4, [-1, 0, 1]).mean(axis=0).round(1).tolist()
    [2.5, 2.4, 2.5, 2.5]
    """
    strength = np.asarray(loadings, dtype=float)
    behind = rng.standard_normal((n, 1))
    answers: Numbers = strength * behind + np.sqrt(1 - strength**2) * rng.standard_normal((n, len(strength)))
    return answers if cuts is None else _stepped(answers, cuts)


def team_answers(
    rng: np.random.Generator, sizes: Sequence[int], icc: float, cuts: Sequence[float] | None = None
) -> tuple[Numbers, NDArray[np.int64]]:
    """Draw one answer of each member of several teams.

    Parameters
    ----------
    rng
        Draws them.
    sizes
        Members of each team.
    icc
        The share of the variance that lies between teams: the true ICC(1) where there are no steps.
    cuts
        Where the steps of the answers lie, in standard deviations; None for answers without steps.

    Returns
    -------
    array, array
        The answers, and the team of each, from 0.

    Examples
    --------
    >>> answers, teams = team_answers(np.random.default_rng(1), [3, 4], 0.2)
    >>> len(answers), teams.tolist()
    (7, [0, 0, 0, 1, 1, 1, 1])
    """
    teams = np.repeat(np.arange(len(sizes)), sizes)
    between = np.sqrt(icc) * rng.standard_normal(len(sizes))
    answers: Numbers = between[teams] + np.sqrt(1 - icc) * rng.standard_normal(len(teams))
    return (answers if cuts is None else _stepped(answers, cuts)), teams


def coded_units(
    rng: np.random.Generator, units: int, raters: int, shares: Sequence[float], sure: float, missing: float = 0.0
) -> Numbers:
    """Draw the categories into which raters put units, each sure of some and guessing at the rest.

    Parameters
    ----------
    rng
        Draws them.
    units, raters
        How many.
    shares
        Of the categories, which are numbered from 1; they add up to 1.
    sure
        The share of ratings that are right for certain; the others are drawn from `shares`.
    missing
        The share of ratings that are not there.

    Returns
    -------
    array
        A row for each unit, a column for each rater, NaN where there is no rating. The true alpha is sure², at every
        level of measurement, since two raters agree beyond chance where both are sure.

    Examples
    --------
    >>> coded_units(np.random.default_rng(1), 3, 2, [0.5, 0.5], 1.0).tolist()
    [[2.0, 2.0], [2.0, 2.0], [1.0, 1.0]]
    """
    categories, chances = np.arange(1.0, len(shares) + 1), np.asarray(shares, dtype=float)
    true = rng.choice(categories, (units, 1), p=chances)
    guess = rng.choice(categories, (units, raters), p=chances)
    ratings: Numbers = np.where(rng.random((units, raters)) < sure, true, guess)
    ratings[rng.random((units, raters)) < missing] = np.nan
    return ratings


def drivers_and_outcome(
    rng: np.random.Generator, n: int, correlations: npt.ArrayLike, cuts: Sequence[float] | None = None
) -> tuple[Numbers, Numbers]:
    """Draw predictors and an outcome with known correlations.

    Parameters
    ----------
    rng
        Draws them.
    n
        People.
    correlations
        Of the predictors with each other, the outcome last.
    cuts
        Where the steps of the answers lie, in standard deviations; None for answers without steps, for which the
        correlations are the true ones.

    Returns
    -------
    array, array
        The predictors, a column for each, and the outcome.

    Examples
    --------
    >>> x, y = drivers_and_outcome(np.random.default_rng(1), 2000, [[1, 0.5], [0.5, 1]])
    >>> round(float(np.corrcoef(x[:, 0], y)[0, 1]), 1)
    0.5
    """
    factor = np.linalg.cholesky(np.asarray(correlations, dtype=float))
    drawn: Numbers = rng.standard_normal((n, len(factor))) @ factor.T
    stepped = drawn if cuts is None else _stepped(drawn, cuts)
    return stepped[:, :-1], stepped[:, -1]


def _stepped(answers: Numbers, cuts: Sequence[float]) -> Numbers:
    return np.searchsorted(np.asarray(cuts, dtype=float), answers).astype(float) + 1
