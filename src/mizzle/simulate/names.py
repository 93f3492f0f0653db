"""Names of people who never were: common given names, and surnames put together from weather, water and trees."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np


@dataclass(frozen=True, slots=True)
class Flavour:
    """How names of one language are made."""

    language: str  # the language that many with such a name read best, where mizzle speaks it; else empty
    share: float  # of all people
    given: str  # with blanks between
    heads: tuple[str, ...]
    tails: tuple[str, ...]
    surnames: int = 1


_POLISH = ("Mgł", "Deszcz", "Jarzęb", "Kłos", "Wierzb", "Strug", "Rosn", "Chmurk", "Zmierzch", "Olsz")
FLAVOURS = (
    Flavour(
        "",
        0.38,
        "Alice Amara Arthur Beth Callum Dalia Edith Erin Fergus George Grace Hugh Iris Jack Joan Kieran "
        "Lewis Maeve Martin Nora Owen Paula Rhys Ruth Sean Simon Tess Una Violet Wendy",
        ("Ash", "Brack", "Drizzle", "Fen", "Hale", "Kel", "Larch", "Mist", "Pen", "Rook", "Sedge", "Thorn", "Wether"),
        ("combe", "den", "field", "holt", "low", "mere", "sby", "wick"),
    ),
    Flavour(
        "es",
        0.14,
        "Alba Ana Carmen Diego Elena Ines Javier Jorge Laura Lucía Manuel Marta Mateo Nuria Pablo Pilar "
        "Raúl Rosa Sergio Teresa",
        ("Arroy", "Brum", "Cald", "Fresn", "Llov", "Nebl", "Olmed", "Roci", "Sierr"),
        ("ales", "ana", "edo", "era", "izo", "uela"),
        surnames=2,
    ),
    Flavour(
        "nb",
        0.14,
        "Anders Astrid Bjørn Eirik Frode Hanne Ingrid Kari Knut Liv Marit Nils Oskar Ragnhild Silje "
        "Sunniva Tone Torvald Trond Åse",
        ("Bjørke", "Dugg", "Elve", "Furu", "Haug", "Lyng", "Nes", "Regn", "Skodde", "Tåke"),
        ("bakk", "dokken", "heia", "lia", "mo", "myr", "tveit", "vang"),
    ),
    Flavour(
        "",
        0.08,
        "Agnieszka Anna Barbara Dorota Ewa Hanna Iwona Joanna Katarzyna Magda Monika Zofia",
        _POLISH,
        ("ecka", "ewicz", "niak", "owska"),
    ),
    Flavour(
        "",
        0.08,
        "Adam Bartosz Dawid Grzegorz Jan Krzysztof Marek Paweł Piotr Rafał Tomasz Wojciech",
        _POLISH,
        ("ecki", "ewicz", "niak", "owski"),
    ),
    Flavour(
        "",
        0.09,
        "Abdi Ayaan Cabdi Faadumo Guled Hodan Ifrah Ismahan Jamal Khadra Liban Mahad Sahra Yusuf",
        ("Buur", "Ceel", "Dood", "Geed", "Gu", "Hir", "Roob", "Webi"),
        ("aale", "dheer", "doon", "sade", "weyn", "yare"),
    ),
    Flavour(
        "",
        0.09,
        "An Bình Chi Dũng Giang Hà Hạnh Hoa Khoa Lan Linh Mai Minh Nam Phúc Quỳnh Thảo Tuấn",
        ("Biển", "Đồi", "Mây", "Mưa", "Rừng", "Sông", "Suối", "Sương"),
        (" An", " Bạch", " Hồng", " Lam", " Thanh", " Xuân"),
    ),
)
"""Every way in which names are made; their shares make one."""

_LETTERS = str.maketrans({"ł": "l", "Ł": "L", "ø": "o", "Ø": "O", "đ": "d", "Đ": "D"})


def draw(rng: np.random.Generator) -> tuple[str, str]:
    """Draw a name, and the language in which its bearer reads mizzle (empty: that of the company)."""
    flavour = FLAVOURS[int(rng.choice(len(FLAVOURS), p=[one.share for one in FLAVOURS]))]
    words = [_one(rng, flavour.given.split())]
    words += [_one(rng, flavour.heads) + _one(rng, flavour.tails) for _ in range(flavour.surnames)]
    reads_it = rng.random() < 0.6  # noqa: PLR2004 - a guess: more than half prefer their first language
    return " ".join(words), flavour.language if reads_it else ""


def _one(rng: np.random.Generator, parts: Sequence[str]) -> str:
    return parts[int(rng.integers(len(parts)))]


def in_address(name: str) -> str:
    """Write a name as it stands before the @ of an e-mail address: ASCII, with dots."""
    plain = unicodedata.normalize("NFKD", name.translate(_LETTERS)).encode("ascii", "ignore").decode()
    return plain.lower().replace(" ", ".")
