"""Linking the departments of a journey to units of the organisation, and what follows from a link."""

from __future__ import annotations

import csv
import io
from datetime import timedelta

import pytest

from mizzle_web.journal.actions import SYSTEM
from mizzle_web.journal.models import Entry
from mizzle_web.journeys.actions.departments import link_departments
from mizzle_web.journeys.actions.journeys import open_journey, put_away
from mizzle_web.journeys.figures.linking import MOST_OPTIONS, linking, stored
from mizzle_web.journeys.figures.places import department_of, units_of
from mizzle_web.journeys.models import DepartmentLink, Journey
from mizzle_web.page.refused import Changed, Refused
from mizzle_web.people.actions.members import place
from mizzle_web.people.actions.units import (
    Part,
    close_unit,
    merge_units,
    move_unit,
    open_unit,
    rename_unit,
    split_unit,
)
from mizzle_web.people.models import Unit
from mizzle_web.people.roles import Role

LONG_AGO = -400
"""Days from today on which units were opened: what changed a year ago is past."""


@pytest.fixture
def unit(at, units):
    """Open a unit long ago."""

    def make(code, name, parent=None):
        on = at.date() if parent else day(at, LONG_AGO)
        units[code] = open_unit(code=code, name=name, parent=parent, on=on, by=SYSTEM, at=at)
        return units[code]

    return make


@pytest.fixture
def told(journey):
    """Say which departments the logs have."""

    def tell(*departments, of=journey):
        of.table_digest = "d" * 64
        of.table_facts = {"departments": list(departments), "activities": {}, "suggestions": []}
        of.save()
        return of

    return tell


@pytest.fixture
def other(lead, at):
    """Another journey, of before."""
    return open_journey(name="Returns", kind="measured", by=lead.actor, at=at)


def address(journey, more=""):
    return f"/map/{journey.public_id}/departments{more}"


def rows(answer):
    return {row.department: row for row in answer.context["linking"].rows}


def chosen(answer):
    return {name: row.chosen for name, row in rows(answer).items()}


def sent(answer, choices=None, **more):
    """What a browser sends from a page, with some choices changed."""
    hidden = {name: answer.context[name] for name in ("seen", "kept")}
    fields = {f"in:{name}": choice for name, choice in (chosen(answer) | (choices or {})).items()}
    return hidden | fields | {"q": answer.context["words"]} | more


def version(one):
    return Unit.objects.get(pk=one.pk).version


def day(at, n):
    return (at + timedelta(days=n)).date()


def test_departments_are_linked_in_one_step_with_what_was_guessed(told, lead, lead_browser, units):
    journey = told("TRANSPORT", "driver", "Carrier Ltd")
    answer = lead_browser.get(address(journey))
    assert chosen(answer) == {"TRANSPORT": "unit:TR", "driver": "unit:DR", "Carrier Ltd": ""}
    assert {row.group for row in rows(answer).values()} == {"open"}
    assert DepartmentLink.objects.count() == 0
    done = lead_browser.post(address(journey), sent(answer, {"Carrier Ltd": "outside"}, save="1"))
    assert done.status_code == 302
    assert stored(journey) == {"TRANSPORT": "unit:TR", "driver": "unit:DR", "Carrier Ltd": "outside"}
    entry = Entry.objects.get(verb="journey.departments_linked")
    assert (entry.by, entry.details) == (lead.actor, {"n_outside": 1, "n_unit": 2})
    groups = {name: row.group for name, row in rows(lead_browser.get(address(journey))).items()}
    assert groups == {"TRANSPORT": "linked", "driver": "linked", "Carrier Ltd": "outside"}


@pytest.mark.parametrize(
    ("department", "name", "why"),
    [
        ("ALMACÉN norte", "Almacen Norte", "Called the same."),
        ("order-planning", "Order planning", "Called the same."),
        ("Sjåfør", "Sjåfører", "Called nearly the same."),
        ("Ventas", "Venta", "Called nearly the same."),
        ("WH", "Stock", "Called the same."),
    ],
)
def test_names_are_alike_whatever_their_case_accents_signs_and_number(told, lead_browser, unit, department, name, why):
    unit("WH", name)
    row = rows(lead_browser.get(address(told(department))))[department]
    assert (row.chosen, row.why) == ("unit:WH", why)


