"""What stands around every page: headers that the browser keeps to, the clock, and a database that may be away."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpResponseNotAllowed

from mizzle_web.page import clock, views
from mizzle_web.page.refused import Changed, Refused

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpResponseBase

    from mizzle_web.page.visit import Visit

    Next = Callable[[Visit], HttpResponseBase]

POLICY = (
    "default-src 'none'; "
    "script-src 'self'; "
    "style-src 'self'; "
    "font-src 'self'; "
    "img-src 'self' data:; "
    "connect-src 'self'; "
    "form-action 'self'; "
    "base-uri 'none'; "
    "frame-ancestors 'none'; "
    "manifest-src 'self'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}


class Headers:
    """Send the headers of `HEADERS` with every answer, and let nothing personal be cached."""

    def __init__(self, following: Next) -> None:
        self.following = following

    def __call__(self, request: Visit) -> HttpResponseBase:
        """Let the request through, and look at the answer."""
        response = self.following(request)
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        if request.is_secure():
            response.headers.setdefault("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
        response.headers.setdefault("Cache-Control", "no-store")
        return response


class Clock:
    """Give every request its instant, `request.at`: one page, one time."""

    def __init__(self, following: Next) -> None:
        self.following = following

    def __call__(self, request: Visit) -> HttpResponseBase:
        """Let the request through, and look at the answer."""
        request.at = clock.now()
        return self.following(request)


class Database:
    """Say in plain words when the database is away (503) or the disk is full (507); nothing is acknowledged then.

    What happens in a view comes by here; what happens before it, as with the session, comes by `views.broken`.
    """

    def __init__(self, following: Next) -> None:
        self.following = following

    def __call__(self, request: Visit) -> HttpResponseBase:
        """Let the request through, and look at the answer."""
        return self.following(request)

    def process_exception(self, request: Visit, problem: Exception) -> HttpResponseBase | None:
        """Turn what the database or the disk refuses into a page."""
        return views.ground(request, problem)


class Refusals:
    """Say in a page of its own what an action refused, where the view had no form to say it in; never an empty page."""

    def __init__(self, following: Next) -> None:
        self.following = following

    def __call__(self, request: Visit) -> HttpResponseBase:
        """Let the request through, and look at the answer."""
        response = self.following(request)
        if isinstance(response, HttpResponseNotAllowed) and not response.content:
            page = views.not_this_way(request)
            page.headers["Allow"] = response.headers["Allow"]
            return page
        return response

    def process_exception(self, request: Visit, problem: Exception) -> HttpResponseBase | None:
        """Turn a refusal into a page with status 409."""
        if isinstance(problem, Changed):
            return views.changed(request, problem)
        if isinstance(problem, Refused):
            return views.refused(request, problem)
        return None
