"""A file as a stream of bytes, and what kind of log it is."""

from __future__ import annotations

import functools
import gzip
import hashlib
import io
import os
import zipfile
from pathlib import Path

import pytest

from mizzle.errors import UnreadableLog
from mizzle.logs import source as module
from mizzle.logs.source import Source, archive_entries, kind, open_source, utf16

compress = functools.partial(gzip.compress, mtime=0)
TABLE = b"case,activity,end\n1,Call,2024-03-01\n"


def test_a_plain_file_is_read_in_pieces_and_says_how_far_it_is(tmp_path):
    log = tmp_path / "log.csv"
    log.write_bytes(TABLE)
    with open_source(log) as source:
        assert (source.path, source.size, source.compressed, source.done) == (log, len(TABLE), False, 0.0)
        assert source.read(10) == TABLE[:10]
        assert source.done == pytest.approx(10 / len(TABLE))
        assert source.read(1000) == TABLE[10:]
        assert source.read(10) == b""
        assert source.done == 1.0


def test_gzip_is_recognised_by_its_content_and_may_be_several_members_padded_with_zeros(tmp_path):
    log = tmp_path / "log.csv"
    log.write_bytes(compress(TABLE) + bytes(300_000) + compress(b"") + compress(b"2,Call,2024\n") + bytes(9))
    with open_source(log) as source:
        assert source.compressed
        assert source.read(5) == TABLE[:5]
        assert source.read(1 << 20) == TABLE[5:] + b"2,Call,2024\n"
        assert source.read(1) == b""
        assert source.done == 1.0


def test_zeros_between_members_may_end_where_a_piece_ends(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "_CHUNK", 64)
    first = compress(TABLE)
    log = tmp_path / "log.gz"
    log.write_bytes(first + bytes(128 - len(first) % 64) + compress(TABLE))
    with open_source(log) as source:
        assert source.read(1000) == TABLE * 2


@pytest.mark.parametrize("pack", [bytes, compress], ids=["plain", "gzip"])
def test_skip_goes_forward_and_back_by_decompressed_bytes(tmp_path, pack):
    content = bytes(range(256)) * 9000
    log = tmp_path / "log"
    log.write_bytes(pack(content))
    with open_source(log) as source:
        for offset in (0, 5, 2_000_000, 700, len(content)):
            source.skip(offset)
            assert source.read(3) == content[offset : offset + 3]
        with pytest.raises(UnreadableLog, match="is shorter than when its import began"):
            source.skip(len(content) + 1)


def test_truncated_gzip_is_refused(tmp_path):
    log = tmp_path / "log.csv.gz"
    log.write_bytes(compress(os.urandom(5000))[:-20])
    with open_source(log) as source, pytest.raises(UnreadableLog, match="breaks off"):
        source.read(100_000)


def test_corrupt_gzip_is_refused(tmp_path):
    log = tmp_path / "log.csv.gz"
    packed = bytearray(compress(TABLE * 50))
    packed[15:25] = b"\xff" * 10
    log.write_bytes(packed)
    with open_source(log) as source, pytest.raises(UnreadableLog, match="is damaged"):
        source.read(100_000)


def test_rubbish_after_gzip_is_refused(tmp_path):
    log = tmp_path / "log.csv.gz"
    log.write_bytes(compress(TABLE) + b"rubbish")
    with open_source(log) as source, pytest.raises(UnreadableLog, match="is damaged"):
        source.read(100_000)


def test_a_gzip_bomb_is_refused_but_only_beyond_the_limit(tmp_path):
    log = tmp_path / "log.csv.gz"
    log.write_bytes(compress(bytes(4_000_000)))
    with Source(log, bomb_ratio=500, bomb_bytes=5_000_000) as source:
        assert len(source.read(5_000_000)) == 4_000_000
    with Source(log, bomb_ratio=500, bomb_bytes=1_000_000) as source, pytest.raises(UnreadableLog, match="500 times"):
        source.read(5_000_000)


