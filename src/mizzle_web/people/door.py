"""The door of the house: who comes in, for how long, in which language, and to which rooms."""

from __future__ import annotations

import zoneinfo
from typing import TYPE_CHECKING, Any, NamedTuple

from django.conf import settings
from django.contrib.auth import get_user, logout
from django.core.signing import BadSignature, TimestampSigner
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from mizzle_web.page.access import ANYONE, MEMBER
from mizzle_web.page.views import forbidden
from mizzle_web.people import arrivals

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpResponseBase

    from mizzle_web.page.visit import Visit
    from mizzle_web.people.models import Member, Organisation

    Next = Callable[[Visit], HttpResponseBase]

SEEN = f"{settings._PREFIX}seen"  # noqa: SLF001 - one prefix for all cookies
SIGNED_IN_AT, TABLET = "signed_in_at", "is_tablet"
_SIGNER = TimestampSigner(salt="mizzle.seen")
FRESH_SECONDS = 10
"""So long is it not said anew when somebody was last here: a session ends so much earlier at most."""
REFRESH_SLACK_SECONDS = 2
OPEN_WITHOUT_FACTOR = frozenset({"people:second_factor", "people:sign_out", "people:language"})
"""What somebody may still open whose role needs a second factor, once the days of grace are over."""
CLOSED_ON_TABLET = ("/me/", "/settings/")
"""How addresses begin that a shared tablet does not open; nor does it open what needs a permission."""
OPEN_ON_TABLET = frozenset({"people:waiting", "people:my_place"})


class Backend:
    """Tells Django who a session belongs to. Passwords and PINs are checked in `sign_in`."""

    def authenticate(self, request: Visit | None) -> None:
        """Know nobody: nothing but `sign_in` tells who somebody is."""

    def get_user(self, user_id: int) -> Member | None:
        """Find the member of a session; one who left has none."""
        return arrivals.member(user_id)


class Sessions:
    """Say who a session belongs to, and end those that are idle or old.

    When a member was last seen is kept in a signed cookie and not in the database, since a GET never records.
    """

    def __init__(self, following: Next) -> None:
        self.following = following

    def __call__(self, request: Visit) -> HttpResponseBase:
        """Let the request through, and look at the answer."""
        request.organisation = _house(request)
        request.user = get_user(request)
        said = _said(request)
        if SIGNED_IN_AT in request.session and self._is_over(request, said):
            was_on_tablet = request.session.get(TABLET)
            logout(request)
            if was_on_tablet and request.path != reverse("people:tablet"):
                return _send(request, _ended_on_tablet())
        if request.session.get(TABLET) and request.user.is_authenticated:
            request.user.is_on_tablet = True
        response = self.following(request)
        if SIGNED_IN_AT in request.session and request.session.session_key:
            _say(request, response, said)
            if request.session.get(TABLET) and request.organisation is not None:
                # What a page shows does not stay on a screen that everybody passes, script or no script.
                seconds = request.organisation.tablet_minutes * 60 + REFRESH_SLACK_SECONDS
                response.headers["Refresh"] = f"{seconds}; url={_ended_on_tablet()}"
        elif SEEN in request.COOKIES:
            response.delete_cookie(SEEN)
        return response

    def _is_over(self, request: Visit, said: Said | None) -> bool:
        rules = request.organisation
        if rules is None:
            return True
        now = request.at.timestamp()
        if now - float(request.session[SIGNED_IN_AT]) > rules.session_hours * 3600:
            return True
        minutes = rules.tablet_minutes if request.session.get(TABLET) else rules.idle_minutes
        if said is None:
            return bool(now - float(request.session[SIGNED_IN_AT]) > minutes * 60)
        return bool(said.key != request.session.session_key or now - said.seen_at > minutes * 60)


def _house(request: Visit) -> Organisation | None:
    """Give the organisation; and open the session that the browser names, since both are asked for at once."""
    session: Any = request.session
    if session.session_key is None:
        return arrivals.organisation()
    organisation, data = arrivals.organisation_and_session(session.session_key, request.at)
    if organisation is not None:
        session.take(data)
    return organisation


class Said(NamedTuple):
    """What the browser says of when it was last here, and in which session; it cannot lie, since that is signed."""

    key: str
    seen_at: float


