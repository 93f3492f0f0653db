"""What holds for every operation of the API: who may, how it refuses, how pages go on, what reading changes."""

from __future__ import annotations

import hashlib
import json
import uuid

import pytest
from django.apps import apps
from django.db import OperationalError, connection
from django.urls import get_resolver

from mizzle_web.config import api
from mizzle_web.jobs.models import Job
from mizzle_web.journal.actions import SYSTEM, record
from mizzle_web.journal.models import Entry
from mizzle_web.page.access import ANYONE
from mizzle_web.page.api import Scope
from mizzle_web.page.prepared import Addition, Search
from mizzle_web.people.actions.members import NewMember, add_member
from mizzle_web.people.models import Member
from mizzle_web.people.roles import Role
from repository.tree import ROOT
from web.calls import PREFIX, Program, problem_of, program_of, token_of

MISSING = uuid.UUID(int=7)
REFUSED = {401, 403}
READING = (":read", ":links", ":logs")
"""How scopes end that open nothing but what is read."""


def address(opening):
    """An address of an operation, with ids of nothing."""
    return (
        opening.path.replace("{unit_id}", str(MISSING))
        .replace("{person_id}", str(MISSING))
        .replace("{job_id}", str(MISSING))
        .replace("{journey_id}", str(MISSING))
        .replace("{agreement_id}", str(MISSING))
        .replace("{contact_id}", str(MISSING))
    )


@pytest.fixture
def program(lead):
    """A program that may everything a service lead may."""
    return program_of(lead)


def job_of(member, at, **more):
    return Job.objects.create(kind="people.import", by=member.actor, created_at=at, not_before=at, **more)


# --- who may ----------------------------------------------------------------------------------------------------------
def test_every_address_of_the_api_is_an_operation_that_was_declared():
    (root,) = [one for one in get_resolver().url_patterns if str(one.pattern) == "api/v1/"]
    addresses = {str(one.pattern) for one in root.url_patterns}
    assert addresses == {"openapi.json"} | {
        opening.path.lstrip("/").replace("{", "<").replace("}", ">") for opening in api.openings()
    }
    assert {one.callback.access for one in root.url_patterns} == {ANYONE}


def test_every_operation_has_a_name_of_its_own_a_scope_and_the_right_of_that_scope():
    names = [opening.name for opening in api.openings()]
    assert len(names) == len(set(names)) > 10
    for opening in api.openings():
        assert opening.permission == Scope(opening.scope).permission
        assert opening.scope.value.endswith(READING) == (opening.method == "GET"), opening.name


def test_a_call_without_a_token_is_refused_everywhere(lead):
    for opening in api.openings():
        answer = Program().call(opening.method, address(opening), {})
        assert (answer.status_code, problem_of(answer)["code"]) == (401, "no_token"), opening.name


def test_a_scope_opens_its_operations_and_no_others(lead):
    for scope in Scope:
        program = program_of(lead, scope)
        for opening in api.openings():
            status = program.call(opening.method, address(opening), {}).status_code
            assert (status in REFUSED) == (opening.scope != scope), (scope, opening.name, status)


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.SERVICE_LEAD])
def test_every_scope_together_opens_what_the_member_may_and_nothing_else(person, role):
    member = person("Some Body", role)
    program = program_of(member)
    for opening in api.openings():
        answer = program.call(opening.method, address(opening), {})
        may = opening.permission is None or member.may(opening.permission)
        assert (answer.status_code == 403) == (not may), (opening.name, answer.status_code)


def test_who_may_not_use_the_api_any_more_is_refused(person):
    for role in (Role.COLLEAGUE, Role.LEADER, Role.PEOPLE_PARTNER, Role.OBSERVER):
        member = person(f"{role.label} Two", *([] if role == Role.COLLEAGUE else [role]))
        program = program_of(member)
        assert {program.call(one.method, address(one), {}).status_code for one in api.openings()} == {403}


def test_what_is_not_there_and_what_is_somebody_elses_look_alike(lead, person, at):
    job = job_of(person("Odd Operator", Role.OPERATOR), at)
    program = program_of(lead)
    foreign, missing = program.get(f"/jobs/{job.public_id}"), program.get(f"/jobs/{MISSING}")
    assert (foreign.status_code, foreign.content) == (404, missing.content)
    for path in (f"/people/{MISSING}", f"/units/{MISSING}", f"/units/{MISSING}/history"):
        assert (program.get(path).status_code, program.get(path).content) == (404, missing.content)


def test_one_sees_ones_own_long_work_and_nobody_elses(lead, person, at):
    mine = job_of(lead, at, stage="Reading", share_done=0.5)
    job_of(person("Odd Operator", Role.OPERATOR), at)
    program = program_of(lead)
    (told,) = program.get("/jobs").json()["items"]
    assert (told["id"], told["share_done"]) == (str(mine.public_id), 0.5)
    assert program.get(f"/jobs/{mine.public_id}").json() == told
    assert program.get("/jobs", state="done").json()["items"] == []


