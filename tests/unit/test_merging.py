"""Several event tables become one."""

from __future__ import annotations

import os
from collections import Counter

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from factories import raw
from mizzle import journeys
from mizzle.errors import UnreadableLog
from mizzle.logs import Merged, events_in_memory, merge_events, open_events
from mizzle.logs.merging import _Once
from mizzle.logs.steps import ORDER
from mizzle.logs.store import counts, read_metadata, with_moment, write_events

ORDERED = ("a", "order", "Sales", "0", "1")
PICKED = ("a", "pick", "Store", "3", "4")
SENT = ("a", "send", "Transport", "6", "8")
OTHER = ("b", "order", "Sales", "0", "1")


def keep(path, rows, extras=None):
    ordered = with_moment(raw(rows, extras)).sort_by([(name, "ascending") for name in ORDER]).combine_chunks()
    write_events(ordered.to_batches(max_chunksize=3), path)
    return path


def merged(folder, *logs):
    """Join logs (rows, or rows with extras); give what was done, and the events of the new table."""
    paths = [
        keep(folder / f"{place}.parquet", *(log if isinstance(log, tuple) else (log,)))
        for place, log in enumerate(logs)
    ]
    done = merge_events(paths, folder / "out.parquet")
    return done, pq.read_table(folder / "out.parquet").to_pylist()


def told(events, *more):
    return [tuple(row[name] for name in ("case_id", "activity", *more)) for row in events]


def test_an_event_that_two_exports_have_is_taken_once(tmp_path):
    done, events = merged(tmp_path, [ORDERED, PICKED], [PICKED, SENT, OTHER])
    assert told(events) == [("a", "order"), ("a", "pick"), ("a", "send"), ("b", "order")]
    assert done.repeated == (0, 1)
    assert (done.counts.events, done.counts.cases) == (4, 2)
    assert done.counts == counts(read_metadata(tmp_path / "out.parquet"))


def test_a_case_that_two_systems_know_becomes_one_chain(tmp_path, duckdb):
    merged(tmp_path, [ORDERED, SENT], [PICKED])
    found = journeys.process_map(open_events(tmp_path / "out.parquet", duckdb))
    whole = journeys.process_map(events_in_memory(raw([ORDERED, PICKED, SENT]), duckdb))
    assert found == whole


def test_equal_events_are_counted_and_not_only_compared(tmp_path):
    done, events = merged(tmp_path, [PICKED] * 2, [PICKED] * 3, [PICKED] * 2 + [SENT], [PICKED] * 5)
    assert done.repeated == (0, 2, 2, 3)
    assert Counter(told(events)) == {("a", "pick"): 5, ("a", "send"): 1}
    assert done.counts.duplicates == 4


def test_what_differs_in_anything_is_another_event(tmp_path):
    others = [
        ("c", "pick", "Store", "3", "4"),
        ("a", "pack", "Store", "3", "4"),
        ("a", "pick", "Hub", "3", "4"),
        ("a", "pick", "-", "3", "4"),
        ("a", "pick", "Store", "2", "4"),
        ("a", "pick", "Store", "3", "5"),
        ("a", "pick", "Store", "-", "3"),
        ("a", "pick", "Store", "4", "4"),
        ("a", "pick", "Store", "-", "4"),
    ]
    done, events = merged(tmp_path, [PICKED], others, others)
    assert (done.repeated, len(events)) == ((0, 0, 9), 10)


def test_an_event_of_another_resource_is_another_event(tmp_path):
    paths = []
    for place, names in enumerate((["p_1", None, None], ["p_2", None, "p_1"])):
        rows = raw([PICKED, SENT, ORDERED] if place == 0 else [PICKED, SENT, PICKED])
        rows = rows.set_column(rows.schema.get_field_index("resource"), "resource", [names])
        ordered = with_moment(rows.cast(raw([]).schema)).sort_by([(name, "ascending") for name in ORDER])
        write_events(ordered.combine_chunks().to_batches(), tmp_path / f"{place}.parquet")
        paths.append(tmp_path / f"{place}.parquet")
    done = merge_events(paths, tmp_path / "out.parquet")
    assert (done.repeated, done.counts.events) == ((0, 2), 4)


def test_only_attributes_that_both_tables_have_are_compared(tmp_path):
    done, events = merged(
        tmp_path,
        ([PICKED, SENT], {"channel": ["web", "web"]}),
        ([PICKED, SENT], {"size": ["1", "2"], "channel": ["web", "shop"]}),
        [PICKED, SENT],
        ([PICKED, SENT], {"size": ["1", "1"]}),
    )
    # the second table has another channel for what was sent; the last has no channel and another size for it, which
    # the first table, without sizes, does not speak against
    assert done.repeated == (0, 1, 2, 2)
    assert told(events, "x_channel", "x_size") == [
        ("a", "pick", "web", None),
        ("a", "send", "web", None),
        ("a", "send", "shop", "2"),
    ]


