from __future__ import annotations

import xml.etree.ElementTree as ET
from itertools import pairwise

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from mizzle.simulate import PERCEPTION, SCHEMA, event_log, event_log_batches, orders, xes_text
from mizzle.tables import RAW_EVENTS

XES = "{http://www.xes-standard.org/}"


def rng(seed=5):
    return np.random.default_rng(seed)


def by_case(log):
    cases = {}
    for event in log.sort_by([("start", "ascending"), ("end", "ascending"), ("row", "ascending")]).to_pylist():
        cases.setdefault(event["case_id"], []).append(event)
    return cases


def test_the_log_has_the_columns_of_raw_events():
    log = event_log(50, 4, rng())
    assert [(field.name, str(field.type)) for field in log.schema] == [(c.name, c.type) for c in RAW_EVENTS.columns]
    for column in RAW_EVENTS.columns:
        assert column.nullable or log[column.name].null_count == 0


def test_the_same_seed_gives_the_same_log_and_another_seed_another():
    assert event_log(300, 7, rng(1)).equals(event_log(300, 7, rng(1)))
    assert not event_log(300, 7, rng(1)).equals(event_log(300, 7, rng(2)))


def test_rows_come_in_the_order_of_an_export(monkeypatch):
    monkeypatch.setattr(orders, "_CHUNK", 100)
    log = event_log(1_000, 7, rng())
    assert len(log["end"].chunks) == 10
    assert log["row"].to_pylist() == list(range(1, len(log) + 1))
    ends = log["end"].cast(pa.int64()).to_numpy()
    assert (np.diff(ends) >= 0).all()


def test_the_stream_holds_back_only_what_has_not_ended(monkeypatch):
    monkeypatch.setattr(orders, "_CHUNK", 100)
    sizes = [batch.num_rows for batch in event_log_batches(1_000, 7, rng())]
    assert all(size > 500 for size in sizes)


def test_every_case_is_there_with_about_the_asked_number_of_events():
    for activities, wanted in ((20, 13.7), (5, 3), (6, 14), (30, 1)):
        log = event_log(5_000, 12, rng(), activities=activities, events_per_case=wanted)
        assert len(pc.unique(log["case_id"])) == 5_000
        assert len(log) / 5_000 == pytest.approx(wanted, rel=0.06)
        assert len(pc.unique(log["activity"])) == (activities if wanted > 1 else 1)


def test_case_ids_count_in_the_order_of_arrival():
    log = event_log(200, 3, rng())
    first = log.group_by("case_id").aggregate([("start", "min")]).sort_by("case_id")
    assert first["case_id"].to_pylist() == [f"C{case:07d}" for case in range(200)]
    assert first["start_min"].to_pylist() == sorted(first["start_min"].to_pylist())


def test_events_end_after_they_began_and_overlap_and_tie_as_asked():
    plain = by_case(event_log(500, 5, rng(), tie_share=0, overlap_share=0))
    assert all(a["end"] <= b["start"] for case in plain.values() for a, b in pairwise(case))
    tied = by_case(event_log(500, 5, rng(), tie_share=1, overlap_share=0))
    assert all(len({event["start"] for event in case}) == 1 for case in tied.values())
    lapping = by_case(event_log(500, 5, rng(), tie_share=0, overlap_share=1))
    assert all(a["start"] <= b["start"] for case in lapping.values() for a, b in pairwise(case))
    assert np.mean([a["end"] > b["start"] for case in lapping.values() for a, b in pairwise(case)]) > 0.4
    log = event_log(2_000, 5, rng())
    assert pc.all(pc.less_equal(log["start"], log["end"])).as_py()


def test_a_few_departments_do_most_of_the_work():
    counts = event_log(3_000, 40, rng())["department"].value_counts().to_pylist()
    assert len(counts) == 40
    sizes = sorted((row["counts"] for row in counts), reverse=True)
    assert sum(sizes[:8]) > 0.6 * sum(sizes)
    assert {row["values"] for row in counts} >= {"Warehouse", "Purchasing", "Group 17", "Group 40"}


def test_each_activity_mostly_belongs_to_one_department():
    log = event_log(3_000, 40, rng())
    pairs = log.group_by(["activity", "department"]).aggregate([([], "count_all")]).to_pylist()
    for activity in pc.unique(log["activity"]).to_pylist():
        counts = [row["count_all"] for row in pairs if row["activity"] == activity]
        assert max(counts) > 0.6 * sum(counts)


