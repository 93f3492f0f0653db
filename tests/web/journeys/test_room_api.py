"""The rest of the map room by the API: the figures of its pages and files, by scope, with nobody's name by accident."""

from __future__ import annotations

import csv
import io
import uuid
from datetime import timedelta

import pytest

from mizzle_web.journal.actions import SYSTEM
from mizzle_web.journal.models import Entry
from mizzle_web.journeys.actions.agreements import agree_time, propose_time
from mizzle_web.journeys.actions.contacts import note_contact, take_back_contact
from mizzle_web.journeys.actions.journeys import put_away
from mizzle_web.journeys.actions.ratings import BLOCK, rate
from mizzle_web.journeys.models import Agreement, Contact, DepartmentLink, Journey, Log, Side
from mizzle_web.page.api import Scope
from mizzle_web.people.actions.roles import give_role
from mizzle_web.people.actions.units import merge_units, open_unit
from mizzle_web.people.models import Member
from mizzle_web.people.roles import Role
from web.calls import problem_of, program_of
from web.drawings import ORDER, a_drawing
from web.journeys.orders import PSEUDONYM, order, told, write

pytestmark = pytest.mark.usefixtures("house_folder")

MISSING = uuid.UUID(int=7)
MEASURED = ("/agreements", "/agreements/history", "/contacts", "/contacts/departments", "/links", "/logs")
READS = (*MEASURED, "/contacts/beside?department=Sales", "/cases?begin=O", "/case?id=O-802", "/drawn", "/ratings")
VISIT = {"department": "Warehouse", "kind": "visit", "on": "2026-02-27", "minutes": 30, "n_people": 4}
TIME = {"department": "Warehouse", "to_department": "Transport", "hours": 12.0}
SECRETS = ("Pat Person", "pat.person", "cell of a row")


@pytest.fixture
def known(journey, at):
    """The journey with its orders, and times that were agreed."""
    return told(journey, at, agreed=[("Warehouse", "Transport", 10.5), ("Warehouse", "", 1.0)])


@pytest.fixture
def drawing(organisation, at):
    return a_drawing(at)


@pytest.fixture
def program(lead):
    return program_of(lead)


@pytest.fixture
def other(person):
    """A second service lead, who can say yes to the first."""
    return person("Ada Second", Role.SERVICE_LEAD)


def of(journey, more=""):
    return f"/journeys/{journey.public_id}{more}"


def sheet(browser, journey, path):
    answer = browser.get(f"/map/{journey.public_id}/{path}")
    assert answer.status_code == 200
    return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))


def as_cells(values):
    """Values as a file writes them."""
    return ["" if value is None else str(value) for value in values]


def pages(program, path, **query):
    """Everything of a list, and its pages by two."""
    found, cursor = [], {}
    while True:
        answer = program.get(path, limit=2, **query, **cursor).json()
        assert len(answer["items"]) <= 2
        found += answer["items"]
        if answer["next"] is None:
            return found
        cursor = {"cursor": answer["next"]}


# --- who may ----------------------------------------------------------------------------------------------------------
def test_a_journey_that_was_put_away_and_one_that_never_was_look_alike(program, known, drawing, lead, at):
    for one in (known, drawing):
        put_away(journey=one, by=lead.actor, at=at)
        for path in READS:
            gone, never = program.get(of(one, path)), program.get(f"/journeys/{MISSING}{path}")
            assert (gone.status_code, gone.content) == (404, never.content), path
    posts = {f"/agreements/{MISSING}/{act}": {} for act in ("agree", "withdraw", "end")}
    posts |= {"/agreements": TIME, "/contacts": VISIT, f"/contacts/{MISSING}/take-back": {}}
    for path, body in posts.items():
        assert program.post(of(known, path), body).status_code == 404, path
    assert Agreement.objects.count() == 2


def test_what_is_told_of_logs_is_not_there_for_drawings_and_the_other_way_round(program, known, drawing):
    for path in READS:
        is_drawn = path in ("/drawn", "/ratings")
        assert program.get(of(known, path)).status_code == (404 if is_drawn else 200), path
        assert program.get(of(drawing, path)).status_code == (200 if is_drawn else 404), path


