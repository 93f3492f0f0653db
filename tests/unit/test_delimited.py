"""CSV and its kin: what is found out about a file, what is read, and what is set aside."""

from __future__ import annotations

import csv
import gzip
import tracemalloc
from pathlib import Path

import pytest

from mizzle.errors import UnclearMapping, UnreadableLog
from mizzle.logs.batches import ROW, Reason
from mizzle.logs.tabular import delimited, dialect
from mizzle.logs.tabular.delimited import Delimited, chosen, named, open_delimited
from mizzle.logs.tabular.dialect import Dialect, spans

HEADER = "case,activity,end\n"


@pytest.fixture(params=[True, False], ids=["fast", "exact"])
def fast(request):
    return request.param


@pytest.fixture
def write(tmp_path):
    def write(content: str | bytes, name: str = "log.csv") -> Path:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


def everything(reader, columns=None, after=None):
    """All rows as tuples with their numbers, and all rows set aside."""
    rows, rejected = [], []
    for batch in reader.batches(columns, after):
        names = [name for name in batch.table.column_names if name != ROW]
        cells = [batch.table[name].to_pylist() for name in names]
        numbers = batch.table[ROW].to_pylist()
        rows += [(number, *row) for number, row in zip(numbers, zip(*cells, strict=True), strict=True)]
        rejected += batch.rejected
    return rows, rejected


def test_a_plain_table_is_read_as_text(write, fast):
    reader = Delimited(write(HEADER + "1,Call,2024-03-01\n2,,NULL\n\n3,A b, x \n"), fast=fast)
    assert reader.columns == ("case", "activity", "end")
    assert reader.facts.format == "CSV"
    assert reader.facts.notes == ("encoding: UTF-8", "separator: comma")
    rows, rejected = everything(reader)
    assert rows == [(1, "1", "Call", "2024-03-01"), (2, "2", "", "NULL"), (3, "3", "A b", " x ")]
    assert rejected == []
    assert [str(column.type) for column in next(reader.batches()).table.schema] == ["string"] * 3 + ["int64"]
    reader.close()


def test_only_the_columns_asked_for_are_given_in_that_order(write, fast):
    reader = Delimited(write(HEADER + "1,Call,x\n2,y\n"), fast=fast)
    assert everything(reader, ["end", "case", "end"]) == (
        [(1, "x", "1")],
        [(2, "wrong number of cells: 2 instead of 3", "2,y")],
    )
    assert [batch.table.column_names for batch in reader.batches(["end", "case"])] == [["end", "case", ROW]]
    assert [batch.table.column_names for batch in reader.batches([])] == [[ROW]]
    with pytest.raises(UnclearMapping, match=r"no column called 'who'\. The columns are: case, activity, end"):
        next(reader.batches(["who"]))


@pytest.mark.parametrize(("separator", "name"), [(",", "comma"), (";", "semicolon"), ("\t", "tab"), ("|", "bar")])
def test_the_separator_is_the_one_that_fits_the_rows(write, separator, name):
    rows = ["case", "who", "end"], ["1", '"a;b|c,d\te"', "1"], ["2", "x", ""]
    text = "\n".join(separator.join(row) for row in rows)
    reader = Delimited(write(text))
    assert f"separator: {name}" in reader.facts.notes
    assert len(reader.columns) == 3
    assert everything(reader)[1] == []


def test_decimal_commas_do_not_make_a_comma_the_separator(write):
    reader = Delimited(write("case;hours\n1;1,5\n2;2,5\n"))
    assert everything(reader)[0] == [(1, "1", "1,5"), (2, "2", "2,5")]


def test_the_first_line_that_excel_writes_is_believed(write, fast):
    reader = Delimited(write("sep=;\r\ncase;a,b\r\n1;2\r\n"), fast=fast)
    assert reader.columns == ("case", "a,b")
    assert reader.facts.notes[1] == "separator: semicolon (as its first line says)"
    assert everything(reader)[0] == [(1, "1", "2")]
    reader = Delimited(write("sep=~\ncase~b\n1~2\n"), fast=fast)
    assert reader.facts.notes[1] == "separator: '~' (as its first line says)"
    with pytest.raises(UnreadableLog, match="looks like plain text"):
        Delimited(write("sep=;\ncase,end\n"))


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_kind_of_line_end_is_understood(write, fast, end):
    reader = Delimited(write(end.join(["", "a,b", "1,2", '"x' + end + 'y",3', "", "4,5", "   ", ""])), fast=fast)
    assert everything(reader) == ([(1, "1", "2"), (2, f"x{end}y", "3"), (3, "4", "5")], [])


