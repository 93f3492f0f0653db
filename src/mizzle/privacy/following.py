"""Follow every sum that can come true, and what may then be said of any few people together."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import permutations, product
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Whole = NDArray[np.int64]
    Bits = NDArray[np.uint8]
    Flags = NDArray[np.bool_]

MOST_STATES = 4000
"""Partial sums followed at once; beyond, the plain rule decides."""

MOST_BYTES = 30_000_000
"""The memory that what is known of them may take."""

PACKED = 62
"""Bits of sums that one number holds."""


@dataclass(frozen=True, slots=True)
class Outcomes:
    """What is possible, for each number of favourable people in the last group.

    Attributes
    ----------
    counts
        Numbers of favourable people in the last group that are possible.
    together
        By how many people less one: whether people of these patterns can have answered so, all of them together, for
        each of the counts. A token is a pattern and an answer: 2 · pattern, favourable; 2 · pattern + 1, not.
    sizes
        How many people have each pattern.
    """

    counts: Whole
    together: tuple[Flags, ...]
    sizes: Whole

    def judge(self, low: int, high: int) -> tuple[bool, bool]:
        """Whether a count from low to high is possible, and whether it would then pin somebody.

        It pins where some people may have answered so, and then somebody else can have answered in one way only.
        """
        rows = (self.counts >= low) & (self.counts <= high)
        if not rows.any():
            return False, False
        tokens = 2 * len(self.sizes)
        own = np.repeat(np.eye(len(self.sizes), dtype=np.int64), 2, axis=0)
        given: Flags = np.ones(1, bool)[0:1].reshape(())
        left = self.sizes
        for known in self.together:
            now: Flags = np.asarray(known[rows].any(axis=0))
            free = now.reshape(*now.shape[:-1], -1, 2).all(axis=-1)
            if (given[..., None] & (left > 0) & ~free).any():
                return True, True
            given = now
            left = left[..., None, :] - own.reshape((1,) * (now.ndim - 1) + (tokens, -1))
        return True, False


class _Rows(NamedTuple):
    """Partial sums of the releases that are open, a row each, with what may be said of people so far."""

    sums: Whole
    together: tuple[Bits, ...]

    def take(self, rows: Whole) -> _Rows:
        return _Rows(self.sums[rows], tuple(one[rows] for one in self.together))


def follow(sizes: Whole, member: Flags, low: Whole, high: Whole, insiders: int) -> Outcomes | None:
    """Add one pattern after another to the sums of all releases, and keep what can still come true.

    Parameters
    ----------
    sizes
        How many people have each pattern.
    member
        Which pattern (rows) is in which release (columns); the last release is the one asked about.
    low, high
        Fewest and most favourable people of each release.
    insiders
        How many people's answers may be given away.

    Returns
    -------
    Outcomes or None
        None where there is too much to follow.
    """
    n, releases = member.shape
    width = 8 * ((2 * n + 63) // 64)  # whole words, so that many bits are joined at once
    rows = _Rows(
        np.zeros((1, releases), np.int64),
        tuple(np.zeros((1, *(0,) * level, width), np.uint8) for level in range(insiders + 1)),
    )
    remaining = sizes @ member
    wanted = low.copy()
    for pattern in range(n):
        inside = member[pattern]
        remaining = remaining - sizes[pattern] * inside
        closed: Flags = np.logical_not(member[pattern + 1 :].any(axis=0))
        closed[-1] = False
        size = int(sizes[pattern])
        if closed[inside].all():
            rows, least, most = _closing(rows, size, inside, wanted, high)
        else:
            rows, least, most = _widened(rows, size, inside, wanted - remaining, high)
        if len(rows.sums) > 2 * MOST_STATES or sum(one.nbytes for one in rows.together) > MOST_BYTES:
            return None
        rows = _with_room(rows)
        _mark(rows, pattern, size, least, most)
        rows.sums[:, closed] = 0
        wanted[closed] = 0
        rows = _merged(rows, np.flatnonzero(member[: pattern + 1].any(axis=0) & ~closed), high)
        if len(rows.sums) > MOST_STATES:
            return None
    counts = rows.sums[:, -1]
    dense = tuple(np.unpackbits(one, axis=-1, count=2 * n, bitorder="little").astype(bool) for one in rows.together)
    return Outcomes(counts, tuple(_symmetric(one) for one in dense), sizes)


def _closing(rows: _Rows, size: int, inside: Flags, low: Whole, high: Whole) -> tuple[_Rows, Whole, Whole]:
    """Give the range of a pattern after which all its releases are complete: nothing depends on it any more."""
    sums = rows.sums[:, inside]
    least = np.maximum((low[inside] - sums).max(axis=1), 0)
    most = np.minimum((high[inside] - sums).min(axis=1), size)
    kept = np.flatnonzero(least <= most)
    return rows.take(kept), least[kept], most[kept]


def _widened(rows: _Rows, size: int, inside: Flags, least: Whole, high: Whole) -> tuple[_Rows, Whole, Whole]:
    """Make a row for each number of favourable people of a pattern that can still come true."""
    places = np.repeat(np.arange(len(rows.sums)), size + 1)
    chosen = np.tile(np.arange(size + 1), len(rows.sums))
    sums = rows.sums[places] + np.outer(chosen, inside)
    fits = np.flatnonzero(((sums <= high) & (sums >= least))[:, inside].all(axis=1))
    places, chosen = places[fits], chosen[fits]
    widened = rows.take(places)._replace(sums=sums[fits])
    return widened, chosen, chosen


def _with_room(rows: _Rows) -> _Rows:
    """Make room for the two tokens of one more pattern."""
    room = tuple(np.pad(one, ((0, 0), *((0, 2),) * (one.ndim - 2), (0, 0))) for one in rows.together)
    return rows._replace(together=room)


def _mark(rows: _Rows, pattern: int, size: int, least: Whole, most: Whole) -> None:
    """Note what may now be said of people of a pattern, with anything that may be said of those before.

    What is known of many people is noted first: it rests on what was known of fewer before this pattern came.
    """
    for level in reversed(range(len(rows.together))):
        for number in range(1, level + 2):
            for answers in product((0, 1), repeat=number):
                unfavourable = sum(answers)
                fits = np.maximum(least, number - unfavourable) <= np.minimum(most, size - unfavourable)
                tokens = tuple(2 * pattern + answer for answer in answers)
                if number == level + 1:
                    _of(rows.together[level], tokens[:-1])[:, tokens[-1] // 8] |= _bit(fits, tokens[-1])
                else:
                    before = rows.together[level - number]
                    fitting = fits.reshape((-1,) + (1,) * (before.ndim - 1))
                    _of(rows.together[level], tokens)[...] |= before * fitting


def _bit(fits: Flags, token: int) -> Bits:
    bit: Bits = fits.astype(np.uint8) << np.uint8(token % 8)
    return bit


def _of(level: Bits, tokens: tuple[int, ...]) -> Bits:
    """Give the part of what is known that goes with some tokens, to be written to."""
    for token in tokens:
        level = level[:, token]
    return level


def _merged(rows: _Rows, open_: Whole, high: Whole) -> _Rows:
    """Make one of all rows with the same sums: what can still come true depends on nothing else."""
    if len(rows.sums) < 2:  # noqa: PLR2004 - one row is merged already
        return rows
    bits = [int(most).bit_length() for most in high[open_]]
    if sum(bits) <= PACKED:
        keys = np.zeros(len(rows.sums), np.int64)
        for column, width in zip(open_, bits, strict=True):
            keys = (keys << width) | rows.sums[:, column]
    else:
        keys = np.unique(rows.sums[:, open_], axis=0, return_inverse=True)[1].ravel()
    order = np.argsort(keys, kind="stable")
    keys = keys[order]
    starts = np.flatnonzero(np.concatenate(([True], keys[1:] != keys[:-1])))
    if len(starts) == len(order):
        return rows
    return _Rows(rows.sums[order[starts]], tuple(_joined(one[order], starts) for one in rows.together))


def _joined(known: Bits, starts: Whole) -> Bits:
    """Join what is known of the rows from each of these places to the next."""
    words = known.reshape(len(known), -1).view(np.uint64)
    return np.bitwise_or.reduceat(words, starts, axis=0).view(np.uint8).reshape(-1, *known.shape[1:])


def _symmetric(flags: Flags) -> Flags:
    """Give what may be said of people in any order of them."""
    axes = range(1, flags.ndim)
    found = np.zeros_like(flags)
    for order in permutations(axes):
        found |= flags.transpose(0, *order)
    return found