def test_each_scope_opens_its_own_and_a_token_without_it_changes_nothing(lead, known):
    reader = program_of(lead, Scope.JOURNEYS_READ)
    for path in ("/links", "/logs"):
        assert problem_of(reader.get(of(known, path)))["code"] == "forbidden"
    for path, body in (("/agreements", TIME), ("/contacts", VISIT)):
        assert (reader.post(of(known, path), body).status_code) == 403
    assert program_of(lead, Scope.JOURNEYS_LINKS).get(of(known, "/links")).status_code == 200
    assert program_of(lead, Scope.JOURNEYS_LOGS).get(of(known, "/logs")).status_code == 200
    assert program_of(lead, Scope.JOURNEYS_CONTACT).post(of(known, "/contacts"), VISIT).status_code == 201
    told_ = program_of(lead, Scope.JOURNEYS_AGREE).post(of(known, "/agreements"), TIME | {"version": 0})
    assert (told_.status_code, problem_of(told_)["code"]) == (409, "changed")
    assert (Agreement.objects.count(), Contact.objects.count()) == (2, 1)


def test_an_operator_sees_logs_and_neither_links_nor_writes(person, known):
    operator = program_of(person("Ops One", Role.OPERATOR))
    assert operator.get(of(known, "/logs")).status_code == 200
    assert operator.get(of(known, "/links")).status_code == 403
    for path, body in (("/agreements", TIME), ("/contacts", VISIT)):
        assert operator.post(of(known, path), body).status_code == 403


# --- one case ---------------------------------------------------------------------------------------------------------
def test_a_case_has_the_figures_of_its_file_and_no_person(program, known, lead_browser):
    told_ = program.get(of(known, "/case"), id="O-802")
    case = told_.json()
    _head, *rows = sheet(lead_browser, known, "cases/case.csv?case=O-802")
    for step, row in zip(case["steps"], rows, strict=True):
        start, end = (one and one.replace("Z", "+00:00") for one in (step["start"], step["end"]))
        usual = [
            [(step[name] or {}).get(one) for one in ("median", "p90", "n")] for name in ("touch_usual", "wait_usual")
        ]
        assert row == as_cells(
            [
                *(case["case_id"], step["step"], step["activity"], step["department"]),
                *(int(step["is_perception_point"]), start, end, step["touch_hours"], *usual[0]),
                *(step["agreed_touch_hours"], step["wait_hours"], step["handover_from"], step["handover_to"]),
                *(*usual[1], step["agreed_wait_hours"]),
            ]
        )
    assert (case["longest_wait_before"], case["usual_is_current"], case["next"]) == (5, True, None)
    assert [one["wait_usual"] for one in case["steps"] if one["department"] == "Rare"] == [None]
    assert PSEUDONYM not in told_.content.decode()


def test_a_case_comes_in_pages(program, known):
    first = program.get(of(known, "/case"), id="O-802", limit=3).json()
    second = program.get(of(known, "/case"), id="O-802", limit=3, cursor=first["next"]).json()
    assert [one["step"] for one in (*first["steps"], *second["steps"])] == [1, 2, 3, 4, 5]
    assert second["next"] is None
    beyond = program.get(of(known, "/case"), id="O-802", cursor="eyJhZnRlciI6IDk5OTl9").json()
    assert (beyond["steps"], beyond["next"]) == ([], None)


@pytest.mark.parametrize("case", ["A/7", "A 7?x=1&id=2", "caf\u00e9/\u4e00#1", "..", "%2F"])
def test_an_id_may_hold_anything_that_a_log_may_hold(program, journey, at, case):
    write(journey, order(case, at - timedelta(days=3)))
    assert program.get(of(journey, "/case"), id=case).json()["case_id"] == case
    assert program.get(of(journey, "/cases"), begin=case).json() == {"ids": [case]}


def test_cases_are_found_by_how_their_ids_begin(program, known):
    assert program.get(of(known, "/cases"), begin=" O-80").json()["ids"] == [f"O-80{number}" for number in range(10)]
    assert len(program.get(of(known, "/cases"), begin="O-").json()["ids"]) == 20
    assert program.get(of(known, "/cases"), begin="X").json() == {"ids": []}
    assert program.get(of(known, "/case"), id="O-80").status_code == 404


