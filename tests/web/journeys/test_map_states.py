"""The map in every state in which somebody meets it: empty, on its way, of before, of few cases, of too many names."""

from __future__ import annotations

import csv
import io
import random
import re
import time
from datetime import UTC, datetime, timedelta
from html import unescape

import pytest
from django.test import Client

from mizzle_web.jobs.models import Job
from mizzle_web.jobs.worker import Worker
from mizzle_web.journal.actions import SYSTEM
from mizzle_web.journeys.actions.figure_sets import ask_for_figures, keep_figures
from mizzle_web.journeys.actions.journeys import mark_points, put_away
from mizzle_web.journeys.figures.kept import find
from mizzle_web.journeys.figures.rows import MOST_DEPARTMENTS, MOST_ROWS
from mizzle_web.journeys.figures.view import View
from mizzle_web.journeys.models import FigureSet, Journey, Log, LogState
from mizzle_web.people.actions import credentials
from mizzle_web.people.actions.members import place
from mizzle_web.people.actions.units import merge_units, open_unit
from web.journeys.orders import order, orders, told, work_out, write
from web.test_access import digest

pytestmark = pytest.mark.usefixtures("house_folder")
CSV = ("departments", "months", "handovers", "steps")
DISTANCE = re.compile(r"[0-9.]+ handovers, [0-9.]+\u202f(?:h|min|days)")


@pytest.fixture
def colleague(person, browser_of):
    """Somebody without a role, in a browser of their own."""
    return browser_of(person("Cal Colleague"))


@pytest.fixture
def known(journey, at):
    """The journey with nine months of orders."""
    return told(journey, at)


@pytest.fixture
def do(django_capture_on_commit_callbacks):
    """Let a worker do all that waits."""

    def go():
        is_left = True
        while is_left:
            with django_capture_on_commit_callbacks(execute=True):
                is_left = Worker().once()

    return go


def home(journey, more=""):
    return f"/map/{journey.public_id}/{more}"


def main_of(answer):
    """The page without what stands around every page."""
    return answer.content.decode().partition("<main")[2].partition("</main>")[0]


def text_of(answer):
    """What the page says."""
    return re.sub("[ \\n]+", " ", unescape(re.sub(r"<[^>]+>", " ", main_of(answer))))


def titles(answer):
    return [unescape(re.sub(r"<[^>]+>", "", one)) for one in re.findall(r"<h[12][^>]*>(.*?)</h[12]>", main_of(answer))]


def rows_of(answer):
    """The rows of a file for a spreadsheet."""
    return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))


def send_button(browser, answer, label):
    """Press the button of a form as a browser does: with every field of that form."""
    (form,) = [one for one in re.findall(r"<form.*?</form>", main_of(answer), re.DOTALL) if f">{label}<" in one]
    fields = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form)
    (address,) = re.findall(r'action="([^"]+)"', form)
    return browser.post(address, {name: unescape(value) for name, value in fields})


# --- before there is anything to measure ------------------------------------------------------------------------------
def test_a_journey_without_a_log_asks_for_the_first_one_who_can_bring_it(journey, lead_browser, colleague):
    answer = lead_browser.get(home(journey))
    assert "No log yet" in text_of(answer)
    assert f'href="{home(journey)}logs"' in main_of(answer)
    other = colleague.get(home(journey))
    assert "Ask your service lead." in text_of(other)
    assert "/logs" not in main_of(other)
    assert {lead_browser.get(home(journey, f"{name}.csv")).status_code for name in CSV} == {404}


def test_choosing_cases_of_a_journey_without_a_log_leads_back_to_it(journey, lead_browser):
    answer = lead_browser.post(home(journey, "view"), {"first": "2026-01"})
    assert (answer.status_code, answer.headers["Location"]) == (302, home(journey))
    assert Job.objects.count() == 0


def test_a_log_on_its_way_is_named_to_who_may_bring_logs_and_to_nobody_else(journey, lead_browser, colleague, at):
    Log.objects.create(journey=journey, name="orders-of-kari.csv", state=LogState.NEW, by="x", created_at=at)
    Log.objects.create(journey=journey, name="broken.csv", state=LogState.REFUSED, by="x", created_at=at)
    page = text_of(lead_browser.get(home(journey)))
    assert "A log is on its way" in page
    assert "orders-of-kari.csv Being looked at" in page
    assert "broken.csv" not in page
    other = text_of(colleague.get(home(journey)))
    assert ("A log is on its way" in other, "kari" in other) == (True, False)


