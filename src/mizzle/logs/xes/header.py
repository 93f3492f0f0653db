"""What stands in an XES file before its first trace: encoding, extensions, classifiers."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple
from xml.parsers import expat

from mizzle.errors import UnreadableLog
from mizzle.logs.xes.parser import DEEPEST, FEED, LONGEST_TAG, Broken, local, safe_parser

if TYPE_CHECKING:
    from mizzle.logs.source import Source

_UTF16 = (b"\xff\xfe", b"\xfe\xff")


class Header(NamedTuple):
    """What a log says about itself.

    Attributes
    ----------
    offset
        Bytes before its first trace (or before its end, where it has none).
    encoding
        As the XML declaration has it, in upper case; ``"UTF-8"`` where it says nothing.
    is_simple
        Whether parts of the file can be read by themselves: UTF-8, and a root without a prefix.
    extensions, classifiers
        Prefixes of the extensions in use, and the classifiers with their keys.
    """

    offset: int
    encoding: str
    is_simple: bool
    extensions: tuple[str, ...]
    classifiers: tuple[tuple[str, str], ...]


class _Enough(Exception):
    pass


def read_header(source: Source) -> Header:
    """Read an XES file up to its first trace.

    Raises
    ------
    UnreadableLog
        For a file that is no XES, or holds a document type.
    Broken
        For XML that is not well-formed.
    """
    parser = safe_parser()
    levels: list[str] = []
    roots: list[str] = []
    encodings: list[str] = []
    extensions: list[str] = []
    classifiers: list[tuple[str, str]] = []
    offsets: list[int] = []

    def start(name: str, attributes: list[str]) -> None:
        pairs = dict(zip(attributes[::2], attributes[1::2], strict=True))
        if not levels:
            roots.append(name)
            if local(name) != "log":
                raise UnreadableLog(
                    f"{source.path.name} is XML, but no XES log: its outermost element is <{name[:100]}>, not <log>."
                    " Export the log as XES."
                )
        elif len(levels) == 1 and local(name) in {"trace", "event"}:
            offsets.append(parser.CurrentByteIndex)
            raise _Enough
        elif len(levels) == 1 and local(name) == "extension" and pairs.get("prefix"):
            extensions.append(pairs["prefix"])
        elif len(levels) == 1 and local(name) == "classifier":
            classifiers.append((pairs.get("name", ""), pairs.get("keys", "")))
        elif len(levels) >= DEEPEST:
            raise UnreadableLog(f"{source.path.name} nests elements more than {DEEPEST} levels deep, as no log does.")
        levels.append(name)

    def end(_name: str) -> None:
        levels.pop()
        if not levels:
            offsets.append(parser.CurrentByteIndex)
            raise _Enough

    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.XmlDeclHandler = lambda _version, encoding, _standalone: encodings.append((encoding or "UTF-8").upper())
    is_wide = _parse(source, parser)
    encoding = "UTF-16" if is_wide else (encodings or ["UTF-8"])[0]
    is_simple = encoding in {"UTF-8", "UTF8"} and ":" not in roots[0]
    return Header(offsets[0], encoding, is_simple, tuple(extensions), tuple(classifiers))


def _parse(source: Source, parser: expat.XMLParserType) -> bool:
    """Feed the parser until it has seen enough; say whether the file is UTF-16."""
    given, is_wide = 0, False
    while True:
        data = source.read(FEED)
        is_wide = is_wide or (not given and data.startswith(_UTF16))
        given += len(data)
        try:
            parser.Parse(data, not data)
        except _Enough:
            return is_wide
        except expat.ExpatError as error:
            raise Broken(0, expat.ErrorString(error.code), unfinished=not data) from error
        except (LookupError, ValueError) as error:
            raise Broken(0, "its encoding is not known") from error
        if given > LONGEST_TAG:
            raise UnreadableLog(
                f"{source.path.name} has no trace in its first {LONGEST_TAG // 10**6} MB, so it is no log that mizzle"
                " can read. Export it again."
            )
