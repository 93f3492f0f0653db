"""Backup and restore: one file that holds everything, made under load, put back whole or not at all."""

from __future__ import annotations

import hashlib
import io
import json
import os
import stat
import threading
import time
import zipfile
from datetime import timedelta

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import connection, connections

from mizzle_web.jobs.kinds import Cancelled
from mizzle_web.jobs.models import Job
from mizzle_web.jobs.worker import Worker
from mizzle_web.journal.actions import SYSTEM, record
from mizzle_web.journal.models import Entry
from mizzle_web.operation import archive, backup, health, place, work
from mizzle_web.operation.backup import make_backup
from mizzle_web.operation.restore import restore
from mizzle_web.page.refused import Refused
from mizzle_web.people.models import Grant, Organisation
from mizzle_web.people.roles import Role
from web import houses

pytestmark = pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL has a test of its own")


@pytest.fixture
def folder(tmp_path, monkeypatch, django_db_blocker):
    """A house of this test alone; gives its data folder."""
    with django_db_blocker.unblock():
        yield houses.moved_in(tmp_path / "data", monkeypatch)
        houses.left()


@pytest.fixture
def ida(folder, at):
    return houses.founded(at)


@pytest.fixture
def operator_browser(ida, browser_of):
    return browser_of(ida)


def manifest_of(path):
    with zipfile.ZipFile(path) as bundle:
        return json.loads(bundle.read("manifest.json"))


def library():
    return connection.Database


def ask(path, sql):
    found = library().connect(path)
    try:
        return found.execute(sql).fetchall()
    finally:
        found.close()


def _until(is_so):
    end = time.monotonic() + 20
    while not is_so():
        assert time.monotonic() < end
        time.sleep(0.001)


def test_a_backup_under_load_and_its_restore_are_a_prefix_of_what_was_acknowledged(folder, at, tmp_path):
    acknowledged, stop = [], threading.Event()

    def write(mark):
        n = 0
        while not stop.is_set():
            record(by=SYSTEM, verb="test.written", thing=f"{mark}:{n}", at=at)
            acknowledged.append(f"{mark}:{n}")
            n += 1
        connections.close_all()

    threads = [threading.Thread(target=write, args=(mark,)) for mark in "abc"]
    for thread in threads:
        thread.start()
    _until(lambda: len(acknowledged) >= 20)
    before = len(acknowledged)
    before_all = list(acknowledged)
    target = tmp_path / "house.zip"
    make_backup(target=target, by=SYSTEM, at=at)
    _until(lambda: len(acknowledged) >= before + 40)
    stop.set()
    for thread in threads:
        thread.join()
    written = list(Entry.objects.filter(verb="test.written").order_by("number").values_list("thing", flat=True))
    assert sorted(written) == sorted(acknowledged)

    restore(file=target, at=at)
    found = list(Entry.objects.filter(verb="test.written").order_by("number").values_list("thing", flat=True))
    assert found == written[: len(found)]
    assert set(before_all) <= set(found), "what was acknowledged before the backup began is in it"
    assert len(found) < len(written), "the load went on after the copy was made"


def test_a_backup_holds_database_files_and_a_manifest_and_no_keys(folder, ida, at, tmp_path):
    (folder / "uploads" / "deep").mkdir(parents=True)
    (folder / "uploads" / "deep" / "people.csv").write_text("name\nIda\n")
    (folder / "uploads" / "elsewhere").symlink_to("/etc/passwd")
    (folder / "keys").mkdir()
    (folder / "keys" / "secret").write_text("the secret of this house")
    (folder / "sample-passwords.txt").write_text("passwords")
    made = make_backup(target=tmp_path / "b.zip", by=SYSTEM, at=at)
    said = manifest_of(made.path)
    assert sorted(said["files"]) == ["database", "files/uploads/deep/people.csv"]
    assert said["rows"]["people_organisation"] == 1
    assert said["head_number"] == Entry.objects.count() - 1  # the entry of the backup itself comes after it
    assert (said["has_keys"], said["format"], said["vendor"]) == (False, 1, "sqlite")
    assert hashlib.sha256(made.path.read_bytes()).hexdigest() == made.digest
    assert stat.S_IMODE(made.path.stat().st_mode) == 0o600
    assert b"the secret of this house" not in made.path.read_bytes()
    assert Entry.objects.order_by("-number").first().details["digest"] == made.digest
    with_keys = make_backup(target=tmp_path / "k.zip", by=SYSTEM, at=at, with_keys=True)
    assert manifest_of(with_keys.path)["has_keys"]
    with zipfile.ZipFile(with_keys.path) as bundle:
        assert bundle.read("keys/secret") == b"the secret of this house"


