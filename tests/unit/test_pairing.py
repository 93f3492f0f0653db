"""Rows for the start and for the end of work: one event for both, in whatever order a table has them."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from mizzle import logs
from mizzle.logs import importing
from mizzle.logs.batches import Facts
from mizzle.logs.meaning.mapping import Mapping, mapping_path
from mizzle.logs.meaning.transitions import find_transition

MAPPING = Mapping("case", "activity", None, "end")
BEGAN = datetime.fromisoformat("2024-01-01 08:00")


def imported(folder, rows, *more, titles="case,activity,department,end,lifecycle", **options):
    """Import tables of (case, activity, department, minute, transition), and give their events."""
    files = []
    for number, each in enumerate((rows, *more)):
        lines = [",".join([*one[:3], f"{BEGAN + timedelta(minutes=one[3])}", *one[4:]]) for one in each]
        files.append(folder / f"log-{number}.csv")
        files[-1].write_text("\n".join([titles, *lines]) + "\n", "utf-8")
    done = logs.import_log(files, folder / "events.parquet", accept_rejects=True, **options)
    return done, [
        (one["case_id"], one["activity"], one["department"], minute(one["start"]), minute(one["end"]))
        for one in pq.read_table(done.out).to_pylist()
    ]


def minute(moment):
    return None if moment is None else int((moment.replace(tzinfo=None) - BEGAN).total_seconds() // 60)


def by_hand(rows):
    """The same by the plainest way: of each work, the earliest open start goes with the next end."""
    events, open_ = [], defaultdict(list)
    for case, activity, department, at, what in sorted(rows, key=lambda one: (one[0], one[3], one[4] == "complete")):
        work = open_[case, activity]
        if what == "start":
            work.append((department, at))
        else:
            events.append((case, activity, department, work.pop(0)[1] if work else None, at))
    events += [(*key, team, None, at) for key, left in open_.items() for team, at in left]
    return events


@pytest.mark.parametrize("seed", range(6))
def test_pairs_are_those_found_by_hand(tmp_path, monkeypatch, seed):
    monkeypatch.setattr(importing, "ROWS_PER_PART", 40)
    rng = np.random.default_rng(seed)
    rows = [
        (f"c{rng.integers(9)}", f"a{rng.integers(3)}", "T", int(rng.integers(300)), ("start", "complete")[n % 2])
        for n in range(200)
    ]
    done, events = imported(tmp_path, rows)
    assert sorted(events, key=str) == sorted(by_hand(rows), key=str)
    assert (done.rows, done.counts.events) == (200, len(events))
    begins = [(case, end if start is None else start, end) for case, _, _, start, end in events]
    assert begins == sorted(begins)


def test_a_table_gives_the_same_events_as_xes(tmp_path):
    rng = np.random.default_rng(7)
    rows = [
        (f"c{rng.integers(9)}", f"a{rng.integers(3)}", "T", int(at), ("start", "complete", "ate_abort")[n % 3])
        for n, at in enumerate(rng.permutation(120))
    ]
    traces = defaultdict(list)
    for case, activity, department, at, what in sorted(rows, key=lambda one: one[3]):
        said = {"concept:name": activity, "org:group": department, "lifecycle:transition": what}
        texts = "".join(f'<string key="{key}" value="{value}"/>' for key, value in said.items())
        time = (BEGAN + timedelta(minutes=at)).isoformat()
        traces[case].append(f'<event>{texts}<date key="time:timestamp" value="{time}Z"/></event>')
    log = tmp_path / "log.xes"
    parts = (f'<trace><string key="concept:name" value="{case}"/>{"".join(of)}</trace>' for case, of in traces.items())
    log.write_text(f"<log>{''.join(parts)}</log>")
    done = logs.import_log([log], tmp_path / "xes.parquet", accept_rejects=True)
    columns = ["case_id", "activity", "department", "start", "end"]
    imported(tmp_path, rows)
    assert pq.read_table(done.out, columns=columns).equals(pq.read_table(tmp_path / "events.parquet", columns=columns))


def test_the_end_stands_for_both_and_the_start_fills_in(tmp_path):
    rows = [
        ("1", "Pack", "", 30, "complete"),
        ("1", "Pack", "Store", 0, "START"),
        ("1", "Call", "Desk", 40, ""),
        ("1", "Send", "Store", 50, "complete"),
        ("1", "Send", "Store", 50, "start"),
        ("1", "Bill", "Money", 60, "start"),
        ("1", "File", "Desk", 70, "complete"),
    ]
    assert imported(tmp_path, rows)[1] == [
        ("1", "Pack", "Store", 0, 30),
        ("1", "Call", "Desk", None, 40),
        ("1", "Send", "Store", 50, 50),
        ("1", "Bill", "Money", None, 60),
        ("1", "File", "Desk", None, 70),
    ]


def test_where_several_are_open_the_one_of_the_same_person_ends(tmp_path):
    rows = [("1", "Pack", "T", at, what, who) for at, what, who in [(0, "start", "x"), (1, "start", "y")]]
    rows += [("1", "Pack", "T", at, "complete", who) for at, who in [(2, "y"), (3, "x")]]
    titles = "case,activity,department,end,lifecycle,resource"
    _, events = imported(tmp_path, rows, titles=titles, key=b"0123456789abcdef")
    assert [(start, end) for *_, start, end in events] == [(0, 3), (1, 2)]


def test_rows_that_tell_of_no_work_are_set_aside_and_ask_nothing(tmp_path):
    rows = [
        ("1", "Pack", "T", n, what) for n, what in enumerate(("schedule", "start", "suspend", "resume", "complete"))
    ]
    lines = ["case,activity,department,end,lifecycle"]
    lines += [f"{case},{what},{team},{BEGAN + timedelta(minutes=at)},{word}" for case, what, team, at, word in rows]
    log = tmp_path / "log.csv"
    log.write_text("\n".join(lines) + "\n", "utf-8")
    done = logs.import_log([log], tmp_path / "events.parquet")
    assert (done.counts.events, done.reasons) == (1, {"lifecycle transition that is no work": 3})
    assert "that is no work: schedule" in done.rejected_files[0].read_text("utf-8")


def test_a_start_in_one_file_ends_in_another_that_has_only_ends(tmp_path):
    first = [("1", "Pack", "T", 0, "started"), ("2", "Pack", "T", 0, "started"), ("2", "Pack", "T", 9, "finished")]
    ends = [("1", "Pack", "T", 5, "finished"), ("3", "Pack", "T", 8, "finished")]
    done, events = imported(tmp_path, ends, first)
    assert events == [("1", "Pack", "T", 0, 5), ("2", "Pack", "T", 0, 9), ("3", "Pack", "T", None, 8)]
    assert {one.mapping.transition for one in done.understood} == {"lifecycle"}


def test_a_column_that_one_of_the_files_lacks_is_empty_there(tmp_path):
    first, second = (tmp_path / name for name in ("a.csv", "b.csv"))
    first.write_text(
        "case,activity,department,end,lifecycle\n1,Pack,T,2024-01-01 08:00,start\n1,Pack,T,2024-01-01 09:00,complete\n"
    )
    second.write_text("case,activity,department,end\n1,Send,T,2024-01-01 10:00\n1,Pack,T,2024-01-01 08:30\n")
    for files in ([first, second], [second, first]):
        done = logs.import_log(files, tmp_path / "events.parquet")
        rows = pq.read_table(done.out, columns=["activity", "start"]).to_pylist()
        assert [(one["activity"], one["start"] is not None) for one in rows] == [
            ("Pack", True),
            ("Pack", False),
            ("Send", False),
        ]


def test_ends_alone_are_events_as_they_are(tmp_path):
    rows = [("1", "Pack", "T", 0, "complete"), ("1", "Send", "T", 9, "complete")]
    assert imported(tmp_path, rows)[1] == [("1", "Pack", "T", None, 0), ("1", "Send", "T", None, 9)]


def test_the_mapping_may_say_that_nothing_is_paired(tmp_path):
    rows = [("1", "Pack", "T", 0, "start"), ("1", "Pack", "T", 9, "complete")]
    done, _ = imported(tmp_path, rows)
    mapping = done.understood[0].mapping
    mapping.save(mapping_path(tmp_path / "log-0.csv"))
    assert Mapping.load(mapping_path(tmp_path / "log-0.csv")) == mapping
    text = mapping_path(tmp_path / "log-0.csv").read_text("utf-8")
    mapping_path(tmp_path / "log-0.csv").write_text(text.replace('transition = "lifecycle"', 'transition = ""'))
    assert imported(tmp_path, rows)[1] == [("1", "Pack", "T", None, 0), ("1", "Pack", "T", None, 9)]


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("lifecycle:transition", ["start", "complete", None]),
        ("Transition", [" STARTED", "Finished", "suspend"]),
        ("lifecycle:transition", ["complete", "complete"]),
        ("what", ["start", "suspend", "", "COMPLETE"]),
    ],
)
def test_a_column_of_starts_and_ends_is_found(name, values):
    table = pa.table({"other": ["x"] * len(values), name: values})
    assert find_transition(table, MAPPING, Facts("CSV")) == name


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("lifecycle:transition", ["start", "schedule"]),
        ("customer lifecycle", ["start", "growth", "end"]),
        ("lifecycle", ["finished", "finished"]),
        ("what", ["start", "complete", "dispatch"]),
        ("what", [*["start", "complete"] * 60, "dispatch"]),
        ("what", ["started", "completed"]),
        ("what", [None, ""]),
        ("activity", ["start", "complete"]),
    ],
)
def test_other_columns_are_not(name, values):
    assert find_transition(pa.table({name: pa.array(values, pa.string())}), MAPPING, Facts("CSV")) is None


def test_a_format_that_pairs_them_by_its_standard_is_left():
    rows = pa.table({"lifecycle:transition": ["start", "complete"]})
    assert find_transition(rows, MAPPING, Facts("XES", known={"case": "case"})) is None
