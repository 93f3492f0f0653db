"""Cuts an XES file after `</trace>` into blocks, has several of them read at once, and gives their events in order."""

from __future__ import annotations

import re
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from itertools import chain
from threading import Lock
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from mizzle.errors import UnreadableLog
from mizzle.logs.batches import Reason, Rejected
from mizzle.logs.source import open_source
from mizzle.logs.xes.columns import Found, columns_of, indices
from mizzle.logs.xes.lifecycle import NEEDED, paired
from mizzle.logs.xes.parser import FEED, LARGEST_TRACE, Broken, TraceParser, parse_part
from mizzle.logs.xes.plain import read_plain

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Iterator
    from concurrent.futures import Future
    from pathlib import Path

    import pyarrow as pa
    from numpy.typing import NDArray

    from mizzle.logs.batches import Mark
    from mizzle.logs.source import Source
    from mizzle.logs.xes.header import Header

BLOCK = 4 << 20
"""Bytes of the file that are read, and cut, at once."""

# The parser calls back into Python for every element; two at once would only take the interpreter from each other.
_ONE_PARSER = Lock()

_END = re.compile(rb"</trace[ \t\r\n]*>")
_END_BEGINS = b"</trace"
_NOT_CUTTABLE = (b"<!", b"<?")  # comments, CDATA and instructions may hold a `</trace>` that ends no trace
_SHOWN = 1_000  # characters of a row set aside

LONGEST_END = 64
"""Bytes of an end of a trace, with white space in it, that a cut is looked for in."""


class Settings(NamedTuple):
    """How blocks are to be read.

    Attributes
    ----------
    wanted
        Names of the columns to make; None for all.
    has_ends
        Whether the log is known to have `complete` events.
    threads
        How many blocks are read at once.
    """

    wanted: frozenset[str] | None
    has_ends: bool
    threads: int


class Work(NamedTuple):
    """The events of a block.

    Attributes
    ----------
    columns, rows
        The columns of those that are given, and the position of each among the events of the block, from 1.
    rejected
        Those set aside, numbered likewise.
    traces, events
        How many there are in the block.
    pairs, unfinished, folded
        What the lifecycle made of them; see `lifecycle.Paired`.
    """

    columns: dict[str, pa.Array]
    rows: NDArray[np.int64]
    rejected: tuple[Rejected, ...]
    traces: int
    events: int
    pairs: int
    unfinished: int
    folded: int


class Part(NamedTuple):
    """A block's events, the place in the file where it ends, and the share of the file read by then."""

    work: Work
    offset: int
    done: float


class _Block(NamedTuple):
    """A block that is being read."""

    future: Future[Work]
    data: bytes
    start: int
    done: float


class _NotCuttable(Exception):
    pass


def parts(path: Path, header: Header, settings: Settings, after: Mark | None = None) -> Generator[Part]:
    """Read a log part by part, each some MiB of complete traces.

    Parameters
    ----------
    path, header
        The file, and what stands before its first trace.
    settings
        How to read it.
    after
        A place to go on after.

    Yields
    ------
    Part
        In the order of the file.

    Raises
    ------
    UnreadableLog
        For XML that is not well-formed, breaks off, or holds what no event log needs.
    """
    with open_source(path) as source:
        reading = _Reading(source, settings, knows_traces=after is None)
        if header.is_simple:
            start = header.offset if after is None else after.offset
            source.skip(start)
            yield from reading.blocks(start)
            return
        # Parts of such a file cannot be read by themselves, so it is read from its beginning.
        for part in reading.stream((), 0, is_part=False):
            if after is None or part.offset > after.offset:
                yield part


def unreadable(path: Path, broken: Broken, traces: int | None) -> UnreadableLog:
    """Say where XML is broken or breaks off, after a number of complete traces (None where that is not known)."""
    if traces is None:
        where = "in the middle of a trace" if broken.inside else "between two traces"
    else:
        traces += broken.traces
        where = f"in the middle of trace {traces + 1:,}" if broken.inside else f"after trace {traces:,}"
        if not (broken.inside or traces):
            where = "before its first trace"
    if broken.unfinished:
        return UnreadableLog(f"{path.name} ends {where}: the rest of the file is missing. Copy or export it again.")
    return UnreadableLog(f"{path.name} is not well-formed XML {where} ({broken.what}). Export it again.")