def test_names_that_only_begin_alike_are_no_guess(told, lead_browser, unit):
    unit("LA", "Lag")
    assert chosen(lead_browser.get(address(told("Lager", "Ops", "—")))) == {"Lager": "", "Ops": "", "—": ""}


def test_a_link_is_remembered_by_other_journeys_and_so_is_what_is_outside(told, lead_browser, units, other):
    earlier = told("Fleet", "Carrier", of=other)
    lead_browser.post(
        address(earlier),
        sent(lead_browser.get(address(earlier)), {"Fleet": "unit:TR", "Carrier": "outside"}, save="1"),
    )
    answer = lead_browser.get(address(told("FLEET", "Carrier")))
    assert chosen(answer) == {"FLEET": "unit:TR", "Carrier": "outside"}
    assert {row.why for row in rows(answer).values()} == {"As in the journey “Returns”."}


def test_two_units_of_one_name_are_both_offered_and_none_is_chosen(told, lead_browser, unit):
    unit("N1", "Night sort")
    unit("N2", "Night sort")
    row = rows(lead_browser.get(address(told("Night sort"))))["Night sort"]
    assert (row.chosen, row.why) == ("", "2 units are called so. Choose one.")
    assert [value for value, _label in row.first] == ["unit:N1", "unit:N2"]


def test_a_unit_that_was_merged_last_year_leads_to_its_successor_and_the_page_says_so(
    told, lead_browser, unit, units, at
):
    night, sort = unit("NS", "Night sort"), unit("SO", "Sorting")
    merge_units(units=[night], versions=[1], into=sort, on=day(at, -340), by=SYSTEM, at=at)
    row = rows(lead_browser.get(address(told("Night sort"))))["Night sort"]
    assert row.chosen == "unit:SO"
    assert row.why == "Night sort became part of Sorting on 27 March 2025."


def test_a_saved_link_to_a_unit_that_was_merged_waits_for_a_yes_to_its_successor(
    told, lead_browser, unit, at, time_machine
):
    night, sort, more = unit("NS", "Night sort"), unit("SO", "Sorting"), unit("LO", "Logistics")
    journey = told("Nights")
    link_departments(journey=journey, choices={"Nights": "unit:NS"}, seen={}, by=SYSTEM, at=at)
    merge_units(units=[night], versions=[1], into=sort, on=day(at, -340), by=SYSTEM, at=at)
    merge_units(units=[sort], versions=[version(sort)], into=more, on=day(at, -310), by=SYSTEM, at=at)
    assert units_of(journey)["Nights"].code == "LO"
    assert units_of(journey, day(at, -330))["Nights"].code == "SO"
    answer = lead_browser.get(address(journey))
    row = rows(answer)["Nights"]
    assert (row.group, row.chosen, row.stored) == ("open", "unit:LO", "unit:NS")
    assert "became part of Logistics" in answer.content.decode()
    lead_browser.post(address(journey), sent(answer, save="1"))
    assert stored(journey) == {"Nights": "unit:LO"}


def test_a_closed_unit_without_successor_is_told_and_its_link_stays_until_somebody_chooses(
    told, lead_browser, unit, at
):
    old = unit("OL", "Old yard")
    journey = told("Yard", "Old yard")
    link_departments(journey=journey, choices={"Yard": "unit:OL"}, seen={}, by=SYSTEM, at=at)
    close_unit(unit=old, on=day(at, -340), version=1, by=SYSTEM, at=at)
    answer = lead_browser.get(address(journey))
    found = rows(answer)
    assert (found["Yard"].chosen, found["Yard"].first) == ("unit:OL", (("unit:OL", "Old yard (OL), closed"),))
    assert found["Old yard"].chosen == ""
    assert {row.why for row in found.values()} == {"Old yard is closed since 27 March 2025, and nothing came after it."}
    lead_browser.post(address(journey), sent(answer, save="1"))
    assert stored(journey) == {"Yard": "unit:OL"}


