"""Journeys drawn by hand: their table of steps, two who write at once, and the map that comes of it."""

from __future__ import annotations

import csv
import io
import re

import pytest
from django.test import Client
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st

from mizzle_web.journal.models import Entry
from mizzle_web.journeys.actions.drawn import MOST_HOURS, MOST_STEPS, draw_steps
from mizzle_web.journeys.actions.journeys import put_away
from mizzle_web.journeys.figures.drawn import in_lines, write_hours
from mizzle_web.journeys.forms.drawn import read_hours
from mizzle_web.journeys.models import DrawnStep, Journey, RatingBlock, Side
from mizzle_web.page.refused import Refused
from mizzle_web.people.roles import Role
from web.drawings import ORDER, a_drawing, map_of, shown_rows, steps_of, typed


@pytest.fixture
def drawing(organisation, at):
    return a_drawing(at)


@pytest.fixture
def empty(organisation, at):
    return a_drawing(at, (), name="A repair")


@pytest.fixture
def leader(person):
    return person("Lena Leader", Role.LEADER)


@pytest.fixture
def browser(leader, browser_of):
    return browser_of(leader)


@pytest.fixture
def colleague(person):
    return person("Cato Colleague")


def address(journey, page="steps"):
    return f"/map/{journey.public_id}/{page}"


def row(department="Sales", activity="Call", **more):
    return {"department": department, "activity": activity} | more


def cell(page, name):
    """The field of a page with this id."""
    (found,) = re.findall(rf'<input[^>]*\bid="{name}"[^>]*>', page.content.decode())
    return found


def values(page, name):
    """What stands in a column."""
    return re.findall(rf'name="{name}" value="([^"]*)"', page.content.decode())


# --- writing steps down -----------------------------------------------------------------------------------------------
def test_a_leader_writes_the_steps_and_the_map_is_drawn_from_them(browser, empty):
    page = browser.get(address(empty))
    assert values(page, "department") == ["", "", ""]
    rows = [
        row("Sales", "Take the order", point=True, promise="Within a day", touch="30 min"),
        row("Warehouse", "  Pick \t the goods ", wait="2 days", touch="1,5"),
        row("Transport", "Carry in", point=True, wait="4"),
        row("", ""),
    ]
    answer = browser.post(address(empty), typed(rows, version=empty.version))
    assert (answer.status_code, answer.url) == (302, f"/map/{empty.public_id}/")
    found = [
        (one.position, one.department, one.activity, one.is_point, one.wait_hours, one.touch_hours)
        for one in empty.steps.all()
    ]
    assert found == [
        (0, "Sales", "Take the order", True, None, 0.5),
        (1, "Warehouse", "Pick the goods", False, 48.0, 1.5),
        (2, "Transport", "Carry in", True, 4.0, None),
    ]
    entry = Entry.objects.order_by("number").last()
    assert (entry.verb, entry.details) == ("journey.drawn", {"n_steps": 3, "n_points": 2, "n_deleted": 0})
    html = map_of(browser, Journey.objects.get(pk=empty.pk))
    assert "The longest wait that people expect, 2\u202fdays" in html.replace("2 days", "2\u202fdays")


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("", None),
        ("4", 4),
        ("0", 0),
        ("1,5", 1.5),
        ("1.5 h", 1.5),
        ("30 min", 0.5),
        ("30min.", 0.5),
        ("2 days", 48),
        ("2\u00a0days", 48),
        ("1 día", 24),
        ("3 døgn", 72),
        ("2 timer", 2),
        ("1 uke", 168),
        ("1 h 20 min", 1.333333),
        ("0:45", 0.75),
    ],
)
def test_hours_are_read_as_people_write_them(text, hours):
    assert read_hours(text) == hours


@pytest.mark.parametrize("text", ["soon", "-1", "1 2", "4 parsecs", "h", "1e5", "½", "inf", "1:99", "2 h 30"])
def test_what_is_no_duration_is_refused(text):
    with pytest.raises(ValueError, match=re.escape(text)):
        read_hours(text)


@settings(max_examples=200)
@given(
    st.floats(0, MOST_HOURS).map(lambda hours: round(hours, 6)) | st.integers(0, 6000).map(lambda n: round(n / 60, 6))
)
def test_hours_come_back_from_the_form_as_they_were(hours):
    for language in ("en", "es", "nb"):
        with translation.override(language):
            assert read_hours(write_hours(hours)) == hours


