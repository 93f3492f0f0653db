"""Writes docs/reference from the code: docstrings, schemas, the parser of the command line. `--check` only compares."""

from __future__ import annotations

import argparse
import enum
import importlib
import inspect
import re
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, ForwardRef, NamedTuple, is_typeddict

import catalogue
from catalogue import cell, prose, sections
from mizzle import cli, estimate, journeys, tables
from mizzle.cli.measure import FAMILIES
from mizzle.journeys import intervals
from mizzle.logs import Mapping
from mizzle.logs.times.moments import TimeFormat
from mizzle_web import command
from reference_text import ANSWERS, KINDS, MEASURES, Measure

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "docs" / "reference"
WIDTH = 100
"""Characters beyond which a signature or a usage is broken into lines."""

LONGEST_DEFAULT = 40
"""Characters of a default value beyond which a signature shows dots."""


class Module(NamedTuple):
    """A module of the library page: the name it is imported by, where it is, and its names (None: every public one)."""

    shown: str
    module: str
    names: tuple[str, ...] | None = None


LIBRARY = (
    Module("mizzle.engines", "mizzle.engines", ("open_engine", "Engine")),
    Module("mizzle.logs", "mizzle.logs"),
    Module("mizzle.journeys", "mizzle.journeys"),
    Module("mizzle.journeys.results", "mizzle.journeys.results"),
    Module("mizzle.journeys.selection", "mizzle.journeys.selection", ("Paces",)),
    Module("mizzle.journeys.drawn", "mizzle.journeys.drawn", ("DrawnStep",)),
    Module("mizzle.journeys.blueprint", "mizzle.journeys.blueprint"),
    *(Module(f"mizzle.{family}", f"mizzle.{family}") for family in FAMILIES),
    Module("mizzle.report", "mizzle.report.page", ("report",)),
    Module("mizzle.estimate", "mizzle.estimate"),
    Module("mizzle.tables", "mizzle.tables"),
    Module("mizzle.errors", "mizzle.errors"),
    Module("mizzle.simulate", "mizzle.simulate", ("event_log", "event_log_batches", "xes_text", "deliveries")),
    Module("mizzle.simulate.changes", "mizzle.simulate.changes"),
    Module("mizzle.logs.readers", "mizzle.logs.readers", ("Understood", "understand")),
    Module("mizzle.logs.store", "mizzle.logs.store", ("Counts", "read_metadata")),
    Module("mizzle.logs.times.moments", "mizzle.logs.times.moments", ("TimeFormat",)),
    Module("mizzle.logs.batches", "mizzle.logs.batches"),
)


# --- docstrings -------------------------------------------------------------------------------------------------------
def described_sections(thing: object) -> dict[str, str]:
    """Cut the docstring of a thing into its sections."""
    return sections(inspect.getdoc(thing) or "")


def items(text: str) -> list[str]:
    """Turn `name`, then its indented description, into a list."""
    found: list[tuple[str, list[str]]] = []
    for line in text.splitlines():
        if line and not line.startswith(" "):
            found.append((line, []))
        elif line.strip():
            found[-1][1].append(line.strip())
    return [f"- {_head(head)}: {prose(' '.join(about))}" if about else f"- {_head(head)}" for head, about in found]


def _head(head: str) -> str:
    return ", ".join(f"`{name}`" for name in head.split(", "))


def described(thing: object) -> Iterator[str]:
    """Write the docstring of a thing as Markdown."""
    for name, text in described_sections(thing).items():
        if name:
            yield f"**{name}**"
            yield ""
        if name == "Examples":
            yield from ("```python", text, "```")
        elif name in ("Parameters", "Attributes", "Returns", "Yields", "Raises"):
            yield from items(text)
        elif text:
            yield prose(text)
        yield ""


# --- the library ------------------------------------------------------------------------------------------------------
class _Bare(str):
    """A text that stands in a signature as it is, without quotes."""

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)


def _shown(value: Any) -> Any:
    if value is inspect.Parameter.empty:
        return value
    text = "..." if callable(value) or "<factory>" in repr(value) else repr(value)
    return _Bare(text if len(text) <= LONGEST_DEFAULT else "...")


def _annotation(value: Any) -> Any:
    if isinstance(value, ForwardRef):
        return _Bare(value.__forward_arg__)
    return _Bare(value) if isinstance(value, str) else value


