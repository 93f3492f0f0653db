"""What a program changes by the API: only what it may, once, and never over what somebody else wrote."""

from __future__ import annotations

import uuid

import pytest

from mizzle_web.journal.actions import SYSTEM
from mizzle_web.journal.models import Entry, Receipt
from mizzle_web.people.actions.members import change_member, let_go
from mizzle_web.people.actions.roles import give_role
from mizzle_web.people.actions.units import open_unit
from mizzle_web.people.models import Grant, Member, Organisation, Placement, Unit
from mizzle_web.people.roles import Role
from web.calls import problem_of, program_of


@pytest.fixture
def program(lead):
    return program_of(lead)


@pytest.fixture
def driver(person):
    return person("Torvald Nes", code="T7")


def row(member):
    """A row as it stands in the database."""
    return Member.objects.filter(pk=member.pk).values().get()


# --- people -----------------------------------------------------------------------------------------------------------
def test_a_person_is_told_by_hand_listed_fields(program, driver, units):
    told = program.get(f"/people/{driver.public_id}").json()
    assert told == {
        "id": str(driver.public_id),
        "name": "Torvald Nes",
        "email": "torvald.nes@larkmoor.example",
        "code": "T7",
        "language": None,
        "timezone": None,
        "unit": {"id": str(units["DR"].public_id), "code": "DR"},
        "roles": [],
        "joined_at": "2026-03-02T08:30:00Z",
        "left_at": None,
        "version": driver.version,
    }
    assert told in program.get("/people").json()["items"]


def test_who_only_sees_people_is_told_no_codes_and_not_who_left(person, driver, at):
    leader = person("Lea Leader", Role.LEADER, Role.OPERATOR)
    gone = person("Gone Girl")
    let_go(member=gone, by=SYSTEM, at=at)
    program = program_of(leader)
    assert program.get(f"/people/{driver.public_id}").json()["code"] is None
    assert program.get("/people", text="T7").json()["items"] == []
    assert program.get(f"/people/{gone.public_id}").status_code == 404
    assert program.get("/people", state="all").status_code == 403
    assert str(gone.public_id) not in program.get("/people").content.decode()


def test_who_manages_people_is_told_who_left(program, person, at):
    gone = person("Gone Girl")
    let_go(member=gone, by=SYSTEM, at=at)
    (told,) = program.get("/people", state="left").json()["items"]
    assert (told["id"], told["left_at"]) == (str(gone.public_id), "2026-03-02T08:30:00Z")
    assert len(program.get("/people", state="all").json()["items"]) == 2
    answer = program.patch(f"/people/{gone.public_id}", {"version": told["version"], "name": "Back"})
    assert (answer.status_code, problem_of(answer)["code"]) == (409, "has_left")


def test_people_are_found_by_text_unit_and_role(program, person, units, at, lead):
    in_drivers = person("Anna Åsen")
    in_transport = person("Siri Sand", Role.LEADER, unit="TR")

    def found(**query):
        return {one["id"] for one in program.get("/people", **query).json()["items"]}

    drivers = {str(lead.public_id), str(in_drivers.public_id)}
    everyone = drivers | {str(in_transport.public_id)}
    assert found(text="sen") == {str(in_drivers.public_id)}
    assert found(text="SIRI.SAND@larkmoor.example") == {str(in_transport.public_id)}
    assert found(unit=units["DR"].public_id) == drivers
    assert found(unit=units["TR"].public_id) == {str(in_transport.public_id)}
    assert found(unit=units["TR"].public_id, below="true") == everyone
    assert found(unit=uuid.UUID(int=7)) == set()
    assert found(role="leader") == {str(in_transport.public_id)}
    assert found(role="colleague") == everyone


