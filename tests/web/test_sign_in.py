"""Signing in with a password: throttling, equal timing, where one goes then, forged forms, cookies."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from urllib.parse import quote

import pytest
from django.conf import settings
from django.contrib.auth.hashers import get_hasher
from django.db.models import QuerySet
from django.test import Client

from mizzle_web.journal.actions import SYSTEM
from mizzle_web.journal.models import Entry
from mizzle_web.page.refused import Refused
from mizzle_web.people import sign_in
from mizzle_web.people.actions import tries
from mizzle_web.people.actions.members import NewMember, add_member, change_member
from mizzle_web.people.actions.organisation import found_organisation
from mizzle_web.people.models import Member, Throttle
from mizzle_web.people.roles import Role
from web.calls import problem_of, program_of

PASSWORD = "rain falls on the yard"
HERE, THERE = "192.0.2.7", "198.51.100.9"


@pytest.fixture
def amara(person):
    return person("Amara K", code="4711")


def knock(name, password, *, address=HERE, client=None, where="/sign-in"):
    form = {"name": name, "password": password}
    return (client or Client()).post(where, form, REMOTE_ADDR=address, headers={"Accept-Language": "en"})


def test_address_or_personal_code_open_with_the_password_and_the_journal_knows(amara):
    for name in ("amara.k@larkmoor.example", " AMARA.K@larkmoor.example", "4711"):
        answer = knock(name, PASSWORD)
        assert (answer.status_code, answer.headers["Location"]) == (302, "/")
    entry = Entry.objects.filter(verb="member.signed_in").last()
    assert (entry.by, entry.details) == (amara.actor, {"how": "password"})


def test_a_wrong_password_an_unknown_name_and_somebody_without_password_get_the_same_answer(amara, person):
    gone = person("Gone One")
    Member.objects.filter(pk=gone.pk).update(left_at=gone.joined_at)
    never = person("Never One")
    never.set_unusable_password()
    never.save()
    answers = [
        knock(name, password)
        for name, password in (
            ("amara.k@larkmoor.example", "not this one at all"),
            ("nobody@larkmoor.example", PASSWORD),
            ("gone.one@larkmoor.example", PASSWORD),
            ("never.one@larkmoor.example", PASSWORD),
        )
    ]
    pages = {answer.content.decode().split("<main", 1)[1].split("<form", 1)[0] for answer in answers}
    assert {answer.status_code for answer in answers} == {422}
    assert len(pages) == 1
    assert "That did not match. Check both, and try again." in pages.pop()


@pytest.mark.parametrize("kind", ["password", "pin"])
def test_one_hash_is_made_whether_or_not_somebody_has_the_name(amara, person, at, monkeypatch, kind):
    never = person("Never One")
    never.set_unusable_password()
    never.save()
    hasher = type(get_hasher())
    encode, calls = hasher.encode, []
    monkeypatch.setattr(hasher, "encode", lambda self, *args: (calls.append(1), encode(self, *args))[1])
    counts = []
    for name in ("amara.k@larkmoor.example", "never.one@larkmoor.example", "nobody@larkmoor.example", ""):
        calls.clear()
        with pytest.raises(Refused):
            sign_in.check(name=name, secret="194853", kind=kind, address=HERE, at=at)
        counts.append(len(calls))
    assert counts == [1, 1, 1, 1]


def test_after_five_failures_one_waits_longer_each_time_and_the_right_password_waits_too(amara, at, time_machine):
    for _try in range(5):
        assert "did not match" in knock("4711", "not this one").content.decode()
    assert "Wait 1 minute, then" in knock("4711", PASSWORD).content.decode()
    waits = []
    moment = at
    for _try in range(7):
        moment = Throttle.objects.order_by("-open_at").first().open_at + timedelta(seconds=1)
        time_machine.move_to(moment, tick=False)
        assert "did not match" in knock("4711", "not this one").content.decode()
        waits.append((Throttle.objects.order_by("-open_at").first().open_at - moment).total_seconds())
    assert waits == [60, 120, 240, 480, 900, 900, 900]
    time_machine.move_to(moment + timedelta(minutes=16), tick=False)
    assert knock("4711", PASSWORD).status_code == 302
    assert "did not match" in knock("4711", "not this one").content.decode()  # and it begins anew


def test_failures_under_a_name_lock_out_neither_another_network_nor_another_name(amara, person):
    person("Tor N")
    for _try in range(6):
        knock("amara.k@larkmoor.example", "not this one")
    assert "Too many tries" in knock("amara.k@larkmoor.example", PASSWORD, address="192.0.2.250").content.decode()
    assert knock("amara.k@larkmoor.example", PASSWORD, address=THERE).status_code == 302
    assert knock("tor.n@larkmoor.example", PASSWORD).status_code == 302


def test_address_code_and_other_ways_to_type_a_name_count_as_one(amara):
    for name in ("4711", "amara.k@larkmoor.example", "AMARA.K@larkmoor.example ", "4711", " 4711"):
        knock(name, "not this one")
    assert "Too many tries" in knock("amara.k@larkmoor.example", PASSWORD).content.decode()
    for name in ("nobody", "NOBODY", "\uff4e\uff4f\uff42\uff4f\uff44\uff59", "Nobody ", "nobod\uff59"):
        knock(name, "not this one")
    assert "Too many tries" in knock("nobody", PASSWORD).content.decode()


def test_a_code_that_reads_like_an_address_never_comes_before_its_owner(amara, person, lead_browser, units):
    thief = person("A Thief", code="t1")
    Member.objects.filter(pk=thief.pk).update(code="tor.n@larkmoor.example")  # as one from before this was refused
    tor = person("Tor N")
    assert sign_in.find("tor.n@larkmoor.example") == tor
    assert sign_in.find("4711") == amara
    with pytest.raises(Refused, match="no @"):
        add_member(member=NewMember(name="B", code="x@y"), by=SYSTEM, at=tor.joined_at)
    with pytest.raises(Refused, match="no @"):
        change_member(member=tor, version=tor.version, by=SYSTEM, at=tor.joined_at, code="x@y")
    form = {"name": "B", "email": "", "code": "x@y", "unit": str(units["DR"].public_id), "key": "one", "language": ""}
    answer = lead_browser.post("/people/new", form)
    assert (answer.status_code, "no @ in it" in answer.content.decode()) == (422, True)


def test_a_program_gives_no_such_code_and_leaves_what_the_powerful_sign_in_with(amara, person, lead):
    program = program_of(lead)
    assert program.post("/people", {"name": "B", "code": "x@y"}).status_code == 422
    partner = person("Pia Partner", Role.PEOPLE_PARTNER)
    for change in ({"email": "other@larkmoor.example"}, {"code": "p2"}):
        answer = program.patch(f"/people/{partner.public_id}", {"version": partner.version} | change)
        assert problem_of(answer)["code"] == "powerful"
    assert program.patch(f"/people/{partner.public_id}", {"version": 1, "name": "Pia P"}).status_code == 200
    assert program.patch(f"/people/{amara.public_id}", {"version": 1, "code": "4712"}).status_code == 200


def test_who_founds_the_house_a_moment_too_late_is_told_so(organisation, at, monkeypatch):
    monkeypatch.setattr(QuerySet, "exists", lambda _self: False)
    with pytest.raises(Refused) as refusal:
        found_organisation(name="Second", language="en", timezone="UTC", at=at, by=SYSTEM)
    assert refusal.value.code == "already_there"


def test_a_network_that_tries_one_name_after_another_is_slowed_down_and_never_closed(amara, person, monkeypatch):
    person("Tor N")
    monkeypatch.setattr(sign_in, "FREE_TRIES_OF_A_NETWORK", 8)
    for number in range(12):
        answer = knock(f"name{number}@larkmoor.example", "not this one")
        assert "did not match" in answer.content.decode()
    assert knock("4711", PASSWORD).status_code == 302
    knock("tor.n@larkmoor.example", "not this one")
    assert "Too many tries" in knock("tor.n@larkmoor.example", PASSWORD).content.decode()
    assert knock("tor.n@larkmoor.example", PASSWORD, address=THERE).status_code == 302


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        ("192.0.2.7", "192.0.2.250", True),
        ("192.0.2.7", "192.0.3.7", False),
        ("2001:db8:1::1", "2001:db8:1:ffff::9", True),
        ("2001:db8:1::1", "2001:db8:2::1", False),
        ("::ffff:192.0.2.7", "192.0.2.9", True),
        ("::ffff:192.0.2.7", "::ffff:198.51.100.9", False),
        ("rubbish", "", True),
    ],
)
def test_a_network_is_what_one_person_can_move_about_in(one, other, is_same):
    assert (sign_in.network(one) == sign_in.network(other)) == is_same


def test_behind_a_proxy_the_address_is_the_one_that_the_proxy_has_seen(rf, monkeypatch):
    request = rf.get("/", REMOTE_ADDR="10.0.0.1", headers={"X-Forwarded-For": "203.0.113.66, 192.0.2.7"})
    assert sign_in.address_of(request) == "10.0.0.1"
    monkeypatch.setattr(settings, "ENVIRONMENT", replace(settings.ENVIRONMENT, behind_proxy=True))
    assert sign_in.address_of(request) == "192.0.2.7"


def test_the_throttle_keeps_no_name_and_forgets(amara, at):
    knock("4711", "not this one")
    assert not Throttle.objects.filter(key__contains="4711").exists()
    assert tries.forget_failures(at=at + timedelta(minutes=59)) == 0
    assert tries.forget_failures(at=at + timedelta(hours=2)) == 2
    assert not Throttle.objects.exists()


@pytest.mark.parametrize(
    ("target", "goes"),
    [
        ("/settings/", "/settings/"),
        ("/people/?on=2026-03-02", "/people/?on=2026-03-02"),
        ("https://evil.example/", "/"),
        ("//evil.example/", "/"),
        ("///evil.example/", "/"),
        ("/\\evil.example/", "/"),
        ("http:evil.example", "/"),
        ("javascript:alert(1)", "/"),
        ("\x08//evil.example", "/"),
    ],
)
def test_after_signing_in_one_goes_on_inside_this_house_only(amara, target, goes):
    assert knock("4711", PASSWORD, where=f"/sign-in?next={quote(target)}").headers["Location"] == goes


def test_choosing_a_language_leads_nowhere_else_either(organisation):
    answer = Client().post("/language", {"language": "nb", "next": "https://evil.example/"})
    assert (answer.headers["Location"], answer.cookies["language"].value) == ("/", "nb")


@pytest.mark.parametrize("path", ["/sign-in", "/tablet", "/forgotten", "/language", "/sign-out", "/start"])
def test_a_form_without_token_or_from_elsewhere_is_refused_before_the_door(amara, path):
    client = Client(enforce_csrf_checks=True, headers={"Accept-Language": "en"})
    form = {"name": "4711", "password": PASSWORD}
    assert client.post(path, form).status_code == 403
    client.get("/sign-in")
    token = client.cookies["csrf"].value
    foreign = client.post(path, form, headers={"Origin": "https://evil.example", "X-CSRFToken": token})
    assert foreign.status_code == 403
    assert "session" not in client.cookies
    home = client.post(path, form, headers={"Origin": "http://testserver", "X-CSRFToken": token})
    assert home.status_code in (302, 422)


def test_a_form_without_token_or_from_elsewhere_is_refused_behind_it(amara, browser_of):
    client = browser_of(amara)
    client.handler.enforce_csrf_checks = True
    for path in ("/me", "/me/password", "/me/pin", "/me/second-factor", "/me/everywhere"):
        assert client.post(path, {"sure": "yes"}).status_code == 403, path
    token = client.get("/me/everywhere").context["csrf_token"]
    headers = {"Origin": "https://evil.example"}
    assert (
        client.post("/me/everywhere", {"sure": "yes", "csrfmiddlewaretoken": token}, headers=headers).status_code == 403
    )
    assert client.get("/").status_code == 200
    assert (
        client.post("/me/everywhere", {"sure": "yes", "csrfmiddlewaretoken": token}).headers["Location"] == "/sign-in"
    )


def cookies(answer):
    return {name: {key: value for key, value in one.items() if value} for name, one in answer.cookies.items()}


def test_cookies_are_not_for_scripts_and_not_for_other_houses(amara):
    client = Client()
    answer = knock("4711", PASSWORD, client=client)
    language = client.post("/language", {"language": "nb"})
    found = cookies(answer) | cookies(language)
    assert {"session", "seen", "csrf", "language"} <= set(found)
    for name, one in found.items():
        assert (one.get("httponly"), one.get("samesite"), one.get("path")) == (True, "Lax", "/"), name
        assert "domain" not in one


ASK = """
import json, django
django.setup()
from django.conf import settings as s
from django.test import Client
from mizzle_web.people.door import SEEN
from mizzle_web.page import notices
names = ("SESSION", "CSRF", "LANGUAGE")
print(json.dumps({
    "names": [getattr(s, f"{n}_COOKIE_NAME") for n in names] + [SEEN, notices.COOKIE],
    "secure": [getattr(s, f"{n}_COOKIE_SECURE") for n in names],
    "samesite": [getattr(s, f"{n}_COOKIE_SAMESITE") for n in names],
    "domain": [getattr(s, f"{n}_COOKIE_DOMAIN") for n in names],
}))
"""


@pytest.mark.parametrize("url", ["https://mizzle.larkmoor.example", "http://127.0.0.1:8000"])
def test_over_https_cookies_are_secure_and_bound_to_this_host(url, tmp_path):
    given = {name: value for name, value in os.environ.items() if not name.startswith("MIZZLE_")}
    given |= {"MIZZLE_URL": url, "MIZZLE_DATA": str(tmp_path), "DJANGO_SETTINGS_MODULE": "mizzle_web.config.settings"}
    given["PYTHONPATH"] = os.pathsep.join(path for path in sys.path if path)
    done = subprocess.run([sys.executable, "-c", ASK], env=given, capture_output=True, text=True, check=True)
    told = json.loads(done.stdout)
    is_https = url.startswith("https")
    assert all(name.startswith("__Host-") == is_https for name in told["names"])
    assert set(told["secure"]) == {is_https}
    assert (set(told["samesite"]), set(told["domain"])) == ({"Lax"}, {None})