def test_the_digest_changes_with_the_size_the_beginning_and_the_end(tmp_path):
    log = tmp_path / "log.csv"
    digests = set()
    for content in (TABLE, b"X" + TABLE[1:], TABLE[:-1] + b"X", TABLE * 2):
        log.write_bytes(content)
        with open_source(log) as source:
            digests.add(source.digest())
    assert len(digests) == 4
    log.write_bytes(b"a" * (1 << 20) + b"b" * (1 << 20))
    with open_source(log) as source:
        expected = hashlib.sha256(b"2097152\n" + b"a" * (1 << 20) + b"b" * (1 << 20)).hexdigest()
        assert source.digest() == expected


def test_a_file_that_is_not_there_a_folder_and_a_pipe_are_refused_in_plain_words(tmp_path):
    with pytest.raises(UnreadableLog, match="There is no file"):
        open_source(tmp_path / "none.csv")
    (tmp_path / "file").write_bytes(b"x")
    with pytest.raises(UnreadableLog, match="There is no file"):
        open_source(tmp_path / "file" / "none.csv")
    with pytest.raises(UnreadableLog, match="is a folder"):
        open_source(tmp_path)
    with pytest.raises(UnreadableLog, match="cannot be opened"):
        open_source(Path("a\0b"))
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(UnreadableLog, match="not a file on disk"):
        open_source(tmp_path / "pipe")


def test_a_file_that_may_not_be_read_is_refused(tmp_path, monkeypatch):
    log = tmp_path / "log.csv"
    log.write_bytes(TABLE)

    def deny(*_: object) -> None:
        raise PermissionError

    monkeypatch.setattr(Path, "open", deny)
    with pytest.raises(UnreadableLog, match="may not be read by you"):
        open_source(log)


@pytest.mark.parametrize("content", [b"", compress(b"")], ids=["nothing", "gzip of nothing"])
def test_an_empty_file_is_refused(tmp_path, content):
    log = tmp_path / "log.csv"
    log.write_bytes(content)
    with pytest.raises(UnreadableLog, match="is empty"):
        kind(log)


