"""Tables as CSV for spreadsheets, in which nothing that somebody wrote can run as a formula."""

from __future__ import annotations

import csv
import re
from typing import TYPE_CHECKING, Any

from django.http import HttpResponse
from django.utils.text import slugify

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

FORMULAS = frozenset(
    "=+-@|%\N{FULLWIDTH EQUALS SIGN}\N{FULLWIDTH PLUS SIGN}\N{FULLWIDTH HYPHEN-MINUS}\N{FULLWIDTH COMMERCIAL AT}"
)
"""What a spreadsheet may take a cell for that begins with it."""
BREAKS = frozenset("\t\r\n")
UNSEEN = " \"'\u00a0\u3000\ufeff\u200b"
"""What may stand before a formula without being seen."""
INSIDE = re.compile(r"([;,\t|\"'\r\n]\s*)(?=[=+\-@])")
"""Where a cell that is split or unquoted once more would begin with a formula."""


def sheet(name: str, lines: Iterable[Iterable[Any]]) -> HttpResponse:
    """Answer with a table as a CSV file of this name."""
    response = HttpResponse("".join(written(lines)), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{slugify(name) or "table"}.csv"'
    return response


def written(lines: Iterable[Iterable[Any]], *, inside: bool = True) -> Iterator[str]:
    """Write lines as CSV in which no text is a formula to a spreadsheet; numbers stay numbers."""
    writer = csv.writer(_Echo(), quoting=csv.QUOTE_NONNUMERIC)
    yield "\ufeff"
    for line in lines:
        yield writer.writerow([tame(cell, inside=inside) if isinstance(cell, str) else cell for cell in line])


def tame(cell: str, *, inside: bool = True) -> str:
    """Put a mark before whatever in a cell a spreadsheet would take for a formula.

    `inside` also looks behind separators and quotes in the cell, where it would begin if it were split once more; a
    cell that must stay as it was, to be checked against a hash, goes without.

    Examples
    --------
    >>> tame("=1+1"), tame("Ida"), tame("\uff1d1"), tame("Ida; =1")
    ("'=1+1", 'Ida', "'\uff1d1", "Ida; '=1")
    """
    is_formula = cell.lstrip().lstrip(UNSEEN)[:1] in FORMULAS or cell[:1] in BREAKS
    safe = INSIDE.sub(r"\1'", cell) if inside else cell
    return f"'{safe}" if is_formula else safe


class _Echo:
    """A file that gives back what is written to it."""

    def write(self, text: str) -> str:
        return text
