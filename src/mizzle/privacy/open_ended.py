"""Comments, participation and feeds that never close: what may be shown of them, and when."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from mizzle.errors import MizzleError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np

    from mizzle.privacy.groups import Path
    from mizzle.privacy.rules import Rules

LEAST_FOR_COMMENTS = 10
"""Answers of a group from which its comments are shown as its own."""

LEAST_INVITED = 40
"""People invited from which a rate is shown while a wave is open."""

STEP = 0.05
OVER = 0.9

T = TypeVar("T")


def comments(
    said: Mapping[Path, Sequence[str]], answered: Mapping[Path, int], rng: np.random.Generator
) -> dict[Path, list[str]]:
    """Sort comments to the nearest unit in which they cannot point at somebody, and shuffle them.

    Parameters
    ----------
    said
        For each unit the comments to one question. Call this for each question apart.
    answered
        For each unit how many took part.
    rng
        Shuffles them; give it a seed that nobody can repeat.

    Returns
    -------
    dict
        For each unit of at least 10 answers, its own smaller units included, the comments in a new order. What is
        left where the whole organisation has fewer is not shown.

    Notes
    -----
    Formula: a unit with at least 10 answers keeps its comments; those of smaller ones go to the nearest unit above in
    which the small ones together have 10.

    Assumes: that those who write were told who reads it. A comment can give its writer away by what it says; nothing
    here can keep that.

    Not for: showing beside a figure, a date, a language or the comments of another question.

    Examples
    --------
    >>> import numpy as np
    >>> told = {("A",): ["slow door"], ("B",): ["kind voice"]}
    >>> comments(told, {("A",): 12, ("B",): 3}, np.random.Generator(np.random.PCG64(1)))
    {('A',): ['slow door']}
    """
    shown: dict[Path, list[str]] = {}
    small = {}
    for unit in sorted(set(said) | set(answered)):
        if answered.get(unit, 0) >= LEAST_FOR_COMMENTS:
            shown[unit] = list(said.get(unit, ()))
        else:
            small[unit] = answered.get(unit, 0)
    above = {unit[:depth] for unit in small for depth in range(len(unit) + 1)}
    for unit in sorted(above, key=lambda one: (-len(one), one)):
        under = [one for one in small if one[: len(unit)] == unit]
        if sum(small[one] for one in under) >= LEAST_FOR_COMMENTS:
            shown.setdefault(unit, []).extend(text for one in under for text in said.get(one, ()))
            for one in under:
                del small[one]
    return {unit: [texts[at] for at in rng.permutation(len(texts))] for unit, texts in sorted(shown.items()) if texts}


def participation(invited: int, answered: int, *, is_open: bool) -> str | None:
    """Say how many took part, no more exactly than is safe.

    Parameters
    ----------
    invited, answered
        People of the whole organisation while a wave is open; of a group only after it closed.
    is_open
        Whether answers still come in.

    Returns
    -------
    str or None
        ``"65 %"`` in steps of 5 points, ``"over 90 %"``, or None where nothing is said: while open, of fewer than 40
        invited.

    Raises
    ------
    MizzleError
        Where more answered than were invited, or nobody was.

    Notes
    -----
    Formula: rounded down to 5 points; above 90 % "over 90 %", so that nobody is seen to be the one who is missing.

    Not for: a group while answers still come in; watching it shows who answered when.

    Examples
    --------
    >>> participation(60, 41, is_open=True), participation(60, 59, is_open=True), participation(12, 7, is_open=True)
    ('65 %', 'over 90 %', None)
    """
    if not 0 <= answered <= invited or not invited:
        raise MizzleError(f"Of {invited} people invited {answered} cannot have answered. Check the two numbers.")
    if is_open and invited < LEAST_INVITED:
        return None
    share = answered / invited
    if share > OVER:
        return "over 90 %"
    return f"{int(share / STEP + 1e-9) * 5} %"


def complete(answers: Sequence[T], rules: Rules) -> list[list[T]]:
    """Cut answers that keep coming in into blocks that share nothing, each of the least size that may be shown.

    Parameters
    ----------
    answers
        In the order in which they came.
    rules
        How many a block takes.

    Returns
    -------
    list of list
        The blocks that are complete. What is left waits: a figure moves only when a block is complete.

    Notes
    -----
    Formula: answers 1 to k, k + 1 to 2k, and so on, k = `rules.least`.

    Not for: people who answer in several blocks; there `choose_cells` with the earlier blocks as history.

    Examples
    --------
    >>> from mizzle.privacy.rules import Rules
    >>> [len(block) for block in complete(list(range(13)), Rules())]
    [5, 5]
    """
    k = rules.least
    return [list(answers[start : start + k]) for start in range(0, len(answers) - k + 1, k)]
