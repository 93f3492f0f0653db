"""Pages of members."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import render

from mizzle_web.page.access import needs
from mizzle_web.page.permissions import Permission
from mizzle_web.people.models import Member

if TYPE_CHECKING:
    from django.http import HttpResponse

    from mizzle_web.page.visit import Visit


@needs(Permission.SEE_PEOPLE)
def members(request: Visit) -> HttpResponse:
    """List the members."""
    return render(request, "people/members.html", {"members": Member.objects.present().order_by("name")})
