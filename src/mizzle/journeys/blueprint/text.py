"""Words, numbers and the width of text for the drawing: what fits into a box, and how a longer name is cut."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import lru_cache

ELLIPSIS = "…"
THIN = "\u202f"  # a narrow space that does not break: between a number and its unit
MINUTES, DAY, TWO_DAYS = 60, 24, 48
JOINER = "\u200d"
NARROW, WIDE = "iljtfrI.,:;'|!()[]{} ", "mwMW@%—…"


@dataclass(frozen=True, slots=True)
class Words:
    """Everything the drawing says in one language. Names of departments and activities come from the log.

    Parameters
    ----------
    decimal, thousands
        The signs of that language in numbers.
    hour, minute, days
        The units, after a thin space.
    customer, line, order
        Name of the uppermost lane, of the line of visibility, and of the direction of the drawing.
    lane, lane_without_hours, unheard, few
        What stands under the name of a department: its distance, the same where its hours are not known, that no
        perception point follows its work, or that too few cases tell of it.
    title, described, contacts, no_contacts, way, wait, left_out
        Sentences of the text alternative.
    step
        One step: a department and its activity.
    """

    decimal: str = "."
    thousands: str = ","
    hour: str = "h"
    minute: str = "min"
    days: str = "days"
    percent: str = "{n}\u202f%"
    customer: str = "Customer"
    line: str = "line of visibility"
    order: str = "usual order of the work"
    lane: str = "{handovers} handovers, {hours}"
    lane_without_hours: str = "{handovers} handovers"
    unheard: str = "no perception point follows"
    few: str = "too few cases"
    title: str = "Service blueprint"
    described: str = "{departments} departments in lanes, the nearest to the customer first: {names}."
    contacts: str = "The customer sees, hears or feels: {names}."
    no_contacts: str = "No perception point is drawn."
    way: str = "The most frequent way through: {names}."
    wait: str = "The longest wait drawn, {hours} at the median, lies between {source} and {target}."
    left_out: str = (
        "Drawn: {lanes} of {lanes_total} departments, {nodes} of {nodes_total} activities,"
        " {edges} of {edges_total} steps between them."
    )
    step: str = "{department}: {activity}"

    def number(self, value: float, digits: int = 1) -> str:
        """Write a number with at most `digits` decimals in this language."""
        text = f"{value:,.{digits}f}"
        if digits:
            text = text.rstrip("0").rstrip(".")
        text = "0" if text == "-0" else text
        return text.replace(",", "\0").replace(".", self.decimal).replace("\0", self.thousands).replace("-", "\u2212")

    def fixed(self, value: float, digits: int = 1) -> str:
        """Write a number with exactly `digits` decimals in this language, for figures under each other."""
        text = f"{value:,.{digits}f}"
        return text.replace(",", "\0").replace(".", self.decimal).replace("\0", self.thousands).replace("-", "\u2212")

    def duration(self, hours: float) -> str:
        """Write hours in the unit that reads best: minutes below one hour, days from 48 hours on."""
        if hours > 0 and round(hours * MINUTES) < MINUTES:
            return f"{max(1, round(hours * MINUTES))}{THIN}{self.minute}"
        if hours < TWO_DAYS:
            return f"{self.number(hours)}{THIN}{self.hour}"
        days = hours / DAY
        return f"{self.number(days, 1 if days < 10 else 0)}{THIN}{self.days}"  # noqa: PLR2004 - 9.5 days, but 31 days

    def share(self, share: float) -> str:
        """Write a share of 0 to 1 in per cent; a share above nothing never reads as nothing."""
        if 0 < share < 0.005:  # noqa: PLR2004 - half a per cent would round to nothing
            return self.percent.format(n="<" + THIN + "1")
        return self.percent.format(n=self.number(100 * share, 0))


ENGLISH = Words()


def clean(name: str) -> str:
    r"""Make a name from a log safe to write: no control or direction-changing characters, spaces single.

    Examples
    --------
    >>> clean("Call\tback \u202eevil")
    'Call back evil'
    """
    kept = (" " if char.isspace() else "" if _unwanted(char) else char for char in name)
    return " ".join("".join(kept).split()) or "—"


def _unwanted(char: str) -> bool:
    category = unicodedata.category(char)
    if category == "Cf":
        return char not in {JOINER, "\u200c", "\u00ad"}  # joiners shape letters and emoji; the rest turns text around
    return category in {"Cc", "Cs", "Cn", "Co"}


@lru_cache(maxsize=4096)
def width(text: str, size: float, *, bold: bool = False) -> float:
    """Estimate how wide a text is in pixels: generous, since nobody measures the font of the reader."""
    return sum(_em(char) for char in text) * size * (1.06 if bold else 1.0)


def _em(char: str) -> float:
    if unicodedata.combining(char) or unicodedata.category(char) in {"Cf", "Mn", "Me"}:
        return 0.0
    if unicodedata.east_asian_width(char) in {"W", "F"}:
        return 1.05
    if char in NARROW:
        return 0.31
    if char in WIDE:
        return 0.86
    if char.isupper():
        return 0.62
    return 0.54 if char.isascii() else 0.64


def clusters(text: str) -> list[str]:
    """Split a text where it may be cut: marks, joiners and the parts of an emoji stay with their letter."""
    parts: list[str] = []
    for char in text:
        joins = bool(unicodedata.combining(char)) or unicodedata.category(char) in {"Cf", "Mn", "Me", "Mc"}
        skin = "\U0001f3fb" <= char <= "\U0001f3ff"
        flag = _is_flag(char) and bool(parts) and len(parts[-1]) == 1 and _is_flag(parts[-1])
        if parts and (joins or skin or flag or parts[-1].endswith(JOINER)):
            parts[-1] += char
        else:
            parts.append(char)
    return parts


def _is_flag(char: str) -> bool:
    return "\U0001f1e6" <= char <= "\U0001f1ff"


def shorten(text: str, size: float, room: float, *, bold: bool = False) -> str:
    """Cut a text so that it fits into `room` pixels, with an ellipsis where something is missing."""
    if width(text, size, bold=bold) <= room:
        return text
    parts = clusters(text)[: int(room)]  # no letter is narrower than a pixel
    while parts and width("".join(parts) + ELLIPSIS, size, bold=bold) > room:
        parts.pop()
    return "".join(parts).rstrip(" -,.:;") + ELLIPSIS


def wrap(text: str, size: float, room: float, lines: int, *, bold: bool = False) -> tuple[str, ...]:
    """Set a text in at most `lines` lines of `room` pixels, cutting what does not fit.

    Examples
    --------
    >>> wrap("Plan the route", 13.5, 70, 2)
    ('Plan the', 'route')
    """
    done: list[str] = []
    line = ""
    for word in _words(text, size, room, bold=bold):
        longer = f"{line} {word}" if line else word
        if width(longer, size, bold=bold) <= room:
            line = longer
        else:
            done.append(line)
            line = word
    done.append(line)
    if len(done) <= lines:
        return tuple(done)
    rest = " ".join(done[lines - 1 :]).replace("- ", "")
    return (*done[: lines - 1], shorten(rest, size, room, bold=bold))


def _words(text: str, size: float, room: float, *, bold: bool) -> list[str]:
    """Split at spaces, and break words that are wider than a line."""
    pieces: list[str] = []
    for word in text.split(" "):
        piece = ""
        for part in clusters(word) if width(word, size, bold=bold) > room else [word]:
            if piece and width(piece + part + "-", size, bold=bold) > room:
                pieces.append(piece + ("-" if piece[-1].isalpha() and part[0].isalpha() else ""))
                piece = ""
            piece += part
        pieces.append(piece)
    return pieces
