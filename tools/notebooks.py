"""Runs the notebooks of docs/tutorial/notebooks and keeps what they print; with `--check` only compares.

A notebook names the data files it reads in its metadata (`mizzle.data`, paths under shared/data beside this
repository); they are laid into the folder in which it runs, under their own names. A notebook whose data are not on
this machine is left as it is, and said.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import sys
import tempfile
from importlib import import_module
from pathlib import Path
from typing import Any

from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

nbformat: Any = import_module("nbformat")  # has no types

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "docs" / "tutorial" / "notebooks"
DATA = ROOT.parent / "shared" / "data"
SECONDS = 120
SIGNS = re.compile(r"\x1b\[[0-9;]*m")
"""What makes letters bold on a terminal, which a command in a cell takes the page for."""
PADDING = re.compile(r"[ \r]+\n")
ABSENT = 3
"""The exit code of a check whose data are not on this machine."""


def run(notebook: Any) -> None:
    """Run all cells from the top, in a folder of their own with the data beside them."""
    with tempfile.TemporaryDirectory(prefix="mizzle-notebook-") as folder:
        for name in wanted(notebook):
            shutil.copy(DATA / name, folder)
        os.environ |= {"TZ": "UTC", "COLUMNS": "120", "NO_COLOR": "1", "JUPYTER_PLATFORM_DIRS": "1"}
        os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        resources = {"metadata": {"path": folder}}
        NotebookClient(notebook, kernel_name="python3", timeout=SECONDS, resources=resources).execute()
    for cell in notebook.cells:
        cell.metadata = nbformat.NotebookNode()
        if cell.cell_type == "code":
            cell.outputs = _joined([_plain(output) for output in cell.outputs])


def wanted(notebook: Any) -> list[str]:
    """Give the data files that a notebook reads."""
    names: list[str] = notebook.metadata.get("mizzle", {}).get("data", [])
    return names


def _plain(output: Any) -> Any:
    """Keep of an output what is the same on every run."""
    kept = nbformat.NotebookNode(output)
    kept.pop("execution_count", None)
    if kept.output_type == "stream":
        kept.text = PADDING.sub("\n", SIGNS.sub("", kept.text))
    if kept.output_type == "execute_result":
        kept = nbformat.v4.new_output(
            "execute_result", data={"text/plain": kept.data["text/plain"]}, execution_count=None
        )
    return kept


def _joined(outputs: list[Any]) -> list[Any]:
    """Put together what came in pieces, since where it breaks is chance."""
    kept: list[Any] = []
    for output in outputs:
        if kept and output.output_type == "stream" == kept[-1].output_type and output.name == kept[-1].name:
            kept[-1].text = PADDING.sub("\n", kept[-1].text + output.text)
        else:
            kept.append(output)
    return kept


def printed(notebook: Any) -> list[str]:
    """Give everything that a notebook prints, cell by cell."""
    return [
        re.sub(
            r"\s+$",
            "",
            "".join(output.get("text") or output.get("data", {}).get("text/plain", "") for output in cell.outputs),
        )
        for cell in notebook.cells
        if cell.cell_type == "code"
    ]


def renew(path: Path, *, check: bool) -> int:
    """Run one notebook; give the exit code: whether its data are here, it runs, and prints what it shows."""
    notebook = nbformat.read(path, as_version=4)
    missing = [name for name in wanted(notebook) if not (DATA / name).exists()]
    if missing:
        print(f"{path.stem}: not run, since its data are not on this machine: {', '.join(missing)}")
        return ABSENT if check else 0
    before = printed(notebook)
    try:
        run(notebook)
    except CellExecutionError as problem:
        print(f"{path.stem}: {problem}", file=sys.stderr)
        return 1
    now = printed(notebook)
    if check:
        for one, other in zip(before, now, strict=True):
            if one != other:
                print(f"{path.stem} shows:\n{one}\nand prints:\n{other}")
        return int(now != before)
    for number, cell in enumerate((cell for cell in notebook.cells if cell.cell_type == "code"), 1):
        cell.execution_count = number
    nbformat.write(notebook, path)
    return 0


def main() -> int:
    """Run the notebooks that are named, or all."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("names", nargs="*", help="names without .ipynb; all without one")
    words.add_argument("--check", action="store_true", help="write nothing; end with 1 where one prints something else")
    chosen = words.parse_args()
    paths = [path for path in sorted(FOLDER.glob("*.ipynb")) if not chosen.names or path.stem in chosen.names]
    codes = [renew(path, check=chosen.check) for path in paths]
    if 1 in codes:
        print("A notebook is not current, or does not run. Write them anew with ./run notebooks", file=sys.stderr)
        return 1
    return max(codes, default=0)


if __name__ == "__main__":
    sys.exit(main())
