"""What each row of a file of people would change, as things stand."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db.models import Q
from django.db.models.functions import Lower

from mizzle_web.page.permissions import Permission
from mizzle_web.people.figures import on_day
from mizzle_web.people.models import Grant, ImportRow, Member, Outcome, Placement
from mizzle_web.people.roles import POWERFUL, Role
from mizzle_web.people.roster import columns
from mizzle_web.people.roster.reading import Unreadable

if TYPE_CHECKING:
    from collections.abc import Sequence
    from zoneinfo import ZoneInfo

    from mizzle_web.people.roster.reading import Row
    from mizzle_web.people.roster.unit_plan import Named, UnitPlan

LONGEST_NAME, LONGEST_CODE = 120, 40
_ISO = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
NOTHING = ("", "-", "\N{EN DASH}", "n/a")


class LeftOut(Exception):
    """A row that cannot be taken in; a code of `words.ROWS`, and its detail."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.detail = detail[:200]


@dataclass(frozen=True, slots=True)
class Person:
    """What a row says of a person; what it does not say is empty."""

    name: str
    email: str
    code: str
    language: str
    unit: str
    roles: tuple[Role, ...]
    joined: date | None
    left: date | None


@dataclass(slots=True)
class Known:
    """What the house knows of a member that a row may mean."""

    member: Member
    unit: str = ""
    roles: set[str] = field(default_factory=set)


class Titles:
    """The first row of a file: what each column means."""

    def __init__(self, titles: Sequence[str]) -> None:
        self.titles = list(titles)
        self.meanings = columns.meanings(titles)
        self._places = {meaning: place for place, meaning in enumerate(self.meanings) if meaning}
        if not {"name", "first_name", "last_name"} & self._places.keys():
            raise Unreadable("no_name")
        if not {"email", "code"} & self._places.keys():
            raise Unreadable("no_key")

    def __call__(self, cells: Sequence[str], meaning: str) -> str:
        """Give the cell of a row that has this meaning; empty where there is none."""
        place = self._places.get(meaning, len(cells))
        text = cells[place] if place < len(cells) else ""
        return "" if text in NOTHING else text

    def unit(self, cells: Sequence[str]) -> Named:
        """Give the unit that a row names."""
        return self(cells, "unit_code"), self(cells, "unit"), self(cells, "parent")


