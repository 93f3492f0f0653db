"""Learners who never were: they review cards when they like, and recall as FSRS says that they do."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import numpy as np

BEGIN = datetime(2026, 1, 1, 8, tzinfo=UTC)


class Review(NamedTuple):
    """A review: who, which card, the rating (1 forgotten to 4 easy), when, and the R with which it was drawn."""

    person: str
    card: str
    rating: int
    at: datetime
    recall: float


def reviews(people: int, cards: int, days: int, *, rng: np.random.Generator) -> list[Review]:
    """Draw the reviews of some people, each of some cards, over some days; recall happens with the chance R of FSRS.

    Parameters
    ----------
    people, cards
        How many.
    days
        How long they review.
    rng
        Draws gaps and recall.

    Returns
    -------
    list of Review
        By person and card, each in the order of time.

    Examples
    --------
    >>> import numpy as np
    >>> drawn = reviews(1, 1, 60, rng=np.random.default_rng(1))
    >>> drawn[0].recall, drawn[0].rating
    (0.0, 3)
    """
    from mizzle.memory import retrievability, review

    made = []
    for person in range(people):
        for card in range(cards):
            at, state = BEGIN + timedelta(hours=float(rng.exponential(24.0))), None
            while at < BEGIN + timedelta(days=days):
                recall = retrievability(state, at)
                rating = 3 if state is None else int(rng.choice([2, 3, 3, 4])) if rng.random() < recall else 1
                made.append(Review(f"p{person}", f"c{card}", rating, at, recall))
                state = review(state, rating, at)
                at += timedelta(days=1 + float(rng.exponential(max(state.stability, 1.0))))
    return made
