"""McDonald's omega: how much of the sum of a scale is what its items have in common."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from mizzle.errors import MizzleError
from mizzle.estimate import Estimate
from mizzle.survey.answers import as_table, complete, estimate, varying
from mizzle.survey.reliability import below_one

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy.typing as npt

    from mizzle.survey.answers import Numbers

OMEGA = "survey.omega/1"

LEAST_ITEMS = 3
"""Two items have one covariance, which any two loadings can make."""

NEARLY_NONE = 1e-4
"""Own variance of an item, as a share of all of it, below which the factor is the item itself (a Heywood case)."""

STARTS = 3
"""Most starts of the search; scales of several things have several places from which it goes only up."""

STEPS, ENOUGH = 200, 1e-10
"""Most steps of the search, and the size of the gradient at which it ends."""

LONGEST_STEP, SHORTEST_STEP = 1.0, 1e-12


@dataclass(frozen=True, slots=True)
class Omega:
    """How much of the sum of a scale is what its items have in common.

    Attributes
    ----------
    omega
        The share of the variance of the sum that one common factor explains.
    loadings, uniquenesses
        Of each item: its loading in points for one standard deviation of the factor, and its own variance in points².
    incomplete
        Rows left out since an answer is missing.
    is_heywood
        True where an item has nothing of its own left, so that the model does not fit these answers.
    """

    omega: Estimate
    loadings: Mapping[str, Estimate]
    uniquenesses: Mapping[str, Estimate]
    incomplete: int
    is_heywood: bool


class _Fit(NamedTuple):
    """A one-factor model of a correlation matrix: loadings, own variances, and the slope of both in the matrix."""

    loadings: Numbers
    own: Numbers
    hessian: Numbers


def omega(answers: npt.ArrayLike, items: Sequence[str] | None = None) -> Omega:
    """Say how much of the sum of a scale is what its items have in common: McDonald's omega (total), of one factor.

    Parameters
    ----------
    answers
        A row for each person, a column for each item, in points of one scale; NaN where nothing was said. Items worded
        against the scale are to be turned round first (`reverse`).
    items
        Names of the items; numbers from 1 where None.

    Returns
    -------
    Omega
        Omega from 0 to 1, with the model it rests on.

    Raises
    ------
    MizzleError
        For fewer than three items, no more complete rows than items, an item that does not vary or that is made of
        others.

    Notes
    -----
    Formula: (Σ loadings)² / ((Σ loadings)² + Σ own variances), from a one-factor model fitted to the covariances by
    maximum likelihood, the factor having variance 1.

    Assumes: one thing behind all items, each as strongly as its loading says; what is left of the items does not go
    together. For groups of items within a scale see `bifactor_omega`.

    Missing data: rows with a missing answer are left out, and counted.

    Interval: from each person's influence on omega through the fitted model, which needs no normal answers and no
    perfect fit, on the scale of log(1 - omega) with Student's t on n - 1 degrees of freedom. It holds from 100 people
    on. Loadings have none.

    Not for: two items, or a model that leaves an item nothing of its own (`is_heywood`).

    References
    ----------
    McDonald, R. P. (1999), Test Theory: A Unified Treatment, chapter 6. Checked against R's lavaan (ECSI, perceived
    quality): tests/golden/proofs/survey.py.

    Examples
    --------
    >>> rows = [[1, 2, 1], [2, 2, 3], [4, 3, 4], [5, 5, 4], [3, 4, 3], [2, 1, 1], [4, 4, 5], [3, 2, 3]]
    >>> found = omega(rows, ["help", "pace", "care"])
    >>> round(found.omega.value, 3), found.omega.n
    (0.923, 8)
    """
    table, names = as_table(answers, items)
    k = table.shape[1]
    if k < LEAST_ITEMS:
        raise MizzleError(f"Omega needs at least {LEAST_ITEMS} items, not {k}. For two items see alpha.")
    kept, incomplete = complete(table, least=k + 1)
    about, _ = varying(kept, names)
    n = len(about)
    covariances = about.T @ about / n
    sd = np.sqrt(np.diag(covariances))
    r = correlations(covariances)
    fit = _fitted(r)
    common, own = float(fit.loadings @ sd), float(fit.own @ (sd * sd))
    value = common * common / (common * common + own)
    is_heywood = bool(fit.own.min() < NEARLY_NONE)
    ends = None if is_heywood else below_one(value, _error(about / sd, fit, sd, (common, own)) / (1 - value), n)
    return Omega(
        omega=estimate(value, ends, n, OMEGA),
        loadings=_each(names, fit.loadings * sd, n, "points"),
        uniquenesses=_each(names, fit.own * sd * sd, n, "points²"),
        incomplete=incomplete,
        is_heywood=is_heywood,
    )


def correlations(covariances: Numbers) -> Numbers:
    """Give the correlations that belong to covariances.

    Raises
    ------
    MizzleError
        Where an item is made of others.
    """
    sd = np.sqrt(np.diag(covariances))
    r: Numbers = covariances / np.outer(sd, sd)
    np.fill_diagonal(r, 1.0)
    if float(np.linalg.eigvalsh(r)[0]) < 1e-8:  # noqa: PLR2004 - beyond rounding
        raise MizzleError("An item is made of the others, so what they have in common cannot be told. Leave one out.")
    return r


def _fitted(r: Numbers) -> _Fit:
    """Fit one factor by maximum likelihood, from each direction in which items spread more than one alone."""
    values, vectors = np.linalg.eigh(r)
    own = np.clip(0.5 / np.diag(np.linalg.inv(r)), 0.05, 0.95)  # half of what an item does not share with all others
    found: list[tuple[float, _Fit]] = []
    for value, vector in list(zip(values, vectors.T, strict=True))[: -1 - STARTS : -1]:
        if value > 1 or not found:
            upright = -1.0 if float(vector.sum()) < 0 else 1.0
            loadings = upright * vector * math.sqrt(max(value - float(own.mean()), 0.1))
            found.append(_descended(np.concatenate([loadings, np.log(own)]), r))
    return min(found, key=lambda one: round(one[0], 9))[1]


def _descended(point: Numbers, r: Numbers) -> tuple[float, _Fit]:
    """Go down from one start by Newton's steps in the loadings and the logarithms of the own variances."""
    k = len(r)
    loss, gradient, hessian = _likelihood(point, r)
    for _ in range(STEPS):
        if float(np.abs(gradient).max()) < ENOUGH or float(np.exp(point[k:]).min()) < NEARLY_NONE / 10:
            break
        bends, directions = np.linalg.eigh(hessian)
        step = -directions @ ((directions.T @ gradient) / np.maximum(np.abs(bends), 1e-6))
        step *= min(1.0, LONGEST_STEP / float(np.abs(step).max()))
        tried = _likelihood(point + step, r)
        while tried[0] > loss + 1e-4 * float(step @ gradient) + 1e-14 and float(np.abs(step).max()) > SHORTEST_STEP:
            step = step / 2
            tried = _likelihood(point + step, r)
        point = point + step
        loss, gradient, hessian = tried
    return loss, _Fit(point[:k], np.exp(point[k:]), hessian)


