"""Finds the start of work that each end belongs to, where a log has an event or a row for either."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

EVENT, BEGIN, END, PAUSE, ASIDE = range(5)
"""What a row can be: an event of its own, the start or the end of work, a pause in it, or no work at all."""

TRANSITIONS: Final = MappingProxyType(
    {
        "start": BEGIN,
        "complete": END,
        "suspend": PAUSE,
        "resume": PAUSE,
        "schedule": ASIDE,
        "assign": ASIDE,
        "reassign": ASIDE,
        "withdraw": ASIDE,
        "autoskip": ASIDE,
        "manualskip": ASIDE,
        "pi_abort": ASIDE,
        "ate_abort": ASIDE,
    }
)
"""Words of XES for what an event says of the work that it belongs to."""

SYNONYMS: Final = MappingProxyType(
    TRANSITIONS
    | dict.fromkeys(("started", "begin", "begun"), BEGIN)
    | dict.fromkeys(("completed", "end", "ended", "finish", "finished"), END)
)
"""The same, with other words that tables have for starts and ends."""

NO_WORK: Final = tuple(word for word, kind in TRANSITIONS.items() if kind in (PAUSE, ASIDE))
"""Words of rows that are no work of their own in a table: a pause is part of the work around it."""

TRANSITION: Final = "transition"
"""Name of the column that says so, in raw events that are not paired yet."""


def pair(
    places: NDArray[np.int64],
    kind: NDArray[np.int64],
    work: Sequence[Sequence[int]],
    resource: Sequence[int],
    partner: NDArray[np.int64],
    folded: NDArray[np.bool_],
) -> None:
    """Walk through events and pair those that belong together.

    Parameters
    ----------
    places
        Which events, in the order in which to go, case by case.
    kind
        What each of all events is.
    work
        For each of the places the codes that tell its work from other work, that of the case first.
    resource
        For each of the places the code of who did it.
    partner
        Written to: for each end the place of its start.
    folded
        Written to: which pauses lie within a pair.

    Notes
    -----
    An end is paired with the earliest open start of the same work; where several are open, one of the same resource
    goes first.
    """
    waiting: dict[tuple[int, ...], list[tuple[int, int]]] = {}
    pauses: dict[tuple[int, ...], list[int]] = {}
    now = None
    for place, what, who, key in zip(
        places.tolist(), kind[places].tolist(), resource, zip(*work, strict=True), strict=True
    ):
        if key[0] != now:
            now = key[0]
            waiting.clear()
            pauses.clear()
        if what == BEGIN:
            waiting.setdefault(key, []).append((place, who))
        elif what == PAUSE and waiting.get(key):
            pauses.setdefault(key, []).append(place)
        elif what == END and (open_ones := waiting.get(key)):
            same = next((at for at, (_, one) in enumerate(open_ones) if one == who), 0)
            partner[place] = open_ones.pop(same)[0]
            if not open_ones:
                folded[pauses.pop(key, [])] = True
