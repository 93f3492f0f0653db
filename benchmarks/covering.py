"""How often the 95 % interval of a measure holds the truth, in samples drawn from a world in which it is known."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import numpy as np

FAMILIES: tuple[str, ...] = ("language", "memory", "momentum", "survival")
"""Families of measures with intervals; `covering_FAMILY.py` has `COVERINGS`."""

WANTED = (0.93, 0.97)


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