def test_a_person_is_added_with_what_was_sent_and_nothing_else(program, lead, units):
    answer = program.post(
        "/people",
        {
            "name": " Nora Vik ",
            "email": "nora@larkmoor.example",
            "code": "N1",
            "language": "nb",
            "unit": str(units["DR"].public_id),
        },
    )
    told = answer.json()
    assert (answer.status_code, told["name"], told["unit"]["code"]) == (201, "Nora Vik", "DR")
    made = Member.objects.get(public_id=told["id"])
    assert (made.email, made.code, made.language, made.has_usable_password(), made.roles()) == (
        "nora@larkmoor.example",
        "N1",
        "nb",
        False,
        {Role.COLLEAGUE},
    )
    assert Entry.objects.get(verb="member.added", thing=f"member:{made.public_id}").by == lead.actor


def test_a_person_who_cannot_be_added_is_a_problem_at_its_field(program, driver):
    taken = problem_of(program.post("/people", {"name": "A", "email": driver.email.upper()}))
    assert (taken["code"], taken["errors"][0]["field"]) == ("email_taken", "email")
    nowhere = problem_of(program.post("/people", {"name": "A", "unit": str(uuid.UUID(int=7))}))
    assert (nowhere["code"], nowhere["errors"][0]["field"]) == ("no_such_unit", "unit")
    assert not Member.objects.filter(name="A").exists()


def test_a_change_changes_what_was_sent_and_counts_the_version(program, driver, units):
    before = row(driver)
    answer = program.patch(
        f"/people/{driver.public_id}",
        {"version": driver.version, "timezone": "Europe/Oslo", "unit": str(units["TR"].public_id)},
    )
    assert (answer.status_code, answer.json()["unit"]["code"]) == (200, "TR")
    assert row(driver) == before | {"timezone": "Europe/Oslo", "version": driver.version + 1}
    cleared = program.patch(
        f"/people/{driver.public_id}", {"version": driver.version + 1, "timezone": None, "unit": None, "email": None}
    ).json()
    assert (cleared["timezone"], cleared["unit"], cleared["email"]) == (None, None, None)
    assert not Placement.objects.filter(member=driver, until_on=None).exists()


def test_two_who_change_one_person_both_see_both_texts_and_lose_nothing(program, driver, at):
    change_member(member=driver, version=driver.version, by=SYSTEM, at=at, name="Torvald Nesse")
    before = row(driver)
    answer = program.patch(
        f"/people/{driver.public_id}", {"version": driver.version, "name": "Torvald Ness", "unit": None}
    )
    told = problem_of(answer)
    assert (answer.status_code, told["code"], told["version"]) == (409, "changed", driver.version + 1)
    assert told["yours"] == {"name": "Torvald Ness", "unit": ""}
    assert (told["theirs"]["name"], bool(told["theirs"]["unit"])) == ("Torvald Nesse", True)
    assert row(driver) == before
    assert (
        program.patch(f"/people/{driver.public_id}", {"version": told["version"], "name": "Torvald Ness"}).status_code
        == 200
    )


def test_a_change_that_fails_halfway_changes_nothing(program, driver):
    before = row(driver)
    answer = program.patch(
        f"/people/{driver.public_id}", {"version": driver.version, "name": "Other", "unit": str(uuid.UUID(int=7))}
    )
    assert (answer.status_code, row(driver)) == (422, before)


@pytest.mark.parametrize("name", ["name", "version"])
def test_what_must_be_there_cannot_be_cleared(program, driver, name):
    sent = {"version": driver.version, "name": "A"} | {name: None}
    assert program.patch(f"/people/{driver.public_id}", sent).status_code == 422


def test_every_field_of_the_table_that_is_not_offered_is_refused_and_stays(program, driver, lead):
    offered = {"name", "email", "code", "language", "timezone", "unit", "version"}
    fields = [field.name for field in Member._meta.get_fields()] + [
        "role",
        "roles",
        "is_superuser",
        "member",
        "__class__",
    ]
    before = row(driver)
    for name in sorted({*fields} - offered):
        sent = {"version": driver.version, "name": "Torvald Other", name: 1}
        answer = program.patch(f"/people/{driver.public_id}", sent)
        assert (answer.status_code, problem_of(answer)["errors"][0]["code"]) == (422, "extra_forbidden"), name
        assert program.post("/people", {"name": "Made", name: 1}).status_code == 422
    assert row(driver) == before
    assert not Member.objects.filter(name="Made").exists()


