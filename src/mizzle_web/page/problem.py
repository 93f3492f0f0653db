"""What the API answers when something cannot be done: problem details (RFC 9457), in the reader's language."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from django.http import HttpResponse
from django.utils.translation import gettext as _
from pydantic import BaseModel, Field

from mizzle_web.page.refused import Changed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mizzle_web.page.refused import Refused
    from mizzle_web.page.visit import Visit

MEDIA_TYPE = "application/problem+json"
ADDRESSES = "/api/"
"""What begins so is asked by a program, and is answered in its language."""


class FieldError(BaseModel):
    """One thing that is to be put right."""

    field: str = Field(description="Where it is: the name of a field, with dots between levels.")
    code: str = Field(description="A short name for machines.")
    detail: str = Field(description="What is wrong, in a sentence.")


class Problem(BaseModel):
    """Why something was not done."""

    type: str = Field(description="A name for this kind of problem, as a URI.")
    title: str = Field(description="The kind of problem, in a few words.")
    status: int = Field(description="The HTTP status, once more.")
    detail: str = Field(description="What is wrong and what to do.")
    code: str = Field(description="A short name for machines; it does not change.")
    errors: list[FieldError] = Field(description="What is wrong with which field; often empty.")


class Conflict(Problem):
    """Somebody else changed the same thing in the meantime: both texts, so that nothing is lost."""

    version: int | None = Field(default=None, description="The version that it has now.")
    yours: dict[str, str] | None = Field(default=None, description="What was sent, field by field.")
    theirs: dict[str, str] | None = Field(default=None, description="What stands there now, field by field.")


def titles() -> dict[int, tuple[str, str]]:
    """Give the code and the title of each status."""
    return {
        400: ("unreadable", _("That could not be read")),
        401: ("no_token", _("A token is needed")),
        403: ("forbidden", _("Not for this token")),
        404: ("missing", _("There is nothing here")),
        405: ("method", _("Method not allowed")),
        409: ("conflict", _("Something is in the way")),
        413: ("too_large", _("That is too much at once")),
        422: ("invalid", _("Something is to be put right")),
        500: ("broken", _("Something broke")),
        503: ("away", _("Back in a moment")),
        507: ("disk_full", _("No room to save this")),
    }


def problem(
    status: int,
    detail: str,
    *,
    code: str = "",
    title: str = "",
    errors: Sequence[FieldError] = (),
    headers: dict[str, str] | None = None,
    **more: Any,
) -> HttpResponse:
    """Answer with a problem."""
    usual_code, usual_title = titles().get(status, ("problem", _("That did not work")))
    content = {
        "type": f"urn:mizzle:problem:{code or usual_code}",
        "title": title or usual_title,
        "status": status,
        "detail": detail,
        "code": code or usual_code,
        "errors": [error.model_dump() for error in errors],
        **more,
    }
    text = json.dumps(content, ensure_ascii=False)
    return HttpResponse(text, status=status, content_type=MEDIA_TYPE, headers=headers)


def is_asked(request: Visit) -> bool:
    """Tell whether a request came to the API, and is to be answered by a problem rather than a page."""
    return request.path.startswith(ADDRESSES)


def refused(refusal: Refused, *, version: int | None = None, yours: dict[str, str] | None = None) -> HttpResponse:
    """Answer what an action refused: 409 where the state of things stands against it, 422 where a field is wrong."""
    if isinstance(refusal, Changed):
        return problem(
            409, refusal.sentence, code=refusal.code, version=version, yours=yours or {}, theirs=refusal.theirs
        )
    if refusal.field is None:
        return problem(409, refusal.sentence, code=refusal.code)
    error = FieldError(field=refusal.field, code=refusal.code, detail=refusal.sentence)
    return problem(422, refusal.sentence, code=refusal.code, errors=[error])


def invalid(errors: Sequence[dict[str, Any]]) -> HttpResponse:
    """Answer what does not have the shape that the description of the API gives."""
    found = [FieldError(field=_place(one["loc"]), code=one["type"], detail=_sentence(one)) for one in errors]
    return problem(422, _("Some values do not fit. Look at each of the errors."), errors=found)


def _place(where: Sequence[str | int]) -> str:
    """Name a field as its sender knows it: without the part of the request, and the name that the code has for it."""
    parts = [str(part) for part in where]
    return ".".join(parts[2:] if parts[0] == "body" else parts[1:])


def _sentence(error: dict[str, Any]) -> str:
    """Say in the reader's language what is wrong with a value; never repeat the value."""
    more = error.get("ctx", {})
    said = {
        "missing": _("This is missing."),
        "extra_forbidden": _("There is no such field here. Leave it out."),
        "string_type": _("Give a text."),
        "string_too_short": _("Give at least %(min_length)s characters."),
        "string_too_long": _("Give at most %(max_length)s characters."),
        "string_pattern_mismatch": _("Give one line of text, not empty and without control characters."),
        "int_type": _("Give a whole number."),
        "int_parsing": _("Give a whole number."),
        "greater_than_equal": _("Give %(ge)s or more."),
        "less_than_equal": _("Give %(le)s or less."),
        "enum": _("Give one of: %(expected)s."),
        "literal_error": _("Give one of: %(expected)s."),
        "uuid_parsing": _("Give an id as it was given to you."),
        "value_error": "%(error)s",
    }.get(str(error["type"]))
    return said % more if said else str(error["msg"])
