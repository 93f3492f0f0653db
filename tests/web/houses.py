"""A house in a folder of its own, on a database file of its own: to fill its disk, to copy it, to put it back.

Such a test changes files under a database, or writes from several threads, and so cannot share the one of all tests.
"""

from __future__ import annotations

import dataclasses

from django.conf import settings
from django.core.management import call_command
from django.db import connection, connections

from mizzle_web.journal.actions import SYSTEM
from mizzle_web.people.actions.credentials import set_password
from mizzle_web.people.actions.members import NewMember, add_member
from mizzle_web.people.actions.organisation import found_organisation
from mizzle_web.people.actions.roles import give_role
from mizzle_web.people.models import Member
from mizzle_web.people.roles import Role

PASSWORD = "rain falls on the yard"


_template: list[bytes] = []


def moved_in(folder, monkeypatch):
    """Let this process live in a house in that folder."""
    folder.mkdir(mode=0o700, parents=True)
    monkeypatch.setattr(settings, "ENVIRONMENT", dataclasses.replace(settings.ENVIRONMENT, data=folder))
    connections.close_all()
    file = folder / "mizzle.sqlite3"
    monkeypatch.setitem(connection.settings_dict, "NAME", str(file))
    if _template:
        file.write_bytes(_template[0])
    else:
        call_command("migrate", interactive=False, verbosity=0)
        connections.close_all()  # the last one to close brings everything into the file
        _template.append(file.read_bytes())
    return folder


def left():
    """Close what the house kept open."""
    connections.close_all()


def founded(at):
    """Give the house an organisation, and one member who looks after everything."""
    found_organisation(name="Larkmoor", language="en", timezone="UTC", at=at, by=SYSTEM)
    member = add_member(member=NewMember(name="Ida Lead", email="ida@larkmoor.example"), by=SYSTEM, at=at)
    set_password(member=member, password=PASSWORD, by=SYSTEM, at=at)
    for role in (Role.SERVICE_LEAD, Role.OPERATOR):
        give_role(member=member, role=role, by=SYSTEM, at=at)
    return Member.objects.get(pk=member.pk)