# --- the same call sent twice -----------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("path", "body", "model"),
    [("/people", {"name": "Nora Vik", "code": "N1"}, Member), ("/units", {"name": "Night sort", "code": "NS"}, Unit)],
    ids=["people", "units"],
)
def test_a_call_sent_twice_with_one_key_is_done_once_and_answered_alike(program, path, body, model):
    first = program.post(path, body, **{"Idempotency-Key": "row-1"})
    n_rows, n_entries = model.objects.count(), Entry.objects.count()
    again = program.post(path, body, **{"Idempotency-Key": "row-1"})
    assert (first.status_code, again.status_code, first.json()) == (201, 201, again.json())
    assert (model.objects.count(), Entry.objects.count()) == (n_rows, n_entries)


def test_the_answer_to_a_repeated_call_is_the_first_one_even_when_things_have_moved_on(program, at):
    first = program.post("/people", {"name": "Nora Vik"}, **{"Idempotency-Key": "k"}).json()
    one = Member.objects.get(public_id=first["id"])
    change_member(member=one, version=one.version, by=SYSTEM, at=at, name="Nora Moe")
    assert program.post("/people", {"name": "Nora Vik"}, **{"Idempotency-Key": "k"}).json() == first


def test_a_key_used_for_something_else_is_refused(program):
    program.post("/people", {"name": "Nora Vik"}, **{"Idempotency-Key": "k"})
    for path, body in (("/people", {"name": "Nora Moe"}), ("/units", {"name": "Nora Vik", "code": "NV"})):
        answer = program.post(path, body, **{"Idempotency-Key": "k"})
        assert (answer.status_code, problem_of(answer)["code"]) == (409, "key_reused")
    assert Member.objects.filter(name__startswith="Nora").count() == 1


def test_keys_of_two_members_have_nothing_to_do_with_each_other(program, person):
    other = program_of(person("Siri Service", Role.SERVICE_LEAD))
    ids = {one.post("/people", {"name": "Nora"}, **{"Idempotency-Key": "k"}).json()["id"] for one in (program, other)}
    assert len(ids) == 2


def test_a_refused_call_leaves_its_key_free(program, driver):
    body = {"name": "Nora", "code": "T7"}
    n_receipts = Receipt.objects.count()
    assert program.post("/people", body, **{"Idempotency-Key": "k"}).status_code == 422
    assert Receipt.objects.count() == n_receipts
    assert program.post("/people", body | {"code": "N1"}, **{"Idempotency-Key": "k"}).status_code == 201


def test_a_key_may_be_long_but_not_endless(program):
    assert program.post("/people", {"name": "A"}, **{"Idempotency-Key": "k" * 200}).status_code == 201
    assert program.post("/people", {"name": "B"}, **{"Idempotency-Key": "k" * 201}).status_code == 422


# --- units and the organisation ---------------------------------------------------------------------------------------
def test_the_tree_of_a_day_names_each_unit_after_the_one_it_belongs_to(program, units):
    told = program.get("/units").json()
    assert told["on"] == "2026-03-02"
    assert [(one["code"], one["depth"], one["parent"], one["n_people"]) for one in told["items"]] == [
        ("TR", 0, None, 0),
        ("DR", 1, str(units["TR"].public_id), 1),
    ]
    assert program.get("/units", on="2026-03-01").json() == {"on": "2026-03-01", "items": []}
    for day in ("0001-01-01", "9999-12-31"):
        assert program.get("/units", on=day).status_code == 200


def test_one_unit_and_its_history_are_told(program, units):
    told = program.get(f"/units/{units['DR'].public_id}").json()
    assert (told["name"], told["code"], told["parent"], told["ended_on"]) == (
        "Drivers",
        "DR",
        str(units["TR"].public_id),
        None,
    )
    assert program.get(f"/units/{units['DR'].public_id}", on="2020-01-01").json()["name"] == "Drivers"
    assert program.get(f"/units/{units['DR'].public_id}/history").json() == {
        "items": [{"name": "Drivers", "parent": str(units["TR"].public_id), "from_on": "2026-03-02", "until_on": None}],
        "came_from": [],
        "became": [],
    }


