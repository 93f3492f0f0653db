from __future__ import annotations

import gzip
import json
import sqlite3
from contextlib import closing

import pytest

from mizzle.errors import NoSuchName, UnclearMapping, UnreadableLog
from mizzle.logs.batches import ROW, Mark, Rejected
from mizzle.logs.ocel import open_ocel, reader, written_json, written_sqlite, written_xml
from mizzle.logs.readers import understand

OBJECTS = {"o1": "order", "o2": "order", "i1": "item", "i2": "item", "p1": "package"}
EVENTS = [
    ("e1", "place order", "2024-01-01T10:00:00Z", {"amount": 5, "channel": "phone"}, ["o1", "i1", "i2"]),
    ("e2", "pack", "2024-01-01T11:00:00Z", {"weight": 1.5}, ["i1", "o1", "p1", "o2", "o1"]),
    ("e3", "clean up", "2024-01-01T12:00:00Z", {}, ["p1"]),
    ("e4", "pay", "2024-01-01T13:00:00Z", {"amount": 7}, ["o2", "nobody"]),
]


def as_json(objects=OBJECTS, events=EVENTS):
    return {
        "objectTypes": [{"name": name, "attributes": []} for name in sorted(set(objects.values()))],
        "eventTypes": [{"name": name, "attributes": []} for name in sorted({event[1] for event in events})],
        "objects": [
            {"id": name, "type": of_type, "attributes": [], "relationships": []} for name, of_type in objects.items()
        ],
        "events": [
            {
                "id": name,
                "type": of_type,
                "time": time,
                "attributes": [{"name": key, "value": value} for key, value in attributes.items()],
                "relationships": [{"objectId": related, "qualifier": "of"} for related in objects],
            }
            for name, of_type, time, attributes, objects in events
        ],
    }


def write_json(folder, content=None, *, name="log.json"):
    path = folder / name
    data = (content if isinstance(content, str) else json.dumps(content or as_json())).encode()
    path.write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
    return path


def as_xml(objects=OBJECTS, events=EVENTS):
    parts = ["<log><object-types><object-type name='order'><attributes/></object-type></object-types><objects>"]
    for name, of_type in objects.items():
        parts.append(
            f"<object id='{name}' type='{of_type}'><attributes><attribute name='x' time='0'>9</attribute></attributes>"
            "<objects><relationship object-id='o1' qualifier='other'/></objects></object>"
        )
    parts.append("</objects><events>")
    for name, of_type, time, attributes, related in events:
        parts.append(f"<event id='{name}' type='{of_type}' time='{time}'><attributes>")
        parts += [f"<attribute name='{key}'>{value}</attribute>" for key, value in attributes.items()]
        parts.append("</attributes><objects>")
        parts += [f"<relationship object-id='{one}' qualifier='of'/>" for one in related]
        parts.append("</objects></event>")
    return "".join([*parts, "</events></log>"])


def write_xml(folder, content=None, *, name="log.xml"):
    path = folder / name
    data = (as_xml() if content is None else content).encode()
    path.write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
    return path


def write_sqlite(folder, objects=OBJECTS, events=EVENTS, *, more=(), name="log.sqlite"):
    path = folder / name
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("CREATE TABLE event (ocel_id TEXT, ocel_type TEXT)")
        database.execute("CREATE TABLE object (ocel_id TEXT, ocel_type TEXT)")
        database.execute("CREATE TABLE event_object (ocel_event_id TEXT, ocel_object_id TEXT, ocel_qualifier TEXT)")
        database.execute("CREATE TABLE event_map_type (ocel_type TEXT, ocel_type_map TEXT)")
        database.executemany("INSERT INTO object VALUES (?, ?)", objects.items())
        types = dict.fromkeys(event[1] for event in events)
        for number, of_type in enumerate(types):
            columns = dict.fromkeys(key for event in events if event[1] == of_type for key in event[3])
            listed = "".join(f', "{key}"' for key in columns)
            database.execute("INSERT INTO event_map_type VALUES (?, ?)", (of_type, f"Type{number}"))
            database.execute(f'CREATE TABLE "event_Type{number}" (ocel_id TEXT, ocel_time TEXT{listed})')
            for event_id, event_type, time, attributes, _ in events:
                if event_type == of_type:
                    values = (event_id, time, *(attributes.get(key) for key in columns))
                    marks = ", ".join("?" * len(values))
                    database.execute(f'INSERT INTO "event_Type{number}" VALUES ({marks})', values)
        for event_id, of_type, _, _, related in events:
            database.execute("INSERT INTO event VALUES (?, ?)", (event_id, of_type))
            database.executemany("INSERT INTO event_object VALUES (?, ?, 'of')", [(event_id, one) for one in related])
        for statement in more:
            database.execute(statement)
    return path


