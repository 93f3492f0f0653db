"""Look at a log, and import it; in the process apart of `measuring`.

Nothing here knows the database or the language of who asks: what is wrong or unclear is told in the English sentences
of `mizzle`, or in one of the same kind made here. `words` says them in the language of the reader.
"""

from __future__ import annotations

import csv
import fcntl
import hashlib
import os
import re
from collections import Counter
from contextlib import closing, contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mizzle_web.journeys.figures.telling import stager

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    import pyarrow as pa

    from mizzle.logs.readers import Understood

FIRST_ROWS = 8
CELL = 200
MOST_SHOWN = 40
"""Columns of which the first rows are shown."""
LOOKED_THROUGH = 1_000
"""Rows in which people are looked for."""
HIDDEN = "•••"
MOST_QUESTIONS = 4
ROLES = ("case", "activity", "department", "end", "start", "resource")
ASKED = re.compile(r"--(case|activity|department|end|start|resource|timezone|dates)\b")


def look(
    *, path: str, mapping: dict[str, Any] | None, options: dict[str, Any], zone: str, longest: int, digest: bool = False
) -> dict[str, Any]:
    """Find out what a file is and what its columns may mean; nothing is kept of it but its first rows.

    Parameters
    ----------
    mapping
        What the columns mean, where that was found out before; without, it is guessed.
    options
        Fields that somebody has chosen since; they win.
    zone
        The time zone of times that name none, where nobody says otherwise.
    longest
        Letters that the name of a department or an activity may have.
    digest
        Whether the digest of the file is wanted, too.
    """
    found = {"digest": digest_of(Path(path)), "n_bytes": Path(path).stat().st_size} if digest else {}
    return found | _look(Path(path), mapping, options, zone, longest)


