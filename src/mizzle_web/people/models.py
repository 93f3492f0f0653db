"""Tables of the organisation and of its members."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils.crypto import salted_hmac

from mizzle_web.people import secrets
from mizzle_web.people.roles import GRACE, MAY, POWERFUL, Role

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date, datetime

    from mizzle_web.page.permissions import Permission


class Organisation(models.Model):
    """The organisation that lives in this house. There is one row."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    name = models.CharField(max_length=120)
    language = models.CharField(max_length=5, choices=settings.LANGUAGES)
    timezone = models.CharField(max_length=60)
    is_sample = models.BooleanField(default=False)
    shortest_password = models.PositiveSmallIntegerField(default=12)
    idle_minutes = models.PositiveSmallIntegerField(default=60 * 8)
    session_hours = models.PositiveSmallIntegerField(default=24 * 7)
    tablet_minutes = models.PositiveSmallIntegerField(default=10)
    created_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = (models.CheckConstraint(condition=Q(id=1), name="people_one_organisation"),)

    class Privacy:
        open = (
            *("id", "name", "language", "timezone", "is_sample", "shortest_password", "idle_minutes", "session_hours"),
            *("tablet_minutes", "created_at", "version"),
        )

    def __str__(self) -> str:
        return self.name


class UnitQuerySet(models.QuerySet["Unit"]):
    """Questions to units."""

    def on(self, day: date) -> UnitQuerySet:
        """Units that exist on a day."""
        return self.filter(Q(ended_on__isnull=True) | Q(ended_on__gt=day), began_on__lte=day)


class Unit(models.Model):
    """A team or department. Its name and place in the tree change over time: see `UnitPeriod`."""

    public_id = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    code = models.CharField(max_length=40, unique=True)  # by which files and other systems know it
    began_on = models.DateField()
    ended_on = models.DateField(null=True)
    version = models.PositiveIntegerField(default=1)

    objects = UnitQuerySet.as_manager()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(ended_on__isnull=True) | Q(ended_on__gte=F("began_on")),
                name="people_unit_ends_after_it_began",
            ),
        )

    class Privacy:
        open = ("id", "public_id", "code", "began_on", "ended_on", "version")

    def __str__(self) -> str:
        return self.code


class UnitPeriod(models.Model):
    """How a unit was called and where it stood, from a day until before another."""

    unit = models.ForeignKey(Unit, on_delete=models.CASCADE, related_name="periods")
    name = models.CharField(max_length=120)
    parent = models.ForeignKey(Unit, on_delete=models.PROTECT, null=True, related_name="+")
    from_on = models.DateField()
    until_on = models.DateField(null=True)

    class Meta:
        ordering = ("from_on",)
        constraints = (
            models.UniqueConstraint(fields=("unit", "from_on"), name="people_unit_period_begins_once"),
            models.UniqueConstraint(
                fields=("unit",), condition=Q(until_on__isnull=True), name="people_unit_has_one_present"
            ),
            models.CheckConstraint(
                condition=Q(until_on__isnull=True) | Q(until_on__gt=F("from_on")), name="people_unit_period_is_no_point"
            ),
            models.CheckConstraint(condition=~Q(parent=F("unit")), name="people_unit_is_not_in_itself"),
        )

    class Privacy:
        open = ("id", "unit", "name", "parent", "from_on", "until_on")


class Succession(models.Model):
    """What became of a unit that was merged or split: people and figures follow it."""

    earlier = models.ForeignKey(Unit, on_delete=models.CASCADE, related_name="+")
    later = models.ForeignKey(Unit, on_delete=models.CASCADE, related_name="+")
    on = models.DateField()
    kind = models.CharField(max_length=10, choices=[("merged", "merged"), ("split", "split")])

    class Meta:
        constraints = (models.UniqueConstraint(fields=("earlier", "later"), name="people_succession_is_told_once"),)

    class Privacy:
        open = ("id", "earlier", "later", "on", "kind")


