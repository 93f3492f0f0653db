"""What was put into the deliveries is what the measures of journeys find, and they find nothing else."""

from __future__ import annotations

from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from mizzle import journeys
from mizzle.logs import events_in_memory
from mizzle.simulate import DELIVERY_CHANGES, DELIVERY_PERCEPTION, deliveries
from mizzle.simulate.agreed import AGREED_TIMES

ORDERS = 40_000
QUARTER_ON = DELIVERY_CHANGES.waits.until_on
AUTUMN = {year: (QUARTER_ON.replace(year=year), date(year, 12, 1)) for year in (2024, 2025)}
"""The last quarter, and the same three months a year before."""

NEAR_TO_FAR = (
    ("Front desk", 0.4),
    ("Transport", 0.7),
    ("Sales", 0.9),
    ("Claims", 1.1),
    ("Billing", 1.7),
    ("Order planning", 1.9),
    ("Warehouse", 2.3),
    ("IT", 3.4),
    ("People", 4.1),
)
CLOSER = {change.department: change for change in (DELIVERY_CHANGES.claims, DELIVERY_CHANGES.warehouse)}
HANDOVERS_THAT_COUNT = 800
"""How often a handover occurs in three months for its median to say something."""


@pytest.fixture(scope="module")
def log():
    return deliveries(ORDERS, np.random.default_rng(2025))


@pytest.fixture(scope="module")
def distance(log, duckdb):
    return journeys.distance(events_in_memory(log, duckdb), DELIVERY_PERCEPTION, by_month=True)


@pytest.fixture(scope="module")
def autumns(log, duckdb):
    """Event tables of the orders that came in during each autumn."""
    begins = log.group_by("case_id").aggregate([("start", "min")])
    found = {}
    for year, (first, last) in AUTUMN.items():
        day = begins["start_min"].cast(pa.date32())
        is_in = pc.and_(pc.greater_equal(day, pa.scalar(first)), pc.less(day, pa.scalar(last)))
        names = begins.filter(is_in)["case_id"]
        found[year] = events_in_memory(log.filter(pc.is_in(log["case_id"], names.combine_chunks())), duckdb)
    return found


def handovers(distance, department, month):
    (found,) = (one for one in distance.months if (one.department, one.month) == (department, month))
    return found.handovers_to_customer


def holds(figure, value):
    return figure.interval.low <= value <= figure.interval.high


def overlap(one, two):
    return one.interval.low <= two.interval.high and two.interval.low <= one.interval.high


def test_departments_stand_in_the_order_of_the_company_about_as_far_as_it_says(autumns):
    found = journeys.distance(autumns[2025], DELIVERY_PERCEPTION).departments
    assert [one.department for one in found] == [department for department, _ in NEAR_TO_FAR]
    values = [one.handovers_to_customer.value for one in found]
    assert values == pytest.approx([wanted for _, wanted in NEAR_TO_FAR], abs=0.25)


@pytest.mark.parametrize("department", list(CLOSER))
def test_two_departments_came_closer_by_as_much_as_was_put_in(distance, department):
    """Of intervals of 95 %, four of twelve miss in two of a thousand logs, and two of three in seven of a thousand."""
    change = CLOSER[department]
    months = [date(2024, month, 1) for month in range(7, 13)] + [date(2025, month, 1) for month in range(1, 12)]
    before = [handovers(distance, department, month) for month in months if month < change.from_on]
    after = [handovers(distance, department, month) for month in months if month >= QUARTER_ON]
    assert (len(before), len(after)) == (12, 3)
    assert sum(holds(one, change.handovers_before) for one in before) >= 9
    assert sum(holds(one, change.handovers_after) for one in after) >= 2
    assert max(one.interval.high for one in after) < before[-1].interval.low


@pytest.mark.parametrize("department", [name for name, _ in NEAR_TO_FAR if name not in CLOSER])
def test_no_other_department_came_closer(distance, department):
    june, november = (handovers(distance, department, date(2025, month, 1)) for month in (6, 11))
    assert overlap(june, november)


def test_waits_grew_at_one_handover_as_much_as_was_put_in(autumns):
    waits = DELIVERY_CHANGES.waits
    before, after = (
        {(one.source, one.target): one.wait for one in journeys.handovers(autumns[year])} for year in AUTUMN
    )
    grown = (waits.source, waits.target)
    assert before[grown].median == pytest.approx(waits.hours_before, abs=0.5)
    assert after[grown].median == pytest.approx(waits.hours_after, abs=0.7)
    others = [pair for pair, wait in before.items() if wait.n > HANDOVERS_THAT_COUNT and pair != grown]
    assert len(others) > 15
    for pair in others:
        assert after[pair].median <= max(1.15 * before[pair].median, before[pair].median + 0.25), pair


def test_the_longest_wait_of_all_handovers_came_to_lie_there(autumns):
    often = [one for one in journeys.handovers(autumns[2025]) if one.count > HANDOVERS_THAT_COUNT]
    longest = max(often, key=lambda one: one.wait.median)
    assert (longest.source, longest.target) == (DELIVERY_CHANGES.waits.source, DELIVERY_CHANGES.waits.target)


def test_agreed_times_are_kept_less_only_where_waits_grew(autumns):
    grown = (DELIVERY_CHANGES.waits.source, DELIVERY_CHANGES.waits.target)
    before, after = (journeys.agreed(autumns[year], AGREED_TIMES) for year in AUTUMN)
    for one, two in zip(before, after, strict=True):
        if (one.agreement.department, one.agreement.to) == grown:
            assert holds(one.within, 0.5)  # what was agreed was the median
            assert two.within.interval.high < one.within.interval.low
        elif one.agreement.department != "Warehouse":  # which now takes time of its own to ring
            assert overlap(one.within, two.within), one.agreement
        assert 0.05 < two.within.value < 1
        assert two.cases > 400


def test_the_typical_order_takes_75_hours_and_is_touched_for_four(autumns):
    assert journeys.throughput(autumns[2025]).spread.median == pytest.approx(75, abs=3)
    table = autumns[2025].table
    touches = table.group_by("case").aggregate(touch=(table.end_us - table.start_us).sum() / 3_600_000_000)
    assert touches.touch.quantile(0.5).to_pyarrow().as_py() == pytest.approx(4.1, abs=0.2)


def test_the_slowest_tenth_is_late_for_the_reason_that_was_put_in(log):
    late = DELIVERY_CHANGES.late
    times = log.group_by("case_id").aggregate([("start", "min"), ("end", "max"), ("activity", "distinct")])
    done = [set(one) for one in times["activity_distinct"].to_pylist()]
    finished = np.array(["Invoice" in one for one in done])
    hours = pc.subtract(times["end_max"], times["start_min"]).cast(pa.int64()).to_numpy()
    slow = hours >= np.quantile(hours[finished], 0.9)

    def difference(activity):
        has = np.array([activity in one for one in done])
        return has[finished & slow].mean() - has[finished & ~slow].mean()

    reason = np.array([late.activity in one for one in done])
    assert reason[finished & slow].mean() == pytest.approx(late.share_of_slowest, abs=0.03)
    assert reason[finished & ~slow].mean() < 0.01
    others = {name for one in done for name in one} - {late.activity, "Agree the day"}  # a second attempt agrees a day
    assert max(abs(difference(name)) for name in others) < 0.15 < difference(late.activity)
