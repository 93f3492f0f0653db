"""What texts say: the common vocabulary in use, and what customers' comments are about.

`uptake` counts by unit and never by person. `themes` and `value_kinds` are for comments of customers alone: what staff
write is not for them, and nothing here infers what anybody feels.
"""

from typing import TYPE_CHECKING

from mizzle.lazily import lazily

if TYPE_CHECKING:
    from mizzle.language.friends import FriendsAndFamily, friends_and_family
    from mizzle.language.kinds import Suggestion, ValueKinds, value_kinds
    from mizzle.language.themes import Theme, Themes, themes
    from mizzle.language.uptake import UnitUptake, Uptake, uptake
    from mizzle.language.vectors import NoVectors, word_vectors
    from mizzle.language.words import forms_of, words_of

__all__ = [
    "FriendsAndFamily",
    "NoVectors",
    "Suggestion",
    "Theme",
    "Themes",
    "UnitUptake",
    "Uptake",
    "ValueKinds",
    "forms_of",
    "friends_and_family",
    "themes",
    "uptake",
    "value_kinds",
    "word_vectors",
    "words_of",
]

lazily(
    __name__,
    {
        "FriendsAndFamily": "friends",
        "NoVectors": "vectors",
        "Suggestion": "kinds",
        "Theme": "themes",
        "Themes": "themes",
        "UnitUptake": "uptake",
        "Uptake": "uptake",
        "ValueKinds": "kinds",
        "forms_of": "words",
        "friends_and_family": "friends",
        "themes": "themes",
        "uptake": "uptake",
        "value_kinds": "kinds",
        "word_vectors": "vectors",
        "words_of": "words",
    },
)
