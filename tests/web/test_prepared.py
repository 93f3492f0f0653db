"""Prepared questions: they answer what the queryset would, on every connection, and see each change at once."""

from __future__ import annotations

import threading

import pytest
from django.db import DatabaseError, IntegrityError, connection, connections, models, transaction
from django.test.utils import CaptureQueriesContext, isolate_apps
from django.utils import timezone

from mizzle_web.journal.models import Entry, Receipt
from mizzle_web.page.prepared import Addition, Blank, Change, Question, Search
from mizzle_web.people import arrivals
from mizzle_web.people.actions.members import let_go
from mizzle_web.people.actions.roles import end_role, give_role
from mizzle_web.people.models import Grant, Member, Organisation
from mizzle_web.people.roles import Role

BY_NAME = Search(Member, lambda: Member.objects.filter(name=Blank("name", models.CharField())).order_by("pk"))
NAMED = Question(
    lambda: Member.objects.filter(joined_at__lte=Blank("at", models.DateTimeField())).values_list(
        "public_id", "joined_at"
    )
)
RENAME = Change(
    lambda: Member.objects.filter(pk=Blank("pk", models.BigAutoField())), name=Blank("name", models.CharField())
)


def values(row):
    return {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}


def test_a_search_gives_the_rows_that_the_queryset_gives(person):
    person("Tor N")
    person("Ida B")
    assert [values(one) for one in BY_NAME.all(name="Tor N")] == [values(Member.objects.get(name="Tor N"))]
    assert BY_NAME.first(name="Ida B") == Member.objects.get(name="Ida B")
    assert BY_NAME.first(name="nobody") is None
    one = BY_NAME.first(name="Ida B")
    one.name = "Ida C"
    one.save()
    assert BY_NAME.first(name="Ida C").pk == one.pk


def test_a_question_gives_values_as_django_gives_them(person, at):
    tor = person("Tor N")
    assert [tuple(row) for row in NAMED.rows(at=at)] == [(tor.public_id, tor.joined_at)]
    assert NAMED.row(at=at.replace(year=2000)) is None


def test_a_change_touches_the_rows_it_names_and_says_how_many(person):
    tor, ida = person("Tor N"), person("Ida B")
    assert RENAME(pk=tor.pk, name="Tor % %s M") == 1
    assert RENAME(pk=0, name="nobody") == 0
    assert set(Member.objects.values_list("name", flat=True)) == {"Tor % %s M", ida.name}


def test_an_addition_is_the_row_that_save_would_have_made(organisation, at):
    added = Member(name="A % B", email="a@larkmoor.example", joined_at=at, password="!", recovery_codes=["x"])
    assert Addition(Member)(added)
    assert values(Member.objects.get(pk=added.pk)) == values(added)
    added.name = "A"
    added.save()
    assert Member.objects.get(pk=added.pk).name == "A"


def test_an_addition_of_one_that_is_there_refuses_or_leaves_it_as_asked(db, at):
    first = Receipt(key="k", by="a", digest="d", answer={"n": [1, "ø"]}, at=at)
    give, keep = Addition(Receipt), Addition(Receipt, unless_there=True)
    assert give(first)
    assert not keep(Receipt(key="k", by="b", digest="e", at=at))
    assert keep(Receipt(key="l", by="b", digest="e", at=at))
    assert values(Receipt.objects.get(key="k")) == values(first)
    with pytest.raises(IntegrityError), transaction.atomic():
        give(Receipt(key="k", by="b", digest="e", at=at))


def test_many_rows_go_in_at_once(db, at):
    Addition(Receipt).many([])
    Addition(Receipt).many([Receipt(key=f"{n}", by="a", digest="d", at=at) for n in range(1200)])
    assert Receipt.objects.count() == 1200


@isolate_apps("mizzle_web.people")
def test_a_row_that_changes_itself_is_not_prepared(db):
    class Moving(models.Model):
        changed_at = models.DateTimeField(auto_now=True)

        class Meta:
            app_label = "people"

        def __str__(self):
            return "moving"

    with pytest.raises(TypeError, match="changed_at"):
        Addition(Moving)(Moving())


def test_what_is_asked_in_a_broken_transaction_is_refused_as_elsewhere(db):
    with transaction.atomic():
        transaction.set_rollback(True)
        with pytest.raises(transaction.TransactionManagementError):
            BY_NAME.first(name="x")
        transaction.set_rollback(False)


def test_a_fault_of_the_database_is_one_of_django(db, monkeypatch):
    made = BY_NAME._made(connections["default"])
    monkeypatch.setitem(
        connections["default"].__dict__["_prepared"], BY_NAME, made._replace(sql="SELECT %s FROM no_where")
    )
    with pytest.raises(DatabaseError, match="no_where"), transaction.atomic():
        BY_NAME.first(name="x")


def test_what_is_prepared_shows_among_the_queries_that_are_watched(db):
    with CaptureQueriesContext(connection) as watched:
        BY_NAME.first(name="x")
    assert len(watched) == 1


@pytest.mark.django_db(transaction=True)
def test_each_thread_asks_on_its_own_connection(at):
    Organisation.objects.create(name="Larkmoor", language="en", timezone="UTC", created_at=at)
    found = []

    def ask():
        found.append(arrivals.organisation().name)
        connection.close()

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert found == ["Larkmoor"] * 4


def test_the_door_knows_the_roles_of_a_member_and_each_change_at_once(person, lead, at):
    tor = person("Tor N")
    assert arrivals.member(tor.pk).roles() == {Role.COLLEAGUE}
    grant = give_role(member=tor, role=Role.HOST, by=lead.actor, at=at)
    give_role(member=tor, role=Role.ANALYST, by=lead.actor, at=at)
    found = arrivals.member(tor.pk)
    assert values(found) == values(Member.objects.get(pk=tor.pk))
    assert found.roles() == {Role.COLLEAGUE, Role.HOST, Role.ANALYST} == Member.objects.get(pk=tor.pk).roles()
    assert set(found.held_now()) == set(Member.objects.get(pk=tor.pk).held_now())
    end_role(grant=grant, by=lead.actor, at=at)
    assert arrivals.member(tor.pk).roles() == {Role.COLLEAGUE, Role.ANALYST}
    Grant.objects.filter(member=tor).update(ended_at=at)
    assert arrivals.member(tor.pk).roles() == {Role.COLLEAGUE}
    let_go(member=tor, by=lead.actor, at=at)
    assert arrivals.member(tor.pk) is None


def test_a_session_that_was_ended_elsewhere_opens_nothing_from_then_on(lead, browser_of):
    browser = browser_of(lead)
    key = browser.cookies["session"].value
    assert arrivals.session_data(key, timezone.now())
    assert arrivals.organisation_and_session(key, timezone.now())[1]
    assert browser.get("/people/").status_code == 200
    with connection.cursor() as cursor:  # as another process would, past everything that this one could remember
        cursor.execute("DELETE FROM django_session")
    assert arrivals.organisation_and_session(key, timezone.now())[1] is None
    assert browser.get("/people/").status_code == 302


def test_a_role_that_was_taken_back_elsewhere_opens_nothing_from_then_on(lead, browser_of, at):
    browser = browser_of(lead)
    assert browser.get("/people/new").status_code == 200
    Grant.objects.filter(member=lead).update(ended_at=at)
    assert browser.get("/people/new").status_code == 403
    assert Entry.objects.exists()
