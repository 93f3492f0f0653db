"""Who follows whom? Customers' levels and the server's mood, one session later; for display, and no word of cause."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from mizzle.errors import MizzleError
from mizzle.estimate import ENDLESS, Z95, Estimate, fisher
from mizzle.samples import as_numbers, codes_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    Numbers = npt.NDArray[np.float64]

METHOD = "agreement.lagged/1"
FEWEST = 4
"""Independent pairs that an interval of a correlation needs."""
NEAR = 1 - 1e-12
ROUNDING = 1e-12


@dataclass(frozen=True, slots=True)
class Lagged:
    """Correlations of customers' levels with the server's mood: in the same session, and one session apart.

    Attributes
    ----------
    same_session
        Level and mood of one session.
    level_after_mood
        Level with the mood of the session before.
    mood_after_level
        Mood with the level of the session before.
    sessions, units
        Sessions with both, and the units that they belong to.
    """

    same_session: Estimate
    level_after_mood: Estimate
    mood_after_level: Estimate
    sessions: int
    units: int


def lagged(
    levels: npt.ArrayLike,
    moods: npt.ArrayLike,
    sessions: npt.ArrayLike | Sequence[Any],
    units: Sequence[Any] | None = None,
) -> Lagged:
    """Show whether customers' levels move with the server's mood of the session before, and the other way.

    Parameters
    ----------
    levels
        Level that a customer gave (or the mean of a session).
    moods
        The server's mood in that session, as a number.
    sessions
        What orders the sessions: numbers or instants. Rows of one unit and one session are averaged.
    units
        The unit that a row belongs to; one unit where None.

    Returns
    -------
    Lagged
        Three correlations, -1 to 1; undefined where one of the two does not vary.

    Raises
    ------
    MizzleError
        Where the columns are not of one length, no session has both, or a number is larger than any can be.

    Notes
    -----
    Formula: Pearson's correlation of the two series, each less its unit's mean, over pairs of the same session and over
    pairs of one session and the next one of the same unit.

    Assumes: sessions follow one another evenly; what a unit is used to does not change meanwhile.

    Missing data: a session without a level or without a mood is left out, and the next one that is whole follows it.

    Interval: Fisher's scale with the number of independent pairs that the series leave, (1 - ab) / (1 + ab) of them
    where a and b are the correlations of each series with itself one session later (Bartlett). Covers 93 to 97 % from
    50 sessions on.

    Not for: saying what causes what: both may follow a third, such as the season or the load.

    References
    ----------
    Bartlett, M. S. (1935), J. R. Statist. Soc. 98, 536-543. Checked against numpy.corrcoef (tests/unit).

    Examples
    --------
    >>> found = lagged([3, 4, 5, 4, 3, 4], [4, 5, 4, 3, 4, 4], [1, 2, 3, 4, 5, 6])
    >>> found.level_after_mood.value > 0.8
    True
    """
    y, x = as_numbers(levels, "levels", ENDLESS).ravel(), as_numbers(moods, "moods", ENDLESS).ravel()
    when = np.asarray(sessions)
    if when.dtype.kind == "M":
        when = np.where(np.isnat(when), np.nan, when.astype("datetime64[us]").astype(np.int64))
    when = when.astype(float)
    if not len(y) == len(x) == len(when) or (units is not None and len(units) != len(y)):
        raise MizzleError("Give a level, a mood and a session for each row, and a unit where there are several.")
    of = np.zeros(len(y), np.int64) if units is None else codes_of(units)
    whole = np.isfinite(y) & np.isfinite(x) & np.isfinite(when) & (of >= 0)
    if not whole.any():
        raise MizzleError("No session has both a level and a mood. Give both for the same sessions.")
    y, x, of = _by_session(y[whole], x[whole], when[whole], of[whole])
    y, x = _centred(y, of), _centred(x, of)
    follows = np.flatnonzero(of[1:] == of[:-1])
    n_units = len(np.unique(of))
    memory = _alike(y[follows], y[follows + 1]) * _alike(x[follows], x[follows + 1])
    pairs = [(y, x), (y[follows + 1], x[follows]), (x[follows + 1], y[follows])]
    same, level, mood = (_correlation(a, b, memory, n_units) for a, b in pairs)
    return Lagged(same, level, mood, sessions=len(y), units=n_units)


def _by_session(
    y: Numbers, x: Numbers, when: Numbers, of: npt.NDArray[np.int64]
) -> tuple[Numbers, Numbers, npt.NDArray[np.int64]]:
    """Average the rows of each session, in order of unit and time."""
    order = np.lexsort((when, of))
    y, x, when, of = y[order], x[order], when[order], of[order]
    first = np.concatenate([[True], (of[1:] != of[:-1]) | (when[1:] != when[:-1])])
    session = np.cumsum(first) - 1
    times = np.bincount(session)
    return np.bincount(session, y) / times, np.bincount(session, x) / times, of[first]


def _centred(values: Numbers, of: npt.NDArray[np.int64]) -> Numbers:
    _, codes = np.unique(of, return_inverse=True)
    found: Numbers = values - (np.bincount(codes, values) / np.bincount(codes))[codes]
    return found


def _alike(a: Numbers, b: Numbers) -> float:
    """Give Pearson's correlation; 0 where one does not vary."""
    if len(a) < 2:  # noqa: PLR2004 - one pair has no correlation
        return 0.0
    a, b = a - a.mean(), b - b.mean()
    spread = math.sqrt(float(a @ a)) * math.sqrt(float(b @ b))
    return min(max(float(a @ b) / spread, -1.0), 1.0) if spread > ROUNDING else 0.0


def _correlation(a: Numbers, b: Numbers, memory: float, units: int) -> Estimate:
    n = len(a)
    if n < 2 or np.ptp(a) <= ROUNDING or np.ptp(b) <= ROUNDING:  # noqa: PLR2004 - one pair has no correlation
        return Estimate(None, None, n, "correlation", METHOD)
    value = _alike(a, b)
    memory = max(memory, 0.0)
    independent = (n - (units - 1)) * (1 - memory) / (1 + memory)
    if independent < FEWEST or abs(value) >= NEAR:
        return Estimate(value, None, n, "correlation", METHOD)
    return Estimate(value, fisher(value, Z95 / math.sqrt(independent - 3)), n, "correlation", METHOD)