# --- without perception points ----------------------------------------------------------------------------------------
def test_without_perception_points_the_page_asks_for_them_and_claims_no_distance(journey, at, lead_browser, colleague):
    bare = told(journey, at, points=())
    page = lead_browser.get(home(bare))
    text = text_of(page)
    assert "Where does the customer see, hear or feel this work?" in text
    assert f'href="{home(bare)}points"' in main_of(page)
    assert f'href="{home(bare)}points"' not in main_of(colleague.get(home(bare)))
    assert not [one for one in titles(page) if "closer" in one]
    assert DISTANCE.findall(text) == []
    assert "no perception point follows" in text
    assert "The longest wait at a handover" in text
    panel = text_of(lead_browser.get(home(bare, "?department=Warehouse")))
    assert "No moment that the customer sees, hears or feels follows this work." in panel


# --- while figures are worked out, and after something changed --------------------------------------------------------
def test_figures_that_are_being_worked_out_say_how_far_they_are(journey, at, lead, lead_browser, colleague):
    write(journey, orders())
    ask_for_figures(journey=journey, by=lead.actor, at=at)
    Job.objects.update(stage="Measuring all cases", share_done=0.25)
    for browser, cancels in ((lead_browser, True), (colleague, False)):  # who asked for them sees their own work
        page = browser.get(home(journey))
        assert "The figures of these cases are being worked out." in text_of(page)
        assert ("Cancel this work" in text_of(page)) == cancels
        assert "Work out the figures" not in text_of(page)
        assert "Every department" not in titles(page)
    assert "Measuring all cases" in text_of(page)
    assert '<progress class="progress" max="100" value="25"' in main_of(page)


def test_while_figures_are_worked_out_anew_those_of_before_stay(known, at, lead, lead_browser):
    mark_points(journey=known, points=["Deliver"], version=known.version, by=lead.actor, at=at)
    page = lead_browser.get(home(known))
    assert "the figures are being worked out anew. These are the ones of before." in text_of(page)
    assert "Every department" in titles(page)


def test_figures_of_before_a_change_say_so_and_one_button_works_out_this_very_view(known, lead_browser, do):
    Journey.objects.filter(pk=known.pk).update(points=["Deliver"])
    page = lead_browser.get(home(known))
    assert "Something changed since these figures were worked out." in text_of(page)
    answer = send_button(lead_browser, page, "Work out the figures")
    assert answer.headers["Location"] == home(known, "?from=2025-12&until=2026-02")
    (job,) = Job.objects.all()
    assert job.arguments["view"] == "from=2025-12&until=2026-02"
    do()
    assert "Something changed" not in text_of(lead_browser.get(answer.headers["Location"]))


def test_figures_that_are_replaced_while_a_page_is_made_do_not_break_it(known, at):
    reader = find(known, View())
    before = FigureSet.objects.get(view="")
    parts = [(one.name, one.language, one.body) for one in before.parts.all()]
    keep_figures(journey=known, view=View(), digest=before.digest, parts=parts, seconds=1.0, at=at)
    assert not FigureSet.objects.filter(pk=before.pk).exists()
    assert reader.page().cases == 90


# --- views ------------------------------------------------------------------------------------------------------------
def test_a_view_that_nobody_asked_for_is_not_begun_by_looking_at_it(known, lead_browser, colleague, do):
    address = home(known, "?from=2025-07&until=2025-08")
    before = digest()
    for browser in (lead_browser, colleague):
        page = browser.get(address)
        assert "Nobody has looked at these cases yet." in text_of(page)
        assert "July 2025 to August 2025" in text_of(page)
        assert "Every department" not in titles(page)
    for name in CSV:
        assert lead_browser.get(home(known, f"{name}.csv?from=2025-07&until=2025-08")).status_code == 404
    assert digest() == before
    for _click in range(2):
        answer = send_button(colleague, page, "Work out the figures")
        assert answer.headers["Location"] == address
    assert [one.arguments["view"] for one in Job.objects.all()] == ["from=2025-07&until=2025-08"]
    do()
    page = colleague.get(address)
    assert (page.context["page"].cases, "Every department" in titles(page)) == (20, True)


