"""Agree times together: one proposes, somebody else says yes; a promise is never edited, only followed by another."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from mizzle_web.journal.actions import record
from mizzle_web.journeys.actions.figure_sets import ask_for_figures
from mizzle_web.journeys.figures.agreed_times import Sides, exact_hours, turn_of
from mizzle_web.journeys.models import Agreement, Journey
from mizzle_web.page.refused import Changed, Refused

if TYPE_CHECKING:
    from datetime import datetime

MOST_HOURS = 24 * 366 * 10
"""Ten years; whoever writes more has mistaken the unit."""


def propose_time(
    *, journey: Journey, department: str, to_department: str, hours: float, version: int, by: str, at: datetime
) -> Agreement:
    """Propose hours for a handover, or with an empty `to_department` for a department's own part of a case.

    A proposal that waits gives way to the new one. `version` is the `turn_of` what stood there when it was written.
    """
    with transaction.atomic():
        found = _locked(journey)
        _check(found, department, to_department, hours)
        standing = list(Agreement.objects.open().filter(_pair(found, department, to_department)))
        waiting = next((one for one in standing if not one.is_agreed), None)
        holding = next((one for one in standing if one.is_agreed), None)
        if waiting is not None and (waiting.hours, waiting.proposed_by) == (hours, by):
            return waiting
        is_same = holding is not None and holding.hours == hours
        if standing and turn_of(standing) != version and not (is_same and waiting is None):
            raise _changed(standing)
        if is_same:
            sentence = _("%(hours)s is what is agreed already. Propose another time.")
            raise Refused("same_time", sentence % {"hours": exact_hours(hours)}, field="hours")
        if waiting is not None:
            _end(waiting, by, at)
        made = Agreement.objects.create(
            journey=found,
            department=department,
            to_department=to_department,
            hours=hours,
            proposed_by=by,
            proposed_at=at,
        )
        details = {"hours": hours, "before": holding.hours if holding else None, "is_handover": bool(to_department)}
        record(by=by, verb="journey.time_proposed", thing=_thing(made), at=at, details=details)
    return made


def agree_time(*, agreement: Agreement, by: str, at: datetime) -> Agreement:
    """Say yes to what somebody else proposed; what was agreed before for the same ends with it."""
    with transaction.atomic():
        found = _found(agreement)
        if found.is_agreed and found.ended_at is None:
            return found
        _refuse_gone(found)
        if found.proposed_by == by:
            sentence = _("You proposed this time. Somebody else must agree to it: a promise has two sides.")
            raise Refused("own_proposal", sentence)
        if not _sides(found, at).may_settle(found, by):
            sentence = _(
                "One of the two who agree must look after a unit of this promise. Ask a leader of one of the two"
                " departments, or the service lead."
            )
            raise Refused("no_reach", sentence)
        pair = _pair(found.journey, found.department, found.to_department)
        before = Agreement.objects.holding().filter(pair).first()
        if before is not None:
            _end(before, by, at)
        found.agreed_by, found.agreed_at = by, at
        found.save(update_fields=("agreed_by", "agreed_at"))
        details = {"hours": found.hours, "before": before.hours if before else None, "proposed_by": found.proposed_by}
        record(by=by, verb="journey.time_agreed", thing=_thing(found), at=at, details=details)
        ask_for_figures(journey=found.journey, by=by, at=at)
    return found


def withdraw_time(*, agreement: Agreement, by: str, at: datetime) -> Agreement:
    """Take a proposal back: one's own, or one for a unit that one looks after."""
    with transaction.atomic():
        found = _found(agreement)
        if found.is_agreed:
            raise Refused("agreed_meanwhile", _("This time was agreed in the meantime. It can be ended instead."))
        if found.ended_at is not None:
            return found
        if found.proposed_by != by and not _sides(found, at).reaches(found, by):
            sentence = _("Who proposed a time can withdraw it, or who looks after one of the two units.")
            raise Refused("not_yours", sentence)
        _end(found, by, at)
        record(by=by, verb="journey.time_withdrawn", thing=_thing(found), at=at, details={"hours": found.hours})
    return found