@pytest.mark.parametrize("text", ["", "a\x00b", "x" * 501])
def test_what_cannot_be_an_id_is_refused_at_its_name(program, known, text):
    for path, name in (("/case", "id"), ("/cases", "begin")):
        answer = program.get(of(known, path), **{name: text})
        assert (answer.status_code, problem_of(answer)["errors"][0]["field"]) == (422, name)


def test_a_table_that_is_just_being_made_anew_is_said(program, known):
    Journey.objects.filter(pk=known.pk).update(table_digest="e" * 64)
    answer = program.get(of(known, "/case"), id="O-802")
    assert (answer.status_code, problem_of(answer)["code"]) == (422, "no_table_now")


def test_a_journey_without_a_log_has_no_cases(program, journey):
    assert program.get(of(journey, "/case"), id="O").status_code == 404
    assert program.get(of(journey, "/cases"), begin="O").json() == {"ids": []}


# --- agreed times -----------------------------------------------------------------------------------------------------
def standing(program, journey, pair=("Warehouse", "Transport")):
    items = program.get(of(journey, "/agreements")).json()["items"]
    return next(one for one in items if (one["department"], one["to_department"]) == pair)


def test_a_time_is_proposed_agreed_and_ended_by_two(program, other, known):
    before = standing(program, known)
    assert (before["holding"]["hours"], before["waiting"], before["kept"]["cases"]) == (10.5, None, 30)
    body = TIME | {"version": before["version"]}
    made, again = (program.post(of(known, "/agreements"), body, **{"Idempotency-Key": "k"}) for _time in range(2))
    assert (made.status_code, again.json()) == (201, made.json())
    path = f"/agreements/{made.json()['id']}"
    own = program.post(of(known, f"{path}/agree"), None)
    assert (own.status_code, problem_of(own)["code"]) == (409, "own_proposal")
    assert problem_of(program.post(of(known, f"{path}/end"), None))["code"] == "not_agreed"
    yes = program_of(other).post(of(known, f"{path}/agree"), None)
    assert (yes.status_code, yes.json()["agreed_by"]) == (201, "Ada Second")
    after = standing(program, known)
    assert (after["holding"]["hours"], after["waiting"], after["kept"]) == (12.0, None, None)
    assert program.post(of(known, f"{path}/end"), None).json()["ended_at"]
    outcomes = [
        (one["hours"], one["outcome"], one["hours_before"]) for one in pages(program, of(known, "/agreements/history"))
    ]
    assert (outcomes[0][0], outcomes[0][2]) == (12.0, 10.5)
    assert [one[1] for one in outcomes[1:]] == ["holds", "replaced"]
    assert Entry.objects.filter(verb="journey.time_proposed").count() == 1


def test_a_time_is_withdrawn_and_one_of_another_journey_is_not_there(program, known, lead, at):
    made = propose_time(journey=known, department="Sales", to_department="", hours=2, version=0, by=lead.actor, at=at)
    assert program.post(of(known, f"/agreements/{made.public_id}/withdraw"), None).json()["ended_at"]
    assert program.post(of(known, f"/agreements/{MISSING}/withdraw"), None).status_code == 404
    elsewhere = a_drawing(at, rows=())
    Journey.objects.filter(pk=elsewhere.pk).update(kind="measured")
    assert program.post(of(elsewhere, f"/agreements/{made.public_id}/withdraw"), None).status_code == 404


def test_two_who_propose_at_once_both_see_both(program, known):
    answer = program.post(of(known, "/agreements"), TIME)
    problem = problem_of(answer)
    assert (answer.status_code, problem["code"]) == (409, "changed")
    assert (problem["yours"], problem["theirs"]) == ({"hours": "12\u202fh"}, {"hours": "10.5\u202fh, agreed"})
    assert program.post(of(known, "/agreements"), TIME | {"version": problem["version"]}).status_code == 201


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"department": "Nobody"}, "department"),
        ({"department": ""}, "department"),
        ({"department": "a\x00b"}, "department"),
        ({"department": "n" * 201}, "department"),
        ({"to_department": "Warehouse"}, "to_department"),
        ({"hours": 0}, "hours"),
        ({"hours": -1}, "hours"),
        ({"hours": 1e9}, "hours"),
        ({"version": -1}, "version"),
        ({"who": "me"}, "who"),
    ],
)
def test_a_time_that_is_no_promise_is_refused_at_its_field(program, known, change, field):
    answer = program.post(of(known, "/agreements"), TIME | change)
    assert (answer.status_code, problem_of(answer)["errors"][0]["field"]) == (422, field)
    assert Agreement.objects.count() == 2


