"""The contract: the columns of each table, with type, unit and meaning. Readers write them, measures read them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

    import ibis.expr.types as ir


class Column(NamedTuple):
    """One column of a table: its name, Arrow type, whether it may be empty, and what it means."""

    name: str
    type: str
    nullable: bool
    meaning: str


@dataclass(frozen=True, slots=True)
class Schema:
    """The columns of one table, in order."""

    name: str
    meaning: str
    columns: tuple[Column, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the columns, in order."""
        return tuple(column.name for column in self.columns)


INSTANT = "timestamp[us, tz=UTC]"

RAW_EVENTS = Schema(
    "raw events",
    "One row per event as a reader understood it, before cases are put in order. Free attributes follow as text columns"
    " whose names begin with `x_`.",
    (
        Column("case_id", "string", False, "the case (order, incident, delivery) as the log names it"),
        Column("activity", "string", False, "what was done"),
        Column("department", "string", True, "who did it, as a department; empty where the log does not say"),
        Column("start", INSTANT, True, "when it began; empty where the log has no beginnings"),
        Column("end", INSTANT, False, "when it was done"),
        Column("resource", "string", True, "pseudonym of the person or machine: a keyed hash, never the name"),
        Column("row", "int64", False, "position in the file, from 1: a row number, or the count of events in an XES"),
    ),
)

EVENTS = Schema(
    "events",
    "The event table: one row per event, sorted by case, then by start (end where there is no start), end and row."
    " Free attributes follow as text columns whose names begin with `x_`. The steps between events of a case are kept"
    " in the row of the later event; an event without a department stands outside the chain of steps.",
    (
        Column("case", "int32", False, "dense code of the case, from 0"),
        Column("case_id", "string", False, "the case as the log names it"),
        Column("seq", "int32", False, "order of the event in its case, from 0"),
        Column(
            "node",
            "int32",
            True,
            "code of (department, activity), department << 16 | activity; empty without a department",
        ),
        Column("activity", "string", False, "what was done"),
        Column("department", "string", True, "who did it, as a department; empty where the log does not say"),
        Column("start", INSTANT, True, "when it began; empty where the log has no beginnings"),
        Column("end", INSTANT, False, "when it was done"),
        Column("resource", "string", True, "pseudonym of the person or machine: a keyed hash, never the name"),
        Column("row", "int64", False, "position in the file, from 1"),
        Column("previous", "int32", True, "node of the case's event before this one; empty at the first"),
        Column("wait", "int64", True, "microseconds from the end of the event before to this start, at least 0"),
        Column("handovers", "int32", True, "handovers of the case up to and including the step to this event"),
        Column("occurrence", "int32", True, "how often this activity of this department came before in the case"),
        Column("repeats", "bool", False, "this activity of this department came before, and another department since"),
    ),
)

REJECTED = Schema(
    "rejected rows",
    "Rows of a file that could not be read, in the order of the file.",
    (
        Column("row", "int64", False, "position in the file, from 1, not counting the header"),
        Column("reason", "string", False, "why, in plain words"),
        Column("text", "string", True, "the row as it stands in the file, shortened to 1,000 characters"),
    ),
)


class Node(NamedTuple):
    """An activity of a department: a node of the process map."""

    department: str
    activity: str


ACTIVITY_BITS = 16
"""A node code is the department's code, then this many bits of the activity's: both come out by shifting."""

MOST_ACTIVITIES = 1 << ACTIVITY_BITS
MOST_DEPARTMENTS = 1 << (31 - ACTIVITY_BITS)


@dataclass(frozen=True, slots=True)
class Events:
    """An event table on an engine, with the dictionaries of its codes.

    Parameters
    ----------
    table
        The columns of `EVENTS`, as an Ibis table bound to an engine; instants as `start_us` and `end_us`
        (microseconds since 1970 UTC, `start_us` falling back on `end_us`) stand beside `start` and `end`.
    departments
        Departments by code.
    activities
        Every activity of the log with its number of events, also those without a department; in order of code. Of a
        part of a log (`mizzle.journeys.select`), this and the departments are still those of the whole log.
    has_start
        Whether the log says when events began; without, there is no touch time.
    n_events, n_cases, n_without_department
        Counts over the cases of this table.
    attributes
        Names of the free attributes (columns `x_...`, without the prefix).
    """

    table: ir.Table
    departments: tuple[str, ...]
    activities: dict[str, int]
    has_start: bool
    n_events: int
    n_cases: int
    n_without_department: int
    attributes: tuple[str, ...] = ()

    def nodes(self) -> Callable[[int], Node]:
        """Give the function that reads a node code."""
        names = tuple(self.activities)
        return cache(lambda code: Node(self.departments[code >> ACTIVITY_BITS], names[code & (MOST_ACTIVITIES - 1)]))
