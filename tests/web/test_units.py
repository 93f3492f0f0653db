"""Units, and how they change from a day on."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from mizzle_web.journal.actions import SYSTEM
from mizzle_web.journal.models import Entry
from mizzle_web.page.permissions import Permission
from mizzle_web.page.refused import Changed, Refused
from mizzle_web.people import figures
from mizzle_web.people.actions.members import NewMember, add_member, place
from mizzle_web.people.actions.roles import give_role
from mizzle_web.people.actions.units import (
    Part,
    close_unit,
    merge_units,
    move_unit,
    open_unit,
    rename_unit,
    split_unit,
)
from mizzle_web.people.models import Placement, Unit, UnitPeriod
from mizzle_web.people.roles import Role

AT = datetime(2026, 3, 2, 8, 30, tzinfo=UTC)
DAY = AT.date()
WHO = {"by": SYSTEM, "at": AT}


def day(n):
    return DAY + timedelta(days=n)


def names(on):
    return {one.code: one.name for one in figures.tree(on)}


def parents(on):
    codes = {one.pk: one.code for one in figures.tree(on)}
    return {one.code: codes.get(one.parent) for one in figures.tree(on)}


def fresh(unit):
    return Unit.objects.get(pk=unit.pk)


def version(unit):
    return fresh(unit).version


@pytest.fixture
def yard(units):
    return open_unit(code="YA", name="Yard", parent=None, on=DAY, **WHO)


@pytest.fixture
def sam(units):
    return add_member(member=NewMember(name="Sam Driver", code="s1", unit=units["DR"]), **WHO)


def works_in(member, on):
    place_of = Placement.objects.filter(figures.on_day(on), member=member).select_related("unit").first()
    return place_of.unit.code if place_of else None


def test_a_unit_is_renamed_from_a_day_on_and_keeps_its_history(units):
    unit = units["DR"]
    rename_unit(unit=unit, name="Crew", on=day(10), version=version(unit), **WHO)
    rename_unit(unit=unit, name="Night crew", on=day(5), version=version(unit), **WHO)
    assert [names(day(n))["DR"] for n in (0, 4, 5, 9, 10, 99)] == [
        "Drivers",
        "Drivers",
        "Night crew",
        "Night crew",
        "Crew",
        "Crew",
    ]
    assert [(one.name, one.until_on) for one in figures.history(unit, DAY)] == [
        ("Crew", None),
        ("Night crew", day(10)),
        ("Drivers", day(5)),
    ]
    rename_unit(unit=unit, name="Drivers", on=day(5), version=version(unit), **WHO)
    rename_unit(unit=unit, name="Drivers", on=day(10), version=version(unit), **WHO)
    assert unit.periods.count() == 1


def test_a_rename_does_not_undo_a_move_that_is_planned(units, yard):
    unit = units["DR"]
    move_unit(unit=unit, parent=yard, on=day(7), version=version(unit), **WHO)
    rename_unit(unit=unit, name="Crew", on=day(3), version=version(unit), **WHO)
    assert (parents(day(6))["DR"], parents(day(7))["DR"]) == ("TR", "YA")
    assert (names(day(2))["DR"], names(day(8))["DR"]) == ("Drivers", "Crew")


def test_a_unit_is_not_under_itself_on_any_day(units, yard):
    transport, drivers = units["TR"], units["DR"]
    with pytest.raises(Refused, match="under itself"):
        move_unit(unit=transport, parent=drivers, on=day(3), version=version(transport), **WHO)
    # drivers leave transport for ten days only: a move of transport under them would close the circle later
    move_unit(unit=drivers, parent=None, on=DAY, version=version(drivers), **WHO)
    move_unit(unit=drivers, parent=transport, on=day(10), version=version(drivers), **WHO)
    with pytest.raises(Refused, match=str(day(10))):
        move_unit(unit=transport, parent=drivers, on=day(3), version=version(transport), **WHO)
    assert parents(day(5)) == {"TR": None, "DR": None, "YA": None}
    with pytest.raises(Refused, match="under itself"):
        move_unit(unit=transport, parent=transport, on=day(3), version=version(transport), **WHO)


def test_a_merged_units_people_and_units_move_on_that_day(units, yard, sam):
    below = open_unit(code="N", name="Night drivers", parent=units["DR"], on=DAY, **WHO)
    merge_units(units=[units["DR"]], versions=[version(units["DR"])], into=yard, on=day(14), **WHO)
    assert (works_in(sam, day(13)), works_in(sam, day(14))) == ("DR", "YA")
    assert (parents(day(13))["N"], parents(day(14))["N"]) == ("DR", "YA")
    assert "DR" in names(day(13))
    assert "DR" not in names(day(14))
    late = add_member(member=NewMember(name="Late One", code="l1"), **WHO)
    place(member=late, unit=fresh(units["DR"]), on=day(3), **WHO)
    assert (works_in(late, day(13)), works_in(late, day(20))) == ("DR", "YA")
    (kin,) = figures.successions(yard)
    assert (kin.earlier.code, kin.later.code, kin.on, kin.kind) == ("DR", "YA", day(14), "merged")
    assert fresh(below).ended_on is None


def test_a_unit_is_not_merged_into_a_part_of_itself_or_twice(units, yard):
    with pytest.raises(Refused) as found:
        merge_units(units=[units["TR"]], versions=[1], into=units["DR"], on=day(1), **WHO)
    assert found.value.code == "part_of_it"
    with pytest.raises(Refused) as found:
        merge_units(units=[yard], versions=[1], into=yard, on=day(1), **WHO)
    assert found.value.code == "same_unit"
    merge_units(units=[units["DR"]], versions=[1], into=yard, on=day(1), **WHO)
    with pytest.raises(Refused) as found:
        merge_units(units=[units["DR"]], versions=[version(units["DR"])], into=units["TR"], on=day(2), **WHO)
    assert found.value.code == "closed"


def test_a_split_takes_those_who_are_named_and_may_end_the_unit(units, sam):
    unit = units["DR"]
    other = add_member(member=NewMember(name="Ada Driver", code="a1", unit=unit), **WHO)
    with pytest.raises(Refused) as found:
        split_unit(unit=unit, parts=[Part("E", "East", (sam,))], on=day(5), version=1, ends=True, **WHO)
    assert (found.value.code, Unit.objects.filter(code="E").exists()) == ("has_people", False)
    parts = [Part("E", "East", (sam,)), Part("W", "West", (other,))]
    split_unit(unit=unit, parts=parts, on=day(5), version=1, ends=True, **WHO)
    assert parents(day(5)) == {"TR": None, "E": "TR", "W": "TR"}
    assert [works_in(one, day(5)) for one in (sam, other)] == ["E", "W"]
    assert [works_in(one, day(4)) for one in (sam, other)] == ["DR", "DR"]


def test_a_unit_with_people_or_units_is_not_closed(units, sam):
    for code, why in (("TR", "has_units"), ("DR", "has_people")):
        with pytest.raises(Refused) as found:
            close_unit(unit=units[code], on=day(3), version=1, **WHO)
        assert found.value.code == why
    place(member=sam, unit=None, on=day(2), **WHO)
    close_unit(unit=units["DR"], on=day(3), version=1, **WHO)
    assert ("DR" in names(day(2)), "DR" in names(day(3))) == (True, False)
    with pytest.raises(Refused):
        rename_unit(unit=units["DR"], name="X", on=day(3), version=version(units["DR"]), **WHO)


def test_an_old_version_changes_nothing_and_gives_both(units):
    rename_unit(unit=units["DR"], name="Crew", on=DAY, version=1, **WHO)
    with pytest.raises(Changed) as found:
        rename_unit(unit=units["DR"], name="Carriers", on=DAY, version=1, **WHO)
    assert found.value.theirs["name"] == "Crew"
    assert UnitPeriod.objects.filter(unit=units["DR"]).count() == 1


def test_the_tree_counts_people_of_the_day_and_below(units, sam):
    place(member=sam, unit=units["TR"], on=day(3), **WHO)
    counts = [{one.code: (one.n_members, one.n_below) for one in figures.tree(day(n))} for n in (2, 3)]
    assert counts == [{"TR": (0, 1), "DR": (1, 1)}, {"TR": (1, 1), "DR": (0, 0)}]


def test_a_search_keeps_what_is_above(units, yard):
    found = figures.found(figures.tree(DAY), "driv")
    assert [(one.name, one.depth) for one in found] == [("Transport", 0), ("Drivers", 1)]


def test_the_pages_of_units_change_them_and_look_at_another_day(lead_browser, units):
    public_id = units["DR"].public_id
    assert b"Drivers" in lead_browser.get("/units/").content
    form = {"name": "Crew", "on": str(day(4)), "version": "1"}
    answer = lead_browser.post(f"/units/{public_id}/rename", form)
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/units/{public_id}")
    assert b"Drivers</h1>" in lead_browser.get(f"/units/{public_id}").content
    assert b"Crew</h1>" in lead_browser.get(f"/units/{public_id}?on={day(4)}").content
    answer = lead_browser.post(f"/units/{public_id}/rename", form | {"name": "Carriers"})
    page = answer.content.decode()
    assert (answer.status_code, "Crew" in page, "Carriers" in page) == (409, True, True)
    for what, more in (
        ("move", {"parent": ""}),
        ("split", {"name": "East", "code": "E"}),
        ("merge", {"into": str(units["TR"].public_id)}),
    ):
        assert lead_browser.get(f"/units/{public_id}/{what}").status_code == 200
        sent = more | {"on": str(day(5)), "version": str(version(units["DR"]))}
        answer = lead_browser.post(f"/units/{public_id}/{what}", sent)
        assert answer.status_code == 302, (what, answer.content.decode())
    assert parents(day(5)) == {"TR": None, "E": None}
    bad = lead_browser.post("/units/new", {"name": "Again", "code": "TR", "on": str(DAY)})
    assert (bad.status_code, b"Another unit has this code" in bad.content) == (422, True)
    assert lead_browser.get("/units/new").status_code == 200
    assert lead_browser.get(f"/units/{units['TR'].public_id}/close").status_code == 200


def test_who_leads_one_unit_sees_that_one_and_what_is_under_it(person, browser_of, units, yard):
    leader = person("Lena Leader", unit="DR")
    give_role(member=leader, role=Role.LEADER, unit=units["DR"], **WHO)
    team = add_member(member=NewMember(name="Tom Team", code="t1", unit=units["DR"]), **WHO)
    outsider = add_member(member=NewMember(name="Olga Outsider", code="o1", unit=yard), **WHO)
    browser = browser_of(type(leader).objects.get(pk=leader.pk))
    page = browser.get("/units/").content.decode()
    assert ("Drivers" in page, "Yard" in page, "Transport</a>" in page) == (True, False, False)
    assert [browser.get(f"/units/{units[one].public_id}").status_code for one in ("DR", "TR")] == [200, 404]
    people = browser.get("/people/").content.decode()
    assert ("Tom Team" in people, "Olga Outsider" in people) == (True, False)
    statuses = [browser.get(f"/people/{one.public_id}").status_code for one in (leader, team, outsider)]
    assert statuses == [200, 200, 404]
    assert browser.get(f"/units/{units['DR'].public_id}/rename").status_code == 403
    assert figures.reach(leader, Permission.SEE_PEOPLE, DAY) == {units["DR"].pk}


def test_four_hundred_units_need_few_queries(lead_browser, organisation, django_assert_max_num_queries):
    above = [open_unit(code=f"a{n}", name=f"Area {n}", parent=None, on=DAY, **WHO) for n in range(4)]
    made = Unit.objects.bulk_create(Unit(code=f"u{n}", began_on=DAY) for n in range(400))
    UnitPeriod.objects.bulk_create(
        UnitPeriod(unit=one, name=f"Team {n}", parent=above[n % 4], from_on=DAY) for n, one in enumerate(made)
    )
    with django_assert_max_num_queries(14):
        page = lead_browser.get("/units/").content.decode()
    assert page.count('class="depth-1"') >= 400
    assert "style=" not in page


def test_every_change_of_a_unit_stands_in_the_journal_without_names(units, yard):
    rename_unit(unit=units["DR"], name="Secret name", on=date(2026, 4, 1), version=1, **WHO)
    told = list(Entry.objects.filter(thing=f"unit:{units['DR'].public_id}").values_list("verb", "details"))
    assert [verb for verb, _ in told] == ["unit.opened", "unit.renamed"]
    assert "Secret" not in str(told)


@pytest.mark.parametrize("change", ["rename", "move", "merge", "split", "close"])
def test_a_page_that_changes_a_unit_names_it(lead_browser, units, change):
    page = lead_browser.get(f"/units/{units['DR'].public_id}/{change}").content.decode()
    assert "Drivers" in page.split("<h1>")[1].split("</h1>")[0]