def test_hours_that_are_no_number_are_refused(program, known):
    for text in (b"NaN", b"Infinity"):
        body = b'{"department": "Warehouse", "to_department": "Transport", "hours": ' + text + b"}"
        assert program.post(of(known, "/agreements"), body).status_code in (400, 422)


def test_the_history_is_that_of_its_file(program, known, lead, other, lead_browser, at):
    made = propose_time(journey=known, department="Sales", to_department="", hours=2, version=0, by=lead.actor, at=at)
    agree_time(agreement=made, by=other.actor, at=at)
    lines = pages(program, of(known, "/agreements/history"))
    _head, *rows = sheet(lead_browser, known, "agreements/times.csv")
    cells = [
        as_cells(
            [
                *(one["department"], one["to_department"], one["hours"], one["hours_before"]),
                *(one["proposed_by"], one["agreed_by"], one["ended_by"]),
            ]
        )
        for one in lines
    ]
    assert sorted(cells) == sorted([*row[:4], row[6], row[8], row[10]] for row in rows)
    assert (lines[0]["proposed_by"], lines[0]["agreed_by"]) == (lead.name, "Ada Second")


def test_a_token_that_reads_no_people_is_told_no_name(program, known, lead, other, at):
    made = propose_time(journey=known, department="Sales", to_department="", hours=2, version=0, by=lead.actor, at=at)
    agree_time(agreement=made, by=other.actor, at=at)
    reader = program_of(lead, Scope.JOURNEYS_READ)
    for path in ("/agreements", "/agreements/history"):
        assert "Ada Second" in program.get(of(known, path)).content.decode()
        text = reader.get(of(known, path)).content.decode()
        assert "Ada Second" not in text
        assert lead.name not in text


def test_handovers_worth_agreeing_are_those_that_wait_most(program, known):
    worth = program.get(of(known, "/agreements")).json()["worth_agreeing"]
    assert [(one["source"], one["target"], one["count"] >= 5) for one in worth] == [("Sales", "Warehouse", True)]


# --- contact ----------------------------------------------------------------------------------------------------------
def test_contact_is_noted_once_with_one_key_and_taken_back(program, known, lead):
    made, again = (program.post(of(known, "/contacts"), VISIT, **{"Idempotency-Key": "k"}) for _time in range(2))
    assert (made.status_code, again.json()) == (201, made.json())
    one = Contact.objects.get()
    assert (one.by, one.minutes, one.n_people, made.json()["person_minutes"]) == (lead.actor, 30, 4, 120)
    assert lead.name not in made.content.decode()
    assert lead.actor not in made.content.decode()
    other_body = program.post(of(known, "/contacts"), VISIT | {"minutes": 31}, **{"Idempotency-Key": "k"})
    assert other_body.status_code in (409, 422)
    backs = [program.post(of(known, f"/contacts/{one.public_id}/take-back"), None) for _time in range(2)]
    assert {back.status_code for back in backs} == {201}
    assert backs[0].json() == backs[1].json()
    assert backs[0].json()["taken_back_at"]
    assert program.post(of(known, f"/contacts/{MISSING}/take-back"), None).status_code == 404
    assert Entry.objects.filter(verb__startswith="journey.contact").count() == 2


def test_contact_is_that_of_its_file_and_of_its_page(program, known, lead_browser, at):
    for number, department in enumerate(("Warehouse", "Sales", "Warehouse")):
        given = {"kind": "listening", "on": at.date() - timedelta(days=number), "minutes": 20 + number, "n_people": 3}
        made = note_contact(journey=known, department=department, **given, by=SYSTEM, at=at)
    take_back_contact(contact=made, by=SYSTEM, at=at)
    names = ("department", "on", "kind", "minutes", "n_people", "person_minutes", "taken_back_at")
    for query, path in (
        ({}, "contacts/contacts.csv"),
        ({"department": "Warehouse"}, "contacts/contacts.csv?department=Warehouse"),
    ):
        items = pages(program, of(known, "/contacts"), **query)
        _head, *rows = sheet(lead_browser, known, path)
        cells = [as_cells(one[name] for name in names) for one in items]
        assert sorted(cells) == sorted([*row[:6], row[6].replace("+00:00", "Z")] for row in rows)
    lines = lead_browser.get(f"/map/{known.public_id}/contacts").context["lines"]
    shown = [(one.department, one.minutes, one.n, one.last_on and one.last_on.isoformat()) for one in lines]
    year = pages(program, of(known, "/contacts/departments"))
    assert [(one["department"], one["person_minutes"], one["times"], one["last_on"]) for one in year] == shown


