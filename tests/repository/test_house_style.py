"""The rules of the house that a linter does not know: size, names, docstrings, no clock, no chance, no open ends."""

from __future__ import annotations

import ast
import importlib
import inspect
import io
import re
import tokenize

import pytest

from repository.tree import SOURCE, modules, name, tracked, tree

MOST_LINES, MOST_OF_A_FUNCTION = 600, 60

LONG_MODULES: dict[str, str] = {}
"""Modules that may be longer, each with its reason."""

LONG_FUNCTIONS: dict[str, str] = {}
"""Functions that may be longer, as `path:name`, each with its reason."""

NO_NAMES = {"utils", "util", "helpers", "common", "core", "misc", "manager", "managers", "services", "selectors"}
"""Names of files that say nothing."""

CLOCKS = {"now", "utcnow", "today", "perf_counter", "monotonic", "time_ns", "localtime", "gmtime"}
CHANCE = {
    "src/mizzle/logs/meaning/pseudonyms.py": "a secret must not be foreseeable, so it comes from the system",
}
"""Modules that may draw from the system's chance, each with its reason."""

OPEN_ENDS = re.compile(r"\b(?:TO" r"DO|FIX" r"ME|XX" r"X)\b")
EXCUSE = re.compile(
    r"#\s*(noqa(?!:)|noqa:\s*[A-Z]+\d+(?:,\s*[A-Z]+\d+)*|type:\s*ignore(?:\[[\w,\- ]+\])?|pragma: no \w+)(.*)"
)

EVERYWHERE = ("src", "tools", "benchmarks", "tests")
FLOOR = "src/mizzle"


