"""An answer as a table that a person likes to read."""

from __future__ import annotations

from collections import Counter
from itertools import groupby
from typing import TYPE_CHECKING

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from mizzle.cli.signs import shown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mizzle.answer import Answer, Figure

MOST_ROWS = 60
"""Figures of one name that are shown; `--json` has all."""

NOTHING = "–"  # noqa: RUF001 - an en dash stands for a figure that is undefined
LARGE, SMALL = 1e7, 1e-2


def answer(found: Answer) -> None:
    """Print an answer."""
    console = _out()
    unit = f", in {found.unit}" if found.unit else ""
    console.print(Text(shown(f"{found.measure}{unit}"), style="bold"))
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("")
    for head in ("value", "low to high", "n"):
        table.add_column(head, justify="right", no_wrap=True)
    so_far = Counter[tuple[str, bool]]()
    for figure in found.figures:
        so_far[figure.name, bool(figure.of)] += 1
        if so_far[figure.name, bool(figure.of)] <= MOST_ROWS:
            table.add_row(*_cells(figure, found.unit))
    left_out = sum(max(rows - MOST_ROWS, 0) for rows in so_far.values())
    console.print(table)
    if left_out:
        console.print(Text(f"{left_out:,} more figures are in the answer with --json.", style="dim"))
    for one in found.set_aside:
        console.print(Text(shown(f"Set aside: {one.n:,} {one.reason}.")))
    for sentence in found.warnings:
        console.print(Text(shown(sentence), style="yellow"))
    console.print(Text(f"Method {found.method}.", style="dim"))


def measures(told: Sequence[dict[str, str]], logs: Sequence[str]) -> None:
    """Print the list of measures, by family."""
    console = _out()
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(no_wrap=True)
    table.add_column()
    for family, ones in groupby(told, lambda one: one["family"]):
        table.add_row(Text(family, style="bold"), "")
        for one in ones:
            table.add_row(Text(f"  {one['name']}"), Text(one["sentence"]))
    console.print(table)
    commands = ", ".join(f"mizzle {one}" for one in logs)
    console.print()
    console.print(Text(f"Ask one: mizzle measure NAME --help. Event logs are measured by {commands}.", style="dim"))


def number(value: float | None) -> str:
    """Write a number for the screen, with four digits that count.

    Examples
    --------
    >>> number(0.70375589), number(0.0021933), number(1234.5678), number(12.0)
    ('0.7038', '0.002193', '1,235', '12')
    """
    if value is None:
        return NOTHING
    if value == int(value) and abs(value) < LARGE:
        return f"{int(value):,}"
    if abs(value) >= LARGE or abs(value) < SMALL:
        return f"{value:.4g}"
    whole = len(str(int(abs(value)))) if abs(value) >= 1 else 0
    return f"{value:,.{max(4 - whole, 0)}f}"


def _cells(figure: Figure, unit: str) -> tuple[Text, str, str, str]:
    one = figure.estimate
    name = figure.label if one.unit in (unit, "") else f"{figure.label}, {one.unit}"
    interval = f"{number(one.interval.low)} to {number(one.interval.high)}" if one.interval else ""
    return Text(shown(name)), number(one.value), interval, f"{one.n:,}"


def _out() -> Console:
    console = Console(highlight=False)
    if not console.is_terminal:
        console.width = max(console.width, 140)
    return console
