"""The sample organisation: loaded once and quickly, and removed without a trace but in the journal."""

from __future__ import annotations

import dataclasses
import stat
from time import perf_counter

import pytest
from django.apps import apps
from django.contrib.sessions.models import Session
from django.urls import reverse

from mizzle_web.config import house
from mizzle_web.journal import actions as journal
from mizzle_web.journal import chain
from mizzle_web.journal.actions import SYSTEM
from mizzle_web.journal.models import Entry, Head
from mizzle_web.operation import sample_keys
from mizzle_web.operation.actions import load_sample, remove_sample
from mizzle_web.page.refused import Refused
from mizzle_web.people import sign_in
from mizzle_web.people.figures import tree
from mizzle_web.people.models import Grant, Member, Organisation, Placement, Succession, Unit
from mizzle_web.people.roles import Role


@pytest.fixture(autouse=True)
def folder(settings, tmp_path, monkeypatch):
    """Keep the passwords of the sample in a folder of the test, hashed as quickly as all passwords of tests."""
    monkeypatch.setattr(sample_keys, "HASHER", "default")
    settings.ENVIRONMENT = dataclasses.replace(settings.ENVIRONMENT, data=tmp_path)
    return tmp_path


@pytest.fixture
def sample(db, at):
    assert load_sample(rng_seed=7, by=SYSTEM, at=at)
    return Organisation.objects.get()


@pytest.fixture
def sample_lead(sample):
    return Member.objects.holding(Role.SERVICE_LEAD).get()


@pytest.fixture
def lead_of_sample(sample_lead, browser_of):
    return browser_of(sample_lead)


def keys(folder):
    """What the file of passwords says: for each e-mail address its password, and last the code and PIN."""
    lines = (folder / "sample-passwords.txt").read_text("utf-8").splitlines()
    found = {words[-2]: words[-1] for words in map(str.split, lines[1:-1])}
    code, pin = lines[-1].partition("personal code ")[2].split(", PIN ")
    return found, (code, pin)


def rows():
    """How many rows each table of the house has."""
    models = [model for model in apps.get_models() if model.__module__.startswith("mizzle_web.")]
    return {model.__name__: model.objects.count() for model in (*models, Session) if model.objects.exists()}


def is_chain_whole():
    """Whether every entry of the journal has the hash of its content and follows the one before it."""
    before = "0" * 64
    for entry in Entry.objects.order_by("number"):
        if entry.before != before or entry.digest != chain.digest(entry):
            return False
        before = entry.digest
    return Head.objects.get().digest == before


def test_it_is_loaded_in_seconds_and_told_once(db, at, folder, monkeypatch):
    monkeypatch.setattr(sample_keys, "HASHER", sample_keys.Light())
    began = perf_counter()
    assert load_sample(rng_seed=7, by=SYSTEM, at=at)
    assert perf_counter() - began < 20
    assert (Member.objects.present().count(), Unit.objects.on(at.date()).count()) == (412, 40)
    assert Organisation.objects.get().is_sample
    hashes = [*Member.objects.values_list("password", flat=True), *Member.objects.values_list("pin", flat=True)]
    assert sum(one.startswith("argon2$argon2id$") for one in hashes) == 10
    orders, entry = Entry.objects.order_by("number")
    assert (orders.verb, orders.details["kind"]) == ("job.started", "journeys.sample")
    assert (entry.verb, entry.by) == ("sample.loaded", SYSTEM)
    assert entry.details == {"units": 41, "members": 430, "seed": 7}


def test_loaded_twice_is_loaded_once(sample, at, folder):
    before = rows(), keys(folder)
    assert not load_sample(rng_seed=8, by=SYSTEM, at=at)
    assert (rows(), keys(folder)) == before


def test_a_real_organisation_is_left_alone(organisation, at, folder):
    before = rows()
    with pytest.raises(Refused) as refusal:
        load_sample(rng_seed=7, by=SYSTEM, at=at)
    assert refusal.value.code == "already_there"
    assert rows() == before
    assert not (folder / "sample-passwords.txt").exists()


def test_a_load_that_fails_leaves_the_house_empty(db, at, monkeypatch):
    def full(_keys):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(sample_keys, "write", full)
    with pytest.raises(OSError, match="No space"):
        load_sample(rng_seed=7, by=SYSTEM, at=at)
    assert rows() == {}


def test_its_units_have_a_past_and_its_tree_no_circle(sample, at):
    branches = tree(at.date())
    assert len(branches) == 40
    assert {branch.depth for branch in branches} == {0, 1, 2}
    assert sum(branch.n_members for branch in branches) == 412
    merged = Succession.objects.get()
    assert (merged.kind, merged.earlier.ended_on, merged.earlier.code) == ("merged", merged.on, "WH-SM")
    assert Placement.objects.filter(unit=merged.earlier, until_on__isnull=True).count() == 0


def test_every_role_is_played_and_none_by_somebody_who_left(sample):
    assert {Role(role) for role in Grant.objects.values_list("role", flat=True)} == set(Role) - {Role.COLLEAGUE}
    assert not Grant.objects.filter(member__left_at__isnull=False).exists()


def test_its_passwords_stand_in_a_file_that_nobody_else_reads(sample, folder):
    path = folder / "sample-passwords.txt"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    found, (code, pin) = keys(folder)
    assert (len(found), len(set(found.values())), len(pin)) == (9, 9, 6)
    assert Member.objects.get(code=code).email is None


def test_a_lightly_hashed_password_opens_as_any_other(db, at, folder, settings, monkeypatch):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
    monkeypatch.setattr(sample_keys, "HASHER", sample_keys.Light())
    load_sample(rng_seed=7, by=SYSTEM, at=at)
    (address, password), *_others = keys(folder)[0].items()
    assert sign_in.check(name=address, secret=password, kind="password", address="127.0.0.1", at=at).email == address


