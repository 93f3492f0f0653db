"""Pages of background work. Each member sees their own."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.core.paginator import Paginator
from django.db.models import Q
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from mizzle_web.jobs.actions import KEPT_DAYS, ask_cancel
from mizzle_web.jobs.models import OVER, Job
from mizzle_web.page.access import member

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpResponse

    from mizzle_web.page.visit import Visit

ON_A_PAGE = 30
ON_TODAY = 5
NEWS = timedelta(hours=24)
"""So long does Today show what became of work."""


@member
@require_safe
def jobs(request: Visit) -> HttpResponse:
    """List the reader's background work, the newest first."""
    found = Job.objects.of(request.user.actor).order_by("-created_at", "-pk")
    page = Paginator(found, ON_A_PAGE).get_page(request.GET.get("page"))
    return render(request, "jobs/jobs.html", {"jobs": page, "days": KEPT_DAYS})


@member
@require_safe
def job(request: Visit, public_id: UUID) -> HttpResponse:
    """Show one job: how far it is, and what became of it."""
    return render(request, "jobs/job.html", {"job": _mine(request, public_id)})


@member
@require_safe
def progress(request: Visit, public_id: UUID) -> HttpResponse:
    """Show the same alone; the page asks for it every second until the job is over."""
    return render(request, "jobs/progress.html", {"job": _mine(request, public_id)})


@member
@require_POST
def cancel(request: Visit, public_id: UUID) -> HttpResponse:
    """Ask a job to stop."""
    asked = ask_cancel(job=_mine(request, public_id), by=request.user.actor, at=request.at)
    if request.headers.get("HX-Request"):
        return render(request, "jobs/progress.html", {"job": asked})
    return redirect("jobs:job", public_id)


@member
@require_safe
def waiting(request: Visit) -> HttpResponse:
    """Show on Today what is not finished, and what became of the work of the last day."""
    news = Q(state__in=OVER, ended_at__gt=request.at - NEWS)
    found = Job.objects.of(request.user.actor)
    shown = (found.unfinished() | found.filter(news)).order_by("-created_at", "-pk")[:ON_TODAY]
    return render(request, "jobs/waiting.html", {"jobs": shown})


def _mine(request: Visit, public_id: UUID) -> Job:
    return get_object_or_404(Job.objects.of(request.user.actor), public_id=public_id)
