"""How both sides rate the perception points of a drawn journey: read from full blocks of answers, nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.formats import number_format
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from mizzle_web.journeys.models import LEVELS, DrawnStep, RatingBlock, Side
from mizzle_web.page.templatetags.page import level_word

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from mizzle.estimate import Estimate
    from mizzle.level import LevelOfService
    from mizzle_web.journeys.models import Journey

MINUS = "\N{MINUS SIGN}"
WORN = 1.0
"""A level that fell by so much, or more, has worn off."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What one side says of a perception point.

    Attributes
    ----------
    first_on, last_on
        Days on which the first and the last of its blocks were full.
    n_asked
        How many of the answers are of customers whom somebody asked.
    """

    side: str
    level: LevelOfService
    first_on: date
    last_on: date
    n_asked: int

    @property
    def side_name(self) -> str:
        """Name the side."""
        return str(Side(self.side).label)

    @property
    def word(self) -> str:
        """Name the level in the middle."""
        return median_word(self.level.median)

    @property
    def bars(self) -> list[tuple[int, int, int]]:
        """Give the levels that were chosen: number, where its bar begins, and how long it is."""
        found, at = [], 0
        for number, count in enumerate(self.level.counts, 1):
            if count:
                found.append((number, at, count))
            at += count
        return found

    @property
    def wished_for(self) -> str:
        """Give the share at Wished for or above in per cent."""
        return _shares(self.level.wished_for.value)

    @property
    def interval(self) -> str:
        """Give the interval of that share."""
        ends = self.level.wished_for.interval
        if ends is None:
            return ""
        return _("%(low)s to %(high)s") % {"low": _shares(ends.low), "high": _shares(ends.high)}

    @property
    def in_words(self) -> str:
        """Say the distribution, for who cannot see the bars."""
        return ", ".join(f"{level_word(number)} {count}" for number, _at, count in self.bars)


@dataclass(frozen=True, slots=True)
class Gap:
    """How both sides see one point: the provider's median less that of the served, and the same in words."""

    levels: Estimate
    words: str

    @property
    def signed(self) -> str:
        """Write the gap with its sign, as ``+1.5``."""
        value = self.levels.value or 0.0
        number = number_format(abs(value), decimal_pos=int(value != int(value)))
        return f"{'+' if value > 0 else MINUS if value < 0 else ''}{number}"


@dataclass(frozen=True, slots=True)
class Worn:
    """A level of the served that fell: what surprised the first time is expected the third."""

    first: str
    first_on: date
    last: str
    last_on: date


@dataclass(frozen=True, slots=True)
class Point:
    """A perception point, and what may be shown of its ratings."""

    step: DrawnStep
    provider: Seen | None
    served: Seen | None
    gap: Gap | None
    worn: Worn | None

    @property
    def sides(self) -> list[Seen]:
        """Give the sides of which something may be shown."""
        return [one for one in (self.provider, self.served) if one is not None]


@dataclass(frozen=True, slots=True)
class Results:
    """All points of a journey in its own order, sorted by who has rated them."""

    both: tuple[Point, ...]
    provider_only: tuple[Point, ...]
    served_only: tuple[Point, ...]
    neither: tuple[Point, ...]

    @property
    def shown(self) -> tuple[Point, ...]:
        """Give the points of which something may be shown, in the order of the journey."""
        return tuple(sorted((*self.both, *self.provider_only, *self.served_only), key=lambda one: one.step.position))

    @property
    def worn(self) -> tuple[Point, ...]:
        """Give the points whose level fell, in the order of the journey."""
        return tuple(one for one in self.shown if one.worn is not None)


