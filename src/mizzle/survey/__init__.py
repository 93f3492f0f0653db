"""From answers of people: shares, scales and their reliability, agreement within groups, weights and drivers."""

from typing import TYPE_CHECKING

from mizzle.lazily import lazily

if TYPE_CHECKING:
    from mizzle.survey.intraclass import icc, icc_agreement, shrout_fleiss

__all__ = ["icc", "icc_agreement", "shrout_fleiss"]

lazily(__name__, {"icc": "intraclass", "icc_agreement": "intraclass", "shrout_fleiss": "intraclass"})
