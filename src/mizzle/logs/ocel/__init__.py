"""Reads OCEL 2.0, the event logs in which an event belongs to several objects, as JSON, XML or SQLite."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mizzle.logs.ocel.reader import OcelReader
from mizzle.logs.ocel.written_json import JsonContent
from mizzle.logs.ocel.written_sqlite import SqliteContent
from mizzle.logs.ocel.written_xml import XmlContent
from mizzle.logs.source import open_source

if TYPE_CHECKING:
    from pathlib import Path

    from mizzle.logs.ocel.reader import Content

__all__ = ["OcelReader", "open_ocel"]

_BEGINNING = 4_096


def open_ocel(path: Path, object_type: str | None = None) -> OcelReader:
    """Open an OCEL 2.0 log.

    Parameters
    ----------
    path
        The file: JSON or XML (gzipped or not), or SQLite; told apart by its content.
    object_type
        The type of objects that are the cases. Without, it is the only one that events belong to; where there are
        several, `facts.choices` lists the types, and `batches` asks.

    Returns
    -------
    OcelReader
        A reader with one row per event and case: `ocel:activity`, `ocel:timestamp`, `ocel:oid` (the case), the
        attributes of events by their names, and for each other object type `ocel:type:<type>`, the first object of
        that type which the event is related to.

    Raises
    ------
    UnreadableLog
        For a file that is no OCEL 2.0, is broken, or holds no event.
    NoSuchName
        For an object type that the log does not have.
    """
    with open_source(path) as source:
        beginning = source.read(_BEGINNING)
    content: Content
    if beginning.startswith(b"SQLite format 3\0"):
        content = SqliteContent(path)
    elif beginning.lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n\0").startswith(b"<"):
        content = XmlContent(path)
    else:
        content = JsonContent(path)
    return OcelReader(path, content, object_type)
