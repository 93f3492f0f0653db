"""Background work of this room: the check of a large file of people, and its import."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mizzle_web.jobs.kinds import kind
from mizzle_web.page import clock
from mizzle_web.people.actions import imports
from mizzle_web.people.actions.tries import forget_failures
from mizzle_web.people.models import ImportFile

if TYPE_CHECKING:
    from datetime import datetime

    from mizzle_web.jobs.kinds import Progress

KEPT = timedelta(days=30)
"""So long are files of people and what was read from them kept."""


@kind("people.check_import", title=gettext_lazy("Check of a file of people"))
def check_import(arguments: dict[str, Any], tell: Progress) -> dict[str, Any]:
    """Find out what a file would change."""
    file = ImportFile.objects.get(public_id=arguments["file"])
    file = imports.check_import(file=file, at=clock.now(), tell=tell)
    return _result(file, _("The file has been checked. See what it would change."))


@kind("people.apply_import", title=gettext_lazy("Import of people"))
def apply_import(arguments: dict[str, Any], tell: Progress) -> dict[str, Any]:
    """Import what a file says."""
    file = ImportFile.objects.get(public_id=arguments["file"])
    file = imports.apply_import(file=file, by=arguments["by"], at=clock.now(), tell=tell)
    return _result(file, _("The file has been imported."))


def _result(file: ImportFile, sentence: str) -> dict[str, Any]:
    address = reverse("people:import", args=(file.public_id,))
    return {"sentence": sentence, "address": address, "address_title": _("The file"), "counts": file.counts}


def forget_old_files(*, at: datetime) -> None:
    """Forget files that were sent long ago."""
    imports.forget_imports(before=at - KEPT)


EVERY = ((24 * 3600, forget_old_files), (3600, forget_failures))
