"""Tables of the journal and of what waits to be sent."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from mizzle_web.page.sealing import SealedJSON

if TYPE_CHECKING:
    from datetime import datetime

NOBODY = "0" * 64
"""What stands before the first entry of the chain."""


class EntryQuerySet(models.QuerySet["Entry"]):
    """Questions to the journal."""

    def told(
        self,
        *,
        verb: str = "",
        by: str = "",
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> EntryQuerySet:
        """Those whose verb and actor begin like this, from an instant on and before another."""
        found = self
        if verb:
            found = found.filter(verb__startswith=verb)
        if by:
            found = found.filter(by__startswith=by)
        if since is not None:
            found = found.filter(at__gte=since)
        if until is not None:
            found = found.filter(at__lt=until)
        return found


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

    objects = EntryQuerySet.as_manager()

    class Meta:
        ordering = ("number",)

    class Privacy:
        open = ("number", "at", "verb", "before", "digest")
        personal = ("by", "thing", "details")  # ids of members, never their names


class Head(models.Model):
    """The last entry of the chain: the one row that everybody who writes waits for.

    How many hooks listen stands here too, so that a house without hooks never looks for them.
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    number = models.PositiveBigIntegerField(default=0)
    digest = models.CharField(max_length=64, default=NOBODY)
    n_hooks = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = (models.CheckConstraint(condition=models.Q(id=1), name="journal_one_head"),)

    class Privacy:
        open = ("id", "number", "digest", "n_hooks")


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


class ParcelKind(models.TextChoices):
    """What is to be sent."""

    MAIL = "mail", _("Mail")
    WEBHOOK = "webhook", _("Webhook")


class ParcelState(models.TextChoices):
    """How far something to be sent has come."""

    WAITING = "waiting", _("Waiting")
    SENT = "sent", _("Sent")
    DEAD = "dead", _("Given up")


class ParcelQuerySet(models.QuerySet["Parcel"]):
    """Questions to what is to be sent."""

    def due(self, at: datetime) -> ParcelQuerySet:
        """Those whose turn has come, the oldest first."""
        return self.filter(state=ParcelState.WAITING, next_at__lte=at).order_by("next_at", "created_at")

    def mails(self) -> ParcelQuerySet:
        """Mails alone."""
        return self.filter(kind=ParcelKind.MAIL)

    def calls(self) -> ParcelQuerySet:
        """Webhook calls alone."""
        return self.filter(kind=ParcelKind.WEBHOOK)


class Parcel(models.Model):
    """A mail or a webhook call, written in the transaction of what it tells; sent at least once, always with its id.

    Its target is the address of a mail, or the public id of a hook. Its content is kept encrypted, since mails carry
    links that open doors, and that of a mail is forgotten once it is sent. Its error is a code; `figures` says it in
    words.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=20, choices=ParcelKind.choices)
    target = models.CharField(max_length=300)
    content: models.Field[Any, Any] = SealedJSON()
    state = models.CharField(max_length=10, choices=ParcelState.choices, default=ParcelState.WAITING)
    created_at = models.DateTimeField()
    next_at = models.DateTimeField()
    n_tries = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=300, blank=True)

    objects = ParcelQuerySet.as_manager()

    class Meta:
        indexes = (
            models.Index(fields=("state", "next_at"), name="journal_parcel_due"),
            models.Index(fields=("state", "created_at"), name="journal_parcel_listed"),
        )

    class Privacy:
        open = ("id", "kind", "state", "created_at", "next_at", "n_tries", "sent_at", "error")
        personal = ("target",)
        sensitive = ("content",)


class HookQuerySet(models.QuerySet["Hook"]):
    """Questions to hooks."""

    def listening(self) -> HookQuerySet:
        """Those that are switched on."""
        return self.filter(is_active=True)


class Hook(models.Model):
    """An address that wants to hear of what happens here."""

    public_id = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    url = models.URLField(max_length=300, unique=True)
    secret = models.TextField()  # encrypted; shown once, when it is made
    verbs = models.JSONField(default=list)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)

    objects = HookQuerySet.as_manager()

    class Privacy:
        open = ("id", "public_id", "url", "verbs", "is_active", "created_at", "version")
        sensitive = ("secret",)

    def wants(self, verb: str) -> bool:
        """Whether it asked for a verb: by its whole name, by what stands before a dot of it, or by asking for all."""
        return not self.verbs or any(f"{verb}.".startswith(f"{prefix.rstrip('.')}.") for prefix in self.verbs)
