"""Joining event tables on random logs: equal to a plain Python reference."""

from __future__ import annotations

from collections import Counter

import pyarrow.parquet as pq
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from factories import raw
from mizzle.logs import merge_events
from mizzle.logs.steps import ORDER
from mizzle.logs.store import with_moment, write_events

RARELY = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
event = st.tuples(
    st.sampled_from("pq"),
    st.sampled_from("ab"),
    st.sampled_from(["D1", "-"]),
    st.sampled_from("-1"),
    st.sampled_from("12"),
)
logs = st.lists(st.lists(event, min_size=1, max_size=12), min_size=2, max_size=4)


@RARELY
@given(logs)
def test_each_event_is_there_as_often_as_in_the_table_that_has_it_most(tmp_path_factory, tables):
    folder = tmp_path_factory.mktemp("merged")
    paths, wanted, repeated = [], Counter(), []
    for place, rows in enumerate(tables):
        ordered = with_moment(raw(rows)).sort_by([(name, "ascending") for name in ORDER]).combine_chunks()
        paths.append(folder / f"{place}.parquet")
        write_events(ordered.to_batches(), paths[-1])
        found = Counter(rows)
        repeated.append((found & wanted).total())
        wanted |= found
    done = merge_events(paths, folder / "out.parquet")
    events = pq.read_table(folder / "out.parquet").to_pylist()
    assert done.repeated == tuple(repeated)
    assert done.counts.events == len(events) == wanted.total()
    texts = Counter(
        (
            row["case_id"],
            row["activity"],
            row["department"] or "-",
            "-" if row["start"] is None else str(row["start"].hour),
            str(row["end"].hour),
        )
        for row in events
    )
    assert texts == wanted
