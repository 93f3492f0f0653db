"""Bring a log: sent, looked at, put right, imported, joined, and deleted with everything from it."""

from __future__ import annotations

import csv
import io
import stat

import pyarrow.parquet as pq
import pytest

from mizzle_web.jobs.models import Job, JobState
from mizzle_web.jobs.worker import Worker
from mizzle_web.journal.models import Entry
from mizzle_web.journeys import work
from mizzle_web.journeys.actions import logs as actions
from mizzle_web.journeys.actions import tables
from mizzle_web.journeys.actions.figure_sets import KIND as MEASURE
from mizzle_web.journeys.actions.journeys import open_journey, put_away, table_of
from mizzle_web.journeys.models import FigureSet, Journey, JourneyKind, Log, LogState
from mizzle_web.page.refused import Refused
from web.journeys.bringing import (
    PEOPLE,
    TITLES,
    brought,
    choose,
    fields_of,
    log_of,
    packed,
    page_of,
    rows,
    send,
    work_off,
)

pytestmark = pytest.mark.usefixtures("house_folder")


@pytest.fixture
def do(django_capture_on_commit_callbacks):
    """What runs when a transaction ends, in tests whose own never does."""
    return django_capture_on_commit_callbacks


def fresh(journey):
    return Journey.objects.get(pk=journey.pk)


def text_of(answer):
    return answer.content.decode()


def files(house_folder):
    return sorted(path.name for path in house_folder.rglob("*") if path.is_file())


def test_a_file_becomes_events_and_nobody_is_named(lead, lead_browser, journey, do, house_folder):
    answer, log = send(lead_browser, journey, log_of())
    assert (answer.status_code, log.state, log.n_bytes) == (302, LogState.NEW, len(log_of()))
    kept = tables.sent_path(log)
    assert (kept.read_bytes(), stat.S_IMODE(kept.stat().st_mode)) == (log_of(), 0o600)
    assert "You can leave this page" in text_of(lead_browser.get(page_of(journey, f"/{log.public_id}")))

    (looked,) = work_off(do)
    assert looked.result["address"] == page_of(journey, f"/{log.public_id}")
    page = text_of(lead_browser.get(looked.result["address"]))
    assert "O-00000" in page
    assert "its name points to it" in page
    assert not [name for name in PEOPLE if name in page]
    log.refresh_from_db()
    assert not [name for name in PEOPLE if name in str(log.look)]

    choose(lead_browser, journey, log)
    work_off(do)
    log.refresh_from_db()
    assert log.state == LogState.IMPORTED
    expected = {"rows": 120, "rejected": 0, "events": 120, "cases": 30, "repeated": 0}
    assert expected.items() <= log.counts.items()
    assert "first" not in log.look
    found = fresh(journey)
    assert files(house_folder) == sorted([f"{log.public_id}.parquet", table_of(found).name, "pseudonyms"])
    assert stat.S_IMODE((house_folder / "keys" / "pseudonyms").stat().st_mode) == 0o600
    events = pq.read_table(table_of(found)).to_pylist()
    assert {one["resource"][:2] for one in events} == {"p_"}
    assert {one["x_region"] for one in events} == {"North", "South"}
    facts = found.table_facts
    assert (facts["departments"], facts["counts"]["cases"]) == (["Sales", "Warehouse", "Transport"], 30)
    assert facts["activities"]["Order"] == 30
    assert facts["ended"] == {"2026-01": 30}
    assert facts["first_at"] == "2026-01-05T08:00:00+00:00"
    assert "120" in text_of(lead_browser.get(page_of(journey)))
    verbs = [entry.verb for entry in Entry.objects.filter(thing=f"log:{log.public_id}").order_by("number")]
    assert verbs == ["log.sent", "log.looked_at", "log.columns_chosen", "log.imported"]
    assert Entry.objects.get(verb="log.imported").by == lead.actor
    assert not [one for one in Entry.objects.all() if "Order" in str(one.details) or "csv" in str(one.details)]


