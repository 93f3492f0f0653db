"""The times that the departments of Larkmoor Home Delivery agreed on.

They stand apart from the rest of `mizzle.simulate`, which does without the measures and loads faster so.
"""

from __future__ import annotations

from mizzle.journeys.results import Agreement

AGREED_TIMES = (
    Agreement("Sales", "Front desk", 2.0),
    Agreement("Front desk", "Order planning", 4.0),
    Agreement("Order planning", "Warehouse", 12.0),
    Agreement("Warehouse", "Transport", 12.0),
    Agreement("Transport", "Billing", 24.0),
    Agreement("Transport", "Claims", 8.0),
    Agreement("Warehouse", None, 4.0),
    Agreement("Transport", None, 8.0),
)
"""What `mizzle.journeys.agreed` takes: six handovers, and two departments' own parts of an order."""
