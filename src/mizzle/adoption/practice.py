"""Who does the practice, and how near that is to where practices have been seen to spread by themselves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from mizzle.errors import MizzleError
from mizzle.estimate import Estimate, share_of
from mizzle.samples import as_numbers

if TYPE_CHECKING:
    import numpy.typing as npt

METHOD = "adoption.practising/1"
MASS = "adoption.critical_mass/1"
TIMES, WINDOWS = 2, 3
BAND = (0.10, 0.40)
"""Shares between which studies have seen a minority carry the others along."""
MARK = 0.25
"""The share that is named most often."""

Place = Literal["below the band", "within the band", "above the band"]


@dataclass(frozen=True, slots=True)
class Practising:
    """Who does the practice.

    Attributes
    ----------
    share
        Share of the people of whom it can be said, with Wilson's interval.
    practising
        How many they are.
    undecided
        People with too few windows observed to say.
    """

    share: Estimate
    practising: int
    undecided: int


@dataclass(frozen=True, slots=True)
class CriticalMass:
    """Where a share of practising people lies to the band in which practices have been seen to spread.

    Attributes
    ----------
    share
        Of people who practise, with Wilson's interval.
    band, mark
        The band of evidence, and the share within it that is named most often. No law.
    place
        Where the share lies.
    is_sure
        Whether its whole interval lies there.
    """

    share: Estimate
    band: tuple[float, float]
    mark: float
    place: Place
    is_sure: bool


def practising(windows: npt.ArrayLike) -> Practising:
    """Say which share of people did the practice in at least 2 of the last 3 windows of their ritual.

    Parameters
    ----------
    windows
        A row for each person, a column for each window, the latest last: above 0 where the person did it (or how
        often), 0 where not, NaN where it was not observed. Only the last three columns count.

    Returns
    -------
    Practising
        The share, 0 to 1, with its interval.

    Raises
    ------
    MizzleError
        For fewer than three windows, a number below zero, or nobody of whom it can be said.

    Notes
    -----
    Formula: people who did it in 2 or 3 of the last 3 windows, over people of whom that is known.

    Assumes: a window is as long as the ritual's own interval, and it was observed what people did, not what they like.

    Missing data: a person counts as soon as the windows that were observed decide it: two with the practice, or two
    without. Others are undecided, and in no share.

    Interval: Wilson's. Covers 93 to 97 % from 50 people on, for shares of 10 to 90 %.

    Not for: liking or meaning to. Not for people who had no chance to take part.

    References
    ----------
    mizzle's own measure. Checked against answers by hand (tests/unit).

    Examples
    --------
    >>> found = practising([[1, 0, 1], [0, 0, 1], [1, 1, 1], [1, float("nan"), 0]])
    >>> round(found.share.value, 3), found.undecided
    (0.667, 1)
    """
    table = as_numbers(windows)
    if table.ndim != 2 or table.shape[1] < WINDOWS:  # noqa: PLR2004 - a table has two directions: people and windows
        raise MizzleError(f"At least {WINDOWS} windows are needed for each person. Give the last {WINDOWS} windows.")
    if (table < 0).any():
        raise MizzleError("How often somebody did the practice is below zero. Write 0 where it was not done.")
    last = table[:, -WINDOWS:]
    did, did_not = (last > 0).sum(axis=1), (last == 0).sum(axis=1)
    decided = (did >= TIMES) | (did_not > WINDOWS - TIMES)
    n = int(decided.sum())
    if not n:
        raise MizzleError("Of nobody is it known whether they practise. Give what people did in the last windows.")
    count = int((did >= TIMES).sum())
    return Practising(share_of(count, n, METHOD), count, len(table) - n)


def critical_mass(practising: int, people: int) -> CriticalMass:
    """Say where the share of people who practise lies to the band in which practices have been seen to spread.

    Parameters
    ----------
    practising
        People who practise, at least weekly.
    people
        All people who could.

    Returns
    -------
    CriticalMass
        The share, its place, and whether its whole interval lies there.

    Raises
    ------
    MizzleError
        For counts below zero, more who practise than there are, or nobody at all.

    Notes
    -----
    Formula: practising / people, beside the band of 10 to 40 % with 25 % marked.

    Assumes: people see what the others do.

    Missing data: people of whom it is not known are not to be counted in either number.

    Interval: Wilson's. Covers 93 to 97 % from 50 people on, for shares of 10 to 90 %.

    Not for: a promise. The band is one of evidence and not a law: shares from 10 to 40 % have been seen to be enough,
    and not to be enough, depending on who they are, what it costs, and how people meet.

    References
    ----------
    Centola, D. et al. (2018), Science 360, 1116-1119 (25 %). Xie, J. et al. (2011), Physical Review E 84, 011130
    (10 %). Kanter, R. M. (1977), American Journal of Sociology 82, 965-990 (15 to 40 %).

    Examples
    --------
    >>> found = critical_mass(60, 200)
    >>> found.place, found.is_sure
    ('within the band', True)
    """
    if people < 1 or not 0 <= practising <= people:
        raise MizzleError(f"{practising} of {people} people cannot practise. Give how many do, out of how many could.")
    share = share_of(practising, people, MASS)
    low, high = share.interval or (0.0, 1.0)
    place = _place(practising / people)
    return CriticalMass(share, BAND, MARK, place, _place(low) == place == _place(high))


def _place(share: float) -> Place:
    if share < BAND[0]:
        return "below the band"
    return "within the band" if share <= BAND[1] else "above the band"
