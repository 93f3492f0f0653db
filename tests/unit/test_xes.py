from __future__ import annotations

import gzip
from pathlib import Path

import pyarrow as pa
import pytest

from mizzle.errors import UnreadableLog
from mizzle.logs.batches import ROW, Mark, Rejected
from mizzle.logs.xes import blocks as xes_blocks
from mizzle.logs.xes import columns as xes_columns
from mizzle.logs.xes import header as xes_header
from mizzle.logs.xes import parser as xes_parser
from mizzle.logs.xes import reader as xes
from mizzle.logs.xes.plain import read_plain
from mizzle.logs.xes.reader import open_xes

DATA = Path(__file__).parents[2].parent / "shared/data/eventlogs"
HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n<log xes.version="1849-2016" xmlns="http://www.xes-standard.org/">\n'


def attributes(**values):
    """Attributes in the plain form; `_` in a name stands for a colon."""
    return "".join(f'<string key="{key.replace("_", ":")}" value="{value}"/>\n' for key, value in values.items())


def event(activity="a", **more):
    return f"<event>\n{attributes(concept_name=activity, **more)}</event>\n"


def trace(name, *events):
    return f"<trace>\n{attributes(concept_name=name)}{''.join(events)}</trace>\n"


def write(folder, body, *, head=HEAD, tail="</log>\n", name="log.xes", encoding="utf-8"):
    path = folder / name
    data = (head + body + tail).encode(encoding)
    path.write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
    return path


def rows(path, **more):
    """All rows of a log as dicts, nulls left out."""
    tables = [batch.table for batch in open_xes(path).batches(**more)]
    return [
        {key: value for key, value in row.items() if value is not None} for table in tables for row in table.to_pylist()
    ]


def set_aside(path):
    return [item for batch in open_xes(path).batches() for item in batch.rejected]


def test_events_bear_their_attributes_and_those_of_their_trace(tmp_path):
    path = write(tmp_path, trace("1", event("a", org_group="Care"), event("b")) + trace("2", event("c")))
    assert rows(path) == [
        {"case:concept:name": "1", "concept:name": "a", "org:group": "Care", ROW: 1},
        {"case:concept:name": "1", "concept:name": "b", ROW: 2},
        {"case:concept:name": "2", "concept:name": "c", ROW: 3},
    ]


def test_a_gzipped_log_is_the_same(tmp_path):
    body = trace("1", event("a"))
    assert rows(write(tmp_path, body)) == rows(write(tmp_path, body, name="log.xes.gz"))


def test_the_standard_says_which_column_has_which_role(tmp_path):
    body = trace("1", event("a", time_timestamp="t", org_role="r", org_resource="p"))
    reader = open_xes(write(tmp_path, body))
    assert reader.facts.format == "XES"
    assert reader.facts.known == {
        "case": "case:concept:name",
        "activity": "concept:name",
        "department": "org:role",
        "end": "time:timestamp",
        "resource": "org:resource",
    }
    assert reader.columns == ("case:concept:name", "concept:name", "time:timestamp", "org:role", "org:resource")
    reader.close()


def test_a_group_comes_before_a_role_as_the_department(tmp_path):
    path = write(tmp_path, trace("1", event("a", org_role="r", org_group="g")))
    assert open_xes(path).facts.known["department"] == "org:group"


def test_header_is_said_and_its_defaults_fill_nothing_in(tmp_path):
    body = (
        '<extension name="Concept" prefix="concept" uri="http://www.xes-standard.org/concept.xesext"/><extension/>'
        '<global scope="event"><string key="org:group" value="nobody"/></global>'
        '<classifier name="Activity" keys="concept:name"/><string key="origin" value="csv"/>'
    ) + trace("1", event("a"))
    path = write(tmp_path, body)
    assert open_xes(path).facts.notes == (
        "encoding: UTF-8",
        "extensions: concept",
        "classifier Activity: concept:name",
    )
    assert rows(path) == [{"case:concept:name": "1", "concept:name": "a", ROW: 1}]


NESTED = """<event><string key="a" value="1"><int key="b" value="2"><int key="c" value="3"/></int></string>
<list key="tags"><values><string key="tag" value="x"/><string key="tag" value="y"/></values></list>
<container key="box"><string key="in" value="z"/></container></event>"""


def test_nested_attributes_become_columns_of_their_own(tmp_path):
    assert rows(write(tmp_path, f"<trace>{NESTED}</trace>")) == [
        {"a": "1", "a/b": "2", "a/b/c": "3", "tags/tag": "x; y", "box/in": "z", ROW: 1}
    ]


