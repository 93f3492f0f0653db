from __future__ import annotations

import pyarrow as pa
import pytest

from mizzle.logs.batches import ROW, Batch, Rejected
from mizzle.logs.meaning.convert import convert
from mizzle.logs.meaning.mapping import Mapping
from mizzle.logs.times.moments import TimeFormat
from mizzle.tables import RAW_EVENTS

ISO = TimeFormat("ISO 8601")
KEY = b"0123456789abcdef"
PLAIN = Mapping("case", "activity", "team", "end")
FULL = Mapping("case", "activity", "team", "end", "start", "who", extras=("channel",))
COLUMNS = ("case", "activity", "team", "start", "end", "who", "channel")
GOOD = ("1", "open", "A", "2024-01-01T08:00", "2024-01-01T09:00", "Kari", "mail")


def batch(*rows, rejected=(), numbers=None):
    columns = {name: pa.array([row[at] for row in rows], pa.string()) for at, name in enumerate(COLUMNS)}
    return Batch(pa.table({**columns, ROW: pa.array(numbers or range(1, len(rows) + 1), pa.int64())}), rejected)


def with_(**changes):
    return tuple(changes.get(name, value) for name, value in zip(COLUMNS, GOOD, strict=True))


def test_a_row_becomes_an_event_with_the_columns_of_the_contract():
    found = convert(batch(GOOD), FULL, (ISO, ISO), KEY)
    schema = found.table.schema
    assert schema.names == [*RAW_EVENTS.names, "x_channel"]
    assert [str(schema.field(column.name).type) for column in RAW_EVENTS.columns] == [
        column.type for column in RAW_EVENTS.columns
    ]
    (event,) = found.table.to_pylist()
    assert (event["case_id"], event["activity"], event["department"], event["row"]) == ("1", "open", "A", 1)
    assert event["start"].hour == 8
    assert event["end"].hour == 9
    assert event["x_channel"] == "mail"
    assert found.rejected == ()


def test_names_of_people_never_come_through():
    with_key = convert(batch(GOOD), FULL, (ISO, ISO), KEY).table["resource"].to_pylist()
    assert with_key[0].startswith("p_")
    assert convert(batch(GOOD), FULL, (ISO, ISO), None).table["resource"].to_pylist() == [None]
    assert convert(batch(GOOD), PLAIN, (ISO, None), KEY).table["resource"].to_pylist() == [None]
    assert "Kari" not in str(convert(batch(with_(end="x")), FULL, (ISO, ISO), KEY))


def test_white_space_goes_and_what_stands_for_nothing_becomes_empty():
    rows = [with_(case=" 1\u00a0", team="?", channel="n/a"), with_(team=" Sales ", channel=" web")]
    table = convert(batch(*rows), FULL, (ISO, ISO), KEY).table
    assert table["case_id"].to_pylist() == ["1", "1"]
    assert table["department"].to_pylist() == [None, "Sales"]
    assert table["x_channel"].to_pylist() == [None, "web"]


def test_the_mapping_says_what_stands_for_nothing():
    mapping = Mapping("case", "activity", "team", "end", missing=("A",))
    assert convert(batch(GOOD), mapping, (ISO, None)).table["department"].to_pylist() == [None]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"case": None}, "no case"),
        ({"case": " ? ", "activity": ""}, "no case"),
        ({"activity": "NULL"}, "no activity"),
        ({"end": None}, "no time"),
        ({"end": "31/02/2024"}, "unreadable time: 31/02/2024"),
        ({"end": "x" * 500}, "unreadable time: " + "x" * 100),
        ({"start": "soon"}, "unreadable time: soon"),
        ({"start": "2024-01-01T09:01"}, "end before start"),
    ],
)
def test_a_row_that_cannot_be_an_event_is_set_aside_with_the_reason(changes, reason):
    found = convert(batch(GOOD, with_(**changes), GOOD), FULL, (ISO, ISO), KEY)
    assert found.table["row"].to_pylist() == [1, 3]
    assert [(one.row, one.reason) for one in found.rejected] == [(2, reason)]


