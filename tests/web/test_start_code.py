"""The first start from elsewhere than the machine of the house: nobody owns it by being the first to find it."""

from __future__ import annotations

import re
import stat
import threading
from dataclasses import replace
from datetime import timedelta

import pytest
from django.test import Client

from mizzle_web.config import house
from mizzle_web.journal.actions import SYSTEM
from mizzle_web.operation.actions import load_sample, remove_sample
from mizzle_web.people.actions import start_code
from mizzle_web.people.actions.organisation import found_organisation
from mizzle_web.people.models import Member, Organisation
from mizzle_web.people.roles import Role
from web.test_door import START

pytestmark = pytest.mark.django_db
FAR = "203.0.113.9"


@pytest.fixture(autouse=True)
def folder(tmp_path, settings):
    """A data folder of this test alone."""
    settings.ENVIRONMENT = replace(settings.ENVIRONMENT, data=tmp_path)
    return tmp_path


@pytest.fixture
def code():
    return start_code.make()


def begin(address=FAR, headers=None, **more):
    return Client(headers={"Accept-Language": "en"} | (headers or {})).post("/start", START | more, REMOTE_ADDR=address)


def asks(address="127.0.0.1", **headers):
    answer = Client(headers=headers or None).get("/start", REMOTE_ADDR=address)
    return 'name="code"' in answer.content.decode()


def test_at_the_machine_itself_nothing_is_asked(code):
    for address in ("127.0.0.1", "127.0.0.53", "::1", "::ffff:127.0.0.1"):
        assert not asks(address), address
    assert begin("127.0.0.1").headers["Location"] == "/"
    assert Organisation.objects.exists()


def test_from_elsewhere_only_the_code_that_was_kept_opens(code):
    for given in ({}, {"code": ""}, {"code": "abcd-efgh-ijkl-mnop"}, {"code": code[:-1]}):
        answer = begin(**given)
        assert (answer.status_code, 'aria-invalid="true"' in answer.content.decode()) == (422, True)
    assert "Larkmoor" in answer.content.decode()  # what was typed is kept
    assert not Organisation.objects.exists()
    assert begin(code=f" {code.upper()} ").headers["Location"] == "/"
    assert Member.objects.get().roles() == {Role.COLLEAGUE, Role.SERVICE_LEAD, Role.OPERATOR}


@pytest.mark.parametrize(
    ("changes", "listens_on"),
    [
        ({}, "0.0.0.0"),  # noqa: S104 - told, not listened on
        ({}, "::"),
        ({}, "192.0.2.1"),
        ({"url": "https://mizzle.larkmoor.example"}, "127.0.0.1"),
        ({"url": "http://0.0.0.0:8000"}, ""),
        ({"hosts": ("127.0.0.1", "mizzle.larkmoor.example")}, ""),
        ({"behind_proxy": True}, "127.0.0.1"),
    ],
    ids=str,
)
def test_where_others_may_reach_the_house_it_is_asked_at_the_machine_too(settings, changes, listens_on, code):
    assert not asks()
    settings.LISTENS_ON = listens_on
    settings.ENVIRONMENT = replace(settings.ENVIRONMENT, **changes)
    assert asks()
    assert begin("127.0.0.1").status_code == 422
    assert begin("127.0.0.1", code=code).status_code == 302


@pytest.mark.parametrize("header", start_code.FORWARDED)
def test_a_proxy_that_nobody_told_of_is_no_loopback(code, header):
    assert asks(**{header: "127.0.0.1"})
    assert begin("127.0.0.1", headers={header: "127.0.0.1"}).status_code == 422


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "LOCALHOST", "[::1]", "::1", "127.9.9.9", "::ffff:127.0.0.1"]
)
def test_what_is_loopback(host):
    assert start_code.is_loopback(host)


@pytest.mark.parametrize(
    "host",
    ["0.0.0.0", "::", "", "*", "localhost.example", "127.0.0.1.example", "10.0.0.1", "unknown"],  # noqa: S104
)
def test_what_is_not(host):
    assert not start_code.is_loopback(host)


