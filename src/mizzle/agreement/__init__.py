"""Synchrony: whether those who serve know how those whom they serve have seen it."""

from typing import TYPE_CHECKING

from mizzle.lazily import lazily

if TYPE_CHECKING:
    from mizzle.agreement.kappa import weighted_kappa
    from mizzle.agreement.lags import Lagged, lagged
    from mizzle.agreement.twins import Against, TwinCards, twin_cards

__all__ = ["Against", "Lagged", "TwinCards", "lagged", "twin_cards", "weighted_kappa"]

lazily(
    __name__,
    {
        "Against": "twins",
        "Lagged": "lags",
        "TwinCards": "twins",
        "lagged": "lags",
        "twin_cards": "twins",
        "weighted_kappa": "kappa",
    },
)
