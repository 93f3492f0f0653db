"""Names that mean the same although they are written in another way: case, accents, signs, one or several."""

from __future__ import annotations

import re
import unicodedata

_SIGNS = re.compile(r"[\W_]+")
_LETTERS = str.maketrans({"ø": "o", "æ": "ae", "đ": "d", "ł": "l", "œ": "oe"})
"""Letters that no decomposition turns into plain ones."""
_PLURALS = ("s", "es", "er", "r")
"""Endings of English, Spanish and Norwegian; they only lead to a guess that somebody confirms."""
_SHORTEST = 4
"""A shorter stem would make one of *lager* (store) and *lag* (team)."""


def folded(name: str) -> str:
    """Give a name without case, accents and signs.

    Examples
    --------
    >>> folded("Almacén  (Norte)"), folded("KUNDE-SENTER"), folded("Kjøp")
    ('almacen norte', 'kunde senter', 'kjop')
    """
    plain = unicodedata.normalize("NFKD", name.casefold().translate(_LETTERS))
    return _SIGNS.sub(" ", "".join(char for char in plain if not unicodedata.combining(char))).strip()


def holds(name: str, words: str) -> bool:
    """Whether a name holds every word that somebody looks for.

    Examples
    --------
    >>> holds("Almacén norte", "NORTE alma"), holds("Almacén norte", "sur")
    (True, False)
    """
    wanted = folded(words).split()
    return not wanted or all(word in folded(name) for word in wanted)


def stems(word: str) -> frozenset[str]:
    """Give a word, and what may be its singular."""
    cut = (word[: -len(ending)] for ending in _PLURALS if word.endswith(ending))
    return frozenset({word, *(stem for stem in cut if len(stem) >= _SHORTEST)})


def is_like(one: str, other: str) -> bool:
    """Whether two folded names differ at most in one or several of what they name.

    Examples
    --------
    >>> is_like("driver", "drivers"), is_like("ventas", "venta"), is_like("lager", "lag"), is_like("kunder", "kunde")
    (True, True, False, True)
    """
    first, second = one.split(), other.split()
    return len(first) == len(second) and all(
        left == right or stems(left) & stems(right) for left, right in zip(first, second, strict=True)
    )
