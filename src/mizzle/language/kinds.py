"""The kind of value of which a customer's comment speaks: a suggestion from a list of words, never a verdict."""

from __future__ import annotations

import tomllib
from collections import Counter
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from mizzle.errors import MizzleError
from mizzle.estimate import share_of
from mizzle.language.uptake import Finder
from mizzle.language.words import LANGUAGES, words_of
from mizzle.level.values import KINDS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mizzle.estimate import Estimate

METHOD = "language.value_kinds/1"


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A kind of value suggested for one comment.

    Attributes
    ----------
    kind
        One of `KINDS`; None where no word of the list is in the comment.
    words
        The words that speak for it, as the list has them: the whole reason.
    """

    kind: str | None
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ValueKinds:
    """Kinds of value suggested for comments.

    Attributes
    ----------
    suggestions
        One for each comment, in their order.
    shares
        For each kind, its share among the comments with a suggestion, with Wilson's interval.
    suggested
        Share of the comments (those that say something) for which a kind is suggested.
    """

    suggestions: tuple[Suggestion, ...]
    shares: Mapping[str, Estimate]
    suggested: Estimate


def value_kinds(comments: Sequence[str | None], *, languages: Sequence[str | None] | None = None) -> ValueKinds:
    """Suggest of which kind of value each comment of a customer speaks.

    Parameters
    ----------
    comments
        Comments of customers, never of staff. None or empty where there is none.
    languages
        The language of each comment, ``"en"``, ``"es"`` or ``"nb"``, as its form was; where None, the words of all
        three are looked for.

    Returns
    -------
    ValueKinds
        A suggestion with its reason for each comment, and shares of 0 to 1.

    Raises
    ------
    MizzleError
        For languages that do not go with the comments.

    Notes
    -----
    Formula: of the words of each kind (kinds.toml, a list that fits on two pages) those in the comment are counted, in
    the forms of `mizzle.language.forms_of`; the kind with the most is suggested, of equal ones that named first.

    Assumes: a comment speaks mostly of one kind. On comments of patients whose labels were mapped by hand it agrees
    with the label in 65 % of 2,034 (always the most frequent kind: 53 %; kappa 0.46) and, in another service, in 77 %
    of 1,751 (56 %; kappa 0.61); it suggests a kind for 83 and 90 %. Both are English: in Spanish and Norwegian the
    lists are translations, and their accuracy has not been measured.

    Missing data: a comment without any of the words has no suggestion, and is in no share.

    Interval: Wilson's, for the share that would be suggested; it does not know how often a suggestion is wrong.

    Not for: judging a person or a single comment, or texts of staff. It says what a comment is about, not what anybody
    feels.

    References
    ----------
    mizzle's own list. The mapping of labels is in tests/golden/proofs/language.py.

    Examples
    --------
    >>> found = value_kinds(["I waited an hour in the queue", "She listened and explained it", "Hello"])
    >>> [one.kind for one in found.suggestions], found.suggestions[0].words
    (['ease_of_getting_it', 'relationship', None], ('wait', 'hour', 'queue'))
    """
    if languages is not None and len(languages) != len(comments):
        raise MizzleError(f"There are {len(comments)} comments and {len(languages)} languages; give one for each.")
    known = (None,) * len(comments) if languages is None else languages
    suggestions = tuple(_suggest(comment, language) for comment, language in zip(comments, known, strict=True))
    counts = Counter(one.kind for one in suggestions if one.kind)
    said = sum(bool(comment and comment.strip()) for comment in comments)
    suggested = counts.total()
    return ValueKinds(
        suggestions=suggestions,
        shares={kind: share_of(counts[kind], suggested, METHOD) for kind in KINDS},
        suggested=share_of(suggested, said, METHOD),
    )


def _suggest(comment: str | None, language: str | None) -> Suggestion:
    mentions = list(_finder(language if language in LANGUAGES else None).mentions(words_of(comment or "")))
    if not mentions:
        return Suggestion(None, ())
    (best, _), *_ = Counter(place for place, _ in mentions).most_common(1)
    return Suggestion(KINDS[best], tuple(dict.fromkeys(word for place, word in mentions if place == best)))


@cache
def _finder(language: str | None) -> Finder:
    """Give what finds the words of one language, or of all; a word of two kinds in two languages is left out."""
    table = tomllib.loads((files("mizzle.language") / "kinds.toml").read_text("utf-8"))
    spoken = LANGUAGES if language is None else (language,)
    listed = {
        kind: {w.strip() for one in spoken for w in table[kind][one].replace("\n", " ").split(",")} for kind in KINDS
    }
    owners = Counter(tuple(words_of(word)) for words in listed.values() for word in {*words})
    return Finder(
        {kind: sorted(word for word in words if owners[tuple(words_of(word))] == 1) for kind, words in listed.items()},
        spoken,
    )
