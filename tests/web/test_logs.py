"""The log never holds a link that lets its holder in."""

from __future__ import annotations

import io
import logging

import pytest
from django.conf import settings
from django.http import HttpResponse
from django.test import RequestFactory
from django.utils.log import log_response

from mizzle_web.page import logs

TOKEN = "kB3-secret_Token"
ADDRESS = f"/invitation/{TOKEN}"


def stderr_of(name):
    return next(one for one in logging.getLogger(name).handlers if one.name == "stderr")


@pytest.fixture
def written(monkeypatch):
    """What the handler of the log writes."""
    handler = stderr_of("django")
    stream = io.StringIO()
    monkeypatch.setattr(handler, "stream", stream)
    return stream


def test_a_link_of_an_invitation_stays_out_of_the_log_when_its_page_breaks(written):
    def broken(_request):
        raise ValueError(f"cannot show {ADDRESS}?next=1 to 'x'")

    request = RequestFactory().get(ADDRESS)
    try:
        broken(request)
    except ValueError as problem:
        log_response("%s: %s", "Internal Server Error", request.path, request=request, exception=problem,
                     response=HttpResponse(status=500))  # fmt: skip
    said = written.getvalue()
    assert "Internal Server Error: /invitation/…" in said
    assert "ValueError: cannot show /invitation/… to 'x'" in said
    assert TOKEN not in said


def test_every_other_logger_is_kept_from_it_too(written):
    assert stderr_of("") is stderr_of("django")
    logging.getLogger("mizzle_web.test").warning("%(path)s went", {"path": ADDRESS})
    logging.getLogger("django.request").error("%d people", ADDRESS)  # words that do not fit
    assert "/invitation/… went" in written.getvalue()
    assert TOKEN not in written.getvalue()


def test_what_holds_no_link_is_logged_as_it_is():
    assert logs.masked("GET /invitations/new and /people/7") == "GET /invitations/new and /people/7"
    assert settings.LOGGING["handlers"]["stderr"]["filters"] == ["links"]
