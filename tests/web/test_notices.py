"""What an action did is said once, on the page after it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.http import HttpResponse

from mizzle_web.page import notices

TEXT = "Moved to Friday, for Bjørn & Zoë."
SHOWN = "Moved to Friday, for Bjørn &amp; Zoë."


@pytest.fixture
def told(lead_browser):
    """A browser to which an action has just said something."""
    cookie = notices.tell(HttpResponse(), TEXT).cookies[notices.COOKIE]
    lead_browser.cookies[notices.COOKIE] = cookie.value
    return lead_browser


def test_the_next_page_says_it_once(told):
    first = told.get("/settings/")
    assert SHOWN in first.content.decode()
    assert 'role="status"' in first.content.decode()
    assert SHOWN not in told.get("/settings/").content.decode()


def test_a_fragment_leaves_it_for_the_page(told):
    assert SHOWN not in told.get("/me/waiting").content.decode()
    assert SHOWN in told.get("/").content.decode()


def test_it_is_forgotten_after_a_minute(told, at, time_machine):
    time_machine.move_to(at + timedelta(seconds=notices.SECONDS + 1), tick=False)
    assert SHOWN not in told.get("/settings/").content.decode()


def test_nobody_else_can_put_words_on_a_page(lead_browser):
    lead_browser.cookies[notices.COOKIE] = "Transfer your account:1abc:xyz"
    assert "Transfer" not in lead_browser.get("/settings/").content.decode()


def test_a_long_text_is_cut_and_the_cookie_stays_small():
    cookie = notices.tell(HttpResponse(), "ø" * 100_000).cookies[notices.COOKIE]
    assert len(cookie.value) < 4000
    assert (cookie["httponly"], cookie["samesite"], cookie["max-age"]) == (True, "Lax", notices.SECONDS)


def test_before_the_door_it_is_said_as_well(client, organisation):
    client.cookies[notices.COOKIE] = notices.tell(HttpResponse(), TEXT).cookies[notices.COOKIE].value
    assert SHOWN in client.get("/sign-in").content.decode()
