"""Small logs written by hand: a table of text becomes an event table, and back come figures to compare."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pyarrow as pa

from mizzle.logs import events_in_memory
from mizzle.tables import INSTANT, RAW_EVENTS

BEGIN = datetime(2024, 1, 1, tzinfo=UTC)
"""Hour 0 of every log in the tests."""

_TYPES = {"string": pa.string(), "int64": pa.int64(), INSTANT: pa.timestamp("us", "UTC")}
RAW_SCHEMA = pa.schema([(column.name, _TYPES[column.type]) for column in RAW_EVENTS.columns])


def hour(text):
    """Write an instant as hours since `BEGIN`; `-` for none."""
    return None if text == "-" else BEGIN + timedelta(hours=float(text))


def raw(rows, extras=None):
    """Make raw events of tuples (case, activity, department, start, end); `-` stands for nothing."""
    columns = list(zip(*rows, strict=True)) or [[]] * 5
    table = pa.table(
        {
            "case_id": columns[0],
            "activity": columns[1],
            "department": [None if one == "-" else one for one in columns[2]],
            "start": [hour(one) for one in columns[3]],
            "end": [hour(one) for one in columns[4]],
            "resource": [None] * len(rows),
            "row": range(1, len(rows) + 1),
        },
        schema=RAW_SCHEMA,
    )
    for name, values in (extras or {}).items():
        table = table.append_column(f"x_{name}", pa.array(values, pa.string()))
    return table


def events(engine, text, extras=None):
    """Make an event table of lines `case activity department start end`, in hours; `-` stands for nothing."""
    return events_in_memory(raw([line.split() for line in text.strip().splitlines()], extras), engine)
