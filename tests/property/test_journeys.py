"""Measures of journeys on random logs: equal to a plain Python reference, and deaf to what must not matter."""

from __future__ import annotations

import itertools
from collections import Counter, defaultdict
from datetime import timedelta
from statistics import mean

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from factories import BEGIN, RAW_SCHEMA
from mizzle import journeys
from mizzle.engines import fetch, open_engine
from mizzle.journeys.drawn import DrawnStep
from mizzle.journeys.intervals import RatioSums, not_below_zero, ratio_interval, share_interval
from mizzle.logs import events_in_memory, import_log, open_events

ENGINE = open_engine("duckdb", threads=1)
POINTS = ["a", "b"]
RARELY = settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])

event = st.tuples(
    st.sampled_from("pqrs"),  # case
    st.sampled_from("abcd"),  # activity
    st.sampled_from(["D1", "D2", "D3", None]),  # department
    st.one_of(st.none(), st.integers(0, 12)),  # start
    st.integers(0, 6),  # hours after it
)
logs = st.lists(event, min_size=1, max_size=25)


def table(rows):
    return pa.Table.from_pylist(
        [
            {
                "case_id": case,
                "activity": activity,
                "department": department,
                "start": None if start is None else BEGIN + timedelta(hours=start),
                "end": BEGIN + timedelta(hours=(start or 0) + took),
                "resource": None,
                "row": row,
            }
            for row, (case, activity, department, start, took) in enumerate(rows, 1)
        ],
        schema=RAW_SCHEMA,
    )


def opened(rows):
    return events_in_memory(table(rows), ENGINE)


def cases_of(rows):
    """Cases as lists of (activity, department, start, end) in order, events without a department left out."""
    cases = defaultdict(list)
    for row, (case, activity, department, start, took) in enumerate(rows):
        end = (start or 0) + took
        begin = end if start is None else start
        cases[case].append((begin, end, row, activity, department))
    return {
        case: [
            (activity, department, begin, end) for begin, end, _, activity, department in sorted(found) if department
        ]
        for case, found in cases.items()
    }


def reference_distance(rows):
    """Handovers and hours by department, straight from the definition."""
    found = defaultdict(list)
    for steps in cases_of(rows).values():
        for place, (_, department, _, end) in enumerate(steps):
            ahead = [later for later in range(place, len(steps)) if steps[later][0] in POINTS]
            if not ahead:
                found[department].append(None)
                continue
            path = steps[place : ahead[0] + 1]
            passed = sum(one[1] != other[1] for one, other in itertools.pairwise(path))
            found[department].append((passed, max(steps[ahead[0]][2] - end, 0)))
    return found


@RARELY
@given(logs)
def test_distance_equals_the_definition(rows):
    wanted = reference_distance(rows)
    log = opened(rows)
    points = [name for name in POINTS if name in log.activities]
    found = {one.department: one for one in journeys.distance(log, points).departments}
    assert set(found) == set(wanted)
    for department, values in wanted.items():
        heard, one = [value for value in values if value is not None], found[department]
        assert (one.events, one.handovers_to_customer.n) == (len(values), len(heard))
        assert one.unheard_share.value == pytest.approx(1 - len(heard) / len(values))
        if heard:
            handovers, hours = zip(*heard, strict=True)
            assert one.handovers_to_customer.value == pytest.approx(mean(handovers))
            assert one.hours_to_customer.value == pytest.approx(mean(hours))
            for share, handovers_at, hours_at in (
                (0.5, one.handovers_median, one.hours_median),
                (0.9, one.handovers_p90, one.hours_p90),
            ):
                assert handovers_at.value == pytest.approx(float(np.quantile(handovers, share)))
                assert hours_at.value == pytest.approx(float(np.quantile(hours, share)))
        else:
            assert one.hours_to_customer.value is None


