"""Distance from the customer on small logs, with answers by hand, on both engines."""

from __future__ import annotations

import pytest

from factories import events
from mizzle import journeys
from mizzle.errors import NoSuchName
from mizzle.journeys.distance import quantile


def near(found, department):
    (one,) = (one for one in found.departments if one.department == department)
    return one


def figures(found):
    return {
        one.department: (one.handovers_to_customer.value, one.hours_to_customer.value, one.contact_share.value)
        for one in found.departments
    }


def test_handovers_and_hours_are_counted_to_the_next_perception_point(engine):
    log = events(
        engine,
        """
        a  order   Sales      0  1
        a  pick    Warehouse  3  4
        a  deliver Transport  10 11
        """,
    )
    found = journeys.distance(log, ["deliver"])
    assert figures(found) == {
        "Transport": (0.0, 0.0, 1.0),
        "Warehouse": (1.0, 6.0, 0.0),
        "Sales": (2.0, 9.0, 0.0),
    }
    assert [one.department for one in found.departments] == ["Transport", "Warehouse", "Sales"]
    assert (found.cases, found.events, found.perception_points) == (1, 3, ("deliver",))


def test_a_perception_point_is_its_own_next_one_even_when_another_follows(engine):
    log = events(
        engine,
        """
        a  call    Desk   0  1
        a  repair  Shop   2  3
        a  call    Desk   8  9
        """,
    )
    assert figures(journeys.distance(log, ["call"])) == {"Desk": (0.0, 0.0, 1.0), "Shop": (1.0, 5.0, 0.0)}


def test_work_after_the_last_perception_point_is_unheard_and_has_no_distance(engine):
    log = events(
        engine,
        """
        a  deliver Transport 0 1
        a  invoice Billing   5 6
        """,
    )
    billing = near(journeys.distance(log, ["deliver"]), "Billing")
    assert billing.unheard_share.value == 1.0
    assert billing.handovers_to_customer.value is None
    assert billing.hours_median.value is None
    assert billing.handovers_to_customer.n == 0


def test_without_a_perception_point_every_distance_is_undefined(engine):
    log = events(engine, "a x D1 0 1\nb y D2 0 1")
    found = journeys.distance(log, [])
    assert [one.handovers_to_customer.value for one in found.departments] == [None, None]
    assert [one.unheard_share.value for one in found.departments] == [1.0, 1.0]
    assert [one.department for one in found.departments] == ["D1", "D2"]


def test_a_case_of_one_event_is_at_the_customer_or_unheard(engine):
    log = events(engine, "a call Desk - 1\nb note Desk - 1")
    desk = near(journeys.distance(log, ["call"]), "Desk")
    assert (desk.handovers_to_customer.value, desk.handovers_to_customer.n) == (0.0, 1)
    assert (desk.contact_share.value, desk.unheard_share.value) == (0.5, 0.5)


def test_ties_in_time_are_ordered_by_end_then_by_row(engine):
    log = events(
        engine,
        """
        a  long  D1  0  5
        a  short D2  0  2
        a  same1 D3  0  2
        a  call  D4  0  9
        """,
    )
    # start ties: ends 2, 2, 5, 9 in order, rows among equals: short, same1, long, call
    found = figures(journeys.distance(log, ["call"]))
    assert {name: handovers for name, (handovers, _, _) in found.items()} == {"D4": 0, "D1": 1, "D3": 2, "D2": 3}


def test_without_starts_events_are_ordered_by_their_ends(engine):
    log = events(
        engine,
        """
        a  second D2 - 2
        a  first  D1 - 1
        a  call   D3 - 3
        """,
    )
    assert figures(journeys.distance(log, ["call"]))["D1"] == (2.0, 2.0, 0.0)


def test_hours_are_never_below_zero_when_work_overlaps(engine):
    log = events(engine, "a write D1 0 10\na call D2 4 5")
    assert figures(journeys.distance(log, ["call"]))["D1"] == (1.0, 0.0, 0.0)


def test_a_loop_back_counts_each_handover(engine):
    log = events(
        engine,
        """
        a  plan   D1 0 1
        a  check  D2 1 2
        a  plan   D1 2 3
        a  check  D2 3 4
        a  tell   D1 4 5
        """,
    )
    found = journeys.distance(log, ["tell"])
    assert near(found, "D1").handovers_to_customer.value == pytest.approx((4 + 2 + 0) / 3)
    assert near(found, "D2").handovers_to_customer.value == pytest.approx((3 + 1) / 2)
    assert near(found, "D1").handovers_median.value == 2.0


