"""What the times of a column mean: one spelling per column, found out from all its values, read a whole column at once.

A value is cut into its date and its time of day; each is turned into a dictionary of its distinct spellings, and only
those are understood one by one. Ten years of minutes hold 3,650 dates and 1,440 times of day, whatever the rows.
"""

from __future__ import annotations

import difflib
import re
from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import combinations
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mizzle.errors import UnclearMapping

if TYPE_CHECKING:
    from collections.abc import Sequence

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
_HALF_DAY_HOURS, _DAY_HOURS, _SIXTY, _WIDEST_OFFSET_HOURS = 12, 24, 60, 15
_CENTURY_TURNS = 70  # two-digit years: 70 to 99 are 19.., 00 to 69 are 20.., as POSIX has it
_FIRST = (np.datetime64(f"{FIRST_YEAR}-01-01", "us")).astype(np.int64)
_LAST = (np.datetime64(f"{LAST_YEAR + 1}-01-01", "us")).astype(np.int64)

MONTHS: Final = {
    **{"jan": 1, "ene": 1, "feb": 2, "mar": 3, "apr": 4, "abr": 4, "may": 5, "mai": 5, "jun": 6, "jul": 7},
    **{"aug": 8, "ago": 8, "sep": 9, "set": 9, "oct": 10, "okt": 10, "nov": 11, "dec": 12, "dic": 12, "des": 12},
}
"""Months by the first three letters of their English, Spanish and Norwegian names."""

SPACE = "[ \u00a0\u202f]"
WORD = f"(?:{'|'.join(MONTHS)})[a-z]{{0,7}}"
JOINT = f"(?:T|:|,?{SPACE}+(?:(?:at|kl\\.?|a las){SPACE}+)?)"
_MARK = rf"[ap]\.?{SPACE}?m\.?"
_ZONE = r"z|utc|gmt|[+-][0-9]{2}(?::?[0-9]{2})?"
_TAIL = rf"(?:{SPACE}*(?P<mark>{_MARK}))?(?:{SPACE}*(?P<zone>{_ZONE}))?{SPACE}*$"
_FRACTION = r"(?:[.,](?P<fraction>[0-9]{1,9}))?"
_SECONDS = rf"(?:[:.](?P<second>[0-9]{{2}}){_FRACTION})?"
_CLOCK = rf"(?i)^(?P<hour>[0-9]{{1,2}})[:.](?P<minute>[0-9]{{2}}){_SECONDS}{_TAIL}"
_ISO_CLOCK = rf"(?i)^(?P<hour>[0-9]{{1,2}})(?:[:.](?P<minute>[0-9]{{2}}){_SECONDS})?{_TAIL}"
_COMPACT_CLOCK = rf"(?i)^(?P<hour>[0-9]{{2}}):?(?P<minute>[0-9]{{2}})(?::?(?P<second>[0-9]{{2}}){_FRACTION})?{_TAIL}"
_NUMBER = r"^ *(?P<whole>[0-9]{1,16})(?:[.,](?P<fraction>[0-9]{1,15}))? *$"

_NUMBERS = {"Unix seconds": _SECOND, "Unix milliseconds": 1000, "Unix microseconds": 1, "Excel days": _DAY}
_COMPACT = ("yyyymmdd", "yyyymmddHHMM", "yyyymmddHHMMSS")
_SPELLED = re.compile(
    r"(?P<date>(?:(?:yyyy|yy|mmm|mm|dd)(?:[-/. ]|, )?){3}?)(?:(?<=[dmy]) (?:HH:MM(?::SS)?|(?P<twelve>hh:MM(?::SS)? AM)))?"
)
_ORDERS = ("dmy", "mdy", "ymd")
EXAMPLES: Final = (
    *("ISO 8601", "dd/mm/yyyy HH:MM", "mm/dd/yyyy hh:MM AM", "dd.mm.yyyy HH:MM:SS", "dd-mmm-yyyy HH:MM"),
    *("yyyymmddHHMMSS", *_NUMBERS),
)
"""Some of the spellings that a `TimeFormat` can have, to show in messages."""


