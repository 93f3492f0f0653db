"""Pages of units."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import render

from mizzle_web.page.access import needs
from mizzle_web.page.permissions import Permission
from mizzle_web.people.figures import tree

if TYPE_CHECKING:
    from django.http import HttpResponse

    from mizzle_web.page.visit import Visit


@needs(Permission.SEE_PEOPLE)
def units(request: Visit) -> HttpResponse:
    """Show the tree of units."""
    return render(request, "people/units.html", {"tree": tree(request.at.date())})
