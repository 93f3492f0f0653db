"""The map, handovers and distance on growing logs: mizzle beside a bare DuckDB window, pm4py and r4pm."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from measuring import DATA, Run, kept, machine, own, peer, say, table, write_section

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator
    from pathlib import Path

MILLION = 1_000_000
LARGEST_FOR_PEERS = 10  # millions of events; beyond, they need more memory and patience than one has
REPEATS = 3
PEERS = ("pm4py", "r4pm", "polars", "pandas")
NOTHING = Run(failed="not run")


class Contender(NamedTuple):
    """One row of the table."""

    key: str
    title: str
    script: str | None  # None: a peer, run once and on the rows prepared for peers
    name: str
    options: dict[str, bool]


CONTENDERS = (
    Contender("bare", "bare DuckDB, window over integer codes", "contend_mizzle.py", "duckdb-window", {}),
    Contender("map", "mizzle: map and handovers", "contend_mizzle.py", "map-and-handovers", {}),
    Contender("month", "mizzle: the same of one month", "contend_mizzle.py", "map-and-handovers", {"month": True}),
    Contender("distance", "mizzle: distance", "contend_mizzle.py", "distances", {}),
    Contender("both", "mizzle: distance and map", "contend_mizzle.py", "distances", {"also_map": True}),
    Contender("r4pm", "r4pm: counts only", None, "r4pm", {}),
    Contender("kernel", "pm4py: its kernel on our sorted rows", None, "pm4py-kernel", {}),
    Contender("pm4py", "pm4py: public functions", None, "pm4py", {}),
)

Runs = dict[tuple[str, int], Run]


def run(options: argparse.Namespace) -> None:
    """Measure the chosen sizes, print the tables and write them into the page."""
    sizes = [1, 10, 50] if options.all else sorted(options.sizes)
    runs: Runs = {}
    for size in sizes:
        say(f"{size} million events")
        _measure(size, runs, for_peers=size <= LARGEST_FOR_PEERS and not options.quick)
    body = [
        machine(("mizzle", "duckdb", "ibis-framework", "pyarrow"), () if options.quick else PEERS),
        _explanation(),
        *(f"### {size} million events\n\n{_table(size, runs)}\n\n{_agreement(size, runs)}" for size in sizes),
        f"### Growth\n\n{_growth(sizes, runs)}",
        f"### Goals\n\n{_goals(sizes, runs)}",
    ]
    if options.quick:
        print("\n\n".join(body))
    else:
        write_section("journeys", "Journeys: the map, handovers and distance", "\n\n".join(body))


def events_of(size: int) -> Path:
    """Give where the imported log of so many million events lies."""
    return DATA / f"events-{size}m.parquet"


def import_events(size: int) -> Run:
    """Draw a log of so many million events, where there is none yet, and import it."""
    raw = kept(f"log-{size}m.parquet", "contend_mizzle.py", "make-log", events=size * MILLION)
    found = own("contend_mizzle.py", "import-log", path=str(raw), out=str(events_of(size)))
    if not found.known:
        raise SystemExit(f"the log of {size} million events could not be imported: {found.failed}")
    return found


def _measure(size: int, runs: Runs, *, for_peers: bool) -> None:
    events, runs["import", size] = events_of(size), import_events(size)
    sorted_rows = DATA / f"peers-{size}m.parquet"
    if for_peers:
        own("contend_mizzle.py", "make-peer-rows", path=str(events), out=str(sorted_rows))
    for each in CONTENDERS:
        if each.script is not None:
            _warm(events)
            runs[each.key, size] = own(each.script, each.name, runs=REPEATS, path=str(events), **each.options)
        elif for_peers:
            _warm(sorted_rows)
            runs[each.key, size] = peer(each.name, path=str(sorted_rows))
        else:
            runs[each.key, size] = NOTHING


def _warm(path: Path) -> None:
    """Read a file once, so that everyone finds it in the memory of the operating system."""
    with path.open("rb") as file:
        while file.read(1 << 22):
            pass


def _explanation() -> str:
    return (
        "Generated logs of a delivery company (`mizzle.simulate`: 20 activities, 40 departments, 13.7 events a case),"
        " imported once. Each figure is a process of its own, timed inside after its imports, the file in the memory"
        f" of the operating system and nothing else warm; the median of {REPEATS} runs for mizzle and the bare DuckDB,"
        " one run for the peers and for the import. Memory is the most the process ever had. The map has a count, mean,"
        " exact median and exact 90th percentile of the wait for each step between (department, activity) pairs; the"
        " handovers the same for each pair of departments; the bare DuckDB answers both and nothing else. The peers"
        " get rows in our order with (department, activity) as one name. pm4py, asked by its public functions for"
        " counts, mean waits and handovers, sorts them again; its inner function is also run without that sorting and"
        " with medians. r4pm has neither waits nor handovers."
    )


def _table(size: int, runs: Runs) -> str:
    yardstick = runs["bare", size].seconds
    rows = []
    for key, title in (("import", "mizzle: import from raw Parquet"), *((each.key, each.title) for each in CONTENDERS)):
        found = runs[key, size]
        if found.known:
            ratio = f"{found.seconds / yardstick:.2f}"
            rows.append((title, f"{found.seconds:.2f}", ratio, f"{found.cpu:.2f}", f"{found.mib:.0f}"))
        else:
            rows.append((title, found.failed, "", "", ""))
    return table(("", "seconds", "to bare DuckDB", "CPU seconds", "MiB"), rows)


def _agreement(size: int, runs: Runs) -> str:
    """Compare answers where the question is the same: counts of all, waits of those that have them."""
    ours = runs["map", size]
    if not ours.known:
        return "Answers could not be compared: mizzle gave none."
    said = [f"mizzle finds {ours.answer['edges']:,} edges and {ours.answer['steps']:,} steps."]
    for key, title in (("bare", "the bare DuckDB"), ("r4pm", "r4pm"), ("kernel", "pm4py's kernel"), ("pm4py", "pm4py")):
        other = runs[key, size]
        if not other.known:
            continue
        wrong = [] if other.answer["print"] == ours.answer["print"] else ["counts"]
        wrong += [
            part
            for part in ("handovers", "mean", "median", "p90")
            if part in other.answer and not math.isclose(other.answer[part], ours.answer[part], rel_tol=1e-6)
        ]
        shared = "counts and waits agree" if "mean" in other.answer else "counts agree"
        said.append(f"With {title} {shared}." if not wrong else f"**With {title} these differ: {', '.join(wrong)}.**")
    return " ".join(said)


def _growth(sizes: list[int], runs: Runs) -> str:
    if len(sizes) < 2:  # noqa: PLR2004 - a slope needs two points
        return "One size only, so no exponent."
    rows = []
    for key, title in (("import", "import"), ("bare", "bare DuckDB"), ("map", "map"), ("distance", "distance")):
        slopes = [
            f"{exponent:.2f}" if (exponent := _exponent(key, small, large, runs)) is not None else "-"
            for small, large in pairwise(sizes)
        ]
        rows.append((title, *slopes))
    head = tuple(f"{small} to {large} million" for small, large in pairwise(sizes))
    return "Exponent of the time: 1 is linear.\n\n" + table(("", *head), rows)


def _exponent(key: str, small: int, large: int, runs: Runs) -> float | None:
    few, many = runs[key, small], runs[key, large]
    if not (few.known and many.known):
        return None
    return math.log(many.seconds / few.seconds) / math.log(large / small)


def _goals(sizes: list[int], runs: Runs) -> str:
    return table(("goal", "found", ""), list(_judged(sizes, runs)))


def _judged(sizes: list[int], runs: Runs) -> Iterator[tuple[str, str, str]]:
    def judge(goal: str, found: float, most: float, unit: str = "") -> tuple[str, str, str]:
        if math.isnan(found):
            return goal, "-", "not measured"
        return (
            goal,
            f"{found:.2f}{unit}" if not unit else f"{found:.0f}{unit}",
            "reached" if found <= most else "missed",
        )

    def at(key: str, size: int) -> Run:
        return runs.get((key, size), NOTHING)

    bare, drawn = at("bare", 10).seconds, at("map", 10)
    mb = 2**20 / 1e6
    yield judge("10 million: map and handovers within 1.25 x the bare DuckDB", drawn.seconds / bare, 1.25)
    yield judge("10 million: map and handovers under 600 MB", drawn.mib * mb, 600, " MB")
    yield judge("10 million: distance and map within 2.5 x the bare DuckDB", at("both", 10).seconds / bare, 2.5)
    yield judge("10 million: distance and map under 1 GB", at("both", 10).mib * mb, 1000, " MB")
    yield judge(
        "10 million: map of one month within 0.25 x the cold map", at("month", 10).seconds / drawn.seconds, 0.25
    )
    for key, title, wanted in (("pm4py", "pm4py", 25), ("r4pm", "r4pm", 5)):
        times = at(key, 10).seconds / drawn.seconds
        verdict = "not measured" if math.isnan(times) else "reached" if times >= wanted else "missed"
        yield f"10 million: {wanted} x as fast as {title}", "-" if math.isnan(times) else f"{times:.1f} x", verdict
    yield judge("50 million: map and handovers under 3 GB", at("map", 50).mib * mb, 3000, " MB")
    for small, large in pairwise(sizes):
        exponent = _exponent("map", small, large, runs)
        title = f"{small} to {large} million: the map's time grows with exponent at most 1.1"
        yield judge(title, math.nan if exponent is None else exponent, 1.1)