WRITERS = [write_json, write_xml, write_sqlite]


def rows(path, object_type="order", **more):
    tables = [batch.table for batch in open_ocel(path, object_type).batches(**more)]
    return [
        {key: value for key, value in row.items() if value is not None} for table in tables for row in table.to_pylist()
    ]


def refusal(path, object_type="order"):
    with pytest.raises(UnreadableLog) as caught:
        rows(path, object_type)
    return str(caught.value)


EXPECTED = [
    {
        "ocel:oid": "o1",
        "ocel:activity": "place order",
        "ocel:timestamp": "2024-01-01T10:00:00Z",
        "ocel:type:item": "i1",
        "amount": "5",
        "channel": "phone",
        ROW: 1,
    },
    {
        "ocel:oid": "o1",
        "ocel:activity": "pack",
        "ocel:timestamp": "2024-01-01T11:00:00Z",
        "ocel:type:item": "i1",
        "ocel:type:package": "p1",
        "weight": "1.5",
        ROW: 2,
    },
    {
        "ocel:oid": "o2",
        "ocel:activity": "pack",
        "ocel:timestamp": "2024-01-01T11:00:00Z",
        "ocel:type:item": "i1",
        "ocel:type:package": "p1",
        "weight": "1.5",
        ROW: 2,
    },
    {
        "ocel:oid": "o2",
        "ocel:activity": "pay",
        "ocel:timestamp": "2024-01-01T13:00:00Z",
        "amount": "7",
        ROW: 4,
    },
]


@pytest.mark.parametrize("write", WRITERS)
def test_the_three_forms_give_the_same_rows(tmp_path, write):
    path = write(tmp_path)
    reader = open_ocel(path, "order")
    assert rows(path) == EXPECTED
    assert set(reader.columns) == {
        "ocel:oid",
        "ocel:activity",
        "ocel:timestamp",
        "ocel:type:item",
        "ocel:type:package",
        "amount",
        "channel",
        "weight",
    }
    assert reader.facts.known == {"case": "ocel:oid", "activity": "ocel:activity", "end": "ocel:timestamp"}
    assert reader.facts.choices == ("item", "order", "package")
    assert reader.facts.notes == (
        "objects: item (2), order (2), package (1)",
        "events of several cases, one row for each case: 1",
    )
    (batch,) = reader.batches()
    assert batch.rejected == (Rejected(3, "no case", "type=clean up, time=2024-01-01T12:00:00Z"),)
    assert (batch.mark, batch.done, reader.several) == (Mark(0, 4), 1.0, 1)
    reader.close()


def test_each_form_is_told_by_its_content(tmp_path):
    formats = [open_ocel(write(tmp_path, name="log"), "item").facts.format for write in (write_json, write_xml)]
    (tmp_path / "log").unlink()
    formats.append(open_ocel(write_sqlite(tmp_path, name="log"), "item").facts.format)
    assert formats == ["OCEL JSON", "OCEL XML", "OCEL SQLite"]


@pytest.mark.parametrize("write", [write_json, write_xml])
def test_gzip_is_no_matter(tmp_path, write):
    assert rows(write(tmp_path, name="log.gz")) == EXPECTED


