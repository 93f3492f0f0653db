"""Releases from the shell: a wave is counted once, and kept for the audit of later ones."""

from __future__ import annotations

import json
import os
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING

from mizzle.cli.measure import Measure, Option
from mizzle.cli.measure.given import answers, names

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from mizzle.answer import Answer, Figure, SetAside
    from mizzle.columns import Columns
    from mizzle.privacy.groups import Path as Unit
    from mizzle.privacy.groups import Roster
    from mizzle.privacy.releases import Answers, Plan, Question, Released


def _release(chosen: argparse.Namespace) -> Answer:
    """Count a wave, put the release into the folder of the earlier ones, and show it."""
    from mizzle.alone import alone_in
    from mizzle.columns import read_columns
    from mizzle.errors import MizzleError
    from mizzle.privacy.releases import plan, release
    from mizzle.privacy.rules import Rules

    listed = read_columns(chosen.roster)
    roster = _roster(listed, chosen)
    said = read_columns(chosen.file, sheet=chosen.sheet)
    asked = chosen.questions or [name for name in said.names if name != chosen.person]
    counts, aside = _answers(said, roster, asked, chosen.favourable, chosen.person)
    rules = Rules(chosen.insiders, chosen.strict)
    wave = chosen.wave or chosen.file.name.partition(".")[0]
    planned = plan(wave, roster, _questions(asked, chosen.wording, chosen.favourable), rules)
    with alone_in(chosen.history, wait=True):
        kept = _history(chosen.history)
        place = next((place for place, one in kept if one.wave == wave), len(kept))
        before = [one for at, one in kept if at < place]
        made = release(planned, counts, before)
        path = chosen.history / f"{wave}.json"
        if place == len(kept):
            _keep(path, made, place)
        elif kept[place][1].digest != made.digest:
            raise MizzleError(
                f"{wave} was released already, from other answers or another roster: {path}. A release is made once;"
                " late answers belong to the next wave. Give another --wave, or the files it was made from."
            )
    return _told(made, planned, aside, len(before))


def _roster(listed: Columns, chosen: argparse.Namespace) -> Roster:
    """Read who was invited, and where each is counted."""
    from mizzle.errors import MizzleError
    from mizzle.privacy.groups import Roster

    levels = chosen.units or [
        name for name in listed.names if name not in (chosen.person, chosen.leads) and name.casefold() != "leads"
    ]
    if not levels:
        raise MizzleError(
            "The roster names no unit. Give the columns from the top of the tree down: --units department,team"
        )
    people = listed.words(chosen.person)
    columns = [listed.words(name) for name in levels]
    units: dict[str, Unit] = {}
    for row, person in enumerate(people):
        if person is None:
            raise MizzleError(
                f"Row {row + 1} of the roster names nobody. Everybody who was invited needs a name of their own."
            )
        if person in units:
            raise MizzleError(
                f"{person!r} is on the roster twice. Each person is counted in one unit: keep one of the rows."
            )
        units[person] = _unit([column[row] for column in columns])
    leads: dict[str, Unit] = {}
    if chosen.leads:
        for person, led in zip(people, listed.words(chosen.leads), strict=True):
            if led is not None and person is not None:
                leads[person] = _led(led, units)
    return Roster(units, leads)


def _unit(names_down: Sequence[str | None]) -> Unit:
    """Give the unit as names from the top down, as far as they go."""
    filled = [name for name in names_down if name is not None]
    return tuple(filled)


def _led(led: str, units: dict[str, Unit]) -> Unit:
    """Find the unit that a leader leads: by its path with slashes, or by its name where only one has it."""
    from mizzle.errors import NoSuchName

    parts = tuple(part.strip() for part in led.split("/"))
    known = {unit[:depth] for unit in units.values() for depth in range(1, len(unit) + 1)}
    found = [unit for unit in known if unit[-len(parts) :] == parts]
    if len(found) != 1:
        what = "no unit has this name" if not found else "several units have this name"
        raise NoSuchName(f"A leader leads {led!r}, but {what}. Write it with the units above it: Department/Team")
    return found[0]


def _answers(
    said: Columns, roster: Roster, asked: Sequence[str], favourable: tuple[float, float], person: str
) -> tuple[dict[Unit, Answers], list[SetAside]]:
    """Count answers by unit; nothing of one person goes further than this."""
    import numpy as np

    from mizzle.answer import SetAside
    from mizzle.errors import MizzleError
    from mizzle.privacy.releases import Answers

    people = said.words(person)
    given = said.matrix(asked)
    low, high = favourable
    taking: dict[str, int] = {}
    aside = {
        "answer of nobody named": 0,
        "answer of somebody who is not on the roster": 0,
        "answer without any question answered": 0,
    }
    for row, one in enumerate(people):
        if one is None:
            aside["answer of nobody named"] += 1
        elif one not in roster.units:
            aside["answer of somebody who is not on the roster"] += 1
        elif np.isnan(given[row]).all():
            aside["answer without any question answered"] += 1
        elif one in taking:
            raise MizzleError(f"{one!r} answered twice: rows {taking[one] + 1} and {row + 1}. Keep one of them.")
        else:
            taking[one] = row
    if not taking and aside["answer of somebody who is not on the roster"]:
        there, here = next(one for one in people if one is not None), next(iter(roster.units))
        raise MizzleError(
            f"Nobody who answered is on the roster: {said.path.name} has {there!r}, the roster {here!r}. Write the"
            " people alike in both, or name their column with --person."
        )
    rows: dict[Unit, list[int]] = defaultdict(list)
    for one, row in taking.items():
        rows[roster.counted_in(one)].append(row)
    found = {}
    for unit, places in rows.items():
        part = given[places]
        liked = (part >= low) & (part <= high)
        found[unit] = Answers(
            len(places),
            {name: int(liked[:, column].sum()) for column, name in enumerate(asked)},
            {name: int((~np.isnan(part[:, column])).sum()) for column, name in enumerate(asked)},
        )
    return found, [SetAside(reason, n) for reason, n in aside.items() if n] + list(said.set_aside)


