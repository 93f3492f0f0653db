"""Peers of the measures, run in an environment of their own. Nothing of them is imported by mizzle.

All modules are imported by name, since the environment that checks types does not hold them.
"""

from __future__ import annotations

import warnings
from importlib import import_module
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from contend import main, warmed

if TYPE_CHECKING:
    from contend import Check, Work

PARAMETERS = ("r", "alpha", "a", "b")
warnings.simplefilter("ignore")  # they warn of each other's coming releases


def versions(names: list[str]) -> tuple[Work, Check]:
    """Say which versions are measured."""
    return (lambda: {name: version(name) for name in names}), lambda answer: answer


def _read(path: str) -> dict[str, Any]:
    with import_module("numpy").load(path) as found:
        return {name: found[name] for name in found.files}


@warmed
def lifetimes(path: str) -> tuple[Work, Check]:
    """BG/NBD by lifetimes."""
    fitter, data = import_module("lifetimes").BetaGeoFitter, _read(path)

    def work() -> Any:
        return fitter().fit(data["frequency"], data["recency"], data["age"])

    return work, lambda found: {name: float(found.params_[name]) for name in PARAMETERS}


def pymc_marketing(path: str) -> tuple[Work, Check]:
    """BG/NBD by pymc-marketing: the highest posterior density, with its own priors."""
    clv, frame, data = import_module("pymc_marketing.clv"), import_module("pandas").DataFrame, _read(path)
    rows = frame({"frequency": data["frequency"], "recency": data["recency"], "T": data["age"]})
    rows.insert(0, "customer_id", range(len(rows)))

    def work() -> Any:
        model = clv.BetaGeoModel(data=rows)
        model.fit(method="map")
        return model

    return work, lambda found: {name: float(found.idata.posterior[name].mean()) for name in PARAMETERS}


def pingouin_importance(path: str) -> tuple[Work, Check]:
    """Shares of R² by pingouin."""
    pingouin, data = import_module("pingouin"), _read(path)

    def check(found: Any) -> dict[str, Any]:
        parts = [float(one) for one in found["relimp"].iloc[1:]]
        return {"R2": float(found["r2"].iloc[0])} | {f"x{place}": one for place, one in enumerate(parts)}

    return (lambda: pingouin.linear_regression(data["x"], data["y"], relimp=True)), check


@warmed
def pingouin_alpha(path: str) -> tuple[Work, Check]:
    """Cronbach's alpha with its interval by pingouin."""
    pingouin, frame, data = import_module("pingouin"), import_module("pandas").DataFrame, _read(path)
    rows = frame(data["answers"])
    return (lambda: pingouin.cronbach_alpha(data=rows)), lambda found: {"alpha": float(found[0])}


@warmed
def pingouin_icc(path: str) -> tuple[Work, Check]:
    """Find the six intraclass correlations by pingouin."""
    pingouin, pandas, data = import_module("pingouin"), import_module("pandas"), _read(path)
    wide = pandas.DataFrame(data["answers"])
    rows = wide.reset_index().melt("index", var_name="rater", value_name="rating")

    def work() -> Any:
        return pingouin.intraclass_corr(data=rows, targets="index", raters="rater", ratings="rating")

    def check(found: Any) -> dict[str, Any]:
        return {f"ICC {place}": one for place, one in enumerate(sorted(float(each) for each in found["ICC"]))}

    return work, check


@warmed
def factor_analyzer(path: str) -> tuple[Work, Check]:
    """McDonald's omega from the loadings of factor-analyzer."""
    module: Any = import_module("factor_analyzer.factor_analyzer")
    data = _read(path)
    checked = module.check_array

    def renamed(array: Any, *, force_all_finite: bool = True, **more: Any) -> Any:
        return checked(array, **{"ensure_all_finite": force_all_finite} | more)  # as newer scikit-learn calls it

    module.check_array = renamed

    def work() -> float:
        spread = data["answers"].std(axis=0, ddof=1)
        found = module.FactorAnalyzer(n_factors=1, rotation=None, method="ml")
        found.fit(data["answers"])
        loadings = abs(found.loadings_[:, 0]) * spread
        own = (1 - found.loadings_[:, 0] ** 2) * spread**2
        return float(loadings.sum() ** 2 / (loadings.sum() ** 2 + own.sum()))

    return work, lambda found: {"omega": found}


@warmed
def krippendorff(path: str) -> tuple[Work, Check]:
    """Krippendorff's alpha of ordered categories by krippendorff."""
    measure, data = import_module("krippendorff").alpha, _read(path)

    def work() -> float:
        return float(measure(reliability_data=data["answers"].T, level_of_measurement="ordinal"))

    return work, lambda found: {"alpha": found}


@warmed
def statsmodels_ordinal(path: str) -> tuple[Work, Check]:
    """Ordinal regression by statsmodels."""
    model, data = import_module("statsmodels.miscmodels.ordinal_model").OrderedModel, _read(path)
    x = import_module("numpy").column_stack([data["repeats"], data["ages"]])

    def work() -> Any:
        return model(data["levels"], x, distr="logit").fit(method="bfgs", disp=False)

    return work, lambda found: {"repeat": float(found.params[0]), "age": float(found.params[1])}


if __name__ == "__main__":
    main(
        {
            "versions": versions,
            "lifetimes": lifetimes,
            "pymc-marketing": pymc_marketing,
            "pingouin-importance": pingouin_importance,
            "pingouin-alpha": pingouin_alpha,
            "pingouin-icc": pingouin_icc,
            "factor-analyzer": factor_analyzer,
            "krippendorff": krippendorff,
            "statsmodels-ordinal": statsmodels_ordinal,
        }
    )
