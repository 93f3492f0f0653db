"""The orders of the company that never was, as an event log.

The log is skewed the way real logs are: a few departments do most of the work, waits are lognormal, slow cases are
slow everywhere, some steps are skipped, some cases are sent back, some end before the customer hears of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

PERCEPTION = ("Agree a delivery time", "Hand over the parcel", "Answer a question", "Ask how it went")
"""The customer contacts at the end of the typical path; a log of few activities has only the last of them."""

# The path before the contacts, each step with the rank of the department that mostly does it.
_INNER = (
    ("Register the order", 1),
    ("Check the address", 1),
    ("Check the credit", 6),
    ("Reserve stock", 5),
    ("Pick the goods", 0),
    ("Pack the parcel", 0),
    ("Print the label", 0),
    ("Weigh the parcel", 0),
    ("Plan the route", 2),
    ("Clear customs", 8),
    ("Load the lorry", 7),
    ("Unload at the hub", 4),
    ("Sort at the hub", 4),
    ("Scan at the depot", 9),
    ("Assign a driver", 2),
    ("Drive the round", 3),
)
_CONTACT_RANKS = (2, 3, 10, 11)
_DEPARTMENTS = (
    "Warehouse",
    "Order desk",
    "Route planning",
    "Drivers",
    "Sorting hub",
    "Stock control",
    "Credit control",
    "Loading bay",
    "Customs",
    "Depot",
    "Customer service",
    "Customer care",
    "Returns",
    "Fleet workshop",
    "Claims",
    "Purchasing",
)

_FIRST_DAY = 1_704_067_200_000  # 2024-01-01 UTC in milliseconds: the clock of every simulated log
_YEAR = 366 * 86_400_000  # milliseconds over which cases arrive
_ENDS_EARLY = 0.08  # share of cases that end before the customer hears anything
_OWNED = 0.75  # share of an activity's events done by the department it belongs to
_CHUNK = 50_000  # cases drawn at once; part of the meaning of a seed, so it is no parameter

_TOUCH = (12 * 60_000.0, 0.8)  # median milliseconds and sigma of the time at work
_WAIT = (2.5 * 3_600_000.0, 1.0)  # the same of the time between two steps
_SLOWNESS = 0.5  # sigma of the factor by which all of a case's waits are longer or shorter


def event_log(
    cases: int,
    departments: int,
    rng: np.random.Generator,
    *,
    activities: int = 20,
    events_per_case: float = 13.7,
    start_times: bool = True,
    missing_department: float = 0.0,
    rework: float = 0.1,
    tie_share: float = 0.02,
    overlap_share: float = 0.01,
    resources: int = 2000,
) -> pa.Table:
    """Draw the event log of a delivery company, in the order in which an export would have it (by end).

    Parameters
    ----------
    cases, departments
        How many orders and how many departments. The use of departments is skewed as in Zipf's law; beyond sixteen
        they are called "Group 17" and so on.
    rng
        The source of chance; the same state gives the same log.
    activities
        Steps of the typical path, at least 2; the last of them (a quarter, at most four) are the contacts with the
        customer in `PERCEPTION`.
    events_per_case
        Mean number of events of a case, at least 1.
    start_times
        Whether the log says when events began; where not, the column is empty.
    missing_department
        Share of events whose department is empty.
    rework
        Share of cases that are sent back once to an earlier step and do a stretch of the path again.
    tie_share
        Share of events that begin at the same instant as the event of the case before them.
    overlap_share
        Share of events that begin before the event of the case before them has ended.
    resources
        How many people work there, each in one department; 0 leaves the column empty.

    Returns
    -------
    pyarrow.Table
        The columns of `mizzle.tables.RAW_EVENTS`: case ids as "C0000123", instants in milliseconds from
        2024-01-01 on, `row` from 1.

    Raises
    ------
    ValueError
        For counts that are too small, and shares outside 0 to 1.

    Examples
    --------
    >>> log = event_log(100, 5, np.random.default_rng(1))
    >>> log.column_names
    ['case_id', 'activity', 'department', 'start', 'end', 'resource', 'row']
    """
    batches = event_log_batches(
        cases,
        departments,
        rng,
        activities=activities,
        events_per_case=events_per_case,
        start_times=start_times,
        missing_department=missing_department,
        rework=rework,
        tie_share=tie_share,
        overlap_share=overlap_share,
        resources=resources,
    )
    return pa.Table.from_batches(batches, schema=SCHEMA)


def event_log_batches(
    cases: int,
    departments: int,
    rng: np.random.Generator,
    *,
    activities: int = 20,
    events_per_case: float = 13.7,
    start_times: bool = True,
    missing_department: float = 0.0,
    rework: float = 0.1,
    tie_share: float = 0.02,
    overlap_share: float = 0.01,
    resources: int = 2000,
) -> Iterator[pa.RecordBatch]:
    """Draw the same log as `event_log`, as a stream in bounded memory, for logs larger than memory.

    Cases arrive in the order of their numbers, so whatever ended before the next arrival can leave.

    Parameters
    ----------
    cases, departments, rng, activities, events_per_case, start_times
        As in `event_log`.
    missing_department, rework, tie_share, overlap_share, resources
        As in `event_log`.

    Returns
    -------
    Iterator of pyarrow.RecordBatch
        Of `SCHEMA`; together the rows of `event_log`.

    Raises
    ------
    ValueError
        As `event_log`, before the first batch.
    """
    for name, count, least in (("cases", cases, 0), ("departments", departments, 1), ("activities", activities, 2)):
        if count < least:
            raise ValueError(f"{name} must be at least {least}, not {count}")
    shares = {"missing_department": missing_department, "rework": rework, "tie_share": tie_share}
    for name, share in (shares | {"overlap_share": overlap_share}).items():
        if not 0 <= share <= 1:
            raise ValueError(f"{name} is a share from 0 to 1, not {share}")
    if events_per_case < 1 or resources < 0:
        raise ValueError("a case has at least one event (events_per_case), and resources cannot be negative")
    company = _Company.draw(
        rng, departments, activities, events_per_case, rework, (missing_department, tie_share, overlap_share), resources
    )
    return _stream(company, cases, rng, start_times=start_times)


SCHEMA = pa.schema(
    [
        ("case_id", pa.string()),
        ("activity", pa.string()),
        ("department", pa.string()),
        ("start", pa.timestamp("us", tz="UTC")),
        ("end", pa.timestamp("us", tz="UTC")),
        ("resource", pa.string()),
        ("row", pa.int64()),
    ]
)
"""Arrow schema of a simulated log: `mizzle.tables.RAW_EVENTS`."""


@dataclass(frozen=True, slots=True)
class _Events:
    """Events as codes and milliseconds, one row each; -1 stands for an empty department or resource."""

    case: NDArray[np.int64]
    activity: NDArray[np.int64]
    department: NDArray[np.int64]
    resource: NDArray[np.int64]
    start: NDArray[np.int64]
    end: NDArray[np.int64]

    def columns(self) -> tuple[NDArray[np.int64], ...]:
        return self.case, self.activity, self.department, self.resource, self.start, self.end

    def take(self, rows: NDArray[np.int64] | NDArray[np.bool_]) -> _Events:
        return _Events(*(column[rows] for column in self.columns()))

    def then(self, later: _Events) -> _Events:
        return _Events(*map(np.concatenate, zip(self.columns(), later.columns(), strict=True)))


@dataclass(frozen=True, slots=True)
class _Company:
    """How the company works; the same for every case of a log."""

    activities: tuple[str, ...]
    departments: tuple[str, ...]
    inner: int  # steps before the contacts
    often: NDArray[np.float64]  # expected events of each step of the path
    owners: NDArray[np.int64]  # department that each activity mostly belongs to
    helpers: NDArray[np.int64]  # departments that do the rest of it, by activity
    help: NDArray[np.float64]  # for each of the helpers: its activity, plus the cumulated share up to it
    pace: NDArray[np.float64]  # factor of each department's waits and touch
    back: int  # most steps that a case is sent back
    rework: float
    missing: float
    ties: float
    overlaps: float
    people: int  # in each department

    @classmethod
    def draw(
        cls,
        rng: np.random.Generator,
        departments: int,
        activities: int,
        events_per_case: float,
        rework: float,
        shares: tuple[float, float, float],
        resources: int,
    ) -> _Company:
        contacts = min(len(PERCEPTION), max(1, activities // 4))
        inner = activities - contacts
        steps = [_INNER[i] if i < len(_INNER) else (f"Check {i + 1}", i) for i in range(inner)]
        steps += list(zip(PERCEPTION[-contacts:], _CONTACT_RANKS[-contacts:], strict=True))
        back = max(1, activities // 4)
        # Slots beyond the first: the path, less what cases that end early leave out, and what is done again. A case
        # sent back from step e to step b does e - b + 1 steps again, with e - b drawn from 1 to `back`.
        slots = activities - 1 - _ENDS_EARLY * (activities - (1 + inner) / 2) + rework * (back + 3) / 2
        often = (events_per_case - 1) / slots
        room = 0.8 * min(often, 1 - often) if often < 1 else 0.0
        helpers, shares_of_help = _helpers(departments, activities, rng)
        return cls(
            activities=tuple(name for name, _ in steps),
            departments=(*_DEPARTMENTS, *(f"Group {i}" for i in range(17, departments + 1)))[:departments],
            inner=inner,
            often=np.concatenate([[1.0], rng.permutation(often + room * np.linspace(-1, 1, activities - 1))]),
            owners=np.array([rank % departments for _, rank in steps]),
            helpers=helpers,
            help=shares_of_help,
            pace=np.exp(0.4 * rng.standard_normal(departments)),
            back=back,
            rework=rework,
            missing=shares[0],
            ties=shares[1],
            overlaps=shares[2],
            people=-(-resources // departments),
        )


def _helpers(
    departments: int, activities: int, rng: np.random.Generator
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Let each department help in one to three activities; how much, follows Zipf's law of departments."""
    helps = np.repeat(np.arange(departments), rng.integers(1, 4, departments))
    pairs = np.unique(np.stack([rng.integers(0, activities, len(helps)), helps]), axis=1)
    alone = np.setdiff1d(np.arange(activities), pairs[0])  # activities that nobody helps in: the first does
    activity, helper = np.concatenate([pairs, np.stack([alone, np.zeros_like(alone)])], axis=1)
    order = np.lexsort((helper, activity))
    activity, helper = activity[order], helper[order]
    weight = 1 / (helper + 1)
    total = np.bincount(activity, weights=weight)
    run = np.cumsum(weight / total[activity])  # each activity adds one, so this counts activities from 1
    run[np.append(activity[1:] != activity[:-1], True)] = np.arange(1, activities + 1)  # free of rounding
    return helper, run


