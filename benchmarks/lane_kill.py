"""Kill -9 under a load of writes: nothing acknowledged may be lost, and nothing may be there twice."""

from __future__ import annotations

import random
import shutil
from typing import TYPE_CHECKING

import cluster
from killing import SLOW, WRITERS, Verdict, kill_often
from measuring import DATA, machine, say, table, write_section

if TYPE_CHECKING:
    import argparse


def run(options: argparse.Namespace) -> None:
    """Kill the server so many times on each database, and write down what was found."""
    folder = DATA / "kill"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    found = {"SQLite": _verdict(options, "sqlite")}
    if cluster.PROGRAMS is None:
        say("PostgreSQL is not installed here, so it is left out")
    else:
        with cluster.running() as made:
            found["PostgreSQL"] = _verdict(options, "postgresql", made.database("house"))
    body = _body(found, options.seed)
    if options.quick:
        print(body)
    else:
        write_section("kill", "Kill -9 under a load of writes", body)
    if not all(verdict.is_good for verdict in found.values()):
        raise SystemExit(f"This must not be: {found}")


def _verdict(options: argparse.Namespace, name: str, address: str = "") -> Verdict:
    say(f"{name}: killing {options.rounds} times, seed {options.seed}")
    return kill_often(DATA / "kill" / name, random.Random(options.seed), options.rounds, address, say=say)


def _body(found: dict[str, Verdict], seed: int) -> str:
    rows = [
        ("rounds", *(f"{one.rounds}" for one in found.values())),
        ("acknowledged writes", *(f"{one.acknowledged:,}" for one in found.values())),
        (
            "sent and not answered, then sent again with the same key",
            *(f"{one.unanswered:,}" for one in found.values()),
        ),
        ("acknowledged and lost", *(f"{len(one.lost)}" for one in found.values())),
        ("there twice", *(f"{len(one.doubled)}" for one in found.values())),
        ("the chain of the journal", *("unbroken" if one.is_intact else "broken" for one in found.values())),
    ]
    return "\n\n".join(
        [
            machine(("mizzle", "django")),
            (
                f"The server (`mizzle serve`) with {WRITERS} people who take somebody in by the form of "
                f"`/people/new` as fast as they can; killed with SIGKILL after {SLOW.least:g} to {SLOW.most:g} "
                f"seconds, and opened again. The database server of PostgreSQL goes on. Seed {seed}."
            ),
            table(("", *found), rows),
        ]
    )
