"""Who is told of what happens here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.crypto import get_random_string
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from mizzle_web.journal import actions
from mizzle_web.journal.forms import NewHook
from mizzle_web.journal.models import Hook
from mizzle_web.page.access import needs
from mizzle_web.page.forms import Form
from mizzle_web.page.notices import tell
from mizzle_web.page.permissions import Permission
from mizzle_web.page.refused import Changed, Refused

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpResponse

    from mizzle_web.page.visit import Visit


@needs(Permission.MANAGE_API)
@require_http_methods(["GET", "HEAD", "POST"])
def hooks(request: Visit) -> HttpResponse:
    """List the hooks, and add one; its secret is shown in the answer to that, and never again."""
    form = NewHook(request.POST if request.method == "POST" else None)
    if form.is_valid():
        given = form.cleaned_data
        try:
            hook, secret = actions.add_hook(
                url=given["url"], verbs=given["verbs"], by=request.user.actor, at=request.at
            )
        except Refused as refusal:
            form.refuse(refusal)
        else:
            # No redirect: the secret would have to be kept somewhere to be shown on the next page.
            return _hooks(request, NewHook(), status=201, secret=secret, added=hook)
    return _hooks(request, form, status=422 if form.errors else 200)


def _hooks(
    request: Visit,
    form: Form,
    *,
    status: int = 200,
    secret: str = "",
    added: Hook | None = None,
    refused: Form | None = None,
    theirs: str = "",
) -> HttpResponse:
    return render(
        request,
        "journal/hooks.html",
        {
            "form": form,
            "refused": refused,
            "theirs": theirs,
            "hooks": Hook.objects.order_by("url"),
            "secret": secret,
            "added": added,
            "key": get_random_string(20),
        },
        status=status,
    )


def _refuse(request: Visit, refusal: Refused) -> HttpResponse:
    refused = Form({})
    refused.refuse(refusal)
    if isinstance(refusal, Changed):
        return _hooks(request, NewHook(), refused=refused, theirs=refusal.theirs["is_active"], status=409)
    return _hooks(request, NewHook(), refused=refused, status=422)


def _version(request: Visit) -> int:
    text = request.POST.get("version", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0  # noqa: PLR2004 - digits


@needs(Permission.MANAGE_API)
@require_POST
def switch(request: Visit, public_id: UUID) -> HttpResponse:
    """Switch a hook on or off."""
    is_active = request.POST.get("to") == "on"
    try:
        actions.switch_hook(
            hook=public_id, is_active=is_active, version=_version(request), by=request.user.actor, at=request.at
        )
    except Hook.DoesNotExist as problem:
        raise Http404 from problem
    except Refused as refusal:
        return _refuse(request, refusal)
    on, off = (
        _("The webhook is on. What waited goes out."),
        _("The webhook is off. What waits for it stays until it is on again."),
    )
    return tell(redirect("journal:hooks"), on if is_active else off)


@needs(Permission.MANAGE_API)
@require_POST
def ping(request: Visit, public_id: UUID) -> HttpResponse:
    """Send a call that means nothing, to try a hook."""
    try:
        key = request.POST.get("key", "")[:40]
        actions.ping_hook(hook=public_id, key=key, by=request.user.actor, at=request.at)
    except Hook.DoesNotExist as problem:
        raise Http404 from problem
    except Refused as refusal:
        return _refuse(request, refusal)
    return tell(redirect("journal:hooks"), _("A test call goes out in a moment. Deliveries shows what came of it."))


@needs(Permission.MANAGE_API)
@require_POST
def remove(request: Visit, public_id: UUID) -> HttpResponse:
    """Remove a hook."""
    try:
        actions.remove_hook(hook=public_id, version=_version(request), by=request.user.actor, at=request.at)
    except Hook.DoesNotExist as problem:
        raise Http404 from problem
    except Refused as refusal:
        return _refuse(request, refusal)
    return tell(redirect("journal:hooks"), _("The webhook is removed."))
