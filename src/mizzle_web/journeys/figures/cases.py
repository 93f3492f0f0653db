"""One case of a journey: found by its id, laid out step by step beside what is usual, drawn as the way of its time."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from mizzle import journeys, logs
from mizzle.errors import TooLarge
from mizzle.journeys.results import Agreement
from mizzle.tables import Node
from mizzle_web.journeys.figures.kept import FEWEST_CASES, agreements_of, find
from mizzle_web.journeys.figures.said import tongue
from mizzle_web.journeys.figures.view import View
from mizzle_web.page.refused import Refused

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from mizzle.estimate import Spread
    from mizzle.journeys.results import ProcessMap, Step, Timeline
    from mizzle_web.journeys.models import Journey

    Events = Sequence[Mapping[str, Any]]

LONGEST_ID = 500
MOST_LIKE = 20
MOST_EVENTS = 20_000
"""A case with more is not laid out: each of its steps would be held while a page is made."""
NARROWEST = 0.05
"""In per cent: what is narrower than this on the bar of a whole case cannot be seen."""
UNSEEN = re.compile(r"[\s\u200b\u200c\u200d\u2060\ufeff]+")
"""What comes along where an id is copied from a mail or a table."""
SAME = 0.01
"""Hours that differ by less are the same."""

Stretch = tuple[str, float, float]
"""Its kind, where it begins and how wide it is, both in per cent."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a text led to: one case with its events, or some cases whose ids begin with it."""

    text: str
    events: Events = ()
    like: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Usual:
    """What is usual for the steps of a case, over all cases; and whether that is of the events of now."""

    steps: ProcessMap
    is_current: bool


@dataclass(frozen=True, slots=True)
class Row:
    """One step of a case as the page shows it.

    Attributes
    ----------
    number, step
        Which one, from 1.
    before
        The activity before it in the same department, where the wait belongs to no handover.
    touch_usual, wait_usual
        Spread over all cases; None where too few tell of it.
    stretches, agreed
        Wait and touch on the line of the whole case, and the agreed time beside the wait.
    """

    number: int
    step: Step
    before: str
    touch_usual: Spread | None
    wait_usual: Spread | None
    stretches: tuple[Stretch, ...]
    agreed: tuple[float, float] | None

    @property
    def is_over(self) -> bool:
        """Whether it waited beyond what was agreed for the handover."""
        return _is_beyond(self.step.wait_hours, self.step.agreed_wait_hours)

    @property
    def begins_at(self) -> datetime:
        """When it began, or was done where the log does not say when it began."""
        return self.step.start or self.step.end


@dataclass(frozen=True, slots=True)
class Case:
    """A case as the page shows it.

    Attributes
    ----------
    timeline, rows
        Its figures, and its steps.
    stretches
        The whole case as one bar.
    longest
        The step before which it waited longest; None where it never waited, or two waits were the longest.
    is_overlapping
        Whether touch and waiting do not add up to the whole, since work overlaps or the log knows no starts.
    """

    timeline: Timeline
    rows: tuple[Row, ...]
    stretches: tuple[Stretch, ...]
    longest: Row | None
    is_overlapping: bool

    @property
    def has_touch(self) -> bool:
        """Whether the log says when any of its events began."""
        return self.timeline.touch_hours is not None

    @property
    def has_agreed(self) -> bool:
        """Whether anything was agreed for any of its waits."""
        return any(row.step.agreed_wait_hours is not None for row in self.rows)


def look_up(table: Path, text: str) -> Found:
    """Find a case by its id, with pasted spaces forgiven; else those whose ids begin with the text."""
    for spelling in _spellings(text):
        events = _events(table, spelling)
        if events:
            return Found(spelling, events=events)
    for spelling in _spellings(text):
        like = logs.case_ids_like(table, spelling, MOST_LIKE)
        if like:
            return Found(spelling, like=like)
    return Found(next(_spellings(text), ""))


def _events(table: Path, case: str) -> Events:
    try:
        return logs.case_events(table, case, most=MOST_EVENTS)
    except TooLarge:
        sentence = _(
            "This case has more than %(n)s events, which are too many to be shown one by one. Look whether the column"
            " for the case is the right one."
        )
        raise Refused("case_too_long", sentence % {"n": tongue().number(MOST_EVENTS, 0)}) from None


def _spellings(text: str) -> Iterator[str]:
    """Give a text as it may have been meant: as it is but for its ends, with single spaces, without any."""
    text = text[:LONGEST_ID]
    words = [word for word in UNSEEN.split(text) if word]
    return iter(dict.fromkeys(one for one in (text.strip(), " ".join(words), "".join(words)) if one))


