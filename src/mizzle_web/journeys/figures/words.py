"""What `mizzle` says of a log, in the language of the reader.

The measures speak English alone, in whole sentences. Those that people meet are known here by their pattern, and said
again in words of the house; names, dates and numbers go over as they are. A sentence that is not known stays English,
and is marked as such, so that a screen reader reads it rightly.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _

from mizzle_web.journeys.figures import said
from mizzle_web.journeys.models import NAME

if TYPE_CHECKING:
    from django.utils.safestring import SafeString
    from django_stubs_ext import StrPromise

    Known = tuple[str, StrPromise]


class Piece(NamedTuple):
    """Some words, and whether they stayed English."""

    text: str
    is_english: bool = False


N = r"[\d,]+"
P = r"\d+%"

REFUSED: tuple[Known, ...] = (
    (r"(?P<file>.+) is empty\. Export.*", _("%(file)s is empty. Export the log again.")),
    (
        r"(?P<file>.+) is damaged: its gzip compression.*",
        _("%(file)s is damaged: it cannot be unpacked. Copy or export it again."),
    ),
    (
        r"(?P<file>.+?) (?:breaks off: .*|ends .*: the rest of the file is missing\. .*)",
        _("%(file)s breaks off: its end is missing. Copy or export it again, and send it once more."),
    ),
    (
        rf"(?P<file>.+) expands to more than (?P<n>{N}) times its size.*",
        _("%(file)s unpacks to more than %(n)s times its size, as no log does. It was not read any further."),
    ),
    (
        r"(?P<file>.+) (?:unpacks to .* bytes|holds a part too large|holds far more parts).*",
        _("%(file)s unpacks to far more than a workbook holds. Export the log as CSV."),
    ),
    (
        r"(?P<file>.+) is protected by a password.*",
        _("%(file)s is protected by a password. Open it in Excel, save it without one, and send that."),
    ),
    (
        r"(?P<file>.+) is (?:a workbook of an old Excel|a binary Excel workbook|an OpenDocument file).*",
        _("%(file)s is a workbook of an old or other form. Open it and save it as .xlsx or CSV."),
    ),
    (
        r"(?P<file>.+) is (?P<what>an? [\w ]+), not an event log; .*",
        _("%(file)s is %(what)s, and no event log. Export the log as CSV, Excel (.xlsx), Parquet, XES or OCEL."),
    ),
    (
        r"(?P<file>.+) is (?P<what>an? [\w ]*archive(?: inside another)?)\. Unpack.*",
        _("%(file)s is packed. Unpack it, and send the log that is inside."),
    ),
    (
        r"(?P<file>.+) is \S+ inside gzip\. .*",
        _("%(file)s is packed twice. Unpack it once, and send the result."),
    ),
    (
        r"(?P<file>.+) is not text and of no kind.*",
        _("%(file)s is of no kind that mizzle knows. Export the log as CSV, Excel (.xlsx), Parquet, XES or OCEL."),
    ),
    (
        r"(?P<file>.+) looks like plain text.*",
        _("%(file)s is plain text without columns. Export the log as a table, with one row for each event."),
    ),
    (
        r"(?P<file>.+) (?:has not one row that can be read|begins with nothing but empty lines).*",
        _("%(file)s has no row in it. Export it again with its events."),
    ),
    (
        rf"(?P<file>.+) is not a table: its first line has more than (?P<n>{N}) bytes.*",
        _("%(file)s is no table: its first line has more than %(n)s bytes. Export it with one line for each event."),
    ),
    (
        r"(?P<file>.+) is not a table: a quote in its first line.*",
        _("In the first line of %(file)s a quotation mark is never closed. Mend that line."),
    ),
    (
        rf"(?P<file>.+) (?:is not a table of events: it )?has more than (?P<n>{N}) (?:columns|different attributes).*",
        _("%(file)s has more than %(n)s columns, as no log has. Export it with one row for each event."),
    ),
    (
        r"The first line of (?P<file>.+) is an event .*",
        _("%(file)s begins with an event where the names of the columns should be. Write a line of names above."),
    ),
    (
        r"The first line of (?P<file>.+) does not name the columns.*",
        _("The first line of %(file)s does not name the columns. Let the file begin with the line of names."),
    ),
    (
        r"(?P<file>.+) is (?:not a workbook that can be read|damaged \().*",
        _("%(file)s is damaged. Open it in Excel and save it again, or export the log as CSV."),
    ),
    (
        r"(?P<file>.+) is not a Parquet file that can be read.*",
        _("%(file)s is damaged, encrypted or breaks off. Copy or export it again."),
    ),
    (
        r"(?:The file contains entity definitions|(?P<file>.+) declares entities inside).*",
        _("The file defines entities, which a log does not need and which can be an attack. It was not read."),
    ),
    (
        r"(?P<file>.+) is not well-formed (?P<form>XML|JSON).*",
        _("%(file)s is broken: it is no %(form)s that can be read. Export it again."),
    ),
    (
        r"(?P<file>.+) is XML, but .*",
        _("%(file)s is XML, and no event log. Export the log as XES or OCEL."),
    ),
    (
        r"(?P<file>.+) is not an event log in JSON.*",
        _("%(file)s is JSON, and no event log. Export the log as OCEL 2.0."),
    ),
    (
        r"(?P<file>.+) is an? (?:XES|OCEL) log without .*",
        _("%(file)s has no event in it. Export it again with its events."),
    ),
    (r"(?P<file>.+) is OCEL 1\.0\..*", _("%(file)s is OCEL 1.0. Convert it to OCEL 2.0, and send that.")),
    (r"Not one event could be read.*", _("Not one event could be read.")),
    (
        r"(?:There is no file|.+ may not be read by you|.+ cannot be opened).*",
        _("The file is no longer there, or may not be read. Bring it once more."),
    ),
    (
        r"This file is part of the journey already: (?P<file>.+)\.",
        _("This very file is part of the journey already, as %(file)s. Nothing is taken in twice."),
    ),
    (
        r"The file was not imported within 30 days.*",
        _("The file was not imported within 30 days, so it was deleted. Bring it again."),
    ),
)
"""Why a file is no log."""

ASKED: tuple[Known, ...] = (
    (
        r"(?P<names>.+) could each say .*",
        _("Several columns could be it: %(names)s. Choose one."),
    ),
    (
        r"No column of this file holds times.*",
        _("No column holds times, so this may be no event log. Choose the column of times, or export it with them."),
    ),
    (
        r"Each row of this file seems to be a case of its own: (?P<name>.+?) never repeats\..*",
        _(
            "Each row seems to be a case of its own: %(name)s never repeats. A log has a row for each step of a case."
            " Choose the column that ties steps together, or export the history of the cases."
        ),
    ),
    (r"No column seems to say which order.*", _("No column is plainly the case: one whose values come back.")),
    (
        r"No column says when it was done: (?P<names>.+) holds? one time for each case.*",
        _("%(names)s: one time for each case, not for each event. Choose the column with the time of each step."),
    ),
    (r"No column says clearly .*", _("No column says this clearly. Choose one.")),
    (
        r"Is (?P<text>\S+) in column (?P<name>.+) the .+ or the .+\? Say.*",
        _("Does %(text)s in the column %(name)s begin with the day or with the month?"),
    ),
    (
        r"Column (?P<name>.+) mixes orders of day and month.*",
        _("The column %(name)s mixes orders of day and month. Say which holds; rows of another one are set aside."),
    ),
    (r"Column (?P<name>.+) is empty, so.*", _("The column %(name)s is empty. Choose another one.")),
    (
        r"Most of column (?P<name>.+?) cannot be read as times.*",
        _("Most of the column %(name)s cannot be read as times. Choose another one, or mend the file."),
    ),
    (r"There is no time zone called .*", _("There is no such time zone. Choose another one.")),
    (
        r"The file has no column called '(?P<name>.+?)'\..*|The file has no column called \"(?P<other>.+?)\"\..*",
        _("The file has no column %(name)s%(other)s any more. Choose another one."),
    ),
    (r"There is no column called .*", _("The file no longer has this column. Choose another one.")),
    (r"Every log needs a column for .*", _("Every log needs this. Choose a column.")),
    (r"Which kind of object is the case.*", _("Which kind of object is the case?")),
    (r".+ has no objects of the type .*", _("The file has no objects of this kind any more. Choose another one.")),
    (r".+ has no sheet called .*", _("The workbook has no such sheet any more. Choose another one.")),
    (r".+ holds no data\. .*", _("This sheet holds no data. Choose another one, or send another file.")),
    (
        r"The first row of sheet (?P<name>.+) in .+ does not name the columns.*",
        _("The first row of the sheet %(name)s does not name the columns. Choose another sheet, or mend the file."),
    ),
    (
        rf"The log has more than (?P<n>{N}) activities.*",
        _("The column has more than %(n)s different values, so it says no activities. Choose a coarser one."),
    ),
    (
        rf"The log has more than (?P<n>{N}) departments.*",
        _("The column has more than %(n)s different values, so it names no departments. Choose a coarser one."),
    ),
    (
        rf"The log has more than (?P<n>{N}) events in one case.*",
        _("More than %(n)s events belong to one case, so the column is no case. Choose one with more values."),
    ),
    (
        rf"The log has more than (?P<n>{N}) MB in one case.*",
        _("More than %(n)s MB belong to one case, so the column is no case. Choose one with more values."),
    ),
    (
        rf"The column for the \w+ holds a name of (?P<n>{N}) letters.*",
        _("The column holds a name of %(n)s letters; %(most)s are the most. Choose another one."),
    ),
    (
        r"The column for the \w+ holds signs that are no letters.*",
        _("The column holds signs that are no letters. Choose another one, or mend the file."),
    ),
    (
        rf"Not one of the (?P<n>{N}) rows can be read: .*",
        _("Not one of the %(n)s rows can be read in this way. See why in each, or choose other columns."),
    ),
)
"""What is asked about the columns of a file."""

WHY: tuple[Known, ...] = (
    (r"named on the command line", _("chosen by hand")),
    (r"the standard of (?P<form>.+) says so", _("the standard of %(form)s says so")),
    (r"its name says so", _("its name says so")),
    (r"its name points to it", _("its name points to it")),
    (r"by its content", _("by its content")),
    (
        rf"(?P<n>{N}) values in the first (?P<m>{N}) rows",
        _("%(n)s different values in the first %(m)s rows"),
    ),
    (rf"it moves on within (?P<p>{P}) of the cases", _("it moves on within %(p)s of the cases")),
    (r"read as times", _("its values are times")),
    (r"never before (?P<name>.+)", _("never before %(name)s")),
    (r"(?:never|not) after (?P<name>.+)", _("not after %(name)s")),
    (r"no column says when an event began", _("no column says when an event began")),
    (
        rf"(?P<n>{N}) values, which change within (?P<p>{P}) of the cases",
        _("%(n)s different values, which change within %(p)s of the cases"),
    ),
    (
        rf"(?P<n>{N}) values, which change more seldom than the activity",
        _("%(n)s different values, which change more seldom than the activity"),
    ),
    (rf"(?P<n>{N}) values", _("%(n)s different values")),
    (r"kept as pseudonyms only", _("kept as pseudonyms only")),
    (
        r"no column says which person or machine did it",
        _("no column says which person or machine did it"),
    ),
    (r"left open: .*", _("several columns could be it, and no figure needs it")),
    (
        r"(?P<name>.+) is the same for all events of a case, so.*",
        _("the same for all events of a case, so it cannot say when each was done"),
    ),
    (
        rf"(?P<name>.+) changes within only (?P<p>{P}) of the cases, so.*",
        _("changes within only %(p)s of the cases, so it cannot say when each event was done"),
    ),
    (
        r"(?P<name>.+) holds times, but its name does not say.*",
        _("holds times, but its name does not say that they are beginnings"),
    ),
    (
        rf"(?P<name>.+) is after (?P<other>.+) in (?P<p>{P}) of the rows",
        _("after %(other)s in %(p)s of the rows"),
    ),
    (r".+, and mizzle keeps no one's name", _("it is about people, and mizzle keeps nobody's name")),
    (
        rf"columns with few values \((?P<n>{N}) to (?P<m>{N})\), none about a person",
        _("columns with few values (%(n)s to %(m)s), none about a person"),
    ),
)
"""Why a column was taken for something, or was left out."""

ROWS: tuple[Known, ...] = (
    (r"no case", _("no case")),
    (r"no activity", _("no activity")),
    (r"no time", _("no time")),
    (r"unreadable time", _("a time that cannot be read")),
    (r"unreadable time: (?P<text>.*)", _("a time that cannot be read: %(text)s")),
    (r"end before start", _("the end lies before the start")),
    (r"end before start: .*", _("the end lies before the start")),
    (r"wrong number of cells", _("a wrong number of cells")),
    (
        rf"wrong number of cells: (?P<n>{N}) instead of (?P<m>{N})",
        _("a wrong number of cells: %(n)s instead of %(m)s"),
    ),
    (r"field too long", _("a cell that is too long")),
    (r"row too long", _("a row that is too long")),
    (r"unreadable characters", _("signs that cannot be read")),
    (r"NUL byte in the row", _("signs that are no letters")),
    (r"a quote is never closed", _("a quotation mark is never closed")),
    (r"lifecycle transition.*", _("a step that is no work, as the planning of a task")),
)
"""Why a row was set aside."""

NOTES: tuple[Known, ...] = (
    (r"encoding: (?P<name>.+)", _("encoding: %(name)s")),
    (r"separator: comma.*", _("separator: comma")),
    (r"separator: semicolon.*", _("separator: semicolon")),
    (r"separator: tab.*", _("separator: tab")),
    (r"separator: (?P<name>.+)", _("separator: %(name)s")),
    (r"sheet: (?P<name>.+)", _("sheet: %(name)s")),
    (r"other sheets: (?P<names>.+)", _("other sheets: %(names)s")),
    (rf"rows: (?P<n>{N})", _("rows: %(n)s")),
    (r"objects: (?P<names>.+)", _("objects: %(names)s")),
    (r"extensions: (?P<names>.+)", _("extensions: %(names)s")),
    (
        r"column (?P<name>.+) has no name: called (?P<other>.+)",
        _("column %(name)s has no name and is called %(other)s"),
    ),
)
"""What was found out about a file."""

KINDS = {
    "a PDF": _("a PDF"),
    "an image": _("an image"),
    "a text document": _("a text document"),
    "a program": _("a program"),
    "an encrypted Parquet file": _("an encrypted Parquet file"),
    "a Word document": _("a Word document"),
    "a presentation": _("a presentation"),
    "an old Office document": _("an old Office document"),
    "a web page": _("a web page"),
}
"""What else a file may be."""


@cache
def _patterns(known: tuple[Known, ...]) -> tuple[tuple[re.Pattern[str], StrPromise], ...]:
    return tuple((re.compile(pattern, re.DOTALL), text) for pattern, text in known)


def _find(sentence: str, known: tuple[Known, ...]) -> str | None:
    for pattern, text in _patterns(known):
        found = pattern.fullmatch(sentence)
        if found:
            given = {name: _said(name, value or "") for name, value in found.groupdict().items()}
            return str(text) % (given | {"most": _number(NAME)})
    return None


def _said(name: str, value: str) -> str:
    if name in ("n", "m") and value:
        return _number(int(value.replace(",", "")))
    if name == "p":
        return said.tongue().share(int(value.removesuffix("%")) / 100)
    return str(KINDS.get(value, value)) if name == "what" else value


def _number(n: int) -> str:
    return said.tongue().number(n, 0)


def reason(sentence: str) -> tuple[Piece, ...]:
    """Say why a file is no log, or what is asked about its columns."""
    found = _find(sentence, REFUSED + ASKED)
    return (Piece(sentence, is_english=True),) if found is None else (Piece(found),)


def why(reasons: str) -> tuple[Piece, ...]:
    """Say why a column was taken for something: several reasons with semicolons between."""
    whole = _find(reasons, WHY)
    if whole is not None:
        return (Piece(whole),)
    parts = []
    for one in reasons.split("; "):
        found = _find(one, WHY)
        parts.append(Piece(one, is_english=True) if found is None else Piece(found))
    return tuple(parts)


def row(told: str) -> str:
    """Say why a row was set aside."""
    return _find(told, ROWS) or told


def note(told: str) -> tuple[Piece, ...]:
    """Say what was found out about a file."""
    found = _find(told, NOTES)
    return (Piece(told, is_english=True),) if found is None else (Piece(found),)


def marked(pieces: tuple[Piece, ...]) -> SafeString:
    """Write pieces for a page, with semicolons between; what stayed English says so to a screen reader."""
    return format_html_join(
        "; ",
        "{}",
        ((format_html('<span lang="en">{}</span>', one) if is_english else one,) for one, is_english in pieces),
    )


def role(name: str) -> str:
    """Name what a column can mean."""
    return str(
        {
            "case": _("Case"),
            "activity": _("Activity"),
            "department": _("Department"),
            "end": _("End time"),
            "start": _("Start time"),
            "resource": _("Person or machine"),
            "timezone": _("Time zone"),
            "dates": _("Day and month"),
            "object_type": _("Kind of case"),
            "sheet": _("Sheet"),
            "extras": _("Further columns"),
        }.get(name, name)
    )