def test_single_quotes_are_noticed(write, fast):
    reader = Delimited(write("'case','who'\n'1','a,b'\n'2','it''s'\n"), fast=fast)
    assert "quotes: single" in reader.facts.notes
    assert everything(reader)[0] == [(1, "1", "a,b"), (2, "2", "it's")]


def test_names_of_columns_are_made_to_differ_and_that_is_said(write):
    reader = Delimited(write("\ufeff case ,who,,who,who_2,\n1,2,3,4,5,6\n"))
    assert reader.columns == ("case", "who", "column_3", "who_3", "who_2", "column_6")
    assert "column 4 is also named who: called who_3" in reader.facts.notes
    assert named(["column_2", "", "\0row"])[0] == ("column_2", "column_2_2", "row")
    names, notes = named([""] * 5000 + ["a"] * 5000)
    assert len(set(names)) == 10_000
    assert notes[-1] == "9994 more columns have no name, or one that came before"
    assert chosen(None, names) == list(names)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
def test_every_encoding_is_found_out(write, fast, encoding):
    text = HEADER + "1,Überweisung,x\n" + "2,call,\n" * 100 + '3,"naïve\r\ncafé",“€”\n'
    reader = Delimited(write(text.encode(encoding)), fast=fast, block=100)
    rows, rejected = everything(reader)
    assert rejected == []
    assert rows[0] == (1, "1", "Überweisung", "x")
    assert rows[-1] == (102, "3", "naïve\r\ncafé", "“€”")
    said = {"utf-8-sig": "UTF-8 with a byte order mark", "cp1252": "Windows-1252 (bytes outside UTF-8 in row 1)"}
    assert reader.facts.notes[0] == f"encoding: {said.get(encoding, 'UTF-16')}"


def test_bytes_that_windows_1252_has_no_character_for_are_kept(write, fast):
    reader = Delimited(write(b"f\xe4ll,b\n\x81,2\n"), fast=fast)
    assert reader.facts.notes[0] == "encoding: Windows-1252 (bytes outside UTF-8 in the header)"
    assert reader.columns == ("fäll", "b")
    assert everything(reader)[0] == [(1, "\x81", "2")]


def test_utf16_outside_the_basic_plane_is_read_across_blocks_and_half_a_character_is_set_aside(write, fast):
    text = HEADER + "".join(f"{n},\U0001f600,x\n" for n in range(50))
    reader = Delimited(write(text.encode("utf-16")), fast=fast, block=62)
    assert everything(reader)[0][-1] == (50, "49", "\U0001f600", "x")
    for tail in (b"x", b"\x00\xd8"):
        rows, rejected = everything(Delimited(write(text.encode("utf-16") + b"5\0" + tail), fast=fast))
        assert (len(rows), [bad[:2] for bad in rejected]) == (50, [(51, Reason.ENCODING)])


def test_a_row_that_is_not_utf8_is_set_aside_in_a_file_that_is(write, fast):
    content = (HEADER + "1,Öl,x\n2,É,y\n").encode() + b"3,\xff\xfe,z\n4,a,b\n"
    reader = Delimited(write(content), fast=fast)
    assert reader.facts.notes[0] == "encoding: UTF-8, but row 3 is not"
    rows, rejected = everything(reader)
    assert [row[0] for row in rows] == [1, 2, 4]
    assert rejected == [(3, Reason.ENCODING, "3,��,z")]


def test_a_row_that_is_utf8_is_set_aside_in_a_file_that_is_windows_1252(write, fast):
    garbled = "mixed encodings: this row is UTF-8, the file is Windows-1252"
    content = (HEADER + "".join(f"{n},Blå,x\n" for n in range(1, 60))).encode("cp1252")
    content += "".join(f"{n},Blå,“x”\n" for n in range(60, 71)).encode()
    content += '71,"a\nb",x\n72,"Blå\nb",x\n73,plain,x\n'.encode()
    for block in (50, 1 << 20):
        reader = Delimited(write(content), fast=fast, block=block)
        assert reader.facts.notes[0] == "encoding: Windows-1252 (bytes outside UTF-8 in row 1)"
        rows, rejected = everything(reader)
        assert [row[0] for row in rows] == [*range(1, 60), 71, 73]
        assert {row[2] for row in rows} == {"Blå", "a\nb", "plain"}
        assert [bad[:2] for bad in rejected] == [(n, garbled) for n in [*range(60, 71), 72]]
        assert rejected[0].text == "60,Blå,“x”"
        for batch in reader.batches():
            rest = list(reader.batches(after=batch.mark))
            assert all(bad.row > batch.mark.row for later in rest for bad in later.rejected)


