"""Where my work meets the customer: on Today for everybody, and first on the map for who works there."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from mizzle_web.journal.actions import SYSTEM
from mizzle_web.journal.models import Entry
from mizzle_web.journeys.actions.journeys import open_journey
from mizzle_web.journeys.figures.kept import find
from mizzle_web.journeys.figures.view import View
from mizzle_web.journeys.models import DepartmentLink, Journey, Log, LogState
from mizzle_web.people.actions.members import place
from mizzle_web.people.actions.units import merge_units, open_unit
from mizzle_web.people.roles import Role
from web.journeys.orders import order, orders, told, write

pytestmark = pytest.mark.usefixtures("house_folder")

TITLE = "Where my work meets the customer"


@pytest.fixture
def depot(units, at):
    """A unit for the warehouse, which was opened long ago."""
    return open_unit(code="WH", name="Depot", parent=None, on=at.date() - timedelta(days=900), by=SYSTEM, at=at)


@pytest.fixture
def known(journey, at, units, depot):
    """The journey with its orders; the warehouse is a unit of the house."""
    return told(journey, at, links={"Warehouse": depot})


@pytest.fixture
def packer(person, depot, at):
    """Somebody who works in the warehouse."""
    made = person("Paul Packer")
    place(member=made, unit=depot, on=at.date(), by=SYSTEM, at=at)
    return made


@pytest.fixture
def browser(packer, browser_of):
    return browser_of(packer)


def plain(answer):
    return " ".join(answer.content.decode().split()).replace("\u202f", " ")


def part(browser):
    return plain(browser.get("/map/mine"))


def test_who_works_in_a_department_reads_how_far_it_is_from_the_customer(known, browser):
    said = part(browser)
    assert TITLE in said
    assert "Your work reaches the customer in <b>1.0 handovers</b> and <b>11.5 h</b>, 11.4 h of them waiting." in said
    assert '<span>Deliver <small class="muted">Transport</small></span><b class="num">100 %</b>' in said
    assert "How sure is this?" in said
    assert "Warehouse, 30 cases. With 95 % certainty it is 1.0 to 1.0 handovers and" in said
    assert f'href="/map/{known.public_id}/?department=Warehouse#department"' in said
    assert TITLE in browser.get("/").content.decode()


def test_the_figures_are_those_of_the_map(known, browser):
    line = browser.get("/map/mine").context["lines"][0]
    page = find(known, View("2025-12", "2026-02")).page()
    (distance,) = (one for one in page.distance.departments if one.department == "Warehouse")
    (way,) = (one for one in page.ways if one.department == "Warehouse")
    assert (line.near.handovers, line.near.hours) == (distance.handovers_to_customer, distance.hours_to_customer)
    assert (line.near.touch, line.near.wait, line.near.becomes) == (way.touch_hours, way.wait_hours, way.becomes[:3])


def test_who_works_in_no_department_reads_nothing(known, person, browser_of):
    driver = browser_of(person("Dan Driver"))
    assert part(driver) == ""
    assert TITLE not in driver.get("/").content.decode()
    outside = Client().get("/map/mine")
    assert (outside.status_code, "/sign-in" in outside.headers["Location"]) == (302, True)


def test_several_journeys_have_a_line_each(known, browser, lead, depot, at):
    other = open_journey(name="Another way", kind="measured", by=lead.actor, at=at)
    told(other, at, orders(), points=("Deliver",), links={"Warehouse": depot})
    said = part(browser)
    assert said.index("Another way") < said.index("From order to delivery")
    assert said.count("Your work reaches the customer") == 2


def test_a_log_without_starts_does_not_call_its_hours_waiting(journey, browser, depot, at):
    rows = [row for number in range(6) for row in order(f"N{number}", at - timedelta(days=number), starts=False)]
    told(journey, at, rows, links={"Warehouse": depot})
    assert "of them waiting" not in part(browser)
    assert "Your work reaches the customer in" in part(browser)


def test_a_department_of_three_cases_is_told_that_they_are_too_few(journey, browser, depot, at):
    told(journey, at, links={"Rare": depot})
    said = part(browser)
    assert "Fewer than 5 cases of Rare." in said
    assert "handovers" not in said


def test_work_that_no_perception_point_follows_is_told_so(journey, browser, depot, at):
    told(journey, at, points=("Order",), links={"Warehouse": depot})
    assert "No moment that the customer sees, hears or feels follows your work." in part(browser)


def test_figures_that_are_still_worked_out_are_told_so(journey, browser, depot, at):
    write(journey, order("A", at))
    DepartmentLink.objects.create(journey=journey, department="Warehouse", unit=depot, by="system", at=at)
    assert "The figures are still being worked out." in part(browser)


def test_figures_of_before_a_change_say_so(known, browser):
    Journey.objects.filter(pk=known.pk).update(points=["Order"])
    assert "Something changed since these figures were worked out." in part(browser)


def test_a_unit_that_was_merged_last_year_is_followed(known, person, browser_of, depot, units, at):
    sorting = open_unit(code="SO", name="Sorting", parent=None, on=at.date() - timedelta(days=900), by=SYSTEM, at=at)
    merge_units(units=[depot], versions=[1], into=sorting, on=at.date() - timedelta(days=340), by=SYSTEM, at=at)
    sorter = person("Sol Sorter")
    place(member=sorter, unit=sorting, on=at.date(), by=SYSTEM, at=at)
    assert "Your work reaches the customer" in part(browser_of(sorter))


def test_the_smallest_next_step_is_named_to_who_can_take_it(organisation, lead, lead_browser, person, browser_of, at):
    colleague, analyst = browser_of(person("Cal Colleague")), browser_of(person("Ana Analyst", Role.ANALYST))

    def step():
        assert part(colleague) == ""
        assert part(analyst) == part(lead_browser)
        context = lead_browser.get("/map/mine").context
        return context["step"] and context["step"].name

    assert step() == "open"
    assert 'href="/map/new"' in part(lead_browser)
    journey = open_journey(name="From order to delivery", kind="measured", by=lead.actor, at=at)
    assert step() == "log"
    log = Log.objects.create(journey=journey, name="a.csv", state=LogState.NEW, by="x", created_at=at)
    assert step() is None  # it is on its way
    assert part(lead_browser) == ""
    log.delete()
    write(journey, order("A", at))
    assert step() == "points"
    Journey.objects.update(points=["Deliver"])
    assert step() == "departments"
    DepartmentLink.objects.create(journey=journey, department="Sales", unit=None, by="system", at=at)
    assert step() is None


def test_a_leader_who_can_take_no_step_is_asked_for_none(organisation, person, browser_of):
    assert part(browser_of(person("Lena Leader", Role.LEADER))) == ""


def test_the_map_opens_with_the_department_of_its_reader(known, browser, lead_browser):
    page = browser.get(f"/map/{known.public_id}/")
    assert (page.context["chosen"].name, page.context["is_mine"]) == ("Warehouse", True)
    assert "Your work reaches the customer in" in plain(page)
    other = browser.get(f"/map/{known.public_id}/?department=Sales")
    assert (other.context["chosen"].name, other.context["is_mine"]) == ("Sales", False)
    mine = browser.get(f"/map/{known.public_id}/?department=Warehouse")
    assert mine.context["is_mine"]
    elsewhere = lead_browser.get(f"/map/{known.public_id}/")
    assert (elsewhere.context["chosen"] is not None, elsewhere.context["is_mine"]) == (True, False)


def test_the_part_asks_the_database_little_and_reads_one_department_of_many(known, browser):
    browser.get("/map/mine")
    with CaptureQueriesContext(connection) as asked:
        browser.get("/map/mine")
    ours = [one["sql"] for one in asked if "journeys_" in one["sql"]]
    assert len(ours) <= 6
    assert not [sql for sql in ours if "'all'" in sql or "'steps'" in sql]


def test_reading_writes_nothing(known, browser, lead_browser):
    before = (Entry.objects.count(), Journey.objects.get().version)
    for reader in (browser, lead_browser):
        reader.get("/map/mine")
        reader.get("/")
    assert (Entry.objects.count(), Journey.objects.get().version) == before
