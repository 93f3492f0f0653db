"""Whatever mizzle can say of a log is known in the language of the reader; nothing new is forgotten."""

from __future__ import annotations

import pytest
from django.utils import translation

from mizzle.logs import source
from mizzle.logs.meaning.mapping import ROLES
from mizzle.logs.tabular.dialect import SEPARATORS
from mizzle_web.journeys.figures import words
from web.journeys import sentences

NEVER_SHOWN = (
    "is the log itself and would be written over",  # the house names the table
    "Another import writes",  # one waits for the other
    "There is no event in this table",  # of tables in memory, which no log becomes
)
SAID = {
    words.reason: (sentences.refusals, 120, "is named for both"),
    words.note: (sentences.notes, 20, "become one event: column"),
    words.why: (sentences.reasons, 20, "no column says when an event began"),
    words.row: (sentences.rows, 14, "mixed encodings: this row is UTF-8"),
}


@pytest.mark.parametrize("say", SAID, ids=lambda say: say.__name__)
def test_every_sentence_of_the_source_is_known(say):
    found, at_least, one_of_them = SAID[say]
    told = dict.fromkeys((module, text) for module, text in found() if not any(one in text for one in NEVER_SHOWN))
    assert len(told) > at_least
    assert any(one_of_them in text for _module, text in told)
    unknown = [(module, text) for module, text in told if any(piece.is_english for piece in say(text))]
    assert unknown == [], "add them to mizzle_web/journeys/figures/words.py"


def test_every_kind_of_file_that_is_no_log_has_a_name():
    assert {what for _magic, what in source._FOREIGN} <= set(words.KINDS)


@pytest.mark.parametrize("separator", SEPARATORS.values())
def test_every_separator_has_a_name(separator):
    with translation.override("nb"):
        (told,) = words.note(f"separator: {separator} (as its first line says)")
    assert told.text.startswith("skilletegn: ")
    assert separator not in told.text.split()


def test_every_role_has_a_name():
    assert [name for name in ROLES if words.role(name) == name] == []


def test_where_something_was_counted_is_said_too():
    (counted,) = words.note("suspend and resume events within an activity, part of it: 1,234 in its first 4 MiB")
    assert counted.text == "pauses within an activity, counted as part of it: 1,234 (in the first 4 MB)"
    (aside,) = words.note("set aside: lifecycle transition 'schedule' is no work: 12")
    assert aside.text == "set aside: a step that is no work, as the planning of a task: 12"
