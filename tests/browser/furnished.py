"""A house with one of everything, so that every page has something to show, at its longest and at its worst."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta

import pyotp

from browser.house import settle
from mizzle_web.jobs import actions as jobs
from mizzle_web.journal.actions import add_hook, ping_hook, send, switch_hook
from mizzle_web.journal.models import Parcel, ParcelState
from mizzle_web.page import clock
from mizzle_web.people.actions import credentials, imports, invitations, tokens, units
from mizzle_web.people.actions.members import NewMember, add_member, let_go
from mizzle_web.people.actions.roles import give_role
from mizzle_web.people.models import ImportFile, Member, Organisation, Unit
from mizzle_web.people.roles import Role

LEAD = ("Ida Lead", Role.SERVICE_LEAD, Role.OPERATOR)
KEY = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
"""The key of the second factor of one of the people."""
PIN = "739162"
LONG = "Retroalimentación de los departamentos más alejados del cliente"
TABLE = """name,email,code,unit,role,joined,left
Nora New,nora@larkmoor.example,n1,Transport,host,2025-02-03,
Amara Kone-Berg,amara.kone@larkmoor.example,,,,,
Torvald Nes,torvald.nes@larkmoor.example,,Transport,,,
Hanna Host,hanna.host@larkmoor.example,,Lift crew,,,
Ida Lead,ida.lead@larkmoor.example,,,,,
Olga Old,olga.old@larkmoor.example,,,,,2025-03-31
No One,not an address,,,,,
Key Less,,,,,,
"""
"""One row for each thing that a row can come to."""


@dataclass(frozen=True, slots=True)
class Here:
    """Who and what is in it."""

    lead: Member
    amara: Member
    torvald: Member
    gone: Member
    invited: Member
    guarded: Member
    units: dict[str, Unit]
    jobs: dict[str, str]
    imports: dict[str, ImportFile]
    links: dict[str, str]


def furnish() -> Here:
    """Fill an empty house; gives what is in it."""
    at = clock.now()
    found = settle(
        LEAD, ("Amara Kone",), ("Torvald Nes", Role.LEADER), ("Hanna Host", Role.HOST), ("Olga Old",), ("Sven Sure",)
    )
    lead, amara, torvald, _hanna, olga, sven = found
    by = {"by": lead.actor, "at": at}
    _let_in(amara, sven, by)
    gone = add_member(member=NewMember(name="Gunnar Gone", email="gunnar@larkmoor.example"), **by)
    let_go(member=gone, **by)
    invited = add_member(member=NewMember(name=LONG, email=f"{'nobody.' * 8}answers@larkmoor.example"), **by)
    late = {"by": lead.actor, "at": at - timedelta(days=20)}
    invitations.invite(member=add_member(member=NewMember(name="Lars Late", code="late"), **late), **late)
    links = {
        "invite": invitations.invite(member=invited, **by).rpartition("/")[2],
        "reset": invitations.make_reset_link(member=olga, **by).rpartition("/")[2],
    }
    give_role(member=torvald, role=Role.ANALYST, **by)
    _programs(lead, by)
    _send(by)
    return Here(
        lead=Member.objects.get(pk=lead.pk),
        amara=Member.objects.get(pk=amara.pk),
        torvald=torvald,
        gone=gone,
        invited=invited,
        guarded=Member.objects.get(pk=sven.pk),
        units=_units(by),
        jobs=_jobs(lead, at),
        imports=_imports(lead, at),
        links=links,
    )


def _let_in(amara, sven, by):
    """Give one a code and a PIN, and another a second factor."""
    Member.objects.filter(pk=amara.pk).update(code="a1")
    amara.refresh_from_db()
    credentials.set_pin(member=amara, pin=PIN, **by)
    before = by["at"] - timedelta(minutes=1)
    code = pyotp.TOTP(KEY).at(before)
    credentials.add_second_factor(member=sven, key=KEY, code=code, by=sven.actor, at=before)


def _units(by):
    """Units below one another, one renamed, one that came of a split, one closed and one merged."""
    day = by["at"].date()
    transport, warehouse = Unit.objects.order_by("pk")
    deep = transport
    for depth, name in enumerate(("Drivers", "Two-person crews", LONG), 1):
        deep = units.open_unit(code=f"d{depth}", name=name, parent=deep, on=day, **by)
    long_ago = day - timedelta(days=400)
    old = units.open_unit(code="old", name="Yard", parent=None, on=long_ago, **by)
    old = units.rename_unit(unit=old, name="Yard and gate", on=day - timedelta(days=90), version=old.version, **by)
    gone = units.open_unit(code="gone", name="Night sort", parent=None, on=long_ago, **by)
    units.merge_units(units=[gone], versions=[gone.version], into=old, on=day - timedelta(days=30), **by)
    old.refresh_from_db()
    units.split_unit(
        unit=old, parts=[units.Part("gate", "Gate", ())], on=day - timedelta(days=10), version=old.version, **by
    )
    return {"transport": transport, "warehouse": warehouse, "deep": deep, "old": old, "gone": gone}


def _jobs(lead, at):
    """One piece of background work in each state."""
    found = {}
    for state in ("done", "failed", "cancelled", "stopping", "running", "waiting"):
        kind = "operation.backup" if state == "done" else "people.check_import"
        job = jobs.start(kind=kind, arguments={"file": state}, by=lead.actor, at=at)
        found[state] = str(job.public_id)
        if state == "cancelled":
            jobs.ask_cancel(job=job, by=lead.actor, at=at)
        elif state != "waiting":
            taken = jobs.claim(worker="w", lease=timedelta(days=1), at=at)
            jobs.hold(job=taken, lease=timedelta(days=1), share=0.43, stage="Row 172 of 400", at=at)
            _go_on(state, taken, lead, at)
    later = jobs.start(
        kind="people.apply_import", arguments={}, by=lead.actor, at=at, not_before=at + timedelta(days=3)
    )
    return found | {"later": str(later.public_id)}


def _go_on(state, job, lead, at):
    if state == "done":
        result = {"sentence": "The backup is made.", "address": "/operation/backup", "lines": ["One", "x" * 90]}
        jobs.finish(job=job, result=result, at=at)
    elif state == "failed":
        jobs.fail(job=job, error="The file is no longer on the server. Send it again.", at=at)
    elif state == "stopping":
        jobs.ask_cancel(job=job, by=lead.actor, at=at)


def _imports(lead, at):
    """A file in each state: checked, imported, refused, and one whose work was interrupted."""
    texts = {"checked": TABLE, "refused": "a,b\n1,2\n", "applied": "name,email\nPia Post,pia@larkmoor.example\n"}
    texts["stopped"] = TABLE.replace("Nora", "Nora Maria")
    found = {}
    for state, text in texts.items():
        name = f"{'people-' * 12}{state}.csv"
        file = imports.receive(blocks=[text.encode()], name=name, from_on=at.date(), by=lead.actor, at=at)
        found[state] = file
        if state != "stopped":
            imports.check_import(file=file, at=at, tell=lambda *_: None)
    found["applied"].refresh_from_db()
    imports.begin_apply(file=found["applied"], by=lead.actor, at=at)
    found["applied"].refresh_from_db()
    imports.apply_import(file=found["applied"], by=lead.actor, at=at, tell=lambda *_: None)
    return found


def _programs(lead, by):
    """Tokens, and webhooks that are on and off."""
    for name in ("Payroll", "Old door"):
        made = tokens.make_token(member=lead, name=name, scopes=["people:read", "units:read"], days=30, key=name, **by)
        if name == "Old door":
            tokens.end_token(token=made[0], **by)
    add_hook(url=f"https://hooks.larkmoor.example/{'in/' * 25}", verbs=["member", "unit.opened"], **by)
    off, _secret = add_hook(url="https://hooks.larkmoor.example/off", verbs=[], **by)
    ping_hook(hook=off.public_id, key="k", **by)
    switch_hook(hook=off.public_id, is_active=False, version=off.version, **by)


def _send(by):
    """What waits, what has tried, what was sent and what was given up."""
    for state in ("waiting", "tried", "sent", "dead"):
        parcel = send(kind="mail", target=f"{state}@larkmoor.example", content={}, at=by["at"])
        told = {
            "waiting": {},
            "tried": {"n_tries": 2, "error": "timeout"},
            "sent": {"state": ParcelState.SENT, "sent_at": by["at"], "n_tries": 1},
            "dead": {"state": ParcelState.DEAD, "n_tries": 12, "error": "recipient:550"},
        }[state]
        if told:
            Parcel.objects.filter(pk=parcel.pk).update(**told)


def become_a_sample():
    """Let the organisation be a sample, which every page says then."""
    Organisation.objects.update(is_sample=True)


def key_on(page):
    """Read the key of a second factor from the page that offers it."""
    return re.sub(r"\s", "", page.locator(".key-text code").inner_text())
