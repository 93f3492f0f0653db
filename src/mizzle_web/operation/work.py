"""The background work of the operator: backups, when asked for and once a day."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mizzle_web.jobs.kinds import kind
from mizzle_web.journal.actions import SYSTEM
from mizzle_web.operation import backup, place
from mizzle_web.page import clock
from mizzle_web.page.refused import Refused

if TYPE_CHECKING:
    from datetime import datetime

    from mizzle_web.jobs.kinds import Progress

DAY = 24 * 3600
SPARE = 3
"""A daily backup is made only where there is room for so many copies of the database."""


@kind(backup.KIND, title=gettext_lazy("Backup"))
def back_up(arguments: dict[str, Any], tell: Progress) -> dict[str, Any]:
    """Make a backup in the data folder; the oldest ones make room. That of the day is made only where there is room."""
    target = place.backups() / str(arguments["name"])
    made = backup.find(target.name)
    if made is None:
        backup.make_room()
        if arguments.get("is_daily") and shutil.disk_usage(target.parent).free < SPARE * _size():
            raise Refused("no_room", _("There is no room on the disk for the backup of the day. Make room for it."))
        made = backup.make_backup(target=target, by=str(arguments["by"]), at=clock.now(), tell=tell)
    backup.make_room()
    return {
        "sentence": _("The backup %(name)s is made and checked.") % {"name": made.name},
        "address": reverse("operation:backup"),
        "address_title": _("All backups"),
    }


def daily_backup(*, at: datetime) -> None:
    """Let a worker make the backup of the day, unless one was made; so that no other duty waits for it."""
    last = backup.last_made_at()
    if last is None or not 0 <= (at - last).total_seconds() < DAY / 2:
        backup.ask_for_backup(by=SYSTEM, at=at, is_daily=True)


def _size() -> int:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_database_size(current_database())")
            return int(cursor.fetchone()[0])
    from pathlib import Path

    path = Path(str(connection.settings_dict["NAME"]))
    return path.stat().st_size if path.exists() else 0


EVERY = ((DAY, daily_backup),)
