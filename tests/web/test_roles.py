"""Roles: given, ended, and never without somebody who can give them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from mizzle_web.journal.actions import SYSTEM
from mizzle_web.page.permissions import Permission
from mizzle_web.page.refused import Refused
from mizzle_web.people.actions.members import NewMember, add_member
from mizzle_web.people.actions.roles import end_role, give_role
from mizzle_web.people.models import Grant, Member, Organisation
from mizzle_web.people.roles import Role
from mizzle_web.people.views.roles import abilities, purposes

AT = datetime(2026, 3, 2, 8, 30, tzinfo=UTC)
WHO = {"by": SYSTEM, "at": AT}


@pytest.fixture
def sam(units):
    return add_member(member=NewMember(name="Sam Driver", code="s1", unit=units["DR"]), **WHO)


def test_a_role_is_given_and_ended_on_the_page_of_a_person(lead_browser, sam, units):
    address = f"/people/{sam.public_id}/role"
    before = sam.generation
    assert lead_browser.get(address).status_code == 200
    answer = lead_browser.post(address, {"role": "leader", "unit": str(units["DR"].public_id)})
    assert answer.status_code == 302
    grant = Grant.objects.get(member=sam)
    assert (grant.role, grant.unit, grant.ended_at) == ("leader", units["DR"], None)
    assert Member.objects.get(pk=sam.pk).generation == before + 1
    page = lead_browser.get(f"/people/{sam.public_id}").content.decode()
    assert ("Leader" in page, "for Drivers" in page) == (True, True)
    assert lead_browser.post(f"/people/{sam.public_id}/role/{grant.pk}/end").status_code == 302
    grant.refresh_from_db()
    assert grant.ended_at == AT
    assert Member.objects.get(pk=sam.pk).generation == before + 2


def test_the_last_service_lead_keeps_the_role(lead_browser, lead, sam):
    grant = Grant.objects.get(member=lead)
    answer = lead_browser.post(f"/people/{lead.public_id}/role/{grant.pk}/end")
    assert (answer.status_code, b"Make somebody else service lead first" in answer.content) == (409, True)
    give_role(member=sam, role=Role.SERVICE_LEAD, **WHO)
    end_role(grant=grant, **WHO)
    assert Member.objects.holding(Role.SERVICE_LEAD).get() == sam


def test_two_service_leads_cannot_go_at_once(lead, sam):
    give_role(member=sam, role=Role.SERVICE_LEAD, **WHO)
    with CaptureQueriesContext(connection) as work, pytest.MonkeyPatch.context() as patch:
        asked = []
        locked = Organisation.objects.select_for_update
        patch.setattr(Organisation.objects, "select_for_update", lambda: (asked.append(1), locked())[1])
        end_role(grant=Grant.objects.get(member=lead), **WHO)
    assert asked == [1]
    reads = [query["sql"] for query in work.captured_queries if query["sql"].startswith("SELECT")]
    first = next(number for number, sql in enumerate(reads) if 'FROM "people_organisation"' in sql)
    held = next(number for number, sql in enumerate(reads) if "'service_lead'" in sql)
    assert first < held  # who waits for the lock looks only afterwards


def test_a_role_is_held_once_and_powers_are_not_for_one_unit(sam, units):
    assert give_role(member=sam, role=Role.HOST, **WHO) == give_role(member=sam, role=Role.HOST, **WHO)
    for role, unit, code in (
        (Role.COLLEAGUE, None, "always_held"),
        (Role.SERVICE_LEAD, units["DR"], "not_for_a_unit"),
        (Role.OBSERVER, units["DR"], "not_for_a_unit"),
    ):
        with pytest.raises(Refused) as found:
            give_role(member=sam, role=role, unit=unit, **WHO)
        assert found.value.code == code


def test_the_grant_of_somebody_else_is_not_found(lead_browser, lead, sam):
    grant = Grant.objects.get(member=lead)
    assert lead_browser.post(f"/people/{sam.public_id}/role/{grant.pk}/end").status_code == 404
    assert lead_browser.get(f"/people/{sam.public_id}/role/{grant.pk}/end").status_code == 405


def test_the_page_of_roles_says_what_each_opens_and_who_holds_it(lead_browser, person, django_assert_max_num_queries):
    person("Otto Observer", Role.OBSERVER)
    with django_assert_max_num_queries(14):
        page = lead_browser.get("/settings/roles").content.decode()
    assert all(text in page for text in ("Otto Observer", "Read the journal", "Ida Lead", "Needs a second factor"))
    order = [page.index(f'id="role-{role.value}"') for role in Role]
    assert (order, next(iter(Role))) == (sorted(order), Role.SERVICE_LEAD)


def test_every_right_and_every_role_is_told_in_plain_words():
    said, meant = abilities(), purposes()
    assert (set(said), set(meant)) == (set(Permission), set(Role))
    assert all(text.endswith(".") and "_" not in text for text in (*said.values(), *meant.values()))


def test_only_who_may_give_roles_does(person, browser_of, sam):
    partner = browser_of(person("Pia Partner", Role.PEOPLE_PARTNER))
    assert partner.post(f"/people/{sam.public_id}/role", {"role": "service_lead"}).status_code == 403
    assert partner.get("/settings/roles").status_code == 403
    assert not Grant.objects.filter(member=sam).exists()
