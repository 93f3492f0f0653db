"""Something new that spreads as a Bass curve says, with errors that are known."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt


def spreading(
    periods: int,
    rng: np.random.Generator,
    *,
    m: float = 1000.0,
    p: float = 0.02,
    q: float = 0.5,
    noise: float = 0.05,
) -> npt.NDArray[np.float64]:
    """Draw how many adopt in each period.

    Parameters
    ----------
    periods
        How many periods.
    rng
        Where chance comes from.
    m, p, q
        How many adopt in the end; by themselves; from others.
    noise
        Standard deviation of a period around the curve, as a share of the highest period; not below zero adopters.

    Returns
    -------
    numpy.ndarray
        Adopters per period.

    Examples
    --------
    >>> round(float(spreading(60, np.random.default_rng(1), noise=0.0).sum()))
    1000
    """
    decay = np.exp(-(p + q) * np.arange(periods + 1))
    adopted = m * (1 - decay) / (1 + q / p * decay)
    curve = np.diff(adopted)
    drawn = curve + noise * curve.max() * rng.normal(size=periods)
    return np.asarray(np.maximum(drawn, 0.0), np.float64)
