"""Tables of the journal and of what waits to be sent."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from django.db import models

if TYPE_CHECKING:
    from datetime import datetime

NOBODY = "0" * 64
"""What stands before the first entry of the chain."""


class Entry(models.Model):
    """One thing that was done. Never changed, never deleted: a trigger of the database refuses both.

    The hash covers the entry and the hash before it, so that a change, a removal or a new order shows.
    """

    number = models.PositiveBigIntegerField(primary_key=True)
    at = models.DateTimeField()
    by = models.CharField(max_length=40)
    verb = models.CharField(max_length=60)
    thing = models.CharField(max_length=120)
    details = models.JSONField(default=dict)
    before = models.CharField(max_length=64)
    digest = models.CharField(max_length=64, unique=True)

    class Meta:
        ordering = ("number",)

    class Privacy:
        open = ("number", "at", "verb", "before", "digest")
        personal = ("by", "thing", "details")  # ids of members, never their names


class Head(models.Model):
    """The last entry of the chain: the one row that everybody who writes waits for."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    number = models.PositiveBigIntegerField(default=0)
    digest = models.CharField(max_length=64, default=NOBODY)

    class Meta:
        constraints = (models.CheckConstraint(condition=models.Q(id=1), name="journal_one_head"),)

    class Privacy:
        open = ("id", "number", "digest")


class ReceiptQuerySet(models.QuerySet["Receipt"]):
    """Questions to receipts."""

    def older_than(self, at: datetime) -> ReceiptQuerySet:
        """Those that nobody can ask for any more."""
        return self.filter(at__lt=at)


class Receipt(models.Model):
    """What was answered to a form or call with this key, so that the same one sent twice is done once."""

    key = models.CharField(max_length=80, primary_key=True)
    by = models.CharField(max_length=40)
    digest = models.CharField(max_length=64)
    answer = models.JSONField(default=dict)
    at = models.DateTimeField(db_index=True)

    objects = ReceiptQuerySet.as_manager()

    class Privacy:
        open = ("key", "digest", "at")
        personal = ("by", "answer")


class ParcelState(models.TextChoices):
    """How far something to be sent has come."""

    WAITING = "waiting"
    SENT = "sent"
    DEAD = "dead"


class Parcel(models.Model):
    """A mail or a webhook call, written in the transaction of what it tells; sent at least once, always with its id."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=20)
    target = models.CharField(max_length=300)
    content = models.JSONField()
    state = models.CharField(max_length=10, choices=ParcelState.choices, default=ParcelState.WAITING)
    created_at = models.DateTimeField()
    next_at = models.DateTimeField()
    n_tries = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=300, blank=True)

    class Meta:
        indexes = (models.Index(fields=("state", "next_at"), name="journal_parcel_due"),)

    class Privacy:
        open = ("id", "kind", "state", "created_at", "next_at", "n_tries", "sent_at", "error")
        personal = ("target", "content")


class Hook(models.Model):
    """An address that wants to hear of what happens here."""

    public_id = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    url = models.URLField(max_length=300)
    secret = models.TextField()
    verbs = models.JSONField(default=list)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)

    class Privacy:
        open = ("id", "public_id", "url", "verbs", "is_active", "created_at", "version")
        sensitive = ("secret",)
