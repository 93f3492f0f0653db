"""The Friends and Family Test of the NHS: how good was it, from very good to very poor."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mizzle.errors import MizzleError
from mizzle.estimate import share_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mizzle.estimate import Estimate

METHOD = "language.friends_and_family/1"
ANSWERS = 6
"""1 very good, 2 good, 3 neither, 4 poor, 5 very poor, 6 don't know."""
GOOD, POOR = (1, 2), (4, 5)


@dataclass(frozen=True, slots=True)
class FriendsAndFamily:
    """Answers to the test.

    Attributes
    ----------
    counts
        How many answers each of 1 (very good) to 5 (very poor) and 6 (don't know) had.
    n
        How many answers there are, "don't know" included.
    positive, negative
        Share of good and very good, of poor and very poor, among all answers, with Wilson's interval.
    set_aside
        Answers that were none of 1 to 6, or none at all.
    """

    counts: tuple[int, ...]
    n: int
    positive: Estimate
    negative: Estimate
    set_aside: int


def friends_and_family(answers: Sequence[float | None]) -> FriendsAndFamily:
    """Say which share of customers found it good or very good.

    Parameters
    ----------
    answers
        One for each person: 1 very good, 2 good, 3 neither, 4 poor, 5 very poor, 6 don't know. Anything else, None and
        NaN are no answer.

    Returns
    -------
    FriendsAndFamily
        Counts, and shares of 0 to 1.

    Raises
    ------
    MizzleError
        Where there is no answer from 1 to 6.

    Notes
    -----
    Formula: positive = (very good + good) / all answers; negative = (poor + very poor) / all answers.

    Assumes: each person answers once; those who answer are not all who could.

    Missing data: "don't know" stays in the denominator, as NHS England counts it; no answer does not.

    Interval: Wilson's; it covers 93 to 97 % from 50 answers on with a share from 0.1 to 0.9.

    Not for: comparing services whose customers answer in different ways (text message, paper, tablet).

    References
    ----------
    NHS England's guidance on the Friends and Family Test. Checked against direct counts of 2,929 respondents
    (tests/golden, fft_neas).

    Examples
    --------
    >>> found = friends_and_family([1, 1, 2, 5, 6, None])
    >>> found.n, found.positive.value, found.counts
    (5, 0.6, (2, 1, 0, 0, 1, 1))
    """
    counts = [0] * ANSWERS
    for answer in answers:
        if answer in (1, 2, 3, 4, 5, 6):
            counts[int(answer) - 1] += 1
    n = sum(counts)
    if not n:
        raise MizzleError("There is no answer from 1 (very good) to 6 (don't know). Name the column that has them.")
    return FriendsAndFamily(
        counts=tuple(counts),
        n=n,
        positive=share_of(sum(counts[code - 1] for code in GOOD), n, METHOD),
        negative=share_of(sum(counts[code - 1] for code in POOR), n, METHOD),
        set_aside=len(answers) - n,
    )
