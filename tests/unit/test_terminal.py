"""What stands on a screen: names that cannot steer it, and tables that fit it."""

from __future__ import annotations

import re
from functools import partial

import pytest
from rich.console import Console

from mizzle.cli import run, screen
from mizzle.cli.signs import shown

EVIL = "\x1b]0;mine\x07Call\nback\x9b1m"


@pytest.fixture(autouse=True)
def own_home(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))


@pytest.fixture
def log(tmp_path):
    path = tmp_path / "orders [red].csv"
    lines = [
        f'c{n},"{activity}",{department},2024-01-{1 + n % 28:02} {8 + place}:00,2024-01-{1 + n % 28:02} {8 + place}:30'
        for n in range(30)
        for place, (activity, department) in enumerate(
            [("order", "Sales office north"), ("pick", "Store of spare parts"), (EVIL, "Customer desk")]
        )
    ]
    path.write_text("case,activity,department,start,end\n" + "\n".join(lines) + "\n")
    return path


@pytest.fixture
def at(monkeypatch, capsys):
    """Run a command in a window of so many columns; give what it prints."""

    def go(width, *words):
        monkeypatch.setattr(screen, "Console", partial(Console, width=width, force_terminal=True))
        assert run([str(word) for word in words]) == 0
        return re.sub(r"\x1b\[[0-9;]*m", "", capsys.readouterr().out)

    return go


def test_signs_that_steer_a_terminal_are_written_out():
    assert shown("a\x1b[0m\n\u202eb\udcff\ud800") == "a\\x1b[0m\\x0a\\u202eb\\xff\ufffd"
    assert shown("Kø 新規 مكالمة 👩‍👩‍👧 [red]") == "Kø 新規 مكالمة 👩‍👩‍👧 [red]"


def test_names_from_a_log_never_reach_the_terminal_as_they_are(log, capsys):
    for words in (
        ["distance", log],
        ["distance", log, "--perception", EVIL, "--by-month"],
        ["distance", log, "--perception", EVIL + "!"],
        ["map", log, "--perception", EVIL],
        ["timeline", log, "--case-id", "c1", "--perception", EVIL],
        ["timeline", log, "--case-id", EVIL],
        ["log", "check", f"nowhere{EVIL}.csv"],
    ):
        run([str(word) for word in words])
        printed = "".join(capsys.readouterr())
        assert not {"\x1b", "\x07", "\x9b"} & set(printed), words
        assert "\\x1b]0;mine\\x07" in printed, words


def test_words_that_make_no_sense_are_shown_without_steering(capsys):
    with pytest.raises(SystemExit):
        run([EVIL])
    assert "\x1b" not in capsys.readouterr().err


def test_a_suggested_command_can_be_typed_as_it_stands(log, capsys):
    run(["distance", str(log)])
    said = " ".join(capsys.readouterr().out.split())
    assert f"mizzle distance '{log}' --perception " in said
    assert screen._quoted("Call back") == '"Call back"'
    assert screen._quoted('Say "$HOME"') == "'Say \"$HOME\"'"


def test_intervals_stand_where_there_is_room_for_them(log, at):
    wide = at(160, "distance", log, "--perception", "pick", "--by-month")
    narrow = at(80, "distance", log, "--perception", "pick", "--by-month")
    assert ("95 %" in wide.split("Mean")[0], "A wider window shows" in wide) == (True, False)
    assert ("95 %" in narrow.split("Mean,")[0], "A wider window shows" in narrow) == (False, True)
    assert max(map(len, narrow.splitlines())) <= 80
    for word in ("handovers", "hours", "median", "p90", "contact", "unheard", "events", "cases", "2024-01"):
        assert word in narrow


def test_a_table_is_drawn_closer_before_anything_is_left_out(log, at):
    loose, close = (at(width, "distance", log, "--perception", "pick") for width in (160, 126))
    assert ("95 %" in close, "95 % intervals" in close) == (True, False)
    assert len(close.splitlines()[4]) < len(loose.splitlines()[4])


def test_a_timeline_fits_a_narrow_window(log, at):
    wide, narrow = (at(width, "timeline", log, "--case-id", "c1") for width in (250, 80))
    assert ("handover" in wide, "agreed" in wide) == (True, True)
    assert ("handover" in narrow, "agreed" in narrow) == (False, False)
    assert "2024-01-02 08:00" in narrow
    assert max(map(len, narrow.splitlines())) <= 80


def test_rows_set_aside_from_a_folder_that_is_closed_are_counted_and_not_said_to_be_kept(log, capsys, monkeypatch):
    log.write_text(log.read_text() + "c99,pick,Store,,soon\n")
    monkeypatch.setattr("mizzle.cli.commands.os.access", lambda _folder, _how: False)
    assert run(["distance", str(log), "--perception", "pick", "--json"]) == 0
    said = " ".join(capsys.readouterr().err.split())
    assert said.endswith("1 of 91 rows were set aside (1 unreadable time); an import keeps them in a file.")


def test_the_name_of_a_file_in_the_progress_bar_is_no_markup(monkeypatch, capsys):
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TTY_COMPATIBLE", "1")
    with screen.progress() as tell:
        tell("reading [red]orders\x07.csv", 0.5)
    assert "[red]orders\\x07.csv" in capsys.readouterr().err


def test_a_log_without_departments_says_so_instead_of_an_empty_table(log, capsys):
    assert run(["distance", str(log), "--department", "", "--perception", "pick"]) == 0
    out = capsys.readouterr().out
    assert ("No event names a department" in out, "handovers" in out) == (True, False)
