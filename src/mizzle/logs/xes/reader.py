"""Reads XES (IEEE 1849-2016), plain or gzipped, as a stream of events with the attributes of their traces.

The file is cut after `</trace>` into blocks (`xes_blocks`). Each goes to the fast path (`xes_plain`), and what that
does not understand to the real parser (`xes_parser`), with the same result. Several blocks are read at once by
threads: the fast path spends its time in numpy and Arrow, which let other threads run.
"""

from __future__ import annotations

import os
from collections import Counter
from contextlib import closing
from typing import TYPE_CHECKING

import pyarrow as pa

from mizzle.errors import UnreadableLog
from mizzle.logs.batches import ROW, Batch, Facts, Mark
from mizzle.logs.source import open_source
from mizzle.logs.xes import lifecycle
from mizzle.logs.xes.blocks import BLOCK, Settings, parts, unreadable
from mizzle.logs.xes.columns import CASE, MOST_ATTRIBUTES, row_numbers
from mizzle.logs.xes.header import read_header
from mizzle.logs.xes.parser import Broken

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from mizzle.logs.xes.blocks import Work

_MOST_THREADS = 4
_ROLES = {
    "case": (CASE + lifecycle.ACTIVITY,),
    "activity": (lifecycle.ACTIVITY,),
    "department": ("org:group", "org:role"),
    "end": (lifecycle.TIME,),
    "start": (lifecycle.START,),
    "resource": (lifecycle.RESOURCE,),
}


def open_xes(path: Path) -> XesReader:
    """Open an XES log, gzipped or not.

    Parameters
    ----------
    path
        The file.

    Returns
    -------
    XesReader
        A reader whose columns are the attributes of events by their keys, those of their traces behind ``case:``,
        those of attributes behind the key of their parent and ``/``, and `start_timestamp` where the log has
        beginnings and ends of activities. They are found in the first 4 MiB.

    Raises
    ------
    UnreadableLog
        For a file that is no XES, is broken in its first 4 MiB, has no trace, or holds entity definitions.
    """
    return XesReader(path)


class XesReader:
    """An open XES log; see `open_xes`.

    Attributes
    ----------
    facts, columns
        As every reader has them.
    pairs, unfinished, folded
        What the last run of `batches` met so far: beginnings and ends that it made one event of, beginnings without
        an end (events without a start, at the moment when they begin), and pauses within pairs, part of them.
    """

    facts: Facts
    columns: tuple[str, ...]

    def __init__(self, path: Path) -> None:
        self._path = path
        self._has_ends = False
        self.pairs = self.unfinished = self.folded = 0
        with open_source(path) as source:
            try:
                self._header = read_header(source)
            except Broken as broken:
                raise unreadable(path, broken, 0) from broken
        self._scan()

    def close(self) -> None:
        """Let go of the file. It is open only while `batches` runs, so nothing is left to do."""

    def batches(self, columns: Sequence[str] | None = None, after: Mark | None = None) -> Iterator[Batch]:
        """Read the events, a few MiB of the file at a time.

        Parameters
        ----------
        columns
            Names of the columns to give, all null where no event has them; None for all, also those that first
            appear late in the file.
        after
            The mark of a batch, to go on after it.

        Yields
        ------
        Batch
            Events in the order of the file. A pair of beginning and end stands where its end stands.

        Raises
        ------
        UnreadableLog
            For XML that is not well-formed, breaks off, or holds what no event log needs.
        """
        known = dict.fromkeys(self.columns if columns is None else columns)
        threads = min(_MOST_THREADS, os.cpu_count() or 1)
        settings = Settings(None if columns is None else frozenset(columns), self._has_ends, threads)
        row = after.row if after else 0
        self.pairs = self.unfinished = self.folded = 0
        with closing(parts(self._path, self._header, settings, after)) as stream:
            for work, offset, done in stream:
                if columns is None:
                    known |= dict.fromkeys(work.columns)
                    self._refuse_many(known)
                self._count(work)
                rejected = tuple(item._replace(row=item.row + row) for item in work.rejected)
                table = _table(work, list(known), row)
                row += work.events
                yield Batch(table, rejected, Mark(offset, row), done)

    def _count(self, work: Work) -> None:
        self.pairs += work.pairs
        self.unfinished += work.unfinished
        self.folded += work.folded

    def _refuse_many(self, names: dict[str, None]) -> None:
        if len(names) > MOST_ATTRIBUTES:
            raise UnreadableLog(
                f"{self._path.name} has more than {MOST_ATTRIBUTES:,} different attributes, far more than a real log."
                " Export it with fewer attributes."
            )

    def _scan(self) -> None:
        """Read the beginning of the file to find out its columns and its habits."""
        names: dict[str, None] = {}
        aside: Counter[str] = Counter()
        traces = events = 0
        whole = True
        with closing(parts(self._path, self._header, Settings(None, has_ends=False, threads=1))) as stream:
            for work, offset, _ in stream:
                names |= dict.fromkeys(work.columns)
                self._refuse_many(names)
                self._count(work)
                traces += work.traces
                events += work.events
                aside.update(item.reason for item in work.rejected)
                self._has_ends = self._has_ends or _has_ends(work)
                if events and offset - self._header.offset >= BLOCK // 2:
                    whole = False
                    break
        if not events:
            what = "an event" if traces else "a trace"
            raise UnreadableLog(f"{self._path.name} is an XES log without {what} in it. Export the log again.")
        self.columns = tuple(names)
        known = {role: name for role, choices in _ROLES.items() for name in choices[::-1] if name in names}
        self.facts = Facts("XES", self._notes(aside, whole=whole), known)

    def _notes(self, aside: Counter[str], *, whole: bool) -> tuple[str, ...]:
        header = self._header
        where = "" if whole else " in its first 4 MiB"
        notes = [f"encoding: {header.encoding}"]
        if header.extensions:
            notes.append(f"extensions: {', '.join(header.extensions)}")
        notes += [f"classifier {name}: {keys}" for name, keys in header.classifiers]
        if self.pairs:
            notes.append(f"start and complete events were made one event with both times: {self.pairs:,}{where}")
        if self.unfinished:
            notes.append(
                "activities that begin and never end, events without a start at the moment when they begin:"
                f" {self.unfinished:,}{where}"
            )
        if self.folded:
            notes.append(f"suspend and resume events within an activity, part of it: {self.folded:,}{where}")
        notes += [f"set aside{where}: {reason}: {count:,}" for reason, count in sorted(aside.items())]
        return tuple(notes)


def _has_ends(work: Work) -> bool:
    """Say whether some event is a `complete`."""
    transitions = work.columns.get(lifecycle.TRANSITION)
    words = [] if transitions is None else transitions.unique().to_pylist()
    return any(word is not None and word.lower() == "complete" for word in words)


def _table(work: Work, names: list[str], row: int) -> pa.Table:
    """Make the table of a batch; columns that no event of the block has are null."""
    missing = pa.nulls(len(work.rows), pa.string())
    arrays = [work.columns.get(name, missing) for name in names]
    return pa.Table.from_arrays([*arrays, row_numbers(work.rows + row)], names=[*names, ROW])