class Held(NamedTuple):
    """A role that a member holds."""

    role: Role
    given_at: datetime
    unit: int | None
    """For which unit; None where it is for the whole organisation."""


class MemberQuerySet(models.QuerySet["Member"]):
    """Questions to members."""

    def present(self) -> MemberQuerySet:
        """Those who have not left."""
        return self.filter(left_at__isnull=True)

    def holding(self, role: Role) -> MemberQuerySet:
        """Those who are there and hold a role."""
        return self.present().filter(grants__role=role, grants__ended_at__isnull=True).distinct()

    def get_by_natural_key(self, name: str) -> Member:
        """Find by what Django calls the user name."""
        return self.get(public_id=name)


class Member(AbstractBaseUser):
    """A person of the organisation, with or without an e-mail address."""

    USERNAME_FIELD = "public_id"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    public_id = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=120)
    email = models.EmailField(null=True, blank=True)  # noqa: DJ001 - null is "has none"; an empty text would not be unique
    code = models.CharField(max_length=40, null=True, blank=True)  # noqa: DJ001 - the same
    pin = models.CharField(max_length=128, blank=True)
    language = models.CharField(max_length=5, choices=settings.LANGUAGES, blank=True)
    timezone = models.CharField(max_length=60, blank=True)
    second_factor = models.TextField(blank=True)  # encrypted
    second_factor_step = models.BigIntegerField(default=0)  # of the last code that was used; a code works once
    recovery_codes = models.JSONField(default=list)  # hashes
    generation = models.PositiveIntegerField(default=1)  # counts up where every session of the member must end
    joined_at = models.DateTimeField()
    left_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1)
    last_login = None
    _held: tuple[Held, ...] | None = None
    _roles: frozenset[Role] = frozenset()
    is_on_tablet = False  # set by the door for one request: what is shared by many has no powers

    objects = MemberQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(Lower("email"), name="people_one_member_per_address"),
            models.UniqueConstraint(Lower("code"), name="people_one_member_per_code"),
        )

    class Privacy:
        open = ("id", "public_id", "language", "timezone", "generation", "joined_at", "left_at", "version")
        personal = ("name", "email", "code")
        sensitive = ("password", "pin", "second_factor", "second_factor_step", "recovery_codes")

    def __str__(self) -> str:
        return self.name

    @property
    def is_active(self) -> bool:  # type: ignore[override] # Django has a constant here
        """Whether the member may sign in."""
        return self.left_at is None

    @property
    def actor(self) -> str:
        """How the journal calls the member."""
        return str(self.public_id)

    @property
    def initials(self) -> str:
        """Two letters for the round mark."""
        words = self.name.split()
        return "".join(word[0] for word in (words[:1] + words[-1:] if len(words) > 1 else words)).upper()

    def note_held(self, held: Iterable[tuple[str, datetime, int | None]]) -> None:
        """Note which roles the member holds now: each with the instant at which it was given, and for which unit."""
        self._held = tuple(Held(Role(role), given_at, unit) for role, given_at, unit in held)
        self._roles = frozenset({Role.COLLEAGUE, *(one.role for one in self._held)})

    def held_now(self) -> tuple[Held, ...]:
        """Give the roles that the member holds now, but for that of a colleague."""
        if self._held is None:
            self.note_held(self.grants.filter(ended_at__isnull=True).values_list("role", "given_at", "unit_id"))
        return self._held or ()

    def roles(self) -> frozenset[Role]:
        """Give the roles that the member holds now; always that of a colleague."""
        self.held_now()
        return self._roles

    def may(self, permission: Permission) -> bool:
        """Whether a role of the member gives this permission; none does on a shared tablet."""
        return not self.is_on_tablet and any(permission in MAY[role] for role in self.roles())

    @property
    def needs_second_factor(self) -> bool:
        """Whether a role of the member is too powerful for a password alone."""
        return bool(self.roles() & POWERFUL)

    def second_factor_due_at(self, organisation: Organisation) -> datetime | None:
        """From when on nothing opens without a second factor; None where there is one, or where none is needed.

        In a sample organisation none is, and a role that was given lately leaves some days.
        """
        if organisation.is_sample or self.second_factor or not self.needs_second_factor:
            return None
        held = [one.given_at for one in self.held_now() if one.role in POWERFUL]
        return max(min(held, default=organisation.created_at), organisation.created_at) + GRACE

    def get_session_auth_hash(self) -> str:
        """Bind sessions to the password and to the generation: a change of either ends them."""
        secret = f"{self.password}:{self.pin}:{self.generation}"
        return salted_hmac("mizzle.people.session", secret, algorithm="sha256").hexdigest()

    def get_session_auth_fallback_hash(self) -> Any:
        """Give the hashes under earlier keys of the server; there are none."""
        return iter(())


