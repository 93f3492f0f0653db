"""What the benchmark of the map room does is what people do: it brings a log, and asks for pages that have figures."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from mizzle.logs import import_log
from web.benchmarks import FOLDER, browsing, killing, maproom
from web.journeys.bringing import log_of

pytestmark = pytest.mark.sqlite  # each has a house of its own here
FORM = """<form action="/out"><input name="version" value="1"><button name="do" value="leave">Out</button></form>
<form method="post"><input type="hidden" name="version" value="7"><input name="left" type="checkbox" value="a">
<input name="kept" type="checkbox" value="b" checked><input type="radio" name="dates" value="dmy" checked>
<select name="case"><option value="x">X<option value="y" selected>Y</select>
<select name="start"><option value="">None</option><option value="z">Z</option></select>
<button name="do" value="import">Import</button><button name="do" value="look">Look</button></form>"""


@pytest.fixture(autouse=True)
def at():
    """Let the clock run: these are about real time."""


def test_a_form_is_sent_as_it_stands():
    assert browsing.answers_of(FORM, ("do", "import")) == [
        ("version", "7"),
        ("kept", "b"),
        ("dates", "dmy"),
        ("case", "y"),
        ("start", ""),
        ("do", "import"),
    ]


def test_a_browser_brings_a_log_until_its_map_is_drawn(tmp_path):
    file = tmp_path / "orders.csv"
    file.write_bytes(log_of(40))
    house = killing.House(tmp_path / "house")
    house.open()
    try:
        house.begin()
        found = browsing.Browser(house).bring(file, "Orders")
        with pytest.raises(RuntimeError, match="422"):  # the name is taken: what goes wrong is not timed
            browsing.Browser(house).bring(file, "Orders")
    finally:
        house.leave()
    assert found.events == 160
    assert 0 < found.sent < found.looked < found.imported < found.drawn


def asked(name, **given):
    """Let a contender run as the benchmark does, in a process of its own."""
    done = subprocess.run(
        [sys.executable, str(Path(FOLDER) / "contend_room.py"), name, json.dumps(given)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])["answer"]


def test_pages_are_timed_once_they_have_figures(tmp_path):
    file, table = tmp_path / "orders.csv", tmp_path / "events.parquet"
    file.write_bytes(log_of(40))
    import_log([file], table, key=b"a secret of the test, long enough")
    place = str(tmp_path / "house")
    made = asked("prepare", folder=place, table=str(table), cases=3)
    assert (made["events"], len(set(made["names"]))) == (160, 3)
    found = asked("pages", folder=place, names=made["names"], calls=2)
    assert {len(times) for times in found.values()} == {2}
    assert {"map, as it opens", "map, late cases", "case", "departments"} <= found.keys()


def test_goals_are_judged_by_the_slowest_map_and_by_the_time_until_the_import():
    def page(name, p95):
        return maproom.Timing(name, 1.0, p95)

    room = maproom.Room(10_000_000, 1, 1.0, [page("map, as it opens", 20.0), page("map, late cases", 151.0)])
    room.pages.extend([page("case", 40.0), page("departments", 30.0), page("agreed times", 900.0)])
    slow = maproom.Bringing(
        events=1_000_000, megabytes=1.0, rounds=1, sent=1.0, looked=2.0, imported=21.0, drawn=99.0, command=10.0
    )
    assert [(found, is_so) for _goal, found, is_so in maproom.goals(room, slow)] == [
        ("151 ms", False),
        ("40 ms", True),
        ("30 ms", True),
        ("2.10 x", False),
    ]
    assert maproom.goals(room, replace(slow, imported=20.0))[-1][1:] == ("2.00 x", True)
