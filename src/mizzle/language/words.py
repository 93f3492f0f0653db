"""Words of a text, the forms in which a word may stand, and the words that carry no meaning."""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING

from mizzle.errors import MizzleError

if TYPE_CHECKING:
    from collections.abc import Sequence

LANGUAGES = ("en", "es", "nb")
"""English, Spanish, Norwegian (bokmål)."""

_WORD = re.compile(r"[^\W\d_]+(?:['\u2019][^\W\d_]+)*")
_ACCENTS = dict.fromkeys(map(ord, "\u0300\u0301"))
VOWELS = "aeiouyæøå"
HISSING = ("s", "x", "z", "ch", "sh")
SHORT = 3
"""Words of fewer letters have no other forms: too many words would look like one."""


def folded(text: str) -> str:
    """Write a text so that words compare: small letters, no acute or grave accents; ñ, å, æ and ø stay.

    Parameters
    ----------
    text
        Any text.

    Returns
    -------
    str
        The same text, folded.

    Examples
    --------
    >>> folded("Atención al NIÑO på Røros")
    'atencion al niño på røros'
    """
    if text.isascii():
        return text.lower()
    apart = unicodedata.normalize("NFD", text).translate(_ACCENTS)
    return unicodedata.normalize("NFC", apart).lower()


def words_of(text: str) -> list[str]:
    """Cut a text into its words, folded; numbers and signs are left out.

    Parameters
    ----------
    text
        Any text.

    Returns
    -------
    list of str
        In their order. An apostrophe and what follows it falls away: ``customer's`` is ``customer``, ``don't`` is
        ``don``.

    Examples
    --------
    >>> words_of("The customer's 2nd wait: Señal de atención!")
    ['the', 'customer', 'nd', 'wait', 'señal', 'de', 'atencion']
    """
    return [word.partition("'")[0].partition("\u2019")[0] for word in _WORD.findall(folded(text))]


def as_written(text: str) -> list[str]:
    """Give the words of `words_of` with their accents, in small letters.

    Parameters
    ----------
    text
        Any text.

    Returns
    -------
    list of str
        One for each word of `words_of`.

    Examples
    --------
    >>> as_written("La Atención")
    ['la', 'atención']
    """
    found = _WORD.findall(unicodedata.normalize("NFC", text).lower())
    return [word.partition("'")[0].partition("\u2019")[0] for word in found]


def forms_of(word: str, languages: Sequence[str] = LANGUAGES) -> frozenset[str]:
    """List the forms in which a word of the vocabulary may stand in a text, by a rule that fits on a page.

    Parameters
    ----------
    word
        One word as a dictionary has it: a noun in the singular, a verb in the infinitive.
    languages
        Whose endings are tried: ``"en"``, ``"es"``, ``"nb"``.

    Returns
    -------
    frozenset of str
        Folded forms; the word itself among them.

    Raises
    ------
    MizzleError
        For a language that has no rule.

    Notes
    -----
    Formula: English: -s (-es after s, x, z, ch, sh; y after a consonant becomes -ies, -ied), -ed, -ing and -er without
    a silent e, the last consonant also doubled after a single vowel. Spanish: -s after a vowel, -es after a consonant,
    z becomes -ces; -o also -a, -os, -as; an infinitive (-ar, -er, -ir) takes the regular endings of present, past,
    participle and gerund; accents do not count. Norwegian: -en, -et, -er, -ene, -e, -a, -t, -s, and after -e: -n, -t,
    -r, -ne, -de, -te; each also with the genitive -s.

    Assumes: regular words. An irregular form (went, fui, menn) is a word of its own in the vocabulary.

    Missing data: an empty word has no forms.

    Interval: none; nothing is estimated.

    Not for: words of fewer than three letters, which stand only as they are.

    References
    ----------
    mizzle's own rule; the tests list what it takes and what it leaves.

    Examples
    --------
    >>> sorted(forms_of("promise", ["en"]))
    ['promise', 'promised', 'promiser', 'promises', 'promising']
    >>> {"løftet", "løfter", "løftene"} <= forms_of("løfte", ["nb"])
    True
    >>> "promesas" in forms_of("promesa", ["es"]), "señales" in forms_of("señal", ["es"])
    (True, True)
    """
    one = folded(word.strip())
    if not one:
        return frozenset()
    found = {one}
    for language in languages:
        if language not in _RULES:
            raise MizzleError(f"There is no rule for words in {language!r}. The languages are en, es and nb.")
        if len(one) >= SHORT:
            found |= _RULES[language](one)
    return frozenset(found)


