"""What every page of one journey begins with: the journey itself, and the way to its other pages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _

from mizzle_web.journeys.models import Journey
from mizzle_web.page.permissions import Permission

if TYPE_CHECKING:
    from uuid import UUID

    from mizzle_web.page.visit import Visit

    Way = tuple[str, str, bool, int | None]


def journey_or_404(public_id: UUID) -> Journey:
    """Find a journey that was not put away."""
    found = Journey.objects.present().filter(public_id=public_id).first()
    if found is None:
        raise Http404
    return found


def shown(request: Visit, journey: Journey, **more: Any) -> dict[str, Any]:
    """Give what the template of every page of a journey needs, and more of its own."""
    return {"journey": journey, "ways": ways(request, journey)} | more


def ways(request: Visit, journey: Journey) -> list[Way]:
    """Give the tabs of a journey that are open to the reader."""
    may = request.user.may

    def way(title: str, name: str) -> Way:
        address = reverse(f"journeys:{name}", args=(journey.public_id,))
        is_here = request.path == address or (name != "map" and request.path.startswith(f"{address}/"))
        return title, address, is_here, None

    if journey.is_drawn:
        found = [way(_("Map"), "map"), way(_("Ratings"), "ratings")]
        if may(Permission.DRAW_JOURNEYS):
            found.append(way(_("Steps"), "steps"))
        return found
    found = [way(_("Map"), "map"), way(_("Cases"), "cases"), way(_("Agreed times"), "agreements")]
    found.append(way(_("Come closer"), "contacts"))
    if may(Permission.MANAGE_JOURNEYS):
        found += [way(_("Perception points"), "points"), way(_("Departments"), "departments")]
    if may(Permission.BRING_LOGS):
        found.append(way(_("Logs"), "logs"))
    return found
