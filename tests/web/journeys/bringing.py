"""Logs to bring, and what a browser does with them: send, look, choose, import."""

from __future__ import annotations

import gzip
import re
from datetime import UTC, datetime, timedelta

from django.core.files.uploadedfile import SimpleUploadedFile

from mizzle_web.jobs.models import Job, JobState
from mizzle_web.jobs.worker import Worker
from mizzle_web.journeys.actions.figure_sets import KIND as MEASURE
from mizzle_web.journeys.models import Log

TITLES = "order;step;team;done;worker;region"
STEPS = (
    ("Order", "Sales"),
    ("Pick the goods", "Warehouse"),
    ("Load the van", "Transport"),
    ("Carry it in", "Transport"),
)
PEOPLE = ("Kari Nordmann", "Ola Hansen", "Ida Berg", "Per Lie")


def rows(n_cases, *, first=0, begin=datetime(2026, 1, 5, 8, tzinfo=UTC)):
    """Rows of so many cases, each with four steps, three hours apart."""
    for case in range(first, first + n_cases):
        for place, (step, team) in enumerate(STEPS):
            at = begin + timedelta(hours=5 * case + 3 * place)
            region = "North" if case % 2 else "South"
            yield f"O-{case:05d};{step};{team};{at:%Y-%m-%d %H:%M};{PEOPLE[case % 4]};{region}"


def log_of(n_cases=30, **more):
    """A whole log as bytes."""
    return "\n".join([TITLES, *rows(n_cases, **more)]).encode() + b"\n"


def page_of(journey, more=""):
    """The address of the logs of a journey."""
    return f"/map/{journey.public_id}/logs{more}"


def send(browser, journey, content, name="orders.csv"):
    """Send a file; give the answer and the log that came of it, if one did."""
    answer = browser.post(page_of(journey), {"file": SimpleUploadedFile(name, content)})
    found = re.search(r"/logs/([0-9a-f-]{36})$", answer.headers.get("Location", ""))
    return answer, Log.objects.get(public_id=found[1]) if found else None


def work_off(callbacks):
    """Let a worker do all that waits, but for figures; give the jobs that ended, the newest last."""
    before = set(Job.objects.unfinished().values_list("pk", flat=True))
    worker, is_left = Worker(), True
    while is_left:
        Job.objects.unfinished().filter(kind=MEASURE).delete()
        with callbacks(execute=True):
            is_left = worker.once()
    return list(Job.objects.filter(pk__in=before, state__in=(JobState.DONE, JobState.FAILED)).order_by("pk"))


def fields_of(answer):
    """What the form of a page would send if nothing were changed."""
    found = {}
    form = answer.context["form"]
    for name, field in form.fields.items():
        value = form.initial.get(name)
        if value not in (None, "", []) or field.required:
            found[name] = value if value is not None else ""
    return found


def choose(browser, journey, log, do="import", **changes):
    """Send the form of a log with some of its fields changed."""
    fields = fields_of(browser.get(page_of(journey, f"/{log.public_id}")))
    given = {name: value for name, value in (fields | changes).items() if value is not None}
    return browser.post(page_of(journey, f"/{log.public_id}"), given | {"do": do})


def brought(browser, journey, callbacks, content, name="orders.csv", **changes):
    """Send a file, look at it and import it; give the log."""
    _answer, log = send(browser, journey, content, name)
    work_off(callbacks)
    choose(browser, journey, log, **changes)
    work_off(callbacks)
    log.refresh_from_db()
    return log


def packed(content):
    """The same, compressed."""
    return gzip.compress(content)
