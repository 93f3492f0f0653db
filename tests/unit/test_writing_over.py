"""Nothing that a user may miss is written over: not the log, not a folder, not a file of another kind."""

from __future__ import annotations

import pytest

from mizzle.cli import run

ROWS = "".join(
    f"c{n},{activity},{department},2024-01-{1 + n % 28:02} {8 + place}:00\n"
    for n in range(30)
    for place, (activity, department) in enumerate([("order", "Sales"), ("pick", "Store"), ("call client", "Desk")])
)


@pytest.fixture(autouse=True)
def own_home(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))


@pytest.fixture
def log(tmp_path):
    path = tmp_path / "orders.csv"
    path.write_text("case,activity,department,end\n" + ROWS)
    return path


@pytest.fixture
def events(log, tmp_path):
    path = tmp_path / "events.parquet"
    assert run(["log", "import", str(log), "--out", str(path)]) == 0
    return path


@pytest.fixture
def refused(capsys):
    """Run a command that must refuse; give what it says."""

    def go(*words):
        capsys.readouterr()
        code = run([str(word) for word in words])
        printed = capsys.readouterr()
        assert (code, printed.out) == (2, "")
        return printed.err

    return go


def test_the_log_is_never_written_over(log, tmp_path, refused):
    before = log.read_bytes()
    link = tmp_path / "link.csv"
    link.symlink_to(log)
    for out in (log, tmp_path / "config" / ".." / "orders.csv", link):
        (tmp_path / "config").mkdir(exist_ok=True)
        assert "is what is read" in refused("log", "import", log, "--out", out)
        assert "is what is read" in refused("log", "import", tmp_path / "nowhere.csv", log, "--out", out)
        assert "is what is read" in refused("map", log, "--out", out)
    assert log.read_bytes() == before


def test_a_file_of_another_kind_is_not_written_over(log, events, tmp_path, refused):
    notes = tmp_path / "notes.txt"
    notes.write_text("mine")
    assert "mizzle did not make" in refused("log", "import", log, "--out", notes)
    assert "mizzle did not make" in refused("log", "import", log, "--out", notes, "--append")
    assert "mizzle did not make" in refused("map", log, "--out", notes)
    assert "mizzle did not make" in refused("map", log, "--out", events)
    assert "is what is read" in refused("map", events, "--out", events)
    assert notes.read_text() == "mine"


def test_a_folder_is_no_file_to_write(log, tmp_path, refused):
    said = refused("log", "import", log, "--out", tmp_path)
    assert said == f"mizzle: {tmp_path} is a folder. Name the file to write, as --out {tmp_path}/events.parquet\n"
    assert f"--out {tmp_path}/report.html" in refused("map", log, "--out", tmp_path)


def test_what_mizzle_made_is_made_anew(log, events, tmp_path):
    report, empty = tmp_path / "report.html", tmp_path / "empty.parquet"
    empty.touch()
    for out in (events, empty):
        assert run(["log", "import", str(log), "--out", str(out)]) == 0
    for _ in range(2):
        assert run(["map", str(events), "--out", str(report)]) == 0


def test_an_event_table_is_not_imported_as_if_it_were_a_log(events, tmp_path, refused):
    said = refused("log", "import", events, "--out", tmp_path / "again.parquet")
    assert said == f"mizzle: {events} is an event table already. Measure it: mizzle distance {events}\n"


def test_options_that_come_too_late_for_an_event_table_are_said(events, capsys):
    assert run(["distance", str(events), "--department", "Team", "--dates", "dmy", "--json"]) == 0
    assert "is imported already; of no use here: --department, --dates." in capsys.readouterr().err
