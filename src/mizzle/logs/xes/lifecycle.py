"""Pairs the start of an activity with its completion, so that one event has both times.

XES writes an activity that takes time as several events: a `start`, a `complete`, and others such as `schedule`. Here
they become one event with `start_timestamp` and `time:timestamp`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mizzle.logs.lifecycle import ASIDE, BEGIN, END, EVENT, PAUSE, TRANSITIONS, pair
from mizzle.logs.times.moments import TimeFormat
from mizzle.logs.xes.columns import codes_of, indices

if TYPE_CHECKING:
    from numpy.typing import NDArray

TRANSITION = "lifecycle:transition"
ACTIVITY = "concept:name"
INSTANCE = "concept:instance"
RESOURCE = "org:resource"
TIME = "time:timestamp"
START = "start_timestamp"

NEEDED = frozenset({TRANSITION, ACTIVITY, INSTANCE, RESOURCE, TIME, START})
"""Columns that pairing looks at."""

_INSTANTS = TimeFormat("ISO 8601")  # as XES writes them


class Paired(NamedTuple):
    """Events after pairing.

    Attributes
    ----------
    columns
        Their columns, `start_timestamp` among them where there is one.
    kept
        Which of the events before they are: a completion stands for its pair.
    aside
        Events that are no work, with the transition that says so.
    pairs, unfinished, folded
        How many pairs there are, how many beginnings without an end (events at the moment when they begin, without a
        start, since nobody knows how long they took), and how many pauses within pairs, which are part of them.
    """

    columns: dict[str, pa.Array]
    kept: NDArray[np.int64]
    aside: tuple[tuple[int, str], ...] = ()
    pairs: int = 0
    unfinished: int = 0
    folded: int = 0


def paired(columns: dict[str, pa.Array], trace: NDArray[np.int32], *, has_ends: bool) -> Paired:
    """Pair beginnings and ends of activities within each trace.

    Parameters
    ----------
    columns
        The events' columns, those of `NEEDED` among them as far as the log has them.
    trace
        For each event the number of its trace, rising; -1 outside of any trace.
    has_ends
        Whether the log is known to have `complete` events. A trace that has one is taken so in any case; in other
        traces, all events stay as they are.

    Returns
    -------
    Paired
        The events, one per pair.

    Notes
    -----
    A completion is paired with the earliest open beginning of the same activity in the same trace (and of the same
    `concept:instance`); where several are open, one of the same resource goes first. What the completion does not
    say, its beginning fills in. A completion without a beginning stays an event without a start, and so does a
    beginning without an end: its touch is not known, which is not the same as none. Transitions that XES does not
    define are events like any other.

    Earliest is meant by time, in whatever order a trace is written; events of one instant, and traces in which some
    time cannot be read, are taken in the order of the file. What finds no partner so is paired in the order of the
    file, so that an end before its start is seen for what it is.
    """
    everything = np.arange(len(trace))
    if TRANSITION not in columns:
        return Paired(columns, everything)
    words = columns[TRANSITION].dictionary_encode()
    names = [name.lower() for name in words.dictionary.to_pylist()]
    # Events without a transition have no code; they take the last place.
    kinds = np.array([*(TRANSITIONS.get(name, EVENT) for name in names), EVENT])
    codes = codes_of(words)
    kind = kinds[codes]
    if not np.isin(kind, (BEGIN, PAUSE, ASIDE)).any():
        return Paired(columns, everything)
    if not has_ends:
        kind[~np.isin(trace, trace[kind == END])] = EVENT
    partner, folded = _partners(columns, trace, kind)
    begun = np.zeros(len(trace) + 1, dtype=np.bool_)
    begun[partner] = True  # the last place takes the events without a partner (-1)
    begun = begun[:-1]
    is_aside = ((kind == ASIDE) | (kind == PAUSE)) & ~folded
    kept = np.flatnonzero(~(begun | is_aside | folded))
    return Paired(
        _merged(columns, kept, partner[kept], has_starts=(kind == BEGIN).any()),
        kept,
        tuple((place, names[codes[place]]) for place in np.flatnonzero(is_aside).tolist()),
        pairs=int(begun.sum()),
        unfinished=int(((kind == BEGIN) & ~begun).sum()),
        folded=int(folded.sum()),
    )


def _partners(
    columns: dict[str, pa.Array], trace: NDArray[np.int32], kind: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Find the beginning of each end (-1 where there is none), and the pauses that lie within a pair."""
    partner = np.full(len(trace), -1)
    folded = np.zeros(len(trace), dtype=np.bool_)
    places = np.flatnonzero(kind != EVENT)
    ordered = _by_time(columns, trace, places)
    _pair(columns, trace, kind, ordered, partner, folded)
    if ordered is not places:
        is_open = ~folded & (partner < 0)
        is_open[partner[partner >= 0]] = False
        _pair(columns, trace, kind, places[is_open[places]], partner, folded)
    return partner, folded


def _by_time(columns: dict[str, pa.Array], trace: NDArray[np.int32], places: NDArray[np.int64]) -> NDArray[np.int64]:
    """Put some events in the order of their times within each trace; the very same array where they are already."""
    if TIME not in columns:
        return places
    times = _INSTANTS.read(columns[TIME].take(indices(places.astype(np.int32)))).cast(pa.int64())
    micros, of_trace = times.fill_null(0).to_numpy(), trace[places]
    micros = np.where(np.isin(of_trace, of_trace[times.is_null().to_numpy(zero_copy_only=False)]), 0, micros)
    is_late = (micros[1:] < micros[:-1]) & (of_trace[1:] == of_trace[:-1])
    return places[np.lexsort((micros, of_trace))] if is_late.any() else places


def _pair(
    columns: dict[str, pa.Array],
    trace: NDArray[np.int32],
    kind: NDArray[np.int64],
    places: NDArray[np.int64],
    partner: NDArray[np.int64],
    folded: NDArray[np.bool_],
) -> None:
    """Pair some events, taken in this order, by trace, activity and instance."""
    *work, resource = (_column(columns, name, places) for name in (ACTIVITY, INSTANCE, RESOURCE))
    pair(places, kind, [trace[places].tolist(), *work], resource, partner, folded)


def _column(columns: dict[str, pa.Array], name: str, places: NDArray[np.int64]) -> list[int]:
    if name not in columns:
        return [-1] * len(places)
    found: list[int] = codes_of(columns[name].dictionary_encode())[places].tolist()
    return found


def _merged(
    columns: dict[str, pa.Array], kept: NDArray[np.int64], partner: NDArray[np.int64], *, has_starts: np.bool_
) -> dict[str, pa.Array]:
    """Put each beginning and its end into one row; where there are beginnings, there is a column for starts."""
    rows, beginnings = indices(kept.astype(np.int32)), indices(partner.astype(np.int32))
    merged = {}
    for name, column in columns.items():
        taken = column.take(rows)
        merged[name] = pc.coalesce(taken, column.take(beginnings)) if taken.null_count else taken
    if TIME in columns and has_starts:
        starts = columns[TIME].take(beginnings)
        merged[START] = pc.coalesce(starts, merged[START]) if START in merged else starts
    return merged
