"""Puts the events of each case in a chain: codes, order, and the step from the event before.

Events come in sorted by case, then by start (end where there is no start), end and row. What does not depend on the
choice of perception points is worked out here, once, in a stream; the measures then need no window over the log but
one. An event without a department has a place in its case but no step: what it stood between follows directly.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mizzle.errors import UnreadableLog
from mizzle.tables import ACTIVITY_BITS, MOST_ACTIVITIES, MOST_DEPARTMENTS, RAW_EVENTS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sized

    import numpy.typing as npt

ORDER = ("case_id", "moment", "end", "row")
"""The order of events: `moment` is the start, or the end where there is no start."""


MOST_EVENTS_OF_A_CASE = 1_000_000
MOST_MEGABYTES_OF_A_CASE = 1024
"""A case is put in a chain as a whole, so it has to fit into memory; a log with larger ones is refused."""

_RAW = list(RAW_EVENTS.names)
_SHOWN = 60
"""So many signs of the name of a case stand in a message."""


class Chain:
    """Turns sorted raw events into the event table, batch by batch, and remembers what the dictionary needs.

    Attributes
    ----------
    departments
        Code by department, in order of first appearance.
    activities
        Number of events by activity, in order of first appearance: its place is its code.
    n_events, n_cases, n_without_department, n_duplicates, n_starts
        Counts so far; a duplicate equals an earlier event of its case in all but its row.
    first_us, last_us
        Earliest start and latest end, in microseconds since 1970 UTC.
    """

    def __init__(self) -> None:
        self.departments: dict[str, int] = {}
        self.activities: dict[str, int] = {}
        self.n_events = self.n_cases = self.n_without_department = self.n_duplicates = self.n_starts = 0
        self.first_us: int | None = None
        self.last_us: int | None = None

    @classmethod
    def again(cls, departments: Iterable[str], activities: Iterable[str]) -> Self:
        """Begin with the dictionaries of an event table that is there, so that its codes stay as they are."""
        chain = cls()
        chain.departments = {name: code for code, name in enumerate(departments)}
        chain.activities = dict.fromkeys(activities, 0)
        return chain

    def follow(self, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.Table]:
        """Work through sorted batches of raw events (see `ORDER`); yield event tables of whole cases."""
        yield from map(self._chain, whole_cases(batches))

    def take_over(self, table: pa.Table) -> pa.Table:
        """Take over whole cases of an event table with the same dictionaries: only the code of the case changes."""
        table = table.combine_chunks()
        case = _codes(table["case_id"])[0]
        for one in table["activity"].value_counts().to_pylist():
            self.activities[one["values"]] += one["counts"]
        start = _micros(pc.coalesce(table["start"], table["end"]))
        self._count(table.select(_RAW + _extras(table)), case, start, _micros(table["end"]))
        codes = pa.array(case + self.n_cases, pa.int32())
        self.n_cases += int(case[-1]) + 1
        return table.set_column(table.schema.get_field_index("case"), "case", codes)

    def _chain(self, raw: pa.Table) -> pa.Table:
        raw = raw.combine_chunks()
        n = raw.num_rows
        case = _codes(raw["case_id"])[0]
        begins = np.flatnonzero(np.diff(case, prepend=-1))
        seq = np.arange(n, dtype=np.int64) - np.repeat(begins, np.diff(begins, append=n))
        node = self._nodes(raw)
        department = node >> ACTIVITY_BITS
        start, end = _micros(raw["moment"]), _micros(raw["end"])
        previous, wait, handovers = _steps(case, node, department, start, end)
        occurrence, repeats = _occurrences(case, node, handovers)
        self._count(raw, case, start, end)
        columns = {
            "case": pa.array(case + self.n_cases, pa.int32()),
            "case_id": raw["case_id"],
            "seq": pa.array(seq, pa.int32()),
            "node": _nullable(node, node < 0, pa.int32()),
            "activity": raw["activity"],
            "department": raw["department"],
            "start": raw["start"],
            "end": raw["end"],
            "resource": raw["resource"],
            "row": raw["row"],
            "previous": _nullable(previous, previous < 0, pa.int32()),
            "wait": _nullable(wait, previous < 0, pa.int64()),
            "handovers": _nullable(handovers, node < 0, pa.int32()),
            "occurrence": _nullable(occurrence, node < 0, pa.int32()),
            "repeats": pa.array(repeats),
        }
        columns |= {name: raw[name] for name in _extras(raw)}
        self.n_cases += len(begins)
        return pa.table(columns)

    def _nodes(self, raw: pa.Table) -> npt.NDArray[np.int64]:
        """Give each event its node code; negative without a department."""
        activity, activities = _codes(raw["activity"])
        department, departments = _codes(raw["department"])
        for name, count in zip(activities, np.bincount(activity, minlength=len(activities)), strict=True):
            self.activities[name] = self.activities.get(name, 0) + int(count)
        place = {name: code for code, name in enumerate(self.activities)}
        for name in departments:
            self.departments.setdefault(name, len(self.departments))
        _not_too_many(self.activities, MOST_ACTIVITIES, "activity", "activities")
        _not_too_many(self.departments, MOST_DEPARTMENTS, "department", "departments")
        activity_code = np.array([place[name] for name in activities], dtype=np.int64)
        department_code = np.array([*(self.departments[name] for name in departments), -1], dtype=np.int64)
        node: npt.NDArray[np.int64] = (department_code[department] << ACTIVITY_BITS) + activity_code[activity]
        return node

    def _count(
        self, raw: pa.Table, case: npt.NDArray[np.int64], start: npt.NDArray[np.int64], end: npt.NDArray[np.int64]
    ) -> None:
        self.n_events += raw.num_rows
        self.n_without_department += raw["department"].null_count
        self.n_starts += raw.num_rows - raw["start"].null_count
        self.n_duplicates += _duplicates(raw, case, start, end)
        first, last = int(start.min()), int(end.max())
        self.first_us = first if self.first_us is None else min(self.first_us, first)
        self.last_us = last if self.last_us is None else max(self.last_us, last)


def whole_cases(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.Table]:
    """Cut sorted batches between cases, as they come.

    Raises
    ------
    UnreadableLog
        As `bounded`.
    """
    held: pa.Table | None = None
    for batch in bounded(batches):
        table = pa.Table.from_batches([batch])
        table = table if held is None else pa.concat_tables([held, table])
        if table.num_rows == 0:
            continue
        cut = _last_case_begins(table["case_id"])
        if cut:
            yield table.slice(0, cut)
        held = table.slice(cut)
    if held is not None and held.num_rows:
        yield held


def bounded(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Hand on sorted batches, until a case turns out to have more events, or more text, than are held at once.

    Raises
    ------
    UnreadableLog
        At the first batch in which a case goes beyond `MOST_EVENTS_OF_A_CASE` or `MOST_MEGABYTES_OF_A_CASE`.
    """
    case: str | None = None
    events = size = 0
    for batch in batches:
        if batch.num_rows:
            ids = batch["case_id"]
            places = np.flatnonzero(pc.not_equal(ids[1:], ids[:-1]).to_numpy(zero_copy_only=False)) + 1
            begins = np.concatenate([[0], places])
            lengths = np.diff(begins, append=batch.num_rows)
            goes_on = ids[0].as_py() == case
            lengths[0] += events if goes_on else 0
            is_one = len(lengths) == 1
            size = batch.slice(int(begins[-1])).nbytes + (size if goes_on and is_one else 0)
            longest = int(lengths.argmax())
            refuse_endless(int(lengths[longest]), ids[int(begins[longest])].as_py())
            case, events = ids[-1].as_py(), int(lengths[-1])
            if size > MOST_MEGABYTES_OF_A_CASE << 20:
                raise _endless(f"{MOST_MEGABYTES_OF_A_CASE:,} MB", case)
        yield batch


