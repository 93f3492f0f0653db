"""Measures of texts: the uptake of a vocabulary, themes and kinds of value of customers' comments."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from mizzle.answer import Answer, Figure
from mizzle.cli.measure import DATES, GROUP, LEAST, SEED, UNIT, Measure, Option
from mizzle.cli.measure.given import names, whole
from mizzle.cli.measure.rows import aside, by_group, read

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from mizzle.columns import Columns
    from mizzle.language.matching import Matching
    from mizzle.language.uptake import UnitUptake

BY = {"day": "D", "month": "M", "year": "Y"}
SHOWN = 90
"""Letters of a comment that are shown as an example."""
READ_FIRST = (
    "Themes are groups of words, not truths; read the examples before you name one, and before you show them: a comment"
    " may say who wrote it."
)


def _uptake(chosen: argparse.Namespace) -> Answer:
    from mizzle.language.uptake import METHOD, uptake

    columns = read(chosen, chosen.text, chosen.unit, chosen.date, chosen.author)
    units = columns.words(chosen.unit) if chosen.unit else ["all"] * columns.n
    texts = columns.words(chosen.text)
    vocabulary, warnings = _vocabulary(chosen)
    found = uptake(
        texts,
        units,
        vocabulary,
        periods=_periods(columns, chosen.date, chosen) if chosen.date else None,
        authors=columns.words(chosen.author) if chosen.author else None,
        languages=chosen.languages,
        least=chosen.least,
    )
    figures = [] if found.whole is None else _of_unit(found.whole, "")
    for one in found.units:
        figures += _of_unit(one, " ".join(part for part in (one.unit, one.period) if part))
    figures += [Figure("concept_share", share, concept) for concept, share in found.concepts.items() if share.n]
    used = sum(one.n for one in found.units)
    which = ", ".join(" ".join(part for part in cell if part) for cell in found.withheld[:10])
    set_aside = aside(
        columns,
        (found.n_withheld, f"texts of units with fewer than {chosen.least} texts or authors: {which}"),
        (len(texts) - used - found.n_withheld, "texts that are empty, or of no unit or date"),
    )
    warnings += [] if found.units else [f"No unit has {chosen.least} texts, so nothing is said of any."]
    return Answer("uptake", METHOD, "share", figures, set_aside, warnings)


def _of_unit(one: UnitUptake, of: str) -> list[Figure]:
    from mizzle.estimate import Estimate
    from mizzle.language.uptake import METHOD

    counts = [
        Figure(f"texts_with_{concepts}", Estimate(float(n), None, one.n, "texts", METHOD), of)
        for concepts, n in enumerate(one.counts)
    ]
    return [
        Figure("uptake", one.uptake, of),
        Figure("concepts_per_text", one.per_text, of),
        Figure("breadth", one.breadth, of),
        *counts,
    ]


HEADINGS = ("concept", "concepts", "word", "words", "term", "terms", "phrase", "phrases", "vocabulary")
"""What may stand above a list of words; any other first line is taken for a word of the list."""


def _vocabulary(chosen: argparse.Namespace) -> tuple[dict[str, list[str]], list[str]]:
    """Read the vocabulary: a concept and its words, or one column of words that are each a concept."""
    from mizzle.columns import read_columns

    columns = read_columns(chosen.vocabulary)
    lower = {name.strip().lower(): name for name in columns.names}
    concept = lower.get("concept", columns.names[0])
    words = [name for name in columns.names if name != concept and name.strip().lower() not in ("language", "lang")]
    vocabulary: dict[str, list[str]] = {}
    warnings = []
    if len(columns.names) == 1 and concept.strip().lower() not in HEADINGS:
        vocabulary[concept] = [concept]
        told = f"The first line of {chosen.vocabulary.name}, {concept!r}, is taken for a word of the vocabulary."
        warnings.append(f"{told} If it is a heading, write 'concept' in its place.")
    named = columns.words(concept)
    for name in words or [concept]:
        for one, word in zip(named, columns.words(name), strict=True):
            if one and word:
                vocabulary.setdefault(one, []).extend(part.strip() for part in word.split(";"))
    return vocabulary, warnings


def _periods(columns: Columns, name: str, chosen: argparse.Namespace) -> list[str | None]:
    import numpy as np

    days = columns.instants(name, dates=chosen.dates)
    return [
        None if blank else str(day)
        for day, blank in zip(days.astype(f"datetime64[{BY[chosen.by]}]"), np.isnat(days), strict=True)
    ]


def _comments(chosen: argparse.Namespace) -> tuple[Columns, list[str | None], list[str | None] | None]:
    """Read comments and the language of each; a language may be given once for all."""
    from mizzle.language.words import LANGUAGES

    spoken = chosen.language
    once = spoken in LANGUAGES
    columns = read(chosen, chosen.text, None if once else spoken, chosen.known)
    comments = columns.words(chosen.text)
    if once:
        return columns, comments, [spoken] * len(comments)
    if not spoken:
        return columns, comments, None
    return (
        columns,
        comments,
        [one.lower().replace("_", "-").partition("-")[0] if one else None for one in columns.words(spoken)],
    )


def _themes(chosen: argparse.Namespace) -> Answer:
    import numpy as np

    from mizzle.language.themes import METHOD, themes
    from mizzle.language.vectors import word_vectors

    vectors = word_vectors(chosen.cache) if chosen.vectors else None
    columns, comments, languages = _comments(chosen)
    found = themes(
        comments,
        rng=np.random.default_rng(chosen.seed),
        languages=languages,
        n_themes=chosen.themes,
        vectors=vectors,
        least=chosen.least,
    )
    figures = [
        Figure("theme", one.share, ", ".join(one.words) or f"theme {place}")
        for place, one in enumerate(found.themes, 1)
    ]
    set_aside = aside(
        columns,
        (found.empty, "comments that say nothing"),
        (found.unthemed, "comments of no theme: no word that others use, or too few alike"),
    )
    warnings = [READ_FIRST]
    for one in found.themes:
        shown = " | ".join(_shortened(comments[place] or "") for place in one.examples)
        warnings.append(f"{', '.join(one.words)}: {shown or 'no comment that could be shown'}")
    if chosen.known:
        groups = [None if place < 0 else str(place) for place in found.of]
        figures += _matching(groups, columns.words(chosen.known), named_alike=False)
    return Answer("themes", METHOD, "share", figures, set_aside, warnings)


def _shortened(comment: str) -> str:
    line = " ".join(comment.split())
    return line if len(line) <= SHOWN else f"{line[: SHOWN - 1]}…"


def _matching(found: Sequence[str | None], known: Sequence[str | None], *, named_alike: bool) -> list[Figure]:
    from mizzle.language.matching import matching

    told: Matching = matching(found, known)
    alike = [Figure("accuracy", told.accuracy), Figure("kappa", told.kappa)] if named_alike else []
    groups = [Figure("NMI", told.nmi), Figure("purity", told.purity)]
    return [*alike, *groups, Figure("most_frequent_label", told.most_frequent)]


def _value_kinds(chosen: argparse.Namespace) -> Answer:
    from mizzle.errors import MizzleError
    from mizzle.language.kinds import METHOD, value_kinds

    columns, comments, languages = _comments(chosen)
    if not any(comments):
        raise MizzleError(f"No row of {columns.path.name} has a comment in {chosen.text!r}. Name another column.")
    found = value_kinds(comments, languages=languages)
    figures = [*(Figure(kind, share) for kind, share in found.shares.items()), Figure("suggested", found.suggested)]
    if chosen.known:
        figures += _matching([one.kind for one in found.suggestions], columns.words(chosen.known), named_alike=True)
    without = found.suggested.n - found.shares["attitude"].n
    set_aside = aside(columns, (without, "comments without a word of the list: no kind is suggested"))
    warnings = [
        "A kind is suggested from a list of words and is wrong for about a third of the comments; it is no verdict."
    ]
    if not found.shares["attitude"].n:
        warnings.append("No comment has a word of the list, so no share is known.")
    return Answer("value-kinds", METHOD, "share", figures, set_aside, warnings)


def _friends_and_family(chosen: argparse.Namespace) -> Answer:
    from mizzle.language.friends import METHOD

    columns = read(chosen, chosen.score, chosen.person, chosen.group)
    answers = columns.numbers(chosen.score)
    rows = list(range(columns.n))
    if chosen.person:
        first: dict[str | None, int] = {}
        for row, one in enumerate(columns.words(chosen.person)):
            first.setdefault(one, row)
        first.pop(None, None)
        rows = sorted(first.values())
    figures = _tested([float(answers[row]) for row in rows], "")
    for name, members in by_group(columns, chosen.group):
        theirs = [float(answers[row]) for row in rows if members[row]]
        if any(answer in range(1, 7) for answer in theirs):
            figures += _tested(theirs, name)
    told = figures[0].estimate.n
    set_aside = aside(
        columns,
        (columns.n - len(rows), "later rows of the same person, or of none"),
        (len(rows) - told, "answers that are none of 1 (very good) to 6 (don't know)"),
    )
    return Answer("friends-and-family", METHOD, "share", figures, set_aside)


def _tested(answers: Sequence[float], of: str) -> list[Figure]:
    from mizzle.estimate import Estimate
    from mizzle.language.friends import METHOD, friends_and_family

    found = friends_and_family(answers)
    named = ("count_very_good", "count_good", "count_neither", "count_poor", "count_very_poor", "count_dont_know")
    counts = [
        Figure(name, Estimate(float(n), None, found.n, "answers", METHOD), of)
        for name, n in zip(named, found.counts, strict=True)
    ]
    return [Figure("positive", found.positive, of), Figure("negative", found.negative, of), *counts]


_TEXT = Option("--text", "column with the text", "COLUMN", required=True)
_LANGUAGE = Option("--language", "column with the language of each comment, or en, es or nb for all", "COLUMN")
_KNOWN = Option("--known", "column with labels that are known, to compare with", "COLUMN")

MEASURES = (
    Measure(
        name="uptake",
        sentence="How many texts of each unit use how many concepts of the common vocabulary.",
        documents="mizzle.language.uptake",
        ask=_uptake,
        options=(
            _TEXT,
            UNIT,
            Option(
                "--vocabulary",
                "file with a column concept and its words in another (; between them)",
                "WORDS",
                Path,
                None,
                required=True,
            ),
            Option("--date", "column with the date of each text", "COLUMN"),
            DATES,
            Option("--by", "length of a period (default: month)", None, None, "month", choices=tuple(BY)),
            Option("--author", "column with the author: a unit then needs as many authors", "COLUMN"),
            Option("--languages", "whose endings are tried (default: en,es,nb)", "L1,L2", names, ["en", "es", "nb"]),
            LEAST,
        ),
        files=("TEXTS.csv",),
    ),
    Measure(
        name="themes",
        sentence="What many comments of customers are about, in their own words.",
        documents="mizzle.language.themes",
        ask=_themes,
        options=(
            _TEXT,
            _LANGUAGE,
            Option("--themes", "how many themes are sought (default: by the number of comments)", "N", whole(2, 1000)),
            Option("--vectors", "compare words by meaning, across languages (extra mizzle[vectors])"),
            Option("--cache", "folder that keeps the vectors of words between runs", "FOLDER", Path),
            _KNOWN,
            LEAST,
            SEED,
        ),
        files=("COMMENTS.csv",),
    ),
    Measure(
        name="value-kinds",
        sentence="Of which kind of value customers' comments speak, as a list of words suggests.",
        documents="mizzle.language.value_kinds",
        ask=_value_kinds,
        options=(_TEXT, _LANGUAGE, _KNOWN),
        files=("COMMENTS.csv",),
    ),
    Measure(
        name="friends-and-family",
        sentence="Which share of customers found it good or very good (Friends and Family Test).",
        documents="mizzle.language.friends_and_family",
        ask=_friends_and_family,
        options=(
            Option("--score", "column with 1 (very good) to 5 (very poor), 6 (don't know)", "COLUMN", required=True),
            Option("--person", "column with the person, of whom the first row counts", "COLUMN"),
            GROUP,
        ),
        files=("ANSWERS.csv",),
    ),
)
