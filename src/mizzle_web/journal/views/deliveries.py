"""What was sent and what waits; and how mail is sent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.conf import settings
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.crypto import get_random_string
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from mizzle_web.journal import actions, figures
from mizzle_web.journal.models import Hook, Parcel, ParcelKind, ParcelState
from mizzle_web.journal.outbox import mail_settings
from mizzle_web.page.access import needs
from mizzle_web.page.forms import Form
from mizzle_web.page.notices import tell
from mizzle_web.page.permissions import Permission
from mizzle_web.page.refused import Refused

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpResponse

    from mizzle_web.page.visit import Visit

PER_PAGE = 50
MOST_PAGES = 200


@dataclass(frozen=True, slots=True)
class Line:
    """A parcel as a page shows it."""

    parcel: Parcel
    target: str
    reason: str
    is_dead: bool


@needs(Permission.MANAGE_API)
@require_safe
def deliveries(request: Visit) -> HttpResponse:
    """List what waits, was sent or was given up, the newest first."""
    return _deliveries(request)


def _deliveries(request: Visit, form: Form | None = None) -> HttpResponse:
    state = request.GET.get("state", "")
    state = state if state in ParcelState.values else ParcelState.WAITING.value
    text = request.GET.get("page", "1")
    page = min(int(text), MOST_PAGES) if text.isascii() and text.isdigit() and len(text) < 6 and int(text) else 1  # noqa: PLR2004 - digits
    first = (page - 1) * PER_PAGE
    found = list(
        Parcel.objects.filter(state=state).defer("content").order_by("-created_at", "pk")[first : first + PER_PAGE + 1]
    )
    hooks = {str(hook.public_id): hook.url for hook in Hook.objects.all()}
    sees_people = request.user.may(Permission.SEE_PEOPLE)
    counts = figures.counts()
    return render(
        request,
        "journal/deliveries.html",
        {
            "form": form,
            "tabs": [(one.value, one.label, counts[one.value]) for one in ParcelState],
            "state": state,
            "lines": [_line(parcel, hooks, sees_people=sees_people) for parcel in found[:PER_PAGE]],
            "newer": _address(state, page - 1) if page > 1 else "",
            "older": _address(state, page + 1) if len(found) > PER_PAGE else "",
            "lacks_mail": mail_settings() is None,
            "n_mails": Parcel.objects.mails().filter(state=ParcelState.WAITING).count(),
        },
        status=422 if form and form.errors else 200,
    )


def _address(state: str, page: int) -> str:
    return urlencode({"state": state, "page": str(page)})


def _line(parcel: Parcel, hooks: dict[str, str], *, sees_people: bool) -> Line:
    if parcel.kind == ParcelKind.WEBHOOK:
        target = hooks.get(parcel.target, figures.short(parcel.target))
    else:
        target = parcel.target if sees_people else figures.masked(parcel.target)
    return Line(parcel, target, figures.reason(parcel.error), parcel.state == ParcelState.DEAD)


@needs(Permission.MANAGE_API)
@require_POST
def replay(request: Visit, public_id: UUID) -> HttpResponse:
    """Let what was given up be sent again."""
    try:
        actions.replay(parcel=public_id, by=request.user.actor, at=request.at)
    except Parcel.DoesNotExist as problem:
        raise Http404 from problem
    except Refused as refusal:
        form = Form({})
        form.refuse(refusal)
        return _deliveries(request, form)
    return tell(redirect("journal:deliveries"), _("It is in the queue again and goes out in a moment."))


@needs(Permission.OPERATE)
@require_http_methods(["GET", "HEAD", "POST"])
def mail(request: Visit) -> HttpResponse:
    """Say how mail is sent, and send one to the reader to try it."""
    form = Form(request.POST if request.method == "POST" else None)
    way = mail_settings()
    if request.method == "POST":
        try:
            key = request.POST.get("key", "")[:40]
            actions.try_mail(address=request.user.email or "", key=key, by=request.user.actor, at=request.at)
        except Refused as refusal:
            form.refuse(refusal)
        else:
            now, later = _("A test mail goes out in a moment."), _("A test mail waits until a mail server is set.")
            return tell(redirect("journal:mail"), now if way else later)
    return render(
        request,
        "journal/mail.html",
        {
            "form": form,
            "way": way,
            "sender": settings.ENVIRONMENT.mail_from,
            "n_mails": Parcel.objects.mails().filter(state=ParcelState.WAITING).count(),
            "last_error": figures.reason(_last_error()),
            "key": get_random_string(20),
        },
        status=422 if form.errors else 200,
    )


def _last_error() -> str:
    failing = Parcel.objects.mails().filter(state=ParcelState.WAITING).exclude(error="")
    return failing.order_by("-created_at").values_list("error", flat=True).first() or ""
