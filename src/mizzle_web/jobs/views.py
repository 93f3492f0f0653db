"""Pages of long work."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import render

from mizzle_web.jobs.models import Job
from mizzle_web.page.access import member

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@member
def jobs(request: HttpRequest) -> HttpResponse:
    """List the reader's long work."""
    return render(request, "jobs/jobs.html", {"jobs": Job.objects.of(request.user.actor).order_by("-created_at")[:50]})


@member
def waiting(request: HttpRequest) -> HttpResponse:
    """Show on Today what of it is not finished."""
    return render(request, "jobs/waiting.html", {"jobs": Job.objects.of(request.user.actor).unfinished()})