def test_figures_are_asked_for_when_a_table_has_changed(lead_browser, journey, do):
    asked = []
    _answer, log = send(lead_browser, journey, log_of())
    work_off(do)
    choose(lead_browser, journey, log)
    with do(execute=True):
        assert Worker().once()
    asked = Job.objects.filter(kind=MEASURE)
    assert [one.arguments["journey"] for one in asked] == [str(journey.public_id)]


def test_a_real_log_comes_in_as_the_command_line_reads_it(lead_browser, journey, do, itsm):
    _answer, log = send(lead_browser, journey, itsm.read_bytes(), "itsm.csv.gz")
    work_off(do)
    assert '<span lang="en">' not in text_of(lead_browser.get(page_of(journey, f"/{log.public_id}")))
    choose(lead_browser, journey, log)
    work_off(do)
    log.refresh_from_db()
    assert log.state == LogState.IMPORTED
    assert (log.counts["rows"], log.counts["events"] + log.counts["rejected"]) == (70_986, 70_986)
    assert (log.mapping["department"], log.mapping["resource"]) == ("assignment_group", "sys_updated_by")
    assert fresh(journey).table_facts["counts"]["events"] == log.counts["events"]


def test_events_of_a_later_file_that_were_there_already_count_once(lead_browser, journey, do):
    first = brought(lead_browser, journey, do, log_of(20))
    second = brought(lead_browser, journey, do, log_of(30), "february.csv")
    assert (second.counts["events"], second.counts["repeated"]) == (120, 80)
    first.refresh_from_db()
    assert first.counts["repeated"] == 0
    assert fresh(journey).table_facts["counts"]["events"] == 120
    page = text_of(lead_browser.get(page_of(journey, f"/{second.public_id}")))
    assert "80 events were there already" in page
    assert len(list(table_of(fresh(journey)).parent.glob("events-*"))) == 1


def test_the_same_file_comes_in_once(lead_browser, journey, do):
    log = brought(lead_browser, journey, do, log_of())
    answer, second = send(lead_browser, journey, log_of(), "again.csv")
    assert (answer.status_code, second) == (422, None)
    assert "This very file is part of the journey already" in text_of(answer)
    assert "orders.csv" in text_of(answer)
    assert list(Log.objects.all()) == [log]
    assert not list(tables.sent_path(log).parent.glob("*-sent*"))


def test_the_same_file_sent_twice_while_it_is_looked_at_is_one_log(lead_browser, journey):
    first, second = (send(lead_browser, journey, log_of())[1] for _ in range(2))
    assert first == second
    assert Job.objects.count() == 1
    assert len(list(tables.sent_path(first).parent.iterdir())) == 1


def test_the_same_file_may_come_to_another_journey(lead, lead_browser, journey, do, at):
    brought(lead_browser, journey, do, log_of())
    other = open_journey(name="Returns", kind=JourneyKind.MEASURED, by=lead.actor, at=at)
    assert send(lead_browser, other, log_of())[1].journey == other


def test_a_form_sent_twice_begins_one_import(lead_browser, journey, do):
    _answer, log = send(lead_browser, journey, log_of())
    work_off(do)
    fields = fields_of(lead_browser.get(page_of(journey, f"/{log.public_id}"))) | {"do": "import"}
    answers = [lead_browser.post(page_of(journey, f"/{log.public_id}"), fields) for _ in range(2)]
    assert [one.status_code for one in answers] == [302, 302]
    assert Job.objects.filter(kind="journeys.bring").count() == 1
    work_off(do)
    assert lead_browser.post(page_of(journey, f"/{log.public_id}"), fields).status_code == 302
    assert Entry.objects.filter(verb="log.imported").count() == 1


