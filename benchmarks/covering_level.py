"""Coverage of the intervals of `mizzle.level`, in worlds whose truth is known."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from covering import Covering
from mizzle.level import KINDS, blind_spot, level_of_service, slide, superiority_of_counts
from mizzle.level.internal import reciprocity
from mizzle.simulate.levels import counted_levels, rating_departments, sliding_levels

if TYPE_CHECKING:
    from collections.abc import Callable

    from mizzle.estimate import Estimate

    Draw = Callable[[np.random.Generator], tuple[float, float, float]]

EVEN = (0.1, 0.2, 0.3, 0.2, 0.1, 0.1)
HIGHER = (0.0, 0.1, 0.2, 0.4, 0.2, 0.1)
FAR = (0.0, 0.0, 0.1, 0.3, 0.3, 0.3)
LOWER = (0.3, 0.4, 0.2, 0.1, 0.0, 0.0)
SPOKEN, THOUGHT = (0.35, 0.3, 0.2, 0.15), (0.6, 0.1, 0.2, 0.1)


def _ends(found: Estimate, truth: float) -> tuple[float, float, float]:
    low, high = found.interval or (-np.inf, np.inf)
    return low, high, truth


def _superiority(x: tuple[float, ...], y: tuple[float, ...], n: int, m: int) -> Draw:
    a, b = np.array(x), np.array(y)
    truth = float(a @ (np.cumsum(b) - b / 2))

    def draw(rng: np.random.Generator) -> tuple[float, float, float]:
        found = superiority_of_counts(counted_levels(n, x, rng), counted_levels(m, y, rng))
        return _ends(found.probability, truth)

    return draw


def _share(n: int) -> Draw:
    def draw(rng: np.random.Generator) -> tuple[float, float, float]:
        return _ends(level_of_service(counted_levels(n, EVEN, rng).tolist()).wished_for, 0.4)

    return draw


def _slide(n: int, name: str, truth: float) -> Draw:
    def draw(rng: np.random.Generator) -> tuple[float, float, float]:
        world = sliding_levels(n, rng)
        return _ends(slide(world.levels, world.repeats, world.ages).slopes[name], truth)

    return draw


def _clustered(acts: int) -> Draw:
    def draw(rng: np.random.Generator) -> tuple[float, float, float]:
        world = sliding_levels(6 * acts, rng, per_day=0.0, acts=acts)
        return _ends(slide(world.levels, world.repeats, acts=world.acts.tolist()).slopes["repeat"], -0.4)

    return draw


def _blind_spot(n: int) -> Draw:
    def draw(rng: np.random.Generator) -> tuple[float, float, float]:
        voice, ideas = (
            dict(zip(KINDS, rng.multinomial(n, chances).tolist(), strict=True)) for chances in (SPOKEN, THOUGHT)
        )
        return _ends(blind_spot(voice, ideas)["ease_of_getting_it"].blind_spot, 0.2)

    return draw


def _reciprocity(n: int, mutual: float, own: float) -> Draw:
    def draw(rng: np.random.Generator) -> tuple[float, float, float]:
        return _ends(reciprocity(rating_departments(n, rng, mutual=mutual, own=own)), mutual / (1 + 2 * own**2))

    return draw


_WORLDS = {
    "both groups alike": (EVEN, EVEN),
    "one group higher, P 0.74": (HIGHER, (0.1, 0.3, 0.3, 0.2, 0.1, 0.0)),
    "far apart, P 0.97": (FAR, LOWER),
}

COVERINGS = [
    *(
        Covering("superiority", "probability_of_superiority", world, f"{n} and {m} answers", _superiority(*sides, n, m))
        for world, sides in _WORLDS.items()
        for n, m in ((20, 20), (20, 60), (100, 100))
    ),
    *(Covering("level", "wished_for_or_above", "share 0.4", f"{n} answers", _share(n)) for n in (50, 100)),
    *(
        Covering("slide", name, "-0.4 per repeat, -0.01 per day", f"{n} ratings", _slide(n, name, truth))
        for n in (40, 100, 400)
        for name, truth in (("repeat", -0.4), ("age", -0.01))
    ),
    *(
        Covering("slide", "repeat", "-0.4 per repeat, acts alike", f"{n} acts of 6 ratings", _clustered(n))
        for n in (20, 50)
    ),
    *(
        Covering("blind-spot", "blind_spot", "shares 0.3 and 0.1", f"{n} statements and {n} ideas", _blind_spot(n))
        for n in (25, 50, 200)
    ),
    *(
        Covering(
            "internal-service",
            "reciprocity",
            f"{mutual} between, {own} own",
            f"{n} departments",
            _reciprocity(n, mutual, own),
        )
        for n in (12, 20)
        for mutual, own in ((0.0, 0.0), (0.5, 0.0), (0.5, 0.4))
    ),
]
