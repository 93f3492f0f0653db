"""Import a file of people: receive it, say what it would change, and change it, some rows at a time."""

from __future__ import annotations

import hashlib
import os
from itertools import islice
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from mizzle_web.journal.actions import record
from mizzle_web.page.permissions import Permission
from mizzle_web.page.prepared import Addition
from mizzle_web.page.refused import Refused
from mizzle_web.people.actions.imported import apply_part, open_units
from mizzle_web.people.models import ImportFile, ImportRow, ImportState, Member, Organisation, Outcome
from mizzle_web.people.roster.plan import Planner, Titles
from mizzle_web.people.roster.reading import Unreadable, rows
from mizzle_web.people.roster.unit_plan import UnitPlan
from mizzle_web.people.roster.words import about_file

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from datetime import date, datetime
    from pathlib import Path
    from uuid import UUID

    from mizzle_web.people.roster.unit_plan import Named, Opening

    Tell = Callable[[float, str], None]

AT_ONCE = 500
"""Rows up to which a file is checked, and imported, while its sender waits."""
PART = 500
"""Rows that are imported within one transaction."""
_KEEP = Addition(ImportRow, is_told=False)
OPEN = (ImportState.NEW, ImportState.CHECKED, ImportState.APPLYING)
TO_DO = (Outcome.NEW, Outcome.CHANGED, Outcome.MOVED, Outcome.LEAVES)


def path_of(file: ImportFile) -> Path:
    """Give where the file lies until it has been looked at."""
    return settings.ENVIRONMENT.data / "imports" / str(file.public_id)


def receive(*, blocks: Iterable[bytes], name: str, from_on: date, by: str, at: datetime) -> ImportFile:
    """Keep a file that somebody sent; the same one sent again is the same import as long as that is open."""
    most = settings.ENVIRONMENT.upload_megabytes << 20
    file = ImportFile(name=os.path.basename(name)[-200:] or "?", from_on=from_on, by=by, created_at=at, n_bytes=0)  # noqa: PTH119 - a name, no path of ours
    path = path_of(file)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    digest = hashlib.sha256()
    try:
        with os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as kept:
            for block in _limited(blocks, most):
                file.n_bytes += len(block)
                digest.update(block)
                kept.write(block)
        file.digest = digest.hexdigest()
        before = ImportFile.objects.filter(by=by, digest=file.digest, from_on=from_on, state__in=OPEN).first()
        if before is not None and (before.state != ImportState.NEW or path_of(before).exists()):
            path.unlink()
            return before
        with transaction.atomic():
            if before is not None:
                before.delete()
            file.save(force_insert=True)
            details = {"n_bytes": file.n_bytes, "digest": file.digest}
            record(by=by, verb="people.file_sent", thing=f"import:{file.public_id}", at=at, details=details)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return file


def _limited(blocks: Iterable[bytes], most: int) -> Iterator[bytes]:
    """Pass blocks on until they are too many."""
    n_bytes = 0
    for block in blocks:
        n_bytes += len(block)
        if n_bytes > most:
            raise Refused("too_large", about_file("too_large"), field="file")
        yield block


def is_small(file: ImportFile) -> bool:
    """Whether a file has so few rows that its sender need not wait; true as well for one that cannot be read."""
    try:
        return sum(1 for _row in islice(rows(path_of(file)), AT_ONCE + 2)) <= AT_ONCE + 1
    except (Unreadable, OSError):
        return True


def check_import(*, file: ImportFile, at: datetime, tell: Tell) -> ImportFile:
    """Find out what a file would change. Nothing but the import itself is written; begun anew it gives the same."""
    if file.state != ImportState.NEW:
        return file
    file.rows.all().delete()
    importer = _importer(file)
    path = path_of(file)
    counts, used = dict.fromkeys(Outcome.values, 0), set[str]()
    try:
        found = rows(path)
        titles = Titles(next(found)[1])
        units = UnitPlan(on=file.from_on, may_open=importer.may(Permission.MANAGE_UNITS))
        n_rows = 0
        named: dict[Named, None] = {}
        for _number, cells in found:
            n_rows += 1
            named[titles.unit(cells)] = None
        units.take(one for one in named if one[0] or one[1])
        planner = Planner(titles=titles, units=units, importer=importer, zone=_zone(), at=at)
        found = rows(path)
        next(found)
        done = 0
        while part := list(islice(found, PART)):
            planned = planner.rows(part)
            for one in planned:
                one.file = file
                used.add(one.after.get("unit", ""))
                counts[one.outcome] += 1
            with transaction.atomic():
                _KEEP.many([one for one in planned if one.outcome != Outcome.SAME])
            done += len(part)
            tell(done / n_rows, _("%(n)d of %(all)d rows checked") % {"n": done, "all": n_rows})
    except (Unreadable, FileNotFoundError) as problem:
        return _refuse(file, problem.code if isinstance(problem, Unreadable) else "gone", at)
    file.units = [{"code": one.code, "name": one.name, "parent": one.parent} for one in _needed(units, used)]
    file.columns = list(zip(titles.titles, titles.meanings, strict=True))
    file.counts, file.state = counts, ImportState.CHECKED
    with transaction.atomic():
        file.save()
        details = {"counts": counts, "n_units": len(file.units)}
        record(by=file.by, verb="people.file_checked", thing=f"import:{file.public_id}", at=at, details=details)
    path.unlink(missing_ok=True)
    return file


