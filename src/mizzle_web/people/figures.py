"""What pages ask about units and members, on a day."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Exists, OuterRef, Prefetch, Q

from mizzle_web.people.models import Grant, Member, Placement, Succession, UnitPeriod
from mizzle_web.people.roles import MAY, Role

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from datetime import date

    from mizzle_web.page.permissions import Permission
    from mizzle_web.people.models import MemberQuerySet, Unit


@dataclass(frozen=True, slots=True)
class Branch:
    """A unit in the tree of a day."""

    pk: int
    public_id: str
    code: str
    name: str
    depth: int
    parent: int | None
    n_members: int
    version: int
    n_below: int = 0
    """Members of the unit and of all that is under it."""

    @property
    def indent(self) -> int:
        """How far a list indents it: as deep as a phone can show."""
        return min(self.depth, 6)


def on_day(day: date, begins: str = "from_on", ends: str = "until_on") -> Q:
    """Choose rows that hold on a day."""
    return Q(**{f"{begins}__lte": day}) & (Q(**{f"{ends}__isnull": True}) | Q(**{f"{ends}__gt": day}))


def tree(on: date) -> tuple[Branch, ...]:
    """Give the units of a day in the order of the tree, each after the one it belongs to."""
    columns = ("unit_id", "parent_id", "name", "unit__public_id", "unit__code", "unit__version")
    periods: list[Any] = list(
        UnitPeriod.objects.filter(on_day(on)).order_by("name", "unit__code").values_list(*columns, named=True)
    )
    there = {period.unit_id for period in periods}
    children: dict[int | None, list[Any]] = {}
    for period in periods:
        children.setdefault(period.parent_id if period.parent_id in there else None, []).append(period)
    working = Placement.objects.filter(on_day(on)).order_by().values("unit_id").annotate(n=Count("pk"))
    counts = Counter(dict(working.values_list("unit_id", "n")))
    ordered: list[tuple[Any, int]] = []
    waiting = [(period, 0) for period in reversed(children.get(None, []))]
    while waiting:
        period, depth = waiting.pop()
        ordered.append((period, depth))
        waiting += [(below, depth + 1) for below in reversed(children.get(period.unit_id, []))]
    below = Counter(counts)
    for period, _depth in reversed(ordered):
        if period.parent_id in there:
            below[period.parent_id] += below[period.unit_id]
    return tuple(
        Branch(
            pk=period.unit_id,
            public_id=str(period.unit__public_id),
            code=period.unit__code,
            name=period.name,
            depth=depth,
            parent=period.parent_id if period.parent_id in there else None,
            n_members=counts[period.unit_id],
            version=period.unit__version,
            n_below=below[period.unit_id],
        )
        for period, depth in ordered
    )


def found(branches: Iterable[Branch], words: str) -> tuple[Branch, ...]:
    """Keep the units whose name or code holds all words, and those above them, so that each stands in its place."""
    wanted = words.casefold().split()
    branches = tuple(branches)
    if not wanted:
        return branches
    by_pk = {one.pk: one for one in branches}
    kept: set[int] = set()
    for one in branches:
        if all(word in f"{one.name} {one.code}".casefold() for word in wanted):
            place: int | None = one.pk
            while place is not None and place not in kept:
                kept.add(place)
                place = by_pk[place].parent
    return tuple(one for one in branches if one.pk in kept)


def under(branches: Iterable[Branch], units: Collection[int]) -> frozenset[int]:
    """Give these units and all that are under them."""
    inside = set(units)
    for one in branches:  # each comes after the one it belongs to
        if one.parent in inside:
            inside.add(one.pk)
    return frozenset(inside)


def reach(member: Member, permission: Permission, on: date) -> frozenset[int] | None:
    """Give the units in which a member has a permission; None where it is the whole organisation."""
    units = {one.unit for one in member.held_now() if permission in MAY[one.role]}
    if None in units or permission in MAY[Role.COLLEAGUE]:
        return None
    heirs = Succession.objects.filter(kind="merged", on__lte=on).values_list("earlier_id", "later_id").order_by("on")
    for earlier, later in heirs:
        if earlier in units:
            units.add(later)
    return under(tree(on), {unit for unit in units if unit is not None})


def members_within(units: frozenset[int] | None, on: date) -> MemberQuerySet:
    """Give the members who work in these units on a day; all members for None."""
    if units is None:
        return Member.objects.all()
    here = Placement.objects.filter(on_day(on), member=OuterRef("pk"), unit__in=units)
    return Member.objects.filter(Exists(here))


def with_place_and_roles(members: MemberQuerySet, on: date) -> MemberQuerySet:
    """Load, in a constant number of queries, where members work on a day and which roles they hold."""
    return members.prefetch_related(
        Prefetch("placements", Placement.objects.filter(on_day(on)), to_attr="here"),
        Prefetch("grants", Grant.objects.filter(ended_at__isnull=True), to_attr="held"),
    )


def matching(members: MemberQuerySet, words: str, *, by_code: bool = True) -> MemberQuerySet:
    """Keep members whose name or address, or code where that is the reader's to know, holds all words."""
    for word in words.split()[:6]:
        holds = Q(name__icontains=word) | Q(email__icontains=word)
        members = members.filter(holds | Q(code__icontains=word) if by_code else holds)
    return members


def names_of_units(units: Collection[int], on: date) -> dict[int, str]:
    """Name units as on a day; as they were called last, or will be called first, where they do not exist then."""
    names: dict[int, tuple[bool, str]] = {}
    for period in UnitPeriod.objects.filter(unit__in=units).order_by("from_on"):
        holds = period.from_on <= on and (period.until_on is None or period.until_on > on)
        if holds or period.unit_id not in names or (period.from_on <= on and not names[period.unit_id][0]):
            names[period.unit_id] = (holds, period.name)
    return {unit: name for unit, (_holds, name) in names.items()}


def unit_name(member: Member, on: date) -> str:
    """Name the unit in which a member works on a day; empty where there is none."""
    period = UnitPeriod.objects.filter(
        on_day(on), unit__in=Placement.objects.filter(on_day(on), member=member).values("unit")
    ).first()
    return period.name if period else ""


@dataclass(frozen=True, slots=True)
class Told:
    """A line of the history of a unit."""

    from_on: date
    until_on: date | None
    name: str
    parent: str


def history(unit: Unit, on: date) -> list[Told]:
    """Tell how a unit was called and where it stood, the latest first."""
    periods = list(unit.periods.order_by("-from_on"))
    names = names_of_units({one.parent_id for one in periods if one.parent_id}, on)
    return [
        Told(one.from_on, one.until_on, one.name, names.get(one.parent_id, "") if one.parent_id else "")
        for one in periods
    ]


def successions(unit: Unit) -> list[Succession]:
    """Give what became of a unit, and what it came out of."""
    either = Q(earlier=unit) | Q(later=unit)
    return list(Succession.objects.filter(either).select_related("earlier", "later").order_by("on", "pk"))