def test_one_person_of_each_role_signs_in_with_the_password_of_the_file(sample, folder, at):
    found, (code, pin) = keys(folder)
    roles = set()
    for address, password in found.items():
        member = sign_in.check(name=address, secret=password, kind="password", address="127.0.0.1", at=at)
        assert len(member.roles()) <= 2
        roles |= member.roles()
    assert roles == set(Role)
    member = sign_in.check(name=code, secret=pin, kind="pin", address="127.0.0.1", at=at)
    assert member.roles() == {Role.COLLEAGUE}


def test_everybody_else_has_no_password(sample, folder):
    usable = [member for member in Member.objects.all() if member.has_usable_password()]
    assert {member.email for member in usable} == set(keys(folder)[0])
    assert Member.objects.exclude(pin="").count() == 1


def test_passwords_differ_from_copy_to_copy(sample, sample_lead, folder, at):
    before = keys(folder)
    names = set(Member.objects.values_list("name", flat=True))
    remove_sample(by=sample_lead.actor, at=at)
    assert load_sample(rng_seed=7, by=SYSTEM, at=at)
    assert set(Member.objects.values_list("name", flat=True)) == names
    assert not set(before[0].values()) & set(keys(folder)[0].values())


def test_every_page_says_that_this_is_a_sample_and_the_lead_may_remove_it(sample, lead_of_sample, browser_of):
    for address in ("today:today", "today:settings", "people:me", "people:units", "operation:sample"):
        page = lead_of_sample.get(reverse(address)).content.decode()
        assert "sample-mark" in page, address
        assert "/operation/sample" in page, address
    host = browser_of(Member.objects.get(name="Torvald Nesvang"))
    page = host.get("/").content.decode()
    assert ("sample-mark" in page, "/operation/sample" in page) == (True, False)
    assert host.post("/operation/sample").status_code == 403
    assert Member.objects.exists()


def test_looking_at_the_page_removes_nothing(lead_of_sample):
    before = rows()
    page = lead_of_sample.get("/operation/sample")
    assert (page.status_code, "412" in page.content.decode()) == (200, True)
    assert rows() == before


def test_removed_it_leaves_nothing_but_the_journal_and_the_house_begins_anew(
    lead_of_sample, sample_lead, client, folder, browser_of, at, django_capture_on_commit_callbacks
):
    other = browser_of(Member.objects.get(name="Amara Kelholt"))
    journal.send(
        kind="mail", target="a@larkmoor.example", content={"subject": "", "text": ""}, at=sample_lead.joined_at
    )
    entries = list(Entry.objects.values_list("digest", flat=True))
    with django_capture_on_commit_callbacks(execute=True):
        answer = lead_of_sample.post("/operation/sample")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/start")
    assert set(rows()) == {"Entry", "Head"}
    assert list(Entry.objects.values_list("digest", flat=True))[: len(entries)] == entries
    last = Entry.objects.latest("number")
    assert (last.verb, last.by, last.number) == ("sample.removed", sample_lead.actor, len(entries) + 1)
    assert is_chain_whole()
    assert not (folder / "sample-passwords.txt").exists()
    for browser in (lead_of_sample, other, client):
        assert browser.get("/").headers["Location"] == "/start"
        assert browser.get("/start").status_code == 200
    assert lead_of_sample.post("/operation/sample").headers["Location"] == "/start"


def test_a_hook_of_the_sample_hears_nothing_of_what_comes_after(sample, sample_lead, at):
    journal.add_hook(url="https://hooks.larkmoor.example/all", verbs=[], by=sample_lead.actor, at=at)
    remove_sample(by=sample_lead.actor, at=at)
    assert set(rows()) == {"Entry", "Head"}
    assert Head.objects.get().n_hooks == 0


def test_a_real_organisation_cannot_be_removed_this_way(organisation, lead, lead_browser):
    assert "sample-mark" not in lead_browser.get("/").content.decode()
    assert "<form method" not in lead_browser.get("/operation/sample").content.decode().partition("<footer")[0]
    before = rows()
    answer = lead_browser.post("/operation/sample")
    assert (answer.status_code, "no sample" in answer.content.decode()) == (422, True)
    assert rows() == before


def test_an_empty_house_has_no_sample_to_remove(db, at):
    with pytest.raises(Refused) as refusal:
        remove_sample(by=SYSTEM, at=at)
    assert refusal.value.code == "no_sample"


@pytest.fixture
def demo(monkeypatch, capsys, at):
    """Run `mizzle demo` up to where the house would open; give what it prints."""
    monkeypatch.setattr(house, "_migrate", lambda *_: 0)
    monkeypatch.setattr(house, "_serve", lambda _chosen: 0)

    def go():
        assert house._demo(None) == 0
        return capsys.readouterr().out

    return go


def test_the_demo_says_how_to_come_in_also_the_second_time(db, demo, folder):
    printed = demo()
    for role in Role:
        assert str(role.label) in printed
    found, (code, pin) = keys(folder)
    assert all(secret in printed for secret in (*found, *found.values(), code, pin))
    assert demo() == printed
    assert Entry.objects.filter(verb="sample.loaded").count() == 1


def test_the_demo_says_so_where_its_passwords_are_gone(db, demo, folder):
    demo()
    (folder / "sample-passwords.txt").unlink()
    assert "is gone" in demo()


def test_the_demo_opens_a_house_with_a_real_organisation_as_it_is(organisation, demo):
    before = rows()
    assert "real organisation" in demo()
    assert rows() == before
