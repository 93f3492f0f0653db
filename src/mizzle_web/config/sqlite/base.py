"""The backend itself. Django looks for it under this name."""

from __future__ import annotations

import threading
from collections import defaultdict
from typing import Any

from django.db.backends.sqlite3 import base
from django.db.utils import NotSupportedError

from mizzle_web.config.sqlite import journal_mode

FULL = 2
_queues: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)


class DatabaseWrapper(base.DatabaseWrapper):
    """One connection.

    Threads of one process that want to write wait for each other here, in a lock, and not in SQLite, which would let
    them sleep and try again: with more than a few writers some of those would wait for a second and more.
    """

    _queued = False

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """Open a connection, and make sure that what is acknowledged is on disk."""
        connection = super().get_new_connection(conn_params)
        (mode,) = connection.execute(f"PRAGMA journal_mode={journal_mode()}").fetchone()
        connection.execute("PRAGMA synchronous=FULL")
        (synced,) = connection.execute("PRAGMA synchronous").fetchone()
        if (mode not in (journal_mode(), "memory")) or synced != FULL:
            raise NotSupportedError(
                f"SQLite keeps the journal as {mode} and syncs at level {synced}, which is not safe."
            )
        for setting in ("journal_size_limit=27103364", "cache_size=-20000", "temp_store=MEMORY"):
            connection.execute(f"PRAGMA {setting}")
        return connection

    def _start_transaction_under_autocommit(self) -> None:
        queue = _queues[str(self.settings_dict["NAME"])]
        queue.acquire()
        self._queued = True
        try:
            super()._start_transaction_under_autocommit()
        except BaseException:
            self._leave()
            raise

    def _leave(self) -> None:
        if self._queued:
            self._queued = False
            _queues[str(self.settings_dict["NAME"])].release()

    def _commit(self) -> None:
        super()._commit()
        self._leave()  # a commit that fails is rolled back, and leaves there

    def _rollback(self) -> None:
        try:
            super()._rollback()
        finally:
            self._leave()

    def _close(self) -> None:
        try:
            super()._close()
        finally:
            self._leave()
