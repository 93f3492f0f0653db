"""Writers of one process wait for each other in the order in which they came."""

from __future__ import annotations

import threading
import time
from collections import deque
from typing import TYPE_CHECKING
from weakref import ref

if TYPE_CHECKING:
    from weakref import ReferenceType

LOOK_SECONDS = 0.5
"""So often somebody who waits looks whether the one in front is still alive."""


class TooLong(Exception):
    """Somebody has waited for as long as the settings allow."""


class Place:
    """Where a writer stands in the queue. It knows who stands there, so that nobody waits for the dead."""

    def __init__(self, owner: object) -> None:
        self._owner: ReferenceType[object] = ref(owner)
        self._thread = threading.current_thread()
        self.turn = threading.Event()

    @property
    def is_left(self) -> bool:
        """Whether nobody stands here any more: the thread has ended, or its connection is gone."""
        return not self._thread.is_alive() or self._owner() is None


class Queue:
    """The queue of one database file.

    It is a courtesy and not a lock: what keeps two writers apart is SQLite. So it may let somebody pass whenever it is
    in doubt, and a queue can never be the reason why everything stands still.
    """

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._places: deque[Place] = deque()

    def enter(self, owner: object, patience: float) -> Place:
        """Wait until it is this writer's turn, for at most `patience` seconds.

        Raises
        ------
        TooLong
            When the turn has not come by then.
        """
        place = Place(owner)
        with self._guard:
            self._places.append(place)
            self._call()
        end = time.monotonic() + patience
        try:
            while not place.turn.wait(max(0.0, min(LOOK_SECONDS, end - time.monotonic()))):
                with self._guard:
                    self._call()
                if not place.turn.is_set() and time.monotonic() >= end:
                    raise TooLong  # noqa: TRY301 - and the place is left, as after any other end
        except BaseException:
            self.leave(place)
            raise
        return place

    def leave(self, place: Place) -> None:
        """Let the next one pass. To leave twice does nothing."""
        with self._guard:
            if place in self._places:
                self._places.remove(place)
            self._call()

    def _call(self) -> None:
        while self._places and self._places[0].is_left:
            self._places.popleft()
        if self._places:
            self._places[0].turn.set()

    def __len__(self) -> int:
        with self._guard:
            return len(self._places)
