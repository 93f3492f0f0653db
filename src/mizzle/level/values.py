"""Where our ideas do not look: the kinds of value that customers speak of, and those that we have ideas for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mizzle.errors import MizzleError
from mizzle.estimate import Estimate, difference, share_of

if TYPE_CHECKING:
    from collections.abc import Mapping

METHOD = "level.blind_spot/1"
KINDS = ("the_thing_itself", "ease_of_getting_it", "attitude", "relationship")
"""What a customer values: what is given, how easily it is had, how one is met, and how one is known and told."""


@dataclass(frozen=True, slots=True)
class BlindSpot:
    """One kind of value, in the customers' voice and in our ideas.

    Attributes
    ----------
    voice, ideas
        Its share in each, 0 to 1, with Wilson's interval.
    blind_spot
        The first minus the second: above 0 where customers speak of it more than our ideas do.
    """

    voice: Estimate
    ideas: Estimate
    blind_spot: Estimate


def blind_spot(voice: Mapping[str, int], ideas: Mapping[str, int]) -> dict[str, BlindSpot]:
    """Say for each kind of value how much more customers speak of it than our ideas do.

    Parameters
    ----------
    voice, ideas
        How many statements of customers, and how many of our ideas, are of each kind. A kind that is missing has none.

    Returns
    -------
    dict
        By kind: both shares and their difference (-1 to 1). The four kinds of `KINDS` come first, others as told.

    Raises
    ------
    MizzleError
        Where either side has nothing, or a count is below zero.

    Notes
    -----
    Formula: the kind's share in the customers' voice minus its share in our ideas.

    Assumes: each statement and each idea has one kind, and they are independent of one another.

    Missing data: a statement without a kind is not counted; say how many there are.

    Interval: Newcombe's for a difference of two independent shares, of two Wilson intervals. Covers 93 to 97 % from 25
    statements and 25 ideas on, for shares of 10 to 90 %.

    Not for: saying that a kind is worth more: customers speak most of what is missing.

    References
    ----------
    Newcombe, R. G. (1998), Statistics in Medicine 17, 873-890, method 10; its table II is reproduced: tests/unit.

    Examples
    --------
    >>> found = blind_spot({"attitude": 30, "relationship": 10}, {"attitude": 5, "the_thing_itself": 15})
    >>> found["attitude"].blind_spot.value, round(found["attitude"].blind_spot.interval.low, 3)
    (0.5, 0.234)
    """
    if min([*voice.values(), *ideas.values()], default=0) < 0:
        raise MizzleError("A count of statements or ideas is below zero. Count each from 0 on.")
    spoken, thought = sum(voice.values()), sum(ideas.values())
    if not spoken or not thought:
        side = "the customers' voice" if not spoken else "our ideas"
        raise MizzleError(f"There is nothing of {side} with a kind of value. Give both sides.")
    found = {}
    for kind in dict.fromkeys((*KINDS, *voice, *ideas)):
        said, had = share_of(voice.get(kind, 0), spoken, METHOD), share_of(ideas.get(kind, 0), thought, METHOD)
        found[kind] = BlindSpot(said, had, difference(said, had, METHOD))
    return found
