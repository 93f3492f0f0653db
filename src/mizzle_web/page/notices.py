"""One line that says what the last action did: told with the answer to a POST, shown once on the page after it.

It travels in a signed cookie of a minute, since a GET never records; the page that shows it lets the cookie go.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.core import signing

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpResponse, HttpResponseBase

    from mizzle_web.page.visit import Visit

COOKIE = f"{settings.CSRF_COOKIE_NAME.removesuffix('csrf')}notice"
SALT = "mizzle.notice"
SECONDS = 60
LONGEST = 500
"""In characters; a cookie must stay small."""
SHORT = 100
"""In characters; so few are not worth the time to press them together."""


def tell(response: HttpResponse, text: str) -> HttpResponse:
    """Let the next page say this, as "Moved to Friday."; give the same response."""
    said = str(text)[:LONGEST]
    response.set_cookie(
        COOKIE,
        signing.dumps(said, salt=SALT, compress=len(said) > SHORT),
        max_age=SECONDS,
        httponly=True,
        secure=settings.CSRF_COOKIE_SECURE,
        samesite="Lax",
    )
    return response


def told(request: Visit | None) -> str:
    """Give what was told, and note that the reader has now seen it."""
    if request is None:
        return ""
    try:
        text = str(signing.loads(request.COOKIES.get(COOKIE, ""), salt=SALT, max_age=SECONDS))
    except signing.BadSignature:
        return ""
    request.has_shown_notice = True
    return text


class Notices:
    """Let go of a notice that has been shown."""

    def __init__(self, following: Callable[[Visit], HttpResponseBase]) -> None:
        self.following = following

    def __call__(self, request: Visit) -> HttpResponseBase:
        """Let the request through, and look at the answer."""
        request.has_shown_notice = False
        response = self.following(request)
        if request.has_shown_notice and COOKIE not in response.cookies:
            response.delete_cookie(COOKIE, samesite="Lax")
        return response
