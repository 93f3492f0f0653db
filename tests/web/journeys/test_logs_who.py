"""Who may bring logs, and from where: three people, and folders of the server that an operator has opened."""

from __future__ import annotations

import os
from dataclasses import replace

import pytest
from django.test import Client

from mizzle_web.config import environment
from mizzle_web.config.environment import BadSetting
from mizzle_web.jobs.actions import ask_cancel
from mizzle_web.jobs.models import Job, JobState
from mizzle_web.jobs.worker import Worker
from mizzle_web.journeys import work
from mizzle_web.journeys.actions import tables
from mizzle_web.journeys.models import Log, LogState
from mizzle_web.people.roles import Role
from web.journeys.bringing import brought, choose, log_of, page_of, send, work_off
from web.test_access import digest

pytestmark = pytest.mark.usefixtures("house_folder")


@pytest.fixture
def do(django_capture_on_commit_callbacks):
    """What runs when a transaction ends, in tests whose own never does."""
    return django_capture_on_commit_callbacks


def text_of(answer):
    return answer.content.decode()


def test_only_who_may_bring_logs_sees_anything_of_them(lead_browser, journey, do, person, browser_of):
    log = brought(lead_browser, journey, do, log_of())
    ends = ("", f"/{log.public_id}", f"/{log.public_id}/rejected.csv")
    posts = ("", *(f"/{log.public_id}{end}" for end in ("", "/without", "/go-on", "/delete")))
    expected = {Role.ANALYST: {200, 404}, Role.COLLEAGUE: {403}, Role.LEADER: {403}, Role.EXECUTIVE: {403}}
    for role, statuses in expected.items():
        browser = browser_of(person(f"{role.label} One", *([] if role == Role.COLLEAGUE else [role])))
        assert {browser.get(page_of(journey, end)).status_code for end in ends} <= statuses, role
        if role != Role.ANALYST:
            assert {browser.post(page_of(journey, end)).status_code for end in posts} == {403}
    assert {Client().get(page_of(journey, end)).status_code for end in ends} == {302}
    assert Log.objects.count() == 1


def test_somebody_else_sees_that_a_log_is_worked_on(lead_browser, journey, person, browser_of, do):
    _answer, log = send(lead_browser, journey, log_of())
    other = browser_of(person("Ana Lyst", Role.ANALYST))
    page = other.get(page_of(journey, f"/{log.public_id}"))
    assert (page.status_code, "Somebody else began this" in text_of(page)) == (200, True)
    work_off(do)
    assert choose(other, journey, log).status_code == 302
    refused = lead_browser.post(page_of(journey, f"/{log.public_id}"), {"version": 1, "case": "c:order"})
    assert refused.status_code == 422


def test_looking_at_the_pages_of_a_log_changes_nothing(lead_browser, journey, do):
    _answer, log = send(lead_browser, journey, log_of())
    for _state in range(3):
        before = digest()
        for end in ("", f"/{log.public_id}", f"/{log.public_id}/rejected.csv"):
            lead_browser.get(page_of(journey, end))
            lead_browser.head(page_of(journey, end))
        assert digest() == before
        work_off(do)
        log.refresh_from_db()
        if log.state == LogState.READY:
            choose(lead_browser, journey, log)


def test_work_on_a_log_can_be_stopped_and_taken_up(lead, lead_browser, journey, do, at, monkeypatch):
    _answer, log = send(lead_browser, journey, log_of())
    work_off(do)
    choose(lead_browser, journey, log)
    run = work.apart.run

    def stopped(task, tell, **given):
        ask_cancel(job=Job.objects.get(kind="journeys.bring"), by=lead.actor, at=at)
        return run(task, lambda *_told: tell(0.5, "half"), **given)

    with monkeypatch.context() as some:
        some.setattr("mizzle_web.jobs.worker.SAVED_EVERY", 0.0)
        some.setattr("mizzle_web.jobs.worker._may_save", lambda: True)  # the test itself is a transaction
        some.setattr(work.apart, "run", stopped)
        Worker().once()
    assert Job.objects.get(kind="journeys.bring").state == JobState.CANCELLED
    page = text_of(lead_browser.get(page_of(journey, f"/{log.public_id}")))
    assert ("This was broken off" in page, "Go on" in page) == (True, True)
    lead_browser.post(page_of(journey, f"/{log.public_id}/go-on"))
    work_off(do)
    log.refresh_from_db()
    assert (log.state, log.counts["events"]) == (LogState.IMPORTED, 120)
    lead_browser.post(page_of(journey, f"/{log.public_id}/go-on"))
    assert Job.objects.unfinished().exclude(kind="journeys.measure").count() == 0


def test_an_operator_names_a_file_on_the_server_which_stays_there(operator_browser, journey, do, log_folder):
    file = log_folder / "orders.csv"
    file.write_bytes(log_of())
    assert str(log_folder) in text_of(operator_browser.get(page_of(journey)))
    answers = [operator_browser.post(page_of(journey), {"path": str(file)}) for _click in range(2)]
    assert len({answer["Location"] for answer in answers}) == 1
    log = Log.objects.get()
    work_off(do)
    choose(operator_browser, journey, log)
    work_off(do)
    log.refresh_from_db()
    assert (log.state, log.name, log.n_bytes) == (LogState.IMPORTED, "orders.csv", len(log_of()))
    assert len(log.digest) == 64
    operator_browser.post(page_of(journey, f"/{log.public_id}/delete"))
    work_off(do)
    assert (Log.objects.count(), file.read_bytes()) == (0, log_of())


