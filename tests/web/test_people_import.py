"""People from a file: what it would change, taking it in, what is left out, and every wrong file."""

from __future__ import annotations

import io
import time
import zipfile
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from mizzle_web.jobs.models import Job
from mizzle_web.journal.actions import SYSTEM
from mizzle_web.journal.models import Entry
from mizzle_web.page.refused import Refused
from mizzle_web.page.sheets import tame, written
from mizzle_web.people import figures, work
from mizzle_web.people.actions import imported, imports
from mizzle_web.people.actions.invitations import invite
from mizzle_web.people.actions.members import NewMember, add_member, change_member
from mizzle_web.people.actions.roles import give_role
from mizzle_web.people.models import Grant, ImportFile, ImportRow, Invitation, Member, Placement, Unit
from mizzle_web.people.roles import Role

AT = datetime(2026, 3, 2, 8, 30, tzinfo=UTC)
DAY = AT.date()
WHO = {"by": SYSTEM, "at": AT}
TITLES = "name,e-mail,code,unit code,unit,parent unit,language,role,joined,left"


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    """Keep files in a folder of the test."""
    settings.ENVIRONMENT = replace(settings.ENVIRONMENT, data=tmp_path)
    return tmp_path


@pytest.fixture
def importer(units):
    made = add_member(member=NewMember(name="Ida Lead", email="ida@larkmoor.example"), **WHO)
    give_role(member=made, role=Role.SERVICE_LEAD, **WHO)
    return made


@pytest.fixture
def partner(units):
    made = add_member(member=NewMember(name="Pia Partner", email="pia@larkmoor.example"), **WHO)
    give_role(member=made, role=Role.PEOPLE_PARTNER, **WHO)
    return made


def quiet(_share, _stage):
    pass


def checked(who, content, *, name="people.csv", on=DAY):
    content = content.encode() if isinstance(content, str) else content
    file = imports.receive(blocks=[content], name=name, from_on=on, by=who.actor, at=AT)
    return imports.check_import(file=file, at=AT, tell=quiet)


def taken_in(who, content, **more):
    return imports.apply_import(file=checked(who, content, **more), by=who.actor, at=AT, tell=quiet)


def lines(*rows, titles=TITLES):
    return "\n".join([titles, *rows]) + "\n"


def outcomes(file):
    return {row.number: (row.outcome, row.reason) for row in file.rows.all()}


def state():
    """Everything about people and units but what is drawn by chance."""
    members = Member.objects.exclude(email__in=["ida@larkmoor.example", "pia@larkmoor.example"])
    here = Placement.objects.values_list("member__name", "member__email", "unit__code", "from_on", "until_on")
    return (
        sorted(map(str, members.values_list("name", "email", "code", "language", "joined_at", "left_at"))),
        sorted(map(str, here)),
        sorted(map(str, Grant.objects.values_list("member__name", "role", "ended_at"))),
        [(one.code, one.name, one.depth) for one in figures.tree(DAY)],
    )


def test_a_file_is_previewed_and_changes_nothing_before_it_is_taken_in(importer, units):
    add_member(member=NewMember(name="Sam Driver", email="sam@larkmoor.example", unit=units["DR"]), **WHO)
    add_member(member=NewMember(name="Ada Driver", code="A1", unit=units["DR"]), **WHO)
    add_member(member=NewMember(name="Old Name", code="O1"), **WHO)
    before = state()
    file = checked(
        importer,
        lines(
            "Nora New,nora@larkmoor.example,N1,NS,Night sort,Transport,nb,host,2026-01-15,",
            "Sam Driver,SAM@larkmoor.example,,DR,,,,,,",
            "Ada Driver,,a1,,Transport,,,,,",
            "New Name,,o1,,,,es,,,",
            ",nobody@larkmoor.example,,,,,,,,",
        ),
    )
    assert state() == before
    assert file.counts == {"new": 1, "changed": 1, "moved": 1, "leaves": 0, "same": 1, "left_out": 1}
    assert outcomes(file) == {2: ("new", ""), 4: ("moved", ""), 5: ("changed", ""), 6: ("left_out", "no_name")}
    moved, changed = file.rows.get(number=4), file.rows.get(number=5)
    assert (moved.before, moved.after) == ({"unit": "DR"}, {"unit": "TR"})
    assert (changed.before["name"], changed.after["name"], changed.after["language"]) == ("Old Name", "New Name", "es")
    assert file.units == [{"code": "NS", "name": "Night sort", "parent": "TR"}]
    assert not imports.path_of(file).exists()
    imports.apply_import(file=file, by=importer.actor, at=AT, tell=quiet)
    nora = Member.objects.get(code="N1")
    assert (nora.name, nora.language, nora.joined_at.date().isoformat()) == ("Nora New", "nb", "2026-01-15")
    assert figures.unit_name(nora, DAY) == "Night sort"
    assert nora.roles() == {Role.COLLEAGUE, Role.HOST}
    assert figures.unit_name(Member.objects.get(code="A1"), DAY) == "Transport"
    assert Member.objects.get(code="O1").name == "New Name"
    assert [(one.code, one.depth) for one in figures.tree(DAY)] == [("TR", 0), ("DR", 1), ("NS", 1)]