def test_of_a_unit_that_was_split_its_parts_are_offered(told, lead_browser, unit, at):
    old = unit("OL", "Sorting")
    parts = [Part("E", "Early sort"), Part("L", "Late sort")]
    split_unit(unit=old, parts=parts, on=day(at, -340), version=1, by=SYSTEM, at=at, ends=True)
    row = rows(lead_browser.get(address(told("Sorting"))))["Sorting"]
    assert (row.chosen, [value for value, _label in row.first]) == ("", ["unit:E", "unit:L"])
    assert row.why == "Sorting was split into: Early sort, Late sort. Choose one."


def test_a_renamed_unit_shows_its_present_name_and_is_found_by_the_one_before(told, lead_browser, unit, at):
    old = unit("OL", "Dispatch")
    journey = told("Dispatch", "Linked")
    link_departments(journey=journey, choices={"Linked": "unit:OL"}, seen={}, by=SYSTEM, at=at)
    rename_unit(unit=old, name="Loading", on=day(at, -340), version=1, by=SYSTEM, at=at)
    found = rows(lead_browser.get(address(journey)))
    assert (found["Dispatch"].chosen, found["Dispatch"].why) == ("unit:OL", "Loading was called so before.")
    assert found["Linked"].group == "linked"
    assert ("unit:OL", "Loading (OL)") in found["Linked"].others


@pytest.fixture
def large(told, unit):
    """400 departments and 120 units; all but twenty are called as a unit is."""
    for number in range(120):
        unit(f"U{number}", f"Team {number}")
    return told(*[f"Team {number}" for number in range(120)], *[f"Desk {number}" for number in range(280)])


def test_four_hundred_departments_are_linked_by_one_button_and_stay_legible(large, lead_browser):
    answer = lead_browser.get(address(large))
    page = answer.content.decode()
    assert len(rows(answer)) == 400
    assert page.count("<option") < MOST_OPTIONS + 400 * 4
    assert len(answer.content) < 1_200_000
    assert "find the department by its name" in page
    whole = [name for name, row in rows(answer).items() if len(row.others) > 100]
    assert len(whole) == MOST_OPTIONS // 122
    assert all(name.startswith("Desk") for name in whole)
    assert lead_browser.post(address(large), sent(answer, save="1")).status_code == 302
    assert DepartmentLink.objects.filter(journey=large).count() == 120
    counts = lead_browser.get(address(large)).context["linking"].counts
    assert counts == {"open": 280, "linked": 120, "outside": 0}
    few = lead_browser.get(address(large, "?q=desk+27"))
    assert len(rows(few)) == 13
    assert all(len(row.others) > 100 for row in rows(few).values())


def test_no_search_loses_a_choice(large, lead_browser):
    answer = lead_browser.get(address(large, "?q=desk+27"))
    answer = lead_browser.post(address(large), sent(answer, {"Desk 27": "outside"}, q="desk 13", look="1"))
    assert "Not saved yet." in answer.content.decode()
    answer = lead_browser.post(address(large), sent(answer, {"Desk 13": "unit:U7"}, all="1"))
    assert (chosen(answer)["Desk 27"], chosen(answer)["Desk 13"]) == ("outside", "unit:U7")
    assert DepartmentLink.objects.count() == 0
    lead_browser.post(address(large), sent(answer, save="1"))
    assert (stored(large)["Desk 27"], stored(large)["Desk 13"]) == ("outside", "unit:U7")


def test_more_departments_than_a_page_bears_come_in_parts(told, lead_browser, units):
    journey = told(*[f"Desk {number}" for number in range(1000)])
    found = linking(journey, journey.created_at.date(), page=3)
    assert (found.page, found.n_pages, len(found.rows)) == (3, 3, 100)
    answer = lead_browser.get(address(journey, "?page=2"))
    last = lead_browser.post(address(journey), sent(answer, {"Desk 500": "outside"}, page="3"))
    lead_browser.post(address(journey), sent(last, save="1"))
    assert set(stored(journey).values()) <= {"outside"}


def test_before_a_log_is_there_the_page_says_so(journey, lead_browser):
    assert "Bring the first log, then link them here" in lead_browser.get(address(journey)).content.decode()


def test_the_same_form_sent_twice_is_one_change(told, lead_browser, units):
    journey = told("Transport")
    form = sent(lead_browser.get(address(journey)), save="1")
    assert [lead_browser.post(address(journey), form).status_code for _time in range(2)] == [302, 302]
    assert Entry.objects.filter(verb="journey.departments_linked").count() == 1


