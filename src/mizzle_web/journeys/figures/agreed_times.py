"""Agreed times as page, CSV and API tell them: what stands, how it is kept, what it was before, and who said so."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from mizzle_web.journeys.figures.kept import FEWEST_CASES, find
from mizzle_web.journeys.figures.places import units_of
from mizzle_web.journeys.figures.said import tongue
from mizzle_web.journeys.models import Agreement
from mizzle_web.page.permissions import Permission
from mizzle_web.people.figures import members_within, names_of_units, reach
from mizzle_web.people.models import Member, Placement

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from datetime import date

    from mizzle.journeys.results import Agreed, Handover
    from mizzle_web.journeys.figures.measured import Page
    from mizzle_web.journeys.figures.view import View
    from mizzle_web.journeys.models import Journey

Pair = tuple[str, str]
"""A department, and the one that it hands over to; nothing for its own part of a case."""

MINUTES = 60
THIN = "\N{NARROW NO-BREAK SPACE}"
MOST_OFFERED = 6
MOST_ON_TODAY = 5


@dataclass(frozen=True, slots=True)
class Standing:
    """What stands for one handover, or for a department's own part.

    Attributes
    ----------
    department, to_department
        Whose it is.
    holding, waiting
        What is agreed, and what is proposed.
    turn
        Changes whenever one of the two does: what an edit names as its version.
    is_in_log
        Whether the logs have both departments now.
    actual
        How the agreed time is kept, of at least `FEWEST_CASES` cases; None where that is not worked out.
    """

    department: str
    to_department: str
    holding: Agreement | None
    waiting: Agreement | None
    turn: int
    is_in_log: bool
    actual: Agreed | None


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the history: a time, what it was before, and what became of it.

    Attributes
    ----------
    agreement
        Who proposed, agreed and ended it, and when.
    before
        The hours that held until it; None where none did.
    outcome
        ``"proposed"``, ``"holds"``, ``"replaced"``, ``"ended"``, ``"changed"`` (before anybody agreed) or
        ``"withdrawn"``.
    is_in_log
        Whether the logs have its departments now.
    """

    agreement: Agreement
    before: float | None
    outcome: str
    is_in_log: bool


def exact_hours(hours: float) -> str:
    """Write hours as they were agreed, never rounded to a unit that reads better."""
    words = tongue()
    if hours < 1 and float(minutes := round(hours * MINUTES, 6)).is_integer():
        return f"{int(minutes)}{THIN}{words.minute}"
    text = format(Decimal(str(round(hours, 4))).normalize(), "f")
    return f"{text.replace('.', words.decimal)}{THIN}{words.hour}"


def turn_of(standing: Iterable[Agreement]) -> int:
    """Give a number that changes whenever what stands for a handover does; 0 where nothing stands."""
    return max((2 * one.pk + one.is_agreed for one in standing), default=0)


def is_in_log(journey: Journey, department: str, to_department: str) -> bool:
    """Whether the logs have both departments now."""
    known = journey.table_facts.get("departments", ())
    return department in known and (not to_department or to_department in known)


def standing(journey: Journey, view: View) -> tuple[Standing, ...]:
    """Give every handover and department for which something stands: what waits for a yes first, then by names."""
    pairs: defaultdict[Pair, list[Agreement]] = defaultdict(list)
    for one in Agreement.objects.open().filter(journey=journey):
        pairs[one.department, one.to_department].append(one)
    page = _page(journey, view) if pairs else None
    actual = {(one.agreement.department, one.agreement.to or ""): one for one in (page.agreed if page else ())}
    found = []
    for pair, some in pairs.items():
        holding = next((one for one in some if one.is_agreed), None)
        waiting = next((one for one in some if not one.is_agreed), None)
        kept = actual.get(pair) if holding else None
        if kept and holding and (kept.cases < FEWEST_CASES or kept.agreement.hours != holding.hours):
            kept = None
        found.append(Standing(*pair, holding, waiting, turn_of(some), is_in_log(journey, *pair), kept))
    return tuple(sorted(found, key=lambda one: (one.waiting is None, one.department, one.to_department)))


def worth_agreeing(journey: Journey, view: View) -> tuple[Handover, ...]:
    """Give the handovers at which most hours are waited in all, and for which nothing is agreed or proposed."""
    page = _page(journey, view)
    if page is None:
        return ()
    taken = set(Agreement.objects.open().filter(journey=journey).values_list("department", "to_department"))
    open_ones = [
        one
        for one in page.handovers
        if (one.source, one.target) not in taken and one.count >= FEWEST_CASES and one.wait.mean
    ]
    return tuple(sorted(open_ones, key=lambda one: -one.count * (one.wait.mean or 0.0))[:MOST_OFFERED])


def _page(journey: Journey, view: View) -> Page | None:
    kept = find(journey, view) if journey.has_table else None
    return kept.page() if kept else None


def history(journey: Journey) -> tuple[Line, ...]:
    """Tell every time that was ever proposed, the latest first."""
    rows = list(Agreement.objects.filter(journey=journey).order_by("proposed_at", "pk"))
    by_pair: defaultdict[Pair, list[Agreement]] = defaultdict(list)
    for one in rows:
        by_pair[one.department, one.to_department].append(one)
    return tuple(
        Line(
            one,
            _before(one, by_pair[one.department, one.to_department]),
            _outcome(one, by_pair[one.department, one.to_department]),
            is_in_log(journey, one.department, one.to_department),
        )
        for one in reversed(rows)
    )


