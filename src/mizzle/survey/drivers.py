"""What goes with an outcome, and how much of it: shares of R² among predictors that go together themselves."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import stdtrit

from mizzle.errors import MizzleError
from mizzle.estimate import Estimate, Interval
from mizzle.survey.answers import as_column, as_table, complete, estimate, varying
from mizzle.survey.orderings import MOST_PREDICTORS, PERMUTATIONS, all_subsets, sampled, shapley
from mizzle.survey.resampling import bags, resampled

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy.typing as npt

    from mizzle.survey.answers import Numbers

METHOD = "survey.importance/1"

REPLICATES = 1000
"""Samples drawn again for the intervals."""

FEWEST_REPLICATES = 200
"""Replicates below which the ends of an interval wander."""

NOTHING_NEW = 1e-10
"""Share of a predictor's variance below which the others say it all."""


@dataclass(frozen=True, slots=True)
class Importance:
    """How much of an outcome goes with each of several predictors.

    Attributes
    ----------
    r2
        The share of the outcome's variance that goes with all predictors together.
    lmg
        For each predictor its part of R², averaged over all orders in which predictors can enter; they add up to R².
    shares
        The same as shares of R².
    performance
        The mean of each predictor, in points.
    correlations
        Of each predictor with the outcome; the sign says which way they go together.
    first, last
        Part of R² of a predictor alone, and what it adds to all others.
    genizi, pratt, betasq, car
        Other divisions of R²: Genizi's (the relative weights of Johnson), beta · r, beta², and squared correlations
        with the decorrelated predictors.
    incomplete
        Rows left out since a number is missing.
    replicates
        Samples on which the intervals rest; 0 where there are none.
    is_collinear
        True where a predictor is made of others.
    permutations
        Orders that were drawn at random where there are too many; 0 where all were taken.
    """

    r2: Estimate
    lmg: Mapping[str, Estimate]
    shares: Mapping[str, Estimate]
    performance: Mapping[str, Estimate]
    correlations: Mapping[str, Estimate]
    first: Mapping[str, float]
    last: Mapping[str, float]
    genizi: Mapping[str, float]
    pratt: Mapping[str, float]
    betasq: Mapping[str, float]
    car: Mapping[str, float]
    incomplete: int
    replicates: int
    is_collinear: bool
    permutations: int


def importance(
    outcome: npt.ArrayLike,
    predictors: npt.ArrayLike,
    names: Sequence[str] | None = None,
    *,
    rng: np.random.Generator,
    replicates: int = REPLICATES,
) -> Importance:
    """Say how much of an outcome goes with each of several predictors that go together themselves.

    Parameters
    ----------
    outcome
        One number for each person, in points; NaN where nothing was said.
    predictors
        A row for each person, a column for each predictor, in points; NaN where nothing was said.
    names
        Of the predictors; numbers from 1 where None.
    rng
        Draws samples for the intervals, and orders where there are more than 24 predictors.
    replicates
        How many samples; 0 for no intervals. With 20 predictors 1,000 take about a minute.

    Returns
    -------
    Importance
        Parts of R², each from 0 to R², with R² itself and the mean of each predictor beside them. Association, not
        cause.

    Raises
    ------
    MizzleError
        For columns of different length, no more complete rows than predictors and two, or a column that does not vary.

    Notes
    -----
    Formula: LMG is the mean, over all orders of the predictors, of what one adds to R² when it enters: the Shapley
    value of R². All 2^p subsets are worked out from the correlations; above 24 predictors 4,096 orders are drawn.

    Assumes: straight lines, one row for each person. The parts say what goes together here, and not what would change
    if somebody changed a predictor.

    Missing data: rows with a missing number are left out, and counted.

    Interval: from samples drawn again (1,000 bootstrap samples; beyond 4,096 rows of bags of rows), between their 2.5
    and 97.5 percentiles; those of R² are first taken back, as adjusted R² is, once for chance in the data and once for
    the drawing. It holds from 100 rows on with five predictors, and from 200 with ten. Above 24 predictors none. A
    part is never below 0, so the interval of one whose true part is nothing lies above nothing: for the question
    whether there is anything at all see `correlations`.

    Not for: choosing what to do by rank alone; fewer than about 100 rows; predictors that contain the outcome.

    References
    ----------
    Grömping, U. (2006), Relative importance for linear regression in R: the package relaimpo, J. Statistical Software
    17(1). Its swiss data and the attitude data are checked: tests/golden/proofs/survey.py.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> x = [[1, 4], [2, 1], [3, 5], [4, 2], [5, 6], [6, 3], [2, 2], [5, 4]]
    >>> found = importance([1, 2, 4, 3, 6, 5, 1, 5], x, ["help", "pace"], rng=rng)
    >>> round(found.r2.value, 3), round(found.lmg["help"].value, 3), round(found.lmg["pace"].value, 3)
    (0.934, 0.686, 0.248)
    """
    y = as_column(outcome, "outcome")
    x, told = as_table(predictors, names, least=1)
    if len(y) != len(x):
        raise MizzleError(
            f"There are {len(y)} outcomes and {len(x)} rows of predictors; give one outcome for each row."
        )
    p = x.shape[1]
    kept, incomplete = complete(np.column_stack([x, y]), least=p + 3)
    about, means = varying(kept, [*told, "the outcome"], in_place=True)
    spread = np.sqrt(np.einsum("ij,ij->j", about, about))
    r = (about.T @ about) / np.outer(spread, spread)
    np.fill_diagonal(r, 1.0)
    lmg = shapley(all_subsets(r)) if p <= MOST_PREDICTORS else sampled(r, rng)
    drawn = replicates if p <= MOST_PREDICTORS else 0
    values = _figures(lmg[:, None], r[:p, p][:, None])[:, 0]
    ends = _intervals(about, spread, drawn, rng)
    n = len(kept)
    parts = [
        estimate(float(value), ends[place] if ends is not None else None, n, METHOD, unit=unit)
        for place, (value, unit) in enumerate(zip(values, ["share"] * (1 + 2 * p) + [""] * p, strict=True))
    ]
    half = float(stdtrit(n - 1, 0.975)) * spread[:p] / math.sqrt(n * (n - 1))
    divided = _divided(r)
    return Importance(
        r2=parts[0],
        lmg=dict(zip(told, parts[1 : 1 + p], strict=True)),
        shares=dict(zip(told, parts[1 + p : 1 + 2 * p], strict=True)),
        performance={
            name: Estimate(float(mean), Interval(float(mean - width), float(mean + width)), n, "points", METHOD)
            for name, mean, width in zip(told, means[:p], half, strict=True)
        },
        correlations=dict(zip(told, parts[1 + 2 * p :], strict=True)),
        **{way: dict(zip(told, map(float, parts_of), strict=True)) for way, parts_of in divided.items()},
        incomplete=incomplete,
        replicates=drawn if ends is not None else 0,
        is_collinear=bool(np.linalg.eigvalsh(r[:p, :p])[0] < NOTHING_NEW),
        permutations=0 if p <= MOST_PREDICTORS else PERMUTATIONS,
    )


