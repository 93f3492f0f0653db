"""Weights that make those who answered look like those who were asked: raking, with a limit on every weight."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from mizzle.errors import MizzleError
from mizzle.estimate import Estimate
from mizzle.survey.answers import as_groups, listed

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from mizzle.survey.answers import Numbers

METHOD = "survey.raking/1"

TRIM = 5.0
"""The greatest weight, in mean weights; the least is its reciprocal."""

TURNS, CLOSE = 1000, 1e-10
"""Most turns over the margins, and the largest gap at which they are met."""

HALVINGS = 60
"""Steps of a bisection."""

MET = 1e-6
"""A gap below which a margin is met, as far as anybody can tell."""


@dataclass(frozen=True, slots=True)
class Raking:
    """Weights, and what they cost.

    Attributes
    ----------
    weights
        One for each row, with mean 1; NaN for a row that a margin's column says nothing of.
    n_effective
        The number of equally weighted answers that are worth as much: (Σ w)² / Σ w².
    design_effect
        Rows ÷ `n_effective`: by how much weighting widens variances.
    greatest, least
        Of the weights.
    gap
        The largest difference, over all margins, between the weighted share and the one wanted.
    trimmed
        Rows whose weight stands at a limit.
    incomplete
        Rows without weight.
    """

    weights: Numbers
    n_effective: Estimate
    design_effect: Estimate
    greatest: Estimate
    least: Estimate
    gap: Estimate
    trimmed: int
    incomplete: int

    @property
    def is_met(self) -> bool:
        """Whether every margin has the share that was wanted."""
        return self.gap.value is not None and self.gap.value <= MET


def raking(
    answered: Mapping[str, Sequence[object] | NDArray[Any]],
    wanted: Mapping[str, Mapping[str, float]],
    *,
    trim: float | None = TRIM,
) -> Raking:
    """Weight those who answered so that their shares are those of the roster: raking with trimmed weights.

    Parameters
    ----------
    answered
        For each margin (``"team"``, ``"site"``), the category of every row; None or an empty word where it is unknown.
    wanted
        For each margin, people (or shares) of every category in the roster.
    trim
        The greatest weight, in mean weights, its reciprocal being the least; None for no limit.

    Returns
    -------
    Raking
        Weights with mean 1, and what they cost.

    Raises
    ------
    MizzleError
        For margins that differ between the two, a category that nobody in the roster or nobody who answered is in, or
        a limit that is not above 1.

    Notes
    -----
    Formula: weights are multiplied, margin after margin, by the share wanted ÷ the weighted share found, until all
    margins are met; after each round they are cut to the limits.

    Assumes: within a category of every margin, those who answered are like those who did not. Weights cannot mend what
    no margin shows.

    Missing data: rows with an unknown category have no weight, and are counted.

    Interval: none; weights are worked out, not estimated. Take `n_effective` as the number of answers in the interval
    of a weighted share.

    Not for: categories with a handful of answers, whose few people would speak for many: put categories together.

    References
    ----------
    Deming, W. E. and Stephan, F. F. (1940), On a least squares adjustment of a sampled frequency table when the
    expected marginal totals are known, Ann. Math. Statist. 11, 427-444; Kish, L. (1965), Survey Sampling, for n
    effective.

    Examples
    --------
    >>> found = raking({"team": ["a", "a", "a", "b"]}, {"team": {"a": 50, "b": 50}})
    >>> found.weights.round(3).tolist(), round(found.n_effective.value, 2)
    ([0.667, 0.667, 0.667, 2.0], 3.0)
    """
    if trim is not None and not trim > 1:
        raise MizzleError(f"A limit on weights is above 1, the mean weight; {trim:g} is not.")
    if not answered or set(answered) != set(wanted):
        raise MizzleError("Those who answered and the roster must have the same margins; name at least one.")
    lengths = {len(rows) for rows in answered.values()}
    if len(lengths) != 1:
        raise MizzleError("Every margin must have a category for each row; their lengths differ.")
    n = lengths.pop()
    codes, names = {}, {}
    for margin, rows in answered.items():
        codes[margin], names[margin] = as_groups(rows, n)
    kept = np.all([one >= 0 for one in codes.values()], axis=0)
    if not kept.any():
        raise MizzleError("No row has a category in every margin, so there is nothing to weight.")
    told = {margin: codes[margin][kept] for margin in answered}
    margins = [(told[margin], _wanted(margin, names[margin], told[margin], wanted[margin])) for margin in answered]
    weights, gap = _raked(margins, int(kept.sum()), trim)
    whole = np.full(n, np.nan)
    whole[kept] = weights
    return _told(whole, weights, gap, trim)


def _wanted(margin: str, names: Sequence[str], codes: NDArray[np.intp], wanted: Mapping[str, float]) -> Numbers:
    """Give the share wanted of each category, in the order of the codes."""
    people = {str(name).strip(): float(count) for name, count in wanted.items()}
    if any(not 0 <= count < np.inf for count in people.values()) or not sum(people.values()) > 0:
        raise MizzleError(f"The roster's numbers for {margin!r} must be counts or shares from 0 on, not all 0.")
    there = {names[code] for code in np.unique(codes)}
    unknown = sorted(name for name in there if not people.get(name))
    if unknown:
        raise MizzleError(f"The roster has nobody in these categories of {margin!r}: {listed(unknown)}.")
    silent = sorted(name for name, count in people.items() if count and name not in there)
    if silent:
        raise MizzleError(
            f"Nobody answered from these categories of {margin!r}: {listed(silent)}. Put them together with others."
        )
    found = np.array([people.get(name, 0.0) for name in names])
    shares: Numbers = found / found.sum()
    return shares


def _raked(margins: Sequence[tuple[NDArray[np.intp], Numbers]], n: int, trim: float | None) -> tuple[Numbers, float]:
    """Rake cells instead of rows: rows of one cell have one weight."""
    cell = np.zeros(n, np.intp)
    for codes, wanted in margins:
        _, cell = np.unique(cell * len(wanted) + codes, return_inverse=True)
    first = np.unique(cell, return_index=True)[1]
    rows = np.bincount(cell).astype(float)
    of_cell = [(codes[first], wanted) for codes, wanted in margins]
    weights, gap = np.ones(len(rows)), np.inf
    for _ in range(TURNS):
        before = weights
        for codes, wanted in of_cell:
            found = np.bincount(codes, weights * rows, len(wanted))
            weights = weights * np.divide(wanted * n, found, out=np.zeros_like(found), where=found > 0)[codes]
        if trim is not None:
            weights = _trimmed(weights, rows, trim)
        gap = max(_gap(codes, wanted, weights * rows, n) for codes, wanted in of_cell)
        if gap < CLOSE or float(np.abs(weights - before).max()) < CLOSE:
            break
    return weights[cell], gap


def _trimmed(weights: Numbers, rows: Numbers, trim: float) -> Numbers:
    """Cut weights to their limits at the scale at which their mean is still 1, found by bisection."""
    low, high = 1 / trim / float(weights.max()), trim / float(weights.min())
    for _ in range(HALVINGS):
        middle = (low * high) ** 0.5
        if float(np.clip(weights * middle, 1 / trim, trim) @ rows) < float(rows.sum()):
            low = middle
        else:
            high = middle
    cut: Numbers = np.clip(weights * high, 1 / trim, trim)
    return cut


def _gap(codes: NDArray[np.intp], wanted: Numbers, weights: Numbers, n: int) -> float:
    return float(np.abs(np.bincount(codes, weights, len(wanted)) / n - wanted).max())


def _told(whole: Numbers, weights: Numbers, gap: float, trim: float | None) -> Raking:
    n = len(weights)
    effective = float(weights.sum()) ** 2 / float(weights @ weights)
    greatest, least = float(weights.max()), float(weights.min())
    at_limit = 0 if trim is None else int(((weights >= trim * (1 - MET)) | (weights <= (1 + MET) / trim)).sum())

    def one(value: float, unit: str) -> Estimate:
        return Estimate(value, None, n, unit, METHOD)

    return Raking(
        weights=whole,
        n_effective=one(effective, "answers"),
        design_effect=one(n / effective, ""),
        greatest=one(greatest, ""),
        least=one(least, ""),
        gap=one(gap, "share"),
        trimmed=at_limit,
        incomplete=len(whole) - n,
    )