def test_two_people_who_change_one_mapping_see_both_texts(lead_browser, journey, do, person, browser_of):
    _answer, log = send(lead_browser, journey, log_of())
    work_off(do)
    other = browser_of(person("Ana Lyst", "analyst"))
    address = page_of(journey, f"/{log.public_id}")
    mine, theirs = fields_of(lead_browser.get(address)), fields_of(other.get(address))
    assert other.post(address, theirs | {"department": "c:region", "extras": [], "do": "look"}).status_code == 302
    work_off(do)
    answer = lead_browser.post(address, mine | {"department": "none", "do": "import"})
    assert answer.status_code == 409
    assert "The log has none" in text_of(answer)
    assert "region" in text_of(answer)
    log.refresh_from_db()
    assert (log.state, log.mapping["department"]) == (LogState.READY, "region")
    again = dict(answer.context["again"]) | {"version": answer.context["version"]}
    assert lead_browser.post(address, again).status_code == 302
    work_off(do)
    log.refresh_from_db()
    assert (log.state, log.mapping["department"]) == (LogState.IMPORTED, None)


def test_people_of_another_column_are_hidden_as_soon_as_it_is_chosen(lead_browser, journey, do):
    titles = TITLES.replace("worker", "x1").replace("region", "x2")
    _answer, log = send(lead_browser, journey, log_of().replace(TITLES.encode(), titles.encode()))
    work_off(do)
    log.refresh_from_db()
    assert "x1" in log.look["hidden"], "it holds names, whatever it is called"
    choose(lead_browser, journey, log, do="look", resource="c:x2", extras=[])
    work_off(do)
    page = text_of(lead_browser.get(page_of(journey, f"/{log.public_id}")))
    assert ("<td>North" in page, "Kari" in page) == (False, False)
    log.refresh_from_db()
    assert log.mapping["reasons"]["resource"] == "named on the command line"
    assert "chosen by hand" in page
    assert log.mapping["reasons"]["case"] != "named on the command line", "what nobody changed keeps its reason"


def test_a_column_about_people_cannot_be_kept_besides(lead_browser, journey, do):
    titles = TITLES.replace("region", "opened_by")
    _answer, log = send(lead_browser, journey, log_of().replace(TITLES.encode(), titles.encode()))
    work_off(do)
    choose(lead_browser, journey, log, extras=["c:opened_by"])
    work_off(do)
    log.refresh_from_db()
    assert (log.state, log.mapping["extras"]) == (LogState.IMPORTED, [])
    assert "x_opened_by" not in pq.read_schema(table_of(fresh(journey))).names


def test_mizzle_asks_whether_day_or_month_comes_first(lead_browser, journey, do):
    lines = [TITLES, *(f"O-{n};Order;Sales;0{1 + n % 9}/0{1 + n % 7}/2026 10:00;Kari;North" for n in range(12))]
    lines += [line.replace(";Order;Sales;", ";Pack;Store;").replace("10:00", "11:00") for line in lines[1:]]
    _answer, log = send(lead_browser, journey, "\n".join(lines).encode())
    work_off(do)
    page = lead_browser.get(page_of(journey, f"/{log.public_id}"))
    assert "begin with the day or with the month?" in text_of(page)
    assert '<span lang="en">' not in text_of(page)
    assert [name for name, _label in page.context["form"].fields["dates"].choices] == ["dmy", "mdy"]
    without_answer = choose(lead_browser, journey, log, dates=None)
    assert without_answer.status_code == 422
    choose(lead_browser, journey, log, dates="dmy")
    work_off(do)
    log.refresh_from_db()
    assert (log.state, log.mapping["end_format"]) == (LogState.IMPORTED, "dd/mm/yyyy HH:MM")
    assert fresh(journey).table_facts["last_at"].startswith("2026-07-0")


def test_mizzle_asks_for_the_department_and_takes_no_for_an_answer(lead_browser, journey, do):
    lines = [
        "case,step,when",
        *(f"{n},{step},2026-01-0{day} 10:00" for n in range(9) for day, step in ((1, "a"), (2, "b"))),
    ]
    _answer, log = send(lead_browser, journey, "\n".join(lines).encode())
    work_off(do)
    page = lead_browser.get(page_of(journey, f"/{log.public_id}"))
    assert "No column says this clearly" in text_of(page)
    assert choose(lead_browser, journey, log, department=None).status_code == 422
    choose(lead_browser, journey, log, department="none")
    work_off(do)
    log.refresh_from_db()
    assert (log.state, log.mapping["department"]) == (LogState.IMPORTED, None)
    assert fresh(journey).table_facts["departments"] == []