class _Plan(NamedTuple):
    """How to read a spelling: `cut` splits off the time of day, `date` and `clock` take the two apart."""

    cut: str
    date: str
    clock: str
    twelve: bool


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
        if self.name not in _NUMBERS:
            _plan(self.name)

    def __str__(self) -> str:
        """Give the spelling."""
        return self.name

    def read(self, array: pa.Array, timezone: str = "UTC") -> pa.Array:
        """Read the values of a column.

        Parameters
        ----------
        array
            Text values; null stays null.
        timezone
            Name of the zone (as ``Europe/Oslo``) of values that name none themselves. A time that a clock change
            skips or doubles is read with the offset in force before the change: of a doubled hour, the first.

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
        if self.name in _NUMBERS:
            micros, valid = _numbers(texts, self.name)
            local = np.full(len(texts), self.name == "Excel days")
        else:
            quick = _cast(texts) if self.name == "ISO 8601" else None
            micros, valid, local = quick or _parts(texts, _plan(self.name))
        if timezone != "UTC":
            inside = valid & local & (micros >= _FIRST) & (micros < _LAST)
            micros = np.where(inside, micros - _offsets(np.where(inside, micros, 0), zone), micros)
        valid &= (micros >= _FIRST) & (micros < _LAST)
        return pa.array(micros, mask=~valid).cast(INSTANT)


def zone_named(name: str) -> ZoneInfo:
    """Find a time zone by its name, as ``Europe/Oslo``.

    Raises
    ------
    UnclearMapping
        Where there is no such zone; the message offers near ones.
    """
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as unknown:
        zones = {zone.casefold(): zone for zone in available_timezones()}
        last = {zone.casefold().rsplit("/", 1)[-1]: zone for zone in sorted(zones.values())}
        near = difflib.get_close_matches(name.casefold(), [*zones, *last], n=3, cutoff=0.7)
        offered = list(dict.fromkeys(zones.get(one) or last[one] for one in near)) or ["Europe/Oslo", "UTC"]
        raise UnclearMapping(
            f"There is no time zone called {name!r}. Say --timezone with a name such as {' or '.join(offered)}."
        ) from unknown


def as_texts(column: pa.Array | pa.ChunkedArray) -> pa.Array:
    """Give a column as one array of `pa.string()`, whatever its chunks and kind of text."""
    whole = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    return whole if whole.type == pa.string() else whole.cast(pa.string())


@lru_cache(maxsize=256)
def _plan(name: str) -> _Plan:
    if name == "ISO 8601":
        return _dated("ymd", "[0-9]{4}", "[0-9]{1,2}", _ISO_CLOCK, twelve=False)
    if name in _COMPACT:
        date = "(?P<y>[0-9]{4})(?P<m>[0-9]{2})(?P<d>[0-9]{2})"
        cut = f"(?i)^{SPACE}*(?P<date>[0-9]{{8}})(?:T|{SPACE}+)?(?P<clock>[0-9].*)?$"
        return _Plan(cut, f"^{date}$", _COMPACT_CLOCK, twelve=False)
    spelled = _SPELLED.fullmatch(name)
    tokens = re.findall("[a-z]+", spelled["date"]) if spelled else []
    order = "".join(token[0] for token in tokens)
    if not spelled or order not in _ORDERS or not spelled["date"][-1].isalpha():
        raise UnclearMapping(f"{name!r} is no spelling of times that mizzle knows. Choose one such as {_listed()}.")
    year = "[0-9]{4}" if "yyyy" in tokens else "[0-9]{2}"
    month = WORD if "mmm" in tokens else "[0-9]{1,2}"
    return _dated(order, year, month, _CLOCK, twelve=bool(spelled["twelve"]))


def _listed() -> str:
    return ", ".join(repr(example) for example in EXAMPLES)


def _dated(order: str, year: str, month: str, clock: str, *, twelve: bool) -> _Plan:
    between = f"(?:\\.?{SPACE}del?{SPACE}|[-/.,{SPACE[1:-1]}]*)" if month == WORD else "[-/.]"
    parts = {"y": year, "m": month, "d": "[0-9]{1,2}"}
    date = between.join(parts[part] for part in order)
    named = between.join(f"(?P<{part}>{parts[part]})" for part in order)
    # Unless a word can be in them, no letters need be compared without regard to case, which costs a third of the time.
    cut = f"^{SPACE}*(?P<date>{date})(?:{JOINT}(?P<clock>[0-9].*))?{SPACE}*$"
    return _Plan(f"(?i){cut}", f"(?i)^{named}$", clock, twelve)


def _cast(texts: pa.Array) -> tuple[Numbers, Flags, Flags] | None:
    """Read a column that is ISO 8601 throughout with Arrow's own reader, or give None."""
    for kind, local in ((pa.timestamp("us"), True), (INSTANT, False)):
        try:
            instants = texts.cast(kind)
        except pa.ArrowInvalid:
            continue
        return _filled(instants.cast(pa.int64())), _valid(instants), np.full(len(texts), local)
    return None


