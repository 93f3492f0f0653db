"""Coverage of the intervals of a step, of a gain and of what is held of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from covering import Covering
from mizzle.momentum import held_gain, turns

if TYPE_CHECKING:
    from collections.abc import Callable

    Draw = Callable[[np.random.Generator], tuple[float, float, float]]


def _step(n: int, step: float) -> Draw:
    """Draw n points on each side; a sample in which no single turn is seen is drawn again."""

    def draw(rng: np.random.Generator) -> tuple[float, float, float]:
        while True:
            found = turns(np.concatenate([rng.normal(0, 1, n), rng.normal(step, 1, n)])).turns
            if len(found) == 1 and found[0].step.interval is not None:
                return found[0].step.interval.low, found[0].step.interval.high, step

    return draw


def _held(n: int, gain: float, left: float, *, share: bool) -> Draw:
    days = np.concatenate([np.arange(-n, 0), np.arange(n) / n * 27, 90 + np.arange(n) / n])

    def draw(rng: np.random.Generator) -> tuple[float, float, float]:
        level = np.concatenate([np.zeros(n), np.full(n, gain), np.full(n, gain * left)])
        told, (held,) = held_gain(level + rng.normal(size=3 * n), days, after=(90,))
        interval = held.share.interval if share else told.interval
        if interval is None:  # the gain is not beyond chance, so every share is possible
            return -np.inf, np.inf, left
        return interval.low, interval.high, left if share else gain

    return draw


COVERINGS = (
    *(
        Covering("turns", "step", f"one step of {step} spreads", f"{n} points on each side", _step(n, step), 1000)
        for n, step in ((20, 2.0), (20, 3.0), (50, 2.0))
    ),
    *(
        Covering(
            "held-gain",
            name,
            "a gain of 4 spreads, half of it held",
            f"{n} points at each level",
            _held(n, 4.0, 0.5, share=share),
        )
        for n in (5, 20)
        for name, share in (("gain", False), ("held", True))
    ),
)
