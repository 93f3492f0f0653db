"""Coverage of the intervals of `mizzle.economics`, in worlds whose truth is known."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from covering import Covering
from mizzle.economics import acquire_or_keep, cost_of_unsatisfied, margin_at_risk
from mizzle.simulate.ledgers import leaving_customers, skewed

if TYPE_CHECKING:
    from collections.abc import Callable

    from mizzle.estimate import Estimate

    Draw = Callable[[np.random.Generator], tuple[float, float, float]]


def _ends(found: Estimate, truth: float) -> tuple[float, float, float]:
    low, high = found.interval or (-np.inf, np.inf)
    return low, high, truth


def _risk(unsatisfied: int, satisfied: int, loyal: float) -> Draw:
    def draw(rng: np.random.Generator) -> tuple[float, float, float]:
        world = leaving_customers(unsatisfied, satisfied, rng, loyal_are_worth=loyal)
        found = margin_at_risk(world.unsatisfied, world.left, world.value)
        return _ends(found.per_customer.estimate, world.margin_at_risk)

    return draw


def _risk_ratio(unsatisfied: int, satisfied: int) -> Draw:
    def draw(rng: np.random.Generator) -> tuple[float, float, float]:
        world = leaving_customers(unsatisfied, satisfied, rng)
        return _ends(margin_at_risk(world.unsatisfied, world.left, world.value).risk_ratio, 0.5 / 0.15)

    return draw


def _cost(cases: int) -> Draw:
    def draw(rng: np.random.Generator) -> tuple[float, float, float]:
        found = cost_of_unsatisfied(
            minutes=skewed(cases, rng, mean=60.0), hourly_rate=40.0, compensation=skewed(cases, rng, mean=20.0)
        )
        return _ends(found.total.estimate, 60.0)

    return draw


def _acquire(customers: int) -> Draw:
    def draw(rng: np.random.Generator) -> tuple[float, float, float]:
        return _ends(acquire_or_keep(skewed(customers, rng, mean=400.0), skewed(customers, rng)), 4.0)

    return draw


COVERINGS = [
    *(
        Covering("margin-at-risk", "margin_at_risk", f"values {words}", f"{n} and {m} customers", _risk(n, m, loyal))
        for words, loyal in (("alike", 0.0), ("higher of who stays", 0.7))
        for n, m in ((50, 50), (50, 500), (240, 2900))
    ),
    *(
        Covering("margin-at-risk", "risk_ratio", "0.50 and 0.15 leave", f"{n} and {m} customers", _risk_ratio(n, m))
        for n, m in ((50, 100), (240, 2900))
    ),
    *(Covering("unsatisfied", "total", "skewed costs", f"{n} cases", _cost(n)) for n in (50, 200)),
    *(Covering("acquire-or-keep", "acquire_or_keep", "skewed costs", f"{n} of either", _acquire(n)) for n in (30, 100)),
]
