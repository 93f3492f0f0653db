"""The service blueprint: what is drawn, where it stands, and what it says."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET

import pytest

from mizzle.estimate import Estimate, Interval, Spread
from mizzle.journeys.blueprint import Words, blueprint, choice, routes
from mizzle.journeys.blueprint.text import clean, clusters, shorten, width, wrap
from mizzle.journeys.results import DepartmentDistance, Distance, MapEdge, MapNode, ProcessMap
from mizzle.tables import Node

METHOD = "journeys.distance/1"


def estimate(value, n=100, unit="handovers"):
    return Estimate(value, None if value is None else Interval(value, value), n, unit, METHOD)


def spread(hours):
    return Spread(hours, hours, hours, 10, "h", METHOD)


def far(department, handovers, contact=0.0, hours=5.0):
    hours = None if handovers is None else hours
    return DepartmentDistance(
        department, None, 100, 50, estimate(contact, unit="share"), estimate(handovers), estimate(handovers),
        estimate(handovers), estimate(hours, unit="h"), estimate(hours, unit="h"), estimate(hours, unit="h"),
        estimate(0.1, unit="share"),
    )  # fmt: skip


def node(name, count=100, starts=0, ends=0):
    department, activity = name.split("/")
    return MapNode(Node(department, activity), count, count, None, 0, starts, ends)


def edge(source, target, count=50, hours=1.0):
    return MapEdge(Node(*source.split("/")), Node(*target.split("/")), count, spread(hours))


def a_map(nodes, edges):
    nodes = tuple(sorted(nodes, key=lambda n: -n.count))
    return ProcessMap(nodes, tuple(edges), 100, 80, len(nodes) + 2, len(edges) + 3, "journeys.process_map/1")


def distances(*rows, points=("Order", "Deliver")):
    return Distance(100, 400, 0, points, tuple(rows), (), METHOD)


def an_order(**options):
    """Sales takes an order, Planning plans, the Warehouse picks (and plans again), Transport delivers."""
    nodes = [
        node("Sales/Order", 100, starts=100), node("Planning/Plan", 90), node("Warehouse/Pick", 80),
        node("Transport/Deliver", 70, ends=70), node("IT/Print labels", 20),
    ]  # fmt: skip
    edges = [
        edge("Sales/Order", "Planning/Plan", 90, 0.6), edge("Planning/Plan", "Warehouse/Pick", 80, 12),
        edge("Warehouse/Pick", "Transport/Deliver", 70, 21.5), edge("Warehouse/Pick", "Planning/Plan", 10, 60),
        edge("Warehouse/Pick", "Warehouse/Pick", 9, 3), edge("Planning/Plan", "IT/Print labels", 20, 0.01),
        edge("IT/Print labels", "Warehouse/Pick", 19, None),
    ]  # fmt: skip
    rows = [
        far("Sales", 0.0, 1.0), far("Transport", 0.0, 1.0), far("Warehouse", 1.0, hours=22), far("Planning", 2.0),
        far("IT", None),
    ]  # fmt: skip
    return blueprint(a_map(nodes, edges), distances(*rows), **options)


def test_lanes_follow_the_order_of_distance_and_the_line_lies_below_the_last_that_meets_the_customer():
    layout = an_order().layout
    assert [lane.name for lane in layout.lanes] == ["Sales", "Transport", "Warehouse", "Planning", "IT"]
    assert layout.lanes[1].box.y < layout.visibility < layout.lanes[2].box.y
    assert [lane.deep for lane in layout.lanes] == [0, 0, pytest.approx(1 / 3), pytest.approx(2 / 3), 1]
    assert layout.lanes[4].distance == "no perception point follows"


def test_a_lane_without_perception_points_above_one_that_has_them_stays_above_the_line():
    drawing = blueprint(a_map([node("A/Think"), node("B/Order")], []), distances(far("A", 0.2), far("B", 0.4, 1.0)))
    assert [lane.deep for lane in drawing.layout.lanes] == [0, 0]
    assert drawing.layout.visibility > drawing.layout.lanes[1].box.y


def test_without_any_perception_point_the_line_lies_below_the_customer():
    drawing = blueprint(a_map([node("A/Think")], []), distances(far("A", None), points=()))
    assert drawing.layout.visibility < drawing.layout.lanes[0].box.y
    assert "No perception point is drawn." in drawing.text()


def test_the_most_frequent_way_runs_from_left_to_right_and_stands_out():
    drawing = an_order()
    way = [step.activity for step in drawing.walk() if step.is_on_way]
    assert way == ["Order", "Plan", "Pick", "Deliver"]
    columns = {n.node.node.activity: n.column for n in drawing.layout.nodes}
    assert columns["Order"] < columns["Plan"] < columns["Print labels"] < columns["Pick"] < columns["Deliver"]


def test_what_begins_late_stands_beside_what_follows_it():
    nodes = [node("A/1", 90, 90), node("A/2", 90), node("A/3", 90), node("B/late", 5), node("A/4", 90)]
    edges = [edge("A/1", "A/2", 90), edge("A/2", "A/3", 90), edge("A/3", "A/4", 90), edge("B/late", "A/4", 5)]
    layout = blueprint(a_map(nodes, edges), distances(far("A", 1.0), far("B", 2.0))).layout
    columns = {n.node.node.activity: n.column for n in layout.nodes}
    assert columns["late"] == columns["4"] - 1


def test_a_wait_longer_than_agreed_is_drawn_in_its_own_colour_and_said_in_the_list():
    drawing = an_order(over={("Warehouse", "Transport"): 12.0, ("Sales", "Planning"): 2.0})
    assert [(e.edge.count, e.is_over) for e in drawing.layout.edges if e.is_over] == [(70, True)]
    assert "bp-edge over" in drawing.svg()
    onward = {o.activity: o for step in drawing.walk() for o in step.onward}
    assert (onward["Deliver"].agreed, onward["Deliver"].is_over) == (12.0, True)


def test_every_perception_point_is_tied_to_the_customer_with_the_share_of_cases():
    layout = an_order().layout
    assert [contact.text for contact in layout.contacts] == ["100\u202f%", "70\u202f%"]
    tied = {layout.nodes[k].node.node.activity for contact in layout.contacts for k in contact.nodes}
    assert tied == {"Order", "Deliver"}


def test_several_perception_points_in_one_column_share_a_line_in_the_gutter():
    nodes = [node("A/Order", 60, 60), node("B/Order", 40, 40), node("C/Deliver", 20, 20), node("D/Deliver", 1, 1)]
    rows = [far(name, k / 10, 1.0) for k, name in enumerate("ABCD")]
    layout = blueprint(a_map(nodes, []), distances(*rows)).layout
    (contact,) = layout.contacts
    assert contact.text == "1\u201360\u202f%"
    assert len(contact.lines) == 4
    assert len(contact.nodes) == 4


def test_a_loop_on_one_activity_is_a_mark_on_its_node():
    drawing = an_order()
    assert [n.node.node.activity for n in drawing.layout.nodes if n.is_repeated] == ["Pick"]
    assert drawing.svg().count("bp-loop") == 1


def test_the_drawing_says_what_it_leaves_out():
    drawing = an_order(nodes_at_most=3)
    assert (drawing.left_out.nodes, drawing.left_out.nodes_total) == (3, 7)
    assert (drawing.left_out.lanes, drawing.left_out.lanes_total) == (3, 5)
    assert drawing.left_out.edges_total == 10
    assert drawing.text().endswith("Drawn: 3 of 5 departments, 3 of 7 activities, 4 of 10 steps between them.")


def test_the_least_frequent_steps_of_a_crowded_map_are_left_out():
    nodes = [node(f"A/{k}", 100 - k, starts=k == 0) for k in range(8)]
    edges = [edge(f"A/{a}", f"A/{b}", 100 - 10 * a - b) for a in range(8) for b in range(8) if a != b]
    drawing = blueprint(a_map(nodes, edges), distances(far("A", 1.0)))
    layout = drawing.layout
    assert len(layout.edges) == 24
    assert {e.source for e in layout.edges} == set(range(8))
    assert {e.target for e in layout.edges} == set(range(8))
    assert 0 < len(layout.labels) <= len(layout.edges)
    on_line = [label for label in layout.labels if label.is_on_line]
    assert 0 < len(on_line) < len(layout.labels)
    assert drawing.svg().count("bp-lbg") == len(on_line)


def test_a_department_without_distance_comes_last():
    layout = blueprint(a_map([node("New/Think"), node("A/Order")], []), distances(far("A", 1.0, 1.0))).layout
    assert [lane.name for lane in layout.lanes] == ["A", "New"]
    assert blueprint(a_map([node("New/Think")], []), distances()).walk()[0].depth is None


def test_of_few_cases_no_distance_is_written_and_of_few_steps_no_wait():
    drawn = an_order(over={("Warehouse", "Planning"): 1.0}, fewest=20)  # a wait of ten would stand out
    assert {lane.distance for lane in drawn.layout.lanes} != {"too few cases"}
    waits = {(one.activity, next_.activity): next_.hours for one in drawn.walk() for next_ in one.onward}
    assert waits["Pick", "Plan"] is None
    assert waits["Pick", "Deliver"] == 21.5
    assert not any(next_.is_over for one in drawn.walk() for next_ in one.onward)
    assert "21.5\u202fh" in [label.text for label in drawn.layout.labels]
    assert "2.5\u202fdays" not in drawn.svg()
    few = an_order(fewest=51)  # each department has fifty cases
    assert {lane.distance for lane in few.layout.lanes} == {"too few cases"}
    assert "Sales (too few cases)" in few.text()
    assert {one.depth for one in few.walk()} == {None}
    assert [lane.name for lane in few.layout.lanes] == [lane.name for lane in drawn.layout.lanes]


def test_an_empty_map_is_drawn_as_an_empty_sheet():
    drawing = blueprint(ProcessMap((), (), 0, 0, 0, 0, "journeys.process_map/1"), distances())
    assert drawing.layout.nodes == ()
    assert drawing.walk() == []
    ET.fromstring(drawing.svg(standalone=True))  # noqa: S314 - our own drawing


def test_a_drawing_without_room_for_an_activity_is_refused():
    with pytest.raises(ValueError, match="needs room"):
        an_order(nodes_at_most=0)


def test_at_most_forty_lanes_are_drawn_the_busiest_ones():
    nodes = [node(f"D{k:02}/Work", 100 - k) for k in range(45)]
    drawing = blueprint(a_map(nodes, []), distances(*(far(f"D{k:02}", k / 10) for k in range(45))))
    assert len(drawing.layout.lanes) == 40
    assert (drawing.left_out.lanes, drawing.left_out.lanes_total) == (40, 45)
    assert drawing.layout.lanes[-1].name == "D39"


def test_the_svg_carries_no_style_attribute_and_names_itself():
    svg = an_order(title="Orders & more").svg()
    assert "style" not in svg
    assert svg.startswith('<svg class="bp"')
    assert "<title>Orders &amp; more</title><desc>5 departments in lanes" in svg
    assert 'role="img"' in svg


def test_a_file_of_its_own_brings_light_and_dark_colours():
    svg = an_order().svg(standalone=True)
    root = ET.fromstring(svg)  # noqa: S314 - our own drawing
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    style = re.search(r"<style>(.*?)</style>", svg).group(1)
    assert "prefers-color-scheme:dark" in style
    assert "#FAF9F6" in style
    assert "#0F1719" in style
    used = {name for group in re.findall(r'class="([^"]+)"', svg) for name in group.split()} - {"bp"}
    assert {name for name in used if name.startswith("bp-") and f".{name}" not in style} == set()


def test_the_names_of_the_lanes_can_be_drawn_alone():
    drawing = an_order()
    names = drawing.names_svg()
    assert 'aria-hidden="true"' in names
    assert "Warehouse" in names
    assert "Pick" not in names


@pytest.mark.parametrize(
    "name",
    [
        "<script>alert(1)</script>", "x" * 500, "word " * 100,
        "👩‍👩‍👧‍👦🇳🇴👍🏽 team", "قسم خدمة العملاء",
        "客户服务部门与技术支持团队负责人",
        "\u202eevil\x00\x07", "]]>&amp;\"'", "\x00", "e\u0301" * 60, "\ud800 lone",
    ],
)  # fmt: skip
def test_hostile_and_foreign_names_stay_inside_their_boxes_and_the_markup(name):
    nodes = [
        MapNode(Node(name, name), 10, 10, None, 0, 10, 10),
        MapNode(Node("B", name + "2"), 10, 10, None, 0, 0, 0),
    ]
    edges = [MapEdge(Node(name, name), Node("B", name + "2"), 5, spread(1.0))]
    drawing = blueprint(a_map(nodes, edges), distances(far(name, 0.1, 1.0), far("B", 1.0), points=(name,)))
    svg = drawing.svg(standalone=True)
    ET.fromstring(svg)  # noqa: S314 - our own drawing
    assert "<script" not in svg
    assert "\u202e" not in svg
    assert f"<title>{drawing.layout.lanes[0].name[:1].replace('<', '&lt;')}" in svg or "&" in svg
    for drawn in drawing.layout.nodes:
        assert all(width(line, 13.5) <= drawn.box.w for line in drawn.lines)
        assert len(drawn.lines) <= 3


def test_the_text_names_the_longest_wait_and_the_way():
    text = an_order().text()
    assert "The most frequent way through: Sales: Order, Planning: Plan, Warehouse: Pick, Transport: Deliver." in text
    assert "lies between Warehouse: Pick and Planning: Plan" in text
    assert "2.5\u202fdays at the median" in text


@pytest.mark.parametrize(
    ("hours", "said"),
    [(0, "0 h"), (0.001, "1 min"), (0.6, "36 min"), (0.999, "1 h"), (5.74, "5.7 h"), (47.9, "47.9 h"), (60, "2.5 days"),
     (24 * 31.2, "31 days"), (24 * 1200, "1,200 days")],
)  # fmt: skip
def test_hours_are_written_in_the_unit_that_reads_best(hours, said):
    assert Words().duration(hours) == said.replace(" ", "\u202f")


def test_numbers_follow_the_language():
    spanish = Words(decimal=",", thousands="\u202f")
    assert spanish.number(1234.56) == "1\u202f234,6"
    assert spanish.fixed(2) == "2,0"
    assert Words().number(-0.01) == "0"
    assert Words().number(-3) == "\u22123"
    assert Words().number(20, 0) == "20"
    assert Words().share(0.001) == "<\u202f1\u202f%"
    assert Words().share(0) == "0\u202f%"


def test_names_are_cleaned_and_never_empty():
    assert clean(" a\n\tb\u2066c\u0007 ") == "a bc"
    assert clean("\x00") == "—"


def test_text_is_cut_between_letters_not_inside_them():
    assert clusters("e\u0301👍🏽🇳🇴🇸🇪👩\u200d🚀") == ["e\u0301", "👍🏽", "🇳🇴", "🇸🇪", "👩\u200d🚀"]
    assert shorten("Warehouse", 13, 200) == "Warehouse"
    assert shorten("Warehouse, night", 13, 60).endswith("…")


def test_long_texts_are_wrapped_and_then_cut():
    assert wrap("Stage at the dock", 13.5, 60, 3) == ("Stage at", "the dock")
    assert wrap("Donaudampfschiff", 13.5, 60, 3)[0].endswith("-")
    lines = wrap("one two three four five six seven eight", 13.5, 50, 2)
    assert len(lines) == 2
    assert lines[1].endswith("…")
    assert wrap("12345678901234567890", 13.5, 60, 3)[0][-1].isdigit()


def test_uprights_of_one_gutter_swap_where_fewer_lines_cross():
    low, high = routes.Level(1, 0, 1), routes.Level(5, 1, 1)
    first = routes.Upright(1, ((low, 1), (high, 1)))
    second = routes.Upright(1, ((routes.Level(2, 0, 1), -1), (routes.Level(3, 1, 1), -1)))
    assert routes.settle_gutter([first, second], lambda level: 20.0 * level.lane) == 2
    assert (first.track, second.track) == (1, 0)


def test_a_step_that_would_close_a_circle_does_not_order_the_columns():
    edges = ((0, 1, edge("A/0", "A/1")), (1, 2, edge("A/1", "A/2")), (2, 0, edge("A/2", "A/0")))
    before = choice._order(edges, way=(1, 2, 0), place=[0.0, 1.0, 2.0])
    assert before == [{2}, set(), {1}]


def test_a_step_whose_rows_are_both_blocked_runs_through_a_corridor():
    grid = routes.Grid([1, 2, 1, 2], [0, 3, 1, 2], 3, 4)
    (route,), _ = routes.find_routes(grid, [(0, 1)], [])
    assert [level.in_corridor for level in route.levels] == [False, True, False]
    assert [upright.gutter for upright in route.uprights] == [1, 3]