@pytest.mark.parametrize(
    ("query", "cases"),
    [
        ("?from=2025-13&until=2025-14", 30),
        ("?from=today", 30),
        ("?from=1200-01&until=1200-02", 30),
        ("?from=2998-01&until=2999-12", 30),
        ("?from=2025-12&until=2999-12", 30),
        ("?cases=some", 30),
        ("?attribute=colour&value=red", 30),
        ("?attribute=%00&value=%ff", 30),
        (f"?attribute={'x' * 400}&value={'y' * 400}", 30),
        ("?pace=slow&department=&q=", 30),
        ("?cases=all&pace=typical&from=2025-07", 90),
    ],
)
def test_an_address_that_makes_no_sense_shows_what_a_journey_opens_with(known, lead_browser, query, cases):
    page = lead_browser.get(home(known, query))
    assert page.status_code == 200
    assert page.context["whole"].cases == cases
    assert "Nobody has looked" not in text_of(page)


def test_a_choice_that_is_not_offered_shows_all_cases(known, lead_browser):
    for given in ({"first": "2030-01"}, {"having": "colour\x1fred"}, {"first": "x" * 5000}):
        answer = lead_browser.post(home(known, "view"), given)
        assert answer.headers["Location"] == home(known, "?cases=all")
    assert Job.objects.count() == 0


def test_cases_are_chosen_by_what_they_have_in_common(journey, at, lead_browser, do):
    rows = orders()
    regions = {row[0]: "Østlandet & nord" if int(row[0][-1]) < 4 else "South" for row in rows}
    found = told(journey, at, rows, regions=regions)
    page = lead_browser.get(home(found))
    assert "region: Østlandet &amp; nord" in main_of(page)
    having = "region\N{INFORMATION SEPARATOR ONE}Østlandet & nord"
    answer = lead_browser.post(home(found, "view"), {"first": "", "last": "", "having": having})
    do()
    page = lead_browser.get(answer.headers["Location"])
    assert page.context["page"].cases == 36
    assert "all months, region: Østlandet & nord, 36 cases" in text_of(page)
    again = {field.name: field.value() for field in page.context["form"]}
    assert again == {"first": "", "last": "", "having": having}
    links = re.findall(r'href="([^"]*departments\.csv[^"]*)"', main_of(page))
    assert ["Warehouse", "72", "36"] in [row[:3] for row in rows_of(lead_browser.get(unescape(links[0])))]


def test_a_value_too_long_for_an_address_is_not_offered(journey, at, lead_browser):
    rows = orders()
    found = told(journey, at, rows, regions={row[0]: "far away " * 12 if row[0][-1] == "1" else "near" for row in rows})
    page = main_of(lead_browser.get(home(found)))
    assert ("region: near" in page, "far away" in page) == (True, False)


# --- few cases --------------------------------------------------------------------------------------------------------
def few(n, at):
    return [row for number in range(n) for row in order(f"A{number}", at - timedelta(days=number + 5))]


def test_of_a_month_with_three_cases_no_figure_is_shown(journey, at, lead_browser):
    found = told(journey, at, few(3, at))
    page = lead_browser.get(home(found))
    text = text_of(page)
    assert "Fewer than 5 cases" in text
    assert not re.search(r"[0-9.]+\u202f(h|min|days)", text)
    assert "Every department" not in titles(page)
    rows = rows_of(lead_browser.get(home(found, "departments.csv")))[1:]
    assert [set(row[1:]) for row in rows] == [{""}] * 3


def test_a_department_of_three_cases_is_named_without_a_figure(known, lead_browser):
    page = lead_browser.get(home(known))
    text = text_of(page)
    assert "Rare Fewer than 5 cases" in text
    assert "Rare (too few cases)" in text
    (walk,) = set(re.findall(r'<ol class="walk".*?</ol>', main_of(page), re.DOTALL))
    steps = dict(re.findall(r"<li[^>]*><b>([^<]+)</b>(.*?)</li>", walk))
    assert re.findall(r"<small>(.*?)</small>", steps["Check"]) == ["then Pick"]
    assert re.findall(r"<small>(.*?)</small>", steps["Order"]) == ["waits 4\u202fh, then Pick", "then Check"]
    panel = text_of(lead_browser.get(home(known, "?department=Rare")))
    assert "So few say nothing of a department, so no figure is shown." in panel
    assert not [one for one in page.context["waits"] if "Rare" in (one.source, one.target)]


