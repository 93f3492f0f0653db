"""What is one's own: the page about oneself, and its fragments on Today."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import render

from mizzle_web.page.access import member
from mizzle_web.people.roles import Role

if TYPE_CHECKING:
    from django.http import HttpResponse

    from mizzle_web.page.visit import Visit


@member
def me(request: Visit) -> HttpResponse:
    """Show the signed-in person what the house knows of them."""
    return render(request, "people/me.html", {"roles": sorted(request.user.roles())})


@member
def waiting(request: Visit) -> HttpResponse:
    """Show on Today what of the house itself waits for the reader."""
    return render(
        request,
        "people/waiting.html",
        {"lacks_second_factor": request.user.needs_second_factor and not request.user.second_factor},
    )


@member
def my_place(request: Visit) -> HttpResponse:
    """Show on Today who the reader is here."""
    return render(
        request, "people/my_place.html", {"roles": [Role(role).label for role in sorted(request.user.roles())]}
    )
