"""Coming closer: contact is noted without names, and stands beside the distance without a word of cause."""

from __future__ import annotations

import csv
import io
import re
from datetime import date, timedelta

import pytest

from mizzle.estimate import Estimate, Interval
from mizzle_web.journal.actions import SYSTEM
from mizzle_web.journal.models import Entry
from mizzle_web.journeys.actions.contacts import note_contact, take_back_contact
from mizzle_web.journeys.actions.journeys import put_away
from mizzle_web.journeys.figures import contacts as figures
from mizzle_web.journeys.models import Contact, ContactKind, DepartmentLink, Journey
from mizzle_web.page.refused import Refused
from mizzle_web.people.actions.members import place
from mizzle_web.people.actions.roles import give_role
from mizzle_web.people.actions.units import merge_units, open_unit
from mizzle_web.people.models import Member, Unit
from mizzle_web.people.roles import Role
from web.journeys.orders import order, orders, told, write

pytestmark = pytest.mark.usefixtures("house_folder")

NAMES = "Wilma Walker"


@pytest.fixture
def depot(units, at):
    """A unit for the warehouse, which was opened long ago."""
    return open_unit(code="WH", name="Depot", parent=None, on=at.date() - timedelta(days=900), by=SYSTEM, at=at)


@pytest.fixture
def known(journey, at, units, depot):
    """The journey with its orders; the warehouse is a unit of the house, and so is transport."""
    return told(journey, at, links={"Warehouse": depot, "Transport": units["TR"]})


@pytest.fixture
def host(person, depot, at):
    """A host of the warehouse."""
    made = person(NAMES)
    place(member=made, unit=depot, on=at.date(), by=SYSTEM, at=at)
    give_role(member=made, role=Role.HOST, unit=depot, by=SYSTEM, at=at)
    return Member.objects.get(pk=made.pk)


@pytest.fixture
def browser(host, browser_of):
    return browser_of(host)


def address(journey, more="", department=None):
    return f"/map/{journey.public_id}/contacts{more}" + (f"?department={department}" if department else "")


def text(answer):
    return answer.content.decode()


def plain(answer):
    return " ".join(text(answer).split()).replace("\u202f", " ")


def filled(browser, journey, **more):
    """What a browser sends from the form: a visit of two hours by nine people."""
    key = browser.get(address(journey, "/note")).context["form"]["key"].value()
    given = {"department": "Warehouse", "kind": "visit", "on": "2026-02-20", "minutes": 120, "n_people": 9}
    return {"key": key} | given | more


def noted(journey, at, **more):
    given = {"department": "Warehouse", "kind": ContactKind.VISIT, "on": date(2026, 2, 20), "minutes": 60}
    return note_contact(journey=journey, **(given | {"n_people": 2} | more), by=SYSTEM, at=at)


def test_contact_is_noted_counted_and_told_to_the_journal_without_names(known, host, browser):
    answer = browser.post(address(known, "/note"), filled(browser, known), follow=True)
    page = plain(answer)
    assert "Noted." in page
    assert "February 2026" in page
    assert "1,080 <small>1 time</small>" in page
    assert "9 people, 120 minutes each" in page
    assert host.name not in page.split("<main", 1)[1].split("</main>", 1)[0]
    entry = Entry.objects.get(verb="journey.contact_noted")
    assert entry.by == host.actor
    expected = {"kind": "visit", "on": "2026-02-20", "minutes": 120, "n_people": 9, "journey": str(known.public_id)}
    assert entry.details == expected


def test_no_field_asks_for_a_name(known, browser):
    form = browser.get(address(known, "/note")).context["form"]
    assert list(form.fields) == ["key", "department", "kind", "on", "n_people", "minutes"]


