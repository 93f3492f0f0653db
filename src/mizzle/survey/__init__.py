"""From answers of people: shares, scales and their reliability, agreement within groups, weights and drivers."""

from typing import TYPE_CHECKING

from mizzle.lazily import lazily

if TYPE_CHECKING:
    from mizzle.survey.intraclass import icc, icc_agreement, shrout_fleiss
    from mizzle.survey.reliability import alpha, item_rest, reverse

__all__ = ["alpha", "icc", "icc_agreement", "item_rest", "reverse", "shrout_fleiss"]

lazily(
    __name__,
    {
        "alpha": "reliability",
        "icc": "intraclass",
        "icc_agreement": "intraclass",
        "item_rest": "reliability",
        "reverse": "reliability",
        "shrout_fleiss": "intraclass",
    },
)
