"""Who may import whom: the contracts of .importlinter, and what they cannot say."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from repository.tree import ROOT, SOURCE, modules, name, tree

ENGINES = {"duckdb", "pyspark"}


def imported(path):
    """Top-level names that a module imports, wherever in it."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield (node.module or "").partition(".")[0]


def test_every_contract_of_the_import_linter_is_kept():
    program = Path(sys.executable).with_name("lint-imports")
    if not program.exists():
        pytest.skip("import-linter is not installed here; ./run check has it")
    done = subprocess.run([program, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-3000:]


def test_every_module_of_the_ground_floor_stands_in_a_layer():
    text = (ROOT / ".importlinter").read_text("utf-8")
    layers = set(text.partition("layers =")[2].partition("[")[0].replace("|", " ").split())
    there = {path.stem for path in SOURCE.glob("*.py")} | {path.parent.name for path in SOURCE.glob("*/__init__.py")}
    assert there - {"__init__"} == layers


def test_only_engines_names_an_engine():
    naming = {name(path) for path in modules("src/mizzle") if ENGINES & set(imported(path))}
    assert naming == {"src/mizzle/engines.py"}


def test_no_module_asks_a_library_for_an_engine_by_its_own_name():
    naming = {
        name(path)
        for path in modules("src/mizzle")
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Attribute) and node.attr in ENGINES
    }
    assert naming <= {"src/mizzle/engines.py"}
