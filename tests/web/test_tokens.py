"""Tokens: what a program comes in with."""

from __future__ import annotations

import re
from datetime import timedelta

import pyotp
import pytest
from django.db import DatabaseError
from django.db.models import QuerySet

from mizzle_web.journal.actions import SYSTEM
from mizzle_web.journal.models import Entry
from mizzle_web.page.api import Scope
from mizzle_web.page.permissions import Permission
from mizzle_web.page.refused import Refused
from mizzle_web.people.actions import credentials, invitations, tokens
from mizzle_web.people.actions.members import let_go
from mizzle_web.people.actions.roles import end_role, give_role
from mizzle_web.people.actions.tokens import end_token, make_token, note_uses, use_token
from mizzle_web.people.models import Token
from mizzle_web.people.roles import Role
from mizzle_web.people.secrets import hashed
from web.calls import Program, problem_of, program_of, token_of

WANTED = {"name": "Payroll", "scopes": ["people:read", "jobs:read"], "days": "90", "key": "one-form"}


@pytest.fixture(autouse=True)
def nothing_noted():
    tokens._uses.clear()
    yield
    tokens._uses.clear()


@pytest.fixture
def used(lead):
    """A token that opens everything, and its text."""
    return token_of(lead)


def status(text):
    return Program(text).get("/organisation").status_code


def test_a_token_is_shown_once_and_only_its_hash_is_kept(lead, lead_browser):
    answer = lead_browser.post("/me/tokens", WANTED)
    (text,) = re.findall(r"mzl_[\w-]{43}", answer.content.decode())
    token = Token.objects.get()
    assert (answer.status_code, token.digest, token.member) == (201, hashed(text), lead)
    assert (token.scopes, token.expires_at) == (["jobs:read", "people:read"], token.created_at + timedelta(days=90))
    assert "no-store" in answer.headers["Cache-Control"]
    assert status(text) == 403  # it opens people and jobs alone
    page = lead_browser.get("/me/tokens").content.decode()
    assert ("Payroll" in page, "people:read" in page, "mzl_" in page, token.digest in page) == (
        True,
        True,
        False,
        False,
    )
    assert text not in repr(list(Entry.objects.values()))
    assert "Payroll" not in repr(list(Entry.objects.values()))


def test_a_form_sent_twice_makes_one_token(lead_browser):
    assert lead_browser.post("/me/tokens", WANTED).status_code == 201
    again = lead_browser.post("/me/tokens", WANTED)
    assert (again.status_code, again.headers["Location"], Token.objects.count()) == (302, "/me/tokens", 1)


@pytest.mark.parametrize(
    "change",
    [
        {"name": ""},
        {"name": "n" * 5000},
        {"scopes": []},
        {"scopes": ["people:burn"]},
        {"days": "0"},
        {"days": "366"},
        {"days": "for ever"},
        {"key": ""},
    ],
    ids=str,
)
def test_a_token_that_cannot_be_is_not_made_and_the_form_keeps_what_was_typed(lead_browser, change):
    answer = lead_browser.post("/me/tokens", WANTED | {"name": "Night export"} | change)
    page = answer.content.decode()
    assert (answer.status_code, Token.objects.count(), 'role="alert"' in page) == (422, 0, True)
    assert "name" in change or "Night export" in page


def test_no_scope_is_offered_that_would_open_nothing(person, browser_of):
    operator = browser_of(person("Odd Operator", Role.OPERATOR))
    page = operator.get("/me/tokens").content.decode()
    assert ("journal:read" in page, "people:write" in page) == (True, False)
    assert operator.post("/me/tokens", WANTED).status_code == 422


def test_a_token_needs_a_scope_and_lasts_at_most_a_year(lead):
    for scopes, days, code in (
        ([], 30, "no_scope"),
        (["jobs:read"], 366, "bad_expiry"),
        (["jobs:read"], 0, "bad_expiry"),
    ):
        with pytest.raises(Refused) as refusal:
            make_token(member=lead, name="x", scopes=scopes, days=days, key="k", by=SYSTEM, at=lead.joined_at)
        assert refusal.value.code == code


def test_nobody_keeps_more_than_twenty_tokens(lead):
    for number in range(20):
        token, _text = token_of(lead, "jobs:read", key=str(number))
    with pytest.raises(Refused, match="20 tokens"):
        token_of(lead, "jobs:read", key="one more")
    end_token(token=token, by=SYSTEM, at=lead.joined_at)
    assert token_of(lead, "jobs:read", key="one more")


def test_a_token_ends_with_its_day(lead, at, time_machine):
    text = token_of(lead, days=5)[1]
    time_machine.move_to(at + timedelta(days=5) - timedelta(seconds=1), tick=False)
    assert status(text) == 200
    time_machine.move_to(at + timedelta(days=5), tick=False)
    assert status(text) == 401


def test_an_ended_token_opens_nothing(used, lead_browser):
    token, text = used
    assert status(text) == 200
    assert lead_browser.post(f"/me/tokens/{token.public_id}/end").status_code == 302
    assert status(text) == 401
    assert lead_browser.post(f"/me/tokens/{token.public_id}/end").status_code == 302
    assert Entry.objects.filter(verb="token.ended").count() == 1


def test_a_token_of_somebody_who_left_opens_nothing(person, at):
    operator = person("Odd Operator", Role.OPERATOR)
    text = token_of(operator)[1]
    assert status(text) == 200
    let_go(member=operator, by=SYSTEM, at=at)
    assert status(text) == 401


