"""A local file as a stream of bytes, decompressed with limits; and what kind of log it is, judged by its content."""

from __future__ import annotations

import hashlib
import re
import stat
import struct
import zipfile
import zlib
from typing import TYPE_CHECKING, Self

from mizzle.errors import UnreadableLog

if TYPE_CHECKING:
    from io import BufferedReader
    from pathlib import Path
    from types import TracebackType

BOMB_BYTES = 1 << 30
"""Decompressed bytes up to which a file may expand as much as it likes."""

BOMB_RATIO = 500
"""How many times its size on disk a file may hold beyond `BOMB_BYTES`; real logs stay below 50."""

LARGEST_DIRECTORY = 16 << 20
"""Bytes of the table of contents of a ZIP file beyond which it is not opened."""

HEAD = 1 << 20
"""Bytes at the beginning of a file that its kind is judged by."""

_CHUNK = 1 << 18
_MIB = 1 << 20
_GZIP = b"\x1f\x8b"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ACCEPTED = "export the log as CSV, Excel (.xlsx), Parquet, XES or OCEL"
_BINARY_SHARE = 0.05
_WIDE_RECORD = 76

_FOREIGN: tuple[tuple[bytes, str], ...] = (
    (b"%PDF", "a PDF"),
    (b"\x89PNG", "an image"),
    (b"\xff\xd8\xff", "an image"),
    (b"GIF8", "an image"),
    (b"II*\x00", "an image"),
    (b"MM\x00*", "an image"),
    (b"{\\rtf", "a text document"),
    (b"\x7fELF", "a program"),
    (b"PARE", "an encrypted Parquet file"),
)
_ARCHIVES: tuple[tuple[bytes, str], ...] = (
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (b"Rar!", "a RAR archive"),
    (b"\xfd7zXZ\x00", "an xz archive"),
    (b"BZh", "a bzip2 archive"),
    (_GZIP, "a gzip archive inside another"),
    (b"\x28\xb5\x2f\xfd", "a zstd archive"),
)
_PROLOGUE = re.compile(r"\s+|<\?.*?\?>|<!--.*?-->", re.DOTALL)
_DOCTYPE = re.compile(r"<!DOCTYPE(?:[^\[>\"']|\"[^\"]*\"|'[^']*')*(?:\[.*?\]\s*)?>", re.DOTALL | re.IGNORECASE)
_TAG = re.compile(r"<([A-Za-z_][\w.\-]*:)?([A-Za-z_][\w.\-]*)([^<>]*)>?")
_CONTROL = bytes(code for code in range(32) if code not in b"\t\n\v\f\r\x1a\x1b") + b"\x7f"


