"""What the three ways of writing OCEL have in common: events related to objects become rows of cases."""

from __future__ import annotations

from collections import Counter
from contextlib import closing
from difflib import get_close_matches
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple, Protocol

import numpy as np
import pyarrow as pa

from mizzle.errors import NoSuchName, UnclearMapping, UnreadableLog
from mizzle.logs.batches import LONGEST_FIELD, ROW, Batch, Facts, Mark, Reason, Rejected

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Sequence
    from pathlib import Path

ACTIVITY = "ocel:activity"
TIME = "ocel:timestamp"
CASE = "ocel:oid"
OTHER = "ocel:type:"
"""Beginning of the names of columns that hold related objects of other types than the case."""

SAMPLE = 10_000
"""Events at the beginning of a file by which its columns are found out."""

MOST_COLUMNS = 1_000
"""Columns beyond which a log is refused."""

MOST_TEXT = 50_000_000
"""Characters that one event may fill in all its rows; beyond, it is set aside."""

MOST_CASES = 10_000
"""Cases that one event may belong to; beyond, it is set aside."""

_ROWS = 20_000
_TEXT = 8_000_000
_SHOWN = 1_000
_NAMED = 20  # object types named in a question


class Event(NamedTuple):
    """One event: its type and time, its attributes, and the objects that it is related to, in order."""

    type: str | None
    time: str | None
    attributes: dict[str, str | None]
    objects: tuple[str, ...]


class Content(Protocol):
    """An OCEL log in one of its three forms."""

    format: str
    done: float

    def objects(self) -> Generator[tuple[str, str]]:
        """Give every object with its type."""
        ...

    def events(self) -> Generator[Event]:
        """Give the events in the order of the file."""
        ...


