"""What is handed on: locks, dependencies, fonts, the door, the changelog; and nothing of the machine it was made on."""

from __future__ import annotations

import hashlib
import re
import subprocess
import tomllib

import pytest

import mizzle
from repository.tree import ROOT, SOURCE, name, tracked

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
LOCKS = sorted((ROOT / "requirements").glob("*.lock"))

# Written in pieces, so that this file does not hold what it looks for.
HOSTS = tuple(".".join(parts) for parts in (("pypi", "org"), ("pythonhosted", "org"), ("registry", "npmjs")))
PLACES = re.compile(r"(?<![\w.~}-])/(?:ro" r"ot|ho" r"me/\w+|wo" r"rk|Us" r"ers/\w+)(?=/|\b)")


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.name)
def test_a_lock_names_no_place_to_fetch_from(lock):
    options = [
        line for line in lock.read_text("utf-8").splitlines() if re.match(r"\s*(?:-i\b|--(?!hash=))|.*://", line)
    ]
    assert options == []


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.name)
def test_every_package_of_a_lock_is_pinned_with_hashes(lock):
    text = re.sub(r"\\\n", " ", lock.read_text("utf-8"))
    packages = [line for line in text.splitlines() if line and not line.lstrip().startswith("#")]
    assert packages
    assert [
        line[:60] for line in packages if not re.match(r"[\w.\-\[\]]+==\S+ .*--hash=sha256:[0-9a-f]{64}", line)
    ] == []


def test_the_base_install_brings_no_pandas():
    packages = re.findall(r"^([\w.\-]+)==", (ROOT / "requirements" / "base.lock").read_text("utf-8"), re.MULTILINE)
    assert "duckdb" in packages
    assert {"pandas", "pyspark"} & set(packages) == set()


def texts():
    """Every tracked file that is text."""
    for path in tracked():
        content = path.read_bytes()
        if b"\0" not in content[:4096]:
            yield path, content.decode("utf-8", "replace")


def test_no_file_names_the_machine_it_was_written_on():
    found = [
        f"{name(path)}: {match[0]}"
        for path, text in texts()
        if path.suffix != ".lock"
        for match in PLACES.finditer(text)
    ]
    assert found == []


def test_no_file_names_the_host_of_a_registry():
    assert [f"{name(path)}: {host}" for path, text in texts() for host in HOSTS if host in text] == []


def test_every_dependency_stands_with_its_reason():
    lines = (ROOT / "pyproject.toml").read_text("utf-8").splitlines()
    wanted = [*PROJECT["project"]["dependencies"], *PROJECT["build-system"]["requires"]]
    for group in (*PROJECT["project"]["optional-dependencies"].values(), *PROJECT["dependency-groups"].values()):
        wanted += group
    without = [one for one in wanted if not all(re.search(r"#\s*\w+", line) for line in lines if f'"{one}"' in line)]
    assert wanted
    assert without == []


def test_every_font_is_the_one_that_its_manifest_says():
    folder = SOURCE / "report" / "fonts"
    fonts = tomllib.loads((folder / "manifest.toml").read_text("utf-8"))["font"]
    assert {font["file"] for font in fonts} == {path.name for path in folder.glob("*.woff2")}
    for font in fonts:
        assert hashlib.sha256((folder / font["file"]).read_bytes()).hexdigest() == font["sha256"]
        assert (folder / font["licence_file"]).is_file()


def test_the_door_says_every_command_that_it_opens():
    text = (ROOT / "run").read_text("utf-8")
    opened = set(re.findall(r"^  ([a-z]+)(?:\|\*)?\) ", text, re.MULTILINE))
    told = subprocess.run([ROOT / "run", "help"], capture_output=True, text=True, check=True).stdout
    listed = set(re.findall(r"^  ([a-z]+) {2,}\S", told, re.MULTILINE))
    assert listed == opened
    assert listed >= {"setup", "demo", "test", "check", "fix", "bench", "docs", "lock", "help"}


def test_an_unknown_command_ends_with_the_list_and_a_failure():
    done = subprocess.run([ROOT / "run", "dance"], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "usage: ./run COMMAND" in done.stdout


def test_the_changelog_has_a_section_for_this_version():
    version = PROJECT["project"]["version"]
    assert mizzle.__version__ == version
    assert not hasattr(mizzle, "anything_else")
    assert re.search(rf"^## {re.escape(version)}\b", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE)


def test_the_real_log_stands_with_its_licence():
    folder = SOURCE / "examples"
    for log in folder.glob("*.xes.gz"):
        text = (folder / f"LICENSE-{log.name.partition('.')[0]}.md").read_text("utf-8")
        assert "CC BY 4.0" in text
        assert "DOI" in text