@pytest.mark.parametrize("write", WRITERS)
def test_without_an_object_type_the_log_asks_which(tmp_path, write):
    reader = open_ocel(write(tmp_path))
    assert reader.facts.choices == ("item", "order", "package")
    with pytest.raises(UnclearMapping) as caught:
        next(reader.batches())
    assert (
        str(caught.value) == "Which kind of object is the case: item, order or package? Say --case item, for example."
    )


@pytest.mark.parametrize("write", WRITERS)
def test_the_only_type_that_events_belong_to_is_the_case_without_a_question(tmp_path, write):
    alone = [(*event[:4], [one for one in event[4] if one.startswith("o")]) for event in EVENTS]
    content = {write_json: as_json, write_xml: as_xml}.get(write, lambda *given: given)(OBJECTS, alone)
    path = write(tmp_path, *content) if write is write_sqlite else write(tmp_path, content)
    reader = open_ocel(path)
    assert (reader.facts.object_type, reader.facts.choices) == ("order", ("item", "order", "package"))
    assert reader.facts.notes[1] == "case: order, the only kind of object that events belong to"
    assert rows(path, None) == rows(path, "order")
    understood = understand(path, None, {"department": ""})
    assert (understood.mapping.case, understood.mapping.object_type) == ("ocel:oid", "order")
    assert understand(path, understood.mapping, {}).mapping.object_type == "order"


def test_a_type_that_is_named_wins_over_the_one_of_the_mapping(tmp_path):
    path = write_json(tmp_path, as_json())
    mapping = understand(path, None, {"case": "order", "department": ""}).mapping
    other = understand(path, mapping, {"case": "item"})
    assert (other.mapping.object_type, other.reader.facts.object_type) == ("item", "item")
    assert understand(path, mapping, {"case": mapping.case}).mapping.object_type == "order"
    with pytest.raises(NoSuchName, match=r"no objects of the type 'bogus'"):
        understand(path, mapping, {"case": "bogus"})


def test_a_question_stays_short(tmp_path):
    two = open_ocel(write_json(tmp_path, as_json({"o1": "big order", "p1": "package"})))
    with pytest.raises(UnclearMapping, match=r"the case: big order or package\? Say --case 'big order'"):
        next(two.batches())
    one = open_ocel(write_json(tmp_path, as_json({"nobody's": "big order"})))
    with pytest.raises(UnclearMapping, match=r"the case: big order\? Say --case 'big order'"):
        next(one.batches())
    many = open_ocel(write_json(tmp_path, as_json({f"o{n}": f"t{n:02}" for n in range(30)})))
    with pytest.raises(UnclearMapping, match=r"t19 or one of 10 more\?"):
        next(many.batches())


def test_an_unknown_object_type_is_answered_with_near_ones(tmp_path):
    path = write_json(tmp_path)
    with pytest.raises(NoSuchName, match=r"no objects of the type 'ordr'.*--case: order"):
        open_ocel(path, "ordr")
    with pytest.raises(NoSuchName, match=r"item, order, package"):
        open_ocel(path, "zzz")


@pytest.mark.parametrize("write", WRITERS)
def test_reading_goes_on_after_a_mark(tmp_path, monkeypatch, write):
    monkeypatch.setattr(reader, "_ROWS", 1)
    path = write(tmp_path)
    batches = list(open_ocel(path, "order").batches())
    assert [batch.mark.row for batch in batches] == [1, 2, 3, 4]
    assert rows(path, after=batches[1].mark) == EXPECTED[3:]


def test_only_the_columns_asked_for_are_given(tmp_path):
    (batch,) = open_ocel(write_json(tmp_path), "order").batches(columns=["amount", "none"])
    assert batch.table.column_names == ["amount", "none", ROW]
    assert batch.table["amount"].to_pylist() == ["5", None, None, "7"]


