"""The second factor: adding one, being asked for it, losing it; and who must have one."""

from __future__ import annotations

import re
from datetime import timedelta

import pyotp
import pytest
from django.test import Client

from mizzle_web.journal.models import Entry
from mizzle_web.page.refused import Refused
from mizzle_web.people import secrets, sign_in
from mizzle_web.people.actions import credentials
from mizzle_web.people.actions.roles import give_role
from mizzle_web.people.models import Grant, Member, Organisation
from mizzle_web.people.roles import Role

PASSWORD = "rain falls on the yard"
KEY = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def code_at(moment, key=KEY):
    return pyotp.TOTP(key).at(moment)


def add(member, at, key=KEY):
    """Give a member a second factor whose last code is two steps back, so that the present one is fresh."""
    before = at - timedelta(minutes=1)
    codes = credentials.add_second_factor(member=member, key=key, code=code_at(before, key), by=member.actor, at=before)
    member.refresh_from_db()
    return codes


def half_way(name="ida.lead@larkmoor.example", target="/"):
    client = Client(headers={"Accept-Language": "en"})
    answer = client.post(f"/sign-in?next={target}", {"name": name, "password": PASSWORD})
    assert answer.headers["Location"] == "/sign-in/code"
    return client


def is_in(client):
    return client.get("/me").status_code == 200


def test_a_factor_is_added_by_reading_the_key_and_typing_its_code_and_codes_are_told_once(lead, browser_of, at):
    client = browser_of(lead)
    page = client.get("/me/second-factor").content.decode()
    key = re.search(r"<code>([A-Z2-7 ]+)</code>", page)[1].replace(" ", "")
    offer = re.search(r'name="offer" value="([^"]+)"', page)[1]
    assert "<svg" in page.split('class="qr"')[1]
    assert "style=" not in page
    assert f"secret={key}" in page
    wrong = client.post("/me/second-factor", {"offer": offer, "code": "000000"})
    assert (wrong.status_code, offer in wrong.content.decode()) == (422, True)
    done = client.post("/me/second-factor", {"offer": offer, "code": code_at(at, key)})
    codes = re.findall(r"<code>((?:[a-z2-7]{4}-){3}[a-z2-7]{4})</code>", done.content.decode())
    assert (done.status_code, len(set(codes))) == (200, 8)
    lead.refresh_from_db()
    assert secrets.opened(lead.second_factor) == key
    assert key not in lead.second_factor
    assert not any(code in str(lead.recovery_codes) for code in codes)
    assert client.get("/").status_code == 200
    again = client.get("/me/second-factor").content.decode()
    assert "8 recovery codes are left" in again
    assert key not in again
    assert Entry.objects.filter(verb="member.second_factor_added", by=lead.actor).count() == 1


def test_a_key_that_was_offered_to_somebody_else_or_long_ago_is_not_taken(lead, browser_of, at, time_machine):
    key, offer = secrets.new_offer("somebody else", at)
    client = browser_of(lead)
    assert client.post("/me/second-factor", {"offer": offer, "code": code_at(at, key)}).status_code == 422
    key, offer = secrets.new_offer(lead.actor, at)
    later = at + timedelta(minutes=61)
    time_machine.move_to(later, tick=False)
    assert client.post("/me/second-factor", {"offer": offer, "code": code_at(later, key)}).status_code == 422
    assert client.post("/me/second-factor", {"offer": "rubbish", "code": "000000"}).status_code == 422
    lead.refresh_from_db()
    assert lead.second_factor == ""


def test_sending_the_first_code_twice_adds_one_factor(lead, at):
    add(lead, at)
    with pytest.raises(Refused, match="already"):
        credentials.add_second_factor(member=lead, key="A" * 32, code=code_at(at, "A" * 32), by=lead.actor, at=at)
    lead.refresh_from_db()
    assert secrets.opened(lead.second_factor) == KEY


def test_nothing_is_open_between_the_password_and_the_code(lead, at):
    add(lead, at)
    client = half_way(target="/people/")
    for path in ("/", "/me", "/people/", "/settings/", "/me/second-factor"):
        assert client.get(path).headers["Location"].startswith("/sign-in"), path
    assert client.post("/sign-in/code", {"code": "000000"}).status_code == 422
    assert not is_in(client)
    answer = client.post("/sign-in/code", {"code": code_at(at)})
    assert answer.headers["Location"] == "/people/"
    assert is_in(client)
    assert Entry.objects.filter(verb="member.signed_in").last().details == {"how": "password and code"}


