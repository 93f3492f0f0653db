"""Pages that no address alone shows: answers to forms, what is told once, what was refused, and what went wrong."""

from __future__ import annotations

import errno
from dataclasses import replace
from datetime import timedelta

import pyotp
import pytest
from django.core.exceptions import SuspiciousOperation
from django.db import OperationalError
from playwright.sync_api import expect

from browser.furnished import KEY, PIN, become_a_sample, furnish, key_on
from browser.house import PASSWORD, faults_here
from mizzle_web.page import clock
from mizzle_web.people.actions.members import change_member
from mizzle_web.people.actions.units import rename_unit
from mizzle_web.people.models import Grant, Invitation, Organisation

pytestmark = pytest.mark.browser


@pytest.fixture
def here(house):
    return furnish()


class Looking:
    """Somebody who does one thing after another, and looks at each page that comes of it."""

    def __init__(self, guest):
        self.guest, self.page, self.wrong = guest, guest.page, []

    def send(self, button, *, answer, within="main"):
        """Press a button of a form; the page that answers has this status, and is looked at."""
        pressed = self.page.locator(within).get_by_role("button", name=button, exact=True).first
        with self.page.expect_response(lambda one: one.request.method == "POST") as answered:
            pressed.click()
        self.page.wait_for_load_state()
        assert answered.value.status == answer, (button, self.page.url)
        self.look(f"{button}: {answer}")

    def open(self, address, *, answer=200):
        """Open an address that answers so, and look at it."""
        assert self.guest.go(address).status == answer, address
        self.look(address)

    def look(self, name):
        """Look at the present page."""
        assert self.page.locator("h1").count() == 1, name
        self.wrong += faults_here(self.guest, name)

    def fill(self, **fields):
        """Fill in fields by their names."""
        for name, text in fields.items():
            self.page.locator(f"main [name={name}]").first.fill(text)


@pytest.fixture
def lead(here, visitor):
    return Looking(visitor().is_in(here.lead))


@pytest.fixture
def amara(here, visitor):
    return Looking(visitor().is_in(here.amara))


@pytest.fixture
def nobody(here, visitor):
    return Looking(visitor())


def test_forms_that_were_filled_in_badly(lead, nobody):
    nobody.guest.go("/sign-in")
    nobody.fill(name="nobody@larkmoor.example", password="x")
    nobody.send("Sign in", answer=422)
    nobody.guest.go("/tablet")
    nobody.send("Sign in", answer=422)
    for address, button in (
        ("/people/new", "Add the person"),
        ("/units/new", "Open the unit"),
        ("/people/import", "See what it would change"),
        ("/me/tokens", "Make the token"),
        ("/me/password", "Change the password"),
        ("/journal/hooks", "Add the webhook"),
    ):
        lead.guest.go(address)
        lead.send(button, answer=422)
        expect(lead.page.get_by_role("alert")).to_be_focused()
    lead.guest.go("/settings/sign-in")
    lead.fill(shortest_password="3", idle_minutes="2")
    lead.send("Save", answer=422)
    lead.guest.go("/journal/check")
    lead.fill(head="not a head")
    lead.send("Check now", answer=422)
    assert nobody.wrong + lead.wrong == []


def test_what_is_shown_only_once(here, lead):
    lead.guest.go("/journal/hooks")
    lead.fill(url="https://hooks.larkmoor.example/new")
    lead.send("Add the webhook", answer=201)
    lead.guest.go("/me/tokens")
    lead.fill(name="x" * 60)
    lead.page.get_by_label("Read units").check()
    lead.send("Make the token", answer=201)
    for who, button in ((here.invited, "Invite again"), (here.guarded, "Make a link"), (here.amara, "Make a PIN")):
        lead.guest.go(f"/people/{who.public_id}/sign-in")
        lead.send(button, answer=200)
    lead.guest.go("/me/second-factor")
    lead.fill(code="000000")
    lead.send("Add the second factor", answer=422)
    lead.fill(code=pyotp.TOTP(key_on(lead.page)).now())
    lead.send("Add the second factor", answer=200)
    expect(lead.page.locator(".codes li")).to_have_count(8)
    assert lead.wrong == []


def test_what_was_done_and_what_the_check_of_the_journal_says(here, lead):
    lead.guest.go(f"/people/import/{here.imports['checked'].public_id}")
    lead.send("Import 4 rows", answer=302)
    expect(lead.page.locator(".notice")).to_have_text("Imported.")
    lead.guest.go("/journal/check")
    lead.send("Check now", answer=200)
    lead.fill(head="0" * 63 + "1")
    lead.send("Check now", answer=200)
    expect(lead.page.get_by_role("alert")).to_be_focused()
    lead.guest.go("/operation/backup")
    lead.send("Make a backup now", answer=302)
    assert lead.wrong == []


