from __future__ import annotations

import itertools

import numpy as np
import pyarrow as pa

from mizzle.logs.xes.lifecycle import paired


def events(*rows, names=("concept:name", "lifecycle:transition", "time:timestamp")):
    """Columns of events given as (trace, value, value, ...)."""
    trace = np.array([row[0] for row in rows], dtype=np.int32)
    columns = {name: pa.array([row[place] for row in rows], pa.string()) for place, name in enumerate(names, 1)}
    return columns, trace


def times(result):
    starts = result.columns["start_timestamp"].to_pylist()
    return list(zip(starts, result.columns["time:timestamp"].to_pylist(), strict=True))


def test_a_start_and_a_complete_become_one_event_at_the_place_of_the_complete():
    columns, trace = events((0, "a", "start", "1"), (0, "b", "complete", "2"), (0, "a", "complete", "3"))
    result = paired(columns, trace, has_ends=True)
    assert result.kept.tolist() == [1, 2]
    assert times(result) == [(None, "2"), ("1", "3")]
    assert (result.pairs, result.unfinished, result.folded, result.aside) == (1, 0, 0, ())


def test_upper_and_lower_case_do_not_matter():
    columns, trace = events((0, "a", "START", "1"), (0, "a", "Complete", "3"))
    assert times(paired(columns, trace, has_ends=False)) == [("1", "3")]


def test_the_first_to_begin_is_the_first_to_end():
    columns, trace = events(
        (0, "a", "start", "1"), (0, "a", "start", "2"), (0, "a", "complete", "3"), (0, "a", "complete", "4")
    )
    assert times(paired(columns, trace, has_ends=True)) == [("1", "3"), ("2", "4")]


def test_of_several_open_ones_that_of_the_same_resource_ends():
    columns, trace = events(
        (0, "a", "start", "1", "ann"),
        (0, "a", "start", "2", "bob"),
        (0, "a", "complete", "3", "bob"),
        (0, "a", "complete", "4", "eve"),
        names=("concept:name", "lifecycle:transition", "time:timestamp", "org:resource"),
    )
    assert times(paired(columns, trace, has_ends=True)) == [("2", "3"), ("1", "4")]


def test_work_that_never_ends_has_no_start_and_so_no_touch_also_where_it_is_broken_off():
    columns, trace = events(
        (0, "a", "start", "1"), (0, "a", "ate_abort", "2"), (0, "b", "start", "3"), (0, "b", "complete", "4")
    )
    result = paired(columns, trace, has_ends=True)
    assert times(result) == [(None, "1"), ("3", "4")]
    assert (result.unfinished, result.aside) == (1, ((1, "ate_abort"),))


def test_it_does_not_matter_in_which_order_a_trace_is_written():
    rows = [
        (0, "a", "start", "2024-01-01T08:00:00+01:00"),
        (0, "a", "suspend", "2024-01-01T08:20:00+01:00"),
        (0, "a", "complete", "2024-01-01T07:30:00Z"),
        (0, "a", "start", "2024-01-01T09:00:00+01:00"),
        (0, "a", "complete", "2024-01-01T10:00:00+01:00"),
    ]
    expected = [(rows[0][3], rows[2][3]), (rows[3][3], rows[4][3])]
    for order in itertools.permutations(rows):
        columns, trace = events(*order, (1, "a", "complete", "2024-01-01T06:00:00Z"))
        result = paired(columns, trace, has_ends=True)
        assert (sorted(times(result)[:-1], key=lambda one: one[0]), result.folded) == (expected, 1)


def test_an_end_before_its_start_stays_their_pair_to_be_seen_for_what_it_is():
    columns, trace = events((0, "a", "start", "2024-01-01T08:00:00Z"), (0, "a", "complete", "2024-01-01T07:00:00Z"))
    assert times(paired(columns, trace, has_ends=True)) == [("2024-01-01T08:00:00Z", "2024-01-01T07:00:00Z")]


def test_where_a_time_cannot_be_read_the_order_of_the_file_counts():
    columns, trace = events(
        (0, "a", "complete", "2024-01-01T08:00:00Z"),
        (0, "a", "start", "2024-01-01T07:00:00Z"),
        (0, "b", "complete", "soon"),
        (1, "a", "complete", "2024-01-01T08:00:00Z"),
        (1, "a", "start", "2024-01-01T07:00:00Z"),
    )
    result = paired(columns, trace, has_ends=True)
    assert result.kept.tolist() == [0, 1, 2, 3]
    assert (result.pairs, result.unfinished) == (1, 1)


