"""Pages of long work."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import render

from mizzle_web.jobs.models import Job
from mizzle_web.page.access import member

if TYPE_CHECKING:
    from django.http import HttpResponse

    from mizzle_web.page.visit import Visit


@member
def jobs(request: Visit) -> HttpResponse:
    """List the reader's long work."""
    return render(request, "jobs/jobs.html", {"jobs": Job.objects.of(request.user.actor).order_by("-created_at")[:50]})


@member
def waiting(request: Visit) -> HttpResponse:
    """Show on Today what of it is not finished."""
    return render(request, "jobs/waiting.html", {"jobs": Job.objects.of(request.user.actor).unfinished()})
