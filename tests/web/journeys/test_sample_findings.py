"""What was put into the orders of the sample organisation is read back from its map, and nothing else is claimed."""

from __future__ import annotations

import re
from html import unescape

import pytest

from mizzle.journeys.blueprint import Words
from mizzle.simulate import delivery_changes
from mizzle.simulate.agreed import AGREED_TIMES
from mizzle_web.jobs.models import Job, JobState
from mizzle_web.jobs.worker import Worker
from mizzle_web.journal.actions import SYSTEM
from mizzle_web.journeys.actions import sample
from mizzle_web.journeys.models import FigureSet, Journey
from mizzle_web.operation import sample_keys
from mizzle_web.operation.actions import load_sample
from mizzle_web.people.models import Member
from mizzle_web.people.roles import Role

pytestmark = pytest.mark.usefixtures("house_folder")
ORDERS = 12_000
"""Half of those that the sample has: enough for every finding, and quicker."""
HOUR = "\u202fh"


@pytest.fixture
def put_in(at):
    """What was put into orders that end today."""
    return delivery_changes(at.date())


@pytest.fixture
def do(django_capture_on_commit_callbacks):
    """Let a worker do all that waits; each job ends well."""

    def go():
        is_left = True
        while is_left:
            with django_capture_on_commit_callbacks(execute=True):
                is_left = Worker().once()
        assert not Job.objects.exclude(state=JobState.DONE).exists()

    return go


@pytest.fixture
def look(db, at, do, monkeypatch, browser_of):
    """Load the sample organisation with its orders, and open its map as its service lead; gives the text of a page."""
    monkeypatch.setattr(sample_keys, "HASHER", "default")
    monkeypatch.setattr(sample, "ORDERS", ORDERS)
    assert load_sample(rng_seed=7, by=SYSTEM, at=at)
    do()
    browser = browser_of(Member.objects.holding(Role.SERVICE_LEAD).get())
    home = f"/map/{Journey.objects.get().public_id}/"

    def page(query="", **choice):
        if choice:
            answer = browser.post(f"{home}view", choice)
            do()
            return browser.get(answer.headers["Location"]).content.decode()
        answer = browser.get(home + query)
        assert answer.status_code == 200
        return answer.content.decode()

    return page


def plain(html):
    return re.sub("[ \\n]+", " ", unescape(re.sub(r"<[^>]+>", " ", html))).strip()


def titles(page):
    return [plain(one) for one in re.findall(r"<h[12][^>]*>(.*?)</h[12]>", page)]


def rows_of(page, kind):
    """The rows of a list of bars: the name, and what stands beside its bar."""
    (body,) = re.findall(rf'<ul class="bars [^"]*j-{kind}">(.*?)</ul>', page, re.DOTALL)
    found = {}
    for row in re.findall(r"<li>(.*?)</li>", body, re.DOTALL):
        name, figure = re.findall(r'^<span>(.*?)</span><span class="bar-track">.*<span class="v">(.*)</span>', row)[0]
        found[plain(re.sub(r"<abbr.*?</abbr>", "", name))] = plain(figure)
    return found


def steps_of(page):
    """The activities of the list form."""
    (walk,) = set(re.findall(r'<ol class="walk"[^>]*>(.*?)</ol>', page, re.DOTALL))
    return [plain(one) for one in re.findall(r"<b>(.*?)</b>", walk)]


def test_what_was_put_into_the_orders_is_read_back_from_the_page(look, put_in):
    page = look()
    assert_two_came_closer(page, put_in)
    assert_one_handover_waits_longer_than_agreed(page, put_in)
    assert_it_did_not_wait_so_long_a_year_ago(look, put_in)
    assert_the_late_ones_found_nobody_in(look, put_in)
    assert FigureSet.objects.count() == 3


def assert_two_came_closer(page, put_in):
    assert "December 2025 to February 2026" in plain(page)  # March has only begun
    assert put_in.claims.from_on.isoformat() == put_in.warehouse.from_on.isoformat() == "2025-10-01"
    assert "Claims and Warehouse came closer since August 2025" in titles(page)
    rows = rows_of(page, "dist")
    assert len(rows) == 9
    moved = {name: figure for name, figure in rows.items() if "no sure change" not in figure}
    assert set(moved) == {"Claims", "Warehouse"}
    for change in (put_in.claims, put_in.warehouse):
        now, less = (float(one) for one in re.findall(r"^([0-9.]+) ([0-9.]+) closer$", moved[change.department])[0])
        assert now == pytest.approx(change.handovers_after, abs=0.15)
        assert less == pytest.approx(change.handovers_before - change.handovers_after, abs=0.15)


def assert_one_handover_waits_longer_than_agreed(page, put_in):
    waits = put_in.waits
    (agreed,) = [one.hours for one in AGREED_TIMES if (one.department, one.to) == (waits.source, waits.target)]
    figure = rows_of(page, "hand")[f"{waits.source} to {waits.target}"]
    (hours,) = re.findall(rf"^([0-9.]+){HOUR} agreed {Words().duration(agreed)}$", figure)
    assert float(hours) == pytest.approx(waits.hours_after, rel=0.06)
    (title,) = [one for one in titles(page) if "as long as agreed" in one]
    assert title.startswith("Warehouse to Transport waits ")
    assert title.endswith(" times as long as agreed")
    assert float(title.split()[4]) == pytest.approx(float(hours) / agreed, abs=0.06)


def assert_it_did_not_wait_so_long_a_year_ago(look, put_in):
    waits = put_in.waits
    before = look(first="2024-10", last=f"{waits.from_on.year}-{waits.from_on.month - 1:02d}", having="")
    assert "October 2024 to February 2025" in plain(before)
    figure = rows_of(before, "hand")[f"{waits.source} to {waits.target}"]
    assert float(figure.split(HOUR)[0]) == pytest.approx(waits.hours_before, rel=0.06)
    assert not [one for one in titles(before) if one.startswith("Warehouse to Transport waits")]
    assert not [one for one in titles(before) if "came closer" in one or "further" in one]


def assert_the_late_ones_found_nobody_in(look, put_in):
    late, typical = look("?pace=late"), look("?pace=typical")
    assert put_in.late.activity in steps_of(late)
    assert put_in.late.activity not in steps_of(typical)
    n_late, n_typical = (n_cases(page) for page in (late, typical))
    assert n_late / (n_late + n_typical) == pytest.approx(0.1, abs=0.01)
    assert took(late) > 1.5 * took(typical)


def n_cases(page):
    return int(re.findall(r"Drawn from ([0-9,]+) cases", page)[0].replace(",", ""))


def took(page):
    """Hours of a case at the median, as the page says them: in days from 48 on."""
    number, unit = re.findall(r"A case takes ([0-9.]+)\u202f(h|days) at the median", page)[0]
    return float(number) * {"h": 1, "days": 24}[unit]