def signature(name: str, thing: Callable[..., Any]) -> str:
    """Write how a thing is called; a long signature has one parameter a line."""
    found = inspect.signature(thing)
    parameters = [
        one.replace(annotation=_annotation(one.annotation), default=_shown(one.default))
        for one in found.parameters.values()
        if one.name not in ("self", "cls") and not one.name.startswith("_")
    ]
    found = found.replace(parameters=parameters, return_annotation=_annotation(found.return_annotation))
    if inspect.isclass(thing):
        found = found.replace(return_annotation=inspect.Signature.empty)
    line = f"{name}{found}"
    if len(line) <= WIDTH:
        return line
    alone = found.replace(return_annotation=inspect.Signature.empty)
    inner = [str(alone.replace(parameters=[one]))[1:-1].removeprefix("*, ") for one in parameters]
    starred = next((place for place, one in enumerate(parameters) if one.kind is one.KEYWORD_ONLY), None)
    if starred is not None:
        inner.insert(starred, "*")
    end = str(found.replace(parameters=[]))[2:]
    return "\n".join([f"{name}(", *(f"    {text}," for text in inner), f"){end}"])


def is_called(thing: object) -> bool:
    """Whether a signature says something: not for errors, protocols and lists of constants."""
    if not inspect.isclass(thing):
        return True
    if issubclass(thing, BaseException) and "__init__" not in vars(thing):
        return False
    return not (issubclass(thing, enum.Enum) or getattr(thing, "_is_protocol", False) or is_typeddict(thing))


def members(thing: type) -> Iterator[tuple[str, object]]:
    """Find the public methods and properties that a class itself documents."""
    for name, member in vars(thing).items():
        inner = member.__func__ if isinstance(member, classmethod | staticmethod) else member
        if not name.startswith("_") and (inspect.isfunction(inner) or isinstance(inner, property)) and inner.__doc__:
            yield name, inner


def public(module: Any) -> list[str]:
    """List the public functions and classes of a module, in the order of its `__all__`, or in which they stand."""
    offered = list(getattr(module, "__all__", ()))
    here = [name for name, thing in vars(module).items() if getattr(thing, "__module__", "") == module.__name__]
    found = ((name, getattr(module, name)) for name in offered or here if not name.startswith("_"))
    return [name for name, thing in found if inspect.isclass(thing) or inspect.isfunction(thing)]


def thing_page(name: str, thing: Any) -> Iterator[str]:
    """Write one function or class."""
    yield from (f"### {name}", "")
    if is_called(thing):
        yield from ("```python", signature(name, thing), "```", "")
    yield from described(thing)
    if not inspect.isclass(thing):
        return
    if issubclass(thing, enum.Enum):
        yield from (*(f"- `{one.name}`: {one.value}" for one in thing), "")
    for inner, member in members(thing):
        yield from (f"#### {name}.{inner}", "")
        if inspect.isfunction(member):
            yield from ("```python", signature(inner, member), "```", "")
        yield from described(member)


def library() -> Iterator[str]:
    """Write library.md."""
    yield from ("# The library", "", "Every public name, from its docstring. How to begin: [use the library]", "")
    seen: set[int] = set()
    for place in LIBRARY:
        module = importlib.import_module(place.module)
        about = importlib.import_module(place.shown)
        yield from (f"## {place.shown}", "", *described(about))
        for name in place.names or public(module):
            thing = getattr(module, name)
            if id(thing) in seen:
                continue
            seen.add(id(thing))
            yield from thing_page(name, thing)


# --- the command line -------------------------------------------------------------------------------------------------
def command_line() -> Iterator[str]:
    """Write command-line.md."""
    top = command.parser()
    yield from ("# The command line", "", f"{top.description}", "")
    yield from ("`mizzle --help`, and `--help` behind each command, say the same.", "")
    for name, parser, about in _commands(top, "mizzle"):
        yield from (f"## {name}", "", f"{_sentence(about)}", "", "```text", _usage(parser), "```", "")
        for group in _groups(parser):
            rows = [action for action in group[1] if action.help != argparse.SUPPRESS]
            if rows:
                yield from (f"| {group[0]} | |", "| --- | --- |")
                yield from (f"| {_words(action)} | {_help(action)} |" for action in rows)
                yield ""
    yield from ("## Exit codes", "", "| code | meaning |", "| ---: | --- |")
    for line in cli.EXIT.splitlines()[1:]:
        code, meaning = line.split(maxsplit=1)
        yield f"| {code} | {meaning} |"
    yield from ("", "## Environment", "", "| variable | meaning |", "| --- | --- |")
    yield "| `MIZZLE_KEY_FILE` | file of the secret for pseudonyms, where `--key` names none |"
    yield "| `MIZZLE_SPARK_MASTER` | address of a Spark cluster, where `--spark-master` names none |"
    yield "| `XDG_CONFIG_HOME` | where the secret is made at first use: `mizzle/resource.key` in it |"
    yield "| `NO_COLOR` | print without colour |"