def test_each_mistake_is_told_at_its_cell_and_in_the_summary(browser, empty):
    rows = [
        row("", "Call"),
        row("Sales", ""),
        row("Sales", "Offer", wait="soon", touch="11 years"),
        row("S" * 121, "Write", promise="p" * 201, touch="999999 days"),
        row("Desk", "Offer", point=True),
    ]
    page = browser.post(address(empty), typed(rows, version=empty.version))
    html = page.content.decode()
    assert page.status_code == 422
    wanted = ["department-0", "activity-1", "wait-2", "touch-2", "department-3", "promise-3", "touch-3", "point-4"]
    summary = html[html.index('class="error-summary"') : html.index("</ul>", html.index('class="error-summary"'))]
    assert re.findall(r'href="#([^"]+)"', summary) == wanted
    for name in wanted:
        assert 'aria-invalid="true"' in cell(page, name)
        assert f'id="{name}-error"' in html
    assert values(page, "activity") == ["Call", "", "Offer", "Write", "Offer"]
    assert "Step 3, Wait before it: Give hours, as 4, 30 min or 2 days." in html
    assert not empty.steps.exists()


def test_a_table_with_nothing_in_it_is_kept_as_nothing(browser, drawing):
    assert browser.post(address(drawing), typed([row("", "")], version=drawing.version)).status_code == 302
    assert not drawing.steps.exists()


def test_no_letter_breaks_the_database(browser, empty):
    rows = [row("Sa\0les", "Ca\x1bll\nback")]
    assert browser.post(address(empty), typed(rows, version=empty.version)).status_code == 302
    assert [(one.department, one.activity) for one in empty.steps.all()] == [("Sales", "Call back")]


def test_two_hundred_steps_are_one_form_and_one_more_is_refused(browser, empty, at):
    rows = [row(f"D{n % 9}", f"Do {n}", wait=n, touch=1, promise="x", point=True) for n in range(MOST_STEPS)]
    assert browser.post(address(empty), typed(rows, version=empty.version)).status_code == 302
    assert empty.steps.count() == MOST_STEPS
    now = Journey.objects.get(pk=empty.pk)
    page = browser.post(address(now), typed([*rows, row("E", "Do more")], version=now.version))
    assert page.status_code == 422
    assert "at most 200 steps" in page.content.decode()
    page = browser.post(address(now), typed(rows, version=now.version, do="add"))
    assert page.status_code == 422
    assert len(values(page, "department")) == MOST_STEPS
    assert "Do 199" in map_of(browser, now)


# --- buttons that save nothing ----------------------------------------------------------------------------------------
THREE = [row("A", "a", promise="kept"), row("B", "b", point=True, wait="soon"), row("C", "c", touch="1 h")]


@pytest.mark.parametrize(
    ("do", "departments", "focus"),
    [
        ("add", ["A", "B", "C", ""], "department-3"),
        ("insert-0", ["A", "", "B", "C"], "department-1"),
        ("up-2", ["A", "C", "B"], "up-1"),
        ("up-1", ["B", "A", "C"], "department-0"),
        ("down-0", ["B", "A", "C"], "down-1"),
        ("down-1", ["A", "C", "B"], "department-2"),
        ("up-0", ["A", "B", "C"], None),
        ("delete-1", ["A", "C"], "department-1"),
        ("delete-2", ["A", "B"], "department-1"),
        ("up-9", ["A", "B", "C"], None),
        ("dance-1", ["A", "B", "C"], None),
        ("up-", ["A", "B", "C"], None),
        (f"up-{'9' * 5000}", ["A", "B", "C"], None),
    ],
)
def test_a_button_changes_the_table_keeps_what_was_typed_and_saves_nothing(browser, empty, do, departments, focus):
    before = Entry.objects.count()
    page = browser.post(address(empty), typed(THREE, version=empty.version, do=do))
    assert page.status_code == 200
    assert values(page, "department") == departments
    if "B" in departments:
        at = departments.index("B")
        assert "checked" in cell(page, f"point-{at}")
        assert 'value="soon"' in cell(page, f"wait-{at}")
    focused = re.findall(r'id="([^"]+)"[^>]*\sautofocus', page.content.decode())
    assert focused == ([focus] if focus else [])
    assert "Nothing is saved yet." in page.content.decode()
    assert (empty.steps.count(), Entry.objects.count()) == (0, before)


def test_the_last_row_that_is_deleted_leaves_an_empty_one(browser, empty):
    page = browser.post(address(empty), typed(THREE[:1], version=empty.version, do="delete-0"))
    assert values(page, "department") == [""]


