"""Journeys and their figures by the API: by scope, once, never over what somebody else marked, little of few cases."""

from __future__ import annotations

import csv
import io
import uuid

import pytest

from mizzle_web.jobs.models import Job, JobState
from mizzle_web.jobs.worker import Worker
from mizzle_web.journal.models import Entry
from mizzle_web.journeys.actions.journeys import mark_points, open_journey, put_away
from mizzle_web.journeys.models import FigureSet, Journey
from mizzle_web.page.api import Scope
from mizzle_web.people.roles import Role
from web.calls import problem_of, program_of
from web.journeys.orders import POINTS, told
from web.test_access import digest

pytestmark = pytest.mark.usefixtures("house_folder")
FIGURES = ("departments", "months", "handovers", "steps")
MISSING = uuid.UUID(int=7)


@pytest.fixture
def known(journey, at):
    """The journey with nine months of orders."""
    return told(journey, at)


@pytest.fixture
def program(lead):
    return program_of(lead)


def of(journey, more=""):
    return f"/journeys/{journey.public_id}{more}"


def points(journey, *names, **more):
    return {"perception_points": list(names), "version": journey.version} | more


def test_a_journey_is_told_by_fields_that_are_listed_by_hand(program, known):
    answer = program.get(of(known))
    assert answer.json() == {
        "id": str(known.public_id),
        "name": "From order to delivery",
        "kind": "measured",
        "perception_points": sorted(POINTS),
        "cases": 90,
        "events": 363,
        "departments": ["Sales", "Warehouse", "Transport", "Rare"],
        "first_at": "2025-06-02T06:30:00Z",
        "last_at": known.table_facts["last_at"].replace("+00:00", "Z"),
        "version": known.version,
    }
    assert program.get("/journeys").json() == {"items": [answer.json()], "next": None}


def test_who_may_only_read_reads_and_changes_nothing(lead, known):
    reader = program_of(lead, Scope.JOURNEYS_READ)
    before = digest()
    for path in ("", *(f"/{name}" for name in FIGURES)):
        assert reader.get(of(known, path)).status_code == 200
    posts = [reader.post("/journeys", {"name": "Mine"}), reader.post(of(known, "/views"), {})]
    posts.append(reader.patch(of(known, "/points"), points(known)))
    assert [(one.status_code, problem_of(one)["code"]) for one in posts] == [(403, "forbidden")] * 3
    assert digest() == before


def test_an_operator_reads_journeys_and_cannot_mark_their_points(person, known):
    operator = program_of(person("Ops One", Role.OPERATOR))
    assert operator.get(of(known, "/departments")).status_code == 200
    assert operator.patch(of(known, "/points"), points(known)).status_code == 403


def test_a_journey_that_never_was_and_one_that_was_put_away_look_alike(program, known, lead, at):
    put_away(journey=known, by=lead.actor, at=at)
    assert program.get("/journeys").json()["items"] == []
    for path in ("", *(f"/{name}" for name in FIGURES)):
        gone, never = program.get(of(known, path)), program.get(f"/journeys/{MISSING}{path}")
        assert (gone.status_code, problem_of(gone)["code"]) == (404, "missing")
        assert gone.content == never.content
    for send, path, body in ((program.post, "/views", {}), (program.patch, "/points", points(known))):
        gone, never = send(of(known, path), body), send(f"/journeys/{MISSING}{path}", body)
        assert (gone.status_code, gone.content) == (404, never.content)


def test_a_journey_is_opened_once_with_one_key_and_its_name_is_its_own(program, lead):
    made, again = (
        program.post("/journeys", {"name": " From  order to\u00a0delivery "}, **{"Idempotency-Key": "k"})
        for _time in range(2)
    )
    assert (made.status_code, again.status_code, again.json()) == (201, 201, made.json())
    journey = Journey.objects.get()
    assert (journey.name, journey.by, str(journey.public_id)) == (
        "From order to delivery",
        lead.actor,
        made.json()["id"],
    )
    taken = program.post("/journeys", {"name": "From order to delivery", "kind": "drawn"})
    assert (taken.status_code, problem_of(taken)["code"]) == (422, "name_taken")
    assert problem_of(taken)["errors"][0]["field"] == "name"
    assert problem_of(program.post("/journeys", {"name": "\u00a0"}))["errors"][0]["field"] == "name"
    assert Entry.objects.filter(verb="journey.opened").count() == 1


