"""Coverage of the intervals of `mizzle.agreement`, in worlds whose truth is known."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from covering import Covering
from mizzle.agreement import lagged, weighted_kappa
from mizzle.agreement.kappa import Weights, differences, paired
from mizzle.agreement.twins import signed_gap_of
from mizzle.simulate.twins import cards, chances_of_pairs, sessions

if TYPE_CHECKING:
    from collections.abc import Callable

    from mizzle.estimate import Estimate

    Draw = Callable[[np.random.Generator], tuple[float, float, float]]

LEVELS = np.arange(1.0, 7.0)


def _ends(found: Estimate, truth: float) -> tuple[float, float, float]:
    low, high = found.interval or (-np.inf, np.inf)
    return low, high, truth


def _kappa(n: int, knowing: float, weights: Weights) -> Draw:
    p, apart = chances_of_pairs(knowing), differences(LEVELS, weights)
    truth = 1 - float((p * apart).sum() / (p.sum(axis=1) @ apart @ p.sum(axis=0)))

    def draw(rng: np.random.Generator) -> tuple[float, float, float]:
        return _ends(weighted_kappa(*cards(n, rng, knowing=knowing), weights), truth)

    return draw


def _gap(n: int) -> Draw:
    p = chances_of_pairs(0.5)
    truth = float((p * (LEVELS[None, :] - LEVELS[:, None])).sum())

    def draw(rng: np.random.Generator) -> tuple[float, float, float]:
        return _ends(signed_gap_of(paired(*cards(n, rng))), truth)

    return draw


def _lagged(n: int, follows: float) -> Draw:
    def draw(rng: np.random.Generator) -> tuple[float, float, float]:
        levels, moods = sessions(n, rng, follows=follows, memory=0.5)
        return _ends(lagged(levels, moods, np.arange(n)).level_after_mood, follows)

    return draw


_KINDS: tuple[Weights, ...] = ("linear", "quadratic")
COVERINGS = [
    *(
        Covering("agreement", f"kappa_{kind}", f"{knowing:.0%} know", f"{n} pairs", _kappa(n, knowing, kind))
        for kind in _KINDS
        for knowing in (0.0, 0.4, 0.8)
        for n in ((100, 400) if (kind, knowing) == ("quadratic", 0.8) else (50, 100, 400))
    ),
    *(Covering("agreement", "signed_gap", "half know", f"{n} pairs", _gap(n)) for n in (20, 50, 200)),
    *(
        Covering("lagged", "level_after_mood", f"correlation {follows}", f"{n} sessions", _lagged(n, follows))
        for n in (50, 200)
        for follows in (0.0, 0.4)
    ),
]