def test_two_people_at_once_see_both_only_where_they_differ(told, lead, lead_browser, units, at):
    journey = told("Transport", "Drivers")
    form = sent(lead_browser.get(address(journey)), save="1")
    link_departments(journey=journey, choices={"Transport": "outside", "Drivers": "unit:DR"}, seen={}, by=SYSTEM, at=at)
    answer = lead_browser.post(address(journey), form)
    assert answer.status_code == 409
    assert answer.context["both"] == [("Transport", "Transport (TR)", "Outside our organisation")]
    again = dict(answer.context["again"]) | {"version": answer.context["version"]}
    assert lead_browser.post(address(journey), again).status_code == 302
    assert stored(journey) == {"Transport": "unit:TR", "Drivers": "unit:DR"}


def test_a_change_by_somebody_else_of_another_department_is_no_conflict(told, units, at):
    journey = told("Transport", "Drivers")
    link_departments(journey=journey, choices={"Drivers": "outside"}, seen={"Drivers": ""}, by=SYSTEM, at=at)
    link_departments(journey=journey, choices={"Transport": "unit:TR"}, seen={}, by=SYSTEM, at=at)
    assert stored(journey) == {"Drivers": "outside", "Transport": "unit:TR"}
    with pytest.raises(Changed):
        link_departments(journey=journey, choices={"Drivers": ""}, seen={}, by=SYSTEM, at=at)


def test_a_unit_that_closed_while_somebody_chose_is_named_and_nothing_is_lost(told, lead_browser, unit, units, at):
    yard = unit("YA", "Yard")
    journey = told("Yard", "Drivers")
    form = sent(lead_browser.get(address(journey)), save="1")
    Unit.objects.filter(pk=yard.pk).update(ended_on=at.date())
    yard.periods.update(until_on=day(at, 1))
    answer = lead_browser.post(address(journey), form)
    assert answer.status_code == 422
    assert "The unit that you chose for “Yard” is not open today." in answer.content.decode()
    assert chosen(answer)["Drivers"] == "unit:DR"
    assert stored(journey) == {}


def test_a_department_that_went_away_with_its_log_is_left_as_it_is(told, lead_browser, units):
    journey = told("Transport", "Drivers")
    form = sent(lead_browser.get(address(journey)), save="1")
    told("Drivers")
    answer = lead_browser.post(address(journey), form, follow=True)
    assert "1 department is in no log any more, and was left as it is." in answer.content.decode()
    assert stored(journey) == {"Drivers": "unit:DR"}


def test_links_of_departments_that_no_log_has_now_are_kept(told, lead_browser, units):
    journey = told("Transport", "Drivers")
    lead_browser.post(address(journey), sent(lead_browser.get(address(journey)), save="1"))
    answer = lead_browser.get(address(told("Drivers")))
    assert "1 link of a department that no log has now is kept." in answer.content.decode()
    lead_browser.post(address(journey), sent(answer, {"Drivers": ""}, save="1"))
    assert stored(journey) == {"Transport": "unit:TR"}


def test_a_journey_that_was_put_away_meanwhile_says_so(told, lead_browser, units, at):
    journey = told("Transport")
    form = sent(lead_browser.get(address(journey)), save="1")
    put_away(journey=journey, by=SYSTEM, at=at)
    answer = lead_browser.post(address(journey), form)
    assert (answer.status_code, DepartmentLink.objects.count()) == (409, 0)
    with pytest.raises(Refused):
        link_departments(journey=journey, choices={"Transport": ""}, seen={}, by=SYSTEM, at=at)


@pytest.mark.parametrize("wrong", [{"seen": "{"}, {"kept": "[1]"}, {"kept": '{"Transport": 7}'}, {"in:Transport": "x"}])
def test_what_no_page_sends_breaks_nothing(told, lead_browser, units, wrong):
    journey = told("Transport")
    answer = lead_browser.post(address(journey), {"seen": "{}", "kept": "{}", "save": "1"} | wrong)
    assert answer.status_code in (302, 400, 422)
    assert stored(journey) == {}


