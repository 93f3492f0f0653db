"""Bring a log as people do: see how it is read, put it right, import it; with and without JavaScript."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from browser.house import inspected, settle
from mizzle_web.jobs.models import Job
from mizzle_web.jobs.worker import Worker, beside
from mizzle_web.journeys.actions.figure_sets import KIND as MEASURE
from mizzle_web.journeys.actions.journeys import open_journey
from mizzle_web.journeys.models import JourneyKind, Log, LogState
from mizzle_web.page import clock
from mizzle_web.people.roles import Role
from web.journeys.bringing import log_of

pytestmark = pytest.mark.browser


@pytest.fixture
def journey(house):
    """A journey of a service lead, without a log."""
    (ida,) = settle(("Ida Lead", Role.SERVICE_LEAD))
    return open_journey(name="From order to delivery", kind=JourneyKind.MEASURED, by=ida.actor, at=clock.now())


def content_of(name, content):
    return {"name": name, "mimeType": "text/csv", "buffer": content}


def bad(n):
    return ("\n".join(f"O-{number};Order;Sales;some day;Kari Nordmann;North" for number in range(n)) + "\n").encode()


def work_off():
    """Do what waits, but for figures."""
    is_left = True
    while is_left:
        Job.objects.unfinished().filter(kind=MEASURE).delete()
        is_left = Worker().once()


def test_a_log_comes_in_while_its_sender_watches(visitor, journey):
    ida = visitor()
    ida.sign_in("Ida Lead")
    page, address = ida.page, f"/map/{journey.public_id}/logs"
    assert inspected(ida, address) == []
    ida.look(1440, "light")
    page.get_by_label("File").set_input_files(content_of("orders.csv", log_of(40)))
    with beside():
        page.get_by_role("button", name="See how it is read").click()
        expect(page.get_by_role("heading", name="orders.csv")).to_be_visible()
        page.get_by_role("link", name="The log", exact=True).click(timeout=60_000)
        expect(page.get_by_label("Department")).to_have_value("c:team")
        expect(page.get_by_text("Kari Nordmann")).to_have_count(0)
        page.get_by_role("button", name="Import it so").click()
        page.get_by_role("link", name="The log", exact=True).click(timeout=60_000)
        expect(page.get_by_text("Imported,")).to_be_visible()
    assert Log.objects.get().counts["events"] == 160


def test_every_state_of_a_log_is_sound_and_needs_no_script(visitor, journey):
    ida = visitor(java_script_enabled=False)
    ida.sign_in("Ida Lead")
    page, address = ida.page, f"/map/{journey.public_id}/logs"
    seen = {}
    for name, content in (("orders.csv", log_of(40) + bad(40)), ("broken.csv", b""), ("odd.csv", b"a,b\n1,2\n" * 9)):
        ida.go(address)
        page.get_by_label("File").set_input_files(content_of(name, content))
        page.get_by_role("button", name="See how it is read").click()
        expect(page.get_by_text("You can leave this page")).to_be_visible()
        seen[name] = page.url
    waiting = seen["orders.csv"]
    watcher = visitor()
    watcher.sign_in("Ida Lead")
    assert inspected(watcher, waiting) == []
    work_off()
    for name, place in seen.items():
        assert inspected(watcher, place) == [], name
    ida.go(waiting)
    page.get_by_role("checkbox", name="region").uncheck()
    page.get_by_role("button", name="Import it so").click()
    work_off()
    ida.go(waiting)
    expect(page.get_by_role("heading", name="40 of 200 rows cannot be read")).to_be_visible()
    assert inspected(watcher, waiting) == []
    page.get_by_role("button", name="Import without them").click()
    work_off()
    assert inspected(watcher, waiting) == []
    assert inspected(watcher, address) == []
    log = Log.objects.get(name="orders.csv")
    assert (log.state, log.mapping["extras"]) == (LogState.IMPORTED, [])
    ida.go(waiting)
    page.get_by_text("Delete the log").click()
    page.get_by_role("button", name="Delete it").click()
    work_off()
    assert not Log.objects.filter(name="orders.csv").exists()
    ida.go(address)
    expect(page.get_by_text("so this journey has no events")).to_be_visible()
