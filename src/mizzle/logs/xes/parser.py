"""The real parser for XES: everything that XML allows, except what an event log does not need and an attacker does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from xml.parsers import expat

import numpy as np

from mizzle.errors import UnreadableLog
from mizzle.logs.batches import LONGEST_FIELD
from mizzle.logs.xes.columns import CASE, MOST_ATTRIBUTES, Found, texts

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import pyarrow as pa
    from numpy.typing import NDArray

    _Start = Callable[[str, list[str]], None]

DEEPEST = 100
"""Levels of elements within elements beyond which a log is refused."""

LONGEST_TAG = 16_000_000
"""Bytes of one tag, comment or piece of text beyond which a log is refused."""

LARGEST_TRACE = 32 << 20
"""Bytes of one trace beyond which a log is refused; a trace is held in memory as a whole."""

FEED = 1 << 20
"""Bytes given to the parser at once; limits are looked at in between."""

OPEN = b"<log>"
"""What is put before a part of a log, from outside of any trace, so that it can be parsed by itself."""

CLOSE = b"</log>"

_UNFINISHED = frozenset({3, 5, 6, 20})  # expat's errors: no element, unclosed token, half a character, open CDATA


class Broken(Exception):
    """XML that is not well-formed.

    Attributes
    ----------
    traces
        Complete traces before it, in this part of the log.
    what
        What is wrong, in the words of expat.
    inside
        Whether it happened within a trace.
    unfinished
        Whether the XML is fine as far as it goes, but ends too early.
    """

    def __init__(self, traces: int, what: str, *, inside: bool = False, unfinished: bool = False) -> None:
        super().__init__(what)
        self.traces, self.what, self.inside, self.unfinished = traces, what, inside, unfinished


def safe_parser() -> expat.XMLParserType:
    """Make an expat parser that refuses document types, and with them every definition of an entity.

    Its handlers raise UnreadableLog. The entities of XML itself (`&amp;`, `&#65;`) stay.
    """
    parser = expat.ParserCreate()
    parser.ordered_attributes = True
    parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)
    parser.StartDoctypeDeclHandler = _refuse
    return parser


def _refuse(*_about: object) -> Any:
    raise UnreadableLog(
        "The file contains entity definitions, which an event log does not need and which can be an attack (a document"
        " type, <!DOCTYPE ...>). If you trust it, remove that declaration and read the file again."
    )


def local(name: str) -> str:
    """Give the name of an element without the prefix of its namespace.

    Examples
    --------
    >>> local("xes:trace"), local("trace")
    ('trace', 'trace')
    """
    return name.rpartition(":")[2]


def parse_part(block: bytes) -> Found:
    """Parse a part of a log that begins and ends outside of any trace.

    Raises
    ------
    Broken
        For XML that is not well-formed, or whose end is not outside of any trace.
    UnreadableLog
        For what no event log needs.
    """
    parser = TraceParser(is_part=True)
    for begin in range(0, len(block), FEED):
        parser.feed(block[begin : begin + FEED])
    parser.feed(CLOSE, final=True)
    return parser.ready[0][0]


class TraceParser:
    """Parses a log, or a part of one, as it is fed, and lays complete traces ready.

    Parameters
    ----------
    is_part
        Whether the data begins outside of any trace somewhere in the log, rather than with the XML declaration.
    start
        Bytes of the file before the data.
    piece
        Bytes of the file after which complete traces are laid ready; None lays them ready only at the end.

    Attributes
    ----------
    ready
        Complete traces not yet taken away, each part with the place in the file where it ends.
    traces
        Complete traces so far.
    """

    def __init__(self, *, is_part: bool, start: int = 0, piece: int | None = None) -> None:
        self.ready: list[tuple[Found, int]] = []
        self.traces = 0
        self._piece = piece
        self._parser = safe_parser()
        self._shift = start
        self._given = 0
        self._cut_at = self._end_at = self._trace_at = start
        self._depth = 0  # of elements around the traces
        self._parents: list[str | None] = []  # full keys of the attributes that the parser is in
        self._inside = self._is_orphan = False
        self._event_keys: list[str] = []
        self._event_values: list[str] = []
        self._event_starts: list[int] = []
        self._trace_keys: list[str] = []
        self._trace_values: list[str] = []
        self._trace_starts: list[int] = []
        self._trace_of: list[int] = []
        self._in_event = self._handler(self._event_keys, self._event_values)
        self._in_trace = self._handler(self._trace_keys, self._trace_values)
        self._parser.StartElementHandler, self._parser.EndElementHandler = self._start_outside, self._end_outside
        if is_part:
            self._parse(OPEN, final=False)
            self._shift -= len(OPEN)

    def feed(self, data: bytes, *, final: bool = False) -> None:
        """Parse more of the log, up to `FEED` bytes at once.

        Raises
        ------
        Broken
            For XML that is not well-formed, or at its end incomplete.
        UnreadableLog
            For what no event log needs: document types, deep nesting, giant tags, traces and events.
        """
        self._parse(data, final=final)
        if final:
            self._cut(self._end_at)
            return
        here = self._here()
        if self._given - self._parser.CurrentByteIndex > LONGEST_TAG:
            raise UnreadableLog(
                f"The log holds a single tag, text or comment of more than {LONGEST_TAG // 10**6} MB, as no event log"
                " does. It is damaged; export it again."
            )
        if self._inside:
            if here - self._trace_at > LARGEST_TRACE:
                raise UnreadableLog(
                    f"The log has a trace of more than {LARGEST_TRACE >> 20} MiB, as no single case is; probably it is"
                    " never closed. Export the log again, with one trace per case."
                )
            self._refuse_many()

    def _here(self) -> int:
        return self._shift + self._parser.CurrentByteIndex

    def _parse(self, data: bytes, *, final: bool) -> None:
        self._given += len(data)
        try:
            self._parser.Parse(data, final)
        except expat.ExpatError as error:
            what = expat.ErrorString(error.code)
            unfinished = final and error.code in _UNFINISHED
            raise Broken(self.traces, what, inside=self._inside, unfinished=unfinished) from error

    # Outside of traces: what is no trace is passed over, with everything in it.

    def _start_outside(self, name: str, _attributes: list[str]) -> None:
        self._depth += 1
        if self._depth > DEEPEST:
            raise _too_deep()
        if self._depth != 2:  # noqa: PLR2004 - the log is the first level, its traces are the second
            return
        name = local(name)
        if name in {"trace", "event"}:
            self._trace_at = self._here()
            if self._piece is not None and self._trace_at - self._cut_at >= self._piece:
                self._cut(self._trace_at)
            self._inside = True
            self._is_orphan = name == "event"
            if self._is_orphan:
                self._begin_event(-1)
            else:
                self._trace_starts.append(len(self._trace_keys))
                self._back_in_trace()

    def _end_outside(self, _name: str) -> None:
        self._depth -= 1
        self._end_at = self._here()

    # In a trace: events, and attributes of the trace.

    def _back_in_trace(self) -> None:
        self._parser.StartElementHandler, self._parser.EndElementHandler = self._start_in_trace, self._end_in_trace

    def _start_in_trace(self, name: str, attributes: list[str]) -> None:
        if not self._parents and local(name) == "event":
            self._begin_event(len(self._trace_starts) - 1)
        else:
            self._in_trace(name, attributes)

    def _end_in_trace(self, _name: str) -> None:
        if self._parents:
            self._parents.pop()
            return
        self.traces += 1
        self._leave()

    def _leave(self) -> None:
        self._depth -= 1
        self._inside = False
        self._refuse_many()
        self._parser.StartElementHandler, self._parser.EndElementHandler = self._start_outside, self._end_outside

    # In an event: attributes, and attributes of attributes.

    def _begin_event(self, trace: int) -> None:
        self._event_starts.append(len(self._event_keys))
        self._trace_of.append(trace)
        self._parser.StartElementHandler, self._parser.EndElementHandler = self._in_event, self._end_in_event

    def _end_in_event(self, _name: str) -> None:
        if self._parents:
            self._parents.pop()
        elif self._is_orphan:
            self._leave()
        else:
            self._back_in_trace()

    def _handler(self, keys: list[str], values: list[str]) -> _Start:
        """Make the handler for the beginnings of attributes; it runs once per attribute, so it looks up little."""
        parents, add_key, add_value = self._parents, keys.append, values.append

        def start(name: str, attributes: list[str]) -> None:
            key: str | None
            value: str | None
            if len(attributes) == 4 and attributes[0] == "key" and attributes[2] == "value":  # noqa: PLR2004 - 2 pairs
                _, key, _, value = attributes
            else:
                key, value = _key_and_value(name, attributes)
            if parents:
                if len(parents) >= DEEPEST:
                    raise _too_deep()
                parent = parents[-1]
                if parent is not None:
                    key = parent if key is None else f"{parent}/{key}"
                    if len(key) > LONGEST_FIELD:
                        raise _too_deep()
            parents.append(key)
            if value is not None:
                add_key(name if key is None else key)
                add_value(value)

        return start

    # Handing over.

    def _refuse_many(self) -> None:
        """Look at the events since the last look, and at the trace: neither may have too many attributes."""
        last_trace = self._trace_starts[-1] if self._trace_starts else 0
        if len(self._event_keys) - (self._event_starts[-1] if self._event_starts else 0) > MOST_ATTRIBUTES or (
            len(self._trace_keys) - last_trace > MOST_ATTRIBUTES
        ):
            raise _too_many()

    def _cut(self, place: int) -> None:
        """Lay the traces since the last cut ready, and forget them."""
        self.ready.append((self._gather(), place))
        self._cut_at = place
        # The lists stay the same ones, since the handlers hold on to them.
        for kept in (self._event_keys, self._event_values, self._trace_keys, self._trace_values):
            kept.clear()
        for begun in (self._event_starts, self._trace_starts, self._trace_of):
            begun.clear()

    def _gather(self) -> Found:
        events, traces = len(self._event_starts), len(self._trace_starts)
        of_event = _lengths(self._event_starts, len(self._event_keys))
        of_trace = _lengths(self._trace_starts, len(self._trace_keys))
        if events and of_event.max() > MOST_ATTRIBUTES:
            raise _too_many()
        trace_names, trace_codes = _coded(self._trace_keys, 0)
        event_names, event_codes = _coded(self._event_keys, len(trace_names))
        values = texts(self._trace_values + self._event_values)
        owner = np.concatenate([np.repeat(np.arange(traces), of_trace), np.repeat(np.arange(events), of_event)])
        trace = np.array(self._trace_of, dtype=np.int32)
        in_trace = len(self._trace_keys)
        too_long: set[int] = set()
        for place in _too_long(values):
            if place < in_trace:
                too_long.update(np.flatnonzero(trace == owner[place]).tolist())
            else:
                too_long.add(int(owner[place]))
        return Found(
            traces=traces,
            events=events,
            trace=trace,
            keys=[CASE + name for name in trace_names] + event_names,
            of_trace=np.arange(len(trace_names) + len(event_names)) < len(trace_names),
            code=np.concatenate([trace_codes, event_codes]),
            owner=owner.astype(np.int32),
            place=np.arange(len(owner), dtype=np.int32),
            values=values,
            too_long=tuple(sorted(too_long)),
        )


def _key_and_value(name: str, attributes: list[str]) -> tuple[str | None, str | None]:
    """Read an element that is not `<... key="..." value="...">`: a list, a wrapper, or one with more or other order."""
    if local(name) in {"log", "trace", "event"}:
        raise UnreadableLog(
            f"The log has a <{local(name)}> inside an event or an attribute, where XES allows none. Export it again."
        )
    pairs = dict(zip(attributes[::2], attributes[1::2], strict=True))
    return pairs.get("key"), pairs.get("value")


def _coded(keys: Sequence[str], first: int) -> tuple[list[str], NDArray[np.int16]]:
    """Give the different keys, and for each key its place among them plus `first`."""
    names = list(dict.fromkeys(keys))
    if first + len(names) > 2 * MOST_ATTRIBUTES:
        raise UnreadableLog(
            f"The log has more than {MOST_ATTRIBUTES:,} different attributes. Export it with fewer attributes."
        )
    place = {name: code for code, name in enumerate(names, first)}
    return names, np.fromiter(map(place.__getitem__, keys), dtype=np.int16, count=len(keys))


def _lengths(starts: list[int], end: int) -> NDArray[np.int64]:
    places = np.array([*starts, end], dtype=np.int64)
    return places[1:] - places[:-1]


def _too_long(values: pa.Array) -> list[int]:
    """Find the texts of more characters than a field may have."""
    offsets = np.frombuffer(values.buffers()[1], dtype=np.int32, count=len(values) + 1) if len(values) else np.zeros(1)
    long = np.flatnonzero(np.diff(offsets) > LONGEST_FIELD).tolist()
    return [place for place in long if len(values[place].as_py()) > LONGEST_FIELD]


def _too_deep() -> UnreadableLog:
    return UnreadableLog(
        f"The log nests elements more than {DEEPEST} levels deep, as no event log does. It is damaged or an attack;"
        " export it again."
    )


def _too_many() -> UnreadableLog:
    return UnreadableLog(
        f"The log has an event or trace of more than {MOST_ATTRIBUTES:,} attributes, as no real log does. Export it"
        " with fewer attributes."
    )
