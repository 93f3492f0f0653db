"""Several event tables become one, in which an event that more than one of them has is taken once."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import ibis
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mizzle.engines import in_order, open_engine
from mizzle.errors import UnreadableLog
from mizzle.logs.importing import memory_to_sort, told
from mizzle.logs.steps import ORDER, refuse_endless
from mizzle.logs.store import Counts, counts, highest_row, open_table, read_metadata, write_events
from mizzle.tables import RAW_EVENTS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    import ibis.expr.types as ir
    import numpy.typing as npt

    from mizzle.engines import Engine
    from mizzle.logs.importing import Progress

_SAME = ("activity", "department", "start", "resource")
"""What equal events have in common beside their case, their moment and their end."""


@dataclass(frozen=True, slots=True)
class Merged:
    """What joining event tables did.

    Attributes
    ----------
    counts
        What is in the table that was written.
    repeated
        For each table, how many of its events an earlier one already had; 0 for the first.
    """

    counts: Counts
    repeated: tuple[int, ...]


def merge_events(tables: Sequence[Path], out: Path, *, progress: Progress | None = None) -> Merged:
    """Join event tables into one, as those of one journey that several systems or overlapping exports tell of.

    Parameters
    ----------
    tables
        Imported event tables, in the order in which they count: an event is taken from the first that has it. Their
        free attributes may differ.
    out
        The event table to write. The same tables give the same bytes.
    progress
        Called with what is being done and the share of it that is done.

    Returns
    -------
    Merged
        Counts of the new table, and how many events of each table were repeated.

    Raises
    ------
    UnreadableLog
        When there is no table, one is no event table, `out` is one of them, or a case of them all together has more
        events than can be held at once.

    Notes
    -----
    Events are the same when case, activity, department, start, end and resource are, and the free attributes that both
    tables have. They are counted, not only compared: what a table has three times and the earlier ones twice is taken
    a third time. Equal events within one table stay. Rows are numbered on from table to table.
    """
    if not tables:
        raise UnreadableLog("There is no event table to join. Name at least one.")
    if any(out.resolve() == table.resolve() for table in tables):
        raise UnreadableLog(f"{out} is one of the tables itself and would be written over. Name another file.")
    metadata = [read_metadata(table) for table in tables]
    with TemporaryDirectory(prefix=f"{out.name}.", dir=out.parent) as folder:
        fresh = Path(folder) / out.name
        if len(tables) == 1:
            _copy(tables[0], fresh)
            merged = Merged(counts(metadata[0]), (0,))
        else:
            total = sum(counts(one).events for one in metadata)
            merged = _join(tables, fresh, total, progress or (lambda _stage, _share: None))
        fresh.replace(out)
    return merged


def _copy(table: Path, to: Path) -> None:
    """Give a file a second name, or a copy where that cannot be; event tables are replaced, never changed."""
    try:
        os.link(table, to)
    except OSError:
        shutil.copyfile(table, to)


def _join(tables: Sequence[Path], out: Path, total: int, tell: Progress) -> Merged:
    ends, extras = [0], []
    for table in tables:
        with open_table(table) as file:
            ends.append(ends[-1] + highest_row(file))
            extras.append(tuple(name for name in file.schema_arrow.names if name.startswith("x_")))
    once = _Once(ends, extras)
    with open_engine(threads=1, memory=memory_to_sort(total), folder=out.parent) as engine:
        batches = told(in_order(_together(engine, tables, ends, extras), ORDER), total, tell)
        written = write_events(once.follow(batches), out)
    return Merged(written, tuple(once.repeated))


def _together(engine: Engine, tables: Sequence[Path], ends: Sequence[int], extras: Sequence[Sequence[str]]) -> ir.Table:
    """Put the raw events of all tables under one another, with rows numbered on, and `moment` to order them by."""
    everything = dict.fromkeys(name for names in extras for name in names)
    parts = []
    for path, before, own in zip(tables, ends, extras, strict=False):
        table = engine.events(path)
        columns = {name: table[name] for name in RAW_EVENTS.names} | {"row": table.row + before}
        columns |= {name: table[name] if name in own else ibis.null("string") for name in everything}
        parts.append(table.select(**columns, moment=ibis.coalesce(table.start, table.end)))
    return ibis.union(*parts)


class _Once:
    """Lets pass what no earlier table had; tables are told apart by the numbers of their rows.

    Attributes
    ----------
    repeated
        How many events of each table did not pass so far.
    """

    def __init__(self, ends: Sequence[int], extras: Sequence[Sequence[str]]) -> None:
        self.repeated = [0] * len(extras)
        self._ends = np.array(ends[1:])
        self._extras = [set(names) for names in extras]

    def follow(self, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """Work through sorted batches; equal events stand together, so only what ties with the last one is held."""
        held: pa.Table | None = None
        for batch in batches:
            table = pa.Table.from_batches([batch])
            table = table if held is None else pa.concat_tables([held, table])
            if table.num_rows == 0:
                continue
            cut = int(np.flatnonzero(_begins(table))[-1])
            yield from self._passing(table.slice(0, cut)).to_batches()
            held = table.slice(cut)
            refuse_endless(held.num_rows, held["case_id"][0].as_py())
        if held is not None:
            yield from self._passing(held).to_batches()

    def _passing(self, table: pa.Table) -> pa.Table:
        table = table.combine_chunks()
        begins = _begins(table)
        alone = begins & np.append(begins[1:], [True])
        places = np.flatnonzero(~alone)
        if len(places) == 0:
            return table
        origin = np.searchsorted(self._ends, table["row"].to_numpy()[places])
        passes = np.ones(table.num_rows, dtype=np.bool_)
        passes[places] = self._fresh(table.take(pa.array(places)), np.cumsum(begins, dtype=np.int64)[places], origin)
        return table.filter(pa.array(passes))

    def _fresh(
        self, table: pa.Table, tie: npt.NDArray[np.int64], origin: npt.NDArray[np.int64]
    ) -> npt.NDArray[np.bool_]:
        """Say which events no earlier table has, of events that share their case, moment and end with another one."""
        kept = np.ones(len(tie), dtype=np.bool_)
        same: dict[frozenset[str], npt.NDArray[np.int64]] = {}
        there = np.unique(origin)
        for mine in there[1:]:
            left = np.flatnonzero(origin == mine)
            for other in there[there < mine]:
                shared = frozenset(self._extras[mine] & self._extras[other])
                if shared not in same:
                    same[shared] = _equal(table, tie, (*_SAME, *sorted(shared)))
                had = same[shared][kept & (origin == other)]
                left = left[~_covered(same[shared][left], had)]
            self.repeated[mine] += int(np.count_nonzero(origin == mine)) - len(left)
            kept[origin == mine] = False
            kept[left] = True
        return kept


def _begins(table: pa.Table) -> npt.NDArray[np.bool_]:
    """Say where case, moment or end differ from the row before, in a table sorted by them."""
    begins = np.ones(table.num_rows, dtype=np.bool_)
    begins[1:] = False
    for name in ("case_id", "moment", "end"):
        column = table[name]
        begins[1:] |= pc.not_equal(column[1:], column[:-1]).to_numpy()
    return begins


def _equal(table: pa.Table, tie: npt.NDArray[np.int64], names: Sequence[str]) -> npt.NDArray[np.int64]:
    """Give events the same number that tie and are equal in these columns; nothing equals nothing."""
    found = tie
    for name in names:
        codes = pc.fill_null(table[name].combine_chunks().dictionary_encode().indices, -1).to_numpy() + 1
        found = np.unique(found * (int(codes.max()) + 1) + codes, return_inverse=True)[1]
    return found


def _covered(mine: npt.NDArray[np.int64], had: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
    """Say which of these events are there already: the first n of equal ones, where n equal ones are there."""
    order = np.argsort(mine, kind="stable")
    ordered = mine[order]
    firsts = np.flatnonzero(np.diff(ordered, prepend=-1))
    nth = np.empty(len(mine), dtype=np.int64)
    nth[order] = np.arange(len(mine)) - np.repeat(firsts, np.diff(firsts, append=len(mine)))
    there = np.bincount(had, minlength=int(mine.max(initial=0)) + 1)
    covered: npt.NDArray[np.bool_] = nth < there[mine]
    return covered