def test_answers_are_gathered_as_long_as_mizzle_asks(lead_browser, journey, do):
    lines = ["a,b,c,d", *(f"{n % 7},x{n % 3},y{n % 4},2026-01-{1 + n % 28:02d} 10:{n % 60:02d}" for n in range(200))]
    _answer, log = send(lead_browser, journey, "\n".join(lines).encode())
    work_off(do)
    for _question in range(5):
        log.refresh_from_db()
        asked = log.look.get("question")
        if not asked:
            break
        answer = {"case": "c:a", "activity": "c:b", "department": "c:c", "end": "c:d"}[asked["field"]]
        assert choose(lead_browser, journey, log, do="look", **{asked["field"]: answer}).status_code == 302
        work_off(do)
    roles = {role: log.mapping[role] for role in ("case", "activity", "department", "end")}
    assert roles == {"case": "a", "activity": "b", "department": "c", "end": "d"}


def test_a_column_that_is_gone_is_asked_for_anew(lead_browser, journey, do, log_folder, operator_browser):
    file = log_folder / "orders.csv"
    file.write_bytes(log_of())
    answer = operator_browser.post(page_of(journey), {"path": str(file)})
    work_off(do)
    file.write_bytes(log_of().replace(b";team;", b";gruppe;").replace(b";region", b";area"))
    log = Log.objects.get()
    choose(operator_browser, journey, log)
    work_off(do)
    log.refresh_from_db()
    assert (answer.status_code, log.state, log.look["question"]["field"]) == (302, LogState.READY, "department")
    page = text_of(operator_browser.get(page_of(journey, f"/{log.public_id}")))
    assert "The file has no column team any more" in page
    choose(operator_browser, journey, log, department="c:gruppe")
    work_off(do)
    log.refresh_from_db()
    assert (log.state, log.mapping["department"]) == (LogState.IMPORTED, "gruppe")


def with_bad_rows(n):
    """A log of which so many rows cannot be read, each in its way."""
    content = log_of(20).decode()
    bad = ["O-1;Order;Sales;some day;Kari Nordmann;=1+1", "O-2;;Sales;2026-01-05 10:00;Kari Nordmann;North"]
    return (content + "\n".join(bad[number % 2] for number in range(n)) + "\n").encode()


def test_a_few_rows_that_cannot_be_read_are_set_aside_with_their_reasons(lead_browser, journey, do):
    log = brought(lead_browser, journey, do, with_bad_rows(2))
    assert (log.state, log.counts["rejected"]) == (LogState.IMPORTED, 2)
    answer = lead_browser.get(page_of(journey, f"/{log.public_id}/rejected.csv"))
    found = list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))
    assert found[0] == ["Row", "Why it was set aside", "What stands there"]
    assert [row[:2] for row in found[1:]] == [["81", "a time that cannot be read: some day"], ["82", "no activity"]]
    assert "'=1+1" in found[1][2]
    assert "Kari" not in str(found)


def test_many_rows_that_cannot_be_read_wait_for_a_word(lead_browser, journey, do):
    _answer, log = send(lead_browser, journey, with_bad_rows(10))
    work_off(do)
    choose(lead_browser, journey, log)
    work_off(do)
    log.refresh_from_db()
    assert (log.state, log.counts["rejected"], log.counts["rows"]) == (LogState.READY, 10, 90)
    page = lead_browser.get(page_of(journey, f"/{log.public_id}"))
    assert "10 of 90 rows cannot be read" in text_of(page)
    assert page.context["reasons"] == [("no activity", 5), ("a time that cannot be read", 5)]
    assert lead_browser.get(page_of(journey, f"/{log.public_id}/rejected.csv")).status_code == 200
    address = page_of(journey, f"/{log.public_id}/without")
    assert lead_browser.post(address, {"version": log.version + 1}).status_code == 409
    for _click in range(2):
        assert lead_browser.post(address, {"version": log.version}).status_code == 302
    work_off(do)
    log.refresh_from_db()
    assert (log.state, log.counts["events"], log.accepts_rejects) == (LogState.IMPORTED, 80, True)
    assert Entry.objects.filter(verb="log.rejects_accepted").count() == 1


