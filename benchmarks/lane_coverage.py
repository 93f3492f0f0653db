"""How often the 95 % interval of a department's mean holds the truth, the case being the sampling unit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from covering import write_coverage
from measuring import machine, say, table, write_section
from mizzle.engines import open_engine
from mizzle.journeys.distance import distance
from mizzle.journeys.intervals import ratio_interval
from mizzle.logs.store import events_in_memory
from mizzle.simulate import PERCEPTION, event_log

if TYPE_CHECKING:
    import argparse

    from numpy.typing import NDArray

    Numbers = NDArray[np.float64]

SEED = 7
POPULATION = 300_000  # cases
DEPARTMENTS = 10
SIZES = (50, 100, 400)
MEASURES = ("handovers", "hours")
WANTED = (0.93, 0.97)
FEWEST = 2000  # replications below which the claim is not made
CHECKED = 5  # samples on which the sums here are compared with `journeys.distance`


@dataclass(frozen=True, slots=True)
class Sums:
    """Per case (rows) and department (columns): events with a perception point to come, and their distances."""

    departments: tuple[str, ...]
    counts: Numbers
    totals: dict[str, Numbers]


def run(options: argparse.Namespace) -> None:
    """Draw samples from a very large log, ask for the interval each time, and count how often it holds the truth."""
    if options.measures is not None:
        write_coverage(options.measures)
        return
    if options.replications < FEWEST:
        raise SystemExit(f"a share so near to one takes at least {FEWEST} replications")
    say(f"a log of {POPULATION:,} cases")
    log = event_log(POPULATION, DEPARTMENTS, np.random.default_rng(SEED))
    sums = per_case(log)
    rng = np.random.default_rng(SEED + 1)
    _compare_with_library(log, rng)
    found: dict[tuple[str, int], list[float]] = {}
    for size in SIZES:
        say(f"  {options.replications:,} samples of {size} cases, for each of {len(sums.departments)} departments")
        for measure in MEASURES:
            found[measure, size] = _coverage(sums, measure, size, options.replications, rng)
    write_section("coverage", "Coverage: are the intervals right?", _report(found, options.replications))


def per_case(log: pa.Table) -> Sums:
    """Work out distances in plain numpy, apart from the library, and sum them by case and department."""
    log = log.sort_by([(name, "ascending") for name in ("case_id", "start", "end", "row")]).combine_chunks()
    case = _codes(log["case_id"])[0]
    department, names = _codes(log["department"])
    start, end = (log[name].cast(pa.int64()).to_numpy() for name in ("start", "end"))
    n = len(case)
    changed = np.append(False, (department[1:] != department[:-1]) & (case[1:] == case[:-1]))
    handovers = np.cumsum(changed)
    points = pc.is_in(log["activity"], pa.array(PERCEPTION)).to_numpy()
    places = np.where(points, np.arange(n), n)
    ahead = np.minimum.accumulate(places[::-1])[::-1]
    known = np.minimum(ahead, n - 1)
    heard = (ahead < n) & (case[known] == case)
    key = case * len(names) + department
    shape = (int(case[-1]) + 1, len(names))

    def summed(values: NDArray[Any]) -> Numbers:
        weights = np.where(heard, values, 0).astype(float)
        found: Numbers = np.bincount(key, weights=weights, minlength=shape[0] * shape[1]).astype(float)
        return found.reshape(shape)

    hours = np.maximum(start[known] - end, 0) / 3.6e9
    totals = {"handovers": summed(handovers[known] - handovers), "hours": summed(hours)}
    return Sums(tuple(names), summed(np.ones(n)), totals)


def _codes(column: pa.ChunkedArray) -> tuple[NDArray[np.int64], list[str]]:
    encoded = pc.dictionary_encode(column.combine_chunks())
    encoded = encoded.combine_chunks() if isinstance(encoded, pa.ChunkedArray) else encoded
    return encoded.indices.to_numpy().astype(np.int64), encoded.dictionary.to_pylist()


def _compare_with_library(log: pa.Table, rng: np.random.Generator) -> None:
    """Stop where the sums here and `journeys.distance` do not give the same value and interval."""
    with open_engine("duckdb") as engine:
        for _ in range(CHECKED):
            names = pa.array([f"C{case:07d}" for case in rng.choice(POPULATION, 60, replace=False)])
            sample = log.filter(pc.is_in(log["case_id"], names))
            sums = per_case(sample)
            for one in distance(events_in_memory(sample, engine), PERCEPTION).departments:
                place = sums.departments.index(one.department)
                for measure, theirs in zip(MEASURES, (one.handovers_to_customer, one.hours_to_customer), strict=True):
                    ours = ratio_interval(sums.totals[measure][:, place], sums.counts[:, place])
                    here = [max(x, 0.0) for x in (ours.value, *(ours.interval or ())) if x is not None]
                    there = [x for x in (theirs.value, *(theirs.interval or ())) if x is not None]
                    if len(here) != len(there) or not np.allclose(here, there, rtol=1e-9, atol=1e-9):
                        raise SystemExit(f"journeys.distance says {there} of {one.department}, not {here}")
    say(f"  journeys.distance says the same as the sums by case, on {CHECKED} samples")


def _coverage(sums: Sums, measure: str, size: int, replications: int, rng: np.random.Generator) -> list[float]:
    """Share of samples whose interval holds the mean of the whole log, for each department."""
    shares = []
    for place in range(len(sums.departments)):
        there = sums.counts[:, place] > 0
        totals, counts = sums.totals[measure][there, place], sums.counts[there, place]
        truth = totals.sum() / counts.sum()
        right = 0
        for _ in range(replications):
            drawn = rng.integers(0, len(counts), size)
            interval = ratio_interval(totals[drawn], counts[drawn]).interval
            right += interval is not None and interval.low <= truth <= interval.high
        shares.append(right / replications)
    return shares


def _report(found: dict[tuple[str, int], list[float]], replications: int) -> str:
    rows = []
    for (measure, size), shares in found.items():
        mean = float(np.mean(shares))
        verdict = "reached" if WANTED[0] <= mean <= WANTED[1] else "missed"
        within = sum(WANTED[0] <= share <= WANTED[1] for share in shares)
        figures = (f"{100 * share:.1f} %" for share in (mean, min(shares), max(shares)))
        rows.append((f"{measure} to the customer", str(size), *figures, f"{within} of {len(shares)}", verdict))
    head = ("", "cases", "covered", "least department", "most", "departments in 93 to 97 %", "goal 93 to 97 %")
    noise = 196 * np.sqrt(0.95 * 0.05 / replications)
    about = (
        f"Samples of cases, {replications:,} for each row and department, from a simulated log of {POPULATION:,} cases"
        " whose means are the truth; the cases are those in which the department worked before the customer heard."
        f" Each of {len(next(iter(found.values())))} departments is asked apart; its share here has a chance error of"
        f" about {noise:.1f} points. The sums per case used here give the value and interval of `journeys.distance`,"
        f" checked on {CHECKED} samples."
    )
    return "\n\n".join([machine(("mizzle", "numpy", "scipy")), about, table(head, rows)])
