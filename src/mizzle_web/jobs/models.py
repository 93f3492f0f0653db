"""The table of long work."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from django.db import models

if TYPE_CHECKING:
    from datetime import datetime


class JobState(models.TextChoices):
    """How far a job has come."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


OVER = (JobState.DONE, JobState.FAILED, JobState.CANCELLED)


class JobQuerySet(models.QuerySet["Job"]):
    """Questions to jobs."""

    def of(self, member: str) -> JobQuerySet:
        """Those that a member began."""
        return self.filter(by=member)

    def unfinished(self) -> JobQuerySet:
        """Those that wait or run."""
        return self.exclude(state__in=OVER)

    def free(self, at: datetime) -> JobQuerySet:
        """Those that a worker may take: they wait, or the worker that ran them has not been heard of."""
        left = models.Q(state=JobState.RUNNING, leased_until__lt=at)
        return self.filter(models.Q(state=JobState.WAITING, not_before__lte=at) | left).order_by("created_at")


class Job(models.Model):
    """One piece of work of more than a second. Kinds are declared in `mizzle_web.config.work`."""

    public_id = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=60)
    arguments = models.JSONField(default=dict)
    by = models.CharField(max_length=40, db_index=True)
    state = models.CharField(max_length=10, choices=JobState.choices, default=JobState.WAITING, db_index=True)
    share_done = models.FloatField(default=0.0)
    stage = models.CharField(max_length=200, blank=True)
    result = models.JSONField(default=dict)
    error = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField()
    not_before = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    cancel_asked_at = models.DateTimeField(null=True)
    leased_until = models.DateTimeField(null=True)
    worker = models.CharField(max_length=80, blank=True)
    n_tries = models.PositiveSmallIntegerField(default=0)

    objects = JobQuerySet.as_manager()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=models.Q(share_done__gte=0.0) & models.Q(share_done__lte=1.0), name="jobs_share_is_a_share"
            ),
        )

    class Privacy:
        open = (
            *("id", "public_id", "kind", "state", "share_done", "stage", "created_at", "not_before", "started_at"),
            *("ended_at", "cancel_asked_at", "leased_until", "worker", "n_tries"),
        )
        personal = ("by", "arguments", "result", "error")

    @property
    def is_over(self) -> bool:
        """Whether nothing more will happen to it."""
        return self.state in OVER
