"""What can go wrong, in plain words. Every message says what to do next."""

from __future__ import annotations

from dataclasses import dataclass

INTERRUPTED = "Query interrupted"
"""What the engine says of itself, as any other error, when it is stopped from the keyboard in the middle of a query."""


class MizzleError(Exception):
    """Something that the person at the keyboard can mend; the message says how.

    The command line prints the message and ends with `exit_code`; it never shows a traceback for one of these.
    """

    exit_code = 2


class UnreadableLog(MizzleError):
    """The file is no event log that mizzle can read: broken, empty, encrypted, hostile or of an unknown kind."""


class UnclearMapping(MizzleError):
    """The file can be read, but not what its columns mean; the message asks the question that decides it."""


@dataclass
class TooManyRejected(MizzleError):
    """More rows were set aside than can be passed over in silence; say yes to them or mend the file.

    Attributes
    ----------
    rejected, rows
        How many rows were set aside, of how many.
    sentence
        The whole message.
    """

    rejected: int
    rows: int
    sentence: str

    def __str__(self) -> str:
        """Give the sentence."""
        return self.sentence


class NoSuchName(MizzleError):
    """A name that was asked for (an activity, a department, a case) is not in the log; the message offers near ones."""


class TooLarge(MizzleError):
    """What was asked for holds more than is told one by one; the message says how much."""
