"""What a log means to people, in Chromium: perception points, departments and agreed times, with and without script."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from browser.house import inspected, settle
from mizzle_web.journeys.actions.agreements import agree_time, propose_time
from mizzle_web.journeys.actions.departments import link_departments
from mizzle_web.journeys.actions.journeys import mark_points, open_journey
from mizzle_web.journeys.models import Journey, JourneyKind
from mizzle_web.page import clock
from mizzle_web.people.roles import Role

pytestmark = pytest.mark.browser
LONG = "Order planning and route optimisation of the northern region"


def furnished(*, n_activities=90, n_departments=6):
    """An organisation with a journey whose logs have told what is in them; gives the journey and its people."""
    lead, leader, other = settle(
        ("Ida Lead", Role.SERVICE_LEAD), ("Torvald Nes", Role.LEADER), ("Amara Kone",), teams=("Transport", "Warehouse")
    )
    journey = open_journey(name="From order to delivery", kind=JourneyKind.MEASURED, by=lead.actor, at=clock.now())
    names = ["Order", "Call ahead", LONG, *[f"Step {number:04d}" for number in range(n_activities)]]
    reasons = ["the name speaks of asking or promising", "it comes first in 64% of cases"]
    journey.table_digest = "d" * 64
    journey.table_facts = {
        "first_at": "2026-01-05T08:00:00+00:00",
        "last_at": "2026-02-20T08:00:00+00:00",
        "activities": {name: 1000 - number for number, name in enumerate(names)},
        "departments": ["TRANSPORT", "warehouses", LONG, *[f"Desk {number}" for number in range(n_departments)]],
        "suggestions": [{"activity": "Order", "score": 0.65, "events": 1000, "reasons": reasons}],
    }
    journey.save()
    return journey, lead, leader, other


def agreed(journey, lead, leader):
    """One time that waits for a yes, one that is agreed, and one of a department that no log has now."""
    at = clock.now()
    link_departments(journey=journey, choices={"TRANSPORT": "unit:u0"}, seen={}, by=lead.actor, at=at)
    for to, hours, both in ((LONG, 36, True), ("warehouses", 12.5, False), ("Desk 5", 2, True)):
        made = propose_time(
            journey=journey, department="TRANSPORT", to_department=to, hours=hours, version=0, by=leader.actor, at=at
        )
        if both:
            agree_time(agreement=made, by=lead.actor, at=at)
    facts = journey.table_facts | {"departments": [one for one in journey.table_facts["departments"] if "5" not in one]}
    Journey.objects.filter(pk=journey.pk).update(table_facts=facts)


def test_every_page_is_sound_in_every_width_and_theme(visitor):
    journey, lead, leader, _other = furnished()
    mark_points(journey=journey, points=["Call ahead", LONG], version=1, by=lead.actor, at=clock.now())
    ida = visitor()
    ida.sign_in("Ida Lead")
    home = f"/map/{journey.public_id}"
    pages = [f"{home}/{name}" for name in ("points", "points?q=nothing", "departments", "agreements")]
    wrong = [one for page in pages for one in inspected(ida, page)]
    agreed(journey, lead, leader)
    more = [f"{home}/agreements{name}" for name in ("", "/history", "/propose?from=TRANSPORT&to=warehouses")]
    more.append(f"{home}/departments?q=desk")
    wrong += [one for page in more for one in inspected(ida, page)]
    assert wrong == []


def test_without_javascript_ticks_survive_a_search_and_are_saved(visitor):
    journey, *_people = furnished()
    ida = visitor(java_script_enabled=False, viewport={"width": 360, "height": 740})
    ida.sign_in("Ida Lead")
    page = ida.page
    ida.go(f"/map/{journey.public_id}/points")
    page.get_by_role("checkbox", name="Order 1000 events").check()
    page.get_by_label("Find an activity").fill("0077")
    page.keyboard.press("Enter")
    expect(page.get_by_text("1 ticked one is not shown here, and stays ticked.")).to_be_visible()
    page.get_by_role("checkbox", name="Step 0077").check()
    page.get_by_role("button", name="All activities").click()
    page.get_by_role("button", name="After").click()
    expect(page.get_by_role("checkbox", checked=True)).to_have_count(2)
    page.get_by_role("button", name="Save the perception points").last.click()
    expect(page.get_by_text("2 perception points. The figures are being worked out.")).to_be_visible()
    assert Journey.objects.get().points == ["Order", "Step 0077"]


def test_one_button_links_what_was_guessed_and_two_people_agree(visitor):
    journey, *_people = furnished()
    ida = visitor(java_script_enabled=False)
    ida.sign_in("Ida Lead")
    page = ida.page
    ida.go(f"/map/{journey.public_id}/departments")
    expect(page.get_by_label("TRANSPORT")).to_have_value("unit:u0")
    expect(page.get_by_label("warehouses")).to_have_value("unit:u1")
    page.get_by_label("Desk 1").select_option(label="Outside our organisation")
    page.get_by_role("button", name="Save these links").click()
    expect(page.get_by_text("3 links changed.")).to_be_visible()
    ida.go(f"/map/{journey.public_id}/agreements")
    page.get_by_role("link", name="Propose a time").first.click()
    page.get_by_label("Department").select_option("TRANSPORT")
    page.get_by_label("Hands over to").select_option("warehouses")
    page.get_by_label("Time", exact=True).fill("soon")
    page.get_by_role("button", name="Propose it").click()
    expect(page.get_by_role("alert").get_by_text("Write a time as 12, 1.5, 36 h or 2 days.")).to_be_visible()
    page.get_by_label("Time", exact=True).fill("1,5 days")
    page.get_by_role("button", name="Propose it").click()
    expect(page.get_by_text("You proposed it on")).to_be_visible()
    torvald = visitor(viewport={"width": 360, "height": 740})
    torvald.sign_in("Torvald Nes")
    torvald.go(f"/map/{journey.public_id}/agreements")
    torvald.page.get_by_role("button", name="Agree to 36").click()
    expect(torvald.page.get_by_role("heading", name="Agreed", exact=True)).to_be_visible()
    amara = visitor()
    amara.sign_in("Amara Kone")
    amara.go(f"/map/{journey.public_id}/agreements/history")
    expect(amara.page.get_by_text("proposed by Transport on")).to_be_visible()
    expect(amara.page.get_by_text("Ida Lead")).to_have_count(0)
    assert not amara.page.get_by_role("link", name="Propose a time").count()
