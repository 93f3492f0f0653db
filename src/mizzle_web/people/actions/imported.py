"""Write some rows of a checked file of people down, inside one transaction."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import F, Q
from django.db.models.functions import Lower

from mizzle_web.journal.actions import record, record_each
from mizzle_web.page.permissions import Permission
from mizzle_web.page.prepared import Addition
from mizzle_web.page.refused import Refused
from mizzle_web.people.actions.members import let_go, no_password, take_in
from mizzle_web.people.actions.places import settle
from mizzle_web.people.actions.roles import end_sessions
from mizzle_web.people.actions.units import open_unit
from mizzle_web.people.models import Grant, ImportRow, Invitation, Member, Outcome, Placement, Unit
from mizzle_web.people.roles import POWERFUL, Role

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from zoneinfo import ZoneInfo

    from mizzle_web.people.models import ImportFile


UNITS_AT_ONCE = 50
"""Units that are opened within one transaction."""
_PLACE, _GIVE = Addition(Placement, is_told=False), Addition(Grant, is_told=False)


def open_units(*, file: ImportFile, importer: Member, at: datetime, pause: Callable[[], None]) -> None:
    """Open the units that a file needs and that are not there yet, each after the one it belongs to.

    Some at a time, with a pause in between in which the work can be stopped; what is there already stays when it is
    begun again.
    """
    if not file.units or not importer.may(Permission.MANAGE_UNITS):
        return
    for start in range(0, len(file.units), UNITS_AT_ONCE):
        pause()
        part = file.units[start : start + UNITS_AT_ONCE]
        with transaction.atomic():
            codes = {one["code"] for one in part} | {one["parent"] for one in part}
            there = {unit.code: unit for unit in Unit.objects.filter(code__in=codes)}
            for one in part:
                if one["code"] not in there:
                    there[one["code"]] = open_unit(
                        code=one["code"],
                        name=one["name"],
                        parent=there.get(one["parent"]),
                        on=file.from_on,
                        by=importer.actor,
                        at=at,
                    )


def apply_part(*, file: ImportFile, part: Sequence[int], importer: Member, zone: ZoneInfo, at: datetime) -> None:
    """Import the rows with these keys, note that they are, and tell the journal."""
    told: dict[str, list[str]] = defaultdict(list)
    rows = list(ImportRow.objects.select_for_update().filter(pk__in=part, is_applied=False).order_by("number"))
    units = {unit.code: unit for unit in Unit.objects.filter(code__in={row.after.get("unit", "") for row in rows})}
    for row in rows:
        _recheck(row, importer, units)
    there = [row for row in rows if row.outcome in (Outcome.CHANGED, Outcome.MOVED, Outcome.LEAVES)]
    _change(there, units, file, importer, zone, at, told)  # first: a changed member may free an address for a new one
    _add([row for row in rows if row.outcome == Outcome.NEW], units, file, importer, zone, at, told)
    ImportRow.objects.bulk_update(
        [row for row in rows if row.outcome == Outcome.LEFT_OUT], ("outcome", "reason", "detail")
    )
    ImportRow.objects.filter(pk__in=[row.pk for row in rows]).update(is_applied=True)
    details: dict[str, Any] = {"first": rows[0].number, "last": rows[-1].number, **told} if rows else {}
    record(by=importer.actor, verb="people.imported", thing=f"import:{file.public_id}", at=at, details=details)


def _leave_out(row: ImportRow, reason: str, detail: str = "") -> None:
    row.outcome, row.reason, row.detail = Outcome.LEFT_OUT, reason, detail


def _recheck(row: ImportRow, importer: Member, units: dict[str, Unit]) -> None:
    """Leave out what the importer may not give, or what has no unit, since the file was checked."""
    may_give = importer.may(Permission.GIVE_ROLES)
    roles = row.after.get("roles", ())
    if roles and not may_give:
        _leave_out(row, "role_not_yours", str(Role(roles[0]).label))
    unit = row.after.get("unit")
    if unit and unit not in units:
        _leave_out(row, "no_unit", unit)


def _joined(row: ImportRow, zone: ZoneInfo, at: datetime) -> datetime:
    text = row.after.get("joined")
    return datetime.combine(date.fromisoformat(text), time(), tzinfo=zone) if text else at


def _add(
    rows: Sequence[ImportRow],
    units: dict[str, Unit],
    file: ImportFile,
    importer: Member,
    zone: ZoneInfo,
    at: datetime,
    told: dict[str, list[str]],
) -> None:
    """Add new members."""
    emails = {row.after["email"] for row in rows if "email" in row.after}
    codes = {row.after["code"].lower() for row in rows if "code" in row.after}
    there = Member.objects.annotate(small_email=Lower("email"), small_code=Lower("code"))
    taken: set[str | None] = set()
    for pair in there.filter(Q(small_email__in=emails) | Q(small_code__in=codes)).values_list(
        "small_email", "small_code"
    ):
        taken |= set(pair)
    pairs = []
    for row in rows:
        after = row.after
        if {after.get("email"), after.get("code", "").lower() or None} & taken - {None}:
            _leave_out(row, "taken_since")
            continue
        member = Member(
            name=after["name"],
            email=after.get("email"),
            code=after.get("code"),
            language=after.get("language", ""),
            joined_at=_joined(row, zone, at),
        )
        member.password = no_password()
        pairs.append((row, member))
    for _row, member in pairs:
        take_in(member)
    placements, grants = [], []
    for row, member in pairs:
        unit = units.get(row.after.get("unit", ""))
        if unit is not None:
            start = max(file.from_on, unit.began_on)
            placements.append(Placement(member=member, unit=unit, from_on=start, until_on=unit.ended_on))
        grants += [Grant(member=member, role=role, given_at=at) for role in row.after.get("roles", ())]
        row.member = member
        told["new"].append(member.actor)
    _PLACE.many(placements)
    _give(grants, importer, at)


def _change(
    rows: Sequence[ImportRow],
    units: dict[str, Unit],
    file: ImportFile,
    importer: Member,
    zone: ZoneInfo,
    at: datetime,
    told: dict[str, list[str]],
) -> None:
    """Change, move and let go members who are there, unless somebody else changed them since the file was checked."""
    members = Member.objects.select_for_update().in_bulk([row.member_id for row in rows if row.member_id])
    powerful = set(
        Grant.objects.filter(member__in=members, ended_at=None, role__in=POWERFUL).values_list("member_id", flat=True)
    )
    for row in rows:
        member = members.get(row.member_id or 0)
        if member is None or member.version != row.member_version or member.left_at is not None:
            _leave_out(row, "changed_since")
            continue
        is_guarded = member.pk in powerful and member.pk != importer.pk and not importer.may(Permission.GIVE_ROLES)
        if is_guarded and {"email", "code", "left"} & row.after.keys():
            _leave_out(row, "powerful")
        elif row.outcome == Outcome.LEAVES:
            _let_go(row, member, importer, zone, at)
        else:
            _write(row, member, units, file, importer, zone, at)
            told[row.outcome].append(member.actor)


def _let_go(row: ImportRow, member: Member, importer: Member, zone: ZoneInfo, at: datetime) -> None:
    day = date.fromisoformat(row.after["left"])
    left_at = min(at, datetime.combine(day, time(23, 59), tzinfo=zone))
    try:
        let_go(member=member, by=importer.actor, at=at, left_at=max(left_at, member.joined_at))
    except Refused as refusal:
        _leave_out(row, "last_owner" if refusal.code == "last_owner" else "powerful")


def _write(
    row: ImportRow,
    member: Member,
    units: dict[str, Unit],
    file: ImportFile,
    importer: Member,
    zone: ZoneInfo,
    at: datetime,
) -> None:
    """Write down what a row changes of a member."""
    changes: dict[str, Any] = {
        name: row.after[name] for name in ("name", "email", "code", "language") if name in row.after
    }
    if "joined" in row.after:
        changes["joined_at"] = _joined(row, zone, at)
    if changes:
        Member.objects.filter(pk=member.pk).update(version=F("version") + 1, **changes)
    if "unit" in row.after:
        settle(member.pk, units[row.after["unit"]], max(file.from_on, units[row.after["unit"]].began_on))
    wanted = row.after.get("roles", ())
    held = set(member.grants.filter(ended_at=None, unit=None).values_list("role", flat=True)) if wanted else set()
    roles = [role for role in wanted if role not in held]
    if roles:
        _give([Grant(member=member, role=role, given_at=at) for role in roles], importer, at)
        end_sessions(member)
    if POWERFUL.intersection(roles):  # whoever made a link may have kept it, and would come in with these powers
        Invitation.objects.filter(member=member).usable(at).update(expires_at=at)


def _give(grants: Sequence[Grant], importer: Member, at: datetime) -> None:
    """Give roles, each with a line of its own in the journal, as one given on a page has."""
    _GIVE.many(grants)
    things = [(f"member:{one.member.public_id}", {"role": str(one.role), "unit": None}) for one in grants]
    record_each(by=importer.actor, verb="role.given", things=things, at=at)