def test_the_code_is_for_its_user_alone_and_the_same_for_all_who_start_at_once(folder):
    found = []
    threads = [threading.Thread(target=lambda: found.append(start_code.make())) for _number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(found), len(set(found)), found[0]) == (8, 1, start_code.kept())
    assert re.fullmatch(r"([a-z2-7]{4}-){3}[a-z2-7]{4}", found[0])
    assert stat.S_IMODE(start_code.file().stat().st_mode) == 0o600
    assert [path.name for path in folder.iterdir()] == ["start-code"]


def test_guessing_is_slowed_down_and_locks_out_no_other_network(code, at, time_machine):
    for _try in range(start_code.FREE_TRIES):
        assert "not the start code" in begin(code="abcd").content.decode()
    assert "Too many tries" in begin(code=code).content.decode()
    time_machine.move_to(at + timedelta(minutes=1), tick=False)
    assert "not the start code" in begin(code="abcd").content.decode()
    assert begin("198.51.100.7", code=code).status_code == 302


def test_codes_are_compared_in_constant_time(code, monkeypatch):
    compared = []
    monkeypatch.setattr(start_code, "constant_time_compare", lambda *both: compared.append(both))
    begin(code="abcd")
    assert compared == [("abcd", code.replace("-", ""))]


def test_without_a_kept_code_nothing_opens_and_it_is_said_what_to_do():
    answer = begin(code="")
    assert answer.status_code == 422
    assert "Start mizzle again" in begin(code="abcd").content.decode()
    assert not Organisation.objects.exists()


def test_looking_at_the_first_page_makes_no_code(folder):
    assert asks(FAR)
    assert not list(folder.iterdir())


def test_the_code_goes_when_there_is_an_organisation_however_it_came(code, at, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        assert begin("127.0.0.1").status_code == 302
    assert not start_code.file().exists()
    Organisation.objects.all().delete()
    start_code.make()
    with django_capture_on_commit_callbacks(execute=True):
        found_organisation(name="L", language="en", timezone="UTC", at=at, by=SYSTEM)
    assert not start_code.file().exists()


def test_a_house_that_is_started_says_the_code_where_others_may_reach_it(settings, capsys, folder, at):
    settings.LISTENS_ON = ""
    house._tell_start_code("127.0.0.1")
    assert (capsys.readouterr().err, start_code.kept() != "") == ("", True)
    code = start_code.kept()
    house._tell_start_code("0.0.0.0")  # noqa: S104 - told, not listened on
    said = capsys.readouterr().err
    assert (code in said, str(folder / "start-code") in said) == (True, True)
    assert settings.LISTENS_ON == "0.0.0.0"  # noqa: S104 - the same
    found_organisation(name="L", language="en", timezone="UTC", at=at, by=SYSTEM)
    house._tell_start_code("0.0.0.0")  # noqa: S104 - the same
    assert (capsys.readouterr().err, start_code.file().exists()) == ("", False)


def test_who_removes_the_sample_goes_on_with_the_code_and_nobody_else(
    settings, at, browser_of, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        load_sample(rng_seed=1, by=SYSTEM, at=at)
    settings.LISTENS_ON = "0.0.0.0"  # noqa: S104 - told, not listened on
    lead = browser_of(Member.objects.holding(Role.SERVICE_LEAD).first())
    assert start_code.kept() == ""
    with django_capture_on_commit_callbacks(execute=True):
        assert lead.post("/operation/sample").headers["Location"] == "/start"
    code = start_code.kept()
    assert f'value="{code}"' in lead.get("/start").content.decode()
    assert code not in Client().get("/start").content.decode()
    assert lead.post("/start", START | {"code": code}).headers["Location"] == "/"
    assert start_code.KNOWS_START_CODE not in lead.session


def test_a_sample_that_is_removed_in_the_shell_leaves_a_code_as_well(at, django_capture_on_commit_callbacks):
    load_sample(rng_seed=1, by=SYSTEM, at=at)
    with django_capture_on_commit_callbacks(execute=True):
        remove_sample(by=SYSTEM, at=at)
    assert start_code.kept()