def _questions(asked: Sequence[str], wording: Path | None, favourable: tuple[float, float]) -> list[Question]:
    """Give the questions with their words, where a file has them."""
    from mizzle.columns import read_columns
    from mizzle.privacy.releases import Question

    words: dict[str, str] = {}
    if wording is not None:
        told = read_columns(wording)
        keys, texts = (told.words(name) for name in told.names[:2])
        words = {key: text or "" for key, text in zip(keys, texts, strict=True) if key is not None}
    return [Question(name, words.get(name, ""), "{:g} to {:g}".format(*favourable)) for name in asked]


def _history(folder: Path) -> list[tuple[int, Released]]:
    """Read the earlier releases, in the order in which they were made."""
    from mizzle.errors import MizzleError
    from mizzle.privacy.releases import Released

    found: list[tuple[int, Released]] = []
    for path in folder.glob("*.json"):
        try:
            told = json.loads(path.read_text("utf-8"))
            one, place, digest = Released.from_dict(told), int(told["place"]), told["digest"]
        except (ValueError, KeyError, TypeError) as problem:
            raise MizzleError(
                f"{path} is no release that mizzle wrote. Take it out of the folder, or from a backup."
            ) from problem
        if one.digest != digest:
            raise MizzleError(
                f"{path} was changed since mizzle wrote it. Take it from a backup: later releases rest on it."
            )
        found.append((place, one))
    found.sort(key=lambda one: one[0])
    if [place for place, _ in found] != list(range(len(found))):
        raise MizzleError(
            f"A release is missing in {folder}, or stands there twice. Every earlier one is needed: take it from a"
            " backup."
        )
    return found


def _keep(path: Path, made: Released, place: int) -> None:
    """Write a release where nothing stands yet, whole or not at all."""
    from mizzle.errors import MizzleError

    if "/" in made.wave or made.wave.startswith("."):
        raise MizzleError(
            f"{made.wave!r} cannot be the name of a file. Name the wave without slashes: --wave 2027-spring"
        )
    draft = path.with_suffix(".part")
    draft.write_text(
        json.dumps(made.to_dict() | {"place": place, "digest": made.digest}, indent=1, ensure_ascii=False), "utf-8"
    )
    os.link(draft, path)
    draft.unlink()


def _told(made: Released, planned: Plan, aside: list[SetAside], earlier: int) -> Answer:
    from mizzle.answer import Answer, Figure
    from mizzle.estimate import Estimate, Interval
    from mizzle.privacy.groups import called
    from mizzle.privacy.releases import METHOD

    figures: list[Figure] = []
    named = {atom.name for atom in made.atoms}
    for question in made.questions:
        figures.append(Figure(question.key, made.figure(question.key)))
        figures += [
            Figure(question.key, made.figure(question.key, unit), called(unit))
            for unit in made.units()
            if unit and called(unit) not in named
        ]
        figures += [Figure(question.key, one, name) for name, one in made.by_atom(question.key).items()]
    figures += [
        Figure("n", Estimate(float(atom.n), Interval(atom.n, atom.n), atom.n, "people", METHOD), atom.name)
        for atom in made.atoms
    ]
    blank = sum(cell is None for cells in made.cells.values() for cell in cells)
    warnings = [
        "Low and high are no confidence interval: the share lies between them for certain, and nothing more is told.",
        f"Released as {made.wave}, after {earlier} earlier releases, with the digest {made.digest[:16]}.",
    ]
    if blank:
        because = ", or with earlier releases they would say too much" if earlier else ""
        warnings.append(
            f"{blank} figures of groups say nothing: fewer than {planned.rules.least} answered the question{because}."
        )
    small = len(planned.small())
    if small:
        warnings.append(f"{small} units have fewer than {planned.rules.least} people and are counted with others.")
    return Answer("release", METHOD, "share", figures, aside, warnings)


MEASURES = (
    Measure(
        "release",
        "Counts a wave of answers in groups that cannot be taken apart, and keeps it for the audit of later waves.",
        "mizzle.privacy.release",
        _release,
        (
            Option(
                "--roster", "everybody who was invited: person, and the unit of each", "ROSTER.csv", Path, required=True
            ),
            Option("--history", "folder of the earlier releases; this one is added", "DIR", Path, required=True),
            Option("--person", "column of the person, in both files (default: person)", "COLUMN", default="person"),
            Option("--questions", "columns of the questions (default: all others)", "Q1,Q2", names),
            Option("--favourable", "which answers are favourable (default: 4-5)", "LOW-HIGH", answers, (4.0, 5.0)),
            Option(
                "--units",
                "columns of the roster from the top of the tree down (default: all others)",
                "TOP,NEXT",
                names,
            ),
            Option("--leads", "column of the roster with the unit that a leader leads", "COLUMN"),
            Option("--wave", "name of the wave (default: name of the file)", "NAME"),
            Option("--insiders", "how many people of a group may compare their answers", None, int, 1, choices=(1, 2)),
            Option("--strict", "stand also against who knows who did not answer, or answers otherwise than before"),
            Option(
                "--wording", "file with the questions' names and words, to recognise them in later waves", "FILE", Path
            ),
        ),
        ("ANSWERS.csv",),
    ),
)
