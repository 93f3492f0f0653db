"""The attacks on releases: how many answers are certain."""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from time import perf_counter
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from measuring import machine, say, table, write_section
from mizzle.privacy.attack import Checks, audit, certain, determined_in_one_wave
from mizzle.privacy.choosing import Published
from mizzle.privacy.groups import Roster
from mizzle.privacy.releases import Plan, Question, Released, plan, release
from mizzle.privacy.rules import Rules
from mizzle.privacy.thresholds import solved
from mizzle.simulate.workforce import Wave, workforce

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

TEXT = "In my team we keep what we promise to our customers."
CLONE = "In my team, we keep what we promised to our customers"
TENURES = 5


class Scale(NamedTuple):
    """How much of each attack is done."""

    one_wave: int
    repeated: int
    skipping: int
    thresholds: int


FULL = Scale(10_000, 1_000, 300, 300)
QUICK = Scale(500, 40, 20, 20)


def run(options: argparse.Namespace) -> None:
    """Attack releases made by the library's own code, and count."""
    scale = QUICK if options.quick else FULL
    lines: list[str] = [machine(("numpy", "scipy")), *_words()]
    goals: list[tuple[str, str, bool]] = []
    for part in (_one_wave, _repeated, _skipping, _thresholds):
        begun = perf_counter()
        more, aims = part(scale)
        lines += more
        goals += aims
        say(f"  {part.__name__.strip('_')}: {perf_counter() - begun:.0f} s")
    lines += ["### Goals", table(("goal", "found", ""), [(g, f, "reached" if ok else "missed") for g, f, ok in goals])]
    body = "\n\n".join(lines)
    if options.quick:
        print(body)
    else:
        write_section("privacy", "Privacy: what attackers find", body)


def _words() -> list[str]:
    return [
        (
            "Organisations that never were: 12 teams of 3 to 15 people, of which 60 to 100 % answer, some teams nearly"
            " of one mind. Releases are made by `mizzle.privacy.release`; the attackers know staff lists, rules, code"
            " and everything published, and are those of `mizzle.privacy.attack`. Seeds 1 and following. No answer"
            " certain among N shows a rate below 3/N at 95 %; the proof has to carry the rest."
        )
    ]


def released(wave: Wave, rules: Rules, history: list[Released]) -> Released:
    """Close one wave."""
    return release(plan(wave.name, wave.roster, wave.questions, rules), wave.answers(), history)


def _one_wave(scale: Scale) -> tuple[list[str], list[tuple[str, str, bool]]]:
    """T1: one wave, every insider."""
    rows, goals = [], []
    for insiders in (1, 2):
        found, people = Checks(0, 0), 0
        for seed in range(scale.one_wave):
            rng = np.random.default_rng([1, seed])
            (wave,) = workforce(rng)
            said = released(wave, Rules(insiders), [])
            groups = [(atom.n, cell) for atom, cell in zip(said.atoms, said.cells["q1"], strict=True) if cell]
            found += determined_in_one_wave(groups, insiders)
            people += len(wave.roster.units)
        rows.append(
            (f"{insiders} ({Rules(insiders).least} answers)", scale.one_wave, people, found.tried, found.certain)
        )
        goals.append(
            (
                f"one wave, {scale.one_wave:,} organisations, every choice of {insiders}: none",
                f"{found.certain}",
                not found.certain,
            )
        )
    heads = ("insiders", "organisations", "people", "answers tried", "certain")
    return ["### One wave, every insider", table(heads, numbers(rows))], goals


def _with_clones(rng: np.random.Generator, waves: int) -> Iterator[tuple[Wave, Plan]]:
    """Waves of one organisation; now and then the question is asked again, in other words and by length of service."""
    tenure: dict[str, int] = {}
    for wave in workforce(rng, waves=waves):
        yield wave, plan(wave.name, wave.roster, [Question("q1", TEXT)], Rules())
        if rng.random() < 1 / 3:
            for person in wave.roster.units:
                tenure.setdefault(person, int(rng.integers(TENURES)))
            other = Roster({person: ("Service", f"{tenure[person]} years") for person in wave.roster.units})
            clone = Wave(f"{wave.name} again", other, wave.questions, wave.answered, wave.favourable)
            yield clone, plan(clone.name, other, [Question("q1", CLONE)], Rules())


