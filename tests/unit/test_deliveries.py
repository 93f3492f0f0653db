"""The orders of the company that never was."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from time import perf_counter

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from mizzle.simulate import DELIVERY_CHANGES, DELIVERY_PERCEPTION, DELIVERY_SCHEMA, deliveries, delivery_changes
from mizzle.simulate.agreed import AGREED_TIMES
from mizzle.simulate.larkmoor import DAY, DEPARTMENTS
from mizzle.simulate.opening import Opening
from mizzle.tables import RAW_EVENTS

AT_MOST_SECONDS = 15.0
"""For 60,000 orders; the goal on a machine at rest is 3 s."""

ORDERS = 4_000


def rng(seed=3):
    return np.random.default_rng(seed)


def midnight(day):
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


@pytest.fixture(scope="module")
def log():
    return deliveries(ORDERS, rng())


@pytest.fixture(scope="module")
def cases(log):
    found = {}
    for event in log.sort_by([("case_id", "ascending"), ("start", "ascending")]).to_pylist():
        found.setdefault(event["case_id"], []).append(event)
    return found


def share(cases, activity, among=bool):
    return np.mean([any(event["activity"] == activity for event in case) for case in cases.values() if among(case)])


def test_the_log_has_the_columns_of_raw_events_and_three_attributes(log):
    columns = [(field.name, str(field.type)) for field in log.schema]
    assert columns[:7] == [(column.name, column.type) for column in RAW_EVENTS.columns]
    assert columns[7:] == [("x_channel", "string"), ("x_region", "string"), ("x_goods", "string")]
    assert log.schema.equals(DELIVERY_SCHEMA)
    assert [name for name in log.column_names if log[name].null_count] == ["department"]


def test_the_same_seed_gives_the_same_log_and_another_seed_another(log):
    assert deliveries(ORDERS, rng()).equals(log)
    assert not deliveries(ORDERS, rng(4)).equals(log)


def test_rows_come_in_the_order_of_an_export(log):
    assert log["row"].to_pylist() == list(range(1, len(log) + 1))
    assert (np.diff(log["end"].cast(pa.int64()).to_numpy()) >= 0).all()


def test_the_log_covers_eighteen_months_and_ends_before_its_day(log):
    assert midnight(date(2024, 6, 9)) <= log["start"][0].as_py() < midnight(date(2024, 6, 11))
    assert midnight(DAY - timedelta(days=1)) < log["end"][-1].as_py() < midnight(DAY)


@pytest.mark.parametrize("until", [date(2026, 3, 2), date(2024, 8, 31)])
def test_another_day_moves_the_log_and_what_was_put_in(until):
    log, changes = deliveries(ORDERS, rng(), until=until), delivery_changes(until)
    assert midnight(until - timedelta(days=2)) < log["end"][-1].as_py() < midnight(until)
    months = (until.year - changes.waits.from_on.year) * 12 + until.month - changes.waits.from_on.month
    assert (months, changes.waits.from_on.day) == (12, 1)
    rings = log.filter(pc.equal(log["activity"], "Ring about access"))
    assert timedelta(0) <= pc.min(rings["start"]).as_py() - midnight(changes.warehouse.from_on) < timedelta(days=7)


def test_the_departments_are_those_of_the_company_and_a_few_events_have_none(log):
    names = Counter(log["department"].to_pylist())
    missing = names.pop(None)
    assert set(names) == {department.name for department in DEPARTMENTS}
    assert 0.008 < missing / len(log) < 0.016


def test_each_activity_belongs_to_one_department_and_each_resource_too(log):
    known = log.filter(pc.is_valid(log["department"]))
    for name in ("activity", "resource"):
        pairs = known.group_by([name, "department"]).aggregate([])
        assert len(pairs) == len(pc.unique(known[name]))
    assert len(pc.unique(known["resource"])) > 300


def test_work_in_an_order_follows_one_another(cases):
    assert all(event["start"] < event["end"] for case in cases.values() for event in case)
    assert all(one["end"] <= two["start"] for case in cases.values() for one, two in pairwise(case))


def test_orders_come_in_one_after_the_other_and_have_some_fourteen_events(cases):
    arrivals = [case[0]["start"] for case in cases.values()]
    assert arrivals == sorted(arrivals)
    assert list(cases)[:2] == ["LK0000001", "LK0000002"]
    assert ORDERS - 10 <= len(cases) <= ORDERS
    assert 12 < np.mean([len(case) for case in cases.values()]) < 15


def test_every_order_begins_with_an_offer_and_ends_with_the_invoice_or_is_open_at_the_end(cases):
    begins = Counter((case[0]["activity"], case[0]["x_channel"]) for case in cases.values())
    assert set(begins) == {("Take the enquiry", "shop"), ("Offer a slot", "online"), ("Offer a slot", "partner")}
    still_open = [case for case in cases.values() if case[-1]["activity"] != "Invoice"]
    assert 5 < len(still_open) < 0.02 * ORDERS
    assert all(case[0]["start"] > midnight(DAY - timedelta(days=21)) for case in still_open)


def test_an_order_keeps_its_attributes(cases):
    for name, values in (
        ("x_channel", {"shop": 0.33, "online": 0.52, "partner": 0.15}),
        ("x_region", {"north": 0.46, "south": 0.54}),
        ("x_goods", {"parcel": 0.37, "furniture": 0.27, "two-person": 0.36}),
    ):
        found = [{event[name] for event in case} for case in cases.values()]
        assert all(len(one) == 1 for one in found)
        counts = Counter(one.pop() for one in found)
        assert {value: count / len(cases) for value, count in counts.items()} == pytest.approx(values, abs=0.025)


@pytest.mark.parametrize(
    ("department", "days", "opens", "closes"),
    [("Transport", range(6), 7, 20.5), ("People", range(5), 8, 17), ("Claims", range(6), 8, 20)],
)
def test_departments_work_in_their_hours_of_the_week(log, department, days, opens, closes):
    starts = log.filter(pc.equal(log["department"], department))["start"].to_pylist()
    hours = [start.hour + start.minute / 60 + start.second / 3600 for start in starts]
    assert {start.weekday() for start in starts} == set(days)
    assert opens <= min(hours) < opens + 1
    assert closes - 1 < max(hours) <= closes + 0.001
    assert len(starts) > 50


def test_nobody_is_rung_at_night(log):
    calls = log.filter(pc.is_in(log["activity"], pa.array(["Ring about access", "Call ahead", "Agree the day"])))
    hours = {start.hour for start in calls["start"].to_pylist()}
    assert hours <= set(range(7, 21))


def test_waits_are_skewed(cases):
    hours = np.array(
        [(two["start"] - one["end"]).total_seconds() for case in cases.values() for one, two in pairwise(case)]
    )
    assert hours.mean() > 2 * np.median(hours)


def test_some_work_is_done_again(cases):
    assert share(cases, "Correct the address") == pytest.approx(0.14, abs=0.02)
    late = DELIVERY_CHANGES.late
    assert share(cases, late.activity) == pytest.approx(late.share, abs=0.013)
    for case in cases.values():
        counts = Counter(event["activity"] for event in case)
        again = counts["Correct the address"] + counts[late.activity]
        assert counts["Plan the route"] in {again, again + 1}
        assert counts["Carry in"] <= 1


def test_the_warehouse_rings_only_before_two_person_deliveries_and_from_its_day_on(cases):
    rings = DELIVERY_CHANGES.warehouse

    def is_asked(case):
        return case[0]["x_goods"] == "two-person" and case[0]["start"] > midnight(rings.from_on)

    assert share(cases, "Ring about access", is_asked) == pytest.approx(rings.share, abs=0.06)
    assert share(cases, "Ring about access", lambda case: case[0]["x_goods"] != "two-person") == 0
    before = midnight(rings.from_on) - timedelta(days=21)
    assert share(cases, "Ring about access", lambda case: case[0]["start"] < before) == 0


def test_claims_settles_a_growing_share_on_the_first_call(cases):
    alone = DELIVERY_CHANGES.claims

    def settled(case):
        return [event for event in case if event["activity"] == "Settle a claim"]

    def on_first_call(first, last):
        claims = [case for case in cases.values() for one in settled(case) if first <= one["end"].date() < last]
        return 1 - np.mean([any(event["activity"] == "Check the invoice" for event in case) for case in claims])

    middle = alone.from_on + (alone.until_on - alone.from_on) / 2
    assert on_first_call(date(2024, 1, 1), alone.from_on) == 0
    assert 0 < on_first_call(alone.from_on, middle) < on_first_call(alone.until_on, DAY)
    assert on_first_call(alone.until_on, DAY) == pytest.approx(alone.share, abs=0.15)


def test_perception_points_and_agreed_times_name_what_is_in_the_log(log):
    assert set(DELIVERY_PERCEPTION) < set(pc.unique(log["activity"]).to_pylist())
    names = {department.name for department in DEPARTMENTS}
    assert all({one.department, one.to} <= names | {None} and one.hours > 0 for one in AGREED_TIMES)
    waits = DELIVERY_CHANGES.waits
    assert (waits.source, waits.target, waits.hours_before) in {
        (one.department, one.to, one.hours) for one in AGREED_TIMES
    }


def test_a_log_of_no_orders_is_empty_and_fewer_are_refused():
    assert deliveries(0, rng()).equals(DELIVERY_SCHEMA.empty_table())
    with pytest.raises(ValueError, match="orders must be at least 0, not -1"):
        deliveries(-1, rng())


def test_sixty_thousand_orders_take_seconds():
    begun = perf_counter()
    log = deliveries(60_000, rng())
    assert perf_counter() - begun < AT_MOST_SECONDS
    assert len(log) > 700_000


def test_opening_hours_are_counted_and_found_again():
    opening = Opening((0, 4, 9, 17.5), (6, 6, 10, 12))
    assert opening.hours == 5 * 8.5 + 2
    worked = rng().random(1_000) * 10 * opening.hours
    at = opening.clock(worked)
    assert opening.worked(at) == pytest.approx(worked)
    day, hour = (at % 168) // 24, at % 24
    assert set(day) == {0, 1, 2, 3, 4, 6}
    assert ((hour >= np.where(day == 6, 10, 9)) & (hour <= np.where(day == 6, 12, 17.5))).all()


def test_work_goes_on_at_the_next_opening_and_never_goes_back():
    opening = Opening((0, 4, 9, 17))
    friday_evening, wednesday_noon = 4 * 24 + 20.0, 2 * 24 + 12.0
    assert opening.after(np.array([friday_evening]), np.array([1.0])).tolist() == [168 + 10.0]
    at = rng().random(1_000) * 1_000
    assert (opening.after(at, np.zeros(1_000)) >= at).all()
    assert opening.after(np.array([wednesday_noon]), np.array([0.0])).tolist() == [wednesday_noon]
