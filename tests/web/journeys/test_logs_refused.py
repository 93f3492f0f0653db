"""Files that are no logs, too large, hostile or gone, and columns that will not do: each is told in words."""

from __future__ import annotations

import errno
import gzip
import io
import os
import re
import zipfile
from dataclasses import replace

import openpyxl
import pytest
from django.utils import translation

from mizzle.logs.steps import MOST_EVENTS_OF_A_CASE
from mizzle_web.config import bodies
from mizzle_web.jobs.models import Job, JobState
from mizzle_web.journeys import work
from mizzle_web.journeys.actions import logs as actions
from mizzle_web.journeys.actions import tables
from mizzle_web.journeys.figures import apart, measuring, words
from mizzle_web.journeys.figures.columns import question_of
from mizzle_web.journeys.models import NAME, Log, LogState
from web.journeys.bringing import TITLES, choose, log_of, packed, page_of, send, work_off

pytestmark = pytest.mark.usefixtures("house_folder")


@pytest.fixture
def do(django_capture_on_commit_callbacks):
    """What runs when a transaction ends, in tests whose own never does."""
    return django_capture_on_commit_callbacks


def text_of(answer):
    return answer.content.decode()


def workbook(sheets):
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, lines in sheets.items():
        page = book.create_sheet(name)
        for line in lines:
            page.append(line)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def bomb():
    """A workbook that says of one of its parts that it unpacks to 4 GB."""
    content = bytearray(workbook({"Log": [["a", "b"], [1, 2]]}))
    at = content.index(b"PK\x01\x02")
    content[at + 24 : at + 28] = b"\xfe\xff\xff\xff"
    return bytes(content)


def archive(**parts):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as made:
        for name, content in parts.items():
            made.writestr(name, content)
    return file.getvalue()