def _parts(texts: pa.Array, plan: _Plan) -> tuple[Numbers, Flags, Flags]:
    """Cut each value into date and time of day, understand the distinct ones, and put them together again."""
    cut = pc.extract_regex(texts, plan.cut)
    dates, date_of = _distinct(cut, "date")
    clocks, clock_of = _distinct(cut, "clock")
    days, is_date = _days(dates, plan)
    times, is_clock, shift, has_zone = _times(clocks, plan)
    micros = days[date_of] * _DAY + (times - shift)[clock_of]
    return micros, _valid(cut) & is_date[date_of] & is_clock[clock_of], ~has_zone[clock_of]


def _distinct(struct: pa.StructArray, name: str) -> tuple[pa.Array, Numbers]:
    coded = struct.field(name).dictionary_encode(null_encoding="encode")
    return coded.dictionary, coded.indices.to_numpy(zero_copy_only=False)


def _days(dates: pa.Array, plan: _Plan) -> tuple[Numbers, Flags]:
    """Days since 1970 of written dates, and which of them are dates."""
    parts = pc.extract_regex(dates, plan.date)
    year, day = _ints(parts.field("y")), _ints(parts.field("d"))
    if WORD in plan.date:
        word = pc.utf8_slice_codeunits(pc.utf8_lower(parts.field("m")), 0, 3)
        place = pc.index_in(word, value_set=pa.array(list(MONTHS)))
        month = np.array([0, *MONTHS.values()])[_filled(place.cast(pa.int64()), -1) + 1]
    else:
        month = _ints(parts.field("m"))
    if "(?P<y>[0-9]{2})" in plan.date:
        year = year + np.where(year < _CENTURY_TURNS, 2000, 1900)
    valid = _valid(parts) & (month >= 1) & (month <= len(_MONTH_NAMES)) & (year >= FIRST_YEAR) & (year <= LAST_YEAR)
    months = np.where(valid, (year - 1970) * 12 + month - 1, 0)
    first = months.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)
    following = (months + 1).astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)
    return first + day - 1, valid & (day >= 1) & (day <= following - first)


def _times(clocks: pa.Array, plan: _Plan) -> tuple[Numbers, Flags, Numbers, Flags]:
    """Microseconds since midnight of written times of day, which are, how far ahead of UTC, and which say so."""
    parts = pc.extract_regex(clocks, plan.clock)
    hour, minute, second = (_ints(parts.field(part)) for part in ("hour", "minute", "second"))
    micros = _millionths(parts.field("fraction"))
    mark = pc.utf8_slice_codeunits(pc.utf8_lower(parts.field("mark")), 0, 1)
    is_pm, is_marked = _equal(mark, "p"), ~_equal(mark, "")
    valid = _valid(parts) & (minute < _SIXTY) & (second < _SIXTY) & (hour < _DAY_HOURS)
    valid &= ~is_marked | (hour <= _HALF_DAY_HOURS)
    if plan.twelve:
        valid &= is_marked
    hour = np.where(is_marked, hour % _HALF_DAY_HOURS + _HALF_DAY_HOURS * is_pm, hour)
    zone = parts.field("zone")
    digits = pc.replace_substring_regex(zone, "[^0-9]", "")
    ahead_hours, ahead_minutes = (_ints(pc.utf8_slice_codeunits(digits, *span)) for span in ((0, 2), (2, 4)))
    valid &= (ahead_hours <= _WIDEST_OFFSET_HOURS) & (ahead_minutes < _SIXTY)
    sign = np.where(_equal(pc.utf8_slice_codeunits(zone, 0, 1), "-"), -1, 1)
    shift = sign * (ahead_hours * 60 + ahead_minutes) * 60 * _SECOND
    times = ((hour * 60 + minute) * 60 + second) * _SECOND + micros
    absent = _equal(clocks, "")
    return np.where(absent, 0, times), valid | absent, np.where(valid, shift, 0), ~_equal(zone, "")