def _stream(company: _Company, cases: int, rng: np.random.Generator, *, start_times: bool) -> Iterator[pa.RecordBatch]:
    waiting = _Events(*(np.empty(0, np.int64) for _ in range(6)))
    row = 1
    for first in range(0, cases, _CHUNK):
        count = min(_CHUNK, cases - first)
        arrivals = _FIRST_DAY + ((first + np.arange(count) + rng.random(count)) * (_YEAR / cases)).astype(np.int64)
        waiting = waiting.then(_draw(company, first, arrivals, rng))
        waiting = waiting.take(np.argsort(waiting.end, kind="stable"))
        last = first + count == cases
        safe = _FIRST_DAY + int((first + count) * (_YEAR / cases))  # nothing that is yet to come ends before this
        ready = len(waiting.end) if last else int(np.searchsorted(waiting.end, safe))
        everything = np.arange(len(waiting.end))
        yield _batch(company, waiting.take(everything[:ready]), row, cases, start_times=start_times)
        waiting = waiting.take(everything[ready:])
        row += ready


def _draw(company: _Company, first: int, arrivals: NDArray[np.int64], rng: np.random.Generator) -> _Events:
    case, activity = _walk(company, len(arrivals), rng)
    n = len(case)
    helper = company.helpers[np.searchsorted(company.help, activity + rng.random(n), side="right")]
    department = np.where(rng.random(n) < _OWNED, company.owners[activity], helper)
    resource = np.full(n, -1)
    if company.people:
        # The square of a uniform number: some people do far more than others.
        resource = department + len(company.departments) * (rng.random(n) ** 2 * company.people).astype(np.int64)
    pace = company.pace[department]
    slowness = np.exp(_SLOWNESS * rng.standard_normal(len(arrivals)))
    touch = np.rint(_lognormal(rng, n, _TOUCH) * pace).astype(np.int64)
    wait = np.rint(_lognormal(rng, n, _WAIT) * pace * slowness[case]).astype(np.int64)
    opens = np.concatenate([[True], case[1:] != case[:-1]])[:n]
    before = np.concatenate([[0], touch[:-1]])[:n]
    kind = rng.random(n)
    gap = before + wait
    gap = np.where(kind < company.ties + company.overlaps, (before * rng.random(n)).astype(np.int64), gap)
    gap = np.where(kind < company.ties, 0, gap)
    gap[opens] = 0
    run = np.cumsum(gap)
    at = np.flatnonzero(opens)
    start = arrivals[case] + run - np.repeat(run[at], np.diff(np.append(at, n)))
    department = np.where(rng.random(n) < company.missing, -1, department)
    return _Events(case + first, activity, department, resource, start, start + touch)


