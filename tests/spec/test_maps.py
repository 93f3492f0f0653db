"""The process map, handovers, rework and throughput on small logs, with answers by hand, on both engines."""

from __future__ import annotations

import pytest

from factories import events
from mizzle import journeys
from mizzle.errors import MizzleError
from mizzle.journeys.maps import connected
from mizzle.tables import Node

LOOP = """
a  order Sales 0 1
a  pick  Store 3 4
a  check Sales 5 6
a  pick  Store 9 11
a  send  Store 11 12
b  order Sales 0 1
b  pick  Store 2 3
b  send  Store 8 9
"""


def edge(found, source, target):
    (one,) = (one for one in found.edges if (tuple(one.source), tuple(one.target)) == (source, target))
    return one


def test_nodes_have_counts_touch_and_places_in_the_case(engine):
    found = journeys.process_map(events(engine, LOOP))
    pick = next(one for one in found.nodes if one.node == Node("Store", "pick"))
    assert (pick.count, pick.cases, pick.repeats, pick.starts, pick.ends) == (3, 2, 1, 0, 0)
    assert pick.touch.mean == pytest.approx(4 / 3)
    assert (pick.touch.median, pick.touch.p90) == (1.0, pytest.approx(1.8))
    assert {one.node.activity: (one.starts, one.ends) for one in found.nodes} == {
        "order": (2, 0),
        "pick": (0, 0),
        "check": (0, 0),
        "send": (0, 2),
    }


def test_edges_have_counts_and_waits(engine):
    found = journeys.process_map(events(engine, LOOP))
    ordered = edge(found, ("Sales", "order"), ("Store", "pick"))
    assert (ordered.count, ordered.wait.mean, ordered.wait.median) == (2, 1.5, 1.5)
    assert ordered.wait.p90 == pytest.approx(1.9)
    assert edge(found, ("Store", "pick"), ("Store", "send")).wait.median == pytest.approx(2.5)
    assert sum(one.count for one in found.edges) == 6
    assert (found.cases, found.cases_shown, found.edges_total) == (2, 2, 4)


def test_a_wait_is_never_below_zero(engine):
    log = events(engine, "a x D1 0 10\na y D2 4 12")
    assert journeys.process_map(log).edges[0].wait.mean == 0.0


def test_without_starts_there_is_no_touch_and_waits_run_from_end_to_end(engine):
    found = journeys.process_map(events(engine, "a x D1 - 1\na y D2 - 4"))
    assert found.nodes[0].touch is None
    assert found.edges[0].wait.mean == 3.0


def test_a_log_of_single_events_has_nodes_and_no_edge(engine):
    found = journeys.process_map(events(engine, "a x D1 0 1\nb x D1 0 1"), 0.5)
    assert (len(found.nodes), found.edges, found.cases, found.cases_shown) == (1, (), 2, 2)
    assert journeys.handovers(events(engine, "a x D1 0 1")) == ()


def test_a_log_without_any_department_has_an_empty_map(engine):
    log = events(engine, "a x - 0 1\na y - 2 3")
    found = journeys.process_map(log)
    assert (found.nodes, found.edges, found.cases) == ((), (), 0)
    assert journeys.rework(log).value is None
    assert journeys.distance(log, ["x"]).departments == ()


def test_handovers_are_directed_and_own_their_waits(engine):
    found = {(one.source, one.target): one for one in journeys.handovers(events(engine, LOOP))}
    assert {pair: one.count for pair, one in found.items()} == {("Sales", "Store"): 3, ("Store", "Sales"): 1}
    assert found["Sales", "Store"].wait.mean == pytest.approx((2 + 3 + 1) / 3)


def test_rework_needs_another_department_in_between(engine):
    assert journeys.rework(events(engine, LOOP)).value == 0.5
    again = events(engine, "a x D1 0 1\na x D1 1 2\na y D1 2 3\na x D1 3 4")
    assert journeys.rework(again).value == 0.0
    back = events(engine, "a x D1 0 1\na y D2 1 2\na x D1 2 3\na x D1 3 4")
    assert journeys.rework(back).value == 1.0
    assert sum(one.repeats for one in journeys.process_map(back).nodes) == 1


def test_throughput_is_from_the_first_start_to_the_last_end(engine):
    found = journeys.throughput(events(engine, LOOP))
    assert (found.cases, found.hours.value, found.spread.median) == (2, 10.5, 10.5)
    assert found.spread.p90 == pytest.approx(11.7)
    assert found.hours.interval.low == 0.0
    assert found.hours.interval.high == pytest.approx(10.5 + 12.706204736432095 * 1.5)


def test_touch_of_a_case_is_the_sum_over_its_events(engine):
    # a: 1 + 1 + 1 + 2 + 1 = 6 hours, b: 3, c: 2 of an event without a department, d has no start and so no touch
    found = journeys.throughput(events(engine, LOOP + "c x - 0 2\nd y Sales - 9"))
    assert (found.cases, found.touch_hours.n, found.touch.n) == (4, 3, 3)
    assert (found.touch_hours.value, found.touch.mean) == (pytest.approx(11 / 3), pytest.approx(11 / 3))
    assert (found.touch.median, found.touch.p90) == (3.0, pytest.approx(5.4))
    # residuals 7/3, -2/3 and -5/3, unshifted: the interval of a mean of three, not below zero
    assert found.touch_hours.interval.low == 0.0
    assert found.touch_hours.interval.high > 11 / 3
    assert found.hours.method == found.touch_hours.method == found.touch.method


def test_without_starts_a_case_has_no_touch(engine):
    found = journeys.throughput(events(engine, "a x D1 - 1\na y D2 - 4"))
    assert (found.hours.value, found.touch, found.touch_hours) == (3.0, None, None)


MANY = "\n".join(
    [f"c{i} a D1 0 1\nc{i} b D2 1 2\nc{i} c D3 2 3" for i in range(6)]
    + [f"d{i} a D1 0 1\nd{i} c D3 1 2\nd{i} b D2 2 3" for i in range(3)]
    + ["e0 b D2 0 1\ne0 a D1 1 2\ne0 c D3 2 3"]
)


def test_the_map_grows_with_the_share_of_cases(engine):
    log = events(engine, MANY)
    sizes = [len(journeys.process_map(log, share).edges) for share in (0.0, 0.6, 0.9, 1.0)]
    assert sizes == sorted(sizes)
    assert sizes[-1] == 5
    for share in (0.0, 0.6, 0.9, 1.0):
        found = journeys.process_map(log, share)
        assert found.cases_shown >= share * found.cases


def test_the_map_keeps_the_strongest_ways_and_hangs_together(duckdb):
    # two tight pairs, joined by one rare step that is nobody's strongest
    text = "".join(f"p{i} a D1 0 1\np{i} b D1 1 2\np{i} a D1 2 3\n" for i in range(5))
    text += "".join(f"q{i} c D2 0 1\nq{i} d D2 1 2\nq{i} c D2 2 3\n" for i in range(5))
    found = journeys.process_map(events(duckdb, text + "r0 a D1 0 1\nr0 c D2 1 2"), 0.0)
    nodes = [one.node for one in found.nodes]
    assert connected(nodes, [(one.source, one.target) for one in found.edges]) == 1
    for node in nodes:
        assert any(one.target == node for one in found.edges)
        assert any(one.source == node for one in found.edges)
    assert connected(nodes, []) == 4


def test_coverage_is_a_share(duckdb):
    with pytest.raises(MizzleError, match="share of cases from 0 to 1"):
        journeys.process_map(events(duckdb, LOOP), 90)
