"""A small organisation, its people in every role, and browsers that have signed in."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.test import Client

from mizzle_web.journal.actions import SYSTEM
from mizzle_web.people import sign_in
from mizzle_web.people.actions.credentials import set_password
from mizzle_web.people.actions.members import NewMember, add_member
from mizzle_web.people.actions.organisation import found_organisation
from mizzle_web.people.actions.roles import give_role
from mizzle_web.people.actions.units import open_unit
from mizzle_web.people.models import Member
from mizzle_web.people.roles import Role
from web.connecting import connect

__all__ = ["connect"]  # a fixture of several files

AT = datetime(2026, 3, 2, 8, 30, tzinfo=UTC)
"""A Monday morning on which everything in these tests begins."""
PASSWORD = "rain falls on the yard"


@pytest.fixture(autouse=True)
def at(time_machine):
    """Stand the clock still; a test moves it with `time_machine.move_to`."""
    time_machine.move_to(AT, tick=False)
    return AT


@pytest.fixture
def organisation(db):
    return found_organisation(name="Larkmoor Home Delivery", language="en", timezone="UTC", at=AT, by=SYSTEM)


@pytest.fixture
def units(organisation):
    """Two units, one in the other."""
    transport = open_unit(code="TR", name="Transport", parent=None, on=AT.date(), by=SYSTEM, at=AT)
    drivers = open_unit(code="DR", name="Drivers", parent=transport, on=AT.date(), by=SYSTEM, at=AT)
    return {"TR": transport, "DR": drivers}


@pytest.fixture
def person(units):
    """Make a member, in the drivers' team and with a password, with these roles."""

    def make(name, *roles, unit="DR", **more):
        email = f"{name.lower().replace(' ', '.')}@larkmoor.example"
        made = add_member(
            member=NewMember(**{"name": name, "email": email, "unit": units[unit]} | more), by=SYSTEM, at=AT
        )
        set_password(member=made, password=PASSWORD, by=SYSTEM, at=AT)
        for role in roles:
            give_role(member=made, role=role, by=SYSTEM, at=AT)
        return Member.objects.get(pk=made.pk)

    return make


@pytest.fixture
def everybody(person):
    """One member for each role."""
    return {role: person(f"{role.label} One", *([] if role == Role.COLLEAGUE else [role])) for role in Role}


@pytest.fixture
def browser_of(rf):
    """Give a test client in which a member has signed in."""

    def go(member):
        client = Client(headers={"Accept-Language": "en"})
        request = rf.post("/sign-in")
        request.session = client.session
        sign_in.enter(request, member, at=AT)
        request.session.save()
        client.cookies["session"] = request.session.session_key
        return client

    return go


@pytest.fixture
def lead(person):
    return person("Ida Lead", Role.SERVICE_LEAD)


@pytest.fixture
def lead_browser(lead, browser_of):
    return browser_of(lead)