def test_contact_stands_beside_the_distance_as_on_the_page(program, known, lead_browser, at):
    given = VISIT | {"on": at.date().replace(day=1) - timedelta(days=2)}
    note_contact(journey=known, **given, by=SYSTEM, at=at)
    page = lead_browser.get(f"/map/{known.public_id}/contacts?department=Warehouse").context
    found = program.get(of(known, "/contacts/beside"), department="Warehouse").json()
    shown, near = page["beside"], page["beside"].near
    assert (found["first"], found["last"], found["cases"]) == (shown.first, shown.last, near.cases)
    assert (found["person_minutes"], found["person_minutes_before"]) == (shown.minutes, shown.minutes_before)
    assert found["hours_to_customer"]["value"] == near.hours.value
    change, low, high = (found["hours_change"][one] for one in ("value", "low", "high"))
    assert (change, low, high) == (near.compared.hours_change.value, *near.compared.hours_change.interval)
    assert [one["person_minutes"] for one in found["months"]] == [one.minutes for one in page["months"]]
    rare = program.get(of(known, "/contacts/beside"), department="Rare").json()
    assert (rare["cases"], rare["hours_to_customer"], rare["hours_change"]) == (None, None, None)
    assert program.get(of(known, "/contacts/beside"), department="Nobody").status_code == 404


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"department": "Nobody"}, "department"),
        ({"kind": "party"}, "kind"),
        ({"on": "2031-01-01"}, "on"),
        ({"on": "1999-01-01"}, "on"),
        ({"minutes": 0}, "minutes"),
        ({"minutes": 1441}, "minutes"),
        ({"n_people": 10_001}, "n_people"),
        ({"who": "Wilma"}, "who"),
    ],
)
def test_contact_that_cannot_have_been_is_refused_at_its_field(program, known, change, field):
    answer = program.post(of(known, "/contacts"), VISIT | change)
    assert (answer.status_code, problem_of(answer)["errors"][0]["field"]) == (422, field)
    assert Contact.objects.count() == 0


def test_who_looks_after_one_unit_notes_contact_for_its_department_alone(known, person, units, at):
    DepartmentLink.objects.create(journey=known, department="Transport", unit=units["TR"], by=SYSTEM, at=at)
    host = person("Olla Operator", Role.OPERATOR, unit="TR")
    give_role(member=host, role=Role.HOST, unit=units["TR"], by=SYSTEM, at=at)
    program = program_of(Member.objects.get(pk=host.pk))
    assert program.post(of(known, "/contacts"), VISIT | {"department": "Transport"}).status_code == 201
    assert problem_of(program.post(of(known, "/contacts"), VISIT))["code"] == "forbidden"
    foreign = note_contact(journey=known, **VISIT | {"on": at.date()}, by=SYSTEM, at=at)
    assert program.post(of(known, f"/contacts/{foreign.public_id}/take-back"), None).status_code == 403
    foreign.refresh_from_db()
    assert foreign.withdrawn_at is None