def _six_waves(seed: int) -> tuple[int, int, int, int]:
    """Release six waves of one organisation; count people, those in several groups, and answers that are certain."""
    rng = np.random.default_rng([2, seed])
    history: list[Released] = []
    places: dict[str, set[Any]] = {}
    for wave, planned in _with_clones(rng, 6):
        history.append(release(planned, wave.answers(), history))
        for person, unit in wave.roster.units.items():
            places.setdefault(person, set()).add(unit)
    moved = sum(len(units) > 1 for units in places.values())
    alone, with_one = audit(history), audit(history, insiders=1, most=1, rng=rng)
    return len(places), moved, len(alone["q1"]), len(with_one["q1"])


def _repeated(scale: Scale) -> tuple[list[str], list[tuple[str, str, bool]]]:
    """T2: six waves, everybody repeating their answer, with joiners, leavers, movers, pools and clones."""
    with ProcessPoolExecutor() as pool:
        found = np.array(list(pool.map(_six_waves, range(scale.repeated), chunksize=5)))
    people, moved, pinned, with_one = (int(total) for total in found.sum(axis=0))
    rows = [
        ("nobody", scale.repeated, people, moved, pinned),
        ("one, drawn by lot in each part that shares people", scale.repeated, people, moved, with_one),
    ]
    heads = ("insiders", "organisations", "people", "of them in several groups", "certain")
    goal = f"six waves, {scale.repeated:,} organisations, joiners, leavers, movers, pools, clones: none"
    return (
        ["### Six waves in which people repeat their answer", table(heads, numbers(rows))],
        [(goal, f"{pinned + with_one}", not pinned + with_one)],
    )


def _skipping(scale: Scale) -> tuple[list[str], list[tuple[str, str, bool]]]:
    """Try the limit that is stated: an attacker who also knows who did not answer, in every wave."""
    rows, worst = [], 0
    for strict in (False, True):
        for share in (0.95, 0.85):
            people = found = wide = cells = 0
            for seed in range(scale.skipping):
                rng = np.random.default_rng([3, seed])
                history: list[Released] = []
                known: list[Published] = []
                everybody: set[str] = set()
                for wave in workforce(rng, waves=6, response=(share, share), moving=0.0):
                    history.append(released(wave, Rules(strict=strict), history))
                    everybody |= wave.answered
                    for one in history[-1].published("q1"):
                        there = one.people & wave.answered
                        known.append(Published(there, len(there), one.cell))
                    wide += sum(cell is None for cell in history[-1].cells["q1"])
                    cells += len(history[-1].atoms)
                people += len(everybody)
                found += len(certain(known))
            rows.append(
                (
                    "strict" if strict else "normal",
                    f"{share:.0%}",
                    people,
                    found,
                    f"{found / people:.1%}",
                    f"{wide / cells:.0%}",
                )
            )
            worst += found if strict else 0
    heads = ("rules", "answer", "people", "certain", "share", "groups that say nothing")
    return (
        ["### An attacker who also knows who did not answer", table(heads, numbers(rows))],
        [("strict rules, with who did not answer known: none", f"{worst}", not worst)],
    )


def _thresholds(scale: Scale) -> tuple[list[str], list[tuple[str, str, bool]]]:
    """Try what others publish: exact counts of every group of at least five, by team, department and attributes."""
    rows = []
    for remainder in (False, True):
        people = found = broken = 0
        for seed in range(scale.thresholds):
            rng = np.random.default_rng([6, seed])
            (wave,) = workforce(rng)
            there = sorted(wave.answered)
            units = [wave.roster.units[person] for person in there]
            names = {unit: place for place, unit in enumerate(sorted(set(units)))}
            departments = {unit[0]: place for place, unit in enumerate(sorted(set(units)))}
            attributes = np.column_stack(
                [
                    [names[unit] for unit in units],
                    [departments[unit[0]] for unit in units],
                    *(rng.integers(0, values, len(there)) for values in (2, 3, 4, 5)),
                ]
            )
            hit = int(solved(attributes, 5, remainder=remainder).sum())
            people, found, broken = people + len(there), found + hit, broken + bool(hit)
        rule = "threshold of 5, and none where fewer than 5 would be left" if remainder else "threshold of 5"
        rows.append(
            (rule, scale.thresholds, people, found, f"{found / people:.0%}", f"{broken / scale.thresholds:.0%}")
        )
    heads = ("rule", "organisations", "people", "found out exactly", "share", "organisations with somebody found out")
    return (
        [
            "### What plain thresholds let through",
            "Exact counts of every group by team, department and four attributes, two filters at once, in one wave.",
            table(heads, numbers(rows)),
        ],
        [],
    )


def numbers(rows: list[tuple[Any, ...]]) -> list[tuple[str, ...]]:
    """Write whole numbers with commas between thousands."""
    return [tuple(f"{cell:,}" if isinstance(cell, int) else str(cell) for cell in row) for row in rows]