def test_many_steps_are_pasted_as_text(browser, empty):
    text = (
        "Department; Activity\n"
        "Sales; Take the order; ; 30 min; yes; Within a day; or two\n"
        "\n"
        "Warehouse\tPick\t2 days\t1,5\n"
        "Transport; Carry in; 4; ; ja"
    )
    page = browser.post(address(empty), typed([row("", ""), *THREE[:1]], version=1, do="paste", pasted=text))
    assert page.status_code == 200
    assert values(page, "department") == ["A", "Sales", "Warehouse", "Transport"]
    assert values(page, "wait") == ["", "", "2 days", "4"]
    assert values(page, "promise") == ["kept", "Within a day; or two", "", ""]
    assert [bool("checked" in cell(page, f"point-{n}")) for n in range(4)] == [False, True, False, True]
    assert '<textarea class="input" id="pasted"' in page.content.decode()
    assert "Take the order; " not in page.content.decode()


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("Sales; Call\nWarehouse; Pick; soon", "Line 2: Give hours"),
        ("Sales", "Line 1: Say what is done."),
        ("Sales; Call; 1; 1; perhaps", "Line 1: Say yes for a perception point"),
        ("  \n", "Paste at least one line"),
        ("\n".join(["Sales; Call"] * 201), "at most 200 steps"),
    ],
)
def test_pasted_lines_that_cannot_be_read_stay_and_none_is_added(browser, empty, text, sentence):
    page = browser.post(address(empty), typed(THREE, version=1, do="paste", pasted=text))
    html = page.content.decode()
    assert page.status_code == 422
    assert sentence in html
    assert values(page, "department") == ["A", "B", "C"]
    assert text.strip().splitlines()[:1] == [] or text.strip().splitlines()[0] in html


def test_units_of_the_organisation_are_suggested_as_departments(browser, drawing):
    html = browser.get(address(drawing)).content.decode()
    listed = html[html.index('<datalist id="departments">') : html.index("</datalist>")]
    for name in ("Drivers", "Transport", "Sales", "Billing"):
        assert f'<option value="{name}">' in listed


# --- what stays, and what two people do at once -----------------------------------------------------------------------
def test_a_step_that_is_renamed_and_moved_stays_the_same_and_a_deleted_one_goes(browser, drawing):
    first, second = drawing.steps.all()[:2]
    RatingBlock.objects.create(step=first, side=Side.SERVED, number=1, counts=[0] * 6)
    rows = shown_rows(drawing)
    rows[0]["activity"] = "Take the order, in the shop"
    changed = [rows[2], rows[0], rows[3], rows[4]]
    assert browser.post(address(drawing), typed(changed, version=drawing.version)).status_code == 302
    again = DrawnStep.objects.get(public_id=first.public_id)
    assert (again.position, again.activity, again.blocks.count()) == (1, "Take the order, in the shop", 1)
    assert not DrawnStep.objects.filter(public_id=second.public_id).exists()
    assert Entry.objects.order_by("number").last().details["n_deleted"] == 1


def test_an_id_of_another_journey_or_one_sent_twice_makes_a_new_step(browser, drawing, empty):
    there = drawing.steps.first()
    rows = [row("Sales", "Call", id=there.public_id), row("Sales", "Write", id=there.public_id), row("A", "b", id="no")]
    assert browser.post(address(empty), typed(rows, version=empty.version)).status_code == 302
    assert there.public_id not in set(empty.steps.values_list("public_id", flat=True))
    rows = [*shown_rows(drawing), row("Sales", "Write", id=there.public_id)]
    assert browser.post(address(drawing), typed(rows, version=drawing.version)).status_code == 302
    assert drawing.steps.count() == len(ORDER) + 1
    assert drawing.steps.get(public_id=there.public_id).activity == "Take the order"


def test_the_same_table_sent_twice_is_saved_once(browser, empty):
    sent = typed(THREE[:1], version=empty.version)
    for _ in range(2):
        assert browser.post(address(empty), sent).status_code == 302
    assert empty.steps.count() == 1
    assert Entry.objects.filter(verb="journey.drawn").count() == 1
    assert Journey.objects.get(pk=empty.pk).version == empty.version + 1


