"""Activities as the page of perception points shows them: ticked, suggested with reasons, and all others in parts."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from mizzle_web.journeys.figures.likeness import folded, holds
from mizzle_web.journeys.figures.reasons import in_one_line

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from mizzle_web.journeys.models import Journey

A_PAGE = 60
MOST_SUGGESTED = 15
"""The best of them; the rest stand among the others, with their reasons."""
MOST_TICKED = 300
"""So many ticked ones have a box of their own; a page of more is sent in too many fields."""
A_GROUP_FROM = 30
"""From so many others on, they stand under their first letters."""


@dataclass(frozen=True, slots=True)
class Activity:
    """One activity with its box."""

    name: str
    events: int
    why: str
    is_ticked: bool


@dataclass(frozen=True, slots=True)
class Letter:
    """Activities that begin with the same letter; without a letter, all of a short list."""

    letter: str
    activities: tuple[Activity, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """What the page shows.

    Attributes
    ----------
    ticked, suggested, others
        Activities in three groups; each has a box.
    kept
        Ticked ones that are not shown, and stay ticked.
    n_activities, n_ticked, n_found
        How many there are, are ticked, and hold the words that are looked for.
    page, n_pages
        Which part of the others is shown.
    gone
        Chosen before, but in no log now.
    """

    ticked: tuple[Activity, ...]
    suggested: tuple[Activity, ...]
    others: tuple[Letter, ...]
    kept: tuple[str, ...]
    n_activities: int
    n_ticked: int
    n_found: int
    page: int
    n_pages: int
    gone: tuple[str, ...]


def choice(journey: Journey, ticked: Collection[str], *, words: str = "", page: int = 1) -> Choice:
    """Sort the activities of a journey for somebody who ticks perception points."""
    counts: dict[str, int] = journey.table_facts.get("activities", {})
    reasons = {one["activity"]: one["reasons"] for one in journey.table_facts.get("suggestions", ())}
    found = sorted((name for name in counts if holds(name, words)), key=folded)

    def shown(names: Sequence[str], *, is_ticked: bool) -> tuple[Activity, ...]:
        return tuple(Activity(name, counts[name], in_one_line(reasons.get(name, ())), is_ticked) for name in names)

    chosen = {name for name in ticked if name in counts}
    boxes = [name for name in found if name in chosen][:MOST_TICKED]
    open_ones = [name for name in found if name not in chosen]
    is_open = set(open_ones)
    suggested = [name for name in reasons if name in is_open][:MOST_SUGGESTED]
    rest = [name for name in open_ones if name not in suggested]
    n_pages = max(1, -(-len(rest) // A_PAGE))
    page = min(max(page, 1), n_pages)
    part = shown(rest[(page - 1) * A_PAGE : page * A_PAGE], is_ticked=False)
    return Choice(
        ticked=shown(boxes, is_ticked=True),
        suggested=shown(suggested, is_ticked=False),
        others=_by_letter(part) if len(rest) >= A_GROUP_FROM else (Letter("", part),) if part else (),
        kept=tuple(sorted(chosen - set(boxes))),
        n_activities=len(counts),
        n_ticked=len(chosen),
        n_found=len(found),
        page=page,
        n_pages=n_pages,
        gone=tuple(sorted(name for name in ticked if name not in counts)),
    )


def _by_letter(activities: Sequence[Activity]) -> tuple[Letter, ...]:
    """Put activities under their first letters; they come in the order of their names."""

    def first(one: Activity) -> str:
        letter = folded(one.name)[:1].upper()
        return letter if letter.isalpha() else "#"

    return tuple(Letter(letter, tuple(some)) for letter, some in groupby(activities, key=first))


def fingerprint(points: Collection[str]) -> str:
    """Give a short mark of some perception points: equal for equal ones, in whatever order."""
    return hashlib.sha256(json.dumps(sorted(set(points))).encode()).hexdigest()[:16]