def packed(**parts: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, text in parts.items():
            archive.writestr(name.replace("__", "/"), text)
    return file.getvalue()


XES = b'<?xml version="1.0"?>\n<!-- made by <b>hand</b> --><log xes.version="1.0"><trace/></log>'
DOCTYPE = b'<!DOCTYPE log [<!ENTITY a "b>">]> '


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("a.csv", TABLE, "csv"),
        ("a.parquet", b"PAR1....", "parquet"),
        ("a", b"SQLite format 3\x00....", "ocel-sqlite"),
        ("a.xlsx", packed(xl__workbook_xml="x"), "excel"),
        ("a.xlsm", packed(other="x"), "excel"),
        ("a.csv.gz", compress(TABLE), "csv"),
        ("a.xes", XES, "xes"),
        ("a.xes.gz", compress(XES), "xes"),
        ("a.xml", XES, "xes"),
        ("a.csv", b"\xef\xbb\xbf" + XES, "xes"),
        ("a.xes", XES.decode().encode("utf-16"), "xes"),
        ("a.xes", DOCTYPE + b"<log><classifier/><events/></log>", "xes"),
        ("a.xes", b"<log><string/></log>", "xes"),
        ("a.xes", b"<ns:log xmlns:ns='http://www.xes-standard.org/'/>", "xes"),
        ("a.xml", b"<log><object-types><object-type name='order'/>", "ocel-xml"),
        ("a.xmlocel", b"<log></log>", "ocel-xml"),
        ("a.xml", b"<ocel/>", "ocel-xml"),
        ("a.json", b'{"objectTypes": [], "events": []}', "ocel-json"),
        ("a.txt", b' {"ocel:events": {}}', "ocel-json"),
        ("a.json", b'{"objects": [' + b" " * (1 << 20), "ocel-json"),
        ("a.csv", TABLE.decode().encode("utf-16"), "csv"),
        ("a.csv", b"\xfe\xff" + TABLE.decode().encode("utf-16-be"), "csv"),
        ("a.csv", TABLE.decode().encode("utf-16-le"), "csv"),
        ("a.csv", TABLE.decode().encode("utf-16-be"), "csv"),
        ("a.xes.csv", TABLE, "csv"),
        ("a.csv", b"[case],[activity]\n1,2\n", "csv"),
        ("a.csv", TABLE * 20 + b"\0\n", "csv"),
        ("a.csv", "Fall;Tätigkeit\n".encode("cp1252"), "csv"),
    ],
    ids=lambda value: value if isinstance(value, str) else "content",
)
def test_the_kind_is_judged_by_content(tmp_path, name, content, expected):
    log = tmp_path / name
    log.write_bytes(content)
    assert kind(log) == expected


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.pdf", b"%PDF-1.7", "a.pdf is a PDF, not an event log; export the log as CSV"),
        ("a.csv", b"\x89PNG\r\n", "an image"),
        ("a.7z", b"7z\xbc\xaf\x27\x1c", "a 7z archive. Unpack it"),
        ("a.tar", bytes(257) + b"ustar", "a tar archive"),
        ("a.gz", compress(compress(TABLE)), "a gzip archive inside another"),
        ("a.gz", compress(b"PAR1"), "is parquet inside gzip"),
        ("a.docx", packed(word__document_xml="x"), "a Word document"),
        ("a.pptx", packed(ppt__presentation_xml="x"), "a presentation"),
        ("a.ods", packed(mimetype="x", **{"content.xml": "x"}), "an OpenDocument file"),
        ("a.xlsb", packed(**{"xl/workbook.bin": "x"}), "a binary Excel workbook"),
        ("a.zip", packed(**{"log.csv": "x"}), "a ZIP archive"),
        ("a.xlsx", packed(**{"xl/workbook.xml": "x"})[:-30], "is damaged"),
        ("a.xlsx", OLE, "protected by a password: open it in Excel, save it without a password"),
        ("a.bin", OLE + "EncryptedPackage".encode("utf-16-le"), "protected by a password"),
        ("a.xls", OLE, "an old Excel"),
        ("a.bin", OLE + "Workbook".encode("utf-16-le"), "an old Excel"),
        ("a.doc", OLE, "an old Office document"),
        ("a.csv", "case".encode("utf-32"), "UTF-32"),
        ("a.csv", bytes(range(256)) * 9, "is not text"),
        ("a.html", b"<!DOCTYPE html><html><body>", "a web page"),
        ("a.svg", b"<svg width='1'/>", "XML, but not an event log: it begins with <svg>"),
        ("a.xes", TABLE, "not XML as an event log would be"),
        ("a.xml", b"<!-- " + b"x" * 100, "not XML as an event log would be"),
        ("a.json", b'{"rows": []}', 'has no "events"'),
        ("a.json", b'[{"case": 1}]', 'has no "events"'),
        ("a.json", b"case", 'has no "events"'),
        ("a.jsonl", b'{"case": "1"}\n{"case": "2"}', 'has no "events"'),
    ],
    ids=lambda value: value if isinstance(value, str) else "content",
)
def test_what_is_no_log_is_refused_by_its_right_name(tmp_path, name, content, message):
    log = tmp_path / name
    log.write_bytes(content)
    with pytest.raises(UnreadableLog, match=message):
        kind(log)


def test_a_zip_with_too_large_a_table_of_contents_is_not_opened(tmp_path):
    log = tmp_path / "a.xlsx"
    end = bytearray(packed(**{"xl/workbook.xml": "x"}))
    end[-10:-6] = (100 << 20).to_bytes(4, "little")
    log.write_bytes(end)
    with pytest.raises(UnreadableLog, match="far more parts"):
        archive_entries(log)
    wide = b"PK\x06\x06" + bytes(36) + (1 << 40).to_bytes(8, "little") + bytes(8) + b"PK\x06\x07" + bytes(16)
    log.write_bytes(bytes(100) + wide + b"PK\x05\x06" + bytes(18))
    with pytest.raises(UnreadableLog, match="far more parts"):
        archive_entries(log)


def test_utf16_needs_zero_bytes_on_one_side_only():
    assert utf16(b"\0c\0a\0s\0e") == "utf-16-be"
    assert utf16(b"c\0a\0s\0e\0") == "utf-16-le"
    assert utf16(bytes(8)) is None
    assert utf16(b"case") is None