def _english(word: str) -> set[str]:
    last, before = word[-1], word[-2]
    if last == "e":
        stem, plural = word[:-1], f"{word}s"
        return {plural, f"{stem}ed", f"{stem}ing", f"{stem}er"}
    if last == "y" and before not in VOWELS:
        return {f"{word[:-1]}ies", f"{word[:-1]}ied", f"{word}ing"}
    found = {f"{word}{'es' if word.endswith(HISSING) else 's'}", f"{word}ed", f"{word}ing", f"{word}er"}
    if last not in VOWELS + "wx" and before in VOWELS and word[-3] not in VOWELS:
        found |= {f"{word}{last}{ending}" for ending in ("ed", "ing", "er")}
    return found


_REGULAR = {
    "ar": "o as a amos ais an e aste asteis aron ado ada ados adas ando",
    "er": "o es e emos eis en i iste io imos isteis ieron ido ida idos idas iendo",
    "ir": "o es e imos is en i iste io isteis ieron ido ida idos idas iendo",
}


def _spanish(word: str) -> set[str]:
    last = word[-1]
    if last == "z":
        return {f"{word[:-1]}ces"}
    found = {f"{word}s"} if last in VOWELS else {f"{word}es"}
    if last == "o":
        found |= {f"{word[:-1]}{ending}" for ending in ("a", "os", "as")}
    if word[-2:] in _REGULAR and len(word) > SHORT:
        found |= {word[:-2] + ending for ending in _REGULAR[word[-2:]].split()}
    return found


def _norwegian(word: str) -> set[str]:
    endings = "n t r ne de te" if word[-1] == "e" else "en et er ene e a t"
    found = {word + ending for ending in endings.split()}
    if word[-1] == "e":
        found |= {word[:-1] + "a", word[:-1] + "er"}
    return found | {f"{one}s" for one in (word, *found)}


_RULES = {"en": _english, "es": _spanish, "nb": _norwegian}


_ENDINGS = {
    "en": ("ings", "edly", "ing", "ied", "ies", "ed", "es", "ly", "s", "y", "e"),
    "es": (
        "amente",
        "mente",
        "iendo",
        "ieron",
        "aron",
        "ando",
        "ado",
        "ada",
        "ido",
        "ida",
        "ar",
        "er",
        "ir",
        "es",
        "os",
        "as",
        "a",
        "o",
        "e",
        "s",
    ),
    "nb": (
        "enes",
        "ene",
        "ers",
        "ets",
        "ens",
        "ete",
        "ede",
        "er",
        "en",
        "et",
        "te",
        "de",
        "es",
        "e",
        "a",
        "t",
        "s",
        "n",
        "r",
    ),
}


@lru_cache(maxsize=1 << 16)
def stem_of(word: str, language: str) -> str:
    """Cut the ending off a folded word, so that its forms count as one; at least three letters are left.

    Parameters
    ----------
    word
        A folded word.
    language
        ``"en"``, ``"es"`` or ``"nb"``; a word of another language stays as it is.

    Returns
    -------
    str
        What the forms of the word begin with; not a word itself.

    Examples
    --------
    >>> stem_of("waiting", "en"), stem_of("esperado", "es"), stem_of("ventet", "nb")
    ('wait', 'esper', 'vent')
    """
    for ending in _ENDINGS.get(language, ()):
        if word.endswith(ending) and len(word) - len(ending) >= SHORT:
            return word[: -len(ending)]
    return word


def likely_language(words: Sequence[str]) -> str:
    """Say in which language a text probably is: that of which it has the most words without a meaning of their own.

    Parameters
    ----------
    words
        The folded words of a text.

    Returns
    -------
    str
        ``"en"``, ``"es"`` or ``"nb"``; English where none of the three is more likely.

    Examples
    --------
    >>> likely_language(words_of("Tuvimos que esperar mucho")), likely_language(words_of("Det var lang ventetid"))
    ('es', 'nb')
    """
    found = {*words}
    return max(LANGUAGES, key=lambda language: len(found & stop_words(language)))


@cache
def stop_words(language: str) -> frozenset[str]:
    """Give the words of a language that carry no meaning of their own: articles, pronouns, small verbs.

    Parameters
    ----------
    language
        ``"en"``, ``"es"`` or ``"nb"``.

    Returns
    -------
    frozenset of str
        Folded words; empty for another language.

    Examples
    --------
    >>> "the" in stop_words("en"), "staff" in stop_words("en")
    (True, False)
    """
    path = files("mizzle.language") / "stop" / f"{language}.txt"
    return frozenset(folded(path.read_text("utf-8")).split()) if language in LANGUAGES else frozenset()
