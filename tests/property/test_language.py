"""What holds of uptake, matching and kinds of value whatever the texts are."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mizzle.language import forms_of, themes, uptake, value_kinds, words_of
from mizzle.language.matching import matching
from mizzle.language.words import LANGUAGES, as_written, folded
from mizzle.simulate import comments

VOCABULARY = {"promise": ["promise"], "wait": ["wait", "waiting list"], "point": ["perception point"]}
words = st.sampled_from(["promise", "promised", "wait", "waiting", "list", "perception", "point", "and", "nothing"])
texts = st.lists(st.tuples(st.lists(words, max_size=6).map(" ".join), st.sampled_from("ABC")), max_size=30)
fast = settings(max_examples=50, deadline=None)


@fast
@given(texts, st.randoms(use_true_random=False))
def test_the_order_of_texts_does_not_matter(told, random):
    mixed = random.sample(told, len(told))
    asked = [uptake([text for text, _ in one], [unit for _, unit in one], VOCABULARY) for one in (told, mixed)]
    assert asked[0] == asked[1]


@fast
@given(texts)
def test_counts_of_texts_add_up_and_nothing_small_is_shown(told):
    found = uptake([text for text, _ in told], [unit for _, unit in told], VOCABULARY, least=4)
    for one in found.units:
        assert sum(one.counts) == one.n >= 4
        assert one.uptake.value == pytest.approx(1 - one.counts[0] / one.n)
    shown = sum(one.n for one in found.units)
    assert shown + found.n_withheld == sum(bool(text) for text, _ in told)
    assert (found.whole.n if found.whole else 0) == shown


@fast
@given(texts)
def test_every_text_twice_leaves_the_shares(told):
    said, units = [text for text, _ in told], [unit for _, unit in told]
    once, twice = (uptake(said * n, units * n, VOCABULARY, least=n) for n in (1, 2))
    assert [one.uptake.value for one in once.units] == [one.uptake.value for one in twice.units]


@fast
@given(st.text(max_size=40))
def test_any_text_can_be_cut_into_words(text):
    for word in words_of(text):
        assert word == folded(word)
    assert folded(folded(text)) == folded(text)
    assert all(words_of(word) in ([folded(word)], []) or not word.isalpha() for word in as_written(text))


@fast
@given(st.text(alphabet="abcdeiounrszyøåñ", min_size=1, max_size=12), st.sampled_from(LANGUAGES))
def test_a_word_is_among_its_own_forms(word, language):
    assert folded(word) in forms_of(word, [language])


@fast
@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=40), st.permutations(range(4)))
def test_matching_does_not_depend_on_the_names_of_groups(pairs, names):
    found, known = [one for one, _ in pairs], [other for _, other in pairs]
    plain, renamed = matching(found, known), matching([names[one] for one in found], known)
    assert abs(plain.nmi.value - renamed.nmi.value) < 1e-9
    assert plain.purity == renamed.purity
    assert 0 <= plain.nmi.value <= 1
    assert plain.most_frequent.value - 1e-12 <= plain.purity.value <= 1


@fast
@given(st.lists(st.sampled_from(["late", "polite", "the food", "listened", "hm", ""]), max_size=20))
def test_a_suggestion_depends_on_its_own_comment_alone(told):
    found = value_kinds(told)
    assert list(found.suggestions) == [value_kinds([one]).suggestions[0] for one in told]
    if found.shares["attitude"].n:
        assert abs(sum(share.value for share in found.shares.values()) - 1) < 1e-9


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 50), st.integers(20, 120))
def test_every_comment_has_at_most_one_theme(seed, n):
    drawn = comments(n, rng=np.random.default_rng(seed))
    found = themes([one.text for one in drawn], rng=np.random.default_rng(seed))
    assert sum(theme.n for theme in found.themes) + found.unthemed + found.empty == n
    assert all(theme.n >= 5 for theme in found.themes)
