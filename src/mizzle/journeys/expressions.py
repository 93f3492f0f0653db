"""Pieces that the measures of journeys share: codes of departments, spreads, rows out of an expression, near names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ibis

from mizzle.engines import fetch
from mizzle.estimate import Spread
from mizzle.tables import ACTIVITY_BITS, MOST_ACTIVITIES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import ibis.expr.types as ir

    from mizzle.tables import Events

HOUR = 3_600_000_000
"""Microseconds in an hour."""


def department_of(node: ir.IntegerColumn) -> ir.IntegerColumn:
    """Take the code of the department out of a node code."""
    return node >> ACTIVITY_BITS


def is_point(events: Events, node: ir.IntegerColumn, points: Sequence[str]) -> ir.BooleanColumn:
    """Whether a node is one of the perception points."""
    codes = [code for code, name in enumerate(events.activities) if name in points]
    return (node & (MOST_ACTIVITIES - 1)).isin(codes) if codes else ibis.literal(value=False)


def spreads(values: ir.IntegerColumn) -> dict[str, ir.Scalar]:
    """Give the aggregates for a spread of microseconds; read back with `spread`."""
    # One list of quantiles takes half the time of two quantiles.
    return {"n": values.count(), "mean": values.mean(), "quantiles": values.quantile([0.5, 0.9])}


def spread(row: Mapping[str, Any], method: str, unit: str = "h", one: float = HOUR) -> Spread:
    """Turn a row of `spreads` into figures in hours (or another unit of `one` each)."""
    if row["mean"] is None:
        return Spread(None, None, None, n=0, unit=unit, method=method)
    median, p90 = row["quantiles"]
    return Spread(float(row["mean"]) / one, median / one, p90 / one, n=int(row["n"]), unit=unit, method=method)


def rows(expression: ir.Table) -> list[dict[str, Any]]:
    """Run an expression and give its rows as dictionaries."""
    found: list[dict[str, Any]] = fetch(expression).to_pylist()
    return found


def either(names: Sequence[str]) -> str:
    """Put names in a row for a question: 'a', 'b' or 'c'."""
    quoted = [f"'{name}'" for name in names]
    return quoted[0] if len(quoted) == 1 else ", ".join(quoted[:-1]) + " or " + quoted[-1]
