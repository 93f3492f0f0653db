"""Kill -9 under a load of writes: nothing acknowledged may be lost, and nothing may be there twice."""

from __future__ import annotations

import random
import shutil
from typing import TYPE_CHECKING

from killing import WRITERS, Verdict, kill_often
from measuring import DATA, machine, say, table, write_section

if TYPE_CHECKING:
    import argparse


def run(options: argparse.Namespace) -> None:
    """Kill the server so many times, and write down what was found."""
    folder = DATA / "kill"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    say(f"killing {options.rounds} times, seed {options.seed}")
    rng = random.Random(options.seed)
    verdict = kill_often(folder / "data", rng, options.rounds, options.database_url, say)
    database = "PostgreSQL" if options.database_url else "SQLite"
    if options.quick:
        print(_body(verdict, database, options.seed))
    else:
        write_section("kill", "Kill -9 under a load of writes", _body(verdict, database, options.seed))
    if not verdict.is_good:
        raise SystemExit(f"This must not be: {verdict}")


def _body(verdict: Verdict, database: str, seed: int) -> str:
    rows = [
        ("rounds", f"{verdict.rounds}"),
        ("acknowledged writes", f"{verdict.acknowledged:,}"),
        ("sent and not answered, then sent again with the same key", f"{verdict.unanswered:,}"),
        ("acknowledged and lost", f"{len(verdict.lost)}"),
        ("there twice", f"{len(verdict.doubled)}"),
        ("the chain of the journal", "unbroken" if verdict.is_intact else "broken"),
    ]
    return "\n\n".join(
        [
            machine(("mizzle", "django")),
            (
                f"The server (`mizzle serve`) on {database}, with {WRITERS} people who take somebody in by the form of "
                f"`/people/new` as fast as they can; killed with SIGKILL after 0.02 to 0.8 seconds, and opened "
                f"again. Seed {seed}."
            ),
            table(("", "found"), rows),
        ]
    )
