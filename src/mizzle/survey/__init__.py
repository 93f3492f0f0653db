"""From answers of people: shares, scales and their reliability, agreement within groups, weights and drivers."""

from typing import TYPE_CHECKING

from mizzle.lazily import lazily

if TYPE_CHECKING:
    from mizzle.survey.bifactor import bifactor_omega
    from mizzle.survey.coding import krippendorff
    from mizzle.survey.drivers import importance
    from mizzle.survey.factors import omega
    from mizzle.survey.intraclass import icc, icc_agreement, shrout_fleiss
    from mizzle.survey.promoters import ces, nps
    from mizzle.survey.reliability import alpha, item_rest, reverse
    from mizzle.survey.shares import csat, favourable, response_rate
    from mizzle.survey.weights import raking
    from mizzle.survey.within import ad, as_we, rwg, uniform

__all__ = [
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