# --- links and logs ---------------------------------------------------------------------------------------------------
def test_each_department_is_told_with_its_unit_of_then_and_of_now(program, known, units, lead_browser, at):
    old = open_unit(code="WH", name="Depot", parent=None, on=at.date() - timedelta(days=90), by=SYSTEM, at=at)
    for department, unit in (("Warehouse", old), ("Rare", None), ("Gone", units["TR"])):
        DepartmentLink.objects.create(journey=known, department=department, unit=unit, by=SYSTEM, at=at)
    new = open_unit(code="HB", name="Hub", parent=None, on=at.date() - timedelta(days=90), by=SYSTEM, at=at)
    merge_units(units=[old], versions=[1], into=new, on=at.date() - timedelta(days=9), by=SYSTEM, at=at)
    links = {one["department"]: one for one in pages(program, of(known, "/links"))}
    assert links["Warehouse"] == {
        "department": "Warehouse",
        "state": "linked",
        "unit": str(old.public_id),
        "unit_now": str(new.public_id),
        "is_in_log": True,
    }
    assert [(links[one]["state"], links[one]["is_in_log"]) for one in ("Rare", "Gone", "Sales")] == [
        ("outside", True),
        ("linked", False),
        ("open", True),
    ]
    _head, *rows = sheet(lead_browser, known, "departments/links.csv")
    codes = {str(old.public_id): "WH", str(units["TR"].public_id): "TR", None: ""}
    assert [[name, codes[one["unit"]], one["is_in_log"]] for name, one in links.items()] == [
        [row[0], row[2], row[5] == "yes"] for row in rows
    ]
    assert list(links) == ["Gone", "Rare", "Sales", "Transport", "Warehouse"]


def test_logs_are_told_without_rows_and_without_people(program, known, at):
    for number in range(3):
        Log.objects.create(
            journey=known,
            name=f"orders-{number}.csv",
            path="/srv/pat.person/orders.csv",
            problem="cell of a row",
            look={"first": {"who": ["Pat Person"]}},
            mapping={"reasons": {"who": "cell of a row"}},
            counts={"rows": 9, "events": 8, "rejected": 1, "reasons": {"cell of a row": 1}},
            state="imported",
            by="Pat Person",
            created_at=at,
        )
    answer = program.get(of(known, "/logs"))
    first = answer.json()["items"][0]
    assert (first["name"], first["state"], first["rows"], first["cases"]) == ("orders-2.csv", "imported", 9, None)
    assert [secret for secret in SECRETS if secret in answer.content.decode()] == []
    assert [one["name"] for one in pages(program, of(known, "/logs"))] == [f"orders-{n}.csv" for n in (2, 1, 0)]


# --- drawn ------------------------------------------------------------------------------------------------------------
def test_a_drawing_has_the_steps_of_its_file_and_the_distances_of_its_page(program, drawing, lead_browser):
    told_ = program.get(of(drawing, "/drawn")).json()
    steps = [
        (
            one["department"],
            one["activity"],
            one["is_perception_point"],
            one["promise"] or "",
            one["wait_hours"],
            one["touch_hours"],
        )
        for one in told_["steps"]
    ]
    assert (steps, told_["version"]) == (list(ORDER), drawing.version)
    _head, *rows = sheet(lead_browser, drawing, "drawn.csv")
    assert [as_cells([one["step"], one["department"], one["activity"]]) for one in told_["steps"]] == [
        row[:3] for row in rows
    ]
    drawn = lead_browser.get(f"/map/{drawing.public_id}/").context["drawn"]
    assert [(one["department"], one["steps"]) for one in told_["departments"]] == [
        (one.name, one.steps) for one in drawn.departments
    ]


def test_a_drawing_without_steps_has_none(program, organisation, at):
    assert program.get(of(a_drawing(at, rows=()), "/drawn")).json()["steps"] == []


def test_ratings_are_those_of_full_blocks_and_one_less_changes_nothing(program, drawing, lead_browser, at):
    door = drawing.steps.get(activity="Carry in")
    nothing = program.get(of(drawing, "/ratings"))
    assert [(one["provider"], one["served"]) for one in nothing.json()["points"]] == [(None, None)] * 3
    for number in range(BLOCK):
        assert program.get(of(drawing, "/ratings")).content == nothing.content
        rate(journey=drawing, side=Side.SERVED, levels={door.public_id: 4}, by=f"m{number}", at=at)
    (point,) = [one for one in program.get(of(drawing, "/ratings")).json()["points"] if one["served"]]
    seen, share = point["served"], point["served"]["wished_for"]
    assert (point["provider"], point["gap_levels"], point["worn"]) == (None, None, None)
    _head, row = sheet(lead_browser, drawing, "ratings.csv")
    assert [point["department"], point["activity"], *row[2:3]] == row[:3]
    told_ = [seen["answers"], *seen["counts"], seen["median"], share["value"], share["low"], share["high"]]
    assert as_cells([*told_, point["gap_levels"], seen["last_on"]]) == row[3:]
