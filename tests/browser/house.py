"""A house that answers on this machine, and a browser that notices everything that is wrong with a page."""

from __future__ import annotations

import os
import socket
import threading
import time
from contextlib import contextmanager
from pathlib import Path

import pytest
import uvicorn
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore
from django.db import connections
from django.test import RequestFactory

from mizzle_web.journal.actions import SYSTEM
from mizzle_web.page import clock
from mizzle_web.people import sign_in
from mizzle_web.people.actions.credentials import set_password
from mizzle_web.people.actions.members import NewMember, add_member
from mizzle_web.people.actions.organisation import found_organisation
from mizzle_web.people.actions.roles import give_role
from mizzle_web.people.actions.units import open_unit
from mizzle_web.people.models import Member

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
QUIET = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-dev-shm-usage",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
WIDTHS = (360, 390, 768, 1440)
THEMES = ("light", "dark")
PASSWORD = "rain falls on the yard"
AXE = Axe().axe_script
LOOK = """([tags, contrast]) => axe.run(document, {
    runOnly: tags, rules: {"color-contrast": {enabled: contrast}}, resultTypes: ["violations"], preload: false,
}).then(found => found.violations.map(
    rule => [rule.id, rule.nodes.slice(0, 4).map(node => node.html.slice(0, 160))]))"""
BAD = 400
"""From this status on an answer is no page that was asked for."""
VIOLATIONS = """document.addEventListener("securitypolicyviolation", event =>
    console.error(`policy: ${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`))"""


@contextmanager
def serving():
    """Let the house answer in threads of this process; gives its address."""
    from mizzle_web.config.asgi import application

    connections.settings["default"]["CONN_MAX_AGE"] = 0  # a thread keeps no connection when its test is over
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    server = uvicorn.Server(
        uvicorn.Config(application, log_level="error", lifespan="off", timeout_graceful_shutdown=1, ws="none")
    )
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    server.should_exit = True
    thread.join(5)
    listening.close()


@contextmanager
def chromium():
    """Start Chromium."""
    if not Path(CHROMIUM).exists():
        pytest.skip(f"needs Chromium at {CHROMIUM}; say where it is with CHROMIUM=...")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield browser
        browser.close()


def settle(*people, name="Larkmoor Home Delivery", teams=("Transport", "Warehouse")):
    """Found an organisation with teams and people; each person is a name with roles. Gives the members."""
    at = clock.now()
    found_organisation(name=name, language="en", timezone="UTC", at=at, by=SYSTEM)
    units = [
        open_unit(code=f"u{number}", name=team, parent=None, on=at.date(), by=SYSTEM, at=at)
        for number, team in enumerate(teams)
    ]
    members = []
    for number, (person, *roles) in enumerate(people):
        new = NewMember(name=person, email=address_of(person), unit=units[number % len(units)] if units else None)
        member = add_member(member=new, by=SYSTEM, at=at)
        set_password(member=member, password=PASSWORD, by=SYSTEM, at=at)
        for role in roles:
            give_role(member=member, role=role, by=SYSTEM, at=at)
        members.append(Member.objects.get(pk=member.pk))
    return members


def address_of(person):
    """Give the invented e-mail address of a person."""
    return f"{person.lower().replace(' ', '.')}@larkmoor.example"


class Visitor:
    """A person in front of a browser; whatever the page says on its console, or the policy forbids, is kept."""

    def __init__(self, browser, house, **more):
        self.house = house
        self.wrong = []
        self.context = browser.new_context(
            **{"base_url": house, "viewport": {"width": 1440, "height": 900}, "locale": "en-GB"} | more
        )
        if more.get("java_script_enabled", True):
            self.context.add_init_script(VIOLATIONS)
        self.page = self.context.new_page()
        self.page.set_default_timeout(10_000)
        self.page.on("console", self._said)
        self.page.on("pageerror", lambda error: self.wrong.append(f"{self.page.url}: {error}"))
        self.page.on("request", self._asked)

    def _said(self, message):
        if message.type not in ("error", "warning"):
            return
        if message.text.startswith("Failed to load resource") and message.location["url"] == self.page.url:
            return  # the page itself answered with an error, which its test knows
        self.wrong.append(f"{self.page.url}: {message.type} {message.text}")

    def _asked(self, request):
        if not request.url.startswith((self.house, "data:")):
            self.wrong.append(f"{self.page.url} asks {request.url}")

    def go(self, address):
        """Open an address; gives the answer."""
        return self.page.goto(address)

    def sign_in(self, person, password=PASSWORD):
        """Come in by the door."""
        self.go("/sign-in")
        self.page.get_by_label("E-mail address").fill(address_of(person))
        self.page.get_by_label("Password").fill(password)
        self.page.get_by_role("button", name="Sign in").click()
        self.page.wait_for_url("**/")

    def is_in(self, member):
        """Have a session, without the way through the door; gives the visitor."""
        request = RequestFactory().post("/sign-in")
        request.session = SessionStore()
        sign_in.enter(request, member, at=clock.now())
        request.session.save()
        name, value = settings.SESSION_COOKIE_NAME, request.session.session_key
        self.context.add_cookies([{"name": name, "value": value, "url": self.house}])
        return self

    def has_a_way_back(self):
        """Whether the present page is in the navigation, or names the pages above it."""
        is_known = "() => !!document.querySelector(`.site a[href='${location.pathname}']`)"
        return self.page.evaluate(is_known) or self.page.locator(".page-head .crumb a").count() > 0

    def look(self, width, theme):
        """Let the window be so wide and so bright."""
        self.page.set_viewport_size({"width": width, "height": 900})
        self.page.emulate_media(color_scheme=theme, reduced_motion="reduce")  # axe would measure a colour on its way

    def faults(self, *, with_contrast=True):
        """Give what axe finds, with the place of each."""
        if not self.page.evaluate("() => 'axe' in window"):
            self.page.evaluate(AXE)
        return self.page.evaluate(LOOK, [RULES, with_contrast])

    def scrolls_sideways(self):
        """Whether the page is wider than its window."""
        return self.page.evaluate("() => document.documentElement.scrollWidth > window.innerWidth")


def inspected(visitor, address):
    """Open a page and look at it in every width and theme; gives what is wrong with it."""
    answer = visitor.go(address)
    wrong = [(address, answer.status)] if answer.status >= BAD else []
    return wrong + faults_here(visitor, address)


def faults_here(visitor, name):
    """Look at the present page in every width and theme, with everything on it opened; gives what is wrong with it."""
    visitor.page.evaluate("() => document.querySelectorAll('details').forEach(one => { one.open = true })")
    wrong = []
    for theme in THEMES:
        for width in WIDTHS:
            visitor.look(width, theme)
            if visitor.scrolls_sideways():
                wrong.append((name, width, theme, "scrolls sideways"))
            # Half of the time of axe goes into contrast, which the narrowest and the widest page have shown.
            wrong += [(name, width, theme, fault) for fault in visitor.faults(with_contrast=width in (360, 1440))]
    return wrong
