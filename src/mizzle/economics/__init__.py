"""What it costs and what it brings: amounts with a currency, a period, an interval, and what they leave out."""

from typing import TYPE_CHECKING

from mizzle.lazily import lazily

if TYPE_CHECKING:
    from mizzle.economics.amounts import Amount
    from mizzle.economics.customers import (
        MarginAtRisk,
        acquire_or_keep,
        margin_at_risk,
        margin_multiple,
    )
    from mizzle.economics.forecasts import Forecast, Outcome, compare, lock
    from mizzle.economics.ledgers import Assumption, Ledger, ledger
    from mizzle.economics.unsatisfied import CostOfUnsatisfied, cost_of_unsatisfied

__all__ = [
    "Amount",
    "Assumption",
    "CostOfUnsatisfied",
    "Forecast",
    "Ledger",
    "MarginAtRisk",
    "Outcome",
    "acquire_or_keep",
    "compare",
    "cost_of_unsatisfied",
    "ledger",
    "lock",
    "margin_at_risk",
    "margin_multiple",
]

lazily(
    __name__,
    {
        "Amount": "amounts",
        "Assumption": "ledgers",
        "CostOfUnsatisfied": "unsatisfied",
        "Forecast": "forecasts",
        "Ledger": "ledgers",
        "MarginAtRisk": "customers",
        "Outcome": "forecasts",
        "acquire_or_keep": "customers",
        "compare": "forecasts",
        "cost_of_unsatisfied": "unsatisfied",
        "ledger": "ledgers",
        "lock": "forecasts",
        "margin_at_risk": "customers",
        "margin_multiple": "customers",
    },
)
