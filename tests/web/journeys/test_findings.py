"""What stands above the figures is true of them, and a question where they do not say."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mizzle.estimate import Estimate, Interval, Spread
from mizzle.journeys.results import Agreed, Agreement, Handover
from mizzle_web.journeys.figures import findings
from mizzle_web.journeys.figures.measured import Compared


def estimate(value, low=None, high=None, n=100, unit="handovers"):
    interval = None if low is None else Interval(low, high)
    return Estimate(value, interval, n, unit, "by hand/1")


def waited(median, n=100):
    return Spread(median, median, median, n, "h", "by hand/1")


def handover(source, target, median, count=100):
    return Handover(source, target, count, waited(median, count))


def compared(name, change, low, high):
    then = estimate(2.0, 1.9, 2.1)
    return Compared(name, then, then, estimate(change, low, high), estimate(0.0, -1.0, 1.0, unit="h"))


def agreed(hours, median, low, high):
    agreement = Agreement("Warehouse", "Transport", hours)
    share = (low + high) / 2
    return Agreed(agreement, 100, estimate(share, low, high, unit="share"), waited(median), waited(1.0))


def test_the_longest_wait_is_that_of_a_handover_that_many_cases_pass():
    often, seldom = handover("Warehouse", "Transport", 21.5), handover("IT", "People", 400.0, count=3)
    assert findings.longest_wait([seldom, often], cases=100) == often
    assert findings.longest_wait([seldom], cases=100) is None


def test_two_handovers_that_wait_equally_long_are_not_told_apart():
    one = handover("Warehouse", "Transport", 21.5)
    assert findings.longest_wait([one, replace(one, source="IT")], cases=100) is None


def test_a_change_that_chance_makes_among_many_departments_is_no_change():
    barely = compared("Claims", -0.3, -0.5, -0.1)
    assert [one.department for one in findings.moved([barely]).closer] == ["Claims"]
    others = [compared(f"Team {n}", 0.0, -0.3, 0.3) for n in range(8)]
    assert findings.moved([barely, *others]).closer == ()


def test_who_came_closer_and_who_went_further_are_told_apart():
    found = findings.moved([compared("Claims", -0.5, -0.6, -0.4), compared("IT", 0.5, 0.4, 0.6)])
    assert [one.department for one in found.closer] == ["Claims"]
    assert [one.department for one in found.further] == ["IT"]


def test_a_department_of_which_nothing_was_known_then_has_not_moved():
    unknown = Compared("New", estimate(None), estimate(None), estimate(None), estimate(None))
    assert findings.moved([unknown]) == ((), ())


@pytest.mark.parametrize(
    ("told", "title"),
    [
        ([], "Which waits are longer than agreed?"),
        ([agreed(12.0, 21.5, 0.2, 0.3)], "Warehouse to Transport waits 1.8 times as long as agreed"),
        ([agreed(12.0, 13.0, 0.4, 0.55)], "Which waits are longer than agreed?"),
        ([agreed(12.0, 6.0, 0.8, 0.9)], "Most cases stay within every agreed time"),
    ],
)
def test_the_title_of_the_agreed_times_says_no_more_than_they_do(told, title):
    assert findings.agreed_title(told) == title
