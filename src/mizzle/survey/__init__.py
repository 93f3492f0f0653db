"""From answers of people: shares, scales and their reliability, agreement within groups, weights and drivers."""

from typing import TYPE_CHECKING

from mizzle.lazily import lazily

if TYPE_CHECKING:
    from mizzle.survey.bifactor import BifactorOmega, bifactor_omega
    from mizzle.survey.coding import Krippendorff, krippendorff
    from mizzle.survey.drivers import Importance, importance
    from mizzle.survey.factors import Omega, omega
    from mizzle.survey.intraclass import GroupIntraclass, icc, icc_agreement, shrout_fleiss
    from mizzle.survey.promoters import Effort, NetPromoters, ces, nps
    from mizzle.survey.reliability import Alpha, alpha, item_rest, reverse
    from mizzle.survey.shares import Favourable, csat, favourable, response_rate
    from mizzle.survey.weights import Raking, raking
    from mizzle.survey.within import AsWe, Within, ad, as_we, rwg, uniform

__all__ = [
    "Alpha",
    "AsWe",
    "BifactorOmega",
    "Effort",
    "Favourable",
    "GroupIntraclass",
    "Importance",
    "Krippendorff",
    "NetPromoters",
    "Omega",
    "Raking",
    "Within",
    "ad",
    "alpha",
    "as_we",
    "bifactor_omega",
    "ces",
    "csat",
    "favourable",
    "icc",
    "icc_agreement",
    "importance",
    "item_rest",
    "krippendorff",
    "nps",
    "omega",
    "raking",
    "response_rate",
    "reverse",
    "rwg",
    "shrout_fleiss",
    "uniform",
]

lazily(
    __name__,
    {
        "Alpha": "reliability",
        "AsWe": "within",
        "BifactorOmega": "bifactor",
        "Effort": "promoters",
        "Favourable": "shares",
        "GroupIntraclass": "intraclass",
        "Importance": "drivers",
        "Krippendorff": "coding",
        "NetPromoters": "promoters",
        "Omega": "factors",
        "Raking": "weights",
        "Within": "within",
        "ad": "within",
        "alpha": "reliability",
        "as_we": "within",
        "bifactor_omega": "bifactor",
        "ces": "promoters",
        "csat": "shares",
        "favourable": "shares",
        "icc": "intraclass",
        "icc_agreement": "intraclass",
        "importance": "drivers",
        "item_rest": "reliability",
        "krippendorff": "coding",
        "nps": "promoters",
        "omega": "factors",
        "raking": "weights",
        "response_rate": "shares",
        "reverse": "reliability",
        "rwg": "within",
        "shrout_fleiss": "intraclass",
        "uniform": "within",
    },
)
