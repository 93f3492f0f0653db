"""The backend itself. Django looks for it under this name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.backends.sqlite3 import base, operations
from django.db.utils import NotSupportedError, OperationalError

from mizzle_web.config import sqlite
from mizzle_web.config.sqlite.queue import TooLong, queue_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mizzle_web.config.sqlite.queue import Place

FULL = 2
PATIENCE_SECONDS = 20.0


class Operations(operations.DatabaseOperations):
    """What differs in statements."""

    def execute_sql_flush(self, sql_list: Iterable[str]) -> None:
        """Empty every table, as tests do between them; triggers that keep rows stand aside meanwhile."""
        with transaction.atomic(using=self.connection.alias), self.connection.cursor() as cursor:
            cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
            triggers = cursor.fetchall()
            for name, _statement in triggers:
                cursor.execute(f'DROP TRIGGER "{name}"')
            for statement in sql_list:
                cursor.execute(statement)
            for _name, statement in triggers:
                cursor.execute(statement)


class DatabaseWrapper(base.DatabaseWrapper):
    """One connection.

    Threads of one process that want to write wait for each other here, in a queue, and not in SQLite, which would let
    them sleep and try again: with more than a few writers some of those would wait for a second and more.
    """

    ops_class = Operations
    _place: Place | None = None

    @property
    def caution(self) -> str:
        """Say why this database is kept in a slower way than it could be; empty where it is not."""
        return sqlite.caution()

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """Open a connection, and make sure that what is acknowledged is on disk."""
        connection = super().get_new_connection(conn_params)
        try:
            (mode,) = connection.execute(f"PRAGMA journal_mode={sqlite.journal_mode()}").fetchone()
            connection.execute("PRAGMA synchronous=FULL")
            (synced,) = connection.execute("PRAGMA synchronous").fetchone()
            if mode not in (sqlite.journal_mode(), "memory") or synced != FULL:
                raise NotSupportedError(  # noqa: TRY301 - and the connection is closed, as after any other fault
                    f"SQLite keeps the journal as {mode} and syncs at level {synced}, which is not safe."
                )
            for setting in ("journal_size_limit=27103364", "cache_size=-20000", "temp_store=MEMORY"):
                connection.execute(f"PRAGMA {setting}")
        except BaseException:
            connection.close()
            raise
        return connection

    def _start_transaction_under_autocommit(self) -> None:
        self._leave()  # never there; but a connection that waited for itself would wait for good
        patience = float(self.settings_dict["OPTIONS"].get("timeout", PATIENCE_SECONDS))
        try:
            self._place = queue_of(str(self.settings_dict["NAME"])).enter(self, patience)
        except TooLong as problem:
            raise OperationalError("database is locked: another write takes too long") from problem
        try:
            super()._start_transaction_under_autocommit()  # type: ignore[misc] # the stubs do not know it
        except BaseException:
            self._leave()
            raise

    def _leave(self) -> None:
        place, self._place = self._place, None
        if place is not None:
            queue_of(str(self.settings_dict["NAME"])).leave(place)

    def _commit(self) -> None:
        try:
            super()._commit()  # type: ignore[misc] # the stubs do not know it
        finally:
            self._leave()  # also where it failed: what is still open then, SQLite itself keeps apart

    def _rollback(self) -> None:
        try:
            super()._rollback()  # type: ignore[misc] # the stubs do not know it
        finally:
            self._leave()

    def _close(self) -> None:
        try:
            super()._close()  # type: ignore[misc] # the stubs do not know it
        finally:
            self._leave()
