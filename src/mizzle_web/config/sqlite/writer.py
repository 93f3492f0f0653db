"""The one connection by which a process writes to a file: what several threads wrote is committed together.

A commit is a sync of the disk, and takes as long for one change as for twenty. So the transactions of threads stand
one after the other, each between savepoints of its own, in one transaction of SQLite; it is committed when nobody
waits for a turn, and nobody is told that something is done before that. What one of them undoes touches no other.
"""

from __future__ import annotations

import contextlib
import os
import threading
import time
from typing import TYPE_CHECKING, Any
from weakref import WeakSet

from mizzle_web.config.sqlite import library
from mizzle_web.config.sqlite.queue import LOOK_SECONDS, Queue, TooLong

if TYPE_CHECKING:
    from collections.abc import Callable

    from mizzle_web.config.sqlite.queue import Place

MOST = 64
"""So many transactions are committed together at most."""
OLDEST_SECONDS = 0.02
"""So long does the first of them wait for more at most, unless one of those takes longer than that by itself."""


class Group:
    """Transactions that are committed together."""

    def __init__(self) -> None:
        self.began_at = time.monotonic()
        self.size = 0
        self.is_over = threading.Event()
        self.problem: BaseException | None = None
        """Why nothing of it is kept."""

    @property
    def is_full(self) -> bool:
        """Whether it takes nobody in any more."""
        return self.size >= MOST or time.monotonic() - self.began_at > OLDEST_SECONDS


class Writer:
    """The writing connection of a file, the group that is open on it, and who waits for a turn.

    `begin`, `settle` and `close` are for the one whose turn it is; `keep`, `drop` and `leave` end the turn.
    """

    def __init__(self, name: str) -> None:
        self.queue = Queue()
        self.readers: WeakSet[Any] = WeakSet()
        """Who has the file open."""
        self._name = name
        self._connection: Any = None
        self._file: tuple[int, int] | None = None
        self._group: Group | None = None
        self._is_within = False

    def enter(self, owner: object, patience: float) -> Place:
        """Wait for a turn, for at most `patience` seconds."""
        return self.queue.enter(owner, patience)

    def begin(self, connect: Callable[[], Any]) -> Any:
        """Begin a transaction in the open group, or in a new one; gives the connection to write by."""
        self._tidy()
        if self._group is None:
            self._renew(connect)
            try:
                self._connection.execute("BEGIN IMMEDIATE")
            except BaseException:
                self.close()  # a reader that somebody left open on it would hold it in the past for good
                raise
            self._group = Group()
        self._connection.execute("SAVEPOINT turn")
        self._is_within = True
        return self._connection

    def leave(self, place: Place) -> None:
        """Let the next one go on in the same group; commit it where nobody waits, or where it is full."""
        try:
            if self._group is not None and (self._group.is_full or len(self.queue) <= 1):
                self.settle()
        finally:
            self.queue.leave(place)

    def keep(self, place: Place) -> None:
        """End a turn whose writes stay; comes back when they are on the disk.

        Raises
        ------
        Exception
            What kept the group from being committed. Nothing of it is there then.
        """
        group = self._group
        try:
            self._connection.execute("RELEASE turn")
            self._is_within = False
            if group is not None:  # and it never is: there is one as long as somebody is within
                group.size += 1
        finally:
            self.leave(place)
        if group is not None:
            self._wait(group)

    def drop(self, place: Place) -> None:
        """End a turn whose writes are undone."""
        try:
            self._undo_turn()
        finally:
            self.leave(place)

    def settle(self) -> None:
        """Commit the open group, and tell everybody who waits for it."""
        self._tidy()
        group, self._group = self._group, None
        if group is None:
            return
        try:
            self._connection.execute("COMMIT")
        except BaseException as problem:
            if self._is_in_transaction():
                self._connection.rollback()
                group.problem = problem
            elif isinstance(problem, Exception):  # SQLite has undone it already; after an interrupt it is committed
                group.problem = problem
            if not isinstance(problem, Exception):
                raise
        finally:
            group.is_over.set()

    def close(self) -> None:
        """Close the writing connection; the next turn opens another."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def forget(self, reader: object) -> None:
        """Note that somebody has closed the file; the writing connection is closed with the last of them."""
        self.readers.discard(reader)
        if not self.readers:
            with contextlib.suppress(TooLong):
                place = self.enter(self, LOOK_SECONDS)
                if not self.readers:
                    self.close()
                self.leave(place)

    def _wait(self, group: Group) -> None:
        while not group.is_over.wait(LOOK_SECONDS):
            try:  # whoever had the turn may have died, and then the next one is to commit
                place = self.queue.enter(self, LOOK_SECONDS)
            except TooLong:
                continue
            self.leave(place)
        if group.problem is not None:
            raise type(group.problem)(*group.problem.args) from group.problem

    def _tidy(self) -> None:
        """Undo what somebody began who died, and give up a group that SQLite has undone by itself."""
        if self._is_within:
            self._undo_turn()
        if self._group is not None and not self._is_in_transaction():
            group, self._group = self._group, None
            group.problem = library().OperationalError("SQLite has undone this, as where the disk is full; begin anew")
            group.is_over.set()

    def _undo_turn(self) -> None:
        self._is_within = False
        if self._is_in_transaction():
            try:
                self._connection.execute("ROLLBACK TO turn")
                self._connection.execute("RELEASE turn")
            except BaseException:  # nobody knows where this turn began: nothing of the group is told to be kept
                self._connection.rollback()
                raise

    def _is_in_transaction(self) -> bool:
        try:
            return bool(self._connection.in_transaction)
        except library().ProgrammingError:  # somebody has closed it
            self._connection = None
            return False

    def _renew(self, connect: Callable[[], Any]) -> None:
        """Open the connection where there is none, and anew where another file has taken the place of this one."""
        if self._connection is not None and self._file != self._found():
            self.close()
        if self._connection is None:
            self._connection = connect()
            self._file = self._found()

    def _found(self) -> tuple[int, int] | None:
        try:
            found = os.stat(self._name)  # noqa: PTH116 - at every write: a third of the time of a Path
        except OSError:
            return None
        return found.st_dev, found.st_ino


_writers: dict[str, Writer] = {}
_opening = threading.Lock()


def writer_of(name: str) -> Writer:
    """Give the writer of a database file; there is one in each process."""
    with _opening:
        return _writers.setdefault(name, Writer(name))
