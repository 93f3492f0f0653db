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
    """Somebody else changed the same thing in the meantime; both texts are kept and shown side by side.

    A view need not catch it: see `mizzle_web.page.guard.Refusals`.

    Parameters
    ----------
    theirs
        What stands there now, by the name of the form field.
    version
        The version that stands there now. With it the page can offer to put one's own text in place after all.
    """

    def __init__(self, sentence: str, *, theirs: dict[str, str], version: int | None = None) -> None:
        super().__init__("changed", sentence)
        self.theirs = theirs
        self.version = version
