"""Time zones: which there are, and how far each is ahead of UTC at local times."""

from __future__ import annotations

import difflib
from datetime import datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

import numpy as np

from mizzle.errors import UnclearMapping

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Numbers = NDArray[np.int64]
    Flags = NDArray[np.bool_]

_DAY = 86_400_000_000


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


def offsets(micros: Numbers, zone: ZoneInfo, fold: int = 0) -> Numbers:
    """How far a zone is ahead of UTC at local times, in microseconds.

    Where a clock change gives two answers, it is that before the change; that after it for a `fold` of 1.
    """
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
    offsets[places] = np.array([_offset(zone, int(one), fold) for one in distinct], dtype=np.int64)[back]
    return offsets


@lru_cache(maxsize=1024)
def _offsets_of_year(zone: ZoneInfo, year: int) -> tuple[Numbers, Flags]:
    """Offset at each midnight of a year, and whether it changes on that day."""
    first = int(np.datetime64(str(year), "Y").astype("datetime64[D]").astype(np.int64))
    last = int(np.datetime64(str(year + 1), "Y").astype("datetime64[D]").astype(np.int64))
    offsets = np.array([_offset(zone, day * _DAY) for day in range(first, last + 1)], dtype=np.int64)
    return offsets[:-1], offsets[:-1] != offsets[1:]


def _offset(zone: ZoneInfo, micros: int, fold: int = 0) -> int:
    """How far ahead of UTC at one local time; Python's `fold=0` is the offset before a change."""
    ahead = (datetime(1970, 1, 1, tzinfo=zone) + timedelta(microseconds=micros)).replace(fold=fold).utcoffset()
    return 0 if ahead is None else ahead // timedelta(microseconds=1)