def _before(one: Agreement, others: list[Agreement]) -> float | None:
    """Find what held when a time was agreed, or else when it was proposed."""
    at = one.agreed_at or one.proposed_at
    held = [
        other
        for other in others
        if other.pk != one.pk
        and other.agreed_at is not None
        and other.agreed_at <= at
        and (other.ended_at is None or other.ended_at >= at)
    ]
    return max(held, key=lambda other: (other.agreed_at, other.pk)).hours if held else None


def _outcome(one: Agreement, others: list[Agreement]) -> str:
    if one.ended_at is None:
        return "holds" if one.is_agreed else "proposed"
    if one.is_agreed:
        return (
            "replaced" if any(other.agreed_at == one.ended_at and other.pk != one.pk for other in others) else "ended"
        )
    follows = any(other.proposed_at == one.ended_at and other.pk > one.pk for other in others)
    return "changed" if follows else "withdrawn"


def outcome_words(outcome: str) -> str:
    """Say what became of a time."""
    return {
        "proposed": _("proposed"),
        "holds": _("agreed"),
        "replaced": _("agreed, and replaced by another time"),
        "ended": _("agreed, and ended"),
        "changed": _("proposed, and changed before anybody agreed"),
        "withdrawn": _("proposed, and withdrawn"),
    }[outcome]


def kept_words(actual: Agreed) -> str:
    """Say how an agreed time is kept, with its interval and the number of cases."""
    if actual.within.value is None or actual.within.interval is None:
        return ""
    low, high = (tongue().share(end) for end in actual.within.interval)
    told = {"share": tongue().share(actual.within.value), "low": low, "high": high, "n": actual.cases}
    sentence = ngettext(
        "kept in %(share)s of %(n)d case (%(low)s to %(high)s)",
        "kept in %(share)s of %(n)d cases (%(low)s to %(high)s)",
        actual.cases,
    )
    return sentence % told


class Sides:
    """Who looks after the two sides of a promise on a day; asked once, for any number of times of one journey."""

    def __init__(self, journey: Journey, on: date) -> None:
        self.on = on
        self.units = units_of(journey, on)
        self._reach: dict[str, frozenset[int] | None] = {}

    def units_of(self, time: Agreement) -> set[int]:
        """Give the linked units of both sides."""
        sides = (self.units.get(one) for one in (time.department, time.to_department))
        return {unit.pk for unit in sides if unit is not None}

    def reaches(self, time: Agreement, by: str) -> bool:
        """Whether somebody may agree times for a unit of one side, or for every unit."""
        if by not in self._reach:
            self._reach[by] = self._reach_of(by)
        within = self._reach[by]
        return within is None or bool(within & self.units_of(time))

    def may_settle(self, time: Agreement, by: str) -> bool:
        """Whether somebody may agree to a proposal: they, or who proposed it, look after a unit of one side."""
        return self.reaches(time, by) or self.reaches(time, time.proposed_by)

    def _reach_of(self, by: str) -> frozenset[int] | None:
        member = Member.objects.present().filter(public_id=by).first() if _is_id(by) else None
        if member is None or not member.may(Permission.AGREE_TIMES):
            return frozenset()
        return reach(member, Permission.AGREE_TIMES, self.on)


@dataclass(frozen=True, slots=True)
class Proposals:
    """Proposals that wait for the yes of one member: the first of them, and how many there are besides."""

    first: tuple[Agreement, ...]
    n_more: int


def proposals_for(member: Member, on: date) -> Proposals:
    """Give what others proposed and a member can agree to: what is about units of theirs first, then the oldest.

    Of a journey no more is read than its name: this stands on the first page.
    """
    waiting = Agreement.objects.open().filter(agreed_at__isnull=True, journey__ended_at__isnull=True)
    waiting = waiting.exclude(proposed_by=member.actor).select_related("journey").defer("journey__table_facts")
    sides: dict[int, Sides] = {}
    found: list[tuple[bool, Agreement]] = []
    for one in waiting.order_by("proposed_at", "pk"):
        if one.journey_id not in sides:
            sides[one.journey_id] = Sides(one.journey, on)
        side = sides[one.journey_id]
        if side.may_settle(one, member.actor):
            found.append((not side.reaches(one, member.actor), one))
    ordered = [one for _is_of_others, one in sorted(found, key=lambda told: told[0])]
    return Proposals(tuple(ordered[:MOST_ON_TODAY]), len(ordered[MOST_ON_TODAY:]))


def people_of(actors: Collection[str], reader: Member, on: date, *, may_name: bool = True) -> dict[str, str]:
    """Name those who said something: by name to who may see them, else by the unit in which they work."""
    members = list(Member.objects.filter(public_id__in=[one for one in actors if _is_id(one)]))
    named: set[int] = set()
    if may_name and reader.may(Permission.SEE_PEOPLE):
        seen = members_within(reach(reader, Permission.SEE_PEOPLE, on), on)
        named = set(seen.filter(pk__in=[one.pk for one in members]).values_list("pk", flat=True))
    places = Placement.objects.filter(member__in=members).order_by("from_on").values_list("member_id", "unit_id")
    last = dict(places)
    units = names_of_units(set(last.values()), on)
    told = dict.fromkeys(actors, _("mizzle"))
    for one in members:
        told[one.actor] = one.name if one.pk in named else units.get(last.get(one.pk, 0), _("somebody"))
    return told


def _is_id(actor: str) -> bool:
    try:
        UUID(actor)
    except ValueError:  # the system itself
        return False
    return True
