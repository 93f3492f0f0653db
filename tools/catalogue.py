"""The catalogue of measures: docs/reference/measures, cut out of docstrings, proofs, coverage and costs.

`write_proofs` works out our value of every published result anew; the pages tell what was found, never what was typed.
"""

from __future__ import annotations

import argparse
import inspect
import json
import re
import sys
from importlib import import_module
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mizzle.cli.measure import Measure, measures, parser_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "docs" / "reference" / "measures"
PROOFS, COVERAGE, COSTS = (FOLDER / f"{name}.json" for name in ("proofs", "coverage", "costs"))

sys.path.insert(0, str(ROOT / "tests"))
# The tests' own list of published results; the path to it is known at run time only.
from golden.proofs import Absent, proofs  # type: ignore[import-not-found] # noqa: E402 - the path comes first

LABELS = ("Formula", "Assumes", "Missing data", "Interval", "Not for")
HEADS = {
    "Formula": "Formula",
    "Assumes": "What it assumes",
    "Missing data": "Missing data",
    "Interval": "Its interval",
    "Not for": "When not to use it",
}
TITLES = {
    "adoption": "Adoption: who practises, and how it spreads",
    "agreement": "Agreement: do those who serve see what the served see?",
    "economics": "Economics: what it costs, and what it is worth",
    "language": "Language: the words in use, and the themes of customers",
    "level": "Level of service",
    "loyalty": "Loyalty: customers who come back",
    "memory": "Memory: what is still known",
    "momentum": "Momentum: taking hold or drifting back",
    "privacy": "Privacy: results that nobody can see through",
    "survey": "Surveys",
    "survival": "Survival: how long it lasts",
}
BASIS = {
    "seen": "printed in a source that was read",
    "recalled": "attributed to the source, which was not read again",
    "recomputed": "worked out by the program named",
    "formula": "follows from the definition",
}
DIGITS = 10


