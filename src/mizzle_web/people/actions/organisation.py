"""Found the organisation, and change its names and rules."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from mizzle_web.journal.actions import record
from mizzle_web.page.refused import Changed, Refused
from mizzle_web.people.actions import start_code
from mizzle_web.people.models import Organisation

if TYPE_CHECKING:
    from datetime import datetime


def found_organisation(
    *, name: str, language: str, timezone: str, at: datetime, by: str, is_sample: bool = False
) -> Organisation:
    """Begin: the house gets its organisation. There can be only one."""
    there = Refused("already_there", _("There is an organisation here already. Sign in instead."))
    try:
        with transaction.atomic():
            if Organisation.objects.exists():
                raise there
            organisation = Organisation.objects.create(
                name=name, language=language, timezone=timezone, is_sample=is_sample, created_at=at
            )
            record(by=by, verb="organisation.founded", thing="organisation", at=at, details={"is_sample": is_sample})
            transaction.on_commit(start_code.remove, robust=True)
    except IntegrityError as problem:  # somebody else was quicker by a moment
        raise there from problem
    return organisation


def change_organisation(*, version: int, by: str, at: datetime, **changes: str | int) -> Organisation:
    """Change names and rules of the organisation, as it stood at a version."""
    with transaction.atomic():
        organisation = Organisation.objects.select_for_update().get()
        if organisation.version != version:
            theirs = {name: str(getattr(organisation, name)) for name in changes}
            raise Changed(
                _("Somebody else has changed this in the meantime."), theirs=theirs, version=organisation.version
            )
        changed = [name for name, value in changes.items() if getattr(organisation, name) != value]
        if not changed:
            return organisation
        for name in changed:
            setattr(organisation, name, changes[name])
        organisation.version += 1
        organisation.save()
        record(by=by, verb="organisation.changed", thing="organisation", at=at, details={"fields": changed})
    return organisation