def _figures(lmg: Numbers, with_outcome: Numbers) -> Numbers:
    """Stack R², parts, shares of R² and correlations, for each of many samples."""
    whole = lmg.sum(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.concatenate([whole[None], lmg, lmg / whole, with_outcome])


def _intervals(about: Numbers, spread: Numbers, replicates: int, rng: np.random.Generator) -> Numbers | None:
    """Give the ends from samples drawn again; None where there are too few."""
    if not replicates:
        return None
    n, p = len(about), len(spread) - 1
    products = bags(about, rng) / np.outer(np.append(spread, 1.0), np.append(spread, 1.0))
    drawn = np.concatenate(
        [_figures(shapley(all_subsets(r)), r[:p, p]) for r in resampled(products, replicates, rng)], axis=1
    )
    usable = drawn[:, np.isfinite(drawn).all(axis=0)]
    if usable.shape[1] < FEWEST_REPLICATES:
        return None
    # R² is too high by chance, and drawn again it is so twice: it is taken back for each time.
    shrink = (n - 1) / (n - p - 1)
    usable[0] = np.maximum(1 - (1 - usable[0]) * shrink**2, 0.0)
    ends: Numbers = np.quantile(usable, (0.025, 0.975), axis=1).T
    return ends


def _divided(r: Numbers) -> Mapping[str, Numbers]:
    """Divide R² in other ways that are known."""
    p = len(r) - 1
    x, y = r[:p, :p], r[:p, p]
    values, vectors = np.linalg.eigh(x)
    values = np.where(values > NOTHING_NEW, values, 0.0)
    inverse = np.divide(1.0, values, out=np.zeros(p), where=values > 0)
    beta = (vectors * inverse) @ (vectors.T @ y)
    root, unroot = (vectors * np.sqrt(values)) @ vectors.T, (vectors * np.sqrt(inverse)) @ vectors.T
    apart = unroot @ y
    return {
        "first": y * y,
        "last": np.array([_last(x, y, place) for place in range(p)]),
        "genizi": (root * root) @ (apart * apart),
        "pratt": beta * y,
        "betasq": beta * beta,
        "car": apart * apart,
    }


def _last(x: Numbers, y: Numbers, place: int) -> float:
    """Say what a predictor adds to all others; nothing where they make it up."""
    rest = np.delete(np.arange(len(y)), place)
    towards = np.linalg.pinv(x[np.ix_(rest, rest)], rcond=NOTHING_NEW, hermitian=True) @ x[rest, place]
    left = 1 - float(towards @ x[rest, place])
    return float((y[place] - towards @ y[rest]) ** 2 / left) if left > NOTHING_NEW else 0.0