def _numbers(texts: pa.Array, name: str) -> tuple[Numbers, Flags]:
    """Microseconds since 1970 of counted times, and which of them are numbers."""
    parts = pc.extract_regex(texts, _NUMBER)
    whole, fraction = _ints(parts.field("whole")), parts.field("fraction")
    unit = _NUMBERS[name]
    limit = 4 * _LAST // unit
    valid = _valid(parts) & (whole < limit)
    whole = np.where(valid, whole, 0)
    if name == "Excel days":
        share = pc.binary_join_element_wise("0.", fraction, "0", "").cast(pa.float64()).fill_null(0.0).to_numpy()
        # A workbook keeps days as floating numbers, exact to about a millisecond; below that is noise.
        # Before March 1900 Excel counts a leap day that never was.
        return (whole - 25_569) * _DAY + np.round(share * 86_400_000).astype(np.int64) * 1000, valid & (whole > _SIXTY)
    return whole * unit + _millionths(fraction) * unit // _SECOND, valid


def _offsets(micros: Numbers, zone: ZoneInfo) -> Numbers:
    """How far a zone is ahead of UTC at local times, in microseconds, before a change where there are two answers."""
    day = micros // _DAY
    if not len(day):
        return day
    years = (day[[day.argmin(), day.argmax()]]).astype("datetime64[D]").astype("datetime64[Y]").astype(np.int64) + 1970
    tables = [_offsets_of_year(zone, int(year)) for year in range(years[0], years[1] + 1)]
    at_midnight = np.concatenate([table[0] for table in tables])
    changes = np.concatenate([table[1] for table in tables])
    day -= int((np.datetime64(str(years[0]), "Y").astype("datetime64[D]")).astype(np.int64))
    offsets = at_midnight[day]
    places = np.flatnonzero(changes[day])
    distinct, back = np.unique(micros[places], return_inverse=True)
    offsets[places] = np.array([_offset(zone, int(one)) for one in distinct], dtype=np.int64)[back]
    return offsets


@lru_cache(maxsize=1024)
def _offsets_of_year(zone: ZoneInfo, year: int) -> tuple[Numbers, Flags]:
    """Offset at each midnight of a year, and whether it changes on that day."""
    first = int(np.datetime64(str(year), "Y").astype("datetime64[D]").astype(np.int64))
    last = int(np.datetime64(str(year + 1), "Y").astype("datetime64[D]").astype(np.int64))
    offsets = np.array([_offset(zone, day * _DAY) for day in range(first, last + 1)], dtype=np.int64)
    return offsets[:-1], offsets[:-1] != offsets[1:]


def _offset(zone: ZoneInfo, micros: int) -> int:
    """How far ahead of UTC at one local time; Python's `fold=0` is the offset before a change."""
    ahead = (datetime(1970, 1, 1, tzinfo=zone) + timedelta(microseconds=micros)).utcoffset()
    return 0 if ahead is None else ahead // timedelta(microseconds=1)


def _valid(array: pa.Array) -> Flags:
    return np.asarray(array.is_valid().to_numpy(zero_copy_only=False), dtype=np.bool_)


def _filled(array: pa.Array, value: int = 0) -> Numbers:
    return np.array(array.fill_null(value).to_numpy(zero_copy_only=False), dtype=np.int64)


def _ints(digits: pa.Array) -> Numbers:
    """Whole numbers of digits; 0 where there are none."""
    return _filled(pc.if_else(pc.equal(digits, ""), "0", digits).cast(pa.int64()))


