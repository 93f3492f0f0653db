"""Tables of journeys: the logs they are measured from, what people said of them, and the figures that came out."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from mizzle_web.people.models import Unit

NAME = 200
"""The longest name of a department or an activity that is kept here; logs with longer ones are refused in words."""
LEVELS = 6


class JourneyKind(models.TextChoices):
    """Where a journey is known from."""

    MEASURED = "measured", _("Measured from event logs")
    DRAWN = "drawn", _("Drawn by hand")


class JourneyQuerySet(models.QuerySet["Journey"]):
    """Questions to journeys."""

    def present(self) -> JourneyQuerySet:
        """Those that were not put away."""
        return self.filter(ended_at__isnull=True)


class Journey(models.Model):
    """A way of cases through departments to the customer."""

    public_id = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=10, choices=JourneyKind.choices, default=JourneyKind.MEASURED)
    points = models.JSONField(default=list)  # names of the activities that are perception points
    table_digest = models.CharField(max_length=64, blank=True)  # of the event table of all its logs
    table_facts = models.JSONField(default=dict)  # counts, first and last instant, departments, activities, attributes
    by = models.CharField(max_length=40)
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1)

    objects = JourneyQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("name",), condition=Q(ended_at__isnull=True), name="journeys_one_present_journey_per_name"
            ),
        )

    class Privacy:
        open = (
            *("id", "public_id", "name", "kind", "points", "table_digest", "table_facts", "created_at", "ended_at"),
            "version",
        )
        personal = ("by",)

    def __str__(self) -> str:
        return self.name

    @property
    def is_drawn(self) -> bool:
        """Whether people drew it, and nothing was measured."""
        return self.kind == JourneyKind.DRAWN

    @property
    def has_table(self) -> bool:
        """Whether there are events to measure."""
        return bool(self.table_digest)


class LogState(models.TextChoices):
    """How far a log has come."""

    NEW = "new", _("Being looked at")
    READY = "ready", _("Waits for your word")
    IMPORTING = "importing", _("Being imported")
    IMPORTED = "imported", _("Imported")
    REFUSED = "refused", _("Not readable")
    DELETING = "deleting", _("Being deleted")


class LogQuerySet(models.QuerySet["Log"]):
    """Questions to logs."""

    def imported(self) -> LogQuerySet:
        """Those whose events are part of the journey, in the order in which they came."""
        return self.filter(state=LogState.IMPORTED).order_by("imported_at", "pk")


class Log(models.Model):
    """A file of events: what was found in it, how its columns are read, and what became of its rows."""

    public_id = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    journey = models.ForeignKey(Journey, on_delete=models.CASCADE, related_name="logs")
    name = models.CharField(max_length=NAME)
    path = models.CharField(max_length=1000, blank=True)  # on the server, where an operator named it; else it was sent
    digest = models.CharField(max_length=64, blank=True)
    n_bytes = models.PositiveBigIntegerField(default=0)
    state = models.CharField(max_length=10, choices=LogState.choices, default=LogState.NEW)
    problem = models.CharField(max_length=1000, blank=True)  # why it was refused, in a sentence
    look = models.JSONField(default=dict)  # format, columns, first rows without people's names, reasons, what is asked
    mapping = models.JSONField(default=dict)  # fields of `mizzle.logs.Mapping`
    accepts_rejects = models.BooleanField(default=False)  # go on although many rows cannot be read
    counts = models.JSONField(default=dict)  # rows, rejected with reasons, events, cases, duplicates, repeated
    job = models.UUIDField(null=True)
    by = models.CharField(max_length=40)
    created_at = models.DateTimeField()
    imported_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1)

    objects = LogQuerySet.as_manager()

    class Meta:
        indexes = (models.Index(fields=("journey", "digest"), name="journeys_log_by_digest"),)

    class Privacy:
        open = (
            *("id", "public_id", "journey", "digest", "n_bytes", "state", "accepts_rejects", "counts", "job"),
            *("created_at", "imported_at", "version"),
        )
        personal = ("by", "name", "path", "problem")
        sensitive = ("look", "mapping")  # first rows of a file may say anything

    def __str__(self) -> str:
        return self.name


class DepartmentLink(models.Model):
    """Which unit of the organisation a department of a journey is; remembered for journeys to come."""

    journey = models.ForeignKey(Journey, on_delete=models.CASCADE, related_name="links")
    department = models.CharField(max_length=NAME)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, null=True, related_name="+")  # null: outside the house
    by = models.CharField(max_length=40)
    at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("journey", "department"), name="journeys_department_is_linked_once"),
        )

    class Privacy:
        open = ("id", "journey", "department", "unit", "at")
        personal = ("by",)


class AgreementQuerySet(models.QuerySet["Agreement"]):
    """Questions to agreements."""

    def open(self) -> AgreementQuerySet:
        """Those that hold, or wait for a yes."""
        return self.filter(ended_at__isnull=True)

    def holding(self) -> AgreementQuerySet:
        """Those that both sides agreed on and nobody ended."""
        return self.open().filter(agreed_at__isnull=False)


class Agreement(models.Model):
    """Hours that departments agreed on, for a handover or a department's own part; never edited, only superseded."""

    public_id = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    journey = models.ForeignKey(Journey, on_delete=models.CASCADE, related_name="agreements")
    department = models.CharField(max_length=NAME)
    to_department = models.CharField(max_length=NAME, blank=True)  # blank: the department's own part of a case
    hours = models.FloatField()
    proposed_by = models.CharField(max_length=40)
    proposed_at = models.DateTimeField()
    agreed_by = models.CharField(max_length=40, blank=True)
    agreed_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=40, blank=True)
    ended_at = models.DateTimeField(null=True)

    objects = AgreementQuerySet.as_manager()

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(hours__gt=0), name="journeys_agreed_hours_are_hours"),
            models.CheckConstraint(
                condition=~Q(department=F("to_department")), name="journeys_agreement_has_two_sides"
            ),
            models.UniqueConstraint(
                fields=("journey", "department", "to_department"),
                condition=Q(ended_at__isnull=True, agreed_at__isnull=False),
                name="journeys_one_agreement_holds",
            ),
            models.UniqueConstraint(
                fields=("journey", "department", "to_department"),
                condition=Q(ended_at__isnull=True, agreed_at__isnull=True),
                name="journeys_one_proposal_waits",
            ),
        )

    class Privacy:
        open = (
            *("id", "public_id", "journey", "department", "to_department", "hours", "proposed_at", "agreed_at"),
            "ended_at",
        )
        personal = ("proposed_by", "agreed_by", "ended_by")

    @property
    def is_agreed(self) -> bool:
        """Whether both sides said yes."""
        return self.agreed_at is not None