class Source:
    """One file, read as a stream of (decompressed) bytes in bounded memory; use it in a `with` block or close it.

    Parameters
    ----------
    path
        A file on this machine; gzip is recognised by its content, whatever the name.
    bomb_ratio, bomb_bytes
        A gzip file is refused once it has given more than `bomb_bytes` and more than `bomb_ratio` times its size.

    Attributes
    ----------
    path, size, compressed
        The file, its bytes on disk, and whether it is gzip.

    Raises
    ------
    UnreadableLog
        Where there is no such file, it is a folder, may not be read or is empty.
    """

    def __init__(self, path: Path, *, bomb_ratio: int = BOMB_RATIO, bomb_bytes: int = BOMB_BYTES) -> None:
        self.path = path
        self.size = _size(path)
        self._bomb_ratio, self._bomb_bytes = bomb_ratio, bomb_bytes
        try:
            self._file: BufferedReader = path.open("rb")
        except OSError as error:
            raise _unopenable(path, error) from error
        self.compressed = self._file.read(2) == _GZIP
        self._given = self._expanded = 0
        self._ready = self._tail = b""
        self._rewind()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()

    @property
    def done(self) -> float:
        """Share of the file on disk that has been read, 0 to 1."""
        return min(1.0, self._file.tell() / self.size)

    def read(self, n: int) -> bytes:
        """Give the next `n` bytes, decompressed; fewer only at the end of the file, and none after it.

        Raises
        ------
        UnreadableLog
            For a gzip file that breaks off, is damaged, or is a decompression bomb.
        """
        if not self.compressed:
            data = self._file.read(n)
            self._given += len(data)
            return data
        parts = []
        while n > 0:
            if not self._ready:
                self._ready = self._expand(max(n, _CHUNK))
                if not self._ready:
                    break
            part, self._ready = self._ready[:n], self._ready[n:]
            parts.append(part)
            n -= len(part)
            self._given += len(part)
        return b"".join(parts)

    def skip(self, offset: int) -> None:
        """Go to a place, counted in decompressed bytes from the beginning of the file, and read on from there.

        Raises
        ------
        UnreadableLog
            Where the file is shorter than that.
        """
        if offset < self._given:
            self._rewind()
        if not self.compressed:
            self._file.seek(min(offset, self.size))
            self._given = self._file.tell()
        while self._given < offset:
            if not self.read(min(offset - self._given, _MIB)):
                name = self.path.name
                raise UnreadableLog(
                    f"{name} is shorter than when its import began. Start the import from the beginning."
                )

    def digest(self) -> str:
        """Tell this file from others, and from itself after a change: a hash of its size, first and last MiB."""
        with self.path.open("rb") as file:
            first = file.read(_MIB)
            file.seek(max(0, self.size - _MIB))
            last = file.read(_MIB)
        return hashlib.sha256(b"%d\n" % self.size + first + last).hexdigest()

    def _rewind(self) -> None:
        self._file.seek(0)
        self._given = self._expanded = 0
        self._ready = self._tail = b""
        self._inflate = zlib.decompressobj(wbits=31)

    def _expand(self, n: int) -> bytes:
        """Decompress up to `n` more bytes; none at the end of the file."""
        while True:
            data = self._tail or self._file.read(_CHUNK)
            if self._inflate.eof:
                # A gzip file may be several written one after the other, and tape pads it with zeros.
                data = data.lstrip(b"\x00")
                if not data:
                    if not self._file.peek(1):
                        return b""
                    self._tail = b""
                    continue
                self._inflate = zlib.decompressobj(wbits=31)
            try:
                out = self._inflate.decompress(data, n)
            except zlib.error as error:
                raise UnreadableLog(
                    f"{self.path.name} is damaged: its gzip compression cannot be undone. Copy or export it again."
                ) from error
            self._tail = self._inflate.unused_data or self._inflate.unconsumed_tail
            if out:
                self._expanded += len(out)
                self._refuse_bomb()
                return out
            if not data:
                raise UnreadableLog(
                    f"{self.path.name} breaks off: the end of the gzip file is missing. Copy or export it again."
                )

    def _refuse_bomb(self) -> None:
        if self._expanded > self._bomb_bytes and self._expanded > self._bomb_ratio * self.size:
            raise UnreadableLog(
                f"{self.path.name} expands to more than {self._bomb_ratio} times its size, as no event log does."
                " Decompress it yourself if you trust it, and read the result."
            )


def open_source(path: Path) -> Source:
    """Open a file as a stream of bytes, decompressed where it is gzip.

    Raises
    ------
    UnreadableLog
        Where there is no such file, it is a folder, may not be read or is empty.
    """
    return Source(path)


def kind(path: Path) -> str:
    """Say what kind of log a file is, by its content first, then by its name.

    Parameters
    ----------
    path
        A file on this machine; gzip may wrap CSV, XES and OCEL as JSON or XML.

    Returns
    -------
    str
        ``"csv"``, ``"parquet"``, ``"excel"``, ``"xes"``, ``"ocel-json"``, ``"ocel-xml"`` or ``"ocel-sqlite"``.

    Raises
    ------
    UnreadableLog
        For a file that cannot be opened, or is no event log; the message says what it is instead.
    """
    with open_source(path) as source:
        head = source.read(HEAD)
        whole = len(head) < HEAD
        compressed = source.compressed
    if not head:
        raise UnreadableLog(f"{path.name} is empty. Export the log again.")
    binary = _binary_kind(path, head)
    if binary is not None:
        if compressed:
            raise UnreadableLog(
                f"{path.name} is {binary} inside gzip. Decompress it first (gunzip), then read the result."
            )
        return binary
    return _text_kind(path, head, whole=whole)