def _likelihood(point: Numbers, r: Numbers) -> tuple[float, Numbers, Numbers]:
    """Work out what the likelihood loses at a point, with its gradient and its second derivatives."""
    k = len(r)
    lam, own = point[:k], np.exp(point[k:])
    sigma = np.outer(lam, lam) + np.diag(own)
    p = np.linalg.inv(sigma)
    q = p @ r @ p
    g = p - q
    loss = float(np.linalg.slogdet(sigma)[1] + (p * r).sum())
    by_own = np.diag(g)
    gradient = np.concatenate([2 * (g @ lam), own * by_own])
    pl, ql = p @ lam, q @ lam
    c, e = float(lam @ pl), float(lam @ ql)
    upper = 2 * (g + (e - c) * p + c * q - np.outer(pl, pl) + np.outer(pl, ql) + np.outer(ql, pl))
    mixed = 2 * (p * (ql - pl) + q * pl) * own
    lower = (2 * p * q - p * p) * np.outer(own, own) + np.diag(own * by_own)
    return loss, gradient, np.block([[upper, mixed], [mixed.T, lower]])


def _error(z: Numbers, fit: _Fit, sd: Numbers, parts: tuple[float, float]) -> float:
    """Work out the standard error of omega from the influence of each person.

    Omega depends on the correlations through the fitted loadings and own variances, by the implicit function theorem,
    and on the spreads of the items. Both are quadratic forms in a person's standardised answers.
    """
    common, own = parts
    whole = common * common + own
    by_common, by_own = 2 * common * own / whole**2, -common * common / whole**2
    slope = np.concatenate([by_common * sd, by_own * sd * sd * fit.own])
    b = np.linalg.lstsq(fit.hessian, slope, rcond=None)[0]
    k, lam = len(sd), fit.loadings
    p = np.linalg.inv(np.outer(lam, lam) + np.diag(fit.own))
    middle = np.outer(lam, b[:k]) + np.outer(b[:k], lam) + np.diag(b[k:] * fit.own)
    form = p @ middle @ p
    # The fit is to correlations: the influence of a correlation is z_i z_j - r (z_i² + z_j²) / 2, that of a spread
    # is sd (z² - 1) / 2.
    r = z.T @ z / len(z)
    spreads = by_common * fit.loadings * sd / 2 + by_own * fit.own * sd * sd
    influence = ((z @ form) * z) @ np.ones(k) + (z * z) @ (spreads - (form * r).sum(axis=1))
    influence -= influence.mean()
    return math.sqrt(float(influence @ influence) / len(z) / (len(z) - 1))


def _each(names: Sequence[str], values: Numbers, n: int, unit: str) -> Mapping[str, Estimate]:
    return {name: Estimate(float(one), None, n, unit, OMEGA) for name, one in zip(names, values, strict=True)}
