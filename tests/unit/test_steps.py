"""Events put in a chain, batch by batch."""

from __future__ import annotations

import pyarrow as pa
import pytest

from factories import raw
from mizzle.errors import UnreadableLog
from mizzle.logs import steps
from mizzle.logs.steps import ORDER, Chain
from mizzle.logs.store import with_moment

ROWS = [
    (case, activity, department, "-", str(hour))
    for case in ("a", "b", "c")
    for hour, (activity, department) in enumerate([("x", "D1"), ("y", "D2"), ("x", "D1"), ("z", "-"), ("x", "D1")])
]


def ordered(rows):
    return with_moment(raw(rows)).sort_by([(name, "ascending") for name in ORDER]).combine_chunks()


def chained(rows, size):
    chain = Chain()
    table = pa.concat_tables(chain.follow(ordered(rows).to_batches(max_chunksize=size)))
    return chain, table


@pytest.mark.parametrize("size", [1, 2, 4, 5, 7, 100])
def test_the_size_of_batches_does_not_matter(size):
    _, whole = chained(ROWS, 1000)
    chain, table = chained(ROWS, size)
    assert table.equals(whole)
    assert (chain.n_cases, chain.n_events, chain.n_without_department) == (3, 15, 3)
    assert chain.activities == {"x": 9, "y": 3, "z": 3}
    assert list(chain.departments) == ["D1", "D2"]


def test_the_chain_passes_over_events_without_a_department():
    _, table = chained(ROWS[:5], 100)
    assert table["handovers"].to_pylist() == [0, 1, 2, None, 2]
    assert table["occurrence"].to_pylist() == [0, 0, 1, None, 2]
    assert table["repeats"].to_pylist() == [False, False, True, False, False]
    assert table["wait"].to_pylist() == [None, 3.6e9, 3.6e9, None, 7.2e9]
    assert table["previous"].to_pylist() == [None, 0, (1 << 16) + 1, None, 0]


def test_no_batch_and_empty_batches_are_nothing():
    empty = ordered(ROWS).slice(0, 0)
    assert list(Chain().follow([])) == []
    assert list(Chain().follow([pa.RecordBatch.from_pylist([], schema=empty.schema)])) == []


def test_more_kinds_than_codes_are_refused(monkeypatch):
    monkeypatch.setattr(steps, "MOST_ACTIVITIES", 2)
    with pytest.raises(UnreadableLog, match=r"more than 2 activities.*--activity"):
        chained(ROWS, 100)
    monkeypatch.setattr(steps, "MOST_ACTIVITIES", 9)
    monkeypatch.setattr(steps, "MOST_DEPARTMENTS", 1)
    with pytest.raises(UnreadableLog, match=r"more than 1 departments.*--department"):
        chained(ROWS, 100)


def test_duplicates_are_counted_whatever_stands_between_them():
    rows = [
        ("a", "x", "D1", "-", "1"),
        ("a", "y", "D1", "-", "1"),
        ("a", "x", "D1", "-", "1"),
        ("b", "x", "D1", "-", "1"),
    ]
    chain, _ = chained(rows, 100)
    assert chain.n_duplicates == 1


# --- a case without end -----------------------------------------------------------------------------------------------
def passed(rows, size):
    """Let a chain follow rows in batches; give how many batches it took, and the message with which it refused."""
    taken = []

    def batches():
        for batch in ordered(rows).to_batches(max_chunksize=size):
            taken.append(batch)
            yield batch

    try:
        list(Chain().follow(batches()))
    except UnreadableLog as refusal:
        return len(taken), str(refusal)
    return len(taken), ""


def endless(n, before=(), case="endless"):
    return [*before, *((case, "x", "D1", "-", str(hour)) for hour in range(n))]


@pytest.mark.parametrize("size", [1, 3, 4, 7, 1000])
def test_a_case_with_too_many_events_is_refused_before_it_is_read_to_its_end(monkeypatch, size):
    monkeypatch.setattr(steps, "MOST_EVENTS_OF_A_CASE", 20)
    rows = endless(200, ROWS)
    taken, refusal = passed(rows, size)
    assert "more than 20 events in one case ('endless')" in refusal
    assert refusal.endswith("Name a finer one with --case.")
    assert taken == min(-(-(len(ROWS) + 21) // size), -(-len(rows) // size))


@pytest.mark.parametrize("size", [1, 3, 4, 7, 1000])
def test_as_many_events_as_may_be_and_many_cases_are_no_trouble(monkeypatch, size):
    monkeypatch.setattr(steps, "MOST_EVENTS_OF_A_CASE", 20)
    rows = [*endless(20, case="d"), *endless(20, ROWS, case="e"), *endless(20, case="f")]
    taken, refusal = passed(rows, size)
    assert (taken, refusal) == (-(-len(rows) // size), "")


def test_a_case_in_the_middle_of_a_batch_is_found(monkeypatch):
    monkeypatch.setattr(steps, "MOST_EVENTS_OF_A_CASE", 9)
    assert "('b')" in passed([*ROWS, *endless(6, case="b")], 1000)[1]


def test_a_case_with_too_much_text_is_refused_and_its_name_is_cut(monkeypatch):
    monkeypatch.setattr(steps, "MOST_MEGABYTES_OF_A_CASE", 1)
    rows = [("c" * 500, "x" * 30_000, "D1", "-", str(hour)) for hour in range(100)]
    taken, refusal = passed(rows, 10)
    assert f"more than 1 MB in one case ('{'c' * 60}…')" in refusal
    assert taken == 4  # of ten, with 300 kB in each batch
    spread = [(f"{hour:03d}", "x" * 30_000, "D1", "-", "1") for hour in range(100)]
    assert passed(spread, 10) == (10, "")
