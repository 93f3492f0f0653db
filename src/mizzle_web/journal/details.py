"""What an entry says more, as names and values in the language of the reader; an unknown name stays as it is."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING
from uuid import UUID

from django.template.defaultfilters import filesizeformat
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from mizzle_web.journal.figures import short

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

MOST = 5
"""So many things of a list are named; of a longer one it is said how many there are."""
NOTHING = "\N{EN DASH}"
SIZES = frozenset({"bytes", "n_bytes"})
DAY = len("2026-03-02")
DIGEST = 64
SHOWN = 12
"""Characters of a digest: enough to tell two apart; all of them are in the table to take away."""


def names() -> dict[str, str]:
    """Name the keys that entries of this house have, and the fields that their changes name."""
    return {
        **_of_people(),
        **_of_imports(),
        **_of_journeys(),
        "bytes": _("size"),
        "days": _("days"),
        "digest": _("digest"),
        "intact": _("intact"),
        "is_active": _("switched on"),
        "kind": _("kind"),
        "mizzle": _("version of mizzle"),
        "n_tries": _("tries"),
        "number": _("newest entry"),
        "scopes": _("may do"),
        "seed": _("seed"),
        "up_to": _("checked up to entry"),
        "verbs": _("events"),
        "with_keys": _("with keys"),
    }


def _of_journeys() -> dict[str, str]:
    return {
        "asks": _("asks about"),
        "before": _("before"),
        "hours": _("hours"),
        "imports": _("goes on to import"),
        "is_handover": _("for a handover"),
        "journey": _("journey"),
        "milliseconds": _("milliseconds"),
        "n_answers": _("answers"),
        "n_blocks": _("full blocks"),
        "n_changed": _("changed"),
        "n_columns": _("columns"),
        "n_deleted": _("deleted"),
        "n_each": _("answers for each level"),
        "n_points": _("perception points"),
        "n_rejected": _("rows that could not be read"),
        "n_rows": _("rows"),
        "n_steps": _("steps"),
        "point": _("perception point"),
        "proposed_by": _("proposed by"),
        "state": _("state"),
    }


def _of_people() -> dict[str, str]:
    return {
        "code": _("code"),
        "email": _("e-mail address"),
        "ends": _("closes the unit"),
        "fields": _("what changed"),
        "how": _("by way of"),
        "idle_minutes": _("minutes without use"),
        "instead": _("in place of another"),
        "into": _("into"),
        "is_sample": _("sample"),
        "language": _("language"),
        "left": _("codes left"),
        "member": _("person"),
        "members": _("people"),
        "name": _("name"),
        "on": _("from"),
        "parent": _("part of"),
        "role": _("role"),
        "session_hours": _("hours until a new sign-in"),
        "shortest_password": _("shortest password"),
        "tablet_minutes": _("minutes on a shared tablet"),
        "timezone": _("time zone"),
        "unit": _("unit"),
        "units": _("units"),
    }


def _of_imports() -> dict[str, str]:
    return {
        "changed": _("changed"),
        "counts": _("rows"),
        "first": _("from row"),
        "last": _("to row"),
        "leaves": _("leave"),
        "left_out": _("left out"),
        "moved": _("moved"),
        "n_bytes": _("size"),
        "n_units": _("new units"),
        "new": _("new"),
        "same": _("as they are"),
        "why": _("reason"),
    }


def lines(details: dict[str, Any]) -> list[tuple[str, str]]:
    """Give what an entry says more, as a list of names and values to read."""
    return list(_lines(details, names()))


def _lines(details: dict[str, Any], known: dict[str, str]) -> Iterator[tuple[str, str]]:
    for key, value in details.items():
        if isinstance(value, dict):
            counted = {name: one for name, one in value.items() if one != 0}
            yield known.get(key, key), ", ".join(f"{name} {said}" for name, said in _lines(counted, known)) or NOTHING
        elif key == "fields" and isinstance(value, list):
            yield known[key], ", ".join(known.get(str(one), str(one)) for one in value)
        elif key == "verbs" and not value:
            yield known[key], _("all")
        elif key in SIZES and isinstance(value, int):
            yield known[key], filesizeformat(value)
        else:
            yield known.get(key, key), _said(value)


def _said(value: Any) -> str:
    if value is None or value in ("", []):
        return NOTHING
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, list):
        return str(len(value)) if len(value) > MOST else ", ".join(_said(one) for one in value)
    return _text(value) if isinstance(value, str) else str(value)


def _text(text: str) -> str:
    """Shorten an id or a digest, and write a day as the reader writes days."""
    if len(text) == DIGEST:
        return f"{text[:SHOWN]}…"
    try:
        if len(text) == DAY:
            return date_format(date.fromisoformat(text), "DATE_FORMAT")
        return short(str(UUID(text)))
    except ValueError:
        return text
