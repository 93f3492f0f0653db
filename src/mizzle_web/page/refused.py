"""The refusal of an action: what cannot be done, in a sentence that says what to do instead."""

from __future__ import annotations


class Refused(Exception):
    """An action that was refused.

    Parameters
    ----------
    code
        A short name for machines, as ``last_owner``; part of the API.
    sentence
        What is wrong and what to do, in the language of the person.
    field
        Name of the form field it is about, where there is one.
    """

    def __init__(self, code: str, sentence: str, *, field: str | None = None) -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence
        self.field = field


class Changed(Refused):
    """Somebody else changed the same thing in the meantime; both texts are kept and shown side by side."""

    def __init__(self, sentence: str, *, theirs: dict[str, str]) -> None:
        super().__init__("changed", sentence)
        self.theirs = theirs
