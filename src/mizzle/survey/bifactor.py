"""Omega of a scale with groups of items in it: what all items share, and what only some do."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from mizzle.errors import MizzleError
from mizzle.survey.answers import estimate

if TYPE_CHECKING:
    import numpy.typing as npt

    from mizzle.estimate import Estimate
    from mizzle.survey.answers import Numbers

METHOD = "survey.bifactor_omega/1"

LEAST_OWN = 0.005
"""Least share of an item's variance that is its own, as in R's psych."""

LEAST_OF_A_FACTOR = 3
"""Items that a factor needs to be told from the others."""

TURNS, HALVINGS, ENOUGH = 2000, 20, 1e-8
"""Most turns of a rotation, most halvings of one, and the slope at which it ends."""


@dataclass(frozen=True, slots=True)
class BifactorOmega:
    """How much of the sum of a scale all items share, and how much is reliable at all.

    Attributes
    ----------
    hierarchical
        omega_h: the share of the variance of the sum that the general factor explains.
    total
        omega_total: the share that the general and the group factors explain.
    limit
        omega_h ÷ omega_total: what omega_h would be for a scale without end.
    general
        Loadings of the items on the general factor.
    groups
        Loadings on the group factors, a column for each.
    """

    hierarchical: Estimate
    total: Estimate
    limit: Estimate
    general: Numbers
    groups: Numbers


def bifactor_omega(correlations: npt.ArrayLike, n: int, *, factors: int = 3) -> BifactorOmega:
    """Say how much of the sum of a scale all items share, where groups of items share more: McDonald's omega_h.

    Parameters
    ----------
    correlations
        Of the items with each other, without a unit.
    n
        People on whose answers they rest.
    factors
        Groups of items; at least two, each of about three items.

    Returns
    -------
    BifactorOmega
        Shares from 0 to 1 of the variance of the sum of the standardised items.

    Raises
    ------
    MizzleError
        For what is no matrix of correlations, or too few items for the factors.

    Notes
    -----
    Formula: minimum residual factors, turned by quartimin (oblimin with gamma 0); one factor of second order behind
    them (for two factors with equal loadings), and the transformation of Schmid and Leiman. omega_h = (Σ general
    loadings)² / Σ correlations; omega_total = 1 - Σ own variances / Σ correlations.

    Assumes: items worded against the scale are turned round; each group of items is a factor.

    Missing data: to be left out before correlations are made.

    Interval: none; the turning of factors makes it unstable below some hundred people.

    Not for: two factors as proof of a general one: that their loadings are equal is an assumption.

    References
    ----------
    Schmid, J. and Leiman, J. M. (1957), The development of hierarchical factor solutions, Psychometrika 22, 53-61.
    Checked against R's psych (nine tests of Thurstone): tests/golden/proofs/survey.py.

    Examples
    --------
    >>> r = np.full((6, 6), 0.3)
    >>> r[:3, :3] = r[3:, 3:] = 0.6
    >>> np.fill_diagonal(r, 1.0)
    >>> found = bifactor_omega(r, 200, factors=2)
    >>> round(found.hierarchical.value, 3), round(found.total.value, 3)
    (0.581, 0.871)
    """
    r = _checked(correlations, factors)
    turned, between = _quartimin(_minimum_residual(r, factors))
    second = math.sqrt(max(float(between[0, 1]), 0.0)) * np.ones(2) if factors == 2 else _second(between)  # noqa: PLR2004 - two
    general = turned @ second
    groups = turned * np.sqrt(np.maximum(1 - second**2, 0.0))
    whole = float(r.sum())
    own = 1 - ((turned @ between) * turned).sum(axis=1)
    hierarchical, total = float(general.sum()) ** 2 / whole, 1 - float(own.sum()) / whole
    return BifactorOmega(
        hierarchical=estimate(hierarchical, None, n, METHOD),
        total=estimate(total, None, n, METHOD),
        limit=estimate(hierarchical / total if total > 0 else None, None, n, METHOD),
        general=general,
        groups=groups,
    )


def _checked(correlations: npt.ArrayLike, factors: int) -> Numbers:
    r = np.asarray(correlations, dtype=float)
    if r.ndim != 2 or r.shape[0] != r.shape[1] or not np.isfinite(r).all():  # noqa: PLR2004 - rows and columns
        raise MizzleError("Correlations are wanted: a square table of numbers, as many rows as columns.")
    if not np.allclose(r, r.T) or not np.allclose(np.diag(r), 1.0) or float(np.abs(r).max()) > 1 + 1e-9:
        raise MizzleError("Correlations lie between -1 and 1, are 1 with themselves, and the same both ways round.")
    if factors < 2 or len(r) < LEAST_OF_A_FACTOR * factors - 1:  # noqa: PLR2004 - see omega for one
        raise MizzleError(
            f"{len(r)} items are too few for {factors} groups of items: take at least 2 groups with about 3 items each."
        )
    if float(r.sum()) <= 0:
        raise MizzleError("The items cancel out. Turn round those that are worded against the others.")
    return r


def _minimum_residual(r: Numbers, factors: int) -> Numbers:
    """Find the loadings that leave the smallest correlations behind."""
    from scipy.optimize import minimize

    def left(own: Numbers) -> tuple[float, Numbers]:
        values, vectors = np.linalg.eigh(r - np.diag(own))
        # What the factors leave; a factor cannot explain less than nothing.
        behind = np.concatenate([values[:-factors], np.minimum(values[-factors:], 0.0)])
        return float(behind @ behind) / 2, -(vectors**2 @ behind)

    start = np.clip(1 / np.diag(np.linalg.pinv(r)), LEAST_OWN, 1.0)
    found = minimize(left, start, jac=True, method="L-BFGS-B", bounds=[(LEAST_OWN, 1.0)] * len(r),
                     options={"maxiter": 2000, "ftol": 1e-15, "gtol": 1e-9})  # fmt: skip
    values, vectors = np.linalg.eigh(r - np.diag(found.x))
    kept, directions = np.maximum(values[-factors:], 0.0)[::-1], vectors[:, -factors:][:, ::-1]
    loadings: Numbers = directions * np.sqrt(kept)
    return loadings * np.where(loadings.sum(axis=0) < 0, -1.0, 1.0)


def _quartimin(loadings: Numbers) -> tuple[Numbers, Numbers]:
    """Turn factors, which may go together, until each item has few of them; the best of two starts.

    Factors as they were found are a place without a slope where groups of items are alike, so that a start from there
    alone would stay there.
    """
    m = loadings.shape[1]
    places = np.arange(m)
    waves = np.cos(np.pi * np.outer(places, places + 0.5) / m)
    starts = np.eye(m), waves / np.sqrt((waves**2).sum(axis=1))[:, None]
    _, turned, turn = min((_turned(loadings, start) for start in starts), key=lambda found: round(found[0], 9))
    signs = np.where(turned.sum(axis=0) < 0, -1.0, 1.0)
    return turned * signs, (turn.T @ turn) * np.outer(signs, signs)


def _turned(loadings: Numbers, turn: Numbers) -> tuple[float, Numbers, Numbers]:
    """Go down from one start by projected gradients; give the complexity reached, the loadings and the turn."""
    length = 1.0
    turned, value, slope = _complexity(loadings, turn)
    for _ in range(TURNS):
        projected = slope - turn * (turn * slope).sum(axis=0)
        size = float((projected**2).sum())
        if size < ENOUGH**2:
            break
        length *= 2
        for _ in range(HALVINGS):
            tried = turn - length * projected
            tried = tried / np.sqrt((tried**2).sum(axis=0))
            found = _complexity(loadings, tried)
            if found[1] < value - 0.5 * size * length:
                break
            length /= 2
        turn, (turned, value, slope) = tried, found
    return value, turned, turn


def _complexity(loadings: Numbers, turn: Numbers) -> tuple[Numbers, float, Numbers]:
    """Say how many factors items have, after a turn, with its slope."""
    inverse = np.linalg.inv(turn)
    turned = loadings @ inverse.T
    others = turned**2 @ (1 - np.eye(len(turn)))
    return turned, float((turned**2 * others).sum()) / 4, -(turned.T @ (turned * others) @ inverse).T


def _second(between: Numbers) -> Numbers:
    """Find the one factor behind factors."""
    found: Numbers = _minimum_residual(between, 1)[:, 0]
    return found