def test_rows_are_numbered_on_from_table_to_table(tmp_path):
    _, events = merged(tmp_path, [ORDERED, SENT], [PICKED, ORDERED], [OTHER])
    assert told(events, "row") == [("a", "order", 1), ("a", "pick", 3), ("a", "send", 2), ("b", "order", 5)]


def test_the_same_tables_give_the_same_bytes(tmp_path):
    paths = [keep(tmp_path / "0.parquet", [ORDERED, SENT, OTHER]), keep(tmp_path / "1.parquet", [PICKED, SENT])]
    for name in ("one", "two"):
        merge_events(paths, tmp_path / name)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["0.parquet", "1.parquet", "one", "two"]


def test_ties_may_lie_across_batches(tmp_path, monkeypatch):
    from mizzle import engines
    from mizzle.logs import merging

    rows = [(case, "pick", "Store", "3", "4") for case in "abcde" for _ in range(3)]
    paths = [keep(tmp_path / f"{place}.parquet", rows) for place in range(2)]
    sizes = []
    for size in (1, 2, 5, 65_536):
        monkeypatch.setattr(merging, "in_order", lambda table, by, size=size: cut(engines.in_order(table, by), size))
        done = merge_events(paths, tmp_path / "out.parquet")
        sizes.append((done.repeated, done.counts.events))
    assert sizes == [((0, 15), 15)] * 4


def cut(batches, size):
    """Cut batches into pieces."""
    for batch in batches:
        for begin in range(0, batch.num_rows, size):
            yield batch.slice(begin, size)


def test_a_case_that_logs_together_make_endless_is_refused(tmp_path, monkeypatch):
    from mizzle.logs import steps

    monkeypatch.setattr(steps, "MOST_EVENTS_OF_A_CASE", 12)
    spread = [[("a", "pick", "Store", str(hour), str(hour)) for hour in range(begin, begin + 10)] for begin in (0, 10)]
    with pytest.raises(UnreadableLog, match=r"more than 12 events in one case \('a'\)"):
        merged(tmp_path, *spread)
    at_once = [[("a", f"{log}-{number}", "Store", "3", "4") for number in range(10)] for log in range(2)]
    with pytest.raises(UnreadableLog, match=r"more than 12 events in one case \('a'\)"):
        merged(tmp_path, *at_once)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["0.parquet", "1.parquet"]
    assert merged(tmp_path, spread[0], spread[0])[0].repeated == (0, 10)


def test_no_batch_and_empty_batches_are_nothing():
    empty = pa.RecordBatch.from_pylist([], schema=with_moment(raw([])).schema)
    assert list(_Once([0, 1, 2], [(), ()]).follow([])) == []
    assert list(_Once([0, 1, 2], [(), ()]).follow([empty])) == []


def test_one_table_is_only_given_a_second_name(tmp_path):
    path = keep(tmp_path / "0.parquet", [ORDERED, PICKED])
    for _ in range(2):  # also over the one that is there
        done = merge_events([path], tmp_path / "out.parquet")
        assert done == Merged(counts(read_metadata(path)), (0,))
        assert (tmp_path / "out.parquet").samefile(path)
    assert len(list(tmp_path.iterdir())) == 2


def test_one_table_is_copied_where_a_file_cannot_have_two_names(tmp_path, monkeypatch):
    path = keep(tmp_path / "0.parquet", [ORDERED, PICKED])

    def refuse(*_):
        raise OSError("not here")

    monkeypatch.setattr(os, "link", refuse)
    merge_events([path], tmp_path / "out.parquet")
    assert (tmp_path / "out.parquet").read_bytes() == path.read_bytes()
    assert not (tmp_path / "out.parquet").samefile(path)


def test_progress_is_told(tmp_path):
    paths = [keep(tmp_path / f"{place}.parquet", [ORDERED, SENT]) for place in range(2)]
    said = []
    merge_events(paths, tmp_path / "out.parquet", progress=lambda stage, share: said.append((stage, share)))
    assert said == [("sorting by case and time", 0.0), ("putting cases in order", 1.0)]


def test_what_cannot_be_joined_is_refused(tmp_path):
    path = keep(tmp_path / "0.parquet", [ORDERED])
    pq.write_table(pq.read_table(path).replace_schema_metadata(None), tmp_path / "other.parquet")
    with pytest.raises(UnreadableLog, match="Name at least one"):
        merge_events([], tmp_path / "out.parquet")
    with pytest.raises(UnreadableLog, match="would be written over"):
        merge_events([path, tmp_path / "sub" / ".." / "0.parquet"], path)
    with pytest.raises(UnreadableLog, match=r"other\.parquet is no imported event table"):
        merge_events([path, tmp_path / "other.parquet"], tmp_path / "out.parquet")
    assert not (tmp_path / "out.parquet").exists()