def test_the_code_of_the_step_before_and_after_are_taken_too_but_none_further_away(lead, at):
    add(lead, at - timedelta(hours=1))
    for steps, is_right in ((-3, False), (-2, False), (2, False), (3, False), (-1, True), (0, True), (1, True)):
        client = half_way()
        answer = client.post("/sign-in/code", {"code": code_at(at + timedelta(seconds=30 * steps))})
        assert (answer.status_code == 302) == is_right, steps


def test_a_code_works_once(lead, at, time_machine):
    add(lead, at)
    first = half_way()
    assert first.post("/sign-in/code", {"code": code_at(at)}).status_code == 302
    second = half_way()
    assert second.post("/sign-in/code", {"code": code_at(at)}).status_code == 422
    assert second.post("/sign-in/code", {"code": code_at(at - timedelta(seconds=30))}).status_code == 422
    later = at + timedelta(seconds=31)
    time_machine.move_to(later, tick=False)
    assert second.post("/sign-in/code", {"code": code_at(later)}).status_code == 302


def test_the_code_with_which_the_factor_was_added_does_not_sign_in(lead, at):
    credentials.add_second_factor(member=lead, key=KEY, code=code_at(at), by=lead.actor, at=at)
    assert half_way().post("/sign-in/code", {"code": code_at(at)}).status_code == 422


def test_a_recovery_code_stands_in_once_for_a_lost_phone(lead, at):
    codes = add(lead, at)
    client = half_way()
    assert "Recovery code" in client.get("/sign-in/code?with=recovery").content.decode()
    answer = client.post("/sign-in/code?with=recovery", {"code": f" {codes[2].upper().replace('-', ' ')}"})
    assert (answer.status_code, is_in(client)) == (302, True)
    lead.refresh_from_db()
    assert len(lead.recovery_codes) == 7
    assert half_way().post("/sign-in/code?with=recovery", {"code": codes[2]}).status_code == 422
    assert Entry.objects.get(verb="member.recovery_code_used").details == {"left": 7}


def test_half_way_lasts_ten_minutes_and_ends_with_a_new_password(lead, at, time_machine):
    add(lead, at)
    slow, other = half_way(), half_way()
    later = at + timedelta(minutes=9, seconds=50)
    time_machine.move_to(later, tick=False)
    assert slow.get("/sign-in/code").status_code == 200
    credentials.set_password(member=lead, password="another yard in the rain", by=lead.actor, at=later)
    assert other.post("/sign-in/code", {"code": code_at(later)}).headers["Location"] == "/sign-in"
    time_machine.move_to(at + timedelta(minutes=10, seconds=1), tick=False)
    answer = slow.get("/sign-in/code")
    assert answer.headers["Location"] == "/sign-in"


def test_guessing_codes_is_slowed_down_per_network_and_in_all(lead, at):
    add(lead, at)
    client = half_way()
    for _try in range(5):
        client.post("/sign-in/code", {"code": "000000"}, REMOTE_ADDR="192.0.2.7")
    slowed = client.post("/sign-in/code", {"code": code_at(at)}, REMOTE_ADDR="192.0.2.7")
    assert "Too many tries" in slowed.content.decode()
    assert client.post("/sign-in/code", {"code": code_at(at)}, REMOTE_ADDR="198.51.100.9").status_code == 302
    for number in range(sign_in.FREE_CODES_OF_A_MEMBER):
        with pytest.raises(Refused):
            sign_in.check_second_factor(member=lead, code="000000", address=f"10.1.{number}.1", at=at)
    with pytest.raises(Refused, match="Too many"):
        sign_in.check_second_factor(member=lead, code="000000", address="203.0.113.5", at=at)


def test_a_powerful_role_without_factor_has_seven_days_and_then_opens_that_page_only(
    person, browser_of, at, time_machine
):
    lead = person("Ida Lead", Role.SERVICE_LEAD)
    client = browser_of(lead)
    assert "From " in client.get("/me/waiting").content.decode()
    due = at + timedelta(days=7)
    time_machine.move_to(due - timedelta(seconds=1), tick=False)
    fresh = Client(headers={"Accept-Language": "en"})
    fresh.post("/sign-in", {"name": lead.email, "password": PASSWORD})
    assert fresh.get("/people/").status_code == 200
    time_machine.move_to(due, tick=False)
    for path in ("/", "/me", "/people/", "/settings/", "/me/password", "/me/waiting", "/jobs/"):
        answer = fresh.get(path)
        assert (answer.status_code, answer.headers["Location"]) == (302, "/me/second-factor"), path
    part = fresh.get("/me/waiting", headers={"HX-Request": "true"})
    assert (part.status_code, part.headers["HX-Redirect"]) == (204, "/me/second-factor")
    assert fresh.get("/me/second-factor").status_code == 200
    assert fresh.post("/language", {"language": "nb"}).headers["Location"] == "/"
    key, offer = secrets.new_offer(lead.actor, due)
    assert fresh.post("/me/second-factor", {"offer": offer, "code": code_at(due, key)}).status_code == 200
    assert fresh.get("/people/").status_code == 200
    assert fresh.post("/sign-out").headers["Location"] == "/sign-in"


