"""The first page, and the way to every setting."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from mizzle_web.page import fragments
from mizzle_web.page.access import member
from mizzle_web.page.permissions import Permission
from mizzle_web.people.models import Member, Unit
from mizzle_web.people.roles import Role

if TYPE_CHECKING:
    from django.http import HttpResponse
    from django.utils.functional import _StrPromise as Later

    from mizzle_web.page.visit import Visit

    Line = tuple[str, str, Later, Later, Permission | None]

LEFT = ("today:first_step", "journeys:waiting", "jobs:waiting", "people:waiting")
RIGHT = ("journeys:mine", "people:my_place")
"""Fragments on Today, by the name of their address; each room brings its own."""


class Step(NamedTuple):
    """A step that is asked of the reader: where it is taken, and what for."""

    address: str
    title: Later
    sentence: Later
    label: Later


class Setting(NamedTuple):
    """A line of the list of settings."""

    address: str
    icon: str
    title: Later
    about: Later


@member
@require_safe
def today(request: Visit) -> HttpResponse:
    """Show the signed-in person what waits for them."""
    left, right = ([fragments.show(request, name) for name in side] for side in (LEFT, RIGHT))
    return render(request, "today/today.html", {"left": left, "right": right, "is_calm": not "".join(left).strip()})


@member
@require_safe
def first_step(request: Visit) -> HttpResponse:
    """Show on Today the smallest step that makes this house useful; nothing once it is taken."""
    return render(request, "today/first_step.html", {"step": _first_step(request)})


def _first_step(request: Visit) -> Step | None:
    may = request.user.may
    if may(Permission.MANAGE_UNITS) and not Unit.objects.on(request.at.date()).exists():
        return Step(
            "people:new_unit",
            _("Open the first team"),
            _("One name is enough to begin. Teams can be renamed, moved and merged at any time."),
            _("Open a team"),
        )
    if may(Permission.MANAGE_PEOPLE) and not Member.objects.present().exclude(pk=request.user.pk).exists():
        return Step(
            "people:members",
            _("Bring in the first people"),
            _(
                "Add one colleague, or import a list of everybody from a file. "
                "You see what would happen before it does."
            ),
            _("Add people"),
        )
    if may(Permission.GIVE_ROLES) and Member.objects.holding(Role.SERVICE_LEAD).count() == 1:
        return Step(
            "people:members",
            _("Make a second service lead"),
            _("With two, nobody is ever locked out. Open the page of a person, then give them the role."),
            _("Choose somebody"),
        )
    return None


@member
@require_safe
def settings(request: Visit) -> HttpResponse:
    """List the settings that are open to the reader."""
    return render(request, "today/settings.html", {"groups": _groups(request)})


def _groups(request: Visit) -> list[tuple[Later, list[Setting]]]:
    """Give the settings that the reader may open; a room that is not there, or a group without any, is left out."""
    groups = []
    for title, lines in SETTINGS:
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


SETTINGS: list[tuple[Later, list[Line]]] = [
    (
        _("You"),
        [
            ("people:me", "mine", _("Yourself"), _("Language, password, second factor."), None),
        ],
    ),
    (
        _("Organisation"),
        [
            (
                "people:organisation",
                "settings",
                _("Name, language, zone"),
                _("What holds for everybody who has not chosen."),
                Permission.MANAGE_ORGANISATION,
            ),
            (
                "people:units",
                "units",
                _("Units"),
                _("Teams and departments, on any day."),
                Permission.MANAGE_UNITS,
            ),
            (
                "people:sign_in_rules",
                "key",
                _("Signing in"),
                _("How long sessions last, how long passwords are."),
                Permission.MANAGE_SIGN_IN,
            ),
            (
                "people:languages",
                "language",
                _("Languages"),
                _("The default, and who sees which."),
                Permission.MANAGE_ORGANISATION,
            ),
        ],
    ),
    (
        _("People"),
        [
            (
                "people:members",
                "people",
                _("People"),
                _("Who is here, and who has left."),
                Permission.MANAGE_PEOPLE,
            ),
            ("people:imports", "table", _("Import people"), _("Many people at once."), Permission.MANAGE_PEOPLE),
            (
                "people:roles",
                "vote",
                _("Roles"),
                _("Who holds which, and what each may do."),
                Permission.GIVE_ROLES,
            ),
        ],
    ),
    (
        _("Connections"),
        [
            ("people:tokens", "key", _("Tokens"), _("For programs that act in your name."), Permission.MANAGE_API),
            ("journal:hooks", "out", _("Webhooks"), _("Other systems that are notified."), Permission.MANAGE_API),
            (
                "journal:deliveries",
                "mail",
                _("Deliveries"),
                _("What waits, and what did not arrive."),
                Permission.MANAGE_API,
            ),
        ],
    ),
    (
        _("Operation"),
        [
            (
                "operation:operator",
                "operate",
                _("System status"),
                _("Versions, disk, mail, and what to do."),
                Permission.OPERATE,
            ),
            (
                "operation:backup",
                "backup",
                _("Backup"),
                _("Copies of everything in one file."),
                Permission.OPERATE,
            ),
            (
                "people:help_sign_in",
                "key",
                _("Help somebody sign in"),
                _("A lost password, or a lost second factor."),
                Permission.MANAGE_SIGN_IN,
            ),
            ("page:design", "eye", _("Design"), _("Every component of the pages, once."), Permission.OPERATE),
            ("journal:mail", "mail", _("Mail"), _("How mail is sent, and a test."), Permission.OPERATE),
            (
                "journal:check",
                "journal",
                _("Check the journal"),
                _("Whether anything was changed."),
                Permission.READ_JOURNAL,
            ),
        ],
    ),
]
"""The table of all settings: address, icon, title, what it is for, and who may."""
