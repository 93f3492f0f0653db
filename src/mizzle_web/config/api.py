"""The API: one address, one set of rules, and the operations that the rooms declare.

A call carries a token and nothing else: no cookie is read, so no page of another house can call in a member's name.
"""

from __future__ import annotations

from functools import cache, wraps
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.http import Http404, HttpRequest, JsonResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from ninja import NinjaAPI, Router
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.security import HttpBearer

from mizzle_web.jobs import api as jobs
from mizzle_web.journal import api as journal
from mizzle_web.journeys.api import agreements, cases, contacts, drawn, figures, journeys, links, logs
from mizzle_web.page import problem
from mizzle_web.page.access import ANYONE, anyone
from mizzle_web.page.permissions import Permission
from mizzle_web.page.problem import Conflict, Problem
from mizzle_web.page.refused import Refused
from mizzle_web.people.actions.tokens import use_token
from mizzle_web.people.api import organisation, people, units

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpResponse, HttpResponseBase
    from ninja.openapi.schema import OpenAPISchema

    from mizzle_web.page.api import Opening, Openings
    from mizzle_web.page.visit import Visit
    from mizzle_web.people.models import Token

PREFIX = "/api/v1/"
ROOMS: tuple[Openings, ...] = (
    organisation.openings,
    units.openings,
    people.openings,
    journeys.openings,
    figures.openings,
    cases.openings,
    agreements.openings,
    contacts.openings,
    links.openings,
    logs.openings,
    drawn.openings,
    jobs.openings,
    journal.openings,
)
"""All that is offered, in the order of the description."""

ABOUT = """What a member may do in mizzle, for programs.

Each call carries `Authorization: Bearer mzl_…`, a token that its member made on the page about their tokens. A token
opens what its scopes say, and never more than its member may at that moment.

Lists come in pages: `next` is the cursor of the page after, given back unchanged as `cursor`. Errors are problem
details (RFC 9457); `code` is made for programs and does not change. A `POST` with an `Idempotency-Key` is done once."""


class Bearer(HttpBearer):
    """The token of a call, and whether it opens this operation."""

    def __init__(self, opening: Opening) -> None:
        super().__init__()
        self.opening = opening

    def authenticate(self, request: HttpRequest, token: str) -> Token | None:
        """Tell whose token it is, or refuse."""
        visit: Visit = request  # type: ignore[assignment] # the middleware has made it one
        found = use_token(text=token, at=visit.at)
        if found is None:
            return None
        visit.user = found.member
        if not found.member.may(Permission.MANAGE_API):
            raise PermissionDenied(_("The member of this token may no longer use the API."))
        due = found.member.second_factor_due_at(visit.organisation)
        if due is not None and visit.at >= due:
            raise PermissionDenied(_("The member of this token lacks a second factor, which their role needs by now."))
        if self.opening.scope not in found.scopes:
            raise PermissionDenied(_("This token lacks the scope %(scope)s.") % {"scope": self.opening.scope.value})
        if self.opening.permission is not None and not found.member.may(self.opening.permission):
            raise PermissionDenied(_("The member of this token may not do this. A role that may can be given to them."))
        return found


class House(NinjaAPI):
    """The API, with a description that tells of problems and scopes as they are."""

    def get_openapi_schema(self, **given: Any) -> OpenAPISchema:
        """Describe the API."""
        told = super().get_openapi_schema(**given)
        scopes = {opening.name: opening for opening in openings()}
        for operations in told["paths"].values():
            for one in operations.values():
                opening = scopes[one["operationId"]]
                one["security"] = [{"Bearer": [opening.scope.value]}]
                for status, answer in one["responses"].items():
                    if int(status) >= HTTPStatus.BAD_REQUEST:
                        answer["content"] = {problem.MEDIA_TYPE: answer["content"].pop("application/json")}
        return told

    def set_default_exception_handlers(self) -> None:
        """Answer each kind of refusal as a problem; what is no refusal goes on to the guard of every address."""
        super().set_default_exception_handlers()
        for kind, answer in ANSWERS.items():
            self.add_exception_handler(kind, answer)