def test_the_same_form_sent_twice_is_one_contact(known, browser):
    sent = filled(browser, known)
    assert [browser.post(address(known, "/note"), sent).status_code for _time in range(2)] == [302, 302]
    assert Contact.objects.count() == 1
    other = browser.post(address(known, "/note"), sent | {"minutes": 30})
    assert (other.status_code, Contact.objects.count()) == (422, 1)
    assert "Load the page again." in text(other)


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"on": "2026-03-03"}, "This day is still to come."),
        ({"on": "0226-02-20"}, "Look at the year."),
        ({"on": "soon"}, "Enter a valid date."),
        ({"minutes": 1441}, "from 1 to 1440, which is a whole day"),
        ({"minutes": 0}, "greater than or equal to 1"),
        ({"n_people": 10_001}, "from 1 to 10000"),
        ({"n_people": ""}, "Fill in: How many people."),
        ({"kind": "party"}, "not one of the available choices"),
        ({"department": "Transport"}, "not one of the available choices"),
        ({"department": "Nowhere"}, "not one of the available choices"),
        ({"department": ""}, "Fill in: Department."),
    ],
)
def test_what_cannot_have_been_is_refused_at_its_field(known, browser, wrong, sentence):
    answer = browser.post(address(known, "/note"), filled(browser, known, **wrong))
    assert (answer.status_code, Contact.objects.count()) == (422, 0)
    assert sentence in text(answer)


def test_a_department_that_went_away_with_its_log_cannot_be_noted(known, at):
    with pytest.raises(Refused, match="Choose another one"):
        noted(known, at, department="Nowhere")


def test_today_counts_in_the_zone_of_the_reader(known, host, browser_of, time_machine, at):
    host.timezone = "Pacific/Auckland"  # where it is tomorrow already in the evening of London
    host.save()
    time_machine.move_to(at.replace(hour=14), tick=False)
    browser = browser_of(host)
    assert browser.get(address(known, "/note")).context["form"]["on"].value() == date(2026, 3, 3)
    assert browser.post(address(known, "/note"), filled(browser, known, on="2026-03-03")).status_code == 302


def test_what_was_noted_wrongly_is_taken_back_and_noted_anew_and_the_history_keeps_it(known, browser, at):
    wrong = noted(known, at, n_people=90)
    page = browser.get(address(known, department="Warehouse"))
    assert f"/contacts/{wrong.public_id}/take-back" in text(page)
    taking = address(known, f"/{wrong.public_id}/take-back")
    page = browser.post(taking, follow=True)
    assert "Taken back on 2 March 2026, and no longer counted." in plain(page)
    assert [one.minutes for one in page.context["months"]] == [0] * 12
    again = browser.get(address(known, f"/note?again={wrong.public_id}")).context["form"]
    assert (again["kind"].value(), again["n_people"].value(), again["on"].value()) == ("visit", 90, wrong.on)
    assert 'value="2026-02-20"' in str(again["on"])
    browser.post(taking)
    assert Entry.objects.filter(verb="journey.contact_taken_back").count() == 1
    assert Contact.objects.count() == 1


def test_what_no_page_asks_for_fills_in_nothing(known, browser, at, lead):
    for number in ("nothing", str(known.public_id)):
        form = browser.get(address(known, f"/note?again={number}")).context["form"]
        assert (form["department"].value(), form["minutes"].value()) == ("", None)


def test_who_looks_after_a_unit_notes_for_its_departments_and_for_no_other(
    known, browser, person, browser_of, lead_browser, at
):
    transport = noted(known, at, department="Transport")
    assert browser.get(address(known)).context["to_note"] == ["Warehouse"]
    assert not browser.get(address(known, department="Transport")).context["may_note"]
    assert browser.post(address(known, f"/{transport.public_id}/take-back")).status_code == 403
    assert lead_browser.get(address(known)).context["to_note"] == ["Rare", "Sales", "Transport", "Warehouse"]
    driver = browser_of(person("Dan Driver"))
    assert driver.get(address(known, department="Warehouse")).status_code == 200
    assert "Note contact" not in text(driver.get(address(known, department="Warehouse")))
    assert driver.get(address(known, "/note")).status_code == 403
    assert driver.post(address(known, f"/{transport.public_id}/take-back")).status_code == 403
    assert Contact.objects.kept().count() == 1


