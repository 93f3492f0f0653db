"""What the pages of a measured journey share: the journey."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import Http404
from django.utils.translation import gettext as _

from mizzle_web.journeys.models import Journey, JourneyKind
from mizzle_web.page.refused import Refused

if TYPE_CHECKING:
    from uuid import UUID

    from mizzle_web.page.visit import Visit


def measured(request: Visit, public_id: UUID) -> Journey:
    """Find a journey that is measured from logs; who was at work on one that was put away is told so."""
    found = Journey.objects.filter(public_id=public_id, kind=JourneyKind.MEASURED).first()
    if found is None or (found.ended_at is not None and request.method != "POST"):
        raise Http404
    if found.ended_at is not None:
        raise Refused("put_away", _("This journey was put away in the meantime."))
    return found
