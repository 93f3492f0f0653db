"""The roles, and what each may. Rights are code: a change is reviewed as code is."""

from __future__ import annotations

from datetime import timedelta

from django.db import models
from django.utils.translation import gettext_lazy as _

from mizzle_web.page.permissions import Permission


class Role(models.TextChoices):
    """A part that a member plays, in order of responsibility. Everybody who has signed in is a colleague."""

    SERVICE_LEAD = "service_lead", _("Service lead")
    OPERATOR = "operator", _("Operator")
    PEOPLE_PARTNER = "people_partner", _("People partner")
    EXECUTIVE = "executive", _("Executive")
    LEADER = "leader", _("Leader")
    HOST = "host", _("Host")
    ANALYST = "analyst", _("Analyst")
    OBSERVER = "observer", _("Observer")
    COLLEAGUE = "colleague", _("Colleague")


MAY: dict[Role, frozenset[Permission]] = {
    Role.SERVICE_LEAD: frozenset(Permission) - {Permission.OPERATE},
    Role.OPERATOR: frozenset(
        {
            *(Permission.OPERATE, Permission.MANAGE_API, Permission.READ_JOURNAL, Permission.MANAGE_SIGN_IN),
            Permission.BRING_LOGS,
        }
    ),
    Role.PEOPLE_PARTNER: frozenset({Permission.SEE_PEOPLE, Permission.MANAGE_PEOPLE, Permission.MANAGE_UNITS}),
    Role.EXECUTIVE: frozenset({Permission.SEE_PEOPLE}),
    Role.LEADER: frozenset(
        {*(Permission.SEE_PEOPLE, Permission.DRAW_JOURNEYS, Permission.AGREE_TIMES), Permission.NOTE_CONTACT}
    ),
    Role.HOST: frozenset({Permission.NOTE_CONTACT}),
    Role.ANALYST: frozenset({Permission.BRING_LOGS, Permission.MANAGE_JOURNEYS, Permission.DRAW_JOURNEYS}),
    Role.OBSERVER: frozenset({Permission.READ_JOURNAL}),
    Role.COLLEAGUE: frozenset(),
}
"""What each role adds to that of a colleague. An observer (of a works council) sees the journal, and no results."""

POWERFUL = frozenset({Role.SERVICE_LEAD, Role.PEOPLE_PARTNER, Role.EXECUTIVE, Role.OPERATOR})
"""Roles that need a second factor to sign in."""

GRACE = timedelta(days=7)
"""How long somebody who was given such a role may still come in without one."""


def may(roles: frozenset[Role] | set[Role], permission: Permission) -> bool:
    """Whether any of these roles gives the permission."""
    return any(permission in MAY[role] for role in roles)