def test_attributes_that_appear_late_are_added_from_then_on(tmp_path, monkeypatch):
    monkeypatch.setattr(reader, "SAMPLE", 1)
    opened = open_ocel(write_json(tmp_path), "order")
    assert "weight" not in opened.columns
    assert "weight" in next(opened.batches()).table.column_names
    assert "among" not in "".join(opened.facts.notes)


def test_events_of_several_cases_are_counted_in_the_sample(tmp_path, monkeypatch):
    monkeypatch.setattr(reader, "SAMPLE", 2)
    notes = open_ocel(write_json(tmp_path), "order").facts.notes
    assert notes[1] == "events of several cases, one row for each case: 1 among the first 2"


def test_values_of_every_kind_become_text(tmp_path):
    event = ("e1", "a", "t", {"yes": True, "no": False, "none": None, "more": [1.5, {"x": "å"}]}, ["o1"])
    event[3]["half"] = "\ud800"
    (row,) = rows(write_json(tmp_path, as_json(events=[event])))
    assert (row["yes"], row["no"], row["more"], row["half"]) == ("true", "false", '["1.5", {"x": "å"}]', "?")
    assert "none" not in row


def test_odd_values_of_sqlite_become_text(tmp_path):
    more = [
        "UPDATE \"event_Type0\" SET amount = x'c3a5'",
        "INSERT INTO object VALUES (NULL, 'order')",
        "INSERT INTO object VALUES ('o9', NULL)",
        "INSERT INTO event_object VALUES ('e1', NULL, NULL)",
        "INSERT INTO event VALUES ('e9', NULL)",
        "INSERT INTO event_object VALUES ('e9', 'o1', NULL)",
    ]
    found = rows(write_sqlite(tmp_path, more=more))
    assert found[0]["amount"] == "å"
    assert found[-1] == {"ocel:oid": "o1", ROW: 5}


def test_an_event_that_fills_too_much_is_set_aside(tmp_path, monkeypatch):
    monkeypatch.setattr(reader, "LONGEST_FIELD", 12)
    monkeypatch.setattr(reader, "MOST_TEXT", 30)
    events = [
        ("e1", "a", "t", {"x": "y" * 13}, ["o1"]),
        ("e2", "a", "t", {"x": "y" * 12, "z": "z" * 12}, ["o1", "o2"]),
        ("e3", "a", "t", {}, ["o1", "o2"]),
    ]
    (batch,) = open_ocel(write_json(tmp_path, as_json(events=events)), "order").batches()
    assert [(item.row, item.reason) for item in batch.rejected] == [
        (1, "field too long"),
        (2, "belongs to too many cases"),
    ]
    monkeypatch.setattr(reader, "MOST_CASES", 1)
    (batch,) = open_ocel(write_json(tmp_path, as_json(events=events)), "order").batches()
    assert len(batch.rejected) == 3


def test_a_reader_may_stop_early(tmp_path, monkeypatch):
    monkeypatch.setattr(reader, "_TEXT", 1)
    for write in WRITERS:
        path = write(tmp_path)
        batches = open_ocel(path, "order").batches()
        next(batches)
        batches.close()
        path.unlink()


# What cannot be read.


@pytest.mark.parametrize("write", WRITERS)
def test_no_objects_or_no_events_are_refused(tmp_path, monkeypatch, write):
    empty = {write_json: lambda **more: [as_json(**more)], write_xml: lambda **more: [as_xml(**more)]}.get(write)
    if empty:
        assert "without objects" in refusal(write(tmp_path, *empty(objects={})))
        assert "without an event" in refusal(write(tmp_path, *empty(events=[])))
    else:
        assert "without objects" in refusal(write(tmp_path, {}, [], name="1"))
        assert "without an event" in refusal(write(tmp_path, OBJECTS, [], name="2"))


def test_too_many_types_or_attributes_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(reader, "MOST_COLUMNS", 20)
    many = {f"o{n}": f"t{n}" for n in range(30)}
    assert "30 object types" in refusal(write_json(tmp_path, as_json(many)))
    events = [("e1", "a", "t", {f"k{n}": 1 for n in range(30)}, ["o1"])]
    assert "different attributes" in refusal(write_json(tmp_path, as_json(events=events)))


