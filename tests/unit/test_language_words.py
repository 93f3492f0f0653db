"""Words, their forms and stems, and the uptake of a vocabulary, by hand."""

from __future__ import annotations

import pytest

from mizzle.errors import MizzleError
from mizzle.estimate import Estimate, share_of, wilson
from mizzle.language import forms_of, friends_and_family, uptake, words_of
from mizzle.language.uptake import Finder
from mizzle.language.words import as_written, folded, likely_language, stem_of, stop_words

WORDS = {"promise": ["promise", "promesa", "løfte"], "perception point": ["perception point", "punto de contacto"]}


def test_words_fold_letters_and_accents_but_keep_letters_of_their_own():
    assert folded("ÁÉñÅØæ e\u0301") == "aeñåøæ e"
    assert words_of("Don't — the customers\u2019 2nd e-post!") == ["don", "the", "customers", "nd", "e", "post"]
    assert as_written("No llegó el Niño's") == ["no", "llegó", "el", "niño"]


@pytest.mark.parametrize(
    ("word", "language", "takes", "leaves"),
    [
        ("wait", "en", "waits waited waiting waiter", "waitting await"),
        ("promise", "en", "promises promised promising", "promis"),
        ("plan", "en", "plans planned planning", "plane"),
        ("box", "en", "boxes boxed", "boxs boxxed"),
        ("duty", "en", "duties", "dutys"),
        ("day", "en", "days", "daies"),
        ("go", "en", "go", "goes"),
        ("queja", "es", "quejas", "quejo"),
        ("señal", "es", "señales", "senal"),
        ("voz", "es", "voces", "vozs"),
        ("acción", "es", "accion acciones", "accions"),
        ("atento", "es", "atenta atentos atentas", "atente"),
        ("esperar", "es", "espero esperamos esperó esperando esperado", "esperio"),
        ("atender", "es", "atendemos atendió atendido", "atendado"),
        ("vivir", "es", "vivimos vivieron", "vivemos"),
        ("løfte", "nb", "løftet løfter løftene løftets løftenes", "løftest"),
        ("kunde", "nb", "kunden kunder kundene kundens", "kund"),
        ("møt", "nb", "møter møtes", "møtte"),
        ("vente", "nb", "venter ventet venta", "ventende"),
    ],
)
def test_a_word_stands_in_its_regular_forms(word, language, takes, leaves):
    forms = forms_of(word, [language])
    assert {folded(one) for one in takes.split()} <= forms
    assert not {folded(one) for one in leaves.split()} & forms


def test_nothing_has_no_forms_and_an_unknown_language_no_rule():
    assert forms_of("  ") == frozenset()
    with pytest.raises(MizzleError, match="no rule for words in 'fr'"):
        forms_of("mot", ["fr"])


def test_a_stem_is_cut_where_three_letters_are_left():
    assert stem_of("does", "en") == "doe"
    assert stem_of("bus", "en") == "bus"
    assert stem_of("rutinene", "nb") == "rutin"
    assert stem_of("mots", "fr") == "mots"
    assert stop_words("fr") == frozenset()


def test_the_likely_language_is_english_where_nothing_speaks_for_another():
    assert [likely_language(words_of(text)) for text in ("xyz", "la cola era muy larga", "køen var for lang")] == [
        "en",
        "es",
        "nb",
    ]


def test_uptake_counts_texts_by_the_number_of_their_concepts():
    texts = [
        "We promised it",
        "Promises at every perception points",
        "Nothing",
        "",
        None,
        "promise promise",
        "A perception",
    ]
    found = uptake(texts, ["Desk"] * 7, WORDS, least=1)
    (desk,) = found.units
    assert (desk.unit, desk.period, desk.n, desk.counts) == ("Desk", "", 5, (2, 2, 1))
    assert desk.uptake == Estimate(3 / 5, wilson(3 / 5, 5), 5, "share", "language.uptake/1")
    assert desk.per_text.value == 4 / 5
    assert desk.breadth.value == 1
    assert found.concepts["promise"].value == 3 / 5
    assert found.whole.counts == desk.counts


def test_a_small_unit_is_withheld_and_is_in_no_total():
    texts = ["promise"] * 6 + ["nothing"] * 4
    found = uptake(texts, ["A"] * 6 + ["B"] * 4, WORDS)
    assert [one.unit for one in found.units] == ["A"]
    assert (found.withheld, found.n_withheld) == ((("B", ""),), 4)
    assert found.whole.n == 6
    assert found.concepts["promise"].n == 6


def test_a_unit_needs_as_many_authors_as_texts():
    texts = ["promise"] * 12
    authors = ["a"] * 6 + ["a", "b", "c", "d", "e", None]
    found = uptake(texts, ["A"] * 6 + ["B"] * 6, WORDS, authors=authors)
    assert [one.unit for one in found.units] == ["B"]


def test_periods_are_told_apart_and_in_their_order():
    texts = ["promise"] * 4
    found = uptake(texts, ["A"] * 4, WORDS, periods=["2026-02", "2026-01", "2026-02", None], least=1)
    assert [(one.period, one.n) for one in found.units] == [("2026-01", 1), ("2026-02", 2)]


def test_without_a_unit_that_is_large_enough_nothing_is_said():
    found = uptake(["promise"], ["A"], WORDS)
    assert (found.units, found.whole, found.n_withheld) == ((), None, 1)
    assert found.concepts["promise"] == Estimate(None, None, 0, "share", "language.uptake/1")


@pytest.mark.parametrize(
    ("texts", "words", "least", "says"),
    [
        (["a", "b"], WORDS, 5, "give one for each"),
        (["a"], WORDS, 0, "cannot be 0"),
        (["a"], {}, 5, "The vocabulary has no word"),
        (["a"], {"x": ["word"], "y": ["  "]}, 5, "The concept 'y' has no word"),
        (["a"], {"x": ["word"], "y": ["Word"]}, 5, "'Word' is a word of 'x' and of 'y'"),
    ],
)
def test_what_cannot_be_counted_is_refused(texts, words, least, says):
    with pytest.raises(MizzleError, match=says):
        uptake(texts, ["A"], words, least=least)


def test_a_phrase_stands_only_where_all_its_words_follow():
    finder = Finder({"x": ["line of visibility", "line"], "y": ["visible line up"]})
    assert finder.concepts_in("the lines of visibility") == {0}
    assert list(finder.mentions(words_of("line of visibility"))) == [(0, "line of visibility")]
    assert finder.concepts_in("visible line") == {0}


def test_shares_of_nothing_are_undefined():
    assert share_of(0, 0, "m/1") == Estimate(None, None, 0, "share", "m/1")
    assert share_of(3, 3, "m/1").interval.high == 1


def test_friends_and_family_counts_dont_know_and_drops_what_is_no_answer():
    found = friends_and_family([1, 2, 5, 6, 7, None, float("nan")])
    assert (found.n, found.counts, found.set_aside) == (4, (1, 1, 0, 0, 1, 1), 3)
    assert (found.positive.value, found.negative.value) == (0.5, 0.25)
    with pytest.raises(MizzleError, match="no answer from 1"):
        friends_and_family([7, None])
