"""Tables of background work, and of what is done again and again."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from django.db import models
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _

from mizzle_web.jobs import kinds

if TYPE_CHECKING:
    from datetime import datetime


class JobState(models.TextChoices):
    """How far a job has come."""

    WAITING = "waiting", _("Waiting")
    RUNNING = "running", _("Running")
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")
    CANCELLED = "cancelled", _("Cancelled")


OVER = (JobState.DONE, JobState.FAILED, JobState.CANCELLED)
ICONS = {
    JobState.WAITING: "clock",
    JobState.RUNNING: "work",
    JobState.DONE: "check",
    JobState.FAILED: "warn",
    JobState.CANCELLED: "close",
}


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
        return self.filter(models.Q(state=JobState.WAITING, not_before__lte=at) | left).order_by("created_at", "pk")

    def held_as(self, job: Job) -> JobQuerySet:
        """Find a job if it still is in the hands in which it is known to have been."""
        return self.filter(pk=job.pk, worker=job.worker, n_tries=job.n_tries)

    def ended_before(self, at: datetime) -> JobQuerySet:
        """Those that were over at an instant."""
        return self.filter(ended_at__lt=at)


class Job(models.Model):
    """One piece of work of more than a second. Its kind is declared in a module `work` of the room it belongs to."""

    public_id = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=60)
    arguments = models.JSONField(default=dict)
    by = models.CharField(max_length=40, db_index=True)
    key = models.CharField(max_length=80, blank=True)  # of the form that began it, so that one sent twice begins one
    language = models.CharField(max_length=10, blank=True)  # of the member who began it, and reads what it says
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
            models.CheckConstraint(
                condition=models.Q(state__in=OVER, ended_at__isnull=False)
                | models.Q(~models.Q(state__in=OVER), ended_at__isnull=True),
                name="jobs_what_is_over_has_an_end",
            ),
            models.UniqueConstraint(
                fields=("by", "key"), condition=~models.Q(key=""), name="jobs_one_form_begins_one_job"
            ),
        )

    class Privacy:
        open = (
            *("id", "public_id", "kind", "key", "language", "state", "share_done", "created_at", "not_before"),
            *("started_at", "ended_at", "cancel_asked_at", "leased_until", "worker", "n_tries"),
        )
        personal = ("by", "arguments", "stage", "result", "error")

    def __str__(self) -> str:
        return f"{self.kind} {self.public_id}"

    @property
    def is_over(self) -> bool:
        """Whether nothing more will happen to it."""
        return self.state in OVER

    @property
    def is_stopping(self) -> bool:
        """Whether it was asked to stop and has not done so yet."""
        return not self.is_over and self.cancel_asked_at is not None

    @property
    def title(self) -> str:
        """What it is called on a page."""
        return kinds.title(self.kind)

    @property
    def icon(self) -> str:
        """The icon of its state."""
        return ICONS[JobState(self.state)]

    @property
    def address(self) -> str:
        """Where its result is to be seen; empty where it led nowhere inside the house."""
        address = str(self.result.get("address", ""))
        is_ours = address.startswith("/") and url_has_allowed_host_and_scheme(address, allowed_hosts=None)
        return address if is_ours else ""


class TurnQuerySet(models.QuerySet["Turn"]):
    """Questions to turns."""

    def free(self, at: datetime) -> TurnQuerySet:
        """Those that nobody is taking, or whose worker has not been heard of."""
        return self.filter(models.Q(leased_until__isnull=True) | models.Q(leased_until__lt=at))

    def failing(self) -> TurnQuerySet:
        """Those that did not go well the last time."""
        return self.filter(n_failed__gt=0)


class Turn(models.Model):
    """Something that is done again and again, by whichever worker moves its next instant on."""

    path = models.CharField(max_length=200, primary_key=True)
    next_at = models.DateTimeField()
    began_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    leased_until = models.DateTimeField(null=True)
    worker = models.CharField(max_length=80, blank=True)
    n_failed = models.PositiveIntegerField(default=0)  # since it last went well

    objects = TurnQuerySet.as_manager()

    class Privacy:
        open = ("path", "next_at", "began_at", "ended_at", "leased_until", "worker", "n_failed")

    def __str__(self) -> str:
        return self.path