def test_a_department_that_has_shrunk_to_three_cases_has_not_moved(journey, at, lead_browser):
    rows = []
    for month in range(9):
        begin = datetime(2025 + (5 + month) // 12, (5 + month) % 12 + 1, 2, 6, tzinfo=UTC)
        for number in range(10):
            found = order(f"O-{month}{number}", begin + timedelta(days=number))
            if month < 6 or (month == 8 and number < 3):  # at first before three handovers, then before none
                at_ = found[0][4] if month < 6 else found[-1][3] - timedelta(hours=2)
                found.insert(1 if month < 6 else -1, (found[0][0], "Check", "Shrunk", at_, at_ + timedelta(minutes=5)))
            rows += found
    page = lead_browser.get(home(told(journey, at, rows)))
    assert "Shrunk Fewer than 5 cases" in text_of(page)
    assert not [one for one in titles(page) if "Shrunk" in one]
    assert "Shrunk" not in [one.department for one in page.context["whole"].compared]


def test_of_late_cases_the_panel_the_tables_and_the_files_tell_what_is_true_of_late_cases(known, lead_browser):
    pages = {pace: lead_browser.get(home(known, f"?cases=all&pace={pace}")) for pace in ("all", "late")}
    hours = {}
    for pace, page in pages.items():
        row = next(one for one in page.context["departments"] if one.name == "Warehouse")
        panel = lead_browser.get(home(known, f"?cases=all&pace={pace}&department=Warehouse")).context["chosen"]
        assert panel == row
        files = [
            lead_browser.get(home(known, f"{name}.csv?cases=all&pace={pace}")) for name in ("departments", "handovers")
        ]
        (line,), (passed,) = ([one for one in rows_of(file) if one[0] == "Warehouse"] for file in files)
        assert int(line[2]) == row.distance.cases
        hours[pace] = row.distance.hours_to_customer.value
        (waits,) = [one for one in page.context["waits"] if (one.source, one.target) == ("Warehouse", "Transport")]
        assert (int(passed[2]), float(passed[4])) == (waits.count, waits.median)
    late = pages["late"]
    assert row.distance.cases == late.context["page"].cases == 6
    assert hours["late"] > hours["all"] + 5
    assert main_of(late).count('<span class="tag">Late cases</span>') == 3
    assert '<span class="tag">Late cases</span>' not in main_of(pages["all"])
    assert "Departments by month, all cases (CSV)" in text_of(late)
    assert "Departments by month (CSV)" in text_of(pages["all"])
    months = [rows_of(lead_browser.get(home(known, f"months.csv?cases=all&pace={pace}"))) for pace in pages]
    assert months[0] == months[1]


def test_a_department_that_no_late_case_passed_keeps_its_letters_and_tells_nothing(known, lead_browser):
    everybody = {one.name: one for one in lead_browser.get(home(known, "?cases=all")).context["departments"]}
    late = lead_browser.get(home(known, "?cases=all&pace=late&department=Rare"))
    assert "So few say nothing of a department, so no figure is shown." in text_of(late)
    for one in late.context["departments"]:
        assert (one.code, one.colour) == (everybody[one.name].code, everybody[one.name].colour)
    assert {one.name for one in late.context["departments"]} == everybody.keys()


def test_where_all_take_equally_long_none_is_late_and_the_page_says_why(journey, at, lead_browser):
    found = told(journey, at, few(20, at))
    page = lead_browser.get(home(found, "?pace=late"))
    assert "No case is slower than the others" in text_of(page)
    assert "No case ended in these months" not in text_of(page)
    assert "Typical cases" in text_of(page)


def test_months_without_a_case_say_so(journey, at, lead_browser, do):
    rows = [*order("A", at - timedelta(days=300)), *few(9, at)]
    found = told(journey, at, rows)
    answer = lead_browser.post(home(found, "view"), {"first": "2025-08", "last": "2025-09"})
    do()
    page = text_of(lead_browser.get(answer.headers["Location"]))
    assert "No case ended in these months" in page
    assert "Choose other months above" in page


# --- very many names --------------------------------------------------------------------------------------------------
N_DEPARTMENTS, N_ACTIVITIES = 400, 3_000


def many(n=2_500):
    """A log of 400 departments and 3,000 activities, each of them in several cases."""
    chance = random.Random(20260302)  # noqa: S311 - no secret
    order_of = [number % N_ACTIVITIES for number in range(6 * n)]
    chance.shuffle(order_of)
    rows = []
    for case in range(n):
        at = datetime(2025, 6, 1, tzinfo=UTC) + timedelta(hours=2.4 * case)
        for activity in order_of[6 * case : 6 * case + 6]:
            start = at + timedelta(hours=9 * chance.random())
            at = start + timedelta(hours=chance.random())
            team = f"Department of things {activity % N_DEPARTMENTS:03d}"
            rows.append((f"O-{case}", f"Do the thing {activity:04d}", team, start, at))
    return rows


@pytest.fixture
def crowded(journey, at):
    points = [f"Do the thing {number:04d}" for number in range(0, N_ACTIVITIES, 7)]
    return told(journey, at, many(), points=points)


def test_a_log_of_four_hundred_departments_stays_legible_and_quick(crowded, lead_browser):
    facts = crowded.table_facts
    assert (len(facts["departments"]), len(facts["activities"])) == (N_DEPARTMENTS, N_ACTIVITIES)
    page = lead_browser.get(home(crowded))
    took = []
    for _time in range(5):
        began = time.perf_counter()
        page = lead_browser.get(home(crowded))
        took.append(time.perf_counter() - began)
    assert sorted(took)[2] < 0.5
    assert len(page.content) < 200_000
    body = main_of(page).partition("<tbody>")[2].partition("</tbody>")[0]
    assert body.count("<tr>") == MOST_DEPARTMENTS
    text = text_of(page)
    assert "100 of 400 departments are shown" in text
    drawn = re.search(r"Drawn: ([0-9]+) of ([0-9,]+) departments, ([0-9]+) of ([0-9,]+) activities", text)
    assert [int(drawn[k]) for k in (1, 3)] == [40, 60]
    assert int(drawn[2]) == N_DEPARTMENTS
    assert len(page.context["moves"]) <= MOST_ROWS
    assert len(page.context["waits"]) <= MOST_ROWS
    assert all(main_of(page).count(f'class="{kind}"') <= 2 for kind in ("walk", "bp"))
    assert max(text.count(f"Do the thing {number:04d}") for number in range(N_ACTIVITIES)) < 12
    files = [lead_browser.get(home(crowded, f"{name}.csv")) for name in ("departments", "steps")]
    assert files[0].content.count(b"\n") == N_DEPARTMENTS + 1


def test_a_department_among_many_is_found_by_name_and_the_view_stays(crowded, lead_browser):
    page = lead_browser.get(home(crowded, "?cases=all&pace=typical&q=THINGS+12"))
    body = main_of(page).partition("<tbody>")[2].partition("</tbody>")[0]
    assert set(re.findall(r"things ([0-9]+)</a>", body)) == {f"{number:03d}" for number in range(120, 130)}
    form = re.search(r'<form method="get" action="#departments".*?</form>', main_of(page), re.DOTALL)[0]
    hidden = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form)
    assert hidden == [("cases", "all"), ("pace", "typical")]
    nothing = text_of(lead_browser.get(home(crowded, "?q=nobody")))
    assert "No department has this name." in nothing
    assert "are shown, the nearest" not in nothing


