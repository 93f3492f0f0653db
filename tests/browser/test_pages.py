"""Every page of the house, as the resolver knows them: sound in every width, light and dark, in every state it has."""

from __future__ import annotations

import pytest

from browser.furnished import furnish
from browser.house import PASSWORD, address_of, inspected
from browser.visits import AMARA, GUARDED, HALF_WAY, LEAD, NO_PAGES, NOBODY, visits
from web.routes import declared, routes

pytestmark = pytest.mark.browser
PARTS = 6
"""The pages are looked at in so many tests, so that they share the cores of the machine."""


@pytest.fixture
def here(house):
    return furnish()


@pytest.fixture
def guests(here, visitor):
    """Give who comes, each in a browser of their own."""
    came = {}

    def come(who):
        if who not in came:
            came[who] = visitor()
            members = {LEAD: here.lead, AMARA: here.amara, GUARDED: here.guarded}
            if who == HALF_WAY:
                _give_the_password(came[who], here.guarded)
            elif who != NOBODY:
                came[who].is_in(members[who])
        return came[who]

    return come


def _give_the_password(guest, member):
    guest.go("/sign-in")
    guest.page.get_by_label("E-mail address").fill(address_of(member.name))
    guest.page.get_by_label("Password").fill(PASSWORD)
    guest.page.get_by_role("button", name="Sign in").click()
    guest.page.wait_for_url("**/code")


def ours():
    return {route.name for route in routes() if not route.pattern.startswith(("/api/", "/static/"))}


def test_every_page_is_visited_and_what_is_none_was_reviewed(here):
    looked_at = visits(here)
    assert ours() - set(looked_at) - set(NO_PAGES) == set(), "nobody looks at these pages"
    assert (set(looked_at) & set(NO_PAGES), (set(looked_at) | set(NO_PAGES)) - ours()) == (set(), set())
    assert [name for name, some in looked_at.items() if not some] == []
    forms = [name for name, reason in NO_PAGES.items() if "form" in reason]
    assert [name for name in forms if "GET" in declared()[name]["methods"]] == []


@pytest.mark.parametrize("part", range(PARTS))
def test_every_page_is_sound_in_every_width_and_theme(here, guests, part):
    every = [visit for some in visits(here).values() for visit in some]
    wrong = []
    for who, address in every[part::PARTS]:
        guest = guests(who)
        wrong += inspected(guest, address)
        if guest.page.locator(".shell").count() and not guest.has_a_way_back():
            wrong.append((address, "no way back"))
    assert wrong == []
