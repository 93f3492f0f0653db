"""The event table on disk."""

from __future__ import annotations

import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from factories import raw
from mizzle import tables
from mizzle.errors import INTERRUPTED, MizzleError, UnreadableLog
from mizzle.logs import events_in_memory, is_event_table, open_events
from mizzle.logs.steps import ORDER
from mizzle.logs.store import KEY, append_events, or_damaged, with_moment, write_events

ROWS = [("a", "x", "D1", "0", "1"), ("a", "y", "D2", "2", "3"), ("b", "x", "D1", "-", "4")]


def keep(path, rows=ROWS):
    ordered = with_moment(raw(rows)).sort_by([(name, "ascending") for name in ORDER]).combine_chunks()
    return write_events(ordered.to_batches(), path)


def test_a_table_has_the_columns_of_the_contract_with_their_types(tmp_path):
    keep(tmp_path / "events.parquet")
    schema = pq.read_schema(tmp_path / "events.parquet")
    assert tuple(schema.names) == tables.EVENTS.names
    assert [str(field.type) for field in schema] == [column.type for column in tables.EVENTS.columns]


def test_a_table_knows_itself_without_being_read(tmp_path, duckdb):
    counts = keep(tmp_path / "events.parquet")
    assert (counts.events, counts.cases, counts.duplicates, counts.without_department) == (3, 2, 0, 0)
    events = open_events(tmp_path / "events.parquet", duckdb)
    assert events.activities == {"x": 2, "y": 1}
    assert events.departments == ("D1", "D2")
    assert (events.n_events, events.n_cases, events.has_start, events.attributes) == (3, 2, True, ())
    assert events.nodes()((1 << 16) + 1) == tables.Node("D2", "y")


def test_other_files_are_no_event_tables(tmp_path, duckdb):
    (tmp_path / "text").write_text("PAR1 but no more")
    (tmp_path / "short").write_text("PA")
    pq.write_table(pa.table({"a": [1]}), tmp_path / "other.parquet")
    for name in ("text", "short", "other.parquet", "nowhere"):
        assert not is_event_table(tmp_path / name)
    with pytest.raises(UnreadableLog, match="Import the log first"):
        open_events(tmp_path / "other.parquet", duckdb)


def test_a_table_of_another_form_says_so(tmp_path, duckdb):
    table = pa.table({"a": [1]}).replace_schema_metadata({KEY: json.dumps({"form": 99})})
    pq.write_table(table, tmp_path / "later.parquet")
    with pytest.raises(UnreadableLog, match=r"form 99.*Import the log again"):
        open_events(tmp_path / "later.parquet", duckdb)


def overwritten(path):
    data = bytearray(path.read_bytes())
    data[4:400] = bytes(396)
    path.write_bytes(data)


def another_case(path):
    before, found, after = path.read_bytes().rpartition(b"PAR1")[0].partition(b"\1\0\0\0b")
    assert found
    path.write_bytes(before + b"\1\0\0\0z" + after + b"PAR1")


def nameless(path):
    table = pq.read_table(path)
    place = table.schema.get_field_index("node")
    table = table.set_column(place, table.schema.field(place), pa.array([1 << 20, 1 << 20, 7], pa.int32()))
    pq.write_table(table.replace_schema_metadata({KEY: pq.read_metadata(path).metadata[KEY]}), path)


def fails():
    raise IndexError("tuple index out of range")


@pytest.mark.parametrize("damage", [overwritten, another_case, nameless, lambda path: path.write_bytes(b"PAR1")])
def test_what_goes_wrong_with_a_damaged_table_is_one_sentence(tmp_path, damage):
    path = tmp_path / "events.parquet"
    keep(path)
    damage(path)
    with pytest.raises(UnreadableLog, match=r"events.parquet is damaged: .* Import the log again."), or_damaged(path):
        fails()


def test_what_goes_wrong_with_a_table_that_is_whole_stays_what_it_is(tmp_path):
    path = tmp_path / "events.parquet"
    keep(path)
    with pytest.raises(IndexError), or_damaged(path):
        fails()
    overwritten(path)
    with pytest.raises(RuntimeError, match=INTERRUPTED), or_damaged(path):
        raise RuntimeError(INTERRUPTED)
    with pytest.raises(MizzleError, match="No such case"), or_damaged(path):
        raise MizzleError("No such case.")


@pytest.mark.parametrize("problem", [OSError(24, "Too many open files"), pa.ArrowMemoryError("out of memory")])
def test_a_machine_that_has_no_more_to_give_damages_no_table(tmp_path, monkeypatch, problem):
    def refuse(*_):
        raise problem

    path = tmp_path / "events.parquet"
    keep(path)
    monkeypatch.setattr(pq.ParquetFile, "read_row_group", refuse)
    with pytest.raises(IndexError), or_damaged(path):
        fails()


def test_nothing_is_added_to_a_damaged_table(tmp_path):
    path = tmp_path / "events.parquet"
    keep(path)
    overwritten(path)
    more = with_moment(raw([("c", "x", "D1", "0", "1")])).combine_chunks().to_batches()
    with pytest.raises(UnreadableLog, match=r"is damaged"):
        append_events(path, more, tmp_path / "fresh.parquet")


def test_no_events_are_nothing_to_keep(tmp_path, duckdb):
    with pytest.raises(UnreadableLog, match="nothing to keep"):
        write_events([], tmp_path / "events.parquet")
    with pytest.raises(UnreadableLog, match="no event"):
        events_in_memory(raw([]), duckdb)


@pytest.mark.parametrize(
    ("metadata", "why"),
    [
        ("not JSON", "form unknown"),
        ("[]", "form unknown"),
        ('{"form": 2}', "form 2"),
        ('{"form": 1}', "parts of one are missing"),
        (
            '{"form": 1, "counts": {}, "has_start": true, "departments": [], "activities": {}}',
            "parts of one are missing",
        ),
    ],
)
def test_a_file_that_only_says_it_is_an_event_table_is_refused(tmp_path, duckdb, metadata, why):
    path = tmp_path / "events.parquet"
    pq.write_table(pa.table({"a": [1]}).replace_schema_metadata({"mizzle": metadata}), path)
    with pytest.raises(UnreadableLog, match=why):
        open_events(path, duckdb)