def _no_token(_request: HttpRequest, _error: Exception) -> HttpResponse:
    detail = _("Send a token that is valid, as: Authorization: Bearer mzl_…")
    return problem.problem(401, detail, headers={"WWW-Authenticate": 'Bearer realm="mizzle"'})


def _forbidden(_request: HttpRequest, error: Exception) -> HttpResponse:
    return problem.problem(403, str(error))


def _missing(_request: HttpRequest, _error: Exception) -> HttpResponse:
    return problem.problem(404, _("Nothing is known by this id, or it is not for this token."))


def _unreadable(_request: HttpRequest, error: HttpError) -> HttpResponse:
    return problem.problem(error.status_code, _("Send JSON (RFC 8259) in UTF-8, as the description of the API says."))


def _too_large(_request: HttpRequest, _error: Exception) -> HttpResponse:
    most = settings.DATA_UPLOAD_MAX_MEMORY_SIZE >> 20
    return problem.problem(413, _("Send at most %(n)d MB at a time.") % {"n": most})


ANSWERS: dict[type[Exception], Callable[[HttpRequest, Any], HttpResponse]] = {
    AuthenticationError: _no_token,
    PermissionDenied: _forbidden,
    Http404: _missing,
    HttpError: _unreadable,
    RequestDataTooBig: _too_large,
    ValidationError: lambda _request, error: problem.invalid(error.errors),
    Refused: lambda _request, refusal: problem.refused(refusal),
}


def openings() -> list[Opening]:
    """Give every operation."""
    return [opening for room in ROOMS for opening in room.all]


def _router(room: Openings) -> Router:
    router = Router(tags=[room.noun])
    for opening in room.all:
        is_writing = opening.method != "GET"
        kinds: dict[Any, Any] = {opening.success: opening.answer} | dict.fromkeys((400, 401, 403, 422), Problem)
        if "{" in opening.path:
            kinds[404] = Problem
        if is_writing:
            kinds |= {409: Conflict, 413: Problem}
        router.add_api_operation(
            opening.path,
            [opening.method],
            opening.view,
            auth=Bearer(opening),
            response=dict(sorted(kinds.items())),
            operation_id=opening.name,
            summary=opening.summary,
        )
    return router


@cache
def _house() -> House:
    house = House(title="mizzle", version="1", description=ABOUT, docs_url=None, openapi_url=None, urls_namespace="api")
    for room in ROOMS:
        house.add_router("", _router(room))
    return house


@cache
def description() -> dict[str, Any]:
    """Describe the API by OpenAPI, as it is committed in docs/reference."""
    return _house().get_openapi_schema(path_prefix=PREFIX.lstrip("/"))


@anyone
@require_safe
def openapi(request: Visit) -> JsonResponse:  # noqa: ARG001 - the same for everybody
    """Give the description of the API to anybody."""
    return JsonResponse(description())


def _opened(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Let a call come to its operation, which looks at the token itself; and say in its way what is not offered."""

    @wraps(view)
    def opened(request: Visit, **given: Any) -> HttpResponseBase:
        response = view(request, **given)
        if response.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
            methods = ", ".join(sorted(response.headers["Allow"].split(", ")))
            detail = _("This address is there for: %(methods)s.") % {"methods": methods}
            return problem.problem(405, detail, headers={"Allow": methods})
        return response

    opened.access = ANYONE  # type: ignore[attr-defined] # read by the door
    return opened


def addresses() -> list[URLPattern]:
    """Give the addresses of the API."""
    found = [path("openapi.json", openapi, name="openapi")]
    for pattern in _house().urls[0]:
        if not isinstance(pattern, URLPattern):
            raise TypeError(pattern)
        if pattern.name != "api-root":
            pattern.callback = _opened(pattern.callback)
            found.append(pattern)
    return found


app_name = "api"
urlpatterns = addresses()
