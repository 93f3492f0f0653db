"""One log, four ways to its figures: page, file for a spreadsheet, API and command line say the same, digit by digit.

The house keeps what was measured once, so its three ways agree to the last digit. The command line measures anew, of a
view the rows of its cases alone; threads then add up the same numbers in another order, so that the last two of 16
digits of a mean may differ: they are compared to the 13th.
"""

from __future__ import annotations

import csv
import io
import json
import random
import re
from datetime import UTC, datetime, timedelta
from html import unescape

import pytest

from mizzle.cli import run
from mizzle.journeys.blueprint import Words
from mizzle_web.jobs.models import Job, JobState
from mizzle_web.jobs.worker import Worker
from mizzle_web.journeys.actions.journeys import mark_points
from mizzle_web.journeys.models import Journey, LogState
from web.calls import program_of
from web.journeys.bringing import choose, send

pytestmark = pytest.mark.usefixtures("house_folder")
SAY = Words()
POINTS = ("Carry it in", "Take the order")
HEAD = ("order", "step", "team", "begun", "done", "region")
STEPS = (
    ("Take the order", "Sales", 0.0, 0.4),
    ("Check the credit", "Billing", 3.0, 0.3),
    ("Plan the route", "Order planning", 2.0, 0.2),
    ("Pick", "Warehouse", 9.0, 1.1),
    ("Stage", "Warehouse", 1.0, 0.5),
    ("Carry it in", "Transport", 17.0, 1.5),
    ("Send the invoice", "Billing", 26.0, 0.1),
)
ESTIMATES = ("contact_share", "handovers_to_customer", "hours_to_customer", "unheard_share")
EXACT = ("handovers_median", "handovers_p90", "hours_median", "hours_p90")
FEWEST = 5


def orders(n=130):
    """Eight months of orders with times that are no round numbers; some skip steps, some repeat them, three are odd."""
    chance = random.Random(20260302)  # noqa: S311 - no secret
    for number in range(n):
        at = datetime(2025, 7, 1, 6, tzinfo=UTC) + timedelta(hours=44.3 * number)
        region = chance.choice(("North", "South"))
        for step, team, wait, touch in STEPS:
            if step == "Check the credit" and chance.random() < 0.6:
                continue
            for _time in range(1 + (step == "Plan the route" and chance.random() < 0.2)):
                begun = at + timedelta(minutes=round(60 * wait * chance.lognormvariate(0, 0.7)))
                at = begun + timedelta(minutes=round(60 * touch * chance.lognormvariate(0, 0.5)))
                yield f"O-{number:04d}", step, team, begun, at, region
        if number in (40, 60, 80):
            yield f"O-{number:04d}", "Look into it", "Archive", at, at + timedelta(hours=1.7), region


