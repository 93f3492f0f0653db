"""Read, join and measure logs in a process of its own: `python -m mizzle_web.journeys.figures.measuring`.

Apart from the pages, so that they stay quick while a log of millions is read, its memory goes back to the machine
afterwards, and what is cancelled can simply be ended. It knows no database: it is told everything on standard input,
as one JSON object, and answers on standard output, a JSON object a line: ``{"tell": [share, stage]}`` while it goes
on, then ``{"answer": ...}`` or ``{"refused": [kind, sentence]}``.
"""

from __future__ import annotations

import contextlib
import errno
import json
import sys
from collections import Counter
from dataclasses import asdict
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mizzle_web.journeys.figures.reading import alone, bring, digest_of, look
from mizzle_web.journeys.figures.telling import beat, say, teller

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mizzle.tables import Events
    from mizzle_web.journeys.figures.measured import Drawing, Page
    from mizzle_web.journeys.figures.view import View

MOST_HANDOVERS = 400
USUAL_NODES, FURTHER_NODES, MOST_NODES = 18, 9, 60
"""So many activities are drawn, and more only where there are more departments: one of each, and some of the most
frequent besides, which is where the customer is met. A list holds them all."""


def main() -> None:
    """Do one task."""
    from mizzle.errors import MizzleError

    given = json.loads(sys.stdin.readline())
    stand_back()
    beat()
    try:
        answer = TASKS[given.pop("task")](**given)
    except MizzleError as problem:
        answer = None
        say({"refused": [type(problem).__name__, str(problem)]})
    except Exception as problem:
        if not is_full(problem):
            raise
        answer = None
        say({"refused": ["DiskFull", "The disk is full."]})
    if answer is not None:
        say({"answer": answer})


def stand_back() -> None:
    """Let the machine end this process before any other when its memory runs out, as over a log of one huge case."""
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000", encoding="ascii")


def is_full(problem: BaseException) -> bool:
    """Whether something went wrong because the disk is full; each library says it in its own way."""
    return getattr(problem, "errno", None) in (errno.ENOSPC, errno.EDQUOT) or "No space left" in str(problem)


def join(*, tables: list[str], out: str) -> dict[str, Any]:
    """Make the event table of a journey from those of its logs, and tell what is in it."""
    from mizzle.logs import merge_events

    with alone(Path(out)):
        merged = merge_events([Path(table) for table in tables], Path(out), progress=teller(0.0, 0.8))
    return _content(Path(out)) | {"counts": asdict(merged.counts), "repeated": list(merged.repeated)}


def sample(*, out: str, orders: int, seed: int, until: str) -> dict[str, Any]:
    """Draw the orders of the company that never was, and import them as any other log."""
    import numpy as np
    import pyarrow.parquet as pq

    from mizzle import simulate
    from mizzle.logs import import_log
    from mizzle.simulate.agreed import AGREED_TIMES

    say({"tell": [0.05, "sample"]})
    drawn = simulate.deliveries(orders, np.random.default_rng(seed), until=date.fromisoformat(until))
    names = [name.removeprefix("x_") for name in drawn.column_names]
    extras = [name.removeprefix("x_") for name in drawn.column_names if name.startswith("x_")]
    raw = Path(out).with_name("sample-raw.parquet")
    pq.write_table(drawn.rename_columns(names).drop_columns(["row", "resource"]), raw)
    roles = {role: role for role in ("activity", "department", "end", "start")}
    done = import_log(
        [raw], Path(out), options={"case": "case_id", "extras": extras, **roles}, progress=teller(0.2, 0.9)
    )
    raw.unlink()
    return _content(Path(out)) | {
        "counts": asdict(done.counts),
        "repeated": [0],
        "points": list(simulate.DELIVERY_PERCEPTION),
        "agreed": [asdict(one) for one in AGREED_TIMES],
    }


