"""Tries are counted before anything is looked at: a burst gains nothing, and nobody locks out somebody else."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pyotp
import pytest
from django.contrib.auth.hashers import make_password
from django.db import connections
from django.test import Client

from mizzle_web.page.refused import Refused
from mizzle_web.people import secrets, sign_in
from mizzle_web.people.actions import credentials, tries
from mizzle_web.people.actions.tries import Limit, Limits
from mizzle_web.people.models import Member, Throttle
from mizzle_web.people.roles import Role
from web.workers import empty_journal

PIN, WRONG = "194853", "583920"
PASSWORD = "rain falls on the yard"
KEY = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
HERE, THERE = "192.0.2.7", "198.51.100.9"
BURST = 8
"""As many as the server has threads."""


@pytest.fixture
def amara(person, at):
    amara = person("Amara K", code="k-4711")
    credentials.set_pin(member=amara, pin=PIN, by=amara.actor, at=at)
    return amara


def try_pin(at, *, name="k-4711", pin=WRONG, address=HERE):
    """What comes of a PIN: "in", or the code of the refusal."""
    try:
        sign_in.check(name=name, secret=pin, kind="pin", address=address, at=at)
    except Refused as refusal:
        return refusal.code
    return "in"


def knock(name="k-4711", pin=PIN, address=HERE):
    client = Client(headers={"Accept-Language": "en"})
    return client.post("/tablet", {"name": name, "pin": pin}, REMOTE_ADDR=address)


def flood(at, n=60, address=HERE):
    for number in range(n):
        try_pin(at, name=f"invented-{number}", address=address)


# --- bursts -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def somebody(transactional_db, at):
    """A member whose every secret is there to be guessed, seen by all threads."""
    member = Member.objects.create(
        name="Amara K",
        email="amara@larkmoor.example",
        code="k-4711",
        password=make_password(PASSWORD),
        pin=make_password(PIN),
        second_factor=secrets.sealed(KEY),
        recovery_codes=[secrets.hashed("a" * 16)],
        joined_at=at,
    )
    yield member
    connections.close_all()
    empty_journal()


def burst(guess):
    """Guess in as many threads as there are, all at once; give what came of each."""
    gate = threading.Barrier(BURST)

    def go(number):
        gate.wait(10)
        try:
            guess(number)
        except Refused as refusal:
            return refusal.code
        else:
            return "in"
        finally:
            connections.close_all()

    with ThreadPoolExecutor(BURST) as pool:
        return sorted(pool.map(go, range(BURST)))


@pytest.mark.parametrize("kind", ["password", "pin", "again", "code", "recovery code", "link"])
def test_a_burst_gets_as_many_tries_as_one_after_another(somebody, at, kind, monkeypatch):
    def guess(number):
        if kind == "again":
            sign_in.check_again(member=somebody, password="not this one", address=HERE, at=at)
        elif kind == "code":
            sign_in.check_second_factor(member=somebody, code=f"00000{number}", address=HERE, at=at)
        elif kind == "recovery code":
            sign_in.check_second_factor(member=somebody, code=f"{number}" * 16, address=HERE, at=at)
        elif kind == "link":
            sign_in.ask_for_link(email="nobody@larkmoor.example", address=HERE, at=at)
        else:
            sign_in.check(name="k-4711", secret=f"not {number}", kind=kind, address=HERE, at=at)

    monkeypatch.setattr(sign_in, "send_reset_link", lambda **_: None)
    free, answer = (sign_in.FREE_LINKS, "in") if kind == "link" else (sign_in.FREE_TRIES, "wrong")
    answer = "wrong_code" if "code" in kind else answer
    assert burst(guess) == sorted(["wait"] * (BURST - free) + [answer] * free)


def test_after_the_wait_a_burst_gets_one_try(somebody, at):
    burst(lambda _n: sign_in.check(name="k-4711", secret=WRONG, kind="pin", address=HERE, at=at))
    later = at + timedelta(seconds=31)
    found = burst(lambda _n: sign_in.check(name="k-4711", secret=WRONG, kind="pin", address=HERE, at=later))
    assert found == ["wait"] * 7 + ["wrong"]


def test_a_right_secret_within_a_burst_of_right_ones_is_never_refused_for_the_burst(somebody, at):
    """Five at a time come in, as ever; the count of each is taken back, and the next five do too."""
    for _time in range(3):
        found = burst(lambda _n: sign_in.check(name="k-4711", secret=PIN, kind="pin", address=HERE, at=at))
        assert found.count("in") >= sign_in.FREE_TRIES
        assert try_pin(at, pin=PIN) == "in"


def test_a_try_is_counted_even_if_the_look_at_it_breaks(amara, at, monkeypatch):
    monkeypatch.setattr(sign_in, "check_password", lambda *_: 1 / 0)
    for _try in range(sign_in.FREE_TRIES):
        with pytest.raises(ZeroDivisionError):
            try_pin(at)
    monkeypatch.undo()
    assert try_pin(at, pin=PIN) == "wait"


# --- networks ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["password", "pin"])
def test_wrong_tries_for_names_that_nobody_has_close_no_network_for_those_who_are_right(amara, person, at, kind):
    secret = PASSWORD if kind == "password" else PIN
    for number in range(60):
        with pytest.raises(Refused):
            sign_in.check(name=f"invented-{number}", secret="583920", kind=kind, address=HERE, at=at)
    for _time in range(3):
        assert sign_in.check(name="k-4711", secret=secret, kind=kind, address="192.0.2.99", at=at) == amara


def test_a_network_with_many_failures_leaves_each_name_one_try_before_the_wait(amara, at):
    flood(at, sign_in.FREE_TRIES_OF_A_NETWORK)
    assert [try_pin(at), try_pin(at, pin=PIN)] == ["wrong", "wait"]
    assert [try_pin(at, name="invented"), try_pin(at, name="invented")] == ["wrong", "wait"]  # the same for nobody
    assert [try_pin(at, address=THERE) for _try in range(2)] == ["wrong", "wrong"]  # elsewhere as ever
    assert try_pin(at + timedelta(seconds=31), pin=PIN) == "in"


def test_a_network_begins_anew_after_an_hour_also_where_people_sign_in_all_the_time(amara, at):
    flood(at, sign_in.FREE_TRIES_OF_A_NETWORK)
    for minutes in range(0, 60, 10):
        assert try_pin(at + timedelta(minutes=minutes), pin=PIN) == "in"
    later = at + timedelta(minutes=61)
    assert [try_pin(later) for _try in range(3)] == ["wrong"] * 3


def test_right_ones_do_not_count_for_the_network(amara, at):
    for _time in range(sign_in.FREE_TRIES_OF_A_NETWORK + 5):
        assert try_pin(at, pin=PIN) == "in"
    assert [try_pin(at) for _try in range(3)] == ["wrong"] * 3


# --- one member, many networks ----------------------------------------------------------------------------------------


def places(n, first=1):
    return [f"10.{number}.0.1" for number in range(first, first + n)]


def test_guesses_at_one_pin_from_many_networks_are_stopped_and_it_is_said_what_helps(amara, at):
    found = [try_pin(at, address=place) for place in places(25)]
    assert found == ["wrong"] * sign_in.FREE_PINS_OF_A_MEMBER + ["wait"] * 15
    page = knock(address=THERE).content.decode()
    assert "Too many wrong PINs were typed for this code. Wait 1 minute, or ask whoever looks after people" in page
    form = {"name": "k-4711", "password": PASSWORD}
    assert Client().post("/sign-in", form, REMOTE_ADDR=THERE).status_code == 302  # the password is another matter


def test_the_wait_for_a_pin_doubles_up_to_an_hour_and_is_remembered_for_a_day(amara, at):
    for place in places(sign_in.FREE_PINS_OF_A_MEMBER):
        try_pin(at, address=place)
    moment, waits = at, []
    for place in places(9, first=100):
        moment = sign_in.pin_closed_until(member=amara, at=moment)
        assert try_pin(moment, address=place) == "wrong"
        waits.append((sign_in.pin_closed_until(member=amara, at=moment) - moment).total_seconds())
    assert waits == [60, 120, 240, 480, 960, 1920, 3600, 3600, 3600]
    tries.forget_failures(at=moment + timedelta(hours=24))
    almost = moment + timedelta(hours=24, minutes=50)
    assert [try_pin(almost, address=place) for place in ("10.200.0.1", "10.201.0.1")] == ["wrong", "wait"]
    after = almost + timedelta(hours=25, minutes=1)
    assert [try_pin(after, address=place) for place in places(9, first=210)] == ["wrong"] * 9


def test_a_code_that_nobody_has_is_closed_in_the_same_words(amara, at):
    for place in places(sign_in.FREE_PINS_OF_A_MEMBER):
        try_pin(at, address=place)
        try_pin(at, name="nobody", address=place)
    pages = [knock(name=name, address=THERE).content.decode() for name in ("k-4711", "nobody")]
    mains = {page.split('role="alert"')[1].split("</div>")[0] for page in pages}
    assert len(mains) == 1
    assert "Too many wrong PINs" in mains.pop()


def test_a_new_pin_works_at_once_and_who_gives_it_sees_why_it_is_needed(amara, everybody, browser_of, at):
    for place in places(sign_in.FREE_PINS_OF_A_MEMBER + 5):
        try_pin(at, address=place)
    for _try in range(sign_in.FREE_TRIES):
        try_pin(at)
    assert try_pin(at, pin=PIN) == "wait"
    partner = browser_of(everybody[Role.PEOPLE_PARTNER])
    way = f"/people/{amara.public_id}/sign-in"
    assert "closed until" in partner.get(way).content.decode()
    new = partner.post(f"{way}/pin").content.decode().split('class="big-code">')[1][:6]
    assert knock(pin=new).status_code == 302
    assert knock(pin=new, address=THERE).status_code == 302
    assert "closed until" not in partner.get(way).content.decode()


def test_who_came_in_from_a_network_lately_is_not_locked_out_there_by_guesses_elsewhere(amara, at):
    assert try_pin(at, pin=PIN) == "in"
    for place in places(sign_in.FREE_PINS_OF_A_MEMBER + 5):
        try_pin(at, address=place)
    assert try_pin(at, pin=PIN, address=THERE) == "wait"
    assert [try_pin(at), try_pin(at, pin=PIN)] == ["wrong", "in"]
    assert try_pin(at, pin=PIN, address=THERE) == "wait"  # coming in does not open it for those who guess
    assert tries.forget_failures(at=at + timedelta(hours=3)) > 0
    assert tries._is_known(Throttle.objects.exclude(came_in_on=None).get(), at + timedelta(days=29))
    assert not tries._is_known(Throttle.objects.exclude(came_in_on=None).get(), at + timedelta(days=30))


def test_where_a_whole_network_is_tried_even_a_known_place_counts_for_the_member(amara, at):
    assert try_pin(at, pin=PIN) == "in"
    flood(at)
    for place in places(sign_in.FREE_PINS_OF_A_MEMBER):
        try_pin(at, address=place)
    assert try_pin(at, pin=PIN) == "wait"


def test_a_right_pin_takes_back_its_own_try_and_no_other(amara, at):
    for place in places(sign_in.FREE_PINS_OF_A_MEMBER - 1):
        try_pin(at, address=place)
    for place in places(5, first=50):
        assert try_pin(at, pin=PIN, address=place) == "in"
    assert [try_pin(at, address=place) for place in places(2, first=90)] == ["wrong", "wait"]


def test_codes_of_a_new_factor_or_after_a_new_password_have_a_count_of_their_own(amara, at):
    before = at - timedelta(minutes=1)
    credentials.add_second_factor(member=amara, key=KEY, code=pyotp.TOTP(KEY).at(before), by=amara.actor, at=before)
    amara = Member.objects.get(pk=amara.pk)
    for _try in range(sign_in.FREE_TRIES + 1):
        with pytest.raises(Refused):
            sign_in.check_second_factor(member=amara, code="000000", address=HERE, at=at)
    credentials.set_password(member=amara, password="another yard in the rain", by=amara.actor, at=at)
    sign_in.check_second_factor(
        member=Member.objects.get(pk=amara.pk), code=pyotp.TOTP(KEY).at(at), address=HERE, at=at
    )


# --- the count itself -------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_row_that_is_swept_away_meanwhile_is_made_once_more(at, monkeypatch):
    made, kept = [], type(Throttle.objects.all()).bulk_create

    def swept(self, rows, **more):
        made.append(kept(self, rows, **more))
        if len(made) == 1:
            Throttle.objects.all().delete()
        return made[-1]

    monkeypatch.setattr(type(Throttle.objects.all()), "bulk_create", swept)
    tries.count(limits=Limits(own=Limit("k", 5)), at=at)
    assert (len(made), Throttle.objects.get().n_failed) == (2, 1)


@pytest.mark.django_db
def test_a_refused_try_is_not_counted(at):
    limits = Limits(own=Limit("k", 1), network=Limit("n", 50))
    tries.count(limits=limits, at=at)
    for _try in range(3):
        with pytest.raises(Refused):
            tries.count(limits=limits, at=at)
    assert dict(Throttle.objects.values_list("key", "n_failed")) == {"k": 1, "n": 1}
