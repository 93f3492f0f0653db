"""Documents stay true: links resolve, generated pages are current, examples run, answers have the keys they tell."""

from __future__ import annotations

import importlib.util
import json
import re
import shlex
import subprocess
import sys
import unicodedata

import pytest

from mizzle import cli, journeys
from mizzle.tables import EVENTS
from mizzle_web import command
from repository.tree import ROOT, SOURCE, name, tracked

REFERENCE = ROOT / "docs" / "reference"
POINTS = ("--perception", "Awaiting User Info", "Resolved")
LEAVES = (
    {"value", "low", "high", "n"},
    {"mean", "median", "p90"},
    {"value", "low", "high", "n", "mean", "median", "p90"},
)


def documents():
    return [path for path in tracked() if path.suffix == ".md"]


def anchors(text):
    """The names by which the headings of a page can be linked to, as GitHub makes them."""
    text = re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)
    for heading in re.findall(r"^#+ (.*)$", text, re.MULTILINE):
        kept = "".join(sign for sign in heading.lower() if sign in " -_" or unicodedata.category(sign)[0] in "LN")
        yield kept.replace(" ", "-")


@pytest.mark.parametrize("path", documents(), ids=name)
def test_every_link_of_a_document_leads_somewhere(path):
    text = re.sub(r"^```.*?^```", "", path.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)
    broken = []
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        place, _, anchor = target.partition("#")
        if re.match(r"[a-z]+:", target):
            continue
        file = (path.parent / place) if place else path
        if not file.exists() or (anchor and anchor not in set(anchors(file.read_text("utf-8")))):
            broken.append(target)
    assert broken == []


@pytest.mark.parametrize("path", documents(), ids=name)
def test_every_path_that_a_document_names_is_there(path):
    text = path.read_text("utf-8")
    named = re.findall(r"`((?:src|docs|tests|tools|benchmarks|requirements)/[\w./\-]+)`", text)
    assert [one for one in named if not (ROOT / one).exists()] == []


def test_every_module_that_the_architecture_names_is_there():
    text = (ROOT / "ARCHITECTURE.md").read_text("utf-8")
    named = re.findall(r"`((?:cli|logs|journeys|report)/[\w./]*|\w+\.py)`", text)
    assert named
    house = ROOT / "src" / "mizzle_web"
    assert [one for one in named if not (SOURCE / one).exists() and not list(house.rglob(one))] == []


def test_every_document_can_be_reached_from_the_readme():
    seen, todo = set(), [ROOT / "README.md"]
    while todo:
        page = todo.pop()
        if page in seen or page.suffix != ".md" or not page.is_file():
            continue
        seen.add(page)
        for target in re.findall(r"\]\(([^)\s#]+)[^)]*\)", page.read_text("utf-8")):
            if not re.match(r"[a-z]+:", target):
                todo += [(page.parent / target).resolve()]
    assert {name(path) for path in documents() if path.is_relative_to(ROOT / "docs")} <= {name(path) for path in seen}


