"""The real service-desk log against figures worked out elsewhere: shared/data/golden/event_log.json.

Those figures rest on pandas, and the directly-follows counts also on pm4py, both from one frame sorted by case, time of
update, number of modifications and row; events without a group are dropped before counting.
"""

from __future__ import annotations

import json

import pytest

from factories import RAW_SCHEMA
from mizzle import journeys
from mizzle.engines import fetch, open_engine
from mizzle.journeys.expressions import department_of
from mizzle.logs import events_in_memory, import_log, open_events
from repository.tree import ROOT

DATA = ROOT.parent / "shared" / "data"

ROUNDED = 5e-7  # the table gives six decimals


@pytest.fixture(scope="module")
def expected():
    path = DATA / "golden" / "event_log.json"
    if not path.exists():
        pytest.skip("the golden table is not on this machine")
    return json.loads(path.read_text())["cases"][0]["expected"]


def imported(log, folder, *, accept_rejects=False, **options):
    out = folder / "events.parquet"
    import_log([log], out, options=options, rejects_beside=folder, accept_rejects=accept_rejects)
    return out


@pytest.fixture(scope="module")
def engine():
    with open_engine("duckdb", threads=1) as one:
        yield one


@pytest.fixture(scope="module")
def by_group(itsm, engine, tmp_path_factory):
    return open_events(imported(itsm, tmp_path_factory.mktemp("itsm")), engine)


@pytest.fixture(scope="module")
def by_state(itsm, engine, tmp_path_factory):
    """The same log with the state as department as well: every event has one, so no event stands outside."""
    roles = {"activity": "incident_state", "department": "incident_state"}
    return open_events(imported(itsm, tmp_path_factory.mktemp("itsm"), **roles), engine)


def test_events_cases_and_states(expected, by_group):
    assert by_group.n_events == expected["events"]
    assert by_group.n_cases == expected["cases"]
    assert by_group.activities == expected["states"]
    assert by_group.n_without_department == expected["events_without_group"]
    assert len(by_group.departments) == expected["groups_excl_missing"]


def test_handovers_between_groups(expected, by_group):
    found = journeys.handovers(by_group)
    drawn = journeys.process_map(by_group)
    assert sum(one.count for one in drawn.edges) == expected["directly_follows_between_groups_total"]
    assert sum(one.count for one in found) == expected["handovers_total"]
    assert len(found) == expected["handover_pairs_distinct"]
    assert [[one.source, one.target, one.count] for one in found[:10]] == expected["top10_handovers"]


def test_cases_with_a_handover_and_the_most_in_one_case(expected, by_group):
    table = by_group.table.filter(by_group.table.node.notnull())
    most = fetch(table.group_by("case").aggregate(most=table.handovers.max())).column("most").to_pylist()
    assert sum(one > 0 for one in most) == expected["cases_with_handover"]
    assert max(most) == expected["max_handovers_in_case"]


def test_steps_between_states(expected, by_state):
    edges = journeys.process_map(by_state).edges
    found = [[one.source.activity, one.target.activity, one.count] for one in edges]
    assert found[:12] == expected["state_dfg_top12"]
    assert ["Resolved", "Active", expected["rework_resolved_to_active"]] in found


def test_variants_of_states(expected, by_state):
    table = by_state.table.order_by(["case", "seq"]).select("case", "activity")
    cases: dict[int, list[str]] = {}
    for row in fetch(table).to_pylist():
        cases.setdefault(row["case"], []).append(row["activity"])
    counts: dict[tuple[str, ...], int] = {}
    for path in cases.values():
        counts[tuple(path)] = counts.get(tuple(path), 0) + 1
    assert len(counts) == expected["state_variants"]
    top = sorted(counts.items(), key=lambda one: -one[1])[:3]
    assert [[list(path), n] for path, n in top] == expected["top3_state_variants"]


def test_attributes_kept_beside_the_events(expected, by_group):
    table = by_group.table
    numbers = table.mutate(moved=table.x_reassignment_count.cast("int64"), reopened=table.x_reopen_count.cast("int64"))
    per_case = numbers.group_by("case").aggregate(moved=numbers.moved.max(), reopened=numbers.reopened.max())
    found = fetch(per_case).to_pydict()
    assert sum(one > 0 for one in found["moved"]) == expected["cases_reassignment_count_gt0"]
    assert sum(one > 0 for one in found["reopened"]) == expected["cases_reopened"]
    last = table.group_by("case").aggregate(seq=table.seq.max())
    ends = fetch(table.inner_join(last, ["case", "seq"]).select("x_made_sla")).column(0).to_pylist()
    assert ends.count("false") == expected["cases_sla_missed_last_event"]


@pytest.mark.parametrize(
    ("column", "name"), [("closed_at", "opened_to_closed_hours"), ("resolved_at", "opened_to_resolved_hours")]
)
def test_lead_times(expected, itsm, engine, tmp_path, column, name):
    """Throughput of a log of one event a case, from opening to closing as the case's last row has them."""
    out = imported(itsm, tmp_path, start="opened_at", end=column, accept_rejects=True)
    wanted = expected[name]
    spans = _spans(open_events(out, engine))
    found = journeys.throughput(events_in_memory(spans, engine))
    assert found.cases == wanted["n"]
    assert found.hours.value == pytest.approx(wanted["mean"], abs=ROUNDED)
    assert found.spread.median == pytest.approx(wanted["median"], abs=ROUNDED)
    assert found.spread.p90 == pytest.approx(wanted["p90"], abs=ROUNDED)


def _spans(events):
    table = events.table
    last = table.group_by("case_id").aggregate(row=table.row.max())
    kept = fetch(
        table.inner_join(last, ["case_id", "row"]).select(
            "case_id", "activity", "department", "start", "end", "resource", "row"
        )
    )
    return kept.cast(RAW_SCHEMA)


def test_handovers_by_department_code_agree_with_the_map(by_group):
    table = by_group.table
    steps = table.filter(table.previous.notnull())
    differ = steps.filter(department_of(steps.previous) != department_of(steps.node))
    assert fetch(differ.aggregate(n=differ.count())).column(0)[0].as_py() == sum(
        one.count for one in journeys.handovers(by_group)
    )
