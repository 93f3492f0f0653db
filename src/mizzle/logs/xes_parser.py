"""The real parser for XES: everything that XML allows, except what an event log does not need and an attacker does."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, Any
from xml.parsers import expat

import numpy as np

from mizzle.errors import UnreadableLog
from mizzle.logs.batches import LONGEST_FIELD
from mizzle.logs.xes_columns import CASE, MOST_ATTRIBUTES, Found, texts

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

DEEPEST = 100
"""Levels of elements within elements beyond which a log is refused."""

LONGEST_TAG = 16_000_000
"""Bytes of one tag, comment or piece of text beyond which a log is refused."""

LARGEST_TRACE = 64 << 20
"""Bytes of one trace beyond which a log is refused; a trace is held in memory as a whole."""

OPEN = b"<log>"
"""What is put before a part of a log, from outside of any trace, so that it can be parsed by itself."""

CLOSE = b"</log>"

_LOG, _TRACE, _EVENT = range(3)
_UNFINISHED = frozenset({3, 5, 6, 20})  # expat's errors for: no element, unclosed token, half a character, CDATA


class Broken(Exception):  # noqa: N818 - never reaches a user; whoever catches it knows the file and the trace
    """XML that is not well-formed.

    Attributes
    ----------
    traces
        Complete traces before it.
    inside
        Whether it happened within a trace.
    unfinished
        Whether the XML is fine as far as it goes, but ends too early.
    what
        What expat says.
    """

    def __init__(self, traces: int, what: str, *, inside: bool, unfinished: bool) -> None:
        super().__init__(traces, what)
        self.traces, self.what, self.inside, self.unfinished = traces, what, inside, unfinished


def safe_parser(encoding: str | None = None) -> expat.XMLParserType:
    """Make an expat parser that refuses document types, and with them every entity definition.

    The parser raises UnreadableLog from its handlers; entities that expat knows by itself (`&amp;`, `&#65;`) stay.
    """
    parser = expat.ParserCreate(encoding)
    parser.ordered_attributes = True
    parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)
    parser.StartDoctypeDeclHandler = _refuse
    parser.EntityDeclHandler = _refuse
    parser.ExternalEntityRefHandler = _refuse
    return parser


def _refuse(*_about: object) -> Any:
    raise UnreadableLog(
        "The file contains entity definitions, which an event log does not need and which can be an attack: a document"
        " type (<!DOCTYPE ...>). If you trust it, remove that declaration and read it again."
    )


class TraceParser:
    """Parses a log, or a part of one, as it is fed, and hands over complete traces.

    Parameters
    ----------
    is_part
        Whether the data begins outside of any trace somewhere in the log, rather than with the XML declaration.
    start
        Bytes of the file before the data, and
    piece
        bytes of the file after which complete traces are laid ready; None lays them ready at the end only.

    Attributes
    ----------
    ready
        Complete traces that were not yet taken away, each part with the place in the file where it ends.
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
        self._cut_at = start
        self._trace_at = start
        self._where = _LOG
        self._depth = 0
        self._outside: Callable[[str, list[str]], bool] = self._outer
        self._connect()
        self._clear()
        if is_part:
            self._feed(OPEN, final=False)
            self._shift -= len(OPEN)

    def feed(self, data: bytes, *, final: bool = False) -> None:
        """Parse more of the log.

        Raises
        ------
        Broken
            For XML that is not well-formed, or at its end incomplete.
        UnreadableLog
            For what no event log needs: document types, deep nesting, giant tags, traces and events.
        """
        self._feed(data, final=final)
        here = self._shift + self._parser.CurrentByteIndex
        if self._given - here > LONGEST_TAG:
            raise UnreadableLog(
                f"The log holds a single tag, text or comment of more than {LONGEST_TAG // 10**6} MB, as no event log"
                " does. It is damaged; export it again."
            )
        if self._where != _LOG and here - self._trace_at > LARGEST_TRACE:
            raise too_large(self.traces + 1)
        if final:
            self._cut(here)

    def _feed(self, data: bytes, *, final: bool) -> None:
        self._given += len(data)
        try:
            self._parser.Parse(data, final)
        except expat.ExpatError as error:
            raise Broken(
                self.traces,
                expat.ErrorString(error.code),
                inside=self._where != _LOG,
                unfinished=final and error.code in _UNFINISHED,
            ) from error
        except (LookupError, ValueError) as error:
            raise Broken(self.traces, "unknown encoding", inside=False, unfinished=False) from error

    def _clear(self) -> None:
        """Forget the traces handed over. The lists stay the same, since the handlers hold on to them."""
        for kept in (self._event_keys, self._event_values, self._trace_keys, self._trace_values):
            kept.clear()
        for begun in (self._event_starts, self._trace_starts, self._trace_of):
            begun.clear()
        self._too_long: set[int] = set()

    def _cut(self, place: int) -> None:
        """Lay the traces since the last cut ready."""
        self.ready.append((self._gather(), place))
        self._cut_at = place
        self._clear()

    def _gather(self) -> Found:
        names: dict[str, int] = {}
        numbers = count()
        trace_codes = [names.setdefault(CASE + key, -1) for key in self._trace_keys]
        del numbers, trace_codes
        raise NotImplementedError