def test_other_columns_take_back_that_rows_were_accepted(lead_browser, journey, do):
    _answer, log = send(lead_browser, journey, with_bad_rows(10))
    work_off(do)
    choose(lead_browser, journey, log)
    work_off(do)
    choose(lead_browser, journey, log, department="none")
    work_off(do)
    log.refresh_from_db()
    assert (log.state, log.accepts_rejects, log.counts["rejected"]) == (LogState.READY, False, 10)


def test_rejected_rows_and_files_that_nobody_imports_are_forgotten(lead_browser, journey, do, at):
    log = brought(lead_browser, journey, do, with_bad_rows(2))
    _answer, waiting = send(lead_browser, journey, log_of(5), "waiting.csv")
    work_off(do)
    with do(execute=True):
        work.forget_old_rows(at=at + tables.KEPT)
    assert tables.rejected_file(log) is not None
    with do(execute=True):
        work.forget_old_rows(at=at + tables.KEPT * 1.1)
    waiting.refresh_from_db()
    assert tables.rejected_file(log) is None
    assert (waiting.state, tables.sent_path(waiting).exists()) == (LogState.REFUSED, False)
    assert "not imported within 30 days" in text_of(lead_browser.get(page_of(journey, f"/{waiting.public_id}")))
    assert lead_browser.get(page_of(journey, f"/{log.public_id}/rejected.csv")).status_code == 404
    assert lead_browser.get(page_of(journey, f"/{log.public_id}")).status_code == 200
    assert table_of(fresh(journey)).exists()


def test_a_log_that_is_deleted_takes_its_events_with_it(lead_browser, journey, do, at):
    first = brought(lead_browser, journey, do, log_of(20))
    second = brought(lead_browser, journey, do, with_bad_rows(2).replace(b"O-0", b"P-0"), "second.csv")
    FigureSet.objects.create(journey=journey, view="", digest="x", computed_at=at, seconds=1)
    old = table_of(fresh(journey))
    for _click in range(2):
        answer = lead_browser.post(page_of(journey, f"/{second.public_id}/delete"))
        assert answer.status_code == 302
    work_off(do)
    assert list(Log.objects.all()) == [first]
    found = fresh(journey)
    assert found.table_facts["counts"]["cases"] == 20
    assert (table_of(found).exists(), old.exists()) == (True, False)
    assert not FigureSet.objects.exists()
    assert {path.name for path in tables.events_path(first).parent.iterdir()} == {f"{first.public_id}.parquet"}
    assert lead_browser.post(page_of(journey, f"/{second.public_id}/delete")).status_code == 302
    lead_browser.post(page_of(journey, f"/{first.public_id}/delete"))
    work_off(do)
    found = fresh(journey)
    assert (found.has_table, found.table_facts, Log.objects.count()) == (False, {}, 0)
    assert not list(table_of(found).parent.rglob("*.parquet"))
    assert "this journey has no events" in text_of(lead_browser.get(page_of(journey)))
    assert Entry.objects.filter(verb="log.deleted").count() == 2


def test_a_log_that_waits_is_deleted_at_once(lead_browser, journey, do):
    _answer, log = send(lead_browser, journey, log_of())
    with do(execute=True):
        lead_browser.post(page_of(journey, f"/{log.public_id}/delete"))
    assert (Log.objects.count(), Job.objects.get().state) == (0, JobState.CANCELLED)
    assert not tables.sent_path(log).exists()


def test_points_that_no_log_has_any_more_stay_chosen_and_are_not_measured(lead_browser, journey, do, monkeypatch):
    brought(lead_browser, journey, do, log_of())
    Journey.objects.filter(pk=journey.pk).update(points=["Order", "Gone since"])
    given = {}
    monkeypatch.setattr(work.apart, "run", lambda *_task, **more: given.update(more) or [])
    work.measure({"journey": str(journey.public_id), "view": "", "digest": ""}, lambda *_: None)
    assert given["points"] == ["Order"]
    assert fresh(journey).points == ["Order", "Gone since"]


