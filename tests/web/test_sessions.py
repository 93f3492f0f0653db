"""What begins a session, what ends it, and that an old id opens nothing."""

from __future__ import annotations

from datetime import timedelta

import pyotp
import pytest
from django.contrib.sessions.models import Session
from django.test import Client

from mizzle_web.page.refused import Refused
from mizzle_web.people import secrets
from mizzle_web.people.actions import credentials
from mizzle_web.people.actions.members import let_go
from mizzle_web.people.actions.roles import end_role, give_role
from mizzle_web.people.models import Grant, Member, Organisation
from mizzle_web.people.roles import Role

PASSWORD = "rain falls on the yard"
NEW = "another yard in the rain"


@pytest.fixture
def amara(person):
    return person("Amara K", code="4711")


def sign_in(name="amara.k@larkmoor.example", client=None, password=PASSWORD):
    client = client or Client(headers={"Accept-Language": "en"})
    assert client.post("/sign-in", {"name": name, "password": password}).status_code == 302
    return client


def key(client):
    return client.cookies["session"].value


def opens(session, client=None):
    """Whether a session id opens the door, brought by a browser that has nothing else."""
    bare = Client(headers={"Accept-Language": "en"})
    bare.cookies["session"] = session
    return bare.get("/").status_code == 200


def test_a_session_id_that_was_planted_is_not_the_one_that_opens(amara):
    client = Client()
    client.cookies["session"] = "planted0planted0planted0planted0"
    sign_in(client=client)
    assert key(client) != "planted0planted0planted0planted0"
    assert not opens("planted0planted0planted0planted0")
    assert opens(key(client))


def test_the_id_changes_at_sign_in_also_for_who_was_somebody_else(amara, person):
    person("Tor N")
    client = sign_in()
    before = key(client)
    client.post("/sign-out")
    sign_in("tor.n@larkmoor.example", client)
    assert key(client) != before
    assert not opens(before)


def test_the_id_changes_between_password_and_code(amara, at):
    before = at - timedelta(minutes=1)
    secret = "A" * 32
    credentials.add_second_factor(
        member=amara, key=secret, code=pyotp.TOTP(secret).at(before), by=amara.actor, at=before
    )
    client = sign_in()
    half = key(client)
    assert client.post("/sign-in/code", {"code": pyotp.TOTP(secret).at(at)}).status_code == 302
    assert key(client) != half
    assert not opens(half)
    assert opens(key(client))


def test_signing_out_removes_the_session_from_the_server(amara):
    client = sign_in()
    old = key(client)
    assert opens(old)
    answer = client.post("/sign-out")
    assert answer.headers["Location"] == "/sign-in"
    assert not opens(old)
    assert not Session.objects.filter(session_key=old).exists()
    assert client.get("/sign-out").status_code == 405


def test_a_role_that_is_given_or_taken_ends_every_session_so_that_the_id_is_a_new_one(amara, lead, at):
    first, second = sign_in(), sign_in()
    old = key(first)
    grant = give_role(member=amara, role=Role.HOST, by=lead.actor, at=at)
    assert not opens(old)
    assert not opens(key(second))
    sign_in(client=first)
    assert key(first) != old
    old = key(first)
    end_role(grant=grant, by=lead.actor, at=at)
    assert not opens(old)


def test_who_leaves_is_out_at_once_and_stays_out(amara, lead, at):
    old = key(sign_in())
    let_go(member=amara, by=lead.actor, at=at)
    assert not opens(old)
    assert Client().post("/sign-in", {"name": amara.email, "password": PASSWORD}).status_code == 422


def test_a_new_password_ends_the_other_sessions_and_keeps_this_one_under_a_new_id(amara):
    here, there = sign_in(), sign_in()
    old = key(here)
    answer = here.post("/me/password", {"present": PASSWORD, "password": NEW})
    assert answer.headers["Location"] == "/me"
    assert here.get("/me").status_code == 200
    assert key(here) != old
    assert not opens(old)
    assert not opens(key(there))
    assert Client().post("/sign-in", {"name": amara.email, "password": PASSWORD}).status_code == 422
    sign_in(password=NEW)


