"""The tutorial is true: every command of it runs, in order, and prints what the page says."""

from __future__ import annotations

import contextlib
import io
import re
import shlex
import shutil

import pytest

from mizzle import cli
from repository.tree import ROOT, SOURCE

PAGE = ROOT / "docs" / "tutorial" / "first-map.md"
DOTS = "..."
MOST_COMMANDS = 12


def told(page=PAGE):
    """The commands of the page, each with the lines that it is said to print; blocks of other kinds are not run."""
    found = []
    for block in re.findall(r"^```console\n(.*?)^```", page.read_text("utf-8"), re.MULTILINE | re.DOTALL):
        for line in block.splitlines():
            if line.startswith("$ "):
                found.append((line.removeprefix("$ "), []))
            else:
                found[-1][1].append(line.rstrip())
    return found


def without_ends(lines):
    """Lines without trailing spaces, and without empty lines at the beginning and the end."""
    return "\n".join(line.rstrip() for line in lines).strip("\n").split("\n")


def pattern(lines):
    """The lines as a pattern, in which dots stand for any lines."""
    parts = [".*" if line == DOTS else re.escape(line) + r"(?:\n|\Z)" for line in without_ends(lines)]
    return re.compile("".join(parts), re.DOTALL)


class Shell:
    """As much of a shell as the tutorial needs."""

    def __init__(self, at):
        self.at = at

    def run(self, words):
        match words:
            case ["cd", folder]:
                self.at = (self.at / folder).resolve(strict=True)
            case ["mkdir", folder]:
                (self.at / folder).mkdir()
            case ["cp", source, target]:
                shutil.copy(self.at / source, self.at / target)
            case ["mizzle", *rest]:
                with contextlib.chdir(self.at), contextlib.redirect_stdout(io.StringIO()) as out:
                    assert cli.run(rest) == 0
                return out.getvalue()
            case _:
                pytest.fail(f"the tutorial runs {shlex.join(words)!r}, which this test does not know")
        return ""


@pytest.fixture
def shell(tmp_path, monkeypatch):
    """A folder that holds the log where the repository holds it, and a home of its own for the secret."""
    place = tmp_path / "mizzle"
    log = place / SOURCE.relative_to(ROOT) / "examples" / "service_desk.xes.gz"
    log.parent.mkdir(parents=True)
    shutil.copy(SOURCE / "examples" / log.name, log)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.delenv("MIZZLE_KEY_FILE", raising=False)
    return Shell(place)


def follow(shell, commands):
    """Run commands one after the other, and compare what they print."""
    for command, lines in commands:
        printed = "\n".join(without_ends(shell.run(shlex.split(command)).splitlines()))
        assert pattern(lines).fullmatch(printed), f"{command} prints:\n{printed}"


def test_every_command_of_the_tutorial_prints_what_the_page_says(shell):
    commands = told()
    assert 6 <= len(commands) <= MOST_COMMANDS
    follow(shell, commands)
    assert "Group 70" in (shell.at / "report.html").read_text("utf-8")
    assert (shell.at / "service_desk.xes.gz.mapping.toml").is_file()


def test_a_wrong_figure_in_the_tutorial_would_be_found():
    right = ["Group 70  0.67", DOTS, "the end"]
    assert pattern(right).fullmatch("Group 70  0.67\nanything\nthe end")
    assert not pattern(right).fullmatch("Group 70  0.68\nanything\nthe end")
    assert not pattern(right).fullmatch("Group 70  0.67\nanything")


def test_the_figures_of_the_readme_are_those_of_the_demo(shell):
    log = "src/mizzle/examples/service_desk.xes.gz"
    shell.run(["mizzle", "log", "import", log, "--out", "service_desk.parquet"])
    commands = told(ROOT / "README.md")
    assert commands
    follow(shell, commands)
