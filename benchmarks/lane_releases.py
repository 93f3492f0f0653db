"""What released figures are still worth, and how long the close of a wave takes."""

from __future__ import annotations

import resource
from time import perf_counter
from typing import TYPE_CHECKING

import numpy as np

from lane_privacy import numbers, released
from measuring import machine, say, table, write_section
from mizzle.privacy.releases import Released, plan, release
from mizzle.privacy.rules import Rules
from mizzle.simulate.workforce import workforce

if TYPE_CHECKING:
    import argparse

MOST_OFF, MOST_OFF_WHOLE, LEAST_OWN = 6.0, 3.0, 0.7
MOST_SECONDS, MOST_MB = 60.0, 600.0
WORLDS = {"teams as surveys find them": (3.0, 1.7), "teams nearly of one mind": (1.2, 0.8)}
"""How the shares of favourable answers are spread over teams: a beta distribution's two parameters.

The first spreads by 20 points around 64 %; the departments of the attitude data spread by 12 around 65 %.
"""

Goals = list[tuple[str, str, bool]]


def run(options: argparse.Namespace) -> None:
    """Release waves of invented organisations by the library's own code, and compare with the truth."""
    organisations, questions = (20, 2) if options.quick else (400, 20)
    lines = [machine(("numpy", "scipy")), _words(organisations)]
    goals: Goals = []
    rows = []
    for world, leaning in WORLDS.items():
        say(f"  {world}")
        more, aims = _useful(organisations, world, leaning)
        rows += more
        goals += aims
    heads = ("world", "figure of a", "figures", "mean error, points", "95 % of errors below")
    lines += ["### What the figures are still worth", table(heads, numbers(rows))]
    more_lines, aims = _close(questions)
    lines += more_lines
    goals += aims
    told = [(goal, found, "reached" if ok else "missed") for goal, found, ok in goals]
    lines += ["### Goals", table(("goal", "found", ""), told)]
    body = "\n\n".join(lines)
    if options.quick:
        print(body)
    else:
        write_section("releases", "Releases: what they are worth, and how long a close takes", body)


def _words(organisations: int) -> str:
    return (
        f"{organisations} organisations that never were, each of 12 teams of 3 to 15 people, of which 60 to 100 %"
        " answer, over four waves; three in ten answer anew in each. An error is the difference between a published"
        " share and the true one of the same people. In the first world the favourable shares of teams spread by 20"
        " points around 64 %, wider than those of the departments in the attitude data (12 points); in the second many"
        " teams are nearly of one mind, which cells hide on purpose."
    )


def _useful(
    organisations: int, world: str, leaning: tuple[float, float]
) -> tuple[list[tuple[str, str, int, str, str]], Goals]:
    """T5: what the figures are still worth."""
    teams = own = 0
    errors: dict[str, list[float]] = {"team": [], "team, later waves": [], "department": [], "organisation": []}
    for seed in range(organisations):
        rng = np.random.default_rng([4, seed])
        history: list[Released] = []
        for number, wave in enumerate(workforce(rng, waves=4, change=0.3, moving=0.05, leaning=leaning)):
            history.append(said := released(wave, Rules(), history))
            teams += len(set(wave.roster.units.values())) if not number else 0
            for unit in said.units():
                inside = [atom.people for atom in said.atoms if atom.unit[: len(unit)] == unit]
                there = frozenset().union(*inside) & wave.answered
                shown = said.figure("q1", unit)
                if shown.value is None:
                    continue
                error = abs(shown.value - len(there & wave.favourable["q1"]) / len(there))
                kind = ("organisation", "department", "team")[len(unit)]
                if kind == "team":
                    own += not number
                    kind += ", later waves" * bool(number)
                elif number:
                    continue
                errors[kind].append(100 * error)
    rows = [
        (world, kind, len(found), f"{np.mean(found):.1f}", f"{np.quantile(found, 0.95):.1f}")
        for kind, found in errors.items()
    ]
    share = own / teams
    team, whole = float(np.mean(errors["team"])), float(np.mean(errors["organisation"]))
    return rows, [
        (f"{world}: a team's figure at most 6 points off, on average", f"{team:.1f}", team <= MOST_OFF),
        (f"{world}: the organisation's at most 3", f"{whole:.1f}", whole <= MOST_OFF_WHOLE),
        (f"{world}: at least 70 % of teams with a figure of their own", f"{share:.0%}", share >= LEAST_OWN),
    ]


def _close(questions: int) -> tuple[list[str], Goals]:
    """T6: closing the ninth wave of a large organisation."""
    rng = np.random.default_rng(5)
    history: list[Released] = []
    took = 0.0
    for wave in workforce(rng, waves=9, teams=50, questions=questions, moving=0.05):
        planned = plan(wave.name, wave.roster, wave.questions, Rules())
        begun = perf_counter()
        history.append(release(planned, wave.answers(), history))
        took = perf_counter() - begun
    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return (
        [
            "### How long a close takes",
            f"50 teams, {questions} questions, the ninth wave, eight before it: {took:.1f} s, {used} MiB of memory.",
        ],
        [
            (
                f"a close of 50 teams x {questions} questions x 8 earlier waves: under 60 s",
                f"{took:.1f} s",
                took < MOST_SECONDS,
            ),
            ("the same: under 600 MB", f"{used * 1.048576:.0f} MB", used * 1.048576 < MOST_MB),
        ],
    )
