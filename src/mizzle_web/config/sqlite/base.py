"""The backend itself. Django looks for it under this name."""

from __future__ import annotations

import time
from functools import cache
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.backends.sqlite3 import base, features, operations, schema
from django.db.backends.utils import debug_transaction
from django.db.utils import NotSupportedError, OperationalError

from mizzle_web.config import sqlite
from mizzle_web.config.sqlite.queue import TooLong
from mizzle_web.config.sqlite.writer import writer_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mizzle_web.config.sqlite.queue import Place
    from mizzle_web.config.sqlite.writer import Writer

FULL = 2
PATIENCE_SECONDS = 20.0
LONG_SECONDS = 0.1
"""Who took so long for a transaction has the next one for themselves: nobody else's confirmation waits for it."""


@cache
def _with_marks(sql: str) -> str:
    """Write the places of values as SQLite does; Django works this out each time."""
    return str(base.FORMAT_QMARK_REGEX.sub("?", sql).replace("%%", "%"))


class Features(features.DatabaseFeatures):
    """What this database can do."""

    can_defer_constraint_checks = False


class SchemaEditor(schema.DatabaseSchemaEditor):
    """Makes tables whose references are checked at once.

    Checked at the commit, a broken one would spoil what others wrote in the same group.
    """

    sql_create_inline_fk = "REFERENCES %(to_table)s (%(to_column)s)"
    sql_create_column_inline_fk = sql_create_inline_fk


class Operations(operations.DatabaseOperations):
    """What differs in statements."""

    def execute_sql_flush(self, sql_list: Iterable[str]) -> None:
        """Empty every table, as tests do between them; triggers that keep rows stand aside meanwhile."""
        with (
            self.connection.constraint_checks_disabled(),
            transaction.atomic(using=self.connection.alias),
            self.connection.cursor() as cursor,
        ):
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

    It reads by itself. For a transaction it waits for its turn, and is lent the writing connection of the process:
    see `writer`. SQLite itself would let those who wait sleep and try again, some of many for a second and more.
    """

    features_class = Features
    ops_class = Operations
    SchemaEditorClass = SchemaEditor
    _place: Place | None = None
    _own: Any = None
    """The connection that reads, while the writing one has its place."""
    _began_at = 0.0
    _is_long = False
    _checks_references = True

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

    def init_connection_state(self) -> None:
        """Note that somebody has the file open."""
        super().init_connection_state()
        self._checks_references = True
        self._writer.readers.add(self)

    def disable_constraint_checking(self) -> bool:
        """Let references be, on this connection alone; what it writes then goes by itself."""
        is_disabled = super().disable_constraint_checking()
        self._checks_references = not is_disabled
        return is_disabled

    def enable_constraint_checking(self) -> None:
        """Check references again."""
        super().enable_constraint_checking()
        self._checks_references = True

    @property
    def _writer(self) -> Writer:
        return writer_of(str(self.settings_dict["NAME"]))

    @property
    def _goes_alone(self) -> bool:
        """Whether a transaction stands for itself, on the connection that reads."""
        return self._is_long or not self._checks_references or self.is_in_memory_db()

    def told(self, sql: str, values: list[Any], *, gives_rows: bool) -> tuple[list[Any], int]:
        """Run a prepared statement as a cursor does, and without what Django does around those that are not."""
        self.ensure_connection()
        self.validate_thread_sharing()
        self.validate_no_broken_transaction()
        with self.wrap_database_errors:
            cursor = self.connection.execute(_with_marks(sql), values)
            return cursor.fetchall() if gives_rows else [], cursor.rowcount

    def _start_transaction_under_autocommit(self) -> None:
        self._leave()  # never there; but a connection that waited for itself would wait for good
        patience = float(self.settings_dict["OPTIONS"].get("timeout", PATIENCE_SECONDS))
        try:
            self._place = self._writer.enter(self, patience)
        except TooLong as problem:
            raise OperationalError("database is locked: another write takes too long") from problem
        self._began_at = time.monotonic()
        try:
            if self._goes_alone:
                self._writer.settle()
                super()._start_transaction_under_autocommit()  # type: ignore[misc] # the stubs do not know it
            else:
                with debug_transaction(self, "BEGIN"), self.wrap_database_errors:
                    lent = self._writer.begin(self._another)
                self._own, self.connection = self.connection, lent
        except BaseException:
            self._leave()
            raise

    def _another(self) -> Any:
        return self.get_new_connection(self.get_connection_params())

    def _leave(self) -> None:
        place = self._take_back()
        if place is not None:
            self._writer.leave(place)

    def _lent(self) -> Place | None:
        """Give the writing connection back; gives the place for which it was lent, None where it was not."""
        return self._take_back() if self._own is not None else None

    def _take_back(self) -> Place | None:
        """Put one's own connection in its place again; gives the place in the queue, where there is one."""
        place, self._place = self._place, None
        if place is not None:
            self._is_long = time.monotonic() - self._began_at > LONG_SECONDS
        if self._own is not None:
            self.connection, self._own = self._own, None
        return place

    def _commit(self) -> None:
        place = self._lent()
        if place is None:
            try:
                super()._commit()  # type: ignore[misc] # the stubs do not know it
            finally:
                self._leave()  # also where it failed: what is still open then, SQLite itself keeps apart
            return
        with debug_transaction(self, "COMMIT"), self.wrap_database_errors:
            self._writer.keep(place)

    def _rollback(self) -> None:
        place = self._lent()
        if place is None:
            try:
                super()._rollback()  # type: ignore[misc] # the stubs do not know it
            finally:
                self._leave()
            return
        with debug_transaction(self, "ROLLBACK"), self.wrap_database_errors:
            self._writer.drop(place)

    def _close(self) -> None:
        try:
            if self._own is not None:
                self._rollback()
        finally:
            try:
                super()._close()  # type: ignore[misc] # the stubs do not know it
            finally:
                self._leave()
                self._writer.forget(self)
