"""The timeline of one case: found by its id, true to the library, and never with a person in it."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from mizzle import journeys
from mizzle.journeys.results import Agreement as Agreed
from mizzle.logs import open_events
from mizzle_web.journal.actions import SYSTEM
from mizzle_web.journal.models import Entry
from mizzle_web.journeys.actions.journeys import put_away, table_of
from mizzle_web.journeys.figures import cases as figures
from mizzle_web.journeys.models import FigureSet, Journey
from mizzle_web.people.roles import Role
from mizzle_web.people.sign_in import enter
from web.journeys.orders import POINTS, PSEUDONYM, order, orders, told, write

pytestmark = pytest.mark.usefixtures("house_folder")

BEGIN = datetime(2026, 2, 2, 6, tzinfo=UTC)


@pytest.fixture
def known(journey, at):
    """The journey with its orders, and a time that was agreed for the dock."""
    return told(journey, at, agreed=[("Warehouse", "Transport", 10.5), ("Warehouse", "", 1.0)])


@pytest.fixture
def without_figures(journey):
    """A journey whose figures are still being worked out."""

    def make(rows):
        journey.points = list(POINTS)
        write(journey, rows)
        return journey

    return make


def address(journey, case=None, more=""):
    return f"/map/{journey.public_id}/cases{more}" + ("" if case is None else f"?case={case}")


def text(answer):
    return answer.content.decode()


def plain(answer):
    return " ".join(text(answer).split()).replace("\u202f", " ")


def sheet(answer):
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))


def test_a_case_is_laid_out_step_by_step_beside_what_is_usual_and_agreed(known, lead_browser):
    answer = lead_browser.get(address(known, "O-802"))
    page = plain(answer)
    assert answer.status_code == 200
    assert '<h1 class="n-id">Case O-802</h1>' in page
    rows = answer.context["case"].rows
    assert [row.step.activity for row in rows] == ["Order", "Check", "Pick", "Label", "Deliver"]
    assert [row.step.is_perception_point for row in rows] == [True, False, False, False, True]
    deliver = rows[-1]
    assert (deliver.step.wait_hours, deliver.step.agreed_wait_hours, deliver.is_over) == (12.0, 10.5, True)
    assert deliver.step.handover == ("Warehouse", "Transport")
    assert (deliver.wait_usual.n, rows[1].wait_usual) == (90, None)
    assert "wait at Warehouse to Transport" in page
    assert "The longest wait, 12 h, lay at the handover from Warehouse to Transport." in page
    assert "usually 22 h, nine in ten within" in page


def test_the_figures_are_those_of_the_library(known, lead_browser, duckdb):
    events = open_events(table_of(known), duckdb)
    agreed = [Agreed("Warehouse", "Transport", 10.5), Agreed("Warehouse", None, 1.0)]
    expected = journeys.timeline(events, "O-409", perception_points=POINTS, agreements=agreed)
    assert lead_browser.get(address(known, "O-409")).context["case"].timeline == expected


def test_nobody_is_named_on_page_or_in_the_file(known, lead_browser):
    for more in ("", "/case.csv"):
        answer = lead_browser.get(address(known, "O-802", more))
        assert answer.status_code == 200
        assert PSEUDONYM not in text(answer)
        assert "resource" not in text(answer)


def test_times_stand_in_the_zone_of_the_reader(known, lead, browser_of):
    lead.timezone = "Asia/Tokyo"
    lead.save()
    page = plain(browser_of(lead).get(address(known, "O-800")))
    assert "2 Feb 2026, 15:00 to 15:30" in page
    assert "Times as in Asia/Tokyo" in page


@pytest.mark.parametrize("typed", ["O-409", "  O-409\t", "%E2%80%8BO-409%EF%BB%BF", "O-%20409", "O-4%C2%A009%0A"])
def test_spaces_that_were_pasted_along_are_forgiven(known, lead_browser, typed):
    assert lead_browser.get(address(known, typed)).context["case"].timeline.case_id == "O-409"


def test_an_id_with_spaces_of_its_own_is_found(without_figures, lead_browser):
    journey = without_figures(order("A  1", BEGIN) + order("A 1", BEGIN) + order("A1", BEGIN))
    for case in ("A  1", "A 1", "A1"):
        assert lead_browser.get(address(journey, case)).context["case"].timeline.case_id == case


def test_a_beginning_leads_to_at_most_twenty_cases(known, lead_browser):
    answer = lead_browser.get(address(known, "O-4"))
    assert [name for name, _query in answer.context["like"]] == [f"O-4{number:02d}" for number in range(10)]
    assert '<a href="?case=O-407">O-407</a>' in text(answer)
    many = lead_browser.get(address(known, "%20O-"))
    assert len(many.context["like"]) == 20
    assert "These are the first of them." in text(many)


def test_a_case_that_is_not_there_is_answered_with_what_to_try(known, lead_browser):
    answer = lead_browser.get(address(known, "<b>X%27"))
    assert answer.status_code == 200
    assert "No case of this journey is called “&lt;b&gt;X&#x27;”, and none begins with it." in text(answer)
    assert "Try fewer characters" in text(answer)


@pytest.mark.parametrize(("typed", "status"), [("", 422), ("%20", 422), ("x" * 501, 422), ("x" * 500, 200)])
def test_nothing_and_far_too_much_are_asked_again(known, lead_browser, typed, status):
    assert lead_browser.get(address(known, typed)).status_code == status


def test_one_event_is_one_step_and_nothing_between(without_figures, lead_browser):
    journey = without_figures([("X", "Order", "Sales", BEGIN, BEGIN + timedelta(hours=2))])
    answer = lead_browser.get(address(journey, "X"))
    case = answer.context["case"]
    assert (len(case.rows), case.longest, case.timeline.total_hours) == (1, None, 2.0)
    assert "One step, and nothing between it and another" in text(answer)
    at_once = without_figures([("Y", "Order", "Sales", None, BEGIN)])
    assert lead_browser.get(address(at_once, "Y")).context["case"].timeline.total_hours == 0


def test_a_log_without_starts_knows_no_touch_and_says_so(without_figures, lead_browser):
    journey = without_figures(order("X", BEGIN, starts=False))
    answer = lead_browser.get(address(journey, "X"))
    assert answer.context["case"].timeline.touch_hours is None
    assert "The log does not say when its events began." in text(answer)
    assert "18.2 h passed from the first step to the last" in plain(answer)
    assert "of touch" not in text(answer)


def test_an_event_without_a_department_has_its_place_and_no_wait(without_figures, lead_browser):
    rows = order("X", BEGIN)
    rows.insert(1, ("X", "Note", None, None, BEGIN + timedelta(hours=1)))
    answer = lead_browser.get(address(without_figures(rows), "X"))
    note = answer.context["case"].rows[1].step
    assert (note.activity, note.department, note.wait_hours, note.handover) == ("Note", None, None, None)
    assert "no department in the log" in text(answer)


def test_work_that_overlaps_is_told_not_to_add_up(without_figures, lead_browser):
    later = BEGIN + timedelta(hours=1)
    rows = [
        ("X", "Build", "Shop", BEGIN, BEGIN + timedelta(hours=10)),
        ("X", "Paint", "Shop", later, later + timedelta(hours=2)),
    ]
    answer = lead_browser.get(address(without_figures(rows), "X"))
    assert answer.context["case"].is_overlapping
    assert "the parts do not add up to the whole" in text(answer)


def test_two_waits_that_are_equally_long_are_not_told_apart(without_figures, lead_browser):
    case = lead_browser.get(address(without_figures(order("X", BEGIN, dock=4)), "X")).context["case"]
    assert case.longest is None
    within = lead_browser.get(address(without_figures(order("X", BEGIN, dock=0.1)[1:]), "X"))
    assert "The longest wait, 1 h, lay between Pick and Label." in plain(within)


def test_a_case_is_shown_while_what_is_usual_is_worked_out(without_figures, lead_browser):
    answer = lead_browser.get(address(without_figures(orders()), "O-802"))
    assert "What is usual is still being worked out." in text(answer)
    assert answer.context["case"].rows[-1].wait_usual is None


def test_what_was_usual_before_a_change_is_marked_as_such(known, lead_browser):
    Journey.objects.filter(pk=known.pk).update(points=["Order"])
    answer = lead_browser.get(address(known, "O-802"))
    assert "what is usual is of before" in text(answer)
    assert answer.context["case"].rows[-1].wait_usual is not None


def test_what_fewer_than_five_tell_is_no_figure(journey, at, lead_browser):
    few = told(journey, at, order("A", BEGIN) + order("B", BEGIN, dock=3))
    rows = lead_browser.get(address(few, "A")).context["case"].rows
    assert [(row.wait_usual, row.touch_usual) for row in rows] == [(None, None)] * 4


def test_a_long_case_comes_in_pages_and_whole_in_its_file(without_figures, lead_browser):
    rows = [
        ("L", f"Step {n % 7}", "Desk", BEGIN + timedelta(hours=n), BEGIN + timedelta(hours=n, minutes=20))
        for n in range(250)
    ]
    journey = without_figures(rows)
    answer = lead_browser.get(address(journey, "L"))
    assert (len(answer.context["page"]), "Page 1 of 3" in text(answer)) == (100, True)
    assert "The whole case" not in text(answer)
    last = lead_browser.get(address(journey, "L&page=3"))
    assert (len(last.context["page"]), "The whole case" in text(last)) == (50, True)
    assert 'href="?page=2&amp;case=L"' in text(last)
    assert len(sheet(lead_browser.get(address(journey, "L", "/case.csv")))) == 250


def test_a_case_with_too_many_events_is_not_laid_out_and_says_so(known, lead_browser, monkeypatch):
    monkeypatch.setattr(figures, "MOST_EVENTS", 3)
    for more in ("", "/case.csv"):
        answer = lead_browser.get(address(known, "O-000", more))
        assert answer.status_code == 409
        assert "This case has more than 3 events" in text(answer)
    monkeypatch.setattr(figures, "MOST_EVENTS", 4)
    assert lead_browser.get(address(known, "O-000")).status_code == 200


def test_the_bar_of_a_case_draws_no_more_than_can_be_seen(without_figures, lead_browser):
    rows = [
        ("L", "Step", "Desk", BEGIN + timedelta(minutes=n), BEGIN + timedelta(minutes=n, seconds=30))
        for n in range(5000)
    ]
    answer = lead_browser.get(address(without_figures(rows), "L"))
    assert len(answer.context["case"].stretches) < 2 * 100 / figures.NARROWEST
    assert len(answer.content) < 400_000


def test_the_file_tells_what_the_page_tells_and_holds_no_formula(known, lead_browser, without_figures):
    lines = sheet(lead_browser.get(address(known, "%20O-802", "/case.csv")))
    assert [line["activity"] for line in lines] == ["Order", "Check", "Pick", "Label", "Deliver"]
    last = lines[-1]
    assert (last["start"], last["end"]) == ("2026-02-05T00:45:00+00:00", "2026-02-05T02:45:00+00:00")
    assert (last["wait_hours"], last["agreed_wait_hours"], last["wait_n"]) == ("12.0", "10.5", "90")
    assert (last["handover_from"], last["handover_to"], last["is_perception_point"]) == ("Warehouse", "Transport", "1")
    evil = without_figures([("E", "=cmd()", "@Sales", BEGIN, BEGIN)])
    found = sheet(lead_browser.get(address(evil, "E", "/case.csv")))[0]
    assert (found["activity"], found["department"]) == ("'=cmd()", "'@Sales")


def test_a_file_of_no_case_is_not_there(known, lead_browser):
    for typed in ("nothing", "O-", ""):
        assert lead_browser.get(address(known, typed, "/case.csv")).status_code == 404


def test_before_the_first_log_the_page_says_so(journey, lead_browser):
    assert "Cases come with the first log" in text(lead_browser.get(address(journey)))
    assert lead_browser.get(address(journey, "X")).status_code == 200
    assert lead_browser.get(address(journey, "X", "/case.csv")).status_code == 404


def test_events_that_are_being_joined_anew_are_asked_for_again(known, lead_browser):
    table_of(known).unlink()
    answer = lead_browser.get(address(known, "O-802"))
    assert answer.status_code == 409
    assert "Load the page again in a minute." in text(answer)
    table_of(known).write_bytes(b"PAR1 and no more")
    assert lead_browser.get(address(known, "O-802")).status_code == 409


def test_every_member_reads_and_nobody_else(known, person, browser_of):
    for roles in ((), (Role.LEADER,), (Role.ANALYST,)):
        browser = browser_of(person(f"Sam {len(roles)} {roles[0] if roles else 'one'}", *roles))
        assert browser.get(address(known, "O-802")).status_code == 200
        assert browser.get(address(known, "O-802", "/case.csv")).status_code == 200
    outside = Client().get(address(known, "O-802"))
    assert (outside.status_code, "/sign-in" in outside.headers["Location"]) == (302, True)


@pytest.fixture
def tablet(person, rf, at):
    """A shared tablet at which a colleague has signed in."""
    client, colleague = Client(headers={"Accept-Language": "en"}), person("Tess Tablet")
    request = rf.post("/sign-in")
    request.session = client.session
    enter(request, colleague, at=at, is_tablet=True)
    request.session.save()
    client.cookies["session"] = request.session.session_key
    return client


def test_no_case_is_shown_on_a_tablet_that_everybody_passes(known, tablet):
    answer = tablet.get(address(known, "O-802"))
    assert answer.status_code == 403
    assert "Sign in on a device of your own to look at one." in text(answer)
    assert "Pick" not in text(answer)
    assert tablet.get(address(known, "O-802", "/case.csv")).status_code == 404


def test_reading_writes_nothing(known, lead_browser):
    before = (Entry.objects.count(), FigureSet.objects.count(), Journey.objects.get().version)
    for case in (None, "O-802", "O-", "nothing"):
        lead_browser.get(address(known, case))
    lead_browser.get(address(known, "O-802", "/case.csv"))
    assert (Entry.objects.count(), FigureSet.objects.count(), Journey.objects.get().version) == before


def test_a_journey_that_was_put_away_has_no_cases(known, lead_browser, at):
    put_away(journey=known, by=SYSTEM, at=at)
    assert lead_browser.get(address(known, "O-802")).status_code == 404
