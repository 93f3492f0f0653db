"""Parts of a log: whole cases chosen by when they ended, by an attribute, or by their pace."""

from __future__ import annotations

import difflib
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING

from mizzle.errors import MizzleError, NoSuchName
from mizzle.journeys.expressions import HOUR, either, rows

if TYPE_CHECKING:
    from collections.abc import Mapping

    import ibis.expr.types as ir

    from mizzle.tables import Events

MOST_HELD = 2_000_000
"""Events up to which a part of a log is copied inside the engine; a larger one is read from the log each time.

A copy of nine million events takes as long as a measure of them, does not fit into memory and saves little.
"""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NOTHING: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Paces:
    """The usual cases of a log and its slowest ones, to be measured beside each other.

    Attributes
    ----------
    typical, late
        The cases that took no longer than that, and those that did; event tables like the one they were taken from.
    late_from_hours
        Hours beyond which a case is late; None where there is no case.
    """

    typical: Events
    late: Events
    late_from_hours: float | None


def select(
    events: Events,
    *,
    ended_from: datetime | None = None,
    ended_until: datetime | None = None,
    where: Mapping[str, str] = _NOTHING,
) -> Events:
    """Choose whole cases by when they ended, and by attributes.

    Parameters
    ----------
    events
        An event table (`mizzle.logs.open_events`).
    ended_from, ended_until
        Keep the cases whose last end is at or after the first and before the second; instants with a time zone. None
        sets no bound.
    where
        Keep the cases in which each of these attributes has this value. A case has the value of the last of its events
        that has one.

    Returns
    -------
    Events
        An event table with those cases alone and the dictionaries of the whole log. Choosing nothing is a valid
        answer: every measure of it is then empty or undefined.

    Raises
    ------
    NoSuchName
        For an attribute that the log does not have; the message offers near names.
    ValueError
        For an instant without a time zone.

    Notes
    -----
    A case is never cut, so what is measured in the part is measured on whole journeys. The last end is the latest one
    of the case, as for throughput.
    """
    for name in where:
        known_attribute(events, name)
    since, until = _micros(ended_from), _micros(ended_until)
    if since is None and until is None and not where:
        return events
    table = events.table
    names = {f"value_{place}": name for place, name in enumerate(where)}
    values = {column: _of_case(table, name) for column, name in names.items()}
    per_case = table.group_by("case").aggregate(ended=table.end_us.max(), **_counts(table), **values)
    conditions = [per_case[column] == where[name] for column, name in names.items()]
    if since is not None:
        conditions.append(per_case.ended >= since)
    if until is not None:
        conditions.append(per_case.ended < until)
    return _part(events, per_case.filter(conditions).select("case", "n_events", "n_without").cache())


def by_pace(events: Events, *, late_share: float = 0.1) -> Paces:
    """Part a log into its usual cases and its slowest ones.

    Parameters
    ----------
    events
        An event table.
    late_share
        Which share of the cases counts as late: the slowest tenth.

    Returns
    -------
    Paces
        Two event tables, each of whole cases, and the hours that part them.

    Raises
    ------
    MizzleError
        For a share that is not between 0 and 1.

    Notes
    -----
    A case is late when it took longer than the 90th percentile (for a tenth) of `throughput`: hours from its first
    start to its last end, quantile with linear interpolation. Where many cases take equally long, fewer than a tenth
    are late; where all do, none is.
    """
    if not 0 < late_share < 1:
        raise MizzleError(f"The late ones are a share of cases between 0 and 1, not {late_share}. Try 0.1.")
    table = events.table
    took = table.end_us.max() - table.start_us.min()
    per_case = table.group_by("case").aggregate(took=took, **_counts(table)).cache()
    (row,) = rows(per_case.aggregate(limit=per_case.took.quantile(1 - late_share)))
    limit = row["limit"]
    is_late = per_case.took > (limit or 0)
    return Paces(
        typical=_part(events, per_case.filter(~is_late)),
        late=_part(events, per_case.filter(is_late)),
        late_from_hours=None if limit is None else limit / HOUR,
    )


def attribute_values(events: Events, name: str, most: int = 50) -> tuple[tuple[str, int], ...]:
    """Count the cases that have each value of an attribute.

    Parameters
    ----------
    events
        An event table.
    name
        One of `events.attributes`.
    most
        How many values are given at most.

    Returns
    -------
    tuple of (str, int)
        Values with their number of cases, the most frequent first, then by value. A case has the value of the last of
        its events that has one, as in `select`.

    Raises
    ------
    NoSuchName
        For an attribute that the log does not have; the message offers near names.
    """
    known_attribute(events, name)
    table = events.table
    per_case = table.group_by("case").aggregate(value=_of_case(table, name))
    per_case = per_case.filter(per_case.value.notnull())
    counted = per_case.group_by("value").aggregate(n=per_case.count())
    found = rows(counted.order_by([counted.n.desc(), counted.value]).limit(most))
    return tuple((row["value"], int(row["n"])) for row in found)


def known_attribute(events: Events, name: str) -> None:
    """Raise `NoSuchName` for an attribute that the log does not have."""
    if name in events.attributes:
        return
    if not events.attributes:
        raise NoSuchName(f"This log has no further attributes, so none is called {name!r}. Import it with the column.")
    near = difflib.get_close_matches(name, events.attributes, n=3, cutoff=0.5) or events.attributes[:5]
    raise NoSuchName(f"No attribute of this log is called {name!r}. Did you mean {either(near)}?")


def _micros(at: datetime | None) -> int | None:
    if at is None:
        return None
    if at.tzinfo is None:
        raise ValueError(f"{at} has no time zone, so it is no instant")
    return (at - _EPOCH) // timedelta(microseconds=1)


def _of_case(table: ir.Table, name: str) -> ir.StringScalar:
    """Value of an attribute in the last event of a case that has one."""
    column = table[f"x_{name}"]
    return column.argmax(table.seq, where=column.notnull())


def _counts(table: ir.Table) -> dict[str, ir.Scalar]:
    return {"n_events": table.count(), "n_without": table.node.isnull().ifelse(1, 0).sum()}


def _part(events: Events, kept: ir.Table) -> Events:
    """Make an event table of the cases that are kept, which come with their counts."""
    (row,) = rows(kept.aggregate(cases=kept.count(), events=kept.n_events.sum(), without=kept.n_without.sum()))
    n_events = int(row["events"] or 0)
    table = events.table.semi_join(kept, "case")
    return replace(
        events,
        table=table.cache() if n_events <= MOST_HELD else table,
        n_events=n_events,
        n_cases=int(row["cases"]),
        n_without_department=int(row["without"] or 0),
    )