@pytest.mark.parametrize("text", ["Kovač", "Łukasz", "“Blå”", "日本", "🙂"])
def test_one_character_that_windows_1252_cannot_mean_is_enough(write, fast, text):
    content = (HEADER + "".join(f"{n},Blå æ,x\n" for n in range(9))).encode("cp1252") + f"9,{text},x\n".encode()
    rows, rejected = everything(Delimited(write(content), fast=fast))
    assert (len(rows), [bad.text for bad in rejected]) == (9, [f"9,{text},x"])


@pytest.mark.parametrize(
    "text", ["Blå", "CAFÉ”", "É… NÅ…", "“Ã¥”", "Ãland", "PÅ\xa0", "naïve « «É»", "é”", "È»,Ü»", "payé\xa0»", "à\xa0… b"]
)
def test_what_windows_1252_may_mean_is_left_alone(write, fast, text):
    lines = [HEADER.rstrip(), *(f"{n},Blå æ,x" for n in range(9)), f"9,{text},x" if "," not in text else f"9,{text}"]
    rows, rejected = everything(Delimited(write("\n".join(lines).encode("cp1252")), fast=fast))
    assert (len(rows), rejected) == (10, [])


def test_rows_that_cannot_be_read_are_set_aside_with_number_and_reason(write, fast):
    content = HEADER + '1,a,b\n2,a\n3,a,b,c\n4,a\0,b\n\n5,"' + "x" * 1_000_001 + '",b\n6,"a"b,c\n7,5" pipe,d\n'
    reader = Delimited(write(content), fast=fast)
    rows, rejected = everything(reader)
    assert rows == [(1, "1", "a", "b"), (6, "6", "ab", "c"), (7, "7", '5" pipe', "d")]
    assert [bad[:2] for bad in rejected] == [
        (2, "wrong number of cells: 2 instead of 3"),
        (3, "wrong number of cells: 4 instead of 3"),
        (4, "NUL byte in the row"),
        (5, "field too long"),
    ]
    assert rejected[0].text == "2,a"
    assert len(rejected[3].text) == 1000
    rows, rejected = everything(Delimited(write(HEADER + "1,a,b\n2," + "x" * 1_000_001 + ",b\n"), fast=fast))
    assert (len(rows), [bad[:2] for bad in rejected]) == (1, [(2, "field too long")])


def test_a_quote_that_is_never_closed_takes_only_its_own_line(write, fast):
    for block in (16, 4 << 20):
        reader = Delimited(write(HEADER + '1,a,b\n2,"a,b\n3,a,b\n' + "4,a,b\n" * 5), fast=fast, block=block)
        rows, rejected = everything(reader)
        assert [row[0] for row in rows] == [1, 3, 4, 5, 6, 7, 8]
        assert rejected == [(2, Reason.QUOTES, '2,"a,b')]
    rows, rejected = everything(Delimited(write(HEADER + '1,"a,b'), fast=fast))
    assert (rows, rejected) == ([], [(1, Reason.QUOTES, '1,"a,b')])


def test_a_quote_that_the_next_quoted_row_would_close_takes_only_its_own_line(write, fast):
    reader = Delimited(write(HEADER + '"1","a","b"\n"2","a","b\n"3","a","b"\n'), fast=fast)
    rows, rejected = everything(reader)
    assert [row[0] for row in rows] == [1, 3]
    assert rejected == [(2, Reason.QUOTES, '"2","a","b')]