def test_nested_attributes_of_a_trace_too(tmp_path):
    body = '<trace><string key="a" value="1"><int key="b" value="2"/></string><event/></trace>'
    assert rows(write(tmp_path, body)) == [{"case:a": "1", "case:a/b": "2", ROW: 1}]


def test_an_attribute_given_twice_keeps_both_values(tmp_path):
    body = trace("1", "<event>" + attributes(x="1") + attributes(x="2") + "</event>", event("b"))
    assert read_plain(body.encode()) is not None
    assert [row.get("x") for row in rows(write(tmp_path, body))] == ["1; 2", None]


def test_an_event_attribute_with_the_name_of_a_trace_column_fills_its_gaps(tmp_path):
    body = f"<trace>{event(case_concept_name='own')}</trace>{trace('1', event(case_concept_name='other'))}"
    assert [row["case:concept:name"] for row in rows(write(tmp_path, body))] == ["own", "1"]


def test_a_trace_without_a_name_has_no_case(tmp_path):
    assert rows(write(tmp_path, f"<trace>{event()}</trace>")) == [{"concept:name": "a", ROW: 1}]


def test_an_event_outside_of_any_trace_has_no_case_either(tmp_path):
    body = trace("1", event("a")) + event("b") + "<other><event/></other>" + trace("2", event("c"))
    assert [row.get("case:concept:name") for row in rows(write(tmp_path, body))] == ["1", None, "2"]


def test_attributes_of_a_trace_may_follow_its_events(tmp_path):
    body = trace("1", event("a")).replace("</trace>", attributes(late="x") + "</trace>")
    assert read_plain(body.encode()) is not None
    assert rows(write(tmp_path, body))[0]["case:late"] == "x"


def test_columns_that_appear_late_are_added_from_then_on(tmp_path, monkeypatch):
    monkeypatch.setattr(xes_blocks, "BLOCK", 100)
    monkeypatch.setattr(xes, "BLOCK", 100)
    path = write(tmp_path, trace("1", event("a")) + trace("2", event("b")) + trace("3", event("c", late="x")))
    reader = open_xes(path)
    assert reader.columns == ("case:concept:name", "concept:name")
    tables = [batch.table for batch in reader.batches()]
    assert tables[0].column_names == ["case:concept:name", "concept:name", ROW]
    assert tables[-1].column_names == ["case:concept:name", "concept:name", "late", ROW]


def test_only_the_columns_asked_for_are_given(tmp_path):
    path = write(tmp_path, trace("1", event("a", x="1", y="2")))
    (batch,) = open_xes(path).batches(columns=["y", "none"])
    assert batch.table.schema == pa.schema([("y", pa.string()), ("none", pa.string()), (ROW, pa.int64())])
    assert batch.table.to_pylist() == [{"y": "2", "none": None, ROW: 1}]


@pytest.mark.parametrize("nested", [False, True])
def test_reading_goes_on_after_any_mark(tmp_path, monkeypatch, nested):
    monkeypatch.setattr(xes_blocks, "BLOCK", 300)
    inner = NESTED if nested else event("x")
    path = write(tmp_path, "".join(trace(str(n), event("a"), inner) for n in range(20)))
    whole = list(open_xes(path).batches())
    assert len(whole) > 3
    assert whole[-1].done == 1
    for place, batch in list(enumerate(whole))[::5]:
        later = [row for rest in whole[place + 1 :] for row in rest.table.to_pylist()]
        assert rows(path, after=batch.mark) == [
            {key: value for key, value in row.items() if value is not None} for row in later
        ]


def test_a_mark_of_a_file_in_another_encoding_holds_too(tmp_path, monkeypatch):
    monkeypatch.setattr(xes_blocks, "BLOCK", 300)
    head = '<?xml version="1.0" encoding="ISO-8859-1"?><log>'
    body = "".join(trace(str(n), event("blåbær")) for n in range(20))
    path = write(tmp_path, body, head=head, encoding="latin-1")
    first = next(open_xes(path).batches())
    assert 0 < first.mark.row < 20
    rest = rows(path, after=first.mark)
    assert [row[ROW] for row in rest] == list(range(first.mark.row + 1, 21))
    assert {row["concept:name"] for row in rest} == {"blåbær"}


