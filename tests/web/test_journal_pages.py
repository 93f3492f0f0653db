"""The pages of the journal, of deliveries, hooks and mail."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

import mizzle_web
from mizzle_web.journal import checker, details
from mizzle_web.journal.actions import SYSTEM, record, send
from mizzle_web.journal.figures import masked, reason, short
from mizzle_web.journal.models import Entry, Head, Hook, Parcel, ParcelState
from mizzle_web.page.sheets import tame
from mizzle_web.people.roles import Role

HOUSE = Path(mizzle_web.__file__).parent
URL = "https://hooks.larkmoor.example/in"


@pytest.fixture
def operator_browser(person, browser_of):
    return browser_of(person("Odd Operator", Role.OPERATOR))


def text(answer):
    return answer.content.decode()


def numbers(answer):
    return [line.entry.number for line in answer.context["lines"]]


@pytest.fixture
def many(at):
    """120 entries of one kind, ten a day."""
    for n in range(120):
        record(by=SYSTEM, verb="kettle.boiled", thing=f"kettle:{n}", at=at + timedelta(days=n // 10), details={"n": n})


def test_the_journal_shows_fifty_at_a_time_by_their_number_and_each_once(lead_browser, many):
    seen, address = [], "/journal/?verb=kettle"
    while address:
        answer = lead_browser.get(address)
        assert answer.status_code == 200
        assert len(numbers(answer)) <= 50
        seen += numbers(answer)
        address = f"/journal/?{answer.context['older']}" if answer.context["older"] else ""
    wanted = list(Entry.objects.filter(verb="kettle.boiled").order_by("-number").values_list("number", flat=True))
    assert seen == wanted


def test_the_journal_is_narrowed_by_what_by_whom_and_by_days_of_the_reader(lead, lead_browser, many, at):
    day = (at + timedelta(days=3)).date().isoformat()
    answer = lead_browser.get("/journal/", {"verb": "kettle.", "by": "sys", "since": day, "until": day})
    assert len(numbers(answer)) == 10
    assert numbers(lead_browser.get("/journal/", {"verb": "kettle.", "by": "nobody"})) == []
    assert all(n for n in numbers(lead_browser.get("/journal/", {"by": lead.actor[:8]})))
    for wrong in ({"since": "yesterday"}, {"until": "9999-12-31"}, {"since": "0001-01-01"}, {"verb": "x" * 61}):
        assert lead_browser.get("/journal/", wrong).status_code == 422
    for strange in ({"before": "-1"}, {"before": "9" * 30}, {"before": "²"}, {"other": "x"}):
        assert lead_browser.get("/journal/", strange).status_code == 200


def test_what_an_entry_says_more_is_a_list_to_read(lead_browser, at):
    unit, digest = "0a1b2c3d-0000-4000-8000-000000000001", "ab" * 32
    more = {"unit": unit, "on": "2026-03-02", "is_active": True, "fields": ["email", "odd"], "kettle": [], "n": 7}
    more |= {"counts": {"new": 3, "left_out": 1}, "n_bytes": 2048, "digest": digest, "verbs": ["member"], "why": None}
    record(by=SYSTEM, verb="kettle.boiled", thing="kettle", at=at, details=more)
    page = text(lead_browser.get("/journal/?verb=kettle"))
    told = dict(re.findall(r"<dt>([^<]*)</dt><dd>([^<]*)</dd>", page))
    assert told == {
        "unit": "0a1b2c3d", "from": "2 March 2026", "switched on": "yes", "what changed": "e-mail address, odd",
        "kettle": "\N{EN DASH}", "n": "7", "rows": "new 3, left out 1", "size": "2.0\xa0KB", "digest": "abababababab…",
        "events": "member", "reason": "\N{EN DASH}",
    }  # fmt: skip
    assert ("{" in "".join(told.values()), details.lines({"new": ["a"] * 6})) == (False, [("new", "6")])


def test_every_key_that_is_told_to_the_journal_has_a_name():
    told = set()
    for path in HOUSE.rglob("*.py"):
        for text in re.findall(r"\bdetails(?:: dict\[str, Any\])? ?= ?{([^{}]*)}", path.read_text("utf-8")):
            told |= set(re.findall(r'"(\w+)":', text))
    assert len(told) > 25
    assert told - set(details.names()) == set()


def test_the_journal_goes_to_a_spreadsheet_without_formulas(lead_browser, at):
    record(by=SYSTEM, verb="=1+1", thing="@SUM(A1)", at=at, details={"a": "=2"})
    answer = lead_browser.get("/journal/entries.csv", {"verb": "="})
    assert "attachment" in answer.headers["Content-Disposition"]
    head, row = csv.reader(io.StringIO(b"".join(answer.streaming_content).decode()))
    told = dict(zip(head, row, strict=True))
    assert (told["verb"], told["thing"], told["details"]) == ("'=1+1", "'@SUM(A1)", '{"a": "=2"}')
    assert told["digest"] == Entry.objects.get(verb="=1+1").digest


@pytest.mark.parametrize(
    "cell", ["=1", "+1", "-1", "@a", "\t=1", "\r=1", "\n=1", " =1", '"=1', "' =1", "\uff1d1", "\u3000\uff20a"]
)
def test_a_formula_is_made_a_text(cell):
    assert tame(cell, inside=False) == f"'{cell}"


def test_what_is_no_formula_stays_as_it_is():
    plain = ["", "a=1", "member:1", "7", "{}"]
    assert [tame(cell, inside=False) for cell in plain] == plain


def test_the_check_says_intact_and_gives_the_head_to_keep(lead_browser):
    answer = lead_browser.post("/journal/check", {"head": ""})
    finding = answer.context["finding"]
    assert (answer.status_code, finding.is_intact) == (200, True)
    assert finding.head in text(answer)
    assert Entry.objects.last().verb == "journal.checked"
    again = lead_browser.post("/journal/check", {"head": finding.head})
    assert again.context["finding"].is_intact


def test_the_check_says_where_it_breaks(lead_browser):
    answer = lead_browser.post("/journal/check", {"head": "0" * 63 + "1"})
    assert not answer.context["finding"].is_intact
    assert "nowhere in the chain" in text(answer)
    assert lead_browser.post("/journal/check", {"head": "abc"}).status_code == 422


def test_a_long_chain_is_left_to_the_command(lead_browser, monkeypatch):
    monkeypatch.setattr(checker, "SHORT", 3)
    monkeypatch.setattr(checker, "check", None)
    answer = lead_browser.post("/journal/check", {"head": ""})
    assert (answer.status_code, "mizzle journal check" in text(answer)) == (200, True)


def test_a_hook_is_added_and_its_secret_shown_once(lead_browser):
    answer = lead_browser.post("/journal/hooks", {"url": URL, "verbs": "member\nrole.given, member"})
    assert (answer.status_code, "whsec_" in text(answer)) == (201, True)
    assert Hook.objects.get().verbs == ["member", "role.given"]
    assert (URL in text(lead_browser.get("/journal/hooks")), "whsec_" in text(lead_browser.get("/journal/hooks"))) == (
        True,
        False,
    )
    again = lead_browser.post("/journal/hooks", {"url": URL, "verbs": ""})  # by a double click
    assert (again.status_code, Hook.objects.count()) == (422, 1)
    assert "whsec_" not in text(again)


@pytest.mark.parametrize(
    "given",
    [
        {"url": ""},
        {"url": "http://127.0.0.1/"},
        {"url": "https://larkmoor.example:22/"},
        {"url": "ftp://larkmoor.example/"},
        {"url": URL, "verbs": "Member Added!"},
        {"url": URL, "verbs": "\n".join(f"a{n}" for n in range(51))},
        {"url": URL + "x" * 300},
    ],
)
def test_a_hook_that_would_never_be_called_is_refused_and_what_was_typed_stays(lead_browser, given):
    answer = lead_browser.post("/journal/hooks", given)
    assert (answer.status_code, Hook.objects.count()) == (422, 0)
    assert "error-summary" in text(answer)


@pytest.fixture
def hook(lead_browser):
    lead_browser.post("/journal/hooks", {"url": URL, "verbs": "kettle"})
    return Hook.objects.get()


def test_a_hook_is_tried_once_for_each_form(lead_browser, hook):
    for _ in range(2):
        answer = lead_browser.post(f"/journal/hooks/{hook.public_id}/ping", {"key": "abc"})
        assert answer.status_code == 302
    assert Parcel.objects.get().content["type"] == "ping"


def test_a_hook_is_switched_off_and_on_and_removed(lead_browser, hook, at):
    address = f"/journal/hooks/{hook.public_id}"
    assert lead_browser.post(f"{address}/switch", {"to": "off", "version": 1}).status_code == 302
    assert not Hook.objects.get().is_active
    assert Head.objects.get().n_hooks == 0
    assert lead_browser.post(f"{address}/ping", {"key": "abc"}).status_code == 422
    stale = lead_browser.post(f"{address}/switch", {"to": "on", "version": 1})
    assert (stale.status_code, "switched off" in text(stale)) == (409, True)
    assert lead_browser.post(f"{address}/switch", {"to": "on", "version": 2}).status_code == 302
    assert Head.objects.get().n_hooks == 1
    assert lead_browser.post(f"{address}/remove", {"version": 3}).status_code == 302
    assert not Hook.objects.exists()
    assert [entry.verb for entry in Entry.objects.filter(thing=f"hook:{hook.public_id}")] == [
        "hook.added",
        "hook.switched",
        "hook.switched",
        "hook.removed",
    ]
    for act in ("switch", "remove", "ping"):
        assert lead_browser.post(f"{address}/{act}", {"version": 3, "key": "b"}).status_code == 404


def test_deliveries_say_what_failed_and_what_was_given_up_is_sent_again(lead_browser, hook, at):
    record(by=SYSTEM, verb="kettle.boiled", thing="kettle:1", at=at)
    Parcel.objects.update(state=ParcelState.DEAD, error="status:503", n_tries=10)
    page = text(lead_browser.get("/journal/deliveries?state=dead"))
    assert (URL in page, "status 503" in page) == (True, True)
    address = f"/journal/deliveries/{Parcel.objects.get().pk}/replay"
    assert lead_browser.post(address).status_code == 302
    assert lead_browser.post(address).status_code == 302
    assert (Parcel.objects.get().state, Parcel.objects.get().n_tries) == (ParcelState.WAITING, 0)
    assert Entry.objects.filter(verb="parcel.replayed").count() == 1
    Hook.objects.all().delete()
    Parcel.objects.update(state=ParcelState.DEAD)
    assert lead_browser.post(address).status_code == 422
    assert lead_browser.post("/journal/deliveries/00000000-0000-0000-0000-000000000007/replay").status_code == 404


def test_deliveries_come_in_pages(lead_browser, at):
    for n in range(60):
        send(kind="mail", target="kim@larkmoor.example", content={}, at=at + timedelta(seconds=n))
    first, second = (lead_browser.get("/journal/deliveries", {"page": page}) for page in ("1", "2"))
    seen = [line.parcel.pk for answer in (first, second) for line in answer.context["lines"]]
    assert (len(first.context["lines"]), len(set(seen))) == (50, 60)
    for strange in ("0", "-1", "x", "9" * 20, "²"):
        assert lead_browser.get("/journal/deliveries", {"page": strange}).status_code == 200


def test_who_may_not_see_people_sees_no_address(lead_browser, operator_browser, at):
    send(kind="mail", target="kim@larkmoor.example", content={}, at=at)
    assert "kim@larkmoor.example" in text(lead_browser.get("/journal/deliveries"))
    page = text(operator_browser.get("/journal/deliveries"))
    assert ("kim@larkmoor.example" in page, masked("kim@larkmoor.example") in page) == (False, True)


def test_the_page_says_that_mails_wait_for_a_server(lead_browser, operator_browser, at):
    send(kind="mail", target="kim@larkmoor.example", content={}, at=at)
    assert "no mail server is set" in text(lead_browser.get("/journal/deliveries"))
    page = text(operator_browser.get("/journal/mail"))
    assert ("No mail server is set" in page, "1 mail waits" in page) == (True, True)


def test_the_operator_sees_how_mail_is_sent_but_no_password_and_tries_it_once(operator_browser, settings):
    settings.ENVIRONMENT = replace(settings.ENVIRONMENT, mail_url="smtp://post:s3cret@mail.larkmoor.example:587")
    page = text(operator_browser.get("/journal/mail"))
    assert ("mail.larkmoor.example:587" in page, "s3cret" in page) == (True, False)
    for _ in range(2):
        assert operator_browser.post("/journal/mail", {"key": "abc"}).status_code == 302
    assert Parcel.objects.get().target == "odd.operator@larkmoor.example"


def test_every_reason_is_a_sentence():
    codes = (
        "address port unresolved connection tls timeout answer status:500 hook_gone recipient:550 mail:451 mail_server"
    )
    for code in (*codes.split(), "unreadable"):
        assert reason(code) != code
        assert reason(code).endswith(".")
        assert "%" not in reason(code)
    assert reason("") == ""


def test_only_ids_are_shortened():
    ident = "0a1b2c3d-0000-4000-8000-000000000001"
    assert [short(one) for one in (f"member:{ident}", ident, "organisation", "system")] == [
        "member:0a1b2c3d", "0a1b2c3d", "organisation", "system",
    ]  # fmt: skip
