"""One case of a journey: found by its id, laid out step by step, and drawn as the way of its time."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from mizzle import journeys, logs
from mizzle.journeys.results import Agreement
from mizzle_web.journeys.figures.kept import FEWEST_CASES, agreements_of, find
from mizzle_web.journeys.figures.view import View

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from mizzle.estimate import Spread
    from mizzle.journeys.results import ProcessMap, Step, Timeline
    from mizzle_web.journeys.figures.kept import Kept
    from mizzle_web.journeys.models import Journey

LONGEST_ID = 500
MOST_LIKE = 20
STEPS_OF_A_PAGE = 100
MOST_STRETCHES = 400
"""Of a whole case on one bar: a screen has no room for more."""
UNSEEN = re.compile(r"[\s\u200b\u200c\u200d\u2060\ufeff]+")
"""What comes along where an id is copied from a mail or a table."""

Stretch = tuple[str, float, float]
"""Its kind, where it begins and how wide it is, both in per cent."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a text led to: one case with its events, or some cases that begin with it."""

    text: str
    rows: Sequence[Mapping[str, Any]] = ()
    like: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Population:
    """What is usual for the steps of all cases, and whether it is of the events and points of now."""

    steps: ProcessMap
    is_current: bool


@dataclass(frozen=True, slots=True)
class Row:
    """One step of a case as the page shows it.

    Attributes
    ----------
    number, step
        Which one, from 1.
    wait_usual, touch_usual
        Spread over all cases; None where too few tell of it.
    is_over
        Whether the wait went beyond what was agreed for the handover.
    stretches, agreed
        Wait and touch on the line of the whole case; what was agreed for the wait.
    """

    number: int
    step: Step
    wait_usual: Spread | None
    touch_usual: Spread | None
    is_over: bool
    stretches: tuple[Stretch, ...]
    agreed: Stretch | None

    @property
    def is_touch_over(self) -> bool:
        """Whether it was touched for longer than agreed for the department's own part of a case."""
        touch, agreed = self.step.touch_hours, self.step.agreed_touch_hours
        return touch is not None and agreed is not None and touch > agreed


def look_up(table: Path, text: str) -> Found:
    """Find a case by its id, with forgiven spaces; or else those whose ids begin with the text."""
    for spelling in _spellings(text):
        rows = logs.case_events(table, spelling)
        if rows:
            return Found(spelling, rows=rows)
    for spelling in _spellings(text):
        like = logs.case_ids_like(table, spelling, MOST_LIKE)
        if like:
            return Found(spelling, like=like)
    return Found(next(_spellings(text), ""))


def _spellings(text: str) -> Iterator[str]:
    """Give a text as it may have been meant: without what stands around it, with single spaces, without any."""
    words = [word for word in UNSEEN.split(text[:LONGEST_ID]) if word]
    return iter(dict.fromkeys(one for one in (text[:LONGEST_ID].strip(), " ".join(words), "".join(words)) if one))


def population_of(journey: Journey) -> Population | None:
    """Give what is usual over all cases; None while it is still being worked out."""
    kept = find(journey, View())
    return None if kept is None else Population(_steps(kept.figures.pk, kept), kept.is_current)


class _Same:
    """A set of figures that equals any other one: which one it is, its number says."""


@lru_cache(maxsize=4)
def _read(_figures: int, kept: _Held) -> ProcessMap:
    return kept.kept.steps


@dataclass(frozen=True, eq=False)
class _Held:
    kept: Kept

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Held)

    def __hash__(self) -> int:
        return 0


def _steps(figures: int, kept: Kept) -> ProcessMap:
    return _read(figures, _Held(kept))
