"""The table of steps of a drawn journey, as it is typed: one form for all rows, whose buttons keep what was typed."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple
from uuid import UUID

from django.utils.translation import gettext as _

from mizzle_web.journeys.actions.drawn import LONGEST, MOST_HOURS, MOST_STEPS, both_ways, too_many
from mizzle_web.journeys.figures.drawn import EXACT, Step, write_hours

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from django.http import QueryDict

    from mizzle_web.journeys.models import DrawnStep

FIRST_ROWS = 3
"""So many empty rows stand in a table that nobody has filled in."""
TEXTS = ("department", "activity", "promise", "wait", "touch")

UNITS = {
    **dict.fromkeys(("m", "min", "mins", "minute", "minutes", "minuto", "minutos", "minutt", "minutter"), 1 / 60),
    **dict.fromkeys(("h", "hr", "hrs", "hour", "hours", "hora", "horas", "t", "time", "timer"), 1.0),
    **dict.fromkeys(("d", "day", "days", "día", "días", "dia", "dias", "dag", "dager", "døgn"), 24.0),
    **dict.fromkeys(("w", "week", "weeks", "semana", "semanas", "uke", "uker"), 168.0),
}
"""Units of time as people write them in the languages of the house, in hours."""
PART = re.compile(r"([0-9]+(?:[.,][0-9]+)?) ?([^\W\d_]*)\.?\s*")
CLOCK = re.compile(r"([0-9]+):([0-5][0-9])")
YES = {"yes", "y", "x", "1", "true", "✓", "sí", "si", "s", "ja", "j"}
NO = {"", "no", "n", "0", "false", "nei", "-", "–"}  # noqa: RUF001 - people write both dashes


def read_hours(text: str) -> float | None:
    """Read hours as people write them; None of nothing.

    Raises
    ------
    ValueError
        For what is no duration.

    Examples
    --------
    >>> read_hours("1,5"), read_hours("2 days"), read_hours("30 min"), read_hours("1 h 15 min"), read_hours("0:45")
    (1.5, 48.0, 0.5, 1.25, 0.75)
    """
    said = " ".join(text.casefold().split())
    if not said:
        return None
    if clock := CLOCK.fullmatch(said):
        return round(int(clock[1]) + int(clock[2]) / 60, EXACT)
    parts, at = [], 0
    while at < len(said):
        part = PART.match(said, at)
        if part is None or (part[2] and part[2] not in UNITS):
            raise ValueError(text)
        parts.append((float(part[1].replace(",", ".")), part[2]))
        at = part.end()
    if len(parts) > 1 and not all(unit for _, unit in parts):
        raise ValueError(text)
    return round(sum(number * UNITS.get(unit, 1.0) for number, unit in parts), EXACT)


def line(text: str) -> str:
    """Make one line of what was typed: single spaces, no control characters."""
    spaced = "".join(" " if char.isspace() else char for char in text)
    return " ".join("".join(char for char in spaced if unicodedata.category(char) not in {"Cc", "Cs"}).split())


def title_of(name: str) -> str:
    """Name a column of the table."""
    return {
        "department": _("Department"),
        "activity": _("Activity"),
        "point": _("Perception point"),
        "promise": _("Promise to the customer"),
        "wait": _("Wait before it"),
        "touch": _("Touch"),
    }[name]


class Problem(NamedTuple):
    """Something to put right: the id of its cell, and a sentence."""

    target: str
    sentence: str


@dataclass
class Row:
    """One row as it is typed."""

    id: str = ""
    department: str = ""
    activity: str = ""
    is_point: bool = False
    promise: str = ""
    wait: str = ""
    touch: str = ""
    errors: dict[str, str] = field(default_factory=dict)

    @property
    def is_blank(self) -> bool:
        """Whether nobody wrote into it; such rows are not kept."""
        return not self.is_point and not any(getattr(self, name).strip() for name in TEXTS)


@dataclass
class Table:
    """All rows, and what is to be put right.

    Attributes
    ----------
    pasted
        Text of many steps that was pasted and could not be read.
    focus
        Id of what is to have the focus when the page is there again.
    """

    rows: list[Row]
    version: int = 0
    pasted: str = ""
    focus: str = ""
    problems: list[Problem] = field(default_factory=list)

    @classmethod
    def of_steps(cls, steps: Iterable[DrawnStep], version: int) -> Table:
        """Show steps that stand there."""
        rows = [
            Row(
                str(one.public_id),
                one.department,
                one.activity,
                one.is_point,
                one.promise,
                write_hours(one.wait_hours),
                write_hours(one.touch_hours),
            )
            for one in steps
        ]
        return cls(rows or [Row() for _ in range(FIRST_ROWS)], version)

    @classmethod
    def of_post(cls, sent: QueryDict) -> Table:
        """Take what was typed."""
        columns = [sent.getlist(name) for name in ("id", *TEXTS)]
        points = set(sent.getlist("point"))
        rows = [
            Row(ident, department, activity, str(number) in points, promise, wait, touch)
            for number, (ident, department, activity, promise, wait, touch) in enumerate(zip(*columns, strict=False))
        ]
        return cls(rows, _number(sent.get("version", "")) or 0, sent.get("pasted", ""))

    @property
    def shown(self) -> list[tuple[Row, str]]:
        """Give each row, and what of it is to have the focus."""
        name, _dash, place = self.focus.partition("-")
        return [(row, name if place == str(number) else "") for number, row in enumerate(self.rows)]

    # --- buttons that change the table and save nothing -------------------------------------------------------------
    def do(self, what: str) -> None:
        """Do what a button of the table says, as ``up-3``; what makes no sense changes nothing."""
        name, _dash, place = what.partition("-")
        at = _number(place)
        if name == "paste":
            self._paste()
        elif name == "add":
            self._insert(len(self.rows))
        elif at is None or at >= len(self.rows):
            return
        elif name == "insert":
            self._insert(at + 1)
        elif name == "delete":
            del self.rows[at]
            self.rows = self.rows or [Row()]
            self.focus = f"department-{min(at, len(self.rows) - 1)}"
        elif name in {"up", "down"}:
            self._move(at, at - 1 if name == "up" else at + 1, name)

    def _insert(self, at: int) -> None:
        if len(self.rows) >= MOST_STEPS:
            self.problems.append(Problem(f"department-{len(self.rows) - 1}", too_many()))
            return
        self.rows.insert(at, Row())
        self.focus = f"department-{at}"

    def _move(self, at: int, to: int, name: str) -> None:
        if 0 <= to < len(self.rows):
            self.rows[at], self.rows[to] = self.rows[to], self.rows[at]
            can_go_on = to > 0 if name == "up" else to < len(self.rows) - 1
            self.focus = f"{name}-{to}" if can_go_on else f"department-{to}"

    def _paste(self) -> None:
        """Read pasted lines into new rows behind the others; all of them or, where one cannot be read, none."""
        new = []
        for number, text in enumerate(self.pasted.splitlines(), 1):
            if not text.strip() or (number == 1 and _is_heading(text)):
                continue
            row, is_clear = _read_line(text)
            _check_row(row)
            if not is_clear:
                row.errors["point"] = _("Say yes for a perception point, or leave it empty.")
            self.problems += [
                Problem("pasted", _("Line %(n)d: %(problem)s") % {"n": number, "problem": sentence})
                for sentence in row.errors.values()
            ]
            new.append(row)
        there = [row for row in self.rows if not row.is_blank]
        if not new and not self.problems:
            self.problems.append(Problem("pasted", _("Paste at least one line: department; activity.")))
        if len(there) + len(new) > MOST_STEPS:
            self.problems.append(Problem("pasted", too_many()))
        if not self.problems:
            self.rows, self.pasted, self.focus = there + new, "", f"department-{len(there)}"

    # --- what is to be kept -----------------------------------------------------------------------------------------
    def steps(self) -> list[Step]:
        """Give the steps, and note what is to be put right; rows in which nothing stands are left out."""
        given, marked = [], dict[str, bool]()
        if sum(not row.is_blank for row in self.rows) > MOST_STEPS:
            self.problems.append(Problem(f"department-{MOST_STEPS}", too_many()))
        for number, row in enumerate(self.rows):
            if row.is_blank:
                continue
            step = _check_row(row)
            if marked.setdefault(step.activity, step.is_point) != step.is_point and step.activity:
                row.errors["point"] = both_ways(step.activity)
            said = _("Step %(n)d, %(field)s: %(problem)s")
            self.problems += [
                Problem(f"{name}-{number}", said % {"n": number + 1, "field": title_of(name), "problem": sentence})
                for name, sentence in row.errors.items()
            ]
            given.append(step)
        return given


def _check_row(row: Row) -> Step:
    """Give the step of a row, and write into the row what is to be put right."""
    row.errors = {}
    texts = {name: line(getattr(row, name)) for name in ("department", "activity", "promise")}
    if not texts["department"]:
        row.errors["department"] = _("Name the department that does it.")
    if not texts["activity"]:
        row.errors["activity"] = _("Say what is done.")
    for name, most in LONGEST.items():
        if len(texts[name]) > most:
            row.errors[name] = _("Give at most %(n)d characters.") % {"n": most}
    hours = {}
    for name in ("wait", "touch"):
        try:
            found = read_hours(getattr(row, name))
        except ValueError:
            found = None
            row.errors[name] = _("Give hours, as 4, 30 min or 2 days.")
        if found is not None and found > MOST_HOURS:
            row.errors[name] = _("Give at most ten years.")
        hours[name] = found
    return Step(_uuid(row.id), **texts, is_point=row.is_point, wait_hours=hours["wait"], touch_hours=hours["touch"])


def _number(text: str) -> int | None:
    return int(text) if re.fullmatch("[0-9]{1,9}", text) else None


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _cells(text: str) -> list[str]:
    """Cut a pasted line at tabs, as spreadsheets copy them, or else at semicolons."""
    return [cell.strip() for cell in text.split("\t" if "\t" in text else ";")]


def _is_heading(text: str) -> bool:
    return _cells(text)[0].casefold() in {"department", _("Department").casefold()}


def _read_line(text: str) -> tuple[Row, bool]:
    """Read ``department; activity; wait; touch; point; promise``, and say whether the point was a clear yes or no."""
    cells: Sequence[str] = [*_cells(text), *[""] * 5]
    department, activity, wait, touch, point = cells[:5]
    said, promise = point.casefold(), "; ".join(filter(None, cells[5:]))
    return Row("", department, activity, said in YES, promise, wait, touch), said in YES | NO
