"""Note the time that people of a department spent close to customers, and take back what was noted wrongly."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from mizzle_web.journal.actions import record
from mizzle_web.journeys.models import Contact, ContactKind, Journey
from mizzle_web.page.refused import Refused

if TYPE_CHECKING:
    from datetime import date, datetime

MOST_MINUTES = 24 * 60
MOST_PEOPLE = 10_000
YEARS_BACK = 5


def note_contact(
    *, journey: Journey, department: str, kind: str, on: date, minutes: int, n_people: int, by: str, at: datetime
) -> Contact:
    """Note that so many people of a department spent so many minutes each close to customers; never who."""
    with transaction.atomic():
        found = Journey.objects.select_for_update().present().filter(pk=journey.pk).first()
        if found is None:
            raise Refused("put_away", _("This journey was put away in the meantime."))
        if department not in found.table_facts.get("departments", ()):
            sentence = _("No log of this journey has the department “%(name)s” now. Choose another one.")
            raise Refused("no_such_department", sentence % {"name": department}, field="department")
        _check(on, minutes, n_people, timezone.localdate(at))
        made = Contact.objects.create(
            journey=found,
            department=department,
            kind=ContactKind(kind),
            on=on,
            minutes=minutes,
            n_people=n_people,
            by=by,
            at=at,
        )
        record(by=by, verb="journey.contact_noted", thing=_thing(made), at=at, details=_details(made))
    return made


def take_back_contact(*, contact: Contact, by: str, at: datetime) -> Contact:
    """Take back what was noted: it counts no more, and the history keeps it."""
    with transaction.atomic():
        found = Contact.objects.select_for_update().get(pk=contact.pk)
        if found.withdrawn_at is not None:
            return found
        found.withdrawn_at = at
        found.save(update_fields=("withdrawn_at",))
        record(by=by, verb="journey.contact_taken_back", thing=_thing(found), at=at, details=_details(found))
    return found


def _check(on: date, minutes: int, n_people: int, today: date) -> None:
    """Refuse what cannot have been."""
    if on > today:
        raise Refused("not_yet", _("This day is still to come. Note it when it has been."), field="on")
    if (today - on).days > 366 * YEARS_BACK:
        sentence = _("This day is more than %(n)d years ago. Look at the year.")
        raise Refused("long_ago", sentence % {"n": YEARS_BACK}, field="on")
    if not 1 <= minutes <= MOST_MINUTES:
        sentence = _("Give the minutes of each person: from 1 to %(most)d, which is a whole day.")
        raise Refused("no_time", sentence % {"most": MOST_MINUTES}, field="minutes")
    if not 1 <= n_people <= MOST_PEOPLE:
        sentence = _("Give how many people took part: from 1 to %(most)d.")
        raise Refused("no_people", sentence % {"most": MOST_PEOPLE}, field="n_people")


def _details(contact: Contact) -> dict[str, str | int]:
    return {
        "journey": str(contact.journey.public_id),
        "kind": str(contact.kind),
        "on": contact.on.isoformat(),
        "minutes": contact.minutes,
        "n_people": contact.n_people,
    }


def _thing(contact: Contact) -> str:
    return f"contact:{contact.public_id}"
