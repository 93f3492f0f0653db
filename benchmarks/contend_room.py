"""The map room over a log of millions: figures worked out once by its own work, and then its pages."""

from __future__ import annotations

import os
import time
from http import HTTPStatus
from itertools import cycle
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from contend import main
from contend_house import lead_of_the_house, signed_in
from contend_people import opened
from pressing import ask

if TYPE_CHECKING:
    from collections.abc import Iterable

    from contend import Check, Work
    from mizzle_web.journeys.models import Journey

AGREED = 8
"""Handovers for which a time is agreed: the most frequent ones."""
SHARE = 0.8
"""Of their median wait, so that some are kept and others not."""


def prepare(folder: str, table: str, cases: int) -> tuple[Work, Check]:
    """Bring an imported log to a journey, and work out its figures; names so many of its cases."""
    lead = opened(folder)
    journey = _brought(lead, Path(table))
    _open_units(lead, journey)

    def work() -> float:
        return _measured(lead, journey)

    def check(seconds: float) -> dict[str, Any]:
        counts = journey.table_facts["counts"]
        return {"figures": seconds, "names": _cases(Path(table), cases), **counts}

    return work, check


def pages(folder: str, names: list[str], calls: int) -> tuple[Work, Check]:
    """Ask for each page of the room so many times, in a process that has measured nothing, as that of the server."""
    os.environ |= {"MIZZLE_DATA": folder, "DJANGO_SETTINGS_MODULE": "mizzle_web.config.settings"}
    import django

    django.setup()
    from django.core.wsgi import get_wsgi_application

    from mizzle_web.journeys.models import Journey

    cookies, journey = signed_in(lead_of_the_house()), Journey.objects.get()
    handler = get_wsgi_application()

    def work() -> dict[str, list[float]]:
        found: dict[str, list[float]] = {}
        for name, paths in _addresses(journey, names).items():
            turn = cycle(paths)
            _timed(handler, next(turn), cookies)  # to warm up
            found[name] = [_timed(handler, next(turn), cookies) for _ in range(calls)]
        return found

    return work, lambda found: found


def _timed(handler: Any, path: str, cookies: str) -> float:
    began = time.perf_counter()
    status, content = ask(handler, path, cookies)
    took = 1000 * (time.perf_counter() - began)
    if status != HTTPStatus.OK:
        raise RuntimeError(f"{path} answers {status}: {content[:300]!r}")
    if b'class="callout note' in content:
        raise RuntimeError(f"{path} shows that figures are missing.")
    return took


def _brought(lead: Any, table: Path) -> Journey:
    """Open a journey, and let the room take in an event table as that of a log which somebody brought to it."""
    from dataclasses import asdict

    from mizzle.logs.store import counts, read_metadata
    from mizzle_web.jobs.actions import start
    from mizzle_web.journeys.actions.journeys import open_journey
    from mizzle_web.journeys.actions.logs import BRING
    from mizzle_web.journeys.actions.tables import events_path
    from mizzle_web.journeys.models import JourneyKind, Log, LogState
    from mizzle_web.page import clock

    at, by = clock.now(), lead.actor
    journey = open_journey(name="From order to delivery", kind=JourneyKind.MEASURED, by=by, at=at)
    there = asdict(counts(read_metadata(table)))
    log = Log.objects.create(
        journey=journey,
        name=table.name,
        n_bytes=table.stat().st_size,
        state=LogState.IMPORTING,
        counts={"rows": there["events"], "rejected": 0, "reasons": {}} | there,
        by=by,
        created_at=at,
    )
    events_path(log).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.link(table, events_path(log))
    start(kind=BRING, arguments={"log": str(log.public_id), "by": by}, by=by, at=at)
    _work_off()
    journey.refresh_from_db()
    if not journey.has_table:
        raise RuntimeError("The log did not become part of the journey.")
    return journey


def _work_off(most: int = 1) -> None:
    """Let a worker do what waits, but no more than so many jobs."""
    from mizzle_web.jobs.models import Job, JobState
    from mizzle_web.jobs.worker import Worker

    worker = Worker()
    while most and worker.once():
        most -= 1
    failed = Job.objects.filter(state=JobState.FAILED).first()
    if failed is not None:
        raise RuntimeError(failed.error)


def _open_units(lead: Any, journey: Journey) -> None:
    """Open a unit for every second department, so that each of them has something to be linked to."""
    from mizzle_web.page import clock
    from mizzle_web.people.actions.units import open_unit

    at = clock.now()
    for number, name in enumerate(journey.table_facts["departments"]):
        if number % 2:
            open_unit(code=f"U{number}", name=name, parent=None, on=at.date(), by=lead.actor, at=at)


def _measured(lead: Any, journey: Journey) -> float:
    """Mark points and agree times as people do, and let the figures be worked out; give how long that took."""
    from mizzle import simulate
    from mizzle_web.jobs.models import Job
    from mizzle_web.journal.actions import SYSTEM
    from mizzle_web.journeys.actions.agreements import agree_time, propose_time
    from mizzle_web.journeys.actions.figure_sets import KIND
    from mizzle_web.journeys.actions.journeys import mark_points, table_of
    from mizzle_web.page import clock

    at = clock.now()
    for one in _frequent(table_of(journey)):
        hours = max(SHARE * (one.wait.median or 0.0), 0.1)
        made = propose_time(
            journey=journey, department=one.source, to_department=one.target, hours=hours, version=0, by=SYSTEM, at=at
        )
        agree_time(agreement=made, by=lead.actor, at=at)
    known = sorted(journey.table_facts["activities"])
    points = [name for name in known if name in simulate.PERCEPTION] or known[:1]
    mark_points(journey=journey, points=points, version=journey.version, by=lead.actor, at=at)
    # What was asked for before the last change would be done as it is now, or not at all: only the last is done.
    last = Job.objects.unfinished().filter(kind=KIND).order_by("-pk").values_list("pk", flat=True)
    Job.objects.filter(pk__in=list(last)[2:]).delete()
    began = time.perf_counter()
    _work_off(most=2)
    return time.perf_counter() - began


def _frequent(table: Path) -> Iterable[Any]:
    from mizzle import journeys
    from mizzle.engines import open_engine
    from mizzle.logs import open_events

    with open_engine(folder=table.parent) as engine:
        return journeys.handovers(open_events(table, engine))[:AGREED]


def _cases(table: Path, n: int) -> list[str]:
    """Name cases from all over the log, so that no page finds what another one has read."""
    import numpy as np
    import pyarrow.parquet as pq

    first = pq.read_table(table, columns=["case_id"], filters=[("seq", "=", 1)])["case_id"]
    places = np.random.default_rng(7).choice(len(first), min(n, len(first)), replace=False)
    return [str(first[place]) for place in places]


def _addresses(journey: Journey, cases: list[str]) -> dict[str, list[str]]:
    from django.urls import reverse

    def at(name: str) -> str:
        return reverse(f"journeys:{name}", args=(journey.public_id,))

    departments = journey.table_facts["departments"]
    return {
        "map, as it opens": [at("map")],
        "map, all cases": [f"{at('map')}?cases=all"],
        "map, late cases": [f"{at('map')}?cases=all&pace=late"],
        "map, a department": [f"{at('map')}?cases=all&department={quote(one)}" for one in departments],
        "case": [f"{at('cases')}?case={quote(one)}" for one in cases],
        "departments": [at("departments")],
        "agreed times": [at("agreements")],
        "perception points": [at("points")],
    }


if __name__ == "__main__":
    main({"prepare": prepare, "pages": pages})
