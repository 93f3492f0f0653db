"""Pages of the journal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import render

from mizzle_web.journal.models import Entry
from mizzle_web.page.access import needs
from mizzle_web.page.permissions import Permission

if TYPE_CHECKING:
    from django.http import HttpResponse

    from mizzle_web.page.visit import Visit


@needs(Permission.READ_JOURNAL)
def journal(request: Visit) -> HttpResponse:
    """Show who did what to what, the newest first."""
    return render(request, "journal/journal.html", {"entries": Entry.objects.order_by("-number")[:100]})
