"""Every word of the house stands in every language, and means the same there."""

from __future__ import annotations

import importlib.util
import re
import shutil

import polib
import pytest

from repository.tree import ROOT

HOUSE = ROOT / "src" / "mizzle_web"
LANGUAGES = ("es", "nb")
SLOT = re.compile(r"%\([a-z_]+\)[sd]|%%|%[sd]")


def words(language, house=HOUSE):
    return polib.pofile(str(house / "locale" / language / "LC_MESSAGES" / "django.po"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_untranslated_or_in_doubt(language):
    file = words(language)
    assert len(file) > 100
    assert [entry.msgid for entry in file.untranslated_entries()] == []
    assert [entry.msgid for entry in file.fuzzy_entries()] == []
    assert file.obsolete_entries() == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_translation_keeps_the_places_for_figures_and_names(language):
    wrong = []
    for entry in words(language):
        for number, text in (entry.msgstr_plural or {0: entry.msgstr}).items():
            source = entry.msgid if number == 0 else entry.msgid_plural
            if set(SLOT.findall(source)) - set(SLOT.findall(text)) and not entry.msgid_plural:
                wrong.append(entry.msgid)
            if set(SLOT.findall(text)) - set(SLOT.findall(entry.msgid + (entry.msgid_plural or ""))):
                wrong.append(entry.msgid)
    assert wrong == []


def test_the_files_of_the_translators_hold_what_the_source_says_now(tmp_path):
    if shutil.which("xgettext") is None:
        pytest.skip("gettext is not installed here; ./run test brings it")
    spec = importlib.util.spec_from_file_location("messages", ROOT / "tools" / "messages.py")
    messages = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(messages)
    copy = tmp_path / "mizzle_web"
    shutil.copytree(HOUSE, copy, ignore=shutil.ignore_patterns("__pycache__", "*.mo", "static"))
    messages.collect(copy)
    for language in LANGUAGES:
        now, kept = (
            {(one.msgctxt, one.msgid, one.msgid_plural) for one in words(language, house)} for house in (copy, HOUSE)
        )
        assert (now - kept, kept - now) == (set(), set()), language