class FigureSet(models.Model):
    """The figures of one view of a journey, and the digest of all that they were worked out from."""

    journey = models.ForeignKey(Journey, on_delete=models.CASCADE, related_name="figure_sets")
    view = models.CharField(max_length=2500)  # as in the address of a page, where one letter may take 12 signs
    digest = models.CharField(max_length=64)
    computed_at = models.DateTimeField()
    seconds = models.FloatField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("journey", "view"), name="journeys_one_figure_set_per_view"),)

    class Privacy:
        open = ("id", "journey", "view", "digest", "computed_at", "seconds")


class FigurePart(models.Model):
    """One part of a set of figures as JSON, so that a page reads what it shows and no more."""

    figures = models.ForeignKey(FigureSet, on_delete=models.CASCADE, related_name="parts")
    name = models.CharField(max_length=20)  # see `mizzle_web.journeys.measuring.parts`
    language = models.CharField(max_length=5, blank=True)  # of a drawing, which has words in it
    body = models.TextField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("figures", "name", "language"), name="journeys_one_part_per_name"),
        )

    class Privacy:
        open = ("id", "figures", "name", "language", "body")


class DrawnStep(models.Model):
    """One step of a journey that people drew."""

    public_id = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    journey = models.ForeignKey(Journey, on_delete=models.CASCADE, related_name="steps")
    position = models.PositiveIntegerField()
    department = models.CharField(max_length=120)
    activity = models.CharField(max_length=120)
    is_point = models.BooleanField(default=False)
    promise = models.CharField(max_length=200, blank=True)
    touch_hours = models.FloatField(null=True)
    wait_hours = models.FloatField(null=True)  # before the step

    class Meta:
        ordering = ("position",)
        constraints = (
            models.CheckConstraint(
                condition=(Q(touch_hours__isnull=True) | Q(touch_hours__gte=0))
                & (Q(wait_hours__isnull=True) | Q(wait_hours__gte=0)),
                name="journeys_drawn_hours_are_hours",
            ),
        )

    class Privacy:
        open = (
            *("id", "public_id", "journey", "position", "department", "activity", "is_point", "promise"),
            *("touch_hours", "wait_hours"),
        )


