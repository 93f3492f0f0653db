"""A file of one column has no separator to be told by, and is read all the same where it is the one that is wanted."""

from __future__ import annotations

import gzip

import numpy as np
import pytest

from mizzle import columns
from mizzle.columns import read_columns
from mizzle.errors import UnreadableLog


@pytest.mark.parametrize(
    "text",
    [
        b"sales\n840\n1470\n2110\n",
        b'\xef\xbb\xbf"sales"\r\n840\r\n1470\r\n2110\r\n\r\n',
        "sales\n840\n1470\n2110".encode("utf-16"),
    ],
)
def test_a_file_of_one_column_is_read(tmp_path, text):
    path = tmp_path / "series.csv"
    path.write_bytes(text)
    found = read_columns(path, ["sales"])
    assert (found.n, found.names) == (3, ["sales"])
    assert found.numbers("sales").tolist() == [840, 1470, 2110]


def test_decimal_commas_and_gaps_of_one_column_are_read(tmp_path):
    path = tmp_path / "series.csv.gz"
    path.write_bytes(gzip.compress(b"sales\n1,5\n\n?\n2,25\n"))
    found = read_columns(path, ["sales"]).numbers("sales")
    assert np.isnan(found[1:3]).all()
    assert found[[0, 3]].tolist() == [1.5, 2.25]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        (b"sales\n1\n2\n", ["other"]),
        (b"sales\n1\n2\n", None),
        (b"sales\n1\n2\n", ["sales", "x"]),
        (b"sales\n", ["sales"]),
        (b"sa\0les\n1\n", ["sales"]),
    ],
)
def test_what_is_no_such_file_is_refused_as_before(tmp_path, text, names):
    path = tmp_path / "series.csv"
    path.write_bytes(text)
    with pytest.raises(UnreadableLog):
        read_columns(path, names)


def test_a_file_that_is_not_there_or_too_long_is_refused_as_before(tmp_path, monkeypatch):
    with pytest.raises(UnreadableLog):
        read_columns(tmp_path / "nothing.csv", ["sales"])
    path = tmp_path / "series.csv"
    path.write_bytes(b"sales\n1\n2\n")
    monkeypatch.setattr(columns, "MOST_OF_ONE", 8)
    with pytest.raises(UnreadableLog):
        read_columns(path, ["sales"])
