"""Which column of a table says whether a row is the start or the end of work."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pyarrow.compute as pc

from mizzle.logs.batches import ROW
from mizzle.logs.lifecycle import BEGIN, END, SYNONYMS, TRANSITIONS
from mizzle.logs.meaning.rolenames import words_of
from mizzle.logs.times.moments import as_texts

if TYPE_CHECKING:
    import pyarrow as pa

    from mizzle.logs.batches import Facts
    from mizzle.logs.meaning.mapping import Mapping

_NAMES: Final = frozenset(("lifecycle", "transition"))
_FIRST_ROWS = 100  # of a column whose name says nothing, before all that are there are looked at


def find_transition(first: pa.Table, mapping: Mapping, facts: Facts) -> str | None:
    """Find the column that says whether a row is the start or the end of work.

    Parameters
    ----------
    first
        The first rows of the log, as text.
    mapping
        What its other columns mean.
    facts
        What the reader found out; formats whose standard says what columns mean have paired the rows already.

    Returns
    -------
    str or None
        The first column with nothing but the words of XES for what a row says of work, starts and ends among them.
        Where its name speaks of a lifecycle or a transition, their like will do; and of the words of XES the ends
        alone, since starts may come later.

    Examples
    --------
    >>> import pyarrow as pa
    >>> from mizzle.logs.batches import Facts
    >>> from mizzle.logs.meaning.mapping import Mapping
    >>> rows = pa.table({"order": ["1", "1"], "task": ["a", "a"], "what": ["start", "complete"]})
    >>> find_transition(rows, Mapping("order", "task", None, "at"), Facts("CSV"))
    'what'
    """
    if facts.known:
        return None
    taken = {ROW, *mapping.roles.values()}
    names: list[str] = first.column_names
    for name, column in zip(names, first.columns, strict=True):
        if name in taken:
            continue
        is_named = bool(_NAMES & set(words_of(name).split()))
        if not is_named and not _values(column.slice(0, _FIRST_ROWS)) <= TRANSITIONS.keys():
            continue
        values = _values(column)
        kinds = {SYNONYMS.get(value) for value in values}
        wanted = {END} if is_named and values <= TRANSITIONS.keys() else {BEGIN, END}
        if wanted <= kinds and values <= (SYNONYMS if is_named else TRANSITIONS).keys():
            return name
    return None


def _values(column: pa.ChunkedArray) -> set[str]:
    """Give the values of a column, in lower case."""
    texts = pc.utf8_lower(pc.utf8_trim_whitespace(as_texts(column))).unique().to_pylist()
    return {text for text in texts if text}
