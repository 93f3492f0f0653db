"""What stands on every page: the way to each room, under the rights of the reader."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from django.conf import settings as django_settings
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _

from mizzle_web.page.permissions import Permission
from mizzle_web.people.figures import unit_name

if TYPE_CHECKING:
    from mizzle_web.page.visit import Visit


OF_SETTINGS = ("journal:hooks", "journal:deliveries", "journal:mail")
"""Pages that are found under the settings, though their address is that of another room."""


@dataclass(frozen=True, slots=True)
class Way:
    """A link to a room."""

    title: str
    icon: str
    address: str
    current: str
    """As `aria-current` says it: "page" for this very page, "true" for one further inside, or nothing."""
    count: int = 0


@dataclass(frozen=True, slots=True)
class Group:
    """Rooms that belong together."""

    title: str
    items: tuple[Way, ...]


def everywhere(request: Visit) -> dict[str, Any]:
    """Give every template the ways that are open to its reader."""
    member = getattr(request, "user", None)
    sends_mail = bool(django_settings.ENVIRONMENT.mail_url)
    if member is None or not member.is_authenticated:
        return {"user": member, "sends_mail": sends_mail}

    is_setting = request.path.startswith(tuple(reverse(name) for name in OF_SETTINGS))

    def way(title: str, icon: str, name: str) -> Way:
        address = reverse(name)
        is_inside = address != "/" and not is_setting and request.path.startswith(address)
        return Way(title, icon, address, "page" if request.path == address else "true" if is_inside else "")

    today = way(_("Today"), "today", "today:today")
    work = way(_("Background work"), "work", "jobs:jobs")
    together = [today, work]
    see = [way(_("Map"), "map", "journeys:journeys")]
    look_after = []
    if member.may(Permission.SEE_PEOPLE):
        look_after += [way(_("People"), "people", "people:members"), way(_("Units"), "units", "people:units")]
    if member.may(Permission.READ_JOURNAL):
        look_after.append(way(_("Journal"), "journal", "journal:journal"))
    settings = way(_("Settings"), "settings", "today:settings")
    if not any(one.current for one in (*together, *see, *look_after, settings)):
        settings = replace(settings, current="true")  # every other page is listed there
    if not member.is_on_tablet:  # where it would only be refused
        look_after.append(settings)
    groups = (
        Group(_("Together"), tuple(together)),
        Group(_("See"), tuple(see)),
        Group(_("Manage"), tuple(look_after)),
    )
    return {
        "user": member,
        "sends_mail": sends_mail,
        "navigation": tuple(group for group in groups if group.items),
        "shortcuts": tuple([today, *see, *look_after][:4]),
        "my_unit": SimpleLazyObject(lambda: unit_name(member, request.at.date())),  # a fragment need not ask for it
        "may_remove_sample": member.may(Permission.MANAGE_ORGANISATION),
    }