def test_a_backup_never_writes_over_a_file_and_leaves_nothing_half_done(folder, at, tmp_path, monkeypatch):
    (tmp_path / "there.zip").write_text("something else")
    with pytest.raises(Refused, match="already"):
        make_backup(target=tmp_path / "there.zip", by=SYSTEM, at=at)
    with pytest.raises(Refused, match="no folder"):
        make_backup(target=tmp_path / "nowhere" / "b.zip", by=SYSTEM, at=at)
    assert (tmp_path / "there.zip").read_text() == "something else"

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(archive.Writer, "add", full)
    with pytest.raises(OSError, match="No space"):
        make_backup(target=tmp_path / "b.zip", by=SYSTEM, at=at)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["data", "there.zip"]
    assert not Entry.objects.filter(verb="backup.made").exists()


@pytest.fixture
def copy(ida, folder, at, tmp_path):
    """A backup of the house, with an uploaded file."""
    (folder / "uploads").mkdir()
    (folder / "uploads" / "a.csv").write_text("first")
    return make_backup(target=tmp_path / "backup.zip", by=SYSTEM, at=at).path


def test_a_restore_puts_everything_back_and_keeps_what_was_there_aside(copy, folder, at):
    Organisation.objects.update(name="Changed")
    (folder / "uploads" / "a.csv").write_text("second")
    (folder / "uploads" / "b.csv").write_text("third")
    done = restore(file=copy, at=at)
    assert (Organisation.objects.get().name, Session.objects.count()) == ("Larkmoor", 0)
    assert {path.name: path.read_text() for path in (folder / "uploads").iterdir()} == {"a.csv": "first"}
    (aside,) = (folder / "aside").iterdir()
    assert done.aside == str(aside)
    assert ask(aside / "mizzle.sqlite3", "SELECT name FROM people_organisation") == [("Changed",)]
    assert (aside / "uploads" / "b.csv").read_text() == "third"
    assert Entry.objects.order_by("-number").first().verb == "backup.restored"
    assert done.warnings == []


def test_a_restore_ends_every_session(copy, folder, at, ida, browser_of):
    browser = browser_of(ida)
    file = make_backup(target=copy.with_name("later.zip"), by=SYSTEM, at=at).path
    assert Session.objects.count() == 1
    restore(file=file, at=at)
    assert browser.get("/me").headers["Location"].startswith("/sign-in")


def test_a_backup_holds_no_key_of_a_session(folder, at, ida, browser_of, tmp_path):
    for _ in range(40):
        browser_of(ida)
    keys = [key.encode() for key in Session.objects.values_list("session_key", flat=True)]
    file = make_backup(target=tmp_path / "b.zip", by=SYSTEM, at=at, with_keys=True).path
    with zipfile.ZipFile(file) as bundle:
        content = {name: bundle.read(name) for name in bundle.namelist()}
    (tmp_path / "copy").write_bytes(content["database"])
    assert ask(tmp_path / "copy", "SELECT count(*) FROM django_session") == [(0,)]
    assert ask(tmp_path / "copy", "SELECT count(*) FROM people_organisation") == [(1,)]
    assert not [name for name, text in content.items() for key in keys if key in text]
    assert (manifest_of(file)["rows"]["django_session"], len(keys), Session.objects.count()) == (0, 40, 40)


def test_a_damaged_database_is_no_hindrance_to_a_restore(copy, folder, at):
    houses.left()
    (folder / "mizzle.sqlite3").write_bytes(b"this is no database" * 1000)
    restore(file=copy, at=at)
    assert Organisation.objects.get().name == "Larkmoor"
    (aside,) = (folder / "aside").iterdir()
    assert (aside / "mizzle.sqlite3").read_bytes().startswith(b"this is no database")


def test_keys_come_back_only_where_they_were_asked_for_and_others_are_told_apart(copy, folder, at, monkeypatch):
    (folder / "keys").mkdir()
    (folder / "keys" / "fields").write_text("old")
    with_keys = make_backup(target=copy.with_name("k.zip"), by=SYSTEM, at=at, with_keys=True).path
    (folder / "keys" / "fields").write_text("new")
    monkeypatch.setattr(settings, "FIELD_KEYS", ("another key",))
    (warning,) = restore(file=copy, at=at).warnings
    assert ("keys/fields" in warning, (folder / "keys" / "fields").read_text()) == (True, "new")
    restore(file=with_keys, at=at + timedelta(minutes=1))
    assert (folder / "keys" / "fields").read_text() == "old"
    assert stat.S_IMODE((folder / "keys" / "fields").stat().st_mode) == 0o600


