"""The house, asked as its server asks it: durable writes in a second, and what the parts of one cost."""

from __future__ import annotations

import json
import os
import statistics
import sys
import time
from functools import partial
from typing import TYPE_CHECKING, Any

from contend import main
from pressing import TOKEN, call, call_program, rate

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpResponse

    from contend import Check, Work

    View = Callable[[Any], HttpResponse]

TABLE = "bare"
urlpatterns: list[Any] = []
"""The addresses; this module is its URLconf: those of the house, and views that do a part of what it does."""


def sample(folder: str, url: str = "") -> str:
    """Load the sample organisation into this process; give the cookies of its service lead."""
    os.environ |= {"MIZZLE_DATA": folder, "DJANGO_SETTINGS_MODULE": "mizzle_web.config.settings"}
    if url:
        os.environ["MIZZLE_DATABASE_URL"] = url
    import django

    django.setup()
    from django.core.management import call_command

    from mizzle_web.journal.actions import SYSTEM
    from mizzle_web.operation.actions import load_sample
    from mizzle_web.page import clock

    call_command("migrate", interactive=False, verbosity=0)
    load_sample(rng_seed=2025, by=SYSTEM, at=clock.now())
    return signed_in(lead_of_the_house())


def signed_in(lead: Any) -> str:
    """Begin a session of a member; give its cookies."""
    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY

    from mizzle_web.people.door import _SIGNER, SEEN, SIGNED_IN_AT
    from mizzle_web.people.sessions import SessionStore

    lead.refresh_from_db()  # a role that was given just now has raised its generation
    session = SessionStore()
    session[SESSION_KEY], session[HASH_SESSION_KEY] = str(lead.pk), lead.get_session_auth_hash()
    session[BACKEND_SESSION_KEY], session[SIGNED_IN_AT] = settings.AUTHENTICATION_BACKENDS[0], time.time()
    session.create()
    seen = _SIGNER.sign_object([session.session_key, time.time()])
    return f"session={session.session_key}; csrf={TOKEN}; {SEEN}={seen}"


def lead_of_the_house() -> Any:
    """Find the first service lead."""
    from mizzle_web.people.models import Member
    from mizzle_web.people.roles import Role

    return Member.objects.holding(Role.SERVICE_LEAD).order_by("pk")[0]


def _token() -> str:
    from mizzle_web.page import clock
    from mizzle_web.people.actions.tokens import make_token

    lead = lead_of_the_house()
    made = make_token(
        member=lead, name="bench", scopes=["people:write"], days=1, key="bench", by=lead.actor, at=clock.now()
    )
    if made is None:
        raise RuntimeError("There is a token of this name already.")
    return made[1]


def _insert(name: str) -> None:
    from django.db import connection, transaction

    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO {TABLE} (name) VALUES (%s)", [name])  # noqa: S608 - a name of ours


def _bare(request: Any) -> HttpResponse:
    from django.http import HttpResponse

    _insert(request.POST["name"])
    return HttpResponse(status=204)


def _table() -> None:
    from django.db import connection

    number = "bigserial" if connection.vendor == "postgresql" else "integer"
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE {TABLE} (id {number} PRIMARY KEY, name text)")


def _addresses(views: dict[str, View]) -> None:
    from django.urls import path

    from mizzle_web.config import urls

    sys.modules["contend_house"] = sys.modules[__name__]
    urlpatterns[:] = [*urls.urlpatterns, *(path(f"bench/{name}", view) for name, view in views.items())]


def writes(folder: str, seconds: float, url: str) -> tuple[Work, Check]:
    """Count writes: a bare INSERT, a bare view that does it, the form of the house, and its API."""
    from django.core.handlers.wsgi import WSGIHandler
    from django.test.utils import override_settings

    cookies = sample(folder, url)
    _table()
    _addresses({"bare": _bare})
    bearer = f"Bearer {_token()}"

    def send(handler: Any, name: str) -> None:
        call(302, handler, "/people/new", cookies, {"name": name, "key": name})

    def program(handler: Any, name: str) -> None:
        told = {"HTTP_AUTHORIZATION": bearer, "HTTP_IDEMPOTENCY_KEY": name}
        call_program(201, handler, "/api/v1/people", json.dumps({"name": name}), **told)

    def work() -> dict[str, float]:
        found = {"insert": rate(_insert, seconds)}
        with override_settings(MIDDLEWARE=[], ROOT_URLCONF="contend_house"):
            small = WSGIHandler()
            found["bare"] = rate(lambda name: call(204, small, "/bench/bare", cookies, {"name": name}), seconds)
        whole = WSGIHandler()
        found["form"] = rate(partial(send, whole), seconds)
        found["api"] = rate(partial(program, whole), seconds)
        return found

    return work, lambda found: found


