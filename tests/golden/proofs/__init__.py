"""Published results that the measures reproduce: each with what its expected value rests on.

A module for each family has `PROOFS`. Tests compare them, and `./run docs` puts them into the catalogue.
"""

from __future__ import annotations

import gzip
import json
from importlib import import_module
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

DATA = Path(__file__).parents[4] / "shared" / "data"
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
"""Families of measures with proofs, each a module beside this one."""

Basis = Literal["seen", "recalled", "recomputed", "formula"]
"""What an expected value rests on.

seen: printed in a source that was read. recalled: attributed to a source that was not read again. recomputed: worked
out by another program (named in the source). formula: follows from the definition.
"""


class Absent(Exception):
    """The data of a proof are not on this machine."""


class Proof(NamedTuple):
    """One published or recomputed figure.

    Attributes
    ----------
    measure, figure
        Names of the measure (`mizzle measure NAME`) and of its figure.
    source
        Who published it, or which program worked it out, and on which data.
    basis
        What the expected value rests on.
    expected
        The value to reach.
    tolerance
        The greatest difference that is passed.
    ours
        Works out our value; raises Absent where the data are not there.
    published
        As printed by the source, where it is rounded.
    """

    measure: str
    figure: str
    source: str
    basis: Basis
    expected: float
    tolerance: float
    ours: Callable[[], float]
    published: str = ""


def proofs() -> Iterator[tuple[str, Proof]]:
    """List every proof with its family."""
    for family in FAMILIES:
        for one in import_module(f"golden.proofs.{family}").PROOFS:
            yield family, one


def golden(file: str, case: str) -> dict[str, Any]:
    """Give one case of a golden table."""
    path = there(f"golden/{file}.json")
    cases: list[dict[str, Any]] = json.loads(path.read_text("utf-8"))["cases"]
    return next(one for one in cases if one["id"] == case)


def there(name: str) -> Path:
    """Give the path of a data file, or say that it is absent."""
    path = DATA / name
    if not path.exists():
        raise Absent(name)
    return path


def rows(name: str) -> list[dict[str, str]]:
    """Read a CSV of the data, apart from the library's own reader."""
    import csv

    path = there(name)
    text = gzip.decompress(path.read_bytes()).decode() if path.suffix == ".gz" else path.read_text("utf-8")
    return list(csv.DictReader(StringIO(text)))