def refuse_endless(events: int, case: str) -> None:
    """Refuse a case with more events than are held at once."""
    if events > MOST_EVENTS_OF_A_CASE:
        raise _endless(f"{MOST_EVENTS_OF_A_CASE:,} events", case)


def _endless(most: str, case: str | None) -> UnreadableLog:
    return UnreadableLog(
        f"The log has more than {most} in one case ({_short(case)}), so its column for the case is no such column. Name"
        " a finer one with --case."
    )


def _short(case: str | None) -> str:
    return repr(case if case is None or len(case) <= _SHOWN else f"{case[:_SHOWN]}…")


def _extras(table: pa.Table) -> list[str]:
    return [name for name in table.column_names if name.startswith("x_")]


def _not_too_many(names: Sized, most: int, one: str, many: str) -> None:
    if len(names) > most:
        raise UnreadableLog(
            f"The log has more than {most:,} {many}, so its column for the {one} is no such column. Name a coarser one"
            f" with --{one}."
        )


def _last_case_begins(case_id: pa.ChunkedArray) -> int:
    """Place of the first event of the last case in a sorted column."""
    different = pc.not_equal(case_id, case_id[-1])
    return int(pc.sum(different).as_py() or 0)


def _codes(column: pa.ChunkedArray) -> tuple[npt.NDArray[np.int64], list[str]]:
    """Codes by first appearance (-1 for null), and the values."""
    encoded = column.combine_chunks().dictionary_encode()
    codes = pc.fill_null(encoded.indices, -1).to_numpy(zero_copy_only=False).astype(np.int64)
    return codes, encoded.dictionary.to_pylist()