def test_a_unit_is_opened_under_another_one(program, units, lead):
    answer = program.post("/units", {"code": "NS", "name": "Night sort", "parent": str(units["TR"].public_id)})
    assert (answer.status_code, answer.json()["parent"]) == (201, str(units["TR"].public_id))
    taken = problem_of(program.post("/units", {"code": "NS", "name": "Other"}))
    assert (taken["status"], taken["code"], taken["errors"][0]["field"]) == (422, "code_taken", "code")
    nowhere = problem_of(program.post("/units", {"code": "X", "name": "Other", "parent": str(uuid.UUID(int=7))}))
    assert nowhere["errors"][0]["field"] == "parent"
    assert Entry.objects.filter(verb="unit.opened", by=lead.actor).count() == 1


def test_the_organisation_and_its_roles_are_told(program, person, at, units):
    one = Organisation.objects.get()
    assert program.get("/organisation").json() == {
        "name": "Larkmoor Home Delivery",
        "language": "en",
        "timezone": "UTC",
        "is_sample": False,
        "created_at": "2026-03-02T08:30:00Z",
        "version": one.version,
    }
    roles = {one["role"]: one for one in program.get("/roles").json()["items"]}
    assert set(roles) == {str(role) for role in Role}
    told = ["agree_times", "draw_journeys", "note_contact", "see_people"]
    assert (roles["leader"]["permissions"], roles["operator"]["needs_second_factor"]) == (told, True)
    leader = person("Lea Leader")
    give_role(member=leader, role=Role.LEADER, unit=units["DR"], by=SYSTEM, at=at)
    assert program.get(f"/people/{leader.public_id}").json()["roles"] == [
        {"role": "leader", "unit": str(units["DR"].public_id)}
    ]


def test_a_list_of_people_asks_the_database_as_often_for_many_as_for_few(
    program, person, django_assert_max_num_queries
):
    for number in range(12):
        person(f"Driver {number}", Role.LEADER)
    with django_assert_max_num_queries(10):
        assert len(program.get("/people").json()["items"]) == 13


def test_a_unit_of_another_day_is_shown_where_it_stood_then(program, units, at):
    later = at.date().replace(month=5)
    open_unit(code="NS", name="Night sort", parent=None, on=later, by=SYSTEM, at=at)
    assert "NS" not in {one["code"] for one in program.get("/units").json()["items"]}
    assert "NS" in {one["code"] for one in program.get("/units", on="2026-06-01").json()["items"]}


def test_a_unit_is_renamed_moved_and_closed_from_a_day_on(program, units, lead):
    path = f"/units/{units['DR'].public_id}"
    answer = program.patch(path, {"version": 1, "on": "2026-04-01", "name": "Crews", "parent": None})
    assert (answer.status_code, answer.json()["name"], answer.json()["parent"]) == (200, "Crews", None)
    assert program.get(path, on="2026-03-31").json()["name"] == "Drivers"
    history = program.get(f"{path}/history").json()["items"]
    assert [(one["name"], one["from_on"], one["until_on"]) for one in history] == [
        ("Drivers", "2026-03-02", "2026-04-01"),
        ("Crews", "2026-04-01", None),
    ]
    assert {*Entry.objects.filter(by=lead.actor).values_list("verb", flat=True)} >= {"unit.renamed", "unit.moved"}
    full = problem_of(program.patch(path, {"version": answer.json()["version"], "ended_on": "2026-05-01"}))
    assert (full["status"], full["code"]) == (409, "has_people")
    empty = program.post("/units", {"code": "NS", "name": "Night sort"}).json()
    closed = program.patch(f"/units/{empty['id']}", {"version": empty["version"], "ended_on": "2026-05-01"})
    assert (closed.status_code, closed.json()["ended_on"]) == (200, "2026-05-01")


