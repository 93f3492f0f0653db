"""The first organisation, and further service leads, from the shell."""

from __future__ import annotations

import argparse
import io

import pytest

from mizzle_web.command import parser
from mizzle_web.config import upkeep
from mizzle_web.journal.models import Entry
from mizzle_web.page.refused import Refused
from mizzle_web.people.models import Member, Organisation, Unit, UnitPeriod
from mizzle_web.people.roles import Role

WORDS = {"name": "Ida Lead", "email": "ida@larkmoor.example", "organisation": "Larkmoor", "units": None}


@pytest.fixture(autouse=True)
def _no_terminal(monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO(""))


def owner(**words):
    return upkeep.owner(argparse.Namespace(**(WORDS | words)))


@pytest.fixture
def units_file(tmp_path):
    def write(text, encoding="utf-8"):
        path = tmp_path / "units.csv"
        path.write_bytes(text.encode(encoding))
        return str(path)

    return write


@pytest.mark.django_db
def test_the_first_owner_gets_an_organisation_both_roles_and_a_link(capsys, client):
    assert owner() == 0
    ida = Member.objects.get()
    assert ida.roles() == {Role.COLLEAGUE, Role.SERVICE_LEAD, Role.OPERATOR}
    assert Organisation.objects.get().name == "Larkmoor"
    link = capsys.readouterr().out.split()[-1]
    assert client.get("/invitation/" + link.rpartition("/")[2]).status_code == 200


@pytest.mark.django_db
def test_done_twice_nothing_happens_twice(units_file, capsys):
    file = units_file("code,name,parent\nTR,Transport,\n")
    owner(units=file)
    made = Entry.objects.exclude(verb__startswith="member.invited").count()
    owner(units=file, email="IDA@larkmoor.example")
    assert (Member.objects.count(), Unit.objects.count()) == (1, 1)
    assert Entry.objects.exclude(verb__startswith="member.invited").count() == made


@pytest.mark.django_db
def test_one_more_service_lead_is_no_operator_and_changes_no_name():
    owner()
    owner(name="Tor Lead", email="tor@larkmoor.example", organisation="Another name")
    assert Member.objects.get(name="Tor Lead").roles() == {Role.COLLEAGUE, Role.SERVICE_LEAD}
    assert Organisation.objects.get().name == "Larkmoor"


@pytest.mark.django_db
def test_without_an_organisation_its_name_is_asked_for():
    with pytest.raises(Refused, match="--organisation"):
        owner(organisation=None)
    assert not Member.objects.exists()


@pytest.mark.django_db
def test_a_password_is_asked_for_on_a_terminal_until_it_is_good(monkeypatch, capsys):
    monkeypatch.setattr("sys.stdin", argparse.Namespace(isatty=lambda: True))
    typed = iter(["short", "short", "four words make rain", "four words make rust", *["four words make rain"] * 2])
    monkeypatch.setattr(upkeep.getpass, "getpass", lambda _: next(typed))
    assert owner() == 0
    assert Member.objects.get().check_password("four words make rain")
    said = capsys.readouterr().out
    assert ("at least 12" in said.lower(), "not the same" in said, "four words" in said) == (True, True, False)


def test_no_password_is_ever_taken_from_the_command_line():
    with pytest.raises(SystemExit):
        parser().parse_args(["owner", "--name", "x", "--email", "y", "--password", "z"])


@pytest.mark.django_db
def test_units_come_in_any_order_with_their_parents(units_file):
    owner(units=units_file("\ufeffCode;Name;Parent\nDR;Drivers;TR\n\nTR;Transport;\nNI;Night drivers;DR\n"))
    parents = {one.unit.code: one.parent and one.parent.code for one in UnitPeriod.objects.all()}
    assert parents == {"TR": None, "DR": "TR", "NI": "DR"}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("name,code\nTransport,TR\n", "must begin with the columns"),
        ("code,name,parent\nDR,Drivers,TR\n", "DR belongs to TR"),
        ("code,name,parent\nA,One,B\nB,Two,A\n", "belongs to"),
        ("code,name,parent\nA,One,\nA,Two,\n", "Line 3 .* a second time"),
        ("code,name,parent\nA,,\n", "Line 2 .* needs a code"),
        (f"code,name\n{'A' * 41},One\n", "Line 2"),
    ],
)
def test_a_file_that_does_not_fit_opens_nothing(units_file, text, said):
    with pytest.raises(Refused, match=said):
        owner(units=units_file(text))
    assert (Unit.objects.count(), Organisation.objects.count(), Member.objects.count()) == (0, 0, 0)


@pytest.mark.django_db
def test_a_file_that_cannot_be_read_is_a_sentence(units_file, tmp_path):
    with pytest.raises(Refused, match="cannot be read"):
        owner(units=str(tmp_path / "none.csv"))
    with pytest.raises(Refused, match="UTF-8"):
        owner(units=units_file("code,name\nA,Bål\n", "latin-1"))
