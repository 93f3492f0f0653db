"""Pages for what goes wrong: in style, in the reader's language, without the database, with no word of the inside."""

from __future__ import annotations

import errno

import pytest
from django.db import DataError, InterfaceError, OperationalError, connection
from django.test import Client

from mizzle_web.page import views
from mizzle_web.page.refused import Changed, Refused
from mizzle_web.people import arrivals

PAGES = [
    (views.bad_request, 400),
    (views.forbidden, 403),
    (views.forged, 403),
    (views.missing, 404),
    (views.not_this_way, 405),
    (views.broken, 500),
    (views.away, 503),
    (views.disk_full, 507),
]
NO_SESSION = {"HTTP_ACCEPT_LANGUAGE": "en"}


@pytest.fixture
def failing(lead_browser, monkeypatch):
    """Let the page of settings fail in a way of one's choice; gives the answer."""
    lead_browser.raise_request_exception = False

    def go(problem, **headers):
        def fail(*_):
            raise problem

        monkeypatch.setattr("mizzle_web.today.views._groups", fail)
        return lead_browser.get("/settings/", **headers)

    return go


@pytest.mark.parametrize(("page", "status"), PAGES, ids=lambda one: getattr(one, "__name__", one))
def test_a_problem_needs_neither_database_nor_session(page, status, rf):
    answer = page(rf.get("/", **NO_SESSION))  # without the mark of a test that may use the database
    text = answer.content.decode()
    assert answer.status_code == status
    assert all(part in text for part in ('<html lang="en">', "page/house.css", "<h1>", "Go to the start page"))
    assert "csrf" not in text


@pytest.mark.parametrize(
    ("problem", "status"),
    [
        (OperationalError("server closed the connection unexpectedly at /var/lib/secret"), 503),
        (InterfaceError("connection already closed"), 503),
        (OperationalError("database or disk is full"), 507),
        (DataError("could not extend file base/16384: No space left on device"), 507),
        (OSError(errno.ENOSPC, "No space left on device"), 507),
        (OSError(errno.ENOENT, "no such file"), 500),
        (ZeroDivisionError("SELECT secret FROM people_member"), 500),
        (Refused("last_owner", "This is the last service lead."), 409),
    ],
    ids=str,
)
def test_each_kind_of_failure_has_its_page_and_tells_nothing_of_the_inside(failing, problem, status):
    answer = failing(problem)
    text = answer.content.decode()
    assert answer.status_code == status
    assert "page/house.css" in text
    assert "secret" not in text
    assert "Traceback" not in text
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert ("Retry-After" in answer.headers) == (status == 503)


@pytest.mark.django_db
def test_a_database_that_is_away_before_the_page_begins_is_said_as_well(monkeypatch, organisation):
    def gone():
        raise OperationalError("connection refused")

    monkeypatch.setattr(arrivals, "organisation", gone)
    client = Client(raise_request_exception=False, headers={"Accept-Language": "en"})
    answer = client.get("/sign-in")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, str(views.RETRY_SECONDS))
    assert "Back in a moment" in answer.content.decode()


def test_while_the_database_is_away_its_page_asks_it_nothing(failing, django_assert_num_queries):
    asked = []
    failing(OperationalError("gone"))

    def noticed(execute, sql, *more):
        asked.append(sql)
        return execute(sql, *more)

    with connection.execute_wrapper(noticed):
        before = len(asked)
        failing(OperationalError("gone"))
    of_the_page = [sql for sql in asked[before:] if "people_placement" in sql or "people_unit" in sql]
    assert of_the_page == []


def test_a_problem_speaks_the_language_of_the_browser_where_nobody_is_known(rf):
    request = rf.get("/", HTTP_ACCEPT_LANGUAGE="nb")
    assert '<html lang="nb">' in views.away(request).content.decode()


def test_a_part_of_a_page_that_fails_takes_the_place_of_the_whole(failing):
    answer = failing(ZeroDivisionError(), HTTP_HX_REQUEST="true")
    assert (answer.headers["HX-Retarget"], answer.status_code) == ("body", 500)


def test_an_address_that_only_takes_forms_says_so(lead_browser):
    answer = lead_browser.get("/sign-out")
    assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")
    assert "Go back to the form" in answer.content.decode()


def test_two_texts_that_met_stand_side_by_side_and_the_own_one_can_be_sent_again(lead_browser, monkeypatch):
    def clash(**_):
        raise Changed("Somebody else has changed this.", theirs={"language": "es <b>"}, version=7)

    monkeypatch.setattr("mizzle_web.people.views.door.change_member", clash)
    sent = {"language": "nb", "next": "/a?b=<i>", "version": "3"}
    answer = lead_browser.post("/language", sent, headers={"Referer": "http://testserver/me?x=1"})
    text = answer.content.decode()
    assert answer.status_code == 409
    assert "es &lt;b&gt;" in text
    assert ">nb<" in text
    assert '<input type="hidden" name="version" value="7">' in text
    assert '<input type="hidden" name="next" value="/a?b=&lt;i&gt;">' in text
    assert 'value="3"' not in text
    assert 'href="/me?x=1"' in text


def test_the_way_back_never_leaves_the_house(lead_browser, monkeypatch):
    def clash(**_):
        raise Changed("Somebody else has changed this.", theirs={"language": "es"})

    monkeypatch.setattr("mizzle_web.people.views.door.change_member", clash)
    answer = lead_browser.post("/language", {"language": "nb"}, headers={"Referer": "https://elsewhere.example/x"})
    text = answer.content.decode()
    assert "elsewhere" not in text
    assert 'name="version"' not in text
