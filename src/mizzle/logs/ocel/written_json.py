"""OCEL 2.0 written as JSON, read as a stream."""

from __future__ import annotations

import json
from contextlib import closing
from typing import TYPE_CHECKING, Any

import ijson

from mizzle.errors import UnreadableLog
from mizzle.logs.batches import LONGEST_ROW
from mizzle.logs.ocel.reader import Event
from mizzle.logs.source import open_source

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator
    from pathlib import Path

    from mizzle.logs.source import Source

DEEPEST = 100
"""Levels of values within values beyond which a log is refused."""

MOST_TOKENS = 1_000_000
"""Names and values in one event or object beyond which a log is refused."""

_BOM = b"\xef\xbb\xbf"
_ITEM = 2  # the depth of events and objects: in an array in the outermost object


class _Bytes:
    """What ijson reads from: notices a text or number that is longer than any event log has."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._is_first = True
        self.idle = 0

    def read(self, n: int) -> bytes:
        if n == 0:  # ijson asks so whether it gets bytes or text
            return b""
        data = self._source.read(n)
        if self._is_first:
            data = data.removeprefix(_BOM)
            self._is_first = False
        self.idle += len(data)
        if self.idle > LONGEST_ROW:
            raise UnreadableLog(
                f"{self._source.path.name} holds a single value of more than {LONGEST_ROW // 10**6} MB, as no event"
                " log does. It is damaged; export it again."
            )
        return data


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
                pairs = _list(item.get("attributes"))
                related = (_text(one.get("objectId")) for one in _list(item.get("relationships")))
                yield Event(
                    type=_text(item.get("type")),
                    time=_text(item.get("time")),
                    attributes={str(pair.get("name")): _text(pair.get("value")) for pair in pairs},
                    objects=tuple(name for name in related if name is not None),
                )

    def _items(self, section: str) -> Generator[dict[str, Any]]:
        with open_source(self._path) as source:
            data = _Bytes(source)
            try:
                for item in self._section(section, _tokens(data)):
                    self.done = source.done
                    yield item if isinstance(item, dict) else {}
            except ijson.IncompleteJSONError as error:
                raise UnreadableLog(
                    f"{self._path.name} is no complete JSON: it breaks off, or is damaged. Export it again."
                ) from error
            except (ijson.JSONError, ValueError, ArithmeticError) as error:
                raise UnreadableLog(f"{self._path.name} is not well-formed JSON. Export it again.") from error

    def _section(self, section: str, tokens: Iterator[tuple[str, Any]]) -> Iterator[Any]:
        """Give the values in the array of one name in the outermost object."""
        depth = 0
        key = None
        in_section = False
        for sign, value in tokens:
            if depth == _ITEM and in_section and sign != "end_array":
                yield self._value(sign, value, tokens)
            elif sign in {"start_map", "start_array"}:
                depth += 1
                in_section = depth == _ITEM and key == section and sign == "start_array"
                if depth > DEEPEST:
                    raise self._too_deep()
            elif sign in {"end_map", "end_array"}:
                depth -= 1
            elif sign == "map_key" and depth == 1:
                key = value
                if value == "ocel:events":
                    raise UnreadableLog(f"{self._path.name} is OCEL 1.0. Convert it to OCEL 2.0 and read that.")

    def _value(self, sign: str, value: Any, tokens: Iterator[tuple[str, Any]]) -> Any:
        """Build one value from its tokens."""
        stack: list[Any] = []
        keys: list[Any] = []
        for _ in range(MOST_TOKENS):
            if sign == "map_key":
                keys[-1] = value
            elif sign in {"end_map", "end_array"}:
                keys.pop()
                done = stack.pop()
                if not stack:
                    return done
            else:
                new = {"start_map": dict, "start_array": list}.get(sign, lambda given=value: given)()
                if stack and isinstance(stack[-1], dict):
                    stack[-1][keys[-1]] = new
                elif stack:
                    stack[-1].append(new)
                if sign in {"start_map", "start_array"}:
                    stack.append(new)
                    keys.append(None)
                    if len(stack) > DEEPEST:
                        raise self._too_deep()
                elif not stack:
                    return new
            sign, value = next(tokens)
        raise UnreadableLog(
            f"{self._path.name} holds an event or object of more than {MOST_TOKENS:,} values, as no event log does."
            " It is damaged; export it again."
        )

    def _too_deep(self) -> UnreadableLog:
        return UnreadableLog(
            f"{self._path.name} nests values more than {DEEPEST} levels deep, as no event log does. Export it again."
        )


def _tokens(data: _Bytes) -> Iterator[tuple[str, Any]]:
    for token in ijson.basic_parse(data, buf_size=1 << 16):
        data.idle = 0
        yield token


def _list(value: Any) -> list[dict[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _text(value: Any) -> str | None:
    """Write a value as text: as it stands in the file, as far as JSON tells."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict | list):
        return json.dumps(value, default=str, ensure_ascii=False)
    return str(value)
