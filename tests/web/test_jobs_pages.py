"""Pages of background work: how far it is, what came of it, and nobody else's."""

from __future__ import annotations

import re
import uuid
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from mizzle_web.jobs import actions, kinds
from mizzle_web.jobs.actions import start
from mizzle_web.jobs.models import Job, JobState
from mizzle_web.jobs.views import ON_A_PAGE

LEASE = timedelta(seconds=10)
TOKEN = re.compile(r'(?<=name="csrfmiddlewaretoken" value=")[^"]+|(?<="X-CSRFToken": ")[^"]+')
POLLS = 'hx-trigger="every 1s"'


@pytest.fixture
def ida(person):
    return person("Ida Hope")


@pytest.fixture
def browser(ida, browser_of):
    return browser_of(ida)


@pytest.fixture
def begin(ida, at, monkeypatch):
    """Begin work for Ida."""
    monkeypatch.setitem(kinds._known, "test.work", kinds.Kind("test.work", "Import of drivers", lambda *_: {}))
    return lambda **more: start(**{"kind": "test.work", "arguments": {}, "by": ida.actor, "at": at} | more)


@pytest.fixture
def running(begin, at):
    job = begin()
    taken = actions.claim(worker="w", lease=LEASE, at=at)
    actions.hold(job=taken, lease=LEASE, share=0.43, stage="Row 172 of 400", at=at)
    return Job.objects.get(pk=job.pk)


def taken(job, at):
    return actions.claim(worker="w", lease=LEASE, at=at)


def page(client, name, *args):
    answer = client.get(reverse(name, args=args))
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_page_shows_how_far_the_work_is_and_asks_again_only_while_it_runs(browser, running, at):
    shown = page(browser, "jobs:job", running.public_id)
    assert all(
        text in shown for text in ("Import of drivers", "Row 172 of 400", 'value="43"', POLLS, "Cancel this work")
    )
    actions.finish(job=running, result={"sentence": "400 people were imported."}, at=at)
    shown = page(browser, "jobs:job", running.public_id)
    assert "400 people were imported." in shown
    assert not any(text in shown for text in (POLLS, "Cancel this work", "<progress", "Show again"))


def test_without_javascript_a_link_shows_it_again(browser, running):
    shown = page(browser, "jobs:job", running.public_id)
    inside = shown.split("<noscript>")[1].split("</noscript>")[0]
    assert f'href="/jobs/{running.public_id}"' in inside
    assert "Show again" in inside


def test_the_fragment_is_the_part_of_the_page_that_changes(browser, running):
    fragment = page(browser, "jobs:progress", running.public_id)
    assert "<html" not in fragment
    assert "Row 172 of 400" in fragment
    assert fragment.count('id="job"') == 1


def test_a_result_leads_to_a_page_of_the_house_and_to_no_other(browser, begin, at):
    for address, is_shown in (
        ("/people/", True),
        ("https://elsewhere.example/", False),
        ("//elsewhere.example/", False),
        ("/\\elsewhere.example/", False),
        ("javascript:alert(1)", False),
    ):
        job = begin()
        result = {"address": address, "address_title": "The list", "lines": ["Row 3: <b>no name</b>"]}
        actions.finish(job=taken(job, at), result=result, at=at)
        shown = page(browser, "jobs:progress", job.public_id)
        assert ("The list" in shown) is is_shown, address
        assert "Row 3: &lt;b&gt;no name&lt;/b&gt;" in shown


def test_what_was_not_done_says_so_in_words(browser, begin, at):
    job = begin()
    actions.fail(job=taken(job, at), error="The file is empty. Choose another one.", at=at)
    shown = page(browser, "jobs:job", job.public_id)
    assert "Failed" in shown
    assert "The file is empty. Choose another one." in shown


def test_cancelling_needs_no_javascript(browser, begin, at):
    job = begin()
    answer = browser.post(reverse("jobs:cancel", args=[job.public_id]))
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/jobs/{job.public_id}")
    assert Job.objects.get().state == JobState.CANCELLED
    assert "Cancelled" in page(browser, "jobs:job", job.public_id)


def test_cancelling_what_runs_shows_that_it_stops_soon(browser, running):
    answer = browser.post(reverse("jobs:cancel", args=[running.public_id]), headers={"HX-Request": "true"})
    shown = answer.content.decode()
    assert (answer.status_code, "Stops at the next step" in shown, "<html" in shown) == (200, True, False)
    assert POLLS in shown
    assert "Cancel this work" not in shown
    assert Job.objects.get().state == JobState.RUNNING


def test_work_of_somebody_else_looks_like_none(browser_of, person, running):
    other = browser_of(person("Per Vale"))
    for name, method in (("job", "get"), ("progress", "get"), ("cancel", "post")):
        ids = (running.public_id, uuid.uuid4())
        answers = [getattr(other, method)(reverse(f"jobs:{name}", args=[one])) for one in ids]
        assert [answer.status_code for answer in answers] == [404, 404], name
        theirs, none = (
            TOKEN.sub("", answer.content.decode()).replace(str(one), "")
            for answer, one in zip(answers, ids, strict=True)
        )
        assert theirs == none, name
    assert Job.objects.get().cancel_asked_at is None
    assert "Import of drivers" not in page(other, "jobs:jobs") + page(other, "jobs:waiting")


def test_nobody_sees_any_of_it_without_signing_in(client, running):
    for name in ("job", "progress"):
        assert client.get(reverse(f"jobs:{name}", args=[running.public_id])).headers["Location"].startswith("/sign-in")


def test_looking_writes_nothing(browser, running):
    addresses = [reverse(f"jobs:{name}") for name in ("jobs", "waiting")]
    addresses += [reverse(f"jobs:{name}", args=[running.public_id]) for name in ("job", "progress")]
    with CaptureQueriesContext(connection) as asked:
        for address in addresses:
            assert browser.get(address).status_code == 200
    assert asked.captured_queries
    assert [one["sql"] for one in asked.captured_queries if not one["sql"].startswith("SELECT")] == []
    assert browser.get(reverse("jobs:cancel", args=[running.public_id])).status_code == 405


def test_the_list_shows_the_newest_first_and_says_when_there_is_none(browser, begin, at):
    assert "Nothing is running" in page(browser, "jobs:jobs")
    jobs = [begin(at=at + timedelta(minutes=n)) for n in range(ON_A_PAGE + 1)]
    shown = page(browser, "jobs:jobs")
    assert shown.index(str(jobs[-1].public_id)) < shown.index(str(jobs[-2].public_id))
    assert str(jobs[0].public_id) not in shown
    assert str(jobs[0].public_id) in browser.get("/jobs/?page=2").content.decode()
    assert browser.get("/jobs/?page=nonsense").status_code == 200


def test_today_shows_what_runs_and_what_became_of_the_work_of_the_day(browser, begin, at, time_machine):
    assert page(browser, "jobs:waiting").strip() == ""
    done, left = begin(), begin(not_before=at + timedelta(days=3))
    actions.finish(job=taken(done, at), result={}, at=at)
    assert str(left.public_id) in page(browser, "today:today")
    shown = page(browser, "jobs:waiting")
    assert all(text in shown for text in (str(done.public_id), "Done", "Starts on 5 March"))
    time_machine.move_to(at + timedelta(hours=7), tick=False)
    assert browser.get("/").status_code == 200  # so that the session stays
    time_machine.move_to(at + timedelta(hours=14), tick=False)
    Job.objects.filter(pk=done.pk).update(ended_at=at - timedelta(hours=11))
    shown = page(browser, "jobs:waiting")
    assert (str(done.public_id) in shown, str(left.public_id) in shown) == (False, True)
