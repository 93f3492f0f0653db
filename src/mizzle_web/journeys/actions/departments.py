"""Say which units of the organisation the departments of a journey are; it is remembered for journeys to come."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from mizzle_web.journal.actions import record
from mizzle_web.journeys.actions.journeys import thing
from mizzle_web.journeys.figures.linking import OUTSIDE, UNIT, stored
from mizzle_web.journeys.models import DepartmentLink, Journey
from mizzle_web.page.refused import Changed, Refused
from mizzle_web.people.models import Unit

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime


def link_departments(
    *, journey: Journey, choices: Mapping[str, str], seen: Mapping[str, str], by: str, at: datetime
) -> int:
    """Link departments to units, all at once; those that the logs do not have now are left as they are.

    Parameters
    ----------
    choices
        By department, `OUTSIDE`, the code of a unit behind `UNIT`, or nothing where it is not to be linked.
    seen
        What was saved for each when it was chosen. Where somebody else has changed one of these departments since,
        nothing is saved; changes of others are no conflict.

    Returns
    -------
    int
        How many links were changed.
    """
    with transaction.atomic():
        found = Journey.objects.select_for_update().present().filter(pk=journey.pk).first()
        if found is None:
            raise Refused("put_away", _("This journey was put away in the meantime."))
        there = stored(found)
        known = set(found.table_facts.get("departments", ()))
        wanted = {one: choice for one, choice in choices.items() if one in known and choice != there.get(one, "")}
        theirs = {one: there.get(one, "") for one in wanted if there.get(one, "") != seen.get(one, "")}
        if theirs:
            raise Changed(_("Somebody else linked departments while you were at it."), theirs=theirs, version=1)
        units = _units(wanted, at)
        DepartmentLink.objects.filter(journey=found, department__in=wanted).delete()
        DepartmentLink.objects.bulk_create(
            DepartmentLink(journey=found, department=one, unit=units.get(choice), by=by, at=at)
            for one, choice in wanted.items()
            if choice
        )
        if wanted:
            kinds = Counter("unit" if one.startswith(UNIT) else one or "not_linked" for one in wanted.values())
            details = {f"n_{kind}": n for kind, n in sorted(kinds.items())}
            record(by=by, verb="journey.departments_linked", thing=thing(found), at=at, details=details)
    return len(wanted)


def _units(choices: Mapping[str, str], at: datetime) -> dict[str, Unit]:
    """Find the units that are chosen; each must be there today."""
    codes = {choice.removeprefix(UNIT) for choice in choices.values() if choice.startswith(UNIT)}
    today = timezone.localdate(at)
    found = {UNIT + unit.code: unit for unit in Unit.objects.on(today).filter(code__in=codes)}
    for department, choice in choices.items():
        if choice and choice != OUTSIDE and choice not in found:
            sentence = _("The unit that you chose for “%(department)s” is not open today. Choose another one.")
            raise Refused("no_such_unit", sentence % {"department": department}, field=department)
    return found
