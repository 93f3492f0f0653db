"""Event logs of an organisation that never was: a delivery company, for sample data, tests and benchmarks.

The log is skewed the way real logs are: a few departments do most of the work, waits are lognormal, slow cases are
slow everywhere, some steps are skipped, some cases are sent back, some end before the customer hears of them.
"""

from __future__ import annotations

from mizzle.simulate.orders import PERCEPTION, SCHEMA, event_log, event_log_batches, xes_text

__all__ = ["PERCEPTION", "SCHEMA", "event_log", "event_log_batches", "xes_text"]
