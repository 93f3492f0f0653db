"""The first page, and the way to every setting."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from mizzle_web.page.access import member
from mizzle_web.page.permissions import Permission

if TYPE_CHECKING:
    from django.http import HttpResponse

    from mizzle_web.page.visit import Visit

LEFT = ("jobs:waiting", "people:waiting")
RIGHT = ("people:my_place",)
"""Fragments on Today, by the name of their address; each room brings its own."""


@member
def today(request: Visit) -> HttpResponse:
    """Show the signed-in person what waits for them."""
    return render(request, "today/today.html", {"left": LEFT, "right": RIGHT})


@member
def settings(request: Visit) -> HttpResponse:
    """List the settings that are open to the reader."""
    return render(request, "today/settings.html", {"groups": _groups(request)})


def _groups(request: Visit) -> list[tuple[str, list[tuple[str, str, str, str]]]]:
    groups = []
    for title, pages in SETTINGS():
        open_ones = [
            (reverse(name), icon, label, text)
            for name, icon, label, text, permission in pages
            if permission is None or request.user.may(permission)
        ]
        if open_ones:
            groups.append((title, open_ones))
    return groups


def SETTINGS() -> list[tuple[str, list[tuple[str, str, str, str, Permission | None]]]]:  # noqa: N802 - a table in the reader's language
    """Give the table of all settings: address, icon, title, what it is for, and who may."""
    return [
        (
            _("You"),
            [("people:me", "mine", _("Yourself"), _("Language, password, second factor."), None)],
        ),
    ]
