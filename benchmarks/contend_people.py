"""A file of many people, looked at and taken in by the house: how long that takes, and how soon it could be stopped."""

from __future__ import annotations

import itertools
import os
import time
from typing import TYPE_CHECKING, Any

from contend import main

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from contend import Check, Work

UNITS = 500
IN_A_BLOCK = 1000


def _blocks(rows: int) -> Iterator[bytes]:
    """Write a file as a personnel system does: everybody with address, code, unit, the unit above it and a day."""
    yield b"Name,E-mail,Code,Unit code,Unit,Part of,Language,Role,Joined\n"
    lines = []
    for number in range(rows):
        unit = number % UNITS
        above = f"Unit {unit // 20}" if unit >= 20 else ""  # noqa: PLR2004 - twenty under each
        role = "host" if not number % 97 else ""
        lines.append(
            f"Person {number},p{number}@larkmoor.example,C{number:06d},U{unit},Unit {unit},{above},"
            f"{('en', 'es', 'nb')[number % 3]},{role},202{number % 5}-0{1 + number % 9}-1{number % 9}\n"
        )
        if len(lines) == IN_A_BLOCK:
            yield "".join(lines).encode()
            lines = []
    yield "".join(lines).encode()


def opened(folder: str, url: str = "") -> Any:
    """Open a house with one service lead; gives the lead."""
    os.environ |= {"MIZZLE_DATA": folder, "DJANGO_SETTINGS_MODULE": "mizzle_web.config.settings"}
    if url:
        os.environ["MIZZLE_DATABASE_URL"] = url
    import django

    django.setup()
    from django.core.management import call_command

    from mizzle_web.journal.actions import SYSTEM
    from mizzle_web.page import clock
    from mizzle_web.people.actions.members import NewMember, add_member
    from mizzle_web.people.actions.organisation import found_organisation
    from mizzle_web.people.actions.roles import give_role
    from mizzle_web.people.roles import Role

    call_command("migrate", interactive=False, verbosity=0)
    at = clock.now()
    found_organisation(name="Larkmoor", language="en", timezone="UTC", at=at, by=SYSTEM)
    lead = add_member(member=NewMember(name="Ida Lead", email="ida@larkmoor.example"), by=SYSTEM, at=at)
    give_role(member=lead, role=Role.SERVICE_LEAD, by=SYSTEM, at=at)
    return lead


def people(folder: str, rows: int, url: str = "") -> tuple[Work, Check]:
    """Look at a file of so many people, then take it in."""
    lead = opened(folder, url)
    from mizzle_web.page import clock
    from mizzle_web.people.actions import imports

    at = clock.now()
    file = imports.receive(blocks=_blocks(rows), name="people.csv", from_on=at.date(), by=lead.actor, at=at)

    def timed(do: Callable[[imports.Tell], Any]) -> tuple[float, float]:
        told = [time.perf_counter()]
        do(lambda _share, _stage: told.append(time.perf_counter()))
        took = time.perf_counter() - told[0]
        return took, max(after - before for before, after in itertools.pairwise(told))

    def work() -> dict[str, float]:
        preview, first = timed(lambda tell: imports.check_import(file=file, at=at, tell=tell))
        taking, second = timed(lambda tell: imports.apply_import(file=file, by=lead.actor, at=at, tell=tell))
        file.refresh_from_db()
        return {"preview": preview, "taking in": taking, "silence": max(first, second), **file.counts}

    return work, lambda found: found


if __name__ == "__main__":
    main({"people": people})