def _said(request: Visit) -> Said | None:
    try:
        key, seen_at = _SIGNER.unsign_object(request.COOKIES.get(SEEN, ""))
    except BadSignature:
        return None
    return Said(key, float(seen_at))


def _say(request: Visit, response: HttpResponseBase, said: Said | None) -> None:
    """Let the browser say the next time that it was here now; what it says already holds for some seconds."""
    key, now = request.session.session_key, request.at.timestamp()
    if said is None or said.key != key or not 0 <= now - said.seen_at <= FRESH_SECONDS:
        value = _SIGNER.sign_object([key, now])
        response.set_cookie(SEEN, value, httponly=True, secure=settings.SESSION_COOKIE_SECURE, samesite="Lax")


class Language:
    """Speak the member's language, or that chosen at the door, the browser's or the organisation's; and their zone."""

    def __init__(self, following: Next) -> None:
        self.following = following

    def __call__(self, request: Visit) -> HttpResponseBase:
        """Let the request through, and look at the answer."""
        language, zone = self._of(request)
        translation.activate(language)
        request.LANGUAGE_CODE = language
        timezone.activate(zoneinfo.ZoneInfo(zone))
        try:
            response = self.following(request)
        finally:
            timezone.deactivate()
            translation.deactivate()
        response.headers.setdefault("Content-Language", language)
        return response

    def _of(self, request: Visit) -> tuple[str, str]:
        organisation = request.organisation
        home = organisation.language if organisation else settings.LANGUAGE_CODE
        zone = organisation.timezone if organisation else settings.TIME_ZONE
        member = request.user
        if member.is_authenticated:
            return member.language or home, member.timezone or zone
        chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
        if chosen in dict(settings.LANGUAGES):
            return chosen, zone
        asked = request.META.get("HTTP_ACCEPT_LANGUAGE")
        return (translation.get_language_from_request(request) if asked else home), zone


class Access:
    """Open an address to those whom its view names, and to nobody where it names none."""

    def __init__(self, following: Next) -> None:
        self.following = following

    def __call__(self, request: Visit) -> HttpResponseBase:
        """Let the request through, and look at the answer."""
        return self.following(request)

    def process_view(self, request: Visit, view: Any, _args: Any, _kwargs: Any) -> HttpResponseBase | None:
        """Let through, send to the door, or refuse."""
        access = getattr(view, "access", None)
        if access is None:
            raise Http404
        if access == ANYONE:
            return None
        if not request.user.is_authenticated:
            return _send(request, _door(request))
        if request.user.is_on_tablet:
            return None if access == MEMBER and _may_on_tablet(request) else _not_on_tablet(request)
        if _owes_factor(request):
            return _send(request, reverse("people:second_factor"))
        if access == MEMBER or request.user.may(access):
            return None
        return forbidden(request)


def _send(request: Visit, address: str) -> HttpResponse:
    """Send to another page, also where a part of a page was asked for."""
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204, headers={"HX-Redirect": address})
    return redirect(address)


def _owes_factor(request: Visit) -> bool:
    if request.resolver_match is not None and request.resolver_match.view_name in OPEN_WITHOUT_FACTOR:
        return False
    due = request.user.second_factor_due_at(request.organisation)
    return due is not None and request.at >= due


def _may_on_tablet(request: Visit) -> bool:
    name = request.resolver_match.view_name if request.resolver_match else ""
    return name in OPEN_ON_TABLET or not request.path.startswith(CLOSED_ON_TABLET)


def _not_on_tablet(request: Visit) -> HttpResponse:
    words = {
        "title": _("Not on a shared tablet"),
        "sentence": _("Here you can do no more than a colleague. Sign in on a device of your own for this page."),
        "status": 403,
    }
    return render(request, "page/problem.html", words, status=403)


def _ended_on_tablet() -> str:
    return f"{reverse('people:tablet')}?{urlencode({'ended': 1})}"


def _door(request: Visit) -> str:
    """Give the address to sign in at, or to begin at where there is no organisation yet."""
    if request.organisation is None:
        return reverse("people:start")
    target = request.get_full_path() if request.method == "GET" else "/"
    return f"{reverse('people:sign_in')}?{urlencode({'next': target})}" if target != "/" else reverse("people:sign_in")
