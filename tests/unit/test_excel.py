"""Excel workbooks: sheets as text, and workbooks made to do harm."""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile

import openpyxl
import pytest

from mizzle.errors import UnclearMapping, UnreadableLog
from mizzle.logs.batches import ROW, Mark, Reason
from mizzle.logs.tabular import excel
from mizzle.logs.tabular.excel import Excel, open_excel


@pytest.fixture
def save(tmp_path):
    def save(*rows, change=None, **sheets):
        book = openpyxl.Workbook()
        book.remove(book.active)
        for name, lines in (sheets or {"Events": rows}).items():
            page = book.create_sheet(name)
            for line in lines:
                page.append(line)
        if change:
            change(book)
        path = tmp_path / "log.xlsx"
        book.save(path)
        return path

    return save


def repack(path, **changes):
    """Write the workbook again with other parts: text, None to leave it out, or a function of the old text."""
    file = io.BytesIO()
    changes = {name.replace("__", "/"): change for name, change in changes.items()}
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new:
        for name in [*old.namelist(), *(name for name in changes if name not in old.namelist())]:
            content = old.read(name) if name in old.namelist() else b""
            change = changes.get(name, content)
            if change is not None:
                new.writestr(name, change(content.decode()) if callable(change) else change)
    path.write_bytes(file.getvalue())
    return path


SHEET, STRINGS = "xl__worksheets__sheet1.xml", "xl__sharedStrings.xml"
SPACE = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
HEADER = ["case", "activity", "end"]
NINE = dt.datetime(2024, 3, 1, 9)  # noqa: DTZ001 - Excel knows no time zones


def share(path):
    """Move the strings of the sheet into a part of their own, as Excel does."""
    strings = []

    def move(cell):
        strings.append(f"<si><t>{cell.group(1)}</t></si>")
        return f't="s"><v>{len(strings) - 1}</v>'

    def change(text):
        return re.sub(r't="inlineStr"><is><t>(.*?)</t></is>', move, text)

    repack(path, **{SHEET: change})
    override = f'<Override PartName="/xl/sharedStrings.xml" ContentType="{KIND}"/></Types>'
    table = f'<sst xmlns="{SPACE}">{"".join(strings)}</sst>'
    return repack(path, **{STRINGS: table, "[Content_Types].xml": lambda text: text.replace("</Types>", override)})


def read(reader, columns=None):
    rows = [tuple(row.values()) for batch in reader.batches(columns) for row in batch.table.to_pylist()]
    reader.close()
    return rows


def test_every_kind_of_cell_becomes_text(save):
    log = save(
        HEADER,
        [1, "Call", NINE],
        [12.0, 0.1 + 0.2, NINE.replace(microsecond=250_000)],
        [True, False, dt.date(2024, 3, 1)],
        ["007", "#REF!", dt.time(9, 30)],
        [1e20, -1.5, dt.timedelta(hours=25)],
        [1234567890123456, None, None],
    )
    reader = open_excel(log)
    assert reader.columns == ("case", "activity", "end")
    assert (reader.facts.format, reader.facts.notes) == ("Excel", ("sheet: Events",))
    assert read(reader) == [
        ("1", "Call", "2024-03-01T09:00:00", 1),
        ("12", "0.3", "2024-03-01T09:00:00.250000", 2),
        ("true", "false", "2024-03-01T00:00:00", 3),
        ("007", "#REF!", "09:30:00", 4),
        ("1e+20", "-1.5", "1 day, 1:00:00", 5),
        ("1234567890123456", None, None, 6),
    ]


def test_strings_that_cells_share_are_read(save):
    assert read(open_excel(share(save(HEADER, ["1", "Call", "x"])))) == [("1", "Call", "x", 1)]


def test_the_first_sheet_with_data_is_read_and_the_others_are_named(save):
    log = save(
        Empty=[], Log=[[], [None, None], HEADER, [], ["1", "a"], ["2", "b", "c", "beyond"]], Notes=[["x", "y"], [1, 2]]
    )
    reader = open_excel(log)
    assert reader.facts.notes == ("sheet: Log", "other sheets: Empty, Notes")
    assert read(reader) == [("1", "a", None, 1), ("2", "b", "c", 2)]
    assert read(open_excel(log, "Notes"), ["y"]) == [("2", 1)]
    with pytest.raises(UnreadableLog, match=r"no sheet called 'Log2'\. Its sheets are: Empty, Log, Notes"):
        open_excel(log, "Log2")
    with pytest.raises(UnreadableLog, match=r"The sheet Empty of log\.xlsx holds no data"):
        open_excel(log, "Empty")
    with pytest.raises(UnreadableLog, match=r"log\.xlsx holds no data"):
        open_excel(save(Empty=[]))


def test_batches_are_bounded_and_say_how_far_they_are(save):
    reader = Excel(save(HEADER, *([n, "a", "b"] for n in range(250))), batch_rows=100)
    batches = list(reader.batches(["case"]))
    assert [len(batch.table) for batch in batches] == [100, 100, 50]
    assert [batch.mark for batch in batches] == [None] * 3
    assert [round(batch.done, 1) for batch in batches] == [0.4, 0.8, 1.0]
    assert batches[2].table[ROW].to_pylist() == list(range(201, 251))
    with pytest.raises(ValueError, match="no mark"):
        next(reader.batches(after=Mark(0, 0)))
    with pytest.raises(UnclearMapping, match="no column called 'who'"):
        next(reader.batches(["who"]))
    reader.close()


