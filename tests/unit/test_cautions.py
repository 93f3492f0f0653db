from __future__ import annotations

import pyarrow as pa
import pytest

from mizzle.logs.batches import Facts
from mizzle.logs.meaning.cautions import cautions
from mizzle.logs.meaning.mapping import Mapping

MAPPING = Mapping("case", "activity", None, "end")


@pytest.mark.parametrize(
    ("name", "values", "shown"),
    [
        ("lifecycle:transition", ["start", "complete", None], "'start' and 'complete'"),
        ("Transition", [" STARTED", "Finished", "paused"], "'started' and 'finished'"),
        ("what", ["start", "suspend", "", "COMPLETE"], "'start' and 'complete'"),
    ],
)
def test_a_column_of_starts_and_ends_is_cautioned_about(name, values, shown):
    (said,) = cautions(pa.table({"other": ["x"] * len(values), name: values}), MAPPING, Facts("CSV"))
    assert said.startswith(f"column {name} holds both {shown}: each row counts as work of its own")


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("lifecycle:transition", ["complete", "complete"]),
        ("lifecycle:transition", ["start", "schedule"]),
        ("what", ["start", "complete", "dispatch"]),
        ("what", [*["start", "complete"] * 60, "dispatch"]),
        ("what", ["started", "completed"]),
        ("what", [None, ""]),
        ("activity", ["start", "complete"]),
    ],
)
def test_other_columns_are_not(name, values):
    assert cautions(pa.table({name: pa.array(values, pa.string())}), MAPPING, Facts("CSV")) == ()


def test_a_format_that_pairs_them_by_its_standard_needs_no_caution():
    rows = pa.table({"lifecycle:transition": ["start", "complete"]})
    assert cautions(rows, MAPPING, Facts("XES", known={"case": "case"})) == ()
