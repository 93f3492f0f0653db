"""Mutated inputs over all readers, in processes of their own: no crash, no hang, no hunger for memory."""

from __future__ import annotations

import contextlib
import faulthandler
import io
import json
import resource
import subprocess
import sys
import tempfile
import warnings
from collections import Counter, defaultdict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from measuring import BENCH, machine, say, table, write_section
from mutations import seeds, spoil
from survival import MOST_MIB, PATIENCE, WHOLE, suffer, warm

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

FOUND = BENCH / "fuzz"
PART = 2500  # inputs that one process reads
WORKERS = 2
STUCK = 20  # seconds after which a process that no alarm wakes is ended
GUARD = 2 << 30  # bytes of data beyond which a process gets no more, to protect the machine


@dataclass
class Tally:
    """What became of the inputs of one format."""

    outcomes: Counter[str] = field(default_factory=Counter)
    slowest: float = 0.0
    largest: float = 0.0


def run(options: argparse.Namespace) -> None:
    """Mutate, read and count; every failure is kept with what it takes to repeat it."""
    starts = range(0, options.inputs, PART)
    parts = [(options.seed, first, min(PART, options.inputs - first)) for first in starts]
    tallies: dict[str, Tally] = defaultdict(Tally)
    failures: list[dict[str, Any]] = []
    with ThreadPoolExecutor(WORKERS) as pool:
        for done, reports in enumerate(pool.map(lambda part: list(_in_processes(*part)), parts), start=1):
            for report in reports:
                tally = tallies[report["format"]]
                tally.outcomes[report["outcome"]] += 1
                tally.slowest = max(tally.slowest, report["seconds"])
                tally.largest = max(tally.largest, report["mib"])
                if report["outcome"] not in {"read", "refused"}:
                    failures.append(report)
            if done % 8 == 0 or done == len(parts):
                say(f"  {min(done * PART, options.inputs):,} inputs, {len(failures)} failures")
    write_section("fuzz", "Fuzz: what the readers survive", _report(options, tallies, failures))
    if failures:
        again = "repeat one with: python benchmarks/lane_fuzz.py SEED NUMBER 1"
        raise SystemExit(f"{len(failures)} failures, kept in .bench/fuzz; {again}")


def _in_processes(seed: int, first: int, count: int) -> Iterator[dict[str, Any]]:
    """Read a run of inputs in a process; after a failure go on in a new one, and repeat the failure alone."""
    end = first + count
    while first < end:
        for report in _process(seed, first, end - first):
            first = report["number"] + 1
            if report["outcome"] in {"read", "refused"}:
                yield report
                continue
            # A busy machine looks like a hang, and what earlier inputs left behind like hunger: try it alone.
            alone = next(iter(_process(seed, report["number"], 1)))
            if alone["outcome"] not in {"read", "refused"}:
                _keep(seed, alone)
            yield alone
            break


def _process(seed: int, first: int, count: int) -> Iterator[dict[str, Any]]:
    """Run one process; it ends at its first failure. One that dies without a word died of the input it was at."""
    command = [sys.executable, __file__, str(seed), str(first), str(count)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=BENCH)
    number = first - 1
    for line in done.stdout.splitlines():
        report: dict[str, Any] = json.loads(line)
        number = report["number"]
        yield report
    failed = number >= first and report["outcome"] not in {"read", "refused"}
    if number < first + count - 1 and not failed:
        spoilt = spoil(seeds(), seed, number + 1)
        outcome = "hang" if "Timeout" in done.stderr else "crash"
        about = {"number": number + 1, "format": spoilt.seed.name, "outcome": outcome, "seconds": 0.0, "mib": 0.0}
        yield about | {"detail": done.stderr[-4000:] or f"ended with {done.returncode}"}


def _keep(seed: int, report: dict[str, Any]) -> None:
    FOUND.mkdir(parents=True, exist_ok=True)
    spoilt = spoil(seeds(), seed, report["number"])
    path = FOUND / f"{report['outcome']}-{seed}-{report['number']}{spoilt.seed.ending}"
    path.write_bytes(spoilt.data)
    about = report | {"seed": seed, "steps": spoilt.steps, "bytes": len(spoilt.data)}
    path.with_name(path.name + ".json").write_text(json.dumps(about, indent=1))


def _report(options: argparse.Namespace, tallies: dict[str, Tally], failures: list[dict[str, Any]]) -> str:
    rows = []
    for name, tally in sorted(tallies.items()):
        read, refused = tally.outcomes["read"], tally.outcomes["refused"]
        failed = tally.outcomes.total() - read - refused
        counts = (f"{number:,}" for number in (tally.outcomes.total(), read, refused, failed))
        rows.append((name, *counts, f"{1000 * tally.slowest:.0f}", f"{tally.largest:.0f}"))
    head = ("format", "inputs", "read", "refused with a clear error", "failed", "slowest ms", "most MiB")
    about = (
        f"{options.inputs:,} inputs (seed {options.seed}), each a tiny valid log of one format spoilt one to four"
        " times: bits flipped, cut off, pieces dropped, doubled, taken from another format, overwritten, or known to"
        " be nasty put in; of gzip and workbooks mostly what is inside. Each is opened, its columns are mapped and all"
        f" its rows understood; one in {WHOLE} is imported to the end. A failure is any end but an event table or a"
        f" clear error, more than {PATIENCE:.0f} s, or more than {MOST_MIB:.0f} MiB for the whole process; one that"
        " does not repeat in a process of its own is not counted."
    )
    verdict = "Goal: no failure. " + ("Reached." if not failures else f"**Missed: {len(failures)} failures.**")
    return "\n\n".join([machine(("mizzle", "pyarrow", "openpyxl")), about, table(head, rows), verdict])


def worker(seed: int, first: int, count: int) -> None:
    """Read inputs one after the other, telling of each on a line of its own, up to the first failure."""
    resource.setrlimit(resource.RLIMIT_DATA, (GUARD, GUARD))
    warnings.simplefilter("ignore")
    every = seeds()
    out = sys.stdout
    with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stdout(io.StringIO()):
        warm(every, Path(folder))
        for number in range(first, first + count):
            spoilt = spoil(every, seed, number)
            faulthandler.dump_traceback_later(STUCK, exit=True)
            fate = suffer(spoilt, Path(folder))
            faulthandler.cancel_dump_traceback_later()
            report = {"number": number, "format": spoilt.seed.name, "outcome": fate.outcome, "seconds": fate.seconds}
            detail = "" if fate.survived else fate.detail
            print(json.dumps(report | {"mib": fate.mib, "detail": detail}), file=out, flush=True)
            if not fate.survived:
                break


if __name__ == "__main__":
    worker(*map(int, sys.argv[1:4]))
