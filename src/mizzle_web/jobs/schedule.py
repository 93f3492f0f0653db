"""What is done again and again, by any worker: who has the turn, and that nobody else has it.

A room says what is due in its module `work`, as a table that needs nothing of this room (so that rooms below may)::

    EVERY = ((5, deliver), (3600, forget_old_receipts))

Each is a number of seconds and a function of the module's top level that takes ``at``. What is missed while no worker
runs is done once; what takes longer than its interval begins again when it has ended.
"""

from __future__ import annotations

import logging
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.apps import apps

from mizzle_web.jobs import actions, kinds

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime, timedelta

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Regular:
    """Something that is done again and again."""

    seconds: float
    function: Callable[..., object]

    @property
    def path(self) -> str:
        """The name of its row."""
        return f"{self.function.__module__}.{self.function.__qualname__}"


def declared() -> list[Regular]:
    """Give what all rooms have declared."""
    kinds.load()
    return [
        Regular(seconds, function)
        for room in apps.get_app_configs()
        for seconds, function in getattr(sys.modules.get(f"{room.name}.work"), "EVERY", ())
    ]


class Round:
    """One worker's way through what is due."""

    def __init__(self, *, worker: str, lease: timedelta, clock: Callable[[], datetime]) -> None:
        self.worker = worker
        self.lease = lease
        self.clock = clock
        self._held = ""

    def go(self, regulars: Sequence[Regular]) -> int:
        """Do what is due and nobody else does; give how many things that were."""
        return sum(self._do(one) for one in regulars)

    def _do(self, one: Regular) -> bool:
        if not actions.take_turn(
            path=one.path, seconds=one.seconds, worker=self.worker, lease=self.lease, at=self.clock()
        ):
            return False
        self._held = one.path
        has_failed = False
        try:
            one.function(at=self.clock())
        except Exception:
            log.exception("%s failed; it is tried again in %g s", one.path, one.seconds)
            has_failed = True
        finally:
            self._held = ""
        actions.end_turn(path=one.path, worker=self.worker, has_failed=has_failed, at=self.clock())
        return True

    def hold(self) -> None:
        """Keep the turn that is being taken; called by the heartbeat."""
        if self._held:
            actions.hold_turn(path=self._held, worker=self.worker, lease=self.lease, at=self.clock())
