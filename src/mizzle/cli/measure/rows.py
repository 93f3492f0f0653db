"""The rows of a file, as several families of measures read them: ordered answers, groups, and what is set aside."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from mizzle.answer import SetAside
    from mizzle.columns import Columns


def read(chosen: argparse.Namespace, *wanted: str | Sequence[str] | None) -> Columns:
    """Read the named columns of the file that was given; None names no column."""
    from mizzle.columns import read_columns

    named: list[str] = []
    for one in wanted:
        named += [one] if isinstance(one, str) else one or []
    return read_columns(chosen.file, [name for name in named if name], sheet=chosen.sheet)


def by_group(columns: Columns, name: str | None) -> list[tuple[str, NDArray[np.bool_]]]:
    """Give each group of a column with its rows; none where no column is named."""
    if not name:
        return []
    codes, groups = columns.codes(name)
    return [(of, codes == place) for place, of in enumerate(groups)]


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


def moments(columns: Columns, name: str, dates: str | None = None) -> NDArray[np.float64]:
    """Read what orders the sessions: numbers, or days and times; NaN where a cell says nothing."""
    import numpy as np

    from mizzle.columns import UnfitColumn

    try:
        return columns.numbers(name)
    except UnfitColumn:
        found = columns.instants(name, dates=dates)
    return np.where(np.isnat(found), np.nan, found.astype(np.int64)).astype(float)


def nothing(words: Sequence[str | None]) -> NDArray[np.bool_]:
    """Say which cells say nothing."""
    import numpy as np

    return np.array([word is None for word in words], bool)


def aside(columns: Columns, *reasons: tuple[NDArray[np.bool_] | int, str]) -> list[SetAside]:
    """List what was left out of a file: rows that could not be read, and rows that lack something."""
    import numpy as np

    from mizzle.answer import SetAside

    told = [(int(np.sum(rows)), reason) for rows, reason in reasons]
    return [*columns.set_aside, *(SetAside(reason, n) for n, reason in told if n)]


YES = ("1", "1.0", "x", "y", "yes", "t", "true", "done", "did", "ja", "sí", "si")
NO = ("0", "0.0", "n", "no", "f", "false", "nei", "not", "missed")


def done(columns: Columns, name: str) -> NDArray[np.float64]:
    """Read whether something was done, as yes and no or as how often; NaN where a cell says nothing."""
    import numpy as np

    codes, words = columns.codes(name)
    if not says_whether(words):
        return columns.numbers(name, low=0)
    return np.array([*(word.lower() in YES for word in words), np.nan])[codes]


def says_whether(words: Iterable[str]) -> bool:
    """Say whether all of these are words for yes and no."""
    return {word.lower() for word in words} <= {*YES, *NO}