def test_two_who_change_one_unit_both_see_both_texts_and_lose_nothing(program, units):
    path = f"/units/{units['DR'].public_id}"
    assert program.patch(path, {"version": 1, "name": "Crews"}).status_code == 200
    told = problem_of(program.patch(path, {"version": 1, "name": "Vans", "parent": None}))
    assert (told["status"], told["code"], told["version"]) == (409, "changed", 2)
    assert told["yours"] == {"name": "Vans", "parent": ""}
    assert told["theirs"] == {"name": "Crews", "parent": str(units["TR"].public_id)}
    assert program.get(path).json()["name"] == "Crews"


def test_a_change_of_a_unit_that_fails_halfway_changes_nothing(program, units):
    path = f"/units/{units['TR'].public_id}"
    answer = program.patch(path, {"version": 1, "name": "Vans", "parent": str(units["DR"].public_id)})
    assert (answer.status_code in {409, 422}, program.get(path).json()["name"]) == (True, "Transport")
    assert program.get(path).json()["version"] == 1
    offered = {"name", "parent", "on", "ended_on", "version"}
    for name in sorted({field.name for field in Unit._meta.get_fields()} - offered):
        refused = program.patch(path, {"version": 1, "name": "Vans", name: 1})
        assert problem_of(refused)["errors"][0]["code"] == "extra_forbidden", name
    assert program.get(path).json()["name"] == "Transport"


# --- who may for some units only --------------------------------------------------------------------------------------
@pytest.fixture
def partner(person, units, at):
    """A program of somebody who uses the API, and looks after the people and units of the drivers alone."""
    member = person("Pia Partner", Role.OPERATOR)
    # No page gives this role for a unit today; the API must keep to the bounds of whatever is held.
    Grant.objects.create(member=member, role=Role.PEOPLE_PARTNER, unit=units["DR"], given_at=at)
    return program_of(Member.objects.get(pk=member.pk))


def test_who_sees_some_units_is_told_of_these_and_their_people_alone(partner, person, units):
    other = person("Siri Sand", unit="TR")
    driver = person("Torvald Nes")
    assert [(one["code"], one["parent"]) for one in partner.get("/units").json()["items"]] == [("DR", None)]
    for path in (f"/units/{units['TR'].public_id}", f"/units/{units['TR'].public_id}/history"):
        assert partner.get(path).status_code == 404
    assert str(other.public_id) not in partner.get("/people", state="all").content.decode()
    assert partner.get(f"/people/{other.public_id}").status_code == 404
    assert partner.get(f"/people/{driver.public_id}").status_code == 200
    assert partner.get("/people", unit=units["TR"].public_id).json()["items"] == []


def test_who_manages_some_units_changes_nothing_elsewhere(partner, person, units):
    other = person("Siri Sand", unit="TR")
    driver = person("Torvald Nes")
    name = {"version": 1, "name": "Changed"}
    assert partner.patch(f"/people/{other.public_id}", name).status_code == 404
    assert partner.patch(f"/units/{units['TR'].public_id}", name).status_code == 404
    nowhere = {"version": driver.version, "name": "Changed", "unit": str(units["TR"].public_id)}
    for sent in (nowhere, nowhere | {"unit": None}):
        assert problem_of(partner.patch(f"/people/{driver.public_id}", sent))["errors"][0]["field"] == "unit"
    for sent in ({"name": "Changed"}, {"name": "Changed", "unit": str(units["TR"].public_id)}):
        assert problem_of(partner.post("/people", sent))["errors"][0]["field"] == "unit"
    for sent in ({"code": "X", "name": "X"}, {"code": "X", "name": "X", "parent": str(units["TR"].public_id)}):
        assert problem_of(partner.post("/units", sent))["errors"][0]["field"] == "parent"
    assert not Member.objects.filter(name="Changed").exists()
    assert partner.post("/people", {"name": "New", "unit": str(units["DR"].public_id)}).status_code == 201
