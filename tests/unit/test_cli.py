"""The command line as a user meets it: answers, questions, refusals and exit codes."""

from __future__ import annotations

import io
import json
import os
import re
import runpy
import signal
import sys

import pytest

from mizzle import __version__
from mizzle.cli import commands, main, run, screen
from mizzle.cli.answers import moment
from mizzle.errors import MizzleError

HEAD = "case,activity,department,start,end"
LINES = [
    f"c{n:02},{activity},{department},2024-01-{day:02} {8 + place}:00,2024-01-{day:02} {8 + place}:30"
    for n in range(30)
    for day in [1 + n % 28]
    for place, (activity, department) in enumerate([("order", "Sales"), ("pick", "Store"), ("call client", "Desk")])
]


@pytest.fixture(autouse=True)
def own_home(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.delenv("MIZZLE_KEY_FILE", raising=False)
    monkeypatch.setenv("COLUMNS", "200")


@pytest.fixture
def log(tmp_path):
    path = tmp_path / "orders.csv"
    path.write_text("\n".join([HEAD, *LINES]) + "\n")
    return path


@pytest.fixture
def ask(capsys):
    """Run a command; give its exit code, and what it printed and said."""

    def go(*words):
        code = run([str(word) for word in words])
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return go


def answer(ask, *words):
    code, out, _ = ask(*words, "--json")
    assert code == 0
    return json.loads(out)


def test_help_and_version(ask, capsys):
    assert ask()[1].startswith("usage: mizzle")
    assert ask("--version")[1] == f"mizzle {__version__}\n"
    with pytest.raises(SystemExit) as left:
        run(["--help"])
    assert left.value.code == 0
    assert "exit codes:" in capsys.readouterr().out


def test_words_that_make_no_sense_end_with_two_and_point_to_help(capsys):
    for words in (["dance"], ["distance"], ["map", "x", "--coverage", "much"]):
        with pytest.raises(SystemExit) as left:
            run(words)
        assert left.value.code == 2
        assert "--help" in capsys.readouterr().err


def test_main_ends_with_the_exit_code(log, monkeypatch):
    monkeypatch.setattr(sys, "argv", ["mizzle", "distance", "nowhere.csv"])
    with pytest.raises(SystemExit) as left:
        main()
    assert left.value.code == 2


def test_distance_keeps_its_contract(ask, log):
    found = answer(ask, "distance", log, "--perception", "call client")
    assert list(found) == [
        "cases",
        "events",
        "events_without_department",
        "perception_points",
        "departments",
        "method",
        "mizzle",
    ]
    assert (found["cases"], found["events"], found["perception_points"]) == (30, 90, ["call client"])
    assert [one["department"] for one in found["departments"]] == ["Desk", "Store", "Sales"]
    sales = found["departments"][2]
    assert list(sales) == [
        "department",
        "events",
        "cases",
        "contact_share",
        "handovers_to_customer",
        "handovers_median",
        "handovers_p90",
        "hours_to_customer",
        "hours_median",
        "hours_p90",
        "unheard_share",
    ]
    assert sales["handovers_to_customer"] == {"value": 2.0, "low": 2.0, "high": 2.0, "n": 30}
    assert (sales["hours_median"], sales["hours_p90"]) == (1.5, 1.5)
    assert found["mizzle"] == __version__
    months = answer(ask, "distance", log, "--perception", "call client", "--by-month")["months"]
    assert [(one["month"], one["department"]) for one in months] == [
        ("2024-01", "Desk"),
        ("2024-01", "Store"),
        ("2024-01", "Sales"),
    ]


def test_map_keeps_its_contract(ask, log):
    found = answer(ask, "map", log, "--perception", "call client", "--coverage", "1")
    assert {"nodes", "edges", "handovers", "rework_share", "departments"} <= set(found)
    assert found["edges"][0] == {
        "from": {"department": "Sales", "activity": "order"},
        "to": {"department": "Store", "activity": "pick"},
        "count": 30,
        "wait_hours": {"mean": 0.5, "median": 0.5, "p90": 0.5},
    }
    assert found["handovers"][0] == {
        "from": "Sales",
        "to": "Store",
        "count": 30,
        "wait_hours": {"mean": 0.5, "median": 0.5, "p90": 0.5},
    }
    assert found["rework_share"]["value"] == 0.0
    assert found["nodes"][0]["touch_hours"] == {"mean": 0.5, "median": 0.5, "p90": 0.5}


def test_timeline_keeps_its_contract(ask, log, tmp_path):
    agreed = tmp_path / "agreed.toml"
    agreed.write_text(
        "[[agreement]]\ndepartment = 'Store'\nhours = 1\n[[agreement]]\nfrom = 'Sales'\nto = 'Store'\nhours = 0.25\n"
        "[[agreement]]\nfrom = 'Desk'\nto = 'Sales'\nhours = 1\n"
    )
    words = ("timeline", log, "--case-id", "c03", "--agreed", agreed, "--perception", "call client")
    found = answer(ask, *words)
    assert [one["activity"] for one in found["steps"]] == ["order", "pick", "call client"]
    assert found["steps"][1]["handover"] == {"from": "Sales", "to": "Store"}
    assert found["steps"][1]["agreed_wait_hours"] == 0.25
    assert [one["hours"] for one in found["agreed"]] == [1.0, 0.25, 1.0]
    assert found["agreed"][1]["within"]["value"] == 0.0
    code, out, _ = ask(*words)
    assert code == 0
    assert "Case c03" in out
    assert "● call client" in out
    assert "Agreed for Sales to Store: 15 min; 0% of 30 cases within" in out
    assert "Agreed for Desk to Sales: 1.0 h; no case" in out


def test_a_timeline_without_starts_says_nothing_of_touch(ask, tmp_path):
    path = tmp_path / "ends.csv"
    path.write_text(
        "case,activity,department,end\n"
        + "".join(f"c{n},x,D,2024-01-0{n} 10:00\nc{n},y,,2024-01-0{n} 11:00\n" for n in range(1, 9))
    )
    code, out, _ = ask("timeline", path, "--case-id", "c1")
    assert code == 0
    assert "touched" not in out
    assert "not stated" in out
    assert "the customer sees" not in out


def test_tables_are_for_people(ask, log):
    code, out, _err = ask("distance", log, "--perception", "call client", "--by-month")
    assert code == 0
    assert "How far is every department from the customer?" in out
    assert "2024-01" in out
    assert "\x1b[" not in out
    code, out, _ = ask("map", log, "--perception", "call client")
    assert "Handovers, the most frequent first" in out
    assert "A case takes 2.5 h at the median" in out


def test_without_perception_points_it_asks_which_the_customer_sees(ask, log):
    code, out, _ = ask("distance", log)
    assert code == 0
    assert "No activity is marked as a perception point" in out
    assert "You decide. As: mizzle distance" in out
    found = answer(ask, "distance", log)
    assert found["perception_points"] == []
    assert found["suggested_perception_points"][0]["activity"] == "call client"
    assert all(one["handovers_to_customer"]["value"] is None for one in found["departments"])


def test_a_log_that_suggests_nothing_says_how_to_name_them(ask, tmp_path):
    path = tmp_path / "plain.csv"
    lines = [
        f"c{n},{a},D{a},2024-01-0{n} 1{p}:00"
        for n in range(1, 9)
        for p, a in enumerate(["zz", "yy", "ww", "vv"][n % 3 :] + ["zz", "yy", "ww", "vv"][: n % 3])
    ]
    path.write_text("case,activity,department,end\n" + "\n".join(lines))
    _, out, _ = ask("distance", path)
    assert "Name the activities at which the customer sees, hears or feels you" in out


def test_check_says_what_is_in_a_log_and_writes_nothing(ask, log, tmp_path):
    log.write_text(
        log.read_text() + "c99,pick,Store,,soon\nc98,noted,,2024-01-02 08:00,2024-01-02 08:00\n" + LINES[0] + "\n"
    )
    before = sorted(path.name for path in tmp_path.iterdir())
    found = answer(ask, "log", "check", log)
    assert (found["format"], found["rows"], found["rejected"]) == ("CSV", 93, 1)
    assert found["mapping"]["case"] == "case"
    assert found["why"]["case"]
    assert found["examples_rejected"][0]["row"] == 91
    code, out, _ = ask("log", "check", log)
    assert code == 0
    assert "1 of 93 rows (1.1%) cannot be read" in out
    assert "row 91: unreadable time: soon" in out
    assert "name no department" in out
    assert "1 events equal another one" in out
    assert sorted(path.name for path in tmp_path.iterdir() if path.name != "config") == before


def test_check_accepts_any_share_of_rejected_rows(ask, log):
    log.write_text(log.read_text() + ",pick,Store,,2024-01-01 08:00\n" * 20)
    assert answer(ask, "log", "check", log)["rejected"] == 20


def test_import_writes_the_table_the_mapping_and_the_rejected_rows(ask, log, tmp_path):
    log.write_text(log.read_text() + "c99,pick,Store,,soon\n")
    out = tmp_path / "events.parquet"
    found = answer(ask, "log", "import", log, "--out", out)
    assert found["rejected_files"] == [str(tmp_path / "orders.rejected.csv")]
    assert (tmp_path / "orders.csv.mapping.toml").exists()
    _code, printed, said = ask("log", "import", log, "--out", out)
    assert "They are in" in printed
    assert "is saved in" not in said
    assert answer(ask, "distance", out, "--perception", "call client")["events"] == 90


def test_a_log_in_a_folder_that_cannot_be_written_is_imported_all_the_same(ask, log, tmp_path, monkeypatch):
    def refuse(self, path):
        raise OSError

    monkeypatch.setattr("mizzle.logs.meaning.mapping.Mapping.save", refuse)
    code, _, said = ask("log", "import", log, "--out", tmp_path / "events.parquet")
    assert code == 0
    assert "could not be saved" in said


def test_rows_set_aside_on_the_way_are_mentioned(ask, log):
    log.write_text(log.read_text() + "c99,pick,Store,,soon\n")
    code, out, err = ask("distance", log, "--perception", "call client", "--json")
    assert code == 0
    assert "1 of 91 rows were set aside (1 unreadable time)" in err
    json.loads(out)


def test_a_table_of_starts_and_ends_has_one_event_for_both(ask, tmp_path):
    log = tmp_path / "tasks.csv"
    log.write_text(
        "case,activity,department,end,lifecycle:transition,channel\n"
        "1,Pack,Store,2024-01-01 08:00,start,mail\n1,Pack,Store,2024-01-01 09:00,complete,phone\n"
    )
    checked = answer(ask, "log", "check", log)
    note = "rows for the start and the end of the same work become one event: column lifecycle:transition"
    assert (checked["found_out"][-1], checked["rows"], checked["events"]) == (note, 2, 1)
    assert (checked["mapping"]["transition"], checked["mapping"]["extras"]) == ("lifecycle:transition", ["channel"])
    said = " ".join(ask("log", "check", log)[1].split())
    assert note in said
    assert "transition lifecycle:transition by its content extras channel" in said


def test_too_many_rejected_rows_end_with_two_unless_accepted(ask, log):
    log.write_text(log.read_text() + ",pick,Store,,2024-01-01 08:00\n" * 10)
    code, _, said = ask("distance", log, "--perception", "call client")
    assert (code, "10 of 100 rows (10%)" in said, "--accept-rejects" in said) == (2, True, True)
    assert ask("distance", log, "--perception", "call client", "--accept-rejects")[0] == 0


@pytest.mark.parametrize(("says", "code"), [("y", 0), ("no", 2)])
def test_too_many_rejected_rows_ask_a_person(ask, log, monkeypatch, says, code):
    log.write_text(log.read_text() + ",pick,Store,,2024-01-01 08:00\n" * 10)
    monkeypatch.setattr(commands.sys, "stdin", _Terminal(says + "\n"))
    monkeypatch.setattr(commands, "_is_asked", lambda: True)
    assert ask("distance", log, "--perception", "call client")[0] == code


class _Terminal(io.StringIO):
    def isatty(self):
        return True


def test_the_key_is_made_once_or_named(ask, log, tmp_path, monkeypatch):
    out = tmp_path / "events.parquet"
    ask("log", "import", log, "--out", out)
    assert not (tmp_path / "config").exists()
    log.write_text("\n".join([HEAD + ",handler", *(f"{line},Kari" for line in LINES)]))
    (tmp_path / "orders.csv.mapping.toml").unlink()
    _, _, said = ask("log", "import", log, "--out", out, "--resource", "handler")
    key = tmp_path / "config" / "mizzle" / "resource.key"
    assert key.stat().st_mode & 0o777 == 0o600
    assert str(key) in said.replace("\n", "")
    made = key.read_text()
    ask("log", "import", log, "--out", out)
    assert key.read_text() == made
    code, _, said = ask("log", "import", log, "--out", out, "--key", tmp_path / "nowhere")
    assert code == 2
    monkeypatch.setenv("MIZZLE_KEY_FILE", str(key))
    assert ask("log", "import", log, "--out", out)[0] == 0


def test_a_report_is_written_where_it_is_wanted(ask, log, tmp_path):
    report = tmp_path / "report.html"
    code, _, said = ask("map", log, "--perception", "call client", "--out", report, "--language", "nb")
    assert code == 0
    assert 'lang="nb"' in report.read_text()
    code, _, said = ask("map", log, "--perception", "call client", "--out", tmp_path / "no" / "where.html")
    assert (code, "cannot be written" in said) == (2, True)


def test_a_mapping_is_taken_from_a_file(ask, log, tmp_path):
    answer(ask, "log", "import", log, "--out", tmp_path / "events.parquet")
    moved = (tmp_path / "orders.csv.mapping.toml").rename(tmp_path / "mine.toml")
    found = answer(ask, "log", "import", log, "--out", tmp_path / "events.parquet", "--mapping", moved)
    assert found["mapping"]["case"] == "case"
    assert not (tmp_path / "orders.csv.mapping.toml").exists()


def test_refusals_are_one_sentence_without_a_traceback(ask, log, tmp_path):
    for words in (
        ("distance", "nowhere.csv"),
        ("distance", log, "--perception", "cal client"),
        ("distance", log, "--case", "cas"),
        ("timeline", log, "--case-id", "zz"),
        ("timeline", log, "--case-id", "c01", "--agreed", tmp_path / "nowhere.toml"),
        ("map", log, "--coverage", "7"),
        ("log", "import", log, "--out", tmp_path / "nowhere" / "events.parquet", "--timezone", "Mars/Base"),
    ):
        code, out, said = ask(*words)
        assert (code, out) == (2, ""), words
        assert said.startswith("mizzle: "), words
        assert "Traceback" not in said


def test_a_damaged_event_table_ends_with_two_and_a_sentence(ask, log, tmp_path):
    table = tmp_path / "events.parquet"
    answer(ask, "log", "import", log, "--out", table)
    whole = table.read_bytes()
    table.write_bytes(whole[:4] + bytes(500) + whole[504:])
    for words in (("distance", table), ("map", table, "--perception", "pick"), ("timeline", table, "--case-id", "c01")):
        code, _, said = ask(*words)
        assert (code, said.splitlines()[0]) == (
            2,
            f"mizzle: {table} is damaged: a part of it cannot be read. Import the log again.",
        )


@pytest.mark.parametrize("stopped", [KeyboardInterrupt(), RuntimeError("Query interrupted")])
def test_a_stop_from_the_keyboard_ends_with_130(ask, log, tmp_path, monkeypatch, stopped):
    def stop(_chosen):
        raise stopped

    monkeypatch.setattr(commands, "run", stop)
    assert ask("distance", log) == (130, "", "mizzle: stopped.\n")
    code, _, said = ask("log", "import", log, "--out", tmp_path / "events.parquet")
    assert (code, "goes on from here" in said) == (130, True)


def test_an_end_from_the_system_clears_up_on_the_way_out(monkeypatch):
    handlers = {}
    monkeypatch.setattr(signal, "signal", handlers.__setitem__)
    monkeypatch.setattr(sys, "argv", ["mizzle", "--version"])
    with pytest.raises(SystemExit):
        main()
    with pytest.raises(SystemExit) as left:
        handlers[signal.SIGTERM](signal.SIGTERM, None)
    assert left.value.code == 143


def test_a_reader_that_has_seen_enough_is_no_failure(log, monkeypatch):
    def full(_chosen):
        raise BrokenPipeError

    monkeypatch.setattr(commands, "run", full)
    kept = sys.stdout
    try:
        assert run(["distance", str(log)]) == 0
    finally:
        sys.stdout = kept


def test_progress_is_shown_on_a_terminal_only(monkeypatch, capsys):
    with screen.progress() as tell:
        tell("reading", 0.5)
    assert capsys.readouterr().err == ""
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TTY_COMPATIBLE", "1")
    with screen.progress() as tell:
        tell("reading", 0.5)
        tell("reading", 1.0)
    assert "reading" in capsys.readouterr().err


def test_hours_are_written_as_a_person_says_them():
    assert [screen.hours(one) for one in (None, 0.25, 1.0, 47.9, 48.0)] == ["–", "15 min", "1.0 h", "47.9 h", "2.0 d"]  # noqa: RUF001 - the dash of undefined figures


def test_unknown_trouble_is_not_hidden(ask, log, monkeypatch):
    def break_down(_chosen):
        raise RuntimeError("a defect")

    monkeypatch.setattr(commands, "run", break_down)
    code, _, said = ask("distance", log)
    assert code == 1
    assert "a defect" in said
    assert issubclass(MizzleError, Exception)


def test_trouble_with_a_disk_is_said_in_words(ask, log, monkeypatch):
    def full(_chosen):
        raise OSError(28, "No space left on device", "/data/events.parquet")

    monkeypatch.setattr(commands, "run", full)
    code, _, said = ask("distance", log)
    assert (code, "no space left on the disk to write /data/events.parquet. Make room" in said) == (2, True)


def test_what_the_system_refuses_is_said_in_words(ask, log, monkeypatch):
    def refuse(_chosen):
        raise OSError(13, "Permission denied", "/data/events.parquet")

    monkeypatch.setattr(commands, "run", refuse)
    code, _, said = ask("distance", log)
    assert (code, "/data/events.parquet: Permission denied" in said) == (2, True)


def test_a_defect_shows_its_traceback_to_those_who_look_for_it(log, monkeypatch):
    def break_down(_chosen):
        raise RuntimeError("a defect")

    monkeypatch.setattr(commands, "run", break_down)
    monkeypatch.setenv("MIZZLE_DEBUG", "1")
    with pytest.raises(RuntimeError, match="a defect"):
        run(["distance", str(log)])


def test_the_module_is_the_command(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["mizzle", "--version"])
    with pytest.raises(SystemExit) as left:
        runpy.run_module("mizzle", run_name="__main__")
    assert (left.value.code, capsys.readouterr().out) == (0, f"mizzle {__version__}\n")
    runpy.run_module("mizzle", run_name="elsewhere")


def test_there_is_no_moment_of_nothing():
    assert moment(None) is None
    assert moment(1_000_000) == "1970-01-01T00:00:01+00:00"


def test_long_tables_are_cut_and_say_so(ask, tmp_path):
    path = tmp_path / "many.csv"
    lines = [f"c{n},work {n},D{n + place},2024-01-0{1 + n % 9} {8 + place}:00" for n in range(20) for place in range(3)]
    path.write_text("case,activity,department,end\n" + "\n".join(lines))
    _, out, _ = ask("map", path, "--perception", "work 3", "--activity", "activity")
    assert "more; --json has them all" in out


def test_a_log_without_departments_has_a_time_and_no_map(ask, tmp_path):
    path = tmp_path / "alone.csv"
    lines = [f"c{n},{name},2024-01-0{1 + n} {8 + place}:00" for n in range(9) for place, name in enumerate(["a", "b"])]
    path.write_text("case,activity,end\n" + "\n".join(lines))
    code, out, _ = ask("map", path, "--department", "", "--perception", "b")
    assert code == 0
    assert "A case takes 1.0 h at the median" in out
    assert "work comes back" not in out


def test_a_terminal_keeps_its_own_width(ask, log, monkeypatch):
    monkeypatch.setenv("TTY_COMPATIBLE", "1")
    monkeypatch.setenv("COLUMNS", "150")
    _, out, _ = ask("distance", log, "--perception", "call client")
    assert max(len(re.sub(r"\x1b\[[0-9;]*m", "", line)) for line in out.splitlines()) <= 150
    assert "Desk" in out


def test_a_pipe_is_no_place_for_a_table(ask, log, tmp_path):
    os.mkfifo(tmp_path / "pipe")
    code, _, err = ask("log", "import", log, "--out", tmp_path / "pipe")
    assert code == 2
    assert "is a device or a pipe" in " ".join(err.split())


def test_a_column_may_be_named_as_the_file_spaces_it(ask, tmp_path):
    path = tmp_path / "spaced.csv"
    path.write_text("case,activity,Dept  Name,end\n" + "".join(f"c{n},a,D,2024-01-0{n} 10:00\n" for n in range(1, 9)))
    code, out, _ = ask("distance", path, "--department", "Dept  Name", "--json")
    assert code == 0
    assert json.loads(out)["departments"][0]["department"] == "D"