def test_a_role_that_is_given_later_has_its_own_seven_days(person, at):
    member = person("Tor N")
    organisation = Organisation.objects.get()
    assert member.second_factor_due_at(organisation) is None
    later = at + timedelta(days=30)
    give_role(member=member, role=Role.PEOPLE_PARTNER, by="system", at=later)
    give_role(member=member, role=Role.EXECUTIVE, by="system", at=later + timedelta(days=6))
    member = Member.objects.get(pk=member.pk)
    assert member.second_factor_due_at(organisation) == later + timedelta(days=7)
    assert person("Ana R", Role.OBSERVER, Role.HOST).second_factor_due_at(organisation) is None


def test_in_a_sample_organisation_nobody_is_led_to_a_factor(lead, browser_of):
    Grant.objects.update(given_at=lead.joined_at - timedelta(days=30))
    Organisation.objects.update(created_at=lead.joined_at - timedelta(days=30))
    assert browser_of(lead).get("/").headers["Location"] == "/me/second-factor"
    Organisation.objects.update(is_sample=True)
    client = browser_of(lead)
    assert client.get("/").status_code == 200
    assert "second" not in client.get("/me/waiting").content.decode()


def test_removing_the_factor_asks_for_the_password_and_is_refused_while_a_role_needs_it(lead, person, browser_of, at):
    colleague = person("Amara K")
    for who in (lead, colleague):
        add(who, at)
        client = browser_of(who)
        assert client.post("/me/second-factor", {"do": "remove"}).status_code == 422
        wrong = client.post("/me/second-factor", {"do": "remove", "present": "not this one"})
        assert "not your present password" in wrong.content.decode()
    assert client.post("/me/second-factor", {"do": "remove", "present": PASSWORD}).headers["Location"] == "/me"
    assert Member.objects.get(pk=colleague.pk).recovery_codes == []
    refused = browser_of(lead).post("/me/second-factor", {"do": "remove", "present": PASSWORD})
    assert (refused.status_code, "Your role needs a second factor" in refused.content.decode()) == (422, True)
    assert Member.objects.get(pk=lead.pk).second_factor


def test_a_factor_moves_to_another_phone_with_password_and_new_code(lead, browser_of, at):
    add(lead, at)
    client = browser_of(lead)
    key, offer = secrets.new_offer(lead.actor, at)
    form = {"do": "move", "offer": offer, "code": code_at(at, key)}
    assert client.post("/me/second-factor", form | {"present": "not this one"}).status_code == 422
    assert client.post("/me/second-factor", form | {"present": PASSWORD}).status_code == 200
    lead.refresh_from_db()
    assert secrets.opened(lead.second_factor) == key


def test_new_recovery_codes_end_the_old_ones(lead, browser_of, at):
    old = add(lead, at)
    answer = browser_of(lead).post("/me/second-factor", {"do": "codes", "present": PASSWORD})
    new = re.findall(r"<code>(.*?)</code>", answer.content.decode())
    assert (len(new), set(new) & set(old)) == (8, set())
    assert half_way().post("/sign-in/code", {"code": old[0]}).status_code == 422
    assert half_way().post("/sign-in/code", {"code": new[0]}).status_code == 302


def test_a_service_lead_takes_a_lost_factor_away_from_the_powerful_and_nobody_else_does(
    lead, person, everybody, browser_of, at
):
    tor = person("Tor N", Role.PEOPLE_PARTNER)
    add(tor, at)
    path = f"/people/{tor.public_id}/sign-in/second-factor"
    for role in (Role.PEOPLE_PARTNER, Role.LEADER, Role.COLLEAGUE):
        assert browser_of(everybody[role]).post(path).status_code == 403, role
    assert browser_of(everybody[Role.OPERATOR]).post(path).status_code == 409
    tors = browser_of(tor)
    assert is_in(tors)
    assert browser_of(lead).post(path).status_code == 302
    assert not is_in(tors)
    entry = Entry.objects.get(verb="member.second_factor_reset")
    assert (entry.by, entry.thing) == (lead.actor, f"member:{tor.actor}")
    client = Client()
    assert client.post("/sign-in", {"name": tor.email, "password": PASSWORD}).headers["Location"] == "/"


def test_nobody_takes_the_own_factor_away_by_the_door_for_others(lead, at):
    add(lead, at)
    with pytest.raises(Refused, match="own page"):
        credentials.reset_second_factor(member=lead, by=lead.actor, at=at)
