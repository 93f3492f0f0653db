"""Columns of a file as a measure needs them, or a sentence that says what is wrong."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import mizzle
from mizzle.columns import UnfitColumn, read_columns
from mizzle.errors import MizzleError


def csv(folder, text):
    path = folder / "t.csv"
    path.write_text(text, "utf-8")
    return path


def test_numbers_are_read_with_what_stands_for_nothing(tmp_path):
    read = read_columns(csv(tmp_path, "a,b\n1,x\nNA,y\n 2.5 ,?\n-1e3,\n"))
    np.testing.assert_array_equal(read.numbers("a"), [1, np.nan, 2.5, -1000])
    assert read.words("b") == ["x", "y", None, None]
    assert (read.names, read.n) == (["a", "b"], 4)


def test_words_for_no_answer_are_no_answer(tmp_path):
    read = read_columns(csv(tmp_path, "a,b\nDid not answer,1\nno answer,2\nNot answered,3\nNo,4\n"))
    assert read.words("a") == [None, None, None, "No"]


def test_spaces_that_do_not_break_are_spaces_since_nobody_can_type_them(tmp_path):
    read = read_columns(csv(tmp_path, "unit,n\nPTS\u00a0 - Transport,1\nPTS  - Transport,\u202f2\u00a0\n"))
    assert read.codes("unit")[1] == ["PTS  - Transport"]
    assert read.numbers("n").tolist() == [1, 2]


def test_decimal_commas_are_read_where_the_column_has_no_point(tmp_path):
    read = read_columns(csv(tmp_path, "a;b\n1,5;1,5\n2;2.5\n"))
    assert read.numbers("a").tolist() == [1.5, 2.0]
    with pytest.raises(UnfitColumn, match="row 1: '1,5' in the column 'b' is no number"):
        read.numbers("b")


def test_commas_of_thousands_are_not_taken_for_decimals(tmp_path):
    read = read_columns(csv(tmp_path, 'a,b,c,d\n"1,037","0,125","1,5",900\n900,"2,500","1,250",1\n'))
    with pytest.raises(UnfitColumn, match="row 1: '1,037' in the column 'a' has a comma that may stand for thousands"):
        read.numbers("a")
    assert read.numbers("b").tolist() == [0.125, 2.5]
    assert read.numbers("c").tolist() == [1.5, 1.25]
    by_semicolons = read_columns(csv(tmp_path, "a;b\n1,037;1\n900;2\n"))
    assert by_semicolons.numbers("a").tolist() == [1.037, 900]


def test_whole_numbers_that_are_names_have_no_point(tmp_path):
    read = read_columns(csv(tmp_path, "a,b,c\n30.0,1.0,1.5\n,x,2.0\n4.0,-2.0,3.0\n"))
    assert read.words("a") == ["30", None, "4"]
    assert read.codes("b")[1] == ["-2", "1", "x"]
    assert read.words("c") == ["1.5", "2.0", "3.0"]


def test_a_name_that_two_columns_have_is_refused(tmp_path):
    path = csv(tmp_path, "a,a,b\n1,2,3\n")
    with pytest.raises(UnfitColumn, match="several columns called 'a'"):
        read_columns(path, ["a"])
    assert read_columns(path, ["b"]).numbers("b").tolist() == [3]


@pytest.mark.parametrize(
    ("cell", "why"),
    [
        ("four", "is no number"),
        ("1E999999999999", "is no number"),
        ("1E9999", "too large"),
        ("-1e51", "too large"),
        ("0x10", "is no number"),
        ("inf", "is no number"),
    ],
)
def test_what_is_no_number_is_named_with_its_row(tmp_path, cell, why):
    read = read_columns(csv(tmp_path, f"a\n1\n{cell}\n"))
    with pytest.raises(UnfitColumn, match="row 2") as told:
        read.numbers("a")
    assert why in str(told.value)


def test_a_number_that_cannot_be_told_from_nothing_is_nothing(tmp_path):
    read = read_columns(csv(tmp_path, "a,b\n1e-51,1e51\n-1e-300,1\n1e-9,-1e50\n"))
    assert read.numbers("a").tolist() == [0.0, 0.0, 1e-9]
    np.testing.assert_array_equal(read.numbers("b", strict=False), [np.nan, 1, -1e50])


def test_a_name_with_a_comma_is_hinted_at(tmp_path):
    with pytest.raises(UnfitColumn, match="one with a comma stands in double quotes"):
        read_columns(csv(tmp_path, '"a, b",c\n1,2\n'), ["a"])


def test_a_long_value_is_shown_short(tmp_path):
    with pytest.raises(UnfitColumn, match=r"x{37}…"):
        read_columns(csv(tmp_path, f"a\n{'x' * 100}\n")).numbers("a")


def test_numbers_outside_of_what_can_be_meant_are_refused(tmp_path):
    read = read_columns(csv(tmp_path, "a\n1\n7\n"))
    assert read.numbers("a", low=1, high=7).tolist() == [1, 7]
    with pytest.raises(UnfitColumn, match="above 5"):
        read.numbers("a", high=5)
    with pytest.raises(UnfitColumn, match="below 2"):
        read.numbers("a", low=2)


def test_several_columns_make_a_matrix(tmp_path):
    assert read_columns(csv(tmp_path, "a,b\n1,2\n3,4\n")).matrix(["b", "a"]).tolist() == [[2, 1], [4, 3]]


def test_codes_are_places_in_the_sorted_words(tmp_path):
    read = read_columns(csv(tmp_path, "a,n\nb,1\na,2\n,3\nb,4\n"))
    codes, names = read.codes("a")
    assert (codes.tolist(), names) == ([1, 0, -1, 1], ["a", "b"])


def test_codes_of_numbers_follow_their_size(tmp_path):
    codes, names = read_columns(csv(tmp_path, "a,n\n10,1\n9,2\n,3\n10,4\n")).codes("a")
    assert (codes.tolist(), names) == ([1, 0, -1, 1], ["9", "10"])


def test_codes_of_an_empty_column_are_none(tmp_path):
    codes, names = read_columns(csv(tmp_path, "a,n\n,1\n,2\n")).codes("a")
    assert (codes.tolist(), names) == ([-1, -1], [])


def test_dates_are_read_in_the_spelling_of_the_column(tmp_path):
    read = read_columns(csv(tmp_path, "a,b,c\n31/12/2020,1/2/2020,2020-01-01\n1/2/2020,2/1/2020,hello\n,,\n"))
    assert str(read.instants("a")[1])[:10] == "2020-02-01"
    assert np.isnat(read.instants("a")[2])
    assert str(read.instants("b", dates="mdy")[0])[:10] == "2020-01-02"
    with pytest.raises(MizzleError):
        read.instants("b")
    with pytest.raises(MizzleError):
        read.instants("c")


def test_a_month_is_read_as_its_first_day(tmp_path):
    read = read_columns(csv(tmp_path, "a,b\n2025-01,2025-01\n,x\n2025-12,2025-03\n"))
    assert np.datetime_as_string(read.instants("a"), "D").tolist() == ["2025-01-01", "NaT", "2025-12-01"]
    with pytest.raises(MizzleError):
        read.instants("b")


def test_an_unknown_column_is_named_with_those_there_are(tmp_path):
    path = csv(tmp_path, ",".join(f"c{place}" for place in range(40)) + "\n" + ",".join("1" * 40) + "\n")
    with pytest.raises(UnfitColumn, match=r"no column called 'x'.*c29 and 10 more"):
        read_columns(path, ["x"])
    with pytest.raises(UnfitColumn, match=r"no column called 'c5'\. Its columns are: c1\."):
        read_columns(path, ["c1"]).numbers("c5")


def test_rows_that_cannot_be_read_are_counted(tmp_path):
    read = read_columns(csv(tmp_path, "a,b\n1,2\n1,2,3\n4,5\n"))
    assert [(one.reason, one.n) for one in read.set_aside] == [("row not readable: wrong number of cells", 1)]
    assert read.n == 2


def test_a_file_without_rows_is_refused(tmp_path):
    with pytest.raises(MizzleError, match="row"):
        read_columns(csv(tmp_path, "a,b\n"))


def test_parquet_and_excel_are_read_as_csv_is(tmp_path):
    pq.write_table(pa.table({"a": [1.0, None, 2.5]}), tmp_path / "t.parquet")
    book = openpyxl.Workbook()
    for row in (["a"], [1.0], [None], [2.5]):
        book.active.append(row)
    book.active.append(["x"])
    book.save(tmp_path / "t.xlsx")
    np.testing.assert_array_equal(read_columns(tmp_path / "t.parquet").numbers("a"), [1, np.nan, 2.5])
    assert read_columns(tmp_path / "t.xlsx").words("a")[0] == "1"


def test_an_event_log_is_no_table():
    log = Path(mizzle.__file__).parent / "examples" / "service_desk.xes.gz"
    with pytest.raises(MizzleError, match="an event log, and this measure wants a table"):
        read_columns(log)