def written(rows):
    """The same as a file."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";")
    writer.writerow(HEAD)
    for *names, begun, done, region in rows:
        writer.writerow([*names, f"{begun:%Y-%m-%d %H:%M}", f"{done:%Y-%m-%d %H:%M}", region])
    return out.getvalue().encode()


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
def measured(journey, lead, lead_browser, at, do):
    """The journey with its log, which was sent, understood and imported, and its points, all worked out."""
    _answer, log = send(lead_browser, journey, written(orders()))
    do()
    choose(lead_browser, journey, log)
    do()
    log.refresh_from_db()
    assert (log.state, log.mapping["start"], log.mapping["extras"]) == (LogState.IMPORTED, "begun", ["region"])
    found = Journey.objects.get(pk=journey.pk)
    mark_points(journey=found, points=POINTS, version=found.version, by=lead.actor, at=at)
    do()
    return Journey.objects.get(pk=journey.pk)


@pytest.fixture
def command(tmp_path, capsys):
    """Let the command line answer about some rows, from the log itself."""
    key = tmp_path / "key"
    key.write_text("k" * 64)
    made = iter(range(100))

    def go(name, rows, *more):
        file = tmp_path / f"orders-{next(made)}.csv"
        file.write_bytes(written(rows))
        points = [word for point in POINTS for word in ("--perception", point)]
        assert run([name, str(file), "--json", "--key", str(key), *points, *more]) == 0
        return json.loads(capsys.readouterr().out)

    return go


@pytest.fixture
def asked(lead, lead_browser, measured):
    """The three ways through the house to the figures of a view."""
    program = program_of(lead)
    home = f"/map/{measured.public_id}/"

    class Asked:
        def api(self, table, **view):
            answer = program.get(f"/journeys/{measured.public_id}/{table}", **view)
            assert (answer.status_code, answer.json()["is_current"]) == (200, True)
            return answer.json()

        def file(self, table, **view):
            answer = lead_browser.get(f"{home}{table}.csv", view or {"cases": "all"})
            assert answer.status_code == 200
            rows = csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")))
            return [{name: figure(cell) for name, cell in row.items()} for row in rows]

        def page(self, **view):
            answer = lead_browser.get(home, view or {"cases": "all"})
            assert answer.status_code == 200
            return answer.content.decode()

        def ask(self, **view):
            lead_browser.post(f"{home}view", view)

    return Asked()


def figure(cell):
    """A cell of a file as the number that stands there."""
    if cell == "":
        return None
    return float(cell) if re.fullmatch(r"-?[0-9.]+(e-?[0-9]+)?", cell) else cell


def flat(told):
    """A department of the API or the command line as a row of the file, where enough cases tell of it."""
    if told["cases"] is None or told["cases"] < FEWEST:
        return None
    row = {name: told[name] for name in ("events", "cases", *EXACT)}
    for name in ESTIMATES:
        ends = {"": "value", "_low": "low", "_high": "high", "_n": "n"}
        row |= {name + end: told[name][key] for end, key in ends.items()}
    return row


def of_file(row):
    """The same figures of a row of the file."""
    if row["cases"] is None:
        assert {value for name, value in row.items() if name not in ("department", "month")} == {None}
        return None
    names = ("events", "cases", *EXACT, *(name + end for name in ESTIMATES for end in ("", "_low", "_high", "_n")))
    return {name: row[name] for name in names}


def in_view(view):
    """The rows of the cases of a view, chosen by hand."""
    rows = list(orders())
    ends = {}
    for case, _step, _team, _begun, done, region in rows:
        ends[case] = max(done, ends.get(case, (done, ""))[0]), region
    chosen = {
        case
        for case, (end, region) in ends.items()
        if view.get("from", "0") <= f"{end:%Y-%m}" <= view.get("until", "9") and view.get("value", region) == region
    }
    return [row for row in rows if row[0] in chosen]


VIEWS = (
    {},
    {"from": "2025-12", "until": "2026-02"},
    {"from": "2025-08", "until": "2026-01", "attribute": "region", "value": "North"},
)


@pytest.fixture
def views(asked, do):
    """Each view, once somebody has asked for it on the page."""
    for given in VIEWS:
        having = f"region\N{INFORMATION SEPARATOR ONE}{given['value']}" if "value" in given else ""
        asked.ask(first=given.get("from", ""), last=given.get("until", ""), having=having)
    do()
    return VIEWS


def same(one, other):
    """Whether two answers are the same in every place; whole numbers in all digits, others in 13."""
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list | tuple):
        return len(one) == len(other) and all(same(a, b) for a, b in zip(one, other, strict=True))
    if isinstance(one, float) and isinstance(other, float):
        return one == pytest.approx(other, rel=1e-12)
    return one == other


def of_api(asked, view):
    """Every table of a view as the API tells it, in one shape."""
    pairs = [(one["source"], one["target"], one["count"], one["wait_hours"]) for one in told(asked, "handovers", view)]
    steps = [(one["source"], one["target"], one["count"], one["wait_hours"]) for one in told(asked, "steps", view)]
    return {
        "departments": [(one["department"], flat(one)) for one in told(asked, "departments", view)],
        "months": [(one["month"], one["department"], flat(one)) for one in told(asked, "months", view)],
        "handovers": pairs,
        "steps": steps,
    }


def told(asked, table, view):
    return asked.api(table, **view)[table]


def of_files(asked, view):
    """The same, of the files for a spreadsheet."""
    months = [(one["month"], one["department"], of_file(one)) for one in asked.file("months", **view)]
    pairs = [(one["from"], one["to"], one["count"], waits(one)) for one in asked.file("handovers", **view)]
    steps = [(node(one, "from"), node(one, "to"), one["count"], waits(one)) for one in asked.file("steps", **view)]
    return {
        "departments": [(one["department"], of_file(one)) for one in asked.file("departments", **view)],
        "months": months,
        "handovers": pairs,
        "steps": steps,
    }


def of_line(command, rows):
    """The same, of the command line; what rests on fewer than five is told nowhere in the house."""
    line, drawn = command("distance", rows, "--by-month"), command("map", rows)
    found = {
        "departments": [(one["department"], flat(one)) for one in line["departments"]],
        "months": [(f"{one['month']}-01", one["department"], flat(one)) for one in line["months"]],
    }
    for name, key in (("handovers", "handovers"), ("steps", "edges")):
        often = [one for one in drawn[key] if one["count"] >= FEWEST]
        found[name] = [(one["from"], one["to"], one["count"], one["wait_hours"]) for one in often]
    return found


def waits(row):
    return {name: row[f"wait_hours_{name}"] for name in ("mean", "median", "p90")}


def node(row, side):
    return {name: row[f"{side}_{name}"] for name in ("department", "activity")}


def test_departments_months_handovers_and_steps_are_the_same_whatever_way_they_are_asked_for(views, asked, command):
    for view in views:
        api, line = of_api(asked, view), of_line(command, in_view(view))
        assert api == of_files(asked, view)
        for table, rows in line.items():
            assert same(rows, api[table]), (view, table)
        assert min(map(len, api.values())) >= 5
        assert view or ("Archive", None) in api["departments"]
        assert_touch_and_wait_are_the_same(asked, view)


def assert_touch_and_wait_are_the_same(asked, view):
    api = {one["department"]: one for one in told(asked, "departments", view)}
    for row in asked.file("departments", **view):
        for name in ("touch_hours", "wait_hours"):
            known = api[row["department"]][name] or dict.fromkeys(("value", "low", "high", "n"))
            assert [row[name + end] for end in ("", "_low", "_high", "_n")] == [
                known[key] for key in ("value", "low", "high", "n")
            ]


def table_of(page):
    """The table of every department, as text."""
    body = page.partition("Distance of every department</caption>")[2].partition("</tbody>")[0].partition("<tbody>")[2]
    for row in body.split("</tr>"):
        cells = re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row)
        if cells:
            yield [unescape(re.sub(r"<small.*?</small>|<[^>]+>", "", cell)).strip() for cell in cells]


def test_the_page_shows_the_figures_of_the_command_line_rounded(views, asked, command):
    for view in views:
        line = command("map", in_view(view))
        assert_the_table_shows(line, asked, view)
        text = plain(asked.page(**view))
        took = line["throughput_hours"]["median"]
        assert f"A case takes {SAY.duration(took)} at the median" in text
        assert f"Drawn from {line['cases']} cases and {SAY.number(line['events'], 0)} events." in text
        assert f"In {SAY.share(line['rework_share']['value'])} of the cases work comes back" in text
        assert_the_waits_are(line["handovers"], text)
        for one in line["departments"]:
            assert_the_panel_shows(one, plain(asked.page(**(view or {"cases": "all"}), department=one["department"])))


def plain(page):
    """The text of a page; a space of its own kind between a number and its unit stays."""
    return re.sub("[ \n]+", " ", unescape(re.sub(r"<[^>]+>", " ", page))).replace(" .", ".").replace(" ,", ",")


def assert_the_table_shows(line, asked, view):
    ways = {one["department"]: one for one in told(asked, "departments", view)}
    expected = []
    for one in line["departments"]:
        if one["cases"] < FEWEST:
            expected.append([one["department"], "Fewer than 5 cases"])
            continue
        between = [ways[one["department"]][name]["value"] for name in ("touch_hours", "wait_hours")]
        hours = [said(value, SAY.duration) for value in (one["hours_to_customer"]["value"], *between)]
        handovers = said(one["handovers_to_customer"]["value"], SAY.fixed)
        shares = [SAY.share(one[name]["value"]) for name in ("contact_share", "unheard_share")]
        counts = [SAY.number(one[name], 0) for name in ("events", "cases")]
        expected.append([one["department"], handovers, *hours, *shares, *counts])
    assert list(table_of(asked.page(**view))) == expected


def said(value, write):
    return "—" if value is None else write(value)


def assert_the_panel_shows(one, text):
    if one["cases"] < FEWEST:
        assert "So few say nothing of a department" in text
        return
    reaches = SAY.fixed(one["handovers_to_customer"]["value"]), SAY.duration(one["hours_to_customer"]["value"])
    assert "This work reaches the customer in {} handovers and {}.".format(*reaches) in text


def assert_the_waits_are(handovers, text):
    often = [one for one in handovers if one["count"] >= FEWEST]
    for one in often:
        assert f"{one['from']} to {one['to']} {SAY.duration(one['wait_hours']['median'])}" in text, one
    longest = max((one for one in often if one["count"] >= 20), key=lambda one: one["wait_hours"]["median"])
    wait = SAY.duration(longest["wait_hours"]["median"])
    between = f"between {longest['from']} and {longest['to']}"
    assert f"The longest wait at a handover, {wait} at the median, lies {between}." in text