def changed(file, **parts):
    """Write a backup anew with some parts changed."""
    with zipfile.ZipFile(file) as bundle:
        content = {name: bundle.read(name) for name in bundle.namelist()}
    for name, change in parts.items():
        content[{"manifest": "manifest.json"}.get(name, name)] = change(
            content[{"manifest": "manifest.json"}.get(name, name)]
        )
    with zipfile.ZipFile(file, "w") as bundle:
        for name, value in content.items():
            bundle.writestr(name, value)


def claim(**said):
    return lambda text: json.dumps(json.loads(text) | said).encode()


def spoil(text):
    return text[:5000] + b"x" + text[5001:]


def evil(text):
    said = json.loads(text)
    said["files"]["files/../../evil"] = [1, "0" * 64]
    return json.dumps(said).encode()


def tamper(file):
    """Change an entry of the journal, and make the digests of the backup fit again."""
    with zipfile.ZipFile(file) as bundle:
        base = bundle.read("database")
    side = file.with_suffix(".tampered")
    side.write_bytes(base)
    live = library().connect(side)
    for (name,) in live.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        live.execute(f'DROP TRIGGER "{name}"')
    live.execute("UPDATE journal_entry SET verb = 'nothing.happened' WHERE number = 2")
    live.commit()
    live.close()
    wrong = side.read_bytes()
    side.unlink()

    def fit(text):
        said = json.loads(text)
        said["files"]["database"] = [len(wrong), hashlib.sha256(wrong).hexdigest()]
        return json.dumps(said).encode()

    changed(file, database=lambda _: wrong, manifest=fit)


@pytest.mark.parametrize(
    ("harm", "said"),
    [
        (lambda file: file.write_bytes(b"no zip at all"), "no backup of mizzle, or it is damaged"),
        (lambda file: file.write_bytes(file.read_bytes()[:-4000]), "damaged"),
        (lambda file: changed(file, database=spoil), "damaged"),
        (lambda file: changed(file, manifest=evil), "damaged"),
        (lambda file: changed(file, manifest=lambda _: b"[]"), "damaged"),
        (lambda file: changed(file, manifest=claim(rows={"people_member": 7})), "not the one that its manifest"),
        (lambda file: changed(file, manifest=claim(format=99, mizzle="9.9")), "mizzle 9.9. Install that version"),
        (lambda file: changed(file, manifest=claim(migrations=["people.0099_later"])), "Install that version"),
        (lambda file: changed(file, manifest=claim(vendor="postgresql")), "is of PostgreSQL"),
        (tamper, "was tampered with"),
        (lambda file: file.unlink(), "There is no file"),
    ],
    ids=["text", "cut", "spoilt", "path", "list", "rows", "format", "later", "vendor", "tampered", "missing"],
)
def test_a_backup_that_is_not_whole_changes_nothing(copy, folder, at, harm, said):
    harm(copy)
    entries = list(Entry.objects.values())
    with pytest.raises(Refused, match=said):
        restore(file=copy, at=at)
    assert list(Entry.objects.values()) == entries
    assert (folder / "uploads" / "a.csv").read_text() == "first"
    assert not [path for path in folder.iterdir() if path.name.startswith(".mizzle")]
    record(by=SYSTEM, verb="test.written", thing="test", at=at)  # and the house goes on


def test_a_restore_waits_until_the_house_is_closed(folder):
    with place.open_house(), place.open_house():
        assert place.is_open()
        with pytest.raises(Refused, match=f"process {os.getpid()}"), place.closed_house():
            pass
    with place.closed_house(), pytest.raises(Refused, match="being restored"), place.open_house():
        pass
    assert not place.is_open()


