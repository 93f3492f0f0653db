"""Departments as the page that links them shows them: each with a choice, in three groups, however many there are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mizzle_web.journeys.figures.guesses import Guess, guess_each, house, now
from mizzle_web.journeys.figures.likeness import folded, holds
from mizzle_web.journeys.models import DepartmentLink

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from mizzle_web.journeys.figures.guesses import House
    from mizzle_web.journeys.models import Journey

OUTSIDE, UNIT = "outside", "unit:"
"""What a choice says: outside the organisation, or the code of a unit behind `UNIT`; an empty one says: not yet."""
A_PAGE = 450
"""Departments on one page; each is a field, and a form has at most a thousand."""
MOST_OPTIONS = 12_000
"""Options on one page. Beyond, a department offers what was guessed alone, until fewer are looked for."""

GROUPS = ("open", "linked", "outside")

Option = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Row:
    """A department with its choice.

    Attributes
    ----------
    department
        Its name in the log.
    chosen, stored
        What its field says now, and what was saved.
    first, others
        Options: what it most likely is, and every other unit; without others, the page says how to find them.
    why
        Why the choice is offered, or what became of the unit.
    group
        ``"open"``, ``"linked"`` or ``"outside"``, by what was saved; ``"open"`` too where a unit has changed since.
    """

    department: str
    chosen: str
    stored: str
    first: tuple[Option, ...]
    others: tuple[Option, ...]
    why: str
    group: str


@dataclass(frozen=True, slots=True)
class Linking:
    """What the page shows.

    Attributes
    ----------
    rows
        Departments that are shown, those that are still to be linked first.
    kept
        Choices for departments that are not shown.
    seen
        What was saved for every department when the page was made.
    counts
        How many departments there are in each group, whether shown or not.
    n_departments, n_found, page, n_pages
        How many there are, how many hold the words that are looked for, and the part that is shown.
    n_elsewhere
        Links to departments that no log has now; they are kept.
    is_short
        Whether some departments do not offer every unit.
    """

    rows: tuple[Row, ...]
    kept: dict[str, str]
    seen: dict[str, str]
    counts: dict[str, int]
    n_departments: int
    n_found: int
    page: int
    n_pages: int
    n_elsewhere: int
    is_short: bool

    def group(self, name: str) -> list[Row]:
        """Give the rows of a group."""
        return [row for row in self.rows if row.group == name]


def stored(journey: Journey) -> dict[str, str]:
    """Give what was saved for each department, as its choice says it."""
    links = DepartmentLink.objects.filter(journey=journey).values_list("department", "unit__code")
    return {department: OUTSIDE if code is None else UNIT + code for department, code in links}


def linking(
    journey: Journey,
    on: date,
    *,
    chosen: Mapping[str, str] | None = None,
    seen: Mapping[str, str] | None = None,
    words: str = "",
    page: int = 1,
) -> Linking:
    """Sort the departments of a journey for somebody who links them; `chosen` is what they chose and did not save."""
    departments = sorted(journey.table_facts.get("departments", ()), key=folded)
    inside, saved, chosen = house(on), stored(journey), dict(chosen or {})
    guesses = _guesses(journey, departments, inside)
    groups = {one: _group(saved.get(one, ""), guesses[one]) for one in departments}
    found = sorted((one for one in departments if holds(one, words)), key=lambda one: GROUPS.index(groups[one]))
    n_pages = max(1, -(-len(found) // A_PAGE))
    page = min(max(page, 1), n_pages)
    here = found[(page - 1) * A_PAGE : page * A_PAGE]
    every = [(UNIT + one.code, "\N{EN SPACE}" * 2 * one.indent + inside.label(one.pk)) for one in inside.branches]
    needy = sorted(here, key=lambda one: (groups[one] != "open", guesses[one].is_clear))
    full = set(needy[: MOST_OPTIONS // max(len(every), 1)])
    return Linking(
        rows=tuple(
            _row(
                one,
                groups[one],
                (chosen.get(one), saved.get(one, "")),
                guesses[one],
                inside,
                every if one in full else [],
            )
            for one in here
        ),
        kept={one: choice for one, choice in chosen.items() if one not in set(here)},
        seen={one: saved.get(one, "") for one in departments} if seen is None else dict(seen),
        counts={name: sum(group == name for group in groups.values()) for name in GROUPS},
        n_departments=len(departments),
        n_found=len(found),
        page=page,
        n_pages=n_pages,
        n_elsewhere=len(set(saved) - set(departments)),
        is_short=len(full) < len(here),
    )


def _guesses(journey: Journey, departments: list[str], inside: House) -> dict[str, Guess]:
    """Say for each department what it may be, or what became of the unit that it is linked to."""
    links = dict(DepartmentLink.objects.filter(journey=journey).values_list("department", "unit_id"))
    found = dict.fromkeys(departments, Guess())
    found |= guess_each((one for one in departments if one not in links), journey, inside)
    for department, unit in links.items():
        if unit is not None and department in found:
            became = now(unit, inside)
            found[department] = Guess() if became.units == (unit,) else became
    return found


def _group(saved: str, guess: Guess) -> str:
    """Tell the group of a department; where its unit is no more, it is to be linked anew."""
    if saved == OUTSIDE:
        return "outside"
    return "linked" if saved and not guess.why else "open"


def _row(
    department: str, group: str, choices: tuple[str | None, str], guess: Guess, inside: House, every: list[Option]
) -> Row:
    """Make a row: what was guessed is chosen unless somebody has chosen, and whatever is chosen can be seen."""
    chosen, saved = choices
    first = [(UNIT + inside.codes[one], inside.label(one)) for one in guess.units]
    if chosen is None:
        chosen = saved
        if group == "open" and guess.is_clear:
            chosen = OUTSIDE if guess.is_outside else first[0][0]
    by_code = {code: unit for unit, code in inside.codes.items()}
    offered = {value for value, _label in (*first, *every)}
    for value in dict.fromkeys((chosen, saved)):
        unit = by_code.get(value.removeprefix(UNIT)) if value.startswith(UNIT) else None
        if unit is not None and value not in offered:
            first.append((value, inside.label(unit)))
    ahead = {value for value, _label in first}
    others = tuple(one for one in every if one[0] not in ahead)
    return Row(department, chosen, saved, tuple(first), others, guess.why, group)
