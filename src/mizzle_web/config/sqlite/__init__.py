"""Django's SQLite, made safe: a library without the bug that can spoil a file, synced writes, a queue of writers."""

from __future__ import annotations

import sqlite3
import sqlite3.dbapi2
import sys
from importlib import import_module
from typing import Any

REPAIRED = (3, 51, 3)
"""From here on SQLite no longer spoils a file that several connections write and check at one instant (WAL reset)."""


NAMES = ("sqlite3", "sqlite3.dbapi2")


def use_repaired_library() -> None:
    """Let Django use the SQLite of the package pysqlite3 where the one that came with Python has the bug."""
    if sqlite3.sqlite_version_info >= REPAIRED:
        return
    try:
        import pysqlite3
    except ImportError:  # a machine without that wheel: the safe journal mode is used instead
        return
    if pysqlite3.sqlite_version_info <= sqlite3.sqlite_version_info:
        return
    # Django takes the library by its name; only Django shall get the other one, since the readers of logs need what
    # Python's own can do. The two never open the same file.
    kept = {name: sys.modules[name] for name in NAMES}
    sys.modules.update({"sqlite3": pysqlite3, "sqlite3.dbapi2": pysqlite3.dbapi2})
    try:
        import_module("django.db.backends.sqlite3.base")
    finally:
        sys.modules.update(kept)


def library() -> Any:
    """Give the library that Django uses."""
    return import_module("django.db.backends.sqlite3.base").Database


def is_repaired() -> bool:
    """Whether the library in use is free of the bug."""
    return bool(library().sqlite_version_info >= REPAIRED)


def journal_mode() -> str:
    """Give the journal mode that is safe with the library in use."""
    return "wal" if is_repaired() else "truncate"


def caution() -> str:
    """Say why the slower journal mode is in use; empty where it is not."""
    if is_repaired():
        return ""
    return (
        f"SQLite {library().sqlite_version} has a bug that can spoil a file in WAL mode (mended in "
        f"{'.'.join(map(str, REPAIRED))}), so writes take the safe and slow way. Install the package pysqlite3."
    )