def digest_of(path: Path) -> str:
    """Give the SHA-256 of a file."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def _look(
    file: Path, mapping: dict[str, Any] | None, options: dict[str, Any], zone: str, longest: int
) -> dict[str, Any]:
    from mizzle.errors import MizzleError, UnreadableLog
    from mizzle.logs.meaning.mapping import Mapping, mapping_path
    from mizzle.logs.readers import understand

    given = dict(options)
    if mapping is None and not mapping_path(file).exists():
        given.setdefault("timezone", zone)
    known = None if mapping is None else Mapping(**_as_tuples(mapping))
    asked: dict[str, Any] | None = None
    for _try in range(MOST_QUESTIONS):
        try:
            understood = understand(file, known, given)
        except MizzleError as problem:
            question = asked_in(str(problem), known.start if known else None)
            if question is None or (isinstance(problem, UnreadableLog) and question["field"] != "sheet"):
                raise
            field = question["field"]
            if field == "extras":  # an attribute that is no longer there is no reason to ask
                left = given.get("extras", known.extras if known else ())
                given["extras"] = [] if _try else [name for name in left if f"called {name!r}." not in str(problem)]
                continue
            asked = asked or question
            if field in ("department", "dates") and not given.get(field):
                # What else the file holds is found out all the same, as if one of the answers had been given.
                given[field] = (question["choices"] or [""])[0]
                continue
            return _unclear(file, mapping, given, asked)
        with closing(understood.reader):
            seen = _seen(understood)
            asked = asked or _long_names(understood.first, seen["mapping"], longest)
            return seen | _dates(given, asked) | ({"question": asked} if asked else {})
    return _unclear(file, mapping, given, asked or {"sentence": "", "field": "case", "choices": []})


def asked_in(sentence: str, start: str | None = None) -> dict[str, Any] | None:
    """Tell which field a sentence of `mizzle` asks about, and between which answers; None where it asks nothing.

    The field is the empty text where not one of them is at fault alone.
    """
    choices: list[str] = re.findall(r"--dates (dmy|mdy|ymd)", sentence)
    found = ASKED.search(sentence)
    if sentence.startswith("Which kind of object") or "has no objects of the type" in sentence:
        field = "object_type"
    elif "ame a sheet" in sentence or "name another sheet" in sentence or "has no sheet called" in sentence:
        field = "sheet"
    elif "Take it out of extras" in sentence:
        field = "extras"
    elif "Name the column of times" in sentence and start and start in sentence:
        field = "start"
    elif found:
        field = found[1]
    elif sentence.startswith("Not one of the "):
        field = ""
    else:
        return None
    return {"sentence": sentence, "field": field, "choices": choices}


def _dates(given: dict[str, Any], asked: dict[str, Any] | None) -> dict[str, Any]:
    """Keep between which orders of day and month was chosen, so that the answer can be changed."""
    if asked and asked["field"] == "dates":
        return {"dates": {"choices": asked["choices"], "chosen": ""}}
    return {"dates": {"choices": ["dmy", "mdy", "ymd"], "chosen": given["dates"]}} if given.get("dates") else {}


def _seen(understood: Understood) -> dict[str, Any]:
    """Tell what is known of a file whose columns are understood."""
    from mizzle.logs.batches import ROW

    mapping = understood.mapping.to_dict()
    columns = [name for name in understood.reader.columns if name != ROW]
    roles = [name for name in understood.mapping.columns() if name in columns]
    shown = set([*dict.fromkeys([*roles, *columns])][: max(MOST_SHOWN, len(roles))])
    hidden = _people(understood.first, shown) | {mapping["resource"]} - {None}
    return {
        "format": understood.facts.format,
        "notes": list(understood.facts.notes),
        "columns": columns,
        "types": list(understood.facts.choices),
        "sheets": list(getattr(understood.reader, "sheets", ())),
        "sheet": getattr(understood.reader, "sheet", ""),
        "hidden": [name for name in columns if name in hidden],
        "mapping": mapping,
        "first": _cells(understood.first, [name for name in columns if name in shown], hidden),
    }


def _unclear(
    file: Path, mapping: dict[str, Any] | None, options: dict[str, Any], asked: dict[str, Any]
) -> dict[str, Any]:
    """Tell what is known of a file of which something has to be said first; no names of people, even so."""
    from mizzle.errors import MizzleError
    from mizzle.logs.batches import ROW
    from mizzle.logs.readers import open_reader

    sheet = None if asked["field"] == "sheet" else options.get("sheet")
    try:
        reader = open_reader(file, object_type=options.get("object_type"), sheet=sheet)
    except MizzleError:
        nothing: dict[str, Any] = {"columns": [], "types": [], "hidden": [], "first": []}
        return nothing | {"question": asked, "sheets": _sheets(file), "sheet": options.get("sheet", "")}
    with closing(reader):
        columns = [name for name in reader.columns if name != ROW]
        first = None if asked["field"] in ("object_type", "sheet") else next(iter(reader.batches()), None)
        shown = columns[:MOST_SHOWN]
        known = {role: mapping[role] or "" for role in ROLES if mapping[role] in (None, *columns)} if mapping else {}
        hidden = {options.get("resource")} | (set() if first is None else _people(first.table, shown))
        return {
            "question": asked,
            "options": {name: value for name, value in (known | options).items() if name != asked["field"]},
            "format": reader.facts.format,
            "notes": list(reader.facts.notes),
            "columns": columns,
            "types": list(reader.facts.choices),
            "sheets": list(getattr(reader, "sheets", ())),
            "sheet": getattr(reader, "sheet", ""),
            "hidden": [name for name in columns if name in hidden],
            "first": [] if first is None else _cells(first.table, shown, hidden),
        }


def _sheets(file: Path) -> list[str]:
    """Name the sheets of a workbook of which the first cannot be read; it was looked at for harm before."""
    import openpyxl

    with file.open("rb") as content, closing(openpyxl.load_workbook(content, read_only=True)) as book:
        return [page.title for page in book.worksheets]


def _people(first: pa.Table, columns: Collection[str]) -> set[str | None]:
    """Find the columns that seem to be about people."""
    from mizzle.logs.meaning.looks import look_at

    rows = first.slice(0, LOOKED_THROUGH)
    return {name for name in first.column_names if name in columns and look_at(name, rows[name]).person}


def _cells(table: pa.Table, names: list[str], hidden: set[str | None]) -> list[tuple[str, list[str]]]:
    """Give the first rows, column by column, each with its name; of people nothing is shown."""
    rows, there = table.slice(0, FIRST_ROWS), set(table.column_names)
    return [
        (name, [HIDDEN if name in hidden and value else str(value or "")[:CELL] for value in rows[name].to_pylist()])
        for name in names
        if name in there
    ]


def _long_names(first: pa.Table, mapping: dict[str, Any], longest: int) -> dict[str, Any] | None:
    """Ask for another column where the first rows already hold a name that is too long to be kept."""
    for role in ("activity", "department"):
        if mapping[role] is not None:
            sentence = _too_long(role, first[mapping[role]].unique().to_pylist(), longest)
            if sentence:
                return {"sentence": sentence, "field": role, "choices": []}
    return None


def _too_long(role: str, names: Iterable[str | None], longest: int) -> str:
    for name in names:
        if name is not None and "\x00" in name:
            return f"The column for the {role} holds signs that are no letters. Name another column with --{role}."
        if name is not None and len(name.strip()) > longest:
            return (
                f"The column for the {role} holds a name of {len(name):,} letters, and {longest:,} are the most that"
                f" is kept: {name[:60]!r}. Name another column with --{role}."
            )
    return ""


def _as_tuples(mapping: dict[str, Any]) -> dict[str, Any]:
    return {name: tuple(value) if isinstance(value, list) else value for name, value in mapping.items()}


@contextmanager
def alone(out: Path) -> Iterator[None]:
    """Wait until no other process makes the same file; the lock is the kernel's, and ends with the process."""
    handle = os.open(out.with_name(out.name + ".lock"), os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def bring(
    *,
    path: str,
    out: str,
    mapping: dict[str, Any],
    sheet: str | None,
    key: str,
    accept_rejects: bool,
    folder: str,
    longest: int,
) -> dict[str, Any]:
    """Import one log into an event table of its own; stopped and begun again, it goes on where it was.

    Gives ``too_many`` instead of ``counts`` where so many rows cannot be read that somebody has to say yes first.
    """
    from mizzle.errors import TooManyRejected, UnclearMapping
    from mizzle.logs import import_log
    from mizzle.logs.meaning.mapping import Mapping
    from mizzle.logs.store import read_metadata

    stages = {"reading": (0.0, 0.6), "putting": (0.65, 1.0)}
    aside = Path(folder)
    aside.mkdir(mode=0o700, exist_ok=True)
    with alone(Path(out)):
        try:
            done = import_log(
                [Path(path)],
                Path(out),
                mapping=Mapping(**_as_tuples(mapping)),
                options={"sheet": sheet},
                key=lambda: _key(Path(key)),
                accept_rejects=accept_rejects,
                progress=stager(stages),
                rejects_beside=aside,
            )
        except TooManyRejected as many:
            return {"too_many": True, "rows": many.rows, "rejected": many.rejected, "reasons": _reasons(aside)}
        kept = read_metadata(Path(out))
        for role, names in (("activity", kept["activities"]), ("department", kept["departments"])):
            if sentence := _too_long(role, names, longest):
                Path(out).unlink()
                raise UnclearMapping(sentence)
    return {
        "rows": done.rows,
        "rejected": done.rejected,
        "reasons": done.reasons,
        "mapping": done.understood[0].mapping.to_dict(),
        "counts": asdict(done.counts),
    }


def _key(path: Path) -> bytes:
    """Read the key by which people become pseudonyms; it is made once, whole or not at all."""
    from mizzle.logs import make_key, read_key

    if not path.exists():
        path.parent.mkdir(mode=0o700, exist_ok=True)
        fresh = path.with_name(f".{path.name}-{os.getpid()}")
        make_key(fresh)
        try:
            os.link(fresh, path)
        except FileExistsError:
            pass  # another process was faster, and its key is the one
        finally:
            fresh.unlink()
    return read_key(path)


def _reasons(aside: Path) -> dict[str, int]:
    """Count why rows were set aside."""
    found: Counter[str] = Counter()
    for file in aside.glob("*.rejected.csv"):
        with file.open(encoding="utf-8", newline="") as rows:
            found.update(row["reason"].split(":")[0] for row in csv.DictReader(rows))
    return dict(found.most_common())
