"""The access matrix: every address, every role, every method, against what was reviewed in access.toml."""

from __future__ import annotations

import hashlib
import uuid

import pytest
from django.apps import apps
from django.db import connection
from django.test import Client

from mizzle_web.page.access import ANYONE, MEMBER
from mizzle_web.people.roles import MAY, Role
from web.routes import METHODS, address, declared, routes

NOBODY = "anonymous"
MISSING = {
    "public_id": uuid.UUID(int=7),
    "token": "nothing-of-that-kind",
    "id": uuid.UUID(int=7),
    "log_id": uuid.UUID(int=7),
    "table": "departments",
    "number": 4_000_000,
    "name": "mizzle-2001-01-01-000000.tar.gz",
}
OPENED = {200, 201, 204, 302, 303, 400, 404, 409, 413, 422}


def ours():
    """Addresses of pages; those of the API have their own matrix, by scope."""
    return [route for route in routes() if not route.pattern.startswith(("/api/", "/static/"))]


def test_every_address_was_reviewed_and_nothing_else():
    assert sorted(declared()) == sorted(route.name for route in ours())


def test_every_view_says_who_may_open_it_as_it_was_reviewed():
    for route in ours():
        access = getattr(route.view, "access", None)
        said = access if access in (ANYONE, MEMBER) else getattr(access, "value", None)
        assert said == declared()[route.name]["who"], route.name


def digest():
    """A hash of every row of every table."""
    found = hashlib.sha256()
    for model in sorted(apps.get_models(), key=lambda one: one._meta.db_table):
        with connection.cursor() as cursor:
            cursor.execute(f'SELECT * FROM "{model._meta.db_table}"')
            for row in sorted(map(repr, cursor.fetchall())):
                found.update(row.encode())
    return found.hexdigest()


@pytest.fixture
def actors(everybody, browser_of):
    return {NOBODY: Client(), **{str(role): browser_of(member) for role, member in everybody.items()}}


def may(actor, who):
    """Whether an actor may open what is declared for somebody."""
    if who == ANYONE:
        return True
    if actor == NOBODY:
        return False
    roles = {Role.COLLEAGUE, Role(actor)}
    return who == MEMBER or any(who == permission.value for role in roles for permission in MAY[role])


def expected(actor, method, rule):
    """Which answers are right."""
    if not may(actor, rule["who"]):
        return {302} if actor == NOBODY else {403}
    allowed = {*rule["methods"], *({"HEAD"} if "GET" in rule["methods"] else ())}
    return OPENED if method in allowed else {405}


def test_every_role_opens_what_it_may_and_nothing_else(actors):
    surprises = []
    calls = 0
    for route in ours():
        rule = declared()[route.name]
        for actor, client in actors.items():
            for method in METHODS:
                if route.name == "people:sign_out" and method == "POST" and actor != NOBODY:
                    continue  # it would end the session of the rest of the run
                answer = client.generic(method, address(route, MISSING))
                calls += 1
                if answer.status_code not in expected(actor, method, rule):
                    surprises.append((route.name, actor, method, answer.status_code))
    assert surprises == []
    assert calls > 0


def test_reading_changes_nothing(actors):
    before = digest()
    for route in ours():
        for client in actors.values():
            client.get(address(route, MISSING))
            client.head(address(route, MISSING))
    assert digest() == before


def test_every_answer_carries_the_headers_that_protect(actors):
    for route in ours():
        for actor in (NOBODY, str(Role.SERVICE_LEAD)):
            answer = actors[actor].get(address(route, MISSING))
            assert "default-src 'none'" in answer.headers["Content-Security-Policy"], route.name
            assert "unsafe" not in answer.headers["Content-Security-Policy"]
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
            assert answer.headers["Cache-Control"], route.name