def test_the_text_of_a_row_set_aside_is_its_cells_shortened():
    found = convert(batch(with_(end="x", team=None)), FULL, (ISO, ISO), KEY)
    assert found.rejected[0].text == "1 | open |  | 2024-01-01T08:00 | x | mail"
    found = convert(batch(with_(end="x", case="c" * 2000)), FULL, (ISO, ISO), KEY)
    assert found.rejected[0].text == "c" * 1000


def test_rows_that_the_reader_set_aside_stay_in_their_place():
    before = (Rejected(1, "wrong number of cells", "a"), Rejected(4, "row too long", None))
    rows = [with_(end="x"), GOOD, with_(case="")]
    found = convert(batch(*rows, rejected=before, numbers=[2, 3, 5]), PLAIN, (ISO, None))
    assert [one.row for one in found.rejected] == [1, 2, 4, 5]
    assert convert(batch(GOOD, rejected=before), PLAIN, (ISO, None)).rejected == before


def test_an_event_without_a_start_is_kept_where_others_have_one():
    table = convert(batch(with_(start=None), GOOD), FULL, (ISO, ISO), KEY).table
    assert [one is None for one in table["start"].to_pylist()] == [True, False]


def test_a_start_of_which_nothing_is_known_is_left_empty():
    found = convert(batch(with_(start="soon")), FULL, (ISO, None), KEY)
    assert found.table["start"].to_pylist() == [None]
    assert found.rejected == ()


def test_duplicates_are_kept():
    assert convert(batch(GOOD, GOOD), FULL, (ISO, ISO), KEY).table.num_rows == 2


def test_a_log_without_departments_and_a_batch_without_a_column_have_empty_ones():
    mapping = Mapping("case", "activity", None, "end", extras=("nowhere",))
    table = convert(batch(GOOD), mapping, (ISO, None)).table
    assert table["department"].to_pylist() == [None]
    assert table["x_nowhere"].to_pylist() == [None]


def test_times_are_read_in_the_zone_of_the_mapping():
    mapping = Mapping("case", "activity", "team", "end", timezone="Europe/Oslo")
    assert convert(batch(GOOD), mapping, (ISO, None)).table["end"][0].as_py().hour == 8


def test_an_end_in_a_doubled_hour_is_the_second_where_it_would_be_before_its_start():
    mapping = Mapping("case", "activity", "team", "end", "start", timezone="Europe/Oslo")
    rows = [
        ("2024-10-27T01:30", "2024-10-27T02:10"),
        ("2024-10-27T02:50", "2024-10-27T02:10"),
        ("2024-10-27T02:50+02:00", "2024-10-27T02:50"),
        ("2024-10-27T02:40+01:00", "2024-10-27T02:50"),
        ("", "2024-10-27T02:10"),
        ("2024-10-27T02:55+01:00", "2024-10-27T02:50"),
        ("2024-10-27T02:50", "2024-10-27T02:10+02:00"),
        ("2024-03-31T02:50", "2024-03-31T02:10"),
        ("2024-07-01T02:50", "2024-07-01T02:10"),
    ]
    found = convert(batch(*(with_(start=start, end=end) for start, end in rows)), mapping, (ISO, ISO))
    minutes = [
        (f"{event['start']:%H:%M}" if event["start"] else "", f"{event['end']:%H:%M}")
        for event in found.table.to_pylist()
    ]
    assert minutes == [("23:30", "00:10"), ("00:50", "01:10"), ("00:50", "00:50"), ("01:40", "01:50"), ("", "00:10")]
    assert [(one.row, one.reason) for one in found.rejected] == [(row, "end before start") for row in (6, 7, 8, 9)]


def test_a_batch_without_rows_gives_an_empty_table():
    found = convert(batch(), FULL, (ISO, ISO), KEY)
    assert found.table.num_rows == 0
    assert found.table.schema.names == [*RAW_EVENTS.names, "x_channel"]
