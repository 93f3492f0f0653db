"""The highest point of a likelihood, by Newton's method on the logarithms of its parameters."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    Numbers = NDArray[np.float64]

SHAPE = 9.5
"""How far the logarithm of a shape may run: at 13,000 nobody differs any more, to the digits of a computer."""

SCALE = 23.0
"""How far the logarithm of a scale may run: it follows the units of what is measured."""

LONGEST_STEP = 2.0
MOST_STEPS = 100
SURE = 1e-12
"""Gain of log-likelihood, by the quadratic approximation, below which the top is reached."""

ROUNDING = 1e-13
"""Share of a log-likelihood within which two cannot be told apart."""

PART_OF_FLAT = 0.3
"""Share of a parameter in a way along which the likelihood is flat, from which on it is not known."""

UNKNOWN = 4.0
"""Standard error of a logarithm beyond which a parameter is not known: its interval would span a factor of millions."""


class Height(NamedTuple):
    """A log-likelihood with its first and second derivatives at one point."""

    value: float
    slope: Numbers
    bend: Numbers


class Top(NamedTuple):
    """The highest point that was found.

    Attributes
    ----------
    at
        The parameters.
    value
        The log-likelihood.
    covariance
        Of the logarithms of the parameters, from the second derivatives, without the ways along which the likelihood
        is flat; None where it is flat in all.
    edges
        Places of the parameters that ran to an edge, or that the data leave open.
    """

    at: Numbers
    value: float
    covariance: Numbers | None
    edges: tuple[int, ...]


Surface = "Callable[[Numbers], Height]"


def on_logs(surface: Callable[[Numbers], Height], logs: Numbers) -> Height:
    """Turn derivatives by parameters into derivatives by their logarithms."""
    at = np.exp(logs)
    value, slope, bend = surface(at)
    scaled = slope * at
    return Height(value, scaled, bend * np.outer(at, at) + np.diag(scaled))


def highest(surface: Callable[[Numbers], Height], starts: Sequence[Sequence[float]], bounds: Sequence[float]) -> Top:
    """Find the highest point of a likelihood.

    Parameters
    ----------
    surface
        Gives log-likelihood and derivatives by the parameters, all of which are positive.
    starts
        Where to begin; the later ones are tried only where an earlier one ran to an edge.
    bounds
        How far the logarithm of each parameter may run to either side: `SHAPE` or `SCALE`.

    Returns
    -------
    Top
        The highest point of all that were reached.
    """
    best: Top | None = None
    farthest = np.asarray(bounds, dtype=float)
    for start in starts:
        found = _climb(surface, np.clip(np.log(np.asarray(start, dtype=float)), -farthest, farthest), farthest)
        if best is None or found.value > best.value + abs(best.value) * ROUNDING:
            best = found
        if not found.edges:
            break
    if best is None:
        raise ValueError("a climb needs a place to start from")
    return best


def _climb(surface: Callable[[Numbers], Height], logs: Numbers, farthest: Numbers) -> Top:
    here = on_logs(surface, logs)
    for _ in range(MOST_STEPS):
        step, gain = _step(here, logs, farthest)
        if gain < max(SURE, abs(here.value) * SURE / 1000):
            break
        logs, here, moved = _walk(surface, logs, here, step, gain)
        if not moved:
            break
    return _top(logs, here, farthest)


def _step(here: Height, logs: Numbers, farthest: Numbers) -> tuple[Numbers, float]:
    """Give Newton's step, made to lead upwards and to stay within the bounds, and the gain that it promises."""
    free = ~(((logs >= farthest) & (here.slope > 0)) | ((logs <= -farthest) & (here.slope < 0)))
    step = np.zeros_like(logs)
    if not free.any():
        return step, 0.0
    slope = here.slope[free]
    values, vectors = np.linalg.eigh(-here.bend[np.ix_(free, free)])
    sizes = np.abs(values)
    sizes = np.maximum(sizes, max(1e-10 * float(sizes.max()), 1e-10))
    step[free] = vectors @ ((vectors.T @ slope) / sizes)
    longest = float(np.abs(step).max())
    if longest > LONGEST_STEP:
        step *= LONGEST_STEP / longest
    step = np.clip(logs + step, -farthest, farthest) - logs
    return step, float(here.slope @ step) / 2


def _walk(
    surface: Callable[[Numbers], Height], logs: Numbers, here: Height, step: Numbers, gain: float
) -> tuple[Numbers, Height, bool]:
    """Go along a step, halved until it leads up; stay where none of it does."""
    slack = abs(here.value) * ROUNDING
    share = 1.0
    while share > 1e-8:  # noqa: PLR2004 - a step so short changes nothing
        there = on_logs(surface, logs + share * step)
        if there.value >= here.value + 1e-4 * share * gain - slack and np.isfinite(there.slope).all():
            return logs + share * step, there, True
        share /= 2
    return logs, here, False


def _top(logs: Numbers, here: Height, farthest: Numbers) -> Top:
    """Tell what the second derivatives say of the parameters; flat ways, along which nothing changes, are left out."""
    values, vectors = np.linalg.eigh(-here.bend)
    steep = values > UNKNOWN**-2
    at_bound = np.abs(logs) >= farthest - 1e-6
    spread = (vectors[:, steep] / values[steep]) @ vectors[:, steep].T
    part = (np.abs(vectors[:, ~steep]) > PART_OF_FLAT).any(axis=1)
    edges = at_bound | part | (np.diag(spread) > UNKNOWN**2)
    known = steep.any() and not edges.all()
    return Top(np.exp(logs), here.value, spread if known else None, tuple(int(one) for one in np.flatnonzero(edges)))


class Parts(NamedTuple):
    """Sums of a mixture: what its customers add to log-likelihood, slope and bend, and the shares of its parts."""

    value: float
    slope: Numbers
    bend: Numbers
    shares: Numbers


def mixture(
    logs: Numbers,
    weight: Numbers,
    scores: Sequence[Numbers],
    bends: dict[tuple[int, int], Numbers],
) -> Parts:
    """Add up the likelihood of rows that are each a sum of parts, with all its derivatives.

    Parameters
    ----------
    logs
        Logarithm of each part, a row for each customer.
    weight
        How many customers a row stands for.
    scores
        For each parameter, the derivative of the logarithm of each part.
    bends
        The second derivatives of those logarithms that are not zero, by places of parameters, the smaller first.

    Returns
    -------
    Parts
        The slope is the mean score over the parts; the bend is their mean bend and the variance of their scores.
    """
    top = logs.max(axis=1, keepdims=True)
    shares = np.exp(logs - top)
    total = shares.sum(axis=1, keepdims=True)
    shares /= total
    value = float(weight @ (top + np.log(total))[:, 0])
    scored = [shares * one for one in scores]
    means = np.stack([one.sum(axis=1) for one in scored])
    weighed = means * weight
    bend = -(weighed @ means.T)
    for i, one in enumerate(scored):
        for j in range(i + 1):
            added = float(weight @ np.einsum("ij,ij->i", one, np.broadcast_to(scores[j], one.shape)))
            curve = bends.get((j, i))
            if curve is not None:
                added += float(weight @ np.einsum("ij,ij->i", shares, np.broadcast_to(curve, shares.shape)))
            bend[i, j] += added
            if i != j:
                bend[j, i] += added
    return Parts(value, weighed.sum(axis=1), bend, shares)