def test_names_that_are_missing_or_double_are_made_up(save):
    assert open_excel(save(["case", None, "case", " "], [1, 2, 3])).columns == ("case", "column_2", "case_2")


def test_a_sheet_without_column_names_is_refused(save):
    with pytest.raises(UnreadableLog, match=r"The first row of sheet Events in log\.xlsx does not name the columns"):
        open_excel(save(["Report of 2024"], HEADER, [1, 2, 3]))
    with pytest.raises(UnreadableLog, match="more than 10,000 columns"):
        open_excel(save(["x"] * 10_001))


def test_an_over_long_cell_sets_its_row_aside(save, monkeypatch):
    monkeypatch.setattr(excel, "LONGEST_FIELD", 100)
    (batch,) = open_excel(save(HEADER, [1, "a", None], [2, "b" * 101, None], [3, "a", None])).batches()
    assert batch.table[ROW].to_pylist() == [1, 3]
    assert batch.rejected == ((2, Reason.LONG_FIELD, "2," + "b" * 101),)


def test_what_openpyxl_warns_about_is_kept_quiet(save):
    def date_out_of_range(book):
        book["Events"]["C2"] = 1e10
        book["Events"]["C2"].number_format = "yyyy-mm-dd"

    assert read(open_excel(save(HEADER, [1, "a", None], change=date_out_of_range))) == [("1", "a", "#VALUE!", 1)]


BOMB = '<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;">]>'


@pytest.mark.parametrize("part", [SHEET, STRINGS, "xl__workbook.xml", "[Content_Types].xml"])
def test_entities_in_any_part_are_refused(save, part):
    log = repack(share(save(HEADER, ["1", "2", "3"])), **{part: lambda text: BOMB + text})
    with pytest.raises(UnreadableLog, match="declares entities inside"):
        open_excel(log)


@pytest.mark.parametrize("part", [SHEET, STRINGS])
def test_entities_hidden_behind_a_long_comment_are_refused_as_well(save, part):
    log = repack(
        share(save(HEADER, ["1", "2", "3"])), **{part: lambda text: f"<!--{'x' * 70_000}-->" + BOMB[21:] + text}
    )
    with pytest.raises(UnreadableLog, match="not a workbook that can be read"):
        read(open_excel(log))


def test_a_zip_bomb_is_refused_before_it_is_unpacked(save, monkeypatch):
    log = repack(save(HEADER, [1, 2, 3]), xl__media__a=bytes(10_000_000))
    assert read(open_excel(log)) == [("1", "2", "3", 1)]
    monkeypatch.setattr(excel, "BOMB_BYTES", 1_000_000)
    with pytest.raises(UnreadableLog, match=r"unpacks to 10,0.* bytes"):
        open_excel(log)
    monkeypatch.undo()
    monkeypatch.setattr(excel, "LARGEST_WORKBOOK", 1_000_000)
    with pytest.raises(UnreadableLog, match="unpacks to"):
        open_excel(log)
    monkeypatch.undo()
    monkeypatch.setattr(excel, "LARGEST_PART", 1_000_000)
    with pytest.raises(UnreadableLog, match="a part too large"):
        open_excel(log)


@pytest.mark.parametrize(
    "changes",
    [
        {"xl__workbook.xml": None},
        {"xl__workbook.xml": "<workbook"},
        {"[Content_Types].xml": None},
        {SHEET: "<worksheet><sheetData><row r='x'/></sheetData></worksheet>"},
        {SHEET: lambda text: text[: len(text) // 2]},
        {STRINGS: "<sst/>"},
    ],
)
def test_a_workbook_with_missing_or_damaged_parts_is_refused(save, changes):
    with pytest.raises(UnreadableLog):
        read(open_excel(repack(share(save(HEADER, ["1", "2", "3"])), **changes)))


def test_damage_that_shows_only_while_reading_is_refused(save):
    log = repack(
        save(HEADER, *(["1", "2", "3"] for _ in range(50))), **{SHEET: lambda text: text.replace('r="B40"', 'r="?"')}
    )
    reader = open_excel(log)
    with pytest.raises(UnreadableLog, match="a part of it is missing or damaged"):
        list(reader.batches())
    reader.close()


def test_what_is_no_zip_file_is_refused(tmp_path):
    log = tmp_path / "log.xlsx"
    log.write_bytes(b"PK\x03\x04 no more")
    with pytest.raises(UnreadableLog, match="is damaged"):
        open_excel(log)
    with pytest.raises(UnreadableLog, match="There is no file"):
        open_excel(tmp_path / "none.xlsx")


def test_a_row_far_below_the_last_of_excel_does_not_take_for_ever(save):
    def change(text):
        return text.replace('<row r="2"', '<row r="99999999999"')

    assert read(open_excel(repack(save(HEADER, ["1", "2", "3"]), **{SHEET: change}))) == []