class _Plain(argparse.ArgumentParser):
    """A parser whose usage is as wide as a page."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options, formatter_class=lambda prog: argparse.HelpFormatter(prog, width=110))


def write_proofs() -> None:
    """Work out our value of every published result, and keep it; results whose data are not here keep theirs."""
    known = {(one["measure"], one["figure"], one["source"], one["expected"]): one for one in read(PROOFS)}
    found = []
    for family, one in proofs():
        kept = known.get((one.measure, one.figure, one.source, one.expected))
        try:
            ours = round(one.ours(), DIGITS)
        except Absent:
            if kept is None:
                continue
            ours = kept["ours"]
        found.append(
            {
                "family": family,
                "measure": one.measure,
                "figure": one.figure,
                "source": one.source,
                "basis": one.basis,
                "published": one.published,
                "expected": one.expected,
                "ours": ours,
                "tolerance": one.tolerance,
            }
        )
    keep(PROOFS, found)


def read(path: Path) -> list[dict[str, Any]]:
    """Read what is kept beside the pages."""
    found: list[dict[str, Any]] = json.loads(path.read_text("utf-8")) if path.exists() else []
    return found


def keep(path: Path, found: list[dict[str, Any]]) -> None:
    """Keep what was found beside the pages, a line each, so that a change is seen."""
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = ",\n".join(json.dumps(one, ensure_ascii=False) for one in found)
    path.write_text(f"[\n{lines}\n]\n", "utf-8")


def pages() -> dict[str, Callable[[], Iterator[str]]]:
    """Give every page of the catalogue, by its place under docs/reference."""
    found: dict[str, Callable[[], Iterator[str]]] = {"measures/README.md": index}
    for family, ones in groupby(measures(), lambda pair: pair[0]):
        found[f"measures/{family}.md"] = _page(family, [one for _, one in ones])
    return found


def index() -> Iterator[str]:
    """Write the list of all measures."""
    yield from ("# The catalogue of measures", "")
    yield "Every measure of `mizzle measure`: what it says, its formula, what it assumes, when not to use it, which"
    yield "published result it reproduces, how often its interval is right, and what it costs. Measures of event logs"
    yield from ("stand on [a page of their own](../measures.md).", "")
    for family, ones in groupby(measures(), lambda pair: pair[0]):
        yield from (f"## [{TITLES[family]}]({family}.md)", "", "| measure | what it says |", "| --- | --- |")
        yield from (f"| [`{one.name}`]({family}.md#{one.name}) | {one.sentence} |" for _, one in ones)
        yield ""
    told = read(PROOFS)
    yield from (
        "## What the proofs rest on",
        "",
        f"{len(told)} figures are compared with published or recomputed ones.",
        "",
    )
    yield from ("| basis | meaning | figures |", "| --- | --- | ---: |")
    for basis, meaning in BASIS.items():
        yield f"| {basis} | {meaning} | {sum(one['basis'] == basis for one in told)} |"
    yield ""


def _page(family: str, ones: list[Measure]) -> Callable[[], Iterator[str]]:
    def page() -> Iterator[str]:
        yield from (f"# {TITLES[family]}", "", (import_module(f"mizzle.{family}").__doc__ or "").strip(), "")
        for one in ones:
            yield from _measure(one)

    return page


def _measure(one: Measure) -> Iterator[str]:
    module, _, name = one.documents.rpartition(".")
    thing = getattr(import_module(module), name)
    told = sections(inspect.getdoc(thing) or "")
    yield from (f"## {one.name}", "", one.sentence, "")
    yield from (f"**In the library**: `{one.documents}`. {prose(told[''])}", "")
    usage = parser_of(one, _Plain).format_usage().removeprefix("usage: ").strip()
    yield from ("```sh", re.sub(r"\n\s+", " \\\n    ", usage), "```", "")
    notes = labelled(told.get("Notes", ""))
    if notes.get(""):
        yield from (prose(notes[""]), "")
    for label in LABELS:
        if label in notes:
            yield from (f"**{HEADS[label]}**: {prose(notes[label])}", "")
    if "References" in told:
        yield from (f"**Sources**: {prose(told['References'])}", "")
    yield from _reproduced(one.name)
    yield from _covered(one.name)
    costs = [cost for cost in read(COSTS) if cost["measure"] == one.name]
    for cost in costs:
        yield from (f"**What it costs**: {cost['sentence']}", "")


def _reproduced(name: str) -> Iterator[str]:
    told = [one for one in read(PROOFS) if one["measure"] == name]
    if not told:
        return
    yield from ("**What it reproduces**", "", "| figure | expected | ours | tolerance | source | basis |")
    yield "| --- | ---: | ---: | ---: | --- | --- |"
    for one in told:
        printed = f" (printed: {one['published']})" if one["published"] else ""
        yield (
            f"| {cell(one['figure'])} | {one['expected']:.10g} | {one['ours']:.10g} | {one['tolerance']:g} |"
            f" {cell(one['source'])}{cell(printed)} | {one['basis']} |"
        )
    yield ""


def _covered(name: str) -> Iterator[str]:
    told = [one for one in read(COVERAGE) if one["measure"] == name]
    if not told:
        return
    yield from ("**How often its 95 % interval is right**, in samples from a world in which the truth is known", "")
    yield from ("| figure | world | sample | samples drawn | right |", "| --- | --- | --- | ---: | ---: |")
    for one in told:
        drawn = f"{one['replications']:,}"
        yield f"| {cell(one['figure'])} | {cell(one['world'])} | {cell(one['n'])} | {drawn} | {one['covered']:.1%} |"
    yield ""


def sections(text: str) -> dict[str, str]:
    """Cut a numpydoc docstring into its sections; what stands before the first has the empty name."""
    found: dict[str, list[str]] = {"": []}
    name, lines = "", text.splitlines()
    for place, line in enumerate(lines):
        under = lines[place + 1] if place + 1 < len(lines) else ""
        if line and re.fullmatch(r"-{3,}", under):
            name, found[line] = line, []
        elif not re.fullmatch(r"-{3,}", line):
            found[name].append(line)
    return {name: "\n".join(text).strip("\n") for name, text in found.items()}


def labelled(notes: str) -> dict[str, str]:
    """Cut notes into their paragraphs by label; a paragraph without one goes on with that before it."""
    found: dict[str, list[str]] = {}
    label = ""
    for paragraph in re.split(r"\n\s*\n", notes.strip()):
        said = re.match(rf"({'|'.join(LABELS)}):\s+", paragraph)
        if said:
            label = said[1]
            paragraph = paragraph[said.end() :]  # noqa: PLW2901 - what follows its label
        found.setdefault(label, []).append(paragraph)
    return {label: _begun("\n\n".join(paragraphs)) for label, paragraphs in found.items()}


def _begun(text: str) -> str:
    return text[:1].upper() + text[1:]


def prose(text: str) -> str:
    """Turn the text of a docstring into Markdown: one mark for code, paragraphs as they are."""
    return re.sub(r"``\s?(.+?)\s?``", r"`\1`", text)


def cell(text: str) -> str:
    """Make a text fit for a cell of a table."""
    return str(text).replace("|", "\\|").replace("\n", " ")
