"""A journey that people drew: its map, what stands out in it, and its steps in words."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

from django.utils.formats import get_format
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from uuid import UUID

    from mizzle.journeys.blueprint import Blueprint
    from mizzle.journeys.drawn import DrawnStep as MeasuredStep
    from mizzle.journeys.results import Distance
    from mizzle.report.language import Language
    from mizzle_web.journeys.models import DrawnStep, Journey

DAY, MINUTES, QUARTER = 24, 60, 15
EXACT = 6
"""Digits of an hour that are kept; 20 minutes come back as 20 minutes."""
INDENTS = 8
"""The list form has so many depths, whatever the distance of the furthest department."""


@dataclass(frozen=True, slots=True)
class Step:
    """A step as it is to stand.

    Attributes
    ----------
    public_id
        Which step it is that stands there already, whatever it is called now; None for a new one.
    """

    public_id: UUID | None
    department: str
    activity: str
    is_point: bool
    promise: str
    wait_hours: float | None
    touch_hours: float | None


@dataclass(frozen=True, slots=True)
class Shown:
    """A step as the page shows it, with its hours in words.

    Attributes
    ----------
    wait, touch, then
        Hours before it, during it, and before the next one; empty where nobody said.
    indent
        Depth of its department in the list form, from 0 to `INDENTS`: the further, the deeper.
    """

    number: int
    department: str
    activity: str
    is_point: bool
    promise: str
    wait: str
    touch: str
    then: str
    indent: int


@dataclass(frozen=True, slots=True)
class Department:
    """A department of the journey, as the table beside the drawing shows it; figures in words, empty where unknown."""

    name: str
    steps: int
    handovers: str
    hours: str


@dataclass(frozen=True, slots=True)
class Drawn:
    """All that the map page of a drawn journey shows.

    Attributes
    ----------
    line, line_at
        Name of the line of visibility, and where it stands in the list form, in halves of an indent; None where no
        department lies below it.
    """

    finding: str
    svg: SafeString
    names: SafeString
    caption: str
    line: str
    line_at: int | None
    steps: tuple[Shown, ...]
    departments: tuple[Department, ...]
    lacks_hours: bool


def draw(journey: Journey) -> Drawn | None:
    """Draw a journey in the language of the reader; None where it has no step."""
    steps = list(journey.steps.all())
    if not steps:
        return None
    from mizzle.report.language import language

    code = get_language() or "en"
    tongue = language(code)
    blueprint, distance = _laid_out(_measured(steps), code)
    lanes = {one.department: one for one in blueprint.walk()}
    far = max((one.depth or 0.0 for one in lanes.values()), default=0.0)
    indents = {name: _indent(lane.depth, far) for name, lane in lanes.items()}
    above = [indents[name] for name, lane in lanes.items() if not lane.is_below]
    below = [indents[name] for name, lane in lanes.items() if lane.is_below]
    waits = [_hours(tongue, one.wait_hours) for one in steps]
    shown = tuple(
        Shown(
            number,
            step.department,
            step.activity,
            step.is_point,
            step.promise,
            wait=waits[number - 1],
            touch=_hours(tongue, step.touch_hours),
            then=waits[number] if number < len(steps) else "",
            indent=indents.get(_clean(step.department), INDENTS),
        )
        for number, step in enumerate(steps, 1)
    )
    return Drawn(
        finding=finding(steps, tongue),
        svg=mark_safe(blueprint.svg()),  # noqa: S308 - every name in it is escaped where it is drawn
        names=mark_safe(blueprint.names_svg()),  # noqa: S308 - as above
        caption=blueprint.caption(),
        line=tongue.words.line,
        line_at=max(above, default=0) + min(below) if below else None,
        steps=shown,
        departments=_departments(distance, tongue),
        lacks_hours=any(one.touch_hours is None for one in steps) or any(one.wait_hours is None for one in steps[1:]),
    )


def distance_of(steps: Sequence[DrawnStep]) -> Distance | None:
    """Give the distances that the table beside the drawing shows; None where there is no step."""
    return _laid_out(_measured(steps), get_language() or "en")[1] if steps else None


def _measured(steps: Iterable[Step | DrawnStep]) -> tuple[MeasuredStep, ...]:
    from mizzle.journeys.drawn import DrawnStep

    return tuple(
        DrawnStep(one.department, one.activity, one.is_point, one.wait_hours, one.touch_hours) for one in steps
    )


def _clean(name: str) -> str:
    """Give a name as the drawing writes it."""
    from mizzle.journeys.blueprint.text import clean

    return clean(name)


@lru_cache(maxsize=32)
def _laid_out(steps: tuple[MeasuredStep, ...], code: str) -> tuple[Blueprint, Distance]:
    """Lay a drawing out; kept for a while, since 200 steps take most of a second."""
    from mizzle import journeys
    from mizzle.report.language import language

    words = replace(
        language(code).words,
        title=_("Service blueprint, drawn by hand, not measured"),
        order=_("order of the work"),
        way=_("The way through: {names}."),
        wait=_("The longest wait that people expect, {hours}, lies between {source} and {target}."),
        percent=_("meets it"),  # a share of cases would look measured
    )
    process_map, distance = journeys.drawn(steps)
    drawing = journeys.blueprint(process_map, distance, words=words, nodes_at_most=len(process_map.nodes))
    return drawing, distance


def _indent(depth: float | None, far: float) -> int:
    if depth is None:
        return INDENTS
    return round(INDENTS * depth / max(far, 2.0))


def _hours(tongue: Language, hours: float | None) -> str:
    return "" if hours is None else tongue.hours(hours)


def _departments(distance: Distance, tongue: Language) -> tuple[Department, ...]:
    return tuple(
        Department(
            one.department,
            one.events,
            "" if one.handovers_to_customer.value is None else tongue.words.number(one.handovers_to_customer.value),
            _hours(tongue, one.hours_to_customer.value),
        )
        for one in distance.departments
    )


def finding(steps: Sequence[Step | DrawnStep], tongue: Language) -> str:
    """Say where people expect the longest wait, or ask where there is none; true of the steps as they stand."""
    longest = max((one.wait_hours or 0.0 for one in steps), default=0.0)
    if not longest:
        return _("Where does this journey wait?")
    at = [place for place, one in enumerate(steps) if one.wait_hours == longest]
    hours = tongue.long_hours(longest)
    if len(at) > 1:
        return _("%(n)s waits of %(hours)s each are the longest that people expect") % {
            "n": tongue.count(len(at)),
            "hours": hours,
        }
    step, before = steps[at[0]], steps[at[0] - 1] if at[0] else None
    if before is None or before.department == step.department:
        return _("The longest wait that people expect, %(hours)s, comes before “%(activity)s”") % {
            "hours": hours,
            "activity": step.activity,
        }
    return _("The longest wait that people expect, %(hours)s, lies between %(source)s and %(target)s") % {
        "hours": hours,
        "source": before.department,
        "target": step.department,
    }


def write_hours(hours: float | None) -> str:
    """Write hours so that the form reads the very same hours back: ``2 days``, ``1.5 h``, ``25 h 20 min``."""
    if hours is None:
        return ""
    if hours and hours % DAY == 0:
        days = int(hours // DAY)
        return ngettext("%(n)d day", "%(n)d days", days) % {"n": days}
    minutes = round(hours * MINUTES)
    is_whole = bool(minutes) and round(minutes / MINUTES, EXACT) == round(hours, EXACT)
    if is_whole and minutes < MINUTES:
        return _("%(n)d min") % {"n": minutes}
    if is_whole and minutes % QUARTER:
        return _("%(hours)d h %(minutes)d min") % {"hours": minutes // MINUTES, "minutes": minutes % MINUTES}
    number = f"{hours:.{EXACT}f}".rstrip("0").rstrip(".").replace(".", get_format("DECIMAL_SEPARATOR"))
    return _("%(hours)s h") % {"hours": number}


def in_lines(steps: Iterable[Step | DrawnStep]) -> str:
    """Write steps as the form takes them: one a line, its parts apart by semicolons."""
    return "\n".join(
        "; ".join(
            (
                one.department,
                one.activity,
                write_hours(one.wait_hours),
                write_hours(one.touch_hours),
                _("yes") if one.is_point else "",
                one.promise,
            )
        ).rstrip("; ")
        for one in steps
    )
