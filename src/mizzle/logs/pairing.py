"""Makes one event of the rows for the start and for the end of the same work, once they stand case by case in order."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mizzle.logs.lifecycle import BEGIN, END, EVENT, SYNONYMS, TRANSITION, pair
from mizzle.logs.steps import whole_cases
from mizzle.logs.store import with_moment

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from numpy.typing import NDArray


def one_event_each(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Make one event of each start and its end, in raw events that say which they are.

    Parameters
    ----------
    batches
        Raw events in the order of `mizzle.logs.steps.ORDER`, with a column `TRANSITION`.

    Yields
    ------
    pyarrow.RecordBatch
        The same without that column, in the same order. The end stands for the pair; what it does not say, its start
        fills in. A start without an end is an event without a start, at the moment when it began.
    """
    for table in whole_cases(batches):
        yield from _one_event_each(table.combine_chunks()).to_batches()


def _one_event_each(table: pa.Table) -> pa.Table:
    kinds = _codes(table[TRANSITION], SYNONYMS)
    if not (kinds == BEGIN).any():
        return table.drop_columns([TRANSITION])
    case, activity, resource = (_codes(table[name]) for name in ("case_id", "activity", "resource"))
    partner, folded = np.full(len(kinds), -1), np.zeros(len(kinds), dtype=np.bool_)
    # Of one instant the starts come first: what begins and ends in it is whole.
    moment, row = (table[name].cast(pa.int64()).to_numpy() for name in ("moment", "row"))
    order = np.lexsort((row, kinds == END, moment, case))
    order = order[np.isin(kinds[order], (BEGIN, END))]
    pair(order, kinds, [one[order].tolist() for one in (case, activity)], resource[order].tolist(), partner, folded)
    begun = np.zeros(len(kinds) + 1, dtype=np.bool_)
    begun[partner] = True  # the last place takes the events without a partner (-1)
    kept = np.flatnonzero(~begun[:-1])
    beginnings = pa.array(partner[kept], mask=partner[kept] < 0)
    rows = table.drop_columns(["moment", TRANSITION])
    ends = rows.take(pa.array(kept))
    columns = {
        name: pc.coalesce(column, rows[name].take(beginnings)) if column.null_count else column
        for name, column in zip(ends.column_names, ends.columns, strict=True)
    }
    columns["start"] = pc.coalesce(table["moment"].take(beginnings), ends["start"])
    paired = with_moment(pa.table(columns))
    keys = [paired[name].cast(pa.int64()).to_numpy() for name in ("row", "end", "moment")]
    return paired.take(pa.array(np.lexsort((*keys, case[kept]))))


def _codes(column: pa.ChunkedArray, of: Mapping[str, int] | None = None) -> NDArray[np.int64]:
    """Give a code for each value, by first appearance or as given; nothing has the last one."""
    encoded = column.combine_chunks().dictionary_encode()
    values = encoded.dictionary.to_pylist()
    codes = np.array([*(range(len(values)) if of is None else (of.get(one, EVENT) for one in values)), -1])
    codes[-1] = len(values) if of is None else EVENT
    found: NDArray[np.int64] = codes[pc.fill_null(encoded.indices, -1).to_numpy(zero_copy_only=False)]
    return found
