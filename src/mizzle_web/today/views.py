"""The first page, and the way to every setting."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _

from mizzle_web.page.access import member
from mizzle_web.page.permissions import Permission

if TYPE_CHECKING:
    from django.http import HttpResponse

    from mizzle_web.page.visit import Visit

    Line = tuple[str, str, str, str, Permission | None]

LEFT = ("today:first_step", "jobs:waiting", "people:waiting")
RIGHT = ("people:my_place",)
"""Fragments on Today, by the name of their address; each room brings its own."""


class Setting(NamedTuple):
    """A line of the list of settings."""

    address: str
    icon: str
    title: str
    about: str


@member
def today(request: Visit) -> HttpResponse:
    """Show the signed-in person what waits for them."""
    return render(request, "today/today.html", {"left": LEFT, "right": RIGHT})


@member
def settings(request: Visit) -> HttpResponse:
    """List the settings that are open to the reader."""
    return render(request, "today/settings.html", {"groups": _groups(request)})


def _groups(request: Visit) -> list[tuple[str, list[Setting]]]:
    """Give the settings that the reader may open; a room that is not there, or a group without any, is left out."""
    groups = []
    for title, lines in SETTINGS():
        open_ones = []
        for name, icon, label, about, permission in lines:
            if permission is not None and not request.user.may(permission):
                continue
            try:
                open_ones.append(Setting(reverse(name), icon, label, about))
            except NoReverseMatch:
                continue
        if open_ones:
            groups.append((title, open_ones))
    return groups


def SETTINGS() -> list[tuple[str, list[Line]]]:  # noqa: N802 - a table in the reader's language
    """Give the table of all settings: address, icon, title, what it is for, and who may."""
    return [
        (
            _("You"),
            [
                ("people:me", "mine", _("Yourself"), _("Language, password, second factor."), None),
            ],
        ),
        (
            _("Organisation"),
            [],
        ),
        (
            _("People"),
            [],
        ),
        (
            _("Connections"),
            [],
        ),
        (
            _("Operation"),
            [
                ("page:design", "eye", _("Design"), _("Every component of the pages, once."), Permission.OPERATE),
            ],
        ),
    ]