@pytest.mark.parametrize(("role", "status"), [(Role.ANALYST, 200), (Role.LEADER, 403), (None, 403)])
def test_only_who_looks_after_journeys_links(told, person, browser_of, role, status):
    browser = browser_of(person("Sam Somebody", *([role] if role else [])))
    journey = told("Transport")
    for more in ("", "/links.csv"):
        assert browser.get(address(journey, more)).status_code == status


def test_the_table_names_the_unit_then_and_now_and_has_no_formula(told, lead_browser, unit, at):
    night, sort = unit("NS", "Night sort"), unit("SO", "Sorting")
    journey = told("=Nights", "Carrier", "Open")
    choices = {"=Nights": "unit:NS", "Carrier": "outside"}
    link_departments(journey=journey, choices=choices, seen={}, by=SYSTEM, at=at)
    merge_units(units=[night], versions=[1], into=sort, on=day(at, -340), by=SYSTEM, at=at)
    told("=Nights", "Open")
    answer = lead_browser.get(address(journey, "/links.csv"))
    found = list(csv.reader(io.StringIO(b"".join(answer).decode("utf-8-sig"))))
    assert found[1:] == [
        ["Carrier", "outside", "", "", "", "no"],
        ["'=Nights", "yes", "NS", "Night sort", "Sorting", "yes"],
        ["Open", "no", "", "", "", "yes"],
    ]


def test_a_member_belongs_to_the_department_of_the_nearest_unit_that_is_linked(told, units, unit, person, at):
    crew = unit("CR", "Crew", units["DR"])
    unit("HR", "People")
    journey = told("Fleet", "Wheels", "Elsewhere")
    choices = {"Fleet": "unit:TR", "Elsewhere": "outside"}
    link_departments(journey=journey, choices=choices, seen={}, by=SYSTEM, at=at)
    driver, clerk = person("Dan Driver", unit="CR"), person("Cleo Clerk", unit="HR")
    on = at.date()
    assert department_of(journey, driver, on) == "Fleet"
    assert department_of(journey, clerk, on) is None
    link_departments(journey=journey, choices={"Wheels": "unit:DR"}, seen={}, by=SYSTEM, at=at)
    assert department_of(journey, driver, on) == "Wheels"
    told("Fleet")
    assert department_of(journey, driver, on) == "Fleet"
    place(member=driver, unit=None, on=on, by=SYSTEM, at=at)
    assert department_of(journey, driver, on) is None
    assert crew.code == "CR"


def test_a_member_is_followed_through_merging_and_moving(told, units, unit, person, at):
    night, sort, sites = unit("NS", "Night sort"), unit("SO", "Sorting"), unit("SI", "Sites")
    journey = told("Nights", "Fleet")
    link_departments(journey=journey, choices={"Nights": "unit:NS", "Fleet": "unit:TR"}, seen={}, by=SYSTEM, at=at)
    sorter, driver = person("Sol Sorter", unit="NS"), person("Dan Driver")
    merge_units(units=[night], versions=[1], into=sort, on=day(at, 60), by=SYSTEM, at=at)
    move_unit(unit=units["DR"], parent=sites, on=day(at, 60), version=version(units["DR"]), by=SYSTEM, at=at)
    assert department_of(journey, sorter, day(at, 10)) == "Nights"
    assert department_of(journey, sorter, day(at, 400)) == "Nights"
    assert department_of(journey, driver, day(at, 10)) == "Fleet"
    assert department_of(journey, driver, day(at, 400)) is None


def test_two_departments_of_one_unit_give_the_first_by_name(told, units, person, at):
    journey = told("Wheels", "Fleet")
    choices = {"Wheels": "unit:DR", "Fleet": "unit:DR"}
    link_departments(journey=journey, choices=choices, seen={}, by=SYSTEM, at=at)
    assert department_of(journey, person("Dan Driver"), at.date()) == "Fleet"
    assert Journey.objects.get(pk=journey.pk).links.count() == 2


def test_reading_records_nothing(told, lead_browser, units):
    journey = told("Transport", "Desk")
    before = Entry.objects.count(), DepartmentLink.objects.count()
    for more in ("", "?q=desk", "?page=2", "/links.csv"):
        assert lead_browser.get(address(journey, more)).status_code == 200
    assert (Entry.objects.count(), DepartmentLink.objects.count()) == before