def archive_entries(path: Path) -> list[zipfile.ZipInfo]:
    """List what a ZIP file says it holds, without unpacking any of it.

    Raises
    ------
    UnreadableLog
        For a ZIP file that is damaged, or whose table of contents is too large for a workbook.
    """
    if _directory_bytes(path) > LARGEST_DIRECTORY:
        raise UnreadableLog(f"{path.name} holds far more parts than a workbook has. Export the log as CSV.")
    try:
        with zipfile.ZipFile(path) as archive:
            return archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, struct.error, OverflowError) as error:
        raise UnreadableLog(
            f"{path.name} is damaged (it breaks off, or was changed). Copy or export it again."
        ) from error


def _size(path: Path) -> int:
    try:
        about = path.stat()
    except (OSError, ValueError) as error:
        raise _unopenable(path, error) from error
    if stat.S_ISDIR(about.st_mode):
        raise UnreadableLog(f"{path} is a folder. Name the file of the log inside it.")
    if not stat.S_ISREG(about.st_mode):
        raise UnreadableLog(f"{path} is not a file on disk. Save the log as a file first.")
    if about.st_size == 0:
        raise UnreadableLog(f"{path.name} is empty. Export the log again.")
    return about.st_size


def _unopenable(path: Path, error: Exception) -> UnreadableLog:
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        return UnreadableLog(f"There is no file {path}. Check its name and folder.")
    if isinstance(error, PermissionError):
        return UnreadableLog(f"{path} may not be read by you. Ask for the right to read it, or copy it.")
    return UnreadableLog(f"{path} cannot be opened. Check its name, and that the disk is there.")


def _binary_kind(path: Path, head: bytes) -> str | None:
    """Name a kind of binary log; None for text; raise for other binary files."""
    if head.startswith(b"PAR1"):
        return "parquet"
    if head.startswith(b"SQLite format 3\x00"):
        return "ocel-sqlite"
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _zip_kind(path)
    if head.startswith(_OLE):
        raise _ole(path)
    _refuse_foreign(path, head)
    return None


def _refuse_foreign(path: Path, head: bytes) -> None:
    for magic, what in _FOREIGN:
        if head.startswith(magic):
            raise UnreadableLog(f"{path.name} is {what}, not an event log; {_ACCEPTED}.")
    for magic, what in _ARCHIVES:
        if head.startswith(magic):
            raise UnreadableLog(f"{path.name} is {what}. Unpack it and read the log inside.")
    if head[257:262] == b"ustar":
        raise UnreadableLog(f"{path.name} is a tar archive. Unpack it and read the log inside.")


def _zip_kind(path: Path) -> str:
    names = {entry.filename for entry in archive_entries(path)}
    folders = {name.partition("/")[0] for name in names}
    if "xl/workbook.bin" in names:
        raise UnreadableLog(f"{path.name} is a binary Excel workbook. Open it in Excel and save it as .xlsx or CSV.")
    if "xl" in folders or path.suffix.lower() in {".xlsx", ".xlsm"}:
        return "excel"
    for folder, what in (("word", "a Word document"), ("ppt", "a presentation")):
        if folder in folders:
            raise UnreadableLog(f"{path.name} is {what}, not an event log; {_ACCEPTED}.")
    if {"mimetype", "content.xml"} <= names:
        raise UnreadableLog(f"{path.name} is an OpenDocument file. Open it and save it as .xlsx or CSV.")
    raise UnreadableLog(f"{path.name} is a ZIP archive. Unpack it and read the log inside.")


def _ole(path: Path) -> UnreadableLog:
    """Tell apart the files of old Office, which Excel also wraps around a workbook with a password."""
    with path.open("rb") as file:
        data = file.read(HEAD)
        file.seek(max(0, path.stat().st_size - HEAD))
        data += file.read(HEAD)
    suffix = path.suffix.lower()
    if "EncryptedPackage".encode("utf-16-le") in data or suffix in {".xlsx", ".xlsm"}:
        return UnreadableLog(
            f"{path.name} is protected by a password: open it in Excel, save it without a password, and read that."
        )
    if "Workbook".encode("utf-16-le") in data or suffix == ".xls":
        return UnreadableLog(f"{path.name} is a workbook of an old Excel (.xls). Open it and save it as .xlsx or CSV.")
    return UnreadableLog(f"{path.name} is an old Office document, not an event log; {_ACCEPTED}.")


