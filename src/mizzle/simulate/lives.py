"""Practices that never were: how long they last depends on what is known of them, and some are still alive."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Numbers = NDArray[np.float64]


def lives(
    n: int, *, rng: np.random.Generator, effects: Sequence[float] = (), seen: float = 2.0
) -> tuple[Numbers, Numbers, Numbers]:
    """Draw how long practices last, with exponential lives of mean 1 where nothing speaks for or against.

    Parameters
    ----------
    n
        How many.
    rng
        Draws them.
    effects
        The logarithm of the hazard ratio of each covariate, which are standard normal.
    seen
        How long they are seen on average, in mean lives.

    Returns
    -------
    tuple of ndarray
        Durations, whether each has ended (1 or 0), and a column for each covariate.

    Examples
    --------
    >>> durations, ended, covariates = lives(3, rng=np.random.default_rng(1), effects=(0.5,))
    >>> covariates.shape
    (3, 1)
    """
    x = rng.normal(size=(n, len(effects)))
    lasting = rng.exponential(np.exp(-(x @ np.array(effects, float))))
    until = rng.exponential(seen, n)
    return np.minimum(lasting, until), (lasting <= until).astype(float), x
