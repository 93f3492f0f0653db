"""What the door asks at every request: the organisation, whose session or token it is, and what they hold.

All of it is asked anew each time, of the database and in few and prepared questions, and nothing is remembered from one
request to the next: a session that was ended or a role that was taken back opens nothing from that instant on, however
many processes serve the house.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.sessions.models import Session
from django.db import models
from django.db.models import FilteredRelation, Q, Subquery

from mizzle_web.page.prepared import Blank, Question, Search
from mizzle_web.people.models import Member, Organisation, Token

if TYPE_CHECKING:
    from datetime import datetime


def _columns(model: type[models.Model]) -> list[str]:
    return [field.attname for field in model._meta.concrete_fields]  # noqa: SLF001 - Django's public way to it


_KEY, _TEXT, _INSTANT = models.BigAutoField(), models.CharField(), models.DateTimeField()
_HELD = ("held__role", "held__given_at", "held__unit_id")
_ORGANISATION = Search(Organisation, lambda: Organisation.objects.order_by("pk")[:1])
_SESSION = Question(
    lambda: Session.objects.filter(session_key=Blank("key", _TEXT), expire_date__gt=Blank("at", _INSTANT)).values_list(
        "session_data"
    )
)
_BOTH = Question(
    lambda: Organisation.objects.order_by("pk").values_list(
        *_columns(Organisation),
        Subquery(
            Session.objects.filter(session_key=Blank("key", _TEXT), expire_date__gt=Blank("at", _INSTANT)).values(
                "session_data"
            )
        ),
    )[:1]
)
_MEMBER = Question(
    lambda: (
        Member.objects.present()
        .annotate(held=FilteredRelation("grants", condition=Q(grants__ended_at__isnull=True)))
        .filter(pk=Blank("pk", _KEY))
        .values_list(*_columns(Member), *_HELD)
    )
)
_TOKEN = Search(
    Token,
    lambda: Token.objects.filter(
        Q(expires_at__isnull=True) | Q(expires_at__gt=Blank("at", _INSTANT)),
        digest=Blank("digest", _TEXT),
        ended_at__isnull=True,
    ),
)


def organisation() -> Organisation | None:
    """Give the organisation that lives here; None before it is founded."""
    return _ORGANISATION.first()


def organisation_and_session(key: str, at: datetime) -> tuple[Organisation | None, str | None]:
    """Give both in one question; where there is no organisation, there is nothing yet that a session opens."""
    row = _BOTH.row(key=key, at=at)
    if row is None:
        return None, None
    return Organisation.from_db("default", _columns(Organisation), row[:-1]), row[-1]


def session_data(key: str, at: datetime) -> str | None:
    """Give what a session holds, as it is kept; None where it has ended."""
    row = _SESSION.row(key=key, at=at)
    return row[0] if row else None


def member(pk: Any) -> Member | None:
    """Find somebody who has not left, together with the roles that they hold."""
    rows = _MEMBER.rows(pk=pk)
    if not rows:
        return None
    found = Member.from_db("default", _columns(Member), rows[0][: -len(_HELD)])
    held = [tuple(row[-len(_HELD) :]) for row in rows]
    found.note_held(one for one in held if one[0] is not None)  # who holds nothing has one empty row
    return found


def token(digest: str, at: datetime) -> Token | None:
    """Find the token with this hash, where it opens the API at this instant, with its member."""
    found = _TOKEN.first(digest=digest, at=at)
    owner = member(found.member_id) if found else None
    if found is None or owner is None:
        return None
    found.member = owner
    return found