def _content(table: Path) -> dict[str, Any]:
    """Tell what is in an event table."""
    from mizzle.engines import open_engine
    from mizzle.journeys import suggest_perception_points
    from mizzle.logs import open_events
    from mizzle_web.journeys.figures.measured import Suggestions, to_json

    with open_engine(folder=table.parent) as engine:
        events = open_events(table, engine)
        suggested = suggest_perception_points(events)
        values = {name: _values(events, name) for name in events.attributes}
        ended = _ended(events)
    return {
        "digest": digest_of(table),
        "ended": ended,
        "has_start": events.has_start,
        "departments": list(events.departments),
        "activities": events.activities,
        "attributes": {name: found for name, found in values.items() if found},
        "suggestions": json.loads(to_json(suggested, Suggestions)),
    }


DAY_US = 86_400_000_000


def _ended(events: Events) -> dict[str, int]:
    """Count the cases that ended in each month."""
    from mizzle.engines import fetch
    from mizzle_web.journeys.figures.view import month_of

    last = events.table.group_by("case").aggregate(day=events.table.end_us.max() // DAY_US)
    found: Counter[str] = Counter()
    for row in fetch(last.group_by("day").aggregate(n=last.count())).to_pylist():
        found[month_of(datetime.fromtimestamp(int(row["day"]) * DAY_US / 1e6, UTC))] += row["n"]
    return dict(sorted(found.items()))


MOST_VALUES = 30
"""An attribute with more values tells cases apart one by one, and is no way to choose some."""


def _values(events: Events, name: str) -> list[tuple[str, int]]:
    from mizzle.journeys import attribute_values

    found = attribute_values(events, name, most=MOST_VALUES + 1)
    return list(found) if 1 < len(found) <= MOST_VALUES else []


def measure(
    *, table: str, points: list[str], agreements: list[dict[str, Any]], view: dict[str, str], languages: list[str]
) -> list[tuple[str, str, str]]:
    """Work out the figures of a view; each part by name and language as JSON."""
    from mizzle import journeys
    from mizzle.engines import open_engine
    from mizzle.journeys.results import Agreement, ProcessMap
    from mizzle.logs import open_events
    from mizzle_web.journeys.figures.measured import (
        FORM,
        Months,
        NearByDepartment,
        UsualByNode,
        form_of,
        near_of,
        to_json,
        usual_of,
    )
    from mizzle_web.journeys.figures.measured import Page as PageKind
    from mizzle_web.journeys.figures.view import View

    chosen = View(**view)
    told = [Agreement(**one) for one in agreements]
    parts: list[tuple[str, str, str]] = [(FORM, "", form_of(languages))]
    with open_engine(folder=Path(table).parent) as engine:
        whole = open_events(Path(table), engine)
        say({"tell": [0.02, "select"]})
        events = _select(whole, chosen)
        pace = journeys.by_pace(events)
        shown = {"all": events, "typical": pace.typical, "late": pace.late}
        for number, (name, some) in enumerate(shown.items()):
            say({"tell": [0.1 + 0.22 * number, name]})
            is_all = name == "all"
            page, drawn, months = _page(some, points, told, by_month=is_all)
            if is_all:
                page = _beside(page, whole, points, chosen, pace.late_from_hours)
                parts += [("months", "", to_json(months, Months)), ("steps", "", to_json(drawn, ProcessMap))]
                parts.append(("near", "", to_json(near_of(page), NearByDepartment)))
                parts.append(("usual", "", to_json(usual_of(drawn), UsualByNode)))
            parts.append((name, "", to_json(page, PageKind)))
            parts += _drawings(name, page, drawn, told, languages)
    return parts


def _select(events: Events, view: View) -> Events:
    from mizzle import journeys

    if not view.key:
        return events
    return journeys.select(events, ended_from=view.ended_from, ended_until=view.ended_until, where=view.where)


def _page(events: Events, points: list[str], agreements: list[Any], *, by_month: bool) -> tuple[Page, Any, Any]:
    from dataclasses import replace

    from mizzle import journeys
    from mizzle_web.journeys.figures.measured import Page

    distance = journeys.distance(events, points, by_month=by_month)
    passed = journeys.handovers(events)
    there = [
        one for one in agreements if {one.department, one.to or one.department} <= set(events.departments)
    ]  # of a department that the logs no longer have, nothing can be said
    page = Page(
        cases=events.n_cases,
        events=events.n_events,
        without_department=events.n_without_department,
        first_at=None,
        last_at=None,
        distance=replace(distance, months=()),
        ways=journeys.ways(events, points),
        throughput=journeys.throughput(events),
        rework=journeys.rework(events),
        handovers=passed[:MOST_HANDOVERS],
        n_handovers=len(passed),
        agreed=journeys.agreed(events, there),
    )
    first, last = _span(events)
    return replace(page, first_at=first, last_at=last), journeys.process_map(events), distance.months


def _span(events: Events) -> tuple[datetime | None, datetime | None]:
    """Find the first and the last end of an event."""
    from mizzle.engines import fetch

    (row,) = fetch(events.table.aggregate(first=events.table.end_us.min(), last=events.table.end_us.max())).to_pylist()
    if row["first"] is None:
        return None, None
    return tuple(datetime.fromtimestamp(row[name] / 1e6, UTC) for name in ("first", "last"))  # type: ignore[return-value] # two


def _beside(page: Page, whole: Events, points: list[str], view: View, late_from: float | None) -> Page:
    """Set each department beside itself half a year earlier, where the view has months and the log goes so far back."""
    from dataclasses import replace

    from mizzle import journeys
    from mizzle.estimate import difference
    from mizzle_web.journeys.figures.measured import FEWEST, Compared

    page = replace(page, late_from_hours=late_from)
    if not view.first:
        return page
    say({"tell": [0.25, "before"]})
    earlier = view.before()
    then = _select(whole, earlier)
    if not then.n_cases:
        return page
    before = {one.department: one for one in journeys.distance(then, points).departments}
    compared = tuple(
        Compared(
            now.department,
            past.handovers_to_customer,
            past.hours_to_customer,
            difference(now.handovers_to_customer, past.handovers_to_customer),
            difference(now.hours_to_customer, past.hours_to_customer),
        )
        for now in page.distance.departments
        if (past := before.get(now.department)) is not None and min(now.cases, past.cases) >= FEWEST
    )
    return replace(page, before_first=earlier.first, before_last=earlier.last, compared=compared)


def _drawings(
    pace: str, page: Page, process_map: Any, agreements: list[Any], languages: list[str]
) -> Iterator[tuple[str, str, str]]:
    from mizzle.journeys import blueprint
    from mizzle.report.language import language
    from mizzle_web.journeys.figures.measured import FEWEST, to_json
    from mizzle_web.journeys.figures.measured import Drawing as DrawingKind

    over = {(one.department, one.to): one.hours for one in agreements if one.to}
    most = min(MOST_NODES, max(USUAL_NODES, len(page.distance.departments) + FURTHER_NODES))
    for code in languages:
        words = language(code).words
        drawn = blueprint(process_map, page.distance, over=over, words=words, nodes_at_most=most, fewest=FEWEST)
        yield f"draw-{pace}", code, to_json(_drawing(drawn), DrawingKind)


def _drawing(drawn: Any) -> Drawing:
    from mizzle_web.journeys.figures.measured import Drawing, Onward, WalkStep

    walk = tuple(
        WalkStep(
            one.department,
            one.activity,
            one.count,
            one.depth,
            one.is_point,
            one.is_on_way,
            one.is_below,
            tuple(
                Onward(each.department, each.activity, each.count, each.hours, each.agreed, each.is_over)
                for each in one.onward
            ),
        )
        for one in drawn.walk()
    )
    return Drawing(drawn.svg(), drawn.names_svg(), drawn.caption(), walk)


TASKS: dict[str, Callable[..., Any]] = {
    "look": look,
    "bring": bring,
    "join": join,
    "measure": measure,
    "sample": sample,
}

if __name__ == "__main__":
    main()