def test_events_without_a_department_stand_outside(engine):
    log = events(
        engine,
        """
        a  order Sales 0 1
        a  noted -     2 3
        a  call  Desk  4 5
        """,
    )
    found = journeys.distance(log, ["call"])
    assert figures(found)["Sales"] == (1.0, 3.0, 0.0)
    assert (found.events, found.events_without_department) == (3, 1)


def test_departments_at_the_same_instant_follow_the_row(engine):
    log = events(engine, "a x D1 1 1\na y D2 1 1\na z D3 1 1")
    found = figures(journeys.distance(log, ["z"]))
    assert (found["D1"][0], found["D2"][0], found["D3"][0]) == (2.0, 1.0, 0.0)


def test_the_interval_takes_the_case_as_the_sampling_unit(engine):
    log = events(
        engine,
        """
        a  x D 0 0
        a  x D 0 0
        a  call C 2 2
        b  x D 0 0
        b  call C 4 4
        c  x D 0 0
        c  call C 6 6
        """,
    )
    # hours of D: case a 2+2 over 2 events, b 4, c 6; ratio 14/4 = 3.5
    hours = near(journeys.distance(log, ["call"]), "D").hours_to_customer
    assert hours.value == pytest.approx(3.5)
    # residuals -3, 0.5 and 2.5: squares 15.5, cubes -11.25; Hall's transformation of t = 4.3027 on 2 degrees of freedom
    spread, skew = (3 / 2 * 15.5 / 16 * 3) ** 0.5, -11.25 * 3**0.5 / 15.5**1.5
    q = 4.302652729911275 / 3**0.5
    shifted = 3 / skew * ((1 + skew * (-q - skew / 18)) ** (1 / 3) - 1)
    assert hours.interval.high == pytest.approx(3.5 - spread * shifted)
    assert hours.interval.low == 0.0  # it reaches below zero, and hours do not
    assert (hours.n, near(journeys.distance(log, ["call"]), "D").cases) == (4, 3)


def test_months_are_those_of_the_ends_in_utc(engine):
    log = events(
        engine,
        f"""
        a  x D 0 1
        a  call C 2 2
        b  x D {31 * 24} {31 * 24 + 1}
        b  call C {31 * 24 + 5} {31 * 24 + 5}
        """,
    )
    months = journeys.distance(log, ["call"], by_month=True).months
    assert [(f"{one.month:%Y-%m}", one.department, one.hours_to_customer.value) for one in months] == [
        ("2024-01", "C", 0.0),
        ("2024-01", "D", 1.0),
        ("2024-02", "C", 0.0),
        ("2024-02", "D", 4.0),
    ]


def test_a_name_that_is_no_activity_is_answered_with_near_ones(duckdb):
    log = events(duckdb, "a deliver D 0 1")
    with pytest.raises(NoSuchName, match=r"'delivr'.*Did you mean 'deliver'"):
        journeys.distance(log, ["delivr"])
    with pytest.raises(NoSuchName, match="Did you mean 'deliver'"):
        journeys.distance(log, ["zzz"])


def test_long_cases_find_their_points_however_far_away(engine):
    # Event n ends at hour n; the points are events 0, 40, 41 and 170, so stretches cross no border, one and several.
    calls = (0, 40, 41, 170)
    lines = [f"a {'call C' if n in calls else f'x D{n % 2}'} {n} {n}" for n in range(180)]
    found = journeys.distance(events(engine, "\n".join(lines)), ["call"])
    aheads = [min(call for call in calls if call >= n) - n for n in range(171) if n % 2 and n not in calls]
    one = near(found, "D1")
    assert one.hours_to_customer.value == pytest.approx(sum(aheads) / len(aheads))
    assert one.handovers_to_customer.value == pytest.approx(sum(aheads) / len(aheads))
    assert (one.hours_to_customer.n, one.unheard_share.n) == (len(aheads), 89)
    assert near(found, "C").contact_share.value == 1.0


def test_a_log_that_is_one_case_of_many_points_ends(duckdb):
    lines = "\n".join(f"a call C {n} {n}" for n in range(30_000))
    found = journeys.distance(events(duckdb, lines), ["call"])
    assert near(found, "C").handovers_to_customer.value == 0.0


def test_a_quantile_lies_between_none_and_all():
    assert (quantile({}, 0.5), quantile({4: 3}, 0.0), quantile({4: 1, 6: 1}, 1.0)) == (None, 4.0, 6.0)
    with pytest.raises(ValueError, match="between 0 and 1"):
        quantile({4: 3}, 1.5)
