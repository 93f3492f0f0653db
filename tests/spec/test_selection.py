"""Parts of a log on small logs, with answers by hand, on both engines."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from factories import BEGIN, events
from mizzle import journeys
from mizzle.errors import MizzleError, NoSuchName
from mizzle.journeys import selection
from mizzle.journeys.results import Agreement

LOG = """
a  order   Sales  0  1
a  deliver Drive  9  10
b  order   Sales  0  1
b  noted   -      4  4
b  deliver Drive  19 20
c  order   Sales  0  30
c  deliver Drive  8  9
"""
CHANNELS = ["web", None, "web", "phone", None, None, None]


def at(hour):
    return BEGIN + timedelta(hours=hour)


def cases(found):
    return sorted(found.table.select("case_id").distinct().to_pyarrow()["case_id"].to_pylist())


def test_cases_are_chosen_whole_by_their_last_end(engine):
    log = events(engine, LOG)
    found = journeys.select(log, ended_from=at(10), ended_until=at(30))
    assert cases(found) == ["a", "b"]
    assert (found.n_cases, found.n_events, found.n_without_department) == (2, 5, 1)
    assert (found.departments, found.activities) == (log.departments, log.activities)
    assert journeys.throughput(found).hours.value == 15.0


def test_one_bound_is_enough_and_none_is_the_whole_log(engine):
    log = events(engine, LOG)
    assert cases(journeys.select(log, ended_from=at(20))) == ["b", "c"]
    assert cases(journeys.select(log, ended_until=at(20))) == ["a"]
    assert journeys.select(log) is log


def test_bounds_are_instants_in_any_time_zone(duckdb):
    log = events(duckdb, LOG)
    elsewhere = timezone(timedelta(hours=5))
    assert cases(journeys.select(log, ended_from=at(30).astimezone(elsewhere))) == ["c"]
    with pytest.raises(ValueError, match="no time zone"):
        journeys.select(log, ended_until=datetime(2024, 1, 1))  # noqa: DTZ001 - the one that is refused


def test_a_case_has_the_value_of_its_last_event_that_has_one(engine):
    log = events(engine, LOG, extras={"channel": CHANNELS, "size": ["1", "2", "1", None, "2", "3", "3"]})
    assert cases(journeys.select(log, where={"channel": "web"})) == ["a"]
    assert cases(journeys.select(log, where={"channel": "phone"})) == ["b"]
    assert cases(journeys.select(log, where={"size": "2"})) == ["a", "b"]
    assert cases(journeys.select(log, where={"size": "2", "channel": "web"}, ended_until=at(11))) == ["a"]
    assert journeys.attribute_values(log, "channel") == (("phone", 1), ("web", 1))
    assert journeys.attribute_values(log, "size") == (("2", 2), ("3", 1))
    assert journeys.attribute_values(log, "size", most=1) == (("2", 2),)


def test_a_part_can_be_parted_again(engine):
    log = events(engine, LOG, extras={"channel": CHANNELS})
    part = journeys.select(journeys.select(log, ended_until=at(25)), where={"channel": "phone"})
    assert (cases(part), part.n_events) == (["b"], 3)
    assert journeys.attribute_values(part, "channel") == (("phone", 1),)


def test_a_large_part_is_read_from_the_log_and_answers_the_same(duckdb, monkeypatch):
    log = events(duckdb, LOG)
    held = journeys.process_map(journeys.select(log, ended_from=at(10)))
    monkeypatch.setattr(selection, "MOST_HELD", 1)
    assert journeys.process_map(journeys.select(log, ended_from=at(10))) == held


def test_an_attribute_that_is_not_there_is_answered_with_near_ones(duckdb):
    log = events(duckdb, LOG, extras={"channel": CHANNELS})
    with pytest.raises(NoSuchName, match=r"'chanel'.*Did you mean 'channel'"):
        journeys.select(log, where={"chanel": "web"})
    with pytest.raises(NoSuchName, match="Did you mean 'channel'"):
        journeys.attribute_values(log, "zzz")
    with pytest.raises(NoSuchName, match="no further attributes"):
        journeys.attribute_values(events(duckdb, LOG), "channel")


def test_late_cases_took_longer_than_the_ninetieth_percentile(engine):
    hours = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]
    log = events(engine, "\n".join(f"c{took:02} x D 0 {took}\nc{took:02} y - 0 1" for took in hours))
    found = journeys.by_pace(log)
    assert (found.late_from_hours, journeys.throughput(log).spread.p90) == (10.0, 10.0)
    assert (cases(found.late), found.late.n_events, found.late.n_without_department) == (["c11"], 2, 1)
    assert (found.typical.n_cases, found.typical.n_events) == (10, 20)
    assert cases(journeys.by_pace(log, late_share=0.5).late) == ["c07", "c08", "c09", "c10", "c11"]


def test_where_all_cases_take_equally_long_none_is_late(engine):
    found = journeys.by_pace(events(engine, "a x D 0 2\nb x D 1 3"))
    assert (found.late.n_cases, found.typical.n_cases, found.late_from_hours) == (0, 2, 2.0)


@pytest.mark.parametrize("share", [0, 1, -0.1, 10])
def test_the_late_ones_are_a_share_between_none_and_all(duckdb, share):
    with pytest.raises(MizzleError, match="between 0 and 1"):
        journeys.by_pace(events(duckdb, LOG), late_share=share)


def test_every_measure_of_no_case_is_empty_or_undefined(engine):
    log = events(engine, LOG, extras={"channel": CHANNELS})
    none = journeys.select(log, ended_from=datetime(2030, 1, 1, tzinfo=UTC))
    assert (none.n_cases, none.n_events, none.n_without_department) == (0, 0, 0)
    found = journeys.distance(none, ["deliver"], by_month=True)
    assert (found.cases, found.departments, found.months) == (0, (), ())
    drawn = journeys.process_map(none)
    assert (drawn.nodes, drawn.edges, drawn.cases, journeys.process_map(none, 0.9).cases) == ((), (), 0, 0)
    assert (journeys.handovers(none), journeys.ways(none, ["deliver"])) == ((), ())
    assert (journeys.rework(none).value, journeys.rework(none).n) == (None, 0)
    took = journeys.throughput(none)
    assert (took.cases, took.hours.value, took.spread.median, took.spread.n) == (0, None, None, 0)
    assert (took.touch_hours.value, took.touch_hours.n, took.touch.n) == (None, 0, 0)
    agreed = journeys.agreed(none, [Agreement("Sales", None, 2.0), Agreement("Sales", "Drive", 2.0)])
    assert [(one.cases, one.within.value, one.actual.mean, one.over.n) for one in agreed] == [(0, None, None, 0)] * 2
    assert (journeys.suggest_perception_points(none), journeys.attribute_values(none, "channel")) == ((), ())
    paces = journeys.by_pace(none)
    assert (paces.typical.n_cases, paces.late.n_cases, paces.late_from_hours) == (0, 0, None)
    assert journeys.select(none, where={"channel": "web"}).n_cases == 0
    with pytest.raises(NoSuchName, match="No case of this log is called 'a'"):
        journeys.timeline(none, "a")


def test_every_measure_of_a_part_is_that_of_a_log_with_those_cases_alone(engine):
    log = events(engine, LOG)
    part, alone = journeys.select(log, ended_until=at(25)), events(engine, LOG.partition("c  order")[0])
    for measure in (
        lambda one: journeys.distance(one, ["deliver"], by_month=True),
        lambda one: journeys.ways(one, ["deliver"]),
        journeys.process_map,
        lambda one: journeys.process_map(one, 0.5),
        journeys.handovers,
        journeys.rework,
        journeys.throughput,
        journeys.suggest_perception_points,
        lambda one: journeys.agreed(one, [Agreement("Sales", None, 0.5), Agreement("Sales", "Drive", 9.0)]),
        lambda one: journeys.timeline(one, "b", perception_points=["deliver"]),
    ):
        assert measure(part) == measure(alone)
