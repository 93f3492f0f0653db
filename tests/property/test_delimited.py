"""Delimited files: the fast way, the exact way, the csv module and any cutting into blocks tell the same."""

from __future__ import annotations

import csv
import io
import re
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, reject, settings
from hypothesis import strategies as st

from mizzle.errors import UnreadableLog
from mizzle.logs.batches import ROW
from mizzle.logs.tabular.delimited import Delimited

CELL = st.text(st.sampled_from("ab ,;\t|\"'\n\ré€\U0001f600\ufeff0"), max_size=8)
PIECE = st.sampled_from(
    ["a", "1", ",", ",", ";", '"', '"', '""', "\n", "\n", "\r\n", "\r", " ", "é", "\0", "\ufeff", "x,y\n", '"q",z\n']
)


def read(content: bytes, *, fast: bool, block: int = 1 << 22):
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "log.csv"
        log.write_bytes(content)
        reader = Delimited(log, fast=fast, block=block)
        batches = list(reader.batches())
        reader.close()
    rows = [tuple(row.values()) for batch in batches for row in batch.table.to_pylist()]
    return (
        rows,
        [bad for batch in batches for bad in batch.rejected],
        [(batch.mark, len(batch.table)) for batch in batches],
    )


@given(
    st.lists(st.tuples(CELL, CELL, CELL), max_size=30),
    st.booleans(),
    st.sampled_from(["\n", "\r\n", "\r"]),
    st.sampled_from([",", ";", "\t", "|"]),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-be"]),
    st.integers(40, 200),
)
@settings(max_examples=60, deadline=None)
def test_every_table_that_the_csv_module_writes_is_read_back_as_it_was(rows, minimal, end, separator, encoding, block):
    file = io.StringIO(newline="")
    # The csv module quotes a line end only where it is a part of its own.
    quoting = csv.QUOTE_MINIMAL if minimal and end == "\r\n" else csv.QUOTE_ALL
    writer = csv.writer(file, delimiter=separator, quoting=quoting, lineterminator=end)
    writer.writerows([["first", "second", "third"], *rows])
    text = f"sep={separator}{end}{file.getvalue()}"
    content = b"\xfe\xff" + text.encode(encoding) if encoding == "utf-16-be" else text.encode(encoding)
    expected = [(number, *row) for number, row in enumerate(rows, 1)]
    for fast in (True, False):
        for size in (block, 1 << 22):
            found, rejected, _ = read(content, fast=fast, block=size)
            assert [(row[-1], *row[:-1]) for row in found] == expected
            assert rejected == []


@given(st.lists(PIECE, max_size=60), st.binary(max_size=3), st.integers(8, 100))
@settings(max_examples=150, deadline=None)
def test_the_fast_way_tells_the_same_as_the_exact_way_on_any_text(pieces, odd, block):
    content = b"a,b\n1,2\n" + "".join(pieces).encode() + odd + b"\n3,4\n" + "".join(pieces).encode()
    try:
        read(content, fast=True)
    except UnreadableLog as refused:  # too few of the lines have cells
        with pytest.raises(UnreadableLog, match=re.escape(str(refused))):
            read(content, fast=False)
        return
    assert read(content, fast=True) == read(content, fast=False)
    assert read(content, fast=True, block=block) == read(content, fast=False, block=block)
    # However the file is cut into blocks, the same rows come out.
    assert read(content, fast=True, block=block)[:2] == read(content, fast=True)[:2]


@given(st.lists(PIECE, max_size=40), st.integers(8, 60))
@settings(max_examples=50, deadline=None)
def test_every_row_has_its_number_once(pieces, block):
    content = ("a,b\n1,2\n" + "".join(pieces)).encode()
    try:
        rows, rejected, marks = read(content, fast=True, block=block)
    except UnreadableLog:  # too few of the lines have cells
        reject()
    numbers = sorted([*(row[-1] for row in rows), *(bad.row for bad in rejected)])
    assert numbers == list(range(1, marks[-1][0].row + 1))
    assert ROW == "\0row"