@pytest.mark.parametrize("encoding", ["utf-16", "iso-8859-1", "windows-1252"])
def test_other_encodings_are_read_and_said(tmp_path, encoding):
    head = f'<?xml version="1.0" encoding="{encoding}"?><log>'
    path = write(tmp_path, trace("1", event("søknad")), head=head, encoding=encoding)
    assert rows(path) == [{"case:concept:name": "1", "concept:name": "søknad", ROW: 1}]
    assert open_xes(path).facts.notes == (f"encoding: {encoding.upper()}",)


def test_a_prefix_of_the_namespace_is_no_matter(tmp_path):
    body = trace("1", event("a")).replace("</", "</x:").replace("<t", "<x:t").replace("<e", "<x:e")
    path = write(tmp_path, body, head='<x:log xmlns:x="http://www.xes-standard.org/">', tail="</x:log>")
    assert rows(path) == [{"case:concept:name": "1", "concept:name": "a", ROW: 1}]


def test_a_byte_order_mark_is_no_matter(tmp_path):
    path = write(tmp_path, trace("1", event("a")), encoding="utf-8-sig")
    assert len(rows(path)) == 1


def test_a_comment_that_holds_the_end_of_a_trace_does_not_end_it(tmp_path, monkeypatch):
    monkeypatch.setattr(xes_blocks, "BLOCK", 200)
    odd = f"<!-- {'</trace>' * 60} -->"
    body = trace("1", event("a")) * 4 + trace("2", event("b") + odd) + trace("3", event("c")) * 4
    assert [row["concept:name"] for row in rows(write(tmp_path, body))] == ["a"] * 4 + ["b"] + ["c"] * 4


def test_starts_and_completes_are_made_one_event(tmp_path):
    def step(activity, transition, time):
        return event(activity, lifecycle_transition=transition, time_timestamp=time)

    body = trace(
        "1",
        step("a", "schedule", "0"),
        step("a", "start", "1"),
        step("a", "suspend", "2"),
        step("a", "complete", "3"),
        step("b", "start", "4"),
    )
    path = write(tmp_path, body)
    reader = open_xes(path)
    assert reader.facts.known["start"] == "start_timestamp"
    assert reader.facts.notes[1:] == (
        "start and complete events were made one event with both times: 1",
        "activities that begin and never end, events without a start at the moment when they begin: 1",
        "suspend and resume events within an activity, part of it: 1",
        "set aside: lifecycle transition 'schedule' is no work: 1",
    )
    (batch,) = reader.batches(columns=["start_timestamp", "time:timestamp"])
    assert batch.table.to_pylist() == [
        {"start_timestamp": "1", "time:timestamp": "3", ROW: 4},
        {"start_timestamp": None, "time:timestamp": "4", ROW: 5},
    ]
    assert (reader.pairs, reader.unfinished, reader.folded) == (1, 1, 1)
    assert set_aside(path) == [
        Rejected(
            1,
            "lifecycle transition 'schedule' is no work",
            "case:concept:name=1, concept:name=a, lifecycle:transition=schedule, time:timestamp=0",
        )
    ]


def test_an_event_with_an_endless_field_is_set_aside_alone(tmp_path, monkeypatch):
    long = "x" * 1_000_001
    body = trace("1", event("a"), event("b", comment=long), event("å" * 600_000)) + f"<trace>{event('c')}</trace>"
    path = write(tmp_path, body)
    assert set_aside(path) == [Rejected(2, "field too long", None)]
    assert [row[ROW] for row in rows(path)] == [1, 3, 4]


def test_an_endless_field_of_a_trace_sets_aside_its_events(tmp_path):
    path = write(tmp_path, trace("x" * 1_000_001, event("a"), event("b")) + trace("2", event("c")))
    assert [item.row for item in set_aside(path)] == [1, 2]
    assert [row[ROW] for row in rows(path)] == [3]


def test_the_real_log_has_all_its_incidents():
    path = DATA / "itsm_even_500cases.xes.gz"
    if not path.exists():
        pytest.skip("the real service-desk log is not on this machine")
    found = rows(path)
    assert len({row["case:concept:name"] for row in found}) == 500
    assert [row[ROW] for row in found] == list(range(1, len(found) + 1))


# What cannot be read.


def refusal(path, *, at_opening=True):
    if at_opening:
        with pytest.raises(UnreadableLog) as caught:
            open_xes(path)
    else:
        reader = open_xes(path)
        with pytest.raises(UnreadableLog) as caught:
            list(reader.batches())
    return str(caught.value)