def test_a_file_on_the_server_that_was_sent_before_is_not_taken_in_twice(operator_browser, journey, do, log_folder):
    brought(operator_browser, journey, do, log_of())
    (log_folder / "copy.csv").write_bytes(log_of())
    operator_browser.post(page_of(journey), {"path": str(log_folder / "copy.csv")})
    work_off(do)
    log = Log.objects.get(name="copy.csv")
    assert log.state == LogState.REFUSED
    page = text_of(operator_browser.get(page_of(journey, f"/{log.public_id}")))
    assert "part of the journey already, as orders.csv" in page


def test_nothing_leads_out_of_the_folders_of_logs(operator_browser, journey, log_folder, tmp_path):
    outside = tmp_path / "secret.csv"
    outside.write_bytes(log_of())
    (log_folder / "link.csv").symlink_to(outside)
    (log_folder / "folder").mkdir()
    (log_folder / "away").symlink_to(tmp_path)
    (log_folder / "ring").symlink_to(log_folder / "ring")
    os.mkfifo(log_folder / "pipe")
    tried = [
        outside,
        log_folder / "link.csv",
        log_folder / "folder",
        log_folder / "away" / "secret.csv",
        log_folder / ".." / "secret.csv",
        log_folder / "ring",
        log_folder / "pipe",
        log_folder / "missing.csv",
        "link.csv",
        "/etc/hostname",
        f"{log_folder}/\0.csv",
        "/" + "x" * 900,
    ]
    for path in tried:
        answer = operator_browser.post(page_of(journey), {"path": str(path)})
        assert answer.status_code == 422, path
    assert "There is no file of that name in the folders of logs" in text_of(answer)
    assert Log.objects.count() == 0


def test_a_link_that_is_put_in_the_place_of_a_file_is_not_followed(operator_browser, journey, do, log_folder, tmp_path):
    file = log_folder / "orders.csv"
    file.write_bytes(log_of())
    operator_browser.post(page_of(journey), {"path": str(file)})
    outside = tmp_path / "secret.csv"
    outside.write_bytes(log_of())
    file.unlink()
    file.symlink_to(outside)
    (job,) = work_off(do)
    assert (job.state, "no file of that name" in job.error) == (JobState.FAILED, True)
    assert Log.objects.get().look == {}


def test_who_may_not_operate_names_no_file(lead_browser, journey, log_folder):
    file = log_folder / "orders.csv"
    file.write_bytes(log_of())
    page = text_of(lead_browser.get(page_of(journey)))
    assert ('name="path"' in page, str(log_folder) in page, "MIZZLE_LOG_FOLDERS" in page) == (False, False, False)
    assert lead_browser.post(page_of(journey), {"path": str(file)}).status_code == 422
    assert Log.objects.count() == 0


def test_without_folders_an_operator_is_told_what_to_set(operator_browser, journey):
    page = text_of(operator_browser.get(page_of(journey)))
    assert ('name="path"' in page, "MIZZLE_LOG_FOLDERS" in page) == (False, True)


def test_a_file_is_sent_or_named_and_not_both(operator_browser, journey, log_folder):
    file = log_folder / "orders.csv"
    file.write_bytes(log_of())
    with file.open("rb") as content:
        both = operator_browser.post(page_of(journey), {"path": str(file), "file": content})
    assert "not both" in text_of(both)
    assert "Choose a file." in text_of(operator_browser.post(page_of(journey), {}))


def test_folders_of_logs_are_read_from_the_environment(tmp_path):
    given = {"MIZZLE_DATA": str(tmp_path / "data")}
    for name in ("a", "b b"):
        (tmp_path / name).mkdir()
    folders = f"{tmp_path / 'a'}:{tmp_path / 'b b'}:"
    found = environment.read(given | {"MIZZLE_LOG_FOLDERS": folders}).log_folders
    assert found == (tmp_path / "a", tmp_path / "b b")
    for bad in ("a", str(tmp_path / "missing"), str(tmp_path), str(tmp_path / "data" / "keys"), "/"):
        with pytest.raises(BadSetting, match="MIZZLE_LOG_FOLDERS"):
            environment.read(given | {"MIZZLE_LOG_FOLDERS": bad})


def test_a_log_of_the_sample_that_nobody_looked_at_has_a_page(lead_browser, journey, at):
    log = Log.objects.create(
        journey=journey, name="orders.parquet", state=LogState.IMPORTED, by="system", created_at=at, imported_at=at,
        counts={"events": 9, "cases": 3},
    )  # fmt: skip
    assert lead_browser.get(page_of(journey, f"/{log.public_id}")).status_code == 200
    assert lead_browser.get(page_of(journey)).status_code == 200
    assert tables.rejected_file(log) is None


def test_the_limit_of_an_upload_is_said_beside_the_field(lead_browser, journey, settings):
    settings.ENVIRONMENT = replace(settings.ENVIRONMENT, upload_megabytes=512)
    assert "up to 512 MB" in text_of(lead_browser.get(page_of(journey)))
