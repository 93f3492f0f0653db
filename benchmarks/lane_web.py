"""The house: how long its pages take, what it weighs, how soon it opens, and how many durable writes it takes."""

from __future__ import annotations

import re
import shutil
import statistics
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit

import cluster
import maproom
from contend_house import sample
from contend_people import UNITS
from killing import House
from measuring import DATA, machine, own, say, table, write_section
from pressing import WRITERS, Timing, ask

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Mapping

    from cluster import Cluster

STARTS, ROUNDS = 3, 3
SLOWEST_MS, MOST_MB, LONGEST_START, LEAST_RATIO = 100.0, 250.0, 3.0, 0.7
LONGEST_IMPORT = 60.0
COST_CALLS = 400
PEOPLE, QUICK_PEOPLE = 100_000, 2_000
TITLES = {
    "plain bare": "bare view, one INSERT: Django and its own backend",
    "plain whole": "Django as `startproject` makes it: default middleware, a form, one row",
    "insert": "bare INSERT by the backend of the house",
    "bare": "bare view, one INSERT: Django and the backend of the house",
    "form": "**the house, by its form** (`/people/new`)",
    "api": "**the house, by its API** (`POST /api/v1/people`)",
}

YARDSTICKS = {
    "plain bare": "the bare view on Django's backend",
    "bare": "the bare view on the house's backend",
    "plain whole": "Django as `startproject` makes it, with a form",
}
"""Beside what a form of the house is set, each with a goal."""


class Found(NamedTuple):
    """All that was measured."""

    pages: list[Timing]
    opening: float
    weight: float
    written: dict[str, dict[str, float]]
    costs: dict[str, float]
    imported: dict[str, dict[str, float]]
    room: maproom.Room
    brought: maproom.Bringing


def run(options: argparse.Namespace) -> None:
    """Measure all, and write the section."""
    folder = DATA / "web"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    calls, seconds, starts = (3, 1.0, 1) if options.quick else (options.calls, options.seconds, STARTS)
    say("opening the house")
    opening, weight = _open(folder / "house", starts)
    say("writes")
    rounds = 1 if options.quick else ROUNDS
    written = {"SQLite": _writes(folder, seconds, rounds)}
    if cluster.PROGRAMS is None:
        say("PostgreSQL is not installed here, so it is left out")
    else:
        with cluster.running() as made:
            written["PostgreSQL"] = _writes(folder, seconds, rounds, made)
    costs = _asked("contend_house.py", "costs", folder=str(folder / "costs"), calls=COST_CALLS, url="")
    imported = _imported(folder, QUICK_PEOPLE if options.quick else PEOPLE)
    say("a log of millions, and one through a browser")
    room = maproom.pages(folder, is_quick=options.quick, calls=calls)
    brought = maproom.bring(folder, is_quick=options.quick)
    say("pages")
    pages = _pages(sample(str(folder / "sample")), calls)
    body = _body(Found(pages, opening, weight, written, costs, imported, room, brought), calls)
    if options.quick:
        print(body)
    else:
        write_section("web", "The house: pages, memory, start and writes", body)


def _asked(script: str, name: str, **given: Any) -> dict[str, float]:
    """Let a contender run in a process of its own; give what it found."""
    found = own(script, name, **given)
    if found.failed:
        raise SystemExit(f"{script} {name} failed: {found.failed}")
    return found.answer


def _imported(folder: Path, rows: int) -> dict[str, dict[str, float]]:
    """Take in a file of people on each database."""
    given = {"rows": rows}
    found = {"SQLite": _asked("contend_people.py", "people", folder=str(folder / "people"), **given)}
    if cluster.PROGRAMS is not None:
        with cluster.running() as made:
            url = made.database("people")
            place = str(folder / "people-postgresql")
            found["PostgreSQL"] = _asked("contend_people.py", "people", folder=place, url=url, **given)
    for one in found.values():
        if one["new"] != rows:
            raise SystemExit(f"Not everybody was taken in: {found}")
    return found


def _writes(folder: Path, seconds: float, rounds: int, cluster: Cluster | None = None) -> dict[str, float]:
    """Count durable writes in a second, of the house and of plain Django in turn; give the medians."""
    found: list[dict[str, float]] = []
    for number in range(rounds):
        mark = f"{'postgresql' if cluster else 'sqlite'}-{number}"
        (folder / f"{mark}-plain").mkdir()
        asked = {}
        for name in ("plain", "house"):
            url = cluster.database(f"{name}_{number}") if cluster else ""
            script = {"plain": "contend_django.py", "house": "contend_house.py"}[name]
            asked[name] = _asked(script, "writes", folder=str(folder / f"{mark}-{name}"), seconds=seconds, url=url)
        found.append({f"plain {name}": rate for name, rate in asked["plain"].items()} | asked["house"])
    return {name: statistics.median(one[name] for one in found) for name in TITLES}


def _open(folder: Path, starts: int) -> tuple[float, float]:
    """Start the server a few times; give the median of the seconds, and the megabytes when nobody asks for anything."""
    house = House(folder)
    found = []
    for _ in range(starts):
        found.append(house.open())
        time.sleep(2)
        lines = Path(f"/proc/{house.pid}/status").read_text().splitlines()
        weight = next(int(line.split()[1]) / 1000 for line in lines if line.startswith("VmRSS"))
        house.close()
    return statistics.median(found), weight


