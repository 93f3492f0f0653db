"""What is done again and again: deliver what is due, and forget what was sent long ago."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from mizzle_web.journal import outbox
from mizzle_web.journal.actions import forget_sent

if TYPE_CHECKING:
    from datetime import datetime

KEPT = timedelta(days=30)
"""So long what was sent stays in the list, and the same form sent twice is known to be the same."""


def deliver(at: datetime) -> None:
    """Send what is due."""
    outbox.deliver_due(at)


def forget(at: datetime) -> None:
    """Forget what was sent long ago, and the keys of forms of that time."""
    forget_sent(before=at - KEPT)


EVERY = ((5, deliver), (3600, forget))