def test_the_same_file_twice_changes_as_much_as_once(importer):
    content = lines(*(f"Person {n},p{n}@larkmoor.example,,,Team {n % 3},Transport,,host,," for n in range(20)))
    taken_in(importer, content)
    once = state()
    file = taken_in(importer, content)
    assert (state(), file.counts["same"], file.rows.count()) == (once, 20, 0)


def test_a_file_sent_twice_before_it_is_taken_in_is_one_import(importer):
    first, second = (checked(importer, lines("A,a@larkmoor.example,,,,,,,,")) for _ in range(2))
    assert first == second
    assert ImportFile.objects.count() == 1


@pytest.mark.parametrize("broken_at", [1, 2, 3, 4, 5])
def test_broken_off_and_begun_again_it_ends_as_if_it_had_not_been(importer, monkeypatch, broken_at):
    monkeypatch.setattr(imports, "PART", 3)
    monkeypatch.setattr(imported, "UNITS_AT_ONCE", 2)
    content = lines(*(f"Person {n},p{n}@larkmoor.example,,,Team {n % 3},Transport,,host,," for n in range(10)))
    file = checked(importer, content)
    told = []  # before the first two units, before the third, and after each part of the rows

    def breaks(share, _stage):
        told.append(share)
        if len(told) == broken_at:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        imports.apply_import(file=file, by=importer.actor, at=AT, tell=breaks)
    assert Member.objects.filter(name__startswith="Person").count() == max(0, broken_at - 2) * 3
    assert Unit.objects.filter(code__startswith="team").count() == min(2 * (broken_at - 1), 3)
    done = imports.apply_import(file=file, by=importer.actor, at=AT, tell=quiet)
    again = state()
    Member.objects.filter(name__startswith="Person").delete()
    Placement.objects.all().delete()
    clean = taken_in(importer, content)
    assert (state(), clean.counts) == (again, done.counts)
    assert done.counts["new"] == 10


def test_a_part_that_fails_leaves_nothing_of_itself(importer, monkeypatch):
    file = checked(importer, lines(*(f"Person {n},p{n}@larkmoor.example,,,,,,,," for n in range(4))))

    def fails(**_given):
        raise RuntimeError

    monkeypatch.setattr(imported, "record", fails)
    with pytest.raises(RuntimeError):
        imports.apply_import(file=file, by=importer.actor, at=AT, tell=quiet)
    assert (Member.objects.filter(name__startswith="Person").count(), file.rows.filter(is_applied=True).count()) == (
        0,
        0,
    )


