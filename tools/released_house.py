"""An invented house with something in every table, as it is kept of each version that is released."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mizzle_web.people.models import Member, Unit

AT = datetime(2026, 1, 5, 8, 30, tzinfo=UTC)
LEAD, PASSWORD, KEY = "ida.tarn@brackwater.example", "rain falls on the yard", "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
CODE, PIN = "k-104", "194853"
NAMES = (
    *("Ida Tarn", "Odd Operly", "Pia Partworth", "Amara Kelholt", "Tor Nesset", "Una Siltmoor", "Leo Larkby"),
    *("Siri Sandvold", "Bo Brackenby", "Ana Ríomar", "Kai Øyvang", "Mika Hedgerow", "Noor Fenwick", "Rui Caldeira"),
)


def fill() -> None:
    """Fill an empty house by its own actions, at instants of its own."""
    from mizzle_web.journal.actions import SYSTEM
    from mizzle_web.people.actions.organisation import change_organisation, found_organisation

    found_organisation(name="Brackwater Ferries", language="en", timezone="Europe/Oslo", at=AT, by=SYSTEM)
    units = _units()
    people = _people(units)
    change_organisation(version=1, by=people["Ida Tarn"].actor, at=_later(2), tablet_minutes=15, idle_minutes=240)
    _units_over_time(units, people)
    _keys(people)
    _doors(people)
    _file_of_people(people)
    _outbox(people)
    _jobs(people)
    _sessions(people)


def _later(days: float) -> datetime:
    return AT + timedelta(days=days)


def _day(days: int) -> date:
    return _later(days).date()


def _units() -> dict[str, Unit]:
    from mizzle_web.journal.actions import SYSTEM
    from mizzle_web.people.actions.units import open_unit

    units: dict[str, Unit] = {}
    tree = (("CO", "Company", ""), ("SH", "Ships", "CO"), ("PO", "Ports", "CO"), ("NO", "North port", "PO"))
    more = (("SO", "South port", "PO"), ("DE", "Deck", "SH"), ("GA", "Galley", "SH"), ("OF", "Office", "CO"))
    for code, name, parent in (*tree, *more):
        units[code] = open_unit(code=code, name=name, parent=units.get(parent), on=_day(0), by=SYSTEM, at=AT)
    return units


def _people(units: dict[str, Unit]) -> dict[str, Member]:
    from mizzle_web.journal.actions import SYSTEM
    from mizzle_web.people.actions.members import NewMember, add_member, change_member, let_go, place
    from mizzle_web.people.actions.roles import end_role, give_role
    from mizzle_web.people.roles import Role

    codes = list(units)
    people: dict[str, Member] = {}
    for n, name in enumerate(NAMES):
        address = f"{name.lower().replace(' ', '.').replace('í', 'i').replace('ø', 'o')}@brackwater.example"
        email, code = (
            (None, f"k-{100 + n}") if n % 3 == 1 and n > 1 else (address, f"k-{100 + n}" if n % 2 == 0 else None)
        )
        new = NewMember(name=name, email=email, code=code, language=("", "nb", "es")[n % 3], unit=units[codes[n % 8]])
        people[name] = add_member(member=new, by=SYSTEM, at=AT)
    ida = people["Ida Tarn"]
    for name, role, unit in (
        ("Ida Tarn", Role.SERVICE_LEAD, None),
        ("Odd Operly", Role.OPERATOR, None),
        ("Pia Partworth", Role.PEOPLE_PARTNER, None),
        ("Amara Kelholt", Role.LEADER, units["PO"]),
        ("Tor Nesset", Role.HOST, units["DE"]),
        ("Una Siltmoor", Role.OBSERVER, None),
    ):
        give_role(member=people[name], role=role, unit=unit, by=ida.actor, at=_later(1))
    end_role(grant=people["Tor Nesset"].grants.get(), by=ida.actor, at=_later(20))
    place(member=people["Leo Larkby"], unit=units["NO"], on=_day(30), by=ida.actor, at=_later(25))
    let_go(member=people["Rui Caldeira"], by=ida.actor, at=_later(40))
    changed = people["Noor Fenwick"]
    people["Noor Fenwick"] = change_member(
        member=changed, version=changed.version, by=ida.actor, at=_later(12), name="Noor Fenwick-Ash"
    )
    return people


def _units_over_time(units: dict[str, Unit], people: dict[str, Member]) -> None:
    from mizzle_web.people.actions.units import (
        Part,
        close_unit,
        merge_units,
        move_unit,
        open_unit,
        rename_unit,
        split_unit,
    )
    from mizzle_web.people.models import Unit

    by = people["Ida Tarn"].actor

    def version(code: str) -> int:
        return Unit.objects.get(code=code).version

    rename_unit(unit=units["SH"], name="Fleet", on=_day(10), version=version("SH"), by=by, at=_later(9))
    move_unit(unit=units["OF"], parent=units["PO"], on=_day(11), version=version("OF"), by=by, at=_later(9))
    merge_units(units=[units["SO"]], versions=[version("SO")], into=units["NO"], on=_day(30), by=by, at=_later(28))
    parts = [Part("D1", "Day deck", (people["Mika Hedgerow"],)), Part("D2", "Night deck")]
    split_unit(unit=units["DE"], parts=parts, on=_day(35), version=version("DE"), by=by, at=_later(33))
    short = open_unit(code="EX", name="Summer desk", parent=units["CO"], on=_day(5), by=by, at=_later(5))
    close_unit(unit=short, on=_day(50), version=short.version, by=by, at=_later(45))


def _keys(people: dict[str, Member]) -> None:
    """Let some people sign in: by password with a second factor, and by code and PIN."""
    import pyotp

    from mizzle_web.people.actions import credentials
    from mizzle_web.people.models import Member

    ida = people["Ida Tarn"]
    credentials.set_password(member=ida, password=PASSWORD, by=ida.actor, at=_later(1))
    code = pyotp.TOTP(KEY).at(_later(1))
    credentials.add_second_factor(member=ida, key=KEY, code=code, by=ida.actor, at=_later(1))
    shop = Member.objects.get(code=CODE)
    credentials.set_pin(member=shop, pin=PIN, by=shop.actor, at=_later(3))


def _doors(people: dict[str, Member]) -> None:
    """Make invitations in every state, tokens in every state, and a try that failed."""
    from mizzle_web.page.refused import Refused
    from mizzle_web.people import sign_in
    from mizzle_web.people.actions.invitations import come_in, invite, make_reset_link
    from mizzle_web.people.actions.tokens import end_token, make_token, note_uses, use_token

    ida, odd = people["Ida Tarn"], people["Odd Operly"]
    invite(member=people["Pia Partworth"], by=ida.actor, at=_later(2))
    link = invite(member=odd, by=ida.actor, at=_later(2))
    come_in(token=link.rpartition("/")[2], password="four words in a row", at=_later(3))
    make_reset_link(member=odd, by=ida.actor, at=_later(60))
    for n, days in enumerate((30, 365, 90)):
        made = make_token(
            member=odd,
            name=("Payroll", "Rota", "Old export")[n],
            scopes=["people:read", "journal:read"][: n + 1],
            days=days,
            key=f"token-{n}",
            by=odd.actor,
            at=_later(4 + n),
        )
        if made is not None and n == 1:
            use_token(text=made[1], at=_later(8))
        if made is not None and n == 2:  # noqa: PLR2004 - the third
            end_token(token=made[0], by=odd.actor, at=_later(20))
    note_uses(at=_later(8))
    sign_in.check(name=CODE, secret=PIN, kind="pin", address="192.0.2.7", at=_later(69))
    try:
        sign_in.check(name=LEAD, secret="not this one", kind="password", address="192.0.2.7", at=_later(70))
    except Refused:
        return
    raise RuntimeError("A wrong password came in.")


def _file_of_people(people: dict[str, Member]) -> None:
    from mizzle_web.people.actions.imports import apply_import, check_import, discard_import, receive

    pia = people["Pia Partworth"]
    lines = "name,code,unit\nWren Marsh,k-201,D1\nIvo Reed,k-202,NO\nNobody,,\nAmara Kelholt,k-103,GA\n"
    for n, text in enumerate((lines, lines.replace("Wren", "Wrena"))):
        file = receive(
            blocks=[text.encode()], name=f"people-{n}.csv", from_on=_day(62), by=pia.actor, at=_later(61 + n)
        )
        file = check_import(file=file, at=_later(61 + n), tell=_quiet)
        if n == 0:
            apply_import(file=file, by=pia.actor, at=_later(61 + n), tell=_quiet)
        else:
            discard_import(file=file, by=pia.actor, at=_later(61 + n))


def _quiet(_share: float, _stage: str) -> None:
    """Tell nobody."""


def _outbox(people: dict[str, Member]) -> None:
    """Put mails and calls into the outbox: some wait, one is sent, one is given up."""
    from mizzle_web.journal.actions import add_hook, send, switch_hook
    from mizzle_web.journal.models import Parcel, ParcelKind, ParcelState

    by = people["Odd Operly"].actor
    add_hook(url="https://hooks.brackwater.example/all", verbs=["member"], by=by, at=_later(6))
    off, _secret = add_hook(url="https://hooks.brackwater.example/off", verbs=[], by=by, at=_later(6))
    switch_hook(hook=off.public_id, is_active=False, version=1, by=by, at=_later(7))
    for n, state in enumerate((ParcelState.WAITING, ParcelState.SENT, ParcelState.DEAD)):
        content = {"subject": "Å seile", "text": f"The ferry of {n} o'clock, ¿a qué hora?"}
        parcel = send(kind=ParcelKind.MAIL, target="somebody@brackwater.example", content=content, at=_later(64))
        sent_at = _later(65) if state == ParcelState.SENT else None
        error = "mail_refused" if state == ParcelState.DEAD else ""
        Parcel.objects.filter(pk=parcel.pk).update(state=state, n_tries=n, sent_at=sent_at, error=error)


def _jobs(people: dict[str, Member]) -> None:
    """Leave long work in every state, and turns."""
    from mizzle_web.jobs import actions

    by, lease = people["Pia Partworth"].actor, timedelta(seconds=10)

    def begun(n: int) -> Any:
        actions.start(kind="people.check_import", arguments={"n": n}, by=by, at=_later(80 + n), key=f"job-{n}")
        return actions.claim(worker="one:1:aa", lease=lease, at=_later(80 + n))

    actions.finish(job=begun(0), result={"sentence": "400 people.", "lines": ["å", "ñ"]}, at=_later(80.5))
    actions.fail(job=begun(1), error="There was no room.", at=_later(81.5))
    actions.cancel(job=begun(2), at=_later(82.5))
    held = begun(3)
    actions.hold(job=held, lease=lease, share=0.25, stage="Row 100", at=_later(83))
    actions.start(kind="operation.backup", arguments={"name": "x.zip", "by": by}, by=by, at=_later(84), key="job-4")
    for path, has_failed in (
        ("mizzle_web.journal.work.deliver", False),
        ("mizzle_web.jobs.work.forget_old_work", True),
    ):
        actions.take_turn(path=path, seconds=5, worker="one:1:aa", lease=lease, at=_later(85))
        actions.end_turn(path=path, worker="one:1:aa", has_failed=has_failed, at=_later(85))


def _sessions(people: dict[str, Member]) -> None:
    from django.contrib.sessions.models import Session

    Session.objects.create(session_key="a" * 32, session_data=str(people["Ida Tarn"].pk), expire_date=_later(90))
