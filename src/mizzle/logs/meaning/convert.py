"""From a batch of text columns to raw events: roles, instants and pseudonyms, and each row that cannot be one."""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mizzle.logs.batches import ROW, Batch, Reason, Rejected
from mizzle.logs.lifecycle import NO_WORK, TRANSITION
from mizzle.logs.meaning.pseudonyms import pseudonyms
from mizzle.logs.times.moments import INSTANT, TimeFormat, as_texts
from mizzle.tables import RAW_EVENTS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from mizzle.logs.meaning.mapping import Mapping

    Flags = NDArray[np.bool_]

EXTRA = "x_"
"""Beginning of the names of free attributes in the event table."""

LONGEST_TEXT, _LONGEST_DETAIL = 1_000, 100
_NOTHING = pa.scalar(None, pa.string())


@dataclass(frozen=True, slots=True)
class Converted:
    """What became of a batch.

    Attributes
    ----------
    table
        Its events, with the columns of `mizzle.tables.RAW_EVENTS`, one `x_...` for each extra of the mapping, and
        `lifecycle.TRANSITION` in lower case where the mapping has one.
    rejected
        Its rows that could not be read, those that the reader set aside among them, by row.
    """

    table: pa.Table
    rejected: tuple[Rejected, ...]


def convert(
    batch: Batch, mapping: Mapping, formats: tuple[TimeFormat, TimeFormat | None], key: bytes | None = None
) -> Converted:
    """Turn a batch of text into raw events.

    White space around a value goes, and what stands for a missing value becomes empty. A row without case, activity
    or time, with a time that cannot be read, that ends before it starts, or that tells of no work (as the scheduling
    of a task, or a pause), is set aside; duplicates are kept.

    Parameters
    ----------
    batch
        Rows as a reader gave them; a column of the mapping that this batch does not have is empty throughout.
    mapping
        Which column plays which role.
    formats
        How the end and the start are written; None where the log has no start.
    key
        The secret for pseudonyms of the resource; without one no resource is kept.

    Returns
    -------
    Converted
        Every row of the batch, either in the table or among the rejected.

    Raises
    ------
    UnclearMapping
        For a time zone that does not exist.

    Notes
    -----
    Names of people are not copied into the text of a rejected row: it holds case, activity, department, start, end
    and the extras, not the resource.
    """
    cells = {name: _clean(batch.table, name, mapping.missing) for name in mapping.columns()}
    row = batch.table[ROW].combine_chunks()
    events = _events(cells, row, mapping, formats, key)
    faults = _faults(events, cells, mapping, has_start=formats[1] is not None)
    faulty = np.zeros(len(row), dtype=np.bool_)
    for fault in faults:
        faulty |= fault.rows
    if not faulty.any():
        return Converted(events, batch.rejected)
    rejected = _rejected(faults, faulty, cells, row, mapping)
    kept = events.filter(pa.array(~faulty))
    return Converted(kept, tuple(heapq.merge(batch.rejected, rejected, key=lambda one: one.row)))


def _clean(table: pa.Table, name: str, missing: tuple[str, ...]) -> pa.Array:
    """Take away white space around values, and values that stand for none; a column that is not there is empty."""
    if name not in table.column_names:
        return pa.nulls(table.num_rows, pa.string())
    texts = pc.utf8_trim_whitespace(as_texts(table[name]))
    absent = pc.is_in(texts, value_set=pa.array(missing, pa.string()), skip_nulls=True)
    return pc.if_else(absent, _NOTHING, texts) if pc.any(absent).as_py() else texts