def _pages(cookies: str, calls: int) -> list[Timing]:
    """Walk from link to link; time one page of each kind."""
    from django.core.wsgi import get_wsgi_application
    from django.urls import Resolver404, resolve

    handler = get_wsgi_application()
    waiting, seen, found = ["/"], set(), []
    while waiting:
        path = waiting.pop(0)
        try:
            name = resolve(urlsplit(path).path).view_name
        except Resolver404:
            continue
        if name in seen:
            continue
        seen.add(name)
        status, content = ask(handler, path, cookies)
        if status != 200:  # noqa: PLR2004 - not a page to look at
            continue
        found.append(Timing.of(name, [_milliseconds(partial(ask, handler, path, cookies)) for _ in range(calls)]))
        links = re.findall(rb'(?:href|action)="(/[^"#]*)"', content)
        waiting += [link.decode().replace("&amp;", "&") for link in links if not link.startswith((b"/static/", b"//"))]
    return sorted(found, key=lambda one: -one.p95)


def _milliseconds(action: Callable[[], object]) -> float:
    began = time.perf_counter()
    action()
    return 1000 * (time.perf_counter() - began)


def _ratios(rates: Mapping[str, float]) -> list[tuple[str, ...]]:
    yardsticks = ("plain bare", "plain whole", "bare")
    return [
        (title, f"{rates[name]:,.0f}", *(f"{rates[name] / rates[one]:.2f}" for one in yardsticks))
        for name, title in TITLES.items()
    ]


def _goals(found: Found) -> list[tuple[str, str, bool]]:
    slowest = found.pages[0].p95
    goals = [
        (f"every page: p95 under {SLOWEST_MS:.0f} ms", f"{slowest:.0f} ms", slowest < SLOWEST_MS),
        (f"idle process under {MOST_MB:.0f} MB", f"{found.weight:.0f} MB", found.weight < MOST_MB),
        (f"cold start under {LONGEST_START:.0f} s", f"{found.opening:.1f} s", found.opening < LONGEST_START),
    ]
    for database, one in found.imported.items():
        took = one["preview"] + one["taking in"]
        said = f"{database}, {one['new']:,} people from a file: under {LONGEST_IMPORT:.0f} s together"
        goals.append((said, f"{took:.0f} s", took < LONGEST_IMPORT))
    goals += maproom.goals(found.room, found.brought)
    for database, rates in found.written.items():
        for name, title in YARDSTICKS.items():
            ratio = rates["form"] / rates[name]
            said = f"{database}, a form: at least {LEAST_RATIO:g} of {title}"
            goals.append((said, f"{ratio:.2f}", ratio >= LEAST_RATIO))
    return goals


def _write_section(found: Found) -> list[str]:
    costs = dict(found.costs)
    bare = costs.pop("bare")
    whole = sum(costs.values())
    shares = [(title, f"{micros:,.0f}", f"{micros / whole:.0%}") for title, micros in costs.items()]
    heads = ("", "per second", "to Django's bare view", "to Django with its middleware", "to the bare view here")
    return [
        "### Durable writes",
        (
            f"{WRITERS} threads of one process ask the WSGI handler; medians of {ROUNDS} rounds, in which house and "
            "Django took turns. Each write is synced to the disk before it is "
            "confirmed, on SQLite with `synchronous=FULL`, on PostgreSQL as it is delivered. A form of the house "
            "passes session, rights, the check of the form, a receipt for its key, the row and an entry of the "
            "journal's chain: three new rows with seven indexes, and a changed one. A bare view has nothing around it: "
            "it passes no session, no rights and no record, and makes one row without an index. Django as "
            "`startproject` makes it passes a session, rights and the check of a form, and keeps no record either: it "
            "is the nearest to a form of the house. Threads share one interpreter, and the house lets several writes "
            "share a sync; so what keeps a form behind a bare view is the work of Python in the second table, and the "
            "slower the disk, the less it counts."
        ),
        *(f"On {database}:\n\n{table(heads, _ratios(rates))}" for database, rates in found.written.items()),
        "What one form costs of the processor, with one thread and on SQLite (the bare view there: "
        f"{bare:,.0f} microseconds):\n\n"
        + table(("part", "microseconds", "share"), [*shares, ("together", f"{whole:,.0f}", "100%")]),
    ]


def _body(found: Found, calls: int) -> str:
    people = [
        (
            database,
            f"{one['new']:,.0f}",
            f"{one['preview']:.1f}",
            f"{one['taking in']:.1f}",
            f"{one['silence']:.1f}",
        )
        for database, one in found.imported.items()
    ]
    pages = [(one.name, f"{one.p50:.1f}", f"{one.p95:.1f}") for one in found.pages]
    goals = [(goal, is_found, "reached" if is_so else "missed") for goal, is_found, is_so in _goals(found)]
    return "\n\n".join(
        [
            machine(("mizzle", "django", "uvicorn")),
            (
                f"Pages: the sample organisation, seen by its service lead; {calls} calls of one page of each kind "
                "through the WSGI handler, after one to warm up."
            ),
            "### Pages\n\n" + table(("page", "p50 ms", "p95 ms"), pages),
            *_write_section(found),
            "### A file of people",
            (
                f"CSV with nine columns and {UNITS} units, looked at and then taken in, as a job does it. The longest "
                "silence is the time after which the job tells how far it is, and stops where it was cancelled.\n\n"
                + table(("", "people", "preview s", "taking in s", "longest silence s"), people)
            ),
            *maproom.section(found.room, found.brought),
            "### Goals\n\n" + table(("goal", "found", ""), goals),
        ]
    )