def whole_cases(rows):
    """Cases as lists of (activity, department, start, end, whether it has a start) in order, with all their events."""
    cases = defaultdict(list)
    for row, (case, activity, department, start, took) in enumerate(rows):
        end = (start or 0) + took
        cases[case].append((end if start is None else start, end, row, activity, department, start is not None))
    return {
        case: [
            (activity, department, begin, end, known) for begin, end, _, activity, department, known in sorted(found)
        ]
        for case, found in cases.items()
    }


@RARELY
@given(logs)
def test_ways_equal_the_definition_and_agree_with_distance(rows):
    wanted = defaultdict(list)
    for case, steps in whole_cases(rows).items():
        for place, (_, department, _, end, _) in enumerate(steps):
            ahead = [later for later in range(place, len(steps)) if steps[later][0] in POINTS and steps[later][1]]
            if department and ahead:
                touched = sum(one[3] - one[2] for one in steps[place + 1 : ahead[0]])
                hours = max(steps[ahead[0]][2] - end, 0)
                wanted[department].append((case, touched, max(hours - touched, 0), steps[ahead[0]][:2]))
    log = opened(rows)
    points = [name for name in POINTS if name in log.activities]
    found = {one.department: one for one in journeys.ways(log, points)}
    distances = {one.department: one for one in journeys.distance(log, points).departments}
    assert set(found) == set(distances)
    for department, one in found.items():
        heard = wanted[department]
        assert one.events == len(heard) == one.wait_hours.n == distances[department].hours_to_customer.n
        assert one.cases == len({case for case, *_ in heard})
        assert {(each.activity, each.department): each.n for each in one.becomes} == Counter(of for *_, of in heard)
        if not heard:
            assert (one.touch_hours.value, one.wait_hours.value) == (None, None)
            continue
        assert sum(each.share.value for each in one.becomes) == pytest.approx(1)
        check_mean(one.wait_hours, [(case, waited) for case, _, waited, _ in heard])
        if log.has_start:
            check_mean(one.touch_hours, [(case, touched) for case, touched, _, _ in heard])
        for each in one.becomes:
            same = [(case, float(of == (each.activity, each.department))) for case, *_, of in heard]
            by_case = sums_of(same)
            y, m = zip(*by_case, strict=True)
            sums = RatioSums(len(m), sum(y), sum(m), *(float(np.dot(*pair)) for pair in ((y, y), (y, m), (m, m))))
            assert nearly(each.share.interval, share_interval(sums))


def sums_of(values):
    """Total and count of each case."""
    found = defaultdict(list)
    for case, value in values:
        found[case].append(value)
    return [(sum(one), len(one)) for one in found.values()]


def nearly(one, other):
    return one is other is None or one == pytest.approx(other, abs=1e-9)


def check_mean(found, values):
    totals, counts = zip(*sums_of(values), strict=True)
    ratio = ratio_interval(totals, counts)
    assert found.value == pytest.approx(ratio.value)
    assert nearly(found.interval, not_below_zero(ratio))


@RARELY
@given(logs)
def test_throughput_equals_the_definition(rows):
    cases = whole_cases(rows).values()
    took = [max(one[3] for one in steps) - min(one[2] for one in steps) for steps in cases]
    touched = [sum(one[3] - one[2] for one in steps) for steps in cases if any(one[4] for one in steps)]
    found = journeys.throughput(opened(rows))
    check_spread(found.spread, found.hours, took)
    if touched:
        check_spread(found.touch, found.touch_hours, touched)
    else:
        assert (found.touch, found.touch_hours) == (None, None)


def check_spread(spread, estimate, values):
    assert (spread.n, estimate.n) == (len(values), len(values))
    assert (spread.mean, estimate.value) == (pytest.approx(mean(values)), pytest.approx(mean(values)))
    assert (spread.median, spread.p90) == pytest.approx(tuple(np.quantile(values, [0.5, 0.9])))