class OcelReader:
    """An open OCEL log; see `open_ocel`.

    Attributes
    ----------
    facts, columns
        As every reader has them.
    several
        Events of several cases that the last run of `batches` met so far; each has a row per case.
    """

    facts: Facts
    columns: tuple[str, ...]

    def __init__(self, path: Path, content: Content, object_type: str | None) -> None:
        self._path = path
        self._content = content
        self.several = 0
        counts: Counter[str] = Counter()
        self._types: dict[str, str] = {}
        known: dict[str, str] = {}
        with closing(content.objects()) as objects:
            for name, of_type in objects:
                # One string per type, however many objects: the memory is in the objects' own names.
                self._types[name] = known.setdefault(of_type, of_type)
        counts.update(self._types.values())
        choices = tuple(sorted(counts))
        if not choices:
            raise UnreadableLog(f"{path.name} is an OCEL log without objects, so it has no cases. Export it again.")
        if len(choices) > MOST_COLUMNS:
            raise UnreadableLog(f"{path.name} has {len(choices):,} object types, far more than a real log.")
        if object_type is not None and object_type not in counts:
            raise NoSuchName(self._no_such_type(object_type, choices))
        only = self._only_type() if object_type is None else None
        self._case = object_type or only
        self._others = [name for name in choices if name != self._case]
        self.columns, notes = self._scan()
        if only:
            notes = (f"case: {only}, the only kind of object that events belong to", *notes)
        notes = (f"objects: {', '.join(f'{name} ({counts[name]:,})' for name in choices[:_NAMED])}", *notes)
        roles = {"case": CASE, "activity": ACTIVITY, "end": TIME}
        self.facts = Facts(content.format, notes, roles, choices, object_type=self._case or "")

    def close(self) -> None:
        """Let go of the file. It is open only while `batches` runs, so nothing is left to do."""

    def batches(self, columns: Sequence[str] | None = None, after: Mark | None = None) -> Iterator[Batch]:
        """Read the events, one row for each case that an event belongs to.

        Parameters
        ----------
        columns
            Names of the columns to give, all null where no event has them; None for all.
        after
            The mark of a batch, to go on after it; the file is read again up to there.

        Yields
        ------
        Batch
            Rows in the order of the file; all rows of an event have its number.

        Raises
        ------
        UnclearMapping
            Where no object type was named as the case, and events belong to objects of several.
        UnreadableLog
            For a file that is broken, or breaks off.
        """
        if self._case is None:
            raise UnclearMapping(self._question())
        names = dict.fromkeys(self.columns if columns is None else columns)
        self.several = 0
        rows: list[dict[str, str | None]] = []
        numbers: list[int] = []
        rejected: list[Rejected] = []
        number = size = 0
        with closing(self._content.events()) as events:
            for number, event in enumerate(events, 1):
                if after is not None and number <= after.row:
                    continue
                new, reason = self._rows(event)
                size += sum(map(_length, new))
                rows += new
                numbers += [number] * len(new)
                if reason is not None:
                    rejected.append(Rejected(number, reason, _shown(event)))
                if columns is None:
                    names |= dict.fromkeys(event.attributes)
                    self._refuse_many(len(names))
                if len(rows) + len(rejected) >= _ROWS or size >= _TEXT:
                    table = _table(rows, numbers, list(names))
                    yield Batch(table, tuple(rejected), Mark(0, number), self._content.done)
                    rows, numbers, rejected, size = [], [], [], 0
        if rows or rejected:
            yield Batch(_table(rows, numbers, list(names)), tuple(rejected), Mark(0, number), 1.0)

    def _rows(self, event: Event) -> tuple[list[dict[str, str | None]], str | None]:
        """Make the rows of one event, or say why it is set aside."""
        cases: dict[str, None] = {}
        related: dict[str, str | None] = {}
        for name in event.objects:
            of_type = self._types.get(name)
            if of_type == self._case:
                cases[name] = None
            elif of_type is not None:
                related.setdefault(OTHER + of_type, name)
        row = event.attributes | related | {ACTIVITY: event.type, TIME: event.time}
        if not cases:
            return [], Reason.NO_CASE
        if any(value is not None and len(value) > LONGEST_FIELD for value in row.values()):
            return [], Reason.LONG_FIELD
        if len(cases) > MOST_CASES or len(cases) * _length(row) > MOST_TEXT:
            return [], "belongs to too many cases"
        self.several += len(cases) > 1
        return [row | {CASE: case} for case in cases], None

    def _only_type(self) -> str | None:
        """Find the one type of the objects that events belong to; None where they are of several, or there are none."""
        related: set[str] = set()
        with closing(self._content.events()) as events:
            for event in events:
                related |= {self._types[name] for name in event.objects if name in self._types}
                if len(related) > 1:
                    return None
        return next(iter(related), None)

    def _scan(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Look at the first events: which attributes there are, and how many events belong to several cases."""
        names = dict.fromkeys((CASE, ACTIVITY, TIME, *(OTHER + name for name in self._others)))
        seen = 0
        with closing(self._content.events()) as events:
            for event in islice(events, SAMPLE):
                seen += 1
                names |= dict.fromkeys(event.attributes)
                self._refuse_many(len(names))
                self._rows(event)
        if not seen:
            raise UnreadableLog(f"{self._path.name} is an OCEL log without an event in it. Export it again.")
        where = f" among the first {SAMPLE:,}" if seen == SAMPLE else ""
        notes = (f"events of several cases, one row for each case: {self.several:,}{where}",) if self.several else ()
        return tuple(names), notes

    def _refuse_many(self, columns: int) -> None:
        if columns > MOST_COLUMNS:
            raise UnreadableLog(
                f"{self._path.name} has more than {MOST_COLUMNS:,} different attributes, far more than a real log."
                " Export it with fewer attributes."
            )

    def _question(self) -> str:
        choices = self.facts.choices
        if len(choices) == 1:
            named, example = f"{choices[0]}?", choices[0]
        else:
            more = len(choices) - _NAMED
            last = f"one of {more:,} more" if more > 0 else choices[-1]
            named = f"{', '.join(choices[:-1][:_NAMED])} or {last}?"
            example = choices[0]
        return f"Which kind of object is the case: {named} Say --case {_quoted(example)}, for example."

    def _no_such_type(self, object_type: str, choices: Sequence[str]) -> str:
        near = get_close_matches(object_type, choices, n=3, cutoff=0.5) or choices[:_NAMED]
        return (
            f"{self._path.name} has no objects of the type {object_type[:100]!r}. Name one that it has with --case:"
            f" {', '.join(near)}."
        )


def _quoted(name: str) -> str:
    return f"'{name}'" if " " in name else name


def _length(row: dict[str, str | None]) -> int:
    return sum(len(value) for value in row.values() if value is not None)


def _shown(event: Event) -> str:
    pairs = {"type": event.type, "time": event.time, **event.attributes}
    return ", ".join(f"{name}={value[:_SHOWN]}" for name, value in pairs.items() if value is not None)[:_SHOWN]


def _table(rows: list[dict[str, str | None]], numbers: list[int], names: list[str]) -> pa.Table:
    arrays = [_texts([row.get(name) for row in rows]) for name in names]
    row = pa.Array.from_buffers(pa.int64(), len(numbers), [None, pa.py_buffer(np.array(numbers, dtype=np.int64))])
    return pa.Table.from_arrays([*arrays, row], names=[*names, ROW])


def _texts(values: Sequence[str | None]) -> pa.Array:
    """Make an Arrow array of texts; `pa.array` would import pandas first, where it is installed."""
    # A text from JSON may hold half of a character in UTF-16; it becomes a question mark.
    data = [b"" if value is None else value.encode(errors="replace") for value in values]
    offsets = np.zeros(len(data) + 1, dtype=np.int32)
    np.cumsum(np.fromiter(map(len, data), dtype=np.int32, count=len(data)), out=offsets[1:])
    valid = np.packbits(np.array([value is not None for value in values], dtype=np.bool_), bitorder="little")
    buffers = [pa.py_buffer(valid), pa.py_buffer(offsets), pa.py_buffer(b"".join(data))]
    return pa.Array.from_buffers(pa.string(), len(data), buffers)
