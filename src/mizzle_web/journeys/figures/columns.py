"""What the columns of a log mean, as a form says it: initial values, what a reader chose, and what of it is new."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mizzle_web.journeys.figures.reading import ROLES

if TYPE_CHECKING:
    from mizzle_web.journeys.models import Log

MAY_BE_MISSING = ("department", "start", "resource")
NONE = "none"
_COLUMN = "c:"


def encoded(column: str | None) -> str:
    """Write a column, or that there is none, as the value of a choice; no column can be taken for something else."""
    return NONE if column is None else _COLUMN + column


def decoded(value: str) -> str | None:
    """Read what `encoded` wrote."""
    return value.removeprefix(_COLUMN) if value.startswith(_COLUMN) else None


def is_understood(log: Log) -> bool:
    """Whether it is known what every column means, be it that one question is still open."""
    return bool(log.mapping.get("case"))


def question_of(log: Log) -> dict[str, Any]:
    """Give what has to be said before the log can be imported; empty where nothing is open."""
    found: dict[str, Any] = log.look.get("question") or {}
    return found


def values_of(log: Log) -> dict[str, Any]:
    """Give what a form of the columns shows at first: what was found out, or else what somebody has chosen so far."""
    asked = question_of(log).get("field")
    options = log.look.get("options", {})
    values: dict[str, Any] = {"version": log.version, "sheet": log.look.get("sheet", "")}
    for role in ROLES:
        if role == asked or not (is_understood(log) or role in options):
            values[role] = ""
        else:
            column = log.mapping.get(role) if is_understood(log) else options[role]
            values[role] = encoded(column or None)
    values["timezone"] = log.mapping.get("timezone") or options.get("timezone", "")
    values["object_type"] = log.mapping.get("object_type") or ""
    values["dates"] = log.look.get("dates", {}).get("chosen", "")
    values["extras"] = [encoded(name) for name in log.mapping.get("extras", ())]
    return values


def words_of(log: Log) -> dict[str, str]:
    """Give the same as texts, to be set beside what somebody else chose."""
    values = values_of(log)
    values["extras"] = ", ".join(decoded(one) or "" for one in values["extras"])
    return {name: str(value) for name, value in values.items() if name != "version"}


def changes_of(log: Log, answers: dict[str, Any]) -> tuple[bool, dict[str, Any]]:
    """Tell what somebody chose that differs from what is known: whether to begin from nothing, and the options.

    Parameters
    ----------
    answers
        Cleaned values of the form; only those of its fields that were there.
    """
    for name, known in (("sheet", log.look.get("sheet", "")), ("object_type", log.mapping.get("object_type") or "")):
        if answers.get(name) and answers[name] != known:  # another table: nothing that was known holds for it
            return True, {"sheet": answers["sheet"]} if name == "sheet" else _of_type(log, answers[name])
    if not is_understood(log):
        return True, _so_far(log, answers)
    options: dict[str, Any] = {}
    for role in ROLES:
        if not answers.get(role):
            continue
        column = decoded(answers[role])
        if column != log.mapping.get(role) or role == question_of(log).get("field"):
            options[role] = column or ""
    if answers.get("timezone") and answers["timezone"] != log.mapping.get("timezone"):
        options["timezone"] = answers["timezone"]
    if answers.get("dates") and answers["dates"] != log.look.get("dates", {}).get("chosen"):
        options["dates"] = answers["dates"]
    unfit = {*log.look.get("hidden", ()), *(decoded(answers[role]) for role in ROLES if role in answers), None}
    extras = [column for one in answers.get("extras", ()) if (column := decoded(one)) not in unfit]
    if "extras" in answers and set(extras) != set(log.mapping.get("extras", ())):
        options["extras"] = extras
    return False, options


def _of_type(log: Log, object_type: str) -> dict[str, Any]:
    found = {"object_type": object_type, "case": object_type}
    return found | ({"sheet": log.look["sheet"]} if log.look.get("sheet") else {})


def _so_far(log: Log, answers: dict[str, Any]) -> dict[str, Any]:
    """Add what was said now to what was said before, while not all is known."""
    options = dict(log.look.get("options", {}))
    for role in ROLES:
        if answers.get(role):
            options[role] = decoded(answers[role]) or ""
    for name in ("timezone", "dates"):
        if answers.get(name):
            options[name] = answers[name]
    return options