def end_time(*, agreement: Agreement, by: str, at: datetime) -> Agreement:
    """End an agreement; whoever looks after one of its units may, and nothing stands in its place."""
    with transaction.atomic():
        found = _found(agreement)
        if found.ended_at is not None:
            return found
        if not found.is_agreed:
            raise Refused("not_agreed", _("This time is only proposed. It can be withdrawn."))
        if not _sides(found, at).reaches(found, by):
            sentence = _("Only who looks after one of the two units, or the service lead, ends an agreed time.")
            raise Refused("not_yours", sentence)
        _end(found, by, at)
        record(by=by, verb="journey.time_ended", thing=_thing(found), at=at, details={"hours": found.hours})
        ask_for_figures(journey=found.journey, by=by, at=at)
    return found


def _check(journey: Journey, department: str, to_department: str, hours: float) -> None:
    """Refuse what is no promise: of departments that no log has, to oneself, of no time or of too much."""
    known = journey.table_facts.get("departments", ())
    for name, given in (("department", department), ("to_department", to_department)):
        if given not in known and (given or name == "department"):
            sentence = _("No log of this journey has the department “%(name)s” now. Choose another one.")
            raise Refused("no_such_department", sentence % {"name": given}, field=name)
    if department == to_department:
        sentence = _("A handover has two departments. Choose another one to hand over to.")
        raise Refused("one_side", sentence, field="to_department")
    if not 0 < hours <= MOST_HOURS:
        raise Refused("no_hours", _("Give a time above nothing and below ten years, as 36 h or 2 days."), field="hours")


def _changed(standing: list[Agreement]) -> Changed:
    """Tell what stands there now to somebody who has written over something else."""
    now = next((one for one in standing if not one.is_agreed), standing[0])
    told = {"hours": exact_hours(now.hours)}
    if now.is_agreed:
        sentence = _("A time is agreed here already. Choose whether to propose another one.")
        theirs = _("%(hours)s, agreed") % told
    else:
        sentence = _("Another time is proposed here already. Choose which one is to stand.")
        theirs = _("%(hours)s, proposed") % told
    return Changed(sentence, theirs={"hours": theirs}, version=turn_of(standing))


def _refuse_gone(found: Agreement) -> None:
    """Refuse to agree to what no longer stands, and say what became of it."""
    if found.ended_at is None:
        return
    if found.is_agreed:
        raise Refused("ended", _("This time was agreed, and has ended in the meantime."))
    pair = _pair(found.journey, found.department, found.to_department)
    other = Agreement.objects.open().filter(pair, agreed_at__isnull=True).first()
    if other is not None:
        sentence = _("This proposal was changed in the meantime: it is %(hours)s now. Look at it, then agree.")
        raise Refused("changed_meanwhile", sentence % {"hours": exact_hours(other.hours)})
    raise Refused("withdrawn", _("This proposal was withdrawn in the meantime. Nothing was agreed."))


def _locked(journey: Journey) -> Journey:
    """Take the journey, so that two people never write times of it at once."""
    found = Journey.objects.select_for_update().present().filter(pk=journey.pk).first()
    if found is None:
        raise Refused("put_away", _("This journey was put away in the meantime."))
    return found


def _found(agreement: Agreement) -> Agreement:
    journey = _locked(agreement.journey)
    found = Agreement.objects.select_for_update().get(pk=agreement.pk)
    found.journey = journey
    return found


def _sides(agreement: Agreement, at: datetime) -> Sides:
    return Sides(agreement.journey, timezone.localdate(at))


def _pair(journey: Journey, department: str, to_department: str) -> Q:
    return Q(journey=journey, department=department, to_department=to_department)


def _end(agreement: Agreement, by: str, at: datetime) -> None:
    agreement.ended_by, agreement.ended_at = by, at
    agreement.save(update_fields=("ended_by", "ended_at"))


def _thing(agreement: Agreement) -> str:
    return f"agreement:{agreement.public_id}"
