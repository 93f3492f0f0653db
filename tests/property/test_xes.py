"""The fast path for XES gives what the real parser gives, on logs of every odd form."""

from __future__ import annotations

from xml.sax.saxutils import escape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mizzle.errors import UnreadableLog
from mizzle.logs.xes import blocks as xes_blocks
from mizzle.logs.xes.blocks import Settings, finish, work
from mizzle.logs.xes.parser import Broken, parse_part
from mizzle.logs.xes.plain import read_plain
from mizzle.logs.xes.reader import open_xes

KEYS = st.sampled_from(["concept:name", "time:timestamp", "org:resource", "case:x", "å", "a/b", "", "a b"])
VALUES = st.one_of(
    st.sampled_from(["", "a", "1", "start", "complete", "2024-01-01T00:00:00Z", "&", "<", "'", "</trace>", "é", " "]),
    st.text(
        st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"], exclude_characters="\ufffe\uffff"), max_size=9
    ),
)
SPACE = st.sampled_from(["", " ", "\n\t", "\r\n"])
ODDITIES = ["<!-- note -->", "<!-- </trace> -->", "<![CDATA[<event>]]>", "<?do this?>", "text", "<values></values>"]


@st.composite
def plain_attribute(draw):
    key, value = escape(draw(KEYS)), escape(draw(VALUES), {'"': "&quot;"})
    tag = draw(st.sampled_from(["string", "date", "int", "float", "boolean", "id"]))
    return f'<{tag} key="{key}" value="{value}"{draw(SPACE)}/>{draw(SPACE)}'


@st.composite
def odd_attribute(draw):
    key, value = escape(draw(KEYS), {"'": "&#39;"}), escape(draw(VALUES), {"'": "&#x27;"})
    inside = "".join(draw(st.lists(attributes(), max_size=2)))
    order = [f"key='{key}'", f"value='{value}'"]
    if draw(st.booleans()):
        order.reverse()
    return f"<string {' '.join(order[: draw(st.integers(1, 2))])}>{inside}</string>"


def attributes(*, odd=True):
    if not odd:
        return plain_attribute()
    return st.one_of(plain_attribute(), st.sampled_from(ODDITIES), st.deferred(odd_attribute))


@st.composite
def bodies(draw, *, odd=True):
    parts = []
    for _ in range(draw(st.integers(0, 4))):
        inner = draw(st.lists(attributes(odd=odd), max_size=2))
        for _ in range(draw(st.integers(0, 4))):
            inside = "".join(draw(st.lists(attributes(odd=odd), max_size=5)))
            transition = draw(st.sampled_from(["", "start", "complete", "schedule"]))
            if transition:
                inside += f'<string key="lifecycle:transition" value="{transition}"/>'
            inner.append(f"<event>{inside}</event>{draw(SPACE)}")
        parts.append(f"<trace>{draw(SPACE)}{''.join(inner)}</trace>{draw(SPACE)}")
    return "".join(parts)


ALL = Settings(None, has_ends=True, threads=2)


def plainly(result):
    columns = {name: column.to_pylist() for name, column in result.columns.items()}
    return list(columns), columns, result.rows.tolist(), result.rejected, result.traces, result.events


@given(bodies(odd=False))
def test_the_fast_path_gives_what_the_parser_gives(body):
    data = body.encode()
    found = read_plain(data)
    if found is not None:
        assert plainly(finish(found, ALL)) == plainly(finish(parse_part(data), ALL))


@settings(max_examples=50)
@given(bodies())
def test_so_does_the_fast_path_with_the_parser_behind_it(body):
    data = body.encode()
    assert plainly(work(data, ALL)) == plainly(finish(parse_part(data), ALL))


@settings(max_examples=80)
@given(bodies(odd=False), st.data())
def test_what_the_fast_path_takes_is_well_formed(body, data):
    spoilt = bytearray(body.encode())
    for _ in range(data.draw(st.integers(1, 3))):
        if spoilt:
            place = data.draw(st.integers(0, len(spoilt) - 1))
            spoilt[place : place + data.draw(st.integers(0, 2))] = data.draw(
                st.sampled_from([b"", b"<", b'"', b"&", b">"])
            )
    found = read_plain(bytes(spoilt))
    if found is not None:
        assert plainly(finish(found, ALL)) == plainly(finish(parse_part(bytes(spoilt)), ALL))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("logs")


@settings(max_examples=50)
@given(
    body=bodies(),
    block=st.sampled_from([32, 100, 400, 1 << 22]),
    head=st.sampled_from(["<log>", "<x:log xmlns:x='x'>"]),
)
def test_where_a_file_is_cut_does_not_matter(folder, body, block, head):
    body = body.replace("lifecycle:transition", "transition")  # what the first block teaches depends on its size
    path = folder / "log.xes"
    tail = head.partition(" ")[0].replace("<", "</").rstrip(">") + ">"
    path.write_text(head + body + tail, encoding="utf-8", newline="")
    expected = finish(parse_part(body.encode()), ALL)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(xes_blocks, "BLOCK", block)
        if not expected.events:
            with pytest.raises(UnreadableLog, match="without a"):
                open_xes(path)
            return
        found = [row for batch in open_xes(path).batches() for row in batch.table.to_pylist()]
    assert len(found) == len(expected.rows)
    for name, column in expected.columns.items():
        assert [row.get(name) for row in found] == column.to_pylist()


def test_the_parser_refuses_what_is_broken():
    with pytest.raises(Broken):
        parse_part(b"<trace>")
