"""Two or three signs for each department, so that no two of a drawing have the same ones."""

from __future__ import annotations

import re
from collections import Counter
from itertools import combinations, product
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

LETTERS, MOST = 2, 3
LOOKED_AT = 24
"""So many signs of a name are tried."""
NUMBER = re.compile(r"[0-9]+(?=[^0-9]*$)")
SIGNS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def letters_of(names: Iterable[str]) -> dict[str, str]:
    """Give each name two letters of its own; where several names would have the same, each of them up to three signs.

    The same names get the same letters, in whatever order they come.
    """
    ordered = sorted(set(names))
    first = {name: two(name) for name in ordered}
    n_alike = Counter(first.values())
    found = {name: code for name, code in first.items() if n_alike[code] == 1}
    taken = set(found.values())
    for name in ordered:
        if name not in found:
            found[name] = next(code for code in _others(name) if code not in taken)
            taken.add(found[name])
    return found


def two(name: str) -> str:
    """Give two letters for a department: of its first two words, or of its only one."""
    words = _words(name)
    return (words[0][0] + words[1][0] if len(words) > 1 else words[0][:LETTERS]).upper()[:MOST]


def _words(name: str) -> list[str]:
    return [word for word in name.split() if word[0].isalnum()] or [name]


def _others(name: str) -> Iterator[str]:
    """Give all other signs that may stand for a name, the most telling first: its number, then more letters."""
    words = _words(name)
    number = NUMBER.search(name)
    if number:
        digits = number[0]
        yield from (words[0][0].upper()[0] + digits[-LETTERS:], digits[-MOST:])
    letters = [letter for word in words for letter in word if letter.isalnum()]
    begin = [words[0][0], words[1][0]] if len(words) > 1 else letters[:LETTERS]
    after = words[1][1:] if len(words) > 1 else "".join(letters[LETTERS:])
    for more in after[:LOOKED_AT]:
        if more.isalnum():
            yield _joined(*begin, more)
    for pair in combinations(letters[1 : LOOKED_AT + 1], LETTERS):
        yield _joined(*letters[:1], *pair)
    initial = _joined(*begin[:1])[:1]
    yield from (initial + "".join(pair) for pair in product(SIGNS, repeat=LETTERS))
    yield from ("".join(three) for three in product(SIGNS, repeat=MOST))


def _joined(*letters: str) -> str:
    return "".join(letters).upper()[:MOST]
