"""Coverage of the intervals of customer-base models, in worlds with the parameters of published data."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from covering import Covering
from mizzle import loyalty
from mizzle.simulate import CUSTOMERS, buyers, cohort

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import numpy as np

    from mizzle.estimate import Estimate
    from mizzle.loyalty.fitted import Fitted
    from mizzle.simulate import Buyers

    Triple = tuple[float, float, float]

WEEKS, HORIZON, OCCASIONS, REGULAR = 39.0, 39.0, 6, 2
SAMPLES = 60
"""Bootstrap samples behind an interval of residual value: enough to tell how often it is right."""


class World(NamedTuple):
    """A model that draws customers, and fits them."""

    model: str
    fit: Callable[[Buyers], Fitted]
    time: float = WEEKS
    k: int = 1

    def draw(self, customers: int, rng: np.random.Generator) -> tuple[Buyers, Fitted]:
        """Draw customers and fit the model; again where the data fix no parameter, since then none is claimed."""
        while True:
            drawn = buyers(customers, rng, model=self.model, time=self.time, k=self.k)
            found = self.fit(drawn)
            if all(one.interval for one in found.parameters.values()):
                return drawn, found


WORLDS = {
    "bg-nbd": World("bg-nbd", lambda one: loyalty.bg_nbd(one.frequency, one.recency, one.age)),
    "pareto-nbd": World("pareto-nbd", lambda one: loyalty.pareto_nbd(one.frequency, one.recency, one.age)),
    "mbg-cnbd-k": World(
        "mbg-cnbd-k",
        lambda one: loyalty.mbg_cnbd_k(one.frequency, one.recency, one.age, k=REGULAR),
        time=52.0,
        k=REGULAR,
    ),
    "bg-bb": World("bg-bb", lambda one: loyalty.bg_bb(one.frequency, one.recency, one.age), time=OCCASIONS),
}


def _triple(found: Estimate, truth: float) -> Triple:
    if found.interval is None:
        raise ValueError("an interval was asked for where there is none")
    return found.interval.low, found.interval.high, truth


def _parameter(model: str, name: str, customers: int) -> Callable[[np.random.Generator], Triple]:
    def draw(rng: np.random.Generator) -> Triple:
        _, found = WORLDS[model].draw(customers, rng)
        return _triple(found.parameters[name], CUSTOMERS[model][name])

    return draw


def _outlook(figure: str, customers: int) -> Callable[[np.random.Generator], Triple]:
    known = loyalty.given("bg-nbd", CUSTOMERS["bg-nbd"])

    def draw(rng: np.random.Generator) -> Triple:
        drawn, found = WORLDS["bg-nbd"].draw(customers, rng)
        if figure == "expected_purchases_new":
            truth = loyalty.expected_purchases_new(known, HORIZON).value
            return _triple(loyalty.expected_purchases_new(found, HORIZON), truth or 0.0)
        rows = (drawn.frequency, drawn.recency, drawn.age, HORIZON)
        truth = getattr(loyalty.outlook(known, *rows), figure).value
        return _triple(getattr(loyalty.outlook(found, *rows), figure), truth)

    return draw


def _customer(figure: str, customers: int) -> Callable[[np.random.Generator], Triple]:
    known, one = loyalty.given("bg-nbd", CUSTOMERS["bg-nbd"]), ([2.0], [30.43], [38.86], HORIZON)

    def draw(rng: np.random.Generator) -> Triple:
        _, found = WORLDS["bg-nbd"].draw(customers, rng)
        truth = getattr(loyalty.customers(known, *one)[0], figure).value
        return _triple(getattr(loyalty.customers(found, *one)[0], figure), truth)

    return draw


def _amounts(figure: str, customers: int) -> Callable[[np.random.Generator], Triple]:
    known = CUSTOMERS["gamma-gamma"]
    mean = known["p"] * known["v"] / (known["q"] - 1)

    def draw(rng: np.random.Generator) -> Triple:
        drawn = buyers(customers, rng)
        found = loyalty.gamma_gamma(drawn.frequency, drawn.monetary)
        if not all(one.interval for one in found.parameters.values()):
            return draw(rng)
        if figure == "mean_value":
            return _triple(loyalty.mean_value(found), mean)
        return _triple(found.parameters[figure], known[figure])

    return draw


def _contract(figure: str, customers: int) -> Callable[[np.random.Generator], Triple]:
    known = loyalty.given("sbg", CUSTOMERS["sbg"])

    def asked(model: Fitted) -> Estimate:
        if figure == "survival[12]":
            return loyalty.survival(model, [12])[0]
        if figure == "residual_periods":
            return loyalty.residual_periods(model, 7)
        return model.parameters[figure]

    def draw(rng: np.random.Generator) -> Triple:
        found = loyalty.sbg(cohort(customers, rng))
        if not all(one.interval for one in found.parameters.values()):
            return draw(rng)
        return _triple(asked(found), asked(known).value or 0.0)

    return draw


def _residual(customers: int) -> Callable[[np.random.Generator], Triple]:
    known = (loyalty.given("bg-nbd", CUSTOMERS["bg-nbd"]), loyalty.given("gamma-gamma", CUSTOMERS["gamma-gamma"]))

    def draw(rng: np.random.Generator) -> Triple:
        drawn, model = WORLDS["bg-nbd"].draw(customers, rng)
        amounts = loyalty.gamma_gamma(drawn.frequency, drawn.monetary)

        def worth(models: tuple[Fitted, Fitted], samples: int) -> Estimate:
            return loyalty.residual_value(
                *models, *drawn, horizon=104, discount=0.002, rng=rng, replications=samples
            ).mean

        return _triple(worth((model, amounts), SAMPLES), worth(known, 0).value or 0.0)

    return draw


def _coverings() -> Iterator[Covering]:
    cdnow = "BG/NBD with CDNOW's parameters, 27 to 39 weeks"
    for customers in (1000, 4000):
        n = f"{customers:,} customers"
        for name in CUSTOMERS["bg-nbd"]:
            yield Covering("loyalty", name, cdnow, n, _parameter("bg-nbd", name, customers))
        for figure in ("expected_purchases", "p_alive"):
            called = "P(alive)" if figure == "p_alive" else figure
            yield Covering("loyalty", called, cdnow, n, _outlook(figure, customers))
        yield Covering("loyalty", "expected_purchases_new", cdnow, n, _outlook("expected_purchases_new", customers))
        yield Covering("loyalty", "P(alive)[one customer]", cdnow, n, _customer("p_alive", customers))
        yield Covering("loyalty", "expected_purchases[one]", cdnow, n, _customer("expected_purchases", customers))
        spent = "gamma-gamma with CDNOW's parameters, four in ten of the customers came back"
        for figure in (*CUSTOMERS["gamma-gamma"], "mean_value"):
            yield Covering("loyalty", figure, spent, n, _amounts(figure, customers))
    for customers in (200, 1000):
        for figure in ("alpha", "beta", "survival[12]", "residual_periods"):
            world = "sBG, alpha 0.704, beta 1.182, 7 renewals"
            yield Covering("retention", figure, world, f"{customers:,} customers", _contract(figure, customers))
    for model, world, size in (
        ("pareto-nbd", "Pareto/NBD with CDNOW's parameters, 27 to 39 weeks", 4000),
        ("mbg-cnbd-k", "MBG/CNBD-2 with the parameters of a grocery, 40 to 52 weeks", 1000),
        ("bg-bb", "BG/BB with the parameters of donors, 6 occasions", 4000),
    ):
        measure = "bg-bb" if model == "bg-bb" else "loyalty"
        for name in CUSTOMERS[model]:
            yield Covering(measure, name, world, f"{size:,} customers", _parameter(model, name, size), 500)
    two_years = f"{cdnow}, gamma-gamma, two years ahead"
    yield Covering("loyalty", "residual_value", two_years, "1,000 customers", _residual(1000), 400)


COVERINGS = tuple(_coverings())
"""Every interval of the family."""
