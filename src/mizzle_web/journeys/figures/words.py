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
        r"(?P<file>.+) is an? [\w ]+\. Unpack.*",
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
        rf"The log has (?:more than )?(?:{N} different attributes|an event or trace of more than).*",
        _("The log has more attributes than any real log. Export it with fewer of them."),
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
        r"(?P<file>.+) has no columns of plain values.*",
        _("%(file)s holds nothing but lists and tables within cells. Export it with one row for each event."),
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
        r"(?P<file>.+) is not XML as .*",
        _("%(file)s is no XML as an event log would be. Export the log as XES or OCEL."),
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
        r"(?P<file>.+) (?:is written in (?:UTF-32|an encoding)|holds characters that are not UTF-8).*",
        _("%(file)s is written in an encoding that mizzle does not read. Save or export it as UTF-8."),
    ),
    (
        r".+ nests (?:elements|values) .*",
        _("The parts of the file are nested deeper than those of any log. Export it again."),
    ),
    (
        rf".+ holds a single (?:element|tag, text or comment) of more than (?P<n>{N}) MB.*",
        _("A single part of the file has more than %(n)s MB, as in no log. The file is damaged; export it again."),
    ),
    (
        rf"The log has a trace of more than (?P<n>{N}) MiB.*",
        _("One trace of the log has more than %(n)s MB, as no case has. Export it again, one trace for each case."),
    ),
    (
        rf"(?P<file>.+) has no trace in its first (?P<n>{N}) MB.*",
        _("%(file)s has no case in its first %(n)s MB, so it is no log that mizzle can read. Export it again."),
    ),
    (
        r"The log has a <.+> inside an event or an attribute.*",
        _("In an event of the log stands what XES does not allow there. Export it again."),
    ),
    (
        r"(?P<file>.+) is an SQLite database, but no OCEL.*",
        _("%(file)s is a database, and no event log. Export the log as OCEL 2.0."),
    ),
    (
        r"(?P<file>.+) is a damaged SQLite database.*",
        _("%(file)s is damaged. Copy or export it again."),
    ),
    (
        r"(?P<file>.+) has events of type .+, but no table .*",
        _("A part of the events is missing from %(file)s. Export it again."),
    ),
    (
        r"(?P<file>.+) has changes that are not yet written into it.*",
        _("%(file)s is open in another program, which has not yet written all of it. Close that, and send it again."),
    ),
    (
        r"(?P<file>.+) takes far too long to read for its size.*",
        _("%(file)s takes far longer to read than a log of its size should. Export it again."),
    ),
    (
        rf"(?P<file>.+) has (?P<n>{N}) (?:object|event) types, far more.*",
        _("%(file)s has %(n)s kinds of objects or events, far more than a real log. Export it with fewer of them."),
    ),
    (
        r"(?P<file>.+) is an? (?:XES|OCEL) log without .*",
        _("%(file)s has no event in it. Export it again with its events."),
    ),
    (r"(?P<file>.+) is OCEL 1\.0\..*", _("%(file)s is OCEL 1.0. Convert it to OCEL 2.0, and send that.")),
    (r"Not one event could be read.*", _("Not one event could be read.")),
    (
        r"(?:There is no file|.+ may not be read by you|.+ cannot be opened|.+ is (?:a folder|not a file on disk)\.).*",
        _("The file is no longer there, or may not be read. Bring it once more."),
    ),
    (
        r"(?P<file>.+) is shorter than when its import began.*",
        _("%(file)s was changed while it was being read. Bring it once more."),
    ),
    (
        r"(?:The mapping .+ (?:says|does not say|is no)|In the mapping|There is no mapping|.+ is no spelling of).*",
        _("The file .mapping.toml beside the log cannot be used. Mend it or take it away, and bring the log again."),
    ),
    (
        r"(?:The key .+ (?:has .+ bytes|cannot be read)|There is a file at .+ already|No key can be written at).*",
        _("The key of the pseudonyms cannot be used. Your operator must mend that; then bring the log again."),
    ),
    (
        r".+ (?:is damaged: a part of it|was written in form|says that it is an event table|is no imported event).*",
        _("The events of a log of this journey are damaged on the server. Delete that log, and bring it again."),
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
    (
        r"Column (?P<q>['\"])(?P<name>.+)(?P=q) is named for both (?P<role>\w+) and (?P<also>\w+), and cannot.*",
        _("The column %(name)s cannot be both “%(role)s” and “%(also)s”. Choose another one for one of the two."),
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
    (r"mixed encodings", _("another encoding than the rest of the file")),
    (
        r"mixed encodings: this row is (?P<name>.+), the file is (?P<other>.+)",
        _("another encoding than the rest of the file: %(name)s instead of %(other)s"),
    ),
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
    (r"separator: bar.*", _("separator: bar")),
    (r"separator: (?P<name>.+?)(?: \(as its first line says\))?", _("separator: %(name)s")),
    (r"quotes: single", _("quotation marks: single")),
    (r"sheet: (?P<name>.+)", _("sheet: %(name)s")),
    (r"other sheets: (?P<names>.+)", _("other sheets: %(names)s")),
    (rf"rows: (?P<n>{N})", _("rows: %(n)s")),
    (r"objects: (?P<names>.+)", _("objects: %(names)s")),
    (
        r"case: (?P<name>.+), the only kind of object that events belong to",
        _("case: %(name)s, the only kind of object that events belong to"),
    ),
    (
        rf"events of several cases, one row for each case: (?P<n>{N})(?P<where>.*)",
        _("events of several cases, taken once for each case: %(n)s%(where)s"),
    ),
    (r"extensions: (?P<names>.+)", _("extensions: %(names)s")),
    (r"classifier (?P<name>.+?): (?P<names>.+)", _("classifier %(name)s: %(names)s")),
    (
        rf"start and complete events were made one event with both times: (?P<n>{N})(?P<where>.*)",
        _("starts that became one event with their completion: %(n)s%(where)s"),
    ),
    (
        rf"activities that begin and never end, events without a start .+: (?P<n>{N})(?P<where>.*)",
        _("activities that never end, kept as events without a start at the time they began: %(n)s%(where)s"),
    ),
    (
        rf"suspend and resume events within an activity, part of it: (?P<n>{N})(?P<where>.*)",
        _("pauses within an activity, counted as part of it: %(n)s%(where)s"),
    ),
    (
        rf"set aside(?P<where> .+?)?: (?P<row>.+): (?P<n>{N})",
        _("set aside: %(row)s: %(n)s%(where)s"),
    ),
    (
        r"left out, since they hold lists or tables: (?P<names>.+)",
        _("left out, since they hold lists or tables: %(names)s"),
    ),
    (
        r"column (?P<name>.+) has no name: called (?P<other>.+)",
        _("column %(name)s has no name and is called %(other)s"),
    ),
    (
        r"column (?P<name>.+) is also named (?P<same>.+): called (?P<other>.+)",
        _("column %(name)s is also named %(same)s and is called %(other)s"),
    ),
    (
        rf"(?P<n>{N}) more columns have no name, or one that came before",
        _("more columns without a name, or with one that came before: %(n)s"),
    ),
    (
        r"rows for the start and the end of the same work become one event: column (?P<name>.+)",
        _("rows for the start and the end of the same work become one event: column %(name)s"),
    ),
)
"""What was found out about a file."""

WHERE: tuple[Known, ...] = (
    (rf" in its first (?P<n>{N}) MiB", _("in the first %(n)s MB")),
    (rf" among the first (?P<n>{N})", _("among the first %(n)s events")),
)
"""In which part of a file something was counted, where it was not the whole."""

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
    if name in ("role", "also"):
        return role(value)
    if name == "where" and value:
        return f" ({_find(value, WHERE) or value.strip()})"
    if name == "row":
        return row(value)[0].text
    return str(KINDS.get(value, value)) if name == "what" else value


def _number(n: int) -> str:
    return said.tongue().number(n, 0)


def reason(sentence: str) -> tuple[Piece]:
    """Say why a file is no log, or what is asked about its columns."""
    return _one(sentence, REFUSED + ASKED)


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


def row(told: str) -> tuple[Piece]:
    """Say why a row was set aside."""
    return _one(told, ROWS)


def note(told: str) -> tuple[Piece]:
    """Say what was found out about a file."""
    return _one(told, NOTES)


def _one(told: str, known: tuple[Known, ...]) -> tuple[Piece]:
    found = _find(told, known)
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