@pytest.mark.parametrize(
    ("form", "sentence"),
    [
        ({"present": "not this one at all", "password": NEW}, "This is not your present password."),
        ({"present": PASSWORD, "password": "too short"}, "Use at least 12 characters."),
        ({"present": PASSWORD, "password": "password1234"}, "too common"),
        ({"present": PASSWORD, "password": "amara.k@larkmoor.example"}, "too similar"),
        ({"present": "", "password": ""}, "Fill in: "),
    ],
)
def test_a_password_that_cannot_be_changed_changes_nothing_and_says_why(amara, form, sentence):
    here, there = sign_in(), sign_in()
    answer = here.post("/me/password", form)
    assert (answer.status_code, sentence in answer.content.decode()) == (422, True)
    assert opens(key(here))
    assert opens(key(there))


def test_guessing_the_present_password_from_a_borrowed_browser_is_slowed_down(amara):
    client = sign_in()
    for _try in range(5):
        client.post("/me/password", {"present": "not this one", "password": NEW})
    answer = client.post("/me/password", {"present": PASSWORD, "password": NEW})
    assert "Too many tries" in answer.content.decode()


def test_adding_and_removing_a_second_factor_ends_the_other_sessions(amara, at):
    here, there = sign_in(), sign_in()
    secret, offer = secrets.new_offer(amara.actor, at)
    here.post("/me/second-factor", {"offer": offer, "code": pyotp.TOTP(secret).at(at)})
    assert here.get("/me").status_code == 200
    assert not opens(key(there))
    other = sign_in()
    later = pyotp.TOTP(secret).at(at + timedelta(seconds=30))
    assert other.post("/sign-in/code", {"code": later}).status_code == 302
    assert opens(key(other))
    here.post("/me/second-factor", {"do": "remove", "present": PASSWORD})
    assert here.get("/me").status_code == 200
    assert not opens(key(other))


def test_signing_out_everywhere_ends_this_session_too_and_only_when_one_is_sure(amara):
    here, there = sign_in(), sign_in()
    assert here.get("/me/everywhere").status_code == 200
    assert here.post("/me/everywhere").status_code == 422
    assert opens(key(there))
    old = key(here)
    assert here.post("/me/everywhere", {"sure": "yes"}).headers["Location"] == "/sign-in"
    assert not opens(old)
    assert not opens(key(there))


def test_the_limits_are_those_of_the_organisation(amara, at, time_machine):
    Organisation.objects.update(idle_minutes=30, session_hours=2)
    client = sign_in()
    for minutes in (29, 58, 87, 116):
        time_machine.move_to(at + timedelta(minutes=minutes), tick=False)
        assert client.get("/").status_code == 200, minutes
    time_machine.move_to(at + timedelta(minutes=121), tick=False)
    assert client.get("/").headers["Location"] == "/sign-in"
    client = sign_in(client=client)
    time_machine.move_to(at + timedelta(minutes=121 + 31), tick=False)
    assert client.get("/").headers["Location"] == "/sign-in"


def test_when_one_was_last_here_cannot_be_forged_or_taken_from_another_session(amara, person, at, time_machine):
    person("Tor N")
    idle, busy = sign_in(), sign_in("tor.n@larkmoor.example")
    time_machine.move_to(at + timedelta(hours=7), tick=False)
    busy.get("/")
    time_machine.move_to(at + timedelta(hours=9), tick=False)
    assert busy.get("/").status_code == 200
    idle.cookies["seen"] = busy.cookies["seen"].value
    assert idle.get("/").headers["Location"] == "/sign-in"
    again = sign_in()
    time_machine.move_to(at + timedelta(hours=18), tick=False)
    again.cookies["seen"] = "9999999999:forged"
    assert again.get("/").headers["Location"] == "/sign-in"