def test_a_quoted_cell_of_many_lines_is_never_closed_when_it_grows_too_long(write, fast, monkeypatch):
    monkeypatch.setattr(dialect, "LONGEST_FIELD", 100)
    monkeypatch.setattr(delimited, "LONGEST_FIELD", 100)
    lines = "4,é,b\n" * 17
    reader = Delimited(write(HEADER + f'1,"{lines}",b\n2,a,b\n'), fast=fast)
    rows, rejected = everything(reader)
    assert [bad[:2] for bad in rejected] == [(1, Reason.QUOTES), (18, Reason.QUOTES)]
    assert rows[-1] == (19, "2", "a", "b")
    assert len(rows) == 17
    # Up to the limit, counted in characters, the same cell is read.
    lines = "4,é,b\n" * 16
    assert everything(Delimited(write(HEADER + f'1,"{lines}",b\n'), fast=fast)) == ([(1, "1", lines, "b")], [])


def test_a_quoted_cell_of_one_line_may_be_closed_however_long_it_is(write, fast, monkeypatch):
    monkeypatch.setattr(dialect, "LONGEST_FIELD", 10)
    monkeypatch.setattr(delimited, "LONGEST_FIELD", 10)
    for end in ('",b\n2,a,b\n', "\n2,a,b\n"):
        for block in (20, 4 << 20):
            reader = Delimited(write(HEADER + '1,"' + "x" * 100 + end), fast=fast, block=block)
            rows, rejected = everything(reader)
            assert rows == [(2, "2", "a", "b")]
            assert [bad[:2] for bad in rejected] == [(1, Reason.LONG_FIELD)]
    rows, rejected = everything(Delimited(write(HEADER + '1,"' + "x" * 100), fast=fast))
    assert [bad[:2] for bad in rejected] == [(1, Reason.LONG_FIELD)]


def test_a_row_too_long_to_hold_is_passed_over_in_bounded_memory(write, fast):
    for long in ("x" * 3_000_000, '"' + "x" * 3_000_000):
        log = write(HEADER + "1,a,b\n2," + long + "\n3,a,b\n")
        reader = Delimited(log, fast=fast, block=64, longest_row=100)
        tracemalloc.start()
        rows, rejected = everything(reader)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert rows == [(1, "1", "a", "b"), (3, "3", "a", "b")]
        assert [bad[:2] for bad in rejected] == [(2, Reason.LONG_ROW)]
        assert peak < 6_000_000
    reader = Delimited(write(HEADER + "1," + "x" * 200 + ",b\n"), fast=False, longest_row=100)
    assert [bad[:2] for bad in everything(reader)[1]] == [(1, Reason.LONG_ROW)]


def test_a_first_line_too_long_to_hold_is_refused(write):
    with pytest.raises(UnreadableLog, match="its first line has more than 100 bytes"):
        Delimited(write("x" * 101), longest_row=100)
    with pytest.raises(UnreadableLog, match="its first line has more than 1,100,000 bytes"):
        Delimited(write("x" * 1_200_000 + "\n"), longest_row=1_100_000)


def test_a_first_line_longer_than_the_head_is_read(write):
    reader = Delimited(write("a," + "x" * 1_100_000 + "\n1,2\n"))
    assert reader.columns == ("a", "x" * 200)
    assert everything(reader) == ([(1, "1", "2")], [])


def test_a_file_with_nothing_but_a_header_has_no_batches(write, fast):
    for text in ("a,b", "a,b\n", "a,b\n\n \n\n"):
        assert list(Delimited(write(text), fast=fast).batches()) == []


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("\n\n \n", "nothing but empty lines"),
        ("sep=;\n\n", "nothing but empty lines"),
        ("a line\nand another\n", "looks like plain text"),
        ("only\n1\n2\n", "needs|at least its case"),
        ("Dear all, this is prose\n" + "and\n" * 20, "looks like plain text"),
        ('"a,b\n1,2\n', "a quote in its first line is never closed"),
        (",".join(["x"] * 10_001) + "\n", "more than 10,000 columns"),
        ("Report of 2024\n\ncase;who;end\n1;2;3\n2;3;4\n", "it has 1 cells, and most rows have 3"),
        ("a,b\n" + "1,2,3\n" * 20, "it has 2 cells, and most rows have 3"),
    ],
)
def test_what_is_no_table_is_refused_in_plain_words(write, text, message):
    with pytest.raises(UnreadableLog, match=message):
        open_delimited(write(text))


