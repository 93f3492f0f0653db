"""What of a log should be known before its figures are believed, though it can be read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pyarrow.compute as pc

from mizzle.logs.batches import ROW
from mizzle.logs.meaning.rolenames import words_of
from mizzle.logs.times.moments import as_texts
from mizzle.logs.xes.lifecycle import TRANSITIONS

if TYPE_CHECKING:
    import pyarrow as pa

    from mizzle.logs.batches import Facts
    from mizzle.logs.meaning.mapping import Mapping

_NAMES: Final = frozenset(("lifecycle", "transition"))
_BEGIN: Final = frozenset(("start", "started", "begin", "begun"))
_END: Final = frozenset(("complete", "completed", "end", "ended", "finish", "finished"))
_FIRST_ROWS = 100  # of a column whose name says nothing, before all that are there are looked at


def cautions(first: pa.Table, mapping: Mapping, facts: Facts) -> tuple[str, ...]:
    """Say what people should know of a log that can be read.

    Parameters
    ----------
    first
        Its first rows, as text.
    mapping
        What its columns mean.
    facts
        What the reader found out; formats whose standard says what the columns mean need no caution.

    Returns
    -------
    tuple of str
        Sentences: for each column that says whether a row is the start or the end of work, that nothing pairs them.

    Examples
    --------
    >>> import pyarrow as pa
    >>> from mizzle.logs.batches import Facts
    >>> from mizzle.logs.meaning.mapping import Mapping
    >>> rows = pa.table({"order": ["1", "1"], "task": ["a", "a"], "lifecycle": ["start", "complete"]})
    >>> cautions(rows, Mapping("order", "task", None, "at"), Facts("CSV"))[0].split(":")[0]
    "column lifecycle holds both 'start' and 'complete'"
    """
    if facts.known:
        return ()
    said = []
    for name, column in zip(first.column_names, first.columns, strict=True):
        if name in (ROW, mapping.activity):
            continue
        is_named = bool(_NAMES & set(words_of(name).split()))
        if not is_named and not TRANSITIONS.issuperset(_values(column.slice(0, _FIRST_ROWS))):
            continue
        values = _values(column)
        begin, end = sorted(_BEGIN & values), sorted(_END & values)
        if begin and end and (is_named or values <= TRANSITIONS):
            said.append(
                f"column {name} holds both '{begin[0]}' and '{end[0]}': each row counts as work of its own, since the"
                " two are paired in XES only. Write both times into one row, or keep the rows of the ends alone"
            )
    return tuple(said)


def _values(column: pa.ChunkedArray) -> set[str]:
    """Give the values of a column, in lower case."""
    texts = pc.utf8_lower(pc.utf8_trim_whitespace(as_texts(column))).unique().to_pylist()
    return {text for text in texts if text}
