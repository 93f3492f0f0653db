"""The commands of an operator: make an owner, back up, put back, look whether all is well."""

from __future__ import annotations

import csv
import getpass
import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.utils import translation

from mizzle_web.config.environment import BadSetting
from mizzle_web.journal.actions import SYSTEM
from mizzle_web.operation import health, place
from mizzle_web.operation.backup import make_backup
from mizzle_web.operation.restore import restore as put_back
from mizzle_web.page import clock
from mizzle_web.page.refused import Refused
from mizzle_web.people.actions.credentials import set_password
from mizzle_web.people.actions.invitations import invite
from mizzle_web.people.actions.members import NewMember, add_member
from mizzle_web.people.actions.organisation import found_organisation
from mizzle_web.people.actions.roles import give_role
from mizzle_web.people.actions.units import open_unit
from mizzle_web.people.models import Member, Organisation, Unit
from mizzle_web.people.roles import Role

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator
    from contextlib import AbstractContextManager
    from datetime import datetime

COLUMNS = ("code", "name", "parent")
LONGEST_CODE, LONGEST_NAME = 40, 120


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def opened() -> AbstractContextManager[None]:
    """Open the house, unless its database would lose what is confirmed or a backup is being put back.

    Raises
    ------
    BadSetting
        Where PostgreSQL does not sync what it confirms.
    """
    unsafe = health.unsafe_settings()
    if unsafe:
        raise BadSetting(unsafe)
    return place.open_house()


def owner(chosen: argparse.Namespace) -> int:
    """Make the first organisation with its service lead, or one more service lead; done twice, it happens once."""
    at = clock.now()
    rows = list(_rows(Path(chosen.units))) if chosen.units else []
    with transaction.atomic():
        is_first = _organisation(chosen.organisation, at)
        n_units = _open_units(rows, at)
        member = Member.objects.present().filter(email__iexact=chosen.email).first()
        is_new = member is None
        member = member or add_member(member=NewMember(name=chosen.name, email=chosen.email), by=SYSTEM, at=at)
        for role in (Role.SERVICE_LEAD, Role.OPERATOR) if is_first else (Role.SERVICE_LEAD,):
            give_role(member=member, role=role, by=SYSTEM, at=at)
    if n_units:
        _say(f"Units opened: {n_units}")
    _say(f"{member.name} <{member.email}> {'is now' if is_new else 'is'} service lead.")
    if not member.has_usable_password():
        _let_in(member, at)
    return 0


def _organisation(name: str | None, at: datetime) -> bool:
    if Organisation.objects.exists():
        return False
    if not (name or "").strip():
        raise Refused("no_organisation", "There is no organisation yet. Name it with --organisation NAME.")
    found_organisation(
        name=str(name).strip(), language=settings.LANGUAGE_CODE, timezone=settings.TIME_ZONE, at=at, by=SYSTEM
    )
    return True


def _let_in(member: Member, at: datetime) -> None:
    """Ask for a password where somebody sits at the keyboard, and give a link where nobody does."""
    if not sys.stdin.isatty():
        _say(f"To choose a password, open within 14 days: {invite(member=member, by=SYSTEM, at=at)}")
        return
    while True:
        password = getpass.getpass("A password for them (it is not shown; empty: make a link instead): ")
        if not password:
            _say(f"To choose a password, open within 14 days: {invite(member=member, by=SYSTEM, at=at)}")
            return
        try:
            if getpass.getpass("The same again: ") != password:
                _say("These were not the same.")
                continue
            set_password(member=member, password=password, by=SYSTEM, at=at)
        except Refused as refusal:
            _say(refusal.sentence)
        else:
            _say(f"They can sign in now: {settings.ENVIRONMENT.url}/sign-in")
            return


