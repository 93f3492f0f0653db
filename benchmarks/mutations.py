"""Tiny valid logs of every format, and ways to spoil them: what the readers must survive."""

from __future__ import annotations

import gzip
import io
import json
import re
import sqlite3
import tempfile
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

if TYPE_CHECKING:
    from collections.abc import Callable

_HEAD = ("order", "activity", "department", "start", "end", "person")
_ROWS = (
    ("A1", "Register the order", "Order desk", "2024-01-02 08:00:00", "2024-01-02 08:05:00", "Ann"),
    ("A1", "Pick the goods", "Warehouse", "2024-01-02 09:00:00", "2024-01-02 09:20:00", "Bo"),
    ("A1", "Hand over the parcel", "Drivers", "2024-01-02 13:00:00", "2024-01-02 13:01:30", "Cid"),
    ("B2", "Register the order", "Order desk", "2024-01-03 10:00:00", "2024-01-03 10:07:00", "Ann"),
    ("B2", "Pick the goods", "Warehouse", "2024-01-31 11:00:00", "2024-01-31 11:30:00", "Bo, jr"),
    ("B2", "Answer a question", "Customer service", "2024-02-01 09:00:00", "2024-02-01 09:10:00", 'Di "D"'),
)

NASTY = (
    b"\x00",
    b"\xff\xfe",
    b"\xef\xbb\xbf",
    b"\xed\xa0\x80",
    b"\xc3",
    b"\r",
    b"\r\n\r\n",
    b'"',
    b'"""',
    b"';--",
    b",,,,,,,,",
    b"=HYPERLINK(1)",
    b"1e999",
    b"-0.0",
    b"nan",
    b"9" * 400,
    b"9999-99-99T99:99:99",
    b"0000-00-00",
    b"+99:99",
    b"31/02/2024",
    b"\xe2\x80\xae",
    b"x" * 5000,
    b"{" * 2000,
    b"[" * 20000,
    b"<a>" * 2000,
    b"<!DOCTYPE x [<!ENTITY a 'aaaa'><!ENTITY b '&a;&a;'>]>",
    b"<!ENTITY x SYSTEM 'file:///etc/hostname'>",
    b"&b;",
    b"&#0;",
    b"&#xD800;",
    b"<![CDATA[",
    b"]]>",
    b"<!--",
    b"<trace>",
    b"</trace>",
    b"</event><event>",
    b"</log>",
    b"<?xml version='1.1' encoding='utf-16'?>",
    b"<event",
    b"null",
    b'"id":',
    b"\\u0000",
    b"\\ud800",
    b"\x1f\x8b\x08",
    b"PK\x03\x04",
    b"PAR1",
    b"SQLite format 3\x00",
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
)
"""Pieces that have broken readers before: of text, XML, JSON, archives and times."""


class Seed(NamedTuple):
    """A valid log: a name that tells its format, the ending of its file name, its bytes."""

    name: str
    ending: str
    data: bytes


class Spoilt(NamedTuple):
    """A mutated log: its number, the seed that it comes from, what was done, its bytes."""

    number: int
    seed: Seed
    steps: tuple[str, ...]
    data: bytes


def seeds() -> tuple[Seed, ...]:
    """Give a tiny valid log of each format; the same bytes each time."""
    commas, semicolons = _csv(","), _csv(";")
    xes = _xes()
    ocel_json = json.dumps(_ocel(), indent=1).encode()
    return (
        Seed("csv", ".csv", commas),
        Seed("csv-semicolons", ".csv", re.sub(rb"(\d{4})-(\d\d)-(\d\d)", rb"\3/\2/\1", semicolons)),
        Seed("csv-tabs-utf16", ".csv", _csv("\t").decode().encode("utf-16")),
        Seed("csv-latin1", ".txt", commas.decode().replace("Bo", "Bø").encode("latin-1")),
        Seed("csv.gz", ".csv.gz", gzip.compress(commas, mtime=0)),
        Seed("parquet", ".parquet", _parquet()),
        Seed("xlsx", ".xlsx", _xlsx()),
        Seed("xes", ".xes", xes),
        Seed("xes-nested", ".xes", _nested(xes)),
        Seed("xes.gz", ".xes.gz", gzip.compress(xes, mtime=0)),
        Seed("ocel-json", ".json", ocel_json),
        Seed("ocel-json.gz", ".json.gz", gzip.compress(ocel_json, mtime=0)),
        Seed("ocel-xml", ".xml", _ocel_xml()),
        Seed("ocel-sqlite", ".sqlite", _ocel_sqlite()),
    )


