"""One case, contact with customers, and one's own work on Today, in Chromium: with and without script."""

from __future__ import annotations

from dataclasses import replace

import pytest
from playwright.sync_api import expect

from browser.house import inspected, settle
from mizzle_web.journeys.actions.journeys import open_journey
from mizzle_web.journeys.models import Contact, JourneyKind
from mizzle_web.page import clock
from mizzle_web.people.models import Unit
from mizzle_web.people.roles import Role
from web.journeys.orders import told

pytestmark = pytest.mark.browser


@pytest.fixture
def here(house, settings, tmp_path):
    """A journey of orders through a warehouse; gives it, its lead, and who works in the warehouse."""
    settings.ENVIRONMENT = replace(settings.ENVIRONMENT, data=tmp_path)
    at = clock.now()
    lead, packer = settle(("Ida Lead", Role.SERVICE_LEAD), ("Paul Packer",), teams=("Front desk", "Warehouse"))
    journey = open_journey(name="From order to delivery", kind=JourneyKind.MEASURED, by=lead.actor, at=at)
    unit = Unit.objects.get(code="u1")
    agreed = [("Warehouse", "Transport", 10.5)]
    return told(journey, at, agreed=agreed, links={"Warehouse": unit}), lead, packer


def test_the_pages_are_sound_in_every_width_and_theme(here, visitor):
    journey, lead, packer = here
    page, wrong = f"/map/{journey.public_id}", []
    at = clock.now()
    for back in (None, at):
        Contact.objects.create(
            journey=journey,
            department="Warehouse",
            kind="visit",
            on=at.date(),
            minutes=60,
            n_people=4,
            by=lead.actor,
            at=at,
            withdrawn_at=back,
        )
    guest = visitor().is_in(lead)
    for more in ("cases", "cases?case=O-", "cases?case=none", "cases?case=O-802"):
        wrong += inspected(guest, f"{page}/{more}")
    for more in ("", "?department=Warehouse", "?department=Rare", "/note?department=Warehouse"):
        wrong += inspected(guest, f"{page}/contacts{more}")
    wrong += inspected(visitor().is_in(packer), "/")
    assert wrong == []


def test_a_case_is_found_with_the_keyboard_and_without_script(here, visitor):
    journey, lead, _packer = here
    guest = visitor(java_script_enabled=False).is_in(lead)
    guest.go(f"/map/{journey.public_id}/cases")
    field = guest.page.get_by_label("Case", exact=True)
    field.fill("  O-80 ")
    field.press("Enter")
    guest.page.get_by_role("link", name="O-802").press("Enter")
    expect(guest.page.get_by_role("heading", level=1)).to_have_text("Case O-802")
    guest.page.get_by_text("Show the numbers").press("Enter")
    expect(guest.page.get_by_role("table", name="Every step in numbers")).to_contain_text("Warehouse to Transport")


def test_contact_is_noted_with_the_keyboard_and_without_script(here, visitor):
    journey, lead, _packer = here
    guest = visitor(java_script_enabled=False).is_in(lead)
    guest.go(f"/map/{journey.public_id}/contacts/note?department=Warehouse")
    guest.page.get_by_label("A visit").press("Space")
    guest.page.get_by_label("How many people").fill("9")
    guest.page.get_by_label("Minutes of each person").fill("120")
    guest.page.get_by_label("Minutes of each person").press("Enter")
    expect(guest.page.get_by_text("Noted.")).to_be_visible()
    expect(guest.page.get_by_text("9 people, 120 minutes each")).to_be_visible()
    guest.page.get_by_role("button", name="Take back").press("Enter")
    expect(guest.page.get_by_text("Taken back. The history keeps it.")).to_be_visible()
