"""People: the list, one person, taking in, changing, placing, letting go."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from mizzle_web.journal.actions import SYSTEM
from mizzle_web.journal.models import Entry
from mizzle_web.page.refused import Refused
from mizzle_web.people.actions.members import NewMember, add_member, change_member, let_go, place
from mizzle_web.people.actions.roles import give_role
from mizzle_web.people.models import Grant, Member, Placement
from mizzle_web.people.roles import Role

AT = datetime(2026, 3, 2, 8, 30, tzinfo=UTC)
WHO = {"by": SYSTEM, "at": AT}


@pytest.fixture
def sam(units):
    return add_member(member=NewMember(name="Sam Driver", code="s1", unit=units["DR"]), **WHO)


@pytest.fixture
def crowd(units):
    made = Member.objects.bulk_create(
        Member(name=f"Person {n:03}", email=f"p{n}@larkmoor.example", joined_at=AT) for n in range(400)
    )
    here = [units["DR"], units["TR"]]
    Placement.objects.bulk_create(
        Placement(member=one, unit=here[n % 2], from_on=AT.date()) for n, one in enumerate(made)
    )
    Grant.objects.bulk_create(Grant(member=one, role=Role.HOST, given_at=AT) for one in made[::10])
    return made


def spans(member):
    return [(one.unit.code, one.from_on, one.until_on) for one in member.placements.select_related("unit")]


def test_the_list_of_400_people_is_searched_and_needs_few_queries(
    lead_browser, crowd, units, django_assert_max_num_queries
):
    with django_assert_max_num_queries(16):
        page = lead_browser.get("/people/").content.decode()
    assert (page.count('class="person"'), "Page 1 of 9" in page) == (50, True)
    assert "Page 9 of 9" in lead_browser.get("/people/?page=99").content.decode()
    page = lead_browser.get("/people/?q=person+123").content.decode()
    assert ("Person 123" in page, "Person 124" in page) == (True, False)
    transport = units["TR"].public_id
    page = lead_browser.get(f"/people/?unit={units['DR'].public_id}&role=host").content.decode()
    assert "40 people" in page
    assert "401 people" in lead_browser.get(f"/people/?unit={transport}").content.decode()
    assert "Nobody found" in lead_browser.get("/people/?q=nobody+at+all").content.decode()
    assert "Nobody found" in lead_browser.get("/people/?left=1").content.decode()


def test_a_page_of_one_person_needs_few_queries(lead_browser, sam, django_assert_max_num_queries):
    with django_assert_max_num_queries(16):
        page = lead_browser.get(f"/people/{sam.public_id}").content.decode()
    assert ("Sam Driver" in page, "Drivers" in page) == (True, True)


def test_somebody_is_taken_in_once_however_often_the_button_is_pressed(lead_browser, units):
    form = {"name": "Nora New", "unit": str(units["DR"].public_id), "key": "k1", "language": "nb"}
    first = lead_browser.post("/people/new", form)
    made = Member.objects.get(name="Nora New")
    assert first.headers["Location"] == f"/people/{made.public_id}"
    assert lead_browser.post("/people/new", form).status_code == 302
    assert Member.objects.filter(name="Nora New").count() == 1
    taken = lead_browser.post("/people/new", {"name": "Ida Two", "email": "IDA.lead@larkmoor.example", "key": "k2"})
    assert (taken.status_code, b"Another member has this e-mail address" in taken.content) == (422, True)
    assert lead_browser.get("/people/new").status_code == 200


def test_a_change_keeps_what_two_people_wrote(lead_browser, sam):
    address = f"/people/{sam.public_id}/change"
    form = {"name": "Sam Carrier", "code": "s1", "email": "", "language": "", "timezone": "", "version": "1"}
    assert lead_browser.get(address).status_code == 200
    assert lead_browser.post(address, form).status_code == 302
    answer = lead_browser.post(address, form | {"name": "Sam Rider"})
    page = answer.content.decode()
    assert (answer.status_code, "Sam Carrier" in page, "Sam Rider" in page) == (409, True, True)
    sam.refresh_from_db()
    assert (sam.name, sam.email, sam.version) == ("Sam Carrier", None, 2)


def test_places_hold_from_a_day_on_and_keep_what_is_known(sam, units):
    day = AT.date()
    place(member=sam, unit=units["TR"], on=day + timedelta(days=20), **WHO)
    place(member=sam, unit=None, on=day + timedelta(days=5), **WHO)
    assert spans(sam) == [
        ("DR", day, day + timedelta(days=5)),
        ("TR", day + timedelta(days=20), None),
    ]
    place(member=sam, unit=units["DR"], on=day + timedelta(days=5), **WHO)
    assert spans(sam) == [("DR", day, day + timedelta(days=20)), ("TR", day + timedelta(days=20), None)]
    place(member=sam, unit=units["DR"], on=day + timedelta(days=20), **WHO)
    assert spans(sam) == [("DR", day, None)]
    with pytest.raises(Refused):
        place(member=sam, unit=units["TR"], on=day - timedelta(days=1), **WHO)


def test_the_page_moves_somebody(lead_browser, sam, units):
    address = f"/people/{sam.public_id}/unit"
    assert lead_browser.get(address).status_code == 200
    answer = lead_browser.post(address, {"unit": str(units["TR"].public_id), "on": "2026-03-09"})
    assert answer.status_code == 302
    assert [code for code, _from, _until in spans(sam)] == ["DR", "TR"]


def test_letting_go_asks_first_and_ends_everything(lead_browser, sam):
    address = f"/people/{sam.public_id}/leave"
    assert b"Has Sam Driver left?" in lead_browser.get(address).content
    assert Member.objects.get(pk=sam.pk).left_at is None
    assert lead_browser.post(address).status_code == 302
    sam.refresh_from_db()
    assert (sam.left_at, sam.placements.filter(until_on=None).count()) == (AT, 0)
    assert lead_browser.get(address).status_code == 404
    assert b"Sam Driver" in lead_browser.get("/people/?left=1").content


def test_the_last_service_lead_cannot_leave(lead_browser, lead):
    answer = lead_browser.post(f"/people/{lead.public_id}/leave")
    assert (answer.status_code, b"Make somebody else service lead first" in answer.content) == (409, True)
    assert Member.objects.get(pk=lead.pk).left_at is None


def test_a_people_partner_does_not_take_over_a_service_lead(person, browser_of, lead):
    partner = person("Pia Partner", Role.PEOPLE_PARTNER)
    with pytest.raises(Refused, match="Only a service lead"):
        change_member(member=lead, version=1, email="mine@larkmoor.example", by=partner.actor, at=AT)
    with pytest.raises(Refused, match="Only a service lead"):
        let_go(member=lead, by=partner.actor, at=AT)
    assert change_member(member=lead, version=1, name="Ida L", by=partner.actor, at=AT).name == "Ida L"


def test_rights_are_those_of_own_team_and_outsider(person, browser_of, sam, units):
    colleague = browser_of(person("Uma Colleague"))
    leader = browser_of(person("Lena Leader", Role.LEADER))
    partner = browser_of(person("Pia Partner", Role.PEOPLE_PARTNER))
    page = f"/people/{sam.public_id}"
    assert [one.get(page).status_code for one in (colleague, leader, partner)] == [403, 200, 200]
    for what in ("change", "unit", "leave"):
        assert [one.get(f"{page}/{what}").status_code for one in (colleague, leader, partner)] == [403, 403, 200]
    assert [one.get(f"{page}/role").status_code for one in (colleague, leader, partner)] == [403, 403, 403]
    missing = partner.get("/people/00000000-0000-4000-8000-000000000000")
    assert missing.status_code == 404


def test_codes_and_who_has_left_are_for_those_who_look_after_people(person, browser_of, sam, units):
    let_go(member=add_member(member=NewMember(name="Gone Away"), **WHO), **WHO)
    boss = browser_of(person("Eva Executive", Role.EXECUTIVE))
    partner = browser_of(person("Pia Partner", Role.PEOPLE_PARTNER))
    for browser, is_told in ((boss, False), (partner, True)):
        assert (b"Personal code" in browser.get(f"/people/{sam.public_id}").content) is is_told
        assert (b"Sam Driver" in browser.get("/people/?q=s1").content) is is_told
        assert (b"Gone Away" in browser.get("/people/?left=1").content) is is_told


def test_a_unit_outside_the_reach_of_the_reader_is_not_named(person, browser_of, sam, units):
    place(member=sam, unit=units["TR"], on=AT.date() + timedelta(days=9), **WHO)
    leader = person("Lena Leader")
    give_role(member=leader, role=Role.LEADER, unit=units["DR"], **WHO)
    page = browser_of(Member.objects.get(pk=leader.pk)).get(f"/people/{sam.public_id}").content.decode()
    assert ("Drivers" in page, "Transport" in page, "another unit" in page) == (True, False, True)


def test_a_name_is_told_as_text_to_those_who_may_see_the_person(person, browser_of, units):
    other = add_member(member=NewMember(name="Bo <b>", unit=units["TR"]), **WHO)
    leader = person("Lena Leader")
    give_role(member=leader, role=Role.LEADER, unit=units["DR"], **WHO)
    address = f"/people/name/{other.public_id}"
    lead = browser_of(person("Ida Lead", Role.SERVICE_LEAD))
    assert lead.get(address).content == b"Bo &lt;b&gt;"
    assert browser_of(Member.objects.get(pk=leader.pk)).get(address).status_code == 404
    assert lead.get("/people/name/00000000-0000-4000-8000-000000000000").status_code == 404


def test_the_journal_names_fields_and_no_texts(sam):
    change_member(member=sam, version=1, name="Secret Name", by=SYSTEM, at=AT)
    told = list(Entry.objects.filter(thing=f"member:{sam.public_id}").values_list("verb", "details"))
    assert told[-1] == ("member.changed", {"fields": ["name"]})
    assert "Secret" not in str(told)


@pytest.mark.parametrize("change", ["change", "unit", "role", "leave", "sign-in"])
def test_a_page_that_changes_a_person_names_them(lead_browser, sam, change):
    page = lead_browser.get(f"/people/{sam.public_id}/{change}").content.decode()
    assert "Sam Driver" in page.split("<h1>")[1].split("</h1>")[0]


def test_nobody_is_given_the_first_role_of_the_list_by_accident(lead_browser, sam):
    answer = lead_browser.post(f"/people/{sam.public_id}/role", {"role": "", "unit": ""})
    assert (answer.status_code, Grant.objects.filter(member=sam).exists()) == (422, False)