def test_a_unit_that_was_merged_last_year_is_noted_for_by_who_looks_after_what_it_became(
    journey, person, browser_of, units, depot, at
):
    sorting = open_unit(code="SO", name="Sorting", parent=None, on=at.date() - timedelta(days=900), by=SYSTEM, at=at)
    known = told(journey, at, links={"Warehouse": depot})
    merge_units(units=[depot], versions=[1], into=sorting, on=at.date() - timedelta(days=340), by=SYSTEM, at=at)
    leader = person("Lena Leader")
    give_role(member=leader, role=Role.LEADER, unit=Unit.objects.get(pk=sorting.pk), by=SYSTEM, at=at)
    browser = browser_of(Member.objects.get(pk=leader.pk))
    assert browser.get(address(known)).context["to_note"] == ["Warehouse"]
    assert browser.post(address(known, "/note"), filled(browser, known)).status_code == 302


def test_a_leader_without_a_linked_department_is_told_so(known, browser, lead_browser):
    DepartmentLink.objects.all().delete()
    assert "No department of this journey is linked to a unit that you look after" in text(browser.get(address(known)))
    assert browser.get(address(known, "/note")).status_code == 302
    assert "No department of this journey is linked" not in text(lead_browser.get(address(known)))


def test_a_department_stands_beside_itself_half_a_year_earlier_with_the_contact_of_the_same_months(
    known, lead_browser, at
):
    noted(known, at, on=date(2026, 1, 15), minutes=30, n_people=10)
    noted(known, at, department="Transport", on=date(2026, 1, 15))
    Contact.objects.create(
        journey=known, department="Warehouse", kind="visit", on=date(2025, 7, 1), minutes=60, n_people=2, by="x", at=at
    )
    answer = lead_browser.get(address(known, department="Warehouse"))
    beside, page = answer.context["beside"], plain(answer)
    assert (beside.before_first, beside.before_last, beside.first, beside.last) == (
        *("2025-06", "2025-08"),
        *("2025-12", "2026-02"),
    )
    assert (beside.minutes_before, beside.minutes, beside.minutes_more) == (120, 300, 180)
    assert "Person-minutes close to customers in the same time: 120 then, 300 now." in page
    assert "June 2025 to August 2025" in page
    change = beside.near.compared.hours_change
    assert change.interval.high < 0
    assert all(said in text(answer) for said in figures.change_words(change))
    assert "we cannot tell yet" not in figures.change_words(change)
    assert answer.context["title"] == "Closer or further? We cannot tell yet"  # its handovers are what they were


def change(low, value, high, unit="handovers"):
    return Estimate(value, Interval(low, high), 100, unit, "estimate.difference/1")


@pytest.mark.parametrize(
    ("told_change", "words"),
    [
        (change(-0.8, -0.6, -0.4), "-0.6; -0.8 to -0.4"),
        (change(0.01, 0.03, 0.05), "+0.03; +0.01 to +0.1"),
        (change(-0.3, -0.1, 0.2), "we cannot tell yet; -0.3 to +0.2"),
        (change(-0.3, -0.1, 0.0), "we cannot tell yet; -0.3 to 0.0"),
        (change(-13.0, -12.0, -11.0, "h"), "-12 h; -13 h to -11 h"),
        (Estimate(None, None, 0, "h", "estimate.difference/1"), "we cannot tell yet; "),
        (Estimate(-2.0, None, 1, "h", "estimate.difference/1"), "we cannot tell yet; "),
    ],
)
def test_a_change_is_said_only_where_its_interval_leaves_nothing_out(told_change, words):
    said = "; ".join(figures.change_words(told_change))
    assert said.replace("\u202f", " ").replace("\N{MINUS SIGN}", "-") == words


def test_a_department_that_passes_on_to_fewer_came_closer(known, lead_browser):
    near = lead_browser.get(address(known, department="Warehouse")).context["beside"].near
    for one, words in ((change(-0.8, -0.6, -0.4), "closer"), (change(0.4, 0.6, 0.8), "further away")):
        other = near.__class__(**{name: getattr(near, name) for name in near.__slots__} | {"compared": near.compared})
        compared = other.compared.__class__(
            *("Warehouse", near.compared.handovers_before, near.compared.hours_before, one, near.compared.hours_change)
        )
        object.__setattr__(other, "compared", compared)
        assert figures.title(other) == f"0.6 handovers {words} than half a year earlier"


