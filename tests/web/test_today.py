"""Today and Settings: what waits for whom, and ways that lead somewhere."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse

from mizzle_web.people.roles import Role
from mizzle_web.today import views


def headings(page):
    return re.findall(r"<h[12][^>]*>([^<]*)</h", page.content.decode())


def test_every_address_on_today_and_in_settings_exists():
    for name in (*views.LEFT, *views.RIGHT, *(line[0] for _, lines in views.SETTINGS for line in lines)):
        assert reverse(name)


def test_settings_leave_out_what_is_not_there_and_what_is_not_for_the_reader(lead_browser, monkeypatch):
    monkeypatch.setattr(
        views,
        "SETTINGS",
        [
            (
                "Here",
                [("people:me", "mine", "Yourself", "About you", None), ("nowhere:page", "mine", "Gone", "", None)],
            ),
            ("Empty", [("nowhere:else", "mine", "Gone too", "", None)]),
            ("Operation", [("page:design", "eye", "Parts", "", views.Permission.OPERATE)]),
        ],
    )
    page = lead_browser.get("/settings/")
    text = page.content.decode()
    assert ("Yourself" in text, "Gone" in text) == (True, False)
    assert headings(page).count("Empty") == 0
    assert headings(page).count("Operation") == 0


def test_a_fragment_that_does_not_exist_leaves_no_gap_in_the_page(lead_browser, monkeypatch):
    monkeypatch.setattr(views, "LEFT", ("nowhere:waiting",))
    page = lead_browser.get("/")
    assert page.status_code == 200
    assert "Nothing waits for you" in page.content.decode()


def test_a_fragment_is_shown_under_the_rights_of_the_reader(lead_browser, person, browser_of, monkeypatch):
    monkeypatch.setattr(views, "RIGHT", ("people:members",))
    assert lead_browser.get("/").content.decode().count("<h1>") == 2
    assert browser_of(person("Amara Kone")).get("/").content.decode().count("<h1>") == 1


def test_the_first_step_of_an_owner_goes_from_teams_to_people_to_a_second_key(client, organisation, browser_of):
    from mizzle_web.journal.actions import SYSTEM
    from mizzle_web.people.actions.members import NewMember, add_member
    from mizzle_web.people.actions.roles import give_role
    from mizzle_web.people.actions.units import open_unit
    from mizzle_web.people.models import Member

    at = organisation.created_at
    owner = add_member(member=NewMember(name="Ida Lead", email="ida@larkmoor.example"), by=SYSTEM, at=at)
    give_role(member=owner, role=Role.SERVICE_LEAD, by=SYSTEM, at=at)

    def step():
        page = browser_of(Member.objects.get(pk=owner.pk)).get("/")
        return re.findall(r'id="first-step">([^<]*)<', page.content.decode())

    assert step() == ["Open the first team"]
    assert 'href="/units/new"' in browser_of(Member.objects.get(pk=owner.pk)).get("/").content.decode()
    open_unit(code="TR", name="Transport", parent=None, on=at.date(), by=SYSTEM, at=at)
    assert step() == ["Bring in the first people"]
    second = add_member(member=NewMember(name="Amara Kone", email="amara@larkmoor.example"), by=SYSTEM, at=at)
    assert step() == ["Make a second service lead"]
    give_role(member=second, role=Role.SERVICE_LEAD, by=SYSTEM, at=at)
    assert step() == []


@pytest.mark.parametrize("role", [Role.COLLEAGUE, Role.LEADER, Role.OBSERVER])
def test_others_are_asked_for_no_step_that_is_not_theirs(person, browser_of, role):
    member = person("Amara Kone", *([] if role == Role.COLLEAGUE else [role]))
    assert 'id="first-step"' not in browser_of(member).get("/").content.decode()


def test_today_names_the_day_as_people_write_it(lead_browser, lead):
    assert "Monday 2 March" in lead_browser.get("/").content.decode()


@pytest.mark.parametrize(
    ("path", "room", "mark"),
    [
        ("/", "Today", "page"),
        ("/people/", "People", "page"),
        ("/settings/", "Settings", "page"),
        ("/me", "Settings", "true"),
        ("/journal/hooks", "Settings", "true"),
        ("/journal/check", "Journal", "true"),
    ],
)
def test_the_navigation_marks_where_the_reader_is(lead_browser, path, room, mark):
    text = lead_browser.get(path).content.decode()
    nav = text[text.index('<nav class="nav"') :]
    nav = nav[: nav.index("</nav>")]
    assert re.findall(r'aria-current="(\w+)"><svg.*?</svg>([^<]+)<', nav) == [(mark, room)]


def test_a_colleague_with_nothing_to_do_finds_a_calm_page(person, browser_of):
    text = browser_of(person("Amara Kone")).get("/").content.decode()
    assert ("Nothing waits for you" in text, "Look at your own page" in text) == (True, True)
