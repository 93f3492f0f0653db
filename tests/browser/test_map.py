"""From a real log to the map of its departments, as people walk there: a lead, a leader, a colleague, an outsider."""

from __future__ import annotations

import csv
import gzip
import io
import re
from datetime import timedelta

import pytest
from django.utils import translation
from playwright.sync_api import expect

from browser.house import WIDTHS, address_of, faults_here, inspected, settle
from browser.test_house import tab_to
from mizzle_web.jobs.worker import Worker, beside
from mizzle_web.journeys.actions.journeys import mark_points, open_journey
from mizzle_web.journeys.models import DepartmentLink, Journey, JourneyKind, Log, LogState
from mizzle_web.page import clock
from mizzle_web.people.models import Member
from mizzle_web.people.roles import Role
from web.journeys.orders import order, orders, told

pytestmark = pytest.mark.browser
NAME = "From a call to an answer"
POINTS = ["Awaiting User Info", "Resolved"]
EVERY = 22
"""Of so many cases of the real log one is taken: some 3,200 rows, over all its months."""
PATIENCE = 60_000


@pytest.fixture(scope="module")
def real(itsm):
    """A cut of the real log, with all its columns."""
    with gzip.open(itsm, "rt", newline="") as file:
        rows = list(csv.reader(file))
    head, case = rows[0], rows[0].index("number")
    names = list(dict.fromkeys(row[case] for row in rows[1:]))
    kept = set(names[::EVERY])
    out = io.StringIO()
    csv.writer(out).writerows([head, *(row for row in rows[1:] if row[case] in kept)])
    return out.getvalue().encode()


@pytest.fixture
def people(house):
    """A service desk: its lead, a leader of another group, and a colleague of the largest one."""
    return settle(
        ("Ida Lead", Role.SERVICE_LEAD),
        ("Torvald Nes", Role.LEADER),
        ("Amara Kone",),
        name="Larkmoor Service Desk",
        teams=("Group 70", "First line"),
    )


def work_off():
    """Do all that waits."""
    while Worker().once():
        pass


def send(page, content):
    page.get_by_label("File").set_input_files({"name": "incidents.csv", "mimeType": "text/csv", "buffer": content})
    page.get_by_role("button", name="See how it is read").click()


def tabs(page):
    return page.get_by_role("navigation", name=NAME)


# --- the way ----------------------------------------------------------------------------------------------------------
def test_from_a_real_log_to_a_map_for_everybody(people, real, visitor):
    ida, torvald, amara, nobody = (visitor() for _one in range(4))
    ida.sign_in("Ida Lead")
    with beside():
        the_lead_brings_the_log(ida, real)
        the_lead_says_what_it_means(ida)
        two_agree_on_a_time(ida, torvald)
    the_lead_looks_closer(ida)
    a_colleague_sees_their_own_work(amara)
    nobody_else_sees_anything(ida, nobody)


def the_lead_brings_the_log(ida, real):
    page = ida.page
    page.get_by_role("link", name="Open the first journey").click()
    page.get_by_label("Name").fill(NAME)
    page.get_by_role("button", name="Open it").click()
    expect(page.get_by_role("heading", name="No log yet")).to_be_visible()
    page.get_by_role("link", name="Bring a log").click()
    send(page, real)
    page.get_by_role("link", name="The log", exact=True).click(timeout=PATIENCE)
    for label, column in (("Case", "number"), ("Activity", "incident_state"), ("Department", "assignment_group")):
        expect(page.get_by_label(label, exact=True)).to_have_value(f"c:{column}")
    page.get_by_role("group", name="Further columns").get_by_label("priority", exact=True).check()
    expect(page.get_by_text("Caller 4491")).to_have_count(0)
    page.get_by_role("button", name="Import it so").click()
    page.get_by_role("link", name="The log", exact=True).click(timeout=PATIENCE)
    expect(page.get_by_text("Imported,")).to_be_visible()
    assert Log.objects.get().counts["cases"] > 500


def the_lead_says_what_it_means(ida):
    page = ida.page
    tabs(page).get_by_role("link", name="Perception points").click()
    for name in POINTS:
        page.get_by_role("checkbox", name=name).check()
    page.get_by_role("button", name="Save the perception points").last.click()
    expect(page.get_by_text("2 perception points. The figures are being worked out.")).to_be_visible()
    comes_to_figures(page)
    expect(page.locator("svg.bp[role=img] .bp-node.pp")).not_to_have_count(0)
    tabs(page).get_by_role("link", name="Departments").click()
    expect(page.get_by_label("Group 70")).to_have_value("unit:u0")
    page.get_by_label("Group 25").select_option("unit:u1")
    page.get_by_role("button", name="Save these links").click()
    expect(page.get_by_text("2 links changed.")).to_be_visible()
    tabs(page).get_by_role("link", name="Map").click()
    assert Journey.objects.get().points == POINTS