def test_of_a_department_of_three_cases_no_figure_is_told(known, lead_browser):
    answer = lead_browser.get(address(known, department="Rare"))
    assert answer.context["beside"].near.cases == 3
    assert "Fewer than 5 cases tell of this department now." in text(answer)
    assert "handovers" not in text(answer).split("then-now", 1)[1].split("</figure>", 1)[0]


def test_a_department_of_which_half_a_year_ago_three_cases_told_is_not_set_beside_them(journey, at, lead_browser):
    rows = [row for row in orders() if row[1] != "Check" and not (row[1] == "Label" and row[0] >= "O-103")]
    rows = [(*row[:2], "Labelling" if row[1] == "Label" else row[2], *row[3:]) for row in rows]
    rows += [row for row in orders() if row[1] == "Label" and row[0] >= "O-600"]
    rows = [(*row[:2], "Labelling" if row[1] == "Label" else row[2], *row[3:]) for row in rows]
    few = [row for row in rows if row[1] != "Label" or row[0] in ("O-000", "O-001", "O-002") or row[0] >= "O-600"]
    known = told(journey, at, few)
    answer = lead_browser.get(address(known, department="Labelling"))
    assert (answer.context["beside"].is_told, answer.context["beside"].is_compared) == (True, False)
    assert "Half a year earlier too few cases tell of this department" in text(answer)


def test_a_short_log_cannot_be_set_beside_half_a_year_earlier(journey, at, lead_browser):
    rows = [row for row in orders() if row[0] >= "O-700"]
    known = told(journey, at, rows)
    noted(known, at)
    answer = lead_browser.get(address(known, department="Warehouse"))
    assert "The log is too short to look half a year back." in text(answer)
    assert "all months" in text(answer)


def test_without_perception_points_there_is_no_distance_and_the_page_says_so(journey, at, lead_browser):
    known = told(journey, at, points=())
    assert "Without perception points no distance can be measured." in text(
        lead_browser.get(address(known, department="Warehouse"))
    )
    ended = told(Journey.objects.get(pk=journey.pk), at, points=("Order",))
    assert "follows this work" in text(lead_browser.get(address(ended, department="Warehouse")))


def test_contact_can_be_noted_while_the_figures_are_worked_out(journey, at, lead_browser):
    write(journey, order("A", at))
    noted(journey, at)
    assert "The figures are still being worked out." in text(lead_browser.get(address(journey, department="Warehouse")))


def test_before_the_first_log_the_page_says_so(journey, lead_browser):
    assert "Departments come with the first log" in text(lead_browser.get(address(journey)))
    assert lead_browser.get(address(journey, "/note")).status_code == 302
    assert lead_browser.get(address(journey, department="Warehouse")).status_code == 404


def test_the_list_adds_up_a_year_of_every_department_in_alphabetical_order(known, lead_browser, at):
    noted(known, at, on=date(2025, 4, 1))
    noted(known, at, on=date(2025, 3, 31))  # of a month too early
    noted(known, at, department="Transport", kind=ContactKind.ROTATION, minutes=420, n_people=3)
    take_back_contact(contact=noted(known, at), by=SYSTEM, at=at)
    answer = lead_browser.get(address(known))
    found = [(line.department, line.minutes, line.n) for line in answer.context["lines"]]
    assert found == [("Rare", 0, 0), ("Sales", 0, 0), ("Transport", 1260, 1), ("Warehouse", 120, 1)]
    assert "no log has it now" not in text(answer)


def test_four_hundred_departments_can_be_searched(journey, lead_browser, at):
    journey.table_digest = "d" * 64
    journey.table_facts = {"departments": [f"Desk {n}" for n in range(400)]}
    journey.save()
    answer = lead_browser.get(address(journey))
    assert (len(answer.context["lines"]), 'name="q"' in text(answer)) == (400, True)
    assert len(answer.content) < 250_000
    few = lead_browser.get(address(journey, "?q=desk 39"))
    assert len(few.context["lines"]) == 14
    assert "No department has this name." in text(lead_browser.get(address(journey, "?q=nowhere")))


