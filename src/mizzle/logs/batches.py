"""What every reader hands on: batches of text columns, the rows that could not be read, and a place to resume from.

A reader knows a file format and nothing of cases or departments. It gives the columns of the file as text, exactly
as written; the mapping decides later which column is the case, and the times are understood for a whole column.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pyarrow as pa

ROW = "\x00row"
"""Name of the int64 column with each row's position in the file, from 1; no file can have a column of this name."""

LONGEST_FIELD = 1_000_000
"""Characters in one field beyond which its row is set aside."""

LONGEST_ROW = 16_000_000
"""Bytes in one row beyond which its row is set aside without ever being held in memory."""


class Reason(StrEnum):
    """Why a row is set aside, in plain words. A detail may follow after a colon."""

    NO_CASE = "no case"
    NO_ACTIVITY = "no activity"
    NO_TIME = "no time"
    UNREADABLE_TIME = "unreadable time"
    END_BEFORE_START = "end before start"
    CELLS = "wrong number of cells"
    LONG_FIELD = "field too long"
    LONG_ROW = "row too long"
    ENCODING = "unreadable characters"
    MIXED = "mixed encodings"
    NUL = "NUL byte in the row"
    QUOTES = "a quote is never closed"
    NO_WORK = "lifecycle transition that is no work"


class Rejected(NamedTuple):
    """One row set aside: its position in the file from 1 (the header not counted), why, and its text, shortened."""

    row: int
    reason: str
    text: str | None


class Mark(NamedTuple):
    """A place between two batches: bytes of the (decompressed) file before it, and rows before it."""

    offset: int
    row: int


@dataclass(frozen=True, slots=True)
class Batch:
    """Some rows of a file, in order.

    Attributes
    ----------
    table
        Text columns (`pa.string()`, null where the format knows nulls), and `ROW`.
    rejected
        Rows between the batch before and the end of this one that could not be read, by row.
    mark
        The place after it, from which `batches` can go on; None for formats that cannot.
    done
        Share of the file that has been read, 0 to 1.
    """

    table: pa.Table
    rejected: tuple[Rejected, ...] = ()
    mark: Mark | None = None
    done: float = 0.0


@dataclass(frozen=True, slots=True)
class Facts:
    """What a reader found out about its file, to be shown before anything is imported.

    Attributes
    ----------
    format
        ``"CSV"``, ``"Parquet"``, ``"Excel"``, ``"XES"``, ``"OCEL JSON"``, ``"OCEL XML"`` or ``"OCEL SQLite"``.
    notes
        Findings in plain words, as ``"separator: semicolon"``, ``"encoding: UTF-8"``.
    known
        Column that a role has by the standard of the format, by role (``case``, ``activity``, ``department``,
        ``end``, ``start``, ``resource``); empty for free tables.
    choices
        For OCEL: the object types, one of which the user names as the case.
    object_type
        For OCEL: the one that is the case, named or the only one that events belong to; empty where it is open.
    separator
        What stands between the cells of a text file; empty for other formats.
    """

    format: str
    notes: tuple[str, ...] = ()
    known: dict[str, str] = field(default_factory=dict)
    choices: tuple[str, ...] = ()
    object_type: str = ""
    separator: str = ""


class Reader(Protocol):
    """One open file of one format."""

    facts: Facts
    columns: tuple[str, ...]

    def batches(self, columns: Sequence[str] | None = None, after: Mark | None = None) -> Iterator[Batch]:
        """Read the file as a stream of batches with only the named columns, from the beginning or after a mark."""
        ...

    def close(self) -> None:
        """Let go of the file."""
        ...
