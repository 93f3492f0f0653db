"""Pages of an import of people: send a file, see what it would change, import it, download what was left out."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

from django.core.paginator import Paginator
from django.db import transaction
from django.http import Http404, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from mizzle_web.jobs.actions import start
from mizzle_web.jobs.models import Job
from mizzle_web.page.access import needs
from mizzle_web.page.notices import tell
from mizzle_web.page.permissions import Permission
from mizzle_web.page.refused import Refused
from mizzle_web.page.sheets import written
from mizzle_web.people.actions import imports as actions
from mizzle_web.people.forms.members import SendFile
from mizzle_web.people.models import ImportFile, ImportState, Outcome
from mizzle_web.people.roster.words import about_file, about_row
from mizzle_web.people.views.units import today

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpResponse, HttpResponseBase

    from mizzle_web.page.visit import Visit
    from mizzle_web.people.models import ImportRow

A_PAGE = 50
MEANINGS = {
    "name": gettext_lazy("name"),
    "first_name": gettext_lazy("first name"),
    "last_name": gettext_lazy("last name"),
    "email": gettext_lazy("e-mail address"),
    "code": gettext_lazy("personal code"),
    "unit_code": gettext_lazy("code of the unit"),
    "unit": gettext_lazy("unit"),
    "parent": gettext_lazy("what the unit is part of"),
    "language": gettext_lazy("language"),
    "role": gettext_lazy("role"),
    "joined": gettext_lazy("joined on"),
    "left": gettext_lazy("left on"),
    "roles": gettext_lazy("role"),
}


@needs(Permission.MANAGE_PEOPLE)
@require_http_methods(["GET", "HEAD", "POST"])
def imports(request: Visit) -> HttpResponse:
    """Send a file, and list those that were sent before."""
    sent = request.method == "POST"
    form = SendFile(request.POST if sent else None, request.FILES if sent else None, initial={"on": today(request)})
    if sent and form.is_valid():
        given, by = form.cleaned_data, request.user.actor
        try:
            file = actions.receive(
                blocks=given["file"].chunks(), name=given["file"].name, from_on=given["on"], by=by, at=request.at
            )
            _look(request, file)
        except Refused as refusal:
            form.refuse(refusal)
        else:
            return redirect("people:import", file.public_id)
    before = ImportFile.objects.filter(by=request.user.actor).exclude(state=ImportState.DISCARDED)
    context = {"form": form, "before": before.order_by("-created_at")[:20], "states": STATES}
    return render(request, "people/imports.html", context, status=422 if form.errors else 200)


def _look(request: Visit, file: ImportFile) -> None:
    """Look at a file at once where it is small, and in a job where it is not."""
    if file.state != ImportState.NEW or _job(file) is not None:
        return
    if actions.is_small(file):
        actions.check_import(file=file, at=request.at, tell=_quietly)
    else:
        _begin(request, file, "people.check_import")


def _quietly(_share: float, _stage: str) -> None:
    """Tell nobody."""


def _begin(request: Visit, file: ImportFile, kind: str) -> None:
    arguments = {"file": str(file.public_id), "by": request.user.actor}
    with transaction.atomic():
        job = start(kind=kind, arguments=arguments, by=request.user.actor, at=request.at)
        actions.follow_job(file=file, job=job.public_id)


def _job(file: ImportFile) -> Job | None:
    return Job.objects.filter(public_id=file.job).first() if file.job else None


STATES = {
    ImportState.NEW: gettext_lazy("It is being checked."),
    ImportState.CHECKED: gettext_lazy("Nothing is changed yet."),
    ImportState.REFUSED: gettext_lazy("It could not be read."),
    ImportState.APPLYING: gettext_lazy("It is being imported."),
    ImportState.APPLIED: gettext_lazy("It has been imported."),
}


def outcomes() -> dict[str, str]:
    """Name what a row can come to."""
    return {
        "new": _("new"),
        "changed": _("changed"),
        "moved": _("moved"),
        "leaves": _("leave"),
        "same": _("as they are"),
        "left_out": _("left out"),
    }


@needs(Permission.MANAGE_PEOPLE)
@require_safe
def one(request: Visit, public_id: UUID) -> HttpResponse:
    """Show what a file would change, or has changed, row by row."""
    file = _file(request, public_id)
    names = outcomes()
    shown = request.GET.get("show", "")
    if shown not in names or shown == "same":
        shown = next((name for name in names if name != "same" and file.counts.get(name)), "new")
    rows = Paginator(file.rows.filter(outcome=shown), A_PAGE).get_page(request.GET.get("page"))
    job = _job(file)
    context = {
        "file": file,
        "state": STATES[ImportState(file.state)],
        "problem": about_file(file.problem) if file.problem else "",
        "columns": [(title, MEANINGS.get(meaning, "")) for title, meaning in file.columns],
        "facts": [(label, file.counts.get(name, 0), "") for name, label in names.items()],
        "tabs": [
            (label, f"?show={name}", name == shown, file.counts.get(name, 0))
            for name, label in names.items()
            if name != "same" and file.counts.get(name)
        ],
        "shown": shown,
        "page": rows,
        "rows": [_row(row) for row in rows],
        "job": job,
        "is_stopped": file.state in (ImportState.NEW, ImportState.APPLYING) and (job is None or job.is_over),
        "n_to_do": sum(file.counts.get(name, 0) for name in actions.TO_DO),
    }
    return render(request, "people/import.html", context)


def _row(row: ImportRow) -> dict[str, Any]:
    fields = [
        (
            str(MEANINGS.get(name, name)),
            row.before.get(name, ""),
            ", ".join(value) if isinstance(value, list) else value,
        )
        for name, value in row.after.items()
    ]
    first = " · ".join(cell for cell in row.cells[:3] if cell)
    name = row.after.get("name") or (row.member.name if row.member else "") or first
    return {"row": row, "name": name, "fields": fields, "why": about_row(row.reason, row.detail) if row.reason else ""}


@needs(Permission.MANAGE_PEOPLE)
@require_POST
def apply(request: Visit, public_id: UUID) -> HttpResponse:
    """Import what the file says; a second click, or one after it was broken off, goes on and does nothing twice."""
    file = _file(request, public_id)
    job = _job(file)
    if file.state == ImportState.NEW and (job is None or job.is_over):
        actions.follow_job(file=file, job=None)
        file.job = None
        _look(request, file)
        return redirect("people:import", file.public_id)
    is_free = job is None or job.is_over
    begins = actions.begin_apply(file=file, by=request.user.actor, at=request.at)
    if begins or (file.state == ImportState.APPLYING and is_free):
        if file.n_rows <= actions.AT_ONCE:
            actions.apply_import(file=file, by=request.user.actor, at=request.at, tell=_quietly)
            return tell(redirect("people:import", file.public_id), _("Imported."))
        _begin(request, file, "people.apply_import")
    return redirect("people:import", file.public_id)


@needs(Permission.MANAGE_PEOPLE)
@require_POST
def discard(request: Visit, public_id: UUID) -> HttpResponse:
    """Discard a file, and forget what was read from it."""
    file = _file(request, public_id)
    actions.discard_import(file=file, by=request.user.actor, at=request.at)
    return tell(redirect("people:imports"), _("Discarded. What was read from the file is deleted."))


@needs(Permission.MANAGE_PEOPLE)
@require_safe
def left_out(request: Visit, public_id: UUID) -> HttpResponseBase:
    """Send the rows that were left out as CSV, each with its reason, to be put right and sent again."""
    file = _file(request, public_id)
    titles = [title for title, _meaning in file.columns]
    rows = file.rows.filter(outcome=Outcome.LEFT_OUT).order_by("number")
    found = (
        [str(row.number), about_row(row.reason, row.detail), *(row.cells or [str(v) for v in row.after.values()])]
        for row in rows.iterator(chunk_size=1000)
    )
    lines = itertools.chain([[_("Row"), _("Why it was left out"), *titles]], found)
    response = StreamingHttpResponse(written(lines), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="left-out.csv"'
    return response


def _file(request: Visit, public_id: UUID) -> ImportFile:
    """Find a file of the reader's own."""
    file = ImportFile.objects.filter(public_id=public_id, by=request.user.actor).first()
    if file is None or file.state == ImportState.DISCARDED:
        raise Http404
    return file