def _events(
    cells: dict[str, pa.Array],
    row: pa.Array,
    mapping: Mapping,
    formats: tuple[TimeFormat, TimeFormat | None],
    key: bytes | None,
) -> pa.Table:
    end_format, start_format = formats
    nothing = pa.nulls(len(row), pa.string())
    columns = {
        "case_id": cells[mapping.case],
        "activity": cells[mapping.activity],
        "department": nothing if mapping.department is None else cells[mapping.department],
        "start": pa.nulls(len(row), INSTANT),
        "resource": nothing,
        "row": row,
    }
    if mapping.start is not None and start_format is not None:
        columns["start"] = start_format.read(cells[mapping.start], mapping.timezone)
    columns["end"] = end_format.read(cells[mapping.end], mapping.timezone, after=columns["start"])
    if mapping.resource is not None and key is not None:
        columns["resource"] = pseudonyms(cells[mapping.resource], key)
    extras = {EXTRA + name: cells[name] for name in mapping.extras}
    told = {TRANSITION: pc.utf8_lower(cells[mapping.transition])} if mapping.transition else {}
    return pa.table({**{name: columns[name] for name in RAW_EVENTS.names}, **told, **extras})


class _Fault(NamedTuple):
    """Rows with one fault, and the column whose text shows it."""

    reason: Reason
    rows: Flags
    column: str | None = None


def _faults(events: pa.Table, cells: dict[str, pa.Array], mapping: Mapping, *, has_start: bool) -> list[_Fault]:
    """Find what is wrong, the weightiest first: a row is set aside for the first of its faults."""
    end, start = events["end"].combine_chunks(), events["start"].combine_chunks()
    written = cells[mapping.end]
    faults = [
        _Fault(Reason.NO_CASE, _absent(cells[mapping.case])),
        _Fault(Reason.NO_ACTIVITY, _absent(cells[mapping.activity])),
        _Fault(Reason.NO_TIME, _absent(written)),
        _Fault(Reason.UNREADABLE_TIME, _absent(end) & ~_absent(written), mapping.end),
    ]
    if mapping.start is not None and has_start:
        unreadable = _absent(start) & ~_absent(cells[mapping.start])
        before = pc.less(end, start).fill_null(False)
        faults.append(_Fault(Reason.UNREADABLE_TIME, unreadable, mapping.start))
        faults.append(_Fault(Reason.END_BEFORE_START, _flags(before)))
    if mapping.transition:
        is_no_work = pc.is_in(events[TRANSITION].combine_chunks(), value_set=pa.array(NO_WORK))
        faults.append(_Fault(Reason.NO_WORK, _flags(is_no_work), mapping.transition))
    return faults


def _rejected(
    faults: list[_Fault], faulty: Flags, cells: dict[str, pa.Array], row: pa.Array, mapping: Mapping
) -> list[Rejected]:
    places = np.flatnonzero(faulty)
    first = np.argmax(np.stack([fault.rows[places] for fault in faults]), axis=0)
    roles = (mapping.case, mapping.activity, mapping.department, mapping.start, mapping.end)
    shown = [cells[name].take(pa.array(places)) for name in (*roles, *mapping.extras) if name is not None]
    joined = pc.binary_join_element_wise(*shown, " | ", null_handling="replace", null_replacement="")
    texts = pc.utf8_slice_codeunits(joined, 0, LONGEST_TEXT).to_pylist()
    reasons = np.empty(len(places), dtype=object)
    for which, fault in enumerate(faults):
        mine = np.flatnonzero(first == which)
        reasons[mine] = str(fault.reason)
        if fault.column:
            details = pc.utf8_slice_codeunits(cells[fault.column].take(pa.array(places[mine])), 0, _LONGEST_DETAIL)
            reasons[mine] = [f"{fault.reason}: {detail}" for detail in details.to_pylist()]
    rows = row.take(pa.array(places)).to_pylist()
    return [Rejected(*one) for one in zip(rows, reasons, texts, strict=True)]


def _absent(array: pa.Array) -> Flags:
    return _flags(array.is_null())


def _flags(array: pa.Array) -> Flags:
    return np.asarray(array.to_numpy(zero_copy_only=False), dtype=np.bool_)
