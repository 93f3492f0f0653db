"""The way from a department's work to the customer on small logs, with answers by hand, on both engines."""

from __future__ import annotations

import pytest

from factories import events
from mizzle import journeys
from mizzle.errors import NoSuchName


def way(found, department):
    (one,) = (one for one in found if one.department == department)
    return one


def figures(found):
    return {one.department: (one.events, one.touch_hours.value, one.wait_hours.value) for one in found}


def test_touch_is_what_others_do_between_the_work_and_the_customer(engine):
    log = events(
        engine,
        """
        a  order   Sales      0  1
        a  pick    Warehouse  3  4
        a  noted   -          5  7
        a  deliver Transport  10 12
        """,
    )
    # Sales waits 9 h, of which the warehouse takes 1 and somebody unnamed 2; what delivering takes comes after
    found = journeys.ways(log, ["deliver"])
    assert figures(found) == {"Sales": (1, 3.0, 6.0), "Warehouse": (1, 2.0, 4.0), "Transport": (1, 0.0, 0.0)}
    assert [one.department for one in found] == ["Sales", "Transport", "Warehouse"]


def test_it_speaks_of_the_same_events_as_distance(engine):
    log = events(
        engine,
        """
        a  call    Desk 0 1
        a  repair  Shop 2 5
        a  repair  Shop 6 8
        a  call    Desk 9 10
        a  file    Back 11 12
        b  repair  Shop 0 1
        """,
    )
    found, distances = journeys.ways(log, ["call"]), journeys.distance(log, ["call"]).departments
    for one in distances:
        same = way(found, one.department)
        assert (same.events, same.wait_hours.n) == (one.hours_to_customer.n, one.hours_to_customer.n)
        if one.hours_to_customer.value is not None:
            assert same.touch_hours.value + same.wait_hours.value == pytest.approx(one.hours_to_customer.value)
    assert figures(found) == {"Desk": (2, 0.0, 0.0), "Shop": (2, 1.0, 1.5), "Back": (0, None, None)}
    assert (way(found, "Back").becomes, way(found, "Back").cases, way(found, "Shop").cases) == ((), 0, 1)


def test_work_becomes_perception_points_in_shares(engine):
    log = events(
        engine,
        """
        a  cook  Kitchen 0 1
        a  cook  Kitchen 1 2
        a  serve Floor   2 3
        a  cook  Kitchen 3 4
        a  serve Bar     4 5
        b  cook  Kitchen 0 1
        b  pay   Floor   2 3
        """,
    )
    kitchen = way(journeys.ways(log, ["serve", "pay"]), "Kitchen")
    assert [(one.activity, one.department, one.n, one.share.value) for one in kitchen.becomes] == [
        ("serve", "Floor", 2, 0.5),
        ("pay", "Floor", 1, 0.25),
        ("serve", "Bar", 1, 0.25),
    ]
    first = kitchen.becomes[0].share
    # two cases with 2 of 3 and 0 of 1: residuals 1/2 and -1/2, variance 2 * 1/2 / 16, so worth four observations
    assert first.n == 4
    assert first.interval == pytest.approx((0.1500, 0.8500), abs=1e-4)


def test_the_interval_takes_the_case_as_the_sampling_unit(engine):
    log = events(
        engine,
        """
        a  x    D 0 0
        a  x    D 0 0
        a  call C 2 2
        b  x    D 0 0
        b  call C 4 4
        c  x    D 0 0
        c  call C 6 6
        """,
    )
    (hours,) = (one.hours_to_customer for one in journeys.distance(log, ["call"]).departments if one.department == "D")
    waited = way(journeys.ways(log, ["call"]), "D").wait_hours
    assert (waited.value, waited.n) == (hours.value, hours.n)
    assert waited.interval == pytest.approx(hours.interval)


def test_a_wait_is_never_below_zero_where_work_overlaps(engine):
    log = events(
        engine,
        """
        a  write D1 0 1
        a  print D2 1 6
        a  bind  D3 1 7
        a  call  D4 8 9
        """,
    )
    # 7 hours to the call, 11 hours touched in them
    assert figures(journeys.ways(log, ["call"]))["D1"] == (1, 11.0, 0.0)


def test_without_starts_touch_is_undefined_and_all_hours_are_wait(engine):
    found = way(journeys.ways(events(engine, "a x D1 - 1\na y D2 - 2\na call D3 - 5"), ["call"]), "D1")
    assert (found.touch_hours.value, found.touch_hours.n, found.wait_hours.value) == (None, 0, 4.0)


def test_without_a_perception_point_no_work_arrives(engine):
    (found,) = journeys.ways(events(engine, "a x D1 0 1"), [])
    assert (found.department, found.events, found.touch_hours.value, found.becomes) == ("D1", 0, None, ())


def test_long_cases_add_up_what_lies_between_however_much(engine):
    # Event n takes half an hour from hour n on; the only call is the last, so stretches cross several borders.
    lines = [f"a {'call C' if n == 99 else 'x D'} {n} {n + 0.5}" for n in range(100)]
    found = way(journeys.ways(events(engine, "\n".join(lines)), ["call"]), "D")
    between = [98 - n for n in range(99)]
    assert found.touch_hours.value == pytest.approx(sum(between) / 2 / 99)
    assert found.wait_hours.value == pytest.approx(sum(n / 2 + 0.5 for n in between) / 99)


def test_a_name_that_is_no_activity_is_refused(duckdb):
    with pytest.raises(NoSuchName, match="Did you mean 'call'"):
        journeys.ways(events(duckdb, "a call D 0 1"), ["cal"])