def _millionths(digits: pa.Array) -> Numbers:
    """Millionths of a written fraction: the first six digits after the point."""
    return _ints(pc.utf8_slice_codeunits(pc.binary_join_element_wise(digits, "000000", ""), 0, 6))


def _flags(array: pa.Array) -> Flags:
    return np.asarray(array.fill_null(False).to_numpy(zero_copy_only=False), dtype=np.bool_)  # noqa: FBT003 - Arrow's own


def _equal(array: pa.Array, value: str) -> Flags:
    return np.asarray(pc.equal(array, value).fill_null(value == "").to_numpy(zero_copy_only=False), dtype=np.bool_)


_MONTH_NAMES = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_DIGITS_AS_NINES = bytes.maketrans(b"0123456789", b"9999999999")
_LONGEST = 48  # bytes of a written time; what is longer is none
_MOST_SHAPES = 400  # a column with more shapes than this holds free text
_ENOUGH = 0.5  # share of values that must be read for a column to hold times
_OTHER = "other"
_DAY_PART, _MONTH_PART = "(?:0?[1-9]|[12][0-9]|3[01])", "(?:0?[1-9]|1[0-2])"
_COMPACT_DATE = "^(?:19|20|21)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])"
_ZONE_SHAPE = _ZONE.replace("[0-9]", "9")