def test_other_xml_is_refused(tmp_path):
    assert "its outermost element is <html>, not <log>" in refusal(write(tmp_path, "", head="<html>", tail="</html>"))


@pytest.mark.parametrize("body", ["", "<trace></trace>", "<trace/>"])
def test_a_log_without_an_event_is_refused(tmp_path, body):
    assert "without a" in refusal(write(tmp_path, body))


@pytest.mark.parametrize(
    ("cut", "where"),
    [
        ("<event", "ends in the middle of trace 3"),
        ("</trace>", "ends in the middle of trace 3"),
        ("</log>", "ends after trace 3"),
    ],
)
def test_a_log_that_breaks_off_says_where(tmp_path, cut, where):
    body = trace("1", event("a")) + trace("2", event("b")) + trace("3", event("c"))
    whole = HEAD + body + "</log>"
    path = write(tmp_path, "", head=whole[: whole.rindex(cut) + 3], tail="")
    assert where in refusal(path)


def test_a_log_that_breaks_off_before_its_first_trace(tmp_path):
    assert "ends before its first trace" in refusal(write(tmp_path, "<global>", tail=""))


def test_a_log_that_breaks_off_after_a_mark_says_so(tmp_path, monkeypatch):
    monkeypatch.setattr(xes_blocks, "BLOCK", 200)
    monkeypatch.setattr(xes, "BLOCK", 100)
    path = write(tmp_path, trace("1", event("a")) * 9 + "<trace>", tail="")
    first = next(open_xes(path).batches())
    with pytest.raises(UnreadableLog, match="ends in the middle of a trace"):
        list(open_xes(path).batches(after=first.mark))
    path.write_bytes(path.read_bytes().removesuffix(b"<trace>"))
    with pytest.raises(UnreadableLog, match="ends between two traces"):
        list(open_xes(path).batches(after=first.mark))


def test_events_before_a_broken_place_are_given_first(tmp_path, monkeypatch):
    monkeypatch.setattr(xes_blocks, "BLOCK", 200)
    monkeypatch.setattr(xes, "BLOCK", 100)
    path = write(tmp_path, trace("1", event("a")) * 9 + "<trace><event></trace>" + trace("2", event("b")))
    seen = []
    with pytest.raises(UnreadableLog, match=r"not well-formed XML in the middle of trace 10 \(mismatched tag\)"):
        list(map(seen.append, open_xes(path).batches()))
    assert sum(batch.table.num_rows for batch in seen) >= 8


@pytest.mark.parametrize(
    "broken",
    [
        '<trace><event><string key="a" value="<"/></event></trace>',
        '<trace><event><string key="a" value="&unknown;"/></event></trace>',
        '<trace><event><string key="a" value="&#0;"/></event></trace>',
        '<trace><event><string key="a" value="&#xFFFE;"/></event></trace>',
        '<trace><event><string key="a" value="\x01"/></event></trace>',
        '<trace><event><string key="a" value="\ufffe"/></event></trace>',
        '<trace><event><string key="a"value="1"/></event></trace>',
        "<trace><event></trace></event>",
        "</log><log><trace><event/></trace>",
        "\x02" + trace("2", event("b")),
    ],
)
def test_xml_that_is_not_well_formed_is_refused(tmp_path, broken):
    assert "not well-formed XML" in refusal(write(tmp_path, trace("1", event("a")) + broken))


def test_bytes_that_are_no_utf8_are_refused(tmp_path):
    path = write(tmp_path, trace("1", event("a")))
    path.write_bytes(path.read_bytes().replace(b'"a"', b'"\xe6"'))
    assert "not well-formed" in refusal(path)


def test_an_unknown_encoding_is_refused(tmp_path):
    path = write(tmp_path, trace("1", event("a")), head='<?xml version="1.0" encoding="klingon"?><log>')
    assert "encoding" in refusal(path)


def test_broken_xml_before_the_first_trace_is_refused(tmp_path):
    assert "before its first trace" in refusal(write(tmp_path, "<a></b>"))


def test_broken_xml_in_another_encoding_is_refused(tmp_path):
    head = '<?xml version="1.0" encoding="ISO-8859-1"?><log>'
    assert "trace 1 (mismatched tag)" in refusal(write(tmp_path, "<trace><event></trace>", head=head))


BOMB = '<!DOCTYPE log [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]><log>'
EXTERNAL = '<!DOCTYPE log [<!ENTITY a SYSTEM "file:///etc/passwd">]><log>'


