"""What is done again and again in this room."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mizzle_web.jobs import actions

if TYPE_CHECKING:
    from datetime import datetime


def forget_old_work(*, at: datetime) -> None:
    """Forget work that was over long ago."""
    actions.forget(at=at)


EVERY = ((3600, forget_old_work),)
