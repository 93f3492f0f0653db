"""Attributes of traces and events, as found in one block of an XES file, turned into columns of text.

Arrow arrays are made from buffers and taken apart into buffers here. `pa.array`, `pa.scalar` and `to_numpy` would
import pandas wherever it is installed, and that takes longer than reading 100 MiB of XES.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mizzle.errors import UnreadableLog

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from numpy.typing import NDArray

CASE = "case:"
"""Beginning of the names of columns that hold attributes of traces."""

MOST_ATTRIBUTES = 1_000
"""Attributes of one event or trace, and different attributes in one log, beyond which a log is refused."""

MOST_CELLS = 50_000_000
"""Rows times columns of one block beyond which a log is refused; real logs stay far below."""

BETWEEN = "; "
"""What stands between the values of an attribute that an event has more than once."""


class Found(NamedTuple):
    """What stands in some complete traces.

    Attributes
    ----------
    traces, events
        How many there are; events are numbered from 0 in the order of the file, and so are traces.
    trace
        For each event the number of its trace, or -1 for one outside of any trace.
    keys
        Names of attributes, those of traces behind `CASE`; a code is a place in this list.
    of_trace
        Whether the attribute of a code belongs to the trace rather than the event.
    code, owner, place
        For each attribute value: which attribute, of which event (or trace), and where in `values` its text is.
    values
        The texts.
    too_long
        Numbers of the events that hold a field beyond the limit.
    """

    traces: int
    events: int
    trace: NDArray[np.int32]
    keys: list[str]
    of_trace: NDArray[np.bool_]
    code: NDArray[np.int16]
    owner: NDArray[np.int32]
    place: NDArray[np.int32]
    values: pa.Array
    too_long: tuple[int, ...] = ()


def columns_of(found: Found, wanted: Collection[str] | None = None) -> dict[str, pa.Array]:
    """Make one column of text per attribute, with one row per event and null where an event lacks it.

    Parameters
    ----------
    found
        What a block of the file holds.
    wanted
        Names of the columns to make; None for all.

    Returns
    -------
    dict[str, pa.Array]
        The columns by name: those of traces, then those of events, each in the order of their first appearance.

    Raises
    ------
    UnreadableLog
        For more different attributes, or more cells in the block, than any real log has.
    """
    # The codes are 16 bits wide because numpy then sorts by radix, in linear time.
    order = np.argsort(found.code, kind="stable")
    ends = np.cumsum(np.bincount(found.code, minlength=len(found.keys)))
    chosen = np.split(order, ends[:-1])
    present = [code for code, places in enumerate(chosen) if len(places)]
    if len(present) > MOST_ATTRIBUTES or len(present) * found.events > MOST_CELLS:
        raise UnreadableLog(
            f"The log has {len(present):,} different attributes among {found.events:,} events, far more than a"
            " real log. Export it with fewer attributes."
        )
    columns: dict[str, pa.Array] = {}
    for code in sorted(present, key=lambda code: (not found.of_trace[code], chosen[code][0])):
        name = found.keys[code]
        if wanted is not None and name not in wanted:
            continue
        column = _column(found, chosen[code], of_trace=bool(found.of_trace[code]))
        # An event attribute may bear the name that the column of a trace attribute has; it then fills its gaps.
        columns[name] = pc.coalesce(columns[name], column) if name in columns else column
    return columns


def _column(found: Found, chosen: NDArray[np.intp], *, of_trace: bool) -> pa.Array:
    owner, place, values = found.owner[chosen], found.place[chosen], found.values
    if not _increasing(owner):
        owner, place, values = _joined(owner, place, values)
    if not of_trace and len(owner) == found.events:
        return values.take(indices(place))
    # One place more than there are traces: events outside of any trace have number -1, which lands on it.
    full = np.full((found.traces if of_trace else found.events) + 1, -1, dtype=np.int32)
    full[owner] = place
    full = full[found.trace] if of_trace else full[:-1]
    return values.take(indices(full))


def _increasing(owner: NDArray[np.int32]) -> bool:
    return bool(np.all(owner[1:] > owner[:-1]))


def _joined(
    owner: NDArray[np.int32], place: NDArray[np.int32], values: pa.Array
) -> tuple[NDArray[np.int32], NDArray[np.int32], pa.Array]:
    """Join the values of an attribute that the same event has several times, as items of a list are."""
    kept: dict[int, list[str]] = {}
    for key, text in zip(owner.tolist(), values.take(indices(place)).to_pylist(), strict=True):
        kept.setdefault(key, []).append(text)
    joined = texts([BETWEEN.join(parts) for parts in kept.values()])
    return np.fromiter(kept, dtype=np.int32), np.arange(len(kept), dtype=np.int32), joined


def indices(places: NDArray[np.int32]) -> pa.Array:
    """Make an Arrow array of places to take values from; negative ones become null.

    Examples
    --------
    >>> indices(np.array([1, -1], dtype=np.int32)).to_pylist()
    [1, None]
    """
    missing = places < 0
    valid = pa.py_buffer(np.packbits(~missing, bitorder="little")) if missing.any() else None
    whole = np.ascontiguousarray(places, dtype=np.int32)
    return pa.Array.from_buffers(pa.int32(), len(whole), [valid, pa.py_buffer(whole)])


def texts(values: Sequence[str]) -> pa.Array:
    """Make an Arrow array of texts that hold no NUL character, as no text from XML does.

    Examples
    --------
    >>> texts(["a", "", "é"]).to_pylist()
    ['a', '', 'é']
    """
    data = "\0".join([*values, ""]).encode()
    return pieces(data, np.flatnonzero(np.frombuffer(data, dtype=np.uint8) == 0)).take(
        indices(np.arange(0, 2 * len(values), 2, dtype=np.int32))
    )


def pieces(data: bytes, marks: NDArray[np.intp]) -> pa.Array:
    """Cut UTF-8 data at one-byte marks: texts between the marks at even places, the marks themselves at odd ones."""
    offsets = np.empty(2 * len(marks) + 2, dtype=np.int32)
    offsets[0] = 0
    offsets[1:-1:2] = marks
    offsets[2:-1:2] = marks
    offsets[2:-1:2] += 1
    offsets[-1] = len(data)
    return pa.StringArray.from_buffers(len(offsets) - 1, pa.py_buffer(offsets), pa.py_buffer(data))


def codes_of(words: pa.Array) -> NDArray[np.int32]:
    """Give the codes of a dictionary-encoded array, -1 for null."""
    valid, data = words.indices.buffers()
    codes: NDArray[np.int32] = np.frombuffer(data, dtype=np.int32, count=len(words))
    return codes if valid is None else np.where(_bits(valid, len(words)), codes, np.int32(-1))


def places_of(mask: pa.Array) -> NDArray[np.int32]:
    """Give the places at which an array of truth values is true."""
    return np.flatnonzero(_bits(mask.buffers()[1], len(mask))).astype(np.int32)


def _bits(packed: pa.Buffer, n: int) -> NDArray[np.bool_]:
    return np.unpackbits(np.frombuffer(packed, dtype=np.uint8), count=n, bitorder="little").astype(np.bool_)


def row_numbers(rows: NDArray[np.int64]) -> pa.Array:
    """Make the Arrow array of the positions of rows in their file."""
    return pa.Array.from_buffers(pa.int64(), len(rows), [None, pa.py_buffer(np.ascontiguousarray(rows))])
