"""Tables for people to download as CSV, in which no cell is a formula to a spreadsheet."""

from __future__ import annotations

import csv
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

FORMULAS = frozenset(
    "=+-@|%\N{FULLWIDTH EQUALS SIGN}\N{FULLWIDTH PLUS SIGN}\N{FULLWIDTH HYPHEN-MINUS}\N{FULLWIDTH COMMERCIAL AT}"
)
"""What a spreadsheet may take a cell for that begins with it."""
BREAKS = frozenset("\t\r\n")
INSIDE = re.compile(r"([;,\t|\"'\r\n]\s*)(?=[=+\-@])")
"""Where a cell that is split or unquoted once more would begin with a formula."""


class _Echo:
    """A file that gives back what is written to it."""

    def write(self, text: str) -> str:
        return text


def written(lines: Iterable[Sequence[str]]) -> Iterator[str]:
    """Write lines as CSV in which no cell is a formula to a spreadsheet."""
    writer = csv.writer(_Echo(), quoting=csv.QUOTE_ALL)
    yield "\ufeff"
    for line in lines:
        yield writer.writerow([tame(cell) for cell in line])


def tame(cell: str) -> str:
    """Put a mark before whatever in a cell a spreadsheet would take for a formula.

    Examples
    --------
    >>> tame("=1+1"), tame("Ida"), tame("\uff1d1"), tame("Ida; =1")
    ("'=1+1", 'Ida', "'\uff1d1", "Ida; '=1")
    """
    is_formula = cell.lstrip()[:1] in FORMULAS or cell[:1] in BREAKS
    safe = INSIDE.sub(r"\1'", cell)
    return f"'{safe}" if is_formula else safe
