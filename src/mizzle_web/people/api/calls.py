"""What the operations of this room have in common: the day of a call, and that one sent twice makes one thing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils import timezone
from ninja import Status

from mizzle_web.journal.actions import once
from mizzle_web.people.secrets import hashed

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from pydantic import BaseModel

    from mizzle_web.page.visit import Visit


def today(request: Visit) -> date:
    """Give the day on which a call comes, in the zone of the organisation."""
    return timezone.localtime(request.at).date()


def made(request: Visit, key: str | None, given: BaseModel, make: Callable[[], BaseModel]) -> Status[Any]:
    """Make something and tell of it; with an idempotency key only the first time, and every time in the same words."""
    if key is None:
        return Status(201, make())
    by = request.user.actor
    answer = once(
        key=hashed(f"api:{by}:{key}"),
        content=f"{request.path} {given.model_dump_json(exclude_unset=True)}",
        do=lambda: make().model_dump(mode="json"),
        by=by,
        at=request.at,
    )
    return Status(201, answer)
