"""One's second factor: add it, move it to another phone, make recovery codes, remove it."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import segno
from django.shortcuts import redirect, render
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from mizzle_web.page import notices
from mizzle_web.page.access import member
from mizzle_web.page.refused import Refused
from mizzle_web.people import secrets
from mizzle_web.people import sign_in as door
from mizzle_web.people.actions import credentials
from mizzle_web.people.forms.me import FirstCode, OtherPhone, Present

if TYPE_CHECKING:
    from django.http import HttpResponse
    from django.utils.safestring import SafeString

    from mizzle_web.page.visit import Visit


@member
@require_http_methods(["GET", "HEAD", "POST"])
def second_factor(request: Visit) -> HttpResponse:
    """Add a second factor, or change the one that is there: each button of the page says what it is for."""
    wanted = request.POST.get("do", "") or request.GET.get("do", "")
    if not request.user.second_factor:
        return _add(request)
    if wanted == "move":
        return _add(request, instead=True)
    if wanted in ("codes", "remove"):
        return _with_password(request, wanted)
    return render(request, "people/second_factor.html", _state(request))


def _state(request: Visit) -> dict[str, object]:
    may_remove = not request.user.needs_second_factor or request.organisation.is_sample
    return {"n_left": len(request.user.recovery_codes), "may_remove": may_remove}


def _add(request: Visit, *, instead: bool = False) -> HttpResponse:
    """Show the key until its first code has been typed; then, once, the recovery codes."""
    who = request.user
    is_sent = request.method == "POST" and "offer" in request.POST
    key = secrets.offered(request.POST["offer"], who.actor, request.at) if is_sent else None
    if key is None:
        key, offer = secrets.new_offer(who.actor, request.at)
    else:
        offer = request.POST["offer"]
    shape = OtherPhone if instead else FirstCode
    data = {**request.POST.dict(), "offer": offer} if is_sent else None
    form = shape(data, initial={"offer": offer})
    if is_sent and form.is_valid():
        given = form.cleaned_data
        try:
            if instead:
                door.check_again(member=who, password=given["present"], address=door.address_of(request), at=request.at)
            codes = credentials.add_second_factor(
                member=who, key=key, code=given["code"], by=who.actor, at=request.at, instead=instead
            )
        except Refused as refusal:
            form.refuse(refusal)
        else:
            door.keep_session(request)
            return render(request, "people/recovery_codes.html", {"codes": codes, "is_new": True})
    due = who.second_factor_due_at(request.organisation)
    is_owed = due is not None and request.at >= due  # then no other page opens, so none is offered
    layout = "page/outside.html" if is_owed else "page/inside.html"
    words = {"form": form, "instead": instead, "is_owed": is_owed, "layout": layout, **_shown(request, key)}
    return render(request, "people/second_factor_add.html", words, status=422 if form.errors else 200)


def _shown(request: Visit, key: str) -> dict[str, object]:
    """Give the key as a picture, as an address for the phone itself, and as a text to type."""
    who = request.user
    address = secrets.address_for_app(key, name=who.email or who.code or who.name, issuer=request.organisation.name)
    grouped = " ".join(key[start : start + 4] for start in range(0, len(key), 4))
    return {"picture": _picture(address), "address": address, "key": grouped}


def _picture(address: str) -> SafeString:
    """Draw a QR code as SVG, without style attributes, which the browser would refuse here."""
    drawing = io.BytesIO()
    segno.make(address, error="m").save(
        drawing,
        kind="svg",
        xmldecl=False,
        svgns=False,
        nl=False,
        omitsize=True,
        svgclass=None,
        lineclass=None,
        border=4,
    )
    return mark_safe(drawing.getvalue().decode())  # noqa: S308 - drawn by segno; the address is in its squares only


def _with_password(request: Visit, wanted: str) -> HttpResponse:
    """Make new recovery codes or remove the factor, after the password was given once more."""
    who = request.user
    form = Present(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            door.check_again(
                member=who, password=form.cleaned_data["present"], address=door.address_of(request), at=request.at
            )
            if wanted == "codes":
                codes = credentials.new_recovery_codes(member=who, by=who.actor, at=request.at)
                return render(request, "people/recovery_codes.html", {"codes": codes, "is_new": False})
            credentials.remove_second_factor(member=who, by=who.actor, at=request.at)
        except Refused as refusal:
            form.refuse(refusal)
        else:
            door.keep_session(request)
            return notices.tell(redirect("people:me"), _("Second factor removed. You are signed out everywhere else."))
    words = {"form": form, "wanted": wanted, **_state(request)}
    return render(request, "people/second_factor_ask.html", words, status=422 if form.errors else 200)