def functions(path):
    """Every function of a module, by its name."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


@pytest.mark.parametrize("path", modules(*EVERYWHERE), ids=name)
def test_a_module_has_at_most_600_lines(path):
    lines = len(path.read_text("utf-8").splitlines())
    assert lines <= MOST_LINES or name(path) in LONG_MODULES


def test_a_function_has_at_most_60_lines():
    long = {
        f"{name(path)}:{one.name}": length
        for path in modules(*EVERYWHERE)
        for one in functions(path)
        if (length := body_lines(one)) > MOST_OF_A_FUNCTION
    }
    assert set(long) == set(LONG_FUNCTIONS), long


def body_lines(function):
    """Lines of a function without its docstring, which is as long as its meaning needs."""
    first = function.body[0]
    has_docstring = (
        isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str)
    )
    docstring = first.end_lineno - first.lineno + 1 if has_docstring else 0
    return function.end_lineno - function.lineno + 1 - docstring


def test_no_file_has_a_name_that_says_nothing():
    named = [name(path) for path in tracked() if NO_NAMES & {path.stem, *path.relative_to(path.anchor).parts[-2:-1]}]
    assert named == []


def test_the_source_validates_by_raise_and_never_by_assert():
    found = [
        f"{name(path)}:{node.lineno}"
        for path in modules("src")
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Assert)
    ]
    assert found == []


def test_the_ground_floor_has_no_clock():
    found = [
        f"{name(path)}:{node.lineno}"
        for path in modules(FLOOR)
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Attribute) and (node.attr in CLOCKS or _is_time(node))
    ]
    assert found == []


def _is_time(node):
    return isinstance(node.value, ast.Name) and (node.value.id, node.attr) in {("time", "time"), ("time", "sleep")}


def test_the_ground_floor_draws_no_numbers_but_from_a_generator_that_it_is_given():
    drawing = set()
    for path in modules(FLOOR):
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Import | ast.ImportFrom):
                names = {alias.name for alias in node.names} | {getattr(node, "module", None)}
                if names & {"random", "secrets", "uuid", "numpy.random"}:
                    drawing.add(name(path))
            elif (
                isinstance(node, ast.Attribute)
                and isinstance(node.value, ast.Attribute)
                and node.value.attr == "random"
                and node.attr != "Generator"
                and not (node.attr == "default_rng" and "cli" in path.parts)  # made from the seed that was given
            ):
                drawing.add(name(path))
    assert drawing == set(CHANCE)


def test_nothing_is_left_open():
    found = []
    for path in modules(*EVERYWHERE):
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
            if OPEN_ENDS.search(line) or re.search(r"\braise NotImplemented" "Error", line):
                found.append(f"{name(path)}:{number}")
    assert found == []


@pytest.mark.parametrize("path", modules(*EVERYWHERE), ids=name)
def test_every_excuse_from_a_check_stands_with_a_reason(path):
    """A reason stands behind the excuse, in a comment within the two lines above, or once in the file for its code."""
    text = path.read_text("utf-8")
    comments = {
        token.start[0]: token.string
        for token in tokenize.generate_tokens(io.StringIO(text).readline)
        if token.type == tokenize.COMMENT
    }
    bare, reasoned = [], set()
    for line, comment in comments.items():
        parts = re.split(r"(?=#)", comment)
        for excuse in parts:
            found = EXCUSE.match(excuse)
            if not found:
                continue
            code = found[1].split(":")[-1].strip()
            above = [comments.get(line - back, "") for back in (1, 2)]
            others = [*(one for one in parts if one), *above]
            is_reasoned = found[2].strip(" -") or any(one and not EXCUSE.match(one) for one in others)
            if is_reasoned:
                reasoned.add(code)
            else:
                bare.append((line, code))
    without = [f"{name(path)}:{line} {code}" for line, code in bare if code not in reasoned]
    assert without == []


def public_functions():
    """Public functions, and public methods of public classes, of the ground floor, with their docstrings."""
    for path in modules(FLOOR):
        if "cli" in path.relative_to(SOURCE).parts:
            continue
        for node in tree(path).body:
            if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
                yield f"{name(path)}:{node.name}", node
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                for inner in node.body:
                    if isinstance(inner, ast.FunctionDef) and not inner.name.startswith("_"):
                        yield f"{name(path)}:{node.name}.{inner.name}", inner


def test_every_public_function_of_the_ground_floor_says_what_it_does():
    assert [called for called, node in public_functions() if not ast.get_docstring(node)] == []


LIBRARY = {
    "mizzle.engines": ("open_engine",),
    "mizzle.logs": None,
    "mizzle.journeys": None,
    "mizzle.language": None,
    "mizzle.momentum": None,
    "mizzle.survival": ("kaplan_meier", "log_rank", "cox"),
    "mizzle.memory": ("review", "retrievability", "retrievabilities", "replay", "language_of_unit", "calibration"),
    "mizzle.level": None,
    "mizzle.agreement": None,
    "mizzle.adoption": None,
    "mizzle.economics": None,
    "mizzle.survey": None,
    "mizzle.loyalty": None,
    "mizzle.report.page": ("report",),
    "mizzle.simulate": (
        "event_log",
        "event_log_batches",
        "xes_text",
        "deliveries",
        "delivery_changes",
        "scale_answers",
        "team_answers",
        "coded_units",
        "drivers_and_outcome",
        "buyers",
        "purchases",
        "cohort",
    ),
}
"""What the library offers: names in modules, or None for all that `__all__` names."""

SHORT_ONES: dict[str, str] = {
    "mizzle.logs.events_in_memory": "its one table is described by the schema it names",
    "mizzle.logs.is_event_table": "its name says what goes in and what comes out",
    "mizzle.logs.make_key": "its sentence says what is written where",
    "mizzle.logs.read_key": "its sentence says what is read from where",
}
"""Functions whose parameters need no section of their own, each with its reason."""


def library_functions():
    """Every function that the library offers."""
    for package, names in LIBRARY.items():
        module = importlib.import_module(package)
        for one in names or module.__all__:
            thing = getattr(module, one)
            if inspect.isfunction(thing):
                yield f"{package}.{one}", thing


def test_every_function_of_the_library_says_what_goes_in_and_what_comes_out():
    without = []
    for called, thing in library_functions():
        text = inspect.getdoc(thing) or ""
        wants_parameters = bool(inspect.signature(thing).parameters) and called not in SHORT_ONES
        if wants_parameters and not re.search(r"^Parameters\n-+$", text, re.MULTILINE):
            without.append(f"{called}: Parameters")
        if not re.search(r"^(?:Returns|Yields|Raises)\n-+$", text, re.MULTILINE) and called not in SHORT_ONES:
            without.append(f"{called}: Returns or Raises")
    assert without == []


def test_every_exception_to_a_rule_is_still_needed():
    known = {called for called, _ in library_functions()}
    assert set(SHORT_ONES) <= known
    assert all(reason for reasons in (LONG_MODULES, LONG_FUNCTIONS, CHANCE, SHORT_ONES) for reason in reasons.values())