def _commands(parser: argparse.ArgumentParser, name: str) -> Iterator[tuple[str, argparse.ArgumentParser, str]]:
    for action in vars(parser)["_actions"]:
        if isinstance(action, vars(argparse)["_SubParsersAction"]):
            abouts = {one.dest: one.help or "" for one in vars(action)["_choices_actions"]}
            for word, inner in action.choices.items():
                deeper = list(_commands(inner, f"{name} {word}"))
                yield from deeper or [(f"{name} {word}", inner, abouts[word])]


def _groups(parser: argparse.ArgumentParser) -> Iterator[tuple[str, list[argparse.Action]]]:
    for group in vars(parser)["_action_groups"]:
        yield group.title.replace("positional arguments", "arguments"), vars(group)["_group_actions"]


def _usage(parser: argparse.ArgumentParser) -> str:
    formatter = argparse.HelpFormatter(parser.prog, width=WIDTH)
    formatter.add_usage(parser.usage, vars(parser)["_actions"], [])
    return formatter.format_help().strip().removeprefix("usage: ").replace("\n" + 7 * " ", "\n")


def _words(action: argparse.Action) -> str:
    value = action.metavar if isinstance(action.metavar, str) else None
    if action.choices is not None:
        value = "{" + ", ".join(map(str, action.choices)) + "}"
    several = " ..." if action.nargs == "+" else ""
    if not action.option_strings:
        return f"`{value or action.dest}{several}`"
    names = ", ".join(f"`{name}`" for name in action.option_strings)
    return f"{names} `{value}{several}`" if value else names


def _help(action: argparse.Action) -> str:
    return cell((action.help or "the log") % {**vars(action), "prog": "mizzle"})


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."


# --- tables, measures and files ---------------------------------------------------------------------------------------
def table_page() -> Iterator[str]:
    """Write tables.md."""
    yield from ("# Tables", "", "What readers write and measures read (`mizzle.tables`).", "")
    for schema in (thing for thing in vars(tables).values() if isinstance(thing, tables.Schema)):
        yield from (f"## {_sentence(schema.name)[:-1]}", "", schema.meaning, "")
        yield from ("| column | type | may be empty | meaning |", "| --- | --- | --- | --- |")
        for column in schema.columns:
            empty = "yes" if column.nullable else "no"
            yield f"| `{column.name}` | `{column.type}` | {empty} | {cell(column.meaning)} |"
        yield ""
    yield "An imported event table is one Parquet file. Its metadata (key `mizzle`) keeps the number of its form, the"
    yield "counts and the dictionaries of departments and activities; a file of another form is refused, and says so."


def measure_page() -> Iterator[str]:
    """Write measures.md."""
    yield from (
        "# Measures",
        "",
        "What each figure means. Events of a case are ordered by start (end where there is no",
    )
    yield from ("start), then end, then position in the file. An event without a department stands outside.", "")
    for measure in MEASURES:
        yield from _measure(measure)
    yield from ("## Intervals", "", "All are 95 % intervals. Medians, 90th percentiles and counts state none.", "")
    for thing in (intervals.ratio_interval, intervals.share_interval, estimate.wilson, estimate.difference):
        yield from (f"### {thing.__name__}", "", "```python", signature(thing.__name__, thing), "```", "")
        yield from described(thing)


def _measure(measure: Measure) -> Iterator[str]:
    thing = getattr(journeys, measure.function)
    constants = vars(sys.modules[thing.__module__])
    told = described_sections(thing)
    yield from (f"## {measure.function}", "", prose(told[""]), "")
    if measure.method:
        yield from (f"**Method**: `{constants[measure.method]}`", "")
    yield from ("| figure | definition | unit | interval |", "| --- | --- | --- | --- |")
    yield from (f"| {one.name} | {one.definition} | {one.unit} | {one.interval} |" for one in measure.figures)
    yield from ("", "**When not to use it**", "", measure.not_for, "")
    for name in ("Notes", "References"):
        if name in told:
            yield from (f"**{name}**", "", prose(told[name]), "")


MAPPING = Mapping(
    case="Order number",
    activity="Status",
    department="Team",
    end="Done at",
    start="Begun at",
    resource="Clerk",
    timezone="Europe/Oslo",
    extras=("Channel",),
    missing=("", "-"),
    end_format="dd/mm/yyyy HH:MM",
    start_format="dd/mm/yyyy HH:MM",
    object_type="order",
    transition="Step",
    reasons={"case": "named on the command line"},
)


