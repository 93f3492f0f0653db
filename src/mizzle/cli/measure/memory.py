"""Measures of memory: what is recalled right now, and how well that is foretold."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from mizzle.answer import Answer, Figure, SetAside
from mizzle.cli.measure import DATES, LEAST, UNIT, Measure, Option
from mizzle.cli.measure.given import moment, numbers, share, whole
from mizzle.cli.measure.rows import aside, read

if TYPE_CHECKING:
    import argparse
    from collections.abc import Hashable, Mapping, Sequence

    from mizzle.columns import Columns
    from mizzle.memory import Memory, Rules

    Row = tuple[int, str, int, datetime]

WORDS = {"again": 1, "forgotten": 1, "hard": 2, "good": 3, "easy": 4}


def _ratings(columns: Columns, name: str) -> list[int | None]:
    """Read ratings, as numbers or as the words of a review."""
    import numpy as np

    from mizzle.columns import UnfitColumn

    words = columns.words(name)
    if all(word is None or word.lower() in WORDS for word in words):
        return [None if word is None else WORDS[word.lower()] for word in words]
    numbers = columns.numbers(name, low=1, high=4)
    if (numbers[~np.isnan(numbers)] % 1).any():
        raise UnfitColumn(f"A rating in the column {name!r} is not whole. 1 is forgotten, 2 hard, 3 good, 4 easy.")
    return [None if np.isnan(one) else int(one) for one in numbers]


def _times(columns: Columns, name: str, dates: str | None) -> list[datetime | None]:
    return [None if one is None else one.replace(tzinfo=UTC) for one in columns.instants(name, dates=dates).tolist()]


def _rules(chosen: argparse.Namespace) -> Rules:
    from mizzle.memory import Rules

    given = {} if chosen.parameters is None else {"parameters": tuple(chosen.parameters)}
    return Rules(retention=chosen.retention, most_days=chosen.most_days, **given)


def _reviews(chosen: argparse.Namespace, *more: str | None) -> tuple[Columns, list[Row], list[SetAside]]:
    """Read reviews as rows of place in the file, card, rating and time; those that lack one are set aside."""
    columns = read(chosen, chosen.card, chosen.rating, chosen.date, chosen.person, *more)
    found = zip(
        columns.words(chosen.card),
        _ratings(columns, chosen.rating),
        _times(columns, chosen.date, chosen.dates),
        strict=True,
    )
    rows = [
        (place, card, rating, time)
        for place, (card, rating, time) in enumerate(found)
        if card is not None and rating is not None and time is not None
    ]
    return columns, rows, aside(columns, (columns.n - len(rows), "reviews without a card, rating or date"))


def _memory(chosen: argparse.Namespace) -> Answer:
    from mizzle.columns import UnfitColumn

    if (chosen.unit or chosen.only) and not chosen.person:
        raise UnfitColumn("A unit is made of people. Name the column of the person as well, with --person.")
    columns, rows, set_aside = _reviews(chosen, chosen.unit)
    persons = columns.words(chosen.person) if chosen.person else [""] * columns.n
    named = [row for row in rows if persons[row[0]] is not None]
    if len(rows) > len(named):
        set_aside.append(SetAside("reviews without a person", len(rows) - len(named)))
    if not named:
        raise UnfitColumn(f"{columns.path.name} has no review with a card, a rating and a date. Name other columns.")
    at = chosen.at or max(_times_of(named))
    if later := sum(time > at for time in _times_of(named)):
        set_aside.append(SetAside(f"reviews after {at.isoformat()}", later))
    return (_of_people if chosen.person and not chosen.only else _of_one)(chosen, columns, named, at, set_aside)


def _of_one(
    chosen: argparse.Namespace, columns: Columns, rows: Sequence[Row], at: datetime, set_aside: list[SetAside]
) -> Answer:
    """Answer what one head remembers, card by card."""
    from mizzle.columns import UnfitColumn
    from mizzle.memory import METHOD, replay

    warnings = [_as_of(at)]
    if chosen.only:
        persons = columns.words(chosen.person)
        rows = [row for row in rows if persons[row[0]] == chosen.only]
        warnings.append(f"This is for {chosen.only} alone: what one person remembers is shown to nobody else.")
    rules = _rules(chosen)
    states = replay([card for _, card, _, _ in rows], _ratings_of(rows), _times_of(rows), until=at, rules=rules)
    if not states:
        raise UnfitColumn(
            f"There is no review of {chosen.only or 'anybody'} until {at.isoformat()}. Give a later --at."
        )
    known = {str(card): memory for card, memory in states.items()}
    return Answer("memory", METHOD, "share", _of_cards(known, at, rules), set_aside, warnings)


def _of_people(
    chosen: argparse.Namespace, columns: Columns, rows: Sequence[Row], at: datetime, set_aside: list[SetAside]
) -> Answer:
    """Answer which share of the common language the people of each unit remember."""
    from mizzle.memory import LANGUAGE, replay

    persons = columns.words(chosen.person)
    units = columns.words(chosen.unit) if chosen.unit else [""] * columns.n
    rules = _rules(chosen)
    keys = [(persons[place], card) for place, card, _, _ in rows]
    states = replay(keys, _ratings_of(rows), _times_of(rows), until=at, rules=rules)
    cards = sorted({card for _, card, _, _ in rows})
    members: dict[str, dict[str, None]] = {}
    for place, *_ in rows:
        unit, person = units[place], persons[place]
        if unit is not None and person is not None:
            members.setdefault(unit, {})[person] = None
    recall = {key: _recall(memory, at, rules) for key, memory in states.items()}
    figures, small = _of_units({unit: [*people] for unit, people in members.items()}, recall, cards, chosen.least)
    if small:
        set_aside.append(SetAside(f"people of units with fewer than {chosen.least}: nothing is said of them", small))
    warnings = [_as_of(at), f"The common language is taken to be the {len(cards)} cards of the file."]
    return Answer("memory", LANGUAGE, "share", figures, set_aside, warnings)


def _ratings_of(rows: Sequence[Row]) -> list[int]:
    return [rating for _, _, rating, _ in rows]


def _times_of(rows: Sequence[Row]) -> list[datetime]:
    return [time for _, _, _, time in rows]


def _as_of(at: datetime) -> str:
    return f"As of {at.isoformat()}; a day is a whole day since the last review."


def _recall(memory: Memory, at: datetime, rules: Rules) -> float:
    from mizzle.memory import retrievability

    return retrievability(memory, at, rules)


def _of_cards(known: dict[str, Memory], at: datetime, rules: Rules) -> list[Figure]:
    """Give what one head remembers, card by card."""
    from mizzle.estimate import Estimate
    from mizzle.memory import METHOD

    recall = {card: _recall(memory, at, rules) for card, memory in known.items()}
    n = len(recall)
    figures = [Figure("mean_R", Estimate(sum(recall.values()) / n, None, n, "share", METHOD))]
    told: dict[tuple[str, str], Mapping[str, float]] = {
        ("R", "share"): recall,
        ("stability", "days"): {card: memory.stability for card, memory in known.items()},
        ("difficulty", "1 to 10"): {card: memory.difficulty for card, memory in known.items()},
        ("interval_days", "days"): {card: float(memory.interval_days) for card, memory in known.items()},
    }
    for (name, unit), by in told.items():
        figures += [Figure(name, Estimate(by[card], None, 1, unit, METHOD), card) for card in sorted(by)]
    return figures


def _of_units(
    members: dict[str, list[str]], recall: Mapping[Hashable, float], cards: Sequence[str], least: int
) -> tuple[list[Figure], int]:
    """Give the language of each unit with enough people, and how many people are in the others."""
    from mizzle.memory import language_of_unit

    large = {unit: people for unit, people in sorted(members.items()) if len(people) >= least}
    everybody = list(dict.fromkeys(person for people in large.values() for person in people))
    asked = {"": everybody, **large} if large else {}
    figures = [
        Figure(
            "language",
            language_of_unit([[recall.get((person, card), 0.0) for card in cards] for person in people], least=least),
            unit,
        )
        for unit, people in asked.items()
    ]
    small = {person for unit, people in members.items() if unit not in large for person in people}
    return figures, len(small)


def _calibration(chosen: argparse.Namespace) -> Answer:
    from mizzle.estimate import Estimate
    from mizzle.memory import CALIBRATION, calibration

    columns, rows, set_aside = _reviews(chosen)
    persons = columns.words(chosen.person) if chosen.person else [""] * columns.n
    keys = [(persons[place], card) for place, card, _, _ in rows]
    found = calibration(keys, _ratings_of(rows), _times_of(rows), rules=_rules(chosen), bins=chosen.bins)
    figures = [
        Figure("log_loss", found.log_loss),
        Figure("log_loss_uninformed", found.uninformed),
        Figure("rmse_bins", found.rmse),
        Figure("predicted", found.predicted),
        Figure("recalled", found.recalled),
    ]
    for one in found.bins:
        of = f"{one.low:.4f} to {one.high:.4f}"
        figures.append(Figure("predicted", Estimate(one.predicted, None, one.recalled.n, "share", CALIBRATION), of))
        figures.append(Figure("recalled", one.recalled, of))
    set_aside.append(SetAside("first reviews of a card, before which nothing is foretold", found.first))
    if found.same_day:
        set_aside.append(SetAside("reviews less than a day after the one before", found.same_day))
    return Answer("calibration", CALIBRATION, "share", figures, set_aside)


_ASKED = (
    Option("--card", "column with the card or concept", "COLUMN", required=True),
    Option("--rating", "column with 1 (forgotten), 2 (hard), 3 (good) or 4 (easy)", "COLUMN", required=True),
    Option("--date", "column with the date and time of the review", "COLUMN", required=True),
    Option("--person", "column with the person; without it, all reviews are one person's", "COLUMN"),
)
_HOW = (
    DATES,
    Option("--parameters", "the 21 weights of FSRS-6 (default: the published ones)", "W0,W1,…", numbers),
    Option("--retention", "share recalled when a card is due (default: 0.9)", "SHARE", share, 0.9),
    Option("--most-days", "cap on the interval (default: 36500)", "DAYS", whole(1), 36_500),
)

MEASURES = (
    Measure(
        name="memory",
        sentence="Which share of the common language would be recalled right now: of a unit, or of oneself.",
        documents="mizzle.memory.language_of_unit",
        ask=_memory,
        options=(
            *_ASKED,
            UNIT,
            Option("--only", "one person, card by card; for that person alone", "PERSON"),
            Option("--at", "the instant (default: that of the last review)", "DATE", moment),
            LEAST,
            *_HOW,
        ),
        files=("REVIEWS.csv",),
    ),
    Measure(
        name="calibration",
        sentence="How well the predicted chance of recall goes with what was recalled.",
        documents="mizzle.memory.calibration",
        ask=_calibration,
        options=(*_ASKED, Option("--bins", "into how many groups (default: 10)", "N", whole(1, 1000), 10), *_HOW),
        files=("REVIEWS.csv",),
    ),
)
