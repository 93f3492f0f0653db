"""The one place where the house looks at the clock; everything else is given the instant as `at`."""

from __future__ import annotations

from datetime import UTC, datetime


def now() -> datetime:
    """Tell the time, in UTC."""
    return datetime.now(UTC)
