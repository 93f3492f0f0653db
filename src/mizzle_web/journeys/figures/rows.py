"""The rows of the map page: departments, handovers and agreed times, ready to be shown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mizzle_web.journeys.figures.findings import moved
from mizzle_web.journeys.figures.kept import FEWEST_CASES
from mizzle_web.journeys.figures.letters import letters_of

if TYPE_CHECKING:
    from mizzle.estimate import Estimate
    from mizzle.journeys.results import Agreed, Becomes, DepartmentDistance, DepartmentWay, Handover
    from mizzle_web.journeys.figures.measured import Compared, Page

COLOURS = 8
MOST_ROWS = 12
A_LONG_TABLE, MOST_DEPARTMENTS = 40, 100
"""Above so many departments one can be found by name; no more stand in the table, and the files hold them all."""

Stretch = tuple[str, float, float]


@dataclass(frozen=True, slots=True)
class DepartmentRow:
    """A department on the page.

    Attributes
    ----------
    name, code, colour
        Its name in the log, two or three letters of its own, and one of eight colours (0 for all further ones).
    distance, way
        Its figures; None where too few cases tell of it.
    compared, is_closer, is_further
        Itself half a year earlier, and whether it moved beyond chance.
    """

    name: str
    code: str
    colour: int
    distance: DepartmentDistance | None
    way: DepartmentWay | None
    compared: Compared | None = None
    is_closer: bool = False
    is_further: bool = False

    @property
    def is_told(self) -> bool:
        """Whether anything may be told of it."""
        return self.distance is not None

    @property
    def handovers(self) -> Estimate | None:
        """Handovers to the customer, where a perception point follows its work."""
        return self.distance.handovers_to_customer if self.distance else None

    @property
    def becomes(self) -> tuple[Becomes, ...]:
        """What its work becomes, the most frequent first."""
        return self.way.becomes[:5] if self.way else ()

    @property
    def stretches(self) -> list[Stretch]:
        """Touch and wait on the way to the customer, as shares of a bar."""
        if self.way is None or self.way.touch_hours.value is None or self.way.wait_hours.value is None:
            return []
        touch, wait = self.way.touch_hours.value, self.way.wait_hours.value
        whole = (touch + wait) or 1.0
        return [("touch", 0.0, 100 * touch / whole), ("wait", 100 * touch / whole, 100 * wait / whole)]


def departments(whole: Page, page: Page | None = None) -> list[DepartmentRow]:
    """Give the departments in order of distance, with nothing told of those that only a few cases tell of.

    With a `page` of some cases of the `whole`, the figures are of these; letters and colours stay as they are of all,
    and a department that no such case passed comes last.
    """
    shown = whole if page is None else page
    everyone = [one.department for one in whole.distance.departments]
    codes = letters_of(everyone)
    colours = dict(zip(everyone, range(1, COLOURS + 1), strict=False))
    ways = {one.department: one for one in shown.ways}
    figures = {one.department: one for one in shown.distance.departments}
    compared = {one.department: one for one in shown.compared}
    closer, further = ({one.department for one in some} for some in moved(shown.compared))
    rows = []
    for name in dict.fromkeys([*figures, *everyone]):
        one = figures.get(name)
        is_told = one is not None and one.cases >= FEWEST_CASES
        rows.append(
            DepartmentRow(
                name=name,
                code=codes[name],
                colour=colours.get(name, 0),
                distance=one if is_told else None,
                way=ways.get(name) if is_told else None,
                compared=compared.get(name) if is_told else None,
                is_closer=name in closer,
                is_further=name in further,
            )
        )
    return rows


@dataclass(frozen=True, slots=True)
class MovedRow:
    """A department on the line of handovers: where it is, where it was, both in per cent of the line."""

    row: DepartmentRow
    marks: tuple[tuple[str, float], ...]


def moves(rows: list[DepartmentRow]) -> list[MovedRow]:
    """Set departments beside themselves half a year earlier: those that moved, and the nearest of the others."""
    both = [
        one
        for one in rows
        if one.compared is not None and one.handovers is not None and one.handovers.value is not None
    ]
    first = sorted(both, key=lambda one: not (one.is_closer or one.is_further))[:MOST_ROWS]
    both = [one for one in both if one in first]
    known = [
        (one, one.handovers.value, one.compared.handovers_before.value)  # type: ignore[union-attr] # chosen above
        for one in both
    ]
    furthest = max((value for _row, *pair in known for value in pair if value is not None), default=0.0) or 1.0
    found = []
    for one, now, before in known:
        marks = [("before", before), ("now", now)]
        placed = tuple((kind, 3 + 94 * value / furthest) for kind, value in marks if value is not None)
        found.append(MovedRow(one, placed))
    return found


@dataclass(frozen=True, slots=True)
class WaitRow:
    """A handover with its wait, and what was agreed."""

    source: str
    target: str
    count: int
    median: float
    p90: float | None
    agreed: float | None
    within: Estimate | None
    is_over: bool
    stretches: tuple[Stretch, ...]


def waits(page: Page) -> list[WaitRow]:
    """Give the handovers that were agreed on, then the longest of the others, each with its median wait."""
    agreed = {(one.agreement.department, one.agreement.to): one for one in page.agreed if one.agreement.to}
    told = [one for one in page.handovers if one.count >= FEWEST_CASES and one.wait.median is not None]
    told.sort(key=lambda one: ((one.source, one.target) not in agreed, -(one.wait.median or 0.0)))
    shown = told[:MOST_ROWS]
    longest = max((one.wait.median or 0.0 for one in shown), default=0.0)
    longest = max([longest, *(agreed[pair].agreement.hours for pair in _pairs(shown) if pair in agreed)]) or 1.0
    return [_wait(one, agreed.get((one.source, one.target)), longest) for one in shown]


def _pairs(shown: list[Handover]) -> list[tuple[str, str]]:
    return [(one.source, one.target) for one in shown]


def _wait(one: Handover, agreed: Agreed | None, longest: float) -> WaitRow:
    median = one.wait.median or 0.0
    hours = agreed.agreement.hours if agreed else None
    is_over = hours is not None and median > hours
    stretches: list[Stretch] = [("over" if is_over else "wait", 0.0, 100 * median / longest)]
    if hours is not None:
        stretches.append(("agreed", 0.0, 100 * hours / longest))
    return WaitRow(
        one.source,
        one.target,
        one.count,
        median,
        one.wait.p90,
        hours,
        agreed.within if agreed else None,
        is_over,
        tuple(stretches),
    )