def test_two_people_at_once_see_both_tables_and_either_can_stand(browser, drawing, lead_browser):
    rows = shown_rows(drawing)
    mine = [rows[0] | {"activity": "Take the order by phone"}, *rows[1:]]
    theirs = [*rows[:4], rows[4] | {"wait": "3 days"}]
    assert lead_browser.post(address(drawing), typed(theirs, version=drawing.version)).status_code == 302
    page = browser.post(address(drawing), typed(mine, version=drawing.version))
    html = page.content.decode()
    assert page.status_code == 409
    assert "Sales; Take the order by phone; ; 30 min; yes; Within a day" in html
    assert "Billing; Send the invoice; 3 days; 15 min; yes" in html
    fields = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', html)
    again = {}
    for name, value in fields:
        again.setdefault(name, []).append(value)
    assert browser.post(address(drawing), again).status_code == 302
    assert drawing.steps.first().activity == "Take the order by phone"
    assert drawing.steps.last().wait_hours == 24.0
    assert drawing.steps.count() == len(ORDER)


def test_a_version_that_is_no_number_counts_as_an_old_one(browser, drawing):
    for version in ("", "x", "9" * 5000):
        assert browser.post(address(drawing), typed(THREE[:1], version=version)).status_code == 409


@pytest.mark.parametrize(
    ("steps", "code"),
    [
        ([("", "Call", False, "", None, None)], "step_unnamed"),
        ([("S" * 121, "Call", False, "", None, None)], "step_too_long"),
        ([("Sales", "Call", False, "", -1, None)], "no_hours"),
        ([("Sales", "Call", False, "", None, float("inf"))], "no_hours"),
        ([("Sales", "Call", True, "", None, None), ("Desk", "Call", False, "", None, None)], "point_and_not"),
        ([("Sales", f"Call {n}", False, "", None, None) for n in range(201)], "too_many_steps"),
    ],
)
def test_the_action_itself_refuses_what_no_drawing_can_be_made_of(empty, at, steps, code):
    with pytest.raises(Refused) as refusal:
        draw_steps(journey=empty, steps=steps_of(steps), version=1, by="system", at=at)
    assert refusal.value.code == code


def test_a_measured_journey_has_no_steps_to_draw(browser, journey, at):
    assert browser.get(address(journey)).status_code == 404
    assert browser.get(address(journey, "drawn.csv")).status_code == 404
    with pytest.raises(Refused, match="measured from logs"):
        draw_steps(journey=journey, steps=[], version=1, by="system", at=at)


def test_a_drawing_that_was_put_away_is_gone(browser, drawing, at):
    put_away(journey=drawing, by="system", at=at)
    assert browser.get(address(drawing)).status_code == 404
    with pytest.raises(Refused, match="put away"):
        draw_steps(journey=drawing, steps=steps_of(ORDER[:1]), version=drawing.version, by="system", at=at)


# --- who may ----------------------------------------------------------------------------------------------------------
def test_a_leader_and_who_looks_after_journeys_may_draw_others_only_look(drawing, person, browser_of, colleague):
    sent = typed(THREE[:1], version=drawing.version)
    for member in (colleague, person("Hedda Host", Role.HOST), person("Otto Operator", Role.OPERATOR)):
        assert browser_of(member).get(address(drawing)).status_code == 403
        assert browser_of(member).post(address(drawing), sent).status_code == 403
        assert browser_of(member).get(address(drawing, "drawn.csv")).status_code == 200
    assert Client().get(address(drawing)).status_code == 302
    assert Client().post(address(drawing), sent).status_code == 302
    assert drawing.steps.count() == len(ORDER)
    for member in (person("Ana Lyst", Role.ANALYST), person("Lea Der", Role.LEADER)):
        assert browser_of(member).get(address(drawing)).status_code == 200


def test_reading_records_nothing(browser, drawing):
    before = Entry.objects.count(), Journey.objects.get(pk=drawing.pk).version
    for page in ("steps", "drawn.csv", "ratings", "ratings.csv", "ratings/rate", "ratings/rate?side=served"):
        assert browser.get(address(drawing, page)).status_code == 200
    assert (Entry.objects.count(), Journey.objects.get(pk=drawing.pk).version) == before
    assert not RatingBlock.objects.exists()


# --- the map ----------------------------------------------------------------------------------------------------------
def test_the_map_says_everywhere_that_it_is_drawn_and_not_measured(drawing, at, browser):
    html = map_of(browser, drawing)
    assert '<span class="tag">Drawn, not measured</span>' in html
    svg = html[html.index('<svg class="bp"') : html.index("</svg>", html.index('<svg class="bp"'))]
    assert "<title>Service blueprint, drawn by hand, not measured</title>" in svg
    assert "at the median" not in svg
    assert "most frequent" not in svg
    assert "%" not in svg
    lines = list(csv.reader(io.StringIO(browser.get(address(drawing, "drawn.csv")).content.decode("utf-8-sig"))))
    assert {line[-1] for line in lines[1:]} == {"drawn, not measured"}
    assert lines[2] == ["2", "Planning", "Plan the route", "no", "", "4.0", "1.0", "drawn, not measured"]


