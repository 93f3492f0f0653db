"""OCEL 2.0 written as JSON, read as a stream: one event or object after the other, whatever the size of the file.

Python's own decoder reads each of them, numbers as text exactly as written. (ijson was tried: its parser in C ends the
whole process on some damaged numbers.)
"""

from __future__ import annotations

import codecs
import json
import re
from contextlib import closing
from typing import TYPE_CHECKING, Any

from mizzle.errors import UnreadableLog
from mizzle.logs.ocel.reader import Event
from mizzle.logs.source import open_source, utf16

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

    from mizzle.logs.source import Source

LONGEST_ITEM = 4_000_000
"""Characters of one event or object beyond which a log is refused."""

_CHUNK = 1 << 20
_SPACE = re.compile(r"[ \t\r\n]*")


class JsonContent:
    """An OCEL log in JSON.

    Parameters
    ----------
    path
        The file, gzipped or not.
    """

    format = "OCEL JSON"

    def __init__(self, path: Path) -> None:
        self._path = path
        self.done = 0.0

    def objects(self) -> Generator[tuple[str, str]]:
        """Give every object with its type."""
        with closing(self._items("objects")) as items:
            for item in items:
                name, of_type = _text(item.get("id")), _text(item.get("type"))
                if name is not None and of_type is not None:
                    yield name, of_type

    def events(self) -> Generator[Event]:
        """Give the events in the order of the file."""
        with closing(self._items("events")) as items:
            for item in items:
                pairs = _dicts(item.get("attributes"))
                related = (_text(one.get("objectId")) for one in _dicts(item.get("relationships")))
                yield Event(
                    type=_text(item.get("type")),
                    time=_text(item.get("time")),
                    attributes={_whole(str(pair.get("name"))): _text(pair.get("value")) for pair in pairs},
                    objects=tuple(name for name in related if name is not None),
                )

    def _items(self, section: str) -> Generator[dict[str, Any]]:
        """Give what stands in one array of the outermost object."""
        with open_source(self._path) as source:
            text = _Text(source)
            text.expect("{")
            mark = "," if text.peek() != "}" else text.expect("}")
            while mark == ",":
                key = text.value()
                if key == "ocel:events":
                    raise UnreadableLog(f"{self._path.name} is OCEL 1.0. Convert it to OCEL 2.0 and read that.")
                text.expect(":")
                if text.peek() != "[":
                    text.value()
                    mark = text.expect(",}")
                    continue
                text.expect("[")
                mark = "," if text.peek() != "]" else text.expect("]")
                while mark == ",":
                    item = text.value()
                    mark = text.expect(",]")
                    if key == section:
                        self.done = source.done
                        yield item if isinstance(item, dict) else {}
                mark = text.expect(",}")
            if text.peek():
                raise text.broken()


class _Text:
    """The text of a file, from which one value after the other is taken."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._name = source.path.name
        head = source.read(_CHUNK)
        self._decoder = codecs.getincrementaldecoder(utf16(head) or "utf-8")("strict")
        self._values = json.JSONDecoder(parse_int=str, parse_float=str, parse_constant=str)
        self._is_whole = False
        self._at = 0
        self._text = self._decoded(head).removeprefix("\ufeff")

    def peek(self) -> str:
        """Give the next character that is no white space, without taking it; nothing at the end of the file."""
        while True:
            self._at = _SPACE.match(self._text, self._at).end()  # type: ignore[union-attr]  # it matches anything
            if self._at < len(self._text) or not self._more(_CHUNK):
                return self._text[self._at : self._at + 1]

    def expect(self, choices: str) -> str:
        """Take the next character, which must be one of some."""
        found = self.peek()
        if not found or found not in choices:
            raise self.broken()
        self._at += 1
        return found

    def value(self) -> Any:
        """Take the next value."""
        self.peek()
        size = _CHUNK
        while True:
            try:
                value, end = self._values.raw_decode(self._text, self._at)
            except RecursionError as error:
                raise UnreadableLog(
                    f"{self._name} nests values without end, as no event log does. Export it again."
                ) from error
            except ValueError as error:
                # It may only be that the value goes on in what has not been read yet.
                if len(self._text) - self._at > LONGEST_ITEM:
                    raise UnreadableLog(
                        f"{self._name} is not well-formed JSON, or holds an event or object of more than"
                        f" {LONGEST_ITEM // 10**6} MB, as no event log does. Export it again."
                    ) from error
                if not self._more(size):
                    raise self.broken() from error
                size *= 2
                continue
            # A number that ends with the text read so far may go on.
            if end == len(self._text) and self._more(size):
                continue
            self._at = end
            return value

    def broken(self) -> UnreadableLog:
        """Say that the file breaks off, or is no JSON."""
        if self._is_whole and self._at >= len(self._text.rstrip()):
            return UnreadableLog(f"{self._name} breaks off: its end is missing. Copy or export it again.")
        return UnreadableLog(f"{self._name} is not well-formed JSON, or breaks off. Export it again.")

    def _more(self, size: int) -> bool:
        """Read on, and forget what has been taken; say whether there was more."""
        if self._is_whole:
            return False
        self._text = self._text[self._at :] + self._decoded(self._source.read(size))
        self._at = 0
        return True

    def _decoded(self, data: bytes) -> str:
        self._is_whole = not data
        try:
            return self._decoder.decode(data, final=not data)
        except UnicodeDecodeError as error:
            raise UnreadableLog(
                f"{self._name} holds characters that are not UTF-8. Export it again, in UTF-8."
            ) from error


def _dicts(value: Any) -> list[dict[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _whole(name: str) -> str:
    """Put a question mark for half of a character in UTF-16, which JSON may hold and no column can be called."""
    return name.encode(errors="replace").decode()


def _text(value: Any) -> str | None:
    """Write a value as text."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    return json.dumps(value, ensure_ascii=False)