JUNK = bytes(range(256)) * 64
XML_BOMB = (
    b'<?xml version="1.0"?><!DOCTYPE log [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><log xes.version="1.0">&b;</log>'
)
ENCRYPTED = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + "EncryptedPackage".encode("utf-16-le") + bytes(600)
WRONG = {
    "empty.csv": (b"", "is empty"),
    "junk.csv": (JUNK, "of no kind that mizzle knows"),
    "report.pdf": (b"%PDF-1.7 and so on", "is a PDF, and no event log"),
    "letter.docx": (archive(**{"word/document.xml": "x"}), "is a Word document"),
    "logs.zip": (archive(**{"a.csv": "x"}), "is packed"),
    "page.html": (b"<!doctype html><html><body>orders</body></html>", "is a web page"),
    "old.xls": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(1200), "is a workbook of an old or other form"),
    "secret.xlsx": (ENCRYPTED, "is protected by a password"),
    "broken.xlsx": (workbook({"A": [["a", "b"], [1, 2]]})[:-400], "is damaged"),
    "bomb.xlsx": (bomb(), "unpacks to far more"),
    "bomb.xes": (XML_BOMB, "which can be an attack"),
    "broken.xes": (b'<?xml version="1.0"?><log xes.version="1.0"><trace></log>', "Export it again"),
    "cut.csv.gz": (packed(log_of(50))[:-30], "breaks off: its end is missing"),
    "noise.csv.gz": (b"\x1f\x8b" + JUNK, "is damaged: it cannot be unpacked"),
    "only titles.csv": (TITLES.encode(), "has no row in it"),
    "prose.txt": (b"Once upon a time there was a log.\nIt had no columns.\n" * 5, "is plain text without columns"),
    "one line.csv.gz": (gzip.compress(b"a" * 40_000_000), "its first line has more than 16,000,000 bytes"),
    "other.json": (b'{"orders": [1, 2]}', "is JSON, and no event log"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_file_that_is_no_log_says_what_it_is_and_is_not_kept(lead_browser, journey, do, name):
    content, said = WRONG[name]
    _answer, log = send(lead_browser, journey, content, name)
    (job,) = work_off(do)
    log.refresh_from_db()
    assert (job.state, log.state) == (JobState.DONE, LogState.REFUSED)
    page = text_of(lead_browser.get(page_of(journey, f"/{log.public_id}")))
    assert said in page
    assert '<span lang="en">' not in page
    assert str(log.public_id) + "-sent" not in page, "the file is called as people call it"
    assert name in page
    assert not list(tables.sent_path(log).parent.iterdir())


def test_a_file_that_was_refused_may_be_sent_again(lead_browser, journey, do):
    for _time in range(2):
        _answer, log = send(lead_browser, journey, b"")
        work_off(do)
    assert list(Log.objects.values_list("pk", flat=True)) == [log.pk]


def test_a_file_that_breaks_off_late_is_refused_when_it_is_read_to_its_end(lead_browser, journey, do):
    _answer, log = send(lead_browser, journey, packed(log_of(12_000))[:-2000], "cut.csv.gz")
    work_off(do)
    assert choose(lead_browser, journey, log).status_code == 302
    work_off(do)
    log.refresh_from_db()
    assert log.state == LogState.REFUSED
    assert "breaks off" in text_of(lead_browser.get(page_of(journey, f"/{log.public_id}")))
    assert not list(tables.sent_path(log).parent.iterdir())


def test_a_log_without_times_is_asked_about(lead_browser, journey, do):
    _answer, log = send(lead_browser, journey, b"order,step,team\n" + b"1,a,b\n" * 30)
    work_off(do)
    log.refresh_from_db()
    assert (log.state, log.look["question"]["field"]) == (LogState.READY, "end")
    assert "No column holds times" in text_of(lead_browser.get(page_of(journey, f"/{log.public_id}")))


@pytest.mark.parametrize("column", ["team", "step"])
def test_names_that_are_too_long_are_refused_at_their_column(lead_browser, journey, do, column):
    long = "Warehouse".ljust(NAME + 1, "e") if column == "team" else "Order".ljust(NAME + 1, "r")
    content = log_of().replace(b";Warehouse;" if column == "team" else b";Order;", b";%s;" % long.encode())
    _answer, log = send(lead_browser, journey, content)
    work_off(do)
    page = text_of(lead_browser.get(page_of(journey, f"/{log.public_id}")))
    assert f"a name of {NAME + 1} letters; {NAME} are the most" in page
    choose(lead_browser, journey, log)
    work_off(do)
    log.refresh_from_db()
    role = "department" if column == "team" else "activity"
    assert (log.state, log.look["question"]["field"]) == (LogState.READY, role)
    choose(lead_browser, journey, log, **{role: "c:region"}, extras=[])
    work_off(do)
    log.refresh_from_db()
    assert log.state == LogState.IMPORTED


def test_a_long_name_far_down_the_file_is_found_when_it_is_imported(lead_browser, journey, do):
    content = log_of(3000).decode() + f"O-1;{'x' * (NAME + 1)};Sales;2026-01-05 10:00;Kari Nordmann;North\n"
    _answer, log = send(lead_browser, journey, content.encode())
    work_off(do)
    choose(lead_browser, journey, log)
    work_off(do)
    log.refresh_from_db()
    assert (log.state, log.look["question"]["field"]) == (LogState.READY, "activity")
    assert not tables.events_path(log).exists()


def test_a_column_with_too_many_activities_is_none(lead_browser, journey, do):
    lines = [TITLES, *(f"O-{n // 2};S{n};Sales;2026-01-05 10:{n % 60:02d};Kari;North" for n in range(66_000))]
    _answer, log = send(lead_browser, journey, "\n".join(lines).encode())
    work_off(do)
    choose(lead_browser, journey, log, do="look", activity="c:step")
    work_off(do)
    choose(lead_browser, journey, log, activity="c:step", department="c:team")
    work_off(do)
    log.refresh_from_db()
    assert (log.state, log.look["question"]["field"]) == (LogState.READY, "activity")
    page = text_of(lead_browser.get(page_of(journey, f"/{log.public_id}")))
    assert "more than 65,536 different values" in page


def test_rows_of_which_none_can_be_read_ask_for_other_columns(lead_browser, journey, do):
    content = log_of().replace(b"done", b"done;started").replace(b";Kari", b";2027-01-01 10:00;Kari")
    content = content.replace(b";Ola", b";2027-01-01 10:00;Ola").replace(b";Ida", b";2027-01-01 10:00;Ida")
    content = content.replace(b";Per", b";2027-01-01 10:00;Per")
    _answer, log = send(lead_browser, journey, content)
    work_off(do)
    choose(lead_browser, journey, log, do="look", end="c:done", start="c:started")
    work_off(do)
    choose(lead_browser, journey, log, end="c:done", start="c:started")
    work_off(do)
    log.refresh_from_db()
    assert log.state == LogState.READY
    assert "Not one of the 120 rows can be read" in text_of(lead_browser.get(page_of(journey, f"/{log.public_id}")))
    assert lead_browser.get(page_of(journey, f"/{log.public_id}/rejected.csv")).status_code == 200


def test_a_column_that_was_chosen_for_two_things_is_asked_about(lead_browser, journey, do):
    _answer, log = send(lead_browser, journey, log_of())
    work_off(do)
    choose(lead_browser, journey, log, start="c:done")
    work_off(do)
    log.refresh_from_db()
    assert (log.state, log.look["question"]["field"]) == (LogState.READY, "start")
    page = text_of(lead_browser.get(page_of(journey, f"/{log.public_id}")))
    assert "The column done cannot be both “End time” and “Start time”." in page
    assert '<span lang="en">' not in page


def test_rows_in_another_encoding_are_told_in_words(lead_browser, journey, do):
    content = log_of(40).replace(b"Carry it in", "Bær inn".encode("cp1252"))
    odd = "O-00039;Bær inn;Transport;2026-02-05 10:00;Kari Nordmann;North\n".encode()
    _answer, log = send(lead_browser, journey, content + odd)
    work_off(do)
    choose(lead_browser, journey, log)
    work_off(do)
    log.refresh_from_db()
    assert (log.state, log.counts["reasons"]) == (LogState.IMPORTED, {"mixed encodings": 1})
    page = text_of(lead_browser.get(page_of(journey, f"/{log.public_id}")))
    assert "another encoding than the rest of the file" in page
    rows = lead_browser.get(page_of(journey, f"/{log.public_id}/rejected.csv"))
    sent = b"".join(rows.streaming_content).decode()
    assert "another encoding than the rest of the file: UTF-8 instead of Windows-1252" in sent
    assert "<span" not in sent


def test_a_reason_that_nobody_knows_is_marked_as_english(lead_browser, journey, do):
    _answer, log = send(lead_browser, journey, log_of())
    work_off(do)
    log.refresh_from_db()
    log.state, log.counts = LogState.IMPORTED, {"rows": 2, "rejected": 1, "reasons": {"a <new> reason": 1}}
    log.save()
    page = text_of(lead_browser.get(page_of(journey, f"/{log.public_id}")))
    assert '<span lang="en">a &lt;new&gt; reason</span>' in page


def test_rows_that_are_starts_and_ends_become_one_event_as_the_page_says(lead_browser, journey, do):
    titles, *lines = log_of(20).decode().splitlines()
    both = [f"{line};{word}" for line in lines for word in ("start", "complete")]
    _answer, log = send(lead_browser, journey, "\n".join([f"{titles};lifecycle", *both]).encode())
    work_off(do)
    note = "rows for the start and the end of the same work become one event: column lifecycle"
    assert note in text_of(lead_browser.get(page_of(journey, f"/{log.public_id}")))
    choose(lead_browser, journey, log)
    work_off(do)
    log.refresh_from_db()
    assert (log.state, log.counts["events"]) == (LogState.IMPORTED, len(lines))


def test_a_sheet_without_data_can_be_left_for_another(lead_browser, journey, do):
    lines = [line.split(";") for line in log_of(10).decode().splitlines()]
    content = workbook({"Cover": [["Orders of January"]], "Log": lines, "Empty": []})
    _answer, log = send(lead_browser, journey, content, "orders.xlsx")
    work_off(do)
    page = lead_browser.get(page_of(journey, f"/{log.public_id}"))
    assert "does not name the columns" in text_of(page)
    assert list(page.context["form"].fields) == ["version", "sheet"]
    choose(lead_browser, journey, log, do="look", sheet="Empty")
    work_off(do)
    assert "This sheet holds no data" in text_of(lead_browser.get(page_of(journey, f"/{log.public_id}")))
    choose(lead_browser, journey, log, do="look", sheet="Log")
    work_off(do)
    choose(lead_browser, journey, log)
    work_off(do)
    log.refresh_from_db()
    assert (log.state, log.counts["events"], log.look["sheet"]) == (LogState.IMPORTED, 40, "Log")


OCEL = """{"objectTypes": [{"name": "order", "attributes": []}, {"name": "item", "attributes": []}],
"eventTypes": [{"name": "pack", "attributes": [{"name": "team", "type": "string"}]}],
"objects": [%s], "events": [%s]}"""


def ocel():
    objects = [
        f'{{"id": "{kind}{n}", "type": "{name}"}}' for n in range(8) for kind, name in (("o", "order"), ("i", "item"))
    ]
    events = [
        f'{{"id": "e{n}{step}", "type": "{step}", "time": "2026-01-0{1 + n}T1{place}:00:00Z", "attributes":'
        f' [{{"name": "team", "value": "{team}"}}], "relationships": [{{"objectId": "o{n}", "qualifier": ""}},'
        f' {{"objectId": "i{n}", "qualifier": ""}}]}}'
        for n in range(8)
        for place, (step, team) in enumerate((("take", "Sales"), ("pack", "Store"), ("send", "Van")))
    ]
    return (OCEL % (", ".join(objects), ", ".join(events))).encode()


def test_the_kind_of_object_that_is_the_case_is_asked_for(lead_browser, journey, do):
    _answer, log = send(lead_browser, journey, ocel(), "orders.jsonocel")
    work_off(do)
    page = lead_browser.get(page_of(journey, f"/{log.public_id}"))
    assert "Which kind of object is the case?" in text_of(page)
    assert [name for name, _label in page.context["form"].fields["object_type"].choices] == ["item", "order"]
    choose(lead_browser, journey, log, do="look", object_type="order")
    work_off(do)
    page = lead_browser.get(page_of(journey, f"/{log.public_id}"))
    assert "case" not in page.context["form"].fields
    choose(lead_browser, journey, log, department="c:team")
    work_off(do)
    log.refresh_from_db()
    assert (log.state, log.counts["cases"], log.mapping["object_type"]) == (LogState.IMPORTED, 8, "order")


def test_the_only_kind_of_object_that_events_belong_to_is_the_case(lead_browser, journey, do):
    content = re.sub(rb', \{"objectId": "i\d+", "qualifier": ""\}', b"", ocel())
    _answer, log = send(lead_browser, journey, content, "orders.jsonocel")
    work_off(do)
    log.refresh_from_db()
    assert log.mapping["object_type"] == "order"
    page = text_of(lead_browser.get(page_of(journey, f"/{log.public_id}")))
    assert "case: order, the only kind of object that events belong to" in page
    assert '<span lang="en">' not in page


def test_an_upload_beyond_the_limit_is_refused_in_words(lead_browser, journey, settings):
    settings.ENVIRONMENT = replace(settings.ENVIRONMENT, upload_megabytes=1)
    answer, log = send(lead_browser, journey, b"x" * ((1 << 20) + 1))
    assert (answer.status_code, log, Log.objects.count()) == (422, None, 0)
    assert "larger than the limit" in text_of(answer)
    assert "up to 1 MB" in text_of(answer)
    folder = settings.ENVIRONMENT.data / "journeys" / str(journey.public_id) / "logs"
    assert not list(folder.iterdir())


def test_one_far_beyond_it_is_refused_before_it_is_taken_in(journey, settings):
    settings.ENVIRONMENT = replace(settings.ENVIRONMENT, upload_megabytes=3)
    headers = [(b"cookie", b"session=abc"), (b"accept-language", b"nb")]
    scope = {"type": "http", "method": "POST", "path": page_of(journey), "headers": headers}
    assert bodies.most_bytes(scope) == 4 << 20
    assert bodies.most_bytes(scope | {"path": page_of(journey, "/1/delete")}) == 1 << 20
    page = bodies._page(413, scope)
    assert (page.status_code, "3 MB" in page.content.decode()) == (413, True)
    assert bodies._language(scope) == "nb"


def test_an_upload_that_breaks_off_leaves_nothing(lead, journey, settings, at):
    def blocks():
        yield b"half of "
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        actions.send_log(journey=journey, blocks=blocks(), name="orders.csv", by=lead.actor, at=at)
    folder = settings.ENVIRONMENT.data / "journeys" / str(journey.public_id) / "logs"
    assert (Log.objects.count(), list(folder.iterdir())) == (0, [])


def test_a_disk_that_is_full_is_said_plainly(lead_browser, journey, monkeypatch, settings):
    class Full(io.BytesIO):
        def write(self, _block):
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(actions.os, "fdopen", lambda handle, _mode: os.close(handle) or Full())
    answer, log = send(lead_browser, journey, log_of())
    assert (answer.status_code, log, Log.objects.count()) == (507, None, 0)
    folder = settings.ENVIRONMENT.data / "journeys" / str(journey.public_id) / "logs"
    assert not list(folder.iterdir())


def test_a_disk_that_fills_while_a_log_is_read_stops_it_until_somebody_goes_on(lead_browser, journey, do, monkeypatch):
    _answer, log = send(lead_browser, journey, log_of())
    with monkeypatch.context() as full:
        full.setattr(apart, "run", lambda *_given, **_more: raised(apart.Unmeasurable("DiskFull", "The disk is full.")))
        (job,) = work_off(do)
    assert (job.state, "disk of the server is full" in job.error) == (JobState.FAILED, True)
    page = text_of(lead_browser.get(page_of(journey, f"/{log.public_id}")))
    assert ("disk of the server is full" in page, "Go on" in page) == (True, True)
    assert tables.sent_path(log).exists()
    for _click in range(2):
        lead_browser.post(page_of(journey, f"/{log.public_id}/go-on"))
    assert Job.objects.unfinished().count() == 1
    work_off(do)
    log.refresh_from_db()
    assert log.state == LogState.READY
    for problem in (OSError(errno.ENOSPC, ""), OSError(errno.EDQUOT, ""), RuntimeError("… No space left on device")):
        assert measuring.is_full(problem)
    assert not measuring.is_full(OSError(errno.EIO, ""))


def raised(problem):
    raise problem


def test_a_log_that_hides_a_case_without_end_asks_for_another_column(lead_browser, journey, do):
    endless = b"O-99999;Pick the goods;Warehouse;2026-05-05 08:00;Ola Hansen;North\n" * (MOST_EVENTS_OF_A_CASE + 1)
    content = gzip.compress(log_of(200) + endless, 1)
    assert len(content) < 1_000_000
    _answer, log = send(lead_browser, journey, content, "endless.csv.gz")
    work_off(do)
    choose(lead_browser, journey, log)
    (job,) = work_off(do)
    log.refresh_from_db()
    assert (job.state, log.state, question_of(log)["field"]) == (JobState.DONE, LogState.READY, "case")
    page = text_of(lead_browser.get(page_of(journey, f"/{log.public_id}")))
    assert "More than 1,000,000 events belong to one case, so the column is no case." in page
    assert "O-99999" not in page
    journey.refresh_from_db()
    assert not journey.has_table


def test_a_sentence_that_nobody_knows_stays_english_and_says_so():
    assert words.marked(words.reason("What is this <b>?")) == '<span lang="en">What is this &lt;b&gt;?</span>'
    assert words.marked(words.row("what is this")) == '<span lang="en">what is this</span>'
    assert words.marked(words.why("its name says so; because")) == 'its name says so; <span lang="en">because</span>'
    assert words.marked(words.note("odd: yes")) == '<span lang="en">odd: yes</span>'


def told():
    """What mizzle says of a log, in the language of the moment."""
    return (
        *words.reason("orders.csv is empty. Export the log again."),
        *words.reason(
            "The log has more than 1,000,000 events in one case ('a'), so its column for the case is no such"
        ),
        *words.reason(
            "The log has more than 1,024 MB in one case ('a'), so its column for the case is no such column."
        ),
        *words.reason("Is 03/04/2026 in column done the 3 April or the 4 March? Say --dates dmy or --dates mdy."),
        *words.why("its name says so; 1,417 values in the first 10,000 rows"),
        *words.why("named on the command line"),
        *words.note("separator: semicolon"),
        *words.row("wrong number of cells: 3 instead of 5"),
        *words.reason(
            "Column 'done' is named for both end and start, and cannot say both. Name another one with --start."
        ),
        *words.note("set aside in its first 4 MiB: lifecycle transition 'schedule' is no work: 12"),
    )


@pytest.mark.parametrize("language", ["es", "nb"])
def test_what_is_known_is_said_in_the_language_of_the_reader(language):
    english = told()
    with translation.override(language):
        found = told()
    same = [one for one, other in zip(found, english, strict=True) if one.text == other.text or one.is_english]
    assert same == []
    assert ("1,417" in english[5].text, "1,417" in found[5].text) == (True, False)


def test_nothing_that_is_wrong_in_mizzle_itself_is_passed_over(lead_browser, journey, do, monkeypatch, caplog):
    _answer, log = send(lead_browser, journey, log_of())
    tries = []
    monkeypatch.setattr(apart, "run", lambda *_given, **_more: tries.append(1) or raised(RuntimeError("a fault")))
    (job,) = work_off(do)
    assert (job.state, "could not finish" in job.error, len(tries)) == (JobState.FAILED, True, 1)
    assert "a fault" in caplog.text
    with pytest.raises(RuntimeError):
        work._again("bring", lambda *_: None)
    assert len(tries) == 3
    assert "Go on" in text_of(lead_browser.get(page_of(journey, f"/{log.public_id}")))
