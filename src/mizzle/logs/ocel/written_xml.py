"""OCEL 2.0 written as XML, read as a stream."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING
from xml.parsers import expat

from mizzle.errors import UnreadableLog
from mizzle.logs.batches import LONGEST_ROW
from mizzle.logs.ocel.reader import Event
from mizzle.logs.source import open_source
from mizzle.logs.xes.parser import DEEPEST, local, safe_parser

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

    from mizzle.logs.source import Source

_FEED = 1 << 18
_SECTION, _ITEM = 2, 3  # depths of elements


class XmlContent:
    """An OCEL log in XML.

    Parameters
    ----------
    path
        The file, gzipped or not.
    """

    format = "OCEL XML"

    def __init__(self, path: Path) -> None:
        self._path = path
        self.done = 0.0

    def objects(self) -> Generator[tuple[str, str]]:
        """Give every object with its type."""
        with closing(self._items("objects")) as items:
            for item in items:
                name, of_type = item.head.get("id"), item.head.get("type")
                if name is not None and of_type is not None:
                    yield name, of_type

    def events(self) -> Generator[Event]:
        """Give the events in the order of the file."""
        with closing(self._items("events")) as items:
            for item in items:
                yield Event(item.head.get("type"), item.head.get("time"), item.attributes, tuple(item.objects))

    def _items(self, section: str) -> Generator[_Item]:
        with open_source(self._path) as source:
            parser = _Parser(source, section)
            while True:
                data = source.read(_FEED)
                parser.feed(data)
                self.done = source.done
                yield from parser.ready
                parser.ready.clear()
                if not data:
                    return


class _Item:
    """One event or object."""

    def __init__(self, head: dict[str, str], place: int) -> None:
        self.head = head
        self.place = place
        self.attributes: dict[str, str | None] = {}
        self.objects: list[str] = []


class _Parser:
    """Collects the events, or the objects, of a log as it is fed."""

    def __init__(self, source: Source, section: str) -> None:
        self.ready: list[_Item] = []
        self._source = source
        self._section = section
        self._path: list[str] = []
        self._item: _Item | None = None
        self._name: str | None = None
        self._text: list[str] = []
        self._given = 0
        self._parser = safe_parser()
        self._parser.buffer_text = True
        self._parser.StartElementHandler, self._parser.EndElementHandler = self._start, self._end

    def feed(self, data: bytes) -> None:
        """Parse more of the log; no data ends it."""
        self._given += len(data)
        name = self._source.path.name
        try:
            self._parser.Parse(data, not data)
        except expat.ExpatError as error:
            if not data:
                raise UnreadableLog(f"{name} breaks off: its end is missing. Copy or export it again.") from error
            what = expat.ErrorString(error.code)
            raise UnreadableLog(
                f"{name} is not well-formed XML at line {error.lineno:,} ({what}). Export it again."
            ) from error
        except (LookupError, ValueError) as error:
            raise UnreadableLog(f"{name} is written in an encoding that is not known. Save it as UTF-8.") from error
        here = self._parser.CurrentByteIndex
        if data and max(self._given - here, here - self._item.place if self._item else 0) > LONGEST_ROW:
            raise UnreadableLog(
                f"{name} holds a single element of more than {LONGEST_ROW // 10**6} MB, as no event log does. It is"
                " damaged; export it again."
            )

    def _start(self, name: str, attributes: list[str]) -> None:
        name = local(name)
        depth = len(self._path) + 1
        if depth == 1 and name not in {"log", "ocel"}:
            raise UnreadableLog(
                f"{self._source.path.name} is XML, but no OCEL log: its outermost element is <{name[:100]}>."
                " Export the log as OCEL 2.0."
            )
        if depth > DEEPEST:
            raise UnreadableLog(
                f"{self._source.path.name} nests elements more than {DEEPEST} levels deep, as no event log does."
                " Export it again."
            )
        self._path.append(name)
        if depth < _ITEM or self._path[_SECTION - 1] != self._section:
            return
        pairs = dict(zip(attributes[::2], attributes[1::2], strict=True))
        if depth == _ITEM or self._item is None:
            self._item = _Item(pairs, self._parser.CurrentByteIndex)
        elif name == "attribute" and "name" in pairs:
            self._name = pairs["name"]
            self._text.clear()
            self._parser.CharacterDataHandler = self._text.append
        elif "object-id" in pairs:
            self._item.objects.append(pairs["object-id"])

    def _end(self, _name: str) -> None:
        if self._item is not None:
            if self._name is not None:
                self._item.attributes[self._name] = "".join(self._text)
                self._name = None
                self._parser.CharacterDataHandler = None
            elif len(self._path) == _ITEM:
                self.ready.append(self._item)
                self._item = None
        self._path.pop()
