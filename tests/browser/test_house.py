"""The house as people meet it: in Chromium, narrow and wide, light and dark, by keyboard, without JavaScript."""

from __future__ import annotations

import pytest
from django.utils import translation
from playwright.sync_api import expect

from browser.house import PASSWORD, address_of, inspected, settle
from mizzle_web.people.models import Member, Organisation
from mizzle_web.people.roles import Role

pytestmark = pytest.mark.browser
LEAD = ("Ida Lead", Role.SERVICE_LEAD, Role.OPERATOR)
NO_PAGES = ("/static/", "/api/")
BOTH_THEMES = ((360, "light"), (1440, "dark")), ((360, "dark"), (1440, "light"))
"""Axe looks at every page narrow and wide, light and dark, in turn: all four at each would take too long."""


def pages_of(visitor):
    """Walk the navigation and the settings; gives every address that is one click away from them."""
    found = set()
    for address in ("/", "/settings/"):
        visitor.go(address)
        found |= {way for way in visitor.ways() if not way.startswith(NO_PAGES)}
    return sorted(found)


def test_from_an_empty_house_to_an_organisation_with_teams_and_an_owner(visitor):
    ida = visitor()
    ida.go("/")
    page = ida.page
    expect(page.get_by_role("heading", name="Begin")).to_be_visible()
    assert inspected(ida, "/start") == []
    page.get_by_label("Name of the organisation").fill("Larkmoor Home Delivery")
    page.get_by_label("First teams").fill("Transport\nWarehouse")
    page.get_by_label("Your name").fill("Ida Lead")
    page.get_by_label("Your e-mail address").fill("ida@larkmoor.example")
    page.get_by_label("A password").fill("short")
    page.get_by_role("button", name="Create the organisation").click()
    expect(page.get_by_role("alert")).to_be_focused()
    expect(page.get_by_label("Name of the organisation")).to_have_value("Larkmoor Home Delivery")
    assert ida.faults() == []
    page.get_by_role("alert").get_by_role("link").click()
    expect(page.get_by_label("A password")).to_be_focused()
    page.get_by_label("A password").fill(PASSWORD)
    page.get_by_role("button", name="Create the organisation").click()
    expect(page.get_by_role("heading", name="Today", level=1)).to_be_visible()
    assert Organisation.objects.get().name == "Larkmoor Home Delivery"
    assert Member.objects.get().email == "ida@larkmoor.example"


def test_every_page_is_sound_in_every_width_and_theme(visitor):
    settle(LEAD, ("Amara Kone",), ("Torvald Nes", Role.LEADER))
    wrong = inspected(visitor(), "/sign-in")
    ida = visitor()
    ida.sign_in("Ida Lead")
    addresses = pages_of(ida)
    assert {"/", "/settings/", "/people/", "/units/", "/journal/", "/jobs/", "/design/"} <= set(addresses)
    for number, address in enumerate(one for one in addresses if one != "/design/"):
        wrong += inspected(ida, address, BOTH_THEMES[number % 2])
    assert wrong == []


def test_every_component_is_sound_in_every_width_and_theme(visitor):
    settle(LEAD)
    ida = visitor()
    ida.sign_in("Ida Lead")
    assert inspected(ida, "/design/", (*BOTH_THEMES[0], *BOTH_THEMES[1])) == []


def test_a_page_that_is_not_there_is_sound_as_well(visitor):
    somebody = visitor()
    found = inspected(somebody, "/nothing/here")
    assert found == [("/nothing/here", 404)]


def test_colleagues_find_their_first_page_calm(visitor):
    settle(LEAD, ("Amara Kone",))
    amara = visitor(viewport={"width": 360, "height": 740})
    amara.sign_in("Amara Kone")
    expect(amara.page.get_by_role("heading", name="Today", level=1)).to_be_visible()
    shortcuts = amara.page.get_by_role("navigation", name="Shortcuts")
    expect(shortcuts.get_by_role("link", name="Today")).to_have_attribute("aria-current", "page")
    shortcuts.get_by_role("link", name="Settings").click()
    expect(amara.page.get_by_role("heading", name="Settings")).to_be_visible()
    expect(amara.page.get_by_role("heading", name="Operation")).to_have_count(0)