def usual_of(journey: Journey, events: Events) -> Usual | None:
    """Give what is usual for the steps of a case; None while it is still being worked out."""
    kept = find(journey, View())
    if kept is None:
        return None
    nodes = (Node(one["department"], one["activity"]) for one in events if one["department"] is not None)
    return Usual(kept.usual(nodes), kept.is_current)


def lay_out(journey: Journey, events: Events, usual: Usual | None) -> Case:
    """Lay out a case: each step beside what is usual and what was agreed."""
    timeline = journeys.timeline_of(
        events,
        perception_points=journey.points,
        agreements=[Agreement(**one) for one in agreements_of(journey)],
        population=usual.steps if usual else None,
    )
    begin = min(step.start or step.end for step in timeline.steps)
    scale = 100 / timeline.total_hours if timeline.total_hours else 0.0
    rows = tuple(_rows(timeline.steps, begin, scale))
    touch, wait = timeline.touch_hours or 0.0, timeline.wait_hours
    return Case(
        timeline=timeline,
        rows=rows,
        stretches=_whole(rows),
        longest=_longest(rows),
        is_overlapping=timeline.touch_hours is not None and abs(touch + wait - timeline.total_hours) > SAME,
    )


def _rows(steps: Sequence[Step], begin: datetime, scale: float) -> Iterator[Row]:
    last = ""
    for number, step in enumerate(steps, 1):
        at = ((step.start or step.end) - begin).total_seconds() / 3600 * scale
        wait, touch = (step.wait_hours or 0.0) * scale, (step.touch_hours or 0.0) * scale
        is_over = _is_beyond(step.wait_hours, step.agreed_wait_hours)
        agreed = None
        if step.agreed_wait_hours is not None and step.wait_hours is not None:
            agreed = (at - wait, min(step.agreed_wait_hours * scale, 100 - (at - wait)))
        yield Row(
            number=number,
            step=step,
            before="" if step.handover or step.wait_hours is None else last,
            touch_usual=_told(step.touch_population),
            wait_usual=_told(step.wait_population),
            stretches=(("over" if is_over else "wait", at - wait, wait), ("touch", at, touch)),
            agreed=agreed,
        )
        if step.department is not None:
            last = step.activity


def _told(usual: Spread | None) -> Spread | None:
    """Keep what is usual where it tells of more than a few."""
    return usual if usual is not None and usual.n >= FEWEST_CASES and usual.median is not None else None


def _is_beyond(hours: float | None, agreed: float | None) -> bool:
    return hours is not None and agreed is not None and hours > agreed


def _whole(rows: Iterable[Row]) -> tuple[Stretch, ...]:
    """Draw all waits, and all touch over them; what cannot be seen is left out, however long the case is."""
    waits, touches = zip(*(row.stretches for row in rows), strict=True)
    return tuple(one for one in (*waits, *touches) if one[2] >= NARROWEST)


def _longest(rows: Sequence[Row]) -> Row | None:
    waited = [row for row in rows if (row.step.wait_hours or 0.0) > 0]
    if not waited:
        return None
    longest = max(waited, key=lambda row: row.step.wait_hours or 0.0)
    alone = sum(row.step.wait_hours == longest.step.wait_hours for row in waited) == 1
    return longest if alone else None


HEAD = (
    *("case", "step", "activity", "department", "is_perception_point", "start", "end", "touch_hours"),
    *("touch_hours_median", "touch_hours_p90", "touch_n", "agreed_touch_hours"),
    *("wait_hours", "handover_from", "handover_to", "wait_hours_median", "wait_hours_p90", "wait_n"),
    "agreed_wait_hours",
)


def lines(case: Case) -> Iterator[list[Any]]:
    """Tell every step of a case as plain values, under the names that the command line gives them."""
    yield list(HEAD)
    for row in case.rows:
        step = row.step
        source, target = step.handover or (None, None)
        yield [
            *(case.timeline.case_id, row.number, step.activity, step.department, int(step.is_perception_point)),
            *(step.start.isoformat() if step.start else None, step.end.isoformat(), step.touch_hours),
            *_spread(row.touch_usual),
            *(step.agreed_touch_hours, step.wait_hours, source, target),
            *_spread(row.wait_usual),
            step.agreed_wait_hours,
        ]


def _spread(usual: Spread | None) -> list[float | int | None]:
    return [None, None, None] if usual is None else [usual.median, usual.p90, usual.n]