@pytest.mark.parametrize("head", [BOMB, EXTERNAL, '<!DOCTYPE log SYSTEM "http://example.org/log.dtd"><log>'])
def test_entity_definitions_are_refused(tmp_path, head):
    body = '<trace><event><string key="a" value="&b;"/></event></trace>'
    assert "entity definitions" in refusal(write(tmp_path, body, head=head))


def test_elements_nested_without_end_are_refused(tmp_path):
    deep = '<string key="a" value="1">' * 200
    assert "levels deep" in refusal(write(tmp_path, f"<trace><event>{deep}"))
    assert "levels deep" in refusal(write(tmp_path, "<a>" * 200))
    assert "levels deep" in refusal(write(tmp_path, trace("1", event()) + "<a>" * 200))


def test_keys_nested_without_end_are_refused(tmp_path):
    deep = f'<string key="{"k" * 300_000}" value="1">' * 4
    assert "levels deep" in refusal(write(tmp_path, f"<trace><event>{deep}</event></trace>"))


def test_an_event_within_an_event_is_refused(tmp_path):
    assert "<event> inside an event" in refusal(write(tmp_path, "<trace><event><event/></event></trace>"))


def many(n):
    return "".join(f'<int key="k{place}" value="1"/>' for place in range(n))


@pytest.mark.parametrize(
    "body",
    [
        f"<trace><event>{many(1_001)}</event></trace>",
        f"<trace>{many(1_001)}<event/></trace>",
        f"<trace>{many(600)}<event><int key='a' value='1'/></event>{many(600)}</trace>",
        f"<trace>{many(600)}<event><int key='a' value='1'/></event>{many(600)}</trace>".replace("'", '"'),
        f"<trace><event>{many(1_001)}</event><event/></trace>",
        f"<event>{many(1_001)}</event>",
    ],
)
def test_an_event_or_trace_of_too_many_attributes_is_refused(tmp_path, body):
    assert "more than 1,000 attributes" in refusal(write(tmp_path, body))


def test_an_event_that_goes_on_for_ever_is_refused_before_it_ends(tmp_path, monkeypatch):
    monkeypatch.setattr(xes_parser, "FEED", 1_000)
    monkeypatch.setattr(xes_blocks, "FEED", 1_000)
    assert "more than 1,000 attributes" in refusal(write(tmp_path, f"<trace><event>{many(2_000)}", tail=""))


def test_a_log_of_too_many_different_attributes_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(xes_blocks, "BLOCK", 3_000)
    monkeypatch.setattr(xes, "BLOCK", 100)
    monkeypatch.setattr(xes, "MOST_ATTRIBUTES", 50)
    monkeypatch.setattr(xes_columns, "MOST_ATTRIBUTES", 50)
    body = "".join(trace(str(n), event(**{f"k{n}": "1"})) for n in range(200))
    assert "different attributes" in refusal(write(tmp_path, body), at_opening=False)
    assert "different attributes" in refusal(write(tmp_path, trace("1", f"<event>{many(60)}</event>")))


def test_a_parser_refuses_too_many_different_attributes_too(tmp_path):
    events = "".join(f"<event><string key=\"a{n}\" value='1'/></event>" for n in range(2_100))
    assert "different attributes" in refusal(write(tmp_path, f"<trace>{events}</trace>"))


def test_a_tag_that_never_ends_is_refused(tmp_path, monkeypatch):
    for module in (xes_parser, xes_header):
        monkeypatch.setattr(module, "LONGEST_TAG", 1_000)
        monkeypatch.setattr(module, "FEED", 500)
    monkeypatch.setattr(xes_blocks, "FEED", 500)
    endless = "<string key='" + "x" * 10_000
    assert "no trace in its first" in refusal(write(tmp_path, endless, tail=""))
    assert "a single tag" in refusal(write(tmp_path, f"<trace>{endless}", tail=""))


def test_a_trace_that_never_ends_is_refused(tmp_path, monkeypatch):
    for module in (xes_parser, xes_blocks):
        monkeypatch.setattr(module, "LARGEST_TRACE", 2_000)
        monkeypatch.setattr(module, "FEED", 500)
    monkeypatch.setattr(xes_blocks, "BLOCK", 1_000)
    path = write(tmp_path, trace("1", event()) + "<trace>" + event("b") * 200, tail="")
    assert "a trace of more than" in refusal(path)


def test_a_reader_may_stop_early(tmp_path, monkeypatch):
    monkeypatch.setattr(xes_blocks, "BLOCK", 200)
    path = write(tmp_path, trace("1", event("a")) * 50)
    batches = open_xes(path).batches()
    assert next(batches).table.num_rows > 0
    batches.close()
    path.unlink()


