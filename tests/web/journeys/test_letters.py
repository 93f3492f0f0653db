"""Letters of departments: two where they suffice, three where several would share them, and always the same ones."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mizzle_web.journeys.figures.letters import MOST, letters_of


@pytest.mark.parametrize(
    "told",
    [
        {"Sales": "SA", "Order planning": "OP", "Warehouse": "WA"},
        {"Warehouse": "WAR", "Waste": "WAS", "Warehousing": "WAE", "Sales": "SA"},
        {"Order planning": "OPL", "Order packing": "OPA", "Operations": "OPE"},
        {f"Group {number}": f"G{number}" for number in range(1, 100)},
        {"Line 101": "L01", "Line 102": "L02", "Line 1101": "101", "Line 201": "L2"},
        {"x": "X01", "X": "X00"},
    ],
)
def test_letters_tell_departments_apart(told):
    assert letters_of(told) == told


def test_four_hundred_departments_of_one_kind_have_letters_of_their_own():
    names = [f"Department of things {number:03d}" for number in range(400)]
    found = letters_of(names)
    assert len(set(found.values())) == 400
    assert found["Department of things 012"] == "D12"


@given(names=st.lists(st.text(min_size=1, max_size=12), unique=True, max_size=40), rng=st.randoms())
def test_no_two_names_have_the_same_letters_in_whatever_order_they_come(names, rng):
    found = letters_of(names)
    assert found.keys() == set(names)
    assert len(set(found.values())) == len(names)
    assert all(1 <= len(code) <= MOST for code in found.values())
    rng.shuffle(names)
    assert letters_of(names) == found
