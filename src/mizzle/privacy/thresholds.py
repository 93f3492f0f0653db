"""What is wrong with plain thresholds: how many people are found out where any group of at least k may be asked for."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    Flags = NDArray[np.bool_]

CERTAIN = 1e-6


def solved(attributes: NDArray[np.int64], least: int, *, filters: int = 2, remainder: bool = False) -> Flags:
    """Find the people whose answer follows from exact counts of all groups that a threshold lets through.

    Parameters
    ----------
    attributes
        A row for each person who answered; columns such as team, department, age group: codes from 0.
    least
        The threshold: counts are shown of groups of at least this many people.
    filters
        How many attributes may be asked for at once.
    remainder
        Whether a group is also refused when what is left of the group one filter less is below the threshold.

    Returns
    -------
    array of bool
        By person: whether plain linear algebra gives the answer exactly.

    Notes
    -----
    Formula: each count shown is a row of ones and zeros over the people; a person is found out where their own row is a
    combination of those: where the projection on what the rows span leaves it as it is.

    Assumes: nothing beyond the list of staff, and who answered.

    Not for: anything but showing why thresholds fail; mizzle publishes cells of disjoint groups instead.

    References
    ----------
    Denning, D. E., Denning, P. J. and Schwartz, M. D. (1979), The tracker, ACM Trans. Database Syst. 4, 76-96.

    Examples
    --------
    >>> import numpy as np
    >>> people = np.array([[0, 0]] * 5 + [[0, 1]] + [[1, 0]] * 5)
    >>> int(solved(people, 5).sum())
    1
    """
    groups = _groups(attributes, filters)
    shown = [
        members
        for asked, members in groups.items()
        if members.sum() >= least and not (remainder and _leaves_few(asked, members, groups, least))
    ]
    rows = np.unique(np.array(shown, dtype=float).reshape(-1, len(attributes)), axis=0)
    _, weights, basis = np.linalg.svd(rows, full_matrices=False)
    basis = basis[weights > CERTAIN * max(weights.max(initial=1.0), 1.0)]
    found: Flags = (basis**2).sum(axis=0) > 1 - CERTAIN
    return found


Asked = tuple[tuple[int, int], ...]


def _groups(attributes: NDArray[np.int64], filters: int) -> dict[Asked, Flags]:
    """Give every group that can be asked for, by the filters that make it."""
    everybody: Flags = np.ones(len(attributes), bool)
    found: dict[Asked, Flags] = {(): everybody}
    for number in range(1, filters + 1):
        for columns in combinations(range(attributes.shape[1]), number):
            for values in _values(attributes[:, list(columns)]):
                members: Flags = (attributes[:, list(columns)] == values).all(axis=1)
                found[tuple(zip(columns, (int(value) for value in values), strict=True))] = members
    return found


def _values(columns: NDArray[np.int64]) -> Iterator[Sequence[int]]:
    yield from np.unique(columns, axis=0)


def _leaves_few(asked: Asked, members: Flags, groups: dict[Asked, Flags], least: int) -> bool:
    """Whether the group one filter less would have a small part left that is not shown."""
    for place in range(len(asked)):
        wider = groups[asked[:place] + asked[place + 1 :]]
        left = int(wider.sum() - members.sum())
        if 0 < left < least:
            return True
    return False
