"""Measures beside their peers: the same answers first, then times, ratios and memory."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple

from costing import write_costs
from measuring import Run, kept, machine, own, peer, say, table, write_section

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator
    from pathlib import Path

OURS, MAKER = "contend_measures.py", "benchmarks/contend_measures.py"
THEIRS = ("contend_measure_peers.py", "peers-measures")
PEERS = (
    *("lifetimes", "pymc-marketing", "pingouin", "factor-analyzer", "krippendorff", "statsmodels"),
    *("numpy", "scipy", "pandas"),
)
REPEATS = 3
NOT_RUN = Run(failed="not run")
REPLICATES = 1000


class Data(NamedTuple):
    """A file of generated data: what makes it, and how large it is."""

    name: str
    contender: str
    size: dict[str, int]

    def path(self) -> Path:
        """Give the file, made where it is not there."""
        return kept(f"{self.name}.npz", OURS, self.contender, maker=MAKER, **self.size)


class Job(NamedTuple):
    """One question, asked of mizzle and of its peers.

    Attributes
    ----------
    key, title
        A short name, and what stands in the table.
    data
        What it is asked of.
    name
        The contender of mizzle.
    peers
        Titles of the peers, each with its contender.
    tolerance
        The largest difference, as a share of the value, at which two answers are the same.
    """

    key: str
    title: str
    data: Data
    name: str
    peers: dict[str, str]
    tolerance: float = 1e-6
    arguments: dict[str, Any] = {}  # noqa: RUF012 - a default that nobody changes


Runs = dict[tuple[str, str], Run]


def _jobs(*, quick: bool) -> list[Job]:
    few, many = (5_000, 20_000) if quick else (100_000, 1_000_000)
    rows = 5_000 if quick else 100_000
    jobs = [
        Job(
            f"bg-nbd {size}",
            f"BG/NBD of {size:,} customers",
            Data(f"customers-{size}", "make-customers", {"customers": size}),
            "bg-nbd",
            {"lifetimes": "lifetimes"}
            | ({"pymc-marketing (MAP, own priors)": "pymc-marketing"} if size == few else {}),
            1e-3,
        )
        for size in (few, many)
    ]
    for predictors in (5, 8, 10) if quick else (10, 15, 20):
        data = Data(f"drivers-{predictors}-{rows}", "make-drivers", {"rows": rows, "predictors": predictors})
        title = f"LMG of {predictors} predictors, {rows:,} rows"
        peers = {"pingouin": "pingouin-importance"}
        jobs.append(Job(f"lmg {predictors}", title, data, "importance", peers, arguments={"replicates": 0}))
    return [*jobs, *_others(many, rows)]


def _others(many: int, rows: int) -> list[Job]:
    """Bootstraps of importance, scales, raters and the slide."""
    ten = Data(f"drivers-10-{rows}", "make-drivers", {"rows": rows, "predictors": 10})
    answers = Data(f"answers-{many}", "make-answers", {"rows": many, "items": 10})
    rated = Data(f"answers-{rows // 10}", "make-answers", {"rows": rows // 10, "items": 6})
    slides = Data(f"slides-{rows}", "make-slides", {"rows": rows})
    again = {"replicates": REPLICATES}
    return [
        Job("correlation", f"one correlation matrix of 11 columns, {rows:,} rows (numpy)", ten, "correlation", {}),
        Job(
            "bootstraps", f"LMG of 10 predictors with {REPLICATES:,} bootstraps", ten, "importance", {}, arguments=again
        ),
        Job("alpha", f"alpha with interval, {10 * many:,} answers", answers, "alpha", {"pingouin": "pingouin-alpha"}),
        Job(
            "omega",
            f"omega of 6 items, {rated.size['rows']:,} people",
            rated,
            "omega",
            {"factor-analyzer (loadings)": "factor-analyzer"},
            1e-3,
        ),
        Job(
            "icc",
            f"six ICCs of {rated.size['rows']:,} targets by 6 raters",
            rated,
            "icc",
            {"pingouin": "pingouin-icc"},
        ),
        Job(
            "krippendorff",
            f"Krippendorff's alpha of {rated.size['rows']:,} units by 6 raters",
            rated,
            "krippendorff",
            {"krippendorff": "krippendorff"},
        ),
        Job(
            "slide",
            f"ordinal regression of {rows:,} levels",
            slides,
            "slide",
            {"statsmodels": "statsmodels-ordinal"},
            1e-3,
        ),
    ]


def run(options: argparse.Namespace) -> None:
    """Ask every question of everyone, print the tables and write them into the page."""
    jobs, runs = _jobs(quick=options.quick), {}
    for job in jobs:
        say(job.title)
        path = str(job.data.path())
        runs[job.key, ""] = own(OURS, job.name, runs=REPEATS, path=path, **job.arguments)
        for title, contender in job.peers.items():
            runs[job.key, title] = NOT_RUN if options.without_peers else peer(contender, of=THEIRS, path=path)
    said = [
        machine(("mizzle", "numpy", "scipy"), () if options.without_peers else PEERS, of=THEIRS),
        _explanation(),
        _table(jobs, runs),
        f"### Answers\n\n{_agreement(jobs, runs)}",
        f"### Goals\n\n{table(('goal', 'found', ''), list(_goals(jobs, runs)))}",
    ]
    if options.quick or options.without_peers:
        print("\n\n".join(said))
    else:
        write_section("measures", "Measures: times and answers beside other packages", "\n\n".join(said))
        write_costs()


def _explanation() -> str:
    return (
        "Generated data, which both sides find in memory as arrays or frames. Each figure is a process of its own,"
        " timed inside after its imports and, of what loads more at its first call, after an answer on 200 rows; the"
        f" median of {REPEATS} runs for mizzle, one run for a peer. Memory is the most the process ever had, the data"
        " included. mizzle's answers have more in them than is compared: standard errors and intervals for BG/NBD and"
        " alpha, other divisions of R² beside LMG, intervals of raters. The time of pymc-marketing includes building"
        " and compiling its model, which it does at every fit."
    )


def _table(jobs: list[Job], runs: Runs) -> str:
    rows = []
    for job in jobs:
        ours = runs[job.key, ""]
        rows.append((f"**{job.title}**", *_cells(ours, ours)))
        rows += [(f"- {title}", *_cells(runs[job.key, title], ours)) for title in job.peers]
    return table(("", "seconds", "to mizzle", "MiB"), rows)


def _cells(found: Run, ours: Run) -> tuple[str, str, str]:
    if not found.known:
        return found.failed.replace("|", "/"), "", ""
    ratio = found.seconds / ours.seconds if ours.known else math.nan
    return f"{found.seconds:.4f}", "-" if math.isnan(ratio) else f"{ratio:.1f}", f"{found.mib:.0f}"


def _agreement(jobs: list[Job], runs: Runs) -> str:
    rows = []
    for job in jobs:
        for title in job.peers:
            ours, theirs = runs[job.key, ""], runs[job.key, title]
            if ours.known and theirs.known:
                far = _farthest(ours.answer, theirs.answer)
                verdict = "the same" if far <= job.tolerance else "**not the same**"
                if "own priors" in title:
                    verdict = "another question: priors pull the parameters"
                rows.append((f"{job.title}: {title}", f"{far:.1e}", f"{job.tolerance:.0e}", verdict))
    if not rows:
        return "No peer was run."
    return table(("", "largest difference, as a share", "passed up to", ""), rows)


def _farthest(ours: dict[str, Any], theirs: dict[str, Any]) -> float:
    shared = [name for name in ours if name in theirs]
    return float(max(abs(ours[name] - theirs[name]) / max(abs(ours[name]), 1e-3) for name in shared))


def _goals(jobs: list[Job], runs: Runs) -> Iterator[tuple[str, str, str]]:
    keys = {job.key for job in jobs}

    def times(key: str, title: str) -> float:
        ours, theirs = runs.get((key, ""), NOT_RUN), runs.get((key, title), NOT_RUN)
        return theirs.seconds / ours.seconds if ours.known and theirs.known else math.nan

    def judge(goal: str, found: float, limit: float, *, most: bool = False, unit: str = " x") -> tuple[str, str, str]:
        if math.isnan(found):
            return goal, "-", "not measured"
        reached = found <= limit if most else found >= limit
        return goal, f"{found:.4g}{unit}", "reached" if reached else "missed"

    yield judge("BG/NBD of 1,000,000 customers: 40 x as fast as lifetimes", times("bg-nbd 1000000", "lifetimes"), 40)
    errors = runs.get(("bg-nbd 1000000", ""), NOT_RUN).answer
    has_errors = bool(errors) and all(errors.get(f"error of {name}") for name in ("r", "alpha", "a", "b"))
    yield "- and its standard errors in the same run", "yes" if has_errors else "-", "reached" if has_errors else "-"
    for predictors, wanted in ((15, 80), (20, 500)):
        goal = f"LMG of {predictors} predictors: {wanted} x as fast as pingouin"
        yield judge(goal, times(f"lmg {predictors}", "pingouin"), wanted)
    one, thousand = runs["correlation", ""], runs["bootstraps", ""]
    within = thousand.seconds / one.seconds if one.known and thousand.known else math.nan
    yield judge("1,000 bootstraps within 25 x of one correlation matrix", within, 25, most=True)
    if "bg-nbd 1000000" in keys:
        seconds = runs["alpha", ""].seconds
        yield judge("alpha with interval of 10,000,000 answers under 1 s", seconds, 1, most=True, unit=" s")
    known = [times(job.key, title) for job in jobs for title in job.peers]
    slowest = min((one for one in known if not math.isnan(one)), default=math.nan)
    yield judge("no measure slower than its best peer: the nearest peer takes", slowest, 1)
    yield "a release of 50 teams x 20 questions x 8 earlier waves under 60 s", "-", "see ./run bench releases"
