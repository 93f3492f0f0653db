"""The words of the report in English, Spanish and Norwegian (Bokmål), and how each writes numbers and dates."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from mizzle.errors import MizzleError
from mizzle.journeys.blueprint import Words

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from mizzle.estimate import Estimate

LANGUAGES = ("en", "es", "nb")
MINUTES, DAY, TWO_DAYS, TEN_DAYS = 60, 24, 48, 240


@dataclass(frozen=True, slots=True)
class Language:
    """One language: the words of the drawing, and the sentences of the page."""

    words: Words
    page: Mapping[str, str]

    def say(self, key: str, **fill: object) -> str:
        """Say a sentence of the page with its gaps filled in."""
        return self.page[key].format(**fill)

    def count(self, n: int) -> str:
        """Write a whole number."""
        return self.words.number(n, 0)

    def counted(self, key: str, n: int, **fill: object) -> str:
        """Say a sentence about one, or about several."""
        return self.say(f"{key}_one" if n == 1 else f"{key}_many", n=self.count(n), **fill)

    def hours(self, hours: float | None) -> str:
        """Write hours with a short unit, or that there are none."""
        return "—" if hours is None else self.words.duration(hours)

    def long_hours(self, hours: float) -> str:
        """Write hours with the unit as a word, for a sentence."""
        minutes = round(hours * MINUTES)
        if 0 < minutes < MINUTES:
            return self.counted("unit_minute", minutes)
        if hours < TWO_DAYS:
            text = self.words.number(hours)
            return self.say("unit_hour_one" if text == "1" else "unit_hour_many", n=text)
        return self.say("unit_day_many", n=self.words.number(hours / DAY, 1 if hours < TEN_DAYS else 0))

    def handovers(self, value: float | None) -> str:
        """Write a number of handovers with one decimal."""
        return "—" if value is None else self.words.fixed(value)

    def interval(self, estimate: Estimate) -> str:
        """Write the interval of an estimate in the words of its unit, or nothing."""
        if estimate.interval is None:
            return ""
        write = {"share": self.words.share, "h": self.words.duration}.get(estimate.unit, self.words.fixed)
        low, high = (write(max(0.0, end)) for end in estimate.interval)
        return self.say("interval", low=low, high=high)

    def month(self, day: date) -> str:
        """Write a month with its year."""
        return self.say("month_year", month=self._month_name(day), year=day.year)

    def day(self, day: date) -> str:
        """Write a date."""
        return self.say("date", day=day.day, month=self._month_name(day), year=day.year)

    def _month_name(self, day: date) -> str:
        return self.page["month_names"].split()[day.month - 1]


@cache
def language(code: str) -> Language:
    """Read the words of a language.

    Raises
    ------
    MizzleError
        For a language that the report does not speak.
    """
    if code not in LANGUAGES:
        raise MizzleError(f"The report is not written in {code!r}: choose {', '.join(LANGUAGES)}.")
    read = tomllib.loads(files("mizzle.report").joinpath(f"words/{code}.toml").read_text("utf-8"))
    return Language(Words(**read["drawing"]), read["page"])
