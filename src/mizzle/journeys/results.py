"""What the measures of journeys answer with: plain frozen tables of figures, ready to print, draw or release."""

from __future__ import annotations

from dataclasses import dataclass

# Imported in earnest: who keeps figures as JSON reads the types of their fields when it runs.
from datetime import date, datetime  # noqa: TC003 - see above

from mizzle.estimate import Estimate, Spread  # noqa: TC001 - see above
from mizzle.tables import Node  # noqa: TC001 - see above


@dataclass(frozen=True, slots=True)
class DepartmentDistance:
    """How far one department is from the customer; over the whole log, or in one month.

    Attributes
    ----------
    department, month
        Whose work; the first day of the month (UTC) of its events' ends, or None for the whole log.
    events, cases
        Events of the department, and cases they belong to.
    contact_share
        Share of its events that are perception points.
    handovers_to_customer, handovers_median, handovers_p90
        Handovers between an event and the next perception point of its case, over events that have one.
    hours_to_customer, hours_median, hours_p90
        Hours from the end of an event to the start of that perception point, at least 0.
    unheard_share
        Share of its events after which no perception point follows.
    """

    department: str
    month: date | None
    events: int
    cases: int
    contact_share: Estimate
    handovers_to_customer: Estimate
    handovers_median: Estimate
    handovers_p90: Estimate
    hours_to_customer: Estimate
    hours_median: Estimate
    hours_p90: Estimate
    unheard_share: Estimate


@dataclass(frozen=True, slots=True)
class Distance:
    """The distance of every department, nearest first; those never followed by a perception point come last."""

    cases: int
    events: int
    events_without_department: int
    perception_points: tuple[str, ...]
    departments: tuple[DepartmentDistance, ...]
    months: tuple[DepartmentDistance, ...]
    method: str


@dataclass(frozen=True, slots=True)
class Becomes:
    """A perception point that the work of a department becomes: an activity, and the department that does it.

    Attributes
    ----------
    activity, department
        The perception point.
    share, n
        Share of the department's heard events whose next perception point it is, and how many that are.
    """

    activity: str
    department: str
    share: Estimate
    n: int


@dataclass(frozen=True, slots=True)
class DepartmentWay:
    """The way from the work of one department to the customer: touch, wait, and what it becomes.

    Attributes
    ----------
    department, events, cases
        Whose work; its heard events (those that a perception point follows, or that are one), and their cases.
    touch_hours
        Hours in which others work on the case between such an event and the perception point; undefined where the log
        has no starts.
    wait_hours
        The rest of the hours to the customer, at least 0; all of them where the log has no starts.
    becomes
        The perception points that the work becomes, the most frequent first.
    """

    department: str
    events: int
    cases: int
    touch_hours: Estimate
    wait_hours: Estimate
    becomes: tuple[Becomes, ...]


@dataclass(frozen=True, slots=True)
class MapNode:
    """A node of the process map: an activity of a department.

    Attributes
    ----------
    node, count, cases
        Which, in how many events of how many cases.
    touch
        Hours from start to end of its events; None where the log has no starts.
    repeats
        How many of its events repeat work after another department has worked in between.
    starts, ends
        How many cases begin, and end, with it.
    """

    node: Node
    count: int
    cases: int
    touch: Spread | None
    repeats: int
    starts: int
    ends: int


@dataclass(frozen=True, slots=True)
class MapEdge:
    """A step of the process map: the second node directly follows the first in `count` places; waits in hours."""

    source: Node
    target: Node
    count: int
    wait: Spread


@dataclass(frozen=True, slots=True)
class ProcessMap:
    """Nodes by falling count, edges by falling count, and how much of the log the edges shown cover.

    Attributes
    ----------
    nodes, edges
        What is shown.
    cases, cases_shown
        Cases with at least one event of a department, and those of them whose every step is among the edges.
    nodes_total, edges_total
        How many there are in the whole log.
    """

    nodes: tuple[MapNode, ...]
    edges: tuple[MapEdge, ...]
    cases: int
    cases_shown: int
    nodes_total: int
    edges_total: int
    method: str


@dataclass(frozen=True, slots=True)
class Handover:
    """Work passing from one department to another: how often, and how long it waited in hours."""

    source: str
    target: str
    count: int
    wait: Spread


@dataclass(frozen=True, slots=True)
class Step:
    """One event in the value chain of a case.

    Attributes
    ----------
    seq, activity, department, start, end
        The event; department None where the log does not say.
    is_perception_point
        Whether the customer sees, hears or feels it.
    touch_hours
        End minus start; None where the log has no start.
    wait_hours, handover
        Hours since the end of the event before (None at the first), and the pair of departments that owns this wait;
        None where the department did not change.
    touch_population, wait_population
        The same activity of the same department, and the same step between nodes, over the whole log.
    agreed_touch_hours, agreed_wait_hours
        What was agreed for the department and for the handover; None where nothing was.
    """

    seq: int
    activity: str
    department: str | None
    start: datetime | None
    end: datetime
    is_perception_point: bool
    touch_hours: float | None
    wait_hours: float | None
    handover: tuple[str, str] | None
    touch_population: Spread | None
    wait_population: Spread | None
    agreed_touch_hours: float | None
    agreed_wait_hours: float | None


@dataclass(frozen=True, slots=True)
class Timeline:
    """The value chain of one case: its steps in order, with the hours touched, waited and in all."""

    case_id: str
    steps: tuple[Step, ...]
    touch_hours: float | None
    wait_hours: float
    total_hours: float
    method: str


@dataclass(frozen=True, slots=True)
class Agreement:
    """A time agreed together: for a department's own part of a case, or (with `to`) for the wait of a handover."""

    department: str
    to: str | None
    hours: float


@dataclass(frozen=True, slots=True)
class Agreed:
    """Agreed against actual: share of cases within the agreed time (Wilson interval), and the hours over it.

    Attributes
    ----------
    agreement, cases
        What was agreed, and how many cases it applies to.
    within
        Share of those cases within it.
    actual
        Hours of those cases.
    over
        Hours beyond the agreed time, over the cases that went beyond.
    """

    agreement: Agreement
    cases: int
    within: Estimate
    actual: Spread
    over: Spread


@dataclass(frozen=True, slots=True)
class Suggestion:
    """An activity that may be a perception point, with a score from 0 to 1 and the reasons, never applied by itself."""

    activity: str
    score: float
    events: int
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Throughput:
    """Time of a case from its first start to its last end, and how much of it is touch.

    Attributes
    ----------
    hours, spread, cases
        Hours of a case over all cases: mean with its interval, and mean, median and 90th percentile.
    touch, touch_hours
        Hours touched in a case, over the cases that have a start: the same two. None where the log has no starts.
    """

    hours: Estimate
    spread: Spread
    cases: int
    touch: Spread | None = None
    touch_hours: Estimate | None = None