def test_the_button_makes_one_backup_however_often_it_is_pressed(folder, operator_browser, time_machine, at):
    page = operator_browser.get("/operation/backup").content.decode()
    assert "none yet" in page
    answers = [operator_browser.post("/operation/backup", {"key": "k1"}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [302, 302]
    job = Job.objects.get(kind=backup.KIND)
    result = work.back_up(job.arguments, backup.quiet)
    assert work.back_up(job.arguments, backup.quiet) == result, "begun again after its worker was killed"
    (one,) = backup.kept()
    page = operator_browser.get(result["address"]).content.decode()
    assert one.digest in page
    before = Entry.objects.count()
    answer = operator_browser.post(f"/operation/backup/{one.name}")
    content = b"".join(answer.streaming_content)
    assert hashlib.sha256(content).hexdigest() == one.digest
    assert zipfile.ZipFile(io.BytesIO(content)).testzip() is None
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{one.name}"'
    assert (answer.headers["Cache-Control"], Entry.objects.count()) == ("no-store", before + 1)
    for name in ("mizzle-20200101T000000Z.zip", "..%2Fkeys%2Fsecret", "house.lock"):
        assert operator_browser.post(f"/operation/backup/{name}").status_code == 404


def test_nobody_but_an_operator_sees_or_takes_a_backup(ida, at, browser_of, client):
    Grant.objects.filter(role=Role.OPERATOR).update(ended_at=at)
    lead_browser = browser_of(ida)
    for address in ("/operation/", "/operation/backup"):
        assert lead_browser.get(address).status_code == 403
        assert client.get(address).status_code == 302
    assert lead_browser.post("/operation/backup").status_code == 403
    assert not Job.objects.exists()


def test_the_newest_fourteen_are_kept_and_broken_off_ones_go(folder, at):
    for day in range(17):
        (place.backups() / backup.name_at(at + timedelta(days=day))).write_bytes(b"x")
    (place.backups() / "mine.zip").write_bytes(b"x")
    (place.backups() / ".mizzle-backup-abc").mkdir()
    assert backup.make_room() == 3
    assert [one.made_at for one in backup.kept()] == [at + timedelta(days=day) for day in range(16, 2, -1)]
    assert (place.backups() / "mine.zip").exists(), "what mizzle did not name stays"
    assert not (place.backups() / ".mizzle-backup-abc").exists()


def a_day(at):
    """Let the duty of the day begin, and a worker do what it asks for; give the jobs that there were."""
    work.daily_backup(at=at)
    worker = Worker(clock=lambda: at)
    while worker.once():
        pass
    return list(Job.objects.filter(kind=backup.KIND).order_by("created_at"))


def test_the_worker_makes_one_a_day_where_there_is_room(folder, at, monkeypatch, time_machine):
    for hours, n in ((0, 1), (3, 1), (24, 2)):
        time_machine.move_to(at + timedelta(hours=hours), tick=False)
        jobs = a_day(at + timedelta(hours=hours))
        assert (len(backup.kept()), len(jobs)) == (n, n)
    assert {(job.by, job.state, job.share_done) for job in jobs} == {(SYSTEM, "done", 1.0)}
    monkeypatch.setattr(work, "SPARE", 1e15)
    last = a_day(at + timedelta(hours=48))[-1]
    assert (last.state, "no room" in last.error, len(backup.kept())) == ("failed", True, 2)


def test_the_duty_of_the_day_only_asks_so_that_no_other_waits_for_it(folder, at, monkeypatch):
    monkeypatch.setattr(backup, "make_backup", lambda **_: pytest.fail("made within the duty"))
    for _time in range(3):
        work.daily_backup(at=at)
    job = Job.objects.get(kind=backup.KIND)
    assert (job.state, job.by, job.arguments["is_daily"]) == ("waiting", SYSTEM, True)
    assert backup.ask_for_backup(by="ida", at=at) == job  # who presses the button meanwhile gets the same one


def test_a_backup_tells_how_far_it_is_and_stops_when_asked(folder, at, monkeypatch):
    monkeypatch.setattr(archive, "CHUNK", 1 << 14)
    told = []
    backup.make_backup(target=place.backups() / "one.zip", by=SYSTEM, at=at, tell=lambda *one: told.append(one))
    shares = [share for share, _stage in told]
    assert shares == sorted(shares)
    assert (len(shares) > 10, max(shares) < 1) == (True, True)
    assert {stage for _share, stage in told} >= {"Copying the database", "Packing the database", "Checking the copy"}

    def stop(share, _stage):
        if share > 0.5:
            raise Cancelled

    with pytest.raises(Cancelled):
        backup.make_backup(target=place.backups() / "two.zip", by=SYSTEM, at=at, tell=stop)
    assert sorted(path.name for path in place.backups().iterdir()) == ["one.sha256", "one.zip"]


def test_the_page_and_the_doctor_say_how_the_backup_of_the_day_stands(folder, operator_browser, at, monkeypatch):
    def line():
        return next(one for one in health.examine(at=at) if one.name == "backup")

    work.daily_backup(at=at)
    Job.objects.update(state="running", share_done=0.4, stage="Packing the database", leased_until=at)
    page = operator_browser.get("/operation/backup").content.decode()
    assert ("Being made" in page, "Packing the database" in page) == (True, True)
    Job.objects.update(state="failed", ended_at=at, error="There is no room on the disk.")
    page = operator_browser.get("/operation/backup").content.decode()
    assert ("Being made" in page, "was not made: There is no room" in page) == (False, True)
    assert (line().found, "log of the worker" in line().todo) == (
        "The last one was not made: There is no room on the disk.",
        True,
    )
    backup.make_backup(target=place.backups() / "one.zip", by=SYSTEM, at=at + timedelta(seconds=1))
    assert line().is_fine  # one was made since, from the shell
