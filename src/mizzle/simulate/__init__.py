"""Organisations that never were: event logs and answers with known truth, for sample data, tests and benchmarks.

`event_log` draws any number of departments. The log is skewed the way real logs are: a few departments do most of the
work, waits are lognormal, slow cases are slow everywhere, some steps are skipped, some cases are sent back, some end
before the customer hears of them. `deliveries` draws the orders of one company, with known changes in them.
"""

from typing import TYPE_CHECKING

from mizzle.lazily import lazily

if TYPE_CHECKING:
    from mizzle.simulate.changes import DELIVERY_CHANGES, delivery_changes
    from mizzle.simulate.deliveries import DELIVERY_PERCEPTION, DELIVERY_SCHEMA, deliveries
    from mizzle.simulate.ledgers import leaving_customers, skewed
    from mizzle.simulate.levels import counted_levels, rating_departments, sliding_levels
    from mizzle.simulate.orders import PERCEPTION, SCHEMA, event_log, event_log_batches, xes_text
    from mizzle.simulate.spreading import spreading
    from mizzle.simulate.twins import cards, chances_of_pairs, sessions

__all__ = [
    "DELIVERY_CHANGES",
    "DELIVERY_PERCEPTION",
    "DELIVERY_SCHEMA",
    "PERCEPTION",
    "SCHEMA",
    "cards",
    "chances_of_pairs",
    "counted_levels",
    "deliveries",
    "delivery_changes",
    "event_log",
    "event_log_batches",
    "leaving_customers",
    "rating_departments",
    "sessions",
    "skewed",
    "sliding_levels",
    "spreading",
    "xes_text",
]

lazily(
    __name__,
    {
        "DELIVERY_CHANGES": "changes",
        "DELIVERY_PERCEPTION": "deliveries",
        "DELIVERY_SCHEMA": "deliveries",
        "PERCEPTION": "orders",
        "SCHEMA": "orders",
        "cards": "twins",
        "chances_of_pairs": "twins",
        "counted_levels": "levels",
        "deliveries": "deliveries",
        "delivery_changes": "changes",
        "event_log": "orders",
        "event_log_batches": "orders",
        "leaving_customers": "ledgers",
        "rating_departments": "levels",
        "sessions": "twins",
        "skewed": "ledgers",
        "sliding_levels": "levels",
        "spreading": "spreading",
        "xes_text": "orders",
    },
)
