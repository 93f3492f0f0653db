"""Reading logs: XES beside rustxes, r4pm and pm4py's own readers; CSV; the memory of a large file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from measuring import Run, kept, machine, own, peer, say, table, write_section

if TYPE_CHECKING:
    import argparse
    from pathlib import Path

PLAIN = 281_000  # events of 100 MiB
CROOKED = 200_000
LARGE = 2_900_000  # events of 1 GB
CSV = 2_000_000
REPEATS = 3
TIMES = 3
MOST = 400  # MB
OURS = "mizzle, times understood"


def run(options: argparse.Namespace) -> None:
    """Measure all, print the tables and write them into the page."""
    share = 0.1 if options.small else 1.0
    made = {
        name: _made(name, round(events * share))
        for name, events in (("plain", PLAIN), ("crooked", CROOKED), ("large", LARGE))
    }
    rows = kept("rows.csv", "contend_mizzle.py", "make-csv", events=round(CSV * share))
    plain, crooked = _plain(made["plain"]), _crooked(made["crooked"])
    say("large XES, CSV")
    large = own("contend_mizzle.py", "read-log", path=str(made["large"]))
    read = own("contend_mizzle.py", "read-log", runs=REPEATS, path=str(rows))
    imported = own("contend_mizzle.py", "import-log", path=str(rows), out=str(rows.with_suffix(".parquet")))
    body = "\n\n".join(
        [
            machine(("mizzle", "pyarrow", "numpy"), ("rustxes", "r4pm", "pm4py", "polars", "pandas")),
            _explanation(),
            f"### Plain XES, {_mib(made['plain'])}\n\n{_table(plain)}",
            f"### XES with nested attributes, single quotes and entities, {_mib(made['crooked'])}\n\n"
            + _table(crooked),
            "### CSV and a large file\n\n" + _other(made["large"], large, rows, read, imported),
            "### Goals\n\n" + _goals(plain, crooked, large),
        ]
    )
    if options.small:
        print(body)
    else:
        write_section("logs", "Logs: reading XES and CSV", body)


def _made(name: str, events: int) -> Path:
    return kept(f"{name}.xes", "contend_mizzle.py", "make-xes", events=events, plain=name != "crooked")


def _plain(path: Path) -> dict[str, Run]:
    say(f"plain XES, {_mib(path)}")
    return {
        "mizzle, all as text": own("contend_mizzle.py", "read-xes", runs=REPEATS, path=str(path)),
        OURS: own("contend_mizzle.py", "read-log", runs=REPEATS, path=str(path)),
        "rustxes": peer("rustxes-xes", runs=REPEATS, path=str(path)),
        "r4pm": peer("r4pm-xes", runs=REPEATS, path=str(path)),
        "pm4py with rustxes": peer("pm4py-xes", path=str(path), variant="rustxes"),
        "pm4py, chunk_regex": peer("pm4py-xes", path=str(path), variant="chunk_regex"),
        "pm4py, iterparse": peer("pm4py-xes", path=str(path), variant="iterparse"),
    }


def _crooked(path: Path) -> dict[str, Run]:
    say(f"crooked XES, {_mib(path)}")
    return {
        "mizzle, all as text": own("contend_mizzle.py", "read-xes", runs=REPEATS, path=str(path)),
        OURS: own("contend_mizzle.py", "read-log", runs=REPEATS, path=str(path)),
        "pm4py, iterparse": peer("pm4py-xes", path=str(path), variant="iterparse"),
        "rustxes": peer("rustxes-xes", path=str(path)),
        "r4pm": peer("r4pm-xes", path=str(path)),
    }


def _explanation() -> str:
    return (
        "Generated logs, six attributes an event. A figure is a process of its own, timed inside after its imports,"
        " from the file to columns in memory (mizzle: batches of Arrow columns; rustxes and r4pm: a polars frame;"
        f" pm4py: a pandas frame); the median of {REPEATS} runs for mizzle, rustxes and r4pm, one run for pm4py."
        " mizzle is measured twice: all columns of the file as text, and the columns of its mapping with times"
        " understood and people pseudonymised, as an import does it. The others give times, too, and so the second"
        " is the one to compare; the goals are judged by it."
    )


def _table(runs: dict[str, Run]) -> str:
    ours, rows = runs[OURS], []
    for name, found in runs.items():
        if found.known:
            figures = (f"{found.seconds:.2f}", f"{found.seconds / ours.seconds:.2f}", f"{found.cpu:.2f}")
            rows.append((name, *figures, f"{found.mib:.0f}", f"{found.answer['events']:,}"))
        else:
            rows.append((name, found.failed[:80], "", "", "", ""))
    return table(("", "seconds", "to mizzle", "CPU seconds", "MiB", "events"), rows)


def _other(large_path: Path, large: Run, rows_path: Path, read: Run, imported: Run) -> str:
    rows = []
    for title, path, found in (
        (f"XES of {_mib(large_path)}, read", large_path, large),
        (f"CSV of {_mib(rows_path)}, read", rows_path, read),
        (f"CSV of {_mib(rows_path)}, imported to an event table", rows_path, imported),
    ):
        if found.known:
            events = found.answer["events"]
            speed = path.stat().st_size / 2**20 / found.seconds
            figures = (f"{found.seconds:.2f}", f"{events:,}", f"{events / found.seconds:,.0f}", f"{speed:.0f}")
            rows.append((title, *figures, f"{found.mib:.0f}"))
        else:
            rows.append((title, found.failed[:80], "", "", "", ""))
    return table(("", "seconds", "rows", "rows a second", "MiB a second", "most MiB"), rows)


def _goals(plain: dict[str, Run], crooked: dict[str, Run], large: Run) -> str:
    plainly, otherwise = plain[OURS], crooked[OURS]
    to_rustxes = plainly.seconds / plain["rustxes"].seconds
    to_iterparse = crooked["pm4py, iterparse"].seconds / otherwise.seconds
    megabytes = large.mib * 2**20 / 1e6
    rows = (
        ("plain XES: no slower than rustxes", f"{to_rustxes:.2f} x its time", to_rustxes <= 1),
        ("other XES: at least 3 x as fast as pm4py's own reader", f"{to_iterparse:.1f} x", to_iterparse >= TIMES),
        ("XES of 1 GB: under 400 MB of memory", f"{megabytes:.0f} MB", megabytes < MOST),
    )
    judged = [(goal, found, "reached" if reached else "missed") for goal, found, reached in rows]
    return table(("goal", "found", ""), judged)


def _mib(path: Path) -> str:
    return f"{path.stat().st_size / 2**20:.0f} MiB"