def test_the_map_shows_departments_from_near_to_far_and_every_step(browser, drawing):
    html = map_of(browser, drawing)
    assert "The longest wait that people expect, 24 hours, lies between Transport and Billing" in html
    panel = html[html.index('class="panel"') : html.index("</aside>")]
    assert re.findall(r'<th scope="row">([^<]+)<', panel) == ["Billing", "Sales", "Transport", "Warehouse", "Planning"]
    assert re.findall(r'<td class="num">([^<]+)</td>', panel)[-4:] == ["1", "21.5\u202fh", "2", "35.5\u202fh"]
    walk = html[html.index('<ol class="walk') : html.index("</ol>")]
    assert len(re.findall("<li ", walk)) == len(ORDER)
    assert re.findall(r'class="(p[ps]) in-(\d)"', walk) == [
        ("pp", "0"), ("ps", "8"), ("ps", "4"), ("pp", "0"), ("pp", "0"),
    ]  # fmt: skip
    assert 'line-4" data-line="line of visibility"' in walk


@pytest.mark.parametrize(
    ("rows", "finding"),
    [
        ([("A", "a", False, "", None, None), ("B", "b", True, "", 0, 1)], "Where does this journey wait?"),
        ([("A", "a", False, "", 9, None), ("B", "b", True, "", 2, 1)], "9 hours, comes before “a”"),
        ([("A", "a", False, "", 1, None), ("A", "b", True, "", 2, 1)], "2 hours, comes before “b”"),
        ([("A", "a", False, "", 2, None), ("B", "b", True, "", 2, 1)], "2 waits of 2 hours each are the longest"),
        ([("A", "a", False, "", None, None), ("B", "b", True, "", 72, 1)], "3 days, lies between A and B"),
    ],
)
def test_the_title_is_a_finding_that_is_true_or_a_question(browser, organisation, at, rows, finding):
    html = map_of(browser, a_drawing(at, rows))
    assert finding in re.search("<h1>(.*?)</h1>", html)[1]


def test_hours_that_nobody_gave_stay_open_on_the_map(browser, organisation, at):
    rows = [("Store", "Pick", False, "", None, None), ("Transport", "Deliver", True, "", None, None)]
    html = map_of(browser, a_drawing(at, rows))
    assert "Some hours are not given." in html
    panel = html[html.index('class="panel"') : html.index("</aside>")]
    assert re.findall(r'<td class="num">([^<]+)</td>', panel) == ["0", "0\u202fh", "1", "\N{EN DASH}"]


def test_a_map_without_steps_names_the_first_thing_to_do(browser, leader, colleague, empty, browser_of):
    assert "Write the first steps" in map_of(browser, empty)
    html = map_of(browser_of(colleague), empty)
    assert "A leader can write the steps down." in html
    assert address(empty) not in html


def test_a_map_without_a_perception_point_says_that_none_follows(browser, organisation, at):
    html = map_of(browser, a_drawing(at, [("Store", "Pick", False, "", 1, 1)]))
    assert "no perception point follows" in html


def test_names_are_shown_as_they_are_and_never_run(browser, organisation, at):
    evil = '<script>alert(1)</script>"&'
    drawing = a_drawing(at, [(evil, f"=1+1 {evil}", True, evil, 1, 1)])
    for html in (map_of(browser, drawing), browser.get(address(drawing)).content.decode()):
        assert "<script>alert" not in html
    line = list(csv.reader(io.StringIO(browser.get(address(drawing, "drawn.csv")).content.decode("utf-8-sig"))))[1]
    assert line[2].startswith("'=1+1")


def test_steps_in_lines_can_be_pasted_back(drawing, browser, empty):
    text = in_lines(drawing.steps.all())
    page = browser.post(address(empty), typed([row("", "")], version=1, do="paste", pasted=text))
    assert values(page, "activity") == [activity for _, activity, *_ in ORDER]
    rows = [
        row(department, activity, wait=wait, touch=touch, point="checked" in cell(page, f"point-{n}"), promise=promise)
        for n, (department, activity, wait, touch, promise) in enumerate(
            zip(*(values(page, name) for name in ("department", "activity", "wait", "touch", "promise")), strict=True)
        )
    ]
    assert browser.post(address(empty), typed(rows, version=empty.version)).status_code == 302
    assert in_lines(empty.steps.all()) == text
