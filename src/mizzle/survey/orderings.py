"""R² of every subset of predictors, and its average over all orders in which they can enter."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from mizzle.survey.answers import Numbers

MOST_PREDICTORS = 24
"""Predictors whose subsets are all worked out: 2^24 of them take two seconds and 600 MiB."""

PERMUTATIONS = 4096
"""Orders drawn at random where there are more predictors."""

RIDGE, CELLS = 1e-9, 1 << 21
"""What keeps predictors apart that are made of others, and numbers that are worked on at a time."""

NOTHING_NEW = 1e-12
"""Share of its variance below which a predictor says nothing new."""


def all_subsets(correlations: Numbers) -> Numbers:
    """Give R² of every subset of predictors, for one matrix of correlations or for many.

    Parameters
    ----------
    correlations
        Of shape (p + 1, p + 1), or (p + 1, p + 1, many): of the predictors with each other, the outcome last.

    Returns
    -------
    array
        Of shape (2^p,) or (2^p, many): bit i of a subset's place says whether predictor i is in it.

    Notes
    -----
    After predictor i, the partial covariances of all that remain are held for every one of the 2^i subsets before it,
    as packed triangles with the subsets side by side. A predictor splits each in two: left out, its row is dropped;
    taken in, its row is swept out. That is about 6 · 2^p multiplications in all instead of 2^p · p³. A predictor that
    is made of those before it sweeps nothing out.

    Examples
    --------
    >>> all_subsets(np.array([[1, 0.0, 0.6], [0, 1, 0.5], [0.6, 0.5, 1]])).round(2).tolist()
    [0.0, 0.36, 0.25, 0.61]
    """
    p = len(correlations) - 1
    rows, columns = np.triu_indices(p + 1)
    held, k = np.ascontiguousarray(correlations[rows, columns]).reshape(len(rows), -1), p + 1
    for _ in range(p):
        row, pivot = held[1:k], held[0]
        with np.errstate(divide="ignore", invalid="ignore"):
            scaled = row / pivot
        said = pivot < NOTHING_NEW
        if said.any():
            scaled[:, said] = 0.0
        kept, width = held[k:], held.shape[1]
        split = np.empty((len(kept), 2 * width))
        split[:, :width] = kept
        place = 0
        for j in range(k - 1):
            np.multiply(scaled[j], row[j:], out=split[place : place + k - 1 - j, width:])
            place += k - 1 - j
        np.subtract(kept, split[:, width:], out=split[:, width:])
        held, k = split, k - 1
    explained: Numbers = (1 - held[0]).reshape(1 << p, *correlations.shape[2:])
    return explained


@lru_cache(maxsize=4)
def _weights(p: int) -> tuple[Numbers, Numbers]:
    """Give the weight of each subset in an average over all orders: with a given predictor, and of any."""
    sizes = np.zeros(1, np.int64)
    for _ in range(p):
        sizes = np.concatenate([sizes, sizes + 1])
    # Of all orders, so many have just this subset of the others before a predictor: s! (p - 1 - s)! / p!.
    before = np.ones(p + 1)
    before[0] = 1 / p
    for size in range(1, p):
        before[size] = before[size - 1] * size / (p - size)
    before[p] = 0.0
    after = np.concatenate([[0.0], before[:-1]])
    return (before + after)[sizes], before[sizes]


def shapley(explained: Numbers) -> Numbers:
    """Average what each predictor adds to R², over all orders: LMG, the Shapley value of R².

    Parameters
    ----------
    explained
        R² of every subset, as `all_subsets` gives it: of shape (2^p,) or (2^p, many).

    Returns
    -------
    array
        Of shape (p,) or (p, many); the parts add up to R² of all predictors.

    Examples
    --------
    >>> shapley(np.array([0, 0.36, 0.25, 0.61])).round(2).tolist()
    [0.36, 0.25]
    """
    p = len(explained).bit_length() - 1
    inside, outside = _weights(p)
    base = np.einsum("i,i...->...", outside, explained)
    weighted = explained * inside.reshape(-1, *(1,) * (explained.ndim - 1))
    parts = np.empty((p, *explained.shape[1:]))
    # Fold the highest predictor away in turn: what is left are sums over it, and its own part is the upper half.
    for place in range(p - 1, -1, -1):
        half = 1 << place
        parts[place] = weighted[half:].sum(axis=0) - base
        weighted = weighted[:half] + weighted[half:]
    return parts


def sampled(correlations: Numbers, rng: np.random.Generator) -> Numbers:
    """Average what each predictor adds to R² over orders drawn at random, each with its reverse.

    Parameters
    ----------
    correlations
        Of shape (p + 1, p + 1): of the predictors with each other, the outcome last.
    rng
        Draws the orders.

    Returns
    -------
    array
        Of shape (p,); the parts add up to R² of all predictors.

    Notes
    -----
    What predictors add in their order are the squares of the outcome's row in the Cholesky factor of the correlations
    in that order.
    """
    p = len(correlations) - 1
    steady = correlations + RIDGE * np.diag(np.r_[np.ones(p), 0.0])
    half = rng.permuted(np.tile(np.arange(p), (PERMUTATIONS // 2, 1)), axis=1)
    parts, many = np.zeros(p), max(CELLS // (p * p), 1)
    for orders in (half, half[:, ::-1]):
        for start in range(0, len(orders), many):
            order = orders[start : start + many]
            places = np.column_stack([order, np.full(len(order), p)])
            factor = np.linalg.cholesky(steady[places[:, :, None], places[:, None, :]])
            parts += np.bincount(order.ravel(), (factor[:, -1, :-1] ** 2).ravel(), p)
    return parts / PERMUTATIONS