def test_instances_are_paired_with_themselves():
    columns, trace = events(
        (0, "a", "start", "1", "x"),
        (0, "a", "start", "2", "y"),
        (0, "a", "complete", "3", "y"),
        (0, "a", "complete", "4", "x"),
        (0, "a", "complete", "5", None),
        names=("concept:name", "lifecycle:transition", "time:timestamp", "concept:instance"),
    )
    assert times(paired(columns, trace, has_ends=True)) == [("2", "3"), ("1", "4"), (None, "5")]


def test_traces_do_not_mix():
    columns, trace = events((0, "a", "start", "1"), (1, "a", "complete", "3"))
    result = paired(columns, trace, has_ends=True)
    assert times(result) == [(None, "1"), (None, "3")]
    assert result.unfinished == 1


def test_what_the_end_does_not_say_its_beginning_fills_in():
    columns, trace = events(
        (0, "a", "start", "1", "Care"),
        (0, "a", "complete", "3", None),
        (0, "b", "complete", "4", None),
        names=("concept:name", "lifecycle:transition", "time:timestamp", "org:group"),
    )
    assert paired(columns, trace, has_ends=True).columns["org:group"].to_pylist() == ["Care", None]


def test_pauses_within_a_pair_are_part_of_it_and_others_are_set_aside():
    columns, trace = events(
        (0, "a", "suspend", "0"),
        (0, "a", "start", "1"),
        (0, "a", "suspend", "2"),
        (0, "a", "resume", "3"),
        (0, "a", "complete", "4"),
        (0, "a", "start", "5"),
        (0, "a", "suspend", "6"),
    )
    result = paired(columns, trace, has_ends=True)
    assert times(result) == [("1", "4"), (None, "5")]
    assert result.folded == 2
    assert result.aside == ((0, "suspend"), (6, "suspend"))


def test_a_pause_waits_until_the_last_open_one_ends():
    columns, trace = events(
        (0, "a", "start", "1"),
        (0, "a", "start", "2"),
        (0, "a", "suspend", "3"),
        (0, "a", "complete", "4"),
        (0, "a", "complete", "5"),
    )
    assert paired(columns, trace, has_ends=True).folded == 1


def test_planning_is_no_work_where_the_log_also_has_ends():
    columns, trace = events((0, "a", "schedule", "1"), (0, "a", "complete", "3"), (1, "a", "ate_abort", "4"))
    result = paired(columns, trace, has_ends=True)
    assert result.kept.tolist() == [1]
    assert result.aside == ((0, "schedule"), (2, "ate_abort"))
    assert "start_timestamp" not in result.columns


def test_a_trace_with_an_end_is_taken_so_even_if_the_log_was_not_known_to_have_any():
    columns, trace = events((0, "a", "schedule", "1"), (1, "a", "schedule", "2"), (1, "a", "complete", "3"))
    result = paired(columns, trace, has_ends=False)
    assert result.kept.tolist() == [0, 2]
    assert result.aside == ((1, "schedule"),)


def test_a_log_of_starts_alone_keeps_its_events():
    columns, trace = events((0, "a", "start", "1"), (0, "b", "start", "2"))
    result = paired(columns, trace, has_ends=False)
    assert result.kept.tolist() == [0, 1]
    assert "start_timestamp" not in result.columns


def test_events_without_a_transition_or_with_one_of_their_own_stay_as_they_are():
    columns, trace = events((0, "a", None, "1"), (0, "b", "In Progress", "2"), (0, "c", "start", "3"))
    assert paired(columns, trace, has_ends=True).kept.tolist() == [0, 1, 2]


def test_a_log_without_transitions_is_left_alone():
    columns, trace = events((0, "a"), (0, "b"), names=("concept:name",))
    assert paired(columns, trace, has_ends=True).columns is columns


def test_pairs_without_times_have_none():
    columns, trace = events((0, "start"), (0, "complete"), names=("lifecycle:transition",))
    result = paired(columns, trace, has_ends=True)
    assert list(result.columns) == ["lifecycle:transition"]
    assert result.pairs == 1


def test_an_attribute_of_that_name_stays_where_no_pair_gives_a_start():
    columns, trace = events(
        (0, "a", "start", "1", None),
        (0, "a", "complete", "3", "0"),
        (0, "b", "complete", "4", "2"),
        names=("concept:name", "lifecycle:transition", "time:timestamp", "start_timestamp"),
    )
    assert times(paired(columns, trace, has_ends=True)) == [("1", "3"), ("2", "4")]


def test_a_log_of_completes_alone_is_left_alone():
    columns, trace = events((0, "a", "complete", "1"), (0, "b", None, "2"))
    assert paired(columns, trace, has_ends=True).columns is columns
