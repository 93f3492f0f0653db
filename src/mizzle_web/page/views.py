"""Pages that stand for something that went wrong, without the database and without a session; and the gallery."""

from __future__ import annotations

import errno
import sys
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from django.db import DatabaseError, InterfaceError, OperationalError
from django.http import HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from mizzle_web.page import gallery, problem
from mizzle_web.page.access import needs
from mizzle_web.page.permissions import Permission

if TYPE_CHECKING:
    from collections.abc import Callable

    from mizzle_web.page.forms import Form
    from mizzle_web.page.refused import Changed, Refused
    from mizzle_web.page.visit import Visit

RETRY_SECONDS = 20


@needs(Permission.OPERATE)
@require_safe
def design(request: Visit) -> HttpResponse:
    """Show every component of the design, once."""
    return render(request, "page/design.html", gallery.specimens(request))


def _problem(request: Visit, status: int, told: Callable[[], tuple[str, str]]) -> HttpResponse:
    """Answer with a page of its own: nothing on it asks the database, the session or who the reader is."""
    language = getattr(request, "LANGUAGE_CODE", None) or translation.get_language_from_request(request)
    with translation.override(language):
        title, sentence = told()
        if problem.is_asked(request):
            return problem.problem(status, sentence, title=title)
        page = render_to_string("page/problem.html", {"title": title, "sentence": sentence, "status": status})
    response = HttpResponse(page, status=status)
    if request.headers.get("HX-Request"):  # in place of the whole page, not of the part that was asked for
        response["HX-Retarget"] = "body"
        response["HX-Reswap"] = "innerHTML"
    return response


def _inside(request: Visit, status: int, title: str, sentence: str) -> HttpResponse | None:
    """Answer within the shell, with every way on, where somebody has signed in and a whole page was asked for."""
    member = getattr(request, "user", None)
    if member is None or not member.is_authenticated or problem.is_asked(request) or request.headers.get("HX-Request"):
        return None
    words = {"title": title, "sentence": sentence, "status": status}
    return render(request, "page/problem_inside.html", words, status=status)


def missing(request: Visit, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001 - Django's way
    """Answer where nothing is found; the same for what is not there and for what is not the reader's."""

    def told() -> tuple[str, str]:
        return _("There is nothing here"), _("The address may be old, or not for you to see.")

    return _inside(request, 404, *told()) or _problem(request, 404, told)


def forbidden(request: Visit, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001 - Django's way
    """Answer where a right is missing."""

    def told() -> tuple[str, str]:
        sentence = _("Your role does not open this page. The service lead can give you one that does.")
        return _("Not for this role"), sentence

    return _inside(request, 403, *told()) or _problem(request, 403, told)


def bad_request(request: Visit, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001 - Django's way
    """Answer to what no browser of a person sends."""
    return _problem(
        request, 400, lambda: (_("That could not be read"), _("Go back, load the page again and try once more."))
    )


def not_this_way(request: Visit) -> HttpResponse:
    """Answer where an address is there for something else than looking at it."""
    return _problem(
        request,
        405,
        lambda: (_("No page at this address"), _("This address only takes what a form sends. Go back to the form.")),
    )


def forged(request: Visit, reason: str = "") -> HttpResponse:  # noqa: ARG001 - Django's way
    """Answer to a form without the token of this browser."""
    return _problem(
        request,
        403,
        lambda: (
            _("This form has expired"),
            _("The page was open for too long, or cookies are off. Go back, load it again and send it once more."),
        ),
    )


def broken(request: Visit) -> HttpResponse:
    """Answer when mizzle itself has failed, or the ground it stands on."""
    known = ground(request, sys.exc_info()[1])
    if known is not None:
        return known
    return _problem(
        request,
        500,
        lambda: (
            _("Something broke"),
            _(
                "This is a fault of mizzle, not yours. Nothing that was confirmed is lost. "
                "Tell your operator when it happened."
            ),
        ),
    )


def away(request: Visit) -> HttpResponse:
    """Answer while the database is away."""
    response = _problem(
        request,
        503,
        lambda: (
            _("Back in a moment"),
            _("The database does not answer. Nothing that was confirmed is lost. Try again in a moment."),
        ),
    )
    response["Retry-After"] = str(RETRY_SECONDS)
    return response


def disk_full(request: Visit) -> HttpResponse:
    """Answer when the disk is full."""
    return _problem(
        request,
        507,
        lambda: (
            _("No room to save this"),
            _(
                "The disk of the server is full, so this was not saved. "
                "Your operator must make room; then send it again."
            ),
        ),
    )


def ground(request: Visit, trouble: BaseException | None) -> HttpResponse | None:
    """Give the page for a problem of the database or the disk; None for any other."""
    if isinstance(trouble, OSError) and trouble.errno in (errno.ENOSPC, errno.EDQUOT):
        return disk_full(request)
    if isinstance(trouble, DatabaseError) and _is_full(trouble):
        return disk_full(request)
    is_spoilt = type(trouble) is DatabaseError  # as SQLite says of a damaged file; a fault of ours is of a child of it
    if is_spoilt or isinstance(trouble, OperationalError | InterfaceError):
        return away(request)
    return None


def _is_full(trouble: DatabaseError) -> bool:
    text = str(trouble).lower()
    return "disk is full" in text or "no space left" in text or "could not extend file" in text


def refused(request: Visit, refusal: Refused) -> HttpResponse:
    """Answer to an action that was refused and whose view had no form to say it in."""
    return _problem(request, 409, lambda: (_("That cannot be done"), refusal.sentence))


def changed(request: Visit, refusal: Changed, form: Form | None = None) -> HttpResponse:
    """Show what was typed beside what somebody else wrote in the meantime; nothing of either is lost.

    With the form the fields are called as they are called on it.
    """
    typed = request.POST
    labels = {name: field.label for name, field in form.fields.items()} if form else {}
    both = [(labels.get(name) or name, typed.get(name, ""), theirs) for name, theirs in refusal.theirs.items()]
    again = [
        (name, value)
        for name, values in typed.lists()
        if name not in ("csrfmiddlewaretoken", "version")
        for value in values
    ]
    context = {
        "sentence": refusal.sentence,
        "both": [one for one in both if one[1] != one[2]] or both,
        "again": again,
        "version": refusal.version,
        "back": _page_before(request),
    }
    return render(request, "page/changed.html", context, status=409)


def _page_before(request: Visit) -> str:
    """Give the page of this house on which the form stood."""
    before = request.headers.get("Referer", "")
    if not url_has_allowed_host_and_scheme(before, {request.get_host()}, request.is_secure()):
        return request.path
    parts = urlsplit(before)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path
