"""One case out of an event table, without an engine."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from factories import raw
from mizzle import journeys
from mizzle.engines import fetch
from mizzle.errors import NoSuchName, TooLarge, UnreadableLog
from mizzle.journeys.results import Agreement
from mizzle.logs import case_events, case_ids_like, open_events
from mizzle.logs.steps import ORDER
from mizzle.logs.store import with_moment, write_events
from mizzle.tables import EVENTS

ROWS = [
    (f"case-{number:02}", activity, department, start, end)
    for number in range(30)
    for activity, department, start, end in [
        ("order", "Sales", "0", str(1 + number)),
        ("noted", "-", "-", str(2 + number)),
        ("pick", "Store", str(3 + number), str(5 + number)),
        ("send", "Store", str(9 + number), str(10 + number)),
    ]
]
LONG = "z" * 5_000
"""A name too long for statistics."""


def keep(path, rows=ROWS, size=8):
    ordered = with_moment(raw(rows)).sort_by([(name, "ascending") for name in ORDER]).combine_chunks()
    write_events(ordered.to_batches(max_chunksize=size), path)
    return path


@pytest.fixture
def table(tmp_path):
    path = keep(tmp_path / "events.parquet")
    assert pq.read_metadata(path).num_row_groups > 5
    return path


def test_a_case_has_the_columns_of_the_event_table_and_its_instants_as_numbers(table, duckdb):
    for case_id in ("case-00", "case-13", "case-29"):
        found = case_events(table, case_id)
        events = open_events(table, duckdb).table
        names = [*EVENTS.names, "start_us", "end_us"]
        wanted = fetch(events.filter(events.case_id == case_id).order_by("seq").select(names)).to_pylist()
        assert found == wanted
        assert [list(row) for row in found] == [names] * 4


def test_only_the_row_group_of_a_case_is_read(table, monkeypatch):
    read, plain = [], pq.ParquetFile.read_row_group
    monkeypatch.setattr(
        pq.ParquetFile, "read_row_group", lambda self, place, **more: read.append(place) or plain(self, place, **more)
    )
    assert len(case_events(table, "case-13")) == 4
    assert len(set(read)) == 1


def test_a_case_that_is_not_there_has_no_events(table):
    assert [case_events(table, name) for name in ("case-13a", "", "zz", "case")] == [[]] * 4


def test_cases_are_found_by_how_their_names_begin(table):
    assert case_ids_like(table, "case-1") == [f"case-{number}" for number in range(10, 20)]
    assert case_ids_like(table, "case-29") == ["case-29"]
    assert case_ids_like(table, "", most=25) == [f"case-{number:02}" for number in range(25)]
    assert (len(case_ids_like(table, "c")), case_ids_like(table, "CASE"), case_ids_like(table, "case-3")) == (
        20,
        [],
        [],
    )


def test_names_too_long_for_statistics_are_found_as_well(tmp_path):
    path = keep(tmp_path / "long.parquet", [*ROWS, (LONG, "order", "Sales", "0", "1")], size=1)
    assert not pq.read_metadata(path).row_group(30).column(1).statistics.has_min_max
    assert [row["case_id"] for row in case_events(path, LONG)] == [LONG]
    assert case_ids_like(path, "zz") == [LONG]
    assert case_ids_like(path, "case-29") == ["case-29"]


@pytest.mark.parametrize("read", [case_events, case_ids_like])
def test_other_files_hold_no_case(tmp_path, read):
    (tmp_path / "text").write_text("no table")
    pq.write_table(pa.table({"a": [1]}), tmp_path / "other.parquet")
    later = pa.table({"a": [1]}).replace_schema_metadata({"mizzle": '{"form": 99}'})
    pq.write_table(later, tmp_path / "later.parquet")
    for name, says in (("text", "Import the log first"), ("other.parquet", "Import the log first"), ("no", "first")):
        with pytest.raises(UnreadableLog, match=says):
            read(tmp_path / name, "a")
    with pytest.raises(UnreadableLog, match="form 99"):
        read(tmp_path / "later.parquet", "a")


def test_a_case_is_laid_out_from_its_events_and_a_map_as_from_the_whole_log(table, duckdb):
    events = open_events(table, duckdb)
    agreements = [Agreement("Store", None, 1.0), Agreement("Sales", "Store", 2.0)]
    wanted = journeys.timeline(events, "case-07", perception_points=["send"], agreements=agreements)
    found = journeys.timeline_of(
        case_events(table, "case-07"),
        perception_points=["send"],
        agreements=agreements,
        population=journeys.process_map(events),
    )
    assert found == wanted
    assert found.steps[2].handover == ("Sales", "Store")
    assert found.steps[2].wait_population.n == 30


def test_a_case_can_be_laid_out_without_knowing_what_is_usual(table):
    found = journeys.timeline_of(case_events(table, "case-07"))
    assert (found.case_id, found.touch_hours, found.wait_hours, found.total_hours) == ("case-07", 11.0, 6.0, 17.0)
    assert {(one.touch_population, one.wait_population) for one in found.steps} == {(None, None)}


def test_no_events_are_no_case():
    with pytest.raises(NoSuchName, match="no such case"):
        journeys.timeline_of([])


def test_a_case_with_more_events_than_are_wanted_is_not_read(table):
    assert len(case_events(table, "case-13", most=4)) == 4
    with pytest.raises(TooLarge, match="The case has 4 events, and no more than 3 are told one by one"):
        case_events(table, "case-13", most=3)
    assert case_events(table, "nobody", most=0) == []