def _walk(company: _Company, cases: int, rng: np.random.Generator) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Draw the steps of cases: a code of the case and one of the activity for each event, cases in order."""
    n = len(company.activities)
    slots = np.arange(n + company.back + 1)
    sent_back = rng.random(cases) < company.rework
    turn = np.where(sent_back, rng.integers(1, n, cases), len(slots))
    again = np.minimum(rng.integers(1, company.back + 1, cases), turn) + 1  # steps that are done again
    step = slots - np.where(slots > turn[:, None], again[:, None], 0)
    stop = np.where(rng.random(cases) < _ENDS_EARLY, rng.integers(1, company.inner + 1, cases), n)
    often = company.often[np.minimum(step, n - 1)]
    often[:, 1:][step[:, 1:] == 0] = company.often[1:].mean()  # the first step is certain only the first time
    whole = np.floor(often)
    count = (whole + (rng.random(step.shape) < often - whole)).astype(np.int64)
    count[step >= stop[:, None]] = 0
    case, slot = np.nonzero(count)
    times = count[case, slot]
    return np.repeat(case, times), np.repeat(step[case, slot], times)


def _lognormal(rng: np.random.Generator, n: int, shape: tuple[float, float]) -> NDArray[np.float64]:
    return shape[0] * np.exp(shape[1] * rng.standard_normal(n))


def _batch(company: _Company, events: _Events, row: int, cases: int, *, start_times: bool) -> pa.RecordBatch:
    n = len(events.end)
    # A leading 1 keeps the zeros in front; it then becomes the letter.
    numbered = pc.cast(pa.array(events.case + 10 ** max(7, len(str(cases - 1)))), pa.string())
    people = [f"R{number:04d}" for number in range(company.people * len(company.departments))]
    empty = pa.nulls(n, pa.timestamp("us", tz="UTC"))
    return pa.record_batch(
        [
            pc.binary_replace_slice(numbered, 0, 1, "C"),
            _names(company.activities, events.activity),
            _names(company.departments, events.department),
            _instants(events.start) if start_times else empty,
            _instants(events.end),
            _names(people, events.resource),
            pa.array(np.arange(row, row + n)),
        ],
        schema=SCHEMA,
    )


def _names(names: tuple[str, ...] | list[str], codes: NDArray[np.int64]) -> pa.Array:
    return pa.array(names, pa.string()).take(pa.array(codes, mask=codes < 0))


def _instants(milliseconds: NDArray[np.int64]) -> pa.Array:
    return pa.array(milliseconds * 1000).cast(pa.timestamp("us", tz="UTC"))


_XES_HEAD = b"""<?xml version="1.0" encoding="UTF-8"?>
<log xes.version="1849-2016" xes.features="" xmlns="http://www.xes-standard.org/">
\t<extension name="Concept" prefix="concept" uri="http://www.xes-standard.org/concept.xesext"/>
\t<extension name="Lifecycle" prefix="lifecycle" uri="http://www.xes-standard.org/lifecycle.xesext"/>
\t<extension name="Organizational" prefix="org" uri="http://www.xes-standard.org/org.xesext"/>
\t<extension name="Time" prefix="time" uri="http://www.xes-standard.org/time.xesext"/>
"""


def xes_text(table: pa.Table) -> Iterator[bytes]:
    """Write a log as plain XES: traces by case id, one `complete` event a row, its start as `start_timestamp`.

    Parameters
    ----------
    table
        The columns of `mizzle.tables.RAW_EVENTS`, as `event_log` gives them; events of a case keep the order of `row`.

    Returns
    -------
    Iterator of bytes
        Pieces of the file, in UTF-8.
    """
    yield _XES_HEAD
    ordered = table.sort_by([("case_id", "ascending"), ("row", "ascending")])
    case = ordered["case_id"]
    changes = pc.not_equal(case.slice(1), case.slice(0, max(0, len(case) - 1))).to_numpy()
    opens, closes = np.append(True, changes), np.append(changes, True)
    for start in range(0, len(ordered), _XES_ROWS):
        rows = slice(start, start + _XES_ROWS)
        yield _xes_rows(ordered.slice(start, _XES_ROWS), opens[rows], closes[rows])
    yield b"</log>\n"


_XES_ROWS = 100_000


def _xes_rows(part: pa.Table, opens: NDArray[np.bool_], closes: NDArray[np.bool_]) -> bytes:
    head = '\t<trace>\n\t\t<string key="concept:name" value="'
    trace = pc.binary_join_element_wise(head, _escaped(part["case_id"]), '"/>\n', "")
    lines = pc.binary_join_element_wise(
        pc.if_else(pa.array(opens[: len(part)]), trace, ""),
        "\t\t<event>\n",
        _xes_attribute("string", "concept:name", _escaped(part["activity"])),
        '\t\t\t<string key="lifecycle:transition" value="complete"/>\n',
        _xes_attribute("date", "time:timestamp", _xes_instant(part["end"])),
        _xes_attribute("date", "start_timestamp", _xes_instant(part["start"])),
        _xes_attribute("string", "org:group", _escaped(part["department"])),
        _xes_attribute("string", "org:resource", _escaped(part["resource"])),
        "\t\t</event>\n",
        pc.if_else(pa.array(closes[: len(part)]), "\t</trace>\n", ""),
        "",
        null_handling="replace",
        null_replacement="",
    )
    # The text of all rows of a chunk lies in one buffer, one after the other: that is the file.
    return b"".join(chunk.buffers()[2].to_pybytes() for chunk in lines.chunks)


def _xes_attribute(kind: str, key: str, value: pa.ChunkedArray) -> pa.ChunkedArray:
    return pc.binary_join_element_wise(f'\t\t\t<{kind} key="{key}" value="', value, '"/>\n', "")


def _xes_instant(instants: pa.ChunkedArray) -> pa.ChunkedArray:
    text = pc.cast(instants.cast(pa.timestamp("ms")), pa.string())
    return pc.binary_join_element_wise(pc.replace_substring(text, " ", "T"), "+00:00", "")


def _escaped(names: pa.ChunkedArray) -> pa.ChunkedArray:
    for sign, entity in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ('"', "&quot;")):
        names = pc.replace_substring(names, sign, entity)
    return names