def comes_to_figures(page):
    """Wait for the figures on the page that shows how far they are, and go on to them."""
    if page.locator("#job").count():
        page.locator("#job").get_by_role("link", name=NAME).click(timeout=PATIENCE)
    expect(page.get_by_role("heading", name="Every department")).to_be_visible()
    expect(page.get_by_text("Something changed since")).to_have_count(0)


def two_agree_on_a_time(ida, torvald):
    torvald.sign_in("Torvald Nes")
    page = torvald.page
    torvald.go(map_of())
    expect(tabs(page).get_by_role("link", name="Perception points")).to_have_count(0)
    tabs(page).get_by_role("link", name="Agreed times").click()
    page.get_by_role("link", name="Propose a time").first.click()
    page.get_by_label("Department", exact=True).select_option("Group 70")
    page.get_by_label("Hands over to").select_option("Group 25")
    page.get_by_label("Time", exact=True).fill("30 min")
    page.get_by_role("button", name="Propose it").click()
    expect(page.get_by_text("You proposed it on")).to_be_visible()
    tabs(ida.page).get_by_role("link", name="Agreed times").click()
    ida.page.get_by_role("button", name=re.compile("^Agree to 30")).click()
    expect(ida.page.get_by_role("heading", name="Agreed", exact=True)).to_be_visible()
    tabs(ida.page).get_by_role("link", name="Map").click()
    comes_to_figures(ida.page)
    ida.go(map_of())
    expect(ida.page.locator(".j-hand").get_by_text("agreed 30")).to_be_visible()


def map_of(more=""):
    return f"/map/{Journey.objects.get().public_id}/{more}"


def the_lead_looks_closer(ida):
    page = ida.page
    ida.go(map_of())
    for label, address in (("Late cases", "pace=late"), ("Typical cases", "pace=typical")):
        page.get_by_role("link", name=label).click()
        page.wait_for_url(f"**{address}**")
        expect(page.get_by_role("link", name=label)).to_have_attribute("aria-current", "true")
    page.get_by_role("table", name="Distance of every department").get_by_role("link", name="Group 20").click()
    expect(page.locator("#department").get_by_role("heading", name="Group 20")).to_be_in_viewport()
    expect(page.locator("#department")).to_contain_text("This work reaches the customer in")
    page.get_by_role("link", name="Close panel").click()
    page.locator("summary").filter(has_text="cases").first.click()
    page.get_by_label("Having").select_option(label="priority: 3 - Moderate")
    page.get_by_role("button", name="Show these").click()
    page.wait_for_url("**attribute=priority**")
    expect(page.get_by_text("The figures of these cases are being worked out.")).to_be_visible()
    work_off()
    ida.go(page.url)
    expect(page.get_by_role("heading", name="Every department")).to_be_visible()
    expect(page.locator("summary").first).to_contain_text("priority: 3 - Moderate")
    wrong = []
    for more in ("", "?pace=late&department=Group+20"):
        wrong += inspected(ida, map_of(more))
        assert ida.has_a_way_back()
    assert wrong == []


def a_colleague_sees_their_own_work(amara):
    amara.page.set_viewport_size({"width": 360, "height": 740})
    amara.sign_in("Amara Kone")
    mine = amara.page.get_by_role("region", name="Where my work meets the customer")
    expect(mine).to_contain_text("Your work reaches the customer in")
    mine.get_by_role("link", name="See the map").click()
    page = amara.page
    expect(page.locator("#department")).to_contain_text("Your work reaches the customer in")
    expect(page.locator(".walk:visible")).to_have_count(1)
    expect(page.locator("svg.bp[role=img]")).to_be_hidden()
    for closed in ("Perception points", "Departments", "Logs"):
        expect(tabs(page).get_by_role("link", name=closed)).to_have_count(0)
    expect(page.get_by_role("link", name="Rename or put away")).to_have_count(0)
    for closed in ("points", "departments", "logs", "change"):
        assert amara.go(map_of(closed)).status == 403
    assert inspected(amara, map_of()) == []


def nobody_else_sees_anything(ida, nobody):
    there = map_of()
    nobody.go(there)
    expect(nobody.page).to_have_url(re.compile("/sign-in"))
    assert NAME not in nobody.page.content()
    assert nobody.go(map_of("departments.csv")).url.endswith("/sign-in") or "/sign-in" in nobody.page.url
    ida.go("/map/00000000-0000-0000-0000-000000000007/")
    never = ida.page.locator("main").inner_text()
    ida.go(there)
    ida.page.get_by_role("link", name="Rename or put away").click()
    ida.page.get_by_text("Put the journey away").click()
    ida.page.get_by_role("button", name="Delete it").click()
    expect(ida.page.get_by_text("The journey is put away, and its events are deleted.")).to_be_visible()
    assert ida.go(there).status == 404
    assert ida.page.locator("main").inner_text() == never


