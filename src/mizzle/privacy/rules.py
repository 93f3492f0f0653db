"""What may be said of a group: the rules of a wave, and the cells in which a count is published."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from mizzle.errors import MizzleError

SETTINGS = (1, 2)
"""How many insiders the rules stand against; other settings are not offered."""


class Cell(NamedTuple):
    """What is published of a count: it is from `low` to `high`, both included."""

    low: int
    high: int

    @property
    def middle(self) -> float:
        """The middle of the cell, with which sums are made."""
        return (self.low + self.high) / 2


@dataclass(frozen=True, slots=True)
class Rules:
    """The promise of a wave, fixed before anybody answers.

    Parameters
    ----------
    insiders
        How many people of one group may put their own answers together and still learn nothing certain of another: 1
        or 2.
    strict
        Whether nothing may be certain either to somebody who knows who did not answer, in every wave, or to insiders
        who answer otherwise than before.

    Attributes
    ----------
    least
        The fewest answers of which a figure is shown: 5 with one insider, 7 with two.
    tail
        How many of the lowest and of the highest counts are never told apart: 0 to `tail`, and as many at the top.

    Raises
    ------
    MizzleError
        For another number of insiders.

    Examples
    --------
    >>> Rules().least, Rules(insiders=2).least
    (5, 7)
    """

    insiders: int = 1
    strict: bool = False

    def __post_init__(self) -> None:
        if self.insiders not in SETTINGS:
            raise MizzleError(f"The rules stand against 1 or 2 insiders, not {self.insiders}. Choose one of the two.")

    @property
    def least(self) -> int:
        """The fewest answers of which a figure is shown."""
        return 2 * self.insiders + 3

    @property
    def tail(self) -> int:
        """The highest count that the lowest cell holds."""
        return self.insiders + 1

    def cells(self, n: int) -> tuple[Cell, ...]:
        """Give the cells of a group that has not been published before.

        Parameters
        ----------
        n
            How many of the group answered, at least `least`.

        Returns
        -------
        tuple of Cell
            All counts from 0 to n, in order. Neither "nobody" nor "everybody" is a cell by itself.

        Examples
        --------
        >>> Rules().cells(8)
        (Cell(low=0, high=2), Cell(low=3, high=3), Cell(low=4, high=4), Cell(low=5, high=5), Cell(low=6, high=8))
        >>> Rules().cells(5)
        (Cell(low=0, high=2), Cell(low=3, high=5))
        """
        if n < self.least:
            raise MizzleError(f"Nothing is said of {n} answers; it takes {self.least}.")
        tail = self.tail
        if n <= 2 * tail + 1:
            return Cell(0, n // 2), Cell(n // 2 + 1, n)
        exact = (Cell(count, count) for count in range(tail + 1, n - tail))
        return Cell(0, tail), *exact, Cell(n - tail, n)