def test_rows_that_cannot_be_taken_in_are_named_with_their_reason(importer, units):
    add_member(member=NewMember(name="P", email="p@larkmoor.example"), **WHO)
    add_member(member=NewMember(name="Q", code="q"), **WHO)
    rows = {
        "no_key": "A,,,,,,,,,",
        "bad_email": "A,not-an-address,,,,,,,,",
        "bad_code": f"A,,{'x' * 41},,,,,,,",
        "long_name": f"{'x' * 121},a@larkmoor.example,,,,,,,,",
        "bad_language": "A,a@larkmoor.example,,,,,Klingon,,,",
        "bad_date": "A,a@larkmoor.example,,,,,,,31/31/2026,",
        "bad_role": "A,a@larkmoor.example,,,,,,captain,,",
        "left_new": "A,a@larkmoor.example,,,,,,,,2026-01-01",
        "left_later": "P,p@larkmoor.example,,,,,,,,2027-01-01",
        "two_people": "A,p@larkmoor.example,q,,,,,,,",
        "cells": "A,a@larkmoor.example,,,,,,,,,too many",
    }
    file = checked(importer, lines(*rows.values(), "B,b@larkmoor.example,,,,,,,,", "C,B@larkmoor.example,,,,,,,,"))
    found = {row.reason for row in file.rows.filter(outcome="left_out")}
    assert found == {*rows, "twice"}
    assert file.rows.get(reason="twice").detail == "13"


def test_units_that_would_be_under_themselves_are_not_opened(importer):
    content = lines(
        "A,a@larkmoor.example,,X,Ex,Y,,,,",
        "B,b@larkmoor.example,,Y,Why,X,,,,",
        "C,c@larkmoor.example,,Z,Zed,Y,,,,",
        "D,d@larkmoor.example,,OK,Fine,Transport,,,,",
    )
    file = taken_in(importer, content)
    assert [row.reason for row in file.rows.filter(outcome="left_out")] == ["cycle"] * 3
    assert set(Unit.objects.values_list("code", flat=True)) == {"TR", "DR", "OK"}


def test_units_are_opened_with_those_above_them_in_any_order(importer):
    content = lines("A,a@larkmoor.example,,,Below,Middle,,,,", "B,b@larkmoor.example,,,Middle,Above,,,,")
    taken_in(importer, content)
    assert [(one.name, one.depth) for one in figures.tree(DAY) if one.code not in ("TR", "DR")] == [
        ("Above", 0),
        ("Middle", 1),
        ("Below", 2),
    ]


def test_powers_are_not_given_by_a_file_of_somebody_without_them(partner, importer):
    content = lines(
        "A,a@larkmoor.example,,,,,,service lead,,",
        "B,b@larkmoor.example,,,,,,observer,,",
        "C,c@larkmoor.example,,,,,,host; leader,,",
        "Ida Lead,ida@larkmoor.example,taken-over,,,,,,,",
    )
    file = taken_in(partner, content)
    assert [reason for _outcome, reason in outcomes(file).values()] == [
        "role_not_yours",
        "role_not_yours",
        "role_not_yours",
        "powerful",
    ]
    assert taken_in(importer, content).counts["left_out"] == 0
    assert Member.objects.get(email="c@larkmoor.example").roles() == {Role.COLLEAGUE, Role.HOST, Role.LEADER}
    assert Member.objects.get(email="a@larkmoor.example").roles() == {Role.COLLEAGUE, Role.SERVICE_LEAD}


def test_each_role_from_a_file_is_told_and_a_kept_link_opens_no_new_powers(importer):
    sam = add_member(member=NewMember(name="Sam", code="s"), **WHO)
    uma = add_member(member=NewMember(name="Uma", code="u"), **WHO)
    for one in (sam, uma):
        invite(member=one, **WHO)
    taken_in(importer, lines("Sam,,s,,,,,executive,,", "Uma,,u,,,,,host,,", "New,,n,,,,,host; leader,,"))
    told = Entry.objects.filter(verb="role.given", by=importer.actor).values_list("thing", "details")
    new = Member.objects.get(code="n")
    assert sorted((thing, details["role"]) for thing, details in told) == sorted(
        [
            (f"member:{sam.public_id}", "executive"),
            (f"member:{uma.public_id}", "host"),
            (f"member:{new.public_id}", "host"),
            (f"member:{new.public_id}", "leader"),
        ]
    )
    assert list(Invitation.objects.usable(AT).values_list("member__name", flat=True)) == ["Uma"]