def test_two_who_change_one_thing(here, lead):
    by = {"by": here.lead.actor, "at": clock.now()}
    amara, unit = here.amara, here.units["warehouse"]
    lead.guest.go(f"/people/{amara.public_id}/change")
    change_member(member=amara, version=amara.version, name="Amara Berg", language="nb", **by)
    lead.fill(name="Amara Kone-Berg " + "x" * 80)
    lead.send("Save", answer=409)
    lead.guest.go(f"/units/{unit.public_id}/rename")
    rename_unit(unit=unit, name="Stores", on=clock.now().date(), version=unit.version, **by)
    lead.fill(name="Warehouse, day")
    lead.send("Rename it", answer=409)
    lead.guest.go("/settings/organisation")
    other = lead.page.context.new_page()
    other.goto("/settings/organisation")
    other.locator("main [name=name]").fill("Larkmoor")
    other.get_by_role("button", name="Save").click()
    other.close()
    lead.fill(name="Larkmoor Home")
    lead.send("Save", answer=409)
    assert lead.wrong == []


def test_what_is_refused(here, lead, amara, nobody):
    lead.guest.go(f"/people/{here.lead.public_id}")
    lead.page.get_by_role("button", name="End Service lead").click()
    lead.look("the last service lead ends the role")
    lead.guest.go(f"/people/{here.lead.public_id}/leave")
    lead.send("Yes, they have left", answer=409)
    lead.open("/nothing/here", answer=404)
    lead.open(f"/jobs/{here.amara.public_id}", answer=404)
    lead.open(f"/journal/?verb={'x' * 61}", answer=422)
    amara.open("/operation/", answer=403)
    nobody.open("/nothing/here", answer=404)
    nobody.open("/sign-out", answer=405)
    nobody.open("/invitation/not-a-link", answer=404)
    Invitation.objects.update(expires_at=clock.now() - timedelta(days=1))
    nobody.open(f"/invitation/{here.links['invite']}", answer=404)
    nobody.guest.go("/sign-in")
    nobody.page.locator("main [name=csrfmiddlewaretoken]").evaluate("field => field.remove()")
    nobody.fill(name="x", password="x")
    nobody.send("Sign in", answer=403)
    assert lead.wrong + amara.wrong + nobody.wrong == []


@pytest.mark.parametrize(
    ("trouble", "status"),
    [
        (SuspiciousOperation("odd"), 400),
        (RuntimeError("a fault of ours"), 500),
        (OperationalError("server closed the connection"), 503),
        (OSError(errno.ENOSPC, "No space left on device"), 507),
    ],
    ids=lambda one: str(one) if isinstance(one, int) else "",
)
@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_what_went_wrong(lead, monkeypatch, trouble, status):
    def fail(*_):
        raise trouble

    monkeypatch.setattr("mizzle_web.today.views._groups", fail)
    lead.open("/settings/", answer=status)
    assert lead.wrong == []


def test_a_shared_tablet(here, nobody):
    nobody.guest.go("/tablet")
    nobody.fill(name=here.amara.code, pin=PIN)
    nobody.send("Sign in", answer=302)
    expect(nobody.page.get_by_role("note")).to_contain_text("A shared tablet")
    nobody.open("/me")
    nobody.open("/me/password", answer=403)
    assert nobody.wrong == []


def test_a_second_factor_that_is_owed_and_one_that_was_lost(here, lead, nobody):
    long_ago = clock.now() - timedelta(days=30)
    Organisation.objects.update(created_at=long_ago)
    Grant.objects.filter(member=here.lead).update(given_at=long_ago)
    lead.open("/me/second-factor")
    expect(lead.page.locator(".outside")).to_have_count(1)
    nobody.guest.go("/sign-in")
    nobody.fill(name=here.guarded.email, password=PASSWORD)
    nobody.page.get_by_role("button", name="Sign in", exact=True).click()
    nobody.fill(code="000000")
    nobody.send("Sign in", answer=422)
    nobody.fill(code=pyotp.TOTP(KEY).now())
    nobody.send("Sign in", answer=302)
    assert lead.wrong + nobody.wrong == []


def test_where_mail_is_sent(nobody, lead, settings):
    settings.ENVIRONMENT = replace(settings.ENVIRONMENT, mail_url="smtps://mail.larkmoor.example")
    nobody.open("/forgotten")
    nobody.fill(email="nobody@larkmoor.example")
    nobody.send("Send the link", answer=302)
    expect(nobody.page.locator(".notice")).to_contain_text("on its way")
    lead.open("/journal/mail")
    assert nobody.wrong + lead.wrong == []


def test_a_sample_organisation(lead):
    become_a_sample()
    lead.open("/")
    expect(lead.page.locator(".sample-mark")).to_be_visible()
    lead.open("/operation/sample")
    assert lead.wrong == []