def test_the_keyboard_alone_comes_in_and_goes_past_the_navigation(visitor):
    settle(LEAD)
    ida = visitor()
    keys = ida.page.keyboard
    ida.go("/sign-in")
    keys.press("Tab")
    expect(ida.page.get_by_role("link", name="Skip to content")).to_be_focused()
    keys.press("Tab")  # over the mark of the house
    keys.press("Tab")
    expect(ida.page.get_by_label("E-mail address")).to_be_focused()
    keys.type(address_of("Ida Lead"))
    keys.press("Tab")
    keys.type("not this one")
    keys.press("Enter")
    expect(ida.page.get_by_role("alert")).to_be_focused()
    expect(ida.page.get_by_label("E-mail address")).to_have_value(address_of("Ida Lead"))
    keys.press("Tab")
    keys.press("Tab")
    expect(ida.page.get_by_label("Password")).to_be_focused()
    keys.type(PASSWORD)
    keys.press("Tab")
    ring = ida.page.evaluate("() => getComputedStyle(document.activeElement).outlineWidth")
    assert ring == "2px"
    keys.press("Enter")
    expect(ida.page.get_by_role("heading", name="Today", level=1)).to_be_visible()
    keys.press("Tab")
    keys.press("Enter")
    keys.press("Tab")
    assert ida.page.evaluate("() => document.querySelector('main').contains(document.activeElement)")


def test_without_javascript_the_house_works_as_well(visitor):
    settle(LEAD)
    ida = visitor(java_script_enabled=False)
    page = ida.page
    ida.sign_in("Ida Lead")
    page.get_by_role("link", name="Settings").first.click()
    expect(page.get_by_role("heading", name="Settings")).to_be_visible()
    ida.go("/design/")
    question = page.get_by_role("group", name="End the rhythm of Billing?")
    expect(question).not_to_be_visible()
    page.locator("summary", has_text="End this rhythm").click()
    expect(question).to_be_visible()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


def test_everybody_reads_their_own_language(visitor):
    settle(LEAD)
    ida = visitor()
    ida.go("/sign-in")
    for name, code in (("Norsk bokmål", "nb"), ("Español", "es"), ("English", "en")):
        ida.page.get_by_role("button", name=name).click()
        expect(ida.page.locator("html")).to_have_attribute("lang", code)
        with translation.override(code):
            words = translation.gettext("Sign in")
        expect(ida.page.get_by_role("heading", name=words, level=1)).to_be_visible()
        assert not ida.scrolls_sideways()
    spanish = visitor(locale="es-ES")
    spanish.go("/sign-in")
    expect(spanish.page.locator("html")).to_have_attribute("lang", "es")


def test_a_part_that_fails_shows_its_page_and_not_a_page_inside_a_page(visitor):
    settle(LEAD)
    ida = visitor()
    ida.sign_in("Ida Lead")
    ida.page.evaluate("() => htmx.ajax('GET', '/nothing', {target: '#main'})")
    expect(ida.page.get_by_role("heading", name="There is nothing here")).to_be_visible()
    assert ida.page.locator("main").count() == 1
    ida.wrong = [one for one in ida.wrong if "/nothing" not in one and "404" not in one]


def test_large_letters_and_forced_colours_break_nothing(visitor):
    settle(LEAD)
    ida = visitor(viewport={"width": 720, "height": 900})
    ida.sign_in("Ida Lead")
    for address in ("/", "/settings/", "/design/"):
        ida.go(address)
        ida.page.emulate_media(forced_colors="active", reduced_motion="reduce")
        ida.page.evaluate("() => { document.documentElement.style.fontSize = '200%' }")
        assert not ida.scrolls_sideways(), address
        moving = ida.page.evaluate("() => document.getAnimations().filter(one => one.playState === 'running').length")
        assert moving == 0, address


def test_paper_gets_the_page_and_not_its_buttons(visitor):
    settle(LEAD)
    ida = visitor()
    ida.sign_in("Ida Lead")
    ida.page.emulate_media(media="print")
    expect(ida.page.get_by_role("heading", name="Today", level=1)).to_be_visible()
    for hidden in (".tabbar", ".site .nav", ".actions"):
        assert ida.page.locator(f"{hidden}:visible").count() == 0, hidden
    assert ida.page.pdf(prefer_css_page_size=True).count(b"/Type /Page\n") == 1