# The fast path, which must notice what it cannot read.

PLAIN = trace("1", event("a", x="1"), event("b"))


def test_the_plain_form_needs_no_parser():
    assert read_plain(PLAIN.encode()) is not None
    assert read_plain(PLAIN.replace("\n", "\r\n\t ").replace(" />", "\n/>").encode()) is not None
    assert (
        read_plain(
            b'<trace ><int key="a" value="1"/><event></event><event><int key = "a" value ="1" /></event ></trace >'
        )
        is not None
    )


@pytest.mark.parametrize("entity", ["&amp;&lt;&gt;&quot;&apos;", "&#65;&#x1F600;&#10;"])
def test_the_plain_form_may_hold_entities(tmp_path, entity):
    body = trace("1", event(entity, y="plain"))
    assert read_plain(body.encode()) is not None
    wanted = {"&amp;&lt;&gt;&quot;&apos;": "&<>\"'"}.get(entity, "A\U0001f600\n")
    assert rows(write(tmp_path, body))[0]["concept:name"] == wanted


@pytest.mark.parametrize(
    "odd",
    [
        "",
        "<trace></trace>",
        PLAIN.replace('"1"', "'1'"),
        PLAIN.replace("<event>", "<event><!-- note -->"),
        PLAIN.replace("<event>", "<event>text"),
        PLAIN.replace("<event>", '<event id="7">'),
        PLAIN.replace('key="x" value="1"', 'value="1" key="x"'),
        PLAIN.replace('value="1"', 'value="a\tb"'),
        PLAIN.replace('key="x"', 'key="x&amp;y"'),
        PLAIN.replace('key="x" value', 'key="x" other'),
        PLAIN.replace('value="b"/>', 'value="b"></string>'),
        PLAIN.replace("</event>\n</trace>", "</trace>\n</event>"),
        PLAIN.replace("<trace>", ""),
        PLAIN.replace("<trace>", "/><trace>"),
        PLAIN.replace("</trace>", "</trace><trace>"),
        PLAIN + "<trace><event>",
        PLAIN + '<string key="a" value="1"/>',
        '<string key="a" value="1"/><trace></trace>',
        attributes(x="1") + PLAIN,
        attributes(x="1"),
        PLAIN + "<trace><event></event></trace><trace><event></event></trace>" + PLAIN,
        PLAIN.replace("<string", "<text"),
        PLAIN.replace('"1"', '"<1"'),
        PLAIN.replace('"1"', '"&nothing;"'),
        PLAIN.replace('"1"', '"&#xD800;"'),
        PLAIN.replace('"1"', '"&#1114112;"'),
        "".join(f"<trace>{' ' * n}<event>{attributes(a='1')}</event></trace>" for n in range(5_000)),
        trace("1", *(event(**{f"k{n}": "1"}) for n in range(1_001))),
    ],
)
def test_what_is_not_plain_is_left_to_the_parser(odd):
    assert read_plain(odd.encode()) is None


def test_an_element_without_key_or_value_is_no_obstacle(tmp_path):
    body = '<trace><event><string value="1"/><string key="a"/><values><int key="b" value="2"/></values></event></trace>'
    assert rows(write(tmp_path, body)) == [{"string": "1", "b": "2", ROW: 1}]


def test_no_mark_is_lost_between_blocks(tmp_path, monkeypatch):
    monkeypatch.setattr(xes_blocks, "BLOCK", 64)
    path = write(tmp_path, "".join(trace(str(n), event("a")).replace("</trace>", "</trace \n>") for n in range(30)))
    found = rows(path)
    assert [row["case:concept:name"] for row in found] == [str(n) for n in range(30)]


def test_a_tag_that_only_begins_like_the_end_of_a_trace_does_not_end_it(tmp_path, monkeypatch):
    monkeypatch.setattr(xes_blocks, "BLOCK", 150)
    body = "<trace><event>" + '<tracer key="a" value="1"></tracer>' * 2 + "</event></trace>"
    path = write(tmp_path, body * 3)
    assert [row["a"] for row in rows(path)] == ["1; 1"] * 3


def test_marks_are_places_in_the_file(tmp_path):
    path = write(tmp_path, trace("1", event("a")))
    (batch,) = open_xes(path).batches()
    assert batch.mark == Mark(len((HEAD + trace("1", event("a"))).encode()) - 1, 1)