class _Reading:
    """One run through a file."""

    def __init__(self, source: Source, settings: Settings, *, knows_traces: bool) -> None:
        self._source = source
        self._settings = settings
        self._traces: int | None = 0 if knows_traces else None
        self._rest = b""

    def blocks(self, start: int) -> Iterator[Part]:
        """Read on from a place outside of any trace, several blocks at once."""
        waiting: deque[_Block] = deque()
        pool = ThreadPoolExecutor(self._settings.threads)
        try:
            for data in self._cut():
                future = pool.submit(work, data, self._settings)
                waiting.append(_Block(future, data, start, self._source.done))
                start += len(data)
                if len(waiting) > self._settings.threads:
                    yield self._first(waiting)
            while waiting:
                yield self._first(waiting)
        except _NotCuttable:
            start = waiting[0].start
        finally:
            pool.shutdown(cancel_futures=True)
        yield from self.stream([*(block.data for block in waiting), self._rest], start, is_part=True)

    def stream(self, chunks: Iterable[bytes], start: int, *, is_part: bool) -> Iterator[Part]:
        """Read some bytes, and the rest of the file after them, by the real parser alone."""
        parser = TraceParser(is_part=is_part, start=start, piece=BLOCK)
        before = self._traces
        for data in chain(chunks, iter(lambda: self._source.read(FEED), b"")):
            for begin in range(0, len(data), FEED):
                self._feed(parser, data[begin : begin + FEED], before)
                yield from self._ready(parser)
        self._feed(parser, b"", before, final=True)
        yield from self._ready(parser)

    def _cut(self) -> Iterator[bytes]:
        """Cut the file after the last end of a trace in each `BLOCK`, and keep what comes after in `_rest`.

        Stops where a trace is too large, which the parser then finds out.
        """
        while len(self._rest) <= LARGEST_TRACE and (more := self._source.read(BLOCK)):
            searched = max(0, len(self._rest) - LONGEST_END)
            self._rest += more
            end = _last_end(self._rest, searched)
            if end:
                data, self._rest = self._rest[:end], self._rest[end:]
                yield data

    def _first(self, waiting: deque[_Block]) -> Part:
        """Take the first block's events away, or leave it there if only the parser can read on."""
        block = waiting[0]
        try:
            result = block.future.result()
        except Broken as broken:
            if any(sign in block.data for sign in _NOT_CUTTABLE):
                raise _NotCuttable from broken
            raise unreadable(self._source.path, broken, self._traces) from broken
        waiting.popleft()
        if self._traces is not None:
            self._traces += result.traces
        return Part(result, block.start + len(block.data), block.done)

    def _feed(self, parser: TraceParser, data: bytes, before: int | None, *, final: bool = False) -> None:
        try:
            parser.feed(data, final=final)
        except Broken as broken:
            raise unreadable(self._source.path, broken, before) from broken

    def _ready(self, parser: TraceParser) -> Iterator[Part]:
        for found, end in parser.ready:
            if found.traces or found.events:
                yield Part(finish(found, self._settings), end, self._source.done)
        parser.ready.clear()


def _last_end(data: bytes, begin: int) -> int:
    """Find the place after the last `</trace>` that begins at or after a place; 0 where there is none."""
    at = len(data)
    while (at := data.rfind(_END_BEGINS, begin, at)) >= 0:
        match = _END.match(data, at)
        if match:
            return match.end()
    return 0


def work(data: bytes, settings: Settings) -> Work:
    """Read one block: by the fast path if it understands it, else by the real parser.

    Raises
    ------
    Broken
        For XML that is not well-formed.
    UnreadableLog
        For what no event log needs.
    """
    found = read_plain(data)
    if found is None:
        with _ONE_PARSER:
            found = parse_part(data)
    return finish(found, settings)


def finish(found: Found, settings: Settings) -> Work:
    """Turn what was found into columns, set aside what is no event, and pair beginnings with ends."""
    columns = columns_of(found, None if settings.wanted is None else settings.wanted | NEEDED)
    trace = found.trace
    numbers = np.arange(1, found.events + 1)
    rejected = []
    if found.too_long:
        rejected = [Rejected(place + 1, Reason.LONG_FIELD, None) for place in found.too_long]
        good = np.delete(numbers, found.too_long) - 1
        columns = {name: column.take(indices(good.astype(np.int32))) for name, column in columns.items()}
        trace, numbers = trace[good], good + 1
    result = paired(columns, trace, has_ends=settings.has_ends)
    for place, transition in result.aside:
        reason = f"lifecycle transition '{transition}' is no work"
        rejected.append(Rejected(int(numbers[place]), reason, _text(columns, place)))
    return Work(
        columns=result.columns,
        rows=numbers[result.kept],
        rejected=tuple(sorted(rejected)),
        traces=found.traces,
        events=found.events,
        pairs=result.pairs,
        unfinished=result.unfinished,
        folded=result.folded,
    )


def _text(columns: dict[str, pa.Array], place: int) -> str:
    """Write out an event that is set aside."""
    values = ((name, column[place].as_py()) for name, column in columns.items())
    return ", ".join(f"{name}={value}" for name, value in values if value is not None)[:_SHOWN]