def spoil(every: tuple[Seed, ...], seed: int, number: int) -> Spoilt:
    """Mutate one of the seeds one to four times; the same seed and number give the same bytes."""
    rng = np.random.default_rng([seed, number])
    chosen = every[int(rng.integers(len(every)))]
    other = every[int(rng.integers(len(every)))].data
    steps = []
    inside = rng.random() < 0.6  # noqa: PLR2004 - mostly in what is packed, else in the packing
    data, packed = _unpack(chosen, rng) if inside else (chosen.data, None)
    for _ in range(int(rng.choice([1, 1, 1, 2, 3, 4]))):
        step = _STEPS[int(rng.integers(len(_STEPS)))]
        steps.append(step.__name__.strip("_"))
        data = step(data, other, rng)
    return Spoilt(number, chosen, tuple(steps), packed(data) if packed else data)


# --- mutations ------------------------------------------------------------------------------------------------------


def _place(data: bytes, rng: np.random.Generator) -> int:
    return int(rng.integers(len(data) + 1))


def _span(data: bytes, rng: np.random.Generator) -> tuple[int, int]:
    first, last = sorted((_place(data, rng), _place(data, rng)))
    return first, last


def _flip_bits(data: bytes, _other: bytes, rng: np.random.Generator) -> bytes:
    spoilt = bytearray(data)
    for _ in range(int(rng.integers(1, 9))):
        if spoilt:
            spoilt[int(rng.integers(len(spoilt)))] ^= 1 << int(rng.integers(8))
    return bytes(spoilt)


def _truncate(data: bytes, _other: bytes, rng: np.random.Generator) -> bytes:
    return data[: _place(data, rng)]


def _drop(data: bytes, _other: bytes, rng: np.random.Generator) -> bytes:
    first, last = _span(data, rng)
    return data[:first] + data[min(last, first + 200) :]


def _duplicate(data: bytes, _other: bytes, rng: np.random.Generator) -> bytes:
    first, last = _span(data, rng)
    return data[:last] + data[first:last] * int(rng.integers(1, 6)) + data[last:]


def _splice(data: bytes, other: bytes, rng: np.random.Generator) -> bytes:
    first, last = _span(other, rng)
    place = _place(data, rng)
    return data[:place] + other[first:last] + data[place:]


def _insert_nasty(data: bytes, _other: bytes, rng: np.random.Generator) -> bytes:
    place = _place(data, rng)
    return data[:place] + NASTY[int(rng.integers(len(NASTY)))] + data[place:]


def _overwrite(data: bytes, _other: bytes, rng: np.random.Generator) -> bytes:
    place = _place(data, rng)
    noise = rng.bytes(int(rng.integers(1, 32)))
    return data[:place] + noise + data[place + len(noise) :]


def _move_line(data: bytes, _other: bytes, rng: np.random.Generator) -> bytes:
    """Drop a line, say it twice, or put it somewhere else: the structure stays mostly whole."""
    lines = data.split(b"\n")
    line = lines[int(rng.integers(len(lines)))]
    if rng.random() < 2 / 3:
        lines.remove(line)
    for _ in range(int(rng.integers(0, 3))):
        lines.insert(int(rng.integers(len(lines) + 1)), line)
    return b"\n".join(lines)


def _replace_value(data: bytes, _other: bytes, rng: np.random.Generator) -> bytes:
    """Replace what stands in one cell, attribute or element by something nasty, in XML as often as not escaped."""
    values = list(_VALUE.finditer(data))
    if not values:
        return data
    first, last = values[int(rng.integers(len(values)))].span()
    nasty = NASTY[int(rng.integers(len(NASTY)))]
    if rng.random() < 1 / 2:
        nasty = nasty.replace(b"&", b"&amp;").replace(b"<", b"&lt;").replace(b'"', b"&quot;")
    return data[:first] + nasty + data[last:]


_VALUE = re.compile(rb"(?<=\")[^\"\n]+(?=\")|(?<=[,;\t])[^,;\t\n]+(?=[,;\t\n])|(?<=>)[^<>\n]+(?=<)")
_STEPS = (
    _flip_bits,
    _truncate,
    _drop,
    _duplicate,
    _splice,
    _insert_nasty,
    _overwrite,
    _move_line,
    _move_line,
    _replace_value,
    _replace_value,
    _replace_value,
)


