"""The notebooks of the tutorials run from the top, and print what they show."""

from __future__ import annotations

import subprocess
import sys

import pytest

from repository.tree import ROOT

NAMES = sorted(path.stem for path in (ROOT / "docs" / "tutorial" / "notebooks").glob("*.ipynb"))
ABSENT = 3


@pytest.mark.parametrize("name", NAMES)
def test_a_notebook_prints_what_it_shows(name):
    done = subprocess.run(
        [sys.executable, "tools/notebooks.py", "--check", name], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if done.returncode == ABSENT:
        pytest.skip(done.stdout.strip())
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]


def test_there_are_notebooks():
    assert NAMES
