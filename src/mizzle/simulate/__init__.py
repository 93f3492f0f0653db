"""Event logs of organisations that never were: delivery companies, for sample data, tests and benchmarks.

`event_log` draws any number of departments. The log is skewed the way real logs are: a few departments do most of the
work, waits are lognormal, slow cases are slow everywhere, some steps are skipped, some cases are sent back, some end
before the customer hears of them. `deliveries` draws the orders of one company, with known changes in them.
"""

from typing import TYPE_CHECKING

from mizzle.lazily import lazily

if TYPE_CHECKING:
    from mizzle.simulate.changes import DELIVERY_CHANGES, delivery_changes
    from mizzle.simulate.comments import comments
    from mizzle.simulate.deliveries import DELIVERY_PERCEPTION, DELIVERY_SCHEMA, deliveries
    from mizzle.simulate.learners import reviews
    from mizzle.simulate.lives import lives
    from mizzle.simulate.orders import PERCEPTION, SCHEMA, event_log, event_log_batches, xes_text

__all__ = [
    "DELIVERY_CHANGES",
    "DELIVERY_PERCEPTION",
    "DELIVERY_SCHEMA",
    "PERCEPTION",
    "SCHEMA",
    "comments",
    "deliveries",
    "delivery_changes",
    "event_log",
    "event_log_batches",
    "lives",
    "reviews",
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
        "comments": "comments",
        "deliveries": "deliveries",
        "delivery_changes": "changes",
        "event_log": "orders",
        "event_log_batches": "orders",
        "lives": "lives",
        "reviews": "learners",
        "xes_text": "orders",
    },
)