def test_powers_lost_between_the_preview_and_the_yes_are_not_used(importer, partner):
    give_role(member=partner, role=Role.SERVICE_LEAD, **WHO)
    partner = Member.objects.get(pk=partner.pk)
    file = checked(partner, lines("A,a@larkmoor.example,,,,,,executive,,"))
    Grant.objects.filter(member=partner, role=Role.SERVICE_LEAD).update(ended_at=AT)
    file = imports.apply_import(file=file, by=partner.actor, at=AT, tell=quiet)
    assert [reason for _outcome, reason in outcomes(file).values()] == ["role_not_yours"]
    other = checked(partner, lines("B,b@larkmoor.example,,,,,,,,"))
    Grant.objects.filter(member=partner).update(ended_at=AT)
    with pytest.raises(Refused):
        imports.apply_import(file=other, by=partner.actor, at=AT, tell=quiet)


def test_what_somebody_changed_since_the_preview_is_kept(importer):
    one = add_member(member=NewMember(name="Sam", code="s"), **WHO)
    file = checked(importer, lines("Samuel,,s,,,,,,,", "New,,n,,,,,,,"))
    change_member(member=one, version=1, name="Samantha", **WHO)
    add_member(member=NewMember(name="Other", code="N"), **WHO)
    file = imports.apply_import(file=file, by=importer.actor, at=AT, tell=quiet)
    assert [reason for _outcome, reason in outcomes(file).values()] == ["changed_since", "taken_since"]
    assert set(Member.objects.exclude(pk=importer.pk).values_list("name", flat=True)) == {"Samantha", "Other"}


def test_who_left_is_let_go_but_not_the_last_service_lead(importer):
    add_member(member=NewMember(name="Sam", code="s"), **WHO)
    content = lines("Sam,,s,,,,,,,2026-02-27", "Ida Lead,ida@larkmoor.example,,,,,,,,2026-02-27")
    file = taken_in(importer, content)
    assert [row.reason for row in file.rows.order_by("number")] == ["", "last_owner"]
    assert Member.objects.get(code="s").left_at is not None
    assert taken_in(importer, content, on=DAY + timedelta(days=1)).counts["same"] == 1


def test_an_address_that_one_row_frees_is_free_for_the_next(importer):
    add_member(member=NewMember(name="One", code="1", email="a@larkmoor.example"), **WHO)
    content = lines("One,b@larkmoor.example,1,,,,,,,", "Two,a@larkmoor.example,2,,,,,,,")
    assert taken_in(importer, content).counts["left_out"] == 0
    assert dict(Member.objects.filter(code__in="12").values_list("code", "email")) == {
        "1": "b@larkmoor.example",
        "2": "a@larkmoor.example",
    }
    assert taken_in(importer, content).counts["same"] == 2


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        ("Nombre;Correo electrónico;Unidad;Idioma\nÁngel Niño;a@larkmoor.example;Logística;español\n", "utf-8"),
        ("Nombre;Correo electrónico;Unidad;Idioma\nÁngel Niño;a@larkmoor.example;Logística;español\n", "cp1252"),
        ("Navn\tE-post\tAvdeling\tSpråk\nÁngel Niño\ta@larkmoor.example\tLogística\tspansk\n", "utf-16"),
        (
            "sep=|\r\nFirst name|Last name|Mail|Department|Language\r\nÁngel|Niño|a@larkmoor.example|Logística|es\r\n",
            "utf-8-sig",
        ),
    ],
)
def test_files_are_read_however_they_are_written(importer, content, encoding):
    file = taken_in(importer, content.encode(encoding))
    assert (file.problem, file.counts.get("new")) == ("", 1)
    made = Member.objects.get(email="a@larkmoor.example")
    assert (made.name, made.language, figures.unit_name(made, DAY)) == ("Ángel Niño", "es", "Logística")


def workbook(*rows):
    book = openpyxl.Workbook()
    book.active.title = "Empty"
    sheet = book.create_sheet("People")
    for row in rows:
        sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_a_workbook_is_read_from_its_first_filled_sheet(importer):
    joined = datetime(2026, 1, 5)  # noqa: DTZ001 - Excel knows no zones
    rows = [["Name", "Code", "Joined"], ["Ada", 12, joined], [None, None, None], ["Bo", 13.0, "5.1.2026"]]
    file = taken_in(importer, workbook(*rows), name="people.xlsx")
    assert file.counts["new"] == 2
    assert [str(one.joined_at.date()) for one in Member.objects.filter(code__in=["12", "13"])] == ["2026-01-05"] * 2


