"""What texts say: the common vocabulary in use, and what customers' comments are about.

`uptake` counts by unit and never by person. `themes` and `value_kinds` are for comments of customers alone: what staff
write is not for them, and nothing here infers what anybody feels.
"""

from typing import TYPE_CHECKING

from mizzle.lazily import lazily

if TYPE_CHECKING:
    from mizzle.language.friends import friends_and_family
    from mizzle.language.kinds import KINDS, value_kinds
    from mizzle.language.themes import themes
    from mizzle.language.uptake import uptake
    from mizzle.language.vectors import word_vectors
    from mizzle.language.words import forms_of, words_of

__all__ = [
    "KINDS",
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
        "KINDS": "kinds",
        "forms_of": "words",
        "friends_and_family": "friends",
        "themes": "themes",
        "uptake": "uptake",
        "value_kinds": "kinds",
        "word_vectors": "vectors",
        "words_of": "words",
    },
)