# --- how it refuses ---------------------------------------------------------------------------------------------------
def test_an_address_that_is_not_there_is_a_problem_too(program):
    for path in ("", "/", "/people/", "/nothing", "/people/x/y"):
        assert problem_of(program.get(path))["status"] == 404, path


def test_a_method_that_is_not_offered_is_a_problem_and_says_which_are(program):
    answer = program.call("DELETE", "/people", {})
    assert (answer.status_code, problem_of(answer)["code"], answer.headers["Allow"]) == (405, "method", "GET, POST")


def test_a_field_that_is_wrong_is_named(program):
    answer = program.post("/people", {"name": " ", "email": "nobody", "language": "xx", "nickname": "A", "code": 7})
    told = problem_of(answer)
    assert answer.status_code == 422
    assert [(one["field"], one["code"]) for one in sorted(told["errors"], key=lambda one: one["field"])] == [
        ("code", "string_type"),
        ("email", "value_error"),
        ("language", "literal_error"),
        ("name", "string_too_short"),
        ("nickname", "extra_forbidden"),
    ]
    assert all(one["detail"].endswith(".") for one in told["errors"])
    assert "nobody" not in json.dumps(told["errors"])
    assert problem_of(program.get("/people", limit=0))["errors"][0]["field"] == "limit"
    assert problem_of(program.get("/people/nobody"))["errors"][0]["field"] == "person_id"


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 422),
        (b"{", 400),
        (b"\xff\xfe", 400),
        (b"[" * 100_000, 400),
        (b"[]", 422),
        (b"null", 422),
        (b"7", 422),
        (b'"text"', 422),
        (b'{"name": NaN}', 422),
        (b'{"name": "\\ud800"}', 422),
        (b'{"name": "a\\u0000b"}', 422),
        (b'{"name": "\\u0001"}', 422),
        (b'{"name": "a\\nb"}', 422),
        (b'{"name": {"$gt": ""}}', 422),
        (b'{"version": 99999999999999999999999999, "name": "A"}', 422),
        (b'{"name": "' + b"n" * 5000 + b'"}', 422),
        (b'{"name": "A", "email": "' + b"a" * 5000 + b'@larkmoor.example"}', 422),
        (b'{"name": "A", "code": "' + b"c" * 5000 + b'"}', 422),
        (b'{"name": "A", "unit": "' + b"u" * 5000 + b'"}', 422),
        (b'{"' + b"k" * 5000 + b'": 1}', 422),
        (b" " * (5 << 20) + b"{}", 413),
    ],
    ids=lambda value: repr(value)[:30],
)
def test_a_body_that_cannot_be_is_refused_and_changes_nothing(program, body, status):
    before = Member.objects.count()
    answer = program.post("/people", body)
    assert (answer.status_code, problem_of(answer)["status"]) == (status, status)
    assert len(answer.content) < 20_000
    assert Member.objects.count() == before


@pytest.mark.parametrize(
    "path", ["/people?text=", "/people?unit=", "/people?cursor=", "/journal?verb=", "/journal?by=", "/units?on="]
)
@pytest.mark.parametrize("value", ["%00", "%ff", "x" * 5000, "%27%20OR%201=1--"], ids=["nul", "bytes", "long", "quote"])
def test_a_question_that_cannot_be_is_refused_or_finds_nothing(program, path, value):
    answer = program.get(f"{path}{value}")
    if answer.status_code == 200:
        assert answer.json()["items"] == []
    else:
        assert problem_of(answer)["status"] == 422


@pytest.mark.parametrize("kind", [Search, Addition], ids=["before the view", "in it"])
def test_a_database_that_is_away_is_a_problem_with_the_time_to_come_back(program, monkeypatch, kind):
    def away(*_args, **_more):
        raise OperationalError("the database is away")

    monkeypatch.setattr(kind, "_made", away)
    program.client.raise_request_exception = False
    answer = program.post("/people", {"name": "A"})
    told = problem_of(answer)
    assert (answer.status_code, told["code"]) == (503, "away")
    assert int(answer.headers["Retry-After"]) > 0
    assert "database is away" not in answer.content.decode()


def test_a_fault_of_mizzle_is_a_problem_that_tells_nothing_of_the_inside(program, monkeypatch):
    monkeypatch.setattr(Member, "actor", property(lambda _self: 1 / 0))
    program.client.raise_request_exception = False
    answer = program.get("/jobs")
    assert (answer.status_code, problem_of(answer)["code"]) == (500, "broken")
    assert "division" not in answer.content.decode()


# --- how it goes on ---------------------------------------------------------------------------------------------------
def pages(program, path, between=lambda: None, **query):
    """Every page of a list, with something that happens between them."""
    found = []
    cursor = {}
    while True:
        told = program.get(path, **query, **cursor).json()
        found.append(told["items"])
        if told["next"] is None:
            return found
        cursor = {"cursor": told["next"]}
        between()


