from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from mizzle.logs.times.moments import TimeFormat, TimeProfile

NORWEGIAN = ("januar", "februar", "mars", "april", "mai", "juni", "juli", "august", "september", "oktober")
NORWEGIAN += ("november", "desember")
SPANISH = ("ene", "feb", "mar", "abr", "may", "jun", "jul", "ago", "sept", "oct", "nov", "dic")
ENGLISH = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
quick = settings(max_examples=40, deadline=None)  # the first time in a zone reads its history
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

instants = st.datetimes(datetime(1900, 1, 2), datetime(2200, 12, 30), timezones=st.just(UTC))  # noqa: DTZ001 - bounds are naive
by_minute = instants.map(lambda at: at.replace(second=0, microsecond=0))
after_1970 = st.datetimes(datetime(1970, 1, 1), datetime(2200, 12, 30), timezones=st.just(UTC))  # noqa: DTZ001


def twelve(at):
    return f"{at.hour % 12 or 12}:{at.minute:02} {'AM' if at.hour < 12 else 'p.m.'}"


def micros(at):
    return (at - EPOCH) // timedelta(microseconds=1)


WRITERS = {
    "ISO 8601": lambda at: at.isoformat(),
    "dd/mm/yyyy HH:MM": lambda at: f"{at.day}/{at.month}/{at.year} {at.hour}:{at.minute:02}",
    "mm/dd/yyyy HH:MM:SS": lambda at: at.strftime("%m/%d/%Y %H:%M:00"),
    "dd.mm.yyyy HH:MM": lambda at: at.strftime("%d.%m.%Y kl. %H.%M"),
    "yyyy/mm/dd HH:MM": lambda at: at.strftime("%Y/%m/%d %H:%M"),
    "mm/dd/yyyy hh:MM AM": lambda at: f"{at.month}/{at.day}/{at.year} {twelve(at)}",
    "dd-mmm-yyyy HH:MM": lambda at: f"{at.day}-{ENGLISH[at.month - 1]}-{at.year} {at.hour}:{at.minute:02}",
    "dd mmm yyyy HH:MM": lambda at: f"{at.day}. {NORWEGIAN[at.month - 1]} {at.year} {at.hour:02}.{at.minute:02}",
    "dd mmm yyyy": lambda at: f"{at.day} de {SPANISH[at.month - 1]}. de {at.year} {at.hour:02}:{at.minute:02}",
    "mmm dd yyyy hh:MM AM": lambda at: f"{ENGLISH[at.month - 1]} {at.day}, {at.year} {twelve(at)}",
    "yyyymmddHHMMSS": lambda at: at.strftime("%Y%m%d%H%M00"),
}


@quick
@given(st.sampled_from(sorted(WRITERS)), st.lists(by_minute, min_size=1, max_size=20))
def test_what_is_written_in_a_format_reads_back(name, times):
    written = [WRITERS[name](at) for at in times]
    assert TimeFormat(name).read(pa.array(written)).to_pylist() == times


@quick
@given(st.lists(st.one_of(instants, by_minute), min_size=1, max_size=20), st.integers(-14 * 4, 14 * 4))
def test_iso_with_fractions_and_zones_reads_back(times, quarters):
    zone = timedelta(minutes=15 * quarters)
    written = []
    for at in times:
        minutes = abs(quarters) * 15
        sign = "-" if quarters < 0 else "+"
        written.append((at + zone).replace(tzinfo=None).isoformat() + f"{sign}{minutes // 60:02}:{minutes % 60:02}")
    assert TimeFormat("ISO 8601").read(pa.array(written), "Europe/Oslo").to_pylist() == times


@quick
@given(st.lists(after_1970, min_size=1, max_size=20))
def test_counted_times_read_back(times):
    for name, unit, digits in (("Unix seconds", 10**6, 6), ("Unix milliseconds", 1000, 3), ("Unix microseconds", 1, 0)):
        texts = [f"{micros(at) // unit}" + (f".{micros(at) % unit:0{digits}}" if digits else "") for at in times]
        assert TimeFormat(name).read(pa.array(texts)).to_pylist() == times
    days = [repr(micros(at) / 86_400_000_000 + 25_569) for at in times]
    for at, read in zip(times, TimeFormat("Excel days").read(pa.array(days)).to_pylist(), strict=True):
        assert abs(at - read) <= timedelta(milliseconds=2)


@quick
@given(
    st.lists(st.datetimes(datetime(1900, 1, 2), datetime(2200, 12, 30)), min_size=1, max_size=20),  # noqa: DTZ001
    st.sampled_from(["Europe/Oslo", "America/Santiago", "Australia/Lord_Howe", "America/Havana", "Asia/Kolkata"]),
)
def test_local_times_are_read_as_python_reads_them(times, zone):
    expected = [at.replace(tzinfo=ZoneInfo(zone), fold=0).astimezone(UTC) for at in times]
    texts = pa.array([at.isoformat() for at in times])
    read = TimeFormat("ISO 8601").read(texts, zone).to_pylist()
    assert [one for one in read if one] == [one for one in expected if 1900 <= one.year <= 2200]


@quick
@given(st.lists(st.one_of(st.none(), st.text(max_size=30), by_minute.map(str)), max_size=20))
def test_any_text_is_read_or_left_out_whatever_stands_beside_it(texts):
    array = pa.array(texts, pa.string())
    profile = TimeProfile()
    profile.add(array)
    for name in (*WRITERS, "Unix seconds", "Excel days", "dd/mm/yy"):
        together = TimeFormat(name).read(array).to_pylist()
        alone = [TimeFormat(name).read(pa.array([text], pa.string()))[0].as_py() for text in texts]
        assert together == alone


@quick
@given(st.lists(by_minute, min_size=1, max_size=30))
def test_the_order_of_day_and_month_is_never_decided_wrongly(times):
    profile = TimeProfile()
    profile.add(pa.array([f"{at.day}/{at.month}/{at.year}" for at in times]))
    if any(at.day > 12 for at in times):
        assert profile.decide("at").name == "dd/mm/yyyy"
    else:
        assert profile.is_open == any(at.day != at.month for at in times)