def test_most_cases_reach_the_customer_and_some_do_not():
    cases = by_case(event_log(3_000, 10, rng())).values()
    reached = np.mean([any(event["activity"] in PERCEPTION for event in case) for case in cases])
    assert 0.85 < reached < 0.95


def test_rework_sends_cases_back():
    def share_back(rework):
        cases = by_case(event_log(2_000, 10, rng(), rework=rework, tie_share=0)).values()
        return np.mean([len({e["activity"] for e in case}) < len(case) for case in cases])

    assert share_back(0.0) == 0
    assert 0.1 < share_back(0.2) < 0.2
    assert share_back(1.0) > 0.6


def test_slow_cases_are_slow_everywhere():
    cases = by_case(event_log(3_000, 1, rng(), tie_share=0, overlap_share=0)).values()
    cases = [case for case in cases if len(case) > 8]
    waits = np.log([[(b["start"] - a["end"]).total_seconds() + 1 for a, b in pairwise(case[:9])] for case in cases])
    early, late = waits[:, :4].mean(axis=1), waits[:, 4:].mean(axis=1)
    assert np.corrcoef(early, late)[0, 1] > 0.2


def test_values_can_be_missing():
    log = event_log(1_000, 5, rng(), start_times=False, missing_department=0.25, resources=0)
    assert log["start"].null_count == len(log)
    assert log["resource"].null_count == len(log)
    assert log["department"].null_count / len(log) == pytest.approx(0.25, abs=0.02)


def test_people_belong_to_one_department_each():
    log = event_log(1_000, 5, rng(), resources=12)
    pairs = log.group_by(["resource", "department"]).aggregate([]).to_pylist()
    assert len({row["resource"] for row in pairs}) == len(pairs) == 15


def test_a_log_of_no_cases_is_empty():
    log = event_log(0, 5, rng())
    assert len(log) == 0
    assert log.schema.equals(SCHEMA)
    assert b"".join(xes_text(log)).endswith(b"</log>\n")


@pytest.mark.parametrize(
    "wrong",
    [
        {"cases": -1},
        {"departments": 0},
        {"activities": 1},
        {"events_per_case": 0.5},
        {"resources": -1},
        {"rework": 1.5},
        {"tie_share": -0.1},
        {"missing_department": 2.0},
        {"overlap_share": 2.0},
    ],
)
def test_impossible_wishes_are_refused_before_the_first_batch(wrong):
    with pytest.raises(ValueError, match=next(iter(wrong))):
        event_log_batches(**({"cases": 10, "departments": 3, "rng": rng()} | wrong))


def test_xes_text_holds_the_same_events(monkeypatch):
    monkeypatch.setattr(orders, "_XES_ROWS", 7)
    log = event_log(30, 5, rng(), missing_department=0.2)
    root = ET.fromstring(b"".join(xes_text(log)))  # noqa: S314 - our own text
    found = []
    for trace in root.iter(f"{XES}trace"):
        case = trace.find(f"{XES}string").get("value")
        events = trace.iter(f"{XES}event")
        found += [{"case": case} | {child.get("key"): child.get("value") for child in event} for event in events]
    wanted = []
    for row in log.sort_by([("case_id", "ascending"), ("row", "ascending")]).to_pylist():
        event = {"case": row["case_id"], "concept:name": row["activity"], "lifecycle:transition": "complete"}
        event |= {"time:timestamp": row["end"].isoformat(timespec="milliseconds")}
        event |= {"start_timestamp": row["start"].isoformat(timespec="milliseconds")}
        event |= {} if row["department"] is None else {"org:group": row["department"]}
        wanted.append(event | {"org:resource": row["resource"]})
    assert found == wanted
    assert len(list(root.iter(f"{XES}trace"))) == 30


def test_xes_text_escapes_names():
    log = event_log(2, 1, rng()).slice(0, 1)
    log = log.set_column(1, "activity", pa.array(['a<b> & "c"']))
    root = ET.fromstring(b"".join(xes_text(log)))  # noqa: S314 - our own text
    assert root.find(f".//{XES}event/{XES}string").get("value") == 'a<b> & "c"'
