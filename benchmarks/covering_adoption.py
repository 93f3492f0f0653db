"""Coverage of the intervals of `mizzle.adoption`, in worlds whose truth is known."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from covering import Covering
from mizzle.adoption import bass, critical_mass, forecast, practising
from mizzle.errors import MizzleError
from mizzle.simulate.spreading import spreading

if TYPE_CHECKING:
    from collections.abc import Callable

    from mizzle.estimate import Estimate

    Draw = Callable[[np.random.Generator], tuple[float, float, float]]

TRUTH = {"m": 1000.0, "p": 0.02, "q": 0.5}


def _ends(found: Estimate, truth: float) -> tuple[float, float, float]:
    low, high = found.interval or (-np.inf, np.inf)
    return low, high, truth


def _bass(periods: int, name: str) -> Draw:
    def draw(rng: np.random.Generator) -> tuple[float, float, float]:
        while True:
            try:
                return _ends(getattr(bass(spreading(periods, rng)), name), TRUTH[name])
            except MizzleError:
                continue

    return draw


def _ahead(periods: int) -> Draw:
    def draw(rng: np.random.Generator) -> tuple[float, float, float]:
        series = spreading(periods + 1, rng)
        return _ends(forecast(bass(series[:-1]), 1)[0], float(series[-1]))

    return draw


def _practising(people: int) -> Draw:
    truth = 3 * 0.5**2 * 0.5 + 0.5**3

    def draw(rng: np.random.Generator) -> tuple[float, float, float]:
        return _ends(practising(rng.random((people, 3)) < 0.5).share, truth)  # noqa: PLR2004 - a coin

    return draw


def _mass(people: int) -> Draw:
    def draw(rng: np.random.Generator) -> tuple[float, float, float]:
        return _ends(critical_mass(int(rng.binomial(people, 0.25)), people).share, 0.25)

    return draw


COVERINGS = [
    *(
        Covering("bass", name, "m 1000, p 0.02, q 0.5, errors of 5 % of the peak", f"{n} periods", _bass(n, name))
        for n in (12, 20, 40)
        for name in TRUTH
    ),
    *(Covering("bass", "adopters, one period ahead", "the same", f"{n} periods", _ahead(n)) for n in (12, 20)),
    *(Covering("practising", "practising", "half of the people", f"{n} people", _practising(n)) for n in (30, 100)),
    *(Covering("critical-mass", "practising", "a quarter", f"{n} people", _mass(n)) for n in (30, 100)),
]