def test_pages_of_people_neither_miss_nor_repeat_while_people_come_and_are_renamed(program, person, at):
    people = [person(f"Driver {number}") for number in range(7)]
    newcomers = iter(range(100))

    def between():
        add_member(member=NewMember(name=f"A newcomer {next(newcomers)}"), by=SYSTEM, at=at)
        Member.objects.filter(pk=people[0].pk).update(name=f"Z {next(newcomers)}")

    found = pages(program, "/people", between, limit=3)
    ids = [one["id"] for page in found for one in page]
    assert len(ids) == len(set(ids))
    assert {str(one.public_id) for one in people} <= set(ids)
    assert {len(page) for page in found[:-1]} == {3}


@pytest.mark.parametrize("order", ["newest", "oldest"])
def test_pages_of_the_journal_neither_miss_nor_repeat_while_it_grows(program, at, order):
    before = set(Entry.objects.values_list("number", flat=True))
    found = pages(
        program, "/journal", lambda: record(by=SYSTEM, verb="test.done", thing="test", at=at), limit=4, order=order
    )
    numbers = [one["number"] for page in found for one in page]
    assert numbers == sorted(numbers, reverse=order == "newest")
    assert len(numbers) == len(set(numbers))
    assert before <= set(numbers)


def test_a_program_can_ask_for_what_is_new_in_the_journal(program, at):
    last = program.get("/journal", limit=1).json()["items"][0]["number"]
    assert program.get("/journal", above=last).json() == {"items": [], "next": None}
    made = record(by=SYSTEM, verb="test.done", thing="unit:x", at=at, details={"n": 1})
    (told,) = program.get("/journal", above=last, order="oldest").json()["items"]
    assert told == {
        "number": made.number,
        "at": "2026-03-02T08:30:00Z",
        "by": "system",
        "verb": "test.done",
        "thing": "unit:x",
        "details": {"n": 1},
        "before": made.before,
        "digest": made.digest,
    }
    for query in ({"verb": "test.done"}, {"thing": "unit:x"}, {"by": "system", "verb": "test.done"}):
        assert [one["number"] for one in program.get("/journal", **query).json()["items"]] == [made.number]


def test_the_last_page_is_known_to_be_the_last(program, person):
    n_people = Member.objects.count()
    assert program.get("/people", limit=n_people).json()["next"] is None
    assert program.get("/people", limit=n_people - 1 or 1).json()["next"] is None or n_people > 1
    assert program.get("/people", limit=200).status_code == 200
    assert program.get("/people", limit=201).status_code == 422


@pytest.mark.parametrize(
    "cursor",
    ["", "x", "e30", "W10", "bnVsbA", "eyJhZnRlciI6ICJ4In0", "eyJhZnRlciI6IC0xfQ", "eyJhZnRlciI6IHRydWV9", "a" * 200],
)
def test_what_is_no_cursor_is_refused(program, cursor):
    answer = program.get("/people", cursor=cursor)
    assert (answer.status_code, problem_of(answer)["code"]) == (422, "bad_cursor")


# --- that reading changes nothing -------------------------------------------------------------------------------------
def digest():
    """A hash of every row of every table."""
    found = hashlib.sha256()
    for model in sorted(apps.get_models(), key=lambda one: one._meta.db_table):
        with connection.cursor() as cursor:
            cursor.execute(f'SELECT * FROM "{model._meta.db_table}"')
            for row in sorted(map(repr, cursor.fetchall())):
                found.update(row.encode())
    return found.hexdigest()


def test_reading_changes_nothing_and_sets_no_cookie(lead, lead_browser, at):
    text = token_of(lead)[1]
    job_of(lead, at)
    before = digest()
    for opening in api.openings():
        if opening.method == "GET":
            answer = Program(text).get(address(opening))
            assert not answer.cookies, opening.name
            lead_browser.get(PREFIX + address(opening), headers={"Authorization": f"Bearer {text}"})
    lead_browser.get(f"{PREFIX}/openapi.json")
    assert digest() == before


# --- its description --------------------------------------------------------------------------------------------------
def test_the_description_is_open_to_anybody_and_as_it_was_committed(client, organisation):
    answer = client.get(f"{PREFIX}/openapi.json")
    assert answer.status_code == 200
    committed = (ROOT / "docs" / "reference" / "openapi.json").read_text("utf-8")
    assert json.loads(committed) == answer.json(), "run: python tools/openapi.py"


def test_the_description_tells_scopes_and_problems_of_every_operation():
    told = api.description()
    operations = [one for path in told["paths"].values() for one in path.values()]
    assert sorted(one["operationId"] for one in operations) == sorted(opening.name for opening in api.openings())
    for one in operations:
        assert one["security"][0]["Bearer"], one["operationId"]
        assert {"400", "401", "403", "422"} <= {str(status) for status in one["responses"]}
        for status, answer in one["responses"].items():
            kind = "application/problem+json" if int(status) >= 400 else "application/json"
            assert list(answer["content"]) == [kind]
