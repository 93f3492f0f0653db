"""How orders pass through the departments: what is done, how long it takes, and how long they wait before it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from mizzle.simulate.larkmoor import DEPARTMENTS
from mizzle.simulate.opening import Opening

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Rows = NDArray[np.int64]
    Hours = NDArray[np.float64]

CODES = {department.name: code for code, department in enumerate(DEPARTMENTS)}
"""The code of each department."""

PEOPLE = tuple(department.office + sum(team.size for team in department.teams) for department in DEPARTMENTS)
"""How many people work in each department, by its code."""

_OPENINGS = {
    "Front desk": Opening((0, 4, 7, 20), (5, 6, 9, 17)),
    "Transport": Opening((0, 5, 7, 20.5)),
    "Sales": Opening((0, 5, 8, 20), (6, 6, 10, 18)),
    "Claims": Opening((0, 5, 8, 20)),
    "Billing": Opening((0, 4, 7, 19), (5, 5, 8, 14)),
    "Order planning": Opening((0, 5, 5, 23), (6, 6, 8, 20)),
    "Warehouse": Opening((0, 4, 0, 24), (5, 5, 0, 22), (6, 6, 8, 24)),
    "IT": Opening((0, 4, 0, 24), (5, 5, 6, 20)),
    "People": Opening((0, 4, 8, 17)),
}
_PICKING = Opening((0, 5, 6, 22), (6, 6, 8, 20))  # at night the warehouse only stages
_RINGING = Opening((0, 5, 8, 20))


class Work(NamedTuple):
    """What is done: by which department, and how many minutes at the median.

    Where they are given: hours at the median that an order waits for it, whoever had it before, and when it is done.
    """

    department: str
    minutes: float
    hours: float | None = None
    opening: Opening | None = None


WORK = {
    "Take the enquiry": Work("Sales", 12),
    "Find a slot": Work("Order planning", 6),
    "Offer a slot": Work("Sales", 15),
    "Confirm order": Work("Front desk", 12),
    "Change the order": Work("Sales", 12, 2.0),
    "Check the payment": Work("Billing", 8),
    "Check the credit": Work("Billing", 15),
    "Plan the route": Work("Order planning", 25),
    "Correct the address": Work("Front desk", 10),
    "Ask for a crew": Work("Transport", 8),
    "Fill shifts": Work("People", 40),
    "Agree the day": Work("Front desk", 8),
    "Pick": Work("Warehouse", 28, opening=_PICKING),
    "Ring about access": Work("Warehouse", 6, 0.7, _RINGING),
    "Print labels": Work("IT", 5),
    "Stage at dock": Work("Warehouse", 22),
    "Ask for release": Work("Sales", 8),
    "Swap the van": Work("Order planning", 12),
    "Load the van": Work("Transport", 30),
    "Release the round": Work("Order planning", 5),
    "Call ahead": Work("Transport", 5),
    "Find nobody in": Work("Transport", 12, 3.5),
    "Carry in": Work("Transport", 40, 3.5),
    "Sign off the round": Work("Transport", 10, 1.0),
    "Close the round": Work("Order planning", 5),
    "Open a claim": Work("Claims", 15),
    "Check the invoice": Work("Billing", 12),
    "Assess the damage": Work("Claims", 20),
    "Approve the sum": Work("Billing", 8),
    "Settle a claim": Work("Claims", 15),
    "Invoice": Work("Billing", 8),
}
"""Everything that is done, in the order in which most orders meet it."""

OPENINGS = {activity: work.opening or _OPENINGS[work.department] for activity, work in WORK.items()}
"""When each activity is done."""

_WAITS = {
    ("Sales", "Front desk"): 0.5,
    ("Sales", "Order planning"): 0.5,
    ("Sales", "Transport"): 3.5,
    ("Front desk", "Billing"): 1.6,
    ("Front desk", "Order planning"): 3.0,
    ("Front desk", "Warehouse"): 5.0,
    ("Billing", "Claims"): 1.2,
    ("Billing", "Order planning"): 1.5,
    ("Billing", "Warehouse"): 5.0,
    ("Order planning", "Billing"): 3.5,
    ("Order planning", "Sales"): 0.4,
    ("Order planning", "Transport"): 0.5,
    ("Order planning", "Warehouse"): 5.0,
    ("People", "Warehouse"): 5.0,
    ("Warehouse", "Sales"): 0.5,
    ("Warehouse", "IT"): 0.8,
    ("Warehouse", "Warehouse"): 1.8,
    ("IT", "Warehouse"): 0.8,
    ("Transport", "Billing"): 4.5,
    ("Transport", "Claims"): 3.5,
    ("Transport", "Front desk"): 2.0,
    ("Transport", "Order planning"): 0.6,
    ("Transport", "Transport"): 1.2,
    ("Claims", "Billing"): 1.2,
    ("Claims", "Claims"): 0.1,
}  # median hours of work of the second department until it takes up what the first one has done
_OTHERWISE = 1.0

_WAIT, _TOUCH, _SLOWNESS = 0.4, 0.4, 0.12  # sigmas of waits, of touch, and of what makes a whole order slow


def _usual_waits() -> Hours:
    table = np.full((len(CODES), len(CODES)), _OTHERWISE)
    for (source, target), hours in _WAITS.items():
        table[CODES[source], CODES[target]] = hours
    return table


@dataclass(frozen=True, slots=True)
class Done:
    """One activity, and the orders in which it was done at once: their rows, and start and end in hours."""

    activity: str
    rows: Rows
    start: Hours
    end: Hours


class Passage:
    """Orders side by side, each with the moment at which it was last worked on, and by whom.

    Parameters
    ----------
    at
        When each order came in, in hours since the midnight before some Monday.
    rng
        The source of chance.

    Attributes
    ----------
    at, by
        For each order, the end of its last event, and the code of the department that did it.
    done
        What was done so far.
    """

    def __init__(self, at: Hours, rng: np.random.Generator) -> None:
        self.at = at.copy()
        self.by = np.full(len(at), -1)
        self.done: list[Done] = []
        self._rng = rng
        self._slowness = np.exp(_SLOWNESS * rng.standard_normal(len(at)))
        self._usual = _usual_waits()

    def some(self, rows: Rows, share: float | Hours) -> Rows:
        """Draw a share of these orders."""
        return rows[self._rng.random(len(rows)) < share]

    def begin(self, rows: Rows, activity: str) -> None:
        """Do the first thing in these orders, at the moment at which they come in."""
        self._note(rows, activity, self.at[rows])

    def do(self, rows: Rows, activity: str, hours: float | Hours | None = None) -> None:
        """Do something in these orders, after a wait of so many hours of work at the median, or of what is usual."""
        work = WORK[activity]
        if hours is None:
            hours = self._usual[self.by[rows], CODES[work.department]] if work.hours is None else work.hours
        self.after(rows, activity, hours * self._slowness[rows] * np.exp(_WAIT * self._rng.standard_normal(len(rows))))

    def after(self, rows: Rows, activity: str, hours: Hours) -> None:
        """Do something in these orders, after exactly so many hours of work."""
        opening = OPENINGS[activity]
        self._note(rows, activity, opening.after(self.at[rows], hours))

    def _note(self, rows: Rows, activity: str, start: Hours) -> None:
        work = WORK[activity]
        touch = work.minutes / 60 * np.exp(_TOUCH * self._rng.standard_normal(len(rows)))
        self.at[rows] = start + touch
        self.by[rows] = CODES[work.department]
        self.done.append(Done(activity, rows, start, start + touch))