@pytest.mark.parametrize("moment", ["2024-03-01 08:00:00", "1/3/2024 08:00", "01.03.24", "2024-03-01T08:00:00Z"])
def test_a_file_without_a_line_of_names_is_told_from_its_first_event(write, moment):
    with pytest.raises(UnreadableLog, match=r"first line of log.csv is an event \(.+\).*names above it"):
        open_delimited(write(f"c1,Call,Desk,{moment}\n" * 3))


def test_names_of_columns_may_hold_dates(write):
    assert open_delimited(write("case,Begun 2024-01-01,v1.2.3,end\n1,a,b,c\n")).columns[1] == "Begun 2024-01-01"
    days = [f"2024-01-0{day}" for day in range(1, 4)]
    assert open_delimited(write(f"case,{','.join(days)}\n1,a,b,c\n")).columns[1:] == tuple(days)


def test_a_few_bad_rows_do_not_make_a_table_plain_text(write):
    assert len(everything(open_delimited(write("a,b\n1\n2\n3,4\n")))[1]) == 2
    assert len(everything(open_delimited(write("a,b\n1\n2\n")))[1]) == 2


def messy():
    rows = []
    for n in range(400):
        cell = ["plain", '"quoted"', '"two\nlines"', '"a ""b"" c"', "é", '5" x', '"never', "\0", "a,b", ""][n * 7 % 10]
        rows.append(f"{n},{cell},x" + ["\n", "\r\n", "\n\n"][n % 3])
    return "id,text,end\n" + "".join(rows)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "cp1252"])
@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gzip"])
def test_reading_goes_on_after_any_mark_with_the_same_batches(write, fast, encoding, pack):
    reader = Delimited(write(pack(messy().encode(encoding))), fast=fast, block=300)
    batches = list(reader.batches())
    assert len(batches) > 10
    for place, batch in enumerate(batches):
        rest = list(reader.batches(after=batch.mark))
        assert [later.mark for later in rest] == [later.mark for later in batches[place + 1 :]]
        assert all(one.table.equals(two.table) for one, two in zip(rest, batches[place + 1 :], strict=True))
        assert [later.rejected for later in rest] == [later.rejected for later in batches[place + 1 :]]
    assert batches[-1].done == 1.0
    numbers = sorted(number for batch in batches for number in batch.table[ROW].to_pylist())
    assert sorted([*numbers, *(bad.row for batch in batches for bad in batch.rejected)]) == list(
        range(1, batches[-1].mark.row + 1)
    )


def test_a_reader_may_be_closed_while_it_reads(write):
    reader = Delimited(write(HEADER + "1,2,3\n" * 100), block=60)
    batches = reader.batches()
    next(batches)
    reader.close()
    with pytest.raises(ValueError, match="closed"):
        next(batches)


def test_the_limit_of_the_csv_module_is_left_as_it_was(write):
    before = csv.field_size_limit()
    reader = Delimited(write(HEADER + '1,"' + "x" * 500_000 + '",b\n'), fast=False)
    assert len(everything(reader)[0][0][2]) == 500_000
    assert csv.field_size_limit() == before


def test_a_block_that_begins_with_a_byte_order_mark_keeps_it(write, fast):
    reader = Delimited(write("a,b\n\ufeff1,2\n"), fast=fast)
    assert everything(reader) == ([(1, "\ufeff1", "2")], [])


def test_spans_leave_out_what_may_go_on():
    comma = Dialect(b",", b'"')
    assert [tuple(span) for span in spans(b'a,b\n"c"', comma, final=False)] == [(0, 3, 4, None)]
    assert [tuple(span) for span in spans(b"a,b\nc", comma, final=False)] == [(0, 3, 4, None)]
    assert [tuple(span) for span in spans(b'a,b\n"c"d', comma, final=False)] == [(0, 3, 4, None)]
    assert [tuple(span) for span in spans(b'"a\r\nb"\r\n', comma, final=True)] == [(0, 6, 8, None)]
    long = b'"' + b"x" * 20_000 + b'",b\r\n'
    assert [tuple(span) for span in spans(long, comma, final=True)] == [(0, len(long) - 2, len(long), None)]


def test_the_real_log_is_read_whole():
    log = Path(__file__).parents[2].parent / "shared/data/eventlogs/itsm_incidents_even.csv.gz"
    if not log.exists():
        pytest.skip("the full service-desk log is not beside the repository")
    rows = sum(batch.table.num_rows for batch in open_delimited(log).batches())
    assert rows == 70_986
