"""The organisation: its name, language and zone."""

from __future__ import annotations

from mizzle_web.people.models import Organisation
from mizzle_web.people.roles import Role

FORM = {"name": "Larkmoor North", "language": "es", "timezone": "Europe/Oslo", "version": "1"}


def test_the_service_lead_changes_the_organisation(lead_browser):
    assert b"Larkmoor Home Delivery" in lead_browser.get("/settings/organisation").content
    answer = lead_browser.post("/settings/organisation", FORM)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/settings/organisation")
    found = Organisation.objects.get()
    assert (found.name, found.language, found.timezone, found.version) == ("Larkmoor North", "es", "Europe/Oslo", 2)


def test_two_people_at_once_see_both_texts_and_lose_none(lead_browser):
    lead_browser.post("/settings/organisation", FORM)
    answer = lead_browser.post("/settings/organisation", FORM | {"name": "Larkmoor South", "language": "nb"})
    page = answer.content.decode()
    assert answer.status_code == 409
    assert all(text in page for text in ("Larkmoor North", "Larkmoor South", "Norsk", "Español", "Nombre de la"))
    assert Organisation.objects.get().name == "Larkmoor North"
    again = lead_browser.post("/settings/organisation", FORM | {"name": "Larkmoor South", "version": "2"})
    assert (again.status_code, Organisation.objects.get().name) == (302, "Larkmoor South")


def test_bad_input_is_shown_again(lead_browser):
    answer = lead_browser.post("/settings/organisation", FORM | {"name": "", "timezone": "Moon/Base"})
    assert (answer.status_code, b'aria-invalid="true"' in answer.content) == (422, True)


def test_others_do_not_open_it(person, browser_of):
    assert browser_of(person("Uma Colleague")).get("/settings/organisation").status_code == 403
    assert (
        browser_of(person("Pia Partner", Role.PEOPLE_PARTNER)).post("/settings/organisation", FORM).status_code == 403
    )
