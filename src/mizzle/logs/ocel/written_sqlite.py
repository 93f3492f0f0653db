"""OCEL 2.0 written as an SQLite database, opened so that nothing in it can run or change anything."""

from __future__ import annotations

import heapq
import sqlite3
from contextlib import closing, contextmanager
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from mizzle.errors import UnreadableLog
from mizzle.logs.batches import LONGEST_ROW
from mizzle.logs.ocel.reader import Event

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator
    from pathlib import Path

_NEEDED = {
    "event": ("ocel_id", "ocel_type"),
    "object": ("ocel_id", "ocel_type"),
    "event_object": ("ocel_event_id", "ocel_object_id"),
    "event_map_type": ("ocel_type", "ocel_type_map"),
}
_OWN = frozenset({"ocel_id", "ocel_time"})
_MOST_TYPES = 1_000

# SQLite counts its own instructions. A log needs some ten for each byte of its file; a join made to explode, far more.
_STEP = 100_000
_FREE_STEPS = 200
_BYTES_PER_STEP = 1_000


class SqliteContent:
    """An OCEL log in SQLite.

    Parameters
    ----------
    path
        The file. It is opened for reading only, and its views, triggers and virtual tables are never used.
    """

    format = "OCEL SQLite"

    def __init__(self, path: Path) -> None:
        self._path = path
        self.done = 0.0

    def objects(self) -> Generator[tuple[str, str]]:
        """Give every object with its type."""
        with self._open() as database, closing(database.execute("SELECT ocel_id, ocel_type FROM object")) as found:
            for name, of_type in found:
                if name is not None and of_type is not None:
                    yield str(name), str(of_type)

    def events(self) -> Generator[Event]:
        """Give the events in the order of the file."""
        with self._open() as database:
            (total,) = database.execute("SELECT count(*) FROM event").fetchone()
            streams = [self._base(database), self._relations(database)]
            kinds = database.execute("SELECT DISTINCT ocel_type, ocel_type_map FROM event_map_type").fetchall()
            if len(kinds) > _MOST_TYPES:
                raise UnreadableLog(f"{self._path.name} has {len(kinds):,} event types, far more than a real log.")
            names = _tables(database)
            for of_type, suffix in kinds:
                streams.append(self._details(database, of_type, f"event_{suffix}", names))
            ordered = heapq.merge(*streams, key=itemgetter(0, 1))
            for seen, (_, rows) in enumerate(groupby(ordered, key=itemgetter(0)), 1):
                self.done = seen / total
                yield _event(rows)

    # Each stream gives (place of the event, kind of the row, value); the streams are merged by place.

    def _base(self, database: sqlite3.Connection) -> Iterator[tuple[int, int, Any]]:
        place = _rowid(database, "event")
        for at, of_type in database.execute(f"SELECT {place}, ocel_type FROM event ORDER BY {place}"):  # noqa: S608 - names are quoted by _name
            yield at, 0, of_type

    def _details(
        self, database: sqlite3.Connection, of_type: Any, table: str, names: set[str]
    ) -> Iterator[tuple[int, int, Any]]:
        if table not in names:
            raise UnreadableLog(
                f"{self._path.name} has events of type {str(of_type)[:100]!r}, but no table {table[:100]!r} of them."
                " Export it again."
            )
        columns = _columns(database, table)
        if not set(columns) >= _OWN:
            raise self._incomplete(table)
        place = _rowid(database, "event")
        wanted = ", ".join(f"m.{_name(column)}" for column in columns)
        query = (
            f"SELECT e.{place}, {wanted} FROM event AS e JOIN {_name(table)} AS m ON m.ocel_id = e.ocel_id"  # noqa: S608 - as above
            f" WHERE e.ocel_type = ? ORDER BY e.{place}"
        )
        for at, *values in database.execute(query, (of_type,)):
            yield at, 1, dict(zip(columns, values, strict=True))

    def _relations(self, database: sqlite3.Connection) -> Iterator[tuple[int, int, Any]]:
        place, order = _rowid(database, "event"), _rowid(database, "event_object")
        query = (
            f"SELECT e.{place}, r.ocel_object_id FROM event AS e JOIN event_object AS r"  # noqa: S608 - as above
            f" ON r.ocel_event_id = e.ocel_id ORDER BY e.{place}, r.{order}"
        )
        for at, name in database.execute(query):
            yield at, 2, name

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        """Open the database, and turn what goes wrong in it into sentences."""
        journal = self._path.with_name(self._path.name + "-wal")
        if journal.exists() and journal.stat().st_size:
            raise UnreadableLog(
                f"{self._path.name} has changes that are not yet written into it. Close the program that has it open,"
                f" or copy it together with {journal.name} and open and close it once."
            )
        try:
            uri = f"{self._path.absolute().as_uri()}?mode=ro&immutable=1"
            # The thread that reads need not be the one that began to.
            with closing(sqlite3.connect(uri, uri=True, check_same_thread=False)) as database:
                self._harden(database)
                self._check(database)
                yield database
        except sqlite3.OperationalError as error:
            if "interrupted" in str(error):
                raise UnreadableLog(
                    f"{self._path.name} takes far too long to read for its size, as if made to. Export it again."
                ) from error
            raise self._damaged() from error
        except (sqlite3.Error, ValueError, OverflowError) as error:
            raise self._damaged() from error

    def _harden(self, database: sqlite3.Connection) -> None:
        left = _FREE_STEPS + self._path.stat().st_size // _BYTES_PER_STEP

        def is_too_much() -> bool:
            nonlocal left
            left -= 1
            return left < 0

        database.set_progress_handler(is_too_much, _STEP)
        database.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, LONGEST_ROW)
        database.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
        database.text_factory = lambda data: data.decode(errors="replace")
        for pragma in ("trusted_schema = OFF", "query_only = ON", "cell_size_check = ON"):
            database.execute(f"PRAGMA {pragma}")

    def _check(self, database: sqlite3.Connection) -> None:
        names = _tables(database)
        for table, columns in _NEEDED.items():
            if table not in names or not set(columns) <= set(_columns(database, table)):
                raise self._incomplete(table)

    def _incomplete(self, table: str) -> UnreadableLog:
        return UnreadableLog(
            f"{self._path.name} is an SQLite database, but no OCEL 2.0 log: its table {table[:100]!r} is missing or"
            " incomplete. Export the log as OCEL 2.0."
        )

    def _damaged(self) -> UnreadableLog:
        return UnreadableLog(f"{self._path.name} is a damaged SQLite database. Copy or export it again.")


