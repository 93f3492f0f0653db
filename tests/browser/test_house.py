"""The house as people meet it: in Chromium, narrow and wide, light and dark, by keyboard, without JavaScript."""

from __future__ import annotations

from contextlib import suppress

import pytest
from django.utils import translation
from playwright.sync_api import TimeoutError as TooLate
from playwright.sync_api import expect

from browser.house import PASSWORD, address_of, inspected, settle
from mizzle_web.people.models import Member, Organisation
from mizzle_web.people.roles import Role

pytestmark = pytest.mark.browser
LEAD = ("Ida Lead", Role.SERVICE_LEAD, Role.OPERATOR)


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


def opened(person, key):
    """Open the choice of a file by a key; a browser that is busy may let one press go by."""
    for _try in range(3):
        with suppress(TooLate), person.page.expect_file_chooser(timeout=5_000) as chosen:
            person.page.keyboard.press(key)
            return chosen.value
    raise AssertionError("no press of the key opened the choice of a file")


def tab_to(guest, role, name):
    """Press Tab until something of this role and name has the focus, as somebody without a mouse does."""
    wanted = guest.page.get_by_role(role, name=name, exact=True)
    for _ in range(60):
        guest.page.keyboard.press("Tab")
        if wanted.count() and any(one.evaluate("one => one === document.activeElement") for one in wanted.all()):
            rings = guest.page.evaluate(  # of a choice the whole line is ringed
                "() => [document.activeElement, document.activeElement.closest('label')]"
                ".map(one => one && getComputedStyle(one).outlineStyle)"
            )
            assert set(rings) - {"none", None}, (role, name)
            return
    raise AssertionError(f"Tab does not come to the {role} {name}.")


def test_people_are_imported_with_tab_enter_and_space_alone(visitor, tmp_path):
    settle(LEAD)
    file = tmp_path / "people.csv"
    file.write_text("name,email,unit\nNora New,nora@larkmoor.example,Transport\nNo One,,\n", "utf-8")
    ida = visitor()
    keys = ida.page.keyboard
    ida.go("/sign-in")
    tab_to(ida, "textbox", "E-mail address or personal code")
    keys.type(address_of("Ida Lead"))
    keys.press("Tab")
    keys.type(PASSWORD)
    tab_to(ida, "button", "Sign in")
    keys.press("Space")
    expect(ida.page.get_by_role("heading", name="Today", level=1)).to_be_visible()
    tab_to(ida, "link", "People")
    keys.press("Enter")
    expect(ida.page.get_by_role("heading", name="People", level=1)).to_be_visible()
    tab_to(ida, "link", "Import people")
    keys.press("Enter")
    expect(ida.page.get_by_role("heading", name="Import people", level=1)).to_be_visible()
    tab_to(ida, "button", "File")
    opened(ida, "Space").set_files(file)
    tab_to(ida, "button", "See what it would change")
    keys.press("Enter")
    expect(ida.page.get_by_role("heading", name="people.csv", level=1)).to_be_visible()
    expect(ida.page.get_by_text("Nothing is changed yet.")).to_be_visible()
    tab_to(ida, "link", "left out 1")
    keys.press("Enter")
    expect(ida.page.get_by_text("Neither an e-mail address nor a code.")).to_be_visible()
    assert not Member.objects.filter(name="Nora New").exists()
    tab_to(ida, "button", "Import 1 row")
    keys.press("Space")
    expect(ida.page.get_by_text("It has been imported.")).to_be_visible()
    tab_to(ida, "link", "See people")
    keys.press("Enter")
    tab_to(ida, "link", "Nora New Transport")
    keys.press("Enter")
    expect(ida.page.get_by_role("heading", name="Nora New", level=1)).to_be_visible()
    assert Member.objects.get(name="Nora New").email == "nora@larkmoor.example"


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