def test_a_token_sinks_and_rises_with_the_roles_of_its_member(person, at):
    member = person("Odd Operator", Role.OPERATOR)
    program = program_of(member)
    assert (program.get("/people").status_code, program.get("/journal").status_code) == (403, 200)
    partner = give_role(member=member, role=Role.LEADER, by=SYSTEM, at=at)
    assert program.get("/people").status_code == 200
    end_role(grant=partner, by=SYSTEM, at=at)
    assert program.get("/people").status_code == 403
    end_role(grant=member.grants.get(role=Role.OPERATOR), by=SYSTEM, at=at)
    assert problem_of(program.get("/organisation"))["status"] == 401


@pytest.mark.parametrize("event", ["everywhere", "factor", "role", "link"])
def test_a_token_does_not_outlive_what_its_member_came_in_with(person, lead, at, event):
    member = person("Odd Operator", Role.OPERATOR)
    kept = token_of(lead, key="of the lead")[1]
    text = token_of(member)[1]
    key, before = "A" * 32, at - timedelta(minutes=5)
    credentials.add_second_factor(member=member, key=key, code=pyotp.TOTP(key).at(before), by=SYSTEM, at=before)
    assert status(text) == 200
    if event == "everywhere":
        credentials.sign_out_everywhere(member=member, by=member.actor, at=at)
    elif event == "factor":
        credentials.reset_second_factor(member=member, by=lead.actor, at=at)
    elif event == "role":
        end_role(grant=member.grants.get(), by=lead.actor, at=at)
        give_role(member=member, role=Role.OPERATOR, by=lead.actor, at=at)  # what has ended does not rise again
    else:
        link = invitations.make_reset_link(member=member, by=lead.actor, at=at)
        assert status(text) == 200
        invitations.come_in(token=link.rpartition("/")[2], password="four words in a row", at=at)
    assert (status(text), status(kept)) == (401, 200)
    assert Entry.objects.filter(verb="token.ended").count() == 1


@pytest.mark.parametrize(
    "sent",
    [
        None,
        "Bearer",
        "Bearer ",
        "Bearer mzl_",
        "Bearer mzl_" + "a" * 43,
        "Bearer mzl_" + "a" * 5000,
        "Basic {text}",
        "bearer x{text}",
        "Bearer {text} ",
        "{text}",
        "Bearer {digest}",
    ],
    ids=repr,
)
def test_what_is_no_token_opens_nothing(used, client, sent):
    token, text = used
    headers = {"Authorization": sent.format(text=text, digest=token.digest)} if sent else {}
    answer = client.get("/api/v1/organisation", headers=headers)
    assert (answer.status_code, problem_of(answer)["code"]) == (401, "no_token")
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_a_session_opens_no_api_and_needs_no_form_token_there(lead_browser):
    assert lead_browser.get("/api/v1/organisation").status_code == 401
    assert lead_browser.post("/api/v1/people", {}).status_code == 401


def test_tokens_of_others_are_neither_shown_nor_ended(person, browser_of, used):
    other = browser_of(person("Siri Service", Role.SERVICE_LEAD))
    token, text = used
    assert "Payroll" not in other.get("/me/tokens").content.decode()
    foreign = other.post(f"/me/tokens/{token.public_id}/end")
    missing = other.post("/me/tokens/00000000-0000-0000-0000-000000000007/end")
    pages = {re.sub(rb"csrf[^>]*", b"", answer.content, flags=re.IGNORECASE) for answer in (foreign, missing)}
    assert (foreign.status_code, missing.status_code, len(pages)) == (404, 404, 1)
    assert status(text) == 200


def test_only_who_may_manage_the_api_has_a_page_for_tokens(everybody, browser_of):
    for role, member in everybody.items():
        expected = 200 if member.may(Permission.MANAGE_API) else 403
        assert browser_of(member).get("/me/tokens").status_code == expected, role


def test_a_use_is_noted_in_memory_and_written_later(used, at):
    token, text = used
    assert status(text) == 200
    assert Token.objects.get().used_on is None
    assert note_uses(at=at) == 1
    assert Token.objects.get().used_on == at.date()
    assert status(text) == 200
    assert note_uses(at=at) == 0  # nothing new on the same day
    use_token(text=text, at=at + timedelta(days=1))
    assert note_uses(at=at + timedelta(days=1)) == 1
    assert Token.objects.get(pk=token.pk).used_on == (at + timedelta(days=1)).date()


def test_a_use_never_goes_back(used, at):
    token, text = used
    Token.objects.update(used_on=at.date() + timedelta(days=3))
    use_token(text=text, at=at)
    assert note_uses(at=at) == 0
    assert Token.objects.get(pk=token.pk).used_on == at.date() + timedelta(days=3)


def test_uses_are_kept_in_memory_while_the_database_is_away(used, at, monkeypatch):
    use_token(text=used[1], at=at)
    with monkeypatch.context() as broken:
        broken.setattr(QuerySet, "update", lambda *_args, **_fields: (_ for _ in ()).throw(DatabaseError("away")))
        with pytest.raises(DatabaseError):
            note_uses(at=at)
    assert note_uses(at=at) == 1


def test_every_scope_has_a_sentence_and_a_right():
    assert [scope for scope in Scope if not str(scope.label)] == []
    assert {scope.permission for scope in Scope} >= {None, Permission.SEE_PEOPLE, Permission.READ_JOURNAL}


def test_a_token_closes_when_its_member_owes_a_second_factor(used, at, time_machine):
    time_machine.move_to(at + timedelta(days=6), tick=False)
    assert status(used[1]) == 200
    time_machine.move_to(at + timedelta(days=8), tick=False)
    answer = Program(used[1]).get("/organisation")
    assert (answer.status_code, "second factor" in problem_of(answer)["detail"]) == (403, True)