def test_a_workbook_with_cells_far_to_the_right_is_read_quickly(importer):
    book = openpyxl.Workbook()
    book.active.append(["Name", "Code"])
    for number in range(2, 3000):
        book.active.cell(number, 1, f"P {number}")
        book.active.cell(number, 2, number)
        book.active.cell(number, 16384, "x")
    out = io.BytesIO()
    book.save(out)
    began = time.perf_counter()
    file = checked(importer, out.getvalue(), name="people.xlsx")
    assert (file.counts["new"], time.perf_counter() - began < 8) == (2998, True)


def zipped(**parts):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name.replace("__", "/"), content)
    return out.getvalue()


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "empty"),
        (b"\n \n\n", "empty"),
        (OLE + "EncryptedPackage".encode("utf-16-le"), "encrypted"),
        (OLE + "Workbook".encode("utf-16-le"), "old_excel"),
        (b"%PDF-1.7 hello", "not_people"),
        (b"\x89PNG\r\n\x1a\n\0\0", "not_people"),
        (b"<html><table></table></html>", "not_people"),
        (b'{"name": "Ada"}', "not_people"),
        (bytes(range(256)) * 10, "not_people"),
        (b"\x1f\x8b\x08\0", "packed"),
        (zipped(readme="hello"), "packed"),
        (b"PK\x03\x04 broken", "damaged"),
        (zipped(**{"xl__workbook.xml": "<broken"}), "damaged"),
        (zipped(**{"xl__workbook.xml": "<a/>", "xl__worksheets__sheet1.xml": b"0" * (40 << 20)}), "bomb"),
        (zipped(**{"xl__workbook.xml": '<!DOCTYPE a [<!ENTITY b "c">]><a/>'}), "bomb"),
        (b"hello world\nthis is a letter\n", "one_column"),
        (b"shoe,hat\n1,2\n", "no_name"),
        (b"name,hat\nAda,2\n", "no_key"),
        (b'name,email\n"Ada,' + b"x" * 200_000, "quotes"),
        (b"name,email\n" + b"Ada," * 300_000, "long_row"),
        (b"name,email\n" + b'"a\n",' * 300_000, "long_row"),
        (b"name,email\n" + b"Ada," * 300 + b"\n", "not_people"),
    ],
)
def test_a_wrong_file_is_refused_with_a_sentence(importer, content, problem):
    file = checked(importer, content)
    assert (file.state, file.problem, file.rows.count()) == ("refused", problem, 0)
    assert not imports.path_of(file).exists()


def test_a_file_beyond_the_limit_is_refused_and_not_kept(importer, settings, folder):
    settings.ENVIRONMENT = replace(settings.ENVIRONMENT, upload_megabytes=1)
    with pytest.raises(Refused, match="larger than the limit"):
        imports.receive(blocks=(b"x" * 2**19 for _ in range(9)), name="a", from_on=DAY, by=importer.actor, at=AT)
    assert list((folder / "imports").iterdir()) == []


def sent(browser, content, **more):
    file = SimpleUploadedFile("people.csv", content.encode())
    return browser.post("/people/import", {"file": file, "on": str(DAY)} | more)