@RARELY
@given(logs, st.integers(0, 20), st.integers(0, 20), st.sampled_from([0.1, 0.5]))
def test_a_part_of_a_log_is_the_log_of_its_cases(rows, since, until, share):
    took = {
        case: (max(one[3] for one in steps), max(one[3] for one in steps) - min(one[2] for one in steps))
        for case, steps in whole_cases(rows).items()
    }
    log = opened(rows)
    limit = float(np.quantile([hours for _, hours in took.values()], 1 - share))
    paces = journeys.by_pace(log, late_share=share)
    assert paces.late_from_hours == pytest.approx(limit)
    bounds = {"ended_from": BEGIN + timedelta(hours=since), "ended_until": BEGIN + timedelta(hours=until)}
    for part, kept in (
        (journeys.select(log, **bounds), {case for case, (end, _) in took.items() if since <= end < until}),
        (paces.late, {case for case, (_, hours) in took.items() if hours > limit}),
        (paces.typical, {case for case, (_, hours) in took.items() if hours <= limit}),
    ):
        chosen = [row for row in rows if row[0] in kept]
        assert (part.n_events, part.n_cases) == (len(chosen), len(kept))
        assert part.n_without_department == sum(row[2] is None for row in chosen)
        alone = opened(chosen) if chosen else None
        if alone and alone.has_start == log.has_start:  # a log has starts or not, whatever part of it is looked at
            assert journeys.process_map(part) == journeys.process_map(alone)
            assert journeys.throughput(part).spread == journeys.throughput(alone).spread


@RARELY
@given(logs)
def test_the_map_equals_the_definition(rows):
    edges, waits = Counter(), defaultdict(list)
    for steps in cases_of(rows).values():
        for (a, d, _, end), (b, e, begin, _) in itertools.pairwise(steps):
            edges[(d, a), (e, b)] += 1
            waits[(d, a), (e, b)].append(max(begin - end, 0))
    found = journeys.process_map(opened(rows))
    assert {(tuple(one.source), tuple(one.target)): one.count for one in found.edges} == dict(edges)
    for one in found.edges:
        hours = waits[tuple(one.source), tuple(one.target)]
        assert (one.wait.mean, one.wait.median) == (pytest.approx(mean(hours)), float(np.median(hours)))
        assert one.wait.p90 == pytest.approx(float(np.quantile(hours, 0.9)))


@RARELY
@given(logs)
def test_rework_equals_the_definition(rows):
    cases = [steps for steps in cases_of(rows).values() if steps]
    again = 0
    for steps in cases:
        again += any(
            steps[i][:2] == steps[j][:2] and any(steps[k][1] != steps[i][1] for k in range(i + 1, j))
            for i in range(len(steps))
            for j in range(i + 1, len(steps))
        )
    assert journeys.rework(opened(rows)).value == (again / len(cases) if cases else None)


def without_ties(rows):
    """Give each event of a case its own time, so that the order in the file cannot matter."""
    return [
        (case, activity, department, place * 7, took)
        for place, (case, activity, department, _, took) in enumerate(rows)
    ]


def figures(log):
    points = [name for name in POINTS if name in log.activities]
    return journeys.distance(log, points), journeys.process_map(log, 0.8), journeys.handovers(log), journeys.rework(log)


