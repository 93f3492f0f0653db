"""A part of Today: where the work of the reader meets the customer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from mizzle_web.journeys.figures import mine as figures
from mizzle_web.page.access import member

if TYPE_CHECKING:
    from django.http import HttpResponse

    from mizzle_web.page.visit import Visit


@member
@require_safe
def mine(request: Visit) -> HttpResponse:
    """Show on Today how far the work of the reader is from the customer, or the smallest step towards knowing."""
    lines = figures.lines(request.user, timezone.localdate(request.at))
    step = None if lines else figures.next_step(request.user)
    return render(request, "journeys/mine.html", {"lines": lines, "step": step})
