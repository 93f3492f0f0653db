"""Customers who come back: how often, whether they still do, how much they spend, and what they are still worth."""

from typing import TYPE_CHECKING

from mizzle.lazily import lazily

if TYPE_CHECKING:
    from mizzle.loyalty.bgbb import bg_bb
    from mizzle.loyalty.bgnbd import bg_nbd
    from mizzle.loyalty.cleaning import clean, summarise
    from mizzle.loyalty.contracts import residual_periods, retention, sbg, survival
    from mizzle.loyalty.drawing import draw
    from mizzle.loyalty.fitted import given
    from mizzle.loyalty.mbgcnbdk import mbg_cnbd_k
    from mizzle.loyalty.outlook import customers, expected_purchases, expected_purchases_new, outlook, p_alive
    from mizzle.loyalty.paretonbd import pareto_nbd
    from mizzle.loyalty.residual import residual_value
    from mizzle.loyalty.spending import expected_value, gamma_gamma, mean_value

_PARTS = {
    "bg_bb": "bgbb",
    "bg_nbd": "bgnbd",
    "clean": "cleaning",
    "customers": "outlook",
    "draw": "drawing",
    "expected_purchases": "outlook",
    "expected_purchases_new": "outlook",
    "expected_value": "spending",
    "gamma_gamma": "spending",
    "given": "fitted",
    "mbg_cnbd_k": "mbgcnbdk",
    "mean_value": "spending",
    "outlook": "outlook",
    "p_alive": "outlook",
    "pareto_nbd": "paretonbd",
    "residual_periods": "contracts",
    "residual_value": "residual",
    "retention": "contracts",
    "sbg": "contracts",
    "summarise": "cleaning",
    "survival": "contracts",
}
__all__ = [
    "bg_bb",
    "bg_nbd",
    "clean",
    "customers",
    "draw",
    "expected_purchases",
    "expected_purchases_new",
    "expected_value",
    "gamma_gamma",
    "given",
    "mbg_cnbd_k",
    "mean_value",
    "outlook",
    "p_alive",
    "pareto_nbd",
    "residual_periods",
    "residual_value",
    "retention",
    "sbg",
    "summarise",
    "survival",
]

lazily(__name__, _PARTS)
