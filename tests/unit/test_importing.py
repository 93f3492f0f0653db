"""Importing a log: nothing is lost, nothing is done twice, and what was stopped goes on."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import openpyxl
import pyarrow.parquet as pq
import pytest

from mizzle import logs
from mizzle.errors import MizzleError, TooManyRejected, UnclearMapping, UnreadableLog
from mizzle.logs import importing, steps
from mizzle.logs.meaning.mapping import Mapping, mapping_path
from mizzle.logs.tabular.delimited import Delimited

HEAD = "case,activity,department,start,end"
ROLES = {role: role for role in HEAD.split(",")}


def line(case, activity="pick", department="Store", start="2024-01-01 08:00", end="2024-01-01 09:00"):
    return f"{case},{activity},{department},{start},{end}"


def written(path, lines, head=HEAD):
    path.write_text("\n".join([head, *lines]) + "\n", encoding="utf-8")
    return path


GOOD = [line(f"c{n:03}", activity) for n in range(40) for activity in ("order", "pick", "send")]


def load(path, out, **more):
    return logs.import_log([path], out, options=ROLES, **more)


def rejected(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def test_an_import_counts_events_cases_and_duplicates(tmp_path):
    log = written(tmp_path / "log.csv", [*GOOD, line("c000", "order"), line("c001", "noted", "")])
    done = load(log, tmp_path / "out.parquet")
    assert (done.rows, done.rejected, done.rejected_files) == (122, 0, ())
    assert (done.counts.events, done.counts.cases) == (122, 40)
    assert (done.counts.duplicates, done.counts.without_department) == (1, 1)
    assert pq.read_table(done.out).column("case_id").to_pylist() == sorted(
        pq.read_table(done.out).column("case_id").to_pylist()
    )
    assert not (tmp_path / "out.parquet.partial").exists()


def test_the_same_log_gives_the_same_bytes(tmp_path):
    log = written(tmp_path / "log.csv", GOOD)
    load(log, tmp_path / "one.parquet")
    load(log, tmp_path / "two.parquet")
    assert (tmp_path / "one.parquet").read_bytes() == (tmp_path / "two.parquet").read_bytes()


def test_each_row_that_cannot_be_read_is_set_aside_with_its_number_and_reason(tmp_path):
    bad = [
        line("", "pick"),
        line("c1", ""),
        line("c1", end=""),
        line("c1", end="soon"),
        line("c1", end="2023-12-31 09:00"),
        line("c1") + ",more",
    ]
    log = written(tmp_path / "log.csv", [*bad, *GOOD, *GOOD])
    done = load(log, tmp_path / "out.parquet")
    assert (done.rows, done.rejected) == (246, 6)
    assert done.reasons == {
        "no case": 1,
        "no activity": 1,
        "no time": 1,
        "unreadable time": 1,
        "end before start": 1,
        "wrong number of cells": 1,
    }
    (file,) = done.rejected_files
    assert file == tmp_path / "log.rejected.csv"
    head, *rows = rejected(file)
    assert head == ["row", "reason", "text"]
    assert [row[0] for row in rows] == ["1", "2", "3", "4", "5", "6"]
    assert rows[3][1] == "unreadable time: soon"
    assert [example.row for example in done.examples] == [1, 2, 3, 4, 5]


def test_a_file_of_rejected_rows_goes_when_the_log_was_mended(tmp_path):
    log = written(tmp_path / "log.csv", [line(""), *GOOD])
    load(log, tmp_path / "out.parquet")
    assert (tmp_path / "log.rejected.csv").exists()
    load(written(log, GOOD), tmp_path / "out.parquet")
    assert not (tmp_path / "log.rejected.csv").exists()


def test_more_than_five_per_cent_asks_first_and_then_goes_on_from_there(tmp_path, monkeypatch):
    log = written(tmp_path / "log.csv", [*[line("")] * 10, *GOOD])
    with pytest.raises(TooManyRejected, match=r"10 of 130 rows \(8%\).*10 no case.*--accept-rejects") as caught:
        load(log, tmp_path / "out.parquet")
    assert (caught.value.rejected, caught.value.rows) == (10, 130)
    assert not (tmp_path / "out.parquet").exists()
    monkeypatch.setattr(importing, "_read", lambda *_: pytest.fail("it was read a second time"))
    done = load(log, tmp_path / "out.parquet", accept_rejects=True)
    assert (done.rejected, done.counts.events) == (10, 120)


def test_a_log_of_which_no_row_can_be_read_is_refused(tmp_path):
    log = written(tmp_path / "log.csv", [line("", end="2024-01-02 09:00"), line("", "send")])
    with pytest.raises(UnreadableLog, match="Not one of the 2 rows"):
        load(log, tmp_path / "out.parquet", accept_rejects=True)
    assert not (tmp_path / "out.parquet.partial").exists()


def test_a_log_of_a_header_alone_is_refused(tmp_path):
    with pytest.raises(UnreadableLog, match="not one row"):
        load(written(tmp_path / "log.csv", []), tmp_path / "out.parquet")


class StoppedError(Exception):
    pass


def stop_after(parts):
    """Give a progress that stops the import once so many parts have been read."""
    seen = []

    def tell(stage, _share):
        seen.append(stage)
        if len(seen) > parts:
            raise StoppedError

    return tell


@pytest.fixture
def small_parts(monkeypatch):
    """Make parts of a few rows, so that a small log has many."""
    monkeypatch.setattr(importing, "ROWS_PER_PART", 10)
    plain = Delimited.__init__
    monkeypatch.setattr(Delimited, "__init__", lambda self, path, **more: plain(self, path, **more | {"block": 600}))


def test_an_import_that_was_stopped_goes_on_where_it_was(tmp_path, small_parts, monkeypatch):
    log = written(tmp_path / "log.csv", [line(""), *GOOD])
    load(log, tmp_path / "whole.parquet")
    with pytest.raises(StoppedError):
        load(log, tmp_path / "out.parquet", progress=stop_after(4))
    kept = json.loads((tmp_path / "out.parquet.partial" / "state.json").read_text())["parts"]
    assert len(kept) == 4
    marks, plain = [], Delimited.batches

    def watched(self, columns=None, after=None):
        marks.append(after)
        return plain(self, columns, after)

    monkeypatch.setattr(Delimited, "batches", watched)
    done = load(log, tmp_path / "out.parquet")
    assert list(marks[-1]) == kept[-1]["mark"]
    assert (tmp_path / "out.parquet").read_bytes() == (tmp_path / "whole.parquet").read_bytes()
    assert (done.rows, done.rejected) == (121, 1)


def test_a_log_that_changed_meanwhile_is_read_from_the_beginning(tmp_path, small_parts):
    log = written(tmp_path / "log.csv", GOOD)
    with pytest.raises(StoppedError):
        load(log, tmp_path / "out.parquet", progress=stop_after(4))
    done = load(written(log, GOOD[:60]), tmp_path / "out.parquet")
    assert done.counts.events == 60


def test_a_state_that_cannot_be_read_is_no_obstacle(tmp_path):
    folder = tmp_path / "out.parquet.partial"
    folder.mkdir()
    (folder / "state.json").write_text("{broken")
    assert load(written(tmp_path / "log.csv", GOOD), tmp_path / "out.parquet").counts.events == 120


def test_a_format_that_cannot_go_on_in_the_middle_begins_again(tmp_path, monkeypatch):
    book = openpyxl.Workbook()
    for row in [HEAD, *GOOD]:
        book.active.append(row.split(","))
    book.save(tmp_path / "log.xlsx")
    monkeypatch.setattr(importing, "ROWS_PER_PART", 10)

    def stop(folder_state, _folder, _place, *_):
        raise StoppedError

    keep = importing._keep
    calls = []

    def keep_then_stop(*arguments):
        calls.append(keep(*arguments))
        raise StoppedError

    monkeypatch.setattr(importing, "_keep", keep_then_stop)
    with pytest.raises(StoppedError):
        load(tmp_path / "log.xlsx", tmp_path / "out.parquet")
    monkeypatch.setattr(importing, "_keep", keep)
    done = load(tmp_path / "log.xlsx", tmp_path / "out.parquet")
    assert (done.rows, done.counts.events) == (120, 120)


def test_a_log_in_several_files_is_numbered_through(tmp_path):
    files = [written(tmp_path / f"part{n}.csv", GOOD[n * 60 : (n + 1) * 60]) for n in range(2)]
    logs.import_log(files, tmp_path / "two.parquet", options=ROLES)
    load(written(tmp_path / "one.csv", GOOD), tmp_path / "one.parquet")
    assert (tmp_path / "two.parquet").read_bytes() == (tmp_path / "one.parquet").read_bytes()


def test_rejected_rows_go_to_a_file_for_each_log_and_where_they_are_wanted(tmp_path):
    files = [written(tmp_path / f"part{n}.csv", [line(""), *GOOD]) for n in range(2)]
    (tmp_path / "aside").mkdir()
    done = logs.import_log(files, tmp_path / "two.parquet", options=ROLES, rejects_beside=tmp_path / "aside")
    assert done.rejected_files == tuple(tmp_path / "aside" / f"part{n}.rejected.csv" for n in range(2))
    assert [rejected(file)[1][0] for file in done.rejected_files] == ["1", "1"]


def test_the_mapping_beside_the_log_is_used_again(tmp_path):
    log = written(tmp_path / "log.csv", GOOD, head="a,b,c,d,e")
    Mapping(case="a", activity="b", department="c", start="d", end="e").save(mapping_path(log))
    assert logs.import_log([log], tmp_path / "out.parquet").counts.cases == 40


def test_a_mapping_that_was_given_wins_and_must_fit(tmp_path):
    log = written(tmp_path / "log.csv", GOOD)
    mapping = Mapping(case="nowhere", activity="activity", department="department", end="end")
    with pytest.raises(UnclearMapping, match="nowhere"):
        logs.import_log([log], tmp_path / "out.parquet", mapping=mapping)
    done = logs.import_log([log], tmp_path / "out.parquet", mapping=mapping, options={"case": "case"})
    assert done.understood[0].mapping.start is None


def test_resources_are_pseudonyms_under_the_users_key_or_nothing(tmp_path):
    log = written(tmp_path / "log.csv", [row + ",Kari Nordmann" for row in GOOD], head=HEAD + ",who")
    roles = ROLES | {"resource": "who"}
    logs.import_log([log], tmp_path / "without.parquet", options=roles)
    assert pq.read_table(tmp_path / "without.parquet").column("resource").null_count == 120
    logs.import_log([log], tmp_path / "with.parquet", options=roles, key=b"0123456789abcdef")
    (name,) = set(pq.read_table(tmp_path / "with.parquet").column("resource").to_pylist())
    assert "Kari" not in name
    assert b"Nordmann" not in (tmp_path / "with.parquet").read_bytes()


def test_dates_are_decided_from_the_whole_column(tmp_path, monkeypatch):
    roles = ROLES | {"start": ""}
    monkeypatch.setattr("mizzle.logs.readers.SAMPLE_ROWS", 20)
    early = [line(f"c{n % 9}", f"do {n % 3}", start="", end=f"0{1 + n % 9}/02/2024 0{n % 9}:00") for n in range(200)]
    with pytest.raises(UnclearMapping, match="--dates"):
        logs.import_log([written(tmp_path / "open.csv", early)], tmp_path / "out.parquet", options=roles)
    proof = [*early, line("c1", "do 1", start="", end="02/25/2024 08:00")]
    done = logs.import_log([written(tmp_path / "log.csv", proof)], tmp_path / "out.parquet", options=roles)
    assert str(done.understood[0].formats[0]).startswith("mm/dd")
    both = [line("c1", "do 1", start="", end="13/02/2024 08:00")] * 10 + proof
    with pytest.raises(UnclearMapping):
        logs.import_log([written(tmp_path / "both.csv", both)], tmp_path / "out.parquet", options=roles)
    answered = logs.import_log([tmp_path / "open.csv"], tmp_path / "out.parquet", options=roles | {"dates": "dmy"})
    assert str(answered.understood[0].formats[0]).startswith("dd/mm")


def test_an_empty_column_of_starts_is_no_column_of_starts(tmp_path):
    log = written(tmp_path / "log.csv", [line(f"c{n}", start="", end=f"2024-01-0{n} 10:00") for n in range(1, 9)])
    mapping = load(log, tmp_path / "out.parquet").understood[0].mapping
    assert (mapping.start, mapping.reasons["start"]) == (None, "no column says when an event began")


def test_work_of_xes_that_never_ends_is_an_event_without_a_start(tmp_path):
    def event(activity, transition, time):
        said = (
            f'<string key="concept:name" value="{activity}"/><string key="lifecycle:transition" value="{transition}"/>'
        )
        return f'<event>{said}<string key="org:group" value="D"/><date key="time:timestamp" value="{time}"/></event>'

    steps = [("a", "complete", "2024-01-01T09:00:00Z"), ("a", "start", "2024-01-01T08:00:00Z")]
    steps += [("b", "start", "2024-01-01T10:00:00Z"), ("b", "ate_abort", "2024-01-01T11:00:00Z")]
    body = "".join(event(*step) for step in steps)
    log = tmp_path / "log.xes"
    log.write_text(f'<log><trace><string key="concept:name" value="1"/>{body}</trace></log>')
    logs.import_log([log], tmp_path / "out.parquet", accept_rejects=True)
    found = pq.read_table(tmp_path / "out.parquet", columns=["activity", "start", "end"]).to_pylist()
    hours = [(one["activity"], one["start"] and one["start"].hour, one["end"].hour) for one in found]
    assert hours == [("a", 8, 9), ("b", None, 10)]


def test_names_of_logs_lose_their_endings():
    from pathlib import Path

    names = ["orders.csv", "orders.csv.gz", "orders", ".hidden", "a.b.xes.gz"]
    assert [importing.stem(Path(name)) for name in names] == ["orders", "orders", "orders", ".hidden", "a.b"]


NEW = [line("c000", "call", end="2024-01-05 10:00"), line("a000", "order"), line("c017", "order"), line("z", "order")]


@pytest.mark.parametrize("rows", [2, 50, 1000])
def test_appending_gives_the_same_events_as_reading_all_at_once(tmp_path, monkeypatch, rows):
    monkeypatch.setattr("mizzle.logs.importing.sorted_batches", _in_batches(rows))
    load(written(tmp_path / "old.csv", GOOD), tmp_path / "grown.parquet")
    done = load(written(tmp_path / "new.csv", NEW), tmp_path / "grown.parquet", append=True)
    logs.import_log([tmp_path / "old.csv", tmp_path / "new.csv"], tmp_path / "whole.parquet", options=ROLES)
    grown, whole = (pq.read_table(tmp_path / f"{name}.parquet") for name in ("grown", "whole"))
    for name in whole.column_names:
        if name not in ("node", "previous"):  # codes follow the order in which names were first seen
            assert grown.column(name).to_pylist() == whole.column(name).to_pylist(), name
    assert (done.counts.events, done.counts.cases, done.counts.duplicates) == (124, 42, 1)


def _in_batches(rows):
    from mizzle.engines import sorted_batches

    def small(engine, files, by):
        return sorted_batches(engine, files, by, rows)

    return small


def test_a_log_with_an_endless_case_is_refused_and_leaves_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr(steps, "MOST_EVENTS_OF_A_CASE", 50)
    load(written(tmp_path / "old.csv", GOOD), tmp_path / "out.parquet")
    before = (tmp_path / "out.parquet").read_bytes()
    hostile = written(tmp_path / "new.csv", [line("c017")] * 60)
    for append in (False, True):
        with pytest.raises(UnreadableLog, match=r"more than 50 events in one case \('c017'\).*--case"):
            load(hostile, tmp_path / "out.parquet", append=append)
    written(hostile, [line("c017")] * 48)  # with the three that are there already these are too many
    with pytest.raises(UnreadableLog, match=r"more than 50 events"):
        load(hostile, tmp_path / "out.parquet", append=True)
    assert (tmp_path / "out.parquet").read_bytes() == before
    assert not (tmp_path / "out.parquet.partial").exists()


def test_rows_with_much_text_are_gathered_into_smaller_parts(tmp_path, small_parts, monkeypatch):
    monkeypatch.setattr(importing, "ROWS_PER_PART", 1_000_000)
    monkeypatch.setattr(importing, "BYTES_PER_PART", 800)
    log = written(tmp_path / "log.csv", GOOD)
    with pytest.raises(StoppedError):
        load(log, tmp_path / "out.parquet", progress=stop_after(6))
    parts = json.loads((tmp_path / "out.parquet.partial" / "state.json").read_text())["parts"]
    assert 1 < len(parts) < 6
    assert load(log, tmp_path / "out.parquet").counts.events == 120


def test_appending_to_nothing_is_importing(tmp_path):
    load(written(tmp_path / "log.csv", GOOD), tmp_path / "out.parquet", append=True)
    assert pq.read_metadata(tmp_path / "out.parquet").num_rows == 120


def test_progress_is_told_from_reading_to_the_end(tmp_path):
    told = []
    load(written(tmp_path / "log.csv", GOOD), tmp_path / "out.parquet", progress=lambda *one: told.append(one))
    assert [stage for stage, _ in told] == ["reading log.csv", "sorting by case and time", "putting cases in order"]
    assert told[-1][1] == 1.0


def test_a_log_is_never_written_over(tmp_path):
    log = written(tmp_path / "log.csv", GOOD)
    before = log.read_bytes()
    with pytest.raises(UnreadableLog, match="written over"):
        load(log, log)
    assert log.read_bytes() == before


def test_a_file_mended_in_its_middle_is_read_again(tmp_path):
    log, out = tmp_path / "log.csv", tmp_path / "out.parquet"
    rows = [f"c{n},A,X,2024-0{1 + n % 9}-01T08:00:00,{'x' * 1000}" for n in range(3000)]
    head = "case,activity,department,end,note\n"
    spoilt = [row.replace("2024-0", "2024-7") if 1200 < n < 1800 else row for n, row in enumerate(rows)]
    log.write_text(head + "\n".join(spoilt))
    with pytest.raises(TooManyRejected):
        logs.import_log([log], out)
    log.write_text(head + "\n".join(rows))
    assert logs.import_log([log], out).rejected == 0


def test_one_import_at_a_time_writes_a_table(tmp_path):
    log, out = tmp_path / "log.csv", tmp_path / "out.parquet"
    log.write_text("case,activity,department,end\n" + "".join(f"c{n},A,X,2024-01-01 08:00\n" for n in range(9)))
    refused = []

    def another(*_):
        if not refused:
            with pytest.raises(MizzleError, match="Another import writes") as told:
                logs.import_log([log], out)
            refused.append(told)

    assert logs.import_log([log], out, progress=another).counts.events == 9
    assert refused
    assert logs.import_log([log], out).counts.events == 9


def test_rows_set_aside_go_over_no_file_of_others(tmp_path):
    head, good = "case,activity,department,end\n", "".join(f"c{n},A,X,2024-01-01 08:00\n" for n in range(30))
    bad = "c99,A,X,never\n"
    for name, text in (("s.csv", good + bad), ("s.txt", good + bad), ("s.rejected.csv", good)):
        (tmp_path / name).write_text(head + text)
    files = [tmp_path / name for name in ("s.csv", "s.txt", "s.rejected.csv")]
    done = logs.import_log(files, tmp_path / "out.parquet")
    assert [file.name for file in done.rejected_files] == ["s.csv.rejected.csv", "s.txt.rejected.csv"]
    assert (tmp_path / "s.rejected.csv").read_text() == head + good
    (tmp_path / "s.csv").write_text(head + good)
    logs.import_log(files[:1], tmp_path / "other.parquet")
    assert (tmp_path / "s.rejected.csv").exists()


def test_rows_set_aside_find_a_place_beside_folders_and_logs_named_in_another_way(tmp_path, monkeypatch):
    """A file that begins as those of mizzle do, yet is read right now, is no place for them."""
    (tmp_path / "s.rejected.csv").write_text("row,reason,text\n1,x,y\n")
    (tmp_path / "s.csv.rejected.csv").mkdir()
    monkeypatch.chdir(tmp_path)
    log = Path("s.csv")
    taken = {(tmp_path / "s.rejected.csv").resolve()}
    assert importing._place_for_rejected(log, log.parent, set()) == Path("s.rejected.csv")
    assert importing._place_for_rejected(log, log.parent, taken) == Path("s.csv.2.rejected.csv")


def test_files_of_one_import_keep_the_same_free_attributes_in_any_order(tmp_path):
    head = f"{HEAD},channel,contact"
    people = ["Ola Nordmann", "Kari Hansen", "Per Olsen", "Anne Berg"]
    both = [f"{line(f'c{n}', act)},{('web', 'phone')[n % 2]},x{n % 2}" for n in range(8) for act in ("order", "pick")]
    one = [f"{line(f'd{n}', act)},web,{people[n % 4]}" for n in range(8) for act in ("order", "pick")]
    first, second = written(tmp_path / "jan.csv", both, head), written(tmp_path / "feb.csv", one, head)
    for files in ([first, second], [second, first]):
        done = logs.import_log(files, tmp_path / "out.parquet", options=ROLES)
        found = pq.read_table(done.out).to_pylist()
        assert {(row["case_id"][0], row["x_channel"]) for row in found} == {("c", "web"), ("c", "phone"), ("d", "web")}
        assert {row.get("x_contact") for row in found if row["case_id"][0] == "d"} == {None}
