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
    assert first_view(between("2025-05-01", "2026-11-28")) == View("2026-09", "2026-11")
    assert first_view(between("2026-07-01", "2026-11-28")) == View()


def between(first, last, ended=()):
    """What is kept of an event table from one day to another."""
    return {"first_at": f"{first}T00:00:00+00:00", "last_at": f"{last}T00:00:00+00:00", "ended": dict(ended)}


def test_a_month_that_has_only_begun_is_no_month_to_open_with():
    ended = {f"2026-{month:02d}": 300 for month in range(1, 11)} | {"2026-11": 29}
    assert first_view(between("2026-01-01", "2026-11-02", ended)) == View("2026-08", "2026-10")
    assert first_view(between("2026-01-01", "2026-11-02", ended | {"2026-11": 30})) == View("2026-09", "2026-11")


def test_the_months_in_which_only_the_longest_cases_of_an_extract_are_left_are_none_either():
    ended = {"2026-03": 2915, "2026-04": 4152, "2026-05": 4219, "2026-06": 794, "2026-07": 100, "2027-02": 46}
    assert first_view(between("2025-12-29", "2027-02-18", ended)) == View("2026-04", "2026-06")
    assert first_view(between("2026-02-29".replace("29", "28"), "2027-02-18", ended)) == View()