def _tables(database: sqlite3.Connection) -> set[str]:
    """Give the names of the real tables: no views, which may compute anything, and no virtual tables."""
    found = database.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%'")
    return {name for (name,) in found}


def _columns(database: sqlite3.Connection, table: str) -> list[str]:
    """Give the names of a table's columns, those computed from others left out."""
    return [name for (name,) in database.execute("SELECT name FROM pragma_table_info(?)", (table,))]


def _rowid(database: sqlite3.Connection, table: str) -> str:
    """Give a name of a table's row number that no column of it has taken."""
    taken = {name.lower() for name in _columns(database, table)}
    return next((name for name in ("rowid", "_rowid_", "oid") if name not in taken), "rowid")


def _name(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _event(rows: Iterator[tuple[int, int, Any]]) -> Event:
    of_type: str | None = None
    time: str | None = None
    attributes: dict[str, str | None] = {}
    objects: list[str] = []
    for _, kind, value in rows:
        if kind == 0:
            of_type = _text(value)
        elif kind == 1:
            time = _text(value.pop("ocel_time"))
            value.pop("ocel_id")
            attributes |= {name: _text(one) for name, one in value.items()}
        elif value is not None:
            objects.append(str(value))
    return Event(of_type, time, attributes, tuple(objects))


def _text(value: Any) -> str | None:
    """Write a value of SQLite as text."""
    if isinstance(value, bytes):
        return value.decode(errors="replace")
    return value if value is None else str(value)
