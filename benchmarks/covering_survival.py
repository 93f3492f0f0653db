"""Coverage of the intervals of survival, its median and the coefficients of Cox's model."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from covering import Covering
from mizzle.simulate.lives import lives
from mizzle.survival import cox, kaplan_meier

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np

    Draw = Callable[[np.random.Generator], tuple[float, float, float]]


def _share(n: int, time: float) -> Draw:
    def draw(rng: np.random.Generator) -> tuple[float, float, float]:
        t, d, _ = lives(n, rng=rng)
        found = kaplan_meier(t, d)
        before = [
            one.interval for at, one in zip(found.times, found.surviving, strict=True) if at <= time and one.interval
        ]
        return before[-1].low, before[-1].high, math.exp(-time)

    return draw


def _median(n: int) -> Draw:
    def draw(rng: np.random.Generator) -> tuple[float, float, float]:
        t, d, _ = lives(n, rng=rng)
        interval = kaplan_meier(t, d).median.interval
        return (interval.low, interval.high, math.log(2)) if interval else (0.0, math.inf, math.log(2))

    return draw


def _effect(n: int, effect: float) -> Draw:
    def draw(rng: np.random.Generator) -> tuple[float, float, float]:
        t, d, x = lives(n, rng=rng, effects=(effect, 0.0))
        interval = cox(t, d, x, ["a", "b"]).coefficients["a"].interval
        if interval is None:
            raise ValueError("a coefficient has an interval")
        return interval.low, interval.high, effect

    return draw


COVERINGS = (
    *(
        Covering(
            "survival",
            "S",
            f"exponential lives, a third not ended, at {time} mean lives",
            f"{n} lives",
            _share(n, time),
        )
        for n, time in ((30, 0.7), (100, 1.0))
    ),
    *(
        Covering("survival", "median", "exponential lives, a third not ended", f"{n} lives", _median(n))
        for n in (30, 100)
    ),
    *(
        Covering("survival", "beta", f"two covariates, one of effect {effect}", f"{n} lives", _effect(n, effect), 1000)
        for n, effect in ((100, 0.5), (300, 0.5))
    ),
)