def _micros(column: pa.ChunkedArray) -> npt.NDArray[np.int64]:
    micros: npt.NDArray[np.int64] = column.cast(pa.int64()).to_numpy()
    return micros


def _nullable(values: npt.NDArray[np.int64], empty: npt.NDArray[np.bool_], kind: pa.DataType) -> pa.Array:
    return pa.array(values, kind, mask=empty)


def _steps(
    case: npt.NDArray[np.int64],
    node: npt.NDArray[np.int64],
    department: npt.NDArray[np.int64],
    start: npt.NDArray[np.int64],
    end: npt.NDArray[np.int64],
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Previous node (negative at the first), wait in microseconds and running handovers; without a department, none."""
    n = len(case)
    previous, wait, handovers = (np.full(n, -1, dtype=np.int64), np.zeros(n, np.int64), np.zeros(n, np.int64))
    chain = np.flatnonzero(node >= 0)
    if len(chain) == 0:
        return previous, wait, handovers
    follows = np.diff(case[chain], prepend=-1) == 0
    before = np.empty_like(chain)
    before[0], before[1:] = chain[0], chain[:-1]
    previous[chain] = np.where(follows, node[before], -1)
    wait[chain] = np.where(follows, np.maximum(start[chain] - end[before], 0), 0)
    passed = follows & (department[chain] != department[before])
    total = np.cumsum(passed)
    heads = np.flatnonzero(~follows)
    handovers[chain] = total - np.repeat(total[heads], np.diff(heads, append=len(chain)))
    return previous, wait, handovers


def _occurrences(
    case: npt.NDArray[np.int64], node: npt.NDArray[np.int64], handovers: npt.NDArray[np.int64]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.bool_]]:
    """How often the same node came before in the case, and whether with a handover since its last time."""
    occurrence, repeats = np.zeros(len(case), dtype=np.int64), np.zeros(len(case), dtype=np.bool_)
    chain = np.flatnonzero(node >= 0)
    if len(chain) == 0:
        return occurrence, repeats
    key = (case[chain] << 31) | node[chain]
    order = np.argsort(key, kind="stable")
    key, h = key[order], handovers[chain][order]
    again = key[1:] == key[:-1]
    repeats[chain[order[1:]]] = again & (h[1:] > h[:-1])
    firsts = np.flatnonzero(np.append([True], ~again))
    occurrence[chain[order]] = np.arange(len(key)) - np.repeat(firsts, np.diff(firsts, append=len(key)))
    return occurrence, repeats


def _duplicates(
    raw: pa.Table, case: npt.NDArray[np.int64], start: npt.NDArray[np.int64], end: npt.NDArray[np.int64]
) -> int:
    """Count events that equal another one of their case in all but the row, looking only at ties in time."""
    tied = (case[1:] == case[:-1]) & (start[1:] == start[:-1]) & (end[1:] == end[:-1])
    rows = np.flatnonzero(np.append(tied, [False]) | np.append([False], tied))
    if len(rows) == 0:
        return 0
    names = [name for name in raw.column_names if name not in ("row", "moment")]
    kept = raw.select(names).take(pa.array(rows))
    return int(kept.num_rows - kept.group_by(names).aggregate([]).num_rows)
