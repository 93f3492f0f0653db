"""Which cases a page speaks of: those that ended in some months, or have one value of an attribute."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode

if TYPE_CHECKING:
    from collections.abc import Mapping

MONTH = re.compile(r"[12][0-9]{3}-(?:0[1-9]|1[0-2])")
ALL = "cases=all"
LONGEST = 100
"""No longer attribute or value stands in an address."""
MONTHS_SHOWN = 3
MONTHS_FOR_A_PERIOD = 6
"""A log that is shorter is shown as a whole."""
FULL_MONTH = 0.1
"""In fewer cases than this share of the fullest month, and no journey opens with a month."""
MONTHS_BACK = 6
"""So much earlier begins the period beside which the present one is set."""


@dataclass(frozen=True, slots=True)
class View:
    """Some cases of a journey.

    Attributes
    ----------
    first, last
        Months (UTC) in which the cases ended, as ``2026-09``, both included; empty for all.
    attribute, value
        A case attribute and the value that it has; empty for all.
    """

    first: str = ""
    last: str = ""
    attribute: str = ""
    value: str = ""

    @property
    def key(self) -> str:
        """How the view stands in an address; the empty text for all cases."""
        parts = {"from": self.first, "until": self.last, "attribute": self.attribute, "value": self.value}
        return urlencode({name: part for name, part in parts.items() if part})

    @property
    def query(self) -> str:
        """How the view is asked for in an address, where none at all means the one with which a journey opens."""
        return self.key or ALL

    @classmethod
    def of_key(cls, key: str) -> View:
        """Read a view from what `key` wrote."""
        return cls.of(dict(parse_qsl(key, keep_blank_values=True)))

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> View:
        """Read a view from the address of a page; what makes no sense is left out."""
        months = sorted(str(given.get(name, "")) for name in ("from", "until"))
        first, last = months if all(MONTH.fullmatch(month) for month in months) else ("", "")
        attribute = str(given.get("attribute", ""))[:LONGEST]
        return cls(first, last, attribute, str(given.get("value", ""))[:LONGEST] if attribute else "")

    @property
    def ended_from(self) -> datetime | None:
        """From when on the cases ended."""
        return begin_of(self.first) if self.first else None

    @property
    def ended_until(self) -> datetime | None:
        """Before when they ended."""
        return begin_of(shifted(self.last, 1)) if self.last else None

    @property
    def where(self) -> dict[str, str]:
        """The attribute that they share."""
        return {self.attribute: self.value} if self.attribute else {}

    def before(self) -> View:
        """Give the view of as many months, half a year earlier."""
        back = -max(MONTHS_BACK, n_months(self.first, self.last))
        return View(shifted(self.first, back), shifted(self.last, back), self.attribute, self.value)


def month_of(at: datetime) -> str:
    """Name the month of an instant."""
    return f"{at.astimezone(UTC):%Y-%m}"


def shifted(month: str, by: int) -> str:
    """Name the month so many months later."""
    years, months = divmod(int(month[:4]) * 12 + int(month[5:]) - 1 + by, 12)
    return f"{years:04d}-{months + 1:02d}"


def n_months(first: str, last: str) -> int:
    """Count months, both included."""
    return (int(last[:4]) - int(first[:4])) * 12 + int(last[5:]) - int(first[5:]) + 1


def first_view(facts: Mapping[str, Any]) -> View:
    """Choose the view with which a journey opens, of what is in its event table: three months, or all of a shorter log.

    The last of them is one in which cases end as they usually do. A month that has only begun is none, nor are the
    many months at the end of an extract in which only its longest cases are left.
    """
    first, last = (month_of(datetime.fromisoformat(facts[name])) for name in ("first_at", "last_at"))
    ended: Mapping[str, int] = facts.get("ended") or {}
    least = FULL_MONTH * max(ended.values(), default=0)
    last = max((month for month, n in ended.items() if n >= least), default=last)
    if n_months(first, last) < MONTHS_FOR_A_PERIOD:
        return View()
    return View(shifted(last, 1 - MONTHS_SHOWN), last)


def begin_of(month: str) -> datetime:
    """Give the first instant of a month."""
    return datetime(int(month[:4]), int(month[5:]), 1, tzinfo=UTC)