class Planner:
    """Goes through the rows of a file in order, some at a time, and says what each comes to."""

    def __init__(self, *, titles: Titles, units: UnitPlan, importer: Member, zone: ZoneInfo, at: datetime) -> None:
        self._titles, self._units, self._importer, self._zone = titles, units, importer, zone
        self._today = at.astimezone(zone).date()
        self._may_give = importer.may(Permission.GIVE_ROLES)
        self._role_names = columns.roles()
        self._named: dict[Named, str | tuple[str, str]] = {}  # codes of units, or what is wrong with them
        self._seen: dict[str, int] = {}  # e-mail addresses and codes of rows before, and their row
        self._touched: dict[int, int] = {}  # members of rows before
        self._freed: set[str] = set()  # addresses and codes that rows before take from members

    def rows(self, part: Sequence[Row]) -> list[ImportRow]:
        """Say what some rows come to."""
        read: list[tuple[Row, Person | LeftOut]] = []
        for row in part:
            try:
                read.append((row, self._read(row[1])))
            except LeftOut as problem:
                read.append((row, problem))
        known = self._known([one for _row, one in read if isinstance(one, Person)])
        return [self._outcome(row, one, known) for row, one in read]

    def _outcome(self, row: Row, person: Person | LeftOut, known: dict[str, Known]) -> ImportRow:
        number, cells = row
        try:
            if isinstance(person, LeftOut):
                raise person
            return self._decide(number, person, known)
        except LeftOut as problem:
            return ImportRow(
                number=number, outcome=Outcome.LEFT_OUT, reason=problem.code, detail=problem.detail, cells=cells
            )

    def _read(self, cells: list[str]) -> Person:
        """Check the shape of a row."""
        given = self._titles
        if len(cells) > len(given.titles):
            raise LeftOut("cells")
        name = given(cells, "name") or f"{given(cells, 'first_name')} {given(cells, 'last_name')}".strip()
        email, code = given(cells, "email").lower().removeprefix("mailto:"), given(cells, "code")
        if not name:
            raise LeftOut("no_name")
        if len(name) > LONGEST_NAME:
            raise LeftOut("long_name")
        if not email and not code:
            raise LeftOut("no_key")
        if len(code) > LONGEST_CODE:
            raise LeftOut("bad_code")
        if email:
            try:
                validate_email(email)
            except ValidationError as problem:
                raise LeftOut("bad_email", email) from problem
        language = given(cells, "language")
        spoken = columns.language(language) if language else ""
        if spoken is None:
            raise LeftOut("bad_language", language)
        return Person(
            name=name,
            email=email,
            code=code,
            language=spoken,
            unit=self._unit(cells),
            roles=self._roles(given(cells, "role")),
            joined=_day(given(cells, "joined")),
            left=_day(given(cells, "left")),
        )

    def _unit(self, cells: list[str]) -> str:
        code, name, _above = named = self._titles.unit(cells)
        if not code and not name:
            return ""
        if named not in self._named:  # few units, and many rows
            problem = self._units.problem(code, name)
            self._named[named] = problem or self._units.code_of(self._units.find(code, name) or "")
        found = self._named[named]
        if not isinstance(found, str):
            raise LeftOut(*found)
        return found

    def _roles(self, text: str) -> tuple[Role, ...]:
        found = []
        for part in text.replace(",", ";").replace("|", ";").replace("/", ";").split(";"):
            if not part.strip():
                continue
            role = self._role_names.get(columns.plain(part))
            if role is None:
                raise LeftOut("bad_role", part.strip())
            if role != Role.COLLEAGUE:
                found.append(role)
        return tuple(dict.fromkeys(found))

    def _known(self, people: Sequence[Person]) -> dict[str, Known]:
        """Find the members that some rows may mean, by address and by code, in four queries."""
        emails = {one.email for one in people if one.email}
        codes = {one.code.lower() for one in people if one.code}
        members = list(
            Member.objects.annotate(small_email=Lower("email"), small_code=Lower("code"))
            .filter(Q(small_email__in=emails) | Q(small_code__in=codes))
            .defer("password", "pin", "second_factor", "recovery_codes")
        )
        known = {one.pk: Known(one) for one in members}
        here = Placement.objects.filter(on_day(self._units.on), member__in=known)
        for member, unit in here.values_list("member_id", "unit__code"):
            known[member].unit = unit
        for member, role in Grant.objects.filter(member__in=known, ended_at=None, unit=None).values_list(
            "member_id", "role"
        ):
            known[member].roles.add(role)
        return {key: one for one in known.values() for key in _keys(one.member.email, one.member.code)}

    def _decide(self, number: int, person: Person, known: dict[str, Known]) -> ImportRow:
        keys = _keys(person.email, person.code)
        for key in keys:
            if key in self._seen:
                raise LeftOut("twice", str(self._seen[key]))
        found = {id(known[key]): known[key] for key in keys if key in known and key not in self._freed}
        if len(found) > 1:
            raise LeftOut("two_people")
        for role in person.roles:
            already = next(iter(found.values())).roles if found else set()
            if role not in already and not self._may_give:
                raise LeftOut("role_not_yours", str(role.label))
        row = self._existing(person, next(iter(found.values()))) if found else self._new(person)
        row.number = number
        self._seen |= dict.fromkeys(keys, number)
        if row.member_id:
            self._touched[row.member_id] = number
            self._freed |= {f"{what}:{row.before[what].lower()}" for what in ("email", "code") if row.before.get(what)}
        return row

    def _new(self, person: Person) -> ImportRow:
        if person.left is not None:
            raise LeftOut("left_later" if person.left > self._today else "left_new", person.left.isoformat())
        after: dict[str, Any] = {
            "name": person.name,
            "email": person.email,
            "code": person.code,
            "language": person.language,
            "unit": person.unit,
            "roles": [str(role) for role in person.roles],
            "joined": person.joined.isoformat() if person.joined else "",
        }
        return ImportRow(outcome=Outcome.NEW, after={name: value for name, value in after.items() if value})

    def _existing(self, person: Person, known: Known) -> ImportRow:
        member = known.member
        if member.pk in self._touched:
            raise LeftOut("twice", str(self._touched[member.pk]))
        is_guarded = (
            not self._may_give and member.pk != self._importer.pk and bool(known.roles & {str(one) for one in POWERFUL})
        )
        row = ImportRow(outcome=Outcome.SAME, member=member, member_version=member.version)
        if person.left is not None:
            return self._leaving(row, person.left, has_left=member.left_at is not None, is_guarded=is_guarded)
        if member.left_at is not None:
            raise LeftOut("has_left")
        self._compare(row, person, member)
        if is_guarded and {"email", "code"} & row.after.keys():
            raise LeftOut("powerful")
        roles = [str(role) for role in person.roles if role not in known.roles]
        if roles:
            row.after["roles"] = roles
        if row.after:
            row.outcome = Outcome.CHANGED
        if person.unit and person.unit != known.unit:
            row.before["unit"], row.after["unit"] = known.unit, person.unit
            row.outcome = Outcome.CHANGED if row.outcome == Outcome.CHANGED else Outcome.MOVED
        return row

    def _leaving(self, row: ImportRow, day: date, *, has_left: bool, is_guarded: bool) -> ImportRow:
        if day > self._today:
            raise LeftOut("left_later", day.isoformat())
        if not has_left:
            if is_guarded:
                raise LeftOut("powerful")
            row.outcome, row.after = Outcome.LEAVES, {"left": day.isoformat()}
        return row

    def _compare(self, row: ImportRow, person: Person, member: Member) -> None:
        """Note what the row says differently of a member than the house."""
        joined = member.joined_at.astimezone(self._zone).date().isoformat()
        for name, now, then in (
            ("name", member.name, person.name),
            ("email", member.email or "", person.email),
            ("code", member.code or "", person.code),
            ("language", member.language, person.language),
            ("joined", joined, person.joined.isoformat() if person.joined else ""),
        ):
            is_same = then.lower() == now.lower() if name in ("email", "code") else then == now
            if then and not is_same:
                row.before[name], row.after[name] = now, then


def _keys(email: str | None, code: str | None) -> list[str]:
    return [*([f"email:{email.lower()}"] if email else []), *([f"code:{code.lower()}"] if code else [])]


def _day(text: str) -> date | None:
    """Read a day, written as ISO or with the day first."""
    if not text:
        return None
    if _ISO.fullmatch(text):  # nearly all of them, and ten times as fast
        try:
            return date.fromisoformat(text)
        except ValueError as problem:
            raise LeftOut("bad_date", text) from problem
    for form in ("%Y-%m-%d", "%d.%m.%Y", "%d/%m/%Y", "%Y/%m/%d", "%Y-%m-%dT%H:%M:%S"):
        try:
            return datetime.strptime(text, form).date()  # noqa: DTZ007 - a day has no zone
        except ValueError:
            continue
    raise LeftOut("bad_date", text)
