"""Pages of the operator."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import render

from mizzle_web.page.access import needs
from mizzle_web.page.permissions import Permission

if TYPE_CHECKING:
    from django.http import HttpResponse

    from mizzle_web.page.visit import Visit


@needs(Permission.MANAGE_ORGANISATION)
def sample(request: Visit) -> HttpResponse:
    """Say what the sample organisation is, and offer to remove it."""
    return render(request, "operation/sample.html")
