"""Coverage of the interval of the language of a unit, and of shares recalled."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from covering import Covering
from mizzle.memory import calibration, language_of_unit, retrievability, review

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np

    Draw = Callable[[np.random.Generator], tuple[float, float, float]]

AT = datetime(2026, 1, 1, tzinfo=UTC)


def _language(people: int, concepts: int, mean: float, strength: float) -> Draw:
    """Draw people with a level of their own, and concepts around it."""

    def draw(rng: np.random.Generator) -> tuple[float, float, float]:
        level = rng.beta(mean * strength, (1 - mean) * strength, (people, 1))
        recall = rng.beta(20 * level + 0.01, 20 * (1 - level) + 0.01, (people, concepts))
        found = language_of_unit(recall).interval
        if found is None:
            raise ValueError("enough people have an interval")
        return found.low, found.high, mean

    return draw


def _recalled(n: int) -> Draw:
    """Draw cards that were met once and are asked ten days later."""
    state = review(None, 3, AT)
    truth = retrievability(state, AT + timedelta(days=10))

    def draw(rng: np.random.Generator) -> tuple[float, float, float]:
        came = [3 if one else 1 for one in rng.random(n) < truth]
        keys = [*range(n), *range(n)]
        found = calibration(keys, [3] * n + came, [AT] * n + [AT + timedelta(days=10)] * n, bins=1)
        interval = found.recalled.interval
        if interval is None:
            raise ValueError("some reviews have an interval")
        return interval.low, interval.high, truth

    return draw


COVERINGS = (
    *(
        Covering(
            "memory", "language", f"people of mean R {mean}", f"{n} people, 20 concepts", _language(n, 20, mean, 8.0)
        )
        for n, mean in ((5, 0.7), (10, 0.85), (30, 0.7), (30, 0.95))
    ),
    *(
        Covering("calibration", "recalled", "cards asked ten days later", f"{n} reviews", _recalled(n), replications)
        for n, replications in ((100, 1000), (300, 500))
    ),
)
