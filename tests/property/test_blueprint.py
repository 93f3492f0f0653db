"""On any map: nothing in the drawing lies on anything else, and every line stays where it belongs."""

from __future__ import annotations

import itertools
import xml.etree.ElementTree as ET

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mizzle.estimate import Estimate, Spread
from mizzle.journeys.blueprint import blueprint
from mizzle.journeys.results import DepartmentDistance, Distance, MapEdge, MapNode, ProcessMap
from mizzle.tables import Node

METHOD = "journeys.process_map/1"
TOUCH = 0.01  # pixels by which neighbours may round into each other


def a_map(seed, n_departments, n_nodes, share_of_points, density):
    """Invent a map: some departments, activities with skewed counts, steps in every direction."""
    rng = np.random.default_rng(seed)
    names = [f"Department {k}" * int(rng.integers(1, 3)) for k in range(n_departments)]
    pairs = {(names[int(rng.integers(n_departments))], f"Activity {int(rng.integers(12))}") for _ in range(n_nodes)}
    nodes = [
        MapNode(
            Node(*pair), int(rng.zipf(1.6) % 1000 + 1), 1, None, 0, int(rng.integers(0, 50)), int(rng.integers(0, 50))
        )
        for pair in sorted(pairs)
    ]
    edges = []
    for source, target in itertools.product(nodes, nodes):
        if rng.random() < density:
            hours = None if rng.random() < 0.05 else float(rng.exponential(20))
            wait = Spread(hours, hours, hours, 3, "h", METHOD)
            edges.append(MapEdge(source.node, target.node, int(rng.zipf(1.6) % 1000 + 1), wait))
    points = tuple(f"Activity {k}" for k in range(12) if rng.random() < share_of_points)
    order = list(dict.fromkeys(node.node.department for node in nodes))
    rng.shuffle(order)
    some = Estimate(1.0, None, 3, "handovers", METHOD)
    share = Estimate(0.0, None, 3, "share", METHOD)
    rows = tuple(
        DepartmentDistance(name, None, 3, 3, share, some, some, some, some, some, some, share) for name in order
    )
    process_map = ProcessMap(tuple(nodes), tuple(edges), 100, 50, len(nodes), len(edges), METHOD)
    return process_map, Distance(100, 300, 0, points, rows, (), METHOD)


def meets(a, b, clear=-TOUCH):
    return (
        a[0] < b[0] + b[2] + clear
        and b[0] < a[0] + a[2] + clear
        and a[1] < b[1] + b[3] + clear
        and b[1] < a[1] + a[3] + clear
    )


def pieces(points):
    for (x1, y1), (x2, y2) in itertools.pairwise(points):
        yield (min(x1, x2), min(y1, y2), abs(x2 - x1), abs(y2 - y1))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    seed=st.integers(0, 2**32 - 1),
    n_departments=st.integers(1, 44),
    n_nodes=st.integers(1, 90),
    share_of_points=st.sampled_from([0.0, 0.2, 0.6, 1.0]),
    density=st.sampled_from([0.0, 0.02, 0.1, 0.5]),
)
def test_nothing_lies_on_anything_else(seed, n_departments, n_nodes, share_of_points, density):
    process_map, distance = a_map(seed, n_departments, n_nodes, share_of_points, density)
    drawing = blueprint(process_map, distance, over={("Department 0", "Department 1"): 3.0})
    layout = drawing.layout
    boxes = [node.box for node in layout.nodes]
    pills = [contact.pill for contact in layout.contacts]
    for a, b in itertools.combinations([*boxes, *pills], 2):
        assert not meets(a, b)

    labels = [label.box for label in layout.labels]
    for a, b in itertools.combinations(labels, 2):
        assert not meets(a, b)
    assert not any(meets(label, box) for label in labels for box in [*boxes, *pills])
    canvas = (0, 0, layout.width, layout.height)
    for label in labels:
        assert label[0] >= layout.names
        assert inside(label, canvas)

    for edge in layout.edges:
        for piece in pieces(edge.points):
            assert inside(piece, canvas)
            others = [box for k, box in enumerate(boxes) if k not in {edge.source, edge.target}]
            assert not any(meets(piece, box) for box in [*others, *pills])
            assert not any(meets(piece, boxes[k]) for k in (edge.source, edge.target))
    for contact in layout.contacts:
        for piece in itertools.chain.from_iterable(map(pieces, contact.lines)):
            assert inside(piece, canvas)
            assert not any(meets(piece, box) for box in boxes)

    order = [row.department for row in distance.departments]
    drawn = [lane.name for lane in layout.lanes]
    assert drawn == [name for name in order if name in set(drawn)]
    for above, below in itertools.pairwise(layout.lanes):
        assert above.box.y + above.box.h <= below.box.y + TOUCH
    for node in layout.nodes:
        lane = layout.lanes[node.lane].box
        assert lane.y <= node.box.y
        assert node.box.y + node.box.h <= lane.y + lane.h
        assert not (node.is_point and layout.lanes[node.lane].deep)


def inside(piece, canvas):
    x, y, w, h = piece
    return x >= canvas[0] and y >= canvas[1] and x + w <= canvas[2] and y + h <= canvas[3]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(seed=st.integers(0, 2**32 - 1), n_nodes=st.integers(2, 60))
def test_no_two_edges_lie_on_one_another(seed, n_nodes):
    layout = blueprint(*a_map(seed, 8, n_nodes, 0.3, 0.2)).layout
    for a, b in itertools.combinations(layout.edges, 2):
        for (ax, ay, aw, ah), (bx, by, bw, bh) in itertools.product(pieces(a.points), pieces(b.points)):
            if aw == 0 == bw and ax == bx:
                assert min(ay + ah, by + bh) <= max(ay, by)
            if ah == 0 == bh and ay == by:
                assert min(ax + aw, bx + bw) <= max(ax, bx)


@settings(max_examples=25, deadline=None)
@given(name=st.text(min_size=1, max_size=500), other=st.text(min_size=1, max_size=60))
def test_any_name_gives_a_drawing_that_can_be_read(name, other):
    wait = Spread(1.0, 1.0, 1.0, 3, "h", METHOD)
    nodes = (MapNode(Node(name, other), 5, 5, None, 0, 5, 0), MapNode(Node(name, other + "2"), 4, 4, None, 0, 0, 4))
    edges = (MapEdge(nodes[0].node, nodes[1].node, 4, wait),)
    drawing = blueprint(
        ProcessMap(nodes, edges, 5, 5, 2, 1, METHOD), Distance(5, 9, 0, (other,), (), (), METHOD), title=name
    )
    ET.fromstring(drawing.svg(standalone=True))  # noqa: S314 - our own drawing
    assert drawing.text()
    assert len(drawing.walk()) == 2