def test_the_same_way_needs_no_script(people, real, visitor):
    ida = visitor(java_script_enabled=False)
    ida.sign_in("Ida Lead")
    page = ida.page
    journey = open_journey(name=NAME, kind=JourneyKind.MEASURED, by=people[0].actor, at=clock.now())
    ida.go(f"/map/{journey.public_id}/logs")
    send(page, real)
    work_off()
    ida.go(page.url)
    page.get_by_role("button", name="Import it so").click()
    work_off()
    assert Log.objects.get().state == LogState.IMPORTED
    ida.go(f"/map/{journey.public_id}/points")
    for name in POINTS:
        page.get_by_role("checkbox", name=name).check()
    page.get_by_role("button", name="Save the perception points").last.click()
    expect(page.get_by_text("being worked out anew. These are the ones of before.")).to_be_visible()
    page.get_by_role("link", name="Show again").click()
    work_off()
    ida.go(f"/map/{journey.public_id}/")
    expect(page.get_by_text("A case takes")).to_be_visible()
    page.locator("summary").filter(has_text="cases").first.click()
    page.get_by_label("Ended from").select_option(label="May 2016")
    page.get_by_label("until").select_option(label="June 2016")
    page.get_by_role("button", name="Show these").click()
    expect(page.get_by_text("The figures of these cases are being worked out.")).to_be_visible()
    work_off()
    ida.go(page.url)
    expect(page.locator("summary").first).to_contain_text("May 2016 to June 2016")
    page.get_by_role("table", name="Distance of every department").get_by_role("link", name="Group 70").click()
    expect(page.locator("#department").get_by_role("heading", name="Group 70")).to_be_visible()
    expect(page.get_by_role("button", name="Print")).to_be_hidden()
    page.get_by_text("How sure is this?").click()
    expect(page.get_by_text("The case is the unit of chance, not the event.")).to_be_visible()


# --- how it is used and looks -----------------------------------------------------------------------------------------
@pytest.fixture
def known(people):
    """A journey of orders with everything worked out, some of them late; gives it."""
    lead = people[0]
    at = clock.now()
    journey = open_journey(name=NAME, kind=JourneyKind.MEASURED, by=lead.actor, at=at)
    more = [order(f"S-{n}", begin_of(n), dock=20 + 2 * n) for n in range(60)]
    rows = orders() + [row for rows in more for row in rows]
    regions = {row[0]: "North" if row[0][-1] in "0246" else "South" for row in rows}
    found = told(journey, at, rows, agreed=[("Warehouse", "Transport", 8.0)], regions=regions)
    DepartmentLink.objects.create(journey=found, department="Warehouse", unit=None, by=lead.actor, at=at)
    return found


def begin_of(n):
    """Begin one case after the other in the last months of the log."""
    return max(row[4] for row in orders()) - timedelta(days=n)


def test_every_state_of_the_map_is_sound_at_every_width_light_and_dark(known, visitor):
    ida = visitor().is_in(Member.objects.get(name="Ida Lead"))
    wrong = []
    for more in ("", "?pace=late", "?pace=typical", "?department=Rare", "?q=nobody", "?from=2025-07&until=2025-07"):
        wrong += inspected(ida, map_of(more))
    Journey.objects.update(points=[])
    wrong += inspected(ida, map_of())
    ida.page.get_by_role("button", name="Work out the figures").click()
    expect(ida.page.get_by_text("being worked out anew")).to_be_visible()
    wrong += faults_here(ida, "worked out")
    work_off()
    wrong += inspected(ida, map_of())
    expect(ida.page.get_by_role("link", name="Mark the perception points")).to_be_visible()
    assert wrong == []


def test_drawing_list_panel_and_tables_stand_where_they_fit(known, visitor):
    ida = visitor().is_in(Member.objects.get(name="Ida Lead"))
    ida.go(map_of("?pace=late"))
    page = ida.page
    for width in WIDTHS:
        ida.look(width, "light")
        is_wide = width >= 768
        assert page.locator("svg.bp[role=img]").is_visible() == is_wide
        assert page.locator("ol.walk:visible").count() == (0 if is_wide else 1)
        expect(page.locator("#department")).to_be_visible()
        small = page.evaluate(
            "() => [...document.querySelectorAll('main a, main button, main summary')]"
            ".filter(one => one.offsetParent && !one.closest('p, td, th, li, dd'))"
            ".filter(one => one.getBoundingClientRect().height < 24).map(one => one.textContent)"
        )
        assert small == [], width
    ida.look(1440, "light")
    beside_it = page.locator("#department").bounding_box()
    drawn = page.locator("figure").first.bounding_box()
    assert beside_it["x"] >= drawn["x"] + drawn["width"] - 1
    assert abs(beside_it["y"] - drawn["y"]) < 40


