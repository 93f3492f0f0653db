"""A request as every view of the house gets it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import HttpRequest

if TYPE_CHECKING:
    from datetime import datetime


class Visit(HttpRequest):
    """What the middleware has put beside Django's own: the instant, the organisation and the member.

    The class is for readers and for the type checker; at run time it is Django's request.
    """

    at: datetime
    organisation: Any
    """The organisation, or None in a house that has none yet; of `mizzle_web.people`, which stands above pages."""
    user: Any
    """The member who has signed in, or Django's anonymous user."""
    LANGUAGE_CODE: str
    has_shown_notice: bool
    """Whether this page says what the last action did: see `mizzle_web.page.notices`."""
