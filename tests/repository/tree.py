"""What the tests of the repository look at: its files, and the syntax trees of its modules."""

from __future__ import annotations

import ast
import subprocess
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "mizzle"


@cache
def tracked() -> tuple[Path, ...]:
    """Every file that belongs to the repository, also those that are new; skips where this is no checkout."""
    found = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=False,
    )
    if found.returncode:
        pytest.skip("this is no checkout, so nothing says which files belong to it")
    names = sorted(set(found.stdout.decode().split("\0")) - {""})
    return tuple(path for name in names if (path := ROOT / name).is_file())


def modules(*folders: str) -> list[Path]:
    """Every Python file under some folders of the repository."""
    return sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))


@cache
def tree(path: Path) -> ast.Module:
    """The syntax tree of a module."""
    return ast.parse(path.read_text("utf-8"), str(path))


def name(path: Path) -> str:
    """How a file is called inside the repository."""
    return path.relative_to(ROOT).as_posix()