def _directory_bytes(path: Path) -> int:
    """Read how large the table of contents of a ZIP file says it is; 0 where it has none."""
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - 66_000))
        tail = file.read()
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) < at + 22:
        return 0
    size = int.from_bytes(tail[at + 12 : at + 16], "little")
    # The 64-bit record and the pointer to it stand right before the end record, where they are used.
    record = tail[at - 76 : at] if at >= _WIDE_RECORD else b""
    if record.startswith(b"PK\x06\x06"):
        size = int.from_bytes(record[40:48], "little")
    return size


def _text_kind(path: Path, head: bytes, *, whole: bool) -> str:
    text = _as_text(path, head)
    start = text.lstrip("\ufeff \t\r\n")
    suffix = (path.with_suffix("") if path.suffix.lower() == ".gz" else path).suffix.lower()
    if start.startswith("<") or suffix.startswith((".xes", ".xml")):
        return _xml_kind(path, start)
    if re.match(r'\{\s*["}]|\[\s*(?:[{\[\]"]|$)', start) or suffix.startswith(".json"):
        return _json_kind(path, start, whole=whole)
    return "csv"


def _as_text(path: Path, head: bytes) -> str:
    """Give the head as text, well enough to see its kind; raise where it is no text at all."""
    if head.startswith((b"\xff\xfe\x00\x00", b"\x00\x00\xfe\xff")):
        raise UnreadableLog(f"{path.name} is written in UTF-32, which hardly anything reads. Save it as UTF-8.")
    encoding = utf16(head)
    if encoding is not None:
        return head.decode(encoding, "replace")
    sample = head[:65_536]
    odd = len(sample) - len(sample.translate(None, delete=_CONTROL))
    if odd > _BINARY_SHARE * len(sample):
        raise UnreadableLog(
            f"{path.name} is not text and of no kind that mizzle knows, so it is no event log; {_ACCEPTED}."
        )
    return head.removeprefix(b"\xef\xbb\xbf").decode("latin-1")


def utf16(head: bytes) -> str | None:
    """Name the UTF-16 encoding that a file begins in, by its byte order mark or by its zero bytes; None for others.

    Examples
    --------
    >>> utf16("case".encode("utf-16-le")), utf16(b"case,activity")
    ('utf-16-le', None)
    """
    if head.startswith(b"\xff\xfe"):
        return "utf-16-le"
    if head.startswith(b"\xfe\xff"):
        return "utf-16-be"
    sample = head[:4096]
    half = len(sample) // 2
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    if odd > 0.7 * half and even < 0.1 * half:
        return "utf-16-le"
    if even > 0.7 * half and odd < 0.1 * half:
        return "utf-16-be"
    return None


def _xml_kind(path: Path, text: str) -> str:
    at = 0
    while (skipped := _PROLOGUE.match(text, at) or _DOCTYPE.match(text, at)) is not None:
        at = skipped.end()
    root = _TAG.match(text, at)
    if root is None:
        raise UnreadableLog(f"{path.name} is not XML as an event log would be (XES or OCEL); {_ACCEPTED}.")
    name, attributes = root.group(2).lower(), root.group(3)
    if name == "html":
        raise UnreadableLog(f"{path.name} is a web page, not an event log; {_ACCEPTED}.")
    if name == "ocel":
        return "ocel-xml"
    if name != "log":
        raise UnreadableLog(
            f"{path.name} is XML, but not an event log: it begins with <{root.group(2)[:40]}>; {_ACCEPTED}."
        )
    if "xes" in attributes:
        return "xes"
    # OCEL calls its root <log> as XES does; only OCEL has objects, and events outside of traces.
    for child in _TAG.finditer(text, root.end()):
        if child.group(2) in {"object-types", "event-types", "objects", "events"}:
            return "ocel-xml"
        if child.group(2) in {"trace", "extension", "classifier"}:
            return "xes"
    return "ocel-xml" if "ocel" in path.name.lower() else "xes"


def _json_kind(path: Path, text: str, *, whole: bool) -> str:
    if text.startswith("{"):
        signs = ['"events"', '"ocel:events"']
        if not whole:
            signs += ['"eventTypes"', '"objectTypes"', '"objects"', '"ocel:']
        if any(sign in text for sign in signs):
            return "ocel-json"
    raise UnreadableLog(f'{path.name} is not an event log in JSON as OCEL is: it has no "events"; {_ACCEPTED}.')