class Placement(models.Model):
    """In which unit a member worked, from a day until before another."""

    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="placements")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    from_on = models.DateField()
    until_on = models.DateField(null=True)

    class Meta:
        ordering = ("from_on",)
        constraints = (
            models.UniqueConstraint(
                fields=("member",), condition=Q(until_on__isnull=True), name="people_member_has_one_place"
            ),
            models.CheckConstraint(
                condition=Q(until_on__isnull=True) | Q(until_on__gte=F("from_on")),
                name="people_placement_ends_after_it_began",
            ),
        )

    class Privacy:
        open = ("id", "from_on", "until_on")
        personal = ("member", "unit")


class Grant(models.Model):
    """A role that a member holds or held, for the whole organisation or for one unit and what is under it."""

    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="grants")
    role = models.CharField(max_length=20, choices=Role.choices)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, null=True, related_name="+")
    given_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("member", "role"),
                condition=Q(ended_at__isnull=True, unit__isnull=True),
                name="people_role_is_held_once",
            ),
            models.UniqueConstraint(
                fields=("member", "role", "unit"),
                condition=Q(ended_at__isnull=True, unit__isnull=False),
                name="people_role_is_held_once_per_unit",
            ),
        )

    class Privacy:
        open = ("id", "role", "given_at", "ended_at")
        personal = ("member", "unit")


class ImportState(models.TextChoices):
    """How far a file of people has come."""

    NEW = "new"
    CHECKED = "checked"
    REFUSED = "refused"
    APPLYING = "applying"
    APPLIED = "applied"
    DISCARDED = "discarded"


class ImportFile(models.Model):
    """A file of people: what was found in it, and how far it has been taken in."""

    public_id = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=200)
    digest = models.CharField(max_length=64)
    n_bytes = models.PositiveBigIntegerField()
    by = models.CharField(max_length=40)
    from_on = models.DateField()  # the day from which people work where the file says
    state = models.CharField(max_length=10, choices=ImportState.choices, default=ImportState.NEW)
    problem = models.CharField(max_length=60, blank=True)  # why the whole file was refused, as a code
    columns = models.JSONField(default=list)  # pairs: title in the file, and what it was taken for
    units = models.JSONField(default=list)  # units to open, each after the one it belongs to
    counts = models.JSONField(default=dict)  # rows by outcome
    job = models.UUIDField(null=True)
    created_at = models.DateTimeField()
    applied_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("by", "digest", "from_on"),
                condition=Q(state__in=("new", "checked", "applying")),
                name="people_import_is_open_once",
            ),
        )

    class Privacy:
        open = (
            *("id", "public_id", "digest", "n_bytes", "from_on", "state", "problem", "units", "counts", "job"),
            *("created_at", "applied_at"),
        )
        personal = ("name", "by", "columns")

    @property
    def n_rows(self) -> int:
        """How many rows of the file were looked at."""
        return sum(self.counts.values())


