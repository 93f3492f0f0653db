"""The company that never was."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from itertools import pairwise

import numpy as np
import pytest

from mizzle.simulate.company import company
from mizzle.simulate.names import FLAVOURS, in_address

DAY = date(2026, 3, 2)
LAST_YEAR = DAY - timedelta(days=366)


@pytest.fixture(scope="module")
def larkmoor():
    return company(np.random.default_rng(7), on=DAY)


@pytest.fixture(scope="module")
def units(larkmoor):
    return {unit.code: unit for unit in larkmoor.units}


@pytest.fixture(scope="module")
def present(larkmoor):
    return [person for person in larkmoor.people if person.left_on is None]


def test_the_same_seed_gives_the_same_company_and_another_seed_another(larkmoor):
    assert company(np.random.default_rng(7), on=DAY) == larkmoor
    other = company(np.random.default_rng(8), on=DAY)
    assert other.units == larkmoor.units
    assert sum(one.name == two.name for one, two in zip(other.people, larkmoor.people, strict=True)) < 30


def test_there_are_412_people_and_some_who_have_left(larkmoor, present):
    assert (len(present), len(larkmoor.people)) == (412, 430)


def test_forty_units_stand_in_a_tree_of_three_levels(larkmoor, units):
    assert sum(unit.ended_on is None for unit in larkmoor.units) == 40
    depths = Counter()
    for unit in larkmoor.units:
        way = [unit.code]
        while (parent := units[way[-1]].periods[-1].parent) is not None:
            assert parent not in way
            way.append(parent)
        depths[len(way)] += 1
    assert depths == {1: 1, 2: 9, 3: 31}


def test_a_unit_stands_behind_the_one_it_belongs_to(larkmoor):
    seen = {None}
    for unit in larkmoor.units:
        assert unit.periods[-1].parent in seen
        seen.add(unit.code)


def test_last_year_one_team_was_renamed_and_one_merged_into_another(larkmoor, units, present):
    (renamed,) = (unit for unit in larkmoor.units if len(unit.periods) > 1)
    before, after = renamed.periods
    assert before.name != after.name
    assert LAST_YEAR < before.until_on == after.from_on < DAY
    (merged,) = (unit for unit in larkmoor.units if unit.merged_into)
    assert LAST_YEAR < merged.ended_on < DAY
    came = [person for person in present if person.stays[0].unit == merged.code]
    assert len(came) > 3
    assert {(one.stays[1].unit, one.stays[1].from_on) for one in came} == {(merged.merged_into, merged.ended_on)}


def test_names_addresses_and_codes_are_unique_and_everybody_can_be_found_by_one(larkmoor):
    for column in ("name", "email", "code"):
        known = [getattr(person, column) for person in larkmoor.people if getattr(person, column)]
        assert len(set(map(str.lower, known))) == len(known)
    assert all(person.email or person.code for person in larkmoor.people)
    assert all(person.email is None or person.email.endswith("@larkmoor.example") for person in larkmoor.people)
    assert all((person.email or "").isascii() for person in larkmoor.people)


def test_about_a_third_have_no_address(present):
    assert 0.25 < sum(person.email is None for person in present) / len(present) < 0.4


def test_names_come_from_several_languages(present):
    firsts = {person.name.split()[0] for person in present}
    assert all(len(firsts & set(flavour.given.split())) > 4 for flavour in FLAVOURS)
    assert sum(flavour.share for flavour in FLAVOURS) == pytest.approx(1)
    assert set(Counter(person.language for person in present)) == {"", "es", "nb"}


def test_an_address_is_written_without_accents():
    assert in_address("Łucja Bjørke Đồi") == "lucja.bjorke.doi"


def test_people_joined_over_eight_years(present):
    days = [(DAY - person.joined_on).days for person in present]
    assert 0 < min(days) < 200
    assert 7 * 365 < max(days) <= 8 * 366
    assert all(person.joined_on == person.stays[0].from_on for person in present)


def test_people_work_in_units_that_exist_one_after_the_other(larkmoor, units):
    for person in larkmoor.people:
        for stay in person.stays:
            unit = units[stay.unit]
            assert unit.began_on <= stay.from_on < (unit.ended_on or DAY)
            assert stay.until_on is None or stay.from_on < stay.until_on <= (unit.ended_on or DAY)
        for earlier, later in pairwise(person.stays):
            assert earlier.until_on == later.from_on
            assert earlier.unit != later.unit
        assert person.stays[-1].until_on == person.left_on


def test_those_who_left_did_so_last_year_and_hold_no_role(larkmoor):
    left = [person for person in larkmoor.people if person.left_on]
    assert all(LAST_YEAR < person.left_on < DAY and not person.parts for person in left)


def test_every_department_has_a_leader_and_every_team_a_host(larkmoor, present):
    parts = [(part, person) for person in present for part in person.parts]
    for part, person in parts:
        assert part.unit in {None, person.stays[-1].unit}
    now = [unit for unit in larkmoor.units if unit.ended_on is None]
    departments = {unit.code for unit in now if unit.periods[-1].parent == "LK"}
    teams = {unit.code for unit in now} - departments - {"LK"}
    assert {part.unit for part, _ in parts if part.role == "leader"} == departments
    assert {part.unit for part, _ in parts if part.role == "host"} == teams
    rare = Counter(part.role for part, _ in parts if part.unit is None)
    assert rare == {
        "executive": 3,
        "people_partner": 2,
        "service_lead": 1,
        "analyst": 1,
        "operator": 1,
        "observer": 1,
    }


@pytest.mark.parametrize("seed", range(8))
def test_those_whom_one_meets_first_are_there_for_every_seed(seed):
    found = company(np.random.default_rng(seed))
    for role, person in found.guides.items():
        held = {part.role for part in person.parts}
        assert held == (set() if role in {"colleague", "tablet"} else {role}), role
        assert person in found.people
        assert person.left_on is None
    assert (found.guides["tablet"].email, bool(found.guides["tablet"].code)) == (None, True)
    assert all(found.guides[role].email for role in found.guides if role != "tablet")