def test_the_other_pages_of_a_crowded_journey_are_bounded_too(crowded, lead_browser):
    for name in ("points", "departments", "agreements", "contacts", "cases", "logs", "agreements/propose"):
        answer = lead_browser.get(home(crowded, name))
        assert answer.status_code == 200, name
        assert len(answer.content) < 250_000, (name, len(answer.content))


def test_who_came_closer_is_listed_however_many_stand_nearer(journey, at, lead_browser):
    rows = []
    for month in range(9):
        begin = datetime(2025 + (5 + month) // 12, (5 + month) % 12 + 1, 2, 6, tzinfo=UTC)
        for number in range(12):
            at_ = begin + timedelta(days=number)
            for step in range(16):  # the last one has the way of the others before it, and in the end two of them less
                if month >= 6 and step in (1, 2):
                    continue
                done = at_ + timedelta(hours=1)
                rows.append((f"O-{month}{number:02d}", f"Step {step:02d}", f"Team {step:02d}", at_, done))
                at_ = done + timedelta(hours=2)
    page = lead_browser.get(home(told(journey, at, rows, points=("Step 15",))))
    assert [one for one in titles(page) if "Team 00 came closer" in one] != []
    assert "Team 00" in [one.row.name for one in page.context["moves"]]
    assert len(page.context["moves"]) == MOST_ROWS
    assert "2.0 closer" in text_of(page)


# --- people -----------------------------------------------------------------------------------------------------------
def test_who_works_in_a_unit_that_took_over_another_last_year_sees_its_department(
    journey, units, person, browser_of, at
):
    depot, sorting = (
        open_unit(code=code, name=name, parent=None, on=at.date() - timedelta(days=900), by=SYSTEM, at=at)
        for code, name in (("WH", "Depot"), ("SO", "Sorting"))
    )
    found = told(journey, at, links={"Warehouse": depot})
    merge_units(units=[depot], versions=[1], into=sorting, on=at.date() - timedelta(days=340), by=SYSTEM, at=at)
    sorter = person("Sol Sorter")
    place(member=sorter, unit=sorting, on=at.date(), by=SYSTEM, at=at)
    page = browser_of(sorter).get(home(found))
    assert (page.context["chosen"].name, page.context["is_mine"]) == ("Warehouse", True)
    assert "Your work reaches the customer in" in text_of(page)


def test_a_department_that_is_not_there_is_not_opened_and_its_name_not_repeated(known, lead_browser):
    for name in ("Nobody", "<script>alert(1)</script>", "%00", "x" * 5000):
        page = lead_browser.get(home(known), {"department": name})
        assert page.status_code == 200
        assert page.context["is_chosen"] is False
        assert "Nobody" not in main_of(page)
        assert "alert(1)" not in main_of(page).replace("alert%281%29", "")
    assert "Close panel" not in text_of(page)


def test_a_member_on_a_shared_tablet_sees_the_map_and_what_nobody_else_may_not(known, person, lead, at):
    leader = person("Lena Leader", "service_lead", code="L-1")
    credentials.set_pin(member=leader, pin="194853", by=leader.actor, at=at)
    tablet = Client(headers={"Accept-Language": "en"})
    assert tablet.post("/tablet", {"name": "l-1", "pin": "194853"}).status_code == 302
    page = tablet.get(home(known))
    assert (page.status_code, "Every department" in titles(page)) == (200, True)
    ways = [title for title, *_more in page.context["ways"]]
    assert ways == ["Map", "Cases", "Agreed times", "Come closer"]
    for name in ("points", "departments", "logs", "change", "contacts/note", "agreements/propose"):
        answer = tablet.get(home(known, name))
        assert (answer.status_code, "Not on a shared tablet" in answer.content.decode()) == (403, True), name
    assert tablet.get("/map/mine").status_code == 200


def test_a_colleague_is_led_to_no_page_that_is_closed_to_them(known, colleague):
    page = colleague.get(home(known))
    links = set(re.findall(r'href="(/map/[^"?#]*)', page.content.decode()))
    assert len(links) > 5
    assert {link: colleague.get(link).status_code for link in links} == dict.fromkeys(links, 200)


def test_who_has_not_signed_in_is_asked_to_and_sees_nothing(known):
    for name in ("", "cases", "contacts", "departments.csv", "points"):
        answer = Client().get(home(known, name))
        assert (answer.status_code, answer.content) == (302, b"")
        assert answer.headers["Location"].startswith("/sign-in")


def test_a_journey_that_was_put_away_looks_as_one_that_never_was(known, lead, lead_browser, at):
    never = lead_browser.get(home(known).replace(str(known.public_id), "00000000-0000-0000-0000-000000000007"))
    put_away(journey=known, by=lead.actor, at=at)
    for name in ("", "cases", "contacts", "points", "departments", "agreements", "logs", "change", "departments.csv"):
        gone = lead_browser.get(home(known, name))
        assert gone.status_code == 404, name
        assert main_of(gone) == main_of(never), name
    assert FigureSet.objects.count() == 0


def test_looking_at_the_map_records_nothing(known, lead_browser, colleague):
    before = digest()
    for browser in (lead_browser, colleague):
        for query in (
            "",
            "?cases=all",
            "?pace=late",
            "?department=Warehouse",
            "?q=ware",
            "?from=2025-07&until=2025-07",
        ):
            browser.get(home(known, query))
        for name in CSV:
            browser.get(home(known, f"{name}.csv?cases=all"))
    assert digest() == before


def test_figures_once_worked_out_for_all_are_found_again_from_every_way_of_asking(known, lead_browser, at):
    work_out(known, at)
    pages = [
        lead_browser.get(home(known, query))
        for query in ("", "?from=2025-12&until=2026-02", "?until=2025-12&from=2026-02")
    ]
    assert {page.context["page"].cases for page in pages} == {30}
