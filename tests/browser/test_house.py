"""The house as people meet it: in Chromium, narrow and wide, light and dark, by keyboard, without JavaScript."""

from __future__ import annotations

import pytest

from browser.house import address_of, inspected, settle
from mizzle_web.people.roles import Role

pytestmark = pytest.mark.browser
LEAD = ("Ida Lead", Role.SERVICE_LEAD, Role.OPERATOR)
NOT_PAGES = ("/static/",)


def pages_of(visitor):
    """Walk the navigation and the settings; gives every address that a click away from them is a page."""
    found = set()
    for address in ("/", "/settings/"):
        visitor.go(address)
        found |= {way for way in visitor.ways() if not way.startswith(NOT_PAGES)}
    return sorted(found)


def test_every_page_is_sound_in_every_width_and_theme(visitor):
    settle(LEAD, ("Amara Kone",), ("Torvald Nes", Role.LEADER))
    ida = visitor()
    ida.sign_in("Ida Lead")
    addresses = pages_of(ida)
    assert {"/", "/settings/", "/people/", "/units/", "/journal/", "/jobs/", "/design/"} <= set(addresses)
    wrong = [one for address in addresses for one in inspected(ida, address)]
    assert wrong == []