def _rows(file: Path) -> Iterator[tuple[str, str, str]]:
    try:
        text = file.read_text(encoding="utf-8-sig")
    except OSError as problem:
        raise Refused("no_file", f"{file} cannot be read: {problem.strerror}.") from problem
    except ValueError as problem:
        raise Refused("no_text", f"{file} is no text in UTF-8. Save it as CSV in UTF-8.") from problem
    first = text.partition("\n")[0]
    reader = csv.reader(text.splitlines(), delimiter=";" if first.count(";") > first.count(",") else ",")
    head = [cell.strip().lower() for cell in next(reader, [])]
    if head[:2] != ["code", "name"] or head[2:3] not in ([], ["parent"]):
        raise Refused("columns", f"{file} must begin with the columns code, name and parent.")
    seen: set[str] = set()
    for row in reader:
        code, name, parent = ([cell.strip() for cell in row] + ["", "", ""])[:3]
        if not code and not name:
            continue
        if not code or not name or len(code) > LONGEST_CODE or len(name) > LONGEST_NAME:
            said = f"needs a code of at most {LONGEST_CODE} signs and a name of at most {LONGEST_NAME}"
            raise Refused("row", f"Line {reader.line_num} of {file} {said}.")
        if code in seen:
            raise Refused("row", f"Line {reader.line_num} of {file} has the code {code} a second time.")
        seen.add(code)
        yield code, name, parent


def _open_units(rows: list[tuple[str, str, str]], at: datetime) -> int:
    """Open the units that are not there yet, each after the one it belongs to; give how many that were."""
    there = {unit.code: unit for unit in Unit.objects.all()}
    waiting = [row for row in rows if row[0] not in there]
    n_opened = len(waiting)
    while waiting:
        ready = [row for row in waiting if not row[2] or row[2] in there]
        if not ready:
            code, _name, parent = waiting[0]
            said = f"The unit {code} belongs to {parent}, which is not in the file or belongs to {code} itself."
            raise Refused("parent", f"{said} Correct it; nothing was opened.")
        for code, name, parent in ready:
            there[code] = open_unit(
                code=code, name=name, parent=there.get(parent) if parent else None, on=at.date(), by=SYSTEM, at=at
            )
        done = {row[0] for row in ready}
        waiting = [row for row in waiting if row[0] not in done]
    return n_opened


def backup(chosen: argparse.Namespace) -> int:
    """Copy everything into one file while the house stays open."""
    target = Path(chosen.file).expanduser().absolute()
    made = make_backup(target=target, by=SYSTEM, at=clock.now(), with_keys=chosen.with_keys)
    _say(f"{made.path}\n{made.n_bytes:,} bytes, SHA-256 {made.digest}")
    if chosen.with_keys:
        _say("The keys are inside: whoever has this file can open everything. Keep it as you keep a key.")
    else:
        _say(f"The keys are not inside. Keep a copy of {place.data() / place.KEYS} in another safe place.")
    return 0


def restore(chosen: argparse.Namespace) -> int:
    """Put everything back as a backup has it; the house must be closed."""
    found = put_back(file=Path(chosen.file).expanduser().absolute(), at=clock.now())
    said = found.manifest
    _say(f"Everything is as it was on {said.made_at}: journal up to entry {said.head_number}, and unbroken.")
    _say(f"What was there before lies in {found.aside}. Everybody signs in anew.")
    for warning in found.warnings:
        _say(warning)
    return 0


def doctor(chosen: argparse.Namespace) -> int:
    """Look at everything and say what to do; 1 where something is to be done."""
    with translation.override("en"):
        lines = health.examine(at=clock.now(), thorough=True)
    is_fine = all(line.is_fine for line in lines)
    if chosen.json:
        checks = [asdict(line) | {"is_fine": line.is_fine} for line in lines]
        _say(json.dumps({"is_fine": is_fine, "checks": checks}, indent=2, ensure_ascii=False))
        return 0 if is_fine else 1
    width = max(len(line.title) for line in lines)
    for line in lines:
        _say(f"{'fine ' if line.is_fine else 'to do'}  {line.title:<{width}}  {line.found}")
        if line.todo:
            _say(f"{'':{width + 9}}{line.todo}")
    return 0 if is_fine else 1
