"""Measures asked as from the shell, and their answers as JSON."""

from __future__ import annotations

import json

import pytest

from mizzle.cli import run


@pytest.fixture
def ask(capsys):
    """Ask a measure for JSON; give the exit code, and the answer or what was said."""

    def asked(*words):
        capsys.readouterr()
        try:
            code = run(["measure", *map(str, words), "--json"])
        except SystemExit as ended:
            code = ended.code
        printed = capsys.readouterr()
        if code:
            assert "Traceback" not in printed.err
            return code, printed.err
        return code, json.loads(printed.out, parse_constant=lambda name: pytest.fail(f"{name} is no figure"))

    return asked


@pytest.fixture
def ask_table(ask, tmp_path):
    """Ask a measure of a table given as text; give the answer, its results by name, or what was said, and the code."""

    def asked(measure, text, *words):
        path = tmp_path / "table.csv"
        path.write_text(text or "", "utf-8")
        code, answer = ask(measure, *([] if text is None else [path]), *words)
        if code:
            return answer, code
        return answer | {"results": {one["name"]: one for one in answer["results"]}}, 0

    return asked
