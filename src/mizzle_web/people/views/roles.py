"""Pages of roles: who holds which, and giving and ending them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from mizzle_web.page.access import needs
from mizzle_web.page.notices import tell
from mizzle_web.page.permissions import Permission
from mizzle_web.page.refused import Refused
from mizzle_web.people import figures
from mizzle_web.people.actions.roles import end_role, give_role
from mizzle_web.people.forms.members import GiveRole
from mizzle_web.people.forms.units import unit_choices
from mizzle_web.people.models import Grant
from mizzle_web.people.roles import MAY, POWERFUL, Role
from mizzle_web.people.views.members import seen
from mizzle_web.people.views.units import today

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpResponse

    from mizzle_web.page.visit import Visit

SHOWN = 8
"""People named for each role."""


def abilities() -> dict[Permission, str]:
    """Give what each permission opens, in words."""
    return {
        Permission.SEE_PEOPLE: _("See people and units: who works where, and how to reach them."),
        Permission.MANAGE_PEOPLE: _("Add people, change them, invite them, and note that they have left."),
        Permission.MANAGE_UNITS: _("Open, rename, move, merge, split and close units."),
        Permission.GIVE_ROLES: _("Give and end roles, and remove a second factor that was lost."),
        Permission.MANAGE_ORGANISATION: _("Change the name, language and time zone of the organisation."),
        Permission.MANAGE_SIGN_IN: _("Set the rules for signing in, and make links for new passwords."),
        Permission.READ_JOURNAL: _("Read the journal, and check that nobody has changed it."),
        Permission.MANAGE_API: _("Make tokens for programs, and notify other systems by webhooks."),
        Permission.OPERATE: _("See the system status, and make and download backups."),
        Permission.BRING_LOGS: _("Bring event logs, import them and delete them."),
        Permission.MANAGE_JOURNEYS: _("Open journeys, mark perception points, and link departments to units."),
        Permission.DRAW_JOURNEYS: _("Draw a journey by hand where there is no log."),
        Permission.AGREE_TIMES: _("Propose times between departments, and agree to them."),
        Permission.NOTE_CONTACT: _("Note visits, listening and days elsewhere: how many people, how long, never who."),
    }


def purposes() -> dict[Role, str]:
    """Give what each role is for, in words."""
    return {
        Role.SERVICE_LEAD: _("Leads the programme, and decides who does what in it."),
        Role.OPERATOR: _("Keeps the server running."),
        Role.PEOPLE_PARTNER: _("Keeps people and units as they really are."),
        Role.EXECUTIVE: _("Answers for the organisation as a whole."),
        Role.LEADER: _("Leads one unit, or the whole organisation."),
        Role.HOST: _("Prepares and runs the sessions of a team."),
        Role.ANALYST: _("Works with the measures."),
        Role.OBSERVER: _("Watches from outside, as a works council does. Sees what was done, and no results."),
        Role.COLLEAGUE: _("Everybody who has signed in: Today, their own page, and work that they started."),
    }


@needs(Permission.GIVE_ROLES)
@require_safe
def roles(request: Visit) -> HttpResponse:
    """List the roles, what each opens, and who holds it."""
    held: dict[str, list[Grant]] = {}
    grants = Grant.objects.filter(ended_at__isnull=True, member__left_at__isnull=True).select_related("member")
    for grant in grants.order_by("member__name"):
        held.setdefault(grant.role, []).append(grant)
    names = figures.names_of_units(
        {one.unit_id for ones in held.values() for one in ones if one.unit_id}, today(request)
    )
    said, meant = abilities(), purposes()
    groups = [
        {
            "role": role,
            "purpose": meant[role],
            "may": [said[one] for one in Permission if one in MAY[role]],
            "is_powerful": role in POWERFUL,
            "people": [(one.member, names.get(one.unit_id or 0, "")) for one in held.get(role.value, [])[:SHOWN]],
            "n": len(held.get(role.value, [])),
        }
        for role in Role
    ]
    return render(request, "people/roles.html", {"groups": groups})


@needs(Permission.GIVE_ROLES)
@require_http_methods(["GET", "HEAD", "POST"])
def give(request: Visit, public_id: UUID) -> HttpResponse:
    """Give somebody a role."""
    found = seen(request, public_id)
    if found.left_at is not None:
        raise Http404
    data = request.POST if request.method == "POST" else None
    form = GiveRole(data, units=lambda: unit_choices(figures.tree(today(request))))
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            give_role(member=found, role=Role(given["role"]), unit=given["unit"], by=request.user.actor, at=request.at)
        except Refused as refusal:
            form.refuse(refusal)
        else:
            return tell(redirect("people:person", found.public_id), _("Role given. They sign in again to use it."))
    title = _("Give %(name)s a role") % {"name": found.name}
    context = {"form": form, "person": found, "title": title, "button": _("Give the role")}
    return render(request, "people/person_form.html", context, status=422 if form.errors else 200)


@needs(Permission.GIVE_ROLES)
@require_POST
def end(request: Visit, public_id: UUID, number: int) -> HttpResponse:
    """Take a role back; that of the last service lead stays, and the answer says why."""
    found = seen(request, public_id)
    held = Grant.objects.filter(pk=number, member=found).select_related("member").first()
    if held is None:
        raise Http404
    try:
        end_role(grant=held, by=request.user.actor, at=request.at)
    except Refused as refusal:
        return render(request, "people/refused.html", {"person": found, "refusal": refusal}, status=409)
    return tell(redirect("people:person", found.public_id), _("The role has ended. They sign in again without it."))
