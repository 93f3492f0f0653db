"""`mizzle measure`: every measure of the library, asked in one way and answered in one shape."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from mizzle.cli.measure.given import column, seed, whole

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Iterator, Sequence

    from mizzle.answer import Answer

FAMILIES: tuple[str, ...] = (
    "privacy",
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
"""Families of measures, each a module beside this one with its `MEASURES`."""

LOGS = ("distance", "map", "timeline")
"""What measures an event log, and is a command by itself."""

HOLDS_FROM = {
    "alpha": (20, "people"),
    "omega": (100, "people"),
    "krippendorff": (20, "units"),
    "slide": (40, "ratings"),
    "agreement": (20, "pairs"),
    "lagged": (50, "pairs of sessions"),
    "bass": (12, "periods"),
    "unsatisfied": (50, "cases"),
    "margin-at-risk": (50, "customers of a kind"),
    "acquire-or-keep": (30, "customers"),
    "loyalty": (1000, "customers"),
    "loyalty-summary": (1000, "customers"),
    "retention": (200, "customers"),
    "bg-bb": (4000, "customers"),
    "survival": (30, "rows"),
}
"""From how many on the intervals of a measure are known to hold 95 %, as its documentation says, and what is counted.

Measures that are not named hold with any number, are too wide rather than too narrow with few, or warn by themselves.
"""

COUNTED_BY = {
    "margin-at-risk": ("P(leave | unsatisfied)", "P(leave | satisfied)"),
    "acquire-or-keep": ("cost_to_win", "cost_to_serve"),
}
"""The figures whose n is what is counted there; the first one of a measure that is not named."""


class Option(NamedTuple):
    """An option of a measure: its flag, what it means, and how argparse takes it."""

    flag: str
    help: str
    metavar: str | None = None
    kind: Callable[[str], object] | None = None
    default: object = None
    required: bool = False
    choices: Sequence[object] | None = None


SEED = Option("--seed", "where chance begins (default: 1)", "N", seed, 1)
GROUP = Option("--group", "column of groups, each with figures of its own", "COLUMN")
UNIT = Option("--unit", "column of units of the organisation, each with figures of its own", "COLUMN")
LEVEL = Option("--level", "column of the level: 1 to 6, or its name", "COLUMN", required=True)
LEAST = Option("--least", "the least number of which anything is said (default: 5)", "N", whole(1), 5)
DATES = Option("--dates", "which comes first in dates such as 03/04/2024", choices=("dmy", "mdy"))
TIME_UNIT = Option("--time-unit", "unit of time (default: week)", default="week", choices=("week", "day"))
"""Options that mean the same in every measure that has them."""


@dataclass(frozen=True, slots=True)
class Measure:
    """A measure that the command line knows.

    Attributes
    ----------
    name
        As in `mizzle measure NAME`.
    sentence
        What it says, in one sentence.
    documents
        The function of the library that defines it: ``"mizzle.survey.alpha"``.
    ask
        Reads the files, asks the library and gives the answer. It is given what was chosen on the command line.
    options
        Its own options.
    files
        What its files are called in its help, in order; the last may stand for several where it ends with dots.
    """

    name: str
    sentence: str
    documents: str
    ask: Callable[[argparse.Namespace], Answer]
    options: Sequence[Option] = ()
    files: Sequence[str] = ("FILE",)


def measures() -> Iterator[tuple[str, Measure]]:
    """List every measure with its family."""
    for family in FAMILIES:
        for one in import_module(f"mizzle.cli.measure.{family}").MEASURES:
            yield family, one


def parser_of(one: Measure, make: type[argparse.ArgumentParser]) -> argparse.ArgumentParser:
    """Build the parser of one measure."""
    made = make(prog=f"mizzle measure {one.name}", description=one.sentence)
    for place, file in enumerate(one.files):
        if file.endswith("..."):
            name = file.removesuffix("...")
            made.add_argument("files", type=Path, nargs="+", metavar=name, help="CSV, Parquet or Excel")
        else:
            made.add_argument(
                "file" if not place else f"file_{place + 1}", type=Path, metavar=file, help="CSV, Parquet or Excel"
            )
    for option in one.options:
        if option.kind is None and option.choices is None and option.metavar is None:
            made.add_argument(option.flag, action="store_true", help=option.help)
            continue
        made.add_argument(
            option.flag,
            help=option.help,
            metavar=option.metavar,
            type=option.kind or (column if option.metavar == "COLUMN" else str),
            default=option.default,
            required=option.required,
            choices=option.choices,
        )
    made.add_argument("--sheet", metavar="NAME", help="sheet of a workbook (default: the first with data)")
    made.add_argument("--json", action="store_true", help="print JSON instead of a table")
    return made


def with_caution(answer: Answer) -> Answer:
    """Say in an answer's warnings where its intervals rest on fewer than they are known to hold from."""
    from dataclasses import replace

    least, counted = HOLDS_FROM.get(answer.measure, (0, ""))
    told = [one for one in answer.figures if one.estimate.interval and not one.of]
    counted_by = COUNTED_BY.get(answer.measure, [one.name for one in told[:1]])
    fewest = min((one.estimate.n for one in told if one.name in counted_by), default=least)
    if fewest >= least:
        return answer
    said = f"With {fewest:,} {counted} the intervals may be too narrow: they are known to hold from {least:,} on."
    return replace(answer, warnings=[*answer.warnings, said])


def run(chosen: argparse.Namespace, make: type[argparse.ArgumentParser]) -> None:
    """Run `mizzle measure WORDS…`: list the measures, or ask one."""
    words: list[str] = chosen.words
    if not words or words[0] in ("-h", "--help", "--list"):
        _list(as_json="--json" in words)
        return
    known = {one.name: one for _, one in measures()}
    if words[0] not in known:
        import difflib

        from mizzle.errors import NoSuchName

        near = difflib.get_close_matches(words[0], known, 3)
        hint = f" Did you mean {' or '.join(near)}?" if near else ""
        raise NoSuchName(f"There is no measure called {words[0]!r}.{hint} See mizzle measure --list")
    one = known[words[0]]
    answer = with_caution(one.ask(told := parser_of(one, make).parse_args(words[1:])))
    if told.json:
        import json

        from mizzle import __version__

        print(json.dumps(answer.to_dict(__version__), indent=2, allow_nan=False, ensure_ascii=False))
    else:
        from mizzle.cli.measure import shown

        shown.answer(answer)


def _list(*, as_json: bool) -> None:
    listed = [{"family": family, "name": one.name, "sentence": one.sentence} for family, one in measures()]
    if as_json:
        import json

        print(json.dumps(listed, indent=2))
    else:
        from mizzle.cli.measure import shown

        shown.measures(listed, LOGS)
