"""How a room declares what it offers to programs: each operation once, with the scope and the right that it needs."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeVar

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from ninja import Header, Query
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, WithJsonSchema

from mizzle_web.page.permissions import Permission
from mizzle_web.page.refused import Refused

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

V = TypeVar("V", bound=Callable[..., Any])
R = TypeVar("R")
M = TypeVar("M", bound=models.Model)

LARGEST_ID = 2**63 - 1


class Scope(models.TextChoices):
    """What a token opens. Each operation needs one scope, and that the member has the right behind it."""

    ORGANISATION_READ = "organisation:read", gettext_lazy("Read the organisation and its roles")
    UNITS_READ = "units:read", gettext_lazy("Read units")
    UNITS_WRITE = "units:write", gettext_lazy("Open and change units")
    PEOPLE_READ = "people:read", gettext_lazy("Read people")
    PEOPLE_WRITE = "people:write", gettext_lazy("Add and change people")
    JOBS_READ = "jobs:read", gettext_lazy("Read your own background work")
    JOURNAL_READ = "journal:read", gettext_lazy("Read the journal")
    JOURNEYS_READ = "journeys:read", gettext_lazy("Read journeys and their figures")
    JOURNEYS_WRITE = "journeys:write", gettext_lazy("Open journeys, mark perception points and have figures worked out")
    JOURNEYS_AGREE = "journeys:agree", gettext_lazy("Propose, agree, withdraw and end times of departments")
    JOURNEYS_CONTACT = "journeys:contact", gettext_lazy("Note time that departments spent close to customers")
    JOURNEYS_LINKS = "journeys:links", gettext_lazy("Read which unit each department of a journey is")
    JOURNEYS_LOGS = "journeys:logs", gettext_lazy("Read which logs journeys have, and how far they are")

    @property
    def permission(self) -> Permission | None:
        """Give the right that the member of the token needs as well; None where every member has it."""
        return RIGHTS[self]


RIGHTS: dict[Scope, Permission | None] = {
    Scope.ORGANISATION_READ: None,
    Scope.UNITS_READ: Permission.SEE_PEOPLE,
    Scope.UNITS_WRITE: Permission.MANAGE_UNITS,
    Scope.PEOPLE_READ: Permission.SEE_PEOPLE,
    Scope.PEOPLE_WRITE: Permission.MANAGE_PEOPLE,
    Scope.JOBS_READ: None,
    Scope.JOURNAL_READ: Permission.READ_JOURNAL,
    Scope.JOURNEYS_READ: None,
    Scope.JOURNEYS_WRITE: Permission.MANAGE_JOURNEYS,
    Scope.JOURNEYS_AGREE: Permission.AGREE_TIMES,
    Scope.JOURNEYS_CONTACT: Permission.NOTE_CONTACT,
    Scope.JOURNEYS_LINKS: Permission.MANAGE_JOURNEYS,
    Scope.JOURNEYS_LOGS: Permission.BRING_LOGS,
}


@dataclass(frozen=True, slots=True)
class Opening:
    """One operation of the API."""

    method: Literal["GET", "POST", "PATCH"]
    path: str
    scope: Scope
    summary: str
    answer: type[BaseModel]
    view: Callable[..., Any]

    @property
    def permission(self) -> Permission | None:
        """Give the right that the member of the token must have at that moment."""
        return self.scope.permission

    @property
    def name(self) -> str:
        """Give the name by which clients know the operation."""
        return self.view.__name__

    @property
    def success(self) -> int:
        """Give the status of an answer when all went well."""
        return 201 if self.method == "POST" else 200


@dataclass(frozen=True, slots=True)
class Openings:
    """All operations of one noun. `mizzle_web.config.api` makes addresses of them."""

    noun: str
    all: list[Opening] = field(default_factory=list)

    def get(self, path: str, *, scope: Scope, answer: type[BaseModel], summary: str) -> Callable[[V], V]:
        """Declare a view that reads."""
        return self._declare("GET", path, scope, answer, summary)

    def post(self, path: str, *, scope: Scope, answer: type[BaseModel], summary: str) -> Callable[[V], V]:
        """Declare a view that makes something new."""
        return self._declare("POST", path, scope, answer, summary)

    def patch(self, path: str, *, scope: Scope, answer: type[BaseModel], summary: str) -> Callable[[V], V]:
        """Declare a view that changes what is there."""
        return self._declare("PATCH", path, scope, answer, summary)

    def _declare(
        self,
        method: Literal["GET", "POST", "PATCH"],
        path: str,
        scope: Scope,
        answer: type[BaseModel],
        summary: str,
    ) -> Callable[[V], V]:
        def declare(view: V) -> V:
            self.all.append(Opening(method, path, scope, summary, answer, view))
            return view

        return declare


def _without_default(schema: dict[str, Any]) -> None:
    schema.pop("default", None)


LEFT_OUT: Any = Field(default=None, json_schema_extra=_without_default)
"""A field that may be left out of a change, and then stays as it is; nothing else stands for that."""


class Given(BaseModel):
    """What a program sends. A field that is not listed is refused, so that nobody believes it was kept."""

    model_config = ConfigDict(extra="forbid")


class Told(BaseModel):
    """What a program is told. Fields are listed by hand, never taken from a table."""


def _address(text: str) -> str:
    try:
        validate_email(text)
    except ValidationError as problem:
        raise ValueError(_("Give an address such as name@example.org.")) from problem
    return text


_LINE = r"^[^\x00-\x1f\x7f]*$"
_FILLED = r"^[^\x00-\x1f\x7f]*[^\s\x00-\x1f\x7f][^\x00-\x1f\x7f]*$"
"""One line of text without control characters, which no database keeps and no page shows."""
Sought = Annotated[str, StringConstraints(max_length=120, pattern=_LINE)]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120, pattern=_FILLED)]
Code = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=40, pattern=_FILLED)]
Email = Annotated[
    str,
    StringConstraints(strip_whitespace=True, max_length=254, pattern=_FILLED),
    WithJsonSchema({"type": "string", "format": "email", "maxLength": 254}),
    AfterValidator(_address),
]
Version = Annotated[int, Field(ge=1, le=2**31 - 1, description="The version that was read before the change.")]
Key = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=200,
        description="Any text of your own. The same key and content sent again is done once, and answered alike.",
    ),
]
Limit = Annotated[int, Query(ge=1, le=200, description="At most so many on this page.")]
Place = Annotated[
    str | None, Query(max_length=200, description="Where to go on: `next` of the page before, unchanged.")
]


def page_of(
    rows: models.QuerySet[M], *, cursor: str | None, limit: int, newest_first: bool = False
) -> tuple[Sequence[M], str | None]:
    """Give one page of rows in the order of their keys, and where the next one begins.

    The order never changes and the cursor names the last row that was told, so that rows which come in between
    neither shift a page nor are told twice.
    """
    order, beyond = ("-pk", "pk__lt") if newest_first else ("pk", "pk__gt")
    if cursor is not None:
        rows = rows.filter(**{beyond: _read(cursor)})
    found = list(rows.order_by(order)[: limit + 1])
    return found[:limit], _written(found[limit - 1].pk) if len(found) > limit else None


def part_of(rows: Sequence[R], *, cursor: str | None, limit: int) -> tuple[Sequence[R], str | None]:
    """Give one page of what is worked out rather than read row by row, and where the next one begins."""
    first = 0 if cursor is None else _read(cursor)
    until = first + limit
    return rows[first:until], _written(until) if until < len(rows) else None


def _written(key: int) -> str:
    return base64.urlsafe_b64encode(json.dumps({"after": key}).encode()).decode().rstrip("=")


def _read(cursor: str) -> int:
    try:
        after = json.loads(base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True))["after"]
    except (ValueError, KeyError, TypeError, binascii.Error) as problem:
        raise _bad_cursor() from problem
    if type(after) is not int or not 0 <= after <= LARGEST_ID:
        raise _bad_cursor()
    return after


def _bad_cursor() -> Refused:
    sentence = _("This cursor does not belong to this list. Start again without one.")
    return Refused("bad_cursor", sentence, field="cursor")


def openings(rooms: Iterable[Openings]) -> list[Opening]:
    """Give every operation of these rooms."""
    return [opening for room in rooms for opening in room.all]