def _parts() -> dict[str, tuple[str, View]]:
    """Give views that each do a little more than the one before; what they add is what it costs."""
    from django.db import transaction
    from django.http import HttpResponse
    from django.shortcuts import redirect

    from mizzle_web.journal.actions import first_time
    from mizzle_web.page.access import anyone, needs
    from mizzle_web.page.notices import tell
    from mizzle_web.page.permissions import Permission
    from mizzle_web.people.actions.members import NewMember, add_member
    from mizzle_web.people.forms.members import NewPerson

    signed_in = needs(Permission.MANAGE_PEOPLE)

    def nothing(request: Any) -> HttpResponse:
        return HttpResponse(request.POST["name"], status=204)

    def session(request: Any) -> HttpResponse:
        return nothing(request)

    def checked(request: Any) -> None:
        if not NewPerson(request.POST, units=list).is_valid():
            raise ValueError(request.POST)

    def form(request: Any) -> HttpResponse:
        checked(request)
        return nothing(request)

    def answer(request: Any) -> HttpResponse:
        checked(request)
        return tell(redirect("people:person", request.user.public_id), "Taken in.")

    def receipt(request: Any) -> HttpResponse:
        with transaction.atomic():
            first_time(key=request.POST["key"], content={}, by=request.user.actor, at=request.at)
        return answer(request)

    def whole(request: Any) -> HttpResponse:
        with transaction.atomic():
            first_time(key=request.POST["key"], content={}, by=request.user.actor, at=request.at)
            add_member(member=NewMember(request.POST["name"]), by=request.user.actor, at=request.at)
        return answer(request)

    return {
        "middleware": ("middleware, organisation, language", anyone(nothing)),
        "session": ("session, member, roles", signed_in(session)),
        "form": ("form", signed_in(form)),
        "answer": ("redirect and notice", signed_in(answer)),
        "receipt": ("transaction with the receipt, and its commit", signed_in(receipt)),
        "whole": ("member, entry of the journal, its head", signed_in(whole)),
    }


def costs(folder: str, calls: int, url: str) -> tuple[Work, Check]:
    """Tell what each part of a write takes of the processor, in microseconds, with one thread."""
    from django.core.handlers.wsgi import WSGIHandler
    from django.test.utils import override_settings

    cookies = sample(folder, url)
    _table()
    parts = _parts()
    _addresses({name: view for name, (_title, view) in parts.items()} | {"bare": _bare})

    def took(handler: Any, name: str, mark: str) -> float:
        found = []
        wanted = 302 if name in ("answer", "receipt", "whole") else 204
        for number in range(calls + 20):
            form = {"name": f"P {mark} {number}", "key": f"{mark} {name} {number}"}
            began = time.thread_time()
            call(wanted, handler, f"/bench/{name}", f"csrf={TOKEN}" if name == "middleware" else cookies, form)
            found.append(time.thread_time() - began)
        return 1e6 * statistics.median(found[20:])

    def work() -> dict[str, float]:
        with override_settings(ROOT_URLCONF="contend_house"):
            with override_settings(MIDDLEWARE=[]):
                bare = took(WSGIHandler(), "bare", "bare")
                plain = took(WSGIHandler(), "middleware", "plain")
            handler = WSGIHandler()
            found = [took(handler, name, "house") for name in parts]
        titles = ["Django with nothing around it", *(title for title, _view in parts.values())]
        added = [plain] + [after - before for before, after in zip([plain, *found], found, strict=False)]
        return {"bare": bare, **dict(zip(titles, added, strict=True))}

    return work, lambda found: found


if __name__ == "__main__":
    main({"writes": writes, "costs": costs})