def test_points_are_marked_and_the_figures_are_of_before_until_they_are_worked_out(program, lead, known):
    answer = program.patch(of(known, "/points"), points(known, "Deliver", "Deliver"))
    assert (answer.status_code, answer.json()["perception_points"]) == (200, ["Deliver"])
    assert answer.json()["version"] == known.version + 1
    assert Entry.objects.get(verb="journey.points_marked").by == lead.actor
    told_ = program.get(of(known, "/departments")).json()
    assert (told_["is_current"], told_["perception_points"]) == (False, sorted(POINTS))
    assert Job.objects.filter(kind="journeys.measure").count() == 2


def test_two_who_mark_points_at_once_both_see_both_and_lose_nothing(program, known, at):
    mark_points(journey=known, points=["Pick", "Label"], version=known.version, by="somebody", at=at)
    answer = program.patch(of(known, "/points"), points(known, "Order"))
    problem = problem_of(answer)
    assert (answer.status_code, problem["code"], problem["version"]) == (409, "changed", known.version + 1)
    assert problem["yours"] == {"perception_points": "Order"}
    assert problem["theirs"] == {"perception_points": "Label, Pick"}
    assert Journey.objects.get().points == ["Label", "Pick"]
    after = program.patch(of(known, "/points"), points(known, "Order", version=problem["version"]))
    assert (after.status_code, Journey.objects.get().points) == (200, ["Order"])


def test_a_point_that_no_log_has_is_refused_at_its_field(program, known):
    answer = program.patch(of(known, "/points"), points(known, "Order", "Sing"))
    problem = problem_of(answer)
    assert (answer.status_code, problem["code"]) == (422, "no_such_activity")
    assert problem["errors"][0]["field"] == "perception_points"
    assert "Sing" in problem["detail"]
    assert Journey.objects.get().points == sorted(POINTS)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"perception_points": "Order", "version": 1},
        {"perception_points": [""], "version": 1},
        {"perception_points": ["Order"], "version": 0},
        {"perception_points": ["Order"], "version": 1, "name": "Mine"},
        {"perception_points": ["Order"] * 1001, "version": 1},
    ],
    ids=lambda body: str(body)[:40],
)
def test_a_change_of_another_shape_is_refused(program, known, body):
    answer = program.patch(of(known, "/points"), body)
    assert (answer.status_code, problem_of(answer)["code"]) == (422, "invalid")
    assert Journey.objects.get().version == known.version


def test_figures_of_cases_that_nobody_asked_for_are_refused_with_the_way_to_ask(program, known):
    for path in FIGURES:
        answer = program.get(of(known, f"/{path}"), **{"from": "2025-07", "until": "2025-08"})
        assert (answer.status_code, problem_of(answer)["code"]) == (422, "not_measured")
        assert "/views" in problem_of(answer)["detail"]
    assert Job.objects.count() == 0


def test_a_journey_without_a_log_and_one_that_was_drawn_have_no_figures(program, journey, lead, at):
    drawn = open_journey(name="By hand", kind="drawn", by=lead.actor, at=at)
    for one in (journey, drawn):
        assert problem_of(program.get(of(one, "/departments")))["code"] == "not_measured"
        asked = program.post(of(one, "/views"), {})
        assert (asked.status_code, asked.json()) == (201, {"is_current": False, "jobs": []})