def test_ocel_1_is_named_as_such(tmp_path):
    assert "OCEL 1.0" in refusal(write_json(tmp_path, '{"ocel:events": {}}'))


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (json.dumps(as_json())[:-20], "breaks off"),
        (json.dumps(as_json())[:-1], "its end is missing"),
        (" ", "its end is missing"),
        ('{"objects": [{"id": 1,,}]}', "not well-formed JSON"),
        ('{"objects": [] "events": []}', "not well-formed JSON"),
        ('{"objects": []} {}', "not well-formed JSON"),
        ('{"objects": [' + "[" * 5_000, "nests values without end"),
        ("[]", "not well-formed JSON"),
        ("{}", "without objects"),
        ('{"objects": [1, [], {"id": null}], "events": []}', "without objects"),
        ('{"objects": {"a": 1}, "events": []}', "without objects"),
        ('{"objects": [{"id": "a", "type": "order"}], "events": {"a": {}}}', "without an event"),
    ],
)
def test_broken_json_is_refused(tmp_path, content, what):
    assert what in refusal(write_json(tmp_path, content))


def test_a_byte_order_mark_is_no_matter(tmp_path):
    assert rows(write_json(tmp_path, "\ufeff" + json.dumps(as_json()))) == EXPECTED


def test_odd_but_well_formed_json_is_read(tmp_path):
    content = as_json()
    content["events"][1]["relationships"] = "none"
    content["events"][2]["attributes"] = [3]
    content["events"][3] = 7
    reader = open_ocel(write_json(tmp_path, content), "order")
    (batch,) = reader.batches()
    assert batch.table.num_rows == 1
    assert [item.row for item in batch.rejected] == [2, 3, 4]


def test_where_the_stream_of_a_json_is_cut_does_not_matter(tmp_path, monkeypatch):
    path = write_json(tmp_path, json.dumps(as_json(), indent=3))
    for size in range(1, 60, 4):
        monkeypatch.setattr(written_json, "_CHUNK", size)
        assert rows(path) == EXPECTED


def test_numbers_stay_as_they_are_written(tmp_path):
    content = (
        json.dumps(as_json())
        .replace('"value": 1.5', '"value": 1.50e400')
        .replace('"value": 5', '"value": ' + "9" * 5_000)
    )
    found = rows(write_json(tmp_path, content))
    assert (found[0]["amount"], found[1]["weight"]) == ("9" * 5_000, "1.50e400")


def test_json_in_utf_16_is_read_and_other_bytes_are_refused(tmp_path):
    path = write_json(tmp_path)
    path.write_bytes(json.dumps(as_json()).encode("utf-16"))
    assert rows(path) == EXPECTED
    path.write_bytes(json.dumps(as_json()).encode().replace(b"phone", b"ph\xf8ne"))
    assert "not UTF-8" in refusal(path)


def test_an_endless_value_or_item_of_json_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(written_json, "LONGEST_ITEM", 100_000)
    monkeypatch.setattr(written_json, "_CHUNK", 1_000)
    assert "an event or object of more than" in refusal(write_json(tmp_path, '{"objects": [{"id": "' + "x" * 300_000))
    assert "an event or object of more than" in refusal(write_json(tmp_path, '{"objects": [[' + "1," * 300_000))


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (as_xml()[:-20], "breaks off"),
        (as_xml().replace("</event>", "", 1), "not well-formed XML at line 1"),
        ("<html></html>", "no OCEL log"),
        ("<log>" + "<a>" * 200, "levels deep"),
        ("<?xml version='1.0' encoding='klingon'?><log/>", "encoding"),
        ("<!DOCTYPE log [<!ENTITY a 'b'>]><log>&a;</log>", "entity definitions"),
        ("<log><objects><object/></objects></log>", "without objects"),
    ],
)
def test_broken_xml_is_refused(tmp_path, content, what):
    assert what in refusal(write_xml(tmp_path, content))


