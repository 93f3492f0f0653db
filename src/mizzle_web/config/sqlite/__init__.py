"""Django's SQLite, made safe: a library without the bug that can spoil a file, synced writes, a queue of writers."""

from __future__ import annotations

import sqlite3
import sys
from typing import Any

REPAIRED = (3, 51, 3)
"""From here on SQLite no longer spoils a file that several connections write and check at one instant (WAL reset)."""


def use_repaired_library() -> None:
    """Let this process use the SQLite of the package pysqlite3 where the one that came with Python has the bug."""
    if sqlite3.sqlite_version_info >= REPAIRED:
        return
    try:
        import pysqlite3
    except ImportError:  # a machine without that wheel: the safe journal mode is used instead
        return
    if pysqlite3.sqlite_version_info > sqlite3.sqlite_version_info:
        sys.modules["sqlite3"] = pysqlite3
        sys.modules["sqlite3.dbapi2"] = pysqlite3.dbapi2


def is_repaired() -> bool:
    """Whether the library in use is free of the bug."""
    module: Any = sys.modules["sqlite3"]
    return bool(module.sqlite_version_info >= REPAIRED)


def journal_mode() -> str:
    """Give the journal mode that is safe with the library in use."""
    return "wal" if is_repaired() else "truncate"


def caution() -> str:
    """Say why the slower journal mode is in use; empty where it is not."""
    if is_repaired():
        return ""
    module: Any = sys.modules["sqlite3"]
    return (
        f"SQLite {module.sqlite_version} has a bug that can spoil a file in WAL mode (mended in "
        f"{'.'.join(map(str, REPAIRED))}), so writes take the safe and slow way. Install the package pysqlite3."
    )
