"""The fast path for XES: complete traces in the plain form that nearly every tool writes, cut at their quotes.

In the plain form each attribute is one element `<string key="..." value="..."/>`, traces and events bear no XML
attributes, and nothing stands between elements but white space. Between its quotes such a block has four kinds of
pieces in turn: markup, key, ` value=`, value. Few different pieces of markup exist, so each is looked at once. Whatever
is not in the plain form is noticed and left to the real parser: `read_plain` then gives None.

The work is done by numpy and Arrow on whole blocks, and both let other threads run meanwhile.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pyarrow.compute as pc

from mizzle.logs.batches import LONGEST_FIELD
from mizzle.logs.xes.columns import CASE, MOST_ATTRIBUTES, Found, codes_of, indices, pieces, places_of, texts

if TYPE_CHECKING:
    import pyarrow as pa
    from numpy.typing import NDArray

# Columns of the table of markup: the fields of _Markup.
_CLOSES, _OPENS, _TAGS, _BEFORE, _AFTER, _TRACES, _EVENTS, _EARLIER, _LESSES, _CONTROLS = range(10)

_QUOTE, _LESS, _SPACE = ord('"'), ord("<"), ord(" ")
_PIECES = 4  # markup, key, ` value=`, value
_MOST_KINDS = 4_096  # different pieces of markup; more are a sign of no plain log, and would be slow
_NONCHARACTERS = (b"\xef\xbf\xbe", b"\xef\xbf\xbf")  # U+FFFE and U+FFFF, which XML does not allow

_MARKUP = re.compile(
    r"(?P<closes>[ \t\r\n]*/>)?"
    r"(?P<tags>(?:[ \t\r\n]*<(?:trace|event|/event|/trace)[ \t\r\n]*>)*)"
    r"[ \t\r\n]*"
    r"(?P<opens><(?:string|date|int|float|boolean|id)[ \t\r\n]+key[ \t\r\n]*=[ \t\r\n]*)?"
)
_TAG = re.compile(r"<(/?[a-z]+)")
_VALUE = re.compile(r"[ \t\r\n]+value[ \t\r\n]*=[ \t\r\n]*")
_STEP = {"trace": (0, 1), "event": (1, 2), "/event": (2, 1), "/trace": (1, 0)}  # depth before and after a tag

_ENTITY = re.compile(r"&(?:(amp|lt|gt|quot|apos)|#([0-9]{1,7})|#x([0-9a-fA-F]{1,6}));|&")
_NAMED = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'"}
_SURROGATES = range(0xD800, 0xE000)
_LAST = 0x10FFFF


class _Markup(NamedTuple):
    """One kind of markup between a value and the next key."""

    closes: bool
    opens: bool
    tags: bool
    before: int
    after: int
    traces: int
    events: int
    traces_before_event: int
    less: int
    controls: int


def read_plain(block: bytes) -> Found | None:
    """Read complete traces in the plain form.

    Parameters
    ----------
    block
        UTF-8 bytes of an XES file, from outside of any trace to the end of a trace.

    Returns
    -------
    Found | None
        What stands in the block, or None where it is not in the plain form, or not well-formed.
    """
    data = np.frombuffer(block, dtype=np.uint8)
    quotes = np.flatnonzero(data == _QUOTE)
    if not len(quotes) or len(quotes) % _PIECES or np.diff(quotes).max() > LONGEST_FIELD or not _is_text(block):
        return None
    n = len(quotes) // _PIECES
    cut = pieces(block, quotes)
    at = np.arange(0, 8 * n + 1, 8, dtype=np.int32)
    markup = cut.take(indices(at)).dictionary_encode()
    key = cut.take(indices(at[:-1] + 2)).dictionary_encode()
    value = cut.take(indices(at[:-1] + 4)).dictionary_encode()
    if len(markup.dictionary) > _MOST_KINDS or len(key.dictionary) > MOST_ATTRIBUTES or len(value.dictionary) > n:
        return None
    kinds = [_markup(text) for text in markup.dictionary.to_pylist()]
    keys = key.dictionary.to_pylist()
    links = value.dictionary.to_pylist()
    known = [kind for kind in kinds if kind is not None]
    if len(known) < len(kinds) or not all(map(_VALUE.fullmatch, links)) or any(map(_is_odd, keys)):
        return None
    table = np.array(known, dtype=np.int64)
    codes = codes_of(markup)
    seen = np.bincount(codes, minlength=len(known)) @ table
    controls = seen[_CONTROLS] + np.bincount(codes_of(value)) @ np.array([_controls(link) for link in links])
    # Every `<` and every control character must belong to markup; one in a value needs the real parser.
    if seen[_LESSES] != np.count_nonzero(data == _LESS) or controls != np.count_nonzero(data < _SPACE):
        return None
    # All but the first piece of markup close an attribute, and all but the last open one.
    if seen[_CLOSES] != n or table[codes[0], _CLOSES] or seen[_OPENS] != n or table[codes[-1], _OPENS]:
        return None
    # Taken out in the order of the file first: the columns are then gathered from what fits into the cache.
    values: pa.Array | None = cut.take(indices(at[:-1] + 6))
    if b"&" in block:
        values = _decoded(values)
    return None if values is None else _found(table, codes, keys, codes_of(key), values)


def _is_text(block: bytes) -> bool:
    """Say whether the bytes are UTF-8 without characters that XML forbids beyond the control characters."""
    if block.isascii():
        return True
    try:
        block.decode()
    except UnicodeDecodeError:
        return False
    return not any(odd in block for odd in _NONCHARACTERS)


def _is_odd(key: str) -> bool:
    return "&" in key or "<" in key or _controls(key) > 0


def _controls(text: str) -> int:
    return sum(character < " " for character in text)


def _markup(text: str) -> _Markup | None:
    """Understand one kind of markup; None where it is not plain."""
    match = _MARKUP.fullmatch(text)
    if match is None:
        return None
    tags = _TAG.findall(match["tags"])
    before = depth = _STEP[tags[0]][0] if tags else 0
    events = traces = traces_before_event = 0
    for tag in tags:
        needs, becomes = _STEP[tag]
        if needs != depth:
            return None
        depth = becomes
        traces += tag == "trace"
        if tag == "event":
            events += 1
            traces_before_event = traces
    # Several events in one piece of markup (all but the last without attributes) are left to the parser where a
    # trace begins among them; so are attributes of the log itself.
    if (events > 1 and traces) or (tags and depth == 0 and match["opens"]):
        return None
    return _Markup(
        closes=bool(match["closes"]),
        opens=bool(match["opens"]),
        tags=bool(tags),
        before=before,
        after=depth,
        traces=traces,
        events=events,
        traces_before_event=traces_before_event,
        less=text.count("<"),
        controls=_controls(text),
    )


def _found(
    table: NDArray[np.int64], codes: NDArray[np.int32], keys: list[str], key: NDArray[np.int32], values: pa.Array
) -> Found | None:
    """Say which event or trace each attribute belongs to; None where the tags do not fit together."""
    # Only markup with tags changes what the attributes after it belong to.
    tagged = np.flatnonzero(table[:, _TAGS][codes])
    if not len(tagged) or tagged[0] != 0:
        return None
    tags = table[codes[tagged]]
    depth = tags[:, _AFTER]
    if tags[0, _BEFORE] != 0 or depth[-1] != 0 or not np.array_equal(tags[1:, _BEFORE], depth[:-1]):
        return None
    traces, events = np.cumsum(tags[:, _TRACES]), np.cumsum(tags[:, _EVENTS])
    following = np.diff(tagged, append=len(key))
    is_trace = depth == 1
    owner = (np.where(is_trace, traces, events) - 1).astype(np.int32)
    # All attributes of an event follow one piece of markup; those of a trace may also stand after its events.
    if (
        following.max() > MOST_ATTRIBUTES
        or np.bincount(owner[is_trace], following[is_trace]).max(initial=0) > MOST_ATTRIBUTES
    ):
        return None
    shift = np.where(is_trace, 0, len(keys)).astype(np.int16)
    return Found(
        traces=int(traces[-1]),
        events=int(events[-1]),
        trace=np.repeat(traces - tags[:, _TRACES] + tags[:, _EARLIER] - 1, tags[:, _EVENTS]).astype(np.int32),
        keys=[CASE + name for name in keys] + keys,
        of_trace=np.arange(2 * len(keys)) < len(keys),
        code=key.astype(np.int16) + np.repeat(shift, following),
        owner=np.repeat(owner, following),
        place=np.arange(len(key), dtype=np.int32),
        values=values,
    )


def _decoded(values: pa.Array) -> pa.Array | None:
    """Resolve the entities in values; None where one is unknown or forbidden, which the parser then says."""
    mask = pc.match_substring(values, "&")
    held = values.take(indices(places_of(mask))).to_pylist()
    try:
        plain = [_ENTITY.sub(_character, text) for text in held]
    except ValueError:
        return None
    return pc.replace_with_mask(values, mask, texts(plain))


def _character(match: re.Match[str]) -> str:
    name, decimal, hexadecimal = match.groups()
    if name:
        return _NAMED[name]
    number = int(decimal or hexadecimal or "0", 10 if decimal else 16)
    forbidden = number < _SPACE and number not in {9, 10, 13}
    if forbidden or number in _SURROGATES or number in {0xFFFE, 0xFFFF} or number > _LAST:
        raise ValueError(match.group())
    return chr(number)
