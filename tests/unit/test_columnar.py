"""Parquet of any origin as text columns."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from mizzle.errors import UnclearMapping, UnreadableLog
from mizzle.logs.batches import ROW, Mark, Reason
from mizzle.logs.tabular import columnar
from mizzle.logs.tabular.columnar import Columnar, open_columnar


@pytest.fixture
def save(tmp_path):
    def save(table, **options):
        path = tmp_path / "log.parquet"
        pq.write_table(table, path, **options)
        return path

    return save


def read(reader, columns=None):
    rows = [tuple(row.values()) for batch in reader.batches(columns) for row in batch.table.to_pylist()]
    reader.close()
    return rows


NOON = dt.datetime(2024, 3, 1, 12)  # noqa: DTZ001 - Parquet may leave the zone open


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (pa.array(["a", None]), "a"),
        (pa.array(["a", None]).dictionary_encode(), "a"),
        (pa.array(["a", None], pa.large_string()), "a"),
        (pa.array([b"a", None]), "a"),
        (pa.array([12, None]), "12"),
        (pa.array([12.0, None]), "12"),
        (pa.array([1.5, None]), "1.5"),
        (pa.array([True, None]), "true"),
        (pa.array([Decimal("1.50"), None]), "1.50"),
        (pa.array([NOON.date(), None]), "2024-03-01"),
        (pa.array([NOON.time(), None]), "12:00:00.000000"),
        (pa.array([dt.timedelta(seconds=2), None]), "2000000"),
        (pa.array([NOON, None]), "2024-03-01T12:00:00"),
        (pa.array([NOON, None], pa.timestamp("ns", "UTC")), "2024-03-01T12:00:00Z"),
        (pa.array([NOON, None], pa.timestamp("ms", "Europe/Oslo")), "2024-03-01T12:00:00Z"),
        (pa.array([NOON, None], pa.timestamp("s", "+02:00")), "2024-03-01T12:00:00Z"),
        (pa.array([NOON.replace(microsecond=250_000), None], pa.timestamp("us", "UTC")), "2024-03-01T12:00:00.250000Z"),
    ],
    ids=lambda value: str(value.type) if isinstance(value, pa.Array) else None,
)
def test_every_type_becomes_text_and_nulls_stay(save, values, expected):
    reader = open_columnar(save(pa.table({"x": values})))
    assert read(reader) == [(expected, 1), (None, 2)]


def test_the_columns_asked_for_come_in_batches_with_row_numbers(save):
    table = pa.table({"case": [str(n) for n in range(250)], "n": list(range(250)), "x.y": ["z"] * 250})
    reader = Columnar(save(table, row_group_size=120), batch_rows=100)
    assert reader.facts.format == "Parquet"
    assert reader.facts.notes == ("rows: 250",)
    batches = list(reader.batches(["x.y", "case"]))
    assert [batch.table.column_names for batch in batches] == [["x.y", "case", ROW]] * len(batches)
    assert [number for batch in batches for number in batch.table[ROW].to_pylist()] == list(range(1, 251))
    assert max(len(batch.table) for batch in batches) == 100
    assert (batches[-1].done, batches[-1].mark) == (1.0, None)
    assert sum(len(batch.table) for batch in reader.batches([])) == 250
    with pytest.raises(ValueError, match="no mark"):
        next(reader.batches(after=Mark(0, 0)))
    with pytest.raises(UnclearMapping, match="no column called 'who'"):
        next(reader.batches(["who"]))


def test_huge_rows_make_small_batches(save, monkeypatch):
    monkeypatch.setattr(columnar, "BATCH_BYTES", 100_000)
    table = pa.table({"text": [str(n) * 10_000 for n in range(20)]})
    batches = list(open_columnar(save(table, use_dictionary=False)).batches())
    assert len(batches) > 2


def test_nested_columns_are_left_out_and_that_is_said(save):
    table = pa.table({"tags": [["a"]], "case": ["1"], "about": [{"a": 1}]})
    reader = open_columnar(save(table))
    assert reader.columns == ("case",)
    assert reader.facts.notes[1] == "left out, since they hold lists or tables: tags, about"
    assert read(reader) == [("1", 1)]
    with pytest.raises(UnreadableLog, match="no columns of plain values"):
        open_columnar(save(table.select(["tags"])))


def test_columns_of_one_name_are_told_apart(save):
    reader = open_columnar(save(pa.table([pa.array(["a"]), pa.array(["b"])], names=["who", "who"])))
    assert read(reader, ["who_2", "who"]) == [("b", "a", 1)]


def test_values_that_are_no_text_or_too_long_set_their_rows_aside(save, monkeypatch):
    monkeypatch.setattr(columnar, "LONGEST_FIELD", 5)
    table = pa.table({"a": [b"ok", b"\xff", None, b"123456", "äöüéñ".encode()], "b": list(range(5))})
    (batch,) = open_columnar(save(table)).batches()
    assert batch.table.to_pylist() == [
        {"a": "ok", "b": "0", ROW: 1},
        {"a": None, "b": "2", ROW: 3},
        {"a": "äöüéñ", "b": "4", ROW: 5},
    ]
    assert batch.rejected == ((2, Reason.ENCODING, None), (4, Reason.LONG_FIELD, None))


def test_a_file_without_rows_has_no_batches(save):
    assert read(open_columnar(save(pa.table({"a": pa.array([], pa.string())})))) == []


def test_damaged_files_are_refused_in_plain_words(save, tmp_path):
    log = save(pa.table({"a": [str(n) for n in range(1000)]}), compression="snappy")
    content = log.read_bytes()
    log.write_bytes(content[:-100])
    with pytest.raises(UnreadableLog, match=r"log\.parquet is not a Parquet file that can be read"):
        open_columnar(log)
    log.write_bytes(content[:10] + b"\xff" * 200 + content[210:])
    reader = open_columnar(log)
    with pytest.raises(UnreadableLog, match="Copy or export it again"):
        list(reader.batches())
    reader.close()
    with pytest.raises(UnreadableLog, match="There is no file"):
        open_columnar(tmp_path / "none.parquet")


def test_bytes_that_a_damaged_file_calls_text_are_set_aside(tmp_path):
    bad = pa.array([b"fine", b"\xa1bad", None], pa.binary())
    text = pa.StringArray.from_buffers(3, bad.buffers()[1], bad.buffers()[2], bad.buffers()[0], 1)
    path = tmp_path / "damaged.parquet"
    pq.write_table(pa.table({"a": text, "b": pa.array([1, 2, 3])}), path)
    (batch,) = open_columnar(path).batches()
    assert batch.rejected == ((2, Reason.ENCODING, None),)
    assert batch.table["a"].to_pylist() == ["fine", None]
