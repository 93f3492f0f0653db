"""Shared tablets: a personal code, a PIN, a session that ends by itself and has no powers."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from mizzle_web.journal.models import Entry
from mizzle_web.page.refused import Refused
from mizzle_web.people.actions import credentials
from mizzle_web.people.models import Member
from mizzle_web.people.roles import Role

PIN = "194853"
PASSWORD = "rain falls on the yard"


@pytest.fixture
def amara(person, at):
    amara = person("Amara K", code="K-4711")
    credentials.set_pin(member=amara, pin=PIN, by=amara.actor, at=at)
    return amara


def come_in(name="k-4711", pin=PIN, client=None, address="192.0.2.7"):
    client = client or Client(headers={"Accept-Language": "en"})
    return client, client.post("/tablet", {"name": name, "pin": pin}, REMOTE_ADDR=address)


def test_code_and_pin_open_and_the_journal_says_that_it_was_a_tablet(amara):
    client, answer = come_in()
    assert (answer.status_code, answer.headers["Location"]) == (302, "/")
    assert client.get("/").status_code == 200
    assert Entry.objects.filter(verb="member.signed_in").last().details == {"how": "tablet"}
    assert not answer.cookies["session"]["max-age"]


def test_the_pin_is_not_a_password_and_the_password_is_no_pin(amara):
    assert come_in(pin="rain falls o")[1].status_code == 422
    assert Client().post("/sign-in", {"name": "K-4711", "password": PIN}).status_code == 422
    assert come_in(name="nobody")[1].status_code == 422
    Member.objects.filter(pk=amara.pk).update(pin="")
    assert come_in(pin="")[1].status_code == 422


def test_pins_are_throttled_as_passwords_are(amara):
    for _try in range(5):
        assert "did not match" in come_in(pin="583920")[1].content.decode()
    assert "Too many tries" in come_in()[1].content.decode()
    assert come_in(address="198.51.100.9")[1].status_code == 302
    form = {"name": "K-4711", "password": PASSWORD}
    assert Client().post("/sign-in", form, REMOTE_ADDR="192.0.2.7").status_code == 302  # the password has its own count


def test_the_session_ends_by_itself_and_the_page_says_so(amara, at, time_machine):
    client, _answer = come_in()
    page = client.get("/")
    assert page.headers["Refresh"] == "602; url=/tablet?ended=1"
    assert "signed out by itself after 10 minutes" in page.content.decode()
    time_machine.move_to(at + timedelta(minutes=9, seconds=59), tick=False)
    assert client.get("/").status_code == 200
    time_machine.move_to(at + timedelta(minutes=20), tick=False)
    answer = client.get("/me")
    assert answer.headers["Location"] == "/tablet?ended=1"
    assert "ended by itself after 10 minutes without use" in client.get("/tablet?ended=1").content.decode()
    assert client.get("/").headers["Location"] == "/sign-in"


def test_a_page_that_clears_itself_finds_its_session_over(amara, at, time_machine):
    client, _answer = come_in()
    client.get("/")
    time_machine.move_to(at + timedelta(seconds=602), tick=False)
    page = client.get("/tablet?ended=1")
    assert (page.status_code, "ended by itself" in page.content.decode()) == (200, True)
    assert "Refresh" not in page.headers


def test_a_part_of_a_page_is_sent_to_the_tablet_too_when_the_session_is_over(amara, at, time_machine):
    client, _answer = come_in()
    time_machine.move_to(at + timedelta(minutes=11), tick=False)
    answer = client.get("/me/waiting", headers={"HX-Request": "true"})
    assert (answer.status_code, answer.headers["HX-Redirect"]) == (204, "/tablet?ended=1")


def test_signing_out_leads_back_to_the_tablet(amara):
    client, _answer = come_in()
    assert client.post("/sign-out").headers["Location"] == "/tablet"


def test_a_session_of_a_browser_carries_no_clock_of_a_tablet(amara, browser_of):
    page = browser_of(amara).get("/")
    assert "Refresh" not in page.headers
    assert "shared tablet:" not in page.content.decode()


@pytest.mark.parametrize(
    "path",
    [
        *("/settings/", "/settings/sign-in", "/settings/languages", "/people/", "/units/", "/journal/"),
        *("/me/password", "/me/pin", "/me/second-factor", "/me/everywhere", "/me/tokens"),
    ],
)
def test_on_a_tablet_even_a_service_lead_opens_no_settings_no_people_and_no_keys(person, at, path):
    lead = person("Ida Lead", Role.SERVICE_LEAD, Role.OPERATOR, code="17")
    credentials.set_pin(member=lead, pin=PIN, by=lead.actor, at=at)
    client, _answer = come_in(name="17")
    answer = client.get(path)
    assert answer.status_code == 403
    assert "shared tablet" in answer.content.decode()
    assert client.post(path, {}).status_code in (403, 405)


def test_on_a_tablet_the_pages_of_a_colleague_are_open(amara):
    client, _answer = come_in()
    for path in ("/", "/me", "/me/waiting", "/me/place", "/jobs/"):
        assert client.get(path).status_code == 200, path
    assert "/me/password" not in client.get("/me").content.decode()


def test_on_a_tablet_no_way_to_closed_rooms_is_offered(person, at):
    lead = person("Ida Lead", Role.SERVICE_LEAD, code="17")
    credentials.set_pin(member=lead, pin=PIN, by=lead.actor, at=at)
    client, _answer = come_in(name="17")
    page = client.get("/").content.decode()
    assert 'href="/people/"' not in page
    assert 'href="/journal/"' not in page


def test_a_language_chosen_on_a_tablet_is_the_members_and_not_the_tablets(amara):
    client, _answer = come_in()
    client.post("/language", {"language": "nb"})
    assert '<html lang="nb"' in client.get("/").content.decode()
    client.post("/sign-out")
    assert '<html lang="en"' in client.get("/tablet").content.decode()


@pytest.mark.parametrize(
    "pin",
    [
        *("000000", "111111", "123456", "654321", "890123", "135791", "121212", "123123", "112211", "123321"),
        *("147258", "112233", "12345", "1234567", "12a456", "١٢٣٤٥٦", "", "447111"),
    ],
)
def test_a_pin_that_everybody_would_try_is_refused(person, at, pin):
    amara = person("Amara K", code="4471")
    with pytest.raises(Refused) as refusal:
        credentials.set_pin(member=amara, pin=pin, by=amara.actor, at=at)
    assert (refusal.value.code, refusal.value.field) == ("weak_pin", "pin")


def test_without_personal_code_there_is_no_pin(person, at):
    tor = person("Tor N")
    with pytest.raises(Refused, match="personal code"):
        credentials.set_pin(member=tor, pin=PIN, by=tor.actor, at=at)


def test_setting_and_removing_the_pin_asks_for_the_password_and_ends_other_sessions(amara, browser_of):
    here, there = browser_of(amara), browser_of(amara)
    assert here.post("/me/pin", {"present": "not this one", "pin": "583920"}).status_code == 422
    assert here.post("/me/pin", {"present": PASSWORD, "pin": "111111"}).status_code == 422
    assert there.get("/me").status_code == 200
    assert here.post("/me/pin", {"present": PASSWORD, "pin": "583920"}).headers["Location"] == "/me"
    assert here.get("/me").status_code == 200
    assert there.get("/me").status_code == 302
    assert come_in()[1].status_code == 422
    assert come_in(pin="583920")[1].status_code == 302
    assert here.post("/me/pin", {"remove": "yes"}).headers["Location"] == "/me"
    assert come_in(pin="583920")[1].status_code == 422


def test_a_pin_is_given_by_those_who_look_after_people_and_shown_once(amara, everybody, browser_of):
    partner = browser_of(everybody[Role.PEOPLE_PARTNER])
    path = f"/people/{amara.public_id}/sign-in/pin"
    leader = browser_of(everybody[Role.LEADER])
    assert (leader.post(path).status_code, leader.get(path.removesuffix("/pin")).status_code) == (403, 404)
    page = partner.post(path).content.decode()
    pin = page.split('class="big-code">')[1][:6]
    assert come_in()[1].status_code == 422
    assert come_in(pin=pin)[1].status_code == 302
    assert pin not in partner.get(f"/people/{amara.public_id}/sign-in").content.decode()
    entry = Entry.objects.filter(verb="member.pin_set").last()
    assert (entry.by, entry.details) == (everybody[Role.PEOPLE_PARTNER].actor, {})


def test_who_may_not_give_roles_gives_no_pin_to_the_powerful(person, everybody, at):
    lead = person("Ida Lead", Role.SERVICE_LEAD, code="17")
    with pytest.raises(Refused):
        credentials.give_pin(member=lead, by=everybody[Role.PEOPLE_PARTNER].actor, at=at)
    assert Member.objects.get(pk=lead.pk).pin == ""
