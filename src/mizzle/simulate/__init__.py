"""Organisations that never were: event logs and answers with known truth, for sample data, tests and benchmarks.

`event_log` draws any number of departments. The log is skewed the way real logs are: a few departments do most of the
work, waits are lognormal, slow cases are slow everywhere, some steps are skipped, some cases are sent back, some end
before the customer hears of them. `deliveries` draws the orders of one company, with known changes in them.

`buyers` draws customers who come back, `purchases` a file of what they bought, `cohort` those who renew a contract.
"""

from typing import TYPE_CHECKING

from mizzle.lazily import lazily

if TYPE_CHECKING:
    from mizzle.simulate.answers import coded_units, drivers_and_outcome, scale_answers, team_answers
    from mizzle.simulate.buyers import CUSTOMERS, Buyers, buyers, cohort, purchases
    from mizzle.simulate.changes import DELIVERY_CHANGES, delivery_changes
    from mizzle.simulate.comments import comments
    from mizzle.simulate.deliveries import DELIVERY_PERCEPTION, DELIVERY_SCHEMA, deliveries
    from mizzle.simulate.learners import reviews
    from mizzle.simulate.ledgers import leaving_customers, skewed
    from mizzle.simulate.levels import counted_levels, rating_departments, sliding_levels
    from mizzle.simulate.lives import lives
    from mizzle.simulate.orders import PERCEPTION, SCHEMA, event_log, event_log_batches, xes_text
    from mizzle.simulate.spreading import spreading
    from mizzle.simulate.twins import cards, chances_of_pairs, sessions

__all__ = [
    "CUSTOMERS",
    "DELIVERY_CHANGES",
    "DELIVERY_PERCEPTION",
    "DELIVERY_SCHEMA",
    "PERCEPTION",
    "SCHEMA",
    "Buyers",
    "buyers",
    "cards",
    "chances_of_pairs",
    "coded_units",
    "cohort",
    "comments",
    "counted_levels",
    "deliveries",
    "delivery_changes",
    "drivers_and_outcome",
    "event_log",
    "event_log_batches",
    "leaving_customers",
    "lives",
    "purchases",
    "rating_departments",
    "reviews",
    "scale_answers",
    "sessions",
    "skewed",
    "sliding_levels",
    "spreading",
    "team_answers",
    "xes_text",
]

lazily(
    __name__,
    {
        "CUSTOMERS": "buyers",
        "Buyers": "buyers",
        "buyers": "buyers",
        "cohort": "buyers",
        "purchases": "buyers",
        "DELIVERY_CHANGES": "changes",
        "DELIVERY_PERCEPTION": "deliveries",
        "DELIVERY_SCHEMA": "deliveries",
        "PERCEPTION": "orders",
        "SCHEMA": "orders",
        "comments": "comments",
        "cards": "twins",
        "chances_of_pairs": "twins",
        "counted_levels": "levels",
        "coded_units": "answers",
        "deliveries": "deliveries",
        "delivery_changes": "changes",
        "drivers_and_outcome": "answers",
        "event_log": "orders",
        "event_log_batches": "orders",
        "lives": "lives",
        "reviews": "learners",
        "leaving_customers": "ledgers",
        "rating_departments": "levels",
        "sessions": "twins",
        "skewed": "ledgers",
        "sliding_levels": "levels",
        "spreading": "spreading",
        "scale_answers": "answers",
        "team_answers": "answers",
        "xes_text": "orders",
    },
)
