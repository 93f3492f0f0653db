"""The map room in the lane `web`: its pages over a log of millions, and a log that comes through a browser."""

from __future__ import annotations

import shutil
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from browsing import Browser
from killing import House
from lane_journeys import MILLION, events_of, import_events
from measuring import kept, own, say, table
from pressing import Timing

if TYPE_CHECKING:
    from collections.abc import Sequence

LARGE, QUICK_LARGE = 10, 1  # millions of events
BROUGHT, QUICK_BROUGHT = MILLION, MILLION // 10
ROUNDS = 3
SLOWEST_MS, MOST_TIMES = 150.0, 2.0


@dataclass(frozen=True, slots=True)
class Room:
    """The pages of one large log.

    Attributes
    ----------
    events, cases
        How many there are in it.
    figures
        Seconds until both sets of figures were worked out that the room keeps ready.
    pages
        How long each page took.
    """

    events: int
    cases: int
    figures: float
    pages: list[Timing]


@dataclass(frozen=True, slots=True)
class Bringing:
    """A log that came through a browser, and by the command line; medians of the seconds.

    Attributes
    ----------
    events, megabytes, rounds
        What the file holds, how large it is, and how often it was brought in each way.
    sent, looked, imported, drawn
        When each stage was reached, after the first byte was sent.
    command
        What `mizzle log import` took from its start to its end.
    """

    events: int
    megabytes: float
    rounds: int
    sent: float
    looked: float
    imported: float
    drawn: float
    command: float

    @property
    def times(self) -> float:
        """How many times as long as the command line the browser waits until its log is imported."""
        return self.imported / self.command


def pages(folder: Path, *, is_quick: bool, calls: int) -> Room:
    """Let the figures of a large log be worked out, and ask for each page so many times."""
    size = QUICK_LARGE if is_quick else LARGE
    if not events_of(size).exists():
        import_events(size)
    place = str(folder / "room")
    made = _asked("prepare", folder=place, table=str(events_of(size)), cases=calls + 1)
    times = _asked("pages", folder=place, names=made["names"], calls=calls)
    timings = [Timing.of(name, some) for name, some in times.items()]
    return Room(made["events"], made["cases"], made["figures"], timings)


def _asked(name: str, **given: Any) -> dict[str, Any]:
    found = own("contend_room.py", name, **given)
    if not found.known:
        raise SystemExit(f"The pages of a large log could not be timed: {found.failed}")
    return found.answer


def bring(folder: Path, *, is_quick: bool) -> Bringing:
    """Bring a log through a browser and by the command line, in turn and the same file each time."""
    place, rounds = folder / "bringing", 1 if is_quick else ROUNDS
    place.mkdir()
    rows = kept("brought.csv", "contend_mizzle.py", "make-csv", events=QUICK_BROUGHT if is_quick else BROUGHT)
    file = place / "orders.csv"
    shutil.copyfile(rows, file)  # and so it lies in the memory of the operating system, for both
    found: list[tuple[float, ...]] = []
    house = House(place / "house")
    house.open()
    try:
        house.begin()
        for number in range(rounds):
            say(f"  round {number + 1} of {rounds}")
            told = Browser(house).bring(file, f"Journey {number + 1}")
            seconds, events = _command(place, file, number)
            if events != told.events:
                raise SystemExit(f"The browser brought {told.events} events, and the command line {events}.")
            found.append((told.sent, told.looked, told.imported, told.drawn, seconds))
    finally:
        house.leave()
    middle = [statistics.median(each) for each in zip(*found, strict=True)]
    return Bringing(events, file.stat().st_size / 1e6, rounds, *middle)


def _command(place: Path, file: Path, number: int) -> tuple[float, int]:
    """Import a file from the shell; give the seconds, and how many events came of it."""
    from mizzle.logs.store import counts, read_metadata

    out, key = place / f"events-{number}.parquet", place / "key"
    key.write_bytes(b"a secret of the benchmark, long enough")
    program = str(Path(sys.executable).with_name("mizzle"))
    began = time.perf_counter()
    subprocess.run(
        [program, "log", "import", str(file), "--out", str(out), "--key", str(key)], capture_output=True, check=True
    )
    seconds = time.perf_counter() - began
    file.with_name(f"{file.name}.mapping.toml").unlink()  # what it understood, which the next round is not to find
    return seconds, counts(read_metadata(out)).events


def goals(room: Room, brought: Bringing) -> list[tuple[str, str, bool]]:
    """Give each goal, what was found, and whether it was reached."""
    millions = f"{room.events / MILLION:.0f} million events"
    maps = max(one.p95 for one in room.pages if one.name.startswith("map"))
    shown = [("the map page", maps)]
    shown += [(f"the {one.name} page", one.p95) for one in room.pages if one.name in ("case", "departments")]
    return [
        *(
            (f"{name} of {millions}: p95 under {SLOWEST_MS:.0f} ms", f"{took:.0f} ms", took < SLOWEST_MS)
            for name, took in shown
        ),
        (
            f"{brought.events:,} events through a browser: at most {MOST_TIMES:g} x the command line",
            f"{brought.times:.2f} x",
            brought.times <= MOST_TIMES,
        ),
    ]


def section(room: Room, brought: Bringing) -> Sequence[str]:
    """Write what was found."""
    timings = [(one.name, f"{one.p50:.1f}", f"{one.p95:.1f}") for one in room.pages]
    stages = {
        "sent": brought.sent,
        "looked at: its columns are understood, and the browser says yes at once": brought.looked,
        "**imported**": brought.imported,
        "the map can be read": brought.drawn,
        "`mizzle log import`": brought.command,
    }
    rows = [(name, f"{took:.1f}", f"{took / brought.command:.2f}") for name, took in stages.items()]
    return [
        f"### The map room over {room.events:,} events",
        (
            f"A generated log of {room.cases:,} cases, 40 departments and 20 activities (that of the lane `journeys`), "
            "taken into a journey by the room's own work, with perception points marked and times agreed. Its two "
            f"sets of figures, of the months with which the journey opens and of all cases, took {room.figures:.0f} s "
            "to work out, once. The pages through the WSGI handler, as above; each call of the case page asks for "
            "another case.\n\n" + table(("page", "p50 ms", "p95 ms"), timings)
        ),
        f"### {brought.events:,} events through a browser",
        (
            f"A CSV of {brought.megabytes:.0f} MB, sent over HTTP to a server in a process of its own with its worker, "
            "looked at, confirmed and imported, with the page asked ten times a second how far it is; beside it the "
            f"command line, from start to end, in the same run; median of {brought.rounds}, in turns. Both read the "
            "same rows into the same event table; the room besides joins it with what the journey has, and tells what "
            "is in it. The map has no perception points then.\n\n"
            + table(("stage", "seconds since it began", "to the command line"), rows)
        ),
    ]
