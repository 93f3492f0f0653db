"""Samples drawn again: what correlations would have been with other people of the same kind."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mizzle.survey.answers import Numbers

BAGS = 4096
"""Bags into which rows are put where there are more of them: the bags are drawn again, not the rows."""

TIMES = np.repeat(np.arange(9.0), np.diff([0, 24109, 48218, 60273, 64291, 65296, 65497, 65530, 65535, 65536]))
"""A Poisson(1) number for each of 2^16 equally likely draws."""

AT_ONCE = 100
"""Replicates that are worked on at a time."""


def bags(rows: Numbers, rng: np.random.Generator) -> Numbers:
    """Add up the products of all pairs of columns, and of each with 1, in bags of rows.

    Parameters
    ----------
    rows
        A row for each person, a column for each number, each about its mean.
    rng
        Puts the rows into bags.

    Returns
    -------
    array
        Of shape (bags, columns + 1, columns + 1); the last column is the constant 1. One bag for each row up to 4,096
        rows; then as many bags of rows put together at random. Sums of independent rows are independent, so that
        drawing bags again is as good as drawing rows, with a relative error of the spread of about 1 in 90.
    """
    n, q = rows.shape
    size = -(-n // BAGS)
    many = -(-n // size)
    held = np.zeros((many * size, q + 1))
    held[:n, :q] = rows if size == 1 else rows[rng.permutation(n)]
    held[:n, q] = 1.0
    shaped = held.reshape(many, size, q + 1)
    products: Numbers = shaped.transpose(0, 2, 1) @ shaped
    return products


def resampled(products: Numbers, replicates: int, rng: np.random.Generator) -> Iterator[Numbers]:
    """Draw bags again, each a Poisson(1) number of times, and give the correlations of every replicate.

    Parameters
    ----------
    products
        As `bags` gives them.
    replicates
        How many samples to draw.
    rng
        Draws them.

    Yields
    ------
    array
        Of shape (columns, columns, some replicates); NaN where a column does not vary in a replicate.
    """
    many, q = products.shape[0], products.shape[1] - 1
    rows, columns = np.triu_indices(q + 1)
    flat = np.ascontiguousarray(products[:, rows, columns])
    for start in range(0, replicates, AT_ONCE):
        size = min(AT_ONCE, replicates - start), many
        weights = TIMES[rng.integers(0, len(TIMES), size, dtype=np.uint16)]
        sums = np.empty((q + 1, q + 1, len(weights)))
        sums[rows, columns] = sums[columns, rows] = (weights @ flat).T
        with np.errstate(divide="ignore", invalid="ignore"):
            means = sums[:q, q] / sums[q, q]
            covariances = sums[:q, :q] / sums[q, q] - means[:, None] * means
            sd = np.sqrt(covariances[np.arange(q), np.arange(q)])
            yield covariances / sd[:, None] / sd
