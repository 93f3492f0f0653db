"""Figures that another version of mizzle has kept: shown where they can be read, as good as none where they cannot."""

from __future__ import annotations

import json

import pytest

from mizzle_web.jobs.models import Job, JobState
from mizzle_web.jobs.worker import Worker
from mizzle_web.journal.actions import SYSTEM
from mizzle_web.journeys.actions.figure_sets import KIND, standing_views
from mizzle_web.journeys.figures import kept, measured
from mizzle_web.journeys.figures.kept import find
from mizzle_web.journeys.figures.measured import FORM, form_of
from mizzle_web.journeys.models import FigurePart, FigureSet
from mizzle_web.journeys.work import renew_old_figures
from web.journeys.orders import told
from web.journeys.test_map_states import home, send_button, text_of, titles

pytestmark = pytest.mark.usefixtures("house_folder")
OTHER = "The figures of these cases were kept by another version of mizzle, and cannot be read any more."
CHANGED = "Something changed since these figures were worked out."


@pytest.fixture
def known(journey, at, units):
    return told(journey, at, agreed=[("Warehouse", "Transport", 12.0)], links={"Warehouse": units["DR"]})


@pytest.fixture
def packer_browser(person, browser_of):
    """Somebody who works in the warehouse, and sees its figures on Today."""
    return browser_of(person("Paul Packer"))


def work_off(callbacks):
    is_left = True
    while is_left:
        with callbacks(execute=True):
            is_left = Worker().once()


def spoil(how):
    """Let what is kept be of another form, of none, in part of another kind, or in part not there."""
    forms, parts = FigurePart.objects.filter(name=FORM), FigurePart.objects.exclude(name=FORM)
    if how == "another form":
        forms.update(body="f" * 64)
        parts.update(body=json.dumps(["of an earlier version"]))
    elif how == "no form":
        forms.delete()
    elif how == "another kind":
        parts.update(body=json.dumps(["of an earlier version"]))
    else:
        parts.delete()


@pytest.mark.parametrize("how", ["another form", "no form", "another kind", "no parts"])
def test_figures_that_cannot_be_read_count_as_missing_and_can_be_made_anew(
    known, how, lead_browser, django_capture_on_commit_callbacks
):
    spoil(how)
    answer = lead_browser.get(home(known, "?cases=all"))
    assert answer.status_code == 200
    assert OTHER in text_of(answer)
    assert "Every department" not in titles(answer)
    assert send_button(lead_browser, answer, "Work out the figures").status_code == 302
    assert "The figures of these cases are being worked out." in text_of(lead_browser.get(home(known, "?cases=all")))
    work_off(django_capture_on_commit_callbacks)
    answer = lead_browser.get(home(known, "?cases=all"))
    assert "Every department" in titles(answer)
    assert OTHER not in text_of(answer)
    assert CHANGED not in text_of(answer)


@pytest.mark.parametrize("how", ["another form", "no form", "another kind", "no parts"])
def test_no_page_fails_over_them(known, how, lead_browser, packer_browser):
    spoil(how)
    pages = [
        *("", "?pace=late", "?department=Warehouse", "departments.csv", "months.csv", "steps.csv", "agreements"),
        *("agreements/times.csv", "contacts", "contacts?department=Warehouse", "cases?case=O-000"),
        "cases/case.csv?case=O-000",
    ]
    found = {page: lead_browser.get(home(known, page)).status_code for page in pages}
    assert {code for code in found.values() if code not in (200, 404, 409)} == set(), found
    today = packer_browser.get("/")
    assert today.status_code == 200
    assert "The figures are still being worked out." in today.content.decode()


def test_a_set_that_is_whole_is_not_made_twice(known, lead_browser, django_capture_on_commit_callbacks):
    before = set(FigureSet.objects.values_list("pk", flat=True))
    lead_browser.post(home(known, "view"), {"first": "", "last": "", "having": "", "anew": "1"})
    assert Job.objects.unfinished().filter(kind=KIND).count() == 1
    work_off(django_capture_on_commit_callbacks)
    assert set(FigureSet.objects.values_list("pk", flat=True)) == before


def test_figures_of_another_version_are_shown_with_the_button_and_asked_for_anew_once(
    known, at, lead_browser, monkeypatch, django_capture_on_commit_callbacks
):
    renew_old_figures(at=at)
    assert not Job.objects.filter(kind=KIND).exists()  # nothing is of before
    monkeypatch.setattr(kept, "__version__", "99.0")
    answer = lead_browser.get(home(known))
    assert CHANGED in text_of(answer)
    assert "Work out the figures" in text_of(answer)
    assert "Every department" in titles(answer)
    renew_old_figures(at=at)
    assert Job.objects.filter(kind=KIND, by=SYSTEM).count() == len(standing_views(known)) == 2
    work_off(django_capture_on_commit_callbacks)
    assert find(known, standing_views(known)[0]).is_current
    assert CHANGED not in text_of(lead_browser.get(home(known)))


def test_what_failed_is_not_begun_again_and_again(known, at, monkeypatch):
    monkeypatch.setattr(kept, "__version__", "99.0")
    renew_old_figures(at=at)
    Job.objects.filter(kind=KIND).update(state=JobState.FAILED, ended_at=at)
    renew_old_figures(at=at)
    assert Job.objects.filter(kind=KIND).count() == 2


def test_the_form_changes_with_the_tables_and_with_the_languages(monkeypatch):
    now = form_of(["en", "nb"])
    assert form_of(["nb", "en"]) == now
    assert form_of(["en", "nb", "fr"]) != now
    measured._form.cache_clear()
    monkeypatch.setitem(measured.PARTS, "late", measured.Near)
    assert form_of(["en", "nb"]) != now
    measured._form.cache_clear()
