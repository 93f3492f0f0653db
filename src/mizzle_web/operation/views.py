"""Pages of the operator."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth import logout
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.crypto import get_random_string
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from mizzle_web.operation import backup as keeping
from mizzle_web.operation import health as looking
from mizzle_web.operation.actions import remove_sample
from mizzle_web.page.access import anyone, needs
from mizzle_web.page.notices import tell
from mizzle_web.page.permissions import Permission
from mizzle_web.page.refused import Refused
from mizzle_web.people.actions import start_code
from mizzle_web.people.actions.start_code import KNOWS_START_CODE
from mizzle_web.people.models import Member, Unit

if TYPE_CHECKING:
    from mizzle_web.page.visit import Visit


@needs(Permission.MANAGE_ORGANISATION)
@require_http_methods(["GET", "HEAD", "POST"])
def sample(request: Visit) -> HttpResponse:
    """Say what the sample organisation is, and remove it once that is confirmed."""
    refusal = None
    if request.method == "POST":
        try:
            remove_sample(by=request.user.actor, at=request.at)
        except Refused as found:
            refusal = found
        else:
            logout(request)
            if start_code.is_needed(request):  # who removes it goes on, and nobody else who finds the address
                request.session[KNOWS_START_CODE] = True
            return redirect("people:start")
    facts = {
        "refusal": refusal,
        "n_members": Member.objects.present().count(),
        "n_units": Unit.objects.on(request.at.date()).count(),
    }
    return render(request, "operation/sample.html", facts, status=422 if refusal else 200)


@anyone
@require_safe
def health(_request: Visit) -> HttpResponse:
    """Answer to whoever watches from outside whether the house is up, and nothing more."""
    if looking.is_reachable():
        return HttpResponse("ok\n", content_type="text/plain")
    return HttpResponse("away\n", content_type="text/plain", status=503, headers={"Retry-After": "20"})


@needs(Permission.OPERATE)
@require_safe
def operator(request: Visit) -> HttpResponse:
    """Show how the house is, and what to do where something is wrong."""
    lines = looking.examine(at=request.at)
    return render(request, "operation/operator.html", {"lines": lines, "n": sum(not one.is_fine for one in lines)})


@needs(Permission.OPERATE)
@require_http_methods(["GET", "HEAD", "POST"])
def backup(request: Visit) -> HttpResponse:
    """List the backups in the data folder, and let a worker make one."""
    if request.method == "POST":
        key = request.POST.get("key", "")[:60]
        job = keeping.ask_for_backup(by=request.user.actor, at=request.at, key=key)
        if job.by == request.user.actor:
            return redirect("jobs:job", job.public_id)
        return tell(redirect("operation:backup"), _("A backup is being made already. It will be in this list."))
    facts = {
        "backups": keeping.kept(),
        "most": keeping.KEPT,
        "key": get_random_string(32),
        "under_way": keeping.under_way(),
        "failed": keeping.last_failed(),
    }
    return render(request, "operation/backup.html", facts)


@needs(Permission.OPERATE)
@require_POST
def take_backup(request: Visit, name: str) -> HttpResponse:
    """Hand over a backup; that somebody took it stands in the journal, since everything is in it."""
    found = keeping.find(name)
    if found is None:
        raise Http404
    file = found.path.open("rb")
    keeping.note_taken(backup=found, by=request.user.actor, at=request.at)
    return FileResponse(file, as_attachment=True, filename=found.name, content_type="application/zip")  # type: ignore[return-value] # streamed
