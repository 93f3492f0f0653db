"""Coming in and going out."""

from __future__ import annotations

from datetime import timedelta

import pytest

from mizzle_web.people.models import Member, Organisation
from mizzle_web.people.roles import Role

START = {
    "organisation": "Larkmoor",
    "language": "nb",
    "timezone": "Europe/Oslo",
    "units": "Transport\n\n Warehouse \nTransport",
    "name": "Ida Lead",
    "email": "ida@larkmoor.example",
    "password": "rain falls on the yard",
}


@pytest.mark.django_db
def test_an_empty_house_begins_with_an_owner_and_units(client):
    assert client.get("/").headers["Location"] == "/start"
    answer = client.post("/start", START)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/")
    owner = Member.objects.get()
    assert owner.roles() == {Role.COLLEAGUE, Role.SERVICE_LEAD, Role.OPERATOR}
    assert Organisation.objects.get().timezone == "Europe/Oslo"
    page = client.get("/units/").content.decode()
    assert (page.count("Transport"), page.count("Warehouse")) == (1, 1)
    assert client.get("/start").headers["Location"] == "/sign-in"
    assert client.post("/start", START | {"email": "b@larkmoor.example"}).status_code == 302
    assert Member.objects.count() == 1


@pytest.mark.django_db
def test_a_start_with_bad_input_keeps_what_was_typed_and_makes_nothing(client):
    answer = client.post("/start", START | {"password": "short", "email": ""})
    page = answer.content.decode()
    assert (answer.status_code, "Larkmoor" in page, 'aria-invalid="true"' in page) == (422, True, True)
    assert not Organisation.objects.exists()


def test_a_session_ends_when_it_is_idle_or_old(lead_browser, at, time_machine):
    for hours in range(8, 200, 7):
        time_machine.move_to(at + timedelta(hours=hours - 1), tick=False)
        answer = lead_browser.get("/")
        if hours < 24 * 7:
            assert answer.status_code == 200, hours
    assert answer.headers["Location"] == "/sign-in"


def test_an_idle_session_ends_after_eight_hours(lead_browser, at, time_machine):
    assert lead_browser.get("/").status_code == 200
    time_machine.move_to(at + timedelta(hours=8, minutes=1), tick=False)
    assert lead_browser.get("/").headers["Location"] == "/sign-in"