def results(journey: Journey) -> Results:
    """Give what may be shown of the ratings of a journey; a block that is not full does not exist here."""
    steps = list(DrawnStep.objects.filter(journey=journey, is_point=True).order_by("position"))
    blocks: dict[tuple[int, str], list[RatingBlock]] = {}
    for block in RatingBlock.objects.full().filter(step__in=steps).order_by("filled_on", "pk"):
        blocks.setdefault((block.step_id, block.side), []).append(block)
    points = [
        _point(step, *(blocks.get((step.pk, side), []) for side in (Side.PROVIDER, Side.SERVED))) for step in steps
    ]
    return Results(
        both=tuple(one for one in points if one.provider and one.served),
        provider_only=tuple(one for one in points if one.provider and not one.served),
        served_only=tuple(one for one in points if one.served and not one.provider),
        neither=tuple(one for one in points if not one.provider and not one.served),
    )


def _point(step: DrawnStep, provided: Sequence[RatingBlock], served: Sequence[RatingBlock]) -> Point:
    provider, customer = _seen(Side.PROVIDER, provided), _seen(Side.SERVED, served)
    gap = _gap(provider, customer) if provider and customer else None
    return Point(step, provider, customer, gap, _worn(served))


def _seen(side: str, blocks: Sequence[RatingBlock]) -> Seen | None:
    if not blocks:
        return None
    days = [one.filled_on for one in blocks if one.filled_on]
    n_asked = sum(one.n for one in blocks if one.is_asked)
    return Seen(side, _level(blocks), min(days), max(days), n_asked)


def _level(blocks: Iterable[RatingBlock]) -> LevelOfService:
    """Add blocks up, and say what they mean."""
    from mizzle.level import level_of_service

    counts = [sum(level) for level in zip(*(one.counts for one in blocks), strict=True)]
    return level_of_service(counts or [0] * LEVELS)


def _gap(provider: Seen, served: Seen) -> Gap:
    from mizzle.level import perception_gap

    found = perception_gap(provider.level, served.level)
    return Gap(found, _gap_words(found.value or 0.0, provider.word, served.word))


def _gap_words(levels: float, provider: str, served: str) -> str:
    """Say who sees the point higher; the numbers stand beside."""
    if not levels:
        return _("Both sides see it alike: %(level)s.") % {"level": served}
    far = levels_word(abs(levels))
    said = {"far": far, "provider": provider, "served": served}
    if levels > 0:
        return _("Those who serve see it %(far)s higher: %(provider)s. Those who are served say: %(served)s.") % said
    return _("Those who are served see it %(far)s higher: %(served)s. Those who serve say: %(provider)s.") % said


def levels_word(levels: float) -> str:
    """Say a number of levels in words: half a level, two levels."""
    if levels == 0.5:  # noqa: PLR2004 - half of one
        return _("half a level")
    whole = int(levels)
    if levels == whole:
        return ngettext("%(n)d level", "%(n)d levels", whole) % {"n": whole}
    return ngettext("%(n)d level and a half", "%(n)d levels and a half", whole) % {"n": whole}


def _shares(share: float | None) -> str:
    from mizzle.report.language import language

    return "" if share is None else language(get_language() or "en").words.share(share)


def median_word(median: float | None) -> str:
    """Name the level in the middle; half-way between two it has two names."""
    if median is None:
        return ""
    if median == int(median):
        return level_word(int(median))
    return _("between %(lower)s and %(upper)s") % {
        "lower": level_word(int(median)),
        "upper": level_word(int(median) + 1),
    }


def _worn(served: Sequence[RatingBlock]) -> Worn | None:
    """Compare the blocks of the first day with those of the last one; customers who were asked with each other only."""
    for is_asked in (True, False):
        blocks = [one for one in served if one.is_asked == is_asked]
        days = [one.filled_on for one in blocks if one.filled_on]
        if not days or days[0] == days[-1]:
            continue
        first, last = (_level(one for one in blocks if one.filled_on == day).median for day in (days[0], days[-1]))
        if first is not None and last is not None and first - last >= WORN:
            return Worn(median_word(first), days[0], median_word(last), days[-1])
    return None
