"""Pages that stand for something that went wrong, in the same style as all others, and without the database."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import render
from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from django.http import HttpResponse

    from mizzle_web.page.visit import Visit

RETRY_SECONDS = 20


def _problem(request: Visit, status: int, title: str, sentence: str) -> HttpResponse:
    return render(request, "page/problem.html", {"title": title, "sentence": sentence, "is_bare": True}, status=status)


def missing(request: Visit, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001 - Django's way
    """Answer where nothing is found; the same for what is not there and for what is not the reader's."""
    return _problem(request, 404, _("There is nothing here"), _("The address may be old, or not for you to see."))


def forbidden(request: Visit, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001 - Django's way
    """Answer where a right is missing."""
    sentence = _("Your role does not open this page. The service lead can give you one that does.")
    return _problem(request, 403, _("Not for this role"), sentence)


def bad_request(request: Visit, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001 - Django's way
    """Answer to what no browser of a person sends."""
    return _problem(request, 400, _("That could not be read"), _("Go back, load the page again and try once more."))


def forged(request: Visit, reason: str = "") -> HttpResponse:  # noqa: ARG001 - Django's way
    """Answer to a form without the token of this browser."""
    sentence = _("The page was open for too long, or cookies are off. Go back, load it again and send it once more.")
    return _problem(request, 403, _("This form has grown old"), sentence)


def broken(request: Visit) -> HttpResponse:
    """Answer when mizzle itself has failed."""
    sentence = _(
        "This is a fault of mizzle, not yours. Nothing that was confirmed is lost. Tell your operator when it was."
    )
    return _problem(request, 500, _("Something broke"), sentence)


def away(request: Visit) -> HttpResponse:
    """Answer while the database is away."""
    sentence = _("The database does not answer. Nothing that was confirmed is lost. Try again in a moment.")
    response = _problem(request, 503, _("Back in a moment"), sentence)
    response["Retry-After"] = str(RETRY_SECONDS)
    return response


def disk_full(request: Visit) -> HttpResponse:
    """Answer when the disk is full."""
    sentence = _(
        "The disk of the server is full, so this was not saved. Your operator must make room; then send it again."
    )
    return _problem(request, 507, _("No room to save this"), sentence)