def test_the_last_service_lead_cannot_lose_the_role_nor_leave(lead, person, at):
    grant = Grant.objects.get(member=lead, role=Role.SERVICE_LEAD)
    with pytest.raises(Refused, match="last service lead"):
        end_role(grant=grant, by=lead.actor, at=at)
    with pytest.raises(Refused, match="last service lead"):
        let_go(member=lead, by=lead.actor, at=at)
    assert Role.SERVICE_LEAD in Member.objects.get(pk=lead.pk).roles()
    person("Tor N", Role.SERVICE_LEAD)
    end_role(grant=grant, by=lead.actor, at=at)
    assert Role.SERVICE_LEAD not in Member.objects.get(pk=lead.pk).roles()


def test_the_page_about_oneself_takes_language_and_zone_and_shows_both_texts_of_two_changes(amara):
    client = sign_in()
    page = client.get("/me").content.decode()
    for text in ("Amara K", "Colleague", "Drivers", "4711", "amara.k@larkmoor.example"):
        assert text in page, text
    form = {"language": "nb", "timezone": "Europe/Oslo", "version": amara.version}
    assert client.post("/me", form).headers["Location"] == "/me"
    amara.refresh_from_db()
    assert (amara.language, amara.timezone) == ("nb", "Europe/Oslo")
    assert '<html lang="nb"' in client.get("/me").content.decode()
    both = client.post("/me", form | {"timezone": "America/Lima"})
    assert both.status_code == 409
    assert "Europe/Oslo" in both.content.decode()
    assert "America/Lima" in both.content.decode()
    assert client.post("/me", form | {"timezone": "Larkmoor/Yard", "version": amara.version}).status_code == 422
    assert client.post("/me", form | {"language": "house", "version": amara.version}).status_code == 302
    assert Member.objects.get(pk=amara.pk).language == ""


def test_rules_of_signing_in_are_changed_by_those_who_may_within_limits(lead_browser, amara, everybody, browser_of):
    rules = {"shortest_password": 16, "idle_minutes": 30, "session_hours": 10, "tablet_minutes": 3, "version": 1}
    assert browser_of(amara).get("/settings/sign-in").status_code == 403
    assert browser_of(everybody[Role.OPERATOR]).get("/settings/sign-in").status_code == 200
    assert lead_browser.post("/settings/sign-in", rules | {"tablet_minutes": 0}).status_code == 422
    assert lead_browser.post("/settings/sign-in", rules | {"shortest_password": 8}).status_code == 422
    assert lead_browser.post("/settings/sign-in", rules).headers["Location"] == "/settings/sign-in"
    organisation = Organisation.objects.get()
    assert (organisation.shortest_password, organisation.tablet_minutes, organisation.version) == (16, 3, 2)
    both = lead_browser.post("/settings/sign-in", rules | {"idle_minutes": 45})
    assert (both.status_code, "45" in both.content.decode(), "30" in both.content.decode()) == (409, True, True)
    assert Organisation.objects.get().idle_minutes == 30
    with pytest.raises(Refused, match="at least 16"):
        credentials.set_password(member=amara, password="fifteen letters", by=amara.actor, at=amara.joined_at)


def test_the_language_of_the_house_is_for_those_who_have_chosen_none(lead_browser, amara):
    assert lead_browser.post("/settings/languages", {"language": "xx", "version": 1}).status_code == 422
    assert lead_browser.post("/settings/languages", {"language": "es", "version": 1}).status_code == 302
    assert '<html lang="es"' in sign_in().get("/").content.decode()
    assert '<html lang="es"' in Client().get("/sign-in").content.decode()
    assert '<html lang="nb"' in Client(headers={"Accept-Language": "nb"}).get("/sign-in").content.decode()
