"""Runs contenders, each in a process of its own, in the environment it needs; and writes down what was measured."""

from __future__ import annotations

import hashlib
import json
import os
import platform
import statistics
import subprocess
import sys
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

ROOT = Path(__file__).resolve().parents[1]
BENCH = ROOT / ".bench"
DATA = BENCH / "data"
PAGE = ROOT / "docs" / "reference" / "benchmarks.md"

_HEAD = """# Benchmarks

How fast mizzle is, how much memory it takes and how often its intervals are right, measured beside other tools by
`./run bench LANE`, which writes the section of its lane here. Figures of one section come from one run on one machine:
read the ratios, since seconds differ from machine to machine.
"""
_LANES = ("journeys", "logs", "coverage", "measures", "themes", "privacy", "releases", "fuzz", "web", "kill")
PEERS = ("contend_peers.py", "peers")
"""The script of the peers and the name of their lock, which is that of their environment too."""


@dataclass(frozen=True, slots=True)
class Run:
    """What a contender took (medians over its runs), or why there is no figure."""

    seconds: float = float("nan")
    cpu: float = float("nan")
    mib: float = float("nan")
    answer: dict[str, Any] = field(default_factory=dict)
    runs: int = 0
    failed: str = ""

    @property
    def known(self) -> bool:
        """Whether there is a figure."""
        return not self.failed


def say(text: str) -> None:
    """Tell the person who waits what is going on."""
    print(text, file=sys.stderr, flush=True)


def own(script: str, name: str, *, runs: int = 1, **arguments: Any) -> Run:
    """Run a contender in the environment of mizzle."""
    return _contend(Path(sys.executable), script, name, runs, arguments)


def peer(name: str, *, runs: int = 1, of: tuple[str, str] = PEERS, **arguments: Any) -> Run:
    """Run a contender of the script of some peers in their environment."""
    script, lock = of
    return _contend(_peers(lock), script, name, runs, arguments)


def _contend(python: Path, script: str, name: str, runs: int, arguments: dict[str, Any]) -> Run:
    say(f"  {name} …")
    found = []
    command = [str(python), str(ROOT / "benchmarks" / script), name, json.dumps(arguments)]
    for _ in range(runs):
        done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=BENCH)
        if done.returncode:
            lines = done.stderr.strip().splitlines() or [f"ended with {done.returncode}"]
            say(f"    failed: {lines[-1]}")
            return Run(failed=lines[-1])
        found.append(json.loads(done.stdout.strip().splitlines()[-1]))
    middle = {key: statistics.median(each[key] for each in found) for key in ("seconds", "cpu", "mib")}
    say(f"    {middle['seconds']:.2f} s, {middle['mib']:.0f} MiB")
    return Run(**middle, answer=found[-1]["answer"], runs=runs)


def _peers(called: str) -> Path:
    """Give the Python of the environment of some peers, made from their lock once per lock."""
    lock = ROOT / "requirements" / f"{called}.lock"
    place = BENCH / ("venv" if called == "peers" else f"venv-{called}")
    python, stamp = place / "bin" / "python", place / ".synced"
    wanted = hashlib.sha256(lock.read_bytes()).hexdigest()
    if stamp.exists() and stamp.read_text() == wanted:
        return python
    say("installing the peers, in an environment of their own")
    uv = str(Path(sys.executable).with_name("uv"))
    subprocess.run([uv, "venv", "--quiet", "--clear", "--python", sys.executable, str(place)], check=True)
    install = [uv, "pip", "install", "--quiet", "--python", str(python), "--require-hashes", "-r", str(lock)]
    subprocess.run(install, check=True)
    stamp.write_text(wanted)
    return python


def kept(
    name: str, script: str, contender: str, *, maker: str = "src/mizzle/simulate/orders.py", **arguments: Any
) -> Path:
    """Make a file of generated data once, and again whenever what generates it has changed."""
    DATA.mkdir(parents=True, exist_ok=True)
    made_by = hashlib.sha256((ROOT / maker).read_bytes() + json.dumps(arguments).encode())
    stem, _, ending = name.partition(".")
    path = DATA / f"{stem}-{made_by.hexdigest()[:10]}.{ending}"
    if not path.exists():
        for old in DATA.glob(f"{stem}-??????????.{ending}"):
            old.unlink()
        part = path.with_name("part-" + path.name)
        made = own(script, contender, out=str(part), **arguments)
        if made.failed:
            raise SystemExit(f"{name} could not be made: {made.failed}")
        part.rename(path)
    return path


def machine(packages: tuple[str, ...], peers: tuple[str, ...] = (), *, of: tuple[str, str] = PEERS) -> str:
    """Say on what the figures were measured: the machine in general words, and versions."""
    gib = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    parts = [
        f"{os.cpu_count()} cores ({platform.machine()}), {gib:.0f} GiB of memory, Python {platform.python_version()}"
    ]
    parts += [f"{name} {version(name)}" for name in packages]
    if peers:
        parts += [f"{name} {number}" for name, number in peer("versions", of=of, names=list(peers)).answer.items()]
    return "Measured on: " + ", ".join(parts) + "."


def table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    """Draw a table in Markdown: the first column to the left, the others to the right."""
    rule = ("---", *("---:" for _ in head[1:]))
    return "\n".join("| " + " | ".join(row) + " |" for row in (head, rule, *rows))


def write_section(lane: str, title: str, body: str) -> None:
    """Print the section of a lane, and put it between its markers in the page; the other sections stay."""
    text = PAGE.read_text() if PAGE.exists() else _HEAD
    for each in _LANES:
        if f"<!-- {each}: begin -->" not in text:
            text += f"\n<!-- {each}: begin -->\n<!-- {each}: end -->\n"
    begin, end = f"<!-- {lane}: begin -->", f"<!-- {lane}: end -->"
    before, after = text.split(begin)[0], text.split(end)[1]
    PAGE.parent.mkdir(parents=True, exist_ok=True)
    PAGE.write_text(f"{before}{begin}\n## {title}\n\n{body.strip()}\n{end}{after}")
    print(f"\n{title}\n\n{body.strip()}\n")
