"""Coverage of the intervals of shares of texts and answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from covering import Covering
from mizzle.language import friends_and_family, uptake, value_kinds

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np

    from mizzle.estimate import Estimate

    Draw = Callable[[np.random.Generator], tuple[float, float, float]]


def _ends(found: Estimate, truth: float) -> tuple[float, float, float]:
    if found.interval is None:
        raise ValueError("a share of some texts has an interval")
    return found.interval.low, found.interval.high, truth


def _uptake(n: int, truth: float) -> Draw:
    def draw(rng: np.random.Generator) -> tuple[float, float, float]:
        texts = ["we promised" if one else "nothing" for one in rng.random(n) < truth]
        return _ends(uptake(texts, ["A"] * n, {"promise": ["promise"]}).units[0].uptake, truth)

    return draw


def _positive(n: int, truth: float) -> Draw:
    def draw(rng: np.random.Generator) -> tuple[float, float, float]:
        shares = [0.7 * truth, 0.3 * truth, *((1 - truth) * part for part in (0.3, 0.2, 0.3, 0.2))]
        return _ends(friends_and_family([float(one) for one in rng.choice(6, n, p=shares) + 1]).positive, truth)

    return draw


def _kind(n: int, truth: float) -> Draw:
    def draw(rng: np.random.Generator) -> tuple[float, float, float]:
        comments = ["polite" if one else "late" for one in rng.random(n) < truth]
        return _ends(value_kinds(comments, languages=["en"] * n).shares["attitude"], truth)

    return draw


COVERINGS = (
    *(
        Covering("uptake", "uptake", f"an uptake of {truth}", f"{n} texts", _uptake(n, truth))
        for n, truth in ((50, 0.1), (50, 0.4), (200, 0.7))
    ),
    *(
        Covering("friends-and-family", "positive", f"{truth} positive", f"{n} answers", _positive(n, truth))
        for n, truth in ((50, 0.75), (200, 0.86), (1000, 0.9))
    ),
    *(
        Covering("value-kinds", "attitude", f"{truth} of attitude", f"{n} comments", _kind(n, truth))
        for n, truth in ((50, 0.3), (200, 0.2))
    ),
)
