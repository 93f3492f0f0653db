"""An operator helps somebody who cannot sign in, without seeing everybody, and takes over nobody with many rights."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import pyotp
import pytest
from django.test import Client

from mizzle_web.journal.models import Entry, Parcel
from mizzle_web.page.refused import Refused
from mizzle_web.people.actions import credentials
from mizzle_web.people.models import Member
from mizzle_web.people.roles import MAY, POWERFUL, Role

KEY = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
PASSWORD = "rain falls on the yard"


@pytest.fixture
def tor(person, at):
    """A colleague with a second factor."""
    tor = person("Tor N", code="k-12")
    before = at - timedelta(minutes=5)
    credentials.add_second_factor(member=tor, key=KEY, code=pyotp.TOTP(KEY).at(before), by=tor.actor, at=before)
    return Member.objects.get(pk=tor.pk)


@pytest.fixture
def operator(everybody):
    return everybody[Role.OPERATOR]


@pytest.fixture
def browser(operator, browser_of):
    return browser_of(operator)


def page_of(browser, name):
    """The page about somebody, found as the operator finds it from the settings."""
    assert "/settings/help" in browser.get("/settings/").content.decode()
    answer = browser.post("/settings/help", {"name": name})
    assert answer.status_code == 302
    return answer.headers["Location"]


@pytest.mark.parametrize("name", [" TOR.N@larkmoor.example", "K-12"])
def test_somebody_is_found_by_what_they_sign_in_with_and_their_page_says_no_more_than_needed(tor, browser, name):
    way = page_of(browser, name)
    page = browser.get(way).content.decode()
    assert (way, "How Tor N signs in" in page) == (f"/settings/help/{tor.public_id}", True)
    assert ("tor.n@" in page, "k-12" in page, "/sign-in/pin" in page, "/sign-in/invite" in page) == (False,) * 4
    assert ("/sign-in/reset" in page, "/sign-in/second-factor" in page) == (True, True)


@pytest.mark.parametrize("name", ["tor", "Tor N", "nobody@larkmoor.example", "", "%", "gone.one@larkmoor.example"])
def test_nobody_is_found_by_less(tor, person, browser, name):
    gone = person("Gone One")
    Member.objects.filter(pk=gone.pk).update(left_at=gone.joined_at)
    answer = browser.post("/settings/help", {"name": name})
    assert (answer.status_code, 'role="alert"' in answer.content.decode()) == (422, True)
    assert browser.get(f"/settings/help/{gone.public_id}").status_code == 404


def test_a_lost_password_and_a_lost_factor_are_mended_without_mail_and_the_journal_knows_who_did_it(
    tor, operator, browser
):
    way = page_of(browser, "k-12")
    told = browser.post(f"/people/{tor.public_id}/sign-in/reset", {"form_key": "one"}).content.decode()
    link = re.search(r"/invitation/[\w-]+", told)[0]
    assert f'href="{way}"' in told  # and the way back is one that is open to them
    gone = browser.post(f"/people/{tor.public_id}/sign-in/second-factor", follow=True)
    assert (gone.redirect_chain, "second factor is removed" in gone.content.decode()) == ([(way, 302)], True)
    assert Client().post(link, {"password": "another yard in the rain"}).headers["Location"] == "/"
    entries = Entry.objects.filter(thing=f"member:{tor.public_id}", by=operator.actor)
    assert {one.verb for one in entries} == {"member.reset_link_made", "member.second_factor_reset"}


@pytest.mark.parametrize("role", sorted(POWERFUL))
def test_a_powerful_account_is_not_taken_over_by_an_operator_alone(person, operator, browser, at, role):
    strong = person("Ana R", role, code="k-13")
    before = at - timedelta(minutes=5)
    credentials.add_second_factor(member=strong, key=KEY, code=pyotp.TOTP(KEY).at(before), by=strong.actor, at=before)
    page = browser.get(page_of(browser, "k-13")).content.decode()
    assert ("only a service lead can help them" in page, 'method="post" action="/people/' in page) == (True, False)
    for what in ("reset", "second-factor"):
        answer = browser.post(f"/people/{strong.public_id}/sign-in/{what}")
        assert (answer.status_code, "Only a service lead" in answer.content.decode()) == (409, True)
    for act in (credentials.reset_second_factor, credentials.give_pin):
        with pytest.raises(Refused, match="Only a service lead"):
            act(member=strong, by=operator.actor, at=at)
    assert Member.objects.get(pk=strong.pk).second_factor
    assert not Entry.objects.filter(verb__in=("member.reset_link_made", "member.second_factor_reset")).exists()


def test_an_operator_does_not_take_their_own_factor_away_by_this_way(operator, browser_of, at):
    before = at - timedelta(minutes=5)
    credentials.add_second_factor(
        member=operator, key=KEY, code=pyotp.TOTP(KEY).at(before), by=operator.actor, at=before
    )
    operator = Member.objects.get(pk=operator.pk)
    browser = browser_of(operator)
    assert "/sign-in/second-factor" not in browser.get(page_of(browser, operator.email)).content.decode()
    answer = browser.post(f"/people/{operator.public_id}/sign-in/second-factor")
    assert (answer.status_code, "own page" in answer.content.decode()) == (409, True)
    assert Member.objects.get(pk=operator.pk).second_factor


def test_where_there_is_mail_the_link_goes_there_and_the_operator_stays_on_their_page(tor, browser, settings):
    settings.ENVIRONMENT = replace(settings.ENVIRONMENT, mail_url="smtp://127.0.0.1:9")
    way = page_of(browser, "k-12")
    assert "is not shown here" in browser.get(way).content.decode()
    answer = browser.post(f"/people/{tor.public_id}/sign-in/reset", follow=True)
    page = answer.content.decode()
    assert (answer.redirect_chain, "on its way" in page, "/invitation/" in page) == ([(way, 302)], True, False)
    assert "/invitation/" in Parcel.objects.get().content["text"]


def test_only_who_may_look_after_signing_in_has_these_pages(tor, everybody, browser_of):
    for role, member in everybody.items():
        may = any(permission.value == "manage_sign_in" for permission in MAY[role])
        for path in ("/settings/help", f"/settings/help/{tor.public_id}"):
            assert browser_of(member).get(path).status_code == (200 if may else 403), (role, path)


def test_who_has_not_come_in_yet_is_left_to_those_who_invite(person, browser):
    never = person("Never One", code="k-14")
    never.set_unusable_password()
    never.save()
    page = browser.get(page_of(browser, "k-14")).content.decode()
    assert ("no password yet" in page, "/sign-in/reset" in page) == (True, False)


def test_on_the_page_of_a_person_the_way_is_open_to_who_may_help_but_not_manage(tor, person, browser_of):
    both = browser_of(person("Odd O", Role.OPERATOR, Role.LEADER))
    page = both.get(f"/people/{tor.public_id}").content.decode()
    assert ("Help them sign in" in page, "They have left" in page) == (True, False)