_SHAPE_TAIL = rf"(?:{SPACE}*(?P<mark>{_MARK}))?(?:{SPACE}*(?:{_ZONE_SHAPE}))?"
_SHAPE_CLOCK = rf"(?P<time>9{{1,2}}[:.]99(?P<second>[:.]99(?:[.,]9+)?)?){_SHAPE_TAIL}"
_SHAPE_JOINT = rf"\.?{SPACE}del?{SPACE}|[-/.,{SPACE[1:-1]}]*"
_SHAPE_DATES = {
    "ymd": r"9{4}(?P<between>[-/.])9{1,2}(?P=between)9{1,2}",
    "long": r"9{1,2}(?P<between>[-/.])9{1,2}(?P=between)9{4}",
    "short": r"9{1,2}(?P<between>[-/.])9{1,2}(?P=between)99",
    "dmy": rf"9{{1,2}}(?P<between>{_SHAPE_JOINT}){WORD}(?:{_SHAPE_JOINT})(?P<year>9{{4}}|99)",
    "mdy": rf"{WORD}(?P<between>{_SHAPE_JOINT})9{{1,2}}[-/.,{SPACE[1:-1]}]+(?P<year>9{{4}}|99)",
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


class _Shape(NamedTuple):
    family: str
    between: str = ""
    year: int = 4
    clock: str = ""


@lru_cache(maxsize=4096)
def _understood(shape: str) -> _Shape | None:
    """What a value of this shape (digits as nines) could be, or None."""
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
        self._orders = {4: _Orders(("dmy", "mdy"), "[0-9]{4}"), 2: _Orders(_ORDERS, "[0-9]{2}")}

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
        at = _filled(rows) if rows is not None else np.arange(self._rows + 1, self._rows + len(texts) + 1)
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
        texts = pc.if_else(pc.greater(pc.binary_length(texts), _LONGEST), _OTHER, texts)
        nines = pa.py_buffer(texts.buffers()[2].to_pybytes().translate(_DIGITS_AS_NINES))
        validity, ends, _ = texts.buffers()
        shapes = pa.Array.from_buffers(pa.string(), len(texts), [validity, ends, nines], offset=texts.offset)
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
    return text if len(text) <= _LONGEST else text[:_LONGEST] + "…"


def _commonest(forms: Counter[_Shape], field: str) -> str:
    tally: Counter[str] = Counter()
    for form, count in forms.items():
        tally[getattr(form, field)] += count
    return tally.most_common(1)[0][0]


class _Orders:
    """Which orders of day, month and year the dates of a column allow, with an example of each combination.

    A combination is a set of orders as bits: 1 for the first of `orders`, 2 for the second, and so on.
    """

    def __init__(self, orders: tuple[str, ...], year: str) -> None:
        self.orders = orders
        parts = {"d": _DAY_PART, "m": _MONTH_PART, "y": year}
        self._patterns = [f"^{'[-/.]'.join(parts[part] for part in order)}(?:[^0-9]|$)" for order in orders]
        self._seen: dict[int, tuple[int, str]] = {}
        self._differing: dict[tuple[str, str], str] = {}

    def add(self, texts: pa.Array, at: Numbers) -> None:
        """Take in values, and keep the first of each combination."""
        allowed = np.zeros(len(texts), dtype=np.int64)
        for bit, pattern in enumerate(self._patterns):
            allowed |= _flags(pc.match_substring_regex(texts, pattern)).astype(np.int64) << bit
        for combination in np.unique(allowed[allowed > 0]).tolist():
            places = np.flatnonzero(allowed == combination)
            self._seen.setdefault(combination, (int(at[places[0]]), _date_of(texts[int(places[0])].as_py())))
            pairs = set(combinations(self._in(combination), 2)) - set(self._differing)
            if pairs:
                self._look_for_differing(pairs, pc.unique(texts.take(pa.array(places))).to_pylist())

    def _look_for_differing(self, pairs: set[tuple[str, str]], texts: list[str]) -> None:
        """Keep the first date that is another day in each order of a pair: 03/03/2016 asks nothing."""
        for text in texts:
            written = _date_of(text)
            for pair in sorted(pairs):
                if len({_day_of(written, order) for order in pair}) > 1:
                    self._differing[pair] = written
                    pairs.discard(pair)
            if not pairs:
                return

    def _in(self, combination: int) -> list[str]:
        return [order for bit, order in enumerate(self.orders) if combination & 1 << bit]

    def decide(self, column: str, order: str | None) -> str:
        """Name the order, or raise the question."""
        if order in self.orders:
            return str(order)
        common = (1 << len(self.orders)) - 1
        for combination in self._seen:
            common &= combination
        possible = self._in(common)
        if not possible:
            raise self._contradiction(column)
        asked = next((text for pair, text in self._differing.items() if set(pair) <= set(possible)), None)
        if asked is None:
            return possible[0]
        days = [day for one in possible if (day := _day_of(asked, one))]
        with_year = len({day.year for day in days}) > 1
        words = list(dict.fromkeys(f"the {_said(day, with_year=with_year)}" for day in days))
        question = f"Is {asked} in column {column} {', '.join(words[:-1])} or {words[-1]}?"
        raise UnclearMapping(f"{question} Say {_say(possible)}.")

    def _contradiction(self, column: str) -> UnclearMapping:
        seen = sorted(self._seen, key=lambda combination: (combination.bit_count(), combination))
        pair = next(((one, other) for one, other in combinations(seen, 2) if not one & other), tuple(seen))
        proofs = []
        for combination in pair:
            row, text = self._seen[combination]
            proofs.append(f"{text} in row {row} is {' or '.join(_ORDER_WORDS[one] for one in self._in(combination))}")
        return UnclearMapping(
            f"Column {column} mixes orders of day and month: {', but '.join(proofs)}."
            f" Say {_say(self.orders)}; rows of another order are then set aside."
        )


def _say(orders: Sequence[str]) -> str:
    return " or ".join(f"--dates {order}" for order in orders)


_ORDER_WORDS = {"dmy": "day first", "mdy": "month first", "ymd": "year first"}


def _date_of(text: str) -> str:
    """The date at the beginning of a value, without its time of day."""
    return re.split("[^-/.0-9]", text, maxsplit=1)[0]


def _said(day: date, *, with_year: bool) -> str:
    return f"{day.day} {_MONTH_NAMES[day.month - 1]}" + (f" {day.year}" if with_year else "")


def _day_of(text: str, order: str) -> date | None:
    """The day that a date is in one order of its parts, if it is one."""
    parts = dict(zip(order, re.split("[^0-9]", text), strict=True))
    year = int(parts["y"])
    if len(parts["y"]) == len("yy"):
        year += 2000 if year < _CENTURY_TURNS else 1900
    try:
        return date(year, int(parts["m"]), int(parts["d"]))
    except ValueError:
        return None
