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

SHOWN = 30
"""People named for each role."""


def abilities() -> dict[Permission, str]:
    """Give what each permission opens, in words."""
    return {
        Permission.SEE_PEOPLE: _("see people and units"),
        Permission.MANAGE_PEOPLE: _("take people in and change them"),
        Permission.MANAGE_UNITS: _("change units"),
        Permission.GIVE_ROLES: _("give roles"),
        Permission.MANAGE_ORGANISATION: _("change the organisation"),
        Permission.MANAGE_SIGN_IN: _("set the rules of signing in"),
        Permission.READ_JOURNAL: _("read the journal"),
        Permission.MANAGE_API: _("let programs in"),
        Permission.OPERATE: _("look after the server"),
        Permission.BRING_LOGS: _("bring event logs"),
        Permission.MANAGE_JOURNEYS: _("look after journeys"),
        Permission.DRAW_JOURNEYS: _("draw journeys by hand"),
        Permission.AGREE_TIMES: _("agree on times"),
        Permission.NOTE_CONTACT: _("note what brings a department closer"),
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
    said = abilities()
    groups = [
        {
            "role": role,
            "may": [said[one] for one in Permission if one in MAY[role] and one in said],
            "is_powerful": role in POWERFUL,
            "people": [(one.member, names.get(one.unit_id or 0, "")) for one in held.get(role.value, [])[:SHOWN]],
            "n": len(held.get(role.value, [])),
        }
        for role in Role
        if role != Role.COLLEAGUE
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
    form = GiveRole(data, units=unit_choices(figures.tree(today(request))))
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            give_role(member=found, role=Role(given["role"]), unit=given["unit"], by=request.user.actor, at=request.at)
        except Refused as refusal:
            form.refuse(refusal)
        else:
            return tell(redirect("people:person", found.public_id), _("Given. They sign in again with it."))
    context = {"form": form, "person": found, "title": _("Give a role"), "button": _("Give the role")}
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
