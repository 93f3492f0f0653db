"""Pages of the logs of a journey: bring one, say what its columns mean, import it, delete it."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.http import Http404, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from mizzle_web.journeys.actions import logs as actions
from mizzle_web.journeys.actions.tables import rejected_file
from mizzle_web.journeys.figures import words
from mizzle_web.journeys.figures.columns import question_of
from mizzle_web.journeys.figures.reading import ROLES
from mizzle_web.journeys.forms.logs import BringLog, Columns
from mizzle_web.journeys.models import Log, LogState
from mizzle_web.journeys.views.shown import journey_or_404, shown
from mizzle_web.page import both
from mizzle_web.page.access import needs
from mizzle_web.page.notices import tell
from mizzle_web.page.permissions import Permission
from mizzle_web.page.refused import Changed, Refused
from mizzle_web.page.sheets import written
from mizzle_web.page.templatetags.page import target

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from uuid import UUID

    from django.http import HttpResponse, HttpResponseBase

    from mizzle_web.journeys.models import Journey
    from mizzle_web.page.visit import Visit


@needs(Permission.BRING_LOGS)
@require_http_methods(["GET", "HEAD", "POST"])
def logs(request: Visit, public_id: UUID) -> HttpResponse:
    """List the logs of a journey, and bring one."""
    journey = _measured(public_id)
    is_operator, folders = request.user.may(Permission.OPERATE), settings.ENVIRONMENT.log_folders
    sent = request.method == "POST"
    form = BringLog(
        request.POST if sent else None,
        request.FILES if sent else None,
        most_megabytes=settings.ENVIRONMENT.upload_megabytes,
        may_name=is_operator and bool(folders),
    )
    if sent and form.is_valid():
        try:
            log = _brought(request, journey, form.cleaned_data)
        except Refused as refusal:
            form.refuse(refusal)
        else:
            return redirect("journeys:log", journey.public_id, log.public_id)
    context = shown(
        request,
        journey,
        form=form,
        logs=journey.logs.order_by("-created_at", "-pk"),
        folders=folders if is_operator else (),
        may_ask_for_folders=is_operator and not folders,
    )
    return render(request, "journeys/logs.html", context, status=422 if form.errors else 200)


def _brought(request: Visit, journey: Journey, given: dict[str, Any]) -> Log:
    by, at = request.user.actor, request.at
    if given["file"]:
        name = given["file"].name
        return actions.send_log(journey=journey, blocks=given["file"].chunks(), name=name, by=by, at=at)
    return actions.name_log(journey=journey, path=given["path"], by=by, at=at)


@needs(Permission.BRING_LOGS)
@require_http_methods(["GET", "HEAD", "POST"])
def log(request: Visit, public_id: UUID, log_id: UUID) -> HttpResponse:
    """Show one log: how far it is, and what its columns mean; they can be put right, and the log imported."""
    journey = _measured(public_id)
    found = _log(journey, log_id)
    if request.method == "POST" and found.state not in actions.OPEN:  # a second click, after the first has led on
        return redirect("journeys:log", journey.public_id, found.public_id)
    form = Columns(found, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.choose_columns(
                log=found,
                answers=form.answers(),
                version=form.cleaned_data["version"],
                imports=request.POST.get("do") != "look",
                by=request.user.actor,
                at=request.at,
            )
        except Changed as refusal:
            return both.show(request, form, refusal)
        except Refused as refusal:
            form.refuse(refusal)
        else:
            return redirect("journeys:log", journey.public_id, found.public_id)
    context = shown(request, journey, **_about(request, found, form))
    return render(request, "journeys/log.html", context, status=422 if form.errors else 200)


def _about(request: Visit, log: Log, form: Columns) -> dict[str, Any]:
    """Give what the page of a log shows."""
    last = actions.job_of(log)
    is_stopped = actions.is_stopped(log)
    job = last if actions.is_busy(log) else None
    reasons: dict[str, int] = log.counts.get("reasons", {})
    asked = question_of(log) if log.state == LogState.READY else {}
    return {
        "log": log,
        "form": form,
        "job": job,
        "is_mine": job is not None and job.by == request.user.actor,
        "is_stopped": is_stopped,
        "stopped_by": last.error if is_stopped and last else "",
        "problem": words.marked(words.reason(log.problem)) if log.problem else "",
        "asked": words.marked(words.reason(asked["sentence"])) if asked else "",
        "asked_at": target(form[asked["field"]]) if asked.get("field") in form.fields else "",
        "may_choose": log.state == LogState.READY,
        "notes": [words.marked(words.note(one)) for one in log.look.get("notes", ())],
        "first": _first_rows(log),
        "reasons": [
            (words.marked(words.row(told)), n) for told, n in sorted(reasons.items(), key=lambda one: (-one[1], one[0]))
        ],
        "has_rejected": rejected_file(log) is not None,
        "facts": _facts(log),
        "roles": [(words.role(role), log.mapping[role]) for role in ROLES if log.mapping.get(role)],
    }


def _facts(log: Log) -> list[tuple[str, int]]:
    """Count what came of a log, as far as it is known."""
    titles = {
        "rows": _("Rows"),
        "events": _("Events"),
        "cases": _("Cases"),
        "rejected": _("Set aside"),
        "repeated": _("There already"),
    }
    return [(title, log.counts[name]) for name, title in titles.items() if name in log.counts]


def _first_rows(log: Log) -> dict[str, Any]:
    """Give the first rows as a table: of each column its name, what it is taken for, and why."""
    cells = log.look.get("first", [])
    reasons = log.mapping.get("reasons", {})
    roles = {log.mapping[role]: role for role in ROLES if log.mapping.get(role)}
    heads = []
    for name, _column in cells:
        role = roles.get(name, "")
        why = "" if role else reasons.get(f"left out: {name}", "")  # that of a role stands at its choice
        heads.append(
            {
                "name": name,
                "role": words.role(role) if role else "",
                "is_kept": name in log.mapping.get("extras", ()),
                "is_hidden": name in log.look.get("hidden", ()),
                "why": words.marked(words.why(why)) if why else "",
            }
        )
    return {
        "heads": heads,
        "rows": list(zip(*(column for _name, column in cells), strict=True)),
        "n_more": len(log.look.get("columns", ())) - len(heads),
    }


@needs(Permission.BRING_LOGS)
@require_POST
def without(request: Visit, public_id: UUID, log_id: UUID) -> HttpResponse:
    """Import a log without the rows that cannot be read."""
    journey = _measured(public_id)
    found = _log(journey, log_id)
    version = request.POST.get("version", "")
    number = int(version) if version.isdecimal() else 0
    actions.import_without(log=found, version=number, by=request.user.actor, at=request.at)
    return redirect("journeys:log", journey.public_id, found.public_id)


@needs(Permission.BRING_LOGS)
@require_POST
def go_on(request: Visit, public_id: UUID, log_id: UUID) -> HttpResponse:
    """Go on with what was broken off."""
    journey = _measured(public_id)
    found = actions.go_on(log=_log(journey, log_id), by=request.user.actor, at=request.at)
    return redirect("journeys:log", journey.public_id, found.public_id)


@needs(Permission.BRING_LOGS)
@require_POST
def delete(request: Visit, public_id: UUID, log_id: UUID) -> HttpResponse:
    """Delete a log, and everything that came from it."""
    journey = _measured(public_id)
    found = journey.logs.filter(public_id=log_id).first()
    if found is None:  # a second click
        return redirect("journeys:logs", journey.public_id)
    if actions.delete_log(log=found, by=request.user.actor, at=request.at):
        return redirect("journeys:log", journey.public_id, found.public_id)
    return tell(redirect("journeys:logs", journey.public_id), _("The log is deleted."))


@needs(Permission.BRING_LOGS)
@require_safe
def rejected(request: Visit, public_id: UUID, log_id: UUID) -> HttpResponseBase:  # noqa: ARG001 - Django's way
    """Send the rows that could not be read as CSV, each with its reason, to be put right at their source."""
    file = rejected_file(_log(_measured(public_id), log_id))
    if file is None:
        raise Http404
    lines = _lines(file, get_language() or "en")
    response = StreamingHttpResponse(written(lines), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="set-aside.csv"'
    return response


def _lines(file: Path, language: str) -> Iterator[list[str]]:
    """Give the rows, in a language: they are sent after the page has been left, when none is chosen any more."""
    with override(language):
        titles = [_("Row"), _("Why it was set aside"), _("What stands there")]
    yield titles
    with file.open(encoding="utf-8", newline="") as rows:
        for one in csv.DictReader(rows):
            with override(language):
                (told,) = words.row(one["reason"])
            yield [one["row"], told.text, one["text"] or ""]


def _measured(public_id: UUID) -> Journey:
    """Find a journey that logs may come to; nothing is measured of one that was drawn."""
    journey = journey_or_404(public_id)
    if journey.is_drawn:
        raise Http404
    return journey


def _log(journey: Journey, log_id: UUID) -> Log:
    return get_object_or_404(Log.objects.filter(journey=journey), public_id=log_id)
