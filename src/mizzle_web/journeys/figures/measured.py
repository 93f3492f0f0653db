"""What is worked out of one view of a journey, as frozen tables that are kept as JSON without loss.

Nothing of Django here: the process that measures knows no database and no person.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from dataclasses import dataclass, replace

# Imported in earnest, since the types of fields are read when they become JSON.
from datetime import datetime  # noqa: TC003 - see above
from functools import cache
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter

from mizzle.estimate import Estimate  # noqa: TC001 - see above
from mizzle.journeys.results import (  # see above
    Agreed,
    Becomes,
    DepartmentDistance,
    DepartmentWay,
    Distance,
    Handover,
    ProcessMap,
    Suggestion,
    Throughput,
)

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable

    from mizzle.tables import Node

FEWEST = 5
"""From fewer cases nothing is told of a department."""
PACES = ("all", "typical", "late")
"""All cases of a view, those that took as long as most, and the slowest tenth."""


@dataclass(frozen=True, slots=True)
class Compared:
    """A department now beside half a year earlier.

    Attributes
    ----------
    department
        Its name in the log.
    handovers_before, hours_before
        Its distance then.
    handovers_change, hours_change
        Now less then, with the interval of the difference.
    """

    department: str
    handovers_before: Estimate
    hours_before: Estimate
    handovers_change: Estimate
    hours_change: Estimate


@dataclass(frozen=True, slots=True)
class Page:
    """What the map page shows of some cases.

    Attributes
    ----------
    cases, events, without_department
        How many there are.
    first_at, last_at
        First and last end of an event; None where there is none.
    distance
        Of each department, without months.
    ways
        What the work of each department becomes, touched and waited.
    handovers, n_handovers
        The most frequent ones, and how many pairs there are in all.
    agreed
        Agreed against actual times.
    late_from_hours
        From which hours on a case is late.
    before_first, before_last, compared
        The months beside which these are set, and each department now and then.
    """

    cases: int
    events: int
    without_department: int
    first_at: datetime | None
    last_at: datetime | None
    distance: Distance
    ways: tuple[DepartmentWay, ...]
    throughput: Throughput
    rework: Estimate
    handovers: tuple[Handover, ...]
    n_handovers: int
    agreed: tuple[Agreed, ...]
    late_from_hours: float | None = None
    before_first: str = ""
    before_last: str = ""
    compared: tuple[Compared, ...] = ()


@dataclass(frozen=True, slots=True)
class Near:
    """What one department is told of its own way to the customer, where the rest of the page is not asked for.

    Attributes
    ----------
    department, cases
        Whose work, in how many cases.
    handovers, hours
        Its distance.
    touch, wait
        What lies between it and the customer; None where no perception point follows its work.
    becomes
        The perception points that its work becomes, the most frequent ones.
    before_first, before_last, compared
        The months half a year earlier, and itself then and now; None where the log does not go so far back.
    """

    department: str
    cases: int
    handovers: Estimate
    hours: Estimate
    touch: Estimate | None
    wait: Estimate | None
    becomes: tuple[Becomes, ...]
    before_first: str
    before_last: str
    compared: Compared | None


@dataclass(frozen=True, slots=True)
class Onward:
    """What follows a step in the list form."""

    department: str
    activity: str
    count: int
    hours: float | None
    agreed: float | None
    is_over: bool


@dataclass(frozen=True, slots=True)
class WalkStep:
    """One step of the list form of a drawing."""

    department: str
    activity: str
    count: int
    depth: float | None
    is_point: bool
    is_on_way: bool
    is_below: bool
    onward: tuple[Onward, ...]


@dataclass(frozen=True, slots=True)
class Drawing:
    """The blueprint in one language: as SVG, the names of its lanes alone, in sentences, and as a list."""

    svg: str
    names: str
    caption: str
    walk: tuple[WalkStep, ...]


Months = tuple[DepartmentDistance, ...]
NearByDepartment = dict[str, str]
"""`Near` of each department as JSON, so that a page reads that of one among hundreds, and no more."""
UsualByNode = dict[str, str]
"""The process map around each node as JSON: the node, and the steps that lead to it; for the pages of single cases."""
Suggestions = tuple[Suggestion, ...]


@cache
def _adapter(kind: Any) -> TypeAdapter[Any]:
    """Give what turns a table into JSON and back."""
    return TypeAdapter(kind)


MOST_BECOMES = 3


def near_of(page: Page) -> dict[str, str]:
    """Take out of a page what each department is told of itself."""
    ways = {one.department: one for one in page.ways}
    compared = {one.department: one for one in page.compared}
    found = {}
    for one in page.distance.departments:
        way = ways.get(one.department)
        near = Near(
            department=one.department,
            cases=one.cases,
            handovers=one.handovers_to_customer,
            hours=one.hours_to_customer,
            touch=way.touch_hours if way else None,
            wait=way.wait_hours if way else None,
            becomes=way.becomes[:MOST_BECOMES] if way else (),
            before_first=page.before_first,
            before_last=page.before_last,
            compared=compared.get(one.department),
        )
        found[one.department] = to_json(near, Near)
    return found


def usual_of(drawn: ProcessMap) -> dict[str, str]:
    """Take a process map apart, so that a page of one case reads the nodes that it passes, and no more."""
    into = defaultdict(list)
    for edge in drawn.edges:
        into[edge.target].append(edge)
    return {
        key_of(one.node): to_json(replace(drawn, nodes=(one,), edges=tuple(into[one.node])), ProcessMap)
        for one in drawn.nodes
    }


def key_of(node: Node) -> str:
    """Name a node in `UsualByNode`."""
    return json.dumps(node, ensure_ascii=False)


def to_json(value: object, kind: Hashable) -> str:
    """Write a table as JSON."""
    return _adapter(kind).dump_json(value).decode()


def of_json(text: str, kind: Hashable) -> Any:
    """Read a table of a kind (a dataclass, or a tuple of one) from JSON."""
    return _adapter(kind).validate_json(text)


PARTS: dict[str, Hashable] = {
    **dict.fromkeys(PACES, Page),
    "months": Months,
    "near": NearByDepartment,
    "usual": UsualByNode,
    "steps": ProcessMap,
    **{f"draw-{pace}": Drawing for pace in PACES},
}
"""The parts of a set of figures, each by its name."""
FORM = "form"
"""The name under which the form of all other parts is kept with them."""


def form_of(languages: Iterable[str]) -> str:
    """Give a mark of the form of all parts, with drawings in some languages; where it is the same, all can be read."""
    return _form(tuple(languages))


@cache
def _form(languages: tuple[str, ...]) -> str:
    told = {name: _adapter(kind).json_schema() for name, kind in PARTS.items()}
    return hashlib.sha256(json.dumps([told, sorted(languages)], sort_keys=True).encode()).hexdigest()
