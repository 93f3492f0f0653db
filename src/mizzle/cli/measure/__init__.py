"""`mizzle measure`: every measure of the library, asked in one way and answered in one shape."""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
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


class Option(NamedTuple):
    """An option of a measure: its flag, what it means, and how argparse takes it."""

    flag: str
    help: str
    metavar: str | None = None
    kind: Callable[[str], object] | None = None
    default: object = None
    required: bool = False
    choices: Sequence[object] | None = None


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


def names(text: str) -> list[str]:
    """Read a list of names, with commas between them.

    Examples
    --------
    >>> names("A1, A2,A3")
    ['A1', 'A2', 'A3']
    """
    found = [part.strip() for part in text.split(",") if part.strip()]
    if not found:
        raise argparse.ArgumentTypeError("names are wanted, with commas between them")
    if len(set(found)) < len(found):
        raise argparse.ArgumentTypeError(f"a name is given twice in {text!r}")
    return found


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
            type=option.kind or str,
            default=option.default,
            required=option.required,
            choices=option.choices,
        )
    made.add_argument("--sheet", metavar="NAME", help="sheet of a workbook (default: the first with data)")
    made.add_argument("--json", action="store_true", help="print JSON instead of a table")
    return made


def run(chosen: argparse.Namespace, make: type[argparse.ArgumentParser]) -> None:
    """Run `mizzle measure WORDS…`: list the measures, or ask one."""
    import difflib
    import json

    from mizzle import __version__
    from mizzle.cli.measure import shown
    from mizzle.errors import NoSuchName

    words: list[str] = chosen.words
    if not words or words[0] in ("-h", "--help", "--list"):
        listed = [{"family": family, "name": one.name, "sentence": one.sentence} for family, one in measures()]
        if "--json" in words:
            print(json.dumps(listed, indent=2))
        else:
            shown.measures(listed, LOGS)
        return
    known = {one.name: one for _, one in measures()}
    if words[0] not in known:
        near = difflib.get_close_matches(words[0], known, 3)
        hint = f" Did you mean {' or '.join(near)}?" if near else ""
        raise NoSuchName(f"There is no measure called {words[0]!r}.{hint} See mizzle measure --list")
    one = known[words[0]]
    answer = one.ask(told := parser_of(one, make).parse_args(words[1:]))
    if told.json:
        print(json.dumps(answer.to_dict(__version__), indent=2, allow_nan=False, ensure_ascii=False))
    else:
        shown.answer(answer)
