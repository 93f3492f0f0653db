"""Links that let somebody in: for the first time, or again after a password was lost."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import pyotp
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from mizzle_web.journal.actions import SYSTEM
from mizzle_web.journal.models import Entry, Parcel
from mizzle_web.page.refused import Refused
from mizzle_web.people.actions import credentials, invitations
from mizzle_web.people.actions.members import NewMember, add_member, change_member, let_go
from mizzle_web.people.actions.roles import give_role
from mizzle_web.people.models import Invitation, Member
from mizzle_web.people.roles import Role

PASSWORD = "four words in a row"
GONE = "This link no longer works. Ask for a new one."


@pytest.fixture
def newcomer(units, at):
    new = NewMember(name="Amara K", email="amara@larkmoor.example", code="4711", unit=units["DR"])
    return add_member(member=new, by=SYSTEM, at=at)


def path(address):
    return re.sub(r"^https?://[^/]+", "", address)


def browser():
    return Client(headers={"Accept-Language": "en"})


def test_an_invitation_shows_who_is_meant_takes_a_password_and_lets_in(newcomer, lead, at):
    way = path(invitations.invite(member=newcomer, by=lead.actor, at=at))
    client = browser()
    page = client.get(way).content.decode()
    for text in ("Amara K", "Ida Lead invites you", "Larkmoor Home Delivery", "amara@larkmoor.example", "4711"):
        assert text in page, text
    assert client.post(way, {"password": "short"}).status_code == 422
    answer = client.post(way, {"password": PASSWORD})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/")
    assert client.get("/me").status_code == 200
    assert browser().post("/sign-in", {"name": "4711", "password": PASSWORD}).status_code == 302
    verbs = Entry.objects.filter(thing=f"member:{newcomer.actor}").values_list("verb", "by")
    assert ("member.invited", lead.actor) in verbs
    assert ("member.came_in", newcomer.actor) in verbs


def test_the_link_is_kept_as_a_hash_and_mailed_in_the_language_of_its_reader(newcomer, lead, at):
    Member.objects.filter(pk=newcomer.pk).update(language="nb")
    newcomer.refresh_from_db()
    address = invitations.invite(member=newcomer, by=lead.actor, at=at)
    token = address.rpartition("/")[2]
    assert len(token) >= 43
    link = Invitation.objects.get()
    assert (token not in str(vars(link)), link.expires_at - at) == (True, timedelta(days=14))
    parcel = Parcel.objects.get()
    assert (parcel.kind, parcel.target) == ("mail", "amara@larkmoor.example")
    assert address in parcel.content["text"]
    assert "Amara K" in parcel.content["text"]
    assert token not in str([vars(entry) for entry in Entry.objects.all()])


def test_the_address_in_a_link_is_that_of_the_house_and_not_what_a_request_claims(newcomer, lead_browser, settings):
    settings.ALLOWED_HOSTS = ["*"]
    made = lead_browser.post(f"/people/{newcomer.public_id}/sign-in/invite", headers={"Host": "evil.example"})
    assert "evil.example" not in made.content.decode()
    assert settings.ENVIRONMENT.url in Parcel.objects.get().content["text"]


def test_who_invites_can_copy_the_link_also_where_there_is_no_mail(lead_browser, units, at):
    tor = add_member(member=NewMember(name="Tor N", unit=units["DR"]), by=SYSTEM, at=at)
    page = lead_browser.post(f"/people/{tor.public_id}/sign-in/invite").content.decode()
    way = path(re.search(r'http[^"<\s]+/invitation/[^"<\s]+', page)[0])
    assert not Parcel.objects.exists()
    assert browser().get(way).status_code == 200
    assert way not in lead_browser.get(f"/people/{tor.public_id}/sign-in").content.decode()
    assert "Tor N" in lead_browser.get("/me").content.decode()


def test_one_form_sent_twice_makes_one_link_and_one_mail(newcomer, lead_browser):
    page = lead_browser.get(f"/people/{newcomer.public_id}/sign-in").content.decode()
    form = {"form_key": re.search(r'name="form_key" value="([^"]+)"', page)[1]}
    answers = [lead_browser.post(f"/people/{newcomer.public_id}/sign-in/invite", form).status_code for _ in range(2)]
    assert answers == [200, 409]
    assert (Invitation.objects.count(), Parcel.objects.count()) == (1, 1)


def test_used_old_unknown_and_superseded_links_get_the_same_page(newcomer, person, lead, at, time_machine):
    used = path(invitations.invite(member=newcomer, by=lead.actor, at=at))
    browser().post(used, {"password": PASSWORD})
    other = add_member(member=NewMember(name="Ana R"), by=SYSTEM, at=at)
    replaced = path(invitations.invite(member=other, by=lead.actor, at=at))
    old = path(invitations.invite(member=other, by=lead.actor, at=at))
    gone = person("Gone One")
    left = path(invitations.make_reset_link(member=gone, by=lead.actor, at=at))
    let_go(member=gone, by=lead.actor, at=at)
    assert browser().get(old).status_code == 200
    time_machine.move_to(at + timedelta(days=14), tick=False)
    pages = set()
    for way in (used, replaced, old, left, "/invitation/nothing-of-that-kind", "/invitation/%00"):
        for answer in (browser().get(way), browser().post(way, {"password": PASSWORD})):
            assert answer.status_code == 404, way
            page = answer.content.decode().split("<main", 1)[1].split("</main>", 1)[0]
            pages.add(page)
    assert len(pages) == 1
    assert GONE in pages.pop()


def test_looking_at_a_link_uses_nothing_up_and_tells_no_other_house(newcomer, lead, at):
    way = path(invitations.invite(member=newcomer, by=lead.actor, at=at))
    for _look in range(3):
        answer = browser().get(way)
        assert answer.status_code == 200
        assert answer.headers["Referrer-Policy"] == "strict-origin"
        assert "session" not in answer.cookies
    assert browser().head(way).status_code == 200
    assert Invitation.objects.get().used_at is None


def test_a_link_works_once_when_two_use_it_at_once(newcomer, lead, at):
    token = invitations.invite(member=newcomer, by=lead.actor, at=at).rpartition("/")[2]
    invitations.come_in(token=token, password=PASSWORD, at=at)
    with pytest.raises(Refused, match="no longer works"):
        invitations.come_in(token=token, password="somebody elses words", at=at)
    assert Member.objects.get(pk=newcomer.pk).check_password(PASSWORD)


def test_somebody_who_has_a_password_is_not_invited_and_who_left_gets_no_link(person, lead, at):
    tor = person("Tor N")
    with pytest.raises(Refused, match="has a password already"):
        invitations.invite(member=tor, by=lead.actor, at=at)
    let_go(member=tor, by=lead.actor, at=at)
    tor.refresh_from_db()
    with pytest.raises(Refused, match="has left"):
        invitations.make_reset_link(member=tor, by=lead.actor, at=at)
    assert not Invitation.objects.exists()


def test_a_people_partner_makes_no_door_to_a_powerful_role_not_even_ahead_of_time(newcomer, everybody, lead, at):
    partner = everybody[Role.PEOPLE_PARTNER]
    token = invitations.invite(member=newcomer, by=partner.actor, at=at).rpartition("/")[2]
    give_role(member=newcomer, role=Role.SERVICE_LEAD, by=lead.actor, at=at)
    with pytest.raises(Refused, match="no longer works"):
        invitations.come_in(token=token, password=PASSWORD, at=at)
    newcomer = Member.objects.get(pk=newcomer.pk)
    with pytest.raises(Refused):
        invitations.invite(member=newcomer, by=partner.actor, at=at)
    token = invitations.invite(member=newcomer, by=lead.actor, at=at).rpartition("/")[2]
    assert invitations.come_in(token=token, password=PASSWORD, at=at) == newcomer


def test_lead_and_operator_make_a_link_for_a_lost_password_and_nobody_else_does(person, everybody, browser_of, at):
    tor = person("Tor N")
    for role in Role:
        answer = browser_of(everybody[role]).post(f"/people/{tor.public_id}/sign-in/reset")
        assert (answer.status_code == 200) == (role in (Role.SERVICE_LEAD, Role.OPERATOR)), role
    missing = browser_of(everybody[Role.OPERATOR]).post("/people/00000000-0000-0000-0000-000000000007/sign-in/reset")
    assert missing.status_code == 404
    assert Invitation.objects.filter(purpose="reset", member=tor).count() == 2
    assert Invitation.objects.usable(at).count() == 1


def test_an_operator_makes_no_link_for_a_member_with_powers(person, everybody, browser_of, at):
    operator, partner = person("Odd O", Role.OPERATOR, Role.LEADER), everybody[Role.PEOPLE_PARTNER]
    client = browser_of(operator)
    tor = person("Tor N")
    assert "/sign-in/reset" in client.get(f"/people/{tor.public_id}/sign-in").content.decode()
    assert "/sign-in/reset" not in client.get(f"/people/{partner.public_id}/sign-in").content.decode()
    answer = client.post(f"/people/{partner.public_id}/sign-in/reset")
    assert (answer.status_code, "Only a service lead" in answer.content.decode()) == (409, True)
    with pytest.raises(Refused, match="Only a service lead"):
        invitations.make_reset_link(member=partner, by=operator.actor, at=at)
    assert not Invitation.objects.exists()
    assert (
        browser_of(everybody[Role.SERVICE_LEAD]).post(f"/people/{partner.public_id}/sign-in/reset").status_code == 200
    )


def test_a_link_of_an_operator_opens_nothing_once_its_member_has_powers(person, everybody, at):
    tor = person("Tor N")
    token = invitations.make_reset_link(member=tor, by=everybody[Role.OPERATOR].actor, at=at).rpartition("/")[2]
    give_role(member=tor, role=Role.PEOPLE_PARTNER, by=SYSTEM, at=at)
    Invitation.objects.update(expires_at=at + timedelta(days=1))  # as if it had outlived the giving of the role
    with pytest.raises(Refused, match="no longer works"):
        invitations.come_in(token=token, password=PASSWORD, at=at)


def test_where_there_is_mail_an_operator_is_never_shown_a_link(person, everybody, browser_of, settings):
    settings.ENVIRONMENT = replace(settings.ENVIRONMENT, mail_url="smtp://127.0.0.1:9")
    tor = person("Tor N")
    silent = person("Una S", email=None, code="u1")
    client = browser_of(person("Odd O", Role.OPERATOR, Role.LEADER))
    assert "is not shown here" in client.get(f"/people/{tor.public_id}/sign-in").content.decode()
    answer = client.post(f"/people/{tor.public_id}/sign-in/reset", follow=True)
    assert answer.redirect_chain == [(f"/people/{tor.public_id}/sign-in", 302)]
    page = answer.content.decode()
    assert ("on its way to their e-mail address" in page, "/invitation/" in page) == (True, False)
    assert "/invitation/" in Parcel.objects.get().content["text"]
    assert "/invitation/" in client.post(f"/people/{silent.public_id}/sign-in/reset").content.decode()
    sent = browser_of(everybody[Role.OPERATOR]).post(f"/people/{tor.public_id}/sign-in/reset")
    way = f"/settings/help/{tor.public_id}"  # the page of this person is not for operators
    assert (sent.status_code, sent.headers["Location"]) == (302, way)
    lead = browser_of(everybody[Role.SERVICE_LEAD])
    assert "/invitation/" in lead.post(f"/people/{tor.public_id}/sign-in/reset").content.decode()


def test_who_may_not_look_after_signing_in_learns_nothing_there_not_even_who_is_here(person, everybody, browser_of):
    tor = person("Tor N")
    leader = browser_of(everybody[Role.LEADER])
    for who in (tor.public_id, "00000000-0000-0000-0000-000000000007"):
        assert leader.get(f"/people/{who}/sign-in").status_code == 404


def test_a_role_with_powers_ends_every_open_link(newcomer, lead, at):
    invitations.invite(member=newcomer, by=lead.actor, at=at)
    give_role(member=newcomer, role=Role.HOST, by=lead.actor, at=at)
    assert Invitation.objects.usable(at).count() == 1
    give_role(member=newcomer, role=Role.EXECUTIVE, by=lead.actor, at=at)
    assert not Invitation.objects.usable(at).exists()


def test_a_new_address_ends_every_link_that_went_to_the_one_before(newcomer, lead, at):
    invitations.invite(member=newcomer, by=lead.actor, at=at)
    newcomer = change_member(member=newcomer, version=newcomer.version, by=lead.actor, at=at, name="Amara Kone")
    assert Invitation.objects.usable(at).count() == 1
    change_member(member=newcomer, version=newcomer.version, by=lead.actor, at=at, email="a@larkmoor.example")
    assert not Invitation.objects.usable(at).exists()


def test_a_new_password_by_link_ends_all_sessions_and_still_asks_for_the_second_factor(person, browser_of, lead, at):
    tor = person("Tor N")
    key, before = "A" * 32, at - timedelta(minutes=5)
    credentials.add_second_factor(member=tor, key=key, code=pyotp.TOTP(key).at(before), by=tor.actor, at=before)
    tor.refresh_from_db()
    elsewhere = browser_of(tor)
    assert elsewhere.get("/").status_code == 200
    way = path(invitations.make_reset_link(member=tor, by=lead.actor, at=at))
    client = browser()
    assert "Tor N" in client.get(way).content.decode()
    assert client.post(way, {"password": PASSWORD}).headers["Location"] == "/sign-in/code"
    assert client.get("/").status_code == 302
    assert client.post("/sign-in/code", {"code": pyotp.TOTP(key).at(at)}).headers["Location"] == "/"
    assert client.get("/").status_code == 200
    assert elsewhere.get("/").status_code == 302


def test_a_new_password_ends_every_link_that_was_sent_before(person, lead, at):
    tor = person("Tor N")
    way = path(invitations.make_reset_link(member=tor, by=lead.actor, at=at))
    credentials.set_password(member=tor, password=PASSWORD, by=tor.actor, at=at)
    assert browser().get(way).status_code == 404


def ask(email, address="192.0.2.7"):
    return browser().post("/forgotten", {"email": email}, REMOTE_ADDR=address)


def test_who_forgot_the_password_gets_a_link_by_mail_that_sets_a_new_one(person, at):
    person("Tor N")
    assert ask(" TOR.N@larkmoor.example ").headers["Location"] == "/sign-in"
    parcel = Parcel.objects.get()
    assert parcel.target == "tor.n@larkmoor.example"
    way = re.search(r"/invitation/\S+", parcel.content["text"])[0]
    assert browser().post(way, {"password": PASSWORD}).headers["Location"] == "/"
    assert browser().post("/sign-in", {"name": "tor.n@larkmoor.example", "password": PASSWORD}).status_code == 302
    assert Entry.objects.filter(verb="member.reset_link_sent").count() == 1


def test_asking_tells_nobody_whether_somebody_has_the_address_by_answer_or_by_work(person, at):
    person("Tor N")
    gone = person("Gone One")
    Member.objects.filter(pk=gone.pk).update(left_at=at)
    ask("warm@larkmoor.example", "203.0.113.1")
    answers, works = set(), []
    for number, email in enumerate(("tor.n@larkmoor.example", "nobody@larkmoor.example", "gone.one@larkmoor.example")):
        with CaptureQueriesContext(connection) as work:
            answer = ask(email, f"198.51.{number}.7")
        works.append([query["sql"][:22] for query in work.captured_queries if "SAVEPOINT" not in query["sql"]])
        told = browser()
        told.cookies.update(answer.cookies)
        notice = told.get("/sign-in").content.decode().split("<main", 1)[1].split("<form", 1)[0]
        answers.add((answer.status_code, answer.headers["Location"], notice))
    assert len(answers) == 1
    assert "a link is on its way to it" in str(answers)
    assert works[1] == works[2] == works[0]
    assert len(works[0]) > 8
    assert Parcel.objects.count() == Invitation.objects.count() == 1
    assert not Entry.objects.exclude(thing__in=[f"member:{one.actor}" for one in Member.objects.all()]).filter(
        verb="member.reset_link_sent"
    )


def test_asking_again_and_again_is_slowed_down_and_sends_no_flood(person, settings):
    settings.ENVIRONMENT = replace(settings.ENVIRONMENT, mail_url="smtp://127.0.0.1:9")  # without, no form is shown
    person("Tor N")
    for _time in range(3):
        assert ask("tor.n@larkmoor.example").status_code == 302
    for email in ("tor.n@larkmoor.example", "TOR.N@larkmoor.example"):
        answer = ask(email)
        assert (answer.status_code, "Too many tries" in answer.content.decode()) == (422, True)
    for number in range(4):
        assert ask("tor.n@larkmoor.example", f"10.9.{number}.1").status_code == 302
    assert Parcel.objects.count() == 3


def test_an_invitation_that_ran_out_is_shown_to_who_sent_it(newcomer, lead, browser_of, at, time_machine):
    invitations.invite(member=newcomer, by=lead.actor, at=at)
    assert "has not accepted" not in browser_of(lead).get("/me/waiting").content.decode()
    later = at + timedelta(days=15)
    time_machine.move_to(later, tick=False)
    credentials.add_second_factor(
        member=lead, key="A" * 32, code=pyotp.TOTP("A" * 32).at(later), by=lead.actor, at=later
    )
    client = browser()
    client.post("/sign-in", {"name": lead.email, "password": "rain falls on the yard"})
    client.post("/sign-in/code", {"code": pyotp.TOTP("A" * 32).at(later + timedelta(seconds=30))})
    assert "1 person has not accepted your invitation" in client.get("/me/waiting").content.decode()
