"""A journey drawn by hand: the same map and distances as from a log, with answers by hand."""

from __future__ import annotations

import pytest

from mizzle import journeys
from mizzle.errors import MizzleError
from mizzle.journeys.blueprint import ENGLISH
from mizzle.journeys.drawn import DrawnStep
from mizzle.tables import Node

ORDER = (
    DrawnStep("Sales", "Take the order", True, None, 0.5),
    DrawnStep("Planning", "Plan", False, 4, 1),
    DrawnStep("Warehouse", "Pick", False, 12, 2),
    DrawnStep("Transport", "Deliver", True, 21.5, 0.5),
    DrawnStep("Billing", "Send the invoice", False, 24, 0.25),
)


def near(distance, department):
    (one,) = (one for one in distance.departments if one.department == department)
    return one


def test_distances_are_counted_to_the_next_perception_point():
    _, found = journeys.drawn(ORDER)
    assert [
        (one.department, one.handovers_to_customer.value, one.hours_to_customer.value) for one in found.departments
    ] == [
        ("Sales", 0.0, 0.0),
        ("Transport", 0.0, 0.0),
        ("Warehouse", 1.0, 21.5),
        ("Planning", 2.0, 35.5),  # 12 to the warehouse, 2 there, 21.5 to the van
        ("Billing", None, None),
    ]
    assert (found.perception_points, found.cases, found.events) == (("Take the order", "Deliver"), 1, 5)
    assert (near(found, "Billing").unheard_share.value, near(found, "Sales").contact_share.value) == (1.0, 1.0)


def test_every_step_counts_once_and_nothing_has_an_interval():
    drawn_map, distance = journeys.drawn(ORDER)
    assert {(one.count, one.cases) for one in drawn_map.nodes} == {(1, 1)}
    assert [one.node for one in drawn_map.nodes if one.starts] == [Node("Sales", "Take the order")]
    assert [one.node for one in drawn_map.nodes if one.ends] == [Node("Billing", "Send the invoice")]
    assert [one.wait.median for one in drawn_map.edges] == [12.0, 4.0, 24.0, 21.5]
    assert {one.hours_to_customer.interval for one in distance.departments} == {None}
    assert {one.handovers_to_customer.method for one in distance.departments} == {"journeys.drawn/1"}


def test_a_step_that_comes_again_is_one_node_with_its_hours_and_its_rework():
    steps = (
        DrawnStep("Desk", "Call", True, None, 1),
        DrawnStep("Shop", "Repair", False, 2, None),
        DrawnStep("Desk", "Call", True, 6, 2),
        DrawnStep("Desk", "Call", True, 1, 3),
        DrawnStep("Shop", "Repair", False, 4, None),
    )
    drawn_map, distance = journeys.drawn(steps)
    call, repair = drawn_map.nodes
    assert (call.node, call.count, call.repeats, call.starts, call.ends) == (Node("Desk", "Call"), 3, 1, 1, 0)
    assert (call.touch.mean, call.touch.median, call.touch.n) == (2.0, 2.0, 3)
    assert (repair.count, repair.repeats, repair.ends) == (2, 1, 1)
    assert (repair.touch.median, repair.touch.n) == (None, 0)
    (again,) = (one for one in drawn_map.edges if one.source == call.node and one.target == repair.node)
    assert (again.count, again.wait.median) == (2, 3.0)
    assert near(distance, "Shop").unheard_share.value == 0.5
    assert near(distance, "Shop").hours_to_customer.value == 6.0  # of the one that is followed by a call


def test_hours_that_were_not_given_leave_the_hours_of_the_way_open():
    steps = (
        DrawnStep("Store", "Count"),
        DrawnStep("Store", "Pick", wait_hours=1),
        DrawnStep("Transport", "Deliver", True, 3),
    )
    _, found = journeys.drawn(steps)
    store = near(found, "Store")
    assert (store.handovers_to_customer.value, store.handovers_to_customer.n) == (1.0, 2)
    assert (store.hours_to_customer.value, store.hours_to_customer.n, store.hours_p90.value) == (None, 0, None)
    _, known = journeys.drawn((steps[0], DrawnStep("Store", "Pick", False, 1, 2), steps[2]))
    assert near(known, "Store").hours_to_customer.value == 4.5  # 6 from counting, 3 from picking


def test_a_lane_without_known_hours_names_its_handovers_only():
    steps = (DrawnStep("Store", "Pick"), DrawnStep("Transport", "Deliver", True))
    svg = journeys.blueprint(*journeys.drawn(steps)).svg()
    assert ">1.0 handovers<" in svg
    assert f">{ENGLISH.lane.format(handovers='1.0', hours='0 h')}<" not in svg


def test_a_drawing_without_steps_or_without_perception_points_is_possible():
    drawn_map, distance = journeys.drawn(())
    assert (drawn_map.nodes, drawn_map.edges, drawn_map.cases, distance.departments) == ((), (), 0, ())
    _, distance = journeys.drawn((DrawnStep("Store", "Pick"), DrawnStep("Store", "Pack")))
    assert near(distance, "Store").handovers_to_customer.value is None
    assert near(distance, "Store").handovers_to_customer.n == 0


@pytest.mark.parametrize(
    ("step", "word"),
    [
        (DrawnStep("", "Pick"), "Step 2 needs a department"),
        (DrawnStep("Store", ""), "Step 2 needs a department"),
        (DrawnStep("Store", "Pick", False, -1), "Step 2 has -1 hours"),
        (DrawnStep("Store", "Pick", False, None, float("nan")), "Step 2 has nan hours"),
        (DrawnStep("Store", "Take the order"), "Give one of them another name"),
    ],
)
def test_a_step_that_cannot_be_drawn_is_refused_in_words(step, word):
    with pytest.raises(MizzleError, match=word):
        journeys.drawn((ORDER[0], step))
