"""A journey drawn and rated in Chromium: by keyboard, without JavaScript, at every width, light and dark."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from browser.house import inspected, settle
from mizzle_web.journeys.actions.ratings import rate
from mizzle_web.page import clock
from mizzle_web.people.roles import Role
from web.drawings import a_drawing

pytestmark = pytest.mark.browser


def test_steps_are_written_moved_and_saved_with_the_keyboard_and_without_javascript(visitor):
    settle(("Lena Leader", Role.LEADER))
    journey = a_drawing(clock.now(), ())
    lena = visitor(java_script_enabled=False)
    lena.sign_in("Lena Leader")
    lena.go(f"/map/{journey.public_id}/steps")
    keys = lena.page.keyboard
    lena.page.get_by_label("Department, step 1").focus()
    keys.type("Warehouse")
    keys.press("Tab")
    keys.type("Pick")
    for _ in range(4):  # over the perception point, the promise and the wait, to the touch
        keys.press("Tab")
    keys.type("1 h 30 min")
    lena.page.get_by_label("Department, step 2").focus()
    keys.type("Sales")
    keys.press("Tab")
    keys.type("Take the order")
    keys.press("Tab")
    keys.press("Space")
    lena.page.get_by_role("button", name="Move step 2 up").focus()
    keys.press("Enter")
    expect(lena.page.get_by_label("Department, step 1")).to_have_value("Sales")
    assert lena.page.evaluate("document.activeElement.id") == "department-0"
    assert lena.page.get_by_label("Touch, step 2").input_value() == "1 h 30 min"
    keys.press("Enter")  # in a field it saves, whatever other buttons there are
    lena.page.wait_for_url(f"**/map/{journey.public_id}/")
    found = [(one.department, one.is_point, one.touch_hours) for one in journey.steps.all()]
    assert found == [("Sales", True, None), ("Warehouse", False, 1.5)]


def test_a_mistake_is_told_where_the_focus_goes_and_leads_to_its_cell(visitor):
    settle(("Lena Leader", Role.LEADER))
    journey = a_drawing(clock.now(), ())
    lena = visitor(viewport={"width": 360, "height": 740})
    lena.sign_in("Lena Leader")
    lena.go(f"/map/{journey.public_id}/steps")
    lena.page.get_by_label("Wait before it, step 1").fill("soon")
    lena.page.get_by_role("button", name="Save the steps").last.click()
    summary = lena.page.locator(".error-summary")
    summary.wait_for()
    assert summary.evaluate("one => one === document.activeElement")
    summary.get_by_role("link").last.click()
    assert lena.page.evaluate("document.activeElement.id") == "wait-0"


def test_a_point_is_rated_on_a_phone_without_javascript(visitor):
    settle(("Cato Colleague",))
    journey = a_drawing(clock.now())
    cato = visitor(viewport={"width": 360, "height": 740}, java_script_enabled=False)
    cato.sign_in("Cato Colleague")
    cato.go(f"/map/{journey.public_id}/ratings")
    cato.page.get_by_role("link", name="Rate the points").click()
    cato.page.get_by_role("link", name="I receive it").click()
    group = cato.page.get_by_role("group", name="Carry in · Transport")
    group.get_by_label("Surprising").check()
    cato.page.get_by_role("button", name="Send the ratings").click()
    expect(cato.page.get_by_text("1 rating is counted.")).to_be_visible()
    expect(cato.page.get_by_text("How many have is not shown")).to_be_visible()


def test_every_page_is_accessible_and_fits_at_every_width_light_and_dark(visitor):
    settle(("Ida Lead", Role.SERVICE_LEAD))
    at = clock.now()
    journey = a_drawing(at)
    door = journey.steps.get(activity="Carry in")
    for side in ("provider", "served"):
        for number in range(8):
            rate(journey=journey, side=side, levels={door.public_id: 2 + number % 5}, by=f"m{number}", at=at)
    ida = visitor()
    ida.sign_in("Ida Lead")
    pages = ("steps", "ratings", "ratings/rate", "ratings/rate?side=served", "ratings/asked")
    wrong = [fault for page in pages for fault in inspected(ida, f"/map/{journey.public_id}/{page}")]
    assert wrong == []