class Side(models.TextChoices):
    """From which side a perception point is rated."""

    PROVIDER = "provider", _("Those who serve")
    SERVED = "served", _("Those who are served")


class RatingBlockQuerySet(models.QuerySet["RatingBlock"]):
    """Questions to blocks of ratings."""

    def full(self) -> RatingBlockQuerySet:
        """Those that may be shown: nothing else of the table may leave it."""
        return self.filter(filled_on__isnull=False)


class RatingBlock(models.Model):
    """Ratings of one perception point from one side, counted by level; shown only once the block is full.

    Nothing says who rated what: a block holds counts alone, and a figure moves only when a whole block is added. No
    page shows the number of a block or when one began: both would tell that somebody is rating.
    """

    step = models.ForeignKey(DrawnStep, on_delete=models.CASCADE, related_name="blocks")
    side = models.CharField(max_length=10, choices=Side.choices)
    is_asked = models.BooleanField(default=False)  # counts that somebody brought from asking customers; always full
    number = models.PositiveIntegerField()
    counts = models.JSONField(default=list)  # six numbers, from Broken to Unforgettable
    n = models.PositiveIntegerField(default=0)
    filled_on = models.DateField(null=True)

    objects = RatingBlockQuerySet.as_manager()

    class Meta:
        ordering = ("number",)
        constraints = (
            # Asked blocks are counted apart: a gap in their numbers would tell of ratings that are not shown.
            models.UniqueConstraint(fields=("step", "side", "is_asked", "number"), name="journeys_blocks_are_numbered"),
            models.UniqueConstraint(
                fields=("step", "side"), condition=Q(filled_on__isnull=True), name="journeys_one_block_is_filled"
            ),
        )

    class Privacy:
        open = ("id", "step", "side", "is_asked", "number", "filled_on")
        sensitive = ("counts", "n")


class RatingReceipt(models.Model):
    """That somebody has rated a point this month, or in the block that is being filled.

    By a keyed hash, which leads back to nobody and to no level. It is forgotten with its month or once its block is
    full.
    """

    mark = models.CharField(max_length=64, primary_key=True)
    block = models.ForeignKey(
        RatingBlock, on_delete=models.CASCADE, null=True, related_name="receipts"
    )  # null: of a month
    month_on = models.DateField(null=True)  # its first day

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(block__isnull=True) ^ Q(month_on__isnull=True), name="journeys_receipt_of_month_or_block"
            ),
        )

    class Privacy:
        open = ("block", "month_on")
        sensitive = ("mark",)


class ContactKind(models.TextChoices):
    """What brings a department closer to the customer."""

    LISTENING = "listening", _("Listening to customers")
    VISIT = "visit", _("A visit")
    JOINT_CASE = "joint_case", _("A joint case")
    ROTATION = "rotation", _("A day in another department")


class ContactQuerySet(models.QuerySet["Contact"]):
    """Questions to contacts."""

    def kept(self) -> ContactQuerySet:
        """Those that nobody took back."""
        return self.filter(withdrawn_at__isnull=True)


class Contact(models.Model):
    """Time that people of a department spent close to the customer: how many and how long, never who."""

    public_id = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    journey = models.ForeignKey(Journey, on_delete=models.CASCADE, related_name="contacts")
    department = models.CharField(max_length=NAME)
    kind = models.CharField(max_length=12, choices=ContactKind.choices)
    on = models.DateField()
    minutes = models.PositiveIntegerField()  # of each person
    n_people = models.PositiveIntegerField()
    by = models.CharField(max_length=40)
    at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)

    objects = ContactQuerySet.as_manager()

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(minutes__gt=0, n_people__gt=0), name="journeys_contact_took_time"),
        )

    class Privacy:
        open = (
            *("id", "public_id", "journey", "department", "kind", "on", "minutes", "n_people", "at"),
            "withdrawn_at",
        )
        personal = ("by",)

    @property
    def person_minutes(self) -> int:
        """Minutes of all together."""
        return self.minutes * self.n_people