def test_the_generated_pages_are_current():
    done = subprocess.run(
        [sys.executable, ROOT / "tools" / "reference.py", "--check"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_every_decision_says_what_was_rejected_and_who_enforces_it():
    decisions = sorted((ROOT / "docs" / "adr").glob("[0-9]*.md"))
    assert [int(path.name[:4]) for path in decisions] == list(range(1, len(decisions) + 1))
    for path in decisions:
        text = path.read_text("utf-8")
        for part in ("## Context", "## Decision", "## Rejected", "## Enforced by"):
            assert part in text, f"{path.name} lacks {part}"
        assert len(text.splitlines()) <= 60, f"{path.name} is longer than a page"


@pytest.fixture(scope="module")
def text_of_the_reference():
    sys.path.insert(0, str(ROOT / "tools"))
    try:
        spec = importlib.util.spec_from_file_location("reference_text", ROOT / "tools" / "reference_text.py")
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
    finally:
        sys.path.pop(0)
    return module


def test_every_measure_is_in_the_reference(text_of_the_reference):
    told = {measure.function for measure in text_of_the_reference.MEASURES}
    assert told == set(journeys.__all__) - {"blueprint", "read_agreements", "timeline_of"}


def test_every_method_number_is_in_the_reference():
    numbers = {
        number
        for path in (SOURCE / "journeys").rglob("*.py")
        for number in re.findall(r'^[A-Z_]+ = "(journeys\.\w+/\d+)"', path.read_text("utf-8"), re.MULTILINE)
    }
    page = (REFERENCE / "measures.md").read_text("utf-8")
    assert numbers
    assert [number for number in sorted(numbers) if f"`{number}`" not in page] == []


def paths(answer, documented, at=""):
    """Every path of an answer down to a figure, or to what the reference calls a leaf."""
    if at in documented or (isinstance(answer, dict) and set(answer) in LEAVES):
        yield at
    elif isinstance(answer, dict):
        for key, value in answer.items():
            yield from paths(value, documented, f"{at}.{key}".lstrip("."))
    elif isinstance(answer, list):
        for value in answer:
            yield from paths(value, documented, f"{at}[]")
    elif answer is not None:
        yield at


@pytest.fixture(scope="module")
def answers(tmp_path_factory):
    """Real answers of every command, by command: on the log that ships with mizzle, and on a small one with faults."""
    folder = tmp_path_factory.mktemp("answers")
    log, table, small = folder / "service_desk.xes.gz", folder / "events.parquet", folder / "small.csv"
    log.write_bytes((SOURCE / "examples" / log.name).read_bytes())
    rows = ["case,activity,department,start,end"]
    rows += [f"{n},Ask,Desk,2024-01-0{n} 08:00,2024-01-0{n} 09:00" for n in range(1, 8)]
    rows += [f"{n},Do,Back office,2024-01-0{n} 10:00,2024-01-0{n} 12:00" for n in range(1, 8)]
    small.write_text("\n".join([*rows, "8,Ask,Desk,2024-01-08 08:00,never"]) + "\n", "utf-8")
    agreed = folder / "agreed.toml"
    agreed.write_text(
        '[[agreement]]\ndepartment = "Desk"\nhours = 1\n[[agreement]]\nfrom = "Desk"\nto = "Back office"\nhours = 1\n',
        "utf-8",
    )
    key = folder / "key"
    key.write_text("0123456789abcdef" * 4, "ascii")
    one = ("--key", str(key), "--accept-rejects", "--json")
    runs = {
        "mizzle log check": [["log", "check", str(small), *one]],
        "mizzle log import": [["log", "import", str(small), "--out", str(folder / "small.parquet"), *one]],
        "mizzle distance": [
            ["distance", str(table), "--json"],
            ["distance", str(table), *POINTS, "--by-month", "--json"],
        ],
        "mizzle map": [
            ["map", str(table), "--json"],
            ["map", str(small), "--perception", "Do", "--out", str(folder / "report.html"), *one],
        ],
        "mizzle timeline": [
            ["timeline", str(small), "--case-id", "1", "--perception", "Do", "--agreed", str(agreed), *one]
        ],
    }
    assert cli.run(["log", "import", str(log), "--out", str(table), "--key", str(key)]) == 0
    return runs


@pytest.mark.parametrize(
    "command", ["mizzle log check", "mizzle log import", "mizzle distance", "mizzle map", "mizzle timeline"]
)
def test_answers_have_exactly_the_keys_that_the_reference_tells(command, answers, text_of_the_reference, capsys):
    documented = text_of_the_reference.ANSWERS[command]
    found = set()
    for words in answers[command]:
        capsys.readouterr()
        assert cli.run(words) == 0, capsys.readouterr().err
        found |= set(paths(json.loads(capsys.readouterr().out), documented))
    assert found == set(documented)


@pytest.mark.parametrize(
    ("page", "said"),
    [
        ("README.md", ["Group 70"]),
        (
            "docs/how-to/use-the-library.md",
            [
                "Group 14 0.0",
                "{'Desk': 1.0, 'Warehouse': 1.0}",
                "['Front desk', 'Transport', 'Sales']",
                "of 5 people, 1 left out",
            ],
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_the_examples_in_python_run(page, said, tmp_path, monkeypatch, capsys):
    examples = re.findall(r"^```python\n(.*?)^```", (ROOT / page).read_text("utf-8"), re.MULTILINE | re.DOTALL)
    assert len(examples) == len(said)
    log = tmp_path / "service_desk.xes.gz"
    log.write_bytes((SOURCE / "examples" / log.name).read_bytes())
    monkeypatch.chdir(tmp_path)
    for example, words in zip(examples, said, strict=True):
        exec(compile(example, page, "exec"), {})  # noqa: S102 - our own example
        assert words in capsys.readouterr().out


@pytest.mark.parametrize("path", sorted((ROOT / "docs" / "how-to").glob("*.md")), ids=name)
def test_the_commands_of_a_how_to_are_understood(path, capsys):
    """Every `mizzle` command of a how-to is parsed, though not run."""
    text = path.read_text("utf-8").replace("\\\n", " ")
    blocks = re.findall(r"^```sh\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    commands = re.findall(r"^(?:\w+=\S+ )?mizzle (.*)$", "\n".join(blocks), re.MULTILINE)
    refused = []
    for line in commands:
        try:
            command.parser().parse_args(shlex.split(line, comments=True))
        except SystemExit as end:
            refused += [line] if end.code else []
    assert refused == [], capsys.readouterr().err


def test_the_glossary_has_a_word_for_every_column():
    words = set(re.findall(r"\w+", (ROOT / "GLOSSARY.md").read_text("utf-8")))
    assert [name for name in EVENTS.names if not {name, name.removesuffix("s")} & words] == []


def test_the_environment_variables_of_the_reference_are_those_of_the_code():
    code = "\n".join(path.read_text("utf-8") for path in SOURCE.rglob("*.py"))
    read = set(re.findall(r'environ(?:\.get)?[\[(]"(\w+)"', code))
    told = set(re.findall(r"^\| `([A-Z_]+)` \|", (REFERENCE / "command-line.md").read_text("utf-8"), re.MULTILINE))
    assert read <= told
