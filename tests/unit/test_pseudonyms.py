from __future__ import annotations

import re
import stat

import pyarrow as pa
import pytest

from mizzle.errors import UnclearMapping
from mizzle.logs.meaning.pseudonyms import make_key, pseudonyms, read_key

KEY = b"0123456789abcdef"


def test_the_same_name_has_the_same_pseudonym_and_others_have_others():
    kari, nobody, ola, again = pseudonyms(pa.array(["Kari", None, "Ola", "Kari"]), KEY).to_pylist()
    assert kari == again != ola
    assert nobody is None
    assert re.fullmatch("p_[a-z2-7]{16}", kari)
    assert "kari" not in kari


def test_another_key_gives_other_pseudonyms_and_the_same_key_the_same_for_ever():
    names = pa.array(["Kari"])
    assert pseudonyms(names, KEY).to_pylist() == ["p_d3yrrafv4qnospcj"]
    assert pseudonyms(names, KEY + b"!") != pseudonyms(names, KEY)


def test_long_keys_are_taken_whole():
    names = pa.array(["Kari"])
    assert pseudonyms(names, b"a" * 64 + b"b") != pseudonyms(names, b"a" * 64 + b"c")


def test_a_column_without_values_stays_text():
    assert pseudonyms(pa.nulls(2, pa.string()), KEY).type == pa.string()


def test_a_short_key_is_refused():
    with pytest.raises(ValueError, match="at least 16 bytes, not 3"):
        pseudonyms(pa.array(["Kari"]), b"abc")


def test_a_new_key_is_random_secret_and_never_written_over(tmp_path):
    one, other = tmp_path / "one.key", tmp_path / "other.key"
    make_key(one)
    make_key(other)
    assert len(read_key(one)) == 32
    assert read_key(one) != read_key(other)
    assert stat.S_IMODE(one.stat().st_mode) == 0o600
    before = one.read_bytes()
    with pytest.raises(UnclearMapping, match="already"):
        make_key(one)
    assert one.read_bytes() == before


def test_a_key_cannot_be_made_in_a_folder_that_is_not_there(tmp_path):
    with pytest.raises(UnclearMapping, match="No key can be written"):
        make_key(tmp_path / "nowhere" / "a.key")


def test_a_key_may_be_any_bytes_that_are_long_enough(tmp_path):
    path = tmp_path / "a.key"
    path.write_bytes(b"a long sentence as a key\n")
    assert read_key(path) == b"a long sentence as a key"
    path.write_bytes(bytes(range(200, 230)))
    assert len(read_key(path)) == 30


def test_a_key_that_is_missing_or_short_is_refused(tmp_path):
    with pytest.raises(UnclearMapping, match="cannot be read"):
        read_key(tmp_path / "no.key")
    path = tmp_path / "a.key"
    path.write_text("00ff" * 4)
    with pytest.raises(UnclearMapping, match="has 8 bytes"):
        read_key(path)
