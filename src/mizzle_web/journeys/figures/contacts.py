"""Contact with customers as the page tells it: by month, and beside the distance of before and of now."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Count, F, Max, Sum
from django.utils.translation import gettext as _

from mizzle_web.journeys.figures.kept import FEWEST_CASES, find
from mizzle_web.journeys.figures.likeness import folded, holds
from mizzle_web.journeys.figures.places import units_of
from mizzle_web.journeys.figures.said import hours_more_or_less, tongue
from mizzle_web.journeys.figures.view import begin_of, shifted
from mizzle_web.journeys.models import Contact
from mizzle_web.page.permissions import Permission
from mizzle_web.people.figures import reach

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from mizzle.estimate import Estimate
    from mizzle_web.journeys.figures.measured import Near
    from mizzle_web.journeys.figures.view import View
    from mizzle_web.journeys.models import Journey
    from mizzle_web.people.models import Member

MONTHS_SHOWN = 12
LEAST_TENTH = 0.05


@dataclass(frozen=True, slots=True)
class Line:
    """A department with the contact of a year: minutes of all people together, how often, and when last."""

    department: str
    minutes: int
    n: int
    last_on: date | None
    is_in_log: bool


@dataclass(frozen=True, slots=True)
class Month:
    """The contact of one month, in minutes of all people together; `width` in per cent of the largest month."""

    month: str
    minutes: int
    n: int
    width: float

    @property
    def stretches(self) -> tuple[tuple[str, float, float], ...]:
        """The minutes as a bar."""
        return (("contact", 0.0, self.width),)


@dataclass(frozen=True, slots=True)
class Beside:
    """A department half a year earlier and now: its distance, and the contact of the same months.

    Attributes
    ----------
    first, last, before_first, before_last
        The months of now and of then; empty where the whole log is shown, and where there is no then.
    near
        Its figures; None where they are not worked out, or these cases do not have the department.
    minutes, minutes_before
        Contact in the months of now and of then.
    is_known
        Whether the figures are worked out at all.
    """

    first: str
    last: str
    before_first: str
    before_last: str
    near: Near | None
    minutes: int
    minutes_before: int
    is_known: bool

    @property
    def is_told(self) -> bool:
        """Whether enough cases tell of the department."""
        return self.near is not None and self.near.cases >= FEWEST_CASES

    @property
    def has_distance(self) -> bool:
        """Whether a perception point follows its work."""
        return self.near is not None and self.near.handovers.value is not None

    @property
    def is_compared(self) -> bool:
        """Whether it can be set beside itself."""
        return self.is_told and self.near is not None and self.near.compared is not None

    @property
    def minutes_more(self) -> int:
        """Contact of now less that of then."""
        return self.minutes - self.minutes_before


def in_reach(journey: Journey, member: Member, on: date) -> frozenset[str] | None:
    """Give the departments for which a member may note contact; None for all of them."""
    if not member.may(Permission.NOTE_CONTACT):
        return frozenset()
    within = reach(member, Permission.NOTE_CONTACT, on)
    if within is None:
        return None
    return frozenset(department for department, unit in units_of(journey, on).items() if unit.pk in within)


def to_note(journey: Journey, within: frozenset[str] | None) -> list[str]:
    """List those of these departments that the logs have now."""
    known = journey.table_facts.get("departments", ())
    return sorted((one for one in known if within is None or one in within), key=folded)


def overview(journey: Journey, on: date, words: str = "") -> list[Line]:
    """List every department with the contact of the last year; one that no log has now, where it had any."""
    since = begin_of(shifted(f"{on:%Y-%m}", 1 - MONTHS_SHOWN)).date()
    noted: dict[str, tuple[int, int, date | None]] = {
        one["department"]: (one["all"], one["n"], one["last"])
        for one in Contact.objects.kept()
        .filter(journey=journey, on__gte=since)
        .values("department")
        .annotate(all=Sum(F("minutes") * F("n_people")), n=Count("pk"), last=Max("on"))
    }
    known = set(journey.table_facts.get("departments", ()))
    names = (name for name in sorted(known | set(noted), key=folded) if holds(name, words))
    return [Line(name, *noted.get(name, (0, 0, None)), name in known) for name in names]


def months(contacts: Iterable[Contact], on: date) -> list[Month]:
    """Add up contact by month: the twelve up to now."""
    now = f"{on:%Y-%m}"
    names = [shifted(now, by) for by in range(1 - MONTHS_SHOWN, 1)]
    minutes, counts = dict.fromkeys(names, 0), dict.fromkeys(names, 0)
    for one in contacts:
        month = f"{one.on:%Y-%m}"
        if month in minutes:
            minutes[month] += one.person_minutes
            counts[month] += 1
    most = max(minutes.values()) or 1
    return [Month(name, minutes[name], counts[name], 100 * minutes[name] / most) for name in names]


def beside(journey: Journey, view: View, department: str, contacts: Sequence[Contact]) -> Beside:
    """Set a department beside itself half a year earlier: its distance and its contact in the same months."""
    kept = find(journey, view) if journey.has_table else None
    near = kept.near(department) if kept else None
    then = (near.before_first, near.before_last) if near else ("", "")
    return Beside(
        first=view.first,
        last=view.last,
        before_first=then[0],
        before_last=then[1],
        near=near,
        minutes=_within(contacts, view.first, view.last),
        minutes_before=_within(contacts, *then),
        is_known=kept is not None,
    )


def _within(contacts: Iterable[Contact], first: str, last: str) -> int:
    return sum(one.person_minutes for one in contacts if first and first <= f"{one.on:%Y-%m}" <= last)


def side(change: Estimate) -> int:
    """Say on which side of nothing a change lies; 0 where its interval holds nothing, or there is none."""
    if change.value is None or change.interval is None:
        return 0
    return 1 if change.interval.low > 0 else -1 if change.interval.high < 0 else 0


def title(near: Near | None) -> str:
    """Say whether a department came closer, only where that is beyond chance."""
    change = near.compared.handovers_change if near and near.compared else None
    if change is None or change.value is None or not side(change):
        return _("Closer or further? We cannot tell yet")
    told = {"n": _handovers(abs(change.value))}
    if side(change) < 0:
        return _("%(n)s handovers closer than half a year earlier") % told
    return _("%(n)s handovers further away than half a year earlier") % told


def change_words(change: Estimate) -> tuple[str, str]:
    """Write a change, and its interval; where it may as well be none, that we cannot tell yet."""
    if change.value is None or change.interval is None:
        return _("we cannot tell yet"), ""
    write = hours_more_or_less if change.unit == "h" else _more_or_less
    low, high = (write(end) for end in change.interval)
    interval = _("%(low)s to %(high)s") % {"low": low, "high": high}
    return (write(change.value) if side(change) else _("we cannot tell yet")), interval


def _more_or_less(handovers: float) -> str:
    sign = "\N{MINUS SIGN}" if handovers < 0 else "+" if handovers else ""
    return sign + _handovers(abs(handovers))


def _handovers(n: float) -> str:
    """Write handovers with one decimal; with two where one would leave nothing."""
    return tongue().fixed(n, 2 if 0 < n < LEAST_TENTH else 1)


HEAD = ("department", "day", "kind", "minutes_each", "people", "person_minutes", "taken_back_at")


def lines(contacts: Iterable[Contact]) -> Iterable[Sequence[str | int]]:
    """Tell contacts as plain values; also those taken back, with when that was."""
    yield HEAD
    for one in contacts:
        back = one.withdrawn_at.isoformat() if one.withdrawn_at else ""
        yield (one.department, one.on.isoformat(), one.kind, one.minutes, one.n_people, one.person_minutes, back)
