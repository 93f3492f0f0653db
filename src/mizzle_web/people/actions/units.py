"""Open, rename, move, merge, split and close units, each from a day on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from mizzle_web.journal.actions import record
from mizzle_web.page.refused import Refused
from mizzle_web.people.models import Unit, UnitPeriod

if TYPE_CHECKING:
    from datetime import date, datetime


def open_unit(*, code: str, name: str, parent: Unit | None, on: date, by: str, at: datetime) -> Unit:
    """Open a unit, under another one or at the top."""
    try:
        with transaction.atomic():
            unit = Unit.objects.create(code=code, began_on=on)
            UnitPeriod.objects.create(unit=unit, name=name, parent=parent, from_on=on)
            record(by=by, verb="unit.opened", thing=f"unit:{unit.public_id}", at=at)
    except IntegrityError as problem:
        raise Refused("code_taken", _("Another unit has this code. Choose a different one."), field="code") from problem
    return unit