@RARELY
@given(logs, st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(rows, chance):
    rows = without_ties(rows)
    shuffled = rows[:]
    chance.shuffle(shuffled)
    assert figures(opened(rows)) == figures(opened(shuffled))


@RARELY
@given(logs)
def test_names_of_departments_do_not_matter(rows):
    names = {"D1": "Zebra", "D2": "Ærlig", "D3": 'a b"c'}
    other = [(case, activity, names.get(department), start, took) for case, activity, department, start, took in rows]
    points = [name for name in POINTS if name in opened(rows).activities]
    found = {names[one.department]: one for one in journeys.distance(opened(rows), points).departments}
    for one in journeys.distance(opened(other), points).departments:
        same = found[one.department]
        assert (one.handovers_to_customer, one.hours_to_customer) == (
            same.handovers_to_customer,
            same.hours_to_customer,
        )
        assert (one.contact_share, one.unheard_share) == (same.contact_share, same.unheard_share)


@RARELY
@given(logs, st.integers(1, 24))
def test_splitting_a_log_into_files_does_not_matter(tmp_path_factory, rows, cut):
    folder = tmp_path_factory.mktemp("split")
    lines = [
        f"{case},{activity},{department or ''},{'' if start is None else BEGIN + timedelta(hours=start)},"
        f"{BEGIN + timedelta(hours=(start or 0) + took)}"
        for case, activity, department, start, took in rows
    ]
    head = "case,activity,department,start,end"
    roles = {role: role for role in head.split(",")}
    parts = [part for part in (lines[:cut], lines[cut:]) if part]
    for name, files in (("one", [lines]), ("two", parts)):
        paths = []
        for place, part in enumerate(files):
            path = folder / f"{name}{place}.csv"
            path.write_text("\n".join([head, *part]) + "\n")
            paths.append(path)
        import_log(paths, folder / f"{name}.parquet", options=roles)
    assert (folder / "one.parquet").read_bytes() == (folder / "two.parquet").read_bytes()
    # and adding the second part later gives the same figures as reading both at once
    first, *later = [folder / f"two{place}.csv" for place in range(len(parts))]
    import_log([first], folder / "grown.parquet", options=roles)
    if later:
        import_log(later, folder / "grown.parquet", options=roles, append=True)
    grown, whole = (open_events(folder / f"{name}.parquet", ENGINE) for name in ("grown", "one"))
    assert figures(grown) == figures(whole)


def events_of(log, case):
    return fetch(log.table.filter(log.table.case_id == case).order_by("seq")).to_pylist()


@RARELY
@given(logs)
def test_a_case_far_away_changes_no_other_timeline(rows):
    far = [("zz", "d", "D9", 900, 1), ("zz", "a", "D8", 950, 1)]
    for case in {row[0] for row in rows}:
        here = journeys.timeline(opened(rows), case)
        assert (
            journeys.timeline_of(events_of(opened(rows), case), population=journeys.process_map(opened(rows))) == here
        )
        assert journeys.timeline(opened(rows + far), case) == here


drawn_step = st.tuples(
    st.sampled_from(["D1", "D2", "D3"]),
    st.sampled_from("abcd"),
    st.integers(0, 48),  # hours of wait before it
    st.integers(0, 8),  # hours of touch
)


def as_a_log(steps):
    """One case in which the steps follow each other with these hours."""
    rows, now = [], 0
    for department, activity, wait, touch in steps:
        now += wait
        rows.append(("p", activity, department, now, touch))
        now += touch
    return rows


def rounded(distance):
    """Figures of each department, without intervals and methods."""
    names = ("handovers_to_customer", "handovers_median", "handovers_p90", "hours_to_customer", "hours_median")
    names += ("hours_p90", "contact_share", "unheard_share")
    return [
        (
            one.department,
            one.events,
            [
                (name, found.n, None if found.value is None else round(found.value, 6))
                for name in names
                for found in [getattr(one, name)]
            ],
        )
        for one in distance.departments
    ]


def map_of(found):
    """Counts and hours of the nodes and edges of a map."""

    def hours(spread):
        return [None if one is None else round(one, 6) for one in (spread.mean, spread.median, spread.p90)]

    nodes = [
        (one.node, one.count, one.cases, one.repeats, one.starts, one.ends, hours(one.touch)) for one in found.nodes
    ]
    edges = [(one.source, one.target, one.count, hours(one.wait)) for one in found.edges]
    return nodes, edges, found.cases, found.nodes_total, found.edges_total


@RARELY
@given(st.lists(drawn_step, min_size=1, max_size=12))
def test_a_drawing_says_what_a_log_of_one_such_case_says(steps):
    log = opened(as_a_log(steps))
    points = [name for name in POINTS if name in log.activities]
    drawing = [
        DrawnStep(department, activity, activity in POINTS, wait, touch) for department, activity, wait, touch in steps
    ]
    drawn_map, distance = journeys.drawn(drawing)
    assert rounded(distance) == rounded(journeys.distance(log, points))
    assert map_of(drawn_map) == map_of(journeys.process_map(log))