def test_the_whole_way_in_the_browser(lead_browser, lead, person, browser_of):
    content = lines("Nora New,nora@larkmoor.example,,,Night sort,,,,,", '"=cmd|x",,,,,,,,,')
    assert lead_browser.get("/people/import").status_code == 200
    address = sent(lead_browser, content).headers["Location"]
    page = lead_browser.get(address).content.decode()
    assert ("Nora New" in page, "Import 1 row" in page, "1 new unit" in page) == (True, True, True)
    bad = lead_browser.get(f"{address}?show=left_out").content.decode()
    assert "Neither an e-mail address nor a code" in bad
    fetched = b"".join(lead_browser.get(f"{address}/left-out.csv").streaming_content).decode("utf-8-sig")
    assert '"\'=cmd|x"' in fetched
    assert lead_browser.post(f"{address}/apply").status_code == 302
    assert Member.objects.filter(name="Nora New").count() == 1
    assert lead_browser.post(f"{address}/apply").status_code == 302
    page = lead_browser.get(address).content.decode()
    assert ("It has been imported." in page, "See people" in page, "Nobody has been invited yet" in page) == (
        True,
        True,
        True,
    )
    other = browser_of(person("Olga Other", Role.SERVICE_LEAD))
    assert [other.get(address).status_code, other.post(f"{address}/apply").status_code] == [404, 404]
    assert sent(browser_of(person("Uma Colleague")), content).status_code == 403
    assert isinstance(lead_browser, Client)
    refused = lead_browser.get(sent(lead_browser, "").headers["Location"]).content.decode()
    assert "The file is empty" in refused
    assert lead_browser.post("/people/import", {"on": str(DAY)}).status_code == 422


def test_a_large_file_is_looked_at_and_taken_in_by_jobs(lead_browser, lead):
    content = lines(*(f"Person {n},p{n}@larkmoor.example,,,,,,,," for n in range(600)))
    address = sent(lead_browser, content).headers["Location"]
    job = Job.objects.get(kind="people.check_import")
    assert (Member.objects.count(), lead_browser.get(address).status_code) == (1, 200)
    assert sent(lead_browser, content).headers["Location"] == address
    assert Job.objects.count() == 1
    result = work.check_import(job.arguments, quiet)
    assert (result["address"], result["counts"]["new"]) == (address, 600)
    Job.objects.update(state="done", ended_at=AT)
    for _ in range(2):
        assert lead_browser.post(f"{address}/apply").status_code == 302
    job = Job.objects.get(kind="people.apply_import")
    work.apply_import(job.arguments, quiet)
    assert Member.objects.count() == 601


def test_a_file_is_put_away_and_forgotten(lead_browser, importer, lead):
    address = sent(lead_browser, lines("A,a@larkmoor.example,,,,,,,,")).headers["Location"]
    assert lead_browser.post(f"{address}/discard").status_code == 302
    assert (ImportRow.objects.count(), lead_browser.get(address).status_code) == (0, 404)
    checked(importer, lines("B,b@larkmoor.example,,,,,,,,"))
    work.forget_old_files(at=AT + timedelta(days=31))
    assert ImportFile.objects.count() == 0


def test_the_journal_has_ids_and_no_names(importer):
    taken_in(importer, lines("Secret Person,secret@larkmoor.example,,,,,,,,"))
    told = str(list(Entry.objects.values_list("verb", "thing", "details")))
    assert "people.imported" in told
    assert Member.objects.get(name="Secret Person").actor in told
    assert "ecret" not in told


def test_no_cell_is_a_formula_to_a_spreadsheet():
    bad = ["=1", "+1", "-1", "@a", "\t=1", "\r=1", "\n", " =1", "|a", "%a", "\uff1d1", "\uff0b1", "\uff0d1", "\uff20a"]
    assert all(tame(one).startswith("'") for one in bad)
    inner = ["a;=1", "a, +1", 'a"=1', "a\n@b", "a\t-1", "a|=1"]
    assert [tame(one) for one in inner] == ["a;'=1", "a, '+1", "a\"'=1", "a\n'@b", "a\t'-1", "a|'=1"]
    assert [tame(one) for one in ("Ida", "", "a=b", "1-2")] == ["Ida", "", "a=b", "1-2"]
    assert "".join(written([['a"b', "=1"]])).encode() == b'\xef\xbb\xbf"a""b","\'=1"\r\n'


def test_two_thousand_rows_take_seconds(importer):
    rows = (f"Person {n},p{n}@larkmoor.example,c{n},,Team {n % 40},Transport,en,host,2025-05-05," for n in range(2000))
    began = time.perf_counter()
    file = taken_in(importer, lines(*rows))
    took = time.perf_counter() - began
    assert file.counts["new"] == 2000
    assert took < 12