def _unpack(seed: Seed, rng: np.random.Generator) -> tuple[bytes, Callable[[bytes], bytes] | None]:
    """Give what a gzip or a workbook holds, and how to pack it again; other formats as they are."""
    if seed.ending.endswith(".gz"):
        return gzip.decompress(seed.data), lambda data: gzip.compress(data, mtime=0)
    if seed.ending != ".xlsx":
        return seed.data, None
    with zipfile.ZipFile(io.BytesIO(seed.data)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    chosen = sorted(parts)[int(rng.integers(len(parts)))]
    return parts[chosen], lambda data: _zip(parts | {chosen: data})


# --- seeds ----------------------------------------------------------------------------------------------------------


def _csv(separator: str) -> bytes:
    def cell(text: str) -> str:
        return '"' + text.replace('"', '""') + '"' if separator in text or '"' in text else text

    return "".join(separator.join(map(cell, row)) + "\n" for row in (_HEAD, *_ROWS)).encode()


def _parquet() -> bytes:
    columns = dict(zip(_HEAD, map(pa.array, zip(*_ROWS, strict=True)), strict=True))
    for name in ("start", "end"):
        columns[name] = columns[name].cast(pa.timestamp("us"))
    out = io.BytesIO()
    pq.write_table(pa.table(columns), out)
    return out.getvalue()


def _zip(parts: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def _xlsx() -> bytes:
    """Write the smallest workbook that holds the rows, by hand: no library writes the same bytes twice."""
    office = "http://schemas.openxmlformats.org"
    escape = str.maketrans({"&": "&amp;", "<": "&lt;"})
    lines = []
    for place, row in enumerate((_HEAD, *_ROWS), start=1):
        cells = (f'<c t="inlineStr"><is><t>{text.translate(escape)}</t></is></c>' for text in row)
        lines.append(f'<row r="{place}">{"".join(cells)}</row>')
    package = "application/vnd.openxmlformats-package.relationships+xml"
    sheet = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    relation = f"{office}/officeDocument/2006/relationships"
    xml = '<?xml version="1.0" encoding="UTF-8"?>'
    parts = {
        "[Content_Types].xml": f'{xml}<Types xmlns="{office}/package/2006/content-types">'
        f'<Default Extension="rels" ContentType="{package}"/><Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{sheet}.sheet.main+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{sheet}.worksheet+xml"/></Types>',
        "_rels/.rels": f'{xml}<Relationships xmlns="{office}/package/2006/relationships">'
        f'<Relationship Id="r1" Type="{relation}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'{xml}<workbook xmlns="{office}/spreadsheetml/2006/main" xmlns:r="{relation}">'
        '<sheets><sheet name="Log" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'{xml}<Relationships xmlns="{office}/package/2006/relationships">'
        f'<Relationship Id="r1" Type="{relation}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": f'{xml}<worksheet xmlns="{office}/spreadsheetml/2006/main">'
        f"<sheetData>{''.join(lines)}</sheetData></worksheet>",
    }
    return _zip({name: text.encode() for name, text in parts.items()})


def _xes() -> bytes:
    def event(row: tuple[str, ...]) -> str:
        person = row[5].replace('"', "&quot;")
        return (
            f'  <event>\n   <string key="concept:name" value="{row[1]}"/>\n'
            f'   <string key="org:group" value="{row[2]}"/>\n   <string key="org:resource" value="{person}"/>\n'
            f'   <date key="time:timestamp" value="{row[4].replace(" ", "T")}.000+00:00"/>\n'
            '   <string key="lifecycle:transition" value="complete"/>\n  </event>\n'
        )

    traces = ""
    for case in ("A1", "B2"):
        events = "".join(event(row) for row in _ROWS if row[0] == case)
        traces += f' <trace>\n  <string key="concept:name" value="{case}"/>\n{events} </trace>\n'
    head = '<?xml version="1.0" encoding="UTF-8"?>\n<log xes.version="1.0" xmlns="http://www.xes-standard.org/">\n'
    extension = ' <extension name="Concept" prefix="concept" uri="http://www.xes-standard.org/concept.xesext"/>\n'
    return (head + extension + traces + "</log>\n").encode()


def _nested(xes: bytes) -> bytes:
    inner = b'<string key="org:group" value="Drivers"><int key="floor" value="2"/></string>'
    text = xes.replace(b'<string key="org:group" value="Drivers"/>', inner)
    pair = b'<string key="lifecycle:transition" value="start"/>'
    text = text.replace(b'<string key="lifecycle:transition" value="complete"/>', pair, 2)
    return text.replace(b'value="Warehouse"', b"value='Ware &amp; house'").replace(b"<trace>", b"<!-- -->\n<trace>", 1)


def _ocel() -> dict[str, list[dict[str, object]]]:
    attribute = [{"name": "department", "type": "string"}]
    kinds = sorted({row[1] for row in _ROWS})
    return {
        "objectTypes": [{"name": name, "attributes": []} for name in ("order", "parcel")],
        "eventTypes": [{"name": name, "attributes": attribute} for name in kinds],
        "objects": [
            {"id": "A1", "type": "order", "attributes": [], "relationships": [{"objectId": "P1", "qualifier": "in"}]},
            {"id": "B2", "type": "order", "attributes": [], "relationships": []},
            {"id": "P1", "type": "parcel", "attributes": [], "relationships": []},
        ],
        "events": [
            {
                "id": f"e{number}",
                "type": row[1],
                "time": row[4].replace(" ", "T") + "Z",
                "attributes": [{"name": "department", "value": row[2]}],
                "relationships": [{"objectId": row[0], "qualifier": "of"}, {"objectId": "P1", "qualifier": "for"}],
            }
            for number, row in enumerate(_ROWS)
        ],
    }


def _ocel_xml() -> bytes:
    kinds = sorted({row[1] for row in _ROWS})
    declared = '<attributes><attribute name="department" type="string"/></attributes>'
    kind_tags = "".join(f'<event-type name="{kind}">{declared}</event-type>' for kind in kinds)
    objects = "".join(
        f'<object id="{name}" type="{kind}"><attributes/><objects/></object>'
        for name, kind in (("A1", "order"), ("B2", "order"), ("P1", "parcel"))
    )
    events = "".join(
        f'<event id="e{number}" type="{row[1]}" time="{row[4].replace(" ", "T")}Z"><attributes>'
        f'<attribute name="department">{row[2]}</attribute></attributes><objects>'
        f'<relationship object-id="{row[0]}" qualifier="of"/><relationship object-id="P1" qualifier="for"/>'
        "</objects></event>\n"
        for number, row in enumerate(_ROWS)
    )
    types = (
        '<object-type name="order"><attributes/></object-type><object-type name="parcel"><attributes/></object-type>'
    )
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<log>\n<object-types>{types}</object-types>\n'
        f"<event-types>{kind_tags}</event-types>\n<objects>{objects}</objects>\n<events>\n{events}</events>\n</log>\n"
    ).encode()


def _ocel_sqlite() -> bytes:
    kinds = sorted({row[1] for row in _ROWS})
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "log.sqlite"
        base = sqlite3.connect(path)
        base.executescript(
            "pragma page_size=1024;"
            "create table event (ocel_id text primary key, ocel_type text);"
            "create table object (ocel_id text primary key, ocel_type text);"
            "create table event_object (ocel_event_id text, ocel_object_id text, ocel_qualifier text);"
            "create table object_object (ocel_source_id text, ocel_target_id text, ocel_qualifier text);"
            "create table event_map_type (ocel_type text primary key, ocel_type_map text);"
            "create table object_map_type (ocel_type text primary key, ocel_type_map text);"
            "create table object_Order (ocel_id text, ocel_time timestamp, ocel_changed_field text);"
            "create table object_Parcel (ocel_id text, ocel_time timestamp, ocel_changed_field text);"
        )
        base.executemany("insert into object values (?, ?)", [("A1", "order"), ("B2", "order"), ("P1", "parcel")])
        base.executemany("insert into object_map_type values (?, ?)", [("order", "Order"), ("parcel", "Parcel")])
        for kind in kinds:
            table = "".join(word.capitalize() for word in kind.split())
            base.execute("insert into event_map_type values (?, ?)", (kind, table))
            base.execute(f'create table "event_{table}" (ocel_id text, ocel_time timestamp, department text)')
        for number, row in enumerate(_ROWS):
            name, table = f"e{number}", "".join(word.capitalize() for word in row[1].split())
            base.execute("insert into event values (?, ?)", (name, row[1]))
            base.execute(f'insert into "event_{table}" values (?, ?, ?)', (name, row[4], row[2]))  # noqa: S608 - our own names
            base.executemany("insert into event_object values (?, ?, ?)", [(name, row[0], "of"), (name, "P1", "for")])
        base.commit()
        base.close()
        return path.read_bytes()