def test_odd_but_well_formed_xml_is_read(tmp_path):
    content = as_xml().replace("<attribute name='amount'>5</attribute>", "<attribute>5</attribute><note>x</note>")
    assert "amount" not in rows(write_xml(tmp_path, content))[0]


def test_an_endless_element_of_xml_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(written_xml, "LONGEST_ROW", 1_000)
    monkeypatch.setattr(written_xml, "_FEED", 500)
    assert "a single element" in refusal(write_xml(tmp_path, "<log><objects a='" + "x" * 5_000))
    assert "a single element" in refusal(write_xml(tmp_path, "<log><objects><object>" + "<a/>" * 5_000))


def test_a_database_that_is_no_ocel_is_refused(tmp_path):
    assert "table 'event_object' is missing" in refusal(
        write_sqlite(tmp_path, more=["DROP TABLE event_object"], name="1")
    )
    more = ["DROP TABLE event", "CREATE TABLE event (ocel_id)"]
    assert "table 'event' is missing" in refusal(write_sqlite(tmp_path, more=more, name="2"))
    more = ['DROP TABLE "event_Type0"']
    assert "no table 'event_Type0'" in refusal(write_sqlite(tmp_path, more=more, name="3"))
    more = ['DROP TABLE "event_Type0"', 'CREATE TABLE "event_Type0" (x)']
    assert "table 'event_Type0' is missing" in refusal(write_sqlite(tmp_path, more=more, name="4"))


def test_views_are_never_used(tmp_path):
    view = "CREATE VIEW object AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)"
    view += " SELECT i AS ocel_id, 'order' AS ocel_type FROM n"
    assert "table 'object' is missing" in refusal(write_sqlite(tmp_path, more=["DROP TABLE object", view]))


def test_a_join_made_to_explode_is_stopped(tmp_path, monkeypatch):
    monkeypatch.setattr(written_sqlite, "_STEP", 1_000)
    many = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000)"
    more = [
        f"INSERT INTO event {many} SELECT 'e1', 'pay' FROM n",
        f"INSERT INTO event_object {many} SELECT 'e1', 'o1', '' FROM n",
    ]
    assert "far too long" in refusal(write_sqlite(tmp_path, more=more))


def test_a_damaged_database_is_refused(tmp_path):
    path = write_sqlite(tmp_path)
    whole = path.read_bytes()
    path.write_bytes(whole[:3_000])
    assert "damaged" in refusal(path)
    path.write_bytes(whole.replace(b"CREATE TABLE", b"CREATE TABEL"))
    assert "damaged" in refusal(path)


def test_a_table_without_row_numbers_is_refused(tmp_path):
    more = ["DROP TABLE event", "CREATE TABLE event (ocel_id TEXT PRIMARY KEY, ocel_type TEXT) WITHOUT ROWID"]
    assert "damaged" in refusal(write_sqlite(tmp_path, more=more))


def test_a_column_called_rowid_is_no_obstacle(tmp_path):
    path = write_sqlite(tmp_path, more=["ALTER TABLE event ADD COLUMN RowId TEXT DEFAULT 'x'"])
    assert rows(path) == EXPECTED


def test_unwritten_changes_of_a_database_are_not_passed_over(tmp_path):
    path = write_sqlite(tmp_path)
    journal = tmp_path / "log.sqlite-wal"
    journal.write_bytes(b"")
    assert rows(path) == EXPECTED
    journal.write_bytes(b"x")
    assert "changes that are not yet written" in refusal(path)


def test_too_many_event_types_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(written_sqlite, "_MOST_TYPES", 2)
    assert "4 event types" in refusal(write_sqlite(tmp_path))


def test_a_database_stays_as_it_is(tmp_path):
    path = write_sqlite(tmp_path)
    before = path.read_bytes()
    rows(path)
    assert path.read_bytes() == before
    assert [entry.name for entry in tmp_path.iterdir()] == ["log.sqlite"]
