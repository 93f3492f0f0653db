"""Which cases a page speaks of, as its address says."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mizzle_web.journeys.figures.view import View, first_view, n_months, shifted

MONTHS = st.dates(date(1000, 1, 1), date(2998, 12, 31)).map(lambda day: f"{day:%Y-%m}")


@pytest.mark.parametrize(
    ("given_", "view"),
    [
        ({}, View()),
        ({"from": "2026-09", "until": "2026-11"}, View("2026-09", "2026-11")),
        ({"from": "2026-11", "until": "2026-09"}, View("2026-09", "2026-11")),
        ({"from": "2026-13", "until": "2026-11"}, View()),
        ({"from": "2026-09"}, View()),
        ({"attribute": "channel", "value": "shop"}, View(attribute="channel", value="shop")),
        ({"value": "shop"}, View()),
        ({"attribute": "x" * 200}, View(attribute="x" * 100)),
    ],
)
def test_an_address_is_read_and_what_makes_no_sense_is_left_out(given_, view):
    assert View.of(given_) == view


@given(MONTHS, MONTHS, st.text(max_size=20), st.text(max_size=20))
def test_a_view_comes_back_from_its_key(first, last, attribute, value):
    view = View.of({"from": first, "until": last, "attribute": attribute, "value": value})
    assert View.of_key(view.key) == view


@given(MONTHS, st.integers(-600, 600))
def test_months_are_counted_as_they_are_shifted(month, by):
    later = shifted(month, by)
    assert shifted(later, -by) == month
    assert n_months(month, later) == by + 1 if by >= 0 else n_months(later, month) == 1 - by


def test_cases_of_some_months_end_between_the_first_instant_and_that_after_the_last():
    view = View("2026-11", "2026-12")
    assert view.ended_from == datetime(2026, 11, 1, tzinfo=UTC)
    assert view.ended_until == datetime(2027, 1, 1, tzinfo=UTC)
    assert (View().ended_from, View().ended_until) == (None, None)


def test_the_months_beside_it_are_as_many_and_half_a_year_or_more_earlier():
    assert View("2026-09", "2026-11", "channel", "shop").before() == View("2026-03", "2026-05", "channel", "shop")
    assert View("2026-01", "2026-12").before() == View("2025-01", "2025-12")


def test_a_journey_opens_with_its_last_three_months_and_a_short_log_as_a_whole():
    last = datetime(2026, 11, 28, tzinfo=UTC)
    assert first_view(datetime(2025, 5, 1, tzinfo=UTC), last) == View("2026-09", "2026-11")
    assert first_view(datetime(2026, 7, 1, tzinfo=UTC), last) == View()
