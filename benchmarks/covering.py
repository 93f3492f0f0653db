"""How often the 95 % interval of a measure holds the truth, in samples drawn from a world in which it is known."""

from __future__ import annotations

import json
from importlib import import_module
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from measuring import say

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

FAMILIES: tuple[str, ...] = (
    "survey",
    "level",
    "agreement",
    "adoption",
    "economics",
    "loyalty",
    "language",
    "memory",
    "momentum",
    "survival",
)
"""Families of measures with intervals; `covering_FAMILY.py` has `COVERINGS`."""

PAGE = Path(__file__).parents[1] / "docs" / "reference" / "measures" / "coverage.json"
SEED = 20


class Covering(NamedTuple):
    """One interval, asked again and again.

    Attributes
    ----------
    measure, figure
        Names of the measure and of its figure.
    world
        What the samples are drawn from, in words: ``"5 items, alpha 0.80"``.
    n
        The size of a sample, and of what.
    draw
        Draws one sample and gives low, high and truth.
    replications
        How many samples; at least 2,000, fewer only where one takes over a tenth of a second.
    """

    measure: str
    figure: str
    world: str
    n: str
    draw: Callable[[np.random.Generator], tuple[float, float, float]]
    replications: int = 2000


def coverings() -> Iterator[tuple[str, Covering]]:
    """List every interval with its family."""
    for family in FAMILIES:
        for one in import_module(f"covering_{family}").COVERINGS:
            yield family, one


def covered(one: Covering, rng: np.random.Generator, replications: int | None = None) -> float:
    """Give the share of samples whose interval holds the truth."""
    times = replications or one.replications
    right = 0
    for _ in range(times):
        low, high, truth = one.draw(rng)
        right += low <= truth <= high
    return right / times


def write_coverage(families: Sequence[str] = ()) -> None:
    """Draw samples for every interval, and keep for the catalogue how often each was right.

    Parameters
    ----------
    families
        Only these; what is known of the others stays.
    """
    known = json.loads(PAGE.read_text("utf-8")) if PAGE.exists() else []
    found = [one for one in known if families and one["family"] not in families]
    for place, (family, one) in enumerate(coverings()):
        if families and family not in families:
            continue
        begun = perf_counter()
        share = covered(one, np.random.default_rng([SEED, place]))
        say(f"  {one.measure}, {one.figure}, {one.n}: {share:.1%} ({perf_counter() - begun:.0f} s)")
        found.append(
            {
                "family": family,
                "measure": one.measure,
                "figure": one.figure,
                "world": one.world,
                "n": one.n,
                "replications": one.replications,
                "covered": round(share, 4),
            }
        )
    lines = ",\n".join(json.dumps(one, ensure_ascii=False) for one in found)
    PAGE.parent.mkdir(parents=True, exist_ok=True)
    PAGE.write_text(f"[\n{lines}\n]\n", "utf-8")
