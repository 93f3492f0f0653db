"""Settings from the environment: what is known, what stops the start, and where the keys are."""

from __future__ import annotations

import os
import re
import stat
import subprocess
import sys
import threading
from dataclasses import fields
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from mizzle_web.config.environment import OTHERS, BadSetting, Environment, databases, read

EXAMPLE = (Path(__file__).parents[2] / ".env.example").read_text(encoding="utf-8")
NAMED = dict(re.findall(r"^# (MIZZLE_[A-Z_]+)=(.*)$", EXAMPLE, re.MULTILINE))


@pytest.fixture
def given(tmp_path):
    return {"MIZZLE_DATA": str(tmp_path / "data")}


def test_the_example_names_exactly_what_the_code_knows():
    known = {f"MIZZLE_{field.name.upper()}" for field in fields(Environment)}
    assert set(NAMED) == known | OTHERS


def test_the_example_explains_each_setting_in_a_sentence():
    blocks = [block for block in EXAMPLE.split("\n\n") if "MIZZLE_" in block and "=" in block][0:]
    for block in blocks:
        *sentence, setting = block.strip().splitlines()
        assert re.match(r"# MIZZLE_[A-Z_]+=", setting), block
        assert len(" ".join(sentence).split()) >= 5, setting


def test_what_the_example_says_is_what_is_used_otherwise(given):
    said = {name: value for name, value in NAMED.items() if value}
    assert read(given | said) == read(given)
    assert len(said) >= 5


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("MIZZLE_SERCET_KEY", "x", "is no setting of mizzle"),
        ("MIZZLE_FILE", "x", "is no setting of mizzle"),
        ("MIZZLE_URL", "mizzle.example.org", "an address as https://"),
        ("MIZZLE_URL", "https://mizzle.example.org/house", "an address as https://"),
        ("MIZZLE_URL", "http://mizzle.example.org:99999", "an address as https://"),
        ("MIZZLE_DATABASE_URL", "mysql://someone:hidden-word@host/name", "postgresql://"),
        ("MIZZLE_DATABASE_URL", "postgresql://someone:hidden-word@host:port/name", "postgresql://"),
        ("MIZZLE_SECRET_KEY", "hidden-word", "at least 32 characters"),
        ("MIZZLE_SECRET_KEY", "a" * 60, "drawn by chance"),
        ("MIZZLE_FIELD_KEYS", "hidden-word", "mizzle doctor --new-key"),
        ("MIZZLE_BEHIND_PROXY", "true", "yes or no"),
        ("MIZZLE_MAIL_URL", "mail.example.org", "smtp://"),
        ("MIZZLE_MAIL_FROM", "mizzle", "mizzle@example.org"),
        ("MIZZLE_LANGUAGE", "de", "en, es or nb"),
        ("MIZZLE_TIMEZONE", "Oslo", "Europe/Oslo"),
        ("MIZZLE_TIMEZONE", "../../etc/passwd", "Europe/Oslo"),
        ("MIZZLE_UPLOAD_MEGABYTES", "0", "above 0"),
        ("MIZZLE_UPLOAD_MEGABYTES", "many", "above 0"),
        ("MIZZLE_SECRET_KEY_FILE", "/nowhere/at/all", "cannot be read"),
    ],
)
def test_a_bad_value_is_a_sentence_that_names_the_setting_and_shows_no_secret(given, name, value, said):
    with pytest.raises(BadSetting) as problem:
        read(given | {name: value})
    sentence = str(problem.value)
    assert (said in sentence, name in sentence, "hidden-word" in sentence) == (True, True, False)
    assert sentence.endswith(".")


def test_a_value_may_stand_in_a_file_and_not_in_two_places(given, tmp_path):
    file = tmp_path / "zone"
    file.write_text("Europe/Oslo\n")
    assert read(given | {"MIZZLE_TIMEZONE_FILE": str(file)}).timezone == "Europe/Oslo"
    with pytest.raises(BadSetting, match="not both"):
        read(given | {"MIZZLE_TIMEZONE_FILE": str(file), "MIZZLE_TIMEZONE": "UTC"})
    file.write_bytes(b"\xff\xfe")
    with pytest.raises(BadSetting, match="no text"):
        read(given | {"MIZZLE_TIMEZONE_FILE": str(file)})


def test_an_empty_value_is_as_none(given):
    assert read(given | dict.fromkeys(NAMED.keys() - OTHERS - {"MIZZLE_DATA"}, "")) == read(given)


def test_keys_are_made_once_and_only_their_owner_reads_them(given):
    first, folder = read(given), Path(given["MIZZLE_DATA"])
    assert read(given) == first
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (folder, *folder.rglob("*"))}
    assert modes == {"data": 0o700, "keys": 0o700, "secret": 0o600, "fields": 0o600}
    assert (folder / "keys" / "secret").read_text().strip() == first.secret_key


def test_two_starts_at_once_agree_on_the_keys(given):
    found, ready = [], threading.Barrier(6)

    def start():
        ready.wait()
        found.append(read(given))

    threads = [threading.Thread(target=start) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 6
    assert len({(one.secret_key, one.field_keys) for one in found}) == 1


def test_keys_of_the_environment_leave_none_behind(given):
    keys = {"MIZZLE_SECRET_KEY": "0123456789abcdefghijklmnopqrstuvwxyz", "MIZZLE_FIELD_KEYS": ""}
    keys["MIZZLE_FIELD_KEYS"] = f"{Fernet.generate_key().decode()} {Fernet.generate_key().decode()}"
    environment = read(given | keys)
    assert (environment.field_keys, (environment.data / "keys").exists()) == (
        tuple(keys["MIZZLE_FIELD_KEYS"].split()),
        False,
    )


@pytest.mark.parametrize("place", ["/proc/mizzle", "/dev/null/mizzle", "/dev/null"])
def test_a_data_folder_that_cannot_be_written_is_a_sentence(place):
    with pytest.raises(BadSetting, match=r"cannot be written.*MIZZLE_DATA"):
        read({"MIZZLE_DATA": place})


def test_postgresql_is_read_with_everything_that_an_address_may_hold(given):
    address = "postgresql://mizzle:p%40ss@db.example:5433/house"
    found = databases(read(given | {"MIZZLE_DATABASE_URL": address}))
    assert [found[name] for name in ("NAME", "USER", "PASSWORD", "HOST", "PORT")] == [
        *("house", "mizzle", "p@ss", "db.example"),
        5433,
    ]


@pytest.mark.parametrize("command", [["serve", "--port", "1"], ["migrate"], ["doctor"]])
def test_a_bad_setting_stops_the_start_with_one_sentence(command, given):
    done = subprocess.run(
        [sys.executable, "-m", "mizzle_web", *command],
        env={"PATH": os.environ["PATH"], "MIZZLE_LANGUAGE": "de"} | given,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    said = done.stderr.strip().splitlines()
    assert (done.returncode, len(said)) == (2, 1), done.stderr
    assert said[0].startswith("mizzle: MIZZLE_LANGUAGE is 'de'")