def mapping_file() -> Iterator[str]:
    """Write mapping-file.md: the file as mizzle itself writes it, and its keys."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "orders.csv.mapping.toml"
        MAPPING.save(path)
        Mapping.load(path)
        text = path.read_text("utf-8").rstrip("\n")
    yield from (
        "# The mapping file",
        "",
        "TOML beside the log, named after it with `.mapping.toml` behind. `mizzle log import`",
    )
    yield from ("writes it, every command reads it, and options on the command line win over it.", "")
    yield from ("```toml", text, "```", "", "| key | meaning | |", "| --- | --- | --- |")
    for line in text.splitlines():
        found = re.fullmatch(r"\[?(\w+)\]?(?: = .*)?  # (.*)", line)
        if found:
            needed = "needed" if found[1] in ("case", "activity", "department", "end") else ""
            yield f"| `{found[1]}` | {found[2]} | {needed} |"
    yield from (
        "",
        '`department`, `start` and `resource` may be `""`: the log has none. An unknown key is refused.',
        "",
    )
    yield from ("## How times are written", "")
    told = described_sections(TimeFormat)
    yield from (prose(told[""]), "", prose(told["Notes"]))


AGREED = """\
[[agreement]]
department = "Warehouse"    # a department's own part of a case
hours = 8

[[agreement]]
from = "Order desk"         # the wait of a handover
to = "Warehouse"
hours = 24
"""


def agreed_file() -> Iterator[str]:
    """Write agreed-file.md."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "agreed.toml"
        path.write_text(AGREED, "utf-8")
        journeys.read_agreements(path)
    yield from ("# The file of agreed times", "", "TOML, named with `mizzle timeline --agreed AGREED.toml`.", "")
    yield from ("```toml", AGREED.rstrip("\n"), "```", "", "| key | meaning | |", "| --- | --- | --- |")
    yield "| `department` | whose own part of a case is meant; in one table with `hours` alone | this, or |"
    yield "| `from`, `to` | the two departments of a handover, whose wait is meant | both of these |"
    yield "| `hours` | what was agreed, a number of at least 0; fractions are allowed | needed |"
    yield from ("", "How the actual hours are counted:", "", prose(described_sections(journeys.agreed)["Notes"]))


def json_page() -> Iterator[str]:
    """Write json.md."""
    yield from (
        "# JSON",
        "",
        "What `--json` prints. Names and keys are a contract. `a[].b` is the key b of each element",
    )
    yield from ("of the list a.", "", "| kind | meaning |", "| --- | --- |")
    yield from (f"| {kind} | {meaning} |" for kind, meaning in KINDS.items())
    yield ""
    for asked, keys in ANSWERS.items():
        yield from (f"## {asked}", "", "| key | kind | meaning |", "| --- | --- | --- |")
        yield from (f"| `{path}` | {kind} | {meaning} |" for path, (kind, meaning) in keys.items())
        yield ""


PAGES = {
    "library.md": library,
    "command-line.md": command_line,
    "tables.md": table_page,
    "measures.md": measure_page,
    "mapping-file.md": mapping_file,
    "agreed-file.md": agreed_file,
    "json.md": json_page,
}
NOTE = "<!-- Written by ./run docs from the code; change it there. -->"


def write(page: Callable[[], Iterator[str]]) -> str:
    """Write one page, without two empty lines in a row."""
    title, *rest = "\n".join(page()).split("\n")
    text = "\n".join([title, "", NOTE, *rest])
    text = text.replace("[use the library]", "[use the library](../how-to/use-the-library.md).")
    return re.sub(r"\n{3,}", "\n\n", text).rstrip("\n") + "\n"


def main() -> int:
    """Write the pages, or say which of them are not current."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--check", action="store_true", help="write nothing; end with 1 where a page is not current")
    check = words.parse_args().check
    stale = []
    if not check:
        catalogue.write_proofs()
    for name, page in (PAGES | catalogue.pages()).items():
        path, text = FOLDER / name, write(page)
        if not path.exists() or path.read_text("utf-8") != text:
            stale.append(name)
            if not check:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, "utf-8")
    if check and stale:
        print(f"Not current in docs/reference: {', '.join(stale)}. Write them anew with ./run docs", file=sys.stderr)
        return 1
    print(f"docs/reference: {'written: ' + ', '.join(stale) if stale else 'current'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
