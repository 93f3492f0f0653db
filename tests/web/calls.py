"""Calls of the API, as a program makes them."""

from __future__ import annotations

import json

from django.test import Client

from mizzle_web.page.api import Scope
from mizzle_web.people.actions.tokens import make_token
from web.conftest import AT

PREFIX = "/api/v1"
MEMBERS_OF_A_PROBLEM = {"type", "title", "status", "detail", "code", "errors"}


def token_of(member, *scopes, days=30, name="Payroll", key=None, at=AT):
    """A token of a member, and its text; with every scope where none is named."""
    key = key or f"{member.pk}-{name}-{'-'.join(scopes)}"
    return make_token(
        member=member, name=name, scopes=scopes or list(Scope), days=days, key=key, by=member.actor, at=at
    )


class Program:
    """A program with a token, or without."""

    def __init__(self, token=None):
        self.client = Client(headers={"Authorization": f"Bearer {token}"} if token else {})

    def call(self, method, path, body=None, **headers):
        content = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        return self.client.generic(
            method, PREFIX + path, content, content_type="application/json", headers=headers or None
        )

    def get(self, path, **query):
        return self.client.get(PREFIX + path, query)

    def post(self, path, body, **headers):
        return self.call("POST", path, body, **headers)

    def patch(self, path, body, **headers):
        return self.call("PATCH", path, body, **headers)


def program_of(member, *scopes):
    """A program that comes in for a member."""
    return Program(token_of(member, *scopes)[1])


def problem_of(answer):
    """The problem of an answer, after a look at its shape."""
    assert answer.headers["Content-Type"] == "application/problem+json"
    told = answer.json()
    assert set(told) >= MEMBERS_OF_A_PROBLEM
    assert told["status"] == answer.status_code
    assert told["type"] == f"urn:mizzle:problem:{told['code']}"
    assert told["title"]
    assert told["detail"]
    return told