class Outcome(models.TextChoices):
    """What a row of a file of people comes to."""

    NEW = "new"
    CHANGED = "changed"
    MOVED = "moved"
    LEAVES = "leaves"
    SAME = "same"
    LEFT_OUT = "left_out"


class ImportRow(models.Model):
    """A row of a file of people, and what it comes to; forgotten with the file."""

    file = models.ForeignKey(ImportFile, on_delete=models.CASCADE, related_name="rows")
    number = models.PositiveIntegerField()  # as a spreadsheet counts: the titles are row 1
    outcome = models.CharField(max_length=10, choices=Outcome.choices)
    reason = models.CharField(max_length=40, blank=True)  # why it is left out, as a code
    detail = models.CharField(max_length=200, blank=True)
    member = models.ForeignKey(Member, on_delete=models.CASCADE, null=True, related_name="+")
    member_version = models.PositiveIntegerField(default=0)  # as the row was compared with
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)  # only what the row changes
    cells = models.JSONField(default=list)  # as they stood in the file, where the row is left out
    is_applied = models.BooleanField(default=False)

    class Meta:
        ordering = ("number",)
        constraints = (models.UniqueConstraint(fields=("file", "number"), name="people_import_row_once"),)
        indexes = (models.Index(fields=("file", "outcome", "number"), name="people_import_outcome"),)

    class Privacy:
        open = ("id", "file", "number", "outcome", "reason", "member_version", "is_applied")
        personal = ("detail", "member", "before", "after", "cells")


class InvitationQuerySet(models.QuerySet["Invitation"]):
    """Questions to invitations."""

    def usable(self, at: datetime) -> InvitationQuerySet:
        """Those whose link works at this instant."""
        return self.filter(used_at__isnull=True, expires_at__gt=at, member__left_at__isnull=True)

    def behind(self, token: str) -> InvitationQuerySet:
        """Find the one that a link leads to."""
        return self.filter(digest=secrets.hashed(token))


class Invitation(models.Model):
    """A door for somebody to come in by: the link works once, and only its hash is kept."""

    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="invitations")
    by = models.ForeignKey(
        Member, on_delete=models.SET_NULL, null=True, related_name="+"
    )  # none: asked for at the door
    purpose = models.CharField(max_length=10, choices=[("invite", "invite"), ("reset", "reset")])
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    objects = InvitationQuerySet.as_manager()

    class Privacy:
        open = ("id", "purpose", "created_at", "expires_at", "used_at")
        personal = ("member", "by")
        sensitive = ("digest",)


class Throttle(models.Model):
    """How often signing in has failed of late, per name that was typed and place it came from; hashes only."""

    key = models.CharField(max_length=64, primary_key=True)
    n_failed = models.PositiveIntegerField(default=0)
    open_at = models.DateTimeField()
    forget_at = models.DateTimeField()  # from then on the count is nothing
    came_in_on = models.DateField(null=True)  # the last day on which the name was right here

    class Privacy:
        open = ("n_failed", "open_at", "forget_at", "came_in_on")
        sensitive = ("key",)


class TokenQuerySet(models.QuerySet["Token"]):
    """Questions to tokens."""

    def usable(self, at: datetime) -> TokenQuerySet:
        """Those that open the API at this instant."""
        return self.filter(
            Q(expires_at__isnull=True) | Q(expires_at__gt=at), ended_at__isnull=True, member__left_at=None
        )


class Token(models.Model):
    """A key to the API: it opens what its scopes say, and never more than its member may."""

    public_id = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="tokens")
    name = models.CharField(max_length=80)
    digest = models.CharField(max_length=64, unique=True)
    scopes = models.JSONField(default=list)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    used_on = models.DateField(null=True)

    objects = TokenQuerySet.as_manager()

    class Privacy:
        open = ("id", "public_id", "name", "scopes", "created_at", "expires_at", "ended_at", "used_on")
        personal = ("member",)
        sensitive = ("digest",)