def test_figures_of_events_that_went_in_the_meantime_are_not_kept(lead_browser, journey, do, monkeypatch):
    brought(lead_browser, journey, do, log_of())

    def measured(*_given, **_more):
        Journey.objects.filter(pk=journey.pk).update(table_digest="another")
        return []

    monkeypatch.setattr(work.apart, "run", measured)
    work.measure({"journey": str(journey.public_id), "view": "", "digest": ""}, lambda *_: None)
    assert not FigureSet.objects.exists()


def test_two_logs_that_end_at_the_same_time_are_both_in_the_table(lead_browser, journey, do, monkeypatch):
    logs = [send(lead_browser, journey, log_of(10 + n), f"{n}.csv")[1] for n in range(2)]
    work_off(do)
    for log in logs:
        choose(lead_browser, journey, log)
    first, second = Job.objects.filter(kind="journeys.bring").order_by("pk")
    run, others = work.apart.run, [second]

    def between(task, tell, **given):
        answer = run(task, tell, **given)
        if task == "join" and others:
            work.bring(others.pop().arguments, tell)
        return answer

    monkeypatch.setattr(work.apart, "run", between)
    with do(execute=True):
        work.bring(first.arguments, lambda *_: None)
    assert {one.state for one in Log.objects.all()} == {LogState.IMPORTED}
    assert fresh(journey).table_facts["counts"]["events"] == 44
    assert sum(one.counts["repeated"] for one in Log.objects.all()) == 40


def test_a_journey_that_is_put_away_keeps_no_file_of_a_log_that_is_being_read(lead, lead_browser, journey, do, at):
    _answer, log = send(lead_browser, journey, log_of())
    with do(execute=True):
        put_away(journey=journey, by=lead.actor, at=at)
    (job,) = work_off(do)
    assert job.state == JobState.FAILED
    assert not tables.events_path(log).parent.exists()
    assert lead_browser.get(page_of(journey)).status_code == 404


def test_a_drawn_journey_has_no_logs(lead, lead_browser, at):
    drawn = open_journey(name="Drawn", kind=JourneyKind.DRAWN, by=lead.actor, at=at)
    assert lead_browser.get(page_of(drawn)).status_code == 404
    with pytest.raises(Refused):
        actions.send_log(journey=drawn, blocks=[b"x"], name="x", by=lead.actor, at=at)


def test_what_is_not_there_is_not_found(lead, lead_browser, journey, do, at):
    log = brought(lead_browser, journey, do, log_of())
    other = open_journey(name="Returns", kind=JourneyKind.MEASURED, by=lead.actor, at=at)
    for end in ("", "/rejected.csv"):
        assert lead_browser.get(page_of(other, f"/{log.public_id}{end}")).status_code == 404
    assert lead_browser.get(page_of(journey, f"/{log.public_id}/rejected.csv")).status_code == 404
    assert lead_browser.post(page_of(journey, f"/{log.public_id}/without"), {"version": "x"}).status_code == 409


def test_work_is_done_once_however_often_it_is_begun(lead_browser, journey, do):
    log = brought(lead_browser, journey, do, packed(log_of()), "orders.csv.gz")
    before = (fresh(journey).table_digest, log.counts)
    tables.sent_path(log).write_bytes(b"left behind by a process that was killed")
    arguments = {"log": str(log.public_id), "by": "system"}
    work.look(arguments, lambda *_: None)
    work.bring(arguments, lambda *_: None)
    work.remove(arguments, lambda *_: None)
    log.refresh_from_db()
    assert (fresh(journey).table_digest, log.counts, log.state) == (*before, LogState.IMPORTED)
    assert not tables.sent_path(log).exists()
    with pytest.raises(Refused):
        work.look({"log": "00000000-0000-0000-0000-000000000007"}, lambda *_: None)


def test_rows_are_made_as_the_tests_think():
    assert next(rows(1)) == "O-00000;Order;Sales;2026-01-05 08:00;Kari Nordmann;South"
