"""The answer of a measure to one question: figures by name, what was set aside, and what to beware of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mizzle.estimate import Estimate


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of an answer.

    Attributes
    ----------
    name
        What it is, in the words of the measures' catalogue: ``"alpha"``, ``"ICC(1)"``, ``"r"``.
    estimate
        Its value, interval, sample size and unit.
    of
        Whom or what it is of, where the answer has one for each group, item or person; empty otherwise.
    """

    name: str
    estimate: Estimate
    of: str = ""

    @property
    def label(self) -> str:
        """The name with whom it is of, as ``r_wg(j)[Warehouse]``."""
        return f"{self.name}[{self.of}]" if self.of else self.name


@dataclass(frozen=True, slots=True)
class SetAside:
    """What a measure left out, and why: a reason in plain words, and how many rows, people or pairs it took."""

    reason: str
    n: int


@dataclass(frozen=True, slots=True)
class Answer:
    """What a measure says of one file.

    Attributes
    ----------
    measure
        Its name, as in `mizzle measure NAME`.
    method
        Module, measure and number of the formula: ``"survey.alpha/1"``.
    unit
        The unit of its main figures; a figure of another unit says so itself.
    figures
        The figures, the most important first.
    set_aside
        What was left out, with the reason.
    warnings
        Sentences to read before the figures are used.
    """

    measure: str
    method: str
    unit: str
    figures: Sequence[Figure]
    set_aside: Sequence[SetAside] = ()
    warnings: Sequence[str] = ()

    def to_dict(self, version: str) -> dict[str, Any]:
        """Give the answer in the one shape that every measure has as JSON; a value that is undefined is null.

        Examples
        --------
        >>> from mizzle.estimate import Estimate, Interval
        >>> found = Estimate(0.5, Interval(0.25, 0.75), 12, "share", "survey.favourable/1")
        >>> told = Answer("favourable", found.method, "share", [Figure("favourable", found)]).to_dict("0.1.0")
        >>> told["results"]
        [{'name': 'favourable', 'value': 0.5, 'low': 0.25, 'high': 0.75, 'n': 12}]
        """
        return {
            "measure": self.measure,
            "method": self.method,
            "unit": self.unit,
            "results": [_row(figure, self.unit) for figure in self.figures],
            "set_aside": [{"reason": one.reason, "n": one.n} for one in self.set_aside],
            "warnings": list(self.warnings),
            "mizzle": version,
        }


def figures_of(estimates: Mapping[str, Estimate], name: str) -> list[Figure]:
    """Make figures of one name from an estimate for each group."""
    return [Figure(name, estimate, of) for of, estimate in estimates.items()]


def _row(figure: Figure, unit: str) -> dict[str, Any]:
    one = figure.estimate
    low, high = one.interval or (None, None)
    row = {"name": figure.label, "value": one.value, "low": low, "high": high, "n": one.n}
    return row if one.unit == unit else row | {"unit": one.unit}
