"""The rows of a file, as several families of measures read them: ordered answers, groups, and what is set aside."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    from mizzle.answer import SetAside
    from mizzle.columns import Columns


def named(*names: str | None) -> list[str]:
    """List the columns that were named."""
    return [name for name in names if name]


def levels_of(columns: Columns, name: str) -> NDArray[np.int64]:
    """Read levels by number or name; 0 where a cell says nothing. Each different word is read once."""
    import numpy as np

    from mizzle.level import read_levels

    codes, words = columns.codes(name)
    return np.append(read_levels(words), 0)[codes]


def ordered(columns: Columns, name: str) -> NDArray[np.float64]:
    """Read levels by number or name, or any other ordered numbers; NaN where a cell says nothing."""
    import numpy as np

    from mizzle.errors import MizzleError

    try:
        levels = levels_of(columns, name)
    except MizzleError:
        return columns.numbers(name)
    return np.where(levels > 0, levels, np.nan)


def moments(columns: Columns, name: str) -> NDArray[np.float64]:
    """Read what orders the sessions: numbers, or days and times; NaN where a cell says nothing."""
    import numpy as np

    from mizzle.columns import UnfitColumn

    try:
        return columns.numbers(name)
    except UnfitColumn:
        found = columns.instants(name)
    return np.where(np.isnat(found), np.nan, found.astype(np.int64)).astype(float)


def nothing(words: Sequence[str | None]) -> NDArray[np.bool_]:
    """Say which cells say nothing."""
    import numpy as np

    return np.array([word is None for word in words], bool)


def aside(columns: Columns, reasons: Sequence[tuple[NDArray[np.bool_], str]]) -> list[SetAside]:
    """List what was left out of a file: rows that could not be read, and rows that lack something."""
    from mizzle.answer import SetAside

    told = [SetAside(reason, int(rows.sum())) for rows, reason in reasons if rows.any()]
    return [*columns.set_aside, *told]


YES = ("1", "1.0", "x", "y", "yes", "true", "done", "did", "ja", "sí", "si")
NO = ("0", "0.0", "n", "no", "false", "nei", "not", "missed")


def done(columns: Columns, name: str) -> NDArray[np.float64]:
    """Read whether something was done, as yes and no or as how often; NaN where a cell says nothing."""
    import numpy as np

    words = columns.words(name)
    known = dict.fromkeys(YES, 1.0) | dict.fromkeys(NO, 0.0)
    plain = [None if word is None else word.lower() for word in words]
    if any(word is not None and word not in known for word in plain):
        return columns.numbers(name, low=0)
    return np.array([np.nan if word is None else known[word] for word in plain], float)
