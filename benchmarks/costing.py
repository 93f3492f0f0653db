"""What each measure costs: the command line itself, on one generated file of two sizes, in one process."""

from __future__ import annotations

import contextlib
import io
import json
import statistics
import tempfile
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from measuring import say
from mizzle.cli import run
from mizzle.cli.measure import measures

PAGE = Path(__file__).parents[1] / "docs" / "reference" / "measures" / "costs.json"
FEW, MANY = 1_000, 10_000
REPEATS = 3
SEED = 30
WORDS = [
    "order",
    "late",
    "door",
    "kind",
    "voice",
    "card",
    "phone",
    "bill",
    "driver",
    "parcel",
    "desk",
    "help",
    "wait",
    "told",
    "nice",
    "clean",
    "price",
    "app",
    "link",
    "form",
]
ITEMS = "i1,i2,i3,i4,i5"

ASKED: dict[str, str] = {
    "favourable": f"--items {ITEMS}",
    "response-rate": "--answered yes",
    "alpha": f"--items {ITEMS}",
    "omega": f"--items {ITEMS}",
    "item-rest": f"--items {ITEMS}",
    "rwg": f"--items {ITEMS} --group group",
    "ad": "--items i1 --group group",
    "icc": "--items i1 --group group",
    "shrout-fleiss": "--raters i1,i2,i3",
    "as-we": f"--items {ITEMS} --group group",
    "krippendorff": "--raters i1,i2,i3",
    "importance": "--outcome outcome --on i1,i2,i3,i4,i5",
    "nps": "--score score",
    "csat": "--score i1",
    "ces": "--score i1",
    "level": "--level i1 --group group",
    "superiority": "--level i1 --group side",
    "slide": "--level i1 --repeat repeat --age age",
    "perception-gap": "--level i1 --point group --side side --provider ours --served theirs",
    "internal-service": "--level i1 --rater rater --rated rated",
    "agreement": "--customer i1 --server i2",
    "lagged": "--level i1 --mood i2 --session order --unit group",
    "practising": "--windows w1,w2,w3",
    "critical-mass": "--windows w1,w2,w3",
    "thresholds": "--threshold threshold --runs 100",
    "unsatisfied": "--minutes minutes --rate 60 --compensation amount --currency EUR",
    "margin-at-risk": "--unsatisfied yes --left w1 --value amount --currency EUR",
    "acquire-or-keep": "--acquire amount --serve minutes --currency EUR",
    "loyalty": "--customer customer --date date --amount amount",
    "loyalty-summary": "--frequency frequency --recency recency --age span",
    "transactions": "--customer customer --date date --amount amount",
    "themes": "--text text --themes 8",
    "value-kinds": "--text text --language en",
    "memory": "--card card --rating rating --date date",
    "calibration": "--card card --rating rating --date date",
    "chart": "--value amount",
    "runs": "--value amount",
    "turns": "--value amount",
    "survival": "--duration span --event yes --group side",
}
"""How each measure is asked of the file; measures that stand here not read no file, or one of a few rows."""


def write_costs() -> None:
    """Ask every measure of both sizes, and keep for the catalogue what that took."""
    known = {one.name for _, one in measures()}
    strange = sorted(set(ASKED) - known)
    if strange:
        raise SystemExit(f"there is no measure called {', '.join(strange)}")
    with tempfile.TemporaryDirectory() as folder:
        files = {rows: Path(folder) / f"{rows}.parquet" for rows in (FEW, MANY)}
        for rows, path in files.items():
            pq.write_table(_rows(rows), path)
        found = [_cost(name, words.split(), files) for name, words in ASKED.items()]
    lines = ",\n".join(json.dumps(one, ensure_ascii=False) for one in found)
    PAGE.write_text(f"[\n{lines}\n]\n", "utf-8")


def _cost(name: str, words: list[str], files: dict[int, Path]) -> dict[str, Any]:
    _took(name, words, files[FEW])  # loads what it needs
    few, many = (statistics.median(_took(name, words, files[rows]) for _ in range(REPEATS)) for rows in (FEW, MANY))
    each = max(many - few, 0.0) / (MANY - FEW)
    say(f"  {name}: {few * 1e3:.1f} ms for {FEW:,} rows, {many * 1e3:.1f} ms for {MANY:,}")
    sentence = (
        f"{_time(few)} for {FEW:,} rows of a Parquet file, {_time(many)} for {MANY:,}: {each * 1e6:.2g} microseconds"
        " for each row more, reading and intervals included."
    )
    return {"measure": name, "rows": [FEW, MANY], "seconds": [round(few, 5), round(many, 5)], "sentence": sentence}


def _took(name: str, words: list[str], path: Path) -> float:
    out, err = io.StringIO(), io.StringIO()
    begun = perf_counter()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            code = run(["measure", name, str(path), *words, "--json"])
        except SystemExit as refused:  # an option that the measure does not have
            code = int(str(refused.code))
    took = perf_counter() - begun
    if code:
        raise SystemExit(f"{name}: {err.getvalue()}")
    return took


def _time(seconds: float) -> str:
    return f"{seconds:.1f} s" if seconds >= 1 else f"{seconds * 1e3:.0f} ms"


def _rows(n: int) -> pa.Table:
    """Draw a file in which every measure finds columns that it can read."""
    rng = np.random.default_rng(SEED)
    felt = rng.normal(size=(n, 1)) + 0.8 * rng.normal(size=(n, 5))
    items = np.clip(np.rint(3.5 + felt), 1, 6)
    days = np.sort(rng.integers(0, 700, n))
    liking = rng.gamma(0.5, size=max(n // 4, 50))
    frequency = rng.poisson(4 * rng.gamma(0.5, size=n))
    span = rng.integers(30, 60, n).astype(float)
    place = np.arange(n)
    columns: dict[str, Any] = {f"i{item + 1}": items[:, item] for item in range(5)}
    columns |= {
        "outcome": items.mean(axis=1) + rng.normal(size=n),
        "score": rng.integers(0, 11, n),
        "group": [f"team {one}" for one in place % 50],
        "side": np.where(place % 2, "ours", "theirs"),
        "rater": [f"unit {one}" for one in rng.integers(0, 12, n)],
        "rated": [f"unit {one}" for one in rng.integers(0, 12, n)],
        "repeat": rng.integers(1, 9, n),
        "age": rng.uniform(0, 12, n),
        "order": place // 50,
        "yes": rng.integers(0, 2, n),
        "threshold": rng.uniform(0, 1, n),
        "minutes": rng.integers(5, 90, n),
        "amount": np.round(rng.gamma(4.0, 10.0, n), 2),
        "customer": [f"c{one}" for one in rng.choice(len(liking), n, p=liking / liking.sum())],
        "date": (np.datetime64("2024-01-01") + days).astype(str),
        "frequency": frequency,
        "recency": np.where(frequency > 0, span * rng.uniform(0.2, 0.95, n), 0.0),
        "span": span,
        "card": [f"card {one}" for one in rng.integers(0, max(n // 8, 20), n)],
        "rating": rng.integers(1, 5, n),
        "text": [" ".join(rng.choice(WORDS, 8)) for _ in range(n)],
    }
    columns |= {f"w{one}": rng.integers(0, 2, n) for one in (1, 2, 3)}
    return pa.table(columns)
