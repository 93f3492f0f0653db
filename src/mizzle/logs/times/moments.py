"""What the times of a column mean: one spelling per column, found out from all its values, read a whole column at once.

Where the digits of a value stand follows from its shape (the value with every digit as a 9), and a column has few of
them. So a pattern is matched once per shape, and the digits of all its values are then read side by side as numbers.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mizzle.errors import UnclearMapping
from mizzle.logs.times.dateorder import CENTURY_TURNS, ORDERS, DateOrders
from mizzle.logs.times.zones import offsets, zone_named

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    Numbers = NDArray[np.int64]
    Flags = NDArray[np.bool_]

MISSING: Final = (
    *("", "?", "-", "--", "NA", "N/A", "n/a", "#N/A", "<NA>", "NULL", "null", "Null", "(null)"),
    *("None", "none", "nan", "NaN", "NaT"),
)
"""What people and programs write where there is nothing to write."""

INSTANT = pa.timestamp("us", tz="UTC")
"""The Arrow type of every instant."""

FIRST_YEAR, LAST_YEAR = 1900, 2200
"""Years outside of these are slips of the pen, not times of work."""

_SECOND = 1_000_000
_DAY = 86_400 * _SECOND
_MONTHS_A_YEAR, _EXCEL_1970 = 12, 25_569
_HALF_DAY_HOURS, _DAY_HOURS, _SIXTY, _WIDEST_OFFSET_HOURS = 12, 24, 60, 15
_FIRST = (np.datetime64(f"{FIRST_YEAR}-01-01", "us")).astype(np.int64)
_MONTH_STARTS = np.arange(f"{FIRST_YEAR}-01", f"{LAST_YEAR + 1}-02", dtype="datetime64[M]").astype("datetime64[D]")
_MONTH_STARTS = _MONTH_STARTS.astype(np.int64)
_LAST = (np.datetime64(f"{LAST_YEAR + 1}-01-01", "us")).astype(np.int64)

_MONTH_WORDS = "jan ene,feb,mar,apr abr,may mai,jun,jul,aug ago,sep set,oct okt,nov,dec dic des"
MONTHS: Final = {word: month for month, words in enumerate(_MONTH_WORDS.split(","), 1) for word in words.split()}
"""Months by the first three letters of their English, Spanish and Norwegian names."""

LONGEST = 48  # bytes of a written time; what is longer is none
_DIGITS_AS_NINES = bytes.maketrans(b"0123456789", b"9999999999")
SPACE = "[ \u00a0\u202f]"
WORD = f"(?:{'|'.join(MONTHS)})[a-z]{{0,7}}"
JOINT = f"(?:T|:|,?{SPACE}+(?:(?:at|kl\\.?|a las){SPACE}+)?)"
_WORD_JOINT = rf"\.?{SPACE}del?{SPACE}|[-/.,{SPACE[1:-1]}]*"
_MARK = rf"[ap]\.?{SPACE}?m\.?"
_ZONE = r"z|utc|gmt|[+-][0-9]{2}(?::?[0-9]{2})?"
_TAIL = rf"(?:{SPACE}*(?P<mark>{_MARK}))?(?:{SPACE}*(?P<zone>{_ZONE}))?"
_FRACTION = r"(?:[.,](?P<fraction>[0-9]{1,9}))?"
_SECONDS = rf"(?:[:.](?P<second>[0-9]{{2}}){_FRACTION})?"
_CLOCK = rf"(?P<hour>[0-9]{{1,2}})[:.](?P<minute>[0-9]{{2}}){_SECONDS}{_TAIL}"
_COMPACT = (
    "(?P<y>[0-9]{4})(?P<m>[0-9]{2})(?P<d>[0-9]{2})"
    rf"(?:(?:T|{SPACE}+)?(?P<hour>[0-9]{{2}}):?(?P<minute>[0-9]{{2}})(?::?(?P<second>[0-9]{{2}}){_FRACTION})?{_TAIL})?"
)
_NUMBER = "(?P<whole>[0-9]{1,16})(?:[.,](?P<fraction>[0-9]{1,15}))?"

_NUMBERS = {"Unix seconds": _SECOND, "Unix milliseconds": 1000, "Unix microseconds": 1, "Excel days": _DAY}
_COMPACT_NAMES = ("yyyymmdd", "yyyymmddHHMM", "yyyymmddHHMMSS")
_SPELLED = re.compile(
    r"(?P<date>(?:(?:yyyy|yy|mmm|mm|dd)(?:[-/. ]|, )?){3}?)"
    r"(?: (?:HH:MM(?::SS)?|(?P<twelve>hh:MM(?::SS)? AM)))?"
)
_MOST_SHAPES = 400  # a column with more shapes than this holds free text
_ENOUGH = 0.5  # share of values that must be read for a column to hold times
_OTHER = "other"
_COMPACT_DATE = "^(?:19|20|21)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])"
_ZONE_SHAPE = _ZONE.replace("[0-9]", "9")

_SHAPE_TAIL = rf"(?:{SPACE}*(?P<mark>{_MARK}))?(?:{SPACE}*(?:{_ZONE_SHAPE}))?"
_SHAPE_CLOCK = rf"(?P<time>9{{1,2}}[:.]99(?P<second>[:.]99(?:[.,]9+)?)?){_SHAPE_TAIL}"
_SHAPE_DATES = {
    "ymd": r"9{4}(?P<between>[-/.])9{1,2}(?P=between)9{1,2}",
    "long": r"9{1,2}(?P<between>[-/.])9{1,2}(?P=between)9{4}",
    "short": r"9{1,2}(?P<between>[-/.])9{1,2}(?P=between)99",
    "dmy": rf"9{{1,2}}(?P<between>{_WORD_JOINT}){WORD}(?:{_WORD_JOINT})(?P<year>9{{4}}|99)",
    "mdy": rf"{WORD}(?P<between>{_WORD_JOINT})9{{1,2}}[-/.,{SPACE[1:-1]}]+(?P<year>9{{4}}|99)",
}
_SHAPES = {family: re.compile(rf"(?i){date}(?:{JOINT}{_SHAPE_CLOCK})?") for family, date in _SHAPE_DATES.items()} | {
    "compact": re.compile(
        rf"(?i)9{{8}}(?P<time>(?:T|{SPACE}+)?99:?99(?P<second>:?99(?:[.,]9+)?)?(?:{SPACE}*(?:{_ZONE_SHAPE}))?)?"
    ),
    "Unix seconds": re.compile(r"9{9,10}(?:[.,]9+)?"),
    "Unix milliseconds": re.compile(r"9{13}(?:[.,]9+)?"),
    "Unix microseconds": re.compile(r"9{16}"),
    "Excel days": re.compile(r"9{5}(?:[.,]9+)?"),
}

EXAMPLES: Final = (
    *("ISO 8601", "dd/mm/yyyy HH:MM", "mm/dd/yyyy hh:MM AM", "dd.mm.yyyy HH:MM:SS", "dd-mmm-yyyy HH:MM"),
    *("yyyymmddHHMMSS", *_NUMBERS),
)
"""Some of the spellings that a `TimeFormat` can have, to show in messages."""


class _Plan(NamedTuple):
    """How to read a spelling: a pattern for the shapes of values, and whether the 12-hour clock is kept."""

    pattern: re.Pattern[str]
    twelve: bool


class _Layout(NamedTuple):
    """Where the parts of a value stand, for all values of one shape: bytes from and to; and what letters say."""

    spans: dict[str, tuple[int, int]]
    month: int
    short_year: bool
    mark: str
    sign: int
    has_zone: bool


@dataclass(frozen=True, slots=True)
class TimeFormat:
    """How the times of one column are written, in a spelling that people read and a mapping file keeps.

    Known spellings are ``ISO 8601``; a date as ``dd/mm/yyyy``, ``mm/dd/yyyy``, ``dd.mm.yyyy``, ``yyyy/mm/dd``,
    ``dd-mmm-yyyy`` (``mmm``: the name of a month in English, Spanish or Norwegian; ``yy``: two digits, 70 to 99 are
    the last century), alone or followed by `` HH:MM``, `` HH:MM:SS`` or, for the 12-hour clock, `` hh:MM AM``;
    ``yyyymmddHHMMSS``; ``Unix seconds``, ``Unix milliseconds``, ``Unix microseconds`` and ``Excel days``.

    Parameters
    ----------
    name
        The spelling.

    Raises
    ------
    UnclearMapping
        For a spelling that mizzle does not know.

    Notes
    -----
    The order of day, month and year, the names of months and the 12-hour clock are kept to. Within that, reading
    forgives: zeros in front may be missing, the separators ``-``, ``/`` and ``.`` are one, and the time of day may be
    missing or more exact than the spelling says (seconds, fractions, a zone such as ``Z``, ``+01:00`` or ``UTC``).

    Examples
    --------
    >>> TimeFormat("dd/mm/yyyy HH:MM").read(pa.array(["29/2/2016 6:42"]), "Europe/Oslo")[0].as_py().isoformat()
    '2016-02-29T05:42:00+00:00'
    """

    name: str

    def __post_init__(self) -> None:
        _plan(self.name)

    def __str__(self) -> str:
        """Give the spelling."""
        return self.name

    def read(self, array: pa.Array, timezone: str = "UTC", after: pa.Array | None = None) -> pa.Array:
        """Read the values of a column.

        Parameters
        ----------
        array
            Text values; null stays null.
        timezone
            Name of the zone (as ``Europe/Oslo``) of values that name none themselves. A time that a clock change
            skips or doubles is read with the offset in force before the change: of a doubled hour, the first.
        after
            Instants that the values cannot be before, as the starts of what ended at them; null says nothing. A time
            of a doubled hour that would be is taken for the second.

        Returns
        -------
        pa.Array
            Instants, ``timestamp[us, tz=UTC]``; null for what cannot be read: another spelling, a date that is none
            (31 February), or a year outside 1900 to 2200.

        Raises
        ------
        UnclearMapping
            For a zone that does not exist.
        """
        zone = zone_named(timezone)
        texts = as_texts(array)
        counted = self.name in _NUMBERS
        micros = np.zeros(len(texts), dtype=np.int64)
        valid, local = np.zeros((2, len(texts)), dtype=np.bool_)
        data, starts = _bytes(texts)
        for shape, places in _by_shape(texts):
            layout = _layout(self.name, shape)
            if layout:
                digits = _Digits(data, starts[places], layout.spans, alone=isinstance(places, slice))
                micros[places], valid[places] = _counted(digits, self.name) if counted else _dated(digits, layout)
                local[places] = self.name == "Excel days" if counted else not layout.has_zone
        if timezone != "UTC":
            inside = valid & local & (micros >= _FIRST) & (micros < _LAST)
            written = micros
            micros = np.where(inside, micros - offsets(np.where(inside, micros, 0), zone), micros)
            if after is not None:
                earliest = after.cast(pa.int64()).fill_null(_FIRST).to_numpy()
                late = np.flatnonzero(inside & (micros < earliest))
                second = written[late] - offsets(written[late], zone, fold=1)
                micros[late] = np.where(second >= earliest[late], second, micros[late])
        valid &= (micros >= _FIRST) & (micros < _LAST)
        return pa.array(micros, mask=~valid).cast(INSTANT)


def as_texts(column: pa.Array | pa.ChunkedArray) -> pa.Array:
    """Give a column as one array of `pa.string()`, whatever its chunks and kind of text."""
    whole = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    return whole if whole.type == pa.string() else whole.cast(pa.string())


@lru_cache(maxsize=256)
def _plan(name: str) -> _Plan:
    if name in _NUMBERS:
        return _Plan(re.compile(_NUMBER), twelve=False)
    if name in _COMPACT_NAMES:
        return _Plan(re.compile(f"(?i){_COMPACT}"), twelve=False)
    spelled = _SPELLED.fullmatch("yyyy-mm-dd HH:MM" if name == "ISO 8601" else name)
    tokens = re.findall("[a-z]+", spelled["date"]) if spelled else []
    order = "".join(token[0] for token in tokens)
    if not spelled or order not in ORDERS or not spelled["date"][-1].isalpha():
        raise UnclearMapping(f"{name!r} is no spelling of times that mizzle knows. Choose one such as {_listed()}.")
    parts = {"y": "(?P<y>[0-9]{4})" if "yyyy" in tokens else "(?P<y>[0-9]{2})", "d": "(?P<d>[0-9]{1,2})"}
    parts["m"] = f"(?P<word>{WORD})" if "mmm" in tokens else "(?P<m>[0-9]{1,2})"
    between = f"(?:{_WORD_JOINT})" if "mmm" in tokens else "[-/.]"
    date = between.join(parts[part] for part in order)
    return _Plan(re.compile(f"(?i){date}(?:{JOINT}{_CLOCK})?"), twelve=bool(spelled["twelve"]))


def _listed() -> str:
    return ", ".join(repr(example) for example in EXAMPLES)


@lru_cache(maxsize=4096)
def _layout(name: str, shape: str) -> _Layout | None:
    """Find the parts in a shape (a value with every digit as a 9); None where it does not follow the spelling."""
    if len(shape) > LONGEST:
        return None
    plan = _plan(name)
    found = plan.pattern.fullmatch(shape)
    if not found:
        return None
    groups = {part: text for part, text in found.groupdict().items() if text}
    mark, zone = groups.get("mark", "")[:1].lower(), groups.get("zone", "")
    if plan.twelve and not mark:
        return None
    before = {part: len(shape[: found.start(part)].encode()) for part in groups}
    spans = {part: (before[part], before[part] + len(text)) for part, text in groups.items() if text.isdigit()}
    if zone[:1] in {"+", "-"}:
        at = before["zone"] + 1
        spans["zone_hours"] = (at, at + 2)
        if len(zone) > len("+01"):
            spans["zone_minutes"] = (before["zone"] + len(zone) - 2, before["zone"] + len(zone))
    month = MONTHS[groups["word"][:3].lower()] if "word" in groups else 0
    sign = -1 if zone[:1] == "-" else 1
    return _Layout(spans, month, len(groups.get("y", "")) == len("yy"), mark, sign, bool(zone))


def _bytes(texts: pa.Array) -> tuple[NDArray[np.uint8], Numbers]:
    """Give the bytes of all texts, and where each begins."""
    _, ends, data = texts.buffers()
    starts = np.frombuffer(ends or b"", dtype=np.int32)[texts.offset : texts.offset + len(texts)]
    return np.frombuffer(data or b"", dtype=np.uint8), starts.astype(np.int64)


def _by_shape(texts: pa.Array) -> Iterator[tuple[str, Any]]:
    """Give each shape with the places of its values."""
    coded = shapes_of(texts).dictionary_encode()
    codes = coded.indices.fill_null(-1).to_numpy(zero_copy_only=False)
    shapes = coded.dictionary.to_pylist()
    if len(shapes) == 1 and not coded.null_count:
        yield shapes[0], slice(None)
        return
    order = np.argsort(codes, kind="stable")
    ends = np.searchsorted(codes[order], np.arange(-1, len(shapes)), side="right")
    for code, shape in enumerate(shapes):
        yield shape, order[ends[code] : ends[code + 1]]


def shapes_of(texts: pa.Array) -> pa.Array:
    """Write every digit of some texts as a 9."""
    validity, ends, data = texts.buffers()
    nines = pa.py_buffer(data.to_pybytes().translate(_DIGITS_AS_NINES) if data else b"")
    return pa.Array.from_buffers(pa.string(), len(texts), [validity, ends, nines], offset=texts.offset)


class _Digits(NamedTuple):
    """The values of one shape, as bytes; `alone` where the column has no other shape and no null."""

    data: NDArray[np.uint8]
    starts: Numbers
    spans: dict[str, tuple[int, int]]
    alone: bool

    def number(self, part: str, most: int = 16) -> Numbers:
        """Read the digits of a part, `most` of them; 0 where the shape does not have it."""
        first, last = self.spans.get(part, (0, 0))
        number = np.zeros(len(self.starts), dtype=np.int64)
        for place in range(first, min(last, first + most)):
            number *= 10
            number += self._at(place)
        return number

    def _at(self, place: int) -> NDArray[np.uint8]:
        """One digit of each value; where all stand at the same distance, without looking each up."""
        if self.alone and len(self.starts) > 1:
            step = int(self.starts[1] - self.starts[0])
            signs = self.data[int(self.starts[0]) + place :: step][: len(self.starts)]
        else:
            signs = self.data[self.starts + place]
        return signs - np.uint8(ord("0"))

    def millionths(self) -> Numbers:
        """Read the fraction, to six digits."""
        first, last = self.spans.get("fraction", (0, 0))
        scale: int = 10 ** max(6 - (last - first), 0)
        return self.number("fraction", 6) * scale


def _dated(digits: _Digits, layout: _Layout) -> tuple[Numbers, Flags]:
    """Microseconds since 1970 in UTC or local time, and which values are dates and times that there are."""
    year, day = digits.number("y"), digits.number("d")
    month = np.full(len(year), layout.month) if layout.month else digits.number("m")
    if layout.short_year:
        year += np.where(year < CENTURY_TURNS, 2000, 1900)
    valid = (month >= 1) & (month <= _MONTHS_A_YEAR) & (year >= FIRST_YEAR) & (year <= LAST_YEAR)
    months = np.where(valid, (year - FIRST_YEAR) * _MONTHS_A_YEAR + month - 1, 0)
    first = _MONTH_STARTS[months]
    valid &= (day >= 1) & (day <= _MONTH_STARTS[months + 1] - first)
    hour, minute, second = digits.number("hour"), digits.number("minute"), digits.number("second")
    valid &= (minute < _SIXTY) & (second < _SIXTY) & (hour < _DAY_HOURS)
    if layout.mark:
        valid &= hour <= _HALF_DAY_HOURS
        hour = hour % _HALF_DAY_HOURS + (_HALF_DAY_HOURS if layout.mark == "p" else 0)
    ahead_hours, ahead_minutes = digits.number("zone_hours"), digits.number("zone_minutes")
    valid &= (ahead_hours <= _WIDEST_OFFSET_HOURS) & (ahead_minutes < _SIXTY)
    minutes = hour * 60 + minute - layout.sign * (ahead_hours * 60 + ahead_minutes)
    return (first + day - 1) * _DAY + (minutes * 60 + second) * _SECOND + digits.millionths(), valid


def _counted(digits: _Digits, name: str) -> tuple[Numbers, Flags]:
    """Microseconds since 1970 of counted times, and which of them can be times."""
    whole, unit = digits.number("whole"), _NUMBERS[name]
    valid = whole < 2 * _LAST // unit
    whole = np.where(valid, whole, 0)
    if name == "Excel days":
        first, last = digits.spans.get("fraction", (0, 0))
        share = digits.number("fraction") / 10.0 ** (last - first)
        # A workbook keeps days as floating numbers, exact to about a millisecond; below that is noise.
        # Before March 1900 Excel counts a leap day that never was.
        micros = (whole - _EXCEL_1970) * _DAY + np.round(share * 86_400_000).astype(np.int64) * 1000
        return micros, valid & (whole > _SIXTY)
    return whole * unit + digits.millionths() * unit // _SECOND, valid


class _Shape(NamedTuple):
    family: str
    between: str = ""
    year: int = 4
    clock: str = ""


@lru_cache(maxsize=4096)
def _understood(shape: str) -> _Shape | None:
    """Say what a value of this shape (digits as nines) could be, or None."""
    for family, pattern in _SHAPES.items():
        found = pattern.fullmatch(shape)
        if found:
            parts = found.groupdict()
            clock = ""
            if parts.get("time"):
                clock = " hh:MM" if parts.get("mark") else " HH:MM"
                clock += (":SS" if parts["second"] else "") + (" AM" if parts.get("mark") else "")
            year = 2 if family == "short" else len(parts.get("year") or "yyyy")
            return _Shape(family, parts.get("between") or "", year, clock)
    return None


class TimeProfile:
    """What the values of a column look like as times, gathered batch by batch, and the decision that follows.

    Parameters
    ----------
    missing
        What stands for no value; it is passed over.

    Attributes
    ----------
    values
        How many values there were.
    shapes
        How many values have each shape (every digit as a 9).

    Examples
    --------
    >>> profile = TimeProfile()
    >>> profile.add(pa.array(["3/4/2016 10:15", "29/2/2016 06:42"]))
    >>> profile.decide("opened_at").name
    'dd/mm/yyyy HH:MM'
    """

    def __init__(self, missing: Sequence[str] = MISSING) -> None:
        self.values = 0
        self.shapes: Counter[str] = Counter()
        self._missing = pa.array(list(missing), pa.string())
        self._rows = 0
        self._examples: dict[str, tuple[int, str]] = {}
        self._orders = {4: DateOrders(("dmy", "mdy"), "[0-9]{4}"), 2: DateOrders(ORDERS, "[0-9]{2}")}

    def add(self, array: pa.Array | pa.ChunkedArray, rows: pa.Array | None = None) -> None:
        """Take in the next values of the column.

        Parameters
        ----------
        array
            Text values; null and what stands for nothing is passed over.
        rows
            Their positions in the file, for messages; without, they are counted from 1.
        """
        texts = pc.utf8_trim_whitespace(as_texts(array))
        absent = pc.is_in(texts, value_set=self._missing)
        texts = pc.if_else(pc.or_kleene(absent, pc.is_null(texts)), pa.scalar(None, pa.string()), texts)
        at = np.arange(self._rows + 1, self._rows + len(texts) + 1) if rows is None else rows.to_numpy()
        self._rows += len(texts)
        self.values += len(texts) - texts.null_count
        shapes = self._shapes(texts)
        counted = {str(one["values"]): int(one["counts"]) for one in pc.value_counts(shapes.drop_null()).to_pylist()}
        for shape in sorted(counted, key=lambda one: (-counted[one], one)):
            known = shape in self.shapes or len(self.shapes) < _MOST_SHAPES
            self.shapes[shape if known else _OTHER] += counted[shape]
            if known and shape not in self._examples:
                place = pc.index(shapes, shape).as_py()
                self._examples[shape] = (int(at[place]), texts[place].as_py())
        families = {(found.family, found.year) for shape in counted if (found := _understood(shape))}
        for family, year in (("long", 4), ("short", 2)):
            if (family, year) in families:
                self._orders[year].add(texts, at)

    @staticmethod
    def _shapes(texts: pa.Array) -> pa.Array:
        """Write every digit as a 9; what is no time for its length, or no date for its digits, becomes `other`."""
        shapes = shapes_of(pc.if_else(pc.greater(pc.binary_length(texts), LONGEST), _OTHER, texts))
        compact = pc.match_substring_regex(shapes, "^9{8}(?:[^0-9]|$|9{4}$|9{6})")
        if pc.any(compact).as_py():
            wrong = pc.and_(compact, pc.invert(pc.match_substring_regex(texts, _COMPACT_DATE)))
            wrong = pc.and_(wrong, pc.invert(pc.match_substring_regex(shapes, "^(?:9{9,10}|9{13}|9{16})(?:$|[.,])")))
            shapes = pc.if_else(wrong, _OTHER, shapes)
        return shapes

    @property
    def share(self) -> float:
        """Share of the values that look like the most frequent kind of time, 0 to 1; 0 without values."""
        kinds = self._kinds()
        return max(kinds.values()) / self.values if kinds else 0.0

    @property
    def is_counted(self) -> bool:
        """Whether the values are bare numbers, which may be times (Unix, Excel, yyyymmdd) or codes of something."""
        kinds = self._kinds()
        return bool(kinds) and max(kinds, key=lambda kind: kinds[kind])[0] in {"compact", *_NUMBERS}

    @property
    def is_open(self) -> bool:
        """Whether the values so far leave it open how the times are written, so that more of them should be seen."""
        try:
            self.decide("")
        except UnclearMapping:
            return True
        return False

    def _kinds(self) -> Counter[tuple[str, int]]:
        kinds: Counter[tuple[str, int]] = Counter()
        for shape, count in self.shapes.items():
            found = _understood(shape)
            if found:
                kinds[found.family, found.year] += count
        return kinds

    def decide(self, column: str, order: str | None = None) -> TimeFormat:
        """Decide how the column writes its times.

        Parameters
        ----------
        column
            Its name, for messages.
        order
            ``"dmy"``, ``"mdy"`` or (two-digit years) ``"ymd"``: the answer to the question which is which.

        Returns
        -------
        TimeFormat
            The spelling of most values. Values in another one are set aside when they are read.

        Raises
        ------
        UnclearMapping
            Where day and month cannot be told apart from the whole column, or the column holds proof of both orders;
            where it holds no values; and where most of them are no times, or of several kinds. The message asks the
            question that decides it, or names examples.
        """
        kinds = self._kinds()
        if not self.values:
            raise UnclearMapping(f"Column {column} is empty, so it holds no times. {_NAME_ANOTHER}")
        kind, count = kinds.most_common(1)[0] if kinds else (("", 0), 0)
        if count < _ENOUGH * self.values:
            raise UnclearMapping(
                f"Most of column {column} cannot be read as times, for example {self._three()}. {_NAME_ANOTHER}"
            )
        family, year = kind
        if family in _NUMBERS:
            return TimeFormat(family)
        forms = Counter[_Shape]()
        for shape, seen in self.shapes.items():
            found = _understood(shape)
            if found and (found.family, found.year) == kind:
                forms[found] += seen
        clock = _commonest(forms, "clock")
        if family == "compact":
            return TimeFormat(f"yyyymmdd{clock.strip().replace(':', '')}")
        between = _commonest(forms, "between")
        if family == "ymd":
            twelve_or_other = between != "-" or clock.endswith("AM")
            return TimeFormat(f"yyyy{between}mm{between}dd{clock}" if twelve_or_other else "ISO 8601")
        if family in {"long", "short"}:
            family, month = self._orders[year].decide(column, order), "mm"
        else:
            month, between = "mmm", between if between in {"-", "/", "."} else " "
        parts = {"d": "dd", "m": month, "y": "y" * year}
        return TimeFormat(between.join(parts[part] for part in family) + clock)

    def _three(self) -> str:
        """Three examples, those that are no times first."""
        shapes = sorted(self._examples, key=lambda shape: (bool(_understood(shape)), -self.shapes[shape], shape))
        found = [self._examples[shape] for shape in shapes[:3]]
        return ", ".join(f"{_shortened(text)!r} (row {row})" for row, text in found)


_NAME_ANOTHER = "Name the column of times with --end (and --start), or mend the file."


def _shortened(text: str) -> str:
    return text if len(text) <= LONGEST else text[:LONGEST] + "…"


def _commonest(forms: Counter[_Shape], field: str) -> str:
    tally: Counter[str] = Counter()
    for form, count in forms.items():
        tally[getattr(form, field)] += count
    return tally.most_common(1)[0][0]
