"""Write down the steps of a journey that people draw by hand."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext as _

from mizzle_web.journal.actions import record
from mizzle_web.journeys.actions.journeys import change, thing
from mizzle_web.journeys.figures.drawn import in_lines
from mizzle_web.journeys.models import DrawnStep, Journey
from mizzle_web.page.refused import Refused

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from mizzle_web.journeys.figures.drawn import Step

MOST_STEPS = 200
MOST_HOURS = 24 * 3660
"""Ten years: more is a slip of the pen."""
CONTENT = ("department", "activity", "is_point", "promise", "wait_hours", "touch_hours")
LONGEST = {"department": 120, "activity": 120, "promise": 200}


def draw_steps(*, journey: Journey, steps: Sequence[Step], version: int, by: str, at: datetime) -> Journey:
    """Put these steps in the place of all that stand there; one that is named by its id stays the same step.

    What was rated of a step stays with it, and goes with it.
    """
    _check(journey, steps)
    with transaction.atomic():
        there = list(Journey.objects.select_for_update().get(pk=journey.pk).steps.all())
        if [_content(one) for one in there] == [_content(one) for one in steps]:
            return journey  # sent twice, or nothing changed
        found = change(journey=journey, version=version, theirs=lambda one: {"steps": in_lines(one.steps.all())})
        kept = {one.public_id: one for one in there}
        new: list[DrawnStep] = []
        changed: list[DrawnStep] = []
        for position, step in enumerate(steps):
            row = kept.pop(step.public_id, None) if step.public_id else None
            (new if row is None else changed).append(row := row or DrawnStep(journey=found))
            row.position = position
            for name, value in zip(CONTENT, _content(step), strict=True):
                setattr(row, name, value)
        DrawnStep.objects.filter(pk__in=[one.pk for one in kept.values()]).delete()
        DrawnStep.objects.bulk_update(changed, ("position", *CONTENT), batch_size=50)
        DrawnStep.objects.bulk_create(new)
        n_points = sum(step.is_point for step in steps)
        details = {"n_steps": len(steps), "n_points": n_points, "n_deleted": len(kept)}
        record(by=by, verb="journey.drawn", thing=thing(found), at=at, details=details)
    return found


def _content(step: Step | DrawnStep) -> tuple[Any, ...]:
    """Give all that people say of a step."""
    return tuple(getattr(step, name) for name in CONTENT)


def _check(journey: Journey, steps: Sequence[Step]) -> None:
    """Refuse what no drawing can be made of; a form has said it at the cell before."""
    if not journey.is_drawn:
        raise Refused("measured", _("This journey is measured from logs. Open another one to draw it by hand."))
    if len(steps) > MOST_STEPS:
        raise Refused("too_many_steps", too_many())
    marked: dict[str, bool] = {}
    for step in steps:
        if not step.department or not step.activity:
            raise Refused("step_unnamed", _("Every step has a department and an activity."))
        if any(len(getattr(step, name)) > most for name, most in LONGEST.items()):
            raise Refused("step_too_long", _("A name of a step is too long. Shorten it."))
        hours = [one for one in (step.wait_hours, step.touch_hours) if one is not None]
        if not all(math.isfinite(one) and 0 <= one <= MOST_HOURS for one in hours):
            raise Refused("no_hours", _("Hours are numbers from 0 on."))
        if marked.setdefault(step.activity, step.is_point) != step.is_point:
            raise Refused("point_and_not", both_ways(step.activity))


def too_many() -> str:
    """Say that a journey has too many steps."""
    return _("A journey has at most %(n)d steps. Draw the rest as a journey of its own.") % {"n": MOST_STEPS}


def both_ways(activity: str) -> str:
    """Say that an activity is a perception point at one step and none at another."""
    sentence = _(
        "“%(activity)s” is a perception point at one step and not at another. Give one of them another name,"
        " so that they can be told apart."
    )
    return sentence % {"activity": activity}
