"""Coverage of the intervals of `mizzle.adoption`, in worlds whose truth is known."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np

from covering import Covering
from mizzle.adoption import bass, critical_mass, forecast, practising
from mizzle.errors import MizzleError
from mizzle.simulate.spreading import spreading

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt

    from mizzle.estimate import Estimate

    Draw = Callable[[np.random.Generator], tuple[float, float, float]]

PARAMETERS = ("m", "p", "q", "t_peak", "peak_rate")


def _truth(periods: int) -> dict[str, float]:
    """Give the parameters of a curve whose peak lies half-way in the series."""
    m, p, q = 1000.0, 0.24 / periods, 6.0 / periods
    return {"m": m, "p": p, "q": q, "t_peak": float(np.log(q / p) / (p + q)), "peak_rate": m * (p + q) ** 2 / (4 * q)}


def _series(
    periods: int, rng: np.random.Generator, more: int = 0, form: Literal["nls", "differences"] = "nls"
) -> npt.NDArray[np.float64]:
    truth = _truth(periods)
    return spreading(periods + more, rng, m=truth["m"], p=truth["p"], q=truth["q"], form=form)


def _ends(found: Estimate, truth: float) -> tuple[float, float, float]:
    low, high = found.interval or (-np.inf, np.inf)
    return low, high, truth


def _bass(periods: int, name: str, form: Literal["nls", "differences"] = "nls") -> Draw:
    def draw(rng: np.random.Generator) -> tuple[float, float, float]:
        while True:
            try:
                return _ends(getattr(bass(_series(periods, rng, form=form), form=form), name), _truth(periods)[name])
            except MizzleError:
                continue

    return draw


def _ahead(periods: int) -> Draw:
    def draw(rng: np.random.Generator) -> tuple[float, float, float]:
        series = _series(periods, rng, 1)
        return _ends(forecast(bass(series[:-1]), 1)[0], float(series[-1]))

    return draw


def _practising(people: int) -> Draw:
    truth = 3 * 0.5**2 * 0.5 + 0.5**3

    def draw(rng: np.random.Generator) -> tuple[float, float, float]:
        return _ends(practising(rng.integers(0, 2, (people, 3)).astype(bool)).share, truth)

    return draw


def _mass(people: int) -> Draw:
    def draw(rng: np.random.Generator) -> tuple[float, float, float]:
        return _ends(critical_mass(int(rng.binomial(people, 0.25)), people).share, 0.25)

    return draw


COVERINGS = [
    *(
        Covering("bass", name, "m 1000, the peak half-way, errors of 5 % of it", f"{n} periods", _bass(n, name))
        for n in (12, 40)
        for name in PARAMETERS
    ),
    *(
        Covering("bass", name, "the same, form differences", "12 periods", _bass(12, name, "differences"))
        for name in PARAMETERS
    ),
    *(Covering("bass", "adopters, one period ahead", "the same", f"{n} periods", _ahead(n)) for n in (12, 20)),
    *(Covering("practising", "practising", "half of the people", f"{n} people", _practising(n)) for n in (50, 100)),
    *(Covering("critical-mass", "practising", "a quarter", f"{n} people", _mass(n)) for n in (50, 100)),
]