def test_contact_of_a_department_that_no_log_has_now_is_kept_and_told(known, browser, at):
    wrong = noted(known, at)
    facts = known.table_facts | {"departments": ["Sales", "Transport"]}
    Journey.objects.filter(pk=known.pk).update(table_facts=facts)
    assert "no log has it now" in text(browser.get(address(known)))
    page = browser.get(address(known, department="Warehouse"))
    assert "No log of this journey has this department now." in text(page)
    assert "contacts/note" not in text(page)
    assert browser.post(address(known, f"/{wrong.public_id}/take-back")).status_code == 302


def test_the_file_has_what_was_taken_back_too_and_no_formula(known, lead_browser, at):
    Journey.objects.filter(pk=known.pk).update(table_facts=known.table_facts | {"departments": ["=cmd()", "Sales"]})
    take_back_contact(contact=noted(known, at, department="=cmd()"), by=SYSTEM, at=at)
    noted(known, at, department="Sales", minutes=30, n_people=5)
    found = list(csv.reader(io.StringIO(lead_browser.get(address(known, "/contacts.csv")).content.decode("utf-8-sig"))))
    assert found[1:] == [
        ["'=cmd()", "2026-02-20", "visit", "60", "2", "120", "2026-03-02T08:30:00+00:00"],
        ["Sales", "2026-02-20", "visit", "30", "5", "150", ""],
    ]
    one = lead_browser.get(address(known, "/contacts.csv", "Sales")).content.decode()
    assert len(one.splitlines()) == 2


def test_many_contacts_come_in_pages(known, lead_browser, at):
    Contact.objects.bulk_create(
        Contact(
            journey=known,
            department="Warehouse",
            kind="visit",
            on=date(2026, 1, 1),
            minutes=1,
            n_people=1,
            by="x",
            at=at,
        )
        for _number in range(65)
    )
    answer = lead_browser.get(address(known, department="Warehouse&page=3"))
    assert (len(answer.context["page"]), "Page 3 of 3" in text(answer)) == (5, True)
    assert 'href="?page=2&amp;department=Warehouse"' in text(answer)


def test_a_journey_that_was_put_away_meanwhile_says_so(known, browser, at):
    sent = filled(browser, known)
    put_away(journey=known, by=SYSTEM, at=at)
    assert browser.post(address(known, "/note"), sent).status_code == 409
    assert browser.get(address(known)).status_code == 404
    with pytest.raises(Refused):
        noted(known, at)


def test_reading_writes_nothing(known, lead_browser, at):
    noted(known, at)
    before = (Entry.objects.count(), Contact.objects.count())
    for more in ("", "/note", "/contacts.csv", "?department=Warehouse"):
        assert lead_browser.get(address(known, more)).status_code == 200
    assert (Entry.objects.count(), Contact.objects.count()) == before


CAUSES = {
    "en": (
        *(
            "because",
            "thanks to",
            "led to",
            "leads to",
            "due to",
            "caused",
            "cause",
            "therefore",
            "hence",
            "as a result",
        ),
        *("result of", "effect", "impact", "owing to", "so that", "made it", "improved", "brought"),
    ),
    "es": (
        *("porque", "gracias a", "debido", "por eso", "por ello", "causa", "llevó a", "lleva a", "efecto", "resultado"),
        *("por tanto", "impacto", "consecuencia", "provoc", "mejor", "hizo que"),
    ),
    "nb": (
        *("fordi", "takket være", "førte til", "fører til", "derfor", "på grunn av", "virkning", "effekt", "skyld"),
        *("årsak", "resultat", "følge av", "dermed", "bidr", "forbedr"),
    ),
}


@pytest.mark.parametrize("language", sorted(CAUSES))
def test_no_page_of_contact_speaks_of_causes(known, lead, browser_of, at, language):
    noted(known, at)
    take_back_contact(contact=noted(known, at), by=SYSTEM, at=at)
    lead.language = language
    lead.save()
    browser = browser_of(lead)
    for more in ("", "/note", "?department=Warehouse", "?department=Rare", "?department=Sales"):
        page = text(browser.get(address(known, more))).split("<main", 1)[1].split("</main>", 1)[0]
        said = re.sub(r"<[^>]*>", " ", page).casefold()
        assert [word for word in CAUSES[language] if re.search(rf"\b{word}", said)] == []
