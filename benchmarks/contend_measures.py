"""Measures of mizzle through its public functions, and the makers of what they are measured on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from contend import main, warmed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from contend import Check, Work

SEED = 20_240_102
DAYS_A_WEEK = 7
FIRST, LAST = 190, 365
"""Days since the first purchase of the customers."""


# --- generated data -------------------------------------------------------------------------------------------------


def make_customers(out: str, customers: int) -> tuple[Work, Check]:
    """Draw customers with CDNOW's parameters, in weeks, observed by the day."""
    from mizzle.loyalty import draw, given
    from mizzle.simulate import CUSTOMERS

    def work() -> int:
        rng = np.random.default_rng(SEED)
        age = rng.integers(FIRST, LAST, customers) / DAYS_A_WEEK
        drawn = draw(given("bg-nbd", CUSTOMERS["bg-nbd"]), age, rng)
        days = np.maximum(np.rint(drawn.recency * DAYS_A_WEEK), 1)
        recency = np.minimum(np.where(drawn.frequency > 0, days / DAYS_A_WEEK, 0.0), age)
        np.savez(out, frequency=drawn.frequency, recency=recency, age=age)
        return customers

    return work, lambda rows: {"rows": rows}


def make_drivers(out: str, rows: int, predictors: int) -> tuple[Work, Check]:
    """Draw predictors that go together, and an outcome."""

    def work() -> int:
        rng = np.random.default_rng(SEED)
        x = rng.normal(size=(rows, predictors)) + 0.7 * rng.normal(size=(rows, 1))
        y = x @ np.linspace(1.0, 0.0, predictors) + 2.0 * rng.normal(size=rows)
        np.savez(out, x=x, y=y)
        return rows

    return work, lambda made: {"rows": made}


def make_answers(out: str, rows: int, items: int) -> tuple[Work, Check]:
    """Draw answers from 1 to 5 to the items of one scale."""

    def work() -> int:
        rng = np.random.default_rng(SEED)
        felt = rng.normal(size=(rows, 1)) * np.linspace(0.5, 0.9, items) + 0.6 * rng.normal(size=(rows, items))
        np.savez(out, answers=np.clip(np.rint(3 + felt), 1, 5))
        return rows

    return work, lambda made: {"rows": made}


def make_slides(out: str, rows: int) -> tuple[Work, Check]:
    """Draw levels that fall with each repeat."""

    def work() -> int:
        rng = np.random.default_rng(SEED)
        repeats, ages = rng.integers(1, 9, rows).astype(float), rng.uniform(0, 12, rows)
        felt = 4.0 - 0.3 * repeats - 0.05 * ages + rng.logistic(size=rows)
        levels = 1.0 + (felt[:, None] > np.arange(5)).sum(axis=1)
        np.savez(out, levels=levels, repeats=repeats, ages=ages)
        return rows

    return work, lambda made: {"rows": made}


def _read(path: str) -> Mapping[str, Any]:
    with np.load(path) as found:
        return {name: found[name] for name in found.files}


# --- measures -------------------------------------------------------------------------------------------------------


@warmed
def bg_nbd(path: str) -> tuple[Work, Check]:
    """BG/NBD by maximum likelihood, with standard errors."""
    from mizzle.loyalty.bgnbd import bg_nbd as fit

    data = _read(path)

    def check(found: Any) -> dict[str, Any]:
        values = {name: one.value for name, one in found.parameters.items()}
        errors = {f"error of {name}": one for name, one in found.standard_errors.items()}
        return values | {"LL": found.log_likelihood.value} | errors

    return (lambda: fit(data["frequency"], data["recency"], data["age"])), check


@warmed
def importance(path: str, replicates: int = 0) -> tuple[Work, Check]:
    """Shares of R² over all orders of the predictors."""
    from mizzle.survey.drivers import importance as measure

    data, rng = _read(path), np.random.default_rng(SEED)

    def work() -> Any:
        return measure(data["y"], data["x"], rng=rng, replicates=replicates)

    return work, lambda found: {"R2": found.r2.value} | {f"x{i}": one.value for i, one in enumerate(found.lmg.values())}


@warmed
def correlation(path: str) -> tuple[Work, Check]:
    """One computation of the correlation matrix, the yardstick of the bootstraps."""
    data = _read(path)
    whole = np.column_stack([data["x"], data["y"]])
    return (lambda: np.corrcoef(whole, rowvar=False)), lambda found: {"sum": float(found.sum())}


@warmed
def alpha(path: str) -> tuple[Work, Check]:
    """Cronbach's alpha with its interval."""
    from mizzle.survey.reliability import alpha as measure

    data = _read(path)
    return (lambda: measure(data["answers"])), lambda found: {"alpha": found.alpha.value}


@warmed
def omega(path: str) -> tuple[Work, Check]:
    """McDonald's omega of one factor."""
    from mizzle.survey.factors import omega as measure

    data = _read(path)
    return (lambda: measure(data["answers"])), lambda found: {"omega": found.omega.value}


@warmed
def icc(path: str) -> tuple[Work, Check]:
    """Find the six intraclass correlations of targets by raters."""
    from mizzle.survey.intraclass import shrout_fleiss as measure

    data = _read(path)

    def check(found: Any) -> dict[str, Any]:
        return {f"ICC {place}": one for place, one in enumerate(sorted(each.value for each in found.values()))}

    return (lambda: measure(data["answers"])), check


@warmed
def krippendorff(path: str) -> tuple[Work, Check]:
    """Krippendorff's alpha of ordered categories."""
    from mizzle.survey.coding import krippendorff as measure

    data = _read(path)
    return (lambda: measure(data["answers"], level="ordinal")), lambda found: {"alpha": found.alpha.value}


@warmed
def slide(path: str) -> tuple[Work, Check]:
    """Ordinal regression of levels on repeat and age."""
    from importlib import import_module

    measure = import_module("mizzle.level").slide
    data = _read(path)

    def work() -> Any:
        return measure(data["levels"], data["repeats"], data["ages"])

    return work, lambda found: {name: one.value for name, one in found.slopes.items()}


if __name__ == "__main__":
    main(
        {
            "make-customers": make_customers,
            "make-drivers": make_drivers,
            "make-answers": make_answers,
            "make-slides": make_slides,
            "bg-nbd": bg_nbd,
            "importance": importance,
            "correlation": correlation,
            "alpha": alpha,
            "omega": omega,
            "icc": icc,
            "krippendorff": krippendorff,
            "slide": slide,
        }
    )