@pytest.mark.parametrize("more", ["", "?pace=late", "?cases=all&department=Warehouse"])
def test_the_map_is_printed_with_what_it_says_and_nothing_to_press(known, visitor, tmp_path, more):
    ida = visitor().is_in(Member.objects.get(name="Ida Lead"))
    ida.go(map_of(more))
    page = ida.page
    page.emulate_media(media="print", color_scheme="light")
    page.set_viewport_size({"width": 1040, "height": 720})
    for role, name in (("button", "Print"), ("button", "Show these"), ("link", "Rename or put away")):
        expect(page.get_by_role(role, name=name)).to_be_hidden()
    expect(page.get_by_role("navigation", name=NAME)).to_be_hidden()
    expect(page.locator("h1")).to_be_visible()
    expect(page.locator("svg.bp[role=img]")).to_be_visible()
    expect(page.get_by_role("table", name="Distance of every department")).to_be_visible()
    assert not ida.scrolls_sideways()
    drawn = page.locator("svg.bp[role=img]").bounding_box()
    assert drawn["x"] + drawn["width"] <= 1040
    page.pdf(path=tmp_path / "map.pdf", prefer_css_page_size=True, print_background=True)
    assert 1 <= (tmp_path / "map.pdf").read_bytes().count(b"/Type /Page\n") <= 4


@pytest.mark.parametrize(("language", "locale"), [("es", "es-ES"), ("nb", "nb-NO")])
def test_the_map_speaks_the_language_of_its_reader(known, visitor, language, locale):
    Member.objects.update(language=language)
    reader = visitor(locale=locale).is_in(Member.objects.get(name="Amara Kone"))
    page = reader.page
    reader.go(map_of("?department=Warehouse"))
    assert page.locator("html").get_attribute("lang") == language
    with translation.override(language):
        for words in ("Every department", "Come closer"):
            assert translation.gettext(words) != words
            expect(page.get_by_role("heading", name=translation.gettext(words)).first).to_be_visible()
    drawn = page.locator("svg.bp[role=img] title").first
    assert drawn.text_content() != "Service blueprint"
    expect(page.locator("#department")).to_contain_text(re.compile(r"[0-9],[0-9]"))
    assert inspected(reader, map_of("?pace=late")) == []


def test_a_journey_is_opened_and_its_points_are_marked_with_tab_space_and_enter(people, visitor):
    ida = visitor()
    keys, page = ida.page.keyboard, ida.page
    ida.go("/sign-in")
    tab_to(ida, "textbox", "E-mail address or personal code")
    keys.type(address_of("Ida Lead"))
    keys.press("Tab")
    keys.type("rain falls on the yard")
    keys.press("Enter")
    expect(page.get_by_role("heading", name="Today", level=1)).to_be_visible()
    tab_to(ida, "link", "Open the first journey")
    keys.press("Enter")
    tab_to(ida, "textbox", "Name")
    keys.type(NAME)
    tab_to(ida, "button", "Open it")
    keys.press("Space")
    expect(page.get_by_text("The journey is open.")).to_be_visible()
    told(Journey.objects.get(), clock.now(), points=())
    page.reload()
    tab_to(ida, "link", "Mark the perception points")
    keys.press("Enter")
    for name in ("Deliver 1 event", "Order 1 event"):
        tab_to(ida, "checkbox", name)
        keys.press("Space")
        expect(page.get_by_role("checkbox", name=name)).to_be_checked()
    tab_to(ida, "button", "Save the perception points")
    keys.press("Enter")
    expect(page.get_by_text("2 perception points. The figures are being worked out.")).to_be_visible()
    assert Journey.objects.get().points == ["Deliver", "Order"]
    work_off()
    ida.go(map_of())
    tab_to(ida, "link", "Typical cases")
    keys.press("Enter")
    page.wait_for_url("**pace=typical")
    tab_to(ida, "link", "Warehouse")
    keys.press("Enter")
    expect(page.locator("#department").get_by_role("heading", name="Warehouse")).to_be_in_viewport()
    tab_to(ida, "link", "Close panel")
    keys.press("Enter")
    expect(page.get_by_role("link", name="Close panel")).to_have_count(0)


def test_two_who_mark_points_at_once_see_both(known, people, visitor):
    ida = visitor().is_in(people[0])
    page = ida.page
    ida.go(map_of("points"))
    page.get_by_role("checkbox", name="Pick").check()
    mark_points(journey=known, points=["Label"], version=known.version, by="somebody", at=clock.now())
    page.get_by_role("button", name="Save the perception points").last.click()
    expect(page.get_by_text("Nothing is lost: choose what is to stand.")).to_be_visible()
    assert faults_here(ida, "both") == []
    assert Journey.objects.get().points == ["Label"]