def apply_import(*, file: ImportFile, by: str, at: datetime, tell: Tell) -> ImportFile:
    """Import what the check of a file found, some rows at a time, each part and the progress in one transaction.

    Broken off at any point and begun again, it ends as if it had not been.
    """
    with transaction.atomic():
        file = ImportFile.objects.select_for_update().get(pk=file.pk)
        if file.state == ImportState.APPLIED:
            return file
        if file.state not in (ImportState.CHECKED, ImportState.APPLYING):
            raise Refused("not_checked", _("This file has not been checked, or was discarded. Send it again."))
        file.state = ImportState.APPLYING
        file.save(update_fields=("state",))
    importer = _importer(file, by)
    n_rows = file.rows.filter(outcome__in=TO_DO).count()
    number = done = 0

    def told() -> None:
        if n_rows:
            tell(min(done / n_rows, 1.0), _("%(n)d of %(all)d rows imported") % {"n": done, "all": n_rows})

    open_units(file=file, importer=importer, at=at, pause=told)
    found = file.rows.order_by("number").values_list("pk", "number", "outcome", "is_applied")
    while part := list(found.filter(number__gt=number)[:PART]):
        number = part[-1][1]
        to_do = [pk for pk, _number, outcome, is_applied in part if outcome in TO_DO and not is_applied]
        if to_do:
            _apply(file, to_do, importer, at)
        done += sum(outcome in TO_DO for _pk, _number, outcome, _is_applied in part)
        told()
    with transaction.atomic():
        counts = dict.fromkeys(Outcome.values, 0) | {"same": file.counts.get("same", 0)}
        for outcome in Outcome:
            if outcome != Outcome.SAME:
                counts[outcome.value] = file.rows.filter(outcome=outcome).count()
        file.counts, file.state, file.applied_at = counts, ImportState.APPLIED, at
        file.save(update_fields=("counts", "state", "applied_at"))
        record(by=by, verb="people.file_applied", thing=f"import:{file.public_id}", at=at, details={"counts": counts})
    return file


def begin_apply(*, file: ImportFile, by: str, at: datetime) -> bool:
    """Note that a file is to be imported; false where that has begun already."""
    with transaction.atomic():
        changed = ImportFile.objects.filter(pk=file.pk, state=ImportState.CHECKED).update(state=ImportState.APPLYING)
        if changed:
            record(by=by, verb="people.file_accepted", thing=f"import:{file.public_id}", at=at)
    return bool(changed)


def follow_job(*, file: ImportFile, job: UUID | None) -> None:
    """Keep which job looks at a file or takes it in; None when there is none any more."""
    ImportFile.objects.filter(pk=file.pk).update(job=job)


def discard_import(*, file: ImportFile, by: str, at: datetime) -> None:
    """Discard a file: what was read from it is forgotten. What was imported already stays."""
    with transaction.atomic():
        file = ImportFile.objects.select_for_update().get(pk=file.pk)
        file.rows.all().delete()
        file.state, file.columns, file.units = ImportState.DISCARDED, [], []
        file.save()
        record(by=by, verb="people.file_discarded", thing=f"import:{file.public_id}", at=at)
    path_of(file).unlink(missing_ok=True)


def forget_imports(*, before: datetime) -> int:
    """Forget files that were sent before an instant, and all that was read from them."""
    old = list(ImportFile.objects.filter(created_at__lt=before))
    for file in old:
        path_of(file).unlink(missing_ok=True)
    return ImportFile.objects.filter(pk__in=[one.pk for one in old]).delete()[0]


def _apply(file: ImportFile, part: list[int], importer: Member, at: datetime) -> None:
    """Import some rows at once; where two of them meet in the database, one after the other."""
    try:
        with transaction.atomic():
            apply_part(file=file, part=part, importer=importer, zone=_zone(), at=at)
    except IntegrityError:
        if len(part) == 1:
            ImportRow.objects.filter(pk__in=part).update(
                outcome=Outcome.LEFT_OUT, reason="taken_since", is_applied=True
            )
            return
        half = len(part) // 2
        for some in (part[:half], part[half:]):
            _apply(file, some, importer, at)


def _importer(file: ImportFile, by: str | None = None) -> Member:
    """Find who takes the file in; they must still be allowed to."""
    importer = Member.objects.present().filter(public_id=by or file.by).first()
    if importer is None or not importer.may(Permission.MANAGE_PEOPLE):
        raise Refused("not_allowed", _("Whoever sent this file may no longer change people. Send it yourself."))
    return importer


def _zone() -> ZoneInfo:
    return ZoneInfo(Organisation.objects.values_list("timezone", flat=True).get())


def _needed(units: UnitPlan, used: set[str]) -> list[Opening]:
    """Leave off units that no row needs, and keep those above the others."""
    needed = set(used)
    for one in reversed(units.openings):
        if one.code in needed and one.parent:
            needed.add(one.parent)
    return [one for one in units.openings if one.code in needed]


def _refuse(file: ImportFile, code: str, at: datetime) -> ImportFile:
    file.rows.all().delete()
    file.state, file.problem = ImportState.REFUSED, code
    with transaction.atomic():
        file.save()
        record(by=file.by, verb="people.file_refused", thing=f"import:{file.public_id}", at=at, details={"why": code})
    path_of(file).unlink(missing_ok=True)
    return file