def test_cases_are_asked_for_once_and_worked_out_by_a_job(program, known, django_capture_on_commit_callbacks):
    body = {"first": "2025-11", "last": "2025-12"}
    first, second = (program.post(of(known, "/views"), body).json() for _time in range(2))
    assert (first, first["is_current"], len(first["jobs"])) == (second, False, 1)
    with django_capture_on_commit_callbacks(execute=True):
        assert Worker().once()
    assert Job.objects.get().state == JobState.DONE
    found = program.get(of(known, "/departments"), **{"from": "2025-11", "until": "2025-12"}).json()
    assert (found["cases"], found["is_current"]) == (20, True)
    assert program.post(of(known, "/views"), body).json() == {"is_current": True, "jobs": []}
    assert program.get(f"/jobs/{first['jobs'][0]}").json()["state"] == "done"


def test_an_end_that_is_not_named_is_that_of_the_logs(program, known):
    for body, view in (
        ({"first": "2026-01"}, "from=2026-01&until=2026-02"),
        ({"last": "2025-07"}, "from=2025-06&until=2025-07"),
        ({"first": "2026-01", "last": "2025-11"}, "from=2025-11&until=2026-01"),
    ):
        program.post(of(known, "/views"), body)
        assert Job.objects.latest("pk").arguments["view"] == view
    assert program.get(of(known, "/departments"), **{"from": "2025-12"}).status_code == 200


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"from": "2025-13"}, "from"),
        ({"from": "March"}, "from"),
        ({"until": "2025-1"}, "until"),
        ({"until": "0000-01"}, "until"),
        ({"attribute": "x" * 101}, "attribute"),
        ({"value": "x" * 101}, "value"),
    ],
)
def test_a_question_that_makes_no_sense_is_refused_at_its_name(program, known, query, field):
    for path in FIGURES:
        answer = program.get(of(known, f"/{path}"), **query)
        assert (answer.status_code, problem_of(answer)["errors"][0]["field"]) == (422, field)


def test_an_attribute_that_no_log_has_ends_the_job_in_words(program, known, django_capture_on_commit_callbacks):
    asked = program.post(of(known, "/views"), {"attribute": "cha\u00f1el", "value": "\u20ac" * 100}).json()
    with django_capture_on_commit_callbacks(execute=True):
        assert Worker().once()
    job = Job.objects.get(public_id=asked["jobs"][0])
    assert (job.state, "no further attributes" in job.error) == (JobState.FAILED, True)


def test_a_view_with_the_longest_value_in_any_script_is_kept(known, at):
    longest = FigureSet(
        journey=known, view="attribute=" + "%F0%9F%98%80" * 100 + "&value=" + "%F0%9F%98%80" * 100, digest="d" * 64
    )
    longest.computed_at, longest.seconds = at, 1.0
    longest.full_clean(validate_unique=False)
    longest.save()
    longest.refresh_from_db()
    assert len(longest.view) > 2400


def test_nothing_is_told_of_a_department_with_fewer_than_five_cases(program, known):
    rare = [one for one in program.get(of(known, "/departments")).json()["departments"] if one["department"] == "Rare"]
    assert [{name for name, value in one.items() if value is not None} for one in rare] == [{"department"}]
    months = [one for one in program.get(of(known, "/months")).json()["months"] if one["department"] == "Rare"]
    assert [{name for name, value in one.items() if value is not None} for one in months] == [{"department", "month"}]
    assert "Rare" not in str(program.get(of(known, "/handovers")).json()["handovers"])
    assert "Rare" not in str(program.get(of(known, "/steps")).json()["steps"])
    assert min(one["count"] for one in program.get(of(known, "/handovers")).json()["handovers"]) >= 5


def test_a_table_for_a_spreadsheet_leaves_out_the_same(lead_browser, known):
    for name in FIGURES:
        file = lead_browser.get(f"/map/{known.public_id}/{name}.csv?cases=all").content.decode("utf-8-sig")
        rows = [row for row in csv.reader(io.StringIO(file)) if "Rare" in row]
        assert all(set(row) - {"Rare", "2026-02-01"} <= {""} for row in rows), name
